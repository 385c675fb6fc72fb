"""YAML text in, a `Document` out, or the sentence that says why the text cannot be read.

The text is read as a stream of events and never recursively, so that depth, size and aliases are
bounded while they are counted, and a key is seen even when it appears twice. Of YAML only the
core is known: text, numbers, yes-or-no, nothing, lists and blocks. A date stays text; the schema
knows where one belongs. Text loses the spaces around it: a folded block always ends in a break.
"""

import json
import re
from dataclasses import dataclass
from typing import NoReturn

import yaml

from bot.catalogue.document import Document, Path, Place, Plain
from bot.catalogue.wording import quoted
from bot.errors import CatalogueError
from bot.model import Problem

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""What some editors put before the text of a file."""
BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
"""What ends a line for libyaml."""

MAX_DEPTH = 20
MAX_VALUES = 1_000_000
MAX_COPIED = 1_000_000
"""Values and characters that all aliases of a file may repeat together."""

# As YAML 1.1 has them: most tools follow it, and a catalogue must mean the same in all of them.
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(
    r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)

# What YAML forbids everywhere, in quotes and comments too.
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read(data: bytes, file: str) -> Document:
    """Read the text of a catalogue; `file` is what problems call it.

    Raises CatalogueError at the first place where the text cannot be followed any further.
    """
    text = _decode(data, file)
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise CatalogueError([_explain(error, text, file)]) from error
    return builder.document()


@dataclass(slots=True)
class _Open:
    """A list or block whose end has not been read yet."""

    value: list[Plain] | dict[str, Plain]
    path: Path
    anchor: str | None
    weight: int
    """Weight of the whole document when this value began."""
    key: str | None = None
    """The key of a block that still waits for its value."""


class _Builder:
    """Builds the document from the events; `take` each of them, then ask for the `document`."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._data: Plain = None
        self._values: dict[Path, Place] = {}
        self._keys: dict[Path, Place] = {}
        self._problems: list[Problem] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Plain, int]] = {}
        self._weight = 0
        self._copied = 0

    def take(self, event: yaml.Event) -> None:
        """Add what one event brings; raises CatalogueError where a bound is passed."""
        match event:
            case yaml.ScalarEvent():
                self._scalar(event)
            case yaml.AliasEvent():
                self._alias(event)
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                self._start(event)
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                closed = self._open.pop()
                if closed.anchor:
                    self._anchors[closed.anchor] = closed.value, self._weight - closed.weight
            case yaml.DocumentStartEvent() if self._values:
                self._stop(
                    event,
                    'A second document starts here, after "---".',
                    "Keep the whole catalogue in one: delete this line.",
                )

    def document(self) -> Document:
        """Return everything taken; raises CatalogueError when there was nothing."""
        if self._data is None:
            message = "The file holds no catalogue: it is empty or has only comments."
            remedy = 'Start it with "version: 1" and a list "resources".'
            raise CatalogueError([Problem(self._file, 0, 0, message, remedy, "yaml")])
        return Document(self._file, self._data, self._values, self._keys, tuple(self._problems))

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._weight += 1 + len(event.value)
        self._refuse_tag(event)
        value = plain(event.value) if event.implicit[0] else event.value.strip()
        if event.anchor:
            self._anchors[event.anchor] = value, 1 + len(event.value)
        if self._expects_key():
            self._key(event, event.value.strip())
        else:
            self._put(event, value, event.value)

    def _alias(self, event: yaml.AliasEvent) -> None:
        anchor = event.anchor or ""
        name = f"*{anchor}"
        if any(parent.anchor for parent in self._open):
            self._stop(
                event,
                f"The alias {quoted(name)} stands inside a value that has a name of its own.",
                "Write the repeated value out here.",
            )
        if anchor not in self._anchors:
            self._stop(
                event,
                f"The alias {quoted(name)} repeats a value, but none above it is named "
                f"{quoted('&' + anchor)}.",
                f"If it is meant as text, put it in quotes: {quoted(name)}.",
            )
        value, weight = self._anchors[anchor]
        self._copied += weight
        if self._copied > MAX_COPIED:
            self._stop(
                event,
                f"The aliases up to here repeat more than {MAX_COPIED:,} characters.",
                "Write the values out, or repeat fewer of them.",
            )
        if self._expects_key():
            self._key(event, value)
        else:
            self._put(event, value, name)

    def _start(self, event: yaml.SequenceStartEvent | yaml.MappingStartEvent) -> None:
        if self._expects_key():
            self._key(event, None)
        if len(self._open) == MAX_DEPTH:
            self._stop(
                event,
                f"Lists and blocks are nested more than {MAX_DEPTH} deep.",
                'A catalogue needs five: look for a "[" or "{" that is not closed.',
            )
        self._weight += 1
        self._refuse_tag(event)
        value: list[Plain] | dict[str, Plain]
        value = [] if isinstance(event, yaml.SequenceStartEvent) else {}
        path = self._put(event, value, "")
        self._open.append(_Open(value, path, event.anchor, self._weight))

    def _expects_key(self) -> bool:
        return (
            bool(self._open)
            and isinstance(self._open[-1].value, dict)
            and self._open[-1].key is None
        )

    def _key(self, event: yaml.NodeEvent, key: Plain) -> None:
        if not isinstance(key, str):
            self._stop(
                event,
                "A key must be a word, and this one is a list or a block.",
                "If it is meant as text, put the whole text in quotes.",
            )
        block = self._open[-1]
        path = (*block.path, key)
        if path in self._keys:
            self._report(
                event,
                f"The key {quoted(key)} stands twice in this block, first in line "
                f"{self._keys[path].line}.",
                "Delete one of the two.",
            )
        block.key = key
        self._keys[path] = _place(event, key)

    def _put(self, event: yaml.NodeEvent, value: Plain, written: str) -> Path:
        """Hand the value to the list or block it belongs to, and return its path."""
        path: Path = ()
        match self._open[-1] if self._open else None:
            case None:
                self._data = value
            case _Open(value=list() as items, path=parent):
                path = (*parent, len(items))
                items.append(value)
            case _Open(value=dict() as block, path=parent, key=str(key)) as top:
                path = (*parent, key)
                block[key] = value
                top.key = None
        if len(self._values) == MAX_VALUES:
            self._stop(
                event,
                f"The file holds more than {MAX_VALUES:,} values.",
                "Split the catalogue.",
            )
        self._values[path] = _place(event, written)
        return path

    def _refuse_tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.tag and event.tag not in ("!", "tag:yaml.org,2002:str"):
            self._report(
                event,
                f"The tag {quoted(event.tag)} has no meaning in a catalogue.",
                'Delete it; if the text starts with "!", put it in quotes.',
            )

    def _report(self, event: yaml.Event, message: str, remedy: str) -> None:
        line, column, _ = _place(event, "")
        self._problems.append(Problem(self._file, line, column, message, remedy, "yaml"))

    def _stop(self, event: yaml.Event, message: str, remedy: str) -> NoReturn:
        self._report(event, message, remedy)
        raise CatalogueError(sorted(self._problems))


