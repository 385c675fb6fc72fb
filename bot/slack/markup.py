"""Text made safe for Slack: nothing that a user or a catalogue says can ping, link or hide.

Everything that reaches Slack and was not written in this package goes through one of these.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote

# Characters that are not seen but change what is: controls, and those that turn the direction of
# what follows, so that "moc.live" reads as something else; and halves of characters, which cannot
# be sent. Joiners stay: emoji need them.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_BLANKS = re.compile(r"\s+")
_LABEL_BREAKERS = str.maketrans({"|": "\u00a6"})
_ANGLES = str.maketrans({"<": "\u2039", ">": "\u203a"})
# RFC 3986's reserved and unreserved characters, and "%" because addresses come encoded.
_URL_SAFE = "-._~:/?#[]@!$&'()*+,;=%"
_PAGE = re.compile("https?://", re.IGNORECASE)
_ELLIPSIS = "\u2026"
_LONGEST_ESCAPE = len("&amp;")
# Slack takes 3,000 characters of text in all, and a label and a summary stand beside an address.
_LONGEST_ADDRESS = 2_000


def escaped(text: str, longest: int = 3_000) -> str:
    """The text on one line, for `mrkdwn`: exactly `&`, `<` and `>` are replaced, as Slack asks.

    Source: https://docs.slack.dev/messaging/formatting-message-text. That alone disarms every
    mention, channel, date and link. Stars and underscores may still style the text itself. What
    comes back has at most `longest` characters, escapes counted, and ends between two words.
    """
    line = clipped(_one_line(text), longest)
    while len(safe := _escape(line)) > longest:
        line = clipped(line, len(line) - max(1, (len(safe) - longest) // _LONGEST_ESCAPE))
    return safe


def plain(text: str) -> str:
    """The text on one line, for `plain_text`, values of inputs and the like, which know no escapes.

    Angle brackets become their typographic sisters, so that no mention is left wherever Slack may
    read it as one.
    """
    return _one_line(text).translate(_ANGLES)


def link(url: str, label: str) -> str:
    """A link whose label and address stay what they are; only the label if no link can hold it.

    At most 2,755 characters.
    """
    shown = escaped(label, 750).translate(_LABEL_BREAKERS)
    target = address(url)
    # Anything else than a page may be a mention: "<!here|" and "<@U1|" look like links, too.
    if not _PAGE.match(target) or len(target) > _LONGEST_ADDRESS:
        return shown
    return f"<{target}|{shown}>"


def address(url: str) -> str:
    """The address as it stands in a link: encoded where it would end it early, `&` escaped."""
    return quote(url, safe=_URL_SAFE, errors="replace").replace("&", "&amp;")


def clipped(text: str, longest: int) -> str:
    """The text, or as many of its words as fit before an ellipsis; never longer than `longest`."""
    if len(text) <= longest:
        return text
    kept = text[: longest - 1]
    words = kept.rsplit(" ", 1)[0]
    # A text without spaces is cut where it has to be.
    return (words if len(words) > longest // 2 else kept).rstrip() + _ELLIPSIS


def quoted(words: Iterable[str], longest: int = 60) -> str:
    """Words as a person wrote them, each in quotation marks, escaped and kept short."""
    return ", ".join(f"\u201c{escaped(clipped(word, longest))}\u201d" for word in words)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _one_line(text: str) -> str:
    return " ".join(_HIDDEN.sub("", _BLANKS.sub(" ", text)).split())
