"""How the words of a question are read against the words of one catalogue."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import islice

import numpy as np

from bot.search import english, text
from bot.search.arrays import Flags
from bot.search.kinds import KIND_STEMS
from bot.search.strings import numbered
from bot.search.typos import Repair, TypoIndex, allowed_distance, nearness
from bot.search.words import Synonyms, Words, key

# How much of a match is left when a word is not read exactly as written. Set by judgement, not
# fitted: what matters is their order, that a bolder reading never beats a plainer one.
JOINED = 0.95
SYNONYM = 0.9
SPLIT = 0.9
ONE_SLIP = 0.9
TWO_SLIPS = 0.75
ACRONYM = 0.7
PREFIX = 0.6

# What stands between two topics of one question.
_JOINING = frozenset(["and", "plus", "also"])

_ACRONYM_SIZES = range(2, 5)
_MOST_SLOTS = 48
# With 8,000 words, 88 % of real misspellings find a catalogue that holds another form of the word,
# with 20,000 it is 93 %, with 45,000 it is 94 %, and the list takes twice as long to make.
_COMMON_ENGLISH = 20_000
# Shorter pieces are found inside most words, and in most pairs of words.
_SHORTEST_PART = 3
_SHORTEST_JOINED = 5


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to read a slot: a term of the catalogue, how well it fits, and why."""

    term: int
    weight: float
    how: str = ""
    """Empty for an exact match, else a phrase such as `"enumration" read as "enumeration"`."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One word of a question with every way the catalogue can read it."""

    word: str
    """As the person wrote it, normalised."""
    meant: str
    """The word it was taken for."""
    count: int
    """How often the question says it."""
    alternatives: tuple[Alternative, ...]
    is_name: bool = False
    """Whether it is written as a name: "Go" in "how do I learn Go"."""
    after: str = ""
    """The key of the subject word right before it, of which it may be the head: "machine" comes
    after "coffee" in "coffee machine"; empty if there is none."""
    part: int = 0
    """Which part of the question says it first: "and" begins another."""

    is_frame: bool = field(init=False)
    """Whether the word belongs to the frame of a question rather than to its subject."""
    is_kind: bool = field(init=False)
    """Whether the word names a kind or level of resource: "video", "spec", "intro"."""

    def __post_init__(self) -> None:
        # Asked for a dozen times for each question; the class is frozen for everyone else.
        is_frame = self.meant in english.FRAME_WORDS and not self.is_name
        is_kind = not is_frame and text.stem(self.meant) in KIND_STEMS
        object.__setattr__(self, "is_frame", is_frame)
        object.__setattr__(self, "is_kind", is_kind)

    @property
    def is_subject(self) -> bool:
        """Whether the word says what the question is about."""
        return not self.is_frame and not self.is_kind


@dataclass(slots=True)
class _Read:
    """A word of the question while its alternatives are gathered."""

    word: str
    meant: str
    ways: list[Alternative] = field(default_factory=list)
    part: int = 0
    follows: bool = False

    @property
    def quality(self) -> float:
        """How well the word is read by itself; a word unknown to the catalogue may be well read."""
        return max((way.weight for way in self.ways), default=1.0)


