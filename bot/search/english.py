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
_RAREST = 25_000
_LEAST = 0.08

# A year or a version narrows a subject down, and never is one.
_NUMBER = 0.3

# Words further down the list are as likely slips as words ("helo", "wold").
GOOD_ENGLISH = 45_000

STOP_WORDS = frozenset(
    """
    a about above after again against ain all also am an and any are aren arent as at be because
    been before being below between both but by can cannot cant could couldnt d did didnt do does
    doesnt doing dont down during each either else etc ever every few for from further had has have
    havent having he her here hers him his how however hows i id if ill im in into is isnt it its
    itself ive just let lets ll m me might more most must my myself neither no nor not now o of off
    on once one ones only or other our ours ourselves out over own per re really s same shall she
    should so some such t than that thats the their theirs them themselves then there theres these
    they theyre this those though through till to too under until up upon us ve very was wasnt we
    well were weve what whats when where wheres whether which while who whom whos whose why will
    with within without wont would y yes yet you your youre yours yourself
    e g ie eg vs w
    """.split()
)

# The frame of a question rather than its subject. They may still match ("Docker: get started").
FRAME_WORDS = frozenset(
    """
    even first joined
    actual actually advice advise anybody anyone anything anyway anyways anywhere around ask
    asking background basically begin beginning best better bit bunch check cheers clue come
    curious deal dear decent deeper describe details dig dive everybody everyone everything exactly
    explain explained explaining explains explanation figure find folks friend get gets getting give
    gives go goes going good got gotta great grok guys happen happens head hello help helpful hey hi
    hiya idea info information interested involve involved kindly know known lead learn learning
    like link links little long look looking lot lots made make makes making many mate material
    materials matter mean means meant mind much need needed needs new newbie nice nobody obviously
    ok okay people perhaps please pls plz point pointer pointers possible possibly pretty properly
    provide question questions quick quickly quite read reading real recommend recommendation
    recommendations recommended resource resources right say scratch see seem seems share show
    simple simply somebody someone something somewhere sorry sort start started starting starts
    stuff suggest suggestion suggestions suitable sure take takes talking tell tells thank thanks
    thing things think thx topic topics try trying turn u understand understanding ur use used
    useful uses using usually want wanted wants way ways whole wonder wonderful wondering word words
    work working works wrap yesterday
    """.split()
)


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
    if word.isdecimal():
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
