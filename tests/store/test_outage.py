"""A store that does not answer, for every reason that can be brought about for real."""

import asyncio
import gc
import json
import logging
import subprocess
import sys
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import event
from structlog.testing import capture_logs

from bench.postgres import PASSWORD, Cluster
from bot.errors import StoreDownError, StoreError
from bot.store import Store
from bot.store.outage import Breaker
from tests.postgres import TEMPLATE
from tests.store.samples import LEASE, NOW, asking

ROOT = Path(__file__).parent.parent.parent
PAUSE = 0.1
PATIENCE = 0.8
SOON = 3.0
"""What a machine that is busy with other things may take longer; without a limit it is for ever."""
LONG = 20.0


async def fails(verb: Awaitable[object]) -> tuple[str, float]:
    """Return what is told when a verb finds the store down, and after how many seconds."""
    began = monotonic()
    with pytest.raises(StoreDownError) as caught:
        await verb
    return str(caught.value), monotonic() - began


async def comes_back(verb: Callable[[], Awaitable[object]]) -> list[float]:
    """Ask the store until it answers; how long it took each time that it did not."""
    end = monotonic() + LONG
    failed: list[float] = []
    while True:
        began = monotonic()
        try:
            await verb()
        except StoreDownError:
            failed.append(monotonic() - began)
            assert monotonic() < end, "the store does not come back"
            await asyncio.sleep(PAUSE / 10)
        else:
            return failed


@asynccontextmanager
async def short_of_patience(url: str) -> AsyncIterator[Store]:
    """A store that gives up soon, and whose tables are there."""
    store = Store(url, patience=PATIENCE, claim_patience=PATIENCE / 2, pause=PAUSE)
    await store.migrate()
    await store.revision()
    yield store
    await store.close()


async def test_a_server_that_stops_and_starts(cluster: Cluster) -> None:
    """While it is stopped every verb fails soon, and most at once; told is once; then it works."""
    with cluster.database(TEMPLATE) as url:
        async with short_of_patience(url) as store:
            with capture_logs() as said:
                cluster.stop()
                try:
                    failed = 1
                    told, _ = await fails(store.claim("e", "", "a", now=NOW, lease=LEASE))
                    assert told.startswith("The store does not answer right now: ")
                    for _ in range(50):
                        await fails(store.record(asking("k"), "U1", now=NOW))
                    failed += 50
                finally:
                    assert cluster.start()
                failed += len(await comes_back(store.thumbs))
            assert [line["event"] for line in said] == ["store_down", "store_back"]
            assert said[0]["log_level"] == "error"
            assert said[1]["failed"] == failed
            assert await store.claim("e", "", "a", now=NOW, lease=LEASE) == "new"


async def test_a_server_that_ends_our_connections(cluster: Cluster) -> None:
    """Connections that the server has ended are replaced, whoever notices first."""
    with cluster.database(TEMPLATE) as url:
        async with short_of_patience(url) as store:
            await asyncio.gather(*(store.revision() for _ in range(5)))
            ended = cluster.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'onboard'"
            )
            assert ended
            await comes_back(store.thumbs)
            await asyncio.gather(*(store.revision() for _ in range(10)))


