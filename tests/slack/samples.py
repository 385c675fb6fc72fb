"""Texts that mean harm, catalogues at their limits, and the laws of whatever is sent to Slack."""

import json
import re
from collections.abc import Iterator
from typing import Any

from bot.catalogue import parse
from bot.library import Snapshot
from bot.model import Catalogue
from bot.playground.blocks import message_problems, view_problems

Json = dict[str, Any]

# What a catalogue may hold and a person may type, all of it on one line.
HOSTILE = (
    "<!channel>", "<!here>", "<!everyone>", "<!here|here>", "<!subteam^S0000000001>",
    "<!subteam^S0000000001|@all>", "<!date^0^{date}|now>", "<@U0000000009>", "<@W0000000009|boss>",
    "<#C0000000009>", "<#C0000000009|general>", "<https://evil.example>",
    "<https://evil.example|https://bank.example>", "<mailto:a@b.example|write>", "<tel:1|call>",
    "<slack://open|open>", "<javascript:alert(1)|x>", "<data:text/html,x|x>", "@channel @here",
    "#general", "https://evil.example", "www.evil.example", "&lt;!channel&gt;",
    "&amp;lt;!channel&amp;gt;", "&#60;!channel&#62;", "&#x3c;!here&#x3e;", "\uff1c!channel\uff1e",
    "<<!channel>>", "<!<!channel>channel>", "<", ">", "&", "|", "<|>", "<>", "&lt", "&lt;", "&amp;",
    "> quoted", ">>> quoted", "*", "*bold*", "_", "_it_", "~", "~no~", "`", "`code`", "```",
    "``` ``` ```", "*<!here>*", "|https://evil.example>", "x|y", "x>|<y", "]](", "[x](https://e.a)",
    "{{ 7 * 7 }}", "${jndi:x}", "%s %(x)s {0}", "<script>alert(1)</script>", "\\u003c!here\\u003e",
    '"}],"x":["', "'; drop table topics; --", ":+1: :tada:", "\U0001f389\U0001f469\u200d\U0001f680",
    "\u0627\u0644\u0646\u0648\u0627\u0629", "\u6df1\u5165\u7406\u89e3", "e\u0301" * 40, "\ufdfa",
    "<!channel> " * 12,
)  # fmt: skip

_OURS = re.compile(
    r"<https?://[^\s<>|]+\|[^\n<>|]+>|<@U0000000001>|<#C0000000001>|&(?:amp|lt|gt);", re.IGNORECASE
)
_UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def held(topics: list[Json], resources: list[Json]) -> Catalogue:
    """Return a catalogue of these, read as any file is, so that only a valid one comes back."""
    data = {"version": 1, "topics": topics, "resources": resources}
    return parse(json.dumps(data, ensure_ascii=False))


def snapshot(catalogue: Catalogue) -> Snapshot:
    """Return what the bot searches for this catalogue."""
    return Snapshot.of(catalogue)


