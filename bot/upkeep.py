"""What goes on beside the questions, as long as the bot runs.

What replicas share is followed, open questions are tried again, digests are posted, links are
looked at, and what was kept long enough is swept away.
"""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from bot.claims import Claims
from bot.errors import BotError, StoreDownError
from bot.library import Library
from bot.links.rounds import Rounds
from bot.sharing import Sharing
from bot.slack.closing import Closing
from bot.slack.posting import Posting
from bot.store import Store

_log = structlog.stdlib.get_logger(__name__)

_SWEEP_EVERY = dt.timedelta(days=1)
# A sweep that could not be made is made later the same day.
_LOOK_FOR_SWEEP_EVERY = 600.0
_LOOK_FOR_LINKS_EVERY = 600.0
# What had to wait is tried again although the catalogue has not changed.
_CLOSE_EVERY = 300.0


class Upkeep:
    """Everything that is done without being asked. A store that is down makes it wait."""

    def __init__(
        self,
        *,
        store: Store,
        claims: Claims,
        sharing: Sharing,
        library: Library,
        closing: Closing,
        posting: Posting | None,
        rounds: Rounds | None,
        retention: dt.timedelta,
        tick: float,
        look: float,
        clock: Callable[[], dt.datetime],
    ) -> None:
        """`tick` is how many seconds pass between two looks at the store, `look` between two for
        digests that are due; without `posting` there are none, and without `rounds` nobody looks
        at links.
        """
        self._store = store
        self._claims = claims
        self._sharing = sharing
        self._library = library
        self._closing = closing
        self._posting = posting
        self._rounds = rounds
        self._retention = retention
        self._tick = tick
        self._look = look
        self._clock = clock
        self._changed = asyncio.Event()
        self._tried = ""
        self._swept: dt.datetime | None = None

    async def run(self) -> None:
        """Go on until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._every(self._tick, self._keep))
            tasks.create_task(self._every(self._tick, self._share))
            tasks.create_task(self._every(_LOOK_FOR_SWEEP_EVERY, self._sweep))
            tasks.create_task(self._every(0.0, self._close))
            if self._posting is not None:
                tasks.create_task(self._every(self._look, self._posting.run))
            if self._rounds is not None:
                tasks.create_task(self._every(_LOOK_FOR_LINKS_EVERY, self._rounds.run))

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        before = ""
        while True:
            told = ""
            try:
                await work()
            except StoreDownError:
                # The store itself says so in the log, and does not repeat itself.
                told = before
            except Exception as error:  # noqa: BLE001 - one failure must not end all upkeep
                told = str(error) if isinstance(error, BotError) else type(error).__name__
                if told != before:
                    _log.error("upkeep_failed", told=told, exc_info=error)
            before = told
            await asyncio.sleep(seconds)

    async def _keep(self) -> None:
        await self._store.migrate()
        await self._claims.keep()

    async def _share(self) -> None:
        try:
            await self._sharing.refresh()
        finally:
            if self._tried != self._library.current.fingerprint:
                self._tried = self._library.current.fingerprint
                self._changed.set()

    async def _close(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_EVERY):
                await self._changed.wait()
        self._changed.clear()
        await self._closing.run()

    async def _sweep(self) -> None:
        now = self._clock()
        if self._swept is None or now - self._swept >= _SWEEP_EVERY:
            gone = await self._store.sweep(now=now, retention=self._retention)
            self._swept = now
            if gone:
                _log.info("swept", rows=gone)
