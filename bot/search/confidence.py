"""How sure to be: evidence to probability, probability to verdict."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.model import Surface, Verdict
from bot.search.build import ASK
from bot.search.lexicon import Slot
from bot.search.rank import FEATURES, Evidence

_FROM_RANKING = ("impact", "strong coverage", "title closeness")
_COLUMNS = [FEATURES.index(name) for name in _FROM_RANKING]

SIGNS = (
    *_FROM_RANKING,
    "gap",  # lead over the best candidate of another home topic, as a share of the score
    "asked only",  # share of the weight found that stands in asks and nowhere else
    "evidence",  # summed weight of the slots found, at most 2
    "rarest held",  # rarity in English of the rarest subject word found
    "rarest lost",  # ... and of the rarest one not found
)

# Logistic regression, fitted by `python -m bench.fit` on the labelled questions in
# tests/questions (nine subjects; each left out once to test it), rounded.
INTERCEPT = -2.45
COEFFICIENTS = np.array([2.15, 1.8, 0.4, 0.1, -0.6, 4.8, 0.1, -1.95])

# Nearly all that was found stands in asks alone, and the nearest is not this close.
_ASKED_ONLY = 0.9
_NEAR_AN_ASK = 0.4

# A reading worse than this does not count as found.
_FOUND = 0.5


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
    "channel": Band(answer=0.85, unsure=0.85),
}


def signs(
    evidence: Evidence,
    weights: npt.NDArray[np.float64],
    rarities: npt.NDArray[np.float64],
    slots: Sequence[Slot],
    homes: Sequence[str],
) -> npt.NDArray[np.float64]:
    """Candidates x SIGNS, in the order of the ranking; `homes` are the candidates' home topics."""
    subject = np.array([slot.is_subject for slot in slots], np.bool_)
    found = evidence.fits >= _FOUND
    held = np.where(found & subject, rarities, 0.0)
    lost = np.where(~found & subject, rarities, 0.0)
    gained = np.where(found, weights * evidence.fits, 0.0)
    return np.column_stack(
        [
            evidence.features[:, _COLUMNS],
            _gaps(evidence.scores, homes),
            np.where(evidence.fields == ASK, gained, 0.0).sum(axis=1)
            / np.maximum(gained.sum(axis=1), 1e-9),
            np.minimum(gained.sum(axis=1), 2.0),
            held.max(axis=1, initial=0.0),
            lost.max(axis=1, initial=0.0),
        ]
    )


def _gaps(scores: npt.NDArray[np.float64], homes: Sequence[str]) -> npt.NDArray[np.float64]:
    """Lead of each candidate over the best one at home elsewhere, -1 to 1."""
    best: dict[str, float] = {}
    for home, score in zip(homes, scores.tolist(), strict=True):
        best.setdefault(home, score)
    # Scores descend, so the best of another home is the first or the second of `best`.
    leaders = [*best.items(), ("", 0.0), ("", 0.0)][:2]
    (first, highest), (_, second) = leaders
    rest = np.array([second if home == first else highest for home in homes])
    lead: npt.NDArray[np.float64] = (scores - rest) / np.maximum(scores, 1e-9)
    return lead.clip(-1.0, 1.0)


def has_key_word(sign_row: npt.NDArray[np.float64]) -> bool:
    """Whether no word of the question's subject is missing that is as rare as the rarest found."""
    lost = float(sign_row[SIGNS.index("rarest lost")])
    return lost == 0.0 or lost < float(sign_row[SIGNS.index("rarest held")])


def probability(sign_rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The chance, 0 to 1, that each candidate answers the question."""
    return np.asarray(1 / (1 + np.exp(-(INTERCEPT + sign_rows @ COEFFICIENTS))))


def is_near(sign_row: npt.NDArray[np.float64], feature_row: npt.NDArray[np.float64]) -> bool:
    """Whether more speaks for a candidate than words that stand in asks it does not come near.

    With forty asks to a resource, most ordinary words stand in one of them somewhere.
    """
    return bool(
        sign_row[SIGNS.index("asked only")] < _ASKED_ONLY
        or feature_row[FEATURES.index("ask closeness")] >= _NEAR_AN_ASK
    )


def verdict(confidence: float, surface: Surface, *, well_founded: bool) -> Verdict:
    """The band a probability falls in; what is not well founded is never an answer."""
    band = BANDS[surface]
    if confidence >= band.answer and well_founded:
        return "answer"
    return "unsure" if confidence >= band.unsure else "nothing"
