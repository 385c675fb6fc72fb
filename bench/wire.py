"""The way of one process to Slack, on which that process can be killed just as its post is made.

Slack has accepted a post when its answer comes back along the wire. A process killed before that
leaves the wire does not know of its post; one that is killed right after may not have noted it.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Literal
from urllib.parse import urlsplit

Fate = Literal["spared", "before", "after"]
"""Of a process whose post was accepted: whether it is killed before or after the answer."""

# From the answer until the process has told its store takes some hundredths of a second.
_NOTING_SECONDS = 0.03
_CHUNK = 2**16


class Wire:
    """Passes on what goes to Slack and what comes back, unchanged."""

    def __init__(self, url: str, accepted: Callable[[], Fate], kill: Callable[[], object]) -> None:
        """`url` is where Slack is; `accepted` is asked for a fate with each post, and `kill` ends
        the process.
        """
        self.url = ""
        """Where the process finds Slack, as long as the wire is open."""
        self._slack = urlsplit(url)
        self._accepted = accepted
        self._kill = kill

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Be there for a while."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}{self._slack.path}"
        try:
            yield
        finally:
            server.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        slack = await asyncio.open_connection(self._slack.hostname, self._slack.port)
        line = _Line(self._accepted, self._kill)
        ways = (
            asyncio.create_task(line.there(reader, slack[1])),
            asyncio.create_task(line.back(slack[0], writer)),
        )
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # Whichever end broke off, the other learns of it as if there were nothing in between.
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for end in (writer, slack[1]):
                end.transport.abort()


class _Line:
    """One connection: a call, its answer, and the next call."""

    def __init__(self, accepted: Callable[[], Fate], kill: Callable[[], object]) -> None:
        self._accepted = accepted
        self._kill = kill
        self._is_posting = False

    async def there(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(_CHUNK):
            if data.startswith((b"GET ", b"POST ")):
                self._is_posting = data.startswith(b"POST /api/chat.postMessage ")
            writer.write(data)
            await writer.drain()

    async def back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(_CHUNK):
            fate: Fate = "spared"
            if self._is_posting and data.startswith(b"HTTP/1.1 200 "):
                self._is_posting, fate = False, self._accepted()
            if fate == "before":
                self._kill()
                return
            writer.write(data)
            await writer.drain()
            if fate == "after":
                await asyncio.sleep(random.uniform(0.0, _NOTING_SECONDS))
                self._kill()
