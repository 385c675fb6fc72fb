"""Is every question answered once, whatever happens to the processes that answer?

`python -m bench.replicas` runs several `onboard serve`, each in a process of its own, against one
strict double of Slack in this process, round after round. People ask questions with a number in
each: they mention the bot (which arrives as two events), write to it directly, or are overheard in
a channel that it listens to. Half of what they write goes to all processes at once, which race for
it, and half to one of them, as Slack sends it; some events come again later, and all the while a
random process is killed (SIGKILL) at a random moment and started again. Calls can be made to fail,
and the database be stopped and started in the middle of each round.

At the end the double is asked how often the bot has answered in the thread of each question: not at
all is lost, more than once is doubled, and either lets the command end with exit code 1. A round
ends when all are answered and nothing is under way, or when nothing has happened for long; then the
processes are asked to stop, so that what they have in hand is counted too.
"""

import argparse
import asyncio
import json
import os
import random
import secrets
import signal
import sys
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any, Literal

from rich.console import Console
from rich.progress import Progress

from bench.postgres import Cluster, cluster
from bot.catalogue import load
from bot.playground import Channel, Fault, Playground, Seed, User
from bot.playground.conversation import Conversation, Message
from bot.playground.delivery import Delivery
from bot.search import Index
from bot.settings import Features
from bot.slack.manifest import COMMAND, manifest

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "resources.yaml"

SERVE = ("bot", "serve")
"""What `python -m` runs for a bot."""

Kind = Literal["mention", "dm", "channel"]

FEATURES = Features(listening=True)
ADMIN, LISTENED = "U0ADMIN", "C0LISTENED"
NEWCOMERS = tuple(f"U0NEWCOMER{number}" for number in range(1, 9))
CHANNELS = ("C0HELP1", "C0HELP2", "C0HELP3")
SEED = Seed(
    name="Replicas",
    users=(
        User(ADMIN, "admin", "An admin", is_admin=True),
        *(User(name, name.lower(), "A newcomer") for name in NEWCOMERS),
    ),
    channels=tuple(
        Channel(one, one.lower(), members=(ADMIN, *NEWCOMERS), app_is_member=True)
        for one in (*CHANNELS, LISTENED)
    ),
)

FAULTS = (
    Fault.rate_limited(1),
    Fault.server_error(),
    Fault.server_error_after(),
    Fault.lost_before(),
    Fault.lost_after(),
)

# How people ask: mostly by mentioning the bot, seldom unasked for.
SHARES: dict[Kind, float] = {"mention": 0.6, "dm": 0.25, "channel": 0.15}
# Seconds until an event that was acknowledged comes again, in the mean.
AGAIN_SECONDS = 1.0
# How long the database is away when it is stopped.
OUTAGE_SECONDS = 2.0
# A process that ends by itself is started again after this, as an orchestrator would.
PAUSE_SECONDS = 0.5
START_SECONDS = 120.0
STOP_SECONDS = 30.0
STUCK_SECONDS = 120.0
MOST_SHOWN = 3
MOST_LINES = 40
LONGEST_LINE = 2**20

Outage = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What happens in a round."""

    events: int = 2_000
    """Questions that people ask."""
    replicas: int = 2
    kill_every: float = 2.0
    """Seconds between two kills, in the mean; 0 for none."""
    rate: float = 40.0
    """Questions a second, at most and in the mean."""
    window: int = 48
    """No more is asked while so many deliveries and calls are under way."""
    everywhere: float = 0.5
    """The share of questions that go to all processes at once; the others go to one of them."""
    again: float = 0.1
    """The share of events that come again after they were acknowledged."""
    faults: float = 0.0
    """The share of questions beside which a call of chat.postMessage goes wrong."""
    ack_seconds: float = 3.0
    """How long Slack waits for an acknowledgement."""
    retry_after: tuple[float, ...] = (0.05, 8.0, 25.0)
    """Seconds before Slack sends an event again that was not acknowledged.

    Slack itself waits a moment, a minute and five; as there, the second is longer than a lease."""
    patience: float = 40.0
    """How long nothing may happen before what is missing counts as lost."""


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asks."""

    number: int
    kind: Kind
    user: str
    text: str


