"""What the words around a link say about it: a title, a summary, a remark, a year, authors.

The rules keep what they do not understand: every word goes into the title, the summary or a note.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, TypeGuard
from unicodedata import category

from bot.catalogue.guesses import form
from bot.catalogue.labels import MARKS, is_address, is_empty_title, is_generic, is_part
from bot.catalogue.wording import HIDDEN

# Those of Chinese and Japanese too.
_OPENED, _CLOSED = "([\uff08\u3010", ")]\uff09\u3011"
# A longer continuation of a link's text describes the thing rather than naming it.
_LONGEST_TITLE = 80
# More words before a link begin a sentence about it rather than its name.
_LEAD_WORDS = 4
_NAME_WORDS = 4
# Those of Chinese and Japanese that set words apart from a title before them.
_WIDE_MARKS = "\uff1a\uff0c\u3001\uff1b"
_TITLE_COLUMNS = frozenset(
    (
        *("title", "name", "resource", "course", "courses", "book", "project", "tool", "article"),
        *("paper", "talk", "tutorial", "library", "repository", "repo", "video"),
    )
)
_SUMMARY_COLUMNS = frozenset(
    (
        *("about", "abstract", "annotation", "comment", "comments", "description", "details"),
        *("info", "note", "notes", "remarks", "summary", "what", "why"),
    )
)
_AUTHOR_COLUMNS = frozenset(
    (
        *("author", "authors", "author(s)", "by", "creator", "instructor", "instructors"),
        *("speaker", "speakers", "who"),
    )
)
_DATE_COLUMNS = frozenset(("date", "year", "published", "release date", "released", "pub. date"))
_NOTHING = frozenset(("-", "\N{EN DASH}", "\N{EM DASH}", "n/a", "na", "none", "?", "tbd"))
_ROW = 2
_NEAR = 200
# In a longer passage a link is described by its sentence.
_LONG_PASSAGE = 300
_POINTERS = frozenset(("also", "and", "check out", "or", "read", "see", "see also", "watch"))
_PREPOSITIONS = frozenset(
    (
        *("about", "at", "behind", "between", "for", "from", "in", "into", "of", "on", "to"),
        *("using", "via", "with"),
    )
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[\u3002\uff01\uff1f])\s*")
_BREAK = re.compile(r"(?<=[.!?;:])\s+|\s+[-\N{EN DASH}\N{EM DASH}]\s+")
_FORM = re.compile(r"\([^()\[\]]{1,30}\)|\[[^()\[\]]{1,30}\]")
_BETWEEN_NAMES = re.compile(r"\s*[/,&]\s*|\s+and\s+")
# "Developed by" tells whose a thing is, not who wrote about it; "by Building" is no name.
_DONE = re.compile(
    r"\b(?!(?:written|presented|given|taught|authored|recorded|edited)\b)\w+(?:ed|en|lt|wn|de|un)$",
    re.IGNORECASE,
)
_WORKS = re.compile(
    r"\b(?:articles?|blog|book|course|guide|introduction|lectures?|notes|overview|papers?|playlist"
    r"|posts?|series|slides|talks?|tutorials?|videos?)$",
    re.IGNORECASE,
)
_NAME = re.compile(r"[^\W\d_a-z][\w.'\u2019-]*")
_HANDLE = re.compile(r"[a-z][\w.-]*\w")
_PARTICLES = frozenset(
    (
        *("al", "bin", "da", "de", "del", "den", "der", "di", "du", "for", "la", "le", "of"),
        *("the", "van", "von"),
    )
)
_WORD = re.compile(r"\w")
_WORDS = re.compile(r"\w+")
# Not that of "etc.", "J.", "e.g." or "...".
_STOP = re.compile(
    r"(?<=[^\W\d_]{2}|[0-9)\]\"']{2})(?<!\b(?:al|co|jr|vs|no))(?<!\b(?:etc|inc|ltd|vol))[.:;,]$",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[^\W\d_]")
# What joins, varies or colours them.
_ICON_PARTS = " \u200d\ufe0f\u20e3\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_TAGS = re.compile(r"(?:\[[^\[\]]{1,30}\]|\([^()]{1,30}\)|(?:19|20)[0-9]{2}|[\s:.,|\u2013-])*")
_SITE = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}")
# What stands before the title of that from which something was taken.
_CREDIT = re.compile(r"\A(?:(?:image )?source|credits?|via): (?=\w)", re.IGNORECASE)
_LABELLED = re.compile(r"^[^\W\d_][\w ]{1,30}:$")
_QUOTED = re.compile(
    r"[\"\u201c]([^\"\u201c\u201d]{4,200})[\"\u201d]|(\u300a[^\u300b]{2,200}\u300b)"
)
_SET_APART = re.compile(r"(?:[-\u2013\u2014]+|:)\s")
_BRACKETED_LINKS = re.compile(
    r"\s*(?:\((?:\0[^\0()]*\0[\s,;/|&]*)+\)|\[(?:\0[^\0]*\0[\s,;/|&]*)+\])"
)
_A_YEAR = re.compile(r"\b(?:19|20)[0-9]{2}\b")
_NAMES_AND_YEAR = re.compile(r"(.{3,80}?),? ((?:19|20)[0-9]{2})")
_CLOCK = re.compile(r"(?:([0-9]{1,2}):)?([0-9]{1,3}):([0-5][0-9])")
_LENGTH = re.compile(
    r"(?:([0-9]{1,3}) ?h(?:rs?|ours?)?)? ?(?:([0-9]{1,4}) ?m(?:ins?|inutes?)?)?", re.IGNORECASE
)


Way = Literal["Markdown", "HTML", "bare"]
"""How a link is written on its page."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link of the page: what it shows, and where it leads; nowhere if that was left out."""

    text: str
    href: str
    line: int = 0
    way: Way = "Markdown"
    badge: bool = False
    """Whether it shows nothing but the picture of a badge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the words around a link say about it."""

    title: str
    summary: str = ""
    notes: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    year: int | None = None
    minutes: int | None = None
    forms: tuple[str, ...] = ()
    """Remarks that only tell the form: "PDF"."""


