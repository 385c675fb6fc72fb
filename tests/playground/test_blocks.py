"""What the checker refuses in messages and views, word for word, and what it lets pass."""

import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models import blocks as sdk
from slack_sdk.models.basic_objects import JsonObject
from slack_sdk.models.views import View

from bot.playground.blocks import message_problems, view_problems

Json = dict[str, Any]


def plain(text: str = "x", **more: Any) -> Json:
    """A text object without markup."""
    return {"type": "plain_text", "text": text, **more}


def marked(text: str = "x", **more: Any) -> Json:
    """A text object with Slack's markup."""
    return {"type": "mrkdwn", "text": text, **more}


def option(name: str = "a", **more: Any) -> Json:
    """An option of a menu."""
    return {"text": plain(name), "value": name, **more}


def button(**more: Any) -> Json:
    """A button."""
    return {"type": "button", "text": plain(), **more}


def actions(*elements: object, **more: Any) -> Json:
    """A block of these elements."""
    return {"type": "actions", "elements": list(elements), **more}


def section(text: object, **more: Any) -> Json:
    """A block of this text."""
    return {"type": "section", "text": text, **more}


def asked(element: object, **more: Any) -> Json:
    """A block that asks for an input."""
    return {"type": "input", "label": plain(), "element": element, **more}


def image(**more: Any) -> Json:
    """An image, as a block or an element."""
    return {"type": "image", "image_url": "https://a.test/i.png", "alt_text": "x", **more}


def rich(*spans: object) -> Json:
    """A block of rich text with these spans."""
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": list(spans)}],
    }


def table(*rows: object, **more: Any) -> Json:
    """A table of these rows."""
    return {"type": "table", "rows": list(rows), **more}


def card(**more: Any) -> Json:
    """A card."""
    return {"type": "card", **more}


def modal(*blocks: object, **more: Any) -> Json:
    """A modal of these blocks."""
    return {"type": "modal", "title": plain(), "blocks": list(blocks), **more}


def home(*blocks: object, **more: Any) -> Json:
    """A Home tab of these blocks."""
    return {"type": "home", "blocks": list(blocks), **more}


CELL = {"type": "raw_text", "text": "x"}
DIVIDER = {"type": "divider"}
CONFIRM = {"title": plain(), "text": marked(), "confirm": plain("Yes"), "deny": plain("No")}
GROUPS = [{"label": plain(), "options": [option("a"), option("b")]}]
FEEDBACK = {
    "type": "feedback_buttons",
    "positive_button": {"text": plain("Good"), "value": "+", "accessibility_label": "Good"},
    "negative_button": {"text": plain("Bad"), "value": "-"},
}
TRASH = {"type": "icon_button", "icon": "trash", "text": plain(), "action_id": "t"}
TASK = {
    "type": "task_card",
    "task_id": "1",
    "title": "x",
    "status": "in_progress",
    "details": rich({"type": "text", "text": "x"}),
    "sources": [{"type": "url", "url": "https://a.test", "text": "x"}],
}
TYPES: Json = {
    "placeholder": plain(),
    "focus_on_load": False,
    "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
}
HINT = {"placeholder": plain(), "confirm": CONFIRM}

# Elements that stand in actions, in an input, and beside a section.
CHOOSERS: list[Json] = [
    {"type": "checkboxes", "options": [{"text": marked("*a*"), "value": "a"}]},
    {"type": "radio_buttons", "options": [option("a")], "initial_option": option("a")},
    {"type": "datepicker", "initial_date": "2026-11-30", **HINT},
    {"type": "timepicker", "initial_time": "23:59", "timezone": "Europe/Berlin"},
    {"type": "static_select", "options": [option("a")], "initial_option": option("a"), **HINT},
    {"type": "static_select", "option_groups": GROUPS, "initial_option": option("b")},
    {"type": "multi_static_select", "options": [option()], "max_selected_items": 1},
    {"type": "external_select", "min_query_length": 0, "initial_option": option("z")},
    {"type": "multi_external_select", "initial_options": [option("z")]},
    {"type": "users_select", "initial_user": "U1"},
    {"type": "multi_users_select", "initial_users": ["U1"]},
    {"type": "channels_select", "initial_channel": "C1"},
    {"type": "multi_channels_select", "initial_channels": ["C1"]},
    {"type": "conversations_select", "default_to_current_conversation": True},
    {"type": "multi_conversations_select", "filter": {"include": ["im", "public"]}},
]
INPUTS: list[Json] = [
    {"type": "plain_text_input", "multiline": True, "min_length": 1, "max_length": 1, **TYPES},
    {"type": "email_text_input", "initial_value": "a@b.test", **TYPES},
    {"type": "url_text_input", **TYPES},
    {"type": "number_input", "is_decimal_allowed": True, "min_value": "-1.5", "max_value": "2"},
    {"type": "rich_text_input", "initial_value": rich({"type": "text", "text": "x"})},
    {"type": "datetimepicker", "initial_date_time": 1_700_000_000},
]
SPANS: list[Json] = [
    {"type": "text", "text": "x", "style": {"bold": True, "code": False}},
    {"type": "link", "url": "https://a.test/?q=a&b", "text": "x", "style": {"italic": True}},
    {"type": "link", "url": "mailto:a@b.test"},
    {"type": "user", "user_id": "U1"},
    {"type": "usergroup", "usergroup_id": "S1"},
    {"type": "channel", "channel_id": "C1"},
    {"type": "emoji", "name": "wave", "skin_tone": 3, "unicode": "1f44b"},
    {"type": "broadcast", "range": "here"},
    {"type": "color", "value": "#ff0000"},
    {"type": "date", "timestamp": 1_700_000_000, "format": "{date}", "fallback": "x"},
]
SLOPE = {"type": "pie", "segments": [{"label": "a", "value": 1}]}
VIDEO = {
    "type": "video",
    "alt_text": "x",
    "title": plain(),
    "video_url": "https://a.test/v",
    "thumbnail_url": "https://a.test/t.png",
    "title_url": "https://a.test",
    "author_name": "x",
}