@dataclass(slots=True)
class Asked:
    """A question in the double."""

    question: Question
    where: Conversation
    message: Message
    deliveries: tuple[Delivery, ...]

    @property
    def answers(self) -> list[Message]:
        """What the bot has said in its thread for everybody."""
        return [reply for reply in self.message.replies if reply.bot]

    @property
    def told(self) -> str:
        """What became of it, for whoever looks into it."""
        came = ", ".join(
            f"{one.what} {one.outcome} after {one.attempts}" for one in self.deliveries
        )
        return (
            f"question {self.question.number} ({self.question.kind}, {self.where.id}"
            f" {self.message.ts}): {len(self.answers)} answers; {came}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a round."""

    events: int
    envelopes: int
    """How often an event was sent to a process."""
    kills: int
    faults: int
    once: int
    """Questions with one answer."""
    doubled: tuple[str, ...]
    """Questions with more than one answer, each in a sentence."""
    lost: tuple[str, ...]
    """Questions without an answer, each in a sentence."""
    gave_up: int
    """Events that Slack gave up, because nobody acknowledged any attempt."""
    times: tuple[float, ...]
    """Seconds from each question to its first answer."""
    seconds: float
    logged: Counter[str] = field(default_factory=Counter)
    """Warnings and errors in the logs, by their name."""

    @property
    def is_sound(self) -> bool:
        """Whether every question was answered once."""
        return not self.doubled and not self.lost


# Questions


@cache
def _index() -> tuple[Index, tuple[str, ...]]:
    catalogue = load(CATALOGUE)
    asks = dict.fromkeys(ask for resource in catalogue.resources for ask in resource.asks)
    return Index.build(catalogue), tuple(asks)


def questions(count: int, chance: random.Random) -> Iterator[Question]:
    """Yield questions that the catalogue answers for everybody to see, no two alike."""
    index, asks = _index()
    kinds, weights = list(SHARES), list(SHARES.values())
    for number in range(1, count + 1):
        (kind,) = chance.choices(kinds, weights)
        text = f"{chance.choice(asks)} ({number})"
        while not index.search(text, kind).reply:
            text = f"{chance.choice(asks)} ({number})"
        yield Question(number, kind, chance.choice(NEWCOMERS), text)


# Processes


class Replica:
    """A bot in a process of its own, started again whenever it ends."""

    def __init__(
        self,
        environ: dict[str, str],
        folder: Path,
        command: Sequence[str] = SERVE,
        heard: Callable[[dict[str, Any]], None] = lambda _: None,
    ) -> None:
        """`command` is what is run, by Python; `heard` is called with each line of its log."""
        self.ready = asyncio.Event()
        """Whether it says that it answers."""
        self.logged: Counter[str] = Counter()
        self._environ = environ
        self._folder = folder
        self._command = tuple(command)
        self._heard = heard
        self._process: asyncio.subprocess.Process | None = None
        self._lines: deque[str] = deque(maxlen=MOST_LINES)
        self._is_stopping = self._was_ready = False

    async def run(self) -> None:
        """Keep it running until `stop`; raises RuntimeError if it cannot be started at all.

        Once it has run, it may well end by itself, such as while the database is away.
        """
        self._folder.mkdir(exist_ok=True)
        self._is_stopping = False
        while not self._is_stopping:
            is_killed = await self._run_once()
            self._was_ready |= self.ready.is_set()
            self.ready.clear()
            if not self._was_ready:
                raise RuntimeError("\n".join(["A process does not start:", *self._lines]))
            if not (is_killed or self._is_stopping):
                self.logged["(ended by itself)"] += 1
                await asyncio.sleep(PAUSE_SECONDS)

    async def _run_once(self) -> bool:
        """Run a process to its end, and return whether it was killed."""
        self._process = process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", *self._command),
            cwd=self._folder,
            env=self._environ,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            limit=LONGEST_LINE,
            # An interruption on the terminal is for us alone.
            start_new_session=True,
        )
        if self._is_stopping:
            # It was told to before there was a process to tell.
            process.kill()
        try:
            if process.stderr is not None:
                async for line in process.stderr:
                    self._read(line.decode(errors="replace").rstrip())
            return await process.wait() == -signal.SIGKILL
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    def kill(self) -> bool:
        """Kill the process there and then; False if there is none."""
        if self._process is None or self._process.returncode is not None:
            return False
        self._process.kill()
        return True

    def halt(self) -> None:
        """Kill the process, and leave it so until `run` is called again."""
        self._is_stopping = True
        self.kill()

    def stop(self) -> None:
        """Ask the process to finish what it has in hand, and to end."""
        self._is_stopping = True
        self.replace()

    def replace(self) -> bool:
        """Ask the process to end, as if a new version took its place; False if there is none."""
        if self._process is None or self._process.returncode is not None:
            return False
        self._process.terminate()
        return True

    def _read(self, line: str) -> None:
        self._lines.append(line)
        try:
            told = json.loads(line)
        except ValueError:
            return
        self._heard(told)
        if told.get("event") == "ready":
            self.ready.set()
        if told.get("level") in ("warning", "error", "critical"):
            self.logged[str(told.get("event"))] += 1


