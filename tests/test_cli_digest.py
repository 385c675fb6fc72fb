"""`onboard digest`, as whoever runs the bot meets it."""

import datetime as dt
import json
from pathlib import Path

import pytest

from bot.links.judging import Judged
from bot.records import Edition, Subscription, Weekly
from tests.store.samples import asking
from tests.test_cli import SAILING, run
from tests.test_cli_store import stored

THEN = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
MONDAY = dt.datetime(2026, 11, 30, 8, tzinfo=dt.UTC)
"""At nine in Berlin."""
BERLIN = Weekly(weekday=0, hour=9, minute=0, zone="Europe/Berlin")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own, with a catalogue, and a store that has its tables."""
    monkeypatch.chdir(tmp_path)
    for name in ("ONBOARD_CATALOGUE", "ONBOARD_GAP_PEOPLE", "ONBOARD_TIMEZONE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ONBOARD_DATABASE_URL", "sqlite:///kept.db")
    Path("resources.yaml").write_text(SAILING, encoding="utf-8")
    stored(lambda store: store.entries())


def subscribed(channel: str, **more: object) -> None:
    """Let a channel have a weekly digest."""
    given = {"weekly": BERLIN, "since": THEN, "by": "U1"} | more
    stored(lambda store: store.subscribe(Subscription(channel=channel, **given)))  # type: ignore[arg-type]


def test_nobody_has_a_digest() -> None:
    """An empty list says so, and how to get one."""
    ran = run("digest", "list")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "No channel has a weekly digest. In Slack: /onboard digest\n"
    assert run("digest", "list", "--json").out == "[]\n"


def test_the_list_says_when_and_how_it_went() -> None:
    """Each channel with its time, what comes next, its topics, and what became of the last."""
    subscribed("C1", topics=("tides", "knots"))
    subscribed("C2", state="paused", reason="is_archived")
    subscribed("C3", weekly=Weekly(weekday=4, hour=17, minute=30, zone="Mars/Base"))
    posted = Edition(channel="C1", slot="2026-W48", at=THEN, until=THEN, outcome="empty")
    stored(lambda store: store.edition(posted, now=THEN))
    first, second, third = run("digest", "list").out.splitlines()[1:]
    assert first.split()[:4] == ["C1", "Mondays", "at", "09:00"]
    assert "tides, knots" in first
    assert "2026-11-01: empty" in first
    assert "paused, is_archived" in second
    assert "Fridays at 17:30 (Mars/Base)" in third
    assert "never: no such time zone" in third
    one, two, three = json.loads(run("digest", "list", "--json").out)
    assert (one["last"]["outcome"], two["state"], three["next"]) == ("empty", "paused", None)
    assert one["next"].endswith(("T08:00:00+00:00", "T07:00:00+00:00"))


def test_a_preview_shows_what_would_be_told_and_changes_nothing() -> None:
    """At that hour by the clocks of the channel; the store stays as it was."""
    subscribed("C1", topics=("tides",))
    for user in ("U1", "U2"):
        given = asking(user, "tides", at=MONDAY - dt.timedelta(days=1), answered=True)
        stored(lambda store, given=given, user=user: store.record(given, user, now=MONDAY))  # type: ignore[misc]
    before = Path("kept.db").read_bytes()
    ran = run("digest", "preview", "--channel", "C1", "--at", "2026-11-30T09:00")
    assert (ran.code, ran.err) == (0, "")
    assert "C1, Monday 30 November at 09:00" in ran.out
    assert "The first digest there. The catalogue has 3 resources." in ran.out
    assert "Tides: 2 people, led to The moon and the sea" in ran.out
    assert Path("kept.db").read_bytes() == before
    told = json.loads(
        run("digest", "preview", "--channel", "C1", "--at", "2026-11-30T09:00", "--json").out
    )
    assert told["until"] == "2026-11-30T08:00:00+00:00"
    assert told["asked"] == [{"topic": "tides", "people": 2, "times": 2, "resource": "moon"}]


def test_a_preview_tells_of_links_that_died() -> None:
    """What failed on three days is among what died, although the file does not say so."""
    url = "https://example.org/tables"
    for day in range(3):
        at = MONDAY - dt.timedelta(days=3 - day)
        stored(lambda it, at=at: it.note_links([Judged(address=url, verdict="gone")], now=at))  # type: ignore[misc]
    ran = run("digest", "preview", "--channel", "C1", "--at", "2026-11-30T09:00")
    assert "Links that died (1)" in ran.out
    assert "Tide tables" in ran.out


def test_a_preview_of_a_channel_without_one_says_so() -> None:
    """What is not set up can be looked at, too."""
    ran = run("digest", "preview", "--channel", "C9")
    assert ran.code == 0
    assert "It is stopped: nothing would be posted." in ran.out


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("--channel", "help"), "is not the ID of a channel"),
        (("--channel", "C1", "--at", "monday"), "Write the day and the time, as 2026-11-30T09:00."),
        (("--channel", "C1", "--at", "2026-13-01T09:00"), "is not a moment"),
        (("--channel", "C1", "--database", "sqlite:///none.db"), "There is no store none.db."),
    ],
)
def test_what_cannot_be_shown_is_said(given: tuple[str, ...], told: str) -> None:
    """A sentence that says what is wrong, and exit code 2."""
    ran = run("digest", "preview", *given)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
