"""Reading resources by the thousand: which terms stand in which field of which resource."""

import re
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import urlsplit

import numpy as np

from bot.model import Resource, Topic
from bot.question import LONGEST
from bot.search.arrays import Flags, Ints, Longs, Marks, ranges
from bot.search.kinds import KIND_WORDS, LEVEL_WORDS
from bot.search.runs import BELOW, firsts, marks
from bot.search.tokens import END, END_NUMBER, PAUSE, SEVERAL, Tokens
from bot.search.words import Synonyms, Vocabulary

FIELD_NAMES = (
    "title", "alias", "ask", "tag", "topic", "other topic", "kind", "summary", "note", "people",
)  # fmt: skip
_TITLE, _ALIAS, _ASK, _TAG, _TOPIC, _OTHER, _KIND, _SUMMARY, _NOTE, _PEOPLE = range(10)

# How many resources are read at a time, and what is said of a term: the number of the resource
# in its batch, the field, and the length of the text.
BATCH = 1 << 14
FIELD_BITS, LENGTH_BITS = 4, 16
_LONGEST = (1 << LENGTH_BITS) - 1

_BETWEEN = f" {PAUSE} "
_MARKS = re.compile(f"[{END}{PAUSE}]")

# Parts of addresses that name no publisher.
_HOST_NOISE = frozenset("www com org net io dev edu co uk de html http https".split())
_HOST = re.compile(r"https?://([A-Za-z0-9.-]+)(?::[0-9]+)?(?:[/?#]|$)")


@dataclass(frozen=True, slots=True)
class Batch:
    """What stands in some resources, which are numbered from 0 in each batch."""

    marks: Marks
    """Each word of each text: its term, resource, field, and the length of the text."""
    text_marks: Marks
    """Each term of each short text: the term and the number of the text, from 0 in each batch."""
    texts: Longs
    """How many short texts each resource has."""
    is_ask: Flags
    """Of each short text."""
    number: Ints
    """Of each short text: which alias or ask it is, -1 for a title."""
    words: Longs
    """Number of words by field."""
    squares: Longs
    """Sum over these words of the length of their text, by field."""
    longest: int
    """The greatest length of a text."""
    counts: Longs
    """Number of marks by term."""
    text_counts: Longs
    """Number of marks of short texts by term."""


class Reader:
    """Reads resources batch by batch, and gives numbers to the words it meets."""

    def __init__(self, vocabulary: Vocabulary, synonyms: Synonyms, topics: Iterable[Topic]) -> None:
        self._vocabulary = vocabulary
        self._synonyms = synonyms
        self._tokens = Tokens(vocabulary)
        self._pairs = np.array(
            sorted(first << 32 | second for first, second in synonyms.pairs), np.int64
        )
        openings = {first for first, _ in synonyms.pairs}
        self._opens = np.zeros(max(openings, default=-1) + 2, np.bool_)
        self._opens[list(openings)] = True
        names = [_BETWEEN.join(_tidy((topic.name, *topic.aliases))) for topic in topics]
        self._topics = {topic.id: at for at, topic in enumerate(topics)}
        terms, of = self._terms(names)
        order = np.argsort(of, kind="stable")
        self._topic_terms = terms[order]
        self._topic_sizes = np.bincount(of, minlength=len(names))
        self._topic_starts = np.cumsum(self._topic_sizes) - self._topic_sizes

    def read(self, resources: Sequence[Resource]) -> Batch:
        """The words of at most `BATCH` resources."""
        texts, places, topics, topic_places = self._laid_out(resources)
        if not _is_tidy(texts, resources):
            resources = [_tidied(resource) for resource in resources]
            texts, places, topics, topic_places = self._laid_out(resources)
        terms, rows = self._terms(texts)
        sizes = self._topic_sizes[topics]
        terms = np.concatenate(
            [terms, self._topic_terms[ranges(self._topic_starts[topics], sizes)]]
        )
        rows = np.concatenate([rows, np.repeat(len(texts) + np.arange(len(topics)), sizes)])
        places = np.concatenate([places, topic_places])
        lengths = np.bincount(rows, minlength=len(places))
        fields = places & (1 << FIELD_BITS) - 1
        counted = np.minimum(lengths, _LONGEST)
        said = places << LENGTH_BITS | counted
        short = fields <= _ASK
        number_of = np.cumsum(short) - 1
        in_short = short[rows]
        text_marks = marks(terms[in_short], number_of[rows[in_short]])
        text_marks = text_marks[firsts(text_marks)]
        return Batch(
            marks=marks(terms, said[rows]),
            text_marks=text_marks,
            texts=np.bincount(places[short] >> FIELD_BITS, minlength=len(resources)),
            is_ask=fields[short] == _ASK,
            number=_counted(places[short]) - (fields[short] == _TITLE),
            words=_by_field(fields, lengths),
            squares=_by_field(fields, lengths * lengths),
            longest=int(counted.max(initial=0)),
            counts=np.bincount(terms, minlength=len(self._vocabulary)),
            text_counts=np.bincount(
                (text_marks >> np.uint64(BELOW)).astype(np.int64), minlength=len(self._vocabulary)
            ),
        )

    def _laid_out(self, resources: Sequence[Resource]) -> tuple[list[str], Longs, Longs, Longs]:
        """All texts, with the resource and field of each, and the topics with the same."""
        texts: list[str] = []
        places = array("q")
        topics = array("q")
        topic_places = array("q")
        add, put = texts.append, places.append
        for at, resource in enumerate(resources):
            here = at << FIELD_BITS
            add(resource.title)
            put(here)
            for alias in resource.aliases:
                add(alias)
                put(here | _ALIAS)
            for ask in resource.asks:
                add(ask)
                put(here | _ASK)
            if resource.tags:
                add(_BETWEEN.join(resource.tags))
                put(here | _TAG)
            if resource.kind or resource.level:
                add(_kind(resource))
                put(here | _KIND)
            add(resource.summary)
            put(here | _SUMMARY)
            if resource.note:
                add(resource.note)
                put(here | _NOTE)
            add(_people(resource))
            put(here | _PEOPLE)
            field = _TOPIC
            for name in resource.topics:
                topic = self._topics.get(name)
                if topic is not None:
                    topics.append(topic)
                    topic_places.append(here | field)
                field = _OTHER
        return texts, _longs(places), _longs(topics), _longs(topic_places)

    def _terms(self, texts: Sequence[str]) -> tuple[Ints, Longs]:
        """Terms of texts: words but for stop words, their joined forms, known phrases.

        Returns them in no order, and for each the number of its text.
        """
        if max(map(len, texts), default=0) > LONGEST:
            texts = [_cut(one) for one in texts]
        vocabulary, tokens = self._vocabulary, self._tokens
        tokens.forget()
        numbers = tokens.of(f" {END} ".join(texts))
        of = np.cumsum(numbers == END_NUMBER)
        several = numbers <= SEVERAL
        joined, joined_of = np.empty(0, np.int32), np.empty(0, np.int64)
        if several.any():
            which = SEVERAL - numbers[several]
            joined, sizes = tokens.joined.of(which)
            joined_of = np.repeat(of[several], sizes)
            own, sizes = tokens.own.of(which)
            amounts = np.ones(len(numbers), np.int64)
            amounts[several] = sizes
            filled = np.repeat(several, amounts)
            numbers, of = np.repeat(numbers, amounts), np.repeat(of, amounts)
            numbers[filled] = own
        phrases, at = self._phrases(numbers)
        stops = np.frombuffer(bytes(vocabulary.stops), np.bool_)
        kept = numbers >= 0
        kept[kept] = ~stops[numbers[kept]]
        return (
            np.concatenate([numbers[kept], joined, phrases]),
            np.concatenate([of[kept], joined_of, of[at]]),
        )

    def _phrases(self, numbers: Ints) -> tuple[Ints, Longs]:
        """Names of several words in a sequence, and where each begins; each counts once there."""
        if not len(self._pairs):
            return np.empty(0, np.int32), np.empty(0, np.int64)
        # Names are numbered before the rest, so that few numbers can open one.
        last = len(self._opens) - 1
        begins = np.flatnonzero(self._opens[np.where(numbers < 0, last, np.minimum(numbers, last))])
        begins = begins[begins < len(numbers) - 1]
        pairs = numbers[begins].astype(np.int64) << 32 | numbers[begins + 1].astype(np.int64)
        found = {
            (start, term)
            for start in begins[np.isin(pairs, self._pairs)].tolist()
            for _, stop, _, term in self._synonyms.found_at(0, numbers[start : start + 8].tolist())
            if stop > 1
        }
        every = sorted(found)
        return (
            np.array([term for _, term in every], np.int32),
            np.array([start for start, _ in every], np.int64),
        )


