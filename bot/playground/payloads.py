"""What Slack sends an app: events in their envelope, commands, and interactions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.playground import app, objects
from bot.playground.conversation import Conversation, Message
from bot.playground.seed import User
from bot.playground.views import View

Json = dict[str, Any]

_VERIFICATION = "verification"
"""Slack has replaced these by signatures, and still sends them."""

_AUTHORIZATIONS = [
    {
        "enterprise_id": None,
        "team_id": objects.TEAM,
        "user_id": app.USER,
        "is_bot": True,
        "is_enterprise_install": False,
    }
]


def event(inner: Json, number: int) -> Json:
    """Return an event as the Events API sends it."""
    return {
        "token": _VERIFICATION,
        "team_id": objects.TEAM,
        "context_team_id": objects.TEAM,
        "context_enterprise_id": None,
        "api_app_id": app.ID,
        "event": inner,
        "type": "event_callback",
        "event_id": f"Ev{number}",
        "event_time": int(inner["event_ts"].partition(".")[0]),
        "authorizations": _AUTHORIZATIONS,
        "is_ext_shared_channel": False,
        "event_context": f"4-{number}",
    }


@dataclass(frozen=True)
class Act:
    """A person's act, and what the app is lent for it: a trigger id, perhaps a response URL."""

    domain: str
    user: User
    lent: Mapping[str, str] = field(default_factory=dict)


def command(act: Act, where: Conversation, name: str, text: str) -> Json:
    """Return a slash command."""
    return {
        "token": _VERIFICATION,
        "team_id": objects.TEAM,
        "team_domain": act.domain,
        "channel_id": where.id,
        "channel_name": where.payload_name,
        "user_id": act.user.id,
        "user_name": act.user.name,
        "command": name,
        "text": text,
        "api_app_id": app.ID,
        "is_enterprise_install": "false",
        **act.lent,
    }


def _interaction(type_: str, act: Act) -> Json:
    return {
        "type": type_,
        "user": objects.actor(act.user),
        "api_app_id": app.ID,
        "token": _VERIFICATION,
        "team": objects.team(act.domain),
        "enterprise": None,
        "is_enterprise_install": False,
        **act.lent,
    }


def message_action(act: Act, where: Conversation, message: Message, action: Json) -> Json:
    """Return the use of an element in a message; of an ephemeral one Slack sends no text."""
    ephemeral = message.seen_by is not None
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": where.id,
        "is_ephemeral": ephemeral,
    }
    if message.thread_ts is not None:
        container["thread_ts"] = message.thread_ts
    found = _interaction("block_actions", act) | {
        "container": container,
        "channel": objects.place(where),
        "state": {"values": message.values},
        "actions": [action],
    }
    return found if ephemeral else found | {"message": objects.message(message)}


def view_action(act: Act, view: View, action: Json) -> Json:
    """Return the use of an element in a modal or a Home tab."""
    return _interaction("block_actions", act) | {
        "container": {"type": "view", "view_id": view.id},
        "view": view.json(objects.TEAM),
        "actions": [action],
    }


def global_shortcut(act: Act, callback_id: str, at: str) -> Json:
    """Return the use of a global shortcut."""
    return _interaction("shortcut", act) | {"callback_id": callback_id, "action_ts": at}


def message_shortcut(
    act: Act, callback_id: str, at: str, where: Conversation, message: Message
) -> Json:
    """Return the use of a shortcut on a message."""
    return _interaction("message_action", act) | {
        "callback_id": callback_id,
        "action_ts": at,
        "channel": objects.place(where),
        "message_ts": message.ts,
        "message": objects.message(message),
    }


def submission(act: Act, view: View) -> Json:
    """Return a modal that was submitted."""
    return _interaction("view_submission", act) | {
        "view": view.json(objects.TEAM),
        "response_urls": [],
    }


def closed(act: Act, view: View, *, is_cleared: bool) -> Json:
    """Return a modal that was closed."""
    return _interaction("view_closed", act) | {
        "view": view.json(objects.TEAM),
        "is_cleared": is_cleared,
    }
