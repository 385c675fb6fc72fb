"""Is every weekly digest posted once, whatever happens to the processes that post?

`python -m bench.digests` runs several bots, each in a process of its own, on one store and against
one strict double of Slack in this process, round after round. Hundreds of channels have a digest,
most of them at the same moment, others by the clocks of places where these change. All live by one
clock, which is moved from slot to slot through the weeks in which that happens; now and then it
goes back by hours.

All the while a random process is killed (SIGKILL), or replaced as by a new version (SIGTERM). Each
reaches Slack by a wire of its own, so that the one whose post was accepted can be killed right
then: before the answer reaches it, or before it can note what it has done. Calls are refused, fail
or are lost. In every third week all are killed in the middle of the largest slot, and come back
hours later, so that the rest is late; in another third they come back after days, and what is too
late by then has to be left out.

At the end the double is asked how often each digest is there. One that is missing is lost, one too
many is doubled, and either lets the command end with exit code 1.
"""

import argparse
import asyncio
import datetime as dt
import json
import random
import secrets
import signal
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench.digest_process import SharedClock
from bench.postgres import cluster
from bench.replicas import (
    CATALOGUE,
    FEATURES,
    Outage,
    Replica,
    environment,
    interrupt,
    outage_of,
    ready,
    shared,
)
from bench.wire import Fate, Wire
from bot import logs
from bot.catalogue import load
from bot.errors import StoreDownError
from bot.playground import Channel, Fault, Playground, Seed, User
from bot.playground.conversation import Conversation, Message
from bot.records import Outcome as Kept
from bot.records import Subscription, Weekly
from bot.slack.delivery import key_in, key_of
from bot.slack.manifest import manifest
from bot.store import Store

SPRING, AUTUMN = dt.date(2026, 3, 2), dt.date(2026, 9, 28)
"""Mondays: within six weeks of each, clocks change in New York, Berlin and on Lord Howe Island."""

STARTS = (SPRING, AUTUMN)

GRACE = dt.timedelta(hours=24)
"""What is posted later than this is too late, unless the operator says otherwise."""

COMMON = Weekly(weekday=0, hour=9, minute=0, zone="UTC")
COMMON_SHARE = 0.6
# Several stand in an hour that is skipped on some day, or comes twice.
OTHERS = (
    Weekly(weekday=6, hour=2, minute=30, zone="Europe/Berlin"),
    Weekly(weekday=6, hour=1, minute=45, zone="Australia/Lord_Howe"),
    Weekly(weekday=6, hour=2, minute=30, zone="America/New_York"),
    Weekly(weekday=1, hour=8, minute=0, zone="Asia/Tokyo"),
    Weekly(weekday=2, hour=18, minute=0, zone="Europe/London"),
    Weekly(weekday=6, hour=2, minute=15, zone="Australia/Lord_Howe"),
    Weekly(weekday=6, hour=1, minute=30, zone="America/New_York"),
    Weekly(weekday=0, hour=9, minute=0, zone="Europe/Berlin"),
    Weekly(weekday=0, hour=0, minute=0, zone="Asia/Tokyo"),
    Weekly(weekday=4, hour=16, minute=45, zone="America/New_York"),
)
FAULTS: Mapping[str, tuple[tuple[str, Fault], ...]] = {
    "rate limited": (("chat.postMessage", Fault.rate_limited(1)),),
    "500 before": (("chat.postMessage", Fault.server_error()),),
    "500 after": (("chat.postMessage", Fault.server_error_after()),),
    "lost before": (("chat.postMessage", Fault.lost_before()),),
    "lost after": (("chat.postMessage", Fault.lost_after()),),
    "lost after, and no look": (
        ("chat.postMessage", Fault.lost_after()),
        ("conversations.history", Fault.error("ratelimited")),
    ),
}
AWAY = (dt.timedelta(), dt.timedelta(hours=5), dt.timedelta(hours=72))
BACK = (dt.timedelta(hours=1), dt.timedelta(hours=6), dt.timedelta(hours=60))
BACK_SHARE = 0.15
REPLACED_SHARE = 0.25

