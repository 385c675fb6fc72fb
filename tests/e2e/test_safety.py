"""What means harm: it is refused, or answered like anything else, and never passed on or logged."""

import hashlib
import hmac
import json
import re
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.catalogue.writer import dump
from bot.playground.conversation import Message
from bot.playground.views import View
from bot.settings import LogLevel
from bot.slack.manifest import COMMAND, EVENTS_PATH, FIND_RESOURCES
from tests.e2e.double import (
    CURATOR,
    CURATORS,
    HELP,
    NEWCOMER,
    Slack,
    buttons,
    filled,
    press,
    running,
    serving,
    settings_of,
    text_of,
    workspace,
)
from tests.e2e.log import Log, logged
from tests.slack.samples import HOSTILE, all_about

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
ASKED = "how does PCI enumeration work"

# --- Requests that are not Slack's


@dataclass(frozen=True)
class Door:
    """The address of a bot in HTTP mode, and what opens it."""

    slack: Slack
    url: str
    session: aiohttp.ClientSession

    async def send(
        self,
        body: bytes,
        *,
        at: float | None = None,
        path: str = EVENTS_PATH,
        method: str = "POST",
        kind: str = JSON,
        **headers: str,
    ) -> int:
        """Send a request, signed as by Slack at some time or now; return the status."""
        stamp = str(int(time.time() if at is None else at))
        signed = (
            self.signed(body, stamp)
            | {"Content-Type": kind}
            | {name.replace("_", "-"): value for name, value in headers.items()}
        )
        async with self.session.request(
            method, self.url + path, data=BytesIO(body), headers=signed
        ) as answer:
            text = await answer.text()
            assert "Traceback" not in text
            assert self.slack.signing_secret not in text
            return answer.status

    def signed(self, body: bytes, stamp: str) -> dict[str, str]:
        """Return the headers that prove a request to be Slack's."""
        proof = hmac.new(
            self.slack.signing_secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256
        )
        return {
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={proof.hexdigest()}",
        }

    async def untouched(self) -> None:
        """Check that nothing was done because of what was sent, and that all is well otherwise."""
        await self.slack.quiet()
        assert self.slack.posts() == []


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    """A bot in HTTP mode that anybody can send anything."""
    async with (
        workspace("http") as (slack, port),
        serving(settings_of(slack, port), in_hand=slack.work),
        aiohttp.ClientSession() as session,
    ):
        yield Door(slack, f"http://127.0.0.1:{port}", session)


def event(event_id: str = "Ev900", ts: str = "1.000001") -> bytes:
    """Return a mention that would be answered."""
    inner = {"type": "app_mention", "user": NEWCOMER, "text": ASKED, "ts": ts, "channel": HELP}
    outer = {
        "type": "event_callback", "team_id": "T1", "event_id": event_id,
        "event": inner | {"event_ts": ts}, "authorizations": [],
    }  # fmt: skip
    return json.dumps(outer).encode()


async def test_what_is_not_signed_by_slack_is_refused(door: Door) -> None:
    """A forged, stale, early, unreadable or missing proof is answered 401, and nothing is done."""
    body, now = event(), str(int(time.time()))
    for stamp in ("", "soon", "1e9", "-1", "٣", "9" * 400, "0x10", now + ".5"):
        if stamp.isascii():
            assert await door.send(body, X_Slack_Request_Timestamp=stamp) == 401, stamp
    assert await door.send(body, at=time.time() - 310) == 401
    assert await door.send(body, at=time.time() + 310) == 401
    for proof in ("", "v0=", "v0=" + "0" * 64, "v1=" + "0" * 64, "é" * 3, "v0"):
        assert await door.send(body, X_Slack_Signature=proof) == 401, proof
    other = door.signed(body + b" ", now)
    assert await door.send(body, X_Slack_Signature=other["X-Slack-Signature"]) == 401
    async with door.session.post(door.url + EVENTS_PATH, data=body) as answer:
        assert answer.status == 401
    await door.untouched()


