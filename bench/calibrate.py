"""Refit the weights of the ranking and the coefficients of the confidence.

`make calibrate` prints the constants for bot/search/rank.py and bot/search/confidence.py, how they
do on each set of questions when it was left out of the fit, and what other thresholds would give.
Fit the ranking first, put its weights in place, then fit the confidence: the second rests on the
first. With the sentence model, the confidence is fitted on each catalogue twice: as it is, and as
it was before anybody curated it. `python -m bench.calibrate --set CATALOGUE QUESTIONS` adds
labelled questions of your own.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from bench.labelled import own_sets, read_set, uncurated
from bot import question
from bot.errors import BotError
from bot.evaluate import auroc
from bot.labelled import Labelled, Set
from bot.meaning.encoder import Encoder
from bot.meaning.model import Model, find
from bot.search import Index
from bot.search.answer import Found
from bot.search.confidence import BANDS, MEANT, SIGNS, TERM_LOST, probability
from bot.search.rank import FEATURES

Floats = npt.NDArray[np.float64]

# How steep the ranking's softmax is; with weights near 1 this makes a lead of 0.3 decisive.
_STEEPNESS = 6.0
_RANK_RIDGE = 0.02
_CONFIDENCE_RIDGE = 1.0

_THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)


@dataclass(frozen=True, slots=True)
class Case:
    """A labelled question with what was found for it."""

    subject: str
    labelled: Labelled
    asks: bool
    found: Found
    right: npt.NDArray[np.bool_]
    """For each candidate, whether it answers the question."""

    @property
    def is_judged(self) -> bool:
        """Whether it says anything of "how sure?": what a channel never lets through does not."""
        return self.labelled.surface != "channel" or self.asks


def main() -> None:
    """Print both fits, and what they are worth on subjects they have not seen."""
    parser = argparse.ArgumentParser(description="Refit ranking and confidence.")
    parser.add_argument(
        "--set",
        nargs=2,
        type=Path,
        action="append",
        default=[],
        metavar=("CATALOGUE", "QUESTIONS"),
        help="labelled questions besides those of tests/questions",
    )
    given = parser.parse_args()
    try:
        more = [read_set(str(asked), catalogue, asked) for catalogue, asked in given.set]
    except BotError as error:
        parser.error(str(error))
    sets = [*own_sets(), *more]
    cases = list(_cases(sets))
    out = Console(width=100)
    _show_ranking(cases, out)
    _show_confidence(cases, out)
    source = find("")
    if source is None:
        out.print("Without the extra semantic there is nothing to fit for meaning.")
        return
    out.print("With the sentence model, on curated and uncurated catalogues:")
    bare = [replace(one, catalogue=uncurated(one.catalogue)) for one in sets]
    model = Model(source)
    _show_confidence([*_cases(sets, model), *_cases(bare, model)], out)


def _cases(sets: Sequence[Set], model: Model | None = None) -> Iterator[Case]:
    for one in sets:
        index = Index.build(one.catalogue)
        if model is not None:
            index = Encoder(model, None)(index)
        for labelled in one.questions:
            asked = question.parse(labelled.text)
            found = index.find(asked)
            right = np.isin(found.evidence.docs, list(labelled.relevant))
            yield Case(one.name, labelled, asked.asks, found, right)


def _show_ranking(cases: Sequence[Case], out: Console) -> None:
    answerable = [case for case in cases if case.labelled.relevant]
    hits = sum(
        _hits([c for c in answerable if c.subject == one], _rank_weights(_without(answerable, one)))
        for one in _subjects(answerable)
    )
    out.print(f"First result right, each set left out once: {hits} of {len(answerable)}")
    out.print(_named(FEATURES, _rank_weights(answerable)))


def _show_confidence(cases: Sequence[Case], out: Console) -> None:
    judged = [case for case in cases if case.is_judged]
    chances: dict[int, float] = {}
    for one in _subjects(cases):
        fitted = _coefficients(_without(judged, one))
        own = [case for case in cases if case.subject == one]
        chances |= {id(case): _chance(case, fitted) for case in own}
    asked = [case for case in judged if case.labelled.surface != "channel"]
    separation = auroc(
        [chances[id(case)] for case in asked if case.labelled.relevant],
        [chances[id(case)] for case in asked if not case.labelled.relevant],
    )
    out.print(f"AUROC answerable / not, each set left out once: {separation or 0.0:.3f}")
    intercept, *rest = _coefficients(judged)
    out.print(f"intercept {intercept:.2f}")
    out.print(_named(MEANT, np.array(rest)))
    table = Table(title="Share answered by threshold, each set left out once", title_justify="left")
    for column in ("threshold", "asked", "false", "in a channel", "false there"):
        table.add_column(column, justify="right")
    for threshold in _THRESHOLDS:
        table.add_row(f"{threshold:.2f}", *_shares(cases, chances, threshold))
    out.print(table)
    now = ", ".join(f"{surface} {band.answer}" for surface, band in BANDS.items())
    out.print(f"Now in place: {now}")


def _shares(cases: Sequence[Case], chances: dict[int, float], threshold: float) -> Iterator[str]:
    for in_channel in (False, True):
        for answerable in (True, False):
            some = [
                case
                for case in cases
                if (case.labelled.surface == "channel") == in_channel
                and bool(case.labelled.relevant) == answerable
            ]
            answered = sum(
                chances[id(case)] >= threshold and (case.asks or not in_channel) for case in some
            )
            yield f"{answered / max(len(some), 1):.3f} ({answered})"


def _subjects(cases: Sequence[Case]) -> list[str]:
    return sorted({case.subject for case in cases})


def _without(cases: Sequence[Case], subject: str) -> list[Case]:
    return [case for case in cases if case.subject != subject]


def _rank_weights(cases: Sequence[Case], steps: int = 250) -> Floats:
    """Weights under which a softmax over the scores puts most on the right candidates (Adam)."""
    lists = [
        (case.found.evidence.features, case.right)
        for case in cases
        if case.right.any() and not case.right.all()
    ]
    weights, mean, square = np.ones(len(FEATURES)), np.zeros(len(FEATURES)), np.zeros(len(FEATURES))
    for step in range(1, steps + 1):
        slope = _RANK_RIDGE * (weights - 1)
        for features, right in lists:
            share = np.exp(_STEEPNESS * (features @ weights))
            share /= share.sum()
            wanted = np.where(right, share, 0.0)
            slope += _STEEPNESS * ((share - wanted / wanted.sum()) @ features) / len(lists)
        mean = 0.9 * mean + 0.1 * slope
        square = 0.99 * square + 0.01 * slope**2
        change = mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
        weights = np.maximum(weights - 0.05 * change, 0.0)
    return weights


def _hits(cases: Sequence[Case], weights: Floats) -> int:
    return sum(
        bool(case.right[np.argmax(case.found.evidence.features @ weights)])
        for case in cases
        if len(case.right)
    )


def _coefficients(cases: Sequence[Case], steps: int = 40) -> Floats:
    """Intercept and coefficients of a ridge logistic regression (Newton's method)."""
    ranked = [case for case in cases if len(case.right)]
    rows = np.array([[1.0, *_signs(case)] for case in ranked])
    truth = np.array([case.right[0] for case in ranked], np.float64)
    ridge = np.eye(rows.shape[1]) * _CONFIDENCE_RIDGE
    ridge[0, 0] = 0.0
    fitted = np.zeros(rows.shape[1])
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-rows @ fitted))
        slope = rows.T @ (truth - chance) - ridge @ fitted
        curve = (rows * (chance * (1 - chance))[:, None]).T @ rows + ridge
        fitted += np.linalg.solve(curve, slope)
    return fitted


def _signs(case: Case) -> Floats:
    """The signs of the first, without whether a term was lost, which is no part of the sum."""
    return case.found.signs[0, : len(MEANT)]


def _chance(case: Case, fitted: Floats) -> float:
    """How sure these coefficients are of the first, 0 to 1."""
    if not len(case.right):
        return 0.0
    row = case.found.signs[0]
    chance = float(1 / (1 + np.exp(-(fitted[0] + _signs(case) @ fitted[1:]))))
    if len(row) <= len(MEANT):
        return chance
    if case.labelled.surface == "channel":
        return min(chance, float(probability(row[None, : len(SIGNS)])[0]))
    return min(chance, TERM_LOST) if row[-1] else chance


def _named(names: Sequence[str], values: Floats) -> str:
    return "\n".join(f"  {value:6.2f}  {name}" for name, value in zip(names, values, strict=False))


if __name__ == "__main__":
    main()
