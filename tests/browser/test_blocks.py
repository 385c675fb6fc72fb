"""What people choose and confirm in the blocks of an app."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visiting
from tests.browser.small import Small
from tests.playground.world import Json, modal


@pytest.fixture
def small() -> Iterator[Small]:
    """A small workspace."""
    with Small() as served:
        yield served


def plain(text: str) -> Json:
    """Return a plain text."""
    return {"type": "plain_text", "text": text}


def option(value: str) -> Json:
    """Return an option."""
    return {"text": plain(value.title()), "value": value}


DAYS = [option("monday"), option("friday")]
TOPICS = [
    {"label": plain("Systems"), "options": [option("kernel"), option("drivers")]},
    {"label": plain("Tools"), "options": [option("git")]},
]
CONFIRM = {
    "title": plain("Stop the digest?"),
    "text": plain("Nobody will get it any more."),
    "confirm": plain("Stop it"),
    "deny": plain("Keep it"),
    "style": "danger",
}


def asks(label: str, type_: str, **more: object) -> Json:
    """Return an input block, named after its label."""
    element = {"type": type_, "action_id": "value", **more}
    return {"type": "input", "block_id": label, "label": plain(label), "element": element}


FORM = modal(
    asks("Day", "static_select", options=DAYS, initial_option=DAYS[0]),
    asks("Time", "timepicker", initial_time="09:00"),
    asks("Topics", "multi_static_select", option_groups=TOPICS),
    asks("Also", "checkboxes", options=DAYS, initial_options=DAYS[1:]),
    asks("How", "radio_buttons", options=DAYS),
    asks("When", "datetimepicker", initial_date_time=1_795_600_800),
)


def chosen(small: Small) -> dict[str, object]:
    """Return what the last form held, without the names of the types."""
    values = small.interactions()[-1].payload["view"]["state"]["values"]
    return {
        label: next(held for key, held in actions["value"].items() if key != "type")
        for label, actions in values.items()
    }


def test_a_form_of_choices_is_filled_in_and_sent(visiting: Visiting, small: Small) -> None:
    """Everything is a control with the name of its label, begins as the app says, and is sent.

    What is required and not chosen is asked for before anything is sent.
    """
    visit = visiting(small)
    small.open_modal(FORM)
    day, time = (
        visit.dialog.get_by_label("Day", exact=True),
        visit.dialog.get_by_label("Time", exact=True),
    )
    expect(day).to_have_value("0")
    expect(time).to_have_value("09:00")
    also = visit.dialog.get_by_role("group", name="Also")
    expect(also.get_by_role("checkbox", name="Friday")).to_be_checked()
    expect(also.get_by_role("checkbox", name="Monday")).not_to_be_checked()
    when = visit.dialog.get_by_label("When")
    expect(when).to_have_value("2026-11-25T19:00")  # in Seoul, where this person lives
    visit.dialog.get_by_role("button", name="Send").click()
    expect(visit.dialog).to_contain_text("Please complete this required field.")
    assert small.interactions() == []

    day.select_option("Friday")
    time.fill("16:45")
    when.fill("2026-12-01T08:00")
    visit.dialog.get_by_label("Topics").click()
    topics = visit.page.get_by_role("dialog", name="Select options")
    systems = topics.get_by_role("group", name="Systems")
    systems.get_by_role("checkbox", name="Drivers").check()
    topics.get_by_role("checkbox", name="Git").check()
    visit.page.keyboard.press("Escape")
    also.get_by_role("checkbox", name="Monday").check()
    also.get_by_role("checkbox", name="Friday").uncheck()
    visit.dialog.get_by_role("radio", name="Friday").check()
    visit.dialog.get_by_role("button", name="Send").click()
    expect(visit.dialog).to_be_hidden()
    assert chosen(small) == {
        "Day": DAYS[1],
        "Time": "16:45",
        "Topics": [option("drivers"), option("git")],
        "Also": DAYS[:1],
        "How": DAYS[1],
        "When": 1_796_079_600,
    }


BUTTON: Json = {"type": "button", "text": plain("Stop"), "style": "danger"}
MENU: Json = {"type": "overflow", "options": [option("stop"), option("other")]}


@pytest.mark.parametrize("element", [BUTTON, MENU], ids=["button", "menu"])
def test_what_wants_a_confirmation_is_done_only_after_it(
    visiting: Visiting, small: Small, element: Json
) -> None:
    """A question comes first, with the app's words; "no" and Escape tell the app nothing."""
    small.post({"type": "actions", "elements": [{**element, "confirm": CONFIRM}]})
    visit = visiting(small)
    question = visit.page.get_by_role("alertdialog", name="Stop the digest?")
    keep = question.get_by_role("button", name="Keep it")

    def press() -> None:
        if element is MENU:
            visit.main.get_by_role("button", name="More options").click()
            visit.page.get_by_role("menuitem", name="Stop").click()
        else:
            visit.main.get_by_role("button", name="Stop", exact=True).click()
        expect(question).to_have_accessible_description(re.compile("Nobody will get it"))

    press()
    expect(keep).to_be_focused()
    keep.click()
    expect(question).to_be_hidden()
    press()
    visit.page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    assert small.interactions() == []
    press()
    question.get_by_role("button", name="Stop it").click()
    expect(question).to_be_hidden()
    (pressed,) = small.until(small.interactions)
    assert pressed.payload["actions"][0]["type"] == element["type"]
