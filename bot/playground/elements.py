"""The interactive elements inside blocks: their names, what they hold, and what may be put in.

An element's state is the dict of that name in Slack's payloads: `{"type": …, "value": …}`.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.playground.blockkit import DAY, TIME, String
from bot.playground.errors import RefusedError

Json = dict[str, Any]
Values = dict[str, dict[str, Json]]

# The key under which an element keeps what was put in.
_HOLDS = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "rich_text_input": "rich_text_value",
    "file_input": "files",
}
_MANY = {
    "selected_options",
    "selected_users",
    "selected_channels",
    "selected_conversations",
    "files",
}

# Pressed rather than filled in: there is nothing to keep.
_PRESSED = {"button", "icon_button", "feedback_buttons", "overflow", "workflow_button"}
_TOLD = {"text", "value", "style"}
_WRITTEN = {"selected_date": DAY, "selected_time": TIME}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL = re.compile(r"https?://[^\s/]+\S*")

REQUIRED = "Please complete this required field."


@dataclass(frozen=True)
class Element:
    """An interactive element and the block it stands in."""

    block: Json
    body: Json

    @property
    def type(self) -> str:
        """Its type, as blocks name it."""
        return str(self.body["type"])

    @property
    def holds(self) -> str | None:
        """The key of its value, if it keeps one."""
        return _HOLDS.get(self.type)

    @property
    def is_input(self) -> bool:
        """Whether it is filled in and sent with a form, rather than at once."""
        return bool(self.block["type"] == "input")

    @property
    def sends_at_once(self) -> bool:
        """Whether using it tells the app."""
        return not self.is_input or bool(self.block.get("dispatch_action", False))


def name_all(blocks: Iterable[Json], numbers: Iterator[int]) -> None:
    """Give every block and element without an id one, as Slack does."""
    for block in _all_blocks(blocks):
        if not block.get("block_id"):
            block["block_id"] = f"b{next(numbers)}"
        for element in _inside(block):
            if not element.get("action_id"):
                element["action_id"] = f"a{next(numbers)}"


def elements(blocks: Iterable[Json]) -> Iterator[Element]:
    """Yield all the elements one can act on."""
    for block in _all_blocks(blocks):
        for body in _inside(block):
            yield Element(block, body)


def find(blocks: Iterable[Json], block_id: object, action_id: object) -> Element:
    """Return the element of these ids; raises RefusedError if there is none."""
    for element in elements(blocks):
        if (element.block["block_id"], element.body["action_id"]) == (block_id, action_id):
            return element
    raise RefusedError(f"There is nothing called {action_id!r} in a block {block_id!r} here.")


def pressed(element: Element, action: Mapping[str, Any]) -> Json:
    """Return what a press says in the payload; raises RefusedError for a value it does not have."""
    match element.type:
        case "overflow":
            return {"selected_option": _option(element, action.get("selected_option"))}
        case "feedback_buttons":
            sides = (element.body["positive_button"], element.body["negative_button"])
            values = [side["value"] for side in sides]
            if action.get("value") not in values:
                raise RefusedError(f"The feedback buttons stand for {values[0]} and {values[1]}.")
            return {"value": action["value"]}
    value = element.body.get("value")
    if "value" in action and action["value"] != value:
        raise RefusedError(f"The button stands for {value!r}, not {action['value']!r}.")
    return {key: inner for key, inner in element.body.items() if key in _TOLD}


def filled(element: Element, given: Mapping[str, Any]) -> Json:
    """Return the state of an element after a person put this in; raises RefusedError.

    Only what the element offers can be chosen; whether it is enough is asked on submission.
    """
    key = element.holds
    if key is None:
        raise RefusedError(f"A {element.type} holds nothing.")
    if strange := given.keys() - {key, "type", "block_id", "action_id"}:
        raise RefusedError(f"A {element.type} has no {', '.join(sorted(strange))}; it has {key}.")
    value = given.get(key)
    if value and key == "selected_option":
        value = _option(element, value)
    elif value and key == "selected_options":
        value = [_option(element, one) for one in value]
    elif value and key in _WRITTEN:
        _check_written(element, _WRITTEN[key], value)
    most = element.body.get("max_selected_items")
    if most is not None and len(value or ()) > most:
        raise RefusedError(f"Please choose at most {most}.")
    return {"type": element.type, key: value or _nothing(key)}


def _check_written(element: Element, rule: String, value: object) -> None:
    if not (isinstance(value, str) and rule.pattern and rule.pattern.fullmatch(value)):
        raise RefusedError(f"A {element.type} holds {rule.meaning}.")


def state(blocks: Iterable[Json], values: Values) -> Values:
    """Return what a form holds: what it began with, but where a person put something in."""
    found: Values = {}
    for element in elements(blocks):
        key = element.holds
        if key is None or element.type in _PRESSED:
            continue
        block_id, action_id = element.block["block_id"], element.body["action_id"]
        held = values.get(block_id, {}).get(action_id)
        found.setdefault(block_id, {})[action_id] = held or _initial(element, key)
    return found


def missing(blocks: Iterable[Json], values: Values) -> dict[str, str]:
    """Return what Slack's client finds wrong with a form before it sends it, by block id."""
    found = {}
    for element in elements(blocks):
        if not element.is_input or (key := element.holds) is None:
            continue
        block_id = element.block["block_id"]
        value = values.get(block_id, {}).get(element.body["action_id"], {}).get(key)
        if value is None or value in ("", []):
            if not element.block.get("optional", False):
                found[block_id] = REQUIRED
        elif sentence := _unfit(element, value):
            found[block_id] = sentence
    return found


