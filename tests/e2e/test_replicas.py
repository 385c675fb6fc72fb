"""Several processes that answer together: what is counted when some of them are killed."""

import pytest

from bench.postgres import cluster
from bench.replicas import Plan, play


async def test_a_process_alone_answers_once() -> None:
    """Nothing is lost or doubled by a process that lives, although a third comes twice."""
    plan = Plan(events=40, replicas=1, kill_every=0, again=0.3, rate=200.0)
    outcome = await play(plan, 1)
    assert outcome.is_sound
    assert (outcome.events, outcome.once, outcome.kills) == (40, 40, 0)
    assert len(outcome.times) == 40


async def test_processes_that_share_nothing_are_found_out() -> None:
    """Two processes that race for each event and know nothing of each other answer twice."""
    plan = Plan(events=20, everywhere=1, kill_every=0, rate=200.0)
    outcome = await play(plan, 2)
    assert not outcome.is_sound
    assert outcome.doubled
    assert "2 answers" in outcome.doubled[0]


@pytest.mark.timeout(120)
async def test_no_question_is_lost_or_doubled() -> None:
    """Whoever is killed and whenever, those who share a store answer every question once.

    Half of the events go to both processes, half to either, and some come again.
    """
    # More retries than Slack makes: on a slow machine a process may be killed before it is ready.
    retries = (0.05, 5.5, 6.0, 7.0, 8.0)
    plan = Plan(events=40, kill_every=0.6, rate=20.0, retry_after=retries, patience=20.0)
    with cluster() as server, server.database() as url:
        outcome = await play(plan, 3, url)
    assert (outcome.lost, outcome.doubled) == ((), ())
    assert outcome.once == 40
    assert outcome.kills
