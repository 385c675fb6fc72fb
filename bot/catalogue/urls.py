"""Addresses: which ones may be offered as a link, and which two are the same page."""

import re
from urllib.parse import SplitResult, urlsplit

from bot.catalogue.wording import quoted

_PORTS = {"http": 80, "https": 443}
# What RFC 3986 leaves out of an address; between `<` and `>` some of it could forge a Slack link.
_FORBIDDEN = re.compile(r'[<>"{}|\\^`]')
_HOST = re.compile(r"[\w-]{1,63}(\.[\w-]{1,63})*\.?")
_LONGEST_HOST = 253
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*(?=:)")
_TRACKING = re.compile(r"utm_[^=]*(=|$)", re.IGNORECASE)


def url_fault(url: str) -> str | None:
    """Return what is wrong with an address, as the end of a sentence, or None when it is sound.

    Sound means: http or https, with a host, without a password, and with no character that an
    address must not contain. Nothing is looked up.
    """
    # First, because urlsplit silently drops line breaks and tabs.
    if hidden := next((c for c in url if c.isspace() or not c.isprintable()), None):
        return "contains a space" if hidden == " " else f"contains the character {_code(hidden)}"
    scheme = _SCHEME.match(url)
    if scheme and scheme.group().lower() not in _PORTS and not _is_host_and_port(url):
        return f"starts with {quoted(scheme.group() + ':')}, and only http and https can be opened"
    if forbidden := _FORBIDDEN.search(url):
        character = forbidden.group()
        return f"contains {character}, which an address writes as %{ord(character):02X}"
    if not url.lower().startswith(("http://", "https://")):
        return 'does not start with "https://" or "http://"'
    return _authority_fault(url)


def normalise_url(url: str) -> str:
    """Return a text that is equal for two addresses of the same page; it is not to be opened.

    Ignored: http or https, capitals in the host, the scheme's own port, a slash at the end of
    the path, `utm_` parameters and an empty fragment. Kept: `www.`, the other parameters in
    their order, and the fragment, because sections of a long page are resources of their own.
    The address must be sound by `url_fault`; of any other the text itself comes back.
    """
    if url_fault(url):
        return url
    parts = urlsplit(url)
    port = "" if parts.port in (None, _PORTS[parts.scheme]) else f":{parts.port}"
    query = "&".join(pair for pair in parts.query.split("&") if not _TRACKING.match(pair))
    return "".join(
        (
            f"//{(parts.hostname or '').rstrip('.')}{port}",
            parts.path.rstrip("/"),
            query and f"?{query}",
            parts.fragment and f"#{parts.fragment}",
        )
    )


def _authority_fault(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        return "has a malformed port" if "port" in str(error).lower() else "has a malformed host"
    if "@" in parts.netloc:
        return "contains a user name or password before the host"
    if not parts.hostname:
        return "has no host"
    if port == 0:
        return "has a malformed port"
    return None if _is_host(parts) else f"has a malformed host, {quoted(parts.hostname)}"


def _is_host(parts: SplitResult) -> bool:
    # urlsplit has already checked what stands between the brackets of an IPv6 address.
    host = parts.hostname or ""
    return "[" in parts.netloc or (len(host) <= _LONGEST_HOST and _HOST.fullmatch(host) is not None)


def _is_host_and_port(url: str) -> bool:
    """Tell `example.org:8080/page`, which lacks its scheme, from `mailto:somebody`."""
    return re.match(r"[^:/]+:\d{1,5}(/|$)", url) is not None


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"
