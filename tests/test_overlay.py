"""Suggestions: what is wrong with them, and what the catalogue is with them."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.catalogue import parse
from bot.catalogue.ids import is_id
from bot.catalogue.urls import normalise_url
from bot.catalogue.writer import dump
from bot.model import Catalogue, Source
from bot.overlay import SUGGESTED, applied, entry, faults, is_suggested, resource_id
from bot.records import Draft, Suggestion
from tests.catalogue.samples import MINIMAL, added
from tests.samples import DAY, IDS, a_draft, catalogues, drafts, suggestion, suggestions

SMALL = parse(MINIMAL)
MIRRORED = parse(added("also: [{title: Mirror, url: https://mirror.example/notes}]"))

# What is wrong, the draft, and what the form says.
WRONG: list[tuple[str, Draft, dict[str, str]]] = [
    (
        "nothing at all is filled in",
        a_draft(url=" ", title="\n", summary="", topics=()),
        {
            "url": "Give the address, like https://example.org/page.",
            "title": "Give it a title.",
            "summary": "Say in a sentence or two what a newcomer learns from it.",
            "topics": "Choose at least one topic.",
        },
    ),
    (
        "an address that is none",
        a_draft(url="see the wiki"),
        {"url": "This address contains a space."},
    ),
    (
        "an address with a password",
        a_draft(url="https://me:secret@example.org/"),
        {"url": "This address contains a user name or password before the host."},
    ),
    (
        "a page that is there",
        a_draft(url="http://EXAMPLE.org/talk/?utm_source=x"),
        {"url": "The catalogue has this already: A talk on PCI, under PCI."},
    ),
    (
        "a page that is there as a mirror",
        a_draft(url="https://mirror.example/notes"),
        {"url": "The catalogue has this already: Notes on VFIO, under VFIO."},
    ),
    (
        "a question that is asked already",
        a_draft(ask="How do I  pass a device through"),
        {"ask": '"How do I  pass a device through" already leads to Notes on VFIO.'},
    ),
    (
        "a topic that is gone",
        a_draft(topics=("pci", "kvm")),
        {"topics": 'There is no topic "kvm" any more. Choose another one.'},
    ),
    (
        "a title of two lines",
        a_draft(title="A\npage"),
        {"title": "This holds a line break. Write it on one line, with spaces."},
    ),
    (
        "characters that nobody sees",
        a_draft(title="A\u200bpage", summary="A \ud83d half", ask="who\u202e"),
        {
            "title": "This holds the invisible character U+200B. Delete it.",
            "summary": "This holds the invisible character U+D83D. Delete it.",
            "ask": "This holds the invisible character U+202E. Delete it.",
        },
    ),
    (
        "too much of everything",
        a_draft(
            url=f"https://example.org/{'x' * 2000}",
            title="x" * 161,
            summary="x" * 1201,
            topics=("pci",) * 11,
            ask="x" * 301,
        ),
        {
            "url": "This has 2,020 characters. Shorten it to 2,000 at most.",
            "title": "This has 161 characters. Shorten it to 160 at most.",
            "summary": "This has 1,201 characters. Shorten it to 1,200 at most.",
            "ask": "This has 301 characters. Shorten it to 300 at most.",
        },
    ),
]


@pytest.mark.parametrize(("draft", "told"), [case[1:] for case in WRONG], ids=[c[0] for c in WRONG])
def test_what_the_form_says(draft: Draft, told: dict[str, str]) -> None:
    """Each field hears in a sentence what is wrong with it, all of them at once."""
    assert faults(draft, MIRRORED) == told


@pytest.mark.parametrize(
    "draft",
    [
        a_draft(),
        a_draft(topics=("vfio", "pci", "vfio"), ask=" what is a bus "),
        a_draft(title=" \u6df1 ", summary="One line.\r\nAnother one.\r\n"),
        a_draft(url=" https://example.org/talk#part "),
    ],
)
def test_nothing_is_wrong(draft: Draft) -> None:
    """A sound draft is taken, whatever stands around its texts."""
    assert faults(draft, SMALL) == {}


@settings(deadline=None)
@given(catalogues(), drafts)
def test_what_the_form_takes_the_reader_takes(catalogue: Catalogue, draft: Draft) -> None:
    """A draft without a fault makes an entry that can stand in the file, whole."""
    told = faults(draft, catalogue)
    assert set(told) <= {"url", "title", "summary", "topics", "ask"}
    assert all(sentence.strip().endswith(".") for sentence in told.values())
    overlaid = applied(catalogue, [suggestion(draft=draft)])
    if told:
        assert not overlaid.shown or set(told) <= {"topics", "ask"}
    else:
        (made,) = overlaid.added
        assert made.url == draft.url.strip()
        assert made.asks == ((ask,) if (ask := draft.ask.strip()) else ())
        assert made.topics == tuple(dict.fromkeys(draft.topics))
        whole = replace(catalogue, resources=(*catalogue.resources, entry(made)))
        assert parse(dump(whole)) == whole


@settings(max_examples=60, deadline=None)
@given(catalogues(), suggestions(), st.randoms())
def test_whatever_is_laid_over_a_catalogue_it_stays_sound(
    catalogue: Catalogue, some: list[Suggestion], chance: random.Random
) -> None:
    """The reader takes the result as it is, the file's own entries come first and unchanged, each
    suggestion has one fate, and the order they come in changes nothing.
    """
    overlaid = applied(catalogue, some)
    assert parse(dump(overlaid.catalogue)) == overlaid.catalogue
    count = len(catalogue.resources)
    assert overlaid.catalogue.resources[:count] == catalogue.resources
    assert overlaid.catalogue.resources[count:] == overlaid.added
    assert replace(overlaid.catalogue, resources=catalogue.resources) == catalogue
    fates = [*overlaid.shown, *overlaid.retired, *(one for one, _ in overlaid.left_out)]
    assert sorted(one.id for one in fates) == sorted(one.id for one in some)
    for one, made in zip(overlaid.shown, overlaid.added, strict=True):
        assert one.status == "approved"
        assert (made.url, made.title) == (one.draft.url.strip(), one.draft.title.strip())
        assert is_suggested(made)
        assert not is_suggested(entry(made))
    assert all(why.strip() for _, why in overlaid.left_out)
    chance.shuffle(some)
    assert applied(catalogue, some) == overlaid


@settings(deadline=None)
@given(catalogues(), suggestions())
def test_what_has_come_into_the_file_is_retired(
    catalogue: Catalogue, some: list[Suggestion]
) -> None:
    """Once the file has all that was shown, none of it is laid over it again."""
    before = applied(catalogue, some)
    file = replace(catalogue, resources=(*catalogue.resources, *map(entry, before.added)))
    after = applied(file, some)
    assert after.shown == ()
    assert after.catalogue is file
    assert set(before.shown) <= set(after.retired)


def test_a_suggestion_as_a_resource() -> None:
    """All that the curators approved is there, with the day and the mark of a suggestion."""
    (made,) = applied(SMALL, [suggestion(draft=a_draft(ask="what is a bus"))]).added
    assert made.id == "a-suggested-page"
    assert made.asks == ("what is a bus",)
    assert made.added == DAY.date()
    assert made.source == Source(page=SUGGESTED)
    assert entry(made) == replace(made, source=None)


def test_an_id_stays_with_whom_it_was_given() -> None:
    """An id given at the approval is kept; where the file has taken it, a free one is found, and
    not that of another suggestion.
    """
    given_ids = ["pci-talk", "pci-talk-2", "mine", "mine", "", "No Id", "a-suggested-page"]
    some = [suggestion(n, resource=name) for n, name in enumerate(given_ids)]
    assert [made.id for made in applied(SMALL, some).added] == [
        "a-suggested-page-2",
        "pci-talk-2",
        "mine",
        "a-suggested-page-3",
        "a-suggested-page-4",
        "a-suggested-page-5",
        "a-suggested-page",
    ]


def test_what_the_file_has_taken_meanwhile_is_dropped() -> None:
    """A question or a topic that is lost does not lose the suggestion; all topics lost do."""
    ask = "how do I pass a device through"
    partly = suggestion(1, a_draft(topics=("gone", "pci"), ask=ask))
    lost = suggestion(2, a_draft(url="https://example.org/2", topics=("gone",)))
    again = suggestion(3, a_draft(title="Again"))
    waiting = suggestion(4, a_draft(url="https://example.org/4"), status="pending")
    overlaid = applied(SMALL, [waiting, again, lost, partly])
    (made,) = overlaid.added
    assert (made.topics, made.asks) == (("pci",), ())
    assert overlaid.left_out == (
        (lost, 'The catalogue has none of its topics any more: "gone".'),
        (again, "Its url: The catalogue has this already: A suggested page, under PCI."),
        (waiting, "It is pending, not approved."),
    )


def test_nothing_to_lay_over_it_leaves_the_catalogue() -> None:
    """Without suggestions, the very same catalogue comes back."""
    overlaid = applied(SMALL, [])
    assert overlaid.catalogue is SMALL
    assert overlaid.added == ()


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("A Talk", "a-talk-3"),
        ("Caf\u00e9: the 1st", "cafe-the-1st"),
        ("\u6df1\u5165", "resource"),
        ("", "resource"),
        ("word " * 40, "word-word-word-word-word-word-word-word-word-word-word-word"),
    ],
)
def test_an_id_is_made_of_the_title(title: str, expected: str) -> None:
    """Its words in the letters of an id, with a number if that is taken."""
    assert resource_id(title, IDS) == expected


@given(st.lists(st.text() | st.sampled_from(["x" * 90, "a", "A "]), max_size=20))
def test_ids_are_sound_and_differ(titles: list[str]) -> None:
    """Whatever the titles, each has an id of its own that the rules accept."""
    taken: set[str] = set()
    for title in titles:
        name = resource_id(title, taken)
        assert is_id(name)
        assert name not in taken
        taken.add(name)


def test_the_same_page_is_known_by_its_normal_form() -> None:
    """What counts is the page, however its address is written."""
    (made,) = applied(SMALL, [suggestion(draft=a_draft(url="https://EXAMPLE.org:443/x/"))]).added
    assert normalise_url(made.url) == "//example.org/x"
