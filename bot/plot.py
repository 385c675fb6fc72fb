"""An evaluation as a picture: can the confidence be trusted, and what would a threshold cost?"""

from collections.abc import Sequence
from importlib import import_module
from io import BytesIO
from itertools import count
from typing import TYPE_CHECKING

from bot.errors import BotError
from bot.evaluate import BINS, Evaluation, Outcome, bins, calibration_error, trade_off
from bot.model import Surface
from bot.search.confidence import BANDS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 1200, 560
"""Pixels."""

_DPI = 100
# The blue, vermilion and grey of Okabe and Ito (2008), told apart with any kind of sight.
_BLUE, _RED, _GREY = "#0072B2", "#D55E00", "#767676"
_FAINT = "#E4E4E4"


def need_matplotlib() -> None:
    """Raise BotError if matplotlib is not installed."""
    try:
        import_module("matplotlib")
    except ImportError as error:
        raise BotError(
            "--plot needs matplotlib, which is not installed: pip install 'onboard[plot]'"
        ) from error


def png(given: Evaluation) -> bytes:
    """A reliability diagram beside the trade-off of the threshold, as a PNG file."""
    need_matplotlib()
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    with rc_context({"font.size": 11, "axes.titlesize": 13, "axes.titlelocation": "left"}):
        figure = Figure(
            figsize=(WIDTH / _DPI, HEIGHT / _DPI),
            dpi=_DPI,
            layout=ConstrainedLayoutEngine(w_pad=0.15, h_pad=0.12, wspace=0.04),
            facecolor="white",
        )
        FigureCanvasAgg(figure)
        left, right = figure.subplots(1, 2)
        _reliability(left, given.lines)
        _trade_off(right, given.lines)
        out = BytesIO()
        figure.savefig(out, format="png", dpi=_DPI)
    return out.getvalue()


def _reliability(axes: "Axes", lines: Sequence[Outcome]) -> None:
    found = bins(lines)
    error = calibration_error(found)
    said = "no lines" if error is None else f"ECE {error:.3f}"
    axes.set_title(f"Can the confidence be trusted? ({said})")
    _frame(
        axes,
        "confidence\n(a dot is the mean of a tenth, with its lines; below the diagonal: too sure)",
        "share whose first result is right",
    )
    axes.plot([0, 1], [0, 1], color=_GREY, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1)
    for at, one in enumerate(found):
        if not one.lines:
            continue
        axes.bar((at + 0.5) / BINS, one.right, width=0.9 / BINS, color=_BLUE, alpha=0.28, zorder=2)
        axes.plot(one.confidence, one.right, "o", color=_BLUE, markersize=7, zorder=3)
        above = one.right <= 1 - 1 / BINS
        axes.annotate(
            f"{one.lines}",
            (one.confidence, one.right),
            xytext=(0, 8 if above else -9),
            textcoords="offset points",
            ha="center",
            va="bottom" if above else "top",
            fontsize=9.5,
            zorder=4,
            bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "linewidth": 0, "alpha": 0.8},
        )


def _trade_off(axes: "Axes", lines: Sequence[Outcome]) -> None:
    axes.set_title("What would a threshold let through?")
    _frame(
        axes,
        "share of lines to refuse that are answered\n(curves: by confidence alone)",
        "share of answerable lines answered",
    )
    addressed = [line for line in lines if line.surface != "channel"]
    overheard = [line for line in lines if line.surface == "channel"]
    curves: list[tuple[str, list[Outcome], str, str, tuple[Surface, ...]]] = [
        ("asked the bot", addressed, _BLUE, "o", ("mention",)),
        ("said in a channel", overheard, _RED, "s", ("channel",)),
    ]
    drawn = [curve for curve in curves if trade_off(curve[1])]
    if len(drawn) == 1:
        drawn = [(*drawn[0][:4], ("mention", "channel"))]
    below = count()
    for said, some, colour, shape, marked in drawn:
        points = trade_off(some)
        axes.step(
            [0.0, *(point.noise for point in points)],
            [0.0, *(point.answered for point in points)],
            where="post",
            color=colour,
            linewidth=2,
            label=said,
        )
        for surface in marked:
            _mark(axes, some, surface, (colour, shape), next(below))
    if drawn:
        axes.plot([], [], "x", color="#222222", markersize=8, label="what was answered")
        axes.legend(loc="lower right", frameon=False, fontsize=10)
    else:
        axes.text(0.5, 0.5, "needs lines to answer\nand lines to refuse", ha="center", va="center")


def _mark(
    axes: "Axes", lines: Sequence[Outcome], surface: Surface, look: tuple[str, str], below: int
) -> None:
    """The threshold of a surface on the curve, in this colour and shape, and what was answered
    there in fact.

    Thresholds lie close together; each name stands a line `below` the one before.
    """
    colour, shape = look
    threshold = BANDS[surface].answer
    (point,) = trade_off(lines, [threshold])
    axes.plot(
        point.noise, point.answered, shape, color=colour, markersize=10, zorder=4, clip_on=False
    )
    axes.annotate(
        f"{surface}: {threshold:.2f}",
        (point.noise, point.answered),
        xytext=(14, -4 - 16 * below),
        textcoords="offset points",
        va="top",
        color=colour,
        fontweight="bold",
    )
    own = [line for line in lines if (line.surface == "channel") == (surface == "channel")]
    sure = [line.verdict == "answer" for line in own if line.answerable]
    stray = [line.verdict == "answer" for line in own if not line.answerable]
    if sure and stray:
        axes.plot(
            sum(stray) / len(stray),
            sum(sure) / len(sure),
            "x",
            color="#222222",
            markersize=8,
            zorder=5,
        )


def _frame(axes: "Axes", across: str, up: str) -> None:
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.04)
    axes.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1])
    axes.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1])
    axes.grid(color=_FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
