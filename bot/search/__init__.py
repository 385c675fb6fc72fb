"""Matching a question against a catalogue: `Index.build(catalogue).search(text)`."""

from bot.search.index import Index

__all__ = ["Index"]
