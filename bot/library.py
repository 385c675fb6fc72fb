"""The catalogue in use and its index: the only thing that changes while the bot runs.

A new one is read and built aside and comes into use by one assignment, only when it is sound:
no edit takes the bot down, and whoever took a snapshot finishes on it. Approved suggestions are
laid over what the file says, and links that died are marked in it, anew whenever that changes.
"""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Self

from watchfiles import awatch

from bot import files
from bot.catalogue import load, parse
from bot.catalogue.reader import MAX_BYTES
from bot.errors import CatalogueError
from bot.links.judging import marked
from bot.model import Answer, Catalogue, Problem, Surface
from bot.overlay import Overlaid, applied
from bot.records import Suggestion, Thumbs
from bot.search import Index, Knowing
from bot.search.prior import priors

_NONE_DEAD: Mapping[str, dt.date] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A sound catalogue and the index built from it."""

    catalogue: Catalogue
    """What the file says, with the suggestions laid over it, and with what died marked."""
    index: Index
    fingerprint: str
    """Differs exactly when the catalogue differs; the same in every process."""
    overlaid: Overlaid
    """What became of the suggestions."""

    @classmethod
    def of(cls, catalogue: Catalogue, knowing: Knowing | None = None) -> Self:
        """A snapshot of a catalogue as it stands, without suggestions."""
        overlaid = Overlaid(catalogue=catalogue)
        return cls(catalogue, _built(catalogue, knowing), _fingerprint(catalogue), overlaid)

    async def search(self, text: str, *, surface: Surface = "mention", limit: int = 5) -> Answer:
        """As `Index.search`; where a model may be asked, beside the event loop."""
        if self.index.meaning is None:
            return self.index.search(text, surface, limit)
        return await asyncio.to_thread(self.index.search, text, surface, limit)


@dataclass(frozen=True, slots=True)
class _Made:
    """A snapshot, and what it was made of."""

    snapshot: Snapshot
    file: Catalogue
    """What the file says by itself."""
    plain: Index
    """The index before any thumbs."""
    knowing: Knowing | None
    suggestions: tuple[Suggestion, ...] = ()
    thumbs: Mapping[str, Thumbs] = field(default_factory=dict)
    dead: Mapping[str, dt.date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Look:
    """What the file held when it was last read; without a digest it could not be read."""

    digest: bytes | None
    problems: tuple[Problem, ...]


class Library:
    """Holds the current snapshot of one file and of what is laid over it."""

    def __init__(
        self,
        path: Path,
        catalogue: Catalogue,
        digest: bytes | None,
        knowing: Knowing | None = None,
    ) -> None:
        snapshot = Snapshot.of(catalogue, knowing)
        self._path = path
        self._made = _Made(snapshot, catalogue, snapshot.index, knowing)
        self._look = _Look(digest, ())
        self._making = asyncio.Lock()

    @classmethod
    def open(cls, path: Path, knowing: Knowing | None = None) -> Self:
        """A library of the catalogue in a file; raises CatalogueError with every problem."""
        content = files.read(path, MAX_BYTES)
        catalogue = _catalogue(path, content)
        return cls(path, catalogue, _digest(content), knowing)

    @property
    def current(self) -> Snapshot:
        """The snapshot to search; take it once for each question."""
        return self._made.snapshot

    async def reload(self) -> tuple[Problem, ...]:
        """Read the file again, and return what is wrong with it; then the snapshot stays.

        It also stays when the file says the same as before.
        """
        # The lock is held while a thread reads: a slow old reading must not replace a newer one.
        async with self._making:
            self._made, self._look = await asyncio.to_thread(
                _reloaded, self._path, self._made, self._look
            )
            return self._look.problems

    async def overlay(
        self,
        suggestions: Sequence[Suggestion],
        thumbs: Mapping[str, Thumbs],
        dead: Mapping[str, dt.date] = _NONE_DEAD,
    ) -> Overlaid:
        """Lay the approved ones of these over the file, and tell what became of each.

        They replace those of before, and stay in use when the file changes. `thumbs` are those of
        each resource, by its id; `dead` are addresses that count as dead, each with its day. The
        snapshot stays when all is as before.
        """
        async with self._making:
            made = self._made
            self._made = await asyncio.to_thread(
                _remade, made, made.file, tuple(suggestions), dict(thumbs), dict(dead)
            )
            return self._made.snapshot.overlaid

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


def _reloaded(path: Path, made: _Made, last: _Look) -> tuple[_Made, _Look]:
    """Return what to use from now on, and what was seen: `last` itself if the same."""
    content = files.read(path, MAX_BYTES)
    digest = _digest(content)
    if digest is not None and digest == last.digest:
        return made, last
    try:
        catalogue = _catalogue(path, content)
    except CatalogueError as error:
        look = _Look(digest, error.problems)
        return made, last if look == last else look
    remade = _remade(made, catalogue, made.suggestions, made.thumbs, made.dead)
    return remade, _Look(digest, ())


def _remade(
    made: _Made,
    file: Catalogue,
    suggestions: tuple[Suggestion, ...],
    thumbs: Mapping[str, Thumbs],
    dead: Mapping[str, dt.date],
) -> _Made:
    """Make anew what depends on something that has changed, and keep the rest."""
    overlaid = applied(file, suggestions)
    overlaid = replace(overlaid, catalogue=marked(overlaid.catalogue, dead))
    snapshot, plain = made.snapshot, made.plain
    if overlaid.catalogue != snapshot.catalogue:
        catalogue = overlaid.catalogue
        plain = _built(catalogue, made.knowing)
        fingerprint = _fingerprint(catalogue)
        snapshot = Snapshot(catalogue, plain.preferring(priors(thumbs)), fingerprint, overlaid)
    elif thumbs != made.thumbs:
        snapshot = replace(snapshot, index=plain.preferring(priors(thumbs)))
    if overlaid != snapshot.overlaid:
        snapshot = replace(snapshot, overlaid=replace(overlaid, catalogue=snapshot.catalogue))
    return _Made(snapshot, file, plain, made.knowing, suggestions, thumbs, dead)


def _built(catalogue: Catalogue, knowing: Knowing | None) -> Index:
    index = Index.build(catalogue)
    if knowing:
        index = knowing(index)
    # What an index makes when it is first needed is made now, aside, instead of under a question.
    index.search("wher is an exmaple")
    return index


def _fingerprint(catalogue: Catalogue) -> str:
    return sha256(repr(catalogue).encode()).hexdigest()[:16]


def _catalogue(path: Path, content: bytes | None) -> Catalogue:
    """Return the catalogue with this content; raises CatalogueError with every problem."""
    # Not read a second time, because the file may have changed since. The reader says best why a
    # file cannot be read.
    return load(path) if content is None else parse(content, str(path))


def _digest(content: bytes | None) -> bytes | None:
    return None if content is None else sha256(content).digest()
