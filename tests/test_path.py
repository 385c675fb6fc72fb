"""The order in which to learn, whatever the order of the file."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import LEVELS, Catalogue, Level, Resource, Topic
from bot.path import names_of, resources_in_order, topics_in_order, topics_like, topics_named


def topic(name: str, *after: str) -> Topic:
    """Return a topic with those to learn before it."""
    return Topic(id=name, name=name.upper(), after=after)


def a_resource(name: str, topics: tuple[str, ...], level: Level | None) -> Resource:
    """Return a resource of those topics, the first of which is its home."""
    return Resource(
        id=name, title=name, url=f"https://e.org/{name}", summary=name, topics=topics, level=level
    )


@st.composite
def orders(draw: st.DrawFn) -> Catalogue:
    """Topics that build on one another without a circle, shuffled in the file."""
    names = [f"t{number}" for number in range(draw(st.integers(0, 12)))]
    made = [
        topic(name, *draw(st.lists(st.sampled_from(names[:at]), unique=True)) if at else ())
        for at, name in enumerate(names)
    ]
    return Catalogue(version=1, topics=tuple(draw(st.permutations(made))))


@st.composite
def shelves(draw: st.DrawFn) -> Catalogue:
    """Resources of three topics and every level, in any order."""
    lists = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, unique=True)
    kinds = draw(st.lists(st.tuples(lists, st.sampled_from([*LEVELS, None])), max_size=12))
    return Catalogue(
        version=1,
        topics=(topic("a"), topic("b"), topic("c")),
        resources=tuple(
            a_resource(f"r{at}", tuple(topics), level) for at, (topics, level) in enumerate(kinds)
        ),
    )


@settings(deadline=None)
@given(orders())
def test_topics_come_after_those_they_build_on(catalogue: Catalogue) -> None:
    """Each topic is listed once, and after every topic that it says to learn first."""
    ordered = topics_in_order(catalogue)
    assert sorted(found.id for found in ordered) == sorted(found.id for found in catalogue.topics)
    place = {found.id: at for at, found in enumerate(ordered)}
    for found in ordered:
        assert all(place[before] < place[found.id] for before in found.after)


@settings(deadline=None)
@given(orders())
def test_an_order_that_is_right_is_kept(catalogue: Catalogue) -> None:
    """A file that is in learning order already is listed as it is."""
    right = tuple(topics_in_order(catalogue))
    assert topics_in_order(Catalogue(version=1, topics=right)) == list(right)


def test_topics_without_an_order_stay_as_in_the_file() -> None:
    """A topic moves only as far as another one needs it; the rest stays in file order."""
    made = Catalogue(version=1, topics=(topic("z"), topic("c", "b"), topic("a"), topic("b")))
    assert [found.id for found in topics_in_order(made)] == ["z", "b", "c", "a"]


def test_a_very_long_order_is_listed() -> None:
    """Five thousand topics, each after the next one in the file, are listed from the last up."""
    names = [f"t{number}" for number in range(5000)]
    made = [topic(name, after) for name, after in pairwise(names)]
    catalogue = Catalogue(version=1, topics=(*made, topic(names[-1])))
    assert [found.id for found in topics_in_order(catalogue)] == names[::-1]


@settings(deadline=None)
@given(shelves(), st.sampled_from(["a", "b", "c"]))
def test_resources_come_home_first_then_by_level(catalogue: Catalogue, name: str) -> None:
    """Those at home come first; then intro, intermediate, reference, unsaid; then file order."""

    def place(found: Resource) -> tuple[bool, int, int]:
        levels: tuple[Level | None, ...] = (*LEVELS, None)
        at_home = found.topics[0] == name
        return not at_home, levels.index(found.level), catalogue.resources.index(found)

    ordered = resources_in_order(catalogue, topic(name))
    assert {found.id for found in ordered} == {
        found.id for found in catalogue.resources if name in found.topics
    }
    places = [place(found) for found in ordered]
    assert places == sorted(set(places))


def test_levels_go_from_easy_to_hard() -> None:
    """An introduction comes before what builds on it, and a reference last of the three."""
    levels: tuple[Level | None, ...] = (None, "reference", "intermediate", "intro")
    made = tuple(a_resource(f"r{at}", ("a",), level) for at, level in enumerate(levels))
    catalogue = Catalogue(version=1, topics=(topic("a"),), resources=made)
    ordered = resources_in_order(catalogue, catalogue.topics[0])
    assert [found.level for found in ordered] == ["intro", "intermediate", "reference", None]


NAMED = Topic(id="device-tree", name="Devicetree", aliases=("FDT", "Straße", "open  firmware"))


def test_a_topic_goes_by_all_its_names() -> None:
    """Capitals, hyphens and spaces make no other name, for id, name and alias alike."""
    catalogue = Catalogue(version=1, topics=(topic("pci"), NAMED))
    for name in (
        *names_of(NAMED), "DEVICE TREE", "device-Tree", " Device  tree ", "DEVICETREE", "fdt",
        "STRASSE", "Open-Firmware",
    ):  # fmt: skip
        assert topics_named(catalogue, name) == [NAMED]


def test_part_of_a_name_is_no_name() -> None:
    """Only a whole name leads to a topic; the empty one to none."""
    catalogue = Catalogue(version=1, topics=(topic("pci"), NAMED))
    for name in ("", " ", "-", "tree", "device", "devicetrees", "device_tree", "pc"):
        assert topics_named(catalogue, name) == []


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("virtoi", ["virtio"]),
        ("VIRTIO", ["virtio"]),
        ("vhost user", ["vhost-user"]),
        ("vhsot-user", ["vhost-user"]),
        ("kernel based virtual machine", ["kvm"]),
        ("devicetrees", ["devicetree"]),
        ("fdt?", ["devicetree"]),
        ("kubernetes", []),
        ("zorkmid", []),
        ("", []),
        (" -?! ", []),
        ("\U0001f389", []),
    ],
)
def test_a_topic_is_offered_for_a_name_like_its_own(name: str, ids: list[str]) -> None:
    """A slip of the finger leads to the topic meant, by its id, name or alias; else to none."""
    made = Catalogue(
        version=1,
        topics=(
            Topic(id="virtio", name="Virtio"),
            Topic(id="vhost-user", name="Vhost-user"),
            Topic(id="kvm", name="KVM", aliases=("kernel-based virtual machine",)),
            Topic(id="devicetree", name="Devicetree", aliases=("FDT",)),
        ),
    )
    assert [found.id for found in topics_like(made, name)][: max(1, len(ids))] == ids


@settings(deadline=None)
@given(
    st.lists(st.text(st.sampled_from("abc -?"), min_size=1, max_size=9), max_size=9),
    st.text(st.sampled_from("abc -?"), max_size=9) | st.text(),
)
def test_few_topics_are_offered_and_none_twice(names: list[str], name: str) -> None:
    """Whatever the names, at most three different topics are offered, however many names match."""
    made = Catalogue(
        version=1,
        topics=tuple(
            Topic(id=f"t{at}", name=called, aliases=(called, f"{called} too"))
            for at, called in enumerate(names)
        ),
    )
    liked = topics_like(made, name)
    assert len({found.id for found in liked}) == len(liked) <= 3
    assert all(found in made.topics for found in liked)


@settings(deadline=None)
@given(
    st.lists(
        st.text(st.sampled_from("abcdef"), min_size=2, max_size=12),
        min_size=1,
        max_size=9,
        unique=True,
    ),
    st.data(),
)
def test_the_topic_of_that_very_name_is_offered_first(
    names: list[str], data: st.DataObject
) -> None:
    """A topic whose name it is comes before those whose names are only like it."""
    made = Catalogue(
        version=1, topics=tuple(Topic(id=f"{at}", name=called) for at, called in enumerate(names))
    )
    chosen = data.draw(st.sampled_from(names))
    assert topics_like(made, chosen.upper())[0].name == chosen


def test_a_very_long_name_is_compared_in_part() -> None:
    """Of a name longer than any can be, only the beginning is compared."""
    made = Catalogue(version=1, topics=tuple(topic(f"t{number}") for number in range(500)))
    assert topics_like(made, "x" * 100_000) == []
    assert topics_like(made, "t7".ljust(200) + "x" * 100_000)[0].id == "t7"
