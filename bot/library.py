"""The catalogue in use and its index: the only thing that changes while the bot runs.

A new one is read and built aside and comes into use by one assignment, only when it is sound:
no edit takes the bot down, and whoever took a snapshot finishes on it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Self

from watchfiles import awatch

from bot.catalogue import load, parse
from bot.catalogue.reader import MAX_BYTES
from bot.errors import CatalogueError
from bot.model import Catalogue, Problem
from bot.search import Index


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A sound catalogue and the index built from it."""

    catalogue: Catalogue
    index: Index


@dataclass(frozen=True, slots=True)
class _Look:
    """What the file held when it was last read; without a digest it could not be read."""

    digest: bytes | None
    problems: tuple[Problem, ...]


class Library:
    """Holds the current snapshot of one file."""

    def __init__(self, path: Path, snapshot: Snapshot, digest: bytes | None) -> None:
        self._path = path
        self._current = snapshot
        self._look = _Look(digest, ())
        self._reloading = asyncio.Lock()

    @classmethod
    def open(cls, path: Path) -> Self:
        """A library of the catalogue in a file; raises CatalogueError with every problem."""
        content = _content(path)
        catalogue = _catalogue(path, content)
        return cls(path, _built(catalogue), _digest(content))

    @property
    def current(self) -> Snapshot:
        """The snapshot to search; take it once for each question."""
        return self._current

    async def reload(self) -> tuple[Problem, ...]:
        """Read the file again, and return what is wrong with it; then the snapshot stays.

        It also stays when the file says the same as before.
        """
        # The lock is held while a thread reads: a slow old reading must not replace a newer one.
        async with self._reloading:
            self._current, self._look = await asyncio.to_thread(
                _reloaded, self._path, self._current, self._look
            )
            return self._look.problems

    async def watch(
        self, stop: asyncio.Event, look_every: float = 5.0
    ) -> AsyncIterator[tuple[Problem, ...]]:
        """Reload whenever the file changes, until told to stop, and yield what is wrong each time.

        Nothing wrong is an empty tuple; a file that is still the same yields nothing. Each
        `look_every` seconds the file is looked at although nothing was heard of it.
        """
        # The folder is watched, because editors and Kubernetes put another file in the place of
        # this one. Some changes are never heard of (network drives, a link further up), and those
        # from before the watch are past: hence the looks without being told.
        heard = awatch(
            self._path.parent,
            stop_event=stop,
            watch_filter=None,
            recursive=False,
            rust_timeout=round(look_every * 1000),
            yield_on_timeout=True,
        )
        if (problems := await self._news()) is not None:
            yield problems
        async for _ in heard:
            if (problems := await self._news()) is not None:
                yield problems

    async def _news(self) -> tuple[Problem, ...] | None:
        """Reload, and return what is wrong, or None when that is known already."""
        before = self._look
        problems = await self.reload()
        return None if self._look is before else problems


def _reloaded(path: Path, current: Snapshot, last: _Look) -> tuple[Snapshot, _Look]:
    """Return the snapshot to use from now on, and what was seen: `last` itself if the same."""
    content = _content(path)
    digest = _digest(content)
    if digest is not None and digest == last.digest:
        return current, last
    try:
        catalogue = _catalogue(path, content)
    except CatalogueError as error:
        look = _Look(digest, error.problems)
        return current, last if look == last else look
    if catalogue != current.catalogue:
        current = _built(catalogue)
    return current, _Look(digest, ())


def _built(catalogue: Catalogue) -> Snapshot:
    index = Index.build(catalogue)
    # What an index makes when it is first needed is made now, aside, instead of under a question.
    index.search("wher is an exmaple")
    return Snapshot(catalogue, index)


def _content(path: Path) -> bytes | None:
    """Return what is in the file, or None if it cannot be read; opening a pipe would wait."""
    with suppress(OSError):
        if path.is_file():
            with path.open("rb") as file:
                return file.read(MAX_BYTES + 1)
    return None


def _catalogue(path: Path, content: bytes | None) -> Catalogue:
    """Return the catalogue with this content; raises CatalogueError with every problem."""
    # Not read a second time, because the file may have changed since. The reader says best why a
    # file cannot be read.
    return load(path) if content is None else parse(content, str(path))


def _digest(content: bytes | None) -> bytes | None:
    return None if content is None else sha256(content).digest()
