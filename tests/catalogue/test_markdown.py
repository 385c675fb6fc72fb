"""What the importer promises: how the words around a link are read, and that no link is lost."""

from pathlib import Path
from time import process_time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bot.catalogue.drafts import Import
from bot.catalogue.markdown import import_page
from bot.model import Catalogue, Kind, Resource

CATALOGUE = TypeAdapter(Catalogue)
SEED = Path(__file__).parents[3] / "shared" / "reference" / "crosvm-onboarding.md"
SAILING = Path(__file__).parent / "pages" / "onboarding.md"
URL = "https://a.example/x"


def only(markdown: str) -> Resource:
    """Return the one resource of a page about Topic."""
    (resource,) = import_page(f"# Topic\n\n{markdown}", "page.md").catalogue.resources
    return resource


def by_title(page: Import) -> dict[str, Resource]:
    """Return the resources of a page by their titles."""
    return {resource.title: resource for resource in page.catalogue.resources}


@pytest.mark.parametrize(
    ("bullet", "title"),
    [
        (f"[OSDev Wiki]({URL})", "OSDev Wiki"),
        (f"[Devices in QEMU ]({URL})", "Devices in QEMU"),
        (f"[The `kvm_run` **struct**]({URL})", "The kvm_run struct"),
        (f"[![Rust by Example](a.png)]({URL})", "Rust by Example"),
        (f"Rust [design patterns]({URL}) repo", "Rust design patterns"),
        (f"Organized [collection]({URL}) of blog\n  posts", "Organized collection of blog posts"),
        (f"[Good overview]({URL}) of virtio from IBM", "Good overview of virtio from IBM"),
        (f"[Talk]({URL}) with demos", "Talk with demos"),
        (f"[Tutorial]({URL}) on code via KVM (old)", "Tutorial on code via KVM"),
        (f"[Paper]({URL}) on virtio - the start of it", "Paper on virtio"),
        (f"[KVM Hello World]({URL}) sample program", "KVM Hello World"),
        (
            f"Why VMX was needed; what does it do\n  ([Link]({URL}))",
            "Why VMX was needed; what does it do",
        ),
        (f"How to sail: [here]({URL})", "How to sail"),
        (f"See [here]({URL}) for the KVM API", "See here for the KVM API"),
        (f"[Link]({URL}) - all about PCI", "all about PCI"),
        (f"What is a VMM ([a chapter]({URL}))", "What is a VMM (a chapter)"),
        (f"索具教程 [点击这里]({URL})", "索具教程"),
        (f"[官网]({URL}) 绳结", "绳结"),
        (f"《绳结书》（[豆瓣]({URL})）", "《绳结书》 (豆瓣)"),
        (f"[豆瓣]({URL}) 《绳结书》，经典", "《绳结书》 (豆瓣)"),
        (f"[Source: Sparkler]({URL})", "Sparkler"),
        (f"See also [Sparkler]({URL})", "Sparkler"),
        (f"For most of the gory details read [Sparkler]({URL}) first", "Sparkler"),
        (f"Devices (see [Sparkler]({URL}) for more)", "Sparkler"),
        (f"<{URL}>", "a.example/x"),
        (f"[]({URL})", "a.example/x"),
    ],
)
def test_title(bullet: str, title: str) -> None:
    """The title is what a person would call it, whatever part of the bullet is the link."""
    assert only(f"- {bullet}").title == title


@pytest.mark.parametrize(
    ("bullet", "summary", "note"),
    [
        (f"[A]({URL}) (Most of ours (all) are here)", None, "Most of ours (all) are here"),
        (f"[A]({URL}) (fun) (2018)", None, "fun"),
        (f"[A]({URL}) on kites (so exciting)", None, "so exciting"),
        (f"[A]({URL}) Beautiful website", "Beautiful website.", None),
        (f"[A]({URL}) - how it works.", "How it works.", None),
        (f"[A]({URL}) go over the why", "A go over the why.", None),
        (f"[A]({URL}) sample program (host + guest)", "A sample program (host + guest).", None),
        (f"[A]({URL}) by zachr (2018, 30m) - fine words", "Fine words.", None),
        (f"[A]({URL})\n  - first part\n  - and more!", "First part. And more!", None),
        (
            f"In the end you will want to read [A]({URL}) too",
            "In the end you will want to read A too.",
            None,
        ),
        (f"[A]({URL})", None, None),
    ],
)
def test_words_about_a_link(bullet: str, summary: str | None, note: str | None) -> None:
    """Remarks in brackets are the note, other words the summary; without any it says where."""
    resource = only(f"- {bullet}")
    assert (resource.summary, resource.note) == (summary or "Listed under Topic.", note)


