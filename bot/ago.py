"""How long ago something was, in words."""

import datetime as dt

_WEEK, _MONTH, _YEAR = 7, 30, 365


def ago(then: dt.datetime, seen: dt.datetime) -> str:
    """How long before `seen` something was: "today", "yesterday", "3 days ago", "last week".

    Days are those of the calendar, in the time zone of `seen`. What seems to come yet, because
    two clocks differ, was today. Raises ValueError for a moment without a time zone.
    """
    if then.tzinfo is None or seen.tzinfo is None:
        raise ValueError("A moment without a time zone could be any of a day.")
    days = (seen.date() - then.astimezone(seen.tzinfo).date()).days
    if days <= 1:
        return "yesterday" if days == 1 else "today"
    if days < _WEEK:
        return f"{days} days ago"
    for unit, length in (("year", _YEAR), ("month", _MONTH)):
        if days >= length:
            return _counted(days // length, unit)
    return _counted(days // _WEEK, "week")


def _counted(count: int, unit: str) -> str:
    return f"last {unit}" if count == 1 else f"{count} {unit}s ago"