class Lexicon:
    """How the words of a question are read against one catalogue; immutable."""

    def __init__(
        self, words: Words, synonyms: Synonyms, typos: TypoIndex, used: Flags, names: Flags
    ) -> None:
        """`used[term]` says whether any resource holds the term: only such are alternatives.

        `names[term]` says whether one holds it in its title, aliases, tags or topic. `typos` are
        of the words that are used.
        """
        self._words = words
        self._synonyms = synonyms
        self._typos = typos
        self._used = used
        self._names = names

    def read(self, words: str) -> list[Slot]:
        """One slot for each different word that is not a stop word, in order, at most 48."""
        names = text.names(words) - english.NO_NAMES
        read: list[_Read] = []
        part = 0
        for chunk, follows in text.joined_chunks(words)[: 2 * _MOST_SLOTS]:
            part += chunk in _JOINING
            for at, word in enumerate(text.parts(chunk)):
                for one in self._read_word(word):
                    one.part, one.follows = part, follows or at > 0
                    read.append(one)
        self._add_joined(read)
        self._add_synonyms(read)
        self._add_acronyms(read)
        said = [one for one in read if one.meant not in english.STOP_WORDS]
        counts = Counter(key(one.meant) for one in said)
        slots: dict[str, Slot] = {}
        before = ""
        for one in read:
            stem = key(one.meant)
            if one.meant in english.STOP_WORDS:
                before = ""
                continue
            if stem not in slots:
                slots[stem] = Slot(
                    one.word,
                    one.meant,
                    counts[stem],
                    _best_of_each(one.ways),
                    is_name=one.word in names,
                    after=before if one.follows else "",
                    part=one.part,
                )
            before = stem if slots[stem].is_subject else ""
        return list(slots.values())[:_MOST_SLOTS]

    def _term(self, word: str) -> int | None:
        term = self._words.ids.get(key(word))
        return term if term is not None and self._used[term] else None

    def _is_word(self, word: str) -> bool:
        """Whether a word is one already: of English, or of the glossary without a resource."""
        return english.is_good_english(word) or key(word) in self._words.ids

    def _surface(self, word: str) -> int | None:
        term = self._words.surfaces.get(word)
        return term if term is not None and self._used[term] else None

    @cached_property
    def _acronyms(self) -> dict[str, int]:
        """Words of two to four letters that may be initials, with their terms."""
        surfaces = self._words.surfaces
        return {
            word: term
            for word, term in surfaces.of_sizes(_ACRONYM_SIZES)
            if self._used[term]
            and self._names[term]
            and term not in self._synonyms
            and not english.is_good_english(word)
        }

    def _read_word(self, word: str) -> list[_Read]:
        """The word as it stands, or split, or repaired, or taken for the start of a longer one."""
        term = self._term(word)
        if term is not None:
            return [_Read(word, word, [Alternative(term, 1.0)])]
        if len(word) < _SHORTEST_PART or not word.isalpha() or self._is_word(word):
            return [_Read(word, word)]
        return self._split(word) or self._repair(word)

    def _split(self, word: str) -> list[_Read]:
        for cut in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1):
            halves = word[:cut], word[cut:]
            terms = [self._surface(half) for half in halves]
            if None not in terms:
                how = f"“{word}” read as “{' '.join(halves)}”"
                return [
                    _Read(half, half, [Alternative(term, SPLIT, how)])
                    for half, term in zip(halves, terms, strict=True)
                    if term is not None
                ]
        return []

    def _repair(self, word: str) -> list[_Read]:
        """The word as the catalogue's words one slip away, else as the beginning of one, else as
        the nearest word of the catalogue or of plain English, else as it stands.

        English knows forms that the catalogue does not have: "simulaton", for "simulate".
        """
        if not allowed_distance(word):
            return [_Read(word, word, self._longer(word))]
        plain = _plain_english().repairs(word)
        forms = [repair for repair in plain if self._term(repair.word) is not None]
        repairs = sorted({*self._typos.repairs(word), *forms}, key=nearness(word))
        if not repairs or repairs[0].distance > 1:
            longer = self._longer(word)
            if longer:
                return [_Read(word, word, longer)]
            if plain and (not repairs or plain[0].distance < repairs[0].distance):
                repairs = plain[:1]
        if not repairs:
            return [_Read(word, word)]
        nearest = [repair for repair in repairs if repair.distance == repairs[0].distance]
        ways = [way for repair in nearest if (way := self._slip(word, repair))]
        return [_Read(word, nearest[0].word, ways)]

    def _slip(self, word: str, repair: Repair) -> Alternative | None:
        term = self._term(repair.word)
        if term is None:
            return None
        weight = ONE_SLIP if repair.distance == 1 else TWO_SLIPS
        return Alternative(term, weight, f"“{word}” read as “{repair.word}”")

    def _longer(self, word: str) -> list[Alternative]:
        """Terms that begin with an abbreviation, such as "config" for "configuration"."""
        longer = self._words.surfaces.beginning_with(word)
        return [
            Alternative(term, PREFIX, f"“{word}” taken for the beginning of “{surface}”")
            for surface, term in islice((one for one in longer if self._used[one[1]]), 6)
        ]

    def _add_joined(self, read: list[_Read]) -> None:
        for at in range(len(read) - 1):
            pair = read[at : at + 2]
            # As written too: half of an unknown compound may have been taken for another word.
            for joined in dict.fromkeys(
                ("".join(o.meant for o in pair), "".join(o.word for o in pair))
            ):
                term = self._term(joined) if len(joined) >= _SHORTEST_JOINED else None
                if term is not None:
                    how = f"“{pair[0].word} {pair[1].word}” read as “{joined}”"
                    for one in pair:
                        one.ways.append(Alternative(term, JOINED, how))

    def _add_synonyms(self, read: list[_Read]) -> None:
        numbers = [self._words.ids.get(key(one.meant), -1) for one in read]
        for start, stop, group, _ in self._synonyms.found_in(numbers):
            span = read[start:stop]
            said = " ".join(one.meant for one in span)
            weight = SYNONYM * min(one.quality for one in span)
            for term, name in self._synonyms.members(group):
                if self._used[term]:
                    how = f"“{said}” means the same as “{name}”"
                    for one in span:
                        one.ways.append(Alternative(term, weight, how))

    def _add_acronyms(self, read: list[_Read]) -> None:
        """Words whose initials are a term of the catalogue: "continuous integration" for "ci".

        Not where the initials are a word of English, where the catalogue says itself what they
        stand for, or where it has one of the words: people shorten all of a name.
        """
        letters = "".join(one.meant[0] for one in read)
        for size in _ACRONYM_SIZES:
            for start in range(len(read) - size + 1):
                initials = letters[start : start + size]
                term = self._acronyms.get(initials)
                if term is None:
                    continue
                span = read[start : start + size]
                ends = {span[0].meant, span[-1].meant}
                if ends & english.STOP_WORDS or any(one.ways for one in span):
                    continue
                how = f"“{' '.join(one.word for one in span)}” shortened to “{initials}”"
                for one in span:
                    one.ways.append(Alternative(term, ACRONYM, how))


@cache
def _plain_english() -> TypoIndex:
    words = sorted(english.common_words(_COMMON_ENGLISH))
    return TypoIndex(numbered(words, np.arange(len(words), dtype=np.int32)))


def _best_of_each(ways: Iterable[Alternative]) -> tuple[Alternative, ...]:
    best: dict[int, Alternative] = {}
    for way in ways:
        if way.term not in best or way.weight > best[way.term].weight:
            best[way.term] = way
    return tuple(sorted(best.values(), key=lambda way: (-way.weight, way.term)))
