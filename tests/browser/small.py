"""A small workspace in this process, with an app that does just what a test wants of it."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self, TypeVar

from bot.playground import Delivery, Playground
from tests.playground.world import SEED, Clock, Json, RawApp, manifest

_SOON = 20.0
_WEDNESDAY = 1_795_600_800.0
"""The 25th of November 2026, ten in the morning in London and seven in the evening in Seoul."""

T = TypeVar("T")


class Small:
    """The workspace of the tests of the playground; its clock stands until somebody moves it.

    It runs in a thread of its own, because the browser takes the loop of this one.
    """

    def __init__(self, port: int = 0) -> None:
        self.playground = Playground(manifest(), SEED, clock=Clock(_WEDNESDAY), port=port)
        self.app: RawApp
        self._stack = AsyncExitStack()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.run(self._start())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.run(self._stack.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def address(self) -> str:
        """Where its page is."""
        return self.playground.page_url

    async def _start(self) -> None:
        await self._stack.enter_async_context(self.playground)
        self.app = await self._stack.enter_async_context(RawApp.living_in(self.playground))
        await self.app.connect()

    def run(self, doing: Coroutine[Any, Any, T]) -> T:
        """Have something done there, and wait for it."""
        return asyncio.run_coroutine_threadsafe(doing, self._loop).result(_SOON)

    def until(self, predicate: Callable[[], T]) -> T:
        """Wait until something is true of the workspace and return what it says."""
        return self.run(self.playground.until(predicate, _SOON))

    def move_clock(self, seconds: float) -> None:
        """Move the clock as somebody does on another page."""

        async def move() -> None:
            self.playground.clock.move(seconds)

        self.run(move())

    def post(self, *blocks: Json) -> None:
        """Have the app post these blocks in #general."""
        answer = self.run(
            self.app.call("chat.postMessage", channel="C1", text="hello", blocks=list(blocks))
        )
        assert answer["ok"], answer

    def open_modal(self, view: Json) -> None:
        """Have the app open a modal for the first person."""

        async def open_it() -> Json:
            asked = await self.playground.command("U1", "C1", "/onboard")
            trigger = asked.payload["trigger_id"]
            return await self.app.call("views.open", trigger_id=trigger, view=view)

        answer = self.run(open_it())
        assert answer["ok"], answer

    def interactions(self) -> list[Delivery]:
        """Return what people did in blocks and forms, in order."""
        return [one for one in self.playground.deliveries if one.kind == "interactive"]
