"""A workspace with one app in it: what is there, who may do what, and what the app hears of it.

Nothing here waits, opens or asks for the time but by the clock it is given. What the app hears is
put into `events`, for whoever carries it there; what would embarrass the app's author but not stop
Slack is put into `warnings`.
"""

import itertools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bot.playground import app as apps
from bot.playground import composer, elements, news, objects
from bot.playground.app import App
from bot.playground.conversation import Conversation, Message
from bot.playground.draft import Draft
from bot.playground.errors import RefusedError, SlackError
from bot.playground.seed import Said, Seed, User
from bot.playground.tickets import TRIGGER_SECONDS, Responses, Triggers
from bot.playground.views import Views

_SEED_GAP = 60
"""Seconds between two messages of the seed."""

_TOMBSTONE = "This message was deleted."


@dataclass(frozen=True)
class Notice:
    """What Slack's client tells one person, outside any conversation."""

    id: str
    text: str
    kind: str


class Workspace:
    """The state, and the rules by which people and the app change it."""

    def __init__(
        self,
        app: App,
        seed: Seed,
        clock: Callable[[], float],
        trigger_seconds: float = TRIGGER_SECONDS,
    ) -> None:
        self.app = app
        self.seed = seed
        self.clock = clock
        self.domain = re.sub(r"[^a-z0-9]+", "-", seed.name.casefold()).strip("-") or "workspace"
        self.users = {user.id: user for user in seed.users}
        if apps.USER in self.users:
            raise ValueError(f"{apps.USER} is the app's own user")
        self.conversations: dict[str, Conversation] = {}
        self.direct: dict[str, Conversation] = {}
        """The messages of each person with the app."""
        self.views = Views(clock)
        self.triggers = Triggers(clock, trigger_seconds)
        self.responses = Responses(clock)
        self.events: list[dict[str, Any]] = []
        self.warnings: list[str] = []
        self.notices: dict[str, list[Notice]] = {}
        self.prompts: dict[str, dict[str, Any]] = {}
        self.statuses: dict[tuple[str, str | None], str] = {}
        self.revoked: str | None = None
        """What every call of the app is answered with, once its tokens are void."""
        self._names = itertools.count(1)
        self._last = 0
        self._settle(seed)

    def _settle(self, seed: Seed) -> None:
        created = int(self.clock()) - _SEED_GAP * (len(seed.messages) + 1)
        for one in seed.channels:
            self.conversations[one.id] = Conversation(
                one.id,
                one.name,
                "private" if one.private else "channel",
                one.purpose,
                one.creator or next(iter(one.members), ""),
                created,
                dict.fromkeys(one.members),
                app_in=one.app_is_member,
            )
        for number, user in enumerate(seed.users, 1):
            direct = Conversation(
                f"D{number}", self.app.name, "im", creator=user.id, created=created, app_in=True
            )
            direct.members[user.id] = None
            self.conversations[direct.id] = self.direct[user.id] = direct
        self._say_all(seed.messages, created)

    def _say_all(self, messages: Iterable[Said], since: int) -> None:
        roots: dict[Said, str] = {}
        for number, said in enumerate(messages, 1):
            ts = f"{since + number * _SEED_GAP}.{number:06d}"
            root = None if said.thread is None else roots[said.thread]
            roots[said] = root or ts
            message = Message(ts, said.user, said.text, thread_ts=root)
            self._put(self.conversations[said.channel], message)

    # Reading

    def stamp(self) -> str:
        """Return the time as Slack writes it, never twice the same.

        It never goes back, even if the clock does: whoever reads by time, app or page, reads what
        was said in the order in which it was said.
        """
        self._last = max(self._last + 1, int(self.clock() * 1_000_000))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def reachable(self, channel: str) -> Conversation:
        """Return a conversation that the app can know of; raises `channel_not_found`."""
        found = self.conversations.get(channel)
        if found is None or (found.kind == "private" and not found.app_in):
            raise SlackError("channel_not_found")
        return found

    def joined(self, channel: str) -> Conversation:
        """Return a conversation that the app is in; raises what Slack says of any other."""
        found = self.reachable(channel)
        if not found.app_in:
            raise SlackError("not_in_channel")
        return found

    def person(self, user: str) -> User:
        """Return a person; raises `user_not_found`."""
        if (found := self.users.get(user)) is None:
            raise SlackError("user_not_found")
        return found

    # The app writes

    def post(
        self,
        where: Conversation,
        draft: Draft,
        *,
        thread_ts: str | None = None,
        broadcast: bool = False,
        shared_by: str | None = None,
    ) -> Message:
        """Say something as the app; raises `is_archived` and `thread_not_found`."""
        if where.archived:
            raise SlackError("is_archived")
        self._root(where, thread_ts)
        message = self._drafted(draft, thread_ts)
        message.broadcast, message.shared_by = broadcast and message.is_reply, shared_by
        if message.broadcast:
            message.subtype = "thread_broadcast"
        self._put(where, message)
        if self.statuses:
            self.statuses.pop((where.id, thread_ts), None)
        self._tell_posted(where, message)
        return message

    def whisper(
        self, where: Conversation, user: str, draft: Draft, *, thread_ts: str | None = None
    ) -> Message:
        """Say something as the app that only one person sees, until they reload."""
        if where.archived:
            raise SlackError("is_archived")
        root = self._root(where, thread_ts)
        message = self._drafted(draft, thread_ts)
        message.seen_by = user
        if root is not None and not root.replies:
            message.hidden = True
            self.warnings.append(
                f"an ephemeral message for {user} in a thread of {where.id} that nobody has replied"
                " to yet is never shown"
            )
        where.messages[message.ts] = message
        return message

    def echo(self, user: str, where: Conversation, text: str) -> None:
        """Show everybody the command that a person typed; the app hears nothing of it."""
        self._put(where, Message(self.stamp(), user, text))

    def update(self, where: Conversation, message: Message, draft: Draft) -> None:
        """Replace what an app's message says; what the draft does not mention stays."""
        before = self._before(where, message)
        if draft.blocks is not None:
            elements.name_all(draft.blocks, self._names)
            message.blocks, message.values = draft.blocks or None, {}
        if draft.text is not None:
            message.text = draft.text
        if draft.attachments is not None:
            message.attachments = draft.attachments
        if draft.metadata is not None:
            message.metadata = draft.metadata
        if message.seen_by is None:
            message.edited = self.stamp()
        self._note_mute(Draft(message.text, message.blocks))
        self._tell_changed(where, before, message)

    def delete(self, where: Conversation, message: Message) -> None:
        """Take a message back; one with replies leaves a stone for its thread to hang on."""
        before = self._before(where, message)
        if message.replies:
            message.text, message.blocks, message.subtype = _TOMBSTONE, None, "tombstone"
            message.attachments, message.metadata = None, None
            self._tell_changed(where, before, message)
            return
        del where.messages[message.ts]
        if message.is_reply and message.seen_by is None:
            where.messages[message.thread_ts or ""].replies.remove(message)
        if before is not None:
            self.events.append(news.deleted(where, before, self.stamp()))

    def react(self, where: Conversation, message: Message, name: str) -> None:
        """Put an emoji of the app on a message; raises `already_reacted`."""
        users = message.reactions.setdefault(name, [])
        if apps.USER in users:
            raise SlackError("already_reacted")
        users.append(apps.USER)
        self._tell("reaction_added", where, lambda at: news.reacted(where, message, name, at))

    def _drafted(self, draft: Draft, thread_ts: str | None) -> Message:
        self._note_mute(draft)
        if draft.blocks:
            elements.name_all(draft.blocks, self._names)
        return Message(
            self.stamp(),
            apps.USER,
            draft.text or "",
            blocks=draft.blocks or None,
            attachments=draft.attachments,
            thread_ts=thread_ts,
            bot=True,
            metadata=draft.metadata,
        )

    def _note_mute(self, draft: Draft) -> None:
        if draft.is_mute:
            self.warnings.append("a message has blocks, and no text for notifications")

    # People act

    def member(self, user: str, channel: str) -> Conversation:
        """Return a conversation that a person is in; raises RefusedError."""
        if user not in self.users:
            raise RefusedError(f"There is nobody with the id {user!r}.")
        found = self.conversations.get(channel)
        if found is None or (found.kind != "channel" and user not in found.members):
            raise RefusedError(f"{user} knows of no conversation {channel!r}.")
        if user not in found.members:
            raise RefusedError(f"{user} has not joined #{found.name}.")
        return found

    def _open(self, user: str, channel: str) -> Conversation:
        found = self.member(user, channel)
        if found.archived:
            raise RefusedError(f"#{found.name} is archived.")
        return found

    def say(
        self,
        user: str,
        channel: str,
        text: str,
        *,
        thread_ts: str | None = None,
        files: tuple[dict[str, Any], ...] = (),
        subtype: str | None = None,
        broadcast: bool = False,
    ) -> Message:
        """Say something as a person, in Slack's text."""
        where = self._open(user, channel)
        if where.kind == "im" and not (self.app.messages and self.app.writable):
            raise RefusedError("Sending messages to this app has been turned off.")
        if not text and not files:
            raise RefusedError("There is nothing to send.")
        if thread_ts is not None and where.root(thread_ts) is None:
            raise RefusedError("There is no message to reply to.")
        if broadcast and thread_ts is None:
            raise RefusedError("Only a reply can be sent to the channel as well.")
        natural = "file_share" if files else "thread_broadcast" if broadcast else None
        message = Message(
            self.stamp(),
            user,
            text,
            thread_ts=thread_ts,
            subtype=subtype or natural,
            files=files,
            broadcast=broadcast,
        )
        self._put(where, message)
        self._tell_posted(where, message)
        return message

    def own(self, user: str, channel: str, ts: str) -> tuple[Conversation, Message]:
        """Return a message that a person wrote; raises RefusedError."""
        where = self._open(user, channel)
        message = where.public(ts)
        if message is None or message.user != user or message.subtype == "tombstone":
            raise RefusedError(f"{user} has written no message {ts}.")
        return where, message

    def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        """Change a person's own message."""
        where, message = self.own(user, channel, ts)
        if not text:
            raise RefusedError("There is nothing to send.")
        before = self._before(where, message)
        message.text, message.edited = text, self.stamp()
        self._tell_changed(where, before, message)

    def join(self, user: str, channel: str, inviter: str | None = None) -> None:
        """Let a person into a channel."""
        where = self._channel(channel)
        if user in where.members:
            raise RefusedError(f"{user} is in #{where.name} already.")
        where.members[user] = None
        self._tell_came(where, user, inviter)

    def leave(self, user: str, channel: str) -> None:
        """Let a person out of a channel."""
        where = self._open(user, self._channel(channel).id)
        del where.members[user]
        self._note(where, user, "leave", "has left the channel")
        self._tell("member_left_channel", where, lambda at: news.left(where, user, at))

    def invite_app(self, channel: str, inviter: str) -> None:
        """Let the app into a channel."""
        where = self._channel(channel)
        if where.app_in:
            raise RefusedError(f"{self.app.name} is in #{where.name} already.")
        where.app_in = True
        self._tell_came(where, apps.USER, inviter)

    def remove_app(self, channel: str, by: str) -> None:
        """Let the app out of a channel."""
        where = self._channel(channel)
        if not where.app_in:
            raise RefusedError(f"{self.app.name} is not in #{where.name}.")
        event = f"{'group' if where.kind == 'private' else 'channel'}_left"
        self._tell(event, where, lambda at: news.app_removed(where, by, at))
        where.app_in = False
        self._note(where, apps.USER, "leave", "was removed from the channel")

    def archive(self, channel: str, by: str) -> None:
        """Archive a channel."""
        where = self._channel(channel)
        event = f"{'group' if where.kind == 'private' else 'channel'}_archive"
        self._tell(event, where, lambda at: news.archived(where, by, at))
        where.archived = True

    def unarchive(self, channel: str, by: str) -> None:
        """Open an archived channel again: whoever was in it still is, the app included."""
        where = self._known(channel)
        if not where.archived:
            raise RefusedError(f"#{where.name} is not archived.")
        where.archived = False
        event = f"{'group' if where.kind == 'private' else 'channel'}_unarchive"
        self._tell(event, where, lambda at: news.unarchived(where, by, at))

    def uninstall(self) -> None:
        """Take the app out of the workspace: it hears of it, and its tokens are void."""
        for event in ("app_uninstalled", "tokens_revoked"):
            if event in self.app.events:
                self.events.append(news.uninstalled(event, self.stamp()))
        self.revoked = "account_inactive"

    def open_home(self, user: str, tab: str) -> None:
        """Show a person the app's Home tab, or its messages."""
        if user not in self.users:
            raise RefusedError(f"There is nobody with the id {user!r}.")
        if not {"home": self.app.home, "messages": self.app.messages}.get(tab, False):
            raise RefusedError(f"{self.app.name} has no tab {tab!r}.")
        if "app_home_opened" in self.app.events and self.app.scopes:
            view = self.views.homes.get(user) if tab == "home" else None
            shown = None if view is None else view.json(objects.TEAM)
            where = self.direct[user]
            self.events.append(news.home_opened(user, where, tab, shown, self.stamp()))

    def typed(self, user: str, text: str) -> str:
        """Return what Slack's composer makes of what a person types."""
        names = {one.name: one.id for one in self.users.values()}
        names |= {self.app.name: apps.USER, self.app.handle: apps.USER}
        channels = {
            one.name: one.id
            for one in self.conversations.values()
            if one.kind == "channel" or (one.kind == "private" and user in one.members)
        }
        return composer.composed(text, names, channels)

    def notify(self, user: str, text: str, kind: str = "warning") -> None:
        """Tell one person something outside any conversation."""
        notice = Notice(f"n{next(self._names)}", text, kind)
        self.notices.setdefault(user, []).append(notice)

    def dismiss(self, user: str, notice: str) -> None:
        """Take a notice away."""
        kept = [one for one in self.notices.get(user, ()) if one.id != notice]
        self.notices[user] = kept

    def _channel(self, channel: str) -> Conversation:
        found = self._known(channel)
        if found.archived:
            raise RefusedError(f"#{found.name} is archived.")
        return found

    def _known(self, channel: str) -> Conversation:
        found = self.conversations.get(channel)
        if found is None or found.kind == "im":
            raise RefusedError(f"There is no channel {channel!r}.")
        return found

    # Keeping and telling

    def _root(self, where: Conversation, thread_ts: str | None) -> Message | None:
        if thread_ts is None:
            return None
        if (root := where.root(thread_ts)) is None:
            raise SlackError("thread_not_found")
        return root

    def _put(self, where: Conversation, message: Message) -> None:
        where.messages[message.ts] = message
        if message.thread_ts is not None and (root := where.root(message.thread_ts)):
            root.thread_ts = root.ts
            root.replies.append(message)

    def _note(
        self, where: Conversation, user: str, what: str, text: str, inviter: str | None = None
    ) -> None:
        subtype = f"{'group' if where.kind == 'private' else 'channel'}_{what}"
        text = f"<@{user}> {text}"
        message = Message(self.stamp(), user, text, subtype=subtype, inviter=inviter)
        self._put(where, message)
        self._tell_posted(where, message)

    def _hears(self, event: str, where: Conversation) -> bool:
        return where.app_in and (event, where.kind) in self.app.heard

    def _tell(self, event: str, where: Conversation, told: Callable[[str], dict[str, Any]]) -> None:
        if self._hears(event, where):
            self.events.append(told(self.stamp()))

    def _tell_posted(self, where: Conversation, message: Message) -> None:
        plain = message.subtype in (None, "file_share", "thread_broadcast")
        if not message.bot and plain and composer.mentions(message.text, apps.USER):
            self._tell_mentioned(where, message)
        if self._hears(news.MESSAGES[where.kind], where):
            self.events.append(news.posted(where, message))

    def _tell_mentioned(self, where: Conversation, message: Message) -> None:
        if self._hears("app_mention", where):
            self.events.append(news.mentioned(where, message))
        elif not where.app_in:
            text = f"{self.app.name} is not in #{where.name} and has not seen this. Invite it?"
            self.notify(message.user, text)

    def _tell_came(self, where: Conversation, user: str, inviter: str | None) -> None:
        self._note(where, user, "join", "has joined the channel", inviter)
        self._tell("member_joined_channel", where, lambda at: news.joined(where, user, inviter, at))

    def _before(self, where: Conversation, message: Message) -> dict[str, Any] | None:
        """Return a message as it is before a change, if the app will hear of the change."""
        if message.seen_by is not None or not self._hears(news.MESSAGES[where.kind], where):
            return None
        return objects.message(message)

    def _tell_changed(
        self, where: Conversation, before: dict[str, Any] | None, message: Message
    ) -> None:
        if before is not None:
            after = objects.message(message)
            self.events.append(news.changed(where, before, after, self.stamp()))
