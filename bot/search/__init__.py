"""Matching a question against a catalogue: `Index.build(catalogue).search(text)`."""

from typing import Protocol

from bot.search.index import Index

__all__ = ["Index", "Knowing"]


class Knowing(Protocol):
    """Gives an index the sentence model that is asked beside the words, or leaves it as it is."""

    def __call__(self, index: Index, *, keep: bool = True) -> Index:
        """Return the index; nothing is kept of one that is only tried: it holds a question."""
