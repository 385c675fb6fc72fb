"""What is new in the catalogue: since when it has each resource, and since when as it is.

The catalogue itself does not say: its `added` is a day, which curators write or do not. So every
process compares what it has with the entries that all of them keep, and notes what differs.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping

from bot.catalogue.urls import normalise_url
from bot.model import Catalogue, Resource
from bot.records import Entry

_GONE = "gone:"


def fingerprint(resource: Resource) -> str:
    """A short text that differs for two resources if a reader would see a difference.

    That is title, page, summary, note, and whether and since when it is gone. It may be kept: it is
    the same in every process and version.
    """
    return _fingerprint(resource, normalise_url(resource.url))


def noted(catalogue: Catalogue, known: Iterable[Entry], seen: dt.datetime) -> list[Entry]:
    """The entries to be kept, in the order of the catalogue, so that all of it is known.

    `seen` is the moment at which the catalogue was looked at. When nothing was known, all was there
    before anybody looked, and `first` is None. A new id for a page that is no longer there under
    its old one is the same resource: it has been there as long. What is no longer there stays
    known, so it is no news when it comes back.

    Of what is gone, and was gone before, other changes are no news: `changed` stays the moment at
    which it went.
    """
    entries = {entry.resource: entry for entry in known}
    first = seen if entries else None
    renamed: Mapping[str, Entry] | None = None
    found = []
    for resource in catalogue.resources:
        old = entries.get(resource.id)
        page = _page(resource.url, old)
        content = _fingerprint(resource, page)
        if old and old.content == content:
            continue
        if old is None:
            # Seldom needed, so it is made when the first new id is met.
            renamed = _left(catalogue, entries) if renamed is None else renamed
            old = renamed.get(page)
        found.append(
            Entry(
                resource=resource.id,
                page=page,
                content=content,
                first=old.first if old else first,
                changed=_changed(old, content, seen) if old else None,
            )
        )
    return found


def merged(known: Iterable[Entry], noted: Iterable[Entry]) -> dict[str, Entry]:
    """All entries by resource, with what was just noted in place of what was known."""
    return {entry.resource: entry for some in (known, noted) for entry in some}


def _fingerprint(resource: Resource, page: str) -> str:
    gone = resource.gone.isoformat() if resource.gone else ""
    parts = (resource.title, page, resource.summary, resource.note or "", gone)
    # With their lengths, so that nothing can move from one part to the next.
    told = "".join([f"{len(part)}:{part}" for part in parts])
    made = hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return _GONE + made if gone else made


def _page(url: str, old: Entry | None) -> str:
    """The page of an address; most are as they were, which is seen without taking them apart."""
    # The port of https is left out of a page, but may stand there after http.
    if old and url == f"https:{old.page}" and ":443" not in old.page:
        return old.page
    return normalise_url(url)


def _changed(old: Entry, content: str, seen: dt.datetime) -> dt.datetime | None:
    was_gone, is_gone = old.content.startswith(_GONE), content.startswith(_GONE)
    return old.changed if old.content == content or (was_gone and is_gone) else seen


def _left(catalogue: Catalogue, entries: Mapping[str, Entry]) -> dict[str, Entry]:
    """By page what the catalogue no longer has; of several the one that was seen last."""
    ids = {resource.id for resource in catalogue.resources}
    left = [entry for name, entry in entries.items() if name not in ids]
    return {entry.page: entry for entry in sorted(left, key=_last_seen)}


def _last_seen(entry: Entry) -> tuple[float, str]:
    last = entry.changed or entry.first
    return last.timestamp() if last else 0.0, entry.resource
