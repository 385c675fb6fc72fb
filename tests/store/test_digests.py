"""Weekly digests, as the store keeps them."""

import asyncio
import datetime as dt
import itertools
from collections import Counter
from dataclasses import replace
from typing import Any, get_args

import pytest
from sqlalchemy.exc import StatementError

from bot.errors import StoreDownError
from bot.records import Asked, Edition, Entry, Outcome, Subscription, Thumbs, Weekly
from bot.store import Store
from tests.store.samples import DAY, LEASE, NOW, asking, subscription

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
SECOND = dt.timedelta(seconds=1)
MINUTE = dt.timedelta(minutes=1)
TICK = dt.timedelta(microseconds=1)


def wanted(channel: str = "C1", **given: Any) -> Subscription:
    """Return a subscription."""
    return replace(subscription(channel, "U1"), **given)


def edition(channel: str = "C1", slot: str = "2026-W10", **given: Any) -> Edition:
    """Return what became of a digest."""
    return replace(
        Edition(channel=channel, slot=slot, at=NOW, until=NOW + MINUTE, outcome="posted"),
        **given,
    )


# Subscriptions


SUBSCRIPTIONS = [
    wanted(),
    wanted(weekly=Weekly(weekday=6, hour=0, minute=0, zone="America/Argentina/ComodRivadavia")),
    wanted(topics=("tides",)),
    wanted(topics=("tides", "first-days", "a")),
    wanted(always=True),
    wanted(state="paused", reason="is_archived"),
    wanted(state="stopped", by=""),
    wanted(since=NOW + TICK),
]


async def test_a_subscription_comes_back_as_it_was_kept(store: Store, other: Store) -> None:
    """Whatever a channel wants is the same for every replica, and takes the place of the last."""
    for one in [*SUBSCRIPTIONS, *reversed(SUBSCRIPTIONS)]:
        await store.subscribe(one)
        assert await other.subscription("C1") == one
        assert await other.subscriptions() == [one]


async def test_subscriptions_come_by_channel(store: Store) -> None:
    """Every channel has its own, in the order of their IDs; what was stopped is there too."""
    kept = [wanted("C3", state="stopped"), wanted("C1"), wanted("C2", state="paused")]
    for one in kept:
        await store.subscribe(one)
    assert [one.channel for one in await store.subscriptions()] == ["C1", "C2", "C3"]
    assert await store.subscription("C3") == kept[0]
    assert await store.subscription("C4") is None


async def test_of_those_who_subscribe_at_once_one_prevails(store: Store, other: Store) -> None:
    """A channel that is set at once by many has what one of them wanted, and nothing mixed."""
    many = [wanted(by=f"U{n}", topics=(f"t{n}",), since=NOW + n * DAY) for n in range(12)]
    await asyncio.gather(
        *(one.subscribe(each) for one, each in zip(itertools.cycle((store, other)), many))
    )
    (kept,) = await store.subscriptions()
    assert kept in many


@pytest.mark.parametrize(
    ("found", "since", "done"),
    [
        (wanted(), NOW, True),
        (wanted(), NOW.astimezone(dt.timezone(dt.timedelta(hours=9))), True),
        (wanted(since=NOW + TICK), NOW, False),
        (wanted(state="paused"), NOW, False),
        (wanted(state="paused", reason="other"), NOW, False),
        (wanted(state="stopped"), NOW, False),
        (wanted("C2"), NOW, False),
    ],
)
async def test_only_what_nobody_has_touched_is_paused(
    store: Store, *, found: Subscription, since: dt.datetime, done: bool
) -> None:
    """One that is on as the bot saw it is paused, with the reason; any other stays as it is."""
    await store.subscribe(found)
    assert await store.pause("C1", reason="is_archived", since=since) == done
    expected = replace(found, state="paused", reason="is_archived") if done else found
    assert await store.subscriptions() == [expected]


