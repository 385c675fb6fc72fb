"""What names somebody or is a secret is struck out; what people ask about stays."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import private

PRIVATE = (
    "bob.smith@corp.example.com", "bob@localhost", "@bob", "https://wiki.corp/x?id=5",
    "ssh://box/x", "www.foo.bar", "mailto:x", "tel:+49170", "bit.ly/abc", "git.host.internal",
    "example.com", "10.0.0.12", "fe80::1ff:fe23:4567:890a", "00:1a:2b:3c:4d:5e",
    "00-1a-2b-3c-4d-5e", "/home/bob/notes", "~alice/x", "C:\\Users\\bob", "+49 170 1234567",
    "(555) 123-4567", "550e8400-e29b-41d4-a716-446655440000", "U012AB3CD", "C0000000001",
    "T01ABCDEFGH", "xoxb-12-abcdef-ghi", "xapp-1-A012-345", "ghp_abcdefgh12345",
    "sk-proj-abcdefgh", "AKIAIOSFODNN7EXAMPLE", "eyJhbGciOi.eyJzdWIi.abc",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "deadbeefdeadbeef", "a1b2c3d4e5f6", "x" * 41,
    "\uff42\uff4f\uff42\uff20\uff43\uff4f\uff52\uff50\uff0e\uff43\uff4f\uff4d",
)  # fmt: skip
PUBLIC = (
    "virtio", "kubernetes", "c++", "node.js", "asp.net", "socket.io", "ci/cd", "i/o", "x86_64",
    "cortex-m0plus", "on-call", "/dev/kvm", "std::vector", "rfc7231", "1.28.3", "1000",
    "TLS 1.3", "KUBERNETES", "trap-and-emulate", "it's", "r&d", "\u6df1\u5165", "deadbeef",
)  # fmt: skip


@pytest.mark.parametrize("secret", PRIVATE)
def test_what_is_private_is_struck_out(secret: str) -> None:
    """Nothing is left of it, wherever in a sentence it stands."""
    assert private.without(secret).strip() == ""
    assert private.without(f"ask {secret} about it").split() == ["ask", "about", "it"]
    assert private.without(f"ask ({secret})").strip(" ()\t") in ("ask", "ask  (", "ask (")


@pytest.mark.parametrize("word", PUBLIC)
def test_what_people_ask_about_stays(word: str) -> None:
    """Names of things, versions and odd spellings are no secrets."""
    assert private.without(f"ask {word} again") == f"ask {word} again"


@pytest.mark.parametrize(
    ("word", "is_private"),
    [
        ("12345", True), ("jira12345", True), ("1234", False), ("rfc7231", False),
        ("a1b2c3d4e5f6", True), ("a1b2c3d4e5f", False), ("deadbeefdeadbeef", True),
        ("virtualization", False), ("\u0661\u0662\u0663\u0664\u0665", True), ("y" * 41, True),
    ],
)  # fmt: skip
def test_a_word_alone_is_judged_by_its_looks(word: str, is_private: bool) -> None:  # noqa: FBT001
    """Long numbers and long mixtures of letters and digits are not kept."""
    assert private.is_private(word) is is_private


@given(st.lists(st.sampled_from(PRIVATE) | st.sampled_from(PUBLIC), max_size=8), st.data())
def test_secrets_go_wherever_they_stand(words: list[str], data: st.DataObject) -> None:
    """Among other words, of several in a row too, only what is private goes."""
    mark = data.draw(st.sampled_from([" and ", "\n", ", ", "; "]))
    left = private.without(mark.join(words)).replace(",", " ").replace(";", " ").split()
    public = [part for word in words if word in PUBLIC for part in word.split()]
    assert [word for word in left if word != "and"] == public


def test_striking_out_is_quick_for_any_text() -> None:
    """No text of the longest length takes long, however it is made."""
    shapes = ("a", "a.", "a-", "1 ", "1", ":", "@", "a@", "aA1", "+", "xoxb", "/home/", "eyj", ".")
    began = process_time()
    for shape in shapes:
        private.without((shape * 4000)[:4000])
    assert process_time() - began < 1
