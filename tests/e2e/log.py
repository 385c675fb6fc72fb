"""What the operator reads of the bot, caught for a test."""

import asyncio
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import structlog

from bot import logs
from bot.settings import LogLevel


class Log(StringIO):
    """The lines of a log, each of them JSON."""

    def __init__(self) -> None:
        super().__init__()
        self._grown = asyncio.Event()

    def write(self, text: str, /) -> int:
        """Take a line, and wake whoever waits for it."""
        self._grown.set()
        return super().write(text)

    async def said(self, name: str) -> dict[str, Any]:
        """Wait until there is a line of an event, and return the last one."""
        async with asyncio.timeout(30):
            while not (found := self.events(name)):
                self._grown.clear()
                await self._grown.wait()
        return found[-1]

    async def more(self, name: str, count: int) -> None:
        """Wait until there are so many more lines of an event."""
        wanted = len(self.events(name)) + count
        async with asyncio.timeout(30):
            while len(self.events(name)) < wanted:
                self._grown.clear()
                await self._grown.wait()

    def events(self, name: str) -> list[dict[str, Any]]:
        """Return the lines of one event, oldest first."""
        lines = (json.loads(line) for line in self.getvalue().splitlines())
        return [line for line in lines if line["event"] == name]


@contextmanager
def logged(level: LogLevel = "debug") -> Iterator[Log]:
    """Catch everything that is logged, by the bot and by the libraries beneath."""
    root, ours = logging.getLogger(), logging.getLogger("bot")
    before = root.handlers, root.level, ours.level
    log = Log()
    logs.set_up(level, "json", log)
    try:
        yield log
    finally:
        root.handlers = before[0]
        root.setLevel(before[1])
        ours.setLevel(before[2])
        structlog.reset_defaults()
