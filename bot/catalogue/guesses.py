"""What kind of thing an address leads to, as far as its words tell."""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from bot.model import Kind

_DATED = re.compile(r"/(?:19|20)[0-9]{2}/[01][0-9]/")
# Tried in this order: "Awesome KVM tutorials" is a list.
_KIND_WORDS: tuple[tuple[Kind, str], ...] = (
    ("list", r"awesome|curated|(?:collection|list) of|(?:reading|link) list"),
    ("cheat sheet", r"cheat[- ]?sheets?"),
    ("slides", r"slides?|pptx?|odp"),
    ("tutorial", r"tutorials?|walkthrough"),
    ("spec", r"specs?|specifications?|protocol|standard|rfc"),
    ("sample code", r"(?:sample|example) (?:code|programs?)"),
    ("notes", r"notes"),
    ("course", r"courses?"),
    ("book", r"books?|textbook"),
    ("wiki", r"wiki|wikipedia"),
    ("talk", r"talks?|keynote|videos?"),
    ("article", r"articles?|blogs?|posts?"),
    ("docs", r"docs?|documentation|reference|manual"),
)
_KINDS = tuple(
    (kind, re.compile(rf"\b(?:{words})\b", re.IGNORECASE)) for kind, words in _KIND_WORDS
)
_FILMS = ("youtube.com", "youtu.be", "vimeo.com", "media.ccc.de")
_HOSTS: dict[str, Kind] = {
    "coursera.org": "course",
    "edx.org": "course",
    "udacity.com": "course",
    "udemy.com": "course",
    "slideshare.net": "slides",
    "speakerdeck.com": "slides",
    "arxiv.org": "article",
    "dl.acm.org": "article",
    "rfc-editor.org": "spec",
    "datatracker.ietf.org": "spec",
    "wikipedia.org": "wiki",
    "gist.github.com": "sample code",
    "leanpub.com": "book",
}
_FORGES = ("github.com", "gitlab.com", "codeberg.org", "bitbucket.org")
_REPOSITORY = re.compile(r"/[^/]+/[^/]+/?")
# Pages of a forge that look like repositories.
_NO_OWNERS = ("orgs", "topics", "collections", "sponsors", "features", "marketplace")
# Remarks that tell a form: "[video]", "(PDF)".
_FORMS: dict[str, tuple[Kind | None, str | None]] = {
    "pdf": (None, "PDF"),
    "epub": (None, "EPUB"),
    "html": (None, None),
    "video": ("talk", None),
    "videos": ("talk", None),
    "youtube": ("talk", None),
    "slides": ("slides", None),
    "book": ("book", None),
    "course": ("course", None),
    "article": ("article", None),
    "blog": ("article", None),
    "repo": (None, "repository"),
    "repository": (None, "repository"),
    "spec": ("spec", None),
    "pdfs": (None, "PDF"),
    "kindle": (None, None),
    "mobi": (None, None),
    "markdown": (None, None),
    "playlist": ("talk", None),
    "\N{MOVIE CAMERA}": ("talk", None),
    "\N{TELEVISION}": ("talk", None),
    "\N{OPEN BOOK}": ("book", None),
    "\N{BOOKS}": ("book", None),
    "\N{SCROLL}": ("article", None),
    "\N{PAGE FACING UP}": ("article", None),
    "\N{MEMO}": ("article", None),
}


def form(words: str) -> bool:
    """Return whether a remark only tells in which form a thing comes, as in "PDF, EPUB"."""
    return bool(words) and all(part in _FORMS for part in _parts(words))


def kind(url: str, title: str, beside: str, heading: str, forms: Sequence[str] = ()) -> Kind | None:
    """Return what host, remarks, title, words beside it, path or heading say, asked in this order.

    None if none of them says it.
    """
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    if _is_of(host, _FILMS):
        return "talk"
    told = (_FORMS[part][0] for words in forms for part in _parts(words))
    if found := next((known for known in told if known), None):
        return found
    path = re.sub(r"[/._-]+", " ", url.partition("//")[2])
    for words in (title, beside):
        if found := _in(words):
            return found
    by_host = next((what for name, what in _HOSTS.items() if _is_of(host, (name,))), None)
    return by_host or _in(path) or _in(heading) or ("article" if _DATED.search(url) else None)


def tags(url: str, forms: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the form of a thing where people look for it by that: a PDF, a repository."""
    return tuple(dict.fromkeys(_tags(url, forms)))


def _tags(url: str, forms: Sequence[str]) -> Iterator[str]:
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    if parts.path.lower().endswith(".pdf"):
        yield "PDF"
    owner = parts.path.strip("/").partition("/")[0]
    if host in _FORGES and _REPOSITORY.fullmatch(parts.path) and owner not in _NO_OWNERS:
        yield "repository"
    for words in forms:
        yield from (tag for part in _parts(words) if (tag := _FORMS[part][1]))


def _in(words: str) -> Kind | None:
    return next((found for found, pattern in _KINDS if pattern.search(words)), None)


def _is_of(host: str, names: Sequence[str]) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in names)


def _parts(words: str) -> list[str]:
    return [part.casefold() for part in re.split(r"[\s,;/+&]+", words.strip()) if part]
