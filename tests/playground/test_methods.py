"""The Web API as an app without any library calls it."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.playground import Playground, User
from tests.playground.world import (
    SCOPES,
    SEED,
    Clock,
    RawApp,
    button,
    manifest,
    modal,
    section,
    seed_with,
    text_input,
    without,
)


async def error(raw: RawApp, method: str, **arguments: Any) -> str:
    """Return the code that a call is refused with."""
    answer = await raw.call(method, **arguments)
    assert answer["ok"] is False
    return str(answer["error"])


async def posted(raw: RawApp, text: str = "hello", **more: Any) -> str:
    """Post as the app and return the ts."""
    answer = await raw.call("chat.postMessage", **{"channel": "C1", "text": text, **more})
    assert answer["ok"], answer
    return str(answer["ts"])


async def test_who_may_call(raw: RawApp) -> None:
    """A call needs the right token of its kind."""
    app_token = raw.playground.app_token
    assert (await raw.call("auth.test", ""))["error"] == "not_authed"
    assert (await raw.call("auth.test", "xoxb-other"))["error"] == "invalid_auth"
    assert (await raw.call("auth.test", app_token))["error"] == "not_allowed_token_type"
    assert await error(raw, "apps.connections.open") == "not_allowed_token_type"
    assert (await raw.call("auth.test"))["user_id"] == "UBOT"
    assert (await raw.call("blocks.validate", "", blocks=[section()]))["ok"]


async def test_who_may_call_no_more(raw: RawApp) -> None:
    """Void tokens are refused with the reason, until they are good again."""
    raw.playground.revoke("token_revoked")
    assert await error(raw, "auth.test") == "token_revoked"
    assert await error(raw, "chat.postMessage", channel="C1", text="x") == "token_revoked"
    answer = await raw.call("apps.connections.open", raw.playground.app_token)
    assert answer == {"ok": False, "error": "token_revoked"}
    raw.playground.reinstate()
    assert (await raw.call("auth.test"))["ok"]
    await raw.playground.uninstall()
    assert await error(raw, "auth.test") == "account_inactive"
    kinds = [one.what for one in raw.playground.deliveries]
    assert kinds == ["event app_uninstalled", "event tokens_revoked"]


async def test_the_scopes_are_told(raw: RawApp) -> None:
    """Every answer tells which scopes the app has."""
    headers = {"Authorization": f"Bearer {raw.playground.bot_token}"}
    async with raw.session.post(f"{raw.playground.api_url}auth.test", headers=headers) as response:
        assert response.headers["x-oauth-scopes"].split(",") == SCOPES


async def test_unknown_methods(raw: RawApp) -> None:
    """What is not a method here is refused as Slack refuses what is not a method there."""
    assert await error(raw, "chat.shout", text="hello") == "unknown_method"


async def test_three_ways_to_write(raw: RawApp) -> None:
    """A call may come as JSON, as a form with nested JSON, or as a query, posted or not."""
    url, headers = raw.playground.api_url, {"Authorization": f"Bearer {raw.playground.bot_token}"}
    form = {"channel": "C1", "text": "hello", "blocks": json.dumps(button())}
    async with raw.session.post(f"{url}chat.postMessage", data=form, headers=headers) as response:
        answer = await response.json()
        assert answer["message"]["blocks"] == button()
    given = {"channel": "C1", "limit": "1", "token": raw.playground.bot_token}
    async with raw.session.get(f"{url}conversations.history", params=given) as response:
        assert [one["text"] for one in (await response.json())["messages"]] == ["hello"]
    async with raw.session.post(f"{url}users.info?user=U2", headers=headers) as response:
        assert (await response.json())["user"]["name"] == "tom"
    empty = headers | {"Content-Type": "application/json"}
    async with raw.session.post(f"{url}auth.test", headers=empty) as response:
        assert (await response.json())["ok"]
    for body, code in [(b"{", "invalid_json"), (b"[]", "json_not_object")]:
        async with raw.session.post(f"{url}auth.test", data=body, headers=empty) as response:
            assert (await response.json())["error"] == code
    assert "token" not in raw.playground.called("conversations.history")[0].arguments


@pytest.mark.parametrize(
    ("method", "arguments", "scope"),
    [
        ("chat.postMessage", {"channel": "C1", "text": "x"}, "chat:write"),
        ("conversations.open", {"users": "U1"}, "im:write"),
        ("conversations.info", {"channel": "C1"}, "channels:read"),
        ("conversations.info", {"channel": "C3"}, "groups:read"),
        ("conversations.info", {"channel": "D1"}, "im:read"),
        ("conversations.members", {"channel": "C1"}, "channels:read"),
        ("conversations.list", {"types": "private_channel"}, "groups:read"),
        ("conversations.history", {"channel": "C1"}, "channels:history"),
        ("conversations.history", {"channel": "C3"}, "groups:history"),
        ("conversations.history", {"channel": "D1"}, "im:history"),
        ("conversations.replies", {"channel": "C3", "ts": "1.1"}, "groups:history"),
        ("users.info", {"user": "U1"}, "users:read"),
        ("reactions.add", {"channel": "C1", "timestamp": "1.1", "name": "x"}, "reactions:write"),
    ],
)
async def test_scopes(method: str, arguments: dict[str, Any], scope: str) -> None:
    """Without its scope a method is refused, and the answer names the scope; with it, it is not."""
    async with Playground(without(scope), SEED) as playground, RawApp.living_in(playground) as raw:
        answer = await raw.call(method, **arguments)
        assert (answer["error"], answer["needed"]) == ("missing_scope", scope)
        assert scope not in answer["provided"].split(",")
    async with Playground(manifest(), SEED) as playground, RawApp.living_in(playground) as raw:
        assert (await raw.call(method, **arguments)).get("error") != "missing_scope"


async def test_where_an_app_may_post(raw: RawApp) -> None:
    """An app posts where it is, by id or name, and to people by their id."""
    assert await error(raw, "chat.postMessage", channel="C9", text="x") == "channel_not_found"
    assert await error(raw, "chat.postMessage", channel="C2", text="x") == "not_in_channel"
    assert await error(raw, "chat.postMessage", channel="C4", text="x") == "channel_not_found"
    assert await error(raw, "chat.postMessage", text="x") == "invalid_arguments"
    for channel, found in [("C1", "C1"), ("#general", "C1"), ("C3", "C3"), ("U2", "D2")]:
        answer = await raw.call("chat.postMessage", channel=channel, text="x")
        assert answer["channel"] == found
    await raw.playground.archive("C1")
    assert await error(raw, "chat.postMessage", channel="C1", text="x") == "is_archived"
    await raw.playground.unarchive("C1")
    await raw.playground.remove_app("C1")
    assert await error(raw, "chat.postMessage", channel="C1", text="x") == "not_in_channel"
    await raw.playground.invite_app("C1")
    await posted(raw)


async def test_where_an_app_is_no_more(raw: RawApp) -> None:
    """An app that was removed from a channel neither posts nor reads there, nor hears of it."""
    root = await raw.playground.say("U1", "C1", "before")
    for channel in ("C1", "C3"):
        await raw.playground.remove_app(channel)
    heard = len(raw.playground.deliveries)
    await raw.playground.say("U1", "C1", "<@UBOT> after")
    assert len(raw.playground.deliveries) == heard
    assert "is not in #general" in raw.playground.notices("U1")[0]
    for channel, code in [("C1", "not_in_channel"), ("C3", "channel_not_found")]:
        for method, more in [
            ("chat.postMessage", {"text": "x"}),
            ("chat.postEphemeral", {"text": "x", "user": "U1"}),
            ("conversations.history", {}),
            ("conversations.replies", {"ts": root}),
        ]:
            assert await error(raw, method, channel=channel, **more) == code


async def test_posting_in_public() -> None:
    """With chat:write.public an app posts in all public channels, and in no private one more."""
    scopes = [*SCOPES, "chat:write.public"]
    async with (
        Playground(manifest(scopes=scopes), SEED) as playground,
        RawApp.living_in(playground) as raw,
    ):
        assert (await raw.call("chat.postMessage", channel="C2", text="x"))["ok"]
        assert await error(raw, "chat.postMessage", channel="C4", text="x") == "channel_not_found"


async def test_a_closed_messages_tab() -> None:
    """Without a messages tab neither the app nor a person writes in direct messages."""
    closed = manifest()
    closed["features"]["app_home"]["messages_tab_enabled"] = False
    async with Playground(closed, SEED) as playground, RawApp.living_in(playground) as raw:
        code = await error(raw, "chat.postMessage", channel="U1", text="x")
        assert code == "messages_tab_disabled"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({}, "no_text"),
        ({"text": ""}, "no_text"),
        ({"blocks": []}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": 7}, "invalid_arguments"),
        ({"markdown_text": 7}, "invalid_arguments"),
        ({"text": "x", "blocks": [{"type": "sofa"}]}, "invalid_blocks"),
        ({"text": "x", "blocks": [section()] * 51}, "invalid_blocks"),
        ({"text": "x", "blocks": "{"}, "invalid_arguments"),
        ({"text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"text": "x", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        ({"text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"text": "x", "thread_ts": 1.5}, "invalid_arguments"),
    ],
)
async def test_what_an_app_may_not_post(raw: RawApp, message: dict[str, Any], code: str) -> None:
    """What Slack would refuse is refused with Slack's code, and nothing is said."""
    before = raw.playground.seen("U1", "C1")
    assert await error(raw, "chat.postMessage", channel="C1", **message) == code
    assert raw.playground.seen("U1", "C1") == before


