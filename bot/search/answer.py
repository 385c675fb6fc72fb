"""From evidence to an `Answer`: the verdict, what is shown, and why, in words for people."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, takewhile

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from bot.model import (
    Answer,
    Candidate,
    Contribution,
    Reading,
    Resource,
    Result,
    Surface,
    Topic,
    Verdict,
)
from bot.question import Question
from bot.search import confidence, meaning, rank, text
from bot.search.arrays import Ints
from bot.search.build import FIELD_NAMES, Built
from bot.search.kinds import is_called
from bot.search.lexicon import Slot
from bot.search.rank import Evidence

# An answer shows at most this many resources, whatever the limit.
MOST_SHOWN = 3
# The second and third are shown while score and chance are at least this share of the first's.
_WORTH_SHOWING = 0.6
# A whole question this close to one of the catalogue's own is a reason in itself.
_CLOSE = 0.45
# A name of a topic this like a word of the question (0 to 100) is worth offering.
_LIKE_A_TOPIC = 75
_MOST_TOPICS = 3
_MOST_COMPARED = 24
# A candidate less likely than this says nothing about which topic was meant.
_NEAR = 0.1

# A part of a question, which weighs at least so much of the whole, is open if the first result
# holds less than this share of it, and settled by one that holds more, and has a chance itself.
# Without the last, of the results shown in this way 12 of 22 were wrong; with it, 4 of 13.
_LEAST_PART = 0.15
_OPEN = 0.4
_LEAST_CHANCE = 0.3
_MOST_OTHER = 8

# From this nearness on it is said to be a reason. Of what is shown, right ones have .5 in the mean.
_NEAR_IN_MEANING = 0.3

_FIELD_PHRASES = {
    "title": "in the title",
    "alias": "among its other names",
    "tag": "among the tags",
    "topic": "in the topic",
    "other topic": "in a topic it also belongs to",
    "ask": "in the questions it answers",
    "summary": "in the summary",
    "note": "in the curator's note",
    "people": "in its author or site",
}


@dataclass(frozen=True, slots=True)
class Found:
    """Everything known about a question before words are put to it."""

    slots: tuple[Slot, ...]
    weights: npt.NDArray[np.float64]
    """What each slot tells resources apart, 0 to 1, times how often the question says it."""
    asked: npt.NDArray[np.bool_]
    """Whether the question itself says a slot, or has no subject of its own."""
    evidence: Evidence
    signs: npt.NDArray[np.float64]
    """Candidates x `confidence.SIGNS`."""


def compose(
    built: Built,
    message: str,
    asked: Question,
    found: Found,
    *,
    surface: Surface,
    limit: int,
) -> Answer:
    """The answer to a message, from what was found for it."""
    # Of those further down nothing is told but their home: to read a resource takes its time.
    best = found.evidence.docs[: max(limit, MOST_SHOWN, _MOST_OTHER)].tolist()
    resources = [built.resources[doc] for doc in best]
    chances = confidence.probability(found.signs, surface).tolist()
    verdict = _verdict(asked, found, chances, surface)
    # Whose link is dead comes after the others, as far as these are worth showing, too.
    worth = _shown(found, chances, verdict)
    shown = sorted(worth, key=lambda place: resources[place].gone is not None)[:limit]
    subject = [
        slot
        for slot, asks in zip(found.slots, found.asked.tolist(), strict=True)
        if slot.is_subject and asks
    ]
    return Answer(
        question=message,
        surface=surface,
        verdict=verdict,
        confidence=chances[0] if chances else 0.0,
        reply=verdict == "answer",
        results=tuple(
            Result(
                resource=resources[place],
                confidence=sureness,
                why=reasons(built, found, resources[place], place),
            )
            for place, sureness in zip(
                shown, accumulate((chances[place] for place in shown), min), strict=True
            )
        ),
        candidates=tuple(
            Candidate(
                resource=resource,
                score=float(found.evidence.scores[place]),
                features=tuple(_features(found.evidence, place)),
            )
            for place, resource in enumerate(resources[:limit])
        ),
        topics=()
        if verdict == "answer"
        else tuple(_nearest_topics(built.topics, asked, _homes(built, found, chances))),
        reading=tuple(
            Reading(
                word=slot.word,
                weight=float(weight),
                terms=tuple(_term(built, way.term, way.how) for way in slot.alternatives),
            )
            for slot, weight in zip(found.slots, found.weights, strict=True)
        ),
        subject=tuple(slot.word for slot in subject),
        unknown=tuple(slot.word for slot in subject if not slot.alternatives),
        evidence=confidence.evidence_lines(found.signs[0], surface) if resources else (),
    )


def _features(evidence: Evidence, place: int) -> Iterator[Contribution]:
    yield from _contributions(rank.FEATURES, evidence.features[place], rank.WEIGHTS)
    if evidence.meaning is not None:
        value = float(evidence.meaning[place])
        yield Contribution(meaning.MEANING, value, value * meaning.WEIGHT)
    if evidence.feedback is not None:
        value = float(evidence.feedback[place])
        yield Contribution(rank.FEEDBACK, value, value * rank.FEEDBACK_WEIGHT)


def _contributions(
    names: Sequence[str],
    values: npt.NDArray[np.float64],
    weights: npt.NDArray[np.float64],
) -> Iterator[Contribution]:
    for name, value, weight in zip(names, values.tolist(), weights.tolist(), strict=True):
        yield Contribution(name, value, value * weight)


def _term(built: Built, term: int, how: str) -> str:
    shown = built.words.shown[term]
    return f"{shown} ({how})" if how else shown


def _verdict(asked: Question, found: Found, chances: list[float], surface: Surface) -> Verdict:
    subject = any(slot.is_subject for slot in found.slots)
    if not chances or not (subject or any(slot.is_kind for slot in found.slots)):
        return "nothing"
    if surface == "channel" and not (asked.asks and subject):
        return "nothing"
    given = confidence.verdict(chances[0], surface)
    # Where nobody asked the bot there is no "closest": it answers or it is silent.
    return "nothing" if surface == "channel" and given == "unsure" else given


def _shown(found: Found, chances: list[float], verdict: Verdict) -> list[int]:
    """Places of the candidates that are shown."""
    if verdict == "nothing":
        return []
    # How much a resource is liked puts it before another, and shows or hides none.
    scores = found.evidence.matches.tolist()
    asked = [at for at, slot in enumerate(found.slots) if slot.is_subject and found.asked[at]]
    # What speaks only to what was told beside the question is no answer to it.
    held = found.evidence.fits[:MOST_SHOWN, asked].max(axis=1, initial=0.0).tolist()

    def is_worth_showing(at: int) -> bool:
        share = min(scores[at] / scores[0], chances[at] / chances[0])
        return share >= _WORTH_SHOWING and (held[at] > 0.0 or not asked)

    # Up to the first that is not worth it: what is shown is never a gap in the ranking.
    later = range(1, min(MOST_SHOWN, len(chances)))
    places = [0, *takewhile(is_worth_showing, later)]
    other = _other_topic(found, chances)
    if other is not None and other not in places:
        places[1:] = [other, *places[1:]]
    return places[:MOST_SHOWN]


def _other_topic(found: Found, chances: list[float]) -> int | None:
    """The place of the candidate for the part of a question that the first one does not settle.

    "Anything on interrupts and on the scheduler?": one resource holds the one, another the other.
    """
    asked = [at for at, slot in enumerate(found.slots) if slot.is_subject and found.asked[at]]
    parts = {found.slots[at].part for at in asked}
    if len(parts) <= 1:
        return None
    total = float(found.weights.sum())
    for part in sorted(parts):
        own = [at for at in asked if found.slots[at].part == part]
        weights = found.weights[own]
        weight = float(weights.sum())
        if weight < _LEAST_PART * total:
            continue
        settled = found.evidence.fits[:_MOST_OTHER, own] @ weights / weight
        best = int(np.argmax(settled))
        if settled[0] < _OPEN <= settled[best] and chances[best] >= _LEAST_CHANCE:
            return best
    return None


def reasons(built: Built, found: Found, resource: Resource, place: int) -> tuple[str, ...]:
    """Why a resource, which has this place in the ranking, came up, as phrases for people."""
    return (*_why(built, found, resource, place), *_meant(found, place))


def _why(built: Built, found: Found, resource: Resource, place: int) -> Iterator[str]:
    """Phrases: a question it is close to, then words as they stand, then words read otherwise."""
    nearest = int(found.evidence.nearest[place])
    if nearest >= 0 and built.texts.is_ask[nearest]:
        ask_closeness = found.evidence.features[place][rank.FEATURES.index("ask closeness")]
        if ask_closeness >= _CLOSE:
            yield f"close to “{resource.asks[int(built.texts.number[nearest])]}”"
    told: set[str] = set()
    # The frame of a question is no reason, unless there is nothing else.
    subject = any(
        found.evidence.readings[place, at] >= 0 and not slot.is_frame
        for at, slot in enumerate(found.slots)
    )
    where: dict[str, list[str]] = {}
    for at, slot in enumerate(found.slots):
        chosen = int(found.evidence.readings[place, at])
        if chosen < 0 or (slot.is_frame and subject):
            continue
        way = slot.alternatives[chosen]
        if way.how:
            told.add(way.how)
        fields = _fields_of(built, way.term, found.evidence.docs[place : place + 1])
        if slot.is_kind and resource.kind and is_called(resource.kind, slot.meant):
            told.add(f"it is of the kind asked for: {resource.kind}")
        elif slot.is_kind and resource.level and fields == 1 << _KIND_FIELD:
            told.add(f"it is of the level asked for: {resource.level}")
        elif not way.how:
            where.setdefault(_place(fields), []).append(f"“{slot.meant}”")
    for phrase, words in where.items():
        yield f"{_listed(words)} {phrase}"
    yield from sorted(told)


def _meant(found: Found, place: int) -> Iterator[str]:
    """A phrase for what holds no word of the subject and is near in meaning."""
    near = found.evidence.meaning
    held = any(
        found.evidence.readings[place, at] >= 0 and not slot.is_frame
        for at, slot in enumerate(found.slots)
    )
    if near is not None and near[place] >= _NEAR_IN_MEANING and not held:
        yield "near to your question in meaning"


_KIND_FIELD = FIELD_NAMES.index("kind")


def _fields_of(built: Built, term: int, doc: Ints) -> int:
    """Bits of the fields in which one resource holds the very term, its synonyms apart."""
    held, at = built.postings.find(term, doc)
    return int(built.postings.fields[at[0]]) if held[0] else 0


def _place(bits: int) -> str:
    """The most telling field among those where a word was found."""
    names = {name for at, name in enumerate(FIELD_NAMES) if bits >> at & 1}
    return next((said for name, said in _FIELD_PHRASES.items() if name in names), "in its kind")


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _homes(built: Built, found: Found, chances: list[float]) -> list[str]:
    """Home topics of the candidates that are not all but out of the question."""
    homes = built.homes.of(found.evidence.docs)
    return [home for home, chance in zip(homes, chances, strict=True) if chance >= _NEAR]


def _nearest_topics(topics: Sequence[Topic], asked: Question, homes: list[str]) -> Iterator[Topic]:
    """Topics that sound like a word of the question, then those of the best candidates."""
    words = [word for word in text.words(asked.text) if len(word) > len("the")][:_MOST_COMPARED]
    known = {topic.id: topic for topic in topics}
    names = [
        (name.casefold(), topic.id) for topic in topics for name in (topic.name, *topic.aliases)
    ]
    alike = [
        names[at][1]
        for word in words
        for _, _, at in process.extract(
            word, [name for name, _ in names], scorer=fuzz.ratio, score_cutoff=_LIKE_A_TOPIC
        )
    ]
    chosen = list(dict.fromkeys([*alike, *homes]))[:_MOST_TOPICS]
    return (known[name] for name in chosen if name in known)
