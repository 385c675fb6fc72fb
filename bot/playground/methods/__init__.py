"""The methods of the Web API that this workspace knows, and the scopes that each one needs."""

from bot.playground.methods import chat, conversations, others, views
from bot.playground.methods.method import Method

METHODS: dict[str, Method] = {
    **chat.METHODS,
    **conversations.METHODS,
    **views.METHODS,
    **others.METHODS,
}

__all__ = ["METHODS", "Method"]
