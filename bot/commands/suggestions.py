"""The command suggestions: what people suggested, show, merge, undo."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.opening import with_store
from bot.commands.options import DEFAULT_CATALOGUE, FINE, FOUND_FAULT, AsJson, Database
from bot.errors import BotError, StoreError
from bot.printing import print_json, tell
from bot.records import Status

if TYPE_CHECKING:
    from bot.merging import Merged
    from bot.records import Decision, Suggestion
    from bot.store import Store

Number = Annotated[int, typer.Argument(metavar="N", help="The number of a suggestion.")]


app = typer.Typer(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def listed(
    context: typer.Context,
    *,
    status: Annotated[Status | None, typer.Option(help="Only those that stand so.")] = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """List what people suggested, and what became of it.

    Whether something is approved is decided in Slack, by the curators.
    """
    from bot import contract, terminal
    from bot.records import STATUSES

    if context.invoked_subcommand:
        if status or database or as_json:
            raise BotError(
                f"Put the options after {context.invoked_subcommand!r}, to which they belong."
            )
        return
    _, found = with_store(database, lambda it: _suggested(it, [status] if status else STATUSES))
    if as_json:
        print_json([contract.suggestion_json(one) for one in found])
    else:
        terminal.show(terminal.suggestions(found))


async def _suggested(source: "Store", statuses: Sequence[Status]) -> "list[Suggestion]":
    await source.need()
    return await source.suggestions(*statuses)


@app.command("show")
def show(number: Number, *, database: Database = None, as_json: AsJson = False) -> None:
    """Show one suggestion whole, and step by step what became of it."""
    from bot import contract, terminal

    _, (found, steps) = with_store(database, lambda it: _history(it, number))
    if as_json:
        decisions = [contract.decision_json(step) for step in steps]
        print_json(contract.suggestion_json(found) | {"decisions": decisions})
    else:
        terminal.show(terminal.suggestion(found, steps))


async def _history(source: "Store", number: int) -> "tuple[Suggestion, list[Decision]]":
    return await _the(source, number), await source.decisions(number)


async def _the(source: "Store", number: int) -> "Suggestion":
    await source.need()
    found = await source.suggestion(number)
    if found is None:
        raise BotError(
            f"There is no suggestion {number} in {source.name}. To see them all: "
            "onboard suggestions."
        )
    return found


@app.command("merge")
def merge(
    catalogue: Annotated[
        Path,
        typer.Argument(
            metavar="RESOURCES.yaml",
            envvar="ONBOARD_CATALOGUE",
            readable=False,
            help="The catalogue to write them into.",
        ),
    ] = DEFAULT_CATALOGUE,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")
    ] = False,
    database: Database = None,
) -> None:
    """Write the approved suggestions into the file of the catalogue, and show the change.

    The change goes to standard output, what became of each suggestion to standard error. Exit
    code 1: some of them cannot be written.
    """
    from bot import terminal

    _, merged = with_store(database, lambda it: _merge(it, catalogue, dry_run=dry_run))
    terminal.show(terminal.diff(merged.diff))
    for one in merged.added:
        tell(f"{'would be added' if dry_run else 'added'}: {_called(one)}")
    for one in merged.present:
        tell(f"is in the file already: {_called(one)}")
    for one, why in merged.skipped:
        tell(f"skipped: {_called(one)}: {why}")
    if not merged.added:
        tell(f"{catalogue} is as it was: there was nothing to add.")
    raise typer.Exit(FOUND_FAULT if merged.skipped else FINE)


async def _merge(source: "Store", path: Path, *, dry_run: bool) -> "Merged":
    from bot.merging import merge

    await source.need()
    merged = merge(path, await source.suggestions("approved"), dry_run=dry_run)
    if not dry_run:
        done = [one.id for one in (*merged.added, *merged.present)]
        try:
            await source.merged(done, now=dt.datetime.now(dt.UTC))
        except StoreError as error:
            raise BotError(
                f"{path} has them now, but that could not be noted: {error} "
                "Run it again; nothing comes in twice."
            ) from error
    return merged


def _called(one: "Suggestion") -> str:
    return f"suggestion {one.id}, {one.draft.title}"


@app.command("undo")
def undo(number: Number, *, database: Database = None) -> None:
    """Let an approved or declined suggestion wait for a decision again."""
    _, undone = with_store(database, lambda it: _undo(it, number))
    tell(f"{_called(undone)}, waits for a decision again.")


async def _undo(source: "Store", number: int) -> "Suggestion":
    await source.need()
    undone = await source.undo(number, "", now=dt.datetime.now(dt.UTC))
    if undone is None:
        found = await _the(source, number)
        raise BotError(
            f"Suggestion {number} is in the catalogue's file; take it out there."
            if found.status == "merged"
            else f"Suggestion {number} is waiting for a decision already."
        )
    return undone
