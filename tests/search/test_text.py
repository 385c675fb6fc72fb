"""How text becomes words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.question import LONGEST
from bot.search import text

# The longest expansion of one character by compatibility folding (U+FDFA becomes 18).
_FOLDS_TO = 18


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("VirtIO", "virtio"),
        ("Café Ångström", "cafe angstrom"),
        ("\uff36\uff29\uff32\uff34\uff29\uff2f \uff11", "virtio 1"),  # full-width
        ("sand\u00adbox", "sandbox"),  # soft hyphen
        (
            "device\u2010tree device\u2011tree device\u2013tree",
            "device-tree device-tree device-tree",
        ),
        ("\ufb01rmware", "firmware"),  # ligature
        ("Stra\u00dfe", "strasse"),
        ("\u0130", "i"),  # a Turkish capital
        ("it's the guest\u2019s", "its the guests"),
        ("the guests' rings", "the guests' rings"),
        ("passthru, walkthru", "passthrough, walkthrough"),
        ("thrust", "thrust"),
        ("", ""),
    ],
)
def test_one_spelling(given: str, expected: str) -> None:
    """Case, accents, widths, hyphens and apostrophes do not tell two spellings apart."""
    assert text.normalise(given) == expected


@pytest.mark.parametrize(
    ("given", "chunks", "words"),
    [
        ("device-tree", ["device-tree"], ["device", "tree"]),
        ("trap-and-emulate!", ["trap-and-emulate"], ["trap", "and", "emulate"]),
        ("C++ and C#", ["c++", "and", "c#"], ["c++", "and", "c#"]),
        ("c++11", ["c++", "11"], ["c++", "11"]),
        ("KVM_RUN", ["kvm_run"], ["kvm", "run"]),
        ("node.js.", ["node.js"], ["node", "js"]),
        ("CI/CD", ["ci/cd"], ["ci", "cd"]),
        ("R&D", ["r&d"], ["rd"]),
        ("a--b", ["a", "b"], ["a", "b"]),
        ("-x- _y_", ["x", "y"], ["x", "y"]),
        ("what's vhost-user?", ["whats", "vhost-user"], ["whats", "vhost", "user"]),
        ("0x1000 x86-64", ["0x1000", "x86-64"], ["0x1000", "x86", "64"]),
        ("\U0001f389 ... !?", [], []),
    ],
)
def test_words_and_what_joins_them(given: str, chunks: list[str], words: list[str]) -> None:
    """Single marks inside a word join its parts, everything else separates words."""
    assert text.chunks(given) == chunks
    assert text.words(given) == words


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("how do I learn Go?", "i go"),
        ("how do i learn go?", ""),
        ("is there a course on Rust or Python", "rust python"),
        ("the iPhone is a phone", "iphone"),
        ("where is CI/CD explained", "ci cd"),
        ("what about C++ and C#", "c++ c#"),
        # One capital at the beginning tells nothing, two do.
        ("Go is what?", ""),
        ("ok. Rust is nice", ""),
        ("tips: Rust", ""),
        ("the so-called \u201cRust\u201d book", ""),
        ("we use it\nRust is nice", ""),
        ("REST is what?", "rest"),
        ("ok. DMA is nice", "dma"),
        ("DMA", "dma"),
        ("I'm lost", ""),
        # A headline, and shouting.
        ("How Do I Learn Go", ""),
        ("WHERE CAN I LEARN ABOUT GO", ""),
        ("", ""),
    ],
)
def test_names(given: str, expected: str) -> None:
    """A word with a capital inside a sentence is a name, unless nearly every word has one."""
    assert text.names(given) == frozenset(expected.split())


tokens = st.sampled_from(
    "go Go REST iPhone I rings C++ CI/CD . ? : \n the of Learn learn".split(" ")
)


@given(st.lists(tokens).map(" ".join))
def test_names_are_words_of_the_text(given: str) -> None:
    """Names are among the words of the text, and without capitals there is none."""
    assert text.names(given) <= set(text.words(given))
    assert text.names(given.lower()) == frozenset()


@given(st.lists(st.sampled_from("go rest rings learn the of".split()), min_size=5))
def test_shouting_names_nothing(words: list[str]) -> None:
    """In a text all in capitals, or with one on every word, no word is a name."""
    assert text.names(" ".join(words).upper()) == frozenset()
    assert text.names(" ".join(words).title()) == frozenset()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], []),
        (["virtio"], []),
        (["device", "tree"], ["devicetree"]),
        (["trap", "and", "emulate"], ["trapand", "andemulate", "trapandemulate"]),
    ],
)
def test_joined_forms(words: list[str], expected: list[str]) -> None:
    """A marked word is also kept whole, and in neighbouring pairs, without its marks."""
    assert text.compounds(words) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("enumerate", "enumeration"),
        ("queues", "queue"),
        ("scheduling", "scheduler"),
        ("virtualise", "virtualize"),
        ("virtualised", "virtualized"),
        ("virtualising", "virtualizing"),
        ("virtualisation", "virtualization"),
        ("optimiser", "optimizer"),
        ("sanitisers", "sanitizers"),
        ("serialisable", "serializable"),
        ("organisations", "organizations"),
        ("colour", "color"),
        ("behaviours", "behaviors"),
        ("behavioural", "behavioral"),
        ("neighbouring", "neighboring"),
        ("centre", "center"),
        ("fibre", "fiber"),
    ],
)
def test_forms_of_one_word(one: str, other: str) -> None:
    """Inflections, and British and American spellings, have one stem."""
    assert text.stem(one) == text.stem(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("four", "for"), ("hour", "hor"), ("device", "devise"), ("host", "hot"), ("c", "c++")],
)
def test_different_words_stay_apart(one: str, other: str) -> None:
    """Words that only look alike keep different stems."""
    assert text.stem(one) != text.stem(other)


@pytest.mark.parametrize("word", ["x86", "c++", "c#", "0x1000s", "3"])
def test_what_is_no_plain_word_is_not_stemmed(word: str) -> None:
    """A word with digits or marks is its own stem."""
    assert text.stem(word) == word


@settings(deadline=None)
@given(st.text())
def test_words_are_plain(given: str) -> None:
    """Whatever is written, words are lower-case letters and digits, or end like C++ and C#."""
    for word in text.words(given):
        bare = word.removesuffix("++").removesuffix("#")
        assert bare.isalnum()
        assert word == word.lower()
        assert text.stem(word)


@settings(deadline=None)
@given(st.text())
def test_words_read_again_are_the_same(given: str) -> None:
    """Reading the words of a text once more changes none of them."""
    words = text.words(given)
    assert text.words(" ".join(words)) == words


@settings(deadline=None)
@given(st.text())
def test_chunks_hold_the_words(given: str) -> None:
    """The words of a text are the parts of its chunks, in order."""
    assert [w for chunk in text.chunks(given) for w in text.parts(chunk)] == text.words(given)


@settings(deadline=None, max_examples=20)
@given(st.text(min_size=1, max_size=50))
def test_what_is_read_is_bounded(given: str) -> None:
    """However long a text is, only its beginning is read."""
    long = given * (100_000 // len(given))
    assert len("".join(text.words(long))) <= _FOLDS_TO * LONGEST
    assert text.words(long) == text.words(long[:LONGEST])
