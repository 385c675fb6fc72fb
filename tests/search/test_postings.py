"""The best resources for weighted slots: found by skipping, the same as by adding everything."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.search import postings as stage
from bot.search.arrays import Floats, InMemory, Ints
from bot.search.postings import Postings, WeightedSlot, leading

# Sums of multiples of 1/64 are exact whatever their order, so that equal sums are equal.
SIXTY_FOURTHS = st.integers(1, 64).map(lambda n: n / 64)
COARSE = st.sampled_from([0.25, 0.5, 1.0])
# The fixture sets what does not change from one example to the next.
SETTINGS = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def postings(rows: Sequence[dict[int, float]], size: int) -> Postings:
    """Return postings of terms 0, 1, ..., each with its impact by resource."""
    ordered = [sorted(row.items()) for row in rows]
    starts = np.cumsum([0, *(len(row) for row in ordered)]).astype(np.int64)
    docs = np.array([doc for row in ordered for doc, _ in row], np.int32)
    impacts = np.array([impact for row in ordered for _, impact in row], np.float32)
    highest = np.array([max(row.values(), default=0.0) for row in rows], np.float32)
    bits = np.ones(len(docs), np.uint16)
    held = (np.diff(starts) > 0).astype(np.uint16)
    crowded, leaders = leading(starts, grown(docs), grown(impacts))
    return Postings(starts, docs, impacts, bits, highest, held, crowded, leaders, size)


def grown(values: Ints | Floats) -> InMemory:
    """Return an array as one that has grown."""
    made = InMemory(values.dtype)
    made.append(values)
    return made


@pytest.fixture(params=[(1_024, 128), (6, 2)], ids=["large rows", "small rows"], autouse=True)
def _crowds(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let rows be long from 1,024 entries on, as they are, and from 7 on, as they can be here."""
    crowd, leaders = request.param
    monkeypatch.setattr(stage, "_CROWD", crowd)
    monkeypatch.setattr(stage, "_LEADERS", leaders)


@st.composite
def cases(
    draw: st.DrawFn, impacts: st.SearchStrategy[float]
) -> tuple[Postings, list[WeightedSlot], int]:
    """Return postings, slots that share terms now and then, and how many are wanted."""
    size = draw(st.integers(1, 60))
    rows = draw(st.lists(st.dictionaries(st.integers(0, size - 1), impacts), max_size=8))
    terms = st.integers(0, max(0, len(rows) - 1))
    ways = st.lists(st.tuples(terms, impacts), max_size=4 if rows else 0).map(tuple)
    slots = st.lists(st.builds(WeightedSlot, impacts, ways), max_size=7)
    return postings(rows, size), draw(slots), draw(st.integers(1, 8))


