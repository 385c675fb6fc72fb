"""The time of the workspace, and what moving it does."""

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground import Playground, RefusedError
from bot.playground.clock import EARLIEST, LATEST, next_monday
from bot.playground.clock import Clock as Moved
from tests.playground.test_pages import act, snapshot
from tests.playground.world import SEED, Clock, RawApp, manifest

DAY = 24 * 60 * 60.0
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Seoul", "Pacific/Apia", "Asia/Kolkata"]


def test_a_clock_goes_on_wherever_it_was_moved_to() -> None:
    """It is moved forward and back, goes on with the other clock, and can be as that one again."""
    base = Clock()
    told: list[float] = []
    moved = Moved(base, lambda: told.append(moved()))
    assert moved() == moved.now() == base.at
    moved.move(DAY)
    moved.move(-60)
    base.at += 5
    assert (moved(), moved.ahead) == (base.at + DAY - 60, DAY - 60)
    moved.set_to(1_800_000_000.5)
    assert moved() == 1_800_000_000.5
    moved.reset()
    assert (moved(), moved.ahead) == (base.at, 0)
    assert told == [base.at - 5 + DAY, base.at - 5 + DAY - 60, 1_800_000_000.5, base.at]


@pytest.mark.parametrize(
    "at", [EARLIEST - 1, LATEST, float("inf"), float("-inf"), float("nan"), 10**400]
)
def test_a_clock_has_an_end(at: float) -> None:
    """A time that no calendar has is refused with a sentence, and nothing is moved."""
    moved = Moved(Clock())
    with pytest.raises(RefusedError, match="from the year 2000 to the year 2099"):
        moved.set_to(at)
    assert moved.ahead == 0


@given(st.floats(EARLIEST, LATEST - 1), st.sampled_from(ZONES))
def test_next_monday_is_a_monday_at_nine_within_a_week(now: float, zone: str) -> None:
    """By the clocks of the zone it is a Monday at nine, later than now, and no later one is left.

    A week is an hour longer or shorter where the clocks change in it, and Apia once left out a day.
    """
    at = next_monday(now, zone)
    local = datetime.fromtimestamp(at, ZoneInfo(zone))
    assert (local.weekday(), local.hour, local.minute, local.second) == (0, 9, 0, 0)
    assert now < at <= now + 7 * DAY + 3600
    started = datetime.fromtimestamp(now, ZoneInfo(zone)).date()
    assert local.date() - started <= timedelta(days=7)


async def test_all_that_happens_bears_the_time_of_the_clock(raw: RawApp, clock: Clock) -> None:
    """Messages, events, calls and what is told of a person keep to the clock that was moved."""
    playground = raw.playground
    playground.clock.move(7 * DAY)
    later = clock.at + 7 * DAY
    ts = await playground.say("U1", "C1", "hello")
    assert float(ts) == pytest.approx(later, abs=0.01)
    (delivery,) = playground.deliveries
    assert delivery.payload["event_time"] == int(later)
    posted = await raw.call("chat.postMessage", channel="C1", text="hello")
    assert float(posted["ts"]) > float(ts)
    (call,) = playground.calls
    assert [round(at - later) for at in (delivery.at, call.at)] == [0, 0]


async def test_order_outlives_a_clock_that_goes_back(raw: RawApp) -> None:
    """What is said after the clock went back comes after what was said before, and so reads."""
    playground = raw.playground
    said = [await playground.say("U1", "C1", "now")]
    playground.clock.move(7 * DAY)
    said.append(await playground.say("U1", "C1", "a week later"))
    playground.clock.reset()
    said.append((await raw.call("chat.postMessage", channel="C1", text="now again"))["ts"])
    said.append(await playground.say("U1", "C1", "and again"))
    assert said == sorted(set(said), key=float)
    history = await raw.call("conversations.history", channel="C1", oldest=said[0])
    assert [one["ts"] for one in history["messages"]] == said[:0:-1]
    lines = [one["id"] for one in (await snapshot(raw, "U1"))["traffic"]]
    assert lines == ["d1", "d2", "c1", "d3", "d4", "c2"]


async def test_a_week_later_nothing_lent_is_good_any_more(connected: RawApp) -> None:
    """A trigger and a response URL expire with the clock; a modal that is open stays, and works."""
    playground = connected.playground
    view = {"type": "modal", "title": {"type": "plain_text", "text": "Ask"}, "blocks": BLOCKS}
    opened, old = [await playground.command("U1", "C1", "/onboard") for _ in range(2)]
    trigger = opened.payload["trigger_id"]
    assert (await connected.call("views.open", trigger_id=trigger, view=view))["ok"]
    (shown,) = playground.modals("U1")
    playground.clock.move(7 * DAY)
    answer = await connected.call("views.open", trigger_id=old.payload["trigger_id"], view=view)
    assert answer["error"] == "expired_trigger_id"
    status, answer = await connected.post(old.payload["response_url"], text="late")
    assert (status, answer["error"]) == (404, "expired_url")
    assert (await connected.call("views.update", view_id=shown.id, view=view))["ok"]
    assert playground.modals("U1") == [shown]
    await playground.close("U1", shown.id)


BLOCKS = [{"type": "section", "text": {"type": "plain_text", "text": "Hello"}}]


async def test_the_page_moves_the_clock(raw: RawApp, clock: Clock) -> None:
    """By so much, to a moment, to the next Monday of whoever asks, and back; all see it."""
    for to, expected in [
        ({"by": 3600}, clock.at + 3600),
        ({"by": -7200}, clock.at - 3600),
        (1_800_000_000, 1_800_000_000.0),
        ("monday", next_monday(1_800_000_000, "Asia/Seoul")),
        ("now", clock.at),
    ]:
        assert await act(raw, "U1", "clock", to=to) == (200, {"ok": True})
        assert raw.playground.clock() == expected
        seen = await snapshot(raw, "U2")
        assert (seen["now"], seen["ahead"]) == (expected, expected - clock.at)
    assert next(one["tz"] for one in seen["users"] if one["id"] == "U1") == "Asia/Seoul"


@pytest.mark.parametrize(
    "to", [-1e12, 1e12, 10**400, "soon", None, [], {}, {"by": "x"}, {"by": 1e300}, {"by": 10**400}]
)
async def test_a_time_that_is_none_is_refused(raw: RawApp, clock: Clock, to: object) -> None:
    """What is no moment within reach is refused with a sentence; the clock stays as it is."""
    status, answer = await act(raw, "U1", "clock", to=to)
    assert status == 400
    assert answer["error"].endswith(".")
    assert raw.playground.clock() == clock.at


async def test_whoever_waits_hears_that_the_clock_was_moved(playground: Playground) -> None:
    """Something that is waited for is looked at again when the clock is moved."""
    at = playground.clock()
    waiting = asyncio.create_task(playground.until(lambda: playground.clock() > at, timeout=5))
    await asyncio.sleep(0)  # so that it waits already
    playground.clock.move(DAY)
    assert await waiting


def test_an_own_clock_is_where_the_workspace_begins() -> None:
    """The clock that a workspace is given is the one that people move."""
    base = Clock(1_750_000_000.0)
    playground = Playground(manifest(), SEED, clock=base)
    playground.clock.move(10)
    assert playground.workspace.clock() == 1_750_000_010.0
