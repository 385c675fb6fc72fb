"""Addresses of stores, as operators write them."""

import asyncio
import sqlite3
import sys
import threading
import traceback
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import StoreDownError, StoreError
from bot.store import Store
from tests.store.samples import LEASE, NOW


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("sqlite:///onboard.db", "onboard.db"),
        ("sqlite:////var/lib/onboard.db", "/var/lib/onboard.db"),
        ("postgresql://u:hunter2@db.example.org:5433/o", "postgresql at db.example.org:5433/o"),
        ("postgres://u:hunter2@db.example.org/onboard", "postgresql at db.example.org/onboard"),
        ("postgresql:///onboard?host=/run/postgresql", "postgresql at /run/postgresql/onboard"),
        ("postgresql:///onboard", "postgresql at localhost/onboard"),
        ("postgresql://u@h/onboard?password=hunter2&sslmode=require", "postgresql at h/onboard"),
    ],
)  # fmt: skip
def test_a_store_is_called_by_a_name_without_secrets(url: str, name: str) -> None:
    """What people see names the file, or server and database, but neither user nor password."""
    store = Store(url)
    assert store.name == name
    assert repr(store) == f"Store({name})"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "cannot be read"),
        ("onboard.db", "cannot be read"),
        ("postgresql://u:hunter2@host:port/onboard", "cannot be read"),
        ("sqlite://", "names no file"),
        ("sqlite:///", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite://onboard.db", "names no file"),
        ("postgresql://u:hunter2@host", "names no database"),
        ("mysql://u:hunter2@host/onboard", "names neither SQLite nor PostgreSQL"),
        ("postgresql+asyncpg://u:hunter2@host/onboard", "names neither SQLite nor PostgreSQL"),
    ],
)
def test_an_address_that_cannot_be_used_is_told(url: str, said: str) -> None:
    """The sentence says what is wrong and how to write it, and repeats nothing of the address."""
    with pytest.raises(StoreError) as caught:
        Store(url)
    told = str(caught.value)
    assert said in told
    assert told.endswith("or postgresql://user:password@host/database.")
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


def test_a_driver_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra, an address of PostgreSQL says how to get it; SQLite needs none."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"pip install 'onboard\[postgres\]'\.$"):
        Store("postgresql://u:hunter2@host/onboard")
    assert Store("sqlite:///onboard.db").name == "onboard.db"


async def test_a_connection_that_was_given_up_ends_with_the_store(tmp_path: Path) -> None:
    """Closed while SQLite still waits for somebody's lock, the store leaves no thread behind.

    One that nobody waits for would outlive its loop, and keep the process from ending.
    """
    file = tmp_path / "onboard.db"
    store = Store(f"sqlite:///{file}", patience=1.0, claim_patience=0.05)
    await store.migrate()
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreDownError):
            await store.claim("work", "", "me", now=NOW, lease=LEASE)
        async with asyncio.timeout(5):
            await store.close()
        for thread in threading.enumerate():
            if "_connection_worker_thread" in thread.name:
                thread.join(0.1)
                assert not thread.is_alive()
