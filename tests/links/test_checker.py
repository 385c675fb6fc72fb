"""Links looked at over a real network of one machine, with servers that misbehave."""

import asyncio
import socket
import ssl
import struct
import threading
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Network

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import ResolveResult

from bot.links.checker import MOST_HOPS, MOST_SILENCES, Checker, Manners
from bot.links.connecting import connector
from bot.links.guard import PUBLIC, Guard
from bot.links.judging import Hop, Seen, judged
from bot.records import LinkVerdict
from tests.links.servers import (
    GUARD,
    HERE,
    LOOPBACK,
    Answering,
    Names,
    Pauses,
    by_method,
    checker,
    in_turn,
    raw,
    says,
    site,
    to,
)

SHORT = 0.1
AT_ONCE = Manners().at_once
FINE = says(200)
OUTCOMES: dict[str, tuple[Answering, LinkVerdict, list[str]]] = {
    # What the server does -> what is made of it, and which methods it takes to find out.
    "answers": (FINE, "ok", ["HEAD"]),
    "is gone": (says(410), "gone", ["HEAD", "GET"]),
    "is not there": (says(404), "gone", ["HEAD", "GET"]),
    "is forbidden": (says(403), "blocked", ["HEAD", "GET"]),
    "wants a password": (says(401), "blocked", ["HEAD", "GET"]),
    "refuses robots": (says(999), "blocked", ["HEAD", "GET"]),
    "refuses HEAD": (by_method(HEAD=says(405), GET=FINE), "ok", ["HEAD", "GET"]),
    "forbids HEAD": (by_method(HEAD=says(403), GET=FINE), "ok", ["HEAD", "GET"]),
    "does not know HEAD": (by_method(HEAD=says(501), GET=FINE), "ok", ["HEAD", "GET"]),
    "denies HEAD": (by_method(HEAD=says(404), GET=FINE), "ok", ["HEAD", "GET"]),
    "breaks down at HEAD": (by_method(HEAD=says(500), GET=FINE), "ok", ["HEAD", "GET"]),
    "recovers": (in_turn(says(503), says(500), FINE), "ok", ["HEAD", "GET", "GET"]),
    "is broken": (says(500), "unreachable", ["HEAD", "GET", "GET"]),
    "is overrun": (says(429), "blocked", ["HEAD", "GET", "GET"]),
    "redirects nowhere": (says(302), "unreachable", ["HEAD", "GET"]),
    "redirects to another scheme": (to("ftp://127.0.0.1/"), "unreachable", ["HEAD", "GET"]),
    "redirects to a script": (to("javascript:alert(1)"), "unreachable", ["HEAD", "GET"]),
    "redirects to itself": (to("/page"), "blocked", ["HEAD", "GET"]),
    "redirects to a section": (to("/page#there"), "blocked", ["HEAD", "GET"]),
}


@pytest.mark.parametrize("case", OUTCOMES)
async def test_what_a_server_answers_is_judged(case: str) -> None:
    """By its head, else as a whole; again only where it may be better in a moment."""
    answer, verdict, methods = OUTCOMES[case]
    async with site({"/page": answer}) as there, checker() as links:
        seen = await links.look(there("/page"))
    assert judged(seen).verdict == verdict
    assert [method for method, _ in there.asked] == methods


async def test_it_tells_who_it_is_and_keeps_nothing() -> None:
    """Every request names the program and whom to write to; no cookie comes back."""
    gives = says(302, Location="/b", Set_Cookie="a=b; Path=/")
    # Of a number, no client would keep any.
    names = Names(site_example=[LOOPBACK])
    async with (
        site({"/a": gives, "/b": says(200, Set_Cookie="c=d")}, name="site.example") as there,
        checker(contact="care@team.example", names=names) as links,
    ):
        await links.look(there("/a"))
        await links.look(there("/b"))
    assert len(there.headers) == 3
    for headers in there.headers:
        assert headers["User-Agent"].startswith("onboard-links/")
        assert "care@team.example" in headers["User-Agent"]
        assert not {"Cookie", "Authorization", "Referer"} & headers.keys()


