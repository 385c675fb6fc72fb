"""What was answered lately, so that nothing is answered twice.

Slack sends an event again when it doubts that it arrived, and a mention in a channel that is
listened to arrives as two events.
"""

from collections import OrderedDict


class Seen:
    """Remembers keys for `kept` seconds, and never more than `most` of them."""

    def __init__(self, kept: float, most: int) -> None:
        if kept <= 0 or most < 1:
            raise ValueError(f"kept {kept} or most {most} is out of range")
        self._kept = kept
        self._most = most
        self._claimed: OrderedDict[tuple[str, ...], float] = OrderedDict()
        """When each key was claimed, the longest ago first."""

    def claim(self, *key: str, now: float) -> bool:
        """Whether this is the first claim on the key within the time that is kept.

        `now` is in seconds, of a clock that never goes back.
        """
        claimed = self._claimed.get(key)
        if claimed is not None and now - claimed < self._kept:
            return False
        self._claimed[key] = now
        self._claimed.move_to_end(key)
        if len(self._claimed) > self._most:
            self._claimed.popitem(last=False)
        return True

    def release(self, *key: str) -> None:
        """Give a claim back, so that the key can be claimed anew."""
        self._claimed.pop(key, None)
