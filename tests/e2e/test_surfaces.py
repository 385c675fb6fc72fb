"""Where the bot answers, and how: each row and column of the table in the README."""

from typing import Any

import pytest

from bot.playground.conversation import Message
from tests.e2e.double import (
    CURATOR,
    GENERAL,
    HELP,
    NEWCOMER,
    OVER_BOTH,
    SECOND,
    Slack,
    buttons,
    serving,
    settings_of,
    text_of,
    workspace,
)

pytestmark = OVER_BOTH

GOOD = "how does PCI enumeration work"
UNSURE = "where do I learn about graphics"
NOTHING = "how to learn kubernetes"
ANOTHER = "where can I learn about PCI bridges"
PCI = "pci-enumeration.html"
LEFT_ALONE = {
    "a question it is not sure about": UNSURE,
    "a question it has nothing on": NOTHING,
    "a phrase that asks nothing": "PCI enumeration",
    "work in hand": "the PCI enumeration build is red again, can someone look?",
    "chatter": "good morning everyone",
}
WORDS = {
    "": "Ask me where to learn something",
    ":wave:": "Ask me where to learn something",
    "help": "Ask me where to learn something",
    "Help?": "Ask me where to learn something",
    "Topics!": "What there is to learn",
}


def is_good(message: Message) -> bool:
    """Whether a message is the whole answer to the good question."""
    return (
        PCI in text_of(message) and "Why:" in text_of(message) and "Why this?" in buttons(message)
    )


async def started(slack: Slack) -> str:
    """Begin a thread in a channel, with a reply in it; returns its ts."""
    root = await slack.say(SECOND, HELP, "good morning")
    await slack.say(SECOND, HELP, "and a nice day", thread_ts=root)
    return root


async def directly(slack: Slack, text: str, *, in_thread: bool) -> Message:
    """Write to the bot, at the top or in a thread; returns the answer, which is in its thread."""
    direct, root = slack.direct(NEWCOMER), None
    if in_thread:
        answer = await slack.answer_to(slack.say(NEWCOMER, direct, "help"), direct)
        root = answer.thread_ts
    answer = await slack.answer_to(slack.say(NEWCOMER, direct, text, thread_ts=root), direct)
    (asked,) = (message for message in slack.seen(NEWCOMER, direct) if message.text == text)
    assert answer.thread_ts == (root or asked.ts)
    return answer


async def listen(slack: Slack, setting: str, channel: str = HELP) -> list[str]:
    """Set how a channel is listened to; returns the ts of all that everyone sees of the bot."""
    await slack.onboard(f"listen {setting}", user=CURATOR, channel=channel)
    await slack.quiet()
    return [message.ts for message in slack.by_bot(channel, SECOND)]


# --- Mentions


async def test_a_mention_is_answered_in_its_thread(slack: Slack) -> None:
    """A good answer to a mention stands in the thread of the mention, for everyone."""
    ts = await slack.mention(GOOD)
    (answer,) = await slack.said(HELP)
    assert answer.thread_ts == ts
    assert answer.seen_by is None
    assert is_good(answer)
    await slack.quiet()
    assert len(slack.by_bot(HELP, SECOND)) == 1


async def test_a_mention_in_a_thread_is_answered_there(slack: Slack) -> None:
    """A good answer to a mention inside a thread stands in that thread, for everyone."""
    root = await started(slack)
    await slack.mention(GOOD, thread=root)
    (answer,) = await slack.said(HELP, SECOND)
    assert answer.thread_ts == root
    assert answer.seen_by is None
    assert is_good(answer)


