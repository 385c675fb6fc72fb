"""A Slack-like workspace on this machine: people open its page, tests drive it, an app lives in it.

It knows nothing of the app but its manifest.
"""

from bot.playground.api import Call
from bot.playground.delivery import Delivery
from bot.playground.errors import RefusedError, SlackError
from bot.playground.faults import Fault
from bot.playground.seed import Channel, Said, Seed, Step, User, Welcome
from bot.playground.server import Playground

__all__ = [
    "Call",
    "Channel",
    "Delivery",
    "Fault",
    "Playground",
    "RefusedError",
    "Said",
    "Seed",
    "SlackError",
    "Step",
    "User",
    "Welcome",
]
