"""Suggestions: the form, its faults at the fields, and on to the curators."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.catalogue.urls import normalise_url, url_fault
from bot.errors import BotError
from bot.model import Catalogue
from bot.slack import views
from bot.slack.delivery import RefusedError, UnconfirmedError, key_of
from bot.slack.desk import Desk, Json, has_words
from bot.slack.values import Carried, unpacked

_LONGEST_URL = 2_000

_log = structlog.stdlib.get_logger(__name__)

NO_CURATORS = (
    "Nobody would read a suggestion yet: the people who run me have not named a channel for"
    " curators (`ONBOARD_CURATORS_CHANNEL`)."
)


class Suggesting:
    """Listens to the button and to the form."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def on_suggest(
        self, ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient
    ) -> None:
        """*Suggest a resource*: opens the form."""
        await ack()
        if not self._desk.offers.suggest:
            raise BotError(NO_CURATORS)
        carried = unpacked(action.get("value"))
        channel = carried.channel or body.get("channel", {}).get("id", "")
        await self.open(client, body["trigger_id"], replace(carried, channel=channel))

    async def open(
        self, client: AsyncWebClient, trigger: str, carried: Carried, url: str = ""
    ) -> None:
        """Show the form, prefilled from a question and perhaps an address."""
        given = "" if url_fault(url) or len(url) > _LONGEST_URL else url
        form = views.suggestion_form(self._desk.library.current.catalogue, carried, url=given)
        await client.views_open(trigger_id=trigger, view=form)

    async def on_suggestion(
        self, ack: AsyncAck, view: Json, body: Json, client: AsyncWebClient
    ) -> None:
        """The form was sent: errors at the fields, or on to the curators."""
        given = _fields(view)
        catalogue = self._desk.library.current.catalogue
        if faults := _faults(given, catalogue):
            await ack(response_action="errors", errors=faults)
            return
        await ack()
        user = body["user"]["id"]
        carried = unpacked(view.get("private_metadata") or "{}")
        named = {topic.id: topic.name for topic in catalogue.topics}
        message = views.suggestion(
            user,
            url=given["url"],
            title=given["title"],
            topics=[named[name] for name in given["topics"] if name in named],
            why=given["why"],
            question=carried.question,
        )
        key = key_of("suggestion", view["id"])
        try:
            await self._desk.delivery.post(client, self._desk.curators, message, key=key)
            told = views.suggested(given["title"], sure=True)
        except UnconfirmedError:
            told = views.suggested(given["title"], sure=False)
        except RefusedError as refused:
            # Not raised: whoever suggests cannot mend it, and should get back what they wrote.
            _log.error("suggestion_refused", code=refused.code, told=refused.operator)
            told = views.undelivered(given["title"], given["url"], given["why"])
        await self._desk.delivery.whisper(client, carried.channel or user, user, told)


def _fields(view: Json) -> dict[str, Any]:
    """What was typed and chosen in the form, by block."""
    given: dict[str, Any] = {"url": "", "title": "", "why": "", "topics": []}
    for block, actions in view["state"]["values"].items():
        for state in actions.values():
            if "selected_options" in state:
                given[block] = [option["value"] for option in state["selected_options"]]
            else:
                given[block] = (state.get("value") or "").strip()
    return given


def _faults(given: Mapping[str, Any], catalogue: Catalogue) -> dict[str, str]:
    """What is wrong with a suggestion, by the catalogue's own rules, at the field it is in."""
    faults = {} if has_words(given["title"]) else {"title": "Give it a title of some words."}
    if fault := url_fault(given["url"]):
        return faults | {"url": f"This address {fault}."}
    page = normalise_url(given["url"])
    known = next(
        (
            resource
            for resource in catalogue.resources
            if page in map(normalise_url, (resource.url, *(also.url for also in resource.also)))
        ),
        None,
    )
    if known is not None:
        faults["url"] = f"The catalogue has this already: {known.title}"
    return faults
