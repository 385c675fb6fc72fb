"""How sure to be: evidence to probability, probability to verdict."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.model import Surface, Verdict
from bot.search.build import ASK, CURATED
from bot.search.lexicon import Slot
from bot.search.rank import DIGITS, FEATURES, Evidence
from bot.search.words import key

SIGNS = (
    "impact",  # as in the ranking, but of the question without what is told around it
    "evidence",  # the weight found, at most 2: much of a long question beats all of a short one
    "named",  # share of the weight that stands in aliases, tags or the home topic
    "one word",  # 1 if no more than one word of the subject was found
    "rarity lead",  # rarity in English of the rarest word found, less that of the rarest one lost
    "name lost",  # 1 if a word written as a name was not found
    "half lost",  # 1 if a word was found and the one it belongs to, right before it, was not
)

# Logistic regression, fitted by `make calibrate` on the labelled questions in tests/questions
# (each subject left out once to test it), rounded.
INTERCEPT = -0.15
COEFFICIENTS = np.array([2.6, 2.95, 0.8, -2.1, 1.5, -0.85, -0.95])

# Words that stand in asks alone count in full from this closeness to the nearest ask on, and less
# below: with forty asks to a resource, most ordinary words stand in one of them somewhere. Of 0.5,
# 0.7 and 1.0, this one answers most questions at the same share of false answers.
_NEAR_AN_ASK = 0.7

# A reading worse than this does not count as found.
_FOUND = 0.5

_ASK_CLOSENESS = FEATURES.index("ask closeness")


@dataclass(frozen=True, slots=True)
class Band:
    """From which probability on a surface gets an answer, and from which the closest ones."""

    answer: float
    unsure: float


# Asked directly, a wrong answer costs a glance; where nobody asked the bot it costs its welcome.
BANDS: dict[Surface, Band] = {
    "mention": Band(answer=0.65, unsure=0.2),
    "dm": Band(answer=0.65, unsure=0.2),
    "slash": Band(answer=0.65, unsure=0.2),
    "channel": Band(answer=0.75, unsure=0.75),
}


def signs(
    evidence: Evidence,
    slots: Sequence[Slot],
    weights: npt.NDArray[np.float64],
    rarities: npt.NDArray[np.float64],
    asked: npt.NDArray[np.bool_],
) -> npt.NDArray[np.float64]:
    """Candidates x SIGNS, in the order of the ranking.

    For each slot: its weight as a subject, its rarity in English, and whether the question itself
    says it. What was told around the question can support an answer, but not forbid it.
    """
    subject = np.array([slot.is_subject for slot in slots], np.bool_)
    name = np.array([slot.is_name for slot in slots], np.bool_)
    near = np.minimum(evidence.features[:, _ASK_CLOSENESS] / _NEAR_AN_ASK, 1.0)
    share = np.where(evidence.fields == ASK, near[:, None], 1.0)
    worth = evidence.fits * share
    found = evidence.fits >= _FOUND
    lost = ~found & subject & asked
    gained = np.where(found, worth, 0.0) @ weights
    named = (found & (evidence.fields & CURATED != 0)) @ (weights * (subject & asked))
    held_rarest = (found * share * (rarities * subject)).max(axis=1, initial=0.0)
    lost_rarest = (lost * rarities).max(axis=1, initial=0.0)
    rows = np.empty((len(found), len(SIGNS)))
    rows[:, 0] = evidence.asked_impacts
    rows[:, 1] = np.minimum(gained, 2.0)
    rows[:, 2] = named / max(float(weights[subject & asked].sum()), 1e-9)
    rows[:, 3] = ((worth >= _FOUND) & subject).sum(axis=1) <= 1
    rows[:, 4] = held_rarest - lost_rarest
    rows[:, 5] = (lost & name).any(axis=1)
    rows[:, 6] = _half_lost(slots, found, lost)
    return rows.round(DIGITS)


def _half_lost(
    slots: Sequence[Slot], found: npt.NDArray[np.bool_], lost: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Whether a word was found without the word before it: a state machine is no coffee machine."""
    halves = np.zeros(len(found), np.bool_)
    if any(slot.after for slot in slots):
        places = {key(slot.meant): at for at, slot in enumerate(slots)}
        for at, slot in enumerate(slots):
            if slot.after in places and slot.is_subject:
                halves |= found[:, at] & lost[:, places[slot.after]]
    return halves


def probability(sign_rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The chance, 0 to 1, that each candidate answers the question."""
    sums = INTERCEPT + (sign_rows * COEFFICIENTS).sum(axis=1)
    return np.asarray(1 / (1 + np.exp(-sums))).round(DIGITS)


def same_verdict(one: float, other: float) -> bool:
    """Whether two probabilities fall in the same band of every surface."""
    return all(verdict(one, surface) == verdict(other, surface) for surface in BANDS)


def verdict(confidence: float, surface: Surface) -> Verdict:
    """The band a probability falls in."""
    band = BANDS[surface]
    if confidence >= band.answer:
        return "answer"
    return "unsure" if confidence >= band.unsure else "nothing"
