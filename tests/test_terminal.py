"""What people see: handsome on a terminal, plain in a pipe."""

import datetime as dt
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from dataclasses import replace
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from bot import terminal
from bot.catalogue import load, parse
from bot.gaps import Gap, Gaps
from bot.model import Answer, Catalogue, Reading, Resource, Result, Source, Topic, Verdict
from bot.overlay import SUGGESTED
from bot.search import Index

ROOT = Path(__file__).parent.parent
LONG = "https://example.org/" + "very/long/path/" * 12 + "end"
SUMMARY = (
    "How a sailor makes a loop at the end of a rope that neither slips nor jams, why it holds "
    "under load, and how to undo it afterwards when the rope is wet and the fingers are cold."
)
CATALOGUE = f"""\
version: 1
topics:
  - id: knots
    name: Knots
    summary: {SUMMARY}
    questions: ["Which knot holds, {"and which one slips, " * 8}and why?"]
  - id: tides
    name: Tides
    after: [knots]
resources:
  - id: bowline
    title: The bowline
    url: {LONG}
    summary: {SUMMARY}
    topics: [knots]
    kind: article
    level: intro
    year: 2018
    minutes: 30
    authors: [Mara]
    note: Learn this one first
    also: [{{title: A mirror, url: {LONG}/mirror}}]
  - id: moon
    title: The moon and the sea
    url: https://example.org/moon
    summary: Why the moon pulls the water.
    topics: [tides]
    asks: [why does the water come and go]
"""
SGR = re.compile(r"\x1b\[([0-9;]*)m")
LINK = re.compile(r"\x1b\]8;([^;]*);([^\x1b]*)\x1b\\")
UNSURE = "article on the bowline and zorkmid"
COMMANDS = [
    ["ask", "the bowline"],
    ["ask", UNSURE],
    ["ask", "zorkmid"],
    ["ask", "--explain", "the bowline"],
    ["topics"],
    ["topic", "knots"],
]


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue with long lines."""
    path = tmp_path_factory.mktemp("terminal") / "c.yaml"
    path.write_text(CATALOGUE, encoding="utf-8")
    return path


def environment(catalogue: Path, **more: str) -> dict[str, str]:
    """Return a plain environment, whatever is set where the tests run."""
    plain = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "TERM": "xterm-256color"}
    named = {"PATH": os.environ.get("PATH", ""), "ONBOARD_CATALOGUE": str(catalogue)}
    return {**plain, **named, "ONBOARD_MODEL": "off", **more}


@cache
def piped(catalogue: Path, *arguments: str, **more: str) -> str:
    """Return what the command prints into a pipe."""
    ran = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=catalogue.parent,
        env=environment(catalogue, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert ran.stderr == b""
    assert ran.returncode == 0
    return ran.stdout.decode()


@cache
def on_terminal(catalogue: Path, *arguments: str, columns: int = 80, **more: str) -> str:
    """Return what the command prints on a terminal of that width."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with subprocess.Popen(
        [sys.executable, "-m", "bot", *arguments],
        cwd=catalogue.parent,
        env=environment(catalogue, **more),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as running:
        os.close(theirs)
        shown = b""
        while part := _read(ours):
            shown += part
        os.close(ours)
    assert running.returncode == 0
    return shown.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # On Linux this is how the end of a pseudo-terminal looks.
        return b""


def bare(text: str) -> str:
    """Return the text without colours and links, as it stands on the screen."""
    return LINK.sub("", SGR.sub("", text))


# In a pipe


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_pipe_gets_plain_lines(arguments: list[str], catalogue: Path) -> None:
    """In a pipe there are no codes for a terminal, and no line ends in spaces."""
    out = piped(catalogue, *arguments)
    assert out
    assert [c for c in out if not (c.isprintable() or c == "\n")] == []
    assert [line for line in out.splitlines() if line != line.rstrip()] == []