@pytest.mark.parametrize("in_thread", [False, True], ids=["channel", "thread"])
async def test_the_closest_are_for_the_asker_alone(slack: Slack, *, in_thread: bool) -> None:
    """When unsure, a mention is answered privately, with what could be posted or was meant."""
    root = await started(slack) if in_thread else None
    answer = await slack.answer_to(slack.mention(UNSURE, thread=root))
    assert (answer.seen_by, answer.thread_ts) == (NEWCOMER, root)
    assert "I am not sure what fits" in text_of(answer)
    offered = buttons(answer)
    assert {"Post this", "Why this?", "Suggest a resource"} <= offered.keys()
    assert "did you mean one of these topics" in text_of(answer)
    assert {"VFIO", "Crostini"} <= offered.keys()
    await slack.quiet()
    assert slack.by_bot(HELP, SECOND) == []


@pytest.mark.parametrize("in_thread", [False, True], ids=["channel", "thread"])
async def test_nothing_is_said_to_the_asker_alone(slack: Slack, *, in_thread: bool) -> None:
    """A mention on what is not in the catalogue is told so privately, and what to do instead."""
    root = await started(slack) if in_thread else None
    answer = await slack.answer_to(slack.mention(NOTHING, thread=root))
    assert (answer.seen_by, answer.thread_ts) == (NEWCOMER, root)
    assert answer.text.startswith("I have nothing on “kubernetes”.")
    assert {"Suggest a resource", "All topics"} <= buttons(answer).keys()
    await slack.quiet()
    assert slack.by_bot(HELP, SECOND) == []


async def test_a_mention_is_told_twice_and_answered_once(slack: Slack) -> None:
    """A mention arrives as two events, and perhaps each of them again; it is answered once."""
    await slack.mention(GOOD)
    await slack.said(HELP)
    told = [one.payload["event"] for one in slack.deliveries[:2]]
    assert [event["type"] for event in told] == ["app_mention", "message"]
    slack.workspace.events += told
    slack.flush()
    await slack.quiet()
    assert len(slack.by_bot(HELP, SECOND)) == 1


async def test_where_the_app_is_not_a_member_a_mention_is_not_heard(slack: Slack) -> None:
    """In a channel without the app a mention stays without an answer, as Slack tells the person."""
    await slack.mention(GOOD, channel=GENERAL)
    await slack.quiet()
    assert slack.by_bot(GENERAL) == []
    await slack.invite_app(GENERAL)
    ts = await slack.mention(GOOD, channel=GENERAL)
    (answer,) = await slack.said(GENERAL, SECOND)
    assert answer.thread_ts == ts


async def test_a_mention_that_asks_nothing_is_guided_privately(slack: Slack) -> None:
    """Whoever only calls the bot is told what it can do, and nobody else has to read that."""
    for text, told in WORDS.items():
        answer = await slack.answer_to(slack.mention(text))
        assert answer.seen_by == NEWCOMER
        assert told in text_of(answer)
    await slack.quiet()
    assert slack.by_bot(HELP, SECOND) == []


async def test_whoever_asks_in_an_answer_is_answered(slack: Slack) -> None:
    """A second mention in the thread of an answer gets an answer of its own."""
    ts = await slack.mention(GOOD)
    await slack.said(HELP)
    await slack.mention("where can I read about virtio", user=SECOND, thread=ts)
    first, second = await slack.said(HELP, count=2)
    assert is_good(first)
    assert second.thread_ts == ts
    assert "virtio" in text_of(second)


# --- Direct messages


@pytest.mark.parametrize("in_thread", [False, True], ids=["top", "thread"])
async def test_a_direct_question_is_answered_in_its_thread(
    slack: Slack, *, in_thread: bool
) -> None:
    """A direct message is answered in its thread, or in the one it was written in."""
    assert is_good(await directly(slack, GOOD, in_thread=in_thread))


@pytest.mark.parametrize("in_thread", [False, True], ids=["top", "thread"])
async def test_a_direct_question_gets_the_closest(slack: Slack, *, in_thread: bool) -> None:
    """When unsure, a direct message gets the closest; nothing to post, as nobody else is there."""
    answer = await directly(slack, UNSURE, in_thread=in_thread)
    assert "I am not sure what fits" in text_of(answer)
    assert "Post this" not in buttons(answer)
    assert {"Why this?", "VFIO", "Suggest a resource"} <= buttons(answer).keys()


