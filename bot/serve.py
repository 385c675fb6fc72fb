"""`onboard serve`: settings are checked, everything is wired, and it runs until told to stop."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.claims import Claims
from bot.errors import BotError, CatalogueError, ModelError, StoreDownError, StoreError
from bot.gathering import Gathering
from bot.library import Library
from bot.links.checker import Checker, Manners
from bot.links.rounds import Rounds
from bot.listening import Listening
from bot.meaning.encoder import Encoder, encoder, why_none
from bot.meaning.vectors import Filled, Progress
from bot.model import Resource
from bot.settings import Settings, SettingsError
from bot.sharing import Sharing
from bot.slack import views
from bot.slack.app import bolt_app, web_client
from bot.slack.closing import Closing
from bot.slack.delivery import PATIENCE, Delivery, Patience, key_of
from bot.slack.desk import Desk
from bot.slack.inhand import InHand
from bot.slack.manifest import EVENTS_PATH, scopes
from bot.slack.parts import Message
from bot.slack.posting import Posting
from bot.slack.socket import over_socket
from bot.slack.tokens import fault
from bot.store import Store
from bot.upkeep import Upkeep

_log = structlog.stdlib.get_logger(__name__)

T = TypeVar("T")

HEALTH_PATH = "/healthz"

_LONGEST_REQUEST = 2**20
_LONGEST_STAMP = 12
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
_OAUTH = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")
_now = partial(datetime.now, UTC)
_TELL_EVERY = 5.0
"""Seconds between two lines in the log that say how far the vectors are."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


async def serve(
    settings: Settings,
    *,
    stop: asyncio.Event | None = None,
    ready: Callable[[str], None] | None = None,
    patience: Patience = PATIENCE,
    in_hand: InHand | None = None,
    clock: Callable[[], datetime] = _now,
    progress: Progress | None = None,
    checker: Callable[[Manners], Checker] = Checker,
) -> None:
    """Run the bot until `stop` is set or the process is asked to end.

    `ready` is told, in a sentence, as soon as questions are answered; `in_hand` tells what is begun
    and not yet done; `clock` gives moments with a time zone; `progress` is told instead of the log
    while the catalogue is embedded; `checker` makes what looks at links. Raises SettingsError with
    every fault of tokens and files, or BotError, before anything is answered.
    """
    ending = stop or asyncio.Event()
    _shield_from_environment(settings.api_url)
    for warning in settings.warnings:
        _log.warning("setting", told=warning)
    in_hand = in_hand or InHand()
    async with AsyncExitStack() as stack:
        _end_on_signals(ending, stack)
        library, store, problems = await _opened(settings, stack, _until(ending, progress))
        client = await stack.enter_async_context(web_client(settings, patience))

        async def begin() -> tuple[Library, str]:
            identity, url = await _checked(settings, client, problems)
            if library is None or store is None:
                raise SettingsError(problems)
            wired = _wired(
                settings,
                client,
                library,
                store,
                patience=patience,
                clock=clock,
                checker=checker,
            )
            with suppress(StoreDownError):
                await wired.desk.sharing.refresh()
            stack.push_async_callback(_cancelled, asyncio.create_task(wired.upkeep.run()))
            app = bolt_app(
                settings,
                client,
                identity,
                desk=wired.desk,
                gathering=wired.gathering,
                in_hand=in_hand,
            )
            running = (
                over_socket(app, client, _app_token(settings), url, patience)
                if url
                else _over_http(settings, app, in_hand)
            )
            return library, await stack.enter_async_context(running)

        begun = await _unless(ending, begin())
        if begun is None:
            _log.info("stopped", told="Told to stop before it had started.")
            return
        used, where = begun
        watching = asyncio.create_task(
            _watch(settings, used, client, Delivery(patience.pauses, clock), ending)
        )
        stack.push_async_callback(_cancelled, watching)
        _log.info("ready", mode=settings.mode, resources=len(used.current.catalogue.resources))
        if ready:
            ready(where)
        await ending.wait()
        _log.info("stopping")
        if not await in_hand.stop(patience.finish):
            _log.warning("unfinished", told="Some answers were not finished in time.")
    _log.info("stopped")


