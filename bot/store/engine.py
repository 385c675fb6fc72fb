"""From an address to an engine: drivers, connections, and the few things that differ between two.

SQLite and PostgreSQL are asked the same questions everywhere else.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Table, UpdateBase, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.errors import StoreError

if TYPE_CHECKING:
    import psycopg

SINGLE = "onboard_single"
"""The option of a connection that sends single statements, each a transaction of its own."""

_HOW = "Write sqlite:///onboard.db for a file, or postgresql://user:password@host/database."
_NO_DRIVER = (
    "PostgreSQL needs a driver that is not installed. Install it: pip install 'onboard[postgres]'."
)
_POOL = {"pool_size": 5, "max_overflow": 5}
_CONNECT_SECONDS = 2
_LOCKED = 0.8
"""The part of the patience that SQLite waits for a lock, so that it can still say so."""


def address(url: str) -> URL:
    """Return the address with its driver. Raises StoreError with a sentence that repeats none."""
    try:
        given = make_url(url)
        backend = "postgresql" if given.drivername == "postgres" else given.drivername
    except (ArgumentError, ValueError):
        raise StoreError(f"The address of the store cannot be read. {_HOW}") from None
    if backend == "sqlite":
        if not given.database or given.database == ":memory:" or given.host:
            raise StoreError(f"The address of the store names no file. {_HOW}")
        return given.set(drivername="sqlite+aiosqlite")
    if backend == "postgresql":
        if not given.database:
            raise StoreError(f"The address of the store names no database. {_HOW}")
        if find_spec("psycopg") is None:
            raise StoreError(_NO_DRIVER)
        return given.set(drivername="postgresql+psycopg")
    raise StoreError(f"The address of the store names neither SQLite nor PostgreSQL. {_HOW}")


def shown(url: URL) -> str:
    """Return what a person may see of an address: no password, no user."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    host = url.host or url.query.get("host") or "localhost"
    port = f":{url.port}" if url.port else ""
    return f"postgresql at {host}{port}/{url.database}"


def is_sqlite(connection: AsyncConnection | AsyncEngine) -> bool:
    """Whether this leads to SQLite."""
    return connection.dialect.name == "sqlite"


def make(url: URL, patience: float) -> AsyncEngine:
    """Return the engine; it connects when it is first needed."""
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, patience)
    return create_async_engine(
        url,
        async_creator=_connecting(url),
        pool_timeout=patience,
        hide_parameters=True,
        **_POOL,
    )


def _connecting(url: URL) -> "Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]":
    """Return what connects to a server, and leaves nothing open when it is cancelled.

    It goes on then until it is there or its own time is over: a driver that is cancelled in the
    midst leaves the connection to be collected some day.
    """
    import psycopg

    _, given = url.get_dialect()().create_connect_args(url)
    arguments: dict[str, Any] = {
        "connect_timeout": _CONNECT_SECONDS,
        "application_name": "onboard",
        # Prepared statements do not survive a pooler in front of the server.
        "prepare_threshold": None,
        **given,
    }

    begun: set[asyncio.Task[psycopg.AsyncConnection[Any]]] = set()

    async def connect() -> psycopg.AsyncConnection[Any]:
        task = asyncio.create_task(psycopg.AsyncConnection.connect(**arguments))
        begun.add(task)
        task.add_done_callback(begun.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_drop)
            raise

    return connect


def _drop(task: "asyncio.Task[psycopg.AsyncConnection[Any]]") -> None:
    """Close a connection that nobody waits for any more."""
    if not task.cancelled() and task.exception() is None:
        task.result().pgconn.finish()


