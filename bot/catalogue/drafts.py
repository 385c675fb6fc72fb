"""From drafts, a link each with what its page says of it, to a catalogue and a report.

Whatever the page was, this is where ids are given, links to one address become one entry, and
what is said is cut to the limits of the model. Nothing is lost silently: each link is imported,
merged or skipped, and words that are cut or find no place are remarked on.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TypeAlias, get_args, get_type_hints
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from annotated_types import MaxLen

from bot.catalogue import guesses
from bot.catalogue.annotation import (
    Reading,
    Way,
    brackets_in,
    words_of,
    year_and_minutes,
)
from bot.catalogue.fingerprints import fingerprint
from bot.catalogue.ids import free_id, slug
from bot.catalogue.labels import is_empty_title
from bot.catalogue.rules import folded
from bot.catalogue.urls import normalise_url, url_fault
from bot.model import (
    Catalogue,
    Paragraph,
    Resource,
    Source,
    Topic,
    Url,
    Words,
)

_MORE = "\N{HORIZONTAL ELLIPSIS}"


def most(annotation: object) -> int:
    """Return how long the model lets a text be, or how many items a list may have."""
    return next(limit.max_length for limit in get_args(annotation) if isinstance(limit, MaxLen))


_OF_RESOURCE = get_type_hints(Resource, include_extras=True)
_OF_SOURCE = get_type_hints(Source, include_extras=True)
_OF_TOPIC = get_type_hints(Topic, include_extras=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something for a curator to look at: words of the page, and what became of them."""

    line: int
    """Counted from 1; 0 if it is no single one."""
    words: str
    reason: str
    """A sentence."""

    def __str__(self) -> str:
        """Return it as a line for a terminal."""
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.words}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of every link: as many are seen as are imported, merged and skipped."""

    seen: int
    imported: int
    ways: tuple[tuple[Way, int], ...] = ()
    """How many of those seen on a page were written how."""
    merged: tuple[Remark, ...] = ()
    """Links to an address that came earlier on the page."""
    skipped: tuple[Remark, ...] = ()
    """Links that lead nowhere a catalogue can send people."""
    unsummarised: tuple[str, ...] = ()
    """Ids of resources the page does not describe: their summaries only name the section."""
    remarks: tuple[Remark, ...] = ()
    """Words that were shortened, and words that belong to no link and no topic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A draft catalogue, and what became of the page."""

    catalogue: Catalogue
    report: Report


Headings: TypeAlias = tuple[str, ...]
"""The headings above something, outermost first: what tells topics of one name apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One link; the two lists fill up while what is indented below it is read."""

    line: int
    depth: int = 0
    url: str
    topic: Headings
    section: Headings = ()
    reading: Reading
    tags: tuple[str, ...] = ()
    details: list[str] = field(default_factory=list)
    asks: list[str] = field(default_factory=list)

    @property
    def described(self) -> bool:
        """Whether the page says anything about it."""
        return bool(self.reading.summary or self.details)


@dataclass(frozen=True, slots=True)
class Told:
    """Words that stand by themselves, with their line."""

    line: int
    words: str


@dataclass(frozen=True, slots=True)
class Drafts:
    """All that a page says, sorted by what it is; a topic is its path of headings."""

    drafts: list[Draft] = field(default_factory=list)
    questions: dict[Headings, list[Told]] = field(default_factory=dict)
    prose: dict[Headings, list[Told]] = field(default_factory=dict)
    skipped: list[Remark] = field(default_factory=list)
    ways: Counter[Way] = field(default_factory=Counter)


def address(href: str, base: str) -> tuple[str, str]:
    """Return the full address of a link, and why it cannot be imported or an empty text.

    `base` is the address that relative links start from, or anything else if there is none.
    """
    href = href.strip()
    if not href or href.startswith("#"):
        return href, "It leads to a place on the page itself."
    if href.lower().startswith("mailto:"):
        return href, "It writes a mail."
    known = not url_fault(base)
    try:
        if href.startswith("//") and not known:
            href = f"https:{href}"
        elif href.lower().startswith("www."):
            href = f"https://{href}"
        url = urljoin(base, href) if known else href
        relative = not known and not urlsplit(href).scheme
    except ValueError:
        url, relative = href, False
    if relative:
        return url, "It is relative: say with --base from which address it starts."
    if known and "#" in url and urldefrag(url)[0] == urldefrag(base)[0]:
        return url, "It leads to a place on the page itself."
    if len(url) > most(Url):
        return url, f"The address is longer than {most(Url)} characters."
    fault = url_fault(url)
    return url, f"The address {fault}." if fault else ""


def page_name(page: str) -> str:
    """Return what entries call a page: its file name or address, as far as it fits."""
    return _cut(words_of((page,)), most(_OF_SOURCE["page"]))[0]


def composed(found: Drafts, page: str) -> Import:
    """Return the drafts as a catalogue, in the order of their page, and what became of each link.

    `page` is the page's file name or address, noted as the source of each entry.
    """
    same: dict[str, list[Draft]] = {}
    for draft in found.drafts:
        same.setdefault(normalise_url(draft.url), []).append(draft)
    remarks: list[Remark] = []
    topics = _topics(found, page, remarks)
    taken: set[str] = set()
    claimed: set[str] = set()
    resources = tuple(
        _unclaimed(
            _resource(_id(drafts[0], taken), drafts, topics, page, remarks),
            claimed,
            drafts[0].line,
            remarks,
        )
        for drafts in same.values()
    )
    merged = [
        Remark(
            line=other.line,
            words=other.reading.title,
            reason=f"Line {first.line} leads to the same address; both became one entry.",
        )
        for first, *others in same.values()
        for other in others
    ]
    report = Report(
        seen=len(found.drafts) + len(found.skipped),
        imported=len(resources),
        ways=tuple(sorted(found.ways.items())),
        merged=tuple(sorted(merged, key=lambda remark: remark.line)),
        skipped=tuple(sorted(found.skipped, key=lambda remark: remark.line)),
        unsummarised=tuple(
            resource.id
            for resource, drafts in zip(resources, same.values(), strict=True)
            if not any(draft.described for draft in drafts)
        ),
        remarks=tuple(sorted(remarks, key=lambda remark: remark.line)),
    )
    catalogue = Catalogue(version=1, topics=tuple(topics.values()), resources=resources)
    return Import(catalogue=catalogue, report=report)


def _id(draft: Draft, taken: set[str]) -> str:
    """Return an id from the title, or from the address where the title has no such letters."""
    parts = urlsplit(draft.url)
    by_address = slug(
        f"{parts.hostname or ''} {unquote(parts.path).rstrip('/').rpartition('/')[2]}"
    )
    return _taken_id(slug(draft.reading.title) or by_address or "resource", taken)


def _unclaimed(resource: Resource, claimed: set[str], line: int, remarks: list[Remark]) -> Resource:
    """Return the resource less those aliases and questions that an earlier one has."""

    def free(words: Sequence[str], prefix: str) -> tuple[str, ...]:
        own: dict[str, str] = {}
        for word in words:
            if prefix + folded(word) in claimed:
                reason = "Left out: it leads to another address too."
                remarks.append(Remark(line=line, words=word, reason=reason))
            else:
                own.setdefault(folded(word), word)
        claimed.update(prefix + key for key in own)
        return tuple(own.values())

    aliases, asks = free(resource.aliases, "alias "), free(resource.asks, "ask ")
    return replace(resource, aliases=aliases, asks=asks)


def _topics(placed: Drafts, page: str, remarks: list[Remark]) -> dict[Headings, Topic]:
    """Return the topics that hold links or questions, in page order, by their headings."""
    topics: dict[Headings, Topic] = {}
    ids: set[str] = set()
    claimed: set[str] = set()
    firsts = [(draft.line, draft.topic) for draft in placed.drafts]
    firsts += [(asked[0].line, path) for path, asked in placed.questions.items()]
    for line, path in sorted(firsts):
        if path in topics:
            continue
        name, aliases = _name_and_aliases(path[-1] if path else stem(page))
        # Of two headings with the same words, the second is told apart by those above it.
        names = [
            ": ".join((*path[start:-1], name)) for start in range(max(len(path) - 1, 0), -1, -1)
        ]
        name = next((each for each in names if _key(each) not in claimed), "")
        name = name or _numbered(names[0], claimed)
        claimed.add(_key(name))
        aliases = tuple(alias for alias in aliases if _key(alias) not in claimed)
        claimed.update(_key(alias) for alias in aliases)
        id_ = _taken_id(slug(name) or "topic", ids)
        prose = _paragraph(passage.words for passage in placed.prose.pop(path, ()))
        questions = [passage.words for passage in placed.questions.get(path, ())]
        topics[path] = Topic(
            id=id_,
            name=_fit(name, most(Words), line, remarks),
            aliases=tuple(_fit(alias, most(Words), line, remarks) for alias in aliases),
            summary=_fit(prose, most(Paragraph), line, remarks) or None,
            questions=_first(questions, most(_OF_TOPIC["questions"]), line, remarks),
        )
    remarks += (
        Remark(line=passage.line, words=passage.words, reason="It belongs to no link and no topic.")
        for passages in placed.prose.values()
        for passage in passages
    )
    return topics


def _name_and_aliases(heading: str) -> tuple[str, tuple[str, ...]]:
    groups = brackets_in(heading)
    if not groups or groups[-1][0] == 0 or groups[-1][1] < len(heading):
        return heading, ()
    start, end = groups[-1]
    alias = heading[start + 1 : end - 1].strip()
    if not alias or year_and_minutes(alias):
        return heading, ()
    return heading[:start].rstrip(), (alias,)


def stem(page: str) -> str:
    """Return the words of a page's name, for what stands above its first heading."""
    name = page.rstrip("/").rpartition("/")[2].partition(".")[0]
    return " ".join(re.findall(r"[^\W_]+", name)) or "Resources"


