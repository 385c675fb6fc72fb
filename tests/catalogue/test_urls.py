"""Which addresses may be offered, and which two are the same page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalogue.urls import normalise_url, url_fault

SOUND = [
    "https://example.org",
    "http://example.org/a/b.html?x=1&y=%20#part",
    "HTTPS://Example.ORG:8443/",
    "https://user.example.org/@name/post",
    "https://en.wikipedia.org/wiki/Ring_(computer_security)",
    "https://b\u00fccher.example/\u00e9",
    "http://go/vfio",
    "http://localhost:8080/x",
    "http://192.0.2.1/x",
    "http://[2001:db8::1]:80/x",
    "https://example.org./x",
]
FAULTY = [
    ("", 'does not start with "https://" or "http://"'),
    ("example.org/a", 'does not start with "https://" or "http://"'),
    ("example.org:80/a", 'does not start with "https://" or "http://"'),
    ("//example.org/a", 'does not start with "https://" or "http://"'),
    ("https:/example.org", 'does not start with "https://" or "http://"'),
    ("javascript:alert(1)", 'starts with "javascript:", and only http and https can be opened'),
    ("JavaScript:alert(1)", 'starts with "JavaScript:", and only http and https can be opened'),
    ("data:text/html,x", 'starts with "data:", and only http and https can be opened'),
    ("file:///etc/passwd", 'starts with "file:", and only http and https can be opened'),
    ("mailto:a@example.org", 'starts with "mailto:", and only http and https can be opened'),
    ("ftp://example.org", 'starts with "ftp:", and only http and https can be opened'),
    ("https://", "has no host"),
    ("https:///a", "has no host"),
    ("https://:80/", "has no host"),
    ("https://a@example.org/", "contains a user name or password before the host"),
    ("https://a:b@example.org/", "contains a user name or password before the host"),
    ("https://example.org:port/", "has a malformed port"),
    ("https://example.org:0/", "has a malformed port"),
    ("https://example.org:65536/", "has a malformed port"),
    ("https://[::1/", "has a malformed host"),
    ("https://a..b/", 'has a malformed host, "a..b"'),
    ("https://a%2eb/", 'has a malformed host, "a%2eb"'),
    ("https://example.org/a b", "contains a space"),
    (" https://example.org/", "contains a space"),
    ("https://example.org/a\tb", "contains the character U+0009"),
    ("https://example.org/\na", "contains the character U+000A"),
    ("https://example.org/\u202ea", "contains the character U+202E"),
    ("https://example.org/\u00a0", "contains the character U+00A0"),
    ("https://evil.example\\@example.org", "contains \\, which an address writes as %5C"),
    ("https://example.org/>|<!channel>", "contains >, which an address writes as %3E"),
]


@pytest.mark.parametrize("url", SOUND)
def test_a_sound_address_has_no_fault(url: str) -> None:
    """Any http or https address that a browser opens is sound, internal hosts included."""
    assert url_fault(url) is None


@pytest.mark.parametrize(("url", "fault"), FAULTY)
def test_a_faulty_address_says_why(url: str, fault: str) -> None:
    """Each fault ends the sentence that begins with the name of the field."""
    assert url_fault(url) == fault


@pytest.mark.parametrize(
    "same",
    [
        "http://example.org/a",
        "https://EXAMPLE.org/a/",
        "https://example.org:443/a",
        "http://example.org:80/a",
        "https://example.org./a",
        "https://example.org/a#",
        "https://example.org/a?",
        "https://example.org/a?utm_source=x&UTM_medium=y",
    ],
)
def test_the_same_page(same: str) -> None:
    """Scheme, capitals of the host, default port, last slash and tracking do not count."""
    assert normalise_url(same) == normalise_url("https://example.org/a")


@pytest.mark.parametrize(
    "other",
    [
        "https://www.example.org/a",
        "https://example.org/A",
        "https://example.org/a#part",
        "https://example.org/a?x=1",
        "https://example.org:8080/a",
        "https://example.org/b",
    ],
)
def test_another_page(other: str) -> None:
    """Everything else counts, a section of the page too."""
    assert normalise_url(other) != normalise_url("https://example.org/a")


def test_other_parameters_stay_in_their_order() -> None:
    """Only tracking is taken out of a query."""
    assert normalise_url("https://e.org/?b=1&utm_id=2&a=3") == "//e.org?b=1&a=3"


@given(st.text() | st.text().map("https://{}".format) | st.text().map("https://e.org:{}".format))
def test_any_text_can_be_asked_about(text: str) -> None:
    """No text makes either function fail, and equal stays equal when asked again."""
    fault = url_fault(text)
    assert fault is None or fault.isprintable()
    assert normalise_url(text) == normalise_url(text)
    if fault is not None:
        assert normalise_url(text) == text
