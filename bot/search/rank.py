"""Stage 2: what speaks for each candidate, as named features, and the score made of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.search.build import ASK, NAMES_KIND, STRONG, Built
from bot.search.lexicon import Slot
from bot.search.postings import Ints, Longs

# Each row of `Evidence.features` holds these, all 0 to 1.
FEATURES = (
    "impact",  # BM25F sum of stage 1, as a share of what a perfect match would give
    "coverage",  # weight of the slots found anywhere in the resource
    "strong coverage",  # ... found in title, alias, ask, tag or home topic
    "title closeness",  # the whole question against the nearest title or alias
    "ask closeness",  # ... against the nearest ask
    "second ask",  # ... against the next nearest: one ask may be chance, two are a pattern
)

# Fitted by `python -m bench.fit` on the labelled questions in tests/questions, then rounded.
WEIGHTS = np.array([1.6, 1.3, 0.75, 0.75, 1.0, 1.15])

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
    fits: npt.NDArray[np.float64]
    """Candidates x slots: how well the best reading of a slot fits, 0 if not found."""
    readings: npt.NDArray[np.int64]
    """Candidates x slots: which alternative of the slot that was, -1 if none."""
    fields: npt.NDArray[np.uint16]
    """Candidates x slots: bits of the fields where it was found."""
    nearest: Longs
    """The short text nearest to the question for each candidate, -1 if it has none."""


def examine(
    built: Built, slots: Sequence[Slot], weights: npt.NDArray[np.float64], docs: Ints
) -> Evidence:
    """Features and scores of some resources, highest score first; equal ones by number."""
    fits, readings, fields, impacts = _matches(built, slots, docs)
    total = max(float(weights.sum()), 1e-9)
    closeness, nearest, in_nearest = _closeness(built, slots, weights, docs)
    scattered = (fields == ASK) & (in_nearest == 0.0)
    fits = np.where(scattered, fits * _SCATTERED, fits)
    impacts = np.where(scattered, impacts * _SCATTERED, impacts)
    strong = np.where(fields & STRONG, fits, 0.0)
    features = np.column_stack(
        [
            impacts @ weights / total,
            fits @ weights / total,
            strong @ weights / total,
            closeness[:, 0],
            closeness[:, 1],
            closeness[:, 2],
        ]
    )
    scores = features @ WEIGHTS
    order = np.lexsort((docs, -scores))
    return Evidence(
        docs[order],
        features[order],
        scores[order],
        fits[order],
        readings[order],
        fields[order],
        nearest[order],
    )


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
    order = np.argsort(docs)
    ascending = docs[order]
    for at, slot in enumerate(slots):
        for number, way in enumerate(slot.alternatives):
            held, entries = built.postings.find(way.term, ascending)
            rows, here = order[held], entries[held]
            impacts[rows, at] = np.maximum(
                impacts[rows, at], built.postings.impacts[here] * way.weight
            )
            fields[rows, at] |= built.postings.fields[here]
            first = rows[readings[rows, at] < 0]
            # Alternatives come best first, so the first one found is the best one.
            fits[first, at] = way.weight
            readings[first, at] = number
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
    nearest = np.full(len(docs), -1, np.int64)
    numbers, owner = _expand(texts.of_doc, docs.astype(np.int64))
    terms_at, text_of = _expand(texts.starts, numbers)
    terms = texts.terms[terms_at]
    ways: dict[int, list[tuple[int, float]]] = {}
    for at, slot in enumerate(slots):
        for way in slot.alternatives:
            ways.setdefault(way.term, []).append((at, way.weight))
    if not ways or not len(terms):
        return result, nearest, in_nearest
    known = np.array(sorted(ways), np.int32)
    fit = np.zeros((len(known), len(slots)))
    for row, term in enumerate(known.tolist()):
        for at, weight in ways[term]:
            fit[row, at] = max(fit[row, at], weight)
    place = np.minimum(np.searchsorted(known, terms), len(known) - 1)
    hit = known[place] == terms
    per_slot = np.zeros((len(numbers), len(slots)))
    np.maximum.at(per_slot, text_of[hit], fit[place[hit]])
    asked = per_slot @ weights / max(float(weights.sum()), 1e-9)
    term_weights = built.term_weights[terms].astype(np.float64)
    full = np.bincount(text_of, term_weights, len(numbers))
    found = np.bincount(text_of[hit], term_weights[hit] * fit[place[hit]].max(axis=1), len(numbers))
    said = np.minimum(1.0, found / np.maximum(full, 1e-9))
    dice = 2 * asked * said / np.maximum(asked + said, 1e-9)
    is_ask = texts.is_ask[numbers]
    for column, chosen in enumerate((~is_ask, is_ask)):
        np.maximum.at(result[:, column], owner[chosen], dice[chosen])
    best_last = np.lexsort((-numbers, dice))
    nearest[owner[best_last]] = numbers[best_last]
    in_nearest[owner[best_last]] = per_slot[best_last]
    best_ask = np.full(len(docs), -1, np.int64)
    asks_last = best_last[is_ask[best_last]]
    best_ask[owner[asks_last]] = asks_last
    others = is_ask.copy()
    others[best_ask[best_ask >= 0]] = False
    np.maximum.at(result[:, 2], owner[others], dice[others])
    return result, nearest, in_nearest


def _expand(starts: Longs, rows: Longs) -> tuple[Longs, Longs]:
    """The entries of some compressed rows, concatenated, and for each the place of its row."""
    begin, count = starts[rows], starts[rows + 1] - starts[rows]
    place = np.repeat(np.arange(len(rows), dtype=np.int64), count)
    skipped = np.cumsum(count) - count
    return np.arange(int(count.sum()), dtype=np.int64) - skipped[place] + begin[place], place
