"""A catalogue and its page: the one is followed, curators are obeyed, all else stays."""

import datetime as dt
import re
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.catalogue import parse
from bot.catalogue.markdown import import_page
from bot.catalogue.resync import Resync, resynced
from bot.catalogue.writer import dump

PAGE = "list.md"
DAY = dt.date(2026, 11, 23)
LATER = dt.date(2026, 12, 24)

START = """\
# List
## Books
- [Alpha](https://a.example/alpha) - first letter.
- [Beta](https://a.example/beta) - second letter (old)
## Talks
- [Gamma](https://a.example/gamma)
"""


def read(page: str) -> str:
    """Return the page as a fresh catalogue, with remarks that nobody may touch."""
    text = dump(import_page(page, PAGE).catalogue)
    remarked = text.replace("    topics:", "    # Mind the topics.\n    topics:")
    return f"# Ours.\n{remarked}# The end.\n"


def sync(text: str, page: str, day: dt.date = DAY) -> Resync:
    """Bring the catalogue up to the page; a second time has to change nothing."""
    drafts = import_page(page, PAGE).catalogue
    result = resynced(text, drafts, PAGE, day, "c.yaml")
    again = resynced(result.text, drafts, PAGE, LATER, "c.yaml")
    assert again.text == result.text
    assert {change.what for change in again.changes} <= {"left out"}
    return result


def told(result: Resync) -> list[tuple[str, str]]:
    """Return what happened to which entry."""
    return [(change.what, change.id) for change in result.changes]


def test_the_same_page_changes_nothing() -> None:
    """Brought up to the page it came from, a catalogue stays as it is, to the byte."""
    text = read(START)
    result = sync(text, START)
    assert (result.text, result.changes, result.followed) == (text, (), 3)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("[Beta]", "[Beta, second edition]", ("retitled", "beta")),
        ("second letter", "the second one", ("re-annotated", "beta")),
        ("a.example/beta", "b.example/beta", ("moved", "beta")),
        ("- [Gamma](https://a.example/gamma)\n", "", ("unlisted", "gamma")),
        ("- [Gamma]", "- [Delta](https://a.example/d)\n- [Gamma]", ("added", "delta")),
    ],
)
def test_what_the_page_changes(old: str, new: str, what: tuple[str, str]) -> None:
    """One change of the page is one change of the catalogue: as if it had been imported now."""
    page = START.replace(old, new)
    result = sync(read(START), page)
    assert told(result) == [what]
    found = {r.id: r for r in parse(result.text).resources}
    fresh = {r.url: r for r in import_page(page, PAGE).catalogue.resources}
    changed = found[what[1]]
    if what[0] == "unlisted":
        assert changed.source is not None
        assert changed.source.unlisted == DAY
    else:
        wanted = replace(fresh[changed.url], id=changed.id)
        assert changed == replace(wanted, added=DAY if what[0] == "added" else None)


def test_what_curators_changed_stays() -> None:
    """Of what both changed, theirs stays and is told once; what only the page changed is taken."""
    text = read(START).replace("title: Beta", "title: 'Beta, ours' # liked")
    page = START.replace("[Beta]", "[Beta 2]").replace("second letter", "the second one")
    result = sync(text, page)
    assert told(result) == [("kept", "beta"), ("re-annotated", "beta")]
    assert "title: 'Beta, ours' # liked\n" in result.text
    assert parse(result.text).resources[1].summary == "The second one (old)."


def test_an_address_mended_by_hand_stays() -> None:
    """An entry is known by the address that the page had for it, also when the file has another."""
    text = read(START).replace("a.example/beta", "moved.example/beta")
    assert told(sync(text, START)) == []
    result = sync(text, START.replace("[Beta]", "[Beta 2]"))
    assert told(result) == [("retitled", "beta")]
    assert "https://moved.example/beta" in result.text


def test_listed_again() -> None:
    """A mark goes when the page lists the entry again; the file is as it was."""
    text = read(START)
    without = START.replace("- [Gamma](https://a.example/gamma)\n", "")
    marked = sync(text, without)
    assert "unlisted: 2026-11-23" in marked.text
    back = sync(marked.text, START)
    assert told(back) == [("listed again", "gamma")]
    assert back.text == text


def test_what_is_commented_out_stays_out() -> None:
    """An address in a comment is not added, and it is told each time."""
    text = read(START) + "# - url: https://a.example/d (not for us)\n"
    result = sync(text, START + "- [Delta](http://a.example/d/)\n")
    assert result.text == text
    assert told(result) == [("left out", "delta")]


def test_entries_of_others_are_left_alone() -> None:
    """What came from elsewhere is neither changed nor marked, even if the page lists it."""
    text = read(START).replace("page: list.md", "page: other.md")
    result = sync(text, START.replace("[Alpha]", "[Alpha 2]"))
    assert (result.text, told(result)) == (text, [])


