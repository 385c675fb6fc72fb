"""Reading a catalogue into postings and short texts; everything that happens once per edit."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import log

import numpy as np

from bot.model import Catalogue, Resource, Term, Topic
from bot.search import english
from bot.search.arrays import Flags, Floats, InMemory, Ints, Longs, Room
from bot.search.gather import BATCH, FIELD_BITS, LENGTH_BITS, Batch, Reader
from bot.search.postings import SHORT, Postings, leading, places
from bot.search.runs import Runs, firsts
from bot.search.typos import Neighbours, neighbourhoods, sampled
from bot.search.words import Synonyms, Vocabulary, Words, synonyms

# BM25F (Robertson, Zaragoza, Taylor 2004): a term's frequencies are weighted by field and
# normalised by the field's length before they saturate together.
_SATURATION = 2.0


@dataclass(frozen=True, slots=True)
class Field:
    """A part of a resource that is searched."""

    weight: float
    length_penalty: float
    """0 to 1: how much a match in a long text counts less than one in a short text."""
    strong: bool
    """Whether a match says what the resource is about, rather than what it mentions."""


FIELDS: dict[str, Field] = {
    "title": Field(2.0, 0.6, strong=True),
    "alias": Field(2.5, 0.2, strong=True),
    "ask": Field(1.0, 0.3, strong=True),
    "tag": Field(2.5, 0.3, strong=True),
    "topic": Field(1.0, 0.3, strong=True),
    "other topic": Field(0.5, 0.3, strong=False),
    "kind": Field(1.5, 0.0, strong=False),
    "summary": Field(1.6, 0.6, strong=False),
    "note": Field(1.0, 0.6, strong=False),
    "people": Field(0.8, 0.2, strong=False),
}
FIELD_NAMES = tuple(FIELDS)
_FIELD_NUMBER = {name: at for at, name in enumerate(FIELDS)}


def _bits(chosen: Iterable[str]) -> int:
    return sum(1 << _FIELD_NUMBER[name] for name in chosen)


STRONG = _bits(name for name, field in FIELDS.items() if field.strong)
ASK = _bits(("ask",))
CURATED = _bits(("alias", "tag", "topic"))
NAMES = _bits(("title", "alias", "tag", "topic"))
NAMES_KIND = _bits(("kind", "title", "alias", "tag"))


@dataclass(frozen=True, slots=True)
class ShortTexts:
    """Titles, aliases and asks one by one, to tell how close a whole question comes to one.

    Resource d has texts `of_doc[d]` to `of_doc[d + 1]`. Term t stands in the texts
    `holders[starts[t]]` to `holders[starts[t + 1]]`, ascending.
    """

    of_doc: Longs
    starts: Longs
    holders: Ints
    owner: Ints
    """The resource of each text."""
    full: Floats
    """The weight of all terms of each text."""
    is_ask: Flags
    number: Ints
    """Which alias or ask of its resource a text is; -1 for the title."""

    def holding(self, terms: Longs, docs: Ints) -> tuple[Longs, Longs, Longs]:
        """The texts of some resources, given in ascending order, that hold one of these terms.

        Returns the texts term by term, and for each the place of its resource and of its term.
        """
        found = [self._holding(int(term), docs) for term in terms]
        texts = np.concatenate(found) if found else np.empty(0, np.int32)
        which = np.repeat(np.arange(len(found)), [len(one) for one in found])
        place, held = places(self.owner[texts], docs)
        return texts[held].astype(np.int64), place[held], which[held]

    def _holding(self, term: int, docs: Ints) -> Ints:
        own = self.holders[self.starts[term] : self.starts[term + 1]]
        if len(own) <= SHORT:
            return own
        low = np.searchsorted(own, self.of_doc[docs])
        high = np.searchsorted(own, self.of_doc[docs + 1])
        return np.concatenate([own[a:b] for a, b in zip(low.tolist(), high.tolist(), strict=True)])


@dataclass(frozen=True, slots=True)
class Homes:
    """The home topic of each resource, known without the resource."""

    of_doc: Ints
    names: tuple[str, ...]

    def of(self, docs: Ints) -> list[str]:
        """Ids of the home topics of some resources."""
        return [self.names[number] for number in self.of_doc[docs].tolist()]


@dataclass(frozen=True, slots=True)
class Built:
    """What `read_catalogue` gives: all that an index holds."""

    words: Words
    synonyms: Synonyms
    postings: Postings
    texts: ShortTexts
    term_weights: Floats
    """Specificity of each term, 0 to 1: rarity in the catalogue x rarity in English."""
    neighbours: Neighbours
    """Where misspelt words find those of `words.surfaces`."""
    homes: Homes
    topics: tuple[Topic, ...]
    glossary: tuple[Term, ...]
    resources: Sequence[Resource]


def read_catalogue(catalogue: Catalogue) -> Built:
    """The catalogue's words, numbered, counted and weighed."""
    return read(catalogue.topics, catalogue.glossary, catalogue.resources, InMemory)


