"""When Slack fails: each answer arrives once, or whoever waits for it is told why not."""

import asyncio
import re
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import aiohttp
import pytest
from aiohttp import web

from bot.errors import BotError
from bot.playground import Fault
from bot.playground.conversation import Message
from bot.serve import serve
from bot.settings import Features
from bot.slack.delivery import Patience
from bot.slack.manifest import COMMAND
from tests.e2e.double import (
    CURATOR,
    HELP,
    NEWCOMER,
    OVER_BOTH,
    QUICK,
    Slack,
    books,
    locked,
    press,
    serving,
    settings_of,
    text_of,
    workspace,
)
from tests.e2e.log import Log, logged

ASKED = "how does PCI enumeration work"
BLIND = Features(listening=False, agent=True, curators=True, digest=False)
NOT_SURE = "Slack did not confirm my answer"


@pytest.fixture
def log() -> Iterator[Log]:
    """What is logged meanwhile."""
    with logged() as held:
        yield held


@pytest.fixture
async def slack(mode: str) -> AsyncIterator[Slack]:
    """The double, with a bot in it that waits for nothing longer than it takes to test it."""
    async with workspace(mode) as (double, port):
        settings = settings_of(double, port)
        async with serving(settings, QUICK, double.work):
            yield double
    assert double.warnings == []


@pytest.fixture
async def blind(mode: str) -> AsyncIterator[Slack]:
    """The same for a bot that neither listens nor posts digests, and may not read channels."""
    async with (
        workspace(mode, BLIND) as (double, port),
        serving(
            settings_of(double, port, ONBOARD_LISTENING="false", ONBOARD_DIGEST="false"),
            QUICK,
            double.work,
        ),
    ):
        yield double
    assert double.warnings == []


class Wire:
    """A proxy between the bot and the Web API that can spoil what Slack answers."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._spoils: dict[str, deque[str]] = {}

    def spoil(self, method: str, how: str, times: int = 1) -> None:
        """Let the next answers of a method, which is done, arrive `half`, as `html` or `list`."""
        self._spoils.setdefault(method, deque()).extend([how] * times)

    async def pass_on(self, request: web.Request) -> web.StreamResponse:
        """Serve one call."""
        method = request.match_info["method"]
        coming = self._spoils.get(method)
        how = coming.popleft() if coming else None
        names = ("Authorization", "Content-Type")
        headers = {name: request.headers[name] for name in names if name in request.headers}
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                request.method,
                self._target + method,
                params=request.query,
                data=await request.read(),
                headers=headers,
            ) as answer,
        ):
            body = await answer.read()
        match how:
            case "half":
                response = web.StreamResponse(headers={"Content-Length": str(len(body))})
                response.content_type = "application/json"
                await response.prepare(request)
                await response.write(body[: len(body) // 2])
                assert request.transport
                request.transport.close()
                return response
            case "html":
                return web.Response(
                    status=502, text="<h1>Bad gateway</h1>", content_type="text/html"
                )
            case "list":
                return web.json_response([1])
        return web.Response(status=answer.status, body=body, content_type="application/json")


@asynccontextmanager
async def wired(mode: str, **more: str) -> AsyncIterator[tuple[Slack, Wire]]:
    """Serve a double, a wire to it, and a bot at the end of the wire."""
    async with workspace(mode) as (double, port):
        wire = Wire(double.api_url)
        server = web.Application(client_max_size=2**24)
        server.router.add_route("*", "/api/{method}", wire.pass_on)
        runner = web.AppRunner(server, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
            async with serving(
                settings_of(double, port, SLACK_API_URL=url, **more), QUICK, double.work
            ):
                yield double, wire
        finally:
            await runner.cleanup()
    assert double.warnings == []


# --- Posts


@OVER_BOTH
async def test_a_rate_limit_is_waited_for(slack: Slack) -> None:
    """Asked to slow down, the bot waits as long as Slack says, and then posts once."""
    slack.fail("chat.postMessage", Fault.rate_limited(1))
    began = time.monotonic()
    await slack.mention(ASKED)
    await slack.said(HELP)
    assert time.monotonic() - began >= 1
    await slack.quiet()
    assert len(slack.by_bot(HELP)) == 1


NOT_DONE = {
    "500": Fault.server_error(),
    "503": Fault.server_error(503),
    "lost": Fault.lost_before(),
    "broken down": Fault.error("internal_error"),
}
DONE = {
    "500": Fault.server_error_after(),
    "503": Fault.server_error_after(503),
    "lost": Fault.lost_after(),
    "slow": Fault.slow(1.2),
}


@pytest.mark.parametrize("why", NOT_DONE)
async def test_a_post_that_failed_is_made_again(slack: Slack, why: str) -> None:
    """What Slack did not take is posted again: after looking, and once."""
    slack.fail("chat.postMessage", NOT_DONE[why], times=2)
    await slack.mention(ASKED)
    await slack.said(HELP)
    await slack.quiet()
    assert len(slack.by_bot(HELP)) == 1
    assert len(slack.called("conversations.replies")) == 2


@pytest.mark.parametrize("why", DONE)
async def test_a_post_that_seemed_to_fail_is_not_made_again(slack: Slack, why: str) -> None:
    """What Slack took without saying so is found by its key, and stays alone."""
    slack.fail("chat.postMessage", DONE[why])
    await slack.mention(ASKED)
    await slack.until(lambda: slack.called("conversations.replies"))
    await slack.quiet()
    assert len(slack.by_bot(HELP)) == 1
    assert len(slack.called("chat.postMessage")) == 1


@pytest.mark.parametrize("how", ["half", "html"])
async def test_an_answer_that_arrives_broken_is_no_failure(mode: str, how: str, log: Log) -> None:
    """An answer cut in the middle, or a gateway's page in its place, makes no second post."""
    async with wired(mode) as (slack, wire):
        wire.spoil("chat.postMessage", how)
        await slack.mention(ASKED)
        await slack.until(lambda: slack.called("conversations.replies"))
        await slack.quiet()
        assert len(slack.by_bot(HELP)) == 1
    assert not log.events("unexpected")


