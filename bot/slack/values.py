"""What a button carries: enough to act on a click without remembering anything.

The value of a button and the private metadata of a modal come back as they were sent, to whichever
replica is asked, after any restart. So the question travels with them, and nothing of it is stored.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any, ClassVar

from annotated_types import Ge
from pydantic import TypeAdapter, ValidationError

from bot import question
from bot.errors import BotError
from bot.model import Surface

# Slack takes 2,000 characters of value; escapes make six of one.
_LONGEST_VALUE = 1_900
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


class StaleButtonError(BotError):
    """A button holds what this version cannot read."""

    def __init__(self) -> None:
        super().__init__("This button is from another version of me. Please ask again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What a button knows of the question it stands under."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "strict": True}

    question: str = ""
    """The question as it was searched for."""
    surface: Surface = "mention"
    resource: str = ""
    """Id of the resource it is about, if it is about one."""
    topic: str = ""
    """Id of the topic it is about, if it is about one."""
    channel: str = ""
    """Where to post, where that is not where the button is."""
    thread: str = ""
    """`ts` of the message under which to post."""
    start: Annotated[int, Ge(0)] = 0
    """How many were shown already, under *More*."""
    asking: str = ""
    """Name of the question it stands under, by which thumbs and wishes are kept."""
    suggestion: Annotated[int, Ge(0)] = 0
    """Number of the suggestion it is about, if it is about one."""
    useful: bool | None = None
    """What a thumb says."""


_DEFAULTS = asdict(Carried())
_READER = TypeAdapter(Carried)


def searchable(message: str) -> str:
    """The part of a message that is searched and carried: all of it, unless it is very long.

    Of a long message the sentences that ask are kept. Searching what the buttons carry keeps
    *Why this?* and *More* true to the answer they stand under.
    """
    text = question.essence(message)
    if _fits(text):
        return text
    asked = question.parse(message)
    text = asked.text if asked.asks else text
    while not _fits(text):
        text = text[: len(text) * 3 // 4]
    return text


def packed(carried: Carried) -> str:
    """The value of a button: JSON, only what is not default, and nothing that Slack may read."""
    told = {
        name: value
        for name, default in _DEFAULTS.items()
        if (value := getattr(carried, name)) != default
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)


def unpacked(value: object) -> Carried:
    """What a value carries; raises StaleButtonError if it is none of ours."""
    try:
        return _READER.validate_json(str(value))
    except ValidationError as error:
        raise StaleButtonError from error


def filled_in(view: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed and chosen in a form, by block: texts without spaces around, and lists."""
    given: dict[str, Any] = {}
    for block, actions in view["state"]["values"].items():
        for state in actions.values():
            if "selected_options" in state:
                given[block] = [option["value"] for option in state["selected_options"] or ()]
            elif "selected_option" in state:
                given[block] = (state["selected_option"] or {}).get("value", "")
            elif "selected_time" in state:
                given[block] = state["selected_time"] or ""
            else:
                given[block] = (state.get("value") or "").strip()
    return given


def _fits(text: str) -> bool:
    return len(json.dumps(text, ensure_ascii=False).translate(_ESCAPES)) <= _LONGEST_VALUE - 350
