"""What an app is lent for a moment: trigger ids for three seconds, response URLs for half an hour.

The clock decides; nothing here expires by itself.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from bot.playground.conversation import Conversation, Message
from bot.playground.errors import SlackError

TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS = 30 * 60.0
RESPONSE_USES = 5


@dataclass(slots=True)
class Trigger:
    """A person's act, which lets the app open a modal for them once."""

    user: str
    issued: float
    view_id: str | None = None
    used: bool = False


class Triggers:
    """The trigger ids given out so far."""

    def __init__(self, clock: Callable[[], float], seconds: float = TRIGGER_SECONDS) -> None:
        self._clock = clock
        self._seconds = seconds
        self._given: dict[str, Trigger] = {}

    def issue(self, user: str, view_id: str | None = None) -> str:
        """Return a new id for an act of this person, in that view if it was in one."""
        trigger_id = f"{len(self._given) + 1}.{secrets.token_hex(8)}"
        self._given[trigger_id] = Trigger(user, self._clock(), view_id)
        return trigger_id

    def exchange(self, trigger_id: str) -> Trigger:
        """Use up a trigger id; raises what Slack says of one unknown, used or too old."""
        trigger = self._given.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._clock() - trigger.issued > self._seconds:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger


@dataclass(slots=True)
class Response:
    """Where what is posted to a response URL goes: to whom, where, and in place of what."""

    user: str
    conversation: Conversation
    original: Message | None
    issued: float
    uses: int = 0


class Responses:
    """The response URLs given out so far."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._given: dict[str, Response] = {}

    def issue(self, user: str, conversation: Conversation, original: Message | None) -> str:
        """Return the secret end of a new URL."""
        secret = f"{len(self._given) + 1}-{secrets.token_urlsafe(16)}"
        self._given[secret] = Response(user, conversation, original, self._clock())
        return secret

    def use(self, secret: str) -> Response:
        """Count one use; raises `used_url` after the fifth, `expired_url` after half an hour."""
        response = self._given.get(secret)
        if response is None or self._clock() - response.issued > RESPONSE_SECONDS:
            raise SlackError("expired_url")
        if response.uses >= RESPONSE_USES:
            raise SlackError("used_url")
        response.uses += 1
        return response
