"""How everything the bot says looks in Slack: values in, messages and views out.

Built from slack_sdk's models, which hold Slack's limits, and handed on as dictionaries. Every text
that is not written here passes through `markup`.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextActionsBlock,
    ContextBlock,
    DividerBlock,
    FeedbackButtonsElement,
    HeaderBlock,
    InputBlock,
    PlainTextInputElement,
    SectionBlock,
    StaticMultiSelectElement,
    StaticSelectElement,
    UrlInputElement,
)
from slack_sdk.models.blocks.basic_components import FeedbackButtonObject
from slack_sdk.models.views import View

from bot import path
from bot.ago import ago
from bot.gaps import Gap, Gaps
from bot.model import Answer, Candidate, Catalogue, Contribution, Resource, Topic
from bot.records import Draft, Setting, Status, Suggestion, Thumbs
from bot.search.rank import FEEDBACK
from bot.slack import parts
from bot.slack.markup import clipped, escaped, link, plain, quoted
from bot.slack.parts import Message
from bot.slack.values import Carried, packed, searchable
from bot.slack.written import written

# What one message shows before *More*: enough to choose from, short enough to take in.
_PAGE = 8
_MOST_QUESTIONS = 6
_MOST_TOPICS = 60
_MOST_WORDS = 4
_MOST_NAMED = 20
_MOST_READINGS = 12
_MOST_GAPS = 10
_MOST_DEAD = 10
_QUESTION = 150
_MOST_REASONS = 3
_NEARLY_CERTAIN = 0.99
# Further down the ranking, what scores less than this share of the first is not worth a look.
_WORTH_A_LOOK = 0.2


# --- Answers


def answer(
    given: Answer, catalogue: Catalogue, carried: Carried, *, shareable: bool = False
) -> Message:
    """The resources that answer a question, each with its reasons; privately with *Share here*."""
    names = {topic.id: topic.name for topic in catalogue.topics}
    blocks: list[Block] = []
    if shareable and given.question.strip():
        blocks.append(parts.context(f"For {quoted([given.question], _QUESTION)}:"))
    for result in given.results:
        if blocks and not isinstance(blocks[-1], ContextBlock):
            blocks.append(DividerBlock())
        about = replace(carried, resource=result.resource.id)
        blocks += [
            parts.resource(result.resource),
            *parts.quiet(*parts.facts(result.resource, names), _why(result.why)),
            _thumbs(about),
        ]
    blocks += parts.actions(
        parts.button("share", "Share here", carried, style="primary") if shareable else None,
        parts.button("why", "Why this?", carried),
        parts.button("more", "More", replace(carried, start=len(given.results)))
        if _further(given, len(given.results))
        else None,
    )
    return parts.message(_titles("", [result.resource for result in given.results]), blocks)


def closest(
    given: Answer, catalogue: Catalogue, carried: Carried, *, postable: bool, suggest: bool
) -> Message:
    """What comes nearest to a question that nothing answers for certain, and "did you mean"."""
    names = {topic.id: topic.name for topic in catalogue.topics}
    lead = "I am not sure what fits. The closest I have:"
    blocks: list[Block] = [parts.section(f"*{lead}*")]
    if given.unknown:
        blocks.append(
            parts.context(f"The catalogue does not know {quoted(given.unknown[:_MOST_WORDS])}.")
        )
    for result in given.results:
        about = replace(carried, resource=result.resource.id)
        blocks += [
            parts.resource(result.resource),
            *parts.quiet(*parts.facts(result.resource, names), _why(result.why)),
            *parts.actions(parts.button("post", "Post this", about) if postable else None),
        ]
    if given.topics:
        blocks.append(parts.section("*Or did you mean one of these topics?*"))
        blocks += parts.topic_buttons(given.topics, carried)
    blocks += parts.actions(
        parts.button("why", "Why this?", carried),
        parts.button("suggest", "Suggest a resource", carried) if suggest else None,
    )
    return parts.message(_titles(lead, [result.resource for result in given.results]), blocks)


def nothing(given: Answer, catalogue: Catalogue, carried: Carried, *, suggest: bool) -> Message:
    """An honest nothing: on what, and where to look instead."""
    words = (given.unknown or given.subject)[:_MOST_WORDS]
    lead = (
        f"I have nothing on {quoted(words)}."
        if words
        else "That names nothing to learn about. Ask me where to learn something."
    )
    near = given.topics or tuple(path.topics_in_order(catalogue)[: parts.MOST_TOPIC_BUTTONS])
    blocks: list[Block] = [parts.section(f"*{lead}*")]
    if near:
        blocks.append(
            parts.section("The nearest topics:" if given.topics else "Some of what I know about:")
        )
        blocks += parts.topic_buttons(near, carried)
    blocks += parts.actions(
        parts.button("wish", "Tell me when there is one", carried)
        if carried.asking and words
        else None,
        parts.button("suggest", "Suggest a resource", carried) if suggest and words else None,
        parts.button("topics", "All topics", carried) if near else None,
    )
    return parts.message(f"{lead} {_names('The nearest topics', given.topics)}".strip(), blocks)


def more(given: Answer, catalogue: Catalogue, carried: Carried) -> Message:
    """What stands further down the ranking than the `carried.start` shown already."""
    names = {topic.id: topic.name for topic in catalogue.topics}
    further = _further(given, carried.start)
    if not further:
        return said("There is nothing further down the list.")
    blocks: list[Block] = [parts.section("*Further down the list, and less sure:*")]
    for candidate in further:
        blocks += [
            parts.resource(candidate.resource),
            *parts.quiet(*parts.facts(candidate.resource, names)),
        ]
    return parts.message(_titles("Further down the list:", [c.resource for c in further]), blocks)


def single(resource: Resource, catalogue: Catalogue, carried: Carried, given: Answer) -> Message:
    """One resource that a person chose to post, of those that came nearest."""
    names = {topic.id: topic.name for topic in catalogue.topics}
    about = replace(carried, resource=resource.id)
    why = next((one.why for one in given.results if one.resource.id == resource.id), ())
    blocks = [
        parts.resource(resource),
        *parts.quiet(*parts.facts(resource, names), _why(why)),
        _thumbs(about),
    ]
    return parts.message(_titles("", [resource]), blocks)


def shared(message: Message, user: str, question: str) -> Message:
    """A message that was private, as everyone sees it: who shared it, and in answer to what."""
    asked = f" to {quoted([question], _QUESTION)}" if question.strip() else ""
    by = f"<@{user}> shared an answer{asked}:"
    return Message(f"{by} {message.text}", (written(parts.context(by)), *message.blocks))


def remarked(message: Message, remark: str) -> Message:
    """A message with a line of ours above it."""
    return Message(f"{remark} {message.text}", (written(parts.context(remark)), *message.blocks))


def explanation(given: Answer, carried: Carried) -> dict[str, Any]:
    """The modal *Why this?*: how the words were read, and every line of the sum of each result."""
    blocks: list[Block] = []
    if carried.question:
        blocks.append(parts.context(f"Looked for: {quoted([carried.question], _QUESTION)}"))
    blocks += [
        parts.section("*How your words were read*"),
        parts.context("In brackets: how much a word tells resources apart, 0 to 1."),
        _readings(given),
    ]
    scored = {candidate.resource.id: candidate for candidate in given.candidates}
    for result in given.results:
        candidate = scored[result.resource.id]
        blocks += [
            DividerBlock(),
            parts.section(f"*{link(result.resource.url, result.resource.title)}*"),
            *parts.quiet(*(f"\u2022 {escaped(reason, 600)}" for reason in result.why[:_PAGE])),
            _sum(candidate.features, candidate.score, "score"),
        ]
    if given.results and given.candidates[0].features[-1].name == FEEDBACK:
        blocks.append(
            parts.context(
                f"\u201c{FEEDBACK}\u201d is what thumbs said, -1 to 1; it adds very little."
            )
        )
    if given.results:
        blocks += [
            DividerBlock(),
            parts.section("*How sure that makes me of the first*"),
            _sum(given.evidence, sum(line.adds for line in given.evidence), "sum"),
            parts.context(
                "Each value, 0 to 1, times a fixed weight gives what it adds."
                " Through the logistic function:"
                f" *{_sureness(given.confidence)}* sure, so I call it"
                f" \u201c{given.verdict}\u201d. The weights were fitted on labelled questions;"
                " no language model is involved."
            ),
        ]
    else:
        blocks.append(
            parts.context("The catalogue has changed since; nothing would be shown today.")
        )
    return parts.modal("Why this?", blocks)


def late_answer(
    given: Answer, catalogue: Catalogue, carried: Carried, asked: dt.datetime, now: dt.datetime
) -> Message:
    """The answer to a question that had none when it was asked.

    Under the question itself it need not say which one; directly to a person it has to.
    """
    lead = f"You asked {ago(asked, now)}; there is something now:"
    if not carried.thread:
        lead = (
            f"{ago(asked, now).capitalize()} there was nothing on"
            f" {quoted([carried.question], _QUESTION)}; there is something now:"
        )
    message = answer(given, catalogue, carried)
    return Message(f"{lead} {message.text}", (written(parts.section(f"*{lead}*")), *message.blocks))


# --- Topics, help, home


def topic_card(
    topic: Topic,
    catalogue: Catalogue,
    carried: Carried,
    *,
    shareable: bool = False,
) -> Message:
    """A topic: what it is about, what to learn from in order, what one can answer afterwards."""
    resources = path.resources_in_order(catalogue, topic)
    shown = resources[carried.start : carried.start + _PAGE]
    here = replace(carried, topic=topic.id)
    blocks: list[Block] = [HeaderBlock(text=clipped(plain(topic.name), parts.HEADER))]
    if carried.start:
        blocks.append(parts.context(f"From number {carried.start + 1} on, of {len(resources)}"))
    else:
        blocks += _about(topic, catalogue)
    for number, resource in enumerate(shown, carried.start + 1):
        blocks += [
            parts.resource(resource, number=number),
            *parts.quiet(*parts.facts(resource, {})),
        ]
    if not resources:
        blocks.append(parts.section("No resources yet."))
    if topic.questions and carried.start + _PAGE >= len(resources):
        asked = [f"\u2022 {escaped(asks, 300)}" for asks in topic.questions[:_MOST_QUESTIONS]]
        blocks.append(parts.lines("*Afterwards you can answer:*", asked))
    related = [other for other in catalogue.topics if other.id in topic.related]
    blocks += parts.topic_buttons(related, replace(carried, start=0), lead="See also:")
    left = len(resources) - carried.start - len(shown)
    blocks += parts.actions(
        parts.button("share", "Share here", here, style="primary") if shareable else None,
        parts.button("topic", f"{left} more", replace(here, start=carried.start + _PAGE))
        if left > 0
        else None,
    )
    lead = f"{escaped(topic.name)}:" if shown else f"{escaped(topic.name)}: no resources yet."
    return parts.message(_titles(lead, shown), blocks)


def topic_modal(topic: Topic, catalogue: Catalogue) -> dict[str, Any]:
    """The same where there is no conversation to answer in, as on the Home tab."""
    # Related topics are shown as buttons, and there are none here.
    card = topic_card(replace(topic, related=()), catalogue, Carried())
    left = len(path.resources_in_order(catalogue, topic)) - _PAGE
    return parts.modal(
        "Topic",
        [parts.context(f"{left} more: `/onboard topic {escaped(topic.id)}`")] if left > 0 else [],
        before=[block for block in card.blocks if not _has_buttons(block)],
    )


def no_topic(name: str, near: Sequence[Topic]) -> Message:
    """There is no topic of that name; perhaps one of these was meant."""
    lead = f"There is no topic {quoted([name])}."
    if not near:
        return said(f"{lead} `/onboard topics` lists them all.")
    lead += " Did you mean one of these?"
    blocks = [parts.section(lead), *parts.topic_buttons(near, Carried(surface="slash"))]
    return parts.message(_names(lead, near), blocks)


def topics(catalogue: Catalogue) -> Message:
    """All topics in learning order, with how much there is on each, and a menu to open one."""
    ordered = path.topics_in_order(catalogue)
    if not ordered:
        return said("The catalogue has no topics yet.")
    lines = [
        f"\u2022 *{escaped(topic.name, 160)}* ({_count(catalogue, topic)})"
        + (f" {escaped(clipped(topic.summary, 160), 400)}" if topic.summary else "")
        for topic in ordered[:_MOST_TOPICS]
    ]
    if len(ordered) > _MOST_TOPICS:
        lines.append(f"\u2026 and {len(ordered) - _MOST_TOPICS} more: `/onboard topic NAME`")
    blocks = [*parts.paragraphs("*What there is to learn, in a good order:*", lines)]
    blocks.append(ActionsBlock(elements=[_topic_menu(ordered)]))
    return parts.message(_names("What there is to learn", ordered[:_MOST_TOPICS]), blocks)


@dataclass(frozen=True, slots=True)
class Offers:
    """What can be done here, and is therefore told of."""

    listening: bool
    suggest: bool
    digest: bool = True


def guide(catalogue: Catalogue, offers: Offers) -> Message:
    """What one can ask and type."""
    lead = "Ask me where to learn something, in your own words; typos are fine."
    examples = [f"\u2022 {escaped(ask)}" for ask in example_questions(catalogue)]
    commands = [
        (f"/onboard {_a_topic(catalogue)}", "a topic: what to learn from, in order"),
        ("/onboard how does \u2026 work", "a question, answered to you alone"),
        ("/onboard topics", "all topics"),
        ("/onboard topic NAME", "a topic of that very name"),
    ]
    if offers.suggest:
        commands.append(("/onboard suggest", "tell the curators of a good link"))
    if offers.listening:
        commands.append(("/onboard listen", "whether I answer in this channel unasked"))
    if offers.digest:
        commands.append(("/onboard digest", "one post a week in this channel, of what is new"))
    commands += [
        ("/onboard gaps", "what people asked, and the catalogue does not have"),
        ("/onboard forget me", "delete what I keep of you"),
        ("/onboard help", "this"),
    ]
    blocks: list[Block] = [
        parts.section(f"*{lead}*"),
        parts.section(
            "Mention me in a channel, write to me directly, or choose *Find resources* in the"
            " menu of any message."
        ),
    ]
    if examples:
        blocks.append(parts.lines("*For example:*", examples))
    blocks.append(parts.lines("*Commands*", [f"`{typed}`  {told}" for typed, told in commands]))
    blocks.append(
        parts.context(
            "Of a question I keep the main words, without a name; `/onboard forget me` deletes"
            " yours."
        )
    )
    blocks += parts.actions(parts.button("topics", "All topics", Carried()))
    return parts.message(lead, blocks)


def _a_topic(catalogue: Catalogue) -> str:
    """A name of a topic that is short to type, in type of fixed width."""
    names = [name for topic in catalogue.topics for name in (topic.name, *topic.aliases)]
    return escaped(_ticked(min(names, key=len)) if names else "TOPIC", 40)


def home(catalogue: Catalogue, offers: Offers) -> dict[str, Any]:
    """The Home tab: useful to someone who has never heard of the bot.

    It is published anew while people look at it, so what can be pressed keeps its `block_id`:
    a press on the page as it was a moment ago still means the same.
    """
    ordered = path.topics_in_order(catalogue)
    blocks: list[Block] = [
        HeaderBlock(text="Where do I learn X?"),
        parts.section(
            "Ask me in the Messages tab, mention me in a channel, or type `/onboard` and a topic."
            " I look through a catalogue that people here keep, show the right links, and say so"
            " when I have nothing."
        ),
        parts.context(
            f"{parts.plural(len(catalogue.resources), 'resource')},"
            f" {parts.plural(len(ordered), 'topic')}."
        ),
    ]
    if ordered:
        blocks += [
            DividerBlock(),
            SectionBlock(
                block_id="topics",
                text=parts.mrkdwn("*Look at a topic*"),
                accessory=_topic_menu(ordered),
            ),
            *parts.paragraphs(
                "",
                [
                    f"\u2022 *{escaped(t.name, 160)}* ({_count(catalogue, t)})"
                    for t in ordered[:_MOST_TOPICS]
                ],
            ),
        ]
    if examples := example_questions(catalogue):
        blocks += [
            DividerBlock(),
            parts.lines(
                "*Questions that I can answer*", [f"\u2022 {escaped(ask)}" for ask in examples]
            ),
        ]
    if offers.suggest:
        button = parts.button("suggest", "Suggest a resource", Carried())
        blocks.append(ActionsBlock(block_id="suggest", elements=[button]))
    blocks.append(
        parts.context(
            "Of a question I keep the main words, without a name. `/onboard help` lists all I can"
            " do."
        )
    )
    return written(View(type="home", blocks=[written(block) for block in blocks]))


def example_questions(catalogue: Catalogue, most: int = 4) -> list[str]:
    """A real question of as many different topics, in learning order."""
    examples: list[str] = []
    for topic in path.topics_in_order(catalogue):
        asks = (ask for r in catalogue.resources if r.topics[0] == topic.id for ask in r.asks)
        if ask := next(asks, None):
            examples.append(ask)
    return examples[:most]


def prompts(catalogue: Catalogue) -> list[dict[str, str]]:
    """What the agent pane suggests to ask: at most four, by Slack's rule."""
    return [
        {"title": clipped(plain(ask), parts.BUTTON), "message": plain(ask)}
        for ask in example_questions(catalogue)
    ]


