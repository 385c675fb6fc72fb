"""New addresses in the text of a catalogue: nothing else in it changes, however it is written."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.catalogue import parse
from bot.catalogue.relinking import relinked
from bot.catalogue.writer import dump
from bot.errors import CatalogueError
from bot.model import Catalogue
from tests.catalogue.samples import MINIMAL, edited
from tests.samples import PAGES, catalogues

FILE = "c.yaml"
OLD, NEW = "https://example.org/talk", "https://new.example/talk?a=b#c"

WRITTEN = {
    # How the old address is written -> how the new one is.
    OLD: NEW,
    r'"https://example.org/t\x61lk"': f'"{NEW}"',
    f"\n      {OLD}": f"\n      {NEW}",
}


@pytest.mark.parametrize("written", WRITTEN)
def test_an_address_is_replaced_where_it_stands(written: str) -> None:
    """In the quotes that it has, with the remark beside it; every other byte stays."""
    made = relinked(edited((OLD, written)), {OLD: NEW}, FILE)
    assert made.text == edited((OLD, WRITTEN[written]))
    assert (made.done, made.left) == (((OLD, NEW),), ())


def test_other_places_stay_as_they_are() -> None:
    """The address in a note, a source or a comment is not an address of a resource."""
    also = f"also: [{{title: Mirror, url: {OLD}}}]"
    text = (
        f"\ufeff# {OLD}\r\n"
        + MINIMAL.replace("\n", "\r\n")
        + (f"    note: See {OLD}\r\n    source: {{page: {OLD}}} # {OLD}\r\n    {also}")
    )
    made = relinked(text, {OLD: NEW, "https://nowhere.example/": NEW}, FILE)
    assert made.text == text.replace(f"url: {OLD}", f"url: {NEW}")
    assert made.text.count(NEW) == 2
    assert made.done == ((OLD, NEW),)


def test_one_that_cannot_be_replaced_keeps_no_other_from_it() -> None:
    """What has a name, or repeats one, is told and stays; others are replaced, in a block too."""
    other = "https://example.org/notes"
    text = edited((OLD, f"&it {OLD}"), (other, f">-\n      {other}"))
    made = relinked(text, {OLD: NEW, other: f"{NEW}2"}, FILE)
    assert made.text == text.replace(f">-\n      {other}", f"{NEW}2")
    assert made.done == ((other, f"{NEW}2"),)
    assert made.left == ((OLD, "It is written in a way that cannot be replaced here."),)


def test_two_resources_never_get_one_address() -> None:
    """A page that another resource has, or gets by the same run, is left for a person."""
    other = "https://example.org/notes"
    made = relinked(MINIMAL, {OLD: f"{other}/"}, FILE)
    assert (made.text, made.done) == (MINIMAL, ())
    assert 'Resource "vfio-notes" has the new address already.' in made.left[0][1]
    both = relinked(MINIMAL, {OLD: NEW, other: NEW}, FILE)
    assert both.done == ((OLD, NEW),)
    assert both.left[0][0] == other
    # One that makes room for another does so in the order of the moves.
    swapped = relinked(MINIMAL, {other: NEW, OLD: other}, FILE)
    assert swapped.done == ((OLD, other), (other, NEW))
    assert [one.url for one in parse(swapped.text, FILE).resources] == [other, NEW]


def test_a_resource_never_gets_one_address_twice() -> None:
    """Neither does a mirror of its own become its address."""
    text = f"{MINIMAL}    also: [{{title: New, url: 'https://new.example/x'}}]\n"
    made = relinked(text, {"https://example.org/notes": "https://new.example/x"}, FILE)
    assert made.done == ()
    made = relinked(text, {OLD: "https://new.example/x"}, FILE)
    assert made.done == ((OLD, "https://new.example/x"),)


def test_https_takes_the_place_of_http() -> None:
    """A page is allowed to have its own address in another spelling."""
    text = MINIMAL.replace(OLD, OLD.replace("https", "http"))
    assert relinked(text, {OLD.replace("https", "http"): OLD}, FILE).text == MINIMAL


@pytest.mark.parametrize("new", ["javascript:alert(1)", "https://a.example/ b", "", "/talk"])
def test_no_unsound_address_comes_in(new: str) -> None:
    """What could not stand in a catalogue is left out, with what is wrong with it."""
    made = relinked(MINIMAL, {OLD: new}, FILE)
    assert made.text == MINIMAL
    assert made.left[0][1].startswith("The new address ")


def test_an_unsound_catalogue_is_told() -> None:
    """Before anything is replaced in it."""
    with pytest.raises(CatalogueError, match="vfoi"):
        relinked(edited(("topics: [vfio]", "topics: [vfoi]")), {OLD: NEW}, FILE)


@settings(max_examples=30, deadline=None)
@given(
    catalogues(1),
    st.dictionaries(
        st.sampled_from([*PAGES, "https://mirror.example/1"]),
        st.sampled_from([*PAGES, NEW, "https://new.example/ü", "https://new.example/a,[b]:"]),
    ),
)
def test_exactly_the_addresses_change(catalogue: Catalogue, moves: dict[str, str]) -> None:
    """Whatever the catalogue: what was done is there, nothing else changed, nothing untold."""
    text = dump(catalogue)
    made = relinked(text, moves, FILE)
    done, left = dict(made.done), dict(made.left)
    assert not done.keys() & left.keys()
    assert done.items() <= moves.items()
    present = {
        url
        for one in catalogue.resources
        for url in (one.url, *(link.url for link in one.also))
        if url in moves
    }
    assert present <= done.keys() | left.keys()
    assert parse(made.text, FILE) == replace(
        catalogue,
        resources=tuple(
            replace(
                one,
                url=done.get(one.url, one.url),
                also=tuple(replace(link, url=done.get(link.url, link.url)) for link in one.also),
            )
            for one in catalogue.resources
        ),
    )
    changed = [
        (old, new)
        for old, new in zip(text.split("\n"), made.text.split("\n"), strict=True)
        if old != new
    ]
    assert all("url:" in old for old, _ in changed)
