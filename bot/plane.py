"""Rows of a sentence model on a plane: what is near in meaning lies near on the page.

The two directions in which the rows differ most (PCA) are the start; from there each row is drawn
to its nearest ones and pushed off by all others (t-SNE, van der Maaten and Hinton 2008). Nothing is
left to chance: on one machine the same rows give the same points. Only neighbours mean anything on
such a plane; its axes, and how far two crowds lie apart, do not.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]
Points = NDArray[np.float64]
Progress = Callable[[int, int], object]
"""Is told how many rounds are done, of how many."""

MOST = 2_000
"""Each row pushes each, so more would take minutes."""

# How many neighbours count for a row; of few rows a part of them, or all would draw all.
_NEIGHBOURS = 15
# More rounds, another rate, or more drawing at first keep no more neighbours: tried with catalogues
# of 25 to 1,000 resources.
_ROUNDS, _RATE = 300, 0.2
# In the first rounds neighbours draw twice as much, so that crowds find together from far apart.
_EARLY, _STRONGER = 100, 2.0
# How far from the middle the farthest point starts.
_START = 5.0
# Fewer are laid out well by the two directions alone.
_FEWEST = 4
# How many of the nearest say where another row lies. One that is less like it than the nearest one
# by the fall says e times less, and so does one whose point is so wide off: between two crowds it
# would be near to neither.
_NEAREST, _FALL, _WIDE = 5, 0.03, 0.1
_BLOCK = 256
_HALVINGS = 40


def plane(rows: Rows, *, most: int = MOST, progress: Progress | None = None) -> Points:
    """A point for each row, between -1 and 1 either way; equal rows have equal points.

    Of more rows than `most` so many, evenly chosen, are laid out, and the others put to them.
    """
    some = np.arange(min(len(rows), most)) * len(rows) // max(min(len(rows), most), 1)
    # Two rows in one place would push each other nowhere.
    different, which = np.unique(rows[some], axis=0, return_inverse=True)
    points = _within(_laid_out(different, progress))[which.reshape(-1)]
    if len(some) == len(rows):
        return points
    found = placed(rows[some], points, rows)
    found[some] = points
    return found


def placed(rows: Rows, points: Points, others: Rows) -> Points:
    """Where other rows lie on a plane: among the points of the rows that are most like them.

    Rows are alike by their dot product. Without any row to compare with they lie in the middle.
    """
    found = np.zeros((len(others), 2))
    near = min(_NEAREST, len(rows))
    for start in range(0, len(others) if near else 0, _BLOCK):
        alike = others[start : start + _BLOCK] @ rows.T
        which = np.argpartition(-alike, near - 1, axis=1)[:, :near]
        nearest = np.take_along_axis(alike, which, 1).astype(np.float64)
        weights = np.exp((nearest - nearest.max(1, keepdims=True)) / _FALL)
        there = points[which]
        first = np.take_along_axis(there, nearest.argmax(1)[:, None, None], 1)
        weights *= np.exp(-(((there - first) / _WIDE) ** 2).sum(2))
        weights /= weights.sum(1, keepdims=True)
        found[start : start + _BLOCK] = (weights[:, :, None] * there).sum(1)
    return found


def _within(points: Points) -> Points:
    """The points about the middle of what they span, moved to lie between -1 and 1."""
    if not len(points):
        return points
    low, high = points.min(0), points.max(0)
    span = float((high - low).max()) or 1.0
    found: Points = np.clip((2 * points - low - high) / span, -1, 1)
    return found


def _laid_out(rows: Rows, progress: Progress | None) -> Points:
    start = _directions(rows)
    if len(rows) < _FEWEST:
        return start
    return _drawn_together(start, _belonging(rows), progress)


def _directions(rows: Rows) -> Points:
    """Where the rows lie along the two directions in which they differ most."""
    points = np.zeros((len(rows), 2))
    if len(rows) > 1:
        about = rows.astype(np.float64) - rows.mean(0, dtype=np.float64)
        left, lengths, _ = np.linalg.svd(about, full_matrices=False)
        found = (left * lengths)[:, :2]
        points[:, : found.shape[1]] = found
    return points


def _belonging(rows: Rows) -> Rows:
    """How much each two rows belong together; all of it makes 1.

    It falls with their distance like a normal distribution, for each row as wide as gives it the
    wanted number of neighbours.
    """
    count = len(rows)
    squares = np.einsum("ij,ij->i", rows, rows)
    far = np.maximum(squares[:, None] + squares - 2 * rows @ rows.T, 0)
    np.fill_diagonal(far, np.inf)
    far -= far.min(1, keepdims=True)
    wanted = np.log(min(_NEIGHBOURS, (count - 1) / 3))
    low, high = np.full((count, 1), -10, np.float32), np.full((count, 1), 30, np.float32)
    for _ in range(_HALVINGS):
        sharp = (low + high) / 2
        shares = _shares(far, sharp)
        spread = -np.einsum("ij,ij->i", shares, np.log(np.maximum(shares, 1e-30)))
        blunt = spread[:, None] > wanted
        low, high = np.where(blunt, sharp, low), np.where(blunt, high, sharp)
    shares = _shares(far, high)
    shares += shares.T.copy()
    shares /= 2 * count
    return shares


def _shares(far: Rows, sharp: NDArray[np.floating[Any]]) -> Rows:
    found: Rows = np.exp(-far * np.exp(sharp, dtype=np.float32))
    found /= found.sum(1, keepdims=True)
    return found


def _drawn_together(start: Points, belonging: Rows, progress: Progress | None) -> Points:
    """The points when neighbours have drawn each other near and all have pushed each other off."""
    count = len(start)
    points = (start / (np.abs(start).max() or 1.0) * _START).astype(np.float32)
    moving, gains = np.zeros_like(points), np.ones_like(points)
    for at in range(_ROUNDS):
        early = at < _EARLY
        pull = _pull(points, belonging, _STRONGER if early else 1.0)
        gains = np.maximum(np.where(pull * moving > 0, gains + 0.2, gains * 0.8), 0.01)
        moving = (0.5 if early else 0.8) * moving + _RATE * count * gains * pull
        points = points + moving
        if progress:
            progress(at + 1, _ROUNDS)
    found: Points = points.astype(np.float64)
    return found


def _pull(points: Rows, belonging: Rows, stronger: float) -> Rows:
    """Where each point is drawn, by the neighbours and away from all."""
    count = len(points)
    squares = np.einsum("ij,ij->i", points, points)
    to, off = np.empty_like(points), np.empty_like(points)
    total = 0.0
    for start in range(0, count, _BLOCK):
        here = slice(start, start + _BLOCK)
        some = points[here]
        near = some @ (-2 * points.T)
        near += squares
        near += squares[here, None] + 1
        np.maximum(near, 1, out=near)
        np.reciprocal(near, out=near)
        near[np.arange(len(some)), np.arange(start, start + len(some))] = 0
        total += float(near.sum())
        held = belonging[here] * near
        to[here] = held @ points - held.sum(1, keepdims=True) * some
        near *= near
        off[here] = near.sum(1, keepdims=True) * some - near @ points
    return 4 * (stronger * to + off / max(total, 1e-30))
