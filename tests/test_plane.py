"""Rows on a plane: what is near among the rows is near there."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from bot.plane import Points, Rows, placed, plane

NEAR = 5
NUMBERS = st.floats(-1, 1, width=32)
SIZES = st.tuples(st.integers(0, 12), st.integers(1, 6))


def crowds(count: int, each: int) -> Rows:
    """Rows of length 1 in crowds, as a catalogue's are: one crowd after the other."""
    random = np.random.default_rng(7)
    middles = random.normal(size=(count, 48))
    rows = np.repeat(middles, each, axis=0) + 0.7 * random.normal(size=(count * each, 48))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float32)


def nearest(values: Rows | Points) -> NDArray[np.intp]:
    """The numbers of the nearest others of each."""
    far = ((values[:, None].astype(float) - values[None]) ** 2).sum(2)
    np.fill_diagonal(far, np.inf)
    return np.argsort(far, axis=1, kind="stable")[:, :NEAR]


def kept(rows: Rows, points: Points) -> float:
    """The share of the nearest rows that are among the nearest points."""
    pairs = zip(nearest(rows), nearest(points), strict=True)
    return float(np.mean([len(set(one) & set(other)) / NEAR for one, other in pairs]))


def two_directions(rows: Rows) -> Points:
    """The rows along the two directions in which they differ most."""
    about = rows - rows.mean(0)
    found: Points = about @ np.linalg.svd(about, full_matrices=False)[2][:2].T
    return found


def test_neighbours_are_kept_better_than_by_two_directions() -> None:
    """Of the nearest rows twice as many stay nearest as on the plane of the widest directions, and
    nearly all nearest points are of the same crowd.
    """
    rows = crowds(12, 20)
    points = plane(rows)
    assert kept(rows, points) > 2 * kept(rows, two_directions(rows))
    crowd = np.arange(len(rows)) // 20
    assert (crowd[nearest(points)] == crowd[:, None]).mean() > 0.95


def test_the_same_rows_have_the_same_points() -> None:
    """Nothing is left to chance, and the order of the rows decides nothing."""
    rows = crowds(6, 15)
    points = plane(rows)
    assert np.array_equal(points, plane(rows.copy()))
    order = np.random.default_rng(3).permutation(len(rows))
    assert np.array_equal(points[order], plane(rows[order]))


def test_of_many_rows_some_are_laid_out_and_the_others_put_to_them() -> None:
    """Every row has its point near those of its crowd, laid out itself or not."""
    rows = crowds(12, 30)
    points = plane(rows, most=90)
    assert np.array_equal(points, plane(rows, most=90))
    crowd = np.arange(len(rows)) // 30
    assert (crowd[nearest(points)] == crowd[:, None]).mean() > 0.9


@pytest.mark.parametrize("count", range(8))
def test_few_rows_have_points(count: int) -> None:
    """However few rows there are, each has a point, and different rows have different ones."""
    points = plane(crowds(8, 1)[:count])
    assert points.shape == (count, 2)
    assert len(np.unique(points, axis=0)) == count


@settings(max_examples=60, deadline=None)
@given(
    rows=arrays.arrays(np.float32, SIZES, elements=NUMBERS),
    again=st.lists(st.integers(0, 11), max_size=8),
    most=st.integers(1, 30),
)
def test_any_rows_have_points_within_bounds(rows: Rows, again: list[int], most: int) -> None:
    """Whatever the rows are, equal ones among them: their points are numbers from -1 to 1, and
    those of equal rows are equal.
    """
    if len(rows):
        rows = np.concatenate([rows, rows[[at % len(rows) for at in again]]])
    points = plane(rows, most=most)
    assert points.shape == (len(rows), 2)
    assert np.isfinite(points).all()
    assert (np.abs(points) <= 1).all()
    if len(rows) <= most:
        for row, point in zip(rows, points, strict=True):
            assert (points[(rows == row).all(1)] == point).all()


@pytest.mark.parametrize("count", [1, 2, 5, 40])
def test_equal_rows_lie_in_the_middle(count: int) -> None:
    """Where nothing differs, all is in one place."""
    assert (plane(np.full((count, 9), 0.5, np.float32)) == 0).all()


def test_others_lie_among_the_rows_they_are_like() -> None:
    """A row that is just like one of the plane lies by its crowd; so does one between the rows of
    a crowd; and one between two crowds lies in one of them, not in the void.
    """
    rows = crowds(6, 20)
    points = plane(rows)
    crowd = np.arange(len(rows)) // 20
    means = np.array([rows[crowd == one].mean(0) for one in range(6)])
    between = (means[:1] + means[1:2]) / 2
    others = np.concatenate([rows, means, between]).astype(np.float32)
    far = np.linalg.norm(placed(rows, points, others)[:, None] - points, axis=2)
    closest = crowd[far.argmin(1)]
    assert (closest[: len(rows)] == crowd).mean() > 0.98
    assert closest[len(rows) : -1].tolist() == list(range(6))
    assert closest[-1] in (0, 1)
    assert far[-1].min() < 0.15


def test_without_rows_others_lie_in_the_middle() -> None:
    """An empty catalogue has room for questions, and a plane for none of them."""
    nothing = np.zeros((0, 4), np.float32)
    two = np.ones((2, 4), np.float32)
    assert placed(nothing, np.zeros((0, 2)), two).tolist() == [[0, 0], [0, 0]]
    assert placed(two, np.zeros((2, 2)), nothing).shape == (0, 2)


def test_it_is_told_how_far_it_is() -> None:
    """Whoever waits is told of each round until all are done, and it changes no point."""
    rows = np.random.default_rng(7).normal(size=(12, 5)).astype(np.float32)
    told: list[tuple[int, int]] = []
    points = plane(rows, progress=lambda done, of: told.append((done, of)))
    assert [done for done, _ in told] == list(range(1, told[0][1] + 1))
    assert np.array_equal(points, plane(rows))
