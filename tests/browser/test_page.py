"""The page itself: what it remembers, completes, shows and survives, on a desk and on a phone."""

import json
import re

from playwright.sync_api import expect

from tests.browser.conftest import Visiting
from tests.browser.visit import CURATOR, FIRST, SECOND, Visit, Workspace

PHONE = {"width": 390, "height": 844}


# --- What it remembers


def test_a_reload_leads_back_to_where_one_was(visit: Visit) -> None:
    """Person, channel, open thread and both drafts are as before the reload."""
    visit.be(SECOND)
    visit.open("general")
    visit.say("who comes along?")
    message = visit.message("who comes along?")
    message.hover()
    message.get_by_role("button", name="Reply in thread").click()
    answer = visit.thread.get_by_role("textbox", name="Reply…")
    answer.fill("me")
    answer.press("Enter")
    expect(visit.reply("me", by=SECOND)).to_be_visible()
    answer.fill("and perhaps")
    visit.box.fill("a thought not yet")
    visit.page.reload()
    visit.is_somebody(SECOND)
    expect(visit.main).to_have_accessible_name("general")
    expect(visit.box).to_have_value("a thought not yet")
    expect(visit.reply("me", by=SECOND)).to_be_visible()
    expect(answer).to_have_value("and perhaps")


def test_going_back_leads_to_the_place_before(visit: Visit) -> None:
    """The browser's back button knows channels, and so does an address that is opened anew."""
    visit.open("general")
    place = visit.page.url
    visit.open("help")
    visit.page.go_back()
    expect(visit.main).to_have_accessible_name("general")
    visit.open("help")
    visit.page.goto(place)
    expect(visit.main).to_have_accessible_name("general")


def test_what_others_said_is_marked_until_it_is_read(
    visiting: Visiting, workspace: Workspace
) -> None:
    """A mention elsewhere counts in the list and the title; a line shows where it began."""
    first, second = visiting(workspace), visiting(workspace)
    second.be(SECOND)
    second.open("general")
    second.say("nothing for anybody in particular")
    expect(first.link("general")).to_have_accessible_name(re.compile("unread$"))
    second.say("@newcomer are you hungry?")
    expect(first.link("general")).to_have_accessible_name(re.compile("1 unread message$"))
    expect(first.page).to_have_title("(1) help – Trial workspace")
    first.open("general")
    expect(first.main.get_by_role("separator", name="New")).to_be_visible()
    expect(first.message("@newcomer are you hungry?")).to_be_visible()
    expect(first.link("general")).to_have_accessible_name("general")
    expect(first.page).to_have_title("general – Trial workspace")
    expect(second.link("help")).to_have_accessible_name("help")


# --- What it completes and finds


def test_a_slash_completes_the_command_and_says_what_it_takes(visit: Visit) -> None:
    """`/on` and Tab write the command; what may follow it is told; nothing is sent yet."""
    visit.box.press_sequentially("/on")
    offered = visit.main.get_by_role("listbox", name="Commands")
    expect(offered.get_by_role("option", selected=True)).to_contain_text("/onboard")
    visit.box.press("Tab")
    expect(visit.box).to_have_value("/onboard ")
    expect(offered).to_be_hidden()
    expect(visit.main).to_contain_text("[a topic, a question, or help]")
    expect(visit.box).to_be_focused()


def test_an_at_sign_completes_a_name_by_the_keyboard(visit: Visit) -> None:
    """Arrows choose, Enter takes the name without sending, Escape leaves the words alone."""
    visit.box.press_sequentially("hello @")
    offered = visit.main.get_by_role("listbox", name="People")
    expect(offered.get_by_role("option")).to_have_count(4)
    chosen = offered.get_by_role("option", selected=True)
    expect(chosen).to_contain_text("@newcomer")
    visit.box.press("ArrowDown")
    expect(chosen).to_contain_text("@second")
    option = chosen.get_attribute("id") or ""
    expect(visit.box).to_have_attribute("aria-activedescendant", option)
    visit.box.press("Enter")
    expect(visit.box).to_have_value("hello @second ")
    visit.box.press_sequentially("and @cu")
    expect(chosen).to_contain_text("@curator")
    visit.box.press("Escape")
    expect(offered).to_be_hidden()
    expect(visit.box).to_have_value("hello @second and @cu")


def test_the_quick_switcher_goes_anywhere_and_is_anybody(visit: Visit) -> None:
    """Ctrl+K, a few letters and Enter: another channel, the app, another person."""
    jump = visit.page.get_by_role("dialog", name="Jump to")
    visit.page.keyboard.press("Control+k")
    visit.page.keyboard.type("gener")
    visit.page.keyboard.press("Enter")
    expect(visit.main).to_have_accessible_name("general")
    expect(jump).to_be_hidden()
    visit.page.keyboard.press("Control+k")
    visit.page.keyboard.type("keeps the cat")
    visit.page.keyboard.press("Enter")
    visit.is_somebody(CURATOR)
    visit.page.keyboard.press("Control+k")
    visit.page.keyboard.type("no such place")
    expect(jump).to_contain_text("Nothing of that name")
    visit.page.keyboard.press("Escape")
    expect(jump).to_be_hidden()


