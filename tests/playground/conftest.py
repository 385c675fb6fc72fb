"""A playground that lives as long as a test, and an app without any library in it."""

from collections.abc import AsyncIterator

import pytest

from bot.playground import Playground
from tests.playground.world import SEED, Clock, RawApp, manifest


@pytest.fixture
def clock() -> Clock:
    """A clock that stands."""
    return Clock()


@pytest.fixture
def patience() -> float:
    """How long the workspace waits for an acknowledgement: long, unless a test waits for less."""
    return 5.0


@pytest.fixture
async def playground(clock: Clock, patience: float) -> AsyncIterator[Playground]:
    """A small workspace."""
    async with Playground(
        manifest(), SEED, clock=clock, ack_seconds=patience, retry_after=(0.01, 0.01, 0.01)
    ) as running:
        yield running


@pytest.fixture
async def raw(playground: Playground) -> AsyncIterator[RawApp]:
    """An app that has not connected yet."""
    async with RawApp.living_in(playground) as app:
        yield app


@pytest.fixture
async def connected(raw: RawApp) -> RawApp:
    """An app with one socket, which acknowledges everything."""
    await raw.connect()
    await raw.playground.until(lambda: raw.playground.connections == 1)
    return raw
