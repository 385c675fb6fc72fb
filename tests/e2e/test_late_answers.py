"""The loop closes: who asked in vain hears of it when there is something, once."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.playground import Fault
from bot.playground.conversation import Message
from tests.e2e.double import (
    CURATOR,
    HELP,
    NEWCOMER,
    SECOND,
    Slack,
    books,
    bot,
    buttons,
    press,
    text_of,
    thumb,
    workspace,
)
from tests.e2e.log import Log, logged

ZEBRAS, YAKS = "where do I learn about zebras", "where can I read about yaks"


@pytest.fixture
def names() -> tuple[str, ...]:
    """What the catalogue has a book of."""
    return ("llamas",)


@pytest.fixture
def file(tmp_path: Path, names: tuple[str, ...]) -> Path:
    """A catalogue of a few books."""
    return books(tmp_path, *names)


@pytest.fixture
async def slack(mode: str, file: Path) -> AsyncIterator[Slack]:
    """The double, with a bot in it that knows one book."""
    async with workspace(mode) as (double, port), bot(double, port, ONBOARD_CATALOGUE=str(file)):
        yield double
    assert double.warnings == []


async def asked(slack: Slack, text: str = ZEBRAS, user: str = NEWCOMER) -> str:
    """Ask in a channel, in vain; returns the ts of the question."""
    before = len(slack.by_bot(HELP, user))
    ts = await slack.mention(text, user=user)
    await slack.said(HELP, user, before + 1)
    await slack.quiet()
    return ts


def late(slack: Slack, channel: str = HELP, user: str = SECOND) -> list[Message]:
    """Return the late answers that a person sees in a conversation."""
    told = "there is something now"
    return [one for one in slack.by_bot(channel, user) if told in one.text]


async def answered(
    slack: Slack, count: int = 1, channel: str = HELP, user: str = SECOND
) -> list[Message]:
    """Wait for so many late answers, and return them."""
    await slack.until(lambda: len(late(slack, channel, user)) >= count)
    return late(slack, channel, user)


async def shelved(slack: Slack, count: int) -> None:
    """Wait until the bot has taken up an edit, after which there are so many books."""
    async with asyncio.timeout(30):
        while f"*Things* ({count})" not in text_of(await slack.onboard("topics", user=CURATOR)):
            pass


async def until(slack: Slack, query: str, *expected: Any) -> None:
    """Wait until the store says so."""
    async with asyncio.timeout(30):
        while rows(slack, query) != list(expected):
            await slack.onboard("help", user=CURATOR)


def rows(slack: Slack, query: str) -> list[tuple[Any, ...]]:
    """Look into the store behind the bot's back."""
    with closing(sqlite3.connect(slack.store)) as other:
        return other.execute(query).fetchall()


OPEN = "SELECT words FROM questions WHERE open ORDER BY words"


async def test_an_edit_of_the_file_answers_what_was_asked(slack: Slack, file: Path) -> None:
    """The thread of a question that found nothing gets its answer when there is one, once.

    Another edit answers what it has, and nothing a second time.
    """
    first, second = await asked(slack), await asked(slack, YAKS)
    assert late(slack) == []
    books(file.parent, "llamas", "zebras")
    (answer,) = await answered(slack)
    assert (answer.thread_ts, answer.seen_by) == (first, None)
    assert answer.text.startswith("You asked today; there is something now: The book of zebras")
    assert "https://example.org/zebras" in text_of(answer)
    assert {"Why this?"} <= buttons(answer).keys()
    books(file.parent, "llamas", "zebras", "yaks")
    _, answer = await answered(slack, 2)
    assert answer.thread_ts == second
    await slack.quiet()
    assert len(late(slack)) == 2
    await press(slack, answer, HELP, "Why this?")
    assert "Looked for: “yaks”" in text_of(await slack.modal())


