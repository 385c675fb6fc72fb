"""The rules of a workspace, without any network."""

from typing import Any

import pytest

from bot.playground.app import App
from bot.playground.draft import Draft
from bot.playground.errors import RefusedError, SlackError
from bot.playground.seed import Said, Seed, User
from bot.playground.workspace import Workspace
from tests.playground.world import EVENTS, SCOPES, SEED, Clock, button, manifest, seed_with


def workspace(scopes: list[str] = SCOPES, events: list[str] = EVENTS) -> Workspace:
    """Return the small workspace on its first day."""
    return Workspace(App.read(manifest(scopes=scopes, events=events)), SEED, Clock())


def heard(world: Workspace) -> list[tuple[str, str | None]]:
    """Take the events that the app hears, by type and subtype."""
    events = [(event["type"], event.get("subtype")) for event in world.events]
    world.events.clear()
    return events


def test_a_mention_is_heard_twice() -> None:
    """A mention in a joined channel comes as a mention and as a message, of the same time."""
    world = workspace()
    said = world.say("U1", "C1", "<@UBOT> where?")
    mention, message = world.events
    assert (mention["type"], message["type"]) == ("app_mention", "message")
    assert mention["ts"] == message["ts"] == said.ts
    assert mention["channel"] == message["channel"] == "C1"
    assert message["channel_type"] == "channel"
    assert "channel_type" not in mention


@pytest.mark.parametrize(
    ("channel", "channel_type", "event"),
    [
        ("C1", "channel", "message.channels"),
        ("C3", "group", "message.groups"),
        ("D1", "im", "message.im"),
    ],
)
def test_messages_are_heard_by_subscription(channel: str, channel_type: str, event: str) -> None:
    """Each kind of conversation is heard only with its own subscription."""
    world = workspace(events=[event])
    world.say("U1", channel, "hello")
    assert [one["channel_type"] for one in world.events] == [channel_type]
    world = workspace(events=[one for one in EVENTS if one != event])
    world.say("U1", channel, "hello")
    assert world.events == []


@pytest.mark.parametrize(
    ("scope", "channel", "lost"),
    [
        ("app_mentions:read", "C1", "app_mention"),
        ("channels:history", "C1", "message"),
        ("groups:history", "C3", "message"),
        ("im:history", "D1", "message"),
    ],
)
def test_messages_are_heard_by_scope(scope: str, channel: str, lost: str) -> None:
    """Without its scope an event is not sent, however it is subscribed to."""
    world = workspace(scopes=[one for one in SCOPES if one != scope])
    world.say("U1", channel, "<@UBOT> hello")
    assert lost not in {event["type"] for event in world.events}


@pytest.mark.parametrize("channel", ["C2", "C4"])
def test_a_mention_where_the_app_is_not(channel: str) -> None:
    """An app hears nothing of where it is not; who mentions it there is asked to invite it."""
    world = workspace()
    world.say("U1", channel, "<@UBOT> where?")
    assert world.events == []
    assert ["Invite it?" in notice.text for notice in world.notices["U1"]] == [True]


def test_a_mention_in_direct_messages_is_a_message() -> None:
    """In direct messages a mention is heard once, as a message."""
    world = workspace()
    world.say("U1", "D1", "<@UBOT> where?")
    assert heard(world) == [("message", None)]


def test_the_app_hears_itself() -> None:
    """What the app says comes back as a message that names it, and never as a mention."""
    world = workspace()
    world.post(world.joined("C1"), Draft("I am <@UBOT>"))
    (event,) = world.events
    assert (event["type"], event["bot_id"], event["user"]) == ("message", "BBOT", "UBOT")


def test_edits_and_deletions_are_heard() -> None:
    """A change comes as a hidden message with what it was before; a mention in it is not one."""
    world = workspace()
    ts = world.say("U1", "C1", "first").ts
    world.events.clear()
    world.edit("U1", "C1", ts, "<@UBOT> second")
    (event,) = world.events
    assert (event["subtype"], event["hidden"]) == ("message_changed", True)
    assert event["previous_message"]["text"] == "first"
    assert event["message"]["text"] == "<@UBOT> second"
    assert event["message"]["edited"]["user"] == "U1"
    world.events.clear()
    world.delete(*world.own("U1", "C1", ts))
    (event,) = world.events
    assert (event["subtype"], event["deleted_ts"]) == ("message_deleted", ts)


