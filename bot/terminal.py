"""What the commands print: handsome on a terminal, plain in a pipe."""

import datetime as dt
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from io import StringIO
from typing import TYPE_CHECKING

import typer
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.progress import Progress
from rich.style import Style
from rich.table import Table
from rich.text import Text

from bot import schedule
from bot.ago import ago
from bot.digest import Digest
from bot.errors import ScheduleError
from bot.gaps import Gaps
from bot.model import Answer, Catalogue, Contribution, Resource, Result, Topic
from bot.overlay import is_suggested
from bot.printing import printable
from bot.records import Action, Decision, Edition, Status, Subscription, Suggestion, Thumbs

if TYPE_CHECKING:
    from bot.store.care import StoreReport

# Wider lines than this tire the eye, however wide the window.
_WIDEST = 100
_NEVER_WRAPPED = 20_000
_INDENT = 3
_MOST_NAMED = 12
_MOST_WORDS = 4
_LONGEST_WORD = 60
_SUGGESTION_INDENT = 6
_STATUS_STYLES: dict[Status, str] = {
    "pending": "bold yellow",
    "approved": "green",
    "declined": "red",
    "merged": "dim",
}
_DONE: dict[Action, str] = {
    "suggest": "suggested",
    "approve": "approved",
    "decline": "declined",
    "undo": "taken back",
    "merge": "written into the file",
}
_CHANGES = {"+": "green", "-": "red", "@": "cyan"}


def console(*, stderr: bool = False) -> Console:
    """A console of readable width, without markup; it colours terminals only, and not if NO_COLOR
    is set.
    """
    made = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    made.width = min(made.width, _WIDEST)
    return made


def show(parts: Iterable[RenderableType], *, stderr: bool = False) -> None:
    """Print: laid out on a terminal; in a pipe one line for each paragraph, however long."""
    out = console(stderr=stderr)
    if out.is_terminal:
        for part in parts:
            # What is laid out fits; the lines of a file are for the terminal itself to break.
            out.print(part, crop=False)
        return
    lines = Console(file=StringIO(), width=_NEVER_WRAPPED, highlight=False, markup=False)
    with lines.capture() as captured:
        for part in parts:
            lines.print(part)
    for line in captured.get().splitlines():
        typer.echo(line.rstrip(), err=stderr)


@contextmanager
def counting(said: str, total: int) -> Iterator[Callable[[], object]]:
    """A bar on a terminal while something is done, which is to be told of each one."""
    with Progress(
        console=console(stderr=True), transient=True, disable=not sys.stderr.isatty()
    ) as bar:
        yield partial(bar.advance, bar.add_task(said, total=total))


@contextmanager
def measuring(said: str, *, quiet: bool = False) -> Iterator[Callable[[int, int], object]]:
    """A bar on a terminal for something that may turn out to be nothing, or to come again.

    It is there from when it is told that some are done, of how many, until all are.
    """
    bar = Progress(
        console=console(stderr=True), transient=True, disable=quiet or not sys.stderr.isatty()
    )
    task = bar.add_task(said)

    def told(done: int, total: int) -> None:
        bar.update(task, completed=done, total=total)
        if done < total:
            bar.start()
        else:
            bar.stop()

    try:
        yield told
    finally:
        bar.stop()


def store_report(name: str, report: "StoreReport") -> Iterator[RenderableType]:
    """What a store holds, and what is wrong with it."""
    yield Text(f"{printable(name)}: {report.engine}, tables at {report.schema}")
    if report.rows:
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column()
        table.add_column(justify="right")
        for kind, rows in sorted(report.rows.items()):
            table.add_row(kind, f"{rows:,}")
        yield Padding(table, (0, 0, 0, _INDENT))
    if report.oldest:
        yield Text(f"The oldest question is of {report.oldest:%Y-%m-%d}.")
    for fault in report.faults:
        yield Text(printable(fault), style="bold red")
    if not report.faults:
        yield Text("All is well.")