async def test_an_edit_that_has_nothing_to_do_with_it_answers_nothing(
    slack: Slack, file: Path
) -> None:
    """Only a new and sure answer is told; a question stays open until then."""
    await asked(slack)
    before = rows(slack, "SELECT tried FROM questions")
    books(file.parent, "llamas", "camels")
    async with asyncio.timeout(30):
        while rows(slack, "SELECT tried FROM questions") == before:
            await slack.onboard("help", user=CURATOR)
    assert late(slack) == []
    assert rows(slack, OPEN) == [("zebras",)]


async def test_who_wants_to_hear_is_told_directly(slack: Slack, file: Path) -> None:
    """*Tell me when there is one* under a private nothing brings a message to that person, once."""
    nothing = await slack.onboard(ZEBRAS)
    for _ in range(2):
        told = await slack.answer_to(press(slack, nothing, HELP, "Tell me when there is one"))
        assert told.text.startswith(f"I will write to you when there is something on “{ZEBRAS}”.")
    asker = slack.direct(NEWCOMER)
    books(file.parent, "llamas", "zebras")
    (answer,) = await answered(slack, 1, asker, NEWCOMER)
    assert answer.text.startswith(
        "Today there was nothing on “zebras”; there is something now: The book of zebras"
    )
    await until(slack, OPEN)
    told = await slack.answer_to(press(slack, nothing, HELP, "Tell me when there is one"))
    assert told.text.startswith("I have no note of that question any more, or it is answered")
    books(file.parent, "llamas", "zebras", "yaks")
    await shelved(slack, 3)
    assert len(late(slack, asker, NEWCOMER)) == 1
    assert late(slack) == []


async def test_in_direct_messages_one_answer_is_enough(slack: Slack, file: Path) -> None:
    """Who asked directly and wants to hear gets one answer, under the question."""
    channel = slack.direct(NEWCOMER)
    nothing = await slack.answer_to(slack.say(NEWCOMER, channel, ZEBRAS), channel)
    await slack.quiet()
    await slack.answer_to(press(slack, nothing, channel, "Tell me when there is one"), channel)
    books(file.parent, "llamas", "zebras")
    (answer,) = await answered(slack, 1, channel, NEWCOMER)
    assert answer.thread_ts == nothing.thread_ts
    await until(slack, OPEN)
    assert len(late(slack, channel, NEWCOMER)) == 1


async def test_who_asked_and_who_waits_in_a_channel_are_both_told(slack: Slack, file: Path) -> None:
    """The thread is answered for everyone, and who asked to be told is told as well."""
    await slack.mention(ZEBRAS)
    (nothing,) = await slack.said(HELP)
    await slack.quiet()
    await slack.answer_to(press(slack, nothing, HELP, "Tell me when there is one"))
    books(file.parent, "llamas", "zebras")
    await answered(slack)
    await answered(slack, 1, slack.direct(NEWCOMER), NEWCOMER)


async def test_what_cannot_be_kept_offers_no_promise(slack: Slack) -> None:
    """A question of which nothing may be kept cannot be answered later, and says nothing of it."""
    nothing = await slack.onboard("where is jane.doe@example.org")
    assert "Tell me when there is one" not in buttons(nothing)


async def test_what_is_overheard_is_never_kept(slack: Slack, file: Path) -> None:
    """A question among people that the bot has nothing on is neither answered later nor kept."""
    await slack.onboard("listen on", user=CURATOR)
    await slack.say(NEWCOMER, HELP, f"hello all, {ZEBRAS}?")
    await slack.quiet()
    books(file.parent, "llamas", "zebras")
    await shelved(slack, 2)
    assert late(slack) == []
    assert rows(slack, "SELECT * FROM questions WHERE surface = 'channel'") == []
    assert rows(slack, "SELECT * FROM seen") == []


@pytest.mark.parametrize("names", [("llamas", "zebra-crossings")])
async def test_somebody_who_posts_what_fits_settles_it(slack: Slack) -> None:
    """*Post this* under the closest ones closes the question: nothing comes late."""
    await slack.mention("zebra stripes")
    (closest,) = await slack.said(HELP)
    await slack.quiet()
    assert rows(slack, OPEN) == [("zebra stripes",)]
    await press(slack, closest, HELP, "Post this")
    await slack.said(HELP, SECOND)
    await slack.quiet()
    assert rows(slack, OPEN) == []


