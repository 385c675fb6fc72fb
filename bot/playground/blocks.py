"""The checker: what Slack would refuse in a message or a view, in sentences.

What comes in is any decoded JSON. A sentence begins with the path of the value it is about; none
means that Slack would take the payload. The tables are in `blockkit`; here they are read.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from bot.playground.blockkit import (
    BLOCKS,
    ELEMENTS,
    HOME,
    MARKDOWN_LIMIT,
    MESSAGE,
    MESSAGE_BLOCKS,
    MESSAGE_TEXT,
    MODAL,
    TABLE_LIMIT,
    VIEW,
    VIEW_LIMIT,
    Flag,
    Items,
    Number,
    Rule,
    Shape,
    String,
    Typed,
)

_QUOTED = 60
_SURFACES = {"modal": MODAL, "home": HOME}
_INNER = {"container": "child_blocks", "carousel": "elements", "plan": "tasks"}

Object = Mapping[object, object]
Placed = tuple[str, Object]
"""An object and its path."""


def message_problems(text: object, blocks: object) -> list[str]:
    """What Slack would refuse in a message of this text and these blocks; None is "not sent"."""
    problems: list[str] = []
    if text is not None:
        problems += _faults(MESSAGE_TEXT, text, "text")
    if not text and not blocks:
        problems.append("text: is missing, and there are no blocks.")
    if blocks is not None:
        problems += _faults(MESSAGE_BLOCKS, blocks, "blocks")
        problems += _payload_faults(blocks, "blocks", MESSAGE)
    return problems


def view_problems(view: object) -> list[str]:
    """What Slack would refuse in a modal or in a view for the Home tab."""
    problems = [*_size_faults(view), *_faults(VIEW, view, "view")]
    if isinstance(view, Mapping):
        surface = _SURFACES.get(_type(view), "")
        blocks = list(_objects(view.get("blocks"), "view.blocks"))
        if (
            surface == MODAL
            and "submit" not in view
            and any(_type(it) == "input" for _, it in blocks)
        ):
            problems.append('view: needs "submit", for it has an input block.')
        problems += _payload_faults(view.get("blocks"), "view.blocks", surface)
        problems += _focus_faults(blocks)
    return problems


# One value by its rule -------------------------------------------------------------------------


def _faults(rule: Rule, value: object, path: str) -> Iterator[str]:
    match rule:
        case String():
            found = _string_faults(rule, value)
        case Number():
            found = _number_faults(rule, value)
        case Flag():
            found = iter(() if isinstance(value, bool) else ("must be true or false.",))
        case Items():
            yield from _list_faults(rule, value, path)
            return
        case Shape() | Typed():
            yield from _object_faults(rule, value, path)
            return
    for sentence in found:
        yield f"{path}: {sentence}"


def _string_faults(rule: String, value: object) -> Iterator[str]:
    if not isinstance(value, str):
        yield "must be a string."
    elif rule.among:
        if value not in rule.among:
            yield f"must be {_listed('or', rule.among)}."
    elif len(value) < rule.shortest:
        yield "is empty."
    elif rule.longest is not None and len(value) > rule.longest:
        yield f"is longer than {rule.longest:,} characters."
    elif rule.pattern and not rule.pattern.fullmatch(value):
        yield f"must be {rule.meaning}."


def _number_faults(rule: Number, value: object) -> Iterator[str]:
    kinds = (int,) if rule.whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds):
        yield "must be a whole number." if rule.whole else "must be a number."
    elif rule.least is not None and value < rule.least:
        yield f"must be {rule.least:,} or more."
    elif rule.most is not None and value > rule.most:
        yield f"must be {rule.most:,} or less."


def _list_faults(rule: Items, value: object, path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path}: must be a list."
        return
    if len(value) < rule.least:
        yield f"{path}: holds fewer than {_items(rule.least)}."
    if rule.most is not None and len(value) > rule.most:
        yield f"{path}: holds more than {_items(rule.most)}."
    for index, item in enumerate(value):
        if not (item is None and rule.gaps):
            yield from _faults(rule.of, item, f"{path}[{index}]")


def _object_faults(rule: Shape | Typed, value: object, path: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{path}: must be an object."
    elif isinstance(rule, Shape):
        yield from _shape_faults(rule, value, path)
    elif "type" not in value:
        yield f'{path}: needs "type".'
    elif not isinstance(name := value["type"], str):
        yield f"{path}.type: must be a string."
    elif name not in rule.names and len(rule.names) == 1:
        yield f"{path}.type: must be {_listed('or', rule.names)}."
    elif name not in rule.table:
        yield f"{path}.type: {_quoted(name)} is no {rule.noun} that Slack knows."
    elif name not in rule.names:
        yield f"{path}.type: {_quoted(name)} may not stand here."
    else:
        plain = {key: item for key, item in value.items() if key != "type"}
        yield from _shape_faults(rule.table[name], plain, path)


def _shape_faults(shape: Shape, value: Object, path: str) -> Iterator[str]:
    rules = {**shape.needs, **shape.may}
    for name in shape.needs:
        if name not in value:
            yield f"{path}: needs {_quoted(name)}."
    for key, item in value.items():
        rule = rules.get(key) if isinstance(key, str) else None
        if rule:
            yield from _faults(rule, item, f"{path}.{key}")
        elif not shape.open:
            yield f"{path}: must not hold {_quoted(key)}."
    for sentence in _relation_faults(shape, value):
        yield f"{path}: {sentence}"


def _relation_faults(shape: Shape, value: Object) -> Iterator[str]:
    if shape.either and not any(key in value for key in shape.either):
        yield f"needs {_listed('or', shape.either)}."
    if len(held := [key for key in shape.apart if key in value]) > 1:
        yield f"must not hold both {_listed('and', held)}."
    ranks = [(key, rank) for key in shape.ordered if (rank := _rank(value.get(key))) is not None]
    for (low, least), (high, most) in pairwise(ranks):
        if least > most:
            yield f"has {_quoted(low)} above {_quoted(high)}."


def _rank(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, (int, float, str)) else None
    except (ValueError, OverflowError):
        return None


# A payload as a whole --------------------------------------------------------------------------


def _payload_faults(blocks: object, path: str, surface: str) -> Iterator[str]:
    top = list(_objects(blocks, path))
    for where, block in top:
        yield from _place_faults(BLOCKS, block, where, surface)
    placed = [item for outer in top for item in (outer, *_inner(*outer))]
    yield from _repeats("block_id", placed)
    for where, block in placed:
        elements = list(_elements(block, where))
        yield from _repeats("action_id", elements)
        for place, element in elements:
            yield from _place_faults(ELEMENTS, element, place, surface)
            yield from _choice_faults(element, place)
        yield from _clashes(block, where)
    yield from _total_faults(placed, path)


def _place_faults(
    table: Mapping[str, Shape], item: Object, path: str, surface: str
) -> Iterator[str]:
    shape = table.get(name := _type(item))
    if surface and shape and surface not in shape.surfaces:
        yield f"{path}.type: {_quoted(name)} may not stand in a {surface}."


def _repeats(key: str, placed: Iterable[Placed]) -> Iterator[str]:
    first: dict[str, str] = {}
    for path, item in placed:
        name = item.get(key)
        if isinstance(name, str) and name and (taken := first.setdefault(name, path)) != path:
            yield f"{path}.{key}: {_quoted(name)} is that of {taken} too."


def _choice_faults(element: Object, path: str) -> Iterator[str]:
    """What is chosen at first must be among the options, where these are given."""
    groups = [group for _, group in _objects(element.get("option_groups"), path)]
    offered = {
        _likeness(option)
        for source in (element, *groups)
        for _, option in _objects(source.get("options"), path)
    }
    chosen = list(_objects(element.get("initial_options"), f"{path}.initial_options"))
    if isinstance(option := element.get("initial_option"), Mapping):
        chosen.append((f"{path}.initial_option", option))
    for where, option in chosen:
        if offered and _likeness(option) not in offered:
            yield f"{where}: is none of the options."


def _likeness(option: Object) -> tuple[object, ...]:
    """What of an option must be the same for Slack: what it says, not how it is drawn."""
    texts = (option.get("text"), option.get("description"))
    said = [text.get("text") for text in texts if isinstance(text, Mapping)]
    return tuple(item if isinstance(item, str) else None for item in (option.get("value"), *said))


def _clashes(block: Object, path: str) -> Iterator[str]:
    """What no single key of a block is wrong in, but two together are."""
    element = block.get("element")
    file = isinstance(element, Mapping) and _type(element) == "file_input"
    if file and block.get("dispatch_action") is True:
        yield f'{path}.dispatch_action: must not be true for a "file_input".'
    if block.get("is_collapsible") is True and block.get("has_header_divider") is True:
        yield f"{path}.has_header_divider: must not be true if the container is collapsible."
    if _type(block) == "data_table" and isinstance(rows := block.get("rows"), list):
        yield from _row_faults([row for row in rows if isinstance(row, list)], f"{path}.rows")


def _row_faults(rows: list[list[object]], path: str) -> Iterator[str]:
    if len({len(row) for row in rows}) > 1:
        yield f"{path}: must all hold the same number of cells."
    for where, cell in _objects(rows[0] if rows else (), f"{path}[0]"):
        if _type(cell) == "rich_text":
            yield f'{where}.type: "rich_text" may not stand in the first row.'


def _total_faults(placed: list[Placed], path: str) -> Iterator[str]:
    markdown = [block for _, block in placed if _type(block) == "markdown"]
    if len(markdown) > 1 and sum(map(_letters, markdown)) > MARKDOWN_LIMIT:
        yield f"{path}: hold more than {MARKDOWN_LIMIT:,} characters of markdown in all."
    tables = [(where, block) for where, block in placed if _type(block) == "table"]
    for where, _ in tables[1:]:
        yield f"{where}: is a second table; a message has one at most."
    if sum(_letters(table.get("rows")) for _, table in tables) > TABLE_LIMIT:
        yield f"{path}: hold more than {TABLE_LIMIT:,} characters in tables in all."


def _letters(value: object) -> int:
    """How long all texts in a value are together; it may be nested to any depth."""
    total, left = 0, [value]
    while left:
        match left.pop():
            case list() as items:
                left += items
            case Mapping() as item:
                left += [inner for inner in item.values() if isinstance(inner, list | Mapping)]
                text = item.get("text")
                total += len(text) if isinstance(text, str) else 0
    return total


def _focus_faults(blocks: Iterable[Placed]) -> Iterator[str]:
    focused = [
        where
        for path, block in blocks
        for where, element in _elements(block, path)
        if element.get("focus_on_load") is True
    ]
    for path in focused[1:]:
        yield f"{path}.focus_on_load: is true for {focused[0]} already."


def _size_faults(view: object) -> Iterator[str]:
    try:
        packed = json.dumps(view, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except RecursionError:
        yield "view: is nested too deeply."
    except (TypeError, ValueError):
        yield "view: is not JSON."
    else:
        if len(packed.encode(errors="surrogatepass")) > VIEW_LIMIT:
            yield f"view: is longer than {VIEW_LIMIT:,} bytes as JSON."


# Ways through a payload ------------------------------------------------------------------------


def _type(item: Object) -> str:
    name = item.get("type")
    return name if isinstance(name, str) else ""


def _objects(items: object, path: str) -> Iterator[Placed]:
    """The objects in what ought to be a list."""
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, Mapping):
            yield f"{path}[{index}]", item


def _inner(path: str, block: Object) -> Iterator[Placed]:
    """The blocks inside a block."""
    if key := _INNER.get(_type(block)):
        yield from _objects(block.get(key), f"{path}.{key}")


def _elements(block: Object, path: str) -> Iterator[Placed]:
    """The elements directly in a block."""
    for key in ("accessory", "element"):
        if isinstance(item := block.get(key), Mapping):
            yield f"{path}.{key}", item
    for key in ("elements", "actions"):
        yield from _objects(block.get(key), f"{path}.{key}")


# Words -----------------------------------------------------------------------------------------


def _quoted(value: object) -> str:
    """A text between quotation marks, on one line and not too long."""
    text = value if isinstance(value, str) else type(value).__name__
    shown = text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"
    return json.dumps(shown.encode(errors="replace").decode(), ensure_ascii=False)


def _listed(joint: str, names: Iterable[str]) -> str:
    *first, last = map(_quoted, names)
    return f"{', '.join(first)} {joint} {last}" if first else last


def _items(count: int) -> str:
    return f"{count:,} item" if count == 1 else f"{count:,} items"
