"""Where each term stands, as arrays, and the exact best resources for a set of weighted slots."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from bot.search.arrays import Bits, Floats, Growing, Ints, Longs

# Sums of a dozen float32 products agree to about six digits whatever their order.
_ROUNDING = 1e-5

# Up to so many entries a term's are looked through as a whole; of more, those wanted are looked up.
SHORT = 1_024

# Of a term with more entries than this, the best are known beforehand ...
_CROWD = 1_024
# ... so many of them. Twice the pool: what they give for a threshold is near the final one.
_LEADERS = 128
# To look up one number takes as long as to lay out so many.
_LOOK_UP = 12
# If more than this share of all resources is hopeful, all are added up.
_MOST_HOPEFUL = 0.1


@dataclass(frozen=True, slots=True)
class WeightedSlot:
    """A slot as stage 1 sees it: its weight, and for each reading a term and how well it fits."""

    weight: float
    terms: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class _Slot:
    """A slot on its way through stage 1."""

    most: float
    """What it can add at most."""
    ways: list[tuple[slice, float, int]]
    """Its readings: the entries of a term, what their impacts count, and the term."""

    @property
    def entries(self) -> int:
        """How many entries its terms have."""
        return sum(row.stop - row.start for row, _, _ in self.ways)


@dataclass(frozen=True, slots=True)
class Postings:
    """Compressed rows: the postings of term t are entries `starts[t]` to `starts[t + 1]`."""

    starts: Longs
    docs: Ints
    """Numbers of resources, ascending within a term."""
    impacts: Floats
    """Saturated BM25F frequency, 0 to 1, before the term's rarity is applied."""
    fields: Bits
    """One bit for each field the term stands in."""
    highest: Floats
    """The largest impact of each term."""
    held: Bits
    """For each term one bit for each field in which any resource holds it."""
    crowded: Ints
    """Terms with very many entries, ascending."""
    leaders: Ints
    """For each of these, resources where its impact is highest, ascending."""
    size: int
    """Number of resources."""
    _blanks: list[Floats] = field(init=False, repr=False, compare=False, default_factory=list)

    def row(self, term: int) -> slice:
        """The entries of one term."""
        return slice(int(self.starts[term]), int(self.starts[term + 1]))

    def frequency(self, term: int) -> int:
        """Number of resources that hold the term."""
        return int(self.starts[term + 1] - self.starts[term])

    def frequency_in(self, term: int, fields: int) -> int:
        """Number of resources that hold the term in one of some fields, given as bits."""
        return int(np.count_nonzero(self.fields[self.row(term)] & fields))

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

        Exact: the same as adding up everything, to the last bit if that adds slot by slot in the
        order of what they can add at most. Equal sums rank by number. First a few resources that
        may be good are added up: all of rare terms, the leaders of others. The last place among
        these is a threshold, and tells how strongly a resource must hold a common term to reach
        it, if it had all other slots in full (MaxScore, Turtle and Flood 1995). Few are, and only
        these are added up.
        """
        ways = sorted(
            (
                _Slot(
                    self._bound(slot),
                    [(self.row(t), slot.weight * fit, t) for t, fit in slot.terms],
                )
                for slot in slots
            ),
            key=lambda slot: -slot.most,
        )
        docs = self._seeds(ways)
        sums = self._sums(ways, docs)
        threshold = _nth_largest(sums, count)
        least = threshold * (1 - _ROUNDING)
        hopeful = self._hopeful(ways, least)
        if len(hopeful):
            if len(hopeful) > self.size * _MOST_HOPEFUL:
                docs, sums = self._all_sums(ways, least)
            else:
                docs = _united([docs[sums >= threshold], hopeful])
                docs, sums = self._pruned_sums(ways, docs, least)
        return _top(docs, sums, count)

    def _bound(self, slot: WeightedSlot) -> float:
        return slot.weight * max(
            (fit * float(self.highest[term]) for term, fit in slot.terms), default=0.0
        )

    def _seeds(self, slots: Sequence[_Slot]) -> Ints:
        """All resources of rare terms, and of others the leaders; ascending."""
        return _united(
            [
                self.docs[row] if row.stop - row.start <= _CROWD else self._leaders(term)
                for slot in slots
                for row, _, term in slot.ways
            ]
        )

    def _leaders(self, term: int) -> Ints:
        leaders: Ints = self.leaders[int(np.searchsorted(self.crowded, term))]
        return leaders

    def _hopeful(self, slots: Sequence[_Slot], least: float) -> Ints:
        """Resources of common terms that may have such a sum; with repetitions.

        Slots are taken from the rarest to the commonest. A resource has one that comes first, and
        if with this and all that follow in full it has not enough, it never has.
        """
        found = []
        rest = sum(slot.most for slot in slots)
        for slot in sorted(slots, key=lambda slot: slot.entries):
            if rest < least:
                break
            rest -= slot.most
            for row, weight, term in slot.ways:
                if (
                    row.stop - row.start > _CROWD
                    and 0 < weight * self.highest[term] >= least - rest
                ):
                    # Divided rather than multiplied: one number instead of a row of them.
                    enough = self.impacts[row] >= np.float32((least - rest) / weight)
                    found.append(self.docs[row][enough])
        return np.concatenate(found) if found else np.empty(0, np.int32)

    def _sums(self, slots: Sequence[_Slot], docs: Ints) -> Floats:
        sums = np.zeros(len(docs), np.float32)
        for slot in slots:
            sums += self._gains(slot, docs)
        return sums

    def _pruned_sums(self, slots: Sequence[_Slot], docs: Ints, least: float) -> tuple[Ints, Floats]:
        """The same, leaving out after each slot those that cannot have enough any more."""
        sums = np.zeros(len(docs), np.float32)
        rest = sum(slot.most for slot in slots)
        for slot in slots:
            sums += self._gains(slot, docs)
            rest -= slot.most
            kept = sums >= least - rest
            docs, sums = docs[kept], sums[kept]
        return docs, sums

    def _all_sums(self, slots: Sequence[_Slot], least: float) -> tuple[Ints, Floats]:
        """The resources with enough, by adding up everything: where most are hopeful."""
        sums = np.zeros(self.size, np.float32)
        for slot in slots:
            rows = [(self.docs[row], self.impacts[row] * np.float32(w)) for row, w, _ in slot.ways]
            if len(rows) == 1:
                docs, gains = rows[0]
                sums[docs] += gains
                continue
            with self._blank() as best:
                for docs, gains in rows:
                    best[docs] = np.maximum(best[docs], gains)
                for docs, _ in rows:
                    sums[docs] += best[docs]
                    # What one reading has added, the next one does not add again.
                    best[docs] = 0.0
        # A resource of none of the slots is no result, whatever is enough.
        enough = np.flatnonzero(sums >= least if least > 0 else sums > 0)
        return enough.astype(np.int32), sums[enough]

    def _gains(self, slot: _Slot, docs: Ints) -> Floats:
        """What each of some resources, which ascend, gains by a slot."""
        gains = np.zeros(len(docs), np.float32)
        for row, weight, _ in slot.ways:
            own = self.docs[row]
            few, many = sorted((len(own), len(docs)))
            if few * _LOOK_UP > many:
                # Laid out by number, each is found at once.
                with self._blank() as laid_out:
                    laid_out[own] = self.impacts[row] * np.float32(weight)
                    np.maximum(gains, laid_out[docs], out=gains)
                    laid_out[own] = 0.0
            elif few == len(own):
                at, held = places(own, docs)
                at = at[held]
                here = self.impacts[row][held] * np.float32(weight)
                gains[at] = np.maximum(gains[at], here)
            else:
                at, held = places(docs, own)
                here = self.impacts[row][at[held]] * np.float32(weight)
                gains[held] = np.maximum(gains[held], here)
        return gains

    @contextmanager
    def _blank(self) -> Iterator[Floats]:
        """Zeros, one for each resource, to be left as zeros; kept, because to make them takes
        longer than to use them."""
        try:
            blank = self._blanks.pop()
        except IndexError:
            blank = np.zeros(self.size, np.float32)
        yield blank
        # After an error it is not known to be blank, and so is not kept.
        self._blanks.append(blank)


def leading(starts: Longs, docs: Growing, impacts: Growing) -> tuple[Ints, Ints]:
    """The terms with very many entries, and the resources where their impacts are highest.

    Of equal impacts the first ones are taken, so that the same catalogue gives the same leaders.
    """
    crowded = np.flatnonzero(np.diff(starts) > _CROWD)
    leaders = np.empty((len(crowded), _LEADERS), np.int32)
    for at, term in enumerate(crowded.tolist()):
        row = int(starts[term]), int(starts[term + 1])
        strength = impacts.read(*row)
        last = np.partition(strength, len(strength) - _LEADERS)[len(strength) - _LEADERS]
        above = np.flatnonzero(strength > last)
        equal = np.flatnonzero(strength == last)[: _LEADERS - len(above)]
        leaders[at] = docs.read(*row)[np.sort(np.concatenate([above, equal]))]
    return crowded.astype(np.int32), leaders


def places(values: Longs | Ints, among: Ints) -> tuple[Longs, npt.NDArray[np.bool_]]:
    """Where each value stands in an ascending array, and whether it does."""
    if not len(among):
        return np.zeros(len(values), np.int64), np.zeros(len(values), np.bool_)
    at = np.minimum(np.searchsorted(among, values), len(among) - 1)
    return at, among[at] == values


def _united(rows: Sequence[Ints]) -> Ints:
    """All numbers of some rows, ascending, each once."""
    if not rows:
        return np.empty(0, np.int32)
    every = np.concatenate(rows)
    every.sort()
    kept = np.ones(len(every), np.bool_)
    np.not_equal(every[1:], every[:-1], out=kept[1:])
    return every[kept]


def _nth_largest(sums: Floats, count: int) -> float:
    """The value at a place; below that many any is enough."""
    if len(sums) < count:
        return 0.0
    return float(np.partition(sums, len(sums) - count)[len(sums) - count])


def _top(docs: Ints, sums: Floats, count: int) -> tuple[Ints, Floats]:
    if len(docs) > count:
        # Everything equal to the last place stays in, so that ties are settled by number.
        kept = sums >= _nth_largest(sums, count)
        docs, sums = docs[kept], sums[kept]
    order = np.lexsort((docs, -sums))[:count]
    return docs[order], sums[order]
