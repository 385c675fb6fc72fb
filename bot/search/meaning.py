"""What a sentence model says of a question and the resources: one more kind of evidence.

A resource has one vector, a question another, and their product tells how near they are in
meaning. The words find the candidates, and so do the nearest vectors; both are weighed in one sum,
and judged by one logistic.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.question import Question
from bot.search.arrays import Floats, Ints, Longs
from bot.search.lexicon import Slot

Embed = Callable[[str], Floats | None]
"""A text to its vector of length 1, or None if that cannot be had."""

MEANING = "meaning"
"""Name of the line in the sums."""
WEIGHT = 4.0
"""What it counts for in the ranking. Of 1,328 labelled questions, each subject left out of the fit
once, anything from 3 to 5 gives the same."""

# What is near to everything says little by being near to a question: so much of its own nearness to
# its five neighbours, compared with that of the others, is taken off. (Scaling by the neighbourhood
# against "hubs", as in Conneau et al., Word Translation Without Parallel Data, 2018, with half its
# weight.) Of 0.3, 0.5 and 0.8, and of 1 to 20 neighbours, these do as well as any.
_CROWDED = 0.5
_NEIGHBOURS = 5
# So many are compared at once.
_AT_ONCE = 1024

# Beyond the best by words, so many of the nearest are candidates; 4 and 64 find the same.
_NEAREST = 16
# With more resources only the candidates of the words are compared.
_MOST_COMPARED = 100_000
# No model reads further.
_MOST_LETTERS = 2000
_LETTERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Near:
    """Candidates, and how near each is in meaning, about 0 to 1."""

    docs: Ints
    nearness: Floats
    """By itself or the nearest of its asks, less what is taken off in a crowd: for the ranking."""
    by_itself: Floats
    """To judge how sure to be: of forty asks, one is near to whatever is asked."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """The vectors of a catalogue, and how to make that of a question."""

    rows: Floats
    """Resources x width."""
    asks: Floats
    """Asks x width, those of a resource one after the other."""
    starts: Longs
    """For each resource, which of the asks is its first; and one more at the end."""
    embed: Embed
    among: Longs | None = None
    """Numbers of the resources among which neighbours are looked for, if not among all."""
    crowd: Floats = field(init=False)
    """For each resource, what is taken off because all the others are near to it as well."""

    def __post_init__(self) -> None:
        among = np.arange(len(self.rows)) if self.among is None else self.among
        object.__setattr__(self, "crowd", _crowd(self.rows, among))

    def near(self, wording: str, docs: Ints) -> Near | None:
        """The candidates, with those that are nearest in meaning, and how near they are; None if
        the model has nothing to say of the question.
        """
        vector = self.embed(wording)
        if vector is None or not vector.any():
            return None
        if len(self.rows) > _MOST_COMPARED:
            by_itself = _products(self.rows[docs], vector)
            asks = zip(self.starts[docs], self.starts[docs + 1], strict=True)
            asked = [_products(self.asks[at:end], vector).max(initial=0.0) for at, end in asks]
            nearest = np.maximum(by_itself, np.array(asked, np.float32))
            return Near(docs, nearest - self.crowd[docs], by_itself)
        by_itself = _products(self.rows, vector)
        nearness = by_itself - self.crowd
        having = np.flatnonzero(np.diff(self.starts))
        if len(having):
            by_asks = np.maximum.reduceat(_products(self.asks, vector), self.starts[having])
            nearness[having] = np.maximum(by_itself[having], by_asks) - self.crowd[having]
        found = np.union1d(docs, _nearest(nearness)).astype(docs.dtype)
        return Near(found, nearness[found], by_itself[found])


def _nearest(nearness: Floats) -> Longs:
    """Numbers of the nearest, of equal ones the first."""
    if len(nearness) <= _NEAREST:
        return np.arange(len(nearness))
    least = np.partition(nearness, -_NEAREST)[-_NEAREST]
    nearer = np.flatnonzero(nearness > least)
    equal = np.flatnonzero(nearness == least)
    return np.concatenate((nearer, equal[: _NEAREST - len(nearer)]))


def _crowd(rows: Floats, among: Longs) -> Floats:
    """What is taken off the nearness of each."""
    count = min(_NEIGHBOURS, len(among) - 1)
    if count < 1:
        return np.zeros(len(rows), np.float32)
    others = rows[among].T
    near = np.empty(len(rows), np.float32)
    for at in range(0, len(rows), _AT_ONCE):
        nearness = rows[at : at + _AT_ONCE] @ others
        itself = np.arange(at, at + len(nearness))[:, None] == among
        nearness[itself] = -1.0
        near[at : at + len(nearness)] = np.partition(nearness, -count)[:, -count:].mean(axis=1)
    crowd: Floats = _CROWDED * (near - near.mean())
    return crowd


def _products(rows: Floats, vector: Floats) -> Floats:
    """Each row times the vector, and nothing below 0."""
    # Row by row, instead of by `@`: that wakes threads for it, which on a busy machine wait for
    # each other 20 times as long as this takes. And a row gets the same bits wherever it stands.
    products: Floats = np.vecdot(rows, vector)
    return np.maximum(products, 0.0, out=products)


def wording(asked: Question, slots: Sequence[Slot]) -> str:
    """A message as it is given to the model: what is asked before what is told, which may be cut
    off, and with its misspelt words as they were meant.
    """
    meant = {
        slot.word: slot.meant for slot in slots if slot.meant != slot.word and slot.word.isalpha()
    }
    text = " ".join(f"{asked.text} {asked.context}".split())[:_MOST_LETTERS]
    if not meant:
        return text
    return _LETTERS.sub(lambda found: meant.get(found[0].lower(), found[0]), text)
