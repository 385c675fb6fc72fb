"""What each rule finds, and what it leaves alone."""

from pathlib import Path

import pytest
from hypothesis import given, settings

from bot.catalogue import parse
from bot.catalogue.writer import dump
from bot.checks.finding import Finding
from bot.checks.rules import BY_CODE, RULES, examine, fixed
from bot.model import Catalogue
from bot.slack import parts
from tests.catalogue.samples import MINIMAL, edited
from tests.samples import catalogues

ROOT = Path(__file__).parents[2]
LABELLED = sorted((ROOT / "tests/questions").glob("*/catalogue.yaml"))


def found(text: str, code: str | None = None) -> list[Finding]:
    """Return what is found in a text, or what is of one code."""
    return [one for one in examine(text, "c.yaml").findings if code in (None, one.code)]


def titled(title: str) -> str:
    """Return the small catalogue with this title."""
    return edited(("title: A talk on PCI", f"title: {title!r}"))


def tagged(*tags: str) -> str:
    """Return the small catalogue with these tags, the last of them at the second resource."""
    return edited(
        ("aliases: [bus talk]", f"tags: {list(tags[:-1])!r}"),
        ("asks: [how do I pass a device through]", f"tags: {[tags[-1]]!r}"),
    )


def linked(url: str) -> str:
    """Return the small catalogue with this address."""
    return edited(("url: https://example.org/talk", f"url: {url!r}"))


def aliased(alias: str) -> str:
    """Return the small catalogue with this other name of its first resource."""
    return edited(("[bus talk]", f"[{alias!r}]"))


def asked(one: str, other: str) -> str:
    """Return the small catalogue with an ask for each resource."""
    return edited(
        ("aliases: [bus talk]", f"asks: [{one!r}]"), ("how do I pass a device through", other)
    )


def alike(title: str, summary: str) -> str:
    """Return a catalogue of four resources that nothing tells apart but their addresses."""
    return "version: 1\ntopics:\n  - {id: pci, name: PCI}\nresources:\n" + "".join(
        f"  - id: r{at}\n    title: {title}\n    url: https://example.org/{at}\n"
        f"    summary: {summary}\n    topics: [pci]\n"
        for at in range(4)
    )


BAD = {
    "useless-title": [
        titled("here"),
        titled("PDF"),
        titled("example.org"),
        edited(("aliases: [bus talk]", "also: [{title: here, url: 'https://example.org/x'}]")),
    ],
    "title-markup": [
        titled("[PCI](https://example.org/x)"),
        titled("**PCI**"),
        titled("<b>PCI</b>"),
        titled("https://example.org"),
    ],
    "trailing-mark": [titled("On PCI."), titled("On PCI,"), titled("PCI:"), aliased("bus talk.")],
    "empty-summary": [edited(("How the bus works.", "The PCI talk.")), titled("How the bus works")],
    "same-title": [
        edited(
            ("title: A talk on PCI", "title: Notes  on vfio"),
            ("How the bus works.", "How a guest gets a device."),
        ),
    ],
    "tracking": [
        linked("https://example.org/talk?utm_source=x"),
        linked("https://example.org/talk?a=1&fbclid=x#top"),
        linked("https://youtu.be/abc?si=123"),
    ],
    "shortener": [linked("https://bit.ly/abc"), linked("https://www.tinyurl.com/x")],
    "http": [linked("http://example.org/talk"), linked("http://8.8.8.8/x")],
    "tag-spelling": [
        tagged("driver", "drivers"),
        tagged("device-tree", "devicetree"),
        tagged("GPU work", "gpu work"),
        tagged("enumration", "enumeration"),
    ],
    "tag-once": [tagged("vfio", "bus")],
    "common-alias": [aliased("can"), aliased("the"), aliased("work"), aliased("people")],
    "colliding-asks": [asked("what is a device", "what are devices?")],
    "slack-limit": [
        edited(("name: PCI", f"name: {'P' * 76}")),
        edited(("How the bus works.", f"'{'&' * 700} and this'")),
        linked("https://example.org/" + "日" * 400),
    ],
    "unfindable": [alike("About the bus", "How the bus works.")],
}
GOOD = {
    "useless-title": [
        titled("Click tracking"),
        titled("example.com"),
        titled("example.org").replace("/talk", "/"),
        edited(("aliases: [bus talk]", "also: [{title: PDF, url: 'https://example.org/x'}]")),
    ],
    "title-markup": [titled("vector<int> in C++"), titled("[draft] PCI"), titled("a ** b")],
    "trailing-mark": [titled("PCI etc."), titled("PCI, by John M."), titled("And so on ...")],
    "empty-summary": [MINIMAL],
    "same-title": [titled("Notes on VFIO")],
    "tracking": [
        linked("https://example.org/talk?si=1"),
        linked("https://example.org/talk?utm=1"),
        linked("https://youtu.be/abc?t=12"),
    ],
    "shortener": [linked("https://youtu.be/abc"), linked("https://notbit.ly.example.org/x")],
    "http": [
        linked("http://wiki/page"),
        linked("http://192.168.0.1/x"),
        linked("http://wiki.corp/x"),
        linked("http://example.org:8080/x"),
    ],
    "tag-spelling": [
        tagged("usb 2", "usb 3"),
        tagged("paging", "pacing"),
        tagged("dma", "dms"),
        tagged("class", "clasp"),
    ],
    "tag-once": [tagged("bus", "device"), tagged("notes", "bus")],
    "common-alias": [
        aliased("bus talk"),
        aliased("Work"),
        aliased("concierge"),
        edited(("aliases: [pcie]", "aliases: [privacy]")),
    ],
    "colliding-asks": [asked("what is a bus for", "what is a device for")],
    "slack-limit": [edited(("How the bus works.", "x" * 1_200))],
    "unfindable": [MINIMAL],
}


