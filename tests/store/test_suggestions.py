"""Suggestions, and what is decided of them."""

import asyncio
import dataclasses

from bot.records import Decision, Suggestion
from bot.store import Store
from tests.store.samples import DAY, DRAFT, NOW


async def test_a_suggestion_is_kept_as_it_was_made(store: Store, other: Store) -> None:
    """A suggestion comes back by its number, pending, with all that was filled in."""
    number = await store.suggest(DRAFT, "U1", asking="k", now=NOW)
    expected = Suggestion(id=number, draft=DRAFT, status="pending", at=NOW, by="U1", asking="k")
    assert await other.suggestion(number) == expected
    assert await other.suggestions("pending") == [expected]
    assert await other.decisions(number) == [
        Decision(suggestion=number, at=NOW, action="suggest", by="U1")
    ]


async def test_there_is_nothing_under_other_numbers(store: Store) -> None:
    """Numbers that were never given lead to nothing, however large they are."""
    for number in (0, -1, 1, 2**31, 2**63, 10**30):
        assert await store.suggestion(number) is None
        assert await store.decisions(number) == []
        assert await store.approve(number, "U2", resource="r", now=NOW) is None
        assert await store.decline(number, "U2", reason="", now=NOW) is None
        assert await store.undo(number, "U2", now=NOW) is None
    await store.merged([1, 10**30], now=NOW)


async def test_numbers_are_given_in_order(store: Store) -> None:
    """Each suggestion gets the next number, and they are listed by it."""
    numbers = [await store.suggest(DRAFT, "U1", now=NOW) for _ in range(3)]
    await store.decline(numbers[1], "U2", reason="known", now=NOW)
    assert [one.id for one in await store.suggestions("declined", "pending")] == sorted(numbers)
    assert [one.id for one in await store.suggestions("pending")] == [numbers[0], numbers[2]]
    assert await store.suggestions() == []


async def test_one_curator_decides(store: Store, other: Store) -> None:
    """Of curators who decide at once, one does, and the others learn that it is decided."""
    number = await store.suggest(DRAFT, "U1", now=NOW)
    found = await asyncio.gather(
        *(one.approve(number, f"U{n}", resource="moon", now=NOW) for n in range(3) for one in
          (store, other)),
        *(one.decline(number, "U9", reason="no", now=NOW) for one in (store, other)),
    )  # fmt: skip
    (decided,) = [one for one in found if one]
    assert decided == await store.suggestion(number)
    assert [step.action for step in await store.decisions(number)] == [
        "suggest",
        "approve" if decided.status == "approved" else "decline",
    ]


async def test_a_curator_may_edit_what_is_approved(store: Store) -> None:
    """An edited draft takes the place of the first one."""
    number = await store.suggest(DRAFT, "U1", now=NOW)
    edited = dataclasses.replace(DRAFT, title="The moon", topics=("tides",), ask="")
    found = await store.approve(number, "U2", resource="moon", draft=edited, now=NOW + DAY)
    assert found == Suggestion(
        id=number,
        draft=edited,
        status="approved",
        at=NOW,
        by="U1",
        resource="moon",
        decided_by="U2",
        decided_at=NOW + DAY,
    )


async def test_a_decision_can_be_undone_and_nothing_is_lost(store: Store) -> None:
    """What is undone is pending as before, and every step stays on record, in order."""
    number = await store.suggest(DRAFT, "U1", now=NOW)
    assert await store.undo(number, "U2", now=NOW) is None
    before = await store.suggestion(number)
    declined = await store.decline(number, "U2", reason="known already", now=NOW)
    assert declined
    assert (declined.status, declined.reason) == ("declined", "known already")
    assert await store.undo(number, "U3", now=NOW) == before
    await store.approve(number, "U3", resource="moon", now=NOW)
    assert await store.undo(number, "U2", now=NOW) == before
    await store.approve(number, "U4", resource="moon", now=NOW)
    assert [(step.action, step.by, step.reason) for step in await store.decisions(number)] == [
        ("suggest", "U1", ""),
        ("decline", "U2", "known already"),
        ("undo", "U3", ""),
        ("approve", "U3", ""),
        ("undo", "U2", ""),
        ("approve", "U4", ""),
    ]


async def test_only_what_is_approved_is_merged(store: Store) -> None:
    """Merging ends the approved ones among the numbers, and cannot be undone."""
    approved, pending = [await store.suggest(DRAFT, "U1", now=NOW) for _ in range(2)]
    await store.approve(approved, "U2", resource="moon", now=NOW)
    for _ in range(2):
        await store.merged([pending, approved, approved], now=NOW + DAY)
    found = await store.suggestion(approved)
    assert found
    assert (found.status, found.resource, found.decided_by) == ("merged", "moon", "U2")
    assert [one.id for one in await store.suggestions("pending")] == [pending]
    assert (await store.decisions(approved))[-1] == Decision(
        suggestion=approved, at=NOW + DAY, action="merge", by=None
    )
    assert len(await store.decisions(approved)) == 3
    assert await store.undo(approved, "U2", now=NOW) is None
