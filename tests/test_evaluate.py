"""The figures of labelled questions, by hand and by law, and the reasons for what went wrong."""

import math
from collections.abc import Callable, Collection
from dataclasses import asdict, replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import evaluate
from bot.evaluate import (
    FAULT_KINDS,
    Bin,
    Evaluation,
    Outcome,
    auroc,
    bins,
    calibration_error,
    compare,
    differences,
    evaluation,
    figures,
    judge,
    ndcg,
    recall,
    retrieval,
    trade_off,
)
from bot.labelled import Labelled
from bot.model import SURFACES, Answer, Catalogue, Contribution, Reading, Verdict
from bot.search import Index
from tests.search.samples import VIRTUALIZATION, catalogue, resource
from tests.test_contract import an_answer

SHARES = st.floats(0, 1)
VERDICTS: tuple[Verdict, ...] = ("answer", "unsure", "nothing")


def outcome(**changed: Any) -> Outcome:
    """Return a line that went well, with those fields changed."""
    fields: dict[str, Any] = {
        "id": "1",
        "text": "what is virtio",
        "surface": "mention",
        "style": "plain",
        "answerable": True,
        "verdict": "answer",
        "confidence": 0.9,
        "first": "a",
        "right": True,
        "place": 1,
        "ndcg": 1.0,
        "recall": 1.0,
    }
    return Outcome(**(fields | changed))


def stray(**changed: Any) -> Outcome:
    """Return a line to refuse that was refused, with those fields changed."""
    refused = {"answerable": False, "verdict": "nothing", "place": None}
    return outcome(**({**refused, "ndcg": None, "recall": None} | changed))


@st.composite
def outcomes(draw: st.DrawFn) -> Outcome:
    """Draw a line of any kind."""
    answerable, verdict = draw(st.booleans()), draw(st.sampled_from(VERDICTS))
    right = draw(st.booleans()) if answerable else verdict != "answer"
    return outcome(
        id=draw(st.sampled_from("123")),
        text=draw(st.sampled_from(["what is virtio", "who broke it", "tides"])),
        surface=draw(st.sampled_from(SURFACES)),
        style=draw(st.sampled_from("ab")),
        answerable=answerable,
        verdict=verdict,
        confidence=draw(SHARES),
        right=right,
        ndcg=draw(SHARES) if answerable else None,
        recall=draw(SHARES) if answerable else None,
    )


# One line


@pytest.mark.parametrize(
    ("gains", "labels", "expected"),
    [
        ([2, 1], [2, 1], 1.0),
        ([0, 2], [2], 1 / math.log2(3)),
        ([1, 2], [1, 2], (1 + 2 / math.log2(3)) / (2 + 1 / math.log2(3))),
        ([0, 0, 0, 0, 0, 2], [2], 0.0),
        ([1], [1] * 9, 1 / sum(1 / math.log2(place + 1) for place in range(1, 6))),
        ([], [2], 0.0),
    ],
)
def test_ndcg_by_hand(gains: list[int], labels: list[int], expected: float) -> None:
    """The grade itself over log2(place + 1), as a share of the best that the labels allow."""
    assert ndcg(gains, labels, 5) == pytest.approx(expected)


@given(st.lists(st.integers(1, 2), min_size=1, max_size=8), st.randoms())
def test_only_a_perfect_ranking_has_ndcg_1(labels: list[int], chance: Any) -> None:
    """Best grades first gives 1, and no order gives more."""
    best = sorted(labels, reverse=True)
    assert ndcg(best, labels, 5) == pytest.approx(1.0)
    chance.shuffle(labels)
    assert ndcg(labels, best, 5) <= 1.0 + 1e-9
    if labels[:5] != best[:5]:
        assert ndcg(labels, best, 5) < 1.0


@pytest.mark.parametrize(
    ("gains", "labels", "expected"),
    [([2, 0, 1], 2, 1.0), ([2, 0, 0, 1], 2, 0.5), ([0, 0, 0], 1, 0.0), ([1], 4, 0.25)],
)
def test_recall_by_hand(gains: list[int], labels: int, expected: float) -> None:
    """The share of all labels among the first three places."""
    assert recall(gains, labels, 3) == expected


def asked(text: str, relevant: dict[int, int], surface: Any = "mention") -> tuple[Labelled, Answer]:
    """Return a question on the small catalogue with its answer."""
    answer = Index.build(VIRTUALIZATION).search(text, surface, evaluate.DEPTH)
    return Labelled(text, surface, "plain", relevant, "7"), answer


NUMBERS = {one.id: at for at, one in enumerate(VIRTUALIZATION.resources)}


