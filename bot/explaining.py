"""Why a question found what it found, and which one line of the file would change it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot import evaluate, findable, question
from bot.catalogue import parse, parse_with_places
from bot.catalogue.document import Document
from bot.catalogue.rules import folded, text_fault
from bot.catalogue.splicing import Line, with_item
from bot.catalogue.wording import quoted
from bot.errors import BotError
from bot.evaluate import WHERE
from bot.labelled import Labelled
from bot.model import Answer, Catalogue, Resource, Surface, Verdict
from bot.search import Index, Knowing, confidence, english
from bot.search.answer import Found, reasons
from bot.search.text import words as text_words

SHOWN = 5
_LONGEST_ASK = 300
_MOST_IN_A_NAME = 2
# Longer ones are sentences of a script that does not part its words.
_LONGEST_NAME = 30
_MOST_ASKS = 1_500
"""More would take too long to try twice."""
_VERDICTS: tuple[Verdict, ...] = ("nothing", "unsure", "answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a resource stands in the ranking of a question."""

    resource: Resource
    line: int
    """Where its entry starts in the file."""
    place: int
    """1 for first."""
    chance: float
    """Probability, 0 to 1, that it answers the question."""
    why: tuple[str, ...]
    """Phrases: which words matched what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """Why a question found what it found."""

    answer: Answer
    read_as: str
    """The clauses that were taken for the question, if they are not the whole of it."""
    beside: str
    """What was taken for talk around it."""
    subject: tuple[str, ...]
    unknown: tuple[str, ...]
    ignored: tuple[str, ...]
    """Words that frame a question, so that nothing is told apart by them."""
    readings: tuple[str, ...]
    """Phrases: words that were read otherwise than written."""
    needed: float
    """What an answer needs where it was asked, 0 to 1."""
    is_overheard: bool
    """Whether it was said in a channel and asks nothing: then there is silence, however sure."""
    standings: tuple[Standing, ...]
    """The first few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """A line of the file that was tried, and what came of it."""

    key: str
    """The list that gets another item: aliases or asks."""
    value: str
    line: Line
    place: int | None
    """Where the resource came then, 1 for first."""
    verdict: Verdict
    confidence: float
    costs: tuple[str, ...]
    """Asks that would no longer find their own resource, each with its id."""

    @property
    def works(self) -> bool:
        """Whether the resource comes first then, and is the answer."""
        return self.place == 1 and self.verdict == "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """Why a resource was not what a question found."""

    explained: Explained
    resource: Resource
    line: int
    standing: Standing | None
    """None if no word of the question leads to it."""
    is_shown: bool
    """Whether it is among what people are shown, as the answer."""
    because: tuple[str, ...]
    """Phrases: what stands before it, what it lacks, what was not enough."""
    remedy: Remedy | None
    """The cheapest line that helps; None if it is shown, or none helps."""
    hindrance: str
    """A sentence that says why there is no remedy, if there is none and it is not shown."""


def explain(text: str, file: str, asked: str, *, surface: Surface, knowing: Knowing) -> Explained:
    """Why a question finds what it finds in the text of a catalogue; raises CatalogueError."""
    catalogue, document = parse_with_places(text, file)
    return _explained(_Search(knowing(Index.build(catalogue)), asked, surface), document)


def why_not(
    text: str, file: str, number: int, asked: str, *, surface: Surface, knowing: Knowing
) -> WhyNot:
    """Why the resource of this number was not what a question found; raises CatalogueError."""
    catalogue, document = parse_with_places(text, file)
    own = catalogue.resources[number]
    search = _Search(knowing(Index.build(catalogue)), asked, surface)
    explained = _explained(search, document)
    standing = search.standing(own, document, number)
    shown = [result.resource.id for result in search.answer.results]
    is_shown = search.answer.verdict == "answer" and own.id in shown
    because: tuple[str, ...] = ()
    remedy, hindrance = None, ""
    if not is_shown:
        labelled = Labelled(asked, surface, "", {number: 2})
        because = tuple(evaluate.reasons(labelled, search.few, catalogue, search.holders))
        case = _Case(text, file, number, catalogue, document, knowing)
        remedy, hindrance = _remedy(case, search)
    return WhyNot(
        explained=explained,
        resource=own,
        line=document.place(("resources", number)).line,
        standing=standing,
        is_shown=is_shown,
        because=because,
        remedy=remedy,
        hindrance=hindrance,
    )


class _Search:
    """One question asked of one index, with all that can be known of it."""

    def __init__(self, index: Index, asked: str, surface: Surface) -> None:
        self.index = index
        self.surface = surface
        self.parsed = question.parse(asked)
        size = max(len(index.built.resources), SHOWN, evaluate.DEPTH)
        self.answer = index.search(asked, surface, size)
        self.few = replace(self.answer, candidates=self.answer.candidates[: evaluate.DEPTH])
        meant = surface != "channel" or self.parsed.asks
        self.found: Found = index.find(self.parsed, size, meant=meant)
        self.order = [candidate.resource.id for candidate in self.answer.candidates]

    def place(self, name: str) -> int | None:
        """Where a resource came, 1 for first."""
        return self.order.index(name) + 1 if name in self.order else None

    def standing(self, own: Resource, document: Document, number: int) -> Standing | None:
        """How a resource stands, if it came up."""
        place = self.place(own.id)
        if place is None:
            return None
        chances = confidence.probability(self.found.signs, self.surface)
        return Standing(
            resource=own,
            line=document.place(("resources", number)).line,
            place=place,
            chance=float(chances[place - 1]),
            why=reasons(self.index.built, self.found, own, place - 1),
        )

    def holders(self, word: str) -> frozenset[str]:
        """Ids of the resources to which a word alone leads, not what it means."""
        size = max(len(self.index.built.resources), 1)
        found = self.index.knowing(None).search(word, "dm", size).candidates
        return frozenset(candidate.resource.id for candidate in found)


@dataclass(frozen=True, slots=True)
class _Case:
    """A resource in the text of a catalogue, which is to be found."""

    text: str
    file: str
    number: int
    catalogue: Catalogue
    document: Document
    knowing: Knowing


def _explained(search: _Search, document: Document) -> Explained:
    given, slots = search.answer, search.found.slots
    numbers = {resource.id: at for at, resource in enumerate(search.index.built.resources)}
    whole = " ".join(given.question.split())
    read_as = " ".join(search.parsed.text.split())
    first = [candidate.resource for candidate in given.candidates[:SHOWN]]
    stand = [search.standing(one, document, numbers[one.id]) for one in first]
    standings = tuple(one for one in stand if one is not None)
    said = {phrase for one in standings for phrase in one.why}
    ways: list[str] = []
    for slot in slots:
        hows = [way.how for way in slot.alternatives]
        # What led to none of the first is told by its likeliest reading.
        ways += [how for how in hows if how in said] or [how for how in hows[:1] if how]
    return Explained(
        answer=given,
        read_as="" if read_as == whole else read_as,
        beside=" ".join(search.parsed.context.split()),
        subject=given.subject,
        unknown=given.unknown,
        ignored=tuple(slot.word for slot in slots if slot.is_frame),
        readings=tuple(dict.fromkeys(ways)),
        needed=confidence.BANDS[given.surface].answer,
        is_overheard=given.surface == "channel" and not search.parsed.asks,
        standings=standings,
    )


def _remedy(case: _Case, search: _Search) -> tuple[Remedy | None, str]:
    """The cheapest line that makes a resource the answer, tried; else a sentence that says why
    there is none.
    """
    catalogue, number = case.catalogue, case.number
    if search.surface == "channel" and not search.parsed.asks:
        return None, "No line of the file changes that."
    ask = _as_ask(search)
    if told := _claimed(case, ask):
        return None, told
    tried: list[Remedy] = []
    before: frozenset[tuple[str, str]] | None = None
    was = _worth(search.place(catalogue.resources[number].id), search.answer.verdict)
    for key, value in _candidates(search, ask):
        one = _tried(case, search, key, value)
        if one is None or _worth(one[0].place, one[0].verdict) <= was:
            continue
        remedy, index = one
        if key == "asks" and findable.lost_ask(index.catalogue, index, number, 0):
            continue  # An ask that does not find its own resource is a fault itself.
        if _asks(catalogue) <= _MOST_ASKS and (lost := _lost(index)):
            before = _lost(search.index.knowing(None)) if before is None else before
            said = tuple(
                f"{quoted(words)} of {quoted(name)}" for name, words in sorted(lost - before)
            )
            remedy = replace(remedy, costs=said)
        tried.append(remedy)
        if remedy.works and not remedy.costs:
            return remedy, ""
    if best := max(tried, key=_rank, default=None):
        return best, ""
    return None, (
        "No single alias or ask changes that. Say in its title or summary what sets it apart."
    )


def _claimed(case: _Case, ask: str) -> str:
    """What to do if the question is an ask already, in a sentence or two; empty if it is none."""
    for at, resource in enumerate(case.catalogue.resources):
        for place, other in enumerate(resource.asks):
            if folded(other) != folded(ask):
                continue
            line = case.document.place(("resources", at, "asks", place)).line
            if at == case.number:
                told = f"It has this very question among its asks, in line {line}. "
                return told + "Say in its title or summary what sets it apart."
            return (
                f"This very question is an ask of {quoted(resource.id)}, in line {line}. "
                "Move it to the one that answers it best."
            )
    return ""


def _rank(one: Remedy) -> tuple[bool, int, tuple[bool, int, int]]:
    return one.works, -len(one.costs), _worth(one.place, one.verdict)


def _worth(place: int | None, verdict: Verdict) -> tuple[bool, int, int]:
    """How well it went for a resource, to be compared."""
    is_first = place == 1
    return is_first, _VERDICTS.index(verdict) if is_first else 0, -place if place else -(10**9)


def _candidates(search: _Search, ask: str) -> Iterator[tuple[str, str]]:
    """Keys with a value to try, cheapest first: the name that the catalogue lacks, the question.

    A word of plain English is no name of anything: as an alias it would attract other questions.
    Nor is a number, nor one of many unknown words, which are most likely of another language.
    """
    unknown = [
        word
        for word in search.answer.unknown
        if not english.is_good_english(word) and not word.isdecimal()
    ]
    name = " ".join(_as_typed(word, search.parsed.text) for word in unknown)
    is_one = " ".join(unknown) in " ".join(search.answer.subject)
    if is_one and len(unknown) <= _MOST_IN_A_NAME and 1 < len(name) <= _LONGEST_NAME:
        yield "aliases", name
    if ask:
        yield "asks", ask


def _as_typed(word: str, asked: str) -> str:
    """A word of a question with the accents and capitals that it was typed with."""
    pieces = re.findall(r"\w[\w'’.-]*\w|\w", asked)
    return next((piece for piece in pieces if text_words(piece) == [word]), word)


def _as_ask(search: _Search) -> str:
    """The question as an entry would have it: on one line, without what was told around it."""
    words = " ".join(question.plain(search.parsed.text).split())
    if len(words) > _LONGEST_ASK:
        words = words[:_LONGEST_ASK].rsplit(" ", 1)[0]
    return "" if text_fault(words, paragraph=False) else words


def _tried(case: _Case, search: _Search, key: str, value: str) -> tuple[Remedy, Index] | None:
    """What comes of an item more; None if the catalogue would not be sound, or cannot have it."""
    try:
        line = with_item(case.text, ("resources", case.number), key, value, case.file)
        changed = parse(line.whole, case.file)
    except BotError:
        return None
    index = case.knowing(Index.build(changed), keep=False)
    again = _Search(index, search.answer.question, search.surface)
    # As a check does, its own asks are asked of the words alone.
    remedy = Remedy(
        key=key,
        value=value,
        line=line,
        place=again.place(changed.resources[case.number].id),
        verdict=again.answer.verdict,
        confidence=again.answer.confidence,
        costs=(),
    )
    return remedy, index.knowing(None)


def _asks(catalogue: Catalogue) -> int:
    return sum(len(resource.asks) for resource in catalogue.resources)


def _lost(index: Index) -> frozenset[tuple[str, str]]:
    """Ids and asks of the asks that do not find their own resource."""
    resources = index.catalogue.resources
    lost = findable.lost_asks(index.catalogue, index)
    return frozenset(
        (resources[one.resource].id, resources[one.resource].asks[one.ask]) for one in lost
    )


# In words


def sentences(given: Explained) -> Iterator[str]:
    """Why a question found what it found, for a curator."""
    if given.read_as:
        yield f"What asks in it: {_said([given.read_as])}."
    if given.beside:
        yield f"What is told beside it, and counts less: {_said([given.beside])}."
    if given.subject:
        yield f"It is about {_typed(given, given.subject)}."
    else:
        yield "It names nothing to learn about."
    if given.ignored:
        yield f"Words that only frame it: {_said(given.ignored)}."
    for phrase in given.readings:
        yield f"{phrase}."
    if given.unknown:
        yield f"The catalogue does not know {_typed(given, given.unknown)}."
    if not given.standings:
        yield "No resource holds any of its words."
    for one in given.standings:
        yield f"{one.place}. {_standing(one)}"
    yield _verdict(given)


def sentences_why_not(given: WhyNot) -> Iterator[str]:
    """Why a resource was not what a question found, and what changes it, for a curator."""
    name = f"{quoted(given.resource.id)} (line {given.line})"
    if given.is_shown and given.standing:
        shown = [one.resource.id for one in given.explained.answer.results]
        place = shown.index(given.resource.id) + 1
        yield f"{name} is shown, in place {place}: {_why(given.standing)}."
        return
    if given.standing is None:
        yield f"{name} does not come up: no word of the question leads to it."
    else:
        yield (
            f"{name} comes in place {given.standing.place}, with a chance of "
            f"{given.standing.chance:.2f}: {_why(given.standing)}."
        )
    first = next(iter(given.explained.standings), None)
    if first and first.resource.id != given.resource.id:
        yield f"First comes {_standing(first)}"
    for phrase in given.because:
        yield f"{phrase[:1].upper()}{phrase[1:]}."
    yield _verdict(given.explained)
    if given.remedy is None:
        yield given.hindrance
    else:
        yield from _remedy_sentences(given.remedy, given.explained)


def _remedy_sentences(given: Remedy, explained: Explained) -> Iterator[str]:
    how = "One more line" if given.line.is_new else "One line written otherwise"
    does = "changes it" if given.works else "helps, though not wholly"
    yield f"{how} {does}. Line {given.line.number}:"
    yield given.line.text
    place = "first" if given.place == 1 else f"in place {given.place}"
    told = {
        "answer": "and is the answer" if given.place == 1 else "behind the answer",
        "unsure": "and the closest ones are offered",
        "nothing": "and nothing is answered",
    }[given.verdict]
    yield (
        f"Tried: then it comes {place}, {told} ({given.confidence:.2f}, where "
        f"{WHERE[explained.answer.surface]} needs {explained.needed:.2f})."
    )
    for cost in given.costs:
        yield f"But it costs the ask {cost}, which no longer finds its own resource."


def _standing(one: Standing) -> str:
    return f"{quoted(one.resource.id)} (line {one.line}), {one.chance:.2f}: {_why(one)}."


def _why(one: Standing) -> str:
    why = "; ".join(one.why) or "no telling word leads to it"
    if one.resource.gone:
        why += f"; its link was dead on {one.resource.gone}, which puts it last"
    return why


def _verdict(given: Explained) -> str:
    sure, where = given.answer.confidence, WHERE[given.answer.surface]
    match given.answer.verdict:
        case "nothing" if given.is_overheard:
            return "Nothing is answered: in a channel only what asks to learn something is."
        case "answer":
            return f"It is answered: {sure:.2f}, where {where} needs {given.needed:.2f}."
        case "unsure":
            return (
                f"The closest ones are offered: {sure:.2f}, where {where} needs "
                f"{given.needed:.2f} for an answer."
            )
    if not given.standings or not given.subject:
        return "Nothing is answered."
    return f"Nothing is answered: {sure:.2f}, where {where} needs {given.needed:.2f}."


def _typed(given: Explained, words: Sequence[str]) -> str:
    return _said([_as_typed(word, given.answer.question) for word in words])


def _said(words: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)
