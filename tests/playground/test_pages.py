"""What the browser is served, and what it may ask for."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.playground import Playground
from tests.playground.world import SEED, Json, RawApp, button, manifest, modal, section


def own(playground: Playground) -> dict[str, str]:
    """Return the headers of a request that the page itself makes."""
    return {"Origin": playground.page_url.rstrip("/")}


async def act(raw: RawApp, user: str, do: str, **more: Any) -> tuple[int, Json]:
    """Do something as the page does it."""
    url = f"{raw.playground.page_url}page/act"
    body = {"as": user, "do": do, **more}
    async with raw.session.post(url, json=body, headers=own(raw.playground)) as response:
        return response.status, await response.json()


async def watch(raw: RawApp, user: str) -> aiohttp.ClientWebSocketResponse:
    """Open the page's socket as somebody."""
    url = f"{raw.playground.page_url}page/socket?as={user}"
    return await raw.session.ws_connect(url, headers=own(raw.playground))


async def snapshot(raw: RawApp, user: str) -> Json:
    """Return what somebody sees now."""
    async with await watch(raw, user) as socket:
        found: Json = await socket.receive_json(timeout=5)
        return found


async def test_the_page_is_served(raw: RawApp) -> None:
    """The page and its files come with a policy that lets nothing in from elsewhere."""
    for path, type_ in [("", "text/html"), ("page/socket.js", "text/javascript")]:
        async with raw.session.get(raw.playground.page_url + path) as response:
            assert (response.status, response.content_type) == (200, type_)
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "script-src 'self'" in policy
            assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["page/nothing.js", "page/..%2fserver.py", "page/%2e%2e%2fserver.py", "page/a.py"]
)
async def test_nothing_else_is_served(raw: RawApp, path: str) -> None:
    """Only the page's own files are served."""
    async with raw.session.get(raw.playground.page_url + path) as response:
        assert response.status == 404


@pytest.mark.parametrize("path", ["", "page/traffic/d1", "api/auth.test", "page/socket?as=U1"])
async def test_another_name_is_refused(raw: RawApp, path: str) -> None:
    """Who was led here under another host's name gets nothing, whatever they ask for."""
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost:1@evil.example"):
        headers = own(raw.playground) | {"Host": host}
        async with raw.session.get(raw.playground.page_url + path, headers=headers) as response:
            assert response.status == 403


async def test_localhost_is_a_good_name(raw: RawApp) -> None:
    """The page may be opened as localhost."""
    async with raw.session.get(
        raw.playground.page_url, headers={"Host": "localhost:1"}
    ) as response:
        assert response.status == 200


async def test_other_pages_are_refused(raw: RawApp) -> None:
    """Another page can neither act nor watch, and neither can one that does not say what it is."""
    for headers in ({}, {"Origin": "http://evil.example"}, {"Origin": "null"}):
        body = {"as": "U1", "do": "say", "channel": "C1", "text": "hello"}
        url = f"{raw.playground.page_url}page/"
        async with raw.session.post(f"{url}act", json=body, headers=headers) as response:
            assert response.status == 403
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await raw.session.ws_connect(f"{url}socket?as=U1", headers=headers)
        assert refused.value.status == 403
    assert len(raw.playground.seen("U1", "C1")) == 2


async def test_only_this_machine() -> None:
    """A workspace is never opened to the network."""
    for host in ("0.0.0.0", "192.168.1.1", "::"):  # noqa: S104
        with pytest.raises(ValueError, match="this machine"):
            Playground(manifest(), SEED, host=host)


async def test_a_snapshot(connected: RawApp) -> None:
    """A person sees the workspace, themselves, the app, and the conversations that are theirs."""
    seen = await snapshot(connected, "U1")
    assert (seen["me"], seen["workspace"]["name"]) == ("U1", "Acme Rockets")
    assert seen["workspace"]["welcome"]["steps"][0]["channel"] == "C1"
    assert seen["people"] == ["U1", "U2", "U3"]
    assert [one["id"] for one in seen["users"] if one["is_bot"]] == ["UBOT"]
    assert (seen["app"]["connected"], seen["app"]["mode"]) == (True, "socket")
    assert [one["command"] for one in seen["app"]["commands"]] == ["/onboard", "/escaped"]
    kinds = {one["id"]: one["kind"] for one in seen["conversations"]}
    assert kinds == {"C1": "channel", "C2": "channel", "C3": "private", "C4": "private", "D1": "im"}
    assert [one["text"] for one in seen["messages"]["C1"]] == ["who knows virtio?", "I do"]
    assert seen["home"] is None
    others = await snapshot(connected, "U3")
    assert {one["id"] for one in others["conversations"]} == {"C1", "C2", "D3"}
    assert others["messages"].keys() == {"C1", "C2", "D3"}