async def test_direct_answers_are_looked_for_too(slack: Slack, blind: Slack) -> None:
    """In direct messages the bot may always look, whatever is switched on."""
    for double in (slack, blind):
        direct = double.direct(NEWCOMER)
        double.fail("chat.postMessage", Fault.lost_after())
        await double.say(NEWCOMER, direct, ASKED)
        await double.until(lambda double=double: double.called("conversations.replies"))  # type: ignore[misc]
        await double.quiet()
        assert len(double.by_bot(direct)) == 1


@pytest.mark.parametrize("why", ["503", "lost"])
async def test_where_it_may_not_look_it_asks(blind: Slack, why: str) -> None:
    """A bot that may not read the channel leaves it to the person, and a press posts once."""
    blind.fail("chat.postMessage", NOT_DONE[why])
    ts = await blind.mention(ASKED)
    (whisper,) = await blind.said(HELP)
    assert NOT_SURE in whisper.text
    assert whisper.seen_by == NEWCOMER
    await press(blind, whisper, HELP, "Post it again")
    await blind.until(lambda: [one for one in blind.by_bot(HELP) if one.seen_by is None])
    await blind.until(lambda: whisper not in blind.by_bot(HELP))
    await blind.quiet()
    (answer,) = blind.by_bot(HELP)
    assert "pci-enumeration.html" in text_of(answer)
    assert answer.thread_ts == ts


@pytest.mark.parametrize("why", ["503", "lost"])
async def test_where_it_may_not_look_it_posts_no_second_time(blind: Slack, why: str) -> None:
    """A post that Slack took without saying so stays alone until the person wants another."""
    blind.fail("chat.postMessage", DONE[why])
    await blind.mention(ASKED)
    answer, whisper = await blind.said(HELP, count=2)
    assert "pci-enumeration.html" in text_of(answer)
    assert NOT_SURE in whisper.text
    await blind.quiet()
    assert len(blind.by_bot(HELP)) == 2


@OVER_BOTH
async def test_a_slack_that_is_down_is_waited_for(slack: Slack, log: Log) -> None:
    """If no attempt succeeds, the event is not acknowledged, so that Slack sends it again."""
    slack.fail("chat.postMessage", Fault.server_error(), times=3)
    ts = await slack.mention(ASKED)
    (answer,) = await slack.said(HELP)
    assert (answer.thread_ts, answer.seen_by) == (ts, None)
    assert len(slack.by_bot(HELP)) == 1
    assert (await log.said("slack_refused"))["code"] == "unavailable"


# --- For one person


WHISPERS = NOT_DONE | {"rate limited": Fault.rate_limited(0)}


@pytest.mark.parametrize("why", WHISPERS)
async def test_a_whisper_that_failed_is_made_again(slack: Slack, why: str) -> None:
    """What is for one person's eyes is tried until Slack takes it."""
    slack.fail("chat.postEphemeral", WHISPERS[why])
    await slack.mention("xylophone lessons")
    (whisper,) = await slack.said(HELP)
    assert "I have nothing on" in whisper.text
    await slack.quiet()
    assert len(slack.by_bot(HELP)) == 1


