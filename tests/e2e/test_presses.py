"""What is pressed and chosen under what the bot has said, and what comes of edits meanwhile."""

import asyncio
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Fault
from bot.playground.conversation import Message
from bot.settings import Features
from tests.e2e.double import (
    CURATOR,
    CURATORS,
    GENERAL,
    HELP,
    NEWCOMER,
    SECOND,
    Slack,
    buttons,
    press,
    running,
    text_of,
    thumb,
)

GOOD = "how does PCI enumeration work"
UNSURE = "where do I learn about graphics"
NOTHING = "how to learn kubernetes"
PCI = "pci-enumeration.html"
KNOWN = "https://www.khoury.northeastern.edu/~pjd/cs7680/homework/pci-enumeration.html"


async def choose(slack: Slack, message: Message, channel: str, topic: str) -> None:
    """Choose a topic from the menu in a message."""
    block, menu = next(
        (block, element)
        for block in message.blocks or ()
        for element in block.get("elements", ())
        if element["type"] == "static_select"
    )
    names = {"block_id": block["block_id"], "action_id": menu["action_id"]}
    await slack.act(
        NEWCOMER,
        {"type": "message", "channel": channel, "ts": message.ts},
        {**names, "selected_option": {"value": topic}},
    )


async def begun(slack: Slack) -> str:
    """Begin a thread with a reply in it; returns its ts."""
    root = await slack.say(SECOND, HELP, "good morning")
    await slack.say(SECOND, HELP, "and a nice day", thread_ts=root)
    return root


# --- Share here, Post this


async def test_share_makes_a_private_answer_public(slack: Slack) -> None:
    """*Share here* posts the answer for everyone, says who shared it, and takes the private one."""
    private = await slack.onboard(GOOD)
    await press(slack, private, HELP, "Share here")
    (shared,) = await slack.said(HELP, SECOND)
    assert shared.seen_by is None
    assert shared.thread_ts is None
    assert shared.text.startswith(f"<@{NEWCOMER}> shared an answer to “{GOOD}”:")
    assert PCI in text_of(shared)
    assert "Why this?" in buttons(shared)
    assert "Share here" not in buttons(shared)
    await slack.until(lambda: private not in slack.seen(NEWCOMER, HELP))
    (post,) = slack.called("chat.postMessage")
    assert post.arguments["unfurl_links"] is post.arguments["unfurl_media"] is False
    assert post.arguments["metadata"]["event_payload"]["key"]


async def test_whoever_presses_share_twice_posts_once(slack: Slack) -> None:
    """Two presses on the same *Share here*, as of an impatient finger, make one post."""
    private = await slack.onboard(GOOD)
    await press(slack, private, HELP, "Share here")
    await press(slack, private, HELP, "Share here")
    await slack.said(HELP, SECOND)
    await slack.quiet()
    assert len(slack.by_bot(HELP, SECOND)) == 1


async def test_a_share_that_failed_can_be_pressed_again(slack: Slack) -> None:
    """Whoever is told why nothing was posted presses again, and then it is posted."""
    private = await slack.onboard(GOOD)
    slack.fail("chat.postMessage", Fault.error("restricted_action"))
    told = await slack.answer_to(press(slack, private, HELP, "Share here"))
    assert told.text == "This workspace does not let me post in that channel."
    assert slack.by_bot(HELP, SECOND) == []
    await press(slack, private, HELP, "Share here")
    await slack.said(HELP, SECOND)


async def test_two_answers_can_both_be_shared(slack: Slack) -> None:
    """The same answer, asked for twice, can be shared twice: somebody wants it again."""
    for count in (1, 2):
        await press(slack, await slack.onboard(GOOD), HELP, "Share here")
        await slack.said(HELP, SECOND, count)
        # The private one goes when it is shared; what is counted next comes after.
        await slack.quiet()


async def test_share_where_the_bot_is_no_member(slack: Slack) -> None:
    """*Share here* posts in channels without the bot, too, and once."""
    private = await slack.onboard(GOOD, channel=GENERAL)
    await press(slack, private, GENERAL, "Share here")
    await press(slack, private, GENERAL, "Share here")
    (shared,) = await slack.said(GENERAL, SECOND)
    assert shared.text.startswith(f"<@{NEWCOMER}> shared an answer to “{GOOD}”:")
    assert PCI in text_of(shared)
    await slack.until(lambda: private not in slack.seen(NEWCOMER, GENERAL))
    await slack.quiet()
    assert len(slack.by_bot(GENERAL, SECOND)) == 1


