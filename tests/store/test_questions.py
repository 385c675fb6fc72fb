"""Questions, thumbs and wishes, as they are kept."""

import dataclasses
import datetime as dt

import pytest
from sqlalchemy.exc import StatementError

from bot.records import Miss, Thumbs
from bot.store import Store
from tests.store.samples import DAY, NOW, asking, open_keys


async def test_a_question_without_an_answer_is_open(store: Store) -> None:
    """What found nothing is a miss, with its words and where to answer, but not who asked."""
    asked = asking("k", "nested", "virtualization")
    await store.record(asked, "U1", now=NOW)
    (found,) = await store.misses()
    assert found == Miss(
        key="k",
        at=NOW,
        words=("nested", "virtualization"),
        person=found.person,
        channel="C1",
        thread="17.5",
    )
    assert found.at.tzinfo is dt.UTC
    assert len(found.person) == 16
    assert "U1" not in found.person


async def test_what_was_answered_or_names_nothing_is_not_open(store: Store) -> None:
    """An answered question is no miss, nor is one without words."""
    await store.record(asking("a", answered=True), "U1", now=NOW)
    await store.record(dataclasses.replace(asking("b"), words=()), "U1", now=NOW)
    await store.record(dataclasses.replace(asking("c"), verdict="unsure"), "U1", now=NOW)
    assert await open_keys(store) == ["c"]


async def test_beyond_the_limit_the_newest_are_counted_and_the_oldest_tried(store: Store) -> None:
    """What is shown of too many questions are the latest; what is tried again comes in turn."""
    for day in range(4):
        await store.record(asking(f"k{day}", at=NOW + day * DAY), "U1", now=NOW)
    assert [miss.key for miss in await store.misses(limit=2)] == ["k2", "k3"]
    assert [miss.key for miss in await store.misses(untried="x", limit=2)] == ["k0", "k1"]


async def test_a_question_is_kept_once(store: Store) -> None:
    """A question that is recorded again stays as it was."""
    await store.record(asking("k", "first"), "U1", now=NOW)
    await store.settle("k")
    await store.record(asking("k", "second"), "U2", now=NOW)
    assert await open_keys(store) == []
    assert (await store.check()).rows["questions"] == 1


async def test_a_person_has_one_pseudonym(store: Store, other: Store) -> None:
    """The same person is recognised in all questions and replicas, and is told from others."""
    await store.record(asking("a"), "U1", now=NOW)
    await other.record(asking("b"), "U1", now=NOW)
    await other.record(asking("c"), "U2", now=NOW)
    a, b, c = (miss.person for miss in await store.misses())
    assert a == b != c


async def test_a_moment_needs_a_zone(store: Store) -> None:
    """A time without a zone is refused, and one in another zone comes back as the same moment."""
    with pytest.raises(StatementError, match="a moment needs a time zone"):
        await store.answered("k", now=dt.datetime(2026, 3, 2))  # noqa: DTZ001
    east = NOW.astimezone(dt.timezone(dt.timedelta(hours=9)))
    await store.record(asking("k", at=east), "U1", now=east)
    (found,) = await store.misses(since=NOW)
    assert found.at == NOW
    assert await store.misses(since=NOW + dt.timedelta(microseconds=1)) == []


async def test_misses_come_in_order(store: Store) -> None:
    """The oldest comes first; `since` leaves out those before."""
    for n in (3, 1, 2):
        await store.record(asking(f"k{n}", at=NOW + n * DAY), "U1", now=NOW)
    assert await open_keys(store) == ["k1", "k2", "k3"]
    assert [miss.key for miss in await store.misses(since=NOW + 2 * DAY)] == ["k2", "k3"]


async def test_what_was_tried_is_not_tried_again(store: Store) -> None:
    """`untried` leaves out those tried with that very catalogue, however many they are."""
    keys = [f"k{n:04}" for n in range(520)]
    for key in keys:
        await store.record(asking(key), "U1", now=NOW)
    await store.tried(keys[1:], "first")
    assert [miss.key for miss in await store.misses(untried="first")] == keys[:1]
    assert len(await store.misses(untried="second")) == len(keys)
    await store.tried([], "first")


