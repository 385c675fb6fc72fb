"""How a fault is put into words: values shown safely, near misses, lists of choices."""

import re
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz, process

_SHOWN = 60
"""Characters of a value that a sentence repeats; more would hide the sentence."""

_NEAR = 65
"""The lowest rapidfuzz ratio, of 100, at which a guess helps more than it puzzles."""


# Control characters, those that hide, or show a text in another order than it is stored, and the
# halves of characters that programs make of a text they cut.
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ud800-\udfff\ufeff]"
)


def quoted(text: str) -> str:
    """Return the text in double quotes, shortened, with nothing in it that a screen would hide.

    Invisible characters are written the way YAML writes them in double quotes, so that what is
    shown can be searched for and typed.
    """
    short = text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
    return '"' + "".join(_visible(character) for character in short) + '"'


def either(choices: Sequence[str]) -> str:
    """Return the choices as a person lists them: `a, b or c`."""
    return " or ".join(part for part in (", ".join(choices[:-1]), choices[-1]) if part)


def guess(text: str, choices: Iterable[str]) -> str | None:
    """Return the choice that was probably meant, or None when nothing is close."""
    # Cut to a length no key or id has: the cost of a comparison grows with the text.
    found = process.extractOne(text[:200].lower(), choices, scorer=fuzz.ratio, score_cutoff=_NEAR)
    return found[0] if found else None


def did_you_mean(text: str, choices: Iterable[str], otherwise: str) -> str:
    """Return the remedy for a value that is not among the choices."""
    meant = guess(text, choices)
    return f"Did you mean {quoted(meant)}?" if meant else otherwise


def _visible(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    return character if character.isprintable() else character.encode("unicode_escape").decode()