@pytest.mark.parametrize("columns", ["20", "80"])
def test_a_pipe_gets_whole_lines(columns: str, catalogue: Path) -> None:
    """In a pipe every paragraph is one line and every address whole, whatever the width."""
    answer = piped(catalogue, "ask", "the bowline", COLUMNS=columns).splitlines()
    assert answer[:7] == [
        "*  The bowline",
        f"   {LONG}",
        f"   {SUMMARY}",
        "   article · intro · 30 min · 2018 · by Mara",
        "   Curator's note: Learn this one first",
        f"   Also: A mirror {LONG}/mirror",
        answer[6],
    ]
    assert answer[6].startswith("   Why: ")
    topic = piped(catalogue, "topic", "knots", COLUMNS=columns).splitlines()
    assert topic[:2] == ["Knots", SUMMARY]
    assert f"   {LONG}" in topic
    topics = piped(catalogue, "topics", COLUMNS=columns).splitlines()
    assert len(topics) == 3
    assert topics[1].endswith(SUMMARY)


@pytest.mark.parametrize(
    ("also", "lines"),
    [
        (
            "",
            ["Its link was dead on 2026-11-20."],
        ),
        (
            "also: [{title: New, url: https://example.org/n}]",
            ["Its link was dead on 2026-11-20; instead: New https://example.org/n"],
        ),
    ],
)
def test_a_dead_link_comes_with_a_warning(also: str, lines: list[str], tmp_path: Path) -> None:
    """Right below the address of what is gone stands since when, and where else to look."""
    path = tmp_path / "c.yaml"
    path.write_text(f"{CATALOGUE}    gone: 2026-11-20\n    {also}\n", encoding="utf-8")
    told = piped(path, "topic", "tides").splitlines()
    at = told.index("   https://example.org/moon")
    assert told[at + 1 : at + 3] == [
        *(f"   {line}" for line in lines),
        "   Why the moon pulls the water.",
    ]
    assert not any("Also" in line for line in told)


def an_answer(verdict: Verdict, results: int, topics: int, unknown: tuple[str, ...]) -> Answer:
    """Return an answer with so many results and topics."""
    found = tuple(
        Resource(id=f"r{n}", title=f"R{n}", url=f"https://e.org/{n}", summary="S", topics=("t",))
        for n in range(results)
    )
    return Answer(
        question="how",
        surface="mention",
        verdict=verdict,
        confidence=0.5,
        reply=verdict == "answer",
        results=tuple(Result(resource=r, confidence=0.5, why=()) for r in found),
        candidates=(),
        topics=tuple(Topic(id=f"t{n}", name=f"T{n}") for n in range(topics)),
        reading=(Reading(word="known", weight=1.0, terms=("known",)),),
        unknown=unknown,
        subject=("known",),
        evidence=(),
    )


