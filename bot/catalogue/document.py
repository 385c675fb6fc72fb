"""Plain data that remembers where in the file every key and value stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from bot.catalogue.wording import quoted
from bot.model import Problem

Path: TypeAlias = tuple[str | int, ...]
"""The keys and positions that lead to a value: `("resources", 3, "tags", 0)`."""

Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"

_NAMING = {
    "topics": ("Topic", "id", "name"),
    "glossary": ("Term", "term"),
    "resources": ("Resource", "id", "title"),
}
SECTIONS = tuple(_NAMING)


class Place(NamedTuple):
    """Where something stands in the file, counted from 1, and how it is written there."""

    line: int
    column: int
    written: str


@dataclass(frozen=True, slots=True)
class Document:
    """A catalogue before it is judged."""

    file: str
    data: Plain
    values: Mapping[Path, Place]
    keys: Mapping[Path, Place]
    problems: tuple[Problem, ...] = ()
    """What is wrong with the text itself, although it could be read."""

    def place(self, path: Path) -> Place:
        """Return where a value stands; what an alias repeats stands where the alias does."""
        while path not in self.values:
            path = path[:-1]
        return self.values[path]

    def value(self, path: Path) -> Plain:
        """Return the value at a path, or None where the path leads nowhere."""
        value = self.data
        for step in path:
            if isinstance(value, dict) and isinstance(step, str):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int):
                value = value[step]
            else:
                return None
        return value

    def problem(self, path: Path, message: str, remedy: str) -> Problem:
        """Return a problem with the value at the path."""
        line, column, _ = self.place(path)
        return Problem(self.file, line, column, message, remedy)

    def key_problem(self, path: Path, message: str, remedy: str) -> Problem:
        """Return a problem with the last key of the path."""
        line, column, _ = self.keys.get(path) or self.place(path)
        return Problem(self.file, line, column, message, remedy)

    def entry(self, path: Path) -> str:
        """Return what to call the entry a path leads into: `Resource "vfio"`, else nothing."""
        match path:
            case (str(section), int(index), *_) if section in _NAMING:
                noun, *naming = _NAMING[section]
                names = (self.value((section, index, key)) for key in naming)
                named = next((name for name in names if isinstance(name, str) and name), None)
                return f"{noun} {quoted(named) if named else index + 1}"
        return ""

    def where(self, path: Path) -> str:
        """Return what to call the value at a path: `Resource "vfio": item 2 of "tags"`."""
        entry = self.entry(path)
        steps = reversed(path[2:] if entry else path)
        inner = " of ".join(
            quoted(step) if isinstance(step, str) else f"item {step + 1}" for step in steps
        )
        return ": ".join(part for part in (entry, inner) if part) or "The file"

    def section(self, name: str) -> list[Plain]:
        """Return the entries of a section as they are written, faulty ones included."""
        entries = self.value((name,))
        return entries if isinstance(entries, list) else []

    def without(self, faulty: frozenset[Path]) -> "Document":
        """Return the document less those entries; what remains keeps its place in the file."""
        data: dict[str, Plain] = {"version": 1}
        moved: dict[Path, Path] = {}
        for name in SECTIONS:
            entries = self.section(name)
            kept = [index for index in range(len(entries)) if (name, index) not in faulty]
            data[name] = [entries[index] for index in kept]
            moved |= {(name, old): (name, new) for new, old in enumerate(kept)}
        values = {
            moved[path[:2]] + path[2:]: place
            for path, place in self.values.items()
            if path[:2] in moved
        }
        return Document(self.file, data, {(): self.values[()], **values}, {})
