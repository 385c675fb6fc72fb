"""`/onboard` with all its words, and *Find resources* in the menu of a message."""

from pathlib import Path

import pytest

from bot.playground.conversation import Message
from bot.settings import Features
from bot.slack.manifest import COMMAND, FIND_RESOURCES
from tests.e2e.double import (
    ALL,
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
    serving,
    settings_of,
    text_of,
    workspace,
)

GOOD = "how does PCI enumeration work"
UNSURE = "where do I learn about graphics"
NOTHING = "how to learn kubernetes"
PCI = "pci-enumeration.html"

# Topics that are called like words of the command, and one name for two.
WORDS = """
version: 1
topics:
  - {id: help, name: Help}
  - {id: listening, name: Listening well, aliases: [listen]}
  - {id: mem, name: Memory}
  - {id: recall, name: Recall, aliases: [mem]}
resources:
  - id: manual
    title: The manual of help
    url: https://example.org/manual
    summary: How to help and be helped.
    topics: [help]
  - id: hearing
    title: The physics of hearing
    url: https://example.org/hearing
    summary: Waves and membranes.
    topics: [listening]
    level: reference
  - id: ears
    title: Two ears
    url: https://example.org/ears
    summary: How to listen.
    topics: [listening]
    level: intro
"""


def of_words(folder: Path) -> str:
    """Write the small catalogue, and return where it is."""
    file = folder / "resources.yaml"
    file.write_text(WORDS)
    return str(file)


# --- Questions


async def test_a_question_is_answered_to_one_person(slack: Slack) -> None:
    """`/onboard QUESTION` is answered to the asker alone, who may share it."""
    answer = await slack.onboard(GOOD)
    assert answer.seen_by == NEWCOMER
    assert PCI in text_of(answer)
    assert "Why:" in text_of(answer)
    assert {"Share here", "Why this?"} <= buttons(answer).keys()
    await slack.quiet()
    assert slack.by_bot(HELP, SECOND) == []


async def test_a_command_is_answered_with_its_acknowledgement(slack: Slack) -> None:
    """The answer to a command travels with the acknowledgement: no call that could get lost."""
    for text in (GOOD, UNSURE, NOTHING, "pci", "topics", ""):
        delivery = await slack.settled(await slack.command(NEWCOMER, HELP, COMMAND, text))
        assert delivery.ack_payload is not None
        assert delivery.ack_payload["response_type"] == "ephemeral"
        assert delivery.ack_payload["text"]
    assert slack.posts() == []


async def test_an_unsure_question_gets_the_closest(slack: Slack) -> None:
    """When unsure, `/onboard QUESTION` offers the closest to post, and topics to look at."""
    answer = await slack.onboard(UNSURE)
    assert answer.seen_by == NEWCOMER
    assert "I am not sure what fits" in text_of(answer)
    assert {"Post this", "Why this?", "VFIO", "Suggest a resource"} <= buttons(answer).keys()
    await slack.quiet()
    assert slack.by_bot(HELP, SECOND) == []


async def test_a_question_on_something_else(slack: Slack) -> None:
    """`/onboard QUESTION` on what is not in the catalogue is told so, and what to do instead."""
    answer = await slack.onboard(NOTHING)
    assert answer.seen_by == NEWCOMER
    assert answer.text.startswith("I have nothing on “kubernetes”.")
    assert {"Suggest a resource", "All topics"} <= buttons(answer).keys()


async def test_a_command_is_answered_everywhere(slack: Slack) -> None:
    """`/onboard` answers where the bot is no member, and in its own messages, too."""
    for channel in (GENERAL, slack.direct(NEWCOMER)):
        answer = await slack.onboard(GOOD, channel=channel)
        assert answer.seen_by == NEWCOMER
        assert PCI in text_of(answer)


# --- Topics


async def test_a_topic_is_shown_as_a_card(slack: Slack) -> None:
    """`/onboard TOPIC` by id, name or alias shows the whole topic, to one person alone."""
    for text in ("pci", "PCI Express", "topic pci", "topic  Peripheral-component interconnect"):
        card = await slack.onboard(text)
        shown = text_of(card)
        assert card.seen_by == NEWCOMER
        assert card.text.startswith("PCI:")
        assert "The bus on which a guest finds most of its devices" in shown
        assert "Learn first: OS basics" in shown
        assert "1. *<" in shown
        assert PCI in shown
        assert "*Afterwards you can answer:*\n• How does a guest find its devices on PCI?" in shown
        assert "Share here" in buttons(card)
    await slack.quiet()
    assert slack.by_bot(HELP, SECOND) == []


