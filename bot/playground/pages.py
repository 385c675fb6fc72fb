"""What the browser is served: the page, what a person sees on it, and what they do there.

Only this machine's own browser may ask: a request that names another host is refused, and so is
one that changes or watches anything and comes from another page.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.playground.api import Call
from bot.playground.changes import Changes
from bot.playground.delivery import Delivery
from bot.playground.doings import DOINGS
from bot.playground.errors import RefusedError
from bot.playground.people import People
from bot.playground.snapshot import snapshot

_FILES = Path(__file__).parent / "page"
_FILE = re.compile(r"[a-z0-9_-]+\.(?:js|css|svg|html)")
_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".html": "text/html",
}
_HOSTS = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?", re.IGNORECASE)
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_OWN = ("/page/act", "/page/socket")
_SECRET = re.compile(r"(?:xoxb|xapp)-[\w-]+|v0=[0-9a-f]{64}|(?<=ticket=)[\w-]+")

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Pages:
    """The routes of the page."""

    def __init__(
        self,
        people: People,
        changes: Changes,
        traffic: Callable[[], list[Delivery | Call]],
        connection: Callable[[], Json],
    ) -> None:
        self._people = people
        self._changes = changes
        self._latest = traffic
        self._connection = connection

    def add_to(self, served: web.Application) -> None:
        """Add the routes."""
        served.router.add_get("/", self._index)
        served.router.add_get("/page/socket", self._socket)
        served.router.add_get("/page/traffic/{id}", self._traffic)
        served.router.add_post("/page/act", self._act)
        served.router.add_get("/page/{file}", self._file)

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse whoever was led here under another name, or by another page."""
        if not _HOSTS.fullmatch(request.headers.get("Host", "")):
            raise web.HTTPForbidden(text="Open this page as http://127.0.0.1 or http://localhost.")
        own = request.headers.get("Origin") == f"http://{request.host}"
        if request.path in _OWN and not own:
            raise web.HTTPForbidden(text="Only the page itself may ask for this.")
        return await handler(request)

    async def _index(self, _: web.Request) -> web.StreamResponse:
        return _served("index.html")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        return _served(request.match_info["file"])

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        users = self._people.workspace.users
        # On its first visit the page does not know yet who there is.
        me = request.query.get("as", "")
        me = me if me in users else next(iter(users))
        stream = web.WebSocketResponse(max_msg_size=4096)
        await stream.prepare(request)
        showing = asyncio.create_task(self._show(stream, me))
        try:
            async for _ in stream:
                pass
        finally:
            showing.cancel()
        return stream

    async def _show(self, stream: web.WebSocketResponse, me: str) -> None:
        try:
            while True:
                version = self._changes.version
                await stream.send_str(json.dumps(self._snapshot(me, version)))
                if self._changes.version == version:
                    await self._changes.next()
                    # All that changes in this turn of the loop is shown at once.
                    await asyncio.sleep(0)
        except ConnectionError:
            return

    def _snapshot(self, me: str, version: int) -> Json:
        found = snapshot(self._people.workspace, me, self._latest())
        found["app"] |= self._connection()
        return {"version": version, "ahead": self._people.clock.ahead} | found

    async def _traffic(self, request: web.Request) -> web.StreamResponse:
        for one in self._latest():
            if one.id == request.match_info["id"]:
                if isinstance(one, Delivery):
                    shown = {"request": one.payload, "answer": one.ack_payload}
                else:
                    shown = {"request": one.arguments, "answer": one.answer}
                return web.json_response(_redacted(shown), headers=_HEADERS)
        raise web.HTTPNotFound(text="There is no such line any more.")

    async def _act(self, request: web.Request) -> web.StreamResponse:
        try:
            given = await request.json()
            answer = await DOINGS[given["do"]](self._people, self._somebody(given["as"]), given)
        except RefusedError as error:
            return _refused(str(error), error.errors)
        except (KeyError, TypeError, ValueError, OverflowError):
            return _refused("The page asked for something that cannot be done.", {})
        return web.json_response({"ok": True, **answer}, headers=_HEADERS)

    def _somebody(self, user: str) -> str:
        if user not in self._people.workspace.users:
            raise RefusedError(f"There is nobody with the id {user!r}.")
        return user


def _refused(sentence: str, errors: dict[str, str]) -> web.Response:
    body = {"ok": False, "error": sentence, "errors": errors}
    return web.json_response(body, status=400, headers=_HEADERS)


def _served(name: str) -> web.Response:
    path = _FILES / name
    if not _FILE.fullmatch(name) or not path.is_file():
        raise web.HTTPNotFound(text="There is no such file.")
    return web.Response(
        body=path.read_bytes(), content_type=_TYPES[path.suffix], charset="utf-8", headers=_HEADERS
    )


def _redacted(value: Any) -> Any:
    match value:
        case dict():
            return {
                key: "xoxb-…" if key == "token" else _redacted(inner)
                for key, inner in value.items()
            }
        case list():
            return [_redacted(inner) for inner in value]
        case str():
            return _SECRET.sub("xoxb-…", value)
    return value
