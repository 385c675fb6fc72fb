"""What people do, and what comes of the app's answers."""

import pytest

from bot.playground import Playground, RefusedError
from bot.playground.views import View
from tests.playground.world import (
    SEED,
    Clock,
    Json,
    RawApp,
    button,
    impatient,
    manifest,
    modal,
    section,
    text_input,
)

WHY = {"block_id": "row", "action_id": "why"}


def answering(raw: RawApp, answer: Json) -> None:
    """Let the app acknowledge everything with this."""
    raw.answer = lambda _: answer


async def opened(raw: RawApp, view: Json) -> View:
    """Open a modal for U1."""
    delivery = await raw.playground.command("U1", "C1", "/onboard")
    trigger = delivery.payload["trigger_id"]
    answer = await raw.call("views.open", trigger_id=trigger, view=view)
    assert answer["ok"], answer
    await raw.playground.idle()
    return raw.playground.modals("U1")[-1]


def said(playground: Playground, user: str = "U1", channel: str = "C1") -> list[str]:
    """Return what a person has read in a channel since the first day."""
    return [one.text for one in playground.seen(user, channel)][2:]


# Commands


async def test_a_command(connected: RawApp) -> None:
    """A command tells who, where and what, exactly as it was typed."""
    delivery = await connected.playground.command("U1", "C3", "/onboard", "pci & <virtio>")
    await connected.playground.settled(delivery)
    payload = delivery.payload
    assert (payload["command"], payload["text"]) == ("/onboard", "pci & <virtio>")
    assert (payload["channel_id"], payload["channel_name"]) == ("C3", "privategroup")
    assert (payload["user_id"], payload["is_enterprise_install"]) == ("U1", "false")
    assert "thread_ts" not in payload


async def test_an_escaped_command(connected: RawApp) -> None:
    """A command whose manifest asks for it is escaped like a message."""
    delivery = await connected.playground.command("U1", "C1", "/escaped", "@tom < 3")
    assert delivery.payload["text"] == "<@U2> &lt; 3"


async def test_commands_that_are_not_there(connected: RawApp) -> None:
    """Only the app's commands can be used, by people of the conversation."""
    playground = connected.playground
    for user, channel, command in [
        ("U1", "C1", "/other"),
        ("U3", "C1", "/onboard"),
        ("U2", "C3", "/onboard"),
    ]:
        with pytest.raises(RefusedError):
            await playground.command(user, channel, command)
    await playground.archive("C1")
    with pytest.raises(RefusedError):
        await playground.command("U1", "C1", "/onboard")


async def test_a_silent_acknowledgement(connected: RawApp) -> None:
    """A command that is acknowledged without a text shows nothing to anybody."""
    await connected.playground.command("U1", "C1", "/onboard")
    await connected.playground.idle()
    assert said(connected.playground) == []
    assert connected.playground.notices("U1") == []


async def test_an_answer_for_one(connected: RawApp) -> None:
    """What a command is acknowledged with is shown to its person only, wherever that is."""
    answering(connected, {"text": "for you"})
    for channel in ("C1", "C2", "C4", "D1"):
        await connected.playground.command("U1", channel, "/onboard")
        await connected.playground.idle()
        assert connected.playground.seen("U1", channel)[-1].text == "for you"
    assert said(connected.playground, "U2") == []


async def test_an_answer_for_all(connected: RawApp) -> None:
    """An answer in the channel shows the command, and everybody both."""
    answering(connected, {"text": "for all", "response_type": "in_channel"})
    await connected.playground.command("U1", "C1", "/onboard", "virtio")
    await connected.playground.idle()
    assert said(connected.playground, "U2") == ["/onboard virtio", "for all"]
    answer = connected.playground.seen("U2", "C1")[-1]
    assert (answer.user, answer.shared_by) == ("UBOT", "U1")