def test_only_ones_own_message_can_be_changed() -> None:
    """Nobody edits or deletes what another said."""
    world = workspace()
    ts = world.say("U1", "C1", "mine").ts
    with pytest.raises(RefusedError):
        world.edit("U2", "C1", ts, "yours")
    with pytest.raises(RefusedError):
        world.own("U2", "C1", ts)


def test_a_thread_outlives_its_first_message() -> None:
    """A message with replies leaves a stone when it is deleted; a reply leaves nothing."""
    world = workspace()
    root = world.say("U1", "C1", "root")
    reply = world.say("U2", "C1", "reply", thread_ts=root.ts)
    where = world.conversations["C1"]
    world.delete(where, root)
    assert where.messages[root.ts].subtype == "tombstone"
    assert root.replies == [reply]
    world.delete(where, reply)
    assert reply.ts not in where.messages
    assert root.replies == []


def test_replies_hang_on_first_messages_only() -> None:
    """A reply is no thread of its own, and neither is a message that is not there."""
    world = workspace()
    where = world.joined("C1")
    root = world.say("U1", "C1", "root")
    reply = world.say("U2", "C1", "reply", thread_ts=root.ts)
    for ts in (reply.ts, "1.000001"):
        with pytest.raises(SlackError, match="thread_not_found"):
            world.post(where, Draft("answer"), thread_ts=ts)
        with pytest.raises(RefusedError):
            world.say("U1", "C1", "answer", thread_ts=ts)


def test_a_reply_sent_to_the_channel() -> None:
    """A reply can be shown in the channel too, and says so; only a reply can."""
    world = workspace()
    root = world.say("U1", "C1", "root")
    world.events.clear()
    world.say("U1", "C1", "<@UBOT> again", thread_ts=root.ts, broadcast=True)
    assert heard(world) == [("app_mention", None), ("message", "thread_broadcast")]
    with pytest.raises(RefusedError):
        world.say("U1", "C1", "again", broadcast=True)


def test_a_file_may_come_without_text() -> None:
    """A message with files has a subtype and needs no text; one with neither is nothing."""
    world = workspace()
    world.say("U1", "D1", "", files=({"id": "F1"},))
    (event,) = world.events
    assert (event["subtype"], event["text"], event["files"]) == ("file_share", "", [{"id": "F1"}])
    with pytest.raises(RefusedError):
        world.say("U1", "D1", "")


def test_an_ephemeral_message_is_for_one() -> None:
    """Only its person sees an ephemeral message, and no event, edit or thread ever finds it."""
    world = workspace()
    where = world.joined("C1")
    whispered = world.whisper(where, "U1", Draft("psst"))
    assert whispered in where.visible_to("U1")
    assert whispered not in where.visible_to("U2")
    assert whispered not in list(where.said())
    assert where.public(whispered.ts) is None
    assert world.events == []


def test_an_ephemeral_message_needs_a_living_thread() -> None:
    """In a thread that nobody replied to yet it is never shown, and the app is warned."""
    world = workspace()
    where = world.joined("C1")
    root = world.say("U1", "C1", "root")
    hidden = world.whisper(where, "U1", Draft("psst"), thread_ts=root.ts)
    assert hidden not in where.visible_to("U1")
    assert len(world.warnings) == 1
    world.say("U2", "C1", "reply", thread_ts=root.ts)
    shown = world.whisper(where, "U1", Draft("psst"), thread_ts=root.ts)
    assert shown in where.visible_to("U1")
    assert hidden not in where.visible_to("U1")
    assert len(world.warnings) == 1


def test_blocks_want_a_text() -> None:
    """Blocks without a text for notifications are let through with a warning."""
    world = workspace()
    world.post(world.joined("C1"), Draft(blocks=button()))
    assert world.warnings == ["a message has blocks, and no text for notifications"]
    world.post(world.joined("C1"), Draft("text", button()))
    assert len(world.warnings) == 1


def test_coming_and_going_is_heard() -> None:
    """Who joins or leaves is told of in the channel and as an event."""
    world = workspace()
    world.join("U3", "C1")
    assert heard(world) == [("message", "channel_join"), ("member_joined_channel", None)]
    world.leave("U3", "C1")
    assert heard(world) == [("message", "channel_leave"), ("member_left_channel", None)]
    with pytest.raises(RefusedError):
        world.say("U3", "C1", "still here")


