"""The double with the real bot in it, for every test of this folder that asks for `slack`."""

from collections.abc import AsyncIterator

import pytest

from tests.e2e.double import Slack, running


@pytest.fixture
def mode() -> str:
    """How Slack reaches the bot, unless a test says otherwise."""
    return "socket"


@pytest.fixture
async def slack(mode: str) -> AsyncIterator[Slack]:
    """The double with the bot in it.

    At the end nothing is left that Slack would merely have put up with.
    """
    async with running(mode) as double:
        yield double
