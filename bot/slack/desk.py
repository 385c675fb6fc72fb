"""What every listener needs: the catalogue, what is switched on, and the ways to answer."""

import datetime as dt
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.claims import BusyError, Claim, Claims
from bot.errors import BotError, StoreDownError
from bot.gaps import content_words
from bot.library import Library, Snapshot
from bot.listening import Listening
from bot.model import Answer, Catalogue, Resource, Surface, Topic
from bot.records import Asking
from bot.settings import Features
from bot.sharing import Sharing
from bot.slack import views
from bot.slack.delivery import Delivery
from bot.slack.parts import Message
from bot.slack.values import Carried
from bot.slack.views import Offers
from bot.store import Store

_log = structlog.stdlib.get_logger(__name__)

Json = Mapping[str, Any]

# Of the ranking, enough to show an answer and to know whether there is more.
SHOWN = 4
_WORD = re.compile(r"[^\W_]")


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Shared by all listeners; holds nothing of its own."""

    library: Library
    features: Features
    listening: Listening
    delivery: Delivery
    claims: Claims
    store: Store
    sharing: Sharing
    clock: Callable[[], dt.datetime]
    curators: str = ""
    """ID of the curators' channel; empty if they have none."""
    gap_people: int = 2
    """How many people must have asked the same before anybody is shown it."""
    timezone: str = "UTC"
    """That of people whose profile has none."""

    @property
    def offers(self) -> Offers:
        """What people are told they can do."""
        return Offers(
            listening=self.features.listening,
            suggest=bool(self.curators),
            digest=self.features.digest,
        )

    async def search(
        self, snapshot: Snapshot, text: str, surface: Surface, limit: int = SHOWN
    ) -> Answer:
        """The answer of the catalogue, with a line in the log."""
        began = perf_counter()
        given = await snapshot.search(text, surface=surface, limit=limit)
        # Which resource, never which words: no text of people is logged.
        _log.info(
            "question",
            surface=surface,
            verdict=given.verdict,
            resource=given.results[0].resource.id if given.results else "",
            confidence=round(given.confidence, 3),
            ms=round((perf_counter() - began) * 1_000, 2),
        )
        return given

    def plain_reply(self, text: str, snapshot: Snapshot) -> Message | None:
        """What answers a message that is no question: help, topics, or nothing at all."""
        match text.strip(" .!?").casefold():
            case "help":
                return views.guide(snapshot.catalogue, self.offers)
            case "topics":
                return views.topics(snapshot.catalogue)
            case said if not has_words(said):
                return views.guide(snapshot.catalogue, self.offers)
        return None

    def unanswered(
        self,
        given: Answer,
        snapshot: Snapshot,
        carried: Carried,
        asking: Asking,
        *,
        postable: bool,
    ) -> Message:
        """What is said when there is no answer: the closest ones, or nothing and what is near."""
        suggest = self.offers.suggest
        if not asking.words:
            # Nothing of it is kept that could be answered later.
            carried = replace(carried, asking="")
        if given.verdict == "unsure":
            return views.closest(
                given, snapshot.catalogue, carried, postable=postable, suggest=suggest
            )
        return views.nothing(given, snapshot.catalogue, carried, suggest=suggest)

    async def privately(self, carried: Carried, snapshot: Snapshot) -> tuple[Message, Asking]:
        """The answer to one person, with buttons that post it, and what is kept of the question."""
        given = await self.search(snapshot, carried.question, "slash")
        asking = await self.asking(carried.asking, given, snapshot)
        if given.verdict == "answer":
            return views.answer(given, snapshot.catalogue, carried, shareable=True), asking
        return self.unanswered(given, snapshot, carried, asking, postable=True), asking

    async def tell(
        self,
        body: Json,
        client: AsyncWebClient,
        message: Message,
        *,
        replace_original: bool = False,
    ) -> None:
        """Answer a click, a shortcut or a command privately, in the thread it was made in."""
        thread = thread_of(body)
        options = {"thread_ts": thread} if thread else {}
        url = body.get("response_url")
        if url and await self.delivery.respond(
            client,
            url,
            message,
            response_type="ephemeral",
            replace_original=replace_original,
            **options,
        ):
            return
        # A command names both in a way of its own.
        user = body["user"]["id"] if "user" in body else body["user_id"]
        channel = (body.get("channel") or {}).get("id") or body.get("channel_id") or user
        await self.delivery.whisper(client, channel, user, message, thread=thread)

    @asynccontextmanager
    async def once(self, name: str, *, wait: bool = False) -> AsyncIterator[Claim | None]:
        """The claim on what was pressed; None if it is done or being done.

        It is not done again, unless it fails. With `wait`, raises BusyError if it is being done
        for long: it may come to nothing.
        """
        try:
            claim = await self.claims.take(name)
        except BusyError:
            if wait:
                raise
            claim = None
        if claim is None:
            yield None
            return
        try:
            yield claim
        except Exception:
            # Whoever is told to try again does.
            await self.claims.release(claim)
            raise
        except BaseException:
            self.claims.abandon(claim)
            raise
        await self.claims.finish(claim)

    async def asking(
        self, key: str, given: Answer, snapshot: Snapshot, *, channel: str = "", thread: str = ""
    ) -> Asking:
        """What is kept of a question; without a channel it cannot be answered later."""
        words = content_words(given)
        resource = given.results[0].resource.id if given.results else ""
        if given.verdict != "answer":
            # What the words alone would lead to today is no news later.
            again = await snapshot.search(" ".join(words), limit=1)
            resource = again.results[0].resource.id if again.verdict == "answer" else ""
        return Asking(
            key=key,
            at=self.clock(),
            surface=given.surface,
            verdict=given.verdict,
            words=words,
            resource=resource,
            channel=channel,
            thread=thread,
            tried=snapshot.fingerprint,
        )

    async def record(self, asking: Asking, user: str) -> None:
        """Keep a question that was answered; a store that is down costs the record."""
        with suppress(StoreDownError):
            await self.store.record(asking, user, now=self.clock())


@contextmanager
def noting() -> Iterator[None]:
    """Put to words that the store is down, where somebody waits for what it keeps."""
    try:
        yield
    except StoreDownError as error:
        raise BotError("I cannot do that at the moment. Please try again in a minute.") from error


def thread_of(body: Json) -> str:
    """`ts` of the thread in which something was pressed or chosen; empty outside threads."""
    # Of a private message Slack sends only the container, and with a shortcut only the message.
    where = body.get("container") or body.get("message") or {}
    return where.get("thread_ts") or ""


def is_direct(channel: str) -> bool:
    """Whether a conversation is between two, as the first letter of its ID says."""
    return channel.startswith("D")


def has_words(text: str) -> bool:
    """Whether there is anything in a text to look for."""
    return _WORD.search(text) is not None


async def reply(ack: AsyncAck, message: Message) -> None:
    """Acknowledge a command with its answer, for one person's eyes."""
    await ack(text=message.text, blocks=list(message.blocks), response_type="ephemeral")


def resource_of(catalogue: Catalogue, carried: Carried) -> Resource:
    """The resource a button is about; raises BotError if the catalogue has lost it."""
    for resource in catalogue.resources:
        if resource.id == carried.resource:
            return resource
    raise BotError("That resource is no longer in the catalogue.")


def topic_of(catalogue: Catalogue, carried: Carried) -> Topic:
    """The topic a button is about; raises BotError if the catalogue has lost it."""
    for topic in catalogue.topics:
        if topic.id == carried.topic:
            return topic
    raise BotError("That topic is no longer in the catalogue.")
