"""The Web API and the response URLs: what the app calls, over HTTP.

Every call is kept with what it was answered. A fault that was arranged for a method strikes its
next call, before or after the workspace has done what it was asked.
"""

import asyncio
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from time import perf_counter
from typing import Any

from aiohttp import web

from bot.playground import answers
from bot.playground.errors import SlackError
from bot.playground.faults import Fault, Faults
from bot.playground.methods import METHODS, Method
from bot.playground.methods.method import Arguments
from bot.playground.workspace import Workspace

Json = dict[str, Any]

RESPONSE_URL = "response_url"
"""What calls and faults call a post to a response URL."""

_LOST = 0
"""The status of a call whose answer never arrived."""

_GONE = ("used_url", "expired_url")


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the app, and what it was answered; status 0 if the answer never arrived."""

    id: str
    method: str
    arguments: Json
    status: int
    answer: Json
    at: float
    ms: float


@dataclass(frozen=True)
class Tokens:
    """What the app proves itself with."""

    bot: str
    app: str

    @classmethod
    def fresh(cls) -> "Tokens":
        """Return tokens that nobody has seen before."""
        return cls(f"xoxb-1-{secrets.token_hex(12)}", f"xapp-1-A1-{secrets.token_hex(12)}")


class Api:
    """Answers the app's calls."""

    def __init__(
        self,
        workspace: Workspace,
        tokens: Tokens,
        connect: Callable[[], str],
        flush: Callable[[], None],
    ) -> None:
        self.calls: list[Call] = []
        self.faults = Faults()
        self.in_hand = 0
        """How many calls are not answered yet."""
        self._workspace = workspace
        self._tokens = tokens
        self._flush = flush
        self._methods = METHODS | {
            "apps.connections.open": Method(lambda _, __: {"url": connect()}, caller="app")
        }

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Serve a call of a method."""
        name = request.match_info["method"]
        try:
            given = await _arguments(request)
        except SlackError as error:
            return _written(200, error.answer())
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        token = given.pop("token", "") or token
        scopes = {"x-oauth-scopes": ",".join(self._workspace.app.scopes)}
        asked = _Asked(name, given, lambda: self._run(name, token, given), perf_counter())
        return await self._serve(request, asked, scopes)

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Serve a post to a response URL."""
        try:
            given = await _arguments(request)
        except SlackError as error:
            return _written(400, error.answer())
        secret = request.match_info["secret"]
        asked = _Asked(RESPONSE_URL, given, lambda: self._respond(secret, given), perf_counter())
        return await self._serve(request, asked)

    def _run(self, name: str, token: str, given: Json) -> tuple[int, Json]:
        try:
            method = self._method(name)
            self._authorize(method, token)
            answer = method.run(self._workspace, Arguments(given))
        except SlackError as error:
            return 200, error.answer()
        return 200, {"ok": True, **answer}

    def _method(self, name: str) -> Method:
        if (method := self._methods.get(name)) is None:
            raise SlackError("unknown_method", req_method=name)
        return method

    def _authorize(self, method: Method, token: str) -> None:
        if method.caller == "anyone":
            return
        if not token:
            raise SlackError("not_authed")
        right = {"bot": self._tokens.bot, "app": self._tokens.app}
        if token not in right.values():
            raise SlackError("invalid_auth")
        if self._workspace.revoked is not None:
            raise SlackError(self._workspace.revoked)
        if token != right[method.caller]:
            raise SlackError("not_allowed_token_type")
        if method.scopes and not self._workspace.app.may(*method.scopes):
            provided = ",".join(self._workspace.app.scopes)
            raise SlackError("missing_scope", needed=",".join(method.scopes), provided=provided)

    def _respond(self, secret: str, given: Json) -> tuple[int, Json]:
        try:
            answers.to_response_url(self._workspace, secret, given)
        except SlackError as error:
            return 404 if error.code in _GONE else 400, error.answer()
        return 200, {"ok": True}

    async def _serve(
        self, request: web.Request, asked: "_Asked", headers: Mapping[str, str] | None = None
    ) -> web.StreamResponse:
        fault = self.faults.take(asked.name, asked.given.get("channel"))
        self.in_hand += 1
        try:
            if fault is not None:
                return await self._fail(request, asked, fault)
            status, answer = asked.run()
            self._record(asked, status, answer)
            return _written(status, answer, headers)
        finally:
            self.in_hand -= 1
            self._flush()

    async def _fail(
        self, request: web.Request, asked: "_Asked", fault: Fault
    ) -> web.StreamResponse:
        status, answer = asked.run() if fault.when == "after" else (_LOST, {})
        status, answer = fault.outcome(status, answer)
        self._record(asked, status, answer)
        self._flush()
        if status == _LOST:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return _written(status, answer, {"Retry-After": str(int(fault.seconds))})
        await asyncio.sleep(fault.seconds)
        return _written(status, answer)

    def _record(self, asked: "_Asked", status: int, answer: Json) -> None:
        ms = (perf_counter() - asked.started) * 1000
        at = float(self._workspace.stamp())
        number = len(self.calls) + 1
        self.calls.append(Call(f"c{number}", asked.name, asked.given, status, answer, at, ms))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the app asks for, and how to do it."""

    name: str
    given: Json
    run: Callable[[], tuple[int, Json]]
    started: float


async def _arguments(request: web.Request) -> Json:
    """Return what a request holds in its query and its body; raises SlackError."""
    return {**request.query, **await _body(request)}


async def _body(request: web.Request) -> Json:
    body = await request.read()
    if not body:
        return {}
    if request.content_type == "application/json":
        try:
            found = json.loads(body)
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(found, dict):
            raise SlackError("json_not_object")
        return found
    return {name: value for name, value in (await request.post()).items() if isinstance(value, str)}


def _written(status: int, body: Json, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(
        status=status,
        body=json.dumps(body).encode(),
        content_type="application/json",
        charset="utf-8",
        headers=headers,
    )
