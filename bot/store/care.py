"""Looking after a store: all that it holds, and whether it is sound."""

import datetime as dt
import re
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import engine, schema
from bot.store.people import pseudonym
from bot.store.tables import METADATA, meta, questions

_PEOPLE = frozenset(("user_id", "author", "decided_by", "actor", "set_by"))
"""Columns that hold the IDs of people."""
_PLACES = frozenset(("channel", "place", "name"))
# A conversation with one person: whoever may ask Slack learns from its ID who that is.
_DIRECT = re.compile(r"(?<![A-Z0-9])D[A-Z0-9]{6,}(?![A-Z0-9])")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreReport:
    """What a store holds, and what is wrong with it."""

    engine: str
    """Its kind and version."""
    schema: str
    """The last step that its tables have taken."""
    rows: Mapping[str, int]
    """How many rows each table has."""
    oldest: dt.datetime | None
    """When the oldest question that is kept was asked."""
    faults: tuple[str, ...] = ()
    """What is wrong, in sentences."""


async def export(connection: AsyncConnection, key: bytes) -> AsyncGenerator[dict[str, object]]:
    """Yield every row of every table, but not the salt, by which pseudonyms could be guessed."""
    for table in METADATA.sorted_tables:
        if table is meta:
            continue
        async with connection.stream(select(table).order_by(*table.primary_key)) as rows:
            async for row in rows.mappings():
                yield {"table": table.name} | {
                    name: _plain(name, value, key) for name, value in row.items()
                }


def _plain(column: str, value: object, key: bytes) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    if not isinstance(value, str) or not value:
        return value
    if column in _PEOPLE:
        return pseudonym(value, key)
    if column in _PLACES:
        return _DIRECT.sub(lambda found: pseudonym(found[0], key), value)
    return value


async def check(connection: AsyncConnection) -> StoreReport:
    """Return what a store holds, and what is wrong with it."""
    at = await connection.run_sync(schema.current)
    if fault := schema.lack(at):
        return StoreReport(
            engine=_version(connection),
            schema=at or "none",
            rows=MappingProxyType({}),
            oldest=None,
            faults=(fault,),
        )
    rows = {
        table.name: await connection.scalar(select(func.count()).select_from(table)) or 0
        for table in METADATA.sorted_tables
    }
    return StoreReport(
        engine=_version(connection),
        schema=schema.newest(),
        rows=MappingProxyType(rows),
        oldest=await connection.scalar(select(func.min(questions.c.at))),
        faults=tuple(await _faults(connection)),
    )


def _version(connection: AsyncConnection) -> str:
    name = "SQLite" if engine.is_sqlite(connection) else "PostgreSQL"
    version = connection.dialect.server_version_info or ()
    return f"{name} {'.'.join(str(part) for part in version)}"


async def _faults(connection: AsyncConnection) -> list[str]:
    if not engine.is_sqlite(connection):
        return []
    said = (await connection.execute(text("PRAGMA integrity_check(10)"))).scalars().all()
    lost = (await connection.execute(text("PRAGMA foreign_key_check"))).all()
    return [f"SQLite says: {one}." for one in said if one != "ok"] + [
        f"A row of {row[0]} belongs to a row of {row[2]} that is not there." for row in lost[:10]
    ]
