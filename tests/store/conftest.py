"""Stores to test, one on each engine."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bench.postgres import Cluster
from bot.store import Store
from tests.postgres import TEMPLATE, cluster
from tests.sqlite import migrated

__all__ = ["cluster"]

ENGINES = ("sqlite", "postgresql")


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a store of its own, whose tables are there already."""
    if request.param == "sqlite":
        file = tmp_path / "onboard.db"
        file.write_bytes(migrated())
        yield f"sqlite:///{file}"
        return
    server: Cluster = request.getfixturevalue("cluster")
    with server.database(TEMPLATE) as made:
        yield made


def patient(url: str) -> Store:
    """Return a store that waits until even a busy machine gets to it."""
    return Store(url, patience=30, claim_patience=30)


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """An empty store."""
    made = patient(url)
    await made.migrate()
    yield made
    await made.close()


@pytest.fixture
async def other(url: str, store: Store) -> AsyncIterator[Store]:
    """The same store, as another replica meets it."""
    made = patient(url)
    assert made.name == store.name
    yield made
    await made.close()
