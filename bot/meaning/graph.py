"""The model of the extra, rewritten in memory so that it multiplies whole numbers.

Its file holds weights of one byte, yet makes floats of them all first, 90 MB, and multiplies those.
Here the other side of each product becomes whole numbers of one byte, too, and the very same
weights are multiplied as they are stored, by ONNX's own QuantizeLinear and MatMulInteger. Each
token has its own unit and its own zero, as in LLM.int8() (Dettmers et al., 2022): one for a whole
text, as DynamicQuantizeLinear has it, is a fifth faster and costs 6 of 1,000 first results. Of the
tables only the rows of a text become floats.

An ONNX file is a message of protobuf: fields, each with its number, its kind and its content, which
may be such a message again. The numbers are those of onnx.proto. Some nodes of the graph are
written anew; all else stays byte for byte.
"""

import struct
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

ARITHMETIC = "whole numbers 2"
"""Becomes another one whenever the same file would come to give other vectors."""

# The kinds of fields that there are here: a number, and a content with its length before it.
_NUMBER, _SIZED = 0, 2
# ... and one that is only written.
_FOUR_BYTES = 5
# No number has more bytes.
_LONGEST = 10
# Each byte of it has seven bits, and one that tells that more follow.
_MORE = 128

_GRAPH = 7
_VERSION, _OPERATORS = 1, 8
_NODE, _NAME, _STORED, _GIVEN, _RESULT = 1, 2, 5, 11, 12
_INPUT, _OUTPUT, _OPERATOR, _ATTRIBUTE = 1, 2, 4, 5
_TENSOR_SIZE, _TENSOR_TYPE, _TENSOR_NAME, _TENSOR_CONTENT = 1, 2, 8, 9
_UINT8, _INT8, _INT32 = 2, 3, 6
_FLOAT = 1


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of a message."""

    number: int
    whole: memoryview
    """As it stands, with its number and its length."""
    content: memoryview


@dataclass(frozen=True, slots=True)
class _Node:
    """An operator of the graph, and the names of all that it takes and makes."""

    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    whole: memoryview


@dataclass(frozen=True, slots=True)
class _Weight:
    """The names of a table of whole numbers, and of what each row or column is multiplied by."""

    stored: str
    scale: str


def in_whole_numbers(model: bytes) -> bytes:
    """The same model, but with the weights that it stores as int8 multiplied as they are.

    Raises ValueError if it is no ONNX model, or has no such weights, or does something else with
    them than to multiply by them and to look rows up in them.
    """
    fields = tuple(_fields(memoryview(model)))
    parts: list[bytes | memoryview] = []
    for field in fields:
        if field.number == _GRAPH:
            graph = _rewritten(field.content)
            parts += [_head(_GRAPH, sum(map(len, graph))), *graph]
        else:
            parts.append(field.whole)
    if len(parts) == len(fields):
        raise ValueError("it has no graph")
    # Joined once: the weights are 22 MB, which are not to be copied more often than they have to.
    return b"".join(parts)


def _rewritten(graph: memoryview) -> list[bytes | memoryview]:
    """The content of the graph in parts, with no node before those that make what it takes."""
    fields = tuple(_fields(graph))
    nodes = [_node(field) for field in fields if field.number == _NODE]
    stored = {_name_of_int8(field.content) for field in fields if field.number == _STORED}
    floats, weights = _weights(nodes, stored)
    if not weights:
        raise ValueError("it has no weights stored as int8")
    gone = floats.keys() | weights.keys()
    parts: list[bytes | memoryview] = []
    rounded: set[str] = set()
    for node in nodes:
        match node:
            case _Node(outputs=(made,)) if made in gone:
                continue
            case _Node("MatMul", (given, weight), (made,)) if (
                weight in weights and given not in gone
            ):
                if given not in rounded:
                    rounded.add(given)
                    parts += _rounding(given)
                parts += _product(given, weights[weight], made)
            case _Node("Gather", (table, rows), (made,)) if table in weights and rows not in gone:
                parts += _looking_up(weights[table], rows, made)
            case _:
                if not gone.isdisjoint(node.inputs):
                    raise ValueError(f"a weight is used by {node.operator!r}")
                parts.append(node.whole)
    return [*parts, *(field.whole for field in fields if field.number != _NODE)]


def _weights(
    nodes: Sequence[_Node], stored: Collection[str | None]
) -> tuple[dict[str, str], dict[str, _Weight]]:
    """By the names of the floats that are made of them: tables of whole numbers, and whole weights.

    First a table is cast to floats, then these are multiplied by their scale.
    """
    floats: dict[str, str] = {}
    weights: dict[str, _Weight] = {}
    for node in nodes:
        match node:
            case _Node("Cast", (table,), (made,)) if table in stored:
                floats[made] = table
            case _Node("Mul", (table, scale), (made,)) if table in floats:
                weights[made] = _Weight(floats[table], scale)
    return floats, weights


def _rounding(given: str) -> Iterator[bytes]:
    """What makes whole numbers, 0 to 255, of the floats of one text: of each token, how much one is
    (`unit`), which of them is nought, and both multiplied (`offset`).
    """
    least, most, unit, zero = (f"{given}/{name}" for name in ("least", "most", "unit", "zero"))
    yield _made("ReduceMin", [given], [least], _integer("keepdims", 0), _integers("axes", 0, 2))
    yield _made("ReduceMax", [given], [most], _integer("keepdims", 0), _integers("axes", 0, 2))
    yield _made("Sub", [most, least], [f"{given}/range"])
    yield _made("Constant", [], [f"{given}/share"], _float("value_float", 1 / 255))
    yield _made("Mul", [f"{given}/range", f"{given}/share"], [unit])
    yield _made("Div", [least, unit], [f"{given}/below"])
    yield _made("Neg", [f"{given}/below"], [f"{given}/above"])
    yield _made("Round", [f"{given}/above"], [zero])
    yield _made("Cast", [zero], [f"{given}/nought"], _integer("to", _UINT8))
    whole = [given, unit, f"{given}/nought"]
    yield _made("QuantizeLinear", whole, [f"{given}/whole"], _integer("axis", 1))
    yield _made("Constant", [], [f"{given}/last"], _integers("value_ints", 1))
    yield _made("Unsqueeze", [unit, f"{given}/last"], [f"{given}/units"])
    yield _made("Mul", [unit, zero], [f"{given}/shift"])
    yield _made("Unsqueeze", [f"{given}/shift", f"{given}/last"], [f"{given}/offset"])


def _product(given: str, weight: _Weight, made: str) -> Iterator[bytes]:
    """Whole numbers times whole numbers, brought to their size, less what nought has added.

    What does not depend on the text, as the sum of each column, onnxruntime computes once.
    """
    yield _made("MatMulInteger", [f"{given}/whole", weight.stored], [f"{made}/sum"])
    yield _made("Cast", [f"{made}/sum"], [f"{made}/float"], _integer("to", _FLOAT))
    yield _made("Mul", [f"{made}/float", f"{given}/units"], [f"{made}/sized"])
    yield _made("Cast", [weight.stored], [f"{made}/weights"], _integer("to", _FLOAT))
    yield _made("Constant", [], [f"{made}/first"], _integers("value_ints", 0))
    columns = [f"{made}/weights", f"{made}/first"]
    yield _made("ReduceSum", columns, [f"{made}/columns"], _integer("keepdims", 0))
    yield _made("Mul", [f"{made}/columns", f"{given}/offset"], [f"{made}/added"])
    yield _made("Sub", [f"{made}/sized", f"{made}/added"], [f"{made}/unscaled"])
    yield _made("Mul", [f"{made}/unscaled", weight.scale], [made])


def _looking_up(table: _Weight, rows: str, made: str) -> Iterator[bytes]:
    """Some rows of a table, each with its scale, made floats."""
    yield _made("Gather", [table.stored, rows], [f"{made}/row"])
    yield _made("Gather", [table.scale, rows], [f"{made}/size"])
    yield _made("Cast", [f"{made}/row"], [f"{made}/float"], _integer("to", _FLOAT))
    yield _made("Mul", [f"{made}/float", f"{made}/size"], [made])


LENGTH = 64
"""So many numbers are multiplied and added up in the largest product."""
LARGEST = 255 * 127 * LENGTH
"""What it is, where a processor does it right."""


def largest_product() -> bytes:
    """A model of one product, which x86 processors without VNNI get wrong.

    They add two products up in 16 bits, which is too few for large ones. It takes rows of `LENGTH`
    numbers of uint8, and all of its weights are 127.
    """
    weights = (
        _plain(_TENSOR_SIZE, LENGTH) * 2
        + _plain(_TENSOR_TYPE, _INT8)
        + _sized(_TENSOR_NAME, b"weights")
        + _sized(_TENSOR_CONTENT, b"\x7f" * LENGTH**2)
    )
    graph = (
        _made("MatMulInteger", ["given", "weights"], ["product"])
        + _sized(_NAME, b"largest")
        + _sized(_STORED, weights)
        + _sized(_GIVEN, _value("given", _UINT8))
        + _sized(_RESULT, _value("product", _INT32))
    )
    operators = _plain(2, 13)
    return _plain(_VERSION, 8) + _sized(_GRAPH, graph) + _sized(_OPERATORS, operators)


# Protobuf, read


def _node(field: _Field) -> _Node:
    names: dict[int, list[str]] = {_INPUT: [], _OUTPUT: [], _OPERATOR: []}
    for part in _fields(field.content):
        if part.number in names:
            names[part.number].append(str(part.content, "utf-8"))
    operator = "".join(names[_OPERATOR])
    return _Node(operator, tuple(names[_INPUT]), tuple(names[_OUTPUT]), field.whole)


def _name_of_int8(tensor: memoryview) -> str | None:
    """What a table is called, or None if it does not hold int8."""
    told = {
        field.number: bytes(field.content)
        for field in _fields(tensor)
        if field.number in (_TENSOR_TYPE, _TENSOR_NAME)
    }
    return (
        told.get(_TENSOR_NAME, b"").decode() if told.get(_TENSOR_TYPE) == _written(_INT8) else None
    )


def _fields(message: memoryview) -> Iterator[_Field]:
    """The fields of a message, in order; raises ValueError if it is none."""
    at = 0
    while at < len(message):
        start = at
        key, at = _number_at(message, at)
        low = at
        value, at = _number_at(message, at)
        if key & 7 == _SIZED:
            low, at = at, at + value
        elif key & 7 != _NUMBER:
            raise ValueError("a field is of a kind that was not looked at")
        if at > len(message):
            raise ValueError("a field is longer than what it stands in")
        yield _Field(key >> 3, message[start:at], message[low:at])


def _number_at(message: memoryview, at: int) -> tuple[int, int]:
    """The number that starts here, its lowest bits first, and where it ends."""
    number = 0
    for place, byte in enumerate(message[at : at + _LONGEST]):
        number |= (byte & ~_MORE) << 7 * place
        if byte < _MORE:
            return number, at + place + 1
    raise ValueError("a number has no end")


# Protobuf, written


def _made(
    operator: str, inputs: Sequence[str], outputs: Sequence[str], *attributes: bytes
) -> bytes:
    node = b"".join(
        (
            *(_sized(_INPUT, name.encode()) for name in inputs),
            *(_sized(_OUTPUT, name.encode()) for name in outputs),
            _sized(_OPERATOR, operator.encode()),
            *(_sized(_ATTRIBUTE, attribute) for attribute in attributes),
        )
    )
    return _sized(_NODE, node)


# An attribute: its name, its value, and which kind of value that is.


def _integer(name: str, value: int) -> bytes:
    return _sized(1, name.encode()) + _plain(3, value) + _plain(20, 2)


def _integers(name: str, *values: int) -> bytes:
    listed = b"".join(_plain(8, value) for value in values)
    return _sized(1, name.encode()) + listed + _plain(20, 7)


def _float(name: str, value: float) -> bytes:
    number = _written(2 << 3 | _FOUR_BYTES) + struct.pack("<f", value)
    return _sized(1, name.encode()) + number + _plain(20, 1)


def _value(name: str, kind: int) -> bytes:
    """What flows in or out: its name, and that it is a tensor of this kind."""
    return _sized(1, name.encode()) + _sized(2, _sized(1, _plain(1, kind)))


def _plain(number: int, value: int) -> bytes:
    return _written(number << 3 | _NUMBER) + _written(value)


def _sized(number: int, content: bytes) -> bytes:
    return _head(number, len(content)) + content


def _head(number: int, size: int) -> bytes:
    return _written(number << 3 | _SIZED) + _written(size)


def _written(number: int) -> bytes:
    some = bytearray()
    while number >= _MORE:
        some.append(number % _MORE | _MORE)
        number >>= 7
    return bytes([*some, number])
