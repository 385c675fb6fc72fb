"""`/onboard ...` and the message shortcut: answers to one person."""

import re
from dataclasses import replace

from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot import path
from bot.library import Snapshot
from bot.model import Catalogue, Topic
from bot.slack import views
from bot.slack.desk import Desk, Json, has_words, reply
from bot.slack.managing import Managing
from bot.slack.markup import escaped
from bot.slack.suggesting import NO_CURATORS, Suggesting
from bot.slack.values import Carried, searchable
from bot.slack.views import Message

_LISTEN = re.compile(r"listen(?:\s+(\w+))?", re.IGNORECASE)
_SUGGEST = re.compile(r"suggest(?:\s+<?(https?://[^\s|>]+)(?:\|[^>]*)?>?)?", re.IGNORECASE)
_TOPIC = re.compile(r"topic\s+(.+)", re.IGNORECASE | re.DOTALL)


class Commands:
    """Listens to the command and to the shortcut."""

    def __init__(self, desk: Desk, managing: Managing, suggesting: Suggesting) -> None:
        self._desk = desk
        self._managing = managing
        self._suggesting = suggesting

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
            if not self._desk.offers.suggest:
                await reply(ack, views.said(NO_CURATORS))
                return
            await ack()
            carried = Carried(channel=command["channel_id"])
            await self._suggesting.open(client, command["trigger_id"], carried, suggest[1] or "")
        else:
            await reply(ack, self._commanded(text))

    def _commanded(self, text: str) -> Message:
        snapshot = self._desk.library.current
        catalogue = snapshot.catalogue
        match text.casefold():
            case "" | "help":
                return self._hinting(views.guide(catalogue, self._desk.offers), text)
            case "forget me":
                return views.said("I keep no question, and no name of who asks.")
            case "topics":
                return self._hinting(views.topics(catalogue), text)
        if named := _TOPIC.fullmatch(text):
            return self._topic_named(named[1], snapshot)
        return self._asked(text, snapshot)

    def _asked(self, text: str, snapshot: Snapshot) -> Message:
        """The topic of that name, or the answer to a question."""
        catalogue = snapshot.catalogue
        carried = Carried(question=searchable(text), surface="slash")
        if topics := path.topics_named(catalogue, carried.question):
            return self._card(topics, catalogue, carried)
        if plain := self._desk.plain_reply(carried.question, snapshot):
            return plain
        return self._desk.privately(carried, snapshot)

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
        )
        if has_words(carried.question):
            found = self._desk.privately(carried, self._desk.library.current)
        else:
            found = views.said("There are no words in that message that I could look for.")
        await self._desk.tell(shortcut, client, found)
