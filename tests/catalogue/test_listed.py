"""Lists that are no pages: bookmarks, tables and data become drafts as pages do."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.catalogue import listed, parse
from bot.catalogue.drafts import Drafts, Import, composed
from bot.catalogue.writer import dump
from bot.errors import BotError, CatalogueError
from bot.model import Resource

BOOKMARKS = """\
<!DOCTYPE NETSCAPE-Bookmark-file-1>
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
<TITLE>Bookmarks</TITLE>
<H1>Bookmarks</H1>
<DL><p>
    <DT><H3 ADD_DATE="1">Sails</H3>
    <DL><p>
        <DT><A HREF="https://a.example/jib" ADD_DATE="1" TAGS="jib,wind">The jib &amp; more</A>
        <DD>How it is set.
        <DT><H3>Knots</H3>
        <DL><p>
            <DT><A HREF="https://a.example/bowline">Bowline</A>
            <DT><A HREF="javascript:void(0)">Script</A>
        </DL><p>
        <DT><A HREF="https://a.example/main">Main sail</A>
    </DL><p>
    <DT><A HREF="place:sort=8">Recent</A>
    <DT><A HREF="https://a.example/jib/">Jib again</A>
</DL><p>
"""


def made(found: Drafts, page: str = "list") -> dict[str, Resource]:
    """Return the resources by their titles, once all of them are accounted for."""
    return {resource.title: resource for resource in checked(found, page).catalogue.resources}


def checked(found: Drafts, page: str = "list") -> Import:
    """Return the import, once all links are accounted for and the catalogue is sound."""
    result = composed(found, page)
    report = result.report
    assert report.seen == report.imported + len(report.merged) + len(report.skipped)
    assert parse(dump(result.catalogue)) == result.catalogue
    return result


def test_bookmarks() -> None:
    """Folders are topics, what stands under a bookmark is its summary, and tags are tags."""
    assert listed.is_bookmarks(BOOKMARKS)
    result = checked(listed.bookmarks(BOOKMARKS, ""))
    found = {resource.title: resource for resource in result.catalogue.resources}
    assert list(found) == ["The jib & more", "Bowline", "Main sail"]
    jib = found["The jib & more"]
    assert (jib.summary, jib.tags, jib.aliases) == (
        "How it is set.",
        ("jib", "wind"),
        ("Jib again",),
    )
    assert [topic.name for topic in result.catalogue.topics] == ["Sails", "Knots", "list"]
    assert found["Main sail"].topics == ("sails",)
    assert [remark.line for remark in result.report.skipped] == [13, 17]


def test_bookmarks_as_browsers_name_them() -> None:
    """Titles lose the name of their site; the folder that is the browser's own is no topic."""
    text = """\
<!DOCTYPE NETSCAPE-Bookmark-file-1>
<DL><DT><H3 PERSONAL_TOOLBAR_FOLDER="true">Bookmarks bar</H3>
<DL><DT><H3>Sails</H3>
<DL><DT><A HREF="https://www.youtube.com/watch?v=1">(3) Reefing - at sea - YouTube</A>
<DT><A HREF="https://github.com/a/jib">GitHub - a/jib: Sails</A>
<DT><A HREF="https://a.example/b">Knots | Other</A>
</DL></DL></DL>
"""
    found = made(listed.bookmarks(text, ""))
    assert list(found) == ["Reefing - at sea", "a/jib: Sails", "Knots | Other"]
    assert {source.section for one in found.values() if (source := one.source)} == {("Sails",)}


def test_words_about_a_folder() -> None:
    """They are the topic's, not those of the bookmark before it."""
    text = (
        "<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><DT><A HREF=http://a/1>A</A><DT><H3>B</H3>"
        "<DD>About B<DL><DT><A HREF=http://a/2>C</A></DL></DL>"
    )
    found = checked(listed.bookmarks(text, "")).catalogue
    assert [topic.summary for topic in found.topics] == [None, "About B."]
    assert found.resources[0].summary == "Listed under list."


def test_a_table_without_names() -> None:
    """A first line with an address in it is told from one with names nobody understands."""
    with pytest.raises(BotError, match="above it"):
        listed.table("A,https://a.example/1", "", {})


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table(separator: str) -> None:
    """Columns are known by obvious names, in any order; a value may go over lines."""
    rows = [
        ["Name", "Web site", "Description", "Category", "Tags", "Year", "Owner"],
        ["Jib", "https://a.example/jib", '"How it\nis set"', "Sails", "wind|rope", "in 2011", "me"],
        ["Gone", "", "", "Sails", "", "", ""],
        ["", "https://a.example/bare", "", "", "", "", ""],
    ]
    text = "\n".join(separator.join(row) for row in rows)
    result = checked(listed.table(text, "", {}))
    jib, bare = result.catalogue.resources
    assert (jib.title, jib.summary, jib.tags) == ("Jib", "How it is set.", ("wind", "rope"))
    assert (jib.year, jib.topics) == (2011, ("sails",))
    assert (bare.title, bare.topics) == ("a.example/bare", ("list",))
    assert [(r.line, r.reason) for r in result.report.skipped] == [(4, "It has no address.")]


