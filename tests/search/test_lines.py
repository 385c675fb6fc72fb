"""Resources as lines, and strings as one block."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Access, Kind, Level, Link, Resource, Source
from bot.search import lines
from bot.search.arrays import InMemory
from bot.search.lines import packed, written
from bot.search.strings import numbered

TEXT = st.text(
    st.characters(categories=("L", "M", "N", "P", "S", "Z", "C")), max_size=12
) | st.sampled_from(['},{"id":', "\ud800", "\n", '"', "\\", "\0", "\u2028"])
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
RESOURCES = st.builds(
    Resource,
    id=TEXT,
    title=TEXT,
    url=TEXT,
    summary=TEXT,
    topics=TEXTS,
    tags=TEXTS,
    kind=st.none() | st.sampled_from(get_args(Kind)),
    level=st.none() | st.sampled_from(get_args(Level)),
    aliases=TEXTS,
    asks=TEXTS,
    note=st.none() | TEXT,
    authors=TEXTS,
    year=st.none() | st.integers(1900, 2200),
    minutes=st.none() | st.integers(0, 100_000),
    access=st.none() | st.sampled_from(get_args(Access)),
    also=st.lists(st.builds(Link, title=TEXT, url=TEXT), max_size=2).map(tuple),
    added=st.none() | st.dates(),
    gone=st.none() | st.dates(),
    source=st.none() | st.builds(Source, page=TEXT, section=TEXTS),
) | st.builds(Resource, id=TEXT, title=TEXT, url=TEXT, summary=TEXT, topics=TEXTS, tags=TEXTS)


@given(st.lists(RESOURCES, max_size=4))
def test_what_is_written_is_read(resources: list[Resource]) -> None:
    """Whatever a resource holds, its line says the same, and is one line."""
    assert [lines.resource(line) for line in written(resources)] == resources
    assert all(line.count(b"\n") == 1 and line.endswith(b"\n") for line in written(resources))


@given(
    st.lists(RESOURCES, max_size=6, unique_by=lambda one: one.id),
    st.sets(TEXT, max_size=3),
    st.integers(1, 4),
)
def test_ids_lead_to_places(resources: list[Resource], strangers: set[str], batch: int) -> None:
    """Each id, whatever it holds, leads to its resource, and one that is not there to none."""
    made = packed(resources, InMemory)
    of = {one.id: at for at, one in enumerate(resources)}
    some = {one.id for one in resources[::2]} | strangers
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "_BATCH", batch)
        assert made.places(some) == {one: at for one, at in of.items() if one in some}


@given(st.lists(RESOURCES, max_size=6), st.integers(-8, 8))
def test_a_sequence_of_lines(resources: list[Resource], at: int) -> None:
    """Resources in lines are counted, indexed, sliced and passed through like a list of them."""
    made = packed(iter(resources), InMemory)
    assert len(made) == len(resources)
    assert list(made) == resources
    assert made[at:] == resources[at:]
    if -len(resources) <= at < len(resources):
        assert made[at] == resources[at]
    else:
        with pytest.raises(IndexError):
            made[at]


def test_only_nouns_of_a_catalogue_are_written() -> None:
    """Anything else in a resource is refused instead of being written as something else."""
    plain = Resource(id="x", title="x", url="x", summary="x", topics=("x",))
    with pytest.raises(TypeError, match="set is not part of a catalogue"):
        written([replace(plain, year={1, 2})])  # type: ignore[arg-type]


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)


@given(st.dictionaries(WORDS, st.integers(0, 99)), WORDS)
def test_strings_are_found(known: dict[str, int], word: str) -> None:
    """Strings in a block are a mapping like a dictionary, in order of their characters."""
    ordered = sorted(known)
    made = numbered(ordered, np.array([known[one] for one in ordered], np.int32))
    assert dict(made) == known
    assert list(made) == ordered
    assert made.get(word) == known.get(word)
    assert made.place(word) == sum(one < word for one in ordered)
    assert list(made.beginning_with(word)) == [
        (one, known[one]) for one in ordered if one.startswith(word)
    ]
