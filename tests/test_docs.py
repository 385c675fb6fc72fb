"""The documents tell of what is there, and of nothing else."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from bot.catalogue import parse
from bot.cli import app
from tests.meaning.installed import lacking

ROOT = Path(__file__).parent.parent
DOCUMENTS = (
    "README.md",
    "ARCHITECTURE.md",
    "docs/reasons.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
)
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-build.lock")
PLAIN = {
    **{key: value for key, value in os.environ.items() if not key.startswith("ONBOARD_")},
    "COLUMNS": "100",
    "NO_COLOR": "1",
}
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def text_of(name: str) -> str:
    """Return a file of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, language: str) -> list[str]:
    """Return the fenced blocks of a document in that language."""
    return [body for found, body in FENCED.findall(text_of(name)) if found == language]


def shown(name: str) -> list[str]:
    """Return what a document sets as code: spans, and the commands of its blocks."""
    text = text_of(name)
    spans = re.findall(r"`([^`\n]+)`", FENCED.sub("", text))
    fenced = [line for _, body in FENCED.findall(text) for line in body.splitlines()]
    indented = [line for line in text.splitlines() if line.startswith("    ")]
    return [code.strip().removeprefix("$ ") for code in spans + fenced + indented]


def commands_in_help() -> set[str]:
    """Return the commands that `onboard --help` lists."""
    ran = subprocess.run(
        [sys.executable, "-m", "bot", "--help"],
        cwd=ROOT,
        env=PLAIN,
        capture_output=True,
        text=True,
        check=True,
    )
    listed = ran.stdout.split("Ask", 1)[1].splitlines()
    return {line[2:].split()[0] for line in listed if line[2:3].isalpha()}


def commands_shown(name: str) -> set[str]:
    """Return the commands of onboard that a document shows."""
    found = (
        # What begins with a slash is typed in Slack.
        re.match(r"(?:docker run .* )?(?:[\w.]\S*/)?onboard ([a-z][a-z-]*)", code)
        for code in shown(name)
    )
    return {match[1] for match in found if match}


def targets() -> list[str]:
    """Return the targets that `make` alone lists."""
    make = shutil.which("make")
    assert make, "make is needed"
    listed = subprocess.run(
        [make, "-s"], cwd=ROOT, env=PLAIN, capture_output=True, text=True, check=True
    )
    return re.findall(r"^  make ([a-z-]+) +\S", listed.stdout, re.MULTILINE)


def test_the_readme_shows_every_command() -> None:
    """A reader of README.md learns of every command, and of none that is not there."""
    assert commands_in_help() == commands_shown("README.md")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_shows_only_commands_there_are(name: str) -> None:
    """No document shows a command, or an option of it, that onboard does not have."""
    assert commands_shown(name) <= commands_in_help()
    known = {"--help", "-h"}
    commands = list(vars(get_command(app))["commands"].values())
    for command in commands:
        # A group of commands, such as those of the store.
        commands += vars(command).get("commands", {}).values()
        for parameter in command.params:
            known |= {*parameter.opts, *parameter.secondary_opts}
    for code in shown(name):
        if re.match(r"(?:[\w.]\S*/)?onboard |--", code):
            assert set(re.findall(r"(?<!\S)--?[a-z][a-z-]*", code)) <= known, code


def test_make_lists_what_it_documents() -> None:
    """`make` alone lists each documented target once; the others are but parts of `make test`."""
    makefile = text_of("Makefile")
    documented = re.findall(r"^([a-z-]+):.*## \S", makefile, re.MULTILINE)
    assert targets() == documented
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    (parts,) = re.findall(r"^test: \S+ (.*?) ##", makefile, re.MULTILINE)
    assert set(phony.split()) == {*documented, *parts.split()}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_shows_only_targets_there_are(name: str) -> None:
    """Every `make ...` that a document shows is among those that `make` lists."""
    found = (re.match(r"make ([a-z-]+)", code) for code in shown(name))
    assert {match[1] for match in found if match} <= set(targets())


def test_the_readme_names_the_first_commands() -> None:
    """A newcomer is told how to try it, how to run every check, and how to ask, in this order."""
    console = re.findall(r"^\$ (make .*)$", text_of("README.md"), re.MULTILINE)
    assert console[:2] == ["make try", "make test"]
    assert console[2].startswith("make ask")


def test_the_map_shows_where_every_module_is() -> None:
    """ARCHITECTURE.md names every module and folder of `bot`, and none that is not there."""
    named = {code for code in shown("ARCHITECTURE.md") if re.fullmatch(r"bot/\w+(\.py|/)", code)}
    there = {
        f"bot/{path.name}{'/' if path.is_dir() else ''}"
        for path in (ROOT / "bot").iterdir()
        if path.name not in ("__init__.py", "__pycache__")
        and (path.suffix == ".py" or (path / "__init__.py").is_file())
    }
    assert named == there


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_a_document_names_is_there(name: str) -> None:
    """Every file a document links to or names by its path exists."""
    text = text_of(name)
    links = re.findall(r"\]\(([^)#:\s]+)(?:#\S*)?\)", text)
    paths = re.findall(r"`((?:bot|tests|bench)/[\w/.-]*)`", text)
    folder = (ROOT / name).parent
    assert [path for path in links if not (folder / path).exists()] == []
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_answer_in_the_readme_is_the_answer(tmp_path: Path) -> None:
    """What README.md shows below a question is what the command prints, with the model if there is
    one to be used.
    """
    (block,) = (body for body in blocks("README.md", "console") if body.startswith("$ make ask"))
    asked, _, printed = block.partition("\n")
    question = re.search(r'Q="(.*)"', asked)
    assert question
    ran = subprocess.run(
        [sys.executable, "-m", "bot", "ask", question[1]],
        cwd=ROOT,
        env={**PLAIN, "XDG_CACHE_HOME": str(tmp_path), "ONBOARD_MODEL": "off" if lacking() else ""},
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    assert ran.stdout.strip() == printed.strip()


def test_the_python_in_the_readme_runs() -> None:
    """The Python of README.md runs as it stands and prints an answer."""
    (code,) = blocks("README.md", "python")
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=PLAIN,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.startswith("answer ")
    assert ran.stderr == ""


def test_the_entry_in_the_readme_is_sound() -> None:
    """The entry that README.md tells to copy is accepted."""
    (entry,) = blocks("README.md", "yaml")
    (found,) = parse(
        f"version: 1\ntopics:\n  - {{id: vfio, name: VFIO}}\nresources:\n{entry}"
    ).resources
    assert found.asks


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_place(name: str) -> None:
    """A lock holds exact versions with hashes, and no address of an index."""
    text = text_of(name)
    assert "://" not in text
    assert "--index" not in text
    pins = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert pins
    for pin in pins:
        assert re.match(r"[a-z0-9.-]+==[0-9][^\s;]*( ; .*)? \\$", pin), pin
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", text)) >= len(pins)


def test_what_is_installed_is_what_is_developed() -> None:
    """Every pin of the image is a pin of the development tools too."""

    def pins(name: str) -> set[str]:
        return set(re.findall(r"^([a-z0-9.-]+==[^\s;]+)", text_of(name), re.MULTILINE))

    assert pins("requirements.lock") <= pins("requirements-dev.lock")
    assert pins("requirements-build.lock") <= pins("requirements-dev.lock")
