"""Who listens to what: the one table of everything that Slack may send."""

import re
from collections.abc import Awaitable, Callable
from inspect import signature

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.claims import BusyError
from bot.gathering import Gathering
from bot.slack import digest_views, views
from bot.slack.commands import Commands
from bot.slack.desk import Desk
from bot.slack.failures import Failures
from bot.slack.inhand import BEGUN, InHand
from bot.slack.managing import Managing
from bot.slack.manifest import COMMAND, FIND_RESOURCES, SUGGEST_LINK
from bot.slack.messages import Messages
from bot.slack.presses import Presses
from bot.slack.subscribing import Subscribing
from bot.slack.suggesting import Suggesting

Listener = Callable[..., Awaitable[None]]


def register(
    app: AsyncApp, desk: Desk, gathering: Gathering, in_hand: InHand, failures: Failures
) -> None:
    """Tell Bolt of every listener; what none of them takes is acknowledged and left.

    Bolt runs the first one that matches, and does not acknowledge what none matches, so that Slack
    would send it again: hence the ones that match everything, last.
    """

    def held(listener: Listener) -> Listener:
        wanted = tuple(signature(listener).parameters)

        async def run(args: AsyncArgs) -> None:
            begun = BEGUN.get()
            with in_hand, begun:
                try:
                    await listener(**{name: getattr(args, name) for name in wanted})
                except BusyError:
                    begun.again = True
                except Exception as error:  # noqa: BLE001 - it ends here, in words and in the log
                    # Not by Bolt's own handler: it forgets the acknowledgement of a listener that
                    # fails just after it, and Slack then waits for another.
                    await failures.handle(error, args)

        return run

    managing, suggesting = Managing(desk), Suggesting(desk)
    subscribing = Subscribing(desk, gathering)
    messages, presses = Messages(desk), Presses(desk)
    commands = Commands(desk, managing, suggesting, subscribing)
    buttons: dict[str, Listener] = {
        "why": presses.on_why,
        "more": presses.on_more,
        "share": presses.on_share,
        "post": presses.on_share,
        "again": presses.on_again,
        "feedback": presses.on_feedback,
        "wish": presses.on_wish,
        r"topic(?::\d+)?": presses.on_topic,
        "pick_topic": presses.on_topic,
        "topics": presses.on_topics,
        "suggest": suggesting.on_suggest,
        "approve": suggesting.on_approve,
        "edit": suggesting.on_edit,
        "decline": suggesting.on_decline,
        "undo": suggesting.on_undo,
        r"listen:\w+": managing.on_listen,
        r"digest:\w+": subscribing.on_press,
        # A button of another version of the bot.
        ".*": presses.on_unknown_press,
    }
    app.event("app_mention")(held(messages.on_message))
    app.event("message")(held(messages.on_message))
    app.event("app_home_opened")(held(messages.on_home))
    app.command(COMMAND)(held(commands.on_command))
    app.shortcut(FIND_RESOURCES)(held(commands.on_shortcut))
    app.shortcut(SUGGEST_LINK)(held(suggesting.on_shortcut))
    for pattern, listener in buttons.items():
        app.action(re.compile(rf"^{pattern}$", re.DOTALL))(held(listener))
    app.view(views.SUGGESTION)(held(suggesting.on_suggestion))
    app.view(views.EDITED)(held(suggesting.on_edited))
    app.view(views.DECLINED)(held(suggesting.on_declined))
    app.view(digest_views.DIGEST)(held(subscribing.on_form))
    anything = re.compile("")
    for kind in (app.event, app.command, app.shortcut, app.view, app.view_closed, app.options):
        kind(anything)(_leave)


async def _leave(ack: AsyncAck) -> None:
    """Acknowledge what is nobody's concern; otherwise Slack would send it again."""
    await ack()
