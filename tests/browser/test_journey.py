"""The first hour with the bot: everything it offers, as a person meets it on the page."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visiting
from tests.browser.visit import CURATOR, FIRST, SECOND, Visit, Workspace
from tests.test_cli import ROOT, process

NOTHING = "I have nothing on"


# --- By the steps of the welcome


def take(visit: Visit, step: str) -> str:
    """Take a step of the welcome, and send the words it puts into the message box."""
    visit.main.get_by_role("button", name=step).click()
    expect(visit.box).not_to_have_value("")
    expect(visit.box).to_be_focused()
    text = visit.box.input_value()
    visit.box.press("Enter")
    expect(visit.box).to_have_value("")
    return text


@pytest.mark.parametrize("step", ["Ask by mentioning it", "Ask with slips of the finger"])
def test_a_step_of_the_welcome_puts_a_question_in_the_box_and_enter_gets_its_answer(
    visit: Visit, step: str
) -> None:
    """Two clicks and a key after opening the page one reads a real answer in a thread."""
    question = take(visit, step).removeprefix("@onboard ")
    visit.open_thread(question)
    answer = visit.reply("Why:")
    expect(answer.get_by_role("link").first).to_have_attribute("href", re.compile("^https?://"))
    expect(answer.get_by_role("button", name="Why this?")).to_be_visible()


def test_every_step_of_the_welcome_does_what_it_says(
    visiting: Visiting, own_workspace: Workspace
) -> None:
    """Each of the steps that are not questions leads to what it announces, and is ticked off."""
    visit = visiting(own_workspace)
    visit.be(CURATOR)
    take(visit, "Ask for what it lacks")
    nothing = visit.private(NOTHING)
    expect(nothing.get_by_role("button", name="Suggest a resource")).to_be_visible()
    topic = take(visit, "Look at a topic, privately").removeprefix("/onboard ")
    expect(visit.main).to_have_accessible_name("general")
    expect(visit.private(topic).get_by_role("button", name="Share here")).to_be_visible()
    take(visit, "See what people miss")
    expect(visit.main).to_have_accessible_name("help")
    missed = visit.private("What people asked for in vain")
    expect(missed).to_contain_text("bake sourdough bread: asked once, today")
    take(visit, "See all it can do")
    expect(visit.main).to_have_accessible_name("help")
    expect(visit.private("/onboard help")).to_be_visible()
    take(visit, "Let it listen")
    expect(visit.message(f"@{CURATOR.lower()} set listening", by="onboard")).to_be_visible()
    expect(visit.main.get_by_role("heading", name="Try onboard")).to_contain_text("5 of 8")
    expect(visit.main.get_by_role("button", name="See all it can do")).to_contain_text("done")


def test_a_channel_is_given_its_digest_when_monday_comes(
    visiting: Visiting, own_workspace: Workspace
) -> None:
    """A step of the welcome sets it up; a preview is for one person; then the clock is moved, and
    the channel has one post.
    """
    visit = visiting(own_workspace)
    take(visit, "Have a weekly digest, then move the clock")
    expect(visit.message("set the weekly digest of this channel", by="onboard")).to_be_visible()
    visit.private("The next one comes on Monday").get_by_role("button", name="Preview").click()
    expect(visit.private("Only you see this.")).to_contain_text("This is the first weekly digest")
    visit.sidebar.get_by_role("button", name="Workspace time").click()
    visit.page.get_by_role("button", name="Next Monday").click()
    visit.page.keyboard.press("Escape")
    posted = visit.message("This is the first weekly digest here.", by="onboard")
    expect(posted).to_be_visible()
    expect(posted).to_contain_text(re.compile("What there is to learn: Monday [0-9]+ [A-Z][a-z]+"))
    expect(posted.get_by_role("link")).to_have_count(1)


def test_a_closed_welcome_stays_closed_until_it_is_asked_for(visit: Visit) -> None:
    """The welcome can be put away, over a reload too, and the ? button brings it back."""
    welcome = visit.main.get_by_role("region", name="Try onboard")
    welcome.get_by_role("button", name="Close the welcome").click()
    visit.page.reload()
    visit.is_ready()
    expect(welcome).to_be_hidden()
    visit.sidebar.get_by_role("button", name="Welcome").click()
    expect(welcome).to_be_visible()


def test_the_welcome_makes_room_once_somebody_is_at_it(visit: Visit) -> None:
    """Whoever writes on their own account has read enough: the steps stay, the text goes."""
    welcome = visit.main.get_by_role("region", name="Try onboard")
    expect(welcome).to_contain_text("Nothing leaves this computer")
    visit.say("let us see")
    expect(welcome).not_to_contain_text("Nothing leaves this computer")
    expect(welcome.get_by_role("button", name="Ask by mentioning it")).to_be_visible()
    visit.sidebar.get_by_role("button", name="Traffic inspector").click()
    expect(visit.message("let us see")).to_be_in_viewport(ratio=1)


# --- By typing


def test_a_mention_is_answered_in_its_thread(visit: Visit) -> None:
    """The answer to a mention is a reply: the resource as a link, what it is about, and why."""
    answer = visit.ask("how does PCI enumeration work")
    expect(answer.get_by_role("link", name=re.compile("^PCI Enumeration"))).to_have_attribute(
        "href", re.compile("pci-enumeration")
    )
    expect(answer).to_contain_text("how software finds the devices on a PCI bus")
    expect(answer).to_contain_text("“enumeration” in the title")


def test_a_mistyped_question_gets_the_answer_of_the_right_one(visit: Visit) -> None:
    """Slips of the finger do not matter, and the answer says how the word was read."""
    answer = visit.ask("how does PCI enumeraton wrok")
    expect(answer.get_by_role("link", name=re.compile("^PCI Enumeration"))).to_be_visible()
    expect(answer).to_contain_text("enumeraton")


def test_a_direct_message_is_answered_right_below_it(visit: Visit) -> None:
    """In the messages with the app the answer follows the question, no thread to be opened."""
    visit.open_tab("Messages")
    visit.say("what is a virtqueue")
    answer = visit.message("Why:", by="onboard")
    expect(answer.get_by_role("link").first).to_be_visible()
    expect(visit.main.get_by_role("article").filter(has_text="what is a virtqueue")).to_have_count(
        1
    )
    expect(visit.thread).to_be_hidden()


def test_a_topic_is_shown_to_whoever_asked_and_to_nobody_else(visit: Visit) -> None:
    """`/onboard virtio` shows the topic in learning order; somebody else sees nothing of it."""
    visit.open("general")
    visit.say("/onboard virtio")
    card = visit.private("Afterwards you can answer")
    expect(card.get_by_role("heading", name="Virtio")).to_be_visible()
    expect(card).to_contain_text(re.compile(r"1\. .*2\. .*3\. ", re.DOTALL))
    visit.be(SECOND)
    expect(visit.message("Lunch at twelve?")).to_be_visible()
    expect(visit.main).not_to_contain_text("Afterwards you can answer")
    visit.be(FIRST)
    expect(card).to_be_visible()


def test_something_unanswerable_gets_an_honest_private_nothing(visit: Visit) -> None:
    """The bot says on what it has nothing, to the asker alone, and a topic is one press away."""
    visit.say("@onboard how to learn kubernetes")
    nothing = visit.private(f"{NOTHING} “kubernetes”")
    expect(nothing.get_by_role("button", name="All topics")).to_be_visible()
    nothing.get_by_role("button", name="KVM").click()
    expect(visit.private("Linux's own hypervisor")).to_be_visible()
    visit.be(SECOND)
    expect(visit.message("how to learn kubernetes")).to_be_visible()
    expect(visit.main).not_to_contain_text(NOTHING)


def test_a_private_answer_is_shared_and_the_other_newcomer_sees_it(
    visiting: Visiting, workspace: Workspace
) -> None:
    """*Share here* shows everyone the answer, to what it is one, and who shared it; at once."""
    first, second = visiting(workspace), visiting(workspace)
    second.be(SECOND)
    first.say("/onboard how does vhost-user work")
    mine = first.private("vhost-user work")
    expect(mine).to_contain_text("Vhost-user Protocol")
    expect(second.main).not_to_contain_text("vhost-user work")
    mine.get_by_role("button", name="Share here").click()
    shared = second.message("shared an answer to “how does vhost-user work”", by="onboard")
    expect(shared).to_contain_text("@newcomer")
    expect(shared.get_by_role("link", name=re.compile("^Vhost-user Protocol"))).to_be_visible()
    expect(shared.get_by_role("button", name="Share here")).to_be_hidden()


def test_why_this_opens_the_sum_and_gives_the_focus_back(visit: Visit) -> None:
    """The sum behind an answer is one press away, and Escape leads back to where one was."""
    button = visit.ask("where do I read about PCI bridges").get_by_role("button", name="Why this?")
    button.click()
    dialog = visit.page.get_by_role("dialog", name="Why this?")
    expect(dialog).to_contain_text("How your words were read")
    expect(dialog).to_contain_text(re.compile(r"score\s+[+]\d"))
    expect(dialog).to_contain_text(re.compile(r"\d+\s?% sure"))
    visit.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()


def test_a_thumb_stays_down_and_is_thanked_for(visit: Visit) -> None:
    """A pressed thumb shows that it is pressed, one at a time, and the bot says thank you."""
    answer = visit.ask("what are ACPI tables for")
    helped = answer.get_by_role("button", name="This helped").first
    did_not = answer.get_by_role("button", name="This did not help").first
    helped.click()
    expect(helped).to_have_attribute("aria-pressed", "true")
    expect(visit.reply("Thank you, noted.")).to_be_visible()
    did_not.click()
    expect(helped).to_have_attribute("aria-pressed", "false")
    better = visit.reply("Do you know something better?")
    expect(better.get_by_role("button", name="Suggest a resource")).to_be_visible()


def test_more_shows_what_stands_further_down(visit: Visit) -> None:
    """*More* shows other resources than the answer did, to the one who wants them."""
    answer = visit.ask("how does PCI enumeration work in a guest")
    first = answer.get_by_role("link").first.inner_text()
    answer.get_by_role("button", name="More", exact=True).click()
    more = visit.reply("Further down the list")
    expect(more.get_by_role("link").first).to_be_visible()
    expect(more).not_to_contain_text(first)


def test_private_replies_are_not_counted(visit: Visit) -> None:
    """What only one person sees in a thread is no reply in its number, as in Slack."""
    question = "how is a PCI device found in a guest"
    answer = visit.ask(question)
    answer.get_by_role("button", name="More", exact=True).click()
    expect(visit.reply("Further down the list")).to_be_visible()
    expect(visit.thread.get_by_role("separator", name="Replies")).to_have_text("1 reply")
    expect(visit.message(question).get_by_role("button", name="1 reply")).to_be_visible()
    visit.thread.get_by_role("textbox", name="Reply…").fill("thank you")
    visit.page.keyboard.press("Enter")
    expect(visit.thread.get_by_role("separator", name="Replies")).to_have_text("2 replies")


def test_a_suggestion_is_corrected_at_the_field_and_reaches_the_curators(visit: Visit) -> None:
    """A bad link is told at its field, by page and bot; a good one is read in #curators."""
    visit.say("@onboard where do I learn to knit socks")
    visit.private("knit").get_by_role("button", name="Suggest a resource").click()
    form = visit.page.get_by_role("dialog", name="Suggest a resource")
    link, title = form.get_by_label("Link"), form.get_by_label("Title")
    expect(form.get_by_label("A question that it answers")).to_have_value(re.compile("knit socks"))
    send = form.get_by_role("button", name="Send")
    title.fill("Knitting for beginners")
    form.get_by_label("What does one learn from it?").fill("How to cast on, knit and purl.")
    choose_topics(visit, form, "KVM", "Rust")
    for wrong, told in (
        ("not a link", "valid URL"),
        ("https://docs.kernel.org/virt/kvm/api.html", "The catalogue has this already"),
    ):
        link.fill(wrong)
        send.click()
        expect(link).to_have_accessible_description(re.compile(told))
        expect(link).to_have_attribute("aria-invalid", "true")
        expect(link).to_be_focused()
        expect(title).to_have_value("Knitting for beginners")
    link.fill("https://knitting.example/socks")
    send.click()
    expect(form).to_be_hidden()
    expect(visit.private("The curators have your suggestion")).to_be_visible()
    expect(visit.link("curators")).to_be_hidden()
    visit.be(CURATOR)
    visit.open("curators")
    read = visit.message("Knitting for beginners", by="onboard")
    expect(read).to_contain_text("@newcomer suggests a resource")
    expect(read).to_contain_text("Topics: KVM, Rust")
    expect(read.get_by_role("link").first).to_have_attribute(
        "href", "https://knitting.example/socks"
    )


