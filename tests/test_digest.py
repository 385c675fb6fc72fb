"""What a weekly digest tells: everything once, nobody alone, and never too much."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import news
from bot.digest import MOST_ASKED, MOST_CHANGED, MOST_GONE, MOST_NEW, Digest, Week, digest
from bot.gaps import Gap
from bot.model import Catalogue, Resource, Topic
from bot.records import Asked, Entry, Thumbs

UNTIL = dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)
SINCE = UNTIL - dt.timedelta(weeks=1)
INSIDE = SINCE + dt.timedelta(days=3)
SECOND = dt.timedelta(seconds=1)
TOPICS = ("pci", "vfio", "kvm")
IDS = tuple(f"r{n}" for n in range(9))


def resource(name: str, *topics: str, **more: Any) -> Resource:
    """Return a resource on these topics, or on PCI."""
    return Resource(
        id=name,
        title=f"Title of {name}",
        url=f"https://example.org/{name}",
        summary="What it says.",
        topics=topics or ("pci",),
        **more,
    )


def of(*resources: Resource, topics: Sequence[str] = TOPICS) -> Catalogue:
    """Return a catalogue of these."""
    return Catalogue(
        version=1,
        topics=tuple(Topic(id=name, name=name.upper()) for name in topics),
        resources=resources,
    )


def entry(name: str, first: dt.datetime | None = None, changed: dt.datetime | None = None) -> Entry:
    """Return an entry of a resource."""
    return Entry(resource=name, page=name, content=name, first=first, changed=changed)


def week(*entries: Entry, **more: Any) -> Week:
    """Return a week in which only that happened which is named."""
    quiet: dict[str, Any] = {
        "since": SINCE,
        "until": UNTIL,
        "told": SINCE,
        "entries": {one.resource: one for one in entries},
        "asked": (),
        "thumbs": {},
        "gaps": (),
        "looks": (),
    }
    return Week(**(quiet | more))


def told(catalogue: Catalogue, of_week: Week, *topics: str, people: int = 2) -> Digest:
    """Return the digest of a channel."""
    return digest(catalogue, of_week, channel="C1", topics=topics, people=people)


def ids(resources: Sequence[Resource]) -> list[str]:
    """Return the ids of resources."""
    return [one.id for one in resources]


def a_gap(**more: Any) -> Gap:
    """Return something that three people looked for in vain, the last one in this week."""
    known: dict[str, Any] = {"words": ("nested", "paging"), "times": 4, "people": 3}
    moments = {"first": SINCE - SECOND, "last": INSIDE}
    return Gap(**(known | moments | {"keys": (), "waiting": 0} | more))


# --- Once, and not lost


moments = st.integers(1, 60 * 24 * 40).map(lambda n: SINCE + dt.timedelta(minutes=n))
days = st.integers(-3, 45).map(lambda n: SINCE.date() + dt.timedelta(days=n))
changes = st.one_of(
    st.tuples(st.just("add"), st.sampled_from(IDS)),
    st.tuples(st.just("remove"), st.sampled_from(IDS)),
    st.tuples(st.just("edit"), st.sampled_from(IDS)),
    st.tuples(st.just("rename"), st.sampled_from(IDS)),
    st.tuples(st.just("lose"), st.sampled_from(IDS)),
    st.tuples(st.just("find"), st.sampled_from(IDS)),
)
Step = tuple[dt.datetime, tuple[str, str] | None]
"""A moment, and what happens to the catalogue then, or a digest."""


def after(step: tuple[str, str], held: Mapping[str, Resource], at: dt.datetime) -> Catalogue:
    """Return what a curator makes of a catalogue; by page, which stays when the id changes."""
    doing, page = step
    one = held.get(page)
    made = dict(held)
    match doing, one:
        case "add", None:
            made[page] = resource(page)
        case "remove", Resource():
            del made[page]
        case "edit", Resource():
            made[page] = replace(one, note=f"As of {at}")
        case "rename", Resource():
            made[page] = replace(one, id=f"{one.id}x")
        case "lose", Resource():
            made[page] = replace(one, gone=at.date())
        case "find", Resource():
            made[page] = replace(one, gone=None)
    return of(*made.values())


@given(
    st.sets(st.sampled_from(IDS), min_size=1),
    st.lists(st.tuples(moments, changes), max_size=30),
    st.lists(moments, min_size=1, max_size=8),
)
def test_all_that_comes_and_goes_is_told_once(
    at_first: set[str], doings: list[tuple[dt.datetime, tuple[str, str]]], posts: list[dt.datetime]
) -> None:
    """Whatever curators do between digests: what came is told as new once, in the digest after it;
    so is each time that a link is lost, and nothing else is. What came and went between two, so
    that no digest could tell it, may be told when it is back, or not.
    """
    catalogue = of(*map(resource, sorted(at_first)))
    known = news.merged(news.noted(catalogue, (), SINCE - SECOND), ())
    steps: list[Step] = [*doings, *((at, None) for at in posts)]
    last, ever = SINCE, {one.url for one in catalogue.resources}
    came: set[str] = set()
    unseen: set[str] = set()
    lost: set[str] = set()
    for at, step in sorted(steps, key=lambda one: (one[0], one[1] is None)):
        if step:
            held = {one.url.rpartition("/")[2]: one for one in catalogue.resources}
            catalogue = after(step, held, at)
            known = news.merged(known.values(), news.noted(catalogue, known.values(), at))
            here = {one.url: one for one in catalogue.resources}
            came |= here.keys() - ever
            ever |= here.keys()
            before = {one.url for one in held.values() if one.gone}
            dead = {url for url, one in here.items() if one.gone}
            lost = (lost | (dead - before)) & dead
        else:
            made = told(catalogue, week(*known.values(), told=last, until=at))
            alive = {one.url for one in catalogue.resources if not one.gone}
            back = unseen & alive
            assert len(came & alive) <= made.new_count <= len((came | back) & alive)
            assert {one.url for one in made.new} <= (came | back) & alive
            assert made.gone_count == len(lost)
            assert {one.url for one in made.gone} <= lost
            unseen = (unseen | came) - {one.url for one in catalogue.resources}
            came, lost, last = set(), set(), made.told


@pytest.mark.parametrize(
    ("first", "added", "is_new"),
    [
        (SINCE, None, False),
        (SINCE + SECOND, None, True),
        # The last digest could not know of it, whenever that was due.
        (UNTIL + SECOND, None, True),
        (SINCE, INSIDE.date(), False),
        (INSIDE, dt.date(2020, 1, 1), True),
        # It was there before anybody looked.
        (None, INSIDE.date(), False),
        (None, dt.date.max, False),
    ],
)
def test_what_was_seen_since_the_last_digest_is_new(
    *, first: dt.datetime | None, added: dt.date | None, is_new: bool
) -> None:
    """The moment at which it was seen decides, not the day that somebody wrote."""
    catalogue = of(resource("bus", added=added), resource("other"))
    assert ids(told(catalogue, week(entry("bus", first))).new) == ["bus"] * is_new


@pytest.mark.parametrize(
    ("first", "added", "is_new"),
    [
        (SINCE, None, False),
        (INSIDE, None, True),
        (INSIDE, dt.date(2020, 1, 1), True),
        (None, None, False),
        (None, SINCE.date() - dt.timedelta(days=1), False),
        (None, SINCE.date(), True),
        (None, UNTIL.date(), True),
        (None, dt.date.max, True),
        (None, dt.date.min, False),
    ],
)
def test_a_first_digest_goes_by_days_too(
    *, first: dt.datetime | None, added: dt.date | None, is_new: bool
) -> None:
    """What was there before anybody looked is new if it was added in the week before."""
    catalogue = of(resource("bus", added=added), resource("other"))
    known = [entry("bus", first)] if first else []
    assert ids(told(catalogue, week(*known, told=None)).new) == ["bus"] * is_new


def test_what_another_process_has_seen_already_is_told_next_time() -> None:
    """A digest of an older catalogue tells only up to what it could know, however late it is."""
    known = [entry("old", None), entry("bus", SINCE + SECOND), entry("new", INSIDE)]
    behind = of(resource("old"), resource("bus"))
    made = told(behind, week(*known))
    assert ids(made.new) == ["bus"]
    ahead = of(resource("old"), resource("bus"), resource("new"))
    following = told(ahead, week(*known, told=made.told))
    assert ids(following.new) == ["new"]
    assert told(ahead, week(*known, told=following.told)).new == ()


@pytest.mark.parametrize(
    ("one", "known", "kind"),
    [
        (resource("bus"), entry("bus", None, INSIDE), "changed"),
        (resource("bus"), entry("bus", SINCE, UNTIL + SECOND), "changed"),
        (resource("bus"), entry("bus", SINCE, SINCE), ""),
        (resource("bus"), entry("bus", INSIDE, INSIDE), "new"),
        (resource("bus", gone=INSIDE.date()), entry("bus", INSIDE, INSIDE), "gone"),
        (resource("bus", gone=dt.date(2020, 1, 1)), entry("bus", None, INSIDE), "gone"),
        (resource("bus", gone=INSIDE.date()), entry("bus", None, SINCE), ""),
        # Nobody has ever seen it alive.
        (resource("bus", gone=INSIDE.date()), entry("bus", INSIDE), ""),
        (resource("bus", gone=INSIDE.date()), None, ""),
    ],
)
def test_each_is_of_one_kind(one: Resource, known: Entry | None, kind: str) -> None:
    """New comes before changed, and what is gone is neither."""
    made = told(of(one), week(*([known] if known else [])))
    assert [made.new_count, made.changed_count, made.gone_count] == [
        int(kind == each) for each in ("new", "changed", "gone")
    ]
    assert made.is_empty == (not kind)


# --- Never too much


@st.composite
def weeks(draw: st.DrawFn) -> tuple[Catalogue, Week]:
    """A catalogue, and a week in which anything may have happened."""
    resources = [
        resource(
            name,
            *draw(st.lists(st.sampled_from(TOPICS), min_size=1, max_size=3, unique=True)),
            added=draw(st.none() | days),
            gone=draw(st.none() | st.none() | days),
        )
        for name in draw(st.lists(st.sampled_from([f"r{n}" for n in range(30)]), unique=True))
    ]
    names = st.sampled_from([*(one.id for one in resources), "lost"])
    people = st.sampled_from(["a", "b", "c"])
    return of(*resources), week(
        *(
            entry(one.id, draw(st.none() | moments), draw(st.none() | moments))
            for one in resources
            if draw(st.booleans())
        ),
        told=draw(st.sampled_from([None, SINCE])),
        asked=draw(st.lists(st.builds(Asked, names, people, st.integers(1, 4)))),
        thumbs=draw(
            st.dictionaries(names, st.builds(Thumbs, st.integers(0, 9), st.integers(0, 9)))
        ),
        gaps=[a_gap(people=draw(st.integers(0, 4)), last=draw(moments)) for _ in range(3)],
        looks=draw(st.lists(names, max_size=12)),
    )


@given(weeks(), st.sets(st.sampled_from([*TOPICS, "lost"])), st.integers(1, 3))
def test_a_digest_is_short_and_to_the_point(
    given_week: tuple[Catalogue, Week], topics: set[str], people: int
) -> None:
    """A few of each kind, all of its topics, none twice among new, changed and gone, none that is
    gone anywhere else; and counts tell of the rest.
    """
    catalogue, happened = given_week
    made = told(catalogue, happened, *topics, people=people)
    assert len(made.new) == min(MOST_NEW, made.new_count)
    assert len(made.changed) == min(MOST_CHANGED, made.changed_count)
    assert len(made.gone) == min(MOST_GONE, made.gone_count)
    assert len(made.asked) <= MOST_ASKED
    assert sum(count for _, count in made.more) == made.new_count - len(made.new)
    assert all(count > 0 for _, count in made.more)
    alive = [*made.new, *made.changed, *([made.look] if made.look else [])]
    alive += [one.resource for one in made.asked if one.resource]
    alive += [made.best.resource] if made.best else []
    assert not any(one.gone for one in alive)
    assert all(one.gone for one in made.gone)
    first = ids((*made.new, *made.changed, *made.gone))
    assert len(set(first)) == len(first)
    if made.look:
        others = [one for one in alive if one is not made.look]
        assert made.look.id not in ids(others)
    in_scope = topics & set(TOPICS) if topics else set(TOPICS)
    assert [topic.id for topic in made.topics] == [name for name in TOPICS if name in topics]
    assert all(in_scope & set(one.topics) for one in (*alive, *made.gone))
    told_of = [topic for topic, _ in made.more] + [one.topic for one in made.asked]
    assert {topic.id for topic in told_of} <= in_scope
    assert made.size == sum(bool(in_scope & set(one.topics)) for one in catalogue.resources)


@given(weeks(), st.randoms(use_true_random=False))
def test_the_same_week_is_told_the_same(given_week: tuple[Catalogue, Week], chance: Any) -> None:
    """A digest depends on what happened, not on the order in which it was written down."""
    catalogue, happened = given_week
    asked, thumbs = list(happened.asked), list(happened.thumbs.items())
    chance.shuffle(asked)
    chance.shuffle(thumbs)
    again = replace(happened, asked=asked, thumbs=dict(thumbs))
    assert told(catalogue, happened, "vfio", "pci") == told(catalogue, again, "pci", "vfio")


def test_new_ones_are_shown_of_every_topic() -> None:
    """Of the topics in turn, the one with most first and the newest of each; the rest is counted
    by topic.
    """
    new = [*(("pci", n) for n in range(4)), *(("kvm", n) for n in range(5)), ("vfio", 0)]
    catalogue = of(*(resource(f"{name}{n}", name) for name, n in new), resource("old"))
    happened = week(*(entry(f"{name}{n}", INSIDE + dt.timedelta(hours=n // 2)) for name, n in new))
    made = told(catalogue, happened)
    assert ids(made.new) == ["kvm4", "pci2", "vfio0", "kvm2", "pci3"]
    assert [(topic.id, count) for topic, count in made.more] == [("kvm", 3), ("pci", 2)]
    assert made.new_count == 10


def test_the_last_changes_are_shown() -> None:
    """Of what changed, and of what is gone, the last ones."""
    resources = [resource(f"r{n}") for n in range(6)]
    resources += [resource(f"g{n}", gone=INSIDE.date()) for n in range(7)]
    happened = week(*(entry(one.id, None, INSIDE + n * SECOND) for n, one in enumerate(resources)))
    made = told(of(*resources), happened)
    assert ids(made.changed) == ["r5", "r4", "r3"]
    assert ids(made.gone) == ["g6", "g5", "g4", "g3", "g2"]
    assert (made.changed_count, made.gone_count) == (6, 7)


@pytest.mark.parametrize(("new", "shown"), [(5, 5), (6, 0), (10, 0)])
def test_a_first_digest_is_no_flood(new: int, shown: int) -> None:
    """If more than half of all is new to a channel that never had a digest, none is; later all
    are.
    """
    catalogue = of(*(resource(f"r{n}") for n in range(10)))
    happened = week(*(entry(f"r{n}", INSIDE, INSIDE) for n in range(new)), told=None)
    made = told(catalogue, happened)
    assert (made.new_count, len(made.new), made.more) == (shown, shown, ())
    assert (made.size, made.changed_count, made.is_first) == (10, 0, True)
    assert not made.is_empty
    assert told(catalogue, replace(happened, told=SINCE)).new_count == new


# --- What it is about


def test_a_digest_of_some_topics_is_of_those() -> None:
    """A resource belongs to a topic if any of its topics is that one; it counts for the first of
    them that was chosen.
    """
    catalogue = of(
        *(resource(f"both{n}", "pci", "vfio") for n in range(6)),
        resource("pci", "pci"),
        resource("kvm", "kvm"),
    )
    everything = [entry(one.id, INSIDE) for one in catalogue.resources]
    happened = week(
        *everything, asked=[Asked("both1", "a", 1), Asked("both2", "b", 1), Asked("kvm", "a", 1)]
    )
    made = told(catalogue, happened, "vfio", "lost", "away")
    assert [topic.id for topic in made.topics] == ["vfio"]
    assert made.lost_topics == ("away", "lost")
    assert (made.size, made.new_count) == (6, 6)
    assert [(topic.id, count) for topic, count in made.more] == [("vfio", 1)]
    assert [(one.topic.id, one.people) for one in made.asked] == [("vfio", 2)]
    everywhere = told(catalogue, happened)
    assert (everywhere.size, everywhere.topics, everywhere.lost_topics) == (8, (), ())
    assert [(one.topic.id, one.people) for one in everywhere.asked] == [("pci", 2)]


def test_a_digest_whose_topics_are_lost_is_of_nothing() -> None:
    """It is not suddenly about all the others."""
    made = told(of(resource("bus")), week(entry("bus", INSIDE), gaps=[a_gap()]), "lost")
    assert made == Digest(
        since=SINCE, until=UNTIL, is_first=False, told=INSIDE, lost_topics=("lost",)
    )
    assert made.is_empty


def test_a_quiet_week_is_empty() -> None:
    """Something to look at again is no reason to post; nor is an empty catalogue."""
    made = told(of(resource("bus")), week())
    assert made.is_empty
    assert made.look is not None
    assert told(of(topics=()), week()) == Digest(
        since=SINCE, until=UNTIL, is_first=False, told=SINCE
    )
    assert told(of(topics=()), week(told=None)).is_empty


@pytest.mark.parametrize(
    "happened",
    [
        week(entry("bus", INSIDE)),
        week(entry("bus", None, INSIDE)),
        week(asked=[Asked("bus", "a", 1), Asked("bus", "b", 1)]),
        week(thumbs={"bus": Thumbs(2, 0)}),
        week(gaps=[a_gap()]),
        week(entry("dead", None, INSIDE)),
    ],
)
def test_whatever_happens_is_a_reason_to_post(happened: Week) -> None:
    """Any single thing makes a digest that is not empty."""
    assert not told(of(resource("bus"), resource("dead", gone=SINCE.date())), happened).is_empty


# --- People


@given(weeks(), st.integers(2, 4))
def test_nobody_is_told_of_alone(given_week: tuple[Catalogue, Week], people: int) -> None:
    """However often fewer people ask, find helpful or look for in vain: nothing tells of it."""
    catalogue, happened = given_week
    asked = [
        replace(one, person="ab"[n % (people - 1) % 2], times=50)
        for n, one in enumerate(happened.asked)
    ]
    thumbs = {name: Thumbs(people - 1, 0) for name in happened.thumbs}
    gaps = [a_gap(people=people - 1, times=50) for _ in happened.gaps]
    alone = replace(happened, asked=asked, thumbs=thumbs, gaps=gaps)
    silent = replace(happened, asked=(), thumbs={}, gaps=())
    assert told(catalogue, alone, people=people) == told(catalogue, silent, people=people)


def test_what_most_people_asked_about_comes_first() -> None:
    """By people, then by how often; beside each topic what most of them were led to."""
    catalogue = of(
        resource("p1", "pci"), resource("p2", "pci"), resource("v", "vfio"),
        resource("k1", "kvm"), resource("k2", "kvm", gone=dt.date(2020, 1, 1)),
    )  # fmt: skip
    happened = week(
        asked=[
            *(Asked("p1", person, 1) for person in "abc"),
            Asked("p2", "a", 9),
            *(Asked("v", person, 3) for person in "ab"),
            *(Asked("k2", person, 2) for person in "bc"),
            Asked("k1", "a", 20),
            *(Asked("lost", person, 9) for person in "abcdef"),
        ]
    )
    made = told(catalogue, happened)
    assert [
        (one.topic.id, one.people, one.times, one.resource and one.resource.id)
        for one in made.asked
    ] == [("kvm", 3, 24, None), ("pci", 3, 12, "p1"), ("vfio", 2, 6, "v")]
    assert [one.topic.id for one in told(catalogue, happened, people=3).asked] == ["kvm", "pci"]


@pytest.mark.parametrize(
    ("thumbs", "best"),
    [
        ({"a": Thumbs(3, 0), "b": Thumbs(2, 0)}, "a"),
        # Of nine in ten is more proven than of two in two.
        ({"a": Thumbs(2, 0), "b": Thumbs(9, 1)}, "b"),
        ({"a": Thumbs(3, 3), "b": Thumbs(2, 1)}, "b"),
        ({"a": Thumbs(9, 7), "b": Thumbs(4, 0)}, "b"),
        ({"a": Thumbs(1, 0)}, None),
        ({"a": Thumbs(0, 0), "b": Thumbs(3, 4)}, None),
        ({"dead": Thumbs(9, 0), "lost": Thumbs(9, 0), "kvm": Thumbs(9, 0)}, None),
        ({"a": Thumbs(3, 0), "b": Thumbs(3, 0)}, "a"),
    ],
)
def test_what_helped_most(thumbs: dict[str, Thumbs], best: str | None) -> None:
    """It is what thumbs prove most of, if several were up and fewer down."""
    catalogue = of(
        resource("b"), resource("a"), resource("dead", gone=SINCE.date()), resource("kvm", "kvm")
    )
    made = told(catalogue, week(thumbs=thumbs), "pci").best
    assert (made and (made.resource.id, made.thumbs)) == (best and (best, thumbs[best]))


def test_the_gap_that_somebody_met_this_week() -> None:
    """The most wanted of those that several met, and somebody in this week; whatever the topics."""
    before, alone, after = a_gap(last=SINCE), a_gap(people=1), a_gap(last=UNTIL + SECOND)
    this, less = a_gap(last=UNTIL), a_gap(last=SINCE + SECOND)
    assert told(of(), week(gaps=[before, alone, after, this, less]), "pci").gap is this
    assert told(of(), week(gaps=[before, alone, after])).gap is None


# --- A second look


def looked(catalogues: Sequence[Catalogue], *, channel: str = "C1", memory: int = 400) -> list[str]:
    """Return what is shown for a second look week by week; so many are remembered."""
    shown: list[str] = []
    for one in catalogues:
        looks = shown[::-1][:memory]
        made = digest(one, week(looks=looks), channel=channel)
        assert made.look
        shown.append(made.look.id)
    return shown


@given(
    st.sets(st.sampled_from([f"r{n}" for n in range(20)]), min_size=2),
    st.integers(1, 30),
    st.sampled_from(["C1", "C2", "D3"]),
)
def test_everything_has_its_turn(names: set[str], memory: int, channel: str) -> None:
    """In as many weeks as there are resources each is shown once, and so again, however little is
    remembered.
    """
    size = len(names)
    shown = looked([of(*map(resource, names))] * 2 * size, channel=channel, memory=memory)
    assert set(shown[:size]) == names
    assert shown[size:] == shown[:size]


@given(
    st.lists(
        st.sets(st.sampled_from([f"r{n}" for n in range(8)]), min_size=2), min_size=1, max_size=40
    )
)
def test_a_changing_catalogue_keeps_turns(changing: list[set[str]]) -> None:
    """Never the same twice in a row, and never what was shown while another one there was not, or
    was so longer ago.
    """
    shown = looked([of(*map(resource, sorted(names))) for names in changing])
    assert all(a != b for a, b in pairwise(shown))
    for at, names in enumerate(changing):
        last = {name: max((n for n in range(at) if shown[n] == name), default=-1) for name in names}
        assert last[shown[at]] == min(last.values())


def test_channels_have_turns_of_their_own() -> None:
    """Two channels do not show the same all the time, and not in the same order."""
    catalogue = of(*(resource(f"r{n}") for n in range(10)))
    shown = {tuple(looked([catalogue] * 10, channel=f"C{n}")) for n in range(20)}
    assert len(shown) > 10
    assert len({one[0] for one in shown}) > 3


def test_a_second_look_is_at_nothing_else() -> None:
    """What is told of already, is gone, or is on other topics, is no second look; the one shown
    last is one again only if there is no other.
    """
    catalogue = of(
        resource("new"), resource("changed"), resource("asked"), resource("best"),
        resource("gone", gone=dt.date(2020, 1, 1)), resource("kvm", "kvm"), resource("left"),
    )  # fmt: skip
    happened = week(
        entry("new", INSIDE),
        entry("changed", None, INSIDE),
        asked=[Asked("asked", "a", 1), Asked("asked", "b", 1)],
        thumbs={"best": Thumbs(2, 0)},
        looks=["left", "best"],
    )
    for _ in range(2):
        look = told(catalogue, happened, "pci").look
        assert look
        assert look.id == "left"
    assert told(of(resource("gone", gone=SINCE.date())), week()).look is None