def said(answer: Answer, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the lines that an answer has in a pipe."""
    names = ("Knots", "Tides")
    catalogue = Catalogue(version=1, topics=tuple(Topic(id=n.lower(), name=n) for n in names))
    terminal.show(terminal.answer(answer, catalogue))
    return capsys.readouterr().out.splitlines()


def test_what_was_suggested_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    """Until a suggestion is in the file, it says whose it is; an entry of the file does not."""
    shown = parse(CATALOGUE)
    for page, told in ((SUGGESTED, 1), ("wiki.md", 0)):
        resource = replace(shown.resources[1], source=Source(page=page))
        terminal.show(terminal.topic(shown.topics[1], [resource], [], []))
        assert capsys.readouterr().out.count("\n   suggested by a colleague\n") == told


def test_unsure_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """When it is not sure it says so first, then what it lacks and which topics are near."""
    lines = said(an_answer("unsure", 1, 2, ("zorkmid", "frob")), capsys)
    assert lines[:3] == ["Not sure. The closest there is:", "", "*  R0"]
    assert "   Why: it comes nearest" in lines
    assert lines[-2:] == [
        "The catalogue does not know “zorkmid”, “frob”.",
        "Did you mean one of these topics? T0, T1",
    ]
    plain = said(an_answer("unsure", 2, 0, ()), capsys)
    assert [line for line in plain if line.startswith("*")] == ["*  R0", "*  R1"]
    assert not any("Did you mean" in line or "does not know" in line for line in plain)


def test_an_answer_needs_no_preface(capsys: pytest.CaptureFixture[str]) -> None:
    """A sure answer starts with its first result and offers nothing else."""
    lines = said(an_answer("answer", 2, 2, ("zorkmid",)), capsys)
    assert [line for line in lines if line[:1].strip()] == ["*  R0", "*  R1"]


def test_nothing_says_what_and_where_to_look(capsys: pytest.CaptureFixture[str]) -> None:
    """When there is nothing it names the words it lacks, what there is, and the way to all."""
    assert said(an_answer("nothing", 0, 0, ("zorkmid", "frob")), capsys) == [
        "Nothing in the catalogue on “zorkmid”, “frob”.",
        "The catalogue covers Knots, Tides.",
        "All of it: onboard topics",
    ]
    assert said(an_answer("nothing", 0, 2, ()), capsys)[:2] == [
        "Nothing in the catalogue on “known”.",
        "The nearest topics: T0, T1.",
    ]


def test_a_question_of_no_words_is_met_with_a_sentence(catalogue: Path) -> None:
    """A question without a word in it gets a whole sentence too."""
    lines = piped(catalogue, "ask", "?!").splitlines()
    assert lines[0] == "That names nothing to learn about."


def test_a_long_unknown_word_is_cut(catalogue: Path) -> None:
    """A word of any length gets a line that can be read."""
    first = piped(catalogue, "ask", "zork" * 100).splitlines()[0]
    assert first.startswith("Nothing in the catalogue on “zorkzork")
    assert len(first) < 100


NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)


def gap(words: str, waiting: int) -> Gap:
    """Return a gap of these words."""
    first, last = (NOW - dt.timedelta(days=days) for days in (40, 2))
    return Gap(
        words=tuple(words.split()),
        times=4,
        people=3,
        first=first,
        last=last,
        keys=(),
        waiting=waiting,
    )


def gaps_said(found: Gaps, capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    """Return the lines that gaps have in a pipe, as columns."""
    terminal.show(terminal.gaps(found, NOW, people=2))
    lines = capsys.readouterr().out.splitlines()
    return [re.split(r" {2,}", line.strip()) for line in lines]


def test_gaps_are_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    """Each gap is a row: what, how often, by how many, first and last, and who waits."""
    found = Gaps((gap("nested [red]virtualization", 0), gap("raft\x1b[35m", 2)), 1)
    assert gaps_said(found, capsys) == [
        ["what", "asked", "people", "first", "last", "waiting"],
        ["nested [red]virtualization", "4", "3", "last month", "2 days ago", "-"],
        ["raft\N{REPLACEMENT CHARACTER}[35m", "4", "3", "last month", "2 days ago", "2"],
        ["Not shown: 1 gap that fewer than 2 people asked for. To see all: onboard gaps --all"],
    ]


def test_no_gaps_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing open and nothing that enough people asked for are different sentences."""
    assert gaps_said(Gaps(), capsys) == [["No gaps: no question is open."]]
    assert gaps_said(Gaps((), 3), capsys) == [
        ["Nothing that several people asked for in vain."],
        ["Not shown: 3 gaps that fewer than 2 people asked for. To see all: onboard gaps --all"],
    ]


# On a terminal


def test_titles_are_links_on_a_terminal(catalogue: Path) -> None:
    """On a terminal the title leads to the address, and so does the address itself."""
    shown = on_terminal(catalogue, "ask", "the bowline")
    targets = [target for _, target in LINK.findall(shown)]
    assert set(targets) == {LONG, LONG + "/mirror", ""}
    start, end = shown.index(LONG), shown.index("\x1b]8;;\x1b\\")
    assert bare(shown[start + len(LONG + "\x1b\\") : end]) == "The bowline"


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_terminal_is_given_back_as_it_was(arguments: list[str], catalogue: Path) -> None:
    """Each link and each style is ended before its line is, and no other code is used."""
    shown = on_terminal(catalogue, *arguments)
    assert SGR.search(shown)
    assert "\x1b" not in bare(shown)
    for line in shown.splitlines():
        assert (SGR.findall(line) or ["0"])[-1] in {"", "0"}
        assert ([target for _, target in LINK.findall(line)] or [""])[-1] == ""


@pytest.mark.parametrize("columns", [40, 80, 300])
def test_a_terminal_gets_lines_that_fit(columns: int, catalogue: Path) -> None:
    """On a terminal text is laid out to its width, at most a hundred."""
    for arguments in (["ask", "the bowline"], ["topic", "knots"], ["topics"]):
        shown = bare(on_terminal(catalogue, *arguments, columns=columns))
        long = [line for line in shown.splitlines() if len(line.rstrip()) > min(columns, 100)]
        assert all("https://" in line for line in long), long
        assert "How a sailor" in shown


@pytest.mark.parametrize("arguments", [["ask", "the bowline"], ["topic", "knots"]], ids=" ".join)
def test_addresses_are_whole_on_a_terminal(arguments: list[str], catalogue: Path) -> None:
    """An address longer than the terminal is wide can be copied whole, a mirror's too."""
    shown = bare(on_terminal(catalogue, *arguments))
    whole = "".join(line.strip() for line in shown.splitlines())
    assert LONG in whole
    assert f"{LONG}/mirror" in whole


def test_the_lines_of_a_file_are_broken_by_nobody(catalogue: Path) -> None:
    """A change is shown as patch writes it, however long its lines."""
    told = ("--title", "Sails", "--summary", "How to set them.", "--topic", "tides", "--dry-run")
    shown = bare(on_terminal(catalogue, "add", f"{LONG}/sails", *told))
    assert f"{LONG}/sails\n" in shown


def colours(shown: str) -> set[str]:
    """Return the codes of colours among the styles."""
    codes = (code for codes in SGR.findall(shown) for code in codes.split(";"))
    return {code for code in codes if re.fullmatch(r"3\d|4\d|9\d|10\d", code)}


def test_no_color_removes_colours(catalogue: Path) -> None:
    """Colours are there, and NO_COLOR takes them away; the words stay the same."""
    plain = on_terminal(catalogue, "ask", UNSURE, NO_COLOR="1")
    coloured = on_terminal(catalogue, "ask", UNSURE)
    assert colours(coloured)
    assert not colours(plain)
    assert bare(plain) == bare(coloured)


def test_a_dumb_terminal_gets_no_codes(catalogue: Path) -> None:
    """A terminal that understands no codes is sent none."""
    assert "\x1b" not in on_terminal(catalogue, "ask", UNSURE, TERM="dumb")


def test_a_question_gives_a_terminal_no_orders(catalogue: Path) -> None:
    """A question's own codes are not among those that a terminal is sent."""
    text = "\x1b]8;;https://evil.example\x1b\\zorkmid\x1b]8;;\x1b\\ \x1b[35m \x9b35m"
    shown = on_terminal(catalogue, "ask", text)
    assert "evil.example\x1b" not in shown
    assert "35" not in SGR.findall(shown)
    assert [c for c in bare(shown) if not (c.isprintable() or c == "\n")] == []


def test_long_work_shows_its_progress_on_a_terminal_only(catalogue: Path) -> None:
    """A check shows how far it is on a terminal and clears it away; a pipe gets the result only."""
    ended = f"{catalogue}: all is well. 2 resources, 2 topics, 0 terms; "
    out = piped(catalogue, "check", "-c", str(catalogue))
    assert out.startswith(ended)
    assert len(out.splitlines()) == 1
    shown = on_terminal(catalogue, "check", "-c", str(catalogue), columns=300)
    assert "Trying every ask" in shown
    assert ended in shown.splitlines()[-1]
    assert shown.index("Trying every ask") < shown.index(ended)


# What people said


def test_an_explanation_has_a_column_for_feedback(catalogue: Path) -> None:
    """What thumbs say and add stands with the other lines of the sum, whole at 80 columns; without
    thumbs there is no such column.
    """
    index = Index.build(load(catalogue))
    for asked, shown in ((index, False), (index.preferring({"bowline": -0.5}), True)):
        out = Console(width=80, file=StringIO())
        with out.capture() as captured:
            out.print(*terminal.explanation(asked.search("the bowline"), None, ""), sep="\n")
        lines = captured.get().splitlines()
        # The word comes before the candidate.
        *_, at = (at for at, line in enumerate(lines) if line.startswith("bowline"))
        assert lines[at].rstrip().endswith(" -0.50") == shown
        assert lines[at + 1].rstrip().endswith(" (-0.05)") == shown
        assert any("feed" in line for line in lines) == shown
