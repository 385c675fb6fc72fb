"""Small catalogues made in a line, and the labelled questions, for the tests of search."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from bench.labelled import Set, own_sets
from bot.model import Catalogue, Resource, Term, Topic
from bot.search import Index


def resource(title: str, **known: Any) -> Resource:
    """Return a resource of this title; whatever else matters is named."""
    slug = "-".join("".join(c if c.isalnum() else " " for c in title.lower()).split()) or "x"
    given: dict[str, Any] = {
        "id": slug,
        "url": f"https://example.org/{slug}",
        "summary": "-",
        "topics": ("home",),
    }
    return Resource(title=title, **(given | known))


def catalogue(
    *resources: Resource,
    glossary: Iterable[Sequence[str]] = (),
    topics: Iterable[Topic] = (),
) -> Catalogue:
    """Return a catalogue of these; a glossary entry is a word and its other names."""
    named = {topic.id: topic for topic in topics}
    for one in resources:
        for topic in one.topics:
            named.setdefault(topic, Topic(id=topic, name=topic))
    return Catalogue(
        version=1,
        topics=tuple(named.values()),
        glossary=tuple(Term(term=names[0], aliases=tuple(names[1:])) for names in glossary),
        resources=resources,
    )


def first(index: Index, question: str) -> str | None:
    """Return the title of the best candidate, None if there is none."""
    found = index.search(question, "dm").candidates
    return found[0].resource.title if found else None


def reordered(given: Catalogue, order: Sequence[int]) -> Catalogue:
    """Return the catalogue with its resources in another order."""
    return replace(given, resources=tuple(given.resources[at] for at in order))


@cache
def labelled_sets() -> dict[str, Set]:
    """Return the project's labelled questions by subject, read once."""
    return {one.name: one for one in own_sets()}


@cache
def own_index(name: str) -> Index:
    """Return the index of the catalogue of a subject, built once."""
    return Index.build(labelled_sets()[name].catalogue)


VIRTUALIZATION = catalogue(
    resource(
        "PCI enumeration",
        summary="How the firmware finds every device on the bus.",
        topics=("pci",),
        tags=("pci", "firmware"),
        kind="article",
    ),
    resource(
        "Life of a virtqueue",
        summary="Descriptors, rings and notifications of virtio.",
        topics=("virtio",),
        tags=("virtio", "rings"),
        asks=("how does virtio move data", "what are descriptors for"),
        kind="talk",
    ),
    resource(
        "KVM internals",
        summary="How the kernel runs a guest.",
        topics=("kvm",),
        tags=("kvm", "kernel"),
        kind="article",
    ),
    resource(
        "KVM from the ground up",
        summary="How the kernel runs a guest.",
        topics=("kvm",),
        tags=("kvm", "kernel"),
        kind="talk",
    ),
    resource(
        "Device trees explained",
        summary="What a device-tree says about a board.",
        topics=("boards",),
        tags=("device-tree",),
        kind="docs",
    ),
    resource(
        "Sandboxing with seccomp",
        summary="Filters on system calls.",
        topics=("security",),
        tags=("seccomp", "configuration"),
        note="The chapter on configuration is the best.",
        kind="tutorial",
    ),
    glossary=(
        ("device assignment", "passthrough", "PCI passthrough"),
        ("VMM", "virtual machine monitor"),
        ("guest", "VM"),
    ),
)
