"""The weekly digests that are due, each posted once, whichever process dies.

Each replica looks for what is due and claims it, by channel and week. What was posted is kept in
the store as an edition, and with that its week is done for good. Whoever takes over from a process
that died looks in the channel first, for the key in the metadata of the post.
"""

import asyncio
import datetime as dt
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import schedule
from bot.claims import BusyError, Claim
from bot.digest import Digest
from bot.errors import BotError, ScheduleError, StoreDownError
from bot.gathering import Gathering
from bot.records import Edition, Outcome, Slot, Subscription
from bot.schedule import Owed
from bot.slack import digest_views
from bot.slack.delivery import REVOKED, Patience, RefusedError, key_of
from bot.slack.desk import Desk

_log = structlog.stdlib.get_logger(__name__)

ZONE = "zone"
"""Why a subscription is paused whose time zone nobody knows any more."""
TOPICS = "topics"
"""... and one whose topics the catalogue has all lost: it would be silent for ever."""
# Slack's refusals that no later attempt will change by itself.
_LASTING = frozenset(
    {
        "channel_not_found",
        "ekm_access_denied",
        "is_archived",
        "is_inactive",
        "messages_tab_disabled",
        "not_in_channel",
        "restricted_action",
        "restricted_action_non_threadable_channel",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "team_access_not_granted",
        "user_not_found",
        *REVOKED,
    }
)
# Longer than any grace, so that what was posted or left out is known.
_LOOK_BACK = dt.timedelta(days=63)
# After a day a claim is swept, also that of a process that died in the middle. An hour less, since
# clocks differ.
_CLAIMS_KEPT = dt.timedelta(hours=23)
_MOST_DOUBLINGS = 5
_NOTHING_OWED = Owed(None, ())


@dataclass(frozen=True, slots=True)
class _Again:
    """A digest that could not be posted, and when it is tried again, by the loop's clock."""

    tries: int
    at: float


@dataclass(frozen=True, slots=True)
class _Rest:
    """From when to when nothing is to be done for a subscription, as long as it is as it is."""

    subscription: Subscription
    since: dt.datetime
    until: dt.datetime


