"""The Bolt application: what stands between Slack and the listeners.

Nothing of what people write is logged here or by the libraries beneath, which would print whole
requests when one goes unanswered or bears a bad signature.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from copy import copy
from time import time
from typing import Any

import aiohttp
import structlog
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot import logs
from bot.gathering import Gathering
from bot.seen import Seen
from bot.settings import Settings
from bot.slack.delivery import PATIENCE, Patience, retry_handlers
from bot.slack.desk import Desk
from bot.slack.failures import Failures
from bot.slack.inhand import BEGUN, Begun, InHand
from bot.slack.listeners import register

_log = structlog.stdlib.get_logger(__name__)

# A signed request is good for five minutes either way of its timestamp.
_SIGNATURE_LIFE = 600.0
_MOST_REMEMBERED = 100_000
# Idle connections are given up before Slack's side does, so that none breaks under a post.
_IDLE = 10.0


@asynccontextmanager
async def web_client(
    settings: Settings, patience: Patience = PATIENCE
) -> AsyncIterator[AsyncWebClient]:
    """A Web API client that keeps its connections; slack_sdk alone makes one for each call."""
    connector = aiohttp.TCPConnector(keepalive_timeout=_IDLE)
    timeout = aiohttp.ClientTimeout(total=patience.answer)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        yield AsyncWebClient(
            token=settings.bot_token.get_secret_value(),
            base_url=settings.api_url,
            session=session,
            retry_handlers=retry_handlers(),
            logger=logs.of_libraries(),
        )


def bolt_app(
    settings: Settings,
    client: AsyncWebClient,
    identity: AuthorizeResult,
    *,
    desk: Desk,
    gathering: Gathering,
    in_hand: InHand,
    patience: Patience = PATIENCE,
    clock: Callable[[], float] = time,
) -> AsyncApp:
    """The application with every listener, ready to be given requests."""

    async def authorize() -> AuthorizeResult:
        return identity

    # Without a token of its own Bolt asks who it is here; with one it would ask Slack once more, at
    # the first request, and lose that if Slack does not answer.
    anonymous = copy(client)
    anonymous.token = None
    # Socket Mode checks no signatures, and Bolt insists on something to check them by.
    secret = settings.signing_secret
    app = _App(
        in_hand,
        patience.acknowledge,
        name="onboard",
        client=anonymous,
        authorize=authorize,
        signing_secret=secret.get_secret_value() if secret else None,
        logger=logs.of_libraries(),
        # What these would do is not needed, or Slack's own limits forbid it: a threaded `say`
        # reads the thread first.
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    gate = _Gate(Seen(_SIGNATURE_LIFE, _MOST_REMEMBERED), clock)
    app.use(gate.pass_)
    register(app, desk, gathering, in_hand, Failures(desk))
    return app


class _App(AsyncApp):
    """Bolt's application, which takes each request in hand until its response is there.

    Bolt acknowledges an event before anybody has looked at it, and Slack never sends it again. So
    that no question dies with a process, an event is acknowledged here when it is dealt with; one
    that takes longer than Slack waits comes again, and is known then.
    """

    def __init__(self, in_hand: InHand, patience: float, **options: Any) -> None:
        super().__init__(**options)
        self._in_hand = in_hand
        self._patience = patience

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        """Respond to a request; to none any more once it is stopping."""
        if self._in_hand.stopping:
            # Neither taken nor acknowledged, so that Slack gives it to another replica.
            return BoltResponse(status=503)
        # Not by a middleware: what Bolt gives one as `next` only notes that it was called.
        with self._in_hand:
            begun = Begun()
            BEGUN.set(begun)
            response = await super().async_dispatch(req)
            # A listener of an event begins in a task of its own; let it take itself in hand first.
            await asyncio.sleep(0)
            if req.body.get("type") != "event_callback":
                return response
            if await begun.done(self._patience) and not begun.again:
                return response
            return BoltResponse(status=503)


class _Gate:
    """What every request passes after its signature was found good."""

    def __init__(self, signatures: Seen, clock: Callable[[], float]) -> None:
        self._signatures = signatures
        self._clock = clock

    async def pass_(
        self,
        req: AsyncBoltRequest,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - Bolt
    ) -> BoltResponse:
        """Refuse a request that was sent before, as someone who overheard it would.

        A retry by Slack repeats an event, and events are answered once by their id, so those pass.
        """
        signature = _header(req.headers, "x-slack-signature")
        is_event = req.body.get("type") == "event_callback"
        if signature and not is_event and not self._signatures.claim(signature, at=self._clock()):
            return BoltResponse(status=401, body='{"error":"invalid request"}')
        return await next()


def _header(headers: Mapping[str, Any], name: str) -> str:
    values = headers.get(name) or ()
    return str(values[0]) if isinstance(values, list) and values else ""