def _key(name: str) -> str:
    return folded(_cut(name, most(Words))[0])


def _numbered(name: str, claimed: set[str]) -> str:
    """Return the name with the first number that makes it another one."""
    short = _cut(name, most(Words) - len(" (100000)"))[0]
    each = (f"{short} ({number})" for number in count(2))
    return next(numbered for numbered in each if _key(numbered) not in claimed)


def _resource(
    id_: str,
    drafts: Sequence[Draft],
    topics: dict[Headings, Topic],
    page: str,
    remarks: list[Remark],
) -> Resource:
    """Return the entry of an address; what its second and later links say becomes a note."""
    first, *others = drafts
    readings = [draft.reading for draft in drafts]
    titles = list(dict.fromkeys(_title(draft, topics[draft.topic]) for draft in drafts))
    described = next((draft for draft in drafts if draft.described), first)
    summary = _paragraph((described.reading.summary, *described.details))
    notes = [note for reading in readings for note in reading.notes]
    notes += (
        _paragraph((draft.reading.summary, *draft.details))
        for draft in others
        if draft is not described and draft.described
    )
    if len(titles[0]) > most(Words):
        summary = _paragraph((titles[0], summary))
    # Links of one passage share its words.
    notes = [note for note in dict.fromkeys(notes) if note != summary]
    summary, overflow = _cut(summary, most(Paragraph))
    if overflow:
        notes.insert(0, overflow)
        reason = "Too long for a summary: it goes on in the note."
        remarks.append(Remark(line=first.line, words=titles[0], reason=reason))

    def fit(words: str, annotation: object) -> str:
        return _fit(words, most(annotation), first.line, remarks)

    def keep(words: Iterable[str], key: str) -> tuple[str, ...]:
        return _first(words, most(_OF_RESOURCE[key]), first.line, remarks)

    forms = [words for reading in readings for words in reading.forms]
    tags = (*(tag for draft in drafts for tag in draft.tags), *guesses.tags(first.url, forms))
    beside = first.reading.summary.removeprefix(first.reading.title).split()[:3]
    heading = topics[first.topic].name
    # A title that was made of its section is no other name.
    said = {reading.title for reading in readings if not is_empty_title(reading.title)}
    resource = Resource(
        id=id_,
        title=fit(titles[0], Words),
        url=first.url,
        summary=summary or fit(_placeholder(first, topics[first.topic]), Paragraph),
        topics=keep((topics[draft.topic].id for draft in drafts), "topics"),
        tags=keep((fit(tag, Words) for tag in tags), "tags"),
        kind=guesses.kind(
            first.url, first.reading.title, " ".join(beside), heading, first.reading.forms
        ),
        aliases=keep((fit(t, Words) for t in titles[1:] if t in said), "aliases"),
        asks=keep((ask for draft in drafts for ask in draft.asks), "asks"),
        note=fit(notes[0] if len(notes) == 1 else _paragraph(notes), Paragraph) or None,
        authors=keep((fit(name, Words) for r in readings for name in r.authors), "authors"),
        year=next((reading.year for reading in readings if reading.year), None),
        minutes=next((reading.minutes for reading in readings if reading.minutes), None),
        source=_source(page, first.section, fit),
    )
    if resource.source is None:
        return resource
    return replace(resource, source=replace(resource.source, said=fingerprint(resource)))


