"""Schedules as people type them, and what they are told where they are not understood."""

import datetime as dt
import zoneinfo
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import places, schedule, spoken
from bot.errors import ScheduleError
from bot.records import Weekly

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
BEFORE = Weekly(weekday=WED, hour=8, minute=15, zone="Asia/Tokyo")

REFUSED = {
    "CET", "CST6CDT", "EET", "EST", "EST5EDT", "GMT+0", "GMT-0", "GMT0", "HST", "MET", "MST",
    "MST7MDT", "PST8PDT", "WET",
}  # fmt: skip
"""Names of the database that say no place; they are understood where a profile has one."""
OFFERED = sorted(schedule.zones() - REFUSED)


def read(text: str) -> Weekly:
    """What a text means to a channel that has a digest on Wednesdays at 08:15 in Tokyo."""
    return spoken.weekly(text, before=BEFORE)


def refused(text: str) -> str:
    """The sentence with which a text is refused."""
    with pytest.raises(ScheduleError) as caught:
        read(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "weekday", "clock", "zone"),
    [
        ("weekly monday 09:00 Europe/Berlin", MON, "09:00", "Europe/Berlin"),
        ("Europe/Berlin 09:00 monday", MON, "09:00", "Europe/Berlin"),
        ("09:00, Berlin, Mondays", MON, "09:00", "Europe/Berlin"),
        ("every Monday at 9 in New York", MON, "09:00", "America/New_York"),
        ("MONDAYS @ 9AM (europe/BERLIN)", MON, "09:00", "Europe/Berlin"),
        ("once a week, on thurs at 9 p.m., berlin time", THU, "21:00", "Europe/Berlin"),
        ("each week on Friday 21h30 new_york", FRI, "21:30", "America/New_York"),
        ("America New York 9.30am sunday", SUN, "09:30", "America/New_York"),
        ("“tuesday” at noon UTC.", TUE, "12:00", "UTC"),
        ("*Tuesday* _Berlin_ `9:30`", TUE, "09:30", "Europe/Berlin"),
        ("friday 9 my time", FRI, "09:00", "Asia/Tokyo"),
        ("friday 9 in my time zone", FRI, "09:00", "Asia/Tokyo"),
        ("friday 9 local time please", FRI, "09:00", "Asia/Tokyo"),
        ("Monday - 9:00 - Berlin", MON, "09:00", "Europe/Berlin"),
        ("Monday\N{NO-BREAK SPACE}9\N{NARROW NO-BREAK SPACE}am\N{EM SPACE}Berlin", MON, "09:00",
         "Europe/Berlin"),
        ("monday\r\n9\u2028Berlin", MON, "09:00", "Europe/Berlin"),
        ("mon\u200bday 9 \u202eBerlin", MON, "09:00", "Europe/Berlin"),
        ("Ｍｏｎｄａｙ ９：００", MON, "09:00", "Asia/Tokyo"),
        ("Monday's digest at 9 o’clock", MON, "09:00", "Asia/Tokyo"),
        ("UTC 9", WED, "09:00", "UTC"),
        ("monday Mon mondays 9 9:00 Berlin Europe/Berlin", MON, "09:00", "Europe/Berlin"),
        ("", WED, "08:15", "Asia/Tokyo"),
        ("  \n ", WED, "08:15", "Asia/Tokyo"),
        ("weekly", WED, "08:15", "Asia/Tokyo"),
        ("friday", FRI, "08:15", "Asia/Tokyo"),
        ("9", WED, "09:00", "Asia/Tokyo"),
        ("berlin", WED, "08:15", "Europe/Berlin"),
    ],
)  # fmt: skip
def test_a_schedule_is_read(text: str, weekday: int, clock: str, zone: str) -> None:
    """Day, hour and place stand in any order and spelling; what is left out stays as it was."""
    found = read(text)
    assert (found.weekday, f"{found.hour:02}:{found.minute:02}", found.zone) == (
        weekday, clock, zone,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("spellings", "weekday"),
    [
        ("mon monday mondays Monday's MON", MON), ("tue tues tuesday tuesdays", TUE),
        ("wed weds wednesday", WED), ("thu thur thurs thursday Thursdays", THU),
        ("fri friday", FRI), ("sat saturday", SAT), ("sun sunday sundays'", SUN),
    ],
)  # fmt: skip
def test_days_have_many_spellings(spellings: str, weekday: int) -> None:
    """In full, shortened, or as many."""
    for text in spellings.split():
        assert read(text).weekday == weekday
        assert read(f"every {text}.").weekday == weekday


