"""Which asks of a catalogue are lost, and what is said of them."""

import json

import pytest

from bot.catalogue import parse
from bot.findable import LostAsk, hidden, lost_ask, plausible, sentences
from bot.model import Catalogue
from bot.search import Index

BETTER = "Word the ask so that it says what sets this resource apart, or move it to the other one."


def shelf(*resources: tuple[str, str, str], asks: str = "how do I tie a bowline") -> Catalogue:
    """Return a catalogue of resources (id, title, home topic), the first of which has the ask."""
    topics = dict.fromkeys(home for _, _, home in resources)
    text = "version: 1\ntopics:\n"
    text += "".join(f"  - {{id: {name}, name: {name}}}\n" for name in topics) + "resources:\n"
    for name, title, home in resources:
        text += f"  - {{id: {name}, title: {title}, url: https://example.org/{name}, "
        text += f"summary: All about {title}., topics: [{home}]"
        if name == resources[0][0]:
            text += f", asks: [{json.dumps(asks, ensure_ascii=False)}]"
        elif home != resources[0][2]:
            text += ", aliases: [moon and sea], tags: [moon, sea], "
            text += "asks: [of the moon and the sea, what the moon and the sea do]"
        text += "}\n"
    return parse(text)


def lost(catalogue: Catalogue) -> LostAsk | None:
    """Judge the ask of the first resource."""
    return lost_ask(catalogue, Index.build(catalogue), 0, 0)


def test_an_ask_that_finds_its_resource_is_fine() -> None:
    """An ask that brings its own resource first is not lost."""
    assert lost(shelf(("knots", "Knots of sailors", "deck"), ("moon", "The moon", "sky"))) is None


def test_an_ask_that_another_topic_answers_better_is_lost() -> None:
    """An ask that leads to a resource of another topic first is lost, and the winner is named."""
    catalogue = shelf(
        ("knots", "Knots of sailors", "deck"),
        ("loops", "The moon and the sea", "sky"),
        asks="all about the moon and the sea",
    )
    found = lost(catalogue)
    assert found == LostAsk(resource=0, ask=0, place=2, winner=catalogue.resources[1])
    assert sentences(catalogue, found) == (
        'Resource "knots": its ask "all about the moon and the sea" '
        'finds it only in place 2, after "loops".',
        BETTER,
    )


@pytest.mark.parametrize("rivals", [2, 3])
def test_a_neighbour_may_come_before(rivals: int) -> None:
    """Resources of the same home may come first, as long as the own one is in the top three."""
    catalogue = shelf(
        ("knots", "Knots of sailors", "deck"),
        *((f"moon-{n}", "The moon and the sea", "deck") for n in range(rivals)),
        asks="the moon and the sea",
    )
    found = lost(catalogue)
    if rivals < 3:
        assert found is None
    else:
        assert found == LostAsk(resource=0, ask=0, place=4, winner=catalogue.resources[1])
        assert 'in place 4, after "moon-0"' in sentences(catalogue, found)[0]


@pytest.mark.parametrize("asks", ["?!", "about it, and of this", "🐢"])
def test_an_ask_without_a_subject_is_lost(asks: str) -> None:
    """An ask that names nothing finds nothing, and the remedy is to name something."""
    catalogue = shelf(("knots", "Knots of sailors", "deck"), asks=asks)
    found = lost(catalogue)
    assert found == LostAsk(resource=0, ask=0, place=None, winner=None)
    assert sentences(catalogue, found) == (
        f'Resource "knots": its ask "{asks}" does not find it.',
        "Use a word of its title, aliases, tags or summary.",
    )


def test_what_one_would_ask_is_made_of_the_resource_itself() -> None:
    """Plausible questions are the title, other names, topic and kind, rare words of the summary."""
    text = (
        "version: 1\ntopics:\n  - {id: deck, name: On deck}\nresources:\n  - {id: a, title: Reef, "
    )
    text += "url: 'https://example.org/a', summary: What to do with a halyard and the boom, "
    text += "topics: [deck], aliases: [reefing], kind: book, level: intro}\n"
    asked = list(plausible(parse(text), 0))
    assert asked[:3] == ["Reef", "reefing", "On deck intro book"]
    assert set(asked[3].split()) >= {"halyard", "boom"}


def test_only_what_nothing_finds_is_hidden() -> None:
    """Of four that are alike the last one is hidden, with what was tried and what came instead."""
    entry = "  - {{id: r{0}, title: Reef, url: 'https://example.org/{0}', summary: Reef., "
    entry += "topics: [t]}}\n"
    text = "version: 1\ntopics:\n  - {id: t, name: Deck}\nresources:\n"
    catalogue = parse(text + "".join(entry.format(number) for number in range(4)))
    index = Index.build(catalogue)
    found = [hidden(catalogue, index, number) for number in range(4)]
    assert [bool(tried) for tried in found] == [False, False, False, True]
    assert [one.question for one in found[3]] == list(plausible(catalogue, 3))
    assert all(one.winner == catalogue.resources[0] for one in found[3])
