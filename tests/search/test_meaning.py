"""A sentence model beside the words: what it may do, and what it may not."""

from collections.abc import Sequence
from itertools import product
from math import log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import question
from bot.catalogue import load
from bot.labelled import read_questions
from bot.model import Catalogue, Resource, Surface, Topic
from bot.search import Index, confidence
from bot.search import meaning as meanings
from bot.search.arrays import Floats
from bot.search.confidence import BANDS
from bot.search.meaning import Meaning
from tests.search.samples import labelled_sets

ROOT = Path(__file__).parent.parent.parent
LABELLED = ROOT / "tests/questions"
WIDTH = 8
THINGS = ("engine", "garden", "music", "ocean", "desert", "kitchen", "library", "forest")
"""What vectors are about, one direction each."""
CAR = "how do I make my vehicle start on cold mornings"


def vector(*shares: tuple[str, float]) -> Floats:
    """Return a vector of length 1 that is about these things, by their shares."""
    made = np.zeros(WIDTH, np.float32)
    for thing, share in shares:
        made[THINGS.index(thing)] = share
    length = np.linalg.norm(made)
    return made / length if length else made


class Model:
    """Knows the vectors of a few texts; counts what it is asked."""

    def __init__(self, **known: Floats) -> None:
        self.known = known
        self.asked: list[str] = []

    def __call__(self, text: str) -> Floats:
        """Return the vector of the first text it knows a part of, or one of nothing."""
        self.asked.append(text)
        return next((row for word, row in self.known.items() if word in text), vector())


def resource(name: str, *asks: str) -> Resource:
    """Return a resource whose words say nothing but its own name."""
    return Resource(
        id=name,
        title=f"The {name} handbook",
        url=f"https://example.org/{name}",
        summary=f"Everything on {name}.",
        topics=("all",),
        asks=asks,
    )


def known(
    *resources: Resource, model: Model, asks: Sequence[Floats] = (), names: Sequence[str] = THINGS
) -> Index:
    """Return an index in which each resource is about the thing of its name."""
    catalogue = Catalogue(version=1, topics=(Topic(id="all", name="All"),), resources=resources)
    rows = np.array([vector((name, 1.0)) for name in names])
    counts = [len(one.asks) for one in resources]
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    rows_of_asks = np.array(list(asks), np.float32).reshape(len(asks), WIDTH)
    return Index.build(catalogue).knowing(Meaning(rows, rows_of_asks, starts, model))


ALL = tuple(resource(name) for name in THINGS)


def test_what_shares_no_word_is_found_by_meaning() -> None:
    """The nearest resource comes first, with the reason, though it shares no word."""
    model = Model(vehicle=vector(("engine", 1.0), ("music", 0.2)))
    index = known(*ALL, model=model)
    assert index.knowing(None).search(CAR).candidates == ()
    answer = index.search(CAR)
    first = answer.candidates[0]
    assert first.resource.id == "engine"
    assert {line.name: line.adds for line in first.features}["meaning"] == pytest.approx(
        3.92, abs=0.01
    )
    assert answer.results[0].why == ("near to your question in meaning",)


def test_without_a_model_nothing_changes() -> None:
    """An index that was given a model and then none answers as one that never had any."""
    plain = known(*ALL, model=Model()).knowing(None)
    fresh = Index.build(plain.catalogue)
    for text in (CAR, "the garden handbook", "what is music", "?"):
        assert plain.search(text) == fresh.search(text)


def test_a_vector_of_nothing_says_nothing() -> None:
    """A question of which a model knows no part is answered as by words alone."""
    index = known(*ALL, model=Model())
    for text in (CAR, "the garden handbook", "what is music", "learn vmx"):
        assert index.search(text) == index.knowing(None).search(text)


