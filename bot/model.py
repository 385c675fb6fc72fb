"""The nouns: what a catalogue holds, what can be wrong with it, and what an answer says.

Everything here is an immutable value. The catalogue classes are also the schema of
`resources.yaml`: field names are its keys, the annotations carry the limits that the reader
enforces, and the text under a field is what an editor shows while the key is typed.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, get_args

from annotated_types import Ge, Le, MaxLen, MinLen

Id = Annotated[str, MinLen(1), MaxLen(80)]
Words = Annotated[str, MinLen(1), MaxLen(160)]
Sentence = Annotated[str, MinLen(1), MaxLen(300)]
Paragraph = Annotated[str, MinLen(1), MaxLen(1200)]
Url = Annotated[str, MinLen(1), MaxLen(2000)]

Kind = Literal[
    "talk",
    "tutorial",
    "article",
    "docs",
    "spec",
    "book",
    "slides",
    "notes",
    "cheat sheet",
    "sample code",
    "list",
    "wiki",
    "course",
]
Level = Literal["intro", "intermediate", "reference"]
Access = Literal["free", "registration", "paid", "internal"]
Surface = Literal["mention", "dm", "slash", "channel"]
Verdict = Literal["answer", "unsure", "nothing"]

KINDS: tuple[Kind, ...] = get_args(Kind)
LEVELS: tuple[Level, ...] = get_args(Level)
SURFACES: tuple[Surface, ...] = get_args(Surface)

# Read by pydantic in bot.catalogue.schema; a plain dictionary keeps this module free of it.
_SCHEMA: dict[str, Any] = {"extra": "forbid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Another address of the same thing: a mirror, a successor, the slides of a talk."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _SCHEMA

    title: Words
    """What the address leads to, in a few words."""
    url: Url
    """An http or https address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where an entry was taken from, so that it can be compared with its page again."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _SCHEMA

    page: Annotated[str, MinLen(1), MaxLen(2000)]
    """Address or file name of the page."""
    section: tuple[Words, ...] = ()
    """Headings above the entry on that page, outermost first."""
    said: Annotated[str, MinLen(1), MaxLen(80)] | None = None
    """What that page said when it was last read, as a fingerprint; `onboard import` writes it."""
    unlisted: dt.date | None = None
    """The day that page was found not to list it any more, as YYYY-MM-DD."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One thing to learn from."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _SCHEMA

    id: Id
    """A short name that never changes: lower-case letters, digits and hyphens."""
    title: Words
    """The title people know it by."""
    url: Url
    """An http or https address."""
    summary: Paragraph
    """One or two sentences: what a newcomer learns from it."""
    topics: Annotated[tuple[Id, ...], MinLen(1), MaxLen(10)]
    """Ids of topics; the first one is its home."""
    tags: Annotated[tuple[Words, ...], MaxLen(40)] = ()
    """Subjects it touches, in a word or two each."""
    kind: Kind | None = None
    """What it is."""
    level: Level | None = None
    """Whom it is for: intro, intermediate, or reference to look things up."""
    aliases: Annotated[tuple[Words, ...], MaxLen(60)] = ()
    """Other names of this very resource, or terms that only it explains."""
    asks: Annotated[tuple[Sentence, ...], MaxLen(200)] = ()
    """Real questions it answers. To fix a miss, add the question that missed."""
    note: Paragraph | None = None
    """The curator's own words about it, shown as such."""
    authors: Annotated[tuple[Words, ...], MaxLen(30)] = ()
    """Who made it, where known."""
    year: Annotated[int, Ge(1900), Le(2200)] | None = None
    """Year it was published, where known."""
    minutes: Annotated[int, Ge(1), Le(100_000)] | None = None
    """How long it takes to watch or read, where known."""
    access: Access | None = None
    """Who can open it."""
    also: Annotated[tuple[Link, ...], MaxLen(20)] = ()
    """Mirrors and successors."""
    added: dt.date | None = None
    """The day it joined the catalogue, as YYYY-MM-DD."""
    gone: dt.date | None = None
    """The day its address was found dead, as YYYY-MM-DD; it is shown with a warning."""
    source: Source | None = None
    """Where the entry was taken from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A named group of resources, with its place in a learning order."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _SCHEMA

    id: Id
    """A short name that never changes: lower-case letters, digits and hyphens."""
    name: Words
    """The name people read."""
    aliases: Annotated[tuple[Words, ...], MaxLen(60)] = ()
    """Other words for the whole topic."""
    summary: Paragraph | None = None
    """One or two sentences: what the topic is about."""
    related: Annotated[tuple[Id, ...], MaxLen(20)] = ()
    """Ids of topics worth offering beside this one."""
    after: Annotated[tuple[Id, ...], MaxLen(20)] = ()
    """Ids of topics to learn first."""
    questions: Annotated[tuple[Sentence, ...], MaxLen(60)] = ()
    """After this topic a learner can answer these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word of the field, with the other words people use for it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _SCHEMA

    term: Words
    """The word as the field writes it."""
    aliases: Annotated[tuple[Words, ...], MaxLen(60)] = ()
    """Abbreviations, long forms and synonyms."""
    meaning: Paragraph | None = None
    """What it means, in a sentence."""
    topics: Annotated[tuple[Id, ...], MaxLen(10)] = ()
    """Ids of the topics that explain it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Everything there is to learn from, validated as a whole."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _SCHEMA

    version: Literal[1]
    """Version of this file format."""
    topics: tuple[Topic, ...] = ()
    """Groups of resources."""
    glossary: tuple[Term, ...] = ()
    """Words of the field and their synonyms: how questions in other words find their way."""
    resources: tuple[Resource, ...] = ()
    """The things to learn from."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault of a catalogue: where it is, what is wrong, and what to do about it."""

    file: str
    line: int
    """Counted from 1; 0 when the fault is the file as a whole."""
    column: int
    """Counted from 1; 0 when the fault is the file as a whole."""
    message: str
    """A sentence that names the offending value."""
    remedy: str
    """A sentence that says what to do."""
    code: str = "file"
    """A short name for faults of this sort; `onboard check --explain` tells of it."""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.message} {self.remedy}"


