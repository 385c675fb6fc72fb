"""What people said of resources: how little it may do, and that it does so."""

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import contract, indexfile, question
from bot.model import SURFACES, Answer, Catalogue, Surface
from bot.records import Thumbs
from bot.search import Index, confidence
from bot.search.meaning import Meaning
from bot.search.prior import priors
from bot.search.rank import FEATURES, FEEDBACK, FEEDBACK_WEIGHT, Evidence
from tests.search.samples import catalogue, labelled_sets, own_index, resource

SUBJECTS = sorted(labelled_sets())
# Priors are kept in 32 bits, scores in nine digits.
ROUNDED = 1e-6

counts = st.integers(0, 10_000)
thumbs = st.builds(Thumbs, counts, counts)


def ids(of: Catalogue) -> list[str]:
    """Return the ids of all resources."""
    return [one.id for one in of.resources]


def asked(subject: str) -> st.SearchStrategy[str]:
    """Return the questions of a subject, and parts of them."""
    texts = [one.text for one in labelled_sets()[subject].questions]
    words = sorted({word for text in texts for word in text.split()})
    return st.sampled_from(texts) | st.lists(st.sampled_from(words), max_size=6).map(" ".join)


def liking(subject: str) -> st.SearchStrategy[dict[str, float]]:
    """Return priors of some resources of a subject; the greatest there are come often."""
    known = ids(labelled_sets()[subject].catalogue)
    values = st.sampled_from([-1.0, 1.0]) | st.floats(-1, 1)
    return st.dictionaries(st.sampled_from(known), values, min_size=1)


def written(answer: Answer) -> str:
    """Return an answer with all its sums, as other programs see it."""
    return json.dumps(contract.answer_json(answer, explain=True))


def feedback(answer: Answer) -> dict[str, tuple[float, float]]:
    """Return what the line on feedback says of each candidate, and what it adds."""
    return {
        one.resource.id: (line.value, line.adds)
        for one in answer.candidates
        for line in one.features
        if line.name == FEEDBACK
    }


# From thumbs to priors


@given(thumbs, st.integers(1, 50))
def test_thumbs_are_a_share(one: Thumbs, more: int) -> None:
    """A prior is within -1 and 1, on the side of the most, and no vote moves it to the other side;
    both sides count alike.
    """

    def value(up: int, down: int) -> float:
        return priors({"a": Thumbs(up, down)}).get("a", 0.0)

    here = value(one.up, one.down)
    assert -1 < here < 1
    assert here * (one.up - one.down) >= 0
    assert value(one.up + more, one.down) >= here - ROUNDED
    assert value(one.up, one.down + more) <= here + ROUNDED
    assert value(one.down, one.up) == -here


@pytest.mark.parametrize(
    ("up", "down", "value"),
    [(4, 0, 0.02), (20, 0, 0.68), (0, 20, -0.68), (15, 5, 0.06), (40, 10, 0.34), (400, 100, 0.53)],
)
def test_what_votes_prove(up: int, down: int, value: float) -> None:
    """It is the sure part of the share, so the same share counts more from more people."""
    assert priors({"a": Thumbs(up, down)}) == {"a": pytest.approx(value, abs=0.005)}


@pytest.mark.parametrize(
    ("up", "down"), [(0, 0), (1, 0), (0, 1), (3, 0), (0, 3), (7, 7), (14, 6), (5, 1)]
)
def test_few_votes_prove_nothing(up: int, down: int) -> None:
    """Three who agree, or some who do not, leave a resource as it is: no angry person is seen."""
    assert priors({"a": Thumbs(up, down), "b": Thumbs(40, 0)}).keys() == {"b"}


# Without


@pytest.mark.parametrize(
    "nothing", [{}, {"nobody": 1.0}, {"nobody": -0.5, "": 1.0}, {"pci-enumeration-cs7680": 0.0}]
)
def test_without_feedback_all_is_as_before(nothing: dict[str, float]) -> None:
    """Nothing said, or only of what is not there, leaves every answer and its sums to the byte."""
    index = own_index("crosvm")
    other = index.preferring(nothing)
    for one in labelled_sets()["crosvm"].questions[::4]:
        assert written(other.search(one.text, one.surface)) == written(
            index.search(one.text, one.surface)
        )
    assert FEEDBACK not in FEATURES


def test_an_index_stays_as_it_is() -> None:
    """What is preferred holds for the index that comes back; it forgets what was said before."""
    index = Index.build(catalogue(resource("Rings", id="a"), resource("Rings", id="b")))
    plain = written(index.search("rings"))
    liked = index.preferring({"b": 0.5})
    assert written(index.search("rings")) == plain
    assert written(liked.preferring({}).search("rings")) == plain
    assert feedback(liked.preferring({"a": 0.25}).search("rings")) == {
        "a": (0.25, 0.25 * FEEDBACK_WEIGHT),
        "b": (0.0, 0.0),
    }
    assert liked.built is index.built


