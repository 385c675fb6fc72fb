"""The bot as `onboard serve` runs it, in a hurry, and by a clock that somebody else moves.

`python -m bench.digest_process FILE` is run by `bench.digests`, with the settings in the
environment; FILE says how far its clock is ahead.
"""

import argparse
import asyncio
import datetime as dt
import mmap
import struct
import time
from pathlib import Path

from bot import logs
from bot.serve import serve
from bot.settings import read_settings
from bot.slack.delivery import Patience

# In a lease, a kill has to be noticed but no process that is merely slow given up.
HURRIED = Patience(
    answer=5.0, lease=3.0, pauses=(0.05, 0.2), tick=0.3, look=0.1, pace=0.002, retry=0.5
)

_AHEAD = struct.Struct("d")


class SharedClock:
    """A clock that several processes have in common: all see at once that one has moved it."""

    def __init__(self, file: Path) -> None:
        """Read how far it is ahead from a file; an empty or a new one is made for 0 seconds."""
        with file.open("a+b") as opened:
            if not opened.tell():
                opened.write(_AHEAD.pack(0.0))
                opened.flush()
            self._ahead = mmap.mmap(opened.fileno(), _AHEAD.size)

    def __call__(self) -> float:
        """Return the time, as seconds since 1970."""
        (ahead,) = _AHEAD.unpack(self._ahead[:])
        return time.time() + float(ahead)

    def now(self) -> dt.datetime:
        """Return the time as a moment in UTC."""
        return dt.datetime.fromtimestamp(self(), dt.UTC)

    def set_to(self, moment: dt.datetime) -> None:
        """Let it be that time now; it goes on from there."""
        self._ahead[:] = _AHEAD.pack(moment.timestamp() - time.time())


def main() -> None:
    """Run the bot until it is told to end."""
    parser = argparse.ArgumentParser(description="Run the bot by a clock that can be moved.")
    parser.add_argument("clock", type=Path, help="the file that says how far it is ahead")
    clock = SharedClock(parser.parse_args().clock)
    settings = read_settings()
    logs.set_up(settings.log, settings.log_format)
    asyncio.run(serve(settings, patience=HURRIED, clock=clock.now))


if __name__ == "__main__":
    main()
