"""The command `onboard`, as people and programs meet it."""

import json
import os
import re
import resource
import select
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import IO, Any

import pytest

from bot.catalogue import load
from bot.cli import main
from bot.model import SURFACES
from tests.catalogue.samples import MINIMAL, edited

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "tests/catalogue/pages/onboarding.md"
PATIENCE = 60
"""Seconds after which what should come at once is taken to be stuck."""
COMMANDS = (
    "ask", "topics", "topic", "check", "explain", "why-not", "add", "edit", "import", "links",
    "eval", "schema", "try", "serve", "manifest", "gallery", "gaps", "map", "suggestions", "digest",
    "store",
)  # fmt: skip
OF_STORE = ("store check", "store migrate", "store export", "store forget")
OF_DIGEST = ("digest list", "digest preview")
OF_SUGGESTIONS = ("suggestions show", "suggestions merge", "suggestions undo")

SAILING = """\
version: 1
topics:
  - id: tides
    name: Tides
    aliases: [ebb and flow]
    summary: Why the water comes and goes.
    related: [knots]
    after: [first-days]
    questions: ["When is high water?"]
  - id: knots
    name: Knots
  - id: first-days
    name: First Days
resources:
  - id: tide-tables
    title: Tide tables
    url: https://example.org/tables
    summary: Look up high water at every harbour.
    topics: [tides]
    level: reference
  - id: moon
    title: The moon and the sea
    url: https://example.org/moon
    summary: Why the moon pulls the water.
    topics: [tides]
    level: intro
  - id: harbour-manual
    title: The harbour manual
    url: https://example.org/manual
    summary: What everybody on board has to know.
    topics: [first-days, tides]
    level: intro
  - id: bowline
    title: The bowline
    url: https://example.org/bowline
    summary: A loop that does not slip.
    topics: [knots]
    asks: [how do I tie a loop that holds]
"""
IN_ORDER = ["moon", "tide-tables", "harbour-manual"]
"""The resources on tides: those at home there first, by level."""


@dataclass(frozen=True)
class Ran:
    """What a run of the command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, read as JSON."""
        return json.loads(self.out)


def run(*arguments: str | Path, stdin: bytes = b"") -> Ran:
    """Run the command in this process, from its entry point to its exit code."""
    out, err = (TextIOWrapper(BytesIO(), "utf-8", newline="") for _ in range(2))
    before = sys.argv, sys.stdin
    sys.argv, sys.stdin = ["onboard", *map(str, arguments)], TextIOWrapper(BytesIO(stdin), "utf-8")
    try:
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
            main()
    finally:
        sys.argv, sys.stdin = before
    return Ran(int(left.value.code or 0), *(_written(stream) for stream in (out, err)))


def _written(stream: TextIOWrapper) -> str:
    stream.flush()
    held = stream.buffer
    assert isinstance(held, BytesIO)
    return held.getvalue().decode()


def command(*arguments: str | bytes | Path) -> Sequence[str | bytes | Path]:
    """Return the words that start the real command."""
    return [sys.executable, "-m", "bot", *arguments]


def environment(**more: str) -> dict[str, str]:
    """Return a plain environment, whatever is set where the tests run."""
    # Without bytecode: a process short of disk would leave some cut short for all that follow.
    plain = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    plain["ONBOARD_MODEL"] = "off"
    return {"PATH": os.environ.get("PATH", ""), **plain, **more}


def process(
    *arguments: str | bytes | Path,
    cwd: Path,
    stdin: bytes = b"",
    stdout: IO[bytes] | int = subprocess.PIPE,
    largest_file: int | None = None,
    memory: int | None = None,
) -> Ran:
    """Run the real command in a process of its own, perhaps short of disk or memory."""

    def bound() -> None:
        if largest_file is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
        if memory is not None:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    ran = subprocess.run(
        command(*arguments),
        cwd=cwd,
        env=environment(),
        input=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        preexec_fn=bound,
        check=False,
    )
    out, err = ((data or b"").decode(errors="surrogateescape") for data in (ran.stdout, ran.stderr))
    return Ran(ran.returncode, out, err)


def is_sentence(text: str) -> bool:
    """Whether this is what a person is told, and not a traceback."""
    return (
        text.startswith("onboard: ")
        and text.rstrip().endswith((".", "?", "topics", '"'))
        and "Traceback" not in text
        and text.count("\n") == 1
    )


def described(value: object) -> object:
    """Replace every value by its type, and keep names and their order."""
    match value:
        case dict():
            return [(key, described(inner)) for key, inner in value.items()]
        case list():
            return [described(inner) for inner in value[:1]]
    return type(value)


@pytest.fixture
def sailing(tmp_path: Path) -> Path:
    """A catalogue on sailing."""
    path = tmp_path / "sailing.yaml"
    path.write_text(SAILING, encoding="utf-8")
    return path


@pytest.fixture
def minimal(tmp_path: Path) -> Path:
    """The small catalogue that the tests of the reader use."""
    path = tmp_path / "minimal.yaml"
    path.write_text(MINIMAL, encoding="utf-8")
    return path


# ask


def test_an_answer_shows_what_a_newcomer_needs(sailing: Path) -> None:
    """An answer holds the title, the whole address, the summary and the reason; exit code 0."""
    ran = run("ask", "-c", sailing, *"how does the bowline make a loop".split())
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0] == "*  The bowline"
    assert lines[1] == "   https://example.org/bowline"
    assert lines[2] == "   A loop that does not slip."
    assert lines[-2].startswith("   Why: ")


def test_words_and_one_text_are_the_same_question(sailing: Path) -> None:
    """A question need not be quoted: its words are joined."""
    apart = run("ask", "-c", sailing, "--json", "tide", "tables").json
    assert apart == run("ask", "-c", sailing, "--json", "tide tables").json
    assert apart["question"] == "tide tables"


def test_nothing_is_an_answer_too(sailing: Path) -> None:
    """That the catalogue has nothing is no failure: exit code 0, on standard output."""
    ran = run("ask", "-c", sailing, "where do I learn zorkmid")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Nothing in the catalogue on “zorkmid”.")