async def test_one_of_many_pauses_it(store: Store, other: Store) -> None:
    """Of those who pause it at once, one is told that it has."""
    await store.subscribe(wanted())
    done = await asyncio.gather(
        *(one.pause("C1", reason="zone", since=NOW) for one in (store, other) * 5)
    )
    assert sum(done) == 1


async def test_what_the_bot_has_paused_is_resumed_by_its_reason(store: Store, other: Store) -> None:
    """For these reasons and no others; nobody resumes what a person has paused or stopped."""
    await store.subscribe(wanted("C5"))
    for channel, reason in [("C4", "auth"), ("C3", "revoked"), ("C2", "is_archived"), ("C1", "")]:
        await store.subscribe(wanted(channel, state="paused", reason=reason))
    await store.subscribe(wanted("C6", state="stopped", reason="auth"))
    before = {one.channel: one for one in await store.subscriptions()}
    assert await other.resume([]) == []
    assert await other.resume(["", "unknown"]) == []
    assert await other.resume(("revoked", "auth", "")) == ["C3", "C4"]
    assert await store.resume({"revoked", "auth"}) == []
    after = {one.channel: one for one in await store.subscriptions()}
    assert after == before | {
        channel: replace(before[channel], state="on", reason="") for channel in ("C3", "C4")
    }


# Editions


async def test_an_edition_comes_back_as_it_was_kept(store: Store, other: Store) -> None:
    """Whatever became of a digest is the same for every replica."""
    kept = [
        edition(slot=f"2026-W{10 + n}", at=NOW + n * DAY, outcome=outcome, look="moon" * (n % 2))
        for n, outcome in enumerate(OUTCOMES)
    ]
    for one in kept:
        assert await store.edition(one, now=NOW)
    assert await other.editions() == kept[::-1]
    assert await other.editions("C1") == kept[::-1]


async def test_an_edition_is_kept_once(store: Store, other: Store) -> None:
    """Of one channel and slot the first stays, whoever comes later and with whatever."""
    first = edition(look="moon")
    assert await store.edition(first, now=NOW)
    assert not await other.edition(edition(outcome="missed", at=NOW + DAY), now=NOW)
    assert await store.editions() == [first]
    assert await store.edition(edition("C2"), now=NOW)
    assert await store.edition(edition(slot="now-17.5"), now=NOW)


async def test_what_is_posted_was_not_missed(store: Store, other: Store) -> None:
    """One that somebody gave up while it was posted counts as posted, whoever tells it first."""
    posted, missed = edition(look="moon"), edition(outcome="missed", until=NOW)
    assert await store.edition(missed, now=NOW)
    assert not await other.edition(edition(outcome="empty"), now=NOW)
    assert not await other.edition(missed, now=NOW)
    assert await other.edition(posted, now=NOW)
    assert not await store.edition(missed, now=NOW)
    assert await store.editions("C1") == [posted]


async def test_of_editions_at_once_one_is_new(store: Store, other: Store) -> None:
    """Of many that are kept at once for one slot, what stays is the one that was told so."""
    for week in range(5):
        many = [edition(slot=f"w{week}", look=f"r{n}") for n in range(12)]
        new = await asyncio.gather(
            *(
                one.edition(each, now=NOW, done={f"digest/C1/w{week}": ""})
                for one, each in zip(itertools.cycle((store, other)), many)
            )
        )
        (mine,) = itertools.compress(many, new)
        assert mine in await store.editions()
    assert len(await store.editions()) == 5


async def test_an_edition_finishes_its_work_in_the_same_step(store: Store, other: Store) -> None:
    """When it is kept the work on it is done, also if somebody else has kept it before."""
    for slot in ("a", "b"):
        await store.claim(slot, "", "holder", now=NOW, lease=LEASE)
    assert await store.edition(edition(), done={"a": ""}, now=NOW)
    assert not await store.edition(edition(), done={"b": "", "c": ""}, now=NOW)
    for slot in ("a", "b", "c"):
        assert await other.claim(slot, "", "x", now=NOW + DAY, lease=LEASE) == "seen"