CLOCKS = {
    "09:00": "9|09|9:00|09:00|9.00|0900|900|9am|9 am|9AM|9 a.m.|9 a m|9h|9h00|09h|9 o'clock|"
    "9 oclock|nine|at nine|nine am|9 in the morning|nine o'clock in the morning|0900 hrs|9 hours",
    "09:30": "9:30|9.30|9h30|0930|930|9:30am|9.30 a.m.|half past nine|half past 9 am|"
    "half past nine in the morning",
    "07:15": "quarter past seven|quarter past 7 am|7:15",
    "21:00": "21|21:00|21h|2100|9pm|9 pm|9 p.m.|9:00pm|nine pm|9 in the evening|9 o’clock pm",
    "21:30": "9:30pm|9:30 PM|21.30|half past nine pm|half past nine p.m.",
    "15:00": "3pm|three in the afternoon",
    "12:00": "12|noon|midday|12 noon|12pm|12 p.m.|12:00|twelve",
    "12:05": "12:05pm|1205",
    "00:00": "0|midnight|12 midnight|12am|12 a.m.|00:00|0000|0h",
    "00:30": "12:30am|0:30|00.30|half past 12 am",
    "23:59": "23:59|11:59pm|2359",
}


@pytest.mark.parametrize("clock", CLOCKS)
def test_hours_have_many_spellings(clock: str) -> None:
    """With or without minutes, of 12 or 24, in digits or words, wherever they stand."""
    hour, minute = map(int, clock.split(":"))
    for text in CLOCKS[clock].split("|"):
        for around in (f"{text} friday", f"friday {text}", f"friday {text} Berlin"):
            found = read(around)
            assert (found.weekday, found.hour, found.minute) == (FRI, hour, minute), around


def test_midnight_is_where_its_day_begins() -> None:
    """Sunday at midnight is 00:00 of Sunday, not the end of it."""
    assert schedule.spoken(read("sunday midnight UTC")) == "Sundays at 00:00 (UTC)"


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"), ("europe/berlin", "Europe/Berlin"),
        ("europe berlin", "Europe/Berlin"), ("Berlin", "Europe/Berlin"),
        ("berlin time", "Europe/Berlin"), ("new-york", "America/New_York"),
        ("NEW_YORK", "America/New_York"), ("America / New York", "America/New_York"),
        ("Sao Paulo", "America/Sao_Paulo"), ("São Paulo", "America/Sao_Paulo"),
        ("İstanbul", "Europe/Istanbul"), ("Zürich", "Europe/Zurich"),
        ("St. John's", "America/St_Johns"), ("Port-au-Prince", "America/Port-au-Prince"),
        ("Buenos Aires", "America/Argentina/Buenos_Aires"),
        ("Argentina/Buenos Aires", "America/Argentina/Buenos_Aires"),
        ("America North Dakota New Salem", "America/North_Dakota/New_Salem"),
        ("Louisville", "America/Kentucky/Louisville"), ("Jakarta", "Asia/Jakarta"),
        ("UTC", "UTC"), ("utc", "UTC"), ("GMT", "GMT"), ("Etc/UTC", "Etc/UTC"),
        ("etc/gmt+12", "Etc/GMT+12"), ("US/Eastern", "US/Eastern"),
        ("Munich", "Europe/Berlin"), ("San Francisco", "America/Los_Angeles"),
        ("Washington, D.C.", "America/New_York"), ("Bengaluru", "Asia/Kolkata"),
        ("Kiev", "Europe/Kyiv"), ("U.K.", "Europe/London"),
    ],
)  # fmt: skip
def test_places_have_many_spellings(text: str, zone: str) -> None:
    """A time zone goes by its name, by the end of it, and by its large cities, accents or not."""
    assert spoken.zone(text) == zone
    assert read(f"friday 9 {text}").zone == zone
    assert read(f"{text} 9am friday").zone == zone


def test_every_zone_can_be_written_as_it_is_shown() -> None:
    """The name of a time zone leads to itself, in any case; but for those that say no place."""
    assert schedule.zones() >= REFUSED
    for zone in OFFERED:
        assert spoken.zone(zone) == zone
        assert spoken.zone(zone.upper()) == zone
        meant = Weekly(weekday=SUN, hour=23, minute=5, zone=zone)
        assert spoken.weekly(schedule.spoken(meant), before=BEFORE) == meant
    for zone in REFUSED:
        with pytest.raises(ScheduleError):
            spoken.zone(zone)


