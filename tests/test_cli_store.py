"""`onboard gaps` and `onboard suggestions`, as whoever keeps a catalogue meets them."""

import asyncio
import datetime as dt
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from bot.catalogue import load
from bot.records import Draft, Suggestion
from bot.store import Store
from tests.store.samples import DAY, DRAFT, NOW, asking
from tests.test_cli import SAILING, Ran, run

_T = TypeVar("_T")

LOST = Draft(
    url="https://example.org/lost", title="Of a lost topic", summary="Lost.", topics=("gone",)
)
HOSTILE = Draft(
    url="https://example.org/\x1b]0;owned",
    title="A \x1b[31mred\x1b[0m title",
    summary="One line\nand \x1b[2Janother.",
    topics=("tides",),
    ask="what is \x07 this",
)
PILOT = Draft(
    url="https://example.org/pilot",
    title="The pilot book",
    summary="Every rock of the coast.",
    topics=("tides",),
    ask="where are the rocks",
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own, with a catalogue and settings that name a store there."""
    monkeypatch.chdir(tmp_path)
    for name in ("ONBOARD_CATALOGUE", "ONBOARD_GAP_PEOPLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ONBOARD_DATABASE_URL", "sqlite:///kept.db")
    Path("resources.yaml").write_text(SAILING, encoding="utf-8")
    return tmp_path


def stored(work: Callable[[Store], Awaitable[_T]]) -> _T:
    """Do something with the store of this folder, which is made if there is none."""

    async def do() -> _T:
        store = Store("sqlite:///kept.db", patience=30)
        await store.migrate()
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(do())


async def _asked(store: Store) -> None:
    """Two people miss one thing, one of them another; three resources have thumbs."""
    days = (dt.datetime.now(dt.UTC) - at * DAY for at in (3, 1, 0))
    words = (("sail", "repair"), ("repairing", "sails"), ("celestial", "navigation"))
    for at, (day, said) in enumerate(zip(days, words, strict=True)):
        await store.record(asking(f"q{at}", *said, at=day), f"U{min(at, 1)}", now=day)
    await store.wish("q1", "U1", now=NOW)
    thumbs = {"moon": (1, 3), "bowline": (4, 1), "tide-tables": (2, 0), "taken-out": (0, 1)}
    for name, (up, down) in thumbs.items():
        for person in range(up + down):
            await store.rate(name, name, f"U{person}", useful=person < up, now=NOW)


def lines(ran: Ran) -> list[str]:
    """Return what was printed, with single spaces."""
    return [" ".join(line.split()) for line in ran.out.splitlines()]


# gaps


def test_gaps_show_what_several_people_missed_and_what_did_not_help() -> None:
    """Questions of one meaning are a line; resources with thumbs down follow, the worst first."""
    stored(_asked)
    ran = run("gaps")
    assert (ran.code, ran.err) == (0, "")
    assert lines(ran) == [
        "what asked people first last waiting",
        "repair sail 2 2 3 days ago yesterday 1",
        "Not shown: 1 gap that fewer than 2 people asked for. To see all: onboard gaps --all",
        "",
        "What did not help",
        "resource did not help helped",
        "The moon and the sea 3 1",
        "taken-out (no longer in the catalogue) 1 0",
        "The bowline 1 4",
    ]


@pytest.mark.parametrize(
    ("arguments", "people", "shown"),
    [([], "", 1), (["--all"], "", 2), (["--people", "1"], "3", 2), (["--people", "3"], "1", 0),
     ([], "1", 2), ([], "3", 0)],
)  # fmt: skip
def test_how_many_people_is_an_option_or_a_setting(
    arguments: list[str], people: str, shown: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An option says how many must have asked; without one, ONBOARD_GAP_PEOPLE does."""
    stored(_asked)
    monkeypatch.setenv("ONBOARD_GAP_PEOPLE", people)
    found = run("gaps", "--json", *arguments).json
    assert (len(found["gaps"]), found["hidden"]) == (shown, 2 - shown)


def test_the_json_of_gaps_is_the_contract() -> None:
    """The JSON holds the gaps, how many are not shown, and what did not help."""
    stored(_asked)
    found = run("gaps", "--json").json
    assert list(found) == ["gaps", "hidden", "unhelpful"]
    assert found["gaps"][0]["words"] == ["repair", "sail"]
    assert list(found["gaps"][0]) == ["words", "times", "people", "first", "last", "waiting"]
    assert found["unhelpful"] == [
        {"resource": "moon", "up": 1, "down": 3},
        {"resource": "taken-out", "up": 0, "down": 1},
        {"resource": "bowline", "up": 4, "down": 1},
    ]


def test_the_glossary_puts_gaps_together() -> None:
    """What the catalogue calls the same is one gap."""
    glossary = "glossary:\n  - term: sail\n    aliases: [canvas]\n"
    Path("resources.yaml").write_text(SAILING + glossary, encoding="utf-8")

    async def ask(store: Store) -> None:
        await store.record(asking("q1", "sail", "repair"), "U1", now=NOW)
        await store.record(asking("q2", "canvas", "repair"), "U2", now=NOW)

    stored(ask)
    (gap,) = run("gaps", "--json").json["gaps"]
    assert (gap["times"], gap["people"]) == (2, 2)


def test_no_gaps_is_a_sentence() -> None:
    """A store in which nothing is open says so."""
    stored(_nothing)
    assert run("gaps").out == "No gaps: no question is open.\n"
    assert run("gaps", "--json").json == {"gaps": [], "hidden": 0, "unhelpful": []}


async def _nothing(_: Store) -> None:
    pass


# suggestions


async def _suggested(store: Store) -> None:
    """Five suggestions: one waits, three are approved, one is declined."""
    later = NOW + DAY
    for draft in (PILOT, DRAFT, LOST, HOSTILE):
        await store.suggest(draft, "U1", now=NOW)
    # Its page is in the file.
    known = replace(PILOT, url="https://example.org/moon")
    await store.suggest(known, "U1", now=NOW)
    for number, name in ((1, "pilot"), (3, "lost"), (5, "again")):
        await store.approve(number, "U9", resource=name, now=later)
    await store.decline(4, "U9", reason="Not \x1b[1mours.", now=later)


def statuses() -> dict[int, str]:
    """Return how the suggestions of the store stand, by their number."""

    async def read(store: Store) -> list[Suggestion]:
        return await store.suggestions("pending", "approved", "declined", "merged")

    return {one.id: one.status for one in stored(read)}


def test_suggestions_are_listed_with_all_that_matters() -> None:
    """Number, status, title, link, who and when, and what was decided by whom and why."""
    stored(_suggested)
    ran = run("suggestions")
    assert (ran.code, ran.err) == (0, "")
    assert lines(ran)[:4] == [
        "1 The pilot book approved",
        "https://example.org/pilot",
        "suggested by U1 on 2026-03-02",
        "approved by U9 on 2026-03-03",
    ]
    assert "declined by U9 on 2026-03-03: Not \ufffd[1mours." in lines(ran)
    assert [line[0] for line in lines(ran) if line[:1].isdigit()] == ["1", "2", "3", "4", "5"]


def test_suggestions_are_chosen_by_status() -> None:
    """`--status` leaves the others out; where none is left, a sentence says so."""
    stored(_suggested)
    found = run("suggestions", "--status", "pending", "--json").json
    assert [one["number"] for one in found] == [2]
    assert run("suggestions", "--status", "merged").out == "There are no suggestions to show.\n"
    assert run("suggestions", "--status", "merged", "--json").json == []


def test_the_json_of_a_suggestion_is_the_contract() -> None:
    """A program finds everything under its name, whatever the status."""
    stored(_suggested)
    found = run("suggestions", "--json").json
    assert found[0] == {
        "number": 1,
        "status": "approved",
        "title": "The pilot book",
        "url": "https://example.org/pilot",
        "summary": "Every rock of the coast.",
        "topics": ["tides"],
        "ask": "where are the rocks",
        "by": "U1",
        "at": "2026-03-02T09:30:00+00:00",
        "resource": "pilot",
        "decided_by": "U9",
        "decided_at": "2026-03-03T09:30:00+00:00",
        "reason": "",
    }
    assert all(list(one) == list(found[0]) for one in found)
    whole = run("suggestions", "show", "4", "--json").json
    assert whole == found[3] | {"decisions": whole["decisions"]}
    assert [list(step) for step in whole["decisions"]] == [["action", "by", "at", "reason"]] * 2
    assert [step["action"] for step in whole["decisions"]] == ["suggest", "decline"]


def test_one_suggestion_is_shown_whole_with_its_history() -> None:
    """All that was filled in, and each step with who took it; undone by an operator, it says so."""
    stored(_suggested)
    ran = run("suggestions", "undo", "1")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "suggestion 1, The pilot book, waits for a decision again.\n"
    ran = run("suggestions", "show", "1")
    assert (ran.code, ran.err) == (0, "")
    said = lines(ran)
    assert said[:5] == [
        "1 The pilot book pending",
        "https://example.org/pilot",
        "Every rock of the coast.",
        "Topics: tides",
        "Answers “where are the rocks”",
    ]
    assert said[5:7] == [
        "2026-03-02 09:30 suggested by U1",
        "2026-03-03 09:30 approved by U9",
    ]
    assert said[7].endswith(" taken back in the terminal")
    assert statuses()[1] == "pending"


def test_no_character_of_a_suggestion_reaches_the_terminal_unseen() -> None:
    """Whatever somebody wrote in Slack, no terminal obeys it."""
    stored(_suggested)
    for arguments in (["suggestions"], ["suggestions", "show", "4"]):
        ran = run(*arguments)
        assert ran.code == 0
        assert all(line.isprintable() for line in ran.out.splitlines())
        assert "\ufffd[31mred" in ran.out


# merging


def test_a_merge_adds_what_was_approved_and_says_what_became_of_each() -> None:
    """The diff is printed, the file has the new entry, and what cannot be added is fault found."""
    stored(_suggested)
    ran = run("suggestions", "merge")
    assert ran.code == 1
    assert ran.err == (
        "added: suggestion 1, The pilot book\n"
        "is in the file already: suggestion 5, The pilot book\n"
        "skipped: suggestion 3, Of a lost topic: The catalogue has none of its topics any more: "
        '"gone".\n'
    )
    assert ran.out.startswith("--- resources.yaml\n+++ resources.yaml\n@@ ")
    printed = [line for line in ran.out.splitlines()[3:] if line.startswith(("+", "-"))]
    text = Path("resources.yaml").read_text(encoding="utf-8")
    assert text == SAILING + "".join(f"{line[1:]}\n" for line in printed)
    assert load(Path("resources.yaml")).resources[-1].id == "pilot"
    assert statuses() == {1: "merged", 2: "pending", 3: "approved", 4: "declined", 5: "merged"}
    history = run("suggestions", "show", "1").out
    assert history.rstrip().endswith(" written into the file")


def test_a_second_merge_changes_nothing_and_says_so() -> None:
    """What was merged is not merged again, and the file is not even written."""
    stored(_suggested)
    run("suggestions", "merge")
    before = Path("resources.yaml").stat()
    ran = run("suggestions", "merge")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.endswith("resources.yaml is as it was: there was nothing to add.\n")
    run("suggestions", "undo", "3")
    ran = run("suggestions", "merge")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "resources.yaml is as it was: there was nothing to add.\n"
    after = Path("resources.yaml").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_dry_run_shows_the_same_and_changes_nothing() -> None:
    """With `--dry-run` neither the file nor the store is changed; then it can be done."""
    stored(_suggested)
    tried = run("suggestions", "merge", "--dry-run")
    assert tried.code == 1
    assert Path("resources.yaml").read_text(encoding="utf-8") == SAILING
    assert statuses()[1] == "approved"
    assert "would be added: suggestion 1, The pilot book\n" in tried.err
    assert run("suggestions", "merge").out == tried.out


def test_another_catalogue_can_be_named() -> None:
    """The file to write into is an argument."""
    stored(_suggested)
    Path("other.yaml").write_text(SAILING, encoding="utf-8")
    assert run("suggestions", "merge", "other.yaml").out.startswith("--- other.yaml\n")
    assert Path("resources.yaml").read_text(encoding="utf-8") == SAILING
    assert Path("other.yaml").read_text(encoding="utf-8") != SAILING


def test_what_is_not_noted_is_told_and_mended_by_a_second_run() -> None:
    """If the store fails after the file is written, both are told; again, nothing comes twice."""
    stored(_suggested)
    raw = "CREATE TRIGGER broken BEFORE UPDATE ON suggestions BEGIN SELECT RAISE(ABORT, 'x'); END"
    _sql(raw)
    ran = run("suggestions", "merge")
    assert ran.code == 2
    said = ran.err.splitlines()[-1]
    assert said.startswith("onboard: resources.yaml has them now, but that could not be noted: ")
    assert "Traceback" not in ran.err
    _sql("DROP TRIGGER broken")
    assert run("suggestions", "merge").out == ""
    assert statuses()[1] == "merged"
    assert Path("resources.yaml").read_text(encoding="utf-8").count("example.org/pilot") == 1


def _sql(statement: str) -> None:
    with closing(sqlite3.connect("kept.db")) as raw:
        raw.execute(statement)
        raw.commit()


# What cannot be done


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["gaps", "--database", "sqlite:///none.db"], "There is no store none.db."),
        (["gaps", "--all", "--people", "2"], "--all is --people 1."),
        (["gaps", "-c", "none.yaml"], "none.yaml"),
        (["gaps", "--database", "postgresql://u:hunter2@127.0.0.1:1/d"], "cannot be reached"),
        (["suggestions", "--database", "sqlite:///none.db"], "There is no store none.db."),
        (["suggestions", "--json", "show", "1"], "Put the options after 'show'"),
        (["suggestions", "show", "7"], "There is no suggestion 7 in kept.db."),
        (["suggestions", "show", "0"], "There is no suggestion 0 in kept.db."),
        (["suggestions", "undo", "7", "--database", "sqlite:///none.db"], "There is no store"),
        (
            ["try", "--no-browser", "--database", "db:hunter2"],
            "names neither SQLite nor PostgreSQL",
        ),
        (["suggestions", "undo", "7"], "There is no suggestion 7"),
        (["suggestions", "undo", "2"], "Suggestion 2 is waiting for a decision already."),
        (["suggestions", "undo", "5"], "Suggestion 5 is in the catalogue's file; take it out"),
        (["suggestions", "merge", "none.yaml"], "none.yaml"),
        (["suggestions", "merge", "broken.yaml"], "broken.yaml:1"),
        (["suggestions", "merge", "--database", "sqlite:///none.db"], "There is no store"),
        (["suggestions", "show", "1", "--database", "sqlite:///empty.db"], "onboard store migrate"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(arguments: list[str], said: str) -> None:
    """Whatever is wrong, it is told in a sentence without a password, and is exit code 2."""
    stored(_suggested)
    stored(lambda store: store.merged([5], now=NOW))
    Path("empty.db").touch()
    Path("broken.yaml").write_text("version: 2\n", encoding="utf-8")
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.startswith("onboard: ")
    assert "Traceback" not in ran.err
    assert "hunter2" not in ran.err
    assert not Path("none.db").exists()


@pytest.mark.parametrize("at", ["soon", "0001-01-01T00:00", "9999-12-31T23:59", "2026-13-01T09:00"])
def test_a_moment_that_is_none_is_a_sentence(at: str) -> None:
    """Also one at an end of the calendar, which has no week before it."""
    stored(Store.entries)
    ran = run("digest", "preview", "--channel", "C0123456789", "--at", at)
    assert ran.code == 2
    assert f"{at!r} is not a moment. Write the day and the time, as 2026-11-30T09:00." in ran.err
