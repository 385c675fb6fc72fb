"""Why a question finds what it finds, and the line that changes it."""

import pytest

from bot.catalogue import parse
from bot.explaining import Explained, WhyNot, explain, sentences, sentences_why_not, why_not
from bot.model import Surface
from bot.search import Index
from tests.test_cli import SAILING

IDS = [resource.id for resource in parse(SAILING).resources]


def same(index: Index, *, keep: bool = True) -> Index:  # noqa: ARG001
    """Leave an index as it is."""
    return index


def explained(asked: str, surface: Surface = "mention") -> Explained:
    """Explain a question on sailing."""
    return explain(SAILING, "s.yaml", asked, surface=surface, knowing=same)


def not_found(name: str, asked: str, text: str = SAILING, surface: Surface = "mention") -> WhyNot:
    """Say why a resource on sailing is not found."""
    return why_not(text, "s.yaml", IDS.index(name), asked, surface=surface, knowing=same)


def test_an_explanation_tells_of_every_word() -> None:
    """Words are about something, frame the question, are read otherwise, or are unknown."""
    found = explained("How do I tie a bowlin with zorkmids? I have a boat.")
    assert found.subject == ("tie", "bowlin", "zorkmids")
    assert found.unknown == ("zorkmids",)
    assert found.ignored == ("how", "do")
    assert found.read_as == "How do I tie a bowlin with zorkmids?"
    assert found.beside == "I have a boat."
    (first, *_) = found.standings
    assert (first.resource.id, first.place) == ("bowline", 1)
    assert SAILING.splitlines()[first.line - 1] == "  - id: bowline"
    told = "\n".join(sentences(found))
    for said in ("“zorkmids”", "“How do I tie", "“I have a boat.”", '1. "bowline" (line 33)'):
        assert said in told


def test_a_word_is_read_as_what_led_somewhere() -> None:
    """Of several readings that one is told by which the first ones are found."""
    text = "version: 1\ntopics:\n  - {id: a, name: Apples}\nresources:\n"
    for name in ("york", *("pork on a bus",) * 5):
        text += f"  - id: r{len(text)}\n    title: {name}\n    topics: [a]\n"
        text += f"    url: https://example.org/{len(text)}\n    summary: Of that.\n"
    found = explain(text, "f", "zork bus", surface="mention", knowing=same)
    assert found.readings == ("“zork” read as “pork”",)


@pytest.mark.parametrize("surface", ["mention", "channel"])
def test_what_is_told_is_what_is_answered(surface: Surface) -> None:
    """Order, chances and verdict are those of the search."""
    for asked in ("where are the tide tables", "moon", "zorkmid", "hello", ""):
        given = Index.build(parse(SAILING)).search(asked, surface)
        found = explained(asked, surface)
        assert found.answer.verdict == given.verdict
        names = [one.resource.id for one in found.standings]
        assert names == [one.resource.id for one in given.candidates]
        if found.standings:
            assert found.standings[0].chance == given.confidence
        assert all(sentence.strip() for sentence in sentences(found))


def test_what_asks_nothing_in_a_channel_needs_no_line() -> None:
    """Of what is overheard the file changes nothing: no line is offered, and the reason is told."""
    found = not_found("bowline", "hey, anybody up for lunch?", surface="channel")
    assert found.remedy is None
    told = list(sentences_why_not(found))
    assert told[-1] == "No line of the file changes that."
    assert "Nothing is answered: in a channel only what asks to learn something is." in told


def test_a_dead_link_is_told_with_its_place() -> None:
    """What is dead may come first and is shown last: both is said."""
    text = SAILING.replace("  - id: bowline\n", "  - id: bowline\n    gone: 2026-11-20\n")
    text += "  - id: again\n    title: More on the bowline\n    url: https://example.org/again\n"
    text += "    summary: A knot that holds.\n    topics: [knots]\n"
    found = not_found("bowline", "the bowline", text)
    assert (found.is_shown, found.standing and found.standing.place) == (True, 1)
    (told,) = sentences_why_not(found)
    assert "is shown, in place 2: " in told
    assert told.endswith("its link was dead on 2026-11-20, which puts it last.")


def test_a_resource_that_is_shown_needs_nothing() -> None:
    """Of what is found only that is told."""
    found = not_found("bowline", "how does the bowline make a loop")
    assert (found.is_shown, found.remedy, found.hindrance) == (True, None, "")
    (told,) = sentences_why_not(found)
    assert told.startswith('"bowline" (line 33) is shown, in place 1: ')


