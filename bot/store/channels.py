"""Which channels are listened to."""

import datetime as dt

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import Channel, Setting
from bot.store import engine, tables
from bot.store.revising import changed


async def channels(connection: AsyncConnection) -> dict[str, Channel]:
    """Return the channels that are not off, by their ID."""
    rows = await connection.execute(select(tables.channels).order_by(tables.channels.c.channel))
    return {
        row.channel: Channel(
            setting=row.setting, shadowed=row.shadowed, by=row.set_by, since=row.since
        )
        for row in rows
    }


async def set_channel(
    connection: AsyncConnection, channel: str, setting: Setting, by: str, *, now: dt.datetime
) -> None:
    """Listen to a channel in this way from now on; what is so already is left as it is."""
    table = tables.channels
    if setting == "off":
        done = await engine.changed(connection, delete(table).where(table.c.channel == channel))
    else:
        put = engine.insert(connection, table).values(
            channel=channel, setting=setting, shadowed=0, set_by=by, since=now
        )
        new = put.excluded
        done = await engine.changed(
            connection,
            put.on_conflict_do_update(
                index_elements=["channel"],
                set_={
                    "setting": new.setting,
                    "shadowed": new.shadowed,
                    "set_by": new.set_by,
                    "since": new.since,
                },
                where=table.c.setting != new.setting,
            ),
        )
    if done:
        await changed(connection, "channels")


async def count_shadowed(connection: AsyncConnection, channel: str) -> None:
    """Count a question that would have been answered, in a channel that is set to shadow."""
    table = tables.channels
    done = await engine.changed(
        connection,
        update(table)
        .where(table.c.channel == channel)
        .where(table.c.setting == "shadow")
        .values(shadowed=table.c.shadowed + 1),
    )
    if done:
        await changed(connection, "channels")
