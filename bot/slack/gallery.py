"""Everything the bot can say in Slack, made from a catalogue, to be looked at and checked.

Each item is what Slack's Block Kit Builder takes: `{"blocks": [...]}` for a message, or a view.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bot import path
from bot.digest import (
    MOST_ASKED,
    MOST_CHANGED,
    MOST_GONE,
    MOST_NEW,
    AskedTopic,
    Best,
    Digest,
)
from bot.gaps import MOST_WORDS, Gap, Gaps
from bot.library import Snapshot
from bot.model import Answer
from bot.records import STATES, STATUSES, Draft, Subscription, Suggestion, Thumbs, Weekly
from bot.slack import digest_views, views
from bot.slack.parts import Message
from bot.slack.values import Carried
from bot.slack.views import Offers

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
    dead = [replace(r, resource=replace(r.resource, gone=_THEN.date())) for r in given.results]
    yield "answer-gone", views.answer(replace(given, results=tuple(dead)), catalogue, carried)
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
    yield from _digests(snapshot)
    yield (
        "faults",
        views.catalogue_faults(
            "resources.yaml", [f"resources.yaml:{line}:1: a fault" for line in range(1, _MANY)]
        ),
    )
    died = [(one, "answered 404 (not found)") for one in catalogue.resources]
    yield "links-died", views.links_died(died)


def _digests(snapshot: Snapshot) -> Iterator[tuple[str, Message]]:
    """What is posted each week, and all that is said about it."""
    catalogue, offers = snapshot.catalogue, Offers(listening=True, suggest=True)
    here = _subscription()
    rich = _digest(snapshot)
    yield "digest", digest_views.digest(rich, here, catalogue, offers)
    poor = Digest(since=_THEN, until=_NOW, is_first=False, told=_NOW, size=_MANY, look=rich.look)
    yield "digest-poor", digest_views.digest(poor, replace(here, always=True), catalogue, offers)
    first = replace(poor, is_first=True, topics=catalogue.topics)
    yield "digest-first", digest_views.digest(first, here, catalogue, offers)
    lost = replace(poor, size=0, look=None, lost_topics=("gone", "away"))
    yield "digest-lost", digest_views.digest(lost, here, catalogue, offers)
    posted = digest_views.digest(rich, here, catalogue, offers)
    yield "digest-preview", digest_views.preview(posted, rich, here)
    yield "digest-preview-empty", digest_views.preview(posted, poor, here)
    yield "digest-none", digest_views.state(None, catalogue, now=_NOW, taken=())
    for state in STATES:
        standing = replace(here, state=state)
        yield f"digest-{state}", digest_views.state(standing, catalogue, now=_NOW, taken=())
        yield (
            f"digest-changed-{state}",
            digest_views.changed(standing, catalogue, _SOMEBODY, now=_NOW, taken=()),
        )
    stuck = replace(here, state="paused", reason="is_archived")
    yield "digest-stuck", digest_views.state(stuck, catalogue, now=_NOW, taken=())
    for reason in ("is_archived", "restricted_action"):
        yield f"digest-paused-{reason}", digest_views.paused_by_bot(here, reason)
    yield "digest-resumed", digest_views.resumed(here.channel)


def _subscription() -> Subscription:
    return Subscription(
        channel="C0000000001",
        weekly=Weekly(weekday=0, hour=9, minute=0, zone="Europe/Berlin"),
        by=_SOMEBODY,
        since=_THEN,
    )


def _digest(snapshot: Snapshot) -> Digest:
    """One that has something of everything."""
    catalogue = snapshot.catalogue
    few, topics = catalogue.resources[:MOST_NEW], catalogue.topics
    return Digest(
        since=_THEN,
        until=_NOW,
        is_first=False,
        told=_NOW,
        size=len(catalogue.resources),
        new=few,
        new_count=len(few) + _MANY * len(topics),
        more=tuple((topic, _MANY) for topic in topics),
        changed=few[:MOST_CHANGED],
        changed_count=_MANY,
        asked=tuple(AskedTopic(topic, 3, _MANY, *few[:1]) for topic in topics[:MOST_ASKED] if few),
        best=Best(few[0], Thumbs(_MANY, 1)) if few else None,
        gap=_gap("nested virtualization"),
        look=few[-1] if few else None,
        gone=few[:MOST_GONE],
        gone_count=_MANY,
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
    yield "digest-form", digest_views.form(_subscription(), catalogue, here)
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
