"""The store: what people did, shared by all that answer them.

Every verb is one transaction, ends within its time limit, and raises StoreDownError when the store
does not answer.
"""

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, nullcontext
from operator import attrgetter
from types import MappingProxyType

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import StoreDownError, StoreError
from bot.links.judging import Judged
from bot.records import (
    Asked,
    Asking,
    Channel,
    Decision,
    Draft,
    Edition,
    Entry,
    LinkHealth,
    Miss,
    Revision,
    Setting,
    Standing,
    Status,
    Subscription,
    Suggestion,
    Thumbs,
)
from bot.store import (
    care,
    channels,
    claims,
    digests,
    engine,
    links,
    outage,
    people,
    questions,
    revising,
    schema,
    suggestions,
)
from bot.store.care import StoreReport

_NOTHING: Mapping[str, str] = MappingProxyType({})
_AT_ONCE = nullcontext()
"""Waits for nobody."""
_TO_MIGRATE = 60.0
# What a driver may take to let go of a query that is given up.
_LETTING_GO = 0.1
# Entries that are written, and read, in one step: a catalogue may have more than fit its time.
_NOTED_AT_ONCE = 1_000
_READ_AT_ONCE = 10_000
_LINKS_AT_ONCE = 100


class Store:
    """What people did, by verbs; any number of processes may use one database."""

    def __init__(
        self,
        url: str,
        *,
        patience: float = 2.0,
        claim_patience: float = 1.0,
        pause: float = 1.0,
    ) -> None:
        """Open nothing yet. Raises StoreError for an address that cannot be used."""
        self._url = engine.address(url)
        self._engine = engine.make(self._url, patience)
        self._doubt = engine.Doubt(self._engine)
        self._leaving = engine.Leaving(self._engine)
        self._single = engine.single(self._engine)
        self._patience = patience
        self._claim_patience = claim_patience
        self._breaker = outage.Breaker(self.name, pause)
        # SQLite lets one write at a time and makes the others poll; in here they queue.
        self._turn = asyncio.Lock() if engine.is_sqlite(self._engine) else _AT_ONCE
        self._salt: bytes | None = None
        self._is_migrated = False

    def __repr__(self) -> str:
        return f"Store({self.name})"

    @property
    def name(self) -> str:
        """What it may be called before people: no password, no user."""
        return engine.shown(self._url)

    @property
    def is_there(self) -> bool:
        """Whether there may be one: of SQLite, whether there is the file."""
        file = engine.file_of(self._url)
        return file is None or file.exists()

    async def migrate(self) -> None:
        """Make the tables, or bring them up to date; nothing the second time.

        Raises StoreDownError for a server that is not to be had just now, and for what another
        process has locked; StoreError for what somebody has to mend.
        """
        if self._is_migrated:
            return
        try:
            await asyncio.to_thread(engine.probe, self._url)
            async with asyncio.timeout(_TO_MIGRATE), self._engine.begin() as connection:
                await connection.run_sync(schema.upgrade)
        except outage.FAILURES as error:
            told = engine.unusable(self._url, outage.reason(error))
            on_server = not engine.is_sqlite(self._engine)
            if outage.is_locked(error) or (on_server and outage.may_pass(error)):
                self._breaker.failed(error)
                raise StoreDownError(told) from error
            raise StoreError(told) from error
        self._is_migrated = True
        self._breaker.worked()

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()
        await self._leaving.done(self._patience)

    async def need(self) -> None:
        """Raise StoreError unless the tables are there, and as this code needs them."""
        self._need_file()
        async with self._looked_after(), self._engine.connect() as connection:
            at = await connection.run_sync(schema.current)
        if fault := schema.lack(at):
            raise StoreError(f"The store {self.name} cannot be used. {fault}")

    # Once only

    async def claim(
        self, name: str, place: str, holder: str, *, now: dt.datetime, lease: dt.timedelta
    ) -> Standing:
        """Claim a piece of work by its name, and by its place if it has one.

        `new`: it is the holder's. `again`: it is too, whoever had it has not renewed it within the
        lease. `busy`: somebody has it. `seen`: it is done.
        """
        async with self._statements(self._claim_patience) as connection:
            return await claims.claim(connection, name, place, holder, now=now, lease=lease)

    async def renew(self, names: Collection[str], holder: str, *, now: dt.datetime) -> int:
        """Let the lease of a holder's unfinished claims begin anew; how many it still has."""
        async with self._statements() as connection:
            return await claims.renew(connection, names, holder, now=now)

    async def finish(self, names: Mapping[str, str], *, now: dt.datetime) -> None:
        """Mark work as done, each name with its place, whether it was claimed here or not."""
        async with self._transaction() as connection:
            await claims.finish(connection, names, now=now)

    async def release(self, name: str, holder: str) -> None:
        """Give back what this holder has, so that the work can be claimed anew."""
        async with self._statements() as connection:
            await claims.release(connection, name, holder)

    async def first(self, name: str, owner: str, *, now: dt.datetime) -> bool:
        """Whether this owner is the first that asks for the name; for the first one always."""
        async with self._statements(self._claim_patience) as connection:
            return await claims.first(connection, name, owner, now=now)

    # Questions

    async def record(
        self,
        asking: Asking,
        user: str,
        *,
        done: Mapping[str, str] = _NOTHING,
        now: dt.datetime,
    ) -> None:
        """Keep a question, and mark the work on it as done, as `finish` does."""
        async with self._transaction() as connection:
            person = await self._person(connection, user)
            await questions.record(connection, asking, person, done=done, now=now)

    async def rate(
        self, key: str, resource: str, user: str, *, useful: bool, now: dt.datetime
    ) -> bool:
        """Keep what a person thinks of a resource as an answer; whether that is new.

        A thumb down opens the question; when the last one is taken back, it closes.
        """
        async with self._transaction() as connection:
            person = await self._person(connection, user)
            return await questions.rate(connection, key, resource, person, useful=useful, now=now)

    async def settle(self, key: str) -> None:
        """Close a question: somebody has posted what answers it."""
        async with self._statements() as connection:
            await questions.settle(connection, key)

    async def wish(self, key: str, user: str, *, now: dt.datetime) -> bool:
        """Note who wants to be told of an answer; False unless the question is known and open."""
        async with self._transaction() as connection:
            return await questions.wish(connection, key, user, now=now)

    async def misses(
        self,
        *,
        since: dt.datetime | None = None,
        untried: str | None = None,
        limit: int = 10_000,
    ) -> list[Miss]:
        """Return the open questions, the oldest first; `untried` leaves out those tried with it.

        Beyond the limit the oldest untried ones are returned, or the newest of all.
        """
        async with self._reading() as connection:
            return await questions.misses(connection, since=since, untried=untried, limit=limit)

    async def tried(self, keys: Collection[str], fingerprint: str) -> None:
        """Note with which catalogue these questions were tried."""
        async with self._transaction() as connection:
            await questions.tried(connection, keys, fingerprint)

    async def answered(self, key: str, *, now: dt.datetime) -> None:
        """Close an open question as answered later."""
        async with self._statements() as connection:
            await questions.answered(connection, key, now=now)

    async def answered_since(self, since: dt.datetime) -> int:
        """Return how many questions were answered later since then."""
        async with self._reading() as connection:
            return await questions.answered_since(connection, since)

    async def thumbs(
        self, since: dt.datetime | None = None, until: dt.datetime | None = None
    ) -> dict[str, Thumbs]:
        """Return the thumbs on each resource that has any; those after `since`, up to `until`."""
        async with self._reading() as connection:
            return await questions.thumbs(connection, since, until)

    async def asked(self, since: dt.datetime, until: dt.datetime) -> list[Asked]:
        """Return how often each person was led to each resource after `since` and up to `until`.

        What was most often comes first; of very many, the rest is left out.
        """
        async with self._reading() as connection:
            return await digests.asked(connection, since, until)

    # Suggestions

    async def suggest(self, draft: Draft, user: str, *, asking: str = "", now: dt.datetime) -> int:
        """Keep a suggestion, and return its number."""
        async with self._transaction() as connection:
            return await suggestions.suggest(connection, draft, user, asking=asking, now=now)

    async def suggestion(self, number: int) -> Suggestion | None:
        """Return one suggestion; None if there is none of that number."""
        async with self._reading() as connection:
            return await suggestions.suggestion(connection, number)

    async def suggestions(self, *statuses: Status) -> list[Suggestion]:
        """Return the suggestions that stand so, by their number."""
        async with self._reading() as connection:
            return await suggestions.those(connection, statuses)

    async def approve(
        self,
        number: int,
        by: str,
        *,
        resource: str,
        draft: Draft | None = None,
        now: dt.datetime,
    ) -> Suggestion | None:
        """Approve a pending suggestion, perhaps as edited; None if it is not pending any more."""
        async with self._transaction() as connection:
            return await suggestions.approve(
                connection, number, by, resource=resource, draft=draft, now=now
            )

    async def decline(
        self, number: int, by: str, *, reason: str, now: dt.datetime
    ) -> Suggestion | None:
        """Decline a pending suggestion; None if it is not pending any more."""
        async with self._transaction() as connection:
            return await suggestions.decline(connection, number, by, reason=reason, now=now)

    async def undo(self, number: int, by: str, *, now: dt.datetime) -> Suggestion | None:
        """Make an approved or declined suggestion pending again; None if it is neither."""
        async with self._transaction() as connection:
            return await suggestions.undo(connection, number, by, now=now)

    async def merged(self, numbers: Collection[int], *, now: dt.datetime) -> None:
        """Note that these approved suggestions stand in the catalogue's file now."""
        async with self._transaction() as connection:
            await suggestions.merged(connection, numbers, now=now)

    async def decisions(self, number: int) -> list[Decision]:
        """Return what became of a suggestion, step by step."""
        async with self._reading() as connection:
            return await suggestions.decided(connection, number)

    # Channels

    async def channels(self) -> dict[str, Channel]:
        """Return the channels that are not off, by their ID."""
        async with self._reading() as connection:
            return await channels.channels(connection)

    async def set_channel(
        self, channel: str, setting: Setting, by: str, *, now: dt.datetime
    ) -> None:
        """Listen to a channel in this way from now on; what is so already is left as it is."""
        async with self._transaction() as connection:
            await channels.set_channel(connection, channel, setting, by, now=now)

    async def count_shadowed(self, channel: str) -> None:
        """Count a question that would have been answered, in a channel that is set to shadow."""
        async with self._transaction() as connection:
            await channels.count_shadowed(connection, channel)

    # Digests

    async def subscriptions(self) -> list[Subscription]:
        """Return the subscriptions by channel, those that are paused or stopped too."""
        async with self._reading() as connection:
            return await digests.all_subscriptions(connection)

    async def subscription(self, channel: str) -> Subscription | None:
        """Return the subscription of a channel; None if it never had one."""
        async with self._reading() as connection:
            return await digests.subscription(connection, channel)

    async def subscribe(self, subscription: Subscription) -> None:
        """Keep a subscription, in place of what its channel had."""
        async with self._statements() as connection:
            await digests.subscribe(connection, subscription)

    async def pause(self, channel: str, *, reason: str, since: dt.datetime) -> bool:
        """Pause a subscription for this reason; whether this call did it.

        Only if it is on and its `since` is still this: a person may have changed it meanwhile.
        """
        async with self._statements() as connection:
            return await digests.pause(connection, channel, reason=reason, since=since)

    async def resume(self, reasons: Collection[str]) -> list[str]:
        """Switch on what the bot has paused for one of these reasons; its channels, in order.

        What a person has paused stays so, and `since` stays everywhere.
        """
        async with self._statements() as connection:
            return await digests.resume(connection, reasons)

    async def edition(
        self, edition: Edition, *, done: Mapping[str, str] = _NOTHING, now: dt.datetime
    ) -> bool:
        """Keep what became of a digest, and mark the work on it as done, as `finish` does.

        Whether it is news: of one channel and slot the first stays, but for one that was given up
        and is posted after all.
        """
        async with self._transaction() as connection:
            return await digests.keep_edition(connection, edition, done=done, now=now)

    async def editions(self, channel: str | None = None, *, limit: int = 400) -> list[Edition]:
        """Return what became of the digests of a channel, or of all, the newest first."""
        async with self._reading() as connection:
            return await digests.latest_editions(connection, channel, limit=limit)

    async def taken(self, since: dt.datetime) -> dict[str, frozenset[str]]:
        """Return by channel the slots due since then of which it is known what became."""
        async with self._reading() as connection:
            return await digests.taken(connection, since)

    async def entries(self) -> list[Entry]:
        """Return since when the catalogue has each resource, also of those it has no more.

        They are read in steps, each within the time limit. There are none until `note` has come to
        its end once: what is there by half would make the other half look new.
        """
        async with self._reading() as connection:
            if not await digests.are_noted(connection):
                return []
        found: list[Entry] = []
        while True:
            async with self._reading() as connection:
                more = await digests.some_entries(
                    connection, after=found[-1].resource if found else "", limit=_READ_AT_ONCE
                )
            found += more
            if len(more) < _READ_AT_ONCE:
                return found

    async def note(self, entries: Sequence[Entry]) -> None:
        """Keep entries in place of those of the same ids, but for `first`, which stays as it was.

        They are written in steps, each within the time limit; whoever fails may do it all again.
        """
        # In one order everywhere, so that no two can wait for each other.
        ordered = sorted(entries, key=attrgetter("resource"))
        for start in range(0, len(ordered), _NOTED_AT_ONCE):
            async with self._transaction() as connection:
                await digests.note(connection, ordered[start : start + _NOTED_AT_ONCE])
                if start + _NOTED_AT_ONCE >= len(ordered):
                    await digests.all_noted(connection)

    async def turn(self, *, now: dt.datetime, pace: dt.timedelta) -> dt.datetime:
        """Reserve the next moment at which a digest may be posted, and return it.

        It is not before now, and `pace` after the one before, whichever replica has that. What a
        clock that was wrong kept far ahead is forgotten.
        """
        async with self._transaction() as connection:
            return await digests.turn(connection, now=now, pace=pace)

    # Links

    async def links(self) -> dict[str, LinkHealth]:
        """Return what is known of each address that was looked at; read in steps, as entries."""
        found: list[LinkHealth] = []
        while True:
            async with self._reading() as connection:
                more = await links.some(
                    connection, behind=found[-1].address if found else "", limit=_READ_AT_ONCE
                )
            found += more
            if len(more) < _READ_AT_ONCE:
                return {one.address: one for one in found}

    async def dead_links(self) -> dict[str, dt.date]:
        """Return the addresses that count as dead, and since when."""
        async with self._reading() as connection:
            return await links.dead(connection)

    async def take_links(
        self, addresses: Collection[str], *, now: dt.datetime, lease: dt.timedelta
    ) -> list[str]:
        """Take addresses to look at, and return those that are the caller's now.

        Not those that were looked at on this day of UTC, nor those that somebody has taken and not
        brought back within the lease, nor any that are too long to be kept.
        """
        # In one order everywhere, as all that is written in steps.
        ordered = sorted(filter(links.fits, set(addresses)))
        taken: list[str] = []
        for start in range(0, len(ordered), _LINKS_AT_ONCE):
            async with self._transaction() as connection:
                some = ordered[start : start + _LINKS_AT_ONCE]
                taken += await links.take(connection, some, now=now, lease=lease)
        return taken

    async def note_links(
        self, found: Sequence[Judged], *, now: dt.datetime
    ) -> list[tuple[LinkHealth | None, LinkHealth]]:
        """Keep what was found, and give the addresses back, whether they were taken or not.

        Of each comes back what was known before, and what is known now. Of several findings on one
        address the last one counts. Nothing is kept of addresses that are too long.
        """
        last = {one.address: one for one in found if links.fits(one.address)}
        ordered = [last[address] for address in sorted(last)]
        changes: list[tuple[LinkHealth | None, LinkHealth]] = []
        for start in range(0, len(ordered), _LINKS_AT_ONCE):
            async with self._transaction() as connection:
                some = ordered[start : start + _LINKS_AT_ONCE]
                changes += await links.note(connection, some, now=now)
        return changes

    # What all replicas share

    async def revision(self) -> Revision:
        """Return how often suggestions, feedback, channels and dead links have changed."""
        async with self._reading() as connection:
            return await revising.revision(connection)

    # Care

    async def sweep(self, *, now: dt.datetime, retention: dt.timedelta) -> int:
        """Erase what was kept long enough; how many rows that was."""
        total = 0
        while True:
            async with self._transaction() as connection:
                gone = await people.sweep(connection, now=now, retention=retention)
            if not gone:
                return total
            total += gone

    async def forget(self, user: str) -> int:
        """Erase what a person did, and their ID wherever it stands; how many rows that touched."""
        async with self._transaction() as connection:
            person = await self._person(connection, user)
            return await people.forget(connection, user, person)

    async def export(self) -> AsyncGenerator[dict[str, object]]:
        """Yield every row as plain data, `table` first; people by their pseudonyms only.

        Raises StoreError.
        """
        await self.need()
        async with self._looked_after(), self._engine.connect() as connection:
            key = await people.salt(connection)
            # Closed here, while there is a connection; left alone, it would be closed too late.
            async with aclosing(care.export(connection, key)) as rows:
                async for row in rows:
                    yield row

    async def check(self) -> StoreReport:
        """Return what the store holds, and what is wrong with it. Raises StoreError."""
        self._need_file()
        async with self._looked_after(), self._engine.connect() as connection:
            return await care.check(connection)

    @asynccontextmanager
    async def _looked_after(self) -> AsyncIterator[None]:
        """What an operator does by hand, who is told what has to be mended; it may take long."""
        try:
            await asyncio.to_thread(engine.probe, self._url)
            yield
        except outage.FAILURES as error:
            raise StoreError(engine.unusable(self._url, outage.reason(error))) from error

    def _need_file(self) -> None:
        # SQLite would make an empty one.
        if not self.is_there:
            file = engine.file_of(self._url)
            raise StoreError(f"There is no store {file}. Name the one you mean with --database.")

    async def _person(self, connection: AsyncConnection, user: str) -> str:
        self._salt = self._salt or await people.salt(connection)
        return people.pseudonym(user, self._salt)

    # The one place where the store is met. What fails in here is told as StoreDownError.

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        """Statements that only read, each for itself; they wait for nobody on SQLite."""
        async with self._asked(self._single, self._patience, _AT_ONCE) as connection:
            yield connection

    @asynccontextmanager
    async def _statements(self, patience: float | None = None) -> AsyncIterator[AsyncConnection]:
        """Statements that write, each for itself."""
        async with self._asked(self._single, patience or self._patience, self._turn) as connection:
            yield connection

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection]:
        """Statements that are done together or not at all."""
        async with self._asked(self._engine, self._patience, self._turn) as connection:
            yield connection

    @asynccontextmanager
    async def _asked(
        self,
        through: AsyncEngine,
        patience: float,
        turn: "asyncio.Lock | nullcontext[None]",
    ) -> AsyncIterator[AsyncConnection]:
        self._breaker.enter(patience)
        try:
            # Twice: a driver that is told to give up may first try to be polite.
            async with (
                asyncio.timeout(patience + _LETTING_GO),
                asyncio.timeout(patience),
                turn,
                through.begin() as connection,
            ):
                yield connection
        except outage.FAILURES as error:
            if isinstance(error, TimeoutError):
                self._doubt.cast()
            raise self._breaker.failed(error) from error
        self._breaker.worked()