# --- Listening


LISTENING: dict[Setting, str] = {
    "off": "I only answer in this channel when somebody mentions me.",
    "shadow": "I read along and count the questions I would have answered, and say nothing.",
    "on": "I answer questions about learning in their thread, when I am sure, and once a thread.",
}


def listening(setting: Setting, shadowed: int, *, may_change: bool) -> Message:
    """How a channel is listened to, and the buttons to change it for those who may."""
    lead = f"Listening in this channel is *{setting}*. {LISTENING[setting]}"
    blocks: list[Block] = [parts.section(lead)]
    if setting == "shadow":
        blocks.append(
            parts.context(f"Since then I would have answered {parts.plural(shadowed, 'question')}.")
        )
    if may_change:
        others = [name for name in LISTENING if name != setting]
        blocks.append(parts.lines("", [f"\u2022 *{name}*: {LISTENING[name]}" for name in others]))
        blocks += parts.actions(
            *(
                ButtonElement(action_id=f"listen:{name}", text=f"Switch to {name}", value=name)
                for name in others
            )
        )
    return parts.message(lead.replace("*", ""), blocks)


def listening_changed(setting: Setting, user: str) -> Message:
    """What everyone in a channel is told when the bot begins or ceases to answer unasked."""
    sentence = (
        f"<@{user}> set listening in this channel to *{setting}*. {LISTENING[setting]}"
        " Change it with `/onboard listen`."
    )
    return parts.message(sentence.replace("*", ""), [parts.section(sentence)])