_NO_TIME = dt.timedelta()
_WEEK = dt.timedelta(weeks=1)
_JUST_BEFORE = dt.timedelta(seconds=0.15)
_EDGE = dt.timedelta(minutes=20)
_LATE = dt.timedelta(minutes=10)
_LOOK_SECONDS = 0.05
# Several looks of each process, in which nothing may happen.
_BACK_SECONDS = 0.5
# What it has told the bot that it keeps, a database that is stopped has to keep.
_SETTINGS = {"synchronous_commit": "on"}
_STUCK_SECONDS = 120.0
_STOP_SECONDS = 30.0
_MOST_SHOWN = 3
SOMEONE = "U0SOMEONE01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What happens in a round."""

    channels: int = 300
    weeks: int = 6
    start: dt.date = SPRING
    """A Monday."""
    processes: int = 3
    kill_every: float = 6.0
    """Seconds between two kills at random moments, in the mean; 0 for none."""
    kill_at_post: float = 0.02
    """The share of accepted posts at which the process is killed that made them."""
    faults: float = 0.05
    """The share of digests whose first call goes wrong."""
    away: tuple[dt.timedelta, ...] = AWAY
    """In which week all processes go away in the middle of the common slot, and for how long."""
    patience: float = 40.0
    """How long nothing may happen before what is missing counts as lost."""


