"""The weekly digest of a channel: set up, looked at, posted once, and told where it cannot be."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.playground import Channel, Fault, Seed, User
from bot.playground.conversation import Message
from bot.slack.inhand import InHand
from tests.e2e.double import (
    CURATOR,
    CURATORS,
    GENERAL,
    HELP,
    NEWCOMER,
    QUICK,
    SECOND,
    Slack,
    books,
    bot,
    buttons,
    locked,
    press,
    serving,
    settings_of,
    text_of,
    workspace,
)
from tests.e2e.log import Log, logged

GUEST = "U0GUEST0001"
PEOPLE = (NEWCOMER, SECOND, CURATOR, GUEST)
SEED = Seed(
    name="Digests",
    users=(
        User(NEWCOMER, "newcomer", "First newcomer", timezone="America/New_York"),
        User(SECOND, "second", "Second newcomer"),
        User(CURATOR, "curator", "Curator", is_admin=True),
        User(GUEST, "guest", "A guest", is_restricted=True),
    ),
    channels=(
        Channel(HELP, "help", members=PEOPLE, app_is_member=True),
        Channel(GENERAL, "general", members=PEOPLE),
        Channel(CURATORS, "curators", private=True, members=(CURATOR,), app_is_member=True),
    ),
)
WEDNESDAY = datetime(2026, 11, 25, 12, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)
"""At nine in London."""
WEEK, HOUR = timedelta(weeks=1), timedelta(hours=1)
LONDON = "digest mondays at 9 in london"


@pytest.fixture(autouse=True)
def log() -> Iterator[Log]:
    """What the operator reads."""
    with logged() as lines:
        yield lines


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A catalogue of a few books."""
    return books(tmp_path, "llamas", "camels")


@pytest.fixture
async def slack(file: Path) -> AsyncIterator[Slack]:
    """The double on a Wednesday, with a bot in it."""
    async with workspace("socket", seed=SEED) as (double, port):
        double.go_to(WEDNESDAY)
        async with bot(double, port, ONBOARD_CATALOGUE=str(file)):
            yield double
    assert double.warnings == []


def digests(slack: Slack, channel: str = HELP) -> list[Message]:
    """Return the digests that a channel has been given."""
    found = slack.by_bot(channel, CURATOR)
    return [one for one in found if one.text.startswith("What there is to learn")]


async def digest(slack: Slack, log: Log, at: datetime, count: int, channel: str = HELP) -> Message:
    """Move the clock, wait until there are so many digests, and return the last one."""
    slack.go_to(at)
    await slack.until(lambda: len(digests(slack, channel)) >= count)
    await looked(slack, log)
    assert len(digests(slack, channel)) == count
    return digests(slack, channel)[-1]


async def looked(slack: Slack, log: Log) -> None:
    """Wait until the bot has looked for what is due, all of it after this moment, and done it."""
    # The first of two looks may have begun before.
    await log.more("digests_looked", 2)
    await slack.quiet()


async def told(slack: Slack, text: str, channel: str = HELP, user: str = NEWCOMER) -> str:
    """Type `/onboard` and something, and return what one is told by that, alone."""
    before = len(alone(slack, channel, user))
    await slack.command(user, channel, "/onboard", text)
    await slack.until(lambda: len(alone(slack, channel, user)) > before)
    await slack.quiet()
    return text_of(alone(slack, channel, user)[-1])


def alone(slack: Slack, channel: str = HELP, user: str = NEWCOMER) -> list[Message]:
    """Return what the bot has said to a person alone."""
    return [one for one in slack.by_bot(channel, user) if one.seen_by == user]


def everyone(slack: Slack, channel: str = HELP) -> list[str]:
    """Return what the bot has said to everyone in a channel."""
    return [one.text for one in slack.by_bot(channel, CURATOR) if one.seen_by is None]