def test_the_json_of_an_answer_is_the_contract(sailing: Path) -> None:
    """Names, order and types of the JSON are those of the design, and nothing more."""
    given = run("ask", "-c", sailing, "--json", "where are the tide tables").json
    assert described(given) == [
        ("question", str),
        ("verdict", str),
        ("confidence", float),
        ("reply", bool),
        (
            "results",
            [[("id", str), ("title", str), ("url", str), ("confidence", float), ("why", [str])]],
        ),
        ("candidates", [[("id", str), ("url", str), ("score", float)]]),
    ]
    assert given["question"] == "where are the tide tables"
    assert (given["verdict"], given["reply"]) == ("answer", True)
    assert given["results"][0]["id"] == given["candidates"][0]["id"] == "tide-tables"
    assert given["results"][0]["url"] == "https://example.org/tables"
    assert given["confidence"] == given["results"][0]["confidence"]


def test_the_json_of_nothing_has_the_same_names(sailing: Path) -> None:
    """A program finds every name in every answer, be it empty."""
    given = run("ask", "-c", sailing, "--json", "zorkmid").json
    assert given == {
        "question": "zorkmid",
        "verdict": "nothing",
        "confidence": 0.0,
        "reply": False,
        "results": [],
        "candidates": [],
    }
    assert list(given)[:2] == ["question", "verdict"]
    assert isinstance(given["confidence"], float)


def test_explained_json_adds_one_name(sailing: Path) -> None:
    """With --explain the JSON holds the same, and then the sums, whose lines add up."""
    plain = run("ask", "-c", sailing, "--json", "tide tables").json
    full = run("ask", "-c", sailing, "--json", "--explain", "tide tables").json
    assert list(full) == [*plain, "explain"]
    assert {key: full[key] for key in plain} == plain
    explained = full["explain"]
    assert list(explained) == ["reading", "features", "confidence", "model"]
    assert [list(read) for read in explained["reading"]] == [["word", "weight", "terms"]] * 2
    assert list(explained["features"]) == [candidate["id"] for candidate in full["candidates"]]
    for candidate in full["candidates"]:
        sums = explained["features"][candidate["id"]].values()
        assert sum(line["adds"] for line in sums) == pytest.approx(candidate["score"], abs=0.01)


def test_the_limit_bounds_the_candidates(sailing: Path) -> None:
    """No more candidates than --limit are listed, and the first ones stay the same."""
    ids = [
        [found["id"] for found in run("ask", "-c", sailing, "--json", "--limit", n, "water").json[
            "candidates"
        ]]
        for n in ("1", "2", "100")
    ]  # fmt: skip
    assert [len(found) for found in ids[:2]] == [1, 2]
    assert ids[2][:2] == ids[1]
    assert ids[1][:1] == ids[0]


@pytest.mark.parametrize("limit", ["0", "101", "-1", "many"])
def test_a_limit_out_of_bounds_is_refused(limit: str, sailing: Path) -> None:
    """A limit that makes no sense stops the command with exit code 2."""
    ran = run("ask", "-c", sailing, "--limit", limit, "tides")
    assert (ran.code, ran.out) == (2, "")
    assert "--limit" in ran.err


def test_candidates_are_listed_whatever_the_verdict(sailing: Path) -> None:
    """In a channel that hears nothing, the raw ranking is in the JSON all the same."""
    given = run("ask", "-c", sailing, "--json", "--surface", "channel", "the tide is late").json
    assert (given["verdict"], given["reply"], given["results"]) == ("nothing", False, [])
    assert given["candidates"]


@pytest.mark.parametrize("surface", SURFACES)
def test_only_an_answer_is_posted(surface: str, sailing: Path) -> None:
    """On every surface, `reply` holds exactly when the verdict is an answer."""
    lines = [
        "how does the bowline make a loop",
        "water zorkmid",
        "zorkmid",
        "is the bowline broken",
        "hi",
    ]
    asked = "".join(json.dumps({"text": text}) + "\n" for text in lines).encode()
    ran = run("ask", "-c", sailing, "--jsonl", "--surface", surface, stdin=asked)
    for line in ran.out.splitlines():
        given = json.loads(line)
        assert given["reply"] == (given["verdict"] == "answer")
        assert bool(given["results"]) <= (given["verdict"] != "nothing")


def test_an_unknown_surface_is_refused(sailing: Path) -> None:
    """A surface that does not exist stops the command with exit code 2."""
    ran = run("ask", "-c", sailing, "--surface", "telegram", "tides")
    assert (ran.code, ran.out) == (2, "")
    assert "telegram" in ran.err


def test_an_explanation_shows_words_sums_and_times(sailing: Path) -> None:
    """--explain shows each word as it was read, every candidate's sum and what it all took."""
    ran = run("ask", "-c", sailing, "--explain", "tide zorkmid")
    assert ran.code == 0
    for heading in (
        "How the question was read",
        "Score of each candidate (value x weight)",
        "Confidence in the first one",
    ):
        assert f"\n{heading}\n" in ran.out
    read = {line.split()[0]: line.split() for line in ran.out.splitlines() if line}
    assert read["zorkmid"][2:] == ["-"]
    assert read["tide"][2].startswith("tide")
    assert "coverage" in read["candidate"]
    assert "(+" in " ".join(read["tide-tables"])
    assert "intercept" in read
    last = ran.out.splitlines()[-1]
    assert last.startswith("Read and indexed 4 resources in ")
    assert last.endswith(" ms.")
    assert " searched in " in last


def test_an_explained_confidence_follows_from_its_sum(sailing: Path) -> None:
    """Without a candidate there is no sum, and none is said to have led to the confidence."""
    ran = run("ask", "-c", sailing, "--explain", "zorkmid")
    assert "+0.00 through the logistic function: 0.00" not in ran.out


