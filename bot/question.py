"""What a message asks: the clauses that carry the question, and whether it asks to learn."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape
from itertools import pairwise

from bot import phrases

# A message longer than this is somebody's log file; Slack itself cuts at 40,000.
LONGEST = 4_000
# Of code and quotes, so much is looked at: they tell what a question is about, and are not it.
_MOST_SHOWN = 300

_CODE_BLOCK = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_LABELLED = re.compile(r"<(?:https?|mailto|tel):[^<>|]*\|([^<>]*)>|<#[^<>|]*\|([^<>]*)>")
_REFERENCE = re.compile(r"<[@#!][^<>]*>|<?(?:https?|mailto|ftp)[:]/*[^\s<>|]+>?|\bwww\.\S+")
_EMOJI = re.compile(r"(?<![\w:]):[a-z0-9_+'-]{1,50}:(?::skin-tone-\d:)?(?![\w:])")
_QUOTED_LINE = re.compile(r"^(?:>|&gt;)[ \t]*(.*)$", re.MULTILINE)
# Not after the full stop of an abbreviation: "vs.", "e.g.", "etc.".
_SENTENCE_END = re.compile(
    r"(?<=[?!])\s+|(?<=[^\W_]{2}\.)(?<!\bvs\.)(?<!\bVS\.)(?<!\betc\.)\s+"
    r"|(?<=\)\.)\s+|\n+|;\s|\s[-\u2013\u2014]{1,2}\s"
)
_LIKE_MARKUP = re.compile(r"<(?=[@#!]|https?:|mailto:|tel:)")
_LETTER = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Question:
    """A message reduced to what it asks."""

    text: str
    """The clauses that carry the question, without markup; empty if there are none."""
    context: str
    """The others: what the person tells about themselves or their work."""
    asks: bool
    """Whether it asks to learn something, as a stranger would read it."""


def parse(message: str) -> Question:
    """What a message asks. A bare phrase ("virtio specs") carries a question but does not ask."""
    sentences = [
        phrases.EXCLUDED.sub("", one) or one
        for one in _worded(_SENTENCE_END.split(plain(message[:LONGEST])))
    ]
    if not sentences:
        return Question("", "", asks=False)
    asked: list[str] = []
    told: list[str] = []
    for sentence in sentences:
        asking, telling = _clauses(sentence)
        asked += asking
        told += telling
    if not asked:
        requests = [one for one in sentences if phrases.REQUESTS.search(_lowered(one))]
        asked = requests or sentences
        told = [one for one in sentences if one not in asked]
        return Question("\n".join(asked), "\n".join([*told, *_shown(message)]), asks=False)
    return Question("\n".join(asked), "\n".join([*told, *_shown(message)]), asks=True)


def _clauses(sentence: str) -> tuple[list[str], list[str]]:
    """The part of a sentence that asks, and the parts that tell something beside it.

    "What should I read on DMA, my driver is slow": the driver is not what is asked for.
    """
    pieces = _pieces(sentence)
    asks = [_is_learning(piece) for piece in pieces]
    if len(pieces) == 1 or not any(asks):
        return ([sentence], []) if _is_learning(sentence) else ([], [sentence])
    asking: list[str] = []
    told: list[str] = []
    is_asked = False
    for piece, asks_alone in zip(pieces, asks, strict=True):
        # What has no beginning of its own goes on with what stood before it.
        is_asked = asks_alone or (is_asked and not phrases.TELLS.match(_lowered(piece)))
        (asking if is_asked else told).append(piece)
    return [" ".join(asking)], told


def _pieces(sentence: str) -> list[str]:
    lowered = _lowered(sentence)
    cuts = {match.end() for match in phrases.PAUSE.finditer(lowered)}
    cuts |= {match.end() for match in phrases.TURN.finditer(lowered)}
    edges = [0, *sorted(cuts - {0, len(sentence)}), len(sentence)]
    return _worded(sentence[start:stop] for start, stop in pairwise(edges))


def _is_learning(clause: str) -> bool:
    lowered = _lowered(clause)
    if phrases.ASKS_NOTHING.search(lowered) or phrases.WORK.search(lowered):
        return False
    if phrases.ASKS.search(lowered):
        return True
    seeks = phrases.SEEKS.search(lowered)
    return seeks is not None and phrases.TO_LEARN.search(lowered, seeks.end()) is not None


def _lowered(text: str) -> str:
    """Lower case and straight apostrophes, place by place the same letters."""
    lowered = text.lower().replace("\u2019", "'")
    # Some capitals have a small form of two letters.
    return lowered if len(lowered) == len(text) else text


def _worded(texts: Iterable[str]) -> list[str]:
    return [text.strip() for text in texts if _LETTER.search(text)]


def _shown(message: str) -> list[str]:
    """What a message shows rather than says: quoted lines and code blocks, shortened."""
    message = message[:LONGEST]
    quoted = _QUOTED_LINE.findall(_CODE_BLOCK.sub(" ", message))
    return _worded(_unmarked(one)[:_MOST_SHOWN] for one in (*quoted, *_CODE_BLOCK.findall(message)))


def essence(message: str) -> str:
    """A message as plain text that is read like it: what it says, then what it shows, quoted."""
    shown = (" ".join(one.split()) for one in _shown(message))
    # "&lt;!DOCTYPE&gt;" was no markup, and must not become some.
    return _LIKE_MARKUP.sub("< ", "\n> ".join([plain(message[:LONGEST]), *shown]))


def plain(message: str) -> str:
    """A Slack message without code blocks, quotes, mentions, addresses and emoji codes."""
    # Slack escapes "&", "<" and ">" in what people write, after its own markup.
    return _unmarked(_QUOTED_LINE.sub(" ", _CODE_BLOCK.sub(" ", message)))


def _unmarked(text: str) -> str:
    text = _LABELLED.sub(lambda m: f" {m[1] or m[2] or ''} ", text)
    return unescape(_EMOJI.sub(" ", _REFERENCE.sub(" ", text))).replace("`", " ")
