"""Proofs on questions with known answers: the catalogue's own asks."""

from dataclasses import dataclass

from bot import question
from bot.model import Catalogue, Resource
from bot.search import Index

# An ask has to bring its resource this high: an answer shows three.
TOP = 3


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
