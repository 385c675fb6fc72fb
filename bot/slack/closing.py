"""The loop closes: when the catalogue has something at last, those who asked hear of it, once."""

import asyncio
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.claims import BusyError, Doubt
from bot.library import Snapshot
from bot.model import Answer
from bot.records import Miss
from bot.search.confidence import BANDS
from bot.slack import views
from bot.slack.delivery import PASSING, RefusedError, UnconfirmedError, key_of
from bot.slack.desk import SHOWN, Desk, is_direct
from bot.slack.values import Carried

_log = structlog.stdlib.get_logger(__name__)

_HOUR = dt.timedelta(hours=1)
# So many are looked at before others get their turn.
_AT_A_TIME = 200


class Closing:
    """Tries open questions again."""

    def __init__(self, desk: Desk, client: AsyncWebClient, per_hour: int) -> None:
        """At most `per_hour` questions an hour are answered late, by all replicas together."""
        self._desk = desk
        self._client = client
        self._per_hour = per_hour

    async def run(self) -> None:
        """Answer those open questions that the catalogue answers now; returns when none is left.

        Those that have to wait for the next hour are found again by the next run. Raises
        StoreDownError.
        """
        snapshot = self._desk.library.current
        store = self._desk.store
        while misses := await store.misses(untried=snapshot.fingerprint, limit=_AT_A_TIME):
            lost: list[str] = []
            for miss in misses:
                # Whoever asks meanwhile waits for one search, and not for all of them.
                await asyncio.sleep(0)
                given = await self._answer(miss, snapshot)
                if given is None:
                    lost.append(miss.key)
                elif not await self._told(miss, given, snapshot):
                    await store.tried(lost, snapshot.fingerprint)
                    return
            await store.tried(lost, snapshot.fingerprint)

    async def _answer(self, miss: Miss, snapshot: Snapshot) -> Answer | None:
        """The answer of today, if it is as sure as one must be to speak unasked, and a new one."""
        words = " ".join(miss.words)
        for suggestion in snapshot.overlaid.shown:
            if suggestion.asking == miss.key and suggestion.draft.ask:
                # A curator has said that it answers this very question.
                words = suggestion.draft.ask
        # No question in a sentence is left to judge by, so the surface is not "channel".
        given = await snapshot.search(words, surface="mention", limit=SHOWN)
        is_sure = given.verdict == "answer" and given.confidence >= BANDS["channel"].answer
        if not is_sure or given.results[0].resource.id in miss.rejected:
            return None
        return given

    async def _told(self, miss: Miss, given: Answer, snapshot: Snapshot) -> bool:
        """Tell whoever asked, and whoever waits; False if that has to wait for another time."""
        store, now = self._desk.store, self._desk.clock()
        if not (self._thread_of(miss) or miss.waiting):
            # There is nobody to be told, so it takes nobody's turn.
            await store.settle(miss.key)
            return True
        if await store.answered_since(now - _HOUR) >= self._per_hour:
            return False
        # After a thumb down on a late answer, another one is another piece of work.
        name = f"closing/{miss.key}/{len(miss.rejected)}"
        try:
            claim = await self._desk.claims.take(name)
        except BusyError:
            return False
        if claim is None:
            await store.answered(miss.key, now=now)
            return True
        try:
            await self._tell(miss, given, snapshot, name)
        except RefusedError as refused:
            await self._desk.claims.release(claim)
            _log.warning("late_answer_refused", code=refused.code, told=refused.operator)
            return False
        except BaseException:
            self._desk.claims.abandon(claim)
            raise
        # Before the store is told, which may fail: what is in hand for ever holds up all others.
        await self._desk.claims.finish(claim)
        await store.answered(miss.key, now=now)
        _log.info("late_answer", resource=given.results[0].resource.id)
        return True

    async def _tell(self, miss: Miss, given: Answer, snapshot: Snapshot, name: str) -> None:
        """Answer in the thread, and whoever waits; each of them once, however often it is tried.

        Raises RefusedError for what may pass.
        """
        if self._thread_of(miss):
            async with self._desk.once(f"{name}/thread") as claim:
                if claim is not None:
                    await self._post(miss, given, snapshot, name, claim.doubt)
        if is_direct(miss.channel):
            # Whoever waits is the one who has just been answered.
            return
        carried = Carried(question=given.question, surface="dm", asking=miss.key)
        message = views.late_answer(given, snapshot.catalogue, carried, miss.at, self._desk.clock())
        for user in miss.waiting:
            async with self._desk.once(key_of(name, user)) as claim:
                if claim is not None:
                    with _unless_unwanted():
                        await self._desk.delivery.write_to(self._client, user, message)

    def _thread_of(self, miss: Miss) -> str:
        """`ts` of the thread to answer in; empty if it was asked privately, or in a channel that
        is not listened to any more.
        """
        if miss.surface == "channel" and self._desk.listening.of(miss.channel) != "on":
            return ""
        return miss.thread if miss.channel else ""

    async def _post(
        self, miss: Miss, given: Answer, snapshot: Snapshot, name: str, doubt: Doubt
    ) -> None:
        here = Carried(
            question=given.question, asking=miss.key, channel=miss.channel, thread=miss.thread
        )
        message = views.late_answer(given, snapshot.catalogue, here, miss.at, self._desk.clock())
        try:
            with _unless_unwanted():
                await self._desk.delivery.post(
                    self._client,
                    miss.channel,
                    message,
                    key=key_of(name),
                    thread=miss.thread,
                    doubt=doubt,
                )
        except UnconfirmedError:
            _log.warning("late_answer_unconfirmed", channel=miss.channel)


@contextmanager
def _unless_unwanted() -> Iterator[None]:
    """Where the channel is archived, the bot removed or the question deleted, nobody waits for it.

    What may pass is raised.
    """
    try:
        yield
    except RefusedError as refused:
        if refused.code in PASSING:
            raise
        _log.info("late_answer_unwanted", code=refused.code)
