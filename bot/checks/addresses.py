"""How links are written: what follows those who open them, or hides where they lead."""

import re
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit, urlunsplit

from bot.catalogue.document import Path
from bot.catalogue.wording import quoted
from bot.checks.finding import Found, Seen

_TRACKING = re.compile(
    r"(?:utm_[a-z_]+|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|li_fat_id|"
    r"igshid|mc_cid|mc_eid|_hsenc|_hsmi|mkt_tok|vero_id|oly_anon_id|oly_enc_id|ref_src|ref_url)(?==|$)",
    re.IGNORECASE,
)
# YouTube's mark of who shared a video.
_SHARED = re.compile(r"(?:si|feature|pp)(?==|$)")
_VIDEOS = frozenset(("youtube.com", "www.youtube.com", "m.youtube.com", "youtu.be"))
_SHORTENERS = frozenset(
    """
    bit.ly buff.ly cutt.ly db.tt dlvr.it goo.gl is.gd j.mp lnkd.in mcaf.ee ow.ly rb.gy rebrand.ly
    s.id shorturl.at snip.ly t.co t.ly tiny.cc tinyurl.com trib.al v.gd
    """.split()
)
_OWN_NETWORK = (
    ".local",
    ".localhost",
    ".internal",
    ".lan",
    ".home",
    ".corp",
    ".intranet",
    ".onion",
)


def tracked(seen: Seen) -> Iterator[Found]:
    """Addresses that tell the site where a reader comes from."""
    for path, url in seen.addresses():
        bare, names = _without_tracking(url)
        if names:
            yield Found(
                path,
                f"{seen.where(path)} follows its readers: {', '.join(map(quoted, names))}.",
                "Leave that out of the address.",
                bare,
            )


def shortened(seen: Seen) -> Iterator[Found]:
    """Addresses that do not show where they lead, and end with the service that made them."""
    for path, url in seen.addresses():
        host = (urlsplit(url).hostname or "").removeprefix("www.")
        if host in _SHORTENERS:
            yield Found(
                path,
                f"{seen.where(path)} is a short link of {host}: nobody sees where it leads.",
                "Open it, and write the address where it ends.",
            )


def unencrypted(seen: Seen) -> Iterator[Found]:
    """Addresses of the public internet that begin with http."""
    encrypted: dict[str | None, Path] = {}
    for path, url in seen.addresses():
        if url.casefold().startswith("https:"):
            encrypted.setdefault(urlsplit(url).hostname, path)
    for path, url in seen.addresses():
        parts = urlsplit(url)
        if parts.scheme == "http" and parts.port in (None, 80) and _is_public(parts.hostname or ""):
            known = encrypted.get(parts.hostname)
            yield Found(
                path,
                f"{seen.where(path)} is an http address, which anybody on the way can read"
                + (f"; line {seen.line(known)} has the same site with https." if known else "."),
                "If it opens with https as well, write that; onboard links tells where a site "
                "leads there.",
            )


def _without_tracking(url: str) -> tuple[str, list[str]]:
    """The address without what tracks, and the names of that; all else as it stands."""
    parts = urlsplit(url)
    is_video = parts.hostname in _VIDEOS
    kept: list[str] = []
    names: list[str] = []
    for pair in parts.query.split("&"):
        if _TRACKING.match(pair) or (is_video and _SHARED.match(pair)):
            names.append(pair.partition("=")[0])
        else:
            kept.append(pair)
    if not names:
        return url, []
    return urlunsplit(parts._replace(query="&".join(kept))), names


def _is_public(host: str) -> bool:
    host = host.rstrip(".").lower()
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(_OWN_NETWORK)
