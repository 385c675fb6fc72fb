"""Which channels the bot listens to, and what it would have said in those it only tries.

Kept in one small file, which is replaced as a whole: after a crash it holds the old state or the
new one. One process at a time writes it.
"""

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Literal, Self, get_args

from bot.errors import BotError

Setting = Literal["off", "shadow", "on"]
SETTINGS: tuple[Setting, ...] = get_args(Setting)

_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """How one channel is listened to; one that is off is not kept."""

    setting: Setting
    shadowed: int
    """Questions that would have been answered since it was set so."""
    by: str
    """Who set it, as Slack's user ID."""
    since: float
    """When it was set, in seconds since 1970."""


class Listening:
    """Holds the setting of every channel."""

    def __init__(self, path: Path | None, channels: Mapping[str, Channel]) -> None:
        self._path = path
        self._channels = self._saved = dict(channels)
        self._writing = Lock()

    @classmethod
    def open(cls, path: Path | None) -> Self:
        """What the file says; nothing if there is none yet, and without a path only in memory.

        Raises BotError for a file that cannot be read or does not hold what is kept here.
        """
        return cls(path, _read(path) if path else {})

    @property
    def channels(self) -> Mapping[str, Channel]:
        """The channels that are not off, by their ID."""
        return MappingProxyType(self._channels)

    def of(self, channel: str) -> Setting:
        """How a channel is listened to: not at all, unless somebody has set it."""
        found = self._channels.get(channel)
        return found.setting if found else "off"

    def shadowed(self, channel: str) -> int:
        """How many questions would have been answered since it was set to shadow."""
        found = self._channels.get(channel)
        return found.shadowed if found else 0

    async def set(self, channel: str, setting: Setting, by: str, now: float) -> None:
        """Listen to a channel in this way from now on; what is so already is left as it is.

        Raises BotError if it cannot be saved; until a restart it holds nevertheless.
        """
        if setting != self.of(channel):
            channels = {name: kept for name, kept in self._channels.items() if name != channel}
            if setting != "off":
                channels[channel] = Channel(setting=setting, shadowed=0, by=by, since=now)
            self._channels = channels
        await self._save()

    async def count(self, channel: str) -> None:
        """Count a question that would have been answered, in a channel that is set to shadow.

        Raises BotError like `set`.
        """
        found = self._channels.get(channel)
        if found and found.setting == "shadow":
            counted = replace(found, shadowed=found.shadowed + 1)
            self._channels = self._channels | {channel: counted}
            await self._save()

    async def _save(self) -> None:
        if self._path:
            await asyncio.to_thread(self._write, self._path)

    def _write(self, path: Path) -> None:
        # Locked in the thread, which runs on when whoever waits for it is cancelled; and the state
        # is taken under the lock, so that the one written last is the last one.
        with self._writing:
            channels = self._channels
            if channels is self._saved:
                return
            try:
                _replace(path, _text(channels))
            except OSError as error:
                raise BotError(
                    f"{path} cannot be written: {error.strerror}. What was set holds only until "
                    "a restart; make room, or name a file that can be written in ONBOARD_STATE."
                ) from error
            self._saved = channels


def _read(path: Path) -> dict[str, Channel]:
    try:
        # Looked at first: opening a pipe would wait for its writer.
        if path.exists() and not path.is_file():
            raise BotError(f"{path} is not a regular file. Name another one in ONBOARD_STATE.")
        kept = json.loads(path.read_bytes())
        if kept["version"] != _VERSION:
            raise BotError(
                f"{path} was written by another version of onboard. Name another file in "
                "ONBOARD_STATE, or move this one away and set the channels anew."
            )
        return {name: _channel(**fields) for name, fields in kept["channels"].items()}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise BotError(
            f"{path} cannot be read: {error.strerror}. Mend that, or name another file in "
            "ONBOARD_STATE."
        ) from error
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise BotError(
            f"{path} does not hold what onboard keeps there. Restore it, or move it away and set "
            "the channels anew."
        ) from error


def _channel(*, setting: object, shadowed: object, by: object, since: object) -> Channel:
    match setting, shadowed, by, since:
        case (("shadow" | "on"), int(), str(), (int() | float())):
            return Channel(setting=setting, shadowed=shadowed, by=by, since=since)
    raise ValueError("a channel is not as it is written")


def _text(channels: Mapping[str, Channel]) -> str:
    kept = {name: asdict(channel) for name, channel in channels.items()}
    return json.dumps({"version": _VERSION, "channels": kept}, indent=1) + "\n"


def _replace(path: Path, text: str) -> None:
    # Always the same name aside, so that a crash leaves no more than one such file behind.
    aside = path.with_name(f".{path.name}.new")
    with aside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