@dataclass(frozen=True)
class _Wired:
    """What answers questions, what makes digests, and what goes on beside both."""

    desk: Desk
    gathering: Gathering
    upkeep: Upkeep


def _wired(
    settings: Settings,
    client: AsyncWebClient,
    library: Library,
    store: Store,
    *,
    patience: Patience,
    clock: Callable[[], datetime],
    checker: Callable[[Manners], Checker],
) -> _Wired:
    claims = Claims(store, lease=patience.lease, patience=patience.acknowledge * 0.8, clock=clock)
    listening = Listening(store)
    sharing = Sharing(store, library, listening, by_feedback=settings.rank_by_feedback, clock=clock)
    desk = Desk(
        library=library,
        features=settings.features,
        listening=listening,
        delivery=Delivery(patience.pauses, clock),
        claims=claims,
        store=store,
        sharing=sharing,
        curators=settings.curators_channel or "",
        gap_people=settings.gap_people,
        timezone=settings.timezone,
        clock=clock,
    )
    gathering = Gathering(store, library, people=settings.gap_people, clock=clock)
    grace = timedelta(hours=settings.digest_grace_hours)
    posting = Posting(desk, client, gathering, grace=grace, patience=patience)
    upkeep = Upkeep(
        store=store,
        claims=claims,
        sharing=sharing,
        library=library,
        closing=Closing(desk, client, settings.notices_per_hour),
        posting=posting if settings.digest else None,
        rounds=_rounds(settings, client, desk, checker) if settings.links else None,
        retention=timedelta(days=settings.retention_days),
        tick=patience.tick,
        look=patience.look,
        clock=clock,
    )
    return _Wired(desk, gathering, upkeep)


def _rounds(
    settings: Settings,
    client: AsyncWebClient,
    desk: Desk,
    checker: Callable[[Manners], Checker],
) -> Rounds:
    clock = desk.clock

    async def died(some: Sequence[tuple[Resource, str]]) -> None:
        if settings.curators_channel:
            urls = [one.url for one, _ in some]
            # It may die again another day, and be told of again.
            key = (f"{clock():%Y-%m-%d}", *urls)
            message = views.links_died(some)
            await _tell_curators(settings.curators_channel, client, desk.delivery, message, key)

    manners = Manners(contact=settings.contact)
    return Rounds(
        desk.store,
        desk.library,
        checker=checker(manners),
        died=died,
        clock=clock,
    )


def _app_token(settings: Settings) -> str:
    return settings.app_token.get_secret_value() if settings.app_token else ""


