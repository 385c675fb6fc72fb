"""The map of the catalogue as people use it: by mouse, keyboard and finger, and by ear."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from bot.map_page import page
from bot.model import Catalogue, Topic
from tests.browser.test_access import FAINT
from tests.test_map_page import gap, resource

HOSTILE = "<img src=x onerror=alert(1)>"
TOPICS = (Topic(id="pci", name="PCI"), Topic(id="usb", name="USB"))
GONE = replace(resource("cables", "usb"), gone=dt.date(2026, 11, 2))
RESOURCES = (
    resource("bus"),
    resource("bridge"),
    replace(resource("hostile"), title=HOSTILE, summary="Takes <b>care</b>."),
    GONE,
    resource("twin", "usb"),
    resource("other-twin", "usb"),
)
PLACES = ((-1, 0), (0, 0), (1, 0), (0, -1), (0, 1), (0, 1))
MAP = page(
    Catalogue(version=1, topics=TOPICS, resources=RESOURCES),
    PLACES,
    [gap("gpu", "passthrough")],
    [(0.5, 0.2)],
)

Opening = Callable[..., Page]


@pytest.fixture
def opening(browser: Browser, tmp_path: Path) -> Iterator[Opening]:
    """Opens the map as a file; whatever is done there, nothing fails and no host is asked."""
    file = tmp_path / "map.html"
    told: list[str] = []
    with ExitStack() as stack:

        def opened(shown: str = MAP, **options: Any) -> Page:
            file.write_text(shown, encoding="utf-8")
            context = browser.new_context(**{"viewport": {"width": 1280, "height": 860}, **options})
            stack.callback(context.close)
            found = context.new_page()
            found.on("console", lambda message: told.append(message.text))
            found.on("pageerror", lambda error: told.append(str(error)))
            found.on("request", lambda request: told.append(request.url))
            found.goto(file.as_uri())
            return found

        yield opened
        assert set(told) == {file.as_uri()}


# Notes whether the page lets a click open its link, which the test then does not.
CLICKS = """addEventListener("click", (event) => {
  window.opens = !event.defaultPrevented;
  event.preventDefault();
})"""


def dot(opened: Page, name: str) -> Locator:
    """The dot of this title."""
    inside = opened.get_by_role("group", name="Map")
    return inside.locator(f'.dot[aria-label^="{name}"]')


def card(opened: Page) -> Locator:
    """What is told of a dot."""
    return opened.locator("#card")


def middle(found: Locator) -> tuple[float, float]:
    """Where it is on the page."""
    box = found.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def corners(found: Locator) -> list[tuple[float, float, float, float]]:
    """Where each begins and ends: left, top, right, bottom."""
    boxes = [one.bounding_box() for one in found.all()]
    return [
        (box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"])
        for box in boxes
        if box
    ]


def test_hovering_tells_of_a_dot(opening: Opening) -> None:
    """Under the mouse a dot says what it is, and goes on while the mouse is on the words; Escape
    ends it. Hostile words are words.
    """
    opened = opening()
    opened.clock.install()
    expect(card(opened)).to_be_hidden()
    dot(opened, "bus").hover()
    expect(card(opened)).to_contain_text("About bus.")
    dot(opened, HOSTILE).hover()
    expect(card(opened)).to_contain_text(HOSTILE)
    expect(card(opened)).to_contain_text("Takes <b>care</b>.")
    card(opened).hover()
    opened.clock.run_for(5_000)
    expect(card(opened)).to_be_visible()
    opened.keyboard.press("Escape")
    expect(card(opened)).to_be_hidden()
    dot(opened, "gpu passthrough").hover()
    expect(card(opened)).to_contain_text("Asked 3 times by 2 people.")
    opened.get_by_role("heading", name="As a list").hover()
    opened.clock.run_for(5_000)
    expect(card(opened)).to_be_hidden()


def test_the_keyboard_reaches_every_dot(opening: Opening) -> None:
    """The map is one stop of the Tab key; from dot to dot lead the arrows, and each dot is a link
    that says its title, its topic, and whether it is dead.
    """
    opened = opening()
    dot(opened, "bus").focus()
    expect(card(opened)).to_contain_text("About bus.")
    assert opened.locator(".dot[tabindex='0']").count() == 1
    for key, title in (("Right", "bridge"), ("Up", "cables"), ("Down", "bridge"), ("Right", "gpu")):
        opened.keyboard.press(f"Arrow{key}")
        expect(dot(opened, title)).to_be_focused()
        expect(card(opened)).to_contain_text(title)
    link = opened.get_by_role("link", name="cables, USB, (link found dead on 2026-11-02)")
    assert link.get_attribute("href") == GONE.url
    opened.keyboard.press("Tab")
    expect(opened.get_by_role("button", name="Zoom in")).to_be_focused()
    expect(card(opened)).to_be_hidden()


def test_no_dot_is_out_of_reach(opening: Opening) -> None:
    """One after the other, in the order of the list, and round to the first."""
    opened = opening()
    dot(opened, "bus").focus()
    for title in (*(one.title for one in RESOURCES[1:]), "gpu", "bus"):
        opened.keyboard.press("PageDown")
        expect(dot(opened, title)).to_be_focused()
    opened.keyboard.press("PageUp")
    expect(dot(opened, "gpu")).to_be_focused()


def test_the_legend_switches_topics(opening: Opening) -> None:
    """What is switched off is neither on the map nor in the list, and no arrow leads to it."""
    opened = opening()
    box = opened.get_by_role("checkbox", name=re.compile("^USB"))
    box.uncheck()
    expect(dot(opened, "cables")).to_be_hidden()
    expect(dot(opened, "bridge")).to_be_visible()
    expect(opened.get_by_role("heading", name="USB")).to_be_hidden()
    dot(opened, "bridge").focus()
    opened.keyboard.press("ArrowUp")
    expect(dot(opened, "bridge")).to_be_focused()
    opened.get_by_role("button", name="Hide all").click()
    expect(opened.locator("#crowd .dot:visible")).to_have_count(0)
    opened.get_by_role("button", name="Show all").click()
    expect(opened.locator("#crowd .dot:visible")).to_have_count(len(RESOURCES) + 1)


def test_what_is_sought_stands_out(opening: Opening) -> None:
    """Words are sought in titles, summaries and questions; Enter leads to the first dot found."""
    opened = opening()
    opened.get_by_label("Find").fill("ABOUT twin")
    expect(opened.get_by_role("status")).to_have_text("2 of 7 shown")
    expect(opened.locator(".dot.hit")).to_have_count(2)
    expect(opened.locator("#list li:visible")).to_have_count(2)
    opened.keyboard.press("Enter")
    expect(dot(opened, "twin")).to_be_focused()
    opened.get_by_label("Find").fill("nowhere")
    expect(opened.get_by_role("status")).to_have_text("0 of 7 shown")
    opened.get_by_label("Find").fill("")
    expect(opened.get_by_role("status")).to_be_empty()
    expect(opened.locator(".dot.hit, .dot.dim")).to_have_count(0)


def test_dots_in_one_place_are_told_apart(opening: Opening) -> None:
    """Two resources that are alike lie beside each other, and each can be pointed at."""
    opened = opening()
    (x, y), (other_x, other_y) = (middle(dot(opened, name)) for name in ("twin", "other-twin"))
    assert abs(x - other_x) + abs(y - other_y) > 10
    for name in ("twin", "other-twin"):
        dot(opened, name).hover()
        expect(card(opened)).to_contain_text(f"About {name}.")
        opened.keyboard.press("Escape")


@pytest.mark.parametrize("width", [390, 1280])
def test_topics_and_questions_are_named_on_the_map(opening: Opening, width: int) -> None:
    """A curator reads what is where without pointing: names of topics, and what was asked in vain.
    No name covers a dot or another name, or leaves the map.
    """
    crowded = page(
        Catalogue(version=1, topics=TOPICS, resources=RESOURCES),
        [(0, 0), (0.2, 0), (0.4, 0.1), (0.2, 0.2), (0, 0.2), (0.1, 0.1)],
        [gap("gpu", "passthrough"), gap("usb", "hubs")],
        [(0.05, -0.05), (0.45, 0.1)],
    )
    opened = opening(crowded, viewport={"width": width, "height": 860})
    names = opened.locator("#names text")
    assert sorted(names.all_text_contents()) == ["PCI", "USB", "gpu passthrough", "usb hubs"]
    (frame,) = corners(opened.locator("svg.map"))
    marks = corners(opened.locator("#crowd .mark"))
    for at, name in enumerate(found := corners(names)):
        assert frame[0] <= name[0] <= name[2] <= frame[2]
        for other in (*found[:at], *marks):
            across = max(name[0], other[0]) - min(name[2], other[2])
            down = max(name[1], other[1]) - min(name[3], other[3])
            # No letter fills its line.
            assert max(across, down) > -3


def test_zooming_and_moving(opening: Opening) -> None:
    """Buttons and keys zoom, the mouse moves what is zoomed, and all can be seen again. Whoever
    moves the map by a dot does not open its link; Enter does.
    """
    opened = opening()
    opened.evaluate(CLICKS)
    at = middle(dot(opened, "bus"))
    opened.get_by_role("button", name="Zoom in").click()
    near = middle(dot(opened, "bridge"))
    opened.mouse.move(*near)
    opened.mouse.down()
    opened.mouse.move(near[0] + 80, near[1], steps=4)
    opened.mouse.up()
    assert opened.evaluate("opens") is False
    assert middle(dot(opened, "bridge"))[0] == pytest.approx(near[0] + 80, abs=2)
    dot(opened, "bridge").focus()
    opened.keyboard.press("Enter")
    assert opened.evaluate("opens") is True
    opened.keyboard.press("ArrowLeft")
    expect(dot(opened, "bus")).to_be_in_viewport(ratio=1)
    opened.keyboard.press("0")
    assert middle(dot(opened, "bus")) == pytest.approx(at, abs=1)


def test_a_finger_is_told_first(opening: Opening) -> None:
    """On a phone nothing is wider than the screen, and a tap tells of a dot before it opens it."""
    opened = opening(viewport={"width": 360, "height": 720}, has_touch=True, is_mobile=True)
    assert opened.evaluate("document.documentElement.scrollWidth") == 360
    opened.evaluate(CLICKS)
    dot(opened, "bus").tap()
    expect(card(opened)).to_contain_text("About bus.")
    assert opened.evaluate("opens") is False
    opened.keyboard.press("Enter")
    assert opened.evaluate("opens") is True
    link = card(opened).get_by_role("link", name="bus")
    assert link.get_attribute("href") == RESOURCES[0].url
    opened.locator("svg.map").tap(position={"x": 5, "y": 5})
    expect(card(opened)).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read(opening: Opening, scheme: str) -> None:
    """All words stand out from what is behind them, by day and by night."""
    opened = opening(color_scheme=scheme)
    dot(opened, "cables").hover()
    expect(card(opened)).to_be_visible()
    found = opened.evaluate(f"({FAINT})(document.querySelector('main'), 4.5)")
    assert found["count"] > 20
    assert found["faint"] == []


def test_without_scripts_there_is_the_list(opening: Opening) -> None:
    """Where no script runs, all there is to read is there, and nothing that does not work."""
    opened = opening(java_script_enabled=False)
    expect(opened.get_by_role("link", name="bus")).to_be_visible()
    expect(opened.get_by_text("gpu passthrough")).to_be_visible()
    expect(opened.locator("#map, #find, #legend")).to_have_count(3)
    for part in ("#map", "#find", "#legend"):
        expect(opened.locator(part)).to_be_hidden()
