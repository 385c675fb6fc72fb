"""Finding the words that a misspelled one may have been meant to be.

A deletion neighbourhood (the idea of SymSpell, W. Garbe 2012): every word is stored under the
hashes of its first characters with up to two of them left out, in one sorted array. A misspelled
word leaves out characters the same way, and equal hashes meet. Candidates are then verified with
the optimal string alignment distance (edits and swaps of neighbours).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from operator import mul
from typing import Protocol

import numpy as np
from rapidfuzz.distance import OSA

from bot.search.arrays import Flags, Marks, Pieces, held
from bot.search.english import SHORTEST

# Slips cluster late in a word, and seven characters tell words apart well enough; a longer
# prefix multiplies memory. Correct for distances up to 2 (Garbe's argument: the prefixes of two
# words at distance d are at distance d at most).
_PREFIX = 7
_LONG = 6
# Any two odd constants with well-mixed bits do; these are those of splitmix64.
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_POWER = 0xBF58476D1CE4E5B9
# The lower half of a mark.
_OWNER = np.uint64(0xFFFF_FFFF)
# One mark of so many is kept in memory, to find the others by.
_SAMPLE = 256


@dataclass(frozen=True, slots=True)
class Repair:
    """A word that a misspelling may have been meant to be."""

    word: str
    distance: int


def allowed_distance(word: str) -> int:
    """Most slips forgiven in a word: none up to three letters, one up to five, then two."""
    if len(word) < SHORTEST:
        return 0
    return 1 if len(word) < _LONG else 2


def nearness(word: str) -> Callable[[Repair], tuple[int, bool, int, str]]:
    """A key that sorts repairs of a word: nearest first, then those with the same start."""
    return lambda one: (
        one.distance,
        one.word[0] != word[0],
        abs(len(one.word) - len(word)),
        one.word,
    )


class Words(Protocol):
    """Words by number."""

    def __len__(self) -> int: ...
    def at(self, place: int, /) -> str:
        """The word of this number."""


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """The marks of `neighbourhoods`, a few of which are read for each word that is not known."""

    marks: Pieces
    samples: Marks
    """Every so manieth of the marks."""

    def owners(self, hashes: Marks) -> Marks:
        """The numbers of the words that have one of some hashes."""
        # What stands before the first sample that is as high, and all up to one that is higher.
        low = np.maximum(np.searchsorted(self.samples, hashes) - 1, 0) * _SAMPLE
        high = np.searchsorted(self.samples, hashes | _OWNER, side="right") * _SAMPLE
        near = [
            marks[(marks & ~_OWNER) == one]
            for one, start, stop in zip(hashes, low.tolist(), high.tolist(), strict=True)
            for marks in [self.marks.read(start, stop)]
        ]
        return np.unique(np.concatenate(near) & _OWNER)


def sampled(marks: Marks) -> Neighbours:
    """These marks, which are in order, with samples of them."""
    return Neighbours(held(marks), marks[::_SAMPLE].copy())


class TypoIndex:
    """Words findable under any misspelling of up to two slips; immutable."""

    def __init__(self, words: Words, neighbours: Neighbours | None = None) -> None:
        """`neighbours` are those of `neighbourhoods`, if they are known already."""
        self._words = words
        self._neighbours = sampled(neighbourhoods(words)) if neighbours is None else neighbours

    def repairs(self, word: str, limit: int = 4) -> list[Repair]:
        """Words within the allowed distance, nearest first, those with the same start first."""
        most = allowed_distance(word)
        if most == 0 or not len(self._neighbours.samples):
            return []
        found = []
        for owner in self._neighbours.owners(_shortened(word)).tolist():
            meant = self._words.at(owner)
            distance = OSA.distance(word, meant, score_cutoff=most)
            # Two slips in a short word leave too little of it to go by.
            if distance <= min(most, allowed_distance(meant) or 1):
                found.append(Repair(meant, distance))
        return sorted(found, key=nearness(word))[:limit]


def neighbourhoods(words: Words, chosen: Flags | None = None) -> Marks:
    """Marks of all words of three letters or more, or those chosen among them, in order.

    A mark is the upper half of the hash of a shortened beginning, and below it the number of the
    word. Half a hash is enough: among 14 million marks one in 300 meets a stranger, and what is
    found is compared letter by letter.
    """
    by_length: dict[int, list[tuple[int, str]]] = {}
    for number in range(len(words)) if chosen is None else np.flatnonzero(chosen).tolist():
        word = words.at(number)
        if len(word) >= SHORTEST - 1 and word.isalpha():
            by_length.setdefault(min(len(word), _PREFIX), []).append((number, word))
    amounts = {length: len(group) * len(_omissions(length)) for length, group in by_length.items()}
    marks = np.empty(sum(amounts.values()), np.uint64)
    filled = 0
    for length, group in by_length.items():
        text = "".join(word[:length] for _, word in group)
        codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).reshape(-1, length)
        # One row for each letter: sums are then taken over whole rows.
        mixed = np.ascontiguousarray(((codes.astype(np.uint64) + np.uint64(1)) * _FACTOR).T)
        owners = np.array([number for number, _ in group], np.uint64)
        for left_out in _omissions(length):
            kept = [at for at in range(length) if at not in left_out]
            part = marks[filled : filled + len(group)]
            part[:] = 0
            for place, at in enumerate(kept):
                part += mixed[at] * np.uint64(_POWERS[place])
            part &= ~_OWNER
            part |= owners
            filled += len(group)
    marks.sort()
    return marks


def _shortened(word: str) -> Marks:
    """The same for one word, without its number: arrays cost more than they save."""
    codes = [(ord(letter) + 1) * int(_FACTOR) for letter in word[:_PREFIX]]
    hashes = sorted(
        sum(map(mul, (code for at, code in enumerate(codes) if at not in left_out), _POWERS))
        % (1 << 64)
        for left_out in _omissions(len(codes))
    )
    return np.array(hashes, np.uint64) & ~_OWNER


@cache
def _omissions(length: int) -> list[tuple[int, ...]]:
    """Every choice of up to two positions to leave out; short words lose one at most."""
    most = 2 if length > SHORTEST else 1
    return [chosen for count in range(most + 1) for chosen in combinations(range(length), count)]


_POWERS = [pow(_POWER, place, 1 << 64) for place in range(_PREFIX)]
