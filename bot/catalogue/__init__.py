"""`resources.yaml` to a `Catalogue`, or every fault in it with its line."""

from bot.catalogue.reader import load, load_with_places, parse, parse_with_places

__all__ = ["load", "load_with_places", "parse", "parse_with_places"]
