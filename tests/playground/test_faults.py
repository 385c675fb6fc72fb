"""What can go wrong between an app and Slack."""

from time import monotonic

import aiohttp
import pytest

from bot.playground import Fault
from tests.playground.world import RawApp


async def status(raw: RawApp, text: str) -> tuple[int, dict[str, str]]:
    """Post a message and return the status and headers of the answer."""
    headers = {"Authorization": f"Bearer {raw.playground.bot_token}"}
    url = f"{raw.playground.api_url}chat.postMessage"
    body = {"channel": "C1", "text": text}
    async with raw.session.post(url, json=body, headers=headers) as response:
        await response.read()
        return response.status, dict(response.headers)


def said(raw: RawApp) -> list[str]:
    """Return what the app has said."""
    return [one.text for one in raw.playground.seen("U1", "C1") if one.bot]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault.error("fatal_error"), 200),
        (Fault.rate_limited(7), 429),
        (Fault.server_error(), 500),
        (Fault.server_error(503), 503),
    ],
)
async def test_faults_before(raw: RawApp, fault: Fault, expected: int) -> None:
    """What fails before does nothing, and strikes as often as it was told to."""
    raw.playground.fail("chat.postMessage", fault, times=2)
    for text in ("one", "two", "three"):
        found, headers = await status(raw, text)
        assert found == (expected if text != "three" else 200)
        assert ("Retry-After" in headers) == (found == 429)
    assert said(raw) == ["three"]
    assert [one.status for one in raw.playground.calls] == [expected, expected, 200]


async def test_how_long_to_wait(raw: RawApp) -> None:
    """A rate limit says for how long."""
    raw.playground.fail("chat.postMessage", Fault.rate_limited(7))
    assert (await status(raw, "x"))[1]["Retry-After"] == "7"


@pytest.mark.parametrize(
    ("fault", "done"), [(Fault.lost_before(), []), (Fault.lost_after(), ["x"])]
)
async def test_lost_answers(raw: RawApp, fault: Fault, done: list[str]) -> None:
    """A connection that breaks tells nothing, whether the message was posted or not."""
    raw.playground.fail("chat.postMessage", fault)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await status(raw, "x")
    assert said(raw) == done
    (call,) = raw.playground.calls
    assert call.status == 0


async def test_done_and_failed(raw: RawApp) -> None:
    """A server error can come after the message was posted."""
    raw.playground.fail("chat.postMessage", Fault.server_error_after(503))
    assert (await status(raw, "x"))[0] == 503
    assert said(raw) == ["x"]


async def test_slow_answers(raw: RawApp) -> None:
    """A slow call is done at once and answered later."""
    raw.playground.fail("chat.postMessage", Fault.slow(0.2))
    before = monotonic()
    assert (await status(raw, "x"))[0] == 200
    assert monotonic() - before >= 0.2
    (call,) = raw.playground.calls
    assert (said(raw), call.answer["ok"], call.status) == (["x"], True, 200)


async def test_faults_about_one_channel(raw: RawApp) -> None:
    """A fault about a channel leaves the calls about others alone, and waits for its own."""
    raw.playground.fail("chat.postMessage", Fault.error("restricted_action"), channel="C1")
    raw.playground.fail("chat.postMessage", Fault.rate_limited(), channel="C3")
    codes = [
        (await raw.call("chat.postMessage", channel=channel, text="x")).get("error")
        for channel in ("C3", "U1", "C3", "C1", "C1")
    ]
    assert codes == ["ratelimited", None, None, "restricted_action", None]


async def test_faults_of_response_urls(connected: RawApp) -> None:
    """Posts to response URLs go wrong under a name of their own, and other calls do not."""
    connected.playground.fail("response_url", Fault.server_error())
    delivery = await connected.playground.command("U1", "C1", "/onboard")
    assert (await connected.post(delivery.payload["response_url"], text="x"))[0] == 500
    assert (await connected.post(delivery.payload["response_url"], text="x"))[0] == 200