async def more(slack: Slack) -> list[Message]:
    """Ask, press *More*, and return the two messages."""
    await slack.mention("virtio")
    (answer,) = await slack.said(HELP)
    await press(slack, answer, HELP, "More")
    return await slack.said(HELP, count=2)


@pytest.mark.parametrize("why", ["500", "503", "lost", "rate limited"])
async def test_a_response_that_failed_is_made_again(slack: Slack, why: str) -> None:
    """The answer to a press is tried until its response URL takes it."""
    slack.fail("response_url", WHISPERS[why])
    _, told = await more(slack)
    assert "Further down" in told.text
    await slack.quiet()
    assert len(slack.called("response_url")) == 2
    assert len(slack.by_bot(HELP)) == 2


async def test_where_the_response_url_fails_it_whispers(slack: Slack) -> None:
    """If the response URL stays out of order, the answer to a press comes as a whisper."""
    slack.fail("response_url", Fault.server_error(), times=3)
    _, told = await more(slack)
    assert "Further down" in told.text
    assert slack.called("chat.postEphemeral")


# --- Refusals


CODES = {
    "not_in_channel": "Invite me",
    "channel_not_found": "Invite me",
    "is_archived": "archived",
    "token_revoked": "withdrawn",
    "missing_scope": "permission",
    "restricted_action": "does not let me post",
    "some_new_code": "Slack refused",
}


@pytest.mark.parametrize("code", CODES)
async def test_a_refusal_is_put_to_words(slack: Slack, log: Log, code: str) -> None:
    """Each refusal is a sentence in the log, and another one for the person who waits."""
    slack.fail("chat.postMessage", Fault.error(code))
    await slack.mention(ASKED)
    (whisper,) = await slack.said(HELP)
    assert CODES[code] in whisper.text
    assert whisper.seen_by == NEWCOMER
    line = await log.said("slack_refused")
    assert line["code"] == code
    assert line["told"].startswith(f"{HELP}: ")
    assert line["told"].endswith(".")
    await slack.quiet()
    assert len(slack.by_bot(HELP)) == 1


async def test_a_rate_limit_without_end_is_told_of(slack: Slack, log: Log) -> None:
    """If Slack asks to slow down again and again, the person is asked to come back later."""
    slack.fail("chat.postMessage", Fault.rate_limited(0), times=4)
    await slack.mention(ASKED)
    (whisper,) = await slack.said(HELP)
    assert "slow down" in whisper.text
    assert (await log.said("slack_refused"))["code"] == "ratelimited"


async def test_an_archived_channel_is_told_of_directly(slack: Slack, log: Log) -> None:
    """In a channel that was archived nothing can be shown, so the person hears of it directly."""
    await slack.command(NEWCOMER, HELP, COMMAND, ASKED)
    (private,) = await slack.said(HELP)
    await slack.archive(HELP)
    await press(slack, private, HELP, "Share here")
    (told,) = await slack.said(slack.direct(NEWCOMER))
    assert "archived" in told.text
    assert (await log.said("slack_refused"))["code"] == "is_archived"


async def test_a_channel_it_was_removed_from_is_posted_to_by_the_press(slack: Slack) -> None:
    """A share into a channel the bot is not in arrives all the same, once, for everyone."""
    await slack.command(NEWCOMER, HELP, COMMAND, ASKED)
    (private,) = await slack.said(HELP)
    await slack.remove_app(HELP)
    await press(slack, private, HELP, "Share here")
    await slack.until(lambda: [one for one in slack.by_bot(HELP) if one.seen_by is None])
    await slack.quiet()
    assert len([one for one in slack.by_bot(HELP) if one.seen_by is None]) == 1


@OVER_BOTH
async def test_a_withdrawn_token_is_told_of(slack: Slack, log: Log) -> None:
    """Once the tokens are void, a press is still answered, and the log says what to do."""
    await slack.mention(ASKED)
    (answer,) = await slack.said(HELP)
    slack.revoke()
    await press(slack, answer, HELP, "Why this?")
    _, told = await slack.said(HELP, count=2)
    assert "withdrawn" in told.text
    line = await log.said("slack_refused")
    assert line["code"] == "token_revoked"
    assert "SLACK_BOT_TOKEN" in line["told"]
    slack.revoke(None)


