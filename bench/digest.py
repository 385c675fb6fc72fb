"""How long it takes to make a weekly digest, and to see what is new in the catalogue.

`python -m bench.digest` makes a catalogue of 10,000 resources on 200 topics, of which 2,000 are
new, 500 changed and 100 gone, with 10,000 lines of who was led to what, thumbs for every second
one, 1,000 gaps and a year of second looks. Each is done 50 times, and told is the time of one.
"""

import argparse
import datetime as dt
import random
from collections.abc import Callable
from dataclasses import replace
from statistics import median, quantiles
from time import perf_counter

from rich.console import Console
from rich.table import Table

from bot import digest, news
from bot.gaps import Gap
from bot.model import Catalogue, Resource, Topic
from bot.records import Asked, Entry, Subscription, Thumbs, Weekly
from bot.slack import digest_views
from bot.slack.parts import Message
from bot.slack.views import Offers

TOPICS = 200
NEW = 5
CHANGED = 20
GONE = 100
"""One of so many."""
UNTIL = dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)
SINCE = UNTIL - dt.timedelta(weeks=1)
BEFORE = SINCE - dt.timedelta(weeks=52)
PEOPLE = 500
MOST_BLOCKS = 50
SUBSCRIPTION = Subscription(
    channel="C1", weekly=Weekly(weekday=0, hour=9, minute=0, zone="UTC"), since=BEFORE
)


def made_catalogue(size: int) -> Catalogue:
    """Resources of a usual length; one of a hundred is gone."""
    return Catalogue(
        version=1,
        topics=tuple(Topic(id=f"topic-{n}", name=f"Topic {n}") for n in range(TOPICS)),
        resources=tuple(
            Resource(
                id=f"resource-{n}",
                title=f"Resource {n}: what everybody has to know about it",
                url=f"https://docs.example.org/part-{n % 40}/page-{n}.html#section-{n}",
                summary=f"What a newcomer learns from {n}, in a sentence or two. " * 3,
                topics=(f"topic-{n * n % TOPICS}", f"topic-{(n + 1) % TOPICS}"),
                added=dt.date(2022, 1, 27) if n % 3 else None,
                gone=dt.date(2026, 11, 27) if n % GONE == 0 else None,
            )
            for n in range(size)
        ),
    )


def made_week(catalogue: Catalogue, entries: dict[str, Entry]) -> digest.Week:
    """A week in which far more happened than in any other."""
    drawn = random.Random(7)
    ids = [resource.id for resource in catalogue.resources]
    inside = SINCE + dt.timedelta(days=3)
    at = {n: inside + dt.timedelta(seconds=drawn.randrange(86_400)) for n in range(len(ids))}
    happened = {
        name: replace(
            entries[name],
            first=at[n] if n % NEW == 1 else entries[name].first,
            changed=at[n] if n % CHANGED == 2 or n % GONE == 0 else None,
        )
        for n, name in enumerate(ids)
    }
    return digest.Week(
        since=SINCE,
        until=UNTIL,
        told=SINCE,
        entries=happened,
        asked=[
            Asked(drawn.choice(ids), f"p{drawn.randrange(PEOPLE)}", drawn.randint(1, 5))
            for _ in ids
        ],
        thumbs={name: Thumbs(drawn.randrange(9), drawn.randrange(4)) for name in ids[::2]},
        gaps=[
            Gap(
                words=("nested", "paging"),
                times=n,
                people=n,
                first=BEFORE,
                last=SINCE if n > 1 else inside,
                keys=(),
                waiting=0,
            )
            for n in range(1_000, 1, -1)
        ],
        looks=drawn.choices(ids, k=52),
    )


def written(catalogue: Catalogue, week: digest.Week) -> Message:
    """All that is done for a post, but for sending it; raises if it is not within the limits."""
    made = digest.digest(catalogue, week, channel="C1")
    message = digest_views.digest(
        made, SUBSCRIPTION, catalogue, Offers(listening=True, suggest=True)
    )
    if len(message.blocks) > MOST_BLOCKS:
        raise ValueError(f"{len(message.blocks)} blocks are more than Slack takes.")
    return message


def timed(do: Callable[[], object], rounds: int) -> list[float]:
    """How long it took each time, in milliseconds."""
    took = []
    do()
    for _ in range(rounds):
        began = perf_counter()
        do()
        took.append((perf_counter() - began) * 1e3)
    return took


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--size", type=int, default=10_000, help="how many resources")
    parser.add_argument("--rounds", type=int, default=50, help="how often each is done")
    given = parser.parse_args()
    catalogue = made_catalogue(given.size)
    known = news.noted(catalogue, [], BEFORE)
    week = made_week(catalogue, news.merged(known, []))
    some = tuple(f"topic-{n}" for n in range(10))
    table = Table(title=f"{given.size:,} resources", title_justify="left")
    for column in ("", "median ms", "p99 ms"):
        table.add_column(column, justify="right" if column else "left")
    doings: tuple[tuple[str, Callable[[], object]], ...] = (
        ("digest of all topics", lambda: digest.digest(catalogue, week, channel="C1")),
        ("the same, and written for Slack", lambda: written(catalogue, week)),
        ("digest of ten topics", lambda: digest.digest(catalogue, week, channel="C1", topics=some)),
        ("news, when nothing changed", lambda: news.noted(catalogue, known, UNTIL)),
        ("news, at the first look", lambda: news.noted(catalogue, [], UNTIL)),
    )
    for said, do in doings:
        took = timed(do, given.rounds)
        table.add_row(said, f"{median(took):.1f}", f"{quantiles(took, n=100)[98]:.1f}")
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
