"""Socket Mode, as an app without any library lives with it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.playground import Playground
from tests.playground.world import SEED, Json, RawApp, button, impatient, manifest, modal


async def gone(raw: RawApp) -> None:
    """Wait until the app has no socket."""
    await raw.playground.until(lambda: raw.playground.connections == 0)


async def test_hello(connected: RawApp) -> None:
    """The first frame says hello, and how many sockets there are."""
    await connected.connect()
    await connected.playground.say("U1", "D1", "hello")
    await connected.playground.idle()
    await connected.playground.until(lambda: len(connected.frames) == 2)
    assert [(one["type"], one["num_connections"]) for one in connected.frames] == [
        ("hello", 1),
        ("hello", 2),
    ]


async def test_a_ticket_opens_one_socket(raw: RawApp) -> None:
    """A link works once; another needs another call, and an address without a ticket never does."""
    opened = await raw.call("apps.connections.open", raw.playground.app_token)
    async with raw.session.ws_connect(opened["url"]):
        for url in (opened["url"], opened["url"].partition("?")[0]):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await raw.session.ws_connect(url)
            assert refused.value.status == 403


async def test_an_envelope(connected: RawApp) -> None:
    """An event comes in an envelope that is settled by its acknowledgement."""
    playground = connected.playground
    ts = await playground.say("U1", "C1", "hello")
    (delivery,) = playground.deliveries
    await playground.settled(delivery)
    (envelope,) = connected.envelopes
    assert envelope["type"] == "events_api"
    assert (envelope["retry_attempt"], envelope["retry_reason"]) == (0, "")
    payload = envelope["payload"]
    assert payload["type"] == "event_callback"
    assert payload["event"]["ts"] == payload["event"]["event_ts"] == ts
    assert payload["event_time"] == int(float(ts))
    assert payload["authorizations"][0]["team_id"] == payload["team_id"] == "T1"
    assert (delivery.acked, delivery.attempts, delivery.what) == (True, 1, "event message")


async def test_a_mention_has_two_ids(connected: RawApp) -> None:
    """The two events of one mention are told apart by their ids."""
    await connected.playground.say("U1", "C1", "<@UBOT> hello")
    await connected.playground.idle()
    first, second = (one["payload"] for one in connected.envelopes)
    assert first["event_id"] != second["event_id"]
    assert first["event"]["ts"] == second["event"]["ts"]


@impatient
async def test_an_event_is_sent_again(connected: RawApp) -> None:
    """An event that is not acknowledged comes three times more, the same but for its envelope."""
    connected.answer = lambda _: None
    playground = connected.playground
    await playground.say("U1", "C1", "hello")
    (delivery,) = playground.deliveries
    await playground.settled(delivery)
    assert (delivery.acked, delivery.gave_up, delivery.attempts) == (False, True, 4)
    sent = connected.envelopes
    assert [one["retry_attempt"] for one in sent] == [0, 1, 2, 3]
    assert [one["retry_reason"] for one in sent] == ["", "timeout", "timeout", "timeout"]
    assert len({one["payload"]["event_id"] for one in sent}) == 1
    assert len({one["envelope_id"] for one in sent}) == 4


@impatient
async def test_a_second_attempt_settles(connected: RawApp) -> None:
    """An event that is acknowledged the second time is not sent a third time."""
    connected.answer = lambda envelope: {} if envelope["retry_attempt"] else None
    await connected.playground.say("U1", "C1", "hello")
    (delivery,) = connected.playground.deliveries
    await connected.playground.settled(delivery)
    assert (delivery.acked, delivery.attempts) == (True, 2)


async def test_what_waits_for_a_socket(raw: RawApp) -> None:
    """Events wait for the first socket, without being counted as attempts meanwhile."""
    playground = raw.playground
    await playground.say("U1", "C1", "one")
    await playground.say("U1", "C1", "two")
    await raw.connect()
    await playground.idle()
    assert [one["payload"]["event"]["text"] for one in raw.envelopes] == ["one", "two"]
    assert [one.attempts for one in playground.deliveries] == [1, 1]


@impatient
async def test_a_command_does_not_wait(raw: RawApp) -> None:
    """A person whose command finds no app is told so, and the app never hears of it."""
    playground = raw.playground
    delivery = await playground.command("U1", "C1", "/onboard", "virtio")
    await playground.settled(delivery)
    assert (delivery.gave_up, delivery.attempts) == (True, 1)
    assert playground.notices("U1") == ["/onboard failed with the error “operation_timeout”."]
    await raw.connect()
    await playground.say("U1", "C1", "hello")
    await playground.idle()
    assert [one["type"] for one in raw.envelopes] == ["events_api"]


@impatient
async def test_a_late_acknowledgement(raw: RawApp) -> None:
    """An acknowledgement after the time is noted, and what it says is shown to nobody."""
    playground = raw.playground
    socket = await raw.listen()
    delivery = await playground.command("U1", "C1", "/onboard", "virtio")
    envelope = await socket.receive_json()
    await playground.settled(delivery)
    await socket.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "late"}})
    await playground.until(lambda: delivery.late_ms)
    assert not delivery.acked
    assert "late" not in [one.text for one in playground.seen("U1", "C1")]
    _, late = playground.notices("U1")
    assert "0.3 s to acknowledge command /onboard" in late


@impatient
async def test_a_late_acknowledgement_of_an_event(raw: RawApp) -> None:
    """An old envelope acknowledged late does not settle the event that was sent again since."""
    playground = raw.playground
    socket = await raw.listen()
    await playground.say("U1", "C1", "hello")
    (delivery,) = playground.deliveries
    first, second = await socket.receive_json(), await socket.receive_json()
    await socket.send_json({"envelope_id": first["envelope_id"]})
    await playground.until(lambda: delivery.late_ms)
    assert not delivery.acked
    await socket.send_json({"envelope_id": second["envelope_id"]})
    await playground.until(lambda: delivery.acked or delivery.attempts > 2)
    assert delivery.acked


async def test_envelopes_take_turns(connected: RawApp) -> None:
    """With two sockets each gets some of the envelopes, and each envelope goes to one."""
    first: list[Json] = []
    other = await connected.listen()
    await connected.playground.until(lambda: connected.playground.connections == 2)
    for number in range(4):
        await connected.playground.say("U1", "D1", f"{number}")
    for _ in range(2):
        envelope = await other.receive_json()
        first.append(envelope)
        await other.send_json({"envelope_id": envelope["envelope_id"]})
    await connected.playground.idle()
    everything = [*first, *connected.envelopes]
    texts = sorted(one["payload"]["event"]["text"] for one in everything)
    assert (len(first), texts) == (2, ["0", "1", "2", "3"])


async def test_refreshing(connected: RawApp) -> None:
    """A socket asked to refresh stays open and gets nothing more: what comes waits for another."""
    playground = connected.playground
    await playground.refresh()
    await playground.until(lambda: len(connected.frames) == 2)
    assert connected.frames[1]["reason"] == "refresh_requested"
    await playground.say("U1", "C1", "hello")
    new = await connected.listen()
    await playground.say("U1", "C1", "again")
    for text in ("hello", "again"):
        envelope = await new.receive_json(timeout=5)
        assert envelope["payload"]["event"]["text"] == text
        await new.send_json({"envelope_id": envelope["envelope_id"]})
    await playground.idle()
    assert connected.envelopes == []
    assert playground.connections == 2


async def test_an_envelope_survives_the_refresh(raw: RawApp) -> None:
    """What a socket was given before the refresh is acknowledged on it, or on another."""
    playground = raw.playground
    old = await raw.listen()
    await playground.say("U1", "C1", "one")
    await playground.say("U1", "C1", "two")
    one, two = await old.receive_json(), await old.receive_json()
    await playground.refresh()
    assert (await old.receive_json())["type"] == "disconnect"
    new = await raw.listen()
    await old.send_json({"envelope_id": one["envelope_id"]})
    await new.send_json({"envelope_id": two["envelope_id"]})
    await playground.idle()
    assert [one.attempts for one in playground.deliveries] == [1, 1]
    assert all(one.acked for one in playground.deliveries)


@impatient
async def test_dropping(connected: RawApp) -> None:
    """A broken connection is gone without a word, and what it held is sent again elsewhere."""
    playground = connected.playground
    connected.answer = lambda _: None
    await playground.say("U1", "C1", "hello")
    await playground.until(lambda: connected.envelopes)
    await playground.drop()
    await gone(connected)
    assert [one["type"] for one in connected.frames] == ["hello"]
    connected.answer = lambda _: {}
    await connected.connect()
    await playground.idle()
    assert [one["retry_attempt"] for one in connected.envelopes] == [0, 1]


async def test_what_a_socket_takes_with_it_is_sent_again_at_once(connected: RawApp) -> None:
    """An event that was not acknowledged before its socket closed does not wait for its time."""
    playground = connected.playground
    connected.answer = lambda _: None
    await playground.say("U1", "C1", "hello")
    await playground.until(lambda: connected.envelopes)
    await playground.drop()
    await gone(connected)
    connected.answer = lambda _: {}
    await connected.connect()
    await playground.idle(timeout=2)
    told = [(one["retry_attempt"], one["retry_reason"]) for one in connected.envelopes]
    assert told == [(0, ""), (1, "connection_failed")]


async def test_what_was_acknowledged_is_not_sent_again(raw: RawApp) -> None:
    """A socket that closes takes nothing with it that was acknowledged, on it or on another."""
    playground = raw.playground
    old = await raw.listen()
    envelopes = []
    for text in ("one", "two"):
        await playground.say("U1", "C1", text)
        envelopes.append(await old.receive_json())
    new = await raw.listen()
    for socket, envelope in zip((old, new), envelopes, strict=True):
        await socket.send_json({"envelope_id": envelope["envelope_id"]})
    await playground.idle()
    await old.close()
    await playground.until(lambda: playground.connections == 1)
    assert all(one.settled for one in playground.deliveries)
    assert [one.attempts for one in playground.deliveries] == [1, 1]


async def test_a_command_outlives_its_socket(raw: RawApp) -> None:
    """A command is sent once: after its socket has closed, another may still answer it."""
    playground = raw.playground
    old = await raw.listen()
    delivery = await playground.command("U1", "C1", "/onboard", "virtio")
    envelope = await old.receive_json()
    await old.close()
    await playground.until(lambda: playground.connections == 0)
    assert not delivery.settled
    new = await raw.listen()
    await new.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "here"}})
    await playground.settled(delivery)
    assert (delivery.acked, delivery.attempts) == (True, 1)


# Every event on all sockets at once


@pytest.fixture
async def everywhere(patience: float) -> AsyncIterator[RawApp]:
    """An app of a workspace that sends every event to all sockets at once."""
    async with (
        Playground(
            manifest(), SEED, ack_seconds=patience, retry_after=(0.01,), everywhere=True
        ) as playground,
        RawApp.living_in(playground) as app,
    ):
        yield app


async def both(raw: RawApp) -> tuple[list[aiohttp.ClientWebSocketResponse], list[Json]]:
    """Open two sockets, say something, and return them with the envelope that each was given."""
    sockets = [await raw.listen(), await raw.listen()]
    await raw.playground.until(lambda: raw.playground.connections == 2)
    await raw.playground.say("U1", "C1", "hello")
    return sockets, [await one.receive_json() for one in sockets]


async def test_copies_race(everywhere: RawApp) -> None:
    """Every socket gets the same event in an envelope of its own; both have to come back."""
    playground = everywhere.playground
    sockets, (one, two) = await both(everywhere)
    assert one["payload"] == two["payload"]
    assert one["envelope_id"] != two["envelope_id"]
    (delivery,) = playground.deliveries
    for socket, envelope in zip(sockets, (one, two), strict=True):
        assert not delivery.settled
        assert playground.unsettled == 1
        await socket.send_json({"envelope_id": envelope["envelope_id"]})
        await playground.until(lambda: delivery.acked)
        if envelope is one:
            await playground.until(lambda: delivery.out == 1)
    await playground.idle()
    assert (delivery.settled, delivery.acked, delivery.attempts) == (True, True, 1)


async def test_one_copy_is_enough(everywhere: RawApp) -> None:
    """A copy whose socket closes is not missed where the other is acknowledged, before or after."""
    playground = everywhere.playground
    for is_first in (True, False):
        (one, two), (mine, _) = await both(everywhere)
        delivery = playground.deliveries[-1]
        if is_first:
            await one.send_json({"envelope_id": mine["envelope_id"]})
            await playground.until(lambda: delivery.acked)  # noqa: B023
        await two.close()
        await playground.until(lambda: playground.connections == 1)
        if not is_first:
            assert not delivery.settled
            await one.send_json({"envelope_id": mine["envelope_id"]})
        await playground.idle()
        assert (delivery.acked, delivery.attempts) == (True, 1)
        await one.close()
        await playground.until(lambda: playground.connections == 0)


async def test_when_every_copy_is_lost(everywhere: RawApp) -> None:
    """An event whose sockets have all closed is sent again, to all that are open then."""
    sockets, _ = await both(everywhere)
    for socket in sockets:
        await socket.close()
    await everywhere.playground.until(lambda: everywhere.playground.connections == 0)
    await everywhere.connect()
    await everywhere.playground.idle()
    (envelope,) = everywhere.envelopes
    assert (envelope["retry_attempt"], envelope["retry_reason"]) == (1, "connection_failed")


@impatient
async def test_a_copy_that_never_comes_back(everywhere: RawApp) -> None:
    """When its time is over, an event is settled if one copy was acknowledged, else sent again."""
    playground = everywhere.playground
    sockets, (one, _) = await both(everywhere)
    (delivery,) = playground.deliveries
    again = [await socket.receive_json() for socket in sockets]
    assert [envelope["retry_reason"] for envelope in again] == ["timeout", "timeout"]
    await sockets[0].send_json({"envelope_id": one["envelope_id"]})
    await sockets[1].send_json({"envelope_id": again[1]["envelope_id"]})
    await playground.idle()
    assert (delivery.acked, delivery.attempts) == (True, 2)


async def test_a_command_goes_to_one_socket(everywhere: RawApp) -> None:
    """What a person waits for is sent once, however many sockets there are."""
    playground = everywhere.playground
    for _ in range(2):
        await everywhere.connect()
    await playground.until(lambda: playground.connections == 2)
    await playground.command("U1", "C1", "/onboard", "virtio")
    await playground.say("U1", "C1", "hello")
    await playground.idle()
    assert playground.envelopes == 3
    playground.race(everywhere=False)
    await playground.say("U1", "C1", "hello")
    await playground.idle()
    assert playground.envelopes == 4
    kinds = sorted(one["type"] for one in everywhere.envelopes[:3])
    assert kinds == ["events_api", "events_api", "slash_commands"]


async def test_an_event_can_come_again_later(connected: RawApp) -> None:
    """Slack may send an event again that was acknowledged: the same event, in a new envelope."""
    playground = connected.playground
    await playground.say("U1", "C1", "hello")
    await playground.idle()
    (delivery,) = playground.deliveries
    again = await playground.again(delivery)
    await playground.settled(again)
    first, second = connected.envelopes
    assert first["payload"] == second["payload"]
    assert first["envelope_id"] != second["envelope_id"]
    with pytest.raises(ValueError, match="is no event"):
        await playground.again(await playground.command("U1", "C1", "/onboard"))


async def test_ten_sockets_at_most(raw: RawApp) -> None:
    """An eleventh socket is told that there are too many, and gets nothing."""
    for _ in range(11):
        await raw.connect()
    await raw.playground.until(lambda: raw.playground.connections == 10)
    await raw.playground.say("U1", "C1", "hello")
    await raw.playground.idle()
    await raw.playground.until(lambda: len(raw.frames) == 11)
    reasons = [one.get("reason") for one in raw.frames if one["type"] == "disconnect"]
    assert reasons == ["too_many_websockets"]


async def test_frames_that_mean_nothing(raw: RawApp) -> None:
    """A frame that acknowledges nothing is noted, and harms nobody."""
    socket = await raw.listen()
    await socket.send_str("not JSON")
    await socket.send_json({"envelope_id": "made-up"})
    await raw.playground.until(lambda: len(raw.playground.warnings) == 2)
    assert raw.playground.connections == 1


async def test_which_envelopes_take_an_answer(connected: RawApp) -> None:
    """Commands and submissions may be answered with their acknowledgement; the rest may not."""
    playground = connected.playground
    delivery = await playground.command("U1", "C1", "/onboard")
    trigger = delivery.payload["trigger_id"]
    view = modal(*button(), *modal()["blocks"])
    opened = (await connected.call("views.open", trigger_id=trigger, view=view))["view"]
    action = {"block_id": "row", "action_id": "why"}
    await playground.act("U1", {"type": "view", "view_id": opened["id"]}, action)
    await playground.submit("U1", opened["id"], {"name": {"value": {"value": "x"}}})
    await playground.say("U1", "C1", "hello")
    await playground.idle()
    accepts = {
        one.what: at["accepts_response_payload"]
        for one, at in zip(playground.deliveries, connected.envelopes, strict=True)
    }
    assert accepts == {
        "command /onboard": True,
        "button why": False,
        "submit ask": True,
        "event message": False,
    }


async def test_until_tells_what_happened(connected: RawApp) -> None:
    """Who waits in vain is told what happened last."""
    playground: Playground = connected.playground
    await playground.say("U1", "C1", "hello")
    await connected.call("chat.postMessage", channel="C9", text="x")
    await playground.idle()
    with pytest.raises(TimeoutError) as told:
        await playground.until(lambda: False, timeout=0.01)
    assert "chat.postMessage (channel_not_found)" in str(told.value)
    assert "event message (acked)" in str(told.value)
