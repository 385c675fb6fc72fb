"""Asks for links over the network, politely: one after the other at a host, many hosts at once.

It tells who it is, keeps no cookies, follows redirects by hand, reads no body, and goes where
`guard` lets it. It does not read robots.txt, which is for programs that follow links: this one asks
for the pages that a person has chosen, each once, and heeds a server that refuses.
"""

import asyncio
import errno
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Self
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.catalogue.urls import url_fault
from bot.links.connecting import REDIRECTS, PrivateError, connector, target
from bot.links.guard import PUBLIC, Guard
from bot.links.judging import OF_THE_HOST, Hop, Seen, Trouble, page_of

MOST_HOPS = 10
MOST_SILENCES = 9
"""Requests in a row that a host may leave without an answer: three links, each tried thrice."""
_BUSY = (429, 503)
_LONGEST_REST = 86_400.0
_LONGEST_NUMBER = 9
_LONGEST_LINE = 8_192
_NO_SUCH_NAME = frozenset(
    getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA") if hasattr(socket, name)
)
_USED = socket.AI_ADDRCONFIG
"""Addresses only of the kinds that this machine has itself."""
# Of OpenSSL: there is a certificate of an issuer in the chain that is not known here.
_UNKNOWN_ISSUER = (2, 19, 20, 21)
_REFUSED = errno.ECONNREFUSED
_BROKEN_OFF = (errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED)

