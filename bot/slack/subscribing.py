"""`/onboard digest`: how the weekly digest of a channel stands, and everything that changes it.

Whoever can write in a channel may change its digest, but for guests; everyone there is told who
did, and can change it back.
"""

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import replace

import structlog
from slack_bolt.async_app import AsyncAck
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import spoken
from bot.digest import Digest
from bot.errors import BotError, ScheduleError, StoreDownError
from bot.gathering import Gathering
from bot.records import State, Subscription, Weekly
from bot.slack import digest_views, views
from bot.slack.delivery import RefusedError, key_of, refusal
from bot.slack.desk import Desk, Json, noting
from bot.slack.markup import escaped
from bot.slack.parts import Message
from bot.slack.posting import edition
from bot.slack.values import Carried, filled_in, unpacked

_log = structlog.stdlib.get_logger(__name__)

_OFF = (
    "Digests are switched off for this workspace. The people who run me can allow them with"
    " `ONBOARD_DIGEST=true`, and then reinstall the app with what `onboard manifest` prints."
)
_NONE = "This channel has no weekly digest. Set one up: `/onboard digest mondays at 9`."
_LATER = "I cannot keep that at the moment. Please send it again in a minute."
_MONDAY_MORNING = Weekly(weekday=0, hour=9, minute=0, zone="UTC")
# So long a claim is remembered.
_DAY = dt.timedelta(days=1)
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_MEANT = {
    said: word
    for word, others in {
        "": "show status state help",
        "set": "change edit setup topics",
        "stop": "off cancel delete disable end remove unsubscribe",
        "resume": "continue unpause",
    }.items()
    for said in others.split()
} | {"set up": "set"}
"""What people type for the words that are known."""
_GUESTS = ("is_restricted", "is_ultra_restricted")
_DONE: dict[str, State] = {"pause": "paused", "resume": "on", "stop": "stopped"}


