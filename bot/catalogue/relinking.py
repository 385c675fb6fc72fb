"""Addresses in the text of a catalogue replaced by others: which can be, and where they stand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.catalogue.document import Path
from bot.catalogue.reader import parse
from bot.catalogue.splicing import edited
from bot.catalogue.urls import normalise_url, url_fault
from bot.catalogue.wording import quoted
from bot.errors import BotError
from bot.model import Resource

_UNFIT = "It is written in a way that cannot be replaced here."


@dataclass(frozen=True, slots=True, kw_only=True)
class Relinked:
    """What became of a text and of the addresses that were to be replaced in it."""

    text: str
    done: tuple[tuple[str, str], ...]
    """Each address that was replaced, with the new one, in the order of the file."""
    left: tuple[tuple[str, str], ...]
    """Each that was not, with a sentence that says why."""


def relinked(text: str, moves: Mapping[str, str], file: str) -> Relinked:
    """Return the text of a catalogue with addresses of resources replaced by others.

    Those of `also` are, too. Raises CatalogueError if the catalogue is not sound, and BotError if
    the result would not say what it should; `file` is what they call it.
    """
    resources = parse(text, file).resources
    places = _places(resources, moves)
    fit, left = _judged(resources, places, moves, {})
    try:
        after = _written(text, places, fit, file)
    except BotError:
        # One that cannot be written keeps no other from it.
        stuck = {old: _UNFIT for old in places if not _can_be_written(text, places[old], old, file)}
        fit, left = _judged(resources, places, moves, stuck)
        after = _written(text, places, fit, file)
    done = tuple((old, fit[old]) for old in places if old in fit)
    return Relinked(text=after, done=done, left=tuple(left.items()))


def _places(resources: Sequence[Resource], moves: Mapping[str, str]) -> dict[str, list[Path]]:
    """Return where each address stands that is to be replaced, in the order of the file."""
    places: dict[str, list[Path]] = {}
    for at, one in enumerate(resources):
        for path, url in _addresses(at, one):
            if url in moves:
                places.setdefault(url, []).append(path)
    return places


def _addresses(at: int, resource: Resource) -> Iterator[tuple[Path, str]]:
    yield ("resources", at, "url"), resource.url
    for n, link in enumerate(resource.also):
        yield ("resources", at, "also", n, "url"), link.url


def _judged(
    resources: Sequence[Resource],
    places: Mapping[str, list[Path]],
    moves: Mapping[str, str],
    left: dict[str, str],
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the moves that can be made one after the other, and why the others cannot."""
    pages = [
        {path: normalise_url(url) for path, url in _addresses(at, one)}
        for at, one in enumerate(resources)
    ]
    # A page may be the other address of many resources, but the own one of a single one.
    own = {normalise_url(one.url): one.id for one in resources}
    fit: dict[str, str] = {}
    for old, new in moves.items():
        if old not in places or old in left:
            continue
        if fault := url_fault(new):
            left[old] = f"The new address {fault}."
            continue
        page, was = normalise_url(new), normalise_url(old)
        ats = {int(path[1]) for path in places[old]}
        owner = next((at for at in ats if resources[at].url == old), None)
        holders = [resources[at].id for at in ats if page in pages[at].values()]
        if owner is not None and page in own:
            holders.append(own[page])
        if holders and page != was:
            left[old] = (
                f"Resource {quoted(holders[0])} has the new address already. Delete one of the two."
            )
            continue
        fit[old] = new
        for path in places[old]:
            pages[int(path[1])][path] = page
        if owner is not None:
            own[page] = own.pop(was)
    return fit, left


def _written(
    text: str, places: Mapping[str, list[Path]], moves: Mapping[str, str], file: str
) -> str:
    changes = {path: moves[old] for old, paths in places.items() if old in moves for path in paths}
    return edited(text, changes, file)


def _can_be_written(text: str, paths: Sequence[Path], url: str, file: str) -> bool:
    try:
        edited(text, dict.fromkeys(paths, url), file)
    except BotError:
        return False
    return True
