"""Texts to numbers of words, many at a time."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.search import text, tokens
from bot.search.tokens import END, END_NUMBER, PAUSE, PAUSE_NUMBER, SEVERAL, Tokens
from bot.search.words import Vocabulary


def read_one_by_one(vocabulary: Vocabulary, words: str) -> tuple[list[int], list[int]]:
    """Return the numbers of words cut as Python does, and of their joined forms."""
    marks = {END: END_NUMBER, PAUSE: PAUSE_NUMBER}
    own: list[int] = []
    joined: list[int] = []
    for word in words.split():
        if word in marks:
            own.append(marks[word])
            continue
        for chunk in text.chunks(word):
            of_words, of_joined = vocabulary.of_chunk(chunk)
            own += of_words
            joined += of_joined
    return own, joined


def read_together(known: Tokens, words: str) -> tuple[list[int], list[int]]:
    """Return the same from numbers and lists."""
    own: list[int] = []
    joined: list[int] = []
    for number in known.of(words).tolist():
        if number > SEVERAL:
            own.append(number)
            continue
        which = np.array([SEVERAL - number], np.int32)
        own += known.own.of(which)[0].tolist()
        joined += known.joined.of(which)[0].tolist()
    return own, joined


PIECES = st.sampled_from(
    [
        *"a b c thru passthru thr-u thrush ac++ a-c++ c++ c# # ++ ci/cd CI/CD node.js".split(),
        *"it's Über virtio-net vhost_user naïve ΣΑΣ \u0301 \ud800".split(" "),
        *"\u2026 ' _ - . : ( ) \x7f \\ \" |".split(" "),
        *(
            "internationalisation",
            "internationalisatio",
            "internationalisatiom",
            "x" * 16,
            "y" * 17,
        ),
        *("eightlet", "eightlett", "eightlets", "x" * 8, "x" * 9, "x" * 15, "x" * 33),
    ]
)
SPACES = st.sampled_from([*("   \t\n\x02\x1f\u00a0\u2028"), "  ", f" {END} ", f" {PAUSE} ", "", ""])
TEXTS = st.lists(st.tuples(PIECES, SPACES), max_size=40).map(
    lambda pieces: "".join(one for piece in pieces for one in piece)
)


@settings(deadline=None, max_examples=150)
@given(st.lists(TEXTS, min_size=1, max_size=4), st.integers(1, 9))
@example(["c c++ c# (c++) thr-u thru, c:"], 4)
def test_words_are_numbered_as_one_by_one(texts: list[str], at_a_time: int) -> None:
    """However many are looked up at a time, words are numbered as if read one after another."""
    alone, together = Vocabulary(), Vocabulary()
    known = Tokens(together)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokens, "_AT_A_TIME", at_a_time)
        for words in texts:
            assert read_together(known, words) == read_one_by_one(alone, words)
    assert list(together.surfaces.items()) == list(alone.surfaces.items())


@pytest.mark.parametrize("most", [0, 50, 10**6], ids=["always", "now and then", "never"])
def test_forgetting_changes_nothing(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many words keep their numbers, whatever is forgotten between."""
    monkeypatch.setattr(tokens, "_MOST_KNOWN", most)
    chance = np.random.default_rng(1)
    alone, together = Vocabulary(), Vocabulary()
    known = Tokens(together)
    for size in (10, 2_000, 8_000, 8_000):
        letters = chance.choice(list("abcdeé.-"), (size, 20))
        longs = chance.geometric(0.15, size).clip(1, 20)
        words = " ".join("".join(row[:n]) for row, n in zip(letters, longs, strict=True))
        words += f" {END} {PAUSE}"
        known.forget()
        assert read_together(known, words) == read_one_by_one(alone, words)


def test_a_word_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words that are known, however many, are found without being read."""
    words = " ".join(f"{'word' * (n % 6)}{n}," for n in range(5_000))
    vocabulary = Vocabulary()
    known = Tokens(vocabulary)
    numbers = known.of(words).tolist()
    monkeypatch.setattr(text, "chunks", None)
    vocabulary.surfaces.clear()
    assert known.of(words).tolist() == numbers
