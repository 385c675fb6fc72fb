"""The page of the map: one file, whatever the texts are."""

import base64
import datetime as dt
import hashlib
import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from itertools import pairwise
from typing import Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.catalogue.urls import url_fault
from bot.gaps import Gap
from bot.map_page import COLOURS, SHAPES, page
from bot.model import Catalogue, Resource, Topic

DAY = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
VOID = {"meta", "input", "link", "br", "img", "base"}
HOSTILE = (
    "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", '" onclick="alert(1)',
    "' style='x", "{policy}", "&lt;b&gt;", "<!--", "]]>", "\x00\x1b", "\ud800", "</title>", "a & b",
)  # fmt: skip
TEXTS = st.sampled_from(HOSTILE) | st.text(
    st.characters() | st.sampled_from("<>&\"'{}/"), min_size=1, max_size=40
)
ADDRESSES = st.sampled_from(
    (
        "https://example.org/a?b=1&c=2",
        "javascript:alert(1)",
        'https://example.org/"onclick="alert(1)',
        "data:text/html,<script>alert(1)</script>",
        "//example.org",
        "https://example.org/'><script>",
    )
)
PLACES = st.tuples(st.floats(-1, 1), st.floats(-1, 1))


def gap(*words: str, times: int = 3, people: int = 2) -> Gap:
    """A question in vain."""
    moments = {"first": DAY, "last": DAY}
    return Gap(words=words, times=times, people=people, keys=(), waiting=0, **moments)


def resource(name: str, topic: str = "pci") -> Resource:
    """A resource with this title."""
    url = f"https://example.org/{name}"
    return Resource(id=name, title=name, url=url, summary=f"About {name}.", topics=(topic,))


PCI = Topic(id="pci", name="PCI and its buses")
PLAIN = Catalogue(version=1, topics=(PCI,), resources=(resource("one"), resource("two")))
TWO = ((-1, 0.5), (1, 0.25))


@dataclass
class Read(HTMLParser):
    """A page as a browser takes it apart."""

    opened: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    said: str = ""
    code: dict[str, str] = field(default_factory=dict)
    inside: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    @classmethod
    def of(cls, text: str) -> Self:
        """All of a page, which has to close what it opens."""
        read = cls()
        read.feed(text)
        read.close()
        assert read.inside == []
        return read

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag that opens something."""
        self.opened.append((tag, dict(attrs)))
        if tag not in VOID:
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """See that it closes what was opened last."""
        assert self.inside.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note what is said, or is code."""
        if self.inside and self.inside[-1] in ("script", "style"):
            self.code[self.inside[-1]] = self.code.get(self.inside[-1], "") + data
        else:
            self.said += data


def shape(read: Read) -> list[tuple[str, list[str]]]:
    """Its tags, with the names of what they say."""
    return [(tag, sorted(said)) for tag, said in read.opened]


@settings(max_examples=150, deadline=None)
@given(
    texts=st.tuples(TEXTS, TEXTS, TEXTS),
    url=ADDRESSES,
    words=st.lists(TEXTS, min_size=1, max_size=4),
    place=PLACES,
    gone=st.sampled_from((None, DAY.date())),
)
def test_texts_stay_texts(
    texts: tuple[str, str, str],
    url: str,
    words: list[str],
    place: tuple[float, float],
    gone: dt.date | None,
) -> None:
    """Whatever title, summary, topic and questions say: the page has the tags and the code of one
    with plain texts, and says it word for word, but for what no page can say.
    """
    title, summary, name = texts
    one = replace(resource("plain"), gone=gone)
    hostile = replace(one, title=title, summary=summary, url=url)
    plain = replace(one, url=one.url if url_fault(url) is None else "no")
    made = [
        page(
            Catalogue(version=1, topics=(replace(PCI, name=topic),), resources=(entry,)),
            [place],
            [gap(*asked)],
            [place],
        )
        for topic, entry, asked in ((name, hostile, words), ("PCI", plain, ["word"] * len(words)))
    ]
    made[0].encode()
    read, expected = map(Read.of, made)
    assert shape(read) == shape(expected)
    assert read.code == expected.code
    assert [said["href"] for _, said in read.opened if "href" in said] == [
        one for one in (url,) if url_fault(one) is None
    ]
    for text in (*texts, " ".join(words)):
        if text.isprintable():
            assert text in read.said