@pytest.mark.parametrize("name", sorted(folder.name for folder in LABELLED.iterdir()))
def test_a_model_that_has_nothing_to_say_changes_nothing(name: str) -> None:
    """If there is no vector for a question, its answer is to the last bit the one of the words."""
    own = LABELLED / name / "catalogue.yaml"
    catalogue = load(own if own.exists() else ROOT / "resources.yaml")
    size = len(catalogue.resources)
    silent = Meaning(
        np.zeros((size, WIDTH), np.float32),
        np.zeros((0, WIDTH), np.float32),
        np.zeros(size + 1, np.int64),
        lambda _: None,
    )
    plain = Index.build(catalogue)
    known = plain.knowing(silent)
    for asked in read_questions(LABELLED / name / "questions.jsonl", catalogue)[::2]:
        assert known.search(asked.text, asked.surface) == plain.search(asked.text, asked.surface)


def test_a_question_is_given_to_the_model_with_its_slips_mended_and_once() -> None:
    """One vector a question; what is asked stands before what is told."""
    model = Model()
    known(*ALL, model=model).search("I am new here. Where do I learn about gardne?")
    (asked,) = model.asked
    assert "garden" in asked
    assert "gardne" not in asked


def test_talk_in_a_channel_costs_no_vector() -> None:
    """What asks nothing is not answered there, whatever it means."""
    model = Model()
    index = known(*ALL, model=model)
    index.search("the kitchen is closed today", "channel")
    assert model.asked == []
    index.search("where can I learn about the kitchen", "channel")
    assert len(model.asked) == 1


@pytest.mark.parametrize("term", ["vmx", "Xylo", "qzrt"])
def test_words_have_the_last_word_on_names_and_abbreviations(term: str) -> None:
    """However near the meaning: a name that is not found is no answer, though it may be close."""
    model = Model(**{term: vector(("engine", 1.0))})
    answer = known(*ALL, model=model).search(f"how does {term} work in an engine")
    assert answer.candidates[0].resource.id == "engine"
    assert answer.verdict != "answer"
    assert answer.confidence < BANDS["mention"].answer
    assert answer.evidence[-1].name in ("term lost", "intercept")


def test_a_resource_is_as_near_as_the_nearest_of_its_asks() -> None:
    """An ask in other words leads to its resource as its own vector would."""
    far, near = vector(("ocean", 1.0)), vector(("desert", 1.0))
    resources = (resource("engine"), resource("garden", "about waves", "about dunes"))
    model = Model(vehicle=vector(("desert", 1.0), ("engine", 0.5)))
    index = known(*resources, model=model, asks=[far, near], names=THINGS[:2])
    assert index.search(CAR).candidates[0].resource.id == "garden"


def test_an_ask_that_is_near_makes_nobody_surer() -> None:
    """Of many asks one is near to whatever is asked: it ranks, but how sure to be is judged by the
    resource itself.
    """
    about = vector(("desert", 1.0))
    model = Model(vehicle=about)
    asking = known(resource("garden", "about dunes"), model=model, asks=[about], names=("garden",))
    itself = known(resource("garden", "about dunes"), model=model, asks=[about], names=("desert",))
    far, near = (index.search(CAR) for index in (asking, itself))
    scores = [answer.candidates[0].score for answer in (far, near)]
    assert scores[0] == scores[1]
    assert far.confidence < near.confidence


@pytest.mark.parametrize("count", [16, 17, 100, 400])
def test_of_equally_near_ones_the_first_are_shown(count: int) -> None:
    """However many mean the same: they come in the order of the catalogue, from its beginning."""
    model = Model(vehicle=vector(("engine", 1.0)))
    many = [resource(f"n{number}") for number in range(count)]
    answer = known(*many, model=model, names=["engine"] * count).search(CAR)
    assert [one.resource.id for one in answer.candidates] == [f"n{number}" for number in range(5)]


def test_what_is_near_to_all_others_comes_after_what_is_near_to_the_question_alone() -> None:
    """Of two that are as near to a question, the one in a crowd is the less likely."""
    crowd = [vector(("engine", 1.0), ("ocean", share)) for share in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)]
    alone = vector(("music", 1.0))
    rows = np.array([*crowd, alone])
    none = np.zeros((0, WIDTH), np.float32)
    meaning = Meaning(rows, none, np.zeros(8, np.int64), lambda _: rows[0] + alone)
    near = meaning.near("?", np.zeros(0, np.int32))
    assert near is not None
    assert near.by_itself[0] == pytest.approx(near.by_itself[-1])
    assert near.nearness.argmax() == len(crowd)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=9), st.integers(0, 2**31))