async def test_a_snapshot_keeps_secrets(connected: RawApp) -> None:
    """What is for one person is on nobody else's page."""
    playground = connected.playground
    await connected.call("chat.postEphemeral", channel="C1", user="U1", text="psst")
    home = {"type": "home", "blocks": [section("mine")]}
    await connected.call("views.publish", user_id="U1", view=home)
    trigger = (await playground.command("U1", "C1", "/onboard")).payload["trigger_id"]
    await connected.call("views.open", trigger_id=trigger, view=modal())
    await playground.say("U1", "C4", "<@UBOT>?")
    mine, others = await snapshot(connected, "U1"), await snapshot(connected, "U2")
    assert mine["messages"]["C1"][-1] | {"ts": ""} == {
        "ts": "",
        "user": "UBOT",
        "text": "psst",
        "blocks": None,
        "thread_ts": None,
        "ephemeral": True,
        "edited": False,
        "bot": True,
        "subtype": None,
        "shared_by": None,
    }
    assert mine["home"]["blocks"][0]["text"]["text"] == "mine"
    assert [one["view"]["callback_id"] for one in mine["modals"]] == ["ask"]
    assert [one["kind"] for one in mine["notices"]] == ["warning"]
    assert "psst" not in json.dumps(others["messages"])
    assert (others["home"], others["modals"], others["notices"]) == (None, [], [])


async def test_changes_are_shown(raw: RawApp) -> None:
    """Every change reaches an open page; many at once come as one."""
    async with await watch(raw, "U2") as socket:
        first = await socket.receive_json(timeout=5)
        for number in range(50):
            await raw.playground.say("U1", "C1", f"{number}")
        texts: list[str] = []
        snapshots = 0
        while "49" not in texts:
            seen = await socket.receive_json(timeout=5)
            texts = [one["text"] for one in seen["messages"]["C1"]]
            snapshots += 1
        assert seen["version"] > first["version"]
        assert snapshots <= 2
        with pytest.raises(asyncio.TimeoutError):
            await socket.receive_json(timeout=0.05)


async def test_a_snapshot_is_bounded(raw: RawApp) -> None:
    """A page shows the last three hundred messages of a channel, and two hundred exchanges."""
    for number in range(310):
        await raw.playground.say("U1", "C1", f"{number}")
    seen = await snapshot(raw, "U1")
    texts = [one["text"] for one in seen["messages"]["C1"]]
    assert texts == [f"{number}" for number in range(10, 310)]
    assert len(seen["traffic"]) == 200
    assert seen["traffic"][-1]["what"] == "event message"


async def test_what_the_page_can_do(connected: RawApp) -> None:
    """Everything that a person does on the page is done as they do it."""
    playground = connected.playground
    assert (await act(connected, "U1", "say", channel="C1", text="@onboard a < b"))[0] == 200
    message = playground.seen("U1", "C1")[-1]
    assert message.text == "<@UBOT> a &lt; b"
    await act(connected, "U2", "say", channel="C1", text="reply", thread_ts=message.ts)
    await act(connected, "U1", "edit", channel="C1", ts=message.ts, text="a > b")
    assert [one.text for one in playground.seen("U1", "C1")][-2:] == ["a &gt; b", "reply"]
    await act(connected, "U2", "delete", channel="C1", ts=playground.seen("U1", "C1")[-1].ts)
    assert playground.seen("U1", "C1")[-1].text == "a &gt; b"
    await act(connected, "U1", "command", channel="C1", text="/onboard  virtio rings ")
    assert playground.deliveries[-1].payload["text"] == "virtio rings"
    await act(connected, "U1", "shortcut", callback_id="find", channel="C1", ts=message.ts)
    assert playground.deliveries[-1].what == "shortcut find"
    await act(connected, "U1", "home", tab="home")
    assert playground.deliveries[-1].payload["event"]["tab"] == "home"
    await act(connected, "U1", "invite", channel="C2")
    assert playground.workspace.conversations["C2"].app_in
    await act(connected, "U1", "remove", channel="C2")
    assert not playground.workspace.conversations["C2"].app_in
    await act(connected, "U3", "join", channel="C2")
    assert "U3" in playground.workspace.conversations["C2"].members


