"""`onboard serve`: settings are checked, everything is wired, and it runs until told to stop."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

import aiohttp
import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import logs
from bot.errors import BotError, CatalogueError
from bot.library import Library
from bot.settings import Settings, SettingsError
from bot.slack import views
from bot.slack.app import bolt_app, web_client
from bot.slack.delivery import PATIENCE, Delivery, Patience, key_of
from bot.slack.inhand import InHand
from bot.slack.listening import Listening
from bot.slack.manifest import EVENTS_PATH, scopes
from bot.slack.views import Message

_log = structlog.stdlib.get_logger(__name__)

HEALTH_PATH = "/healthz"

# How soon a socket that died without a word is replaced; slack_sdk looks this often.
_PING = 2.0
_LONGEST_REQUEST = 2**20
_LONGEST_STAMP = 12
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
_OAUTH = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")

_TOKEN_FAULTS = {
    "invalid_auth": "is not accepted by Slack. Copy it again from your app's page.",
    "not_authed": "is not accepted by Slack. Copy it again from your app's page.",
    "token_revoked": "has been revoked. Reinstall the app and copy the new token.",
    "token_expired": "has expired. Reinstall the app and copy the new token.",
    "account_inactive": "belongs to an app that was removed. Reinstall it and copy the new token.",
    "not_allowed_token_type": "is a token of another kind.",
    "missing_scope": "lacks the scope connections:write. Make a new one that has it.",
}


async def serve(
    settings: Settings,
    *,
    stop: asyncio.Event | None = None,
    ready: Callable[[str], None] | None = None,
    patience: Patience = PATIENCE,
) -> None:
    """Run the bot until `stop` is set or the process is asked to end.

    `ready` is told, in a sentence, as soon as questions are answered. Raises SettingsError with
    every fault of tokens and files, or BotError, before anything is answered.
    """
    ending = stop or asyncio.Event()
    _shield_from_environment(settings.api_url)
    library, listening = await asyncio.to_thread(_opened, settings)
    for warning in settings.warnings:
        _log.warning("setting", told=warning)
    in_hand = InHand()
    async with AsyncExitStack() as stack:
        _end_on_signals(ending, stack)
        client = await stack.enter_async_context(web_client(settings, patience))
        identity, socket_url = await _checked(settings, client)
        app = bolt_app(
            settings,
            client,
            identity,
            library=library,
            listening=listening,
            in_hand=in_hand,
            patience=patience,
        )
        running = (
            _over_socket(settings, app, client, socket_url)
            if socket_url
            else _over_http(settings, app, in_hand)
        )
        where = await stack.enter_async_context(running)
        watching = asyncio.create_task(_watch(settings, library, client, ending))
        stack.push_async_callback(_cancelled, watching)
        _log.info("ready", mode=settings.mode, resources=len(library.current.catalogue.resources))
        if ready:
            ready(where)
        await ending.wait()
        _log.info("stopping")
        if not await in_hand.stop(patience.finish):
            _log.warning("unfinished", told="Some answers were not finished in time.")
    _log.info("stopped")


def _opened(settings: Settings) -> tuple[Library, Listening]:
    """The files the bot lives on; all faults of both together."""
    problems: list[str] = []
    library = listening = None
    try:
        library = Library.open(settings.catalogue)
    except CatalogueError as error:
        problems += (str(problem) for problem in error.problems)
    try:
        listening = Listening.open(settings.state)
    except BotError as error:
        problems.append(str(error))
    if library is None or listening is None:
        raise SettingsError(problems)
    return library, listening


async def _checked(
    settings: Settings, client: AsyncWebClient
) -> tuple[AuthorizeResult, str | None]:
    """Try the tokens; return who the bot is, and the address of the first socket, if any."""
    problems: list[str] = []
    url: str | None = None
    identity = AuthorizeResult(enterprise_id=None, team_id=None)
    try:
        told = await client.auth_test()
        identity = AuthorizeResult.from_auth_test_response(
            auth_test_response=told, bot_token=client.token
        )
        problems += _scope_faults(settings, str(told.headers.get("x-oauth-scopes") or ""))
        _log.info("workspace", team=told.get("team_id"), bot=told.get("user_id"))
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        problems.append(_fault(settings, "SLACK_BOT_TOKEN", error))
        if not isinstance(error, SlackApiError):
            # It took several attempts to find out, and the other token would take as many.
            raise SettingsError(problems) from error
    if settings.app_token:
        try:
            opened = await client.apps_connections_open(
                app_token=settings.app_token.get_secret_value()
            )
            url = opened["url"]
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            problems.append(_fault(settings, "SLACK_APP_TOKEN", error))
    if problems:
        raise SettingsError(problems)
    return identity, url


def _fault(settings: Settings, name: str, error: Exception) -> str:
    host = urlsplit(settings.api_url).netloc
    if not isinstance(error, SlackApiError):
        return f"Slack cannot be reached at {host}. Check the network and SLACK_API_URL."
    code = str(error.response.get("error")) if hasattr(error.response, "get") else "no answer"
    return f"{name} {_TOKEN_FAULTS.get(code, f'cannot be used: Slack says {code}.')}"


def _scope_faults(settings: Settings, header: str) -> list[str]:
    if not header:
        return []
    granted = {scope.strip() for scope in header.split(",")}
    missing = [scope for scope in scopes(settings.features) if scope not in granted]
    if not missing:
        return []
    return [
        f"SLACK_BOT_TOKEN lacks {', '.join(missing)}. Update the app with what `onboard manifest`"
        " prints, reinstall it to the workspace, and copy the new token."
    ]


@asynccontextmanager
async def _over_socket(
    settings: Settings, app: AsyncApp, client: AsyncWebClient, url: str
) -> AsyncIterator[str]:
    """Slack reaches the bot over a WebSocket that the bot opens."""
    token = settings.app_token.get_secret_value() if settings.app_token else ""
    handler = AsyncSocketModeHandler(
        app, token, logger=logs.of_libraries(), web_client=client, ping_interval=_PING
    )
    # The address that proved the token good; Slack gives out few of them a minute.
    handler.client.wss_uri = url
    try:
        await handler.connect_async()  # type: ignore[no-untyped-call]
        yield "onboard answers in Slack, over Socket Mode."
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


@asynccontextmanager
async def _over_http(settings: Settings, app: AsyncApp, in_hand: InHand) -> AsyncIterator[str]:
    """Slack reaches the bot by signed requests to a public address in front of this port."""

    async def events(request: web.Request) -> web.StreamResponse:
        stamp = request.headers.get("X-Slack-Request-Timestamp", "")
        # Bolt answers 500 to a timestamp that is no number or too large to reckon with, and to a
        # signature that is not ASCII.
        fit = stamp.isascii() and stamp.isdigit() and len(stamp) <= _LONGEST_STAMP
        if not (fit and request.headers.get("X-Slack-Signature", "").isascii()):
            return web.json_response({"error": "invalid request"}, status=401)
        try:
            asked = await to_bolt_request(request)
        except (ValueError, TypeError, AttributeError, RecursionError):
            # Bolt reads the body before it looks at the signature; this one Slack has not sent.
            return web.json_response({"error": "invalid request"}, status=400)
        return await to_aiohttp_response(await app.async_dispatch(asked))

    async def health(_: web.Request) -> web.StreamResponse:
        if in_hand.stopping:
            return web.json_response({"status": "stopping"}, status=503)
        return web.json_response({"status": "ok"})

    server = web.Application(client_max_size=_LONGEST_REQUEST)
    server.add_routes([web.post(EVENTS_PATH, events), web.get(HEALTH_PATH, health)])
    runner = web.AppRunner(server, access_log=None, handle_signals=False, shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.host, settings.port)
        try:
            await site.start()
        except OSError as error:
            raise BotError(
                f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}. Set"
                " ONBOARD_HOST and ONBOARD_PORT to an address that is free."
            ) from error
        host, port = runner.addresses[0][:2]
        yield f"onboard answers Slack at http://{host}:{port}{EVENTS_PATH}"
    finally:
        await runner.cleanup()


async def _watch(
    settings: Settings, library: Library, client: AsyncWebClient, ending: asyncio.Event
) -> None:
    """Follow edits of the catalogue; tell the log and the curators of those that are not sound."""
    delivery = Delivery()
    before: tuple[str, ...] = ()
    async for problems in library.watch(ending):
        sentences = tuple(str(problem) for problem in problems)
        if not sentences:
            _log.info("catalogue", resources=len(library.current.catalogue.resources))
        for sentence in sentences:
            _log.error("catalogue_fault", told=sentence)
        if sentences and sentences != before and settings.curators_channel:
            # Where the file is on this machine is nobody's business in Slack.
            message = views.catalogue_faults(
                settings.catalogue.name,
                [f"Line {p.line}: {p.message} {p.remedy}" for p in problems],
            )
            await _tell_curators(settings.curators_channel, client, delivery, message, sentences)
        before = sentences


async def _tell_curators(
    channel: str,
    client: AsyncWebClient,
    delivery: Delivery,
    message: Message,
    sentences: Sequence[str],
) -> None:
    try:
        await delivery.post(client, channel, message, key=key_of("faults", *sentences))
    except Exception as error:  # noqa: BLE001 - the catalogue is to be followed on, whatever it is
        reason = str(error) if isinstance(error, BotError) else type(error).__name__
        _log.warning("curators_not_told", reason=reason)


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _end_on_signals(ending: asyncio.Event, stack: AsyncExitStack) -> None:
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(name, ending.set)
        except (NotImplementedError, RuntimeError, ValueError):
            # Not in the main thread, or a system without signals: then only `stop` ends it.
            logging.getLogger(__name__).debug("signals are not handled here")
            return
        stack.callback(loop.remove_signal_handler, name)


def _shield_from_environment(api_url: str) -> None:
    """Keep the libraries from heeding variables that are not meant for this.

    A Slack on this machine is reached directly: slack_sdk heeds a proxy but not its exceptions.
    And two variables of Slack's would have Bolt turn to OAuth by itself.
    """
    for name in _OAUTH:
        os.environ.pop(name, None)
    if urlsplit(api_url).hostname in _LOOPBACK:
        for name in _PROXIES:
            os.environ.pop(name, None)
