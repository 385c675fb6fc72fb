"""Thumbs, gaps, and what is forgotten: what the store keeps of people, and what they see of it."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.playground.conversation import Message
from bot.slack.manifest import COMMAND
from tests.e2e.double import (
    CURATOR,
    CURATORS,
    HELP,
    NEWCOMER,
    SECOND,
    Slack,
    books,
    bot,
    locked,
    press,
    text_of,
    thumb,
    workspace,
)

NOTED, KNOWN = "Thank you, noted.", "Thank you, I had noted that already."


@pytest.fixture
async def slack(mode: str, tmp_path: Path) -> AsyncIterator[Slack]:
    """The double, with a bot in it that knows two books."""
    file = books(tmp_path, "llamas", "camels")
    async with workspace(mode) as (double, port), bot(double, port, ONBOARD_CATALOGUE=str(file)):
        yield double
    assert double.warnings == []


async def judged(slack: Slack, message: Message, *, up: bool, user: str = NEWCOMER) -> str:
    """Press a thumb, and return the first sentence of the thanks."""
    told = await slack.answer_to(thumb(slack, message, HELP, up=up, user=user), HELP, user)
    assert told.seen_by == user
    return told.text.removesuffix(" Do you know something better?")


def rows(slack: Slack, query: str) -> list[tuple[Any, ...]]:
    """Look into the store behind the bot's back."""
    with closing(sqlite3.connect(slack.store)) as other:
        return other.execute(query).fetchall()


def thumbs(slack: Slack) -> list[tuple[Any, ...]]:
    """Return the thumbs as they are kept, without the people."""
    return rows(slack, "SELECT resource, useful FROM feedback ORDER BY resource, useful")


async def test_a_thumb_is_one_a_person_and_can_be_changed(slack: Slack) -> None:
    """Each person has one thumb on a result; the same again is told so, another replaces it."""
    await slack.mention("llamas")
    (answer,) = await slack.said(HELP, SECOND)
    assert await judged(slack, answer, up=True) == NOTED
    assert await judged(slack, answer, up=True) == KNOWN
    assert await judged(slack, answer, up=True, user=SECOND) == NOTED
    assert thumbs(slack) == [("llamas", 1), ("llamas", 1)]
    assert await judged(slack, answer, up=False) == NOTED
    assert await judged(slack, answer, up=False) == KNOWN
    assert thumbs(slack) == [("llamas", 0), ("llamas", 1)]
    assert NEWCOMER.encode() not in slack.store.read_bytes()
    assert not any(NEWCOMER in str(row) for row in rows(slack, "SELECT * FROM feedback"))


async def test_thumbs_follow_the_question_wherever_it_goes(slack: Slack) -> None:
    """An answer that is shared has the thumbs of the question it came from; another has its own."""
    private = await slack.onboard("llamas")
    assert await judged(slack, private, up=False) == NOTED
    await press(slack, private, HELP, "Share here")
    (shared,) = await slack.said(HELP, SECOND)
    await slack.quiet()
    assert await judged(slack, shared, up=False) == KNOWN
    other = await slack.onboard("llamas")
    assert await judged(slack, other, up=False) == NOTED


async def test_a_store_that_is_down_keeps_no_thumb(slack: Slack) -> None:
    """Whoever presses meanwhile is told that it cannot be done, and can do it again."""
    await slack.mention("llamas")
    (answer,) = await slack.said(HELP)
    async with locked(slack.store):
        told = await judged(slack, answer, up=True)
        assert told == "I cannot do that at the moment. Please try again in a minute."


# --- Gaps


async def vainly(slack: Slack, text: str, *users: str) -> None:
    """Let people ask for what is not there."""
    for user in users:
        answer = await slack.onboard(text, user=user)
        assert answer.text.startswith("I have nothing on")
    await slack.quiet()


async def test_gaps_show_what_several_people_asked_for(slack: Slack) -> None:
    """What two people asked for is shown with a way to mend it; what one did is only counted."""
    assert (await slack.onboard("gaps")).text == "I know of no gap: no question is open."
    await vainly(slack, "where do I learn about zebras", NEWCOMER, SECOND)
    await vainly(slack, "how does my severance pay work", NEWCOMER)
    told = await slack.onboard("gaps", user=SECOND)
    assert told.seen_by == SECOND
    shown = text_of(told)
    assert "*zebras*: asked 2 times by 2 people, most recently today" in shown
    assert "Not shown: 1 gap that fewer people asked for than `ONBOARD_GAP_PEOPLE` says." in shown
    assert "severance" not in shown
    await press(slack, told, HELP, "Suggest a resource", SECOND)
    assert (await slack.modal(SECOND)).state()["ask"]["given"]["value"] == "zebras"


async def test_curators_see_what_did_not_help(slack: Slack) -> None:
    """In the curators' channel gaps come with the thumbs, as counts; elsewhere they do not."""
    await slack.mention("llamas")
    (answer,) = await slack.said(HELP, SECOND)
    for user, up in ((NEWCOMER, False), (SECOND, False), (CURATOR, True)):
        await judged(slack, answer, up=up, user=user)
    told = await slack.onboard("gaps", user=CURATOR, channel=CURATORS)
    assert told.seen_by == CURATOR
    line = "• *<https://example.org/llamas|The book of llamas>*: 2 thumbs down, 1 up"
    assert line in text_of(told)
    assert "thumbs" not in text_of(await slack.onboard("gaps"))


async def test_who_is_forgotten_leaves_nothing(slack: Slack) -> None:
    """`/onboard forget me` takes questions, thumbs and wishes, and with them the gaps."""
    await vainly(slack, "where do I learn about zebras", NEWCOMER, SECOND)
    nothing = await slack.onboard("where do I learn about zebras")
    await slack.quiet()
    await slack.answer_to(press(slack, nothing, HELP, "Tell me when there is one"))
    answer = await slack.answer_to(slack.mention("llamas"))
    await judged(slack, answer, up=False)
    assert "zebras" in text_of(await slack.onboard("gaps"))
    assert (await slack.onboard("forget me")).text.startswith("Done: your questions, thumbs and")
    assert thumbs(slack) == []
    assert rows(slack, "SELECT * FROM wishes") == []
    assert rows(slack, "SELECT words FROM questions") == [("zebras",)]
    assert "zebras" not in text_of(await slack.onboard("gaps"))
    await slack.onboard("forget me", user=SECOND)
    assert (await slack.onboard("gaps")).text == "I know of no gap: no question is open."


async def test_no_text_of_anybody_is_kept(slack: Slack) -> None:
    """Of a question only its main words are kept: no name, no address, no sentence."""
    text = "where does <@U0NEWCOMER2> (mina@example.org, +49 170 1234567) learn about zebras please"
    await slack.command(NEWCOMER, HELP, COMMAND, text)
    await slack.mention(text)
    await slack.quiet()
    kept = rows(slack, "SELECT words FROM questions")
    assert kept == [("zebras",)] * 2
    stored = str([rows(slack, f"SELECT * FROM {table}") for table in ("questions", "seen")])  # noqa: S608
    for part in ("mina", "1234567", "please", NEWCOMER, "U0NEWCOMER2"):
        assert part not in stored
