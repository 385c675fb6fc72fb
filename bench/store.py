"""What the store costs a question, beside the plainest ways to keep a row, in one run.

`python -m bench.store` measures on SQLite, with `--postgres` on a PostgreSQL server of its own too,
which writes to the disk as one in use does. Two things happen for a question: it is claimed, so
that it is answered once, and it is recorded, which also marks it as done. Each is done one after
another, in turns with what it is compared with:

    a dict              `dict.setdefault`: what a single process without memory would do
    sqlite3, psycopg    one `INSERT` and one `COMMIT` by the bare driver, without asyncio; the same
                        settings of the file, the same server, a table with the same columns

Then sixteen tasks claim and record at once. The database is in a temporary folder; what a commit
takes there is what that disk takes.
"""

import argparse
import asyncio
import datetime as dt
import sqlite3
import tempfile
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import LiteralString

import psycopg
from rich.console import Console
from rich.table import Table

from bench import postgres
from bot import logs
from bot.records import Asking
from bot.store import Store

ROUNDS = 10
IN_A_ROUND = 60
AT_ONCE = 16
EACH = 40
LEASE = dt.timedelta(seconds=30)
PATIENCE = 60.0

_numbers = count()
_TABLE: LiteralString = (
    "CREATE TABLE plain (name text PRIMARY KEY, place text UNIQUE, holder text NOT NULL,"
    " claimed_at text NOT NULL, done_at text)"
)
_INSERT: LiteralString = "INSERT INTO plain VALUES ({0}, {0}, {0}, {0}, NULL)"


@dataclass(frozen=True, slots=True)
class Way:
    """One way to keep a row, and how long it took each time, in milliseconds."""

    name: str
    do: Callable[[], Awaitable[object]]
    took: list[float]


def _values() -> tuple[str, str, str, str]:
    number = next(_numbers)
    return f"e{number}", f"t/c/{number}", "holder", "2026-03-02 09:30:00.000000"


def _plain_dict() -> Callable[[], Awaitable[object]]:
    kept: dict[str, tuple[str, ...]] = {}

    async def do() -> None:
        values = _values()
        kept.setdefault(values[0], values)

    return do


@contextmanager
def _plain_sqlite(path: Path) -> Iterator[Callable[[], Awaitable[object]]]:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(_TABLE)

        async def do() -> None:
            connection.execute(_INSERT.format("?"), _values())
            connection.commit()

        yield do


@contextmanager
def _plain_postgres(url: str) -> Iterator[Callable[[], Awaitable[object]]]:
    with psycopg.connect(url) as connection:
        connection.execute(_TABLE)
        connection.commit()

        async def do() -> None:
            connection.execute(_INSERT.format("%s"), _values())
            connection.commit()

        yield do


def _claiming(store: Store, claimed: deque[tuple[str, str]]) -> Callable[[], Awaitable[object]]:
    async def do() -> None:
        name, place, holder, _ = _values()
        now = dt.datetime.now(dt.UTC)
        if await store.claim(name, place, holder, now=now, lease=LEASE) != "new":
            raise RuntimeError("what was never claimed is not new")
        claimed.append((name, place))

    return do


def _recording(store: Store, claimed: deque[tuple[str, str]]) -> Callable[[], Awaitable[object]]:
    async def do() -> None:
        name, place = claimed.popleft()
        now = dt.datetime.now(dt.UTC)
        asking = Asking(
            key=name, at=now, surface="mention", verdict="nothing", words=("nested", "paging")
        )
        await store.record(asking, "U012AB3CD", done={name: place}, now=now)

    return do


async def _measure(ways: list[Way]) -> None:
    """Do each in turn, a round at a time, so that all meet the same machine."""
    for at in range(ROUNDS + 1):
        for way in ways:
            for _ in range(IN_A_ROUND):
                began = perf_counter()
                await way.do()
                # The first round warms up.
                if at:
                    way.took.append((perf_counter() - began) * 1e3)


async def _at_once(store: Store) -> float:
    """Return how many questions a second are claimed and recorded by many tasks."""
    claimed: deque[tuple[str, str]] = deque()
    claim, record = _claiming(store, claimed), _recording(store, claimed)

    async def one() -> None:
        for _ in range(EACH):
            await claim()
            await record()

    began = perf_counter()
    await asyncio.gather(*(one() for _ in range(AT_ONCE)))
    return AT_ONCE * EACH / (perf_counter() - began)


async def _run(engine: str, url: str, plain: Callable[[], Awaitable[object]]) -> None:
    store = Store(url, patience=PATIENCE, claim_patience=PATIENCE)
    await store.migrate()
    driver = Way(f"{'sqlite3' if engine == 'SQLite' else 'psycopg'}, insert and commit", plain, [])
    claimed: deque[tuple[str, str]] = deque()
    ours = [
        Way("claim", _claiming(store, claimed), []),
        Way("record what was claimed", _recording(store, claimed), []),
    ]
    ways = [Way("a dict", _plain_dict(), []), driver, *ours]
    await _measure(ways)
    rate = await _at_once(store)
    await store.close()
    table = Table(title=engine, title_justify="left", box=None)
    table.add_column("")
    for column in ("median ms", "p99 ms", f"times {driver.name.partition(',')[0]}"):
        table.add_column(column, justify="right")
    usual = median(driver.took)
    for way in ways:
        middle, worst = median(way.took), quantiles(way.took, n=100)[-1]
        ratio = f"{middle / usual:.1f}" if way in (driver, *ours) else ""
        table.add_row(way.name, f"{middle:.3f}", f"{worst:.3f}", ratio)
    out = Console(highlight=False, width=100)
    out.print(table)
    out.print(f"{AT_ONCE} tasks at once: {rate:,.0f} questions a second, claimed and recorded.\n")


def main() -> None:
    """Measure, and print a table for each engine."""
    logs.set_up("warning", "auto")
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--postgres", action="store_true", help="measure on PostgreSQL too")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        plain = stack.enter_context(_plain_sqlite(folder / "plain.db"))
        asyncio.run(_run("SQLite", f"sqlite:///{folder / 'onboard.db'}", plain))
        if parser.parse_args().postgres:
            server = stack.enter_context(
                postgres.cluster(fsync="on", synchronous_commit="on", full_page_writes="on")
            )
            url = stack.enter_context(server.database())
            asyncio.run(_run("PostgreSQL", url, stack.enter_context(_plain_postgres(url))))


if __name__ == "__main__":
    main()
