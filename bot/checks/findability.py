"""Whether resources are found: by their own asks, and by what anybody would ask."""

from collections import defaultdict
from collections.abc import Iterator

from bot import findable
from bot.catalogue.document import Path
from bot.catalogue.wording import quoted
from bot.checks.finding import Found, Seen, telling


def lost_asks(seen: Seen) -> Iterator[Found]:
    """Asks that do not find their own resource."""
    resources = seen.catalogue.resources
    every = [
        (at, ask) for at, resource in enumerate(resources) for ask in range(len(resource.asks))
    ]
    for number in seen.watched(range(len(every)), "Trying every ask"):
        at, ask = every[number]
        if lost := findable.lost_ask(seen.catalogue, seen.index, at, ask):
            path: Path = ("resources", at, "asks", ask)
            yield Found(path, *findable.sentences(seen.catalogue, lost))


def unfindable(seen: Seen) -> Iterator[Found]:
    """Resources that come first for nothing that people would ask; those with asks are tried
    by these.
    """
    without = [at for at, resource in enumerate(seen.catalogue.resources) if not resource.asks]
    for at in seen.watched(without, "Asking for every resource"):
        tried = findable.hidden(seen.catalogue, seen.index, at)
        if tried:
            winner = next((one.winner for one in tried if one.winner is not None), None)
            asked = quoted(tried[0].question)
            instead = f"; {asked} finds {quoted(winner.id)}" if winner else ""
            yield Found(
                ("resources", at),
                f"{seen.where(('resources', at))} comes among the first {findable.TOP} for nothing "
                f"that one would ask: not for its title, topic, other names or summary{instead}.",
                "Say in title and summary what sets it apart, or add a question to its asks.",
            )


def colliding_asks(seen: Seen) -> Iterator[Found]:
    """Asks of two resources that are the same once the words are gone that say nothing."""
    first: dict[frozenset[str], tuple[int, Path]] = {}
    told: dict[frozenset[str], set[int]] = defaultdict(set)
    for at, resource in enumerate(seen.catalogue.resources):
        for number, ask in enumerate(resource.asks):
            words = telling(ask)
            path: Path = ("resources", at, "asks", number)
            owner, place = first.setdefault(words, (at, path))
            if words and owner != at and at not in told[words]:
                told[words].add(at)
                other = seen.catalogue.resources[owner]
                yield Found(
                    path,
                    f"{seen.where(path)}, {quoted(ask)}, asks the same as one of "
                    f"{quoted(other.id)} (line {seen.line(place)}).",
                    "Leave it to the one that answers it best, or say what sets this one apart.",
                )
