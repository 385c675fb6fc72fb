"""What ordinary English says about a word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.search import english

LISTS = [english.STOP_WORDS, english.FRAME_WORDS]


@given(st.text() | st.sampled_from(english.common_words(5_000)))
def test_rarity_is_bounded(word: str) -> None:
    """Every word says something about a subject, and none more than everything."""
    assert 0.08 <= english.rarity(word) <= 1.0


def test_rarer_words_say_more() -> None:
    """From "the" to a word unknown to English, each says more than the one before."""
    chain = ["the", "work", "network", "device", "emulation", "virtqueue"]
    rarities = [english.rarity(word) for word in chain]
    assert rarities == sorted(set(rarities))
    assert rarities[0] == 0.08
    assert english.rarity("work") < english.rarity("enumeration") <= rarities[-1] == 1.0


def test_rarity_follows_the_list() -> None:
    """Along the frequency list rarity never falls."""
    rarities = [english.rarity(word) for word in english.common_words(40_000)]
    assert rarities == sorted(rarities)


@given(st.integers(min_value=0).map(str))
def test_every_number_says_as_much(number: str) -> None:
    """A number narrows down: it says more than a common word and less than a name."""
    assert english.rarity(number) == english.rarity("2024")
    assert english.rarity("the") < english.rarity(number) < english.rarity("virtio")


@pytest.mark.parametrize("words", LISTS, ids=["stop", "frame"])
def test_listed_words_can_be_met(words: frozenset[str]) -> None:
    """Every listed word has the form in which text is read: lower case, letters only."""
    assert [w for w in words if not (w.isascii() and w.isalpha() and w == w.lower())] == []


def test_a_word_is_in_one_list() -> None:
    """A stop word is never searched for, so that it cannot frame a question as well."""
    assert sorted(english.STOP_WORDS & english.FRAME_WORDS) == []


@pytest.mark.parametrize("word", "how what where which who why when do does is are can".split())
def test_question_words_frame_a_question(word: str) -> None:
    """A word that only asks is read, as a title may hold it, and is no subject."""
    assert word in english.FRAME_WORDS


def test_what_is_no_name() -> None:
    """Days, months, the language we speak and words of emphasis are no names; "Go" is one."""
    for name in ("monday", "sunday", "january", "may", "english", "need", "what", "i"):
        assert name in english.NO_NAMES
    assert [word for word in english.NO_NAMES if word != word.lower()] == []
    assert "go" not in english.NO_NAMES


@pytest.mark.parametrize("word", ["virtio", "guest", "driver", "kernel", "security", "c"])
def test_subjects_are_not_listed(word: str) -> None:
    """Words that questions are about are in no list."""
    assert not any(word in words for words in LISTS)


@pytest.mark.parametrize("word", ["the", "network", "device", "driver", "whats", "dont"])
def test_good_english(word: str) -> None:
    """Common words and stop words are no misspellings."""
    assert english.is_good_english(word)


@pytest.mark.parametrize("word", ["", "recieve", "enumration", "virtio", "helo", "Network", "teh"])
def test_not_good_english(word: str) -> None:
    """Slips, names and other spellings may be misspellings."""
    assert not english.is_good_english(word)


def test_every_stop_word_is_good_english() -> None:
    """No stop word is ever repaired."""
    assert [w for w in english.STOP_WORDS if not english.is_good_english(w)] == []


@pytest.mark.parametrize("count", [0, 1, 100, 8_000])
def test_common_words(count: int) -> None:
    """As many common words as asked for come, most frequent first, none too short to repair."""
    words = english.common_words(count)
    ranks = [english.rank(word) or 0 for word in words]
    assert len(set(words)) == count
    assert ranks == sorted(ranks)
    assert all(len(word) >= english.SHORTEST for word in words)


def test_rank() -> None:
    """The most frequent word is the first of the list; an unknown one has no place."""
    assert english.rank("the") == 0
    assert english.rank("virtio") is None
