"""Findings in a line each, as annotations of GitHub, and as SARIF 2.1.0."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from bot.checks.finding import Finding, Severity
from bot.checks.rules import RULES

# What GitHub and SARIF call them.
_COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "hint": "notice"}
_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "hint": "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def place(finding: Finding, file: str) -> str:
    """Where a finding is, as compilers write it: `resources.yaml:12:5`."""
    return f"{file}:{finding.line}:{finding.column}" if finding.line else file


def line(finding: Finding, file: str) -> str:
    """A finding on one line for people; faults are told without a word before them."""
    severity = "" if finding.severity == "error" else f"{finding.severity}: "
    said = f"{finding.reason} {finding.remedy}"
    return f"{place(finding, file)}: {severity}{said} [{finding.code}]"


def annotations(findings: Sequence[Finding], file: str) -> Iterator[str]:
    """A line for each finding, by which a GitHub workflow marks the line of the file."""
    for finding in findings:
        places = f",line={finding.line},col={finding.column}" if finding.line else ""
        yield (
            f"::{_COMMANDS[finding.severity]} file={_property(file)}{places},"
            f"title={_property(finding.code)}::{_data(f'{finding.reason} {finding.remedy}')}"
        )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def sarif(findings: Sequence[Finding], file: str) -> dict[str, Any]:
    """Findings as a SARIF log, all rules in it."""
    numbers = {rule.code: at for at, rule in enumerate(RULES)}
    rules = [
        {
            "id": rule.code,
            "shortDescription": {"text": f"{rule.name}."},
            "fullDescription": {"text": rule.explanation},
            "help": {"text": rule.explanation},
            "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        }
        for rule in RULES
    ]
    results = [
        {
            "ruleId": finding.code,
            "ruleIndex": numbers[finding.code],
            "level": _LEVELS[finding.severity],
            "message": {"text": f"{finding.reason} {finding.remedy}"},
            "locations": [{"physicalLocation": _location(finding, file)}],
        }
        for finding in findings
    ]
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "onboard", "rules": rules}},
                "columnKind": "unicodeCodePoints",
                "results": results,
            }
        ],
    }


def _location(finding: Finding, file: str) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": quote(file.replace("\\", "/"))}}
    if finding.line:
        location["region"] = {"startLine": finding.line, "startColumn": finding.column}
    return location
