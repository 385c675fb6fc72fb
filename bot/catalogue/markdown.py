"""From a Markdown page of links to a draft catalogue.

Structure (headings, lists, links) comes from the parser's tree alone. What the words around a
link mean, a title, a remark, a year, is read from those words by rules that keep what they do
not understand: nothing said about a link is lost, and words that are cut or find no place are
reported. Code blocks, pictures and HTML are not read.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import get_args, get_type_hints
from urllib.parse import urljoin

from annotated_types import MaxLen
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from bot.catalogue.annotation import (
    Anchor,
    Reading,
    brackets_in,
    readings,
    words_of,
    year_and_minutes,
)
from bot.catalogue.ids import free_id, slug
from bot.catalogue.urls import normalise_url, url_fault
from bot.model import (
    Catalogue,
    Kind,
    Paragraph,
    Resource,
    Sentence,
    Source,
    Topic,
    Url,
    Words,
)

# List items nest under any heading, and under the items they are indented below.
_BELOW_HEADINGS = 7

_MORE = "\N{HORIZONTAL ELLIPSIS}"
_CELL = "\N{EN DASH}"
_VIDEO = re.compile(r"https?://(?:[^/]+\.)?(?:youtube\.com|youtu\.be|vimeo\.com|media\.ccc\.de)/")
_DATED = re.compile(r"/(?:19|20)[0-9]{2}/[01][0-9]/")
# Tried in this order: "Awesome KVM tutorials" is a list.
_KIND_WORDS: tuple[tuple[Kind, str], ...] = (
    ("list", r"awesome|curated|(?:collection|list) of|(?:reading|link) list"),
    ("cheat sheet", r"cheat[- ]?sheets?"),
    ("slides", r"slides?"),
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
_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def _most(annotation: object) -> int:
    return next(limit.max_length for limit in get_args(annotation) if isinstance(limit, MaxLen))


_OF_RESOURCE = get_type_hints(Resource, include_extras=True)
_OF_TOPIC = get_type_hints(Topic, include_extras=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something for a curator to look at: words of the page, and what became of them."""

    line: int
    """Counted from 1."""
    words: str
    reason: str
    """A sentence."""

    def __str__(self) -> str:
        """Return it as a line for a terminal."""
        return f"line {self.line}: {self.words}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of every link: as many are seen as are imported, merged and skipped."""

    seen: int
    imported: int
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


def import_page(text: str, page: str) -> Import:
    """Return everything the Markdown links to, in page order; any text is a page.

    `page` is the page's file name or address; relative links are resolved only against an
    address. Ids, titles and kinds are proposals for a curator to improve.
    """
    readable = text.encode("utf-8", "replace").decode("utf-8")
    passages = tuple(_passages(SyntaxTreeNode(_PARSER.parse(readable))))
    placed = _place(passages, page)
    same: dict[str, list[_Draft]] = {}
    for draft in placed.drafts:
        same.setdefault(normalise_url(draft.url), []).append(draft)
    remarks: list[Remark] = []
    topics = _topics(placed, page, remarks)
    taken: set[str] = set()
    resources = tuple(
        _resource(
            _taken_id(slug(drafts[0].reading.title) or "resource", taken),
            drafts,
            topics,
            page,
            remarks,
        )
        for drafts in same.values()
    )
    report = Report(
        seen=sum(len(passage.anchors) for passage in passages),
        imported=len(resources),
        merged=tuple(
            Remark(
                line=other.line,
                words=other.reading.title,
                reason=f"Line {first.line} leads to the same address; both became one entry.",
            )
            for first, *others in same.values()
            for other in others
        ),
        skipped=tuple(placed.skipped),
        unsummarised=tuple(
            resource.id
            for resource, drafts in zip(resources, same.values(), strict=True)
            if not any(draft.described for draft in drafts)
        ),
        remarks=tuple(sorted(remarks, key=lambda remark: remark.line)),
    )
    catalogue = Catalogue(version=1, topics=tuple(topics.values()), resources=resources)
    return Import(catalogue=catalogue, report=report)


