"""The arrays an index is made of, and arrays that grow piece by piece."""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Bits = npt.NDArray[np.uint16]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Marks = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Array = npt.NDArray[Any]


class Pieces(Protocol):
    """An array of one dimension that is read piece by piece, and need not be in memory."""

    def read(self, start: int, stop: int) -> Array:
        """The elements `start` to `stop`."""

    def whole(self) -> Array:
        """All of them; nothing is appended after that."""


class Growing(Pieces, Protocol):
    """One that is written once, from its beginning to its end."""

    def append(self, piece: Array) -> None:
        """Put these after what there is."""


Room = Callable[[npt.DTypeLike], Growing]
"""Where a catalogue is worked on: gives empty arrays, in memory or on a disk."""


class InMemory:
    """A growing array in memory."""

    def __init__(self, kind: npt.DTypeLike) -> None:
        self._pieces: list[Array] = []
        self._kind = np.dtype(kind)

    def append(self, piece: Array) -> None:
        """Put these after what there is; the piece is kept, not copied."""
        self._pieces.append(piece.astype(self._kind, copy=False))

    def read(self, start: int, stop: int) -> Array:
        """The elements `start` to `stop` of those written."""
        return self.whole()[start:stop]

    def whole(self) -> Array:
        """All of them."""
        if len(self._pieces) != 1:
            joined = np.concatenate(self._pieces) if self._pieces else np.empty(0, self._kind)
            self._pieces = [joined]
        return self._pieces[0]


def held(array: Array) -> InMemory:
    """An array in memory, to be read piece by piece."""
    made = InMemory(array.dtype)
    made.append(array)
    return made


def ranges(starts: Longs, sizes: Longs) -> Longs:
    """The numbers `starts[i]` to `starts[i] + sizes[i]` of all i, one after the other."""
    ends = np.cumsum(sizes)
    offsets = np.repeat(starts - ends + sizes, sizes)
    return offsets + np.arange(len(offsets))
