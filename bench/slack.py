"""Questions answered a second, and how long one takes, beside the plainest Bolt app, in one run.

`python -m bench.slack` runs three apps in turn, each in a process of its own, against one strict
double of Slack in this process, and mentions them in a channel with questions that our catalogue
answers, none asked twice:

    Bolt                an AsyncApp as Bolt's documentation writes it, which posts one fixed text
    Bolt, kept session  the same, with a connection to Slack that is kept between posts
    onboard             `onboard serve` with the catalogue of this repository

One question at a time gives the latency: from the moment the event is sent until `chat.postMessage`
is read. Sixteen at a time give the throughput, twice: with a Slack that answers at once, where the
processor is the limit, and with one that takes 50 ms for a post, as a Slack over a network does
(docs.slack.dev gives no figure; it is rarely less). What the double itself takes is printed too:
whichever process is busy all the time is the limit.
"""

import argparse
import asyncio
import gc
import os
import random
import socket
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, process_time, time

import aiohttp
from aiohttp import web
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncSay
from slack_sdk.web.async_client import AsyncWebClient

from bot import logs
from bot.catalogue import load
from bot.model import Catalogue
from bot.playground import Channel, Fault, Playground, Seed, User
from bot.search import Index
from bot.serve import serve
from bot.settings import Features, read_settings
from bot.slack.manifest import EVENTS_PATH, manifest
from bot.trial import mistyped

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "resources.yaml"

APPS = {"bolt": "Bolt", "session": "Bolt, kept session", "onboard": "onboard"}
WARM_UP = 150
SINGLY = 400
ROUNDS = 5
AT_ONCE = 1_000
IN_FLIGHT = 16
FAR = 500
FAR_SECONDS = 0.05
# Between two questions asked singly, so that the app has done with the one before.
PAUSE_SECONDS = 0.004
START_SECONDS = 60.0
ANSWER_SECONDS = 30.0

NEWCOMER, HELP = "U0NEWCOMER1", "C0HELP00001"
SEED = Seed(
    name="Measurement",
    users=(User(NEWCOMER, "newcomer", "A newcomer"),),
    channels=(Channel(HELP, "help", members=(NEWCOMER,), app_is_member=True),),
)
FEATURES = Features()

FIXED_TEXT = "Have a look at https://crosvm.dev/book/onboarding.html, it is all there."
GREETINGS = ("hi, ", "hello! ", "please: ")


@dataclass(frozen=True, slots=True)
class Figures:
    """What one app did in one round; times in seconds, of the processor for each question."""

    times: list[float]
    rate: float
    far_rate: float
    """Answered a second when Slack takes its time for each post."""
    app_cpu: float
    double_cpu: float

    @property
    def typical(self) -> float:
        """The median latency."""
        return median(self.times)

    @property
    def slow(self) -> float:
        """The 99th percentile of the latency."""
        return quantiles(self.times, n=100)[98]


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description="Measure the bot beside a bare Bolt app.")
    parser.add_argument("--mode", choices=("socket", "http"), default="socket")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--in-flight", type=int, default=IN_FLIGHT)
    parser.add_argument("--questions", type=int, default=AT_ONCE, help="asked for the throughput")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--app", choices=APPS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.app:
        _run_app(given.app)
        return
    out = Console(width=110)
    wanted = WARM_UP + SINGLY + given.questions + FAR
    questions = _questions(load(CATALOGUE), wanted, random.Random(given.seed))
    rounds: list[dict[str, Figures]] = []
    with Progress(console=out, transient=True, disable=not out.is_terminal) as progress:
        task = progress.add_task("Asking", total=given.rounds * len(APPS))
        for number in range(given.rounds):
            figures = {}
            # Whoever comes first in a round comes last in the next.
            for name in list(APPS)[:: -1 if number % 2 else 1]:
                asking = _measure(name, given.mode, questions, given.in_flight)
                figures[name] = asyncio.run(asking)
                progress.advance(task)
            rounds.append(figures)
    out.print(_table(rounds, given.mode, given.in_flight))
    for name in ("bolt", "session"):
        out.print(_compared(rounds, name), highlight=False)


