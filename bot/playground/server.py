"""A whole workspace on one port of this machine: for the app, for people, and for tests."""

import asyncio
import ipaddress
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self, TypeVar

from aiohttp import web

from bot.playground import app
from bot.playground.api import Api, Call, Tokens
from bot.playground.app import App
from bot.playground.changes import Changes
from bot.playground.clock import Clock
from bot.playground.conversation import Message
from bot.playground.delivery import Delivery, Post
from bot.playground.faults import Fault
from bot.playground.objects import TEAM
from bot.playground.pages import Pages
from bot.playground.people import People
from bot.playground.request_url import RequestUrl
from bot.playground.seed import Seed
from bot.playground.sockets import Sockets
from bot.playground.tickets import TRIGGER_SECONDS
from bot.playground.views import View
from bot.playground.workspace import Workspace

RETRY_AFTER = (0.05, 0.2, 0.5)
"""Seconds before an event is sent again: Slack waits nothing, a minute and five minutes."""

MOST_TRAFFIC = 200
"""Lines of the inspector."""

T = TypeVar("T")


class Playground(People):
    """A workspace with one app, served on loopback.

    With a `request_url` the app is sent signed requests; without one it connects by Socket Mode.
    `everywhere` sends every event to all sockets at once, so that they race for it; `race` changes
    that. An act has to be acknowledged within `ack_seconds`, and its trigger lasts for
    `trigger_seconds`. All that happens in it bears the time of its `clock`, which people can move:
    an app that is to live by the same time is given that one.
    """

    def __init__(
        self,
        manifest: Mapping[str, Any],
        seed: Seed,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], float] = time.time,
        request_url: str | None = None,
        ack_seconds: float = 3.0,
        trigger_seconds: float = TRIGGER_SECONDS,
        retry_after: Sequence[float] = RETRY_AFTER,
        everywhere: bool = False,
    ) -> None:
        if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
            raise ValueError(f"{host} is not an address of this machine alone")
        self._changes = Changes()
        moved = Clock(clock, self._changes.tell)
        # Whoever may take longer to acknowledge an act gets its modal after that time, too.
        workspace = Workspace(App.read(manifest), seed, moved, trigger_seconds)
        post = Post(self._changes, ack_seconds, retry_after)
        super().__init__(workspace, post, self._changes.tell, moved)
        post.late = self._note_late
        self.signing_secret = secrets.token_hex(16)
        self._sockets = Sockets(post, self._changes, everywhere=everywhere)
        self._requests: RequestUrl | None = None
        post.carrier = self._sockets
        if request_url is not None:
            # An app compares the time of a signature with its own, which nobody has moved.
            self._requests = RequestUrl(request_url, self.signing_secret, post, clock)
            post.carrier = self._requests
        self._tokens = Tokens.fresh()
        self._api = Api(workspace, self._tokens, self._link, self.flush)
        self._pages = Pages(self, self._changes, self._traffic, self._connection)
        self._host, self._port = host, port
        self._runner: web.AppRunner | None = None

    # Its life

    async def start(self) -> None:
        """Open the port and serve it."""
        served = web.Application(middlewares=[self._pages.guard], client_max_size=16 * 1024**2)
        served.router.add_route("GET", "/api/{method}", self._api.call)
        served.router.add_route("POST", "/api/{method}", self._api.call)
        served.router.add_post("/response/{secret}", self._api.respond)
        served.router.add_get("/link/", self._sockets.link)
        self._pages.add_to(served)
        self._runner = web.AppRunner(served, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        port = self._runner.addresses[0][1]
        name = f"[{self._host}]" if ":" in self._host else self._host
        self.base_url = f"http://{name}:{port}/"

    async def stop(self) -> None:
        """Break every connection and close the port."""
        self._post.close()
        self._sockets.drop()
        if self._requests is not None:
            await self._requests.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    # What the app needs to know

    @property
    def api_url(self) -> str:
        """The base URL of the Web API."""
        return f"{self.base_url}api/"

    @property
    def page_url(self) -> str:
        """Where people open the workspace."""
        return self.base_url

    @property
    def bot_token(self) -> str:
        """The token for the Web API."""
        return self._tokens.bot

    @property
    def app_token(self) -> str:
        """The token for Socket Mode."""
        return self._tokens.app

    @property
    def bot_user(self) -> str:
        """The app's own user."""
        return app.USER

    @property
    def team(self) -> str:
        """The id of the workspace."""
        return TEAM

    def _link(self) -> str:
        return self.base_url.replace("http", "ws", 1) + self._sockets.ticket()

    # What has happened

    @property
    def calls(self) -> list[Call]:
        """Every call of the app, in order."""
        return self._api.calls

    @property
    def in_hand(self) -> int:
        """How many calls of the app are not answered yet."""
        return self._api.in_hand

    @property
    def unsettled(self) -> int:
        """How many deliveries are neither acknowledged nor given up."""
        return self._post.unsettled

    @property
    def envelopes(self) -> int:
        """How many envelopes have been sent over the sockets, copies included."""
        return self._sockets.sent

    @property
    def deliveries(self) -> list[Delivery]:
        """Everything sent to the app, in order."""
        return self._post.deliveries

    @property
    def warnings(self) -> list[str]:
        """What Slack let pass and the app should not have done."""
        return self.workspace.warnings + [
            f"a frame that acknowledges nothing: {frame}" for frame in self._sockets.strays
        ]

    @property
    def connections(self) -> int:
        """How many sockets the app has open."""
        return self._sockets.count

    @property
    def mode(self) -> str:
        """How the app is reached: `socket` or `http`."""
        return "socket" if self._requests is None else "http"

    @property
    def is_connected(self) -> bool:
        """Whether the app can be reached, as far as is known."""
        return self.connections > 0 if self._requests is None else self._requests.is_answering

    def called(self, method: str) -> list[Call]:
        """Return the calls of one method, in order."""
        return [call for call in self.calls if call.method == method]

    def seen(self, user: str, channel: str) -> list[Message]:
        """Return what a person sees in a conversation, replies included, oldest first."""
        return self.workspace.conversations[channel].visible_to(user)

    def direct(self, user: str) -> str:
        """Return the id of a person's direct messages with the app."""
        return self.workspace.direct[user].id

    def modals(self, user: str) -> list[View]:
        """Return the modals that a person has open, bottom to top."""
        return self.workspace.views.stacks.get(user, [])

    def home(self, user: str) -> View | None:
        """Return what the app has published on a person's Home tab."""
        return self.workspace.views.homes.get(user)

    def notices(self, user: str) -> list[str]:
        """Return what Slack's client has told a person outside any conversation."""
        return [notice.text for notice in self.workspace.notices.get(user, ())]

    async def until(self, predicate: Callable[[], T], timeout: float = 10.0) -> T:
        """Wait until something is true of the workspace and return what it says.

        Asked again after every change of anything here, and after `changed`. Raises TimeoutError,
        telling what happened last.
        """
        try:
            async with asyncio.timeout(timeout):
                while not (found := predicate()):
                    await self._changes.next()
                return found
        except TimeoutError:
            raise TimeoutError(f"{timeout} s have passed. {self._lately()}") from None

    def changed(self) -> None:
        """Let whoever waits look again, because something elsewhere has changed."""
        self._changes.tell()

    async def settled(self, delivery: Delivery, timeout: float = 10.0) -> Delivery:
        """Wait until a delivery is acknowledged or given up."""
        await self.until(lambda: delivery.settled, timeout)
        return delivery

    async def idle(self, timeout: float = 10.0) -> None:
        """Wait until every delivery is settled and every call answered.

        The app may still be at work: it acknowledges an event before it answers it.
        """
        await self.until(lambda: not (self._post.unsettled or self._api.in_hand), timeout)

    def _traffic(self) -> list[Delivery | Call]:
        latest: list[Delivery | Call] = [*self.deliveries[-MOST_TRAFFIC:]]
        latest += self.calls[-MOST_TRAFFIC:]
        return sorted(latest, key=lambda one: one.at)[-MOST_TRAFFIC:]

    def _connection(self) -> dict[str, Any]:
        return {"connected": self.is_connected, "mode": self.mode}

    def _lately(self) -> str:
        calls = ", ".join(
            f"{one.method} ({one.answer.get('error') or one.status})" for one in self.calls[-5:]
        )
        deliveries = ", ".join(f"{one.what} ({one.outcome})" for one in self.deliveries[-5:])
        return f"Last calls: {calls or 'none'}. Last deliveries: {deliveries or 'none'}."

    def _note_late(self, delivery: Delivery, ms: float) -> None:
        if delivery.user is not None:
            name = self.workspace.app.name
            self.workspace.notify(
                delivery.user,
                f"{name} took {ms / 1000:.1f} s to acknowledge {delivery.what}; in Slack the person"
                " would have seen a time-out.",
            )

    # What can go wrong

    def fail(
        self, method: str, fault: Fault, times: int = 1, *, channel: str | None = None
    ) -> None:
        """Let the next calls of a method go wrong, or the next ones about a channel.

        `response_url` names the response URLs.
        """
        self._api.faults.add(method, fault, times, channel)

    def revoke(self, code: str | None = "token_revoked") -> None:
        """Void the app's tokens: every call is answered with this code, until None."""
        self.workspace.revoked = code
        self._changes.tell()

    def reinstate(self) -> None:
        """Make the app's tokens good again."""
        self.revoke(None)

    def race(self, *, everywhere: bool) -> None:
        """Send events to all sockets at once from now on, or to one of them as Slack does."""
        self._sockets.everywhere = everywhere

    async def again(self, delivery: Delivery) -> Delivery:
        """Send an event once more that was acknowledged, or given up, long ago."""
        if delivery.kind != "events_api":
            raise ValueError(f"{delivery.what} is no event, and Slack sends only events again")
        return self._send(delivery.kind, delivery.what, delivery.payload)

    async def refresh(self) -> None:
        """Ask the app to open new sockets; the old ones stay open until it closes them."""
        self._sockets.refresh()

    async def drop(self, refusing: int = 0) -> None:
        """Break every socket without warning, and refuse the next so many attempts to open one."""
        self._sockets.refusing = refusing
        self._sockets.drop()
