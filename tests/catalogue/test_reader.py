"""What the reader says to a curator, word for word, and what it never does."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.catalogue import load, parse, syntax
from bot.catalogue.reader import MAX_BYTES, MAX_PROBLEMS
from bot.errors import CatalogueError
from bot.model import Catalogue
from tests.catalogue.samples import MINIMAL, added, edited

# What is wrong, the text, and each line that the curator sees.
BROKEN: list[tuple[str, str | bytes, list[str]]] = [
    (
        "a misspelt key",
        edited(("summary: How the bus works.", "sumary: How the bus works.")),
        [
            'c.yaml:13:5: Resource "pci-talk" has no "summary". Add a line "summary: ...".',
            'c.yaml:16:5: Resource "pci-talk" has an unknown key "sumary". Did you mean "summary"?',
        ],
    ),
    (
        "a key of nobody",
        added("rating: 5"),
        [
            'c.yaml:25:5: Resource "vfio-notes" has an unknown key "rating". The keys here '
            "are id, title, url, summary, topics, tags, kind, level, aliases, asks, note, "
            "authors, year, minutes, access, also, added, gone, source.",
        ],
    ),
    (
        "a misspelt section",
        edited(("glossary:", "glosary:")),
        [
            'c.yaml:9:1: The file has an unknown key "glosary". Did you mean "glossary"?',
        ],
    ),
    (
        "a key of a link",
        added("also: [{title: Mirror, url: https://example.org/m, kind: talk}]"),
        [
            'c.yaml:25:56: Resource "vfio-notes": item 1 of "also" has an unknown key '
            '"kind". The keys here are title, url.',
        ],
    ),
    (
        "a merge key",
        added("<<: {kind: talk}"),
        [
            'c.yaml:25:5: Resource "vfio-notes" has the key "<<", and merging blocks is '
            "not supported. Write the keys out.",
        ],
    ),
    (
        "a missing key, by id",
        edited(("    url: https://example.org/talk\n", "")),
        [
            'c.yaml:13:5: Resource "pci-talk" has no "url". Add a line "url: ...".',
        ],
    ),
    (
        "a missing id, by title",
        edited(("  - id: pci-talk\n    title", "  - title")),
        [
            'c.yaml:13:5: Resource "A talk on PCI" has no "id". Add a line "id: ...".',
        ],
    ),
    (
        "neither id nor title",
        edited(("  - id: pci-talk\n    title: A talk on PCI\n    url", "  - url")),
        [
            'c.yaml:13:5: Resource 1 has no "id". Add a line "id: ...".',
            'c.yaml:13:5: Resource 1 has no "title". Add a line "title: ...".',
        ],
    ),
    (
        "no version",
        edited(("version: 1\n", "")),
        [
            'c.yaml:1:1: The file has no "version". Add a line "version: 1".',
        ],
    ),
    (
        "another version",
        edited(("version: 1", "version: 2")),
        [
            'c.yaml:1:10: "version" cannot be the number 2. This program reads version: 1.',
        ],
    ),
    (
        "a kind that is nearly right",
        added("kind: tutorail"),
        [
            'c.yaml:25:11: Resource "vfio-notes": "kind" cannot be "tutorail". Did you '
            'mean "tutorial"? It can be talk, tutorial, article, docs, spec, book, slides, '
            "notes, cheat sheet, sample code, list, wiki or course.",
        ],
    ),
    (
        "a kind that is not one",
        added("kind: podcast"),
        [
            'c.yaml:25:11: Resource "vfio-notes": "kind" cannot be "podcast". It can be '
            "talk, tutorial, article, docs, spec, book, slides, notes, cheat sheet, sample "
            "code, list, wiki or course.",
        ],
    ),
    (
        "a level that is not one",
        added("level: expert"),
        [
            'c.yaml:25:12: Resource "vfio-notes": "level" cannot be "expert". It can be '
            "intro, intermediate or reference.",
        ],
    ),
    (
        "an access that is not one",
        added("access: fre"),
        [
            'c.yaml:25:13: Resource "vfio-notes": "access" cannot be "fre". Did you mean '
            '"free"? It can be free, registration, paid or internal.',
        ],
    ),
    (
        "a number for a title",
        edited(("title: Notes on VFIO", "title: 2018")),
        [
            'c.yaml:20:12: Resource "vfio-notes": "title" is the number 2018, but has to '
            'be text. Put it in quotes: "2018".',
        ],
    ),
    (
        "a number and a no among tags",
        added("tags: [9p, 100, no]"),
        [
            'c.yaml:25:16: Resource "vfio-notes": item 2 of "tags" is the number 100, but '
            'has to be text. Put it in quotes: "100".',
            'c.yaml:25:21: Resource "vfio-notes": item 3 of "tags" is no, which means '
            'yes-or-no, but has to be text. Put it in quotes: "no".',
        ],
    ),
    (
        "nothing for a title",
        edited(("title: Notes on VFIO", "title:")),
        [
            'c.yaml:20:11: Resource "vfio-notes": "title" is empty, but has to be text. '
            "Write a text, or delete the key if it is optional.",
        ],
    ),
    (
        "a block for a question",
        added("asks2: x").replace("asks2: x", "authors: [who: is it]"),
        [
            'c.yaml:25:15: Resource "vfio-notes": item 1 of "authors" is a block of keys, '
            "but has to be text. If it is one text with a colon in it, put it in quotes.",
        ],
    ),
    (
        "a list for a note",
        added("note: [a, b]"),
        [
            'c.yaml:25:11: Resource "vfio-notes": "note" is a list, but has to be text. '
            "Write one text, in quotes.",
        ],
    ),
    (
        "text for a list",
        added("tags: hands-on"),
        [
            'c.yaml:25:11: Resource "vfio-notes": "tags" is "hands-on", but has to be a '
            'list. Write it as ["hands-on"].',
        ],
    ),
    (
        "nothing for a list",
        added("tags:"),
        [
            'c.yaml:25:10: Resource "vfio-notes": "tags" is empty, but has to be a list. '
            "Write [] or delete the key.",
        ],
    ),
    (
        "a block for a list",
        added("also: {title: Mirror, url: https://example.org/m}"),
        [
            'c.yaml:25:11: Resource "vfio-notes": "also" is a block of keys, but has to be '
            'a list. Put it in [...], or start each item on a line of its own with "- ".',
        ],
    ),
    (
        "text for a resource",
        MINIMAL + "  - more\n",
        [
            'c.yaml:25:5: Resource 3 is "more", but has to be a block of keys. Write its '
            'keys as lines "id: ...", and so on.',
        ],
    ),
    (
        "text for a source",
        added("source: the wiki"),
        [
            'c.yaml:25:13: Resource "vfio-notes": "source" is "the wiki", but has to be a '
            'block of keys. Write its keys as lines "page: ...", and so on.',
        ],
    ),
    (
        "an empty title",
        edited(("title: Notes on VFIO", "title: ''")),
        [
            'c.yaml:20:12: Resource "vfio-notes": "title" is empty. Write a text, or '
            "delete the key if it is optional.",
        ],
    ),
    (
        "a title of spaces",
        edited(("title: Notes on VFIO", "title: '   '")),
        [
            'c.yaml:20:12: Resource "vfio-notes": "title" is empty. Write a text, or '
            "delete the key if it is optional.",
        ],
    ),
    (
        "a title too long",
        edited(("title: Notes on VFIO", "title: " + "x" * 161)),
        [
            'c.yaml:20:12: Resource "vfio-notes": "title" has 161 characters. Shorten it '
            "to 160 at most.",
        ],
    ),
    (
        "no topic at all",
        edited(("topics: [vfio]", "topics: []")),
        [
            'c.yaml:23:13: Resource "vfio-notes": "topics" is an empty list. Give it at '
            "least 1 item.",
        ],
    ),
    (
        "too many topics",
        edited(("topics: [vfio]", "topics: [" + "vfio, " * 11 + "]")),
        [
            'c.yaml:23:13: Resource "vfio-notes": "topics" has 11 items. Keep 10 at most.',
        ],
    ),
    (
        "words for a year",
        added("year: last year"),
        [
            'c.yaml:25:11: Resource "vfio-notes": "year" is "last year", not a whole '
            "number. Write digits only, without quotes, units or a point.",
        ],
    ),
    (
        "a quoted year",
        added('year: "2018"'),
        [
            'c.yaml:25:11: Resource "vfio-notes": "year" is "2018", not a whole number. '
            "Write digits only, without quotes, units or a point.",
        ],
    ),
    (
        "a year before paper",
        added("year: 1066"),
        [
            'c.yaml:25:11: Resource "vfio-notes": "year" is 1066, too small. It has to be '
            "at least 1900.",
        ],
    ),
    (
        "a duration with a unit",
        added("minutes: 30 min"),
        [
            'c.yaml:25:14: Resource "vfio-notes": "minutes" is "30 min", not a whole '
            "number. Write digits only, without quotes, units or a point.",
        ],
    ),
    (
        "an endless duration",
        added("minutes: .inf"),
        [
            'c.yaml:25:14: Resource "vfio-notes": "minutes" is the number .inf, not a '
            "whole number. Write digits only, without quotes, units or a point.",
        ],
    ),
    (
        "a huge duration",
        added("minutes: 99999999999999999999"),
        [
            'c.yaml:25:14: Resource "vfio-notes": "minutes" is the number '
            "99999999999999999999, not a whole number. Write digits only, without quotes, "
            "units or a point.",
        ],
    ),
    (
        "a long duration",
        added("minutes: 1000000"),
        [
            'c.yaml:25:14: Resource "vfio-notes": "minutes" is 1000000, too large. It can '
            "be at most 100000.",
        ],
    ),
    (
        "a month 13",
        added("added: 2022-13-01"),
        [
            'c.yaml:25:12: Resource "vfio-notes": "added" is "2022-13-01", which is not a '
            "day of the calendar. Write the day as YYYY-MM-DD, such as 2022-01-27.",
        ],
    ),
    (
        "a word for a day",
        added("added: yesterday"),
        [
            'c.yaml:25:12: Resource "vfio-notes": "added" is "yesterday", which is not a '
            "day of the calendar. Write the day as YYYY-MM-DD, such as 2022-01-27.",
        ],
    ),
    (
        "a number for a day",
        added("added: 20220127"),
        [
            'c.yaml:25:12: Resource "vfio-notes": "added" is "20220127", which is not a '
            "day of the calendar. Write the day as YYYY-MM-DD, such as 2022-01-27.",
        ],
    ),
    (
        "a word for the day a link was found dead",
        added("gone: for ever"),
        [
            'c.yaml:25:11: Resource "vfio-notes": "gone" is "for ever", which is not a '
            "day of the calendar. Write the day as YYYY-MM-DD, such as 2022-01-27.",
        ],
    ),
    (
        "a list as the catalogue",
        "- id: pci\n",
        [
            "c.yaml:1:1: The file is a list, but has to be a block of keys. Write its keys "
            'as lines "version: ...", and so on.',
        ],
    ),
    (
        "one text as the catalogue",
        "resources\n",
        [
            'c.yaml:1:1: The file is "resources", but has to be a block of keys. Write its '
            'keys as lines "version: ...", and so on.',
        ],
    ),
    (
        "an empty file",
        "",
        [
            "c.yaml: The file holds no catalogue: it is empty or has only comments. Start "
            'it with "version: 1" and a list "resources".',
        ],
    ),
    (
        "only comments",
        "# nothing yet\n",
        [
            "c.yaml: The file holds no catalogue: it is empty or has only comments. Start "
            'it with "version: 1" and a list "resources".',
        ],
    ),
    (
        "a key twice",
        added("asks: [why]"),
        [
            'c.yaml:25:5: The key "asks" stands twice in this block, first in line 24. '
            "Delete one of the two.",
        ],
    ),
    (
        "two documents",
        MINIMAL + "---\n" + MINIMAL,
        [
            'c.yaml:25:1: A second document starts here, after "---". Keep the whole '
            "catalogue in one: delete this line.",
        ],
    ),
    (
        "a tag",
        added("note: !secret x"),
        [
            'c.yaml:25:11: The tag "!secret" has no meaning in a catalogue. Delete it; if '
            'the text starts with "!", put it in quotes.',
        ],
    ),
    (
        "a Python object",
        added("note: !!python/object/apply:os.system [ls]"),
        [
            'c.yaml:25:11: Resource "vfio-notes": "note" is a list, but has to be text. '
            "Write one text, in quotes.",
            'c.yaml:25:11: The tag "tag:yaml.org,2002:python/object/apply:os.system" has '
            'no meaning in a catalogue. Delete it; if the text starts with "!", put it in '
            "quotes.",
        ],
    ),
    (
        "a list as a key",
        added("? [a, b]\n: c"),
        [
            "c.yaml:25:7: A key must be a word, and this one is a list or a block. If it "
            "is meant as text, put the whole text in quotes.",
        ],
    ),
    (
        "a template",
        added("note: {{ note }}"),
        [
            "c.yaml:25:12: A key must be a word, and this one is a list or a block. If it "
            "is meant as text, put the whole text in quotes.",
        ],
    ),
    (
        "an alias of nothing",
        added("note: *emphasis*"),
        [
            'c.yaml:25:20: "*" and "&" mean something else at the start of an unquoted '
            "text. Put the whole text in quotes.",
        ],
    ),
    (
        "an alias within an anchor",
        added("tags: &tags [*tags]"),
        [
            'c.yaml:25:18: The alias "*tags" stands inside a value that has a name of its '
            "own. Write the repeated value out here.",
        ],
    ),
    (
        "a colon in a title",
        edited(("title: Notes on VFIO", "title: VFIO: the notes")),
        [
            "c.yaml:20:16: A colon and a space cannot stand inside unquoted text. Put the "
            'text in quotes: title: "VFIO: the notes".',
        ],
    ),
    (
        "a tab",
        MINIMAL + "\tnote: x\n",
        [
            "c.yaml:25:1: The line is indented with a tab. Use spaces.",
        ],
    ),
    (
        "a key indented too far",
        MINIMAL + "      note: x\n",
        [
            "c.yaml:25:7: The line is not indented like the lines it belongs to. Line it "
            "up with them.",
        ],
    ),
    (
        "a key indented too little",
        MINIMAL + "   note: x\n",
        [
            'c.yaml:25:4: An item of the list above, which would start with "-", was '
            "expected here. Line this key up with the keys of its own block.",
        ],
    ),
    (
        "no space after a colon",
        added("note:x"),
        [
            "c.yaml:25:5: This line has no key, or no colon and space after it. Write "
            '"key: value", or indent the line if it continues the text above it.',
        ],
    ),
    (
        "an open quote",
        added('note: "what'),
        [
            "c.yaml:25:11: The quote that opens here is never closed. Close it; inside "
            "'...' write '' for an apostrophe.",
        ],
    ),
    (
        "an apostrophe in quotes",
        added("note: 'it's good'"),
        [
            "c.yaml:25:15: Text follows where the value has already ended. Put the whole "
            "text in one pair of quotes; inside '...' write '' for an apostrophe.",
        ],
    ),
    (
        "an open list",
        added("tags: [a, b"),
        [
            "c.yaml:25:11: The list that opens here is not closed, or a comma is missing "
            'in it. Put a comma between its items and a "]" at its end.',
        ],
    ),
    (
        "a missing comma",
        added('authors: ["A" "B"]'),
        [
            "c.yaml:25:14: The list that opens here is not closed, or a comma is missing "
            'in it. Put a comma between its items and a "]" at its end.',
        ],
    ),
    (
        "an open block",
        added("source: {page: x"),
        [
            "c.yaml:25:13: The block that opens here is not closed, or a comma is missing "
            'in it. Put a comma between its keys and a "}" at its end.',
        ],
    ),
    (
        "an at sign",
        added("note: @team knows"),
        [
            'c.yaml:25:11: An unquoted text cannot start with "@". Put the whole text in quotes.',
        ],
    ),
    (
        "a per cent sign",
        added("note: %d items"),
        [
            'c.yaml:25:11: An unquoted text cannot start with "%". Put the whole text in quotes.',
        ],
    ),
    (
        "a backslash",
        added('note: "C:\\dir"'),
        [
            'c.yaml:25:14: A backslash between "..." starts a code, and this code is '
            "unknown. Write two backslashes for one, or use '...'.",
        ],
    ),
    (
        "a list on the line of its key",
        added("tags: - a"),
        [
            'c.yaml:25:11: A list item cannot start here with "-". Start each item on a '
            "line of its own, below its key; put a text in quotes.",
        ],
    ),
    (
        "text after a bar",
        added("note: | text"),
        [
            'c.yaml:25:13: Text follows "|" or ">" on the same line. Start the text on the '
            "next line, indented, or put it in quotes.",
        ],
    ),
    (
        "a bracket too many",
        added("tags: [a]]"),
        [
            "c.yaml:25:14: Text follows where the value has already ended. Put the whole "
            "text in one pair of quotes; inside '...' write '' for an apostrophe.",
        ],
    ),
    (
        "a control character",
        added("note: a\x07b"),
        [
            "c.yaml:25:12: The file holds the invisible character U+0007. Delete it.",
        ],
    ),
    (
        "a null character",
        added("note: a\0b"),
        [
            "c.yaml: The file holds null characters: it is not text, or encoded as UTF-16. "
            "Save it as UTF-8 text.",
        ],
    ),
    (
        "a text in UTF-16",
        MINIMAL.encode("utf-16"),
        [
            "c.yaml: The file is encoded as UTF-16. Save it as UTF-8 text.",
        ],
    ),
    (
        "a byte of Latin-1",
        MINIMAL.encode() + b"    note: caf\xe9\n",
        [
            "c.yaml:25:14: Byte 508 of the file, 0xE9, is not UTF-8. Save it as UTF-8 text.",
        ],
    ),
]


def complaints(text: str | bytes) -> list[str]:
    """Return the lines that a curator sees; none when the catalogue is sound."""
    try:
        parse(text, "c.yaml")
    except CatalogueError as error:
        return str(error).split("\n")
    return []


@pytest.mark.parametrize(
    ("text", "expected"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN]
)
def test_a_broken_catalogue_says_what_is_wrong_where_and_what_to_do(
    text: str | bytes, expected: list[str]
) -> None:
    """Every fault comes with its place and a remedy, word for word as the table has it."""
    assert complaints(text) == expected


def test_the_sample_is_sound() -> None:
    """The catalogue that the table breaks has nothing wrong with it."""
    catalogue = parse(MINIMAL)
    assert [resource.id for resource in catalogue.resources] == ["pci-talk", "vfio-notes"]
    assert catalogue.resources[1].asks == ("how do I pass a device through",)
    assert catalogue.topics[1].after == ("pci",)


@pytest.mark.parametrize(
    "text",
    [
        MINIMAL.replace("\n", "\r\n"),
        "\ufeff" + MINIMAL,
        ("\ufeff" + MINIMAL).encode(),
        "---\n" + MINIMAL + "...\n",
        MINIMAL.replace("title: A talk on PCI", 'title: "A talk on PCI"  # said so'),
        MINIMAL.replace("title: A talk on PCI", "title: >\n      A talk\n      on PCI"),
        MINIMAL.replace("title: A talk on PCI", "title: '  A talk on PCI '"),
        MINIMAL.replace("id: pci-talk", "id: &talk pci-talk").replace("A talk", "&t A talk"),
    ],
    ids=["crlf", "bom", "bom bytes", "markers", "quotes", "folded", "spaces", "anchors"],
)
def test_the_way_it_is_written_does_not_matter(text: str | bytes) -> None:
    """Line ends, a byte order mark, quotes and folding change nothing in what is read."""
    assert parse(text) == parse(MINIMAL)


def test_json_is_yaml() -> None:
    """A catalogue written as JSON reads the same, its escapes included."""
    text = """{"version": 1, "topics": [{"id": "pci", "name": "P\\u00e9CI"}], "resources": [
    \t{"id": "a", "title": "\\"A\\" \\/ b", "url": "https://example.org/a", "summary": "S",
    "topics": ["pci"], "year": 2018, "note": null, "tags": []}]}"""
    catalogue = parse(text)
    assert catalogue.topics[0].name == "P\u00e9CI"
    assert (catalogue.resources[0].title, catalogue.resources[0].year) == ('"A" / b', 2018)


def test_any_language_is_text() -> None:
    """Letters of any script, emoji and joined emoji are text like any other."""
    title = "\u0412\u0438\u0440\u0442 \u4eee\u60f3 \u05d0 \U0001f469\u200d\U0001f4bb"
    assert parse(edited(("Notes on VFIO", title))).resources[1].title == title


def test_what_only_some_tools_read_as_a_number_is_text() -> None:
    """A time of day, a base of sixteen and a day are text where text belongs."""
    catalogue = parse(added("tags: [12:30, 0x10, 2022-01-27, 9p, v1.0, '100']"))
    assert catalogue.resources[1].tags == (*("12:30", "0x10", "2022-01-27", "9p", "v1.0", "100"),)


def test_an_alias_repeats_a_value() -> None:
    """A value can be named once and repeated, and a fault in it is shown where it is repeated."""
    text = edited(("topics: [pci]\n    aliases", "topics: &home [pci]\n    aliases"))
    assert parse(text.replace("[vfio]", "*home")).resources[1].topics == ("pci",)
    assert complaints(text.replace("topics: [vfio]", "topics: [vfio]\n    year: *home")) == [
        'c.yaml:24:11: Resource "vfio-notes": "year" is a list, not a whole number. '
        "Write digits only, without quotes, units or a point."
    ]


def test_problems_come_by_line() -> None:
    """Faults of every kind are told together, in the order in which the file has them."""
    text = edited(
        ("name: PCI", "name: 9"),
        ("topics: [pci]\nres", "topics: [pcj]\nres"),
        ("example.org/talk", "example.org:x/talk"),
        ("title: Notes on VFIO", "title: no"),
    )
    lines = [int(line.split(":")[1]) for line in complaints(text)]
    assert lines == [4, 11, 15, 20]


def test_a_topic_with_a_fault_is_still_there() -> None:
    """A mistake in a topic does not make every resource seem to name an unknown one."""
    assert len(complaints(edited(("name: PCI", "nam: PCI")))) == 2


def test_very_many_problems_are_counted() -> None:
    """After the first two hundred faults a line says how many there are besides."""
    found = complaints(MINIMAL + "  - x\n" * (MAX_PROBLEMS + 1234))
    assert len(found) == MAX_PROBLEMS + 1
    assert found[-1] == "c.yaml: And 1,234 more. Mend these first."


def test_a_value_is_shown_short_and_harmless() -> None:
    """What a sentence repeats from the file is cut, and cannot move the cursor or hide."""
    (found,) = complaints(added(f'kind: "\\e[31m\\u202e{"x" * 500}"'))[:1]
    shown = '"\\x1b[31m\\u202e' + "x" * 51 + '..."'
    assert f'"kind" cannot be {shown}.' in found


# Bombs: each is refused with a sentence, quickly, and never with a crash.


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_depth_is_bounded(opening: str) -> None:
    """A hundred thousand levels of nesting are read no further than the first few."""
    (found,) = complaints(opening * 100_000)
    assert "nested more than 20 deep" in found or "A key must be a word" in found
    column = int(found.split(":")[2])
    assert column <= 21 * len(opening)


def test_a_billion_laughs_are_refused() -> None:
    """Names that repeat names, which would multiply, stop at the first."""
    bomb = 'a: &a ["lol"]\n' + "".join(
        f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert complaints(bomb) == [
        'c.yaml:2:8: The alias "*a" stands inside a value that has a name of its own. '
        "Write the repeated value out here."
    ]


def test_repeating_a_long_text_is_bounded() -> None:
    """One long value repeated very often is refused before it is written out."""
    (found,) = complaints(f'a: &a "{"x" * 10_000}"\nb: [{", ".join(["*a"] * 10_000)}]\n')
    assert found.endswith(
        "The aliases up to here repeat more than 1,000,000 characters. "
        "Write the values out, or repeat fewer of them."
    )


def test_very_many_values_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of more values than there may be is refused, although it is small enough."""
    assert syntax.MAX_VALUES == 1_000_000
    monkeypatch.setattr(syntax, "MAX_VALUES", 20_000)
    (found,) = complaints("[" + "1," * 20_001 + "]")
    assert "The file holds more than 20,000 values." in found