# Blocks that stand anywhere, and those of messages only.
COMMON: list[Json] = [
    section(marked("<https://a.test|a>", verbatim=True), expand=True),
    section(plain("x", emoji=True), accessory=image(), block_id="s"),
    {"type": "section", "fields": [marked(), plain()]},
    *(section(marked(), accessory=element) for element in CHOOSERS),
    section(marked(), accessory={"type": "overflow", "options": [option(url="http://a.test")]}),
    {"type": "header", "text": plain("x", emoji=False)},
    DIVIDER,
    {"type": "context", "elements": [marked(), plain(), image()]},
    actions(
        button(action_id="a", value="", style="primary", confirm={**CONFIRM, "style": "danger"}),
        button(action_id="b", url="https://a.test", accessibility_label="x", agent_prompt="x"),
        {"type": "workflow_button", "text": plain(), "workflow": {"trigger": {"url": "https://a"}}},
    ),
    *(actions(element) for element in CHOOSERS),
    image(title=plain()),
    {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "x"},
    *(asked(element, hint=plain(), optional=True) for element in (*CHOOSERS, *INPUTS)),
    rich(*SPANS),
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_list",
                "style": "ordered",
                "indent": 1,
                "elements": [{"type": "rich_text_section", "elements": SPANS}],
            },
            {"type": "rich_text_quote", "elements": []},
            {"type": "rich_text_preformatted", "elements": SPANS, "border": 0},
        ],
    },
    VIDEO,
    card(title=marked(), subtitle=marked(), body=plain(), hero_image=image(), actions=[button()]),
    {"type": "auth_provider", "value": "v", "name": plain(), "is_connected": False},
]
ONLY_MESSAGES: list[Json] = [
    {"type": "context_actions", "elements": [FEEDBACK, TRASH]},
    {"type": "markdown", "text": "# x"},
    table([CELL, rich(*SPANS)], [{"type": "raw_number", "value": 1.5, "text": "1.5"}]),
    table([CELL], column_settings=[None, {"align": "right", "is_wrapped": True}]),
    {"type": "data_table", "caption": "x", "rows": [[CELL], [CELL]], "page_size": 5},
    {"type": "data_visualization", "title": "x", "chart": SLOPE},
    {"type": "file", "external_id": "x", "source": "remote"},
    {"type": "call", "call_id": "R1", "call": {"v1": {}}},
    TASK,
    {"type": "plan", "title": "x", "tasks": [TASK]},
    {
        "type": "container",
        "title": plain(),
        "child_blocks": [DIVIDER, section(marked())],
        "width": "wide",
        "is_collapsible": True,
    },
]
CAROUSEL = {"type": "carousel", "elements": [card(title=plain()), card(body=marked())]}
ALERT = {"type": "alert", "text": marked(), "level": "warning"}
FILE = asked({"type": "file_input", "filetypes": ["pdf"], "max_files": 10})


def _name(value: object) -> str:
    return str(value.get("type")) if isinstance(value, dict) else "x"


@pytest.mark.parametrize("block", [*COMMON, *ONLY_MESSAGES, CAROUSEL], ids=_name)
def test_every_block_of_a_message_passes(block: Json) -> None:
    """Slack takes a block of each kind, with each kind of element, in a message."""
    assert message_problems("x", [block]) == []


@pytest.mark.parametrize("block", [*COMMON, ALERT, FILE], ids=_name)
def test_every_block_of_a_modal_passes(block: Json) -> None:
    """Slack takes every block but those of messages in a modal."""
    assert view_problems(modal(block, submit=plain("Go"), close=plain("No"))) == []


@pytest.mark.parametrize("block", [*COMMON, CAROUSEL], ids=_name)
def test_every_block_of_a_home_tab_passes(block: Json) -> None:
    """Slack takes every block but those of messages and modals in the Home tab."""
    assert view_problems(home(block, callback_id="", private_metadata="")) == []


@pytest.mark.parametrize(
    ("text", "blocks"), [("x", None), ("x", []), ("", [DIVIDER]), (None, [DIVIDER])]
)
def test_a_message_needs_a_text_or_blocks(text: object, blocks: object) -> None:
    """One of the two is enough, whichever it is."""
    assert message_problems(text, blocks) == []


def test_an_empty_name_is_no_name() -> None:
    """Blocks and elements that are left for Slack to name do not take names from each other."""
    unnamed = actions(button(action_id=""), button(action_id=""), block_id="")
    assert message_problems("x", [unnamed, unnamed]) == []


# Blocks of the SDK, which Slack itself writes and keeps.
SDK: list[Callable[[], JsonObject]] = [
    lambda: sdk.SectionBlock(text="x", fields=["a", sdk.PlainTextObject(text="b")], expand=True),
    lambda: sdk.SectionBlock(text="x", accessory=sdk.ButtonElement(text="x", action_id="a")),
    lambda: sdk.DividerBlock(block_id="d"),
    lambda: sdk.HeaderBlock(text="x"),
    lambda: sdk.ImageBlock(image_url="https://a.test/i.png", alt_text="x", title="x"),
    lambda: sdk.ContextBlock(
        elements=[
            sdk.MarkdownTextObject(text="x", verbatim=True),
            sdk.ImageElement(image_url="https://a.test/i.png", alt_text="x"),
        ]
    ),
    lambda: sdk.ActionsBlock(
        elements=[
            sdk.LinkButtonElement(text="x", url="https://a.test", action_id="a"),
            sdk.StaticSelectElement(
                placeholder="x",
                options=[sdk.Option(value="v", text="x", description="y")],
                initial_option=sdk.Option(value="v", text="x", description="y"),
                action_id="b",
                confirm=sdk.ConfirmObject(title="x", text="y"),
            ),
            sdk.OverflowMenuElement(options=[sdk.Option(value="v", label="x")], action_id="c"),
            sdk.DatePickerElement(initial_date="2026-11-30", action_id="d"),
        ]
    ),
    lambda: sdk.ContextActionsBlock(
        elements=[
            sdk.FeedbackButtonsElement(
                action_id="f",
                positive_button=sdk.FeedbackButtonObject(text="x", value="1"),
                negative_button=sdk.FeedbackButtonObject(text="y", value="2"),
            )
        ]
    ),
    lambda: sdk.InputBlock(label="x", element=sdk.PlainTextInputElement(action_id="p"), hint="y"),
    lambda: sdk.MarkdownBlock(text="x"),
    lambda: sdk.RichTextBlock(
        elements=[
            sdk.RichTextSectionElement(
                elements=[sdk.RichTextElementParts.Link(url="https://a.test", text="x")]
            ),
            sdk.RichTextListElement(
                style="bullet", elements=[sdk.RichTextSectionElement(elements=[])]
            ),
        ]
    ),
    lambda: sdk.CarouselBlock(elements=[sdk.CardBlock(title="x")]),
    lambda: sdk.ContainerBlock(title="x", child_blocks=[sdk.DividerBlock()]),
    lambda: sdk.PlanBlock(title="x", tasks=[]),
]