# --- What did not help


async def test_what_did_not_help_is_answered_by_something_else(slack: Slack, file: Path) -> None:
    """A thumb down opens a question; what comes in its place is told, and can be judged again."""
    ts = await slack.mention("llamas")
    (answer,) = await slack.said(HELP, SECOND)
    await slack.answer_to(thumb(slack, answer, HELP, up=False))
    assert rows(slack, OPEN) == [("llamas",)]
    entry = (
        "  - {id: better, title: Llamas, url: 'https://example.org/better', summary: Llamas.,"
        " topics: [things], asks: [llamas]}\n"
    )
    aside = file.with_name("aside.yaml")
    aside.write_text(file.read_text() + entry)
    aside.replace(file)
    (told,) = await answered(slack)
    assert told.thread_ts == ts
    assert "https://example.org/better" in text_of(told)
    await until(slack, OPEN)
    # The thumbs under it are on the same question, which one of them opens again.
    await slack.answer_to(thumb(slack, told, HELP, up=False))
    assert rows(slack, OPEN) == [("llamas",)]
    entry = entry.replace("asks: [llamas]", "asks: [what is a llama]")
    third = entry.replace("better", "best").replace("what is a llama", "llamas")
    aside.write_text(file.read_text().replace("asks: [llamas]", "asks: [alpaca]") + third)
    aside.replace(file)
    _, again = await answered(slack, 2)
    assert "https://example.org/best" in text_of(again)


async def test_a_thumb_that_is_taken_back_closes_the_question(slack: Slack) -> None:
    """Who changes a thumb down to a thumb up is served; nothing comes late."""
    await slack.mention("llamas")
    (answer,) = await slack.said(HELP, SECOND)
    await slack.answer_to(thumb(slack, answer, HELP, up=False))
    assert rows(slack, OPEN) == [("llamas",)]
    await slack.answer_to(thumb(slack, answer, HELP, up=True))
    assert rows(slack, OPEN) == []


@pytest.mark.parametrize("names", [("llamas", "llamas-and-yaks")])
async def test_what_was_shown_is_no_news(slack: Slack, file: Path) -> None:
    """A thumb down on the second result does not bring the first one late."""
    await slack.mention("where do I learn about llamas")
    (answer,) = await slack.said(HELP, SECOND)
    thumbs = [one for one in answer.blocks or () if one["type"] == "context_actions"]
    await slack.answer_to(thumb(slack, answer, HELP, up=False, which=len(thumbs) - 1))
    before = rows(slack, "SELECT tried FROM questions WHERE open")
    assert len(before) == 1
    books(file.parent, "llamas", "llamas-and-yaks", "camels")
    async with asyncio.timeout(30):
        while rows(slack, "SELECT tried FROM questions WHERE open") == before:
            await slack.onboard("help", user=CURATOR)
    assert late(slack) == []


# --- Where nobody is to be told


async def test_a_channel_that_is_left_alone_hears_nothing_late(slack: Slack, file: Path) -> None:
    """What was overheard is not answered late once the channel is listened to no more."""
    await slack.onboard("listen on", user=CURATOR)
    await slack.say(NEWCOMER, HELP, "hello all, where do I learn about llamas?")
    await slack.until(lambda: "The book of llamas" in slack.by_bot(HELP, SECOND)[-1].text)
    await slack.quiet()
    await slack.answer_to(thumb(slack, slack.by_bot(HELP, SECOND)[-1], HELP, up=False))
    await slack.onboard("listen off", user=CURATOR)
    entry = (
        "  - {id: better, title: Llamas, url: 'https://example.org/better', summary: Llamas.,"
        " topics: [things], asks: [llamas]}\n"
    )
    aside = file.with_name("aside.yaml")
    aside.write_text(file.read_text() + entry)
    aside.replace(file)
    await until(slack, OPEN)
    assert late(slack) == []