def read(
    topics: tuple[Topic, ...],
    glossary: tuple[Term, ...],
    resources: Iterable[Resource],
    room: Room,
) -> Built:
    """The same of resources that come one by one; `room` gives the arrays to work on.

    Resources given as a sequence stay in reach of what is built; others are read and let go.
    """
    vocabulary = Vocabulary()
    names = synonyms(vocabulary, _synonym_groups(topics, glossary))
    gathered = _Gathered(room)
    reader = Reader(vocabulary, names, topics)
    for batch in _batches(resources):
        gathered.add(reader.read(batch), batch)
    postings = gathered.postings(len(vocabulary))
    weights = _term_weights(vocabulary, postings)
    words = vocabulary.words()
    used = postings.held > 0
    return Built(
        words,
        names,
        postings,
        gathered.short_texts(weights),
        weights,
        sampled(neighbourhoods(words.surfaces, used[words.surfaces.numbers])),
        Homes(gathered.home(), tuple(gathered.homes)),
        topics,
        glossary,
        resources if isinstance(resources, Sequence) else (),
    )


def _batches(resources: Iterable[Resource]) -> Iterator[list[Resource]]:
    rest = iter(resources)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _term_weights(vocabulary: Vocabulary, postings: Postings) -> Floats:
    # A stem is as common as its most common form, whichever form came first.
    rarities = np.ones(len(vocabulary))
    terms = np.fromiter(vocabulary.surfaces.values(), np.int64, len(vocabulary.surfaces))
    shares = map(english.rarity, vocabulary.surfaces)
    np.minimum.at(rarities, terms, np.fromiter(shares, np.float64, len(terms)))
    frequencies, which = np.unique(np.diff(postings.starts), return_inverse=True)
    shares_of = [rarity(int(one), postings.size) for one in frequencies]
    return (np.array(shares_of, np.float64)[which] * rarities).astype(np.float32)


def rarity(frequency: int, size: int) -> float:
    """How much a word tells resources apart, 0 to 1.

    BM25's inverse document frequency as a share of that of an unseen word.
    """
    unseen = log(1 + (size + 0.5) / 0.5)
    return log(1 + (size - frequency + 0.5) / (frequency + 0.5)) / unseen


def _synonym_groups(topics: Iterable[Topic], glossary: Iterable[Term]) -> Iterator[Sequence[str]]:
    for topic in topics:
        yield from ((name,) for name in (topic.name, *topic.aliases))
    for term in glossary:
        yield (term.term, *term.aliases)


