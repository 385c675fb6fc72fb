"""HTML as it stands in pages of links: anchors, and the words around them, as passages.

Markdown pages hold pieces of it, which are rarely well formed: an end without a beginning, a list
cut by a blank line. So nothing is expected; tags only say where a passage ends, and what it is.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TypeAlias

from bot.catalogue.annotation import Anchor, Way, words_of

CELL = "\N{EN DASH}"
_BADGE = re.compile(
    r"badge|shields\.io|travis-ci\.|circleci\.com|codecov\.io|coveralls\.io|gitpod\.io/button"
    r"|deepwiki\.com|forthebadge|snyk\.io/test|appveyor\.com/api|isitmaintained|opencollective\.com"
    r"|star-history\.com|trendshift\.io",
    re.IGNORECASE,
)
_SHORTCODES = re.compile(r"(?<![\w:/.])(?::[a-z][a-z0-9_+-]+:)+(?![\w:/])")
_FORM_ICONS = {
    "movie_camera": "\N{MOVIE CAMERA}",
    "tv": "\N{TELEVISION}",
    "book": "\N{OPEN BOOK}",
    "books": "\N{BOOKS}",
    "scroll": "\N{SCROLL}",
    "page_facing_up": "\N{PAGE FACING UP}",
    "memo": "\N{MEMO}",
}
_LEVELS = {f"h{level}": level for level in range(1, 7)}
_HIDDEN = ("script", "style", "template", "noscript")
_ITEMS = ("dd", "dt", "li")
_LISTS = ("ul", "ol", "dl", "menu")
_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div"),
        *("dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "html"),
        *("li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody"),
        *("tfoot", "thead", "title", "tr", "ul", *_LEVELS),
    )
)

Piece: TypeAlias = "str | Anchor"
Normalise: TypeAlias = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Passage:
    """A heading, a paragraph, an item or the row of a table."""

    line: int
    pieces: tuple[Piece, ...]
    level: int = 0
    """1 to 6 for a heading, else 0."""
    depth: int = 0
    """How far it is indented below paragraphs of the page, in no particular unit."""
    cells: tuple[tuple[str, tuple[Piece, ...]], ...] = ()
    """Of a row: the names of its columns, and what stands there."""
    leads: bool = False
    """Whether it is there to name what follows."""
    note: str = ""
    """Of a footnote: its mark."""

    @property
    def anchors(self) -> tuple[Anchor, ...]:
        """The links."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Anchor))

    @property
    def words(self) -> str:
        """What a reader sees."""
        return words_of(self.pieces)


def row(line: int, depth: int, cells: Sequence[tuple[str, Sequence[Piece]]]) -> Passage:
    """Return the row of a table; read as a passage, its cells are set apart by dashes."""
    pieces: list[Piece] = []
    for position, (_, inside) in enumerate(cells):
        pieces += (f" {CELL} ", *inside) if position else inside
    known = tuple((name, tuple(inside)) for name, inside in cells)
    return Passage(line, tuple(pieces), depth=depth, cells=known)


class Pieces:
    """What a passage consists of, while it is read."""

    def __init__(self, line: int, normalise: Normalise) -> None:
        self.line = line
        """Where it is being read."""
        self._normalise = normalise
        self._pieces: list[Piece] = []
        self._open: tuple[str, int, Way, str] | None = None
        self._texts: list[str] = []
        self._images: list[tuple[str, str]] = []

    @property
    def in_link(self) -> bool:
        """Whether a link is open."""
        return self._open is not None

    def text(self, words: str) -> None:
        """Add words; of the names that GitHub shows as small pictures, those of forms."""
        shown = _SHORTCODES.sub(
            lambda found: "".join(_FORM_ICONS.get(name, " ") for name in found.group().split(":")),
            words,
        )
        (self._texts if self._open else self._pieces).append(shown)

    def end_line(self) -> None:
        """Add the space between two lines."""
        self.line += 1
        self.text("\n")

    def image(self, source: str, words: str) -> None:
        """Add a picture: it is no words, but it may be all that a link shows."""
        if self._open:
            self._images.append((source, words))

    def begin_link(self, href: str, title: str, way: Way) -> None:
        """Begin a link; one that is still open ends, since links do not nest."""
        self.end_link()
        self._open = self._normalise(href), self.line, way, title

    def end_link(self) -> None:
        """End a link, if one is open."""
        if not self._open:
            return
        href, line, way, title = self._open
        shown = words_of(self._texts)
        pictures = self._images if not shown else []
        badge = bool(pictures) and any(
            _BADGE.search(f"{source} {words}") for source, words in pictures
        )
        text = shown or words_of(words for _, words in pictures) or words_of((title,))
        self._pieces.append(Anchor(text, href, line, way, badge=badge))
        self._open = None
        self._texts, self._images = [], []

    def all(self) -> tuple[Piece, ...]:
        """Return them, in order."""
        self.end_link()
        return tuple(self._pieces)


