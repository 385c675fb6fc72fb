"""How far a command is, on a terminal."""

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from bot.checks.finding import Watched
    from bot.meaning.vectors import Progress

_T = TypeVar("_T")


def tracked(some: Sequence[_T], said: str, *, quiet: bool) -> Iterable[_T]:
    """These one by one, with a bar on a terminal that says how far it is."""
    from rich.progress import track

    from bot import terminal

    return track(
        some,
        description=said,
        console=terminal.console(stderr=True),
        transient=True,
        disable=quiet or not some or not sys.stderr.isatty(),
    )


def watched(*, quiet: bool) -> "Watched":
    """Return what shows, in the same way, how far those are that check a catalogue."""
    return lambda numbers, said: tracked(numbers, said, quiet=quiet)


def computing(*, quiet: bool = False) -> "AbstractContextManager[Progress]":
    """A bar on a terminal, as soon as there are vectors to be computed."""
    from bot import terminal

    return terminal.measuring("Computing what the catalogue means, once", quiet=quiet)