# --- Suggestions


SUGGESTION, EDITED, DECLINED = "suggestion", "edited", "declined"
"""Callback ids of the forms."""

_STATES: dict[Status, str] = {
    "pending": "Waiting for a decision",
    "approved": "Approved",
    "declined": "Declined",
    "merged": "In the catalogue\u2019s file",
}


def suggestion_form(catalogue: Catalogue, draft: Draft, carried: Carried) -> dict[str, Any]:
    """The modal in which somebody suggests a resource, filled in as far as is known."""
    note = parts.context("It goes to the curators with your name; they may change the words.")
    return parts.modal(
        "Suggest a resource",
        [*_draft_inputs(catalogue, draft), note],
        submit="Send",
        callback_id=SUGGESTION,
        carried=carried,
    )


def edit_form(catalogue: Catalogue, draft: Draft, carried: Carried) -> dict[str, Any]:
    """The modal in which a curator puts a suggestion right before approving it."""
    return parts.modal(
        "Edit a suggestion",
        list(_draft_inputs(catalogue, draft)),
        submit="Approve",
        callback_id=EDITED,
        carried=carried,
    )


def decline_form(suggestion: Suggestion, carried: Carried) -> dict[str, Any]:
    """The modal in which a curator says why not."""
    reason = InputBlock(
        block_id="reason",
        label="Why not?",
        hint="Whoever suggested it reads this.",
        element=PlainTextInputElement(action_id="given", multiline=True, max_length=600),
    )
    about = parts.section(f"*{link(suggestion.draft.url, suggestion.draft.title)}*")
    return parts.modal(
        "Decline", [about, reason], submit="Decline", callback_id=DECLINED, carried=carried
    )


