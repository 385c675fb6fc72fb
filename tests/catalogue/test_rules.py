"""What the rules across the catalogue say to a curator, word for word."""

import pytest

from bot.catalogue import parse
from bot.errors import CatalogueError
from tests.catalogue.samples import MINIMAL, added, edited

# What is wrong, the text, and each line that the curator sees.
BROKEN: list[tuple[str, str, list[str]]] = [
    (
        "a resource id twice",
        edited(("id: vfio-notes", "id: pci-talk")),
        [
            'c.yaml:19:9: The id "pci-talk" is taken: line 13 has it too. Give the newer '
            "of the two another id.",
        ],
    ),
    (
        "a topic id twice",
        edited(
            ("  - id: vfio\n", "  - id: pci\n"), ("[vfio]", "[pci]"), ("    after: [pci]\n", "")
        ),
        [
            'c.yaml:6:9: The id "pci" is taken: line 3 has it too. Give the newer of the '
            "two another id.",
        ],
    ),
    (
        "an id in capitals",
        edited(("id: vfio-notes", "id: VFIO Notes")),
        [
            'c.yaml:19:9: Resource "VFIO Notes" has an id of another shape. Use lower-case '
            'letters, digits and single hyphens: "vfio-notes".',
        ],
    ),
    (
        "an id with a slope",
        edited(("id: vfio-notes", "id: -vfio_notés")),
        [
            'c.yaml:19:9: Resource "-vfio_notés" has an id of another shape. Use '
            'lower-case letters, digits and single hyphens: "vfio-notes".',
        ],
    ),
    (
        "an unknown topic of a resource",
        edited(("topics: [vfio]", "topics: [vfoi]")),
        [
            'c.yaml:23:14: Resource "vfio-notes": item 1 of "topics" is "vfoi", and there '
            'is no such topic. Did you mean "vfio"?',
        ],
    ),
    (
        "an unknown topic, like no other",
        edited(("topics: [vfio]", "topics: [networking]")),
        [
            'c.yaml:23:14: Resource "vfio-notes": item 1 of "topics" is "networking", and '
            'there is no such topic. Add it to the list "topics", or name another.',
        ],
    ),
    (
        "an unknown topic to learn first",
        edited(("after: [pci]", "after: [pcy]")),
        [
            'c.yaml:8:13: Topic "vfio": item 1 of "after" is "pcy", and there is no such '
            'topic. Did you mean "pci"?',
        ],
    ),
    (
        "an unknown related topic",
        edited(("after: [pci]", "related: [acpi]")),
        [
            'c.yaml:8:15: Topic "vfio": item 1 of "related" is "acpi", and there is no '
            'such topic. Add it to the list "topics", or name another.',
        ],
    ),
    (
        "an unknown topic of a term",
        edited(("    topics: [pci]\nresources", "    topics: [PCI]\nresources")),
        [
            'c.yaml:11:14: Term "BAR": item 1 of "topics" is "PCI", and there is no such '
            'topic. Did you mean "pci"?',
        ],
    ),
    (
        "a topic after itself",
        edited(("after: [pci]", "after: [vfio]")),
        [
            'c.yaml:8:13: Topic "vfio" names itself in "after". Delete it there.',
        ],
    ),
    (
        "a topic related to itself",
        edited(("after: [pci]", "related: [vfio]")),
        [
            'c.yaml:8:15: Topic "vfio" names itself in "related". Delete it there.',
        ],
    ),
    (
        "two topics after each other",
        edited(("aliases: [pcie]", "after: [vfio]")),
        [
            'c.yaml:5:13: The "after" of these topics leads in a circle: pci -> vfio -> '
            "pci. Take one of them out of the order.",
        ],
    ),
    (
        "a script as an address",
        edited(("https://example.org/talk", "javascript:alert(1)")),
        [
            'c.yaml:15:10: Resource "pci-talk": "url" starts with "javascript:", and only '
            "http and https can be opened. Write an address like https://example.org/page.",
        ],
    ),
    (
        "a mail address",
        edited(("https://example.org/talk", "mailto:me@example.org")),
        [
            'c.yaml:15:10: Resource "pci-talk": "url" starts with "mailto:", and only http '
            "and https can be opened. Write an address like https://example.org/page.",
        ],
    ),
    (
        "a file as an address",
        edited(("https://example.org/talk", "file:///etc/passwd")),
        [
            'c.yaml:15:10: Resource "pci-talk": "url" starts with "file:", and only http '
            "and https can be opened. Write an address like https://example.org/page.",
        ],
    ),
    (
        "an address without its scheme",
        edited(("https://example.org/talk", "example.org/talk")),
        [
            'c.yaml:15:10: Resource "pci-talk": "url" does not start with "https://" or '
            '"http://". Write an address like https://example.org/page.',
        ],
    ),
    (
        "an address with a password",
        edited(("https://example.org/talk", "https://me:secret@example.org/")),
        [
            'c.yaml:15:10: Resource "pci-talk": "url" contains a user name or password '
            "before the host. Write an address like https://example.org/page.",
        ],
    ),
    (
        "an address with a space",
        edited(("https://example.org/talk", "https://example.org/a talk")),
        [
            'c.yaml:15:10: Resource "pci-talk": "url" contains a space. Write an address '
            "like https://example.org/page.",
        ],
    ),
    (
        "an address without a host",
        edited(("https://example.org/talk", "https:///talk")),
        [
            'c.yaml:15:10: Resource "pci-talk": "url" has no host. Write an address like '
            "https://example.org/page.",
        ],
    ),
    (
        "an address with a wild port",
        edited(("https://example.org/talk", "https://example.org:99999/")),
        [
            'c.yaml:15:10: Resource "pci-talk": "url" has a malformed port. Write an '
            "address like https://example.org/page.",
        ],
    ),
    (
        "an address of a mirror",
        added("also: [{title: Mirror, url: ftp://example.org/x}]"),
        [
            'c.yaml:25:33: Resource "vfio-notes": "url" of item 1 of "also" starts with '
            '"ftp:", and only http and https can be opened. Write an address like '
            "https://example.org/page.",
        ],
    ),
    (
        "the same page twice",
        edited(("https://example.org/notes", "http://EXAMPLE.org:80/talk/?utm_source=x")),
        [
            'c.yaml:21:10: Resource "vfio-notes": "url" is the same page as the address in '
            "line 15. Keep one of the two.",
        ],
    ),
    (
        "the page itself as its mirror",
        added("also: [{title: Mirror, url: http://example.org/notes/}]"),
        [
            'c.yaml:25:33: Resource "vfio-notes": "url" of item 1 of "also" is the same '
            "page as the address in line 21. Keep one of the two.",
        ],
    ),
    (
        "an alias of two resources",
        added("aliases: [Bus  Talk]"),
        [
            'c.yaml:25:15: Resource "vfio-notes" claims the alias "Bus  Talk", which '
            'Resource "pci-talk" has already (line 18). Leave it to the one it fits best; '
            "a shared word is a tag.",
        ],
    ),
    (
        "an alias of two topics",
        edited(("    after: [pci]", "    aliases: [PCIE]")),
        [
            'c.yaml:8:15: Topic "vfio" claims the name "PCIE", which Topic "pci" has '
            "already (line 5). Leave it to the topic that it fits best.",
        ],
    ),
    (
        "an alias that names a topic",
        edited(("    after: [pci]", "    aliases: [pci]")),
        [
            'c.yaml:8:15: Topic "vfio" claims the name "pci", which Topic "pci" has '
            "already (line 4). Leave it to the topic that it fits best.",
        ],
    ),
    (
        "a question of two resources",
        edited(("aliases: [bus talk]", "asks: [How do I pass a device through]")),
        [
            'c.yaml:24:12: Resource "vfio-notes" claims the question "how do I pass a '
            'device through", which Resource "pci-talk" has already (line 18). Ask it of '
            "the one that answers it best.",
        ],
    ),
    (
        "a term as the alias of another",
        edited(("  - term: BAR", "  - term: PCI bus\n    aliases: [bar]\n  - term: BAR")),
        [
            'c.yaml:11:15: Term "PCI bus" claims the term "bar", which Term "BAR" has already '
            "(line 12). If they mean the same, make one entry.",
        ],
    ),
    (
        "a term twice",
        edited(("  - term: BAR", "  - term: bar\n  - term: BAR")),
        [
            'c.yaml:11:11: Term "BAR" claims the term "BAR", which Term "bar" has already '
            "(line 10). Make one entry of the two.",
        ],
    ),
    (
        "a text shown backwards",
        added('note: "a\\u202eb"'),
        [
            'c.yaml:25:11: Resource "vfio-notes": "note" holds the invisible character '
            "U+202E. Delete it.",
        ],
    ),
    (
        "an escaped bell",
        added('note: "a\\ab"'),
        [
            'c.yaml:25:11: Resource "vfio-notes": "note" holds the invisible character '
            "U+0007. Delete it.",
        ],
    ),
    (
        "an invisible space",
        edited(("title: Notes on VFIO", "title: Notes\u200bon VFIO")),
        [
            'c.yaml:20:12: Resource "vfio-notes": "title" holds the invisible character '
            "U+200B. Delete it.",
        ],
    ),
    (
        "a title of two lines",
        edited(("title: Notes on VFIO", 'title: "Notes\\non VFIO"')),
        [
            'c.yaml:20:12: Resource "vfio-notes": "title" holds a line break. Write it on '
            "one line, with spaces.",
        ],
    ),
    (
        "a tab in a title",
        edited(("title: Notes on VFIO", 'title: "Notes\\ton VFIO"')),
        [
            'c.yaml:20:12: Resource "vfio-notes": "title" holds a tab. Write it on one '
            "line, with spaces.",
        ],
    ),
    (
        "seconds for a day",
        added('added: "1643241600"'),
        [
            'c.yaml:25:12: Resource "vfio-notes": "added" is "1643241600", which is not '
            "written as a day. Write 2022-01-27.",
        ],
    ),
    (
        "seconds for the day a link was found dead",
        added('gone: "1643241600"'),
        [
            'c.yaml:25:11: Resource "vfio-notes": "gone" is "1643241600", which is not '
            "written as a day. Write 2022-01-27.",
        ],
    ),
    (
        "faults of two kinds together",
        edited(("summary: How the bus works.", "sumary: x"), ("topics: [vfio]", "topics: [vfoi]")),
        [
            'c.yaml:13:5: Resource "pci-talk" has no "summary". Add a line "summary: ...".',
            'c.yaml:16:5: Resource "pci-talk" has an unknown key "sumary". Did you mean "summary"?',
            'c.yaml:23:14: Resource "vfio-notes": item 1 of "topics" is "vfoi", and there '
            'is no such topic. Did you mean "vfio"?',
        ],
    ),
]


