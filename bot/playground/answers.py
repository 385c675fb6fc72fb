"""What an app's answer to a person does: its acknowledgements, and posts to a response URL."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.playground import draft
from bot.playground.conversation import Conversation
from bot.playground.elements import elements
from bot.playground.errors import SlackError
from bot.playground.views import View
from bot.playground.workspace import Workspace

Json = dict[str, Any]

TROUBLE = "We had some trouble connecting. Try again?"


def to_command(
    workspace: Workspace, user: str, where: Conversation, typed: str, answer: Json | None
) -> None:
    """Show the acknowledgement of a command to the person, or to everybody if it says so."""
    in_channel = bool(answer) and (answer or {}).get("response_type") == "in_channel"
    if in_channel:
        workspace.echo(user, where, workspace.typed(user, typed))
    if not answer or not (answer.get("text") or answer.get("blocks")):
        return
    try:
        said = draft.read(answer)
        if in_channel:
            workspace.post(where, said, shared_by=user)
        else:
            workspace.whisper(where, user, said)
    except SlackError as error:
        name = typed.split(maxsplit=1)[0]
        workspace.warnings.append(f"the acknowledgement of {name} was refused: {error}")
        workspace.notify(user, f"{name} failed with the error “{error.code}”.", "error")


def missed_command(workspace: Workspace, user: str, name: str) -> None:
    """Tell a person that the app did not acknowledge a command in time."""
    workspace.notify(user, f"{name} failed with the error “operation_timeout”.", "error")


def to_submission(workspace: Workspace, view: View, answer: Json | None) -> None:
    """Do to a modal what the acknowledgement of its submission says."""
    view.busy = False
    try:
        _obey(workspace, view, answer or {})
    except SlackError as error:
        workspace.warnings.append(f"the acknowledgement of a submission was refused: {error}")
        workspace.notify(view.user, TROUBLE, "error")


def _obey(workspace: Workspace, view: View, answer: Json) -> None:
    views = workspace.views
    match answer:
        case {"response_action": "errors", "errors": dict(errors)}:
            inputs = {one.block["block_id"] for one in elements(view.blocks) if one.is_input}
            if not errors or errors.keys() - inputs:
                strange = ", ".join(sorted(map(str, errors.keys() - inputs)))
                raise SlackError("invalid_arguments", [f"errors for no input block: {strange}"])
            view.errors = {str(block): str(text) for block, text in errors.items()}
        case {"response_action": "update", "view": body}:
            views.update(view, views.check(body, "modal"))
        case {"response_action": "push", "view": body}:
            views.push(view.user, views.check(body, "modal"))
        case {"response_action": "clear"}:
            views.clear(view.user)
        case _ if not answer:
            views.close(view)
        case _:
            raise SlackError("invalid_arguments", [f"no response action: {answer}"])


def missed_submission(workspace: Workspace, view: View) -> None:
    """Tell a person that the app did not take their form in time."""
    view.busy = False
    workspace.notify(view.user, TROUBLE, "error")


def missed_interaction(workspace: Workspace, user: str, what: str) -> None:
    """Tell a person that the app did not take what they did in time."""
    workspace.notify(user, f"{workspace.app.name} did not respond to {what}.", "error")


def to_response_url(workspace: Workspace, secret: str, given: Mapping[str, Any]) -> None:
    """Do what is posted to a response URL; raises SlackError.

    A message stays what it was: one that only one person sees is replaced by one that only that
    person sees.
    """
    response = workspace.responses.use(secret)
    where, original = response.conversation, response.original
    if original is not None and where.messages.get(original.ts) is not original:
        original = None
    if given.get("delete_original"):
        if original is not None:
            workspace.delete(where, original)
        return
    said = draft.read(given)
    thread_ts = given.get("thread_ts")
    if given.get("replace_original") and original is not None:
        whole = replace(said, text=said.text or "", blocks=said.blocks or [])
        workspace.update(where, original, whole)
    elif given.get("response_type") == "in_channel":
        workspace.post(where, said, thread_ts=thread_ts, shared_by=response.user)
    else:
        workspace.whisper(where, response.user, said, thread_ts=thread_ts)