def _draft_inputs(catalogue: Catalogue, draft: Draft) -> Iterator[Block]:
    ordered = path.topics_in_order(catalogue)
    if len(ordered) > parts.MOST_OPTIONS:
        # More topics than Slack shows must not lose those that were chosen.
        ordered = sorted(ordered, key=lambda topic: topic.id not in draft.topics)
    yield InputBlock(
        block_id="url",
        label="Link",
        element=UrlInputElement(action_id="given", initial_value=draft.url or None),
    )
    yield InputBlock(
        block_id="title",
        label="Title",
        element=PlainTextInputElement(
            action_id="given",
            max_length=160,
            initial_value=clipped(plain(draft.title), 160) or None,
        ),
    )
    if ordered:
        options = parts.topic_options(ordered)
        named = {option.value: option for option in options}
        # The first one is its home.
        chosen = [named[topic] for topic in draft.topics if topic in named]
        yield InputBlock(
            block_id="topics",
            label="Topics",
            element=StaticMultiSelectElement(
                action_id="given",
                placeholder="Where it belongs",
                options=options,
                initial_options=chosen or None,
            ),
        )
    yield InputBlock(
        block_id="summary",
        label="What does one learn from it?",
        hint="A sentence or two, as others will read them.",
        element=PlainTextInputElement(
            action_id="given",
            multiline=True,
            max_length=1_200,
            initial_value=clipped(plain(draft.summary), 1_200) or None,
        ),
    )
    yield InputBlock(
        block_id="ask",
        label="A question that it answers",
        hint="Whoever asks this, or something like it, will be led there.",
        optional=True,
        element=PlainTextInputElement(
            action_id="given", max_length=300, initial_value=clipped(plain(draft.ask), 300) or None
        ),
    )


