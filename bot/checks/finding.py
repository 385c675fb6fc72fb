"""The nouns of a check: what a rule is, what it looks at, and what it finds."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from bot.catalogue.document import Document, Path
from bot.model import Catalogue
from bot.search import Index, english, text

_ORDINARY = english.STOP_WORDS | english.FRAME_WORDS

Severity = Literal["error", "warning", "hint"]

Watched = Callable[[Sequence[int], str], Iterable[int]]
"""Hands out numbers one by one, and may show how far it is; the text says what is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to mend: where it is, what is wrong, and what to do about it."""

    code: str
    severity: Severity
    line: int
    """Counted from 1; 0 when it is about the file as a whole."""
    column: int
    path: Path
    """What it is about in the catalogue; empty where only the line is known."""
    reason: str
    remedy: str
    fix: str | None = None
    """What the text at the path should be, where that is certain."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule found; the rule knows its code, and the document the line."""

    path: Path
    reason: str
    remedy: str
    fix: str | None = None


def unwatched(numbers: Sequence[int], _: str) -> Sequence[int]:
    """Hand out the numbers, and show nothing."""
    return numbers


class Seen:
    """A sound catalogue as rules look at it; its index is made when one asks for it."""

    def __init__(
        self, catalogue: Catalogue, document: Document, watched: Watched = unwatched
    ) -> None:
        self.catalogue = catalogue
        self.document = document
        self.watched = watched

    @cached_property
    def index(self) -> Index:
        """The catalogue, to be searched by words."""
        return Index.build(self.catalogue)

    def where(self, path: Path) -> str:
        """What to call the value at a path."""
        return self.document.where(path)

    def line(self, path: Path) -> int:
        """The line in which the value at a path stands."""
        return self.document.place(path).line

    def names(self) -> Iterator[tuple[Path, str]]:
        """Titles, names, tags and other names: the short texts that are no sentences."""
        for at, topic in enumerate(self.catalogue.topics):
            yield ("topics", at, "name"), topic.name
            yield from self._items(("topics", at, "aliases"), topic.aliases)
        for at, term in enumerate(self.catalogue.glossary):
            yield ("glossary", at, "term"), term.term
            yield from self._items(("glossary", at, "aliases"), term.aliases)
        for at, resource in enumerate(self.catalogue.resources):
            yield ("resources", at, "title"), resource.title
            yield from self._items(("resources", at, "tags"), resource.tags)
            yield from self._items(("resources", at, "aliases"), resource.aliases)
            for number, link in enumerate(resource.also):
                yield ("resources", at, "also", number, "title"), link.title

    def addresses(self) -> Iterator[tuple[Path, str]]:
        """All links."""
        for at, resource in enumerate(self.catalogue.resources):
            yield ("resources", at, "url"), resource.url
            for number, link in enumerate(resource.also):
                yield ("resources", at, "also", number, "url"), link.url

    @staticmethod
    def _items(path: Path, names: Sequence[str]) -> Iterator[tuple[Path, str]]:
        for at, name in enumerate(names):
            yield (*path, at), name


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Something to look for."""

    code: str
    """Its short name: what one allows, or asks about."""
    severity: Severity
    name: str
    """What it finds, in a few words."""
    explanation: str
    """Why that matters, and what to do about it: a paragraph."""
    look: Callable[[Seen], Iterable[Found]] | None = None
    """Finds it in a sound catalogue; None for what the reader finds itself."""
    mends: bool = False
    """Whether what it finds may come with a fix."""


def telling(words: str) -> frozenset[str]:
    """Return the stems of the words that say something, whatever stands around them."""
    return frozenset(text.stem(word) for word in text.words(words) if word not in _ORDINARY)
