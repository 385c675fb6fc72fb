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

    def holds(self, *key: str, at: float) -> bool:
        """Whether the key was claimed within the time that is kept."""
        claimed = self._claimed.get(key)
        return claimed is not None and at - claimed < self._kept

    def claim(self, *key: str, at: float) -> bool:
        """Whether this is the first claim on the key within the time that is kept.

        `at` is in seconds, of a clock that never goes back.
        """
        if self.holds(*key, at=at):
            return False
        self._claimed[key] = at
        self._claimed.move_to_end(key)
        if len(self._claimed) > self._most:
            self._claimed.popitem(last=False)
        return True