REDIRECTS: dict[str, tuple[dict[str, Answering], Seen]] = {
    "one": (
        {"/a": to("/b"), "/b": FINE},
        Seen(address="/a", hops=(Hop(301, "/b"),), status=200),
    ),
    "a chain, relative in every way": (
        {"/x/a": to("../b", 308), "/b": in_turn(to("?q=1", 302), FINE)},
        Seen(address="/x/a", hops=(Hop(308, "/b"), Hop(302, "/b?q=1")), status=200),
    ),
    "to what is gone": (
        {"/a": to("/b", 307)},
        Seen(address="/a", hops=(Hop(307, "/b"),), status=404),
    ),
    "with characters that an address has not": (
        {"/a": to("/é b|"), "/é b|": FINE},
        Seen(address="/a", hops=(Hop(301, "/%C3%A9%20b%7C"),), status=200),
    ),
    "in a circle of two": (
        {"/a": to("/b"), "/b": to("/a")},
        Seen(address="/a", hops=(Hop(301, "/b"), Hop(301, "/a")), trouble="circle"),
    ),
}


@pytest.mark.parametrize("case", REDIRECTS)
async def test_redirects_are_followed_and_reported(case: str) -> None:
    """Each hop is told with its kind; a circle ends, however it is written."""
    answers, expected = REDIRECTS[case]
    async with site(answers) as there, checker() as links:
        seen = await links.look(there(expected.address))
    hops = tuple(Hop(hop.status, hop.to.removeprefix(there.origin)) for hop in seen.hops)
    assert (hops, seen.status, seen.trouble) == (expected.hops, expected.status, expected.trouble)


async def test_a_redirect_may_name_its_host_in_any_letters() -> None:
    """As browsers let it, although an address of HTTP has but plain ones."""
    names = Names(**{"xn--bcher-kva_example": [LOOPBACK]})
    answers = {"/b": FINE}
    async with site(answers) as there, checker(names=names) as links:
        target = there("/b").replace(LOOPBACK, "bücher.example")
        answers["/a"] = to(target)
        seen = await links.look(there("/a"))
    assert (seen.hops, seen.status) == ((Hop(301, target),), 200)


