"""Indexes on a disk: written aside and renamed, opened without reading them.

A file is a head of 64 bytes, the arrays of the index one after the other, and a description of
them in JSON, which is last because it is known last. What is opened is mapped into memory: a page
is read when a question needs it, and shared by all processes that have the file open.
"""

import json
import mmap
import os
import shutil
import weakref
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import fields, replace
from pathlib import Path
from struct import Struct
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, TypeVar

import numpy as np
import numpy.typing as npt

from bot.errors import IndexFileError
from bot.model import Resource, Term, Topic
from bot.search import Index
from bot.search.arrays import Array, InMemory, Pieces
from bot.search.build import Built, Homes, ShortTexts, read
from bot.search.lines import Lines, Packing, packed, plain, term, topic
from bot.search.postings import Postings
from bot.search.strings import Numbered
from bot.search.typos import Neighbours
from bot.search.words import Shown, Synonyms, Words

# The marks around the name tell a file that went through a text conversion.
_MAGIC = b"\x89onboard index\r\n"
# Counted up whenever a file of before would be read otherwise than it was written.
_VERSION = 2
# Magic, version, checksum of the description, where it begins, its size, size of the file.
_HEAD = Struct("<16sIIQQQ")
_ALIGNED = 64
# Of these a question needs a line here and there. Through the mapping the system would lay out
# what is around each, until all of it counted as memory of the process.
_READ_IN_PIECES = ("lines", "neighbours")
# Copied at a time, in bytes.
_PIECE = 1 << 24

_Of = TypeVar("_Of")


def save(index: Index, path: Path) -> None:
    """Write an index to a file, whole or not at all; raises IndexFileError.

    Whoever has the file open that was there before keeps what it has.
    """
    with _aside(path) as folder:
        _write(index.built, folder / path.name)
        _put(folder / path.name, path)


def write(
    path: Path, topics: tuple[Topic, ...], glossary: tuple[Term, ...], resources: Iterable[Resource]
) -> None:
    """The same for resources that come one by one and are never held together.

    What grows with them is kept beside the file while it is written. The same resources give the
    same file, byte for byte, as an index that is built and saved.
    """
    with _aside(path) as folder, closing(_Disk(folder)) as disk:
        packing = Packing(disk)
        built = read(topics, glossary, packing.passing(resources), disk)
        _write(replace(built, resources=packing.lines()), folder / path.name)
        _put(folder / path.name, path)


