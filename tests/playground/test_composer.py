"""Slack's text, typed by people and sent by apps."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.composer import composed, escape, mentions, settled

USERS = {"mina": "U1", "mina.park": "U2", "onboard": "UBOT"}
CHANNELS = {"general": "C1"}


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("@mina hello", "<@U1> hello"),
        ("@Mina.Park, hello", "<@U2>, hello"),
        ("@mina.", "<@U1>."),
        ("@minas and mail@mina", "@minas and mail@mina"),
        ("see #general!", "see <#C1|general>!"),
        ("#nowhere @nobody", "#nowhere @nobody"),
        ("@here", "<!here>"),
        ("https://a.example/?x=1&y=2.", "<https://a.example/?x=1&amp;y=2>."),
        ("(https://a.example)", "(<https://a.example>)"),
        ("https://a.example/@mina", "<https://a.example/@mina>"),
        ("https://a.example/x_(y)", "<https://a.example/x_(y)>"),
        ("`@mina https://a.example <`", "`@mina https://a.example &lt;`"),
        ("```\n@mina\n```", "```\n@mina\n```"),
        ("<@U1> <!channel>", "&lt;@U1&gt; &lt;!channel&gt;"),
    ],
)
def test_what_is_typed(typed: str, text: str) -> None:
    """Names and addresses become markup outside code, and all else stays as it was typed."""
    assert composed(typed, USERS, CHANNELS) == text


@given(st.text("<>&@#:/.`ahtps |!U1\n"))
def test_typed_text_is_only_escaped(typed: str) -> None:
    """Without names to mention or addresses, typed text is escaped and nothing else."""
    if "http" not in typed:
        assert html.unescape(composed(typed, {}, {})) == typed
        assert composed(typed, {}, {}) == escape(typed)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a < b", "a &lt; b"),
        ("<b>bold</b>", "&lt;b>bold&lt;/b>"),
        ("<@U1> <#C1|general> <!here>", "<@U1> <#C1|general> <!here>"),
        (
            "<https://a.example|A> <mailto:a@b.example|a>",
            "<https://a.example|A> <mailto:a@b.example|a>",
        ),
        ("<!date^1^{date}|then> <!subteam^S1>", "<!date^1^{date}|then> <!subteam^S1>"),
        ("<javascript:x|y>", "&lt;javascript:x|y>"),
        ("<https://a.example|two\nlines>", "&lt;https://a.example|two\nlines>"),
        ("<<@U1>>", "&lt;<@U1>>"),
    ],
)
def test_what_is_sent(sent: str, kept: str) -> None:
    """A "<" that begins no markup of Slack's is kept as text."""
    assert settled(sent) == kept


@given(st.text("<>&@#:/|!U1hereC\n"))
def test_kept_text_stays(sent: str) -> None:
    """What was kept once is kept as it is."""
    assert settled(settled(sent)) == settled(sent)


def test_mentions() -> None:
    """A mention names exactly this user, with or without a label."""
    assert mentions("hi <@UBOT>", "UBOT")
    assert mentions("<@UBOT|onboard>", "UBOT")
    assert not mentions("<@UBOT2> @onboard &lt;@UBOT&gt;", "UBOT")
