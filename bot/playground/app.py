"""The app as its manifest describes it: what it offers, what it may do and what it hears."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

ID = "A1"
USER = "UBOT"
BOT = "BBOT"

Kind = Literal["channel", "private", "im"]

_READ: dict[Kind, str] = {"channel": "channels:read", "private": "groups:read"}
_EVERYWHERE: tuple[Kind, ...] = ("channel", "private", "im")

# Where an event can happen, and the scope without which it is not sent.
_SCOPES: dict[str, dict[Kind, str]] = {
    "app_mention": {"channel": "app_mentions:read", "private": "app_mentions:read"},
    "message.channels": {"channel": "channels:history"},
    "message.groups": {"private": "groups:history"},
    "message.im": {"im": "im:history"},
    "member_joined_channel": _READ,
    "member_left_channel": _READ,
    "channel_left": {"channel": "channels:read"},
    "channel_archive": {"channel": "channels:read"},
    "channel_unarchive": {"channel": "channels:read"},
    "group_left": {"private": "groups:read"},
    "group_archive": {"private": "groups:read"},
    "group_unarchive": {"private": "groups:read"},
    "reaction_added": dict.fromkeys(_EVERYWHERE, "reactions:read"),
}


@dataclass(frozen=True)
class Command:
    """A slash command."""

    command: str
    description: str
    usage_hint: str = ""
    should_escape: bool = False


@dataclass(frozen=True)
class Shortcut:
    """A shortcut: on a message, or global."""

    callback_id: str
    name: str
    type: str
    description: str = ""


@dataclass(frozen=True)
class App:
    """What a manifest says of an app."""

    name: str
    handle: str
    description: str
    commands: Mapping[str, Command]
    shortcuts: Mapping[str, Shortcut]
    scopes: tuple[str, ...]
    events: frozenset[str]
    home: bool
    messages: bool
    writable: bool
    agent: bool
    interactive: bool
    heard: frozenset[tuple[str, Kind]]
    """The events that reach the app, and in which kind of conversation."""

    @classmethod
    def read(cls, manifest: Mapping[str, Any]) -> Self:
        """Read a manifest; raises ValueError for one without a name."""
        features = manifest.get("features", {})
        settings = manifest.get("settings", {})
        display = manifest.get("display_information", {})
        if not (name := display.get("name")):
            raise ValueError("the manifest has no display_information.name")
        home = features.get("app_home", {})
        scopes = tuple(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", ()))
        events = frozenset(settings.get("event_subscriptions", {}).get("bot_events", ()))
        commands = [_command(one) for one in features.get("slash_commands", ())]
        shortcuts = [_shortcut(one) for one in features.get("shortcuts", ())]
        return cls(
            name=name,
            handle=features.get("bot_user", {}).get("display_name", name),
            description=display.get("description", ""),
            commands={one.command: one for one in commands},
            shortcuts={one.callback_id: one for one in shortcuts},
            scopes=scopes,
            events=events,
            home=bool(home.get("home_tab_enabled", False)),
            messages=bool(home.get("messages_tab_enabled", False)),
            writable=not home.get("messages_tab_read_only_enabled", False),
            agent="agent_view" in features,
            interactive=bool(settings.get("interactivity", {}).get("is_enabled", False)),
            heard=frozenset(_heard(events, frozenset(scopes))),
        )

    def may(self, *scopes: str) -> bool:
        """Whether the app has one of these scopes."""
        return any(scope in self.scopes for scope in scopes)


def _command(given: Mapping[str, Any]) -> Command:
    return Command(
        given["command"],
        given.get("description", ""),
        given.get("usage_hint", ""),
        bool(given.get("should_escape", False)),
    )


def _shortcut(given: Mapping[str, Any]) -> Shortcut:
    description = given.get("description", "")
    return Shortcut(given["callback_id"], given["name"], given["type"], description)


def _heard(events: frozenset[str], scopes: frozenset[str]) -> set[tuple[str, Kind]]:
    return {
        (event, kind)
        for event in events & _SCOPES.keys()
        for kind, scope in _SCOPES[event].items()
        if scope in scopes
    }
