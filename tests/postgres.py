"""One PostgreSQL server for all tests of a process that need it, with a database for each."""

import asyncio
from collections.abc import Iterator

import pytest

from bench import postgres
from bot.store import Store

TEMPLATE = "migrated"


@pytest.fixture(scope="session")
def cluster() -> Iterator[postgres.Cluster]:
    """A server of our own; a test fails with what to install if there is none."""
    with postgres.cluster() as made:
        made.run("CREATE DATABASE migrated")
        asyncio.run(_migrate(made.url(TEMPLATE)))
        yield made


async def _migrate(url: str) -> None:
    store = Store(url)
    await store.migrate()
    await store.close()
