"""Block Kit as data: what each view, block, element and object of Slack holds.

A rule says what one value may be; nothing here looks at a value. Where Slack is silent on a limit,
so is the table: what Slack may accept is not forbidden.
"""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import TypeAlias

MESSAGE, MODAL, HOME = "message", "modal", "Home tab"
ONLY_MESSAGES = frozenset({MESSAGE})
EVERYWHERE = frozenset({MESSAGE, MODAL, HOME})

MARKDOWN_LIMIT = 12_000
TABLE_LIMIT = 10_000
VIEW_LIMIT = 250_000


@dataclass(frozen=True)
class String:
    """A string of so many characters, one of some words, or of a pattern that has a name."""

    longest: int | None = None
    shortest: int = 1
    among: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None
    meaning: str = ""


@dataclass(frozen=True)
class Number:
    """A number, which is whole unless said otherwise."""

    least: float | None = None
    most: float | None = None
    whole: bool = True


@dataclass(frozen=True)
class Flag:
    """True or false."""


@dataclass(frozen=True)
class Items:
    """A list of so many values of one rule; some lists may leave an item out with null."""

    of: "Rule"
    most: int | None = None
    least: int = 1
    gaps: bool = False


@dataclass(frozen=True)
class Shape:
    """An object: the keys it needs, those it may have, and what is so between them.

    Of the keys in `either` it needs one at least, of those in `apart` it may have only one, and the
    values of those in `ordered` must not fall. An `open` object may have any other key too, and
    one with `surfaces` stands only there.
    """

    needs: "Keys" = field(default_factory=dict)
    may: "Keys" = field(default_factory=dict)
    either: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    ordered: tuple[str, ...] = ()
    open: bool = False
    surfaces: AbstractSet[str] = EVERYWHERE


@dataclass(frozen=True)
class Typed:
    """An object that says by its "type" which shape of a table it has; some do not fit here."""

    noun: str
    table: Mapping[str, Shape]
    names: AbstractSet[str]


Rule: TypeAlias = String | Number | Flag | Items | Shape | Typed
Keys: TypeAlias = Mapping[str, Rule]

# Strings -------------------------------------------------------------------------------------

ANY = String(shortest=0)
ID = String(255, shortest=0)
VALUE = String(2000, shortest=0)
WORD = String()
FLAG = Flag()


def words(*among: str) -> String:
    """One of these words."""
    return String(among=among)


def written(pattern: str, meaning: str, longest: int | None = None) -> String:
    """A string of this pattern, which is called by its meaning."""
    return String(longest, pattern=re.compile(pattern, re.ASCII | re.IGNORECASE), meaning=meaning)


URL = written(r"https?://[^\s/]\S*", "an address that begins with https:// or http://", 3000)
HTTPS = written(r"https://[^\s/]\S*", "an address that begins with https://", 3000)
LINK = written(r"(https?://[^\s/]|mailto:\S)\S*", "an address of a page or a mailbox")
DAY = written(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "a day like 2026-11-30")
TIME = written(r"([01]\d|2[0-3]):[0-5]\d", "a time like 09:30")
DECIMAL = written(r"-?\d+(\.\d+)?", "a number in quotes")

# Objects -------------------------------------------------------------------------------------


def text(longest: int = 3000, *, plain: bool = False) -> Typed:
    """A text object of so many characters, which may have to be plain."""
    content: dict[str, Rule] = {"text": String(longest)}
    table = {
        "plain_text": Shape(content, {"emoji": FLAG}),
        "mrkdwn": Shape(content, {"verbatim": FLAG}),
    }
    return Typed("text object", table, {"plain_text"} if plain else table.keys())


def plain(longest: int) -> Typed:
    """A text object without any markup."""
    return text(longest, plain=True)


CONFIRM = Shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": words("primary", "danger")},
)
SLACK_FILE = Shape(may={"id": WORD, "url": URL}, either=("id", "url"), apart=("id", "url"))


