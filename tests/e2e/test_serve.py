"""The commands as an operator runs them: they check first, answer until told to stop, and end."""

import asyncio
import gc
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from bot.errors import BotError
from bot.playground import Fault, Playground
from bot.settings import Features, Settings
from bot.slack.manifest import COMMAND, manifest
from tests.e2e.double import (
    ALL,
    CATALOGUE,
    CURATORS,
    HELP,
    NEWCOMER,
    OVER_BOTH,
    ROOT,
    serving,
    settings_of,
    workspace,
)
from tests.e2e.log import logged

ASKED = "how does PCI enumeration work"
BOT_TOKEN, APP_TOKEN = f"xoxb-1-{'5ec2e7' * 4}", f"xapp-1-A1-{'5ec2e7' * 4}"
SECRET = "5ec2e7" * 5
PATIENCE = 30


def environment(slack: Playground | None = None, /, **more: str) -> dict[str, str]:
    """Return what an operator has set, and nothing else that could matter."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    given = {
        "SLACK_BOT_TOKEN": slack.bot_token if slack else BOT_TOKEN,
        "SLACK_APP_TOKEN": slack.app_token if slack else APP_TOKEN,
        "SLACK_API_URL": slack.api_url if slack else "http://127.0.0.1:9/api/",
        "ONBOARD_CATALOGUE": str(CATALOGUE),
        "ONBOARD_CURATORS_CHANNEL": CURATORS,
        "ONBOARD_LISTENING": "true",
        "ONBOARD_LOG_FORMAT": "json",
        "ONBOARD_MODEL": "off",
        "ONBOARD_LINKS": "false",
        **more,
    }
    return kept | {"PYTHONPATH": str(ROOT)} | {name: it for name, it in given.items() if it}


class Process:
    """A command that runs."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.told = ""

    async def until(self, words: str) -> None:
        """Wait until it has written these words to standard error."""
        assert self._process.stderr
        async with asyncio.timeout(PATIENCE):
            while words not in self.told:
                line = await self._process.stderr.readline()
                assert line, f"it ended, and said only: {self.told}"
                self.told += line.decode()

    def signal(self, which: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(which)

    async def ended(self) -> tuple[int, str]:
        """Wait for its end; return its exit code and what it wrote to standard output."""
        async with asyncio.timeout(PATIENCE):
            out, told = await self._process.communicate()
        self.told += told.decode()
        assert "Traceback" not in self.told
        assert "Exception" not in self.told
        assert "5ec2e7" not in self.told + out.decode()
        return self._process.returncode or 0, out.decode()


@asynccontextmanager
async def onboard(folder: Path, *arguments: str, **environ: str) -> AsyncIterator[Process]:
    """Run a command in a folder."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments,
        cwd=folder, env=environ, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield Process(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def failed(folder: Path, *arguments: str, **environ: str) -> list[str]:
    """Run a command that cannot go on, and return its complaints, a sentence each."""
    async with onboard(folder, *arguments, **environ) as process:
        code, out = await process.ended()
    assert (code, out) == (2, "")
    lines = process.told.splitlines()
    complaints = [line.removeprefix("onboard: ") for line in lines if line[:9] == "onboard: "]
    # A line of the log may stand before them, but nothing that is neither.
    assert len(complaints) + sum(line.startswith("{") for line in lines) == len(lines)
    assert all(line.endswith((".", ")")) for line in complaints), complaints
    return complaints


async def refused(settings: Settings) -> list[str]:
    """Start a bot that cannot go on, and return its complaints, as the command prints them."""
    with pytest.raises(BotError) as caught:
        async with serving(settings):
            pass
    return str(caught.value).splitlines()


# --- It checks first


async def test_every_fault_of_the_settings_is_named_at_once(tmp_path: Path) -> None:
    """All settings that cannot be used are named, a line each, before anything connects."""
    complaints = await failed(
        tmp_path,
        "serve",
        **environment(
            SLACK_BOT_TOKEN=APP_TOKEN,
            SLACK_APP_TOKEN="xoxp-" + SECRET,
            SLACK_API_URL="http://slack.example/api/",
            ONBOARD_PORT="many",
            ONBOARD_LISTENING="perhaps",
            ONBOARD_CURATORS_CHANNEL="#curators",
        ),
    )
    assert [line.split()[0] for line in complaints] == [
        "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_API_URL", "ONBOARD_CURATORS_CHANNEL",
        "ONBOARD_LISTENING", "ONBOARD_PORT",
    ]  # fmt: skip


async def test_faults_of_files_and_tokens_are_named_at_once(tmp_path: Path) -> None:
    """A broken catalogue, a store that is none and tokens Slack does not take: all in one run."""
    for name in ("broken.yaml", "broken.db"):
        (tmp_path / name).write_text("{" * 1_000)
    files = {
        "ONBOARD_CATALOGUE": "broken.yaml",
        "ONBOARD_DATABASE_URL": "sqlite:///broken.db",
    }
    async with workspace("socket") as (slack, _):
        given = environment(slack, SLACK_BOT_TOKEN=BOT_TOKEN, SLACK_APP_TOKEN=APP_TOKEN, **files)
        complaints = await failed(tmp_path, "serve", **given)
    begin = ("broken.yaml:1:", "The store broken.db ", "SLACK_BOT_TOKEN ", "SLACK_APP_TOKEN ")
    for start in begin:
        assert any(line.startswith(start) for line in complaints), start
    assert all(line.startswith(("broken", "The store", "SLACK_")) for line in complaints)


async def test_faults_of_settings_and_catalogue_are_named_at_once(tmp_path: Path) -> None:
    """Whoever mends a setting hears of a broken catalogue in the same run."""
    (tmp_path / "broken.yaml").write_text("{")
    given = environment(ONBOARD_PORT="many", ONBOARD_CATALOGUE="broken.yaml")
    complaints = await failed(tmp_path, "serve", **given)
    for start in ("ONBOARD_PORT ", "broken.yaml:2:1: "):
        assert any(line.startswith(start) for line in complaints), start


async def test_both_tokens_are_tried_before_it_complains() -> None:
    """Tokens that Slack does not take are named both at once, each with the remedy."""
    async with workspace("socket") as (slack, port):
        strange = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN}
        complaints = await refused(settings_of(slack, port, **strange))
    assert [line.split()[0] for line in complaints] == ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]
    assert all("not accepted" in line for line in complaints)


async def test_what_slack_says_against_a_token_is_put_to_words() -> None:
    """A token that is void is named with the reason; a Slack that is not there is named once."""
    codes = {
        "token_revoked": "has been revoked",
        "account_inactive": "app that was removed",
        "brand_new_error": "Slack says brand_new_error",
    }
    async with workspace("http") as (slack, port):
        for code, words in codes.items():
            slack.revoke(code)
            (complaint,) = await refused(settings_of(slack, port))
            assert complaint.startswith("SLACK_BOT_TOKEN ")
            assert words in complaint
    async with workspace("socket") as (slack, port):
        nowhere = settings_of(slack, port, SLACK_API_URL="http://127.0.0.1:9/api/")
        assert await refused(nowhere) == [
            "Slack cannot be reached at 127.0.0.1:9. Check the network and SLACK_API_URL."
        ]


async def test_missing_scopes_are_named() -> None:
    """An app that was created without features cannot be run with them, and is told what lacks."""
    async with workspace("socket", Features(listening=False, digest=False)) as (slack, port):
        (complaint,) = await refused(settings_of(slack, port))
    for scope in (
        "channels:history",
        "groups:history",
        "channels:read",
        "groups:read",
        "users:read",
    ):
        assert scope in complaint
    assert "im:history" not in complaint


async def test_a_port_that_is_taken_is_named() -> None:
    """If somebody else has the port, the address is named, and the setting that changes it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with workspace("http") as (slack, _):
            (complaint,) = await refused(settings_of(slack, port))
    assert f"127.0.0.1:{port}" in complaint
    assert "ONBOARD_PORT" in complaint


# --- It runs, and ends


async def test_it_says_that_it_is_ready_and_ends_when_told(tmp_path: Path) -> None:
    """Started well, it says so; told to end while it answers, it finishes that, and nothing new.

    A proxy in the environment does not stand between it and a Slack on this machine.
    """
    proxy = "http://127.0.0.1:9"
    async with workspace("socket") as (slack, _):
        given = environment(slack, HTTP_PROXY=proxy, HTTPS_PROXY=proxy, http_proxy=proxy)
        async with onboard(tmp_path, "serve", **given) as process:
            await process.until('"ready"')
            slack.fail("chat.postMessage", Fault.slow(0.7))
            await slack.mention(ASKED)
            await slack.until(lambda: slack.called("chat.postMessage"))
            process.signal(signal.SIGTERM)
            await process.until('"stopping"')
            await slack.mention("too late")
            assert (await process.ended())[0] == 0
        assert '"stopped"' in process.told
        assert '"unfinished"' not in process.told
        assert len(slack.called("chat.postMessage")) == 1
        assert not slack.called("chat.postEphemeral")
        assert len(slack.by_bot(HELP)) == 1
        late = [one for one in slack.deliveries if "too late" in str(one.payload)]
        assert late
        assert not any(one.acked for one in late)


async def test_an_impatient_operator_is_obeyed(tmp_path: Path) -> None:
    """Told twice to end, by Ctrl-C and by a signal, it still ends well: with 0, no traceback."""
    async with workspace("socket") as (slack, _):
        async with onboard(tmp_path, "serve", **environment(slack)) as process:
            await process.until('"ready"')
            slack.fail("chat.postMessage", Fault.slow(0.5))
            await slack.mention(ASKED)
            await slack.until(lambda: slack.called("chat.postMessage"))
            process.signal(signal.SIGINT)
            await process.until('"stopping"')
            process.signal(signal.SIGTERM)
            assert (await process.ended())[0] == 0
        assert len(slack.by_bot(HELP)) == 1


async def test_http_mode_says_where_it_listens_and_that_it_stops() -> None:
    """While it finishes what it has in hand, its health is 503, so that it is sent nothing more."""
    async with workspace("http") as (slack, port):
        health = f"http://127.0.0.1:{port}/healthz"
        settings = settings_of(slack, port)
        async with serving(settings) as stop, aiohttp.ClientSession() as session:
            async with session.get(health) as answer:
                assert (answer.status, await answer.json()) == (200, {"status": "ok"})
            slack.fail("chat.postMessage", Fault.slow(0.5))
            await slack.mention(ASKED)
            await slack.until(lambda: slack.called("chat.postMessage"))
            stop.set()
            statuses = [200]
            while statuses[-1] == 200:
                async with session.get(health) as answer:
                    statuses.append(answer.status)
            assert statuses[-1] == 503
            sent = await slack.command(NEWCOMER, HELP, COMMAND, "help")
            await slack.settled(sent)
            assert not sent.acked
        assert len(slack.by_bot(HELP)) == 1


# What asyncio accepts in the very turn in which its server is closed is forgotten there, and
# complains when it is collected: that is done here, and in no test that has no part in it.
@pytest.mark.filterwarnings(
    r"ignore:Exception ignored in. <(function _SelectorTransport|socket\.socket)"
    ":pytest.PytestUnraisableExceptionWarning"
)
@OVER_BOTH
async def test_what_it_has_taken_it_answers(mode: str) -> None:
    """Whatever it has acknowledged when it stops is answered, once; nothing else is."""
    for answered in (0, 1, 4, 7):
        async with workspace(mode, retry_after=()) as (slack, port):
            settings = settings_of(slack, port)
            async with serving(settings) as stop:
                for _ in range(5):
                    await slack.mention(ASKED)
                    await slack.command(NEWCOMER, HELP, COMMAND, ASKED)
                await slack.until(lambda enough=answered: len(slack.by_bot(HELP)) >= enough)  # type: ignore[misc]
                stop.set()
            taken = [one for one in slack.deliveries if one.acked]
            commands = [one for one in taken if one.kind == "slash_commands"]
            assert all(one.ack_payload for one in commands)
            events = [one.payload["event"] for one in taken if one.kind == "events_api"]
            asked = {event["ts"] for event in events if event["user"] == NEWCOMER}
            posted = [one.thread_ts for one in slack.by_bot(HELP) if one.seen_by is None]
            assert sorted(map(str, posted)) == sorted(asked)
    gc.collect()


@OVER_BOTH
async def test_what_slack_repeats_is_answered_once(mode: str, tmp_path: Path) -> None:
    """A process that stood still, so that Slack sent it everything again, answers once."""
    async with workspace(mode, ack_seconds=0.2) as (slack, port):
        how = {
            "SLACK_APP_TOKEN": slack.app_token if mode == "socket" else "",
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "ONBOARD_PORT": str(port),
        }
        async with onboard(tmp_path, "serve", **environment(slack, **how)) as process:
            await process.until('"ready"')
            await slack.mention("hello")
            await slack.said(HELP)
            process.signal(signal.SIGSTOP)
            ts = await slack.mention(ASKED)
            await slack.until(lambda: all(one.attempts > 2 for one in slack.deliveries[-2:]))
            process.signal(signal.SIGCONT)
            await slack.said(HELP, count=2)
            await slack.quiet()
            answers = [one.thread_ts for one in slack.by_bot(HELP) if one.seen_by is None]
            assert answers == [ts]


@OVER_BOTH
async def test_what_it_has_worked_out_it_delivers(mode: str) -> None:
    """A command whose answer is there, but not sent yet, is acknowledged with it before the end."""
    with logged() as log:
        async with workspace(mode) as (slack, port):
            settings = settings_of(slack, port)
            async with serving(settings) as stop:
                sent = await slack.command(NEWCOMER, HELP, COMMAND, ASKED)
                await log.said("question")
                stop.set()
            assert sent.acked
            assert sent.ack_payload


@pytest.mark.parametrize("how", ["refresh", "drop"])
async def test_no_question_is_lost_with_a_socket(how: str) -> None:
    """Sockets that Slack renews or that break lose no question, and double none."""
    async with workspace("socket", ack_seconds=1.0) as (slack, port):
        settings = settings_of(slack, port)
        async with serving(settings, in_hand=slack.work):
            asked = []
            for number in range(30):
                asked.append(await slack.mention(ASKED))
                if number == 10:
                    await getattr(slack, how)()
                if number == 20:
                    await slack.until(lambda: len(slack.by_bot(HELP)) >= 11)
            await slack.until(lambda: len(slack.by_bot(HELP)) >= 30, timeout=15)
            await slack.quiet()
            answered = [one.thread_ts for one in slack.by_bot(HELP)]
            assert sorted(filter(None, answered)) == sorted(asked)
    assert slack.warnings == []


# --- The other commands


async def test_try_ends_at_ctrl_c(tmp_path: Path) -> None:
    """`onboard try` says where its page is, and Ctrl-C ends it without a traceback."""
    given = environment(SLACK_BOT_TOKEN="", SLACK_APP_TOKEN="", SLACK_API_URL="")
    async with onboard(tmp_path, "try", "--port", "0", "--no-browser", **given) as process:
        await process.until("Open http://")
        address = process.told.partition("Open ")[2].split()[0]
        async with aiohttp.ClientSession() as session, session.get(address) as page:
            assert page.status == 200
        process.signal(signal.SIGINT)
        assert await process.ended() == (0, "")


async def printed(folder: Path, *arguments: str) -> str:
    """Run a command that prints something, and return that."""
    async with onboard(folder, *arguments, **environment()) as process:
        code, out = await process.ended()
    assert (code, process.told) == (0, "")
    return out


async def test_manifest_prints_what_slack_takes(tmp_path: Path) -> None:
    """`onboard manifest` prints YAML for either mode, which is the manifest that was tested."""
    every = ("--listening", "--curators")
    over_socket, over_http = await asyncio.gather(
        printed(tmp_path, "manifest", *every),
        printed(tmp_path, "manifest", *every, "--url", "https://bot.example.org"),
    )
    assert yaml.safe_load(over_socket) == manifest(ALL)
    assert yaml.safe_load(over_http) == manifest(ALL, url="https://bot.example.org")


async def test_gallery_prints_what_it_says(tmp_path: Path) -> None:
    """`onboard gallery` prints JSON: everything by name, or one of them; or a sentence."""
    every, one, complaints = await asyncio.gather(
        printed(tmp_path, "gallery"),
        printed(tmp_path, "gallery", "home"),
        failed(tmp_path, "gallery", "nonsense", **environment()),
    )
    shown: dict[str, Any] = json.loads(every)
    assert json.loads(one) == shown["home"]
    assert len(complaints) == 1
    assert "nonsense" in complaints[0]
    assert all(name in complaints[0] for name in shown)
