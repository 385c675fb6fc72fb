"""What Slack would cut, though the catalogue may hold it.

The limits are those by which `bot.slack` writes messages; a test compares the two.
"""

from collections.abc import Iterator
from urllib.parse import quote

from bot.catalogue.document import Path
from bot.checks.finding import Found, Seen

_SECTION = 3_000
_NOTE = 900
_BUTTON = 75
_ADDRESS = 2_000
_SHORT_ADDRESS = 300
_LABEL = 750
_URL_SAFE = "-._~:/?#[]@!$&'()*+,;=%"


def cut(seen: Seen) -> Iterator[Found]:
    """Texts that would not be shown whole, and addresses that would not be links."""
    for at, topic in enumerate(seen.catalogue.topics):
        if len(topic.name) > _BUTTON:
            path: Path = ("topics", at, "name")
            yield _long(seen, path, len(topic.name), f"a button of Slack shows {_BUTTON}")
    for at, resource in enumerate(seen.catalogue.resources):
        path = ("resources", at, "url")
        address = _address(resource.url)
        if address > _ADDRESS:
            yield Found(
                path,
                f"{seen.where(path)} takes {address:,} characters when written for Slack, and a "
                f"link takes {_ADDRESS:,}: the title would lead nowhere.",
                "Write a shorter address of the same page.",
            )
        heading = len("*<|>*\n") + min(address, _ADDRESS) + min(_escaped(resource.title), _LABEL)
        path = ("resources", at, "summary")
        if _escaped(resource.summary) > _SECTION - heading:
            room = f"Slack shows {max(_SECTION - heading, 0):,} beside title and address"
            yield _long(seen, path, _escaped(resource.summary), room)
        path = ("resources", at, "note")
        if resource.note and _escaped(resource.note) > _NOTE:
            yield _long(seen, path, _escaped(resource.note), f"Slack shows {_NOTE}")
        for number, link in enumerate(resource.also):
            path = ("resources", at, "also", number, "url")
            if _address(link.url) >= _SHORT_ADDRESS:
                yield Found(
                    path,
                    f"{seen.where(path)} is too long to be offered in Slack beside the main one.",
                    f"Write an address of less than {_SHORT_ADDRESS} characters.",
                )


def _long(seen: Seen, path: Path, size: int, room: str) -> Found:
    return Found(path, f"{seen.where(path)} has {size:,} characters, and {room}.", "Shorten it.")


def _escaped(text: str) -> int:
    """How long a text is in Slack, which takes more for `&`, `<` and `>`."""
    line = " ".join(text.split())
    return len(line) + 4 * line.count("&") + 3 * (line.count("<") + line.count(">"))


def _address(url: str) -> int:
    return len(quote(url, safe=_URL_SAFE, errors="replace").replace("&", "&amp;"))
