"""What became of the links of a catalogue: verdicts, strikes, and which of them are due.

- A server that refuses a program (401, 403, 429 and the like) says nothing of the page: blocked.
- What is gone or cannot be reached strikes once a day; at the third strike a link counts as dead,
  and at the first answer it is alive again.
- Only redirects that are permanent all along the way move a link.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal
from urllib.parse import urldefrag, urlsplit

from bot.model import Catalogue, Link, Resource
from bot.records import LinkHealth, LinkVerdict

Trouble = Literal[
    "name", "lookup", "refused", "connect", "reset", "timeout", "certificate", "issuer", "tls",
    "answer", "address", "redirect", "circle", "far", "private", "resting",
]  # fmt: skip
"""Why there was no last answer."""

STRIKES = 3
"""Days on which a link has to fail before it counts as dead."""
NIGHT = dt.timedelta(hours=6)
"""How long a night is; it begins with the day, in UTC."""
# What came due at the end of a night is looked at a while later.
_LATE = dt.timedelta(hours=1)

_FINE = range(200, 300)
_PERMANENT = (301, 308)
_GONE = (404, 410)
_PASSING_STATUSES = (408, 425, 429, 500, 502, 503, 504)
_TIMED_OUT = 408
_NOT_AVAILABLE = 503
_FAILURES = range(500, 600)
_STRIKING: tuple[LinkVerdict, ...] = ("gone", "unreachable")
_ALIVE: tuple[LinkVerdict, ...] = ("ok", "moved")
_FRONT = re.compile(
    r"((index|home|default|welcome)(\.\w+)?|[a-z]{2}([-_][a-z]{2})?)?", re.IGNORECASE
)
_SIGN_IN = re.compile(
    r"(\b|_|service)(log|sign)[-_]?(in|on)\b|\b(sso|saml|o?auth2?|authorize|consent|captcha)\b",
    re.IGNORECASE,
)
_NOT_FOUND = re.compile(r"\b404\b|(\b|_)(page)?[-_]?not[-_]?found\b|(?<=/)errors?\b", re.IGNORECASE)
_CROWD = 3
_FEW_HOSTS = 2
_MANY_HOSTS = 4
_MOST_ARE_SILENT = "most sites are silent from here, so it does not count"
_MOST_WITNESSES = 3
_PAUSES = ((365, 30), (30, 7))
"""Days a link is dead -> days until it is looked at again; else that is on the next one."""

_NAMES: Mapping[int, str] = {
    400: "bad request",
    401: "it wants a password",
    403: "forbidden",
    404: "not found",
    405: "not allowed",
    408: "it timed out",
    410: "gone",
    429: "too many requests",
    451: "not allowed by law",
    500: "it failed",
    502: "bad gateway",
    503: "not available",
    504: "its gateway timed out",
}

# What each trouble means, and the end of a sentence that begins with "it".
_MEANING: Mapping[Trouble, tuple[LinkVerdict, str]] = {
    "name": ("unreachable", "has a host that does not exist"),
    "lookup": ("unreachable", "has a host whose name could not be looked up"),
    "refused": ("unreachable", "has a server that refuses connections"),
    "connect": ("unreachable", "has a server that cannot be reached"),
    "reset": ("unreachable", "has a server that broke the connection off"),
    "timeout": ("unreachable", "did not answer in time"),
    "certificate": ("unreachable", "has a certificate that is not valid"),
    # A server that leaves out a part of the chain, or a company's own issuer: browsers get through.
    "issuer": ("blocked", "has a certificate whose issuer is not known here: not looked at"),
    "tls": ("unreachable", "has a server that makes no secure connection"),
    "answer": ("unreachable", "answered something that is not HTTP"),
    "address": ("unreachable", "is no address that can be opened"),
    "redirect": ("unreachable", "redirects to no address that can be opened"),
    # Sites do that to whoever keeps no cookies; a browser may get through.
    "circle": ("blocked", "redirects in a circle"),
    "far": ("blocked", "redirects too often"),
    "private": ("blocked", "leads into a private network, or to an unusual port: not looked at"),
    "resting": ("blocked", "has a server that asked to be left alone for a while: not looked at"),
}
# Without another try it is plain that there will be no other answer.
_CERTAIN: frozenset[Trouble] = frozenset(
    ("name", "certificate", "issuer", "tls", "address", "private", "resting")
)
_PASSING: frozenset[Trouble] = frozenset(("lookup", "refused", "connect", "reset", "timeout"))
OF_THE_HOST = _PASSING | {"name", "certificate", "issuer", "tls"}
"""Troubles that all pages of a host share; where several hosts have them, it may be our own machine
that has no way out, or a proxy in its way that it does not know.
"""


@dataclass(frozen=True, slots=True)
class Hop:
    """One redirect that was followed."""

    status: int
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What happened when an address was asked for."""

    address: str
    hops: tuple[Hop, ...] = ()
    """The redirects in their order."""
    status: int = 0
    """Of the last answer; 0 if there was none."""
    trouble: Trouble | None = None
    """Why there was none."""

    @property
    def is_fine(self) -> bool:
        """Whether there is a page."""
        return self.trouble is None and self.status in _FINE

    @property
    def is_certain(self) -> bool:
        """Whether asking in another way could change nothing."""
        return self.is_fine or self.trouble in _CERTAIN

    @property
    def is_passing(self) -> bool:
        """Whether it may be better in a moment."""
        return self.trouble in _PASSING or self.status in _PASSING_STATUSES


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What that means."""

    address: str
    verdict: LinkVerdict
    why: str = ""
    """As `LinkHealth.why`."""
    to: str = ""
    """Where it leads, if that is elsewhere: for good if it has moved, or else for now."""
    counts: bool = True
    """False if its silence may be that of our own network."""
    is_sure: bool = True
    """False if the same page is hardly where it moved to, as with a front page."""


def page_of(url: str) -> str:
    """Return the address without what follows a `#`, which the server is never told."""
    return urldefrag(url).url


def moved_url(url: str, to: str) -> str:
    """Return where an address leads now; its part behind `#` holds on unless there is a new one."""
    fragment = urldefrag(url).fragment
    return f"{to}#{fragment}" if fragment and not urldefrag(to).fragment else to


def addresses(catalogue: Catalogue) -> list[str]:
    """Return the pages of all links of a catalogue, each once, in the order of the file."""
    return list(dict.fromkeys(page_of(url) for one in catalogue.resources for url in urls(one)))


def urls(resource: Resource) -> tuple[str, ...]:
    """Return every address of a resource, its own first."""
    return resource.url, *(link.url for link in resource.also)


def judged(seen: Seen) -> Judged:
    """Return what it means that this happened."""
    to = seen.hops[-1].to if seen.hops else ""
    if seen.trouble is not None:
        verdict, why = _MEANING[seen.trouble]
        return Judged(address=seen.address, verdict=verdict, why=why, to=to)
    if not seen.is_fine:
        return Judged(
            address=seen.address,
            verdict=_refusal(seen.status),
            why=f"answered {_named(seen.status)}",
            to=to,
        )
    if not to or page_of(to) == page_of(seen.address):
        return Judged(address=seen.address, verdict="ok")
    doubt = _doubt(seen.address, to)
    if any(hop.status not in _PERMANENT for hop in seen.hops):
        why = doubt or "redirects for now"
        return Judged(address=seen.address, verdict="ok", why=why, to=to)
    why = doubt or "has moved for good"
    return Judged(address=seen.address, verdict="moved", why=why, to=to, is_sure=not doubt)


def all_judged(seen: Iterable[Seen]) -> dict[str, Judged]:
    """Return what became of each of many pages; if a crowd moved to one page, none is sure of it:
    that is a place to send people to, not where each of them is now.
    """
    found = {one.address: judged(one) for one in seen}
    crowds = Counter(page_of(one.to) for one in found.values() if one.verdict == "moved")
    for address, one in found.items():
        if one.is_sure and one.verdict == "moved" and crowds[page_of(one.to)] >= _CROWD:
            why = f"leads to where {crowds[page_of(one.to)] - 1} others lead now, too"
            found[address] = replace(one, why=why, is_sure=False)
    return found


def _refusal(status: int) -> LinkVerdict:
    if status in _GONE:
        return "gone"
    # Some sites say to every program that they are not available.
    broken = status == _TIMED_OUT or (status in _FAILURES and status != _NOT_AVAILABLE)
    return "unreachable" if broken else "blocked"


def _named(status: int) -> str:
    return f"{status} ({_NAMES[status]})" if status in _NAMES else str(status)


def _doubt(url: str, to: str) -> str:
    """Return why a redirect may not lead to the same page, or nothing."""
    if _is_front(to) and not _is_front(url):
        return "leads to a front page now, as pages do that are gone"
    if _NOT_FOUND.search(to) and not _NOT_FOUND.search(url):
        return "leads to a page now that says that there is none"
    if _SIGN_IN.search(to) and not _SIGN_IN.search(url):
        return "leads to a page to sign in now"
    if url.lower().startswith("https:") and not to.lower().startswith("https:"):
        return "leads to an address without https now"
    return ""


def _is_front(url: str) -> bool:
    parts = urlsplit(url)
    return _FRONT.fullmatch(parts.path.strip("/")) is not None and not parts.query


def after(known: LinkHealth | None, found: Judged, at: dt.datetime) -> LinkHealth:
    """Return what is known of a link after it was looked at once more.

    A day strikes once, however often it fails on it; a clock that was set back strikes not at all.
    """
    day = at.astimezone(dt.UTC).date()
    strikes, struck = (known.strikes, known.struck) if known else (0, None)
    dead = known.dead if known else None
    if found.verdict in _ALIVE:
        strikes, struck, dead = 0, None, None
    elif found.counts and found.verdict in _STRIKING and (struck is None or day > struck):
        strikes, struck = strikes + 1, day
        if strikes >= STRIKES and dead is None:
            dead = day
    return LinkHealth(
        address=found.address,
        verdict=found.verdict,
        why=found.why,
        to=found.to if found.verdict == "moved" else "",
        since=known.since if known and known.verdict == found.verdict else at,
        checked=at,
        strikes=strikes,
        struck=struck,
        dead=dead,
    )


def is_night(at: dt.datetime) -> bool:
    """Whether more links may come due on this day."""
    at = at.astimezone(dt.UTC)
    return at - dt.datetime.combine(at.date(), dt.time(), dt.UTC) < NIGHT


def moment(address: str, day: dt.date) -> dt.datetime:
    """Return when an address is due in the night of a day: all of them spread evenly over it.

    The same for every process, so that no host and no network gets them at once.
    """
    digest = sha256(address.encode("utf-8", "surrogatepass")).digest()
    share = int.from_bytes(digest[:4], "big") / 2**32
    return dt.datetime.combine(day, dt.time(), dt.UTC) + NIGHT * share


def is_due(address: str, known: LinkHealth | None, at: dt.datetime) -> bool:
    """Whether to look at an address: its moment of this night is past, and it had none since.

    A dead one is looked at every night for a month, then weekly, after a year monthly. What was
    looked at by a clock that was far ahead is due, too.
    """
    day = at.astimezone(dt.UTC).date()
    if at < moment(address, day):
        return False
    if known is None:
        # Whoever starts a bot by day does not see it ask for all links at once.
        return at < dt.datetime.combine(day, dt.time(), dt.UTC) + NIGHT + _LATE
    return abs(day - known.checked.astimezone(dt.UTC).date()) >= _pause(known, day)


def _pause(known: LinkHealth, day: dt.date) -> dt.timedelta:
    buried = (day - known.dead).days if known.dead else 0
    return dt.timedelta(days=next((pause for least, pause in _PAUSES if buried >= least), 1))


def witnesses(known: Iterable[LinkHealth], seen: Iterable[Seen]) -> list[str]:
    """Return a few addresses of other hosts that answered last time, the latest first.

    If what was asked is silent, these can tell whether it is our own network.
    """
    hosts = {_host(one.address) for one in seen}
    found: list[str] = []
    fine = (one for one in known if one.verdict in _ALIVE)
    for one in sorted(fine, key=lambda one: one.checked, reverse=True):
        if len(found) < _MOST_WITNESSES and _host(one.address) not in hosts:
            hosts.add(_host(one.address))
            found.append(one.address)
    return found


def _host(url: str) -> str:
    return urlsplit(url).netloc.lower()


def is_silent(seen: Iterable[Seen]) -> bool:
    """Whether somebody was asked, and nobody answered, whatever the reason."""
    asked = [one for one in seen if one.trouble not in ("private", "resting")]
    return bool(asked) and not any(map(_answered, asked))


def _answered(seen: Seen) -> bool:
    return bool(seen.status or seen.hops or seen.trouble == "answer")


def tempered(found: Iterable[Judged], known: Iterable[LinkHealth]) -> list[Judged]:
    """Return what was found, in which silence does not count if most hosts are silent.

    Then it is rather this network, which lets out to some sites only. `known` is what is known of
    other addresses.
    """
    found = list(found)
    verdicts = {one.address: one.verdict for one in known}
    verdicts |= {one.address: one.verdict for one in found}
    answers: dict[str, bool] = {}
    for address, verdict in verdicts.items():
        host = _host(address)
        # What is blocked may never have been asked, as a private network.
        if verdict != "blocked":
            answers[host] = answers.get(host, False) or verdict != "unreachable"
    silent = sum(not answered for answered in answers.values())
    # Of a few, all but one may well have died; not all at once.
    if silent * 2 <= len(answers) or silent < (
        _MANY_HOSTS if any(answers.values()) else _FEW_HOSTS
    ):
        return found
    return [
        replace(one, counts=False, why=f"{one.why}; {_MOST_ARE_SILENT}")
        if one.verdict == "unreachable"
        else one
        for one in found
    ]


def is_cut_off(seen: Iterable[Seen]) -> bool:
    """Whether it looks as if this machine has no way out: several hosts, and none answered.

    Then nothing was learnt about them.
    """
    silent: set[str] = set()
    for one in seen:
        if _answered(one):
            return False
        if one.trouble in OF_THE_HOST:
            silent.add(_host(one.address))
    return len(silent) >= _FEW_HOSTS


def marked(catalogue: Catalogue, dead: Mapping[str, dt.date]) -> Catalogue:
    """Return the catalogue with what is dead marked as gone, unless the file says so itself.

    Of other addresses the dead ones come last, since the first one is offered instead; what is gone
    has none that is dead.
    """
    if not dead:
        return catalogue
    return replace(catalogue, resources=tuple(_marked(one, dead) for one in catalogue.resources))


def _marked(resource: Resource, dead: Mapping[str, dt.date]) -> Resource:
    def is_dead(link: Link) -> bool:
        return page_of(link.url) in dead

    day = dead.get(page_of(resource.url))
    if day and resource.gone is None:
        resource = replace(resource, gone=day)
    if any(map(is_dead, resource.also)):
        also = sorted(resource.also, key=is_dead)
        if resource.gone:
            also = [link for link in also if not is_dead(link)]
        resource = replace(resource, also=tuple(also))
    return resource
