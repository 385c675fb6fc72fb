"""What the catalogue lacks: questions that found nothing, kept as words, put together by meaning.

Words are the same by stem, by one slip, by a synonym of the glossary, or written together or
apart. Questions belong together if they share most of what they say, where a rare word says more
than a common one. Each question is compared with the one that speaks for its gap, never with its
neighbours: "virtualization setup" and "printer setup" do not meet by way of "setup".
"""

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from rapidfuzz.distance import OSA

from bot import private, question
from bot.model import Answer, Term
from bot.records import Miss, Thumbs
from bot.search import english, text
from bot.search.kinds import KIND_STEMS
from bot.search.words import key

MOST_WORDS = 12
# Slack's mentions of people and channels, with the names that are shown for them.
_MENTION = re.compile(r"<[@#!][^<>]*>")

# Two questions are about the same from this likeness on. Of the questions labelled to tune with
# 0.4 to 0.62 finds the same pairs; with less, more of what differs is put together.
_ALIKE = 0.6
# What only one of two questions says counts by so much against what they share; more if they
# share a single word: "virtualization" is not yet "nested virtualization".
_APART = 0.5
_APART_BY_ONE = 1.5
# What two questions share has to be so much of the sum of both for them to be alike.
_LEAST = _APART * _ALIKE / (1 - _ALIKE + 2 * _APART * _ALIKE)
# A slip in a shorter word could be too many other words.
_SHORTEST_SLIP = 5
_SHORTEST_JOINED = 5
# What so many people write is no slip, however near to another word: "mysql" and "mssql".
_NO_SLIP = 3
# What is left of the weight of a word that names a kind of resource, and the least that a name
# weighs, as the index has it.
_KIND = 0.35
_NAME = 0.6
_HEAVIEST = 1_000
# People mix these up when they write "virtualisaton".
_FOLDED = str.maketrans("z", "s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What several questions asked for in vain."""

    words: tuple[str, ...]
    """What it is about, as most people write it. From users: to be escaped like all they write."""
    times: int
    people: int
    first: dt.datetime
    last: dt.datetime
    keys: tuple[str, ...]
    """Of its questions, newest first."""
    waiting: int
    """How many want to be told."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """What curators see of the gaps, most wanted first, and how many too few people asked for."""

    shown: tuple[Gap, ...] = ()
    hidden: int = 0


def unhelpful(thumbs: Mapping[str, Thumbs]) -> list[tuple[str, Thumbs]]:
    """The resources that did not help somebody, with their thumbs, the worst first.

    That is the one whose thumbs down exceed those up by most.
    """
    found = [(name, each) for name, each in thumbs.items() if each.down]
    return sorted(found, key=lambda one: (one[1].up - one[1].down, -one[1].down, one[0]))


# --- The words of a question


def content_words(answer: Answer) -> tuple[str, ...]:
    """What a question is about, as it was written, in lower case: at most 12 words, each once.

    Words that frame the question are left out. Of what is told beside it only those are kept that
    the catalogue knows, or that say more than the question itself does; of code and quotations
    none; and nothing that looks as if it named somebody or were a secret.
    """
    weights = _kept(answer)
    message = _MENTION.sub(" ", answer.question[: question.LONGEST])
    found: dict[str, float] = {}
    for chunk in text.chunks(private.without(question.plain(message))):
        for word in _said(chunk, weights):
            if not private.is_private(word):
                found.setdefault(word, max(weights.get(part, 0.0) for part in text.parts(word)))
    heaviest = set(sorted(found, key=lambda word: -found[word])[:MOST_WORDS])
    return tuple(word for word in found if word in heaviest)


def _kept(answer: Answer) -> dict[str, float]:
    """The words that are kept, with what they weigh.

    Measured on the project's questions: what brings the first result of the whole question is
    its subject (88 in 100), kinds such as "video" (89), and what is told beside it (93).
    """
    subject = frozenset(answer.subject)
    heaviest = max((read.weight for read in answer.reading if read.word in subject), default=0.0)
    return {
        read.word: read.weight
        for read in answer.reading
        if read.word in subject
        or _is_kind(read.word)
        or (read.word not in english.FRAME_WORDS and (read.terms or read.weight > heaviest))
    }


def _is_kind(word: str) -> bool:
    return word not in english.FRAME_WORDS and text.stem(word) in KIND_STEMS


def _said(chunk: str, kept: Mapping[str, float]) -> Iterator[str]:
    """What is kept of a chunk: all of it as written ("on-call"), or some of its words.

    What a stroke joins is one or the other: "docker/podman".
    """
    parts = text.parts(chunk)
    said = [part for part in parts if part in kept or _halves(part, kept)]
    whole = all(part in said or part in english.STOP_WORDS for part in parts)
    if said and whole and "/" not in chunk and len(chunk) <= private.LONGEST:
        yield chunk
    else:
        yield from said


def _halves(word: str, kept: Mapping[str, float]) -> bool:
    """Whether the index read a word as two: "webassembly" as "web" and "assembly"."""
    return any(word[:cut] in kept and word[cut:] in kept for cut in range(1, len(word)))


# --- Questions put together


@dataclass(frozen=True, slots=True)
class _Read:
    """A question with the terms it holds, in order, each as it is written there."""

    miss: Miss
    said: Mapping[str, str]


_Group = Sequence[_Read]


def grouped(misses: Iterable[Miss], *, people: int = 2, glossary: Sequence[Term] = ()) -> Gaps:
    """The gaps that at least so many people asked for, most wanted first, and how many others.

    The order of the questions changes nothing; those without words are left out. The name of a
    gap has only words that several people said, `people` of them if there are such words.
    """
    asked = [miss for miss in misses if miss.words]
    lexicon = _Lexicon(asked, glossary)
    alike: dict[frozenset[str], list[_Read]] = defaultdict(list)
    for miss in asked:
        said = lexicon.read(miss.words)
        if said:
            alike[frozenset(said)].append(_Read(miss, said))
    gaps = [_gap(group, people) for group in _groups(alike, lexicon)]
    shown = [gap for gap in gaps if gap.people >= people]
    shown.sort(key=lambda gap: (gap.people, gap.times, gap.last, gap.keys), reverse=True)
    return Gaps(tuple(shown), len(gaps) - len(shown))


def _groups(
    alike: Mapping[frozenset[str], _Group], lexicon: "_Lexicon"
) -> Iterable[Sequence[_Read]]:
    """Questions of the same terms, joined to those that speak for their gap.

    Most asked first, each set of terms that is like none before it speaks for a gap of its own;
    then each of the others goes to the one it is most like.
    """
    order = sorted(alike, key=lambda terms: _standing(terms, alike[terms]))
    leaders = _Leaders(lexicon)
    for terms in order:
        if leaders.nearest(terms) is None:
            leaders.add(terms)
    found: dict[int, list[_Read]] = defaultdict(list)
    for terms in order:
        # There is always one: each is like itself.
        if (nearest := leaders.nearest(terms)) is not None:
            found[nearest] += alike[terms]
    return found.values()


def _standing(terms: frozenset[str], group: _Group) -> tuple[int, int, int, list[str]]:
    """Sorts what most people asked first, and the shorter of two."""
    return -_people(group), -len(group), len(terms), sorted(terms)


class _Leaders:
    """Sets of terms that speak for a gap each, and which of them is nearest to others."""

    def __init__(self, lexicon: "_Lexicon") -> None:
        self._weigh = lexicon.weight
        self._all: list[frozenset[str]] = []
        self._weights: list[int] = []
        self._having: dict[str, set[int]] = defaultdict(set)

    def add(self, terms: frozenset[str]) -> None:
        """Let these terms speak for a gap."""
        for term in terms:
            self._having[term].add(len(self._all))
        self._all.append(terms)
        self._weights.append(sum(map(self._weigh, terms)))

    def nearest(self, terms: frozenset[str]) -> int | None:
        """The number of the one most like these terms, the first of several; None if none is."""
        total = left = sum(map(self._weigh, terms))
        shared: dict[int, int] = defaultdict(int)
        for term in sorted(terms, key=lambda term: (len(self._having.get(term, ())), term)):
            having = self._having.get(term, frozenset[int]())
            # What has only the commonest terms in common is not alike, and many have those.
            enough = left >= _LEAST * (total + left)
            weight = self._weigh(term)
            for number in having if enough else having & shared.keys():
                shared[number] += weight
            left -= weight
        near = [
            (self._likeness(terms, number, weight, total + self._weights[number]), -number)
            for number, weight in shared.items()
            if weight >= _LEAST * (total + self._weights[number])
        ]
        alike, number = max(near, default=(0.0, 0))
        return -number if alike >= _ALIKE else None

    def _likeness(self, terms: frozenset[str], number: int, shared: int, both: int) -> float:
        """0 to 1; with several words in common it is Dice's coefficient, weighted."""
        several = len(terms & self._all[number]) > 1
        apart = _APART if several else _APART_BY_ONE
        return shared / (shared + apart * (both - 2 * shared))


def _gap(group: _Group, people: int) -> Gap:
    misses = sorted((read.miss for read in group), key=lambda m: (m.at, m.key), reverse=True)
    return Gap(
        words=_name(group, people),
        times=len(group),
        people=_people(group),
        first=misses[-1].at,
        last=misses[0].at,
        keys=tuple(miss.key for miss in misses),
        waiting=len({user for miss in misses for user in miss.waiting}),
    )


def _people(group: _Group) -> int:
    return len({read.miss.person for read in group})


def _name(group: _Group, people: int) -> tuple[str, ...]:
    """The terms of at least half of the questions, each in its commonest form, in their order."""
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    places: dict[str, int] = defaultdict(int)
    said_by: dict[str, set[str]] = defaultdict(set)
    for read in group:
        for place, (term, form) in enumerate(read.said.items()):
            forms[term][form] += 1
            places[term] += place
            said_by[term].add(read.miss.person)
    most = max(map(len, said_by.values()))
    shared = {term for term, by in said_by.items() if len(by) >= min(people, most)}
    times = {term: forms[term].total() for term in shared}
    half = min(len(group) / 2, max(times.values()))
    named = sorted(
        (term for term in shared if times[term] >= half),
        key=lambda term: (places[term] / times[term], term),
    )
    words = (min(forms[term], key=lambda form: (-forms[term][form], form)) for term in named)
    return tuple(words)[:MOST_WORDS]


# --- Words that are the same


_Word = tuple[str, str]
"""A word by itself, or the key it is filed under, with the form in which it was written."""


class _Lexicon:
    """Which words of some questions are the same, and what they weigh."""

    def __init__(self, misses: Sequence[Miss], glossary: Sequence[Term]) -> None:
        named = [(term.term, *term.aliases) for term in glossary]
        known = {word for name in chain.from_iterable(named) for word, _ in _written((name,))}
        said_by: dict[str, set[str]] = {word: set() for word in known}
        for miss in misses:
            for word, _ in _written(miss.words):
                said_by.setdefault(word, set()).add(miss.person)
        self._keys = _keys({word: len(people) for word, people in said_by.items()}, known)
        self._weights: dict[str, int] = {}
        for word in self._keys:
            own = key(word)
            self._weights[own] = min(_weight(word), self._weights.get(own, _HEAVIEST))
        self._synonyms: dict[tuple[str, ...], str] = {}
        for names in named:
            own = f"={names[0]}"
            for name in names:
                if keys := tuple(word for word, _ in self._filed((name,))):
                    self._synonyms.setdefault(keys, own)
                    self._weights.setdefault(own, max(self._weights[one] for one in keys))
        self._longest = max(map(len, self._synonyms), default=0)

    def weight(self, term: str) -> int:
        """What a term says about a subject."""
        return self._weights[term]

    def read(self, words: Iterable[str]) -> dict[str, str]:
        """The terms of a question in order, each as it is first written there."""
        filed = self._filed(words)
        keys = [own for own, _ in filed]
        found: dict[str, str] = {}
        at = 0
        while at < len(filed):
            spans = range(min(self._longest, len(filed) - at), 0, -1)
            span = next((n for n in spans if tuple(keys[at : at + n]) in self._synonyms), 0)
            term = self._synonyms[tuple(keys[at : at + span])] if span else keys[at]
            span = span or 1
            found.setdefault(term, " ".join(form for _, form in filed[at : at + span]))
            at += span
        return found

    def _filed(self, words: Iterable[str]) -> list[_Word]:
        """The keys of words, pairs that somebody writes as one word joined; no stop words, unless
        there is nothing else.
        """
        written = _written(words)
        found: list[_Word] = []
        at = 0
        while at < len(written):
            word, form = written[at]
            joined = word + written[at + 1][0] if at + 1 < len(written) else ""
            whole = self._keys.get(joined, key(joined))
            if len(joined) >= _SHORTEST_JOINED and whole in self._weights:
                found.append((whole, f"{form} {written[at + 1][1]}"))
                at += 2
            else:
                found.append((self._keys[word], form))
                at += 1
        return [one for one in found if one[0] not in english.STOP_WORDS] or found


def _written(words: Iterable[str]) -> list[_Word]:
    """Single words in order; what a hyphen joins with a stop word ("on-call") is one word."""
    found: list[_Word] = []
    for chunk in (chunk for word in words for chunk in text.chunks(word)):
        parts = text.parts(chunk)
        if english.STOP_WORDS.isdisjoint(parts):
            found += [(part, part) for part in parts if part]
        else:
            found.append(("".join(parts), chunk))
    return found


def _keys(people: Mapping[str, int], known: Collection[str]) -> dict[str, str]:
    """What each word is filed under: its own stem, or that of the word it is a slip of.

    A slip is no word of English or of the glossary, few people make it, and it begins as the word
    does. `people` is how many people wrote each word.
    """

    def is_sure(word: str) -> bool:
        return word in known or people[word] >= _NO_SLIP or english.is_good_english(word)

    order = sorted(people, key=lambda word: (not is_sure(word), -people[word], word))
    filed: dict[str, str] = {}
    near: dict[str, list[int]] = defaultdict(list)
    for number, word in enumerate(order):
        filed[word] = key(word)
        if len(word) < _SHORTEST_SLIP or not word.isalpha():
            continue
        folded = word.translate(_FOLDED)
        shapes = {folded, *(folded[:at] + folded[at + 1 :] for at in range(1, len(folded)))}
        if not is_sure(word):
            others = {order[at]: at for shape in shapes for at in near.get(shape, ())}
            slips = [at for other, at in others.items() if _is_slip(folded, other)]
            if slips:
                filed[word] = filed[order[min(slips)]]
                continue
        for shape in shapes:
            near[shape].append(number)
    return filed


def _is_slip(folded: str, other: str) -> bool:
    return OSA.distance(folded, other.translate(_FOLDED), score_cutoff=1) <= 1


def _weight(word: str) -> int:
    """What a word says about a subject, 0 to 1,000; whole numbers add up alike in any order."""
    rarity = english.rarity(word)
    if word in english.FRAME_WORDS:
        # It would have been left out, were it not written as a name: "Go".
        rarity = max(rarity, _NAME)
    elif text.stem(word) in KIND_STEMS:
        rarity *= _KIND
    return round(rarity * _HEAVIEST)