def answer(given: Answer, catalogue: Catalogue) -> Iterator[RenderableType]:
    """An answer, the closest ones, or an honest nothing with where to look instead."""
    if given.verdict == "nothing":
        yield from _nothing(given, catalogue)
        return
    if given.verdict == "unsure":
        yield Text("Not sure. The closest there is:", style="bold yellow")
        yield Text()
    for result in given.results:
        yield from _result(result)
        yield Text()
    if given.verdict == "unsure":
        if given.unknown:
            yield Text(f"The catalogue does not know {_quoted(given.unknown)}.")
        if given.topics:
            yield Text(f"Did you mean one of these topics? {_names(given.topics)}")


def _nothing(given: Answer, catalogue: Catalogue) -> Iterator[RenderableType]:
    if given.surface == "channel":
        yield Text("In a channel the bot stays silent on this.", style="bold")
        return
    yield Text(_refusal(given), style="bold")
    if given.topics:
        yield Text(f"The nearest topics: {_names(given.topics)}.")
    elif catalogue.topics:
        more = " and more" if catalogue.topics[_MOST_NAMED:] else ""
        yield Text(f"The catalogue covers {_names(catalogue.topics[:_MOST_NAMED])}{more}.")
    else:
        yield Text("The catalogue has no topics yet.")
    yield Text("All of it: onboard topics", style="dim")


def explanation(given: Answer, model: str | None, without: str) -> Iterator[RenderableType]:
    """How it was compared, how the words were read, and the sums behind ranking and confidence.

    `model` is the sentence model that had a say, or None: then `without` tells why not.
    """
    how = f"by words and by meaning ({model})" if model else f"by words alone: {without}"
    yield Text(printable(f"Compared {how}."))
    yield Text()
    yield Text("How the question was read", style="bold")
    read = Table("word", "weight", "read as", box=None, padding=(0, 2, 0, 0))
    for reading in given.reading:
        terms = [*reading.terms[:_MOST_WORDS], *(["..."] if reading.terms[_MOST_WORDS:] else [])]
        read.add_row(Text(reading.word), f"{reading.weight:.2f}", Text("; ".join(terms) or "-"))
    yield read
    yield Text()
    if not given.candidates:
        yield Text("No resource holds any of these words.")
        return
    yield Text("Score of each candidate (value x weight)", style="bold")
    names = [line.name for line in given.candidates[0].features]
    ranking = Table("candidate", "score", *names, box=None, padding=(0, 1, 0, 0))
    for column in ranking.columns:
        # With a model and thumbs there are ten; no figure is to be cut off for it.
        column.overflow = "fold"
    for candidate in given.candidates:
        sums = (f"{line.value:.2f} ({line.adds:+.2f})" for line in candidate.features)
        ranking.add_row(Text(candidate.resource.id), f"{candidate.score:.2f}", *sums)
    yield ranking
    yield Text()
    yield Text("Confidence in the first one", style="bold")
    yield _sum(given.evidence)
    total = sum(line.adds for line in given.evidence)
    yield Text(
        f"{total:+.2f} through the logistic function: {given.confidence:.2f},"
        f" so the verdict is “{given.verdict}”."
    )


def topics(catalogue: Catalogue, ordered: Sequence[Topic]) -> Iterator[RenderableType]:
    """A list of topics, in the order given, with how much there is on each."""
    table = Table("topic", "", "about", box=None, padding=(0, 2, 0, 0))
    for topic in ordered:
        count = sum(topic.id in resource.topics for resource in catalogue.resources)
        table.add_row(Text(topic.name, style="bold"), str(count), Text(topic.summary or ""))
    yield table


