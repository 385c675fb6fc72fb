"""Any page: as many links are seen as another reading of it counts, and none is lost in silence."""

import csv
import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.catalogue import parse
from bot.catalogue.drafts import Import
from bot.catalogue.labels import is_empty_title
from bot.catalogue.markdown import import_page
from bot.catalogue.writer import dump
from bot.model import Resource

NASTY = Path(__file__).parent / "pages" / "nasty.md"
REAL = Path(__file__).parents[3] / "shared" / "eval" / "markdown"
PLAIN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
ANCHOR = re.compile(r"<a\s(?:[^>]*\s)?href\s*=", re.IGNORECASE)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def counted(text: str) -> dict[str, int]:
    """Count links as CommonMark has them, and anchors in its pieces of HTML."""
    tokens = PLAIN.parse(text)
    every = [inner for token in tokens for inner in (token, *(token.children or ()))]
    html = [token.content for token in every if token.type in ("html_inline", "html_block")]
    return {
        "Markdown": sum(token.type == "link_open" for token in every),
        "HTML": sum(len(ANCHOR.findall(COMMENT.sub("", piece))) for piece in html),
    }


def check(page: Import) -> None:
    """Check what has to hold of every page."""
    report = page.report
    assert report.seen == sum(count for _, count in report.ways)
    assert report.seen == report.imported + len(report.merged) + len(report.skipped)
    assert all(remark.line > 0 for remark in (*report.merged, *report.skipped))
    assert all(remark.reason.endswith(".") for remark in (*report.merged, *report.skipped))
    assert parse(dump(page.catalogue)) == page.catalogue


def by_title(page: Import) -> dict[str, Resource]:
    """Return the resources of a page by their titles."""
    return {resource.title: resource for resource in page.catalogue.resources}


def test_the_nasty_page() -> None:
    """HTML, badges, footnotes, bare addresses, tables by columns, and other languages: all read."""
    page = import_page(NASTY.read_text(encoding="utf-8"), "nasty.md")
    check(page)
    assert dict(page.report.ways) == {"Markdown": 32, "HTML": 10, "bare": 2}
    found = by_title(page)
    assert not [title for title in found if title.casefold() in ("here", "link", "video", "slides")]
    assert found["Trim"].authors == ("Ann Lee",)
    assert (found["Trim"].year, found["Trim"].minutes) == (2019, 45)
    assert found["How the jib is set"].tags == ("PDF",)
    assert found["Rigging explained"].url == "https://rig.example/talk"
    assert found["bare.example/wiki/Sail_(boat)"].kind == "wiki"
    assert (found["North Sea"].authors, found["North Sea"].year) == (("Mara Ole",), 2011)
    assert found["North Sea (code)"].tags == ("repository",)
    assert found["Baltic"].summary == "Where: shallow."
    assert found["Tide & moon"].summary == "Tables of high water."
    assert found["Wrecks"].url == "https://h.example/wrecks"
    assert found["Two"].summary == "With words."
    assert found["Bowline"].asks == ("How do I tie a bowline?",)
    assert found["Bowline"].topics == ("knots",)
    assert found["Knots"].topics == ("sails",)
    emoji = found["Emoji sailing"]
    assert emoji.source is not None
    assert emoji.source.section == ("Charts", "More charts")
    assert not any("hidden" in resource.url for resource in page.catalogue.resources)
    skipped = {remark.words.split()[-1]: remark.reason for remark in page.report.skipped}
    assert skipped["https://ci.example/build"] == "It is a badge."
    assert skipped["mailto:crew@a.example"] == "It writes a mail."
    assert skipped["#contents"] == "It leads to a place on the page itself."
    assert skipped["docs/START.md"].startswith("It is relative: say with --base")


@pytest.mark.parametrize(
    ("markdown", "base", "found"),
    [
        ("[x](docs/a.md)", "https://a.example/wiki/", "https://a.example/wiki/docs/a.md"),
        ('<a href="../a">x</a>', "https://a.example/b/c", "https://a.example/a"),
        ("[x](//b.example/c)", "", "https://b.example/c"),
        ("[x](www.b.example)", "", "https://www.b.example"),
        ("see https://b.example/a_b_(c).", "", "https://b.example/a_b_(c)"),
        ("(https://b.example/c)", "", "https://b.example/c"),
        ("**https://b.example/c**", "", "https://b.example/c"),
        ("\u89c1https://b.example/c\u3002\u597d", "", "https://b.example/c"),
        ("[^1]\n\n[^1]: https://b.example/c", "", "https://b.example/c"),
        ("<a\n href='https://b.example/c'\n>x</a>", "", "https://b.example/c"),
        ('<div><a title=t HREF=" https://b.example/c "><b>x</b></div>', "", "https://b.example/c"),
    ],
)
def test_addresses(markdown: str, base: str, found: str) -> None:
    """An address is found however it is written, and made whole where that can be done."""
    page = import_page(markdown, "p", base)
    check(page)
    assert [resource.url for resource in page.catalogue.resources] == [found]


