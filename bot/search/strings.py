"""Many strings in one block of bytes, in order, found by bisection: no object for each."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from bot.search.arrays import Bytes, Ints, Longs

_REMEMBERED = 1_024


@dataclass(frozen=True, slots=True, eq=False)
class Numbered(Mapping[str, int]):
    """Different strings in ascending order, each with a number.

    A dictionary of half a million strings takes 60 MB and seconds to load; this takes what the
    letters take, and is used as it lies in a file. A look-up is some 20 comparisons: 5 µs.
    """

    letters: Bytes
    """The strings in UTF-8, one after the other; its order is that of their characters."""
    starts: Longs
    """The string at place p is `letters[starts[p]:starts[p + 1]]`."""
    numbers: Ints
    _found: Callable[[str], int | None] = field(init=False, repr=False)
    """A question asks for each of its words several times."""
    # Single values come out of a memoryview three times as fast as out of an array.
    _letters: memoryview = field(init=False, repr=False)
    _starts: memoryview = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_letters", self.letters.data)
        object.__setattr__(self, "_starts", self.starts.data)
        object.__setattr__(self, "_found", lru_cache(maxsize=_REMEMBERED)(self._find))

    def place(self, word: str) -> int:
        """How many of the strings come before this one."""
        wanted = word.encode("utf-8", "surrogatepass")
        letters, starts = self._letters, self._starts
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if letters[starts[middle] : starts[middle + 1]].tobytes() < wanted:
                low = middle + 1
            else:
                high = middle
        return low

    def at(self, place: int) -> str:
        """The string at a place."""
        return str(self._letters[self._starts[place] : self._starts[place + 1]], "utf-8")

    def beginning_with(self, start: str) -> Iterator[tuple[str, int]]:
        """The strings that begin so, in order, each with its number."""
        for place in range(self.place(start), len(self)):
            word = self.at(place)
            if not word.startswith(start):
                return
            yield word, int(self.numbers[place])

    def _find(self, word: str) -> int | None:
        place = self.place(word)
        known = place < len(self) and self.at(place) == word
        return int(self.numbers[place]) if known else None

    def of_sizes(self, sizes: range) -> Iterator[tuple[str, int]]:
        """The strings of so many bytes, in order, each with its number."""
        found = np.diff(self.starts)
        for place in np.flatnonzero((found >= sizes.start) & (found < sizes.stop)).tolist():
            yield self.at(place), int(self.numbers[place])

    def __getitem__(self, word: str) -> int:
        number = self._found(word)
        if number is None:
            raise KeyError(word)
        return number

    def __iter__(self) -> Iterator[str]:
        return map(self.at, range(len(self)))

    def __len__(self) -> int:
        return len(self.numbers)


def numbered(words: list[str], numbers: Ints) -> Numbered:
    """These strings, which are given in ascending order, with their numbers."""
    letters = "".join(words).encode()
    sizes = [len(word) for word in words]
    if len(letters) != sum(sizes):
        sizes = [len(word.encode()) for word in words]
    starts = np.zeros(len(words) + 1, np.int64)
    np.cumsum(sizes, out=starts[1:])
    return Numbered(np.frombuffer(letters, np.uint8), starts, numbers)
