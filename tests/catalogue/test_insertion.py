"""New entries in the text of a catalogue: nothing else in it changes, however it is written."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.catalogue import parse
from bot.catalogue.insertion import inserted
from bot.catalogue.writer import dump
from bot.errors import BotError, CatalogueError
from bot.model import Catalogue, Resource
from tests.catalogue.samples import MINIMAL
from tests.samples import catalogues, sound

FILE = "c.yaml"
NEW = Resource(id="new", title="New", url="https://new.example/", summary="S.", topics=("pci",))
OTHER = replace(NEW, id="other", url="https://other.example/")
HEAD = "version: 1\ntopics: [{id: pci, name: PCI}]\n"
TOPICS = "topics: [pci]"


def lines(indent: int, name: str = "new") -> str:
    """Return the lines of an entry in a list indented by so much."""
    first, *others = ("id: {}", "title: New", "url: https://{}.example/", "summary: S.", TOPICS)
    rows = [f"- {first}", *(f"  {other}" for other in others)]
    return "".join(f"{' ' * indent}{row.format(name)}\n" for row in rows)


def spelled(text: str) -> str:
    """Return a text in which `<name 2>` stands for the lines of an entry indented by two."""
    return re.sub(r"<(\w+) (\d)>", lambda found: lines(int(found[2]), found[1]), text)


# How the resources are written; what stands between arrows is put in.
WRITTEN = {
    "not indented": "resources:\n<old 0>→\n<new 0>←",
    "indented by two": "resources:\n<old 2>→\n<new 2>←",
    "before another section": "resources:\n<old 7>→\n<new 7>←glossary: []\n",
    "without blank lines": "resources:\n<old 2><two 2>→<new 2>←",
    "with remarks between": "resources:\n\n<old 2>  # Two.\n<two 2>→<new 2>←\n",
    "with blank lines": "resources:\n<old 2>\n  # Two.\n<two 2>→\n<new 2>←\n# The end.\n",
    "with remarks of the entry and of the list at the end": (
        "resources:\n<old 2>    # note: later\n→\n<new 2>←  # - id: later\n# The end.\n"
    ),
    "with a remark in the last line": "resources: # All\n<old 2>    year: 1999 # -\n→\n<new 2>←",
    "with a block of text at the end": (
        "resources:\n<old 2>    note: |\n      One.\n\n      Two.\n→\n<new 2>←\n\n# The end.\n"
    ),
    "with a block that keeps blank lines": (
        "resources:\n<old 2>    note: |+\n      One.\n\n\n→\n<new 2>←# The end.\n"
    ),
    "with a text over several lines": (
        "resources:\n<old 2>    note: One,\n      and\n\n      two.\n→\n<new 2>←"
    ),
    "with a text in quotes over several lines": (
        "resources:\n<old 2>    note: 'One,\n# and\n\n      - two.'\n→\n<new 2>←"
    ),
    "with nothing at the end": "resources:\n<old 2>    note:\n→\n<new 2>←\n# The end.\n",
    "with an entry in brackets": (
        "resources:\n- {id: a, title: a, url: 'https://a.example', summary: a,\n"
        "   topics: [pci]} # }\n→\n<new 0>←"
    ),
    "with a list of lines at the end": (
        "resources:\n<old 2>    asks:\n    - who?\n    # - what?\n    - why?\n→\n<new 2>←"
    ),
    "with names, and a dash in a remark": (
        "resources: &all\n  - # one - two\n    &one\n    id: a\n    title: a\n"
        "    url: https://a.example\n    summary: a\n    topics: [pci]\n→\n<new 2>←"
    ),
    "with an end of the document": "resources:\n<old 2>→\n<new 2>←...\n# No more.\n",
    "nothing": "resources:\n→<new 2>←# None.\nglossary: []\n",
    "not there": "glossary: []\n→\nresources:\n<new 2>←",
    "not there, after a blank line": "# -\n\n→resources:\n<new 2>←",
    "not there, with an end": "# End.\n→\nresources:\n<new 2>←...\n# No more.\n",
}
# Lists of nothing, and what becomes of them.
EMPTY = [
    ("resources: [ ]  # None.\n", "resources:   # None.\n<new 2>"),
    ("resources: []\nglossary: []\n", "resources:\n<new 2>glossary: []\n"),
    ("resources:\n  []\n", "resources:\n<new 2>\n"),
    ("resources: null # None.\n", "resources:  # None.\n<new 2>"),
    ("resources: ~\n", "resources:\n<new 2>"),
]
NEWLINES = ("\n", "\r\n", "\r")


@pytest.mark.parametrize("newline", NEWLINES)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("cut", [False, True])
@pytest.mark.parametrize("written", WRITTEN.values(), ids=list(WRITTEN))
def test_it_comes_after_the_last(written: str, newline: str, mark: str, *, cut: bool) -> None:
    """The entry has the indentation, blank lines and line ends of the others; a last line that is
    not ended is followed by one that is not ended.
    """
    text = (mark + HEAD + spelled(written)).replace("\n", newline)
    before, after = re.sub("→.*←", "", text, flags=re.DOTALL), re.sub("[→←]", "", text)
    if cut and not before.endswith(newline * 2):
        before, after = before.removesuffix(newline), after.removesuffix(newline)
    assert inserted(before, [NEW], FILE) == after


@pytest.mark.parametrize(("before", "after"), EMPTY)
def test_an_empty_list_is_begun(before: str, after: str) -> None:
    """It loses its brackets, and nothing else."""
    assert inserted(HEAD + before, [NEW], FILE) == HEAD + spelled(after)
    cut = spelled(after).removesuffix("\n")
    assert inserted(HEAD + before.removesuffix("\n"), [NEW], FILE) == HEAD + cut


def test_several_have_blank_lines_like_the_others() -> None:
    """New entries stand to one another as the old ones do, and without these as the writer does."""
    assert inserted(HEAD, [NEW, OTHER], FILE) == (
        f"{HEAD}\nresources:\n{lines(2)}\n{lines(2, 'other')}"
    )
    close = inserted(MINIMAL, [NEW, OTHER], FILE)
    assert close == f"{MINIMAL}{lines(2)}{lines(2, 'other')}"


def test_other_lists_show_how_the_first_is_written() -> None:
    """Where there are no resources yet, topics tell the indentation and the blank lines."""
    topics = "topics:\n    - {id: pci, name: PCI}\n    - {id: vfio, name: VFIO}\n"
    assert inserted(f"version: 1\n{topics}", [NEW, OTHER], FILE) == (
        f"version: 1\n{topics}\nresources:\n{lines(4)}{lines(4, 'other')}"
    )


def test_nothing_to_add_changes_nothing() -> None:
    """Without entries the text comes back, whatever it is."""
    assert inserted("{", [], FILE) == "{"


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "resources: [{id: a, title: a, url: 'http://a.b', summary: a, topics: [pci]}]",
        HEAD + "resources: [ # None yet.\n ]\n",
        HEAD.replace("[{", "&all [{") + "resources: *all",
        "{version: 1, resources: []}",
        "{version: 1}",
        "3",
    ],
)
def test_a_list_in_brackets_is_refused(text: str) -> None:
    """Nothing is put between brackets; the sentence says what to do."""
    with pytest.raises(BotError, match=r'^Nothing can be added to c\.yaml.*starting with "- "'):
        inserted(text, [NEW], FILE)


@pytest.mark.parametrize("text", ["", "version: [", "version: 1\nresources: 3\n", "\ud800", "\0"])
def test_what_is_not_sound_is_told_as_ever(text: str) -> None:
    """A faulty catalogue is refused with its own problems."""
    with pytest.raises(BotError) as caught:
        inserted(text, [NEW], FILE)
    assert FILE in str(caught.value)


def test_the_reader_tells_what_is_not_sound() -> None:
    """A fault of the file comes in the reader's words, with its line."""
    with pytest.raises(CatalogueError, match=r"c\.yaml:6:"):
        inserted(MINIMAL.replace("id: vfio\n", "id: pci\n"), [NEW], FILE)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (replace(NEW, id="pci-talk"), 'The id "pci-talk" is taken'),
        (replace(NEW, topics=("gone",)), "there is no such topic"),
        (replace(NEW, title=" New "), "would change what is there"),
    ],
)
def test_what_does_not_fit_is_refused(entry: Resource, told: str) -> None:
    """The result is read before it is handed out, so no entry can spoil the file."""
    with pytest.raises(BotError, match=told) as caught:
        inserted(MINIMAL, [entry], FILE)
    assert not isinstance(caught.value, CatalogueError)


