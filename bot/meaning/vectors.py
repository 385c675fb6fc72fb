"""The vectors of a catalogue, kept in a file so that only what changed is computed anew.

A file is a head of 64 bytes, the marks of the texts, and a row for each. It holds what its
catalogue needs and nothing else. Whatever is wrong with it, the vectors can be computed again.
"""

import os
import zlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from struct import Struct

import numpy as np

from bot.errors import BotError
from bot.files import read, reason, replacing
from bot.meaning.model import Model
from bot.model import Catalogue
from bot.search.arrays import Floats

Progress = Callable[[int, int], object]
"""Is told how many of the vectors that have to be computed are done, of how many."""

# The marks around the name tell a file that went through a text conversion.
_MAGIC = b"\x89onboard means\r\n"
# Counted up whenever the same texts and the same model would give other rows.
_VERSION = 1
# Magic, version, checksum of all that follows, the model's fingerprint, width and number of rows.
_HEAD = Struct("<16sII32sII")
_MARK = 16
_ROW = np.dtype("<f4")
# A file may hold so many more rows than are wanted; beyond that it is not read.
_SPARE = 10_000
# So many are given to the threads at once: whoever stops it waits for no more.
_AT_ONCE = 20
# So many are computed until they are written, or a fourth of those before, if that is more: whoever
# is stopped has not lost all, and a large catalogue is written whole some dozen times.
_PIECE = 500


@dataclass(frozen=True, slots=True, eq=False)
class Filled:
    """The vectors of a catalogue, and what became of them."""

    rows: Floats
    """One for each group of texts, in their order."""
    marks: tuple[bytes, ...]
    """What tells the texts of each group from all others."""
    fingerprint: str
    """That of the model."""
    computed: int
    """How many groups had none yet."""
    rebuilt: bool
    """Whether there was a file that could not be used."""
    trouble: str = ""
    """Why they could not be kept for the next start, in a sentence."""

    @property
    def reused(self) -> int:
        """How many groups had theirs already."""
        return len(self.rows) - self.computed


def place(catalogue: Path) -> Path | None:
    """Where the vectors of this catalogue are kept, or None if the user has no such place."""
    given = Path(os.environ.get("XDG_CACHE_HOME", ""))
    try:
        folder = given if given.is_absolute() else Path.home() / ".cache"
        name = blake2b(os.fsencode(catalogue.resolve()), digest_size=8).hexdigest()
    except (OSError, RuntimeError):
        return None
    return folder / "onboard" / f"{name}.vectors"


def texts_of(catalogue: Catalogue) -> list[tuple[str, ...]]:
    """What a catalogue is compared by: two texts for each resource, then one for each ask.

    A resource is what it is, alone and under the name of its home topic.
    """
    names = {topic.id: topic.name for topic in catalogue.topics}
    groups: list[tuple[str, ...]] = []
    for resource in catalogue.resources:
        what = f"{resource.title}. {resource.summary}"
        home = names.get(resource.topics[0], resource.topics[0])
        groups.append((what, f"{home}: {what}"))
    groups += ((ask,) for resource in catalogue.resources for ask in resource.asks)
    return groups


def fill(
    groups: Sequence[tuple[str, ...]],
    model: Model,
    cache: Path | None,
    *,
    before: Filled | None = None,
    threads: int = 1,
    progress: Progress | None = None,
) -> Filled:
    """The vectors of groups of texts: each the mean of those of its texts.

    What the cache has, or what was filled before, is not computed again. So many threads keep as
    many processors busy, and make no difference to the numbers. A cache that cannot be read is made
    anew, and one that cannot be written is done without. Raises ModelError.
    """
    marks = tuple(_mark(texts) for texts in groups)
    kept, rebuilt = _kept(cache, model, len(marks))
    known = dict(kept)
    if before and before.fingerprint == model.fingerprint:
        known.update(zip(before.marks, before.rows, strict=True))
    found = {mark: known[mark] for mark in marks if mark in known}
    missing = {mark: texts for mark, texts in zip(marks, groups, strict=True) if mark not in found}
    trouble, lost, due = "", list(missing), _PIECE
    with ThreadPoolExecutor(threads) as pool:
        for at in range(0, len(lost), _AT_ONCE):
            if progress:
                progress(at, len(lost))
            if at >= due and not trouble:
                trouble = _keep(cache, model, found)
                due = at + max(_PIECE, len(found) // 4)
            some = lost[at : at + _AT_ONCE]
            each = pool.map(model.embed, (missing[mark] for mark in some))
            found.update((mark, rows.mean(axis=0)) for mark, rows in zip(some, each, strict=True))
    if progress and missing:
        progress(len(missing), len(missing))
    if found.keys() != kept.keys() and not trouble:
        trouble = _keep(cache, model, found)
    return Filled(
        rows=np.array([found[mark] for mark in marks], np.float32).reshape(-1, model.width),
        marks=marks,
        fingerprint=model.fingerprint,
        computed=sum(mark in missing for mark in marks),
        rebuilt=rebuilt,
        trouble=trouble,
    )


def _mark(texts: tuple[str, ...]) -> bytes:
    return blake2b(repr(texts).encode(), digest_size=_MARK).digest()


def _kept(cache: Path | None, model: Model, wanted: int) -> tuple[dict[bytes, Floats], bool]:
    """Return the rows of a file, and whether there is one that could not be used."""
    row = model.width * _ROW.itemsize
    # Of a file that holds more than this a part is read, which is found to be cut off.
    most = _HEAD.size + (wanted + _SPARE) * (_MARK + row)
    data = read(cache, most) if cache else None
    if data is None:
        return {}, False
    if len(data) < _HEAD.size:
        return {}, True
    magic, version, checksum, fingerprint, width, count = _HEAD.unpack_from(data)
    told = (magic, version, fingerprint, width)
    if (
        told != (_MAGIC, _VERSION, bytes.fromhex(model.fingerprint), model.width)
        or len(data) != _HEAD.size + count * (_MARK + row)
        or zlib.crc32(memoryview(data)[_HEAD.size :]) != checksum
    ):
        return {}, True
    at = _HEAD.size + count * _MARK
    marks = (data[start : start + _MARK] for start in range(_HEAD.size, at, _MARK))
    rows = np.frombuffer(data, _ROW, offset=at).reshape(count, width)
    if not np.isfinite(rows).all():
        # The checksum is no seal: somebody else wrote it, and one such number would spoil all sums.
        return {}, True
    return dict(zip(marks, rows, strict=True)), False


def _keep(cache: Path | None, model: Model, found: Mapping[bytes, Floats]) -> str:
    """Write the rows to a file, whole or not at all; return what is in the way, if anything is."""
    if cache is None:
        return ""
    body = b"".join(chain(found, (np.asarray(row, _ROW).tobytes() for row in found.values())))
    head = _HEAD.pack(
        _MAGIC,
        _VERSION,
        zlib.crc32(body),
        bytes.fromhex(model.fingerprint),
        model.width,
        len(found),
    )
    try:
        _make(cache.parent)
        with replacing(cache) as file:
            file.write(head)
            file.write(body)
    except BotError as error:
        return f"The vectors of the catalogue are computed at each start, because {error}"
    return ""


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BotError(f"{folder} cannot be made: {reason(error)}.") from error