async def test_a_topic_is_shown_in_learning_order(mode: str, tmp_path: Path) -> None:
    """The card of a topic numbers its resources, the easy ones first."""
    async with running(mode, ONBOARD_CATALOGUE=of_words(tmp_path)) as slack:
        shown = text_of(await slack.onboard("listening well"))
        order = ("1. *<https://example.org/ears", "2. *<https://example.org/hearing")
        assert shown.index(order[0]) < shown.index(order[1])


async def test_a_topic_that_is_almost_named(slack: Slack) -> None:
    """`/onboard topic NAME` with a slip asks whether one of the near ones was meant."""
    answer = await slack.onboard("topic virtoi")
    assert "There is no topic “virtoi”. Did you mean one of these? Virtio," in answer.text


async def test_a_topic_that_is_not_there(slack: Slack) -> None:
    """`/onboard topic NAME` of no topic at all says so, and where the topics are listed."""
    answer = await slack.onboard("topic <!channel> zzyzx")
    assert answer.text.startswith("There is no topic “&lt;!channel&gt; zzyzx”.")
    assert "`/onboard topics` lists them all" in answer.text


async def test_a_topic_called_like_a_word_of_the_command(mode: str, tmp_path: Path) -> None:
    """A word of the command wins over a topic of that name, and says how to reach the topic."""
    async with running(mode, ONBOARD_CATALOGUE=of_words(tmp_path)) as slack:
        guide = await slack.onboard("help")
        assert "Ask me where to learn something" in guide.text
        assert "`/onboard topic help`" in text_of(guide)
        card = await slack.onboard("topic help")
        assert "https://example.org/manual" in text_of(card)
        assert "Listening in this channel" in (await slack.onboard("listen")).text
        card = await slack.onboard("topic listen")
        assert "https://example.org/ears" in text_of(card)


async def test_a_name_that_two_topics_bear(mode: str, tmp_path: Path) -> None:
    """Of two topics that a name fits, one is shown and the other is named."""
    async with running(mode, ONBOARD_CATALOGUE=of_words(tmp_path)) as slack:
        card = await slack.onboard("mem")
        assert " Memory:" in card.text
        assert "Also called that: Recall." in text_of(card)
        assert (await slack.onboard("topic recall")).text.startswith("Recall:")


# --- Help


async def test_the_command_alone_tells_what_it_can_do(slack: Slack) -> None:
    """`/onboard` and `/onboard help` say, to one person alone, what can be asked and typed."""
    for text in ("", "help", " HELP "):
        guide = await slack.onboard(text)
        assert guide.seen_by == NEWCOMER
        for word in ("topics", "topic NAME", "suggest", "listen", "help"):
            assert f"`/onboard {word}`" in text_of(guide)
        assert "All topics" in buttons(guide)


async def test_every_topic_is_listed(slack: Slack) -> None:
    """`/onboard topics` lists the topics in learning order, with a menu to open one."""
    listed = await slack.onboard("topics")
    assert listed.seen_by == NEWCOMER
    shown = text_of(listed)
    assert shown.index("*OS basics*") < shown.index("*PCI*") < shown.index("*ACPI*")
    (menu,) = (block["elements"][0] for block in listed.blocks or () if block["type"] == "actions")
    assert (menu["type"], len(menu["options"])) == ("static_select", shown.count("• *"))


async def test_help_tells_only_of_what_is_there(mode: str) -> None:
    """Where nothing is listened to and nobody keeps the catalogue, help tells of neither."""
    plain = Features(listening=False, agent=True, curators=False)
    async with running(
        mode, features=plain, ONBOARD_LISTENING="", ONBOARD_CURATORS_CHANNEL=""
    ) as slack:
        shown = text_of(await slack.onboard("help"))
        assert "/onboard suggest" not in shown
        assert "/onboard listen" not in shown


# --- Suggestions


async def test_suggest_opens_the_form(slack: Slack) -> None:
    """`/onboard suggest` opens the form; an address after it is filled in already."""
    await slack.command(NEWCOMER, HELP, COMMAND, "suggest")
    form = await slack.modal()
    assert form.state()["url"]["given"]["value"] is None
    await slack.close(NEWCOMER, form.id)
    await slack.command(NEWCOMER, HELP, COMMAND, "suggest https://example.org/a?b=1&c=2")
    form = await slack.modal()
    assert form.state()["url"]["given"]["value"] == "https://example.org/a?b=1&c=2"
    assert slack.modals(SECOND) == []


