"""What went wrong, put to words: a sentence for whoever waits, the rest for the log."""

import secrets

import structlog
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.errors import SlackApiError

from bot.errors import BotError
from bot.slack import views
from bot.slack.delivery import RefusedError, key_of, refusal
from bot.slack.desk import Desk
from bot.slack.messages import kind_of

_log = structlog.stdlib.get_logger(__name__)


class Failures:
    """The one place where the failures of listeners end."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def handle(self, error: Exception, args: AsyncArgs) -> None:
        """Log it, and tell the person who waits; an unexpected failure by a reference only."""
        sentence = _sentence(error)
        if args.ack.response is None:
            if args.command:
                await args.ack(text=sentence, response_type="ephemeral")
                return
            await args.ack()
        try:
            await self._tell(args, sentence)
        except Exception as second:  # noqa: BLE001 - nobody is left to be told of this one
            _log.warning("person_not_told", reason=type(second).__name__)

    async def _tell(self, args: AsyncArgs, sentence: str) -> None:
        body, client, message = args.body, args.client, views.said(sentence)
        event = body.get("event")
        if event is None:
            await self._desk.tell(body, client, message)
            return
        kind = kind_of(event, args.context.bot_user_id or "") if "ts" in event else None
        thread = event.get("thread_ts") or ""
        delivery = self._desk.delivery
        if kind == "dm":
            key = key_of("failure", event["channel"], event["ts"])
            root = thread or event["ts"]
            await delivery.post(client, event["channel"], message, key=key, thread=root)
        elif kind == "mention":
            await delivery.whisper(client, event["channel"], event["user"], message, thread=thread)


def _sentence(error: Exception) -> str:
    """What the person reads; what the operator needs is logged here."""
    if isinstance(error, SlackApiError):
        error = refusal(error)
    if isinstance(error, RefusedError):
        _log.error("slack_refused", code=error.code, told=error.operator)
        return str(error)
    if isinstance(error, BotError):
        _log.warning("not_done", told=str(error))
        return str(error)
    reference = secrets.token_hex(4)
    _log.error("unexpected", reference=reference, exc_info=error)
    return (
        f"Something went wrong on my side. It is in my log as `{reference}`; please tell the people"
        " who run me, or try again."
    )