async def test_refused_blocks_are_explained(raw: RawApp) -> None:
    """The answer to blocks that are refused says what is wrong with them."""
    answer = await raw.call("chat.postMessage", channel="C1", text="x", blocks=[{"type": "sofa"}])
    assert any("sofa" in sentence for sentence in answer["response_metadata"]["messages"])


async def test_every_block_has_a_name(raw: RawApp) -> None:
    """Blocks and elements without an id are given one, and others keep theirs."""
    unnamed = button()
    del unnamed[0]["block_id"], unnamed[0]["elements"][0]["action_id"]
    blocks = [*unnamed, *button()]
    answer = await raw.call("chat.postMessage", channel="C1", text="x", blocks=blocks)
    first, second = answer["message"]["blocks"]
    assert first["block_id"]
    assert first["elements"][0]["action_id"]
    assert (second["block_id"], second["elements"][0]["action_id"]) == ("row", "why")


async def test_metadata_is_kept(raw: RawApp) -> None:
    """Metadata comes back from the history to who asks for it, and only then."""
    metadata = {"event_type": "answer", "event_payload": {"key": "k1"}}
    ts = await posted(raw, metadata=metadata)
    with_it = await raw.call("conversations.history", channel="C1", include_all_metadata=True)
    assert with_it["messages"][0]["metadata"] == metadata
    plain = await raw.call("conversations.history", channel="C1")
    assert (plain["messages"][0]["ts"], "metadata" in plain["messages"][0]) == (ts, False)


