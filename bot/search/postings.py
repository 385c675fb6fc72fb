"""Where each term stands, as arrays, and the exact best resources for a set of weighted slots."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

# Sums of a dozen float32 products agree to about six digits whatever their order.
_ROUNDING = 1e-5

# Up to so many entries a term's are looked through as a whole; of more, those wanted are looked up.
SHORT = 1_024


@dataclass(frozen=True, slots=True)
class WeightedSlot:
    """A slot as stage 1 sees it: its weight, and for each reading a term and how well it fits."""

    weight: float
    terms: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Postings:
    """Compressed rows: the postings of term t are entries `starts[t]` to `starts[t + 1]`."""

    starts: Longs
    docs: Ints
    """Numbers of resources, ascending within a term."""
    impacts: Floats
    """Saturated BM25F frequency, 0 to 1, before the term's rarity is applied."""
    fields: npt.NDArray[np.uint16]
    """One bit for each field the term stands in."""
    highest: Floats
    """The largest impact of each term."""
    size: int
    """Number of resources."""

    def row(self, term: int) -> slice:
        """The entries of one term."""
        return slice(int(self.starts[term]), int(self.starts[term + 1]))

    def frequency(self, term: int) -> int:
        """Number of resources that hold the term."""
        return int(self.starts[term + 1] - self.starts[term])

    def frequency_in(self, term: int, fields: int) -> int:
        """Number of resources that hold the term in one of some fields, given as bits."""
        return int(np.count_nonzero(self.fields[self.row(term)] & fields))

    def held_in(self, fields: int) -> npt.NDArray[np.bool_]:
        """For each term, whether any resource holds it in one of some fields, given as bits."""
        held = np.concatenate(([0], np.cumsum((self.fields & fields) != 0)))
        return held[self.starts[1:]] > held[self.starts[:-1]]

    def find(self, term: int, docs: Ints) -> tuple[npt.NDArray[np.bool_], Longs]:
        """For each of some resources: whether it holds the term, and the entry where."""
        row = self.row(term)
        own = self.docs[row]
        if not len(own):
            return np.zeros(len(docs), np.bool_), np.zeros(len(docs), np.int64)
        at = np.minimum(np.searchsorted(own, docs), len(own) - 1)
        return own[at] == docs, at + row.start

    def held_by(self, terms: Sequence[int], docs: Ints) -> tuple[Longs, Longs, Longs]:
        """Every entry of these terms for one of some resources, which are given in ascending order.

        Returns the entries term by term, and for each the place of its resource and of its term.
        """
        rows = [self.row(term) for term in terms]
        found = [
            np.arange(row.start, row.stop)
            if row.stop - row.start <= SHORT
            else self._among(t, docs)
            for t, row in zip(terms, rows, strict=True)
        ]
        entries = np.concatenate(found) if found else np.empty(0, np.int64)
        which = np.repeat(np.arange(len(found)), [len(one) for one in found])
        place, held = places(self.docs[entries], docs)
        return entries[held], place[held], which[held]

    def _among(self, term: int, docs: Ints) -> Longs:
        held, at = self.find(term, docs)
        return at[held]

    def reached(self, slots: Sequence[WeightedSlot]) -> Ints:
        """Every resource that any slot reaches, ascending."""
        rows = [self.docs[self.row(term)] for slot in slots for term, _ in slot.terms]
        return np.unique(np.concatenate(rows)) if rows else np.empty(0, np.int32)

    def best(self, slots: Sequence[WeightedSlot], count: int) -> tuple[Ints, Floats]:
        """The `count` highest sums over slots of weight x best reading, and their resources.

        Exact: the same as adding up everything. Slots are taken by what they can add at most;
        once the rest together cannot lift an unseen resource into the result, only those already
        seen are looked up (the idea of MaxScore, Turtle and Flood 1995). Equal sums rank by number.
        """
        bounds = [self._bound(slot) for slot in slots]
        order = sorted(range(len(slots)), key=lambda at: -bounds[at])
        rest = sum(bounds)
        docs = np.empty(0, np.int32)
        sums = np.empty(0, np.float32)
        for at in order:
            slot = slots[at]
            threshold = _nth_largest(sums, count)
            if threshold is not None and rest < threshold * (1 - _ROUNDING):
                hopeful = sums + rest >= threshold * (1 - _ROUNDING)
                docs, sums = docs[hopeful], sums[hopeful]
                sums = sums + self._looked_up(slot, docs)
            else:
                docs, sums = _merged(docs, sums, *self._scored(slot))
            rest -= bounds[at]
        return _top(docs, sums, count)

    def _bound(self, slot: WeightedSlot) -> float:
        return slot.weight * max(
            (fit * float(self.highest[term]) for term, fit in slot.terms), default=0.0
        )

    def _scored(self, slot: WeightedSlot) -> tuple[Ints, Floats]:
        """Every resource a slot reaches, ascending, with what it gains there."""
        rows = [(self.row(term), slot.weight * fit) for term, fit in slot.terms]
        if not rows:
            return np.empty(0, np.int32), np.empty(0, np.float32)
        if len(rows) == 1:
            row, weight = rows[0]
            return self.docs[row], self.impacts[row] * np.float32(weight)
        docs = np.concatenate([self.docs[row] for row, _ in rows])
        gains = np.concatenate([self.impacts[row] * np.float32(weight) for row, weight in rows])
        order = np.argsort(docs, kind="stable")
        docs, gains = docs[order], gains[order]
        firsts = np.flatnonzero(np.diff(docs, prepend=-1))
        return docs[firsts], np.maximum.reduceat(gains, firsts) if len(firsts) else gains

    def _looked_up(self, slot: WeightedSlot, docs: Ints) -> Floats:
        gains = np.zeros(len(docs), np.float32)
        for term, fit in slot.terms:
            held, at = self.find(term, docs)
            here = self.impacts[at[held]] * np.float32(slot.weight * fit)
            gains[held] = np.maximum(gains[held], here)
        return gains


def places(values: Longs | Ints, among: Ints) -> tuple[Longs, npt.NDArray[np.bool_]]:
    """Where each value stands in an ascending array, and whether it does."""
    if not len(among):
        return np.zeros(len(values), np.int64), np.zeros(len(values), np.bool_)
    at = np.minimum(np.searchsorted(among, values), len(among) - 1)
    return at, among[at] == values


def _merged(docs: Ints, sums: Floats, new_docs: Ints, gains: Floats) -> tuple[Ints, Floats]:
    """Two ascending lists of resources as one, sums added."""
    if not len(docs):
        return new_docs, gains
    if not len(new_docs):
        return docs, sums
    every = np.union1d(docs, new_docs)
    total = np.zeros(len(every), np.float32)
    total[np.searchsorted(every, docs)] = sums
    total[np.searchsorted(every, new_docs)] += gains
    return every, total


def _nth_largest(sums: Floats, count: int) -> float | None:
    if len(sums) < count:
        return None
    return float(np.partition(sums, len(sums) - count)[len(sums) - count])


def _top(docs: Ints, sums: Floats, count: int) -> tuple[Ints, Floats]:
    if len(docs) > count:
        # Everything equal to the last place stays in, so that ties are settled by number.
        kept = sums >= (_nth_largest(sums, count) or 0.0)
        docs, sums = docs[kept], sums[kept]
    order = np.lexsort((docs, -sums))[:count]
    return docs[order], sums[order]
