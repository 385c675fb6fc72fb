"""Links, as the store keeps them."""

import asyncio
import datetime as dt
import itertools
import secrets
import string

from bot.links.judging import Judged, after
from bot.records import LinkHealth, LinkVerdict
from bot.store import Store
from tests.store.samples import DAY, LEASE, NOW

HOUR = dt.timedelta(hours=1)
A, B, C = (f"https://{name}.example/page?q=é" for name in "abc")


def found(
    verdict: LinkVerdict = "gone", address: str = A, *, why: str = "", to: str = ""
) -> Judged:
    """Return what was found of an address."""
    return Judged(address=address, verdict=verdict, why=why, to=to)


FOUND = [
    found("ok"),
    found("moved", why="has moved for good", to="https://b.example/é"),
    found("gone", why="answered 404"),
    found("blocked", why="answered 403"),
    found("unreachable", why="did not answer in time"),
]


async def test_what_was_found_comes_back(store: Store, other: Store) -> None:
    """Whatever was found is known to every replica, on top of what was known before."""
    known: LinkHealth | None = None
    for day, one in enumerate([*FOUND, *reversed(FOUND)]):
        at = NOW + day * DAY
        expected = after(known, one, at)
        assert await store.note_links([one], now=at) == [(known, expected)]
        assert await other.links() == {A: expected}
        known = expected


async def test_many_are_noted_and_come_by_address(store: Store) -> None:
    """Also more than fit one step; of several findings on one address the last one counts."""
    many = [found("ok", f"https://a.example/{n:04}") for n in range(250)]
    changes = await store.note_links([*many, found("gone", many[0].address)], now=NOW)
    assert len(changes) == len(many)
    known = await store.links()
    assert list(known) == [one.address for one in many]
    assert [one.verdict for one in known.values()] == ["gone"] + ["ok"] * 249
    assert await store.note_links([], now=NOW) == []


async def test_the_dead_are_known_with_their_day(store: Store, other: Store) -> None:
    """Three days of failure, counted wherever it was noted; one answer, and it is alive."""
    revision = (await store.revision()).links
    for day, one in enumerate(itertools.islice(itertools.cycle((store, other)), 3)):
        assert await one.dead_links() == {}
        assert (await one.revision()).links == revision
        await one.note_links([found(), found("ok", B)], now=NOW + day * DAY)
    died = (NOW + 2 * DAY).date()
    assert await store.dead_links() == await other.dead_links() == {A: died}
    assert (await store.revision()).links == revision + 1
    await store.note_links([found()], now=NOW + 3 * DAY)
    assert await store.dead_links() == {A: died}
    assert (await store.revision()).links == revision + 1
    await other.note_links([found("ok")], now=NOW + 4 * DAY)
    assert await store.dead_links() == {}
    assert (await store.revision()).links == revision + 2


async def test_a_day_strikes_once_however_many_note_it(store: Store, other: Store) -> None:
    """What replicas find at once counts as one day."""
    await asyncio.gather(
        *(one.note_links([found(), found("ok", B)], now=NOW) for one in (store, other) * 5)
    )
    known = await store.links()
    assert (known[A].strikes, known[B].strikes) == (1, 0)


async def test_an_address_is_taken_by_one(store: Store, other: Store) -> None:
    """However many want the same ones at once, each gets into one hand."""
    wanted = [f"https://a.example/{n}" for n in range(150)]
    taken = await asyncio.gather(
        *(one.take_links(wanted, now=NOW, lease=LEASE) for one in (store, other) * 4)
    )
    assert sorted(itertools.chain(*taken)) == sorted(wanted)
    assert await store.links() == {}


async def test_what_was_taken_and_never_brought_back_can_be_taken_anew(
    store: Store, other: Store
) -> None:
    """After its lease, and not before."""
    assert await store.take_links([A, A], now=NOW, lease=HOUR) == [A]
    assert await other.take_links([A, B], now=NOW + HOUR, lease=HOUR) == [B]
    later = NOW + HOUR + dt.timedelta(seconds=1)
    assert await other.take_links([A, B], now=later, lease=HOUR) == [A]


async def test_nothing_is_looked_at_twice_on_a_day(store: Store, other: Store) -> None:
    """What was brought back, by whomever, waits for the next day of UTC, and no longer, for
    however long it might have been kept.
    """
    week = 7 * DAY
    for later, again in (
        (dt.timedelta(), False),
        (14 * HOUR, False),
        (15 * HOUR, True),
        # The clock of another replica is a little slow; that of this one was far ahead.
        (-10 * HOUR, False),
        (-3 * DAY, True),
    ):
        one, two = (f"https://{name}.example/{later}" for name in "ab")
        assert await store.take_links([one], now=NOW, lease=week) == [one]
        await store.note_links([found("ok", one), found("ok", two)], now=NOW)
        wanted = await other.take_links([one, two], now=NOW + later, lease=week)
        assert wanted == ([one, two] if again else [])


async def test_an_address_that_is_too_long_is_not_kept(store: Store) -> None:
    """Some stores have no room for it, and the others of its round would be lost with it."""
    fits = f"{A}é"
    fits += "".join(secrets.choice(string.ascii_letters) for _ in range(2000 - len(fits.encode())))
    assert await store.take_links([f"{fits}a", fits], now=NOW, lease=HOUR) == [fits]
    await store.note_links([found("ok", f"{fits}a"), found("ok", fits)], now=NOW)
    assert list(await store.links()) == [fits]


async def test_what_nobody_looks_at_any_more_goes(store: Store) -> None:
    """In its time, whether it was ever looked at or only taken; what is looked at stays."""
    retention = dt.timedelta(days=1)
    await store.note_links([found()], now=NOW)
    await store.take_links([B], now=NOW, lease=HOUR)
    await store.note_links([found("ok", C)], now=NOW + 30 * DAY)
    assert await store.sweep(now=NOW + 60 * DAY, retention=retention) == 0
    later = NOW + 60 * DAY + HOUR
    assert await store.sweep(now=later, retention=retention) == 2
    assert list(await store.links()) == [C]