async def test_updating(raw: RawApp) -> None:
    """An app changes its own messages only, and what it does not mention stays."""
    ts = await posted(raw, blocks=button())
    answer = await raw.call("chat.update", channel="C1", ts=ts, text="new")
    assert (answer["message"]["text"], answer["message"]["blocks"]) == ("new", button())
    answer = await raw.call("chat.update", channel="C1", ts=ts, text="bare", blocks=[])
    assert "blocks" not in answer["message"]
    theirs = await raw.playground.say("U1", "C1", "mine")
    code = await error(raw, "chat.update", channel="C1", ts=theirs, text="x")
    assert code == "cant_update_message"
    code = await error(raw, "chat.update", channel="C1", ts="1.1", text="x")
    assert code == "message_not_found"
    code = await error(raw, "chat.update", channel="C1", ts=ts, text="x" * 4001)
    assert code == "msg_too_long"


async def test_deleting(raw: RawApp) -> None:
    """An app deletes its own messages only, once."""
    ts = await posted(raw)
    assert (await raw.call("chat.delete", channel="C1", ts=ts))["ok"]
    assert await error(raw, "chat.delete", channel="C1", ts=ts) == "message_not_found"
    theirs = await raw.playground.say("U1", "C1", "mine")
    assert await error(raw, "chat.delete", channel="C1", ts=theirs) == "cant_delete_message"
    ts = await posted(raw)
    await raw.playground.archive("C1")
    assert await error(raw, "chat.delete", channel="C1", ts=ts) == "is_inactive"


