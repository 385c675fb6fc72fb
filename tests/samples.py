"""Sound catalogues and suggestions of every kind, with much in common so that they clash."""

import datetime as dt
from typing import get_args

from hypothesis import strategies as st

from bot.catalogue.rules import folded, text_fault
from bot.catalogue.urls import normalise_url
from bot.model import Catalogue, Link, Resource, Source, Topic
from bot.overlay import SUGGESTED
from bot.records import STATUSES, Draft, Status, Suggestion
from tests.catalogue.test_writer import texts

DAY = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
TOPICS = ("pci", "vfio", "kvm")
IDS = ("a-talk", "a-talk-2", "notes", "a", "no")
PAGES = tuple(f"https://example.org/{name}" for name in ("talk", "notes", "2018", "?q=a#b", "é"))
ASKS = ("how does it work", "How  does it work", "where is the bus", "no", "is it: this?")


def sound(least: int = 1, most: int = 150, *, paragraph: bool = False) -> st.SearchStrategy[str]:
    """Texts that a catalogue may hold, awkward ones among them."""
    return texts.map(lambda text: text[:most].strip()).filter(
        lambda text: len(text) >= least and text_fault(text, paragraph=paragraph) is None
    )


@st.composite
def catalogues(draw: st.DrawFn, least: int = 0) -> Catalogue:
    """Catalogues as they come out of a file."""
    topics = draw(st.lists(st.sampled_from(TOPICS), min_size=bool(least), unique=True))
    urls = draw(
        st.lists(st.sampled_from(PAGES), min_size=least, max_size=4, unique_by=normalise_url)
        if topics
        else st.just([])
    )
    asks = draw(st.lists(st.sampled_from(ASKS), unique_by=folded))
    resources = [
        Resource(
            id=name,
            url=url,
            title=draw(sound()),
            summary=draw(sound(paragraph=True)),
            topics=(draw(st.sampled_from(topics)),),
            asks=tuple(asks[at :: len(urls)]),
            note=draw(st.none() | sound(paragraph=True)),
            also=(Link(title="Mirror", url=f"https://mirror.example/{at}"),) if at % 2 else (),
            source=draw(st.none() | st.just(Source(page=SUGGESTED))),
        )
        for at, (name, url) in enumerate(zip(IDS, urls, strict=False))
    ]
    named = tuple(Topic(id=name, name=f"On {name}") for name in topics)
    return Catalogue(version=1, topics=named, resources=tuple(resources))


drafts = st.builds(
    Draft,
    url=st.sampled_from([*PAGES, "http://EXAMPLE.org/talk/", "https://mirror.example/1"])
    | st.sampled_from(
        ["", "mailto:x", "https://u:p@example.org", "https://example.org/" + "x" * 2000]
    )
    | st.integers(0, 99).map(lambda number: f" https://example.org/{number} "),
    title=sound() | st.text(max_size=200) | texts,
    summary=sound(paragraph=True) | st.text(max_size=1300) | texts,
    topics=st.lists(st.sampled_from([*TOPICS, "gone"]) | st.text(max_size=9)).map(tuple),
    ask=st.sampled_from(["", *ASKS]) | sound() | st.text(max_size=310),
)


@st.composite
def suggestions(draw: st.DrawFn) -> list[Suggestion]:
    """Lists of suggestions as they may come out of the store, in any order."""
    numbers = draw(st.lists(st.integers(1, 99), max_size=6, unique=True))
    return [
        suggestion(
            number,
            draw(drafts),
            resource=draw(st.sampled_from([*IDS, "", "A b", "x" * 81]) | st.text(max_size=9)),
            status=draw(st.sampled_from(("approved", "approved", *STATUSES))),
            decided_at=draw(st.none() | st.datetimes(timezones=st.just(dt.UTC))),
        )
        for number in numbers
    ]


def suggestion(
    number: int = 1,
    draft: Draft | None = None,
    *,
    resource: str = "",
    status: Status = "approved",
    decided_at: dt.datetime | None = DAY,
) -> Suggestion:
    """One suggestion; by default an approved and sound one on PCI."""
    assert status in get_args(Status)
    return Suggestion(
        id=number,
        draft=draft or a_draft(url=f"https://example.org/suggested/{number}"),
        status=status,
        at=DAY,
        by="U1",
        resource=resource,
        decided_at=decided_at,
    )


def a_draft(
    *,
    url: str = "https://example.org/suggested",
    title: str = "A suggested page",
    summary: str = "What the bus is for.",
    topics: tuple[str, ...] = ("pci",),
    ask: str = "",
) -> Draft:
    """A draft that fits the small catalogue, but for what is named."""
    return Draft(url=url, title=title, summary=summary, topics=topics, ask=ask)
