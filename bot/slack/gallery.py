"""Everything the bot can say in Slack, made from a catalogue, to be looked at and checked.

Each item is what Slack's Block Kit Builder takes: `{"blocks": [...]}` for a message, or a view.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bot import path
from bot.gaps import MOST_WORDS, Gap, Gaps
from bot.library import Snapshot
from bot.model import Answer
from bot.records import STATUSES, Draft, Suggestion, Thumbs
from bot.slack import views
from bot.slack.values import Carried
from bot.slack.views import Message, Offers

_SOMEBODY = "U0000000001"
_MANY = 20
_THEN = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
_NOW = _THEN + dt.timedelta(days=7)


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
    for status in STATUSES:
        suggestion = replace(_suggestion(snapshot, given.question), status=status)
        yield f"suggestion-{status}", views.suggestion(suggestion, catalogue)
    yield "suggested", views.suggested(given.question)
    yield "suggested-unseen", views.suggested(given.question, seen=False)
    yield "suggestion-taken", views.approved(suggestion)
    yield "suggestion-not-taken", views.declined(suggestion)
    yield "late-answer", views.late_answer(given, catalogue, carried, _THEN, _NOW)
    yield "wished", views.wished(carried)
    yield "forgotten", views.forgotten(_MANY)
    yield "forgotten-nothing", views.forgotten(0)
    gap = _gap(carried.question)
    yield "gaps", views.gaps(Gaps((gap,) * _MANY, _MANY), _NOW)
    yield "gaps-few", views.gaps(Gaps((replace(gap, times=1, people=1),), 1), _NOW, suggest=False)
    yield "gaps-hidden", views.gaps(Gaps((), _MANY), _NOW)
    judged = [(resource, Thumbs(1, _MANY)) for resource in catalogue.resources[:3]]
    yield "gaps-judged", views.gaps(Gaps((gap,), 1), _NOW, judged=judged)
    yield "gaps-none", views.gaps(Gaps(), _NOW)
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
    suggestion = _suggestion(snapshot, given.question)
    here = Carried(channel="C0000000001", thread="1.000001", suggestion=suggestion.id)
    yield "suggest", views.suggestion_form(catalogue, suggestion.draft, here)
    yield "edit", views.edit_form(catalogue, suggestion.draft, here)
    yield "decline", views.decline_form(suggestion, here)
    yield "home", views.home(catalogue, Offers(listening=True, suggest=True))


def _asked(snapshot: Snapshot, question: str) -> tuple[Answer, Carried]:
    asked = question or next(iter(views.example_questions(snapshot.catalogue)), "anything")
    carried = Carried(question=asked, surface="slash", channel="C0000000001", thread="1.000001")
    return snapshot.index.search(asked, surface="slash", limit=_MANY), carried


def _suggestion(snapshot: Snapshot, question: str) -> Suggestion:
    draft = Draft(
        url="https://example.org/",
        title=question,
        summary=question,
        topics=tuple(topic.id for topic in snapshot.catalogue.topics),
        ask=question,
    )
    return Suggestion(
        id=_MANY,
        draft=draft,
        status="pending",
        at=_THEN,
        by=_SOMEBODY,
        decided_by=_SOMEBODY,
        reason=question,
    )


def _gap(question: str) -> Gap:
    return Gap(
        words=tuple(question.split()[:MOST_WORDS]),
        times=_MANY,
        people=3,
        first=_THEN,
        last=_NOW,
        keys=(),
        waiting=2,
    )


def _unsure(given: Answer, snapshot: Snapshot) -> Answer:
    topics = tuple(snapshot.catalogue.topics[:3])
    return replace(
        given, verdict="unsure", reply=False, unknown=("flux", "capacitor"), topics=topics
    )


def _nothing(given: Answer, snapshot: Snapshot) -> Answer:
    return replace(_unsure(given, snapshot), verdict="nothing", results=())
