"""A real Bolt app lives in the workspace, by Socket Mode and over HTTP."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Fault, Playground
from tests.playground.world import SEED, Json, button, impatient, manifest, modal


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing goes through a proxy, whatever this machine is told."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


class Bolt:
    """A tiny app, and what it has seen."""

    def __init__(self, playground: Playground) -> None:
        self.playground = playground
        client = AsyncWebClient(token=playground.bot_token, base_url=playground.api_url)
        client.retry_handlers += [AsyncRateLimitErrorRetryHandler(), AsyncServerErrorRetryHandler()]
        self.app = AsyncApp(client=client, signing_secret=playground.signing_secret)
        self.seen: list[Json] = []
        self.app.event("message")(self._message)
        self.app.event("app_mention")(self._mention)
        self.app.event("app_home_opened")(self._home)
        self.app.command("/onboard")(self._command)
        self.app.action("why")(self._why)
        self.app.view("ask")(self._submitted)
        self.app.shortcut("find")(self._find)

    async def _message(self, event: Json) -> None:
        self.seen.append(event)
        self.playground.changed()

    async def _mention(self, event: Json, say: Any) -> None:
        self.seen.append(event)
        await say(text="here", thread_ts=event["ts"], blocks=button())

    async def _home(self, event: Json, client: AsyncWebClient) -> None:
        view = {"type": "home", "blocks": button()}
        await client.views_publish(user_id=event["user"], view=view)

    async def _command(self, ack: Any, command: Json, respond: Any, client: AsyncWebClient) -> None:
        match command["text"]:
            case "form":
                await client.views_open(trigger_id=command["trigger_id"], view=modal())
                await ack()
            case "loud":
                await ack(text="for all", response_type="in_channel")
            case "late":
                await self.playground.until(lambda: self.playground.deliveries[-1].gave_up)
                await ack("too late")
            case text:
                await ack(f"for you: {text}")
                await respond(text="and more", thread_ts=None)

    async def _why(self, ack: Any, body: Json, client: AsyncWebClient, respond: Any) -> None:
        await ack()
        if body["container"]["type"] == "view" and body["view"]["type"] == "home":
            await client.views_open(trigger_id=body["trigger_id"], view=modal())
            return
        await client.chat_postEphemeral(
            channel=body["channel"]["id"], user=body["user"]["id"], text="because"
        )
        await respond(text="it was clicked", replace_original=True)

    async def _submitted(self, ack: Any, view: Json) -> None:
        match view["state"]["values"]["name"]["value"]["value"]:
            case "bad":
                await ack(response_action="errors", errors={"name": "Not this."})
            case "more":
                await ack(response_action="update", view=modal(callback_id="second"))
            case "push":
                await ack(response_action="push", view=modal(callback_id="pushed"))
            case _:
                await ack()

    async def _find(self, ack: Any, shortcut: Json, client: AsyncWebClient) -> None:
        await ack()
        user = shortcut["user"]["id"]
        await client.chat_postMessage(channel=user, text=shortcut["message"]["text"])


@asynccontextmanager
async def by_socket(playground: Playground) -> AsyncIterator[Bolt]:
    """Run the app by Socket Mode."""
    bolt = Bolt(playground)
    handler: Any = AsyncSocketModeHandler(bolt.app, playground.app_token, ping_interval=0.1)
    await handler.connect_async()
    try:
        await playground.until(lambda: playground.connections == 1)
        yield bolt
    finally:
        await handler.close_async()


@asynccontextmanager
async def over_http(playground: Playground, port: int) -> AsyncIterator[Bolt]:
    """Run the app over HTTP."""
    bolt = Bolt(playground)

    async def events(request: web.Request) -> web.Response:
        answer = await bolt.app.async_dispatch(await to_bolt_request(request))
        return await to_aiohttp_response(answer)

    served = web.Application()
    served.router.add_post("/slack/events", events)
    runner = web.AppRunner(served, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield bolt
    finally:
        await runner.cleanup()


@pytest.fixture(params=["socket", "http"])
async def bolt(
    request: pytest.FixtureRequest, unused_tcp_port: int, patience: float
) -> AsyncIterator[Bolt]:
    """A tiny Bolt app in a workspace of its own, by Socket Mode and over HTTP."""
    by_http = request.param == "http"
    url = f"http://127.0.0.1:{unused_tcp_port}/slack/events" if by_http else None
    async with Playground(
        manifest(), SEED, request_url=url, ack_seconds=patience, retry_after=(0.01, 0.01, 0.01)
    ) as playground:
        living = over_http(playground, unused_tcp_port) if by_http else by_socket(playground)
        async with living as running:
            yield running


@pytest.fixture
async def socketed(patience: float) -> AsyncIterator[Bolt]:
    """A tiny Bolt app on Socket Mode."""
    async with (
        Playground(manifest(), SEED, ack_seconds=patience, retry_after=(0.01,) * 3) as playground,
        by_socket(playground) as running,
    ):
        yield running


def texts(playground: Playground, user: str = "U1", channel: str = "C1") -> list[str]:
    """Return what a person has read in a channel since the first day."""
    return [one.text for one in playground.seen(user, channel)][2:]


async def test_a_mention(bolt: Bolt) -> None:
    """A mention reaches the app as two events of one message, and is answered in its thread."""
    playground = bolt.playground
    ts = await playground.say("U1", "C1", "<@UBOT> where?")
    await playground.until(lambda: playground.called("chat.postMessage") and len(bolt.seen) == 2)
    await playground.idle()
    assert sorted(one["type"] for one in bolt.seen) == ["app_mention", "message"]
    assert {one["ts"] for one in bolt.seen} == {ts}
    answer = playground.seen("U2", "C1")[-1]
    assert (answer.text, answer.thread_ts, answer.user) == ("here", ts, "UBOT")
    assert all(one.acked for one in playground.deliveries)
    assert playground.warnings == []


async def test_a_direct_message(bolt: Bolt) -> None:
    """A direct message reaches the app once."""
    playground = bolt.playground
    await playground.say("U1", playground.direct("U1"), "hello")
    await playground.until(lambda: bolt.seen)
    assert [one["channel_type"] for one in bolt.seen] == ["im"]


async def test_a_command(bolt: Bolt) -> None:
    """What a command is acknowledged with, and what is posted to its URL, is for its person."""
    playground = bolt.playground
    delivery = await playground.command("U1", "C2", "/onboard", "pci & more")
    await playground.until(lambda: delivery.settled and playground.called("response_url"))
    read = sorted(one.text for one in playground.seen("U1", "C2"))
    assert read == ["and more", "for you: pci & more", "lunch?"]
    assert [one.text for one in playground.seen("U2", "C2")] == ["lunch?"]


async def test_a_loud_command(bolt: Bolt) -> None:
    """A command answered in the channel is shown to all with its answer."""
    playground = bolt.playground
    await playground.settled(await playground.command("U1", "C1", "/onboard", "loud"))
    assert texts(playground, "U2") == ["/onboard loud", "for all"]


@impatient
async def test_a_late_command(bolt: Bolt) -> None:
    """A command acknowledged too late fails for its person, and its answer is shown to nobody."""
    playground = bolt.playground
    delivery = await playground.command("U1", "C1", "/onboard", "late")
    await playground.until(lambda: delivery.late_ms)
    assert (delivery.acked, delivery.gave_up) == (False, True)
    assert "operation_timeout" in playground.notices("U1")[0]
    assert texts(playground) == []


async def opened(bolt: Bolt) -> str:
    """Open the app's modal for U1 by a command and return its id."""
    playground = bolt.playground
    await playground.settled(await playground.command("U1", "C1", "/onboard", "form"))
    (view,) = playground.modals("U1")
    return view.id


