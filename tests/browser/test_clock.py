"""The clock of the workspace on its page."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visiting
from tests.browser.small import Small
from tests.browser.test_page import PHONE, fits
from tests.browser.visit import Visit
from tests.playground.world import modal, text_input


@pytest.fixture
def small() -> Iterator[Small]:
    """A small workspace, in which it is a Wednesday."""
    with Small() as served:
        yield served


def clock(visit: Visit) -> Locator:
    """The button that says what time it is."""
    return visit.sidebar.get_by_role("button", name=re.compile("^Workspace time"))


def panel(visit: Visit) -> Locator:
    """What opens from it."""
    return visit.page.get_by_role("dialog", name="Workspace time")


def is_at(visit: Visit, text: str, zone: str = "Asia/Seoul, moved") -> None:
    """See what time it is on the page, beside its list and in the panel."""
    expect(clock(visit)).to_have_accessible_name(f"Workspace time: {text} {zone}")
    expect(panel(visit).get_by_role("status")).to_contain_text(text)


def test_the_clock_is_moved_by_keys_alone(visiting: Visiting, small: Small) -> None:
    """By an hour, a day, a week, to the next Monday morning, to any minute, and back.

    The time is told by the clocks of whoever looks. Escape closes the panel.
    """
    visit = visiting(small)
    expect(clock(visit)).to_have_accessible_name("Workspace time: Wed, Nov 25, 7:00 PM Asia/Seoul")
    clock(visit).focus()
    visit.page.keyboard.press("Enter")
    for name, text in [
        ("+1 hour", "Wed, Nov 25, 8:00 PM"),
        ("+1 day", "Thu, Nov 26, 8:00 PM"),
        ("+1 week", "Thu, Dec 3, 8:00 PM"),
        ("Next Monday, 9:00 AM", "Mon, Dec 7, 9:00 AM"),
    ]:
        step = panel(visit).get_by_role("button", name=name)
        expect(step).to_be_focused()
        visit.page.keyboard.press("Enter")
        is_at(visit, text)
        visit.page.keyboard.press("Tab")
    field = panel(visit).get_by_label("Date and time")
    expect(field).to_be_focused()
    expect(field).to_have_value("2026-12-07T09:00")
    field.fill("2027-03-28T02:30")
    visit.page.keyboard.press("Enter")
    is_at(visit, "Sun, Mar 28, 2:30 AM")
    panel(visit).get_by_role("button", name="Back to now").focus()
    visit.page.keyboard.press("Enter")
    is_at(visit, "Wed, Nov 25, 7:00 PM", "Asia/Seoul")
    visit.page.keyboard.press("Escape")
    expect(panel(visit)).to_be_hidden()
    expect(clock(visit)).to_be_focused()


def test_a_message_stands_under_the_day_it_was_said_on(visiting: Visiting, small: Small) -> None:
    """After the clock was moved a new day begins, for each by their own clocks."""
    visit = visiting(small)
    visit.say("on wednesday")
    expect(visit.message("on wednesday").get_by_text("7:00 PM")).to_be_visible()
    small.move_clock(5 * 24 * 3600)
    visit.say("on monday")
    days = visit.main.get_by_role("separator")
    expect(days).to_have_text(["Wednesday, November 25", "Today"])
    small.move_clock(24 * 3600)
    expect(days).to_have_text(["Wednesday, November 25", "Yesterday"])
    visit.be("Tom Reed")
    expect(visit.message("on wednesday").get_by_text("10:00 AM")).to_be_visible()
    expect(clock(visit)).to_have_accessible_name("Workspace time: Tue, Dec 1, 10:00 AM UTC, moved")


def test_a_time_out_of_reach_is_refused_with_a_sentence(visiting: Visiting, small: Small) -> None:
    """A year far away moves nothing and says why; no date at all keeps the field."""
    visit = visiting(small, errors="400")
    clock(visit).click()
    field = panel(visit).get_by_label("Date and time")
    field.fill("2100-01-01T12:00")
    panel(visit).get_by_role("button", name="Set").click()
    expect(visit.notices.get_by_role("alert")).to_contain_text("from the year 2000 to the year")
    field.fill("")
    panel(visit).get_by_role("button", name="Set").click()
    expect(field).to_be_focused()
    is_at(visit, "Wed, Nov 25, 7:00 PM", "Asia/Seoul")


def test_an_open_form_outlives_a_move_of_the_clock(visiting: Visiting, small: Small) -> None:
    """What was typed into a form stays while somebody else moves the clock, and can be sent."""
    visit = visiting(small)
    small.open_modal(modal(text_input()))
    field = visit.dialog.get_by_label("Name")
    field.fill("halfway")
    for seconds in (7 * 24 * 3600, -14 * 24 * 3600):
        small.move_clock(seconds)
        expect(clock(visit)).to_contain_text("moved")
        expect(field).to_have_value("halfway")
        expect(field).to_be_focused()
    visit.dialog.get_by_role("button", name="Send").click()
    expect(visit.dialog).to_be_hidden()
    (sent,) = small.interactions()
    assert sent.payload["view"]["state"]["values"]["name"]["value"]["value"] == "halfway"


def test_what_was_read_in_the_future_is_no_matter_in_another_workspace(
    visiting: Visiting,
) -> None:
    """A workspace begun anew at the same address marks what is new, however late it was before."""
    with Small() as before:
        visit = visiting(before, errors="WebSocket|ERR_")
        before.move_clock(365 * 24 * 3600)
        visit.open("random")
        visit.say("read a year from now")
        expect(visit.message("read a year from now")).to_be_visible()
        visit.open("general")
        port = urlsplit(before.address).port or 0
    with Small(port) as after:
        visit.page.reload()
        visit.is_ready()
        after.run(after.playground.say("U2", "C2", "said now"))
        expect(visit.link("random")).to_have_accessible_name(re.compile("unread$"))


def test_the_clock_fits_on_a_phone(visiting: Visiting, small: Small) -> None:
    """Everything in the panel can be reached with a thumb."""
    visit = visiting(small, viewport=PHONE, has_touch=True)
    visit.main.get_by_role("button", name="Show conversations").tap()
    clock(visit).tap()
    for name in ("+1 hour", "Next Monday, 9:00 AM", "Set", "Back to now"):
        expect(panel(visit).get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    panel(visit).get_by_role("button", name="+1 day").tap()
    is_at(visit, "Thu, Nov 26, 7:00 PM")
    fits(visit)
