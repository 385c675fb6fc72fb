"""A new entry from an address: what can be guessed, and what is wrong with what was given."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from bot import question
from bot.catalogue import guesses
from bot.catalogue.document import Document
from bot.catalogue.ids import free_id, slug
from bot.catalogue.reader import value_faults
from bot.catalogue.rules import folded
from bot.catalogue.urls import normalise_url, url_fault
from bot.catalogue.wording import did_you_mean, quoted
from bot.model import Catalogue, Kind, Level, Resource
from bot.search import Index, text

_MOST_TOPICS = 3
_MOST_TAGS = 6
# Of so many resources the home topics are looked at.
_LOOKED_AT = 8
_WORDED = re.compile(r"[^\W\d_]{3}|(?![\x00-\x7f])[^\W\d_]")
_ENDING = re.compile(r"\.(?:x?html?|php|aspx?|jsp|md|pdf|pptx?|odp|txt|rst|ipynb)$", re.IGNORECASE)
_NO_TITLE = frozenset(
    """
    article articles blob blog default doc docs home html index main page post posts readme start
    tree watch wiki www
    """.split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What somebody said of a new entry; what is None was not said."""

    url: str
    id: str | None = None
    title: str | None = None
    summary: str | None = None
    topics: tuple[str, ...] | None = None
    kind: Kind | None = None
    level: Level | None = None
    tags: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()


def kind_of(url: str) -> Kind | None:
    """Guess what an address leads to, from how it is written."""
    return guesses.kind(url, "", "", "")


def title_of(url: str) -> str:
    """Guess a title from the last part of an address that says something; it may be empty."""
    parts = urlsplit(url)
    pieces = [_ENDING.sub("", unquote(piece)) for piece in parts.path.split("/")]
    for piece in reversed(pieces):
        words = " ".join(re.split(r"[-_+.\s]+", piece)).strip()
        if _WORDED.search(words) and words.casefold() not in _NO_TITLE:
            return words[:1].upper() + words[1:] if words.islower() else words
    return ""


def topics_for(catalogue: Catalogue, index: Index, words: str) -> tuple[str, ...]:
    """Ids of the topics that fit some words best: the homes of the resources that they find."""
    ranking = index.ranking(question.parse(words))[:_LOOKED_AT]
    homes = dict.fromkeys(catalogue.resources[at].topics[0] for at in ranking)
    return tuple(homes)[:_MOST_TOPICS]


def tags_for(catalogue: Catalogue, words: str) -> tuple[str, ...]:
    """The tags of the catalogue that stand in some words, the most used first."""
    said = {text.stem(word) for word in text.words(words)}
    used = Counter(tag for resource in catalogue.resources for tag in resource.tags)
    found = [
        tag
        for tag, _ in used.most_common()
        if (stems := {text.stem(word) for word in text.words(tag)}) and stems <= said
    ]
    return tuple(found[:_MOST_TAGS])


def present(catalogue: Catalogue, document: Document, url: str) -> tuple[str, int] | None:
    """The id of the resource that has a page already, and its line; None if there is none."""
    wanted = normalise_url(url)
    for at, resource in enumerate(catalogue.resources):
        for other in (resource.url, *(link.url for link in resource.also)):
            if normalise_url(other) == wanted:
                return resource.id, document.place(("resources", at)).line
    return None


def new_id(catalogue: Catalogue, title: str) -> str:
    """An id that is free, made of the words of a title."""
    return free_id(slug(title) or "resource", {resource.id for resource in catalogue.resources})


def faults(catalogue: Catalogue, given: Given) -> dict[str, str]:
    """What is wrong with what was given, each by its key: a sentence or two; nothing is missing."""
    found = value_faults(
        {
            "id": given.id or "an-id",
            "url": given.url,
            "title": given.title or "",
            "summary": given.summary or "",
            "topics": list(given.topics or ()),
            "tags": list(given.tags),
            "asks": list(given.asks),
        }
    )
    for key, fault in _faults(catalogue, given):
        found.setdefault(key, fault)
    # A key may be absent here, and is judged when it is there.
    return {key: fault for key, fault in found.items() if getattr(given, key, None) is not None}


def _faults(catalogue: Catalogue, given: Given) -> Iterator[tuple[str, str]]:
    if fault := url_fault(given.url):
        yield "url", f"This {fault}. Write an address like https://example.org/page."
    if given.id is not None:
        taken = {resource.id for resource in catalogue.resources}
        if given.id in taken:
            yield "id", f"The id {quoted(given.id)} is taken. Choose another one."
        elif slug(given.id) != given.id:
            yield "id", "An id is lower-case letters, digits and single hyphens."
    known = [topic.id for topic in catalogue.topics]
    for name in given.topics or ():
        if name not in known:
            all_of_them = f"The topics are {', '.join(known)}."
            remedy = did_you_mean(name, known, all_of_them)
            yield "topics", f"There is no topic {quoted(name)}. {remedy}"
    claimed = {folded(ask): one.id for one in catalogue.resources for ask in one.asks}
    for ask in given.asks:
        if folded(ask) in claimed:
            owner = claimed[folded(ask)]
            yield "asks", f"{quoted(ask)} is an ask of {quoted(owner)} already. Word it otherwise."


def resource_of(catalogue: Catalogue, given: Given) -> Resource:
    """The entry; title, summary and topics have to be there."""
    title = given.title or ""
    return Resource(
        id=given.id or new_id(catalogue, title),
        title=title,
        url=given.url,
        summary=given.summary or "",
        topics=_once(given.topics or ()),
        tags=_once(given.tags),
        kind=given.kind,
        level=given.level,
        asks=_once(given.asks),
    )


def _once(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
