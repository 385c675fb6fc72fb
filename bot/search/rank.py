"""Stage 2: what speaks for each candidate, as named features, and the score made of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import fields as fields_of
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.search import meaning as meanings
from bot.search.arrays import Ints, Longs
from bot.search.build import ASK, NAMES_KIND, STRONG, Built
from bot.search.lexicon import Slot
from bot.search.meaning import Near
from bot.search.runs import firsts as beginnings

# Each row of `Evidence.features` holds these, all 0 to 1.
FEATURES = (
    "impact",  # BM25F sum of stage 1, as a share of what a perfect match would give
    "coverage",  # weight of the slots found; half, where a resource only mentions them
    "title closeness",  # the whole question against the nearest title or alias
    "ask closeness",  # ... against the nearest ask
    "second ask",  # ... against the next nearest: one ask may be chance, two are a pattern
    "verbatim",  # 1 if the question is an ask, a title or an alias, all but word for word
)

# Fitted by `make calibrate` on the labelled questions in tests/questions, but for the first two:
# there the fit wants 1.9 for both. Short summaries hardly tell the two apart (5 of 1,328 first
# results), long texts do: there coverage favours whatever is long, and impact knows better. The
# last is a promise to curators: a question that was added as an ask finds its resource.
WEIGHTS = np.array([3.5, 0.7, 0.6, 1.0, 1.15, 2.0])

# One more line of the sum in an index that knows what people said of its resources, -1 to 1. It is
# not fitted: on our questions no weight from 0.05 to 0.4 wins more than one or two first results,
# so it is as small as it can be and still settle what is all but a tie. See `prior`.
FEEDBACK = "feedback"
FEEDBACK_WEIGHT = 0.1

# Closeness of a text that says all but the same as the question: a name of several words counts
# beside its words, so even the very same words may come to less than 1.
_VERBATIM = 0.85

# What coverage it is worth that a word stands outside title, alias, ask, tag and home topic. From
# 0.3 to 0.7 the figures hardly move.
_MENTIONED = 0.5

# Features, scores and chances are rounded to so many digits.
DIGITS = 9

# A model's vectors differ in more of the last digits from one processor to another.
_DIGITS_OF_MEANING = 4

# What it is worth that a word stands only in an ask that is not the nearest one: a resource with
# many asks holds many words, and a question's words scattered over them are chance.
_SCATTERED = 0.35

# What it is worth that a resource only mentions the kind asked for ("... beside the standard").
_MENTIONED_KIND = 0.25


@dataclass(frozen=True, slots=True)
class Evidence:
    """The candidates of one question, best first, and what speaks for each."""

    docs: Ints
    features: npt.NDArray[np.float64]
    """Candidates x FEATURES."""
    scores: npt.NDArray[np.float64]
    asked_impacts: npt.NDArray[np.float64]
    """For each candidate, the impact of what the question itself says."""
    fits: npt.NDArray[np.float64]
    """Candidates x slots: how well the best reading of a slot fits, 0 if not found."""
    readings: npt.NDArray[np.int64]
    """Candidates x slots: which alternative of the slot that was, -1 if none."""
    fields: npt.NDArray[np.uint16]
    """Candidates x slots: bits of the fields where it was found."""
    nearest: Longs
    """The short text nearest to the question for each candidate, -1 if it has none."""
    feedback: npt.NDArray[np.float64] | None = None
    """What people said of each candidate, -1 to 1; None in an index that does not know."""
    meaning: npt.NDArray[np.float64] | None = None
    """How near each candidate is in meaning, as ranked; None where only the words were asked."""
    by_itself: npt.NDArray[np.float64] | None = None
    """The same without its asks and its neighbours, 0 to 1."""

    def ordered(self, order: Longs) -> "Evidence":
        """The same candidates in another order, each with all that is known of it."""
        known = ((one.name, getattr(self, one.name)) for one in fields_of(self))
        moved: dict[str, Any] = {
            name: None if held is None else held[order] for name, held in known
        }
        return Evidence(**moved)

    @property
    def matches(self) -> npt.NDArray[np.float64]:
        """The scores without what feedback adds."""
        if self.feedback is None:
            return self.scores
        return (self.scores - FEEDBACK_WEIGHT * self.feedback).round(DIGITS)


@dataclass(frozen=True, slots=True)
class Weighed:
    """The slots of a question, and for each:"""

    slots: tuple[Slot, ...]
    weights: npt.NDArray[np.float64]
    """What it counts for as a subject, 0 to 1, times how often it is said."""
    ranks: npt.NDArray[np.float64]
    """What it tells apart in this catalogue, 0 to 1, times how often it is said."""
    asked: npt.NDArray[np.bool_]
    """Whether the question itself says it, or has no subject of its own."""


def examine(built: Built, weighed: Weighed, docs: Ints, near: Near | None = None) -> Evidence:
    """Features and scores of some resources, highest score first; equal ones by number.

    `near` replaces them by those that are near in meaning as well, where that is known.
    """
    docs = docs if near is None else near.docs
    slots, weights, ranks = weighed.slots, weighed.weights, weighed.ranks
    fits, readings, fields, impacts = _matches(built, slots, docs)
    total = max(float(weights.sum()), 1e-9)
    # However much is said around a subject, it is as well found; what is found of the frame is won.
    framed = np.array([slot.is_frame for slot in slots], np.bool_)
    whole = ranks if framed.all() else ranks * ~framed
    closeness, nearest, in_nearest = _closeness(built, slots, weights, docs)
    scattered = (fields == ASK) & (in_nearest == 0.0)
    fits = np.where(scattered, fits * _SCATTERED, fits)
    impacts = np.where(scattered, impacts * _SCATTERED, impacts)
    about = np.where(fields & STRONG, fits, fits * _MENTIONED)
    features = np.empty((len(docs), len(FEATURES)))
    features[:, 0] = _shares(impacts @ ranks, whole)
    features[:, 1] = about @ weights / total
    features[:, 2:5] = closeness
    if near is not None:
        # What is found of the frame alone is chance, where there is meaning to go by.
        subject = np.array([slot.is_subject for slot in slots], np.bool_)
        if subject.any():
            features[:, 0] *= (fits[:, subject] > 0.0).any(axis=1)
    features[:, 5] = (closeness[:, 0] >= _VERBATIM) | (closeness[:, 1] >= _VERBATIM)
    # The last bits depend on what the processor can do, and shall not settle an order.
    features = features.round(DIGITS)
    sums = (features * WEIGHTS).sum(axis=1)
    meaning = itself = None
    if near is not None:
        meaning, itself = (
            nearness.astype(np.float64).round(_DIGITS_OF_MEANING)
            for nearness in (near.nearness, near.by_itself)
        )
        sums += meaning * meanings.WEIGHT
    scores = sums.round(DIGITS)
    evidence = Evidence(
        docs,
        features,
        scores,
        _shares(impacts @ (ranks * weighed.asked), whole * weighed.asked).round(DIGITS),
        fits,
        readings,
        fields,
        nearest,
        meaning=meaning,
        by_itself=itself,
    )
    return evidence.ordered(np.lexsort((docs, -scores)))


def _shares(
    sums: npt.NDArray[np.float64], whole: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    return np.minimum(sums / max(float(whole.sum()), 1e-9), 1.0)


def _matches(
    built: Built, slots: Sequence[Slot], docs: Ints
) -> tuple[
    npt.NDArray[np.float64],
    npt.NDArray[np.int64],
    npt.NDArray[np.uint16],
    npt.NDArray[np.float64],
]:
    shape = (len(docs), len(slots))
    fits, impacts = np.zeros(shape), np.zeros(shape)
    readings = np.full(shape, -1, np.int64)
    fields = np.zeros(shape, np.uint16)
    ways = [(at, n, w) for at, slot in enumerate(slots) for n, w in enumerate(slot.alternatives)]
    order = np.argsort(docs)
    entries, rows, which = built.postings.held_by([way.term for _, _, way in ways], docs[order])
    if len(entries):
        number = np.array([n for _, n, _ in ways])[which]
        weight = np.array([way.weight for _, _, way in ways])[which]
        # One place in the flattened tables for each candidate and slot.
        place = order[rows] * len(slots) + np.array([at for at, _, _ in ways])[which]
        gains = built.postings.impacts[entries] * weight.astype(np.float32)
        np.maximum.at(impacts.reshape(-1), place, gains.astype(np.float64))
        np.bitwise_or.at(fields.reshape(-1), place, built.postings.fields[entries])
        # Alternatives come best first, so the first one found is the best one; of several values
        # for one place the last one stays.
        fits.reshape(-1)[place[::-1]] = weight[::-1]
        readings.reshape(-1)[place[::-1]] = number[::-1]
    for at, slot in enumerate(slots):
        if slot.is_kind:
            fits[fields[:, at] & NAMES_KIND == 0, at] *= _MENTIONED_KIND
    return fits, readings, fields, impacts


def _closeness(
    built: Built, slots: Sequence[Slot], weights: npt.NDArray[np.float64], docs: Ints
) -> tuple[npt.NDArray[np.float64], Longs, npt.NDArray[np.float64]]:
    """How close the question as a whole comes to a short text of each resource.

    The weighted Dice coefficient of the question's slots and the text's terms, over synonyms and
    repaired words as much as exact ones (which a comparison of characters cannot see), for the
    nearest title or alias, the nearest ask and the second nearest. With it, the number of the
    nearest text, and how well each slot fits in it.
    """
    texts = built.texts
    result = np.zeros((len(docs), 3))
    in_nearest = np.zeros((len(docs), len(slots)))
    # Of a resource without a word of the question, every text is as far; the title comes first.
    nearest = texts.of_doc[docs]
    terms, fit = _fit_of_terms(slots)
    order = np.argsort(docs)
    holders, rows, which = texts.holding(terms, docs[order])
    if not len(holders):
        return result, nearest, in_nearest
    grouped = np.argsort(holders, kind="stable")
    holders, rows, which = holders[grouped], rows[grouped], which[grouped]
    firsts = beginnings(holders)
    numbers, owner = holders[firsts], order[rows[firsts]]
    fits = fit[which]
    per_slot = np.maximum.reduceat(fits, firsts, axis=0)
    asked = per_slot @ weights / max(float(weights.sum()), 1e-9)
    gained = built.term_weights[terms].astype(np.float64)[which] * fits.max(axis=1)
    said = np.minimum(1.0, np.add.reduceat(gained, firsts) / np.maximum(texts.full[numbers], 1e-9))
    dice = 2 * asked * said / np.maximum(asked + said, 1e-9)
    is_ask = texts.is_ask[numbers]
    np.maximum.at(result[:, 0], owner[~is_ask], dice[~is_ask])
    best_last = np.lexsort((-numbers, dice))
    nearest[owner[best_last]] = numbers[best_last]
    in_nearest[owner[best_last]] = per_slot[best_last]
    asks_last = best_last[is_ask[best_last]]
    best_ask = np.full(len(docs), -1, np.int64)
    best_ask[owner[asks_last]] = asks_last
    asking = np.flatnonzero(best_ask >= 0)
    result[asking, 1] = dice[best_ask[asking]]
    is_ask[best_ask[asking]] = False
    np.maximum.at(result[:, 2], owner[is_ask], dice[is_ask])
    return result, nearest, in_nearest


def _fit_of_terms(slots: Sequence[Slot]) -> tuple[Longs, npt.NDArray[np.float64]]:
    """Every term a slot may stand for, and terms x slots: how well it fits there."""
    rows: dict[int, int] = {}
    for slot in slots:
        for way in slot.alternatives:
            rows.setdefault(way.term, len(rows))
    fit = np.zeros((len(rows), len(slots)))
    for at, slot in enumerate(slots):
        for way in slot.alternatives:
            row = rows[way.term]
            fit[row, at] = max(fit[row, at], way.weight)
    return np.array(list(rows), np.int64), fit
