"""Messages, users, conversations and the rest as Slack writes them in answers and payloads."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.playground import app
from bot.playground.conversation import Conversation, Message
from bot.playground.seed import User

TEAM = "T1"

Json = dict[str, Any]


def message(of: Message, *, with_metadata: bool = False) -> Json:
    """Return a message as it stands in a history."""
    found: Json = {"type": "message", "user": of.user, "text": of.text, "ts": of.ts, "team": TEAM}
    if of.subtype is not None:
        found["subtype"] = of.subtype
    if of.bot:
        found |= {"bot_id": app.BOT, "app_id": app.ID}
    for key, value in (
        ("blocks", of.blocks),
        ("attachments", of.attachments),
        ("thread_ts", of.thread_ts),
        ("inviter", of.inviter),
        ("files", list(of.files)),
    ):
        if value:
            found[key] = value
    if of.edited is not None:
        found["edited"] = {"user": of.user, "ts": of.edited}
    if of.reactions:
        found["reactions"] = [
            {"name": name, "users": users, "count": len(users)}
            for name, users in of.reactions.items()
        ]
    if with_metadata and of.metadata is not None:
        found["metadata"] = of.metadata
    if of.replies:
        people = list(dict.fromkeys(reply.user for reply in of.replies))
        found |= {
            "reply_count": len(of.replies),
            "reply_users": people,
            "reply_users_count": len(people),
            "latest_reply": of.replies[-1].ts,
        }
    return found


def user(of: User, now: float, *, with_email: bool = False) -> Json:
    """Return a person as `users.info` describes them."""
    zone = ZoneInfo(of.timezone)
    local = datetime.fromtimestamp(now, zone)
    offset = local.utcoffset()
    profile = {"real_name": of.real_name, "display_name": of.name, "title": of.title}
    if with_email:
        profile["email"] = f"{of.name}@example.com"
    return {
        "id": of.id,
        "team_id": TEAM,
        "name": of.name,
        "real_name": of.real_name,
        "deleted": False,
        "is_bot": False,
        "is_admin": of.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        # Slack says of a guest in one channel that they are a guest, too.
        "is_restricted": of.is_restricted or of.is_ultra_restricted,
        "is_ultra_restricted": of.is_ultra_restricted,
        "tz": of.timezone,
        "tz_label": local.tzname(),
        "tz_offset": 0 if offset is None else int(offset.total_seconds()),
        "profile": profile,
    }


def bot(described: app.App) -> Json:
    """Return the app's own user as `users.info` describes it."""
    profile = {"real_name": described.name, "display_name": described.handle, "api_app_id": app.ID}
    return {
        "id": app.USER,
        "team_id": TEAM,
        "name": described.handle,
        "real_name": described.name,
        "deleted": False,
        "is_bot": True,
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "tz": "UTC",
        "tz_label": UTC.tzname(None),
        "tz_offset": 0,
        "profile": profile | {"bot_id": app.BOT},
    }


def conversation(of: Conversation) -> Json:
    """Return a conversation as `conversations.info` describes it."""
    common: Json = {"id": of.id, "created": of.created, "is_archived": of.archived}
    if of.kind == "im":
        return common | {"is_im": True, "user": of.creator, "is_user_deleted": False}
    return common | {
        "name": of.name,
        "name_normalized": of.name,
        "is_channel": of.kind == "channel",
        "is_group": of.kind == "private",
        "is_private": of.kind == "private",
        "is_im": False,
        "is_mpim": False,
        "is_member": of.app_in,
        "is_general": False,
        "creator": of.creator,
        "purpose": {"value": of.purpose, "creator": of.creator, "last_set": of.created},
        "topic": {"value": "", "creator": "", "last_set": 0},
        "num_members": len(of.members) + of.app_in,
    }


def team(domain: str) -> Json:
    """Return the workspace as interactions name it."""
    return {"id": TEAM, "domain": domain}


def actor(of: User) -> Json:
    """Return a person as interactions name them."""
    return {"id": of.id, "username": of.name, "name": of.name, "team_id": TEAM}


def place(of: Conversation) -> Mapping[str, str]:
    """Return a conversation as interactions name it."""
    return {"id": of.id, "name": of.payload_name}