async def test_a_channel_is_given_its_digest_at_its_hour_once_a_week(
    slack: Slack, file: Path, log: Log
) -> None:
    """One post on Monday, none when nothing has happened, and then one that tells what is new."""
    said = await told(slack, LONDON)
    assert "Mondays at 09:00 (Europe/London). The next one comes on Monday 30 November" in said
    assert everyone(slack) == [
        f"<@{NEWCOMER}> set the weekly digest of this channel: Mondays at 09:00 (Europe/London),"
        " about all topics. The next one comes on Monday 30 November at 09:00. `/onboard digest`"
        " changes that."
    ]
    slack.go_to(MONDAY - HOUR)
    await looked(slack, log)
    assert digests(slack) == []
    first = await digest(slack, log, MONDAY, 1)
    assert "This is the first weekly digest here. The catalogue has 2 resources" in first.text
    assert first.seen_by is None
    slack.go_to(MONDAY + WEEK + HOUR)
    await looked(slack, log)
    assert len(digests(slack)) == 1
    books(file.parent, "llamas", "camels", "zebras")
    await log.said("catalogue")
    second = await digest(slack, log, MONDAY + 2 * WEEK, 2)
    assert "New in the catalogue (1)" in text_of(second)
    assert "The book of zebras" in text_of(second)
    assert "The book of camels" not in text_of(second).split("Worth a second look")[0]


async def test_a_preview_is_what_would_be_posted(slack: Slack, log: Log) -> None:
    """One person sees, under a remark, the very blocks that everyone sees on Monday."""
    await told(slack, LONDON)
    slack.go_to(MONDAY - timedelta(minutes=1))
    await told(slack, "digest preview")
    shown = list(alone(slack)[-1].blocks or ())
    posted = await digest(slack, log, MONDAY, 1)
    assert bare(shown[1:]) == bare(posted.blocks or ())


def bare(blocks: object) -> object:
    """Blocks without the names that Slack gives them."""
    if isinstance(blocks, dict):
        return {name: bare(value) for name, value in blocks.items() if name != "block_id"}
    return [bare(one) for one in blocks] if isinstance(blocks, list | tuple) else blocks


async def test_the_time_zone_is_that_of_whoever_sets_it_up(slack: Slack, log: Log) -> None:
    """Nine in the morning means nine where that person is."""
    assert "Fridays at 09:00 (America/New_York)" in await told(slack, "digest friday")
    await digest(slack, log, datetime(2026, 11, 27, 14, tzinfo=UTC), 1)


async def test_what_is_paused_is_not_posted_nor_made_up_for(slack: Slack, log: Log) -> None:
    """Pausing, resuming and stopping can all be undone, and everyone learns who did it."""
    await told(slack, LONDON)
    assert "*paused*" in await told(slack, "digest pause")
    slack.go_to(MONDAY + HOUR)
    await looked(slack, log)
    assert "The next one comes on Monday 7 December" in await told(slack, "digest resume")
    await looked(slack, log)
    assert digests(slack) == []
    await digest(slack, log, MONDAY + WEEK, 1)
    assert "has no weekly digest" in await told(slack, "digest stop")
    assert {"Set it up", "Take up the old one"} <= buttons(alone(slack)[-1]).keys()
    await press(slack, alone(slack)[-1], HELP, "Take up the old one")
    await slack.until(lambda: "set the weekly digest" in everyone(slack)[-1])
    assert [one.split()[1] for one in everyone(slack) if NEWCOMER in one] == [
        "set", "paused", "set", "stopped", "set",
    ]  # fmt: skip


async def test_other_words_for_the_same(slack: Slack) -> None:
    """What people type for it is no place that might be misspelt."""
    assert "has no weekly digest" in await told(slack, "digest status")
    await told(slack, LONDON)
    assert "*paused*" in await told(slack, "Digest Pause!")
    assert "The next one comes" in await told(slack, "digest unpause")
    assert "has no weekly digest. One post a week" in await told(slack, "digest off")
    await slack.command(NEWCOMER, HELP, "/onboard", "digest topics")
    assert "topics" in {block["block_id"] for block in (await slack.modal()).blocks}


async def test_another_time_posts_no_week_twice(slack: Slack, log: Log) -> None:
    """Whoever has had the digest of a week waits for the next week, whatever the new day is."""
    await told(slack, LONDON)
    await digest(slack, log, MONDAY, 1)
    said = await told(slack, "digest tuesdays at 9 in london")
    assert "The next one comes on Tuesday 8 December" in said
    slack.go_to(MONDAY + timedelta(days=1, hours=1))
    await looked(slack, log)
    slack.go_to(WEDNESDAY)
    await looked(slack, log)
    slack.go_to(MONDAY + HOUR)
    await looked(slack, log)
    assert len(digests(slack)) == 1