async def submitted(bolt: Bolt, view_id: str, name: str) -> None:
    """Fill in the modal and wait for the answer."""
    values = {"name": {"value": {"value": name}}}
    await bolt.playground.settled(await bolt.playground.submit("U1", view_id, values))


async def test_a_form(bolt: Bolt) -> None:
    """A modal takes errors, another view, and its leave."""
    playground = bolt.playground
    view_id = await opened(bolt)
    await submitted(bolt, view_id, "bad")
    (view,) = playground.modals("U1")
    assert view.errors == {"name": "Not this."}
    await submitted(bolt, view_id, "push")
    assert [one.body["callback_id"] for one in playground.modals("U1")] == ["ask", "pushed"]
    await playground.close("U1", playground.modals("U1")[-1].id)
    await submitted(bolt, view_id, "more")
    assert [one.body["callback_id"] for one in playground.modals("U1")] == ["second"]
    await playground.close("U1", view_id)
    await submitted(bolt, await opened(bolt), "good")
    assert playground.modals("U1") == []
    assert playground.warnings == []


async def test_a_button(bolt: Bolt) -> None:
    """A click is acknowledged, and changes the message it was on."""
    playground = bolt.playground
    await playground.say("U1", "C1", "<@UBOT> where?")
    await playground.until(lambda: playground.called("chat.postMessage"))
    answer = playground.seen("U1", "C1")[-1]
    where = {"type": "message", "channel": "C1", "ts": answer.ts}
    await playground.act("U1", where, {"block_id": "row", "action_id": "why"})
    await playground.until(lambda: playground.called("response_url"))
    assert (answer.text, answer.blocks) == ("it was clicked", None)
    assert playground.seen("U1", "C1")[-1].text == "because"
    assert playground.seen("U2", "C1")[-1] is answer


async def test_home(bolt: Bolt) -> None:
    """The Home tab is published when it is opened, and its button opens a modal."""
    playground = bolt.playground
    await playground.open_home("U2")
    home = await playground.until(lambda: playground.home("U2"))
    assert home is not None
    where = {"type": "view", "view_id": home.id}
    await playground.act("U2", where, {"block_id": "row", "action_id": "why"})
    await playground.until(lambda: playground.modals("U2"))
    assert playground.modals("U1") == []