async def test_whispering(raw: RawApp) -> None:
    """An ephemeral message reaches one person of the conversation and no history."""
    answer = await raw.call("chat.postEphemeral", channel="C1", user="U1", text="psst")
    assert raw.playground.seen("U1", "C1")[-1].ts == answer["message_ts"]
    assert raw.playground.seen("U2", "C1")[-1].text != "psst"
    history = await raw.call("conversations.history", channel="C1")
    assert "psst" not in [one["text"] for one in history["messages"]]
    code = await error(raw, "chat.postEphemeral", channel="C1", user="U3", text="x")
    assert code == "user_not_in_channel"
    ts = answer["message_ts"]
    assert await error(raw, "chat.update", channel="C1", ts=ts, text="x") == "message_not_found"


async def test_permalinks(raw: RawApp) -> None:
    """A message has an address, and a reply's names its thread."""
    ts = await posted(raw)
    reply = await posted(raw, thread_ts=ts)
    answer = await raw.call("chat.getPermalink", channel="C1", message_ts=ts)
    digits = ts.replace(".", "")
    assert answer["permalink"] == f"https://acme-rockets.slack.com/archives/C1/p{digits}"
    answer = await raw.call("chat.getPermalink", channel="C1", message_ts=reply)
    assert answer["permalink"].endswith(f"?thread_ts={ts}&cid=C1")
    code = await error(raw, "chat.getPermalink", channel="C1", message_ts="1.1")
    assert code == "message_not_found"


async def test_reactions(raw: RawApp) -> None:
    """An app puts an emoji on a message once."""
    ts = await posted(raw)
    assert (await raw.call("reactions.add", channel="C1", timestamp=ts, name="eyes"))["ok"]
    code = await error(raw, "reactions.add", channel="C1", timestamp=ts, name="eyes")
    assert code == "already_reacted"
    (message,) = (one for one in raw.playground.seen("U1", "C1") if one.ts == ts)
    assert message.reactions == {"eyes": ["UBOT"]}


async def test_direct_messages(raw: RawApp) -> None:
    """Everybody has direct messages with the app, opened by their id."""
    assert (await raw.call("conversations.open", users="U2"))["channel"]["id"] == "D2"
    answer = await raw.call("conversations.open", users="U2", return_im=True)
    assert (answer["channel"]["user"], answer["channel"]["is_im"]) == ("U2", True)
    assert await error(raw, "conversations.open", users="U9") == "user_not_found"
    assert await error(raw, "conversations.open", users="U1,U2") == "missing_scope"


async def test_conversations(raw: RawApp) -> None:
    """An app learns of public channels and of private ones it is in, with its place in them."""
    answer = await raw.call("conversations.list", types="public_channel,private_channel")
    listed = {one["id"]: one["is_member"] for one in answer["channels"]}
    assert listed == {"C1": True, "C2": False, "C3": True}
    answer = await raw.call("conversations.info", channel="C1", include_num_members=True)
    assert (answer["channel"]["num_members"], answer["channel"]["creator"]) == (3, "U1")
    assert await error(raw, "conversations.info", channel="C4") == "channel_not_found"
    answer = await raw.call("conversations.members", channel="C1")
    assert answer["members"] == ["U1", "U2", "UBOT"]
    assert await error(raw, "conversations.list", types="sofa") == "invalid_types"


async def test_pages_of_a_list(raw: RawApp) -> None:
    """A long list comes in pages that hold everything once."""
    found: list[str] = []
    more: dict[str, str] = {}
    while True:
        answer = await raw.call("conversations.members", channel="C1", limit=2, **more)
        found += answer["members"]
        if not (cursor := answer["response_metadata"]["next_cursor"]):
            break
        more = {"cursor": cursor}
    assert found == ["U1", "U2", "UBOT"]
    assert await error(raw, "conversations.members", channel="C1", limit=0.5) == "invalid_limit"
    code = await error(raw, "conversations.members", channel="C1", cursor="there")
    assert code == "invalid_cursor"