async def test_an_answer_that_is_refused(connected: RawApp) -> None:
    """An acknowledgement that Slack would not show is a failure for the person, and a warning."""
    answering(connected, {"text": "x", "blocks": [{"type": "sofa"}]})
    await connected.playground.command("U1", "C1", "/onboard")
    await connected.playground.idle()
    assert said(connected.playground) == []
    assert connected.playground.notices("U1") == [
        "/onboard failed with the error “invalid_blocks”."
    ]
    assert "sofa" in connected.playground.warnings[0]


# Response URLs


async def test_a_response_url(connected: RawApp) -> None:
    """What is posted there is seen by the person, or by all if it says so, even from outside."""
    playground = connected.playground
    url = (await playground.command("U1", "C2", "/onboard")).payload["response_url"]
    assert await connected.post(url, text="for you") == (200, {"ok": True})
    assert await connected.post(url, text="for all", response_type="in_channel") == (
        200,
        {"ok": True},
    )
    assert [one.text for one in playground.seen("U1", "C2")][1:] == ["for you", "for all"]
    assert [one.text for one in playground.seen("U2", "C2")][1:] == ["for all"]
    assert [one.arguments["text"] for one in playground.called("response_url")] == [
        "for you",
        "for all",
    ]


async def test_a_response_url_wears_out(connected: RawApp, clock: Clock) -> None:
    """After five posts, or half an hour, it answers that it is no more."""
    playground = connected.playground
    first = (await playground.command("U1", "C1", "/onboard")).payload["response_url"]
    second = (await playground.command("U1", "C1", "/onboard")).payload["response_url"]
    for _ in range(5):
        assert (await connected.post(first, text="x"))[0] == 200
    assert await connected.post(first, text="x") == (404, {"ok": False, "error": "used_url"})
    clock.at += 1801
    assert await connected.post(second, text="x") == (404, {"ok": False, "error": "expired_url"})


async def test_what_a_response_url_refuses(connected: RawApp) -> None:
    """A message that could not be posted cannot be posted there either."""
    url = (await connected.playground.command("U1", "C1", "/onboard")).payload["response_url"]
    assert (await connected.post(url))[1]["error"] == "no_text"
    status, answer = await connected.post(url, text="x", blocks=[{"type": "sofa"}])
    assert (status, answer["error"]) == (400, "invalid_blocks")


async def clicked(raw: RawApp, channel: str, ts: str, user: str = "U1") -> Json:
    """Click the button of a message and return the payload."""
    where = {"type": "message", "channel": channel, "ts": ts}
    delivery = await raw.playground.act(user, where, WHY)
    assert delivery is not None
    return delivery.payload


async def test_replacing_what_was_clicked(connected: RawApp) -> None:
    """A response URL replaces or deletes the message that was clicked, whole."""
    playground = connected.playground
    posted = await connected.call("chat.postMessage", channel="C1", text="old", blocks=button())
    url = (await clicked(connected, "C1", posted["ts"]))["response_url"]
    await connected.post(url, text="new", replace_original=True)
    message = playground.seen("U2", "C1")[-1]
    assert (message.ts, message.text, message.blocks) == (posted["ts"], "new", None)
    await connected.post(url, text="more", replace_original=False)
    assert [one.text for one in playground.seen("U1", "C1")][-2:] == ["new", "more"]
    await connected.post(url, delete_original=True)
    assert said(playground, "U2") == []
    assert said(playground) == ["more"]


async def test_replacing_what_only_one_saw(connected: RawApp) -> None:
    """An ephemeral message is replaced where it is, and still seen by its person only."""
    playground = connected.playground
    await connected.call("chat.postEphemeral", channel="C1", user="U1", text="x", blocks=button())
    url = (await clicked(connected, "C1", playground.seen("U1", "C1")[-1].ts))["response_url"]
    await connected.post(url, text="new", replace_original=True, response_type="in_channel")
    assert (said(playground), said(playground, "U2")) == (["new"], [])
    await connected.post(url, delete_original=True)
    assert said(playground) == []