def topic(
    shown: Topic, resources: Sequence[Resource], before: Sequence[Topic], beside: Sequence[Topic]
) -> Iterator[RenderableType]:
    """A topic: what it is about, what to learn from in order, what one can answer then."""
    yield Text(shown.name, style="bold underline")
    if shown.summary:
        yield Text(shown.summary)
    if before:
        yield Text(f"Learn first: {_names(before)}.", style="dim")
    yield Text()
    for number, resource in enumerate(resources, 1):
        yield _heading(resource, f"{number}.")
        yield Padding(_body(resource), (0, 0, 1, _INDENT))
    if not resources:
        yield Text("No resources yet.")
        yield Text()
    if shown.questions:
        yield Text("Afterwards you can answer:", style="bold")
        for question in shown.questions:
            yield Text(f" - {question}")
        yield Text()
    if beside:
        yield Text(f"See also: {_names(beside)}.", style="dim")


def gaps(found: Gaps, now: dt.datetime, *, people: int) -> Iterator[RenderableType]:
    """What people asked for in vain, most wanted first, and how much fewer people asked for."""
    if found.shown:
        table = Table("what", "asked", "people", "first", "last", "waiting", box=None)
        table.padding = (0, 2, 0, 0)
        for gap in found.shown:
            table.add_row(
                Text(printable(" ".join(gap.words)), style="bold"),
                f"{gap.times:,}",
                f"{gap.people:,}",
                ago(gap.first, now),
                ago(gap.last, now),
                f"{gap.waiting:,}" if gap.waiting else "-",
            )
        yield table
    elif found.hidden:
        yield Text("Nothing that several people asked for in vain.", style="bold")
    else:
        yield Text("No gaps: no question is open.", style="bold")
    if found.hidden:
        what = "gap" if found.hidden == 1 else "gaps"
        yield Text(
            f"Not shown: {found.hidden:,} {what} that fewer than {people:,} people asked for."
            " To see all: onboard gaps --all",
            style="dim",
        )


def unhelpful(
    found: Sequence[tuple[str, Thumbs]], catalogue: Catalogue
) -> Iterator[RenderableType]:
    """The resources that did not help somebody, the worst first; nothing if there is none."""
    if not found:
        return
    titles = {resource.id: resource.title for resource in catalogue.resources}
    table = Table("resource", "did not help", "helped", box=None, padding=(0, 2, 0, 0))
    for name, each in found:
        title = titles.get(name) or f"{name} (no longer in the catalogue)"
        table.add_row(Text(printable(title), style="bold"), f"{each.down:,}", f"{each.up:,}")
    yield Text()
    yield Text("What did not help", style="bold underline")
    yield table


def subscriptions(
    found: Sequence[Subscription], editions: Sequence[Edition], now: dt.datetime
) -> Iterator[RenderableType]:
    """Channels with a weekly digest: when it comes, how it stands, what became of the last."""
    if not found:
        yield Text("No channel has a weekly digest. In Slack: /onboard digest", style="bold")
        return
    table = Table("channel", "when", "next", "about", "last", box=None, padding=(0, 2, 0, 0))
    for one in found:
        own = [edition for edition in editions if edition.channel == one.channel]
        last = f"{own[0].at:%Y-%m-%d}: {own[0].outcome}" if own else "-"
        table.add_row(
            Text(printable(one.channel), style="bold"),
            printable(schedule.spoken(one.weekly)),
            _coming(one, {edition.slot for edition in own}, now),
            printable(", ".join(one.topics) or "all topics"),
            last,
        )
    yield table


def _coming(one: Subscription, taken: Collection[str], now: dt.datetime) -> str:
    if one.state != "on":
        return f"{one.state}, {one.reason}" if one.reason else one.state
    try:
        slot = schedule.upcoming(one.weekly, max(now, one.since), taken)
        return schedule.day_and_time(one.weekly, slot.at)
    except ScheduleError:
        return "never: no such time zone"


