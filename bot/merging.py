"""Approved suggestions written into the file of the catalogue, for the curators to keep."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from bot import files
from bot.catalogue import load, parse
from bot.catalogue.insertion import inserted
from bot.catalogue.reader import MAX_BYTES
from bot.overlay import applied, entry
from bot.records import Suggestion


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What a merge did, or would do."""

    diff: str
    """The change of the file, as patch and git write it; empty if there is none."""
    added: tuple[Suggestion, ...]
    """Those that the file has now."""
    present: tuple[Suggestion, ...]
    """Those whose page it had before."""
    skipped: tuple[tuple[Suggestion, str], ...]
    """Those that cannot be added, each with a sentence that says why."""


def merge(path: Path, suggestions: Sequence[Suggestion], *, dry_run: bool) -> Merged:
    """Add the approved ones of these to a catalogue, those left out that it has; once is enough.

    Raises CatalogueError if the file is not sound, and BotError if nothing can be added to it, it
    cannot be written, or somebody has changed it meanwhile. Then it stays as it is.
    """
    before = files.read(path, MAX_BYTES)
    # The reader says best why a file cannot be read.
    catalogue = load(path) if before is None else parse(before, str(path))
    overlaid = applied(catalogue, suggestions)
    diff = ""
    if before is not None and overlaid.added:
        old = before.decode()
        new = inserted(old, [entry(resource) for resource in overlaid.added], str(path))
        diff = _diff(old, new, path)
        if not dry_run:
            files.rewrite(path, before, new.encode())
    return Merged(
        diff=diff, added=overlaid.shown, present=overlaid.retired, skipped=overlaid.left_out
    )


def _diff(old: str, new: str, path: Path) -> str:
    lines = unified_diff(_lines(old), _lines(new), str(path), str(path))
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(text: str) -> list[str]:
    """Split where patch does: it knows one end of a line."""
    found = text.split("\n")
    return [f"{line}\n" for line in found[:-1]] + [found[-1]] * bool(found[-1])
