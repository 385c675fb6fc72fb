"""What slack_sdk's models say, said faster."""

from pathlib import Path
from typing import Any

import pytest
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, HeaderBlock, SectionBlock

from bot.library import Library
from bot.slack.gallery import gallery
from bot.slack.written import written

ROOT = Path(__file__).parent.parent.parent


def blocks() -> list[dict[str, Any]]:
    """Return every block of every message the bot can send."""
    shown = gallery(Library.open(ROOT / "resources.yaml").current)
    return [block for item in shown.values() for block in item["blocks"]]


def test_it_is_what_the_model_says_itself() -> None:
    """A model is written as it writes itself, whatever stands in it."""
    for block in blocks():
        model = Block.parse(block)
        assert model is not None
        assert written(model) == model.to_dict()


@pytest.mark.parametrize(
    "model",
    [
        HeaderBlock(text="x" * 151),
        SectionBlock(text="x" * 3_001),
        ActionsBlock(elements=[ButtonElement(action_id="a", text="x" * 76, value="v")]),
        ActionsBlock(elements=[ButtonElement(action_id="a" * 256, text="x", value="v")]),
        ActionsBlock(
            elements=[ButtonElement(action_id=f"{n}", text="x", value="v") for n in range(26)]
        ),
    ],
)
def test_what_breaks_a_limit_is_refused(model: Block) -> None:
    """What the model would refuse, at any depth, is refused here too, with the same words."""
    with pytest.raises(SlackObjectFormationError) as own:
        model.to_dict()
    with pytest.raises(SlackObjectFormationError) as ours:
        written(model)
    assert str(ours.value) == str(own.value)
