"""Channels, and the counting of what all replicas share."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import LiteralString

import psycopg
import pytest
from sqlalchemy import text

from bench.postgres import Cluster
from bot.records import Channel, Revision
from bot.store import Store, engine
from tests.postgres import TEMPLATE
from tests.store.conftest import patient
from tests.store.samples import DAY, DRAFT, NOW, asking


async def test_a_channel_is_listened_to_as_it_is_set(store: Store, other: Store) -> None:
    """The last setting holds for all replicas; one that is off is not kept."""
    await store.set_channel("C1", "shadow", "U1", now=NOW)
    await store.set_channel("C2", "on", "U2", now=NOW)
    assert await other.channels() == {
        "C1": Channel(setting="shadow", by="U1", since=NOW),
        "C2": Channel(setting="on", by="U2", since=NOW),
    }
    await other.set_channel("C1", "on", "U3", now=NOW + DAY)
    await other.set_channel("C2", "off", "U3", now=NOW + DAY)
    await other.set_channel("C3", "off", "U3", now=NOW + DAY)
    assert await store.channels() == {"C1": Channel(setting="on", by="U3", since=NOW + DAY)}


async def test_no_count_is_lost(store: Store, other: Store) -> None:
    """Questions counted at once all count, in a channel that is set to shadow and in no other."""
    await store.set_channel("C1", "shadow", "U1", now=NOW)
    await store.set_channel("C2", "on", "U1", now=NOW)
    await asyncio.gather(
        *(one.count_shadowed(to) for to in ("C1", "C2", "C3") for one in (store, other) * 5)
    )
    assert {name: one.shadowed for name, one in (await store.channels()).items()} == {
        "C1": 10,
        "C2": 0,
    }


async def test_setting_it_again_changes_nothing(store: Store) -> None:
    """Who set it, when, and what was counted since stay, until it is set otherwise."""
    await store.set_channel("C1", "shadow", "U1", now=NOW)
    await store.count_shadowed("C1")
    before = await store.channels(), await store.revision()
    await store.set_channel("C1", "shadow", "U2", now=NOW + DAY)
    assert (await store.channels(), await store.revision()) == before
    await store.set_channel("C1", "on", "U2", now=NOW + DAY)
    await store.set_channel("C1", "shadow", "U2", now=NOW + DAY)
    assert (await store.channels())["C1"].shadowed == 0


Change = Callable[[Store], Awaitable[object]]
CHANGES: list[tuple[str, Change, str]] = [
    ("suggest", lambda s: s.suggest(DRAFT, "U1", now=NOW), "suggestions"),
    ("approve", lambda s: s.approve(1, "U1", resource="r", now=NOW), "suggestions"),
    ("approve in vain", lambda s: s.approve(1, "U1", resource="r", now=NOW), ""),
    ("undo", lambda s: s.undo(1, "U1", now=NOW), "suggestions"),
    ("decline", lambda s: s.decline(1, "U1", reason="", now=NOW), "suggestions"),
    ("merge in vain", lambda s: s.merged([1], now=NOW), ""),
    ("rate", lambda s: s.rate("k", "r", "U1", useful=True, now=NOW), "feedback"),
    ("rate alike", lambda s: s.rate("k", "r", "U1", useful=True, now=NOW), ""),
    ("ask", lambda s: s.record(asking("k"), "U2", now=NOW), ""),
    ("set", lambda s: s.set_channel("C1", "shadow", "U2", now=NOW), "channels"),
    ("count", lambda s: s.count_shadowed("C1"), "channels"),
    ("switch off", lambda s: s.set_channel("C1", "off", "U1", now=NOW), "channels"),
    ("switch off again", lambda s: s.set_channel("C1", "off", "U1", now=NOW), ""),
    ("forget a thumb", lambda s: s.forget("U1"), "feedback suggestions"),
    ("forget nobody", lambda s: s.forget("U1"), ""),
]


async def test_every_change_is_counted(store: Store, other: Store) -> None:
    """Exactly what has changed counts on, as every replica sees."""
    at = await store.revision()
    assert at == Revision()
    for name, change, expected in CHANGES:
        await change(store)
        found = await other.revision()
        counted = [
            shared
            for shared in ("feedback", "suggestions", "channels")
            if getattr(found, shared) > getattr(at, shared)
        ]
        assert " ".join(counted) == expected, name
        at = found


async def test_no_change_goes_uncounted(store: Store, other: Store) -> None:
    """Changes made at once are counted one by one."""
    await asyncio.gather(
        *(
            one.rate(f"k{n}", "r", "U1", useful=True, now=NOW)
            for n in range(6)
            for one in (store, other)
        ),
        *(store.rate(f"j{n}", "r", "U1", useful=True, now=NOW) for n in range(6)),
    )
    assert (await store.revision()).feedback == 12


async def test_a_later_version_may_count_more(store: Store, url: str) -> None:
    """What only another version counts is nothing to this one, which goes on beside it."""
    before = await store.revision()
    other = engine.make(engine.address(url), 5.0)
    async with other.begin() as connection:
        await connection.execute(text("INSERT INTO revisions VALUES ('moons', 3)"))
    await other.dispose()
    assert await store.revision() == before


_WAITING = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


@pytest.mark.parametrize(
    ("change", "count"),
    [
        (lambda store: store.merged([1, 2], now=NOW), "suggestions"),
        (lambda store: store.forget("U1"), "feedback"),
    ],
    ids=["merged", "forget"],
)
async def test_nobody_counts_before_all_else_is_done(
    cluster: Cluster, change: Callable[[Store], Awaitable[object]], count: LiteralString
) -> None:
    """Who waits for a row holds no count that whoever has the row needs to be done with it."""
    with cluster.database(TEMPLATE) as url:
        store = patient(url)
        for number in (1, 2):
            await store.suggest(DRAFT, "U1", now=NOW)
            await store.approve(number, "U1", resource="moon", now=NOW)
        await store.rate("k", "moon", "U1", useful=True, now=NOW)
        other = await psycopg.AsyncConnection.connect(url)
        await other.execute("UPDATE suggestions SET reason = 'x' WHERE id = 2")
        changing = asyncio.ensure_future(change(store))
        async with asyncio.timeout(10):
            while not await (await other.execute(_WAITING)).fetchone():
                pass
        await other.execute("UPDATE revisions SET number = 99 WHERE name = %s", (count,))
        await other.commit()
        await other.close()
        await changing
        await store.close()