async def test_history(raw: RawApp) -> None:
    """The history has what was said, newest first, and replies only if they were sent to all."""
    playground = raw.playground
    first = await playground.say("U1", "C1", "first")
    await playground.say("U1", "C1", "reply", thread_ts=first)
    await playground.say("U1", "C1", "loud", thread_ts=first, broadcast=True)
    last = await posted(raw, "last")
    answer = await raw.call("conversations.history", channel="C1", oldest=first)
    assert [one["text"] for one in answer["messages"]] == ["last", "loud"]
    answer = await raw.call("conversations.history", channel="C1", oldest=first, inclusive=True)
    assert (answer["messages"][-1]["text"], answer["messages"][-1]["reply_count"]) == ("first", 2)
    answer = await raw.call("conversations.history", channel="C1", latest=last, limit=1)
    assert ([one["text"] for one in answer["messages"]], answer["has_more"]) == (["loud"], True)
    assert await error(raw, "conversations.history", channel="C2") == "not_in_channel"
    code = await error(raw, "conversations.history", channel="C1", oldest="x")
    assert code == "invalid_ts_oldest"


async def test_pages_of_a_history(raw: RawApp) -> None:
    """A part of a history comes in pages, newest first, and each message in one of them.

    Metadata is in every page that asks for it.
    """
    metadata = {"event_type": "digest", "event_payload": {"key": "2026-W49"}}
    said = [await posted(raw, f"message {number}", metadata=metadata) for number in range(7)]
    part: dict[str, Any] = {"channel": "C1", "oldest": said[1], "latest": said[5], "limit": 2}
    for inclusive, expected in [(False, said[4:1:-1]), (True, said[5:0:-1])]:
        found: list[str] = []
        more: dict[str, Any] = {"inclusive": inclusive, "include_all_metadata": True}
        for _ in said:
            answer = await raw.call("conversations.history", **part, **more)
            assert all(one["metadata"] == metadata for one in answer["messages"])
            found += [one["ts"] for one in answer["messages"]]
            if not answer["has_more"]:
                break
            more["cursor"] = answer["response_metadata"]["next_cursor"]
        assert found == expected


async def test_replies(raw: RawApp) -> None:
    """A thread comes with its first message, oldest first; one that is not there is not found."""
    first = await raw.playground.say("U1", "C1", "first")
    reply = await posted(raw, "second", thread_ts=first)
    await raw.playground.say("U2", "C1", "third", thread_ts=first)
    answer = await raw.call("conversations.replies", channel="C1", ts=first)
    assert [one["text"] for one in answer["messages"]] == ["first", "second", "third"]
    answer = await raw.call("conversations.replies", channel="C1", ts=first, oldest=reply)
    assert [one["text"] for one in answer["messages"]] == ["first", "third"]
    assert await error(raw, "conversations.replies", channel="C1", ts="1.1") == "thread_not_found"


async def test_people(raw: RawApp) -> None:
    """A person is described with their zone and title, and never with an address."""
    user = (await raw.call("users.info", user="U1"))["user"]
    assert (user["tz"], user["tz_offset"], user["profile"]["title"]) == (
        "Asia/Seoul",
        9 * 3600,
        "newcomer",
    )
    assert "email" not in user["profile"]
    assert (await raw.call("users.info", user="U2"))["user"]["is_admin"]
    assert (user["is_restricted"], user["is_ultra_restricted"]) == (False, False)
    assert (await raw.call("users.info", user="UBOT"))["user"]["is_bot"]
    assert await error(raw, "users.info", user="U9") == "user_not_found"


async def test_guests() -> None:
    """A guest is restricted; one of a single channel is both, as Slack says of them."""
    guests = (
        User("U1", "mina", "Mina Park", is_restricted=True),
        User("U2", "tom", "Tom Reed", is_ultra_restricted=True),
        SEED.users[2],
    )
    async with (
        Playground(manifest(), seed_with(users=guests)) as playground,
        RawApp.living_in(playground) as raw,
    ):
        for user, expected in [("U1", (True, False)), ("U2", (True, True)), ("U3", (False, False))]:
            found = (await raw.call("users.info", user=user))["user"]
            assert (found["is_restricted"], found["is_ultra_restricted"]) == expected


async def test_a_zone_has_its_own_time_of_year(raw: RawApp, clock: Clock) -> None:
    """How far a zone is from UTC is told for the day it is in the workspace."""
    users = (*SEED.users[:2], replace(SEED.users[2], timezone="Europe/Berlin"))
    raw.playground.workspace.users |= {one.id: one for one in users}
    clock.at = datetime(2026, 11, 30, tzinfo=UTC).timestamp()
    for label, offset in [("CET", 3600), ("CEST", 7200)]:
        user = (await raw.call("users.info", user="U3"))["user"]
        assert (user["tz_label"], user["tz_offset"]) == (label, offset)
        raw.playground.clock.move(200 * 24 * 3600)


