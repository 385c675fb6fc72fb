"""What may be asked for over the network on somebody's word: public pages, nothing else.

Otherwise whoever writes an address could have the bot knock at the doors of the network that it
runs in. A name is judged by what it resolves to, at the very moment of connecting.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from bot.catalogue.urls import url_fault

Network = IPv4Network | IPv6Network

_DEFAULT_PORTS = {"http": 80, "https": 443}
_GLOBAL = IPv6Network("2000::/3")
_TRANSLATED = IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR = IPv6Network("2002::/16")
_NOT_PUBLIC = (
    # Those of which the standard library says otherwise in some version, or always.
    IPv4Network("0.0.0.0/8"),
    IPv4Network("100.64.0.0/10"),
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv4Network("198.18.0.0/15"),
    # Answers machines in a cloud about themselves, although it looks like any other.
    IPv4Network("168.63.129.16/32"),
    IPv6Network("2001::/23"),
    IPv6Network("2001:db8::/32"),
    IPv6Network("3fff::/20"),
)


@dataclass(frozen=True, slots=True)
class Guard:
    """Where requests may go; as it is by itself, to the public internet on the usual ports."""

    private: tuple[Network, ...] = ()
    """Networks that they may go to although they are not public."""
    ports: frozenset[int] | None = frozenset(_DEFAULT_PORTS.values())
    """None for any."""

    def may_ask(self, url: str) -> bool:
        """Whether an address can be asked for: a sound one, on a port that is allowed.

        A name may still lead anywhere; that is for `may_reach` to say when it is resolved.
        """
        if url_fault(url):
            return False
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS[parts.scheme]
        if self.ports is not None and port not in self.ports:
            return False
        host = parts.hostname or ""
        return self.may_reach(host) if _is_literal(host) else True

    def may_reach(self, address: str) -> bool:
        """Whether a connection may be made to an IP address; False for what is none."""
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return is_public(address) or any(
            found in network for network in self.private if network.version == found.version
        )


PUBLIC = Guard()
ANYWHERE = Guard((IPv4Network("0.0.0.0/0"), IPv6Network("::/0")), None)


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet; False for what is none.

    Not public: private, shared, loopback, link-local, multicast, reserved, documentation. One that
    carries another inside it (IPv4-mapped, NAT64, 6to4) is what that one is.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        inner = _inner(found)
        if inner is None:
            return found in _GLOBAL and _is_open(found)
        found = inner
    return _is_open(found)


def _is_open(found: IPv4Address | IPv6Address) -> bool:
    closed = (
        not found.is_global
        or found.is_private
        or found.is_loopback
        or found.is_link_local
        or found.is_multicast
        or found.is_reserved
        or found.is_unspecified
    )
    return not closed and not any(
        found in network for network in _NOT_PUBLIC if network.version == found.version
    )


def _inner(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.sixtofour if address in _SIX_TO_FOUR else None


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
