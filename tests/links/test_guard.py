"""Which addresses belong to the public internet, and where else requests may go."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.links.guard import ANYWHERE, PUBLIC, Guard, is_public

OPEN = (
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "172.32.0.1",
    "2606:4700:4700::1111",
    "2a00:1450:4001:82a::200e",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
)
CLOSED = (
    "0.0.0.0",  # noqa: S104
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::808:808",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:a00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "",
    "localhost",
    "2130706433",
    "0x7f.1",
    "127.1",
    "example.org",
)


@pytest.mark.parametrize("address", OPEN)
def test_the_public_internet_is_open(address: str) -> None:
    """Also where an address carries a public one inside it."""
    assert is_public(address)
    assert PUBLIC.may_reach(address)


@pytest.mark.parametrize("address", CLOSED)
def test_everything_else_is_closed(address: str) -> None:
    """Private, shared, local, reserved, of documentation, of a cloud, or no address at all."""
    assert not is_public(address)
    assert not PUBLIC.may_reach(address)


@given(st.ip_addresses(v=4))
def test_whatever_carries_an_address_is_what_that_is(inner: IPv4Address) -> None:
    """IPv4-mapped, NAT64 and 6to4 open nothing that is closed by itself."""
    number = int(inner)
    for carrier, shift in ((0xFFFF << 32, 0), (0x64FF9B << 96, 0), (0x2002 << 112, 80)):
        assert is_public(str(IPv6Address(carrier | number << shift))) == is_public(str(inner))


@given(st.ip_addresses())
def test_what_the_standard_library_calls_local_is_never_open(
    address: IPv4Address | IPv6Address,
) -> None:
    """Nothing that is private, loopback, link-local or multicast by any account is open."""
    if is_public(str(address)):
        local = (address.is_loopback, address.is_link_local, address.is_multicast)
        assert not any(local)
        assert not address.is_unspecified
        assert ip_address(str(address)) == address


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("http://example.org/", True),
        ("https://example.org:443/a?b#c", True),
        ("http://example.org:443/", True),
        ("https://bücher.example/", True),
        ("http://8.8.8.8/", True),
        ("http://[2606:4700:4700::1111]/", True),
        ("http://example.org:22/", False),
        ("http://example.org:8080/", False),
        ("http://10.0.0.1/", False),
        ("http://[::1]/", False),
        ("http://[::ffff:10.0.0.1]/", False),
        ("http://user@example.org/", False),
        ("ftp://example.org/", False),
        ("file:///etc/passwd", False),
        ("http://", False),
        ("", False),
        # A name, for all that is known here: what it resolves to decides.
        ("http://2130706433/", True),
        ("http://localhost/", True),
    ],
)
def test_an_address_is_judged_before_anything_is_looked_up(url: str, *, may: bool) -> None:
    """Its scheme, its port, and its host where that is a number."""
    assert PUBLIC.may_ask(url) == may


def test_private_networks_can_be_let_through() -> None:
    """Those that are named and no others, or all of them."""
    home = Guard((IPv4Network("10.0.0.0/8"),))
    assert home.may_reach("10.1.2.3")
    assert home.may_reach("8.8.8.8")
    assert not home.may_reach("127.0.0.1")
    assert not home.may_reach("::1")
    assert not home.may_ask("http://10.1.2.3:8080/")
    for address in CLOSED:
        if ":" in address or address.count(".") == 3:
            assert ANYWHERE.may_reach(address)
    assert ANYWHERE.may_ask("http://10.1.2.3:8080/")
    assert not ANYWHERE.may_ask("ftp://10.1.2.3/")