class Wire:
    """Bytes to a server and back, until it is cut off without anybody being told."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._all: list[asyncio.Event] = []
        self.mend()

    def cut(self) -> None:
        """Let nothing pass from now on."""
        self._flows.clear()

    def mend(self) -> None:
        """Let new connections pass; those that were open when it was cut stay as they are."""
        self._flows = asyncio.Event()
        self._flows.set()
        self._all.append(self._flows)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[int]:
        """Listen for a while; on which port."""
        tasks: set[asyncio.Task[None]] = set()
        ends: list[asyncio.StreamWriter] = []

        async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task
            tasks.add(task)
            ends.append(writer)
            flows = self._flows
            await flows.wait()
            there = await asyncio.open_connection("127.0.0.1", self._to)
            ends.append(there[1])
            await asyncio.gather(
                self._pass(reader, there[1], flows), self._pass(there[0], writer, flows)
            )

        server = await asyncio.start_server(accepted, "127.0.0.1", 0)
        port: int = server.sockets[0].getsockname()[1]
        yield port
        server.close()
        for flows in self._all:
            flows.set()
        for end in ends:
            end.close()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flows: asyncio.Event
    ) -> None:
        try:
            while data := await reader.read(65536):
                await flows.wait()
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()


async def test_a_server_that_hangs(cluster: Cluster) -> None:
    """When nothing comes back any more, each verb ends within its time, and the store recovers."""
    with cluster.database(TEMPLATE) as url:
        wire = Wire(cluster.port)
        async with (
            wire.open() as port,
            short_of_patience(url.replace(f":{cluster.port}/", f":{port}/")) as store,
        ):
            await asyncio.gather(*(store.revision() for _ in range(5)))
            with capture_logs() as said:
                wire.cut()
                found = await asyncio.gather(
                    *(fails(store.record(asking(f"k{n}"), "U1", now=NOW)) for n in range(20)),
                    fails(store.claim("e", "", "a", now=NOW, lease=LEASE)),
                )
                assert max(took for _, took in found) < PATIENCE + SOON
                assert found[-1][1] < PATIENCE / 2 + SOON
                assert "it did not answer in time" in found[-1][0]
                # One at a time finds that the others do not answer either; most fail at once.
                took = [(await fails(store.revision()))[1] for _ in range(100)]
                assert max(took) < PATIENCE + SOON
                assert sum(one > PATIENCE / 2 for one in took) < 10
                wire.mend()
                await comes_back(store.thumbs)
            assert [line["event"] for line in said] == ["store_down", "store_back"]
            await asyncio.gather(*(store.revision() for _ in range(10)))


async def test_connections_that_died_are_replaced_together(cluster: Cluster) -> None:
    """Once one does not answer, no other that was open then is waited for."""
    with cluster.database(TEMPLATE) as url:
        wire = Wire(cluster.port)
        async with (
            wire.open() as port,
            short_of_patience(url.replace(f":{cluster.port}/", f":{port}/")) as store,
        ):
            await asyncio.gather(*(store.record(asking(f"k{n}"), "U1", now=NOW) for n in range(5)))
            with capture_logs() as said:
                wire.cut()
                await fails(store.thumbs())
                wire.mend()
                waited = await comes_back(store.thumbs)
                assert sum(took > PATIENCE / 2 for took in waited) <= 1
                await asyncio.gather(*(store.thumbs() for _ in range(5)))
            assert [line["event"] for line in said] == ["store_down", "store_back"]


_HOLD = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.readline()
held.execute("ROLLBACK")
print("free", flush=True)
sys.stdin.readline()
"""


