"""How texts are written: titles that are none, summaries that say nothing, marks at the end."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from bot.catalogue.document import Path
from bot.catalogue.rules import folded
from bot.catalogue.wording import quoted
from bot.checks.finding import Found, Seen, telling

_LINK = re.compile(r"!?\[([^\][]*)\]\([^()\s]*\)")
_TAG = re.compile(
    r"</?(?:a|b|br|code|em|i|img|kbd|mark|p|span|strong|sub|sup|u)(?:\s[^<>]*)?/?>", re.IGNORECASE
)
_BOLD = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S", re.IGNORECASE)
_USELESS = frozenset(
    "click here|here|link|read more|source|this|this link|title|untitled|url".split("|")
)
# Beside the main link such a title says which one it is.
_USELESS_ALONE = _USELESS | frozenset(
    """
    article|blog|blog post|book|documentation|docs|download|home|home page|homepage|page|pdf|post|
    repo|repository|site|slides|video|web page|web site|webpage|website
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)
_LAST = ".,;:"
_SHORTENED = frozenset(
    "al approx bros co corp ed eds etc fig inc jr llc ltd no p pp sr st vol vs".split()
)


def useless_titles(seen: Seen) -> Iterator[Found]:
    """Titles that would stand below any link, or any link to one site."""
    urls = dict(seen.addresses())
    for path, title in _titles(seen):
        name = folded(title).strip(" .:!")
        useless = _USELESS if "also" in path else _USELESS_ALONE
        if name in useless or _is_site(name, urls.get((*path[:-1], "url"), "")):
            yield Found(
                path,
                f"{seen.where(path)} is {quoted(title)}, which says nothing of what it leads to.",
                "Write the title of the page.",
            )


def marked_titles(seen: Seen) -> Iterator[Found]:
    """Titles with markup or an address in them, which would be shown as it is."""
    for path, title in _titles(seen):
        plain = _without_markup(title)
        if plain != title:
            yield Found(
                path,
                f"{seen.where(path)} holds markup: {quoted(title)}.",
                f"Write {quoted(plain)}." if plain else "Write the title of the page.",
                plain or None,
            )
        elif _ADDRESS.match(title):
            yield Found(
                path,
                f"{seen.where(path)} is an address: {quoted(title)}.",
                "Write the title of the page.",
            )


def marks_at_the_end(seen: Seen) -> Iterator[Found]:
    """Names that end like a sentence."""
    for path, name in seen.names():
        bare = name.rstrip(_LAST + " ")
        if bare and bare != name and not _is_meant(name):
            yield Found(
                path,
                f"{seen.where(path)} ends with {quoted(name[len(bare) :].strip())}.",
                "Leave that out.",
                bare,
            )


def empty_summaries(seen: Seen) -> Iterator[Found]:
    """Summaries without a word that the title does not have."""
    for at, resource in enumerate(seen.catalogue.resources):
        if not telling(resource.summary) - telling(resource.title):
            path: Path = ("resources", at, "summary")
            yield Found(
                path,
                f"{seen.where(path)} says no more than the title.",
                "Say what a newcomer learns from it: questions are compared with these words.",
            )


def same_titles(seen: Seen) -> Iterator[Found]:
    """Resources that look alike in an answer."""
    first: dict[tuple[object, ...], int] = {}
    for at, one in enumerate(seen.catalogue.resources):
        shown = folded(one.title), folded(one.summary), one.kind, one.level, one.minutes, one.year
        earlier = first.setdefault(shown, at)
        if earlier != at:
            path: Path = ("resources", at, "title")
            line = seen.line(("resources", earlier, "title"))
            yield Found(
                path,
                f"{seen.where(path)} is {quoted(one.title)}, and so is that in line {line}, with "
                "the same summary.",
                "Add to both what sets them apart.",
            )


def _titles(seen: Seen) -> Iterator[tuple[Path, str]]:
    return ((path, name) for path, name in seen.names() if path[-1] == "title")


def _is_site(name: str, url: str) -> bool:
    """Whether a title only names the site of a page that is not its first one."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    return bool(parts.path.strip("/")) and name.removeprefix("www.") == host


def _without_markup(title: str) -> str:
    plain = _LINK.sub(r"\1", title)
    plain = _BOLD.sub(r"\2", _TAG.sub("", plain))
    return plain if plain == title else " ".join(plain.split())


def _is_meant(name: str) -> bool:
    """Whether the last mark belongs to the last word: "etc.", "e.g.", "John M.", "and so ..."."""
    last = name.rsplit(maxsplit=1)[-1]
    if not last.endswith(".") or last.endswith(".."):
        return last.endswith("..")
    word = last[:-1].strip("()").casefold()
    return "." in word or len(word) == 1 or word in _SHORTENED
