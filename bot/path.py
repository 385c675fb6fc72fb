"""The order in which to learn: topics after those they build on, easy resources first."""

from collections.abc import Iterable

from bot.model import LEVELS, Catalogue, Resource, Topic


def topics_in_order(catalogue: Catalogue) -> list[Topic]:
    """Every topic after the topics it says to learn first; otherwise as in the file."""
    known = {topic.id: topic for topic in catalogue.topics}
    ordered: dict[str, Topic] = {}
    # Topics still to be placed, the next one last; one comes back after those it builds on.
    waiting = list(reversed(catalogue.topics))
    while waiting:
        topic = waiting.pop()
        first = [known[name] for name in topic.after if name not in ordered]
        if topic.id in ordered:
            continue
        if first:
            waiting += (topic, *reversed(first))
        else:
            ordered[topic.id] = topic
    return list(ordered.values())


def resources_in_order(catalogue: Catalogue, topic: Topic) -> list[Resource]:
    """The resources of a topic: those at home there first, then by level, then as in the file."""
    here = [resource for resource in catalogue.resources if topic.id in resource.topics]
    return sorted(here, key=lambda r: (r.topics[0] != topic.id, _level(r)))


def topics_named(catalogue: Catalogue, name: str) -> list[Topic]:
    """The topics whose id, name or alias this is, whatever its capitals and hyphens."""
    wanted = _folded(name)
    return [topic for topic in catalogue.topics if wanted in map(_folded, names_of(topic))]


def names_of(topic: Topic) -> Iterable[str]:
    """Everything a topic is called."""
    return (topic.id, topic.name, *topic.aliases)


def _folded(name: str) -> str:
    return " ".join(name.casefold().replace("-", " ").split())


def _level(resource: Resource) -> int:
    return LEVELS.index(resource.level) if resource.level else len(LEVELS)
