"""Bringing a store up to date, step by step, however many processes begin at once.

Nearly always it is up to date; Alembic, which takes long to import, waits for a step to be taken.
"""

import re
from pathlib import Path

import structlog
from sqlalchemy import Connection, Text, column, exc, inspect, select, table, text

from bot.errors import StoreError
from bot.store.tables import METADATA

_log = structlog.stdlib.get_logger(__name__)

VERSION_TABLE = "alembic_version"
_VERSIONS = table(VERSION_TABLE, column("version_num", Text))
_FOLDER = Path(__file__).parent / "migrations"
_OURS = re.compile(r"r\d{4}")
# Any number will do that nothing else in the database locks.
_LOCK = 7_166_523_811


def steps() -> list[str]:
    """Return the names of all steps, in their order; a file in the folder is named for its step."""
    return sorted(path.name[:5] for path in _FOLDER.glob("r*.py"))


def newest() -> str:
    """Return the name of the last step."""
    return steps()[-1]


def current(connection: Connection) -> str | None:
    """Return the step at which a store is; None if nothing was ever made in it."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    # Ours is always one; another program's tables may be at several.
    return ", ".join(connection.scalars(select(_VERSIONS.c.version_num))) or None


def lack(at: str | None) -> str:
    """Return what a store at this step lacks, in a sentence; empty if it is up to date."""
    if at == newest():
        return ""
    return (
        f"Its tables are {f'at {at}' if at else 'not made yet'}, and {newest()} is needed. Run: "
        "onboard store migrate"
    )


def upgrade(connection: Connection, to: str | None = None) -> None:
    """Take the steps that are missing up to one, or to the last; all or none of them, inside a
    transaction.

    Raises StoreError for a store that is newer than this code, or not ours.
    """
    _alone(connection)
    at = current(connection)
    _judge(connection, at)
    if at != (to or newest()):
        from bot.store.stepping import take

        for step in take(connection, _FOLDER, at, to or newest()):
            _log.info("store_step", step=step)


def _judge(connection: Connection, at: str | None) -> None:
    if at in steps():
        return
    if at is not None and _OURS.fullmatch(at):
        raise StoreError(
            "The store was written by a newer onboard (its tables are at "
            f"{at}, this one knows {newest()}). Update this one, or name another store in "
            "ONBOARD_DATABASE_URL."
        )
    if at is not None or set(inspect(connection).get_table_names()) & set(METADATA.tables):
        raise StoreError(
            "The database holds the tables of something else. Name another one in "
            "ONBOARD_DATABASE_URL."
        )


def _alone(connection: Connection) -> None:
    """Wait until no other process does the same; SQLite's transaction sees to that by itself."""
    if connection.dialect.name == "sqlite":
        return
    try:
        with connection.begin_nested():
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
    except exc.DBAPIError:
        _log.warning(
            "store_no_lock",
            told="This server has no advisory locks. Start one process first, and the others when "
            "it is up.",
        )
