"""What is in hand is waited for, with patience but not for ever."""

import asyncio

import pytest

from bot.slack.inhand import InHand

AT_ONCE = 0.01
PATIENT = 30.0


class Work:
    """A piece of work that tells when it has begun, and is done when it may be."""

    def __init__(self, in_hand: InHand) -> None:
        self._in_hand = in_hand
        self.may_end = asyncio.Event()
        self.done = False

    async def run(self) -> None:
        """Be in hand until the end."""
        with self._in_hand:
            await self.may_end.wait()
            self.done = True


async def test_a_stop_with_nothing_in_hand_is_done() -> None:
    """Where nothing is in hand, a stop waits for nothing, however little patience it has."""
    in_hand = InHand()
    assert not in_hand.stopping
    assert await in_hand.stop(0)
    assert in_hand.stopping


async def test_a_stop_waits_for_what_is_in_hand() -> None:
    """Work that runs when the stop begins is done before the stop is."""
    in_hand = InHand()
    work = Work(in_hand)
    async with asyncio.timeout(PATIENT), asyncio.TaskGroup() as tasks:
        tasks.create_task(work.run())
        await asyncio.sleep(0)
        stop = tasks.create_task(in_hand.stop(PATIENT))
        await asyncio.sleep(AT_ONCE)
        assert in_hand.stopping
        assert not stop.done()
        work.may_end.set()
        assert await stop
        assert work.done


async def test_a_stop_loses_patience() -> None:
    """What is not done in time is told by False, and is left to run."""
    in_hand = InHand()
    work = Work(in_hand)
    async with asyncio.timeout(PATIENT), asyncio.TaskGroup() as tasks:
        run = tasks.create_task(work.run())
        await asyncio.sleep(0)
        assert not await in_hand.stop(AT_ONCE)
        assert not run.done()
        work.may_end.set()
        await run
        assert work.done
        assert await in_hand.stop(0)


async def test_a_stop_waits_for_the_last_of_many() -> None:
    """Of many things in hand, those within others too, a stop waits for every one."""
    in_hand = InHand()
    with in_hand:
        with in_hand:
            assert not await in_hand.stop(AT_ONCE)
        assert not await in_hand.stop(AT_ONCE)
    assert await in_hand.stop(0)


async def test_what_failed_is_not_in_hand() -> None:
    """Work that fails or is cancelled is let go, and its failure is not hidden."""
    in_hand = InHand()
    with pytest.raises(ValueError, match="broken"), in_hand:
        raise ValueError("broken")
    run = asyncio.create_task(Work(in_hand).run())
    await asyncio.sleep(0)
    assert not await in_hand.stop(0)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert await in_hand.stop(0)
