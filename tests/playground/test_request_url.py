"""HTTP mode: what is sent to the app's request URL."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from aiohttp import web

from bot.playground import Playground
from tests.playground.world import SEED, Clock, Json, RawApp, button, manifest


@dataclass
class Listener:
    """An app's HTTP side that keeps what it was sent."""

    url: str = ""
    bodies: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answer: Callable[[Json], web.Response] = lambda _: web.Response()
    held: asyncio.Event | None = None
    """What the next request has to wait for, and no other."""

    async def handle(self, request: web.Request) -> web.Response:
        """Answer a request; the challenge is always answered."""
        body = await request.text()
        self.bodies.append(body)
        self.headers.append(dict(request.headers))
        if request.content_type == "application/json":
            given = json.loads(body)
            if given["type"] == "url_verification":
                return web.json_response({"challenge": given["challenge"]})
        else:
            given = parse_qs(body)
        held, self.held = self.held, None
        if held is not None:
            await held.wait()
        return self.answer(given)

    def events(self) -> list[Json]:
        """Return the events received so far."""
        found = [json.loads(body) for body in self.bodies if body.startswith("{")]
        return [one for one in found if one["type"] == "event_callback"]


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[Playground, Listener]]:
    """Yield a workspace whose app listens on a port of its own."""
    listener = Listener()
    served = web.Application()
    served.router.add_post("/slack/events", listener.handle)
    runner = web.AppRunner(served, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    listener.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    workspace = Playground(
        manifest(),
        SEED,
        clock=Clock(),
        request_url=listener.url,
        ack_seconds=0.5,
        retry_after=(0.01, 0.01, 0.01),
    )
    try:
        async with workspace as playground:
            yield playground, listener
    finally:
        await runner.cleanup()


async def test_everything_is_signed() -> None:
    """Every request carries the time, and a signature of the time and the very bytes."""
    async with listening() as (playground, listener):
        await playground.say("U1", "C1", "héllo")
        await playground.command("U1", "C1", "/onboard", "virtio")
        await playground.idle()
        assert len(listener.bodies) == 3
        for body, headers in zip(listener.bodies, listener.headers, strict=True):
            timestamp = headers["X-Slack-Request-Timestamp"]
            assert timestamp == "1700000000"
            base = f"v0:{timestamp}:{body}".encode()
            expected = hmac.new(playground.signing_secret.encode(), base, hashlib.sha256)
            assert headers["X-Slack-Signature"] == f"v0={expected.hexdigest()}"


async def test_the_address_is_verified_first() -> None:
    """Before the first event the address is asked a challenge, once."""
    async with listening() as (playground, listener):
        await playground.say("U1", "C1", "one")
        await playground.say("U1", "C1", "two")
        await playground.idle()
        types = [json.loads(body)["type"] for body in listener.bodies]
        assert types == ["url_verification", "event_callback", "event_callback"]
        assert playground.is_connected


async def test_how_things_are_written() -> None:
    """Events come as JSON, commands as a form, interactions as JSON in one field of a form."""
    async with listening() as (playground, listener), RawApp.living_in(playground) as raw:
        delivery = await playground.command("U1", "C1", "/onboard", "pci & more")
        await playground.idle()
        form = parse_qs(listener.bodies[0])
        assert (form["command"], form["text"]) == (["/onboard"], ["pci & more"])
        assert form["is_enterprise_install"] == ["false"]
        answer = await raw.call("chat.postMessage", channel="C1", text="x", blocks=button())
        where = {"type": "message", "channel": "C1", "ts": answer["ts"]}
        await playground.act("U1", where, {"block_id": "row", "action_id": "why"})
        await playground.idle()
        (body,) = (one for one in listener.bodies if one.startswith("payload="))
        payload = json.loads(parse_qs(body)["payload"][0])
        assert (payload["type"], payload["actions"][0]["value"]) == ("block_actions", "1")
        assert delivery.acked


async def test_answers_to_commands() -> None:
    """The answer to a command is shown to the person, whether it is JSON or bare text."""
    async with listening() as (playground, listener):
        listener.answer = lambda _: web.json_response({"text": "as JSON"})
        await playground.settled(await playground.command("U1", "C1", "/onboard"))
        listener.answer = lambda _: web.Response(text="as text")
        await playground.settled(await playground.command("U1", "C1", "/onboard"))
        shown = [one.text for one in playground.seen("U1", "C1")][-2:]
        assert shown == ["as JSON", "as text"]


async def test_failures_are_tried_again() -> None:
    """An event answered with an error comes three times more, and says which time and why."""
    async with listening() as (playground, listener):
        listener.answer = lambda _: web.Response(status=404)
        await playground.say("U1", "C1", "hello")
        (delivery,) = playground.deliveries
        await playground.settled(delivery)
        assert (delivery.gave_up, delivery.attempts) == (True, 4)
        headers = listener.headers[1:]
        assert [one.get("x-slack-retry-num") for one in headers] == [None, "1", "2", "3"]
        assert {one["x-slack-retry-reason"] for one in headers[1:]} == {"http_error"}
        assert len({one["event_id"] for one in listener.events()}) == 1


async def test_refusing_to_be_tried_again() -> None:
    """An app that asks not to be tried again is not."""
    async with listening() as (playground, listener):
        refusal = {"x-slack-no-retry": "1"}
        listener.answer = lambda _: web.Response(status=500, headers=refusal)
        await playground.say("U1", "C1", "hello")
        (delivery,) = playground.deliveries
        await playground.settled(delivery)
        assert (delivery.gave_up, delivery.attempts) == (True, 1)


async def test_a_slow_answer_to_an_event() -> None:
    """An event that is answered too late comes again, and says why."""
    async with listening() as (playground, listener):
        await playground.say("U1", "C1", "first")
        await playground.idle()
        listener.held = held = asyncio.Event()
        await playground.say("U1", "C1", "second")
        event = playground.deliveries[-1]
        await playground.settled(event)
        assert (event.acked, event.attempts, event.late_ms) == (True, 2, None)
        assert listener.headers[-1]["x-slack-retry-reason"] == "http_timeout"
        held.set()


async def test_a_slow_answer_to_a_command() -> None:
    """A command that is answered too late fails, and how late it was is told."""
    async with listening() as (playground, listener):
        listener.held = held = asyncio.Event()
        listener.answer = lambda _: web.json_response({"text": "late"})
        command = await playground.command("U1", "C1", "/onboard")
        await playground.settled(command)
        assert command.gave_up
        held.set()
        await playground.until(lambda: command.late_ms)
        first, second = playground.notices("U1")
        assert "operation_timeout" in first
        assert "to acknowledge command /onboard" in second
        assert "late" not in [one.text for one in playground.seen("U1", "C1")]


async def test_nobody_listens() -> None:
    """Where nobody listens an event is given up, and the app is not connected."""
    url = "http://127.0.0.1:9/slack/events"
    async with Playground(
        manifest(), SEED, request_url=url, ack_seconds=0.2, retry_after=(0.01,) * 3
    ) as playground:
        await playground.say("U1", "C1", "hello")
        (delivery,) = playground.deliveries
        await playground.settled(delivery)
        assert delivery.gave_up
        assert (playground.is_connected, playground.mode) == (False, "http")


async def test_an_address_that_fails_the_challenge() -> None:
    """An address that does not answer the challenge gets no event."""

    async def deaf(_: web.Request) -> web.Response:
        return web.json_response({"challenge": "something else"})

    served = web.Application()
    served.router.add_post("/", deaf)
    runner = web.AppRunner(served, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    async with Playground(manifest(), SEED, request_url=url) as playground:
        await playground.say("U1", "C1", "hello")
        (delivery,) = playground.deliveries
        await playground.settled(delivery)
        assert (delivery.gave_up, delivery.attempts) == (True, 1)
    await runner.cleanup()
