"""Proofs on questions with known answers: the catalogue's own asks, and what it suggests itself."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot import question
from bot.model import Catalogue, Resource
from bot.search import Index, english, text

# An ask has to bring its resource this high: an answer shows three.
TOP = 3
# Of a resource with hundreds of other names a few are enough to find it by.
_MOST_TRIED = 5
_RAREST = 3


@dataclass(frozen=True, slots=True)
class LostAsk:
    """An ask whose own resource does not come where it should."""

    resource: int
    """Number of the resource in the catalogue."""
    ask: int
    """Number of the ask in the resource."""
    place: int | None
    """Where its own resource came, 1 for first; None if it was not among the candidates."""
    winner: Resource | None
    """What came first instead; None if nothing did."""


def lost_ask(catalogue: Catalogue, index: Index, resource: int, ask: int) -> LostAsk | None:
    """The ask as lost, or None if it is well: its resource comes in the top 3, and no resource
    of another home topic comes before it.
    """
    own = catalogue.resources[resource]
    ranking = index.ranking(question.parse(own.asks[ask]))
    if resource not in ranking:
        winner = catalogue.resources[ranking[0]] if ranking else None
        return LostAsk(resource, ask, None, winner)
    place = ranking.index(resource) + 1
    before = [catalogue.resources[other] for other in ranking[: place - 1]]
    stranger = next((other for other in before if other.topics[0] != own.topics[0]), None)
    if place <= TOP and stranger is None:
        return None
    return LostAsk(resource, ask, place, stranger or before[0])


def lost_asks(catalogue: Catalogue, index: Index) -> Iterator[LostAsk]:
    """All asks of a catalogue that are lost."""
    for at, resource in enumerate(catalogue.resources):
        for ask in range(len(resource.asks)):
            if lost := lost_ask(catalogue, index, at, ask):
                yield lost


def sentences(catalogue: Catalogue, lost: LostAsk) -> tuple[str, str]:
    """What is wrong with a lost ask, and what to do about it."""
    own = catalogue.resources[lost.resource]
    said = f'Resource "{own.id}": its ask "{own.asks[lost.ask]}"'
    if lost.place is None or lost.winner is None:
        return f"{said} does not find it.", "Use a word of its title, aliases, tags or summary."
    return (
        f'{said} finds it only in place {lost.place}, after "{lost.winner.id}".',
        "Word the ask so that it says what sets this resource apart, or move it to the other one.",
    )


@dataclass(frozen=True, slots=True)
class Tried:
    """A question that should find a resource, and does not bring it into the first three."""

    question: str
    winner: Resource | None
    """What came first instead; None if nothing did."""


def hidden(catalogue: Catalogue, index: Index, resource: int) -> tuple[Tried, ...]:
    """The plausible questions for a resource, if none of them finds it; else nothing."""
    tried: list[Tried] = []
    for asked in plausible(catalogue, resource):
        ranking = index.ranking(question.parse(asked))
        if resource in ranking[:TOP]:
            return ()
        tried.append(Tried(asked, catalogue.resources[ranking[0]] if ranking else None))
    return tuple(tried)


def plausible(catalogue: Catalogue, resource: int) -> Iterator[str]:
    """What somebody would ask who wants this resource: by its title and other names, its topic and
    kind, and the words of its summary that English uses least.
    """
    own = catalogue.resources[resource]
    yield own.title
    yield from own.aliases[:_MOST_TRIED]
    home = next((topic.name for topic in catalogue.topics if topic.id == own.topics[0]), "")
    if home:
        yield " ".join(part for part in (home, own.level, own.kind) if part)
    words = dict.fromkeys(word for word in text.words(own.summary) if len(word) > 1)
    rare = sorted(words, key=lambda word: -english.rarity(word))[:_RAREST]
    if rare:
        yield " ".join(rare)