@pytest.mark.parametrize(
    ("behind", "authors", "year", "minutes"),
    [
        ("by zachr (2018, 30m)", ("zachr",), 2018, 30),
        ("by zachr / reveman (2018, 50m)", ("zachr", "reveman"), 2018, 50),
        ("by Ann Lee, Bo and Cy & Di", ("Ann Lee", "Bo", "Cy", "Di"), None, None),
        ("(1h 20m)", (), None, 80),
        ("(2 hours)", (), None, 120),
        ("(45 min)", (), None, 45),
        (", 2019, 5 minutes", (), 2019, 5),
        ("overview by RedHat", ("RedHat",), None, None),
        ("by far the best", (), None, None),
        ("sorted by date", (), None, None),
        ("(2018 was fun)", (), None, None),
        ("[45:12]", (), None, 45),
        ("by Ann Lee (1:02:33)", ("Ann Lee",), None, 63),
        ("(Ann Lee, 2011)", ("Ann Lee",), 2011, None),
        ("(video, 2011)", (), 2011, None),
        ("- cloud services by Google", (), None, None),
        ("- a console developed by Ann Lee", (), None, None),
        ("(0m)", (), None, None),
    ],
)
def test_facts(
    behind: str, authors: tuple[str, ...], year: int | None, minutes: int | None
) -> None:
    """Names, a year and a length are taken only where the words say nothing else."""
    resource = only(f"### [A]({URL}) {behind}")
    assert (resource.authors, resource.year, resource.minutes) == (authors, year, minutes)


@pytest.mark.parametrize(
    ("link", "kind"),
    [
        ("[A](https://www.youtube.com/watch?v=1)", "talk"),
        ("[A tutorial](https://youtu.be/1)", "talk"),
        ("[Virtio specs](https://docs.a.example/)", "spec"),
        ("[Vhost-user protocol](https://a.example/)", "spec"),
        ("[Awesome KVM tutorials](https://a.example/)", "list"),
        ("[Rust Cheat Sheet](https://a.example/)", "cheat sheet"),
        ("[CMU slides](https://a.example/)", "slides"),
        ("[A](https://a.example/blog/x)", "article"),
        ("[A](https://a.example/2018/02/09/x)", "article"),
        ("[A](https://wiki.a.example/Main)", "wiki"),
        ("[A](https://a.example/) sample program (host)", "sample code"),
        ("[A](https://a.example/) once called a tutorial", None),
        ("[Facebook](https://a.example/)", None),
    ],
)
def test_kind(link: str, kind: Kind | None) -> None:
    """The kind is told by host, title, first words and path, and open when they do not say."""
    assert only(f"- {link}").kind == kind


def test_several_links_share_a_passage() -> None:
    """Each is titled by its own words, or by what it stands beside; the passage describes all."""
    page = import_page(
        "- API ([slides](http://a/1), [video](http://a/2))\n- [B](http://a/3), [C](http://a/4)", "p"
    )
    assert list(by_title(page)) == ["API (slides)", "API (video)", "B", "C"]
    assert by_title(page)["API (video)"].summary == "Listed under p."
    assert by_title(page)["C"].summary == "Listed under p."


def test_headings_are_topics() -> None:
    """The innermost heading is the topic; brackets are its alias; empty headings are none."""
    page = import_page("# P\n\n## A\n\n### B (bee)\n\n- [x](http://a/x)\n\n## C\n\nwords", "p")
    (topic,) = page.catalogue.topics
    assert (topic.id, topic.name, topic.aliases) == ("b", "B", ("bee",))
    (resource,) = page.catalogue.resources
    assert resource.topics == ("b",)
    assert resource.source is not None
    assert resource.source.section == ("A", "B (bee)")
    assert [remark.line for remark in page.report.remarks] == [11]