@pytest.mark.parametrize("why", ["archived", "removed", "deleted"])
async def test_where_nobody_waits_it_is_silent(slack: Slack, file: Path, why: str) -> None:
    """In an archived channel, where the bot was removed, or without the question: not a word.

    The question is closed with that, and not tried again and again.
    """
    ts = await asked(slack)
    match why:
        case "archived":
            await slack.archive(HELP)
        case "removed":
            await slack.remove_app(HELP)
        case "deleted":
            await slack.delete(NEWCOMER, HELP, ts)
    with logged() as log:
        books(file.parent, "llamas", "zebras")
        await log.said("late_answer_unwanted")
        await gone(slack)
        assert late(slack) == []
        assert slack.by_bot(slack.direct(NEWCOMER), NEWCOMER) == []
        assert len(log.events("late_answer_unwanted")) == 1
    posts = [one for one in slack.called("chat.postMessage") if one.arguments["channel"] == HELP]
    assert len(posts) == 1


async def gone(slack: Slack) -> None:
    """Wait until no question is open."""
    direct = slack.direct(CURATOR)
    async with asyncio.timeout(30):
        while rows(slack, OPEN):
            await slack.onboard("help", user=CURATOR, channel=direct)


# --- Bounds, time and company


async def test_no_more_than_so_many_an_hour(mode: str, file: Path) -> None:
    """What goes beyond the bound waits, and is still open."""
    async with (
        workspace(mode) as (slack, port),
        bot(slack, port, ONBOARD_CATALOGUE=str(file), ONBOARD_NOTICES_PER_HOUR="1"),
    ):
        first = await asked(slack)
        await asked(slack, YAKS)
        books(file.parent, "llamas", "zebras", "yaks")
        (answer,) = await answered(slack)
        assert answer.thread_ts == first
        await until(slack, OPEN, ("yaks",))
        books(file.parent, "llamas", "zebras", "yaks", "camels")
        await shelved(slack, 4)
        assert len(late(slack)) == 1
        assert rows(slack, OPEN) == [("yaks",)]


async def test_where_nobody_is_told_no_turn_is_taken(mode: str, file: Path) -> None:
    """What was asked privately, and nobody waits for, does not count against the bound."""
    async with (
        workspace(mode) as (slack, port),
        bot(slack, port, ONBOARD_CATALOGUE=str(file), ONBOARD_NOTICES_PER_HOUR="1"),
    ):
        await slack.onboard(ZEBRAS)
        await until(slack, OPEN, ("zebras",))
        ts = await asked(slack, YAKS)
        books(file.parent, "llamas", "zebras", "yaks")
        (answer,) = await answered(slack)
        assert answer.thread_ts == ts
        await until(slack, OPEN)


async def test_edited_while_nobody_was_there(mode: str, file: Path) -> None:
    """What was asked before a restart is answered after it, if the file has changed, once."""
    async with workspace(mode) as (slack, port):
        async with bot(slack, port, ONBOARD_CATALOGUE=str(file)):
            ts = await asked(slack)
        books(file.parent, "llamas", "zebras")
        async with bot(slack, port, ONBOARD_CATALOGUE=str(file)):
            (answer,) = await answered(slack)
            assert answer.thread_ts == ts
            await until(slack, OPEN)
        async with bot(slack, port, ONBOARD_CATALOGUE=str(file)):
            await asked(slack, YAKS)
            books(file.parent, "llamas", "zebras", "yaks")
            await answered(slack, 2)
        assert len(late(slack)) == 2


async def test_two_bots_answer_once(mode: str, file: Path) -> None:
    """Whichever sees the edit first answers; the other sees that it is done."""
    async with workspace(mode) as (slack, port), bot(slack, port, 2, ONBOARD_CATALOGUE=str(file)):
        names = ["zebras", "yaks", "camels", "goats", "sheep", "oxen"]
        for name in names:
            await asked(slack, f"where do I learn about {name}")
        books(file.parent, "llamas", *names)
        await answered(slack, len(names))
        await until(slack, OPEN)
        # Both have read the file by now, and whoever comes late has found nothing to do.
        books(file.parent, "llamas", *names, "mules")
        for _ in range(4):
            await shelved(slack, len(names) + 2)
        threads = [one.thread_ts for one in late(slack)]
        assert len(threads) == len(set(threads)) == len(names)