# The headings above something, outermost first: what tells topics of one name apart.
_Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Passage:
    line: int
    pieces: tuple[str | Anchor, ...]
    level: int = 0
    """1 to 6 for a heading, else 0."""
    depth: int = 0
    """How far it is indented below paragraphs of the page, in no particular unit."""

    @property
    def anchors(self) -> tuple[Anchor, ...]:
        return tuple(piece for piece in self.pieces if isinstance(piece, Anchor))

    @property
    def words(self) -> str:
        return words_of(self.pieces)


@dataclass(frozen=True, slots=True)
class _Lead:
    """A heading, or an item that introduces the items indented below it."""

    rank: int
    words: str
    names_topic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """One link; the two lists fill up while the passages indented below it are read."""

    line: int
    depth: int
    url: str
    topic: _Path
    section: tuple[str, ...]
    reading: Reading
    details: list[str] = field(default_factory=list)
    asks: list[str] = field(default_factory=list)

    @property
    def described(self) -> bool:
        return bool(self.reading.summary or self.details)


@dataclass(frozen=True, slots=True)
class _Placed:
    """The passages of a page, sorted by what they are; a topic is its path of headings."""

    drafts: list[_Draft] = field(default_factory=list)
    questions: dict[_Path, list[_Passage]] = field(default_factory=dict)
    prose: dict[_Path, list[_Passage]] = field(default_factory=dict)
    skipped: list[Remark] = field(default_factory=list)


def _passages(node: SyntaxTreeNode, depth: int = 0, line: int = 0) -> Iterator[_Passage]:
    for position, child in enumerate(node.children):
        # The cells of a table do not know their line; their row does.
        at = child.map[0] + 1 if child.map else line
        # What follows an item's first paragraph belongs to the item.
        below = depth + (node.type == "list_item" and position > 0)
        if child.type == "heading":
            yield _Passage(at, tuple(_pieces(child)), level=int(child.tag[1]))
        elif child.type in ("paragraph", "tr"):
            yield _Passage(at, tuple(_pieces(child)), depth=below)
        elif child.type == "thead":
            # Names of columns are no words about anything, unless they are links.
            yield from (row for row in _passages(child, below, at) if row.anchors)
        else:
            yield from _passages(child, below + child.type.endswith("_list"), at)


def _pieces(node: SyntaxTreeNode) -> Iterator[str | Anchor]:
    for position, child in enumerate(node.children):
        if child.type == "link":
            text = words_of(_pieces(child)) or words_of(_alternative_texts(child))
            yield Anchor(text, str(child.attrs.get("href", "")))
        elif child.type in ("text", "code_inline"):
            yield child.content
        elif child.type in ("softbreak", "hardbreak"):
            yield " "
        elif child.type in ("td", "th") and position:
            yield from (f" {_CELL} ", *_pieces(child))
        elif child.type != "image":
            yield from _pieces(child)


def _alternative_texts(link: SyntaxTreeNode) -> Iterator[str]:
    return (image.content for image in link.walk() if image.type == "image")


def _place(passages: Sequence[_Passage], page: str) -> _Placed:
    placed = _Placed()
    title = _title(passages)
    trail: list[_Lead] = []
    owner: _Draft | None = None
    for passage, following in zip_longest(passages, passages[1:]):
        rank = passage.level or _BELOW_HEADINGS + passage.depth
        while trail and trail[-1].rank >= rank:
            trail.pop()
        if passage.level or (owner and passage.depth <= owner.depth):
            owner = None
        pieces = _resolved(passage, page, placed.skipped)
        links = [piece for piece in pieces if isinstance(piece, Anchor)]
        # A heading that starts with a link is the thing itself, not a topic.
        is_thing = passage.level > 0 and links[:1] == pieces[:1] != []
        if passage.level and not is_thing and passage.words:
            trail.append(_Lead(rank, _heading(pieces), names_topic=True))
        topic = tuple(lead.words for lead in trail if lead.names_topic)
        if links:
            drafts = [
                _Draft(
                    line=passage.line,
                    depth=-1 if passage.level else passage.depth,
                    url=link.href,
                    topic=topic,
                    section=tuple(lead.words for lead in trail if lead.words != title),
                    reading=reading,
                )
                for link, reading in zip(links, readings(pieces), strict=True)
            ]
            placed.drafts.extend(drafts)
            owner = None if passage.level and not is_thing else drafts[0]
            if is_thing:
                trail.append(_Lead(rank, passage.words, names_topic=False))
        elif passage.level or not passage.words or (passage.anchors and not owner):
            continue
        elif owner:
            (owner.asks if _is_question(passage) else owner.details).append(passage.words)
        elif following and _introduces(passage, following):
            trail.append(_Lead(rank, passage.words, names_topic=False))
        else:
            kind = placed.questions if _is_question(passage) else placed.prose
            kind.setdefault(topic, []).append(passage)
    return placed