async def test_home(raw: RawApp) -> None:
    """A Home tab is published for one person, and replaced only as it was last seen."""
    home = {"type": "home", "blocks": [section("hello")]}
    view = (await raw.call("views.publish", user_id="U1", view=home))["view"]
    assert raw.playground.home("U2") is None
    code = await error(raw, "views.publish", user_id="U1", view=home, hash="old")
    assert code == "hash_conflict"
    again = await raw.call("views.publish", user_id="U1", view=home, hash=view["hash"])
    assert again["view"]["id"] == view["id"]
    assert again["view"]["hash"] != view["hash"]
    assert await error(raw, "views.publish", user_id="U9", view=home) == "user_not_found"
    assert await error(raw, "views.publish", user_id="U1", view=modal()) == "invalid_arguments"


async def test_no_home() -> None:
    """An app without a Home tab publishes none, and nobody opens it."""
    closed = manifest()
    closed["features"]["app_home"]["home_tab_enabled"] = False
    home = {"type": "home", "blocks": [section()]}
    async with Playground(closed, SEED) as playground, RawApp.living_in(playground) as raw:
        assert await error(raw, "views.publish", user_id="U1", view=home) == "not_enabled"


@pytest.fixture
async def trigger(connected: RawApp) -> str:
    """A trigger id, fresh from a command."""
    delivery = await connected.playground.command("U1", "C1", "/onboard")
    return str(delivery.payload["trigger_id"])


async def test_modals_open_with_a_trigger(connected: RawApp, trigger: str, clock: Clock) -> None:
    """A modal opens for the person whose trigger it is, within three seconds, once."""
    view = (await connected.call("views.open", trigger_id=trigger, view=modal()))["view"]
    assert [one.id for one in connected.playground.modals("U1")] == [view["id"]]
    code = await error(connected, "views.open", trigger_id=trigger, view=modal())
    assert code == "exchanged_trigger_id"
    late = (await connected.playground.command("U1", "C1", "/onboard")).payload["trigger_id"]
    clock.at += 3.1
    code = await error(connected, "views.open", trigger_id=late, view=modal())
    assert code == "expired_trigger_id"
    code = await error(connected, "views.open", trigger_id="x", view=modal())
    assert code == "invalid_trigger_id"


async def test_a_refused_modal_does_not_use_the_trigger(connected: RawApp, trigger: str) -> None:
    """What is wrong with a modal is told before its trigger is used up."""
    wrong = modal(title={"type": "plain_text", "text": "x" * 25})
    answer = await connected.call("views.open", trigger_id=trigger, view=wrong)
    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"]
    huge = modal(private_metadata="x" * 250_001)
    code = await error(connected, "views.open", trigger_id=trigger, view=huge)
    assert code == "view_too_large"
    assert (await connected.call("views.open", trigger_id=trigger, view=modal()))["ok"]


async def test_three_modals_at_most(connected: RawApp, trigger: str) -> None:
    """Modals are pushed on each other by triggers from inside them, up to three."""
    playground = connected.playground
    code = await error(connected, "views.push", trigger_id=trigger, view=modal())
    assert code == "invalid_trigger_id"
    action = {"block_id": "row", "action_id": "why"}
    again = (await playground.command("U1", "C1", "/onboard")).payload["trigger_id"]
    pushing = modal(*button())
    view = (await connected.call("views.open", trigger_id=again, view=pushing))["view"]
    for depth in (2, 3, 4):
        clicked = await playground.act("U1", {"type": "view", "view_id": view["id"]}, action)
        assert clicked is not None
        inside = clicked.payload["trigger_id"]
        answer = await connected.call("views.push", trigger_id=inside, view=modal(*button()))
        assert len(playground.modals("U1")) == min(depth, 3)
        if depth < 4:
            assert answer["view"]["previous_view_id"] == view["id"]
            assert answer["view"]["root_view_id"] == playground.modals("U1")[0].id
            view = answer["view"]
        else:
            assert answer["error"] == "push_limit_reached"