def _kind(resource: Resource) -> str:
    kind = KIND_WORDS.get(resource.kind, "") if resource.kind else ""
    level = LEVEL_WORDS.get(resource.level, "") if resource.level else ""
    return f"{kind} {level}"


def _people(resource: Resource) -> str:
    """Authors, and the words of the host: "the LWN article", "that Red Hat post"."""
    plain = _HOST.match(resource.url)
    labels = _labels(plain[1].lower() if plain else urlsplit(resource.url).hostname or "")
    return f"{' '.join(resource.authors)} {labels}" if resource.authors else labels


@lru_cache(maxsize=65_536)
def _labels(host: str) -> str:
    return " ".join(label for label in host.split(".") if label not in _HOST_NOISE)


def _cut(words: str) -> str:
    """A text, or several with pauses, each no longer than is read."""
    return _BETWEEN.join(one[:LONGEST] for one in words.split(_BETWEEN))


def _is_tidy(texts: list[str], resources: Sequence[Resource]) -> bool:
    """Whether there are no marks in the texts but those that were put there."""
    every = "".join(texts)
    tags = [len(resource.tags) for resource in resources]
    pauses = sum(tags) - len(tags) + tags.count(0)
    return END not in every and every.count(PAUSE) == pauses


def _tidy(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(_MARKS.sub(" ", one) for one in words)


def _tidied(resource: Resource) -> Resource:
    """The resource without characters that mean something here."""

    title, summary, note = _tidy((resource.title, resource.summary, resource.note or ""))
    return replace(
        resource,
        title=title,
        summary=summary,
        note=note,
        aliases=_tidy(resource.aliases),
        asks=_tidy(resource.asks),
        tags=_tidy(resource.tags),
        authors=_tidy(resource.authors),
    )


def _by_field(fields: Longs, values: Longs) -> Longs:
    # Sums of whole numbers in float64 are exact far beyond any catalogue.
    return np.bincount(fields, values, len(FIELD_NAMES)).astype(np.int64)


def _counted(keys: Longs) -> Ints:
    """For each of some keys, equal ones of which stand together, how many equal ones precede."""
    starts = firsts(keys)
    sizes = np.diff(np.append(starts, len(keys)))
    return (np.arange(len(keys)) - np.repeat(starts, sizes)).astype(np.int32)


def _longs(values: "array[int]") -> Longs:
    return np.array(values, np.int64)
