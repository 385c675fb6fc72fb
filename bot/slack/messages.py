"""Messages to the bot, and those it overhears: who is answered, where, and by what."""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.claims import UNCLAIMED, BusyError, Claim
from bot.errors import StoreDownError
from bot.library import Snapshot
from bot.model import Answer, Surface
from bot.records import Asking, Setting
from bot.slack import views
from bot.slack.delivery import (
    UNAVAILABLE,
    RefusedError,
    UnconfirmedError,
    key_in,
    key_of,
    latest,
)
from bot.slack.desk import Desk, Json
from bot.slack.parts import Message
from bot.slack.values import Carried, searchable

_log = structlog.stdlib.get_logger(__name__)

Kind = Literal["mention", "dm", "overheard"]
Heard = tuple[Answer, Snapshot]
"""An answer to what was overheard, and of which catalogue."""

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
    claim: Claim
    """The right to answer it."""

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
        if kind is None:
            return
        team = body.get("team_id") or ""
        # Both are known: a retry keeps the event's id, the second event of a mention the place.
        place = f"{team}/{event['channel']}/{event['ts']}"
        asked = Asked(
            claim=UNCLAIMED,
            kind=kind,
            team=team,
            channel=event["channel"],
            user=event["user"],
            ts=event["ts"],
            thread=event.get("thread_ts") or "",
            text=event.get("text") or "",
            bot=context["bot_user_id"],
        )
        heard = await self._heard(asked) if kind == "overheard" else None
        if kind == "overheard" and heard is None:
            # What is said among others, and not to the bot, is never kept, not even that it was.
            return
        claim = await self._desk.claims.take(body["event_id"], place)
        if claim is None:
            return
        asked = replace(asked, claim=claim)
        try:
            asking = await self._answered(asked, client, heard)
        except RefusedError as refused:
            if refused.code != UNAVAILABLE:
                await self._desk.claims.finish(claim)
                raise
            # Nobody could be told either. Slack sends the event again, up to five minutes later.
            _log.error("slack_refused", code=refused.code, told=refused.operator)
            await self._desk.claims.release(claim)
            raise BusyError from refused
        except BusyError:
            # Somebody else has taken it over.
            raise
        except Exception:
            # Whoever waits is told, and asks again.
            await self._desk.claims.finish(claim)
            raise
        except BaseException:
            self._desk.claims.abandon(claim)
            raise
        await self._desk.claims.finish(claim, asking, asked.user)

    async def _answered(
        self, asked: Asked, client: AsyncWebClient, heard: Heard | None
    ) -> Asking | None:
        """Deal with a message; returns what is kept of it, if it is a question to the bot."""
        if heard is not None:
            return await self._overheard(asked, client, heard)
        if asked.kind == "mention":
            return await self._mentioned(asked, client)
        return await self._written_to(asked, client)

    async def _mentioned(self, asked: Asked, client: AsyncWebClient) -> Asking | None:
        carried = _carried(asked, "mention")
        snapshot = self._desk.library.current
        if plain := self._desk.plain_reply(carried.question, snapshot):
            await self._whisper(asked, client, plain)
            return None
        given = await self._desk.search(snapshot, carried.question, "mention")
        asking = await self._asking(asked, given, snapshot)
        if given.verdict == "answer":
            await self._answer(asked, client, carried, given, snapshot)
        else:
            told = self._desk.unanswered(given, snapshot, carried, asking, postable=True)
            await self._whisper(asked, client, told)
        return asking

    async def _asking(self, asked: Asked, given: Answer, snapshot: Snapshot) -> Asking:
        return await self._desk.asking(
            asked.key, given, snapshot, channel=asked.channel, thread=asked.root
        )

    async def _written_to(self, asked: Asked, client: AsyncWebClient) -> Asking | None:
        carried = _carried(asked, "dm")
        snapshot = self._desk.library.current
        message = self._desk.plain_reply(carried.question, snapshot)
        asking = None
        if message is None:
            given = await self._desk.search(snapshot, carried.question, "dm")
            asking = await self._asking(asked, given, snapshot)
            if given.verdict == "answer":
                message = views.answer(given, snapshot.catalogue, carried)
            else:
                message = self._desk.unanswered(given, snapshot, carried, asking, postable=False)
        await self._post(asked, client, message)
        return asking

    async def _heard(self, asked: Asked) -> Heard | None:
        """What there is to say to what was overheard; None if the bot had better be silent."""
        # A question that begins with somebody's name is for them.
        if self._setting(asked) == "off" or asked.text.lstrip().startswith("<@"):
            return None
        snapshot = self._desk.library.current
        given = await self._desk.search(snapshot, _carried(asked, "channel").question, "channel")
        return (given, snapshot) if given.reply else None

    def _setting(self, asked: Asked) -> Setting:
        return self._desk.listening.of(asked.channel) if self._desk.features.listening else "off"

    async def _overheard(self, asked: Asked, client: AsyncWebClient, heard: Heard) -> Asking | None:
        given, snapshot = heard
        carried = _carried(asked, "channel")
        if not await self._is_first_in_thread(asked, client):
            return None
        # Meanwhile it may have been switched off.
        setting = self._setting(asked)
        if setting == "off":
            return None
        if setting == "shadow":
            with suppress(StoreDownError):
                await self._desk.listening.count(asked.channel)
            return None
        await self._answer(asked, client, carried, given, snapshot)
        return await self._asking(asked, given, snapshot)

    async def _is_first_in_thread(self, asked: Asked, client: AsyncWebClient) -> bool:
        """Whether the bot has not spoken in the thread, ever, and is not about to."""
        thread = f"thread/{asked.team}/{asked.channel}/{asked.root}"
        if not await self._desk.claims.first(thread, asked.ts):
            return False
        if not asked.thread:
            return True
        said = await latest(client, asked.channel, asked.thread)
        others = (message for message in said if key_in(message) != asked.key)
        return not any(message.get("user") == asked.bot for message in others)

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
            await self._post(asked, client, message)
        except UnconfirmedError:
            if asked.kind == "mention":
                await self._whisper(asked, client, views.unconfirmed(carried))

    async def _post(self, asked: Asked, client: AsyncWebClient, message: Message) -> None:
        await self._desk.claims.hold(asked.claim)
        await self._desk.delivery.post(
            client,
            asked.channel,
            message,
            key=asked.key,
            thread=asked.root,
            doubt=asked.claim.doubt,
        )

    async def _whisper(self, asked: Asked, client: AsyncWebClient, message: Message) -> None:
        await self._desk.claims.hold(asked.claim)
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
        question=searchable(asked.text),
        surface=surface,
        channel=asked.channel,
        thread=asked.root,
        asking=asked.key,
    )
