"""`/onboard ...` and the message shortcut: answers to one person."""

import asyncio
import re
from dataclasses import replace

from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot import path
from bot.gaps import grouped
from bot.library import Snapshot
from bot.model import Catalogue, Topic
from bot.records import Asking
from bot.slack import views
from bot.slack.delivery import key_of
from bot.slack.desk import Desk, Json, has_words, noting, reply
from bot.slack.managing import Managing
from bot.slack.markup import escaped
from bot.slack.parts import Message
from bot.slack.subscribing import Subscribing
from bot.slack.suggesting import Suggesting
from bot.slack.values import Carried, searchable

_LISTEN = re.compile(r"listen(?:\s+(\w+))?", re.IGNORECASE)
_SUGGEST = re.compile(r"suggest(?:\s+<?(https?://[^\s|>]+)(?:\|[^>]*)?>?)?", re.IGNORECASE)
_DIGEST = re.compile(r"digests?(?:\s+(.+))?", re.IGNORECASE | re.DOTALL)
_MOST_JUDGED = 3
_TOPIC = re.compile(r"topic\s+(.+)", re.IGNORECASE | re.DOTALL)


class Commands:
    """Listens to the command and to the shortcut."""

    def __init__(
        self, desk: Desk, managing: Managing, suggesting: Suggesting, subscribing: Subscribing
    ) -> None:
        self._desk = desk
        self._managing = managing
        self._suggesting = suggesting
        self._subscribing = subscribing

    async def on_command(self, ack: AsyncAck, command: Json, client: AsyncWebClient) -> None:
        """`/onboard ...`: the answer goes back with the acknowledgement, so it cannot get lost."""
        text = (command.get("text") or "").strip()
        if listen := _LISTEN.fullmatch(text):
            await ack()
            message = await self._managing.listen(
                client, command["channel_id"], command["user_id"], listen[1]
            )
            message = self._hinting(message, text)
            await self._desk.tell(command, client, message)
        elif suggest := _SUGGEST.fullmatch(text):
            await ack()
            carried = Carried(channel=command["channel_id"])
            await self._suggesting.open(client, command["trigger_id"], carried, suggest[1] or "")
        elif digest := _DIGEST.fullmatch(text):
            await ack()
            told = await self._subscribing.command(client, command, digest[1] or "")
            if told is not None:
                await self._desk.tell(command, client, self._hinting(told, text))
        elif text.casefold() == "forget me":
            await ack()
            await self._desk.tell(command, client, await self._forgotten(command["user_id"]))
        elif text.casefold() == "gaps":
            await ack()
            message = self._hinting(await self._gaps(command["channel_id"]), text)
            await self._desk.tell(command, client, message)
        else:
            key = key_of("asked", command["user_id"], command["trigger_id"])
            carried = Carried(question=searchable(text), surface="slash", asking=key)
            message, asking = await self._commanded(text, carried)
            await reply(ack, message)
            if asking is not None:
                await self._desk.record(asking, command["user_id"])

    async def _commanded(self, text: str, carried: Carried) -> tuple[Message, Asking | None]:
        snapshot = self._desk.library.current
        catalogue = snapshot.catalogue
        match text.casefold():
            case "" | "help":
                return self._hinting(views.guide(catalogue, self._desk.offers), text), None
            case "topics":
                return self._hinting(views.topics(catalogue), text), None
        if named := _TOPIC.fullmatch(text):
            return self._topic_named(named[1], snapshot), None
        if topics := path.topics_named(catalogue, carried.question):
            return self._card(topics, catalogue, carried), None
        if plain := self._desk.plain_reply(carried.question, snapshot):
            return plain, None
        return await self._desk.privately(carried, snapshot)

    async def _forgotten(self, user: str) -> Message:
        with noting():
            rows = await self._desk.store.forget(user)
        return views.forgotten(rows)

    async def _gaps(self, channel: str) -> Message:
        """What people asked for in vain; in the curators' channel also what did not help."""
        desk, catalogue = self._desk, self._desk.library.current.catalogue
        is_for_curators = channel == desk.curators
        with noting():
            misses = await desk.store.misses()
            thumbs = await desk.store.thumbs() if is_for_curators else {}
        # Thousands of questions take seconds, in which others are to be answered.
        found = await asyncio.to_thread(
            grouped, misses, people=desk.gap_people, glossary=catalogue.glossary
        )
        judged = [
            (resource, thumbs[resource.id])
            for resource in catalogue.resources
            if resource.id in thumbs and thumbs[resource.id].down
        ]
        judged.sort(key=lambda one: (-one[1].down, one[1].up))
        return views.gaps(
            found, desk.clock(), suggest=desk.offers.suggest, judged=judged[:_MOST_JUDGED]
        )

    def _hinting(self, message: Message, word: str) -> Message:
        """The answer to a word of ours, which says so if a topic has that name, too."""
        if not word or not path.topics_named(self._desk.library.current.catalogue, word):
            return message
        hint = f"There is also a topic of that name: `/onboard topic {escaped(word, 80)}`."
        return views.remarked(message, hint)

    def _topic_named(self, name: str, snapshot: Snapshot) -> Message:
        catalogue = snapshot.catalogue
        if topics := path.topics_named(catalogue, searchable(name)):
            return self._card(topics, catalogue, Carried(surface="slash"))
        return views.no_topic(name, path.topics_like(catalogue, name))

    def _card(self, topics: list[Topic], catalogue: Catalogue, carried: Carried) -> Message:
        others = ", ".join(escaped(topic.name, 160) for topic in topics[1:])
        remark = f"Also called that: {others}. Ask for `/onboard topic NAME`." if others else ""
        card = views.topic_card(topics[0], catalogue, replace(carried, question=""), shareable=True)
        return views.remarked(card, remark) if remark else card

    async def on_shortcut(self, ack: AsyncAck, shortcut: Json, client: AsyncWebClient) -> None:
        """*Find resources* in the menu of a message: a private answer on that message."""
        await ack()
        message = shortcut["message"]
        carried = Carried(
            question=searchable(message.get("text") or ""),
            surface="slash",
            channel=shortcut["channel"]["id"],
            thread=message.get("thread_ts") or message["ts"],
            asking=key_of("asked", shortcut["user"]["id"], shortcut["trigger_id"]),
        )
        if not has_words(carried.question):
            told = views.said("There are no words in that message that I could look for.")
            await self._desk.tell(shortcut, client, told)
            return
        found, asking = await self._desk.privately(carried, self._desk.library.current)
        await self._desk.tell(shortcut, client, found)
        await self._desk.record(asking, shortcut["user"]["id"])
