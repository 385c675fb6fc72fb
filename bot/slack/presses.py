"""Buttons and menus under what the bot has said."""

from contextlib import suppress
from dataclasses import replace

import structlog
from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import BotError, StoreDownError
from bot.slack import views
from bot.slack.delivery import RefusedError, UnconfirmedError, key_of
from bot.slack.desk import SHOWN, Desk, Json, is_direct, noting, resource_of, topic_of
from bot.slack.parts import Message
from bot.slack.values import Carried, unpacked

_log = structlog.stdlib.get_logger(__name__)

_FURTHER = 20


class Presses:
    """Listens to what is pressed and chosen; each is acknowledged before anything else."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def on_why(self, ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient) -> None:
        """*Why this?*: the sum behind each result."""
        await ack()
        carried = unpacked(action.get("value"))
        snapshot = self._desk.library.current
        given = await snapshot.search(carried.question, surface=carried.surface, limit=SHOWN)
        await client.views_open(
            trigger_id=body["trigger_id"], view=views.explanation(given, carried)
        )

    async def on_more(
        self, ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient
    ) -> None:
        """*More*: what stands further down the ranking, privately."""
        await ack()
        carried = unpacked(action.get("value"))
        snapshot = self._desk.library.current
        given = await snapshot.search(carried.question, surface=carried.surface, limit=_FURTHER)
        await self._desk.tell(body, client, views.more(given, snapshot.catalogue, carried))

    async def on_share(
        self, ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient
    ) -> None:
        """*Share here* and *Post this*: what was private becomes an answer for everyone, once."""
        await ack()
        carried = unpacked(action.get("value"))
        user, channel = body["user"]["id"], carried.channel or body["channel"]["id"]
        key = key_of("share", user, channel, body["container"]["message_ts"], action["value"])
        message = views.shared(await self._public(carried), user, carried.question)
        async with self._desk.once(key) as claim:
            if claim is None:
                return
            try:
                await self._desk.delivery.post(
                    client, channel, message, key=key, thread=carried.thread, doubt=claim.doubt
                )
            except UnconfirmedError:
                again = views.unconfirmed(replace(carried, channel=channel))
                await self._desk.tell(body, client, again)
                return
            except RefusedError as refused:
                # The response URL of a click posts even where the bot is no member.
                if refused.code not in ("not_in_channel", "channel_not_found"):
                    raise
                options = {"thread_ts": carried.thread} if carried.thread else {}
                if not await self._desk.delivery.respond_once(
                    client, body["response_url"], message, response_type="in_channel", **options
                ):
                    raise
        await self._settle(carried)
        if body["container"].get("is_ephemeral"):
            await self._desk.delivery.retract(client, body["response_url"])

    async def _settle(self, carried: Carried) -> None:
        """Somebody has found what answers a question, so that it is open no more."""
        if carried.asking:
            with suppress(StoreDownError):
                await self._desk.store.settle(carried.asking)

    async def _public(self, carried: Carried) -> Message:
        """What a *Share here* or *Post this* stands for, as everyone may see it."""
        snapshot = self._desk.library.current
        if carried.topic:
            topic = topic_of(snapshot.catalogue, carried)
            return views.topic_card(topic, snapshot.catalogue, replace(carried, question=""))
        if carried.resource:
            resource = resource_of(snapshot.catalogue, carried)
            given = await snapshot.search(carried.question, surface=carried.surface, limit=SHOWN)
            return views.single(resource, snapshot.catalogue, carried, given)
        given = await snapshot.search(carried.question, surface=carried.surface, limit=SHOWN)
        if not given.results:
            raise BotError("The catalogue has changed since, and has nothing on that any more.")
        return views.answer(given, snapshot.catalogue, carried)

    async def on_again(
        self, ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient
    ) -> None:
        """*Post it again*: the person has looked, and the answer is not there."""
        await ack()
        carried = unpacked(action.get("value"))
        channel = carried.channel or body["channel"]["id"]
        key = key_of("again", channel, carried.thread, body["container"]["message_ts"])
        message = await self._public(carried)
        if carried.surface == "slash":
            message = views.shared(message, body["user"]["id"], carried.question)
        async with self._desk.once(key) as claim:
            if claim is None:
                return
            await self._desk.delivery.post(
                client, channel, message, key=key, thread=carried.thread, doubt=claim.doubt
            )
        await self._settle(carried)
        await self._desk.delivery.retract(client, body["response_url"])

    async def on_feedback(
        self, ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient
    ) -> None:
        """A thumb: one a person, question and resource, which can be changed."""
        await ack()
        carried = unpacked(action.get("value"))
        asking = carried.asking or key_of("asked", body["container"]["message_ts"])
        with noting():
            new = await self._desk.store.rate(
                asking,
                carried.resource,
                body["user"]["id"],
                useful=bool(carried.useful),
                now=self._desk.clock(),
            )
        _log.info("feedback", resource=carried.resource, useful=carried.useful)
        await self._desk.tell(body, client, views.thanks(carried, self._desk.offers, new=new))

    async def on_wish(
        self, ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient
    ) -> None:
        """*Tell me when there is one*."""
        await ack()
        carried = unpacked(action.get("value"))
        with noting():
            is_open = await self._desk.store.wish(
                carried.asking, body["user"]["id"], now=self._desk.clock()
            )
        if not is_open:
            raise BotError(
                "I have no note of that question any more, or it is answered by now. Please ask"
                " again."
            )
        await self._desk.tell(body, client, views.wished(carried))

    async def on_topic(
        self, ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient
    ) -> None:
        """A topic was chosen: its card, privately, or in a window where nobody converses."""
        await ack()
        chosen = action.get("selected_option")
        carried = Carried(topic=chosen["value"]) if chosen else unpacked(action.get("value"))
        catalogue = self._desk.library.current.catalogue
        topic = topic_of(catalogue, carried)
        if body["container"]["type"] == "view":
            await client.views_open(
                trigger_id=body["trigger_id"], view=views.topic_modal(topic, catalogue)
            )
            return
        here = Carried(
            topic=topic.id, start=carried.start, channel=carried.channel, thread=carried.thread
        )
        shareable = not is_direct(body["channel"]["id"])
        card = views.topic_card(topic, catalogue, here, shareable=shareable)
        await self._desk.tell(body, client, card)

    async def on_topics(self, ack: AsyncAck, body: Json, client: AsyncWebClient) -> None:
        """*All topics*."""
        await ack()
        await self._desk.tell(body, client, views.topics(self._desk.library.current.catalogue))

    async def on_unknown_press(self, ack: AsyncAck, action: Json) -> None:
        """A button of another version; a link button needs nothing but the acknowledgement."""
        await ack()
        if not action.get("url"):
            unpacked(None)