def option(*, marked_up: bool = False, url: bool = False) -> Shape:
    """One of several things to choose from."""
    label = text(75, plain=not marked_up)
    return Shape(
        {"text": label, "value": String(150, shortest=0)},
        {"description": label} | ({"url": URL} if url else {}),
    )


OPTION, TICK = option(), option(marked_up=True)
OPTIONS: Keys = {
    "options": Items(OPTION, 100),
    "option_groups": Items(Shape({"label": plain(75), "options": Items(OPTION, 100)}), 100),
}
FILTER = Shape(
    may={
        "include": Items(words("im", "mpim", "private", "public")),
        "exclude_external_shared_channels": FLAG,
        "exclude_bot_users": FLAG,
    }
)
WORKFLOW = Shape(
    {
        "trigger": Shape(
            {"url": URL},
            {"customizable_input_parameters": Items(Shape({"name": WORD, "value": ANY}))},
        )
    }
)
FEEDBACK = Shape({"text": plain(75), "value": VALUE}, {"accessibility_label": String(75)})

# Rich text -----------------------------------------------------------------------------------

_STYLES = "bold italic strike code underline highlight client_highlight unlink"
STYLED: Keys = {"style": Shape(may=dict.fromkeys(_STYLES.split(), FLAG))}
INLINE = {
    "text": Shape({"text": WORD}, STYLED),
    "link": Shape({"url": LINK}, {"text": WORD, "unsafe": FLAG, **STYLED}),
    "user": Shape({"user_id": WORD}, STYLED),
    "usergroup": Shape({"usergroup_id": WORD}, STYLED),
    "channel": Shape({"channel_id": WORD}, STYLED),
    "team": Shape({"team_id": WORD}, STYLED),
    "emoji": Shape({"name": WORD}, {"skin_tone": Number(1, 6), "unicode": WORD, **STYLED}),
    "broadcast": Shape({"range": words("here", "channel", "everyone")}, STYLED),
    "color": Shape({"value": WORD}, STYLED),
    "date": Shape(
        {"timestamp": Number(), "format": WORD}, {"url": LINK, "fallback": ANY, **STYLED}
    ),
}
SPANS: Keys = {"elements": Items(Typed("rich text", INLINE, INLINE.keys()), least=0)}
BORDER: Keys = {"border": Number(0, 1)}
RICH_PARTS: dict[str, Shape] = {
    "rich_text_section": Shape(SPANS),
    "rich_text_quote": Shape(SPANS, BORDER),
    "rich_text_preformatted": Shape(SPANS, {**BORDER, "language": WORD}),
}
RICH_PARTS["rich_text_list"] = Shape(
    {
        "style": words("bullet", "ordered"),
        "elements": Items(Typed("rich text", RICH_PARTS, {"rich_text_section"}), least=0),
    },
    {"indent": Number(0, 8), "offset": Number(0), **BORDER},
)
RICH_TEXT = Shape(
    {"elements": Items(Typed("rich text", RICH_PARTS, RICH_PARTS.keys()), least=0)},
    {"block_id": ID},
)

# Elements ------------------------------------------------------------------------------------

ACTS: Keys = {"action_id": ID}
ASKS: Keys = {**ACTS, "confirm": CONFIRM, "focus_on_load": FLAG}
SELECTS: Keys = {**ASKS, "placeholder": plain(150)}
SELECTS_MANY: Keys = {**SELECTS, "max_selected_items": Number(1)}
TYPES: Keys = {
    **ACTS,
    "placeholder": plain(150),
    "focus_on_load": FLAG,
    "dispatch_action_config": Shape(
        may={"trigger_actions_on": Items(words("on_enter_pressed", "on_character_entered"), 2)}
    ),
}
SENDS: Keys = {"response_url_enabled": FLAG}
LOADS: Keys = {"min_query_length": Number(0)}
FILTERS: Keys = {"default_to_current_conversation": FLAG, "filter": FILTER}
DRESSED: Keys = {"accessibility_label": String(75), "style": words("primary", "danger")}
PICTURED: Keys = {"image_url": URL, "slack_file": SLACK_FILE}
ONE_PICTURE = ("image_url", "slack_file")
ONE_CHOICE = ("options", "option_groups")
RICH = Typed("block", {"rich_text": RICH_TEXT}, {"rich_text"})
IDS = Items(WORD, least=0)