@pytest.mark.parametrize(
    "arguments", [[], [""], ["  "], ["--json"], ["--jsonl", "tides"]], ids=" ".join
)
def test_a_question_comes_from_one_place(arguments: list[str], sailing: Path) -> None:
    """Without a question, or with two sources of it, a sentence says what to do; exit code 2."""
    ran = run("ask", "-c", sailing, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert is_sentence(ran.err)


def test_a_catalogue_without_topics_is_not_described(tmp_path: Path) -> None:
    """An empty catalogue answers nothing, and no sentence is left without its end."""
    empty = tmp_path / "empty.yaml"
    empty.write_text("version: 1\n", encoding="utf-8")
    ran = run("ask", "-c", empty, "tides")
    assert ran.code == 0
    assert ran.out.startswith("Nothing in the catalogue on “tides”.")
    assert "covers ." not in ran.out


# ask --jsonl


def test_answers_come_one_a_line_in_order(sailing: Path) -> None:
    """Each line in gives one line out, in order; blank lines are passed over."""
    texts = [
        "how does the bowline make a loop",
        "zorkmid",
        "",
        "line\nbreak",
        "tide tables",
        "Ünïcödé 🐢",
    ]
    asked = "\n \n\r\n".join(json.dumps({"text": text}) for text in texts)
    ran = run("ask", "-c", sailing, "--jsonl", stdin=asked.encode())
    assert (ran.code, ran.err) == (0, "")
    answers = [json.loads(line) for line in ran.out.splitlines()]
    assert [answer["question"] for answer in answers] == texts
    for text, answer in zip(texts, answers, strict=True):
        assert list(answer) == [
            "question", "verdict", "confidence", "reply", "results", "candidates",
        ]  # fmt: skip
        if text:
            assert answer == run("ask", "-c", sailing, "--json", text).json


def test_a_line_is_asked_where_it_says(sailing: Path) -> None:
    """A line without a surface is asked on the one of the option, other keys are ignored."""
    said, channel = "the bowline loop please", {"surface": "channel"}
    asked = [{"text": said}, {"text": said, **channel}, {"text": said, "surface": "dm", "id": 7}]
    lines = "\n".join(map(json.dumps, asked)).encode()

    def verdicts(*options: str) -> list[str]:
        ran = run("ask", "-c", sailing, "--jsonl", *options, stdin=lines)
        return [json.loads(line)["verdict"] for line in ran.out.splitlines()]

    assert verdicts() == ["answer", "nothing", "answer"]
    assert verdicts("--surface", "channel") == ["nothing", "nothing", "answer"]


def test_no_lines_no_answers(sailing: Path) -> None:
    """Nothing asked is nothing answered, and fine."""
    assert run("ask", "-c", sailing, "--jsonl") == Ran(0, "", "")


@pytest.mark.parametrize(
    "line",
    [
        b"tides",
        b'"tides"',
        b"[]",
        b"null",
        b"{}",
        b'{"text": 3}',
        b'{"text": null}',
        b'{"text": "x", "surface": "telegram"}',
        b'{"text": "x", "surface": null}',
        b'{"text": "x", "surface": ["mention"]}',
        b'{"text": "x"} {"text": "y"}',
        b'{"text": "\xff"}',
        b'{"text": "x"',
        b"\x00",
        b'{"text": ' + b"[" * 100_000,
        b'{"text": "' + b"x" * 1_000_001 + b'"}',
        b'{"text": "x", "n": ' + b"9" * 5000 + b"}",
    ],
    ids=lambda line: f"{line[:36]!r}",
)
def test_a_bad_line_is_named(line: bytes, sailing: Path) -> None:
    """A line that cannot be asked stops the work with its number; answers before it stand."""
    ran = run("ask", "-c", sailing, "--jsonl", stdin=b'{"text": "tides"}\n\n' + line + b"\n")
    assert ran.code == 2
    assert [json.loads(out)["question"] for out in ran.out.splitlines()] == ["tides"]
    assert is_sentence(ran.err)
    assert "Line 3" in ran.err


def test_half_a_character_is_no_accident(sailing: Path) -> None:
    """JSON can name half of a character; such a line is answered, or refused by its number."""
    ran = process(
        "ask", "-c", sailing, "--jsonl", cwd=ROOT, stdin=b'{"text": "\\ud800 bowline"}\n'
    )  # fmt: skip
    assert "Traceback" not in ran.err
    if ran.code == 0:
        assert len([json.loads(line) for line in ran.out.splitlines()]) == 1
    else:
        assert ran.code == 2
        assert is_sentence(ran.err)
        assert "Line 1" in ran.err


def test_arguments_that_are_no_text_are_no_accident(sailing: Path) -> None:
    """A question of bytes that are no UTF-8 gets an answer that can be read as UTF-8."""
    ran = process("ask", "-c", sailing, "--json", b"\xff bowline", cwd=ROOT)
    assert "Traceback" not in ran.err
    if ran.code == 0:
        assert not re.search("[\udc80-\udcff]", ran.out), "not UTF-8"
    else:
        assert (ran.code, is_sentence(ran.err)) == (2, True)


def interruptible() -> None:
    """Let a process be interrupted, although the tests themselves may run in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_answer_is_there_before_the_next_question(sailing: Path) -> None:
    """A program may ask, wait for the answer, and ask again; an interruption is no traceback."""
    with subprocess.Popen(
        command("ask", "-c", sailing, "--jsonl"),
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=interruptible,  # noqa: PLW1509 - there are no threads here
    ) as running:
        assert running.stdin
        assert running.stdout
        assert running.stderr
        for text in ("bowline", "tides"):
            running.stdin.write(json.dumps({"text": text}).encode() + b"\n")
            running.stdin.flush()
            answered, _, _ = select.select([running.stdout], [], [], PATIENCE)
            assert answered, "no answer before the next question"
            assert json.loads(running.stdout.readline())["question"] == text
        running.send_signal(signal.SIGINT)
        assert running.wait(PATIENCE) not in {0, 1}
        assert b"Traceback" not in running.stderr.read()


def test_a_reader_that_leaves_is_no_accident(sailing: Path) -> None:
    """When the reader of a pipe goes away the command stops without a word."""
    line = b'{"text": "how does the bowline make a loop"}\n'
    with subprocess.Popen(
        command("ask", "-c", sailing, "--jsonl"),
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdin
        assert running.stdout
        assert running.stderr
        running.stdin.write(line)
        running.stdin.flush()
        running.stdout.readline()
        running.stdout.close()
        try:
            running.stdin.write(line * 500)
            running.stdin.close()
        except BrokenPipeError:
            pass
        assert running.stderr.read() == b""
        assert running.wait() != 0


@pytest.mark.parametrize("arguments", [["topics"], ["schema"], ["check"]], ids=" ".join)
def test_a_full_disk_is_told(arguments: list[str], sailing: Path) -> None:
    """When standard output takes no more a sentence says so, exit code 2."""
    with Path("/dev/full").open("wb") as full:
        options = [] if arguments == ["schema"] else ["-c", str(sailing)]
        ran = process(*arguments, *options, cwd=ROOT, stdout=full)
    assert "Traceback" not in ran.err
    assert (ran.code, is_sentence(ran.err)) == (2, True)


# Hostile text


HOSTILE = [
    "\x1b[31mbowline\x1b[0m zorkmid",
    "\x1b]8;;https://evil.example\x1b\\bowline\x1b]8;;\x1b\\",
    "\x1b]0;title\x07zorkmid",
    "bow\x08\x08line \x7f zork\rmid",
    "zork\x9b31mmid \x9d8;;https://evil.example\x9c bowline",
    "zork\u202emid\u2028 bowline\u2066",
]


@pytest.mark.parametrize("options", [[], ["--explain"], ["--json"]], ids=" ".join)
@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_question_gives_a_terminal_no_orders(
    text: str, options: list[str], sailing: Path
) -> None:
    """What a question holds besides text never reaches standard output as it is."""
    ran = run("ask", "-c", sailing, *options, text)
    assert ran.code == 0
    assert [c for c in ran.out if not (c.isprintable() or c == "\n")] == []


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_the_name_of_a_topic_gives_a_terminal_no_orders(text: str, sailing: Path) -> None:
    """A topic that is not there is named without what a terminal would obey."""
    ran = run("topic", "-c", sailing, text)
    assert (ran.code, ran.out) == (1, "")
    assert [c for c in ran.err if not (c.isprintable() or c == "\n")] == []


def test_a_faulty_catalogue_gives_a_terminal_no_orders(tmp_path: Path) -> None:
    """What a fault quotes from the catalogue is shown without what a terminal would obey."""
    path = tmp_path / "evil.yaml"
    path.write_text('"\\e]8;;https://evil.example\\e\\\\": 1\nversion: "\\e[31m\\x9b"\n')
    ran = run("check", "-c", path)
    assert ran.code == 1
    assert len(ran.out.splitlines()) > 1
    assert [c for c in ran.out if not (c.isprintable() or c == "\n")] == []


def test_a_page_gives_a_terminal_no_orders(tmp_path: Path) -> None:
    """What an import quotes from the page is shown without what a terminal would obey."""
    page = tmp_path / "page.md"
    words = "\x1b]8;;https://evil.example\x07tides \x1b[31m\x9b31m \u202e"
    page.write_text(
        f"# {words}\n\n- [{words}](mailto:me@example.org)\n- [A {words}](https://example.org/a)\n"
        f"- [B {words}](https://example.org/a)\n\n{words} and a paragraph\n",
        encoding="utf-8",
    )
    ran = run("import", page)
    assert ran.code == 0
    assert [c for c in ran.out + ran.err if not (c.isprintable() or c == "\n")] == []


def test_markup_is_shown_as_it_is(tmp_path: Path) -> None:
    """Brackets and colons in a catalogue are text: no bold, no links, no emoji."""
    marked = "[bold]x[/bold] [link=https://evil.example]y[/link] :smile: \\[z] [/]"
    text = SAILING
    for old in ("The bowline", "A loop that does not slip.", "name: Knots", "loop that holds"):
        assert old in text
        new = old.split(": ")[-1] + " " + marked
        key = "name: " if old.startswith("name: ") else ""
        text = text.replace(old, f"{key}{json.dumps(new)}" if "holds" not in old else old)
    text = text.replace("[how do I tie a loop that holds]", f"[{json.dumps('how ' + marked)}]")
    text += (
        f"    note: {json.dumps('note ' + marked)}\n    authors: [{json.dumps('by ' + marked)}]\n"
    )
    text += f"    also: [{{title: {json.dumps('also ' + marked)}, url: https://example.org/b}}]\n"
    path = tmp_path / "marked.yaml"
    path.write_text(text, encoding="utf-8")
    answer = run("ask", "-c", path, "bowline")
    assert (answer.code, answer.err) == (0, "")
    for shown in ("The bowline", "A loop that does not slip.", "note", "by", "also"):
        assert f"{shown} {marked}" in answer.out
    assert f"Knots {marked}" in run("topics", "-c", path).out
    assert f"Knots {marked}\n" in run("topic", "-c", path, "knots").out


# The catalogue


@pytest.mark.parametrize(
    "arguments",
    [["ask", "tides"], ["topics"], ["topic", "tides"], ["check"], ["check", "--json"]],
    ids=" ".join,
)
def test_a_missing_catalogue_is_a_sentence(arguments: list[str], tmp_path: Path) -> None:
    """Every command that needs the catalogue says that it is not there; exit code 2."""
    ran = run(*arguments, "-c", tmp_path / "no.yaml")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"onboard: {tmp_path / 'no.yaml'}: There is no such file. Check the path.\n"


@pytest.mark.parametrize(
    "arguments",
    [["ask", "tides"], ["ask", "--jsonl"], ["topics"], ["topic", "tides"]],
    ids=" ".join,
)
def test_a_broken_catalogue_is_a_sentence_a_fault(arguments: list[str], tmp_path: Path) -> None:
    """A catalogue with faults cannot be used: each fault with its line, exit code 2."""
    path = tmp_path / "c.yaml"
    path.write_text(
        edited(("summary: How the bus works.", "sumary: x"), ("topics: [vfio]", "topics: [vfoi]"))
    )
    ran = run(*arguments, "-c", path)
    assert (ran.code, ran.out) == (2, "")
    assert [line.split(": ", 2)[:2] for line in ran.err.splitlines()] == [
        ["onboard", f"{path}:13:5"],
        ["onboard", f"{path}:16:5"],
        ["onboard", f"{path}:23:14"],
    ]


def test_the_process_ends_without_a_traceback(tmp_path: Path) -> None:
    """In a process of its own too, a missing and a broken catalogue end in sentences."""
    missing = process("ask", "tides", cwd=tmp_path)
    (tmp_path / "resources.yaml").write_text("version: [")
    broken = process("ask", "tides", cwd=tmp_path)
    for ran in (missing, broken):
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith("onboard: resources.yaml")
        assert is_sentence(ran.err)


def test_the_environment_names_the_catalogue(
    sailing: Path, minimal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ONBOARD_CATALOGUE replaces the usual name; the option goes before both."""
    monkeypatch.chdir(sailing.parent)
    assert run("topics").code == 2
    monkeypatch.setenv("ONBOARD_CATALOGUE", str(sailing))
    assert "Tides" in run("topics").out
    assert "VFIO" in run("topics", "--catalogue", minimal).out
    minimal.rename("resources.yaml")
    assert "Tides" in run("topics").out
    monkeypatch.delenv("ONBOARD_CATALOGUE")
    assert "VFIO" in run("topics").out


# topics, topic


def test_topics_are_listed_in_learning_order(sailing: Path) -> None:
    """Topics stand after those they build on, each with how much there is and what it is."""
    ran = run("topics", "-c", sailing)
    assert (ran.code, ran.err) == (0, "")
    listed = [" ".join(line.split()) for line in ran.out.splitlines()[1:]]
    assert listed == ["First Days 1", "Tides 3 Why the water comes and goes.", "Knots 1"]


def test_the_json_of_topics(sailing: Path) -> None:
    """The JSON lists the same topics in the same order, with their resources in order."""
    given = run("topics", "-c", sailing, "--json").json
    assert [list(topic) for topic in given] == [["id", "name", "summary", "after", "resources"]] * 3
    assert [topic["id"] for topic in given] == ["first-days", "tides", "knots"]
    assert given[1] == {
        "id": "tides",
        "name": "Tides",
        "summary": "Why the water comes and goes.",
        "after": ["first-days"],
        "resources": IN_ORDER,
    }
    assert given[0]["summary"] is None


@pytest.mark.parametrize(
    "name", ["tides", "Tides", "TIDES", "ebb and flow", "Ebb-and-Flow", " ebb  AND flow "]
)
def test_a_topic_is_found_by_every_name(name: str, sailing: Path) -> None:
    """Id, name and alias lead to the topic, whatever their capitals, hyphens and spaces."""
    assert run("topic", "-c", sailing, "--json", name).json["id"] == "tides"
    assert run("topic", "-c", sailing, "--json", *name.split()).json["id"] == "tides"


def test_a_topic_is_shown_in_learning_order(sailing: Path) -> None:
    """A topic shows what to learn first, its resources in order, and what one can answer then."""
    ran = run("topic", "-c", sailing, "tides")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[:3] == ["Tides", "Why the water comes and goes.", "Learn first: First Days."]
    assert [line for line in lines if line[:1].isdigit()] == [
        "1. The moon and the sea",
        "2. Tide tables",
        "3. The harbour manual",
    ]
    assert lines[lines.index("Afterwards you can answer:") + 1] == " - When is high water?"
    assert lines[-1] == "See also: Knots."


def test_a_topic_without_resources_says_so(minimal: Path) -> None:
    """An empty topic is shown as empty."""
    minimal.write_text(edited(("    topics: [vfio]", "    topics: [pci]")))
    ran = run("topic", "-c", minimal, "vfio")
    assert ran.code == 0
    assert "No resources yet." in ran.out


def test_the_json_of_a_topic(sailing: Path) -> None:
    """The JSON of a topic holds its text, its resources in order and its questions."""
    given = run("topic", "-c", sailing, "--json", "tides").json
    assert list(given) == ["id", "name", "summary", "after", "related", "resources", "questions"]
    assert [list(found) for found in given["resources"]] == [["id", "title", "url", "summary"]] * 3
    assert [found["id"] for found in given["resources"]] == IN_ORDER
    assert given["questions"] == ["When is high water?"]
    assert (given["after"], given["related"]) == (["first-days"], ["knots"])


@pytest.mark.parametrize("options", [[], ["--json"]], ids=" ".join)
def test_a_slip_of_the_pen_is_met_with_a_name(options: list[str], sailing: Path) -> None:
    """A topic that is not there is exit code 1, and what is spelt like it is offered by name."""
    ran = run("topic", "-c", sailing, *options, "tidse")
    assert (ran.code, ran.out) == (1, "")
    assert is_sentence(ran.err)
    assert "'tidse'" in ran.err
    assert "Did you mean Tides?" in ran.err


@pytest.mark.parametrize("name", ["quantum chromodynamics", "", "🐢", "x" * 100_000])
def test_what_is_like_no_topic_is_offered_none(name: str, sailing: Path) -> None:
    """A name that is like none gets no offer, only the way to the list."""
    ran = run("topic", "-c", sailing, name)
    assert (ran.code, ran.out) == (1, "")
    assert "Did you mean" not in ran.err
    assert ran.err.endswith("To see them all: onboard topics\n")


# check


def test_a_sound_catalogue_is_well(sailing: Path) -> None:
    """A sound catalogue is exit code 0 and one line that counts what it holds."""
    assert run("check", "-c", sailing) == Ran(
        0,
        f"{sailing}: all is well. 4 resources, 3 topics, 0 terms; "
        "each of 1 asks finds its resource.\n",
        "",
    )
    given = run("check", "-c", sailing, "--json").json
    assert given == {"ok": True, "problems": [], "advice": []}


def test_every_fault_is_shown_with_its_line(minimal: Path) -> None:
    """Faults come with file, line and column, in file order, and a count; exit code 1."""
    minimal.write_text(
        edited(("summary: How the bus works.", "sumary: x"), ("topics: [vfio]", "topics: [vfoi]"))
    )
    ran = run("check", "-c", minimal)
    assert (ran.code, ran.err) == (1, "")
    assert [line.split(": ")[0] for line in ran.out.splitlines()] == [
        f"{minimal}:13:5",
        f"{minimal}:16:5",
        f"{minimal}:23:14",
        f"{minimal}",
    ]
    assert ran.out.endswith(f"{minimal}: 3 problems to mend.\n")


def test_the_json_of_a_check(minimal: Path) -> None:
    """The JSON of a check holds each fault in parts, in file order; exit code 1."""
    minimal.write_text(edited(("topics: [vfio]", "topics: [vfoi]")))
    ran = run("check", "-c", minimal, "--json")
    assert (ran.code, ran.err) == (1, "")
    assert list(ran.json) == ["ok", "problems", "advice"]
    assert ran.json["ok"] is False
    (problem,) = ran.json["problems"]
    assert list(problem)[:5] == ["file", "line", "column", "message", "remedy"]
    assert list(problem)[5:] == ["code", "severity", "path", "fix"]
    assert (problem["code"], problem["severity"]) == ("no-such-topic", "error")
    assert (problem["file"], problem["line"], problem["column"]) == (str(minimal), 23, 14)
    assert problem["remedy"] == 'Did you mean "vfio"?'


def test_a_lost_ask_is_reported_where_it_stands(minimal: Path) -> None:
    """An ask that leads to another resource is a fault, with the line of the ask."""
    minimal.write_text(
        edited(("[how do I pass a device through]", "[what is a device, a talk on PCI]"))
    )
    ran = run("check", "-c", minimal)
    assert (ran.code, ran.err) == (1, "")
    lost, last = ran.out.splitlines()
    assert lost == (
        f'{minimal}:24:30: Resource "vfio-notes": its ask "a talk on PCI" finds it only in '
        'place 2, after "pci-talk". Word the ask so that it says what sets this resource apart, '
        "or move it to the other one. [lost-ask]"
    )
    assert last == f"{minimal}: 1 problem to mend."
    given = run("check", "-c", minimal, "--json")
    assert given.code == 1
    assert [(p["line"], p["column"]) for p in given.json["problems"]] == [(24, 30)]


def test_the_first_catalogue_is_well() -> None:
    """The catalogue of this repository passes its own check."""
    ran = run("check", "-c", ROOT / "resources.yaml")
    assert (ran.code, ran.err) == (0, "")


@pytest.mark.parametrize("options", [[], ["--json"]], ids=" ".join)
def test_what_cannot_be_read_cannot_be_checked(options: list[str], tmp_path: Path) -> None:
    """A folder in place of the catalogue is no fault found, but a check that did not run."""
    ran = run("check", "-c", tmp_path, *options)
    assert (ran.code, ran.out) == (2, "")
    assert is_sentence(ran.err)


# schema


def test_the_schema_is_the_one_of_the_repository() -> None:
    """What `onboard schema` prints is, letter for letter, the file that editors are given."""
    ran = run("schema")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (ROOT / "resources.schema.json").read_text(encoding="utf-8")
    assert ran.json["$schema"].startswith("https://json-schema.org/")


# import


def test_an_imported_page_passes_the_check(tmp_path: Path) -> None:
    """A catalogue drafted from a page is accepted as it is; what became of each link is told."""
    drafted = tmp_path / "drafted.yaml"
    ran = run("import", PAGE)
    assert ran.code == 0
    drafted.write_text(ran.out, encoding="utf-8")
    assert run("check", "-c", drafted).code == 0
    assert " links seen: " in ran.err
    assert len(load(drafted).resources) > 5


def test_a_file_gets_what_standard_output_would(tmp_path: Path) -> None:
    """With --output the same catalogue goes into the file, and nothing beside it."""
    output = tmp_path / "new.yaml"
    shown = run("import", PAGE)
    assert run("import", PAGE, "--output", output) == Ran(0, "", shown.err)
    assert output.read_text(encoding="utf-8") == shown.out
    assert list(tmp_path.iterdir()) == [output]
    assert stat.S_ISREG(output.stat().st_mode)


def test_an_existing_file_is_replaced_only_by_force(tmp_path: Path) -> None:
    """A file that is there stays as it is, unless --force is given; exit code 2."""
    output = tmp_path / "mine.yaml"
    output.write_text("mine")
    ran = run("import", PAGE, "-o", output)
    assert (ran.code, ran.out) == (2, "")
    assert is_sentence(ran.err)
    assert "--force" in ran.err
    assert output.read_text() == "mine"
    assert run("import", PAGE, "-o", output, "--force").code == 0
    assert output.read_text(encoding="utf-8") == run("import", PAGE).out
    assert list(tmp_path.iterdir()) == [output]


def test_a_file_is_written_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    """When the disk takes only a part, the old file stands and no part is left behind."""
    output = tmp_path / "mine.yaml"
    output.write_text("mine")
    ran = process("import", PAGE, "-o", output, "--force", cwd=ROOT, largest_file=100)
    assert (ran.code, ran.out) == (2, "")
    assert is_sentence(ran.err)
    assert list(tmp_path.iterdir()) == [output]
    assert output.read_text() == "mine"


def _unwritable(tmp_path: Path) -> Iterator[tuple[str, str]]:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    yield "no such folder", f"{tmp_path}/no/new.yaml"
    yield "a file as the folder", f"{tmp_path}/file/new.yaml"
    yield "a folder as the file", f"{tmp_path}/folder"
    yield "a name too long", f"{tmp_path}/{'x' * 300}"
    yield "this very folder", "."
    yield "a folder of the system", "/proc/new.yaml"


UNWRITABLE = (
    "no such folder",
    "a file as the folder",
    "a folder as the file",
    "a name too long",
    "this very folder",
    "a folder of the system",
)


@pytest.mark.parametrize("place", UNWRITABLE)
def test_a_place_that_takes_no_file_is_told(place: str, tmp_path: Path) -> None:
    """An output that cannot be written is a sentence with exit code 2, and leaves nothing."""
    outputs = dict(_unwritable(tmp_path))
    before = sorted(tmp_path.rglob("*"))
    ran = run("import", PAGE, "--force", "-o", outputs[place])
    assert (ran.code, ran.out) == (2, "")
    assert is_sentence(ran.err)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_page_that_is_no_text_is_told(tmp_path: Path) -> None:
    """A missing page, an empty folder and a binary page are sentences with exit code 2."""
    (tmp_path / "empty").mkdir()
    binary = tmp_path / "page.md"
    binary.write_bytes(b"# Links\n\n\xff\xfe\x00")
    for page, reason in (
        (tmp_path / "no.md", "No such file or directory"),
        (tmp_path / "empty", "holds no file"),
        (binary, "not UTF-8 text (byte 10)"),
    ):
        ran = run("import", page)
        assert (ran.code, ran.out) == (2, "")
        assert is_sentence(ran.err)
        assert reason in ran.err


def test_a_page_has_an_end(tmp_path: Path) -> None:
    """A page too large is refused, and so is one that never ends, before memory does."""
    large = tmp_path / "large.md"
    with large.open("wb") as file:
        file.truncate(16 * 2**20 + 1)
    for page in (large, Path("/dev/zero")):
        ran = process("import", page, cwd=ROOT, memory=2**29)
        assert (ran.code, ran.out) == (2, "")
        assert is_sentence(ran.err)


def test_the_address_of_a_page_is_noted(tmp_path: Path) -> None:
    """The address given for a page is the source of every entry; without one, its file name."""
    path = tmp_path / "c.yaml"
    for options, noted in (
        ([], "onboarding.md"),
        (["--page", "https://e.org/p"], "https://e.org/p"),
    ):
        path.write_text(run("import", PAGE, *options).out, encoding="utf-8")
        assert {r.source.page for r in load(path).resources if r.source} == {noted}


@pytest.mark.parametrize("address", ["\x1b[31mhere", "two\nlines", "x" * 3000, "\u202epage"])
def test_no_address_makes_a_faulty_draft(address: str, tmp_path: Path) -> None:
    """Whatever is said to be the page's address, the draft passes the check or is not made."""
    ran = run("import", PAGE, "--page", address)
    if ran.code == 0:
        path = tmp_path / "c.yaml"
        path.write_text(ran.out, encoding="utf-8")
        assert run("check", "-c", path).code == 0
    else:
        assert (ran.code, ran.out) == (2, "")
        assert is_sentence(ran.err)


# eval

QUESTIONS = (
    {"id": "loop", "text": "how do I tie a bowline", "style": "plain", "relevant": {"bowline": 2}},
    {"id": "moon", "text": "moon", "style": "vague", "relevant": {"tide-tables": 2, "moon": 1}},
    {"id": "lost", "text": "tide tables", "style": "vague", "relevant": {"harbour-manual": 2}},
    {"id": "off", "text": "what is zorkmid", "style": "trap", "relevant": {}},
    {"id": "talk", "text": "the tide is late", "surface": "channel", "style": "chatter",
     "relevant": {}},
    {"id": "stray", "text": "tide tables for high water", "style": "trap", "relevant": {}},
)  # fmt: skip


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """Labelled questions on sailing."""
    path = tmp_path / "questions.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in QUESTIONS), encoding="utf-8")
    return path


def test_an_evaluation_tells_figures_and_reasons(sailing: Path, questions: Path) -> None:
    """People get the figures by style and surface, and each line that went wrong with its why."""
    ran = run("eval", "-c", sailing, questions)
    assert (ran.code, ran.err) == (0, "")
    rows = [line.split() for line in ran.out.splitlines()]
    heading = "to answer first right nDCG@5 recall@3 answered wrong answers".split()
    assert ["style", *heading] in rows
    assert ["surface", *heading] in rows
    assert ["plain", "1", "1.00", "1.00", "1.00", "1.00", "0"] in rows
    assert ["vague", "2", "0.50", "0.44", "0.75", "1.00", "1"] in rows
    assert ["style", *"to refuse false answers share".split()] in rows
    assert ["trap", "2", "1", "0.50"] in rows
    assert ["chatter", "1", "0", "0.00"] in rows
    assert ["all", "3", "0", "0.33"] not in rows
    assert ["all", "3", "1", "0.33"] in rows
    assert "Channel noise, the share of lines to leave alone that were answered: 0.000." in ran.out
    assert "Answered with the wrong resource (1)\nlost  “tide tables”\n" in ran.out
    assert "   first: tide-tables: Tide tables\n" in ran.out
    assert "   wanted: harbour-manual: The harbour manual (in place " in ran.out
    assert "Answered, though there is nothing to show (1)\nstray  “tide tables for" in ran.out
    assert ran.out.count("   why: ") == 2
    assert [line for line in ran.out.splitlines() if line != line.rstrip()] == []


def test_the_json_of_an_evaluation_is_the_contract(sailing: Path, questions: Path) -> None:
    """Programs get the same figures, and each line in order."""
    plain = run("eval", "-c", sailing, questions, "--json").json
    assert list(plain) == ["version", "overall", "by_style", "by_surface", "lines"]
    assert [line["id"] for line in plain["lines"]] == [one["id"] for one in QUESTIONS]
    assert [line["right"] for line in plain["lines"]] == [True, True, False, True, True, False]
    assert list(plain["by_style"]) == ["plain", "vague", "trap", "chatter"]
    assert list(plain["by_surface"]) == ["mention", "channel"]
    twice = run("eval", "-c", sailing, questions, questions, "--json").json
    assert twice["lines"] == plain["lines"] * 2
    assert twice["overall"]["first_right"] == plain["overall"]["first_right"]


def test_a_line_is_asked_where_it_was_said(sailing: Path, tmp_path: Path) -> None:
    """The same question is judged by the surface of its line."""
    path = tmp_path / "q.jsonl"
    path.write_text(
        "".join(
            json.dumps({"text": "tide tables", "surface": surface, "relevant": {"tide-tables": 2}})
            + "\n"
            for surface in SURFACES
        ),
        encoding="utf-8",
    )
    lines = run("eval", "-c", sailing, path, "--json").json["lines"]
    assert [line["verdict"] for line in lines] == ["answer", "answer", "answer", "nothing"]


def test_an_evaluation_is_compared_with_one_before(
    sailing: Path, questions: Path, tmp_path: Path
) -> None:
    """The same run shows no difference; a better catalogue shows the lines it mended."""
    before = tmp_path / "before.json"
    before.write_text(run("eval", "-c", sailing, questions, "--json").out, encoding="utf-8")
    same = run("eval", "-c", sailing, questions, "--compare", before).out
    assert "6 lines are in both. 0 got better, 0 worse." in same
    assert re.findall(r"[+-]0\.\d", same) == []
    mended = sailing.with_name("mended.yaml")
    mended.write_text(
        SAILING.replace("level: intro\n  - id: bowline", "aliases: [tide tables]\n  - id: bowline"),
        encoding="utf-8",
    )
    more = tmp_path / "more.jsonl"
    more.write_text('{"text": "knots", "relevant": {"bowline": 1}}', encoding="utf-8")
    found = run("eval", "-c", mended, questions, more, "--compare", before).out
    assert "6 lines are in both, 1 only now. 1 got better, 0 worse." in found
    assert "lost  “tide tables”: was wrong (tide-tables) and answered, is right and" in found
    compared = run("eval", "-c", mended, questions, more, "--compare", before, "--json").json
    assert compared["compared"]["better"] == [{"id": "lost", "text": "tide tables"}]
    assert (compared["compared"]["lines"], compared["compared"]["only_after"]) == (6, 1)
    # What --json printed beside a comparison can itself be compared with.
    before.write_text(json.dumps(compared), encoding="utf-8")
    assert (
        "7 lines are in both."
        in run("eval", "-c", mended, questions, more, "--compare", before).out
    )


def test_an_evaluation_is_drawn(sailing: Path, questions: Path, tmp_path: Path) -> None:
    """The picture is a PNG file; nothing is left beside it, and its place is said."""
    path = tmp_path / "pictures" / "out.png"
    path.parent.mkdir()
    ran = run("eval", "-c", sailing, questions, "--plot", path)
    assert (ran.code, ran.err) == (0, f"The picture is in {path}.\n")
    assert path.read_bytes().startswith(b"\x89PNG")
    assert list(path.parent.iterdir()) == [path]
    lost = run("eval", "-c", sailing, questions, "--plot", tmp_path / "nowhere" / "out.png")
    assert (lost.code, is_sentence(lost.err)) == (2, True)


def test_only_some_faults_are_told_unless_all(sailing: Path, tmp_path: Path) -> None:
    """At most twenty lines are told of, and how many more there are; --all tells of every one."""
    path = tmp_path / "q.jsonl"
    path.write_text('{"text": "tide tables", "relevant": {"bowline": 1}}\n' * 25, encoding="utf-8")
    some = run("eval", "-c", sailing, path).out
    assert some.count("   why: ") == 20
    assert "… and 5 more. To see them all: --all" in some
    every = run("eval", "-c", sailing, path, "--all").out
    assert every.count("   why: ") == 25
    assert "more. To see" not in every


def test_what_goes_well_is_said(sailing: Path, tmp_path: Path) -> None:
    """Where nothing went wrong, that is told instead of an empty list."""
    path = tmp_path / "q.jsonl"
    path.write_text('{"text": "tide tables", "relevant": {"tide-tables": 2}}', encoding="utf-8")
    assert run("eval", "-c", sailing, path).out.splitlines()[-1] == "Every line went well."


def test_a_plain_list_is_evaluated_too(tmp_path: Path) -> None:
    """A JSON list of entries serves as the catalogue."""
    path, asked = tmp_path / "list.json", tmp_path / "q.jsonl"
    path.write_text('[{"id": "7", "title": "The bowline", "section": "Knots"}]', encoding="utf-8")
    asked.write_text('{"text": "what is a bowline", "relevant": {"7": 2}}', encoding="utf-8")
    assert run("eval", "-c", path, asked, "--json").json["overall"]["first_right"] == 1.0


def test_a_collection_is_evaluated(tmp_path: Path) -> None:
    """A folder is searched for its own queries; the figures are nDCG@10 and recall@10."""
    for name, text in {
        "corpus.jsonl": '{"_id": "a", "title": "", "text": "a loop of rope"}\n'
        '{"_id": "b", "title": "Moon", "text": "the moon pulls water"}\n',
        "queries.jsonl": '{"_id": "q", "text": "moon water"}\n',
        "qrels.tsv": "query-id\tcorpus-id\tscore\nq\tb\t1\nq\ta\t1\n",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    ran = run("eval", tmp_path)
    assert (ran.code, ran.err) == (0, "")
    told, heading, row = (line.split() for line in ran.out.splitlines() if line)
    assert " ".join(told) == "Compared by words alone."
    assert heading == ["collection", "queries", "documents", "nDCG@10", "recall@10"]
    assert row == [tmp_path.name, "1", "2", "0.613", "0.500"]
    (plain,) = run("eval", tmp_path, "--json").json["collections"]
    assert (plain["ndcg"], plain["recall"]) == (0.6131, 0.5)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["question.jsonl"], 'There is no such file. Did you mean "questions.jsonl"?'),
        (["."], "A retrieval collection holds corpus.jsonl, queries.jsonl and qrels.tsv."),
        ([".", "--beside-words"], "A retrieval collection holds corpus.jsonl"),
        ([".", "questions.jsonl"], "is a folder, so it is taken for a retrieval collection."),
        ([".", "--plot", "x.png"], "is a folder, so it is taken for a retrieval collection."),
        (["questions.jsonl", "-c", "nothing.yaml"], "There is no such file."),
        (["questions.jsonl", "-c", "nothing.json"], "There is no such file."),
        (["questions.jsonl", "--compare", "."], "cannot be read: Is a directory."),
        (["questions.jsonl", "--compare", "sailing.yaml"], "prints: it is not JSON (line 1)."),
        (["questions.jsonl", "--compare", "deep.json"], "prints: it is nested too deeply."),
        (["questions.jsonl", "--compare", "bytes.json"], "prints: it is not UTF-8 text."),
        (["questions.jsonl", "--compare", "other.json"], 'prints: it has no "version": 1.'),
        (["bad.jsonl"], "bad.jsonl:1:1: This is not a JSON object."),
    ],
)
def test_an_evaluation_that_cannot_run_says_why(
    arguments: list[str],
    said: str,
    sailing: Path,
    questions: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever file is missing or of another kind, a sentence says so, with exit code 2."""
    monkeypatch.chdir(questions.parent)
    for name, data in {
        "deep.json": b"[" * 200_000,
        "bytes.json": b"\xff",
        "other.json": b"{}",
        "bad.jsonl": b"7",
    }.items():
        Path(name).write_bytes(data)
    given = arguments if "-c" in arguments else [*arguments, "-c", sailing.name]
    ran = run("eval", *given)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert is_sentence(ran.err)


# Help


@pytest.mark.parametrize("name", COMMANDS + OF_STORE + OF_DIGEST + OF_SUGGESTIONS)
def test_every_option_is_explained(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The help of a command says in a sentence what it does, and so for each of its options."""
    monkeypatch.setenv("COLUMNS", "240")
    ran = run(*name.split(), "--help")
    assert (ran.code, ran.err) == (0, "")
    assert any(line.strip().endswith(".") for line in ran.out.split("╭")[0].splitlines()[2:])
    # One that is required has a star in front of it, and then all of them stand further right.
    lines = [line.strip("│ *") for line in ran.out.splitlines() if line.startswith("│")]
    options = [line for line in lines if line.startswith("--")]
    assert options[-1].startswith("--help")
    for option in options:
        assert re.search(r"  [A-Z][^<>]+ [^<>]+[.}]", option), f"{option!r} needs a sentence"


def test_the_help_lists_every_command() -> None:
    """Every command is in the help, with a sentence; alone, the command shows its help."""
    ran = run("--help")
    assert ran.code == 0
    commands = ran.out.split("Ask", 1)[1]
    listed = [line[2:].split()[0] for line in commands.splitlines() if line[2:3].isalpha()]
    assert listed == list(COMMANDS)
    alone = run()
    assert alone.code == 2
    assert "Usage" in alone.out + alone.err


def test_a_manifest_names_only_addresses_that_slack_calls() -> None:
    """Slack calls https addresses; for another one the command says so instead of printing."""
    for address in ("http://bot.example.org", "bot.example.org", "https://", "https://a b"):
        ran = run("manifest", "--url", address)
        assert (ran.code, ran.out) == (2, "")
        assert "https addresses only" in ran.err


def test_an_unknown_command_is_refused() -> None:
    """A command that does not exist is exit code 2, and no traceback."""
    ran = run("aks")
    assert (ran.code, ran.out) == (2, "")
    assert "aks" in ran.err


def test_help_waits_for_nothing_heavy() -> None:
    """The command line is there without the libraries that only the work itself needs."""
    heavy = ("numpy", "pydantic", "rapidfuzz", "markdown_it", "yaml", "Stemmer", "sqlalchemy")
    code = f"import sys, bot.cli; print([name for name in {heavy} if name in sys.modules])"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        check=True,
        text=True,
    )
    assert ran.stdout == "[]\n"


def test_the_module_is_the_command(sailing: Path) -> None:
    """`python -m bot` does what `onboard` does, in a process of its own."""
    ran = process("ask", "-c", sailing, "how does the bowline make a loop", cwd=ROOT)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == run("ask", "-c", sailing, "how does the bowline make a loop").out
