"""The picture of an evaluation."""

import struct
import sys
from dataclasses import replace
from io import BytesIO

import pytest
from matplotlib.image import imread

from bot import plot
from bot.errors import BotError
from bot.evaluate import Outcome, evaluation
from tests.test_evaluate import outcome, stray

BOTH = [
    *(outcome(confidence=n / 20, right=n > 8) for n in range(20)),
    *(stray(confidence=n / 40) for n in range(20)),
]
CHANNEL = [
    outcome(surface="channel", text="what is virtio"),
    stray(surface="channel", confidence=0.4, text="what is lunch"),
]


@pytest.mark.parametrize(
    "lines", [BOTH + CHANNEL, BOTH, CHANNEL, []], ids=["all", "addressed", "channel", "none"]
)
def test_a_picture_is_a_png_of_its_size(lines: list[Outcome]) -> None:
    """Whatever the lines are, the picture is a PNG that opens, of 1200 by 560 pixels."""
    drawn = plot.png(evaluation(lines))
    assert drawn.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", drawn[16:24]) == (plot.WIDTH, plot.HEIGHT) == (1200, 560)
    pixels = imread(BytesIO(drawn))
    assert pixels.shape[:2] == (560, 1200)
    assert pixels.min() < 0.2
    assert pixels.max() == 1.0


def test_each_half_shows_its_own() -> None:
    """The same lines make the same picture; whether a first result is right shows on the left
    only, whether a line was answered on the right only.
    """
    one = imread(BytesIO(plot.png(evaluation(BOTH))))
    half = one.shape[1] // 2

    def changed(**fields: object) -> tuple[bool, bool]:
        lines = [*(replace(line, **fields) for line in BOTH[:10]), *BOTH[10:]]  # type: ignore[arg-type]
        other = imread(BytesIO(plot.png(evaluation(lines))))
        return bool((one != other)[:, :half].any()), bool((one != other)[:, half:].any())

    assert changed() == (False, False)
    assert changed(right=True) == (True, False)
    assert changed(verdict="unsure") == (False, True)


def test_without_matplotlib_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever lacks the extra is told its name."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(BotError, match=r"pip install 'onboard\[plot\]'"):
        plot.png(evaluation(BOTH))