@pytest.mark.parametrize("make", SDK)
def test_what_the_sdk_writes_passes(make: Callable[[], JsonObject]) -> None:
    """The checker takes the blocks that Slack's own SDK builds."""
    assert message_problems("x", [make().to_dict()]) == []


def test_a_view_of_the_sdk_passes() -> None:
    """The checker takes a modal that Slack's own SDK builds."""
    element = sdk.PlainTextInputElement(action_id="p", multiline=True)
    view = View(
        type="modal",
        callback_id="c",
        title="x",
        submit="Go",
        close="No",
        private_metadata="{}",
        blocks=[sdk.InputBlock(label="x", element=element)],
    )
    assert view_problems(view.to_dict()) == []


def _long(count: int) -> str:
    return "ä" * count


# What the SDK refuses to write.
REFUSED: list[Callable[[], JsonObject]] = [
    lambda: sdk.DividerBlock(block_id=_long(256)),
    sdk.SectionBlock,
    lambda: sdk.SectionBlock(text=_long(3001)),
    lambda: sdk.SectionBlock(fields=["x"] * 11),
    lambda: sdk.ImageBlock(image_url="https://a.test/" + _long(3000), alt_text="x"),
    lambda: sdk.ImageBlock(image_url="https://a.test", alt_text=_long(2001)),
    lambda: sdk.ImageBlock(image_url="https://a.test", alt_text="x", title=_long(2001)),
    lambda: sdk.ActionsBlock(elements=[sdk.ButtonElement(text="x")] * 26),
    lambda: sdk.ContextBlock(elements=[sdk.MarkdownTextObject(text="x")] * 11),
    lambda: sdk.ContextActionsBlock(elements=[]),
    lambda: sdk.ContextActionsBlock(elements=[sdk.IconButtonElement(icon="trash", text="x")] * 6),
    lambda: sdk.InputBlock(label=_long(2001), element=sdk.PlainTextInputElement()),
    lambda: sdk.InputBlock(label="x", hint=_long(2001), element=sdk.PlainTextInputElement()),
    lambda: sdk.InputBlock(label="x", element={"type": "button", "text": plain()}),
    sdk.HeaderBlock,
    lambda: sdk.HeaderBlock(text=_long(151)),
    lambda: sdk.MarkdownBlock(text=""),
    lambda: sdk.MarkdownBlock(text=_long(12_001)),
    sdk.VideoBlock,
    lambda: sdk.VideoBlock(alt_text="x", video_url="https://a", thumbnail_url="https://a"),
    lambda: sdk.VideoBlock(
        alt_text="x", video_url="https://a", thumbnail_url="https://a", title=_long(200)
    ),
    lambda: sdk.VideoBlock(
        alt_text="x",
        video_url="https://a",
        thumbnail_url="https://a",
        title="x",
        author_name=_long(50),
    ),
    lambda: sdk.TableBlock(rows=[]),
    lambda: sdk.TableBlock(rows=[[sdk.RawTextObject(text="").to_dict()]]),
    lambda: sdk.TaskCardBlock(task_id="1", title="x", status="done"),
    lambda: sdk.AlertBlock(text="", level="info"),
    lambda: sdk.CardBlock(subtitle="x"),
    lambda: sdk.CardBlock(title=_long(151)),
    lambda: sdk.CardBlock(title="x", subtitle=_long(151)),
    lambda: sdk.CardBlock(body=_long(201)),
    lambda: sdk.ContainerBlock(child_blocks=[sdk.DividerBlock()]),
    lambda: sdk.ContainerBlock(title=_long(151), child_blocks=[sdk.DividerBlock()]),
    lambda: sdk.ContainerBlock(title="x", child_blocks=[]),
    lambda: sdk.ContainerBlock(title="x", child_blocks=[sdk.DividerBlock()] * 11),
    lambda: sdk.ContainerBlock(title="x", child_blocks=[sdk.DividerBlock()], width="huge"),
    lambda: sdk.ContainerBlock(
        title="x",
        child_blocks=[sdk.DividerBlock()],
        is_collapsible=True,
        has_header_divider=True,
    ),
    lambda: sdk.CarouselBlock(elements=[]),
    lambda: sdk.CarouselBlock(elements=[sdk.CardBlock(title="x")] * 11),
    lambda: sdk.AuthProviderBlock(value="", name="x", is_connected=True),
]
REFUSED_ELEMENTS: list[Callable[[], JsonObject]] = [
    lambda: sdk.ButtonElement(text=_long(76)),
    lambda: sdk.ButtonElement(text="x", action_id=_long(256)),
    lambda: sdk.ButtonElement(text="x", url="https://" + _long(3000)),
    lambda: sdk.ButtonElement(text="x", value=_long(2001)),
    lambda: sdk.ButtonElement(text="x", style="huge"),
    lambda: sdk.ButtonElement(text="x", accessibility_label=_long(76)),
    lambda: sdk.ButtonElement(text="x", agent_prompt=_long(4001)),
    lambda: sdk.ButtonElement(text="x", confirm=sdk.ConfirmObject(title=_long(101), text="x")),
    lambda: sdk.ButtonElement(text="x", confirm=sdk.ConfirmObject(title="x", text=_long(301))),
    lambda: sdk.ButtonElement(
        text="x", confirm=sdk.ConfirmObject(title="x", text="x", confirm=_long(31))
    ),
    lambda: sdk.ButtonElement(
        text="x", confirm=sdk.ConfirmObject(title="x", text="x", deny=_long(31))
    ),
    lambda: sdk.ButtonElement(
        text="x", confirm=sdk.ConfirmObject(title="x", text="x", style="huge")
    ),
    lambda: sdk.StaticSelectElement(
        placeholder=_long(151), options=[sdk.Option(value="v", text="x")]
    ),
    lambda: sdk.StaticSelectElement(placeholder="x"),
    lambda: sdk.StaticSelectElement(options=[sdk.Option(value="v", text="x")] * 101),
    lambda: sdk.StaticSelectElement(options=[sdk.Option(value="v", text=_long(76))]),
    lambda: sdk.StaticSelectElement(options=[sdk.Option(value=_long(151), text="x")]),
    lambda: sdk.StaticMultiSelectElement(placeholder="x"),
    lambda: sdk.StaticSelectElement(
        option_groups=[sdk.OptionGroup(label="x", options=[sdk.Option(value="v", text="x")] * 101)]
    ),
    lambda: sdk.StaticSelectElement(
        option_groups=[sdk.OptionGroup(label=_long(76), options=[sdk.Option(value="v", text="x")])]
    ),
    lambda: sdk.OverflowMenuElement(options=[]),
    lambda: sdk.OverflowMenuElement(options=[sdk.Option(value="v", text="x")] * 6),
    lambda: sdk.DatePickerElement(initial_date="30.11.2026"),
    lambda: sdk.TimePickerElement(initial_time="24:00"),
    lambda: sdk.DateTimePickerElement(initial_date_time=-1),
]


