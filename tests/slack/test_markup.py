"""Text made safe for Slack, whatever was in it."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.slack.markup import address, clipped, escaped, link, plain, quoted
from tests.slack.samples import HOSTILE

UNSEEN = (
    "\x00\x07\x08\x0b\x0c\x1b\x1f\x7f\x85\x9b\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d"
    "\u202e\u2066\u2067\u2068\u2069\ud800\udfff"
)
ENTITY = re.compile("&(?:amp|lt|gt);")
anything = (
    st.text()
    | st.text(st.characters(categories=("Cc", "Cf", "Cs", "Z", "P", "S")))
    | st.text(st.sampled_from("<>&|!@#; aé\n\t" + UNSEEN), max_size=200)
    | st.lists(st.sampled_from(HOSTILE)).map(" ".join)
)
lengths = st.integers(1, 400)
innocent = st.lists(
    st.text(st.characters(categories=("L", "N", "P", "S"), exclude_characters="<>&"), min_size=1),
    max_size=9,
).map(" ".join)


def check_line(text: str) -> None:
    """Assert that a text is one line of visible characters, with no space around it."""
    assert text == text.strip()
    assert not set(text) & {"\n", "\r", "\t", *UNSEEN}


@settings(deadline=None)
@given(anything, lengths)
@example("&" * 100, 7)
@example("a &b", 3)
def test_escaped_text_is_text(text: str, longest: int) -> None:
    """Of whatever text, no character is left that Slack reads as markup, and no entity is cut."""
    safe = escaped(text, longest)
    assert not set(ENTITY.sub("", safe)) & set("<>&")
    assert len(safe) <= longest
    check_line(safe)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("longest", [5, 20, 3000])
def test_hostile_text_is_disarmed(text: str, longest: int) -> None:
    """No mention, link or date survives in what is escaped or meant to be plain."""
    for safe in (escaped(text, longest), plain(text)):
        assert not re.search(r"<[!@#a-z]|[<>]", safe)


@settings(deadline=None)
@given(innocent)
def test_innocent_text_is_unchanged(text: str) -> None:
    """A line without angle brackets and ampersands says afterwards what it said before."""
    line = " ".join(re.sub(f"[{UNSEEN}]", "", text).split())
    assert escaped(line, len(line) + 1) == plain(line) == line


@settings(deadline=None)
@given(anything)
def test_escaped_text_reads_as_it_was(text: str) -> None:
    """Slack shows escaped text as it was typed, but on one line and without what nobody sees."""
    shown = escaped(text, 10**6).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    seen = "".join(c for c in text if c not in UNSEEN or c.isspace())
    words = re.sub("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]", "", seen).split()
    assert shown.split() == words


@settings(deadline=None)
@given(anything)
def test_plain_text_has_no_brackets(text: str) -> None:
    """Plain text is one line without angle brackets, and is the same when made plain again."""
    safe = plain(text)
    assert not set(safe) & set("<>")
    check_line(safe)
    assert plain(safe) == safe


@settings(deadline=None)
@given(st.text(), lengths)
def test_a_text_is_clipped_to_its_length(text: str, longest: int) -> None:
    """What is too long keeps its beginning and ends in an ellipsis; what fits stays as it is."""
    short = clipped(text, longest)
    assert len(short) <= longest
    if len(text) <= longest:
        assert short == text
    else:
        assert short[-1] == "…"
        assert text.startswith(short[:-1])


@pytest.mark.parametrize(
    ("text", "longest", "short"),
    [
        ("one two three", 13, "one two three"),
        ("one two three", 12, "one two…"),
        ("one two three", 9, "one two…"),
        ("onetwothree", 6, "onetw…"),
        ("a onetwothree", 8, "a onetw…"),
        ("ab", 1, "…"),
    ],
)
def test_a_text_is_cut_between_words(text: str, longest: int, short: str) -> None:
    """The cut falls between two words, unless more than half would go with the last one."""
    assert clipped(text, longest) == short


@settings(deadline=None)
@given(anything, anything)
@example("https://example.org/|x>", "a|b>c")
@example("HTTPS://example.org/", "")
@example("https://example.org/" + "&" * 2000, "&" * 2000)
def test_a_link_is_one_link(url: str, label: str) -> None:
    """Whatever its parts hold, a link begins once, is divided once and ends once, or is none."""
    for made in (link(url, label), link(f"https://{url}", label)):
        assert len(made) <= 2755
        check_line(made)
        if made.startswith("<"):
            assert (made.count("<"), made.count("|"), made.count(">")) == (1, 1, 1)
            assert re.fullmatch(r"<https?://[^\s<>|]*\|[^<>|\n]*>", made, re.IGNORECASE)
        else:
            assert not set(made) & set("<>|")


def test_a_link_leads_where_it_says() -> None:
    """An address that is well written is not changed, and neither is a label."""
    url = "https://example.org:8080/a_b/~c(d)/%C3%A9?x=1&y=[2]#part:3,4;5*'!$@+"
    stands = url.replace("&", "&amp;")
    assert link(url, "PCI: “how” it works") == f"<{stands}|PCI: “how” it works>"
    assert link("http://e.org", "a|b & <c>") == "<http://e.org|a¦b &amp; &lt;c&gt;>"


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://e.org/a b", "https://e.org/a%20b"),
        ("https://e.org/a|b", "https://e.org/a%7Cb"),
        ("https://e.org/<b>", "https://e.org/%3Cb%3E"),
        ("https://e.org/é", "https://e.org/%C3%A9"),
        ("https://e.org/\n", "https://e.org/%0A"),
        ('https://e.org/`\\^{}"', "https://e.org/%60%5C%5E%7B%7D%22"),
        ("https://e.org/\ud800", "https://e.org/?"),
    ],
)
def test_an_address_is_encoded(url: str, written: str) -> None:
    """Characters that would end a link early, or that no address holds, are percent-encoded."""
    assert address(url) == written


@pytest.mark.parametrize(
    "url",
    ["!channel", "!here", "!subteam^S1", "!date^0^now", "@U0000000009", "#C0000000009", "",
     "mailto:a@b.example", "javascript:alert(1)", "slack://open", " https://e.org", "https:/e.org",
     "https://e.org/" + "a" * 2000],
)  # fmt: skip
def test_what_is_no_page_is_no_link(url: str) -> None:
    """Of an address that would ping, open something else or be too long, only the label is left."""
    assert link(url, "label") == "label"


@settings(deadline=None)
@given(st.lists(anything, max_size=4), lengths)
def test_words_are_quoted(words: list[str], longest: int) -> None:
    """Each word stands in quotation marks, escaped, and is no longer than allowed."""
    made = quoted(words, longest)
    assert made == ", ".join(f"“{escaped(clipped(word, longest))}”" for word in words)
    assert not set(ENTITY.sub("", made)) & set("<>&")


def test_a_long_word_is_quoted_short() -> None:
    """A word is quoted to its sixtieth character, unless more is allowed."""
    assert quoted(["zork", "<!here>"]) == "“zork”, “&lt;!here&gt;”"
    assert quoted(["a" * 100]) == f"“{'a' * 59}…”"
    assert quoted(["a" * 100], 100) == f"“{'a' * 100}”"
