"""Finding the words that a misspelled one may have been meant to be.

A deletion neighbourhood (the idea of SymSpell, W. Garbe 2012): every word is stored under the
hashes of its first characters with up to two of them left out, in one sorted array. A misspelled
word leaves out characters the same way, and equal hashes meet. Candidates are then verified with
the optimal string alignment distance (edits and swaps of neighbours).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from operator import mul

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA

from bot.search.english import SHORTEST

# Slips cluster late in a word, and seven characters tell words apart well enough; a longer
# prefix multiplies memory. Correct for distances up to 2 (Garbe's argument: the prefixes of two
# words at distance d are at distance d at most).
_PREFIX = 7
_LONG = 6
# Any two odd constants with well-mixed bits do; these are those of splitmix64.
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_POWER = 0xBF58476D1CE4E5B9


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


class TypoIndex:
    """Words findable under any misspelling of up to two slips; immutable."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = tuple(w for w in words if len(w) >= SHORTEST - 1 and w.isalpha())
        self._hashes, self._owners = _neighbourhoods(self._words)

    def repairs(self, word: str, limit: int = 4) -> list[Repair]:
        """Words within the allowed distance, nearest first, those with the same start first."""
        most = allowed_distance(word)
        if most == 0 or not self._words:
            return []
        wanted = _shortened(word)
        low = np.searchsorted(self._hashes, wanted, side="left")
        high = np.searchsorted(self._hashes, wanted, side="right")
        owners = {
            int(owner)
            for start, stop in zip(low, high, strict=True)
            for owner in self._owners[start:stop]
        }
        found = []
        for owner in owners:
            meant = self._words[owner]
            distance = OSA.distance(word, meant, score_cutoff=most)
            # Two slips in a short word leave too little of it to go by.
            if distance <= min(most, allowed_distance(meant) or 1):
                found.append(Repair(meant, distance))
        found.sort(
            key=lambda r: (r.distance, r.word[0] != word[0], abs(len(r.word) - len(word)), r.word)
        )
        return found[:limit]


def _neighbourhoods(
    words: Sequence[str],
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
    """Hashes of all shortened prefixes, sorted, and for each the number of its word."""
    by_length: dict[int, list[int]] = {}
    for number, word in enumerate(words):
        by_length.setdefault(min(len(word), _PREFIX), []).append(number)
    hashes: list[npt.NDArray[np.uint64]] = []
    owners: list[npt.NDArray[np.int32]] = []
    for length, numbers in by_length.items():
        text = "".join(words[n][:length] for n in numbers)
        codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).reshape(-1, length)
        mixed = (codes.astype(np.uint64) + np.uint64(1)) * _FACTOR
        group = np.array(numbers, dtype=np.int32)
        for left_out in _omissions(length):
            kept = np.delete(mixed, left_out, axis=1)
            powers = _powers(kept.shape[1])
            hashes.append((kept * powers).sum(axis=1, dtype=np.uint64))
            owners.append(group)
    if not hashes:
        return np.empty(0, np.uint64), np.empty(0, np.int32)
    all_hashes, all_owners = np.concatenate(hashes), np.concatenate(owners)
    order = np.argsort(all_hashes, kind="stable")
    return all_hashes[order], all_owners[order]


def _shortened(word: str) -> npt.NDArray[np.uint64]:
    """The same for one word, without its number: arrays cost more than they save."""
    codes = [(ord(letter) + 1) * int(_FACTOR) for letter in word[:_PREFIX]]
    hashes = sorted(
        sum(map(mul, (code for at, code in enumerate(codes) if at not in left_out), _POWERS))
        % (1 << 64)
        for left_out in _omissions(len(codes))
    )
    return np.array(hashes, np.uint64)


@cache
def _omissions(length: int) -> list[tuple[int, ...]]:
    """Every choice of up to two positions to leave out; short words lose one at most."""
    most = 2 if length > SHORTEST else 1
    return [chosen for count in range(most + 1) for chosen in combinations(range(length), count)]


_POWERS = [pow(_POWER, place, 1 << 64) for place in range(_PREFIX)]


def _powers(count: int) -> npt.NDArray[np.uint64]:
    return np.array([pow(_POWER, place, 1 << 64) for place in range(count)], np.uint64)