def words_of(pieces: Iterable[str | Anchor]) -> str:
    """Return what a reader sees of the pieces, on one line."""
    text = "".join(piece if isinstance(piece, str) else piece.text for piece in pieces)
    return " ".join(HIDDEN.sub("", text).split())


def links_of(pieces: Iterable[str | Anchor]) -> list[Anchor]:
    """Return the links among the pieces that lead somewhere."""
    return [piece for piece in pieces if _leads(piece)]


def readings(pieces: Sequence[str | Anchor]) -> list[Reading]:
    """Return what a passage says about each of its links, in order."""
    read = _read_alone if len(links_of(pieces)) == 1 else _read_among
    found: list[Reading] = []
    for at, piece in enumerate(pieces):
        if _leads(piece):
            # In a passage without end a link is described by what is near; the first one by all.
            near = _NEAR if found else len(pieces)
            before, after = pieces[max(0, at - near) : at], pieces[at + 1 : at + 1 + near]
            found.append(_tidy(read(before, piece.text or _shown(piece.href), after)))
    return found


def _tidy(reading: Reading) -> Reading:
    """Return a reading less the small pictures around its title, which tell at most a form, the
    end of a sentence behind it, and a summary that only repeats it.
    """
    title = _CREDIT.sub("", without_icons(reading.title))
    icons = (sign for sign in reading.title if sign not in title and form(sign))
    if _STOP.search(title):
        title = title[:-1]
    summary = without_icons(reading.summary)
    adds = set(_WORDS.findall(summary.casefold())) - set(_WORDS.findall(title.casefold()))
    return replace(
        reading,
        title=title or reading.title,
        summary=summary if adds else "",
        notes=tuple(note for note in map(without_icons, reading.notes) if _LETTER.search(note)),
        forms=(*reading.forms, *dict.fromkeys(icons)),
    )