async def test_an_unannounced_answer_fails_in_silence(slack: Slack, log: Log) -> None:
    """Where nobody asked the bot, nobody is told that its answer was refused; the log is."""
    await slack.command(CURATOR, HELP, COMMAND, "listen on")
    await slack.until(lambda: len(slack.called("chat.postMessage")) == 1)
    slack.fail("chat.postMessage", Fault.error("restricted_action"))
    await slack.say(NEWCOMER, HELP, f"hello, {ASKED}?")
    assert (await log.said("slack_refused"))["code"] == "restricted_action"
    await slack.quiet()
    assert not [one for one in slack.by_bot(HELP) if one.seen_by == NEWCOMER]


# --- What nobody foresaw


def references(log: Log) -> list[str]:
    """Return the references of all unforeseen failures, each of which shows where it happened."""
    lines = log.events("unexpected")
    assert all("Traceback" in line["exception"] for line in lines)
    return [line["reference"] for line in lines]


@OVER_BOTH
async def test_the_unforeseen_has_a_reference(mode: str, log: Log) -> None:
    """What nobody foresaw is a traceback in the log, and its reference for the person."""
    async with wired(mode) as (slack, wire):
        wire.spoil("views.open", "list")
        await slack.mention(ASKED)
        (answer,) = await slack.said(HELP)
        await press(slack, answer, HELP, "Why this?")
        _, told = await slack.said(HELP, count=2)
        assert told.seen_by == NEWCOMER
        assert (await slack.settled(slack.deliveries[-1])).acked
        found = re.search("`([0-9a-f]{8})`", told.text)
        assert found
        assert references(log) == [found[1]]


async def test_an_unforeseen_failure_acknowledges_the_command() -> None:
    """A command that fails before it was acknowledged is acknowledged, with the reference."""
    with logged() as log:
        async with workspace("socket") as (slack, port), serving(settings_of(slack, port)):
            nonsense = cast("str", 5)
            sent = await slack.settled(await slack.command(NEWCOMER, HELP, COMMAND, nonsense))
            assert sent.acked
            assert sent.ack_payload
            (reference,) = references(log)
            assert reference in sent.ack_payload["text"]
            assert sent.ack_payload["response_type"] == "ephemeral"


@OVER_BOTH
async def test_a_failure_to_tell_of_a_failure_ends_there(mode: str, log: Log) -> None:
    """If not even the failure can be told, that is a line in the log and nothing else."""
    async with wired(mode) as (slack, wire):
        slack.fail("chat.postMessage", Fault.error("restricted_action"))
        wire.spoil("chat.postEphemeral", "list")
        await slack.mention(ASKED)
        await log.said("person_not_told")
        await slack.quiet()
    assert "Failed to run" not in log.getvalue()


@OVER_BOTH
async def test_a_listener_that_fails_at_once_is_acknowledged_at_once(
    mode: str, tmp_path: Path, log: Log
) -> None:
    """A failure just after the acknowledgement does not undo it: nobody waits three seconds."""
    file = books(tmp_path, "zebras", "llamas")
    async with (
        workspace(mode) as (slack, port),
        serving(settings_of(slack, port, ONBOARD_CATALOGUE=str(file)), in_hand=slack.work),
    ):
        await slack.command(NEWCOMER, HELP, COMMAND, "zebras")
        (answer,) = await slack.said(HELP)
        books(tmp_path, "llamas")
        await log.said("catalogue")
        await press(slack, answer, HELP, "Share here")
        pressed = await slack.settled(slack.deliveries[-1])
        assert pressed.acked
        assert (pressed.ack_ms or 0) < 1_000
        _, told = await slack.said(HELP, count=2)
        assert "has nothing on that any more" in told.text


async def test_edits_are_followed_although_telling_of_one_failed(
    mode: str, tmp_path: Path, log: Log
) -> None:
    """The catalogue is followed on, whatever came of telling the curators about its faults."""
    file = books(tmp_path, "zebras")
    async with wired(mode, ONBOARD_CATALOGUE=str(file)) as (slack, wire):
        await slack.mention("zebras")
        await slack.said(HELP)
        wire.spoil("chat.postMessage", "list")
        books(tmp_path, "zebras", "zebras")
        await log.said("curators_not_told")
        books(tmp_path, "llamas")
        await log.said("catalogue")
        await slack.mention("llamas")
        _, answer = await slack.said(HELP, count=2)
        assert "The book of llamas" in text_of(answer)


# --- What goes wrong for longer


