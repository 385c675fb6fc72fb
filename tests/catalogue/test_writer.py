"""What the writer promises: the text loads to the same catalogue and reads well on the way."""

from dataclasses import fields
from typing import Any, get_args, get_origin, get_type_hints

import yaml
from annotated_types import MaxLen, MinLen
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bot.catalogue import parse
from bot.catalogue.writer import dump
from bot.model import Catalogue, Link, Resource, Source, Term, Topic

WIDTH = 100
CATALOGUE = TypeAdapter(Catalogue)
AWKWARD = (
    "no",
    "2018",
    "2018-01-01",
    "1e3",
    "null",
    "~",
    "- x",
    "? x",
    "a: b",
    "a #b",
    " a ",
    "a\nb\n",
    "\ta",
    "---",
    "...",
    "#",
    "'",
    '"',
    "[a, b]",
    "{a}",
    "*a",
    "&a",
    "!a",
    "%a",
    "@a",
    "`a`",
    "|",
    ">",
    "",
    "\N{GRINNING FACE}",
    "caf\N{LATIN SMALL LETTER E WITH ACUTE}",
    "\x00\x07\x85\N{LINE SEPARATOR}\ufeff\uffff",
)
long_texts = st.lists(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=12) | st.sampled_from(AWKWARD),
    min_size=1,
    max_size=25,
).map(" ".join)
texts = st.sampled_from(AWKWARD) | st.text(max_size=30) | long_texts


def limit(annotation: Any) -> int:
    """Return the longest text the annotation of a field allows."""
    return next(part.max_length for part in get_args(annotation) if isinstance(part, MaxLen))


def fitting(annotation: Any) -> st.SearchStrategy[str]:
    """Return awkward texts that the field may hold."""
    return texts.map(lambda text: text[: limit(annotation)] or "x")


def entries(kind: Any) -> st.SearchStrategy[Any]:
    """Return entries in which each field, at random, is at its default or holds something."""
    hints = get_type_hints(kind, include_extras=True)
    return st.builds(kind, **{key.name: values(hints[key.name]) for key in fields(kind)})


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Return what a field of this annotation may hold."""
    inner, *_ = get_args(hint) or (None,)
    if hint in (Link, Source):
        return entries(hint)
    if type(None) in get_args(hint):
        return st.none() | values(inner)
    if inner is str:
        return fitting(hint)
    if get_origin(hint) is tuple:
        return st.lists(values(inner), max_size=3).map(tuple)
    if get_origin(inner) is tuple:
        least = any(isinstance(part, MinLen) for part in get_args(hint))
        return st.lists(values(get_args(inner)[0]), min_size=least, max_size=3).map(tuple)
    return st.from_type(hint)


catalogues = st.builds(
    Catalogue,
    version=st.just(1),
    topics=st.lists(entries(Topic), max_size=2).map(tuple),
    glossary=st.lists(entries(Term), max_size=2).map(tuple),
    resources=st.lists(entries(Resource), max_size=2).map(tuple),
)

HANDSOME = """\
version: 1

topics:
  - id: pci
    name: PCI
    aliases: [pcie, peripheral component interconnect]
    related: [acpi, vfio]
    questions:
      - How does a guest find its devices?
      - 'no'

resources:
  - id: pci-enumeration
    title: 'PCI: Enumeration'
    url: https://pci.example/
    summary: >-
      Walks over bus, device and function numbers to see what is there: by hand first, then
      with the code of a small kernel.
    topics: [pci]
    kind: cheat sheet
    year: 2018
    also:
      - title: Mirror
        url: https://mirror.example/
    added: 2022-01-27
    gone: 2026-11-20
    source: {page: onboarding.md, section: [Introductory Resources, OS Basics]}

  - id: acpi
    title: ACPI
    url: https://acpi.example/
    summary: \N{GRINNING FACE} tables
    topics: [pci]
"""


def load(text: str) -> Catalogue:
    """Read the text as the ordinary YAML library does."""
    return CATALOGUE.validate_python(yaml.load(text, yaml.CSafeLoader))


@settings(max_examples=80, deadline=None)
@given(catalogues)
def test_loads_to_the_same_catalogue(catalogue: Catalogue) -> None:
    """Whatever a catalogue holds, its text holds the same."""
    assert load(dump(catalogue)) == catalogue


@settings(max_examples=25, deadline=None)
@given(catalogues)
def test_is_stable(catalogue: Catalogue) -> None:
    """Writing what was read changes nothing."""
    assert dump(load(dump(catalogue))) == dump(catalogue)


def test_awkward_words_stay_words() -> None:
    """Text that YAML would read as something else comes back as text, in every position."""
    words = tuple(text for text in AWKWARD if text)
    for text in words:
        topic = Topic(id="a", name=text, summary=text, aliases=(text,), questions=(text,))
        catalogue = Catalogue(version=1, topics=(topic,))
        assert load(dump(catalogue)) == catalogue


def test_the_reader_takes_words_for_words() -> None:
    """So do those that our reader alone would take for numbers."""
    words = ("1e3", "1E3", "-2e9", "+.5", "1.", "no", "0o7", "1_000", "12:30", "0x1f", ".inf")
    topics = tuple(Topic(id=f"t{n}", name=text, questions=(text,)) for n, text in enumerate(words))
    for at, topic in enumerate(topics):
        catalogue = Catalogue(version=1, topics=(topic,))
        assert parse(dump(catalogue)) == catalogue, words[at]


def test_reads_well() -> None:
    """Keys keep their order, defaults are absent, lists of words are rows, long texts folded."""
    assert dump(load(HANDSOME)) == HANDSOME


def test_an_empty_catalogue_is_its_version() -> None:
    """Lists without entries are not written."""
    assert dump(Catalogue(version=1)) == "version: 1\n"


def test_lines_fit_an_editor() -> None:
    """Folded lines stay within a hundred columns; sources and addresses are not broken."""
    section = ("Introductory Resources", "Virtualization History and Basics")
    resource = Resource(
        id="a",
        title="A",
        url=f"https://a.example/{'x' * 90}",
        summary="ordinary words " * 50 + "end",
        topics=("a",),
        source=Source(page="crosvm-onboarding.md", section=section),
    )
    text = dump(Catalogue(version=1, resources=(resource,)))
    assert f"    url: {resource.url}\n" in text
    assert max(len(line) for line in text.splitlines() if " url:" not in line) <= WIDTH
    assert "section: [Introductory Resources, Virtualization History and Basics]" in text
