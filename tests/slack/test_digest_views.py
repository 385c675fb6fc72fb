"""What a digest says in Slack, and what is said about it."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from bot.digest import AskedTopic, Best, Digest
from bot.gaps import Gap
from bot.model import Catalogue, Link, Resource, Topic
from bot.playground.blocks import message_problems
from bot.records import Subscription, Thumbs, Weekly
from bot.slack import digest_views
from bot.slack.parts import Message
from bot.slack.views import Offers

NOW = dt.datetime(2026, 11, 30, 8, tzinfo=dt.UTC)
ALL = Offers(listening=True, suggest=True)
TOPICS = tuple(Topic(id=f"t{n}", name=f"Topic {n}") for n in range(20))
WEEKLY = Subscription(
    channel="C1",
    weekly=Weekly(weekday=0, hour=9, minute=0, zone="Europe/Berlin"),
    by="U1",
    since=NOW - dt.timedelta(weeks=3),
)
GAP = Gap(
    words=("nested", "virtualization"), times=4, people=3, first=NOW, last=NOW, keys=(), waiting=0
)


def resource(name: str, topic: str = "t0", **more: Any) -> Resource:
    """Return a resource on a topic."""
    return Resource(
        id=name,
        title=f"The {name} book",
        url=f"https://example.org/{name}",
        summary=f"All of {name}.",
        topics=(topic,),
        **more,
    )


CATALOGUE = Catalogue(version=1, topics=TOPICS, resources=(resource("bus"),))
QUIET = Digest(since=NOW, until=NOW, is_first=False, told=NOW, size=9, look=resource("look"))


def posted(given: Digest, of: Subscription = WEEKLY, offers: Offers = ALL) -> Message:
    """Return what a channel is given; Slack takes all of it."""
    message = digest_views.digest(given, of, CATALOGUE, offers)
    assert message_problems(message.text, list(message.blocks)) == []
    return message


def shown(message: Message) -> str:
    """Return every text of a message."""
    return "\n".join(
        text["text"]
        for block in message.blocks
        for text in (block.get("text"), *block.get("elements", ()), block.get("accessory"))
        if text and isinstance(text.get("text"), str)
    )


def test_a_rich_week_tells_of_all_that_happened() -> None:
    """Each part has its heading, its links and its numbers, in the text for listeners as well."""
    new = [resource(f"new{n}", f"t{n}") for n in range(5)]
    dead = resource("old", gone=NOW.date(), also=(Link(title="A copy", url="https://copy.org/"),))
    message = posted(
        replace(
            QUIET,
            new=tuple(new),
            new_count=2_000,
            more=tuple((topic, 105 - n) for n, topic in enumerate(TOPICS)),
            changed=(resource("changed"),),
            changed_count=3,
            asked=(
                AskedTopic(TOPICS[3], 7, 9, resource("asked")),
                AskedTopic(TOPICS[4], 1, 1, None),
            ),
            best=Best(resource("best"), Thumbs(5, 1)),
            gap=GAP,
            gone=(dead,),
            gone_count=1,
        )
    )
    for text in (shown(message), message.text):
        assert "New in the catalogue (2,000)" in text
        assert "<https://example.org/new4|The new4 book>: All of new4." in text
        assert "… and 1,995 more: Topic 0 (105), Topic 1 (104), Topic 2 (103)," in text
        assert "Topic 4 (101), 15 more topics" in text
        assert "… and 2 more" in text
        assert "*Topic 3*: asked about by 7 people, mostly led to <https://" in text
        assert "*Topic 4*: asked about by one person\n" in text
        assert "5 of 6 say that it helped." in text
        assert "Asked 4 times, and nothing in the catalogue: *nested virtualization*." in text
        assert "The old book>; instead: <https://copy.org/|A copy>" in text
    assert "Monday 30 November" in message.text
    assert "Mondays at 09:00 (Europe/Berlin) ·" in shown(message)


def test_a_gap_has_a_button_where_somebody_reads_suggestions() -> None:
    """Without curators it is told all the same, and nobody is sent astray."""
    for suggest in (True, False):
        message = posted(replace(QUIET, gap=GAP), offers=replace(ALL, suggest=suggest))
        found = [block for block in message.blocks if block.get("accessory")]
        assert len(found) == suggest
        assert "nested virtualization" in shown(message)


def test_a_poor_week_is_short() -> None:
    """One thing to look at, and no heading without anything below it."""
    message = posted(QUIET)
    assert [block["type"] for block in message.blocks] == [
        "header", "section", "section", "context",
    ]  # fmt: skip
    assert "Nothing has changed since the last digest." in shown(message)
    assert "*Worth a second look*" in shown(message)


def test_slack_takes_whatever_the_catalogue_holds() -> None:
    """The longest titles, summaries and addresses, all to be escaped, are shortened by their least
    part: the summary, or the address of what is dead.
    """
    address = "https://e.org/" + "a" * 1_986
    link = Link(title="&" * 160, url=address)
    huge = replace(resource("huge"), title=link.title, url=address, summary="<" * 300, also=(link,))
    topic = Topic(id="t" * 80, name="&" * 160)
    message = posted(
        replace(
            QUIET,
            new=(huge,) * 5,
            new_count=10**6,
            more=((topic, 10**6),) * 200,
            changed=(huge,) * 3,
            changed_count=10**6,
            asked=(AskedTopic(topic, 10**6, 10**6, huge),) * 3,
            best=Best(huge, Thumbs(10**6, 10**5)),
            gap=replace(GAP, words=("&" * 500,) * 5),
            look=huge,
            gone=(huge,) * 5,
            gone_count=10**6,
            topics=(topic,) * 200,
            lost_topics=("&" * 80,) * 500,
        )
    )
    assert "1,000,000 of 1,100,000 say that it helped." in shown(message)
    assert f"; instead: <{address}|" in shown(message)


def test_a_first_digest_says_what_there_is() -> None:
    """It introduces the catalogue, with topics to begin with; of those of the channel, if any."""
    message = posted(replace(QUIET, is_first=True))
    assert "The catalogue has 9 resources: ask me in your own words" in shown(message)
    buttons = [block for block in message.blocks if block["type"] == "actions"]
    assert [one["text"]["text"] for one in buttons[0]["elements"]] == [
        f"Topic {n}" for n in range(5)
    ]
    some = posted(replace(QUIET, is_first=True, topics=TOPICS[7:8]))
    (row,) = (block for block in some.blocks if block["type"] == "actions")
    assert [one["text"]["text"] for one in row["elements"]] == ["Topic 7"]
    assert "9 resources on Topic 7" in shown(some)


def test_topics_that_are_lost_are_told_of() -> None:
    """Whoever chose them learns that they are gone, and what to do."""
    message = posted(replace(QUIET, lost_topics=("gone",), size=0, look=None))
    assert "no longer has these topics of this digest: gone." in shown(message)


@pytest.mark.parametrize("always", [True, False])
def test_a_preview_says_whether_it_would_be_posted(*, always: bool) -> None:
    """An empty week is posted only where that is wanted; the preview says which it is."""
    subscription = replace(WEEKLY, always=always)
    message = digest_views.preview(posted(QUIET), QUIET, subscription)
    assert ("none would be posted" in message.text) == (not always)
    assert message.blocks[1:] == posted(QUIET).blocks


@pytest.mark.parametrize(
    ("state", "reason", "told", "buttons"),
    [
        ("on", "", "The next one comes on Monday 7 December at 09:00.", "Pause"),
        ("paused", "", "but it is *paused*.", "Resume"),
        ("paused", "is_archived", "since the channel is archived. Unarchive it,", "Resume"),
        ("paused", "restricted_action", "since Slack does not let me post there.", "Resume"),
        ("paused", "topics", "since the catalogue has none of its topics any more.", "Resume"),
        ("paused", "zone", "since its time zone is not known any more.", "Resume"),
        ("stopped", "", "This channel has no weekly digest.", "Take up the old one"),
    ],
)
def test_the_state_says_what_can_be_done(state: Any, reason: str, told: str, buttons: str) -> None:
    """How it stands, since why, and the button for what comes next."""
    subscription = replace(WEEKLY, state=state, reason=reason)
    message = digest_views.state(subscription, CATALOGUE, now=NOW, taken={"2026-W49"})
    assert message_problems(message.text, list(message.blocks)) == []
    assert told in shown(message)
    labels = [one["text"]["text"] for one in message.blocks[-1]["elements"]]
    assert buttons in labels


@pytest.mark.parametrize(
    ("topics", "about"),
    [
        ((), "all topics"),
        (("t1", "lost", "t0"), "Topic 0, Topic 1"),
        (("lost",), "topics that the catalogue no longer has"),
    ],
)
def test_what_a_digest_is_about(topics: tuple[str, ...], about: str) -> None:
    """One that has lost its topics is not said to be about all."""
    subscription = replace(WEEKLY, topics=topics)
    state = digest_views.state(subscription, CATALOGUE, now=NOW, taken=())
    assert f"About {about}." in state.text
    told = digest_views.changed(subscription, CATALOGUE, "U1", now=NOW, taken=())
    assert f", about {about}." in told.text


def test_a_zone_that_nobody_knows_is_shown_as_it_is() -> None:
    """What is paused for its zone can still be looked at, and changed."""
    lost = replace(
        WEEKLY, state="paused", reason="zone", weekly=replace(WEEKLY.weekly, zone="Mars/Base")
    )
    message = digest_views.state(lost, CATALOGUE, now=NOW, taken=())
    assert "Mondays at 09:00 (Mars/Base)" in message.text
