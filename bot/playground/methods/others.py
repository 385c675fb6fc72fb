"""The methods about the app itself, people, agents, and the checking of blocks."""

from bot.playground import app, blocks, objects
from bot.playground.conversation import Conversation
from bot.playground.errors import SlackError
from bot.playground.methods.method import Arguments, Json, Method
from bot.playground.workspace import Workspace

_SESSION = ("processing", "active", "suspended", "closed")
MAX_PROMPTS = 4
MAX_LOADING = 10


def test(workspace: Workspace, _: Arguments) -> Json:
    """Tell an app who it is."""
    return {
        "url": f"https://{workspace.domain}.slack.com/",
        "team": workspace.seed.name,
        "team_id": objects.TEAM,
        "user": workspace.app.handle,
        "user_id": app.USER,
        "bot_id": app.BOT,
        "is_enterprise_install": False,
    }


def user(workspace: Workspace, arguments: Arguments) -> Json:
    """Describe a person."""
    user_id = arguments.text("user")
    if user_id == app.USER:
        return {"user": objects.bot(workspace.app)}
    with_email = workspace.app.may("users:read.email")
    found = workspace.person(user_id)
    return {"user": objects.user(found, workspace.clock(), with_email=with_email)}


def _direct(workspace: Workspace, arguments: Arguments) -> Conversation:
    where = workspace.reachable(arguments.text("channel_id"))
    if where.kind != "im":
        raise SlackError("channel_not_found")
    return where


def prompts(workspace: Workspace, arguments: Arguments) -> Json:
    """Offer a person what they could ask."""
    where = _direct(workspace, arguments)
    offered = arguments.given.get("prompts")
    fit = isinstance(offered, list) and 1 <= len(offered) <= MAX_PROMPTS
    if not fit or not all(_is_prompt(one) for one in offered or ()):
        message = f"[ERROR] 1 to {MAX_PROMPTS} prompts with title and message are needed"
        raise SlackError("invalid_arguments", [message])
    if arguments.optional("thread_ts") and workspace.app.agent:
        workspace.warnings.append("suggested prompts with a thread_ts are shown to nobody")
        return {}
    title = arguments.optional("title") or ""
    workspace.prompts[where.id] = {"title": title, "prompts": offered}
    return {}


def _is_prompt(given: object) -> bool:
    match given:
        case {"title": str(title), "message": str(message)}:
            return bool(title and message)
    return False


def status(workspace: Workspace, arguments: Arguments) -> Json:
    """Tell people in a thread what the app is doing; an empty status clears it."""
    where = workspace.joined(arguments.text("channel_id"))
    thread_ts = arguments.text("thread_ts")
    if where.root(thread_ts) is None:
        raise SlackError("invalid_thread_ts")
    loading = arguments.given.get("loading_messages") or []
    if "status" not in arguments.given or len(loading) > MAX_LOADING:
        raise SlackError("invalid_arguments")
    _note_status(workspace, where, thread_ts, arguments.optional("status"))
    return {}


def session(workspace: Workspace, arguments: Arguments) -> Json:
    """Tell Slack where an agent stands in its work."""
    where = workspace.joined(arguments.text("channel_id"))
    if (stage := arguments.text("status")) not in _SESSION:
        raise SlackError("invalid_arguments", [f"[ERROR] {stage}: not a status of a session"])
    thread_ts = arguments.optional("thread_ts")
    if thread_ts is not None and where.root(thread_ts) is None:
        raise SlackError("thread_not_found")
    _note_status(workspace, where, thread_ts, stage if stage == "processing" else None)
    return {}


def _note_status(
    workspace: Workspace, where: Conversation, thread_ts: str | None, shown: str | None
) -> None:
    if shown is None:
        workspace.statuses.pop((where.id, thread_ts), None)
    else:
        workspace.statuses[where.id, thread_ts] = shown


def validate(_: Workspace, arguments: Arguments) -> Json:
    """Check blocks, a message or a view."""
    match {key: arguments.given[key] for key in _CHECKED if key in arguments.given}:
        case {"blocks": given, **rest} if not rest:
            problems = blocks.message_problems("", given)
        case {"message": dict(given), **rest} if not rest:
            problems = blocks.message_problems(given.get("text", ""), given.get("blocks", []))
        case {"view": given, **rest} if not rest:
            problems = blocks.view_problems(given)
        case _:
            message = "[ERROR] exactly one of blocks, message and view is needed"
            raise SlackError("invalid_arguments", [message])
    if problems:
        raise SlackError("invalid_blocks", problems, errors=problems)
    return {}


_CHECKED = ("blocks", "message", "view")


METHODS = {
    "auth.test": Method(test),
    "users.info": Method(user, ("users:read",)),
    "assistant.threads.setSuggestedPrompts": Method(prompts, ("assistant:write",)),
    "assistant.threads.setStatus": Method(status, ("assistant:write", "chat:write")),
    "agents.sessions.setStatus": Method(session, ("assistant:write", "chat:write")),
    "blocks.validate": Method(validate, caller="anyone"),
}