def without_icons(words: str) -> str:
    """Return words less the small pictures before and behind them."""
    start, end = 0, len(words)
    while start < end and _is_icon(words[start]):
        start += 1
    while end > start and _is_icon(words[end - 1]):
        end -= 1
    return words[start:end].strip() if start or end < len(words) else words


def _is_icon(sign: str) -> bool:
    return sign in _ICON_PARTS or (category(sign) == "So" and sign not in "\xa9\xae\xb0\u2122")


def _leads(piece: str | Anchor) -> TypeGuard[Anchor]:
    return isinstance(piece, Anchor) and piece.href != ""


def _shown(href: str) -> str:
    return re.sub(r"^https?://(www\.)?", "", href)


def _read_alone(
    before: Sequence[str | Anchor], label: str, after: Sequence[str | Anchor]
) -> Reading:
    """Read a passage with one link by these rules:

    - behind the link, remarks in brackets are notes unless they are a year, a length or names;
    - a link in brackets is titled by the words before them: "Why it works ([Link](...))";
    - a link text that says nothing ("here") is titled by its whole sentence;
    - one that names a part ("Video") is titled by what is said behind it, if nothing is before;
    - a few words before the link begin its title; of more, the whole passage is the summary;
    - a preposition behind it continues its title: "[Overview](...) of virtio";
    - other words behind it are the summary.
    """
    lead, rest = words_of(before), words_of(after)
    whole = words_of((*before, label, *after))
    in_brackets = lead.endswith(tuple(_OPENED)) and rest.startswith(tuple(_CLOSED))
    if in_brackets:
        lead, rest = lead[:-1], rest[1:]
    lead = lead.strip(MARKS)
    said = _behind(rest)
    if not in_brackets and (tags := _TAGS.fullmatch(lead)):
        lead, said = "", _tagged(said, tags.group())
    if in_brackets and lead:
        title, said = _in_brackets(lead, label, said, whole)
    elif is_generic(label) and (lead or said.words):
        title, said = _of_sentence(lead, label, said, whole)
    elif is_part(label):
        title, said = _of_part(lead, label, said, whole)
    elif lead.casefold() in _POINTERS:
        title = label
    elif _LABELLED.search(words_of(before)):
        forms, notes = ((lead,), ()) if form(lead) else ((), (lead,))
        title = label
        said = replace(said, forms=(*forms, *said.forms), notes=(*notes, *said.notes))
    elif _is_sentence(lead):
        title, said = label, _told_whole(said, whole)
    else:
        title = f"{lead} {label}".strip()
    title, said = _continued(title, said)
    goes_on = said.continues and said.words[:1].islower()
    facts = _facts_of(title)
    return Reading(
        title=_shown(title),
        summary=f"{title} {said.words}" if goes_on else said.words,
        notes=said.notes,
        authors=said.authors or _authors_of(title),
        year=said.year or facts[0],
        minutes=said.minutes or facts[1],
        forms=said.forms,
    )


def _in_brackets(lead: str, label: str, said: "_Said", whole: str) -> tuple[str, "_Said"]:
    sentence = _naming(lead)
    title = sentence if is_generic(label) else f"{sentence} ({label.strip('[]()')})"
    return title, said if sentence == lead else replace(said, words=whole, continues=False)


def _of_sentence(lead: str, label: str, said: "_Said", whole: str) -> tuple[str, "_Said"]:
    if lead.count("(") > lead.count(")"):
        # The words before a bracket that holds more than the link, as in a footnote.
        start = _SENTENCE.split(lead.rpartition("(")[0].strip(MARKS))[-1]
        return start or label, _Said(words=whole)
    # One in Chinese, Japanese or Korean does not begin a sentence.
    goes_on = said.continues and (lead or label < "\u2e80")
    shown = label if goes_on and not is_address(label) else ""
    start, end = _SENTENCE.split(lead)[-1], _SENTENCE.split(said.words)[0]
    cut = len(whole) > _LONGEST_TITLE and (start, end) != (lead, said.words)
    if not cut:
        start, end = lead, said.words
    title = " ".join(filter(None, (start, shown, end))) if end else start
    return title, replace(said, words=whole if cut else "", continues=False)


