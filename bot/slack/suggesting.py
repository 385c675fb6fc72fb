"""Suggestions: the form, its faults at the fields, and what the curators make of them."""

import asyncio
import re
from contextlib import suppress
from dataclasses import replace

import structlog
from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot import overlay
from bot.catalogue.urls import normalise_url, url_fault
from bot.claims import BusyError, Doubt
from bot.errors import BotError, StoreDownError
from bot.records import Draft, Status, Suggestion
from bot.slack import views
from bot.slack.delivery import RefusedError, UnconfirmedError, key_of
from bot.slack.desk import Desk, Json, noting
from bot.slack.markup import escaped
from bot.slack.values import Carried, filled_in, unpacked

_LONGEST_URL = 2_000
_LINK = re.compile(r"<(https?://[^<>|\s]+)(?:\|([^<>]*))?>")

_log = structlog.stdlib.get_logger(__name__)

NO_CURATORS = (
    "Nobody would read a suggestion yet: the people who run me have not named a channel for"
    " curators (`ONBOARD_CURATORS_CHANNEL`)."
)
NO_TOPICS = (
    "The catalogue has no topics yet, so there is nothing a suggestion could belong to. Please ask"
    " the curators to add the first one."
)
_LATER = "I cannot keep that at the moment. Please send it again in a minute."


