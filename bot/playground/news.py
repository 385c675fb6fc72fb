"""The inner events of the Events API: what an app is told of what happens around it."""

from typing import Any

from bot.playground import app, objects
from bot.playground.conversation import Conversation, Message

Json = dict[str, Any]

# Which subscription brings the messages of a conversation.
MESSAGES = {"channel": "message.channels", "private": "message.groups", "im": "message.im"}


def posted(where: Conversation, message: Message) -> Json:
    """A new message."""
    event = objects.message(message) | {
        "channel": where.id,
        "channel_type": where.channel_type,
        "event_ts": message.ts,
    }
    if message.is_reply and message.thread_ts is not None:
        root = where.root(message.thread_ts)
        event["parent_user_id"] = None if root is None else root.user
        if message.broadcast and root is not None:
            event["root"] = objects.message(root)
    if not message.bot and message.subtype is None:
        event["client_msg_id"] = f"client-{message.ts}"
    return event


def mentioned(where: Conversation, message: Message) -> Json:
    """A message that mentions the app; unlike a message event it has no channel type."""
    found = objects.message(message)
    event = {key: found[key] for key in ("user", "text", "ts", "team")}
    event |= {key: found[key] for key in ("thread_ts", "files", "blocks") if key in found}
    event |= {"client_msg_id": f"client-{message.ts}"}
    return event | {"type": "app_mention", "channel": where.id, "event_ts": message.ts}


def changed(where: Conversation, before: Json, after: Json, at: str) -> Json:
    """A message that was edited, by its author or by the app."""
    return _hidden(where, "message_changed", at) | {"message": after, "previous_message": before}


def deleted(where: Conversation, before: Json, at: str) -> Json:
    """A message that was taken back."""
    more = {"deleted_ts": before["ts"], "previous_message": before}
    return _hidden(where, "message_deleted", at) | more


def _hidden(where: Conversation, subtype: str, at: str) -> Json:
    return {
        "type": "message",
        "subtype": subtype,
        "hidden": True,
        "channel": where.id,
        "channel_type": where.channel_type,
        "ts": at,
        "event_ts": at,
    }


def joined(where: Conversation, user: str, inviter: str | None, at: str) -> Json:
    """Somebody came into a channel, perhaps the app itself."""
    event = _membership("member_joined_channel", where, user, at)
    return event if inviter is None else event | {"inviter": inviter}


def left(where: Conversation, user: str, at: str) -> Json:
    """Somebody left a channel."""
    return _membership("member_left_channel", where, user, at)


def _membership(type_: str, where: Conversation, user: str, at: str) -> Json:
    return {
        "type": type_,
        "user": user,
        "channel": where.id,
        "channel_type": "C" if where.kind == "channel" else "G",
        "team": objects.TEAM,
        "event_ts": at,
    }


def app_removed(where: Conversation, user: str, at: str) -> Json:
    """The app was removed from a channel."""
    return {"type": _named(where, "left"), "channel": where.id, "actor_id": user, "event_ts": at}


def archived(where: Conversation, user: str, at: str) -> Json:
    """A channel was archived."""
    return {"type": _named(where, "archive"), "channel": where.id, "user": user, "event_ts": at}


def unarchived(where: Conversation, user: str, at: str) -> Json:
    """An archived channel was opened again."""
    return {"type": _named(where, "unarchive"), "channel": where.id, "user": user, "event_ts": at}


def _named(where: Conversation, what: str) -> str:
    return f"{'group' if where.kind == 'private' else 'channel'}_{what}"


def home_opened(user: str, where: Conversation, tab: str, view: Json | None, at: str) -> Json:
    """Somebody opened the app's Home, or its messages."""
    event = {
        "type": "app_home_opened",
        "user": user,
        "channel": where.id,
        "tab": tab,
        "event_ts": at,
    }
    return event if view is None else event | {"view": view}


def uninstalled(type_: str, at: str) -> Json:
    """The app was taken out of the workspace."""
    event: Json = {"type": type_, "event_ts": at}
    tokens = {"tokens": {"oauth": [], "bot": [app.USER]}}
    return event | tokens if type_ == "tokens_revoked" else event


def reacted(where: Conversation, message: Message, name: str, at: str) -> Json:
    """The app put an emoji on a message."""
    return {
        "type": "reaction_added",
        "user": app.USER,
        "reaction": name,
        "item_user": message.user,
        "item": {"type": "message", "channel": where.id, "ts": message.ts},
        "event_ts": at,
    }
