"""The comments of a catalogue's text, and what they allow.

`# onboard: allow CODE` at the end of a line is about that line, and on a line of its own about the
line below. On the first line of an entry it is about the whole entry.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass

import yaml

from bot.catalogue.syntax import BREAK, MARK

_ALLOWS = re.compile(r"(?:^|(?<=\s))#\s*onboard\s*:\s*allow\b[ \t]*([^#\r\n\x85\u2028\u2029]*)")
_BETWEEN = re.compile(r"[\s,]+")


@dataclass(frozen=True, slots=True)
class Allowance:
    """A comment by which a curator says that something is meant to be so."""

    line: int
    """Where the comment stands, counted from 1."""
    column: int
    about: int
    """The line it is about."""
    codes: tuple[str, ...]
    """What is allowed there, as written; perhaps nothing."""


def allowances(text: str) -> list[Allowance]:
    """Return the allowances in the text of a catalogue, in order; the text has to be YAML."""
    text = text.removeprefix(MARK)
    if "onboard" not in text:
        return []
    held = _values(text)
    starts = [start for start, _ in held]
    lines = BREAK.split(text)
    begins = [0, *(match.end() for match in BREAK.finditer(text))]
    found: list[Allowance] = []
    for number, (begin, line) in enumerate(zip(begins, lines, strict=True), 1):
        for match in _ALLOWS.finditer(line):
            place = begin + match.start()
            before = bisect_right(starts, place) - 1
            if before >= 0 and place < held[before][1]:
                continue  # Part of a text.
            alone = not line[: match.start()].strip()
            about = _next_line(lines, number) if alone else number
            codes = tuple(code for code in _BETWEEN.split(match[1].strip()) if code)
            found.append(Allowance(number, match.start() + 1, about, codes))
    return found


def _values(text: str) -> list[tuple[int, int]]:
    """Where texts start and end; the line on which a block of text is announced is none of it."""
    found = []
    for token in yaml.scan(text, Loader=yaml.CSafeLoader):
        if isinstance(token, yaml.ScalarToken):
            start, end = token.start_mark.index, token.end_mark.index
            if token.style in ("|", ">"):
                first = BREAK.search(text, start, end)
                start = first.end() if first else end
            found.append((start, end))
    return found


def _next_line(lines: list[str], number: int) -> int:
    """The first line after this one that holds more than a comment; this one if there is none."""
    for later, line in enumerate(lines[number:], number + 1):
        if line.strip() and not line.lstrip().startswith("#"):
            return later
    return number