def _introduces(passage: _Passage, following: _Passage) -> bool:
    """Return whether an item heads those below it, or a paragraph the questions below it.

    Words that introduce questions are not kept: "you should be able to answer" is what the
    questions of a topic mean.
    """
    is_lead = passage.depth > 0 or _is_question(following)
    return following.depth > passage.depth and is_lead and not _is_question(passage)


def _heading(pieces: Sequence[str | Anchor]) -> str:
    """Return the words of a heading, less a link in brackets: that one is no other name."""
    unlinked = words_of(piece for piece in pieces if isinstance(piece, str))
    return unlinked[:-2].rstrip() if unlinked.endswith("()") else words_of(pieces)


def _title(passages: Sequence[_Passage]) -> str | None:
    """Return the heading that all others are below, if there is one: it names no section."""
    headings = [passage for passage in passages if passage.level]
    if headings and all(headings[0].level < other.level for other in headings[1:]):
        return headings[0].words
    return None


def _resolved(passage: _Passage, page: str, skipped: list[Remark]) -> list[str | Anchor]:
    """Return the pieces with full addresses; a link that is skipped becomes plain words."""
    pieces: list[str | Anchor] = []
    for piece in passage.pieces:
        if isinstance(piece, str):
            pieces.append(piece)
            continue
        url, fault = _address(piece.href, page)
        if fault:
            words = " ".join(dict.fromkeys((piece.text, piece.href))).strip()
            skipped.append(Remark(line=passage.line, words=words, reason=fault))
        pieces.append(piece.text if fault else Anchor(piece.text, url))
    return [piece for piece in pieces if piece != ""]


def _address(href: str, page: str) -> tuple[str, str]:
    """Return the full address, and why it cannot be imported or an empty text."""
    if not href or href.startswith("#"):
        return href, "It leads to a place on the page itself."
    try:
        url = href if url_fault(page) else urljoin(page, href)
    except ValueError:
        url = href
    if len(url) > _most(Url):
        return url, f"The address is longer than {_most(Url)} characters."
    fault = url_fault(url)
    return url, f"The address {fault}." if fault else ""


def _is_question(passage: _Passage) -> bool:
    """Return whether an item asks something, whatever it adds in brackets: "Why? (If so)"."""
    words = passage.words
    if not passage.depth or passage.anchors or len(words) > _most(Sentence):
        return False
    while (groups := brackets_in(words)) and groups[-1][1] == len(words):
        words = words[: groups[-1][0]].rstrip()
    return words.endswith("?")


