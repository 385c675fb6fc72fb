"""How channels are listened to: one setting for all replicas, known to each without asking."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import StoreDownError
from bot.listening import Listening
from bot.store import Store

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A store with nothing in it yet."""
    made = Store(f"sqlite:///{tmp_path / 'store.db'}", patience=0.1)
    await made.migrate()
    yield made
    await made.close()


async def test_a_channel_is_off_until_it_is_set(store: Store) -> None:
    """Nobody is listened to unasked; a setting holds for its channel alone."""
    listening = Listening(store)
    assert (listening.of("C1"), listening.shadowed("C1")) == ("off", 0)
    for setting in ("on", "shadow", "off"):
        await listening.set("C1", setting, "U1", NOW)
        assert (listening.of("C1"), listening.of("C2")) == (setting, "off")


async def test_questions_are_counted_while_shadowing(store: Store) -> None:
    """The count begins anew whenever shadow is switched on, and grows only while it is on."""
    listening = Listening(store)
    await listening.count("C1")
    assert listening.shadowed("C1") == 0
    await listening.set("C1", "shadow", "U1", NOW)
    await listening.count("C1")
    await listening.count("C1")
    await listening.set("C1", "shadow", "U2", NOW)
    assert listening.shadowed("C1") == 2
    assert listening.channels["C1"].by == "U1"
    await listening.set("C1", "on", "U2", NOW)
    await listening.count("C1")
    assert listening.shadowed("C1") == 0


async def test_another_replica_knows_when_it_loads(store: Store) -> None:
    """What one replica sets and counts, another has after it has looked, and so after a restart."""
    one, other = Listening(store), Listening(store)
    await one.set("C1", "shadow", "U1", NOW)
    await one.count("C1")
    assert other.of("C1") == "off"
    await other.load()
    assert dict(other.channels) == dict(one.channels)
    assert (other.of("C1"), other.shadowed("C1")) == ("shadow", 1)


async def test_what_cannot_be_kept_is_not_set(store: Store, tmp_path: Path) -> None:
    """While the store is down a setting stays what it was, and whoever sets it learns of it."""
    listening = Listening(store)
    await listening.set("C1", "on", "U1", NOW)
    before = listening.channels
    with closing(sqlite3.connect(tmp_path / "store.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreDownError):
            await listening.set("C1", "off", "U1", NOW)
    assert dict(listening.channels) == dict(before)
