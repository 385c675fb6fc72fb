"""The text of a catalogue changed in some places, and all else left as it is written.

Read and written anew, a file would lose its comments and the habits of its curators. So a YAML
parser names the place of a change, and the result is read before it is handed out: it has to be
sound, and to say what the file said but for the change.
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

import yaml

from bot.catalogue import syntax, writer
from bot.catalogue.document import Path, Plain
from bot.catalogue.reader import parse_with_places
from bot.catalogue.syntax import BREAK, MARK
from bot.errors import BotError, CatalogueError
from bot.model import Catalogue, Link, Resource, Source, Term, Topic

_LONGEST_PLAIN = 80
# A key that is new goes behind those that come before it in the model.
_ORDER = {
    name: [key.name for key in fields(noun)]
    for name, noun in (
        ("topics", Topic),
        ("glossary", Term),
        ("resources", Resource),
        ("source", Source),
        ("also", Link),
    )
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a catalogue as it would be with one more item in a list."""

    number: int
    """Where it would stand, counted from 1."""
    text: str
    """The whole line, without its end."""
    is_new: bool
    """Whether it comes between the lines there are, or takes the place of one."""
    whole: str
    """The text of the catalogue with it."""


@dataclass(frozen=True, slots=True, order=True)
class _Splice:
    start: int
    end: int
    rank: int
    """Which comes first of two in one place."""
    text: str


def edited(text: str, changes: Mapping[Path, str | dt.date | None], file: str) -> str:
    """Return the text of a sound catalogue with these values, by path; None takes a key away.

    Comments, order and all other bytes stay, and so do quotes that somebody chose. Raises BotError
    where a value cannot be changed by itself, or the catalogue would not be sound; `file` is what
    they call it.
    """
    if not changes:
        return text
    # First, because it says best what is wrong with a text that no parser can follow.
    wanted = syntax.read(text.encode("utf-8", "surrogatepass"), file).data
    body = text.removeprefix(MARK)
    root = composed(body, file)
    parts, done = [text[: len(text) - len(body)]], 0
    for splice in sorted(_splice(body, root, path, to, file) for path, to in changes.items()):
        parts += (body[done : splice.start], splice.text)
        done = splice.end
    after = "".join((*parts, body[done:]))
    for path, to in changes.items():
        wanted = _with(wanted, path, str(to) if isinstance(to, dt.date) else to)
    prove(after, wanted, file)
    return after


def with_item(text: str, entry: Path, key: str, value: str, file: str) -> Line:
    """Return the one line by which the list `key` of an entry gets one more item, the first.

    Raises BotError like `edited`, and if it takes more than a line.
    """
    document = syntax.read(text.encode("utf-8", "surrogatepass"), file)
    body = text.removeprefix(MARK)
    node = _node(composed(body, file), entry)
    if not isinstance(node, yaml.MappingNode):
        raise _unfit(file)
    shown = json.dumps(value, ensure_ascii=False)
    at = _index(node, key)
    listed = None if at is None else node.value[at][1]
    if isinstance(listed, yaml.SequenceNode) and listed.flow_style:
        start = listed.start_mark.index + 1
        made = shown + (", " if listed.value else "")
    elif isinstance(listed, yaml.SequenceNode):
        # The dash of the first item starts the list, on a line of its own.
        start = _line_start(body, listed.start_mark.index)
        made = f"{' ' * listed.start_mark.column}- {shown}{newline_of(body)}"
    elif node.flow_style:
        start = node.start_mark.index + 1
        made = f"{key}: [{shown}], "
    elif listed is None:
        below = [name for name, _ in node.value if name.start_mark.line > node.start_mark.line]
        if not below:
            raise _unfit(file)
        start = _line_start(body, below[-1].start_mark.index)
        made = f"{' ' * _column(node)}{key}: [{shown}]{newline_of(body)}"
    else:
        raise _unfit(file)
    after = body[:start] + made + body[start:]
    path = (*entry, key)
    held = document.value(path)
    items = [value, *(held if isinstance(held, list) else ())]
    prove(after, _with(document.data, path, items), file)
    number = len(BREAK.findall(body, 0, start)) + 1
    line = BREAK.split(after)[number - 1]
    return Line(number, line, bool(BREAK.search(made)), text[: len(text) - len(body)] + after)


