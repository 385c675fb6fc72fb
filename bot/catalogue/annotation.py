"""What the words around a link say about it: a title, a summary, a remark, a year, authors.

The rules keep what they do not understand: every word goes into the title, the summary or a note.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.catalogue.wording import HIDDEN

# A longer continuation of a link's text describes the thing rather than naming it.
_LONGEST_TITLE = 80
# More words before a link begin a sentence about it rather than its name.
_LEAD_WORDS = 4
_NAME_WORDS = 4
_MARKS = " -\N{EN DASH}\N{EM DASH}:,;."
_GENERIC = frozenset(
    (
        *("article", "here", "link", "links", "more", "page", "post", "site", "source", "this"),
        *("url", "website", "click here", "read more", "this article", "this link", "this page"),
    )
)
_POINTERS = frozenset(("also", "and", "check out", "or", "read", "see", "see also", "watch"))
_PREPOSITIONS = frozenset(
    (
        *("about", "at", "behind", "between", "for", "from", "in", "into", "of", "on", "to"),
        *("using", "via", "with"),
    )
)
_BREAK = re.compile(r"(?<=[.!?;:])\s+|\s+[-\N{EN DASH}\N{EM DASH}]\s+")
_BETWEEN_NAMES = re.compile(r"\s*[/,&]\s*|\s+and\s+")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_LENGTH = re.compile(
    r"(?:([0-9]{1,3}) ?h(?:rs?|ours?)?)? ?(?:([0-9]{1,4}) ?m(?:ins?|inutes?)?)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link of the page: what it shows, and where it leads."""

    text: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the words around a link say about it."""

    title: str
    summary: str = ""
    notes: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    year: int | None = None
    minutes: int | None = None


def words_of(pieces: Iterable[str | Anchor]) -> str:
    """Return what a reader sees of the pieces, on one line."""
    text = "".join(piece if isinstance(piece, str) else piece.text for piece in pieces)
    return " ".join(HIDDEN.sub("", text).split())


def readings(pieces: Sequence[str | Anchor]) -> list[Reading]:
    """Return what a passage says about each of its links, in order."""
    read = _read_alone if sum(isinstance(piece, Anchor) for piece in pieces) == 1 else _read_among
    return [
        read(pieces[:at], piece.text or piece.href, pieces[at + 1 :])
        for at, piece in enumerate(pieces)
        if isinstance(piece, Anchor)
    ]


def _read_alone(
    before: Sequence[str | Anchor], label: str, after: Sequence[str | Anchor]
) -> Reading:
    """Read a passage with one link by these rules:

    - behind the link, remarks in brackets are notes unless they are a year, a length or names;
    - a link in brackets is titled by the words before them: "Why it works ([Link](...))";
    - a link text that says nothing ("here") is titled by the whole sentence;
    - a few words before the link begin its title; of more, the whole passage is the summary;
    - a preposition behind it continues its title: "[Overview](...) of virtio";
    - other words behind it are the summary.
    """
    lead, rest = words_of(before), words_of(after)
    whole = words_of((*before, label, *after))
    in_brackets = lead.endswith(("(", "[")) and rest.startswith((")", "]"))
    if in_brackets:
        lead, rest = lead[:-1], rest[1:]
    lead = lead.strip(_MARKS)
    said = _behind(rest)
    if in_brackets and lead:
        title = lead if _is_generic(label) else f"{lead} ({label})"
    elif _is_generic(label) and (lead or said.words):
        shown = label if said.continues and not _is_address(label) else ""
        title = " ".join(filter(None, (lead, shown, said.words))) if said.words else lead
        said = replace(said, words="")
    elif lead.casefold() in _POINTERS:
        title = label
    elif (
        len(lead.split()) > _LEAD_WORDS or _BREAK.search(lead) or lead.count("(") > lead.count(")")
    ):
        title, said = label, replace(said, words=whole, notes=(), continues=False)
    else:
        title = f"{lead} {label}".strip()
    title, said = _continued(title, said)
    goes_on = said.continues and said.words[:1].islower()
    return Reading(
        title=re.sub(r"^https?://(www\.)?", "", title),
        summary=f"{title} {said.words}" if goes_on else said.words,
        notes=said.notes,
        authors=said.authors,
        year=said.year,
        minutes=said.minutes,
    )


def _read_among(
    before: Sequence[str | Anchor], label: str, after: Sequence[str | Anchor]
) -> Reading:
    """Read one of several links of a passage: titled by its own text, described by the passage.

    One in brackets, or whose text says nothing, is titled by what it is beside:
    "KVM API ([slides](...), [video](...))".
    """
    pieces = (*before, label, *after)
    first = next((at for at, piece in enumerate(before) if isinstance(piece, Anchor)), len(before))
    lead = words_of(before[:first]).rstrip(_MARKS + "([") or words_of(before[first : first + 1])
    outside = "".join(piece for piece in before if isinstance(piece, str))
    aside = outside.count("(") > outside.count(")") or _is_generic(label)
    said = _behind("".join(piece for piece in after[:1] if isinstance(piece, str)))
    between = words_of(piece for piece in (*before, *after) if isinstance(piece, str))
    says_more = bool(set(re.findall(r"\w+", between.casefold())) - {"and", "or"})
    return Reading(
        title=f"{lead} ({label})" if aside and 0 < len(lead) <= _LONGEST_TITLE else label,
        summary=words_of(pieces) if says_more else "",
        year=said.year,
        minutes=said.minutes,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """The words behind a link, taken apart."""

    words: str = ""
    continues: bool = False
    """Whether they go on with the sentence of the link, not set apart by a dash or the like."""
    notes: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    year: int | None = None
    minutes: int | None = None


def _behind(words: str) -> _Said:
    notes: list[str] = []
    year = minutes = None
    kept: list[str] = []
    begun, at = False, 0
    for start, end in brackets_in(words):
        begun = begun or bool(words[at:start].strip(_MARKS))
        inside = words[start + 1 : end - 1].strip()
        if facts := year_and_minutes(inside):
            year, minutes = year or facts[0], minutes or facts[1]
        elif begun:
            continue
        elif inside:
            notes.append(inside)
        kept.append(words[at:start].strip())
        at = end
    words = " ".join(filter(None, (*kept, words[at:].strip())))
    rest = words.strip(_MARKS)
    continues = words.startswith(rest)
    if facts := year_and_minutes(rest):
        return _Said(notes=tuple(notes), year=facts[0] or year, minutes=facts[1] or minutes)
    who, *more = _BREAK.split(rest.removeprefix("by "), maxsplit=1)
    authors = _names(who) if rest.startswith("by ") else ()
    if authors:
        rest, continues = "".join(more), False
    else:
        authors = _names(rest.rpartition(" by ")[2], handles=False) if " by " in rest else ()
    return _Said(
        words=rest,
        continues=continues,
        notes=tuple(notes),
        authors=authors,
        year=year,
        minutes=minutes,
    )


def _continued(title: str, said: _Said) -> tuple[str, _Said]:
    """Return the title with the phrase that a preposition adds to it, and what is left said."""
    phrase, *more = _BREAK.split(said.words, maxsplit=1)
    groups = brackets_in(phrase)
    start = groups[-1][0] if groups and groups[-1][1] == len(phrase) else len(phrase)
    longer = f"{title} {phrase[:start].rstrip(_MARKS)}"
    starts_well = phrase.partition(" ")[0] in _PREPOSITIONS
    if not (said.continues and starts_well and len(longer) <= _LONGEST_TITLE):
        return title, said
    note = phrase[start + 1 : -1].strip()
    notes = (*said.notes, note) if note else said.notes
    return longer, replace(said, words="".join(more), continues=False, notes=notes)


def brackets_in(words: str) -> list[tuple[int, int]]:
    """Return where each outermost pair of round brackets starts and ends."""
    found: list[tuple[int, int]] = []
    opened: list[int] = []
    for at, character in enumerate(words):
        if character == "(":
            opened.append(at)
        elif character == ")" and opened:
            start = opened.pop()
            while found and found[-1][0] > start:
                found.pop()
            found.append((start, at + 1))
    return found


def year_and_minutes(words: str) -> tuple[int | None, int | None] | None:
    """Return year and minutes if the words say nothing else, as in "2018, 1h 20m"."""
    year = minutes = None
    for part in re.split(r"\s*[,;]\s*", words):
        length = _LENGTH.fullmatch(part)
        if _YEAR.fullmatch(part):
            year = int(part)
        elif length and any(length.groups()):
            hours, rest = (int(number or 0) for number in length.groups())
            minutes = 60 * hours + rest or None
        else:
            return None
    return year, minutes


def _names(words: str, *, handles: bool = True) -> tuple[str, ...]:
    """Return the names of a list like "Ann Lee / bob", or none if anything else is among them.

    A single word in lower case is a name only where `handles` are expected.
    """
    names = tuple(_BETWEEN_NAMES.split(words.strip(_MARKS)))
    return names if all(_is_name(name, handles=handles) for name in names) else ()


def _is_name(name: str, *, handles: bool) -> bool:
    first, *others = name.split() or [""]
    if not others and handles:
        return first[:1].isalpha()
    return len(others) < _NAME_WORDS and all(w[:1].isupper() for w in (first, *others[-1:]))


def _is_generic(label: str) -> bool:
    return label.casefold().strip(_MARKS) in _GENERIC or _is_address(label)


def _is_address(label: str) -> bool:
    return "://" in label or label.startswith("www.")
