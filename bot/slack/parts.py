"""The parts that messages and views are built from, within Slack's limits."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    MarkdownTextObject,
    Option,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.model import Resource, Topic
from bot.overlay import is_suggested
from bot.slack.markup import address, clipped, escaped, link, plain
from bot.slack.values import Carried, packed
from bot.slack.written import written

# Slack's limits, from its Block Kit reference.
SECTION = 3_000
BUTTON = 75
HEADER = 150
MOST_OPTIONS = 100
VALUE = 150
MOST_TOPIC_BUTTONS = 5
_MOST_ALSO = 2
_SHORT_ADDRESS = 300


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: blocks for the eye, and a text for notifications and screen readers."""

    text: str
    blocks: tuple[dict[str, Any], ...]


def plural(count: int, noun: str) -> str:
    """How many of something, in words: "1 topic", "2 topics"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def mrkdwn(text: str) -> MarkdownTextObject:
    """Text in Slack's markup, whose foreign parts are escaped already."""
    # Without `verbatim` Slack would make links and mentions of bare words.
    return MarkdownTextObject(text=text, verbatim=True)


def section(text: str) -> SectionBlock:
    """A paragraph."""
    return SectionBlock(text=mrkdwn(text))


def context(text: str) -> ContextBlock:
    """A line in small grey type."""
    return ContextBlock(elements=[mrkdwn(text)])


def quiet(*texts: str) -> list[Block]:
    """Lines in small grey type; no block where there is nothing to say."""
    return [context(told) for told in filled([text for text in texts if text])]


def lines(lead: str, lines: Sequence[str]) -> SectionBlock:
    """One section; lines that do not fit into it are left out from the end."""
    kept = [*([lead] if lead else []), *lines]
    while len("\n".join(kept)) > SECTION:
        kept.pop()
    return section("\n".join(kept))


def paragraphs(lead: str, lines: Sequence[str]) -> Iterator[Block]:
    """As many sections as the lines need."""
    return map(section, filled([*([lead] if lead else []), *lines]))


def filled(lines: Iterable[str]) -> Iterator[str]:
    """Texts of as many of the lines as Slack takes in one, in order."""
    held: list[str] = []
    for line in lines:
        if held and len("\n".join((*held, line))) > SECTION:
            yield "\n".join(held)
            held = []
        held.append(line)
    if held:
        yield "\n".join(held)


def button(action: str, text: str, carried: Carried, *, style: str | None = None) -> ButtonElement:
    """A button that knows what it is about."""
    return ButtonElement(
        action_id=action,
        text=PlainTextObject(text=clipped(plain(text), BUTTON)),
        value=packed(carried),
        style=style,
    )


def actions(*buttons: ButtonElement | None) -> list[Block]:
    """A row of those buttons that are there; no block if there are none."""
    there = [button for button in buttons if button is not None]
    return [ActionsBlock(elements=there)] if there else []


def message(text: str, blocks: Sequence[Block]) -> Message:
    """What is sent: `text` says the same as the blocks."""
    return Message(text, tuple(written(block) for block in blocks))


def modal(
    title: str,
    blocks: Sequence[Block],
    *,
    before: Sequence[dict[str, Any]] = (),
    submit: str | None = None,
    callback_id: str | None = None,
    carried: Carried | None = None,
) -> dict[str, Any]:
    """A window; with `submit` it is a form. `before` are blocks that are written already."""
    modal = View(
        type="modal",
        title=PlainTextObject(text=title),
        blocks=[*before, *(written(block) for block in blocks)],
        submit=PlainTextObject(text=submit) if submit else None,
        close=PlainTextObject(text="Cancel" if submit else "Close"),
        callback_id=callback_id,
        private_metadata=packed(carried) if carried else None,
    )
    return written(modal)


def resource(resource: Resource, *, number: int | None = None) -> SectionBlock:
    """A resource: its link, and below it what one learns from it."""
    heading = f"*{link(resource.url, resource.title)}*"
    if number is not None:
        heading = f"{number}. {heading}"
    summary = escaped(resource.summary, SECTION - len(heading) - 1)
    return section(f"{heading}\n{summary}")


def facts(resource: Resource, topics: dict[str, str]) -> Iterator[str]:
    """Quiet lines, each only if there is something to say: that the link was dead and what to take
    instead, facts, the curator's note, other addresses.
    """
    also = [
        link(other.url, other.title)
        for other in resource.also
        if len(address(other.url)) < _SHORT_ADDRESS
    ]
    if resource.gone:
        instead = f"; instead: {also.pop(0)}" if also else ""
        yield f":warning: Its link was dead on {resource.gone}{instead}"
    facts: list[str | None] = [resource.kind, resource.level]
    if resource.minutes:
        facts.append(f"{resource.minutes} min")
    if resource.year:
        facts.append(str(resource.year))
    if resource.access not in (None, "free"):
        facts.append(f"{resource.access} access")
    facts += [escaped(topics[name], 160) for name in resource.topics[:1] if name in topics]
    if is_suggested(resource):
        facts.append("suggested by a colleague")
    if told := " \u00b7 ".join(fact for fact in facts if fact):
        yield told
    if resource.note:
        yield f"Curator\u2019s note: {escaped(resource.note, 900)}"
    if also:
        yield f"Also: {', '.join(also[:_MOST_ALSO])}"


def topic_buttons(offered: Sequence[Topic], carried: Carried, *, lead: str = "") -> Iterator[Block]:
    """A button for each of the first topics, which shows what there is to learn on it."""
    if not offered:
        return
    if lead:
        yield context(lead)
    yield ActionsBlock(
        elements=[
            button(f"topic:{at}", topic.name, replace(carried, topic=topic.id, resource=""))
            for at, topic in enumerate(offered[:MOST_TOPIC_BUTTONS])
        ]
    )


def topic_options(offered: Sequence[Topic]) -> list[Option]:
    """Topics to choose from, as many as Slack shows."""
    return [
        Option(value=topic.id[:VALUE], text=PlainTextObject(text=clipped(plain(topic.name), 75)))
        for topic in offered[:MOST_OPTIONS]
    ]