def prove(after: str, wanted: "Catalogue | Plain", file: str) -> None:
    """Raise BotError unless a text is a sound catalogue and says exactly this."""
    try:
        catalogue, document = parse_with_places(after, file)
    except CatalogueError as error:
        raise BotError(
            f"With this change {file} would not be sound: {error.problems[0].message} "
            "Nothing was changed; do it by hand."
        ) from error
    if wanted != (catalogue if isinstance(wanted, Catalogue) else document.data):
        raise BotError(
            f"{file} is written so that this would change what is there. "
            "Nothing was changed; do it by hand."
        )


def composed(text: str, file: str) -> yaml.Node | None:
    """Return the nodes of a text with their places; raises BotError where the parser sees none."""
    try:
        return yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        # A name that is given twice, which is allowed, and which it does not know.
        raise _unfit(file, error.problem_mark) from error


def newline_of(text: str) -> str:
    """Return how the lines of a text end."""
    first = BREAK.search(text)
    return first.group() if first and first.group() in ("\n", "\r\n", "\r") else "\n"


def next_line(text: str, at: int) -> int:
    """Return where the line after this place starts; the place itself if a line starts there."""
    if at and BREAK.fullmatch(text[at - 1]):
        return at
    found = BREAK.search(text, at)
    return found.end() if found else len(text)