def choose_topics(visit: Visit, form: Locator, *names: str) -> None:
    """Tick topics in the form of a suggestion."""
    form.get_by_label("Topics").click()
    for name in names:
        form.get_by_role("checkbox", name=name, exact=True).check()
    visit.page.keyboard.press("Escape")


def test_what_one_misses_another_approves_and_the_file_gets_it(
    visiting: Visiting, tmp_path: Path
) -> None:
    """From a question in vain to an answer in its thread, and to an entry of the catalogue.

    Nothing is restarted; the file gets that entry and no other change.
    """
    file, store = tmp_path / "resources.yaml", f"sqlite:///{tmp_path}/kept.db"
    before = (ROOT / "resources.yaml").read_text(encoding="utf-8")
    file.write_text(before, encoding="utf-8")
    with Workspace("--catalogue", str(file), "--database", store) as served:
        visit = visiting(served)
        visit.say("@onboard where do I learn to knit socks")
        visit.private(NOTHING).get_by_role("button", name="Suggest a resource").click()
        form = visit.page.get_by_role("dialog", name="Suggest a resource")
        form.get_by_label("Link").fill("https://knitting.example/socks")
        form.get_by_label("Title").fill("Knitting for beginners")
        form.get_by_label("What does one learn from it?").fill("How a sock turns its heel.")
        choose_topics(visit, form, "OS basics")
        form.get_by_role("button", name="Send").click()
        expect(visit.private("The curators have your suggestion")).to_be_visible()
        visit.be(CURATOR)
        visit.open("curators")
        card = visit.message("Knitting for beginners", by="onboard")
        card.get_by_role("button", name="Approve").click()
        expect(card).to_contain_text("Approved by @curator")
        expect(card.get_by_role("button", name="Approve")).to_have_count(0)
        visit.be(FIRST)
        visit.open("help")
        visit.open_thread("where do I learn to knit socks")
        answer = visit.reply("there is something now")
        expect(answer.get_by_role("link", name="Knitting for beginners")).to_have_attribute(
            "href", "https://knitting.example/socks"
        )
        expect(answer).to_contain_text("suggested by a colleague")
        merged = process("suggestions", "merge", file, "--database", store, cwd=tmp_path)
        assert merged.code == 0, merged.err
        added = [line[1:] for line in merged.out.splitlines()[3:] if line[0] in "+-"]
        assert file.read_text(encoding="utf-8") == before + "\n".join([*added, ""])
        assert "    title: Knitting for beginners" in added
        visit.be(CURATOR)
        visit.open("curators")
        card.get_by_role("button", name="Undo").click()
        expect(visit.private("file now")).to_be_visible()