async def test_the_form_says_how_it_stands_and_changes_all_of_it(slack: Slack, log: Log) -> None:
    """Day, time, zone, topics, and whether a quiet week has a digest; faults at their field."""
    await told(slack, "digest thursdays 16:30 london")
    await press(slack, alone(slack)[-1], HELP, "Change")
    view = await slack.modal()
    given = {block["block_id"]: block.get("element", {}) for block in view.blocks}
    assert given["weekday"]["initial_option"]["value"] == "3"
    assert given["time"]["initial_time"] == "16:30"
    assert given["zone"]["initial_value"] == "Europe/London"
    state: dict[str, dict[str, dict[str, Any]]] = {
        "weekday": {"given": {"selected_option": {"value": "0"}}},
        "time": {"given": {"selected_time": "08:15"}},
        "zone": {"given": {"value": "Atlantis"}},
        "topics": {"given": {"selected_options": [{"value": "things"}]}},
        "always": {"given": {"selected_options": [{"value": "always"}]}},
    }
    await slack.settled(await slack.submit(NEWCOMER, view.id, state))
    assert (view.errors or {}).keys() == {"zone"}
    assert "Atlantis" in (view.errors or {})["zone"]
    state["zone"] = {"given": {"value": "berlin"}}
    await slack.settled(await slack.submit(NEWCOMER, view.id, state))
    assert slack.modals(NEWCOMER) == []
    await slack.quiet()
    said = text_of(alone(slack)[-1])
    assert "Mondays at 08:15 (Europe/Berlin)" in said
    assert "About Things." in said
    assert "about Things" in everyone(slack)[-1]
    eight = MONDAY - timedelta(hours=1, minutes=45)
    await digest(slack, log, eight, 1)
    quiet = await digest(slack, log, eight + WEEK, 2)
    assert "Nothing has changed since the last digest." in text_of(quiet)


async def test_guests_change_nothing(slack: Slack) -> None:
    """They may look, and no more."""
    assert "has no weekly digest" in await told(slack, "digest", user=GUEST)
    assert "Guests cannot" in await told(slack, LONDON, user=GUEST)
    await told(slack, LONDON)
    for change in ("stop", "now", "set"):
        assert "Guests cannot" in await told(slack, f"digest {change}", user=GUEST)
    assert slack.modals(GUEST) == []
    assert "The next one comes" in await told(slack, "digest", user=GUEST)
    state = alone(slack, HELP, GUEST)[-1]
    for label in ("Change", "Post one now", "Pause", "Stop"):
        said = await slack.answer_to(press(slack, state, HELP, label, GUEST), HELP, GUEST)
        assert "Guests cannot" in said.text
    assert slack.modals(GUEST) == []
    assert "It would go out like this now" in await told(slack, "digest preview", user=GUEST)
    assert len(everyone(slack)) == 1


async def test_nothing_is_set_up_where_the_bot_cannot_post(slack: Slack) -> None:
    """Whoever tries learns what to do first."""
    assert "Invite me" in await told(slack, LONDON, GENERAL)
    assert "has no weekly digest" in await told(slack, "digest", GENERAL)


async def test_what_nobody_can_read_is_said_and_not_logged(slack: Slack, log: Log) -> None:
    """What was typed comes back harmless, with what to write instead, and meets no log."""
    said = await told(slack, "digest <!channel> mnoday *sesame*")
    assert "<!channel>" not in said
    assert "weekly Monday 09:00 Europe/Berlin" in said
    assert "Did you mean Monday?" in await told(slack, "digest mnoday")
    assert "sesame" not in log.getvalue()
    assert "mnoday" not in log.getvalue()