async def test_what_is_no_request_of_slack_is_refused(door: Door) -> None:
    """Other paths and methods, and bodies that are empty, too large or no text, do no harm."""
    for path in (
        "/",
        "/slack",
        "/slack/events/",
        "/slack/events/x",
        "/healthz/x",
        "/api/auth.test",
    ):
        assert await door.send(event(), path=path) == 404, path
    for method in ("GET", "PUT", "DELETE", "PATCH"):
        assert await door.send(event(), method=method) == 405, method
    assert await door.send(event(), path="/healthz") == 405
    assert await door.send(b"x" * (2**20 + 1)) == 413
    assert await door.send(b"\xff\xfe\x00") == 400
    for body in (
        b"",
        b"null",
        b"5",
        b"[]",
        b'"x"',
        b"{",
        b"{}",
        b"payload=",
        b"payload=5",
        b"\x00",
    ):
        for kind in (JSON, FORM):
            assert 400 <= await door.send(body, kind=kind) < 500, (body, kind)
    # Not signed at all, and such that reading it would be too much.
    async with door.session.post(door.url + EVENTS_PATH, data=b"[" * 100_000) as answer:
        assert 400 <= answer.status < 500
    await door.untouched()


async def test_what_was_overheard_cannot_be_sent_again(door: Door) -> None:
    """A command or a press is good once, although its signature stays good for minutes."""
    slack, at = door.slack, time.time() + 60
    private = await slack.onboard(ASKED)
    command = next(one for one in slack.deliveries if one.kind == "slash_commands")
    body = urlencode(command.payload).encode()
    assert await door.send(body, at=at, kind=FORM) == 200
    assert await door.send(body, at=at, kind=FORM) == 401
    await press(slack, private, HELP, "Share here")
    await slack.until(lambda: slack.called("chat.postMessage"))
    clicked = next(one for one in slack.deliveries if one.kind == "interactive")
    body = urlencode({"payload": json.dumps(clicked.payload)}).encode()
    assert await door.send(body, at=at, kind=FORM) == 200
    assert await door.send(body, at=at, kind=FORM) == 401
    await slack.quiet()
    assert len([one for one in slack.by_bot(HELP) if one.seen_by is None]) == 1


async def test_an_event_that_comes_again_is_answered_once(door: Door) -> None:
    """Slack's retries are acknowledged, and so is a replay; but one event has one answer."""
    ts = await door.slack.say(NEWCOMER, HELP, "hello")
    body = event(ts=ts)
    assert await door.send(body) == 200
    assert await door.send(body, x_slack_retry_num="1") == 200
    assert await door.send(body) == 200
    assert await door.send(event("Ev901", ts), x_slack_retry_num="1") == 200
    await door.slack.quiet()
    assert len(door.slack.by_bot(HELP)) == 1


# --- Texts that mean harm


CRAFTED = (
    *HOSTILE,
    "\u202egnp.exe\u202c where do I learn virtio", "\u2066virtio\u2069 \u200f\u200e", "vir\x00tio",
    "\x1b[31mvirtio\x1b[0m", "v\u200bi\u200dr\u2060t\ufeffi\u00ado", "\ufffe\uffff",
    "\r\n\r\nvirtio", "where do I learn <!channel", "what is `<!here>`?",
    "```\n<!everyone>\n```", "%3C!channel%3E",
    "how does <https://evil.example|virtio> work?", "<@U0000000009|<!channel>>",
    "<https://evil.example|" + "a" * 3_000, "&" * 5_000, "<" * 5_000, "virtio " * 5_714,
    "virtio" + "\n" * 500, "\U0001f600" * 9_000, "`" * 4_000, "\u202e" * 1_000 + "virtio",
    "how does virtio work? " * 1_800,
    "help <!channel>", "topics\x00", "topic <!channel>", "topic virtio|<!here>", "listen <!here>",
    "listen " + "x" * 3_000, "suggest https://evil.example/<!channel>", "suggest <!channel>",
    "suggest https://evil.example/" + "a" * 30_000, "suggest <https://e.example|<!here>>",
    "suggest https://e.example/\u202e", "suggest https://[::1", "suggest https://",
    "topic " + "<!channel>" * 300, "/onboard <!channel>", "<@UBOT> <@UBOT|x> virtio",
)  # fmt: skip

