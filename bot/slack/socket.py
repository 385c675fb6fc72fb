"""Socket Mode: the WebSocket over which Slack reaches the bot, kept open.

slack_sdk's client reads and answers it. What it lacks is here: an address is good for one attempt,
so that each asks for a new one, with growing pauses, since Slack gives out few of them a minute.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import time
from typing import Any

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot import logs
from bot.errors import BotError
from bot.slack.delivery import Patience
from bot.slack.tokens import fault

_log = structlog.stdlib.get_logger(__name__)

_LONGEST_PAUSE = 60.0


class _Socket(SocketModeClient):
    """slack_sdk's client, with a new address for each attempt."""

    def __init__(self, token: str, client: AsyncWebClient, ping: float) -> None:
        super().__init__(token, logger=logs.of_libraries(), web_client=client, ping_interval=ping)
        self._attempts = 0

    async def attend(self, url: str) -> None:
        """Connect, first of all to this address; returns when connected."""
        trace = aiohttp.TraceConfig()
        trace.on_request_start.append(self._use_up)
        await self.aiohttp_client_session.close()
        self.aiohttp_client_session = aiohttp.ClientSession(trace_configs=[trace])
        self.wss_uri = url
        await self.connect()

    async def _use_up(self, *_: Any) -> None:
        self.wss_uri = None

    async def connect(self) -> None:
        """Connect, however often it takes."""
        await super().connect()  # type: ignore[no-untyped-call]
        self._attempts = 0

    async def issue_new_wss_url(self) -> str:
        """A new address; raises what the call raises, in the log as a sentence."""
        if self._attempts:
            await asyncio.sleep(min(_LONGEST_PAUSE, self.ping_interval * 2**self._attempts))
        self._attempts += 1
        try:
            return await super().issue_new_wss_url()
        except SlackApiError as error:
            _log.error("socket_refused", told=fault("SLACK_APP_TOKEN", error))
            raise


@asynccontextmanager
async def over_socket(
    app: AsyncApp, client: AsyncWebClient, token: str, url: str, patience: Patience
) -> AsyncIterator[str]:
    """Keep a socket open, beginning with an address that was given out already.

    Raises BotError if it cannot be opened.
    """
    socket = _Socket(token, client, patience.ping)

    async def handle(_: AsyncBaseSocketModeClient, asked: SocketModeRequest) -> None:
        began = time()
        response = await run_async_bolt_app(app, asked)
        await send_async_response(socket, asked, response, began)

    socket.socket_mode_request_listeners.append(handle)
    try:
        try:
            async with asyncio.timeout(patience.connect):
                await socket.attend(url)
        except TimeoutError as error:
            raise BotError(
                "Slack's socket cannot be opened. A proxy or firewall may block WebSockets (wss)."
            ) from error
        yield "onboard answers in Slack, over Socket Mode."
    finally:
        await socket.close()  # type: ignore[no-untyped-call]