@st.composite
def crowded(draw: st.DrawFn) -> tuple[Postings, list[WeightedSlot], int]:
    """Return a few rare strong words and common weak ones over many resources: few are wanted."""
    size = draw(st.integers(150, 400))
    random = draw(st.randoms(use_true_random=False))
    rows = [
        {doc: random.randint(32, 64) / 64 for doc in random.sample(range(size), amount)}
        for amount in (5, 12, size // 2, size)
    ]
    ways = [((0, 1.0), (1, 0.5)), ((1, 1.0),), ((2, 0.5), (0, 0.25)), ((3, 1.0),), ((3, 0.5),)]
    weights = draw(st.permutations([1.0, 0.75, 0.25, 0.25, 0.125]))
    slots = [WeightedSlot(weight, way) for weight, way in zip(weights, ways, strict=True)]
    return postings(rows, size), draw(st.permutations(slots)), draw(st.integers(1, 6))


def dense(held: Postings, slots: Sequence[WeightedSlot], count: int) -> tuple[Ints, Floats]:
    """Return the best by adding up everything: of each slot its weight times its best reading."""
    rows = {
        term: dict(zip(held.docs[row].tolist(), held.impacts[row].tolist(), strict=True))
        for term in range(len(held.starts) - 1)
        for row in [held.row(term)]
    }
    sums = {
        doc: sum(
            slot.weight * max((rows[t].get(doc, 0.0) * fit for t, fit in slot.terms), default=0.0)
            for slot in slots
        )
        for doc in range(held.size)
    }
    best = sorted((-total, doc) for doc, total in sums.items() if total)[:count]
    return (
        np.array([doc for _, doc in best], np.int32),
        np.array([-total for total, _ in best], np.float32),
    )


def added_up(held: Postings, slots: Sequence[WeightedSlot], count: int) -> list[tuple[int, float]]:
    """Return the best by adding up every row, slot by slot, in the numbers that an index has."""
    sums = np.zeros(held.size, np.float32)

    def most(slot: WeightedSlot) -> float:
        return slot.weight * max((f * float(held.highest[t]) for t, f in slot.terms), default=0.0)

    for slot in sorted(slots, key=lambda slot: -most(slot)):
        best = np.zeros(held.size, np.float32)
        for term, fit in slot.terms:
            row = held.row(term)
            docs = held.docs[row]
            gains = held.impacts[row] * np.float32(slot.weight * fit)
            best[docs] = np.maximum(best[docs], gains)
        sums += best
    order = np.lexsort((np.arange(held.size), -sums))[:count]
    return [(int(doc), float(sums[doc])) for doc in order if sums[doc] > 0]


def pairs(found: tuple[Ints, Floats]) -> list[tuple[int, float]]:
    """Return resources with their sums."""
    return list(zip(found[0].tolist(), found[1].tolist(), strict=True))


@SETTINGS
@given(cases(COARSE) | cases(SIXTY_FOURTHS))
def test_skipping_changes_nothing(case: tuple[Postings, list[WeightedSlot], int]) -> None:
    """The best are those that adding everything gives, in the same order, equal ones by number."""
    held, slots, count = case
    assert pairs(held.best(slots, count)) == pairs(dense(held, slots, count))


@SETTINGS
@given(cases(st.floats(0.0078125, 1.0, width=32)) | crowded())
def test_skipping_changes_not_a_bit(case: tuple[Postings, list[WeightedSlot], int]) -> None:
    """With any impacts the sums are those of adding up every row, to the last bit."""
    held, slots, count = case
    assert pairs(held.best(slots, count)) == added_up(held, slots, count)


@settings(
    deadline=None,
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.integers(0, 2**32 - 1), st.integers(1, 70), st.integers(1, 12))
def test_skipping_changes_nothing_among_many(seed: int, count: int, words: int) -> None:
    """Among thousands, with words in a few and in nearly all of them, not a bit changes either."""
    chance = np.random.default_rng(seed)
    size = 6_000
    rows = []
    for amount in (3, 40, 900, 1_500, 2_500, 4_000, 6_000):
        docs = chance.choice(size, amount, replace=False).tolist()
        # Some impacts are shared by many, as those of words in titles of one length are.
        shared = chance.choice([0.25, 0.4, 0.7], amount)
        impacts = np.where(chance.random(amount) < 0.5, shared, chance.uniform(0.1, 0.9, amount))
        rows.append(dict(zip(docs, impacts.tolist(), strict=True)))
    held = postings(rows, size)
    slots = [
        WeightedSlot(
            float(chance.uniform(0.02, 1)),
            tuple(
                (int(term), float(chance.choice([1.0, 0.9, 0.6])))
                for term in chance.choice(len(rows), int(chance.integers(1, 4)), replace=False)
            ),
        )
        for _ in range(words)
    ]
    assert pairs(held.best(slots, count)) == added_up(held, slots, count)
    # What was used to add up was left as it was found.
    assert pairs(held.best(slots, count)) == added_up(held, slots, count)


@SETTINGS
@given(cases(st.floats(0.0078125, 1.0, width=32)))
def test_sums_are_those_of_the_resources(
    case: tuple[Postings, list[WeightedSlot], int],
) -> None:
    """Each sum is that of its own resource as anybody would add it up, but for rounding."""
    held, slots, count = case
    docs, sums = held.best(slots, count)
    _, expected = dense(held, slots, count)
    everything = dict(pairs(dense(held, slots, held.size)))
    assert sums == pytest.approx(expected, rel=1e-4)
    assert sums == pytest.approx([everything[doc] for doc in docs.tolist()], rel=1e-4)
    assert len(set(docs.tolist())) == len(docs)


@SETTINGS
@given(crowded())
def test_skipping_changes_nothing_in_a_crowd(
    case: tuple[Postings, list[WeightedSlot], int],
) -> None:
    """Where most resources are never looked at, the best are still the best."""
    held, slots, count = case
    assert pairs(held.best(slots, count)) == pairs(dense(held, slots, count))


def rare_and_common(said: float) -> tuple[Postings, list[WeightedSlot]]:
    """Return a rare word in 0 to 4, and one in all hundred, strong in 97 to 99; `said` bounds it.

    Two of these three are known as leaders beforehand.
    """
    rare = dict.fromkeys(range(5), 0.5)
    common = dict.fromkeys(range(97), 0.125) | dict.fromkeys(range(97, 100), 1.0)
    held = replace(postings([rare, common], 100), highest=np.array([0.5, said], np.float32))
    return held, [WeightedSlot(1.0, ((1, 1.0),)), WeightedSlot(1.0, ((0, 1.0),))]


@pytest.mark.parametrize(
    ("said", "expected"),
    [(1.0, [(97, 1.0), (98, 1.0), (99, 1.0)]), (0.25, [(97, 1.0), (98, 1.0), (0, 0.625)])],
    ids=["the truth", "a lie"],
)
def test_resources_out_of_reach_are_not_looked_at(
    said: float, expected: list[tuple[int, float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a term adds at most decides who is looked at: told too little, the best is missed."""
    monkeypatch.setattr(stage, "_CROWD", 6)
    monkeypatch.setattr(stage, "_LEADERS", 2)
    held, slots = rare_and_common(said)
    assert pairs(held.best(slots, 3)) == expected


@pytest.mark.parametrize(
    ("impact", "expected"),
    [(0.25, [0, 1]), (0.5, [0, 1]), (0.515625, [0, 9])],
    ids=["less", "equal", "more"],
)
def test_the_last_place_is_held_by_a_hair(impact: float, expected: list[int]) -> None:
    """The last place goes to a larger sum, or of equal ones to the smaller number."""
    held = postings([{0: 1.0, 1: 0.5, 2: 0.5}, {9: impact, 0: 0.25}], 10)
    slots = [WeightedSlot(1.0, ((0, 1.0),)), WeightedSlot(1.0, ((1, 1.0),))]
    assert held.best(slots, 2)[0].tolist() == expected
    mirrored = postings([{9: 1.0, 8: 0.5}, {1: 0.5, 9: 0.25}], 10)
    assert mirrored.best(slots, 2)[0].tolist() == [9, 1]


@pytest.mark.parametrize(
    "slots",
    [[], [WeightedSlot(1.0, ())], [WeightedSlot(1.0, ((2, 1.0),))]],
    ids=["no slots", "a slot unread", "a term nobody holds"],
)
def test_nothing_is_found_for_nothing(slots: list[WeightedSlot]) -> None:
    """Without a reading that some resource holds there are no resources."""
    held = postings([{0: 1.0}, {1: 1.0}, {}], 2)
    assert pairs(held.best(slots, 3)) == pairs(dense(held, slots, 3)) == []


def test_a_term_in_several_slots_counts_in_each() -> None:
    """A term that two words of a question may mean adds to both of them."""
    held = postings([{0: 0.5, 1: 1.0}, {0: 0.5}], 2)
    slots = [WeightedSlot(1.0, ((0, 1.0), (1, 0.5))), WeightedSlot(0.5, ((0, 0.5), (1, 1.0)))]
    assert pairs(held.best(slots, 2)) == [(1, 1.25), (0, 0.75)]


@SETTINGS
@given(cases(SIXTY_FOURTHS), st.lists(st.integers(0, 59), unique=True))
def test_entries_are_found(
    case: tuple[Postings, list[WeightedSlot], int], wanted: list[int]
) -> None:
    """For every resource asked about: whether it holds the term, and its very entry."""
    held, _, _ = case
    docs = np.array(sorted(wanted), np.int32)
    for term in range(len(held.starts) - 1):
        own = held.docs[held.row(term)].tolist()
        assert held.frequency(term) == len(own)
        has, at = held.find(term, docs)
        assert has.tolist() == [doc in own for doc in docs.tolist()]
        assert held.docs[at[has]].tolist() == docs[has].tolist()
