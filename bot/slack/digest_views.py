"""How digests and what is said about them look in Slack: values in, messages and views out."""

import datetime as dt
from collections.abc import Collection, Sequence

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    CheckboxesElement,
    ConfirmObject,
    HeaderBlock,
    InputBlock,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    SectionBlock,
    StaticMultiSelectElement,
    StaticSelectElement,
    TimePickerElement,
)

from bot import path, schedule
from bot.digest import AskedTopic, Best, Digest
from bot.gaps import Gap
from bot.model import Catalogue, Resource, Topic
from bot.records import Subscription
from bot.slack import parts
from bot.slack.markup import clipped, escaped, link, plain
from bot.slack.parts import Message
from bot.slack.values import Carried, searchable
from bot.slack.views import Offers
from bot.slack.written import written

DIGEST = "digest"
"""Callback ID of the form."""
ALWAYS = "always"

_SUMMARY = 240
_MOST_TOPICS_NAMED = 12

# Slack's code, or ours, for why the bot stopped: what is wrong, and what to do.
_REASONS = {
    "is_archived": ("the channel is archived", "Unarchive it"),
    "not_in_channel": ("I am not in the channel any more", "Invite me with `/invite @onboard`"),
    "channel_not_found": (
        "I cannot see the channel any more",
        "Invite me with `/invite @onboard`",
    ),
    "topics": (
        "the catalogue has none of its topics any more",
        "Choose others with `/onboard digest`",
    ),
    "zone": ("its time zone is not known any more", "Choose another one with `/onboard digest`"),
}
_REFUSED = ("Slack does not let me post there", "Ask an admin of this workspace")


# --- The digest itself


def digest(
    given: Digest, subscription: Subscription, catalogue: Catalogue, offers: Offers
) -> Message:
    """What is posted in a channel: as much as people read in a minute, whatever there is."""
    day = schedule.day(subscription.weekly, given.until)
    blocks: list[Block] = [HeaderBlock(text=f"What there is to learn: {day}")]
    told: list[str] = []
    if lead := _lead(given):
        blocks.append(parts.section(lead))
        told.append(lead)
    if given.is_first and given.size:
        scope = {topic.id for topic in given.topics}
        start = [one for one in path.topics_in_order(catalogue) if one.id in scope or not scope]
        blocks += parts.topic_buttons(start, Carried(), lead="Some of it, in a good order:")
    for heading, lines, extra in (
        _new(given),
        _changed(given),
        _asked(given.asked),
        _best(given.best),
        _look(given),
        _gone(given.gone, given.gone_count, offers),
    ):
        if lines:
            told += [f"{heading}:", *lines]
            blocks += [*parts.paragraphs(f"*{heading}*", lines), *extra]
    if given.gap:
        asked = _gap(given.gap)
        told.append(asked)
        about = Carried(question=searchable(" ".join(given.gap.words)), surface="slash")
        button = parts.button("suggest", "Suggest a resource", about) if offers.suggest else None
        blocks.append(SectionBlock(text=parts.mrkdwn(asked), accessory=button))
    blocks.append(parts.context(_foot(given, subscription)))
    text = next(parts.filled([f"What there is to learn, {day}.", *told]))
    return parts.message(text, blocks)


_Part = tuple[str, list[str], list[Block]]
"""A heading, the lines below it, and what stands under those."""


def _lead(given: Digest) -> str:
    lines: list[str] = []
    if given.is_first and given.size:
        about = f" on {_listed(given.topics)}" if given.topics else ""
        lines.append(
            "This is the first weekly digest here. The catalogue has"
            f" {parts.plural(given.size, 'resource')}{about}: ask me in your own words, by"
            " mentioning me or with `/onboard`."
        )
    if given.is_empty and not given.lost_topics:
        lines.append("Nothing has changed since the last digest.")
    if given.lost_topics:
        lost = ", ".join(given.lost_topics[:_MOST_TOPICS_NAMED])
        lines.append(
            f"The catalogue no longer has these topics of this digest: {escaped(lost, 400)}."
            " `/onboard digest` chooses others."
        )
    return " ".join(line for line in lines if line)


def _new(given: Digest) -> _Part:
    lines = [_line(one) for one in given.new]
    extra: list[Block] = []
    left = given.new_count - len(given.new)
    if left:
        counts = [
            f"{escaped(topic.name, 80)} ({count:,})"
            for topic, count in given.more[: parts.MOST_TOPIC_BUTTONS]
        ]
        if len(given.more) > len(counts):
            counts.append(parts.plural(len(given.more) - len(counts), "more topic"))
        lines.append(f"\u2026 and {left:,} more: {', '.join(counts)}")
        extra += parts.topic_buttons([topic for topic, _ in given.more], Carried())
    return f"New in the catalogue ({given.new_count:,})", lines, extra


def _changed(given: Digest) -> _Part:
    lines = [_line(one) for one in given.changed]
    if left := given.changed_count - len(given.changed):
        lines.append(f"\u2026 and {left:,} more")
    return "Brought up to date", lines, []


