"""The double with the real bot in it, for every test of this folder that asks for `slack`."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.e2e.double import Slack, running


@pytest.fixture(params=["socket", "http"])
def mode(request: pytest.FixtureRequest) -> Any:
    """How Slack reaches the bot: over Socket Mode, and once more over HTTP."""
    return request.param


@pytest.fixture
async def slack(mode: str) -> AsyncIterator[Slack]:
    """The double with the bot in it, once over Socket Mode and once over HTTP.

    At the end nothing is left that Slack would merely have put up with.
    """
    async with running(mode) as double:
        yield double