async def test_an_edition_whose_work_cannot_be_finished_is_not_kept(store: Store) -> None:
    """Both or neither: if the second fails, the first has not been."""
    await store.claim("a", "", "holder", now=NOW, lease=LEASE)
    with pytest.raises(StatementError):
        await store.edition(edition(), done={"a": ""}, now=NOW.replace(tzinfo=None))
    assert await store.editions() == []
    assert await store.claim("a", "", "x", now=NOW, lease=LEASE) == "busy"


async def test_the_newest_editions_come_first(store: Store) -> None:
    """By the moment at which they were due, then by slot; so many of one channel, or of all."""
    order = [("C2", "w5", 4), ("C1", "w4", 3), ("C1", "w3", 2), ("C2", "w2", 2), ("C1", "w1", 1)]
    for channel, slot, day in order[2:] + order[:2]:
        await store.edition(edition(channel, slot, at=NOW + day * DAY), now=NOW)

    def named(found: list[Edition]) -> list[tuple[str, str]]:
        return [(one.channel, one.slot) for one in found]

    names = [(channel, slot) for channel, slot, _ in order]
    assert named(await store.editions()) == names
    assert named(await store.editions(limit=2)) == names[:2]
    assert named(await store.editions("C1")) == [name for name in names if name[0] == "C1"]
    assert named(await store.editions("C1", limit=1)) == [("C1", "w4")]
    assert await store.editions("C3") == []


async def test_what_is_taken_is_told_by_channel(store: Store) -> None:
    """The slots that were due at that moment or later, whatever became of them."""
    for n, outcome in enumerate((*OUTCOMES, *OUTCOMES)[:5]):
        for channel in ("C1", "C2")[: 1 + n % 2]:
            one = edition(channel, f"w{n}", at=NOW + n * DAY, outcome=outcome)
            await store.edition(one, now=NOW)
    assert await store.taken(NOW) == {
        "C1": {"w0", "w1", "w2", "w3", "w4"},
        "C2": {"w1", "w3"},
    }
    assert await store.taken(NOW + 3 * DAY) == {"C1": {"w3", "w4"}, "C2": {"w3"}}
    assert await store.taken(NOW + 3 * DAY + TICK) == {"C1": {"w4"}}
    assert await store.taken(NOW + 9 * DAY) == {}


# What was asked, and thought of it


async def ask(store: Store, *asked: tuple[str, str, dt.datetime]) -> None:
    """Let people be led to resources: each by user, resource and moment."""
    for n, (user, resource, at) in enumerate(asked):
        one = replace(asking(f"k{n}", at=at, answered=True), resource=resource)
        await store.record(one, user, now=at)


async def test_what_was_asked_is_counted_by_resource_and_person(store: Store) -> None:
    """Each person counts for themselves, what was most often comes first, and nobody is named."""
    times = {("U1", "moon"): 3, ("U2", "moon"): 2, ("U1", "tables"): 1, ("U2", "waves"): 4}
    await ask(store, *((*key, NOW) for key, count in times.items() for _ in range(count)))
    found = await store.asked(NOW - DAY, NOW)
    assert [(one.resource, one.times) for one in found] == [
        ("waves", 4), ("moon", 3), ("moon", 2), ("tables", 1),
    ]  # fmt: skip
    waves, mine, moon, tables = (one.person for one in found)
    assert (waves, mine) == (moon, tables)
    assert waves != mine
    assert "U1" not in repr(found)