def _of_part(lead: str, label: str, said: "_Said", whole: str) -> tuple[str, "_Said"]:
    if not lead and (quoted := _QUOTED.match(said.words)):
        rest = said.words[quoted.end() :].strip(MARKS + _WIDE_MARKS)
        return f"{quoted[quoted.lastindex or 0].strip(MARKS)} ({label})", replace(said, words=rest)
    if not lead and said.words and not said.continues:
        first, *others = _BREAK.split(said.words, maxsplit=1)
        return f"{first.rstrip(MARKS)} ({label})", replace(said, words="".join(others))
    if not _is_sentence(lead):
        return f"{lead} {label}".strip(), said
    name = _naming(lead)
    named = name if len(name) <= _LONGEST_TITLE else ""
    return f"{named} ({label.strip('[]()')})" if named else label, _told_whole(said, whole)


def _is_sentence(lead: str) -> bool:
    """Return whether words before a link are more than the beginning of its title."""
    return (
        len(lead.split()) > _LEAD_WORDS
        or _BREAK.search(lead) is not None
        or lead.count("(") > lead.count(")")
    )


def _told_whole(said: "_Said", whole: str) -> "_Said":
    return replace(said, words=whole, notes=(), continues=False)


def _read_among(
    before: Sequence[str | Anchor], label: str, after: Sequence[str | Anchor]
) -> Reading:
    """Read one of several links of a passage: titled by its own text, described by the passage.

    One in brackets, or whose text says nothing, is titled by what it is beside:
    "KVM API ([slides](...), [video](...))", or else by its sentence. In a long passage, what
    describes all but the first link is the sentence around it.
    """
    first = next((at for at, piece in enumerate(before) if _leads(piece)), len(before))
    named = [piece for piece in links_of(before) if not is_empty_title(piece.text)]
    lead = named[-1].text if named else words_of(before[:first]).rstrip(MARKS + "([")
    lead = lead if named or not (quoted := _QUOTED.search(lead)) else quoted[quoted.lastindex or 0]
    outside = "".join(piece for piece in before if isinstance(piece, str))
    aside = outside.count("(") > outside.count(")") or is_empty_title(label)
    said = _behind("".join(piece for piece in after[:1] if isinstance(piece, str)))
    between = words_of(piece for piece in (*before, *after) if isinstance(piece, str))
    says_more = bool(set(re.findall(r"\w+", between.casefold())) - {"and", "or"})
    summary = _described(before, label, after) if says_more else ""
    sentence = _around(words_of(before), label, words_of(after))
    if first < len(before) and len(summary) > _LONG_PASSAGE:
        summary = sentence
    title = label
    if is_address(label):
        pass
    elif aside and 0 < len(lead) <= _LONGEST_TITLE and not is_empty_title(lead):
        title = f"{lead} ({label.strip('[]()')})"
    elif is_empty_title(label) and says_more:
        title = sentence
    facts = _facts_of(label)
    if tags := _TAGS.fullmatch(words_of(before[:first]).strip(MARKS)):
        said = _tagged(said, tags.group())
    return Reading(
        title=_shown(title),
        summary=summary,
        authors=_authors_of(label),
        year=said.year or facts[0],
        minutes=said.minutes or facts[1],
        forms=said.forms,
    )


def _described(before: Sequence[str | Anchor], label: str, after: Sequence[str | Anchor]) -> str:
    """Return the words of a passage that describe its links.

    Behind the first one, "[KVM](...) - A hypervisor ([docs](...))", that is what is set apart by a
    dash or the like, less brackets that only hold links.
    """
    first = next((at for at, piece in enumerate(before) if _leads(piece)), len(before))
    pieces = (*before, Anchor(label, label), *after)
    rest = without_icons(_told_of_links(pieces[first + 1 :]))
    alone = not _WORD.search(_TAGS.sub("", words_of(before[:first])))
    if alone and (told := _SET_APART.match(rest)) and _WORD.search(rest[told.end() :]):
        return rest[told.end() :].strip()
    lead = words_of(before[:first])
    others = (piece for piece in pieces[first:] if not _is_part_link(piece))
    if lead and len(lead) <= _LONGEST_TITLE and not _WORD.search(words_of(others)):
        # It is the title of all of them already.
        return ""
    return words_of(pieces)


