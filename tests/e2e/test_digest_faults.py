"""Several processes that post digests together: what is there when some of them are killed."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bench.digests import Plan, all_due, play
from bench.postgres import cluster

# Clocks change in Berlin in the first of these weeks, and on Lord Howe Island in the second.
START = dt.date(2026, 3, 23)
PLAN = Plan(
    channels=10,
    weeks=2,
    processes=2,
    start=START,
    kill_every=0,
    kill_at_post=0.1,
    faults=0.1,
    away=(dt.timedelta(),),
    patience=15.0,
)
SLOTS = replace(PLAN, channels=12, weeks=3)


@contextmanager
def _address(engine: str, folder: Path) -> Iterator[str]:
    if engine == "sqlite":
        yield f"sqlite:///{folder}/onboard.db"
        return
    with cluster() as server, server.database() as url:
        yield url


@pytest.mark.timeout(150)
@pytest.mark.parametrize("engine", ["postgres", "sqlite"])
async def test_every_digest_is_posted_once(engine: str, tmp_path: Path) -> None:
    """Whoever is killed before it learns of its post or can note it, each digest is there once.

    Calls fail as well; clocks change and go back.
    """
    with _address(engine, tmp_path) as url:
        # As chance goes with this seed, one is killed before it learns of its post, one after.
        outcome = await play(PLAN, 5, url)
    assert (outcome.lost, outcome.doubled, outcome.wrong) == ((), (), ())
    assert outcome.posts == outcome.due == 20
    assert outcome.before
    assert outcome.after
    assert outcome.faults


def test_slots_are_worked_out_as_the_bot_does_not() -> None:
    """What is due is known without the bot: an hour that is skipped comes with the old offset."""
    due = {(one.channel, one.week): f"{one.at:%m-%d %H:%M}" for one in all_due(SLOTS)}
    assert len(due) == 36
    assert due["C0DIGEST0000", "2026-W13"] == "03-23 09:00"
    assert due["C0DIGEST0007", "2026-W13"] == "03-29 01:30"  # Berlin, where 02:30 is skipped
    assert due["C0DIGEST0007", "2026-W14"] == "04-05 00:30"
    assert due["C0DIGEST0008", "2026-W14"] == "04-04 14:45"  # Lord Howe, where 01:45 comes twice