def suggestion(given: Suggestion, catalogue: Catalogue) -> Message:
    """What the curators read of a suggestion, and the buttons to decide on it."""
    draft = given.draft
    names = {topic.id: topic.name for topic in catalogue.topics}
    who = f"<@{given.by}>" if given.by else "Somebody"
    lead = f"{who} suggests a resource: {escaped(draft.title)}"
    lines = [f"*{link(draft.url, draft.title)}*", escaped(draft.url, 500)]
    lines.append(escaped(draft.summary, 1_000))
    topics = ", ".join(names.get(topic, topic) for topic in draft.topics)
    state = _STATES[given.status]
    if given.decided_by:
        by = ", approved by" if given.status == "merged" else " by"
        state += f"{by} <@{given.decided_by}>"
    if given.reason:
        state += f": {escaped(given.reason, 700)}"
    about = Carried(suggestion=given.id)
    buttons = {
        "pending": (
            parts.button("approve", "Approve", about, style="primary"),
            parts.button("edit", "Edit", about),
            parts.button("decline", "Decline", about),
        ),
        "approved": (parts.button("undo", "Undo", about),),
        "declined": (parts.button("undo", "Undo", about),),
        "merged": (),
    }
    blocks = [
        parts.section(f"{who} suggests a resource"),
        parts.lines("", lines),
        *parts.quiet(
            f"Topics: {escaped(topics, 600)}" if topics else "",
            f"Answers {quoted([draft.ask], _QUESTION)}" if draft.ask else "",
        ),
        parts.context(state),
        *parts.actions(*buttons[given.status]),
    ]
    return parts.message(lead, blocks)