def _is_part_link(piece: str | Anchor) -> bool:
    return isinstance(piece, Anchor) and is_empty_title(piece.text)


def _told_of_links(pieces: Sequence[str | Anchor]) -> str:
    """Return the words of pieces, less brackets that hold nothing but links."""
    marked = "".join(piece if isinstance(piece, str) else f"\0{piece.text}\0" for piece in pieces)
    return words_of((_BRACKETED_LINKS.sub("", marked).replace("\0", ""),))


def _naming(lead: str) -> str:
    """Return what names a thing in the words before a link in brackets: a quoted title, or else
    the last sentence that has words in it.
    """
    if quoted := _QUOTED.search(lead):
        return quoted[quoted.lastindex or 0].strip(MARKS)
    sentences = [part for part in _SENTENCE.split(lead) if len(_LETTER.findall(part)) > 1]
    return sentences[-1] if sentences else lead


def _tagged(said: "_Said", tags: str) -> "_Said":
    """Return what is said of a link, and the year that stands in brackets before it."""
    year = _A_YEAR.search(tags)
    return replace(said, year=said.year or (int(year.group()) if year else None))


Cell: TypeAlias = "tuple[str, Sequence[str | Anchor]]"
"""What stands in a cell of a table, after the name of its column, which may be empty."""


def row_readings(cells: Sequence[Cell], common: Collection[str] = ()) -> list[Reading]:
    """Return what the row of a table says about each of its links, in order.

    The cell under "Title" or the like, or else the first one, names the thing; the others
    describe it. A `common` text, which many rows show, names none: "Source", or their sort.
    """
    filled = [cell for cell in cells if words_of(cell[1])]
    if len(filled) < _ROW:
        return readings([piece for _, pieces in cells for piece in pieces])
    naming = next((cell for cell in filled if cell[0].casefold() in _TITLE_COLUMNS), None)
    naming = naming or next((cell for cell in filled if _names_a_thing(cell[1], common)), None)
    naming = naming or next((cell for cell in filled if words_of(cell[1]) not in common), filled[0])
    main = _row(_named(naming[1]), [c for c in filled if c is not naming], few=len(cells) == _ROW)
    found: list[Reading] = []
    for cell in cells:
        for link in links_of(cell[1]):
            title = link.text or _shown(link.href)
            is_part = is_empty_title(title) or (cell is not naming and _is_common(link, common))
            if not found and (cell is naming or is_part):
                found.append(main)
                continue
            if is_part and len(main.title) <= _LONGEST_TITLE:
                title = f"{main.title} ({title.strip('[]()')})"
            own = title.startswith(main.title)
            authors = main.authors if own else ()
            found.append(replace(main, title=_shown(title), notes=(), authors=authors))
    return [_tidy(reading) for reading in found]


def _named(pieces: Sequence[str | Anchor]) -> Reading:
    """Return what a cell says that names the thing of its row."""
    links = links_of(pieces)
    said = readings(pieces)[0] if len(links) == 1 else None
    if said and not is_empty_title(said.title):
        return said
    # What is in brackets is a part of the thing: "KVM ([slides](...))".
    text = next((link.text for link in links if link.text), "")
    return Reading(title=text if text and not is_empty_title(text) else words_of(pieces))


