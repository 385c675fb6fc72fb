"""What every listener needs: the catalogue, what is switched on, and the ways to answer."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter, time
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import BotError
from bot.library import Library, Snapshot
from bot.model import Answer, Catalogue, Resource, Surface, Topic
from bot.settings import Features
from bot.slack import views
from bot.slack.delivery import Delivery
from bot.slack.listening import Listening
from bot.slack.seen import Seen
from bot.slack.values import Carried
from bot.slack.views import Message, Offers

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
    seen: Seen
    curators: str = ""
    """ID of the curators' channel; empty if they have none."""
    clock: Callable[[], float] = time

    @property
    def offers(self) -> Offers:
        """What people are told they can do."""
        return Offers(listening=self.features.listening, suggest=bool(self.curators))

    def search(self, snapshot: Snapshot, text: str, surface: Surface, limit: int = SHOWN) -> Answer:
        """The answer of the catalogue, with a line in the log."""
        began = perf_counter()
        given = snapshot.index.search(text, surface=surface, limit=limit)
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
        self, given: Answer, snapshot: Snapshot, carried: Carried, *, postable: bool
    ) -> Message:
        """What is said when there is no answer: the closest ones, or nothing and what is near."""
        suggest = self.offers.suggest
        if given.verdict == "unsure":
            return views.closest(
                given, snapshot.catalogue, carried, postable=postable, suggest=suggest
            )
        return views.nothing(given, snapshot.catalogue, carried, suggest=suggest)

    def privately(self, carried: Carried, snapshot: Snapshot) -> Message:
        """The answer to one person, with buttons that post it."""
        given = self.search(snapshot, carried.question, "slash")
        if given.verdict == "answer":
            return views.answer(given, snapshot.catalogue, carried, shareable=True)
        return self.unanswered(given, snapshot, carried, postable=True)

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

    @contextmanager
    def once(self, *key: str) -> Iterator[bool]:
        """Whether this is to be done now; it is not done again, unless it fails."""
        is_first = self.seen.claim(*key, now=self.clock())
        try:
            yield is_first
        except Exception:
            # Whoever is told to try again does.
            if is_first:
                self.seen.release(*key)
            raise


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
