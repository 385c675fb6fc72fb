"""The workspace as one person sees it, for the page."""

from collections.abc import Iterable
from typing import Any

from bot.playground import app, objects
from bot.playground.api import Call
from bot.playground.conversation import Conversation, Message
from bot.playground.delivery import Delivery
from bot.playground.workspace import Workspace

MOST_MESSAGES = 300

Json = dict[str, Any]


def snapshot(workspace: Workspace, me: str, traffic: Iterable[Delivery | Call]) -> Json:
    """Return all that the page shows to this person, but what only its server knows."""
    seen = [one for one in workspace.conversations.values() if _is_seen(one, me)]
    home = workspace.views.homes.get(me)
    return {
        "now": workspace.clock(),
        "me": me,
        "workspace": {"name": workspace.seed.name, "welcome": _welcome(workspace)},
        "users": [*_users(workspace), _bot(workspace)],
        "people": list(workspace.users),
        "app": _app(workspace),
        "conversations": [_conversation(one) for one in seen],
        "messages": {one.id: _messages(one, me) for one in seen},
        "prompts": {
            one.id: workspace.prompts[one.id] for one in seen if one.id in workspace.prompts
        },
        "statuses": [
            {"channel": channel, "thread_ts": thread_ts, "status": status}
            for (channel, thread_ts), status in workspace.statuses.items()
            if any(one.id == channel for one in seen)
        ],
        "home": None if home is None else home.json(objects.TEAM),
        "modals": [
            {
                "id": one.id,
                "view": one.json(objects.TEAM),
                "errors": one.errors,
                "busy": one.busy,
            }
            for one in workspace.views.stacks.get(me, ())
        ],
        "notices": [
            {"id": one.id, "text": one.text, "kind": one.kind}
            for one in workspace.notices.get(me, ())
        ],
        "traffic": [line(one) for one in traffic],
    }


def line(of: Delivery | Call) -> Json:
    """Return the line of the inspector for one exchange between Slack and the app."""
    if isinstance(of, Delivery):
        to, what, outcome, ms = "app", of.what, of.outcome, of.ack_ms
    else:
        lost = "lost" if not of.status else str(of.status)
        fine = "ok" if of.answer.get("ok") else str(of.answer.get("error", lost))
        to, what, outcome, ms = "slack", of.method, fine if of.status else lost, of.ms
    spent = None if ms is None else round(ms)
    return {"id": of.id, "at": of.at, "to": to, "what": what, "outcome": outcome, "ms": spent}


def _is_seen(where: Conversation, me: str) -> bool:
    return where.kind == "channel" or me in where.members


def _users(workspace: Workspace) -> list[Json]:
    return [
        {
            "id": one.id,
            "name": one.name,
            "real_name": one.real_name,
            "title": one.title,
            "tz": one.timezone,
            "is_bot": False,
        }
        for one in workspace.users.values()
    ]


def _bot(workspace: Workspace) -> Json:
    described = workspace.app
    return {
        "id": app.USER,
        "name": described.handle,
        "real_name": described.name,
        "title": "",
        "is_bot": True,
    }


def _app(workspace: Workspace) -> Json:
    described = workspace.app
    return {
        "id": app.ID,
        "name": described.name,
        "user": app.USER,
        "description": described.description,
        "commands": [
            {"command": one.command, "description": one.description, "usage_hint": one.usage_hint}
            for one in described.commands.values()
        ],
        "shortcuts": [
            {
                "callback_id": one.callback_id,
                "name": one.name,
                "type": one.type,
                "description": one.description,
            }
            for one in described.shortcuts.values()
        ],
        "home": described.home,
        "messages": described.messages,
        "agent": described.agent,
    }


def _welcome(workspace: Workspace) -> Json | None:
    welcome = workspace.seed.welcome
    if welcome is None:
        return None
    steps = [
        {"text": one.text, "channel": one.channel, "insert": one.insert} for one in welcome.steps
    ]
    return {"title": welcome.title, "text": welcome.text, "steps": steps}


def _conversation(of: Conversation) -> Json:
    return {
        "id": of.id,
        "name": of.name,
        "kind": of.kind,
        "purpose": of.purpose,
        "members": list(of.members),
        "app_in": of.app_in,
        "archived": of.archived,
    }


def _messages(where: Conversation, me: str) -> list[Json]:
    return [_message(one) for one in where.visible_to(me, MOST_MESSAGES)]


def _message(of: Message) -> Json:
    return {
        "ts": of.ts,
        "user": of.user,
        "text": of.text,
        "blocks": of.blocks,
        "thread_ts": of.thread_ts,
        "ephemeral": of.seen_by is not None,
        "edited": of.edited is not None,
        "bot": of.bot,
        "subtype": of.subtype,
        "shared_by": of.shared_by,
    }
