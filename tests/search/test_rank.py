"""What speaks for each candidate, and the score made of it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.search import Index
from bot.search.rank import FEATURES, WEIGHTS
from tests.search.samples import (
    VIRTUALIZATION,
    catalogue,
    first,
    labelled_sets,
    own_index,
    resource,
)

INDEX = Index.build(VIRTUALIZATION)
SUBJECTS = sorted(labelled_sets())
VOCABULARY = sorted(
    {
        word
        for one in VIRTUALIZATION.resources
        for text in (one.title, one.summary, *one.tags, *one.asks)
        for word in text.split()
    }
    | {"passthrough", "vm", "virtul", "video", "where", "learn", "lunch"}
)
questions = st.lists(st.sampled_from(VOCABULARY), max_size=8).map(" ".join)


# Parts of a resource that are one text; the others are several.
TEXTS = ("title", "summary", "note")


def features(index: Index, question: str) -> dict[str, dict[str, float]]:
    """Return the features of every candidate, by its title."""
    return {
        one.resource.title: {line.name: line.value for line in one.features}
        for one in index.search(question).candidates
    }


def values(question: str) -> dict[str, float]:
    """Return the features of the best candidate."""
    return next(iter(features(INDEX, question).values()))


@settings(deadline=None, max_examples=200)
@given(questions | st.text())
def test_features_and_scores(question: str) -> None:
    """Features are from 0 to 1, they sum to the score, and candidates come by score."""
    candidates = INDEX.search(question, limit=64).candidates
    for one in candidates:
        assert [line.name for line in one.features] == list(FEATURES)
        assert all(0 <= line.value <= 1 + 1e-9 for line in one.features)
        assert sum(line.adds for line in one.features) == pytest.approx(one.score)
        assert [line.adds for line in one.features] == pytest.approx(
            [line.value * weight for line, weight in zip(one.features, WEIGHTS, strict=True)]
        )
    scores = [one.score for one in candidates]
    assert scores == sorted(scores, reverse=True)
    assert len({one.resource.id for one in candidates}) == len(candidates)


@settings(deadline=None)
@given(questions)
def test_the_second_ask_is_second(question: str) -> None:
    """The next nearest ask is never nearer than the nearest."""
    for one in INDEX.search(question).candidates:
        by_name = {line.name: line.value for line in one.features}
        assert by_name["second ask"] <= by_name["ask closeness"] + 1e-9


@pytest.mark.parametrize(
    ("place", "covered"),
    [
        ("title", 1.0),
        ("tags", 1.0),
        ("aliases", 1.0),
        ("asks", 1.0),
        ("summary", 0.5),
        ("note", 0.5),
    ],
)
def test_a_mention_covers_half(place: str, covered: float) -> None:
    """A word that a resource only mentions is half found; where it says its subject, wholly."""
    told: dict[str, Any] = {"title": "One"}
    told[place] = "seccomp" if place in TEXTS else ("seccomp",)
    index = Index.build(catalogue(resource(**told), resource("Rest")))
    assert features(index, "seccomp")["One" if place != "title" else "seccomp"][
        "coverage"
    ] == pytest.approx(covered)


def test_a_frame_word_weighs_little() -> None:
    """What frames a question hardly counts beside what it is about, even where it is found."""
    index = Index.build(catalogue(resource("Get started"), resource("Seccomp")))
    found = features(index, "get started with seccomp")
    assert found["Seccomp"]["coverage"] > 0.7
    assert 0 < found["Get started"]["coverage"] < 0.3


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_title_finds_its_resource(subject: str) -> None:
    """Every resource of our catalogues comes first when its title is the question."""
    index = own_index(subject)
    titles = [one.title for one in index.catalogue.resources]
    assert [title for title in titles if first(index, title) != title] == []


def test_the_words_of_a_title_and_nothing_else() -> None:
    """A question that is the title comes as close to it as can be, in any order of its words."""
    assert values("PCI enumeration")["title closeness"] == pytest.approx(1.0)
    assert values("enumeration PCI")["title closeness"] == pytest.approx(1.0)
    assert values("PCI enumeration lunch")["title closeness"] < 1.0
    assert values("enumeration")["title closeness"] < 1.0


def test_the_nearest_ask_and_the_next() -> None:
    """A question that is an ask comes closest to that ask; the others count apart."""
    found = values("how does virtio move data")
    assert found["ask closeness"] == pytest.approx(1.0)
    assert found["second ask"] == 0.0
    assert values("what descriptors move data")["second ask"] > 0.0


def test_words_scattered_over_asks_count_less() -> None:
    """Words that stand in two asks of a resource are worth less than together in one."""
    together = ("why are descriptors chained", "what is an avail ring")
    apart = ("why are buffers chained", "what is a descriptors ring")
    index = Index.build(
        catalogue(resource("One", asks=apart), resource("Other", asks=together), resource("Rest"))
    )
    found = features(index, "descriptors chained")
    assert found["Other"]["coverage"] == pytest.approx(1.0)
    assert 0.5 < found["One"]["coverage"] < 0.9
    assert found["One"]["impact"] < found["Other"]["impact"]


def test_equal_scores_rank_by_number() -> None:
    """Of resources that match equally well the first in the file comes first."""
    twins = [resource("Rings", id=name) for name in "cab"]
    ranking = Index.build(catalogue(*twins)).search("rings").candidates
    assert [one.resource.id for one in ranking] == ["c", "a", "b"]


def test_weights_are_worth_something() -> None:
    """Every named feature has a weight, and none is without effect."""
    assert len(WEIGHTS) == len(FEATURES)
    assert np.all(WEIGHTS > 0)