def test_the_app_comes_and_goes() -> None:
    """An invited app hears of itself and then of the channel; removed, it hears no more."""
    world = workspace()
    world.invite_app("C2", "U2")
    joined = world.events[-1]
    assert (joined["type"], joined["user"], joined["inviter"]) == (
        "member_joined_channel",
        "UBOT",
        "U2",
    )
    world.events.clear()
    world.remove_app("C2", "U2")
    assert heard(world) == [("channel_left", None)]
    world.say("U1", "C2", "<@UBOT> are you there?")
    assert heard(world) == []
    with pytest.raises(RefusedError):
        world.remove_app("C2", "U2")


def test_an_archived_channel_is_closed() -> None:
    """Nobody says anything in an archived channel, the app included."""
    world = workspace()
    world.archive("C1", "U2")
    assert heard(world) == [("channel_archive", None)]
    with pytest.raises(RefusedError):
        world.say("U1", "C1", "hello")
    with pytest.raises(SlackError, match="is_archived"):
        world.post(world.joined("C1"), Draft("hello"))
    with pytest.raises(SlackError, match="is_archived"):
        world.whisper(world.joined("C1"), "U1", Draft("hello"))


@pytest.mark.parametrize(
    ("channel", "event"), [("C1", "channel_unarchive"), ("C3", "group_unarchive")]
)
def test_an_archived_channel_can_be_opened_again(channel: str, event: str) -> None:
    """Who was in it still is, the app included, and the app hears of it; an open one stays so."""
    world = Workspace(App.read(manifest(events=[event])), SEED, Clock())
    world.archive(channel, "U1")
    world.unarchive(channel, "U1")
    assert heard(world) == [(event, None)]
    world.say("U1", channel, "hello")
    assert world.post(world.joined(channel), Draft("hello")).text == "hello"
    for other, sentence in [(channel, "is not archived"), ("C9", "no channel"), ("D1", "no chan")]:
        with pytest.raises(RefusedError, match=sentence):
            world.unarchive(other, "U1")


def test_home_tells_which_tab() -> None:
    """Opening a tab names it and the direct messages; a tab that is not there cannot be opened."""
    world = workspace()
    world.open_home("U2", "home")
    world.open_home("U2", "messages")
    assert [(one["tab"], one["channel"]) for one in world.events] == [
        ("home", "D2"),
        ("messages", "D2"),
    ]
    with pytest.raises(RefusedError):
        world.open_home("U2", "about")


def test_nobody_speaks_where_they_are_not() -> None:
    """People speak only in conversations that they are in, and see no others' direct messages."""
    world = workspace()
    for user, channel in [("U3", "C1"), ("U2", "C3"), ("U1", "D2"), ("U9", "C1"), ("U1", "C9")]:
        with pytest.raises(RefusedError):
            world.say(user, channel, "hello")


def test_every_time_is_another() -> None:
    """Times differ and grow even when the clock stands or goes back."""
    clock = Clock()
    world = Workspace(App.read(manifest()), SEED, clock)
    stamps = [world.stamp(), world.stamp()]
    clock.at -= 100
    stamps.append(world.stamp())
    assert stamps == sorted(set(stamps))


def test_the_seed_was_said_before() -> None:
    """The first messages stand in the channels, with their threads, in the past, unheard."""
    world = workspace()
    root, reply = world.conversations["C1"].said()
    assert (root.text, reply.text, reply.thread_ts) == ("who knows virtio?", "I do", root.ts)
    assert float(reply.ts) < world.clock()
    assert world.events == []


def test_a_seed_is_whole() -> None:
    """A seed that names somebody or something it does not have is refused."""
    wrong: list[dict[str, Any]] = [
        {"messages": (Said("C1", "U9", "hello"),)},
        {"messages": (Said("C9", "U1", "hello"),)},
        {"messages": (Said("C1", "U1", "reply", Said("C1", "U1", "nowhere")),)},
        {"users": SEED.users[:1]},
        {"users": (*SEED.users, SEED.users[0])},
    ]
    for changes in wrong:
        with pytest.raises(ValueError, match=r"."):
            seed_with(**changes)
    with pytest.raises(ValueError, match="own user"):
        Workspace(App.read(manifest()), Seed("x", (User("UBOT", "x", "X"),), ()), Clock())
