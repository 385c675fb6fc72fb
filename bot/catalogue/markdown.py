"""From a Markdown page of links to a draft catalogue.

Structure (headings, lists, tables, links) comes from the parser's tree alone, GitHub's tables,
footnotes and bare addresses included; pieces of HTML are read by `hypertext`. What the words
around a link mean, a title, a remark, a year, is read from those words by rules that keep what
they do not understand: nothing said about a link is lost, and words that are cut or find no place
are reported. Code blocks and comments are not read, and a picture is no link.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile, zip_longest

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.tree import SyntaxTreeNode

from bot.catalogue import hypertext
from bot.catalogue.annotation import (
    Way,
    brackets_in,
    credited,
    links_of,
    readings,
    row_readings,
    without_icons,
    words_of,
)
from bot.catalogue.drafts import (
    Draft,
    Drafts,
    Headings,
    Import,
    Remark,
    Told,
    address,
    composed,
    most,
)
from bot.catalogue.hypertext import Passage, Piece, Pieces
from bot.model import Sentence

# List items nest under any heading, and under the items they are indented below.
_BELOW_HEADINGS = 7
_MOST_FRONT_LINES = 200
# Deep enough for any list that a person indented: an item counts as two.
_DEEPEST = 100
# So many are no accident: names behind links that are a third of what is said there, or links
# of tables that show the same.
_USUAL = 3

_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_SCHEME = re.compile(r"(?<![A-Za-z0-9])https?$", re.IGNORECASE)
# It ends before a space, a link, what no address holds, and the punctuation of Chinese and
# Japanese.
_BARE = re.compile(r"://[^\s<>\"`{}\[|\\^\u3001\u3002\uff08-\uff0c\uff1a\uff1b\u300c-\u3011]+")
# An address without a scheme, of a page or for mail.
_SHORT = re.compile(
    r"(?<![^\s(*_~\[])www\.[\w-]+(?:\.[\w-]+)+(?:/[^\s<]*)?"
    r"|(?<![\w.+@-])[\w.+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]*[A-Za-z](?![\w@-])"
)
_BOX = re.compile(r"\A\[[ xX]\]\s+")
_MARKER = re.compile(r"(?:(?:[-+*]|[0-9]{1,9}[.)])\s+|>\s?)+")
_NOTE = re.compile(r"\[\^([^\]\s]+)\]:[ \t]*")
_NOTED = re.compile(r"\[\^([^\]\s]+)\]")


def import_page(text: str, page: str, base: str | None = None) -> Import:
    """Return everything the Markdown links to, in page order; any text is a page.

    `page` is the page's file name or address; relative links are resolved against `base`, or
    against the page if that is an address. Ids, titles and kinds are proposals for a curator to
    improve.
    """
    return composed(drafts_of(text, page if base is None else base), page)


def drafts_of(text: str, base: str) -> Drafts:
    """Return each link of a Markdown page, and the words that belong to none."""
    readable = text.encode("utf-8", "replace").decode("utf-8")
    tree = SyntaxTreeNode(_PARSER.parse(_without_front_matter(readable)))
    return placed(_with_notes(list(_passages(tree))), base)


# What GitHub reads beside CommonMark


def _bare_address(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    """Read an address that stands by itself in a text as a link, as GitHub does."""
    pending = state.pending
    # Not all of it is searched, or a text of colons would take as long as it is long, squared.
    begun = _SCHEME.search(pending, max(0, len(pending) - len("https")))
    found = _BARE.match(state.src, state.pos)
    if silent or state.linkLevel or not begun or not found:
        return False
    shown = begun.group() + _less_punctuation(found.group())
    if not shown[len(begun.group()) + 3 :]:
        return False
    state.pending = pending[: begun.start()]
    state.push("link_open", "a", 1).attrs = {"href": state.md.normalizeLink(shown)}
    state.tokens[-1].info = "bare"
    state.push("text", "", 0).content = shown
    state.push("link_close", "a", -1)
    state.pos += len(shown) - len(begun.group())
    return True


def _less_punctuation(url: str) -> str:
    """Return an address less what rather belongs to the sentence around it."""
    spare = {")": url.count(")") - url.count("("), "]": url.count("]") - url.count("[")}
    end = len(url)
    while end:
        last = url[end - 1]
        if spare.get(last, 0) > 0:
            spare[last] -= 1
        elif last not in "?!.,:;*_~'\"":
            break
        end -= 1
    return url[:end]


def _unclosed(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    """Read a bracket that nothing closes as a letter; the parser would look behind each."""
    if state.src[state.pos] != "[" or state.src.find("]", state.pos, state.posMax) >= 0:
        return False
    if not silent:
        state.pending += "["
    state.pos += 1
    return True


def _footnote(state: StateBlock, first: int, last: int, silent: bool) -> bool:  # noqa: FBT001
    """Read "[^1]: words" as a footnote; CommonMark alone would take it for the name of a link."""
    start = state.bMarks[first] + state.tShift[first]
    found = _NOTE.match(state.src, start, state.eMarks[first])
    if not found or state.is_code_block(first):
        return False
    if silent:
        return True
    following = first + 1
    while following < last:
        blank = state.isEmpty(following)
        at = state.bMarks[following] + state.tShift[following]
        if _NOTE.match(state.src, at) or (
            not blank and state.isEmpty(following - 1) and not state.is_code_block(following)
        ):
            break
        following += 1
    while state.isEmpty(following - 1):
        following -= 1
    state.line = following
    opened = state.push("paragraph_open", "p", 1)
    opened.map, opened.info = [first, following], found.group(1)
    inline = state.push("inline", "", 0)
    rest = state.getLines(first + 1, following, state.blkIndent + 4, keepLastLF=False)
    inline.content = "\n".join(
        (state.src[found.end() : state.eMarks[first]], *(line.strip() for line in rest.split("\n")))
    ).strip("\n")
    inline.map, inline.children = [first, following], []
    state.push("paragraph_close", "p", -1)
    return True


def _flat(state: StateBlock, first: int, last: int, silent: bool) -> bool:  # noqa: ARG001, FBT001
    """Read a line below all that may be nested as a paragraph; the parser would drop it."""
    if silent or state.level < _DEEPEST - 2:
        return False
    state.line = first + 1
    state.push("paragraph_open", "p", 1).map = [first, state.line]
    inline = state.push("inline", "", 0)
    line = state.src[state.bMarks[first] + state.tShift[first] : state.eMarks[first]]
    inline.content, inline.map, inline.children = _MARKER.sub("", line), [first, state.line], []
    state.push("paragraph_close", "p", -1)
    return True


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST})
    parser.enable(["table", "strikethrough"])
    # What no browser would open is a link all the same, which is skipped with a reason.
    parser.validateLink = lambda url: True  # type: ignore[method-assign] # noqa: ARG005
    parser.inline.ruler.before("escape", "bare_address", _bare_address)
    parser.inline.ruler.before("link", "unclosed", _unclosed)
    parser.block.ruler.before("table", "flat", _flat)
    parser.block.ruler.before(
        "reference", "footnote", _footnote, {"alt": ["paragraph", "reference"]}
    )
    return parser


_PARSER = _parser()


def _without_front_matter(text: str) -> str:
    """Return the text with blank lines for the settings that some sites keep at the top."""
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return text
    end = next(
        (at for at, line in enumerate(lines[1:_MOST_FRONT_LINES], 1) if line.rstrip() == "---"), 0
    )
    inside = [line for line in lines[1:end] if line.strip()]
    if not inside or not all(re.match(r"[\w.-]+\s*:|[ \t#]|- ", line) for line in inside):
        return text
    return "\n".join([""] * (end + 1) + lines[end + 1 :])


# From the tree to passages


def _passages(node: SyntaxTreeNode, depth: int = 0, line: int = 0) -> Iterator[Passage]:
    columns: tuple[str, ...] = ()
    for position, child in enumerate(node.children):
        # The cells of a table do not know their line; their row does.
        at = child.map[0] + 1 if child.map else line
        # What follows an item's first paragraph belongs to the item.
        below = depth + (node.type == "list_item" and position > 0)
        if child.type == "heading":
            yield Passage(at, _pieces(child, at), level=int(child.tag[1]))
        elif child.type == "paragraph":
            yield Passage(at, _unticked(_pieces(child, at)), depth=below, note=child.info)
        elif child.type == "thead":
            # Names of columns are no words about anything, unless they are links.
            (row,) = child.children
            columns = tuple(words_of(_pieces(cell, at)) for cell in row.children)
            yield from (row for row in (_row(row, at, below, columns),) if row.anchors)
        elif child.type == "tbody":
            for row in child.children:
                yield _row(row, row.map[0] + 1 if row.map else at, below, columns)
        elif child.type == "html_block":
            yield from hypertext.passages(child.content, at, below, normalised)
        else:
            yield from _passages(child, below + child.type.endswith("_list"), at)


def _unticked(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Return the pieces of a task without its box."""
    if pieces and isinstance(pieces[0], str):
        return (_BOX.sub("", pieces[0]), *pieces[1:])
    return pieces