async def test_a_topic_is_shared(slack: Slack) -> None:
    """*Share here* under the card of a topic posts the card for everyone."""
    await press(slack, await slack.onboard("pci"), HELP, "Share here")
    (shared,) = await slack.said(HELP, SECOND)
    assert shared.text.startswith(f"<@{NEWCOMER}> shared an answer: PCI:")
    assert "How does a guest find its devices on PCI?" in text_of(shared)


@pytest.mark.parametrize("in_thread", [False, True], ids=["channel", "thread"])
async def test_post_this_answers_the_question(slack: Slack, *, in_thread: bool) -> None:
    """*Post this* posts the one that the asker chose, under the question, for everyone."""
    root = await begun(slack) if in_thread else None
    doing = slack.mention(UNSURE, thread=root)
    private = await slack.answer_to(doing)
    (asked,) = (message for message in slack.seen(SECOND, HELP) if message.text.endswith(UNSURE))
    await press(slack, private, HELP, "Post this")
    (posted,) = await slack.said(HELP, SECOND)
    assert posted.thread_ts == (root or asked.ts)
    assert posted.text.startswith(f"<@{NEWCOMER}> shared an answer to “{UNSURE}”:")
    assert text_of(posted).count("*<http") == 1
    await slack.until(lambda: private not in slack.seen(NEWCOMER, HELP))


async def test_post_this_under_a_command(slack: Slack) -> None:
    """*Post this* under the closest of `/onboard` posts in the channel itself."""
    await press(slack, await slack.onboard(UNSURE), HELP, "Post this")
    (posted,) = await slack.said(HELP, SECOND)
    assert posted.thread_ts is None


async def test_what_is_foreign_in_a_share_pings_nobody(slack: Slack) -> None:
    """A shared answer quotes the question, and nothing in it mentions or links."""
    text = f"{GOOD} <!channel> <@{SECOND}> &amp; *more*"
    await press(slack, await slack.onboard(text), HELP, "Share here")
    (shared,) = await slack.said(HELP, SECOND)
    assert "<!" not in text_of(shared)
    assert f"<@{SECOND}>" not in text_of(shared)


# --- More, Why this?, thumbs


@pytest.mark.parametrize("where", ["channel", "direct"])
async def test_more_goes_further_down_the_list(slack: Slack, where: str) -> None:
    """*More* shows what comes next to whoever pressed it, in the thread, without the first ones."""
    channel = HELP if where == "channel" else slack.direct(NEWCOMER)
    answer = await slack.answer_to(slack.mention(GOOD, channel=channel), channel)
    more = await slack.answer_to(press(slack, answer, channel, "More"), channel)
    assert (more.seen_by, more.thread_ts) == (NEWCOMER, answer.thread_ts)
    assert "Further down the list" in more.text
    assert text_of(more).count("*<http") >= 2
    assert PCI not in text_of(more)
    await slack.quiet()
    assert len(slack.by_bot(HELP, SECOND)) == (1 if where == "channel" else 0)


async def test_anyone_may_press_what_everyone_sees(slack: Slack) -> None:
    """*More* under somebody else's answer is answered to whoever pressed it, not to the asker."""
    await slack.mention(GOOD)
    (answer,) = await slack.said(HELP)
    more = await slack.answer_to(press(slack, answer, HELP, "More", SECOND), HELP, SECOND)
    assert more.seen_by == SECOND
    assert len(slack.by_bot(HELP)) == 1


async def test_why_this_shows_the_sum(slack: Slack) -> None:
    """*Why this?* opens a window with the question, its words, what speaks for it and how sure."""
    await slack.mention(GOOD)
    (answer,) = await slack.said(HELP)
    await press(slack, answer, HELP, "Why this?", SECOND)
    shown = text_of(await slack.modal(SECOND))
    assert f"“{GOOD}”" in shown
    assert "How your words were read" in shown
    assert "enumeration" in shown
    assert "% sure" in shown.replace("*", "")
    assert f"<{KNOWN}|" in shown
    assert slack.modals(NEWCOMER) == []