def tag(html: str, pieces: Pieces) -> None:
    """Add what a single tag in the middle of a text means to its pieces."""
    _Inline(pieces).feed(html)


def passages(html: str, line: int, depth: int, normalise: Normalise) -> Iterator[Passage]:
    """Return what stands in a piece of HTML, which starts at this line and depth of a page."""
    blocks = _Blocks(line, depth, normalise)
    blocks.feed(html)
    blocks.close()
    yield from blocks.found()


class _Inline(HTMLParser):
    """Anchors and pictures."""

    def __init__(self, pieces: Pieces) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces = pieces

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # Of an attribute that is repeated, the first one counts.
        held = {name: value or "" for name, value in reversed(attrs)}
        if tag == "a" and "href" in held:
            href = "".join(held["href"].split("\n")).strip()
            self.pieces.begin_link(href, held.get("title", ""), "HTML")
        elif tag == "img":
            self.pieces.image(held.get("src", ""), held.get("alt", ""))
        elif tag == "br":
            self.pieces.text("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self.pieces.end_link()


class _Blocks(_Inline):
    """Passages: each tag of a block ends the one before."""

    def __init__(self, line: int, depth: int, normalise: Normalise) -> None:
        super().__init__(Pieces(line, normalise))
        self._normalise = normalise
        self._first = line
        self._depth = depth
        self._lists = 0
        self._level = 0
        self._hidden = 0
        self._columns: list[str] = []
        self._heads = False
        self._in_cell = False
        self._leads = False
        self._cells: list[tuple[Piece, ...]] | None = None
        self._found: list[Passage] = []

    def found(self) -> list[Passage]:
        """Return the passages, once all is read."""
        self._end_row()
        self._end()
        return self._found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.pieces.line = self._first + self.getpos()[0] - 1
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag in ("td", "th"):
            self._cell()
            self._heads = tag == "th"
        elif tag == "tr":
            self._end_row()
            self._end()
            self._cells = []
        elif tag in _BLOCKS:
            self._part(tag)
            if self._cells is None:
                self._lists += tag in _LISTS
                self._level = _LEVELS.get(tag, self._level)
                self._leads = self._leads or tag == "summary"
        super().handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        super().handle_endtag(tag)
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in ("tr", "table", "tbody", "thead"):
            self._end_row()
            if tag == "table":
                self._columns = []
        elif tag in _BLOCKS:
            self._part(tag)
            if self._cells is None:
                self._lists = max(0, self._lists - (tag in _LISTS))

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.text(data)

    def _taken(self) -> tuple[Piece, ...]:
        pieces = self.pieces.all()
        self.pieces = Pieces(self.pieces.line, self._normalise)
        return pieces

    def _part(self, tag: str) -> None:
        """End a passage, unless the block is a part of a cell or of what a link shows."""
        if self._cells is not None or (self.pieces.in_link and tag not in _ITEMS):
            self.pieces.text(" ")
        else:
            self._end()

    def _end(self) -> None:
        """End a passage."""
        line = self.pieces.line
        pieces = self._taken()
        if not _are_something(pieces):
            return
        first = next((piece.line for piece in pieces if isinstance(piece, Anchor)), line)
        level, self._level = self._level, 0
        leads, self._leads = self._leads, False
        depth = 0 if level else self._depth + self._lists
        self._found.append(Passage(first, pieces, level=level, depth=depth, leads=leads))

    def _cell(self) -> None:
        """Begin a cell, and end the one before."""
        if self._cells is None:
            self._end()
            self._cells = []
        elif self._in_cell:
            self._cells.append(self._taken())
        self._in_cell = True

    def _end_row(self) -> None:
        if self._cells is None:
            return
        cells = [*self._cells, self._taken()]
        self._cells, self._in_cell = None, False
        anchors = [piece for cell in cells for piece in cell if isinstance(piece, Anchor)]
        if self._heads and not anchors:
            self._columns = [words_of(cell) for cell in cells]
        elif any(map(_are_something, cells)):
            names = [*self._columns, *[""] * len(cells)]
            line = anchors[0].line if anchors else self.pieces.line
            named = list(zip(names, cells, strict=False))
            self._found.append(row(line, self._depth, named))


def _are_something(pieces: Sequence[Piece]) -> bool:
    return bool(words_of(pieces)) or any(isinstance(piece, Anchor) for piece in pieces)
