"""Word that something has changed: waited for instead of asked for again and again."""

import asyncio


class Changes:
    """A count of changes, and whoever waits for the next one."""

    def __init__(self) -> None:
        self.version = 0
        self._waiting: list[asyncio.Future[None]] = []

    def tell(self) -> None:
        """Say that something has changed."""
        self.version += 1
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            for one in waiting:
                if not one.done():
                    one.set_result(None)

    async def next(self) -> None:
        """Wait for the next change."""
        one = asyncio.get_running_loop().create_future()
        self._waiting.append(one)
        await one