def _row(main: Reading, others: Sequence[Cell], *, few: bool) -> Reading:
    """Return a reading with all that the other cells of its row say."""
    told = [main.summary] if main.summary else []
    rest: list[str] = []
    for column, pieces in others:
        words, name = words_of(pieces), column.casefold()
        facts = year_and_minutes(words)
        if words.casefold() in _NOTHING or (_only_links(pieces) and not facts):
            continue
        if name in _AUTHOR_COLUMNS and (names := _names(words)):
            main = replace(main, authors=main.authors or names)
        elif facts:
            year, minutes = main.year or facts[0], main.minutes or facts[1]
            main = replace(main, year=year, minutes=minutes)
        elif name in _DATE_COLUMNS and (dated := _A_YEAR.search(words)):
            main = replace(main, year=main.year or int(dated.group()))
        elif form(words):
            main = replace(main, forms=(*main.forms, words))
        elif name in _SUMMARY_COLUMNS or not name or few:
            told.append(words)
        else:
            rest.append(f"{words_of((column,))}: {words}")
    return replace(
        main, summary=" ".join(_ended(said) for said in (*told, "; ".join(rest)) if said)
    )


def _only_links(pieces: Sequence[str | Anchor]) -> bool:
    """Return whether a cell says nothing but "link" or "slides, video"."""
    own = words_of(piece for piece in pieces if isinstance(piece, str))
    links = [piece for piece in pieces if isinstance(piece, Anchor)]
    if not links:
        return is_empty_title(own)
    named = (not is_empty_title(link.text) and not _shows_site(link) for link in links)
    return not _WORD.search(own) and not any(named)


def _names_a_thing(pieces: Sequence[str | Anchor], common: Collection[str]) -> bool:
    return any(
        not is_empty_title(link.text or link.href) and not _is_common(link, common)
        for link in links_of(pieces)
    )


def _is_common(link: Anchor, common: Collection[str]) -> bool:
    """Return whether a link shows what many show, or only the site it leads to."""
    return link.text in common or _shows_site(link)


def _shows_site(link: Anchor) -> bool:
    name = "".join(link.text.casefold().split())
    is_page = "/" in _shown(link.href).rstrip("/")
    return is_page and _SITE.fullmatch(name) is not None and name in link.href.casefold()


def _ended(words: str) -> str:
    return words if words.endswith((".", "!", "?", ":", "\N{HORIZONTAL ELLIPSIS}")) else f"{words}."


def _around(lead: str, label: str, rest: str) -> str:
    """Return the sentence around a link."""
    # A space tells "one. Two" from "one.two"; it is not kept by `words_of`.
    start = _SENTENCE.split(f"{lead} ")[-1].strip()
    end = _SENTENCE.split(rest)[0].strip()
    gap = "" if not start or start.endswith(("(", "[")) else " "
    joint = "" if not end or end[0] in ".,;:!?)]" else " "
    return f"{start}{gap}{label}{joint}{end}".strip()


def _facts_of(title: str) -> tuple[int | None, int | None]:
    """Return year and minutes that stand in brackets at the end of a title."""
    groups = brackets_in(title)
    if groups and groups[-1][1] == len(title):
        return year_and_minutes(title[groups[-1][0] + 1 : -1]) or (None, None)
    return None, None


def _authors_of(title: str) -> tuple[str, ...]:
    """Return the people that words end with: "Full Virtualization by Ann Lee (2006)"."""
    groups = brackets_in(title)
    if groups and groups[-1][1] == len(title):
        title = title[: groups[-1][0]].rstrip()
    what, by, who = title.rpartition(" by ")
    found = _names(who, handles=False) if by and not _DONE.search(what) else ()
    alone = bool(_WORKS.search(what))
    return found if alone or all(len(name.split()) > 1 for name in found) else ()


def people(words: str) -> tuple[str, ...]:
    """Return the names that words consist of, or none if anything else is among them.

    "Visual Studio" looks like a name, too: only where such words are usual they are people.
    """
    found = tuple(name.strip(MARKS) for name in _BETWEEN_NAMES.split(words.strip(MARKS)))
    if len(found) == 1 and _HANDLE.fullmatch(found[0]):
        return found
    return found if all(_looks_named(name) for name in found) else ()