def test_headings_of_one_name_are_told_apart() -> None:
    """A repeated heading takes the one above it into its name."""
    page = import_page("# A\n## Talks\n<http://a/1>\n# B\n## Talks\n<http://a/2>", "p")
    assert [topic.name for topic in page.catalogue.topics] == ["Talks", "B: Talks"]
    assert [topic.id for topic in page.catalogue.topics] == ["talks", "b-talks"]


def test_links_without_a_heading() -> None:
    """The page itself is the topic of what stands above its first heading."""
    page = import_page("[x](http://a/x)", "docs/getting_started.md")
    assert [topic.name for topic in page.catalogue.topics] == ["getting started"]


def test_an_item_that_leads_others() -> None:
    """An item without a link is a section for the items indented below it."""
    resource = only(f"- Books\n  - [A]({URL})")
    assert resource.summary == "Listed under Books."


def test_prose_describes_its_topic() -> None:
    """Words under a heading that belong to no link are the topic's summary."""
    (topic,) = import_page("# A\n\nAll of it.\n\n- [x](http://a/x)", "p").catalogue.topics
    assert topic.summary == "All of it."


def test_questions() -> None:
    """Items that ask belong to their topic, or to the resource they are indented below."""
    text = "# A\n\nAnswer these questions:\n\n- Why? (If so)\n- [x](http://a/x)\n  - How?\n- What?"
    page = import_page(text, "p")
    assert page.catalogue.topics[0].questions == ("Why? (If so)", "What?")
    assert page.catalogue.topics[0].summary is None
    assert page.catalogue.resources[0].asks == ("How?",)


def test_sections_end() -> None:
    """A heading ends the sections of its own and of deeper levels."""
    page = import_page("# P\n## A\n### B\n## C\n- [x](http://a/x)\n## D\n- [y](http://a/y)", "p")
    sources = [resource.source for resource in page.catalogue.resources]
    assert [source and source.section for source in sources] == [("C",), ("D",)]


def test_a_heading_that_is_a_link() -> None:
    """It is a resource of the topic above; all words up to the next heading are about it."""
    resource = only(f"## [A]({URL})\n\nOne.\n\n- two\n\nThree.")
    assert (resource.topics, resource.summary) == (("topic",), "One. Two. Three.")


def test_what_needs_a_summary() -> None:
    """The report names the resources about which the page says nothing."""
    report = import_page("[a](http://a/1) - said\n\n[b](http://a/2) (noted)", "p").report
    assert report.unsummarised == ("b",)


def test_rows_of_a_table() -> None:
    """A row is read like a bullet, its cells like words set apart by dashes."""
    page = import_page(f"# T\n| Name | What |\n|--|--|\n| [A]({URL}) | how it works |", "p")
    (resource,), (topic,) = page.catalogue.resources, page.catalogue.topics
    assert (resource.title, resource.summary, topic.summary) == ("A", "How it works.", None)


def test_rows_of_sorts_and_sites() -> None:
    """A sort that many rows have names none of them, nor does the site that a link leads to."""
    rows = [
        f"|Sail|**{name}** - set forward|[b.example](http://www.b.example/{name})|[at.a.example]"
        f"(http://at.a.example/{name})|\n"
        for name in ("Jib", "Genoa", "Spinnaker")
    ]
    page = import_page(f"|Sort|What|Where||\n|-|-|-|-|\n{''.join(rows)}", "p").catalogue
    assert [resource.title for resource in page.resources][:2] == [
        "Jib - set forward",
        "Jib - set forward (at.a.example)",
    ]
    assert {resource.summary for resource in page.resources} == {"Sort: Sail."}


def test_the_same_address_twice() -> None:
    """The second mention adds its topic, its title as alias and its words as note."""
    page = import_page(
        "# A\n- [x](http://a.example/x) - one\n# B\n- [y](https://A.example/x/) - two (2018)", "p"
    )
    (resource,) = page.catalogue.resources
    assert (resource.topics, resource.aliases) == (("a", "b"), ("y",))
    assert (resource.summary, resource.note, resource.year) == ("One.", "Two.", 2018)
    assert [remark.line for remark in page.report.merged] == [4]
    page = import_page("# A\n- [x](http://a.example/x) - one\n- [here](http://a.example/x)", "p")
    assert page.catalogue.resources[0].aliases == ()


