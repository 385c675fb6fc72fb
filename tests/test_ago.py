"""How long ago something was, told as people tell it."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ago import ago

SEEN = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (0, "today"), (1, "yesterday"), (2, "2 days ago"), (6, "6 days ago"), (7, "last week"),
        (13, "last week"), (14, "2 weeks ago"), (29, "4 weeks ago"), (30, "last month"),
        (59, "last month"), (60, "2 months ago"), (364, "12 months ago"), (365, "last year"),
        (729, "last year"), (730, "2 years ago"), (-1, "today"), (-4000, "today"),
    ],
)  # fmt: skip
def test_days_are_told_in_words(days: int, told: str) -> None:
    """Days, weeks, months and years have their words; what seems to come yet was today."""
    assert ago(SEEN - dt.timedelta(days=days), SEEN) == told


def test_days_are_those_of_the_calendar() -> None:
    """An hour before is yesterday if midnight lies between, where the one who reads it is."""
    just_after = dt.datetime(2026, 3, 10, 0, 30, tzinfo=dt.UTC)
    hour = dt.timedelta(hours=1)
    assert ago(just_after - hour, just_after) == "yesterday"
    further_east = dt.timezone(3 * hour)
    assert ago(just_after - hour, just_after.astimezone(further_east)) == "today"


def test_a_moment_needs_its_time_zone() -> None:
    """Without a time zone a moment is refused, on either side."""
    naive = SEEN.replace(tzinfo=None)
    for then, seen in ((naive, SEEN), (SEEN, naive), (naive, naive)):
        with pytest.raises(ValueError, match="time zone"):
            ago(then, seen)


MOMENTS = st.builds(
    lambda days, zone: (SEEN + days).astimezone(zone),
    st.timedeltas(dt.timedelta(days=-9000), dt.timedelta(days=9000)),
    st.timezones(),
)


@given(MOMENTS, MOMENTS)
def test_any_two_moments_can_be_told(then: dt.datetime, seen: dt.datetime) -> None:
    """Whatever the clocks and zones, there is an answer, and it is never in the future."""
    told = ago(then, seen)
    assert told in ("today", "yesterday") or told.startswith("last ") or told.endswith(" ago")
    if then >= seen:
        assert told == "today"
