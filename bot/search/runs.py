"""Sorting more than memory holds: sorted runs, merged term by term."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bot.search.arrays import Array, Growing, Ints, Longs, Marks, Room

# A mark is the number of a term, and below it what is said of the term in so many bits.
BELOW = 34
_BELOW = np.uint64(BELOW)
_SAID = np.uint64((1 << BELOW) - 1)

# Merged at a time: a few arrays of so many numbers are held, 20 MB together.
_AT_A_TIME = 1 << 19
# Differences that fit into 16 bits are sorted by counting, which takes linear time.
_MOST_TERMS = 1 << 16
# One mark of so many is kept in memory, to find the others by.
_SAMPLE = 256


@dataclass(frozen=True, slots=True)
class _Run:
    start: int
    """Where its marks begin among all."""
    size: int
    base: int
    """What the numbers of its resources are to be counted from."""
    samples: Marks


@dataclass(frozen=True, slots=True)
class Merged:
    """Some marks in order: all of some terms, or one term's of some runs."""

    terms: Longs
    said: Longs
    bases: Longs


class Runs:
    """Marks that come in sorted runs, and leave as one sorted sequence.

    Within a term the runs follow each other, so that what is numbered from one run to the next
    ascends.
    """

    def __init__(self, room: Room) -> None:
        self._marks: Growing = room(np.uint64)
        self._runs: list[_Run] = []
        self._length = 0

    def add(self, marks: Marks, base: int) -> None:
        """A run: marks in ascending order, and what its numbers count from."""
        self._runs.append(_Run(self._length, len(marks), base, marks[::_SAMPLE].copy()))
        self._marks.append(marks)
        self._length += len(marks)

    def merged(self, counts: Longs) -> Iterator[Merged]:
        """All marks in order of terms; `counts` says how many each term has."""
        starts = np.concatenate([[0], np.cumsum(counts)])
        first, terms = 0, len(counts)
        lows = [0] * len(self._runs)
        while first < terms:
            # As many whole terms as fit, and one at least.
            last = int(np.searchsorted(starts, starts[first] + _AT_A_TIME, side="right")) - 1
            last = min(max(last, first + 1), first + _MOST_TERMS, terms)
            highs = [self._below(run, last) for run in self._runs]
            spans = list(zip(self._runs, lows, highs, strict=True))
            if last == first + 1:
                yield from self._of_one_term(spans)
            else:
                yield self._together(spans, first)
            first, lows = last, highs

    def _of_one_term(self, spans: list[tuple[_Run, int, int]]) -> Iterator[Merged]:
        """The marks of one term are in order as they lie; it may be in every resource."""
        held: list[tuple[_Run, int, int]] = []
        size = 0
        for run, low, high in spans:
            held.append((run, low, high))
            size += high - low
            if size > _AT_A_TIME:
                yield self._together(held, None)
                held, size = [], 0
        if size:
            yield self._together(held, None)

    def _together(self, spans: list[tuple[_Run, int, int]], first: int | None) -> Merged:
        pieces = [
            self._marks.read(run.start + low, run.start + high)
            for run, low, high in spans
            if low < high
        ]
        marks = np.concatenate(pieces) if pieces else np.empty(0, np.uint64)
        bases = np.repeat(
            np.array([run.base for run, _, _ in spans], np.int64),
            np.array([high - low for _, low, high in spans], np.int64),
        )
        if first is not None and len(pieces) > 1:
            least = np.uint64(first)
            order = np.argsort(((marks >> _BELOW) - least).astype(np.uint16), kind="stable")
            marks, bases = marks[order], bases[order]
        return Merged((marks >> _BELOW).view(np.int64), (marks & _SAID).view(np.int64), bases)

    def _below(self, run: _Run, term: int) -> int:
        """How many marks of a run are of lower terms."""
        mark = np.uint64(term << BELOW)
        sample = int(np.searchsorted(run.samples, mark))
        if not sample:
            return 0
        low = (sample - 1) * _SAMPLE
        high = min(low + _SAMPLE, run.size)
        near = self._marks.read(run.start + low, run.start + high)
        return low + int(np.searchsorted(near, mark))


def marks(terms: Ints, said: Longs) -> Marks:
    """A run of marks, in order."""
    made = (terms.astype(np.uint64) << _BELOW) | said.astype(np.uint64)
    made.sort()
    return made


def firsts(*keys: Array) -> Longs:
    """Where a new combination begins, in arrays in which equal ones stand together."""
    if not len(keys[0]):
        return np.empty(0, np.int64)
    new = np.ones(len(keys[0]), np.bool_)
    new[1:] = False
    for one in keys:
        new[1:] |= one[1:] != one[:-1]
    return np.flatnonzero(new)