class _Gathered:
    """What was read of all resources so far, on its way into postings and short texts."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._size = 0
        self._runs = Runs(room)
        self._text_runs = Runs(room)
        self._counts = np.zeros(0, np.int64)
        self._text_counts = np.zeros(0, np.int64)
        self._words = np.zeros(len(FIELDS), np.int64)
        self._longest = 0
        self._squares = np.zeros(len(FIELDS), np.int64)
        self._text_amounts = InMemory(np.int64)
        self._is_ask = InMemory(np.bool_)
        self._number = InMemory(np.int32)
        self._home = InMemory(np.int32)
        self._texts = 0
        self.homes: dict[str, int] = {}

    def add(self, batch: Batch, resources: Sequence[Resource]) -> None:
        self._runs.add(batch.marks, self._size)
        self._text_runs.add(batch.text_marks, self._texts)
        self._counts = _added(self._counts, batch.counts)
        self._text_counts = _added(self._text_counts, batch.text_counts)
        self._words += batch.words
        self._longest = max(self._longest, batch.longest)
        self._squares += batch.squares
        self._text_amounts.append(batch.texts)
        self._is_ask.append(batch.is_ask)
        self._number.append(batch.number)
        homes = [self._home_number(resource) for resource in resources]
        self._home.append(np.array(homes, np.int32))
        self._size += len(resources)
        self._texts += len(batch.is_ask)

    def _home_number(self, resource: Resource) -> int:
        return self.homes.setdefault(resource.topics[0], len(self.homes))

    def home(self) -> Ints:
        return self._home.whole()

    def postings(self, terms: int) -> Postings:
        """All marks as postings with BM25F impacts."""
        docs, impacts = self._room(np.int32), self._room(np.float32)
        fields = self._room(np.uint16)
        frequency = np.zeros(terms, np.int64)
        highest = np.zeros(terms, np.float32)
        held = np.zeros(terms, np.uint16)
        specs = FIELDS.values()
        weight = np.array([spec.weight for spec in specs])
        penalty = np.array([spec.length_penalty for spec in specs])
        # The mean over words of how long their text is; 1 where there are none.
        typical = np.maximum(self._squares, 1) / np.maximum(self._words, 1)
        # What a word gives by field and length of its text, laid out once for all.
        lengths = np.arange(self._longest + 1, dtype=np.float64)
        stretch = 1 - penalty[:, None] + penalty[:, None] * lengths / typical[:, None]
        gain, row_length = (weight[:, None] / stretch).reshape(-1), len(lengths)
        counts = _added(self._counts, np.zeros(terms, np.int64))
        for some in self._runs.merged(counts):
            field = some.said >> LENGTH_BITS & (1 << FIELD_BITS) - 1
            length = some.said & (1 << LENGTH_BITS) - 1
            doc = some.bases + (some.said >> LENGTH_BITS + FIELD_BITS)
            gains = gain[field * row_length + length]
            entries = firsts(some.terms, doc)
            if not len(entries):
                continue
            total = np.add.reduceat(gains, entries)
            impact = (total / (total + _SATURATION)).astype(np.float32)
            bits = np.bitwise_or.reduceat(np.left_shift(1, field), entries).astype(np.uint16)
            of = some.terms[entries]
            rows = firsts(of)
            here = of[rows]
            frequency[here] += np.diff(np.append(rows, len(of)))
            highest[here] = np.maximum(highest[here], np.maximum.reduceat(impact, rows))
            held[here] |= np.bitwise_or.reduceat(bits, rows)
            docs.append(doc[entries].astype(np.int32))
            impacts.append(impact)
            fields.append(bits)
        starts = np.concatenate([[0], np.cumsum(frequency)])
        crowded, leaders = leading(starts, docs, impacts)
        return Postings(
            starts,
            docs.whole(),
            impacts.whole(),
            fields.whole(),
            highest,
            held,
            crowded,
            leaders,
            self._size,
        )

    def short_texts(self, weights: Floats) -> ShortTexts:
        """Titles, aliases and asks as read, with the weight of each term."""
        holders = self._room(np.int32)
        counts = _added(self._text_counts, np.zeros(len(weights), np.int64))
        full = np.zeros(self._texts)
        for some in self._text_runs.merged(counts):
            texts = some.bases + some.said
            full += np.bincount(texts, weights[some.terms], self._texts)
            holders.append(texts.astype(np.int32))
        amounts = self._text_amounts.whole()
        return ShortTexts(
            of_doc=np.concatenate([[0], np.cumsum(amounts)]),
            starts=np.concatenate([[0], np.cumsum(counts)]),
            holders=holders.whole(),
            owner=np.repeat(np.arange(len(amounts), dtype=np.int32), amounts),
            full=full.astype(np.float32),
            is_ask=self._is_ask.whole(),
            number=self._number.whole(),
        )


def _added(sums: Longs, more: Longs) -> Longs:
    """Sums of two lists, the first of which may be shorter."""
    total = np.zeros(max(len(sums), len(more)), np.int64)
    total[: len(sums)] = sums
    total[: len(more)] += more
    return total