async def _measure(name: str, mode: str, questions: Sequence[str], in_flight: int) -> Figures:
    port = _free_port()
    url = f"http://127.0.0.1:{port}{EVENTS_PATH}" if mode == "http" else None
    # The manifest is for a public address; the double is told the real one.
    made = manifest(FEATURES, url="https://bot.example.org" if url else None)
    async with (
        # A fresh double for each app, since it remembers all that was ever said.
        Playground(made, SEED, request_url=url) as slack,
        _running(name, slack, port) as running,
    ):
        await _ask(slack, questions[0])
        # The first question may bring other calls, such as `auth.test`.
        await slack.until(lambda: slack.called("chat.postMessage"), ANSWER_SECONDS)
        await _ask_many(slack, questions[1:WARM_UP], in_flight)
        begun = len(slack.calls)
        gc.collect()
        times = await _ask_singly(slack, questions[WARM_UP : WARM_UP + SINGLY])
        gc.collect()
        many, far = questions[WARM_UP + SINGLY : -FAR], questions[-FAR:]
        app_cpu, double_cpu, started = await running.cpu(), process_time(), perf_counter()
        await _ask_many(slack, many, in_flight)
        lasted = perf_counter() - started
        double_cpu = process_time() - double_cpu
        app_cpu = await running.cpu() - app_cpu
        slack.fail("chat.postMessage", Fault.slow(FAR_SECONDS), times=len(far))
        started = perf_counter()
        await _ask_many(slack, far, in_flight)
        far_lasted = perf_counter() - started
        _check(slack, begun, SINGLY + len(many) + len(far))
    count = len(many)
    rates = (count / lasted, len(far) / far_lasted)
    return Figures(times, *rates, app_cpu / count, double_cpu / count)


async def _ask(slack: Playground, question: str) -> None:
    await slack.say(NEWCOMER, HELP, f"<@{slack.bot_user}> {question}")


async def _ask_singly(slack: Playground, questions: Sequence[str]) -> list[float]:
    times = []
    for question in questions:
        before = len(slack.calls)
        sent = time()
        await _ask(slack, question)
        await _answers(slack, before + 1)
        call = slack.calls[-1]
        times.append(call.at - call.ms / 1_000 - sent)
        await asyncio.sleep(PAUSE_SECONDS)
    return times


async def _ask_many(slack: Playground, questions: Sequence[str], in_flight: int) -> None:
    before, asked, answered = len(slack.calls), 0, 0
    while answered < len(questions):
        for question in questions[asked : answered + in_flight]:
            await _ask(slack, question)
            asked += 1
        await slack.until(lambda: _answered(slack) > before + answered, ANSWER_SECONDS)  # noqa: B023
        answered = _answered(slack) - before
    await slack.idle()


def _answered(slack: Playground) -> int:
    return len(slack.calls) - slack.in_hand


async def _answers(slack: Playground, count: int) -> None:
    await slack.until(lambda: len(slack.calls) >= count, ANSWER_SECONDS)


def _check(slack: Playground, begun: int, count: int) -> None:
    """Refuse figures of anything else than one post in its own thread for each question."""
    calls = slack.calls[begun:]
    wrong = [call for call in calls if call.method != "chat.postMessage" or not call.answer["ok"]]
    threads = {call.arguments["thread_ts"] for call in calls if call not in wrong}
    if wrong or len(calls) != count or len(threads) != count:
        odd = f"{wrong[0].method} {wrong[0].answer}" if wrong else "some not, or twice"
        raise SystemExit(f"{count} questions were not answered by one post each: {odd}")


def _table(rounds: Sequence[Mapping[str, Figures]], mode: str, in_flight: int) -> Table:
    title = (
        f"over {'HTTP' if mode == 'http' else 'Socket Mode'}, {in_flight} in flight;"
        f" medians of {len(rounds)} rounds"
    )
    table = Table(title=title, title_justify="left")
    heads = (
        "answered/s",
        "far off/s",
        "median ms",
        "p99 ms",
        "CPU ms",
        "busy",
        "double CPU ms",
        "double busy",
    )
    for column in ("app", *heads):
        table.add_column(column, justify="left" if column == "app" else "right")
    for name, told in APPS.items():
        some = [figures[name] for figures in rounds]
        table.add_row(
            told,
            f"{median(one.rate for one in some):.0f}",
            f"{median(one.far_rate for one in some):.0f}",
            f"{median(one.typical for one in some) * 1e3:.2f}",
            f"{median(one.slow for one in some) * 1e3:.2f}",
            f"{median(one.app_cpu for one in some) * 1e3:.2f}",
            f"{median(one.app_cpu * one.rate for one in some):.0%}",
            f"{median(one.double_cpu for one in some) * 1e3:.2f}",
            f"{median(one.double_cpu * one.rate for one in some):.0%}",
        )
    return table


def _compared(rounds: Sequence[Mapping[str, Figures]], other: str) -> str:
    """What ours is beside another, round by round, since the machine is not the same in each."""
    rates = [figures["onboard"].rate / figures[other].rate for figures in rounds]
    far = [figures["onboard"].far_rate / figures[other].far_rate for figures in rounds]
    cpus = [figures["onboard"].app_cpu / figures[other].app_cpu for figures in rounds]
    added = [(figures["onboard"].typical - figures[other].typical) * 1e3 for figures in rounds]
    return (
        f"onboard beside {APPS[other]}: {median(rates):.2f} of its throughput"
        f" ({min(rates):.2f} to {max(rates):.2f}), {median(far):.2f} with Slack far off"
        f" ({min(far):.2f} to {max(far):.2f}), {median(added):+.2f} ms at the median"
        f" ({min(added):+.2f} to {max(added):+.2f}), {median(cpus):.2f} of its processor time"
    )


