"""Making a store's tables, and bringing them up to date."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bench.postgres import Cluster
from bot.errors import StoreDownError, StoreError
from bot.store import Store, engine, schema, tables
from tests.store.samples import DRAFT, LEASE, NOW, asking, subscription

ROOT = Path(__file__).parent.parent.parent
STEPS = ("r0001", "r0002", "r0003", "r0004")
NEWER = ("subscriptions", "editions", "entries", "links", "revisions")
"""The tables of the steps after the second, and what these add rows to."""


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: Cluster = request.getfixturevalue("cluster")
    with server.database() as made:
        yield made


async def run(url: str, *statements: str) -> None:
    """Run statements in one transaction."""
    opened = open_engine(url)
    async with opened.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await opened.dispose()


def open_engine(url: str) -> AsyncEngine:
    """Return a plain engine, which knows nothing of what the store does to its own."""
    return create_async_engine(engine.address(url))


def described(connection: Connection) -> dict[str, Any]:
    """Return all that the database itself says of its tables."""
    seen = inspect(connection)

    def plain(entries: list[Any]) -> list[Any]:
        # Sequences of PostgreSQL stand in the defaults by name; types have no equality.
        return sorted(
            (sorted((key, str(value)) for key, value in entry.items()) for entry in entries),
            key=str,
        )

    return {
        name: {
            "columns": plain([dict(column) for column in seen.get_columns(name)]),
            "primary key": plain([dict(seen.get_pk_constraint(name))]),
            "foreign keys": plain([dict(key) for key in seen.get_foreign_keys(name)]),
            "unique": plain([dict(one) for one in seen.get_unique_constraints(name)]),
            "indexes": plain([dict(index) for index in seen.get_indexes(name)]),
        }
        for name in sorted(seen.get_table_names())
        if name != schema.VERSION_TABLE
    }


async def refusal(url: str, *, may_pass: bool = False) -> str:
    """Return what is told when a store cannot be brought up to date, now or at all."""
    store = Store(url)
    with pytest.raises(StoreError) as caught:
        await store.migrate()
    await store.close()
    assert isinstance(caught.value, StoreDownError) == may_pass
    return str(caught.value)


async def test_all_ways_lead_to_the_same_tables(empty: str) -> None:
    """Made at once, step by step, or from the definitions in the code: the tables are the same."""
    opened = open_engine(empty)
    found = []
    for steps in (STEPS, (None,), ()):
        async with opened.begin() as connection:
            for step in steps:
                await connection.run_sync(schema.upgrade, step)
                assert await connection.run_sync(schema.current) == (step or STEPS[-1])
            if not steps:
                await connection.run_sync(tables.METADATA.create_all)
            found.append(await connection.run_sync(described))
            await connection.run_sync(tables.METADATA.drop_all)
            await connection.execute(text(f"DROP TABLE IF EXISTS {schema.VERSION_TABLE}"))
    await opened.dispose()
    assert set(found[0]) == set(tables.METADATA.tables)
    assert found[0] == found[1] == found[2]


def test_a_step_is_in_the_file_of_its_name() -> None:
    """The steps there are can be told by the names of their files, in their order."""
    folder = Path(schema.__file__).parent / "migrations"
    found = ScriptDirectory(folder, version_locations=[folder]).walk_revisions()
    assert tuple(schema.steps()) == STEPS == tuple(reversed([step.revision for step in found]))


def test_a_store_that_is_up_to_date_is_opened_without_alembic(tmp_path: Path) -> None:
    """Alembic takes long to import, and is imported only where a step is missing."""
    store = tmp_path / "onboard.db"
    code = (
        f"import asyncio, sys, bot.store; store = bot.store.Store('sqlite:///{store}'); "
        "asyncio.run(store.migrate()); print('alembic' in sys.modules)"
    )
    for expected in ("True", "False"):
        ran = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert ran.stdout.split()[-1] == expected


async def test_an_old_store_is_brought_up_to_date(empty: str) -> None:
    """What an older version kept is there after the steps that were missing, and once more."""
    opened = open_engine(empty)
    async with opened.begin() as connection:
        await connection.run_sync(schema.upgrade, STEPS[0])
    await opened.dispose()
    store = Store(empty, patience=30)
    await store.record(asking("k"), "U1", now=NOW)
    for _ in range(2):
        await store.migrate()
        assert (await store.check()).schema == STEPS[-1]
        assert [miss.key for miss in await store.misses()] == ["k"]
    await store.close()


async def test_no_step_loses_what_is_there(empty: str) -> None:
    """What people did before there were digests is there after, and digests can be kept beside."""
    opened = open_engine(empty)
    async with opened.begin() as connection:
        await connection.run_sync(schema.upgrade, STEPS[1])
    store = Store(empty, patience=30)
    await store.claim("e", "", "holder", now=NOW, lease=LEASE)
    await store.record(asking("k"), "U1", now=NOW)
    await store.wish("k", "U1", now=NOW)
    await store.rate("k", "moon", "U1", useful=False, now=NOW)
    await store.suggest(DRAFT, "U1", now=NOW)
    await store.set_channel("C1", "on", "U1", now=NOW)
    old = [table for table in tables.METADATA.sorted_tables if table.name not in NEWER]

    async def everything() -> list[list[object]]:
        async with opened.connect() as connection:
            return [list(await connection.execute(select(table))) for table in old]

    before = await everything()
    assert all(before)
    await store.migrate()
    assert await everything() == before
    assert (await store.check()).rows.items() >= dict.fromkeys(NEWER[:-1], 0).items()
    await store.subscribe(subscription("C1", "U1"))
    assert await store.subscriptions() == [subscription("C1", "U1")]
    await store.close()
    await opened.dispose()


_MIGRATE = """
import asyncio, sys
from bot.store import Store

