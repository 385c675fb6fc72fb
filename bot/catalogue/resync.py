"""A catalogue brought up to a page it was imported from, with all that its curators changed kept.

Only entries that name the page as their source follow it, and only in what `fingerprints` lists.
Three things are compared: what the page said when it was last read, what it says now, and what
the catalogue says. Where the page changed and the curators did not, the page is followed; where
both did, the curators are. What the page lists no longer is marked, never deleted; and an address
that stands in a comment of the file is not added, so that an entry which is commented out stays so.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from bot.catalogue.document import Path
from bot.catalogue.fingerprints import FOLLOWED, fingerprint, parts, parts_of
from bot.catalogue.ids import free_id
from bot.catalogue.insertion import inserted
from bot.catalogue.reader import parse
from bot.catalogue.rules import folded
from bot.catalogue.splicing import edited
from bot.catalogue.urls import normalise_url
from bot.model import Catalogue, Resource, Source, Topic

What: TypeAlias = Literal[
    "added", "unlisted", "listed again", "moved", "retitled", "re-annotated", "kept", "left out"
]
_CHANGES: tuple[What, ...] = ("moved", "retitled", "re-annotated", "re-annotated")
_ADDRESS = re.compile(r"https?://[^\s\"'<>,\]})]+")
_SHOWN = 100
_FREE = Source(page="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What became of one entry, or of something in it."""

    what: What
    id: str
    words: str
    """What it is, or was and is now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resync:
    """What a page changes in a catalogue."""

    text: str
    """The file as it has to be."""
    changes: tuple[Change, ...]
    followed: int
    """How many entries follow the page, those included that are added."""
    elsewhere: tuple[tuple[str, int], ...] = ()
    """How many of its links the catalogue had from elsewhere: by page, or "" if by hand."""


def resynced(text: str, drafts: Catalogue, page: str, day: dt.date, file: str) -> Resync:
    """Return the text of a catalogue as the page would have it now.

    `drafts` is what the page says, imported by the name that the entries have for it. Done twice,
    nothing changes. Raises CatalogueError if the catalogue is not sound, and BotError where it is
    written so that something in it cannot be changed; `file` is what they call it.
    """
    old = parse(text, file)
    pairs, new = _matched(old, drafts.resources, page)
    edits: dict[Path, str | dt.date | None] = {}
    changes: list[Change] = []
    wanted = list(old.resources)
    for at, draft in pairs.items():
        wanted[at], found = _followed(old.resources[at], draft)
        changes += found
    for at, resource in enumerate(old.resources):
        source = resource.source
        if source and source.page == page and at not in pairs and not source.unlisted:
            wanted[at] = replace(resource, source=replace(source, unlisted=day))
            changes.append(Change(what="unlisted", id=resource.id, words=resource.title))
    for at, (before, after) in enumerate(zip(old.resources, wanted, strict=True)):
        edits |= _edits(at, before, after)
    left_out = _in_comments(text)
    changes += (
        Change(what="left out", id=draft.id, words=f"{draft.title}: {draft.url}")
        for draft in new
        if normalise_url(draft.url) in left_out
    )
    new = [draft for draft in new if normalise_url(draft.url) not in left_out]
    topics, added = _fitted(old, drafts, new, pairs, day)
    changes += (
        Change(what="added", id=draft.id, words=f"{draft.title}: {draft.url}") for draft in added
    )
    result = inserted(edited(text, edits, file), added, file, topics)
    followed = sum(r.source is not None and r.source.page == page for r in (*wanted, *added))
    theirs = {normalise_url(resource.url): resource.source for resource in old.resources}
    pages = (theirs.get(normalise_url(draft.url), _FREE) for draft in drafts.resources)
    froms = Counter(source.page if source else "" for source in pages if source is not _FREE)
    del froms[page]
    return Resync(
        text=result,
        changes=tuple(changes),
        followed=followed,
        elsewhere=tuple(froms.most_common()),
    )


# Which is which


def _matched(
    old: Catalogue, drafts: Sequence[Resource], page: str
) -> tuple[dict[int, Resource], list[Resource]]:
    """Return which entries of the catalogue the drafts are, and those that are new.

    By address; or else by the one that the page had for it last, since a curator may have mended
    it; or else by the title it had, since the page may have.
    """
    follows = {
        at: parts_of(resource.source.said) or ("", "")
        for at, resource in enumerate(old.resources)
        if resource.source and resource.source.page == page
    }
    pairs: dict[int, Resource] = {}
    theirs = {normalise_url(resource.url): at for at, resource in enumerate(old.resources)}
    left: list[Resource] = []
    for draft in drafts:
        at = theirs.get(normalise_url(draft.url))
        if at is None:
            left.append(draft)
        elif at in follows:
            pairs[at] = draft
    for part in (0, 1):
        free = {at: said[part] for at, said in follows.items() if at not in pairs and said[part]}
        once = Counter(free.values()) & Counter(parts(draft)[part] for draft in left)
        ats = {said: at for at, said in free.items()}
        counts = Counter(free.values()) + Counter(parts(draft)[part] for draft in left)
        for draft in tuple(left):
            said = parts(draft)[part]
            if said in once and counts[said] == 2:  # noqa: PLR2004
                pairs[ats[said]] = draft
                left.remove(draft)
    return pairs, left


def _in_comments(text: str) -> frozenset[str]:
    lines = (line.strip() for line in text.splitlines())
    return frozenset(
        normalise_url(found.rstrip(".:;"))
        for line in lines
        if line.startswith("#")
        for found in _ADDRESS.findall(line)
    )


# What changes


def _followed(resource: Resource, draft: Resource) -> tuple[Resource, list[Change]]:
    """Return an entry as the page would have it, less where its curators would not."""
    source = resource.source
    assert source is not None  # noqa: S101
    said, told, mine = parts_of(source.said), parts(draft), parts(resource)
    changes: list[Change] = []
    values: dict[str, str | None] = {}
    for at, key in enumerate(FOLLOWED):
        # Of an entry without a fingerprint nobody knows who changed it: it stays.
        if said is None or told[at] in (said[at], mine[at]):
            continue
        held, new = getattr(resource, key), getattr(draft, key)
        words = f"{_short(held)} -> {_short(new)}"
        if mine[at] == said[at]:
            values[key] = new
            changes.append(Change(what=_CHANGES[at], id=resource.id, words=words))
        else:
            words = f"{key} stays as it was edited here; the page says now {_short(new)}"
            changes.append(Change(what="kept", id=resource.id, words=words))
    if source.unlisted:
        changes.append(Change(what="listed again", id=resource.id, words=resource.title))
    kept = replace(source, said=fingerprint(draft), unlisted=None)
    return replace(resource, source=kept, **values), changes  # type: ignore[arg-type]


def _short(words: str | None) -> str:
    if not words:
        return "nothing"
    return (
        f'"{words}"'
        if len(words) <= _SHOWN
        else f'"{words[:_SHOWN].rstrip()}\N{HORIZONTAL ELLIPSIS}"'
    )


def _edits(
    at: int, before: Resource, after: Resource
) -> Iterator[tuple[Path, str | dt.date | None]]:
    for key in FOLLOWED:
        if getattr(before, key) != getattr(after, key):
            yield ("resources", at, key), getattr(after, key)
    for key in ("said", "unlisted"):
        if getattr(before.source, key, None) != getattr(after.source, key, None):
            yield ("resources", at, "source", key), getattr(after.source, key)


# What is new


def _fitted(
    old: Catalogue,
    drafts: Catalogue,
    new: Sequence[Resource],
    pairs: Mapping[int, Resource],
    day: dt.date,
) -> tuple[list[Topic], list[Resource]]:
    """Return new entries, and the topics they need, as they fit into the catalogue."""
    homes = _homes(old, drafts, pairs)
    topics: list[Topic] = []
    ids = {topic.id for topic in old.topics}
    names = {folded(name) for topic in old.topics for name in (topic.name, *topic.aliases)}
    for topic in drafts.topics:
        if topic.id in homes or not any(topic.id in draft.topics for draft in new):
            continue
        homes[topic.id] = free_id(topic.id, ids)
        ids.add(homes[topic.id])
        aliases = tuple(alias for alias in topic.aliases if folded(alias) not in names)
        topics.append(replace(topic, id=homes[topic.id], aliases=aliases))
        names.update(folded(name) for name in (topic.name, *aliases))
    taken = {resource.id for resource in old.resources}
    claimed = {folded(name) for resource in old.resources for name in resource.aliases}
    asked = {folded(ask) for resource in old.resources for ask in resource.asks}
    added: list[Resource] = []
    for draft in new:
        id_ = free_id(draft.id, taken)
        taken.add(id_)
        added.append(
            replace(
                draft,
                id=id_,
                topics=tuple(dict.fromkeys(homes[name] for name in draft.topics)),
                aliases=tuple(name for name in draft.aliases if folded(name) not in claimed),
                asks=tuple(ask for ask in draft.asks if folded(ask) not in asked),
                added=day,
            )
        )
    return topics, added


def _homes(old: Catalogue, drafts: Catalogue, pairs: Mapping[int, Resource]) -> dict[str, str]:
    """Return which topics of the catalogue those of the page are.

    Where most entries of a section are now, new ones go too; else the name tells.
    """
    named = {
        folded(name): topic.id for topic in old.topics for name in (*topic.aliases, topic.name)
    }
    moved: dict[str, Counter[str]] = {}
    for at, draft in pairs.items():
        moved.setdefault(draft.topics[0], Counter())[old.resources[at].topics[0]] += 1
    homes: dict[str, str] = {}
    for topic in drafts.topics:
        if topic.id in moved:
            homes[topic.id] = moved[topic.id].most_common(1)[0][0]
        elif folded(topic.name) in named:
            homes[topic.id] = named[folded(topic.name)]
    return homes