def _asked(asked: Sequence[AskedTopic]) -> _Part:
    lines = []
    for one in asked:
        people = "one person" if one.people == 1 else f"{one.people:,} people"
        line = f"\u2022 *{escaped(one.topic.name, 160)}*: asked about by {people}"
        if one.resource:
            led = "mostly led" if one.people > 1 else "led"
            line += f", {led} to {link(one.resource.url, one.resource.title)}"
        lines.append(line)
    return "What people asked about most", lines, []


def _best(best: Best | None) -> _Part:
    if best is None:
        return "", [], []
    votes = best.thumbs.up + best.thumbs.down
    told = f"{best.thumbs.up:,} of {votes:,} say that it helped."
    return "What helped most", [_line(best.resource, told)], []


def _look(given: Digest) -> _Part:
    lines = [_line(given.look)] if given.look else []
    return "Worth a look" if given.is_first else "Worth a second look", lines, []


def _gone(gone: Sequence[Resource], count: int, offers: Offers) -> _Part:
    lines = []
    for one in gone:
        line = f"\u2022 {link(one.url, one.title)}"
        instead = f"; instead: {link(one.also[0].url, one.also[0].title)}" if one.also else ""
        # Of two very long addresses only one fits, and the dead one need not be opened.
        if len(line + instead) > parts.SECTION:
            line = f"\u2022 {escaped(one.title, 150)}"
        lines.append(line + instead)
    if left := count - len(gone):
        lines.append(f"\u2026 and {left:,} more")
    if lines and offers.suggest:
        lines.append("Where else can one learn that? `/onboard suggest` tells the curators.")
    return "Links that died", lines, []


def _gap(gap: Gap) -> str:
    name = escaped(" ".join(gap.words), 200)
    times = "once" if gap.times == 1 else f"{gap.times:,} times"
    return (
        f"*Do you know this?* Asked {times}, and nothing in the catalogue: *{name}*. Who knows a"
        " link?"
    )


def _line(resource: Resource, remark: str = "") -> str:
    start = f"\u2022 {link(resource.url, clipped(resource.title, 150))}: "
    end = f" {remark}" if remark else ""
    # A very long address leaves less room.
    room = min(_SUMMARY, parts.SECTION - len(start + end))
    return start + escaped(resource.summary, room) + end


def _foot(given: Digest, subscription: Subscription) -> str:
    about = f" \u00b7 about {_listed(given.topics)}" if given.topics else ""
    return (
        f"{schedule.spoken(subscription.weekly)}{about} \u00b7 `/onboard digest` shows who set this"
        " up, and changes it."
    )


def _listed(topics: Sequence[Topic]) -> str:
    names = ", ".join(escaped(topic.name, 80) for topic in topics[:_MOST_TOPICS_NAMED])
    left = len(topics) - _MOST_TOPICS_NAMED
    return f"{names} and {left:,} more" if left > 0 else names


def preview(message: Message, given: Digest, subscription: Subscription) -> Message:
    """What would be posted now, for one person's eyes."""
    if given.is_empty and not subscription.always:
        remark = "Nothing has changed since the last digest. As it is, none would be posted:"
    else:
        remark = "Only you see this. It would go out like this now:"
    context = written(parts.context(remark))
    return Message(f"{remark} {message.text}", (context, *message.blocks))


# --- Subscriptions


def state(
    subscription: Subscription | None,
    catalogue: Catalogue,
    *,
    now: dt.datetime,
    taken: Collection[str],
) -> Message:
    """How things stand in a channel, and buttons for all that can be done about it."""
    if subscription is None or subscription.state == "stopped":
        lead = "This channel has no weekly digest."
        hint = (
            "One post a week: what is new, what people asked about, what nobody could answer."
            " Set it up with the button, or type `/onboard digest mondays at 9`."
        )
        buttons = [
            _button("set", "Set it up", style="primary"),
            _button("preview", "Preview"),
            _button("resume", "Take up the old one") if subscription else None,
        ]
        blocks = [parts.section(f"*{lead}*"), parts.section(hint), *parts.actions(*buttons)]
        return parts.message(f"{lead} {hint}", blocks)
    lead = _standing(subscription, now, taken)
    facts = [f"About {_scope(subscription, catalogue)}.", _emptiness(subscription)]
    if subscription.by:
        facts.append(f"Set up by <@{subscription.by}>.")
    is_on = subscription.state == "on"
    buttons = [
        _button("set", "Change"),
        _button("preview", "Preview"),
        _button("now", "Post one now", confirm="Everyone in this channel will see it."),
        _button("pause", "Pause") if is_on else _button("resume", "Resume", style="primary"),
        _button("stop", "Stop"),
    ]
    blocks = [
        parts.section(lead),
        *parts.quiet(" ".join(facts)),
        *parts.actions(*buttons),
    ]
    return parts.message(f"{lead} {' '.join(facts)}", blocks)