def _row(row: SyntaxTreeNode, line: int, depth: int, columns: Sequence[str]) -> Passage:
    cells = zip_longest(columns, (_pieces(cell, line) for cell in row.children), fillvalue=())
    return hypertext.row(line, depth, [("".join(name), pieces) for name, pieces in cells])


def _pieces(node: SyntaxTreeNode, line: int) -> tuple[Piece, ...]:
    pieces = Pieces(line, normalised)
    for child in node.children:
        _add(child, pieces)
    return pieces.all()


def _add(node: SyntaxTreeNode, pieces: Pieces) -> None:
    if node.type == "link":
        title = str(node.attrs.get("title", ""))
        way: Way = "bare" if node.info == "bare" else "Markdown"
        pieces.begin_link(str(node.attrs.get("href", "")), title, way)
        for child in node.children:
            _add(child, pieces)
        pieces.end_link()
    elif node.type == "text" and not pieces.in_link:
        _add_text(node.content, pieces)
    elif node.type in ("text", "code_inline"):
        pieces.text(node.content)
    elif node.type in ("softbreak", "hardbreak"):
        pieces.end_line()
    elif node.type == "image":
        pieces.image(str(node.attrs.get("src", "")), node.content)
    elif node.type == "html_inline":
        hypertext.tag(node.content, pieces)
    else:
        for child in node.children:
            _add(child, pieces)


