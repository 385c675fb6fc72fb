"""Which words a misspelled one may have been meant to be."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from bot.search import typos
from bot.search.strings import numbered
from bot.search.typos import Repair, TypoIndex, allowed_distance

# Few letters, so that random words come close to each other.
NARROW = st.text("abcd", min_size=1, max_size=11)
WIDE = st.text("abcdefghijklmnopqrstuvwxyz\u00e6\u0436\u6f22", min_size=1, max_size=16)
VOCABULARIES = st.lists(NARROW | WIDE, max_size=40, unique=True)


def indexed(words: Sequence[str]) -> TypoIndex:
    """Return an index of these words."""
    ordered = sorted(words)
    return TypoIndex(numbered(ordered, np.arange(len(ordered), dtype=np.int32)))


def scanned(words: list[str], word: str) -> list[Repair]:
    """Return what a comparison with every word gives: the law that the index has to keep."""
    most = allowed_distance(word)
    found = [
        Repair(meant, distance)
        for meant in words
        if most and len(meant) >= 3
        for distance in [OSA.distance(word, meant)]
        if distance <= min(most, allowed_distance(meant) or 1)
    ]
    return sorted(
        found,
        key=lambda r: (r.distance, r.word[0] != word[0], abs(len(r.word) - len(word)), r.word),
    )


@st.composite
def slips(draw: st.DrawFn, words: st.SearchStrategy[str]) -> tuple[str, str]:
    """Return a word, and the word with one slip of the kinds that fingers make."""
    word = draw(words)
    at = draw(st.integers(0, len(word) - 2))
    letter = draw(st.sampled_from("abcdxyz"))
    wrong = draw(
        st.sampled_from(
            [
                word[:at] + word[at + 1 :],
                word[:at] + letter + word[at:],
                word[:at] + letter + word[at + 1 :],
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
                word + letter,
                word[:-1],
            ]
        )
    )
    return word, wrong


@pytest.mark.parametrize(
    ("word", "expected"),
    [("", 0), ("kvm", 0), ("fork", 1), ("queue", 1), ("virtio", 2), ("enumeration", 2)],
)
def test_allowance(word: str, expected: int) -> None:
    """The shorter a word, the fewer slips are forgiven."""
    assert allowed_distance(word) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("enumration", ["enumeration"]),
        ("enumertaoin", ["enumeration"]),  # two swaps
        ("vritio", ["virtio"]),
        ("virtoi", ["virtio"]),
        ("qeueu", []),  # two slips in a word of five
        ("quue", ["queue"]),
        ("forkk", ["fork"]),
        ("forkin", []),  # two slips, in a word of four
        ("queuein", []),
        ("bar", []),  # three letters
        ("barr", ["bar"]),
        ("virtio", ["virtio"]),
        ("zzzzzz", []),
    ],
)
def test_repairs(word: str, expected: list[str]) -> None:
    """Slips of the usual kinds are repaired, as many as the length of the word allows."""
    index = indexed(["enumeration", "virtio", "queue", "fork", "bar", "io", "x86"])
    assert [repair.word for repair in index.repairs(word)] == expected


@settings(deadline=None, max_examples=300)
@given(VOCABULARIES, NARROW | WIDE)
def test_the_index_finds_what_a_scan_finds(words: list[str], word: str) -> None:
    """The repairs are exactly the words within the allowance, nearest first."""
    assert indexed(words).repairs(word, limit=100) == scanned(words, word)


@settings(deadline=None, max_examples=300)
@given(
    slips(st.text("abcdxyz", min_size=6, max_size=14)),
    slips(st.text("abcdxyz", min_size=6, max_size=14)),
    VOCABULARIES,
)
def test_one_slip_is_always_repaired(
    pair: tuple[str, str], other: tuple[str, str], words: list[str]
) -> None:
    """A long enough word with one slip in it is among the repairs, whatever else is known."""
    word, wrong = pair
    index = indexed([*dict.fromkeys([*words, word, other[0]])])
    found = {repair.word: repair.distance for repair in index.repairs(wrong, limit=100)}
    assert found[word] <= 1
    assert all(distance <= allowed_distance(wrong) for distance in found.values())


@settings(deadline=None, max_examples=200)
@given(slips(st.text("abcdxyz", min_size=8, max_size=14)), st.data())
def test_two_slips_in_a_long_word_are_repaired(pair: tuple[str, str], data: st.DataObject) -> None:
    """A second slip on top of the first is forgiven in a word of six letters or more."""
    word, wrong = pair
    _, worse = data.draw(slips(st.just(wrong)))
    distance = OSA.distance(word, worse)
    found = {repair.word: repair.distance for repair in indexed([word]).repairs(worse)}
    assert found == ({word: distance} if distance <= 2 else {})


@settings(deadline=None)
@given(VOCABULARIES, st.text(max_size=3))
def test_short_words_are_never_repaired(words: list[str], word: str) -> None:
    """A word of three letters or fewer could be too many others."""
    assert indexed(words).repairs(word) == []


@settings(deadline=None)
@given(
    VOCABULARIES.flatmap(lambda words: st.tuples(st.just(words), st.permutations(words))), NARROW
)
def test_order_does_not_depend_on_the_vocabulary(
    orders: tuple[list[str], list[str]], word: str
) -> None:
    """The repairs come in one order, however the words were listed, and a limit cuts the end."""
    one, other = (indexed(words).repairs(word, limit=100) for words in orders)
    assert one == other
    assert indexed(orders[0]).repairs(word) == one[:4]


def test_order() -> None:
    """Nearest first, then the same first letter, then the same length, then by alphabet."""
    words = ["bing", "ting", "tinge", "tings", "toing", "tin"]
    assert [r.word for r in indexed(words).repairs("tinq", limit=9)] == ["ting", "tin"]
    assert [r.word for r in indexed(words).repairs("ting", limit=9)] == [
        "ting",
        "tin",
        "tinge",
        "tings",
        "toing",
        "bing",
    ]


@pytest.mark.parametrize(
    "words", [[], ["io"], ["x86", "c++"]], ids=["empty", "short", "no letters"]
)
def test_nothing_to_repair_to(words: list[str]) -> None:
    """Without words of three letters or more there are no repairs."""
    assert indexed(words).repairs("virtio") == []


@settings(deadline=None)
@given(VOCABULARIES, NARROW, st.integers(1, 5))
def test_samples_leave_no_trace(words: list[str], word: str, sample: int) -> None:
    """However many marks are kept to find the others by, the same words are found."""
    expected = indexed(words).repairs(word)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typos, "_SAMPLE", sample)
        assert indexed(words).repairs(word) == expected
