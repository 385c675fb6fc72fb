"""What ordinary English knows: how common a word is, and which words carry no subject.

The frequency list is the one that the package symspellpy ships (82,000 words, most frequent
first); it is read as data, once.
"""

from functools import cache, lru_cache
from importlib.util import find_spec
from math import log
from pathlib import Path

# A misspelling of a shorter word could be too many other words.
SHORTEST = 4

# A word this frequent says nothing about a subject ("work", rank 118) ...
_COMMONEST = 15
# ... and a word this rare, or unknown, says all it can.
_RAREST = 60_000
_LEAST = 0.08

# A year, a version or a letter narrows a subject down, and never is one.
_NUMBER = 0.3

# Words further down the list are as likely slips as words ("helo", "wold").
GOOD_ENGLISH = 45_000

STOP_WORDS = frozenset(
    """
    a about above after again against ain all also am an and any aren arent as at be because
    been before being below between both but by cannot cant couldnt d didnt doesnt doing dont
    down during each either else etc ever every few for from further had has have havent having
    he her here hers him his however hows i id if ill im in into isnt it its itself ive just let
    lets ll m me might more most must my myself neither no nor not now o of off on once one ones
    only or other our ours ourselves out over own per re really s same shall she so some such t
    than that thats the their theirs them themselves then there theres these they theyre this
    those though through till to too under until up upon us ve very was wasnt we well were weve
    whats wheres whether while whom whos whose will with within without wont would y yes yet you
    your youre yours yourself e g ie eg vs w
    """.split()
)

# The frame of a question rather than its subject. They may still match ("Docker: get started").
FRAME_WORDS = frozenset(
    """
    actual actually advice advise afterwards allowed already always anybody anyone anything anyway
    anyways anywhere are around ask asked asking back background basically beforehand begin
    beginning best better bit bot bunch came can check cheers clue come comes comfortable coming
    comprehensive could curious deal dear decent deeper describe details did dig dive do does dumb
    easier easily easy eight even everybody everyone everything exactly explain explained
    explaining explains explanation feel feels felt figure finally find first five folks four
    friday friend friendly friends fun gave gentle get gets getting give gives glad go goes going
    good got gotta gotten great grok guys happen happening happens head heard hello help helped
    helpful helping helps hey hi hiya hope how hundred idea info information instead interested
    involve involved is joined keep keeps kept kindly knew know knowing known last lately lead
    learn learning lesson lessons like link links little long look looking lot lots love madam
    made make makes making many mate material materials matter maybe mean means meant mind monday
    much need needed needs never new newbie next nice nine nobody obviously ok okay people perhaps
    piece pieces plain please pls plus plz point pointer pointers possible possibly pretty
    properly provide question questions quick quickly quite read readable reading real recently
    recommend recommendation recommendations recommended resource resources right said saturday
    saw say says scratch see seem seems seven several share short shorter should show showed
    showing shows silly simple simply sir six somebody someone something somewhere sorry sort
    start started starting starts still stuff stupid suddenly suggest suggestion suggestions
    suitable sunday supposed sure take takes talking taught teach teached teaches teaching tell
    tells ten text texts thank thanks thing things think thorough thought three thursday thx tip
    tips today together told tomorrow tonight topic topics try trying tuesday turn two u
    understand understanding ur use used useful uses using usually want wanted wants way ways
    wednesday week weekend weeks welcome what when where which who whole why wonder wonderful
    wondering word words work working works wrap yesterday
    """.split()
)

# Written with a capital, by rule or for emphasis, and no names of what one learns; but some words
# of the frame are.
NO_NAMES = (
    STOP_WORDS
    | FRAME_WORDS
    | frozenset(
        """
    january february march april may june july august september october november december english
    """.split()
    )
) - frozenset(["go", "make", "word", "dig"])


@cache
def _ranks() -> dict[str, int]:
    # Found without importing the package, whose code is not needed.
    package = find_spec("symspellpy")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("symspellpy is not installed; its word list is needed.")
    data = Path(package.origin).with_name("frequency_dictionary_en_82_765.txt").read_bytes()
    # The list descends by frequency; its rarer half cannot be told from slips.
    listed = data.decode("utf-8-sig").split(maxsplit=2 * GOOD_ENGLISH)[: 2 * GOOD_ENGLISH : 2]
    return dict(zip(listed, range(len(listed)), strict=True))


def rank(word: str) -> int | None:
    """Place of a word in the frequency list, 0 for the most frequent; None if rare or unknown."""
    return _ranks().get(word)


def is_good_english(word: str) -> bool:
    """Whether a word is common enough never to be taken for a misspelling."""
    return word in _ranks() or word in STOP_WORDS


@lru_cache(maxsize=65_536)
def rarity(word: str) -> float:
    """How much a word can say about a subject, 0.08 to 1: rare and unknown words say most."""
    if word.isdecimal() or len(word) == 1:
        return _NUMBER
    place = rank(word)
    if place is None:
        return 1.0
    span = log(_RAREST) - log(_COMMONEST)
    return min(1.0, max(_LEAST, (log(place + 1) - log(_COMMONEST)) / span))


def common_words(count: int) -> list[str]:
    """The `count` most frequent words that are long enough to be misspelt recognisably."""
    frequent = (word for word in _ranks() if len(word) >= SHORTEST)
    return [word for word, _ in zip(frequent, range(count), strict=False)]
