"""The command store: check, migrate, export, forget."""

import json
import re
import sys
from contextlib import aclosing
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from bot.commands.opening import with_store
from bot.commands.options import FINE, FOUND_FAULT, Database
from bot.errors import BotError
from bot.files import replacing
from bot.printing import asking, tell

if TYPE_CHECKING:
    from bot.store import Store

_USER = re.compile("[UW][A-Z0-9]{2,}")


app = typer.Typer(
    help="Look after the store, which keeps what people did.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command("check")
def check(*, database: Database = None) -> None:
    """Say what the store holds, and whether it is sound. Exit code 1: it is not."""
    from bot import terminal

    name, report = with_store(database, lambda it: it.check())
    terminal.show(terminal.store_report(name, report))
    raise typer.Exit(FOUND_FAULT if report.faults else FINE)


@app.command("migrate")
def migrate(*, database: Database = None) -> None:
    """Make the tables, or bring them up to date; `onboard serve` does it by itself."""
    name, _ = with_store(database, lambda it: it.migrate())
    tell(f"The store {name} is up to date.")


@app.command("export")
def export(
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write here instead of to standard output."),
    ] = None,
    database: Database = None,
) -> None:
    """Print every row as a line of JSON; people appear under pseudonyms."""
    if output is None:
        name, rows = with_store(database, lambda it: _export(it, sys.stdout.buffer))
    else:
        with replacing(output) as file:
            name, rows = with_store(database, lambda it: _export(it, file))
    tell(f"{rows:,} rows of {name}.")


async def _export(source: "Store", file: IO[bytes]) -> int:
    from bot import terminal

    rows = 0
    total = sum((await source.check()).rows.values())
    with terminal.counting("Exporting", total) as count:
        async with aclosing(source.export()) as exported:
            async for row in exported:
                file.write(json.dumps(row).encode() + b"\n")
                rows += 1
                count()
    file.flush()
    return rows


@app.command("forget")
def forget(
    user: Annotated[str, typer.Argument(help="The Slack ID of a person, such as U012AB3CD.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before.")] = False,
    database: Database = None,
) -> None:
    """Erase what a person did, and their ID wherever it stands."""
    if not _USER.fullmatch(user):
        raise BotError(
            "A person is named by the ID that Slack gave them; it begins with U or W. In Slack, "
            'open their profile, and under the three dots press "Copy member ID".'
        )
    if not asking(yes=yes)(f"Erase what {user} did? It cannot be undone"):
        raise BotError("Nothing was erased.")
    name, rows = with_store(database, lambda it: _forget(it, user))
    tell(
        f"{rows:,} rows of {name} were erased or lost the name."
        if rows
        else f"{name} holds nothing of {user}."
    )


async def _forget(whose: "Store", user: str) -> int:
    await whose.need()
    return await whose.forget(user)