# --- Sentences


def said(sentence: str) -> Message:
    """A sentence of ours; anything foreign in it is escaped already."""
    return parts.message(sentence, [parts.section(sentence)])


def thanks(carried: Carried, offers: Offers, *, new: bool = True) -> Message:
    """To whoever pressed a thumb; `new` tells whether they had not said the same before."""
    sentence = "Thank you, noted." if new else "Thank you, I had noted that already."
    if carried.useful or not offers.suggest:
        return said(sentence)
    sentence += " Do you know something better?"
    button = parts.button(
        "suggest", "Suggest a resource", replace(carried, useful=None, resource="")
    )
    return parts.message(sentence, [parts.section(sentence), *parts.actions(button)])


def forgotten(rows: int) -> Message:
    """To whoever wants nothing to be kept of them."""
    if not rows:
        return said("There is nothing of you that I could forget.")
    return said(
        "Done: your questions, thumbs and wishes are gone, and your name is taken from what you"
        " suggested or decided."
    )


def wished(carried: Carried) -> Message:
    """To whoever wants to hear when there is something on what they asked."""
    return said(
        f"I will write to you when there is something on {quoted([carried.question], _QUESTION)}."
        " `/onboard forget me` takes that back."
    )


def suggested(title: str, *, seen: bool = True) -> Message:
    """To whoever suggested a resource; `seen` tells whether the curators were shown it."""
    if seen:
        return said(f"Thank you. The curators have your suggestion: {escaped(title)}")
    return said(
        "Thank you, your suggestion is kept, but the curators\u2019 channel does not take my posts."
        f" Please tell the people who run me: {escaped(title)}"
    )


