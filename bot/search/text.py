"""How text becomes words: the same way for the catalogue and for questions."""

import re
import unicodedata
from functools import cache, lru_cache
from itertools import pairwise

import Stemmer

from bot.question import LONGEST

# One chunk is a run of letters and digits, joined inside by single marks ("trap-and-emulate",
# "node.js", "kvm_run", "ci/cd"), and may end like a language's name ("c++", "c#").
_CHUNK = re.compile(r"[^\W_]+(?:[-_./&][^\W_]+)*(?:\+\+|#)?")
# The same before case is folded, with apostrophes: "I'm" is one word.
_CAPITALISED = re.compile(r"[^\W_]+(?:[-_./&'\u2019][^\W_]+)*(?:\+\+|#)?")
_MARK = re.compile(r"[-_./&]")
_APOSTROPHE = re.compile(r"(?<=\w)['\u2018\u2019\u02bc`](?=\w)")
_SENTENCE = re.compile(r"(?<=[.!?:])\s+|\n+|[\"\u201c\u2018(]")
# With more capitals than this it is a headline, or shouted, and capitals tell nothing.
_MOST_CAPITALS = 0.6
_FEW_WORDS = 3
# "Passthru" and "walkthru" are too far from the dictionary's spelling to pass for slips.
_THRU = re.compile(r"thru\b")
# British spellings that differ from American ones inside one word: -ise, -yse, -our, -tre, -bre.
_BRITISH = re.compile(
    r"""
      (?<=\w{3})is(?=(?:e|ed|es|ers?|ing|ations?|able)$)
    | (?<=al)ys(?=(?:e|ed|es|ers?|ing)$)
    | (?<=\w{3})our(?=(?:s|ed|ing|al|ite|ites)?$)
    | (?<=\w{2}[tb])re(?=s?$)
    """,
    re.VERBOSE,
)
_AMERICAN = {"is": "iz", "ys": "yz", "our": "or", "re": "er"}
# Hyphens that typographers and PDF files put where a keyboard has "-".
_HYPHENS = dict.fromkeys([0x2010, 0x2011, 0x2012, 0x2013, 0x2212], "-") | {0x00AD: None}


def normalise(text: str) -> str:
    """The text in one spelling: compatibility forms folded, lower case, accents removed."""
    text = text[:LONGEST]
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_HYPHENS)).casefold()
        text = "".join(c for c in text if not unicodedata.combining(c))
    return _THRU.sub("through", _APOSTROPHE.sub("", text.lower()))


def chunks(text: str) -> list[str]:
    """Normalised chunks in order: plain words, and words joined by marks as they stand."""
    return _CHUNK.findall(normalise(text))


def joined_chunks(text: str) -> list[tuple[str, bool]]:
    """The chunks of a text, each with whether only a space stands between it and the last one."""
    normalised = normalise(text)
    found: list[tuple[str, bool]] = []
    end = -1
    for match in _CHUNK.finditer(normalised):
        found.append((match[0], normalised[end : match.start()] == " "))
        end = match.end()
    return found


def names(text: str) -> frozenset[str]:
    """Normalised words that are written as names: with a capital inside a sentence.

    "How do I learn Go?" asks for a language, "REST" is not rest. At the beginning of a sentence
    one capital tells nothing, two do.
    """
    found: set[str] = set()
    later = capital = 0
    for sentence in _SENTENCE.split(text[:LONGEST]):
        first, *rest = _CAPITALISED.findall(sentence) or [""]
        inside = [chunk for chunk in rest if chunk != chunk.lower()]
        later, capital = later + len(rest), capital + len(inside)
        if sum(map(str.isupper, first)) > 1:
            inside.append(first)
        found.update(word for chunk in inside for word in words(chunk))
    if later > _FEW_WORDS and capital > _MOST_CAPITALS * later:
        return frozenset()
    return frozenset(found)


def parts(chunk: str) -> list[str]:
    """The words of one chunk: "trap-and-emulate" gives three, "virtio" and "i/o" one."""
    if chunk.isalnum():
        return [chunk]
    found = _MARK.split(chunk)
    return found if any(len(word) > 1 for word in found) else ["".join(found)]


def words(text: str) -> list[str]:
    """The words of a text in order, compounds split."""
    return [word for chunk in chunks(text) for word in parts(chunk)]


def compounds(chunk_words: list[str]) -> list[str]:
    """What a marked chunk reads as when its marks are dropped, whole and in neighbouring pairs.

    People write "device-tree", "device tree" and "devicetree"; the catalogue keeps the joined
    forms, so that a question may join or split as it likes.
    """
    joined = [a + b for a, b in pairwise(chunk_words)]
    return [*joined, "".join(chunk_words)] if len(joined) > 1 else joined


@cache
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english", maxCacheSize=0)


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The Snowball English stem (Porter 2), British and American spellings as one.

    Words with digits or marks stay as they are.
    """
    if not word.isalpha():
        return word
    american = _BRITISH.sub(lambda british: _AMERICAN[british[0]], word)
    stemmed: str = _stemmer().stemWord(american)
    return stemmed