def environment(
    slack: Playground, database: str | None, api_url: str | None = None
) -> dict[str, str]:
    """What an operator would set, and nothing of what is set here for other bots or proxies."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": api_url or slack.api_url,
        "ONBOARD_CATALOGUE": str(CATALOGUE),
        "ONBOARD_LISTENING": "true",
        "ONBOARD_LINKS": "false",
        "ONBOARD_LOG_FORMAT": "json",
        **({"ONBOARD_DATABASE_URL": database} if database else {}),
    }


# A round


class Round:
    """A workspace, its processes, and what people ask there."""

    def __init__(self, plan: Plan, slack: Playground, chance: random.Random) -> None:
        self.kills = 0
        self.faults = 0
        self.asked: list[Asked] = []
        self._plan = plan
        self._slack = slack
        self._chance = chance
        self._open: list[Asked] = []
        """Those without an answer, as far as has been looked."""
        self._coming_again: list[asyncio.Task[None]] = []

    async def ask(self, asking: Sequence[Question], advance: Callable[[], None]) -> None:
        """Ask one after the other, as fast as they are taken."""
        slack, plan, chance = self._slack, self._plan, self._chance
        for question in asking:
            await slack.until(self._may_ask, STUCK_SECONDS)
            if chance.random() < plan.faults:
                slack.fail("chat.postMessage", chance.choice(FAULTS))
                self.faults += 1
            await self._ask(question)
            advance()
            await asyncio.sleep(chance.expovariate(plan.rate))

    async def _ask(self, question: Question) -> None:
        slack, chance = self._slack, self._chance
        text, channel = question.text, chance.choice((*CHANNELS, LISTENED))
        if question.kind == "mention":
            text = f"<@{slack.bot_user}> {text}"
        elif question.kind == "dm":
            channel = slack.direct(question.user)
        else:
            channel = LISTENED
        slack.race(everywhere=chance.random() < self._plan.everywhere)
        before = len(slack.deliveries)
        ts = await slack.say(question.user, channel, text)
        where = slack.workspace.conversations[channel]
        deliveries = tuple(slack.deliveries[before:])
        asked = Asked(question, where, where.messages[ts], deliveries)
        self.asked.append(asked)
        self._open.append(asked)
        for delivery in deliveries:
            if chance.random() < self._plan.again:
                delay = chance.expovariate(1 / AGAIN_SECONDS)
                self._coming_again.append(asyncio.create_task(self._again(delivery, delay)))

    async def _again(self, delivery: Delivery, delay: float) -> None:
        await self._slack.settled(delivery, STUCK_SECONDS)
        await asyncio.sleep(delay)
        await self._slack.again(delivery)

    async def kill(self, replicas: Sequence[Replica]) -> None:
        """Kill one or another for ever; only the time counts in which there is somebody at all."""
        while True:
            await self._slack.until(lambda: self._slack.connections, START_SECONDS)
            await asyncio.sleep(self._chance.expovariate(1 / self._plan.kill_every))
            self.kills += self._chance.choice(replicas).kill()

    async def settle(self) -> None:
        """Wait until all is answered and nothing under way, or until nothing happens any more."""
        await asyncio.gather(*self._coming_again)
        while not self._is_done():
            before = self._happened()
            try:
                await self._slack.until(self._is_done, self._plan.patience)
            except TimeoutError:
                if self._happened() == before:
                    return

    def _may_ask(self) -> bool:
        return self._slack.unsettled + self._slack.in_hand < self._plan.window

    def _happened(self) -> tuple[int, ...]:
        slack = self._slack
        return len(slack.calls), slack.envelopes, slack.unsettled, slack.in_hand

    def _is_done(self) -> bool:
        if self._slack.unsettled or self._slack.in_hand:
            return False
        self._open = [one for one in self._open if not one.answers]
        return not self._open

    def outcome(self, seconds: float, logged: Counter[str]) -> Outcome:
        """Count what everybody can see."""
        counts = [len(one.answers) for one in self.asked]
        found = list(zip(self.asked, counts, strict=True))
        return Outcome(
            events=len(self.asked),
            envelopes=self._slack.envelopes,
            kills=self.kills,
            faults=self.faults,
            once=counts.count(1),
            doubled=tuple(one.told for one, count in found if count > 1),
            lost=tuple(one.told for one, count in found if not count),
            gave_up=sum(one.gave_up for one in self._slack.deliveries),
            times=tuple(
                float(one.answers[0].ts) - float(one.message.ts) for one, count in found if count
            ),
            seconds=seconds,
            logged=logged,
        )


async def play(
    plan: Plan,
    seed: int,
    database: str | None = None,
    *,
    outage: Outage | None = None,
    advance: Callable[[], None] = lambda: None,
) -> Outcome:
    """Play a round, with what the processes share at this address, and return what came of it.

    `outage` is awaited in the middle of the round, `advance` is called after each question. Raises
    RuntimeError if a process does not start, TimeoutError if nothing goes on for minutes.
    """
    chance = random.Random(seed)
    asking = list(questions(plan.events, chance))
    began = perf_counter()
    try:
        game, logged = await _play(
            plan, chance, asking, database=database, outage=outage, advance=advance
        )
    except* (RuntimeError, TimeoutError) as errors:
        # One failure brings the rest down with it; the first one says what it was.
        raise errors.exceptions[0] from None
    return game.outcome(perf_counter() - began, logged)


async def _play(
    plan: Plan,
    chance: random.Random,
    asking: Sequence[Question],
    *,
    database: str | None,
    outage: Outage | None,
    advance: Callable[[], None],
) -> tuple[Round, Counter[str]]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="onboard-replicas-")))
        slack = await stack.enter_async_context(
            Playground(
                manifest(FEATURES),
                SEED,
                ack_seconds=plan.ack_seconds,
                retry_after=plan.retry_after,
            )
        )
        environ = environment(slack, database)
        replicas = [Replica(environ, folder / f"{number}") for number in range(plan.replicas)]
        game = Round(plan, slack, chance)
        group = await stack.enter_async_context(asyncio.TaskGroup())
        running = [group.create_task(replicas[0].run())]
        await _listen(slack, replicas[0])
        # The others find on their start what was set.
        running += [group.create_task(replica.run()) for replica in replicas[1:]]
        await ready(replicas)
        killing = group.create_task(game.kill(replicas)) if plan.kill_every else None
        half = len(asking) // 2
        await game.ask(asking[:half], advance)
        breaking = group.create_task(outage()) if outage else None
        await game.ask(asking[half:], advance)
        if breaking:
            await breaking
        if killing:
            killing.cancel()
        await ready(replicas)
        await game.settle()
        for replica in replicas:
            replica.stop()
        async with asyncio.timeout(STOP_SECONDS):
            await asyncio.gather(*running)
    return game, sum((replica.logged for replica in replicas), Counter())


async def ready(replicas: Sequence[Replica]) -> None:
    """Wait until all of them say that they answer. Raises TimeoutError."""
    async with asyncio.timeout(START_SECONDS):
        for replica in replicas:
            await replica.ready.wait()


async def _listen(slack: Playground, replica: Replica) -> None:
    """Have an admin switch on that a channel is listened to."""
    await ready([replica])
    await slack.until(lambda: slack.connections)
    await slack.command(ADMIN, LISTENED, COMMAND, "listen on")
    where = slack.workspace.conversations[LISTENED]
    await slack.until(lambda: any(message.bot for message in where.said()), STUCK_SECONDS)


# The command


def main() -> None:
    """Print a line for each round, and one for all of them."""
    parser = argparse.ArgumentParser(description="Kill replicas while they answer, and count.")
    plan = Plan()
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--events", type=int, default=plan.events, help="questions in a round")
    parser.add_argument("--replicas", type=int, default=plan.replicas, help="10 at most")
    parser.add_argument("--database", choices=("postgres", "sqlite", "none"), default="postgres")
    parser.add_argument(
        "--everywhere", type=float, default=plan.everywhere, help="share that goes to all processes"
    )
    parser.add_argument("--stop-database", action="store_true", help="in the middle of each round")
    parser.add_argument(
        "--kill-every", type=float, default=plan.kill_every, help="seconds in the mean; 0 for never"
    )
    parser.add_argument("--rate", type=float, default=plan.rate, help="questions a second")
    parser.add_argument("--again", type=float, default=plan.again, help="share of events")
    parser.add_argument("--faults", type=float, default=plan.faults, help="share of questions")
    parser.add_argument("--ack-seconds", type=float, default=plan.ack_seconds)
    parser.add_argument(
        "--retry-after", type=float, nargs="*", default=plan.retry_after, help="seconds"
    )
    parser.add_argument(
        "--patience", type=float, default=plan.patience, help="seconds before it counts as lost"
    )
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, interrupt)
    if given.stop_database and given.database != "postgres":
        parser.error("only --database postgres can be stopped")
    plan = Plan(
        events=given.events,
        replicas=given.replicas,
        kill_every=given.kill_every,
        rate=given.rate,
        everywhere=given.everywhere,
        again=given.again,
        faults=given.faults,
        ack_seconds=given.ack_seconds,
        retry_after=tuple(given.retry_after),
        patience=given.patience,
    )
    out = Console(width=110, highlight=False)
    out.print(f"{given.replicas} replicas, database: {given.database}, seed {given.seed}")
    try:
        outcomes = _rounds(plan, given, out)
    except (RuntimeError, TimeoutError) as error:
        raise SystemExit(f"{error}") from None
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(not all(outcome.is_sound for outcome in outcomes))


def interrupt(*_: object) -> None:
    """End as if interrupted, once: whoever ends this, ends with it all that it has started."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.raise_signal(signal.SIGINT)