async def test_updating_a_modal(connected: RawApp, trigger: str) -> None:
    """A modal is updated by its id or the app's own, if the hash says it is as the app saw it."""
    view = (await connected.call("views.open", trigger_id=trigger, view=modal(external_id="mine")))[
        "view"
    ]
    second = modal(text_input("other"), external_id="mine")
    code = await error(connected, "views.update", view_id=view["id"], view=second, hash="old")
    assert code == "hash_conflict"
    updated = await connected.call(
        "views.update", view_id=view["id"], view=second, hash=view["hash"]
    )
    assert updated["view"]["hash"] != view["hash"]
    assert (await connected.call("views.update", external_id="mine", view=second))["ok"]
    assert await error(connected, "views.update", view_id="V99", view=second) == "not_found"
    assert await error(connected, "views.update", view=second) == "invalid_arguments"
    other = (await connected.playground.command("U2", "C1", "/onboard")).payload["trigger_id"]
    code = await error(connected, "views.open", trigger_id=other, view=second)
    assert code == "duplicate_external_id"


async def test_prompts(raw: RawApp) -> None:
    """An agent offers up to four prompts in direct messages; in a thread nobody sees them."""
    prompt = {"title": "Virtio", "message": "where do I learn virtio?"}
    method = "assistant.threads.setSuggestedPrompts"
    assert (await raw.call(method, channel_id="D1", title="Try", prompts=[prompt]))["ok"]
    assert raw.playground.workspace.prompts == {"D1": {"title": "Try", "prompts": [prompt]}}
    for wrong in ([prompt] * 5, [], [{"title": "Virtio"}], "many"):
        code = await error(raw, method, channel_id="D1", prompts=wrong)
        assert code == "invalid_arguments"
    assert await error(raw, method, channel_id="C1", prompts=[prompt]) == "channel_not_found"
    assert raw.playground.warnings == []
    assert (await raw.call(method, channel_id="D2", thread_ts="1.1", prompts=[prompt]))["ok"]
    assert "D2" not in raw.playground.workspace.prompts
    assert len(raw.playground.warnings) == 1


async def test_statuses(raw: RawApp) -> None:
    """A status stands in its thread until the app clears it or answers."""
    ts = await raw.playground.say("U1", "D1", "where?")
    where = {"channel_id": "D1", "thread_ts": ts}
    statuses = raw.playground.workspace.statuses
    assert (await raw.call("assistant.threads.setStatus", **where, status="is looking"))["ok"]
    assert statuses == {("D1", ts): "is looking"}
    await posted(raw, channel="D1", thread_ts=ts)
    assert statuses == {}
    assert (await raw.call("agents.sessions.setStatus", **where, status="processing"))["ok"]
    assert statuses == {("D1", ts): "processing"}
    assert (await raw.call("agents.sessions.setStatus", **where, status="active"))["ok"]
    assert statuses == {}
    code = await error(raw, "agents.sessions.setStatus", **where, status="asleep")
    assert code == "invalid_arguments"
    code = await error(
        raw, "assistant.threads.setStatus", channel_id="D1", thread_ts="1.1", status="x"
    )
    assert code == "invalid_thread_ts"


async def test_validating_blocks(raw: RawApp) -> None:
    """Blocks, a message or a view can be checked without being sent, one at a time."""
    assert (await raw.call("blocks.validate", blocks=[section()]))["ok"]
    assert (await raw.call("blocks.validate", view=modal()))["ok"]
    message = {"text": "x", "blocks": [section()]}
    assert (await raw.call("blocks.validate", message=message))["ok"]
    assert await error(raw, "blocks.validate", blocks=[{"type": "sofa"}]) == "invalid_blocks"
    code = await error(raw, "blocks.validate", blocks=[section()], view=modal())
    assert code == "invalid_arguments"


async def test_every_call_is_kept(raw: RawApp) -> None:
    """Every call is kept in order, with what it was answered."""
    await posted(raw, "one")
    await raw.call("chat.postMessage", channel="C9", text="two")
    kept = [
        (one.method, one.arguments["text"], one.status, one.answer["ok"])
        for one in raw.playground.calls
    ]
    assert kept == [("chat.postMessage", "one", 200, True), ("chat.postMessage", "two", 200, False)]
