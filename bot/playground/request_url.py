"""HTTP mode: signed requests to the app's request URL."""

import asyncio
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.playground.delivery import Delivery, Post

_PATIENCE = 30.0
"""How long a late answer is still listened for, to tell its author how late it was."""

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
_REASONS = {"timeout": "http_timeout"}


def signature(secret: str, timestamp: str, body: str) -> str:
    """Return what Slack writes into X-Slack-Signature."""
    signed = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256)
    return f"v0={signed.hexdigest()}"


class RequestUrl:
    """The address at which the app listens."""

    def __init__(self, url: str, secret: str, post: Post, clock: Callable[[], float]) -> None:
        self._url = url
        self._secret = secret
        self._post = post
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._verifying = asyncio.Lock()
        self._is_verified = False
        self.is_answering = False
        """Whether the last request was answered."""

    def carry(self, delivery: Delivery, reason: str) -> None:
        """Send a request; its answer is the acknowledgement."""
        task = asyncio.create_task(self._carry(delivery, delivery.attempts, reason))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Stop waiting for answers."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _carry(self, delivery: Delivery, attempt: int, reason: str) -> None:
        headers = {}
        if attempt > 1:
            headers = {
                "x-slack-retry-num": str(attempt - 1),
                "x-slack-retry-reason": _REASONS.get(reason, reason),
            }
        try:
            if delivery.kind == "events_api" and not await self._verified():
                self._post.failed(delivery, attempt, "http_error", final=True)
                return
            self._post.handed(delivery)
            self.is_answering = False
            status, answer, refuses = await self._send(*_written(delivery), headers)
            self.is_answering = True
        except aiohttp.TooManyRedirects:
            self._post.failed(delivery, attempt, "too_many_redirects")
        except (aiohttp.ClientError, TimeoutError):
            self._post.failed(delivery, attempt, "connection_failed")
        else:
            if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
                self._post.acknowledge(delivery, attempt, answer)
            else:
                self._post.failed(delivery, attempt, "http_error", final=refuses)

    async def _verified(self) -> bool:
        """Whether the address answers the challenge, which it is asked before the first event."""
        async with self._verifying:
            if not self._is_verified:
                challenge = secrets.token_hex(16)
                body = {"type": "url_verification", "challenge": challenge, "token": "x"}
                _, answer, _ = await self._send(json.dumps(body), _JSON, {})
                self._is_verified = answer in ({"challenge": challenge}, {"text": challenge})
        return self._is_verified

    async def _send(
        self, body: str, content_type: str, headers: Mapping[str, str]
    ) -> tuple[int, dict[str, Any] | None, bool]:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(_PATIENCE))
        timestamp = str(int(self._clock()))
        signed = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._secret, timestamp, body),
            **headers,
        }
        async with self._session.post(
            self._url, data=body.encode(), headers=signed, max_redirects=2
        ) as response:
            refuses = response.headers.get("x-slack-no-retry") == "1"
            return response.status, _read(await response.text()), refuses


def _written(delivery: Delivery) -> tuple[str, str]:
    if delivery.kind == "events_api":
        return json.dumps(delivery.payload), _JSON
    if delivery.kind == "slash_commands":
        return urlencode(delivery.payload), _FORM
    return urlencode({"payload": json.dumps(delivery.payload)}), _FORM


def _read(body: str) -> dict[str, Any] | None:
    """Return the payload of an acknowledgement: JSON, or a text for the person."""
    if not body:
        return None
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"text": body}