# Questions


def _questions(catalogue: Catalogue, count: int, chance: random.Random) -> list[str]:
    """Real questions, as written, greeted and misspelt, that the bot answers in public."""
    asks = [ask for resource in catalogue.resources for ask in resource.asks]
    texts = list(dict.fromkeys(text for ask in asks for text in _variants(ask)))
    chance.shuffle(texts)
    index = Index.build(catalogue)
    found = []
    for text in texts:
        if index.search(text, "mention").verdict == "answer":
            found.append(text)
        if len(found) == count:
            return found
    raise SystemExit(f"There are only {len(found):,} questions, and {count:,} are to be asked.")


def _variants(ask: str) -> Iterator[str]:
    """The question, with greetings, and with a slip: one in five is misspelt."""
    yield ask
    yield from (f"{greeting}{ask}" for greeting in GREETINGS)
    yield mistyped(ask)


# The apps, each in its process


class _Running:
    """An app in its process, which tells what processor time it has taken whenever it is asked."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018
        self._asking, self._told = process.stdin, process.stdout

    async def cpu(self) -> float:
        """Return the processor time so far, in seconds."""
        self._asking.write(b"?")
        await self._asking.drain()
        return float(await self._told.readline())


@asynccontextmanager
async def _running(name: str, slack: Playground, port: int) -> AsyncIterator[_Running]:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with log.open("wb") as errors:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bench.slack", "--app", name),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                env=_environment(slack, port, Path(folder)),
                cwd=ROOT,
            )
        try:
            await _started(process, slack, port, log)
            yield _Running(process)
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


async def _started(
    process: asyncio.subprocess.Process, slack: Playground, port: int, log: Path
) -> None:
    """Wait until the app can be reached."""
    stop = perf_counter() + START_SECONDS
    while not (slack.connections if slack.mode == "socket" else await _listens(port)):
        if process.returncode is not None or perf_counter() > stop:
            raise SystemExit(f"An app did not start.\n{log.read_text(encoding='utf-8')}")
        await asyncio.sleep(0.05)


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def _environment(slack: Playground, port: int, folder: Path) -> dict[str, str]:
    """What an operator would set, and nothing of what is set here for other bots or proxies."""
    others = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SLACK_", "ONBOARD_")) and not name.lower().endswith("_proxy")
    }
    how = (
        {"SLACK_APP_TOKEN": slack.app_token}
        if slack.mode == "socket"
        else {"SLACK_SIGNING_SECRET": slack.signing_secret, "ONBOARD_PORT": str(port)}
    )
    return others | {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_API_URL": slack.api_url,
        "ONBOARD_CATALOGUE": str(CATALOGUE),
        "ONBOARD_LINKS": "false",
        "ONBOARD_DATABASE_URL": f"sqlite:///{folder}/onboard.db",
        **how,
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _run_app(name: str) -> None:
    threading.Thread(target=_tell_cpu, daemon=True).start()
    if name == "onboard":
        settings = read_settings(dotenv=None)
        logs.set_up(settings.log, settings.log_format)
        asyncio.run(serve(settings))
    else:
        asyncio.run(_bolt(keeps_session=name == "session"))


def _tell_cpu() -> None:
    """Answer each byte on standard input by the processor time that this process has taken."""
    while os.read(0, 1):
        os.write(1, f"{process_time()}\n".encode())


async def _bolt(*, keeps_session: bool) -> None:
    """The plainest app, by https://docs.slack.dev/tools/bolt-python/concepts/async."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        token, base_url = os.environ["SLACK_BOT_TOKEN"], os.environ["SLACK_API_URL"]
        client = AsyncWebClient(
            token=token, base_url=base_url, session=session if keeps_session else None
        )
        app = AsyncApp(token=token, client=client)
        app.event("app_mention")(_say)
        if app_token := os.environ.get("SLACK_APP_TOKEN"):
            handler = AsyncSocketModeHandler(app, app_token)
            await handler.connect_async()  # type: ignore[no-untyped-call]
        else:
            runner = web.AppRunner(app.web_app(EVENTS_PATH))
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", int(os.environ["ONBOARD_PORT"])).start()
        await asyncio.Event().wait()


async def _say(event: Mapping[str, str], say: AsyncSay) -> None:
    await say(text=FIXED_TEXT, thread_ts=event["ts"])


if __name__ == "__main__":
    main()
