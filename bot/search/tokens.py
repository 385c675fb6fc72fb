"""Texts by the thousand to numbers of words: cut at spaces and looked up with whole arrays.

A word with its punctuation is met again and again, and to look each up in a dictionary costs a
walk through memory. Of up to sixteen bytes it is two numbers, exactly; these are found in a table
of arrays, some ten thousand at a time. Only what is met for the first time, or is longer, is read
one by one.
"""

from array import array
from collections.abc import Iterable

import numpy as np

from bot.search import text
from bot.search.arrays import Bytes, Ints, Longs, Marks, ranges
from bot.search.runs import firsts
from bot.search.words import Vocabulary

# Texts are read in one string. The first ends what is counted as one text, the second stands
# between texts that are counted together; neither is part of a word.
END, PAUSE = "\0", "\1"
END_NUMBER, PAUSE_NUMBER, SEVERAL = -1, -2, -3
_NEW = -(1 << 31)

# A word with its punctuation is looked up once in so many different ones.
_MOST_KNOWN = 1_000_000
# Looked up at a time: what is worked on stays near the processor.
_AT_A_TIME = 1 << 15

# Two bytes that are in no text in UTF-8 stand for the marks, and a space for all other controls.
_ENDED, _PAUSED, _SPACE = 0xFF, 0xFE, 0x20
_PLAIN = (
    bytes([_ENDED, _PAUSED]) + b" " * (_SPACE - 1) + bytes(range(_SPACE + 1, 256)).lower()
)  # Only ASCII letters are made small here; how others are is decided word by word.

# Marks that end a word wherever they stand at its beginning or end, unlike those of "c++" and "c#".
_AROUND = b"!\"$%&'()*,-./:;<=>?@[\\]^_`{|}~"

_HALF = 8
_WIDEST = 2 * _HALF
# By how many bytes of a half are part of the word.
_PARTS = np.array([(1 << 8 * size) - 1 for size in range(_HALF + 1)], np.uint64)
# Any two odd constants with well-mixed bits do; these are those of splitmix64.
_FACTOR, _OTHER_FACTOR = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)


