"""All that a digest is made of, taken together from the store and the catalogue."""

import asyncio
import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence

from bot import digest, news
from bot.digest import Digest, Week
from bot.gaps import Gap, grouped
from bot.library import Library
from bot.links.judging import marked
from bot.model import Catalogue
from bot.overlay import applied
from bot.records import Entry, Subscription
from bot.store import Store

_WEEK = dt.timedelta(weeks=1)
# Grouping thousands of questions takes a second, and hundreds of digests are made at a time.
_GAPS_KEPT = dt.timedelta(minutes=1)


class Gathering:
    """Makes digests; asks but once for what is the same in all of them."""

    def __init__(
        self, store: Store, library: Library, *, people: int, clock: Callable[[], dt.datetime]
    ) -> None:
        """`people` is how many must have done the same for it to be told."""
        self._store = store
        self._library = library
        self._people = people
        self._clock = clock
        self._noted = ""
        self._entries: Mapping[str, Entry] = {}
        self._gaps: tuple[dt.datetime, Sequence[Gap]] | None = None
        self._noting = asyncio.Lock()

    async def note(self) -> None:
        """Keep since when the catalogue has what, unless that is done. Raises StoreDownError."""
        async with self._noting:
            snapshot = self._library.current
            if snapshot.fingerprint == self._noted:
                return
            known = await self._store.entries()
            found = await asyncio.to_thread(news.noted, snapshot.catalogue, known, self._clock())
            if found:
                await self._store.note(found)
                # Another replica may have been first, and what it says holds.
                known = await self._store.entries()
            self._entries = {entry.resource: entry for entry in known}
            self._noted = snapshot.fingerprint

    async def digest(
        self, channel: str, topics: Collection[str], *, until: dt.datetime, fresh: bool = False
    ) -> Digest:
        """What a channel is to be told of the time up to then. Raises StoreDownError.

        What was missed in the last minute may be left out, unless it has to be `fresh`.
        """
        await self.note()
        if fresh:
            self._gaps = None
        return await made(
            self._store,
            self._library.current.catalogue,
            self._entries,
            await self._grouped(),
            channel=channel,
            topics=topics,
            until=until,
            people=self._people,
        )

    async def _grouped(self) -> Sequence[Gap]:
        now = self._clock()
        if self._gaps is None or abs(now - self._gaps[0]) > _GAPS_KEPT:
            glossary = self._library.current.catalogue.glossary
            misses = await self._store.misses()
            found = await asyncio.to_thread(grouped, misses, people=self._people, glossary=glossary)
            self._gaps = now, found.shown
        return self._gaps[1]


async def previewed(
    store: Store,
    catalogue: Catalogue,
    subscription: Subscription,
    *,
    until: dt.datetime,
    seen: dt.datetime,
    people: int,
) -> Digest:
    """The digest that a channel would be given then, while nothing is written to the store.

    `catalogue` is that of the file, `seen` when it was read. Raises StoreDownError.
    """
    catalogue = applied(catalogue, await store.suggestions("approved")).catalogue
    catalogue = marked(catalogue, await store.dead_links())
    known = await store.entries()
    gaps = grouped(await store.misses(), people=people, glossary=catalogue.glossary)
    return await made(
        store,
        catalogue,
        news.merged(known, news.noted(catalogue, known, seen)),
        gaps.shown,
        channel=subscription.channel,
        topics=subscription.topics,
        until=until,
        people=people,
    )


async def made(
    store: Store,
    catalogue: Catalogue,
    entries: Mapping[str, Entry],
    gaps: Sequence[Gap],
    *,
    channel: str,
    topics: Collection[str],
    until: dt.datetime,
    people: int,
) -> Digest:
    """A digest of all this, and of what else the store knows. Raises StoreDownError.

    The first one of a channel is about the week before.
    """
    editions = await store.editions(channel)
    last = next((one for one in editions if one.outcome != "missed"), None)
    since = last.at if last else until - _WEEK
    week = Week(
        since=since,
        until=until,
        told=last.until if last else None,
        entries=entries,
        asked=await store.asked(since, until),
        thumbs=await store.thumbs(since, until),
        gaps=gaps,
        looks=[one.look for one in editions if one.look],
    )
    # A large catalogue takes a while, in which others are to be answered.
    return await asyncio.to_thread(
        digest.digest, catalogue, week, channel=channel, topics=topics, people=people
    )
