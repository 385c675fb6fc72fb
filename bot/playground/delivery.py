"""What is sent to the app, and how long Slack waits for it to be acknowledged.

Events that are not acknowledged in time are sent again, three times at most; commands and
interactions are not, because the person is waiting. An acknowledgement that comes too late is
noted, and changes nothing. An attempt may be made in several copies: the first acknowledgement
counts, and it has come to nothing when every copy has.
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
    out: int = 0
    """How many copies of the current attempt can still be acknowledged."""
    handed: list[float] = field(default_factory=list)
    """When each attempt was handed over, by the clock of the event loop."""
    timer: asyncio.TimerHandle | None = None

    @property
    def settled(self) -> bool:
        """Whether nothing more will come of it."""
        return self.gave_up or (self.acked and not self.out)

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
        if not delivery.out or attempt != delivery.attempts:
            if not delivery.acked:
                self._note_late(delivery, ms)
            return
        is_first = not delivery.acked
        if is_first:
            delivery.acked, delivery.ack_payload, delivery.ack_ms = True, payload, ms
        self._returned(delivery)
        if is_first and delivery.answered is not None:
            delivery.answered(payload)
        self._changes.tell()

    def failed(self, delivery: Delivery, attempt: int, reason: str, *, final: bool = False) -> None:
        """Note that a copy of an attempt has come to nothing.

        If it was the last one, and none was acknowledged, an event is sent again.
        """
        if not delivery.out or attempt != delivery.attempts:
            return
        self._returned(delivery)
        if delivery.out or delivery.acked:
            self._changes.tell()
            return
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
            self._stop(delivery)

    def _attempt(self, delivery: Delivery, reason: str) -> None:
        delivery.timer = None
        delivery.attempts += 1
        delivery.out = 1
        delivery.handed.append(0.0)
        if delivery.kind != "events_api":
            # A person waits from the moment they act, whether the app is there or not.
            self._start(delivery)
        self.carrier.carry(delivery, reason)

    def _start(self, delivery: Delivery) -> None:
        loop = asyncio.get_running_loop()
        attempt = delivery.attempts
        delivery.timer = loop.call_later(self._ack_seconds, self._timed_out, delivery, attempt)

    def _timed_out(self, delivery: Delivery, attempt: int) -> None:
        # Whatever is still out comes too late, all of it at once.
        delivery.out = 1
        self.failed(delivery, attempt, "timeout")

    def _note_late(self, delivery: Delivery, ms: float) -> None:
        delivery.late_ms = ms
        if self.late is not None:
            self.late(delivery, ms)
        self._changes.tell()

    def _returned(self, delivery: Delivery) -> None:
        """Take one copy off what is out; after the last one nobody waits any more."""
        delivery.out -= 1
        if not delivery.out:
            self._stop(delivery)
            if delivery.acked:
                self.unsettled -= 1

    def _stop(self, delivery: Delivery) -> None:
        delivery.out = 0
        if delivery.timer is not None:
            delivery.timer.cancel()
            delivery.timer = None