async def test_without_curators_nobody_would_read_a_suggestion(mode: str) -> None:
    """Where no channel of curators is named, `/onboard suggest` says so, and nothing offers it."""
    features = Features(listening=True, agent=True, curators=False)
    async with running(mode, features=features, ONBOARD_CURATORS_CHANNEL="") as slack:
        answer = await slack.onboard("suggest")
        assert "Nobody would read a suggestion yet" in answer.text
        assert slack.modals(NEWCOMER) == []
        for text in (UNSURE, NOTHING):
            assert "Suggest a resource" not in buttons(await slack.onboard(text))


# --- Listening


async def test_everyone_may_look_how_a_channel_is_listened_to(slack: Slack) -> None:
    """`/onboard listen` tells everyone, each alone; only curators are offered to change it."""
    told = await slack.onboard("listen")
    assert told.seen_by == NEWCOMER
    assert "Listening in this channel is off" in told.text
    assert buttons(told) == {}
    told = await slack.onboard("listen", user=CURATOR)
    assert buttons(told).keys() == {"Switch to shadow", "Switch to on"}
    await slack.quiet()
    assert slack.by_bot(HELP, SECOND) == []


async def test_only_curators_may_change_it(slack: Slack) -> None:
    """Whoever is not in the curators' channel is told so, and nothing changes."""
    for text in ("listen on", "listen shadow", "listen off", "LISTEN On"):
        told = await slack.onboard(text)
        assert told.seen_by == NEWCOMER
        assert told.text == f"Only members of <#{CURATORS}> may change that."
    assert "is off" in (await slack.onboard("listen")).text


async def test_a_channel_is_told_when_the_bot_begins_and_ends(slack: Slack) -> None:
    """Everyone learns, and from whom, when the bot may speak unasked, and when no longer."""
    told = await slack.onboard("listen shadow", user=CURATOR)
    assert told.seen_by == CURATOR
    assert "is shadow" in told.text
    await slack.quiet()
    assert slack.by_bot(HELP, SECOND) == []
    await slack.command(CURATOR, HELP, COMMAND, "listen on")
    (begun,) = await slack.said(HELP, SECOND)
    assert begun.text.startswith(f"<@{CURATOR}> set listening in this channel to on.")
    await slack.command(CURATOR, HELP, COMMAND, "listen off")
    _, ended = await slack.said(HELP, SECOND, 2)
    assert ended.text.startswith(f"<@{CURATOR}> set listening in this channel to off.")


async def test_what_is_so_already_is_not_told_again(slack: Slack) -> None:
    """Setting a channel to what it is tells the curator how it is, and nobody else anything."""
    for _ in range(2):
        await slack.onboard("listen on", user=CURATOR)
        await slack.quiet()
    assert len(slack.by_bot(HELP, SECOND)) == 1


async def test_another_word_is_none_of_the_settings(slack: Slack) -> None:
    """`/onboard listen WORD` with another word says which there are."""
    told = await slack.onboard("listen loudly", user=CURATOR)
    assert told.seen_by == CURATOR
    assert "That is none of `off`, `shadow` and `on`" in told.text


async def test_where_it_is_no_member_it_cannot_listen(slack: Slack) -> None:
    """In a channel without the bot, a curator is told to invite it first."""
    for setting in ("on", "shadow"):
        told = await slack.onboard(f"listen {setting}", user=CURATOR, channel=GENERAL)
        assert told.seen_by == CURATOR
        assert "Invite me first: `/invite @onboard`" in told.text
    await slack.invite_app(GENERAL)
    told = await slack.onboard("listen shadow", user=CURATOR, channel=GENERAL)
    assert "is shadow" in told.text


async def test_direct_messages_need_no_listening(slack: Slack) -> None:
    """Among the bot's own messages there is nothing to switch."""
    told = await slack.onboard("listen on", user=CURATOR, channel=slack.direct(CURATOR))
    assert "Listening is for channels" in told.text


async def test_listening_that_is_switched_off_for_all(mode: str) -> None:
    """Where the operator allows no listening, everyone is told so, and who can change that."""
    features = Features(listening=False, agent=True, curators=True)
    async with running(mode, features=features, ONBOARD_LISTENING="") as slack:
        for user in (NEWCOMER, CURATOR):
            for text in ("listen", "listen on"):
                told = await slack.onboard(text, user=user)
                assert "Listening is switched off for this workspace" in told.text
                assert "ONBOARD_LISTENING=true" in told.text
        await slack.mention(GOOD)
        (answer,) = await slack.said(HELP, SECOND)
        assert PCI in text_of(answer)


