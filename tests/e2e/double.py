"""The real bot, run as `onboard serve` runs it, beside a strict double of Slack."""

import asyncio
import socket
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from bot.links.checker import Checker, Manners
from bot.playground import Channel, Playground, Seed, User
from bot.playground.api import Call
from bot.playground.conversation import Message
from bot.playground.views import View
from bot.serve import serve
from bot.settings import Features, Settings
from bot.slack.delivery import PATIENCE, Patience
from bot.slack.inhand import InHand
from bot.slack.manifest import EVENTS_PATH, manifest
from tests.sqlite import migrated

ROOT = Path(__file__).parent.parent.parent
CATALOGUE = ROOT / "resources.yaml"

NEWCOMER, SECOND, CURATOR = "U0NEWCOMER1", "U0NEWCOMER2", "U0CURATOR01"
HELP, GENERAL, CURATORS = "C0HELP00001", "C0GENERAL01", "C0CURATORS1"
ALL = Features(listening=True, agent=True, curators=True)

SEED = Seed(
    name="Tests",
    users=(
        User(NEWCOMER, "newcomer", "First newcomer"),
        User(SECOND, "second", "Second newcomer"),
        User(CURATOR, "curator", "Curator", is_admin=True),
    ),
    channels=(
        Channel(HELP, "help", members=(NEWCOMER, SECOND, CURATOR), app_is_member=True),
        Channel(GENERAL, "general", members=(NEWCOMER, SECOND, CURATOR)),
        Channel(CURATORS, "curators", private=True, members=(CURATOR,), app_is_member=True),
    ),
)

# Where it matters how Slack reaches the bot; elsewhere it is over a socket.
OVER_BOTH = pytest.mark.parametrize("mode", ["socket", "http"])

_now = partial(datetime.now, UTC)

QUICK = Patience(answer=1.0, pauses=(0.05, 0.1), tick=0.05, look=0.05, pace=0.0, retry=0.1)

RESOURCE = """
  - id: {0}
    title: The book of {0}
    url: https://example.org/{0}
    summary: All about {0}.
    topics: [things]
"""
THINGS = "version: 1\ntopics: [{id: things, name: Things}]\nresources:"


class Slack(Playground):
    """The double, with the few things that tests do and look at all the time."""

    store: Path
    """Where the bot keeps what people did in this workspace."""
    work: InHand
    """What the bot has begun and not yet done."""

    def now(self) -> datetime:
        """Return what its clock says."""
        return datetime.fromtimestamp(self.clock(), UTC)

    def go_to(self, moment: datetime) -> None:
        """Move its clock."""
        self.clock.set_to(moment.timestamp())

    async def mention(
        self, text: str, *, user: str = NEWCOMER, channel: str = HELP, thread: str | None = None
    ) -> str:
        """Mention the bot; returns the ts."""
        return await self.say(user, channel, f"<@{self.bot_user}> {text}", thread_ts=thread)

    def by_bot(self, channel: str, user: str = NEWCOMER) -> list[Message]:
        """Return what a person sees of the bot in a conversation, oldest first."""
        return [message for message in self.seen(user, channel) if message.bot]

    async def said(self, channel: str, user: str = NEWCOMER, count: int = 1) -> list[Message]:
        """Wait until a person sees so many messages of the bot, and return them all."""
        await self.until(lambda: len(self.by_bot(channel, user)) >= count)
        return self.by_bot(channel, user)

    async def answer_to(
        self, doing: Awaitable[object], channel: str = HELP, user: str = NEWCOMER
    ) -> Message:
        """Do something, wait until a person sees one more message of the bot, and return it."""
        before = len(self.by_bot(channel, user))
        await doing
        return (await self.said(channel, user, before + 1))[-1]

    async def onboard(self, text: str, *, user: str = NEWCOMER, channel: str = HELP) -> Message:
        """Type `/onboard` and something, and return the answer."""
        return await self.answer_to(self.command(user, channel, "/onboard", text), channel, user)

    async def modal(self, user: str = NEWCOMER) -> View:
        """Wait until a modal is open, and return it."""
        return (await self.until(lambda: self.modals(user)))[-1]

    async def quiet(self) -> None:
        """Wait until everything sent so far is dealt with, and nothing more is to come of it."""
        await self.idle()
        assert await self.work.done(10.0)
        await self.idle()

    def posts(self) -> list[Call]:
        """Return every call by which the bot said something, in order."""
        saying = ("chat.postMessage", "chat.postEphemeral", "response_url")
        return [call for call in self.calls if call.method in saying]


def settings_of(slack: Slack, port: int, **more: str) -> Settings:
    """Return what an operator would set for that Slack."""
    how = (
        {"SLACK_APP_TOKEN": slack.app_token}
        if slack.mode == "socket"
        else {"SLACK_SIGNING_SECRET": slack.signing_secret, "ONBOARD_PORT": str(port)}
    )
    given = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_API_URL": slack.api_url,
        "ONBOARD_CATALOGUE": str(CATALOGUE),
        "ONBOARD_CURATORS_CHANNEL": CURATORS,
        "ONBOARD_LISTENING": "true",
        "ONBOARD_MODEL": "off",
        "ONBOARD_LINKS": "false",
        "ONBOARD_DATABASE_URL": f"sqlite:///{slack.store}",
        **how,
        **more,
    }
    return Settings.model_validate({name: value for name, value in given.items() if value})


