"""How text becomes words: the same way for the catalogue and for questions."""

import re
import unicodedata
from functools import cache, lru_cache
from itertools import pairwise

import Stemmer

# A question longer than this is somebody's log file; a summary is at most 1,200 characters.
LONGEST = 4_000

# One chunk is a run of letters and digits, joined inside by single marks ("trap-and-emulate",
# "node.js", "kvm_run", "ci/cd"), and may end like a language's name ("c++", "c#").
_CHUNK = re.compile(r"[^\W_]+(?:[-_./&][^\W_]+)*(?:\+\+|#)?")
_MARK = re.compile(r"[-_./&]")
_APOSTROPHE = re.compile(r"(?<=\w)['\u2018\u2019\u02bc`](?=\w)")
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


def parts(chunk: str) -> list[str]:
    """The words of one chunk: "trap-and-emulate" gives three, "virtio" one."""
    return [chunk] if chunk.isalnum() else _MARK.split(chunk)


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
