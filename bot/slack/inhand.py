"""The work begun and not yet done: a stop takes no more of it, and waits for the rest."""

import asyncio
from contextvars import ContextVar


class InHand:
    """A count that can be waited on. Enter it for the time of a piece of work."""

    def __init__(self) -> None:
        self._count = 0
        self._none = asyncio.Event()
        self._none.set()
        self.stopping = False

    def __enter__(self) -> None:
        self._count += 1
        self._none.clear()

    def __exit__(self, *_: object) -> None:
        self._count -= 1
        if not self._count:
            self._none.set()

    async def stop(self, patience: float) -> bool:
        """Take no more, and return whether everything was done within so many seconds."""
        self.stopping = True
        return await self.done(patience)

    async def done(self, patience: float) -> bool:
        """Whether everything is done within so many seconds."""
        try:
            async with asyncio.timeout(patience):
                await self._none.wait()
        except TimeoutError:
            return False
        return True


class Begun(InHand):
    """What one request has begun, and whether Slack is to send that request again."""

    def __init__(self) -> None:
        super().__init__()
        self.again = False


BEGUN: ContextVar[Begun] = ContextVar("begun")
"""The request that is being dealt with. Listeners of events run in tasks of their own, which take
the context along."""
