"""Everyone can use the page: by the keyboard, by ear, in the dark, and without motion."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visiting
from tests.browser.visit import SECOND, Visit, Workspace

_FAR_ENOUGH = 80
_READABLE = 4.5

# What has the focus, by the name that is read out.
FOCUSED = """() => {
  const el = document.activeElement;
  const text = el.getAttribute("aria-label") || el.placeholder || el.innerText || "";
  return el === document.body ? "" : text.replace(/\\s+/g, " ").trim();
}"""

# The visible texts that stand out less than wanted from what is behind them; how many were seen.
FAINT = """(root, least) => {
  const brush = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  function rgba(colour) {
    brush.clearRect(0, 0, 1, 1);
    brush.fillStyle = colour;
    brush.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = brush.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  }
  const over = (top, below) => top.slice(0, 3).map((c, i) => c * top[3] + below[i] * (1 - top[3]));
  function behind(el) {
    if (!el) return [255, 255, 255];
    const own = rgba(getComputedStyle(el).backgroundColor);
    return own[3] === 1 || el.matches("dialog, [popover]")
      ? own.slice(0, 3) : over(own, behind(el.parentElement));
  }
  const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const light = (colour) => {
    const [r, g, b] = colour.map((c) => linear(c / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const faint = [];
  let count = 0;
  function measure(el, style, text) {
    const ground = behind(el);
    const found = ratio(over(rgba(style.color), ground), ground);
    count += 1;
    if (found < least)
      faint.push(`${found.toFixed(2)} ${el.tagName}.${el.className}: ${text.slice(0, 40)}`);
  }
  const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const el = node.parentElement;
    const seen = el.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    if (node.data.trim() && seen && !el.closest(".hidden, option, script, noscript"))
      measure(el, getComputedStyle(el), node.data.trim());
  }
  for (const el of root.querySelectorAll("[placeholder]"))
    if (el.checkVisibility() && !el.value)
      measure(el, getComputedStyle(el, "::placeholder"), el.placeholder);
  return { faint: [...new Set(faint)], count };
}"""

ROLES = {
    "button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "tab", "option",
    "menuitem", "menuitemradio", "listbox", "dialog", "alertdialog", "menu", "navigation",
    "complementary", "region", "log", "article",
}  # fmt: skip


def full(visit: Visit) -> Visit:
    """Have about everything on show at once: an answer in its thread, private ones, the traffic."""
    visit.say("/onboard virtio")
    visit.say("@onboard where do I learn about graphics")
    visit.private("The closest I have").scroll_into_view_if_needed()
    visit.say("@onboard how to learn the oboe")
    expect(visit.private("oboe")).to_be_visible()
    expect(visit.ask("how does PCI enumeration work")).to_be_visible()
    visit.sidebar.get_by_role("button", name="Traffic inspector").click()
    visit.page.get_by_role("listbox", name="Traffic").get_by_role("option").last.click()
    expect(visit.page.get_by_role("region", name="Payload")).to_contain_text("request")
    return visit


def why(visit: Visit) -> Locator:
    """Open the window with the sum."""
    visit.thread.get_by_role("button", name="Why this?").click()
    return visit.page.get_by_role("dialog", name="Why this?")


def form(visit: Visit) -> Locator:
    """Open the form of a suggestion, with an error at each of its fields that want something."""
    press = visit.private("oboe").get_by_role("button", name="Suggest a resource")
    found = visit.page.get_by_role("dialog", name="Suggest a resource")
    press.click()
    try:
        expect(found).to_be_visible(timeout=5_000)
    except AssertionError:
        # With everything on show the page is drawn anew so often that a press may fall into it.
        press.click()
    found.get_by_role("button", name="Send").click()
    expect(found.get_by_label("Title")).to_have_attribute("aria-invalid", "true")
    return found


def jump(visit: Visit) -> Locator:
    """Open the quick switcher."""
    visit.page.keyboard.press("Control+k")
    return visit.page.get_by_role("dialog", name="Jump to")


def tab_to(visit: Visit, name: str, key: str = "Tab") -> list[str]:
    """Press Tab until something of this name has the focus; gives the names on the way."""
    passed = []
    for _ in range(_FAR_ENOUGH):
        visit.page.keyboard.press(key)
        passed.append(visit.page.evaluate(FOCUSED))
        if re.search(name, passed[-1]):
            return passed
    raise AssertionError(f"{key} never leads to {name}, only to {passed}")


# --- By the keyboard


def test_tab_leads_through_the_whole_page_in_the_order_of_reading(visit: Visit) -> None:
    """List, members, steps, messages, their buttons and the box are reached in turn; none twice."""
    visit.say("@onboard how to learn the harp")
    expect(visit.private("harp")).to_be_visible()
    visit.page.reload()
    visit.is_ready()
    order = (
        "^Skip to the conversation", "^Jump to", "^help$", "^general$", "^onboard",
        "Change person$", "^Traffic inspector", "^Members", "Ask by mention", "^Close the welcome",
        "^All topics", "^onboard at .* only visible to you", "^Message #help", "^Mention someone",
        "^Use a command", "^Send message",
    )  # fmt: skip
    passed: list[str] = []
    for name in (*order[:10], *order[12:]):
        passed += tab_to(visit, name)
    for name in order[10:12]:
        assert any(re.search(name, one) for one in passed), f"{name} is not among {passed}"
    assert len(passed) < _FAR_ENOUGH


def test_the_skip_link_leads_past_the_list(visit: Visit) -> None:
    """The first Tab and Enter put one where messages are written."""
    visit.page.keyboard.press("Tab")
    expect(visit.page.get_by_role("link", name="Skip to the conversation")).to_be_in_viewport()
    visit.page.keyboard.press("Enter")
    expect(visit.box).to_be_focused()


def test_a_question_is_asked_read_and_explained_without_a_mouse(visit: Visit) -> None:
    """Type, send, open the thread, open the sum, leave it, close the thread: all by keys."""
    keys = visit.page.keyboard
    tab_to(visit, "^Message #help")
    keys.type("@onboard how does ACPI describe devices")
    keys.press("Enter")
    expect(visit.message("how does ACPI").get_by_text("1 reply")).to_be_visible()
    tab_to(visit, "^1 reply", "Shift+Tab")
    keys.press("Enter")
    expect(visit.thread.get_by_role("textbox", name="Reply…")).to_be_focused()
    expect(visit.reply("Why:")).to_be_visible()
    tab_to(visit, "^Why this", "Shift+Tab")
    keys.press("Enter")
    expect(visit.dialog).to_contain_text("How your words were read")
    keys.press("Escape")
    expect(visit.thread.get_by_role("button", name="Why this?")).to_be_focused()
    tab_to(visit, "^Close thread", "Shift+Tab")
    keys.press("Enter")
    expect(visit.thread).to_be_hidden()
    expect(visit.message("how does ACPI")).to_be_focused()


def test_arrows_lead_among_messages_and_a_menu_opens_and_closes_by_keys(visit: Visit) -> None:
    """One message is in the order of Tab, arrows reach the others; Escape leaves a menu."""
    visit.say("the first of two")
    visit.say("the second of two")
    second, first = visit.message("the second of two"), visit.message("the first of two")
    expect(second).to_be_visible()
    tab_to(visit, "^First newcomer at", "Shift+Tab")
    expect(second).to_be_focused()
    visit.page.keyboard.press("ArrowUp")
    expect(first).to_be_focused()
    tab_to(visit, "^More actions")
    visit.page.keyboard.press("Enter")
    item = visit.page.get_by_role("menuitem", name="Find resources")
    expect(item).to_be_focused()
    visit.page.keyboard.press("ArrowDown")
    expect(visit.page.get_by_role("menuitem", name="Suggest this link")).to_be_focused()
    visit.page.keyboard.press("Escape")
    expect(item).to_be_hidden()
    expect(first.get_by_role("button", name="More actions")).to_be_focused()


def test_tab_leads_past_the_newest_message_wherever_one_was_before(visit: Visit) -> None:
    """The newest message is next in the order of Tab, though something above it had the focus.

    Arrows make an older message a stop besides it; a button that is used in one does not.
    """
    visit.say("@onboard how to learn the lute")
    expect(visit.private("lute")).to_be_visible()
    older = visit.private("lute")
    visit.say("the older of two")
    visit.say("the newest of all")
    newest = visit.message("the newest of all")
    expect(newest).to_be_visible()
    older.get_by_role("button", name="All topics").focus()
    assert older.get_attribute("tabindex") == "-1"
    reached = tab_to(visit, "^First newcomer at")
    assert len(reached) == 1
    expect(newest).to_be_focused()
    visit.page.keyboard.press("ArrowUp")
    between = visit.message("the older of two")
    expect(between).to_be_focused()
    tab_to(visit, "^First newcomer at")
    expect(newest).to_be_focused()


def test_a_dialog_keeps_the_focus_and_gives_it_back(visit: Visit) -> None:
    """In each window Tab reaches all there is and nothing behind; Escape leads back."""
    full(visit)
    for opened in (why, form, jump):
        dialog = opened(visit)
        expect(dialog).to_be_visible()
        inside = dialog.locator("a[href], button, input, select, textarea")
        wanted = sum(one.is_visible() for one in inside.all())
        reached = set()
        for _ in range(wanted + 3):
            visit.page.keyboard.press("Tab")
            at = dialog.evaluate(
                """(dialog) => document.activeElement === document.body ? "outside the page"
                  : dialog.contains(document.activeElement)
                  ? [...dialog.querySelectorAll("*")].indexOf(document.activeElement) : "behind"
                """
            )
            assert at != "behind"
            reached.add(at)
        assert len(reached - {"outside the page"}) >= wanted
        visit.page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        assert visit.page.evaluate("document.activeElement !== document.body")


# --- By ear


def nameless(visit: Visit) -> list[str]:
    """What is there to be used, and has no name to be read out."""
    session = visit.page.context.new_cdp_session(visit.page)
    nodes: list[dict[str, Any]] = session.send("Accessibility.getFullAXTree")["nodes"]
    used = [one for one in nodes if not one["ignored"] and one["role"]["value"] in ROLES]
    assert len(used) > 3
    return [str(one) for one in used if not one.get("name", {}).get("value", "").strip()]


def test_everything_that_can_be_used_has_a_name(visit: Visit) -> None:
    """Each button, link, field, menu and part of the page has a name in the accessibility tree."""
    assert nameless(full(visit)) == []
    for opened in (why, form, jump):
        expect(opened(visit)).to_be_visible()
        assert nameless(visit) == []
        visit.page.keyboard.press("Escape")
        expect(visit.dialog).to_be_hidden()
    visit.sidebar.get_by_role("button", name="Change person").click()
    assert nameless(visit) == []
    visit.page.keyboard.press("Escape")
    for tab in ("Home", "Messages"):
        visit.open_tab(tab)
        assert nameless(visit) == []


def test_no_two_elements_have_one_id_and_every_reference_finds_its_element(visit: Visit) -> None:
    """A message that is shown in the channel and in its thread does not confuse its labels."""
    full(visit)
    dialog = form(visit)
    lost = visit.page.evaluate(
        """() => {
          const ids = [...document.querySelectorAll("[id]")].map((el) => el.id);
          const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
          const names = ["for", "aria-labelledby", "aria-describedby", "aria-activedescendant",
                         "popovertarget"];
          const all = names.flatMap((name) => [...document.querySelectorAll(`[${name}]`)]
            .flatMap((el) => el.getAttribute(name).split(/\\s+/).map((id) => [name, id])));
          return [...twice, ...all.filter(([, id]) => !document.getElementById(id))];
        }"""
    )
    assert lost == []
    dialog.get_by_role("button", name="Cancel").click()


def test_the_page_has_its_landmarks(visit: Visit) -> None:
    """One main part, the list, the thread, the traffic, the notices; a language and a title."""
    full(visit)
    expect(visit.page.get_by_role("main")).to_have_count(1)
    expect(visit.page.get_by_role("navigation")).to_have_count(1)
    expect(visit.page.get_by_role("complementary", name="Thread")).to_be_visible()
    expect(visit.page.get_by_role("complementary", name="Traffic inspector")).to_be_visible()
    expect(visit.notices).to_have_count(1)
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Trial workspace")
    expect(visit.page.locator("html")).to_have_attribute("lang", "en")
    expect(visit.page).to_have_title(re.compile("help – Trial workspace$"))


def test_a_new_message_is_said_aloud(visiting: Visiting, workspace: Workspace) -> None:
    """What comes into the open channel is added to a live log; what comes elsewhere is told."""
    first, second = visiting(workspace), visiting(workspace)
    second.be(SECOND)
    log = first.page.get_by_role("log", name="Messages in help")
    expect(log).to_have_attribute("aria-live", "polite")
    log.evaluate("(el) => { el.wasThere = true }")
    second.say("heard by those who listen")
    expect(log.get_by_role("article").last).to_contain_text("heard by those who listen")
    assert log.evaluate("(el) => el.wasThere")
    second.open("general")
    second.say("heard from afar")
    expect(first.page.get_by_role("status").filter(has_text="New message")).to_have_text(
        "New message from Second newcomer in general."
    )


# --- By eye


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(
    visiting: Visiting, workspace: Workspace, scheme: str
) -> None:
    """All text on show has a contrast of 4.5 to 1 at least, windows, errors and hints included."""
    visit = full(visiting(workspace, color_scheme=scheme))
    faint: dict[str, list[str]] = {}

    def look(what: str, part: Locator, least: int) -> None:
        visit.page.mouse.move(0, 0)
        # What has just opened may still be on its way in.
        shown = f"([part, readable, least]) => ({FAINT})(part, readable).count >= least"
        visit.page.wait_for_function(shown, arg=[part.element_handle(), _READABLE, least])
        faint[what] = part.evaluate(FAINT, _READABLE)["faint"]

    look("the channel", visit.page.locator("body"), 100)
    for opened in (why, form, jump):
        look(opened.__name__, opened(visit), 6)
        visit.page.keyboard.press("Escape")
        expect(visit.dialog).to_be_hidden()
    visit.sidebar.get_by_role("button", name="Change person").click()
    look("the people", visit.page.get_by_role("menu"), 6)
    visit.page.keyboard.press("Escape")
    visit.open_tab("Home")
    look("home", visit.page.locator("body"), 30)
    assert faint == {what: [] for what in faint}


def test_the_page_is_dark_where_the_system_is_and_light_where_one_wants_it(visit: Visit) -> None:
    """It follows the system's scheme as it changes, until somebody chooses one."""
    ground = """() => {
      const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number);
      return r + g + b > 382 ? "light" : "dark";
    }"""
    for scheme in ("dark", "light", "dark"):
        visit.page.emulate_media(color_scheme=scheme)
        assert visit.page.evaluate(ground) == scheme
    visit.sidebar.get_by_role("button", name="Switch between light and dark").click()
    assert visit.page.evaluate(ground) == "light"
    visit.page.reload()
    visit.is_ready()
    assert visit.page.evaluate(ground) == "light"


def test_nothing_moves_for_those_who_want_no_motion(visit: Visit) -> None:
    """With reduced motion no element has an animation or a transition; without it, some do."""
    moving = """() => [...document.querySelectorAll("*")].filter((el) => {
      const style = getComputedStyle(el);
      return style.animationName !== "none" || /[1-9]/.test(style.transitionDuration);
    }).length"""
    visit.page.set_viewport_size({"width": 390, "height": 844})
    expect(jump(visit)).to_be_visible()
    assert visit.page.evaluate(moving) > 1
    visit.page.emulate_media(reduced_motion="reduce")
    assert visit.page.evaluate(moving) == 0
