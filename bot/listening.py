"""Which channels the bot listens to, and what it would have said in those it only tries.

The store keeps it for all replicas. Each holds a copy, since every message in every channel asks,
and that is to cost nothing; a replica reads it anew when another has changed it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from bot.records import Channel, Setting
from bot.store import Store


class Listening:
    """Holds the setting of every channel."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._channels: dict[str, Channel] = {}

    async def load(self) -> None:
        """Read how channels are listened to; raises StoreDownError, and then holds what it held."""
        self._channels = await self._store.channels()

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

    async def set(self, channel: str, setting: Setting, by: str, now: datetime) -> None:
        """Listen to a channel in this way from now on; what is so already is left as it is.

        Raises StoreDownError if it cannot be kept; then nothing has changed.
        """
        if setting == self.of(channel):
            return
        await self._store.set_channel(channel, setting, by, now=now)
        channels = {name: kept for name, kept in self._channels.items() if name != channel}
        if setting != "off":
            channels[channel] = Channel(setting=setting, by=by, since=now)
        self._channels = channels

    async def count(self, channel: str) -> None:
        """Count a question that would have been answered, in a channel that is set to shadow.

        Raises StoreDownError.
        """
        found = self._channels.get(channel)
        if found and found.setting == "shadow":
            await self._store.count_shadowed(channel)
            # Meanwhile others may have been counted.
            now = self._channels.get(channel, found)
            self._channels |= {channel: replace(now, shadowed=now.shadowed + 1)}
