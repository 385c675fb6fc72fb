"""A page of the web read once, within bounds, and only from where the guard lets it."""

import asyncio

import aiohttp
from aiohttp.abc import AbstractResolver

from bot.errors import BotError
from bot.links.connecting import REDIRECTS, PrivateError, connector, target
from bot.links.guard import PUBLIC, Guard

_SECONDS = 30.0
_MOST_REDIRECTS = 5
_FINE = 200
_AGENT = "onboard (reads a page of links once)"


def fetch(url: str, most: int, guard: Guard = PUBLIC) -> tuple[bytes, str]:
    """Return what is at an address, as `fetched` does, which it waits for."""
    return asyncio.run(fetched(url, most, guard))


async def fetched(
    url: str,
    most: int,
    guard: Guard = PUBLIC,
    *,
    resolver: AbstractResolver | None = None,
    seconds: float = _SECONDS,
) -> tuple[bytes, str]:
    """Return what is at an address, and its media type, such as "text/html".

    Raises BotError, which says why it cannot be read. Of more than `most` bytes none come back.
    `resolver` looks names up, if not the system.
    """
    try:
        async with asyncio.timeout(seconds):
            return await _read(url, most, guard, resolver or aiohttp.ThreadedResolver())
    except TimeoutError as error:
        raise BotError(f"{url} did not answer within {seconds:.0f} seconds.") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        if isinstance(getattr(error, "os_error", error), PrivateError):
            raise _refused(url) from error
        raise BotError(f"{url} cannot be read: {_reason(error)}.") from error


async def _read(url: str, most: int, guard: Guard, resolver: AbstractResolver) -> tuple[bytes, str]:
    async with aiohttp.ClientSession(
        connector=connector(guard, resolver),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": _AGENT},
        # Neither proxies nor passwords that lie about on this machine.
        trust_env=False,
    ) as session:
        at = url
        for _ in range(_MOST_REDIRECTS + 1):
            if not guard.may_ask(at):
                raise _refused(url)
            async with session.get(at, allow_redirects=False) as answer:
                if answer.status in REDIRECTS:
                    to = target(at, answer.headers.get("Location"))
                    if to is None:
                        raise BotError(f"{url} leads on to what is no address of the web.")
                    at = to
                    continue
                if answer.status != _FINE:
                    raise BotError(f"{url} cannot be read: it answers with {answer.status}.")
                return await _body(answer, url, most), answer.content_type
    raise BotError(f"{url} leads on to other addresses without end.")


async def _body(answer: aiohttp.ClientResponse, url: str, most: int) -> bytes:
    data = bytearray()
    async for chunk in answer.content.iter_chunked(2**16):
        data += chunk
        if len(data) > most:
            raise BotError(f"{url} is larger than {most // 2**20} MB; split it.")
    return bytes(data)


def _refused(url: str) -> BotError:
    return BotError(
        f"{url} leads into a private network, or to a port that is none of the web. To read pages "
        "of your own network, add --allow-private."
    )


def _reason(error: Exception) -> str:
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return said.rstrip(".") or type(error).__name__
