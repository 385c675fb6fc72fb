"""Weekly digests: which channels have one, what became of each, and what they tell of."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import Asked, Edition, Entry, Subscription, Weekly
from bot.store import claims, engine
from bot.store.tables import editions, entries, meta, questions, subscriptions

_MOST_ASKED = 10_000
_TURN = "turn"
_NOTED = "noted"
_FAR = dt.timedelta(minutes=10)
"""No turn is kept so far ahead, unless by a clock that was wrong."""


async def all_subscriptions(connection: AsyncConnection) -> list[Subscription]:
    """Return all subscriptions, by channel."""
    rows = await connection.execute(select(subscriptions).order_by(subscriptions.c.channel))
    return [_subscription(row) for row in rows]


async def subscription(connection: AsyncConnection, channel: str) -> Subscription | None:
    """Return that of one channel; None if it never had one."""
    asked = select(subscriptions).where(subscriptions.c.channel == channel)
    row = (await connection.execute(asked)).one_or_none()
    return _subscription(row) if row else None


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        channel=row.channel,
        weekly=Weekly(weekday=row.weekday, hour=row.hour, minute=row.minute, zone=row.zone),
        topics=tuple(row.topics.split()),
        always=row.always,
        state=row.state,
        reason=row.reason,
        by=row.set_by,
        since=row.since,
    )


async def subscribe(connection: AsyncConnection, wanted: Subscription) -> None:
    """Keep a subscription, in place of what its channel had."""
    columns = {
        "weekday": wanted.weekly.weekday,
        "hour": wanted.weekly.hour,
        "minute": wanted.weekly.minute,
        "zone": wanted.weekly.zone,
        "topics": " ".join(wanted.topics),
        "always": wanted.always,
        "state": wanted.state,
        "reason": wanted.reason,
        "set_by": wanted.by,
        "since": wanted.since,
    }
    put = engine.insert(connection, subscriptions).values(channel=wanted.channel, **columns)
    await connection.execute(
        put.on_conflict_do_update(
            index_elements=["channel"], set_={name: put.excluded[name] for name in columns}
        )
    )


async def pause(
    connection: AsyncConnection, channel: str, *, reason: str, since: dt.datetime
) -> bool:
    """Pause one that is on, and as it was set then; whether this call did it."""
    done = await engine.changed(
        connection,
        update(subscriptions)
        .where(subscriptions.c.channel == channel)
        .where(subscriptions.c.state == "on")
        .where(subscriptions.c.since == since)
        .values(state="paused", reason=reason),
    )
    return bool(done)


async def resume(connection: AsyncConnection, reasons: Collection[str]) -> list[str]:
    """Switch on again what was paused for one of these reasons; the channels, in order."""
    found = await connection.scalars(
        update(subscriptions)
        .where(subscriptions.c.state == "paused")
        # What has no reason was paused by a person, and is for a person to resume.
        .where(subscriptions.c.reason != "")
        .where(subscriptions.c.reason.in_(reasons))
        .values(state="on", reason="")
        .returning(subscriptions.c.channel)
    )
    return sorted(found)


async def keep_edition(
    connection: AsyncConnection, edition: Edition, *, done: Mapping[str, str], now: dt.datetime
) -> bool:
    """Keep what became of a digest, and mark the work on it as done; whether it is news."""
    columns = {
        "at": edition.at,
        "until": edition.until,
        "outcome": edition.outcome,
        "look": edition.look,
    }
    put = engine.insert(connection, editions).values(
        channel=edition.channel, slot=edition.slot, **columns
    )
    new = await engine.changed(
        connection,
        put.on_conflict_do_update(
            index_elements=["channel", "slot"],
            set_={name: put.excluded[name] for name in columns},
            # Somebody gave it up while it was posted at the last moment.
            where=and_(editions.c.outcome == "missed", put.excluded.outcome == "posted"),
        ),
    )
    await claims.finish(connection, done, now=now)
    return bool(new)


async def latest_editions(
    connection: AsyncConnection, channel: str | None, *, limit: int
) -> list[Edition]:
    """Return what became of the digests of one channel or of all, the newest first."""
    columns = editions.c
    asked = select(editions).order_by(columns.at.desc(), columns.slot.desc(), columns.channel)
    if channel is not None:
        asked = asked.where(columns.channel == channel)
    return [
        Edition(
            channel=row.channel,
            slot=row.slot,
            at=row.at,
            until=row.until,
            outcome=row.outcome,
            look=row.look,
        )
        for row in await connection.execute(asked.limit(limit))
    ]


async def taken(connection: AsyncConnection, since: dt.datetime) -> dict[str, frozenset[str]]:
    """Return by channel the slots that were due since then, and have their edition."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in await connection.execute(
        select(editions.c.channel, editions.c.slot).where(editions.c.at >= since)
    ):
        found[row.channel].add(row.slot)
    return {channel: frozenset(slots) for channel, slots in found.items()}