def test_entries_from_before_there_were_fingerprints() -> None:
    """Nobody knows who changed them, so they stay, and follow the page from then on."""
    text = re.sub(r", said: [0-9a-f-]+", "", read(START)).replace("title: Beta", "title: Ours")
    result = sync(text, START)
    assert told(result) == []
    assert re.sub(r", said: [0-9a-f-]+", "", result.text) == text
    assert told(sync(result.text, START.replace("[Alpha]", "[A]"))) == [("retitled", "alpha")]


def test_new_entries_go_where_their_section_went() -> None:
    """A topic that was renamed takes what is new of its section; a new section is a new topic."""
    text = read(START).replace("id: books", "id: reading").replace("[books]", "[reading]")
    page = START.replace("## Talks", "- [B](https://b.example)\n## Talks")
    result = sync(text, f"{page}## News\n- [N](https://n.example)\n")
    found = {r.id: r.topics for r in parse(result.text).resources}
    assert (found["b"], found["n"]) == (("reading",), ("news",))
    assert [topic.id for topic in parse(result.text).topics] == ["reading", "talks", "news"]


def test_names_that_are_taken() -> None:
    """New entries take free ids, and leave names to those that have them."""
    text = read(START).replace("title: Gamma", "title: Gamma\n    aliases: [delta]")
    page = f"{START}- [Gamma](https://x.example)\n- [D](https://y.example)\n"
    page += "- [Delta](https://y.example)\n"
    found = {r.id: r for r in parse(sync(text, page).text).resources}
    assert set(found) == {"alpha", "beta", "gamma", "gamma-2", "d"}
    assert found["d"].aliases == ()


@dataclass(frozen=True)
class Item:
    """A link of a page."""

    name: str
    title: str
    words: str
    section: str


WORDS = (
    "",
    "good",
    "why: it works",
    "yes",
    "a long read " * 12,
    "#1",
    "(noted)",
    "\N{GRINNING FACE} é",
)
items = st.builds(
    Item,
    name=st.sampled_from("abcdefgh"),
    title=st.sampled_from(("One", "Two", "Three: 3", "No", "[x", "100%", "\u4e2d\u6587")),
    words=st.sampled_from(WORDS),
    section=st.sampled_from(("Books", "Talks", "C++", "\u672c")),
)
pages = st.lists(items, min_size=1, max_size=8, unique_by=lambda item: item.name)


def markdown(page: list[Item]) -> str:
    """Write a page."""
    lines = ["# Page"]
    for section in dict.fromkeys(item.section for item in page):
        lines.append(f"## {section}")
        lines += (
            f"- [{item.title}](https://{item.name}.example/x) - {item.words}"
            for item in page
            if item.section == section
        )
    return "\n".join(lines)


MINE = (
    "title: Mine",
    "summary: Mine, with care.",
    "title: 'Ours' # why",
    "summary: |\n      Ours.",
)


@settings(max_examples=40, deadline=None)
@given(pages, pages, st.lists(st.tuples(st.integers(0, 7), st.sampled_from(MINE)), max_size=4))
def test_any_two_pages(first: list[Item], then: list[Item], mine: list[tuple[int, str]]) -> None:
    """From any page to any other: all it lists is there once, what curators wrote stays, what it
    lists no longer is marked, and every line that says something else is there still, in order.
    """
    text = read(markdown(first))
    count = len(parse(text).resources)
    edited: dict[tuple[int, str], str] = {}
    for at, line in mine:
        key = line.partition(":")[0]
        edited[at % count, key] = line
    entries = re.split(r"(?m)^(?=  - id: )", text)
    start = next(n for n, e in enumerate(entries) if "url: " in e)
    for (at, key), line in edited.items():
        entry = re.sub(
            rf"(?ms)^    {key}: .*?(?=^    \S)",
            lambda _, to=line: f"    {to}\n",
            entries[start + at],
        )
        entries[start + at] = entry
    text = "".join(entries)
    before = parse(text)
    result = sync(text, markdown(then))
    after = parse(result.text)
    assert [r.id for r in after.resources][:count] == [r.id for r in before.resources]
    urls = [r.url for r in after.resources]
    assert len(set(urls)) == len(urls)
    listed = {f"https://{item.name}.example/x" for item in then}
    assert listed <= set(urls)
    for at, resource in enumerate(after.resources):
        assert resource.source is not None
        assert (resource.source.unlisted is None) == (resource.url in listed)
        if (at, "title") in edited:
            assert resource.title == before.resources[at].title
        if (at, "summary") in edited:
            assert resource.summary == before.resources[at].summary
    lines = iter(result.text.splitlines())
    followed = re.compile(
        r" +(- )?(url|title|summary|note|source|said|unlisted|page|section):|      "
    )
    for line in text.splitlines():
        if not followed.match(line):
            assert line in lines