def _unfit(element: Element, value: Any) -> str | None:
    body = element.body
    match element.type:
        case "plain_text_input":
            return _unfit_text(body, value)
        case "url_text_input" if not _URL.fullmatch(value):
            return "Please enter a valid URL."
        case "email_text_input" if not _EMAIL.fullmatch(value):
            return "Please enter a valid email address."
        case "number_input":
            return _unfit_number(body, str(value))
    return None


def _unfit_text(body: Json, value: str) -> str | None:
    if len(value) < (least := body.get("min_length", 0)):
        return f"Please use at least {least} characters."
    if len(value) > (most := body.get("max_length", 3000)):
        return f"Please use at most {most} characters."
    return None


def _unfit_number(body: Json, value: str) -> str | None:
    try:
        number = float(value) if body.get("is_decimal_allowed") else int(value)
    except ValueError:
        return "Please enter a valid number."
    if (least := body.get("min_value")) is not None and number < float(least):
        return f"Please enter a number of at least {least}."
    if (most := body.get("max_value")) is not None and number > float(most):
        return f"Please enter a number of at most {most}."
    return None


def _initial(element: Element, key: str) -> Json:
    initial = "initial_value" if key == "value" else key.replace("selected_", "initial_")
    return {"type": element.type, key: element.body.get(initial) or _nothing(key)}


def _nothing(key: str) -> list[Any] | None:
    """Return how a form says that nothing was put in."""
    return [] if key in _MANY else None


def _option(element: Element, given: object) -> Json:
    """Return the element's own option that a person means, by its value."""
    value = given.get("value") if isinstance(given, Mapping) else given
    groups = [group["options"] for group in element.body.get("option_groups", ())]
    for option in itertools.chain(element.body.get("options", ()), *groups):
        if option.get("value") == value:
            found: Json = option
            return found
    raise RefusedError(f"{value!r} is not among the options of {element.body['action_id']!r}.")


def _all_blocks(blocks: Iterable[Json]) -> Iterator[Json]:
    for block in blocks:
        yield block
        match block.get("type"):
            case "carousel":
                yield from _all_blocks(block.get("elements", ()))
            case "container":
                yield from _all_blocks(block.get("child_blocks", ()))


def _inside(block: Json) -> Iterator[Json]:
    match block.get("type"):
        case "section":
            found = [block["accessory"]] if "accessory" in block else []
        case "input":
            found = [block["element"]]
        case "actions" | "context_actions":
            found = block["elements"]
        case "card":
            found = block.get("actions", [])
        case _:
            return
    yield from (one for one in found if one["type"] in _HOLDS or one["type"] in _PRESSED)