ELEMENTS = {
    "button": Shape(
        {"text": plain(75)},
        {
            **ACTS,
            **DRESSED,
            "url": URL,
            "value": VALUE,
            "confirm": CONFIRM,
            "agent_prompt": String(4000),
            "agent_prompt_display": WORD,
            "visible_to_user_ids": IDS,
        },
    ),
    "workflow_button": Shape({"text": plain(75), "workflow": WORKFLOW}, {**ACTS, **DRESSED}),
    "icon_button": Shape(
        {"text": plain(75), "icon": WORD},
        {
            **ACTS,
            "accessibility_label": String(75),
            "value": VALUE,
            "confirm": CONFIRM,
            "visible_to_user_ids": Items(WORD, 10),
        },
    ),
    "feedback_buttons": Shape({"positive_button": FEEDBACK, "negative_button": FEEDBACK}, ACTS),
    "image": Shape({"alt_text": String(2000)}, PICTURED, either=ONE_PICTURE, apart=ONE_PICTURE),
    "url": Shape({"url": URL, "text": WORD}),
    "overflow": Shape({"options": Items(option(url=True), 5)}, {**ACTS, "confirm": CONFIRM}),
    "checkboxes": Shape({"options": Items(TICK, 10)}, {**ASKS, "initial_options": Items(TICK, 10)}),
    "radio_buttons": Shape({"options": Items(TICK, 10)}, {**ASKS, "initial_option": TICK}),
    "datepicker": Shape(may={**SELECTS, "initial_date": DAY}),
    "timepicker": Shape(may={**SELECTS, "initial_time": TIME, "timezone": WORD}),
    "datetimepicker": Shape(may={**ASKS, "initial_date_time": Number(0, 9_999_999_999)}),
    "static_select": Shape(
        may={**SELECTS, **OPTIONS, "initial_option": OPTION}, either=ONE_CHOICE, apart=ONE_CHOICE
    ),
    "multi_static_select": Shape(
        may={**SELECTS_MANY, **OPTIONS, "initial_options": Items(OPTION, 100)},
        either=ONE_CHOICE,
        apart=ONE_CHOICE,
    ),
    "external_select": Shape(may={**SELECTS, **LOADS, "initial_option": OPTION}),
    "multi_external_select": Shape(
        may={**SELECTS_MANY, **LOADS, "initial_options": Items(OPTION, 100)}
    ),
    "users_select": Shape(may={**SELECTS, "initial_user": WORD}),
    "multi_users_select": Shape(may={**SELECTS_MANY, "initial_users": IDS}),
    "channels_select": Shape(may={**SELECTS, **SENDS, "initial_channel": WORD}),
    "multi_channels_select": Shape(may={**SELECTS_MANY, "initial_channels": IDS}),
    "conversations_select": Shape(
        may={**SELECTS, **SENDS, **FILTERS, "initial_conversation": WORD}
    ),
    "multi_conversations_select": Shape(
        may={**SELECTS_MANY, **FILTERS, "initial_conversations": IDS}
    ),
    "plain_text_input": Shape(
        may={
            **TYPES,
            "initial_value": String(3000, shortest=0),
            "multiline": FLAG,
            "min_length": Number(0, 3000),
            "max_length": Number(1, 3000),
        },
        ordered=("min_length", "max_length"),
    ),
    "email_text_input": Shape(may={**TYPES, "initial_value": ANY}),
    "url_text_input": Shape(may={**TYPES, "initial_value": ANY}),
    "number_input": Shape(
        {"is_decimal_allowed": FLAG},
        {**TYPES, **dict.fromkeys(("initial_value", "min_value", "max_value"), DECIMAL)},
        ordered=("min_value", "max_value"),
    ),
    "rich_text_input": Shape(
        may={**TYPES, "initial_value": RICH, "min_lines": Number(1), "max_lines": Number(1)},
        ordered=("min_lines", "max_lines"),
    ),
    "file_input": Shape(
        may={**ACTS, "filetypes": Items(WORD), "max_files": Number(1, 10)}, surfaces={MODAL}
    ),
}

