"""Approved suggestions laid over the catalogue of the file.

A suggestion is judged by the catalogue's own rules, before it is taken and again whenever the file
has changed. The file always wins: what it has by now is not shown twice.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.catalogue.document import Plain
from bot.catalogue.ids import free_id, is_id, slug
from bot.catalogue.reader import value_faults
from bot.catalogue.rules import folded
from bot.catalogue.urls import normalise_url, url_fault
from bot.catalogue.wording import quoted
from bot.model import Catalogue, Resource, Source
from bot.records import Draft, Suggestion

SUGGESTED = "a suggestion in Slack"
"""The page of the source of a resource that is not in the file yet."""

_MISSING = {
    "url": "Give the address, like https://example.org/page.",
    "title": "Give it a title.",
    "summary": "Say in a sentence or two what a newcomer learns from it.",
    "topics": "Choose at least one topic.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlaid:
    """A catalogue with what was suggested, and what became of each suggestion."""

    catalogue: Catalogue
    shown: tuple[Suggestion, ...] = ()
    """Those that the last resources of the catalogue were made of, in the same order."""
    retired: tuple[Suggestion, ...] = ()
    """Those whose page the file has by now."""
    left_out: tuple[tuple[Suggestion, str], ...] = ()
    """Those that cannot be shown, each with a sentence that says why."""

    @property
    def added(self) -> tuple[Resource, ...]:
        """The resources that were suggested, in the order of `shown`."""
        resources = self.catalogue.resources
        return resources[len(resources) - len(self.shown) :]


def faults(draft: Draft, catalogue: Catalogue) -> dict[str, str]:
    """Return what is wrong with a suggestion, by field: a sentence or two for each."""
    return _faults(_trimmed(draft), _Taken(catalogue))


def resource_id(title: str, taken: Collection[str]) -> str:
    """Return an id that a resource of this title can have beside those that are taken."""
    return free_id(slug(title) or "resource", taken)


def entry(resource: Resource) -> Resource:
    """Return a resource that was suggested as it stands in the file: without its mark."""
    return replace(resource, source=None) if is_suggested(resource) else resource


def is_suggested(resource: Resource) -> bool:
    """Whether a resource comes from a suggestion and is not in the file yet."""
    return resource.source is not None and resource.source.page == SUGGESTED


def applied(catalogue: Catalogue, suggestions: Sequence[Suggestion]) -> Overlaid:
    """Lay the approved suggestions over a sound catalogue; the result is as sound as the file.

    Whatever the order they come in, the oldest counts first. Of a suggestion that has lost its
    question or some of its topics to a change of the file, the rest is shown.
    """
    taken = _Taken(catalogue)
    in_file = frozenset(taken.pages)
    kept = {suggestion.resource for suggestion in suggestions}
    shown: list[Suggestion] = []
    retired: list[Suggestion] = []
    left_out: list[tuple[Suggestion, str]] = []
    added: list[Resource] = []
    for suggestion in sorted(suggestions, key=lambda one: one.id):
        draft = _fitted(_trimmed(suggestion.draft), taken)
        if suggestion.status == "approved" and normalise_url(draft.url) in in_file:
            retired.append(suggestion)
        elif why := _hindrance(suggestion, draft, taken):
            left_out.append((suggestion, why))
        else:
            resource = _resource(suggestion, draft, taken.ids, kept)
            taken.add(resource)
            added.append(resource)
            shown.append(suggestion)
    if added:
        catalogue = replace(catalogue, resources=(*catalogue.resources, *added))
    return Overlaid(
        catalogue=catalogue, shown=tuple(shown), retired=tuple(retired), left_out=tuple(left_out)
    )


class _Taken:
    """What a catalogue has already, by all that a suggestion could repeat."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.topics = {topic.id: topic.name for topic in catalogue.topics}
        self.ids: set[str] = set()
        self.pages: dict[str, Resource] = {}
        self.asks: dict[str, Resource] = {}
        for resource in catalogue.resources:
            self.add(resource)

    def add(self, resource: Resource) -> None:
        """Take note of one more resource."""
        self.ids.add(resource.id)
        for url in (resource.url, *(also.url for also in resource.also)):
            self.pages.setdefault(normalise_url(url), resource)
        for ask in resource.asks:
            self.asks.setdefault(folded(ask), resource)


def _trimmed(draft: Draft) -> Draft:
    """A draft as the reader of the catalogue would take it: without spaces around its texts."""
    return Draft(
        url=draft.url.strip(),
        title=draft.title.strip(),
        summary=draft.summary.replace("\r\n", "\n").strip(),
        topics=tuple(dict.fromkeys(draft.topics)),
        ask=draft.ask.strip(),
    )


def _faults(draft: Draft, taken: _Taken) -> dict[str, str]:
    held = _values(draft)
    found = {field: told for field, told in _MISSING.items() if not held[field]}
    found |= {field: told for field, told in _across(draft, taken) if field not in found}
    for key, told in value_faults({"id": "a", **held}).items():
        found.setdefault("ask" if key == "asks" else key, told)
    return found


def _values(draft: Draft) -> dict[str, Plain]:
    """The keys of an entry that a draft fills."""
    held: dict[str, Plain] = {
        "url": draft.url,
        "title": draft.title,
        "summary": draft.summary,
        "topics": list(draft.topics),
    }
    return held | {"asks": [draft.ask]} if draft.ask else held


def _across(draft: Draft, taken: _Taken) -> Iterator[tuple[str, str]]:
    """Find what is wrong with the address, and what does not go together with the catalogue."""
    if fault := url_fault(draft.url):
        yield "url", f"This address {fault}."
    elif known := taken.pages.get(normalise_url(draft.url)):
        topic = taken.topics.get(known.topics[0], known.topics[0])
        yield "url", f"The catalogue has this already: {known.title}, under {topic}."
    if unknown := next((name for name in draft.topics if name not in taken.topics), None):
        yield "topics", f"There is no topic {quoted(unknown)} any more. Choose another one."
    if draft.ask and (known := taken.asks.get(folded(draft.ask))):
        yield "ask", f"{quoted(draft.ask)} already leads to {known.title}."


def _fitted(draft: Draft, taken: _Taken) -> Draft:
    """Return a draft without the topics that are gone and the question that is taken."""
    draft = replace(draft, topics=tuple(name for name in draft.topics if name in taken.topics))
    return replace(draft, ask="") if "ask" in _faults(draft, taken) else draft


def _hindrance(suggestion: Suggestion, draft: Draft, taken: _Taken) -> str:
    """Return why a suggestion cannot be shown, or nothing."""
    if suggestion.status != "approved":
        return f"It is {suggestion.status}, not approved."
    if suggestion.draft.topics and not draft.topics:
        gone = ", ".join(map(quoted, suggestion.draft.topics))
        return f"The catalogue has none of its topics any more: {gone}."
    return next((f"Its {field}: {told}" for field, told in _faults(draft, taken).items()), "")


def _resource(
    suggestion: Suggestion, draft: Draft, taken: Collection[str], kept: Collection[str]
) -> Resource:
    """Make a resource of a suggestion; `kept` are the ids that suggestions have already."""
    name = suggestion.resource
    if not is_id(name) or name in taken:
        name = resource_id(draft.title, {*taken, *kept})
    return Resource(
        id=name,
        title=draft.title,
        url=draft.url,
        summary=draft.summary,
        topics=draft.topics,
        asks=(draft.ask,) if draft.ask else (),
        added=suggestion.decided_at.date() if suggestion.decided_at else None,
        source=Source(page=SUGGESTED),
    )