def test_a_line_is_judged_by_its_ranking() -> None:
    """Right is what a labelled resource comes first for; the place is that of the first one."""
    question, answer = asked("virtio rings", {1: 2})
    found = judge(question, answer, NUMBERS)
    assert (found.id, found.first, found.right, found.place) == (
        "7",
        VIRTUALIZATION.resources[1].id,
        True,
        1,
    )
    assert (found.ndcg, found.recall) == (1.0, 1.0)
    assert found.confidence == answer.confidence
    ranking = [NUMBERS[one.resource.id] for one in answer.candidates]
    missed = next(at for at in NUMBERS.values() if at not in ranking)
    lost = judge(replace(question, relevant={missed: 1}), answer, NUMBERS)
    assert (lost.right, lost.place, lost.ndcg, lost.recall) == (False, None, 0.0, 0.0)


@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_line_to_refuse_is_right_without_an_answer(verdict: Verdict) -> None:
    """A line without labels is right unless it was answered, and has no ranking to measure."""
    question, answer = asked("virtio rings", {})
    found = judge(question, replace(answer, verdict=verdict), NUMBERS)
    assert found.right == (verdict != "answer")
    assert (found.answerable, found.place, found.ndcg, found.recall) == (False, None, None, None)


# Many lines


def test_figures_by_hand() -> None:
    """Each figure counts its own lines: those to answer, those to refuse, those in channels."""
    lines = [
        outcome(confidence=1.0),
        outcome(confidence=0.3, verdict="unsure", ndcg=0.5, recall=0.5),
        outcome(confidence=0.8, right=False, ndcg=0.0, recall=0.0),
        outcome(surface="channel", confidence=0.1, verdict="nothing", right=False),
        stray(confidence=0.3),
        stray(confidence=0.9, verdict="answer", right=False),
        stray(surface="channel", confidence=0.99),
        stray(surface="channel", confidence=0.99, verdict="answer", right=False),
    ]
    assert asdict(figures(lines)) == {
        "answerable": 4,
        "first_right": 0.5,
        "ndcg": 0.625,
        "recall": 0.625,
        "answered": 0.5,
        "wrong_answers": 1,
        "to_refuse": 4,
        "false_answers": 2,
        "false_share": 0.5,
        # 1.0 beats both, 0.3 ties with one, 0.8 beats one: 3.5 of 6 pairs.
        "auroc": pytest.approx(3.5 / 6),
        # Bins: two lines at 0.3, half right; 0.8 wrong; 0.9 and 1.0, half right.
        "calibration_error": pytest.approx((2 * 0.2 + 0.8 + 2 * 0.45) / 5),
        "channel_noise": 0.5,
    }


def test_no_lines_have_no_figures() -> None:
    """What no line bears on is None, not nought."""
    empty = asdict(figures([]))
    assert {name for name, value in empty.items() if value == 0} == {
        "answerable",
        "wrong_answers",
        "to_refuse",
        "false_answers",
    }
    assert {value for value in empty.values() if value != 0} == {None}


@given(st.lists(outcomes()))
def test_shares_are_shares(lines: list[Outcome]) -> None:
    """Every figure that is no count lies between 0 and 1, in every group; groups lose no line."""
    found = evaluation(lines)
    for groups in ([found.overall], found.by_style.values(), found.by_surface.values()):
        for value in (value for one in groups for value in asdict(one).values()):
            assert value is None or isinstance(value, int) or -1e-9 <= value <= 1 + 1e-9
        assert sum(one.answerable + one.to_refuse for one in groups) == len(lines)


@given(st.lists(SHARES), st.lists(SHARES))
def test_auroc_of_swapped_labels_is_the_rest(left: list[float], right: list[float]) -> None:
    """Swapping the labels turns a chance into its opposite; without pairs there is none."""
    one, other = auroc(left, right), auroc(right, left)
    if not left or not right:
        assert (one, other) == (None, None)
        return
    assert one is not None
    assert other == pytest.approx(1 - one)
    pairs = [(a > b) + 0.5 * (a == b) for a in left for b in right]
    assert one == pytest.approx(sum(pairs) / len(pairs))


def test_calibration_by_hand() -> None:
    """Ten bins of equal width, 1 in the last; the error is weighted by their lines."""
    lines = [
        outcome(confidence=0.0, right=False),
        outcome(confidence=0.05),
        outcome(confidence=1.0),
        stray(confidence=0.95),
        outcome(confidence=0.5, surface="channel"),
    ]
    found = bins(lines)
    assert (found[0], found[9]) == (Bin(2, 0.025, 0.5), Bin(2, 0.975, 0.5))
    assert {one.lines for one in found[1:9]} == {0}
    assert calibration_error(found) == pytest.approx((2 * 0.475 + 2 * 0.475) / 4)
    assert calibration_error(bins([])) is None


