"""Whatever list of links somebody brings, read and drafted; and brought into a catalogue.

A source is a file, a folder or an address. What it holds is told by its name and its first words.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

from bot.catalogue import hypertext, listed
from bot.catalogue.drafts import Drafts, Import, Remark, composed, page_name
from bot.catalogue.markdown import drafts_of, normalised, placed
from bot.catalogue.resync import Resync, resynced
from bot.catalogue.urls import url_fault
from bot.errors import BotError
from bot.files import reason
from bot.findable import lost_asks
from bot.merging import text_of
from bot.printing import printable
from bot.search import Index

LARGEST_PAGE = 16 * 2**20
_MOST_FILES = 10_000
_DATA = (".yaml", ".yml", ".json")
_TABLES = (".csv", ".tsv")
_HTML = (".html", ".htm", ".xhtml")
_KINDS = {
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/json": ".json",
    "application/yaml": ".yaml",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How a source is to be read."""

    page: str | None = None
    """What to call it, if not by its own name."""
    base: str | None = None
    """The address that its relative links start from."""
    named: Mapping[str, str]
    """The names that it has for what is known of a link."""


Fetch: TypeAlias = Callable[[str, int], tuple[bytes, str]]
"""Returns what is at an address, up to so many bytes, and its media type; raises BotError."""


def is_address(source: str) -> bool:
    """Return whether a source is an address, whatever it begins with, and not a file."""
    return "://" in source


def drafted(source: str, wanted: Wanted, fetch: Fetch | None = None) -> tuple[Import, str]:
    """Return what a source links to, and the name by which its entries know it.

    `fetch` is only needed for an address. Raises BotError if the source cannot be read.
    """
    called = wanted.page or (source if is_address(source) else printable(Path(source).name))
    base = wanted.base or (called if is_address(called) else "")
    if fetch and is_address(source):
        found = _fetched(source, base, wanted, fetch)
    elif Path(source).is_dir():
        found = _folder(Path(source), base, wanted)
    else:
        path = Path(source)
        found = _read(_decoded(_bytes(path), source), path.suffix.lower(), source, base, wanted)
    return _findable(composed(found, called)), page_name(called)


def synced(path: Path, drafts: Import, page: str, day: dt.date) -> tuple[str, Resync]:
    """Return what a catalogue holds, and what the page changes in it; raises BotError."""
    before = text_of(path)
    if not drafts.catalogue.resources:
        raise BotError(
            f"{page} has no links to import, so nothing was changed: it would mark every entry "
            "that came from it as unlisted."
        )
    return before, resynced(before, drafts.catalogue, page, day, str(path))


def _findable(drafts: Import) -> Import:
    """Leave out questions that would not find their resource: a check would complain of them."""
    catalogue = drafts.catalogue
    if not any(resource.asks for resource in catalogue.resources):
        return drafts
    lost = {(one.resource, one.ask) for one in lost_asks(catalogue, Index.build(catalogue))}
    resources = tuple(
        replace(r, asks=tuple(ask for at, ask in enumerate(r.asks) if (n, at) not in lost))
        for n, r in enumerate(catalogue.resources)
    )
    remarks = tuple(
        Remark(
            line=0,
            words=catalogue.resources[n].asks[at],
            reason=f'Left out: it would not find "{catalogue.resources[n].id}".',
        )
        for n, at in sorted(lost)
    )
    report = replace(drafts.report, remarks=(*drafts.report.remarks, *remarks))
    return Import(catalogue=replace(catalogue, resources=resources), report=report)


# Sources


def _fetched(source: str, base: str, wanted: Wanted, fetch: Fetch) -> Drafts:
    if fault := url_fault(source):
        raise BotError(f"The address of the page {fault}. Write one like https://example.org/page.")
    data, media_type = fetch(_plain(source), LARGEST_PAGE)
    suffix = Path(urlsplit(source).path).suffix.lower()
    known = suffix in (*_DATA, *_TABLES, *_HTML, ".md", ".markdown")
    suffix = suffix if known and media_type == "text/plain" else _KINDS.get(media_type, suffix)
    return _read(_decoded(data, source), suffix, source, base or source, wanted)


def _plain(url: str) -> str:
    """Return where GitHub has the text of a file whose page it is."""
    parts = urlsplit(url)
    match parts.path.strip("/").split("/"):
        case [owner, name, "blob", *path] if parts.hostname == "github.com" and path:
            return f"https://raw.githubusercontent.com/{owner}/{name}/{'/'.join(path)}"
    return url


def _folder(folder: Path, base: str, wanted: Wanted) -> Drafts:
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _DATA)
    if not paths:
        raise BotError(f"{folder} holds no file that ends in .yaml, .yml or .json.")
    if len(paths) > _MOST_FILES:
        raise BotError(f"{folder} holds more than {_MOST_FILES:,} files.")
    found = Drafts()
    faults: list[listed.NoAddressError] = []
    for path in paths:
        text = _decoded(_bytes(path), str(path))
        try:
            one = listed.data(text, str(path), base, wanted.named, printable(path.stem))
        except listed.NoAddressError as fault:
            # It is one of settings, perhaps, unless all are so.
            faults.append(fault)
            one = fault.found
        name = printable(str(path.relative_to(folder)))
        found.drafts.extend(one.drafts)
        found.skipped.extend(replace(r, words=f"{name}: {r.words}") for r in one.skipped)
    if len(faults) == len(paths):
        raise faults[0]
    return found


def _read(text: str, suffix: str, name: str, base: str, wanted: Wanted) -> Drafts:
    if listed.is_bookmarks(text):
        return listed.bookmarks(text, base)
    if suffix in _TABLES:
        return listed.table(text, base, wanted.named)
    if suffix in _DATA:
        return listed.data(text, name, base, wanted.named)
    if suffix in _HTML:
        return placed(list(hypertext.passages(text, 1, 0, normalised)), base)
    return drafts_of(text, base)


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_PAGE + 1)
    except (OSError, ValueError) as error:
        raise BotError(f"{path} cannot be read: {reason(error)}.") from error
    if len(data) > LARGEST_PAGE:
        raise BotError(f"{path} is larger than {LARGEST_PAGE // 2**20} MB; split it.")
    return data


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BotError(f"{name} is not UTF-8 text (byte {error.start + 1:,}).") from error
