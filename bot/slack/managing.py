"""Listening to channels: who may switch it, and what everyone is told of it."""

import structlog
from slack_bolt.async_app import AsyncAck
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import BotError
from bot.records import SETTINGS, Setting
from bot.slack import views
from bot.slack.delivery import key_of, refusal
from bot.slack.desk import Desk, Json, is_direct, noting
from bot.slack.parts import Message

_log = structlog.stdlib.get_logger(__name__)

_NO_LISTENING = (
    "Listening is switched off for this workspace. The people who run me can allow it with"
    " `ONBOARD_LISTENING=true`, and then reinstall the app with what `onboard manifest --listening`"
    " prints."
)


class Managing:
    """Shows and changes how a channel is listened to."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def on_listen(
        self, ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient
    ) -> None:
        """A button under `/onboard listen`."""
        await ack()
        message = await self.listen(
            client, body["channel"]["id"], body["user"]["id"], action.get("value")
        )
        await self._desk.tell(body, client, message, replace_original=True)

    async def listen(
        self, client: AsyncWebClient, channel: str, user: str, wanted: str | None
    ) -> Message:
        """Show or change how a channel is listened to; a sentence says why not."""
        if not self._desk.features.listening:
            return views.said(_NO_LISTENING)
        if is_direct(channel):
            return views.said("Listening is for channels; here I answer everything anyway.")
        may_change = await self._may_manage(client, user)
        if wanted is None:
            return self._state(channel, may_change=may_change)
        setting = next((name for name in SETTINGS if name == wanted.casefold()), None)
        if setting is None:
            # Without the word itself, since what is raised is logged.
            raise BotError("That is none of `off`, `shadow` and `on`: `/onboard listen on`.")
        if not may_change:
            raise BotError(f"Only {self._managers()} may change that.")
        if setting != "off" and not await self._is_member(client, channel):
            raise BotError("I am not in this channel. Invite me first: `/invite @onboard`.")
        return await self._set(client, channel, user, setting)

    async def _set(
        self, client: AsyncWebClient, channel: str, user: str, setting: Setting
    ) -> Message:
        before = self._desk.listening.of(channel)
        if setting != before:
            now = self._desk.clock()
            with noting():
                await self._desk.listening.set(channel, setting, by=user, now=now)
            _log.info("listening", channel=channel, setting=setting)
            # Everyone learns when the bot begins or ceases to speak unasked.
            if "on" in (setting, before):
                key = key_of("listening", channel, setting, str(now))
                told = views.listening_changed(setting, user)
                await self._desk.delivery.post(client, channel, told, key=key)
        return self._state(channel, may_change=True)

    def _state(self, channel: str, *, may_change: bool) -> Message:
        shadowed = self._desk.listening.shadowed(channel)
        return views.listening(self._desk.listening.of(channel), shadowed, may_change=may_change)

    def _managers(self) -> str:
        return (
            f"members of <#{self._desk.curators}>"
            if self._desk.curators
            else "admins and owners of this workspace"
        )

    async def _may_manage(self, client: AsyncWebClient, user: str) -> bool:
        """Curators may, that is members of their channel; where there is none, workspace admins."""
        try:
            if not self._desk.curators:
                found = await client.users_info(user=user)
                person = found["user"]
                return bool(person.get("is_admin") or person.get("is_owner"))
            cursor = ""
            while True:
                page = await client.conversations_members(
                    channel=self._desk.curators, cursor=cursor, limit=200
                )
                if user in page["members"]:
                    return True
                cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
                if not cursor:
                    return False
        except SlackApiError as error:
            raise refusal(error, self._desk.curators) from error

    async def _is_member(self, client: AsyncWebClient, channel: str) -> bool:
        try:
            found = await client.conversations_info(channel=channel)
        except SlackApiError as error:
            refused = refusal(error, channel)
            if refused.code == "channel_not_found":
                return False
            raise refused from error
        return bool(found["channel"].get("is_member"))
