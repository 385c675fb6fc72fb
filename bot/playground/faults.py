"""What can go wrong between an app and Slack, arranged beforehand."""

from dataclasses import dataclass
from typing import Any, Literal, Self


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong with one call."""

    when: Literal["instead", "after"]
    """Whether the call does nothing, or does what it should before it goes wrong."""
    status: int = 200
    code: str = ""
    """What an answer of this status tells; without a code it tells what was done."""
    seconds: float = 0.0
    is_lost: bool = False
    """Whether the connection closes without an answer."""

    @classmethod
    def error(cls, code: str) -> Self:
        """Slack refuses, with this code; nothing is done."""
        return cls("instead", 200, code)

    @classmethod
    def rate_limited(cls, seconds: int = 1) -> Self:
        """Slack asks to be called again in so many seconds; nothing is done."""
        return cls("instead", 429, "ratelimited", seconds)

    @classmethod
    def server_error(cls, status: int = 500) -> Self:
        """Slack fails; nothing is done."""
        return cls("instead", status, "internal_error")

    @classmethod
    def lost_before(cls) -> Self:
        """The connection breaks; nothing is done."""
        return cls("instead", is_lost=True)

    @classmethod
    def lost_after(cls) -> Self:
        """It is done, and the connection breaks before the answer."""
        return cls("after", is_lost=True)

    @classmethod
    def server_error_after(cls, status: int = 500) -> Self:
        """It is done, and Slack fails to say so."""
        return cls("after", status, "internal_error")

    @classmethod
    def slow(cls, seconds: float) -> Self:
        """It is done, and answered so much later."""
        return cls("after", seconds=seconds)

    def outcome(self, status: int, done: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Return what the app is told, given what it would have been told; 0 for no answer."""
        if self.code:
            return self.status, {"ok": False, "error": self.code}
        return 0 if self.is_lost else status, done


class Faults:
    """The faults still to come, by method; some are for the calls about one channel."""

    def __init__(self) -> None:
        self._coming: dict[str, list[tuple[str | None, Fault]]] = {}

    def add(self, method: str, fault: Fault, times: int, channel: str | None = None) -> None:
        """Let the next calls of a method go wrong: all, or those about this channel."""
        self._coming.setdefault(method, []).extend([(channel, fault)] * times)

    def take(self, method: str, channel: object = None) -> Fault | None:
        """Return what goes wrong with this call."""
        coming = self._coming.get(method, [])
        for index, (wanted, fault) in enumerate(coming):
            if wanted in (None, channel):
                del coming[index]
                return fault
        return None