@dataclass(frozen=True, slots=True)
class Contribution:
    """One line of a sum: a named value, and what it adds."""

    name: str
    value: float
    adds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One resource of an answer, with the reasons it was chosen."""

    resource: Resource
    confidence: float
    """Probability, 0 to 1, that this resource answers the question; never above the one before."""
    why: tuple[str, ...]
    """Phrases for people: which words matched what, and how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One line of the raw ranking, whatever the verdict."""

    resource: Resource
    score: float
    """Comparable within one ranking only."""
    features: tuple[Contribution, ...]
    """The sum behind the score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How one word of a question was read."""

    word: str
    """As it was written, normalised."""
    weight: float
    """How much it tells resources apart, 0 to 1, times how often the question says it."""
    terms: tuple[str, ...]
    """The words of the catalogue it may stand for, best first; empty if it knows none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the catalogue has to say to a question."""

    question: str
    surface: Surface
    verdict: Verdict
    confidence: float
    """Probability, 0 to 1, that the first candidate answers the question."""
    reply: bool
    """Whether the bot posts an answer to that surface; closest ones and refusals stay private."""
    results: tuple[Result, ...]
    """What the person is shown: the answer, the closest ones when unsure, or none."""
    candidates: tuple[Candidate, ...]
    topics: tuple[Topic, ...]
    """Topics to offer instead: "did you mean"."""
    reading: tuple[Reading, ...]
    """How each word was read."""
    subject: tuple[str, ...]
    """Words the question is about; the rest frames it or names a kind of resource."""
    unknown: tuple[str, ...]
    """Those of them that the catalogue does not have."""
    evidence: tuple[Contribution, ...]
    """The sum behind the confidence, before the logistic function; empty without candidates."""