def all_about(text: str) -> Catalogue:
    """Return a catalogue that says this in each of its fields, as far as it goes there."""
    told = text * (1 + 200 // len(text))
    topics: list[Json] = [
        {
            "id": f"t{n}",
            "name": f"{text[:150]} {n}",
            "aliases": [f"{text[:150]} alias {n}"],
            "summary": told[:1200],
            "related": [f"t{1 - n}"],
            "after": ["t0"] if n else [],
            "questions": [text[:300], "why"],
        }
        for n in range(2)
    ]
    resources: list[Json] = [
        {
            "id": f"r{n}",
            "title": f"virtio {text[:150]}",
            "url": f"https://example.org/{n}?a=1&b=2#c",
            "summary": told[:1200],
            "topics": ["t0", "t1"],
            "tags": [text[:160]],
            "asks": [f"{text[:280]} ask {n}"],
            "note": told[:1200],
            "authors": [text[:160]],
            "also": [{"title": text[:160], "url": f"https://example.org/also/{n}"}],
        }
        for n in range(3)
    ]
    return held(topics, resources)


def at_the_limits() -> Catalogue:
    """Return a catalogue whose texts are as long as may be, and grow when they are escaped."""
    names = [f"t{n:02}{'x' * 77}" for n in range(60)]
    topics: list[Json] = [
        {
            "id": name,
            "name": f"{'<' * 158}{n:02}",
            "summary": "&" * 1200,
            "related": [other for other in names[:21] if other != name][:20],
            "after": names[max(0, n - 20) : n],
            "questions": [f"{'&' * 297}{asks:03}" for asks in range(60)],
        }
        for n, name in enumerate(names)
    ]
    resources: list[Json] = [
        {
            "id": f"r{n:03}{'x' * 76}",
            "title": f"virtio {'<' * 153}",
            "url": long_url(f"https://example.org/{n}?", 2000),
            "summary": "&" * 1200,
            "topics": [names[n % 50], *names[50:59]] if n >= 200 else [names[59], *names[:9]],
            "kind": "sample code",
            "level": "intermediate",
            "asks": [f"virtio {'&' * 290}{n:03}"],
            "note": "&" * 1200,
            "year": 2200,
            "minutes": 100_000,
            "access": "registration",
            "also": [
                {"title": "|" * 160, "url": long_url(f"https://example.org/a{n}?", 299)},
                {"title": "<" * 160, "url": long_url(f"https://example.org/b{n}?", 299)},
                {"title": "&" * 160, "url": long_url(f"https://example.org/c{n}?", 299)},
            ],
            "gone": "2026-11-20" if n % 2 else None,
        }
        for n in range(250)
    ]
    return held(topics, resources)


def long_url(start: str, length: int) -> str:
    """Return an address of this length."""
    return start + "&" * (length - len(start))


def faults(item: Json) -> list[str]:
    """Return what is wrong with a message or view, by Slack's rules and by ours; usually none."""
    is_view = "type" in item
    found = (
        view_problems(item) if is_view else message_problems(item.get("text"), item.get("blocks"))
    )
    if not is_view:
        if not item["text"].strip():
            found.append("has no text for notifications")
        if len(item["text"]) > 4000:
            found.append(f"has a text of {len(item['text'])} characters")
    marked, plain = _texts(item)
    found += [f"may be read as markup: {text!r}" for text in plain if re.search("[<>]", text)]
    found += [
        f"holds markup that is not ours: {text!r}"
        for text in marked
        if re.search("[<>&]", _OURS.sub("", text))
    ]
    found += [
        f"holds what nobody sees: {text!r}" for text in plain + marked if _UNSEEN.search(text)
    ]
    found += [
        f"is not verbatim: {it['text']!r}"
        for it in _objects(item)
        if it.get("type") == "mrkdwn" and it.get("verbatim") is not True
    ]
    return found


def marked(item: object) -> str:
    """Return all texts with markup in a payload, a line each."""
    return "\n".join(it["text"] for it in _objects(item) if it.get("type") == "mrkdwn")


def buttons(item: object) -> dict[str, Json]:
    """Return the buttons of a payload by the words on them."""
    return {it["text"]["text"]: it for it in _objects(item) if it.get("type") == "button"}


def _texts(item: Json) -> tuple[list[str], list[str]]:
    """Return the texts that Slack reads as markup, and all other strings."""
    marked = [it["text"] for it in _objects(item) if it.get("type") == "mrkdwn"]
    plain = [
        text
        for it in _objects(item)
        for key, text in it.items()
        if isinstance(text, str) and not (key == "text" and it.get("type") == "mrkdwn")
    ]
    if "type" not in item:
        marked.append(item["text"])
        plain.remove(item["text"])
    return marked, plain


def _objects(item: object) -> Iterator[Json]:
    match item:
        case dict():
            yield item
            for inner in item.values():
                yield from _objects(inner)
        case list():
            for inner in item:
                yield from _objects(inner)