_MENUS = [name for name in ELEMENTS if name.endswith("_select")]
_INPUTS = [name for name in ELEMENTS if name.endswith("_input")]
_CHOOSERS = [*_MENUS, "checkboxes", "radio_buttons", "datepicker", "timepicker"]
_ACTORS = [*_CHOOSERS, "button", "workflow_button", "overflow"]


def element(*names: str) -> Typed:
    """One of these elements."""
    return Typed("element", ELEMENTS, frozenset(names))


# Blocks --------------------------------------------------------------------------------------

TEXTS = text().table
PICTURE = element("image")
CELLS = {
    "raw_text": Shape({"text": WORD}),
    "raw_number": Shape({"value": Number(whole=False), "text": WORD}),
    "rich_text": RICH_TEXT,
}
CELL = Typed("cell", CELLS, CELLS.keys())
COLUMN = Shape(may={"align": words("left", "center", "right"), "is_wrapped": FLAG})
AXES: Keys = {"series": Items(Shape(open=True), 6), "axis_config": Shape(open=True)}
CHARTS = {
    "pie": Shape({"segments": Items(Shape(open=True), 6)}, open=True),
    **dict.fromkeys(("bar", "area", "line"), Shape(AXES, open=True)),
}

BLOCKS: dict[str, Shape] = {
    "section": Shape(
        may={
            "text": text(3000),
            "fields": Items(text(2000), 10),
            "accessory": element(*_ACTORS, "image"),
            "expand": FLAG,
        },
        either=("text", "fields"),
    ),
    "header": Shape({"text": plain(150)}),
    "divider": Shape(),
    "context": Shape(
        {"elements": Items(Typed("element", {**ELEMENTS, **TEXTS}, {"image", *TEXTS}), 10)}
    ),
    "actions": Shape(
        {"elements": Items(element(*_ACTORS, "datetimepicker", "rich_text_input"), 25)}
    ),
    "context_actions": Shape(
        {"elements": Items(element("feedback_buttons", "icon_button"), 5)}, surfaces=ONLY_MESSAGES
    ),
    "image": Shape(
        {"alt_text": String(2000)},
        {**PICTURED, "title": plain(2000)},
        either=ONE_PICTURE,
        apart=ONE_PICTURE,
    ),
    "input": Shape(
        {"label": plain(2000), "element": element(*_CHOOSERS, *_INPUTS, "datetimepicker")},
        {"hint": plain(2000), "optional": FLAG, "dispatch_action": FLAG},
    ),
    "markdown": Shape({"text": String(MARKDOWN_LIMIT)}, surfaces=ONLY_MESSAGES),
    "rich_text": RICH_TEXT,
    "table": Shape(
        {"rows": Items(Items(CELL, 20), 100)},
        {"column_settings": Items(COLUMN, 20, least=0, gaps=True)},
        surfaces=ONLY_MESSAGES,
    ),
    "data_table": Shape(
        {"rows": Items(Items(CELL, 20), 201, least=2), "caption": WORD},
        {"page_size": Number(1, 100), "row_header_column_index": Number(0, 19)},
        surfaces=ONLY_MESSAGES,
    ),
    "data_visualization": Shape(
        {"title": String(50), "chart": Typed("chart", CHARTS, CHARTS.keys())},
        surfaces=ONLY_MESSAGES,
    ),
    "video": Shape(
        {"alt_text": WORD, "title": plain(199), "video_url": HTTPS, "thumbnail_url": URL},
        {
            "title_url": HTTPS,
            "description": plain(3000),
            "provider_icon_url": URL,
            "provider_name": ANY,
            "author_name": String(49, shortest=0),
        },
    ),
    "file": Shape({"external_id": WORD, "source": words("remote")}, surfaces=ONLY_MESSAGES),
    "call": Shape(
        {"call_id": WORD},
        {"call": Shape(open=True), "api_decoration_available": FLAG},
        surfaces=ONLY_MESSAGES,
    ),
    "alert": Shape(
        {"text": text(200)},
        {"level": words("default", "info", "warning", "error", "success")},
        surfaces={MODAL},
    ),
    "card": Shape(
        may={
            "hero_image": PICTURE,
            "icon": PICTURE,
            "slack_icon": Shape({"type": words("icon"), "name": WORD}),
            "title": text(150),
            "subtitle": text(150),
            "body": text(200),
            "actions": Items(element("button")),
        },
        either=("hero_image", "title", "actions", "body"),
        apart=("icon", "slack_icon"),
    ),
    "task_card": Shape(
        {
            "task_id": WORD,
            "title": WORD,
            "status": words("pending", "in_progress", "complete", "error"),
        },
        {"details": RICH, "output": RICH, "sources": Items(element("url"), least=0)},
        surfaces=ONLY_MESSAGES,
    ),
}


