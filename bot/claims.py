"""Once only: a piece of work is claimed before it is begun, and finished when it is done.

Replicas share their claims through the store. A claim whose holder has died can be taken over after
a while; whoever takes it over looks first how far the work had come. While the store is down each
process remembers for itself, and says so with each claim.
"""

import asyncio
import datetime as dt
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from bot.errors import StoreDownError
from bot.records import Asking, Standing
from bot.seen import Seen
from bot.store import Store

Doubt = Literal["none", "slight", "strong"]
"""Whether somebody else may have done the work: no; perhaps, as the store is down; probably, as its
holder died in the middle."""

# Slack sends an event again for five minutes; with "delayed events" hourly for a day.
_REMEMBERED = 86_400.0
_MOST_REMEMBERED = 100_000
_MOST_OWED = 10_000
# So many are told at once, which a store that is slow can still take in its time.
_AT_ONCE = 500
# How long it takes to answer is told by Slack, a few tenths of a second; so one that is in hand for
# another process is looked at again soon, and then less and less often.
_FIRST_LOOK = 0.05
# A store that has just gone may be back at once, and then nothing need be done in doubt.
_GRACE = 3.0


class BusyError(Exception):
    """Somebody else is at this piece of work; it may come to nothing, so it must be asked again."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do a piece of work."""

    name: str
    place: str
    doubt: Doubt


UNCLAIMED = Claim("", "", "none")
"""For what is not claimed yet, or need not be."""


class Claims:
    """What this process has begun and done, and through the store, all others."""

    def __init__(
        self, store: Store, *, lease: float, patience: float, clock: Callable[[], dt.datetime]
    ) -> None:
        """`lease` is for how many seconds a claim holds without a sign of life; `patience` for how
        long to wait for a piece of work that somebody else has in hand.
        """
        self._store = store
        self._holder = secrets.token_hex(8)
        self._lease = dt.timedelta(seconds=lease)
        self._patience = patience
        self._clock = clock
        self._held: dict[str, str] = {}
        self._alive: dict[str, float] = {}
        """When the store last heard of each, by the clock of the event loop."""
        self._down_since: float | None = None
        self._owed: dict[str, str] = {}
        self._done = Seen(_REMEMBERED, _MOST_REMEMBERED)

    async def take(
        self, name: str, place: str = "", *, patience: float | None = None
    ) -> Claim | None:
        """The claim on a piece of work, known by its name or its place; None if it is done.

        Raises BusyError if somebody is at it and does not finish soon; `patience` is for how many
        seconds to wait for that, if not for as long as usual.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + (self._patience if patience is None else patience)
        pause = _FIRST_LOOK
        is_unsure = False
        while True:
            is_late = loop.time() + pause > until
            try:
                standing, doubt = await self._claimed(name, place, is_unsure=is_unsure)
            except StoreDownError:
                # The store may have taken the claim, and only the answer was lost.
                is_unsure = True
                if not is_late and not self._is_down_for_long():
                    standing, doubt = "busy", "none"
                else:
                    self._held[name] = place
                    return Claim(name, place, "slight")
            if standing == "seen":
                return None
            if standing != "busy":
                return Claim(name, place, doubt)
            if is_late:
                raise BusyError
            await asyncio.sleep(pause)
            pause *= 2

    def _is_down_for_long(self) -> bool:
        now = asyncio.get_running_loop().time()
        if self._down_since is None:
            self._down_since = now
        return now - self._down_since >= _GRACE

    async def _claimed(self, name: str, place: str, *, is_unsure: bool) -> tuple[Standing, Doubt]:
        now = self._clock()
        keys = [key for key in (name, place) if key]
        if any(self._done.holds(key, at=now.timestamp()) for key in keys):
            return "seen", "none"
        if name in self._held or (place and place in self._held.values()):
            return "busy", "none"
        # Noted before the store is asked: meanwhile the same may come once more.
        self._held[name] = place
        began = asyncio.get_running_loop().time()
        standing: Standing
        try:
            standing = await self._store.claim(
                name, place, self._holder, now=now, lease=self._lease
            )
            if standing == "busy" and is_unsure:
                is_ours = await self._store.renew((name,), self._holder, now=now)
                standing = "new" if is_ours else "busy"
        except BaseException:
            del self._held[name]
            raise
        self._down_since = None
        if standing in ("seen", "busy"):
            del self._held[name]
        else:
            self._alive[name] = began
        return standing, "strong" if standing == "again" else "none"

    async def hold(self, claim: Claim) -> None:
        """Make sure that the work is still one's own, right before the step that others see.

        Raises BusyError if this process was held up for so long that somebody has taken it over.
        """
        began = asyncio.get_running_loop().time()
        heard = self._alive.get(claim.name)
        if heard is None or began - heard < self._lease.total_seconds() / 2:
            return
        with suppress(StoreDownError):
            if not await self._store.renew((claim.name,), self._holder, now=self._clock()):
                self.abandon(claim)
                raise BusyError
            self._alive[claim.name] = began

    def finished(self, claim: Claim) -> None:
        """The work is done, and the store has been told together with what came of it."""
        for key in (claim.name, claim.place):
            if key:
                self._done.claim(key, at=self._clock().timestamp())
        self.abandon(claim)

    async def finish(self, claim: Claim, asking: Asking | None = None, user: str = "") -> None:
        """The work is done: nobody does it again. With a question, that is kept as well."""
        self.finished(claim)
        now, done = self._clock(), {claim.name: claim.place}
        try:
            if asking is None:
                await self._store.finish(done, now=now)
            else:
                await self._store.record(asking, user, done=done, now=now)
        except StoreDownError:
            # The record is lost, and no more than that.
            self._owe(done)

    async def release(self, claim: Claim) -> None:
        """The work has come to nothing, and may be begun anew."""
        self.abandon(claim)
        with suppress(StoreDownError):
            await self._store.release(claim.name, self._holder)

    def abandon(self, claim: Claim) -> None:
        """The work was broken off in the middle: whoever takes it over has to look how far it
        came.
        """
        self._held.pop(claim.name, None)
        self._alive.pop(claim.name, None)

    async def first(self, name: str, owner: str) -> bool:
        """Whether this owner is the first to claim a name; it stays so for a day."""
        now = self._clock()
        try:
            return await self._store.first(name, owner, now=now)
        except StoreDownError:
            at = now.timestamp()
            if self._done.claim(name, at=at):
                return self._done.claim(name, owner, at=at)
            return self._done.holds(name, owner, at=at)

    async def keep(self) -> None:
        """Give a sign of life for what is in hand, and tell the store what it has missed.

        To be called several times in the time of a lease. Raises StoreDownError.
        """
        now, began = self._clock(), asyncio.get_running_loop().time()
        names = tuple(self._alive)
        if names and await self._store.renew(names, self._holder, now=now) == len(names):
            self._alive |= {name: began for name in names if name in self._alive}
        while owed := dict(islice(self._owed.items(), _AT_ONCE)):
            await self._store.finish(owed, now=now)
            for name in owed:
                self._owed.pop(name, None)

    def _owe(self, done: dict[str, str]) -> None:
        self._owed |= done
        while len(self._owed) > _MOST_OWED:
            del self._owed[next(iter(self._owed))]