def _sqlite(url: URL, patience: float) -> AsyncEngine:
    engine = create_async_engine(
        url,
        # None: the driver begins no transaction by itself, we do.
        connect_args={"timeout": patience * _LOCKED, "isolation_level": None},
        pool_timeout=patience,
        hide_parameters=True,
        **_POOL,
    )

    def opened(connection: Any, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        try:
            for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
                cursor.execute(f"PRAGMA {pragma}")
        except BaseException:
            # Nobody else has it yet, and its thread would live on.
            connection.close()
            raise

    def begun(connection: Connection) -> None:
        # Immediately: a transaction that reads first and writes later could not be made to wait.
        if not connection.get_execution_options().get(SINGLE):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    event.listen(engine.sync_engine, "connect", opened)
    event.listen(engine.sync_engine, "begin", begun)
    return engine


class Leaving:
    """The connections that were given up while they were busy; with SQLite each has a thread."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._ending: set[asyncio.Future[object]] = set()
        if is_sqlite(engine):
            event.listen(engine.sync_engine, "connect", self._opened)

    async def done(self, patience: float) -> None:
        """Wait until the last thread has ended, or for so many seconds.

        One that outlives its loop would end with a traceback.
        """
        if self._ending:
            await asyncio.wait(self._ending, timeout=patience)

    def _opened(self, connection: Any, _entry: ConnectionPoolEntry) -> None:
        """Let the thread be stopped once only.

        SQLAlchemy stops what it gives up, and closes it as well, which waits for a second stop. No
        thread is left to hear of that one: a process that is told to end would never end.
        """
        driver = connection.driver_connection
        stop: Callable[[], asyncio.Future[object] | None] = driver.stop

        def stop_once() -> asyncio.Future[object] | None:
            ending = stop()
            # Whoever stops it again waits for the same end.
            driver.stop = lambda: ending
            if ending is not None:
                self._ending.add(ending)
                ending.add_done_callback(self._ending.discard)
            return ending

        driver.stop = stop_once


class Doubt:
    """Lets connections that were open before some moment be replaced when they are next needed."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._since = 0.0
        event.listen(engine.sync_engine, "connect", self._opened)
        event.listen(engine.sync_engine, "checkout", self._taken)

    def cast(self) -> None:
        """Trust none of the connections that are open now: one of them did not answer."""
        self._since = monotonic()

    def _opened(self, _connection: object, entry: ConnectionPoolEntry) -> None:
        entry.info["opened"] = monotonic()

    def _taken(self, _connection: object, entry: ConnectionPoolEntry, _proxy: object) -> None:
        if entry.info["opened"] < self._since:
            raise DisconnectionError


def single(engine: AsyncEngine) -> AsyncEngine:
    """Return the same engine for single statements, which saves the frame of a transaction."""
    if is_sqlite(engine):
        return engine.execution_options(**{SINGLE: True})
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def insert(connection: AsyncConnection, table: Table) -> "postgresql.Insert | sqlite.Insert":
    """Return an insert that may say what to do on a conflict."""
    return sqlite.insert(table) if is_sqlite(connection) else postgresql.insert(table)


async def changed(connection: AsyncConnection, statement: UpdateBase) -> int:
    """Make a change, and return how many rows it made, changed or erased."""
    # Without being told to, the drivers do not say it alike for an insert.
    done = await connection.execute(statement, execution_options={"preserve_rowcount": True})
    return done.rowcount


def file_of(url: URL) -> Path | None:
    """Return the file of an SQLite address; None for a server."""
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def probe(url: URL) -> None:
    """Open the file of an SQLite address once. Raises sqlite3.Error; makes an empty file.

    Not by the engine: its thread would outlive a loop that ends for this.
    """
    if file := file_of(url):
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA schema_version")


def unusable(url: URL, why: str) -> str:
    """Return what an operator has to hear when the store cannot be used at all."""
    file = file_of(url)
    if file and not file.parent.is_dir():
        return f"The store {file} cannot be made: there is no folder {file.parent}. Make it first."
    return (
        f"The store {shown(url)} cannot be used: {why}. Mend that, or name another one in "
        "ONBOARD_DATABASE_URL."
    )
