"""Questions, the thumbs on their answers, and who waits for one."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import ColumnElement, exists, func, not_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import Asking, Miss, Thumbs
from bot.store import claims, engine
from bot.store.revising import changed
from bot.store.tables import feedback, questions, wishes

_AT_ONCE = 500
"""Values in one statement; the engines have limits."""


async def record(
    connection: AsyncConnection,
    asking: Asking,
    person: str,
    *,
    done: Mapping[str, str],
    now: dt.datetime,
) -> None:
    """Keep a question, and mark the work on it as done."""
    await connection.execute(
        engine.insert(connection, questions)
        .values(
            key=asking.key,
            at=asking.at,
            surface=asking.surface,
            verdict=asking.verdict,
            words=" ".join(asking.words),
            resource=asking.resource,
            channel=asking.channel,
            thread=asking.thread,
            person=person,
            # A thumb may be faster than what is kept of the question.
            open=_rejected(asking.key)
            if asking.words and asking.verdict == "answer"
            else bool(asking.words),
            tried=asking.tried,
        )
        .on_conflict_do_nothing()
    )
    await claims.finish(connection, done, now=now)


def _rejected(key: ColumnElement[str] | str) -> ColumnElement[bool]:
    return exists().where(feedback.c.key == key).where(not_(feedback.c.useful))


async def rate(
    connection: AsyncConnection,
    key: str,
    resource: str,
    person: str,
    *,
    useful: bool,
    now: dt.datetime,
) -> bool:
    """Keep what a person thinks of a resource as an answer; whether that is new."""
    put = engine.insert(connection, feedback).values(
        key=key, resource=resource, person=person, useful=useful, at=now
    )
    new = await engine.changed(
        connection,
        put.on_conflict_do_update(
            index_elements=["key", "resource", "person"],
            set_={"useful": put.excluded.useful, "at": put.excluded.at},
            where=feedback.c.useful != put.excluded.useful,
        ),
    )
    if not new:
        return False
    if useful:
        await close_answered(connection, questions.c.key == key)
    else:
        await connection.execute(
            update(questions)
            .where(questions.c.key == key)
            .where(questions.c.words != "")
            .values(open=True)
        )
    await changed(connection, "feedback")
    return True


async def close_answered(connection: AsyncConnection, which: ColumnElement[bool]) -> None:
    """Close those that were answered and that nobody finds unanswered any more."""
    await connection.execute(
        update(questions)
        .where(which)
        .where(questions.c.open)
        .where(questions.c.verdict == "answer")
        .where(not_(_rejected(questions.c.key)))
        .values(open=False)
    )


async def settle(connection: AsyncConnection, key: str) -> None:
    """Close a question."""
    await connection.execute(update(questions).where(questions.c.key == key).values(open=False))


async def wish(connection: AsyncConnection, key: str, user: str, *, now: dt.datetime) -> bool:
    """Note that somebody wants to be told; False unless the question is open."""
    known = await connection.scalar(
        select(questions.c.key).where(questions.c.key == key).where(questions.c.open)
    )
    if known is None:
        return False
    await connection.execute(
        engine.insert(connection, wishes)
        .values(key=key, user_id=user, at=now)
        .on_conflict_do_nothing()
    )
    return True


async def misses(
    connection: AsyncConnection,
    *,
    since: dt.datetime | None,
    untried: str | None,
    limit: int,
) -> list[Miss]:
    """Return the open questions, the oldest first."""
    which: list[ColumnElement[bool]] = [questions.c.open]
    if since is not None:
        which.append(questions.c.at >= since)
    if untried is not None:
        which.append(questions.c.tried != untried)
    # Whoever tries them begins with the oldest; whoever counts them can spare those.
    order = [questions.c.at, questions.c.key]
    newest = untried is None
    asked = select(questions).where(*which).limit(limit)
    rows = (
        await connection.execute(
            asked.order_by(*(column.desc() if newest else column for column in order))
        )
    ).all()
    if not rows:
        return []
    if newest:
        rows = rows[::-1]
    rejected: defaultdict[str, set[str]] = defaultdict(set)
    for row in await connection.execute(
        select(feedback.c.key, feedback.c.resource)
        .join(questions, questions.c.key == feedback.c.key)
        .where(*which, not_(feedback.c.useful))
    ):
        rejected[row.key].add(row.resource)
    waiting: defaultdict[str, list[str]] = defaultdict(list)
    for row in await connection.execute(
        select(wishes.c.key, wishes.c.user_id)
        .join(questions, questions.c.key == wishes.c.key)
        .where(*which)
        .order_by(wishes.c.at, wishes.c.user_id)
    ):
        waiting[row.key].append(row.user_id)
    return [
        Miss(
            key=row.key,
            at=row.at,
            words=tuple(row.words.split()),
            person=row.person,
            surface=row.surface,
            channel=row.channel,
            thread=row.thread,
            rejected=frozenset(rejected.get(row.key, ()))
            | ({row.resource} if row.resource else set()),
            waiting=tuple(waiting.get(row.key, ())),
        )
        for row in rows
    ]


async def tried(connection: AsyncConnection, keys: Collection[str], fingerprint: str) -> None:
    """Note with which catalogue these were tried."""
    for some in _chunks(list(keys)):
        await connection.execute(
            update(questions).where(questions.c.key.in_(some)).values(tried=fingerprint)
        )


def _chunks(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), _AT_ONCE):
        yield keys[start : start + _AT_ONCE]


async def answered(connection: AsyncConnection, key: str, *, now: dt.datetime) -> None:
    """Close an open question as answered later."""
    await connection.execute(
        update(questions)
        .where(questions.c.key == key)
        .where(questions.c.open)
        .values(open=False, answered_at=now)
    )


async def answered_since(connection: AsyncConnection, since: dt.datetime) -> int:
    """Return how many were answered later since then."""
    return int(
        await connection.scalar(
            select(func.count()).select_from(questions).where(questions.c.answered_at >= since)
        )
        or 0
    )


async def thumbs(
    connection: AsyncConnection, since: dt.datetime | None, until: dt.datetime | None
) -> dict[str, Thumbs]:
    """Return the thumbs on each resource, all or those given after one moment and up to another."""
    asked = select(feedback.c.resource, feedback.c.useful, func.count().label("times"))
    if since is not None:
        asked = asked.where(feedback.c.at > since)
    if until is not None:
        asked = asked.where(feedback.c.at <= until)
    found: defaultdict[str, dict[bool, int]] = defaultdict(dict)
    for row in await connection.execute(asked.group_by(feedback.c.resource, feedback.c.useful)):
        found[row.resource][row.useful] = row.times
    return {name: Thumbs(each.get(True, 0), each.get(False, 0)) for name, each in found.items()}
