"""What people asked for in vain: gaps, and the map."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.opening import load, with_store
from bot.commands.options import DEFAULT_CATALOGUE, AsJson, CataloguePath, Database, People
from bot.commands.progress import computing
from bot.errors import BotError
from bot.files import write
from bot.printing import complain, print_json, printable, tell

if TYPE_CHECKING:
    from bot.records import Miss, Suggestion, Thumbs
    from bot.store import Store


def gaps(
    *,
    catalogue: CataloguePath = DEFAULT_CATALOGUE,
    people: People = None,
    show_all: Annotated[
        bool, typer.Option("--all", help="Show also what a single person asked for.")
    ] = False,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Show what people asked for in vain, put together by meaning, and what did not help them."""
    from bot import contract, terminal
    from bot.gaps import grouped, unhelpful
    from bot.overlay import applied
    from bot.settings import read_store_settings

    if show_all and people is not None:
        raise BotError("--all is --people 1. Leave one of the two out.")
    least = 1 if show_all else people or read_store_settings().gap_people
    loaded = load(catalogue)
    _, (misses, approved, thumbs) = with_store(database, _asked_in_vain)
    found = grouped(misses, people=least, glossary=loaded.glossary)
    unhelped = unhelpful(thumbs)
    if as_json:
        print_json(contract.gaps_json(found) | {"unhelpful": contract.unhelpful_json(unhelped)})
        return
    terminal.show(terminal.gaps(found, dt.datetime.now(dt.UTC), people=least))
    terminal.show(terminal.unhelpful(unhelped, applied(loaded, approved).catalogue))


async def _asked_in_vain(
    source: "Store",
) -> "tuple[list[Miss], list[Suggestion], dict[str, Thumbs]]":
    await source.need()
    return await source.misses(), await source.suggestions("approved"), await source.thumbs()


def map_it(
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The file to write; one that is there goes.")
    ],
    catalogue: CataloguePath = DEFAULT_CATALOGUE,
    days: Annotated[
        int, typer.Option(min=1, max=3650, help="Show what was asked in vain in so many days.")
    ] = 30,
    people: People = None,
    database: Database = None,
) -> None:
    """Draw the catalogue by meaning, with what people asked for in vain, as one HTML page.

    What is near in meaning lies near. It takes a sentence model.
    """
    from bot import map_page, terminal
    from bot.gaps import grouped
    from bot.meaning.encoder import encoder, remedy, why_none
    from bot.overlay import applied
    from bot.plane import placed, plane
    from bot.search import Index
    from bot.settings import read_search_settings, read_store_settings

    setting, least = read_search_settings().model, people or read_store_settings().gap_people
    loaded = load(catalogue)
    if output.resolve() == catalogue.resolve():
        raise BotError(f"{output} is the catalogue itself. Name another file, such as map.html.")
    with computing() as progress:
        model = encoder(setting, catalogue, progress=progress, warn=complain)
        if model is None:
            raise BotError(
                f"A map needs a sentence model, and {why_none(setting)}. {remedy(setting)}"
            )
        misses, approved = _missed(database, days)
        shown = applied(loaded, approved).catalogue
        meaning = model(Index.build(shown)).meaning
    if meaning is None:
        raise BotError(f"There is no map of {catalogue}: its resources could not be compared.")
    gaps = grouped(misses, people=least, glossary=shown.glossary).shown
    with terminal.measuring("Drawing the map") as progress:
        places = plane(meaning.rows, progress=progress)
    asked = model.model.embed([" ".join(gap.words) for gap in gaps])
    spots = placed(meaning.rows, places, asked)
    page = map_page.page(shown, places.tolist(), gaps, spots.tolist(), days=days)
    write(output, page.encode())
    typer.echo(printable(f"{output}: {map_page.told(shown, gaps, days)}."))


def _missed(database: str | None, days: int) -> "tuple[list[Miss], list[Suggestion]]":
    """What was asked in vain in so many days, and what was approved; nothing without a store."""
    since = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)

    async def read(source: "Store") -> "tuple[list[Miss], list[Suggestion]] | None":
        # Whoever names a store means one that is there.
        if database is None and not source.is_there:
            return None
        await source.need()
        return await source.misses(since=since), await source.suggestions("approved")

    name, found = with_store(database, read)
    if found is None:
        tell(f"There is no store {name} yet, so nothing is known of what was asked in vain.")
    return found or ([], [])
