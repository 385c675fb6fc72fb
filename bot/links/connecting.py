"""Connections to pages of the web, made only to where the guard lets them.

Whoever makes one asks `Guard.may_ask` first, of each redirect anew; what a name leads to is judged
here, at the moment of connecting.
"""

import errno
import socket
import ssl
from functools import partial
from typing import Any
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.catalogue.urls import url_fault
from bot.links.guard import Guard

REDIRECTS = (301, 302, 303, 307, 308)
_KEPT_IN_LOCATION = "%/:?#[]@!$&'()*+,;=~"
_NOT_LET = "it may not go there"


class PrivateError(OSError):
    """The guard does not let it connect there."""


def connector(
    guard: Guard, resolver: AbstractResolver, trusted: ssl.SSLContext | None = None
) -> aiohttp.TCPConnector:
    """Return what makes connections, each anew, and only to where the guard lets it.

    The address of a redirect, and one that is a number, are for `Guard.may_ask`.
    """
    return aiohttp.TCPConnector(
        resolver=_GuardedResolver(resolver, guard),
        # Each connection is judged by the very address that it is made to.
        socket_factory=partial(_socket, guard),
        use_dns_cache=False,
        force_close=True,
        limit=0,
        ssl=trusted or True,
    )


class _GuardedResolver(AbstractResolver):
    """Hands on what another resolver finds, as far as it may be reached."""

    def __init__(self, inner: AbstractResolver, guard: Guard) -> None:
        self._inner = inner
        self._guard = guard

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a host that may be reached; raises OSError if it has none."""
        found = await self._inner.resolve(host, port, family)
        open_ones = [one for one in found if self._guard.may_reach(one["host"])]
        if found and not open_ones:
            raise PrivateError(errno.EACCES, _NOT_LET)
        return open_ones

    async def close(self) -> None:
        """Close the other resolver."""
        await self._inner.close()


def _socket(guard: Guard, info: tuple[Any, ...]) -> socket.socket:
    """Make the socket for a connection: the last moment at which its address can be judged."""
    family, kind, protocol, _, place = info
    if not guard.may_reach(str(place[0])):
        raise PrivateError(errno.EACCES, _NOT_LET)
    return socket.socket(family, kind, protocol)


def target(url: str, location: str | None) -> str | None:
    """Return where a redirect leads; None if that is no address."""
    if not location:
        return None
    try:
        parts = urlsplit(location.strip())
        # Not the host, whose other letters are written in another way.
        rest = (_quoted(part) for part in parts[2:])
        to = urljoin(url, urlunsplit((*parts[:2], *rest)))
    except ValueError:
        return None
    return None if url_fault(to) else to


def _quoted(part: str) -> str:
    return quote(part, safe=_KEPT_IN_LOCATION, errors="surrogateescape")
