"""Everything the bot can say, from every catalogue there may be: Slack takes it, nothing forged."""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.library import Library, Snapshot
from bot.slack import views
from bot.slack.gallery import _messages, _views, gallery
from bot.slack.values import Carried, searchable
from tests.slack.samples import HOSTILE, all_about, at_the_limits, faults, held, snapshot

SHIPPED = Path(__file__).parent.parent.parent / "resources.yaml"


@cache
def shipped() -> Snapshot:
    """Return the catalogue that comes with the project."""
    return Library.open(SHIPPED).current


@cache
def limits() -> Snapshot:
    """Return a catalogue at its limits."""
    return snapshot(at_the_limits())


def check(given: Snapshot, question: str = "") -> None:
    """Assert that nothing is wrong with anything said of this catalogue."""
    found = {name: faults(item) for name, item in gallery(given, question).items()}
    assert {name: told for name, told in found.items() if told} == {}


@pytest.mark.parametrize(
    "question",
    [
        "",
        "how does virtio work",
        "where do I learn kubernetes",
        "?",
        searchable("where can I learn virtio? " + "<!channel> & | ``` " * 2000),
        searchable("where can I learn virtio & " + '\u0001\\"\U0001f389' * 4000),
    ],
)
def test_slack_takes_all_that_is_said_of_our_catalogue(question: str) -> None:
    """With the shipped catalogue, whatever was asked, no message is refused and none is forged."""
    check(shipped(), question)


@pytest.mark.parametrize("question", ["", "where can I learn virtio"])
def test_slack_takes_all_that_is_said_of_nothing(question: str) -> None:
    """A catalogue of nothing still gives messages that can be sent."""
    check(snapshot(held([], [])), question)


def test_slack_takes_all_that_is_said_of_empty_topics() -> None:
    """Topics without a resource, and without any text, give messages that can be sent."""
    check(snapshot(held([{"id": f"t{n}", "name": f"T{n}"} for n in range(3)], [])))


@pytest.mark.parametrize("question", ["", "virtio"])
def test_slack_takes_all_that_is_said_at_the_limits(question: str) -> None:
    """With every text as long as may be, and longer when escaped, nothing is too long for Slack."""
    check(limits(), question)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_catalogue_is_taken_for_markup(text: str) -> None:
    """What a catalogue and a question say can neither ping, nor forge a link, nor be refused."""
    given = snapshot(all_about(text))
    check(given, searchable(f"virtio {text}"))


@pytest.mark.parametrize("start", [0, 48])
def test_every_card_of_a_topic_can_be_sent(start: int) -> None:
    """Each topic, also those that build on many others, has a card and a window Slack takes."""
    for one in (shipped(), limits(), snapshot(all_about("<!here> & |"))):
        for topic in one.catalogue.topics:
            card = views.topic_card(topic, one.catalogue, Carried(start=start), shareable=True)
            assert faults({"text": card.text, "blocks": list(card.blocks)}) == []
            assert faults(views.topic_modal(topic, one.catalogue)) == []


@settings(deadline=None, max_examples=30)
@given(
    st.lists(
        st.sampled_from(["<", ">", "&", "|", "!", "@U1", "#C1", "amp;", "`", "*", "\n> ", " "])
        | st.sampled_from(HOSTILE)
        | st.characters(categories=("L", "N", "P", "S")),
        min_size=1,
        max_size=90,
    ).map("".join)
)
def test_no_text_at_all_is_taken_for_markup(text: str) -> None:
    """The same holds for any text that a catalogue may hold."""
    line = " ".join(text.split()) or "x"
    check(snapshot(all_about(line)), searchable(f"where can I learn virtio {text}"))


def test_the_gallery_shows_each_thing_once() -> None:
    """No two items have a name in common, and each of the bot's sayings has one."""
    made = [name for name, _ in (*_messages(shipped(), ""), *_views(shipped(), ""))]
    assert [name for name, count in Counter(made).items() if count > 1] == []
    assert list(gallery(shipped())) == made
    assert {f"listening-{setting}" for setting in views.LISTENING} <= set(made)
    assert {"answer", "closest", "nothing", "topic", "topics", "help", "why", "home"} <= set(made)


def test_the_gallery_is_of_the_question_given() -> None:
    """The answers shown are to the question asked, and by default to one of the catalogue's."""
    assert "how does virtio work" in str(gallery(shipped(), "how does virtio work")["why"])
    assert "Chromebook" in str(gallery(shipped())["answer-private"])
