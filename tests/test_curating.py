"""The commands by which curators look after a catalogue, as people meet them."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from bot.catalogue import load
from bot.search import Index
from tests.test_cli import ROOT, SAILING, environment, is_sentence, run

UNTIDY = SAILING.replace("The bowline", "The bowline.").replace(
    "https://example.org/moon", "https://example.org/moon?utm_source=x"
)
REEF = "https://example.org/reef-knot"
SAID = ("--title", "The reef knot", "--summary", "How to tie up a sail.", "--topic", "knots")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A catalogue on sailing."""
    path = tmp_path / "sailing.yaml"
    path.write_text(SAILING, encoding="utf-8")
    return path


@pytest.fixture
def untidy(tmp_path: Path) -> Path:
    """The same with something to mend."""
    path = tmp_path / "untidy.yaml"
    path.write_text(UNTIDY, encoding="utf-8")
    return path


# check


def test_advice_is_told_and_is_no_failure(untidy: Path) -> None:
    """Warnings come with line and code; the exit code is 0, and with --strict 1."""
    ran = run("check", "-c", untidy)
    assert (ran.code, ran.err) == (0, "")
    first, second, last = ran.out.splitlines()
    assert first.startswith(f"{untidy}:23:10: warning: ")
    assert first.endswith(" [tracking]")
    assert second.endswith(" [trailing-mark]")
    assert last.startswith(f"{untidy}: sound, with 2 warnings. 4 resources, ")
    assert run("check", "-c", untidy, "--strict").code == 1


def test_hints_do_not_fail_a_strict_check(file: Path) -> None:
    """--strict is about warnings; a hint is only that."""
    file.write_text(SAILING.replace("https://example.org/moon", "http://example.org/moon"))
    ran = run("check", "-c", file, "--strict")
    assert ran.code == 0
    assert "sound, with 1 hint." in ran.out


def test_other_programs_get_the_same(untidy: Path) -> None:
    """JSON, annotations and SARIF tell of the same findings, and nothing else is printed."""
    given = run("check", "-c", untidy, "--format", "json")
    assert given == run("check", "-c", untidy, "--json")
    assert [one["code"] for one in given.json["advice"]] == ["tracking", "trailing-mark"]
    github = run("check", "-c", untidy, "--format", "github")
    assert [line.split(",title=")[1].split("::")[0] for line in github.out.splitlines()] == [
        "tracking",
        "trailing-mark",
    ]
    log = run("check", "-c", untidy, "--format", "sarif").json
    assert [one["ruleId"] for one in log["runs"][0]["results"]] == ["tracking", "trailing-mark"]


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
def test_a_broken_catalogue_is_told_in_every_format(form: str, file: Path) -> None:
    """What is not sound is told with its line, whatever the format; exit code 1."""
    file.write_text(SAILING.replace("topics: [knots]", "topics: [nots]"))
    ran = run("check", "-c", file, "--format", form)
    assert (ran.code, ran.err) == (1, "")
    assert "no-such-topic" in ran.out


def test_fix_mends_and_a_second_time_changes_nothing(untidy: Path) -> None:
    """--fix shows the change, writes it, and then checks; every other byte stays."""
    ran = run("check", "-c", untidy, "--fix", "--yes")
    assert ran.code == 0
    assert "+    title: The bowline\n" in ran.out
    assert "all is well" in ran.out
    assert ran.err == f"{untidy}: 2 changes written.\n"
    assert untidy.read_text(encoding="utf-8") == SAILING
    again = run("check", "-c", untidy, "--fix", "--yes")
    assert (again.code, again.err) == (0, f"{untidy}: there is nothing that --fix can mend.\n")
    assert untidy.read_text(encoding="utf-8") == SAILING


def test_what_programs_read_is_not_mixed_with_a_fix(untidy: Path) -> None:
    """With --fix the output is JSON alone; where the catalogue is not sound, its faults."""
    ran = run("check", "-c", untidy, "--fix", "--yes", "--json")
    assert ran.json == {"ok": True, "problems": [], "advice": []}
    assert "+    title: The bowline\n" in ran.err
    untidy.write_text(UNTIDY.replace("topics: [knots]", "topics: [nots]"))
    ran = run("check", "-c", untidy, "--fix", "--yes", "--json")
    assert ran.code == 1
    assert [one["code"] for one in ran.json["problems"]] == ["no-such-topic"]
    assert "nothing" in ran.err


