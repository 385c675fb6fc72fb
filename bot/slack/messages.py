"""Messages to the bot, and those it overhears: who is answered, where, and by what."""

from dataclasses import dataclass
from typing import Literal

from slack_sdk.web.async_client import AsyncWebClient

from bot.library import Snapshot
from bot.model import Answer, Surface
from bot.slack import views
from bot.slack.delivery import UnconfirmedError, key_of, latest
from bot.slack.desk import Desk, Json
from bot.slack.values import Carried, searchable
from bot.slack.views import Message

Kind = Literal["mention", "dm", "overheard"]

# Slack sends many sorts of messages; people write only these.
_WRITTEN = (None, "file_share", "thread_broadcast")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A message to the bot, or overheard by it."""

    kind: Kind
    team: str
    channel: str
    user: str
    ts: str
    thread: str
    """`ts` of the thread it was written in; empty outside threads."""
    text: str
    bot: str
    """The bot's own user."""

    @property
    def root(self) -> str:
        """`ts` of the thread in which to answer."""
        return self.thread or self.ts

    @property
    def key(self) -> str:
        """The name of the post that answers it."""
        return key_of("answer", self.team, self.channel, self.ts)


def kind_of(event: Json, bot_user: str) -> Kind | None:
    """Whom a message event concerns; None if it is not a person writing something new.

    A mention in a channel the bot has joined arrives as `app_mention` and as `message`; both are
    a mention here, so whichever comes first is answered and the other is known already.
    """
    if event.get("subtype") not in _WRITTEN or event.get("hidden") or event.get("bot_id"):
        return None
    if not event.get("user") or event["user"] in (bot_user, "USLACKBOT") or "edited" in event:
        return None
    if event["type"] == "app_mention":
        return "mention"
    if event.get("channel_type") == "im":
        return "dm"
    text = event.get("text") or ""
    named = f"<@{bot_user}>" in text or f"<@{bot_user}|" in text
    return "mention" if named else "overheard"


class Messages:
    """Listens to what people write, and to the tabs they open."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def on_message(
        self, event: Json, body: Json, client: AsyncWebClient, context: Json
    ) -> None:
        """A mention, a direct message, or talk in a channel."""
        kind = kind_of(event, context["bot_user_id"])
        if kind is None or not self._is_new(event, body):
            return
        asked = Asked(
            kind=kind,
            team=context.get("team_id") or "",
            channel=event["channel"],
            user=event["user"],
            ts=event["ts"],
            thread=event.get("thread_ts") or "",
            text=event.get("text") or "",
            bot=context["bot_user_id"],
        )
        if kind == "overheard":
            await self._overheard(asked, client)
        elif kind == "mention":
            await self._mentioned(asked, client)
        else:
            await self._written_to(asked, client)

    def _is_new(self, event: Json, body: Json) -> bool:
        """Whether this message has not been seen, under this event or another."""
        now = self._desk.clock()
        place = ("message", body.get("team_id") or "", event["channel"], event["ts"])
        # Both, whichever is known: a retry keeps the event's id, the second event type the place.
        return self._desk.seen.claim("event", body["event_id"], now=now) & self._desk.seen.claim(
            *place, now=now
        )

    async def _mentioned(self, asked: Asked, client: AsyncWebClient) -> None:
        carried = _carried(asked, "mention")
        snapshot = self._desk.library.current
        if plain := self._desk.plain_reply(carried.question, snapshot):
            await self._whisper(asked, client, plain)
            return
        given = self._desk.search(snapshot, carried.question, "mention")
        if given.verdict == "answer":
            await self._answer(asked, client, carried, given, snapshot)
        else:
            await self._whisper(
                asked, client, self._desk.unanswered(given, snapshot, carried, postable=True)
            )

    async def _written_to(self, asked: Asked, client: AsyncWebClient) -> None:
        carried = _carried(asked, "dm")
        snapshot = self._desk.library.current
        message = self._desk.plain_reply(carried.question, snapshot)
        if message is None:
            given = self._desk.search(snapshot, carried.question, "dm")
            if given.verdict == "answer":
                message = views.answer(given, snapshot.catalogue, carried)
            else:
                message = self._desk.unanswered(given, snapshot, carried, postable=False)
        await self._desk.delivery.post(
            client, asked.channel, message, key=asked.key, thread=asked.root
        )

    async def _overheard(self, asked: Asked, client: AsyncWebClient) -> None:
        setting = self._desk.listening.of(asked.channel) if self._desk.features.listening else "off"
        # A question that begins with somebody's name is for them.
        if setting == "off" or asked.text.lstrip().startswith("<@"):
            return
        carried = _carried(asked, "channel")
        snapshot = self._desk.library.current
        given = self._desk.search(snapshot, carried.question, "channel")
        if not given.reply:
            return
        if not await self._is_first_in_thread(asked, client):
            return
        if setting == "shadow":
            await self._desk.listening.count(asked.channel)
            return
        await self._answer(asked, client, carried, given, snapshot)

    async def _is_first_in_thread(self, asked: Asked, client: AsyncWebClient) -> bool:
        """Whether the bot has not spoken in the thread, ever, and is not about to."""
        if not self._desk.seen.claim("thread", asked.channel, asked.root, now=self._desk.clock()):
            return False
        if not asked.thread:
            return True
        said = await latest(client, asked.channel, asked.thread)
        return not any(message.get("user") == asked.bot for message in said)

    async def _answer(
        self,
        asked: Asked,
        client: AsyncWebClient,
        carried: Carried,
        given: Answer,
        snapshot: Snapshot,
    ) -> None:
        message = views.answer(given, snapshot.catalogue, carried)
        try:
            await self._desk.delivery.post(
                client, asked.channel, message, key=asked.key, thread=asked.root
            )
        except UnconfirmedError:
            if asked.kind == "mention":
                await self._whisper(asked, client, views.unconfirmed(carried))

    async def _whisper(self, asked: Asked, client: AsyncWebClient, message: Message) -> None:
        # Slack shows a whisper in a thread only where the thread has begun.
        await self._desk.delivery.whisper(
            client, asked.channel, asked.user, message, thread=asked.thread
        )

    async def on_home(self, event: Json, client: AsyncWebClient) -> None:
        """Somebody opened the Home or the Messages tab."""
        catalogue = self._desk.library.current.catalogue
        if event.get("tab") == "home":
            await client.views_publish(
                user_id=event["user"], view=views.home(catalogue, self._desk.offers)
            )
        elif self._desk.features.agent and (prompts := views.prompts(catalogue)):
            # With agent_view, the call does nothing if it names a thread.
            await client.assistant_threads_setSuggestedPrompts(
                channel_id=event["channel"], title="For example", prompts=prompts
            )


def _carried(asked: Asked, surface: Surface) -> Carried:
    return Carried(
        question=searchable(asked.text), surface=surface, channel=asked.channel, thread=asked.root
    )