@pytest.mark.parametrize("in_thread", [False, True], ids=["top", "thread"])
async def test_a_direct_question_on_something_else(slack: Slack, *, in_thread: bool) -> None:
    """A direct message on what is not in the catalogue is told so, and what to do instead."""
    answer = await directly(slack, NOTHING, in_thread=in_thread)
    assert answer.text.startswith("I have nothing on “kubernetes”.")
    assert {"Suggest a resource", "All topics"} <= buttons(answer).keys()


async def test_help_in_a_direct_message(slack: Slack) -> None:
    """The plain words of the command work in direct messages, too."""
    direct = slack.direct(NEWCOMER)
    for text, told in WORDS.items():
        if text:
            answer = await slack.answer_to(slack.say(NEWCOMER, direct, text), direct)
            assert told in text_of(answer)


async def test_a_mention_in_a_direct_message_is_a_direct_message(slack: Slack) -> None:
    """Calling the bot by its name where only the bot is changes nothing."""
    direct = slack.direct(NEWCOMER)
    ts = await slack.mention(GOOD, channel=direct)
    (answer,) = await slack.said(direct)
    assert answer.thread_ts == ts
    assert is_good(answer)


async def test_a_direct_message_is_seen_by_nobody_else(slack: Slack) -> None:
    """What one person asks and is told directly reaches no other conversation."""
    await slack.say(NEWCOMER, slack.direct(NEWCOMER), GOOD)
    await slack.said(slack.direct(NEWCOMER))
    await slack.idle()
    assert slack.by_bot(HELP) == []
    assert slack.by_bot(slack.direct(SECOND), SECOND) == []


# --- What is no new message of a person


async def test_what_nobody_wrote_is_not_answered(slack: Slack) -> None:
    """Messages of other apps and of Slack itself get no answer, whatever they say."""
    shown = await listen(slack, "on")
    for subtype in ("bot_message", "channel_join", "channel_topic", "me_message"):
        await slack.say(NEWCOMER, HELP, f"<@{slack.bot_user}> {GOOD}", subtype=subtype)
        await slack.say(NEWCOMER, HELP, GOOD, subtype=subtype)
    await slack.quiet()
    assert [message.ts for message in slack.by_bot(HELP)] == shown


async def test_another_app_is_not_answered(slack: Slack) -> None:
    """What another app says as if it were a person is not answered: two bots would never end."""
    shown = await listen(slack, "on")
    await slack.say(NEWCOMER, HELP, "good morning")
    said = slack.deliveries[-1].payload["event"]
    called = {**said, "type": "app_mention", "text": f"<@{slack.bot_user}> {GOOD}"}
    for number, event in enumerate((said | {"text": GOOD}, called)):
        other = {"bot_id": "B0OTHER", "ts": f"{1 + number}.000001"}
        slack.workspace.events.append(event | other)
    slack.flush()
    await slack.quiet()
    assert [message.ts for message in slack.by_bot(HELP)] == shown


async def test_coming_and_going_is_not_answered(slack: Slack) -> None:
    """People and the bot itself come into a channel, and the bot says nothing to it."""
    await slack.leave(SECOND, HELP)
    await slack.join(SECOND, HELP, NEWCOMER)
    await slack.remove_app(HELP)
    await slack.invite_app(HELP)
    await slack.quiet()
    assert slack.by_bot(HELP) == []