async def asked(connection: AsyncConnection, since: dt.datetime, until: dt.datetime) -> list[Asked]:
    """Return how often each person was led to each resource, what was most often first."""
    times = func.count().label("times")
    rows = await connection.execute(
        select(questions.c.resource, questions.c.person, times)
        .where(questions.c.at > since)
        .where(questions.c.at <= until)
        .where(questions.c.verdict == "answer")
        .where(questions.c.resource != "")
        .group_by(questions.c.resource, questions.c.person)
        .order_by(times.desc(), questions.c.resource, questions.c.person)
        .limit(_MOST_ASKED)
    )
    return [Asked(row.resource, row.person, row.times) for row in rows]


async def some_entries(connection: AsyncConnection, *, after: str, limit: int) -> list[Entry]:
    """Return so many entries, in the order of their ids, from behind one of them."""
    rows = await connection.execute(
        select(entries).where(entries.c.resource > after).order_by(entries.c.resource).limit(limit)
    )
    return [
        Entry(
            resource=row.resource,
            page=row.page,
            content=row.content,
            first=row.first,
            changed=row.changed,
        )
        for row in rows
    ]


async def are_noted(connection: AsyncConnection) -> bool:
    """Whether the entries were all kept once; before that, those that are there say nothing."""
    return await connection.scalar(select(meta.c.value).where(meta.c.name == _NOTED)) is not None


async def all_noted(connection: AsyncConnection) -> None:
    """Mark the entries as all kept."""
    await connection.execute(
        engine.insert(connection, meta).values(name=_NOTED, value="1").on_conflict_do_nothing()
    )


async def note(connection: AsyncConnection, some: Sequence[Entry]) -> None:
    """Keep entries; of one that is known, since when it is there stays.

    They have to come in one order from everybody: two that wait for each other's rows never end.
    """
    put = engine.insert(connection, entries)
    rows = [
        {
            "resource": entry.resource,
            "page": entry.page,
            "content": entry.content,
            "first": entry.first,
            "changed": entry.changed,
        }
        for entry in some
    ]
    await connection.execute(
        put.on_conflict_do_update(
            index_elements=["resource"],
            set_={name: put.excluded[name] for name in ("page", "content", "changed")},
        ),
        rows,
    )


async def turn(connection: AsyncConnection, *, now: dt.datetime, pace: dt.timedelta) -> dt.datetime:
    """Reserve the next moment at which something may be posted, and return it."""
    now = now.astimezone(dt.UTC)
    await connection.execute(
        engine.insert(connection, meta)
        .values(name=_TURN, value=now.isoformat())
        .on_conflict_do_nothing()
    )
    # SQLite knows no rows to lock; there the whole transaction has its turn.
    kept = await connection.scalar(
        select(meta.c.value).where(meta.c.name == _TURN).with_for_update()
    )
    at = max(now, dt.datetime.fromisoformat(kept)) if kept else now
    if at - now > _FAR:
        at = now
    await connection.execute(
        update(meta).where(meta.c.name == _TURN).values(value=(at + pace).isoformat())
    )
    return at