@pytest.mark.parametrize(
    "href", ["#here", "mailto:a@b.example", "../x.md", "//[", "http://", "ftp://a/b"]
)
def test_skipped_links(href: str) -> None:
    """A link that leads nowhere on the web is reported with its line."""
    report = import_page(f"# A\n\n- [words]({href})", "p").report
    assert (report.seen, report.imported) == (1, 0)
    assert [remark.line for remark in report.skipped] == [3]


def test_relative_links_of_an_address() -> None:
    """A page with an address completes its relative links."""
    page = import_page("[x](../x.md)", "https://a.example/docs/p.md")
    assert page.catalogue.resources[0].url == "https://a.example/x.md"


def test_ids_are_unique_and_short() -> None:
    """Ids are words of the title, cut and numbered where they repeat, or else of the address."""
    long = "word " * 20
    text = f"[{long}](http://a/1)\n\n[{long}](http://a/2)\n\n[\N{SNOWMAN}](http://a/3)"
    ids = [resource.id for resource in import_page(text, "p").catalogue.resources]
    assert ids == ["-".join(["word"] * 12), "-".join(["word"] * 12) + "-2", "a-3"]
    sixty = "-".join(["words"] * 9) + "-sixth"
    assert only(f"- [{sixty}s no]({URL})").id == f"{sixty}s"
    assert only(f"- [{sixty}ss no]({URL})").id == sixty.rpartition("-")[0]


def test_long_words_are_cut_and_kept() -> None:
    """A long title is kept whole in the summary, a long summary goes on in the note."""
    title = only(f"- [{'word ' * 50}]({URL})")
    assert title.title.endswith("word\N{HORIZONTAL ELLIPSIS}")
    assert title.summary == f"W{'word ' * 50}".replace("Ww", "W").strip() + "."
    words = "Word " * 300
    summary = only(f"- [A]({URL}) - {words}")
    assert f"{summary.summary[:-1]} {summary.note}" == f"{words.strip()}."


def test_cuts_are_reported() -> None:
    """What does not fit is reported with its line: once moved on, and once more if cut."""
    for length, remarks in ((10, []), (300, [2]), (900, [2, 2])):
        report = import_page(f"# T\n- [A]({URL}) - {'Word ' * length}", "p").report
        assert [remark.line for remark in report.remarks] == remarks


def test_a_linked_bracket_is_no_alias() -> None:
    """A heading that names a book in brackets does not make "book" a word for its topic."""
    (topic,) = import_page(f"## Rust ([book]({URL}))\n\n- [x](http://a/x)", "p").catalogue.topics
    assert (topic.name, topic.aliases) == ("Rust", ())


def check_shape(page: Import) -> None:
    """Check what both pages below have in common."""
    CATALOGUE.validate_python(page.catalogue)
    report = page.report
    assert report.seen == report.imported + len(report.merged) + len(report.skipped)
    assert "talks" in {topic.id for topic in page.catalogue.topics}


def test_the_sailing_page() -> None:
    """A page with all these shapes at once is read whole."""
    page = import_page(SAILING.read_text(encoding="utf-8"), "onboarding.md")
    check_shape(page)
    assert list(by_title(page)) == [
        "Harbour School",
        "Night Watch",
        "Weather Wiki",
        "Coastal forecasts",
        "Organized collection of log books from many seas",
        "Beaufort Cheat Sheet",
        "Harbour slides",
        "Why the tide turns; what does it do",
    ]
    assert by_title(page)["Night Watch"].authors == ("mara", "ole")
    assert [resource.minutes for resource in page.catalogue.resources][:3] == [30, 80, None]
    weather = by_title(page)["Weather Wiki"]
    assert weather.topics == ("wind", "navigation")
    assert weather.note == "A lot of articles on clouds. Look at the fog."
    assert [len(topic.questions) for topic in page.catalogue.topics] == [0, 0, 2]