def test_a_trade_off_by_hand() -> None:
    """A threshold lets through what is as sure; in a channel, only what asks to learn."""
    lines = [
        outcome(confidence=0.9),
        outcome(confidence=0.4),
        stray(confidence=0.4),
        stray(confidence=0.9, surface="channel", text="who broke the build"),
    ]
    points = [(one.threshold, one.answered, one.noise) for one in trade_off(lines)]
    assert points == [(0.9, 0.5, 0.0), (0.4, 1.0, 0.5)]
    (at,) = trade_off(lines, [0.65])
    assert (at.answered, at.noise) == (0.5, 0.0)
    assert trade_off(lines[:2]) == trade_off([]) == ()


@given(st.lists(outcomes()))
def test_a_lower_threshold_lets_more_through(lines: list[Outcome]) -> None:
    """Down the thresholds neither share ever falls."""
    points = trade_off(lines)
    for higher, lower in pairwise(points):
        assert higher.threshold > lower.threshold
        assert higher.answered <= lower.answered
        assert higher.noise <= lower.noise


# Two runs


@given(st.lists(outcomes()))
def test_a_run_is_no_better_than_itself(lines: list[Outcome]) -> None:
    """A run compared with itself: every line is in both, none is better or worse, no figure
    differs, though many lines have the same id and text.
    """
    one = evaluation(lines)
    found = compare(one, one)
    assert (found.lines, found.only_before, found.only_after) == (len(lines), 0, 0)
    assert all(before == after for before, after in (*found.better, *found.worse))
    rows = list(differences(one.overall, one.overall))
    assert {added for *_, added in rows} <= {0, None}


def run_of(*lines: Outcome) -> Evaluation:
    """Return a run of these lines."""
    return evaluation(lines)


STEPS = (
    outcome(right=False),
    outcome(right=False, verdict="unsure"),
    outcome(verdict="unsure"),
    outcome(),
)
"""The same line, ever better."""


@pytest.mark.parametrize("at", range(len(STEPS) - 1))
def test_better_is_better_and_back_is_worse(at: int) -> None:
    """A wrong answer, a wrong first, no answer, a right answer: each is better than the one
    before, and worse the other way round.
    """
    lower, higher = STEPS[at], STEPS[at + 1]
    assert compare(run_of(lower), run_of(higher)).better == ((lower, higher),)
    assert compare(run_of(higher), run_of(lower)).worse == ((higher, lower),)
    answered, refused = stray(verdict="answer", right=False), stray()
    assert compare(run_of(answered), run_of(refused)).better == ((answered, refused),)


def test_lines_are_matched_by_id_and_text() -> None:
    """The same id with another text is another line; a line that only moved is still the same."""
    one, two = outcome(id="1", text="a"), outcome(id="2", text="b")
    moved = compare(run_of(one, two), run_of(stray(id="1", text="new"), replace(two, id="3")))
    assert (moved.lines, moved.only_before, moved.only_after) == (1, 1, 1)
    both = compare(
        run_of(replace(one, text="b", right=False), replace(two, verdict="unsure")),
        run_of(two, replace(one, text="b")),
    )
    assert [(before.id, after.id) for before, after in both.better] == [("2", "2"), ("1", "1")]


# What went wrong


def test_kinds_share_the_room() -> None:
    """Of many faults only some are told: each kind has its share, worst first, in file order."""
    lines = [*[STEPS[2]] * 30, *[STEPS[1]] * 2, outcome(), STEPS[0], stray()]
    found = evaluate.faults(lines, 10)
    assert list(found) == ["wrong answer", "wrong first", "not answered"]
    assert [(count, len(places)) for count, places in found.values()] == [(1, 1), (2, 2), (30, 7)]
    assert found["not answered"][1] == list(range(7))
    assert sum(len(places) for _, places in evaluate.faults(lines).values()) == 33
    many = evaluate.faults([*[STEPS[0]] * 30, *[STEPS[2]] * 2], 10)
    assert [len(places) for _, places in many.values()] == [8, 2]
    assert set(found) <= set(FAULT_KINDS)


SHELF = catalogue(
    resource("Linux on a ship", id="ship", summary="Penguins at sea."),
    resource("The boot of a harbour", id="boot", summary="How the harbour starts up."),
    *(resource(f"Rope {n}", id=f"rope-{n}", summary="A rope of hemp.") for n in range(30)),
)


def reasons(text: str, relevant: dict[int, int], surface: Any = "mention", **changed: Any) -> str:
    """Return the reasons for a question on the shelf, some fields of the answer changed."""
    index = Index.build(SHELF)
    answer = replace(index.search(text, surface, evaluate.DEPTH), **changed)

    def holders(word: str) -> Collection[str]:
        return [one.resource.id for one in index.search(word, "dm", 100).candidates]

    question = Labelled(text, surface, "plain", relevant)
    return "; ".join(evaluate.reasons(question, answer, SHELF, holders))