async def test_why_this_for_the_closest(slack: Slack) -> None:
    """*Why this?* under something the bot is not sure about says why it came up all the same."""
    await press(slack, await slack.onboard(UNSURE), HELP, "Why this?")
    assert "so I call it “unsure”" in text_of(await slack.modal())


async def test_a_thumb_is_thanked_for_privately(slack: Slack) -> None:
    """A thumb up is thanked for in the thread, to whoever gave it; nobody else learns of it."""
    ts = await slack.mention(GOOD)
    (answer,) = await slack.said(HELP)
    thanks = await slack.answer_to(thumb(slack, answer, HELP, up=True, user=SECOND), HELP, SECOND)
    assert (thanks.seen_by, thanks.thread_ts) == (SECOND, ts)
    assert thanks.text == "Thank you, noted."
    await slack.quiet()
    assert len(slack.by_bot(HELP)) == 1


async def test_a_thumb_down_asks_for_something_better(slack: Slack) -> None:
    """A thumb down is thanked for, and leads to the form, with the question in it."""
    await slack.mention(GOOD)
    (answer,) = await slack.said(HELP)
    thanks = await slack.answer_to(thumb(slack, answer, HELP, up=False))
    assert thanks.seen_by == NEWCOMER
    assert "Do you know something better?" in thanks.text
    await press(slack, thanks, HELP, "Suggest a resource")
    assert (await slack.modal()).state()["ask"]["given"]["value"] == GOOD


async def test_without_curators_a_thumb_down_asks_nothing(mode: str) -> None:
    """Where nobody would read a suggestion, a thumb down is only thanked for."""
    features = Features(listening=True, agent=True, curators=False)
    async with running(mode, features=features, ONBOARD_CURATORS_CHANNEL="") as slack:
        await slack.mention(GOOD)
        (answer,) = await slack.said(HELP)
        thanks = await slack.answer_to(thumb(slack, answer, HELP, up=False))
        assert thanks.text == "Thank you, noted."
        assert buttons(thanks) == {}


# --- Topics


@pytest.mark.parametrize("in_thread", [False, True], ids=["channel", "thread"])
async def test_a_topic_that_was_meant_is_shown(slack: Slack, *, in_thread: bool) -> None:
    """A topic under *did you mean* is shown privately where it was pressed, to be shared there."""
    root = await begun(slack) if in_thread else None
    private = await slack.answer_to(slack.mention(UNSURE, thread=root))
    card = await slack.answer_to(press(slack, private, HELP, "VFIO"))
    assert (card.seen_by, card.thread_ts) == (NEWCOMER, root)
    assert card.text.startswith("VFIO:")
    await press(slack, card, HELP, "Share here")
    (shared,) = await slack.said(HELP, SECOND)
    (asked,) = (message for message in slack.seen(SECOND, HELP) if message.text.endswith(UNSURE))
    assert shared.thread_ts == (root or asked.ts)
    assert "VFIO" in text_of(shared)


async def test_a_related_topic_is_a_press_away(slack: Slack) -> None:
    """*See also* on the card of a topic leads to the card of another."""
    card = await slack.onboard("pci")
    other = await slack.answer_to(press(slack, card, HELP, "ACPI"))
    assert other.seen_by == NEWCOMER
    assert other.text.startswith("ACPI:")
    assert "Share here" in buttons(other)


async def test_a_topic_in_direct_messages_is_not_shared(slack: Slack) -> None:
    """In direct messages a card has no *Share here*: nobody else is there."""
    direct = slack.direct(NEWCOMER)
    answer = await slack.answer_to(slack.say(NEWCOMER, direct, UNSURE), direct)
    card = await slack.answer_to(press(slack, answer, direct, "VFIO"), direct)
    assert card.thread_ts == answer.thread_ts
    assert card.text.startswith("VFIO:")
    assert "Share here" not in buttons(card)