async def test_now_posts_at_once_and_the_next_begins_there(slack: Slack, log: Log) -> None:
    """What was told now is not told again on Monday, and without news nothing is posted."""
    await told(slack, LONDON)
    assert "Done." in await told(slack, "digest now")
    assert len(digests(slack)) == 1
    assert "I posted none" in await told(slack, "digest now")
    slack.go_to(MONDAY)
    await looked(slack, log)
    assert len(digests(slack)) == 1


async def test_of_two_who_want_one_now_one_has_it(slack: Slack) -> None:
    """Two who press at the same moment make one post."""
    await told(slack, LONDON)
    await told(slack, "digest", user=SECOND)
    states = {user: alone(slack, HELP, user)[-1] for user in (NEWCOMER, SECOND)}
    await asyncio.gather(
        *(press(slack, state, HELP, "Post one now", user) for user, state in states.items())
    )
    await slack.until(lambda: digests(slack))
    await slack.quiet()
    assert len(digests(slack)) == 1


async def test_one_at_once_is_told_as_posted_though_the_store_is_gone(
    slack: Slack, log: Log
) -> None:
    """Nobody is told to try again what everyone sees already."""
    await told(slack, LONDON)
    before = len(alone(slack))
    # Time enough to lock the store, though the bot may be writing, before it hears of the post.
    slack.fail("chat.postMessage", Fault.slow(1.0))
    await slack.command(NEWCOMER, HELP, "/onboard", "digest now")
    await slack.until(lambda: digests(slack))
    async with locked(slack.store):
        await slack.until(lambda: len(alone(slack)) > before)
    assert "It is posted." in alone(slack)[-1].text
    await log.said("store_back")
    # As long as it is not certain what became of the first, one is told to try again.
    async with asyncio.timeout(30):
        while "posted already" not in await told(slack, "digest now"):
            assert "try again" in alone(slack)[-1].text
    assert len(digests(slack)) == 1


async def test_a_gap_leads_to_a_suggestion(slack: Slack, log: Log) -> None:
    """What several people asked in vain is told, and its button opens the form."""
    await told(slack, LONDON)
    for user in (NEWCOMER, SECOND):
        await slack.mention("where do I learn about quantum yaks", user=user)
        await slack.quiet()
    posted = await digest(slack, log, MONDAY, 1)
    assert "quantum yaks" in text_of(posted)
    await press(slack, posted, HELP, "Suggest a resource", SECOND)
    view = await slack.modal(SECOND)
    assert "quantum yaks" in json.dumps(view.blocks)


async def test_a_channel_that_takes_no_posts_is_paused_and_the_curators_told(
    slack: Slack, log: Log
) -> None:
    """Once, with what is wrong and what to do; then it goes on."""
    await told(slack, LONDON)
    await slack.archive(HELP)
    slack.go_to(MONDAY)
    told_of = await slack.said(CURATORS, CURATOR)
    await looked(slack, log)
    (told_once,) = slack.by_bot(CURATORS, CURATOR)
    assert told_of == [told_once]
    assert "since the channel is archived. Unarchive it" in told_once.text
    await slack.unarchive(HELP)
    slack.go_to(MONDAY + WEEK - HOUR)
    await press(slack, told_once, CURATORS, "Resume", CURATOR)
    (said,) = await slack.until(lambda: alone(slack, CURATORS, CURATOR))
    assert said.text == f"The weekly digest of <#{HELP}> is on again."
    await digest(slack, log, MONDAY + WEEK, 1)


async def test_a_time_zone_that_is_gone_pauses_until_there_is_another(
    slack: Slack, log: Log
) -> None:
    """The curators are told once; who resumes it as it is learns why not, and nothing changes."""
    await told(slack, LONDON)
    with closing(sqlite3.connect(slack.store)) as store, store:
        store.execute("UPDATE subscriptions SET zone = 'Europe/Atlantis'")
    (told_of,) = await slack.said(CURATORS, CURATOR)
    assert "since its time zone is not known any more. Choose another one" in told_of.text
    before = everyone(slack)
    await press(slack, told_of, CURATORS, "Resume", CURATOR)
    (said,) = await slack.until(lambda: alone(slack, CURATORS, CURATOR))
    assert '"Europe/Atlantis" is not known' in said.text
    assert '"Europe/Atlantis" is not known' in await told(slack, "digest tuesdays")
    assert "*paused*" in await told(slack, "digest")
    await looked(slack, log)
    assert slack.by_bot(CURATORS, CURATOR) == [told_of, said]
    assert everyone(slack) == before
    assert "Mondays at 09:00 (Europe/London). The next one" in await told(slack, LONDON)


