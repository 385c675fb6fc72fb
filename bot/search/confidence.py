"""How sure to be: evidence to probability, probability to verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np
import numpy.typing as npt

from bot.model import Contribution, Surface, Verdict
from bot.search.build import ASK, CURATED
from bot.search.lexicon import Slot
from bot.search.meaning import MEANING
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

# The same for questions on which the model was asked, too; meaning is here how near the resource is
# by itself: with its asks and less its crowd, as it is ranked, more junk is answered.
MEANT = (*SIGNS, MEANING)
MEANT_INTERCEPT = -1.8
MEANT_COEFFICIENTS = np.array([2.2, 1.9, 0.85, -1.8, 0.25, -1.6, -0.8, 8.0])

# Words keep the last word on names and abbreviations: where a name, or a short word that is none of
# English, is not found ("vmx"), what is near in meaning ("vmm") is no answer. The chance is at most
# this, just not enough for one. Of 422 questions with a made-up abbreviation in the place of their
# own, words alone answer 46 in 100, and the model without this 52; with it, 5.
TERM_LOST = 0.64
_SHORT = 5

# Words that stand in asks alone count in full from this closeness to the nearest ask on, and less
# below: with forty asks to a resource, most ordinary words stand in one of them somewhere. Of 0.5,
# 0.7 and 1.0, this one answers most questions at the same share of false answers.
_NEAR_AN_ASK = 0.7

# From this rarity on a word is in no list of English words.
_NO_ENGLISH = 0.999
_SAME = 1e-6

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
    """Candidates x SIGNS, in the order of the ranking; with meaning two more: that, and 1 where a
    name or an abbreviation was not found.

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
    meant = evidence.by_itself is not None
    rows = np.empty((len(found), len(SIGNS) + 2 * meant))
    rows[:, 0] = evidence.asked_impacts
    rows[:, 1] = np.minimum(gained, 2.0)
    rows[:, 2] = named / max(float(weights[subject & asked].sum()), 1e-9)
    rows[:, 3] = ((worth >= _FOUND) & subject).sum(axis=1) <= 1
    rows[:, 4] = held_rarest - lost_rarest
    rows[:, 5] = (lost & name).any(axis=1)
    rows[:, 6] = _half_lost(slots, found, lost)
    if evidence.by_itself is not None:
        rows[:, 7] = evidence.by_itself
        # A word that stands in some ask, far from the question, is not lost altogether.
        terms = name | _is_term(slots, rarities)
        rows[:, 8] = (lost & terms & (evidence.fields != ASK)).any(axis=1)
    return rows.round(DIGITS)


def _is_term(slots: Sequence[Slot], rarities: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Which words look like abbreviations: short, and none of English."""
    short = np.array([len(slot.word) <= _SHORT for slot in slots], np.bool_)
    return short & (rarities >= _NO_ENGLISH)


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


def probability(
    sign_rows: npt.NDArray[np.float64], surface: Surface = "mention"
) -> npt.NDArray[np.float64]:
    """The chance, 0 to 1, that each candidate answers the question."""
    count = len(SIGNS)
    by_words = _logistic(INTERCEPT + (sign_rows[:, :count] * COEFFICIENTS).sum(axis=1))
    if sign_rows.shape[1] == count:
        return by_words
    meant = sign_rows[:, : count + 1]
    by_both = _logistic(MEANT_INTERCEPT + (meant * MEANT_COEFFICIENTS).sum(axis=1))
    if surface == "channel":
        # Where nobody asked, words have to be as sure of it by themselves: something is near in
        # meaning to all small talk. The model may still put first what words put second.
        return np.minimum(by_both, by_words)
    return np.minimum(by_both, np.where(sign_rows[:, -1] > 0, TERM_LOST, 1.0))


def _logistic(sums: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-sums))).round(DIGITS)


def evidence_lines(
    row: npt.NDArray[np.float64], surface: Surface = "mention"
) -> tuple[Contribution, ...]:
    """The sum behind the chance of one candidate, before the logistic function, line by line."""
    count = len(SIGNS)
    meant = len(row) > count
    names = MEANT if meant else SIGNS
    weights, intercept = (
        (MEANT_COEFFICIENTS, MEANT_INTERCEPT) if meant else (COEFFICIENTS, INTERCEPT)
    )
    lines = [
        Contribution(name, value, value * weight)
        for name, value, weight in zip(names, row.tolist(), weights.tolist(), strict=False)
    ]
    lines.append(Contribution("intercept", 1.0, intercept))
    chance = float(probability(row[None, :], surface)[0])
    total = sum(line.adds for line in lines)
    if meant and 1 / (1 + exp(-total)) > chance + _SAME:
        why = "words less sure" if surface == "channel" else "term lost"
        chance = max(chance, _SAME)
        lines.append(Contribution(why, 1.0, log(chance / (1 - chance)) - total))
    return tuple(lines)


def same_verdict(one: float, other: float) -> bool:
    """Whether two probabilities fall in the same band of every surface."""
    return all(verdict(one, surface) == verdict(other, surface) for surface in BANDS)


def verdict(confidence: float, surface: Surface) -> Verdict:
    """The band a probability falls in."""
    band = BANDS[surface]
    if confidence >= band.answer:
        return "answer"
    return "unsure" if confidence >= band.unsure else "nothing"