async def _unless(ending: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """What the work returns; None if it was told to end before, and was given up."""
    working, waiting = asyncio.create_task(work), asyncio.create_task(ending.wait())
    await asyncio.wait((working, waiting), return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if working.done():
        return await working
    await _cancelled(working)
    return None


class _StoppedError(BotError):
    """It is to end, so that no more vectors are computed."""


def _until(ending: asyncio.Event, progress: Progress | None) -> Progress:
    """Tell how far the vectors are, and give them up when it is to end."""
    told = monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal told
        if ending.is_set():
            raise _StoppedError("It was told to stop.")
        if progress:
            progress(done, total)
        elif monotonic() - told >= _TELL_EVERY:
            told = monotonic()
            _log.info("embedding", done=done, of=total)

    return tell


def _embedded(filled: Filled, seconds: float) -> None:
    _log.info("embedded", computed=filled.computed, reused=filled.reused, seconds=round(seconds, 1))


def _encoder(settings: Settings, progress: Progress) -> Encoder | None:
    return encoder(
        settings.model,
        settings.catalogue,
        progress=progress,
        warn=lambda told: _log.warning("embedding", told=told),
        done=_embedded,
    )


def _library(settings: Settings, progress: Progress) -> tuple[Library | None, list[str]]:
    """The catalogue with its sentence model, if there is one, or what is wrong with both."""
    problems: list[str] = []
    model = library = None
    try:
        model = _encoder(settings, progress)
    except ModelError as error:
        problems.append(str(error))
    try:
        library = Library.open(settings.catalogue, model)
    except CatalogueError as error:
        problems += (str(problem) for problem in error.problems)
    except ModelError as error:
        problems.append(str(error))
    if library and not problems:
        _log.info("search", told=f"Compared by {_how(settings, library, model)}.")
    return library, problems


def _how(settings: Settings, library: Library, model: Encoder | None) -> str:
    if model is None:
        return f"words alone, because {why_none(settings.model)}"
    if library.current.index.meaning is None:
        # The encoder has told why.
        return "words alone"
    return f"words and meaning ({model.model.name})"


async def _opened(
    settings: Settings, stack: AsyncExitStack, progress: Progress
) -> tuple[Library | None, Store | None, list[str]]:
    """Catalogue and store, as far as they can be used, and what is wrong with them."""
    problems: list[str] = []
    library = store = None
    # If it is to end already, what is wrong does not matter.
    with suppress(_StoppedError):
        library, problems = await asyncio.to_thread(_library, settings, progress)
    try:
        store = Store(settings.database_url.get_secret_value())
        stack.push_async_callback(store.close)
        await store.migrate()
    except StoreDownError:
        # It may come back, and questions are answered without it.
        pass
    except StoreError as error:
        problems.append(str(error))
    return library, store, problems


async def _checked(
    settings: Settings, client: AsyncWebClient, problems: list[str]
) -> tuple[AuthorizeResult, str | None]:
    """Try the tokens; return who the bot is, and the address of the first socket, if any.

    Raises SettingsError with what is wrong with them, and with the problems found before.
    """
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
    await _look_for_curators(settings, client)
    return identity, url


async def _look_for_curators(settings: Settings, client: AsyncWebClient) -> None:
    """Say in the log if the curators' channel would not take a post, where the bot may look."""
    channel = settings.curators_channel
    if channel is None or not settings.features.listening:
        return
    try:
        found = await client.conversations_info(channel=channel)
    except (SlackApiError, aiohttp.ClientError, TimeoutError):
        found = None
    if found is None or not found["channel"].get("is_member"):
        told = "The bot is not in ONBOARD_CURATORS_CHANNEL. Invite it there with /invite."
        _log.warning("setting", told=told)


def _fault(settings: Settings, name: str, error: Exception) -> str:
    if isinstance(error, SlackApiError):
        return fault(name, error)
    host = urlsplit(settings.api_url).netloc
    return f"Slack cannot be reached at {host}. Check the network and SLACK_API_URL."


def _manifest_command(settings: Settings) -> str:
    """The command that prints the manifest for these settings."""
    features = settings.features
    parts = ["onboard manifest"]
    parts += ["--listening"] * features.listening
    parts += ["--curators"] * features.curators
    parts += ["--no-agent"] * (not features.agent)
    parts += ["--no-digest"] * (not features.digest)
    parts += ["--url https://..."] * (settings.mode == "http")
    return " ".join(parts)


def _scope_faults(settings: Settings, header: str) -> list[str]:
    if not header:
        return []
    granted = {scope.strip() for scope in header.split(",")}
    missing = [scope for scope in scopes(settings.features) if scope not in granted]
    if not missing:
        return []
    return [
        f"SLACK_BOT_TOKEN lacks {', '.join(missing)}. Update the app with what"
        f" `{_manifest_command(settings)}` prints, reinstall it to the workspace, and copy the new"
        " token."
    ]


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
    settings: Settings,
    library: Library,
    client: AsyncWebClient,
    delivery: Delivery,
    ending: asyncio.Event,
) -> None:
    """Follow edits of the catalogue; tell the log and the curators of those that are not sound."""
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


async def _cancelled(task: asyncio.Task[Any]) -> None:
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
