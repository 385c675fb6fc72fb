"""Everything the bot can say in Slack, made from a catalogue, to be looked at and checked.

Each item is what Slack's Block Kit Builder takes: `{"blocks": [...]}` for a message, or a view.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bot import path
from bot.library import Snapshot
from bot.model import Answer
from bot.slack import views
from bot.slack.values import Carried
from bot.slack.views import Message, Offers

_SOMEBODY = "U0000000001"
_MANY = 20


def gallery(snapshot: Snapshot, question: str = "") -> dict[str, dict[str, Any]]:
    """Every message and view by name, each as Block Kit Builder takes it.

    `question` is what the answers are to; by default the first one the catalogue holds.
    """
    messages = {
        name: {"text": message.text, "blocks": list(message.blocks)}
        for name, message in _messages(snapshot, question)
    }
    return messages | dict(_views(snapshot, question))


def _messages(snapshot: Snapshot, question: str) -> Iterator[tuple[str, Message]]:
    catalogue = snapshot.catalogue
    offers = Offers(listening=True, suggest=True)
    given, carried = _asked(snapshot, question)
    unsure, nothing = _unsure(given, snapshot), _nothing(given, snapshot)
    yield "answer", views.answer(given, catalogue, carried)
    yield "answer-private", views.answer(given, catalogue, carried, shareable=True)
    yield (
        "answer-shared",
        views.shared(views.answer(given, catalogue, carried), _SOMEBODY, carried.question),
    )
    yield "more", views.more(given, catalogue, carried)
    yield "more-none", views.more(given, catalogue, replace(carried, start=_MANY))
    yield "closest", views.closest(unsure, catalogue, carried, postable=False, suggest=True)
    yield "closest-private", views.closest(unsure, catalogue, carried, postable=True, suggest=True)
    yield "nothing", views.nothing(nothing, catalogue, carried, suggest=True)
    yield (
        "nothing-asked",
        views.nothing(
            replace(nothing, unknown=(), subject=(), topics=()), catalogue, carried, suggest=True
        ),
    )
    for resource in catalogue.resources[:1]:
        yield (
            "posted",
            views.shared(
                views.single(resource, catalogue, carried, given), _SOMEBODY, carried.question
            ),
        )
    for topic in path.topics_in_order(catalogue)[:1]:
        yield "topic", views.topic_card(topic, catalogue, Carried(), shareable=True)
        yield "topic-more", views.topic_card(topic, catalogue, Carried(start=1))
    yield "topics", views.topics(catalogue)
    yield "help", views.guide(catalogue, offers)
    yield "thanks-useful", views.thanks(replace(carried, useful=True), offers)
    yield "thanks-not-useful", views.thanks(replace(carried, useful=False), offers)
    yield "unconfirmed", views.unconfirmed(carried)
    for setting in views.LISTENING:
        yield f"listening-{setting}", views.listening(setting, _MANY, may_change=True)
    yield "listening-changed", views.listening_changed("on", _SOMEBODY)
    yield (
        "suggestion",
        views.suggestion(
            _SOMEBODY,
            url="https://example.org/",
            title=given.question,
            topics=[topic.name for topic in catalogue.topics],
            why=given.question,
            question=given.question,
        ),
    )
    yield "suggested", views.suggested(given.question, sure=True)
    yield "suggested-unsure", views.suggested(given.question, sure=False)
    yield "suggestion-refused", views.undelivered(given.question, "https://e.org", given.question)
    yield (
        "faults",
        views.catalogue_faults(
            "resources.yaml", [f"resources.yaml:{line}:1: a fault" for line in range(1, _MANY)]
        ),
    )


def _views(snapshot: Snapshot, question: str) -> Iterator[tuple[str, dict[str, Any]]]:
    catalogue = snapshot.catalogue
    given, carried = _asked(snapshot, question)
    yield "why", views.explanation(given, carried)
    for topic in path.topics_in_order(catalogue)[:1]:
        yield "topic-window", views.topic_modal(topic, catalogue)
    yield "suggest", views.suggestion_form(catalogue, carried)
    yield "home", views.home(catalogue, Offers(listening=True, suggest=True))


def _asked(snapshot: Snapshot, question: str) -> tuple[Answer, Carried]:
    asked = question or next(iter(views.example_questions(snapshot.catalogue)), "anything")
    carried = Carried(question=asked, surface="slash", channel="C0000000001", thread="1.000001")
    return snapshot.index.search(asked, surface="slash", limit=_MANY), carried


def _unsure(given: Answer, snapshot: Snapshot) -> Answer:
    topics = tuple(snapshot.catalogue.topics[:3])
    return replace(
        given, verdict="unsure", reply=False, unknown=("flux", "capacitor"), topics=topics
    )


def _nothing(given: Answer, snapshot: Snapshot) -> Answer:
    return replace(_unsure(given, snapshot), verdict="nothing", results=())