async def test_a_file_that_another_process_has_locked(tmp_path: Path) -> None:
    """While it is locked writing fails in time and reading works; afterwards both do."""
    path = tmp_path / "onboard.db"
    async with short_of_patience(f"sqlite:///{path}") as store:
        holder = subprocess.Popen(
            [sys.executable, "-c", _HOLD, path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert holder.stdin
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        with capture_logs() as said:
            await store.revision()
            told, took = await fails(store.claim("e", "", "a", now=NOW, lease=LEASE))
            assert took < PATIENCE / 2 + SOON
            while "another process has locked it" not in told:
                await asyncio.sleep(PAUSE / 10)
                told, took = await fails(store.record(asking("k"), "U1", now=NOW))
                assert took < PATIENCE + SOON
            holder.stdin.write("\n")
            holder.stdin.flush()
            assert holder.stdout.readline() == "free\n"
            await comes_back(store.thumbs)
        assert [line["event"] for line in said] == ["store_down", "store_back"]
        assert await store.claim("f", "", "a", now=NOW, lease=LEASE) == "new"
        holder.communicate("\n")


async def test_a_database_without_room(tmp_path: Path) -> None:
    """A full disk, as SQLite itself reports it, is told as such; with room again it goes on."""
    path = tmp_path / "onboard.db"
    async with short_of_patience(f"sqlite:///{path}") as store:
        most = path.stat().st_size // 4096 + 10

        def bounded(connection: Any, *_: object) -> None:
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA max_page_count = {most}")
            cursor.close()

        event.listen(store._engine.sync_engine, "checkout", bounded)
        with capture_logs() as said:
            kept = 0
            while not said:
                with suppress(StoreDownError):
                    await store.record(asking(f"k{kept}", "w" * 2000), "U1", now=NOW)
                    kept += 1
            await comes_back(store.thumbs)
            assert len(await store.misses()) == kept
            most = 1_000_000
            await comes_back(lambda: store.record(asking("more", "w" * 9000), "U1", now=NOW))
        assert [line["event"] for line in said][:2] == ["store_down", "store_back"]
        assert "the disk is full" in said[0]["told"]
        assert len(await store.misses()) == kept + 1
        assert (await store.check()).faults == ()


_FILL = """
import asyncio, json, resource, signal, sys
from bot.errors import StoreDownError, StoreError
from bot.store import Store
from tests.store.samples import NOW, asking

async def main():
    store = Store(sys.argv[1], pause=0.01)
    await store.migrate()
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    kept, told = 0, ""
    while not told:
        try:
            await store.record(asking(f"k{kept}", "w" * 20_000), "U1", now=NOW)
            kept += 1
        except StoreDownError as error:
            told = str(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    more = 0
    while not more:
        await asyncio.sleep(0.02)
        try:
            await store.record(asking("more", "w" * 20_000), "U1", now=NOW)
            more = 1
        except StoreDownError:
            pass
    faults = (await store.check()).faults
    print(json.dumps([told, kept + more, len(await store.misses()), faults]))
    await store.close()

asyncio.run(main())
"""


def test_a_file_that_cannot_grow(tmp_path: Path) -> None:
    """When the system takes no more bytes, nothing that was kept is lost, and it goes on later."""
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", _FILL, f"sqlite:///{tmp_path / 'onboard.db'}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert ran.returncode == 0, ran.stderr
    told, written, kept, faults = json.loads(ran.stdout.splitlines()[-1])
    assert "its disk fails or has no room" in told or "the disk is full" in told
    assert kept == written > 5
    assert faults == []


async def test_who_gives_up_leaves_the_store_sound(
    url: str, request: pytest.FixtureRequest
) -> None:
    """Callers that are cancelled in the midst of a verb take no connection with them.

    Nor do they leave any to be collected some day: a server takes a certain number of them.
    """
    gc.disable()
    request.addfinalizer(gc.enable)
    store = Store(url, patience=30, claim_patience=30)
    await store.migrate()
    for n in range(20, 80):
        tasks = [
            asyncio.create_task(store.record(asking(f"k{n}-{m}"), "U1", now=NOW)) for m in range(4)
        ]
        # A different moment each time: each pass of the loop takes them a step on.
        for _ in range(n):
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.gather(*(store.revision() for _ in range(20)))
    for n in range(20):
        assert await store.claim(f"e{n}", "", "a", now=NOW, lease=LEASE) == "new"
    assert (await store.check()).faults == ()
    await store.close()


async def test_no_password_is_told(cluster: Cluster, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever fails, no log line, message or traceback holds the password."""
    store = Store(cluster.url("onboard", port=1), patience=PATIENCE, pause=0)
    other = Store(cluster.url("nothing"), patience=PATIENCE, pause=0)
    caplog.set_level(logging.DEBUG)
    with capture_logs() as said:
        for verb in (store.revision, other.revision, store.migrate, other.migrate):
            with pytest.raises(StoreError) as caught:
                await verb()
            told = "".join(traceback.format_exception(caught.value))
            assert PASSWORD not in told + repr(store) + str(said) + caplog.text
    assert len(said) == 2
    for one in (store, other):
        await one.close()


def test_an_outage_is_told_once_a_minute() -> None:
    """However many verbs fail, there is one line a minute, and one when it is over."""
    now = 0.0
    breaker = Breaker("onboard.db", 1.0, clock=lambda: now)
    with capture_logs() as said:
        for _ in range(121):
            with suppress(StoreDownError):
                breaker.enter(0.5)
                breaker.failed(OSError())
            now += 1
        assert [line["event"] for line in said] == ["store_down"] * 3
        breaker.worked()
        breaker.worked()
        # It was back for a moment only: that is one outage more, but no line within the minute.
        breaker.failed(OSError())
        breaker.worked()
    assert [(line["event"], line.get("failed")) for line in said[3:]] == [("store_back", 121)]


def test_one_caller_at_a_time_tries_again() -> None:
    """After the pause one caller passes; the others fail at once until it is known, or late."""
    now = 0.0

    def passes() -> bool:
        try:
            breaker.enter(0.5)
        except StoreDownError:
            return False
        return True

    breaker = Breaker("onboard.db", 1.0, clock=lambda: now)
    assert [passes(), passes()] == [True, True]
    with capture_logs():
        breaker.failed(OSError())
    now = 0.9
    assert not passes()
    now = 1.0
    assert [passes(), passes(), passes()] == [True, False, False]
    # It was never heard of again.
    now = 2.5
    assert [passes(), passes()] == [True, False]
    with capture_logs():
        breaker.worked()
    assert [passes(), passes()] == [True, True]