async def test_a_shortcut(bolt: Bolt) -> None:
    """A shortcut on a message tells the app the message, even where the app is not."""
    playground = bolt.playground
    ts = await playground.say("U2", "C2", "where is lunch?")
    await playground.shortcut("U1", "find", "C2", ts)
    await playground.until(lambda: playground.called("chat.postMessage"))
    assert [one.text for one in playground.seen("U1", "D1")] == ["where is lunch?"]


@impatient
async def test_what_no_listener_takes(bolt: Bolt) -> None:
    """An event that no listener takes is sent again three times, and given up."""
    playground = bolt.playground
    await playground.join("U3", "C1")
    (joined,) = (one for one in playground.deliveries if "member_joined" in one.what)
    await playground.settled(joined)
    assert (joined.acked, joined.attempts) == (False, 4)


@pytest.mark.parametrize(
    "fault",
    [Fault.rate_limited(0), Fault.server_error(), Fault.lost_before()],
    ids=["rate limited", "server error", "lost"],
)
async def test_faults_that_a_client_survives(bolt: Bolt, fault: Fault) -> None:
    """A client that tries again posts once what failed before anything was done."""
    playground = bolt.playground
    playground.fail("chat.postMessage", fault)
    await playground.say("U1", "C1", "<@UBOT> where?")
    await playground.until(lambda: "here" in texts(playground))
    assert len(playground.called("chat.postMessage")) == 2
    assert texts(playground).count("here") == 1


@pytest.mark.parametrize(
    "fault", [Fault.lost_after(), Fault.server_error_after()], ids=["lost", "server error"]
)
async def test_faults_that_post_twice(bolt: Bolt, fault: Fault) -> None:
    """A client that tries again posts twice what was done before it failed."""
    playground = bolt.playground
    playground.fail("chat.postMessage", fault)
    await playground.say("U1", "C1", "<@UBOT> where?")
    await playground.until(lambda: len(playground.called("chat.postMessage")) == 2)
    assert texts(playground).count("here") == 2


async def test_errors_of_the_web_api(bolt: Bolt) -> None:
    """The client raises what Slack refuses, with its code and its reasons."""
    client = bolt.app.client
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="C9", text="x")
    assert refused.value.response["error"] == "channel_not_found"
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="C1", text="x", blocks=[{"type": "sofa"}])
    assert refused.value.response["response_metadata"]["messages"]
    test = await client.auth_test()
    assert test["user_id"] == bolt.playground.bot_user
    assert "chat:write" in test.headers["x-oauth-scopes"]


async def test_reading(bolt: Bolt) -> None:
    """The client reads people, conversations and what was said, page by page."""
    client = bolt.app.client
    await client.chat_postMessage(
        channel="C1", text="x", metadata={"event_type": "e", "event_payload": {"k": "v"}}
    )
    history = await client.conversations_history(channel="C1", include_all_metadata=True)
    assert history["messages"][0]["metadata"]["event_payload"] == {"k": "v"}
    found = [
        member
        async for page in await client.conversations_members(channel="C1", limit=1)
        for member in page["members"]
    ]
    assert found == ["U1", "U2", "UBOT"]
    assert (await client.users_info(user="U1"))["user"]["tz"] == "Asia/Seoul"
    assert (await client.conversations_open(users="U2"))["channel"]["id"] == "D2"


async def test_refreshing(socketed: Bolt) -> None:
    """Asked to refresh, the app comes back on a new socket, and nothing is lost meanwhile."""
    playground = socketed.playground
    await playground.refresh()
    for number in range(5):
        await playground.say("U1", playground.direct("U1"), f"{number}")
    await playground.until(lambda: len(socketed.seen) >= 5)
    await playground.idle()
    assert len(playground.called("apps.connections.open")) == 2
    assert [one["text"] for one in socketed.seen] == ["0", "1", "2", "3", "4"]
    await playground.until(lambda: playground.connections == 1)


@impatient
async def test_dropping(socketed: Bolt, caplog: pytest.LogCaptureFixture) -> None:
    """Cut off without warning, the app comes back, and hears what it missed."""
    caplog.set_level(logging.CRITICAL)
    playground = socketed.playground
    await playground.drop()
    await playground.until(lambda: playground.connections == 0)
    await playground.say("U1", playground.direct("U1"), "are you there?")
    await playground.until(lambda: socketed.seen)
    assert socketed.seen[0]["text"] == "are you there?"
    assert playground.connections == 1


async def test_a_forged_signature(unused_tcp_port: int) -> None:
    """Bolt takes what is signed with its secret and nothing else, so the signatures are real."""
    url = f"http://127.0.0.1:{unused_tcp_port}/slack/events"
    async with (
        Playground(manifest(), SEED, request_url=url) as playground,
        over_http(playground, unused_tcp_port),
        Playground(manifest(), SEED, request_url=url, ack_seconds=0.3) as forger,
    ):
        assert (await playground.settled(await playground.command("U1", "C1", "/onboard"))).acked
        forged = await forger.settled(await forger.command("U1", "C1", "/onboard"))
        assert not forged.acked
