"""Bringing a store up to date, step by step, however many processes begin at once."""

import re
from pathlib import Path

import structlog
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, exc, inspect, text

from bot.errors import StoreError
from bot.store.tables import METADATA

_log = structlog.stdlib.get_logger(__name__)

VERSION_TABLE = "alembic_version"
_FOLDER = Path(__file__).parent / "migrations"
_OURS = re.compile(r"r\d{4}")
# Any number will do that nothing else in the database locks.
_LOCK = 7_166_523_811


def newest() -> str:
    """Return the name of the last step."""
    return str(_steps().get_current_head())


def current(connection: Connection) -> str | None:
    """Return the step at which a store is; None if nothing was ever made in it."""
    return _at(MigrationContext.configure(connection))


def lack(at: str | None) -> str:
    """Return what a store at this step lacks, in a sentence; empty if it is up to date."""
    if at == newest():
        return ""
    return (
        f"Its tables are {f'at {at}' if at else 'not made yet'}, and {newest()} is needed. Run: "
        "onboard store migrate"
    )


def upgrade(connection: Connection, to: str = "head") -> None:
    """Take the steps that are missing, all or none of them, inside a transaction.

    Raises StoreError for a store that is newer than this code, or not ours.
    """
    _alone(connection)
    context = MigrationContext.configure(connection, opts={"target_metadata": METADATA})
    at = _at(context)
    steps = _steps()
    _judge(connection, at, steps)
    missing = list(steps.iterate_revisions(to, at or "base"))
    for step in reversed(missing):
        with Operations.context(context):
            step.module.upgrade()
        context.stamp(steps, step.revision)
        _log.info("store_step", step=step.revision)


def _at(context: MigrationContext) -> str | None:
    # Ours is always one; another program's tables may be at several.
    return ", ".join(context.get_current_heads()) or None


def _steps() -> ScriptDirectory:
    return ScriptDirectory(_FOLDER, version_locations=[_FOLDER])


def _judge(connection: Connection, at: str | None, steps: ScriptDirectory) -> None:
    known = {step.revision for step in steps.walk_revisions()}
    if at in known:
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
