"""The order in which to learn: topics after those they build on, easy resources first."""

from collections.abc import Iterable

from rapidfuzz import fuzz, process, utils

from bot.model import LEVELS, Catalogue, Resource, Topic

# From this similarity on (0 to 100) a name is worth offering for another.
_LIKE_A_NAME = 72
_MOST_OFFERED = 3
_LONGEST_NAME = 200


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


def topics_like(catalogue: Catalogue, name: str) -> list[Topic]:
    """A few topics with a name, id or alias like this one, the likest first: "did you mean"."""
    names = [(called, topic) for topic in catalogue.topics for called in names_of(topic)]
    found = process.extract(
        name[:_LONGEST_NAME],
        [called for called, _ in names],
        scorer=fuzz.WRatio,
        processor=utils.default_process,
        score_cutoff=_LIKE_A_NAME,
        limit=None,
    )
    # By id, because two topics may be equal in all but that.
    liked = {names[at][1].id: names[at][1] for _, _, at in found}
    return list(liked.values())[:_MOST_OFFERED]


def names_of(topic: Topic) -> Iterable[str]:
    """Everything a topic is called."""
    return (topic.id, topic.name, *topic.aliases)


def _folded(name: str) -> str:
    return " ".join(name.casefold().replace("-", " ").split())


def _level(resource: Resource) -> int:
    return LEVELS.index(resource.level) if resource.level else len(LEVELS)