def test_a_table_with_names_of_its_own() -> None:
    """A mapping says which columns hold what; without addresses it says what to do."""
    text = "wo,was\nhttps://a.example,Etwas\n"
    with pytest.raises(BotError, match="--map url=COLUMN"):
        listed.table(text, "", {})
    with pytest.raises(BotError, match=r'"wos", as --map says\. Did you mean "wo"'):
        listed.table(text, "", {"url": "wos"})
    assert list(made(listed.table(text, "", listed.mapping("url=wo, title=was")))) == ["Etwas"]


def test_data_of_another_shape() -> None:
    """Each block with an address is a link, wherever it stands; what is around it names a topic."""
    text = """\
- category: Sails
  links:
    - {name: Jib, link: https://a.example/jib, desc: How it is set, author: [Ann Lee], minutes: 5}
    - {name: Nothing}
- Knots:
    items:
      - name: Bowline
        link: /bowline
        duration: 1h 5m
"""
    result = checked(listed.data(text, "l.yaml", "https://b.example/x", {"topic": "category"}))
    jib, bowline = result.catalogue.resources
    assert (jib.summary, jib.authors, jib.minutes) == ("How it is set.", ("Ann Lee",), 5)
    assert (bowline.url, bowline.minutes) == ("https://b.example/bowline", 65)
    assert [topic.name for topic in result.catalogue.topics] == ["Sails", "Knots"]


def test_data_that_is_json() -> None:
    """JSON is read as YAML is."""
    found = listed.data('{"Sails": [{"url": "https://a.example", "title": "A"}]}', "l", "", {})
    assert made(found)["A"].topics == ("sails",)


def test_addresses_without_a_key_that_is_known() -> None:
    """A list of addresses is read, one of titles too; another key is asked for, by its name."""
    told = """\
a: {Jib: https://a.example/jib}
b:
  - https://a.example/b
  - ort: https://a.example/c
  - {url: https://a.example/d, seen: {at: https://a.example/e}}
"""
    result = checked(listed.data(told, "l.yaml", "", {}))
    assert [resource.title for resource in result.catalogue.resources] == [
        "Jib",
        "a.example/b",
        "a.example/d",
    ]
    assert [(remark.line, remark.words) for remark in result.report.skipped] == [
        (4, "ort: https://a.example/c")
    ]
    odd = "- {titel: Jib, ort: https://a.example/jib}"
    with pytest.raises(BotError, match=r'"titel", "ort"\. Name .* --map url=ort\.'):
        listed.data(odd, "l.yaml", "", {})
    assert "Jib" in made(listed.data(odd, "l.yaml", "", {"url": "ort", "title": "titel"}))


def test_data_that_is_no_data() -> None:
    """What cannot be followed is told with its line."""
    with pytest.raises(CatalogueError, match=r"l\.yaml:2"):
        listed.data("a: b\n\tc", "l.yaml", "", {})


@pytest.mark.parametrize("words", ["url", "url=", "=x", "colour=red", "url=a,b"])
def test_a_mapping_that_says_nothing(words: str) -> None:
    """A mapping that cannot be meant is a sentence that shows how to write one."""
    with pytest.raises(BotError, match="Write --map as url=link"):
        listed.mapping(words)


SCRAPS = (
    *(
        "<DL><p>",
        "</DL>",
        "<DT>",
        "<H3>",
        "</H3>",
        "<DD>",
        "<A HREF='https://a.example/1'>",
        "</A>",
    ),
    *(
        "<A HREF=x>",
        "url",
        ",",
        ";",
        "\n",
        '"',
        "https://a.example/2",
        "title",
        "- ",
        ": ",
        "{",
        "}",
    ),
    *("[", "]", "  ", "&", "*a", "tags", "year", "1999", "topic", "\x00", "\ufeff", "word " * 50),
)
TEXT = st.lists(st.sampled_from(SCRAPS) | st.text(max_size=3), max_size=30).map("".join)


@settings(max_examples=200, deadline=None)
@given(TEXT)
def test_any_text_is_a_list_or_a_sentence(text: str) -> None:
    """Of any text comes a sound catalogue that accounts for every link, or a sentence."""
    checked(listed.bookmarks(text, ""))
    for table in (text, f"url,title,topic,tags,year\n{text}"):
        with suppress(BotError):
            checked(listed.table(table, "", {}))
    with suppress(BotError):
        checked(listed.data(text, "l", "", {}))
