"""What no single field can tell: names that must be unique, exist, and not lead in circles.

`text_faults` needs only a document; `faults` needs its catalogue too. Both yield problems in no
particular order.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from bot.catalogue.document import Document, Path
from bot.catalogue.ids import is_id, slug
from bot.catalogue.urls import normalise_url, url_fault
from bot.catalogue.wording import HIDDEN, did_you_mean, quoted
from bot.model import Catalogue, Problem, Resource, Topic

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_GUESSES = 200
PARAGRAPHS = frozenset({"summary", "note", "meaning"})
"""Keys whose text may have several lines."""

_BREAK = re.compile("[\t\n]")

Claims = Iterable[tuple[str, Path]]
"""Names, each with the path of the value that claims it."""


def text_faults(document: Document) -> Iterator[Problem]:
    """Find characters that must not stand in a text: a reader could not see them."""
    for path, place in document.values.items():
        paragraph = not PARAGRAPHS.isdisjoint(path)
        if fault := text_fault(place.written.strip(), paragraph=paragraph):
            message, remedy = fault
            problem = document.problem(path, f"{document.where(path)} {message}", remedy)
            yield replace(problem, code="hidden-character")


def text_fault(text: str, *, paragraph: bool) -> tuple[str, str] | None:
    """Return what must not stand in a text, as the end of a sentence, and what to do about it.

    None if there is nothing. A paragraph may have several lines.
    """
    if hidden := HIDDEN.search(text):
        return f"holds the invisible character U+{ord(hidden.group()):04X}.", "Delete it."
    if not paragraph and (found := _BREAK.search(text)):
        what = "tab" if found.group() == "\t" else "line break"
        return f"holds a {what}.", "Write it on one line, with spaces."
    return None


def faults(catalogue: Catalogue, document: Document, topics: AbstractSet[str]) -> Iterator[Problem]:
    """Find what is wrong across the catalogue.

    `document` is what the catalogue was made of; `topics` holds the ids that may be referred to.
    """
    for code, found in (
        ("id", _ids(catalogue, document)),
        ("claimed-name", _names(catalogue, document)),
        ("claimed-name", _borrowed_terms(catalogue, document)),
        ("address", _links(catalogue, document)),
        ("no-such-topic", _references(catalogue, document, topics)),
        ("circle", _circles(catalogue, document)),
        ("day", _days(catalogue, document)),
    ):
        yield from (replace(problem, code=code) for problem in found)


def _ids(catalogue: Catalogue, document: Document) -> Iterator[Problem]:
    sections: tuple[tuple[str, Sequence[Topic | Resource]], ...] = (
        ("topics", catalogue.topics),
        ("resources", catalogue.resources),
    )
    for section, entries in sections:
        claims: list[tuple[str, Path]] = [
            (entry.id, (section, index, "id")) for index, entry in enumerate(entries)
        ]
        for name, path in claims:
            if not is_id(name):
                message = f"{document.entry(path)} has an id of another shape."
                yield document.problem(path, message, _well_shaped(name))
        for name, path, first in _repeats(claims):
            line = document.place(first).line
            message = f"The id {quoted(name)} is taken: line {line} has it too."
            remedy = "Give the newer of the two another id."
            yield document.problem(path, message, remedy)


def _well_shaped(name: str) -> str:
    example = slug(name)
    return "Use lower-case letters, digits and single hyphens" + (
        f": {quoted(example)}." if example else "."
    )


def _names(catalogue: Catalogue, document: Document) -> Iterator[Problem]:
    """Find names that two entries claim: a question by that name could not choose."""
    topics = (
        (
            (topic.name, ("topics", index, "name")),
            *_items(topic.aliases, "topics", index, "aliases"),
        )
        for index, topic in enumerate(catalogue.topics)
    )
    aliases = (
        _items(resource.aliases, "resources", index, "aliases")
        for index, resource in enumerate(catalogue.resources)
    )
    asks = (
        _items(resource.asks, "resources", index, "asks")
        for index, resource in enumerate(catalogue.resources)
    )
    terms = (
        [(term.term, ("glossary", index, "term"))] for index, term in enumerate(catalogue.glossary)
    )
    for noun, groups, remedy in (
        ("name", topics, "Leave it to the topic that it fits best."),
        ("alias", aliases, "Leave it to the one it fits best; a shared word is a tag."),
        ("question", asks, "Ask it of the one that answers it best."),
        ("term", terms, "Make one entry of the two."),
    ):
        claims = (claim for group in groups for claim in group)
        for name, path, first in _repeats(claims, folded):
            if path[:2] != first[:2]:
                message = (
                    f"{document.entry(path)} claims the {noun} {quoted(name)}, which "
                    f"{document.entry(first)} has already (line {document.place(first).line})."
                )
                yield document.problem(path, message, remedy)


def _borrowed_terms(catalogue: Catalogue, document: Document) -> Iterator[Problem]:
    """Find aliases that are terms of their own: the two would be taken for the same thing."""
    owners = {folded(term.term): index for index, term in enumerate(catalogue.glossary)}
    for index, term in enumerate(catalogue.glossary):
        for name, path in _items(term.aliases, "glossary", index, "aliases"):
            owner = owners.get(folded(name), index)
            if owner != index:
                first = ("glossary", owner, "term")
                message = (
                    f"{document.entry(path)} claims the term {quoted(name)}, which "
                    f"{document.entry(first)} has already (line {document.place(first).line})."
                )
                yield document.problem(path, message, "If they mean the same, make one entry.")


def _links(catalogue: Catalogue, document: Document) -> Iterator[Problem]:
    main: list[tuple[str, Path]] = []
    for index, resource in enumerate(catalogue.resources):
        main.append((resource.url, ("resources", index, "url")))
        also: list[tuple[str, Path]] = [
            (link.url, ("resources", index, "also", number, "url"))
            for number, link in enumerate(resource.also)
        ]
        for url, path in (main[-1], *also):
            if fault := url_fault(url):
                message = f"{document.where(path)} {fault}."
                remedy = "Write an address like https://example.org/page."
                yield document.problem(path, message, remedy)
        for _, path, first in _repeats((main[-1], *also), normalise_url):
            yield _same_page(document, path, first)
    for _, path, first in _repeats(main, normalise_url):
        yield _same_page(document, path, first)


def _same_page(document: Document, path: Path, first: Path) -> Problem:
    line = document.place(first).line
    message = f"{document.where(path)} is the same page as the address in line {line}."
    return document.problem(path, message, "Keep one of the two.")


def _references(
    catalogue: Catalogue, document: Document, topics: AbstractSet[str]
) -> Iterator[Problem]:
    named: list[tuple[str, Path]] = []
    for index, topic in enumerate(catalogue.topics):
        for key, names in (("related", topic.related), ("after", topic.after)):
            claims = _items(names, "topics", index, key)
            named += claims
            for name, path in claims:
                if name == topic.id:
                    message = f"{document.entry(path)} names itself in {quoted(key)}."
                    yield document.problem(path, message, "Delete it there.")
    for index, term in enumerate(catalogue.glossary):
        named += _items(term.topics, "glossary", index, "topics")
    for index, resource in enumerate(catalogue.resources):
        named += _items(resource.topics, "resources", index, "topics")
    unknown = [(name, path) for name, path in named if name not in topics]
    for number, (name, path) in enumerate(unknown):
        message = f"{document.where(path)} is {quoted(name)}, and there is no such topic."
        # Guessing compares with every topic, which is too slow to do for thousands.
        near = topics if number < _GUESSES else ()
        remedy = did_you_mean(name, near, 'Add it to the list "topics", or name another.')
        yield document.problem(path, message, remedy)


def _circles(catalogue: Catalogue, document: Document) -> Iterator[Problem]:
    after = {topic.id: topic.after for topic in catalogue.topics}
    place = {topic.id: index for index, topic in enumerate(catalogue.topics)}
    for circle in _cycles(after):
        start, following = circle[0], circle[1]
        path = ("topics", place[start], "after", after[start].index(following))
        message = f'The "after" of these topics leads in a circle: {" -> ".join(circle)}.'
        yield document.problem(path, message, "Take one of them out of the order.")


def _cycles(after: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Yield the ways that come back to where they began, save from a topic to itself.

    One for each step that closes a circle, so that a knot of topics is not told in every order.
    """
    done: set[str] = set()
    for start in after:
        # The topics of the present way in order, each with the steps not yet taken from it.
        way = {} if start in done else {start: iter(after[start])}
        while way:
            here = next(reversed(way))
            for following in way[here]:
                if following in way and following != here:
                    names = list(way)
                    yield [*names[names.index(following) :], following]
                elif following in after and following not in done and following != here:
                    way[following] = iter(after[following])
                    break
            else:
                done.add(here)
                del way[here]