def test_the_menu_of_a_message_suggests_its_link(visit: Visit) -> None:
    """*Suggest this link* opens the form with the link; without one, it says so."""
    visit.say("read https://knitting.example/hats?a=1&b=2 some day")
    visit.choose(visit.message("knitting.example/hats"), "Suggest this link")
    form = visit.page.get_by_role("dialog", name="Suggest a resource")
    expect(form.get_by_label("Link")).to_have_value("https://knitting.example/hats?a=1&b=2")
    form.get_by_role("button", name="Cancel").click()
    visit.say("no address in here")
    visit.choose(visit.message("no address in here"), "Suggest this link")
    expect(visit.private("There is no link in that message")).to_be_visible()


def test_the_menu_of_a_message_finds_resources_for_it(visit: Visit) -> None:
    """*Find resources* answers the words of any message, to the one who chose it."""
    said = "can I hand a whole PCI device to a guest with VFIO"
    visit.open("help")
    visit.be(SECOND)
    visit.say(said)
    visit.be(FIRST)
    visit.choose(visit.message(said, by=SECOND), "Find resources")
    answer = visit.private(f"For “{said}”")
    expect(answer.get_by_role("link", name=re.compile("VFIO")).first).to_be_visible()
    expect(answer.get_by_role("button", name="Share here")).to_be_visible()


