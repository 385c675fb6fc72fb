"""The round of each night: every link of the catalogue in use is looked at once, by one replica.

Each has its moment in the night, so that the round is spread over it; what was missed is made up
for as soon as somebody runs. Nothing is learnt from silence while this machine has no way out.
Who died is told when the night is over, all at once: nobody wants thirty messages until then.
"""

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.library import Library
from bot.links.checker import Checker
from bot.links.judging import (
    Judged,
    Seen,
    addresses,
    is_cut_off,
    is_due,
    is_night,
    is_silent,
    judged,
    moment,
    page_of,
    tempered,
    witnesses,
)
from bot.model import Resource
from bot.records import LinkHealth
from bot.store import Store

_log = structlog.stdlib.get_logger(__name__)

_AT_ONCE = 50
# Longer than so many links of one host take at the worst.
_LEASE = dt.timedelta(hours=2)

Died = Callable[[Sequence[tuple[Resource, str]]], Awaitable[None]]
"""Is told of each resource whose own link has died since it was last told, and why."""


class Rounds:
    """Looks at what is due, whenever it is asked to."""

    def __init__(
        self,
        store: Store,
        library: Library,
        *,
        checker: Checker,
        died: Died,
        clock: Callable[[], dt.datetime],
    ) -> None:
        """`checker` is entered and left for each run."""
        self._store = store
        self._library = library
        self._checker = checker
        self._died = died
        self._clock = clock
        self._was_cut_off = False
        self._untold: list[tuple[Resource, str]] = []

    async def run(self) -> None:
        """Look at all that is due by now; raises StoreDownError."""
        await self._go(self._clock())
        if self._untold and not is_night(self._clock()):
            untold, self._untold = self._untold, []
            await self._died(untold)

    async def _go(self, at: dt.datetime) -> None:
        known = await self._store.links()
        due = [
            address
            for address in addresses(self._library.current.catalogue)
            if is_due(address, known.get(address), at)
        ]
        due.sort(key=lambda address: moment(address, at.date()))
        if not due:
            return
        async with self._checker:
            for start in range(0, len(due), _AT_ONCE):
                taken = await self._store.take_links(
                    due[start : start + _AT_ONCE], now=self._clock(), lease=_LEASE
                )
                if taken and not await self._look(taken, known):
                    return

    async def _look(self, taken: Sequence[str], known: dict[str, LinkHealth]) -> bool:
        """Look at some links and keep what was found; False if there seems to be no way out."""
        seen = await self._checker.check(taken, _nobody)
        others = witnesses(known.values(), seen) if is_silent(seen) else []
        control = await self._checker.check(others, _nobody) if others else []
        if is_cut_off((*seen, *control)):
            # What was taken is let go of by the lease, and looked at again after it.
            if not self._was_cut_off:
                told = "No link answered: this machine seems to have no way out. Nothing is kept."
                _log.warning("links_cut_off", told=told)
            self._was_cut_off = True
            return False
        self._was_cut_off = False
        await self._keep(tempered([judged(one) for one in seen], known.values()))
        return True

    async def _keep(self, found: Sequence[Judged]) -> None:
        # As soon as they are noted, they may be marked as gone here, too.
        resources = self._library.current.catalogue.resources
        changes = await self._store.note_links(found, now=self._clock())
        dead = {
            health.address: health.why
            for before, health in changes
            if health.dead and not (before and before.dead)
        }
        _log.info(
            "links", looked_at=len(found), bad=sum(bool(one.strikes) for _, one in changes),
            died=len(dead),
        )  # fmt: skip
        self._untold += [
            (one, dead[page_of(one.url)])
            for one in resources
            if page_of(one.url) in dead and one.gone is None
        ]


def _nobody(_: Seen) -> None:
    """Nobody waits for it."""