async def test_what_was_asked_is_counted_from_behind_one_moment_up_to_another(
    store: Store,
) -> None:
    """So that of two stretches which follow each other every question is in one, and in one only.

    A week that nobody asked in has nothing.
    """
    at = [NOW - TICK, NOW, NOW + TICK, NOW + DAY, NOW + DAY + TICK]
    await ask(store, *(("U1", f"r{n}", moment) for n, moment in enumerate(at)))

    async def seen(since: dt.datetime, until: dt.datetime) -> list[str]:
        return [one.resource for one in await store.asked(since, until)]

    assert await seen(NOW, NOW + DAY) == ["r2", "r3"]
    assert await seen(NOW - DAY, NOW) == ["r0", "r1"]
    assert await seen(NOW + DAY, NOW + 2 * DAY) == ["r4"]
    assert await seen(NOW, NOW) == []


async def test_what_led_nowhere_was_not_asked(store: Store) -> None:
    """Only an answer that showed a resource counts."""
    answered = asking("k", answered=True)
    for n, one in enumerate(
        [
            answered,
            replace(answered, resource=""),
            replace(answered, verdict="unsure"),
            replace(answered, verdict="nothing"),
        ]
    ):
        await store.record(replace(one, key=f"k{n}"), "U1", now=NOW)
    (found,) = await store.asked(NOW - DAY, NOW)
    assert found == Asked("moon", found.person, 1)