def test_reading_is_linear() -> None:
    """Four times the catalogue takes about four times the work, not sixteen."""

    def calls(size: int) -> int:
        entries = "".join(
            f"  - {{id: r{n}, title: T, url: https://example.org/{n}, summary: S, topics: [pci]}}\n"
            for n in range(size)
        )
        counted = 0

        def count(*_: object) -> None:
            nonlocal counted
            counted += 1

        sys.setprofile(count)
        try:
            assert len(parse(MINIMAL + entries).resources) == size + 2
        finally:
            sys.setprofile(None)
        return counted

    calls(10)
    assert calls(800) < 5 * calls(200)


# Files


def refusal(path: Path | str) -> str:
    """Return what is said of a file that cannot be loaded."""
    with pytest.raises(CatalogueError) as caught:
        load(path)
    return str(caught.value)


def test_a_file_is_loaded(tmp_path: Path) -> None:
    """A path, as such or as text, gives the catalogue in that file."""
    path = tmp_path / "resources.yaml"
    path.write_text(MINIMAL, encoding="utf-8")
    assert load(path) == load(str(path)) == parse(MINIMAL)


def test_problems_name_the_file_as_it_was_given(tmp_path: Path) -> None:
    """The place of a fault can be clicked: it begins with the path that was asked for."""
    path = tmp_path / "resources.yaml"
    path.write_text("version: 1\ntopic: []\n", encoding="utf-8")
    assert refusal(path).startswith(f"{path}:2:1: The file has an unknown key")


