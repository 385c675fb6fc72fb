"""Bytes in, a `Catalogue` out, or every `Problem` at once.

Only `load` opens anything. Text that cannot be read stops at its first fault. After that every
fault is found: one entry's does not hide those of another, because the rules across the catalogue
still judge the entries that are sound.
"""

import dataclasses
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any, get_args

from pydantic import ValidationError

from bot.catalogue import rules, schema, syntax
from bot.catalogue.document import SECTIONS, Document, Path, Plain
from bot.catalogue.wording import did_you_mean, either, quoted
from bot.errors import CatalogueError, CatalogueUnreadableError
from bot.model import KINDS, LEVELS, Access, Catalogue, Link, Problem, Resource, Source, Term, Topic

MAX_BYTES = 32 * 1024 * 1024
MAX_PROBLEMS = 200
"""More would bury the sentence that says how many there are."""

_SHOWN_DIGITS = 30
_OF_KEYS = ("unexpected_keyword_argument", "missing")

_CHOICES: dict[str, tuple[str, ...]] = {
    "kind": KINDS,
    "level": LEVELS,
    "access": get_args(Access),
}
_LIMITS = {
    "string_too_short": ("{where} is empty.", "Write a text, or delete the key if it is optional."),
    "string_too_long": (
        "{where} has {size:,} characters.",
        "Shorten it to {max_length:,} at most.",
    ),
    "too_short": ("{where} is an empty list.", "Give it at least {min_length} item."),
    "too_long": ("{where} has {size:,} items.", "Keep {max_length:,} at most."),
    "greater_than_equal": ("{where} is {size}, too small.", "It has to be at least {ge}."),
    "less_than_equal": ("{where} is {size}, too large.", "It can be at most {le}."),
}
_BLOCKS: dict[tuple[str, ...], type] = {
    (): Catalogue,
    ("topics",): Topic,
    ("glossary",): Term,
    ("resources",): Resource,
    ("resources", "also"): Link,
    ("resources", "source"): Source,
}


def load(path: FilePath | str) -> Catalogue:
    """Read the catalogue in a file; raises CatalogueError with every problem, by line."""
    return load_with_places(path)[0]


def load_with_places(path: FilePath | str) -> tuple[Catalogue, Document]:
    """Read the catalogue in a file, with the place of every value; raises like `load`."""
    path, file = FilePath(path), str(path)
    try:
        # Looked at before it is opened: opening a pipe would wait for its writer.
        status = path.stat()
        if problem := _unfit(path, status.st_mode, status.st_size):
            raise CatalogueUnreadableError([problem])
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise CatalogueUnreadableError([_unopened(path, error)]) from error
    return _read(data, file)


def parse(text: bytes | str, file: str = "resources.yaml") -> Catalogue:
    """Read a catalogue; raises CatalogueError with every problem, by line.

    `file` is what the problems call it; nothing of that name is opened.
    """
    return parse_with_places(text, file)[0]


def parse_with_places(text: bytes | str, file: str) -> tuple[Catalogue, Document]:
    """Read a catalogue, with the place of every value; raises like `parse`."""
    return _read(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text, file)


def value_faults(entry: Mapping[str, Plain]) -> dict[str, str]:
    """Return what is wrong with the values of one resource, each judged by itself, by their keys.

    Each is a sentence or two that call the value "this", to stand beside it in a form.
    """
    found: dict[str, str] = {}
    for key, held in entry.items():
        for text in held if isinstance(held, list) else [held]:
            if fault := rules.text_fault(str(text), paragraph=key in rules.PARAGRAPHS):
                found[key] = f"This {' '.join(fault)}"
    sound: Plain = {key: held for key, held in entry.items() if key not in found}
    document = Document("", {"version": 1, "resources": [sound]}, {}, {})
    try:
        schema.validate(document.data)
    except ValidationError as error:
        for wrong in error.errors(include_url=False, include_input=False):
            kind, path, limits = wrong["type"], wrong["loc"], wrong.get("ctx", {})
            told = _beyond("This", kind, document.value(path), limits)
            found.setdefault(str(path[2]), " ".join(told))
    return found


