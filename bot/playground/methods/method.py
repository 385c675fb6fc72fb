"""What a method of the Web API is, and how it reads what it was called with.

Arguments come as JSON or as a form; a form writes `true` as 1 and nested values as JSON text.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.playground.errors import SlackError
from bot.playground.workspace import Workspace

Json = dict[str, Any]

_NESTED = ("blocks", "attachments", "metadata", "view", "message", "prompts", "loading_messages")
_TRUE = (True, 1, "1", "true", "True")


class Arguments:
    """What a method was called with."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.given = dict(given)
        for name in _NESTED:
            if isinstance(self.given.get(name), str):
                self.given[name] = self._parsed(name)

    def _parsed(self, name: str) -> object:
        try:
            return json.loads(self.given[name])
        except ValueError:
            raise SlackError(
                "invalid_arguments", [f"[ERROR] not JSON [json-pointer:/{name}]"]
            ) from None

    def text(self, name: str) -> str:
        """Return a text that has to be there; raises `invalid_arguments`."""
        if (found := self.optional(name)) is None:
            raise SlackError("invalid_arguments", [f"[ERROR] missing required field: {name}"])
        return found

    def optional(self, name: str) -> str | None:
        """Return a text, or None; an empty one counts as none."""
        found = self.given.get(name)
        if found is not None and not isinstance(found, str):
            message = f"[ERROR] must be a string [json-pointer:/{name}]"
            raise SlackError("invalid_arguments", [message])
        return found or None

    def flag(self, name: str) -> bool:
        """Whether something is switched on."""
        return self.given.get(name) in _TRUE

    def number(self, name: str, default: int, most: int) -> int:
        """Return a number from 1 to `most`; raises `invalid_limit`."""
        try:
            found = int(self.given.get(name) or default)
        except (TypeError, ValueError):
            raise SlackError("invalid_limit") from None
        if not 1 <= found <= most:
            raise SlackError("invalid_limit")
        return found


@dataclass(frozen=True)
class Method:
    """A method: what it does, and which of these scopes it needs one of."""

    run: Callable[[Workspace, Arguments], Json]
    scopes: tuple[str, ...] = ()
    caller: Literal["bot", "app", "anyone"] = "bot"
    """Whose token it takes."""


def page(items: list[Json], arguments: Arguments, default: int = 100) -> tuple[list[Json], Json]:
    """Return one page of a list, and the metadata that leads to the next."""
    limit = arguments.number("limit", default, 1000)
    cursor = arguments.optional("cursor")
    try:
        start = int(cursor.removeprefix("at:")) if cursor else 0
    except ValueError:
        raise SlackError("invalid_cursor") from None
    more = start + limit < len(items)
    return items[start : start + limit], {"next_cursor": f"at:{start + limit}" if more else ""}


def require(workspace: Workspace, scope: str) -> None:
    """Raise `missing_scope` unless the app has this scope."""
    if scope not in workspace.app.scopes:
        provided = ",".join(workspace.app.scopes)
        raise SlackError("missing_scope", needed=scope, provided=provided)
