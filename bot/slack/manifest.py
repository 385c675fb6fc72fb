"""What the app asks of Slack, as the manifest from which Slack creates it.

It asks for nothing beyond the features that are switched on, and for each scope there is a reason.
"""

from collections.abc import Mapping

import yaml

from bot.settings import Features

COMMAND = "/onboard"
FIND_RESOURCES = "find_resources"
"""The callback ID of the shortcut that answers a message."""
SUGGEST_LINK = "suggest_link"
"""... and of the one that suggests the link in it."""
EVENTS_PATH = "/slack/events"
"""Where Slack sends everything in HTTP mode, below the address of the bot."""

_NAME = "onboard"
_COLOUR = "#1f5f5b"

REASONS = {
    "app_mentions:read": "To hear a question in which it is mentioned.",
    "chat:write": "To answer.",
    "commands": f"To offer {COMMAND} and the message shortcut.",
    "im:history": "To hear the questions that people send to it directly.",
    "assistant:write": "To be opened beside whatever somebody reads, and to suggest questions.",
    "channels:history": "To find a digest of its own before it posts it again, and to hear "
    "questions in the public channels it is told to listen to.",
    "groups:history": "To do the same in private channels that it has been added to.",
    "channels:read": "To tell which public channels it has been added to.",
    "groups:read": "To tell which private channels it has been added to.",
    "users:read": "To read the clock of whoever sets up a digest, and to tell guests and admins "
    "apart from others.",
}
"""Why it needs each scope, in the order in which they are asked for."""


def scopes(features: Features) -> tuple[str, ...]:
    """Return the scopes of the bot token that these features need, and no other."""
    needed = {"app_mentions:read", "chat:write", "commands", "im:history"}
    if features.agent:
        needed.add("assistant:write")
    if features.listening:
        needed |= {"channels:history", "groups:history", "channels:read", "groups:read"}
        if not features.curators:
            needed.add("users:read")
    if features.digest:
        needed |= {"channels:history", "groups:history", "users:read"}
    return tuple(scope for scope in REASONS if scope in needed)


def events(features: Features) -> tuple[str, ...]:
    """Return the events that these features have to hear of, and no other."""
    heard = ("app_home_opened", "app_mention", "message.im")
    return (*heard, "message.channels", "message.groups") if features.listening else heard


def manifest(features: Features, *, url: str | None = None) -> dict[str, object]:
    """Return the manifest for Socket Mode, or for HTTP mode at the https address of the bot.

    The keys stand in the order in which people read them.
    """
    request = {"request_url": url.rstrip("/") + EVENTS_PATH} if url else {}
    command = {"url": request["request_url"]} if request else {}
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": _NAME,
            "description": "Answers “where do I learn X?” from the catalogue of your team.",
            "background_color": _COLOUR,
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": _NAME, "always_online": True},
            **_agent(features),
            "slash_commands": [
                {
                    "command": COMMAND,
                    **command,
                    "description": "Find out where to learn something",
                    "usage_hint": "[a topic, a question, or help]",
                    "should_escape": False,
                }
            ],
            "shortcuts": [
                {
                    "name": "Find resources",
                    "type": "message",
                    "callback_id": FIND_RESOURCES,
                    "description": "Shows you, and nobody else, where to learn about this message",
                },
                {
                    "name": "Suggest this link",
                    "type": "message",
                    "callback_id": SUGGEST_LINK,
                    "description": "Suggests the link in this message to the curators",
                },
            ],
        },
        "oauth_config": {"scopes": {"bot": list(scopes(features))}},
        "settings": {
            "event_subscriptions": {**request, "bot_events": list(events(features))},
            "interactivity": {"is_enabled": True, **request},
            "org_deploy_enabled": False,
            "socket_mode_enabled": url is None,
            "token_rotation_enabled": False,
        },
    }


def _agent(features: Features) -> dict[str, object]:
    if not features.agent:
        return {}
    description = "Ask where to learn something, and get the right links with the reason for each."
    return {"agent_view": {"agent_description": description}}


def to_yaml(made: Mapping[str, object]) -> str:
    """Return a manifest as YAML, in its own order, to paste into Slack's page for apps."""
    return yaml.safe_dump(dict(made), sort_keys=False, allow_unicode=True, width=100)
