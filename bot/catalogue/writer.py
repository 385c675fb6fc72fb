"""From a catalogue to the text of `resources.yaml`: made to be read, and read back unchanged."""

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import MISSING, fields
from typing import TypeAlias

import yaml

from bot.catalogue import syntax
from bot.model import Catalogue, Link, Resource, Source, Term, Topic

# A line ends after the word that passes the width, so this is less than the hundred wanted.
_WIDTH = 90
# A longer text would not fit its line, beside key and indentation.
_LONG = 80
# Lists that read better with a line for each item: questions, and pairs of title and address.
_TALL = frozenset(("asks", "questions", "also"))
# With its keys and brackets, a longer one would be broken in the middle.
_SHORT_SOURCE = 50
_INDENT = 2

_Held: TypeAlias = "int | str | dt.date | Source | Link | tuple[_Held, ...]"
_Plain: TypeAlias = "int | str | dt.date | list[_Plain] | dict[str, _Plain]"


def dump(catalogue: Catalogue) -> str:
    """Return YAML with keys in the order of the fields; those left at their default are not there.

    A date is written bare, so a reader must take both a date and its text.
    """
    lists: tuple[tuple[str, tuple[Topic, ...] | tuple[Term, ...] | tuple[Resource, ...]], ...] = (
        ("topics", catalogue.topics),
        ("glossary", catalogue.glossary),
        ("resources", catalogue.resources),
    )
    parts = [f"version: {catalogue.version}\n"]
    parts += (f"{key}:\n" + "\n".join(map(item, entries)) for key, entries in lists if entries)
    return "\n".join(parts)


def item(entry: Topic | Term | Resource, indent: int = _INDENT) -> str:
    """Return the lines of one entry of a list, which is indented by so many spaces."""
    text = yaml.dump(
        [dict(_items(entry))],
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=_WIDTH - indent,
    )
    return "".join(
        " " * indent + line if line.strip() else line for line in text.splitlines(keepends=True)
    )


def pair(key: str, held: str | dt.date, indent: int) -> str:
    """Return the lines of a key and its value in a block, which is indented by so many spaces."""
    text = yaml.dump(
        {key: held}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH - indent
    )
    return "".join(
        " " * indent + line if line.strip() else line for line in text.splitlines(keepends=True)
    )


def inline(held: str | dt.date) -> str:
    """Return a value on one line, as it can stand between brackets."""
    text = yaml.dump(_Row([held]), Dumper=_Dumper, allow_unicode=True, width=math.inf)
    return text.strip()[1:-1]


def _items(value: Topic | Term | Resource | Link | Source) -> Iterator[tuple[str, _Plain]]:
    for key in fields(value):
        held = getattr(value, key.name)
        if key.default is MISSING or held != key.default:
            yield key.name, _plain(held, tall=key.name in _TALL)


def _plain(held: _Held, *, tall: bool) -> _Plain:
    if isinstance(held, Source):
        told = (held.page, *held.section, held.said or "", str(held.unlisted or ""))
        short = sum(map(len, told)) < _SHORT_SOURCE
        return _Flow(_items(held)) if short else dict(_items(held))
    if isinstance(held, Link):
        return dict(_items(held))
    if isinstance(held, tuple):
        items = [_plain(item, tall=tall) for item in held]
        return items if tall else _Row(items)
    return held


class _Row(list[_Plain]):
    """A list to be written within a line: `[a, b]`."""


class _Flow(dict[str, _Plain]):
    """A mapping to be written within a line: `{a: b}`."""


class _Dumper(yaml.SafeDumper):
    # Not the C emitter: it writes emoji as numbers, and lists of a key without this indent.
    def expect_block_sequence(self) -> None:
        self.increase_indent(flow=False, indentless=False)
        self.state = self.expect_first_block_sequence_item


def _write_text(dumper: _Dumper, text: str) -> yaml.Node:
    style = None
    if not text.isprintable():
        # Left to itself the emitter writes an unusual line break bare, which reads as a space.
        style = '"'
    elif syntax.plain(text) != text:
        # The reader knows more numbers than the emitter does: 1e3.
        style = "'"
    elif len(text) > _LONG and " " in text:
        style = ">"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _write_row(dumper: _Dumper, row: _Row) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", row, flow_style=True)


def _write_flow(dumper: _Dumper, flow: _Flow) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", list(flow.items()), flow_style=True)


_Dumper.add_representer(str, _write_text)
_Dumper.add_representer(_Row, _write_row)
_Dumper.add_representer(_Flow, _write_flow)