def _looks_named(name: str) -> bool:
    parts = name.split()
    return 0 < len(parts) <= _NAME_WORDS + 1 and all(
        _NAME.fullmatch(part) or (0 < at < len(parts) - 1 and part in _PARTICLES)
        for at, part in enumerate(parts)
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
    forms: tuple[str, ...] = ()


def _behind(words: str) -> _Said:
    forms = [found for found in _FORM.findall(words) if form(found[1:-1])]
    stated = [found for found in _FORM.findall(words) if year_and_minutes(found[1:-1])]
    for found in (*forms, *stated):
        words = words.replace(found, "", 1)
    words = " ".join(words.split())
    notes: list[str] = []
    year, minutes = _first_facts(found[1:-1] for found in stated)
    kept: list[str] = []
    named: tuple[str, ...] = ()
    begun, at = False, 0
    for start, end in brackets_in(words):
        begun = begun or bool(words[at:start].strip(MARKS))
        inside = words[start + 1 : end - 1].strip()
        if begun:
            continue
        dated = _NAMES_AND_YEAR.fullmatch(inside)
        if dated and form(dated.group(1)):
            forms.append(f"({dated.group(1)})")
            year = year or int(dated.group(2))
        elif dated and not named and (named := people(dated.group(1))):
            year = year or int(dated.group(2))
        elif inside:
            notes.append(inside)
        kept.append(words[at:start].strip())
        at = end
    words = " ".join(filter(None, (*kept, words[at:].strip())))
    rest = words.strip(MARKS).lstrip(_WIDE_MARKS)
    continues = words.startswith(rest)
    said = _Said(notes=tuple(notes), authors=named, year=year, minutes=minutes, forms=_bare(forms))
    if facts := year_and_minutes(rest):
        return replace(said, year=facts[0] or year, minutes=facts[1] or minutes)
    who, *more = _BREAK.split(rest.removeprefix("by "), maxsplit=1)
    authors = _names(who) if rest.startswith("by ") else ()
    if authors:
        rest, continues = "".join(more), False
    else:
        authors = named or _authors_of(rest)
    return replace(said, words=rest, continues=continues, authors=authors)


def credited(reading: Reading) -> Reading | None:
    """Return the reading with the people that all its summary names, as in "Ann Lee (draft)".

    None if it names none: "Visual Studio" looks like a name, so it is for the caller to judge
    whether names are usual here.
    """
    words, notes = reading.summary, list(reading.notes)
    while (groups := brackets_in(words)) and groups[-1][1] == len(words):
        notes.insert(len(reading.notes), words[groups[-1][0] + 1 : -1].strip())
        words = words[: groups[-1][0]].rstrip()
    authors = () if reading.authors else people(words)
    if not authors:
        return None
    return replace(reading, summary="", authors=authors, notes=tuple(filter(None, notes)))


def _first_facts(texts: Iterable[str]) -> tuple[int | None, int | None]:
    """Return the first year and the first minutes that texts state."""
    facts = [found for words in texts if (found := year_and_minutes(words))]
    return (
        next((year for year, _ in facts if year), None),
        next((minutes for _, minutes in facts if minutes), None),
    )


def _bare(forms: Iterable[str]) -> tuple[str, ...]:
    return tuple(found[1:-1].strip() for found in forms)


def _continued(title: str, said: _Said) -> tuple[str, _Said]:
    """Return the title with the phrase that a preposition adds to it, and what is left said."""
    phrase, *more = _BREAK.split(said.words, maxsplit=1)
    groups = brackets_in(phrase)
    start = groups[-1][0] if groups and groups[-1][1] == len(phrase) else len(phrase)
    longer = f"{title} {phrase[:start].rstrip(MARKS)}"
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
        elif clock := _CLOCK.fullmatch(part):
            hours, rest, seconds = (int(number or 0) for number in clock.groups())
            minutes = 60 * hours + rest + (seconds >= 30) or None  # noqa: PLR2004
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
    names = tuple(_BETWEEN_NAMES.split(words.strip(MARKS)))
    return names if all(_is_name(name, handles=handles) for name in names) else ()


def _is_name(name: str, *, handles: bool) -> bool:
    first, *others = name.split() or [""]
    if not others and handles:
        return first[:1].isalpha()
    if first.endswith("ing") and not handles:
        return False
    return len(others) < _NAME_WORDS and all(w[:1].isupper() for w in (first, *others[-1:]))
