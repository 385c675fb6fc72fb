"""Links: who looks at which address, and what came of it."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.links.judging import Judged, after
from bot.records import LinkHealth
from bot.store import engine
from bot.store.revising import changed
from bot.store.tables import links

LONGEST = 2_000
"""Bytes of an address: PostgreSQL has no index for longer ones, and whoever tries fails."""

_DAY = dt.timedelta(days=1)
_KEPT = ("verdict", "why", "moved_to", "since", "checked", "strikes", "struck", "dead", "taken")


async def some(connection: AsyncConnection, *, behind: str, limit: int) -> list[LinkHealth]:
    """Return what is known of so many addresses, in their order, from behind one of them."""
    rows = await connection.execute(
        select(links)
        .where(links.c.address > behind)
        .where(links.c.checked.is_not(None))
        .order_by(links.c.address)
        .limit(limit)
    )
    return [_health(row) for row in rows]


def fits(address: str) -> bool:
    """Whether anything can be kept of an address; those of catalogues are hardly ever so long."""
    return len(address.encode("utf-8", "surrogatepass")) <= LONGEST


def _health(row: Row[Any]) -> LinkHealth:
    return LinkHealth(
        address=row.address,
        verdict=row.verdict,
        why=row.why,
        to=row.moved_to,
        since=row.since,
        checked=row.checked,
        strikes=row.strikes,
        struck=row.struck,
        dead=row.dead,
    )


async def dead(connection: AsyncConnection) -> dict[str, dt.date]:
    """Return the addresses that count as dead, and since when."""
    rows = await connection.execute(
        select(links.c.address, links.c.dead).where(links.c.dead.is_not(None))
    )
    return {row.address: row.dead for row in rows}


async def take(
    connection: AsyncConnection, addresses: Sequence[str], *, now: dt.datetime, lease: dt.timedelta
) -> list[str]:
    """Take those of these addresses that nobody has, and nobody looked at on this day of UTC.

    Of a moment that is more than a day ahead, some clock was wrong: that does not count.
    """
    if not addresses:
        return []
    today = dt.datetime.combine(now.astimezone(dt.UTC).date(), dt.time(), dt.UTC)
    put = engine.insert(connection, links).values(
        [
            {
                "address": address,
                "verdict": "",
                "why": "",
                "moved_to": "",
                "strikes": 0,
                "taken": now,
            }
            for address in addresses
        ]
    )
    found = await connection.scalars(
        put.on_conflict_do_update(
            index_elements=["address"],
            set_={"taken": put.excluded.taken},
            where=and_(
                or_(links.c.taken.is_(None), links.c.taken < now - lease),
                or_(
                    links.c.checked.is_(None),
                    links.c.checked < today,
                    links.c.checked >= today + 2 * _DAY,
                ),
            ),
        ).returning(links.c.address)
    )
    taken = set(found)
    return [address for address in addresses if address in taken]


async def note(
    connection: AsyncConnection, found: Sequence[Judged], *, now: dt.datetime
) -> list[tuple[LinkHealth | None, LinkHealth]]:
    """Keep what was found, and return of each address what was known before, and what is now.

    They have to come in one order from everybody: two that wait for each other's rows never end.
    """
    if not found:
        return []
    rows = await connection.execute(
        select(links)
        .where(links.c.address.in_([one.address for one in found]))
        .where(links.c.checked.is_not(None))
        .order_by(links.c.address)
        .with_for_update()
    )
    known = {row.address: _health(row) for row in rows}
    changes = [(before := known.get(one.address), after(before, one, now)) for one in found]
    put = engine.insert(connection, links)
    await connection.execute(
        put.on_conflict_do_update(
            index_elements=["address"], set_={name: put.excluded[name] for name in _KEPT}
        ),
        [_row(health) for _, health in changes],
    )
    if any((before and before.dead) != health.dead for before, health in changes):
        await changed(connection, "links")
    return changes


def _row(health: LinkHealth) -> dict[str, object]:
    return {
        "address": health.address,
        "verdict": health.verdict,
        "why": health.why,
        "moved_to": health.to,
        "since": health.since,
        "checked": health.checked,
        "strikes": health.strikes,
        "struck": health.struck,
        "dead": health.dead,
        "taken": None,
    }


async def sweep(connection: AsyncConnection, before: dt.datetime, *, limit: int) -> int:
    """Erase some of what nobody has looked at since then: no catalogue has it any more."""
    last = func.coalesce(links.c.checked, links.c.taken)
    some = select(links.c.address).where(last < before).limit(limit)
    return await engine.changed(connection, delete(links).where(links.c.address.in_(some)))