@pytest.mark.parametrize("value", [1.01, -1.01, float("nan"), float("inf")])
def test_a_prior_has_its_bounds(value: float) -> None:
    """A value that would break the bound is no prior."""
    with pytest.raises(ValueError, match=r"^a prior is outside -1 to 1: 'a': "):
        own_index("crosvm").preferring({"a": value})


# With


def test_a_tie_is_settled() -> None:
    """Of two resources that match alike, the one that helped comes first, whichever it is."""
    index = Index.build(catalogue(*(resource("Rings", id=name) for name in "abc")))
    for given_priors, order in (
        ({"c": 0.1}, "cab"),
        ({"a": -0.1}, "bca"),
        ({"b": 0.2, "c": 0.3, "a": -1.0}, "cba"),
    ):
        found = index.preferring(given_priors).search("rings").candidates
        assert "".join(one.resource.id for one in found) == order


@settings(deadline=None, max_examples=80)
@given(st.data())
def test_it_settles_near_ties_only(data: st.DataObject) -> None:
    """No resource comes before one that matches better by more than twice the weight."""
    subject = data.draw(st.sampled_from(SUBJECTS))
    index, text = own_index(subject), data.draw(asked(subject))
    before = {one.resource.id: one.score for one in index.search(text, "dm", 64).candidates}
    answer = index.preferring(data.draw(liking(subject))).search(text, "dm", 64)
    after = [before[one.resource.id] for one in answer.candidates]
    assert len(after) == len(before)
    for at, score in enumerate(after):
        assert all(score >= other - 2 * FEEDBACK_WEIGHT - ROUNDED for other in after[at + 1 :])


@settings(deadline=None, max_examples=80)
@given(st.data())
def test_it_is_a_line_of_the_sum(data: st.DataObject) -> None:
    """Each candidate has the line, after the others; it is all that its score changed by."""
    subject = data.draw(st.sampled_from(SUBJECTS))
    index, text = own_index(subject), data.draw(asked(subject))
    liked = data.draw(liking(subject).filter(lambda some: any(some.values())))
    before = {one.resource.id: one for one in index.search(text, "dm", 64).candidates}
    candidates = index.preferring(liked).search(text, "dm", 64).candidates
    for one in candidates:
        *rest, line = one.features
        assert tuple(rest) == before[one.resource.id].features
        assert line.name == FEEDBACK
        assert line.value in (0.0, pytest.approx(liked.get(one.resource.id, 0.0), abs=ROUNDED))
        assert line.adds == pytest.approx(line.value * FEEDBACK_WEIGHT)
        assert one.score == pytest.approx(before[one.resource.id].score + line.adds)
    scores = [one.score for one in candidates]
    assert scores == sorted(scores, reverse=True)


def test_programs_read_it_like_any_other_line() -> None:
    """In the JSON of an explanation it is the last feature of every candidate."""
    index = Index.build(catalogue(resource("Rings", id="a"), resource("Rings", id="b")))
    plain = contract.answer_json(index.search("rings"), explain=True)
    liked = contract.answer_json(index.preferring({"b": -0.5}).search("rings"), explain=True)
    for name, value in (("a", 0.0), ("b", -0.5)):
        expected = {"value": value, "adds": value * FEEDBACK_WEIGHT}
        *rest, (last, line) = liked["explain"]["features"][name].items()
        assert (last, line) == ("feedback", expected)
        assert dict(rest) == plain["explain"]["features"][name]


def check_silence(index: Index, liked: Mapping[str, float], text: str, surface: Surface) -> None:
    """Assert that feedback changes neither the verdict nor how sure to be of any resource."""
    before = index.search(text, surface)
    after = index.preferring(liked).search(text, surface)
    assert (after.verdict, after.reply) == (before.verdict, before.reply)
    assert (after.reading, after.subject, after.unknown) == (
        before.reading,
        before.subject,
        before.unknown,
    )
    first = [one.candidates[0].resource.id for one in (before, after) if one.candidates]
    if len(set(first)) < 2:
        assert (after.confidence, after.evidence) == (before.confidence, before.evidence)


@settings(deadline=None, max_examples=100)
@given(st.data(), st.sampled_from(SURFACES))
def test_it_neither_speaks_nor_silences(data: st.DataObject, surface: Surface) -> None:
    """Whatever was said of resources, an answer stays one, and silence stays silence."""
    subject = data.draw(st.sampled_from(SUBJECTS))
    index, text = own_index(subject), data.draw(asked(subject))
    check_silence(index, data.draw(liking(subject)), text, surface)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_spite_neither_speaks_nor_silences(subject: str) -> None:
    """All against the first result of a question, and all for the others, changes no verdict, and
    hardly a first result.
    """
    index, moved = own_index(subject), 0
    every = dict.fromkeys(ids(index.catalogue), 1.0)
    questions = labelled_sets()[subject].questions[::4]
    for one in questions:
        if candidates := index.search(one.text, one.surface).candidates:
            first = candidates[0].resource.id
            against = every | {first: -1.0}
            check_silence(index, against, one.text, one.surface)
            after = index.preferring(against).search(one.text, one.surface)
            moved += bool(after.results) and after.candidates[0].resource.id != first
    assert moved <= 0.1 * len(questions)


