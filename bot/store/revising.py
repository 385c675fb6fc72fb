"""Counting the changes of what all replicas share."""

from typing import Literal, get_args

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import Revision
from bot.store.tables import revisions

Shared = Literal["suggestions", "feedback", "channels", "links"]

_KNOWN: tuple[Shared, ...] = get_args(Shared)


async def changed(connection: AsyncConnection, shared: Shared) -> None:
    """Count one change; the last statement of a transaction, since others wait for its end."""
    await connection.execute(
        update(revisions).where(revisions.c.name == shared).values(number=revisions.c.number + 1)
    )


async def revision(connection: AsyncConnection) -> Revision:
    """Return how often each has changed."""
    # A later version may count more than this one knows of.
    known = select(revisions.c.name, revisions.c.number).where(revisions.c.name.in_(_KNOWN))
    rows = (await connection.execute(known)).all()
    return Revision(**{row.name: row.number for row in rows})