async def main():
    store = Store(sys.argv[1])
    print("ready", flush=True)
    sys.stdin.readline()
    await store.migrate()
    await store.close()

asyncio.run(main())
"""


async def test_processes_that_start_at_once_do_not_meet(empty: str) -> None:
    """Of several processes that make the tables at once, all succeed, and it is done once."""
    started = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", _MIGRATE, empty],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(3)
    ]
    for process in started:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    said = [process.communicate(timeout=30)[0] for process in started]
    assert [process.returncode for process in started] == [0] * len(started), said
    assert sum("store_step" in one for one in said) == 1
    store = Store(empty, patience=30)
    report = await store.check()
    await store.close()
    assert (report.schema, report.rows["meta"], report.faults) == (STEPS[-1], 1, ())


async def test_a_newer_store_is_refused(url: str) -> None:
    """A store that a later version wrote is left alone, and the person told what to do."""
    store = Store(url)
    await store.migrate()
    await store.close()
    await run(url, "UPDATE alembic_version SET version_num = 'r9999'")
    assert await refusal(url) == (
        "The store was written by a newer onboard (its tables are at r9999, this one knows r0004)."
        " Update this one, or name another store in ONBOARD_DATABASE_URL."
    )


@pytest.mark.parametrize(
    "statements",
    [
        ["CREATE TABLE channels (id integer)"],
        [
            "CREATE TABLE alembic_version (version_num varchar(32) NOT NULL)",
            "INSERT INTO alembic_version VALUES ('4f2a9c')",
        ],
        [
            "CREATE TABLE alembic_version (version_num varchar(32) NOT NULL)",
            "INSERT INTO alembic_version VALUES ('r0001'), ('4f2a9c')",
        ],
    ],
)
async def test_what_is_not_ours_is_refused(empty: str, statements: list[str]) -> None:
    """A database that something else uses under the same names is left as it is."""
    await run(empty, *statements)
    assert (await refusal(empty)).startswith("The database holds the tables of something else. ")
    opened = open_engine(empty)
    async with opened.connect() as connection:
        names = await connection.run_sync(lambda plain: inspect(plain).get_table_names())
    await opened.dispose()
    assert len(names) == 1


async def test_a_step_that_fails_leaves_no_trace(empty: str) -> None:
    """If the second step fails, the first is as it was, and the store can be mended."""
    opened = open_engine(empty)
    async with opened.begin() as connection:
        await connection.run_sync(schema.upgrade, STEPS[0])
        await connection.execute(text("CREATE TABLE decisions (id integer)"))
    assert "cannot be used" in await refusal(empty)
    async with opened.begin() as connection:
        assert await connection.run_sync(schema.current) == STEPS[0]
        names = await connection.run_sync(lambda plain: inspect(plain).get_table_names())
        assert "suggestions" not in names
        await connection.execute(text("DROP TABLE decisions"))
    await opened.dispose()
    store = Store(empty, patience=30)
    await store.migrate()
    await store.close()


async def test_a_file_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    """Whatever is wrong with the file, the sentence names it, says why, and what to do."""
    text_file = tmp_path / "notes.txt"
    text_file.write_text("These are my notes. " * 100, encoding="utf-8")
    for path, said in [
        (text_file, "its file is not a database"),
        (tmp_path, "its file cannot be opened"),
        (Path("/proc/onboard.db"), "its file cannot be opened"),
        (tmp_path / "gone" / "onboard.db", f"there is no folder {tmp_path / 'gone'}. Make it"),
    ]:
        told = await refusal(f"sqlite:///{path}")
        assert said in told
        assert str(path) in told
        assert told.endswith(".")
    assert text_file.read_text(encoding="utf-8").startswith("These are my notes.")


async def test_a_server_that_is_not_there_is_told(cluster: Cluster) -> None:
    """A server that cannot be reached, or has no such database, is named without its password.

    The first may pass by itself; the second waits for somebody to mend it.
    """
    for url, said, may_pass in [
        (cluster.url("onboard", port=1), "it cannot be reached", True),
        (cluster.url("nothing"), "it has no such database", False),
    ]:
        told = await refusal(url, may_pass=may_pass)
        assert (
            f"The store postgresql at 127.0.0.1:{url.rpartition(':')[2]} cannot be used: " in told
        )
        assert said in told
        assert "hunter2" not in told