def _add_text(words: str, pieces: Pieces) -> None:
    """Add words; what GitHub would take for an address among them without a scheme is a link."""
    at = 0
    for found in _SHORT.finditer(words):
        shown = _less_punctuation(found.group())
        pieces.text(words[at : found.start()])
        pieces.begin_link(f"{'mailto:' if '@' in shown else 'http://'}{shown}", "", "bare")
        pieces.text(shown)
        pieces.end_link()
        at = found.start() + len(shown)
    pieces.text(words[at:])


def normalised(href: str) -> str:
    """Return an address as browsers send it: letters beyond ASCII and spaces are encoded."""
    return _PARSER.normalizeLink(href)


def _with_notes(passages: Sequence[Passage]) -> list[Passage]:
    """Put each footnote, in brackets, where it is first referred to."""
    notes = {passage.note: passage for passage in reversed(passages) if passage.note}
    used: set[str] = set()

    def told(piece: Piece) -> Iterator[Piece]:
        if not isinstance(piece, str):
            yield piece
            return
        at = 0
        for found in _NOTED.finditer(piece):
            if note := notes.get(found.group(1)):
                yield piece[at : found.start()]
                if note.note not in used:
                    used.add(note.note)
                    yield from (" (", *note.pieces, ")")
                at = found.end()
        yield piece[at:]

    def with_told(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
        return tuple(new for piece in pieces for new in told(piece))

    shown = [
        passage if passage.note or not notes else _changed(passage, with_told)
        for passage in passages
    ]
    return [passage for passage in shown if not passage.note or passage.note not in used]


def _changed(passage: Passage, change: Callable[[Sequence[Piece]], tuple[Piece, ...]]) -> Passage:
    """Return the passage with other pieces; those of a row stand in its cells."""
    if not passage.cells:
        return replace(passage, pieces=change(passage.pieces))
    cells = [(name, change(pieces)) for name, pieces in passage.cells]
    return hypertext.row(passage.line, passage.depth, cells)


# From passages to drafts


@dataclass(frozen=True, slots=True)
class _Lead:
    """A heading, or an item that introduces the items indented below it."""

    rank: int
    words: str
    names_topic: bool


def placed(passages: Sequence[Passage], base: str) -> Drafts:
    """Return each link of the passages with what is said of it, under its headings."""
    found = Drafts()
    passages = [line for passage in passages for line in _lines(passage)]
    title = _title(passages)
    common = _common(passages)
    trail: list[_Lead] = []
    owner: Draft | None = None
    for at, passage in enumerate(passages):
        following = passages[at + 1] if at + 1 < len(passages) else None
        rank = passage.level or _BELOW_HEADINGS + passage.depth
        while trail and trail[-1].rank >= rank:
            trail.pop()
        if passage.level or (owner and passage.depth <= owner.depth):
            owner = None
        found.ways.update(anchor.way for anchor in passage.anchors)
        shown = _resolved(passage, base, found.skipped)
        pieces = [piece for piece in shown.pieces if piece != ""]
        links = links_of(pieces)
        # A heading that starts with a link is the thing itself, not a topic.
        is_thing = passage.level > 0 and links[:1] == pieces[:1] != []
        if passage.level and not is_thing and passage.words:
            trail.append(_Lead(rank, _heading(pieces), names_topic=True))
        topic = tuple(lead.words for lead in trail if lead.names_topic)
        if links:
            section = tuple(lead.words for lead in trail if lead.words != title)
            drafts = list(_drafts(replace(shown, pieces=tuple(pieces)), topic, section, common))
            found.drafts.extend(drafts)
            owner = None if passage.level and not is_thing else drafts[0]
            if is_thing:
                # One that heads other links is a topic too.
                names_topic = _heads_links(passages, at)
                trail.append(_Lead(rank, passage.words, names_topic=names_topic))
        elif passage.level or not _says_something(passage, beside_link=owner is not None):
            continue
        elif owner:
            (owner.asks if _is_question(passage) else owner.details).append(passage.words)
        elif following and _introduces(passage, following):
            trail.append(_Lead(rank, passage.words.rstrip(":"), names_topic=False))
        else:
            kind = found.questions if _is_question(passage) else found.prose
            kind.setdefault(topic, []).append(Told(passage.line, passage.words))
    found.drafts[:] = _credited(found.drafts)
    return found


def _credited(drafts: Sequence[Draft]) -> list[Draft]:
    """Return the drafts with names as authors, on pages that put names behind their links."""
    described = sum(bool(draft.reading.summary) for draft in drafts)
    named = [credited(draft.reading) for draft in drafts]
    usual = sum(
        reading is not None and any(" " in name for name in reading.authors) for reading in named
    )
    if usual < _USUAL or usual * 3 < described:
        return list(drafts)
    return [
        replace(draft, reading=reading or draft.reading)
        for draft, reading in zip(drafts, named, strict=True)
    ]


def _lines(passage: Passage) -> Iterator[Passage]:
    """Return the lines of a passage, if each begins with a link: then it is a list."""
    lines: list[list[Piece]] = [[]]
    for piece in passage.pieces:
        if isinstance(piece, str):
            first, *others = piece.split("\n")
            lines[-1].append(first)
            lines += ([other] for other in others)
        else:
            lines[-1].append(piece)
    lines = [line for line in lines if words_of(line)]
    if len(lines) > 1 and not passage.level and not passage.cells and all(map(_begins, lines)):
        yield from (replace(passage, pieces=tuple(line)) for line in lines)
    else:
        yield passage


def _begins(line: Sequence[Piece]) -> bool:
    """Return whether a line is a link and words about it, not one of many in a sentence."""
    before = list(takewhile(lambda piece: isinstance(piece, str), line))
    others = [piece for piece in line[len(before) + 1 :] if isinstance(piece, str)]
    return (
        len(before) < len(line)
        and not re.search(r"[^\W\d_]", words_of(before))
        and not re.match(r"\s*\w", "".join(others))
    )


def _common(passages: Iterable[Passage]) -> frozenset[str]:
    """Return what many rows of tables show, so that it names none of them.

    Those are texts of links that lead to several places, and words that stand first in a row.
    """
    rows = [passage for passage in passages if passage.cells]
    shown = {(anchor.text, anchor.href) for row in rows for anchor in row.anchors}
    counts = Counter(text for text, _ in shown)
    counts.update(words_of(row.cells[0][1]) for row in rows if not links_of(row.cells[0][1]))
    return frozenset(text for text, count in counts.items() if count >= _USUAL)


def _drafts(
    passage: Passage, topic: Headings, section: Headings, common: Collection[str]
) -> Iterator[Draft]:
    cells = passage.cells
    said = row_readings(cells, common) if cells else readings(passage.pieces)
    # What stands below "2019" is of that year, if it does not say another.
    stands = section[-1] if section and _YEAR.fullmatch(section[-1]) else None
    for link, reading in zip(links_of(passage.pieces), said, strict=True):
        if stands and not reading.year:
            reading = replace(reading, year=int(stands))  # noqa: PLW2901
        yield Draft(
            line=link.line or passage.line,
            depth=-1 if passage.level else passage.depth,
            url=link.href,
            topic=topic,
            section=section,
            reading=reading,
        )


def _says_something(passage: Passage, *, beside_link: bool) -> bool:
    """Return whether a passage without a link to import has words worth keeping.

    "Back to top" says nothing about what it stands below.
    """
    own = words_of(piece for piece in passage.pieces if isinstance(piece, str))
    return bool(own.strip("[]()|- ")) and (beside_link or not passage.anchors)


def _heads_links(passages: Sequence[Passage], at: int) -> bool:
    level = passages[at].level
    for passage in passages[at + 1 :]:
        if 0 < passage.level <= level:
            return False
        if any(not anchor.href.startswith("#") for anchor in passage.anchors):
            return True
    return False


def _introduces(passage: Passage, following: Passage) -> bool:
    """Return whether an item heads those below it, or a paragraph the questions below it.

    Words that introduce questions are not kept: "you should be able to answer" is what the
    questions of a topic mean.
    """
    is_lead = passage.depth > 0 or passage.leads or _is_question(following)
    return following.depth > passage.depth and is_lead and not _is_question(passage)


def _heading(pieces: Sequence[Piece]) -> str:
    """Return the words of a heading, less a link in brackets: that one is no other name.

    Nor is a mark that only leads to a place on the page.
    """
    unlinked = words_of(piece for piece in pieces if isinstance(piece, str))
    if unlinked.endswith("()"):
        return without_icons(unlinked[:-2])
    shown = words_of(
        piece for piece in pieces if isinstance(piece, str) or piece.href or not unlinked
    )
    shown = without_icons(shown.rstrip(": "))
    return shown or words_of(pieces)


def _title(passages: Sequence[Passage]) -> str | None:
    """Return the heading that all others are below, if there is one: it names no section."""
    headings = [passage for passage in passages if passage.level]
    if headings and all(headings[0].level < other.level for other in headings[1:]):
        return headings[0].words
    return None


def _resolved(passage: Passage, base: str, skipped: list[Remark]) -> Passage:
    """Return the passage with full addresses; a link that is skipped leads nowhere any more."""

    def resolved(piece: Piece) -> Piece:
        if isinstance(piece, str):
            return piece
        url, fault = address(piece.href, base)
        if piece.badge and not fault:
            fault = "It is a badge."
        if fault:
            words = " ".join(dict.fromkeys((piece.text, piece.href))).strip()
            line = piece.line or passage.line
            skipped.append(Remark(line=line, words=words, reason=fault))
        return replace(piece, href="" if fault else url, text="" if piece.badge else piece.text)

    return _changed(passage, lambda pieces: tuple(map(resolved, pieces)))


def _is_question(passage: Passage) -> bool:
    """Return whether an item asks something, whatever it adds in brackets: "Why? (If so)"."""
    words = passage.words
    if not passage.depth or passage.anchors or len(words) > most(Sentence):
        return False
    while (groups := brackets_in(words)) and groups[-1][1] == len(words):
        words = words[: groups[-1][0]].rstrip()
    return words.endswith("?")