def digest(given: Digest, subscription: Subscription) -> Iterator[RenderableType]:
    """What a channel is told, in the order in which Slack shows it."""
    day = schedule.day_and_time(subscription.weekly, given.until)
    yield Text(f"{printable(subscription.channel)}, {day}", style="bold underline")
    if subscription.state != "on":
        yield Text(f"It is {subscription.state}: nothing would be posted.", style="dim")
    if given.is_first and given.size:
        yield Text(f"The first digest there. The catalogue has {given.size:,} resources.")
    if given.lost_topics:
        yield Text(printable(f"Topics that are gone: {', '.join(given.lost_topics)}"))
    if given.is_empty:
        told = "posted all the same" if subscription.always else "not posted"
        yield Text(f"There is nothing to tell: {told}.")
    yield from _listed(f"New in the catalogue ({given.new_count:,})", given.new)
    if given.more:
        counts = ", ".join(f"{topic.name} ({count:,})" for topic, count in given.more)
        yield Text(printable(f"   and {given.new_count - len(given.new):,} more: {counts}"))
    yield from _listed(f"Brought up to date ({given.changed_count:,})", given.changed)
    if given.asked:
        yield Text("What people asked about most", style="bold")
        for one in given.asked:
            led = f", led to {one.resource.title}" if one.resource else ""
            yield Text(printable(f"*  {one.topic.name}: {one.people:,} people{led}"))
    if given.best:
        thumbs = given.best.thumbs
        helped = f"{thumbs.up:,} of {thumbs.up + thumbs.down:,}"
        yield from _listed(f"What helped most ({helped})", [given.best.resource])
    look = "Worth a look" if given.is_first else "Worth a second look"
    yield from _listed(look, [given.look] if given.look else [])
    yield from _listed(f"Links that died ({given.gone_count:,})", given.gone)
    if given.gap:
        yield Text("In vain", style="bold")
        words = " ".join(given.gap.words)
        yield Text(printable(f"*  {words}: asked {given.gap.times:,} times"))


def _listed(heading: str, resources: Sequence[Resource]) -> Iterator[RenderableType]:
    if resources:
        yield Text(heading, style="bold")
    for one in resources:
        yield _heading(one, "*")
        yield _address("   ", one.url, "dim")


def suggestions(found: Sequence[Suggestion]) -> Iterator[RenderableType]:
    """Suggestions by their number, each with where it leads and how it stands."""
    for one in found:
        yield _suggestion_heading(one)
        told: list[RenderableType] = [_address("", printable(one.draft.url), "cyan")]
        told += (Text(line, style="dim") for line in _standing(one))
        yield Padding(Group(*told), (0, 0, 1, _SUGGESTION_INDENT))
    if not found:
        yield Text("There are no suggestions to show.", style="bold")


def suggestion(given: Suggestion, steps: Sequence[Decision]) -> Iterator[RenderableType]:
    """One suggestion with all that was filled in, and step by step what became of it."""
    draft = given.draft
    yield _suggestion_heading(given)
    told: list[RenderableType] = [_address("", printable(draft.url), "cyan")]
    told += (Text(printable(line)) for line in draft.summary.splitlines())
    if draft.topics:
        told.append(Text(f"Topics: {printable(', '.join(draft.topics))}"))
    if draft.ask:
        told.append(Text(f"Answers {_quoted([draft.ask], 300)}"))
    if given.resource:
        told.append(Text(f"In the catalogue as {printable(given.resource)}"))
    for step in steps:
        line = f"{step.at:%Y-%m-%d %H:%M} {_DONE[step.action]}{_by(step.by)}"
        told.append(Text(line + _because(step.reason), style="dim"))
    yield Padding(Group(*told), (0, 0, 0, _SUGGESTION_INDENT))


def rules(found: Iterable[tuple[str, str, str, str]]) -> Iterator[RenderableType]:
    """What checks look for: code, severity, name, and the reason in a paragraph."""
    for code, severity, name, explanation in found:
        yield Text(code, style="bold").append(f" ({severity}): {name}.", style="not bold")
        yield Padding(Text(explanation), (0, 0, 1, _INDENT))


def diff(text: str) -> Iterator[RenderableType]:
    """The change of a file, what is new in green."""
    for line in text.splitlines():
        style = _CHANGES.get(line[:1], "")
        # Printed by itself, a text forgets that it is not to be broken.
        yield Group(Text(printable(line), style=style, no_wrap=True, overflow="ignore"))