def open_index(path: Path) -> Index:
    """The index in a file; raises IndexFileError if there is none or it is damaged."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size < _ALIGNED:
                raise IndexFileError(f"{path} is no index, or was cut off. Build it again.")
            mapping = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            opened = _Opened(file.fileno())
    except (OSError, ValueError) as error:
        raise IndexFileError(f"The index {path} cannot be read: {error}.") from error
    # A question needs a few pages here and there; what lies around them would fill the memory.
    if hasattr(mmap, "MADV_RANDOM"):
        mapping.madvise(mmap.MADV_RANDOM)
    magic, version, checksum, start, length, whole = _HEAD.unpack_from(mapping)
    if magic != _MAGIC:
        raise IndexFileError(f"{path} is no index. Name another file, or build it.")
    if version != _VERSION:
        raise IndexFileError(
            f"{path} is an index of version {version}, and version {_VERSION} is read. "
            "Build it again."
        )
    description = mapping[start : start + length]
    if whole != size or zlib.crc32(description) != checksum:
        raise IndexFileError(f"{path} is damaged or was cut off. Build it again.")
    head = json.loads(description)
    arrays = {
        name: np.frombuffer(mapping, kind, count, at).reshape(shape)
        for name, (kind, shape, at) in head["arrays"].items()
        for count in [int(np.prod(shape, dtype=np.int64))]
    }
    pieces = {
        name: _InFile(opened, head["arrays"][name][2], arrays[name]) for name in _READ_IN_PIECES
    }
    return Index(_built(head, arrays, pieces))


# An index as named arrays and a description


def _parts(built: Built) -> tuple[dict[str, Any], dict[str, Array]]:
    """What is small, as plain data, and what is large."""
    resources = built.resources
    lines = resources if isinstance(resources, Lines) else packed(resources, InMemory)
    words = built.words
    head = {
        "size": built.postings.size,
        "topics": [plain(one) for one in built.topics],
        "glossary": [plain(one) for one in built.glossary],
        "homes": built.homes.names,
        "phrases": list(words.shown.names.items()),
        "synonyms": built.synonyms.groups,
    }
    arrays = {
        **_arrays_of("ids", words.ids),
        **_arrays_of("surfaces", words.surfaces),
        "shown": words.shown.places,
        **_arrays_of("postings", built.postings),
        **_arrays_of("texts", built.texts),
        "term_weights": built.term_weights,
        "neighbours": built.neighbours.marks.whole(),
        "neighbours.samples": built.neighbours.samples,
        "homes": built.homes.of_doc,
        "lines": lines.letters.whole(),
        "lines.starts": lines.starts,
    }
    return head, arrays


def _built(head: dict[str, Any], arrays: dict[str, Array], pieces: Mapping[str, Pieces]) -> Built:
    surfaces = _made_of(Numbered, "surfaces", arrays)
    phrases = {int(number): str(name) for number, name in head["phrases"]}
    return Built(
        words=Words(
            ids=_made_of(Numbered, "ids", arrays),
            surfaces=surfaces,
            shown=Shown(surfaces, arrays["shown"], phrases),
        ),
        synonyms=Synonyms(
            [(tuple(sequence), number, name) for sequence, number, name in group]
            for group in head["synonyms"]
        ),
        postings=_made_of(Postings, "postings", arrays, size=head["size"]),
        texts=_made_of(ShortTexts, "texts", arrays),
        term_weights=arrays["term_weights"],
        neighbours=Neighbours(pieces["neighbours"], arrays["neighbours.samples"]),
        homes=Homes(arrays["homes"], tuple(head["homes"])),
        topics=tuple(topic(one) for one in head["topics"]),
        glossary=tuple(term(one) for one in head["glossary"]),
        resources=Lines(pieces["lines"], arrays["lines.starts"]),
    )


def _arrays_of(name: str, whole: Any) -> dict[str, Array]:
    """The arrays of a dataclass, under its name and theirs."""
    values = {field.name: getattr(whole, field.name) for field in fields(whole) if field.init}
    return {f"{name}.{at}": one for at, one in values.items() if isinstance(one, np.ndarray)}


def _made_of(of: type[_Of], name: str, arrays: dict[str, Array], **known: Any) -> _Of:
    own = {
        at.removeprefix(f"{name}."): one for at, one in arrays.items() if at.startswith(f"{name}.")
    }
    return of(**own, **known)


# Files


@contextmanager
def _aside(path: Path) -> Iterator[Path]:
    """A folder beside a file, gone afterwards; trouble with the disk as a sentence."""
    try:
        # A process that is killed leaves the folder behind, and the file as it was.
        with TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
            yield Path(folder)
    except OSError as error:
        raise IndexFileError(f"The index {path} cannot be written: {error}.") from error


def _put(made: Path, path: Path) -> None:
    """Let a file take the place of another, so that it is there after a loss of power as well."""
    made.replace(path)
    # Not every system lets a folder be opened or written out.
    with suppress(OSError):
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _write(built: Built, path: Path) -> None:
    head, arrays = _parts(built)
    described: dict[str, Any] = {}
    with path.open("xb") as file:
        at = file.write(bytes(_ALIGNED))
        for name, array in arrays.items():
            at += file.write(bytes(-at % _ALIGNED))
            described[name] = (array.dtype.str, array.shape, at)
            at += _copied(array, file)
        text = json.dumps(head | {"arrays": described}, default=plain).encode()
        whole = at + file.write(text)
        file.seek(0)
        file.write(_HEAD.pack(_MAGIC, _VERSION, zlib.crc32(text), at, len(text), whole))
        file.flush()
        os.fsync(file.fileno())


def _copied(array: Array, file: BinaryIO) -> int:
    """Write an array out, piece by piece; returns its size in bytes."""
    flat = array.reshape(-1)
    if isinstance(array, np.memmap) and array.filename is not None:
        # As it lies on the disk: read through the mapping, it would stay in memory.
        with Path(array.filename).open("rb") as beside:
            shutil.copyfileobj(beside, file, _PIECE)
        return flat.nbytes
    step = max(1, _PIECE // max(1, flat.itemsize))
    file.writelines(flat[start : start + step].tobytes() for start in range(0, len(flat), step))
    return flat.nbytes


class _Opened:
    """A file that stays open as long as anything is read of it."""

    def __init__(self, number: int) -> None:
        """`number` is that of the open file, which may be closed by others."""
        self.number = os.dup(number)
        weakref.finalize(self, os.close, self.number)


class _InFile:
    """An array in a file, read piece by piece without being mapped."""

    def __init__(self, file: _Opened, start: int, mapped: Array) -> None:
        self._file = file
        self._start = start
        self._mapped = mapped

    def read(self, start: int, stop: int) -> Array:
        """The elements `start` to `stop`; it may be fewer at the end."""
        kind = self._mapped.dtype
        stop = min(stop, len(self._mapped))
        at, size = self._start + start * kind.itemsize, (stop - start) * kind.itemsize
        return np.frombuffer(os.pread(self._file.number, size, at), kind)

    def whole(self) -> Array:
        """All of them, mapped."""
        return self._mapped


class _Disk:
    """Room for growing arrays in the files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._arrays: list[_OnDisk] = []

    def __call__(self, kind: npt.DTypeLike) -> "_OnDisk":
        made = _OnDisk(self._folder / f"{len(self._arrays)}", np.dtype(kind))
        self._arrays.append(made)
        return made

    def close(self) -> None:
        """Close all files; what was mapped of them stays."""
        for array in self._arrays:
            array.close()


class _OnDisk:
    """An array that grows in a file."""

    def __init__(self, path: Path, kind: "np.dtype[Any]") -> None:
        self._kind = kind
        self._path = path
        self._file = path.open("w+b")

    def append(self, piece: Array) -> None:
        """Put these after what there is."""
        self._file.write(np.ascontiguousarray(piece, self._kind).data)

    def read(self, start: int, stop: int) -> Array:
        """The elements `start` to `stop` of those written."""
        self._file.flush()
        size = self._kind.itemsize
        taken = os.pread(self._file.fileno(), (stop - start) * size, start * size)
        return np.frombuffer(taken, self._kind)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def whole(self) -> Array:
        """All of them, mapped."""
        self.close()
        if not self._path.stat().st_size:
            return np.empty(0, self._kind)
        return np.memmap(self._path, self._kind, "r")
