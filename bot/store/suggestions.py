"""Suggested resources: what is decided of them, and by whom."""

import datetime as dt
import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import Action, Decision, Draft, Status, Suggestion
from bot.store import engine
from bot.store.revising import changed
from bot.store.tables import decisions, suggestions

_LARGEST = 2**31 - 1


async def suggest(
    connection: AsyncConnection, draft: Draft, user: str, *, asking: str, now: dt.datetime
) -> int:
    """Keep a suggestion, and return its number."""
    added = await connection.execute(
        insert(suggestions)
        .values(
            **_columns(draft),
            status="pending",
            at=now,
            author=user,
            asking=asking,
            resource="",
            reason="",
        )
        .returning(suggestions.c.id)
    )
    number = int(added.scalar_one())
    await _note(connection, number, "suggest", user, now=now)
    return number


def _columns(draft: Draft) -> dict[str, str]:
    return {
        "url": draft.url,
        "title": draft.title,
        "summary": draft.summary,
        "topics": json.dumps(draft.topics),
        "ask": draft.ask,
    }


async def _note(
    connection: AsyncConnection,
    number: int,
    action: Action,
    by: str | None,
    *,
    reason: str = "",
    now: dt.datetime,
) -> None:
    await connection.execute(
        insert(decisions).values(suggestion=number, at=now, action=action, actor=by, reason=reason)
    )
    await changed(connection, "suggestions")


async def suggestion(connection: AsyncConnection, number: int) -> Suggestion | None:
    """Return one suggestion; None if there is none of that number."""
    # The number may come from anywhere; a server fails at one that fits no column.
    if not 0 < number <= _LARGEST:
        return None
    row = (
        await connection.execute(select(suggestions).where(suggestions.c.id == number))
    ).one_or_none()
    return _suggestion(row) if row else None


async def those(connection: AsyncConnection, statuses: Collection[Status]) -> list[Suggestion]:
    """Return the suggestions that stand so, by their number."""
    rows = await connection.execute(
        select(suggestions).where(suggestions.c.status.in_(statuses)).order_by(suggestions.c.id)
    )
    return [_suggestion(row) for row in rows]


def _suggestion(row: Row[Any]) -> Suggestion:
    return Suggestion(
        id=row.id,
        draft=Draft(
            url=row.url,
            title=row.title,
            summary=row.summary,
            topics=tuple(json.loads(row.topics)),
            ask=row.ask,
        ),
        status=row.status,
        at=row.at,
        by=row.author,
        asking=row.asking,
        resource=row.resource,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reason=row.reason,
    )


async def decide(
    connection: AsyncConnection,
    number: int,
    by: str | None,
    action: Action,
    *,
    before: Collection[Status],
    columns: Mapping[str, object],
    reason: str = "",
    now: dt.datetime,
) -> Suggestion | None:
    """Change one that stands so, and note it; None if it stands otherwise by now."""
    if not 0 < number <= _LARGEST:
        return None
    done = await engine.changed(
        connection,
        update(suggestions)
        .where(suggestions.c.id == number)
        .where(suggestions.c.status.in_(before))
        .values({"reason": reason, **columns}),
    )
    if not done:
        return None
    await _note(connection, number, action, by, reason=reason, now=now)
    return await suggestion(connection, number)


async def approve(
    connection: AsyncConnection,
    number: int,
    by: str,
    *,
    resource: str,
    draft: Draft | None,
    now: dt.datetime,
) -> Suggestion | None:
    """Approve one that is pending, perhaps as a curator has edited it."""
    columns: dict[str, object] = {**_columns(draft)} if draft else {}
    columns |= {"status": "approved", "resource": resource, "decided_by": by, "decided_at": now}
    return await decide(
        connection, number, by, "approve", before=["pending"], columns=columns, now=now
    )


async def decline(
    connection: AsyncConnection, number: int, by: str, *, reason: str, now: dt.datetime
) -> Suggestion | None:
    """Decline one that is pending."""
    columns: dict[str, object] = {"status": "declined", "decided_by": by, "decided_at": now}
    return await decide(
        connection,
        number,
        by,
        "decline",
        before=["pending"],
        columns=columns,
        reason=reason,
        now=now,
    )


async def undo(
    connection: AsyncConnection, number: int, by: str, *, now: dt.datetime
) -> Suggestion | None:
    """Make one pending again that was approved or declined."""
    columns: dict[str, object] = {
        "status": "pending",
        "resource": "",
        "decided_by": None,
        "decided_at": None,
    }
    return await decide(
        connection, number, by, "undo", before=["approved", "declined"], columns=columns, now=now
    )


async def merged(
    connection: AsyncConnection, numbers: Collection[int], *, now: dt.datetime
) -> None:
    """Note that these stand in the catalogue's file now."""
    # In one order everywhere, and counted last, so that no two can wait for each other.
    done = [
        number
        for number in sorted(set(numbers))
        if 0 < number <= _LARGEST
        and await engine.changed(
            connection,
            update(suggestions)
            .where(suggestions.c.id == number)
            .where(suggestions.c.status == "approved")
            .values(status="merged"),
        )
    ]
    if not done:
        return
    notes = [
        {"suggestion": number, "at": now, "action": "merge", "actor": None, "reason": ""}
        for number in done
    ]
    await connection.execute(insert(decisions), notes)
    await changed(connection, "suggestions")


async def decided(connection: AsyncConnection, number: int) -> list[Decision]:
    """Return what became of a suggestion, step by step."""
    if not 0 < number <= _LARGEST:
        return []
    rows = await connection.execute(
        select(decisions).where(decisions.c.suggestion == number).order_by(decisions.c.id)
    )
    return [
        Decision(
            suggestion=row.suggestion,
            at=row.at,
            action=row.action,
            by=row.actor,
            reason=row.reason,
        )
        for row in rows
    ]