def test_a_verdict_forbids_a_change() -> None:
    """Where the next best would be another verdict on some surface, nothing is added to any score,
    and every line says so.
    """
    index, left_out = own_index("gamedev-graphics"), 0
    for one in labelled_sets()["gamedev-graphics"].questions:
        found = index.find(question.parse(one.text))
        chances = confidence.probability(found.signs[:2]).tolist()
        lead = -np.diff(found.evidence.scores[:2])
        if len(chances) == 2 and lead < FEEDBACK_WEIGHT and not confidence.same_verdict(*chances):
            best, next_best = (index.built.resources[at].id for at in found.evidence.docs[:2])
            # The others are kept out of it.
            liked = dict.fromkeys(ids(index.catalogue), -1.0) | {next_best: 1.0}
            after = index.preferring(liked).search(one.text, "dm")
            before = index.search(one.text, "dm")
            assert after.candidates[0].resource.id == best
            assert set(feedback(after).values()) == {(0.0, 0.0)}
            assert (after.results, after.confidence) == (before.results, before.confidence)
            left_out += 1
    assert left_out


@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_what_is_shown_beside_the_first_is_not_for_thumbs_to_say(side: float) -> None:
    """While the order stays, the very same results are shown, for the same reasons."""
    index = own_index("people-finance")
    for one in labelled_sets()["people-finance"].questions:
        before = index.search(one.text, one.surface)
        scores = [candidate.score for candidate in before.candidates]
        if len(scores) > 1 and scores[0] - scores[1] > 2 * FEEDBACK_WEIGHT:
            first = before.candidates[0].resource.id
            liked = dict.fromkeys(ids(index.catalogue), side) | {first: -side}
            after = index.preferring(liked).search(one.text, one.surface)
            assert (after.results, after.topics) == (before.results, before.topics)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_what_is_known_of_a_resource_goes_with_it(data: st.DataObject) -> None:
    """In another order each candidate keeps its features, its signs, how its words were read and
    how near it is in meaning.
    """
    subject = data.draw(st.sampled_from(SUBJECTS))
    index, text = own_index(subject), question.parse(data.draw(asked(subject)))
    if data.draw(st.booleans()):
        index = index.knowing(near_by_chance(len(index.built.resources)))
    plain, liked = (one.find(text) for one in (index, index.preferring(data.draw(liking(subject)))))
    of = {doc: at for at, doc in enumerate(plain.evidence.docs.tolist())}
    was = [of[doc] for doc in liked.evidence.docs.tolist()]
    assert np.array_equal(liked.signs, plain.signs[was])
    for name in {"matches", *(field.name for field in fields(Evidence))} - {"feedback", "scores"}:
        before, after = (getattr(one.evidence, name) for one in (plain, liked))
        # What a model says is not known where it was not asked.
        assert after == (None if before is None else pytest.approx(before[was])), name


def near_by_chance(count: int) -> Meaning:
    """Return what a model may say: each resource is somehow near to any question."""
    rows = np.random.default_rng(count).uniform(0, 0.5, (count, 4)).astype(np.float32)
    none, starts = np.zeros((0, 4), np.float32), np.zeros(count + 1, np.int64)
    return Meaning(rows, none, starts, lambda _: np.ones(4, np.float32))


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_the_order_of_what_was_said_does_not_matter(data: st.DataObject) -> None:
    """The same feedback, in whatever order it comes, gives the same answer to the byte."""
    subject = data.draw(st.sampled_from(SUBJECTS))
    index, text = own_index(subject), data.draw(asked(subject))
    liked = data.draw(liking(subject))
    shuffled = dict(data.draw(st.permutations(list(liked.items()))))
    strangers = {"nobody-knows": 1.0, **shuffled, "nor-this": -1.0}
    expected = written(index.preferring(liked).search(text, "dm"))
    assert written(index.preferring(shuffled).search(text, "dm")) == expected
    assert written(index.preferring(strangers).search(text, "dm")) == expected


@pytest.mark.parametrize("subject", SUBJECTS)
def test_an_opened_index_prefers_the_same(subject: str, tmp_path: Path) -> None:
    """From a file, the same feedback gives the same answers, sums included."""
    built = own_index(subject)
    indexfile.save(built.preferring({ids(built.catalogue)[0]: 1.0}), tmp_path / "index")
    opened = indexfile.open_index(tmp_path / "index")
    some = {one: (-1.0 if at % 2 else 0.5) for at, one in enumerate(ids(built.catalogue)[::3])}
    for one in labelled_sets()[subject].questions[::12]:
        assert written(opened.search(one.text)) == written(built.search(one.text))
        assert written(opened.preferring(some).search(one.text)) == written(
            built.preferring(some).search(one.text)
        )
