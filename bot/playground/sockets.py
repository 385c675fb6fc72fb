"""Socket Mode: envelopes to the app over the WebSockets that it opens.

An envelope goes to any one socket, and waits while there is none; if asked for, every event goes to
all of them at once. A socket that was asked to refresh gets no more of them, but may still
acknowledge those it has. Events that a socket takes with it when it closes are sent again.
"""

import asyncio
import json
import secrets
from collections import deque
from typing import Any

from aiohttp import WSMsgType, web

from bot.playground import app
from bot.playground.changes import Changes
from bot.playground.delivery import Delivery, Post

MAX_SOCKETS = 10
LIFETIME = 18_060


class Socket:
    """One connection of the app."""

    def __init__(self, stream: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
        self.stream = stream
        self.is_retired = False
        self.holds: dict[str, None] = {}
        """The ids of the envelopes it was given and has not acknowledged, in their order."""
        self._transport = transport
        self._outgoing: asyncio.Queue[str] = asyncio.Queue()

    def send(self, text: str) -> None:
        """Send a frame as soon as the ones before it are gone."""
        self._outgoing.put_nowait(text)

    async def write(self) -> None:
        """Send what is to be sent until the connection breaks."""
        try:
            while True:
                await self.stream.send_str(await self._outgoing.get())
        except ConnectionError:
            return

    def abort(self) -> None:
        """Break the connection without a word."""
        if self._transport is not None:
            self._transport.abort()


class Sockets:
    """All connections of the app, and the envelopes on their way."""

    def __init__(self, post: Post, changes: Changes, *, everywhere: bool = False) -> None:
        self.everywhere = everywhere
        """Whether an event goes to all sockets at once."""
        self.refusing = 0
        """How many attempts to connect fail from now on; each uses up its ticket."""
        self._post = post
        self._changes = changes
        self._open: list[Socket] = []
        self._turn = 0
        self._tickets: set[str] = set()
        self._waiting: deque[tuple[Delivery, str]] = deque()
        self._envelopes: dict[str, tuple[Delivery, int]] = {}
        self.sent = 0
        """How many envelopes have been sent, copies included."""
        self.strays: list[str] = []
        """What the app sent that was no acknowledgement of anything."""

    @property
    def count(self) -> int:
        """How many connections are open."""
        return len(self._open)

    def ticket(self) -> str:
        """Return the path and query of a link that opens one connection."""
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return f"link/?ticket={ticket}&app_id={app.ID}"

    def carry(self, delivery: Delivery, reason: str) -> None:
        """Send an envelope to one of the sockets, or to all, or keep it for the next that opens."""
        fresh = [one for one in self._open if not one.is_retired]
        if not fresh:
            self._waiting.append((delivery, reason))
            return
        if self.everywhere and delivery.kind == "events_api":
            delivery.out = len(fresh)
            for socket in fresh:
                self._send(socket, delivery, reason)
            return
        self._turn += 1
        self._send(fresh[self._turn % len(fresh)], delivery, reason)

    def refresh(self) -> None:
        """Ask for new connections in place of these, which stay open until the app closes them."""
        for socket in self._open:
            socket.is_retired = True
            socket.send(_disconnect("refresh_requested"))

    def drop(self) -> None:
        """Break every connection without warning."""
        for socket in self._open:
            socket.abort()

    async def link(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until it closes."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPForbidden(text="the ticket is used up or was never given")
        self._tickets.discard(ticket)
        if self.refusing:
            self.refusing -= 1
            raise web.HTTPServiceUnavailable(text="no socket can be opened at the moment")
        stream = web.WebSocketResponse(max_msg_size=0)
        await stream.prepare(request)
        socket = Socket(stream, request.transport)
        writing = asyncio.create_task(socket.write())
        try:
            self._welcome(socket)
            async for frame in stream:
                if frame.type is WSMsgType.TEXT:
                    self._heard(socket, frame.data)
        finally:
            writing.cancel()
            if socket in self._open:
                self._open.remove(socket)
            self._bury(socket)
            self._changes.tell()
        return stream

    def _bury(self, socket: Socket) -> None:
        """Count the events that a closed socket has not acknowledged as failed.

        Whoever waits for a command or a click waits on: another socket may acknowledge it.
        """
        for envelope_id in socket.holds:
            if (held := self._envelopes.get(envelope_id)) and held[0].kind == "events_api":
                self._post.failed(*held, "connection_failed")

    def _welcome(self, socket: Socket) -> None:
        if len(self._open) >= MAX_SOCKETS:
            socket.send(_disconnect("too_many_websockets"))
            return
        self._open.append(socket)
        hello = {
            "type": "hello",
            "num_connections": len(self._open),
            "connection_info": {"app_id": app.ID},
            "debug_info": {"host": "applink-1", "approximate_connection_time": LIFETIME},
        }
        socket.send(json.dumps(hello))
        waiting, self._waiting = self._waiting, deque()
        for delivery, reason in waiting:
            if not delivery.settled:
                self.carry(delivery, reason)
        self._changes.tell()

    def _send(self, socket: Socket, delivery: Delivery, reason: str) -> None:
        self.sent += 1
        envelope_id = f"e{self.sent}-{delivery.id}"
        is_event = delivery.kind == "events_api"
        is_answered = not is_event and delivery.answered is not None
        envelope: dict[str, Any] = {
            "envelope_id": envelope_id,
            "type": delivery.kind,
            "payload": delivery.payload,
            "accepts_response_payload": is_answered,
        }
        if is_event:
            envelope |= {"retry_attempt": delivery.attempts - 1, "retry_reason": reason}
        self._envelopes[envelope_id] = (delivery, delivery.attempts)
        socket.holds[envelope_id] = None
        socket.send(json.dumps(envelope))
        self._post.handed(delivery)

    def _heard(self, socket: Socket, frame: str) -> None:
        try:
            match json.loads(frame):
                case {"envelope_id": str(envelope_id), **rest} if envelope_id in self._envelopes:
                    delivery, attempt = self._envelopes.pop(envelope_id)
                    socket.holds.pop(envelope_id, None)
                    payload = rest.get("payload")
                    shown = payload if isinstance(payload, dict) else None
                    self._post.acknowledge(delivery, attempt, shown)
                    return
        except ValueError:
            pass
        self.strays.append(frame)
        self._changes.tell()


def _disconnect(reason: str) -> str:
    return json.dumps({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}})