def test_fix_asks_before_it_writes(untidy: Path) -> None:
    """Where there is nobody to ask, nothing is written without --yes."""
    ran = run("check", "-c", untidy, "--fix")
    assert ran.code == 2
    assert is_sentence(ran.err)
    assert "--yes" in ran.err
    assert untidy.read_text(encoding="utf-8") == UNTIDY


def test_every_check_can_be_explained() -> None:
    """A code is explained in a paragraph, all of them at once; for a slip there is a guess."""
    ran = run("check", "--explain", "tracking")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("tracking (warning): ")
    assert run("check", "--explain", "all").out.count("): ") > 20
    ran = run("check", "--explain", "trackin")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith('Did you mean "tracking"?\n')


# explain and why-not


def test_a_question_is_explained_in_sentences(file: Path) -> None:
    """An explanation names words, places and lines, and the threshold; JSON holds the same."""
    ran = run("explain", "-c", file, *"how do I tie a bowlin zorkmid".split())
    assert (ran.code, ran.err) == (0, "")
    assert "The catalogue does not know “zorkmid”." in ran.out
    assert '1. "bowline" (line 33)' in ran.out
    given = run("explain", "-c", file, "--json", "how do I tie a bowlin zorkmid").json
    assert given["unknown"] == ["zorkmid"]
    assert given["standings"][0]["id"] == "bowline"
    assert given["standings"][0]["line"] == 33


def test_the_line_that_is_told_can_be_written(file: Path) -> None:
    """What why-not tells to write makes the resource the answer, once it is written there."""
    given = run("why-not", "-c", file, "--json", "moon", "what is a syzygy").json
    assert given["shown"] is False
    remedy = given["remedy"]
    lines = SAILING.splitlines(keepends=True)
    at = remedy["line"] - 1
    lines[at : at + (not remedy["new_line"])] = [remedy["text"] + "\n"]
    file.write_text("".join(lines))
    answer = Index.build(load(file)).search("what is a syzygy")
    assert answer.results[0].resource.id == "moon"
    ran = run("why-not", "-c", file, "moon", "what is a syzygy")
    assert ran.out.startswith('"moon" (line 21) is shown, in place 1')


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["why-not", "mooon", "what is it"], 'Did you mean "moon"?'),
        (["why-not", "moon", " "], "What is the question?"),
        (["explain", " "], "What is the question?"),
        (["edit", "mooon"], 'Did you mean "moon"?'),
    ],
)
def test_what_is_not_there_is_told(arguments: list[str], said: str, file: Path) -> None:
    """An unknown id gets a guess, no question a sentence; exit code 2."""
    ran = run(arguments[0], "-c", file, *arguments[1:])
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert is_sentence(ran.err)


# add


def test_an_entry_is_added_with_all_that_was_said(file: Path) -> None:
    """The entry comes to the end, all else stays as it is, and its line is told."""
    ran = run("add", "-c", file, REEF, *SAID, "--ask", "how do I tie a reef knot", "--yes")
    assert ran.code == 0
    text = file.read_text(encoding="utf-8")
    assert text.startswith(SAILING)
    added = load(file).resources[-1]
    assert (added.id, added.url, added.topics) == ("the-reef-knot", REEF, ("knots",))
    assert added.asks == ("how do I tie a reef knot",)
    assert added.added is not None
    assert ran.err == f'{file}:39: "the-reef-knot" is added.\n'
    assert "+    title: The reef knot\n" in ran.out


def test_a_dry_run_and_nobody_to_ask_change_nothing(file: Path) -> None:
    """--dry-run shows the entry; without a terminal and --yes nothing is written."""
    ran = run("add", "-c", file, REEF, *SAID, "--dry-run")
    assert (ran.code, "+    title: The reef knot\n" in ran.out) == (0, True)
    ran = run("add", "-c", file, REEF, *SAID)
    assert ran.code == 2
    assert "--yes" in ran.err
    assert file.read_text(encoding="utf-8") == SAILING


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["http://example.org/moon/", *SAID],
            '"moon", line 21. To change it, run onboard edit moon.',
        ),
        (["example.org", *SAID], 'does not start with "https://"'),
        ([REEF], "add --title, --summary, --topic."),
        ([REEF, *SAID[:4]], "add --topic."),
        ([REEF, *SAID[:-1], "knotts"], 'Did you mean "knots"?'),
        ([REEF, *SAID, "--ask", "How do I tie a loop that holds"], '"bowline" already'),
        ([REEF, *SAID, "--id", "moon"], "is taken"),
        ([REEF, *SAID[:1], "x" * 200, *SAID[2:]], "160"),
    ],
)
def test_what_cannot_be_added_is_told(arguments: list[str], said: str, file: Path) -> None:
    """What is there already, missing or unfit is told in a sentence, and nothing is written."""
    ran = run("add", "-c", file, *arguments, "--yes")
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert is_sentence(ran.err)
    assert file.read_text(encoding="utf-8") == SAILING