def test_what_is_suggested_is_there() -> None:
    """Every zone that a city or a refusal leads to is one of the database."""
    suggested = {zone for possible in places._POSSIBLE.values() for zone in possible}
    assert suggested | places._CITIES.keys() <= schedule.zones()
    for zone in suggested:
        assert spoken.zone(zone) == zone


def test_a_city_of_several_zones_is_asked_about() -> None:
    """Where zones share the name of a place and not its clocks, one has to be chosen; the others
    with one name are the same.
    """
    alike: dict[str, set[str]] = defaultdict(set)
    for zone in schedule.zones():
        alike[zone.rsplit("/")[-1].lower()].add(zone)
    year = [dt.datetime(2026, month, 15, tzinfo=dt.UTC) for month in range(1, 13)]
    for name, several in alike.items():
        clocks = {
            tuple(day.astimezone(zoneinfo.ZoneInfo(zone)).utcoffset() for day in year)
            for zone in several
        }
        if len(clocks) > 1:
            with pytest.raises(ScheduleError):
                spoken.zone(name)
    assert "Pacific/Apia or Pacific/Pago_Pago" in refused("monday 9 Samoa")


@given(
    st.builds(
        Weekly,
        weekday=st.integers(0, 6),
        hour=st.integers(0, 23),
        minute=st.integers(0, 59),
        zone=st.sampled_from(OFFERED),
    )
)
def test_a_schedule_is_read_as_it_is_said(meant: Weekly) -> None:
    """What the bot says of a schedule can be typed back."""
    assert spoken.weekly(schedule.spoken(meant), before=BEFORE) == meant
    assert spoken.weekly("", before=meant) == meant


EXAMPLE = "Write a day, an hour and a place, as in: weekly Monday 09:00 Europe/Berlin."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        # Once a week, at one time.
        ("mondays and fridays", "A digest comes once a week: write one day, Monday or Friday."),
        ("mon-fri 9", "write one day, Monday or Friday"),
        ("sat/sun 9", "write one day, Saturday or Sunday"),
        ("monday through friday", "write one day, Monday or Friday"),
        ("mon, wed & fri", "write one day, Monday, Wednesday or Friday"),
        ("monday 9:00 10:00", "write one hour, 09:00 or 10:00"),
        ("monday 9 Berlin Tokyo", "write one place, Europe/Berlin or Asia/Tokyo"),
        ("daily 9am", 'A digest comes once a week: "daily" cannot be.'),
        ("every day at 9", '"every day" cannot be'),
        ("weekdays at 9", '"weekdays" cannot be'),
        ("every two weeks", '"two weeks" cannot be'),
        ("every 2 weeks", '"2 weeks" cannot be'),
        ("biweekly", '"biweekly" cannot be'),
        ("every other monday", '"every other" cannot be'),
        ("Monthly", '"Monthly" cannot be'),
        ("first monday of the month", '"first" cannot be'),
        # Hours that are none.
        ("monday 25:00", '"25:00" is no hour: a day goes from 00:00, which is midnight, to 23:59.'),
        ("24:00", '"24:00" is no hour'),
        ("9:60", '"9:60" is no hour'),
        ("2460", '"2460" is no hour'),
        ("99", '"99" is no hour'),
        ("13pm", '"13pm" is no hour: before am or pm it is one from 1 to 12.'),
        ("0 am", '"0 am" is no hour'),
        ("21:00 p.m.", '"21:00 p.m" is no hour'),
        # Zones that are no places.
        ("UTC+2", '"UTC+2" does not follow summer time: write a place, as Berlin, or UTC.'),
        ("monday 9:00 UTC +5:30", '"UTC +5:30" does not follow summer time'),
        ("GMT\N{MINUS SIGN}3", '"GMT-3" does not follow summer time'),
        ("9:00 -0500", '"-0500" does not follow summer time'),
        ("9:00 GMT+0", '"GMT+0" does not follow summer time'),
        ("9am EST", '"EST" does not say whose clocks are meant, with or without summer time: write '
                    "a place, as America/New_York."),
        ("9am Eastern time", "write a place, as America/New_York."),
        ("9am PST", "write a place, as America/Los_Angeles."),
        ("CET", "write a place, as Europe/Berlin."),
        ("IST", "write a place, as Asia/Kolkata, Europe/Dublin or Asia/Jerusalem."),
        ("BST", "write a place, as Europe/London or Asia/Dhaka."),
        # Words that mean nothing, or something else.
        ("Mnday 9am", '"Mnday" is no day, hour or place that I know. Did you mean Monday? '
                      + EXAMPLE),
        ("wendesday", "Did you mean Wednesday?"),
        ("monday 9 Sydny", "Did you mean Australia/Sydney?"),
        ("New Yrok at 9", '"New Yrok" is no day, hour or place that I know. Did you mean '
                          "America/New_York?"),
        ("Europe/Brelin", "Did you mean Europe/Berlin?"),
        ("monday qqqq 9", '"qqqq" is no day, hour or place that I know. ' + EXAMPLE),
        ("9:5", '"9:5" is no day, hour or place'),
        ("half nine", '"half" is no day, hour or place'),
        ("half past 9:30", "is no day, hour or place"),
        ("12345", '"12345" is no day, hour or place'),
        ("localtime", '"localtime" is no day, hour or place'),
        ("posixrules", '"posixrules" is no day, hour or place'),
        ("Factory", '"Factory" is no day, hour or place'),
        ("../../etc/passwd", "is no day, hour or place"),
        ("monday 9 north", '"north" is no day, hour or place'),
        ("act monday", '"act" is no day, hour or place'),
        ("Etc GMT 5", '"Etc" is no day, hour or place'),
        ("<!channel> <@U0123ABCD>", '"channel U0123ABCD" is no day, hour or place'),
        ("m" * 201, f"That is longer than 200 characters. {EXAMPLE}"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_told(text: str, told: str) -> None:
    """A sentence quotes what was not understood and says what to write."""
    sentence = refused(text)
    assert told in sentence
    assert "\n" not in sentence
    assert len(sentence) < 300


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Write a large city, as Berlin, or the name of a time zone, as Europe/Berlin."),
        ("monday", '"monday" is no place that I know.'),
        ("Berln", "Did you mean Europe/Berlin?"),
        ("Berlin Tokyo", "is no place that I know."),
        ("UTC+1", "does not follow summer time"),
        ("EST", "write a place, as America/New_York."),
        ("x" * 201, "longer than 200 characters"),
    ],
)
def test_a_form_that_has_no_zone_is_told(text: str, told: str) -> None:
    """A time zone alone is refused in the same way."""
    with pytest.raises(ScheduleError) as caught:
        spoken.zone(text)
    assert told in str(caught.value)