def _rounds(plan: Plan, given: argparse.Namespace, out: Console) -> list[Outcome]:
    outcomes: list[Outcome] = []
    out.print("".join(f"{head:>{width}}" for head, width in _COLUMNS.items()))
    with ExitStack() as stack:
        database = stack.enter_context(cluster()) if given.database == "postgres" else None
        progress = stack.enter_context(
            Progress(console=out, transient=True, disable=not out.is_terminal)
        )
        for number in range(1, given.rounds + 1):
            task = progress.add_task(f"Round {number}", total=plan.events)
            with shared(given.database, database) as url:
                outcome = asyncio.run(
                    play(
                        plan,
                        # So that each can be played again by itself, as far as chance goes.
                        given.seed + number - 1,
                        url,
                        outage=outage_of(database) if given.stop_database and database else None,
                        advance=lambda: progress.advance(task),  # noqa: B023
                    )
                )
            progress.remove_task(task)
            outcomes.append(outcome)
            out.print(_line(f"{number}", outcome))
            for told in outcome.doubled[:MOST_SHOWN] + outcome.lost[:MOST_SHOWN]:
                out.print(f"    {told}", soft_wrap=True)
    out.print(_line("total", _total(outcomes)))
    if logged := _total(outcomes).logged:
        counts = ", ".join(f"{name} {count:,}" for name, count in logged.most_common())
        out.print(f"In the logs: {counts}")
    return outcomes