def test_a_missing_file_is_guessed(tmp_path: Path) -> None:
    """A misspelt name brings up the catalogue that lies beside it."""
    (tmp_path / "resources.yaml").touch()
    path = tmp_path / "resource.yml"
    assert refusal(path) == f'{path}: There is no such file. Did you mean "resources.yaml"?'
    path = tmp_path / "nowhere" / "at all"
    assert refusal(path) == f"{path}: There is no such file. Check the path."


def test_what_is_not_a_file_is_not_opened(tmp_path: Path) -> None:
    """A directory, a pipe without a writer, an endless device: each a sentence, no waiting."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert refusal(tmp_path) == f"{tmp_path}: This is a directory. Name the catalogue inside it."
    device = "This is a device or a pipe, not a file. Name a regular file."
    assert refusal(pipe) == f"{pipe}: {device}"
    assert refusal("/dev/zero") == f"/dev/zero: {device}"


def test_impossible_paths(tmp_path: Path) -> None:
    """A file taken for a directory, a circle of links, a null character: each a sentence."""
    file, loop = tmp_path / "file", tmp_path / "loop"
    file.touch()
    loop.symlink_to(loop)
    assert refusal(file / "x") == f"{file}/x: A part of this path is a file. Check the path."
    assert refusal(loop).startswith(f"{loop}: The file cannot be read: Too many levels of symb")
    assert refusal("a\0b").endswith("This is not the name of a file. Check the path.")


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    """Without permission there is a sentence; the test gives up being root, if it is."""
    path = tmp_path / "resources.yaml"
    path.write_text(MINIMAL, encoding="utf-8")
    path.chmod(0)
    program = (
        "import os, sys, bot.catalogue as c, bot.errors as e\n"
        "if os.getuid() == 0: os.setuid(65534)\n"
        "try: c.load(sys.argv[1])\n"
        "except e.CatalogueError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    path.chmod(stat.S_IRWXU)
    assert done.stdout == f"{path}: The file may not be read. Allow this user to read it.\n"


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    """A hundred megabytes are refused by their size, at once."""
    path = tmp_path / "resources.yaml"
    path.touch()
    os.truncate(path, 100 * 1024 * 1024)
    assert refusal(path) == (
        f"{path}: The file is 100 MB large. At most 32 MB are read: split the catalogue."
    )


def test_a_huge_text_is_not_read() -> None:
    """The limit holds for text from elsewhere too."""
    assert complaints(b" " * (MAX_BYTES + 1)) == [
        "c.yaml: The file is too large. At most 32 MB are read: split the catalogue."
    ]


# Anything at all

PIECES = st.sampled_from(
    [*MINIMAL.splitlines(keepends=True), *":-[]{}&*!|>'\"%@#?,~\t\n", "<<: *a", "&a ", "*a", "    "]
)


def survives(text: str | bytes) -> Catalogue | None:
    """Read the text: a catalogue or a complaint with its place, and nothing else."""
    try:
        return parse(text, "c.yaml")
    except CatalogueError as error:
        assert 0 < len(error.problems) <= MAX_PROBLEMS + 1
        lines = len(text.splitlines()) + 1
        for problem in error.problems:
            assert 0 <= problem.line <= lines
            assert (str(problem) + "x").isprintable()
            assert problem.message[-1] == "."
            assert problem.remedy[-1] in ".?"
    return None


@given(st.binary(max_size=300))
@example(b"\xff\xfe")
@example(b"\xef\xbb\xbf")
@example(b"\xed\xa0\x80")
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Whatever the file holds, a curator gets a sentence and never a traceback."""
    survives(data)


@given(st.text(max_size=300))
@example("\ud800")
@example("? ? :")
@example("&a a: *a")
def test_any_text_is_read_or_refused(text: str) -> None:
    """So it is with any text, halves of characters included."""
    survives(text)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_pieces_of_a_catalogue_are_read_or_refused(text: str) -> None:
    """So it is with the lines of a catalogue in any order, and YAML's signs among them."""
    survives(text)


@given(st.integers(0, len(MINIMAL)), st.integers(0, 30), st.text(max_size=6) | PIECES)
@settings(max_examples=300)
def test_a_catalogue_edited_anywhere_is_read_or_refused(at: int, cut: int, new: str) -> None:
    """So it is with a sound catalogue after any one slip of the hand."""
    survives(MINIMAL[:at] + new + MINIMAL[at + cut :])


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["id", "title", "topics", "also", "source"]), inner)
        ),
        max_leaves=12,
    ),
    st.sampled_from(["version", "topics", "resources", "glossary"]),
)
def test_values_of_any_type_are_read_or_refused(value: object, key: str) -> None:
    """So it is with a value of any type at any place."""
    survives(f"{json.dumps(value)}: 1" if key == "version" else f"{key}: {json.dumps(value)}")