async def test_in_a_long_thread_it_finds_its_post(mode: str) -> None:
    """Before a post is repeated the whole thread is looked through, however long it is."""
    async with workspace(mode) as (slack, port):
        settings = settings_of(slack, port)
        async with serving(settings, QUICK):
            ts = await slack.say(NEWCOMER, HELP, "a long story")
            for number in range(230):
                await slack.say(NEWCOMER, HELP, f"part {number}", thread_ts=ts)
            slack.fail("chat.postMessage", Fault.lost_after())
            await slack.mention(ASKED, thread=ts)
            await slack.until(lambda: slack.called("conversations.replies"))
        # It has ended, and before that finished what was in hand.
        assert len(slack.by_bot(HELP)) == 1


async def test_a_look_that_fails_is_repeated(slack: Slack) -> None:
    """A post is not given up because Slack broke down once more when it was looked for."""
    direct = slack.direct(NEWCOMER)
    slack.fail("chat.postMessage", Fault.server_error())
    slack.fail("conversations.replies", Fault.server_error())
    await slack.say(NEWCOMER, direct, ASKED)
    await slack.said(direct)
    await slack.quiet()
    assert len(slack.by_bot(direct)) == 1


async def test_nobody_is_left_without_a_word(slack: Slack) -> None:
    """Where a post can be neither confirmed nor looked for, the person hears that."""
    direct = slack.direct(NEWCOMER)
    slack.fail("chat.postMessage", Fault.server_error())
    # The client itself asks three times for each of our three looks.
    slack.fail("conversations.replies", Fault.server_error(), times=9)
    await slack.say(NEWCOMER, direct, ASKED)
    (told,) = await slack.said(direct)
    assert "Slack did not confirm what I posted" in told.text


async def test_a_button_that_failed_can_be_pressed_again(blind: Slack) -> None:
    """*Post it again* stays until the answer is posted, whatever goes wrong meanwhile."""
    blind.fail("chat.postMessage", Fault.server_error(), times=2)
    await blind.mention(ASKED)
    (whisper,) = await blind.said(HELP)
    await press(blind, whisper, HELP, "Post it again")
    await blind.said(HELP, count=2)
    assert whisper in blind.by_bot(HELP)
    await press(blind, whisper, HELP, "Post it again")
    await blind.until(lambda: [one for one in blind.by_bot(HELP) if one.seen_by is None])


@OVER_BOTH
async def test_a_command_is_answered_although_its_response_url_fails(slack: Slack) -> None:
    """What cannot be said by the response URL of a command is whispered."""
    slack.fail("response_url", Fault.server_error(), times=3)
    await slack.command(CURATOR, HELP, "/onboard", "listen on")
    await slack.until(lambda: [one for one in slack.by_bot(HELP, CURATOR) if one.seen_by])


async def test_what_cannot_be_kept_is_told_of(slack: Slack) -> None:
    """While the store is down nothing is switched, and whoever wants to is told, without places."""
    async with locked(slack.store):
        told = await slack.onboard("listen on", user=CURATOR)
    assert told.text == "I cannot do that at the moment. Please try again in a minute."
    assert not any(str(slack.store) in str(call.arguments) for call in slack.calls)


async def test_sockets_that_cannot_be_opened_for_a_while() -> None:
    """Each attempt to connect asks for an address of its own, so the bot comes back by itself."""
    patience = Patience(answer=1.0, pauses=(0.05,), ping=0.1)
    async with workspace("socket") as (slack, port):
        settings = settings_of(slack, port)
        async with serving(settings, patience):
            await slack.drop(refusing=2)
            await slack.mention(ASKED)
            await slack.said(HELP)
            assert len(slack.called("apps.connections.open")) == 4


async def test_a_socket_that_never_opens_ends_the_start() -> None:
    """If the first socket cannot be opened, the start ends with a sentence."""
    patience = Patience(answer=1.0, connect=0.3, ping=0.05)
    async with workspace("socket") as (slack, port):
        await slack.drop(refusing=1_000)
        settings = settings_of(slack, port)
        with pytest.raises(BotError, match="WebSockets"):
            async with serving(settings, patience):
                pass


@OVER_BOTH
async def test_it_can_be_told_to_stop_before_it_has_started(mode: str) -> None:
    """Whoever does not want to wait for a Slack that does not answer need not."""
    async with workspace(mode) as (slack, port):
        slack.fail("auth.test", Fault.slow(5), times=9)
        settings = settings_of(slack, port)
        stop, ready = asyncio.Event(), asyncio.Event()
        running = asyncio.create_task(serve(settings, stop=stop, ready=lambda _: ready.set()))
        await slack.until(lambda: slack.called("auth.test"))
        stop.set()
        await asyncio.wait_for(running, 3)
        assert not ready.is_set()