async def test_answering_in_a_thread(connected: RawApp) -> None:
    """A response URL can answer in a thread, if there is one."""
    playground = connected.playground
    root = await playground.say("U1", "C1", "root")
    url = (await playground.command("U1", "C1", "/onboard")).payload["response_url"]
    await connected.post(url, text="reply", thread_ts=root, response_type="in_channel")
    assert playground.seen("U2", "C1")[-1].thread_ts == root
    answer = (await connected.post(url, text="reply", thread_ts="1.000001"))[1]
    assert answer["error"] == "thread_not_found"


# Buttons, menus and shortcuts


async def test_a_click(connected: RawApp) -> None:
    """A click tells the message, the button and its value, and where to answer."""
    posted = await connected.call("chat.postMessage", channel="C1", text="x", blocks=button("7"))
    payload = await clicked(connected, "C1", posted["ts"], "U2")
    assert payload["type"] == "block_actions"
    assert (payload["user"]["id"], payload["channel"]["id"]) == ("U2", "C1")
    assert payload["message"]["ts"] == payload["container"]["message_ts"] == posted["ts"]
    (action,) = payload["actions"]
    assert (action["type"], action["value"], action["block_id"]) == ("button", "7", "row")
    assert payload["trigger_id"]
    assert payload["response_url"]


async def test_a_click_on_an_ephemeral_message(connected: RawApp) -> None:
    """Of an ephemeral message the payload says that it is one, and not what it says."""
    await connected.call("chat.postEphemeral", channel="C1", user="U1", text="x", blocks=button())
    ts = connected.playground.seen("U1", "C1")[-1].ts
    payload = await clicked(connected, "C1", ts)
    assert payload["container"]["is_ephemeral"] is True
    assert "message" not in payload
    with pytest.raises(RefusedError):
        await clicked(connected, "C1", ts, "U2")


async def test_only_what_is_there_can_be_used(connected: RawApp) -> None:
    """Nobody clicks a button that is not there, or one that stands for something else."""
    posted = await connected.call("chat.postMessage", channel="C1", text="x", blocks=button())
    where = {"type": "message", "channel": "C1", "ts": posted["ts"]}
    for action in (
        {"block_id": "row", "action_id": "other"},
        {"block_id": "other", "action_id": "why"},
        {**WHY, "value": "2"},
        {},
    ):
        with pytest.raises(RefusedError):
            await connected.playground.act("U1", where, action)
    with pytest.raises(RefusedError):
        await connected.playground.act("U3", where, WHY)
    with pytest.raises(RefusedError):
        await connected.playground.act("U1", {"type": "sofa"}, WHY)


@impatient
async def test_a_click_that_nobody_takes(connected: RawApp) -> None:
    """A click that is not acknowledged is told to the person, and not sent again."""
    posted = await connected.call("chat.postMessage", channel="C1", text="x", blocks=button())
    connected.answer = lambda _: None
    await clicked(connected, "C1", posted["ts"])
    await connected.playground.idle()
    assert connected.playground.deliveries[-1].attempts == 1
    assert connected.playground.notices("U1") == ["onboard did not respond to button why."]


def option(value: str) -> Json:
    """Return an option."""
    return {"text": {"type": "plain_text", "text": value}, "value": value}


OPTIONS = [option("a"), option("b")]
PLACEHOLDER = {"type": "plain_text", "text": "Choose"}
FEEDBACK = {
    "type": "feedback_buttons",
    "action_id": "why",
    "positive_button": {"text": {"type": "plain_text", "text": "Good"}, "value": "good"},
    "negative_button": {"text": {"type": "plain_text", "text": "Bad"}, "value": "bad"},
}