# The page is beside the project, not in it.
if SEED.exists():

    def test_the_seed_page() -> None:
        """The page the first catalogue comes from: 25 links, nine questions, nothing lost."""
        page = import_page(SEED.read_text(encoding="utf-8"), SEED.name)
        check_shape(page)
        assert (page.report.seen, page.report.imported) == (25, 25)
        resources = by_title(page)
        assert list(resources) == [
            "Chrome University",
            "NYULG: Crostini",
            "OSDev Wiki",
            "PCI Enumeration",
            "ACPI Source Language Tutorial",
            "Rust Cheat Sheet",
            "Rust Programming Tipz",
            "Rust design patterns",
            "Organized collection of blog posts on various Rust topics",
            "Low-level tutorial on how to run code via KVM",
            "KVM Hello World",
            "KVM API docs",
            "Awesome Virtualization",
            "Good overview of virtio architecture from IBM",
            "Virtio drivers",
            "Virtio specs",
            "Basics of devices in QEMU",
            "Introduction to PCI Device Assignment with VFIO",
            "CMU slides",
            "Why Intel VMX was needed; what does it do",
            "What is a VMM and what does it do",
            "Building a super simple VMM blog article",
            "ACPI Specs",
            "DeviceTree Specs",
            "Vhost-user protocol",
        ]
        dated = [r for r in page.catalogue.resources if r.year or r.minutes]
        assert [(r.year, r.minutes) for r in dated] == [(2018, 30), (2018, 50)]
        assert {r.title: r.authors for r in page.catalogue.resources if r.authors} == {
            "Chrome University": ("zachr",),
            "NYULG: Crostini": ("zachr", "reveman"),
            "Virtio drivers": ("RedHat",),
        }
        assert {r.title: r.note for r in page.catalogue.resources if r.note} == {
            "OSDev Wiki": "A lot of articles on OS development",
            "PCI Enumeration": "Most of our devices are on PCI, this is how they are found",
            "Rust Programming Tipz": "with a z, that\N{RIGHT SINGLE QUOTATION MARK}s how you know "
            "it\N{RIGHT SINGLE QUOTATION MARK}s cool!",
            "Awesome Virtualization": "Definitely check out the Hypervisor Development section",
            "Virtio specs": "so exciting, I can\N{RIGHT SINGLE QUOTATION MARK}t stop reading",
        }
        history = page.catalogue.topics[-2]
        assert history.questions == (
            "What problems do VMs solve?",
            "What is trap-and-emulate?",
            (
                "Why was the x86 instruction set not \N{LEFT DOUBLE QUOTATION MARK}virtualizable"
                "\N{RIGHT DOUBLE QUOTATION MARK} with just trap-and-emulate?"
            ),
            "What is binary translation? Why is it required?",
            "What is a hypervisor? What is a VMM? What is the difference? (If any)",
            "What problem does paravirtualization solve?",
            "What is the virtualization model we use with Crostini?",
            "What is our hypervisor?",
            "What is our VMM?",
        )
        kinds = [resource.kind for resource in page.catalogue.resources]
        assert (kinds.count("talk"), kinds.count("spec"), kinds.count("article")) == (3, 4, 4)


SCRAPS = (
    *("# ", "## ", "- ", "  - ", "1. ", "> ", "| ", "|--|--|", "\n---\n", "\n", "\n\n", " - ", "*"),
    *("[", "](http://a/b)", "](#x)", "](", ")", "(", "![", "`", "<http://a/", ">", "https://"),
    *("here", "by ", "2018", "30m", "of ", "?", "word " * 60, "\x00", "\x85", "\N{GRINNING FACE}"),
)
MARKDOWN = st.lists(st.sampled_from(SCRAPS) | st.text(max_size=5), max_size=40).map("".join)