@dataclass(slots=True)
class Due:
    """A digest that is due."""

    channel: str
    week: str
    at: dt.datetime
    is_wanted: bool = True
    """False if it is too late for it."""
    is_left: bool = False
    """Whether it is there, all died before they could note it, and came back too late."""

    @property
    def key(self) -> str:
        """The name that its post bears."""
        return key_of(f"digest/{self.channel}/{self.week}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a round."""

    weeks: int = 0
    due: int = 0
    posts: int = 0
    """Digests in the double."""
    kills: int = 0
    """Processes killed, those right at a post included."""
    before: int = 0
    """Of these, between the post and its answer."""
    after: int = 0
    """Of these, right after the answer."""
    replaced: int = 0
    """Processes asked to end."""
    away: int = 0
    """How often all were away at once."""
    outages: int = 0
    """How often the database was stopped, and started again."""
    back: int = 0
    """How often the clock went back."""
    faults: Counter[str] = field(default_factory=Counter)
    late: int = 0
    """Digests posted later than they should, but in time."""
    missed: int = 0
    """Digests left out, as they should."""
    forgotten: int = 0
    """Digests that are there, and kept as missed: all died after the post, and for too long."""
    doubled: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    """Digests of which the store has kept what is not so."""
    seconds: float = 0.0
    logged: Counter[str] = field(default_factory=Counter)
    """Warnings and errors in the logs, by their name."""

    @property
    def is_sound(self) -> bool:
        """Whether every digest is there as often as it should."""
        return not (self.doubled or self.lost or self.wrong)


# What is due


def channel_of(number: int) -> str:
    """The id of a channel."""
    return f"C0DIGEST{number:04}"


def weekly_of(number: int, count: int) -> Weekly:
    """When the digest of one of so many channels is due."""
    common = int(count * COMMON_SHARE)
    return COMMON if number < common else OTHERS[(number - common) % len(OTHERS)]


def all_due(plan: Plan) -> list[Due]:
    """All that is due in these weeks, in the order of time; worked out without the bot."""
    found: list[Due] = []
    for number in range(plan.channels):
        weekly = weekly_of(number, plan.channels)
        for week in range(plan.weeks):
            day = plan.start + dt.timedelta(weeks=week, days=weekly.weekday)
            # Of an hour that comes twice the first; one that is skipped comes with the old offset.
            there = dt.time(weekly.hour, weekly.minute, tzinfo=ZoneInfo(weekly.zone))
            at = dt.datetime.combine(day, there).astimezone(dt.UTC)
            year, of_year, _ = day.isocalendar()
            found.append(Due(channel_of(number), f"{year:04}-W{of_year:02}", at))
    return sorted(found, key=lambda due: (due.at, due.channel))


def _common(start: dt.date) -> dt.datetime:
    return dt.datetime.combine(start, dt.time(COMMON.hour, COMMON.minute), dt.UTC)


async def subscribe(store: Store, plan: Plan, since: dt.datetime) -> None:
    """Give every channel a digest, each fifth about some topics only."""
    topics = [topic.id for topic in load(CATALOGUE).topics]
    await store.migrate()
    for number in range(plan.channels):
        chosen = topics[number % len(topics) :][:2] if number % 5 == 0 else ()
        await store.subscribe(
            Subscription(
                channel=channel_of(number),
                weekly=weekly_of(number, plan.channels),
                topics=tuple(chosen),
                always=True,
                since=since,
            )
        )


# A round


class Round:
    """A workspace, its processes, and the weeks that they live through."""

    def __init__(
        self, plan: Plan, chance: random.Random, clock: SharedClock, outage: Outage | None
    ) -> None:
        """`outage` lets the store be away for a while."""
        self.count: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self._plan = plan
        self._chance = chance
        # Its own, so that the same posts are hit whatever else happens.
        self._fates = random.Random(chance.random())
        self._clock = clock
        self._outage = outage
        self._all = all_due(plan)
        self._ahead = self._all[::-1]
        """Those that are due later, the next one last."""
        self._open: list[Due] = []
        """Those of which the store does not know yet what became."""
        self._heard: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        """Lines of the logs by channel, each with its week if it has one."""

    def heard(self, process: int, told: dict[str, Any]) -> None:
        """Keep a line of a log that is about a channel."""
        if channel := told.get("channel"):
            line = f"process {process}: {json.dumps(told)}"
            self._heard[str(channel)].append((str(told.get("slot", "")), line))

    def fate(self) -> Fate:
        """What is to happen to a process whose post was just accepted."""
        if self._fates.random() >= self._plan.kill_at_post:
            return "spared"
        fate: Fate = self._fates.choice(("before", "after"))
        self.count[fate] += 1
        return fate

    async def kill(self, slack: Playground, replicas: Sequence[Replica]) -> None:
        """Kill one or another for ever; only the time counts in which there is somebody at all."""
        while True:
            await slack.until(lambda: slack.connections, _STUCK_SECONDS)
            await asyncio.sleep(self._chance.expovariate(1 / self._plan.kill_every))
            one = self._chance.choice(replicas)
            if self._chance.random() < REPLACED_SHARE:
                self.count["replaced"] += one.replace()
            else:
                self.count["kills"] += one.kill()

    async def walk(
        self, slack: Playground, store: Store, group: "Group", advance: Callable[[int], None]
    ) -> None:
        """Go through the weeks, from slot to slot."""
        while self._ahead:
            at = self._ahead[-1].at
            if at - _JUST_BEFORE > self._clock.now():
                self._clock.set_to(at - _JUST_BEFORE)
            away = self._away(at)
            due = self._reached(at)
            if away <= GRACE:
                # What may be left out would leave its fault for a later week.
                self._arrange(slack, due)
            if away or (self._outage and self._is_common(at)):
                some = partial(_are_there, slack, due, len(due) // 3)
                await slack.until(some, _STUCK_SECONDS)
            if away:
                await group.halt()
                await slack.until(lambda: not slack.in_hand, _STUCK_SECONDS)
                self._go_on_after(away, slack)
                group.start()
                self.count["away"] += 1
            elif self._outage and self._is_common(at):
                await self._outage()
                self.count["outages"] += 1
            settled = len(self._open)
            await self._settle(slack, store)
            advance(settled)
            if self._chance.random() < BACK_SHARE:
                self._clock.set_to(self._clock.now() - self._chance.choice(BACK))
                self.count["back"] += 1
                await asyncio.sleep(_BACK_SECONDS)

    def _away(self, at: dt.datetime) -> dt.timedelta:
        """For how long all processes go away in the middle of this moment."""
        week = (at - _common(self._plan.start)) // _WEEK
        return self._plan.away[week % len(self._plan.away)] if self._is_common(at) else _NO_TIME

    def _is_common(self, at: dt.datetime) -> bool:
        return (at - _common(self._plan.start)) % _WEEK == _NO_TIME

    def _reached(self, now: dt.datetime) -> list[Due]:
        reached: list[Due] = []
        while self._ahead and self._ahead[-1].at <= now:
            reached.append(self._ahead.pop())
        self._open += reached
        return reached

    def _arrange(self, slack: Playground, due: Iterable[Due]) -> None:
        """Let some of the calls go wrong by which these are posted."""
        for one in due:
            if self._chance.random() < self._plan.faults:
                kind = self._chance.choice(list(FAULTS))
                for method, fault in FAULTS[kind]:
                    slack.fail(method, fault, channel=one.channel)
                self.faults[kind] += 1

    def _go_on_after(self, away: dt.timedelta, slack: Playground) -> None:
        """Move the clock on while nobody is there, and settle for what it is too late then."""
        then = self._clock.now() + away
        # Nothing is to be on the edge of too late: it takes a while to start, and to post.
        while any(abs(then - one.at - GRACE) < _EDGE for one in (*self._open, *self._ahead)):
            then += _EDGE
        self._clock.set_to(then)
        self._reached(then)
        for one in self._open:
            if then - one.at > GRACE:
                one.is_wanted = one.is_left = bool(_posts(slack, one))

    async def _settle(self, slack: Playground, store: Store) -> None:
        """Wait until the store knows what became of all, or until nothing happens any more."""
        loop = asyncio.get_running_loop()
        before, since = (0, 0), loop.time()
        while self._open:
            await asyncio.sleep(_LOOK_SECONDS)
            with suppress(StoreDownError):
                taken = await store.taken(self._open[0].at)
                self._open = [
                    one for one in self._open if one.week not in taken.get(one.channel, ())
                ]
            happened = len(slack.calls), len(self._open)
            if happened != before:
                before, since = happened, loop.time()
            elif loop.time() - since > self._plan.patience:
                # What is missing is counted at the end.
                self._open = []

    async def outcome(self, slack: Playground, store: Store) -> Outcome:
        """Count what everybody can see."""
        kept = {(one.channel, one.slot): one.outcome for one in await store.editions(limit=10**6)}
        doubled: list[str] = []
        lost: list[str] = []
        wrong: list[str] = []
        late = missed = forgotten = 0
        for due in self._all:
            posts, what = _posts(slack, due), kept.get((due.channel, due.week))
            times = [float(post.ts) for post in posts]
            if len(posts) > due.is_wanted or any(ts < due.at.timestamp() for ts in times):
                doubled.append(self._told(slack, due, times, what))
            elif len(posts) < due.is_wanted:
                lost.append(self._told(slack, due, times, what))
            elif what == "missed" and due.is_left:
                forgotten += 1
            elif what != ("posted" if due.is_wanted else "missed"):
                wrong.append(self._told(slack, due, times, what))
            late += any(ts - due.at.timestamp() > _LATE.total_seconds() for ts in times)
            missed += not (due.is_wanted or posts)
        known = {due.key for due in self._all}
        said = [post for where in self._channels(slack) for post in where.said() if post.bot]
        strange = [post for post in said if _key(post) not in known]
        doubled += [f"{_moment(float(post.ts))}: a post that was not due" for post in strange]
        return Outcome(
            weeks=self._plan.weeks,
            due=len(self._all),
            posts=len(said),
            kills=self.count["kills"] + self.count["before"] + self.count["after"],
            before=self.count["before"],
            after=self.count["after"],
            replaced=self.count["replaced"],
            away=self.count["away"],
            outages=self.count["outages"],
            back=self.count["back"],
            faults=self.faults,
            late=late,
            missed=missed,
            forgotten=forgotten,
            doubled=tuple(doubled),
            lost=tuple(lost),
            wrong=tuple(wrong),
        )

    def _channels(self, slack: Playground) -> list[Conversation]:
        return [
            slack.workspace.conversations[channel_of(number)]
            for number in range(self._plan.channels)
        ]

    def _told(self, slack: Playground, due: Due, times: Sequence[float], kept: Kept | None) -> str:
        """What became of a digest, and what the logs say of it, for whoever looks into it."""
        calls = [
            f"{_moment(call.at)} {call.method} {call.status} {call.answer.get('error', '')}"
            for call in slack.calls
            if call.arguments.get("channel") == due.channel
            and 0 <= call.at - due.at.timestamp() < _WEEK.total_seconds()
        ]
        lines = [line for week, line in self._heard[due.channel] if week in ("", due.week)]
        there = ", ".join(map(_moment, times)) or "never"
        wanted = "due" if due.is_wanted else "too late for"
        told = f"{due.channel} {due.week}: {wanted} {due.at}, posted {there}, kept as {kept}"
        return "\n        ".join([told, *calls, *lines])


def _are_there(slack: Playground, some: Sequence[Due], count: int) -> bool:
    return sum(bool(_posts(slack, due)) for due in some) >= count


def _posts(slack: Playground, due: Due) -> list[Message]:
    """The posts of a digest that are there."""
    said = slack.workspace.conversations[due.channel].said()
    return [post for post in said if _key(post) == due.key]


def _key(post: Message) -> object:
    return key_in({"metadata": post.metadata})


def _moment(seconds: float) -> str:
    return f"{dt.datetime.fromtimestamp(seconds, dt.UTC):%m-%d %H:%M:%S.%f}"


class Group:
    """The processes, which come and go together."""

    def __init__(self, replicas: Sequence[Replica], tasks: asyncio.TaskGroup) -> None:
        self._replicas = replicas
        self._tasks = tasks
        self._running: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start them all; each is started again whenever it ends."""
        self._running = [self._tasks.create_task(one.run()) for one in self._replicas]

    async def halt(self) -> None:
        """Kill them all, and leave it so."""
        for one in self._replicas:
            one.halt()
        await asyncio.gather(*self._running)

    async def stop(self) -> None:
        """Ask them all to end."""
        await ready(self._replicas)
        for one in self._replicas:
            one.stop()
        async with asyncio.timeout(_STOP_SECONDS):
            await asyncio.gather(*self._running)


async def play(
    plan: Plan,
    seed: int,
    database: str,
    *,
    outage: Outage | None = None,
    advance: Callable[[int], None] = lambda _: None,
) -> Outcome:
    """Play a round on the store at this address, and return what came of it.

    `outage` is awaited in the middle of the common slot of each week in which the processes are
    there; `advance` is called with how many digests have been dealt with. Raises RuntimeError if a
    process does not start, TimeoutError if nothing goes on for minutes.
    """
    began = perf_counter()
    try:
        outcome = await _play(plan, random.Random(seed), database, outage, advance)
    except* (RuntimeError, TimeoutError) as errors:
        # One failure brings the rest down with it; the first one says what it was.
        raise errors.exceptions[0] from None
    return replace(outcome, seconds=perf_counter() - began)


async def _play(
    plan: Plan,
    chance: random.Random,
    database: str,
    outage: Outage | None,
    advance: Callable[[int], None],
) -> Outcome:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="onboard-digests-")))
        clock = SharedClock(folder / "clock")
        # After the last slot of the week before, and before the first of this one.
        since = dt.datetime.combine(plan.start, dt.time(), dt.UTC) - dt.timedelta(hours=12)
        clock.set_to(since)
        store = Store(database)
        stack.push_async_callback(store.close)
        await subscribe(store, plan, since)
        seed = Seed(
            name="Digests",
            users=(User(SOMEONE, "someone", "Someone"),),
            channels=tuple(
                Channel(channel_of(number), f"digest-{number}", app_is_member=True)
                for number in range(plan.channels)
            ),
        )
        slack = await stack.enter_async_context(Playground(manifest(FEATURES), seed, clock=clock))
        game = Round(plan, chance, clock, outage)
        replicas: list[Replica] = []
        for number in range(plan.processes):
            wire = Wire(slack.api_url, game.fate, partial(_kill, replicas, number))
            await stack.enter_async_context(wire.open())
            replica = Replica(
                environment(slack, database, wire.url),
                folder / f"{number}",
                ("bench.digest_process", str(folder / "clock")),
                partial(game.heard, number),
            )
            replicas.append(replica)
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        group = Group(replicas, tasks)
        group.start()
        await ready(replicas)
        killing = tasks.create_task(game.kill(slack, replicas)) if plan.kill_every else None
        await game.walk(slack, store, group, advance)
        if killing:
            killing.cancel()
        await group.stop()
        logged = sum((replica.logged for replica in replicas), Counter[str]())
        return replace(await game.outcome(slack, store), logged=logged)


def _kill(replicas: Sequence[Replica], number: int) -> None:
    replicas[number].kill()


# The command


def main() -> None:
    """Print a table for each round, and one for all of them."""
    parser = argparse.ArgumentParser(description="Kill bots while they post digests, and count.")
    plan = Plan()
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--channels", type=int, default=plan.channels)
    parser.add_argument("--weeks", type=int, default=plan.weeks)
    parser.add_argument("--processes", type=int, default=plan.processes, help="10 at most")
    parser.add_argument("--sqlite", action="store_true", help="one file rather than PostgreSQL")
    parser.add_argument("--stop-database", action="store_true", help="in the middle of a slot")
    parser.add_argument(
        "--kill-every", type=float, default=plan.kill_every, help="seconds in the mean; 0 for never"
    )
    parser.add_argument(
        "--kill-at-post", type=float, default=plan.kill_at_post, help="share of accepted posts"
    )
    parser.add_argument("--faults", type=float, default=plan.faults, help="share of digests")
    parser.add_argument(
        "--patience", type=float, default=plan.patience, help="seconds before it counts as lost"
    )
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    given = parser.parse_args()
    if given.stop_database and given.sqlite:
        parser.error("only PostgreSQL can be stopped")
    signal.signal(signal.SIGTERM, interrupt)
    logs.set_up("warning", "auto")
    plan = Plan(
        channels=given.channels,
        weeks=given.weeks,
        processes=given.processes,
        kill_every=given.kill_every,
        kill_at_post=given.kill_at_post,
        faults=given.faults,
        patience=given.patience,
    )
    kind = "sqlite" if given.sqlite else "postgres"
    out = Console(width=110, highlight=False)
    out.print(f"{plan.processes} processes, {plan.channels} channels, {kind}, seed {given.seed}")
    try:
        outcomes = _rounds(plan, given, kind, out)
    except (RuntimeError, TimeoutError) as error:
        raise SystemExit(f"{error}") from None
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(not all(outcome.is_sound for outcome in outcomes))


def _rounds(plan: Plan, given: argparse.Namespace, kind: str, out: Console) -> list[Outcome]:
    outcomes: list[Outcome] = []
    with ExitStack() as stack:
        database = stack.enter_context(cluster(**_SETTINGS)) if kind == "postgres" else None
        progress = stack.enter_context(
            Progress(console=out, transient=True, disable=not out.is_terminal)
        )
        for number in range(given.rounds):
            task = progress.add_task(f"Round {number + 1}", total=plan.channels * plan.weeks)
            this = replace(plan, start=STARTS[number % len(STARTS)])
            with shared(kind, database) as url:
                # So that each can be played again by itself, as far as chance goes.
                playing = play(
                    this,
                    given.seed + number,
                    str(url),
                    outage=outage_of(database) if given.stop_database and database else None,
                    advance=partial(progress.advance, task),
                )
                outcome = asyncio.run(playing)
            progress.remove_task(task)
            outcomes.append(outcome)
            out.print(_table(f"Round {number + 1}, {kind}, from {this.start}", outcome))
            for told in (*outcome.doubled, *outcome.lost, *outcome.wrong)[:_MOST_SHOWN]:
                out.print(f"    {told}", soft_wrap=True, markup=False)
    if given.rounds > 1:
        out.print(_table(f"All rounds, {kind}", _total(outcomes)))
    return outcomes


def _table(title: str, outcome: Outcome) -> Table:
    table = Table(title=title, title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_column()
    for name, count, more in (
        ("weeks", outcome.weeks, f"the clock went back {outcome.back} times"),
        ("due", outcome.due, ""),
        ("posts", outcome.posts, f"{outcome.late:,} of them late, in time"),
        ("left out", outcome.missed, "too late, as it should be"),
        (
            "kills",
            outcome.kills,
            f"{outcome.before} before the answer to a post, {outcome.after} right after it",
        ),
        (
            "replaced",
            outcome.replaced,
            f"all away at once {outcome.away} times, the store {outcome.outages} times",
        ),
        ("faults", outcome.faults.total(), _counts(outcome.faults)),
        ("doubled", len(outcome.doubled), ""),
        ("lost", len(outcome.lost), ""),
        (
            "kept wrongly",
            len(outcome.wrong),
            f"and {outcome.forgotten} kept as missed, since all died at the post",
        ),
        ("in the logs", outcome.logged.total(), _counts(outcome.logged)),
        ("seconds", round(outcome.seconds), ""),
    ):
        table.add_row(name, f"{count:,}", more)
    return table


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counter.most_common())


def _total(outcomes: Sequence[Outcome]) -> Outcome:
    return Outcome(
        weeks=sum(one.weeks for one in outcomes),
        due=sum(one.due for one in outcomes),
        posts=sum(one.posts for one in outcomes),
        kills=sum(one.kills for one in outcomes),
        before=sum(one.before for one in outcomes),
        after=sum(one.after for one in outcomes),
        replaced=sum(one.replaced for one in outcomes),
        away=sum(one.away for one in outcomes),
        outages=sum(one.outages for one in outcomes),
        back=sum(one.back for one in outcomes),
        faults=sum((one.faults for one in outcomes), Counter()),
        late=sum(one.late for one in outcomes),
        missed=sum(one.missed for one in outcomes),
        forgotten=sum(one.forgotten for one in outcomes),
        doubled=tuple(told for one in outcomes for told in one.doubled),
        lost=tuple(told for one in outcomes for told in one.lost),
        wrong=tuple(told for one in outcomes for told in one.wrong),
        seconds=sum(one.seconds for one in outcomes),
        logged=sum((one.logged for one in outcomes), Counter()),
    )


if __name__ == "__main__":
    main()
