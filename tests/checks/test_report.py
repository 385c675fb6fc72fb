"""Findings as other programs read them."""

import json
import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.finding import Finding
from bot.checks.report import annotations, line, sarif
from bot.checks.rules import RULES


def finding(reason: str = "Wrong.", *, at: int = 3, severity: str = "warning") -> Finding:
    """Return a finding with this reason."""
    return Finding(
        code="http",
        severity="error" if severity == "error" else "hint" if severity == "hint" else "warning",
        line=at,
        column=5 if at else 0,
        path=(),
        reason=reason,
        remedy="Mend it.",
    )


def test_a_line_says_where_and_how_bad() -> None:
    """Faults stand as compilers write them; of all else it is said that it is less."""
    assert line(finding(severity="error"), "c.yaml") == "c.yaml:3:5: Wrong. Mend it. [http]"
    assert line(finding(), "c.yaml") == "c.yaml:3:5: warning: Wrong. Mend it. [http]"
    assert line(finding(at=0), "c.yaml") == "c.yaml: warning: Wrong. Mend it. [http]"


@pytest.mark.parametrize(
    ("one", "file", "expected"),
    [
        (finding(), "c.yaml", "::warning file=c.yaml,line=3,col=5,title=http::Wrong. Mend it."),
        (finding(severity="error"), "c.yaml", "::error file=c.yaml,line=3,col=5,title=http::"),
        (finding(severity="hint", at=0), "c.yaml", "::notice file=c.yaml,title=http::"),
        (finding("50%\r\n::error::x"), "a:b,c%.yaml", "::warning file=a%3Ab%2Cc%25.yaml,line="),
    ],
)
def test_an_annotation_is_a_command_of_github(one: Finding, file: str, expected: str) -> None:
    """A finding is one command; what would end it early is escaped."""
    (told,) = annotations([one], file)
    assert told.startswith(expected)


@given(st.text(), st.text(min_size=1))
def test_no_text_makes_another_annotation(reason: str, file: str) -> None:
    """Whatever a catalogue says, a finding is one line, which GitHub reads as it was meant."""
    (told,) = annotations([finding(reason)], file)
    assert not set("\r\n") & set(told)
    read = re.fullmatch(r"::warning file=([^,:]*),line=3,col=5,title=http::(.*)", told, re.DOTALL)
    assert read
    assert decoded(read[1]) == file
    assert decoded(read[2]) == f"{reason} Mend it."


def decoded(text: str) -> str:
    """Read a part of a command as GitHub does."""
    for code, character in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(code, character)
    return text


def test_a_sarif_log_has_what_the_standard_asks() -> None:
    """The log has version, tool, rules and results; each result names a rule by its place."""
    log = sarif(
        [finding(), finding(severity="error"), finding(at=0, severity="hint")], "a b/c.yaml"
    )
    json.dumps(log)
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    (run,) = log["runs"]
    assert run["columnKind"] in ("unicodeCodePoints", "utf16CodeUnits")
    driver = run["tool"]["driver"]
    assert driver["name"] == "onboard"
    assert [rule["id"] for rule in driver["rules"]] == [rule.code for rule in RULES]
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"].endswith(".")
        assert rule["fullDescription"]["text"]
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"] == "Wrong. Mend it."
        (location,) = result["locations"]
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert unquote(uri) == "a b/c.yaml"
        assert " " not in uri
    levels = [result["level"] for result in run["results"]]
    assert levels == ["warning", "error", "note"]
    regions = [r["locations"][0]["physicalLocation"].get("region") for r in run["results"]]
    assert regions == [{"startLine": 3, "startColumn": 5}] * 2 + [None]