def _suggestion_heading(one: Suggestion) -> RenderableType:
    number = Text(f"{one.id}".ljust(_SUGGESTION_INDENT - 1) + " ")
    title = Style(bold=True, link=printable(one.draft.url))
    number.append(printable(one.draft.title), style=title)
    return number.append(f"  {one.status}", style=_STATUS_STYLES[one.status])


def _standing(one: Suggestion) -> Iterator[str]:
    yield f"{_DONE['suggest']}{_by(one.by)} on {one.at:%Y-%m-%d}"
    if one.status != "pending":
        decided = "declined" if one.status == "declined" else "approved"
        on = f" on {one.decided_at:%Y-%m-%d}" if one.decided_at else ""
        yield f"{decided}{_by(one.decided_by)}{on}{_because(one.reason)}"


def _by(user: str | None) -> str:
    if user is None:
        return ""
    return f" by {printable(user)}" if user else " in the terminal"


def _because(reason: str) -> str:
    return f": {printable(reason)}" if reason else ""


def _result(result: Result) -> Iterator[RenderableType]:
    yield _heading(result.resource, "*")
    why = Text("Why: ", style="dim").append("; ".join(result.why) or "it comes nearest")
    yield Padding(Group(_body(result.resource), why), (0, 0, 0, _INDENT))


def _heading(resource: Resource, bullet: str) -> RenderableType:
    # One cell more than the bullet, so that titles line up with what stands below them.
    return Text(bullet.ljust(_INDENT)).append(
        resource.title, style=Style(bold=True, link=resource.url)
    )


def _body(resource: Resource) -> RenderableType:
    lines: list[RenderableType] = [_address("", resource.url, "cyan")]
    also = [(link.title, link.url) for link in resource.also]
    if resource.gone:
        dead = f"Its link was dead on {resource.gone}"
        if also:
            title, url = also.pop(0)
            lines.append(_address(f"{dead}; instead: {title} ", url, "yellow"))
        else:
            lines.append(Text(f"{dead}.", style="yellow"))
    lines.append(Text(resource.summary))
    if facts := " · ".join(_facts(resource)):
        lines.append(Text(facts, style="dim"))
    if resource.note:
        lines.append(Text(f"Curator's note: {resource.note}", style="italic"))
    lines += (_address(f"Also: {title} ", url, "dim") for title, url in also)
    return Group(*lines)


def _address(before: str, url: str, style: str) -> Text:
    """An address that stays whole: a window too narrow for it shows it over several lines."""
    linked = Style.parse(style) + Style(link=url)
    return Text(before, style=style, overflow="fold").append(url, style=linked)


def _facts(resource: Resource) -> Iterator[str]:
    for fact in (resource.kind, resource.level):
        if fact:
            yield fact
    if resource.minutes:
        yield f"{resource.minutes} min"
    if resource.year:
        yield str(resource.year)
    if resource.authors:
        yield f"by {', '.join(resource.authors)}"
    if is_suggested(resource):
        yield "suggested by a colleague"


def _refusal(given: Answer) -> str:
    """What there is nothing on, in the words of the question."""
    words = given.unknown or given.subject
    if not words:
        return "That names nothing to learn about."
    return f"Nothing in the catalogue on {_quoted(words[:_MOST_WORDS])}."


def _quoted(words: Iterable[str], most: int = _LONGEST_WORD) -> str:
    return ", ".join(f"“{printable(word[:most])}”" for word in words)


def _names(named: Iterable[Topic]) -> str:
    return ", ".join(topic.name for topic in named)


def _sum(lines: Iterable[Contribution]) -> Table:
    table = Table("sign", "value", "adds", box=None, padding=(0, 2, 0, 0))
    for line in lines:
        table.add_row(line.name, f"{line.value:.2f}", f"{line.adds:+.2f}")
    return table
