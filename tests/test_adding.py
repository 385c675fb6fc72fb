"""What is guessed of a new entry, and what is refused."""

import pytest

from bot.adding import (
    Given,
    faults,
    kind_of,
    new_id,
    present,
    resource_of,
    tags_for,
    title_of,
    topics_for,
)
from bot.catalogue import parse, parse_with_places
from bot.search import Index
from tests.catalogue.samples import MINIMAL, added
from tests.test_cli import SAILING


@pytest.mark.parametrize(
    ("url", "kind", "title"),
    [
        ("https://www.youtube.com/watch?v=abc", "talk", ""),
        ("https://example.org/courses/pci-enumeration.html", "course", "Pci enumeration"),
        ("https://docs.kernel.org/driver-api/vfio.html", "docs", "Vfio"),
        ("https://github.com/example/small-vmm", None, "Small vmm"),
        ("https://github.com/example/awesome-rust", "list", "Awesome rust"),
        ("https://en.wikipedia.org/wiki/Hypervisor", "wiki", "Hypervisor"),
        ("https://datatracker.ietf.org/doc/html/rfc9110", "spec", "Rfc9110"),
        ("https://example.org/2020/07/how-it-works/", "article", "how it works"),
        ("https://example.org/%E6%97%A5%E6%9C%AC", None, "日本"),
        ("https://example.org/index.html", None, ""),
        ("https://example.org", None, ""),
    ],
)
def test_an_address_tells_something(url: str, kind: str | None, title: str) -> None:
    """Kind and title are guessed from the address alone."""
    assert kind_of(url) == kind
    assert title_of(url).casefold() == title.casefold()


def test_topics_come_from_what_is_alike() -> None:
    """The topics offered are the homes of the resources that the words find."""
    catalogue = parse(SAILING)
    index = Index.build(catalogue)
    assert topics_for(catalogue, index, "Reef knots: a loop that holds")[0] == "knots"
    assert topics_for(catalogue, index, "zorkmid") == ()


def test_tags_come_from_the_words() -> None:
    """The tags offered are those of the catalogue that the words hold, in whatever form."""
    catalogue = parse(SAILING.replace("level: reference", "tags: [harbours, high water, zork]"))
    assert set(tags_for(catalogue, "A harbour at high water")) == {"harbours", "high water"}
    assert tags_for(catalogue, "") == ()


@pytest.mark.parametrize(
    "url", ["https://example.org/talk", "http://EXAMPLE.org/talk/?utm_source=x"]
)
def test_a_page_that_is_there_is_named(url: str) -> None:
    """The same page, however it is written, is found with its id and line."""
    catalogue, document = parse_with_places(MINIMAL, "c.yaml")
    assert present(catalogue, document, url) == ("pci-talk", 13)
    assert present(catalogue, document, "https://example.org/other") is None


def test_a_mirror_counts_as_the_page() -> None:
    """Another address of a resource is there as much as its own."""
    text = added("also: [{title: Mirror, url: https://mirror.example/notes}]")
    found = present(*parse_with_places(text, "c.yaml"), "https://mirror.example/notes/")
    assert found == ("vfio-notes", 19)


@pytest.mark.parametrize(
    ("given", "key", "said"),
    [
        (Given(url="ftp://example.org"), "url", "only http and https"),
        (Given(url="https://e.org", topics=("pic",)), "topics", 'Did you mean "pci"?'),
        (Given(url="https://e.org", topics=("zorkmid",)), "topics", "The topics are pci, vfio."),
        (Given(url="https://e.org", id="pci-talk"), "id", "is taken"),
        (Given(url="https://e.org", id="A b"), "id", "lower-case"),
        (Given(url="https://e.org", title="x" * 161), "title", "160"),
        (Given(url="https://e.org", summary="x\u200by"), "summary", "invisible"),
        (
            Given(url="https://e.org", asks=("How do I pass  a device through",)),
            "asks",
            '"vfio-notes" already',
        ),
    ],
)
def test_what_does_not_fit_is_told(given: Given, key: str, said: str) -> None:
    """Each fault is told at its key, in a sentence; what is missing is none yet."""
    found = faults(parse(MINIMAL), given)
    assert list(found) == [key]
    assert said in found[key]


def test_an_entry_is_what_was_given() -> None:
    """The entry has what was said, an id of its title that is free, and nothing else."""
    catalogue = parse(MINIMAL)
    given = Given(
        url="https://e.org", title="PCI talk", summary="More.", topics=("pci", "pci"), kind="talk"
    )
    made = resource_of(catalogue, given)
    assert (made.id, made.topics, made.kind) == ("pci-talk-2", ("pci",), "talk")
    assert new_id(catalogue, "日本") == "resource"