def test_a_listened_channel_answers_a_newcomer_who_mentions_nobody(
    visiting: Visiting, own_workspace: Workspace
) -> None:
    """The curator lets the bot listen, everyone is told, and a plain question gets its answer."""
    visit = visiting(own_workspace)
    visit.be(CURATOR)
    visit.say("/onboard listen on")
    visit.be(SECOND)
    expect(visit.message("set listening in this channel to on", by="onboard")).to_be_visible()
    visit.say("good morning everyone")
    visit.say("how does PCI enumeration work?")
    visit.open_thread("how does PCI enumeration work?")
    expect(visit.reply("PCI Enumeration")).to_be_visible()
    silence = visit.message("good morning everyone")
    expect(silence.get_by_role("button", name=re.compile("repl(y|ies) "))).to_have_count(0)


def test_the_home_tab_lists_the_topics_and_opens_one_in_a_window(visit: Visit) -> None:
    """The Home tab tells a stranger what there is, and a topic can be looked at right there."""
    visit.open_tab("Home")
    expect(visit.main).to_contain_text(re.compile(r"\d+ resources, \d+ topics"))
    expect(visit.main).to_contain_text("Virtualization basics")
    visit.main.get_by_role("combobox", name="Choose a topic").select_option(label="VFIO")
    window = visit.page.get_by_role("dialog", name="Topic")
    expect(window.get_by_role("heading", name="VFIO")).to_be_visible()
    expect(window.get_by_role("link").first).to_be_visible()
    window.get_by_role("button", name="Close").last.click()
    expect(window).to_be_hidden()


def test_a_suggested_prompt_is_asked_and_answered(
    visiting: Visiting, own_workspace: Workspace
) -> None:
    """Whoever does not know what to ask presses a suggestion, and reads its answer."""
    visit = visiting(own_workspace)
    visit.open_tab("Messages")
    prompt = visit.main.get_by_role("region", name="For example").get_by_role("button").nth(1)
    question = prompt.get_attribute("title") or ""
    prompt.click()
    expect(visit.message(question, by=FIRST)).to_be_visible()
    expect(visit.message("Why:", by="onboard").get_by_role("link").first).to_be_visible()
