"""What a person can do on the page, by the name under which the page asks for it."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.playground.clock import next_monday
from bot.playground.people import People

Json = dict[str, Any]
Doing = Callable[[People, str, Json], Awaitable[Json]]


async def _say(people: People, user: str, given: Json) -> Json:
    text = people.typed(user, given["text"])
    ts = await people.say(user, given["channel"], text, thread_ts=given.get("thread_ts"))
    return {"ts": ts}


async def _edit(people: People, user: str, given: Json) -> Json:
    await people.edit(user, given["channel"], given["ts"], people.typed(user, given["text"]))
    return {}


async def _delete(people: People, user: str, given: Json) -> Json:
    await people.delete(user, given["channel"], given["ts"])
    return {}


async def _command(people: People, user: str, given: Json) -> Json:
    command, _, text = given["text"].strip().partition(" ")
    delivery = await people.command(user, given["channel"], command, text.strip())
    return {"delivery": delivery.id}


async def _shortcut(people: People, user: str, given: Json) -> Json:
    delivery = await people.shortcut(
        user, given["callback_id"], given.get("channel"), given.get("ts")
    )
    return {"delivery": delivery.id}


async def _act(people: People, user: str, given: Json) -> Json:
    delivery = await people.act(user, given["container"], given["action"])
    return {} if delivery is None else {"delivery": delivery.id}


async def _submit(people: People, user: str, given: Json) -> Json:
    delivery = await people.submit(user, given["view_id"], given.get("values"))
    return {"delivery": delivery.id}


async def _close(people: People, user: str, given: Json) -> Json:
    await people.close(user, given["view_id"])
    return {}


async def _home(people: People, user: str, given: Json) -> Json:
    await people.open_home(user, given.get("tab", "home"))
    return {}


async def _join(people: People, user: str, given: Json) -> Json:
    await people.join(user, given["channel"])
    return {}


async def _invite(people: People, user: str, given: Json) -> Json:
    await people.invite_app(given["channel"], user)
    return {}


async def _remove(people: People, user: str, given: Json) -> Json:
    await people.remove_app(given["channel"], user)
    return {}


async def _dismiss(people: People, user: str, given: Json) -> Json:
    people.workspace.dismiss(user, given["notice"])
    people.flush()
    return {}


async def _clock(people: People, user: str, given: Json) -> Json:
    clock = people.clock
    match given["to"]:
        case "now":
            clock.reset()
        case "monday":
            clock.set_to(next_monday(clock(), people.workspace.users[user].timezone))
        case {"by": seconds}:
            clock.move(float(seconds))
        case at:
            clock.set_to(float(at))
    return {}


DOINGS: dict[str, Doing] = {
    "say": _say,
    "edit": _edit,
    "delete": _delete,
    "command": _command,
    "shortcut": _shortcut,
    "act": _act,
    "submit": _submit,
    "close": _close,
    "home": _home,
    "join": _join,
    "invite": _invite,
    "remove": _remove,
    "dismiss": _dismiss,
    "clock": _clock,
}