@pytest.mark.parametrize(
    ("code", "text"), [(code, text) for code, texts in BAD.items() for text in texts]
)
def test_a_rule_finds_what_it_is_for(code: str, text: str) -> None:
    """What is bad is found once, by its own code, on its line, with a reason and a remedy."""
    (one,) = found(text, code)
    assert one.severity == BY_CODE[code].severity
    assert 0 < one.line <= text.count("\n")
    assert one.column > 0
    for sentence in (one.reason, one.remedy):
        assert sentence[0].isupper()
        assert sentence.endswith((".", "?"))


@pytest.mark.parametrize(
    ("code", "text"), [(code, text) for code, texts in GOOD.items() for text in texts]
)
def test_a_rule_leaves_alone_what_is_meant(code: str, text: str) -> None:
    """What only looks like it is not found."""
    assert found(text, code) == []


def test_an_http_link_of_a_site_that_has_https_says_where() -> None:
    """What the catalogue itself knows of https is told, with its line."""
    (one,) = found(linked("http://example.org/talk"), "http")
    assert "line 21 has the same site with https" in one.reason
    (one,) = found(linked("http://example.com/talk"), "http")
    assert "line" not in one.reason


def test_every_rule_has_its_tests_and_its_words() -> None:
    """Codes are words with hyphens, each once; every rule says why it is there, and is tested."""
    assert len(BY_CODE) == len(RULES)
    for rule in RULES:
        assert rule.code.replace("-", "").isalpha()
        assert rule.code == rule.code.lower()
        assert rule.explanation.endswith(".")
        assert not rule.name.endswith(".")
    tested = {*BAD, "lost-ask", "unused-allowance"}
    assert {rule.code for rule in RULES if rule.look} | {"unused-allowance"} == tested
    assert BAD.keys() == GOOD.keys()


def test_a_sound_catalogue_has_nothing_to_mend() -> None:
    """The small catalogue is well."""
    assert found(MINIMAL) == []


@pytest.mark.parametrize("path", LABELLED, ids=lambda path: path.parent.name)
def test_there_is_no_noise(path: Path) -> None:
    """Of catalogues that people wrote with care, next to nothing is found."""
    findings = examine(path.read_bytes(), path.name).findings
    assert [one for one in findings if one.severity == "error"] == []
    assert len([one for one in findings if one.severity == "warning"]) <= 2
    assert len(findings) <= 4


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("topics: [vfio]\n    asks", "topics: [vifo]\n    asks", "no-such-topic"),
        ("summary: How the bus works.", "sumary: x", "key"),
        ("id: pci-talk", "id: PCI Talk", "id"),
        ("id: pci-talk", "id: vfio-notes", "id"),
        ("url: https://example.org/talk", "url: ftp://example.org", "address"),
        ("url: https://example.org/talk", "url: https://example.org/notes/", "address"),
        ("after: [pci]", "after: [vfio]", "no-such-topic"),
        ("id: pci\n", "id: pci\n    after: [vfio]\n", "circle"),
        ("aliases: [pcie]", "aliases: [vfio]", "claimed-name"),
        ("summary: How the bus works.", "summary: []", "value"),
        ("title: A talk on PCI", 'title: "A\\u200b"', "hidden-character"),
        ("topics: [pci]\n    aliases", "topics: [pci]\n    added: 5\n    aliases", "value"),
        ("title: A talk on PCI", "title: 'x", "yaml"),
        ("version: 1", "version: 1\nversion: 1", "yaml"),
    ],
)
def test_a_fault_has_its_code(old: str, new: str, code: str) -> None:
    """What the reader finds is an error with a code that can be explained."""
    findings = found(edited((old, new)))
    assert code in {one.code for one in findings}
    assert {one.severity for one in findings} == {"error"}
    assert {one.code for one in findings} <= BY_CODE.keys()


# Allowances


