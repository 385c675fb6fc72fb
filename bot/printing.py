"""Sentences and JSON on standard streams, safely, and a question to whoever sits there."""

import json
import sys
from collections.abc import Callable

import typer

from bot.errors import BotError


def tell(*sentences: object) -> None:
    """Print to standard error, a line each."""
    for sentence in sentences:
        typer.echo(printable(str(sentence)), err=True)


def complain(*sentences: object) -> None:
    """Print to standard error what is wrong, a line each, and who says so."""
    tell(*(f"onboard: {sentence}" for sentence in sentences))


def print_json(data: object, indent: int | None = 2) -> None:
    """Print JSON in ASCII: whatever stands in it, no terminal or pipe can trip over it."""
    typer.echo(json.dumps(data, indent=indent).replace("\x7f", "\\u007f"))


def printable(text: str) -> str:
    """The text with every character that a terminal might obey or hide replaced."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def counted(number: int, noun: str) -> str:
    """How many of something, in words: "1 link", "2 links"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def is_terminal() -> bool:
    """Whether somebody can be asked."""
    return bool(sys.stdin and sys.stdin.isatty())


def asking(*, yes: bool) -> Callable[[str], bool]:
    """Asks a person; with `yes` nobody is asked. Raises BotError where there is nobody to ask."""

    def agreed(question: str) -> bool:
        if yes:
            return True
        if not is_terminal():
            raise BotError("Add --yes: there is nobody to ask whether this is meant.")
        return typer.confirm(question, err=True)

    return agreed
