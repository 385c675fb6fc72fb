"""What people said of resources, as a small prior of the ranking: it may settle a near-tie.

It is one more line of the sum behind a score, and bounded: a resource never comes before one that
matches more than 2 x `FEEDBACK_WEIGHT` better. It never makes the bot speak or be silent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import copysign, sqrt

import numpy as np
import numpy.typing as npt

from bot.model import Resource
from bot.records import Thumbs
from bot.search import confidence
from bot.search.arrays import Floats
from bot.search.lines import Lines
from bot.search.rank import DIGITS, FEEDBACK_WEIGHT, Evidence

# Two-sided 95 % of a normal distribution.
_SURE = 1.96


def priors(thumbs: Mapping[str, Thumbs]) -> dict[str, float]:
    """What thumbs prove of each resource, from -1 (it helps nobody) to 1; without those of which
    they prove nothing.
    """
    found = {one: _proven(given.up, given.down) for one, given in thumbs.items()}
    return {one: value for one, value in found.items() if value}


def _proven(up: int, down: int) -> float:
    """The least share of ups over downs, p - (1 - p), that these votes leave likely.

    It is the end of Wilson's interval for p (1927) that is nearer to "as many as not", and 0 if
    that lies within. Of four who agree it is 0.02, of twenty 0.68, and of up to three nothing. The
    centre of that interval, (up - down) / (up + down + 3.84), is a share shrunk as by Laplace's
    rule of succession: there every vote counts. With 10 and with 20 in place of 3.84 it was tried,
    at weights from 0.05 to 0.4: each time more first results went wrong than came right.
    """
    return copysign(max(0.0, least(max(up, down), min(up, down))), up - down)


def least(up: int, down: int) -> float:
    """The lower end of Wilson's interval (1927) for the share of ups over downs, -1 to 1."""
    votes = up + down
    reach = 2 * _SURE * sqrt((up * down / votes if votes else 0.0) + _SURE**2 / 4)
    return (up - down - reach) / (votes + _SURE**2)


def by_number(priors: Mapping[str, float], resources: Sequence[Resource]) -> Floats | None:
    """The same by the number of each resource, 0 where nothing is known; None if that is all.

    Raises ValueError for a value outside -1 to 1.
    """
    told = {one: value for one, value in priors.items() if value}
    if wrong := [f"{one!r}: {value}" for one, value in told.items() if not -1 <= value <= 1]:
        raise ValueError(f"a prior is outside -1 to 1: {wrong[0]}")
    if not told:
        return None
    if isinstance(resources, Lines):
        places = resources.places(told)
    else:
        places = {one.id: number for number, one in enumerate(resources) if one.id in told}
    if not places:
        return None
    made = np.zeros(len(resources), np.float32)
    made[list(places.values())] = [told[one] for one in places]
    return made


def settled(
    evidence: Evidence, signs: npt.NDArray[np.float64], priors: Floats
) -> tuple[Evidence, npt.NDArray[np.float64]]:
    """Candidates and their signs in the order of their scores with feedback, best first.

    Where another first one would mean another verdict, on whatever surface, feedback counts for
    nothing: how sure to be is a matter of the match alone.
    """
    feedback = priors[evidence.docs].astype(np.float64).round(DIGITS)
    scores = (evidence.scores + FEEDBACK_WEIGHT * feedback).round(DIGITS)
    order = np.lexsort((evidence.docs, -scores))
    if order[:1].any() and not all(
        confidence.same_verdict(*confidence.probability(signs[[0, order[0]]], surface).tolist())
        for surface in confidence.BANDS
    ):
        return replace(evidence, feedback=np.zeros(len(order))), signs
    found = replace(evidence.ordered(order), scores=scores[order], feedback=feedback[order])
    return found, signs[order]
