"""What has no business being kept of what people write: what names them, and what is secret."""

import re
import unicodedata

# No word is longer, in any language that people ask in here.
LONGEST = 40

# Everything that is struck out where it stands, before a text is taken apart into words.
_NAMING = re.compile(
    r"""
      (?<![^\s<>|])[^\s<>|]+@[^\s<>|]+            # e-mail addresses
    | (?<!\w)@\w[\w.-]*                           # people called by a handle
    | (?<![\w+.-])[a-z][a-z0-9+.-]*://[^\s<>|]+
    | \bwww\.[^\s<>|]+ | \b(?:mailto|tel):[^\s<>|]+
    | (?<![\w.-])(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?/[^\s<>|]* # a page without "https:"
    | (?<![\w.-])(?:[\w-]+\.)+(?:com|org|edu|gov|local|internal|intra|lan|corp)\b
    | \b(?:\d{1,3}\.){3}\d{1,3}\b
    | (?<![\w:])(?:[0-9a-f]{0,4}:){3,}[0-9a-f]{0,4} | \b(?:[0-9a-f]{2}-){5}[0-9a-f]{2}\b
    | (?<![\w/])(?:/home/|/users/|~)\w[^\s<>|]* | \b[a-z]:\\[^\s<>|]+
    | (?<!\w)\+?\(?\d[\d\ ()./-]{5,}\d            # telephones
    | \b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b
    | \b(?:xox[a-z]|xapp|gh[a-z]|github_pat|glpat|npm|sk|pk|rk)[-_.0-9][\w.-]{8,}
    | \beyj[\w-]{5,}\.[\w.-]+
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Capitals tell them from words: "U012AB3CD", as Slack names people, channels and workspaces.
_SLACK_ID = re.compile(r"\b[UWCGDTBA](?=[A-Z]*\d)[A-Z0-9]{8,}\b")
_RUN = re.compile(r"[^\W_]+")
_KEY = re.compile(r"[\w+/=]{20,}", re.ASCII)
_MIXED = [re.compile(letters) for letters in ("[a-z]", "[A-Z]", "[0-9]")]
_HEX = re.compile(r"[0-9a-f]{16,}", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"\d{5}")
_LONGEST_MIXED = 11


def without(text: str) -> str:
    """The text with a blank for all that names somebody or is a secret, as far as looks tell:
    addresses, mentions, telephones, paths of homes, keys and tokens.
    """
    seen = _SLACK_ID.sub(" ", _NAMING.sub(" ", unicodedata.normalize("NFKC", text)))
    return " ".join(token for token in seen.split() if not _is_random(token))


def is_private(word: str) -> bool:
    """Whether a word alone looks like a secret or a number of something: a ticket, a telephone."""
    return bool(_LONG_NUMBER.search(word)) or _is_random(word)


def _is_random(token: str) -> bool:
    if any(all(kind.search(key) for kind in _MIXED) for key in _KEY.findall(token)):
        return True
    return any(
        len(run) > LONGEST
        or _HEX.fullmatch(run)
        or (len(run) > _LONGEST_MIXED and not run.isalpha() and not run.isdecimal())
        for run in _RUN.findall(token)
    )
