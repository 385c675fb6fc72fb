"""The steps of the tables, taken by Alembic without a configuration of its own."""

from collections.abc import Iterator
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.store.tables import METADATA


def take(connection: Connection, folder: Path, at: str | None, to: str) -> Iterator[str]:
    """Take the steps of a folder from behind one to another, and yield the name of each."""
    context = MigrationContext.configure(connection, opts={"target_metadata": METADATA})
    scripts = ScriptDirectory(folder, version_locations=[folder])
    for step in reversed(list(scripts.iterate_revisions(to, at or "base"))):
        with Operations.context(context):
            step.module.upgrade()
        context.stamp(scripts, step.revision)
        yield str(step.revision)