@pytest.mark.parametrize(
    ("said", "text", "relevant", "changed"),
    [
        ("no resource holds any of its words; the catalogue does not know “zorkmid”",
         "what is zorkmid", {0: 2}, {}),
        ("“ship” and “linux” lead to the first, not to the wanted one; ahead by ",
         "linux on a ship in the harbour", {1: 2}, {}),
        ("“linux” leads to the first, not to the wanted one; the wanted one does not come up at "
         "all: no telling word leads to it", "what is linux", {1: 2}, {}),
        ("the wanted one is not among the first 20: “hemp” and “rope” lead to it",
         "hemp rope", {31: 2}, {}),
        ("“linux” in the title", "what is linux", {}, {}),
        ("below the 0.65 that a mention needs; the first holds nothing for “linux”",
         "linux harbour", {1: 2}, {"confidence": 0.3, "verdict": "unsure"}),
        ("below the 0.65 that a mention needs; the catalogue does not know “zorkmid”",
         "linux zorkmid", {0: 2}, {"confidence": 0.3, "verdict": "unsure"}),
        ("below the 0.65 that a mention needs; the first holds every word, but they tell little",
         "linux", {0: 2}, {"confidence": 0.3, "verdict": "unsure"}),
        ("it names nothing to learn about", "linux", {0: 2},
         {"confidence": 0.9, "verdict": "nothing", "subject": ()}),
    ],
)  # fmt: skip
def test_a_reason_is_a_phrase(
    said: str, text: str, relevant: dict[int, int], changed: dict[str, Any]
) -> None:
    """Each way to go wrong has its own words, taken from the answer."""
    assert said in reasons(text, relevant, **changed)


def test_a_channel_is_silent_on_what_does_not_ask() -> None:
    """In a channel the reason may be that nobody asked, or that the threshold is higher."""
    silent = "it does not read as a question to learn from, so it is silence in a channel"
    assert reasons("linux on our ship is broken", {0: 2}, "channel").startswith(silent)
    changed = {"confidence": 0.7, "verdict": "nothing"}
    found = reasons("where can I learn about linux", {0: 2}, "channel", **changed)
    assert found.startswith("below the 0.75 that a channel needs")


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (0.25, "two (0.90 against 0.10)"),
        (0.5, "two (0.90 against 0.10) and three (0.50 against 0.25)"),
    ],
)
def test_a_lead_is_told_by_its_features(second: float, said: str) -> None:
    """What puts the first before the wanted one is told with both values, the strongest first;
    little leads are not.
    """
    first, wanted = (
        replace(
            an_answer().candidates[at],
            resource=SHELF.resources[at],
            features=tuple(
                Contribution(name, value, 2 * value)
                for name, value in zip(("one", "two", "three"), values, strict=True)
            ),
        )
        for at, values in enumerate([(0.02, 0.9, second), (0.0, 0.1, 0.25)])
    )
    holders: Callable[[str], Collection[str]] = lambda word: ["ship"]  # noqa: E731, ARG005
    answer = an_answer(
        candidates=(first, wanted),
        unknown=(),
        reading=(Reading(word="ship", weight=0.5, terms=("ship",)),),
    )
    question = Labelled("q", "mention", "plain", {1: 2})
    assert list(evaluate.reasons(question, answer, SHELF, holders)) == [
        "“ship” leads to the first, not to the wanted one",
        f"ahead by {said}",
    ]


def test_the_wanted_one_is_the_nearest_label() -> None:
    """Wanted is the labelled resource that came first, or else the one of the best grade."""
    answer = Index.build(SHELF).search("linux harbour", limit=evaluate.DEPTH)

    def wanted(relevant: dict[int, int], of: Catalogue = SHELF) -> str | None:
        return evaluate.wanted(Labelled("q", "mention", "plain", relevant), answer, of)

    ranked = [one.resource.id for one in answer.candidates]
    assert wanted({0: 1, 1: 2}) == ranked[0]
    assert wanted({8: 1, 9: 2}) == SHELF.resources[9].id
    assert wanted({}) is None


# Collections


def test_a_collection_by_hand() -> None:
    """The mean over the queries, the grades as they are, ten places deep."""
    query = Labelled("q", "mention", "query", {4: 3, 5: 1}, "q")
    found = retrieval("name", [(query, [4, 5]), (query, [*range(100, 109), 4])], 7)
    ideal = 3 + 1 / math.log2(3)
    assert found.ndcg == pytest.approx((1 + 3 / math.log2(11) / ideal) / 2)
    assert (found.recall, found.queries, found.documents) == (0.75, 2, 7)