class Tokens:
    """What each word with its punctuation stands for: a term, or a place in lists of several.

    A word that is met for the first time is read letter by letter.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._begin()

    def forget(self) -> None:
        """Begin anew, if more than enough are known."""
        if len(self._table) + len(self._long) > _MOST_KNOWN:
            self._begin()

    def _begin(self) -> None:
        self._table = _Table()
        self._table.add(
            np.array([_ENDED, _PAUSED], np.uint64),
            np.zeros(2, np.uint64),
            np.array([END_NUMBER, PAUSE_NUMBER], np.int32),
        )
        self._long: dict[bytes, int] = {}
        self.own, self.joined = Lists(), Lists()
        self._several = 0

    def of(self, words: str) -> Ints:
        """A number for each word: of its term, of a mark, or `SEVERAL` less its place in lists."""
        plain = words.encode("utf-8", "surrogatepass").translate(_PLAIN)
        letters = np.frombuffer(b" " + plain + b" " * _WIDEST, np.uint8)
        blank = letters == _SPACE
        edges = np.flatnonzero(blank[1:] != blank[:-1]) + 1
        starts, stops = edges[0::2], edges[1::2]
        numbers = np.empty(len(starts), np.int32)
        for low in range(0, len(starts), _AT_A_TIME):
            some = slice(low, low + _AT_A_TIME)
            numbers[some] = self._numbers(letters, starts[some], stops[some])
        return numbers

    def _numbers(self, letters: Bytes, starts: Longs, stops: Longs) -> Ints:
        sizes = stops - starts
        # The eight bytes from each place on.
        halves = np.ndarray(len(letters) - _HALF + 1, "<u8", letters, 0, (1,))
        first = halves[starts] & _PARTS[np.minimum(sizes, _HALF)]
        second = np.zeros(len(starts), np.uint64)
        rest = np.flatnonzero(sizes > _HALF)
        second[rest] = halves[starts[rest] + _HALF] & _PARTS[np.minimum(sizes[rest] - _HALF, _HALF)]
        numbers = self._table.find(first, second)
        is_long = sizes > _WIDEST
        numbers[is_long] = _NEW
        new = np.flatnonzero(numbers == _NEW)
        if not len(new):
            return numbers
        # Words get their numbers in the order in which they are met.
        short = new[~is_long[new]]
        order = np.lexsort((second[short], first[short]))
        short = short[order]
        begins = firsts(first[short], second[short])
        met = short[begins]
        once = np.sort(np.concatenate([met, new[is_long[new]]]))
        written = letters.data
        for at, start, stop in zip(
            once.tolist(), starts[once].tolist(), stops[once].tolist(), strict=True
        ):
            numbers[at] = self._read(bytes(written[start:stop]))
        numbers[short] = np.repeat(numbers[met], np.diff(np.append(begins, len(short))))
        self._table.add(first[met], second[met], numbers[met])
        return numbers

    def _read(self, word: bytes) -> int:
        if len(word) <= _WIDEST:
            return self._number(word)
        known = self._long.get(word)
        if known is None:
            known = self._long[word] = self._number(word)
        return known

    def _number(self, word: bytes) -> int:
        # Half of what is new is a known word with another mark before or after it.
        core = word.strip(_AROUND)
        if core.isascii() and not core.endswith(b"thru"):
            known = self._vocabulary.surfaces.get(core.decode())
            if known is not None:
                return known
        own: list[int] = []
        joined: list[int] = []
        for chunk in text.chunks(word.decode("utf-8", "surrogatepass")):
            of_words, of_joined = self._vocabulary.of_chunk(chunk)
            own += of_words
            joined += of_joined
        if len(own) == 1 and not joined:
            return own[0]
        self.own.add(own)
        self.joined.add(joined)
        self._several += 1
        return SEVERAL - self._several + 1


class _Table:
    """Numbers by pairs of numbers: open addressing with linear probing, half of it free."""

    def __init__(self) -> None:
        # The entry 0 is none: no word is empty.
        self._size = 1
        self._first = np.zeros(1 << 10, np.uint64)
        self._second = np.zeros(1 << 10, np.uint64)
        self._numbers = np.full(1 << 10, _NEW, np.int32)
        self._slots = np.zeros(1 << 11, np.int32)

    def __len__(self) -> int:
        return self._size - 1

    def find(self, first: Marks, second: Marks) -> Ints:
        """The number of each pair."""
        slots = self._slots_of(first, second)
        entries = self._slots[slots]
        numbers = self._numbers[entries]
        rest = np.flatnonzero((self._first[entries] != first) | (self._second[entries] != second))
        while len(rest):
            numbers[rest] = _NEW
            # Where a slot is free, the pair is nowhere.
            rest = rest[entries[rest] > 0]
            slots[rest] = self._next(slots[rest])
            entries[rest] = here = self._slots[slots[rest]]
            numbers[rest] = self._numbers[here]
            rest = rest[(self._first[here] != first[rest]) | (self._second[here] != second[rest])]
        return numbers

    def add(self, first: Marks, second: Marks, numbers: Ints) -> None:
        """Different pairs, which are not known so far."""
        start, stop = self._size, self._size + len(first)
        while stop > len(self._first):
            self._first = np.concatenate([self._first, np.zeros_like(self._first)])
            self._second = np.concatenate([self._second, np.zeros_like(self._second)])
            self._numbers = np.concatenate([self._numbers, np.zeros_like(self._numbers)])
        self._first[start:stop] = first
        self._second[start:stop] = second
        self._numbers[start:stop] = numbers
        self._size = stop
        if 2 * len(self._first) > len(self._slots):
            self._slots = np.zeros(2 * len(self._first), np.int32)
            start = 1
        self._place(np.arange(start, stop, dtype=np.int32))

    def _place(self, entries: Ints) -> None:
        slots = self._slots_of(self._first[entries], self._second[entries])
        while len(entries):
            free = self._slots[slots] == 0
            # Of several for one slot one gets it.
            self._slots[slots[free]] = entries[free]
            rest = self._slots[slots] != entries
            entries, slots = entries[rest], self._next(slots[rest])

    def _slots_of(self, first: Marks, second: Marks) -> Longs:
        mixed = (first + second * _OTHER_FACTOR) * _FACTOR
        bits = len(self._slots).bit_length() - 1
        return (mixed >> np.uint64(64 - bits)).view(np.int64)

    def _next(self, slots: Longs) -> Longs:
        return slots + 1 & len(self._slots) - 1


class Lists:
    """Short lists of numbers, one after the other."""

    def __init__(self) -> None:
        self._flat = array("i")
        self._ends = array("q", [0])

    def add(self, numbers: Iterable[int]) -> None:
        """One more list."""
        self._flat.extend(numbers)
        self._ends.append(len(self._flat))

    def of(self, which: Ints) -> tuple[Ints, Longs]:
        """The numbers of some lists in one, and the size of each."""
        ends = np.array(self._ends, np.int64)
        starts = ends[which]
        sizes = ends[which + 1] - starts
        return np.array(self._flat, np.int32)[ranges(starts, sizes)], sizes
