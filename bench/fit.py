"""Refit the weights of the ranking and the coefficients of the confidence.

`python -m bench.fit` prints the constants for bot/search/rank.py and bot/search/confidence.py,
and how they do on each subject when it was left out of the fit. Fit the ranking first, put its
weights in place, then fit the confidence: the second rests on the first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bench.labelled import Labelled, own_sets
from bot import question
from bot.search import Index
from bot.search.answer import Found
from bot.search.confidence import SIGNS
from bot.search.rank import FEATURES

Floats = npt.NDArray[np.float64]

# How steep the ranking's softmax is; with weights near 1 this makes a lead of 0.3 decisive.
_STEEPNESS = 6.0
_RANK_RIDGE = 0.02
_CONFIDENCE_RIDGE = 1.0


@dataclass(frozen=True, slots=True)
class Case:
    """A labelled question with what was found for it."""

    subject: str
    labelled: Labelled
    found: Found
    right: npt.NDArray[np.bool_]
    """For each candidate, whether it answers the question."""


def main() -> None:
    """Print both fits."""
    cases = list(_cases())
    subjects = sorted({case.subject for case in cases})
    answerable = [case for case in cases if case.labelled.relevant]
    hits = sum(
        _hits([c for c in answerable if c.subject == one], _rank_weights(_without(answerable, one)))
        for one in subjects
    )
    print(f"First result right, each subject left out once: {hits} of {len(answerable)}")
    print(_named(FEATURES, _rank_weights(answerable)))
    # What a channel never lets through does not belong to the question "how sure?".
    asked = [case for case in cases if _is_judged(case.labelled)]
    scores = np.concatenate(
        [
            _chances([c for c in asked if c.subject == one], _coefficients(_without(asked, one)))
            for one in subjects
        ]
    )
    truth = np.array(
        [bool(c.labelled.relevant) for one in subjects for c in asked if c.subject == one]
    )
    print(f"AUROC answerable / not, each subject left out once: {_auroc(scores, truth):.3f}")
    intercept, *rest = _coefficients(asked)
    print(f"intercept {intercept:.2f}")
    print(_named(SIGNS, np.array(rest)))


def _cases() -> list[Case]:
    cases = []
    for labelled_set in own_sets():
        index = Index.build(labelled_set.catalogue)
        for one in labelled_set.questions:
            found = index.find(question.parse(one.text))
            right = np.isin(found.evidence.docs, list(one.relevant))
            cases.append(Case(labelled_set.name, one, found, right))
    return cases


def _without(cases: Sequence[Case], subject: str) -> list[Case]:
    return [case for case in cases if case.subject != subject]


def _is_judged(labelled: Labelled) -> bool:
    return labelled.surface != "channel" or question.parse(labelled.text).asks


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
    rows = np.array([[1.0, *case.found.signs[0]] for case in ranked])
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


def _chances(cases: Sequence[Case], fitted: Floats) -> Floats:
    return np.array(
        [
            1 / (1 + np.exp(-(fitted[0] + c.found.signs[0] @ fitted[1:]))) if len(c.right) else 0.0
            for c in cases
        ]
    )


def _auroc(scores: Floats, truth: npt.NDArray[np.bool_]) -> float:
    """Chance that a random answerable question scores above a random unanswerable one."""
    above = scores[truth][:, None] - scores[~truth][None, :]
    return float(((above > 0) + 0.5 * (above == 0)).mean())


def _named(names: Sequence[str], values: Floats) -> str:
    return "\n".join(f"  {value:6.2f}  {name}" for name, value in zip(names, values, strict=True))


if __name__ == "__main__":
    main()
