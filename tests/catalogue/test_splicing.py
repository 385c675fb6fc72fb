"""Values in the text of a catalogue changed, and items added: all else stays as it is written."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.catalogue import parse, splicing
from bot.catalogue.document import Path
from bot.catalogue.insertion import inserted
from bot.catalogue.splicing import with_item
from bot.catalogue.writer import dump
from bot.errors import BotError
from bot.model import Catalogue
from tests.catalogue.samples import MINIMAL, edited
from tests.samples import catalogues

TITLE: Path = ("resources", 0, "title")
HEAD = "version: 1 # one\ntopics: [{id: t, name: T}]\nresources:\n"
TAIL = "  # The end.\n"
ENTRY = """\
  # Before.
  - id: a # an id
    title: {title}
    url: https://a.example/
    summary: {summary}
    topics: [t]
    source: {source}

  - {{id: b, title: "B", url: "https://b.example/", summary: S, topics: [t]}} # in brackets
"""
# How a value can be written; each stands at the place of a title or a summary.
WRITTEN = {
    "plain": "Old words",
    "with a remark": "Old words # why",
    "in quotes": "'Old: words'",
    "in double quotes": '"Old \\"words\\""  # why',
    "over lines": "Old\n      words",
    "on a line of its own": "\n      Old words # why",
    "in quotes over lines": '"Old\n      words"',
    "folded": ">-\n      Old words\n      that go on",
    "folded with a remark": "> # why\n      Old words",
    "literal": "|\n      Old words",
    "literal that keeps": "|+\n      Old words\n",
}
NEW = ("New", "New: words", "# new", "x" * 150, "words " * 20 + "end", "yes", "\N{GRINNING FACE}")


def text_with(title: str = "A", summary: str = "S", source: str = "{page: p.md}") -> str:
    """Return a catalogue whose first entry is written like this."""
    return HEAD + ENTRY.format(title=title, summary=summary, source=source) + TAIL


@pytest.mark.parametrize("key", ["title", "summary"])
@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_value_however_it_is_written(key: str, written: str, newline: str) -> None:
    """The value is the new one; every line of another key stays, and so do all remarks."""
    text = text_with(**{key: written}).replace("\n", newline)
    before, behind = text.split(f"{key}:", 1)
    following = "    url:" if key == "title" else "    topics:"
    for new in (words.strip() for words in NEW):
        after = splicing.edited(text, {("resources", 0, key): new}, "c.yaml")
        found = parse(after).resources[0]
        assert (found.title, found.summary) == (
            (new, parse(text).resources[0].summary)
            if key == "title"
            else (parse(text).resources[0].title, new)
        )
        assert after.startswith(before)
        assert after.endswith(following + behind.split(following, 1)[1])
        assert ("# why" in after) == ("# why" in written)
        assert newline == "\n" or "\n" not in after.replace("\r\n", "")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("A talk on PCI", "Another"),
        ("'A talk on PCI'", "'Another'"),
        ('"A talk on PCI"  # kept', '"Another"  # kept'),
        ("'A talk: PCI'", "Another"),
        (">-\n      A talk\n      on PCI", "Another"),
        ("  A talk on PCI   # kept", "  Another   # kept"),
    ],
)
def test_quotes_that_somebody_chose_stay(written: str, expected: str) -> None:
    """Those that the old value needed do not."""
    before = edited(("A talk on PCI", written))
    assert splicing.edited(before, {TITLE: "Another"}, "f") == edited(("A talk on PCI", expected))


@pytest.mark.parametrize(
    "value", ["a: b", "x # y", "- z", "1e3", "yes", "it's", "[a", 'q "', "{", "*", "a, b"]
)
def test_a_value_that_means_something_else_is_quoted(value: str) -> None:
    """Whatever the text, it is read as that text, as an item of a list too."""
    for written in ("A talk on PCI", "'A talk on PCI'"):
        before = edited(("A talk on PCI", written))
        assert parse(splicing.edited(before, {TITLE: value}, "f")).resources[0].title == value
    for written in ("[bus talk]", "\n    - bus talk # why", "\n    - >-\n      bus talk"):
        before = edited(("[bus talk]", written))
        after = splicing.edited(before, {("resources", 0, "aliases", 0): value}, "f")
        assert parse(after).resources[0].aliases == (value,)
        assert ("# why" in after) == ("# why" in written)


def test_in_brackets() -> None:
    """An entry within brackets stays within them."""
    text = text_with()
    path: Path = ("resources", 1)
    after = splicing.edited(text, {(*path, "title"): "C, d", (*path, "note"): "N: n"}, "c.yaml")
    second = '{id: b, title: "B", url: "https://b.example/", summary: S, topics: [t]}'
    changed = (
        '{id: b, title: "C, d", url: "https://b.example/", summary: S, topics: [t], note: \'N: n\'}'
    )
    assert after == text.replace(second, changed)
    assert splicing.edited(after, {(*path, "note"): None, (*path, "title"): "B"}, "c") == text


@pytest.mark.parametrize(
    "source", ["{page: p.md}", "\n      page: p.md # here\n      section: [A]", '{page: "p.md" }']
)
def test_a_key_comes_and_goes(source: str) -> None:
    """A key that was not there is put behind those before it; taken away, nothing is left of it."""
    text = text_with(source=source)
    day = dt.date(2026, 11, 23)
    paths: list[Path] = [("resources", 0, "source", "unlisted"), ("resources", 0, "note")]
    after = splicing.edited(text, {paths[0]: day, paths[1]: "A note."}, "c.yaml")
    (first, _) = parse(after).resources
    assert (first.note, first.source and first.source.unlisted) == ("A note.", day)
    assert splicing.edited(after, dict.fromkeys(paths), "c.yaml") == text


@pytest.mark.parametrize(
    ("written", "expected"),
    [("note:", "note: N"), ("note: # why", "note: N # why"), ("note: ~  # why", "note: N  # why")],
)
def test_a_key_without_a_value_gets_one(written: str, expected: str) -> None:
    """It stands behind the key, and before a remark."""
    text = edited(("aliases: [bus talk]", written))
    after = splicing.edited(text, {("resources", 0, "note"): "N"}, "c.yaml")
    assert after == edited(("aliases: [bus talk]", expected))


def test_new_keys_in_one_place() -> None:
    """They stand in the order of the model, also behind a last line that does not end."""
    text = MINIMAL.rstrip("\n")
    path: Path = ("resources", 1)
    after = splicing.edited(text, {(*path, "access"): "paid", (*path, "note"): "N"}, "c.yaml")
    assert after == f"{text}\n    note: N\n    access: paid"
    assert splicing.edited(after, {(*path, "access"): None}, "c.yaml") == f"{text}\n    note: N\n"


def test_what_is_repeated_elsewhere() -> None:
    """What another place repeats by an alias, or itself repeats one, is not changed with it."""
    titles = text_with(title="&t A").replace('title: "B"', "title: *t")
    sources = text_with(source="&s {page: p.md}").replace(
        "topics: [t]}", "topics: [t], source: *s}"
    )
    for text, key in ((titles, ("title",)), (sources, ("source", "page"))):
        for at in (0, 1):
            with pytest.raises(BotError, match="do it by hand"):
                splicing.edited(text, {("resources", at, *key): "C"}, "c.yaml")
    homes = edited(("topics: [pci]\n    al", "topics: &in [pci]\n    al"), ("[vfio]", "*in"))
    for at in (0, 1):
        with pytest.raises(BotError, match="do it by hand"):
            with_item(homes, ("resources", at), "topics", "vfio", "c.yaml")


def test_a_name_that_is_given_twice() -> None:
    """What the reader allows and the parser of places does not is refused with its line."""
    text = edited(("title: A talk", "title: &it A talk"), ("title: Notes", "title: &it Notes"))
    entry = parse(text).resources[0]
    new = replace(entry, id="new", url="https://new.example/", aliases=())
    for attempt in (
        lambda: splicing.edited(text, {("resources", 0, "note"): "N"}, "c.yaml"),
        lambda: with_item(text, ("resources", 0), "asks", "why", "c.yaml"),
        lambda: inserted(text, [new], "c.yaml"),
    ):
        with pytest.raises(BotError, match=r"^c\.yaml:20: .*by hand"):
            attempt()


def test_a_key_behind_an_alias() -> None:
    """A key comes behind one whose value stands elsewhere, and goes again."""
    text = text_with(title="&t A").replace("summary: S\n", "summary: *t # same\n")
    note: Path = ("resources", 0, "note")
    text = text.replace("    topics: [t]\n", "").replace("    url:", "    topics: [t]\n    url:")
    after = splicing.edited(text, {note: "N"}, "c")
    assert after == text.replace("# same\n", "# same\n    note: N\n")
    assert splicing.edited(after, {note: None}, "c") == text


def test_what_would_not_be_sound_is_refused() -> None:
    """A value by which the catalogue breaks its own rules is refused with the rule."""
    with pytest.raises(BotError, match=r"would not be sound: .*same page"):
        splicing.edited(MINIMAL, {("resources", 1, "url"): "http://example.org/talk/"}, "f")


@settings(max_examples=40, deadline=None)
@given(
    catalogues(least=1),
    st.data(),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\ufeff"]),
)
def test_written_read_equal(
    catalogue: Catalogue, data: st.DataObject, newline: str, mark: str
) -> None:
    """Of any catalogue any title, summary and note can be changed; what is read is what was meant,
    and changed back, each byte is as it was.
    """
    text = mark + dump(catalogue).replace("\n", newline)
    at = data.draw(st.integers(0, len(catalogue.resources) - 1))
    words = data.draw(st.sampled_from(NEW)).strip()
    old = catalogue.resources[at]
    keys = ("title", "summary", "note")
    paths: dict[str, Path] = {key: ("resources", at, key) for key in keys}
    after = splicing.edited(text, dict.fromkeys(paths.values(), words), "c")
    changed = replace(old, title=words, summary=words, note=words)
    resources = (*catalogue.resources[:at], changed, *catalogue.resources[at + 1 :])
    assert parse(after) == replace(catalogue, resources=resources)
    back = splicing.edited(after, {path: getattr(old, key) for key, path in paths.items()}, "c")
    assert back == text


@pytest.mark.parametrize(
    ("before", "key", "number", "line", "grows"),
    [
        (MINIMAL, "aliases", 18, '    aliases: ["x: y", bus talk]', 0),
        (MINIMAL, "asks", 18, '    asks: ["x: y"]', 1),
        (edited(("[bus talk]", "[]")), "aliases", 18, '    aliases: ["x: y"]', 0),
        (edited(("[bus talk]", "\n    - bus talk")), "aliases", 19, '    - "x: y"', 1),
        (edited(("[bus talk]", "\n      - bus talk")), "aliases", 19, '      - "x: y"', 1),
    ],
)
def test_an_item_takes_one_line(before: str, key: str, number: int, line: str, grows: int) -> None:
    """A list gets one more item by one line, new or changed, which is where it is said to be."""
    made = with_item(before, ("resources", 0), key, "x: y", "f")
    assert (made.number, made.text, made.is_new) == (number, line, grows == 1)
    old, new = before.splitlines(), made.whole.splitlines()
    assert new[number - 1] == line
    assert new[number:] == old[number - grows :]
    assert new[: number - 1] == old[: number - 1]
    assert getattr(parse(made.whole).resources[0], key)[0] == "x: y"


def test_an_entry_within_a_line_gets_its_item_there() -> None:
    """An entry in braces keeps its line."""
    made = with_item(text_with(), ("resources", 1), "asks", "why", "f")
    assert made.text.startswith('  - {asks: ["why"], id: b')
    assert parse(made.whole).resources[1].asks == ("why",)