def test_the_inspector_shows_what_went_to_the_app(visit: Visit) -> None:
    """Each exchange is a line, and its payload what Slack would send, but for the tokens."""
    visit.sidebar.get_by_role("button", name="Traffic inspector").click()
    inspector = visit.page.get_by_role("complementary", name="Traffic inspector")
    visit.say("/onboard acpi")
    expect(visit.private("ACPI")).to_be_visible()
    line = inspector.get_by_role("option").filter(has_text="command /onboard").last
    expect(line).to_contain_text("acked")
    line.click()
    payload = inspector.get_by_role("region", name="Payload")
    text = payload.get_by_role("heading", name="request").locator("xpath=../../pre")
    expect(text).to_contain_text('"command": "/onboard"')
    expect(text).to_contain_text('"text": "acpi"')
    assert json.loads(text.inner_text())["channel_name"] == "help"
    expect(payload).not_to_contain_text(re.compile(r"xox[bp]-\w{6}|xapp-\w{6}"))
    inspector.get_by_role("searchbox", name="Filter the traffic").fill("no such thing")
    expect(inspector.get_by_role("option")).to_have_count(0)


# --- What it survives


def test_a_workspace_that_goes_away_is_told_of_and_found_again(
    visiting: Visiting, own_workspace: Workspace
) -> None:
    """While nobody serves it the page says so and keeps the words; then it shows the new one."""
    refused = r"WebSocket connection|ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE"
    visit = visiting(own_workspace, errors=refused)
    visit.say("this will be forgotten")
    expect(visit.message("this will be forgotten")).to_be_visible()
    own_workspace.stop()
    expect(visit.notices.get_by_role("status")).to_contain_text(
        "connection to the workspace is lost"
    )
    visit.box.fill("words that nobody hears")
    visit.box.press("Enter")
    expect(visit.notices.get_by_role("alert")).to_contain_text("The workspace cannot be reached")
    expect(visit.box).to_have_value("words that nobody hears")
    own_workspace.start()
    visit.is_ready()
    expect(visit.message("Welcome! Ask here")).to_be_visible()
    expect(visit.main).not_to_contain_text("this will be forgotten")
    expect(visit.box).to_have_value("words that nobody hears")
    expect(visit.ask("how does PCI enumeration work")).to_contain_text("PCI Enumeration")


def test_a_modal_goes_with_the_page_that_showed_it(visit: Visit) -> None:
    """A reload leaves no modal behind, and the same modal can be opened again."""
    why = visit.ask("what is an ACPI table").get_by_role("button", name="Why this?")
    why.click()
    expect(visit.dialog).to_contain_text("How your words were read")
    visit.page.reload()
    visit.is_ready()
    expect(visit.reply("Why:")).to_be_visible()
    expect(visit.dialog).to_be_hidden()
    why.click()
    expect(visit.dialog).to_contain_text("How your words were read")
    visit.page.keyboard.press("Escape")
    expect(visit.dialog).to_be_hidden()


def test_an_app_that_is_not_invited_is_told_of_before_it_is_called_in_vain(visit: Visit) -> None:
    """Mentioning the bot where it is not shows that it will not hear, and offers to add it."""
    visit.open("general")
    visit.box.fill("@onboard what is KVM")
    expect(visit.main).to_contain_text("onboard is not in this channel and will not see this.")
    visit.main.get_by_role("button", name="Add onboard").click()
    expect(visit.main).not_to_contain_text("will not see this")
    visit.box.press("Enter")
    visit.open_thread("what is KVM")
    expect(visit.reply("Why:")).to_be_visible()
    visit.main.get_by_role("button", name=re.compile("^Members")).click()
    visit.page.get_by_role("button", name="Remove onboard").click()
    visit.box.fill("@onboard what is KVM")
    expect(visit.main).to_contain_text("will not see this")


def test_nothing_is_asked_of_another_host_and_nothing_goes_wrong(visit: Visit) -> None:
    """A walk through all there is needs this machine alone, and the console stays empty."""
    visit.ask("what is Crostini").get_by_role("button", name="Why this?").click()
    expect(visit.dialog).to_be_visible()
    visit.page.keyboard.press("Escape")
    visit.say("/onboard topics")
    expect(visit.private("in a good order")).to_be_visible()
    visit.open_tab("Home")
    visit.open_tab("Messages")
    visit.sidebar.get_by_role("button", name="Traffic inspector").click()
    visit.page.get_by_role("listbox", name="Traffic").get_by_role("option").last.click()
    expect(visit.page.get_by_role("region", name="Payload")).to_contain_text("request")
    assert len(visit.requested) > 10
    assert any(url.startswith("ws://127.0.0.1:") for url in visit.requested)
    assert visit.strangers == []
    assert visit.errors == []