def test_what_names_repeat_stays_whole() -> None:
    """Anchors and aliases in the last entry, on whatever lines, are kept or refused, never cut."""
    text = f"{HEAD}resources:\n{lines(2, 'old')}{lines(2, 'two')}"
    text = text.replace(TOPICS, "topics: &home [pci]", 1).replace(TOPICS, "topics: *home")
    assert inserted(text, [NEW], FILE) == text + lines(2)
    with pytest.raises(BotError, match="by hand"):
        inserted(text.replace("topics: *home", "topics:\n      *home"), [NEW], FILE)


# Any catalogue, written in any way


@st.composite
def written(draw: st.DrawFn) -> tuple[Catalogue, str]:
    """Catalogues as text, with other indentation, line ends, comments and blank lines."""
    catalogue = draw(catalogues(least=draw(st.integers(0, 2))))
    remarks = st.sampled_from(
        ["", "\n", "# A remark.\n", "\n  # - id: no\n\n", "      # note: x\n"]
    )
    spaced, indent = draw(st.booleans()), draw(st.sampled_from([0, 1, 2, 4, 9]))
    text = draw(remarks)
    for line in dump(catalogue).splitlines(keepends=True):
        if re.match(r"  - |\w", line):
            text = text if spaced else text.removesuffix("\n\n") + "\n" * text.endswith("\n\n")
            text += draw(remarks)
        text += " " * indent + line[2:] if line.startswith("  ") else line
    text += draw(st.sampled_from(["", "\n\n", "# End.", "...\n", "  # End.\n# End.\n...\n# -"]))
    if draw(st.booleans()):
        text = text.removesuffix("\n")
    return catalogue, text.replace("\n", draw(st.sampled_from(NEWLINES)))


@settings(max_examples=80, deadline=None)
@given(
    written(), sound(), sound(paragraph=True), st.integers(1, 3), st.sampled_from(["", "\ufeff"])
)
def test_all_that_was_there_is_there(
    made: tuple[Catalogue, str], title: str, summary: str, count: int, mark: str
) -> None:
    """The text without what was put in is the old one, to the byte; and what was put in is in one
    place, lines of its own, and nothing but the entries.
    """
    catalogue, text = made
    if not catalogue.topics:
        catalogue, text = parse(MINIMAL), MINIMAL
    assert parse(text) == catalogue
    text = mark + text
    new = [
        replace(NEW, id=f"n{n}", url=f"https://n.example/{n}", title=title, summary=summary)
        for n in range(count)
    ]
    new = [replace(one, topics=(catalogue.topics[0].id,)) for one in new]
    result = inserted(text, new, FILE)
    assert parse(result).resources == (*catalogue.resources, *new)
    put = len(result) - len(text)
    places = [at for at in range(len(text) + 1) if result[:at] + result[at + put :] == text]
    assert any(
        at == 0 or text[at - 1] in "\r\n" or at == len(text) or text[at] in "\r\n" for at in places
    )