@pytest.mark.parametrize("where", ["channel", "direct"])
async def test_an_edit_is_not_answered(slack: Slack, where: str) -> None:
    """Only what is new is answered: not an edit that adds a question or a mention, nor a deletion.

    Otherwise whoever corrects a typo would be answered twice.
    """
    channel = HELP if where == "channel" else slack.direct(NEWCOMER)
    if where == "channel":
        await listen(slack, "on")
    ts = await slack.say(NEWCOMER, channel, "good morning")
    await slack.quiet()
    before = len(slack.by_bot(channel))
    await slack.edit(NEWCOMER, channel, ts, GOOD)
    await slack.edit(NEWCOMER, channel, ts, f"<@{slack.bot_user}> {GOOD}")
    await slack.quiet()
    await slack.delete(NEWCOMER, channel, ts)
    await slack.quiet()
    assert len(slack.by_bot(channel)) == before


async def test_an_edit_that_comes_as_a_mention_is_not_answered(slack: Slack) -> None:
    """A mention event about an edited message is an edit, whose first version was answered."""
    await slack.mention(GOOD)
    await slack.said(HELP)
    event = slack.deliveries[0].payload["event"]
    edited = {"edited": {"user": NEWCOMER, "ts": "2.000001"}, "ts": "1.000001"}
    slack.workspace.events.append(event | edited)
    slack.flush()
    await slack.quiet()
    assert len(slack.by_bot(HELP)) == 1


async def test_the_bot_does_not_answer_itself(slack: Slack) -> None:
    """What the bot says in a channel it listens to comes back to it and is left alone."""
    await listen(slack, "on")
    card = await slack.onboard(GOOD)
    before = len(slack.by_bot(HELP, SECOND))
    await slack.act(
        NEWCOMER,
        {"type": "message", "channel": HELP, "ts": card.ts},
        {name: buttons(card)["Share here"][name] for name in ("block_id", "action_id", "value")},
    )
    shared = (await slack.said(HELP, SECOND, before + 1))[-1]
    assert GOOD in shared.text
    await slack.quiet()
    assert any(one.payload.get("event", {}).get("ts") == shared.ts for one in slack.deliveries)
    assert len(slack.by_bot(HELP, SECOND)) == before + 1


# --- Files and threads that are sent to the channel as well

FILES: tuple[dict[str, Any], ...] = ({"id": "F1", "name": "notes.txt"},)


async def test_a_question_with_a_file_is_a_question(slack: Slack) -> None:
    """A file beside the words changes nothing, in a channel or directly."""
    direct = slack.direct(NEWCOMER)
    await slack.say(NEWCOMER, HELP, f"<@{slack.bot_user}> {GOOD}", files=FILES)
    (answer,) = await slack.said(HELP, SECOND)
    assert is_good(answer)
    await slack.say(NEWCOMER, direct, GOOD, files=FILES)
    (answer,) = await slack.said(direct)
    assert is_good(answer)
    await slack.quiet()
    assert len(slack.by_bot(HELP, SECOND)) == 1


async def test_a_file_without_words(slack: Slack) -> None:
    """A file alone asks nothing: directly the bot says what it can do, in a channel nothing."""
    shown = await listen(slack, "on")
    await slack.say(NEWCOMER, HELP, "", files=FILES)
    direct = slack.direct(NEWCOMER)
    await slack.say(NEWCOMER, direct, "", files=FILES)
    (answer,) = await slack.said(direct)
    assert "Ask me where to learn something" in text_of(answer)
    await slack.quiet()
    assert [message.ts for message in slack.by_bot(HELP)] == shown


async def test_a_reply_sent_to_the_channel_is_answered_in_its_thread(slack: Slack) -> None:
    """A reply that is also sent to the channel is one message, answered once, in the thread."""
    root = await started(slack)
    text = f"<@{slack.bot_user}> {GOOD}"
    await slack.say(NEWCOMER, HELP, text, thread_ts=root, broadcast=True)
    (answer,) = await slack.said(HELP, SECOND)
    assert answer.thread_ts == root
    await slack.quiet()
    assert len(slack.by_bot(HELP)) == 1


# --- Channels it listens to