def _read(data: bytes, file: str) -> tuple[Catalogue, Document]:
    if len(data) > MAX_BYTES:
        raise CatalogueError([_too_large(file, None)])
    document = syntax.read(data, file)
    problems, untold = [*document.problems, *rules.text_faults(document)], 0
    try:
        catalogue = schema.validate(document.data)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        # Only those that will be shown are put into words: guessing what was meant takes time.
        told = sorted(found, key=lambda e: document.place(e["loc"]))[:MAX_PROBLEMS]
        untold = len(found) - len(told)
        problems += (_problem(document, e["type"], e["loc"], e.get("ctx", {})) for e in told)
        problems += _faults_of_the_rest(document, [e["loc"] for e in found])
    else:
        problems += rules.faults(catalogue, document, _topic_ids(document))
        if not problems:
            return catalogue, document
    raise CatalogueError(_first(sorted(set(problems)), untold, file))


def _first(problems: Sequence[Problem], untold: int, file: str) -> Sequence[Problem]:
    more = len(problems) + untold - MAX_PROBLEMS
    if more <= 0:
        return problems
    last = Problem(file, 0, 0, f"And {more:,} more.", "Mend these first.")
    return [*problems[:MAX_PROBLEMS], last]


def _faults_of_the_rest(document: Document, faulty: Sequence[Path]) -> Iterator[Problem]:
    """Judge the entries that have no fault of their own, so that one mistake hides no other."""
    if any(path == () or (len(path) == 1 and path[0] in SECTIONS) for path in faulty):
        return  # A whole section is missing: whatever names it would seem wrong.
    rest = document.without(frozenset(path[:2] for path in faulty))
    yield from rules.faults(schema.validate(rest.data), rest, _topic_ids(document))


def _topic_ids(document: Document) -> frozenset[str]:
    """Return the ids of all topics, those included whose entry has a fault elsewhere."""
    blocks = (entry for entry in document.section("topics") if isinstance(entry, dict))
    return frozenset(name for block in blocks if isinstance(name := block.get("id"), str))


# Files


def _unfit(path: FilePath, mode: int, size: int) -> Problem | None:
    if stat.S_ISDIR(mode):
        return _of_file(path, "This is a directory.", "Name the catalogue inside it.")
    if not stat.S_ISREG(mode):
        return _of_file(path, "This is a device or a pipe, not a file.", "Name a regular file.")
    return _too_large(str(path), size) if size > MAX_BYTES else None


def _too_large(file: str, size: int | None) -> Problem:
    megabyte = 1024 * 1024
    found = f"is {size // megabyte:,} MB large" if size else "is too large"
    remedy = f"At most {MAX_BYTES // megabyte} MB are read: split the catalogue."
    return Problem(file, 0, 0, f"The file {found}.", remedy)


def _unopened(path: FilePath, error: OSError | ValueError) -> Problem:
    match error:
        case FileNotFoundError():
            remedy = did_you_mean(path.name, _beside(path), "Check the path.")
            return _of_file(path, "There is no such file.", remedy)
        case PermissionError():
            return _of_file(path, "The file may not be read.", "Allow this user to read it.")
        case NotADirectoryError():
            return _of_file(path, "A part of this path is a file.", "Check the path.")
        case OSError(strerror=str(reason)):
            return _of_file(path, f"The file cannot be read: {reason}.", "Check the path.")
    return _of_file(path, "This is not the name of a file.", "Check the path.")


def _beside(path: FilePath) -> list[str]:
    try:
        return sorted(p.name for p in path.parent.iterdir() if p.suffix in (".yaml", ".yml"))
    except OSError:
        return []


def _of_file(path: FilePath, message: str, remedy: str) -> Problem:
    return Problem(str(path), 0, 0, message, remedy)


# What pydantic found, in words


def _problem(document: Document, fault: str, path: Path, limits: Mapping[str, Any]) -> Problem:
    """Put what pydantic found into words; all but keys are judged by their values."""
    problem = _worded(document, fault, path, limits)
    return replace(problem, code="key" if fault in _OF_KEYS else "value")