@pytest.mark.parametrize(
    "place",
    [
        ("url: 'https://bit.ly/abc'", "url: 'https://bit.ly/abc'  # onboard: allow shortener"),
        ("    url: 'https", "    # onboard: allow shortener\n    url: 'https"),
        ("  - id: pci-talk", "  - id: pci-talk  # onboard: allow shortener"),
        ("  - id: pci-talk", "  # onboard: allow shortener, http\n  - id: pci-talk"),
    ],
    ids=["line", "above", "entry", "above the entry"],
)
def test_an_allowance_silences(place: tuple[str, str]) -> None:
    """A comment silences its code on its line, or in its entry, and nothing else."""
    text = linked("https://bit.ly/abc")
    assert [one.code for one in found(text)] == ["shortener"]
    allowed = text.replace(*place)
    assert allowed != text
    assert {one.code for one in found(allowed)} <= {"unused-allowance"}
    other = allowed.replace("allow shortener", "allow tracking")
    assert "shortener" in {one.code for one in found(other)}


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ("http", "there is nothing of it here"),
        ("", "allows no code"),
        ("htpp", 'Did you mean "http"?'),
        ("no-such-topic", "cannot be allowed"),
    ],
)
def test_an_allowance_that_silences_nothing_is_told(codes: str, said: str) -> None:
    """A comment that allows nothing is a hint that says so, on its own line."""
    text = edited(("id: pci-talk", f"id: pci-talk  # onboard: allow {codes}"))
    (one,) = found(text)
    assert (one.code, one.severity, one.line) == ("unused-allowance", "hint", 13)
    assert said in f"{one.reason} {one.remedy}"


# Fixes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (titled("[PCI **bus**](https://example.org/x)."), edited(("A talk on PCI", "PCI bus"))),
        (titled("On <b>PCI</b>"), titled("On PCI")),
        (aliased("bus talk."), aliased("bus talk")),
        (linked("https://example.org/talk?utm_source=x"), linked("https://example.org/talk")),
        (
            linked("https://example.org/a?b=%20&gclid=1&c#d"),
            linked("https://example.org/a?b=%20&c#d"),
        ),
    ],
)
def test_what_is_mechanical_is_mended(text: str, expected: str) -> None:
    """A fix changes that value and no other byte; a second time there is nothing to fix."""
    after, count = fixed(text, "c.yaml")
    assert after == expected
    assert count > 0
    assert fixed(after, "c.yaml") == (after, 0)


def test_what_is_allowed_is_not_mended() -> None:
    """A curator who allows something keeps it."""
    text = edited(("title: A talk on PCI", "title: On PCI.  # onboard: allow trailing-mark"))
    assert fixed(text, "c.yaml") == (text, 0)


def test_a_fix_that_would_break_the_catalogue_is_left_out() -> None:
    """Of two addresses that would become one page, one stays; all other fixes are made."""
    text = edited(
        ("https://example.org/talk", "https://example.org/x?fbclid=1"),
        ("https://example.org/notes", "https://example.org/x?fbclid=2"),
        ("title: A talk on PCI", "title: A talk on PCI."),
    )
    after, count = fixed(text, "c.yaml")
    assert count == 2
    assert parse(after).resources[0].title == "A talk on PCI"
    assert sorted("fbclid" in one.url for one in parse(after).resources) == [False, True]
    assert fixed(after, "c.yaml") == (after, 0)


@settings(deadline=None, max_examples=40)
@given(catalogues())
def test_any_sound_catalogue_can_be_examined_and_mended(catalogue: Catalogue) -> None:
    """No text of a catalogue makes a rule fail; what is mended is sound, and stays as it is."""
    text = dump(catalogue)
    for one in examine(text, "c.yaml").findings:
        assert one.severity in ("error", "warning", "hint")
        assert one.line <= text.count("\n")
    after, _ = fixed(text, "c.yaml")
    parse(after)
    assert fixed(after, "c.yaml") == (after, 0)


# Slack


@pytest.mark.parametrize(
    "text",
    [
        *BAD["slack-limit"][1:2],
        *GOOD["slack-limit"],
        edited(("How the bus works.", "<" * 650)),
        edited(("How the bus works.", "x &<>" * 160)),
        edited(("aliases: [bus talk]", f"note: {'n' * 901}")),
        edited(("aliases: [bus talk]", f"note: {'n' * 900}")),
        edited(("aliases: [bus talk]", f"note: '{'& n' * 180}'")),
        edited(("aliases: [bus talk]", f"note: '{'& n' * 120}'")),
    ],
)
def test_what_slack_cuts_is_what_is_told(text: str) -> None:
    """A text is told as too long exactly when the message that shows it ends in an ellipsis."""
    resource = parse(text).resources[0]
    section = parts.resource(resource).text
    assert section is not None
    is_cut = any("\u2026" in line for line in (section.text or "", *parts.facts(resource, {})))
    assert bool(found(text, "slack-limit")) == is_cut
