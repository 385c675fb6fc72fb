"""The names that people give to time zones: places, and what is refused in place of them."""

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping

from bot.catalogue.wording import either, guess, quoted
from bot.errors import ScheduleError
from bot.schedule import zones

MOST_WORDS = 5
"""Of the longest name: "America North Dakota New Salem"."""

# Large cities that the time zone database has no name for.
_CITIES = {
    "Africa/Cairo": "Alexandria",
    "Africa/Johannesburg": "Cape Town, Durban, Pretoria",
    "America/Chicago": "Austin, Dallas, Houston, Minneapolis, Nashville, New Orleans, San Antonio",
    "America/Denver": "Boulder, Salt Lake City",
    "America/Los_Angeles": (
        "Las Vegas, Palo Alto, Sacramento, San Diego, San Francisco, San Jose, Seattle"
    ),
    "America/New_York": (
        "Atlanta, Baltimore, Boston, Miami, NYC, Philadelphia, Pittsburgh, Raleigh, Washington DC"
    ),
    "America/Sao_Paulo": "Brasilia, Rio, Rio de Janeiro",
    "America/Toronto": "Montreal, Ottawa",
    "America/Vancouver": "Victoria BC",
    "Asia/Dubai": "Abu Dhabi",
    "Asia/Ho_Chi_Minh": "Hanoi, Saigon",
    "Asia/Jerusalem": "Haifa, Tel Aviv",
    "Asia/Karachi": "Islamabad, Lahore",
    "Asia/Kolkata": (
        "Ahmedabad, Bangalore, Bengaluru, Bombay, Calcutta, Chennai, Delhi, India, Mumbai, "
        "New Delhi, Pune"
    ),
    "Asia/Shanghai": "Beijing, Chengdu, China, Guangzhou, Hangzhou, Nanjing, Shenzhen, Wuhan",
    "Asia/Tokyo": "Kyoto, Osaka, Yokohama",
    "Australia/Sydney": "Canberra",
    "Europe/Amsterdam": "Eindhoven, Netherlands, Rotterdam, The Hague",
    "Europe/Berlin": (
        "Cologne, Dresden, Frankfurt, Germany, Hamburg, Karlsruhe, Leipzig, Munich, Nuremberg, "
        "Stuttgart"
    ),
    "Europe/Istanbul": "Ankara, Izmir",
    "Europe/Kyiv": "Kharkiv, Kiev, Lviv, Odesa, Ukraine",
    "Europe/London": "Bristol, Edinburgh, England, Glasgow, Manchester, Oxford, UK",
    "Europe/Madrid": "Barcelona, Seville, Valencia",
    "Europe/Moscow": "Saint Petersburg, St Petersburg",
    "Europe/Paris": "France, Grenoble, Lyon, Marseille, Toulouse",
    "Europe/Rome": "Florence, Italy, Milan, Naples, Turin",
    "Europe/Stockholm": "Gothenburg, Sweden",
    "Europe/Warsaw": "Gdansk, Krakow, Wroclaw",
    "Europe/Zurich": "Basel, Bern, Geneva, Lausanne, Switzerland",
    "Pacific/Auckland": "Wellington",
}

