"""Suggestions, from the question that found nothing to the answer that comes late."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Fault, RefusedError
from bot.playground.conversation import Message
from bot.playground.views import View
from bot.slack.manifest import COMMAND, SUGGEST_LINK
from tests.e2e.double import (
    CURATOR,
    CURATORS,
    GENERAL,
    HELP,
    NEWCOMER,
    OVER_BOTH,
    SECOND,
    Slack,
    books,
    bot,
    buttons,
    filled,
    locked,
    press,
    text_of,
    workspace,
)
from tests.e2e.log import logged

NOTHING = "where do I learn about zebras"
LLAMAS = "https://example.org/llamas"
LATER = "I cannot keep that at the moment. Please send it again in a minute."


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A catalogue with a single book."""
    return books(tmp_path, "llamas")


@pytest.fixture
async def slack(mode: str, file: Path) -> AsyncIterator[Slack]:
    """The double, with a bot in it that knows one book."""
    async with workspace(mode) as (double, port), bot(double, port, ONBOARD_CATALOGUE=str(file)):
        yield double
    assert double.warnings == []


def zebras(**given: Any) -> dict[str, dict[str, Any]]:
    """Fill the form with a good page on zebras."""
    page = {
        "url": "https://example.org/zebras",
        "title": "Zebras of the plains",
        "summary": "How zebras live, and why they have stripes.",
        "topics": ["things"],
    }
    return filled(**{**page, **given})


async def form(slack: Slack, user: str = NEWCOMER, channel: str = HELP) -> View:
    """Ask for what is not there, and press *Suggest a resource*."""
    answer = await slack.onboard(NOTHING, user=user, channel=channel)
    await press(slack, answer, channel, "Suggest a resource", user)
    return await slack.modal(user)