@asynccontextmanager
async def bot(
    slack: Slack, port: int, count: int = 1, **settings: str
) -> AsyncIterator[asyncio.Event]:
    """Run so many bots on one store, which wait for nothing longer than it takes to test it."""
    slack.work = InHand()
    async with AsyncExitStack() as stack:
        for _ in range(count):
            running = serving(settings_of(slack, port, **settings), QUICK, slack.work, slack.now)
            stop = await stack.enter_async_context(running)
        yield stop


@asynccontextmanager
async def serving(
    settings: Settings,
    patience: Patience = PATIENCE,
    in_hand: InHand | None = None,
    clock: Callable[[], datetime] = _now,
    checker: Callable[[Manners], Checker] = Checker,
) -> AsyncIterator[asyncio.Event]:
    """Run the bot, as ready as when it says so; setting the event stops it."""
    stop, ready = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(
        serve(
            settings,
            stop=stop,
            ready=lambda _: ready.set(),
            patience=patience,
            in_hand=in_hand,
            clock=clock,
            checker=checker,
        )
    )
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait((running, waiting), return_when=asyncio.FIRST_COMPLETED)
    if not ready.is_set():
        waiting.cancel()
        await running
    try:
        yield stop
    finally:
        stop.set()
        await running


def books(folder: Path, *names: str) -> Path:
    """Write a catalogue of books, as an editor does: aside, and then in the place of the other."""
    aside, file = folder / "aside.yaml", folder / "resources.yaml"
    aside.write_text(THINGS + ("".join(map(RESOURCE.format, names)) or " []\n"))
    return aside.replace(file)


@asynccontextmanager
async def locked(store: Path) -> AsyncIterator[None]:
    """Keep everybody else from writing to a store, as a backup does that goes wrong."""
    with closing(sqlite3.connect(store, check_same_thread=False)) as other:
        # Beside the loop, in which the bot may be in the middle of writing.
        await asyncio.to_thread(other.execute, "BEGIN EXCLUSIVE")
        yield


def free_port() -> int:
    """Return a port of this machine that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def workspace(
    mode: str, features: Features = ALL, seed: Seed = SEED, **options: Any
) -> AsyncIterator[tuple[Slack, int]]:
    """Serve a double that reaches the bot in this mode, at this port if over HTTP."""
    port = free_port()
    url = f"http://127.0.0.1:{port}" if mode == "http" else None
    # The manifest is for a public address; the double is told the real one.
    made: Mapping[str, Any] = manifest(features, url="https://bot.example.org" if url else None)
    request_url = url and url + EVENTS_PATH
    with TemporaryDirectory() as folder:
        async with Slack(made, seed, request_url=request_url, **options) as slack:
            slack.store = Path(folder) / "onboard.db"
            slack.store.write_bytes(migrated())
            slack.work = InHand()
            yield slack, port


@asynccontextmanager
async def running(
    mode: str, *, features: Features = ALL, seed: Seed = SEED, **settings: str
) -> AsyncIterator[Slack]:
    """The double with the bot in it.

    At the end nothing is left that Slack would merely have put up with.
    """
    async with (
        workspace(mode, features, seed) as (double, port),
        serving(settings_of(double, port, **settings), in_hand=double.work),
    ):
        yield double
    assert double.warnings == []


def buttons(message: Message | View) -> dict[str, dict[str, Any]]:
    """Return the buttons of a message by their label, each with its block_id."""
    found: dict[str, dict[str, Any]] = {}
    for block in message.blocks or ():
        elements = [*block.get("elements", ()), *filter(None, [block.get("accessory")])]
        for element in elements:
            if element.get("type") == "button":
                label = element["text"]["text"]
                found.setdefault(label, {**element, "block_id": block["block_id"]})
    return found


async def thumb(
    slack: Slack, message: Message, channel: str, *, up: bool, user: str = NEWCOMER, which: int = 0
) -> None:
    """Press a thumb under a message, by default that of the first result."""
    thumbs = [one for one in message.blocks or () if one["type"] == "context_actions"]
    block = thumbs[which]
    element = block["elements"][0]
    value = element["positive_button" if up else "negative_button"]["value"]
    await slack.act(
        user,
        {"type": "message", "channel": channel, "ts": message.ts},
        {"block_id": block["block_id"], "action_id": element["action_id"], "value": value},
    )


async def press(
    slack: Playground, message: Message, channel: str, label: str, user: str = NEWCOMER
) -> None:
    """Press a button of a message, as whoever sees it."""
    button = buttons(message)[label]
    await slack.act(
        user,
        {"type": "message", "channel": channel, "ts": message.ts},
        {name: button[name] for name in ("block_id", "action_id", "value")},
    )


def filled(
    *,
    url: str = "https://example.org/k8s",
    title: str = "Kubernetes from the start",
    topics: Sequence[str] = ("kvm",),
    summary: str = "How clusters are run.",
    **more: str,
) -> dict[str, dict[str, Any]]:
    """Return what a person puts into the form for suggestions; by default nothing is wrong."""
    texts = {"url": url, "title": title, "summary": summary, **more}
    chosen = {"selected_options": [{"value": one} for one in topics]}
    return {"topics": {"given": chosen}} | {
        name: {"given": {"value": text}} for name, text in texts.items()
    }


def text_of(message: Message | View) -> str:
    """Return everything a message shows: its text and that of its blocks."""
    shown: list[str] = [message.text] if isinstance(message, Message) else []

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if node.get("type") in ("mrkdwn", "plain_text") and isinstance(node.get("text"), str):
                shown.append(node["text"])
            for value in node.values():
                walk(value)
        elif isinstance(node, list | tuple):
            for value in node:
                walk(value)

    walk(list(message.blocks or ()))
    return "\n".join(shown)