def _source(page: str, section: Headings, fit: Callable[[str, object], str]) -> Source | None:
    if not (called := page_name(page)):
        return None
    return Source(page=called, section=tuple(fit(heading, Words) for heading in section))


def _title(draft: Draft, topic: Topic) -> str:
    """Return the title; one that says nothing, where nothing else is said, names the section."""
    title = draft.reading.title
    if not is_empty_title(title):
        return title
    where = draft.section[-1] if draft.section else topic.name
    if title[:1].isalpha() and title.casefold() not in ("here", "link"):
        return f"{where}: {title}"
    return f"{where} ({urlsplit(draft.url).hostname})"


def _placeholder(draft: Draft, topic: Topic) -> str:
    # Several of one title are told apart by whose they are.
    by = f", by {', '.join(draft.reading.authors)}" if draft.reading.authors else ""
    return f"Listed under {' > '.join(draft.section) or topic.name}{by}."


def _paragraph(sentences: Iterable[str]) -> str:
    return " ".join(_sentence(words) for words in sentences if words)


def _sentence(words: str) -> str:
    end = "" if words.endswith((".", "!", "?", ":", _MORE)) else "."
    return f"{words[:1].upper()}{words[1:]}{end}"


def _fit(words: str, limit: int, line: int, remarks: list[Remark]) -> str:
    """Return the words that fit, after a remark if those are not all."""
    kept, rest = _cut(words, limit)
    if rest:
        remarks.append(Remark(line=line, words=words, reason=f"Shortened to {limit} characters."))
    return kept


def _cut(words: str, limit: int) -> tuple[str, str]:
    """Return the words that fit, with an ellipsis if any are left, and the rest."""
    if len(words) <= limit:
        return words, ""
    end = words.rfind(" ", 1, limit)
    end = end if end > 0 else limit - 1
    return f"{words[:end].rstrip()}{_MORE}", words[end:].strip()


def _first(items: Iterable[str], limit: int, line: int, remarks: list[Remark]) -> tuple[str, ...]:
    """Return each item once, up to the limit, after a remark on each one beyond."""
    each = tuple(dict.fromkeys(items))
    remarks += (
        Remark(line=line, words=item, reason=f"Left out: no more than {limit} are kept.")
        for item in each[limit:]
    )
    return each[:limit]


def _taken_id(wanted: str, taken: set[str]) -> str:
    """Return an id that is free, and take it."""
    name = free_id(wanted, taken)
    taken.add(name)
    return name
