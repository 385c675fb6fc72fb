"""What commands open: the catalogue, the sentence model, the store."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bot.commands.progress import computing
from bot.model import Catalogue
from bot.printing import complain

if TYPE_CHECKING:
    from bot.search import Knowing
    from bot.store import Store

_T = TypeVar("_T")

_BY_HAND_SECONDS = 30.0
"""Whoever looks after the store by hand may wait longer than somebody in Slack."""


def load(path: Path) -> Catalogue:
    """Return the catalogue of a file; raises CatalogueError with every fault in it."""
    from bot.catalogue import load

    return load(path)


@contextmanager
def knowing(catalogue: Path, *, quiet: bool) -> "Iterator[Knowing]":
    """What gives an index the sentence model that is set, if there is one."""
    from bot.meaning.encoder import encoder
    from bot.settings import read_search_settings

    with computing(quiet=quiet) as progress:
        setting = read_search_settings().model
        model = encoder(setting, catalogue, progress=progress, warn=complain)
        yield model or (lambda index, *, keep=True: index)  # noqa: ARG005


def with_store(url: str | None, work: "Callable[[Store], Awaitable[_T]]") -> tuple[str, _T]:
    """The name of the store, and what was done with it."""
    from bot import logs
    from bot.settings import read_store_settings
    from bot.store import Store

    logs.set_up("error", "auto")
    opened = Store(
        url or read_store_settings().database_url.get_secret_value(), patience=_BY_HAND_SECONDS
    )

    async def run() -> _T:
        try:
            return await work(opened)
        finally:
            await opened.close()

    return opened.name, asyncio.run(run())