async def test_a_long_topic_goes_on(mode: str, tmp_path: Path) -> None:
    """A topic with more resources than one message takes goes on at the next number."""
    entries = "".join(
        f"""
  - id: part-{number}
    title: Part {number}
    url: https://example.org/{number}
    summary: The part of that number.
    topics: [parts]"""
        for number in range(1, 12)
    )
    file = tmp_path / "resources.yaml"
    file.write_text(f"version: 1\ntopics: [{{id: parts, name: Parts}}]\nresources:{entries}\n")
    async with running(mode, ONBOARD_CATALOGUE=str(file)) as slack:
        card = await slack.onboard("parts")
        assert "8. *<" in text_of(card)
        assert "9. *<" not in text_of(card)
        rest = await slack.answer_to(press(slack, card, HELP, "3 more"))
        assert rest.seen_by == NEWCOMER
        assert "8. *<" not in text_of(rest)
        assert "11. *<" in text_of(rest)
        assert buttons(rest).keys() == {"Share here"}


async def test_all_topics_and_the_menu(slack: Slack) -> None:
    """*All topics* lists them privately, and the menu under them opens one."""
    listed = await slack.answer_to(
        press(slack, await slack.answer_to(slack.mention(NOTHING)), HELP, "All topics")
    )
    assert listed.seen_by == NEWCOMER
    assert "What there is to learn" in listed.text
    card = await slack.answer_to(choose(slack, listed, HELP, "vfio"))
    assert card.seen_by == NEWCOMER
    assert "vfio" in text_of(card).lower()
    assert "Share here" in buttons(card)
    await slack.quiet()
    assert slack.by_bot(HELP, SECOND) == []


# --- Listening


async def test_listening_is_switched_by_buttons(slack: Slack) -> None:
    """The buttons under `/onboard listen` switch it, and the message says how it is now."""
    told = await slack.onboard("listen", user=CURATOR)
    await press(slack, told, HELP, "Switch to shadow", CURATOR)
    await slack.until(lambda: "is *shadow*" in text_of(told))
    assert buttons(told).keys() == {"Switch to off", "Switch to on"}
    await slack.quiet()
    assert slack.by_bot(HELP, SECOND) == []
    await press(slack, told, HELP, "Switch to on", CURATOR)
    await slack.until(lambda: "is *on*" in text_of(told))
    (everyone,) = await slack.said(HELP, SECOND)
    assert f"<@{CURATOR}> set listening in this channel to on" in everyone.text


async def test_who_is_no_curator_any_more_switches_nothing(slack: Slack) -> None:
    """A button from before somebody left the curators is refused, and nothing changes."""
    told = await slack.onboard("listen", user=CURATOR)
    await slack.leave(CURATOR, CURATORS)
    refused = await slack.answer_to(
        press(slack, told, HELP, "Switch to on", CURATOR), HELP, CURATOR
    )
    assert refused.seen_by == CURATOR
    assert "Only members of" in refused.text
    assert "is off" in (await slack.onboard("listen")).text


async def test_a_switch_where_the_bot_was_removed(slack: Slack) -> None:
    """A button from before the bot left the channel tells to invite it again."""
    told = await slack.onboard("listen", user=CURATOR)
    await slack.remove_app(HELP)
    refused = await slack.answer_to(
        press(slack, told, HELP, "Switch to on", CURATOR), HELP, CURATOR
    )
    assert "Invite me first" in refused.text


# --- Buttons of another version

OLD = {
    "why": {"value": '{"q":"pci"}'},
    "share": {"value": "17"},
    "topic:0": {"value": "pci"},
    "vote": {"value": "{}"},
    "more": {},
}


@pytest.mark.parametrize("in_thread", [False, True], ids=["channel", "thread"])
async def test_a_button_of_another_version(slack: Slack, *, in_thread: bool) -> None:
    """A button that this version cannot read is told so, where and to whom it was pressed."""
    root = await begun(slack) if in_thread else None
    old = [{"action_id": name, **more} for name, more in OLD.items()]
    label = {"type": "plain_text", "text": "Old"}
    elements = [{"type": "button", "text": label, **one} for one in old]
    client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
    await client.chat_postMessage(
        channel=HELP,
        text="from another version",
        thread_ts=root,
        blocks=[{"type": "actions", "block_id": "old", "elements": elements}],
    )
    (message,) = slack.by_bot(HELP)
    container = {"type": "message", "channel": HELP, "ts": message.ts}
    for one in old:
        doing = slack.act(NEWCOMER, container, {"block_id": "old", **one})
        told = await slack.answer_to(doing)
        assert (told.seen_by, told.thread_ts) == (NEWCOMER, root)
        assert told.text == "This button is from another version of me. Please ask again."


