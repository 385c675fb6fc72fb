"""New entries into the text of a catalogue, in which all else stays as it is written.

Read and written anew, a file would lose its comments and the habits of its curators. So the lines
of the entries are put where a YAML parser says that the list ends, and the result is read before
it is handed out: it has to say what the file said, and the entries.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import yaml

from bot.catalogue import syntax, writer
from bot.catalogue.document import SECTIONS
from bot.catalogue.reader import parse
from bot.errors import BotError, CatalogueError
from bot.model import Resource

_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
# What ends a line for libyaml.
_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_COMMENT = re.compile("( *)#[^\r\n\x85\u2028\u2029]*(?:\r\n|[\r\n\x85\u2028\u2029]|\\Z)")
_EMPTY = re.compile(r"\[\s*\]|~|null|Null|NULL|")
_INDENT = 2


def inserted(text: str, resources: Sequence[Resource], file: str) -> str:
    """Return the text of a catalogue with these at the end of its resources.

    Lines are added, nothing else; only a list without entries loses its brackets. Raises
    CatalogueError if the catalogue is not sound, and BotError if nothing can be added to it as it
    is written; `file` is what they call it.
    """
    if not resources:
        return text
    # First, because it says best what is wrong with a text that no parser can follow.
    syntax.read(text.encode("utf-8", "surrogatepass"), file)
    body = text.removeprefix(_MARK)
    before, after = _changed(body, resources, file)
    _prove(before, after, resources, file)
    return text[: len(text) - len(body)] + after


def _prove(before: str, after: str, resources: Sequence[Resource], file: str) -> None:
    """Raise BotError unless the one text says what the other says, and the resources."""
    old = parse(before, file)
    wanted = replace(old, resources=(*old.resources, *resources))
    try:
        found = parse(after, file)
    except CatalogueError as error:
        raise BotError(
            f"With the new entries {file} would not be sound: {error.problems[0].message} "
            "Nothing was changed; add them by hand."
        ) from error
    if found != wanted:
        raise BotError(
            f"{file} is written so that new entries would change what is there. "
            "Nothing was changed; add them by hand."
        )


def _changed(text: str, resources: Sequence[Resource], file: str) -> tuple[str, str]:
    """Return the text as it has to be read, and as it is with the resources."""
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise _unfit(file)
    sections: dict[str, yaml.Node] = {
        key.value.strip(): value for key, value in root.value if isinstance(key, yaml.ScalarNode)
    }
    habit = _habit(text, root, sections)
    lines = habit.lines(resources)
    listed = sections.get("resources")
    if listed is None:
        at = root.end_mark.index
        heading = f"{' ' * root.start_mark.column}resources:{habit.newline}"
        return text, _put(text, at, habit.blank_before(text, at) + heading + lines, habit.newline)
    if isinstance(listed, yaml.SequenceNode) and not listed.flow_style:
        at = _past_comments(text, _next_line(text, _end(text, listed)), habit.column)
        return text, _put(text, at, (habit.newline if habit.spaced else "") + lines, habit.newline)
    start, end = listed.start_mark.index, listed.end_mark.index
    if not _EMPTY.fullmatch(text, start, end):
        raise _unfit(file)
    # An empty list, or nothing at all, which stands for one.
    head, tail = text[:start], text[end:]
    if not _BREAK.split(tail, maxsplit=1)[0].strip():
        head = head.rstrip(" ")
    without = head + tail
    return f"{head} []{tail}", _put(without, _next_line(without, len(head)), lines, habit.newline)


def _unfit(file: str) -> BotError:
    return BotError(
        f'Nothing can be added to {file}, because its "resources" are not a list with lines of '
        'their own for each entry. Write them so, each one starting with "- "; nothing was changed.'
    )


@dataclass(frozen=True, slots=True)
class _Habit:
    """How the curators of a file write."""

    newline: str
    column: int
    """Where the dash of an entry stands, counted from 0."""
    spaced: bool
    """Whether there are blank lines between entries."""

    def lines(self, resources: Sequence[Resource]) -> str:
        """Return the resources as lines of the file."""
        between = "\n" if self.spaced else ""
        text = between.join(writer.item(resource, self.column) for resource in resources)
        return text.replace("\n", self.newline)

    def blank_before(self, text: str, at: int) -> str:
        """Return the blank line that is still wanted before what is put at this place."""
        *above, here = _BREAK.split(text[:at])
        last = here if here.strip() or not above else above[-1]
        return self.newline if last.strip() else ""


def _habit(text: str, root: yaml.MappingNode, sections: Mapping[str, yaml.Node]) -> _Habit:
    """Find the habits of a file in its resources, or else in its other lists, or be as a writer."""
    first = _BREAK.search(text)
    newline = first.group() if first and first.group() in ("\n", "\r\n", "\r") else "\n"
    dashes = [
        token.start_mark
        for token in yaml.scan(text, Loader=yaml.CSafeLoader)
        if isinstance(token, yaml.BlockEntryToken)
    ]
    places = [mark.index for mark in dashes]
    columns: list[int] = []
    gaps: list[bool] = []
    for name in reversed(SECTIONS):  # The resources are the last.
        listed = sections.get(name)
        if isinstance(listed, yaml.SequenceNode) and not listed.flow_style:
            entries = listed.value
            own = [bisect_right(places, entry.start_mark.index) - 1 for entry in entries[-2:]]
            columns.append(dashes[own[-1]].column)
            if len(own) > 1:
                gap = text[_end(text, entries[-2]) : places[own[-1]]]
                gaps.append(any(not line.strip() for line in _BREAK.split(gap)[1:-1]))
    column = next(iter(columns), root.start_mark.column + _INDENT)
    return _Habit(newline, column, next(iter(gaps), True))


def _end(text: str, node: yaml.Node) -> int:
    """Return where the text of a value ends: comments and blank lines after it are left out."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        # For the parser it ends where the next one starts.
        return max(_end(text, part) for part in _parts(node))
    start, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        header = _BREAK.split(text[start:end], maxsplit=1)[0]
        if "+" not in header:
            return start + len(text[start:end].rstrip(" \r\n"))
    return end


def _parts(node: yaml.Node) -> Iterator[yaml.Node]:
    for part in node.value:
        if isinstance(part, tuple):
            yield from part
        else:
            yield part


def _next_line(text: str, at: int) -> int:
    """Return where the line after this place starts; the place itself if a line starts there."""
    if at and _BREAK.fullmatch(text[at - 1]):
        return at
    found = _BREAK.search(text, at)
    return found.end() if found else len(text)


def _past_comments(text: str, at: int, column: int) -> int:
    """Return the place after the comments that are indented as parts of the last entry are."""
    while (found := _COMMENT.match(text, at)) and len(found.group(1)) > column:
        at = found.end()
    return at


def _put(text: str, at: int, lines: str, newline: str) -> str:
    """Put lines into a text; one that does not end its last line still does not."""
    if at == len(text) and text and not _BREAK.fullmatch(text[-1]):
        return text + newline + lines.removesuffix(newline)
    return text[:at] + lines + text[at:]
