"""Slack's text: what a person types made into it, and what an app sends read as it."""

import re
from collections.abc import Mapping

_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_URL = r"https?://[A-Za-z0-9\[][^\s<>]*"
_TRAILING = ".,;:!?)'\"]*_~"
_BROADCASTS = ("here", "channel", "everyone")

# What Slack reads as a mention, a channel, a special word or a link; any other "<" is text.
_MARKUP = re.compile(
    r"<(?:"
    r"@[UWB][A-Z0-9]*(?:\|[^<>]*)?"
    r"|#[CGD][A-Z0-9]*(?:\|[^<>]*)?"
    r"|!(?:here|channel|everyone)(?:\|[^<>]*)?"
    r"|!(?:subteam|date)\^[^<>]+"
    r"|(?:https?://|mailto:|tel:|slack://)[^\s<>|]+(?:\|[^<>\n]*)?"
    r")>"
)


def escape(text: str) -> str:
    """Return text in which Slack reads no markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def settled(text: str) -> str:
    """Return what Slack keeps of an app's text: a "<" that begins no markup is kept as text."""
    if "<" not in text:
        return text
    kept, end = [], 0
    for found in _MARKUP.finditer(text):
        kept += [text[end : found.start()].replace("<", "&lt;"), found.group()]
        end = found.end()
    return "".join([*kept, text[end:].replace("<", "&lt;")])


def mentions(text: str, user: str) -> bool:
    """Whether Slack's text mentions this user."""
    return f"<@{user}>" in text or f"<@{user}|" in text


def composed(text: str, users: Mapping[str, str], channels: Mapping[str, str]) -> str:
    """Return what Slack's composer makes of typed text, given ids by the names one can mention.

    Known "@names" and "#channels" become mentions and bare URLs links, but not inside code; the
    rest is escaped.
    """
    known = {f"@{name.casefold()}": f"<@{user}>" for name, user in users.items()}
    known |= {f"#{name.casefold()}": f"<#{channel}|{name}>" for name, channel in channels.items()}
    known |= {f"@{name}": f"<!{name}>" for name in _BROADCASTS}
    names = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
    special = re.compile(rf"({_URL})|(?<![\w@#])({names})(?![\w-])", re.IGNORECASE)

    def markup(found: re.Match[str]) -> str:
        url, name = found.groups()
        if name:
            return known[name.casefold()]
        link = _without_punctuation(url)
        return f"<{escape(link)}>{escape(url[len(link) :])}"

    def prose(part: str) -> str:
        pieces, end = [], 0
        for found in special.finditer(part):
            pieces += [escape(part[end : found.start()]), markup(found)]
            end = found.end()
        return "".join([*pieces, escape(part[end:])])

    parts = _CODE.split(text)
    return "".join(escape(part) if at % 2 else prose(part) for at, part in enumerate(parts))


def _without_punctuation(url: str) -> str:
    """Return a URL without what only ends the sentence; brackets in it stay in pairs."""
    end, unpaired = len(url), url.count(")") - url.count("(")
    while url[end - 1] in _TRAILING:
        if url[end - 1] == ")":
            if unpaired <= 0:
                break
            unpaired -= 1
        end -= 1
    return url[:end]
