"""Schedules as people type them: "monday 9am Berlin" to a weekday, an hour and a time zone."""

import re
import unicodedata
from collections.abc import Callable
from itertools import groupby
from operator import itemgetter
from typing import TypeVar

from bot.catalogue.wording import HIDDEN, either, quoted
from bot.errors import ScheduleError
from bot.places import MOST_WORDS, named, near
from bot.records import Weekly
from bot.schedule import WEEKDAYS

LONGEST = 200
"""Characters that a schedule may have."""

_EXAMPLE = "Write a day, an hour and a place, as in: weekly Monday 09:00 Europe/Berlin."

_DAYS = {name.lower(): at for at, name in enumerate(WEEKDAYS)}
_SPELT = _DAYS | {
    short: at
    for at, shorts in enumerate(
        ("mon", "tue tues", "wed weds", "thu thur thurs", "fri", "sat", "sun")
    )
    for short in shorts.split()
}
_FILLER = set(
    "a and at by clock digest each every for from here in is it local me my of on once our please "
    "post send set the time timezone to tz week weekly with zone - &".split()
)
_OTHER_RHYTHMS = set(
    "alternate annually bi-weekly biweekly daily day days everyday first fortnight fortnightly "
    "hourly last month monthly months other quarterly second third twice weekday weekdays weekend "
    "weekends weeks workday workdays yearly".split()
)

_NUMBERS = {
    name: at
    for at, name in enumerate(
        "one two three four five six seven eight nine ten eleven twelve".split(), start=1
    )
}
_CLOCK = re.compile(
    rf"""
      (?P<past> half\ past\  | quarter\ past\  )?
      (?P<hour> \d{{1,2}}? | {"|".join(_NUMBERS)} )
      (?: [:.h]? (?P<minute> \d\d ) )?
      (?: \ ? (?: o'?\ ?clock | h | hrs? | hours? ) )?
      (?: \ ? (?P<half> [ap] )\.?\ ?m | \ in\ the\ (?P<part> morning | afternoon | evening ) )?
    """,
    re.VERBOSE,
)
_PAST = {"half past ": 30, "quarter past ": 15}
_BY_NAME = {"noon": (12, 0), "midday": (12, 0), "midnight": (0, 0)}
_MOST_OF_CLOCK = 6
"""Words of the longest hour: "half past nine in the morning"."""

_APART = str.maketrans(dict.fromkeys(',;@()[]{}<>"“”„*`|', " "))
_ALIKE = str.maketrans(dict.fromkeys("‘’´", "'") | dict.fromkeys("‐‑‒–—−", "-"))
_BETWEEN_DAYS = re.compile(r"[-/+&]")

_NOON, _HOURS, _MINUTES = 12, 24, 60

T = TypeVar("T")


def weekly(text: str, *, before: Weekly) -> Weekly:
    """Read a schedule; what is left out stays as it was before.

    A day, an hour and a place may stand in any order. Midnight is where its day begins, and an
    hour without am or pm is one of 24. Raises ScheduleError for what is not understood, for more
    than one of a kind, and for any rhythm but once a week.
    """
    words = _words(text)
    for at, word in enumerate(words):
        if word.casefold() in _OTHER_RHYTHMS:
            said = quoted(" ".join(words[max(at - 1, 0) : at + 1]))
            raise ScheduleError(f"A digest comes once a week: {said} cannot be. {_EXAMPLE}")
    days: list[int] = []
    clocks: list[tuple[int, int]] = []
    places: list[str] = []
    heard: list[tuple[bool, str]] = []
    while words:
        read = (
            _read(words, 1, _day, days)
            or _read(words, _MOST_OF_CLOCK, _clock, clocks)
            or _read(words, MOST_WORDS, named, places)
        )
        heard.append((not read and words[0].casefold() not in _FILLER, words[0]))
        words = words[read or 1 :]
    _only_one("day", [WEEKDAYS[day] for day in days])
    for is_strange, run in groupby(heard, key=itemgetter(0)):
        if is_strange:
            said = " ".join(word for _, word in run)
            meant = near(said, _DAYS)
            guessed = f" Did you mean {meant.capitalize() if meant in _DAYS else meant}?"
            raise ScheduleError(
                f"{quoted(said)} is no day, hour or place that I know."
                f"{guessed if meant else ''} {_EXAMPLE}"
            )
    _only_one("hour", [f"{hour:02}:{minute:02}" for hour, minute in clocks])
    _only_one("place", places)
    hour, minute = clocks[0] if clocks else (before.hour, before.minute)
    return Weekly(
        weekday=days[0] if days else before.weekday,
        hour=hour,
        minute=minute,
        zone=places[0] if places else before.zone,
    )


def zone(text: str) -> str:
    """Read a time zone alone, by the same rules. Raises ScheduleError."""
    said = " ".join(word for word in _words(text) if word.casefold() not in {"time", "zone"})
    found = named(said)
    if not found:
        meant = near(said, ())
        raise ScheduleError(
            f"{quoted(said)} is no place that I know. "
            + (f"Did you mean {meant}? " if meant else "")
            + "Write a large city, as Berlin, or the name of a time zone, as Europe/Berlin."
        )
    return found


def _words(text: str) -> list[str]:
    """The words of a text, without what is only around them."""
    if len(text) > LONGEST:
        raise ScheduleError(f"That is longer than {LONGEST} characters. {_EXAMPLE}")
    plain = unicodedata.normalize("NFKC", " ".join(text.split())).translate(_ALIKE)
    words: list[str] = []
    for word in HIDDEN.sub("", plain).translate(_APART).split():
        bare = word.strip(".:!?'_")
        between = _BETWEEN_DAYS.split(bare)
        several = all(_day(part) is not None for part in between)
        words += between if several else [bare] if bare else []
    return words


def _read(words: list[str], most: int, read: Callable[[str], T | None], into: list[T]) -> int:
    """Read the longest beginning that makes sense; how many words these are."""
    for count in range(min(most, len(words)), 0, -1):
        found = read(" ".join(words[:count]))
        if found is not None:
            into.append(found)
            return count
    return 0


def _day(said: str) -> int | None:
    name = said.casefold()
    return _SPELT.get(name, _SPELT.get(name.removesuffix("s").removesuffix("'")))


def _clock(said: str) -> tuple[int, int] | None:
    plain = said.casefold()
    if named_so := _BY_NAME.get(plain.removeprefix("12 ")):
        return named_so
    found = _CLOCK.fullmatch(plain)
    if not found or (found["past"] and found["minute"]):
        return None
    hour = _NUMBERS.get(found["hour"]) or int(found["hour"])
    minute = _PAST[found["past"]] if found["past"] else int(found["minute"] or 0)
    half = found["half"] or found["part"]
    if half and not 1 <= hour <= _NOON:
        raise ScheduleError(f"{quoted(said)} is no hour: before am or pm it is one from 1 to 12.")
    if half:
        hour = hour % _NOON + (0 if half in {"a", "morning"} else _NOON)
    if hour >= _HOURS or minute >= _MINUTES:
        raise ScheduleError(
            f"{quoted(said)} is no hour: a day goes from 00:00, which is midnight, to 23:59."
        )
    return hour, minute


def _only_one(kind: str, said: list[str]) -> None:
    different = list(dict.fromkeys(said))
    if len(different) > 1:
        raise ScheduleError(
            f"A digest comes once a week: write one {kind}, {either(different)}. {_EXAMPLE}"
        )
