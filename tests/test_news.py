"""What is news of the catalogue, and what only looks like it."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalogue.urls import normalise_url
from bot.model import Catalogue, Link, Resource, Source, Topic
from bot.news import fingerprint, merged, noted
from bot.records import Entry
from tests.samples import catalogues

START = dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC)
LATER = START + dt.timedelta(days=3)
LAST = LATER + dt.timedelta(days=3)
DAY = dt.date(2026, 11, 4)
BUS = Resource(
    id="bus",
    title="The bus",
    url="https://example.org/bus",
    summary="How it works.",
    topics=("pci",),
)
RING = replace(BUS, id="ring", title="The ring", url="https://example.org/ring")
ADDRESSES = (
    "https://example.org/bus",
    "http://example.org/bus/",
    "https://EXAMPLE.org:443/bus?utm_source=x",
    "http://example.org:443/bus",
    "https://example.org:443/bus",
    "https://example.org/bus?a=b#c",
    "https://[::1]/bus",
    "https://example.org",
)


def of(*resources: Resource) -> Catalogue:
    """Return a catalogue of these."""
    return Catalogue(version=1, topics=(Topic(id="pci", name="PCI"),), resources=resources)


def walked(*looks: tuple[dt.datetime, Catalogue]) -> dict[str, Entry]:
    """Return what is known after looking at each of these, one after another."""
    known: dict[str, Entry] = {}
    for at, catalogue in looks:
        known = merged(known.values(), noted(catalogue, known.values(), at))
    return known


@given(catalogues(), catalogues())
def test_what_is_noted_is_known(before: Catalogue, after: Catalogue) -> None:
    """After a look all of the catalogue is known as it is, and a second look finds no news."""
    known = walked((START, before), (LATER, after))
    for one in after.resources:
        entry = known[one.id]
        assert (entry.page, entry.content) == (normalise_url(one.url), fingerprint(one))
    assert noted(after, known.values(), LAST) == []
    assert {one.id for one in before.resources} <= known.keys()


@given(catalogues(), catalogues())
def test_only_what_differs_is_noted(before: Catalogue, after: Catalogue) -> None:
    """Nothing is noted twice, or without a difference; what was first, stays."""
    known = walked((START, before))
    found = noted(after, known.values(), LATER)
    assert len({one.resource for one in found}) == len(found)
    for one in found:
        old = known.get(one.resource)
        assert old != one
        assert old is None or (old.first, one.changed) == (one.first, LATER)


def test_the_first_look_is_no_news() -> None:
    """What was there when somebody first looked came at a moment that nobody knows."""
    known = walked((START, of(BUS, RING)))
    assert [(one.first, one.changed) for one in known.values()] == [(None, None)] * 2


def test_what_comes_later_is_new() -> None:
    """What is there at a later look for the first time came then."""
    known = walked((START, of(BUS)), (LATER, of(BUS, RING)), (LAST, of(BUS, RING)))
    assert known["bus"].first is None
    assert (known["ring"].first, known["ring"].changed) == (LATER, None)


@pytest.mark.parametrize(
    "after",
    [
        replace(BUS, title="A bus"),
        replace(BUS, summary="It works."),
        replace(BUS, note="Read this first."),
        replace(BUS, url="https://example.org/other"),
        replace(BUS, gone=DAY),
        # What moves from one field to the next is a difference, too.
        replace(BUS, summary="How it", note=" works."),
    ],
)
def test_what_a_reader_sees_differ_has_changed(after: Resource) -> None:
    """A difference that readers see is a change, and not an arrival."""
    assert fingerprint(after) != fingerprint(BUS)
    known = walked((START, of(RING)), (LATER, of(RING, BUS)), (LAST, of(RING, after)))
    assert (known["bus"].first, known["bus"].changed) == (LATER, LAST)


@pytest.mark.parametrize(
    "after",
    [
        replace(BUS, url="http://EXAMPLE.org:80/bus/?utm_source=news"),
        replace(BUS, topics=("pci", "vfio"), tags=("a",), aliases=("b",), asks=("what is it",)),
        replace(BUS, kind="talk", level="intro", year=2018, minutes=3, access="free"),
        replace(BUS, also=(Link(title="M", url="https://m.example"),), source=Source(page="p")),
        replace(BUS, added=DAY, authors=("Mara",)),
    ],
)
def test_what_no_reader_misses_is_no_news(after: Resource) -> None:
    """Other words to be found by, other facts, another way to write the address: no change."""
    assert fingerprint(after) == fingerprint(BUS)
    assert noted(of(after), walked((START, of(BUS))).values(), LATER) == []


def test_fingerprints_may_be_kept() -> None:
    """Another process or version has the same fingerprint, or all would be news after an update."""
    assert fingerprint(BUS) == "fbcf7b09a74b3f43"
    assert fingerprint(replace(BUS, gone=DAY)) == "gone:666849ff45a8a89a"


@pytest.mark.parametrize(("moved", "first"), [(RING, None), (BUS, LATER)])
def test_a_new_id_is_no_news(moved: Resource, first: dt.datetime | None) -> None:
    """A resource that has another id now has been there as long as under the old one."""
    known = walked((START, of(RING)), (LATER, of(RING, BUS))).values()
    (kept,) = {RING, BUS} - {moved}
    renamed = replace(moved, id="other")
    assert noted(of(kept, renamed), known, LAST) == [
        Entry(
            resource="other",
            page=normalise_url(moved.url),
            content=fingerprint(moved),
            first=first,
        )
    ]
    (entry,) = noted(of(kept, replace(renamed, title="Another title")), known, LAST)
    assert (entry.first, entry.changed) == (first, LAST)


def test_a_second_new_id_is_no_news_either() -> None:
    """Of what had several ids, the one it had last tells whether it has changed."""
    second = replace(BUS, id="b-bus", title="Another title")
    third = replace(second, id="a-bus")
    known = walked((START, of(RING, BUS)), (LATER, of(RING, second)), (LAST, of(RING, third)))
    assert [(known[one].first, known[one].changed) for one in ("bus", "b-bus", "a-bus")] == [
        (None, None), (None, LATER), (None, LATER),
    ]  # fmt: skip


def test_the_same_page_beside_the_old_one_is_new() -> None:
    """A new id is only the old resource if that is no longer there."""
    moved = replace(BUS, url="https://example.org/moved")
    known = walked((START, of(BUS)), (LATER, of(moved, replace(BUS, id="other"))))
    assert (known["bus"].first, known["bus"].changed) == (None, LATER)
    assert (known["other"].first, known["other"].changed) == (LATER, None)


def test_coming_back_is_no_news() -> None:
    """What was away for a while and comes back as it was is as old as before."""
    assert walked((START, of(BUS, RING)), (LATER, of(RING)), (LAST, of(BUS, RING))) == walked(
        (START, of(BUS, RING))
    )


def test_only_going_and_coming_back_are_news_of_a_dead_link() -> None:
    """What stays gone keeps the moment at which it went, whatever else is written; until it is
    back.
    """
    gone = replace(BUS, gone=DAY)
    edited = replace(gone, gone=DAY + dt.timedelta(days=1), note="Somebody should look for it.")
    known = walked((START, of(BUS)), (LATER, of(gone)), (LAST, of(edited)))
    assert known["bus"].changed == LATER
    assert known["bus"].content == fingerprint(edited)
    (back,) = noted(of(BUS), known.values(), LAST)
    assert back.changed == LAST


@given(st.lists(st.sampled_from(ADDRESSES), min_size=1, max_size=5))
def test_addresses_are_compared_as_pages(urls: list[str]) -> None:
    """However its address was written before, the page of a resource is that of the one it has."""
    looks = [of(replace(BUS, url=url)) for url in urls]
    (entry,) = walked(*((START, look) for look in looks)).values()
    assert entry.page == normalise_url(urls[-1])
    assert entry.content == fingerprint(looks[-1].resources[0])
