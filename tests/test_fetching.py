"""A page read over the network: bounded, polite, and never a way into a private network."""

import asyncio

import pytest
from aiohttp import web

from bot.errors import BotError
from bot.fetching import fetch, fetched
from bot.links.guard import PUBLIC
from tests.links.servers import GUARD, LOOPBACK, Names, raw, says, site, to

MOST = 100_000


async def page(request: web.Request) -> web.StreamResponse:
    """Answer with a page."""
    assert "Cookie" not in request.headers
    return web.Response(text="# Page", content_type="text/markdown")


async def large(_: web.Request) -> web.StreamResponse:
    """Answer with a byte too many."""
    return web.Response(body=b"x" * (MOST + 1))


SITE = {
    "/page": page,
    "/large": large,
    "/circle": to("/circle"),
    "/onward": says(301, Location="page", Set_Cookie="a=b"),
    "/away": to("file:///etc/hostname"),
    "/nowhere": to(""),
    "/inside": to("http://inside.example/"),
    "/number": to("http://127.0.0.2/"),
}


async def test_a_page_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its bytes and its media type come back, also where a redirect leads to it; no cookies, and
    no proxies of the environment.
    """
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
    async with site(SITE) as there:
        for path in ("/page", "/onward"):
            assert await fetched(there(path), MOST, GUARD) == (b"# Page", "text/markdown")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/large", "is larger than"),
        ("/circle", "without end"),
        ("/away", "no address of the web"),
        ("/nowhere", "no address of the web"),
        ("/inside", "--allow-private"),
        ("/number", "--allow-private"),
        ("/none", "it answers with 404"),
    ],
)
async def test_what_cannot_be_read_is_told(path: str, said: str) -> None:
    """Each failure is a sentence that names the address; a redirect is judged like a first one."""
    names = Names(inside_example=["127.0.0.2"])
    async with site(SITE) as there:
        with pytest.raises(BotError, match=said) as told:
            await fetched(there(path), MOST, GUARD, resolver=names)
        assert str(told.value).startswith(there(path))


async def test_a_server_that_never_answers() -> None:
    """It is waited for a while, and no longer."""

    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with raw(silent) as address:
        with pytest.raises(BotError, match="did not answer"):
            await fetched(address, MOST, GUARD, seconds=0.1)


async def test_a_private_network_is_refused() -> None:
    """Neither an address nor a name leads there, however it is written, nor to another port."""
    async with site(SITE) as there:
        with pytest.raises(BotError, match="--allow-private"):
            await fetched(there("/page"), MOST)
        assert there.asked == []
    for host in ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "8.8.8.8:22"):
        with pytest.raises(BotError, match="--allow-private"):
            await fetched(f"http://{host}/page", MOST, PUBLIC)


def test_a_server_that_is_not_there() -> None:
    """Nobody at home is a sentence."""
    with pytest.raises(BotError, match="cannot be read"):
        fetch(f"http://{LOOPBACK}:1/page", MOST, GUARD)