# Each would set `ran` on the window, call somebody or lead somewhere if it were more than text.
HOSTILE = (
    "<img src=x onerror=\"window.ran='picture'\">",
    "<script>window.ran='script'</script>",
    "<svg onload=\"window.ran='drawing'\"></svg>",
    "</textarea></div><script>window.ran='closed'</script>",
    "<javascript:window.ran='link'|press me>",
    "javascript:window.ran='address'",
    "<data:text/html,<script>window.ran='data'</script>|press me>",
    "<!channel> <!here> <!everyone>",
    "<@U0CURATOR01> <#C0CURATORS1>",
    "&lt;!channel&gt; &amp;lt;b&amp;gt;",
    "\u202egnp.exe \u200b {{7*7}} ${7*7}",
)


def test_hostile_text_is_text(visit: Visit) -> None:
    """Whatever a person types is shown as it was typed, runs nothing, calls nobody, links nowhere.

    So it is where the bot says it again, too.
    """
    for text in HOSTILE:
        visit.say(f"so: {text}")
        shown = visit.message(f"so: {text}", by=FIRST)
        expect(shown).to_be_visible()
        expect(shown.get_by_role("link")).to_have_count(0)
        expect(shown.locator(".mention")).to_have_count(0)
        visit.say(f"/onboard knitting {text}")
    said = visit.main.get_by_role("article", name=re.compile("only visible to you$"))
    expect(said.filter(has_text="knitting")).to_have_count(len(HOSTILE))
    assert said.locator(".mention").count() == 0
    assert visit.page.locator("main script, main img, main svg[onload]").count() == 0
    assert visit.page.locator("a[href^='javascript:' i], a[href^='data:' i]").count() == 0
    assert visit.page.evaluate("window.ran") is None


# --- On a phone


def fits(visit: Visit) -> None:
    """See that nothing is wider than the window."""
    wide = visit.page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((el) => el.checkVisibility() &&
             el.getBoundingClientRect().right > innerWidth + 1 &&
             !el.closest(".sidebar:not(.shown)") && !scrolls(el.parentElement))
             .map((el) => el.className || el.tagName);
           function scrolls(el) {
             for (; el; el = el.parentElement)
               if (["auto", "scroll", "hidden"].includes(getComputedStyle(el).overflowX) &&
                   el !== document.body) return true;
             return false;
           }"""
    )
    assert wide == []
    assert visit.page.evaluate("document.scrollingElement.scrollWidth") <= PHONE["width"]


def test_on_a_phone_nothing_scrolls_sideways_and_everything_can_be_reached(
    visiting: Visiting, workspace: Workspace
) -> None:
    """390 pixels are enough: the list is a drawer, a thread covers the channel, a form fits."""
    visit = visiting(workspace, viewport=PHONE, has_touch=True)
    fits(visit)
    drawer = visit.main.get_by_role("button", name="Show conversations")
    expect(visit.sidebar).not_to_be_in_viewport()
    drawer.tap()
    expect(visit.link("general")).to_be_in_viewport(ratio=1)
    fits(visit)
    visit.page.keyboard.press("Escape")
    expect(visit.sidebar).not_to_be_in_viewport()
    drawer.tap()
    visit.link("help").tap()
    expect(visit.sidebar).not_to_be_in_viewport()

    visit.say("@onboard what does a device need to be a virtio device")
    visit.open_thread("what does a device need")
    answer = visit.reply("Why:")
    reply = visit.thread.get_by_role("textbox", name="Reply…")
    expect(reply).to_be_in_viewport(ratio=1)
    expect(visit.box).not_to_be_in_viewport()
    fits(visit)
    answer.get_by_role("button", name="Why this?").tap()
    close = visit.dialog.get_by_role("button", name="Close").last
    expect(close).to_be_in_viewport(ratio=1)
    fits(visit)
    close.tap()
    visit.thread.get_by_role("button", name="Close thread").tap()
    expect(visit.box).to_be_in_viewport(ratio=1)

    visit.say("@onboard where do I learn to fold paper")
    visit.private("fold").get_by_role("button", name="Suggest a resource").tap()
    form = visit.page.get_by_role("dialog", name="Suggest a resource")
    form.get_by_role("button", name="Send").tap()
    expect(form.get_by_label("Link")).to_have_accessible_description(re.compile("required"))
    expect(form.get_by_role("button", name="Send")).to_be_in_viewport(ratio=1)
    fits(visit)
    form.get_by_role("button", name="Cancel").tap()

    drawer.tap()
    visit.link("onboard").tap()
    visit.main.get_by_role("tab", name="Home").tap()
    expect(visit.main.get_by_role("combobox", name="Choose a topic")).to_be_visible()
    fits(visit)
    drawer.tap()
    visit.sidebar.get_by_role("button", name="Traffic inspector").tap()
    expect(visit.sidebar).not_to_be_in_viewport()
    visit.page.get_by_role("listbox", name="Traffic").get_by_role("option").last.tap()
    expect(visit.page.get_by_role("region", name="Payload")).to_contain_text("request")
    fits(visit)
    visit.page.get_by_role("button", name="All lines").tap()
    visit.page.get_by_role("button", name="Close the inspector").tap()