def complaints(text: str) -> list[str]:
    """Return the lines that a curator sees; none when the catalogue is sound."""
    try:
        parse(text, "c.yaml")
    except CatalogueError as error:
        return str(error).split("\n")
    return []


@pytest.mark.parametrize(
    ("text", "expected"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN]
)
def test_a_rule_that_is_broken_says_where_and_what_to_do(text: str, expected: list[str]) -> None:
    """Every broken rule comes with its place and a remedy, word for word as the table has it."""
    assert complaints(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        edited(("example.org/notes", "example.org/talk#notes")),
        edited(("example.org/notes", "www.example.org/talk")),
        added("also: [{title: The talk, url: https://example.org/talk}]"),
        added("aliases: [vfio, VFIO]"),
        added("note: |\n  two\n  lines"),
        edited(("aliases: [pcie]", "related: [vfio]")),
        edited(("    aliases: [pcie]", "    aliases: [pci]")),
        added("added: '2022-01-27'"),
        added("source: {page: notes.md, section: [Devices]}"),
    ],
    ids=[
        "a section of a page",
        "a host with www",
        "a mirror that is a resource",
        "its own alias twice",
        "a note of two lines",
        "related both ways",
        "an alias like the name",
        "a quoted day",
        "a file as a source",
    ],
)
def test_what_is_allowed(text: str) -> None:
    """What looks like a breach of a rule and is none is accepted."""
    assert complaints(text) == []


