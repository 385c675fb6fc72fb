"""Slots of a weekly digest: by the clocks of a place, one a week, whatever clocks do there."""

import datetime as dt
import itertools
import random
import struct
import zoneinfo
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import schedule
from bot.errors import ScheduleError
from bot.records import Slot, Weekly

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
HOUR, DAY, WEEK = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(weeks=1)
GRACE = 2 * DAY

ZONES = (
    "UTC", "Europe/Berlin", "Europe/London", "America/New_York", "America/Santiago",
    "America/St_Johns", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Beirut", "Asia/Tokyo",
    "Africa/Nairobi", "Asia/Kathmandu", "Pacific/Apia", "Pacific/Kiritimati", "Africa/Casablanca",
    "Antarctica/Troll", "America/Nuuk", "Pacific/Chatham",
)  # fmt: skip
WEEKLIES = st.builds(
    Weekly,
    weekday=st.integers(0, 6),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    zone=st.sampled_from(ZONES),
)
MOMENTS = st.datetimes(dt.datetime(1985, 1, 1), dt.datetime(2060, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001


def weekly(weekday: int, clock: str, zone: str) -> Weekly:
    """A schedule, with its hour as on a clock."""
    hour, minute = map(int, clock.split(":"))
    return Weekly(weekday=weekday, hour=hour, minute=minute, zone=zone)


def latest(meant: Weekly, moment: dt.datetime) -> Slot:
    """The last slot at or before a moment, as one finds it who waits for one after the other."""
    found = schedule.upcoming(meant, moment - 3 * WEEK)
    while (following := schedule.upcoming(meant, found.at)).at <= moment:
        found = following
    return found


def utc(text: str) -> dt.datetime:
    """A moment, from its day and hour in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("zone", "day", "clock", "at", "shown"),
    [
        # Clocks forward on 29 March 2026, 02:00 to 03:00, and back on 25 October, 03:00 to 02:00.
        ("Europe/Berlin", "2026-03-28", "02:30", "2026-03-28 01:30", "02:30"),
        ("Europe/Berlin", "2026-03-29", "01:59", "2026-03-29 00:59", "01:59"),
        ("Europe/Berlin", "2026-03-29", "02:00", "2026-03-29 01:00", "03:00"),
        ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29 01:30", "03:30"),
        ("Europe/Berlin", "2026-03-29", "03:00", "2026-03-29 01:00", "03:00"),
        ("Europe/Berlin", "2026-03-29", "09:00", "2026-03-29 07:00", "09:00"),
        ("Europe/Berlin", "2026-10-25", "01:59", "2026-10-24 23:59", "01:59"),
        ("Europe/Berlin", "2026-10-25", "02:00", "2026-10-25 00:00", "02:00"),
        ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25 00:30", "02:30"),
        ("Europe/Berlin", "2026-10-25", "03:00", "2026-10-25 02:00", "03:00"),
        ("Europe/Berlin", "2026-10-25", "09:00", "2026-10-25 08:00", "09:00"),
        ("America/New_York", "2026-03-08", "01:30", "2026-03-08 06:30", "01:30"),
        ("America/New_York", "2026-03-08", "02:30", "2026-03-08 07:30", "03:30"),
        ("America/New_York", "2026-03-08", "03:00", "2026-03-08 07:00", "03:00"),
        ("America/New_York", "2026-11-01", "01:30", "2026-11-01 05:30", "01:30"),
        ("America/New_York", "2026-11-01", "02:00", "2026-11-01 07:00", "02:00"),
        # Half an hour: forward on 4 October, 02:00 to 02:30; back on 5 April, 02:00 to 01:30.
        ("Australia/Lord_Howe", "2026-10-04", "01:59", "2026-10-03 15:29", "01:59"),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03 15:45", "02:45"),
        ("Australia/Lord_Howe", "2026-10-04", "02:30", "2026-10-03 15:30", "02:30"),
        ("Australia/Lord_Howe", "2026-04-05", "01:15", "2026-04-04 14:15", "01:15"),
        ("Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04 14:45", "01:45"),
        ("Australia/Lord_Howe", "2026-04-05", "02:00", "2026-04-04 15:30", "02:00"),
        ("Asia/Tokyo", "2026-03-29", "02:30", "2026-03-28 17:30", "02:30"),
        ("Africa/Nairobi", "2026-10-25", "02:30", "2026-10-24 23:30", "02:30"),
        # Midnight itself is skipped.
        ("America/Santiago", "2024-09-08", "00:00", "2024-09-08 04:00", "01:00"),
        ("America/Santiago", "2024-09-08", "00:30", "2024-09-08 04:30", "01:30"),
        ("Africa/Cairo", "2024-04-26", "00:00", "2024-04-25 22:00", "01:00"),
        ("Asia/Beirut", "2024-03-31", "00:15", "2024-03-30 22:15", "01:15"),
        # An hour before midnight comes twice.
        ("America/Santiago", "2024-04-06", "23:30", "2024-04-07 02:30", "23:30"),
        # A day that Samoa never had: the slot comes at that hour of the next one.
        ("Pacific/Apia", "2011-12-30", "09:00", "2011-12-30 19:00", "09:00"),
        ("Pacific/Apia", "2011-12-29", "23:59", "2011-12-30 09:59", "23:59"),
        ("Pacific/Apia", "2011-12-31", "00:00", "2011-12-30 10:00", "00:00"),
        # Places that changed their minds.
        ("Europe/Istanbul", "2016-01-04", "09:00", "2016-01-04 07:00", "09:00"),
        ("Europe/Istanbul", "2017-01-02", "09:00", "2017-01-02 06:00", "09:00"),
        ("America/Mexico_City", "2022-07-04", "09:00", "2022-07-04 14:00", "09:00"),
        ("America/Mexico_City", "2023-07-03", "09:00", "2023-07-03 15:00", "09:00"),
        ("Asia/Pyongyang", "2018-05-04", "23:15", "2018-05-04 14:45", "23:15"),
        ("Asia/Pyongyang", "2018-05-04", "23:45", "2018-05-04 15:15", "00:15"),
        ("Asia/Pyongyang", "2018-05-05", "00:15", "2018-05-04 15:15", "00:15"),
        ("Europe/Berlin", "2028-02-29", "09:00", "2028-02-29 08:00", "09:00"),
    ],
)  # fmt: skip
def test_a_slot_is_told_by_the_clocks_of_its_place(
    zone: str, day: str, clock: str, at: str, shown: str
) -> None:
    """An hour that is skipped comes later by as much, one that comes twice counts the first time,
    and the week is that of the day that was meant.
    """
    year, week, weekday = dt.date.fromisoformat(day).isocalendar()
    meant = weekly(weekday - 1, clock, zone)
    found = schedule.slot(meant, year, week)
    assert found == Slot(f"{year}-W{week:02}", utc(at))
    assert found.at.tzinfo is dt.UTC
    assert f"{schedule.local(meant, found.at):%H:%M}" == shown
    second = dt.timedelta(seconds=1)
    assert latest(meant, found.at) == found
    assert latest(meant, found.at - second) != found
    assert schedule.upcoming(meant, found.at - second) == found
    assert schedule.upcoming(meant, found.at) != found


@pytest.mark.parametrize(
    ("day", "week"),
    [
        ("2026-11-30", "2026-W49"), ("2026-12-31", "2026-W53"), ("2027-01-03", "2026-W53"),
        ("2027-01-04", "2027-W01"), ("2024-12-30", "2025-W01"), ("2024-12-29", "2024-W52"),
        ("2023-01-01", "2022-W52"), ("2028-02-29", "2028-W09"),
    ],
)  # fmt: skip
def test_weeks_are_those_of_the_iso_calendar(day: str, week: str) -> None:
    """A week belongs to the year of its Thursday, and some years have 53."""
    date = dt.date.fromisoformat(day)
    found = latest(weekly(date.weekday(), "12:00", "Europe/Berlin"), utc(day) + DAY)
    assert found.week == week
    assert found.at.date() == date


def test_a_slot_of_sunday_may_come_on_monday() -> None:
    """Where the last hour of a Sunday was skipped, its slot comes on Monday and stays of its week,
    and on Monday it is still to come.
    """
    meant = weekly(SUN, "23:30", "Africa/Algiers")
    slot = Slot("1971-W16", utc("1971-04-25 23:30"))
    assert schedule.day_and_time(meant, slot.at) == "Monday 26 April at 00:30"
    assert schedule.upcoming(meant, slot.at - HOUR / 4) == slot
    assert latest(meant, slot.at) == slot


@given(WEEKLIES, MOMENTS)
def test_a_moment_lies_between_two_slots(meant: Weekly, moment: dt.datetime) -> None:
    """The last slot is not after a moment, the next one is, and their weeks follow each other."""
    last, following = latest(meant, moment), schedule.upcoming(meant, moment)
    assert last.at <= moment < following.at
    monday = dt.datetime.strptime(f"{last.week}-1", "%G-W%V-%u").replace(tzinfo=dt.UTC)
    assert following.week == f"{monday + WEEK:%G-W%V}"
    # Where no day is skipped nor comes twice, they are a week apart, give or take an hour or two.
    if meant.zone not in {"Pacific/Apia", "Pacific/Kiritimati"}:
        assert abs(following.at - last.at - WEEK) <= 2 * HOUR


@given(WEEKLIES, MOMENTS)
def test_the_zone_of_a_moment_changes_nothing(meant: Weekly, moment: dt.datetime) -> None:
    """A moment is the same by whatever clock it is told."""
    elsewhere = moment.astimezone(zoneinfo.ZoneInfo("Pacific/Chatham"))
    assert latest(meant, moment) == latest(meant, elsewhere)
    assert schedule.upcoming(meant, moment) == schedule.upcoming(meant, elsewhere)


@given(WEEKLIES, MOMENTS)
def test_each_week_has_one_slot(meant: Weekly, moment: dt.datetime) -> None:
    """Going on from slot to slot meets every ISO week, each once, and going back the same ones."""
    found = [schedule.upcoming(meant, moment)]
    for _ in range(60):
        found.append(schedule.upcoming(meant, found[-1].at))
    first = dt.datetime.strptime(f"{found[0].week}-1", "%G-W%V-%u").replace(tzinfo=dt.UTC)
    assert [slot.week for slot in found] == [f"{first + n * WEEK:%G-W%V}" for n in range(61)]
    for earlier, later in itertools.pairwise(found):
        assert latest(meant, later.at - dt.timedelta(microseconds=1)) == earlier


@given(WEEKLIES, MOMENTS, st.integers(0, 60))
def test_the_next_slot_is_in_a_week_not_taken(
    meant: Weekly, moment: dt.datetime, count: int
) -> None:
    """Weeks that are taken are passed over, however many these are."""
    slots = [schedule.upcoming(meant, moment)]
    for _ in range(count):
        slots.append(schedule.upcoming(meant, slots[-1].at))
    taken = {slot.week for slot in slots[:-1]}
    assert schedule.upcoming(meant, moment, taken) == slots[-1]


MONDAYS = weekly(MON, "09:00", "Europe/Berlin")
W45, W46, W47, W48, W49 = (schedule.slot(MONDAYS, 2026, week) for week in range(45, 50))
LONG_AGO = utc("2020-01-01")


@pytest.mark.parametrize(
    ("moment", "since", "taken", "due", "missed"),
    [
        ("2026-11-30 07:59:59", W48.at, (), None, ()),
        ("2026-11-30 08:00", W48.at, (), W49, ()),
        ("2026-12-02 08:00", W48.at, (), W49, ()),
        ("2026-12-02 08:00:01", W48.at, (), None, (W49,)),
        ("2026-11-30 08:00", W48.at, (W49,), None, ()),
        ("2026-11-30 08:00", W49.at, (), None, ()),
        ("2026-11-30 08:00", W49.at - dt.timedelta(seconds=1), (), W49, ()),
        ("2026-11-30 08:00", W45.at, (), W49, (W46, W47, W48)),
        ("2026-11-30 08:00", W45.at, (W47,), W49, (W46, W48)),
        ("2026-11-30 08:00", W45.at, (W49,), None, (W46, W47, W48)),
        # The one before is young enough, but the last one is posted.
        ("2026-12-06 08:00", W47.at, (), None, (W48, W49)),
        # Clocks that were wrong have been put back.
        ("2026-11-24 08:00", W45.at, (W46, W47, W48, W49), None, ()),
        ("2026-10-01 08:00", W45.at, (), None, ()),
    ],
)  # fmt: skip
def test_what_is_owed(
    moment: str, since: dt.datetime, taken: tuple[Slot, ...], due: Slot | None, missed: object
) -> None:
    """The last slot is due for as long as the grace; what is older, or too old, is missed."""
    weeks = [slot.week for slot in taken]
    found = schedule.owed(MONDAYS, utc(moment), since=since, taken=weeks, grace=GRACE)
    assert found == schedule.Owed(due, missed)  # type: ignore[arg-type]


def test_an_older_slot_is_never_due_after_a_later_one() -> None:
    """Even with much grace, a week that was left out is missed once the next one is taken."""
    found = schedule.owed(
        MONDAYS, W49.at + HOUR, since=W47.at, taken=[W49.week], grace=10 * WEEK
    )  # fmt: skip
    assert found == schedule.Owed(None, (W48,))


def test_after_a_long_outage_only_the_last_weeks_are_missed() -> None:
    """At most eight are noted, oldest first, and none beyond them the next time."""
    found = schedule.owed(MONDAYS, W49.at, since=LONG_AGO, taken=(), grace=GRACE)
    assert found.due == W49
    assert [slot.week for slot in found.missed] == [f"2026-W{week}" for week in range(41, 49)]
    taken = [W49.week, *(slot.week for slot in found.missed)]
    again = schedule.owed(MONDAYS, W49.at, since=LONG_AGO, taken=taken, grace=GRACE)
    assert again == schedule.Owed(None, ())
    late = schedule.owed(MONDAYS, W49.at + 3 * DAY, since=LONG_AGO, taken=(), grace=GRACE)
    assert [slot.week for slot in late.missed] == [f"2026-W{week}" for week in range(42, 50)]


@given(
    WEEKLIES,
    MOMENTS,
    st.timedeltas(-3 * WEEK, 20 * WEEK),
    st.sets(st.integers(-3, 12)),
    st.timedeltas(dt.timedelta(), 2 * WEEK),
)
def test_what_is_owed_is_never_taken(
    meant: Weekly,
    moment: dt.datetime,
    back: dt.timedelta,
    taken_before: set[int],
    grace: dt.timedelta,
) -> None:
    """What is owed lies after `since`, not after the moment, and in weeks not taken, in order."""
    since = moment - back
    taken = {latest(meant, moment - n * WEEK).week for n in taken_before}
    found = schedule.owed(meant, moment, since=since, taken=taken, grace=grace)
    every = [*found.missed, *([found.due] if found.due else [])]
    assert [slot.at for slot in every] == sorted({slot.at for slot in every})
    assert len(found.missed) <= 8
    for slot in every:
        assert since < slot.at <= moment
        assert slot.week not in taken
    last = latest(meant, moment)
    if found.due:
        assert found.due == last
        assert moment - last.at <= grace
    elif last.at > since and last.week not in taken:
        assert found.missed[-1] == last


@pytest.mark.parametrize("seed", range(40))
def test_no_week_is_posted_twice(seed: int) -> None:
    """Whatever clocks, outages and people do, a channel has one digest a week at most, each within
    its grace; and if clocks only go forward, every slot is posted or noted as missed.
    """
    chance = random.Random(seed)  # noqa: S311
    jumps, changes = seed % 2 == 1, seed % 4 >= 2

    def any_weekly() -> Weekly:
        zone = chance.choice(ZONES)
        return Weekly(
            weekday=chance.randrange(7),
            hour=chance.randrange(24),
            minute=chance.randrange(60),
            zone=zone,
        )

    meant, moment = any_weekly(), utc("2026-01-01") + chance.random() * 300 * DAY
    since, begin = moment, moment
    taken: set[str] = set()
    seen: list[Slot] = []
    for _ in range(300):
        step = chance.choice([10, 100, 3_000, 40_000, 200_000, 900_000])
        moment += dt.timedelta(seconds=chance.random() * step)
        if jumps and chance.random() < 0.05:
            moment -= dt.timedelta(seconds=chance.random() * 2_000_000)
        if changes and chance.random() < 0.05:
            meant, since = any_weekly(), moment
        found = schedule.owed(meant, moment, since=since, taken=taken, grace=GRACE)
        if found.due:
            assert dt.timedelta() <= moment - found.due.at <= GRACE
        for slot in (*found.missed, *([found.due] if found.due else [])):
            assert slot.week not in taken
            assert slot.at > since
            taken.add(slot.week)
            seen.append(slot)
    assert seen
    if not (jumps or changes):
        expected = [schedule.upcoming(meant, begin)]
        while expected[-1].at <= moment:
            expected.append(schedule.upcoming(meant, expected[-1].at))
        assert seen == expected[:-1]


@pytest.mark.parametrize(
    ("meant", "said"),
    [
        (MONDAYS, "Mondays at 09:00 (Europe/Berlin)"),
        (weekly(SUN, "00:05", "UTC"), "Sundays at 00:05 (UTC)"),
    ],
)
def test_a_schedule_is_said_in_words(meant: Weekly, said: str) -> None:
    """The weekday, the hour on the clock, and whose clock."""
    assert schedule.spoken(meant) == said


@pytest.mark.parametrize(
    ("meant", "at", "said"),
    [
        (MONDAYS, "2026-11-30 08:00", "Monday 30 November at 09:00"),
        (weekly(SUN, "02:30", "Europe/Berlin"), "2026-03-29 01:30", "Sunday 29 March at 03:30"),
        (weekly(MON, "09:00", "Asia/Tokyo"), "2026-11-30 20:00", "Tuesday 1 December at 05:00"),
    ],
)
def test_a_moment_is_said_by_the_clocks_there(meant: Weekly, at: str, said: str) -> None:
    """Day and hour are those of the place, and those at which a slot really comes."""
    assert schedule.day_and_time(meant, utc(at)) == said


@pytest.mark.parametrize(
    "zone",
    [
        "", "Mars/Base", "Europe", "europe/berlin", "posixrules", "localtime", "Factory",
        "../../etc/passwd", "/etc/passwd", "Europe/../Europe/Berlin", "posix/Europe/Berlin",
        "right/UTC", "zone.tab", "tzdata.zi", "a\0b", "\ud800", "x" * 5000, "Europe/Berlin\n",
        "__init__.py", "Europe/Berlin ", "~",
    ],
)  # fmt: skip
def test_a_zone_that_is_not_known_is_a_sentence(zone: str) -> None:
    """A name that the database does not have, or that is no name, fails with what to do."""
    meant = weekly(MON, "09:00", zone)
    moment = utc("2026-11-30 08:00")
    for ask in (
        lambda: schedule.slot(meant, 2026, 49),
        lambda: schedule.upcoming(meant, moment),
        lambda: schedule.local(meant, moment),
        lambda: schedule.owed(meant, moment, since=moment, taken=(), grace=GRACE),
    ):
        with pytest.raises(ScheduleError, match=r"is not known.*Name another one") as caught:
            ask()
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 200


@given(st.text())
def test_no_name_of_a_zone_crashes(zone: str) -> None:
    """Any text either names a time zone or is refused in words."""
    try:
        schedule.slot(weekly(MON, "09:00", zone), 2026, 49)
    except ScheduleError:
        assert zone not in schedule.zones()


def test_every_zone_that_is_listed_can_be_used() -> None:
    """Whatever is offered works."""
    assert len(schedule.zones()) > 400
    for zone in schedule.zones():
        assert schedule.slot(weekly(MON, "09:00", zone), 2026, 49).week == "2026-W49"


def test_a_moment_needs_its_time_zone() -> None:
    """Without a time zone a moment is refused."""
    naive = utc("2026-11-30 08:00").replace(tzinfo=None)
    for ask in (schedule.upcoming, schedule.local):
        with pytest.raises(ValueError, match="time zone"):
            ask(MONDAYS, naive)


def rules(posix: str) -> bytes:
    """A file of the time zone database for a place with these rules, as POSIX writes them."""
    head = b"TZif2" + bytes(15)
    body = struct.pack(">6l", 0, 0, 0, 0, 1, 4) + struct.pack(">lbb", 0, 0, 0) + b"XXX\0"
    return head + body + head + body + f"\n{posix}\n".encode()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Path]:
    """A time zone database of our own, in a folder."""

    def forget() -> None:
        zoneinfo.ZoneInfo.clear_cache()
        schedule.zones.cache_clear()
        schedule._zone.cache_clear()

    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=[str(tmp_path)])
    forget()
    yield tmp_path
    zoneinfo.reset_tzpath(to=before)
    forget()


def test_new_rules_post_nothing_again(database: Path) -> None:
    """A slot that new rules move keeps its week: once posted, it is not posted at its new hour; and
    where it was not, it is due at the new one.
    """
    file = database / "Test_City"
    meant = weekly(MON, "09:00", "Test_City")
    moments: list[dt.datetime] = []
    for posix in ("XXX-2", "XXX-1"):
        file.write_bytes(rules(posix))
        zoneinfo.ZoneInfo.clear_cache()
        schedule._zone.cache_clear()
        slot = schedule.slot(meant, 2026, 49)
        assert slot.week == "2026-W49"
        moments.append(slot.at)
        for taken, due in (((), slot), (["2026-W49"], None)):
            since = slot.at - DAY
            found = schedule.owed(meant, slot.at, since=since, taken=taken, grace=GRACE)
            assert found.due == due
    assert moments[1] - moments[0] == HOUR


def test_where_monday_begins_twice_its_first_midnight_counts(database: Path) -> None:
    """If clocks go back over midnight, the slot of Monday is past though it is Sunday again."""
    (database / "Test_City").write_bytes(rules("XXX0YYY,M3.2.1/0,M11.1.1/0:30"))
    meant = weekly(MON, "00:00", "Test_City")
    slot = Slot("2026-W45", utc("2026-11-01 23:00"))
    again = slot.at + HOUR * 3 / 4
    assert schedule.day_and_time(meant, slot.at) == "Monday 2 November at 00:00"
    assert schedule.day_and_time(meant, again) == "Sunday 1 November at 23:45"
    assert latest(meant, again) == slot
    assert schedule.upcoming(meant, again).week == "2026-W46"


def test_a_zone_that_the_database_has_lost_is_a_sentence(database: Path) -> None:
    """A file that went away, or is none any more, between listing and reading is no traceback."""
    for damage in (Path.unlink, Path.mkdir, lambda file: file.write_bytes(b"TZif2 or so")):
        file = database / "Test_City"
        if file.is_dir():
            file.rmdir()
        file.write_bytes(rules("XXX-1"))
        schedule.zones.cache_clear()
        assert "Test_City" in schedule.zones()
        file.unlink()
        if damage is not Path.unlink:
            damage(file)
        with pytest.raises(ScheduleError, match="is not known"):
            schedule.slot(weekly(MON, "09:00", "Test_City"), 2026, 49)