def test_some_are_as_near_as_among_all(asks: list[int], seed: int) -> None:
    """A huge catalogue, of which only some are compared, gives each the same nearness."""
    noise = np.random.default_rng(seed)
    rows, questions, vector_of = (
        noise.normal(size=(count, WIDTH)).astype(np.float32) for count in (len(asks), sum(asks), 1)
    )
    starts = np.concatenate([[0], np.cumsum(asks)]).astype(np.int64)
    meaning = Meaning(rows, questions, starts, lambda _: vector_of[0])
    docs = np.arange(len(asks), dtype=np.int32)[::2]
    everything = meaning.near("?", docs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(meanings, "_MOST_COMPARED", 0)
        some = meaning.near("?", docs)
    assert everything is not None
    assert some is not None
    assert some.docs.tolist() == docs.tolist()
    place = np.searchsorted(everything.docs, docs)
    assert everything.nearness[place].tobytes() == some.nearness.tobytes()
    assert everything.by_itself[place].tobytes() == some.by_itself.tobytes()


@pytest.mark.parametrize("subject", ["crosvm", "sailing-club"])
def test_a_channel_hears_nothing_that_words_are_not_sure_of(subject: str) -> None:
    """Where nobody asked, nothing is said that the words alone are not as sure of, however near
    all is in meaning.
    """
    one = labelled_sets()[subject]
    plain = Index.build(one.catalogue)
    count = len(one.catalogue.resources)
    rows = np.tile(vector(("engine", 1.0)), (count, 1))
    none = np.zeros((0, WIDTH), np.float32)
    near = Meaning(rows, none, np.zeros(count + 1, np.int64), lambda _: vector(("engine", 1.0)))
    knowing = plain.knowing(near)
    said = 0
    for asked in one.questions:
        answer = knowing.search(asked.text, "channel")
        if answer.reply:
            words = {found.id: chance for chance, found in chances_by_words(knowing, asked.text)}
            assert words[answer.results[0].resource.id] >= BANDS["channel"].answer
            said += 1
    assert said


def chances_by_words(index: Index, text: str) -> list[tuple[float, Resource]]:
    """Return how sure the words alone are of each resource that was found."""
    found = index.find(question.parse(text))
    chances = confidence.probability(found.signs[:, : len(confidence.SIGNS)]).tolist()
    docs = found.evidence.docs.tolist()
    return [(chance, index.built.resources[doc]) for chance, doc in zip(chances, docs, strict=True)]


def test_the_lines_add_up_to_the_chance() -> None:
    """With a model, too, the sum behind the confidence is shown whole."""
    model = Model(vehicle=vector(("engine", 1.0)), vmx=vector(("engine", 1.0)))
    index = known(*ALL, model=model)
    texts = (CAR, "what does the garden handbook say", "how does vmx run an engine")
    surfaces: tuple[Surface, ...] = ("mention", "channel")
    for text, surface in product(texts, surfaces):
        answer = index.search(text, surface)
        total = sum(line.adds for line in answer.evidence)
        chance = answer.confidence
        assert total == pytest.approx(log(chance / (1 - chance)), abs=1e-5)


def test_in_a_huge_catalogue_meaning_only_weighs_what_words_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Beyond a size nothing but the candidates of the words is compared."""
    monkeypatch.setattr(meanings, "_MOST_COMPARED", 4)
    model = Model(vehicle=vector(("engine", 1.0)), garden=vector(("garden", 1.0)))
    index = known(*ALL, model=model)
    assert index.search(CAR).candidates == ()
    (only,) = index.search("tell me of the garden").candidates[:1]
    assert only.resource.id == "garden"


def test_every_resource_has_its_row() -> None:
    """Vectors of another catalogue are refused."""
    with pytest.raises(ValueError, match="7 rows for 8 resources"):
        known(*ALL, model=Model(), names=THINGS[:7])
