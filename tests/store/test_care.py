"""Looking after a store: what is erased, what is shown, and whether it is sound."""

import asyncio
import dataclasses
import datetime as dt
import gc
import json
import sqlite3
from collections import Counter
from contextlib import aclosing
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import create_async_engine

from bot.errors import StoreError
from bot.links.judging import Judged
from bot.records import Edition, Entry, Thumbs
from bot.store import Store, engine, schema, tables
from tests.store.samples import DAY, DRAFT, LEASE, NOW, asking, open_keys, subscription

RETENTION = 90 * DAY


async def rows(url: str) -> list[str]:
    """Return all that any table holds, as text."""
    opened = create_async_engine(engine.address(url))
    try:
        async with opened.connect() as connection:
            return [
                repr(tuple(row))
                for table in tables.METADATA.sorted_tables
                for row in await connection.execute(select(table))
            ]
    finally:
        await opened.dispose()


async def fill(store: Store, person: str) -> None:
    """Do everything that a person can do."""
    await store.claim(f"e-{person[-1]}", "", "holder", now=NOW, lease=LEASE)
    await store.record(asking(f"k-{person[-1]}"), person, now=NOW)
    await store.wish(f"k-{person[-1]}", person, now=NOW)
    await store.wish("k-1", person, now=NOW)
    await store.rate("k-1", "moon", person, useful=False, now=NOW)
    await store.rate(f"k-{person[-1]}", "moon", person, useful=True, now=NOW)
    number = await store.suggest(DRAFT, person, now=NOW)
    await store.approve(number, person, resource="moon", now=NOW)
    await store.undo(number, person, now=NOW)
    await store.decline(number, person, reason="no", now=NOW)
    await store.set_channel(f"C-{person[-1]}", "shadow", person, now=NOW)
    await store.subscribe(subscription(f"C-{person[-1]}", person))


async def test_nothing_is_left_of_who_is_forgotten(store: Store, url: str) -> None:
    """Neither the ID nor the pseudonym of a person stands anywhere; others keep what is theirs."""
    for person in ("USER1", "USER2", "USER3"):
        await fill(store, person)
    kept = {miss.key: miss.person for miss in await store.misses()}
    everything = await rows(url)
    for name in ("USER2", kept["k-2"]):
        assert any(name in row for row in everything)
    touched = await store.forget("USER2")
    left = await rows(url)
    assert [row for row in left if "USER2" in row or kept["k-2"] in row] == []
    # Question, two thumbs, two wishes; twice in the suggestion, four steps, a channel, its digest.
    assert touched == 5 + 2 + 4 + 1 + 1
    assert await open_keys(store) == ["k-1", "k-3"]
    assert (await store.misses())[0].waiting == ("USER1", "USER3")
    assert await store.thumbs() == {"moon": Thumbs(up=2, down=1)}
    assert len(await store.channels()) == len(await store.subscriptions()) == 3
    assert len(await store.suggestions("declined")) == 3
    assert await store.forget("USER2") == 0


async def test_a_question_goes_with_all_that_hangs_on_it(store: Store) -> None:
    """Whoever is forgotten takes the thumbs and wishes on their questions along."""
    await store.record(asking("k"), "USER1", now=NOW)
    await store.rate("k", "moon", "USER2", useful=True, now=NOW)
    await store.wish("k", "USER2", now=NOW)
    assert await store.forget("USER1") == 3
    assert (await store.check()).rows == dict.fromkeys(tables.METADATA.tables, 0) | {
        "meta": 1,
        "revisions": 4,
    }


async def test_a_thumb_that_is_forgotten_opens_nothing(store: Store) -> None:
    """A question that only a forgotten person found unanswered is closed again."""
    await store.record(asking("k", answered=True), "USER1", now=NOW)
    await store.rate("k", "moon", "USER2", useful=False, now=NOW)
    assert await open_keys(store) == ["k"]
    await store.forget("USER2")
    assert await open_keys(store) == []


async def test_what_was_kept_long_enough_goes(store: Store, url: str) -> None:
    """Past its time a question goes with its thumbs and wishes; what is younger stays."""
    await fill(store, "USER1")
    later = NOW + RETENTION
    await store.record(asking("young", at=later), "USER2", now=later)
    await store.rate("young", "moon", "USER2", useful=True, now=later)
    # The thumb is young, its question old; the other has no question at all.
    await store.rate("k-1", "tables", "USER2", useful=True, now=later)
    await store.rate("unknown", "moon", "USER2", useful=True, now=NOW)
    await store.rate("unknown", "tables", "USER2", useful=True, now=later)
    await store.claim("late", "", "holder", now=later, lease=LEASE)
    second = dt.timedelta(seconds=1)
    # One claim, one question, three thumbs, one wish.
    assert await store.sweep(now=later + second, retention=RETENTION) == 1 + 1 + 3 + 1
    assert await open_keys(store) == ["young"]
    assert await store.thumbs() == {"moon": Thumbs(up=1), "tables": Thumbs(up=1)}
    assert await store.sweep(now=later + second, retention=RETENTION) == 0
    (suggestion,) = await store.suggestions("declined")
    assert (suggestion.by, suggestion.decided_by, suggestion.reason) == (None, None, "no")
    assert [step.by for step in await store.decisions(suggestion.id)] == [None] * 4
    assert [row for row in await rows(url) if "USER1" in row] == [
        row for row in await rows(url) if "C-1" in row
    ]