async def test_one_whose_topics_are_gone_is_paused_and_not_just_silent(
    slack: Slack, log: Log
) -> None:
    """The curators are told, who can bring the topics back, or choose others."""
    await told(slack, LONDON)
    with closing(sqlite3.connect(slack.store)) as store, store:
        store.execute("UPDATE subscriptions SET topics = 'gone'")
    slack.go_to(MONDAY)
    (told_of,) = await slack.said(CURATORS, CURATOR)
    assert "since the catalogue has none of its topics any more" in told_of.text
    await looked(slack, log)
    assert digests(slack) == []


@pytest.mark.parametrize(("late", "posted"), [(23 * HOUR, 1), (25 * HOUR, 0)])
async def test_what_was_due_while_the_bot_was_away_is_posted_within_a_day(
    file: Path, log: Log, late: timedelta, posted: int
) -> None:
    """A digest may be a day late; one that is later is left out, with a line in the log."""
    async with workspace("socket", seed=SEED) as (slack, port):
        slack.go_to(WEDNESDAY)
        async with bot(slack, port, ONBOARD_CATALOGUE=str(file)):
            await told(slack, LONDON)
        slack.go_to(MONDAY + late)
        async with bot(slack, port, ONBOARD_CATALOGUE=str(file)):
            line = await log.said("digest" if posted else "digest_missed")
            assert (line["channel"], line["slot"]) == (HELP, "2026-W49")
            await looked(slack, log)
            assert len(digests(slack)) == posted
        async with bot(slack, port, ONBOARD_CATALOGUE=str(file)):
            await looked(slack, log)
        assert len(log.events("digest_missed")) == 1 - posted
        assert len(digests(slack)) == posted


async def test_a_long_grace_doubles_nothing_that_nobody_remembers(file: Path, log: Log) -> None:
    """The claim of a process that died is forgotten after a day; its post is found all the same."""
    async with workspace("socket", seed=SEED) as (slack, port):
        slack.go_to(WEDNESDAY)
        async with bot(slack, port, ONBOARD_CATALOGUE=str(file)):
            await told(slack, LONDON)
            await digest(slack, log, MONDAY, 1)
        with closing(sqlite3.connect(slack.store)) as store, store:
            # As if it had been killed right after the post, and the claim swept since.
            store.execute("DELETE FROM editions")
            store.execute("DELETE FROM seen")
        slack.go_to(MONDAY + 30 * HOUR)
        async with bot(slack, port, ONBOARD_CATALOGUE=str(file), ONBOARD_DIGEST_GRACE_HOURS="144"):
            await log.said("digest_found")
            await looked(slack, log)
            assert len(digests(slack)) == 1


async def test_a_token_that_is_good_again_takes_up_what_was_paused(slack: Slack, log: Log) -> None:
    """Nobody has to start the bot again for that."""
    await told(slack, LONDON)
    slack.revoke()
    slack.go_to(MONDAY)
    assert (await log.said("digest_paused"))["reason"] == "token_revoked"
    slack.reinstate()
    await digest(slack, log, MONDAY + HOUR, 1)


async def test_a_new_token_takes_up_what_was_paused(file: Path, log: Log) -> None:
    """A revoked token pauses digests; with a good one the bot posts what it still owes."""
    async with workspace("socket", seed=SEED) as (slack, port):
        slack.go_to(WEDNESDAY)
        async with bot(slack, port, ONBOARD_CATALOGUE=str(file)):
            await told(slack, LONDON)
            slack.revoke()
            slack.go_to(MONDAY)
            assert (await log.said("digest_paused"))["reason"] == "token_revoked"
        slack.reinstate()
        async with bot(slack, port, ONBOARD_CATALOGUE=str(file)):
            await slack.until(lambda: digests(slack))


