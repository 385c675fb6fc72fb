"""What people do in a workspace, and what the app is sent because of it.

Everything that Slack's client would not let a person do raises RefusedError. Nothing here waits
for the app: what comes of a delivery is to be read from it later.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from bot.playground import answers, elements, payloads
from bot.playground.clock import Clock
from bot.playground.conversation import Conversation, Message
from bot.playground.delivery import Delivery, Kind, Post
from bot.playground.elements import Element, Values
from bot.playground.errors import RefusedError
from bot.playground.payloads import Act
from bot.playground.views import View
from bot.playground.workspace import Workspace

Json = dict[str, Any]


class People:
    """Everybody in a workspace but the app."""

    def __init__(
        self, workspace: Workspace, post: Post, changed: Callable[[], None], clock: Clock
    ) -> None:
        self.workspace = workspace
        self.clock = clock
        """What time it is here; they can move it."""
        self._post = post
        self._changed = changed
        self._event_numbers = 0
        self.base_url = ""
        """Where response URLs begin."""

    # Messages and channels

    async def say(
        self,
        user: str,
        channel: str,
        text: str,
        *,
        thread_ts: str | None = None,
        files: tuple[Json, ...] = (),
        subtype: str | None = None,
        broadcast: bool = False,
    ) -> str:
        """Say something, in Slack's text; returns the ts."""
        message = self.workspace.say(
            user,
            channel,
            text,
            thread_ts=thread_ts,
            files=files,
            subtype=subtype,
            broadcast=broadcast,
        )
        self.flush()
        return message.ts

    async def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        """Change one's own message."""
        self.workspace.edit(user, channel, ts, text)
        self.flush()

    async def delete(self, user: str, channel: str, ts: str) -> None:
        """Take one's own message back."""
        self.workspace.delete(*self.workspace.own(user, channel, ts))
        self.flush()

    async def join(self, user: str, channel: str, inviter: str | None = None) -> None:
        """Come into a channel."""
        self.workspace.join(user, channel, inviter)
        self.flush()

    async def leave(self, user: str, channel: str) -> None:
        """Leave a channel."""
        self.workspace.leave(user, channel)
        self.flush()

    async def invite_app(self, channel: str, by: str | None = None) -> None:
        """Invite the app to a channel."""
        self.workspace.invite_app(channel, by or self._anybody(channel))
        self.flush()

    async def remove_app(self, channel: str, by: str | None = None) -> None:
        """Remove the app from a channel."""
        self.workspace.remove_app(channel, by or self._anybody(channel))
        self.flush()

    async def archive(self, channel: str, by: str | None = None) -> None:
        """Archive a channel."""
        self.workspace.archive(channel, by or self._anybody(channel))
        self.flush()

    async def unarchive(self, channel: str, by: str | None = None) -> None:
        """Open an archived channel again."""
        self.workspace.unarchive(channel, by or self._anybody(channel))
        self.flush()

    async def uninstall(self) -> None:
        """Take the app out of the workspace."""
        self.workspace.uninstall()
        self.flush()

    async def open_home(self, user: str, tab: str = "home") -> None:
        """Open the app's Home tab, or its messages."""
        self.workspace.open_home(user, tab)
        self.flush()

    def typed(self, user: str, text: str) -> str:
        """Return what Slack's composer makes of what a person types."""
        return self.workspace.typed(user, text)

    # Commands and shortcuts

    async def command(self, user: str, channel: str, command: str, text: str = "") -> Delivery:
        """Use a slash command in a conversation, which is never a thread."""
        workspace = self.workspace
        where = workspace.member(user, channel)
        known = workspace.app.commands.get(command)
        if known is None or not workspace.app.may("commands"):
            raise RefusedError(f"{command} is not a valid command.")
        if where.archived:
            raise RefusedError(f"#{where.name} is archived.")
        sent = workspace.typed(user, text) if known.should_escape else text
        typed = f"{command} {text}".rstrip()
        return self._send(
            "slash_commands",
            f"command {command}",
            payloads.command(self._act_in(user, where), where, command, sent),
            user=user,
            answered=lambda answer: answers.to_command(workspace, user, where, typed, answer),
            missed=lambda: answers.missed_command(workspace, user, command),
        )

    async def shortcut(
        self, user: str, callback_id: str, channel: str | None = None, ts: str | None = None
    ) -> Delivery:
        """Use a shortcut: a global one, or one on a message."""
        workspace = self.workspace
        known = workspace.app.shortcuts.get(callback_id)
        if known is None or not workspace.app.may("commands"):
            raise RefusedError(f"There is no shortcut {callback_id!r}.")
        if (known.type == "message") != (channel is not None and ts is not None):
            raise RefusedError(f"{known.name} is a {known.type} shortcut.")
        if user not in workspace.users:
            raise RefusedError(f"There is nobody with the id {user!r}.")
        at = workspace.stamp()
        if channel is not None and ts is not None:
            where, message = self._seen(user, channel, ts)
            act = self._act_in(user, where)
            payload = payloads.message_shortcut(act, callback_id, at, where, message)
        else:
            payload = payloads.global_shortcut(self._act(user), callback_id, at)
        return self._click(f"shortcut {callback_id}", payload, user)

    # Blocks and forms

    async def act(
        self, user: str, container: Mapping[str, Any], action: Mapping[str, Any]
    ) -> Delivery | None:
        """Use an element of a message or a view; None if using it tells the app nothing yet."""
        match container:
            case {"type": "message", "channel": str(channel), "ts": str(ts)}:
                return self._act_on_message(user, *self._seen(user, channel, ts), action)
            case {"type": "view", "view_id": str(view_id)}:
                return self._act_on_view(user, self._view(user, view_id), action)
        raise RefusedError(f"A container is a message or a view, not {dict(container)}.")

    async def submit(self, user: str, view_id: str, values: Values | None = None) -> Delivery:
        """Fill in the top modal and submit it; raises RefusedError for what is not filled in."""
        view = self._top(user, view_id)
        self._fill(view, values or {})
        if not view.body.get("submit"):
            raise RefusedError("This modal has nothing to submit.")
        if errors := elements.missing(view.blocks, view.state()):
            view.errors = errors
            self._changed()
            sentences = (f"{block}: {sentence}" for block, sentence in errors.items())
            raise RefusedError(" ".join(sentences), errors)
        view.errors, view.busy = None, True
        workspace = self.workspace
        return self._send(
            "interactive",
            f"submit {view.body.get('callback_id') or view.id}",
            payloads.submission(self._act(user, view), view),
            user=user,
            answered=lambda answer: answers.to_submission(workspace, view, answer),
            missed=lambda: answers.missed_submission(workspace, view),
        )

    async def close(self, user: str, view_id: str) -> Delivery | None:
        """Close the top modal; None if the app does not want to know."""
        view, workspace = self._top(user, view_id), self.workspace
        clears = bool(view.body.get("clear_on_close"))
        shown = view.body.get("callback_id") or view.id
        act = Act(workspace.domain, workspace.users[user])
        payload = payloads.closed(act, view, is_cleared=clears)
        if clears:
            workspace.views.clear(user)
        else:
            workspace.views.close(view)
        self._changed()
        if not view.body.get("notify_on_close"):
            return None
        return self._click(f"close {shown}", payload, user)

    def flush(self) -> None:
        """Send the app what it hears of what has happened."""
        workspace = self.workspace
        for event in workspace.events:
            self._event_numbers += 1
            payload = payloads.event(event, self._event_numbers)
            self._send("events_api", f"event {event['type']}", payload)
        workspace.events.clear()
        self._changed()

    # How it is done

    def _act_on_message(
        self, user: str, where: Conversation, message: Message, action: Mapping[str, Any]
    ) -> Delivery | None:
        element = elements.find(
            message.blocks or (), action.get("block_id"), action.get("action_id")
        )
        said = self._used(element, action, message.values)
        if not element.sends_at_once:
            self._changed()
            return None
        act = self._act_in(user, where, message)
        payload = payloads.message_action(act, where, message, said)
        return self._click(_label(element), payload, user)

    def _act_on_view(self, user: str, view: View, action: Mapping[str, Any]) -> Delivery | None:
        element = elements.find(view.blocks, action.get("block_id"), action.get("action_id"))
        said = self._used(element, action, view.values)
        if not element.sends_at_once:
            self._changed()
            return None
        payload = payloads.view_action(self._act(user, view), view, said)
        return self._click(_label(element), payload, user)

    def _used(self, element: Element, action: Mapping[str, Any], values: Values) -> Json:
        """Note what was put into an element, and return the action that says so."""
        block_id, action_id = element.block["block_id"], element.body["action_id"]
        names = {"block_id": block_id, "action_id": action_id}
        if element.holds is None:
            said = elements.pressed(element, action)
        else:
            said = self._filled(element, action)
            values.setdefault(block_id, {})[action_id] = said
        return {"type": element.type, **names, **said, "action_ts": self.workspace.stamp()}

    def _fill(self, view: View, values: Values) -> None:
        filled = [
            (
                block_id,
                action_id,
                self._filled(elements.find(view.blocks, block_id, action_id), given),
            )
            for block_id, actions in values.items()
            for action_id, given in actions.items()
        ]
        for block_id, action_id, held in filled:
            view.values.setdefault(block_id, {})[action_id] = held

    def _filled(self, element: Element, given: Mapping[str, Any]) -> Json:
        """Return what an element holds; raises RefusedError for a person or place unknown."""
        held = elements.filled(element, given)
        known = {**self.workspace.users, **self.workspace.conversations}
        for kind in ("user", "channel", "conversation"):
            chosen = [held.get(f"selected_{kind}"), *held.get(f"selected_{kind}s", ())]
            if unknown := [one for one in chosen if one is not None and one not in known]:
                raise RefusedError(f"There is no {kind} {unknown[0]!r}.")
        return held

    def _seen(self, user: str, channel: str, ts: str) -> tuple[Conversation, Message]:
        where = self.workspace.member(user, channel)
        message = where.messages.get(ts)
        if message is None or message.hidden or message.seen_by not in (None, user):
            raise RefusedError(f"{user} sees no message {ts} there.")
        return where, message

    def _view(self, user: str, view_id: str) -> View:
        view = self.workspace.views.find(view_id)
        if view is None or view.user != user:
            raise RefusedError(f"{user} has no view {view_id!r} open.")
        return view

    def _top(self, user: str, view_id: str) -> View:
        view = self._view(user, view_id)
        if self.workspace.views.stacks.get(user, [None])[-1] is not view:
            raise RefusedError(f"The view {view_id!r} is not the one on top.")
        if view.busy:
            raise RefusedError("The modal has been submitted already.")
        return view

    def _anybody(self, channel: str) -> str:
        where = self.workspace.conversations.get(channel)
        members = () if where is None else where.members
        return next(iter(members), next(iter(self.workspace.users)))

    def _act(self, user: str, view: View | None = None) -> Act:
        """An act that may open a modal; on top of this one, if it is one."""
        workspace = self.workspace
        inside = view.id if view is not None and view.type == "modal" else None
        lent = {"trigger_id": workspace.triggers.issue(user, inside)}
        return Act(workspace.domain, workspace.users[user], lent)

    def _act_in(self, user: str, where: Conversation, original: Message | None = None) -> Act:
        """An act that may also be answered where it was done."""
        act = self._act(user)
        secret = self.workspace.responses.issue(user, where, original)
        return replace(act, lent={**act.lent, "response_url": f"{self.base_url}response/{secret}"})

    def _click(self, what: str, payload: Json, user: str) -> Delivery:
        missed = partial(answers.missed_interaction, self.workspace, user, what)
        return self._send("interactive", what, payload, user=user, missed=missed)

    def _send(
        self,
        kind: Kind,
        what: str,
        payload: Json,
        *,
        user: str | None = None,
        answered: Callable[[Json | None], None] | None = None,
        missed: Callable[[], None] | None = None,
    ) -> Delivery:
        if kind == "interactive" and not self.workspace.app.interactive:
            raise RefusedError("The app's manifest does not switch interactivity on.")
        number, at = len(self._post.deliveries) + 1, float(self.workspace.stamp())
        delivery = Delivery(f"d{number}", kind, what, payload, at, user)
        if answered is not None:
            delivery.answered = partial(self._answered, answered)
        delivery.missed = missed
        self._post.send(delivery)
        return delivery

    def _answered(self, answered: Callable[[Json | None], None], answer: Json | None) -> None:
        answered(answer)
        self.flush()


def _label(element: Element) -> str:
    return f"{element.type} {element.body['action_id']}"
