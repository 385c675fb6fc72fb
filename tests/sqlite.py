"""An SQLite store whose tables are there already, made once for all tests of a process."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.store import Store


@cache
def migrated() -> bytes:
    """Return the file of an empty store that is up to date; it takes long to make, not to copy."""
    with TemporaryDirectory() as folder, ThreadPoolExecutor(1) as beside:
        file = Path(folder) / "onboard.db"
        # In a thread, as whoever asks may be in a loop.
        beside.submit(lambda: asyncio.run(_migrate(file))).result()
        return file.read_bytes()


async def _migrate(file: Path) -> None:
    store = Store(f"sqlite:///{file}")
    await store.migrate()
    await store.close()
