"""What replicas share: from the store into the library and the channels, as soon as it changes."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from bot.library import Library
from bot.listening import Listening
from bot.records import Revision
from bot.store import Store

_log = structlog.stdlib.get_logger(__name__)

_NEVER = Revision(-1, -1, -1)


class Sharing:
    """Follows the store; one cheap look tells whether anything has changed."""

    def __init__(
        self,
        store: Store,
        library: Library,
        listening: Listening,
        *,
        by_feedback: bool,
        clock: Callable[[], datetime],
    ) -> None:
        """`by_feedback` tells whether thumbs have a say in the ranking."""
        self._store = store
        self._library = library
        self._listening = listening
        self._by_feedback = by_feedback
        self._known = _NEVER
        self._left_out: dict[int, str] = {}
        self._clock = clock
        self._refreshing = asyncio.Lock()

    async def refresh(self) -> None:
        """Take over what has changed; raises StoreDownError, and then what was known holds on."""
        async with self._refreshing:
            found = await self._store.revision()
            if found.channels != self._known.channels:
                await self._listening.load()
            if self._laid_over(found) != self._laid_over(self._known):
                suggestions = await self._store.suggestions("approved")
                thumbs = await self._store.thumbs() if self._by_feedback else {}
                dead = await self._store.dead_links()
                overlaid = await self._library.overlay(suggestions, thumbs, dead)
                left_out = {one.id: reason for one, reason in overlaid.left_out}
                for number, reason in left_out.items() - self._left_out.items():
                    _log.warning("suggestion_left_out", suggestion=number, told=reason)
                self._left_out = left_out
            self._known = found
            if retired := self._library.current.overlaid.retired:
                # They stand in the file now, which has the last word on them from here on.
                await self._store.merged([one.id for one in retired], now=self._clock())

    def _laid_over(self, revision: Revision) -> tuple[int, int, int]:
        """What of a revision the library is made of; thumbs only if they have a say."""
        feedback = revision.feedback if self._by_feedback else 0
        return revision.suggestions, feedback, revision.links