@contextmanager
def shared(kind: str, database: Cluster | None) -> Iterator[str | None]:
    """The address of an empty database for a round, if there is to be one."""
    if database is not None:
        with database.database() as url:
            yield url
    elif kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="onboard-store-") as folder:
            yield f"sqlite:///{folder}/onboard.db"
    else:
        yield None


def outage_of(database: Cluster) -> Outage:
    """Stop the database, and start it again a little later."""

    async def stop_and_start() -> None:
        await asyncio.to_thread(database.stop)
        try:
            await asyncio.sleep(OUTAGE_SECONDS)
        finally:
            database.start()

    return stop_and_start


_COLUMNS = {
    "round": 5, "events": 9, "envelopes": 11, "kills": 7, "faults": 8, "once": 9,
    "doubled": 9, "lost": 7, "gave up": 9, "median ms": 11, "p99 ms": 9, "seconds": 9,
}  # fmt: skip


def _line(name: str, outcome: Outcome) -> str:
    times = outcome.times if len(outcome.times) > 1 else (0.0, 0.0)
    cells = (
        name,
        f"{outcome.events:,}",
        f"{outcome.envelopes:,}",
        f"{outcome.kills:,}",
        f"{outcome.faults:,}",
        f"{outcome.once:,}",
        f"{len(outcome.doubled):,}",
        f"{len(outcome.lost):,}",
        f"{outcome.gave_up:,}",
        f"{median(times) * 1e3:,.0f}",
        f"{quantiles(times, n=100)[98] * 1e3:,.0f}",
        f"{outcome.seconds:.1f}",
    )
    return "".join(f"{cell:>{width}}" for cell, width in zip(cells, _COLUMNS.values(), strict=True))


def _total(outcomes: Sequence[Outcome]) -> Outcome:
    return Outcome(
        events=sum(one.events for one in outcomes),
        envelopes=sum(one.envelopes for one in outcomes),
        kills=sum(one.kills for one in outcomes),
        faults=sum(one.faults for one in outcomes),
        once=sum(one.once for one in outcomes),
        doubled=tuple(told for one in outcomes for told in one.doubled),
        lost=tuple(told for one in outcomes for told in one.lost),
        gave_up=sum(one.gave_up for one in outcomes),
        times=tuple(seconds for one in outcomes for seconds in one.times),
        seconds=sum(one.seconds for one in outcomes),
        logged=sum((one.logged for one in outcomes), Counter()),
    )


if __name__ == "__main__":
    main()