def _days(catalogue: Catalogue, document: Document) -> Iterator[Problem]:
    """Find days that pydantic takes for one though no reader would: seconds since 1970."""
    for index, resource in enumerate(catalogue.resources):
        unlisted = resource.source.unlisted if resource.source else None
        for fields, day in (
            (("added",), resource.added),
            (("gone",), resource.gone),
            (("source", "unlisted"), unlisted),
        ):
            path = ("resources", index, *fields)
            written = str(document.value(path)) if day else ""
            if day and not _DAY.fullmatch(written):
                where = document.where(path)
                message = f"{where} is {quoted(written)}, which is not written as a day."
                yield document.problem(path, message, f"Write {day:%Y-%m-%d}.")


def _items(names: Sequence[str], *path: str | int) -> list[tuple[str, Path]]:
    return [(name, (*path, index)) for index, name in enumerate(names)]


def _repeats(claims: Claims, same: Callable[[str], str] = str) -> Iterator[tuple[str, Path, Path]]:
    """Yield each name that was claimed before, with its path and that of the first claim."""
    first: dict[str, Path] = {}
    for name, path in claims:
        if (earlier := first.setdefault(same(name), path)) is not path:
            yield name, path, earlier


def folded(name: str) -> str:
    """Return a text that is equal for two names or questions that nothing tells apart."""
    return " ".join(name.casefold().split())