async def test_slack_that_is_down_is_waited_for(mode: str, file: Path, log: Log) -> None:
    """What Slack does not take now is told later, by whoever runs then; what it took is not."""
    async with workspace(mode) as (slack, port):
        async with bot(slack, port, ONBOARD_CATALOGUE=str(file)):
            await slack.mention(ZEBRAS)
            (nothing,) = await slack.said(HELP)
            await slack.quiet()
            await slack.answer_to(press(slack, nothing, HELP, "Tell me when there is one"))
            await slack.quiet()
            slack.fail("chat.postMessage", Fault.slow(0))
            slack.fail("chat.postMessage", Fault.server_error(), times=3)
            books(file.parent, "llamas", "zebras")
            assert (await log.said("late_answer_refused"))["code"] == "unavailable"
            assert len(await answered(slack)) == 1
            assert late(slack, slack.direct(NEWCOMER), NEWCOMER) == []
        async with bot(slack, port, ONBOARD_CATALOGUE=str(file)):
            await answered(slack, 1, slack.direct(NEWCOMER), NEWCOMER)
            await until(slack, OPEN)
            assert len(late(slack)) == 1


async def test_a_store_that_goes_down_in_the_middle(mode: str, file: Path, log: Log) -> None:
    """The answer that could not be noted holds up no other, and is not told again."""
    async with workspace(mode) as (slack, port), bot(slack, port, ONBOARD_CATALOGUE=str(file)):
        await asked(slack)
        await asked(slack, YAKS)
        await change(
            slack,
            "CREATE TRIGGER broken BEFORE UPDATE OF answered_at ON questions"
            " BEGIN SELECT RAISE(ABORT, 'broken'); END",
        )
        books(file.parent, "llamas", "zebras", "yaks")
        await log.said("store_refused")
        await change(slack, "DROP TRIGGER broken")
        books(file.parent, "llamas", "zebras", "yaks", "camels")
        await answered(slack, 2)
        await until(slack, OPEN)
        assert len(late(slack)) == 2


async def change(slack: Slack, statement: str) -> None:
    """Change the store behind the bot's back."""

    def changed() -> None:
        with closing(sqlite3.connect(slack.store, isolation_level=None)) as other:
            other.execute(statement)

    # Beside the loop, in which the bot may be in the middle of writing.
    await asyncio.to_thread(changed)


@pytest.mark.parametrize("posted", [True, False])
async def test_a_bot_that_died_in_the_middle(mode: str, file: Path, *, posted: bool) -> None:
    """Whoever takes over looks first whether the answer is there already, and posts it if not."""
    async with workspace(mode) as (slack, port):
        async with bot(slack, port, ONBOARD_CATALOGUE=str(file)):
            ts = await asked(slack)
            if posted:
                books(file.parent, "llamas", "zebras")
                await answered(slack)
                await until(slack, OPEN)
        books(file.parent, "llamas", "zebras")
        died(slack)
        async with bot(slack, port, ONBOARD_CATALOGUE=str(file)):
            await until(slack, OPEN)
            assert [one.thread_ts for one in late(slack)] == [ts]


def died(slack: Slack) -> None:
    """Leave the store as a bot does that dies between posting and noting that it has."""
    (key,) = rows(slack, "SELECT key FROM questions")[0]
    with closing(sqlite3.connect(slack.store, isolation_level=None)) as other:
        other.execute("DELETE FROM seen WHERE name LIKE 'closing/%'")
        for name in (f"closing/{key}/0", f"closing/{key}/0/thread"):
            other.execute(
                "INSERT INTO seen (name, holder, claimed_at) VALUES (?, 'dead', "
                "strftime('%Y-%m-%d %H:%M:%f000', 'now', '-1 hour'))",
                (name,),
            )
        other.execute("UPDATE questions SET open = 1, answered_at = NULL, tried = ''")


@pytest.fixture
def log() -> Any:
    """What is logged meanwhile."""
    with logged() as held:
        yield held