async def test_redirects_without_end_are_left() -> None:
    """A server that sends it on and on is asked so often and no more."""

    async def on_and_on(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(f"/page?{int(request.query_string or 0) + 1}")

    async with site({"/page": on_and_on}) as there, checker() as links:
        seen = await links.look(there("/page"))
    assert (seen.trouble, len(seen.hops)) == ("far", MOST_HOPS)
    assert len(there.asked) == 2 * MOST_HOPS


async def test_a_server_that_hangs_is_left() -> None:
    """It is given its time, at its head and twice more, and then called unreachable."""

    async def hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    pauses = Pauses()
    async with raw(hang) as address, checker(timeout=0.05, wait=pauses) as links:
        seen = await links.look(address)
    assert seen == Seen(address=address, trouble="timeout")
    assert pauses.taken == [1.0, 4.0]


async def test_a_server_that_drips_is_left() -> None:
    """A byte now and then does not keep it there: the time is for the whole answer."""
    dripped = 0

    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal dripped
        writer.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while True:
            writer.write(b"a")
            dripped += 1
            await writer.drain()
            await asyncio.sleep(0.01)

    async with raw(drip) as address, checker(timeout=SHORT) as links:
        assert (await links.look(address)).trouble == "timeout"
    assert dripped > 3


async def test_a_huge_body_is_not_read() -> None:
    """The head of the answer is enough; the connection is closed on the rest."""
    sent = 0
    closed = asyncio.Event()

    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
        try:
            while True:
                writer.write(b"x" * 65536)
                sent += 65536
                await writer.drain()
        finally:
            closed.set()

    async def poured(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(address) if request.method == "GET" else web.HTTPNotFound

    async with raw(pour) as address, site({"/": poured}) as there, checker() as links:
        assert (await links.look(there("/"))).is_fine
        await closed.wait()
    assert sent < 16 * 2**20


BROKEN = {
    "nothing": (b"", "reset"),
    "another protocol": (b"SSH-2.0-OpenSSH_9.7\r\n", "answer"),
    "half a head": (b"HTTP/1.1 200 OK\r\nContent-Ty", "reset"),
    "a head without end": (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000, "answer"),
    "no status": (b"HTTP/1.1 abc\r\n\r\n", "answer"),
}


@pytest.mark.parametrize("case", BROKEN)
async def test_what_is_not_http_is_told(case: str) -> None:
    """Whatever comes back, or breaks off, is a verdict and never a failure of ours."""
    data, trouble = BROKEN[case]

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    async with raw(serve) as address, checker() as links:
        seen = await links.look(address)
    assert (seen.trouble, judged(seen).verdict) == (trouble, "unreachable")


async def test_a_connection_that_is_reset_is_told() -> None:
    """So is one that the server throws away."""

    async def reset(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    async with raw(reset) as address, checker() as links:
        assert (await links.look(address)).trouble == "reset"


async def test_a_port_where_nobody_listens_is_told() -> None:
    """Refused connections are told apart from those that time out."""
    with socket.socket() as bound:
        bound.bind((LOOPBACK, 0))
        address = f"http://{LOOPBACK}:{bound.getsockname()[1]}/"
        async with checker() as links:
            assert (await links.look(address)).trouble == "refused"


async def test_bad_certificates_are_told_apart() -> None:
    """One that nobody vouches for, one for another name, and what is no TLS at all.

    One whose issuer is not known says nothing of the page: browsers may know it.
    """
    names = Names(site_example=[LOOPBACK], other_example=[LOOPBACK])
    async with (
        site({"/": FINE}, name="site.example", certificate="unknown_issuer.pem") as there,
        checker(names=names) as links,
    ):
        seen = await links.look(there("/"))
        assert (seen.trouble, judged(seen).verdict) == ("issuer", "blocked")
    async with site({"/": FINE}, name="site.example", certificate="self_signed.pem") as there:
        trusted = ssl.create_default_context(cafile=str(HERE / "self_signed.pem"))
        async with checker(names=names) as links:
            assert (await links.look(there("/"))).trouble == "certificate"
        async with checker(names=names, trusted=trusted) as links:
            assert (await links.look(there("/"))).is_fine
            other = there("/").replace("site.", "other.")
            assert (await links.look(other)).trouble == "certificate"
            plain = there("/").replace("https:", "http:")
            assert (await links.look(plain)).trouble in ("answer", "reset")
    async with site({"/": FINE}) as there, checker() as links:
        secure = there("/").replace("http:", "https:")
        assert (await links.look(secure)).trouble == "tls"


@pytest.mark.parametrize(
    ("number", "trouble"), [(socket.EAI_NONAME, "name"), (socket.EAI_AGAIN, "lookup")]
)
async def test_a_name_that_is_not_there_is_told(number: int, trouble: str) -> None:
    """A host that does not exist is another thing than a name server that is silent."""

    names = Names()
    names.number = number
    async with checker(names=names) as links:
        assert (await links.look("http://lost.example/")).trouble == trouble
    assert len(names.asked) == (1 if trouble == "name" else 3)


async def test_a_link_that_breaks_a_library_ends_nothing_else() -> None:
    """Whatever goes wrong at one is a verdict on that one."""

    class Broken(Names):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
        ) -> list[ResolveResult]:
            raise IndexError(f"{host}:{port}:{family}")

    async with site({"/": FINE}) as there, checker(names=Broken()) as links:
        found = await links.check(["http://odd.example/", there("/")], lambda _: None)
    assert {seen.address: seen.trouble for seen in found} == {
        "http://odd.example/": "answer",
        there("/"): None,
    }


# Where it may not go


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://8.8.8.8:22/",
        "http://public.example:8080/",
    ],
)
async def test_private_addresses_are_not_asked(address: str) -> None:
    """However they are written; by itself it goes to the usual ports of public hosts only."""
    async with checker(guard=PUBLIC, names=Resolving()) as links:
        seen = await links.look(address)
    assert seen.trouble in ("private", "address")
    assert not seen.hops


class Resolving(Names):
    """Takes numbers for addresses, as the system does, and all other names for loopback."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return loopback."""
        self.names[host] = [LOOPBACK]
        return await super().resolve(host, port, family)


async def test_a_name_that_leads_to_a_private_address_is_not_asked() -> None:
    """It is judged by what it resolves to; of several addresses the open ones are used."""
    names = Names(inside_example=["127.0.0.2", "10.0.0.1"], both_example=["127.0.0.2", LOOPBACK])
    async with site({"/": FINE}, name="inside.example") as there, checker(names=names) as links:
        assert (await links.look(there("/"))).trouble == "private"
        assert there.asked == []
        assert (await links.look(there("/").replace("inside", "both"))).is_fine