def approved(given: Suggestion) -> Message:
    """To whoever suggested a resource that is in the catalogue now."""
    return said(
        f"Your suggestion is in the catalogue now: {link(given.draft.url, given.draft.title)}."
        " Thank you!"
    )


def declined(given: Suggestion) -> Message:
    """To whoever suggested a resource that the curators do not want."""
    return said(
        f"The curators did not take your suggestion {link(given.draft.url, given.draft.title)}."
        f" They say: {escaped(given.reason, 1_000)}"
    )


def unconfirmed(carried: Carried) -> Message:
    """Slack did not say whether it posted, and the bot may not look: the person decides."""
    sentence = (
        "Slack did not confirm my answer, so I cannot tell whether it is there. If you do not see"
        " it, press the button."
    )
    return parts.message(
        sentence,
        [parts.section(sentence), *parts.actions(parts.button("again", "Post it again", carried))],
    )


def catalogue_faults(file: str, sentences: Sequence[str]) -> Message:
    """What the curators read when an edit of the catalogue is not sound."""
    faults = parts.plural(len(sentences), "fault")
    lead = f"`{escaped(file)}` has {faults}; I still use the version before."
    lines = [f"\u2022 {escaped(sentence, 250)}" for sentence in sentences[:10]]
    if len(sentences) > len(lines):
        lines.append(f"\u2022 and {len(sentences) - len(lines)} more: `onboard check` lists all.")
    return parts.message(lead, [parts.lines(lead, lines)])


def links_died(died: Sequence[tuple[Resource, str]]) -> Message:
    """What the curators read when links have failed for days, each with why; told once of each."""
    count = len(died)
    lead = (
        f"{parts.plural(count, 'link')} of the catalogue failed on three days. I show such "
        "resources last, with a warning, until the file has another address or the link answers."
    )
    lines = [
        f"\u2022 {link(one.url, one.title)}: it {escaped(why, 150)}"
        for one, why in died[:_MOST_DEAD]
    ]
    if count > len(lines):
        lines.append(f"\u2022 and {count - len(lines)} more: `onboard links` lists all.")
    return parts.message(lead, [parts.lines(lead, lines)])


# --- Gaps


def gaps(
    found: Gaps,
    now: dt.datetime,
    *,
    suggest: bool = True,
    judged: Sequence[tuple[Resource, Thumbs]] = (),
) -> Message:
    """What people asked for in vain, most wanted first, with *Suggest a resource* for each.

    `judged` are resources that did not help, with the thumbs on each.
    """
    shown = found.shown[:_MOST_GAPS]
    if shown:
        lead = "What people asked for in vain:"
    elif found.hidden:
        lead = "There is nothing that several people asked for in vain."
    else:
        lead = "I know of no gap: no question is open."
    lines = [_gap(gap, now) for gap in shown]
    told = next(parts.filled((lead, *lines)))
    blocks: list[Block] = [parts.section(f"*{lead}*")]
    for gap, line in zip(shown, lines, strict=True):
        about = Carried(question=searchable(" ".join(gap.words)), surface="slash")
        button = parts.button("suggest", "Suggest a resource", about) if suggest else None
        blocks.append(SectionBlock(text=parts.mrkdwn(line), accessory=button))
    if left := len(found.shown) - len(shown):
        blocks.append(parts.context(f"\u2026 and {left:,} more: `onboard gaps` lists all."))
    if found.hidden:
        blocks.append(
            parts.context(
                f"Not shown: {parts.plural(found.hidden, 'gap')} that fewer people asked for than"
                " `ONBOARD_GAP_PEOPLE` says."
            )
        )
    if judged:
        lines = [
            f"\u2022 *{link(resource.url, resource.title)}*:"
            f" {parts.plural(given.down, 'thumb')} down, {given.up:,} up"
            for resource, given in judged
        ]
        blocks += parts.paragraphs("*What most people found not to help:*", lines)
    return parts.message(told, blocks)


def _gap(gap: Gap, now: dt.datetime) -> str:
    name, last = escaped(" ".join(gap.words), 200), ago(gap.last, now)
    waiting = f"; {gap.waiting:,} waiting for an answer" if gap.waiting else ""
    if gap.times == 1:
        return f"*{name}*: asked once, {last}{waiting}"
    people = "one person" if gap.people == 1 else f"{gap.people:,} people"
    return f"*{name}*: asked {gap.times:,} times by {people}, most recently {last}{waiting}"


