"""When a weekly digest is due: slots by the clocks of a place, worked out without asking a clock.

A slot belongs to the ISO week of the day that it is meant for. Neither another time nor new rules
for summer time change that, so what was posted in a week is never posted in it again.
"""

import datetime as dt
import functools
import itertools
import struct
import zoneinfo
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bot.catalogue.wording import quoted
from bot.errors import ScheduleError
from bot.records import Slot, Weekly

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_WEEK = dt.timedelta(weeks=1)

_MISSED = 8
"""Slots that are noted as missed at most: after a year without a bot, nobody wants to know all."""

_NO_PLACES = {"localtime", "posixrules", "Factory"}
"""Files of the time zone database that mean another place on each machine, or none."""


@dataclass(frozen=True, slots=True)
class Owed:
    """What is to be done about the slots of one channel."""

    due: Slot | None
    """The one that is to be posted."""
    missed: tuple[Slot, ...]
    """Those that it is too late for, oldest first."""


@functools.cache
def zones() -> frozenset[str]:
    """Every name of a time zone that this machine knows."""
    return frozenset(zoneinfo.available_timezones() - _NO_PLACES)


def slot(weekly: Weekly, year: int, week: int) -> Slot:
    """The slot in this ISO week.

    An hour that clocks skip on that day is read with the offset before the gap, so 02:30 becomes
    03:30; of one that comes twice it is the first (RFC 5545, section 3.3.5). Raises ScheduleError
    if the time zone is not known.
    """
    day = dt.date.fromisocalendar(year, week, weekly.weekday + 1)
    # `fold` is 0 unless it is set, and that means all of the above.
    there = dt.datetime.combine(day, dt.time(weekly.hour, weekly.minute), _zone(weekly.zone))
    return Slot(f"{year:04}-W{week:02}", there.astimezone(dt.UTC))


def upcoming(weekly: Weekly, after: dt.datetime, taken: Collection[str] = ()) -> Slot:
    """The first slot after a moment, in a week that is not taken. Raises ScheduleError as `slot`
    does.
    """
    # There is one, since `taken` has an end. It may be of the week before: a slot at the end of
    # Sunday that clocks skip comes on Monday.
    return next(
        slot
        for slot in _slots(weekly, _monday(weekly, after) - _WEEK, _WEEK)
        if slot.at > after and slot.week not in taken
    )


def owed(
    weekly: Weekly,
    moment: dt.datetime,
    *,
    since: dt.datetime,
    taken: Collection[str],
    grace: dt.timedelta,
) -> Owed:
    """What is to be done about the slots after `since`, up to a moment, in weeks not taken.

    Only the last slot before the moment can be due, for as long as `grace`; older ones never are,
    so that nothing is posted out of order. The others are missed. Only the last few weeks are
    looked at, and only for these `taken` has to be complete. Raises ScheduleError as `slot` does.
    """
    past = list(itertools.islice(_past(weekly, moment), _MISSED + 1))
    left = [slot for slot in past if slot.at > since and slot.week not in taken]
    due = left[0] if left[:1] == past[:1] and moment - left[0].at <= grace else None
    missed = [slot for slot in left if slot != due]
    return Owed(due, tuple(reversed(missed[:_MISSED])))


def local(weekly: Weekly, at: dt.datetime) -> dt.datetime:
    """A moment by the clocks of that place.

    Raises ScheduleError as `slot` does, and ValueError for a moment without a time zone.
    """
    if at.tzinfo is None:
        raise ValueError("A moment without a time zone could be any of a day.")
    return at.astimezone(_zone(weekly.zone))


def placed(moment: dt.datetime, zone: str) -> dt.datetime:
    """A moment without a time zone, as the clocks of a place say it; read as `slot` reads one.

    Raises ScheduleError as `slot` does.
    """
    return moment.replace(tzinfo=_zone(zone), fold=0)


def spoken(weekly: Weekly) -> str:
    """A schedule in words: "Mondays at 09:00 (Europe/Berlin)"."""
    return f"{WEEKDAYS[weekly.weekday]}s at {weekly.hour:02}:{weekly.minute:02} ({weekly.zone})"


def day(weekly: Weekly, at: dt.datetime) -> str:
    """The day of a moment by the calendar of that place, in words: "Monday 30 November".

    Raises as `local` does.
    """
    there = local(weekly, at)
    return f"{WEEKDAYS[there.weekday()]} {there.day} {_MONTHS[there.month - 1]}"


def day_and_time(weekly: Weekly, at: dt.datetime) -> str:
    """A moment by the clocks of that place, in words: "Monday 30 November at 09:00".

    Where clocks skip the hour of a slot, this is the hour at which it comes. Raises as `local`
    does.
    """
    return f"{day(weekly, at)} at {local(weekly, at):%H:%M}"


def _past(weekly: Weekly, moment: dt.datetime) -> Iterator[Slot]:
    """Yield the slots at or before a moment, last one first."""
    # It may be of the week to come: where clocks go back over midnight, Monday comes twice.
    slots = _slots(weekly, _monday(weekly, moment) + _WEEK, -_WEEK)
    return (slot for slot in slots if slot.at <= moment)


def _slots(weekly: Weekly, monday: dt.date, step: dt.timedelta) -> Iterator[Slot]:
    for count in itertools.count():
        year, week, _ = (monday + count * step).isocalendar()
        yield slot(weekly, year, week)


def _monday(weekly: Weekly, moment: dt.datetime) -> dt.date:
    """The first day of the ISO week that it is there."""
    day = local(weekly, moment).date()
    return day - dt.timedelta(days=day.weekday())


@functools.cache
def _zone(name: str) -> zoneinfo.ZoneInfo:
    # Only listed names are opened: one that is made up could be a path.
    if name in zones():
        try:
            return zoneinfo.ZoneInfo(name)
        except (LookupError, OSError, ValueError, struct.error):
            pass  # The database was changed since it was listed, or the file is damaged.
    raise ScheduleError(
        f"The time zone {quoted(name)} is not known, or not any more. "
        "Name another one, as Europe/Berlin."
    )