def _topics(placed: _Placed, page: str, remarks: list[Remark]) -> dict[_Path, Topic]:
    """Return the topics that hold links or questions, in page order, by their headings."""
    topics: dict[_Path, Topic] = {}
    ids: set[str] = set()
    firsts = [(draft.line, draft.topic) for draft in placed.drafts]
    firsts += [(asked[0].line, path) for path, asked in placed.questions.items()]
    for line, path in sorted(firsts):
        if path in topics:
            continue
        name, aliases = _name_and_aliases(path[-1] if path else _stem(page))
        # Of two headings with the same words, the second is told apart by those above it.
        names = [
            ": ".join((*path[start:-1], name)) for start in range(max(len(path) - 1, 0), -1, -1)
        ]
        name = next((name for name in names if slug(name) not in ids), names[-1])
        id_ = _taken_id(slug(name) or "topic", ids)
        prose = _paragraph(passage.words for passage in placed.prose.pop(path, ()))
        questions = [passage.words for passage in placed.questions.get(path, ())]
        topics[path] = Topic(
            id=id_,
            name=_fit(name, _most(Words), line, remarks),
            aliases=tuple(_fit(alias, _most(Words), line, remarks) for alias in aliases),
            summary=_fit(prose, _most(Paragraph), line, remarks) or None,
            questions=_first(questions, _most(_OF_TOPIC["questions"]), line, remarks),
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


def _stem(page: str) -> str:
    """Return the words of a page's name, for what stands above its first heading."""
    name = page.rstrip("/").rpartition("/")[2].partition(".")[0]
    return " ".join(re.findall(r"[^\W_]+", name)) or "Resources"


def _resource(
    id_: str,
    drafts: Sequence[_Draft],
    topics: dict[_Path, Topic],
    page: str,
    remarks: list[Remark],
) -> Resource:
    """Return the entry of an address; what its second and later links say becomes a note."""
    first, *others = drafts
    readings = [draft.reading for draft in drafts]
    titles = list(dict.fromkeys(reading.title for reading in readings))
    described = next((draft for draft in drafts if draft.described), first)
    summary = _paragraph((described.reading.summary, *described.details))
    notes = [note for reading in readings for note in reading.notes]
    notes += (
        _paragraph((draft.reading.summary, *draft.details))
        for draft in others
        if draft is not described and draft.described
    )
    if len(first.reading.title) > _most(Words):
        summary = _paragraph((first.reading.title, summary))
    summary, overflow = _cut(summary, _most(Paragraph))
    if overflow:
        notes.insert(0, overflow)
        reason = "Too long for a summary: it goes on in the note."
        remarks.append(Remark(line=first.line, words=first.reading.title, reason=reason))

    def fit(words: str, annotation: object) -> str:
        return _fit(words, _most(annotation), first.line, remarks)

    def keep(words: Iterable[str], key: str) -> tuple[str, ...]:
        return _first(words, _most(_OF_RESOURCE[key]), first.line, remarks)

    return Resource(
        id=id_,
        title=fit(titles[0], Words),
        url=first.url,
        summary=summary or fit(_placeholder(first, topics[first.topic]), Paragraph),
        topics=keep((topics[draft.topic].id for draft in drafts), "topics"),
        kind=_kind(first, topics[first.topic]),
        aliases=keep((fit(title, Words) for title in titles[1:]), "aliases"),
        asks=keep((ask for draft in drafts for ask in draft.asks), "asks"),
        note=fit(notes[0] if len(notes) == 1 else _paragraph(notes), Paragraph) or None,
        authors=keep((fit(name, Words) for r in readings for name in r.authors), "authors"),
        year=next((reading.year for reading in readings if reading.year), None),
        minutes=next((reading.minutes for reading in readings if reading.minutes), None),
        source=Source(
            page=_cut(page, 2000)[0],
            section=tuple(fit(heading, Words) for heading in first.section),
        )
        if page
        else None,
    )


def _placeholder(draft: _Draft, topic: Topic) -> str:
    return f"Listed under {' > '.join(draft.section) or topic.name}."


def _kind(draft: _Draft, topic: Topic) -> Kind | None:
    """Return what host, title, words beside it, path or heading say it is, asked in this order."""
    if _VIDEO.match(draft.url):
        return "talk"
    title = draft.reading.title
    beside = " ".join(draft.reading.summary.removeprefix(title).split()[:3])
    path = re.sub(r"[/._-]+", " ", draft.url.partition("//")[2])
    for words in (title, beside, path, topic.name):
        for kind, pattern in _KINDS:
            if pattern.search(words):
                return kind
    return "article" if _DATED.search(draft.url) else None


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
