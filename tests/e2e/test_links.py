"""Links that die while the bot runs: found in the night, told, and shown after the rest."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.links.checker import Checker, Manners
from bot.links.judging import Judged
from bot.store import Store
from tests.e2e.double import (
    CURATOR,
    CURATORS,
    QUICK,
    Slack,
    serving,
    settings_of,
    text_of,
    workspace,
)
from tests.links.servers import GUARD, Names, says, site

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CATALOGUE = """\
version: 1
topics: [{{id: things, name: Things}}]
resources:
  - id: llamas
    title: Llamas and alpacas
    url: {0}
    summary: All about llamas.
    topics: [things]
    also: [{{title: The archive, url: "{1}"}}]
  - id: more
    title: More of llamas and alpacas
    url: {1}
    summary: More about llamas.
    topics: [things]
"""


async def failed_twice(slack: Slack, url: str) -> None:
    """Keep in the store that a link failed on the two days before."""
    store = Store(f"sqlite:///{slack.store}", patience=30)
    for days in (2, 1):
        await store.note_links([Judged(address=url, verdict="gone")], now=NOON - days * DAY)
    await store.close()


@pytest.mark.parametrize("switch", ["true", "false"])
async def test_what_died_is_told_once_and_comes_last(tmp_path: Path, switch: str) -> None:
    """Two replicas: one tells the curators, both answer with a warning; none where it is off."""
    agents: list[Manners] = []

    def checker(manners: Manners) -> Checker:
        agents.append(manners)
        return Checker(Manners(pause=0.0, guard=GUARD), resolver=Names())

    file = tmp_path / "resources.yaml"
    async with (
        site({"/more": says(200)}) as there,
        workspace("socket") as (slack, port),
        AsyncExitStack() as stack,
    ):
        slack.go_to(NOON)
        file.write_text(CATALOGUE.format(there("/llamas"), there("/more")), encoding="utf-8")
        await failed_twice(slack, there("/llamas"))
        settings = settings_of(
            slack,
            port,
            ONBOARD_CATALOGUE=str(file),
            ONBOARD_LINKS=switch,
            ONBOARD_LINKS_CONTACT="links@example.org",
        )
        for _ in range(2):
            await stack.enter_async_context(
                serving(settings, QUICK, slack.work, slack.now, checker=checker)
            )
        if switch == "false":
            answer = await slack.answer_to(slack.mention("where do I learn about llamas"))
            assert "Its link was dead" not in text_of(answer)
            assert (there.asked, agents) == ([], [])
            return
        (told,) = await slack.said(CURATORS, CURATOR)
        assert "1 link of the catalogue failed on three days." in told.text
        assert f"<{there('/llamas')}|Llamas and alpacas>: it answered 404" in text_of(told)
        assert {one.contact for one in agents} == {"links@example.org"}
        shown = ""
        async with asyncio.timeout(30):
            # Each replica takes over what the store says in its own time.
            while "Its link was dead" not in shown:
                answer = await slack.answer_to(slack.mention("where do I learn about llamas"))
                shown = text_of(answer)
        assert f"Its link was dead on 2026-11-25; instead: <{there('/more')}|The archive>" in shown
        assert shown.index("More of llamas") < shown.index("|Llamas and alpacas>")
        await slack.quiet()
        assert len(slack.by_bot(CURATORS, CURATOR)) == 1
    assert sorted(method for method, path in there.asked if path == "/llamas") == ["GET", "HEAD"]