async def test_without_curators_admins_may_change_it(mode: str) -> None:
    """Where no channel of curators is named, admins of the workspace switch listening."""
    features = Features(listening=True, agent=True, curators=False)
    async with running(mode, features=features, ONBOARD_CURATORS_CHANNEL="") as slack:
        told = await slack.onboard("listen shadow")
        assert told.text == "Only admins and owners of this workspace may change that."
        told = await slack.onboard("listen shadow", user=CURATOR)
        assert "is shadow" in told.text


async def test_listening_outlives_a_restart(mode: str) -> None:
    """What a curator has set, and what shadow has counted, holds after the bot was restarted."""
    async with workspace(mode, ALL) as (slack, port):
        settings = settings_of(slack, port)
        async with serving(settings, in_hand=slack.work):
            await slack.onboard("listen shadow", user=CURATOR)
            await slack.say(NEWCOMER, HELP, GOOD)
            await slack.quiet()
            await slack.onboard("listen shadow", user=CURATOR, channel=CURATORS)
        async with serving(settings):
            told = text_of(await slack.onboard("listen"))
            assert "is *shadow*" in told
            assert "1 question." in told
            told = text_of(await slack.onboard("listen", user=CURATOR, channel=CURATORS))
            assert "is *shadow*" in told


# --- The shortcut


async def found(
    slack: Slack, text: str, *, channel: str = HELP, thread: str | None = None
) -> Message:
    """Say something as somebody else, and choose *Find resources* on it; returns the answer."""
    ts = await slack.say(SECOND, channel, text, thread_ts=thread)
    return await slack.answer_to(slack.shortcut(NEWCOMER, FIND_RESOURCES, channel, ts), channel)


async def test_a_message_is_answered_to_one_person(slack: Slack) -> None:
    """*Find resources* answers a message to whoever chose it; its author learns nothing of it."""
    answer = await found(slack, f"Morning! {GOOD}?")
    assert answer.seen_by == NEWCOMER
    assert PCI in text_of(answer)
    assert {"Share here", "Why this?"} <= buttons(answer).keys()
    await slack.quiet()
    assert slack.by_bot(HELP, SECOND) == []


async def test_a_message_gets_the_closest(slack: Slack) -> None:
    """When unsure, *Find resources* offers the closest to post, to one person alone."""
    answer = await found(slack, UNSURE)
    assert answer.seen_by == NEWCOMER
    assert "I am not sure what fits" in text_of(answer)
    assert {"Post this", "VFIO", "Suggest a resource"} <= buttons(answer).keys()


async def test_a_message_on_something_else(slack: Slack) -> None:
    """*Find resources* on what is not in the catalogue says so, to one person alone."""
    answer = await found(slack, NOTHING)
    assert answer.seen_by == NEWCOMER
    assert answer.text.startswith("I have nothing on “kubernetes”.")
    assert {"Suggest a resource", "All topics"} <= buttons(answer).keys()


async def test_a_message_without_words(slack: Slack) -> None:
    """*Find resources* on a message of no words says that there are none."""
    answer = await found(slack, ":wave: <https://example.org>")
    assert answer.seen_by == NEWCOMER
    assert "There are no words in that message" in answer.text


async def test_a_reply_is_answered_in_its_thread(slack: Slack) -> None:
    """*Find resources* on a reply answers in the thread, where the person is looking."""
    root = await slack.say(SECOND, HELP, "good morning")
    answer = await found(slack, GOOD, thread=root)
    assert (answer.seen_by, answer.thread_ts) == (NEWCOMER, root)


async def test_a_message_where_the_bot_is_no_member(slack: Slack) -> None:
    """*Find resources* answers in channels without the bot, too."""
    answer = await found(slack, GOOD, channel=GENERAL)
    assert answer.seen_by == NEWCOMER
    assert PCI in text_of(answer)


@pytest.mark.parametrize("channel", [HELP, GENERAL], ids=["member", "no member"])
async def test_what_was_found_is_shared_under_the_message(slack: Slack, channel: str) -> None:
    """*Share here* under the answer to a message lands in the thread of that message."""
    answer = await found(slack, GOOD, channel=channel)
    (asked,) = (message for message in slack.seen(SECOND, channel) if message.text == GOOD)
    await press(slack, answer, channel, "Share here")
    (shared,) = await slack.said(channel, SECOND)
    assert shared.thread_ts == asked.ts
    assert shared.text.startswith(f"<@{NEWCOMER}> shared an answer to “{GOOD}”:")
    assert PCI in text_of(shared)