class Subscribing:
    """Listens to the command, the buttons and the form."""

    def __init__(self, desk: Desk, gathering: Gathering) -> None:
        self._desk = desk
        self._gathering = gathering

    async def command(self, client: AsyncWebClient, command: Json, wanted: str) -> Message | None:
        """Do what follows `/onboard digest`, and return what is said to it; None for a window."""
        channel, user = command["channel_id"], command["user_id"]
        word = wanted.casefold().strip(" .!")
        word = _MEANT.get(word, word)
        if not self._desk.features.digest:
            raise BotError(_OFF)
        if not word:
            return await self._state(channel)
        if word == "set":
            await self._open(client, command["trigger_id"], channel, user)
            return None
        if word == "preview":
            return await self._preview(channel, client, user)
        if word == "now":
            return await self._now(client, channel, user)
        if word in _DONE:
            return await self._switched(client, channel, user, _DONE[word])
        return await self._scheduled(client, channel, user, wanted)

    async def on_press(
        self, ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient
    ) -> None:
        """A button under `/onboard digest`, or under what the curators are told of a channel."""
        await ack()
        if not self._desk.features.digest:
            raise BotError(_OFF)
        carried = unpacked(action.get("value"))
        user, here = body["user"]["id"], body["channel"]["id"]
        channel = carried.channel or here
        match action["action_id"].removeprefix("digest:"):
            case "set":
                await self._open(client, body["trigger_id"], channel, user)
                return
            case "preview":
                told, replaces = await self._preview(channel, client, user), False
            case "now":
                told, replaces = await self._now(client, channel, user), False
            case done:
                told = await self._switched(client, channel, user, _DONE[done])
                replaces = here == channel
                if not replaces:
                    told = digest_views.resumed(channel)
        await self._desk.tell(body, client, told, replace_original=replaces)

    async def on_form(self, ack: AsyncAck, body: Json, view: Json, client: AsyncWebClient) -> None:
        """The form was sent: errors at the fields, or it is kept and everyone is told."""
        carried, user = unpacked(view.get("private_metadata") or "{}"), body["user"]["id"]
        given = filled_in(view)
        try:
            zone = spoken.zone(str(given.get("zone", "")))
        except ScheduleError as error:
            await ack(response_action="errors", errors={"zone": str(error)})
            return
        time = _TIME.fullmatch(str(given.get("time", "")))
        if time is None:
            await ack(response_action="errors", errors={"time": "Choose a time."})
            return
        weekly = Weekly(
            weekday=int(given["weekday"]), hour=int(time[1]), minute=int(time[2]), zone=zone
        )
        try:
            before = await self._desk.store.subscription(carried.channel)
            wanted = self._wanted(before, carried.channel, user, weekly)
            wanted = replace(
                wanted,
                topics=tuple(given.get("topics", ())),
                always=digest_views.ALWAYS in given.get("always", ()),
            )
            told = await self._kept(wanted, before, user)
        except StoreDownError:
            await ack(response_action="errors", errors={"zone": _LATER})
            return
        await ack()
        await self._announce(client, wanted, before, told)
        state = await self._state(carried.channel)
        await self._desk.delivery.whisper(client, carried.channel, user, state)

    # What can be done

    async def _state(self, channel: str) -> Message:
        with noting():
            subscription = await self._desk.store.subscription(channel)
            taken = await self._taken(channel)
        catalogue = self._desk.library.current.catalogue
        return digest_views.state(subscription, catalogue, now=self._desk.clock(), taken=taken)

    async def _taken(self, channel: str) -> Collection[str]:
        return {one.slot for one in await self._desk.store.editions(channel)}

    async def _open(self, client: AsyncWebClient, trigger: str, channel: str, user: str) -> None:
        """Show the form, as things stand or would stand by default."""
        zone = await self._zone(client, user)
        with noting():
            subscription = await self._desk.store.subscription(channel)
        if subscription is None:
            subscription = self._fresh(channel, replace(_MONDAY_MORNING, zone=zone))
        form = digest_views.form(
            subscription, self._desk.library.current.catalogue, Carried(channel=channel)
        )
        await client.views_open(trigger_id=trigger, view=form)

    async def _scheduled(
        self, client: AsyncWebClient, channel: str, user: str, text: str
    ) -> Message:
        """Set when the digest comes, as it was typed; a sentence says what cannot be read."""
        zone = await self._zone(client, user)
        with noting():
            before = await self._desk.store.subscription(channel)
        default = before.weekly if before else replace(_MONDAY_MORNING, zone=zone)
        try:
            weekly = spoken.weekly(text, before=default)
        except ScheduleError as error:
            # Said and not raised: it repeats what was typed, and what is raised is logged.
            return views.said(escaped(str(error)))
        wanted = self._wanted(before, channel, user, weekly)
        with noting():
            told = await self._kept(wanted, before, user)
        await self._announce(client, wanted, before, told)
        return await self._state(channel)

    def _wanted(
        self, before: Subscription | None, channel: str, user: str, weekly: Weekly
    ) -> Subscription:
        """A subscription that is on and comes at that time; as it was if it is so already."""
        now = self._desk.clock()
        if before is None:
            return replace(self._fresh(channel, weekly), by=user)
        if (before.state, before.weekly) == ("on", weekly):
            return before
        return replace(before, weekly=weekly, state="on", reason="", by=user, since=now)

    def _fresh(self, channel: str, weekly: Weekly) -> Subscription:
        return Subscription(channel=channel, weekly=weekly, since=self._desk.clock())

    async def _switched(
        self, client: AsyncWebClient, channel: str, user: str, state: State
    ) -> Message:
        """Pause, resume or stop it."""
        await self._zone(client, user)
        with noting():
            before = await self._desk.store.subscription(channel)
        if before is None or (state != "on" and before.state == "stopped"):
            return views.said(_NONE)
        if before.state != state:
            now = self._desk.clock()
            # What was due meanwhile is not posted after the event.
            since = now if state == "on" else before.since
            wanted = replace(before, state=state, reason="", since=since)
            with noting():
                told = await self._kept(wanted, before, user)
            await self._announce(client, wanted, before, told)
        return await self._state(channel)

    async def _kept(
        self, wanted: Subscription, before: Subscription | None, user: str
    ) -> Message | None:
        """Keep a subscription, and return what everyone is to be told; None if it is as it was.

        Raises StoreDownError, and ScheduleError if its time zone is not known any more; then
        nothing is kept.
        """
        if wanted == before:
            return None
        # Worded first: what cannot be told is not to be kept.
        taken = await self._taken(wanted.channel)
        catalogue, now = self._desk.library.current.catalogue, self._desk.clock()
        told = digest_views.changed(wanted, catalogue, user, now=now, taken=taken)
        await self._desk.store.subscribe(wanted)
        _log.info("digest_set", channel=wanted.channel, state=wanted.state)
        return told

    async def _announce(
        self,
        client: AsyncWebClient,
        wanted: Subscription,
        before: Subscription | None,
        told: Message | None,
    ) -> None:
        """Tell everyone in the channel; where the bot cannot, all is as it was.

        Raises RefusedError.
        """
        if told is None:
            return
        channel = wanted.channel
        key = key_of("digest-set", channel, self._desk.clock().isoformat())
        try:
            await self._desk.delivery.post(client, channel, told, key=key)
        except RefusedError:
            if wanted.state != "on":
                # What ends something needs no audience.
                return
            fallback = before or replace(wanted, state="stopped")
            with noting():
                await self._desk.store.subscribe(fallback)
            raise

    # Previews, and digests at once

    async def _built(self, channel: str, zone: str) -> tuple[Digest, Subscription]:
        with noting():
            subscription = await self._desk.store.subscription(channel)
            if subscription is None:
                subscription = self._fresh(channel, replace(_MONDAY_MORNING, zone=zone))
            until = self._desk.clock()
            built = await self._gathering.digest(
                channel, subscription.topics, until=until, fresh=True
            )
        return built, subscription

    async def _preview(self, channel: str, client: AsyncWebClient, user: str) -> Message:
        zone, _ = await self._person(client, user)
        built, subscription = await self._built(channel, zone)
        catalogue = self._desk.library.current.catalogue
        message = digest_views.digest(built, subscription, catalogue, self._desk.offers)
        return digest_views.preview(message, built, subscription)

    async def _now(self, client: AsyncWebClient, channel: str, user: str) -> Message:
        """Post one at once, for everyone; the next one begins where it ends.

        Of several who want one at the same time, one has it: after each digest there is one.
        """
        desk, zone = self._desk, await self._zone(client, user)
        built, subscription = await self._built(channel, zone)
        if built.is_empty and not subscription.always:
            return views.said("Nothing has changed since the last digest, so I posted none.")
        message = digest_views.digest(
            built, subscription, desk.library.current.catalogue, desk.offers
        )
        key = key_of("now", channel, "" if built.is_first else built.since.isoformat())
        async with desk.once(f"digest/{channel}/{key}") as claim:
            if claim is None:
                return views.said("That digest is posted already.")
            await desk.delivery.post(
                client, channel, message, key=key, doubt=claim.doubt, since=built.until - _DAY
            )
        made = edition(channel, key, built.until, built, "posted")
        try:
            await desk.store.edition(made, now=desk.clock())
        except StoreDownError:
            # Not as a failure: whoever is told to try again would post it twice.
            return views.said(
                "It is posted. I could not keep that, so the next digest may tell the same again."
            )
        return views.said("Done. The next digest tells of what comes after this one.")

    async def _zone(self, client: AsyncWebClient, user: str) -> str:
        """The time zone of whoever wants to change something.

        Raises BotError for guests, who may not change what a channel gets.
        """
        zone, is_guest = await self._person(client, user)
        if is_guest:
            raise BotError("Guests cannot change the digest of a channel. Please ask a member.")
        return zone

    async def _person(self, client: AsyncWebClient, user: str) -> tuple[str, bool]:
        """The time zone of a person, as their profile has it, and whether they are a guest."""
        try:
            found = await client.users_info(user=user)
        except SlackApiError as error:
            raise refusal(error, user) from error
        person = found["user"]
        is_guest = any(person.get(kind) for kind in _GUESTS)
        try:
            return spoken.zone(str(person.get("tz") or "")), is_guest
        except ScheduleError:
            return self._desk.timezone, is_guest