# --- A catalogue that changes

FIRST = """
version: 1
topics:
  - {id: knots, name: Knots}
resources:
  - id: bowline
    title: The bowline knot
    url: https://example.org/bowline
    summary: How to tie a bowline.
    topics: [knots]
"""
SECOND_EDITION = (
    FIRST.replace("bowline", "sheepshank")
    .replace("knots, name: Knots", "ropes, name: Ropes")
    .replace("[knots]", "[ropes]")
)
ASKED = "how do I tie a bowline"


async def answered(slack: Slack, text: str, told: str) -> Message:
    """Ask again and again until the answer says so; the bot tells nobody of a good edit."""
    async with asyncio.timeout(30):
        while told not in text_of(answer := await slack.onboard(text)):
            pass
        return answer


async def test_an_edit_is_taken_up_while_running(mode: str, tmp_path: Path) -> None:
    """Who writes the catalogue anew gets the new answers without a restart."""
    file = tmp_path / "resources.yaml"
    file.write_text(FIRST)
    async with running(mode, ONBOARD_CATALOGUE=str(file)) as slack:
        assert "bowline" in text_of(await slack.onboard(ASKED))
        file.write_text(SECOND_EDITION)
        await answered(slack, "how do I tie a sheepshank", "https://example.org/sheepshank")
        assert "I have nothing on" in (await slack.onboard(ASKED)).text


async def test_a_broken_edit_changes_nothing(mode: str, tmp_path: Path) -> None:
    """The curators get every fault with its line, once; the catalogue before it still answers."""
    file = tmp_path / "resources.yaml"
    file.write_text(FIRST)
    async with running(mode, ONBOARD_CATALOGUE=str(file)) as slack:
        assert "https://example.org/bowline" in text_of(await slack.onboard(ASKED))
        file.write_text(FIRST.replace("topics: [knots]", "kind: tutorail\n    lvl: intro"))
        (told,) = await slack.said(CURATORS, CURATOR)
        assert "has 3 faults; I still use the version before." in told.text
        assert "Line 6: " in text_of(told)
        assert "Line 11: " in text_of(told)
        assert str(tmp_path) not in text_of(told)
        assert "Did you mean" in text_of(told)
        assert "https://example.org/bowline" in text_of(await slack.onboard(ASKED))
        file.write_text(SECOND_EDITION)
        await answered(slack, "how do I tie a sheepshank", "https://example.org/sheepshank")
        assert len(slack.by_bot(CURATORS, CURATOR)) == 1


async def test_what_the_catalogue_has_lost(mode: str, tmp_path: Path) -> None:
    """Buttons about what is no longer in the catalogue say so, each time they are pressed."""
    file = tmp_path / "resources.yaml"
    file.write_text(FIRST)
    async with running(mode, ONBOARD_CATALOGUE=str(file)) as slack:
        answer, card = await slack.onboard(ASKED), await slack.onboard("knots")
        listed = await slack.onboard("topics")
        file.write_text(SECOND_EDITION)
        await answered(slack, "how do I tie a sheepshank", "https://example.org/sheepshank")
        lost = "That topic is no longer in the catalogue."
        for message, sentence in (
            (answer, "The catalogue has changed since"),
            (answer, "The catalogue has changed since"),
            (card, lost),
        ):
            told = await slack.answer_to(press(slack, message, HELP, "Share here"))
            assert told.seen_by == NEWCOMER
            assert told.text.startswith(sentence)
        assert (await slack.answer_to(choose(slack, listed, HELP, "knots"))).text == lost
        await press(slack, answer, HELP, "Why this?")
        assert "The catalogue has changed since" in text_of(await slack.modal())
        await slack.quiet()
        assert slack.by_bot(HELP, SECOND) == []
