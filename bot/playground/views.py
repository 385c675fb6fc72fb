"""Modals and Home tabs: what each person has open, and what an app may do to it."""

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.playground import app, blocks, elements
from bot.playground.elements import Values
from bot.playground.errors import SlackError

MAX_BYTES = 250_000
MAX_STACK = 3


@dataclass(slots=True, eq=False)
class View:
    """A modal that a person has open, or their Home tab."""

    id: str
    user: str
    body: dict[str, Any]
    hash: str
    root: str
    previous: str | None = None
    values: Values = field(default_factory=dict)
    errors: dict[str, str] | None = None
    busy: bool = False

    @property
    def type(self) -> str:
        """`modal` or `home`."""
        return str(self.body["type"])

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """The blocks it shows."""
        found: list[dict[str, Any]] = self.body["blocks"]
        return found

    def state(self) -> Values:
        """Return what its elements hold now."""
        return elements.state(self.blocks, self.values)

    def json(self, team: str) -> dict[str, Any]:
        """Return the view as Slack sends it."""
        body = self.body
        return {
            "id": self.id,
            "team_id": team,
            "type": self.type,
            "blocks": self.blocks,
            "private_metadata": body.get("private_metadata", ""),
            "callback_id": body.get("callback_id", ""),
            "external_id": body.get("external_id", ""),
            "state": {"values": self.state()},
            "hash": self.hash,
            "title": body.get("title"),
            "submit": body.get("submit"),
            "close": body.get("close"),
            "clear_on_close": body.get("clear_on_close", False),
            "notify_on_close": body.get("notify_on_close", False),
            "submit_disabled": body.get("submit_disabled", False),
            "root_view_id": self.root,
            "previous_view_id": self.previous,
            "app_id": app.ID,
            "app_installed_team_id": team,
            "bot_id": app.BOT,
        }


class Views:
    """Every open modal and published Home tab."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._numbers = itertools.count(1)
        self._names = itertools.count(1)
        self.stacks: dict[str, list[View]] = {}
        """The modals of each person, bottom to top."""
        self.homes: dict[str, View] = {}

    def check(self, body: object, type_: str) -> dict[str, Any]:
        """Return a view that Slack takes; raises what it answers to any other."""
        if not isinstance(body, dict):
            raise SlackError("invalid_arguments", ["[ERROR] view: not an object"])
        if len(json.dumps(body, ensure_ascii=False).encode()) > MAX_BYTES:
            raise SlackError("view_too_large")
        if problems := blocks.view_problems(body):
            raise SlackError("invalid_arguments", problems)
        if body["type"] != type_:
            raise SlackError("invalid_arguments", [f"[ERROR] view.type: must be {type_!r} here"])
        elements.name_all(body["blocks"], self._names)
        return body

    def open(self, user: str, body: dict[str, Any]) -> View:
        """Open a modal as the only one of this person."""
        self._refuse_taken(body)
        view = self._new(user, body)
        self.stacks[user] = [view]
        return view

    def push(self, user: str, body: dict[str, Any]) -> View:
        """Open a modal on top of the others."""
        stack = self.stacks.get(user, [])
        if not stack:
            raise SlackError("invalid_trigger_id")
        if len(stack) >= MAX_STACK:
            raise SlackError("push_limit_reached")
        self._refuse_taken(body)
        view = self._new(user, body)
        view.root, view.previous = stack[0].id, stack[-1].id
        stack.append(view)
        return view

    def update(self, view: View, body: dict[str, Any], hash_: str | None = None) -> View:
        """Replace what a view shows, unless `hash_` says that the app saw another state of it."""
        if hash_ is not None and hash_ != view.hash:
            raise SlackError("hash_conflict")
        self._refuse_taken(body, view)
        view.body, view.hash, view.errors = body, self._hash(), None
        # What was put in stays where the same input still is.
        inside = elements.elements(view.blocks)
        known = {(one.block["block_id"], one.body["action_id"]) for one in inside}
        view.values = {
            block_id: kept
            for block_id, actions in view.values.items()
            if (kept := {name: held for name, held in actions.items() if (block_id, name) in known})
        }
        return view

    def publish(self, user: str, body: dict[str, Any], hash_: str | None = None) -> View:
        """Show this on a person's Home tab."""
        if (view := self.homes.get(user)) is not None:
            return self.update(view, body, hash_)
        self.homes[user] = self._new(user, body)
        return self.homes[user]

    def close(self, view: View) -> None:
        """Take a modal away; what lies on top of it goes with it."""
        stack = self.stacks.get(view.user, [])
        if view in stack:
            del stack[stack.index(view) :]

    def clear(self, user: str) -> None:
        """Take all the modals of a person away."""
        self.stacks.pop(user, None)

    def find(self, view_id: object = None, external_id: object = None) -> View | None:
        """Return the open view of this id, or of this id of the app's own choice."""
        for view in itertools.chain(*self.stacks.values(), self.homes.values()):
            if view.id == view_id:
                return view
            if external_id and view.body.get("external_id") == external_id:
                return view
        return None

    def _new(self, user: str, body: dict[str, Any]) -> View:
        view_id = f"V{next(self._numbers)}"
        return View(view_id, user, body, self._hash(), root=view_id)

    def _hash(self) -> str:
        return f"{int(self._clock())}.{next(self._numbers):08x}"

    def _refuse_taken(self, body: Mapping[str, Any], but: View | None = None) -> None:
        if external_id := body.get("external_id"):
            taken = self.find(external_id=external_id)
            if taken is not None and taken is not but:
                raise SlackError("duplicate_external_id")
