"""Things to put into a store."""

import datetime as dt

from bot.records import Asking, Draft, Subscription, Weekly
from bot.store import Store

NOW = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC)
LEASE = dt.timedelta(seconds=30)
DAY = dt.timedelta(days=1)
DRAFT = Draft(
    url="https://example.org/moon",
    title="The moon and the sea",
    summary="Why the moon pulls the water.",
    topics=("tides", "first-days"),
    ask="why is there high water",
)


def asking(key: str, *words: str, at: dt.datetime = NOW, answered: bool = False) -> Asking:
    """Return a question that found something or not."""
    return Asking(
        key=key,
        at=at,
        surface="mention",
        verdict="answer" if answered else "nothing",
        words=words or ("spring", "tide"),
        resource="moon" if answered else "",
        channel="C1",
        thread="17.5",
    )


def subscription(channel: str, by: str) -> Subscription:
    """Return a subscription that somebody set up."""
    weekly = Weekly(weekday=0, hour=9, minute=30, zone="Europe/Berlin")
    return Subscription(channel=channel, weekly=weekly, by=by, since=NOW)


async def open_keys(store: Store) -> list[str]:
    """Return the keys of the questions that are open."""
    return [miss.key for miss in await store.misses()]