def _worded(document: Document, fault: str, path: Path, limits: Mapping[str, Any]) -> Problem:
    where, value = document.where(path), document.value(path)
    written = document.place(path).written
    match fault:
        case "unexpected_keyword_argument":
            return _unknown_key(document, path)
        case "missing":
            return _missing_key(document, path)
        case "literal_error":
            message, remedy = _choice(where, value, written, str(path[-1]))
        case "dataclass_type":
            message = f"{where} is {_what(value, written)}, but has to be a block of keys."
            remedy = f'Write its keys as lines "{_keys(path)[0]}: ...", and so on.'
        case "tuple_type":
            message = f"{where} is {_what(value, written)}, but has to be a list."
            remedy = _as_list(value)
        case "string_type":
            message = f"{where} is {_what(value, written)}, but has to be text."
            remedy = _as_text(value, written)
        case "int_type":
            message = f"{where} is {_what(value, written)}, not a whole number."
            remedy = "Write digits only, without quotes, units or a point."
        case "date_type" | "date_parsing":
            shown = quoted(written)
            message = f"{where} is {shown}, which is not a day of the calendar."
            remedy = "Write the day as YYYY-MM-DD, such as 2022-01-27."
        case _:
            message, remedy = _beyond(where, fault, value, limits)
    return document.problem(path, message, remedy)


def _beyond(where: str, fault: str, value: Plain, limits: Mapping[str, Any]) -> tuple[str, str]:
    """Word what is of the right type, but too long, too short, too large or too small."""
    if fault not in _LIMITS:
        return f"{where} is not valid ({fault}).", "Compare it with the output of onboard schema."
    message, remedy = _LIMITS[fault]
    size = len(value) if isinstance(value, str | list) else value
    return message.format(where=where, size=size), remedy.format(**limits)


def _unknown_key(document: Document, path: Path) -> Problem:
    key, owner = str(path[-1]), document.where(path[:-1])
    if key == "<<":
        message = f'{owner} has the key "<<", and merging blocks is not supported.'
        return document.key_problem(path, message, "Write the keys out.")
    keys = _keys(path[:-1])
    remedy = did_you_mean(key, keys, f"The keys here are {', '.join(keys)}.")
    return document.key_problem(path, f"{owner} has an unknown key {quoted(key)}.", remedy)


def _missing_key(document: Document, path: Path) -> Problem:
    key, owner = str(path[-1]), document.where(path[:-1])
    example = "version: 1" if path == ("version",) else f"{key}: ..."
    remedy = f'Add a line "{example}".'
    return document.problem(path[:-1], f"{owner} has no {quoted(key)}.", remedy)


def _choice(where: str, value: Plain, written: str, key: str) -> tuple[str, str]:
    message = f"{where} cannot be {_what(value, written)}."
    if key not in _CHOICES:
        return message, "This program reads version: 1."
    allowed = _CHOICES[key]
    remedy = f"It can be {either(allowed)}."
    return message, f"{did_you_mean(written, allowed, '')} {remedy}".lstrip()


def _what(value: Plain, written: str) -> str:
    """Return what stands in the file: the text in quotes, or anything else with its nature."""
    match value:
        case None:
            return "empty"
        case bool():
            return f"{written}, which means yes-or-no"
        case int() | float():
            return f"the number {written[:_SHOWN_DIGITS]}"
        case str():
            return quoted(value)
        case list():
            return "a list"
    return "a block of keys"


def _as_list(value: Plain) -> str:
    match value:
        case None:
            return "Write [] or delete the key."
        case str() if value:
            return f"Write it as [{quoted(value)}]."
    return 'Put it in [...], or start each item on a line of its own with "- ".'


def _as_text(value: Plain, written: str) -> str:
    match value:
        case None:
            return "Write a text, or delete the key if it is optional."
        case bool() | int() | float():
            return f"Put it in quotes: {quoted(written)}."
        case dict():
            return "If it is one text with a colon in it, put it in quotes."
    return "Write one text, in quotes."


def _keys(path: Path) -> tuple[str, ...]:
    """Return the keys that the block at a path can have."""
    block = _BLOCKS.get(tuple(step for step in path if isinstance(step, str)))
    return tuple(field.name for field in dataclasses.fields(block)) if block else ()
