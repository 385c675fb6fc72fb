"""Ids: their shape, and how a title becomes one that is free."""

import re
import unicodedata
from collections.abc import Container
from itertools import chain, count
from typing import get_args

from annotated_types import MaxLen

from bot.model import Id

_SHAPE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LIMIT = next(part.max_length for part in get_args(Id) if isinstance(part, MaxLen))
# Shorter than that, so that a number fits behind it.
_LONGEST = 60


def is_id(name: str) -> bool:
    """Whether a name can be an id: lower-case letters, digits and single hyphens, not too many."""
    return len(name) <= _LIMIT and _SHAPE.fullmatch(name) is not None


def slug(words: str) -> str:
    """Return the words in the letters of an id, cut between words; it may come back empty."""
    joined = words.casefold().replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    plain = unicodedata.normalize("NFKD", joined).encode("ascii", "ignore").decode()
    found = "-".join(re.findall(r"[a-z0-9]+", plain))
    if len(found) <= _LONGEST:
        return found
    # The character after the last that fits tells whether a word ends there.
    whole_words, _, _ = found[: _LONGEST + 1].rpartition("-")
    return whole_words or found[:_LONGEST]


def free_id(wanted: str, taken: Container[str]) -> str:
    """Return the id that is wanted, or if it is taken, the first free one with a number."""
    numbered = (f"{wanted}-{number}" for number in count(2))
    return next(name for name in chain((wanted,), numbered) if name not in taken)
