"""Work that is to be done once only, whoever is told of it and how often."""

import datetime as dt
from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import Standing
from bot.store import engine
from bot.store.tables import seen

_NOBODY = ""
# A claim that was given back between two looks is tried for again, so often.
_LOOKS = 3


async def claim(
    connection: AsyncConnection,
    name: str,
    place: str,
    holder: str,
    *,
    now: dt.datetime,
    lease: dt.timedelta,
) -> Standing:
    """Claim work by its name and its place; each statement stands for itself."""
    claimed = engine.insert(connection, seen).values(
        name=name, place=place or None, holder=holder, claimed_at=now
    )
    for _ in range(_LOOKS):
        if await engine.changed(connection, claimed.on_conflict_do_nothing()):
            return "new"
        held = (await connection.execute(select(seen).where(_is(name, place)))).all()
        if any(row.done_at for row in held):
            return "seen"
        if any(now - row.claimed_at <= lease for row in held):
            return "busy"
        # The row of that name before one of that place, whose name could not become this one.
        for row in sorted(held, key=lambda row: bool(row.name != name))[:1]:
            taken = await engine.changed(
                connection,
                update(seen)
                .where(seen.c.name == row.name)
                .where(seen.c.claimed_at == row.claimed_at)
                .where(seen.c.done_at.is_(None))
                .values(name=name, holder=holder, claimed_at=now),
            )
            return "again" if taken else "busy"
    return "busy"


def _is(name: str, place: str) -> ColumnElement[bool]:
    return or_(seen.c.name == name, seen.c.place == place) if place else seen.c.name == name


async def renew(
    connection: AsyncConnection, names: Collection[str], holder: str, *, now: dt.datetime
) -> int:
    """Let the unfinished claims of a holder begin anew; how many of them it still has."""
    renewed = await connection.execute(
        update(seen)
        .where(seen.c.name.in_(names))
        .where(seen.c.holder == holder)
        .where(seen.c.done_at.is_(None))
        .values(claimed_at=now)
    )
    return renewed.rowcount


async def finish(connection: AsyncConnection, done: Mapping[str, str], *, now: dt.datetime) -> None:
    """Mark work as done, name by name with its place; what is not known yet is noted as done."""
    if not done:
        return
    places = [place for place in done.values() if place]
    known = await connection.scalars(
        update(seen)
        .where(or_(seen.c.name.in_(done), seen.c.place.in_(places)))
        .values(done_at=now)
        .returning(seen.c.name)
    )
    new = done.keys() - set(known)
    rows = [
        {
            "name": name,
            "place": done[name] or None,
            "holder": _NOBODY,
            "claimed_at": now,
            "done_at": now,
        }
        for name in sorted(new)
    ]
    if rows:
        # What stands under another name at the same place stays: it is done by now.
        await connection.execute(engine.insert(connection, seen).on_conflict_do_nothing(), rows)


async def release(connection: AsyncConnection, name: str, holder: str) -> None:
    """Give back a claim that was not finished, unless somebody has taken it over."""
    await connection.execute(
        delete(seen)
        .where(seen.c.name == name)
        .where(seen.c.holder == holder)
        .where(seen.c.done_at.is_(None))
    )


async def first(connection: AsyncConnection, name: str, owner: str, *, now: dt.datetime) -> bool:
    """Whether this owner was the first to ask for the name."""
    added = await engine.changed(
        connection,
        engine.insert(connection, seen)
        .values(name=name, place=None, holder=owner, claimed_at=now, done_at=now)
        .on_conflict_do_nothing(),
    )
    if added:
        return True
    holder = await connection.scalar(select(seen.c.holder).where(seen.c.name == name))
    return bool(holder == owner)