@pytest.mark.parametrize(
    "fault",
    [
        Fault.rate_limited(1),
        Fault.server_error(),
        Fault.server_error_after(),
        Fault.lost_before(),
        Fault.lost_after(),
    ],
    ids=["429", "500", "500 after", "lost", "lost after"],
)
async def test_what_goes_wrong_with_a_call_neither_loses_nor_doubles(
    slack: Slack, log: Log, fault: Fault
) -> None:
    """Slack fails in every way it can, before and after it has posted."""
    await told(slack, LONDON)
    slack.fail("chat.postMessage", fault)
    await digest(slack, log, MONDAY, 1)


async def test_one_that_cannot_be_made_holds_up_no_other(slack: Slack, log: Log) -> None:
    """What nobody has foreseen is told in the log, with its place, and all others are posted."""
    await told(slack, LONDON)
    await told(slack, "digest mondays at 9:01 in london", CURATORS, CURATOR)
    with closing(sqlite3.connect(slack.store)) as store, store:
        # As a failing disk leaves it.
        store.execute("INSERT INTO editions VALUES (?, 'w', 'soon', 'soon', 'posted', '')", [HELP])
    await digest(slack, log, MONDAY + timedelta(minutes=2), 1, CURATORS)
    delayed = log.events("digest_delayed")[0]
    assert (delayed["channel"], delayed["level"]) == (HELP, "error")
    assert "exception" in delayed
    assert digests(slack) == []


async def test_two_processes_post_one_digest(file: Path, log: Log) -> None:
    """Whoever is first has it."""
    async with (
        workspace("socket", seed=SEED) as (slack, port),
        bot(slack, port, count=2, ONBOARD_CATALOGUE=str(file)),
    ):
        slack.go_to(WEDNESDAY)
        await told(slack, LONDON)
        await digest(slack, log, MONDAY, 1)


async def test_many_channels_at_one_hour_are_spread_over_all_processes(
    file: Path, log: Log
) -> None:
    """However many processes there are, they keep one pace together."""
    many = [Channel(f"C0MANY{n}", f"many{n}", members=PEOPLE, app_is_member=True) for n in range(8)]
    seed = replace(SEED, channels=(*SEED.channels, *many))
    pace = 0.1
    async with workspace("socket", seed=seed) as (slack, port), AsyncExitStack() as stack:
        slack.go_to(WEDNESDAY)
        settings = settings_of(slack, port, ONBOARD_CATALOGUE=str(file))
        for _ in range(2):
            running = serving(settings, replace(QUICK, pace=pace), InHand(), slack.now)
            await stack.enter_async_context(running)
        for channel in many:
            await slack.command(NEWCOMER, channel.id, "/onboard", LONDON)
            await slack.until(lambda here=channel.id: alone(slack, here))  # type: ignore[misc]
        slack.go_to(MONDAY)
        for channel in many:
            await slack.until(lambda here=channel.id: digests(slack, here))  # type: ignore[misc]
        at = sorted(float(digests(slack, channel.id)[0].ts) for channel in many)
        # The first may have been late by itself, and the last may not.
        assert at[-1] - at[0] >= pace * (len(many) - 2)
        await log.more("digests_looked", 3)
        assert all(len(digests(slack, channel.id)) == 1 for channel in many)


async def test_digests_can_be_switched_off(file: Path) -> None:
    """Then nobody is offered one, and the bot needs no permission for it."""
    async with (
        workspace("socket", seed=SEED) as (slack, port),
        bot(slack, port, ONBOARD_CATALOGUE=str(file), ONBOARD_DIGEST="false"),
    ):
        assert "switched off" in await told(slack, "digest")
        assert "/onboard digest" not in await told(slack, "help")


async def test_an_old_button_sets_up_nothing_that_is_switched_off(file: Path) -> None:
    """Whoever presses it is told so."""
    async with workspace("socket", seed=SEED) as (slack, port):
        async with bot(slack, port, ONBOARD_CATALOGUE=str(file)):
            await told(slack, LONDON)
        async with bot(slack, port, ONBOARD_CATALOGUE=str(file), ONBOARD_DIGEST="false"):
            said = await slack.answer_to(press(slack, alone(slack)[-1], HELP, "Stop"))
            assert "switched off" in said.text
