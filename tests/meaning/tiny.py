"""The smallest sentence models there are: a table with a row for each of a few words.

An ONNX file is a few nested records of protobuf, written here by hand so that no test needs the
library that makes them.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from bot.meaning.model import Model, find
from bot.search.arrays import Floats

WORDS = ("[UNK]", "a", "talk", "on", "pci", "vfio", "notes", "the", "bus", ".", ":")
INT64, INT32, FLOAT = 7, 6, 1
INPUTS: Mapping[str, int] = {"input_ids": INT64, "attention_mask": INT64}
WIDTH = 5
WEIGHTS = "weights.bin"


def write(
    folder: Path,
    *,
    inputs: Mapping[str, int] = INPUTS,
    known: int = len(WORDS),
    seed: int = 1,
    flat: bool = False,
    fill: float | None = None,
    apart: bool = False,
) -> Path:
    """Put a model in a folder that is made: with these inputs, a table of so many rows filled by
    chance or with one number, and if `flat` one row for all tokens together. With `apart` the table
    is in a file of its own.
    """
    table = np.random.default_rng(seed).normal(size=(known, WIDTH)).astype("<f4")
    if fill is not None:
        table[:] = fill
    folder.mkdir(exist_ok=True)
    (folder / "model.onnx").write_bytes(_model(inputs, table, flat=flat, apart=apart))
    if apart:
        (folder / WEIGHTS).write_bytes(table.tobytes())
    tokenizer = {
        "version": "1.0",
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"},
        "model": {
            "type": "WordLevel",
            "vocab": {word: at for at, word in enumerate(WORDS)},
            "unk_token": WORDS[0],
        },
    }
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    return folder


def model_in(folder: Path) -> Model:
    """The model in a folder."""
    found = find(str(folder))
    assert found
    return Model(found)


def _model(inputs: Mapping[str, int], table: Floats, *, flat: bool, apart: bool) -> bytes:
    rows, width = table.shape
    initial = _int(1, rows) + _int(1, width) + _int(2, FLOAT) + _text(8, "table")
    nodes = _text(1, "table") + _text(1, "input_ids") + _text(2, "rows") + _text(4, "Gather")
    shape: tuple[str | int, ...] = ("batch", "tokens", width)
    where = _part(13, _text(1, "location") + _text(2, WEIGHTS)) + _int(14, 1)
    initial += where if apart else _part(9, table.tobytes())
    graph = _part(1, nodes) + _text(2, "tiny") + _part(5, initial)
    if flat:
        graph += _part(1, _text(1, "rows") + _text(2, "flat") + _text(4, "Flatten"))
        shape = ("batch", "all")
    for name, kind in inputs.items():
        graph += _part(11, _value(name, kind, ("batch", "tokens")))
    graph += _part(12, _value("flat" if flat else "rows", FLOAT, shape))
    return _int(1, 8) + _part(7, graph) + _part(8, _text(1, "") + _int(2, 13))


def _value(name: str, kind: int, shape: tuple[str | int, ...]) -> bytes:
    sizes = b"".join(
        _part(1, _int(1, size) if isinstance(size, int) else _text(2, size)) for size in shape
    )
    return _text(1, name) + _part(2, _part(1, _int(1, kind) + _part(2, sizes)))


def _int(field: int, value: int) -> bytes:
    return _number(field << 3) + _number(value)


def _text(field: int, value: str) -> bytes:
    return _part(field, value.encode())


def _part(field: int, value: bytes) -> bytes:
    return _number(field << 3 | 2) + _number(len(value)) + value


def _number(value: int) -> bytes:
    written = bytearray()
    while value > 127:
        written.append(value & 127 | 128)
        value >>= 7
    return bytes([*written, value])
