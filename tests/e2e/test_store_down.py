"""While the store is down: questions are answered, and what people do is kept once it is back."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from bot.slack.manifest import FIND_RESOURCES
from tests.e2e.double import (
    CURATOR,
    HELP,
    NEWCOMER,
    OVER_BOTH,
    SECOND,
    Slack,
    books,
    bot,
    locked,
    press,
    text_of,
    workspace,
)
from tests.e2e.log import logged

LLAMAS = "https://example.org/llamas"


def kept(slack: Slack) -> list[tuple[Any, ...]]:
    """Return the words of the questions that are kept."""
    with closing(sqlite3.connect(slack.store)) as other:
        return other.execute("SELECT words FROM questions").fetchall()


@OVER_BOTH
async def test_every_question_is_answered_without_a_store(mode: str, tmp_path: Path) -> None:
    """In every way to ask, once; the log says once what is wrong, and that it is over.

    What was asked meanwhile is not kept, and what is asked afterwards is.
    """
    file = books(tmp_path, "llamas")
    with logged() as log:
        async with (
            workspace(mode) as (slack, port),
            bot(slack, port, ONBOARD_CATALOGUE=str(file)),
        ):
            await slack.onboard("listen on", user=CURATOR)
            await slack.quiet()
            before = len(slack.by_bot(HELP, SECOND))
            async with locked(slack.store):
                await everywhere(slack)
                shown = slack.by_bot(HELP, SECOND)[before:]
                assert len(shown) == 2
                assert all(LLAMAS in text_of(one) for one in shown)
                nothing = await slack.onboard("where do I learn about zebras")
                told = await slack.answer_to(press(slack, nothing, HELP, "All topics"))
                assert "Things" in text_of(told)
                assert len(log.events("store_down")) == 1
            # It looks by itself whether the store is back.
            await log.said("store_back")
            assert kept(slack) == []
            async with asyncio.timeout(30):
                while not kept(slack):
                    await slack.onboard("llamas", user=SECOND)
                    await slack.quiet()
        assert slack.warnings == []
    assert log.events("unexpected") == []
    assert len(log.events("store_down")) == 1


async def everywhere(slack: Slack) -> None:
    """Ask in every way there is, and look at what comes of it."""
    said = await slack.mention("llamas")
    await slack.say(NEWCOMER, HELP, "hello, where do I learn about llamas?")
    direct = slack.direct(NEWCOMER)
    assert LLAMAS in text_of(await slack.answer_to(slack.say(NEWCOMER, direct, "llamas"), direct))
    assert LLAMAS in text_of(await slack.onboard("llamas"))
    found = await slack.answer_to(slack.shortcut(NEWCOMER, FIND_RESOURCES, HELP, said))
    assert LLAMAS in text_of(found)
    await slack.until(lambda: len([one for one in slack.posts() if one.answer.get("ok")]) >= 4)
    await slack.quiet()


async def test_it_starts_without_a_store(tmp_path: Path) -> None:
    """A store that another process has locked is waited for, and questions are answered."""
    file = books(tmp_path, "llamas")
    async with workspace("socket") as (slack, port):
        async with bot(slack, port, ONBOARD_CATALOGUE=str(file)):
            pass
        async with locked(slack.store), bot(slack, port, ONBOARD_CATALOGUE=str(file)):
            await slack.mention("llamas")
            (answer,) = await slack.said(HELP)
            assert LLAMAS in text_of(answer)
            await slack.quiet()
