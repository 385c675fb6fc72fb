"""Once only, by claims: who may begin, who has to wait, and what holds while the store is down."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.claims import BusyError, Claims
from bot.records import Asking
from bot.store import Store

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LEASE = 5.0


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """The time it shows."""
        return self.now

    def pass_(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    """One clock for all."""
    return Clock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the store is."""
    return tmp_path / "store.db"


@pytest.fixture
async def store(file: Path) -> AsyncIterator[Store]:
    """A store that all processes share."""
    made = Store(f"sqlite:///{file}", patience=0.5, claim_patience=0.5, pause=0.0)
    await made.migrate()
    yield made
    await made.close()


@pytest.fixture
def process(store: Store, clock: Clock) -> Callable[[], Claims]:
    """Makes the claims of one more process; it does not wait for what others have in hand."""
    return lambda: Claims(store, lease=LEASE, patience=0.0, clock=clock)


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Keep everybody from writing to the store."""
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield


async def test_what_is_done_is_done_for_all(process: Callable[[], Claims]) -> None:
    """Work that one process has finished is nobody's any more, by its name or by its place."""
    one, other = process(), process()
    claim = await one.take("Ev1", "T/C/1")
    assert claim is not None
    assert claim.doubt == "none"
    await one.finish(claim)
    for claims in (one, other):
        assert await claims.take("Ev1", "T/C/1") is None
        assert await claims.take("Ev2", "T/C/1") is None
        assert await claims.take("Ev1", "T/C/2") is None
    assert await other.take("Ev3", "T/C/3") is not None


async def test_what_is_in_hand_is_not_begun_again(process: Callable[[], Claims]) -> None:
    """While one is at it, nobody else begins, neither there nor in the same process."""
    one, other = process(), process()
    assert await one.take("Ev1", "T/C/1")
    for claims in (one, other):
        with pytest.raises(BusyError):
            await claims.take("Ev2", "T/C/1")


async def test_what_came_to_nothing_is_begun_anew(process: Callable[[], Claims]) -> None:
    """Work that was given back is as if nobody had begun it."""
    one, other = process(), process()
    claim = await one.take("Ev1", "T/C/1")
    assert claim
    await one.release(claim)
    again = await other.take("Ev1", "T/C/1")
    assert again
    assert again.doubt == "none"


async def test_the_work_of_the_dead_is_taken_over(
    process: Callable[[], Claims], clock: Clock
) -> None:
    """After the lease one other takes over, and is told to look how far the work had come."""
    dead, one, other = process(), process(), process()
    assert await dead.take("Ev1", "T/C/1")
    clock.pass_(LEASE + 1)
    claim = await one.take("Ev9", "T/C/1")
    assert claim
    assert claim.doubt == "strong"
    with pytest.raises(BusyError):
        await other.take("Ev1", "T/C/1")


async def test_a_sign_of_life_keeps_a_claim(process: Callable[[], Claims], clock: Clock) -> None:
    """However long the work takes, nobody takes it over from one who is alive."""
    one, other = process(), process()
    claim = await one.take("Ev1", "T/C/1")
    assert claim
    for _ in range(4):
        clock.pass_(LEASE * 0.8)
        await one.keep()
        with pytest.raises(BusyError):
            await other.take("Ev1", "T/C/1")
    await one.finish(claim)
    assert await other.take("Ev1", "T/C/1") is None


async def test_whoever_waits_learns_that_it_is_done(store: Store, clock: Clock) -> None:
    """With patience, a second delivery waits for the first instead of being sent away."""
    one = Claims(store, lease=LEASE, patience=0.0, clock=clock)
    other = Claims(store, lease=LEASE, patience=30.0, clock=clock)
    claim = await one.take("Ev1", "T/C/1")
    assert claim
    waiting = asyncio.create_task(other.take("Ev2", "T/C/1"))
    await asyncio.sleep(0)
    await one.finish(claim)
    assert await waiting is None


async def test_without_the_store_a_process_remembers_for_itself(
    process: Callable[[], Claims], file: Path
) -> None:
    """Questions go on while the store is down, once a process, and with a word of doubt."""
    claims = process()
    with locked(file):
        claim = await claims.take("Ev1", "T/C/1")
        assert claim
        assert claim.doubt == "slight"
        with pytest.raises(BusyError):
            await claims.take("Ev2", "T/C/1")
        await claims.finish(claim)
        assert await claims.take("Ev2", "T/C/1") is None
        assert await claims.first("thread/1", "a")
        assert not await claims.first("thread/1", "b")
        assert await claims.first("thread/1", "a")


async def test_the_store_is_told_what_it_missed(process: Callable[[], Claims], file: Path) -> None:
    """What was done while the store was down is done for all as soon as it is back."""
    one, other = process(), process()
    with locked(file):
        claim = await one.take("Ev1", "T/C/1")
        assert claim
        await one.finish(claim)
    await one.keep()
    assert await other.take("Ev2", "T/C/1") is None


async def test_a_question_is_kept_with_the_end_of_its_claim(
    process: Callable[[], Claims], store: Store
) -> None:
    """The last word on a message keeps the question in it, in one step."""
    claims = process()
    claim = await claims.take("Ev1", "T/C/1")
    assert claim
    asking = Asking(
        key="k", at=NOW, surface="mention", verdict="nothing", words=("flux",), channel="C"
    )
    await claims.finish(claim, asking, "U1")
    (miss,) = await store.misses()
    assert (miss.key, miss.words) == ("k", ("flux",))


async def test_a_thread_belongs_to_one(process: Callable[[], Claims]) -> None:
    """Of several that claim a thread the first has it, and has it still when it asks again."""
    one, other = process(), process()
    assert await one.first("thread/1", "a")
    assert not await other.first("thread/1", "b")
    assert await other.first("thread/1", "a")


async def test_a_store_that_is_away_for_a_moment_is_waited_for(
    store: Store, clock: Clock, file: Path
) -> None:
    """What can be claimed a moment later need not be done in doubt."""
    claims = Claims(store, lease=LEASE, patience=30.0, clock=clock)
    with locked(file):
        taking = asyncio.create_task(claims.take("Ev1", "T/C/1"))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await asyncio.shield(taking)
    claim = await taking
    assert claim
    assert claim.doubt == "none"


async def test_whoever_was_held_up_for_too_long_does_not_go_on(store: Store, clock: Clock) -> None:
    """Right before the post a process learns that somebody has taken the work over."""
    one, other = (Claims(store, lease=0.0, patience=0.0, clock=clock) for _ in range(2))
    claim = await one.take("Ev1", "T/C/1")
    assert claim
    await one.hold(claim)
    clock.pass_(1)
    assert await other.take("Ev1", "T/C/1")
    with pytest.raises(BusyError):
        await one.hold(claim)
