"""What a page said of an entry when it was last read, in a few letters.

With them three things can be compared, as when branches are merged: what the page said then, what
it says now, and what the catalogue says. So what curators changed is told from what the page did,
and nothing but a line in the entry has to be kept for it.
"""

from hashlib import blake2s

from bot.catalogue.urls import normalise_url
from bot.model import Resource

FOLLOWED = ("url", "title", "summary", "note")
"""What follows the page; all else of an entry is its curators' own, once it is there."""

_BYTES = 3


def fingerprint(resource: Resource) -> str:
    """Return the fingerprint of an entry: four short ones, for its address, title and words."""
    return "-".join(parts(resource))


def parts(resource: Resource) -> tuple[str, ...]:
    """Return the fingerprint of each thing that is followed, in order."""
    said = (normalise_url(resource.url), resource.title, resource.summary, resource.note or "")
    return tuple(blake2s(words.encode(), digest_size=_BYTES).hexdigest() for words in said)


def parts_of(said: str | None) -> tuple[str, ...] | None:
    """Return the parts of a fingerprint that was kept, or None if it is not one."""
    found = tuple((said or "").split("-"))
    return found if len(found) == len(FOLLOWED) else None
