"""The `chat.*` methods, and reactions: what an app says, changes and takes back."""

from bot.playground import app, draft, objects
from bot.playground.conversation import Conversation, Message
from bot.playground.errors import SlackError
from bot.playground.methods.method import Arguments, Json, Method
from bot.playground.workspace import Workspace

MAX_UPDATE = 4_000


def _target(workspace: Workspace, channel: str) -> Conversation:
    """Return where an app posts: a channel by id or #name, or a person's direct messages."""
    if channel in workspace.direct:
        return _writable(workspace, workspace.direct[channel])
    if channel.startswith("#"):
        named = (one for one in workspace.conversations.values() if f"#{one.name}" == channel)
        channel = next((one.id for one in named if one.kind != "im"), channel)
    where = workspace.reachable(channel)
    if not where.app_in and not (where.kind == "channel" and workspace.app.may(_PUBLIC)):
        raise SlackError("not_in_channel")
    return _writable(workspace, where)


_PUBLIC = "chat:write.public"


def _writable(workspace: Workspace, where: Conversation) -> Conversation:
    if where.kind == "im" and not workspace.app.messages:
        raise SlackError("messages_tab_disabled")
    return where


def _own(where: Conversation, ts: str, refusal: str) -> Message:
    message = where.public(ts)
    if message is None or message.subtype == "tombstone":
        raise SlackError("message_not_found")
    if message.user != app.USER:
        raise SlackError(refusal)
    if where.archived:
        raise SlackError("is_inactive")
    return message


def post_message(workspace: Workspace, arguments: Arguments) -> Json:
    """Say something in a conversation."""
    where = _target(workspace, arguments.text("channel"))
    message = workspace.post(
        where,
        draft.read(arguments.given),
        thread_ts=arguments.optional("thread_ts"),
        broadcast=arguments.flag("reply_broadcast"),
    )
    said = objects.message(message, with_metadata=True)
    return {"channel": where.id, "ts": message.ts, "message": said}


def post_ephemeral(workspace: Workspace, arguments: Arguments) -> Json:
    """Say something that one person of a conversation sees."""
    where = _target(workspace, arguments.text("channel"))
    user = arguments.text("user")
    if user not in where.members:
        raise SlackError("user_not_in_channel")
    whispered = workspace.whisper(
        where, user, draft.read(arguments.given), thread_ts=arguments.optional("thread_ts")
    )
    return {"message_ts": whispered.ts}


def update(workspace: Workspace, arguments: Arguments) -> Json:
    """Change what a message of the app says."""
    where = workspace.reachable(arguments.text("channel"))
    message = _own(where, arguments.text("ts"), "cant_update_message")
    workspace.update(where, message, draft.read(arguments.given, MAX_UPDATE))
    said = objects.message(message, with_metadata=True)
    return {"channel": where.id, "ts": message.ts, "text": message.text, "message": said}


def delete(workspace: Workspace, arguments: Arguments) -> Json:
    """Take a message of the app back."""
    where = workspace.reachable(arguments.text("channel"))
    message = _own(where, arguments.text("ts"), "cant_delete_message")
    workspace.delete(where, message)
    return {"channel": where.id, "ts": message.ts}


def permalink(workspace: Workspace, arguments: Arguments) -> Json:
    """Return the address of a message."""
    where = workspace.reachable(arguments.text("channel"))
    message = where.public(arguments.text("message_ts"))
    if message is None:
        raise SlackError("message_not_found")
    link = f"https://{workspace.domain}.slack.com/archives/{where.id}/p{_digits(message.ts)}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={where.id}"
    return {"channel": where.id, "permalink": link}


def _digits(ts: str) -> str:
    return ts.replace(".", "")


def react(workspace: Workspace, arguments: Arguments) -> Json:
    """Put an emoji on a message."""
    where = workspace.joined(arguments.text("channel"))
    message = where.public(arguments.text("timestamp"))
    if message is None:
        raise SlackError("message_not_found")
    if where.archived:
        raise SlackError("is_archived")
    workspace.react(where, message, arguments.text("name").strip(":"))
    return {}


METHODS = {
    "chat.postMessage": Method(post_message, ("chat:write",)),
    "chat.postEphemeral": Method(post_ephemeral, ("chat:write",)),
    "chat.update": Method(update, ("chat:write",)),
    "chat.delete": Method(delete, ("chat:write",)),
    "chat.getPermalink": Method(permalink),
    "reactions.add": Method(react, ("reactions:write",)),
}
