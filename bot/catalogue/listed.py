"""Lists of links that are no pages: bookmarks, tables, and data of another shape.

Each link becomes a draft as those of a page do. Bookmarks are those of browsers, in the format of
Netscape; a table is a CSV file with names in its first line; data is YAML or JSON, in which every
block with an address is a link, wherever it stands.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser

from bot.catalogue import syntax
from bot.catalogue.annotation import Reading, words_of, year_and_minutes
from bot.catalogue.document import Path, Plain
from bot.catalogue.drafts import Draft, Drafts, Headings, Remark, Told, address
from bot.catalogue.wording import did_you_mean, quoted
from bot.errors import BotError, CatalogueError

FIELDS: dict[str, tuple[str, ...]] = {
    "url": ("url", "link", "address", "href", "uri", "website", "web site", "homepage"),
    "title": ("title", "name", "label", "text", "resource"),
    "summary": ("summary", "description", "desc", "about", "abstract", "annotation", "excerpt"),
    "note": ("note", "notes", "comment", "comments", "remark", "remarks"),
    "topic": ("topic", "section", "category", "folder", "group", "subject", "list"),
    "tags": ("tags", "tag", "keywords", "labels"),
    "authors": ("authors", "author", "by", "creator", "speaker", "speakers"),
    "year": ("year", "date", "published"),
    "minutes": ("minutes", "duration", "length"),
}
"""What a list may say of a link, and the names for it that are understood without being told."""

# Keys that say no more than that a list follows.
_CONTAINERS = frozenset(
    ("bookmarks", "children", "data", "entries", "items", "links", "list", "resources")
)
_SEPARATORS = ",;\t|"
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_COMMAS = re.compile(r"\s*[,;|]\s*")
_HOST = re.compile(r"https?://([\w.-]+)", re.IGNORECASE)
# "Why it works - YouTube", "GitHub - a/b", with how much is unread before it: "(3) Why it works".
_SITED = (
    re.compile(r"(?P<title>.+) [-\u2013\u2014|\u00b7] (?P<site>.+)"),
    re.compile(r"(?P<site>.+?) [-\u2013\u2014|\u00b7] (?P<title>.+)"),
)
_UNREAD = re.compile(r"\A\([0-9]+\+?\) ")
_LONGEST_FIELD = 1_000_000
_SHOWN_KEYS = 8


def mapping(words: str) -> dict[str, str]:
    """Read "url=link,title=name"; raises BotError, which says what is wrong with it."""
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in words.split(","))):
        key, is_pair, name = (part.strip() for part in pair.partition("="))
        if key not in FIELDS or not is_pair or not name:
            raise BotError(
                f'"{pair}" does not say where something is found. Write --map as url=link: one of '
                f"{', '.join(FIELDS)}, and the name that the list has for it."
            )
        found[key] = name
    return found


# Bookmarks


def is_bookmarks(text: str) -> bool:
    """Return whether a text is a file of bookmarks, as browsers write them."""
    return "netscape-bookmark-file" in text[:2000].casefold()


def bookmarks(text: str, base: str) -> Drafts:
    """Return the links of a file of bookmarks; the folders are their topics."""
    reader = _Bookmarks(base)
    reader.feed(text)
    reader.close()
    return reader.found()


class _Bookmarks(HTMLParser):
    def __init__(self, base: str) -> None:
        super().__init__(convert_charrefs=True)
        self._base = base
        self._drafts = Drafts()
        self._folders: list[str] = []
        self._named: str | None = None
        self._words: list[str] = []
        self._link: tuple[str, int, Sequence[str]] | None = None
        self._told = False
        self._is_bar = False

    def found(self) -> Drafts:
        """Return what was read, once all is."""
        self._end()
        return self._drafts

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("a", "dt", "dd", "h3", "dl"):
            self._end()
        held = {name: value or "" for name, value in reversed(attrs)}
        if tag == "a" and "href" in held:
            tags = [tag for tag in _COMMAS.split(held.get("tags", "").strip()) if tag]
            self._link = held["href"].strip(), self.getpos()[0], tags
        elif tag == "dd":
            self._told = True
        elif tag == "h3":
            # The browser's own folder, whose name says nothing.
            self._is_bar = "personal_toolbar_folder" in held
        elif tag == "dl":
            # The outermost list has no folder; each end takes one away.
            self._folders.append(self._named or "")
            self._named = None

    def handle_endtag(self, tag: str) -> None:
        words = words_of(self._words)
        if tag == "h3":
            self._named, self._words = "" if self._is_bar else words, []
        elif tag in ("h1", "title"):
            self._words = []
        elif tag in ("a", "dl"):
            self._end()
        if tag == "dl" and self._folders:
            self._folders.pop()

    def handle_data(self, data: str) -> None:
        self._words.append(data)

    def _end(self) -> None:
        words, self._words = words_of(self._words), []
        if self._told:
            self._told = False
            folders = tuple(folder for folder in (*self._folders, self._named) if folder)
            if words and self._named:
                told = Told(self.getpos()[0], words)
                self._drafts.prose.setdefault(folders, []).append(told)
            elif words and self._drafts.drafts:
                self._drafts.drafts[-1].details.append(words)
            return
        if self._link is None:
            return
        (href, line, tags), self._link = self._link, None
        topic = tuple(folder for folder in self._folders if folder)
        held = {"url": href, "title": _less_site(words, href), "tags": tags}
        _add(self._drafts, held, line, self._base, topic)


def _less_site(title: str, url: str) -> str:
    """Return the title that a page has in its browser without the name of its site."""
    host = _HOST.match(url)
    labels = host.group(1).casefold().split(".") if host else []
    for pattern in _SITED:
        found = pattern.fullmatch(title)
        if found and "".join(re.findall(r"\w+", found["site"].casefold())) in labels:
            return _UNREAD.sub("", found["title"])
    return title


# Tables


def table(text: str, base: str, named: Mapping[str, str]) -> Drafts:
    """Return the links of a CSV file; raises BotError if no column holds addresses, or `named`
    names one that is not there.

    What stands between values is found out: a comma, a semicolon, a tab or a bar.
    """
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=first.count)
    csv.field_size_limit(_LONGEST_FIELD)
    rows = csv.reader(io.StringIO(text.replace("\0", "")), delimiter=separator)
    found = Drafts()
    try:
        columns = next((row for row in rows if any(row)), [])
        names = [column.strip() for column in columns]
        keys = _keys(names, named)
        if any("://" in column for column in columns):
            raise BotError(
                "Line 1 holds an address where the names of the columns have to be. Write a line "
                "like url,title,summary above it."
            )
        for name in named.values():
            if name not in names:
                remedy = did_you_mean(name, names, "Name one of those in line 1.")
                raise BotError(f"No column is named {quoted(name)}, as --map says. {remedy}")
        if "url" not in keys.values():
            raise BotError(
                f"No column is named {' or '.join(FIELDS['url'][:3])}, in line 1. Name the one "
                "that holds the addresses with --map url=COLUMN."
            )
        after = rows.line_num
        for row in rows:
            line, after = after + 1, rows.line_num
            if any(value.strip() for value in row):
                held = zip(names, row, strict=False)
                _add(found, {keys[name]: v for name, v in held if name in keys}, line, base)
    except csv.Error as error:
        raise BotError(f"Line {rows.line_num} is not one of a table: {error}.") from error
    return found


def _keys(names: Sequence[str], named: Mapping[str, str]) -> dict[str, str]:
    """Return which names mean what: as told, or else the first that is understood."""
    found = {name: key for key, name in named.items()}
    by_words = {" ".join(re.findall(r"\w+", name.casefold())): name for name in reversed(names)}
    for key, meanings in FIELDS.items():
        if key not in named:
            name = next((by_words[m] for m in meanings if m in by_words), None)
            if name is not None:
                found.setdefault(name, key)
    return found


# Data


def data(text: str, file: str, base: str, named: Mapping[str, str], topic: str = "") -> Drafts:
    """Return the links of YAML or JSON; raises CatalogueError where it cannot be followed.

    A block with an address is a link, wherever it stands. The keys and the names of the blocks
    around it are its topic, unless it says one itself; else it is `topic`. Raises NoAddressError if
    none of its keys says what the addresses are.
    """
    document = syntax.read(text.encode("utf-8", "surrogatepass"), file)
    if document.problems:
        raise CatalogueError(document.problems)
    found = Drafts()
    names: Counter[str] = Counter()
    likely: Counter[str] = Counter()
    for path, block, headings in _blocks(document.data, (), (topic,) if topic else (), named):
        keys = _keys(list(block), named)
        held = {keys[name]: value for name, value in block.items() if name in keys}
        line = document.place(path).line
        names.update(list(block))
        if isinstance(held.get("url"), str):
            _add(found, held, line, base, headings)
            continue
        for name in filter(lambda name: _is_address(block[name]), block):
            likely[name] += 1
            reason = f"Its key is not known as that of an address: write url, or --map url={name}."
            found.skipped.append(Remark(line=line, words=f"{name}: {block[name]}", reason=reason))
    if len(found.skipped) == likely.total() and not found.drafts:
        raise NoAddressError(file, names, likely, found)
    return found


class NoAddressError(BotError):
    """Data of which no key is understood as that of the addresses."""

    def __init__(self, file: str, names: Counter[str], likely: Counter[str], found: Drafts) -> None:
        self.found = found
        shown = [quoted(name) for name, _ in names.most_common(_SHOWN_KEYS)]
        more = " and more" if len(names) > len(shown) else ""
        keys = f"its keys are {', '.join(shown)}{more}" if names else "it has no keys"
        name = next((name for name, _ in likely.most_common(1)), "KEY")
        super().__init__(
            f"{file} has no key that is understood as that of the addresses; {keys}. Name the one "
            f"that holds them: --map url={name}."
        )


def _blocks(
    value: Plain, path: Path, headings: Headings, named: Mapping[str, str], *, inside: bool = False
) -> Iterator[tuple[Path, dict[str, Plain], Headings]]:
    """Return the blocks, and as such the addresses of a list; `inside` a link, only other links."""
    url, title = (named.get(key, key) for key in ("url", "title"))
    if isinstance(value, list):
        for position, inner in enumerate(value):
            if _is_address(inner) and not inside:
                yield (*path, position), {url: inner}, headings
            yield from _blocks(inner, (*path, position), headings, named, inside=inside)
    elif isinstance(value, dict):
        keys = _keys(list(value), named)
        own = {keys[name]: inner for name, inner in value.items() if name in keys}
        is_link = isinstance(own.get("url"), str)
        titled = value and not own and not inside and not _is_item(path)
        if titled and all(map(_is_address, value.values())):
            for name, inner in value.items():
                yield (*path, name), {title: name, url: inner}, headings
            return
        if is_link or not inside:
            yield path, value, headings
        name = _text(own.get("title", own.get("topic"))) if "url" not in own else ""
        for key, inner in value.items():
            called = name or ("" if key.casefold() in _CONTAINERS else words_of((key,)))
            below = (*headings, called) if called else headings
            yield from _blocks(inner, (*path, key), below, named, inside=inside or is_link)


def _is_item(path: Path) -> bool:
    return bool(path) and isinstance(path[-1], int)


def _is_address(value: Plain) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://"))


# What a list says of a link


def _add(
    found: Drafts,
    held: Mapping[str, "Plain | Sequence[str]"],
    line: int,
    base: str,
    topic: Headings = (),
) -> None:
    """Add a draft, or say why there is none."""
    said = {key: _text(value) for key, value in held.items()}
    url, fault = (
        address(said.get("url", ""), base) if said.get("url") else ("", "It has no address.")
    )
    title = said.get("title", "")
    if fault:
        words = " ".join(filter(None, (title, url)))
        found.skipped.append(Remark(line=line, words=words or "a line", reason=fault))
        return
    year = _YEAR.search(said.get("year", ""))
    topic = (said["topic"],) if said.get("topic") else topic
    shown = re.sub(r"^https?://(www\.)?", "", url)
    found.drafts.append(
        Draft(
            line=line,
            url=url,
            topic=topic,
            section=topic,
            tags=_several(held.get("tags")),
            reading=Reading(
                title=title or shown,
                summary=said.get("summary", ""),
                notes=(said["note"],) if said.get("note") else (),
                authors=_several(held.get("authors")),
                year=int(year.group()) if year else None,
                minutes=_minutes(said.get("minutes", "")),
            ),
        )
    )


def _minutes(words: str) -> int | None:
    """Return how long something takes: a bare number counts minutes."""
    if words.isdecimal():
        words = f"{words} minutes"
    facts = year_and_minutes(words)
    return facts[1] if facts else None


def _text(value: "Plain | Sequence[str]") -> str:
    if isinstance(value, bool) or value is None or isinstance(value, dict):
        return ""
    if isinstance(value, str | int | float):
        return words_of((str(value),))
    return ", ".join(filter(None, map(_text, value)))


def _several(value: "Plain | Sequence[str]") -> tuple[str, ...]:
    if isinstance(value, str):
        value = _COMMAS.split(value)
    if not isinstance(value, Sequence):
        return ()
    return tuple(filter(None, map(_text, value)))
