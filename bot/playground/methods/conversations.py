"""The `conversations.*` methods: which conversations there are, who is there and what was said."""

from bot.playground import app, objects
from bot.playground.app import Kind
from bot.playground.conversation import Conversation, Message
from bot.playground.errors import SlackError
from bot.playground.methods.method import Arguments, Json, Method, page, require
from bot.playground.workspace import Workspace

_READ: dict[Kind, str] = {"channel": "channels:read", "private": "groups:read", "im": "im:read"}
_HISTORY: dict[Kind, str] = {
    "channel": "channels:history",
    "private": "groups:history",
    "im": "im:history",
}
_TYPES: dict[str, Kind | None] = {
    "public_channel": "channel",
    "private_channel": "private",
    "im": "im",
    "mpim": None,
}


def _read(workspace: Workspace, arguments: Arguments, scopes: dict[Kind, str]) -> Conversation:
    where = workspace.reachable(arguments.text("channel"))
    require(workspace, scopes[where.kind])
    return where


def open_(workspace: Workspace, arguments: Arguments) -> Json:
    """Open the direct messages with a person."""
    if channel := arguments.optional("channel"):
        where = workspace.reachable(channel)
        if where.kind != "im":
            raise SlackError("method_not_supported_for_channel_type")
    else:
        users = arguments.text("users").split(",")
        if len(users) > 1:
            require(workspace, "mpim:write")
            raise SlackError("method_not_supported_for_channel_type")
        where = workspace.direct[workspace.person(users[0]).id]
    if not arguments.flag("return_im"):
        return {"channel": {"id": where.id}}
    return {"already_open": True, "no_op": True, "channel": objects.conversation(where)}


def info(workspace: Workspace, arguments: Arguments) -> Json:
    """Describe a conversation."""
    found = objects.conversation(_read(workspace, arguments, _READ))
    if not arguments.flag("include_num_members"):
        found.pop("num_members", None)
    return {"channel": found}


def members(workspace: Workspace, arguments: Arguments) -> Json:
    """List who is in a conversation, the app included."""
    where = _read(workspace, arguments, _READ)
    everybody = [*where.members, *([app.USER] if where.app_in else [])]
    found, more = page([{"id": one} for one in everybody], arguments)
    return {"members": [one["id"] for one in found], "response_metadata": more}


def list_(workspace: Workspace, arguments: Arguments) -> Json:
    """List the conversations that the app can know of."""
    types = (arguments.optional("types") or "public_channel").split(",")
    if unknown := set(types) - _TYPES.keys():
        raise SlackError("invalid_types", [f"[ERROR] {one}" for one in sorted(unknown)])
    kinds = [kind for one in types if (kind := _TYPES[one.strip()]) is not None]
    for kind in kinds:
        require(workspace, _READ[kind])
    found = [
        objects.conversation(one)
        for one in workspace.conversations.values()
        if one.kind in kinds
        and (one.kind == "channel" or one.app_in)
        and not (one.archived and arguments.flag("exclude_archived"))
    ]
    listed, more = page(found, arguments)
    return {"channels": listed, "response_metadata": more}


def history(workspace: Workspace, arguments: Arguments) -> Json:
    """Return what was said in a conversation, newest first, without the replies in threads."""
    where = _heard(workspace, arguments)
    top = [one for one in where.said() if not one.is_reply or one.broadcast]
    return _messages(_within(top, arguments)[::-1], arguments)


def replies(workspace: Workspace, arguments: Arguments) -> Json:
    """Return a thread, its first message included, oldest first."""
    where = _heard(workspace, arguments)
    message = where.public(arguments.text("ts"))
    if message is None:
        raise SlackError("thread_not_found")
    # Of the thread, the range cuts the replies only: the first message always comes with them.
    return _messages([message, *_within(message.replies, arguments)], arguments)


def _heard(workspace: Workspace, arguments: Arguments) -> Conversation:
    where = _read(workspace, arguments, _HISTORY)
    if not where.app_in:
        raise SlackError("not_in_channel")
    return where


def _within(messages: list[Message], arguments: Arguments) -> list[Message]:
    oldest, latest = arguments.optional("oldest"), arguments.optional("latest")
    inclusive = arguments.flag("inclusive")

    def held(message: Message) -> bool:
        at = float(message.ts)
        if inclusive and message.ts in (oldest, latest):
            return True
        return (oldest is None or at > float(oldest)) and (latest is None or at < float(latest))

    try:
        return [message for message in messages if held(message)]
    except ValueError:
        raise SlackError("invalid_ts_latest" if oldest is None else "invalid_ts_oldest") from None


def _messages(found: list[Message], arguments: Arguments) -> Json:
    with_metadata = arguments.flag("include_all_metadata")
    shown = [objects.message(one, with_metadata=with_metadata) for one in found]
    listed, more = page(shown, arguments)
    has_more = bool(more["next_cursor"])
    answer: Json = {"messages": listed, "has_more": has_more}
    return answer | ({"response_metadata": more} if has_more else {})


METHODS = {
    "conversations.open": Method(open_, ("im:write",)),
    "conversations.info": Method(info),
    "conversations.members": Method(members),
    "conversations.list": Method(list_),
    "conversations.history": Method(history),
    "conversations.replies": Method(replies),
}
