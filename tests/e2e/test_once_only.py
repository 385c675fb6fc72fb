"""Several bots on one store: each message is dealt with once, whoever hears of it and how often."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Fault
from bot.slack.delivery import EVENT_TYPE, Patience, key_of
from bot.store import Store
from tests.e2e.double import (
    CURATOR,
    HELP,
    NEWCOMER,
    SECOND,
    Slack,
    serving,
    settings_of,
    workspace,
)

ASKED = "how does PCI enumeration work"
UNSURE = "flux capacitor PCI"
QUICK = Patience(answer=1.0, pauses=(0.05,), tick=0.05, lease=0.3)
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


@pytest.fixture
async def two() -> AsyncIterator[Slack]:
    """A workspace that sends every event to both of two bots, which share a store."""
    async with workspace("socket", everywhere=True, retry_after=(0.05, 0.5, 1.0)) as (slack, port):
        settings = settings_of(slack, port)
        async with serving(settings, QUICK), serving(settings, QUICK):
            yield slack


def answers(slack: Slack, ts: str) -> int:
    """Return how often the bot has answered in the thread of a message."""
    return sum(one.thread_ts == ts and one.seen_by is None for one in slack.by_bot(HELP, NEWCOMER))


async def test_two_that_hear_the_same_answer_once(two: Slack) -> None:
    """Mentions reach both bots, and each of them twice; every one gets one answer."""
    asked = [await two.mention(ASKED) for _ in range(12)]
    for ts in asked:
        await two.until(partial(answers, two, ts))
    await two.idle()
    assert [answers(two, ts) for ts in asked] == [1] * len(asked)


async def test_two_that_hear_the_same_whisper_once(two: Slack) -> None:
    """What one person is told privately comes once, too."""
    await two.mention(UNSURE)
    await two.said(HELP)
    await two.idle()
    assert len(two.by_bot(HELP)) == 1


async def test_two_that_overhear_speak_once_in_a_thread(two: Slack) -> None:
    """In a listened channel two bots that overhear two questions in a thread speak once."""
    await two.command(CURATOR, HELP, "/onboard", "listen on")
    await two.said(HELP, CURATOR, 2)
    root = await two.say(SECOND, HELP, "hello all")
    await two.idle()
    for _ in range(3):
        await two.say(SECOND, HELP, "where do I learn about virtio?", thread_ts=root)
    await two.idle()
    assert answers(two, root) <= 1


async def test_an_event_that_comes_again_much_later_is_known(two: Slack) -> None:
    """Slack may send an event again after it was acknowledged; nobody answers it again."""
    ts = await two.mention(ASKED)
    await two.until(lambda: answers(two, ts))
    await two.idle()
    for delivery in list(two.deliveries):
        await two.again(delivery)
    await two.idle()
    assert answers(two, ts) == 1


async def died(slack: Slack, ts: str, *, seconds: float) -> None:
    """Leave the claim of a bot that died in the middle of a message, so many seconds ago."""
    store = Store(f"sqlite:///{slack.store}")
    await store.migrate()
    then = datetime.now(UTC) - timedelta(seconds=seconds)
    place = f"{slack.team}/{HELP}/{ts}"
    await store.claim("gone", place, "dead", now=then, lease=timedelta(seconds=1))
    await store.close()


@pytest.mark.parametrize("had_posted", [True, False])
async def test_whoever_takes_over_looks_first(*, had_posted: bool) -> None:
    """After a bot that died the next one answers, unless the answer is there already."""
    async with workspace("socket", retry_after=(0.05, 0.5, 1.0)) as (slack, port):
        ts = await slack.mention(ASKED)
        await died(slack, ts, seconds=60)
        if had_posted:
            payload = {"key": key_of("answer", slack.team, HELP, ts)}
            await AsyncWebClient(slack.bot_token, slack.api_url).chat_postMessage(
                channel=HELP,
                text="There it is.",
                thread_ts=ts,
                metadata={"event_type": EVENT_TYPE, "event_payload": payload},
            )
        async with serving(settings_of(slack, port), QUICK, in_hand=slack.work):
            await slack.quiet()
        assert answers(slack, ts) == 1


async def test_what_another_has_in_hand_is_not_acknowledged() -> None:
    """While somebody else may be at it, Slack keeps the event, and sends it until it is done."""
    async with workspace("socket", retry_after=(0.05, 0.5, 3.0)) as (slack, port):
        ts = await slack.mention(ASKED)
        # However long the bot takes to start, it finds that somebody is at it.
        await died(slack, ts, seconds=-1)
        patience = Patience(answer=1.0, pauses=(0.05,), tick=0.05, lease=1.0, acknowledge=0.1)
        async with serving(settings_of(slack, port), patience, in_hand=slack.work):
            await slack.until(lambda: answers(slack, ts))
            await slack.quiet()
        assert answers(slack, ts) == 1
        assert max(delivery.attempts for delivery in slack.deliveries) > 1


async def test_an_answer_that_takes_long_is_given_once() -> None:
    """An event that takes longer than Slack waits comes again, and is waited for."""
    async with workspace("socket", ack_seconds=0.3, retry_after=(0.05, 0.5, 1.0)) as (slack, port):
        patience = Patience(answer=5.0, pauses=(0.05,), tick=0.05, lease=0.3, acknowledge=0.2)
        async with serving(settings_of(slack, port), patience, in_hand=slack.work):
            slack.fail("chat.postMessage", Fault.rate_limited(1))
            ts = await slack.mention(ASKED)
            await slack.until(lambda: answers(slack, ts))
            await slack.quiet()
            assert answers(slack, ts) == 1


async def test_without_the_store_two_answers_become_one() -> None:
    """While no store is to be had both bots may answer; the later answer is taken back."""
    async with workspace("socket", everywhere=True, retry_after=(0.05, 0.5)) as (slack, port):
        settings = settings_of(slack, port, ONBOARD_DATABASE_URL=NOWHERE)
        async with serving(settings, QUICK), serving(settings, QUICK):
            asked = [await slack.mention(ASKED) for _ in range(4)]
            for ts in asked:
                await slack.until(partial(answers, slack, ts))
            await slack.idle()
            await slack.until(lambda: [answers(slack, ts) for ts in asked] == [1] * len(asked))


async def test_once_only_survives_a_restart() -> None:
    """What was answered before a restart is not answered again after it."""
    async with workspace("socket", retry_after=(0.05, 0.5)) as (slack, port):
        settings = settings_of(slack, port)
        async with serving(settings, QUICK):
            ts = await slack.mention(ASKED)
            await slack.until(lambda: answers(slack, ts))
            await slack.idle()
        async with serving(settings, QUICK):
            for delivery in list(slack.deliveries):
                await slack.again(delivery)
            await slack.idle()
        assert answers(slack, ts) == 1
        with closing(sqlite3.connect(slack.store)) as store:
            (unfinished,) = store.execute(
                "SELECT count(*) FROM seen WHERE done_at IS NULL"
            ).fetchone()
        assert unfinished == 0