@pytest.mark.parametrize(
    ("block", "action", "told", "wrong"),
    [
        (
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "static_select",
                        "placeholder": PLACEHOLDER,
                        "options": OPTIONS,
                        "action_id": "why",
                    }
                ],
            },
            {"selected_option": {"value": "b"}},
            {"selected_option": option("b")},
            {"selected_option": {"value": "c"}},
        ),
        (
            {
                "type": "actions",
                "elements": [{"type": "overflow", "options": OPTIONS, "action_id": "why"}],
            },
            {"selected_option": {"value": "a"}},
            {"selected_option": option("a")},
            {"selected_option": {"value": "c"}},
        ),
        (
            {
                "type": "actions",
                "elements": [{"type": "checkboxes", "options": OPTIONS, "action_id": "why"}],
            },
            {"selected_options": [{"value": "a"}, {"value": "b"}]},
            {"selected_options": OPTIONS},
            {"selected_options": [{"value": "c"}]},
        ),
        (
            {"type": "actions", "elements": [{"type": "users_select", "action_id": "why"}]},
            {"selected_user": "U2"},
            {"selected_user": "U2"},
            {"selected_user": "U9"},
        ),
        (
            {"type": "context_actions", "elements": [FEEDBACK]},
            {"value": "bad"},
            {"value": "bad"},
            {"value": "fine"},
        ),
    ],
    ids=["select", "overflow", "checkboxes", "users", "feedback"],
)
async def test_choosing(
    connected: RawApp, block: Json, action: Json, told: Json, wrong: Json
) -> None:
    """What is chosen is one of what is offered, and is told in full."""
    blocks = [{**block, "block_id": "row"}]
    posted = await connected.call("chat.postMessage", channel="C1", text="x", blocks=blocks)
    assert posted["ok"], posted
    where = {"type": "message", "channel": "C1", "ts": posted["ts"]}
    delivery = await connected.playground.act("U1", where, WHY | action)
    assert delivery is not None
    assert told.items() <= delivery.payload["actions"][0].items()
    with pytest.raises(RefusedError):
        await connected.playground.act("U1", where, WHY | wrong)


async def test_a_message_shortcut(connected: RawApp) -> None:
    """A message shortcut tells the message, in channels that the app is not in too."""
    playground = connected.playground
    ts = await playground.say("U1", "C2", "where do I learn PCI?")
    delivery = await playground.shortcut("U2", "find", "C2", ts)
    payload = delivery.payload
    assert (payload["type"], payload["callback_id"]) == ("message_action", "find")
    assert payload["message"]["text"] == "where do I learn PCI?"
    await connected.post(payload["response_url"], text="here")
    assert playground.seen("U2", "C2")[-1].text == "here"
    with pytest.raises(RefusedError):
        await playground.shortcut("U2", "find")
    with pytest.raises(RefusedError):
        await playground.shortcut("U2", "other", "C2", ts)


async def test_a_global_shortcut(connected: RawApp) -> None:
    """A global shortcut knows no place: it can open a modal, and answer nowhere."""
    payload = (await connected.playground.shortcut("U1", "add")).payload
    assert payload["type"] == "shortcut"
    assert not {"channel", "response_url", "message"} & payload.keys()
    opened_ = await connected.call("views.open", trigger_id=payload["trigger_id"], view=modal())
    assert opened_["ok"]


async def test_no_interactivity() -> None:
    """An app whose manifest does not switch interactivity on hears of no click."""
    off = manifest()
    off["settings"]["interactivity"]["is_enabled"] = False
    async with Playground(off, SEED) as playground:
        with pytest.raises(RefusedError, match="interactivity"):
            await playground.shortcut("U1", "add")


# Modals


async def test_a_submission(connected: RawApp) -> None:
    """A submission tells all that the modal holds, what it began with included; then it closes."""
    view = await opened(
        connected,
        modal(
            text_input("name"),
            text_input("note", initial_value="first"),
            private_metadata="mine",
        ),
    )
    delivery = await connected.playground.submit("U1", view.id, {"name": {"value": {"value": "x"}}})
    shown = delivery.payload["view"]
    assert delivery.payload["type"] == "view_submission"
    assert (shown["callback_id"], shown["private_metadata"]) == ("ask", "mine")
    assert shown["state"]["values"] == {
        "name": {"value": {"type": "plain_text_input", "value": "x"}},
        "note": {"value": {"type": "plain_text_input", "value": "first"}},
    }
    assert view.busy
    await connected.playground.settled(delivery)
    assert connected.playground.modals("U1") == []


