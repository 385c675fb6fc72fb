"""A small workspace and the manifest of an app that uses all of it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Self

import aiohttp
import pytest

from bot.playground import Channel, Playground, Said, Seed, Step, User, Welcome

Json = dict[str, Any]

SCOPES = (
    "app_mentions:read assistant:write channels:history channels:read chat:write commands"
    " groups:history groups:read im:history im:read im:write reactions:write users:read"
).split()
EVENTS = (
    "app_home_opened app_mention app_uninstalled message.channels message.groups message.im"
    " member_joined_channel member_left_channel channel_left channel_archive tokens_revoked"
).split()


def manifest(*, scopes: list[str] = SCOPES, events: list[str] = EVENTS) -> Json:
    """Return the manifest of an app with everything, or with less."""
    return {
        "display_information": {"name": "onboard", "description": "Finds where to learn."},
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "onboard"},
            "agent_view": {"agent_description": "Ask where to learn."},
            "slash_commands": [
                {"command": "/onboard", "description": "Ask", "usage_hint": "[topic]"},
                {"command": "/escaped", "description": "Ask", "should_escape": True},
            ],
            "shortcuts": [
                {
                    "callback_id": "find",
                    "name": "Find resources",
                    "type": "message",
                    "description": "Find",
                },
                {"callback_id": "add", "name": "Add", "type": "global", "description": "Add"},
            ],
        },
        "oauth_config": {"scopes": {"bot": list(scopes)}},
        "settings": {
            "event_subscriptions": {"bot_events": list(events)},
            "interactivity": {"is_enabled": True},
            "socket_mode_enabled": True,
        },
    }


EARLIER = Said("C1", "U2", "who knows virtio?")
SEED = Seed(
    "Acme Rockets",
    (
        User("U1", "mina", "Mina Park", "newcomer", timezone="Asia/Seoul"),
        User("U2", "tom", "Tom Reed", "lead", is_admin=True),
        User("U3", "ana", "Ana Silva"),
    ),
    (
        Channel("C1", "general", "All of us", members=("U1", "U2"), app_is_member=True),
        Channel("C2", "random", members=("U1", "U2")),
        Channel("C3", "secret", private=True, members=("U1",), app_is_member=True),
        Channel("C4", "hidden", private=True, members=("U1",)),
    ),
    (EARLIER, Said("C1", "U1", "I do", EARLIER), Said("C2", "U2", "lunch?")),
    Welcome("Welcome", "Try this.", (Step("Ask", "C1", "@onboard where …"),)),
)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, at: float = 1_700_000_000.0) -> None:
        self.at = at

    def __call__(self) -> float:
        """Return the time at which it stands."""
        return self.at


class RawApp:
    """An app without any library: it speaks HTTP and frames, and acknowledges as it is told."""

    def __init__(self, playground: Playground, session: aiohttp.ClientSession) -> None:
        self.playground = playground
        self.session = session
        self.envelopes: list[Json] = []
        self.frames: list[Json] = []
        self.answer: Callable[[Json], Json | None] = lambda _: {}
        """What an envelope is acknowledged with; None is silence."""
        self._tasks: list[asyncio.Task[None]] = []
        self._sockets: list[aiohttp.ClientWebSocketResponse] = []

    async def call(self, method: str, token: str | None = None, **arguments: Any) -> Json:
        """Call a method with JSON and return the answer."""
        bearer = self.playground.bot_token if token is None else token
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        url = self.playground.api_url + method
        async with self.session.post(url, json=arguments, headers=headers) as response:
            found: Json = await response.json()
            return found

    async def post(self, url: str, **body: Any) -> tuple[int, Json]:
        """Post to a response URL and return the status and the answer."""
        async with self.session.post(url, json=body) as response:
            return response.status, await response.json()

    async def connect(self) -> aiohttp.ClientWebSocketResponse:
        """Open one more socket and answer on it until it closes."""
        opened = await self.call("apps.connections.open", self.playground.app_token)
        socket = await self.session.ws_connect(opened["url"])
        self._tasks.append(asyncio.create_task(self._serve(socket)))
        return self._kept(socket)

    async def listen(self) -> aiohttp.ClientWebSocketResponse:
        """Open one more socket for the test itself to read, past its hello."""
        opened = await self.call("apps.connections.open", self.playground.app_token)
        socket = await self.session.ws_connect(opened["url"])
        assert (await socket.receive_json())["type"] == "hello"
        return self._kept(socket)

    def _kept(self, socket: aiohttp.ClientWebSocketResponse) -> aiohttp.ClientWebSocketResponse:
        self._sockets.append(socket)
        return socket

    async def _serve(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            frame = json.loads(message.data)
            if "envelope_id" not in frame:
                self.frames.append(frame)
                self.playground.changed()
                continue
            self.envelopes.append(frame)
            if (answer := self.answer(frame)) is not None:
                acknowledgement = {"envelope_id": frame["envelope_id"]}
                if answer:
                    acknowledgement["payload"] = answer
                await socket.send_json(acknowledgement)
            self.playground.changed()

    async def close(self) -> None:
        """Close every socket."""
        for socket in self._sockets:
            await socket.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def kinds(self) -> list[str]:
        """Return the types of the inner events received so far."""
        return [one["payload"]["event"]["type"] for one in self.envelopes if _is_event(one)]

    @classmethod
    @asynccontextmanager
    async def living_in(cls, playground: Playground) -> AsyncIterator[Self]:
        """Yield an app with a session of its own."""
        async with aiohttp.ClientSession() as session:
            app = cls(playground, session)
            try:
                yield app
            finally:
                await app.close()


def _is_event(envelope: Json) -> bool:
    return bool(envelope["type"] == "events_api")


impatient = pytest.mark.parametrize("patience", [0.3], ids=["impatient"])
"""For a test in which an acknowledgement does not come in time."""


def without(*scopes: str) -> Json:
    """Return the manifest of an app without these scopes."""
    return manifest(scopes=[scope for scope in SCOPES if scope not in scopes])


def seed_with(**changes: Any) -> Seed:
    """Return the small workspace with something else in it."""
    return replace(SEED, **changes)


def button(value: str = "1", action_id: str = "why", block_id: str = "row") -> list[Json]:
    """Return blocks with one button."""
    text = {"type": "plain_text", "text": "Why?"}
    pressed = {"type": "button", "text": text, "action_id": action_id, "value": value}
    return [{"type": "actions", "block_id": block_id, "elements": [pressed]}]


def modal(*blocks: Json, **more: Any) -> Json:
    """Return a modal; without blocks, one that asks for a name."""
    return {
        "type": "modal",
        "callback_id": "ask",
        "title": {"type": "plain_text", "text": "Ask"},
        "submit": {"type": "plain_text", "text": "Send"},
        "blocks": list(blocks) or [text_input()],
        **more,
    }


def text_input(block_id: str = "name", type_: str = "plain_text_input", **more: Any) -> Json:
    """Return an input block for a text; `more` goes into its element."""
    return {
        "type": "input",
        "block_id": block_id,
        "label": {"type": "plain_text", "text": "Name"},
        "element": {"type": type_, "action_id": "value", **more},
    }


def section(text: str = "hello") -> Json:
    """Return a section."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}