# What says a time rather than a place. Some mean several, and a few are entries of the database
# that keep the same time all year.
_NO_PLACES = {
    "acst acdt": "Australia/Adelaide",
    "aest aedt": "Australia/Sydney, Australia/Brisbane",
    "akst akdt": "America/Anchorage",
    "ast adt atlantic": "America/Halifax",
    "awst": "Australia/Perth",
    "brt": "America/Sao_Paulo",
    "bst": "Europe/London, Asia/Dhaka",
    "cat": "Africa/Maputo",
    "cet cest met mest mez mesz": "Europe/Berlin",
    "cst": "America/Chicago, Asia/Shanghai",
    "ct cdt central cst6cdt": "America/Chicago",
    "eat": "Africa/Nairobi",
    "eet eest": "Europe/Helsinki",
    "est edt et eastern est5edt": "America/New_York",
    "gst": "Asia/Dubai",
    "hkt": "Asia/Hong_Kong",
    "hst": "Pacific/Honolulu",
    "ict": "Asia/Bangkok",
    "ist": "Asia/Kolkata, Europe/Dublin, Asia/Jerusalem",
    "jst": "Asia/Tokyo",
    "kst": "Asia/Seoul",
    "msk": "Europe/Moscow",
    "mst mdt mt mountain mst7mdt": "America/Denver, America/Phoenix",
    "nzst nzdt": "Pacific/Auckland",
    "pht": "Asia/Manila",
    "pkt": "Asia/Karachi",
    "pst pdt pt pacific pst8pdt": "America/Los_Angeles",
    "samoa": "Pacific/Apia, Pacific/Pago_Pago",
    "sast": "Africa/Johannesburg",
    "sgt": "Asia/Singapore",
    "wat": "Africa/Lagos",
    "west": "Europe/Lisbon, Australia/Perth",
    "wet": "Europe/Lisbon",
    "wib": "Asia/Jakarta",
}

_BETWEEN = re.compile(r"[/_\s-]+")
_POSSIBLE = {
    word: names.split(", ") for words, names in _NO_PLACES.items() for word in words.split()
}

# Without "UTC", a sign has to stand at its number: "Monday - 9:00" is no offset.
_OFFSET = re.compile(
    r"(?:utc|gmt|z) ?[+-] ?\d{1,2}(?::?\d\d)?|[+-]\d{1,2}(?::?\d\d)?|(?:utc|gmt)\d+"
)

_CONTINENTS = {
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe",
    "Indian", "Pacific",
}  # fmt: skip
_TOO_SHORT = {"act", "lhi", "north", "nsw", "south", "west"}
"""Of Australia; alone they could be anywhere."""


def named(text: str) -> str | None:
    """The time zone that is called so, in any case: its name, a part of it as "New York", or a
    large city; None if there is none.

    Raises ScheduleError for a number of hours, and for an abbreviation or what may mean several.
    """
    plain, words = text.casefold(), _words(text)
    if possible := _POSSIBLE.get(words):
        raise ScheduleError(
            f"{quoted(text)} does not say whose clocks are meant, with or without summer time: "
            f"write a place, as {either(possible)}."
        )
    if _OFFSET.fullmatch(plain):
        raise ScheduleError(
            f"{quoted(text)} does not follow summer time: write a place, as Berlin, or UTC."
        )
    return _names().get(plain) or _places().get(words)


def near(text: str, others: Iterable[str]) -> str | None:
    """What a misspelt name probably means: a time zone or one of the other words, or None."""
    places = _places()
    found = guess(_words(text), [*others, *places])
    return places.get(found, found) if found else None


@functools.cache
def _names() -> Mapping[str, str]:
    return {name.casefold(): name for name in zones()}


@functools.cache
def _places() -> Mapping[str, str]:
    """Time zones by the words of their names, with or without those in front of the place."""
    found: dict[str, str] = {}
    for name in sorted(zones(), key=_rank):
        parts = [_words(part) for part in name.split("/")]
        # The hours of Etc have their signs the wrong way round; they are taken as names alone.
        if parts[0] == "etc":
            continue
        found.setdefault(" ".join(parts), name)
        if name.split("/")[0] in _CONTINENTS:
            for begin in range(1, len(parts)):
                found.setdefault(" ".join(parts[begin:]), name)
    for name in _CITIES.keys() & zones():
        found |= {_words(city): name for city in _CITIES[name].split(", ")}
    return {words: name for words, name in found.items() if words not in _TOO_SHORT}


def _rank(name: str) -> tuple[bool, str]:
    """Of several names of one zone the usual one comes first: that of Europe for Istanbul."""
    return name.startswith("Asia/"), name


def _words(text: str) -> str:
    """A name as its words, whatever is between them: `são_paulo` is "sao paulo"."""
    letters = (char for char in unicodedata.normalize("NFKD", text) if not _is_mark(char))
    return " ".join(_BETWEEN.split("".join(letters).casefold())).strip()


def _is_mark(character: str) -> bool:
    return character in ".'" or unicodedata.combining(character) > 0
