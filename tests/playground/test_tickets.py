"""What is lent to an app for a moment."""

import pytest

from bot.playground.conversation import Conversation
from bot.playground.errors import SlackError
from bot.playground.tickets import Responses, Triggers
from tests.playground.world import Clock


def test_a_trigger_works_once() -> None:
    """A trigger id names its person once, and never again."""
    triggers = Triggers(Clock())
    trigger_id = triggers.issue("U1", "V1")
    assert triggers.exchange(trigger_id).user == "U1"
    with pytest.raises(SlackError, match="exchanged_trigger_id"):
        triggers.exchange(trigger_id)
    with pytest.raises(SlackError, match="invalid_trigger_id"):
        triggers.exchange("1.made-up")


@pytest.mark.parametrize("patience", [(), (30,)])
def test_a_trigger_lasts_three_seconds(patience: tuple[float, ...]) -> None:
    """A trigger id is good for three seconds by the clock, or for as long as the workspace waits,
    and not a moment longer.
    """
    clock = Clock()
    triggers = Triggers(clock, *patience)
    first, second = triggers.issue("U1"), triggers.issue("U1")
    clock.at += patience[0] if patience else 3
    assert triggers.exchange(first).user == "U1"
    clock.at += 0.001
    with pytest.raises(SlackError, match="expired_trigger_id"):
        triggers.exchange(second)


def test_a_response_url_lasts_half_an_hour() -> None:
    """A response URL is good for five posts within thirty minutes."""
    clock = Clock()
    responses = Responses(clock)
    where = Conversation("C1", "general", "channel")
    used, old = responses.issue("U1", where, None), responses.issue("U1", where, None)
    for _ in range(5):
        assert responses.use(used).user == "U1"
    with pytest.raises(SlackError, match="used_url"):
        responses.use(used)
    clock.at += 30 * 60
    assert responses.use(old).conversation is where
    clock.at += 1
    with pytest.raises(SlackError, match="expired_url"):
        responses.use(old)
    with pytest.raises(SlackError, match="expired_url"):
        responses.use("made-up")