_PIECE = st.sampled_from([*(one for one in HOSTILE if len(one) < 60), "virtio", "PCI", " ", "\n"])
_TEXTS = st.lists(st.one_of(_PIECE, st.text(max_size=20)), min_size=1, max_size=8).map("".join)

# What the bot itself writes into its texts.
_OURS = re.compile(
    r"<@U0(?:NEWCOMER[12]|CURATOR01)>|<#C0CURATORS1>|<https?://[^\s<>|]+\|[^\n<>|]*>"
)
_EVIL = re.compile(r"<(?:https?://)?(?:\w+\.)?evil\.example")
_CARRIED = ("value", "private_metadata")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def strings(node: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield every string of a payload, with the name of the field it stands in."""
    if isinstance(node, str):
        yield name, node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from strings(value, key)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from strings(value, name)


def harm(slack: Slack, *, suggested: bool = False) -> list[str]:
    """Return every string in what the bot has sent that could do something to whoever reads it."""
    sent: list[Any] = [call.arguments for call in slack.calls]
    sent += [one.ack_payload for one in slack.deliveries]
    found = [text for _, text in strings(sent) if re.search("[<>]", _OURS.sub("", text))]
    # What a button carries is shown to nobody.
    found += [text for name, text in strings(sent) if name not in _CARRIED and _UNSEEN.search(text)]
    if not suggested:
        found += [text for _, text in strings(sent) if _EVIL.search(text)]
    refused = [call for call in slack.calls if not call.answer.get("ok")]
    return found + [f"{call.method}: {call.answer}" for call in refused]


def leaks(log: Log, slack: Slack, texts: list[str]) -> list[str]:
    """Return what of these texts, and of all secrets, stands in the log."""
    written = log.getvalue()
    secrets = [slack.bot_token, slack.app_token, slack.signing_secret, "ticket="]
    said = [one for one in texts if len(one) > 8]
    said += [json.dumps(one)[1:-1] for one in said]
    return [one for one in secrets + said if one in written]


async def everywhere(slack: Slack, text: str) -> None:
    """Ask the same in every way there is, and wait until all of it is dealt with."""
    direct = slack.direct(NEWCOMER)
    said = await slack.mention(text)
    if text.strip():
        await slack.say(NEWCOMER, direct, text)
    await slack.command(NEWCOMER, HELP, COMMAND, text)
    await slack.shortcut(NEWCOMER, FIND_RESOURCES, HELP, said)
    await slack.quiet()


async def suggest(slack: Slack, text: str, number: int) -> View:
    """Fill the form for suggestions with a text, and send it."""
    await slack.command(NEWCOMER, HELP, COMMAND, "suggest")
    modal = await slack.modal()
    fields = filled(
        url=f"https://evil.example/?a=1&b={number}",
        title=text[:150] + " virtio",
        summary=text[:600] + " virtio",
        ask=f"{text[:200]} {number}",
        topics=["t0"],
    )
    await slack.settled(await slack.submit(NEWCOMER, modal.id, fields))
    return modal


async def test_no_text_does_harm(mode: str) -> None:
    """Whatever people write, wherever: nothing of it pings, links, hides, breaks or is logged."""
    with logged() as log:
        async with running(mode) as slack:
            for text in CRAFTED:
                await everywhere(slack, text)
                for modal in list(slack.modals(NEWCOMER)):
                    await slack.close(NEWCOMER, modal.id)
            assert harm(slack) == []
            assert all(one.acked for one in slack.deliveries)
            assert not any(slack.workspace.notices.values())
            assert leaks(log, slack, list(CRAFTED)) == []
    assert log.events("unexpected") == []
    assert log.events("slack_refused") == []


async def decide(slack: Slack, card: Message, reason: str | None) -> None:
    """Approve a suggestion, or decline it for a reason."""
    if reason is None:
        await press(slack, card, CURATORS, "Approve", CURATOR)
    else:
        await press(slack, card, CURATORS, "Decline", CURATOR)
        form = await slack.modal(CURATOR)
        await slack.submit(CURATOR, form.id, {"reason": {"given": {"value": reason}}})
    await slack.until(lambda: "Waiting" not in text_of(card))
    await slack.quiet()


async def test_no_suggestion_does_harm(tmp_path: Path) -> None:
    """What stands in a suggestion is read by everyone as the words it is, and by no log."""
    file = tmp_path / "resources.yaml"
    file.write_text(dump(all_about("kvm")), encoding="utf-8")
    texts = [one for one in CRAFTED if one.strip() and len(one) < 4_000]
    accepted = 0
    with logged() as log:
        async with running("socket", ONBOARD_CATALOGUE=str(file)) as slack:
            for number, text in enumerate(texts):
                modal = await suggest(slack, text, number)
                if modal.errors:
                    # What cannot stand in the catalogue is told at its field.
                    assert modal.errors.keys() <= {"title", "summary", "ask"}
                    await slack.close(NEWCOMER, modal.id)
                    continue
                accepted += 1
                card = (await slack.said(CURATORS, CURATOR, accepted))[-1]
                await decide(slack, card, text[:600] if number % 6 else None)
            assert accepted > len(texts) / 2
            await everywhere(slack, "virtio")
            await slack.open_home(NEWCOMER)
            await slack.quiet()
            assert harm(slack, suggested=True) == []
            assert leaks(log, slack, texts) == []
    assert log.events("unexpected") == []


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
async def test_failures_show_no_text(mode: str, level: LogLevel) -> None:
    """At whatever level it is logged: a question whose answer fails does not stand in the log."""
    asked = "where do I learn virtio from Mina's salary report"
    with logged(level) as log:
        async with running(mode) as slack:
            slack.revoke("invalid_auth")
            await slack.mention(asked)
            await slack.command(NEWCOMER, HELP, COMMAND, asked)
            await slack.command(NEWCOMER, HELP, COMMAND, f"listen {asked}")
            await slack.idle()
            slack.revoke(None)
            await slack.quiet()
            assert leaks(log, slack, [asked, "salary report"]) == []


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=_TEXTS)
async def test_no_drawn_text_does_harm(slack: Slack, text: str) -> None:
    """The same holds for texts that nobody has thought of."""
    slack.calls.clear()
    await everywhere(slack, text)
    for modal in list(slack.modals(NEWCOMER)):
        await slack.close(NEWCOMER, modal.id)
    assert harm(slack) == []
    assert all(one.acked for one in slack.deliveries)


async def test_no_catalogue_does_harm(mode: str, tmp_path: Path) -> None:
    """A catalogue that holds harm in each of its texts shows it as the words they are."""
    for text in (
        "<!channel>",
        "<@U0000000009> `<#C0000000009|x>` ```",
        "x|y> <https://evil.example|x>",
    ):
        file = tmp_path / "resources.yaml"
        file.write_text(dump(all_about(text)), encoding="utf-8")
        async with running(mode, ONBOARD_CATALOGUE=str(file)) as slack:
            await slack.open_home(NEWCOMER)
            await slack.open_home(NEWCOMER, "messages")
            await slack.mention("virtio")
            (answer,) = await slack.said(HELP)
            await press(slack, answer, HELP, "Why this?")
            assert "virtio" in text_of(await slack.modal())
            for typed in ("virtio", "topics", "topic t0", "help", f"{text} 0", "xyzzy"):
                private = await slack.onboard(typed)
                if "Share here" in buttons(private):
                    await press(slack, private, HELP, "Share here")
                    # The private card goes when it is shared; what is counted next comes after.
                    await slack.quiet()
            await slack.say(NEWCOMER, slack.direct(NEWCOMER), text)
            await slack.quiet()
            assert harm(slack) == []