def block(*names: str) -> Typed:
    """One of these blocks."""
    return Typed("block", BLOCKS, frozenset(names))


BLOCKS["carousel"] = Shape({"elements": Items(block("card"), 10)}, surfaces={MESSAGE, HOME})
BLOCKS["plan"] = Shape(
    {"title": WORD}, {"tasks": Items(block("task_card"), 50, least=0)}, surfaces=ONLY_MESSAGES
)
_INNER = "actions context divider file header image input rich_text section table video"
BLOCKS["container"] = Shape(
    {"child_blocks": Items(block(*_INNER.split()), 10)},
    {
        "title": plain(150),
        "rich_text_title": RICH,
        "subtitle": text(150),
        "width": words("narrow", "standard", "wide", "full"),
        "icon": PICTURE,
        **dict.fromkeys(("is_collapsible", "default_collapsed", "has_header_divider"), FLAG),
    },
    either=("title", "rich_text_title"),
    surfaces=ONLY_MESSAGES,
)
BLOCKS["auth_provider"] = Shape(
    {"value": String(150), "name": plain(75), "is_connected": FLAG},
    {
        "description": plain(150),
        **dict.fromkeys(("icon_url", "auth_url", "disconnect_url"), HTTPS),
        **dict.fromkeys(("connected_identity", "connected_context"), plain(75)),
        "accessory": element("overflow"),
        # The table lacks this block as yet, so that blocks do not nest without end.
        "fallback": Items(block(*BLOCKS), least=0),
    },
)
for _name, _shape in BLOCKS.items():
    BLOCKS[_name] = replace(_shape, may={**_shape.may, "block_id": ID})
BLOCK = block(*BLOCKS)

# Payloads ------------------------------------------------------------------------------------

MESSAGE_TEXT = String(40_000, shortest=0)
MESSAGE_BLOCKS = Items(BLOCK, 50, least=0)
_VIEW: Keys = {
    "callback_id": ID,
    "external_id": ID,
    "private_metadata": String(3000, shortest=0),
    "clear_on_close": FLAG,
    "notify_on_close": FLAG,
}
_VIEW_BLOCKS: Keys = {"blocks": Items(BLOCK, 100)}
VIEWS = {
    "modal": Shape(
        {"title": plain(24), **_VIEW_BLOCKS}, {"submit": plain(24), "close": plain(24), **_VIEW}
    ),
    "home": Shape(_VIEW_BLOCKS, {"title": plain(24), **_VIEW}),
}
VIEW = Typed("view", VIEWS, VIEWS.keys())
