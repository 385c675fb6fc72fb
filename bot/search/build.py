"""Reading a catalogue into postings and short texts; everything that happens once per edit."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log
from urllib.parse import urlsplit

import numpy as np

from bot.model import Catalogue, Resource, Topic
from bot.search import english, text
from bot.search.kinds import KIND_WORDS, LEVEL_WORDS
from bot.search.lexicon import Synonyms, Words
from bot.search.postings import SHORT, Floats, Ints, Longs, Postings, places

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

# Parts of addresses that name no publisher.
_HOST_NOISE = frozenset("www com org net io dev edu co uk de html http https".split())


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
    is_ask: np.ndarray[tuple[int], np.dtype[np.bool_]]
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
class Built:
    """What `read_catalogue` gives: all that an index holds."""

    words: Words
    synonyms: Synonyms
    postings: Postings
    texts: ShortTexts
    term_weights: Floats
    """Specificity of each term, 0 to 1: rarity in the catalogue x rarity in English."""


def read_catalogue(catalogue: Catalogue) -> Built:
    """The catalogue's words, numbered, counted and weighed."""
    words = Words()
    synonyms = Synonyms(words, _synonym_groups(catalogue))
    reader = _Reader(words, synonyms)
    topics = {topic.id: topic for topic in catalogue.topics}
    for number, resource in enumerate(catalogue.resources):
        reader.read(number, resource, topics)
    postings = reader.postings(len(catalogue.resources))
    # A stem is as common as its most common form, whichever form came first.
    rarities = [1.0] * len(words.shown)
    for surface, term in words.surfaces.items():
        rarities[term] = min(rarities[term], english.rarity(surface))
    weights = np.array(
        [
            rarity(postings.frequency(term), postings.size) * in_english
            for term, in_english in enumerate(rarities)
        ],
        dtype=np.float32,
    )
    return Built(words, synonyms, postings, reader.short_texts(weights), weights)


def rarity(frequency: int, size: int) -> float:
    """How much a word tells resources apart, 0 to 1.

    BM25's inverse document frequency as a share of that of an unseen word.
    """
    unseen = log(1 + (size + 0.5) / 0.5)
    return log(1 + (size - frequency + 0.5) / (frequency + 0.5)) / unseen


def _synonym_groups(catalogue: Catalogue) -> Iterator[Sequence[str]]:
    for topic in catalogue.topics:
        yield from ((name,) for name in (topic.name, *topic.aliases))
    for term in catalogue.glossary:
        yield (term.term, *term.aliases)


