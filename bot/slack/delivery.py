"""Sending: every message arrives once, or somebody is told why not.

Slack has no idempotent post. A request that never left is sent again; one that Slack refused is
explained; and after one whose answer was lost, the conversation is searched for the post, by the
key in its metadata, before it is posted again. Where the bot may not read, it asks the person.
"""

import asyncio
import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient

from bot.claims import Doubt
from bot.errors import BotError
from bot.slack.parts import Message

_log = structlog.stdlib.get_logger(__name__)

EVENT_TYPE = "onboard_post"
UNAVAILABLE = "unavailable"
"""The code of a RefusedError that says that Slack was not to be had, however often it was tried."""

_POSTING = ("chat.postMessage", "chat.postEphemeral")
# A connection can break before the request, before the answer, or in the middle of it.
_LOST = (aiohttp.ClientError, asyncio.TimeoutError)
_TRIES = 3
_WAITS = 3
_PAGE = 200
_MOST_PAGES = 20
# How far our clock and Slack's may be apart, in seconds.
_CLOCKS_APART = 600.0
# Slack names a minute at most; a larger number would be a mistake of somebody in between.
_LONGEST_WAIT = 60.0
_OK = 200
_RATE_LIMITED = 429
_SERVER_ERROR = 500
# Nothing can be shown to this person in that channel, but directly.
_ELSEWHERE = frozenset(
    {"not_in_channel", "channel_not_found", "user_not_in_channel", "is_archived"}
)
_BREAKDOWNS = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How many seconds to wait."""

    answer: float = 15.0
    """For Slack to answer a call."""
    acknowledge: float = 2.5
    """For an event to be dealt with before it is acknowledged; Slack waits for three."""
    lease: float = 5.0
    """Until what another process has begun is taken over, if that gives no sign of life."""
    connect: float = 30.0
    """For the first socket to be open."""
    ping: float = 2.0
    """Between looks at the socket: so soon one that died without a word is replaced."""
    pauses: tuple[float, ...] = (1.0, 3.0)
    """Before each further attempt at what failed."""
    tick: float = 1.0
    """Between looks at the store for what other replicas have changed."""
    look: float = 5.0
    """Between looks for digests that are due."""
    pace: float = 1.0
    """Between two digests, whichever replicas post them: Slack asks for one call a second of a
    kind."""
    retry: float = 30.0
    """Before a digest that could not be posted is tried again; each time twice as long."""
    finish: float = 9.0
    """For what is in hand when told to stop. Kubernetes and Docker kill after thirty and ten
    seconds; it takes a fraction of one, unless Slack asks it to wait."""


PATIENCE = Patience()


class UnconfirmedError(BotError):
    """Slack did not say whether it posted, and the bot cannot look: only the person can."""

    def __init__(self) -> None:
        super().__init__(
            "Slack did not confirm what I posted, so I cannot tell whether it is there. If it is"
            " not, please try again."
        )


class RefusedError(BotError):
    """Slack refused; the message says so to the person who waits, `log` to the operator."""

    def __init__(self, code: str, person: str, operator: str) -> None:
        super().__init__(person)
        self.code = code
        self.operator = operator


# What Slack's error codes mean: to the person, and to the operator (with the channel in front).
_REFUSALS: Mapping[str, tuple[str, str]] = {
    "not_in_channel": (
        "I am not in that channel, so I cannot post there. Invite me with `/invite @onboard`, then"
        " try again.",
        "cannot post: the bot is not in the channel. Invite it with /invite.",
    ),
    "channel_not_found": (
        "I cannot see that channel. Invite me with `/invite @onboard`, then try again.",
        "cannot post: there is no such channel, or it is private and the bot is not in it.",
    ),
    "is_archived": (
        "That channel is archived, so nobody can post there.",
        "cannot post: the channel is archived.",
    ),
    "restricted_action": (
        "This workspace does not let me post in that channel.",
        "cannot post: a workspace setting restricts who may post there.",
    ),
    "msg_too_long": (
        "My answer is too long for Slack. Please tell the people who run me.",
        "cannot post: the message is too long. This is a fault of onboard.",
    ),
    "ratelimited": (
        "Slack asks me to slow down. Please try again in a minute.",
        "was rate limited even after waiting as long as Slack asked, several times.",
    ),
    "expired_trigger_id": (
        "That took me longer than the three seconds Slack allows. Please press once more.",
        "opened a window later than the three seconds Slack allows.",
    ),
    "missing_scope": (
        "This workspace has not given me the permission for that. Please tell the people who run"
        " me.",
        "lacks a scope. Compare the app with `onboard manifest` and reinstall it.",
    ),
}
REVOKED = frozenset(
    {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"}
)
"""The codes by which Slack says that a token is no longer good."""
PASSING = frozenset({UNAVAILABLE, "ratelimited", "missing_scope", *REVOKED})
"""The codes of a RefusedError that say nothing against the post itself, which is tried later."""
_REVOKED_SENTENCES = (
    "My access to this workspace has been withdrawn. Please tell the people who run me.",
    "the bot token is no longer accepted. Reinstall the app, set SLACK_BOT_TOKEN and restart.",
)


def refusal(error: SlackApiError, channel: str = "") -> RefusedError:
    """What a failed call means, in a sentence for the person and one for the operator."""
    code = _code(error)
    if code in REVOKED:
        person, operator = _REVOKED_SENTENCES
    else:
        fallback = (
            "Slack refused what I tried to do. Please try again; if it fails again, tell the people"
            " who run me.",
            "Slack refused the call.",
        )
        person, operator = _REFUSALS.get(code.removesuffix("_thread_only"), fallback)
    return RefusedError(code, person, f"{channel or 'Slack'}: {operator}")


def key_of(*parts: str) -> str:
    """A name for a post by which it is recognised; tells nothing of what it was made from."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]


