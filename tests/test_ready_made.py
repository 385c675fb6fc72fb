"""What other repositories copy: hooks of pre-commit, and a workflow."""

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from bot.cli import app
from tests.test_cli import SAILING, run

ROOT = Path(__file__).parent.parent
HOOKS = ROOT / ".pre-commit-hooks.yaml"
WORKFLOW = ROOT / "docs/check-catalogue.yml"
UNTIDY = SAILING.replace("The bowline", "The bowline.")


def hooks() -> list[dict[str, Any]]:
    """Return the hooks that this repository offers."""
    read: list[dict[str, Any]] = yaml.safe_load(HOOKS.read_text(encoding="utf-8"))
    return read


def commands(text: str) -> list[list[str]]:
    """Return the commands of onboard in a text, in words, those in comments as well."""
    found = re.findall(r"(?:run|entry): (onboard .*)$", text, re.MULTILINE)
    return [shlex.split(line.partition(" > ")[0]) for line in found]


@pytest.mark.parametrize("path", [HOOKS, WORKFLOW], ids=lambda path: path.name)
def test_what_is_run_is_there(path: Path) -> None:
    """Every command that is run is one of ours, with options that it has."""
    known = vars(get_command(app))["commands"]
    found = commands(path.read_text(encoding="utf-8"))
    assert found
    for _, name, *words in found:
        options = {opt for one in known[name].params for opt in (*one.opts, *one.secondary_opts)}
        assert {word for word in words if word.startswith("-")} <= options


def test_a_hook_is_what_pre_commit_reads() -> None:
    """A hook has what pre-commit wants, and is run for catalogues by what the package installs."""
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    for hook in hooks():
        assert {"id", "name", "entry", "language", "files"} <= set(hook)
        assert hook["language"] == "python"
        assert hook["entry"].split()[0] in scripts
        for name, wanted in (("resources.yaml", True), ("a/resources.yml", True), ("x.md", False)):
            assert bool(re.search(hook["files"], name)) == wanted


@pytest.mark.parametrize("name", ["onboard-check", "onboard-fix"])
def test_a_hook_does_what_it_says(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a repository with a catalogue a hook tells of it; only the one that mends changes it."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "resources.yaml"
    file.write_text(UNTIDY, encoding="utf-8")
    (hook,) = (one for one in hooks() if one["id"] == name)
    ran = run(*shlex.split(hook["entry"])[1:])
    assert ran.code == 0
    assert file.read_text(encoding="utf-8") == (SAILING if name == "onboard-fix" else UNTIDY)
    file.write_text(SAILING.replace("topics: [knots]", "topics: [nots]"))
    assert run(*shlex.split(hook["entry"])[1:]).code in (1, 2)


def test_the_workflow_is_one() -> None:
    """The workflow runs on pull requests, asks for no rights, and says what to fill in."""
    text = WORKFLOW.read_text(encoding="utf-8")
    read = yaml.safe_load(text)
    # For YAML 1.1 the key "on" is a yes.
    assert "pull_request" in read[True]
    assert read["permissions"] == {"contents": "read"}
    (job,) = read["jobs"].values()
    assert all({"uses", "run"} & set(step) for step in job["steps"])
    for placeholder in ("OWNER", "v0.1.0", "CATALOGUE"):
        assert re.search(rf"^#   {re.escape(placeholder)} ", text, re.MULTILINE)
        assert text.count(placeholder) > 1
