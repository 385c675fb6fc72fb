"""The time of the workspace, which people can move to see what a later day brings."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.playground.errors import RefusedError

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC).timestamp()
LATEST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()

MORNING = time(9)
_WEEK = 7


class Clock:
    """Another clock's time, or one so much ahead of it or behind; it goes on as that one does.

    Called, it says what time it is, so that it can be given to whoever wants a clock. `told` is
    called whenever it has been moved.
    """

    def __init__(self, base: Callable[[], float], told: Callable[[], None] = lambda: None) -> None:
        self._base = base
        self._told = told
        self.ahead = 0.0
        """Seconds that people have moved it by, less than 0 if it is behind."""

    def __call__(self) -> float:
        """Return the time, as seconds since 1970."""
        return self._base() + self.ahead

    def now(self) -> float:
        """Return the time, as seconds since 1970."""
        return self()

    def move(self, seconds: float) -> None:
        """Move it forward, or back by less than 0; raises RefusedError out of its range."""
        self.set_to(self() + seconds)

    def set_to(self, at: float) -> None:
        """Move it to a moment, as seconds since 1970; raises RefusedError out of its range."""
        if not EARLIEST <= at < LATEST:
            raise RefusedError("The clock goes from the year 2000 to the year 2099.")
        self.ahead = at - self._base()
        self._told()

    def reset(self) -> None:
        """Let it be as late as it really is."""
        self.ahead = 0.0
        self._told()


def next_monday(now: float, zone: str) -> float:
    """Return when it is next a Monday at nine in the morning in this time zone."""
    local = datetime.fromtimestamp(now, ZoneInfo(zone))
    morning = datetime.combine(local.date(), MORNING, local.tzinfo)
    monday = morning + timedelta(days=-local.weekday() % _WEEK)
    # Days are added by the calendar, so that it is nine o'clock in a week of any length.
    return (monday if monday > local else monday + timedelta(days=_WEEK)).timestamp()