class Posting:
    """Posts what is due."""

    def __init__(
        self,
        desk: Desk,
        client: AsyncWebClient,
        gathering: Gathering,
        *,
        grace: dt.timedelta,
        patience: Patience,
    ) -> None:
        """`grace` is how late a digest may be."""
        self._desk = desk
        self._client = client
        self._gathering = gathering
        self._grace = grace
        self._patience = patience
        self._again: dict[str, _Again] = {}
        self._resting: dict[str, _Rest] = {}
        self._asked_again_at = 0.0

    async def run(self) -> None:
        """Post every digest that is due now; those that fail are tried by a later run.

        Raises StoreDownError; nothing is posted without the store.
        """
        await self._gathering.note()
        now = self._desk.clock()
        due = await self._due(now)
        # Replicas that went through them in one order would meet at each.
        random.shuffle(due)
        for subscription, slot in sorted(due, key=lambda one: one[1].at):
            await self._try(subscription.channel, slot, self._post)
        _log.debug("digests_looked", due=len(due))

    async def _due(self, now: dt.datetime) -> list[tuple[Subscription, Slot]]:
        """What is to be posted; what was missed is noted, and what has no time is paused."""
        found = await self._desk.store.subscriptions()
        if any(one.state == "paused" and one.reason in REVOKED for one in found):
            await self._take_up()
        subscriptions = [one for one in found if one.state == "on" and not self._rests(one, now)]
        if not subscriptions:
            return []
        taken = await self._desk.store.taken(now - _LOOK_BACK)
        due: list[tuple[Subscription, Slot]] = []
        # Hundreds of channels take a while, in which others are to be answered.
        for subscription, owed in await asyncio.to_thread(self._owed, subscriptions, taken, now):
            channel = subscription.channel
            if isinstance(owed, ScheduleError):
                await self._pause(subscription, ZONE, str(owed))
                continue
            for slot in owed.missed:
                await self._try(channel, slot, self._miss)
            if owed.due:
                due.append((subscription, owed.due))
        return due

    def _rests(self, subscription: Subscription, now: dt.datetime) -> bool:
        """Whether it is known that nothing is to be done yet; a clock may have been put back."""
        rest = self._resting.get(subscription.channel)
        return (
            rest is not None
            and rest.subscription == subscription
            and rest.since <= now < rest.until
        )

    def _owed(
        self,
        subscriptions: Sequence[Subscription],
        taken: Mapping[str, frozenset[str]],
        now: dt.datetime,
    ) -> list[tuple[Subscription, Owed | ScheduleError]]:
        """What is to be done in each channel, or why nobody can tell."""
        found: list[tuple[Subscription, Owed | ScheduleError]] = []
        for one in subscriptions:
            try:
                owed = schedule.owed(
                    one.weekly,
                    now,
                    since=max(one.since, now - _LOOK_BACK),
                    taken=taken.get(one.channel, frozenset()),
                    grace=self._grace,
                )
                if owed == _NOTHING_OWED:
                    following = schedule.upcoming(one.weekly, now).at
                    self._resting[one.channel] = _Rest(one, now, following)
            except ScheduleError as error:
                found.append((one, error))
            else:
                found.append((one, owed))
        return found

    async def _take_up(self) -> None:
        """Resume what was paused for a token that was no longer good, if this one is."""
        now = asyncio.get_running_loop().time()
        if now < self._asked_again_at:
            return
        self._asked_again_at = now + self._patience.retry
        try:
            await self._client.auth_test()
        except (SlackApiError, aiohttp.ClientError, TimeoutError):
            return
        if channels := await self._desk.store.resume(REVOKED):
            _log.info("digests_resumed", channels=len(channels))

    async def _try(
        self, channel: str, slot: Slot, do: Callable[[str, Slot, Claim], Awaitable[None]]
    ) -> None:
        """Do what is to be done about a slot, unless somebody else does or has; a failure is put to
        the log.

        Raises StoreDownError only.
        """
        name = _name(channel, slot.week)
        loop = asyncio.get_running_loop()
        again = self._again.get(name)
        if again and again.at > loop.time():
            return
        try:
            async with self._claimed(name) as claim:
                if claim is not None:
                    await do(channel, slot, claim)
                self._again.pop(name, None)
        except BusyError:
            return
        except StoreDownError:
            raise
        except Exception as error:  # noqa: BLE001 - one failure must not hold up all the others
            tries = again.tries + 1 if again else 1
            wait = self._patience.retry * 2 ** min(tries - 1, _MOST_DOUBLINGS)
            self._again[name] = _Again(tries, loop.time() + wait)
            known = isinstance(error, BotError)
            told = str(error) if known else type(error).__name__
            told = error.operator if isinstance(error, RefusedError) else told
            _log.log(
                logging.WARNING if known else logging.ERROR,
                "digest_delayed",
                channel=channel,
                slot=slot.week,
                told=told,
                tries=tries,
                exc_info=None if known or again else error,
            )

    @asynccontextmanager
    async def _claimed(self, name: str) -> AsyncIterator[Claim | None]:
        """The claim on a digest; None if it is done. Raises BusyError if somebody is at it.

        Whatever goes wrong, the claim is left as it is: whoever takes it over looks in the channel
        before anything is posted.
        """
        claims = self._desk.claims
        claim = await claims.take(name, patience=0.0)
        if claim is None:
            yield None
            return
        try:
            if claim.doubt == "slight":
                # The store is down, and with it what makes sure that nobody else is at it.
                raise StoreDownError("A digest is not posted without the store.")
            yield claim
        finally:
            claims.abandon(claim)

    async def _miss(self, channel: str, slot: Slot, claim: Claim) -> None:
        """Note that it is too late for a digest, unless one who died had posted it."""
        if claim.doubt == "strong" and await self._found(channel, slot, claim):
            return
        now = self._desk.clock()
        missed = Edition(channel=channel, slot=slot.week, at=slot.at, until=now, outcome="missed")
        await self._keep(missed, claim)
        _log.warning(
            "digest_missed",
            channel=channel,
            slot=slot.week,
            due=slot.at.isoformat(),
            told="It could not be posted in time, and is left out.",
        )

    async def _post(self, channel: str, slot: Slot, claim: Claim) -> None:
        """Post a digest, if it is still wanted.

        Raises RefusedError for what may pass, and UnconfirmedError.
        """
        desk = self._desk
        in_doubt = claim.doubt == "strong" or desk.clock() - slot.at > _CLAIMS_KEPT
        if in_doubt and await self._found(channel, slot, claim):
            return
        # It may have been changed while others had their turn.
        subscription = await desk.store.subscription(channel)
        if subscription is None or not self._is_due(subscription, slot):
            await desk.claims.release(claim)
            return
        known = {topic.id for topic in desk.library.current.catalogue.topics}
        if subscription.topics and known.isdisjoint(subscription.topics):
            await desk.claims.release(claim)
            await self._pause(
                subscription, TOPICS, "The catalogue has none of its topics any more."
            )
            return
        try:
            kept = await self._posted(subscription, slot, claim)
        except RefusedError as refused:
            if refused.code not in _LASTING:
                raise
            await desk.claims.release(claim)
            await self._pause(subscription, refused.code, refused.operator)
            return
        await self._keep(kept, claim)
        _log.info("digest", channel=channel, slot=slot.week, outcome=kept.outcome)

    async def _found(self, channel: str, slot: Slot, claim: Claim) -> bool:
        """Whether the channel has the digest already, which is then kept as posted.

        Raises UnconfirmedError if the bot cannot look.
        """
        desk, key = self._desk, key_of(claim.name)
        if not await desk.delivery.is_there(self._client, channel, key=key, since=slot.at):
            return False
        subscription = await desk.store.subscription(channel)
        topics = subscription.topics if subscription else ()
        built = await self._gathering.digest(channel, topics, until=slot.at)
        await self._keep(edition(channel, slot.week, slot.at, built, "posted"), claim)
        _log.info("digest_found", channel=channel, slot=slot.week)
        return True

    def _is_due(self, subscription: Subscription, slot: Slot) -> bool:
        if subscription.state != "on":
            return False
        owed = schedule.owed(
            subscription.weekly,
            self._desk.clock(),
            since=subscription.since,
            taken=(),
            grace=self._grace,
        )
        return owed.due == slot

    async def _posted(self, subscription: Subscription, slot: Slot, claim: Claim) -> Edition:
        """Post a digest, or find that there is nothing to tell.

        Raises RefusedError and UnconfirmedError.
        """
        desk, channel, key = self._desk, subscription.channel, key_of(claim.name)
        built = await self._gathering.digest(channel, subscription.topics, until=slot.at)
        if built.is_empty and not subscription.always:
            return edition(channel, slot.week, slot.at, built, "empty")
        catalogue = desk.library.current.catalogue
        message = digest_views.digest(built, subscription, catalogue, desk.offers)
        await self._turn()
        await desk.claims.hold(claim)
        await desk.delivery.post(self._client, channel, message, key=key, since=slot.at)
        return edition(channel, slot.week, slot.at, built, "posted")

    async def _turn(self) -> None:
        """Wait until it is the turn of one more digest, counting those of all replicas."""
        now = self._desk.clock()
        pace = dt.timedelta(seconds=self._patience.pace)
        turn = await self._desk.store.turn(now=now, pace=pace)
        await asyncio.sleep((turn - now).total_seconds())

    async def _keep(self, edition: Edition, claim: Claim) -> None:
        """Tell the store what became of a digest, however long that takes."""
        while True:
            try:
                await self._desk.store.edition(
                    edition, done={claim.name: claim.place}, now=self._desk.clock()
                )
            except StoreDownError:
                await asyncio.sleep(self._patience.tick)
            else:
                self._desk.claims.finished(claim)
                return

    async def _pause(self, subscription: Subscription, reason: str, told: str) -> None:
        """Post no more digests there until somebody looks into it, and say so, once."""
        channel, since = subscription.channel, subscription.since
        if not await self._desk.store.pause(channel, reason=reason, since=since):
            return
        _log.error("digest_paused", channel=channel, reason=reason, told=told)
        curators = self._desk.curators
        if not curators or curators == channel or reason in REVOKED:
            return
        message = digest_views.paused_by_bot(subscription, reason)
        key = key_of("digest-paused", channel, reason, since.isoformat())
        try:
            await self._desk.delivery.post(self._client, curators, message, key=key)
        except BotError as error:
            _log.warning("curators_not_told", reason=str(error))


def edition(channel: str, slot: str, at: dt.datetime, built: Digest, outcome: Outcome) -> Edition:
    """What is kept of a digest that was made."""
    return Edition(
        channel=channel,
        slot=slot,
        at=at,
        until=built.told,
        outcome=outcome,
        look=built.look.id if built.look and outcome == "posted" else "",
    )


def _name(channel: str, week: str) -> str:
    return f"digest/{channel}/{week}"