WORDS = st.lists(
    st.sampled_from(
        "monday tue fri, 9 9:30 am p.m. 25 noon half past nine Berlin New York /_ - + UTC +2 EST "
        "every two weeks on at in the morning the and digest o'clock America North Dakota".split()
    )
    | st.text(max_size=6),
    max_size=14,
).map(" ".join)


@given(st.text() | WORDS)
def test_any_text_is_understood_or_refused(text: str) -> None:
    """Whatever is typed gives a schedule that has its slots, or a sentence."""
    try:
        found = read(text)
    except ScheduleError as error:
        assert str(error).isprintable()
        assert str(error).endswith(".")
    else:
        assert schedule.slot(found, 2026, 49).week == "2026-W49"


@given(st.text() | WORDS)
def test_any_text_of_a_field_is_understood_or_refused(text: str) -> None:
    """The same holds where a zone is asked for alone."""
    try:
        spoken.zone(text)
    except ScheduleError as error:
        assert str(error).isprintable()


@given(st.permutations(["every friday", "at 21:30", "in New York"]), st.sampled_from(" ,;@"))
def test_the_order_does_not_matter(parts: list[str], between: str) -> None:
    """Day, hour and place mean the same in any order, with or without commas."""
    found = read(f" {between} ".join(parts))
    assert schedule.spoken(found) == "Fridays at 21:30 (America/New_York)"


def test_the_longest_texts_are_read_at_once() -> None:
    """Two hundred characters chosen to be slow are read in the time of a click."""
    for text in ("a " * 100, "9 " * 100, "half past " * 20, "America North Dakota " * 9,
                 "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 200, "9" * 200, "- " * 100,
                 "a.m" * 66, "/" * 200, "o' " * 66):  # fmt: skip
        begun = dt.datetime.now(dt.UTC)
        spoken_or_not(text)
        assert dt.datetime.now(dt.UTC) - begun < dt.timedelta(seconds=1)


def spoken_or_not(text: str) -> None:
    """Read a text, understood or not."""
    try:
        read(text)
    except ScheduleError:
        return