async def test_a_suggestion_that_is_pending_keeps_its_author(store: Store) -> None:
    """However old, what nobody decided or what is approved keeps the names that belong to it."""
    for _ in range(2):
        await store.suggest(DRAFT, "USER1", now=NOW)
    await store.approve(2, "USER2", resource="moon", now=NOW)
    await store.sweep(now=NOW + 2 * RETENTION, retention=RETENTION)
    assert [(one.by, one.decided_by) for one in await store.suggestions("pending", "approved")] == [
        ("USER1", None),
        ("USER1", "USER2"),
    ]


async def test_many_are_swept(store: Store, url: str) -> None:
    """However much there is to sweep, one call erases it all."""
    many = [
        {"name": f"e{n}", "place": None, "holder": "", "claimed_at": NOW, "done_at": NOW}
        for n in range(2500)
    ]
    opened = create_async_engine(engine.address(url))
    async with opened.begin() as connection:
        await connection.execute(insert(tables.seen), many)
    await opened.dispose()
    assert await store.sweep(now=NOW + 2 * DAY, retention=RETENTION) == len(many)


async def test_an_export_holds_everything_but_no_names(store: Store) -> None:
    """Each row comes as plain data after the name of its table; people only by pseudonym."""
    for person in ("USER1", "USER2"):
        await fill(store, person)
    asked = dataclasses.replace(asking("direct"), channel="D0USER1DM")
    place = "T1/D0USER1DM/17.5"
    await store.claim("Ev1", place, "holder", now=NOW, lease=LEASE)
    await store.record(asked, "USER1", done={"Ev1": place}, now=NOW)
    edition = Edition(channel="C-1", slot="w1", at=NOW, until=NOW, outcome="posted")
    await store.edition(edition, now=NOW)
    await store.note([Entry(resource="moon", page="p", content="c", first=None)])
    await store.note_links([Judged(address="https://a.example/", verdict="gone")], now=NOW)
    found = [row async for row in store.export()]
    text = json.dumps(found)
    assert "USER" not in text
    report = await store.check()
    assert Counter(row["table"] for row in found) == {
        name: count for name, count in report.rows.items() if name != "meta"
    }
    assert all(next(iter(row)) == "table" for row in found)
    by_table = {row["table"]: row for row in found}
    # One person, one pseudonym, in whatever table.
    assert by_table["questions"]["person"] == by_table["suggestions"]["author"]
    assert by_table["questions"]["at"] == NOW.isoformat()
    assert by_table["suggestions"]["decided_by"] == by_table["channels"]["set_by"]
    assert by_table["subscriptions"]["set_by"] == by_table["channels"]["set_by"]


async def test_a_report_says_what_is_there(store: Store) -> None:
    """The report names engine, schema, rows and the oldest question, and finds no fault."""
    assert (await store.check()).oldest is None
    await store.record(asking("b", at=NOW + DAY), "U1", now=NOW)
    await store.record(asking("a", at=NOW), "U1", now=NOW)
    report = await store.check()
    assert report.engine.split()[0] in ("SQLite", "PostgreSQL")
    assert (report.schema, report.oldest, report.faults) == (schema.newest(), NOW, ())
    assert report.rows["questions"] == 2


async def test_a_report_finds_what_is_broken(tmp_path: Path) -> None:
    """What SQLite finds wrong is told, a sentence for each."""
    path = tmp_path / "onboard.db"
    store = Store(f"sqlite:///{path}")
    await store.migrate()
    with sqlite3.connect(path) as raw:
        raw.execute("INSERT INTO wishes VALUES ('gone', 'U1', '2026-01-01 00:00:00.000000')")
    raw.close()
    (fault,) = (await store.check()).faults
    assert fault == "A row of wishes belongs to a row of questions that is not there."
    await store.close()


async def test_what_was_never_made_is_not_looked_after(tmp_path: Path) -> None:
    """A file that is not there is told, and not made; one without tables is a fault."""
    path = tmp_path / "onboard.db"
    store = Store(f"sqlite:///{path}")
    with pytest.raises(StoreError, match=r"There is no store .*onboard\.db\."):
        await store.check()
    with pytest.raises(StoreError, match=r"There is no store .*onboard\.db\."):
        [row async for row in store.export()]
    assert not path.exists()
    path.touch()
    (fault,) = (await store.check()).faults
    await store.close()
    assert fault == ("Its tables are not made yet, and r0004 is needed. Run: onboard store migrate")


# SQLAlchemy leaves a cursor of the server to psycopg to collect, which remarks on it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_an_export_that_is_broken_off_leaves_nothing_behind(store: Store) -> None:
    """Whoever reads no further gives the connection back, and nothing complains later."""
    complaints: list[dict[str, object]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, complaint: complaints.append(complaint))
    async with aclosing(store.export()) as rows:
        await anext(rows)
    gc.collect()
    for _ in range(20):
        await asyncio.sleep(0)
    assert complaints == []
    assert (await store.check()).faults == ()