@pytest.mark.parametrize(
    ("element", "value", "sentence"),
    [
        ({}, None, "required"),
        ({}, "", "required"),
        ({"min_length": 3}, "ab", "at least 3"),
        ({"max_length": 3}, "abcd", "at most 3"),
        ({"type_": "url_text_input"}, "example", "URL"),
        ({"type_": "email_text_input"}, "example", "email"),
        ({"type_": "number_input", "is_decimal_allowed": False}, "1.5", "number"),
        (
            {"type_": "number_input", "is_decimal_allowed": False, "max_value": "3"},
            "4",
            "at most 3",
        ),
        (
            {"type_": "number_input", "is_decimal_allowed": True, "min_value": "3"},
            "2.9",
            "at least",
        ),
    ],
)
async def test_a_form_that_is_not_filled_in(
    connected: RawApp, element: Json, value: str | None, sentence: str
) -> None:
    """A form is not sent until it is filled in, and says what is missing where."""
    view = await opened(connected, modal(text_input(**element)))
    before = len(connected.playground.deliveries)
    with pytest.raises(RefusedError, match=sentence) as refused:
        await connected.playground.submit("U1", view.id, {"name": {"value": {"value": value}}})
    assert list(refused.value.errors) == list(view.errors or ()) == ["name"]
    assert len(connected.playground.deliveries) == before


async def test_an_optional_input(connected: RawApp) -> None:
    """What is optional may be left out, and is told as nothing."""
    view = await opened(connected, modal(text_input() | {"optional": True}))
    delivery = await connected.playground.submit("U1", view.id)
    held = delivery.payload["view"]["state"]["values"]["name"]["value"]
    assert held == {"type": "plain_text_input", "value": None}


GROUPS = [{"label": PLACEHOLDER, "options": [option(one)]} for one in ("a", "b")]
CHOOSERS: list[tuple[Json, Json, Json]] = [
    (
        {"type": "timepicker", "initial_time": "09:00"},
        {"selected_time": "09:00"},
        {"selected_time": "23:59"},
    ),
    (
        {"type": "datepicker", "initial_date": "2026-11-30"},
        {"selected_date": "2026-11-30"},
        {"selected_date": "2026-12-07"},
    ),
    (
        {"type": "checkboxes", "options": OPTIONS, "initial_options": OPTIONS[:1]},
        {"selected_options": OPTIONS[:1]},
        {"selected_options": OPTIONS},
    ),
    (
        {"type": "radio_buttons", "options": OPTIONS, "initial_option": OPTIONS[0]},
        {"selected_option": OPTIONS[0]},
        {"selected_option": OPTIONS[1]},
    ),
    (
        {"type": "static_select", "options": OPTIONS, "initial_option": OPTIONS[1]},
        {"selected_option": OPTIONS[1]},
        {"selected_option": OPTIONS[0]},
    ),
    (
        {"type": "multi_static_select", "option_groups": GROUPS, "initial_options": OPTIONS[:1]},
        {"selected_options": OPTIONS[:1]},
        {"selected_options": OPTIONS},
    ),
]


@pytest.mark.parametrize(
    ("element", "initial", "other"), CHOOSERS, ids=[one["type"] for one, *_ in CHOOSERS]
)
async def test_a_form_of_choices(
    connected: RawApp, element: Json, initial: Json, other: Json
) -> None:
    """A form holds what it began with, or else what was chosen; nothing chosen is not enough."""
    type_ = {"type": element["type"]}
    asks = text_input(type_=element["type"]) | {"element": {**element, "action_id": "value"}}
    (kept,) = initial
    nothing: list[Json] | None = [] if kept.endswith("s") else None
    for given, expected in [({}, initial), ({"name": {"value": other}}, other)]:
        view = await opened(connected, modal(asks))
        delivery = await connected.playground.submit("U1", view.id, given)
        held = delivery.payload["view"]["state"]["values"]["name"]["value"]
        assert held == type_ | expected
        await connected.playground.settled(delivery)
    view = await opened(connected, modal(asks))
    with pytest.raises(RefusedError, match="required"):
        await connected.playground.submit("U1", view.id, {"name": {"value": {kept: nothing}}})