async def test_a_name_that_changes_its_mind_gets_no_further() -> None:
    """What was open when it was first resolved is judged anew at every connection."""

    class Rebinding(Names):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
        ) -> list[ResolveResult]:
            found = await super().resolve(host, port, family)
            self.names[host] = ["127.0.0.2"]
            return found

    names = Rebinding(site_example=[LOOPBACK])
    async with site({"/": says(500)}, name="site.example") as there, checker(names=names) as links:
        seen = await links.look(there("/"))
    assert seen.trouble == "private"
    assert there.asked == [("HEAD", "/")]


@pytest.mark.parametrize("inside", ["http://127.0.0.2:{}/", "http://inside.example:{}/"])
async def test_a_redirect_into_the_network_is_not_followed(inside: str) -> None:
    """Each hop is judged like a first one, by number and by name."""
    names = Names(inside_example=["127.0.0.2"])
    reached: list[str] = []

    async def met(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.append("there")
        writer.close()

    server = await asyncio.start_server(met, "127.0.0.2", 0)
    target = inside.format(server.sockets[0].getsockname()[1])
    async with server, site({"/": to(target)}) as there, checker(names=names) as links:
        seen = await links.look(there("/"))
        assert (seen.trouble, seen.hops) == ("private", (Hop(301, target),))
        assert judged(seen).verdict == "blocked"
        assert reached == []
        # Let there, it would have come there.
        open_guard = Guard((IPv4Network("127.0.0.0/8"),), None)
        async with checker(names=names, guard=open_guard) as careless:
            await careless.look(there("/"))
        assert reached


async def test_no_connection_is_made_where_it_may_not_go() -> None:
    """Whoever uses the connector alone is held back at the socket, the last moment there is."""
    async with (
        site({"/": FINE}, also=["127.0.0.2"]) as there,
        aiohttp.ClientSession(connector=connector(GUARD, Names())) as session,
    ):
        async with session.get(there("/")) as response:
            assert response.status == 200
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(there("/").replace(LOOPBACK, "127.0.0.2"))
    assert len(there.asked) == 1


async def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other programs on this machine use is not used."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    async with site({"/": FINE}) as there, checker() as links:
        assert (await links.look(there("/"))).is_fine


# Manners


async def test_a_host_is_asked_by_one_at_a_time_with_pauses() -> None:
    """However many of its links there are; other hosts do not wait for it."""
    pauses = Pauses()
    answers = {f"/{n}": FINE for n in range(5)}
    async with site(answers) as there, checker(pause=1000.0, wait=pauses) as links:
        told: list[Seen] = []
        found = await links.check([there(path) for path in answers] * 2, told.append)
    assert found == told
    assert sorted(seen.address for seen in found) == [there(path) for path in answers]
    assert there.most_at_once == 1
    assert len(there.asked) == 5
    assert [round(pause) for pause in pauses.taken] == [1000] * 4


async def test_redirects_wait_for_their_turn_like_everybody() -> None:
    """Links of many hosts that lead to one are not there all at once."""
    names = Names(**{f"h{n}_example": [LOOPBACK] for n in range(12)})

    async def linger(_: web.Request) -> web.StreamResponse:
        # So long that others would come in meanwhile.
        for _turn in range(200):
            await asyncio.sleep(0)
        return web.Response()

    async with site({"/": linger}) as there, site({"/": to(there("/"))}) as others:
        port = others.origin.rpartition(":")[2]
        async with checker(names=names) as links:
            found = await links.check(
                [f"http://h{n}.example:{port}/" for n in range(12)], lambda _: None
            )
    assert all(seen.is_fine for seen in found)
    assert len(there.asked) == 12
    assert there.most_at_once == 1


async def test_hosts_do_not_wait_for_each_other() -> None:
    """Many are asked at once, but no more than so many; one that hangs keeps nobody waiting."""
    others_done, crowd = asyncio.Event(), asyncio.Event()
    looked_up: list[int] = []

    async def wait_for_others(_: web.Request) -> web.StreamResponse:
        await others_done.wait()
        return web.Response()

    async def wait_for_a_crowd(_: web.Request) -> web.StreamResponse:
        # The one that hangs is among them.
        if there.at_once == AT_ONCE:
            looked_up.append(len(names.asked))
            crowd.set()
        await crowd.wait()
        return web.Response()

    names = Names(**{f"h{n}_example": [LOOPBACK] for n in range(40)})
    async with site({"/slow": wait_for_others, "/": wait_for_a_crowd}) as there:
        port = there.origin.rpartition(":")[2]
        others = [f"http://h{n}.example:{port}/" for n in range(40)]
        left = set(others)

        def told(seen: Seen) -> None:
            left.discard(seen.address)
            if not left:
                others_done.set()

        async with checker(names=names) as links:
            found = await links.check([there("/slow"), *others], told)
    assert len(found) == 41
    assert all(seen.is_fine for seen in found)
    # All but the one that hangs, which is a number.
    assert looked_up[0] == AT_ONCE - 1
    assert there.most_at_once == AT_ONCE


async def test_a_host_that_stays_silent_is_left() -> None:
    """Its many links would hold up all others; the next run asks it again, all of it."""
    met = 0

    async def hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        nonlocal met
        met += 1
        await reader.read()

    async with raw(hang) as address:
        links = checker(timeout=0.02)
        for run in (1, 2):
            async with links:
                found = await links.check([f"{address}{n}" for n in range(50)], lambda _: None)
            assert {seen.trouble for seen in found} == {"timeout"}
            assert met == run * MOST_SILENCES


async def test_whoever_answers_now_and_then_is_asked_on() -> None:
    """Pages that break off tell nothing of the host, as long as others are there."""

    async def break_off(request: web.Request) -> web.StreamResponse:
        if request.transport:
            request.transport.abort()
        return web.Response()

    paths = [f"/{'broken' if n % 3 else 'fine'}?{n}" for n in range(12)]
    async with site({"/fine": FINE, "/broken": break_off}) as there, checker() as links:
        found = await links.check(map(there, paths), lambda _: None)
    assert [seen.is_fine for seen in found] == ["fine" in path for path in paths]
    assert {path for _, path in there.asked} == set(paths)


async def test_a_silent_name_server_keeps_nobody_else_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Names are looked up in other threads than those in which the bot does the rest."""
    met, silent = threading.Event(), threading.Event()

    def hang(*_: object) -> list[object]:
        met.set()
        silent.wait(30)
        raise socket.gaierror(socket.EAI_AGAIN, "silent")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    async with Checker(Manners(pauses=())) as links:
        looking = asyncio.create_task(links.look("http://lost.example/"))
        try:
            async with asyncio.timeout(5):
                while not met.is_set():
                    await asyncio.sleep(0)
                await asyncio.to_thread(lambda: None)
        finally:
            silent.set()
        assert (await looking).trouble == "lookup"


async def test_a_short_rest_is_kept_and_then_it_tries_again() -> None:
    """A server that says how long to wait is obeyed, if that is not long."""
    pauses = Pauses()
    answers = {"/": in_turn(says(429, Retry_After="7"), FINE)}
    async with site(answers) as there, checker(wait=pauses) as links:
        assert (await links.look(there("/"))).is_fine
    assert pauses.taken == [7.0]


@pytest.mark.parametrize("rest", ["3600", "Fri, 31 Dec 9999 23:59:59 GMT", "9" * 400])
async def test_a_long_rest_is_kept_for_all_links_of_the_host(rest: str) -> None:
    """A server that wants peace for longer is not asked again before, not in another run either."""
    async with site({"/a": says(429, Retry_After=rest), "/b": FINE}) as there:
        links = checker()
        for _run in range(2):
            async with links:
                found = await links.check([there("/a"), there("/b")], lambda _: None)
            assert [judged(seen).verdict for seen in found] == ["blocked"] * 2
            assert found[1].trouble == "resting"
    assert len(there.asked) == 1


async def test_only_who_is_busy_is_left_alone() -> None:
    """What answers is asked again, whatever else it says."""
    async with site({"/a": says(200, Retry_After="3600"), "/b": FINE}) as there, checker() as links:
        found = await links.check([there("/a"), there("/b")], lambda _: None)
    assert all(seen.is_fine for seen in found)


@pytest.mark.parametrize("rest", ["", "soon", "-5", "Thu, 01 Jan 1970 00:00:00 GMT", "٣"])
async def test_a_rest_that_says_nothing_is_none(rest: str) -> None:
    """What is no time, or is past, leaves the pauses as they are."""
    pauses = Pauses()
    answers = {"/": in_turn(says(503, Retry_After=rest), FINE)}
    async with site(answers) as there, checker(wait=pauses) as links:
        assert (await links.look(there("/"))).is_fine
    assert pauses.taken == [1.0]
