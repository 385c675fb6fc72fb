"""The command digest: list, preview."""

import datetime as dt
import re
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.opening import load, with_store
from bot.commands.options import DEFAULT_CATALOGUE, AsJson, CataloguePath, Database
from bot.errors import BotError
from bot.printing import print_json

if TYPE_CHECKING:
    from bot.digest import Digest
    from bot.records import Edition, Subscription
    from bot.store import Store

_MOST_EDITIONS = 10_000


_YEARS = range(1970, 9999)


_CHANNEL = re.compile("[CDG][A-Z0-9]+")


app = typer.Typer(
    help="Look at the weekly digests of channels.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command("list")
def list_it(*, database: Database = None, as_json: AsJson = False) -> None:
    """List the channels that have a weekly digest: when it comes, and what became of the last."""
    from bot import contract, terminal

    _, (subscriptions, editions) = with_store(database, _subscribed)
    now = dt.datetime.now(dt.UTC)
    if as_json:
        print_json([contract.subscription_json(one, editions, now) for one in subscriptions])
    else:
        terminal.show(terminal.subscriptions(subscriptions, editions, now))


async def _subscribed(source: "Store") -> "tuple[list[Subscription], list[Edition]]":
    await source.need()
    return await source.subscriptions(), await source.editions(limit=_MOST_EDITIONS)


@app.command("preview")
def preview(
    *,
    channel: Annotated[str, typer.Option(metavar="ID", help="The channel, as C0123456789.")],
    at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="The moment, as 2026-11-30T09:00 by the clocks of the channel; if none, now.",
        ),
    ] = None,
    catalogue: CataloguePath = DEFAULT_CATALOGUE,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Show what a channel would be told, and post nothing."""
    from bot import contract, terminal
    from bot.gathering import previewed
    from bot.records import Subscription, Weekly
    from bot.settings import read_store_settings

    settings, loaded = read_store_settings(), load(catalogue)
    now = dt.datetime.now(dt.UTC)
    if not _CHANNEL.fullmatch(channel):
        raise BotError(f"{channel!r} is not the ID of a channel. It begins with C, D or G.")

    async def make(source: "Store") -> "tuple[Digest, Subscription]":
        await source.need()
        found = await source.subscription(channel) or Subscription(
            channel=channel,
            weekly=Weekly(weekday=0, hour=9, minute=0, zone=settings.timezone),
            state="stopped",
            since=now,
        )
        until = _moment(at, found.weekly.zone) if at else now
        made = await previewed(
            source, loaded, found, until=until, seen=now, people=settings.gap_people
        )
        return made, found

    _, (made, subscription) = with_store(database, make)
    if as_json:
        print_json(contract.digest_json(made))
    else:
        terminal.show(terminal.digest(made, subscription))


def _moment(given: str, zone: str) -> "dt.datetime":
    """A moment as it was typed, by the clocks of a time zone unless it names an offset."""
    from bot import schedule

    try:
        moment = dt.datetime.fromisoformat(given)
    except ValueError:
        moment = None
    # At either end of the calendar there is no week before, or no other time zone.
    if moment is None or moment.year not in _YEARS:
        raise BotError(
            f"{given!r} is not a moment. Write the day and the time, as 2026-11-30T09:00."
        )
    return (moment if moment.tzinfo else schedule.placed(moment, zone)).astimezone(dt.UTC)