@pytest.mark.parametrize(
    ("type_", "value", "sentence"),
    [
        ("timepicker", {"selected_time": "9:00"}, "a time like 09:30"),
        ("timepicker", {"selected_time": "24:00"}, "a time like 09:30"),
        ("timepicker", {"selected_time": 9}, "a time like 09:30"),
        ("datepicker", {"selected_date": "30.11.2026"}, "a day like 2026-11-30"),
    ],
)
async def test_what_a_picker_cannot_hold(
    connected: RawApp, type_: str, value: Json, sentence: str
) -> None:
    """A picker gives a time or a day as Slack writes it, and nothing else."""
    view = await opened(connected, modal(text_input(type_=type_)))
    with pytest.raises(RefusedError, match=sentence):
        await connected.playground.submit("U1", view.id, {"name": {"value": value}})


FILLED = {"name": {"value": {"value": "x"}}}


async def test_only_what_the_modal_has_can_be_filled_in(connected: RawApp) -> None:
    """Nothing is put into an input that is not there, and only by whose modal it is."""
    view = await opened(connected, modal())
    for user, values, sentence in [
        ("U1", FILLED | {"other": {"value": {"value": "x"}}}, "nothing called"),
        ("U1", {"name": {"value": {"value": "x", "selected_option": "x"}}}, "has no"),
        ("U2", FILLED, "no view"),
    ]:
        with pytest.raises(RefusedError, match=sentence):
            await connected.playground.submit(user, view.id, values)


async def test_errors_keep_the_modal(connected: RawApp) -> None:
    """Errors stand at their inputs, and go when the form is submitted again."""
    view = await opened(connected, modal())
    answering(connected, {"response_action": "errors", "errors": {"name": "Not this."}})
    await connected.playground.settled(await connected.playground.submit("U1", view.id, FILLED))
    assert connected.playground.modals("U1") == [view]
    assert (view.errors, view.busy) == ({"name": "Not this."}, False)
    answering(connected, {})
    await connected.playground.settled(await connected.playground.submit("U1", view.id, FILLED))
    assert connected.playground.modals("U1") == []


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"elsewhere": "Not this."}},
        {"response_action": "errors", "errors": {"text": "Not this."}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "update", "view": {"type": "home", "blocks": []}},
        {"response_action": "dance"},
    ],
)
async def test_an_answer_to_a_form_that_is_refused(connected: RawApp, answer: Json) -> None:
    """An answer that Slack could not follow leaves the modal, and is a warning."""
    view = await opened(connected, modal(text_input(), section() | {"block_id": "text"}))
    answering(connected, answer)
    await connected.playground.settled(await connected.playground.submit("U1", view.id, FILLED))
    assert connected.playground.modals("U1") == [view]
    assert (view.errors, view.busy) == (None, False)
    assert len(connected.playground.warnings) == 1
    assert "trouble" in connected.playground.notices("U1")[0]


async def test_updating_with_an_answer(connected: RawApp) -> None:
    """An answer can put another view in the modal's place, keeping what is still asked."""
    view = await opened(connected, modal())
    second = modal(text_input(), text_input("more"))
    answering(connected, {"response_action": "update", "view": second})
    await connected.playground.settled(await connected.playground.submit("U1", view.id, FILLED))
    assert connected.playground.modals("U1") == [view]
    assert [one["block_id"] for one in view.blocks] == ["name", "more"]
    assert view.state()["name"]["value"]["value"] == "x"
    assert view.state()["more"]["value"]["value"] is None


