"""Which resources an answer shows: one for each topic of a question, and no stranger."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.search import Index
from bot.search.answer import MOST_SHOWN
from tests.search.samples import VIRTUALIZATION, catalogue, resource

INDEX = Index.build(VIRTUALIZATION)
NAMES = ["Kubernetes", "Postgres", "Terraform", "Webpack", "Seccomp", "Haskell"]
SUBJECTS = Index.build(
    catalogue(
        *(
            resource(
                name, topics=(name.lower(),), tags=(name.lower(),), summary=f"All about {name}."
            )
            for name in NAMES
        )
    )
)
subjects = st.permutations([name.lower() for name in NAMES])


def shown(index: Index, asked: str, limit: int = 5) -> list[str]:
    """Return the titles that are shown for a question, lower case."""
    return [one.resource.title.lower() for one in index.search(asked, "dm", limit).results]


@settings(deadline=None)
@given(
    subjects,
    st.sampled_from(
        [
            "how do I learn {} and {}?",
            "where can I read about {} and about {}",
            "{} plus {}",
            "anything on {}, also on {}?",
            "What is {} and how does it differ from {}?",
        ]
    ),
)
def test_two_topics(names: list[str], asked: str) -> None:
    """A question with two topics shows a resource for each."""
    one, other, *_ = names
    assert sorted(shown(SUBJECTS, asked.format(one, other))) == sorted([one, other])


@settings(deadline=None)
@given(
    subjects,
    st.sampled_from(
        [
            "{}",
            "how does {} work?",
            "where can I learn about {} and get started?",
            "what is {}, and why would I use {}?",
            "how do I learn {}, and learn it well?",
        ]
    ),
)
def test_one_topic(names: list[str], asked: str) -> None:
    """A question about one topic shows no stranger, whatever else it joins with "and"."""
    assert shown(SUBJECTS, asked.format(names[0], names[0])) == [names[0]]


@settings(deadline=None)
@given(subjects, st.integers(1, 5))
def test_limits_hold_for_two_topics(names: list[str], limit: int) -> None:
    """However many topics a question has, an answer shows no more than was wanted, each once."""
    found = shown(SUBJECTS, " and ".join(names), limit)
    assert len(found) <= min(limit, MOST_SHOWN)
    assert len(set(found)) == len(found)


def test_one_resource_for_both_topics() -> None:
    """A resource that holds both topics settles both, and brings no other along."""
    index = Index.build(
        catalogue(
            resource("Postgres and Haskell", topics=("both",), tags=("postgres", "haskell")),
            resource("Haskell", topics=("haskell",), summary="The language."),
            resource("Webpack", topics=("webpack",)),
        )
    )
    assert shown(index, "how do I use postgres and haskell?")[0] == "postgres and haskell"
    assert "webpack" not in shown(index, "how do I use postgres and haskell?")


def test_a_topic_that_nothing_settles() -> None:
    """For a topic that the catalogue does not have nothing is shown in its place."""
    assert shown(SUBJECTS, "how do I learn haskell and sourdough?") == ["haskell"]


def test_a_topic_settled_by_another_name() -> None:
    """A resource that knows a topic by another name settles it, and brings no other along."""
    index = Index.build(
        catalogue(
            resource("Haskell with a database", tags=("haskell", "postgresql")),
            resource("Rings", topics=("rings",), note="Nothing but postgres."),
            glossary=[("postgres", "postgresql")],
        )
    )
    assert shown(index, "how do I use haskell and postgres?") == ["haskell with a database"]


PAGING = Index.build(
    catalogue(
        *(
            resource(f"Paging {name}", topics=("paging",), tags=("paging", "memory"))
            for name in ("explained", "in depth", "for all")
        ),
        resource("Kernel notes", topics=("kernel",), summary="On the scheduler and more."),
        *map(resource, "Rings Filters Boards Firmware Interrupts Timers Clocks Queues".split()),
    )
)


def test_two_topics_apart_in_the_ranking() -> None:
    """The resource for the second topic comes second even where others rank before it."""
    found = shown(PAGING, "Anything on memory paging and on the scheduler?")
    assert [title.split()[0] for title in found] == ["paging", "kernel", "paging"]
    assert "kernel notes" not in shown(PAGING, "Anything on paging?")
    assert "kernel notes" not in shown(PAGING, "Anything on paging and on memory?")


def test_no_result_is_surer_than_the_one_before() -> None:
    """Along the results confidence never rises, for another topic as little as else."""
    results = PAGING.search("Anything on memory paging and on the scheduler?", "dm").results
    confidences = [one.confidence for one in results]
    assert confidences == sorted(confidences, reverse=True)


@pytest.mark.parametrize(
    "message",
    [
        "My filter uses seccomp. Where can I learn about PCI enumeration?",
        "Where can I learn about PCI enumeration, my filter uses seccomp",
        "We test boards and seccomp filters. Where can I learn about PCI enumeration?",
    ],
)
def test_what_is_told_is_no_second_topic(message: str) -> None:
    """Nothing is shown for what a person only tells of their work."""
    assert shown(INDEX, message) == ["pci enumeration"]


def test_what_is_dead_comes_after_what_is_not() -> None:
    """Among those that are worth showing, and nowhere else: ranking and confidence stay."""
    made = [
        resource(name, topics=("bees",), tags=("bees",), summary="Bees and their hives.")
        for name in ("Bees one", "Bees two", "Bees three")
    ]
    live = Index.build(catalogue(*made, resource("Ants", topics=("ants",))))
    first, second, third = shown(live, "bees and hives")
    dead = [
        replace(one, gone=dt.date(2026, 3, 2)) if one.title.lower() in (first, third) else one
        for one in made
    ]
    index = Index.build(catalogue(*dead, resource("Ants", topics=("ants",))))
    assert shown(index, "bees and hives") == [second, first, third]
    assert shown(index, "bees and hives", 1) == [second]
    before, after = (one.search("bees and hives", "dm") for one in (live, index))
    assert [one.resource.id for one in after.candidates] == [
        one.resource.id for one in before.candidates
    ]
    assert (after.confidence, after.verdict) == (before.confidence, before.verdict)
    sure = [one.confidence for one in after.results]
    assert sure == sorted(sure, reverse=True)
    # Alone, it is shown nevertheless, with its warning.
    alone = Index.build(catalogue(dead[0], resource("Ants", topics=("ants",))))
    assert shown(alone, "bees and hives") == [dead[0].title.lower()]
