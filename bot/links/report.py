"""`onboard links`: every link of a file looked at, what is not well in a table, moves written."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from bot.catalogue.document import Document
from bot.errors import BotError, StoreError
from bot.links.checker import Checker, Manners
from bot.links.judging import (
    STRIKES,
    Judged,
    addresses,
    all_judged,
    is_cut_off,
    moved_url,
    page_of,
    tempered,
)
from bot.model import Catalogue
from bot.printing import counted, printable
from bot.records import LINK_VERDICTS, LinkHealth, LinkVerdict
from bot.store import Store

_NO_STORE = (
    "There is no store {name} yet, so nothing is known of other days: whether a link is dead is "
    f"told after {STRIKES} days of failure, which a store has to count. To make one: onboard store "
    "migrate"
)
_PRIVATE = "What leads into a private network is looked at with --allow-private."
_WORST_FIRST: tuple[LinkVerdict, ...] = ("gone", "unreachable", "moved", "blocked", "ok")
_STYLES: dict[LinkVerdict, str] = {
    "ok": "green",
    "moved": "yellow",
    "gone": "red",
    "blocked": "dim",
    "unreachable": "magenta",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One link of a catalogue, and what became of it."""

    resource: str
    """Id of its resource."""
    line: int
    url: str
    found: Judged
    health: LinkHealth | None
    """What is known from other days, too; None without a store."""
    back: bool = False
    """Whether the file says that it is gone, and it answers."""

    @property
    def to(self) -> str:
        """Where it leads, if that is elsewhere."""
        return moved_url(self.url, self.found.to) if self.found.to else ""

    @property
    def is_bad(self) -> bool:
        """Whether somebody has to mend something."""
        dead = self.health is not None and self.health.dead is not None
        return dead or self.found.verdict in ("gone", "moved")

    @property
    def is_fixable(self) -> bool:
        """Whether its new address can be written without a person's judgement."""
        return self.found.verdict == "moved" and self.found.is_sure

    @property
    def told(self) -> str:
        """What there is to say of it; empty if all is well."""
        parts = [self.found.why] if self.found.why else []
        if self.health and self.health.dead:
            parts.append(f"dead since {self.health.dead}")
        elif self.health and self.health.strikes:
            parts.append(f"strike {self.health.strikes} of {STRIKES}")
        if self.back:
            parts.append('answers again: delete "gone" in its entry')
        return "; ".join(parts)


async def look(
    store: Store,
    catalogue: Catalogue,
    manners: Manners,
    *,
    named: bool,
    count: Callable[[], object],
    clock: Callable[[], datetime],
) -> tuple[dict[str, Judged], dict[str, LinkHealth], list[str]]:
    """Look at every link of a catalogue, and keep what was found.

    Returns what was found of each page, what is known of it, and remarks for whoever asked. The
    store may be missing, unless it was `named`. Raises BotError if this machine has no way out.
    """
    remarks: list[str] = []
    try:
        if named or store.is_there:
            await store.need()
        else:
            remarks.append(_NO_STORE.format(name=store.name))
    except StoreError as error:
        if named:
            raise
        remarks.append(f"Nothing is kept of this. {error}")
    async with Checker(manners) as checker:
        seen = await checker.check(addresses(catalogue), lambda _: count())
    if is_cut_off(seen):
        raise BotError(
            "Not one of the links answered, so this machine seems to have no way out. Look at its "
            "network, and run it again; nothing was kept of this."
        )
    found = {one.address: one for one in tempered(all_judged(seen).values(), ())}
    health: dict[str, LinkHealth] = {}
    if not remarks:
        changes = await store.note_links(list(found.values()), now=clock())
        health = {known.address: known for _, known in changes}
    if any(one.trouble == "private" for one in seen):
        remarks.append(_PRIVATE)
    return found, health, remarks


def lines(
    catalogue: Catalogue,
    places: Document,
    found: dict[str, Judged],
    health: dict[str, LinkHealth],
) -> list[Line]:
    """Return every link of a catalogue in the order of the file, with what became of it."""
    made: list[Line] = []
    for number, one in enumerate(catalogue.resources):
        urls: list[tuple[str, tuple[str | int, ...]]] = [(one.url, ("url",))]
        urls += [(link.url, ("also", at, "url")) for at, link in enumerate(one.also)]
        for url, path in urls:
            page = page_of(url)
            answers = found[page].verdict in ("ok", "moved")
            made.append(
                Line(
                    resource=one.id,
                    line=places.place(("resources", number, *path)).line,
                    url=url,
                    found=found[page],
                    health=health.get(page),
                    back=answers and one.gone is not None and url == one.url,
                )
            )
    return made


def moves(some: Sequence[Line]) -> dict[str, str]:
    """Return the addresses that have moved for good, each with its new one."""
    return {one.url: one.to for one in some if one.is_fixable}


def table(file: str, some: Sequence[Line]) -> Iterator[RenderableType]:
    """Whatever is not well, worst first, and how many there are of each kind."""
    shown = sorted(
        (one for one in some if one.told),
        key=lambda one: (_WORST_FIRST.index(one.found.verdict), one.line),
    )
    if shown:
        rows = Table("", "line", "resource", "link", box=None, padding=(0, 2, 0, 0))
        for one in shown:
            verdict = one.found.verdict
            rows.add_row(
                Text(verdict, style=_STYLES[verdict]),
                str(one.line),
                Text(printable(one.resource), overflow="fold"),
                _told(one),
            )
        yield rows
    counts = Counter(one.found.verdict for one in some)
    kinds = ", ".join(f"{counts[kind]} {kind}" for kind in LINK_VERDICTS if counts[kind])
    yield Text(f"{file}: {counted(len(some), 'link')}{': ' if kinds else ''}{kinds}.")


def _told(one: Line) -> Text:
    text = Text(printable(one.url), overflow="fold")
    text.append(printable(f" {one.told}"), style="dim")
    if one.to:
        text.append(printable(f": {one.to}"))
    return text


def plain(some: Sequence[Line]) -> dict[str, Any]:
    """The same as plain data, for other programs."""
    return {
        "ok": not any(one.is_bad for one in some),
        "links": [
            {
                "resource": one.resource,
                "line": one.line,
                "url": one.url,
                "verdict": one.found.verdict,
                "why": one.found.why,
                "to": one.to,
                "fixable": one.is_fixable,
                "strikes": one.health.strikes if one.health else None,
                "dead": str(one.health.dead) if one.health and one.health.dead else None,
            }
            for one in some
        ],
    }