# --- Parts


def _why(reasons: Sequence[str]) -> str:
    return f"Why: {escaped('; '.join(reasons[:_MOST_REASONS]), 500)}" if reasons else ""


def _about(topic: Topic, catalogue: Catalogue) -> Iterator[Block]:
    if topic.summary:
        yield parts.section(escaped(topic.summary))
    before = [other.name for other in catalogue.topics if other.id in topic.after]
    if before:
        yield parts.context(f"Learn first: {escaped(', '.join(before), 800)}")


def _thumbs(about: Carried) -> ContextActionsBlock:
    return ContextActionsBlock(
        elements=[
            FeedbackButtonsElement(
                action_id="feedback",
                positive_button=FeedbackButtonObject(
                    text="This helped",
                    accessibility_label="This helped",
                    value=packed(replace(about, useful=True)),
                ),
                negative_button=FeedbackButtonObject(
                    text="This did not help",
                    accessibility_label="This did not help",
                    value=packed(replace(about, useful=False)),
                ),
            )
        ]
    )


def _further(given: Answer, start: int) -> list[Candidate]:
    if not given.candidates:
        return []
    enough = given.candidates[0].score * _WORTH_A_LOOK
    return [c for c in given.candidates[start : start + _PAGE] if c.score >= enough]


def _topic_menu(offered: Sequence[Topic]) -> StaticSelectElement:
    return StaticSelectElement(
        action_id="pick_topic", placeholder="Choose a topic", options=parts.topic_options(offered)
    )


def _count(catalogue: Catalogue, topic: Topic) -> int:
    return sum(topic.id in resource.topics for resource in catalogue.resources)


def _readings(given: Answer) -> SectionBlock:
    lines = [
        f"\u2022 *{escaped(read.word, 60)}* ({read.weight:.2f}): "
        + (escaped("; ".join(read.terms[:3]), 250) or "_not in the catalogue_")
        for read in given.reading[:_MOST_READINGS]
    ]
    return parts.lines("", lines or ["No word of it says what it is about."])


def _sum(lines: Iterable[Contribution], total: float, called: str) -> SectionBlock:
    """Rows in fixed-width type, which every client and screen reader shows in order."""
    rows = [(line.name, f"{line.value:.2f}", _signed(line.adds)) for line in lines]
    rows = [("sign", "value", "adds"), *rows, (called, "", _signed(total))]
    widest = max(len(name) for name, _, _ in rows)
    text = "\n".join(f"{name:<{widest}}  {value:>5}  {adds:>5}" for name, value, adds in rows)
    return parts.section(f"```\n{text}\n```")


def _signed(number: float) -> str:
    # Never "-0.00".
    return f"{round(number, 2) + 0.0:+.2f}"


def _sureness(confidence: float) -> str:
    return "over 99%" if confidence > _NEARLY_CERTAIN else f"{confidence:.0%}"


def _ticked(text: str) -> str:
    """Without back-ticks, three of which would end the fixed-width type."""
    return text.replace("`", "\u02cb")


def _titles(lead: str, resources: Sequence[Resource]) -> str:
    """What notifications show and screen readers read instead of the blocks: the same, in words."""
    told = (
        f"{escaped(one.title, 300)}: {escaped(one.summary, 300)} {_address(one)}"
        for one in resources
    )
    return next(parts.filled((*([lead] if lead else []), *told)), "Nothing.")


def _address(one: Resource) -> str:
    """Where a resource is, in words; of a dead link also since when, and what to take instead."""
    url = escaped(one.url, 500)
    if not one.gone:
        return url
    instead = f"; instead: {escaped(one.also[0].url, 500)}" if one.also else ""
    return f"{url} (its link was dead on {one.gone}{instead})"


def _names(lead: str, named: Sequence[Topic]) -> str:
    names = ", ".join(escaped(topic.name, 160) for topic in named[:_MOST_NAMED])
    if len(named) > _MOST_NAMED:
        names += f" and {len(named) - _MOST_NAMED} more"
    # A lead that is a sentence already needs no colon.
    return f"{lead}{'' if lead.endswith('?') else ':'} {names}." if names else ""


def _has_buttons(block: dict[str, Any]) -> bool:
    return block["type"] in ("actions", "context_actions")