async def test_pushing_with_an_answer(connected: RawApp) -> None:
    """An answer can put another modal on top, which closes by itself, or close them all."""
    playground = connected.playground
    view = await opened(connected, modal())
    answering(connected, {"response_action": "push", "view": modal(callback_id="second")})
    await playground.settled(await playground.submit("U1", view.id, FILLED))
    first, second = playground.modals("U1")
    assert (first, second.previous, second.root) == (view, view.id, view.id)
    with pytest.raises(RefusedError, match="on top"):
        await playground.submit("U1", first.id, FILLED)
    await playground.close("U1", second.id)
    assert playground.modals("U1") == [view]
    await playground.settled(await playground.submit("U1", view.id, FILLED))
    answering(connected, {"response_action": "clear"})
    top = playground.modals("U1")[-1]
    await playground.settled(await playground.submit("U1", top.id, FILLED))
    assert playground.modals("U1") == []


@impatient
async def test_a_form_that_nobody_takes(connected: RawApp) -> None:
    """A form that is not acknowledged stays open, and can be sent again."""
    playground = connected.playground
    view = await opened(connected, modal())
    connected.answer = lambda _: None
    delivery = await playground.submit("U1", view.id, FILLED)
    with pytest.raises(RefusedError, match="already"):
        await playground.submit("U1", view.id, FILLED)
    await playground.settled(delivery)
    assert (playground.modals("U1"), view.busy) == ([view], False)
    assert "trouble" in playground.notices("U1")[0]
    connected.answer = lambda _: {}
    await playground.settled(await playground.submit("U1", view.id))
    assert playground.modals("U1") == []


async def test_closing(connected: RawApp) -> None:
    """An app hears that a modal was closed only if it asked to, and whether all were."""
    playground = connected.playground
    view = await opened(connected, modal())
    assert await playground.close("U1", view.id) is None
    view = await opened(connected, modal(notify_on_close=True, clear_on_close=True))
    delivery = await playground.close("U1", view.id)
    assert delivery is not None
    assert (delivery.payload["type"], delivery.payload["is_cleared"]) == ("view_closed", True)
    assert playground.modals("U1") == []
    with pytest.raises(RefusedError):
        await playground.close("U1", view.id)


async def test_an_input_that_tells_at_once(connected: RawApp) -> None:
    """An input tells the app only if its block says so; what is put in is kept either way."""
    playground = connected.playground
    quiet, loud = text_input("quiet"), text_input("loud") | {"dispatch_action": True}
    view = await opened(connected, modal(quiet, loud))
    where = {"type": "view", "view_id": view.id}
    action = {"action_id": "value", "value": "x"}
    assert await playground.act("U1", where, action | {"block_id": "quiet"}) is None
    delivery = await playground.act("U1", where, action | {"block_id": "loud"})
    assert delivery is not None
    payload = delivery.payload
    assert payload["container"] == {"type": "view", "view_id": view.id}
    assert not {"channel", "response_url"} & payload.keys()
    values = payload["view"]["state"]["values"]
    assert values["quiet"]["value"]["value"] == values["loud"]["value"]["value"] == "x"


async def test_a_click_at_home(connected: RawApp) -> None:
    """A click on the Home tab names the view, and can open a modal."""
    home = {"type": "home", "blocks": button()}
    await connected.call("views.publish", user_id="U1", view=home)
    view = connected.playground.home("U1")
    assert view is not None
    delivery = await connected.playground.act("U1", {"type": "view", "view_id": view.id}, WHY)
    assert delivery is not None
    assert delivery.payload["view"]["type"] == "home"
    trigger = delivery.payload["trigger_id"]
    assert (await connected.call("views.open", trigger_id=trigger, view=modal()))["ok"]
    await connected.playground.open_home("U1")
    event = connected.playground.deliveries[-1].payload["event"]
    assert event["view"]["id"] == view.id