def end_of(text: str, node: yaml.Node) -> int:
    """Return where the text of a value ends: comments and blank lines after it are left out."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        # For the parser it ends where the next one starts.
        return max(end_of(text, part) for part in _parts(node))
    start, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        header = BREAK.split(text[start:end], maxsplit=1)[0]
        if "+" not in header:
            return start + len(text[start:end].rstrip(" \r\n"))
    return end


def lines_at(text: str, at: int, lines: str) -> str:
    """Return lines as they can be put into a text in this place, with the ends that it has.

    Behind a last line that does not end they start with an end, and do not end either.
    """
    newline = newline_of(text)
    lines = lines.replace("\n", newline)
    if at == len(text) and text and not BREAK.fullmatch(text[-1]):
        return newline + lines.removesuffix(newline)
    return lines


# One change


def _splice(
    text: str, root: yaml.Node | None, path: Path, value: str | dt.date | None, file: str
) -> _Splice:
    owner, key = _node(root, path[:-1]), path[-1]
    if isinstance(owner, yaml.SequenceNode) and value is not None:
        return _replaced(text, _node(owner, (key,)), value, None, file)
    if not isinstance(owner, yaml.MappingNode):
        raise _unfit(file, owner)
    at = _index(owner, key)
    if at is None and value is not None:
        return _added(text, path, owner, value, file)
    if at is None:
        raise _unfit(file, owner)
    if value is None:
        return _without(text, owner, at, file)
    block = None if owner.flow_style else (str(key), _column(owner))
    return _replaced(text, owner.value[at][1], value, block, file)


def _replaced(
    text: str,
    node: yaml.Node | None,
    value: str | dt.date,
    block: tuple[str, int] | None,
    file: str,
) -> _Splice:
    """Put a value in the place of another; in a block it has a key, which stands in a column."""
    # Of an alias the parser gives the node that it repeats, which starts with its name.
    if not isinstance(node, yaml.ScalarNode) or text.startswith(("&", "!"), node.start_mark.index):
        raise _unfit(file, node)
    start, end = node.start_mark.index, node.end_mark.index
    remark = ""
    if node.style in ("|", ">"):
        held = text[start:end]
        end = start + len(held.rstrip(" \r\n"))
        _, mark, rest = BREAK.split(held, maxsplit=1)[0].partition("#")
        remark = f" {mark}{rest}" if mark else ""
    held, line_end = text[start:end], BREAK.search(text, end)
    behind = remark or text[end : line_end.start() if line_end else None].strip()
    new = _usual(value, block, one_line=bool(behind))
    if held.replace(newline_of(text), "\n") != _usual(node.value, block, one_line=bool(behind)):
        new = _as_before(node.style, value) or new
    # Behind a key without a value no space stands.
    space = " " if start == end and not text[start - 1].isspace() else ""
    return _Splice(start, end, 0, space + new.replace("\n", newline_of(text)) + remark)


def _usual(value: str | dt.date, block: tuple[str, int] | None, *, one_line: bool) -> str:
    """Return a value as the writer has it in this place."""
    if block:
        key, column = block
        written = writer.pair(key, value, column)[column + len(f"{key}: ") :].removesuffix("\n")
        if not one_line or "\n" not in written:
            return written
    return writer.inline(value)


def _as_before(style: str | None, value: str | dt.date) -> str | None:
    """Return a value in the manner that somebody chose for the one before; None if it cannot be."""
    if not isinstance(value, str) or not value.isprintable():
        return None
    if style == "'":
        return "'" + value.replace("'", "''") + "'"
    if style == '"':
        return json.dumps(value, ensure_ascii=False)
    return value if not style and _is_plain(value) else None


def _is_plain(value: str) -> bool:
    """Whether a text may stand without quotes, in a list within a line as well."""
    if len(value) > _LONGEST_PLAIN or syntax.plain(value) != value:
        return False
    try:
        node = yaml.compose(f"[{value}]", Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return False
    match node:
        case yaml.SequenceNode(value=[yaml.ScalarNode(value=str(read))]):
            return read == value
    return False


def _added(
    text: str, path: Path, owner: yaml.MappingNode, value: str | dt.date, file: str
) -> _Splice:
    """Put a key where the model has it among those that are there."""
    key = str(path[-1])
    kind = next((step for step in reversed(path[:-1]) if isinstance(step, str)), "")
    order = _ORDER.get(kind, [])
    if key not in order:
        raise _unfit(file, owner)
    earlier = order[: order.index(key)]
    before = [pair for pair in owner.value if pair[0].value.strip() in earlier]
    end = _end_of_pair(text, *(before or owner.value)[-1])
    rank = len(earlier)
    if owner.flow_style:
        return _Splice(end, end, rank, f", {key}: {writer.inline(value)}")
    start = next_line(text, end)
    return _Splice(
        start, start, rank, lines_at(text, start, writer.pair(key, value, _column(owner)))
    )


def _without(text: str, owner: yaml.MappingNode, at: int, file: str) -> _Splice:
    name, held = owner.value[at]
    start, end = name.start_mark.index, _end_of_pair(text, name, held)
    if owner.flow_style and at:
        return _Splice(_end_of_pair(text, *owner.value[at - 1]), end, 0, "")
    if owner.flow_style and len(owner.value) > 1:
        return _Splice(start, owner.value[1][0].start_mark.index, 0, "")
    start = _line_start(text, start)
    if owner.flow_style or text[start : name.start_mark.index].strip():
        raise _unfit(file, name)
    return _Splice(start, next_line(text, end), 0, "")


def _with(data: Plain, path: Path, value: Plain) -> Plain:
    """Return plain data with one value changed; what aliases share with it is not."""
    if not path:
        return value
    step, *rest = path
    match data, step:
        case dict(), str() if value is None and not rest:
            return {key: held for key, held in data.items() if key != step}
        case dict(), str():
            return {**data, step: _with(data.get(step), tuple(rest), value)}
        case list(), int():
            return [*data[:step], _with(data[step], tuple(rest), value), *data[step + 1 :]]
    return data


def _unfit(file: str, at: yaml.Node | yaml.Mark | None = None) -> BotError:
    mark = at.start_mark if isinstance(at, yaml.Node) else at
    place = f"{file}:{mark.line + 1}" if mark else file
    return BotError(
        f"{place}: This is written so that it cannot be changed by itself. "
        "Nothing was changed; do it by hand."
    )


# Nodes


def _node(root: yaml.Node | None, path: Path) -> yaml.Node | None:
    node = root
    for step in path:
        if isinstance(node, yaml.MappingNode):
            at = _index(node, step)
            node = None if at is None else node.value[at][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step] if step < len(node.value) else None
        else:
            return None
    return node


def _index(node: yaml.MappingNode, key: str | int) -> int | None:
    return next((at for at, (name, _) in enumerate(node.value) if name.value.strip() == key), None)


def _column(node: yaml.MappingNode) -> int:
    """Return where the keys of a block stand; it may itself start with a name, further left."""
    return int(node.value[0][0].start_mark.column)


def _end_of_pair(text: str, name: yaml.Node, held: yaml.Node) -> int:
    # What an alias repeats ends further up.
    return max(end_of(text, held), int(name.end_mark.index))


def _parts(node: yaml.Node) -> Iterator[yaml.Node]:
    for part in node.value:
        if isinstance(part, tuple):
            yield from part
        else:
            yield part


def _line_start(text: str, at: int) -> int:
    ends = [match.end() for match in BREAK.finditer(text, 0, at)]
    return ends[-1] if ends else 0
