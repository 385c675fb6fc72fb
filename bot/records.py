"""What is remembered of what people did: plain values, as the store takes and gives them."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal, get_args

from bot.model import Surface, Verdict

Standing = Literal["new", "again", "busy", "seen"]
"""What a claim on a piece of work found: nobody has begun it; somebody had begun it and died;
somebody is at it; it is done."""

Status = Literal["pending", "approved", "declined", "merged"]
Action = Literal["suggest", "approve", "decline", "undo", "merge"]
Setting = Literal["off", "shadow", "on"]
State = Literal["on", "paused", "stopped"]
"""Of a subscription; a stopped one can be taken up again as it was."""
Outcome = Literal["posted", "empty", "missed"]
"""Of an edition: it is there; there was nothing to tell; it could not be posted in time."""

LinkVerdict = Literal["ok", "moved", "gone", "blocked", "unreachable"]
"""Of a link: it answers; for good from another address; it is not there; its server refuses a
program, which says nothing of the page; nothing came back."""

STATUSES: tuple[Status, ...] = get_args(Status)
LINK_VERDICTS: tuple[LinkVerdict, ...] = get_args(LinkVerdict)
SETTINGS: tuple[Setting, ...] = get_args(Setting)
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A question as it is kept: when, where and about what, never who or in which words."""

    key: str
    """The name of the post that answers it; thumbs and wishes refer to it."""
    at: dt.datetime
    surface: Surface
    verdict: Verdict
    words: tuple[str, ...]
    """Its content words, in their order."""
    resource: str = ""
    """Id of the first result shown; of a miss, what its words alone lead to, if that is sure."""
    channel: str = ""
    """Where it can be answered later; empty if it was asked privately."""
    thread: str = ""
    """`ts` of the thread for that."""
    tried: str = ""
    """Fingerprint of the catalogue that was asked: only another one can know better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A question that is still open: nothing was found, or a thumb says that it did not help."""

    key: str
    at: dt.datetime
    words: tuple[str, ...]
    person: str
    """A name for whoever asked that says nothing; the same for all questions of one person."""
    surface: Surface = "mention"
    channel: str = ""
    thread: str = ""
    rejected: frozenset[str] = frozenset()
    """Ids of the resources that are no news: shown already, or found not to help."""
    waiting: tuple[str, ...] = ()
    """User IDs of those who want to be told."""


@dataclass(frozen=True, slots=True)
class Thumbs:
    """How many found that a resource helped, and how many that it did not."""

    up: int = 0
    down: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody fills in to suggest a resource."""

    url: str
    title: str
    summary: str
    topics: tuple[str, ...] = ()
    """Ids of topics; the first one is its home."""
    ask: str = ""
    """A question that it answers; empty if none was named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A resource that somebody suggested, and what became of it."""

    id: int
    draft: Draft
    status: Status
    at: dt.datetime
    by: str | None
    """User ID of whoever suggested it; None once they were forgotten."""
    asking: str = ""
    """Key of the question it came from; empty if it came from none."""
    resource: str = ""
    """Id it has in the catalogue since it was approved."""
    decided_by: str | None = None
    decided_at: dt.datetime | None = None
    reason: str = ""
    """Why it was declined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One step in what became of a suggestion."""

    suggestion: int
    at: dt.datetime
    action: Action
    by: str | None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """How one channel is listened to; one that is off is not kept."""

    setting: Setting
    shadowed: int = 0
    """Questions that would have been answered since it was set so."""
    by: str = ""
    """Who set it, as Slack's user ID."""
    since: dt.datetime = field(default=dt.datetime.fromtimestamp(0, dt.UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """When a weekly digest is due, by the clocks of a time zone."""

    weekday: int
    """0 for Monday to 6 for Sunday."""
    hour: int
    minute: int
    zone: str
    """A name of the IANA time zone database, as Europe/Berlin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """The weekly digest of one channel."""

    channel: str
    weekly: Weekly
    topics: tuple[str, ...] = ()
    """Ids of the topics it is about; empty if it is about all."""
    always: bool = False
    """Whether it is posted even in a week that has nothing to tell."""
    state: State = "on"
    reason: str = ""
    """Why the bot has paused it: a code of Slack's, `zone` or `topics`; empty if a person has."""
    by: str = ""
    """User ID of whoever set it up; empty once they were forgotten."""
    since: dt.datetime
    """Slots up to here are not due: when its time was set, or it was resumed."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A moment at which a digest is due."""

    week: str
    """ISO week of its day, as 2026-W49: of each, a channel has one digest at most."""
    at: dt.datetime
    """In UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What became of one digest of one channel."""

    channel: str
    slot: str
    """The week of its slot; of one that somebody wanted at once, a name of its own."""
    at: dt.datetime
    """When it was due: what people do afterwards belongs to the next one."""
    until: dt.datetime
    """When the latest change of the catalogue was that it could tell of."""
    outcome: Outcome
    look: str = ""
    """Id of the resource it showed for a second look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Since when the catalogue has a resource, and since when as it is."""

    resource: str
    """Its id."""
    page: str
    """Its address, as `normalise_url` has it: one that has a new id is not a new one."""
    content: str
    """Fingerprint of what a reader sees of it."""
    first: dt.datetime | None
    """When it was first seen; None if it was there when somebody first looked."""
    changed: dt.datetime | None = None
    """When what a reader sees of it last changed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How often one person, by their pseudonym, was led to a resource."""

    resource: str
    person: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkHealth:
    """What is known of the address of a page."""

    address: str
    """Without what follows a `#`: the server is never told of that."""
    verdict: LinkVerdict
    why: str = ""
    """What it did, as the end of a sentence that begins with "it"; empty if all is well."""
    to: str = ""
    """The address it has moved to for good."""
    since: dt.datetime
    """When it was first found so."""
    checked: dt.datetime
    """When it was last looked at."""
    strikes: int = 0
    """On how many days it was found gone or unreachable since it last answered."""
    struck: dt.date | None = None
    """The last of those days, in UTC."""
    dead: dt.date | None = None
    """The day on which there were enough of them; None while it counts as alive."""


@dataclass(frozen=True, slots=True)
class Revision:
    """Counts every change of what all replicas share; two that differ mean that it has changed."""

    suggestions: int = 0
    feedback: int = 0
    channels: int = 0
    links: int = 0
    """How often a link has died, or come back."""