async def test_forms_on_the_page(connected: RawApp) -> None:
    """Buttons, modals and notices are used through the page like everything else."""
    playground = connected.playground
    posted = await connected.call("chat.postMessage", channel="C1", text="x", blocks=button())
    where = {"type": "message", "channel": "C1", "ts": posted["ts"]}
    action = {"block_id": "row", "action_id": "why"}
    await act(connected, "U1", "act", container=where, action=action)
    trigger = playground.deliveries[-1].payload["trigger_id"]
    view = (await connected.call("views.open", trigger_id=trigger, view=modal()))["view"]
    status, answer = await act(connected, "U1", "submit", view_id=view["id"], values={})
    assert (status, answer["ok"], list(answer["errors"])) == (400, False, ["name"])
    assert (await snapshot(connected, "U1"))["modals"][0]["errors"].keys() == {"name"}
    assert (await act(connected, "U1", "close", view_id=view["id"]))[0] == 200
    assert playground.modals("U1") == []
    await playground.say("U1", "C2", "<@UBOT>")
    (notice,) = (await snapshot(connected, "U1"))["notices"]
    await act(connected, "U1", "dismiss", notice=notice["id"])
    assert playground.notices("U1") == []


@pytest.mark.parametrize(
    "body",
    [
        {"as": "U9", "do": "say", "channel": "C1", "text": "x"},
        {"as": "U1", "do": "dance"},
        {"as": "U1", "do": "say", "channel": "C9", "text": "x"},
        {"as": "U1", "do": "say", "channel": "C1"},
        {"as": "U1", "do": "say", "channel": "C1", "text": 7},
        {"as": ["U1"], "do": "say", "channel": "C1", "text": "x"},
        {"as": "U1", "do": "act", "container": 7, "action": 7},
        {"as": "U1", "do": "submit", "view_id": "V9", "values": 7},
        [],
        "x",
    ],
)
async def test_what_the_page_cannot_do(raw: RawApp, body: object) -> None:
    """What cannot be done is refused with a sentence."""
    url = f"{raw.playground.page_url}page/act"
    async with raw.session.post(url, json=body, headers=own(raw.playground)) as response:
        answer = await response.json()
        assert (response.status, answer["ok"]) == (400, False)
        assert answer["error"].endswith(".")


async def test_nobody_watches_as_a_stranger(raw: RawApp) -> None:
    """One sees the workspace only as one of its people: whoever is unknown here, as the first."""
    for stranger in ("", "U9", "UBOT"):
        assert (await snapshot(raw, stranger))["me"] == "U1"


async def test_the_inspector(connected: RawApp) -> None:
    """What went between Slack and the app can be read in full, but for its secrets."""
    playground = connected.playground
    await playground.say("U1", "C1", "hello")
    await connected.call(
        "chat.postMessage", channel="C1", text=f"my token is {playground.bot_token}"
    )
    await connected.call("chat.postMessage", channel="C9", text="x")
    await playground.idle()
    lines = (await snapshot(connected, "U1"))["traffic"]
    told = [(one["to"], one["what"], one["outcome"]) for one in lines]
    assert ("app", "event message", "acked") in told
    assert ("slack", "apps.connections.open", "ok") in told
    assert ("slack", "chat.postMessage", "ok") in told
    assert ("slack", "chat.postMessage", "channel_not_found") in told
    everything = ""
    for one in lines:
        async with connected.session.get(f"{playground.page_url}page/traffic/{one['id']}") as found:
            assert (await found.json()).keys() == {"request", "answer"}
            everything += await found.text()
    assert "my token is xoxb-" in everything.encode().decode("unicode_escape")
    assert "hello" in everything
    for secret in (playground.bot_token, playground.app_token, playground.signing_secret):
        assert secret not in everything
    assert "ticket=xoxb" in everything
    async with connected.session.get(f"{playground.page_url}page/traffic/d999") as missing:
        assert missing.status == 404


async def test_a_page_can_come_and_go(raw: RawApp) -> None:
    """A page that is closed is forgotten, and does not keep the workspace from stopping."""
    async with await watch(raw, "U1") as socket:
        await socket.receive_json(timeout=5)
    await raw.playground.say("U1", "C1", "hello")
    lasting = await watch(raw, "U1")
    await lasting.receive_json(timeout=5)
    await asyncio.wait_for(raw.playground.stop(), 2)
    assert (await lasting.receive(timeout=5)).type in (
        web.WSMsgType.CLOSE,
        web.WSMsgType.CLOSED,
        web.WSMsgType.ERROR,
    )