async def test_a_thumb_counts_once_a_person(store: Store, other: Store) -> None:
    """A thumb can be changed and repeated; only a change is one, and all people count."""
    assert await store.rate("k", "moon", "U1", useful=True, now=NOW)
    assert not await other.rate("k", "moon", "U1", useful=True, now=NOW)
    assert await store.rate("k", "moon", "U2", useful=True, now=NOW)
    assert await store.rate("k", "tables", "U1", useful=False, now=NOW)
    assert await store.rate("k2", "moon", "U1", useful=True, now=NOW)
    assert await store.thumbs() == {"moon": Thumbs(up=3), "tables": Thumbs(down=1)}
    assert await other.rate("k", "moon", "U1", useful=False, now=NOW)
    assert (await store.thumbs())["moon"] == Thumbs(up=2, down=1)


async def test_a_thumb_down_opens_a_question_and_taking_it_back_closes_it(store: Store) -> None:
    """An answered question is open as long as anybody says that something did not help."""
    await store.record(asking("k", answered=True), "U1", now=NOW)
    await store.rate("k", "moon", "U2", useful=False, now=NOW)
    await store.rate("k", "tables", "U2", useful=False, now=NOW)
    await store.rate("k", "moon", "U3", useful=False, now=NOW)
    (found,) = await store.misses()
    assert found.rejected == {"moon", "tables"}
    await store.rate("k", "moon", "U2", useful=True, now=NOW)
    await store.rate("k", "moon", "U3", useful=True, now=NOW)
    # Nobody says so any more, but it was shown: it is no news.
    assert (await store.misses())[0].rejected == {"moon", "tables"}
    await store.rate("k", "tables", "U2", useful=True, now=NOW)
    assert await open_keys(store) == []


async def test_a_thumb_up_does_not_close_what_found_nothing(store: Store) -> None:
    """What found nothing stays open, whatever is thought of the closest ones."""
    await store.record(asking("k"), "U1", now=NOW)
    await store.rate("k", "moon", "U2", useful=True, now=NOW)
    assert await open_keys(store) == ["k"]


async def test_a_thumb_may_come_before_its_question(store: Store) -> None:
    """A thumb on a question that is not known is kept, and counts when the question comes."""
    assert await store.rate("k", "moon", "U2", useful=False, now=NOW)
    assert await store.thumbs() == {"moon": Thumbs(down=1)}
    assert await open_keys(store) == []
    await store.record(asking("k", answered=True), "U1", now=NOW)
    assert await open_keys(store) == ["k"]


async def test_a_question_is_closed_by_what_settles_it(store: Store) -> None:
    """A settled question is open no more, and counts as answered only if it was answered so."""
    for key in ("a", "b", "c"):
        await store.record(asking(key), "U1", now=NOW)
    await store.settle("a")
    await store.answered("b", now=NOW + DAY)
    await store.answered("a", now=NOW + DAY)
    await store.answered("unknown", now=NOW + DAY)
    assert await open_keys(store) == ["c"]
    assert await store.answered_since(NOW) == 1
    assert await store.answered_since(NOW + DAY) == 1
    assert await store.answered_since(NOW + 2 * DAY) == 0


async def test_who_wants_to_be_told_is_kept_with_the_question(store: Store) -> None:
    """Wishes go with an open question, each person's once; others are refused."""
    await store.record(asking("k"), "U1", now=NOW)
    await store.record(asking("done", answered=True), "U1", now=NOW)
    assert await store.wish("k", "U3", now=NOW)
    assert await store.wish("k", "U2", now=NOW + DAY)
    assert await store.wish("k", "U3", now=NOW + DAY)
    assert not await store.wish("done", "U2", now=NOW)
    assert not await store.wish("unknown", "U2", now=NOW)
    assert [miss.waiting for miss in await store.misses()] == [("U3", "U2")]


@pytest.mark.parametrize("text", ["a\0b", "half \ud800 of one", "'; drop table seen; --", "😀"])
async def test_any_text_can_be_kept(store: Store, text: str) -> None:
    """What no database takes is replaced; the rest comes back as it was."""
    await store.record(asking(text, text.replace(" ", "_")), text, now=NOW)
    assert await store.rate(text, text, text, useful=True, now=NOW)
    assert await store.wish(text, text, now=NOW)
    (miss,) = await store.misses()
    assert miss.waiting == (text.replace("\0", "\ufffd").replace("\ud800", "\ufffd"),)
    assert await store.forget(text) == 3
