"""The words of one catalogue, and which of its names mean the same."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bot.search import english, text
from bot.search.arrays import Ints
from bot.search.strings import Numbered, numbered

_LONGEST_NAME = 8


def key(word: str) -> str:
    """What a word is filed under: its stem; a stop word under itself, apart from other stems."""
    return word if word in english.STOP_WORDS else text.stem(word)


class Vocabulary:
    """Numbers given to stems and phrases while a catalogue is read, in the order of reading."""

    def __init__(self) -> None:
        self.surfaces: dict[str, int] = {}
        """Every word as written, with the number of its stem."""
        self.stems: dict[str, int] = {}
        self.names: dict[int, str] = {}
        """Phrases by their number."""
        self.stops = bytearray()
        """For each number, 1 if it is of a stop word: these hold phrases together, and are never
        searched for."""
        self._shown: list[int] = []
        """Which of the surfaces is shown for each number; -1 for a phrase."""
        self._phrases: dict[tuple[int, ...], int] = {}

    def __len__(self) -> int:
        return len(self._shown)

    def of_word(self, word: str) -> int:
        """The number of a word's stem; the first word of a stem is the one shown for it."""
        known = self.surfaces.get(word)
        if known is None:
            stem = key(word)
            known = self.stems.get(stem)
            if known is None:
                known = self.stems[stem] = len(self)
                self._shown.append(len(self.surfaces))
                self.stops.append(0)
            self.surfaces[word] = known
            if word in english.STOP_WORDS:
                self.stops[known] = 1
        return known

    def of_phrase(self, sequence: tuple[int, ...], name: str) -> int:
        """The number of a sequence of words; the first name of it is the one shown."""
        known = self._phrases.get(sequence)
        if known is None:
            known = self._phrases[sequence] = len(self)
            self.names[known] = name
            self._shown.append(-1)
            self.stops.append(0)
        return known

    def of_chunk(self, chunk: str) -> tuple[list[int], list[int]]:
        """Numbers of the words of a chunk, and of its joined forms."""
        chunk_words = text.parts(chunk)
        own = [self.of_word(word) for word in chunk_words]
        joined = text.compounds(chunk_words) if len(chunk_words) > 1 else []
        return own, [self.of_word(word) for word in joined]

    def sequence(self, words: str) -> tuple[int, ...]:
        """Numbers of the words of a text, in order, without joined forms."""
        return tuple(n for chunk in text.chunks(words) for n in self.of_chunk(chunk)[0])

    def words(self) -> "Words":
        """What was numbered, as arrays."""
        surfaces, terms = list(self.surfaces), np.array(list(self.surfaces.values()), np.int32)
        order = sorted(range(len(surfaces)), key=surfaces.__getitem__)
        place = np.empty(len(order) + 1, np.int32)
        place[order] = np.arange(len(order))
        place[-1] = -1
        stems = sorted(self.stems)
        written = numbered([surfaces[at] for at in order], terms[order])
        return Words(
            ids=numbered(stems, np.array([self.stems[stem] for stem in stems], np.int32)),
            surfaces=written,
            shown=Shown(written, place[np.array(self._shown, np.int64)], self.names),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What people read for each number: a word as it was first written, or a phrase."""

    surfaces: Numbered
    places: Ints
    """For each number, which of the surfaces; -1 for a phrase."""
    names: dict[int, str]
    """The phrases."""

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, number: int) -> str:
        place = int(self.places[number])
        return self.names[number] if place < 0 else self.surfaces.at(place)


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The words of a catalogue that has been read; numbers are those of `Vocabulary`."""

    ids: Numbered
    """The stems."""
    surfaces: Numbered
    """The words as written."""
    shown: Shown


Name = tuple[tuple[int, ...], int, str]
"""A name of a group: the numbers of its words, the number of the whole, and as it is written."""


class Synonyms:
    """Groups of names that mean the same; a name is a word or a sequence of words."""

    def __init__(self, groups: Iterable[Sequence[Name]]) -> None:
        self.groups = [list(group) for group in groups]
        self._members: list[list[tuple[int, str]]] = []
        self._by_first: dict[int, list[tuple[tuple[int, ...], int, int]]] = {}
        for number, group in enumerate(self.groups):
            for sequence, term, _ in group:
                self._by_first.setdefault(sequence[0], []).append((sequence, number, term))
            self._members.append([(term, name) for _, term, name in group])
        self._terms = {term for group in self.groups for _, term, _ in group}
        self.pairs = {
            sequence[:2] for group in self.groups for sequence, _, _ in group if len(sequence) > 1
        }
        """How names of several words begin."""

    def __contains__(self, term: int) -> bool:
        """Whether a term is a name of some group."""
        return term in self._terms

    def members(self, group: int) -> list[tuple[int, str]]:
        """The names of a group, each with its term."""
        return self._members[group]

    def found_in(self, numbers: Sequence[int]) -> Iterator[tuple[int, int, int, int]]:
        """Every name that stands in a text: where it starts and stops, its group and its term."""
        for start in range(len(numbers)):
            yield from self.found_at(start, numbers)

    def found_at(self, start: int, numbers: Sequence[int]) -> Iterator[tuple[int, int, int, int]]:
        """The same, for the names that start at one place."""
        for sequence, group, term in self._by_first.get(numbers[start], ()):
            stop = start + len(sequence)
            if tuple(numbers[start:stop]) == sequence:
                yield start, stop, group, term


def synonyms(vocabulary: Vocabulary, groups: Iterable[Sequence[str]]) -> Synonyms:
    """Groups of names as written, their words numbered; names that are too long are left out."""
    return Synonyms([_group(vocabulary, names) for names in groups])


def _group(vocabulary: Vocabulary, names: Sequence[str]) -> list[Name]:
    found: dict[int, Name] = {}
    for name in names:
        sequence = vocabulary.sequence(name)
        if not sequence or len(sequence) > _LONGEST_NAME:
            continue
        single = len(sequence) == 1
        term = sequence[0] if single else vocabulary.of_phrase(sequence, name)
        found.setdefault(term, (sequence, term, name))
    return list(found.values())