async def test_of_very_many_the_rest_is_left_out(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left out was asked for least often."""
    monkeypatch.setattr("bot.store.digests._MOST_ASKED", 2)
    await ask(store, *(("U1", f"r{n}", NOW) for n in range(4) for _ in range(n + 1)))
    assert [one.resource for one in await store.asked(NOW - DAY, NOW)] == ["r3", "r2"]


async def test_thumbs_can_be_counted_up_to_a_moment(store: Store) -> None:
    """So that of two stretches which follow each other every thumb is in one, and in one only."""
    for n in range(3):
        await store.rate("k", f"r{n}", "U1", useful=True, now=NOW + n * TICK)
    assert set(await store.thumbs(None, NOW + TICK)) == {"r0", "r1"}
    assert set(await store.thumbs(NOW + TICK)) == {"r2"}
    assert await store.thumbs(NOW, NOW + TICK) == {"r1": Thumbs(1, 0)}


async def test_thumbs_can_be_counted_since_a_moment(store: Store) -> None:
    """Those given after it count; one that was changed was given when it was changed."""
    await store.rate("k", "moon", "U1", useful=True, now=NOW)
    await store.rate("k", "moon", "U2", useful=True, now=NOW + TICK)
    await store.rate("k", "moon", "U3", useful=True, now=NOW - DAY)
    await store.rate("k", "tables", "U3", useful=True, now=NOW - DAY)
    assert await store.thumbs(NOW) == {"moon": Thumbs(up=1)}
    await store.rate("k", "moon", "U3", useful=False, now=NOW + DAY)
    assert await store.thumbs(since=NOW) == {"moon": Thumbs(up=1, down=1)}
    assert await store.thumbs(NOW + DAY) == {}
    assert await store.thumbs() == {"moon": Thumbs(up=2, down=1), "tables": Thumbs(up=1)}


# Entries


def entry(resource: str, **given: Any) -> Entry:
    """Return since when there is a resource."""
    return replace(
        Entry(resource=resource, page=f"https://{resource}", content="c0", first=None),
        **given,
    )


async def test_an_entry_comes_back_as_it_was_kept(store: Store, other: Store) -> None:
    """In the order of their ids; what is noted later does not touch the others."""
    kept = [
        entry("a", first=NOW, changed=NOW + DAY),
        entry("b", changed=NOW),
        entry("c", first=NOW + TICK),
        entry("d"),
    ]
    await store.note([])
    await store.note([kept[2], kept[0]])
    await other.note([kept[3], kept[1]])
    assert await other.entries() == kept


async def test_since_when_a_resource_is_there_is_never_lost(store: Store) -> None:
    """Whatever is noted later in whatever order, `first` is the first one's, the rest the last's.

    All ways to note a resource four times, each with a moment, another one, or none.
    """
    ways = list(itertools.product((None, NOW, NOW + DAY), repeat=4))
    for step in range(4):
        await store.note(
            [
                entry(
                    f"r{n:02}",
                    page=f"p{step}",
                    content=f"c{step}",
                    first=way[step],
                    changed=way[-1 - step],
                )
                for n, way in enumerate(ways)
            ]
        )
    assert await store.entries() == [
        entry(f"r{n:02}", page="p3", content="c3", first=way[0], changed=way[0])
        for n, way in enumerate(ways)
    ]


async def test_of_an_entry_that_is_given_twice_the_last_counts(store: Store) -> None:
    """A resource that is in a list twice is no fault."""
    await store.note([entry("a", content="one"), entry("b"), entry("a", content="two")])
    assert await store.entries() == [entry("a", content="two"), entry("b")]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 6, 7])
async def test_however_many_there_are_all_are_read(
    store: Store, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    """What is written and read in several steps is all there, once, in one order."""
    monkeypatch.setattr("bot.store.store._READ_AT_ONCE", 3)
    monkeypatch.setattr("bot.store.store._NOTED_AT_ONCE", 2)
    kept = [entry(f"r{n}") for n in range(count)]
    await store.note(kept[::-1])
    assert await store.entries() == kept


async def test_what_is_noted_by_half_is_not_known_yet(
    store: Store, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever looks while the first are being noted, or after that has failed, sees nothing, and
    takes no resource for new; whoever does it all again comes to its end.
    """
    monkeypatch.setattr("bot.store.store._NOTED_AT_ONCE", 2)
    kept = [entry(f"r{n}") for n in range(5)]
    broken: Any = None
    with pytest.raises(StoreDownError):
        await store.note([*kept[:3], replace(kept[3], content=broken), kept[4]])
    assert await other.entries() == []
    await other.note(kept)
    assert await store.entries() == kept
    with pytest.raises(StoreDownError):
        await store.note([entry("s0"), entry("s1"), replace(kept[0], resource="s2", page=broken)])
    assert await other.entries() == [*kept, entry("s0"), entry("s1")]


async def test_all_replicas_may_note_the_same_at_once(store: Store, other: Store) -> None:
    """None of them fails or waits for ever, in whatever order each of them has it."""
    kept = [entry(f"r{n:04}", first=NOW) for n in range(1500)]
    orders = (kept, kept[::-1], kept[700:] + kept[:700])
    await asyncio.gather(*(one.note(each) for one in (store, other) for each in orders))
    assert await store.entries() == kept


# Turns


async def test_turns_at_once_are_apart(store: Store, other: Store) -> None:
    """Whichever replica asks, each turn is the pace after the one before."""
    pace = 3 * SECOND
    found = await asyncio.gather(
        *(one.turn(now=NOW, pace=pace) for one in (store, other) for _ in range(12))
    )
    assert sorted(found) == [NOW + n * pace for n in range(24)]


async def test_no_turn_is_in_the_past(store: Store, other: Store) -> None:
    """After a while in which nobody posted, the next turn is at once, and the pace holds again."""
    for _ in range(2):
        await store.turn(now=NOW, pace=SECOND)
    assert await other.turn(now=NOW + DAY, pace=SECOND) == NOW + DAY
    assert await store.turn(now=NOW + DAY, pace=MINUTE) == NOW + DAY + SECOND
    # Its clock is a little late.
    assert await other.turn(now=NOW + DAY - MINUTE, pace=SECOND) == NOW + DAY + SECOND + MINUTE


@pytest.mark.parametrize(
    ("ahead", "waits"), [(10 * MINUTE, True), (10 * MINUTE + TICK, False), (400 * DAY, False)]
)
async def test_a_clock_that_was_wrong_holds_nobody_up(
    store: Store, other: Store, *, ahead: dt.timedelta, waits: bool
) -> None:
    """What it kept is waited for some minutes at most; after it turns begin anew, and are apart."""
    await store.turn(now=NOW + ahead - SECOND, pace=SECOND)
    at = NOW + ahead if waits else NOW
    assert await other.turn(now=NOW, pace=SECOND) == at
    assert await store.turn(now=at, pace=SECOND) == at + SECOND


async def test_a_turn_is_told_in_utc(store: Store) -> None:
    """Whatever zone a clock is in, its moments are the same, and come back in UTC."""
    east = NOW.astimezone(dt.timezone(dt.timedelta(hours=9)))
    for n in range(2):
        found = await store.turn(now=east, pace=MINUTE)
        assert (found, found.tzinfo) == (NOW + n * MINUTE, dt.UTC)


# Care


async def test_a_digest_of_ones_own_is_forgotten_as_a_whole(store: Store) -> None:
    """The ID of the conversation with the bot tells who somebody is; that of others stays."""
    for channel, user in (("D0USER1", "USER1"), ("D0USER2", "USER2"), ("C1", "USER1")):
        await store.subscribe(wanted(channel, by=user))
        await store.edition(edition(channel), now=NOW)
    assert await store.forget("USER1") == 3
    assert [one.channel for one in await store.subscriptions()] == ["C1", "D0USER2"]
    assert [one.channel for one in await store.editions()] == ["C1", "D0USER2"]


async def test_who_set_it_up_is_forgotten_and_the_digest_goes_on(store: Store) -> None:
    """The name of whoever is forgotten goes, and nothing else of the subscription."""
    await store.subscribe(wanted("C1", by="USER1"))
    await store.subscribe(wanted("C2", by="USER2"))
    assert await store.forget("USER1") == 1
    assert await store.subscriptions() == [wanted("C1", by=""), wanted("C2", by="USER2")]
    assert await store.forget("USER1") == 0


@pytest.mark.parametrize(("retention", "kept"), [(90, 400), (400, 400), (500, 500)])
async def test_editions_go_after_their_time_and_nothing_with_them(
    store: Store, retention: int, kept: int
) -> None:
    """They are kept as long as questions, but at least 400 days; the rest stays."""
    await store.subscribe(wanted())
    await store.note([entry("moon", first=NOW)])
    for slot, at in [("old", NOW - TICK), ("young", NOW)]:
        await store.edition(edition(slot=slot, at=at), now=NOW)
    later = NOW + kept * DAY
    assert await store.sweep(now=later, retention=retention * DAY) == 1
    assert [one.slot for one in await store.editions()] == ["young"]
    assert await store.sweep(now=later, retention=retention * DAY) == 0
    assert await store.subscriptions() == [wanted()]
    assert await store.entries() == [entry("moon", first=NOW)]


async def test_however_many_editions_there_are_all_old_ones_go(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One call erases them in steps; of one channel and of many, and those only."""
    monkeypatch.setattr("bot.store.people._AT_ONCE", 3)
    for n in range(8):
        await store.edition(edition(f"C{n % 2}", f"w{n}", at=NOW + n * SECOND), now=NOW)
    assert await store.sweep(now=NOW + 400 * DAY + 7 * SECOND, retention=DAY) == 7
    assert [one.slot for one in await store.editions()] == ["w7"]


async def test_an_export_names_no_direct_conversation(store: Store) -> None:
    """Its ID tells who it is with, and becomes the same pseudonym in every table."""
    direct = "D0USER1DM"
    await store.subscribe(wanted(direct, by="USER1"))
    await store.edition(edition(direct), done={f"digest/{direct}/2026-W10": ""}, now=NOW)
    await store.note([entry("moon")])
    await store.turn(now=NOW, pace=SECOND)
    rows = [row async for row in store.export()]
    assert "USER" not in repr(rows)
    tables = Counter(row["table"] for row in rows)
    assert {"subscriptions", "editions", "entries", "seen"} < set(tables)
    by_table = {row["table"]: row for row in rows}
    hidden = by_table["editions"]["channel"]
    assert hidden == by_table["subscriptions"]["channel"]
    assert by_table["seen"]["name"] == f"digest/{hidden}/2026-W10"