def retry_handlers() -> list[AsyncRetryHandler]:
    """What the Web API client does by itself: waits when told to, repeats what is harmless."""
    return [
        AsyncRateLimitErrorRetryHandler(max_retry_count=_WAITS),
        # The connection was never made, so nothing can have been done.
        AsyncConnectionErrorRetryHandler(
            max_retry_count=_WAITS, error_types=[aiohttp.ClientConnectorError]
        ),
        _HarmlessRetryHandler(max_retry_count=_TRIES - 1),
    ]


class _HarmlessRetryHandler(AsyncRetryHandler):
    """Repeats calls other than posts after lost connections and failures on Slack's side."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,  # noqa: ARG002 - the interface of slack_sdk
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if request.url.endswith(_POSTING):
            return False
        return isinstance(error, _LOST) or (
            response is not None and response.status_code >= _SERVER_ERROR
        )


class Delivery:
    """Posts and whispers on behalf of the listeners."""

    def __init__(self, pauses: Sequence[float], clock: Callable[[], dt.datetime]) -> None:
        """`pauses` are the seconds before each further attempt."""
        self._pauses = tuple(pauses)
        self._clock = clock

    async def post(
        self,
        client: AsyncWebClient,
        channel: str,
        message: Message,
        *,
        key: str,
        thread: str = "",
        doubt: Doubt = "none",
        since: dt.datetime | None = None,
    ) -> None:
        """Post so that everyone in a conversation sees it, exactly once.

        `key` names the post; see `key_of`. In doubt whether another process has posted it, or is
        about to, it is looked for before, and in slight doubt after: of two the later one goes.
        Outside threads it is looked for among what was posted `since` then, if not just now.
        Raises RefusedError if Slack will not have it, and UnconfirmedError if it can be neither
        confirmed nor looked for.
        """
        first = (since or self._clock()).timestamp() - _CLOCKS_APART
        oldest = "0" if doubt != "none" and thread else f"{first:.6f}"
        if doubt == "strong" and await self._is_there(client, channel, thread, key, oldest):
            return
        if doubt == "slight" and await self._keys(client, channel, thread, key, oldest):
            return
        await self._post(client, channel, message, key=key, thread=thread, oldest=oldest)
        if doubt == "slight":
            for ts in (await self._keys(client, channel, thread, key, oldest))[1:]:
                # Whoever posted the other one does the same, and one of the two comes too late.
                with suppress(RefusedError):
                    await self._sent(client, "chat.delete", {"channel": channel, "ts": ts}, channel)

    async def _post(
        self,
        client: AsyncWebClient,
        channel: str,
        message: Message,
        *,
        key: str,
        thread: str,
        oldest: str,
    ) -> None:
        arguments = _arguments(message) | {
            "channel": channel,
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": key}},
        }
        if thread:
            arguments["thread_ts"] = thread
        for pause in (*self._pauses, None):
            if await self._sent(client, "chat.postMessage", arguments, channel):
                return
            if await self._is_there(client, channel, thread, key, oldest):
                return
            if pause is not None:
                await asyncio.sleep(pause)
        raise _gave_up()

    async def is_there(
        self, client: AsyncWebClient, channel: str, *, key: str, since: dt.datetime
    ) -> bool:
        """Whether a post of that key is in a channel, among what was posted since then.

        Raises UnconfirmedError if the bot may not look, or Slack does not let it for long.
        """
        oldest = f"{since.timestamp() - _CLOCKS_APART:.6f}"
        return await self._is_there(client, channel, "", key, oldest)

    async def whisper(
        self, client: AsyncWebClient, channel: str, user: str, message: Message, *, thread: str = ""
    ) -> None:
        """Post for one person's eyes, in the conversation if possible, otherwise directly.

        Nothing tells whether such a post arrived; one that may be lost is sent again, since two
        that one person sees and can dismiss are better than none. Raises RefusedError if Slack
        will not have it.
        """
        arguments = _arguments(message) | {"channel": channel, "user": user}
        if thread:
            arguments["thread_ts"] = thread
        try:
            await self._persist(client, "chat.postEphemeral", arguments, channel)
        except RefusedError as refused:
            if refused.code not in _ELSEWHERE:
                raise
            await self.write_to(client, user, message)

    async def write_to(self, client: AsyncWebClient, user: str, message: Message) -> None:
        """Post to one person, in the conversation with them; what may be lost is sent again.

        Raises RefusedError if Slack will not have it.
        """
        # Posting to a person's id opens the conversation with them.
        arguments = _arguments(message) | {"channel": user}
        await self._persist(client, "chat.postMessage", arguments, user)

    async def redraw(self, client: AsyncWebClient, channel: str, ts: str, message: Message) -> None:
        """Change what a message of the bot says; it does not matter if it stays as it was."""
        arguments = _body(message) | {"channel": channel, "ts": ts, "parse": "none"}
        try:
            await self._persist(client, "chat.update", arguments, channel)
        except RefusedError as refused:
            _log.warning("not_redrawn", code=refused.code)

    async def respond(
        self, client: AsyncWebClient, url: str, message: Message, **options: Any
    ) -> bool:
        """Answer a click or a command by its response URL, for one person's eyes.

        False if the address has expired or is used up (5 posts, 30 minutes) or Slack does not
        take it. Works where the bot is no member. One that may be lost is sent again, as a whisper
        is. Source: docs.slack.dev/interactivity/handling-user-interaction
        """
        for pause in (*self._pauses, None):
            status = await self._responded(client, url, _body(message) | options)
            if status < _SERVER_ERROR:
                return status == _OK
            if pause is not None:
                await asyncio.sleep(pause)
        return False

    async def respond_once(
        self, client: AsyncWebClient, url: str, message: Message, **options: Any
    ) -> bool:
        """The same for everyone's eyes: never tried again, since it cannot be looked for."""
        return await self._responded(client, url, _body(message) | options) == _OK

    async def retract(self, client: AsyncWebClient, url: str) -> None:
        """Remove the private message whose button was pressed; it does not matter if it stays."""
        await self._responded(client, url, {"delete_original": True})

    async def _responded(self, client: AsyncWebClient, url: str, body: dict[str, Any]) -> int:
        """The status of a post to a response URL; 500 if the connection was lost."""
        # Not by slack_sdk's webhook client, which logs whole bodies and repeats lost posts.
        status = _SERVER_ERROR
        for _ in range(_WAITS):
            try:
                async with _session(client).post(url, json=body, proxy=client.proxy) as response:
                    await response.read()
                    status = response.status
                    wait = response.headers.get("Retry-After", "1")
            except _LOST:
                return _SERVER_ERROR
            if status != _RATE_LIMITED:
                break
            seconds = float(wait) if wait.isascii() and wait.isdecimal() else 1.0
            await asyncio.sleep(min(seconds, _LONGEST_WAIT))
        return status

    async def _persist(
        self, client: AsyncWebClient, method: str, arguments: dict[str, Any], channel: str
    ) -> None:
        for pause in (*self._pauses, None):
            if await self._sent(client, method, arguments, channel):
                return
            if pause is not None:
                await asyncio.sleep(pause)
        raise _gave_up()

    async def _sent(
        self, client: AsyncWebClient, method: str, arguments: dict[str, Any], channel: str
    ) -> bool:
        """Whether Slack confirmed; False if it failed in a way that leaves open what it did."""
        try:
            await client.api_call(method, json=arguments)
        except SlackApiError as error:
            if _is_failure_of_slack(error):
                return False
            raise refusal(error, channel) from error
        except _LOST:
            return False
        return True

    async def _is_there(
        self, client: AsyncWebClient, channel: str, thread: str, key: str, oldest: str
    ) -> bool:
        """Whether a post with this key is among the latest of a conversation.

        Raises UnconfirmedError if the bot may not look, or Slack does not let it for long.
        """
        for pause in (*self._pauses, None):
            try:
                found = await latest(client, channel, thread, oldest)
            except SlackApiError as error:
                if not _is_failure_of_slack(error):
                    break
            except _LOST:
                pass
            else:
                return any(key_in(message) == key for message in found)
            if pause is not None:
                await asyncio.sleep(pause)
        _log.warning("slack_unconfirmed", channel=channel)
        raise UnconfirmedError

    async def _keys(
        self, client: AsyncWebClient, channel: str, thread: str, key: str, oldest: str
    ) -> list[str]:
        """`ts` of the posts with this key, the oldest first; none where the bot may not look."""
        try:
            found = await latest(client, channel, thread, oldest)
        except (SlackApiError, *_LOST):
            return []
        return sorted(str(message["ts"]) for message in found if key_in(message) == key)


