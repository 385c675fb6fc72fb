"""People in the store: names that say nothing, and what is erased of them."""

import datetime as dt
import hashlib
import hmac

from sqlalchemy import and_, delete, exists, not_, or_, select, true, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreError
from bot.store import engine, links
from bot.store.questions import close_answered
from bot.store.revising import changed
from bot.store.tables import (
    channels,
    decisions,
    editions,
    feedback,
    meta,
    questions,
    seen,
    subscriptions,
    suggestions,
    wishes,
)

_SEEN_KEPT = dt.timedelta(days=1)
_EDITIONS_KEPT = dt.timedelta(days=400)
"""At least: they tell of nobody, and what was shown for a second look is not shown soon again."""
_LINKS_KEPT = dt.timedelta(days=60)
"""At least: what is in the catalogue is looked at once a month, whatever it is."""
_LENGTH = 16
_AT_ONCE = 1000
"""Rows of a kind that are swept at once: others wait for the end of a transaction."""


async def salt(connection: AsyncConnection) -> bytes:
    """Return what makes the pseudonyms of this store its own."""
    found = await connection.scalar(select(meta.c.value).where(meta.c.name == "salt"))
    if not found:
        raise StoreError(
            "The store has lost the salt of its pseudonyms. Restore it from a backup, or name "
            "another store in ONBOARD_DATABASE_URL."
        )
    return bytes.fromhex(found)


def pseudonym(user: str, key: bytes) -> str:
    """Return the name under which a person's questions and thumbs are kept."""
    return hmac.new(key, user.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:_LENGTH]


async def forget(connection: AsyncConnection, user: str, person: str) -> int:
    """Erase what a person did; how many rows that was."""
    asked = select(questions.c.key).where(questions.c.person == person)
    thumbs = await engine.changed(
        connection,
        delete(feedback).where(or_(feedback.c.person == person, feedback.c.key.in_(asked))),
    )
    rest = [
        await engine.changed(
            connection,
            delete(wishes).where(or_(wishes.c.user_id == user, wishes.c.key.in_(asked))),
        ),
        await engine.changed(connection, delete(questions).where(questions.c.person == person)),
    ]
    if thumbs:
        await close_answered(connection, true())
    named = [
        await engine.changed(connection, update(table).where(column == user).values({column: None}))
        for table, column in (
            (suggestions, suggestions.c.author),
            (suggestions, suggestions.c.decided_by),
            (decisions, decisions.c.actor),
        )
    ]
    set_by = await engine.changed(
        connection, update(channels).where(channels.c.set_by == user).values(set_by="")
    )
    # A conversation with the bot has but one person in it, whom its ID tells.
    own = select(subscriptions.c.channel).where(
        subscriptions.c.set_by == user, subscriptions.c.channel.startswith("D")
    )
    subscribed = await engine.changed(
        connection, delete(editions).where(editions.c.channel.in_(own))
    )
    subscribed += await engine.changed(
        connection, delete(subscriptions).where(subscriptions.c.channel.in_(own))
    )
    subscribed += await engine.changed(
        connection, update(subscriptions).where(subscriptions.c.set_by == user).values(set_by="")
    )
    # Last of all, as everywhere: two that wait for each other's rows and counts never end.
    if thumbs:
        await changed(connection, "feedback")
    if any(named):
        await changed(connection, "suggestions")
    if set_by:
        await changed(connection, "channels")
    return thumbs + sum(rest) + sum(named) + set_by + subscribed


async def sweep(connection: AsyncConnection, *, now: dt.datetime, retention: dt.timedelta) -> int:
    """Erase some of what was kept long enough; how many rows that was, 0 if none is left."""
    before = now - retention
    gone = await _sweep_seen(connection, now - _SEEN_KEPT)
    gone += await _sweep_editions(connection, now - max(retention, _EDITIONS_KEPT))
    gone += await links.sweep(connection, now - max(retention, _LINKS_KEPT), limit=_AT_ONCE)
    asked = select(questions.c.key).where(questions.c.at < before).order_by(questions.c.at)
    keys = (await connection.scalars(asked.limit(_AT_ONCE))).all()
    known = exists().where(questions.c.key == feedback.c.key)
    stray = select(feedback.c.key).distinct().where(feedback.c.at < before).where(not_(known))
    strays = (await connection.scalars(stray.limit(_AT_ONCE))).all()
    thumbs = await engine.changed(
        connection,
        delete(feedback).where(
            or_(
                feedback.c.key.in_(keys),
                and_(feedback.c.key.in_(strays), feedback.c.at < before),
            )
        ),
    )
    gone += await engine.changed(connection, delete(wishes).where(wishes.c.key.in_(keys)))
    gone += await engine.changed(connection, delete(questions).where(questions.c.key.in_(keys)))
    await _sweep_names(connection, before)
    if thumbs:
        await changed(connection, "feedback")
    return gone + thumbs


async def _sweep_seen(connection: AsyncConnection, before: dt.datetime) -> int:
    some = select(seen.c.name).where(seen.c.claimed_at < before).limit(_AT_ONCE)
    return await engine.changed(connection, delete(seen).where(seen.c.name.in_(some)))


async def _sweep_editions(connection: AsyncConnection, before: dt.datetime) -> int:
    key = editions.c.channel, editions.c.slot
    some = select(*key).where(editions.c.at < before).limit(_AT_ONCE)
    return await engine.changed(connection, delete(editions).where(tuple_(*key).in_(some)))


async def _sweep_names(connection: AsyncConnection, before: dt.datetime) -> None:
    """Let suggestions that ended long ago stand without the people who made and judged them."""
    ended = (
        select(suggestions.c.id)
        .where(suggestions.c.status.in_(["declined", "merged"]))
        .where(suggestions.c.decided_at < before)
        .where(or_(suggestions.c.author.is_not(None), suggestions.c.decided_by.is_not(None)))
    )
    numbers = (await connection.scalars(ended.limit(_AT_ONCE))).all()
    await connection.execute(
        update(decisions).where(decisions.c.suggestion.in_(numbers)).values(actor=None)
    )
    await connection.execute(
        update(suggestions)
        .where(suggestions.c.id.in_(numbers))
        .values(author=None, decided_by=None)
    )
