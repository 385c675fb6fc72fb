"""What was approved, and where links have moved, written into the file, for curators to keep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot import files
from bot.catalogue import load, parse
from bot.catalogue.insertion import inserted
from bot.catalogue.reader import MAX_BYTES
from bot.catalogue.relinking import relinked
from bot.errors import BotError
from bot.overlay import applied, entry
from bot.records import Suggestion


def contents(path: Path) -> bytes:
    """Return what is in the file of a catalogue; raises CatalogueError where it cannot be read."""
    held = files.read(path, MAX_BYTES)
    if held is None:
        load(path)  # It says best why.
        raise BotError(f"{path} was changed by somebody else meanwhile. Run it again.")
    return held


def text_of(path: Path) -> str:
    """Return the text of that file, as `contents` does; what is no text, the reader tells."""
    held = contents(path)
    try:
        return held.decode()
    except UnicodeDecodeError:
        parse(held, str(path))
        raise


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
    old = text_of(path)
    overlaid = applied(parse(old, str(path)), suggestions)
    diff = ""
    if overlaid.added:
        new = inserted(old, [entry(resource) for resource in overlaid.added], str(path))
        diff = files.difference(old, new, path)
        if not dry_run:
            files.rewrite(path, old.encode(), new.encode())
    return Merged(
        diff=diff, added=overlaid.shown, present=overlaid.retired, skipped=overlaid.left_out
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What new addresses did to a file, or would do."""

    diff: str
    """As that of `Merged`."""
    done: tuple[tuple[str, str], ...]
    """Each address that was replaced, with the new one."""
    left: tuple[tuple[str, str], ...]
    """Each that was not, with a sentence that says why."""


def move(path: Path, moves: Mapping[str, str], *, dry_run: bool) -> Moved:
    """Replace addresses of resources in a catalogue, and leave all else as it is.

    Raises CatalogueError and BotError as `merge` does.
    """
    old = text_of(path)
    made = relinked(old, moves, str(path))
    if made.done and not dry_run:
        files.rewrite(path, old.encode(), made.text.encode())
    return Moved(diff=files.difference(old, made.text, path), done=made.done, left=made.left)
