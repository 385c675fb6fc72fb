"""Resources as lines of JSON in one block of bytes, each read when it is asked for."""

import datetime as dt
import json
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import fields
from functools import lru_cache
from itertools import islice
from json.encoder import encode_basestring as quoted
from operator import attrgetter
from typing import Any, overload

import numpy as np

from bot.model import Link, Resource, Source, Term, Topic
from bot.search.arrays import Longs, Pieces, Room

# Those shown again and again: answers to what is often asked.
_REMEMBERED = 1_024
# Written at a time.
_BATCH = 4_096

_NAMES: dict[type, tuple[str, ...]] = {
    one: tuple(field.name for field in fields(one)) for one in (Resource, Link, Source, Topic, Term)
}


def plain(value: Any) -> Any:
    """A noun of the catalogue as plain data, without what is left at its default; a date as text.

    Raises TypeError for anything else.
    """
    if isinstance(value, dt.date):
        return value.isoformat()
    names = _NAMES.get(type(value))
    if names is None:
        raise TypeError(f"{type(value).__name__} is not part of a catalogue")
    known = ((name, getattr(value, name)) for name in names)
    return {name: one for name, one in known if one is not None and one != ()}


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=plain)
# What stands before and behind the id of a resource in its line.
_BEGIN, _END = b'{"id":"', b'","title":'
_REQUIRED = ("id", "title", "url", "summary", "topics", "tags")
_rest = attrgetter(*(name for name in _NAMES[Resource] if name not in _REQUIRED))
_NO_REST = _rest(Resource(id="", title="", url="", summary="", topics=()))


def written(resources: Sequence[Resource]) -> list[bytes]:
    """Each resource as a line of JSON."""
    return [_line(one).encode("utf-8", "surrogatepass") for one in resources]


def _line(one: Resource) -> str:
    # Most have no more than these, and put together by hand they take a third of the time.
    known = (
        f'{{"id":{quoted(one.id)},"title":{quoted(one.title)},"url":{quoted(one.url)},'
        f'"summary":{quoted(one.summary)},"topics":[{",".join(map(quoted, one.topics))}],'
        f'"tags":[{",".join(map(quoted, one.tags))}]'
    )
    if _rest(one) == _NO_REST:
        return known + "}\n"
    rest = {name: value for name, value in plain(one).items() if name not in _REQUIRED}
    return f"{known},{_ENCODER.encode(rest)[1:]}\n"


def resource(line: bytes) -> Resource:
    """The resource of a line."""
    # A lone half of a surrogate pair, which JSON lets through, is kept as it is.
    given = _tuples(json.loads(line.decode("utf-8", "surrogatepass")))
    if "also" in given:
        given["also"] = tuple(Link(**link) for link in given["also"])
    if "source" in given:
        given["source"] = Source(**_tuples(given["source"]))
    for day in ("added", "gone"):
        if day in given:
            given[day] = dt.date.fromisoformat(given[day])
    return Resource(**given)


def topic(given: dict[str, Any]) -> Topic:
    """The topic of plain data."""
    return Topic(**_tuples(given))


def term(given: dict[str, Any]) -> Term:
    """The entry of the glossary of plain data."""
    return Term(**_tuples(given))


def _tuples(given: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(one) if isinstance(one, list) else one for name, one in given.items()}


class Lines(Sequence[Resource]):
    """Resources that are read when they are asked for; those last asked for are remembered."""

    def __init__(self, letters: Pieces, starts: Longs) -> None:
        """Resource n is written from `starts[n]` to `starts[n + 1]` of the letters."""
        self.letters = letters
        self.starts = starts
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._read)

    def _read(self, at: int) -> Resource:
        return resource(self.letters.read(int(self.starts[at]), int(self.starts[at + 1])).tobytes())

    @overload
    def __getitem__(self, at: int) -> Resource: ...
    @overload
    def __getitem__(self, at: slice) -> list[Resource]: ...
    def __getitem__(self, at: int | slice) -> Resource | list[Resource]:
        if isinstance(at, slice):
            return [self._remembered(one) for one in range(len(self))[at]]
        return self._remembered(range(len(self))[at])

    def places(self, ids: Collection[str]) -> dict[str, int]:
        """The numbers of the resources with these ids; those there are not are left out.

        Only as much of each line is looked at as holds its id.
        """
        wanted = {_BEGIN + quoted(one)[1:-1].encode("utf-8", "surrogatepass"): one for one in ids}
        found: dict[str, int] = {}
        for first in range(0, len(self), _BATCH):
            if len(found) == len(wanted):
                break
            starts = self.starts[first : first + _BATCH + 1]
            letters = self.letters.read(int(starts[0]), int(starts[-1])).tobytes()
            for number, at in enumerate((starts[:-1] - starts[0]).tolist(), first):
                # In a text of JSON no mark of quotation stands alone, so this one ends the id.
                begin = letters[at : letters.find(_END, at)]
                if begin in wanted:
                    found[wanted[begin]] = number
        return found

    def __iter__(self) -> Iterator[Resource]:
        return map(self._read, range(len(self)))

    def __len__(self) -> int:
        return len(self.starts) - 1


class Packing:
    """Writes resources down as lines while they pass by."""

    def __init__(self, room: Room) -> None:
        self._letters = room(np.uint8)
        self._sizes = array("q", [0])

    def passing(self, resources: Iterable[Resource]) -> Iterator[Resource]:
        """The same resources, each of which is written down before it is passed on."""
        rest = iter(resources)
        while batch := list(islice(rest, _BATCH)):
            lines = written(batch)
            self._letters.append(np.frombuffer(b"".join(lines), np.uint8))
            self._sizes.extend(map(len, lines))
            yield from batch

    def lines(self) -> Lines:
        """All that passed."""
        return Lines(self._letters, np.cumsum(np.array(self._sizes, np.int64)))


def packed(resources: Iterable[Resource], room: Room) -> Lines:
    """These resources as lines."""
    packing = Packing(room)
    for _ in packing.passing(resources):
        pass
    return packing.lines()