async def errors(slack: Slack, view: View, values: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Send a form that has something wrong with it, and return what is told at which field."""
    await slack.settled(await slack.submit(view.user, view.id, values))
    assert slack.modals(view.user) == [view]
    return dict(view.errors or {})


async def suggested(slack: Slack, **given: Any) -> Message:
    """Suggest a page on zebras, and return what the curators see of it."""
    before = len(slack.by_bot(CURATORS, CURATOR))
    view = await form(slack)
    await slack.answer_to(slack.submit(NEWCOMER, view.id, zebras(**given)))
    return (await slack.said(CURATORS, CURATOR, before + 1))[-1]


async def decided(slack: Slack, card: Message, label: str, state: str) -> None:
    """Press a button on a card, and wait until the card says how it stands."""
    await press(slack, card, CURATORS, label, CURATOR)
    await slack.until(lambda: state in text_of(card))
    await slack.quiet()


async def declined(slack: Slack, card: Message, reason: str) -> None:
    """Decline for a reason."""
    await press(slack, card, CURATORS, "Decline", CURATOR)
    view = await slack.modal(CURATOR)
    await slack.submit(CURATOR, view.id, {"reason": {"given": {"value": reason}}})
    await slack.until(lambda: "Declined by" in text_of(card))
    await slack.quiet()


def direct(slack: Slack, user: str = NEWCOMER) -> list[str]:
    """Return what the bot has written to a person directly."""
    return [message.text for message in slack.by_bot(slack.direct(user), user)]


async def pressed(slack: Slack, card: Message, label: str, channel: str = CURATORS) -> Message:
    """Press a button on a card, and return what the curator is told of it."""
    return await slack.answer_to(press(slack, card, channel, label, CURATOR), channel, CURATOR)


# --- Whoever suggests


@OVER_BOTH
async def test_the_whole_life_of_a_suggestion(slack: Slack) -> None:
    """Asked in vain, suggested, approved: live at once, and told to everyone who should hear."""
    asked = await slack.mention(NOTHING)
    (nothing,) = await slack.said(HELP)
    await press(slack, nothing, HELP, "Suggest a resource")
    view = await slack.modal()
    assert view.state()["ask"]["given"]["value"] == NOTHING
    thanks = await slack.answer_to(slack.submit(NEWCOMER, view.id, zebras(ask=NOTHING)))
    assert thanks.seen_by == NEWCOMER
    assert thanks.text == "Thank you. The curators have your suggestion: Zebras of the plains"
    await slack.until(lambda: not slack.modals(NEWCOMER))

    (card,) = slack.by_bot(CURATORS, CURATOR)
    assert card.text == f"<@{NEWCOMER}> suggests a resource: Zebras of the plains"
    for part in ("How zebras live", "Topics: Things", f"Answers “{NOTHING}”", "Waiting for a"):
        assert part in text_of(card)
    assert slack.by_bot(HELP, SECOND) == []

    await decided(slack, card, "Approve", f"Approved by <@{CURATOR}>")
    assert buttons(card).keys() == {"Undo"}
    assert direct(slack) == [
        "Your suggestion is in the catalogue now: <https://example.org/zebras|Zebras of the"
        " plains>. Thank you!"
    ]
    (late,) = await slack.said(HELP, SECOND)
    assert late.thread_ts == asked
    assert late.text.startswith("You asked today; there is something now: Zebras of the plains")
    assert "suggested by a colleague" in text_of(late)
    again = await slack.onboard("how do zebras live", user=SECOND)
    assert "https://example.org/zebras" in text_of(again)
    assert "suggested by a colleague" in text_of(again)
    await slack.quiet()
    assert len(slack.by_bot(HELP, SECOND)) == 2
    await press(slack, late, HELP, "Why this?")
    assert f"Looked for: “{NOTHING}”" in text_of(await slack.modal())


@OVER_BOTH
async def test_the_form_says_what_is_wrong_at_each_field(slack: Slack) -> None:
    """A form with a fault stays open, says so at the field, and reaches nobody."""
    view = await form(slack)
    with pytest.raises(RefusedError) as refused:
        await slack.submit(NEWCOMER, view.id)
    assert refused.value.errors.keys() == {"url", "title", "topics", "summary"}
    for given, field, sentence in (
        ({"url": LLAMAS}, "url", "The catalogue has this already: The book of llamas, under Thi"),
        ({"url": "http://example.org/llamas/"}, "url", "The catalogue has this already"),
        ({"url": "https://me:secret@example.org/"}, "url", "This address contains a user name"),
        ({"title": " \t "}, "title", "Give it a title."),
        ({"summary": " "}, "summary", "Say in a sentence or two"),
        ({"title": "a\u202eb"}, "title", ""),
    ):
        told = await errors(slack, view, zebras(**given))
        assert told.keys() == {field}, given
        assert told[field].startswith(sentence)
    await slack.quiet()
    assert slack.by_bot(CURATORS, CURATOR) == []
    await slack.submit(NEWCOMER, view.id, zebras())
    await slack.said(CURATORS, CURATOR)
    other = await form(slack, SECOND)
    told = await errors(slack, other, zebras(url="http://EXAMPLE.org/zebras"))
    assert told == {"url": "Somebody has suggested this already; the curators will decide."}


async def test_a_catalogue_without_topics_takes_no_suggestion(mode: str, tmp_path: Path) -> None:
    """Where a suggestion could belong to nothing, no form opens that nobody could send."""
    file = tmp_path / "resources.yaml"
    file.write_text("version: 1\ntopics: []\nresources: []\n")
    async with workspace(mode) as (slack, port), bot(slack, port, ONBOARD_CATALOGUE=str(file)):
        told = await slack.onboard("suggest")
        assert told.text.startswith("The catalogue has no topics yet")
        assert slack.modals(NEWCOMER) == []


async def test_a_link_in_a_message_is_suggested(slack: Slack) -> None:
    """*Suggest this link* opens the form with the first link of a message, and thanks there."""
    said = await slack.say(SECOND, GENERAL, "look: <https://example.org/a?b=1&amp;c=2|Good> <x>")
    await slack.shortcut(NEWCOMER, SUGGEST_LINK, GENERAL, said)
    view = await slack.modal()
    assert view.state()["url"]["given"]["value"] == "https://example.org/a?b=1&c=2"
    assert view.state()["title"]["given"]["value"] == "Good"
    await slack.close(NEWCOMER, view.id)
    none = await slack.say(SECOND, HELP, "no link at all")
    told = await slack.answer_to(slack.shortcut(NEWCOMER, SUGGEST_LINK, HELP, none))
    assert told.seen_by == NEWCOMER
    assert told.text == "There is no link in that message that I could suggest."


async def test_thanks_find_the_person(slack: Slack) -> None:
    """From a channel without the bot, thanks come directly; from direct messages, there."""
    view = await form(slack, channel=GENERAL)
    await slack.submit(NEWCOMER, view.id, zebras())
    (thanks,) = await slack.said(slack.direct(NEWCOMER))
    assert thanks.text == "Thank you. The curators have your suggestion: Zebras of the plains"
    assert slack.by_bot(GENERAL, SECOND) == []
    channel = slack.direct(SECOND)
    answer = await slack.answer_to(slack.say(SECOND, channel, NOTHING), channel, SECOND)
    await press(slack, answer, channel, "Suggest a resource", SECOND)
    view = await slack.modal(SECOND)
    doing = slack.submit(SECOND, view.id, zebras(url="https://example.org/2"))
    assert "The curators have" in (await slack.answer_to(doing, channel, SECOND)).text


async def test_a_store_that_is_down_keeps_the_form_open(slack: Slack) -> None:
    """What cannot be kept is told at the form, which still holds every word."""
    view = await form(slack)
    async with locked(slack.store):
        assert await errors(slack, view, zebras()) == {"url": LATER}
    assert slack.by_bot(CURATORS, CURATOR) == []
    card = await retried(slack, view, zebras())
    await press(slack, card, CURATORS, "Decline", CURATOR)
    reason = {"reason": {"given": {"value": "too old"}}}
    view = await slack.modal(CURATOR)
    async with locked(slack.store):
        assert await errors(slack, view, reason) == {"reason": LATER}
        told = await pressed(slack, card, "Approve")
        assert told.text == "I cannot do that at the moment. Please try again in a minute."
    assert buttons(card).keys() == {"Approve", "Edit", "Decline"}


@pytest.mark.parametrize("kept", [True, False])
async def test_a_bot_that_died_over_a_form(slack: Slack, *, kept: bool) -> None:
    """Who sends it again is told to wait, until it is certain that nobody has it in hand.

    Then the curators get it, whether it had been kept already or not, once.
    """
    view = await form(slack)
    page = zebras()
    if kept:
        given = {name: one["given"].get("value") for name, one in page.items()}
        await change(
            slack,
            "INSERT INTO suggestions (url, title, summary, topics, ask, status, at, author, asking,"
            " resource, reason) VALUES (?, ?, ?, '[\"things\"]', ?, 'pending',"
            " '2026-01-01 00:00:00.000000', ?, '', '', '')",
            given["url"],
            given["title"],
            given["summary"],
            NOTHING,
            NEWCOMER,
        )
    await change(
        slack,
        "INSERT INTO seen (name, holder, claimed_at) VALUES (?, 'dead',"
        " strftime('%Y-%m-%d %H:%M:%f000', 'now'))",
        f"suggestion/{view.id}",
    )
    assert await errors(slack, view, page) == {"url": LATER}
    assert slack.by_bot(CURATORS, CURATOR) == []
    await change(
        slack, "UPDATE seen SET claimed_at = '2026-01-01 00:00:00.000000' WHERE holder = 'dead'"
    )
    await slack.submit(NEWCOMER, view.id, page)
    (card,) = await slack.said(CURATORS, CURATOR)
    assert "Zebras of the plains" in card.text
    await slack.quiet()
    assert rows(slack, "SELECT COUNT(*) FROM suggestions") == [(1,)]


async def test_nothing_that_is_suggested_is_logged(slack: Slack) -> None:
    """Not even where a curator is told why it cannot go in: that repeats what was written."""
    first = await suggested(slack, ask="how do zebras sleep")
    page = {"url": "https://example.org/sleep", "title": "Sleep", "ask": "how do zebras sleep"}
    second = await suggested(slack, **page)
    await decided(slack, first, "Approve", "Approved by")
    with logged() as log:
        told = await pressed(slack, second, "Approve")
        await slack.quiet()
    assert '"how do zebras sleep" already leads to' in told.text
    assert "zebras" not in log.getvalue()


async def change(slack: Slack, statement: str, *values: str) -> None:
    """Change the store behind the bot's back."""

    def changed() -> None:
        with closing(sqlite3.connect(slack.store, isolation_level=None)) as other:
            other.execute(statement, values)

    # Beside the loop, in which the bot may be in the middle of writing.
    await asyncio.to_thread(changed)


async def retried(slack: Slack, view: View, values: dict[str, dict[str, Any]]) -> Message:
    """Send a form again and again until the store is back."""
    async with asyncio.timeout(30):
        while slack.modals(view.user):
            await slack.settled(await slack.submit(view.user, view.id, values))
    return (await slack.said(CURATORS, CURATOR))[-1]


async def test_a_suggestion_that_the_curators_cannot_be_shown(slack: Slack) -> None:
    """If their channel takes no posts, it is kept, and the person and the log are told so."""
    view = await form(slack)
    slack.fail("chat.postMessage", Fault.error("is_archived"))
    with logged() as log:
        thanks = await slack.answer_to(slack.submit(NEWCOMER, view.id, zebras()))
        assert thanks.text.startswith("Thank you, your suggestion is kept, but the curators’")
        assert (await log.said("suggestion_refused"))["code"] == "is_archived"
    assert rows(slack, "SELECT status FROM suggestions") == [("pending",)]


def rows(slack: Slack, query: str) -> list[tuple[Any, ...]]:
    """Look into the store behind the bot's back."""
    with closing(sqlite3.connect(slack.store)) as other:
        return other.execute(query).fetchall()


# --- Curators


async def test_a_curator_changes_what_is_approved(slack: Slack) -> None:
    """*Edit* opens the form as it was sent; what comes back is judged, and then approved."""
    card = await suggested(slack)
    await press(slack, card, CURATORS, "Edit", CURATOR)
    view = await slack.modal(CURATOR)
    assert view.state()["title"]["given"]["value"] == "Zebras of the plains"
    assert view.state()["topics"]["given"]["selected_options"][0]["value"] == "things"
    told = await errors(slack, view, {"url": {"given": {"value": LLAMAS}}})
    assert told.keys() == {"url"}
    changed = zebras(url="https://example.org/striped", title="Striped horses")
    await slack.submit(CURATOR, view.id, changed)
    await slack.until(lambda: f"Approved by <@{CURATOR}>" in text_of(card))
    await slack.quiet()
    assert "Striped horses" in text_of(card)
    assert "https://example.org/striped|Striped horses" in direct(slack)[-1]
    assert "https://example.org/striped" in text_of(await slack.onboard("striped horses"))


async def test_a_reason_reaches_whoever_suggested(slack: Slack) -> None:
    """*Decline* asks for a reason, which the card and the suggester show; *Undo* takes it back."""
    card = await suggested(slack)
    await press(slack, card, CURATORS, "Decline", CURATOR)
    view = await slack.modal(CURATOR)
    blank = {"reason": {"given": {"value": "  "}}}
    assert (await errors(slack, view, blank)).keys() == {"reason"}
    await slack.submit(CURATOR, view.id, {"reason": {"given": {"value": "too <old> & dull"}}})
    await slack.until(lambda: "Declined by" in text_of(card))
    await slack.quiet()
    assert f"Declined by <@{CURATOR}>: too &lt;old&gt; &amp; dull" in text_of(card)
    assert direct(slack) == [
        "The curators did not take your suggestion <https://example.org/zebras|Zebras of the"
        " plains>. They say: too &lt;old&gt; &amp; dull"
    ]
    assert "example.org/zebras" not in text_of(await slack.onboard("how do zebras live"))
    await decided(slack, card, "Undo", "Waiting for a decision")
    assert buttons(card).keys() == {"Approve", "Edit", "Decline"}
    await decided(slack, card, "Approve", "Approved by")
    assert len(direct(slack)) == 2
    history = rows(slack, "SELECT action, actor, reason FROM decisions ORDER BY id")
    assert history == [
        ("suggest", NEWCOMER, ""),
        ("decline", CURATOR, "too <old> & dull"),
        ("undo", CURATOR, ""),
        ("approve", CURATOR, ""),
    ]


async def test_undo_takes_a_resource_out_at_once(slack: Slack) -> None:
    """What was approved and is undone is found no more, and waits for a decision again."""
    card = await suggested(slack)
    await decided(slack, card, "Approve", "Approved by")
    assert "example.org/zebras" in text_of(await slack.onboard("how do zebras live"))
    await decided(slack, card, "Undo", "Waiting for a decision")
    assert "example.org/zebras" not in text_of(await slack.onboard("how do zebras live"))
    await decided(slack, card, "Approve", "Approved by")
    assert "example.org/zebras" in text_of(await slack.onboard("how do zebras live"))


async def test_of_two_curators_one_decides(slack: Slack) -> None:
    """Whoever comes second is told who was first; the same press once more changes nothing."""
    await slack.join(SECOND, CURATORS, CURATOR)
    card = await suggested(slack)
    await press(slack, card, CURATORS, "Decline", SECOND)
    view = await slack.modal(SECOND)
    approve = buttons(card)["Approve"]
    names = {name: approve[name] for name in ("block_id", "action_id", "value")}
    container = {"type": "message", "channel": CURATORS, "ts": card.ts}
    # An impatient finger, before the card is drawn anew.
    await slack.act(CURATOR, container, names)
    await slack.act(CURATOR, container, names)
    await slack.until(lambda: "Approved by" in text_of(card))
    await slack.quiet()
    assert len(direct(slack)) == 1
    assert len(slack.by_bot(CURATORS, CURATOR)) == 1
    reason = {"reason": {"given": {"value": "no"}}}
    await slack.submit(SECOND, view.id, reason)
    (told,) = await slack.said(slack.direct(SECOND), SECOND)
    assert told.text == f"It has been approved already by <@{CURATOR}>."
    assert "Approved by" in text_of(card)
    await slack.quiet()
    assert len(direct(slack)) == 1


async def test_what_is_merged_is_undone_in_the_file(slack: Slack, file: Path) -> None:
    """Once the file has the page, the card cannot undo it, and says where that is done."""
    card = await suggested(slack)
    await decided(slack, card, "Approve", "Approved by")
    books(file.parent, "llamas", "zebras")
    await until_merged(slack)
    told = await pressed(slack, card, "Undo")
    assert told.seen_by == CURATOR
    assert told.text.startswith("It stands in the catalogue’s file now.")
    await slack.until(lambda: buttons(card) == {})
    shown = text_of(await slack.onboard("zebras"))
    assert "The book of zebras" in shown
    assert "suggested by a colleague" not in shown


async def until_merged(slack: Slack) -> None:
    """Wait until the bot has noted that the file has what was suggested."""
    async with asyncio.timeout(30):
        while rows(slack, "SELECT status FROM suggestions") != [("merged",)]:
            await slack.onboard("help")


async def test_what_the_file_has_meanwhile_cannot_go_in(slack: Slack, file: Path) -> None:
    """Approved after the file got the same page, a suggestion is refused with what is in its way.

    It stays for the curators to decline.
    """
    card = await suggested(slack)
    books(file.parent, "llamas", "zebras")
    async with asyncio.timeout(30):
        while "*Things* (2)" not in text_of(await slack.onboard("topics")):
            pass
    told = await pressed(slack, card, "Approve")
    assert "The catalogue has this already: The book of zebras, under Things." in told.text
    await declined(slack, card, "The file has it.")


async def test_only_the_curators_channel_decides(slack: Slack) -> None:
    """A button that got elsewhere is refused there, and nothing changes."""
    card = await suggested(slack)
    client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
    await client.chat_postMessage(channel=HELP, text="copied", blocks=card.blocks)
    copied = next(one for one in slack.by_bot(HELP) if one.text == "copied")
    for label in ("Approve", "Edit", "Decline"):
        told = await slack.answer_to(press(slack, copied, HELP, label))
        assert told.text == "Only curators decide on suggestions, in their channel."
    assert slack.modals(NEWCOMER) == []
    assert "Waiting for a decision" in text_of(card)


async def test_a_person_who_is_forgotten_is_named_no_more(slack: Slack) -> None:
    """After `/onboard forget me` the suggestion stands, its author is nobody, and is not told."""
    card = await suggested(slack)
    assert "Done:" in (await slack.onboard("forget me")).text
    await decided(slack, card, "Approve", "Approved by")
    assert NEWCOMER not in text_of(card)
    assert text_of(card).count("Somebody suggests a resource") == 2
    assert direct(slack) == []
    assert rows(slack, "SELECT author FROM suggestions") == [(None,)]
    assert (await slack.onboard("forget me")).text == "There is nothing of you that I could forget."


async def test_a_suggester_who_is_gone_stops_nothing(slack: Slack) -> None:
    """If Slack does not take a message to whoever suggested, the decision stands all the same."""
    card = await suggested(slack)
    slack.fail("chat.postMessage", Fault.error("account_inactive"))
    with logged() as log:
        await decided(slack, card, "Approve", "Approved by")
        assert (await log.said("suggester_not_told"))["code"] == "account_inactive"
    assert "example.org/zebras" in text_of(await slack.onboard("how do zebras live"))


# --- Time and company


async def test_a_restart_keeps_everything(mode: str, file: Path) -> None:
    """What was approved is found after a restart, and what is pending can still be decided."""
    async with workspace(mode) as (slack, port):
        async with bot(slack, port, ONBOARD_CATALOGUE=str(file)):
            first = await suggested(slack)
            await decided(slack, first, "Approve", "Approved by")
            await slack.command(NEWCOMER, HELP, COMMAND, "suggest")
            other = filled(url="https://example.org/yaks", title="Yaks", topics=["things"])
            await slack.submit(NEWCOMER, (await slack.modal()).id, other)
            _, second = await slack.said(CURATORS, CURATOR, 2)
            await slack.quiet()
        async with bot(slack, port, ONBOARD_CATALOGUE=str(file)):
            assert "example.org/zebras" in text_of(await slack.onboard("how do zebras live"))
            await decided(slack, second, "Approve", "Approved by")
            assert "example.org/yaks" in text_of(await slack.onboard("yaks"))
            await decided(slack, first, "Undo", "Waiting for a decision")
            assert "example.org/zebras" not in text_of(await slack.onboard("how do zebras live"))


async def test_two_bots_have_the_same_suggestions(mode: str, file: Path) -> None:
    """What one bot approves, the other finds, too, and what one takes back, so does the other.

    Slack gives what people type to either in turn.
    """
    async with workspace(mode) as (slack, port), bot(slack, port, 2, ONBOARD_CATALOGUE=str(file)):
        await slack.until(lambda: slack.connections == 2)
        card = await suggested(slack)
        for label, state, is_there in (
            ("Approve", "Approved by", True),
            ("Undo", "Waiting for a decision", False),
        ):
            await decided(slack, card, label, state)
            found = [not is_there] * 4
            while set(found[-4:]) != {is_there}:
                answer = text_of(await slack.onboard("how do zebras live"))
                found.append("example.org/zebras" in answer)
                assert len(found) < 60