def topics(**after: str) -> str:
    """Return a catalogue of these topics, each with the ones to learn before it."""
    return "version: 1\ntopics:\n" + "".join(
        f"  - {{id: {name}, name: {name}, after: [{', '.join(before)}]}}\n"
        for name, before in after.items()
    )


def circles(text: str) -> list[str]:
    """Return the circles that the complaints tell of."""
    return [line.split("circle: ")[1].split(".")[0] for line in complaints(text)]


def test_each_circle_is_told_once() -> None:
    """Separate circles are both told; paths that merely lead into one are not."""
    assert circles(topics(a="b", b="c", c="b", d="ae", e="f", f="e")) == [
        "b -> c -> b",
        "e -> f -> e",
    ]


def test_meeting_paths_are_no_circle() -> None:
    """Two ways to the same topic are an order like any other."""
    assert circles(topics(a="", b="a", c="a", d="bc")) == []


def test_a_very_long_order_is_followed() -> None:
    """Ten thousand topics one after the other, in a circle, are followed to the end."""
    names = [f"t{number}" for number in range(10_000)]
    text = "version: 1\ntopics:\n" + "".join(
        f"  - {{id: {name}, name: {name}, after: [{before}]}}\n"
        for name, before in zip(names, [names[-1], *names], strict=False)
    )
    (circle,) = circles(text)
    assert circle.count("->") == len(names)


def test_the_shown_line_of_a_repeat_is_the_first() -> None:
    """Of three that share an id, both later ones point to the first."""
    text = MINIMAL + "".join(
        f"  - {{id: pci-talk, title: T, url: https://e.org/{n}, summary: S, topics: [pci]}}\n"
        for n in range(2)
    )
    assert [line.split(": ", 1)[1] for line in complaints(text)] == [
        'The id "pci-talk" is taken: line 13 has it too. Give the newer of the two another id.'
    ] * 2


def test_a_knot_of_meeting_paths_is_followed_once() -> None:
    """Forty layers of two topics each have a billion ways through, and take no time."""
    after = {"a0": "", "b0": ""}
    for layer in range(1, 40):
        after |= dict.fromkeys((f"a{layer}", f"b{layer}"), f"a{layer - 1}, b{layer - 1}")
    text = "version: 1\ntopics:\n" + "".join(
        f"  - {{id: {name}, name: {name}, after: [{before}]}}\n" for name, before in after.items()
    )
    assert complaints(text) == []
