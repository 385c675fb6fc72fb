"""Work that is told of several times is done once."""

import asyncio
import datetime as dt
from collections import Counter

from bot.store import Store
from tests.store.samples import DAY, LEASE, NOW, asking

LATER = NOW + LEASE + dt.timedelta(microseconds=1)


async def test_nobody_else_gets_what_is_claimed(store: Store, other: Store) -> None:
    """What one holder has is busy for all, itself included, by its name and by its place."""
    assert await store.claim("e1", "t/c/1", "a", now=NOW, lease=LEASE) == "new"
    for name, place in [("e1", "t/c/1"), ("e2", "t/c/1"), ("e1", ""), ("e1", "t/c/2")]:
        assert await store.claim(name, place, "a", now=NOW, lease=LEASE) == "busy"
        assert await other.claim(name, place, "b", now=NOW + LEASE, lease=LEASE) == "busy"
    assert await store.claim("e2", "t/c/2", "a", now=NOW, lease=LEASE) == "new"


async def test_what_has_no_place_is_told_by_its_name_alone(store: Store) -> None:
    """Two pieces of work without a place are two."""
    assert await store.claim("e1", "", "a", now=NOW, lease=LEASE) == "new"
    assert await store.claim("e2", "", "a", now=NOW, lease=LEASE) == "new"


async def test_what_is_done_stays_done(store: Store, other: Store) -> None:
    """Finished work is seen for ever, by its name and by its place."""
    await store.claim("e1", "t/c/1", "a", now=NOW, lease=LEASE)
    await other.finish({"e1": "t/c/1"}, now=NOW)
    for name, place in [("e1", "t/c/1"), ("e2", "t/c/1"), ("e1", "")]:
        assert await store.claim(name, place, "b", now=NOW + 9 * DAY, lease=LEASE) == "seen"


async def test_work_done_while_the_store_was_down_is_noted(store: Store) -> None:
    """What nobody claimed can be finished, and is seen from then on; the rest is untouched."""
    await store.claim("e1", "t/c/1", "a", now=NOW, lease=LEASE)
    await store.finish({"e1": "t/c/1", "e2": "t/c/2", "e3": ""}, now=NOW)
    for name, place in [("e2", ""), ("e9", "t/c/2"), ("e3", ""), ("e1", "")]:
        assert await store.claim(name, place, "b", now=NOW, lease=LEASE) == "seen"
    assert await store.claim("e4", "", "b", now=NOW, lease=LEASE) == "new"
    await store.finish({}, now=NOW)


async def test_a_place_finished_under_another_name_is_done(store: Store) -> None:
    """Work that came under two names at one place is done when either of them is."""
    await store.claim("e1", "t/c/1", "a", now=NOW, lease=LEASE)
    await store.finish({"e2": "t/c/1"}, now=NOW)
    assert await store.claim("e1", "", "a", now=LATER, lease=LEASE) == "seen"


async def test_who_dies_is_succeeded_after_the_lease(store: Store, other: Store) -> None:
    """Unfinished work older than its lease goes to the next who asks, and is theirs then."""
    await store.claim("e1", "t/c/1", "a", now=NOW, lease=LEASE)
    assert await other.claim("e2", "t/c/1", "b", now=LATER, lease=LEASE) == "again"
    assert await store.claim("e1", "t/c/1", "a", now=LATER, lease=LEASE) == "busy"
    # It bears the name of the new claim now.
    await other.renew(["e2"], "b", now=LATER + LEASE)
    assert await store.claim("e1", "t/c/1", "a", now=LATER + LEASE, lease=LEASE) == "busy"
    await other.release("e2", "b")
    assert await store.claim("e1", "t/c/1", "a", now=LATER, lease=LEASE) == "new"


async def test_who_renews_keeps_the_work(store: Store, other: Store) -> None:
    """A holder's renewed claims begin anew; nobody renews what somebody else holds."""
    await store.claim("e1", "", "a", now=NOW, lease=LEASE)
    await store.claim("e2", "", "a", now=NOW, lease=LEASE)
    await store.renew(["e1"], "a", now=LATER)
    await store.renew(["e2"], "b", now=LATER)
    await store.renew([], "a", now=LATER)
    assert await other.claim("e1", "", "b", now=LATER, lease=LEASE) == "busy"
    assert await other.claim("e2", "", "b", now=LATER, lease=LEASE) == "again"


async def test_what_is_given_back_is_new(store: Store) -> None:
    """A released claim can be claimed by anyone; what is done cannot be given back."""
    await store.claim("e1", "t/c/1", "a", now=NOW, lease=LEASE)
    await store.release("e1", "a")
    assert await store.claim("e2", "t/c/1", "b", now=NOW, lease=LEASE) == "new"
    await store.finish({"e2": "t/c/1"}, now=NOW)
    await store.release("e2", "b")
    assert await store.claim("e2", "t/c/1", "b", now=NOW, lease=LEASE) == "seen"


async def test_nobody_gives_back_what_was_taken_over(store: Store, other: Store) -> None:
    """Whoever comes to after their lease has run out leaves the claim to who has it by then."""
    await store.claim("e1", "", "a", now=NOW, lease=LEASE)
    assert await other.claim("e1", "", "b", now=LATER, lease=LEASE) == "again"
    await store.release("e1", "a")
    assert await store.claim("e1", "", "c", now=LATER, lease=LEASE) == "busy"


async def test_one_of_many_wins(store: Store, other: Store) -> None:
    """Of claims made at once, by many tasks in two processes, one is new and all others busy."""
    for event in range(5):
        found = Counter(
            await asyncio.gather(
                *(
                    one.claim(f"{event}-{n % 3}", f"t/c/{event}", f"h{n}", now=NOW, lease=LEASE)
                    for n in range(8)
                    for one in (store, other)
                )
            )
        )
        assert found == {"new": 1, "busy": 15}


async def test_one_of_many_succeeds_a_holder_who_died(store: Store, other: Store) -> None:
    """Of those who would take over at once, one does."""
    for event in range(5):
        await store.claim(f"{event}", f"t/c/{event}", "a", now=NOW, lease=LEASE)
        names = [f"{event}", f"{event}-1", f"{event}-2"]
        found = Counter(
            await asyncio.gather(
                *(
                    one.claim(names[n % 3], f"t/c/{event}", f"h{n}", now=LATER, lease=LEASE)
                    for n in range(8)
                    for one in (store, other)
                )
            )
        )
        assert found == {"again": 1, "busy": 15}


async def test_a_thread_belongs_to_the_first_who_asks(store: Store, other: Store) -> None:
    """The first owner is told so each time, every other one is refused, however close they are."""
    won = await asyncio.gather(
        *(one.first("thread", f"o{n}", now=NOW) for n in range(6) for one in (store, other))
    )
    winners = {f"o{n // 2}" for n, mine in enumerate(won) if mine}
    assert len(winners) == 1
    for n in range(6):
        assert await other.first("thread", f"o{n}", now=NOW) == (f"o{n}" in winners)


async def test_a_record_finishes_its_work_in_the_same_step(store: Store) -> None:
    """When a question is kept, the work on it is done."""
    await store.claim("e1", "t/c/1", "a", now=NOW, lease=LEASE)
    await store.record(asking("k"), "U1", done={"e1": "t/c/1", "press": ""}, now=NOW)
    assert await store.claim("e2", "t/c/1", "a", now=NOW, lease=LEASE) == "seen"
    assert await store.claim("press", "", "a", now=NOW, lease=LEASE) == "seen"
