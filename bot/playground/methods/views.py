"""The `views.*` methods: modals and the Home tab."""

from bot.playground import objects
from bot.playground.errors import SlackError
from bot.playground.methods.method import Arguments, Json, Method
from bot.playground.views import View
from bot.playground.workspace import Workspace


def _checked(workspace: Workspace, arguments: Arguments, type_: str) -> Json:
    if "view" not in arguments.given:
        raise SlackError("invalid_arguments", ["[ERROR] missing required field: view"])
    return workspace.views.check(arguments.given["view"], type_)


def _answer(view: View) -> Json:
    return {"view": view.json(objects.TEAM)}


def open_(workspace: Workspace, arguments: Arguments) -> Json:
    """Open a modal for a person who has just acted."""
    trigger_id = arguments.text("trigger_id")
    body = _checked(workspace, arguments, "modal")
    trigger = workspace.triggers.exchange(trigger_id)
    return _answer(workspace.views.open(trigger.user, body))


def push(workspace: Workspace, arguments: Arguments) -> Json:
    """Open a modal on top of the one that a person has just acted in."""
    trigger_id = arguments.text("trigger_id")
    body = _checked(workspace, arguments, "modal")
    trigger = workspace.triggers.exchange(trigger_id)
    if trigger.view_id is None:
        raise SlackError("invalid_trigger_id")
    return _answer(workspace.views.push(trigger.user, body))


def update(workspace: Workspace, arguments: Arguments) -> Json:
    """Replace what an open modal shows."""
    view_id, external_id = arguments.optional("view_id"), arguments.optional("external_id")
    if (view_id is None) == (external_id is None):
        message = "[ERROR] exactly one of view_id and external_id is needed"
        raise SlackError("invalid_arguments", [message])
    view = workspace.views.find(view_id, external_id)
    if view is None:
        raise SlackError("not_found")
    body = _checked(workspace, arguments, view.type)
    return _answer(workspace.views.update(view, body, arguments.optional("hash")))


def publish(workspace: Workspace, arguments: Arguments) -> Json:
    """Show something on the Home tab of a person."""
    user = workspace.person(arguments.text("user_id")).id
    if not workspace.app.home:
        raise SlackError("not_enabled")
    body = _checked(workspace, arguments, "home")
    return _answer(workspace.views.publish(user, body, arguments.optional("hash")))


METHODS = {
    "views.open": Method(open_),
    "views.push": Method(push),
    "views.update": Method(update),
    "views.publish": Method(publish),
}