def test_on_a_terminal_what_is_missing_is_asked_for(file: Path) -> None:
    """Somebody is asked until each answer is sound; suggestions stand ready to be taken."""
    file.write_text(SAILING.replace("level: reference", "tags: [loops]"))
    answers = [
        "",
        "How to tie a loop.",
        "knotts",
        "",
        "zork",
        "",
        "",
        "how do I tie a reef knot",
        "",
        "y",
    ]
    inside, outside = pty.openpty()
    with (
        os.fdopen(inside, "wb", buffering=0) as keyboard,
        os.fdopen(outside) as terminal,
        subprocess.Popen(
            [sys.executable, "-m", "bot", "add", "-c", str(file), REEF],
            cwd=ROOT,
            env=environment(),
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as running,
    ):
        keyboard.write("".join(f"{answer}\n" for answer in answers).encode())
        out, err = running.communicate(timeout=60)
    assert running.returncode == 0, err
    assert 'Did you mean "knots"?' in err
    assert "It has to be one of these." in err
    added = load(file).resources[-1]
    assert (added.title, added.summary) == ("Reef knot", "How to tie a loop.")
    assert (added.topics, added.kind) == (("knots",), None)
    assert added.asks == ("how do I tie a reef knot",)
    assert added.tags == ("loops",)
    assert "+    title: Reef knot" in out


def test_without_topics_nothing_can_be_added(file: Path) -> None:
    """A catalogue without topics says so, instead of asking for one that cannot be."""
    file.write_text("version: 1\n")
    ran = run("add", "-c", file, REEF, *SAID[:4])
    assert (ran.code, is_sentence(ran.err)) == (2, True)
    assert "has no topics" in ran.err


# edit


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Programs with the names of editors that write down how they were called."""
    told = tmp_path / "told.json"
    for name in ("vi", "nano", "code", "hx", "strange"):
        program = tmp_path / name
        program.write_text(
            f"#!{sys.executable}\nimport json, sys\n"
            f"json.dump(sys.argv[1:], open({str(told)!r}, 'w'))\n"
        )
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("VISUAL", raising=False)
    return told


@pytest.mark.parametrize(
    ("setting", "arguments"),
    [
        ("vi", ["+21", "FILE"]),
        ("nano -w", ["-w", "+21", "FILE"]),
        ("code", ["--wait", "--goto", "FILE:21"]),
        ("code --wait", ["--wait", "--goto", "FILE:21"]),
        ("hx", ["FILE:21"]),
        ("strange", ["FILE"]),
    ],
)
def test_an_editor_opens_at_the_line(
    setting: str, arguments: list[str], file: Path, editor: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each editor is told the line in its own way; afterwards the file is checked."""
    monkeypatch.setenv("EDITOR", setting)
    ran = run("edit", "-c", file, "moon")
    assert ran.code == 0
    assert json.loads(editor.read_text()) == [word.replace("FILE", str(file)) for word in arguments]
    assert "all is well" in ran.out
    assert ("Line 21 of" in ran.err) == (setting == "strange")


def test_visual_comes_before_editor(
    file: Path, editor: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the two settings VISUAL counts, as everywhere; a topic has a line, too."""
    monkeypatch.setenv("EDITOR", "hx")
    monkeypatch.setenv("VISUAL", "vi")
    assert run("edit", "-c", file, "knots").code == 0
    assert json.loads(editor.read_text()) == ["+10", str(file)]


def test_a_broken_file_is_opened_and_its_faults_are_told(
    file: Path, editor: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is not sound is what one wants to edit: it opens; then it is exit code 1."""
    monkeypatch.setenv("EDITOR", "vi")
    file.write_text(SAILING.replace("topics: [knots]", "topics: [nots]"))
    ran = run("edit", "-c", file, "bowline")
    assert ran.code == 1
    assert json.loads(editor.read_text()) == ["+33", str(file)]
    assert "[no-such-topic]" in ran.out


@pytest.mark.parametrize("setting", ["/bin/nosuch/vi", "vi 'x"])
def test_an_editor_that_cannot_be_started_is_told(
    setting: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An editor that is not there, or a setting that is no command, gets a sentence."""
    monkeypatch.setenv("VISUAL", setting)
    ran = run("edit", "-c", file, "moon")
    assert (ran.code, ran.out) == (2, "")
    assert is_sentence(ran.err)