async def latest(
    client: AsyncWebClient, channel: str, thread: str, oldest: str = "0"
) -> list[dict[str, Any]]:
    """Messages of a thread, or of a channel without one, since a time; at most 4,000.

    Slack gives a thread from its beginning, so what was said last stands on the last page.
    """
    method = "conversations.replies" if thread else "conversations.history"
    query = {"channel": channel, "oldest": oldest, "limit": _PAGE, "include_all_metadata": 1}
    if thread:
        query["ts"] = thread
    messages: list[dict[str, Any]] = []
    for _ in range(_MOST_PAGES):
        found = await client.api_call(method, http_verb="GET", params=query)
        messages += found.get("messages") or ()
        cursor = (found.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            break
        query["cursor"] = cursor
    return messages


def key_in(message: Mapping[str, Any]) -> object:
    """The name of a post, if it is one of ours."""
    return ((message.get("metadata") or {}).get("event_payload") or {}).get("key")


def _session(client: AsyncWebClient) -> aiohttp.ClientSession:
    if client.session is None:
        raise TypeError("the Web API client has no session; see bot.slack.app")
    return client.session


def _body(message: Message) -> dict[str, Any]:
    return {"text": message.text, "blocks": list(message.blocks)}


def _arguments(message: Message) -> dict[str, Any]:
    """What goes with every post: no previews, and nothing in the text turned into links."""
    return {
        **_body(message),
        "parse": "none",
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _gave_up() -> RefusedError:
    return RefusedError(
        UNAVAILABLE,
        "Slack is having trouble and did not take my answer. Please ask again in a minute.",
        "Slack: failed several times in a row; the answer was not posted.",
    )


def _is_failure_of_slack(error: SlackApiError) -> bool:
    """Whether Slack broke down rather than refused: a 5xx, no JSON, or a code that says so."""
    code = _code(error)
    return not code or code in _BREAKDOWNS or _status(error) >= _SERVER_ERROR


def _status(error: SlackApiError) -> int:
    response: Any = error.response
    status = getattr(response, "status_code", None) or getattr(response, "status", 0)
    return status if isinstance(status, int) else 0


def _code(error: SlackApiError) -> str:
    response: Any = error.response
    try:
        return str(response.get("error") or "")
    except (AttributeError, TypeError, ValueError):
        return ""