_now = partial(datetime.now, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How it asks; times are in seconds."""

    timeout: float = 20.0
    """For the answer to one request."""
    connect: float = 10.0
    """... of which this to connect."""
    at_once: int = 16
    """Requests at one time."""
    pause: float = 1.0
    """Between two requests to one host."""
    pauses: tuple[float, ...] = (1.0, 4.0)
    """Before each further try, where it may be better in a moment."""
    patience: float = 30.0
    """The longest that a server may ask it to wait for another try."""
    guard: Guard = PUBLIC
    """Where it may go."""
    contact: str = ""
    """Where to complain of it: an address of the web or of mail."""

    @property
    def agent(self) -> str:
        """What it calls itself."""
        more = f"; {self.contact}" if self.contact else ""
        return f"onboard-links/1 (checks the links of a team's reading list{more})"


@dataclass(slots=True)
class _Lane:
    """One host: who asks there waits for their turn."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    free: float = 0.0
    """When the next request may be sent."""
    rests: float = 0.0
    """Until when it wants to be left alone."""
    silences: int = 0
    """Requests in a row without an answer."""
    trouble: Trouble | None = None
    """Why there was none to the last one."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What came back from one request."""

    status: int = 0
    location: str | None = None
    rest: float = 0.0
    """Seconds for which the server asks to be left alone."""
    trouble: Trouble | None = None


class _SystemResolver(AbstractResolver):
    """Asks the system, in threads of its own: a silent name server keeps nobody else waiting."""

    def __init__(self, at_once: int) -> None:
        self._threads = ThreadPoolExecutor(at_once, "names-of-links")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a host; raises OSError if it has none."""
        look = partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM, 0, _USED)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, look)
        return [
            ResolveResult(
                hostname=host,
                host=str(place[0]),
                port=int(place[1]),
                family=family,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for family, _, protocol, _, place in found
        ]

    async def close(self) -> None:
        """Let go of the threads; one that still waits ends with its answer."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class Checker:
    """Looks at links, as an asynchronous context manager that can be entered again.

    Meanwhile it forgets all of a host but that it wants to be left alone.
    """

    def __init__(
        self,
        manners: Manners | None = None,
        *,
        resolver: AbstractResolver | None = None,
        trusted: ssl.SSLContext | None = None,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        """`resolver` looks names up, if not the system; `trusted` says which certificates are."""
        self._manners = manners or Manners()
        self._resolver = resolver
        self._trusted = trusted
        self._wait = wait
        self._clock = clock
        self._lanes: dict[str, _Lane] = {}
        self._slots = asyncio.Semaphore(self._manners.at_once)
        self._stack = AsyncExitStack()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        manners = self._manners
        resolver = self._resolver or _SystemResolver(manners.at_once)
        now = asyncio.get_running_loop().time()
        self._lanes = {
            host: _Lane(rests=lane.rests) for host, lane in self._lanes.items() if now < lane.rests
        }
        self._session = await self._stack.enter_async_context(
            aiohttp.ClientSession(
                connector=connector(manners.guard, resolver, self._trusted),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": manners.agent, "Accept": "*/*"},
                timeout=aiohttp.ClientTimeout(total=manners.timeout, connect=manners.connect),
                # Neither proxies nor passwords that lie about on this machine.
                trust_env=False,
                auto_decompress=False,
                max_line_size=_LONGEST_LINE,
                max_field_size=_LONGEST_LINE,
            )
        )
        self._stack.push_async_callback(resolver.close)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def check(self, addresses: Iterable[str], told: Callable[[Seen], object]) -> list[Seen]:
        """Look at each of these addresses once, tell what happened as it happens, and return it."""
        lanes: dict[str, list[str]] = {}
        for address in dict.fromkeys(addresses):
            lanes.setdefault(_host(address), []).append(address)
        found: list[Seen] = []

        async def go_along(lane: list[str]) -> None:
            for address in lane:
                seen = await self.look(address)
                found.append(seen)
                told(seen)

        async with asyncio.TaskGroup() as tasks:
            for lane in lanes.values():
                tasks.create_task(go_along(lane))
        return found

    async def look(self, address: str) -> Seen:
        """Look at one address: by its head first, whole where that is refused, and once more where
        it may be better in a moment.
        """
        pauses = list(self._manners.pauses)
        seen, rest = await self._walk("HEAD", address)
        whole = False
        while not seen.is_certain:
            if seen.is_passing:
                if not pauses or rest > self._manners.patience:
                    break
                await self._wait(max(pauses.pop(0), rest))
            elif whole:
                break
            whole = True
            seen, rest = await self._walk("GET", address)
        return seen

    async def _walk(self, method: str, address: str) -> tuple[Seen, float]:
        """Follow an address through its redirects; also how long its last server wants to rest."""
        url, hops = address, list[Hop]()
        been = {page_of(address)}
        while True:
            said = await self._ask(method, url)
            trouble = said.trouble
            if said.status in REDIRECTS:
                to = target(url, said.location)
                if to is None:
                    trouble = "redirect"
                else:
                    hops.append(Hop(said.status, to))
                    if page_of(to) in been:
                        trouble = "circle"
                    elif len(hops) == MOST_HOPS:
                        trouble = "far"
                    else:
                        been.add(page_of(to))
                        url = to
                        continue
            status = 0 if trouble else said.status
            seen = Seen(address=address, hops=tuple(hops), status=status, trouble=trouble)
            return seen, said.rest

    async def _ask(self, method: str, url: str) -> _Said:
        """Send one request when it is its host's turn."""
        if not self._manners.guard.may_ask(url):
            return _Said(trouble="address" if url_fault(url) else "private")
        lane = self._lanes.setdefault(_host(url), _Lane())
        now = asyncio.get_running_loop().time
        async with lane.turn:
            if now() < lane.rests:
                return _Said(trouble="resting")
            if lane.silences >= MOST_SILENCES:
                # It is the host, not the page; many links of a dead one would hold up all others.
                return _Said(trouble=lane.trouble)
            if (early := lane.free - now()) > 0:
                await self._wait(early)
            async with self._slots:
                said = await self._sent(method, url)
            lane.free = now() + self._manners.pause
            lane.silences = lane.silences + 1 if said.trouble in OF_THE_HOST else 0
            lane.trouble = said.trouble
            if said.rest > self._manners.patience:
                lane.rests = now() + min(said.rest, _LONGEST_REST)
            return said

    async def _sent(self, method: str, url: str) -> _Said:
        if self._session is None:
            raise RuntimeError("the checker has not been entered")
        try:
            async with self._session.request(method, url, allow_redirects=False) as response:
                # What follows, however long, is not read.
                response.close()
                asked = response.headers.get("Retry-After") if response.status in _BUSY else None
                return _Said(
                    response.status,
                    response.headers.get("Location"),
                    _rest(asked, self._clock()),
                )
        except Exception as error:  # noqa: BLE001 - one link must not end the look at all others
            return _Said(trouble=_trouble(error))


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _rest(asked: str | None, now: datetime) -> float:
    """Return for how many seconds a server asks to be left alone."""
    if not asked:
        return 0.0
    asked = asked.strip()
    if asked.isascii() and asked.isdigit():
        return float(asked) if len(asked) <= _LONGEST_NUMBER else _LONGEST_REST
    try:
        until = parsedate_to_datetime(asked)
    except (ValueError, OverflowError):
        return 0.0
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - now).total_seconds())


# The first that fits says what it was.
_TROUBLES: tuple[tuple[type[Exception], Trouble], ...] = (
    (PrivateError, "private"),
    (TimeoutError, "timeout"),
    (ssl.SSLCertVerificationError, "certificate"),
    (aiohttp.ClientConnectorCertificateError, "certificate"),
    (ssl.SSLError, "tls"),
    (aiohttp.ClientSSLError, "tls"),
    (aiohttp.InvalidURL, "address"),
    (aiohttp.ServerDisconnectedError, "reset"),
    (aiohttp.ClientPayloadError, "reset"),
    (aiohttp.ClientResponseError, "answer"),
)


def _trouble(error: Exception) -> Trouble:
    inner = getattr(error, "os_error", None)
    for one in (inner, error):
        for kind, trouble in _TROUBLES:
            if isinstance(one, kind):
                unknown = getattr(one, "verify_code", None) in _UNKNOWN_ISSUER
                return "issuer" if unknown else trouble
    number = getattr(inner or error, "errno", None)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "name" if number in _NO_SUCH_NAME else "lookup"
    if number == _REFUSED:
        return "refused"
    if number in _BROKEN_OFF:
        return "reset"
    if isinstance(error, OSError):
        return "connect"
    return "address" if isinstance(error, ValueError) else "answer"