class _FaultyError(Exception):
    """A suggestion cannot be taken as it is."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__()
        self.faults = faults


class Suggesting:
    """Listens to the buttons, to the shortcut and to the forms."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # Whoever suggests

    async def on_suggest(
        self, ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient
    ) -> None:
        """*Suggest a resource*: opens the form."""
        await ack()
        carried = unpacked(action.get("value"))
        channel = carried.channel or body.get("channel", {}).get("id", "")
        await self.open(client, body["trigger_id"], replace(carried, channel=channel))

    async def on_shortcut(self, ack: AsyncAck, shortcut: Json, client: AsyncWebClient) -> None:
        """*Suggest this link* in the menu of a message: opens the form with its first link."""
        await ack()
        found = _LINK.search(shortcut["message"].get("text") or "")
        if found is None:
            raise BotError("There is no link in that message that I could suggest.")
        url, label = found[1].replace("&amp;", "&"), found[2] or ""
        carried = Carried(channel=shortcut["channel"]["id"])
        title = "" if label.startswith("http") else label
        await self.open(client, shortcut["trigger_id"], carried, url, title)

    async def open(
        self,
        client: AsyncWebClient,
        trigger: str,
        carried: Carried,
        url: str = "",
        title: str = "",
    ) -> None:
        """Show the form, prefilled from a question and perhaps an address."""
        if not self._desk.offers.suggest:
            raise BotError(NO_CURATORS)
        catalogue = self._desk.library.current.catalogue
        if not catalogue.topics:
            raise BotError(NO_TOPICS)
        fit = "" if url_fault(url) or len(url) > _LONGEST_URL else url
        draft = Draft(url=fit, title=title, summary="", ask=carried.question)
        # The form holds the question as its ask; twice, it might not fit.
        form = views.suggestion_form(catalogue, draft, replace(carried, question=""))
        await client.views_open(trigger_id=trigger, view=form)

    async def on_suggestion(
        self, ack: AsyncAck, body: Json, view: Json, client: AsyncWebClient
    ) -> None:
        """The form was sent: errors at the fields, or on to the curators."""
        carried = unpacked(view.get("private_metadata") or "{}")
        user, draft = body["user"]["id"], _draft(view)
        kept = None
        try:
            async with self._desk.once(f"suggestion/{view['id']}", wait=True) as claim:
                if claim is not None:
                    kept = await self._kept(draft, user, carried.asking, claim.doubt)
        except _FaultyError as faulty:
            await ack(response_action="errors", errors=faulty.faults)
            return
        except (StoreDownError, BusyError):
            # Who has it in hand may have died over it, and then nobody else has the words.
            await ack(response_action="errors", errors={"url": _LATER})
            return
        await ack()
        if kept is None:
            # Slack has sent the form twice.
            return
        seen = await self._show(client, kept)
        told = views.suggested(draft.title, seen=seen)
        await self._desk.delivery.whisper(client, carried.channel or user, user, told)

    async def _kept(self, draft: Draft, user: str, asking: str, doubt: Doubt) -> Suggestion:
        """Keep a suggestion for the curators; raises _FaultyError and StoreDownError.

        In strong doubt, one who died may have kept it and shown it to nobody.
        """
        if doubt == "strong":
            for one in await self._desk.store.suggestions("pending"):
                if (one.draft, one.by) == (draft, user):
                    return one
        if faults := await self._faults(draft):
            raise _FaultyError(faults)
        now = self._desk.clock()
        number = await self._desk.store.suggest(draft, user, asking=asking, now=now)
        return Suggestion(id=number, draft=draft, status="pending", at=now, by=user, asking=asking)

    async def _faults(self, draft: Draft) -> dict[str, str]:
        """What is wrong with a suggestion, by field; raises StoreDownError."""
        faults = await self._against_rules(draft)
        if "url" not in faults:
            page = normalise_url(draft.url)
            waiting = await self._desk.store.suggestions("pending")
            if any(normalise_url(one.draft.url) == page for one in waiting):
                faults["url"] = "Somebody has suggested this already; the curators will decide."
        return faults

    async def _against_rules(self, draft: Draft) -> dict[str, str]:
        # All addresses and questions of the catalogue are looked through, which may take a while.
        catalogue = self._desk.library.current.catalogue
        return await asyncio.to_thread(overlay.faults, draft, catalogue)

    async def _show(self, client: AsyncWebClient, suggestion: Suggestion) -> bool:
        """Post a suggestion for the curators; whether they can see it."""
        message = views.suggestion(suggestion, self._desk.library.current.catalogue)
        key = key_of("suggestion", str(suggestion.id))
        try:
            await self._desk.delivery.post(client, self._desk.curators, message, key=key)
        except UnconfirmedError:
            _log.warning("suggestion_unconfirmed", suggestion=suggestion.id)
        except RefusedError as refused:
            # Not raised: whoever suggests cannot mend it, and it is kept.
            _log.error("suggestion_refused", code=refused.code, told=refused.operator)
            return False
        return True

    # Curators

    async def on_approve(
        self, ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient
    ) -> None:
        """*Approve*: it is live at once, on every replica."""
        await ack()
        suggestion = await self._pressed(body, action)
        user, place = body["user"]["id"], _place(body)
        # Another replica may just have approved the same page.
        await self._refresh()
        faults = await self._against_rules(suggestion.draft)
        if faults and suggestion.status == "pending":
            # Not raised, since that is logged, and it may repeat what somebody wrote.
            why = escaped(" ".join(faults.values()))
            told = f"It cannot go in as it is. {why} Press *Edit* or *Decline*."
            await self._desk.tell(body, client, views.said(told))
            return
        with noting():
            approved = await self._approved(suggestion, suggestion.draft, user)
        await self._decided(client, suggestion, approved, ("approved", user), place)

    async def on_edit(
        self, ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient
    ) -> None:
        """*Edit*: the form with what was suggested, to be approved with changes."""
        await ack()
        suggestion = await self._pressed(body, action)
        await self._need_pending(client, suggestion, _place(body))
        catalogue = self._desk.library.current.catalogue
        form = views.edit_form(catalogue, suggestion.draft, _card(body, suggestion))
        await client.views_open(trigger_id=body["trigger_id"], view=form)

    async def on_edited(
        self, ack: AsyncAck, body: Json, view: Json, client: AsyncWebClient
    ) -> None:
        """The form of *Edit* was sent."""
        carried, draft = unpacked(view.get("private_metadata")), _draft(view)
        user = body["user"]["id"]
        approved = None
        try:
            suggestion = await self._suggestion(carried.suggestion)
            # Of one that is approved the catalogue has everything already.
            is_pending = suggestion.status == "pending"
            faults = await self._against_rules(draft) if is_pending else {}
            if not faults:
                approved = await self._approved(suggestion, draft, user)
        except StoreDownError:
            faults = {"url": _LATER}
        if faults:
            await ack(response_action="errors", errors=faults)
            return
        await ack()
        place = carried.channel, carried.thread
        await self._decided(client, suggestion, approved, ("approved", user), place)

    async def on_decline(
        self, ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient
    ) -> None:
        """*Decline*: asks for the reason, which whoever suggested it is told."""
        await ack()
        suggestion = await self._pressed(body, action)
        await self._need_pending(client, suggestion, _place(body))
        form = views.decline_form(suggestion, _card(body, suggestion))
        await client.views_open(trigger_id=body["trigger_id"], view=form)

    async def on_declined(
        self, ack: AsyncAck, body: Json, view: Json, client: AsyncWebClient
    ) -> None:
        """The form of *Decline* was sent."""
        carried, user = unpacked(view.get("private_metadata")), body["user"]["id"]
        reason = str(filled_in(view).get("reason", ""))
        fault = "" if reason else "Whoever suggested it should read a reason."
        if reason:
            try:
                suggestion = await self._suggestion(carried.suggestion)
                declined = await self._desk.store.decline(
                    carried.suggestion, user, reason=reason, now=self._desk.clock()
                )
            except StoreDownError:
                fault = _LATER
        if fault:
            await ack(response_action="errors", errors={"reason": fault})
            return
        await ack()
        place = carried.channel, carried.thread
        await self._decided(client, suggestion, declined, ("declined", user), place)

    async def on_undo(
        self, ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient
    ) -> None:
        """*Undo*: the suggestion waits for a decision again."""
        await ack()
        suggestion = await self._pressed(body, action)
        with noting():
            undone = await self._desk.store.undo(
                suggestion.id, body["user"]["id"], now=self._desk.clock()
            )
            found = undone or await self._suggestion(suggestion.id)
        await self._refresh()
        await self._redraw(client, found, _place(body))
        if undone is None and found.status != "pending":
            raise BotError(_stands(found))

    async def _approved(self, suggestion: Suggestion, draft: Draft, user: str) -> Suggestion | None:
        """Approve it with these words; None if it is not pending. Raises StoreDownError."""
        taken = {resource.id for resource in self._desk.library.current.catalogue.resources}
        return await self._desk.store.approve(
            suggestion.id,
            user,
            resource=overlay.resource_id(draft.title, taken),
            draft=draft,
            now=self._desk.clock(),
        )

    async def _decided(
        self,
        client: AsyncWebClient,
        suggestion: Suggestion,
        decided: Suggestion | None,
        wanted: tuple[Status, str],
        place: tuple[str, str],
    ) -> None:
        """Show on its card how a suggestion stands, and tell whoever suggested it, once.

        None as `decided` means that it was decided before. By the same person in the same way, it
        is the same press once more; otherwise raises BotError with how it stands.
        """
        with noting():
            found = decided or await self._suggestion(suggestion.id)
        await self._refresh()
        await self._redraw(client, found, place)
        if (found.status, found.decided_by) != wanted:
            raise BotError(_stands(found))
        if found.by is None:
            # They are forgotten.
            return
        message = views.approved(found) if found.status == "approved" else views.declined(found)
        async with self._desk.once(f"decided/{found.id}/{found.decided_at}") as claim:
            if claim is None:
                return
            try:
                await self._desk.delivery.write_to(client, found.by, message)
            except RefusedError as refused:
                _log.warning("suggester_not_told", code=refused.code)

    async def _need_pending(
        self, client: AsyncWebClient, suggestion: Suggestion, place: tuple[str, str]
    ) -> None:
        if suggestion.status != "pending":
            await self._redraw(client, suggestion, place)
            raise BotError(_stands(suggestion))

    async def _pressed(self, body: Json, action: Json) -> Suggestion:
        """The suggestion under which a button was pressed; only curators may."""
        if body["channel"]["id"] != self._desk.curators:
            raise BotError("Only curators decide on suggestions, in their channel.")
        with noting():
            return await self._suggestion(unpacked(action.get("value")).suggestion)

    async def _suggestion(self, number: int) -> Suggestion:
        """A suggestion by its number; raises BotError if it is gone, and StoreDownError."""
        found = await self._desk.store.suggestion(number)
        if found is None:
            raise BotError("That suggestion is no longer kept.")
        return found

    async def _refresh(self) -> None:
        # If it cannot be had now, the next look takes it over.
        with suppress(StoreDownError):
            await self._desk.sharing.refresh()

    async def _redraw(
        self, client: AsyncWebClient, suggestion: Suggestion, place: tuple[str, str]
    ) -> None:
        message = views.suggestion(suggestion, self._desk.library.current.catalogue)
        await self._desk.delivery.redraw(client, *place, message)


def _card(body: Json, suggestion: Suggestion) -> Carried:
    """What a form opened from the curators' channel carries: which suggestion, and its message."""
    container = body["container"]
    return Carried(
        suggestion=suggestion.id, channel=container["channel_id"], thread=container["message_ts"]
    )


def _place(body: Json) -> tuple[str, str]:
    """Where the card is on which something was pressed."""
    return body["container"]["channel_id"], body["container"]["message_ts"]


def _stands(suggestion: Suggestion) -> str:
    match suggestion.status:
        case "merged":
            return "It stands in the catalogue\u2019s file now. To take it out, change the file."
        case "pending":
            return "It waits for a decision again: somebody has pressed *Undo*."
    by = f" by <@{suggestion.decided_by}>" if suggestion.decided_by else ""
    return f"It has been {suggestion.status} already{by}."


def _draft(view: Json) -> Draft:
    given = filled_in(view)
    return Draft(
        url=str(given.get("url", "")),
        title=str(given.get("title", "")),
        summary=str(given.get("summary", "")),
        topics=tuple(given.get("topics", ())),
        ask=str(given.get("ask", "")),
    )