async def test_a_channel_is_not_listened_to_by_itself(slack: Slack) -> None:
    """Until somebody switches it on, nothing in a channel is answered but mentions."""
    await slack.say(NEWCOMER, HELP, GOOD)
    await slack.quiet()
    assert slack.by_bot(HELP) == []


async def test_a_learning_question_is_answered_where_it_listens(slack: Slack) -> None:
    """Where it listens, a sure answer to a learning question stands in its thread, for everyone."""
    shown = await listen(slack, "on")
    ts = await slack.say(NEWCOMER, HELP, GOOD)
    answer = (await slack.said(HELP, SECOND, len(shown) + 1))[-1]
    assert answer.thread_ts == ts
    assert is_good(answer)


async def test_a_reply_is_answered_where_it_listens(slack: Slack) -> None:
    """A learning question inside a thread is answered in that thread."""
    shown = await listen(slack, "on")
    root = await started(slack)
    await slack.say(NEWCOMER, HELP, GOOD, thread_ts=root)
    answer = (await slack.said(HELP, SECOND, len(shown) + 1))[-1]
    assert answer.thread_ts == root


async def test_all_else_stays_silent_where_it_listens(slack: Slack) -> None:
    """Where nobody asked the bot, it is silent on all but a learning question it is sure about."""
    shown = await listen(slack, "on")
    for what, text in LEFT_ALONE.items():
        await slack.say(NEWCOMER, HELP, text)
        await slack.quiet()
        assert [message.ts for message in slack.by_bot(HELP)] == shown, what


async def test_a_thread_is_answered_once_where_it_listens(slack: Slack) -> None:
    """Unasked, the bot speaks once in a thread, and again in another thread."""
    shown = await listen(slack, "on")
    root = await slack.say(NEWCOMER, HELP, GOOD)
    await slack.said(HELP, SECOND, len(shown) + 1)
    await slack.say(SECOND, HELP, ANOTHER, thread_ts=root)
    await slack.quiet()
    assert len(slack.by_bot(HELP)) == len(shown) + 1
    other = await slack.say(SECOND, HELP, ANOTHER)
    answer = (await slack.said(HELP, SECOND, len(shown) + 2))[-1]
    assert answer.thread_ts == other


async def test_silence_leaves_the_thread_open(slack: Slack) -> None:
    """A message that was left alone does not use up the one answer of its thread."""
    shown = await listen(slack, "on")
    root = await slack.say(NEWCOMER, HELP, NOTHING)
    await slack.say(NEWCOMER, HELP, GOOD, thread_ts=root)
    answer = (await slack.said(HELP, SECOND, len(shown) + 1))[-1]
    assert answer.thread_ts == root


async def test_a_mention_is_answered_once_where_it_listens(slack: Slack) -> None:
    """Where it listens a mention is still a mention: answered once, and privately when unsure."""
    shown = await listen(slack, "on")
    await slack.mention(GOOD)
    await slack.said(HELP, SECOND, len(shown) + 1)
    await slack.mention(UNSURE)
    private = (await slack.said(HELP, NEWCOMER, len(shown) + 2))[-1]
    assert private.seen_by == NEWCOMER
    await slack.quiet()
    assert len(slack.by_bot(HELP, SECOND)) == len(shown) + 1


async def test_shadow_counts_and_says_nothing(slack: Slack) -> None:
    """In shadow the bot only counts what it would have answered: once a thread, and that alone."""
    assert await listen(slack, "shadow") == []
    root = await slack.say(NEWCOMER, HELP, GOOD)
    await slack.say(NEWCOMER, HELP, ANOTHER, thread_ts=root)
    await slack.say(SECOND, HELP, "good morning everyone")
    await slack.say(SECOND, HELP, NOTHING)
    await slack.say(SECOND, HELP, ANOTHER)
    await slack.quiet()
    assert slack.by_bot(HELP) == []
    assert "2 questions" in text_of(await slack.onboard("listen"))


