"""A site on loopback that answers as badly as it is told to, and what leads there."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from pathlib import Path

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.links.checker import Checker, Manners
from bot.links.guard import Guard

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]
Raw = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

HERE = Path(__file__).parent
LOOPBACK = "127.0.0.1"
GUARD = Guard((IPv4Network("127.0.0.1/32"),), None)
"""Lets nobody but the sites of the tests be asked; all else of this machine is private."""


@dataclass
class Site:
    """What a site was asked, and where it is."""

    origin: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Method and path of each request."""
    headers: list[Mapping[str, str]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    def __call__(self, path: str) -> str:
        """Return the address of a path."""
        return f"{self.origin}{path}"


@asynccontextmanager
async def site(
    answers: Mapping[str, Answering],
    *,
    name: str = LOOPBACK,
    certificate: str = "",
    also: Sequence[str] = (),
) -> AsyncIterator[Site]:
    """Run a site that answers these paths, and 404 to others; `also` at these addresses.

    `certificate` is the file of one, which makes it secure.
    """
    made = Site()

    async def answer(request: web.Request) -> web.StreamResponse:
        made.asked.append((request.method, request.path_qs))
        made.headers.append(dict(request.headers))
        made.at_once += 1
        made.most_at_once = max(made.most_at_once, made.at_once)
        try:
            known = answers.get(request.path)
            return await known(request) if known else web.Response(status=404)
        finally:
            made.at_once -= 1

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0)
    await runner.setup()
    try:
        context = None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(HERE / certificate, HERE / "self_signed.key")
        await web.TCPSite(runner, LOOPBACK, 0, ssl_context=context).start()
        port = runner.addresses[0][1]
        for place in also:
            await web.TCPSite(runner, place, port).start()
        made.origin = f"{'https' if certificate else 'http'}://{name}:{port}"
        yield made
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw(serve: Raw) -> AsyncIterator[str]:
    """Run a server that does to each connection what it likes; its address."""
    connections: set[asyncio.StreamWriter] = set()

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(writer)
        try:
            await reader.readline()
            await serve(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            connections.discard(writer)
            writer.close()

    server = await asyncio.start_server(met, LOOPBACK, 0)
    try:
        yield f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()
        for writer in connections:
            writer.transport.abort()


def says(status: int, **headers: str) -> Answering:
    """Answer this."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(
            status=status, headers={key.replace("_", "-"): said for key, said in headers.items()}
        )

    return answer


def to(location: str, status: int = 301) -> Answering:
    """Redirect there."""
    return says(status, Location=location)


def by_method(**answers: Answering) -> Answering:
    """Answer each method in its own way."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return await answers[request.method](request)

    return answer


def in_turn(*answers: Answering) -> Answering:
    """Answer the first request with the first, and so on; the last one stays."""
    left = list(answers)

    async def answer(request: web.Request) -> web.StreamResponse:
        return await (left.pop(0) if len(left) > 1 else left[0])(request)

    return answer


class Names(AbstractResolver):
    """Looks names up in a table that a test can change."""

    def __init__(self, **names: list[str]) -> None:
        self.names = {name.replace("_", "."): places for name, places in names.items()}
        self.asked: list[str] = []
        self.number: int = socket.EAI_NONAME

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002
    ) -> list[ResolveResult]:
        """Return the addresses of a name."""
        self.asked.append(host)
        if host not in self.names:
            raise socket.gaierror(self.number, "no such name")
        return [
            ResolveResult(
                hostname=host,
                host=place,
                port=port,
                family=socket.AF_INET6 if ":" in place else socket.AF_INET,
                proto=0,
                flags=0,
            )
            for place in self.names[host]
        ]

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class Pauses:
    """Waits for nothing, and remembers for how long it would have."""

    taken: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        """Note a pause, and let others go on."""
        self.taken.append(seconds)
        await asyncio.sleep(0)


def checker(
    *,
    timeout: float = 30.0,
    pause: float = 0.0,
    guard: Guard = GUARD,
    names: AbstractResolver | None = None,
    wait: Callable[[float], Awaitable[None]] | None = None,
    trusted: ssl.SSLContext | None = None,
    contact: str = "",
) -> Checker:
    """Return one that waits for nothing between requests."""
    manners = Manners(timeout=timeout, connect=timeout, pause=pause, guard=guard, contact=contact)
    return Checker(manners, resolver=names or Names(), wait=wait or Pauses(), trusted=trusted)
