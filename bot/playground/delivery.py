"""What is sent to the app, and how long Slack waits for it to be acknowledged.

Events that are not acknowledged in time are sent again, three times at most; commands and
interactions are not, because the person is waiting. An acknowledgement that comes too late is
noted, and changes nothing.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from bot.playground.changes import Changes

Kind = Literal["events_api", "slash_commands", "interactive"]
Json = dict[str, Any]


@dataclass(slots=True, eq=False)
class Delivery:
    """Something sent to the app, and what became of it."""

    id: str
    kind: Kind
    what: str
    payload: Json
    at: float
    user: str | None = None
    attempts: int = 0
    acked: bool = False
    gave_up: bool = False
    ack_payload: Json | None = None
    ack_ms: float | None = None
    late_ms: float | None = None
    """How long an acknowledgement took that came too late."""
    answered: Callable[[Json | None], None] | None = None
    """What the acknowledgement does."""
    missed: Callable[[], None] | None = None
    """What its absence does."""
    is_out: bool = False
    """Whether the current attempt can still be acknowledged."""
    handed: list[float] = field(default_factory=list)
    """When each attempt was handed over, by the clock of the event loop."""
    timer: asyncio.TimerHandle | None = None

    @property
    def settled(self) -> bool:
        """Whether nothing more will come of it."""
        return self.acked or self.gave_up

    @property
    def outcome(self) -> str:
        """Where it stands, in a word or two."""
        if self.acked:
            return "acked"
        return "no ack" if self.gave_up or self.attempts > 1 else "waiting"


class Carrier(Protocol):
    """Takes deliveries to the app, and tells the post what it hears."""

    def carry(self, delivery: Delivery, reason: str) -> None:
        """Hand a delivery over, at once or when there is somebody to take it."""


class Post:
    """Every delivery, from its first attempt until it is settled."""

    def __init__(self, changes: Changes, ack_seconds: float, retry_after: Sequence[float]) -> None:
        self.deliveries: list[Delivery] = []
        self.unsettled = 0
        self.carrier: Carrier
        self.late: Callable[[Delivery, float], None] | None = None
        """Told of an acknowledgement that came too late, and after how many milliseconds."""
        self._changes = changes
        self._ack_seconds = ack_seconds
        self._retry_after = tuple(retry_after)

    def send(self, delivery: Delivery) -> None:
        """Begin to deliver."""
        self.deliveries.append(delivery)
        self.unsettled += 1
        self._attempt(delivery, "")
        self._changes.tell()

    def handed(self, delivery: Delivery) -> None:
        """Note that the app has it now: from here on the time counts."""
        delivery.handed[-1] = asyncio.get_running_loop().time()
        if delivery.timer is None:
            self._start(delivery)

    def acknowledge(self, delivery: Delivery, attempt: int, payload: Json | None) -> None:
        """Take the app's acknowledgement of an attempt."""
        ms = (asyncio.get_running_loop().time() - delivery.handed[attempt - 1]) * 1000
        if delivery.acked:
            return
        if not delivery.is_out or attempt != delivery.attempts:
            delivery.late_ms = ms
            if self.late is not None:
                self.late(delivery, ms)
            self._changes.tell()
            return
        self._stop(delivery)
        delivery.acked, delivery.ack_payload, delivery.ack_ms = True, payload, ms
        self.unsettled -= 1
        if delivery.answered is not None:
            delivery.answered(payload)
        self._changes.tell()

    def failed(self, delivery: Delivery, attempt: int, reason: str, *, final: bool = False) -> None:
        """Note that an attempt has come to nothing; try again if it was an event."""
        if not delivery.is_out or attempt != delivery.attempts:
            return
        self._stop(delivery)
        again = delivery.kind == "events_api" and attempt <= len(self._retry_after) and not final
        if again:
            delay = self._retry_after[attempt - 1]
            loop = asyncio.get_running_loop()
            delivery.timer = loop.call_later(delay, self._attempt, delivery, reason)
        else:
            delivery.gave_up = True
            self.unsettled -= 1
            if delivery.missed is not None:
                delivery.missed()
        self._changes.tell()

    def close(self) -> None:
        """Give up what is under way."""
        for delivery in self.deliveries:
            if delivery.timer is not None:
                delivery.timer.cancel()

    def _attempt(self, delivery: Delivery, reason: str) -> None:
        delivery.timer = None
        delivery.attempts += 1
        delivery.is_out = True
        delivery.handed.append(0.0)
        if delivery.kind != "events_api":
            # A person waits from the moment they act, whether the app is there or not.
            self._start(delivery)
        self.carrier.carry(delivery, reason)

    def _start(self, delivery: Delivery) -> None:
        loop = asyncio.get_running_loop()
        attempt = delivery.attempts
        delivery.timer = loop.call_later(
            self._ack_seconds, self.failed, delivery, attempt, "timeout"
        )

    def _stop(self, delivery: Delivery) -> None:
        delivery.is_out = False
        if delivery.timer is not None:
            delivery.timer.cancel()
            delivery.timer = None