def _unchecked(make: Callable[[], JsonObject], monkeypatch: pytest.MonkeyPatch) -> Json:
    """What the SDK would write if it did not look; it must refuse when it does."""
    with pytest.raises(SlackObjectFormationError):
        make().to_dict()
    with monkeypatch.context() as patch:
        patch.setattr(JsonObject, "validate_json", lambda _: None)
        return make().to_dict()


@pytest.mark.parametrize("make", REFUSED)
def test_a_block_that_the_sdk_refuses_is_refused(
    make: Callable[[], JsonObject], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that Slack's own SDK finds wrong with a block passes the checker."""
    assert message_problems("x", [_unchecked(make, monkeypatch)])


@pytest.mark.parametrize("make", REFUSED_ELEMENTS)
def test_an_element_that_the_sdk_refuses_is_refused(
    make: Callable[[], JsonObject], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that Slack's own SDK finds wrong with an element passes the checker."""
    assert message_problems("x", [actions(_unchecked(make, monkeypatch))])


@pytest.mark.parametrize(
    "change",
    [
        {"title": _long(25)},
        {"submit": _long(25)},
        {"close": _long(25)},
        {"callback_id": _long(256)},
        {"private_metadata": _long(3001)},
        {"blocks": []},
        {"blocks": [DIVIDER] * 101},
        {"type": "home", "submit": "Go"},
        {"type": "home", "close": "No"},
        {"type": "page"},
    ],
)
def test_a_view_that_the_sdk_refuses_is_refused(
    change: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that Slack's own SDK finds wrong with a view passes the checker."""
    sound: Json = {"type": "modal", "title": "x", "blocks": [DIVIDER]}
    assert view_problems(_unchecked(lambda: View(**{**sound, **change}), monkeypatch))


def _confirmed(key: str) -> Callable[[str], Json]:
    return lambda text: actions(button(confirm={**CONFIRM, key: plain(text)}))


# The longest text that fits, how a message holds it, and where.
LENGTHS: list[tuple[int, str, Callable[[str], Json]]] = [
    (255, "block_id", lambda text: {**DIVIDER, "block_id": text}),
    (255, "elements[0].action_id", lambda text: actions(button(action_id=text))),
    (3000, "text.text", lambda text: section(marked(text))),
    (2000, "fields[0].text", lambda text: {"type": "section", "fields": [plain(text)]}),
    (150, "text.text", lambda text: {"type": "header", "text": plain(text)}),
    (2000, "alt_text", lambda text: image(alt_text=text)),
    (2000, "title.text", lambda text: image(title=plain(text))),
    (2000, "label.text", lambda text: {**asked(INPUTS[0]), "label": plain(text)}),
    (2000, "hint.text", lambda text: asked(INPUTS[0], hint=plain(text))),
    (75, "elements[0].text.text", lambda text: actions(button(text=plain(text)))),
    (2000, "elements[0].value", lambda text: actions(button(value=text))),
    (4000, "elements[0].agent_prompt", lambda text: actions(button(agent_prompt=text))),
    (
        75,
        "elements[0].options[0].text.text",
        lambda text: actions({"type": "checkboxes", "options": [option(text=marked(text))]}),
    ),
    (
        150,
        "elements[0].options[0].value",
        lambda text: actions({"type": "overflow", "options": [option(value=text)]}),
    ),
    (
        75,
        "elements[0].options[0].description.text",
        lambda text: actions({"type": "overflow", "options": [option(description=plain(text))]}),
    ),
    (
        150,
        "elements[0].placeholder.text",
        lambda text: actions({"type": "users_select", "placeholder": plain(text)}),
    ),
    *(
        (most, f"elements[0].confirm.{key}.text", _confirmed(key))
        for key, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30))
    ),
    (12_000, "text", lambda text: {"type": "markdown", "text": text}),
    (150, "title.text", lambda text: card(title=marked(text))),
    (150, "subtitle.text", lambda text: card(title=plain(), subtitle=marked(text))),
    (200, "body.text", lambda text: card(body=marked(text))),
    (
        150,
        "title.text",
        lambda text: {"type": "container", "title": plain(text), "child_blocks": [DIVIDER]},
    ),
]


@pytest.mark.parametrize(("most", "path", "make"), LENGTHS)
def test_a_text_of_a_block_has_a_longest_length(
    most: int, path: str, make: Callable[[str], Json]
) -> None:
    """A text of just the limit passes, counted in characters; one character more does not."""
    assert message_problems("x", [make(_long(most))]) == []
    problem = f"blocks[0].{path}: is longer than {most:,} characters."
    assert message_problems("x", [make(_long(most + 1))]) == [problem]


@pytest.mark.parametrize(
    ("most", "path", "key"),
    [
        (24, "title.text", "title"),
        (24, "submit.text", "submit"),
        (24, "close.text", "close"),
        (255, "callback_id", "callback_id"),
        (3000, "private_metadata", "private_metadata"),
    ],
)
def test_a_text_of_a_modal_has_a_longest_length(most: int, path: str, key: str) -> None:
    """A title, a button or what the app keeps in a modal passes at the limit and not above."""

    def made(text: str) -> Json:
        return modal(DIVIDER, **{key: plain(text) if path != key else text})

    assert view_problems(made(_long(most))) == []
    problem = f"view.{path}: is longer than {most:,} characters."
    assert view_problems(made(_long(most + 1))) == [problem]


def test_the_text_of_a_message_has_a_longest_length() -> None:
    """Slack cuts a text off above 40,000 characters, so that none is let through."""
    assert message_problems(_long(40_000), None) == []
    problem = "text: is longer than 40,000 characters."
    assert message_problems(_long(40_001), None) == [problem]


# How many fit, how a message holds so many, and where.
COUNTS: list[tuple[int, str, Callable[[int], Json]]] = [
    (10, "fields", lambda count: {"type": "section", "fields": [plain()] * count}),
    (10, "elements", lambda count: {"type": "context", "elements": [plain()] * count}),
    (25, "elements", lambda count: actions(*[button()] * count)),
    (5, "elements", lambda count: {"type": "context_actions", "elements": _trash(count)}),
    (5, "elements[0].options", lambda count: actions(_chooser("overflow", count))),
    (10, "elements[0].options", lambda count: actions(_chooser("checkboxes", count))),
    (10, "elements[0].options", lambda count: actions(_chooser("radio_buttons", count))),
    (100, "elements[0].options", lambda count: actions(_chooser("static_select", count))),
    (100, "elements[0].option_groups", lambda count: actions(_grouped(groups=count))),
    (100, "elements[0].option_groups[0].options", lambda count: actions(_grouped(each=count))),
    (100, "rows", lambda count: table(*[[CELL]] * count)),
    (20, "rows[0]", lambda count: table([CELL] * count)),
    (10, "elements", lambda count: {"type": "carousel", "elements": [card(body=plain())] * count}),
    (
        10,
        "child_blocks",
        lambda count: {"type": "container", "title": plain(), "child_blocks": [DIVIDER] * count},
    ),
]


def _trash(count: int) -> list[Json]:
    return [{**TRASH, "action_id": str(number)} for number in range(count)]


def _chooser(kind: str, count: int) -> Json:
    return {"type": kind, "options": [option(str(number)) for number in range(count)]}


def _grouped(groups: int = 1, each: int = 1) -> Json:
    group = {"label": plain(), "options": [option(str(number)) for number in range(each)]}
    return {"type": "static_select", "option_groups": [group] * groups}


@pytest.mark.parametrize(("most", "path", "make"), COUNTS)
def test_a_list_of_a_block_has_a_greatest_length(
    most: int, path: str, make: Callable[[int], Json]
) -> None:
    """A list passes with one item and with as many as may be, but not with none or one more."""
    assert message_problems("x", [make(1)]) == []
    assert message_problems("x", [make(most)]) == []
    too_many = f"blocks[0].{path}: holds more than {most} items."
    assert message_problems("x", [make(most + 1)]) == [too_many]
    assert f"blocks[0].{path}: holds fewer than 1 item." in message_problems("x", [make(0)])


def test_a_plan_has_a_greatest_length() -> None:
    """A plan holds fifty tasks, or none yet."""

    def made(count: int) -> list[Json]:
        return [{"type": "plan", "title": "x", "tasks": [TASK] * count}]

    assert message_problems("x", made(0)) == message_problems("x", made(50)) == []
    problem = "blocks[0].tasks: holds more than 50 items."
    assert message_problems("x", made(51)) == [problem]


def test_a_payload_holds_so_many_blocks() -> None:
    """Fifty blocks fit in a message, a hundred in a modal or the Home tab."""
    assert message_problems("x", [DIVIDER] * 50) == []
    assert message_problems("x", [DIVIDER] * 51) == ["blocks: holds more than 50 items."]
    for make in (modal, home):
        assert view_problems(make(*[DIVIDER] * 100)) == []
        problem = "view.blocks: holds more than 100 items."
        assert view_problems(make(*[DIVIDER] * 101)) == [problem]


def test_markdown_is_counted_over_all_blocks() -> None:
    """Two blocks of markdown share the 12,000 characters of one message."""
    half = {"type": "markdown", "text": _long(6000)}
    assert message_problems("x", [half, half]) == []
    assert message_problems("x", [half, half, {**half, "text": "x"}]) == [
        "blocks: hold more than 12,000 characters of markdown in all."
    ]


def test_a_table_holds_so_many_characters() -> None:
    """The cells of a table hold 10,000 characters together, however deep they are."""
    cell = {"type": "raw_text", "text": _long(5000)}
    deep = rich({"type": "text", "text": _long(5000)})
    assert message_problems("x", [table([cell], [deep])]) == []
    assert message_problems("x", [table([cell, CELL], [deep])]) == [
        "blocks: hold more than 10,000 characters in tables in all."
    ]


def test_a_view_has_a_greatest_size() -> None:
    """A view is counted in bytes of the shortest JSON that says it."""
    view = modal(*[section(plain(_long(1249)))] * 97)
    size = len(json.dumps(view, ensure_ascii=False, separators=(",", ":")).encode())
    assert size <= 250_000
    view["private_metadata"] = "x" * (250_000 - size - len(',"private_metadata":""'))
    assert view_problems(view) == []
    view["private_metadata"] += "x"
    assert view_problems(view) == ["view: is longer than 250,000 bytes as JSON."]


# What is wrong, the blocks of a message, and each sentence.
BROKEN: list[tuple[str, object, list[str]]] = [
    ("no list", {}, ["blocks: must be a list."]),
    ("no object", ["divider"], ["blocks[0]: must be an object."]),
    ("null", [None], ["blocks[0]: must be an object."]),
    ("no type", [{"text": plain()}], ['blocks[0]: needs "type".']),
    ("a type that is a list", [{"type": ["divider"]}], ["blocks[0].type: must be a string."]),
    (
        "an unknown block",
        [{"type": "sectoin"}],
        ['blocks[0].type: "sectoin" is no block that Slack knows.'],
    ),
    (
        "an unknown block of a long name in lines",
        [{"type": "a\n" * 50}],
        ['blocks[0].type: "' + r"a\n" * 30 + '…" is no block that Slack knows.'],
    ),
    ("a missing key", [{"type": "header"}], ['blocks[0]: needs "text".']),
    (
        "an unknown key",
        [{**DIVIDER, "colour": "red"}],
        ['blocks[0]: must not hold "colour".'],
    ),
    ("a key of another kind", [{**DIVIDER, 1: 2}], ['blocks[0]: must not hold "int".']),
    ("a text without its object", [section("x")], ["blocks[0].text: must be an object."]),
    ("a number as text", [section(marked(1))], ["blocks[0].text.text: must be a string."]),  # type: ignore[arg-type]
    (
        "null for a key",
        [section(marked(), accessory=None)],
        ["blocks[0].accessory: must be an object."],
    ),
    ("an empty text", [section(marked(""))], ["blocks[0].text.text: is empty."]),
    (
        "an empty field",
        [{"type": "section", "fields": [plain("")]}],
        ["blocks[0].fields[0].text: is empty."],
    ),
    ("a section of nothing", [{"type": "section"}], ['blocks[0]: needs "text" or "fields".']),
    (
        "a text of an unknown type",
        [section({"type": "markdown", "text": "x"})],
        ['blocks[0].text.type: "markdown" is no text object that Slack knows.'],
    ),
    (
        "a header with markup",
        [{"type": "header", "text": marked()}],
        ['blocks[0].text.type: must be "plain_text".'],
    ),
    (
        "a button with markup",
        [actions(button(text=marked()))],
        ['blocks[0].elements[0].text.type: must be "plain_text".'],
    ),
    (
        "an option of a menu with markup",
        [actions({"type": "static_select", "options": [option(text=marked())]})],
        ['blocks[0].elements[0].options[0].text.type: must be "plain_text".'],
    ),
    (
        "emoji where all are shown",
        [section(marked(emoji=True))],
        ['blocks[0].text: must not hold "emoji".'],
    ),
    (
        "verbatim where nothing is parsed",
        [section(plain(verbatim=True))],
        ['blocks[0].text: must not hold "verbatim".'],
    ),
    (
        "verbatim as a word",
        [section(marked(verbatim="true"))],
        ["blocks[0].text.verbatim: must be true or false."],
    ),
    (
        "an image without words",
        [{"type": "image", "image_url": "https://a"}],
        ['blocks[0]: needs "alt_text".'],
    ),
    ("an image with empty words", [image(alt_text="")], ["blocks[0].alt_text: is empty."]),
    (
        "an image of nothing",
        [{"type": "image", "alt_text": "x"}],
        ['blocks[0]: needs "image_url" or "slack_file".'],
    ),
    (
        "an image of two things",
        [image(slack_file={"id": "F1"})],
        ['blocks[0]: must not hold both "image_url" and "slack_file".'],
    ),
    *(
        (
            f"the address {url}",
            [actions(button(url=url))],
            ["blocks[0].elements[0].url: must be an address that begins with https:// or http://."],
        )
        for url in ("a.test", "javascript:alert(1)", "ftp://a.test", "https://", "https://a b.test")
    ),
    ("an empty address", [actions(button(url=""))], ["blocks[0].elements[0].url: is empty."]),
    (
        "a video over http",
        [{**VIDEO, "video_url": "http://a.test/v"}],
        ["blocks[0].video_url: must be an address that begins with https://."],
    ),
    (
        "a link to a script",
        [rich({"type": "link", "url": "javascript:alert(1)"})],
        ["blocks[0].elements[0].elements[0].url: must be an address of a page or a mailbox."],
    ),
    (
        "an unknown style",
        [actions(button(style="default"))],
        ['blocks[0].elements[0].style: must be "primary" or "danger".'],
    ),
    (
        "a confirmation without a button",
        [actions(button(confirm={key: CONFIRM[key] for key in ("title", "text", "deny")}))],
        ['blocks[0].elements[0].confirm: needs "confirm".'],
    ),
    (
        "an element that stands only in an input",
        [actions(INPUTS[0])],
        ['blocks[0].elements[0].type: "plain_text_input" may not stand here.'],
    ),
    (
        "a button in an input",
        [asked(button())],
        ['blocks[0].element.type: "button" may not stand here.'],
    ),
    (
        "a button in a context",
        [{"type": "context", "elements": [button()]}],
        ['blocks[0].elements[0].type: "button" may not stand here.'],
    ),
    (
        "feedback among actions",
        [actions(FEEDBACK)],
        ['blocks[0].elements[0].type: "feedback_buttons" may not stand here.'],
    ),
    (
        "a button among feedback",
        [{"type": "context_actions", "elements": [button()]}],
        ['blocks[0].elements[0].type: "button" may not stand here.'],
    ),
    (
        "an unknown element",
        [actions({"type": "slider"})],
        ['blocks[0].elements[0].type: "slider" is no element that Slack knows.'],
    ),
    (
        "feedback of one kind",
        [
            {
                "type": "context_actions",
                "elements": [{key: FEEDBACK[key] for key in ("type", "positive_button")}],
            }
        ],
        ['blocks[0].elements[0]: needs "negative_button".'],
    ),
    (
        "a menu of nothing",
        [actions({"type": "static_select"})],
        ['blocks[0].elements[0]: needs "options" or "option_groups".'],
    ),
    (
        "a menu of two kinds",
        [actions({"type": "static_select", "options": [option("a")], "option_groups": GROUPS})],
        ['blocks[0].elements[0]: must not hold both "options" and "option_groups".'],
    ),
    (
        "a first choice that is not offered",
        [
            actions(
                {"type": "static_select", "options": [option("a")], "initial_option": option("b")}
            )
        ],
        ["blocks[0].elements[0].initial_option: is none of the options."],
    ),
    (
        "a first choice of another text",
        [actions({**CHOOSERS[1], "initial_option": option("a", text=plain("b"))})],
        ["blocks[0].elements[0].initial_option: is none of the options."],
    ),
    (
        "a first choice without its description",
        [
            actions(
                {
                    "type": "checkboxes",
                    "options": [option("a", description=plain())],
                    "initial_options": [option("a")],
                }
            )
        ],
        ["blocks[0].elements[0].initial_options[0]: is none of the options."],
    ),
    (
        "first choices that are none",
        [actions({**CHOOSERS[0], "initial_options": []})],
        ["blocks[0].elements[0].initial_options: holds fewer than 1 item."],
    ),
    (
        "first choices that are not in a group",
        [
            asked(
                {
                    "type": "multi_static_select",
                    "option_groups": GROUPS,
                    "initial_options": [option("b"), option("c")],
                }
            )
        ],
        ["blocks[0].element.initial_options[1]: is none of the options."],
    ),
    (
        "an address for an option of a menu",
        [actions({"type": "static_select", "options": [option(url="https://a.test")]})],
        ['blocks[0].elements[0].options[0]: must not hold "url".'],
    ),
    (
        "a day that is none",
        [actions({"type": "datepicker", "initial_date": "2026-13-01"})],
        ["blocks[0].elements[0].initial_date: must be a day like 2026-11-30."],
    ),
    (
        "a time that is none",
        [actions({"type": "timepicker", "initial_time": "9:00"})],
        ["blocks[0].elements[0].initial_time: must be a time like 09:30."],
    ),
    (
        "a moment that is no number",
        [actions({"type": "datetimepicker", "initial_date_time": True})],
        ["blocks[0].elements[0].initial_date_time: must be a whole number."],
    ),
    (
        "lengths out of range",
        [asked({"type": "plain_text_input", "min_length": -1, "max_length": 3001})],
        [
            "blocks[0].element.min_length: must be 0 or more.",
            "blocks[0].element.max_length: must be 3,000 or less.",
        ],
    ),
    (
        "lengths out of order",
        [asked({"type": "plain_text_input", "min_length": 2, "max_length": 1})],
        ['blocks[0].element: has "min_length" above "max_length".'],
    ),
    (
        "numbers out of order",
        [
            asked(
                {
                    "type": "number_input",
                    "is_decimal_allowed": False,
                    "min_value": "10",
                    "max_value": "9",
                }
            )
        ],
        ['blocks[0].element: has "min_value" above "max_value".'],
    ),
    (
        "a bound that is no number",
        [asked({"type": "number_input", "is_decimal_allowed": False, "min_value": "ten"})],
        ["blocks[0].element.min_value: must be a number in quotes."],
    ),
    (
        "a block_id twice",
        [{**DIVIDER, "block_id": "d"}, DIVIDER, {**DIVIDER, "block_id": "d"}],
        ['blocks[2].block_id: "d" is that of blocks[0] too.'],
    ),
    (
        "a block_id twice, once inside",
        [
            {**DIVIDER, "block_id": "d"},
            {"type": "carousel", "elements": [card(title=plain(), block_id="d")]},
        ],
        ['blocks[1].elements[0].block_id: "d" is that of blocks[0] too.'],
    ),
    (
        "an action_id twice in a block",
        [actions(button(action_id="a"), button(), button(action_id="a"))],
        ['blocks[0].elements[2].action_id: "a" is that of blocks[0].elements[0] too.'],
    ),
    ("an alert in a message", [ALERT], ['blocks[0].type: "alert" may not stand in a message.']),
    (
        "a file asked for in a message",
        [FILE],
        ['blocks[0].element.type: "file_input" may not stand in a message.'],
    ),
    (
        "a part of rich text by itself",
        [{"type": "rich_text", "elements": [SPANS[0]]}],
        ['blocks[0].elements[0].type: "text" is no rich text that Slack knows.'],
    ),
    (
        "a list within a list",
        [
            {
                "type": "rich_text",
                "elements": [
                    {
                        "type": "rich_text_list",
                        "style": "bullet",
                        "elements": [{"type": "rich_text_list"}],
                    }
                ],
            }
        ],
        ['blocks[0].elements[0].elements[0].type: must be "rich_text_section".'],
    ),
    (
        "an unknown style of rich text",
        [rich({"type": "text", "text": "x", "style": {"huge": True}})],
        ['blocks[0].elements[0].elements[0].style: must not hold "huge".'],
    ),
    (
        "an empty rich text",
        [rich({"type": "text", "text": ""})],
        ["blocks[0].elements[0].elements[0].text: is empty."],
    ),
    (
        "a second table",
        [table([CELL]), table([CELL])],
        ["blocks[1]: is a second table; a message has one at most."],
    ),
    (
        "a table within a container",
        [
            table([CELL]),
            {"type": "container", "title": plain(), "child_blocks": [table([CELL])]},
        ],
        ["blocks[1].child_blocks[0]: is a second table; a message has one at most."],
    ),
    ("a row that is none", [table(CELL)], ["blocks[0].rows[0]: must be a list."]),
    (
        "a cell of a number",
        [table([{**CELL, "text": 1}])],
        ["blocks[0].rows[0][0].text: must be a string."],
    ),
    (
        "a cell of markup",
        [table([marked()])],
        ['blocks[0].rows[0][0].type: "mrkdwn" is no cell that Slack knows.'],
    ),
    (
        "rows of two lengths",
        [{"type": "data_table", "caption": "x", "rows": [[rich()], [CELL, CELL]]}],
        [
            "blocks[0].rows: must all hold the same number of cells.",
            'blocks[0].rows[0][0].type: "rich_text" may not stand in the first row.',
        ],
    ),
    (
        "a card of nothing",
        [card(subtitle=plain())],
        ['blocks[0]: needs "hero_image", "title", "actions" or "body".'],
    ),
    (
        "a section in a carousel",
        [{"type": "carousel", "elements": [section(plain())]}],
        ['blocks[0].elements[0].type: must be "card".'],
    ),
    (
        "a container in a container",
        [{"type": "container", "title": plain(), "child_blocks": [{"type": "container"}]}],
        ['blocks[0].child_blocks[0].type: "container" may not stand here.'],
    ),
    (
        "a task of unknown state",
        [{**TASK, "status": "done"}],
        ['blocks[0].status: must be "pending", "in_progress", "complete" or "error".'],
    ),
]


@pytest.mark.parametrize(
    ("blocks", "problems"),
    [pytest.param(blocks, problems, id=name) for name, blocks, problems in BROKEN],
)
def test_what_is_wrong_with_blocks_is_said(blocks: object, problems: list[str]) -> None:
    """Each fault is told once, after the path to it, in the same words."""
    assert message_problems("x", blocks) == problems


@pytest.mark.parametrize(
    ("text", "blocks", "problems"),
    [
        (None, None, ["text: is missing, and there are no blocks."]),
        ("", [], ["text: is missing, and there are no blocks."]),
        (1, [DIVIDER], ["text: must be a string."]),
    ],
)
def test_what_is_wrong_with_a_text_is_said(
    text: object, blocks: object, problems: list[str]
) -> None:
    """A message of nothing is refused, and so is a text that is none."""
    assert message_problems(text, blocks) == problems


@pytest.mark.parametrize(
    ("view", "problems"),
    [
        ([], ["view: must be an object."]),
        ({}, ['view: needs "type".']),
        ({"type": "page"}, ['view.type: "page" is no view that Slack knows.']),
        ({"type": "modal", "blocks": [DIVIDER]}, ['view: needs "title".']),
        ({"type": "home"}, ['view: needs "blocks".']),
        (modal(), ["view.blocks: holds fewer than 1 item."]),
        (modal(DIVIDER, title=marked()), ['view.title.type: must be "plain_text".']),
        (modal(DIVIDER, title=plain("")), ["view.title.text: is empty."]),
        (modal(DIVIDER, hash="h"), ['view: must not hold "hash".']),
        (modal(asked(INPUTS[0])), ['view: needs "submit", for it has an input block.']),
        (home(DIVIDER, submit=plain()), ['view: must not hold "submit".']),
        (home(DIVIDER, close=plain()), ['view: must not hold "close".']),
        (home(CAROUSEL, ALERT), ['view.blocks[1].type: "alert" may not stand in a Home tab.']),
        (modal(CAROUSEL), ['view.blocks[0].type: "carousel" may not stand in a modal.']),
        (home(FILE), ['view.blocks[0].element.type: "file_input" may not stand in a Home tab.']),
        (
            modal(asked({**INPUTS[0], "focus_on_load": True}), FILE, submit=plain()),
            [],
        ),
        (
            home(*[asked({"type": "plain_text_input", "focus_on_load": True})] * 2),
            ["view.blocks[1].element.focus_on_load: is true for view.blocks[0].element already."],
        ),
        (
            modal({**FILE, "dispatch_action": True}, submit=plain()),
            ['view.blocks[0].dispatch_action: must not be true for a "file_input".'],
        ),
        (
            modal(DIVIDER, callback_id=float("nan")),
            ["view: is not JSON.", "view.callback_id: must be a string."],
        ),
    ],
)
def test_what_is_wrong_with_a_view_is_said(view: object, problems: list[str]) -> None:
    """A view is refused for its own keys, and for blocks that do not belong there."""
    assert view_problems(view) == problems


@pytest.mark.parametrize("block", ONLY_MESSAGES, ids=_name)
def test_a_block_of_messages_stands_in_no_view(block: Json) -> None:
    """What Slack shows in messages only is refused in a modal and in the Home tab."""
    sentence = f'view.blocks[0].type: "{block["type"]}" may not stand in a '
    assert view_problems(modal(block)) == [sentence + "modal."]
    assert view_problems(home(block)) == [sentence + "Home tab."]


def test_nesting_without_end_is_refused() -> None:
    """A payload nested deeper than Python can follow is refused like any other."""
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert message_problems("x", deep) == ["blocks[0]: must be an object."]
    problems = ["view: is nested too deeply.", "view.blocks[0]: must be an object."]
    assert view_problems({"type": "home", "blocks": deep}) == problems
    assert message_problems("x", [table([{**CELL, "text": deep}])]) == [
        "blocks[0].rows[0][0].text: must be a string."
    ]


# Any JSON, and JSON that speaks of blocks, so that the checker looks deep into it.
_WORDS = st.sampled_from(
    sorted(
        {
            word
            for block in (*COMMON, *ONLY_MESSAGES, CAROUSEL, ALERT, FILE, modal(), home())
            for word in re.findall(r'"([a-z_]+)"', json.dumps(block))
        }
    )
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | _WORDS,
    lambda inner: st.lists(inner) | st.dictionaries(_WORDS | st.text(), inner),
    max_leaves=20,
)
_SOUND = st.lists(st.sampled_from([*COMMON, *ONLY_MESSAGES, CAROUSEL]), max_size=5)
_SENTENCE = re.compile(r'(text|blocks|view)(\.[a-z_]+|\[\d+\])*: ["a-z].*\.')


def _all_sentences(problems: list[str]) -> bool:
    return all(_SENTENCE.fullmatch(problem) for problem in problems)


@given(_JSON, _JSON)
def test_any_json_is_answered_with_sentences(text: object, blocks: object) -> None:
    """Whatever comes in, the checker answers with sentences that begin with a path."""
    assert _all_sentences(message_problems(text, blocks))
    assert _all_sentences(view_problems(blocks))


def _places(value: object) -> Iterator[tuple[Any, Any]]:
    """Each list or object inside a value, with each index or key of it."""
    for key, item in list(
        value.items()
        if isinstance(value, dict)
        else enumerate(value if isinstance(value, list) else ())
    ):
        yield value, key
        yield from _places(item)


@given(_SOUND.filter(bool), _JSON, st.data())
def test_a_sound_payload_spoiled_anywhere_is_answered_with_sentences(
    blocks: list[Json], junk: object, data: st.DataObject
) -> None:
    """With any value in any place of it, a payload is still answered with sentences."""
    spoiled = copy.deepcopy(blocks)
    holder, key = data.draw(st.sampled_from(list(_places(spoiled))))
    holder[key] = junk
    assert _all_sentences(message_problems("x", spoiled))
    assert _all_sentences(view_problems(modal(*spoiled)))


def _rid_of_tables(blocks: list[Json]) -> list[Json]:
    """At most one table, and no two blocks of a name, as Slack wants it."""
    tables = [block for block in blocks if block["type"] == "table"][:1]
    others = [
        {**block, "block_id": f"b{at}"}
        for at, block in enumerate(blocks)
        if block["type"] != "table"
    ]
    return others + tables


_FITTING = _SOUND.map(_rid_of_tables)


@given(_FITTING, st.randoms())
def test_a_sound_payload_stays_sound_in_any_order(blocks: list[Json], random: Any) -> None:
    """The order of blocks never matters, nor does a turn through JSON."""
    random.shuffle(blocks)
    assert message_problems("x", json.loads(json.dumps(blocks))) == []


@given(_FITTING, st.integers(0, 2))
def test_a_sound_payload_stays_sound_when_it_is_shorter(blocks: list[Json], count: int) -> None:
    """What is left of a sound payload is sound."""
    assert message_problems("x", blocks[:count]) == []


@given(_FITTING.filter(bool), st.text(st.characters(codec="utf-8"), min_size=1, max_size=75))
def test_a_sound_payload_stays_sound_with_other_words(blocks: list[Json], words: str) -> None:
    """No character is forbidden in a text."""
    assert (
        message_problems(
            words, [*blocks, section(marked(words)), actions(button(text=plain(words)))]
        )
        == []
    )


@given(_FITTING)
def test_a_payload_is_left_as_it_is(blocks: list[Json]) -> None:
    """Checking changes nothing in what is checked."""
    before = copy.deepcopy(blocks)
    message_problems("x", blocks)
    view_problems(modal(*blocks))
    assert blocks == before


@given(_FITTING.filter(bool), st.data())
def test_a_block_without_its_type_is_refused(blocks: list[Json], data: st.DataObject) -> None:
    """Of the keys of a payload, "type" can never be left out."""
    spoiled = copy.deepcopy(blocks)
    typed = [holder for holder, key in _places(spoiled) if key == "type"]
    del data.draw(st.sampled_from(typed))["type"]
    problems = message_problems("x", spoiled)
    assert any(problem.endswith(': needs "type".') for problem in problems)
