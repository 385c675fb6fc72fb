"""Comments by which a curator allows something."""

import pytest

from bot.catalogue.comments import Allowance, allowances


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1  # onboard: allow http", [Allowance(1, 7, 1, ("http",))]),
        ("# onboard: allow http, tag-once\na: 1", [Allowance(1, 1, 2, ("http", "tag-once"))]),
        ("# onboard: allow http\n\n# more\na: 1", [Allowance(1, 1, 4, ("http",))]),
        ("a: 1 #onboard:allow http", [Allowance(1, 6, 1, ("http",))]),
        ("a: 1  # onboard: allow", [Allowance(1, 7, 1, ())]),
        ("a: 1  # onboard: allow http # since it is old", [Allowance(1, 7, 1, ("http",))]),
        ("a: > # onboard: allow http\n  text", [Allowance(1, 6, 1, ("http",))]),
        ("a: 1\r\nb: 2  # onboard: allow http\r\n", [Allowance(2, 7, 2, ("http",))]),
        ("a: 'x # onboard: allow http'", []),
        ("a: >\n  x\n  # onboard: allow http\n", []),
        ("a: x#onboard:allow http", []),
        ("a: 1  # onboard: allows http", []),
        ("a: 1  # the rest is nothing", []),
    ],
)
def test_a_comment_allows_what_it_names(text: str, expected: list[Allowance]) -> None:
    """Only a comment allows; it is about its line, or alone about the one below."""
    assert allowances(text) == expected
