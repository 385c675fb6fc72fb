"""New entries into the text of a catalogue, in which all else stays as it is written.

The lines of the entries are put where a YAML parser says that the list ends; as with `splicing`,
the result has to say what the file said, and the entries.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import yaml

from bot.catalogue import syntax, writer
from bot.catalogue.document import SECTIONS
from bot.catalogue.reader import parse
from bot.catalogue.splicing import composed, end_of, lines_at, next_line, prove
from bot.catalogue.syntax import BREAK, MARK
from bot.errors import BotError
from bot.model import Resource, Topic

_COMMENT = re.compile("( *)#[^\r\n\x85\u2028\u2029]*(?:\r\n|[\r\n\x85\u2028\u2029]|\\Z)")
_EMPTY = re.compile(r"\[\s*\]|~|null|Null|NULL|")
_INDENT = 2


def inserted(
    text: str, resources: Sequence[Resource], file: str, topics: Sequence[Topic] = ()
) -> str:
    """Return the text of a catalogue with these at the end of its resources, and of its topics.

    Lines are added, nothing else; only a list without entries loses its brackets. Raises
    CatalogueError if the catalogue is not sound, and BotError if nothing can be added to it as it
    is written; `file` is what they call it.
    """
    if not resources and not topics:
        return text
    # First, because it says best what is wrong with a text that no parser can follow.
    syntax.read(text.encode("utf-8", "surrogatepass"), file)
    body = text.removeprefix(MARK)
    after = body
    if topics:
        before, after = _changed(after, "topics", topics, file)
        old = parse(before, file)
        prove(after, replace(old, topics=(*old.topics, *topics)), file)
    if resources:
        before, after = _changed(after, "resources", resources, file)
        old = parse(before, file)
        prove(after, replace(old, resources=(*old.resources, *resources)), file)
    return text[: len(text) - len(body)] + after


def _changed(
    text: str, name: str, entries: Sequence[Topic | Resource], file: str
) -> tuple[str, str]:
    """Return the text as it has to be read, and as it is with the entries."""
    root = composed(text, file)
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise _unfit(file, name)
    sections: dict[str, yaml.Node] = {
        key.value.strip(): value for key, value in root.value if isinstance(key, yaml.ScalarNode)
    }
    habit = _habit(text, root, sections, name)
    lines = habit.lines(entries)
    listed = sections.get(name)
    if listed is None:
        at = root.end_mark.index
        heading = f"{' ' * root.start_mark.column}{name}:\n"
        return text, _put(text, at, _blank_before(text, at) + heading + lines)
    if isinstance(listed, yaml.SequenceNode) and not listed.flow_style:
        at = _past_comments(text, next_line(text, end_of(text, listed)), habit.column)
        return text, _put(text, at, ("\n" if habit.spaced else "") + lines)
    start, end = listed.start_mark.index, listed.end_mark.index
    if not _EMPTY.fullmatch(text, start, end):
        raise _unfit(file, name)
    # An empty list, or nothing at all, which stands for one.
    head, tail = text[:start], text[end:]
    if not BREAK.split(tail, maxsplit=1)[0].strip():
        head = head.rstrip(" ")
    without = head + tail
    return f"{head} []{tail}", _put(without, next_line(without, len(head)), lines)


def _unfit(file: str, name: str) -> BotError:
    return BotError(
        f'Nothing can be added to {file}, because its "{name}" are not a list with lines of '
        'their own for each entry. Write them so, each one starting with "- "; nothing was changed.'
    )


@dataclass(frozen=True, slots=True)
class _Habit:
    """How the curators of a file write."""

    column: int
    """Where the dash of an entry stands, counted from 0."""
    spaced: bool
    """Whether there are blank lines between entries."""

    def lines(self, entries: Sequence[Topic | Resource]) -> str:
        """Return the entries as lines of the file."""
        between = "\n" if self.spaced else ""
        return between.join(writer.item(entry, self.column) for entry in entries)


def _blank_before(text: str, at: int) -> str:
    """Return the blank line that is still wanted before what is put at this place."""
    *above, here = BREAK.split(text[:at])
    last = here if here.strip() or not above else above[-1]
    return "\n" if last.strip() else ""


def _habit(
    text: str, root: yaml.MappingNode, sections: Mapping[str, yaml.Node], own: str
) -> _Habit:
    """Find the habits of a file in this list, or else in its other lists, or be as a writer."""
    dashes = [
        token.start_mark
        for token in yaml.scan(text, Loader=yaml.CSafeLoader)
        if isinstance(token, yaml.BlockEntryToken)
    ]
    places = [mark.index for mark in dashes]
    columns: list[int] = []
    gaps: list[bool] = []
    for name in (own, *reversed(SECTIONS)):
        listed = sections.get(name)
        if isinstance(listed, yaml.SequenceNode) and not listed.flow_style:
            entries = listed.value
            places_of = [bisect_right(places, entry.start_mark.index) - 1 for entry in entries[-2:]]
            columns.append(dashes[places_of[-1]].column)
            if len(places_of) > 1:
                gap = text[end_of(text, entries[-2]) : places[places_of[-1]]]
                gaps.append(any(not line.strip() for line in BREAK.split(gap)[1:-1]))
    column = next(iter(columns), root.start_mark.column + _INDENT)
    return _Habit(column, next(iter(gaps), True))


def _past_comments(text: str, at: int, column: int) -> int:
    """Return the place after the comments that are indented as parts of the last entry are."""
    while (found := _COMMENT.match(text, at)) and len(found.group(1)) > column:
        at = found.end()
    return at


def _put(text: str, at: int, lines: str) -> str:
    return text[:at] + lines_at(text, at, lines) + text[at:]