def test_a_page_needs_nothing_else() -> None:
    """It asks no host for anything, and says so to the browser: of scripts and styles only its own
    are allowed, by what they are. All it leads to are the resources, which learn nothing of it.
    """
    read = Read.of(page(PLAIN, TWO, [gap("gpu", "passthrough")], [(0, 0)]))
    policy = next(
        said["content"] or ""
        for tag, said in read.opened
        if tag == "meta" and said.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules.pop("default-src") == "'none'"
    for kind in ("script", "style"):
        digest = base64.b64encode(hashlib.sha256(read.code[kind].encode()).digest()).decode()
        assert rules.pop(f"{kind}-src") == f"'sha256-{digest}'"
    assert rules == {"base-uri": "'none'", "form-action": "'none'"}
    links = [said for tag, said in read.opened if "href" in said or "src" in said]
    assert [link["href"] for link in links] == [one.url for one in PLAIN.resources]
    assert {(link["target"], link["rel"]) for link in links} == {("_blank", "noopener noreferrer")}
    assert not {name for _, said in read.opened for name in said if name.startswith("on")}
    assert not any("style" in said for _, said in read.opened)
    assert re.findall(r"url\(|@import|fetch\(|https?://[^w]", "".join(read.code.values())) == []


def test_everything_has_its_place() -> None:
    """Resources and questions stand in the list with their places, each under its topic."""
    text = page(PLAIN, TWO, [gap("gpu", "vulkan", times=1_200), gap("usb", people=1)], [(0, 0)] * 2)
    read = Read.of(text)
    places = [(said["data-x"], said["data-y"]) for tag, said in read.opened if tag == "li"]
    assert places == [("-1.0000", "0.5000"), ("1.0000", "0.2500"), *[("0.0000", "0.0000")] * 2]
    for words in ("PCI and its buses", "About two.", "gpu vulkan", "1,200 times by 2 people"):
        assert words in read.said
    assert "Asked 3 times by 1 person." in read.said
    assert "2 resources, and 2 questions asked in vain within 30 days." in read.said
    assert [read.said.index(one) for one in ("one", "two", "gpu", "usb")] == sorted(
        read.said.index(one) for one in ("one", "two", "gpu", "usb")
    )


def test_a_dead_link_is_told() -> None:
    """A resource whose link was found dead says so."""
    dead = replace(PLAIN, resources=(replace(resource("one"), gone=DAY.date()), resource("two")))
    assert Read.of(page(dead, TWO, [], [])).said.count("(link found dead on 2026-11-02)") == 1
    assert "found dead" not in Read.of(page(PLAIN, TWO, [], [])).said


def test_topics_look_different() -> None:
    """Neighbours in the list of topics differ in colour and shape; forty differ in one of them."""
    topics = [Topic(id=f"t{at}", name=f"Topic {at}") for at in range(COLOURS * SHAPES)]
    many = Catalogue(
        version=1,
        topics=tuple(topics),
        resources=tuple(resource(topic.id, topic.id) for topic in topics),
    )
    read = Read.of(page(many, [(0, 0)] * len(topics), [], []))
    looks = [
        (said["data-look"], said["data-shape"])
        for tag, said in read.opened
        if tag == "section" and "data-look" in said
    ]
    assert len(looks) == len(set(looks)) == len(topics)
    assert all(one[0] != other[0] and one[1] != other[1] for one, other in pairwise(looks))


def test_an_empty_catalogue_has_a_page() -> None:
    """It says that there is nothing; topics without resources are left out."""
    read = Read.of(page(Catalogue(version=1, topics=(PCI,)), [], [], []))
    assert "The catalogue is empty." in read.said
    assert "PCI" not in read.said


@pytest.mark.parametrize("wrong", [(), ((0, 0),), ((0, 0),) * 3])
def test_a_place_for_each(wrong: tuple[tuple[int, int], ...]) -> None:
    """Too few places, or too many, are a mistake of the caller."""
    with pytest.raises(ValueError, match="zip"):
        page(PLAIN, wrong, [], [])