@pytest.mark.parametrize(
    ("markdown", "title"),
    [
        (
            "It is long, and says a lot of things before. " * 2 + "The tide: [here](http://a/1).",
            "The",
        ),
        ("- [Video](http://a/1) - How the tide turns", "How the tide turns (Video)"),
        ("- [slides](http://a/1)", "Sailing: slides"),
        ("- [link](http://a.example/1)", "Sailing (a.example)"),
        ("- [\u2192](http://a.example/1)", "Sailing (a.example)"),
        ("- [paper](http://a/1) and [code](http://b/1)", "Sailing: paper"),
        ("- Tides ([slides](http://a/1) | [video](http://b/1))", "Tides (slides)"),
        ("- Tides [[pdf]](http://a/1) [[code]](http://b/1)", "Tides (pdf)"),
        ("| Talk | Link |\n|-|-|\n| Tides | [Link](http://a/1) |", "Tides"),
    ],
)
def test_no_title_says_nothing(markdown: str, title: str) -> None:
    """A link text that says nothing is replaced by what it stands beside, or by its section."""
    first = import_page(f"# Sailing\n\n{markdown}", "p").catalogue.resources[0]
    assert first.title.startswith(title)
    assert not is_empty_title(first.title)


def test_headings_that_are_links() -> None:
    """One that heads other links is a topic too; a mark beside a heading is no part of its name."""
    page = import_page("# [A](http://a/1)\n- [x](http://a/2)\n# B [#](#b)\n- [y](http://a/3)", "p")
    assert [topic.name for topic in page.catalogue.topics] == ["p", "A", "B"]


def test_names_that_differ_by_a_sign() -> None:
    """Topics whose names differ only by what no id holds keep their names; ids are numbered."""
    page = import_page("# C\n<http://a/1>\n# C++\n<http://a/2>\n# c\n<http://a/3>", "p")
    assert [(topic.id, topic.name) for topic in page.catalogue.topics] == [
        ("c", "C"),
        ("c-2", "C++"),
        ("c-2-2", "c (2)"),
    ]


SCRAPS = (
    *("# ", "## ", "- ", "  - ", "1. ", "> ", "| a | b |\n|--|--|\n", "| ", "\n", "\n\n", " - "),
    *("[x](http://a/b)", "[", "](http://a/c)", "](#x)", "](", ")", "(", "![i](p.png)", "`", "**"),
    *(
        "<a href='http://h/1'>h</a>",
        "<a href=http://h/2>",
        "</a>",
        "<li>",
        "<td>",
        "<tr>",
        "<table>",
    ),
    *("<div>", "</div>", "<br>", "<p>", "</table>", "<summary>", "<h2>", "here", "word " * 40),
    *("https://b.example/c", "[r]", "\n\n[r]: http://r/\n", "video", "\N{GRINNING FACE}", "?"),
)
MARKDOWN = st.lists(st.sampled_from(SCRAPS) | st.text(max_size=3), max_size=30).map("".join)


@settings(max_examples=400, deadline=None)
@given(MARKDOWN)
@example("<a href=x>\n\n<a href=y>\n\n</a>")
@example("<table><td><a href=http://a/1>x<td>y</table>")
@example("https://b.example/c[x](http://a/b)")
def test_as_many_as_another_count(text: str) -> None:
    """Links and anchors seen are those of CommonMark, whatever stands around them; each is
    imported, merged or skipped; and what is imported is a sound catalogue.
    """
    page = import_page(text, "p.md")
    check(page)
    if "[^" not in text and "<!" not in text and "<?" not in text:
        ways = dict(page.report.ways)
        assert {way: ways.get(way, 0) for way in ("Markdown", "HTML")} == counted(text)


# The pages are beside the project, not in it.
if REAL.exists():

    @pytest.mark.parametrize(
        "row",
        list(csv.DictReader((REAL / "index.tsv").read_text("utf-8").splitlines(), delimiter="\t")),
        ids=lambda row: row["file"],
    )
    def test_a_real_page(row: dict[str, str]) -> None:
        """As many links as counted by others, and a sound catalogue."""
        page = import_page((REAL / row["file"]).read_text(encoding="utf-8"), row["file"])
        check(page)
        ways = dict(page.report.ways)
        assert ways.get("Markdown", 0) == int(row["links"])
        assert ways.get("HTML", 0) == int(row["html_a_links"])
        assert not any(is_empty_title(resource.title) for resource in page.catalogue.resources)