def _place(event: yaml.Event, written: str) -> Place:
    mark = event.start_mark
    return Place(mark.line + 1, mark.column + 1, written) if mark else Place(0, 0, written)


def plain(written: str) -> Plain:
    """Return what an unquoted value means: a text that means nothing else comes back itself."""
    if written in _WORDS:
        return _WORDS[written]
    if written[0] in "+-.0123456789":
        if _INTEGER.fullmatch(written):
            return int(written)
        if _NUMBER.fullmatch(written):
            return float(written.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return written


def _decode(data: bytes, file: str) -> str:
    """Return the text of the file, or raise with every character that cannot be in one."""
    save = "Save it as UTF-8 text."
    if data.startswith(_UTF16_MARKS):
        raise CatalogueError([Problem(file, 0, 0, "The file is encoded as UTF-16.", save, "yaml")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        line, column = _position(before, len(before))
        message = f"Byte {error.start + 1:,} of the file, 0x{data[error.start]:02X}, is not UTF-8."
        raise CatalogueError([Problem(file, line, column, message, save, "yaml")]) from error
    if "\0" in text:
        message = "The file holds null characters: it is not text, or encoded as UTF-16."
        raise CatalogueError([Problem(file, 0, 0, message, save, "yaml")])
    if hidden := _UNREADABLE.search(text):
        line, column = _position(text, hidden.start())
        message = f"The file holds the invisible character U+{ord(hidden.group()):04X}."
        raise CatalogueError([Problem(file, line, column, message, "Delete it.", "yaml")])
    return text


def _position(text: str, index: int) -> tuple[int, int]:
    start = text.rfind("\n", 0, index) + 1
    return text.count("\n", 0, start) + 1, index - start + 1


_EXAMPLE = 80
"""Characters up to which a remedy repeats the line as it should be."""
_QUOTE_IT = "Put the whole text in quotes."
_SENTENCES = (
    # What libyaml says of a place -> what is wrong there, what to do. The first match counts.
    (
        "found unexpected end of stream",
        "The quote that opens here is never closed.",
        "Close it; inside '...' write '' for an apostrophe.",
    ),
    (
        "found unexpected document indicator",
        "The quote that opens here is never closed.",
        "Close it; inside '...' write '' for an apostrophe.",
    ),
    (
        "',' or ']'",
        "The list that opens here is not closed, or a comma is missing in it.",
        'Put a comma between its items and a "]" at its end.',
    ),
    (
        "',' or '}'",
        "The block that opens here is not closed, or a comma is missing in it.",
        'Put a comma between its keys and a "}" at its end.',
    ),
    (
        "could not find expected ':'",
        "This line has no key, or no colon and space after it.",
        'Write "key: value", or indent the line if it continues the text above it.',
    ),
    (
        "did not find expected '-'",
        'An item of the list above, which would start with "-", was expected here.',
        "Line this key up with the keys of its own block.",
    ),
    (
        "block sequence entries",
        'A list item cannot start here with "-".',
        "Start each item on a line of its own, below its key; put a text in quotes.",
    ),
    (
        "did not find expected alphabetic",
        '"*" and "&" mean something else at the start of an unquoted text.',
        _QUOTE_IT,
    ),
    (
        "found unknown escape",
        'A backslash between "..." starts a code, and this code is unknown.',
        "Write two backslashes for one, or use '...'.",
    ),
    (
        "hexdecimal",
        'A backslash between "..." starts a code, and this code is unknown.',
        "Write two backslashes for one, or use '...'.",
    ),
    (
        "invalid Unicode character",
        "This code does not stand for a character.",
        "Write the character itself.",
    ),
    (
        "expected comment or line break",
        'Text follows "|" or ">" on the same line.',
        "Start the text on the next line, indented, or put it in quotes.",
    ),
    (
        "<document start>",
        "Something follows the end of the catalogue.",
        "Delete it, or look for a bracket too many.",
    ),
    ("node content", "A value was expected here.", _QUOTE_IT),
    ("directive", 'A line cannot start with "%".', _QUOTE_IT),
    ("tag", 'A text that starts with "!" means something else.', _QUOTE_IT),
)
# Faults that are found far below the place that has to be mended.
_OPENING = re.compile("quoted scalar|flow sequence|flow mapping|simple key")


def _explain(error: yaml.MarkedYAMLError, text: str, file: str) -> Problem:
    """Return libyaml's complaint as a sentence that a curator can act on."""
    mark, problem = error.problem_mark, error.problem or ""
    late = "expected ',' or" in problem or "expected ':'" in problem or "unexpected" in problem
    if late and error.context_mark and _OPENING.search(error.context or ""):
        mark = error.context_mark
    if mark is None:
        told = f"The file is not YAML: {problem}."
        return Problem(file, 0, 0, told, "Mend it and try again.", "yaml")
    lines = BREAK.split(text)
    line = lines[mark.line] if mark.line < len(lines) else ""
    message, remedy = _sentence(problem, line, mark.column)
    return Problem(file, mark.line + 1, mark.column + 1, message, remedy, "yaml")


def _sentence(problem: str, line: str, column: int) -> tuple[str, str]:
    before, here = line[:column], line[column : column + 1]
    if here == "\t" or " tab " in problem or before[:1] == "\t":
        return "The line is indented with a tab.", "Use spaces."
    if "cannot start any token" in problem:
        return f"An unquoted text cannot start with {quoted(here)}.", _QUOTE_IT
    if "mapping values" in problem:
        return _stray_colon(line, before)
    if "did not find expected key" in problem:
        return _no_key(before)
    for needle, message, remedy in _SENTENCES:
        if needle in problem:
            return message, remedy
    return f"This is not YAML: {problem}.", "Compare the line with its neighbours."


def _no_key(before: str) -> tuple[str, str]:
    if before.strip():
        return (
            "Text follows where the value has already ended.",
            "Put the whole text in one pair of quotes; inside '...' write '' for an apostrophe.",
        )
    return "The line is not indented like the lines it belongs to.", "Line it up with them."


def _stray_colon(line: str, before: str) -> tuple[str, str]:
    if found := re.match(r"[\s-]*([\w-]+): +(\S.*)", line):
        key, value = found.groups()
        if len(before) > found.start(2):
            text = json.dumps(value.rstrip(), ensure_ascii=False)
            example = f": {key}: {text}." if len(text) < _EXAMPLE and text.isprintable() else "."
            return (
                "A colon and a space cannot stand inside unquoted text.",
                f"Put the text in quotes{example}",
            )
    return (
        "A key cannot start here: it is indented too far, or the line above it is unfinished.",
        "Line it up with the keys of its block; every key needs a colon and a space.",
    )