class _Reader:
    """Gathers the terms of every text while resources are read: whose, and of which field."""

    def __init__(self, words: Words, synonyms: Synonyms) -> None:
        self._words = words
        self._synonyms = synonyms
        self._topic_numbers: dict[str, list[int]] = {}
        # Flat and in bytes: a large catalogue has millions of words.
        self._terms = array("i")
        self._docs = array("i")
        self._fields = array("b")
        self._lengths = array("i")
        self._text_terms = array("i")
        self._text_ends: list[int] = []
        self._text_is_ask: list[bool] = []
        self._text_number: list[int] = []
        self._doc_ends: list[int] = []

    def read(self, doc: int, resource: Resource, topics: dict[str, Topic]) -> None:
        self._short_text(doc, "title", resource.title, -1)
        for at, alias in enumerate(resource.aliases):
            self._short_text(doc, "alias", alias, at)
        for at, ask in enumerate(resource.asks):
            self._short_text(doc, "ask", ask, at)
        self._doc_ends.append(len(self._text_ends))
        self._add(doc, "tag", self._numbers_of_all(resource.tags))
        for at, name in enumerate(resource.topics):
            topic = topics.get(name)
            if topic is not None:
                self._add(doc, "other topic" if at else "topic", self._of_topic(topic))
        kind = KIND_WORDS.get(resource.kind, "") if resource.kind else ""
        level = LEVEL_WORDS.get(resource.level, "") if resource.level else ""
        self._add(doc, "kind", self._numbers(f"{kind} {level}"))
        self._add(doc, "summary", self._numbers(resource.summary))
        if resource.note:
            self._add(doc, "note", self._numbers(resource.note))
        self._add(doc, "people", self._numbers(_people(resource)))

    def postings(self, size: int) -> Postings:
        """All rows as postings with BM25F impacts."""
        counts = np.array(self._lengths, np.int64)
        terms = np.array(self._terms, np.int64)
        docs = np.repeat(np.array(self._docs, np.int64), counts)
        fields = np.repeat(np.array(self._fields, np.int64), counts)
        lengths = np.repeat(counts, counts).astype(np.float64)
        specs = tuple(FIELDS.values())
        gains = np.empty(len(terms), np.float64)
        for at, spec in enumerate(specs):
            here = fields == at
            if here.any():
                typical = lengths[here].mean()
                stretch = 1 - spec.length_penalty + spec.length_penalty * lengths[here] / typical
                gains[here] = spec.weight / stretch
        key = terms * max(size, 1) + docs
        order = np.argsort(key, kind="stable")
        key = key[order]
        firsts = np.flatnonzero(np.diff(key, prepend=-1))
        count = len(self._words.shown)
        if not len(firsts):
            return Postings(
                np.zeros(count + 1, np.int64),
                np.empty(0, np.int32),
                np.empty(0, np.float32),
                np.empty(0, np.uint16),
                np.zeros(count, np.float32),
                size,
            )
        frequency = np.add.reduceat(gains[order], firsts)
        impacts = (frequency / (frequency + _SATURATION)).astype(np.float32)
        bits = np.bitwise_or.reduceat(np.left_shift(1, fields[order]), firsts).astype(np.uint16)
        rows = terms[order][firsts]
        starts = np.searchsorted(rows, np.arange(count + 1)).astype(np.int64)
        highest = np.zeros(count, np.float32)
        np.maximum.at(highest, rows, impacts)
        return Postings(starts, docs[order][firsts].astype(np.int32), impacts, bits, highest, size)

    def short_texts(self, weights: Floats) -> ShortTexts:
        """Titles, aliases and asks as read, with the weight of each term."""
        terms = np.array(self._text_terms, np.int32)
        ends = np.array([0, *self._text_ends], np.int64)
        of_doc = np.array([0, *self._doc_ends], np.int64)
        text_of = np.repeat(np.arange(len(ends) - 1, dtype=np.int32), np.diff(ends))
        order = np.argsort(terms, kind="stable")
        return ShortTexts(
            of_doc=of_doc,
            starts=np.searchsorted(terms[order], np.arange(len(weights) + 1)).astype(np.int64),
            holders=text_of[order],
            owner=np.repeat(np.arange(len(of_doc) - 1, dtype=np.int32), np.diff(of_doc)),
            full=np.bincount(text_of, weights[terms], len(ends) - 1).astype(np.float32),
            is_ask=np.array(self._text_is_ask, np.bool_),
            number=np.array(self._text_number, np.int32),
        )

    def _short_text(self, doc: int, field: str, words: str, number: int) -> None:
        numbers = self._numbers(words)
        self._add(doc, field, numbers)
        self._text_terms.extend(set(numbers))
        self._text_ends.append(len(self._text_terms))
        self._text_is_ask.append(field == "ask")
        self._text_number.append(number)

    def _add(self, doc: int, field: str, numbers: list[int]) -> None:
        count = len(numbers)
        if count:
            self._terms.extend(numbers)
            self._docs.append(doc)
            self._fields.append(_FIELD_NUMBER[field])
            self._lengths.append(count)

    def _numbers(self, words: str) -> list[int]:
        """Terms of a text: its words but for stop words, their joined forms, known phrases."""
        stops = self._words.stops
        sequence: list[int] = []
        numbers: list[int] = []
        for chunk in text.chunks(words):
            own, joined = self._words.of_chunk(chunk)
            sequence.extend(own)
            numbers.extend(joined)
        numbers.extend(number for number in sequence if number not in stops)
        # A name of several words may belong to a topic and to the glossary; it stands here once.
        phrases = {
            (start, term)
            for start, stop, _, term in self._synonyms.found_in(sequence)
            if stop - start > 1
        }
        numbers.extend(term for _, term in sorted(phrases))
        return numbers

    def _numbers_of_all(self, texts: Iterable[str]) -> list[int]:
        return [number for words in texts for number in self._numbers(words)]

    def _of_topic(self, topic: Topic) -> list[int]:
        known = self._topic_numbers.get(topic.id)
        if known is None:
            known = self._numbers_of_all((topic.name, *topic.aliases))
            self._topic_numbers[topic.id] = known
        return known


def _people(resource: Resource) -> str:
    """Authors, and the words of the host: "the LWN article", "that Red Hat post"."""
    host = urlsplit(resource.url).hostname or ""
    labels = [label for label in host.split(".") if label not in _HOST_NOISE]
    return " ".join((*resource.authors, *labels))