def _standing(subscription: Subscription, now: dt.datetime, taken: Collection[str]) -> str:
    when = escaped(schedule.spoken(subscription.weekly))
    if subscription.state == "on":
        return f"*Weekly digest*: {when}. {_next(subscription, now, taken)}"
    if not subscription.reason:
        return f"*Weekly digest*: {when}, but it is *paused*."
    wrong, remedy = _REASONS.get(subscription.reason, _REFUSED)
    return (
        f"*Weekly digest*: {when}, but it is *paused*, since {wrong}. {remedy}, then press Resume."
    )


def _next(subscription: Subscription, now: dt.datetime, taken: Collection[str]) -> str:
    slot = schedule.upcoming(subscription.weekly, max(now, subscription.since), taken)
    return f"The next one comes on {schedule.day_and_time(subscription.weekly, slot.at)}."


def _scope(subscription: Subscription, catalogue: Catalogue) -> str:
    """What it is about."""
    if not subscription.topics:
        return "all topics"
    topics = [topic for topic in catalogue.topics if topic.id in subscription.topics]
    return _listed(topics) if topics else "topics that the catalogue no longer has"


def _emptiness(subscription: Subscription) -> str:
    if subscription.always:
        return "A week with nothing to tell has a digest, too."
    return "A week with nothing to tell has none."


def changed(
    subscription: Subscription,
    catalogue: Catalogue,
    user: str,
    *,
    now: dt.datetime,
    taken: Collection[str],
) -> Message:
    """What everyone in a channel is told when somebody changes its digest."""
    match subscription.state:
        case "on":
            done = (
                "set the weekly digest of this channel:"
                f" {escaped(schedule.spoken(subscription.weekly))}, about"
                f" {_scope(subscription, catalogue)}."
                f" {_next(subscription, now, taken)}"
            )
        case "paused":
            done = "paused the weekly digest of this channel."
        case "stopped":
            done = "stopped the weekly digest of this channel."
    sentence = f"<@{user}> {done} `/onboard digest` changes that."
    return parts.message(sentence, [parts.section(sentence)])


def paused_by_bot(subscription: Subscription, reason: str) -> Message:
    """What the curators are told of a channel in which no digest can be posted any more."""
    wrong, remedy = _REASONS.get(reason, _REFUSED)
    sentence = (
        f"I have paused the weekly digest of <#{subscription.channel}>, since {wrong}. {remedy},"
        " and then press Resume, or type `/onboard digest resume` there."
    )
    about = Carried(channel=subscription.channel)
    button = parts.button("digest:resume", "Resume", about)
    return parts.message(sentence, [parts.section(sentence), *parts.actions(button)])


def resumed(channel: str) -> Message:
    """To a curator who has resumed the digest of a channel from their own."""
    sentence = f"The weekly digest of <#{channel}> is on again."
    return parts.message(sentence, [parts.section(sentence)])


def form(subscription: Subscription, catalogue: Catalogue, carried: Carried) -> dict[str, object]:
    """The window in which the digest of a channel is set up or changed."""
    weekly = subscription.weekly
    days = [
        Option(value=str(number), text=PlainTextObject(text=name))
        for number, name in enumerate(schedule.WEEKDAYS)
    ]
    always = Option(
        value=ALWAYS, text=PlainTextObject(text="Post also when there is nothing to tell")
    )
    blocks: list[Block] = [
        InputBlock(
            block_id="weekday",
            label="Day",
            element=StaticSelectElement(
                action_id="given", options=days, initial_option=days[weekly.weekday]
            ),
        ),
        InputBlock(
            block_id="time",
            label="Time",
            element=TimePickerElement(
                action_id="given", initial_time=f"{weekly.hour:02}:{weekly.minute:02}"
            ),
        ),
        InputBlock(
            block_id="zone",
            label="Time zone",
            hint="A city, or a name as Europe/Berlin.",
            element=PlainTextInputElement(
                action_id="given", max_length=80, initial_value=weekly.zone
            ),
        ),
    ]
    if ordered := path.topics_in_order(catalogue):
        # More topics than Slack shows must not lose those that were chosen.
        ordered = sorted(ordered, key=lambda topic: topic.id not in subscription.topics)
        options = parts.topic_options(ordered)
        chosen = [one for one in options if one.value in subscription.topics]
        blocks.append(
            InputBlock(
                block_id="topics",
                label="Topics",
                hint="None means all.",
                optional=True,
                element=StaticMultiSelectElement(
                    action_id="given",
                    placeholder="All topics",
                    options=options,
                    initial_options=chosen or None,
                ),
            )
        )
    blocks.append(
        InputBlock(
            block_id="always",
            label="Quiet weeks",
            optional=True,
            element=CheckboxesElement(
                action_id="given",
                options=[always],
                initial_options=[always] if subscription.always else None,
            ),
        )
    )
    return parts.modal("Weekly digest", blocks, submit="Save", callback_id=DIGEST, carried=carried)


def _button(
    action: str, text: str, *, style: str | None = None, confirm: str = ""
) -> ButtonElement:
    made = parts.button(f"digest:{action}", text, Carried(), style=style)
    if confirm:
        made.confirm = ConfirmObject(
            title=plain(text), text=PlainTextObject(text=confirm), confirm="Post it", deny="Cancel"
        )
    return made