@pytest.mark.parametrize(
    ("name", "asked", "key"),
    [
        ("moon", "what is a syzygy", "aliases"),
        ("moon", "how do I tie a loop for the night", "asks"),
        ("harbour-manual", "why does the sea go up and down", "asks"),
        ("bowline", "how do zorkmids help", "aliases"),
    ],
)
def test_the_line_does_what_is_promised(name: str, asked: str, key: str) -> None:
    """The file with the line, at the place that is told, answers as it was said to do."""
    found = not_found(name, asked)
    assert not found.is_shown
    remedy = found.remedy
    assert remedy is not None
    assert (remedy.key, remedy.works, remedy.costs) == (key, True, ())
    lines = SAILING.splitlines()
    at = remedy.line.number - 1
    lines[at : at + (not remedy.line.is_new)] = [remedy.line.text]
    answer = Index.build(parse("\n".join(lines) + "\n")).search(asked)
    assert answer.verdict == remedy.verdict == "answer"
    assert answer.confidence == remedy.confidence
    assert answer.results[0].resource.id == name
    told = list(sentences_why_not(found))
    assert remedy.line.text in told
    assert any(line.startswith("Tried: then it comes first") for line in told)


def test_a_line_that_helps_though_not_wholly_is_told_as_such() -> None:
    """Where no line makes it the answer, the best one is offered with the place it leads to."""
    found = not_found("tide-tables", "the moon")
    assert found.remedy is not None
    assert found.standing is None
    assert (found.remedy.works, found.remedy.verdict) == (False, "unsure")
    told = "\n".join(sentences_why_not(found))
    assert "One more line helps, though not wholly." in told
    assert "and the closest ones are offered" in told


@pytest.mark.parametrize(
    "asked", ["what about the weather", "wie mache ich moonfahrt", "what does 7345 mean"]
)
def test_what_is_no_name_is_not_made_an_alias(asked: str) -> None:
    """What is unknown and plain English would attract other questions, and so would a number, or
    a word of another language: the ask is offered.
    """
    found = not_found("moon", asked)
    assert found.explained.unknown
    assert found.remedy
    assert (found.remedy.key, found.remedy.value) == ("asks", asked)


@pytest.mark.parametrize("word", ["Zýzygy", "バウラインデッキ"])
def test_a_word_is_offered_as_it_was_typed(word: str) -> None:
    """Search folds accents and the marks of kana; what goes into the file has them."""
    found = not_found("moon", f"what is a {word}?")
    assert found.remedy
    assert (found.remedy.key, found.remedy.value) == ("aliases", word)
    assert f"The catalogue does not know “{word}”." in sentences(found.explained)


def test_an_ask_of_another_is_told() -> None:
    """Whose ask the question is already, is told, with its line; no second one is offered."""
    found = not_found("moon", "How do I tie a loop that  holds")
    assert found.remedy is None
    assert '"bowline", in line 38' in found.hindrance
    assert list(sentences_why_not(found))[-1] == found.hindrance


def test_what_another_ask_would_lose_is_told() -> None:
    """A line that takes another ask away from its resource is offered only with that price."""
    text = "version: 1\ntopics:\n  - {id: a, name: Apples}\n  - {id: b, name: Pears}\nresources:\n"
    for name, more in (("a", ""), ("b", "    asks: [the peeling of a fruit]\n")):
        text += f"  - id: {name}\n    title: Title\n    url: https://example.org/{name}\n"
        text += f"    summary: Summary.\n    topics: [{name}]\n{more}"
    found = why_not(text, "f", 0, "peeling fruits", surface="mention", knowing=same)
    assert found.remedy is not None
    assert found.remedy.costs == ('"the peeling of a fruit" of "b"',)
    assert list(sentences_why_not(found))[-1].startswith("But it costs the ask ")


def test_an_ask_that_would_be_lost_itself_is_not_offered() -> None:
    """What is offered passes the check: an ask that leads elsewhere is no remedy."""
    text = SAILING.replace(
        "every harbour.\n    topics: [tides]\n",
        "every harbour.\n    topics: [tides]\n    asks: [what to know on board]\n",
    )
    found = not_found("bowline", "know on the board what to", text)
    assert found.remedy is None
    assert found.hindrance.startswith("No single alias or ask changes that.")


@pytest.mark.parametrize("asked", ["", "hello", "?", "the of and", "🐢", "x" * 5_000, "a\n\nb"])
def test_no_question_is_too_odd(asked: str) -> None:
    """Whatever is asked, there are sentences, and a remedy that is sound if there is one."""
    found = not_found("moon", asked)
    assert list(sentences_why_not(found))
    if found.remedy:
        parse(found.remedy.line.whole)