@settings(max_examples=500, deadline=None)
@given(
    MARKDOWN | st.text(), st.text(max_size=20) | st.sampled_from(["p.md", "https://a.example/p"])
)
@example("[a](http://[b)", "https://a.example/")
@example("\ud800 [\ud800](http://a/\ud800)", "p")
def test_any_text_is_a_page(text: str, page: str) -> None:
    """No text fails, no link gets lost, and what comes back is within every limit."""
    result = import_page(text, page)
    report = result.report
    assert report.seen == report.imported + len(report.merged) + len(report.skipped)
    assert report.imported == len(result.catalogue.resources)
    CATALOGUE.validate_json(CATALOGUE.dump_json(result.catalogue))
    for entries in (result.catalogue.topics, result.catalogue.resources):
        assert len({entry.id for entry in entries}) == len(entries)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("- [ ] :movie_camera: [A](http://a/1)", {"A": ("talk", None)}),
        ("- \N{TELEVISION} [A](http://a/1) :star::star:", {"A": ("talk", None)}),
        ("- [2019][SOSP] [A](http://a/1) ([slides](http://a/2))", {"A": 2019, "A (slides)": 2019}),
        ("- 2014: [A](http://a/1)", {"A": 2014}),
        ("- 2016:\n  - [A](http://a/1)", {"A": 2016}),
        ("- Good intro: [A](http://a/1)", {"A": None}),
        ('- Lee, A. and Ray, B. "On jibs." 2015. [[pdf]](http://a/1)', {"On jibs (pdf)": None}),
        (
            "- [A](http://a/1) - Sets it. ([Demo](http://a/2))",
            {"A": "Sets it.", "A (Demo)": None},
        ),
        ("- [A](http://a/1)\\\n  [B](http://a/2) - two", {"A": "Listed under p.", "B": "Two."}),
        ("See [The jib.](http://a/1)", {"The jib": "Listed under p."}),
        ("- [A](http://a/1) by Ann Lee", {"A": "Listed under p, by Ann Lee."}),
        (
            "|T|Run|\n|-|-|\n|x1|[Q](http://a/1)|\n|x2|[Q](http://a/2)|\n|x3|[Q](http://a/3)|",
            {"x1": None, "x2": None, "x3": None},
        ),
        ("|T|Date|\n|-|-|\n|[A](http://a/1)|2023-06-23|", {"A": 2023}),
    ],
)
def test_shapes_of_lists(text: str, shown: dict[str, object]) -> None:
    """Boxes, pictures, tags and years before a link are no title; what sets it apart is told."""
    for (title, resource), wanted in zip(
        by_title(import_page(text, "p")).items(), shown.items(), strict=True
    ):
        said = (resource.kind, resource.note), resource.year, resource.summary
        assert title == wanted[0]
        assert wanted[1] is None or wanted[1] in said


def test_names_behind_links_are_authors_where_that_is_usual() -> None:
    """Where a page puts names behind its links they are people; elsewhere they may be things."""
    names = ("Ann Lee (PDF)", "Bob Ray, Cy Van Dam", "P. A. Carter (in process)", "Devhints")
    lines = [f"- [T{at}](http://a/{at}) - {name}" for at, name in enumerate(names)]
    read = [r.authors for r in import_page("\n".join(lines), "p").catalogue.resources]
    assert read == [("Ann Lee",), ("Bob Ray", "Cy Van Dam"), ("P. A. Carter",), ("Devhints",)]
    assert only("- [Code](http://a/1) - Visual Studio").authors == ()


def test_links_as_github_sees_them() -> None:
    """Footnotes of tables are read, and addresses without a scheme, unless a link shows them."""
    page = import_page("|a|\n|-|\n|x[^1]|\n\n[^1]: [n](http://a/1)\n\nwww.a.b/c), me@a.b", "p")
    assert [resource.url for resource in page.catalogue.resources] == [
        "http://a/1",
        "http://www.a.b/c",
    ]
    assert [remark.reason for remark in page.report.skipped] == ["It writes a mail."]
    assert import_page("[www.a.b](http://a/1)", "p").report.seen == 1


def test_links_below_all_that_may_be_nested() -> None:
    """However deep an item stands, its link is seen, with its line."""
    items = (f"{'  ' * depth}- [Item {depth}](http://a/{depth})\n" for depth in range(70))
    report = import_page("".join(items) + f"{'> ' * 200}[Last](/b)", "p").report
    assert (report.seen, [remark.line for remark in report.skipped]) == (71, [71])


@pytest.mark.parametrize("text", ["[" * 20_000, ":a" * 20_000, "http://a/" + ")" * 200_000])
def test_a_text_of_marks_is_read_at_once(text: str) -> None:
    """Time grows with the length of a text, not with its square: squared it would be a minute."""
    started = process_time()
    import_page(text, "p")
    assert process_time() - started < 5