async def test_listening_ends_when_it_is_switched_off(slack: Slack) -> None:
    """Switched off, the bot is silent again."""
    await listen(slack, "on")
    shown = await listen(slack, "off")
    await slack.say(NEWCOMER, HELP, GOOD)
    await slack.quiet()
    assert [message.ts for message in slack.by_bot(HELP)] == shown


async def test_listening_is_for_one_channel(slack: Slack) -> None:
    """Switching it on in one channel changes no other."""
    await slack.invite_app(GENERAL)
    await listen(slack, "on")
    await slack.quiet()
    before = len(slack.by_bot(GENERAL))
    await slack.say(NEWCOMER, GENERAL, GOOD)
    await slack.quiet()
    assert len(slack.by_bot(GENERAL)) == before


# --- What a post is made of


async def test_a_post_is_complete_and_harmless(slack: Slack) -> None:
    """What is posted has words for notifications, a key to be found by, and no link previews."""
    await slack.mention(GOOD)
    await slack.say(NEWCOMER, slack.direct(NEWCOMER), UNSURE)
    await slack.said(HELP)
    await slack.said(slack.direct(NEWCOMER))
    posts = slack.called("chat.postMessage")
    assert len(posts) == 2
    for post in posts:
        assert post.arguments["unfurl_links"] is False
        assert post.arguments["unfurl_media"] is False
        assert "http" in post.arguments["text"]
        metadata = post.arguments["metadata"]
        assert metadata["event_type"] == "onboard_post"
        assert len(metadata["event_payload"]["key"]) == 24
    keys = {post.arguments["metadata"]["event_payload"]["key"] for post in posts}
    assert len(keys) == len(posts)


async def test_a_whisper_is_complete_and_harmless(slack: Slack) -> None:
    """So has what one person alone is told, but for the key: it cannot be looked for."""
    await slack.answer_to(slack.mention(UNSURE))
    (call,) = slack.called("chat.postEphemeral")
    assert call.arguments["unfurl_links"] is False
    assert call.arguments["unfurl_media"] is False
    assert "The closest I have" in call.arguments["text"]


async def test_what_a_person_writes_pings_nobody(slack: Slack) -> None:
    """Words of a person that come back in an answer are shown, and do nothing."""
    text = "how do I learn zzyzx &lt;!channel&gt; &lt;@U0NEWCOMER2&gt; *bold*"
    answer = await slack.answer_to(slack.mention(text))
    assert "zzyzx" in text_of(answer)
    assert "<!" not in text_of(answer)
    assert "<@" not in text_of(answer)


async def test_it_speaks_once_in_a_thread_even_after_a_restart(mode: str) -> None:
    """In a thread where it has spoken already it stays silent, whatever it has forgotten since."""
    async with workspace(mode) as (slack, port):
        settings = settings_of(slack, port)
        async with serving(settings):
            ts = await slack.mention(GOOD)
            await slack.said(HELP)
            await slack.command(CURATOR, HELP, "/onboard", "listen on")
            await slack.said(HELP, count=2)
        async with serving(settings):
            await slack.say(SECOND, HELP, "where do I learn about virtio?", thread_ts=ts)
            await slack.quiet()
            assert len([one for one in slack.by_bot(HELP) if one.thread_ts == ts]) == 1
            other = await slack.say(SECOND, HELP, "hello all")
            await slack.say(SECOND, HELP, "where do I learn about virtio?", thread_ts=other)
            await slack.until(lambda: [m for m in slack.by_bot(HELP) if m.thread_ts == other])


async def test_a_question_to_somebody_else_is_for_them(slack: Slack) -> None:
    """In a listened channel a question that begins with a person's name is left to that person."""
    await slack.command(CURATOR, HELP, "/onboard", "listen on")
    await slack.said(HELP)
    await slack.say(SECOND, HELP, f"<@{NEWCOMER}> {GOOD}?")
    await slack.quiet()
    assert len(slack.by_bot(HELP)) == 1
