"""What is said where: messages, and the conversations that hold them in the order of their time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.playground.app import Kind


@dataclass(slots=True, eq=False)
class Message:
    """A message; an ephemeral one is `seen_by` one person, and nobody else ever learns of it."""

    ts: str
    user: str
    text: str
    blocks: list[dict[str, Any]] | None = None
    attachments: list[Any] | None = None
    thread_ts: str | None = None
    subtype: str | None = None
    bot: bool = False
    seen_by: str | None = None
    hidden: bool = False
    broadcast: bool = False
    edited: str | None = None
    metadata: dict[str, Any] | None = None
    shared_by: str | None = None
    files: tuple[dict[str, Any], ...] = ()
    inviter: str | None = None
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    replies: list["Message"] = field(default_factory=list)

    @property
    def is_reply(self) -> bool:
        """Whether the message stands in a thread that another one began."""
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass(slots=True, eq=False)
class Conversation:
    """A channel, or the direct messages of one person with the app."""

    id: str
    name: str
    kind: Kind
    purpose: str = ""
    creator: str = ""
    created: int = 0
    members: dict[str, None] = field(default_factory=dict)
    """In the order in which they came; the app is not among them."""
    app_in: bool = False
    archived: bool = False
    messages: dict[str, Message] = field(default_factory=dict)

    @property
    def channel_type(self) -> str:
        """How events call the kind."""
        return "group" if self.kind == "private" else self.kind

    @property
    def payload_name(self) -> str:
        """How commands and interactions call the conversation: the private ones have no name."""
        return {"private": "privategroup", "im": "directmessage"}.get(self.kind, self.name)

    def root(self, thread_ts: str) -> Message | None:
        """Return the message that a thread hangs on, if everybody can see it."""
        found = self.public(thread_ts)
        return None if found is None or found.is_reply else found

    def public(self, ts: str) -> Message | None:
        """Return the message of this time, unless it is ephemeral."""
        found = self.messages.get(ts)
        return None if found is None or found.seen_by is not None else found

    def said(self) -> Iterator[Message]:
        """Yield what everybody can see, oldest first."""
        return (message for message in self.messages.values() if message.seen_by is None)

    def visible_to(self, user: str, last: int | None = None) -> list[Message]:
        """Return the last messages that a person sees, replies included, oldest first."""
        found: list[Message] = []
        for message in reversed(self.messages.values()):
            if last is not None and len(found) == last:
                break
            if not message.hidden and message.seen_by in (None, user):
                found.append(message)
        return found[::-1]
