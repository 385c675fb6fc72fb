"""Claims on events, at times that are given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.seen import Seen


def test_a_key_is_claimed_once() -> None:
    """The first claim holds, every other within the time that is kept fails."""
    seen = Seen(kept=10, most=5)
    assert seen.claim("C1", "17.1", at=0)
    assert not seen.claim("C1", "17.1", at=0)
    assert not seen.claim("C1", "17.1", at=9.9)


def test_a_key_is_forgotten_in_time() -> None:
    """Once the time has passed a key can be claimed anew; a failed claim makes it no longer."""
    seen = Seen(kept=10, most=5)
    assert seen.claim("C1", at=0)
    assert not seen.claim("C1", at=9)
    assert seen.claim("C1", at=10)
    assert not seen.claim("C1", at=19)


def test_keys_differ_by_their_parts() -> None:
    """The same letters divided in another way are another key."""
    seen = Seen(kept=10, most=5)
    assert all(seen.claim(*key, at=0) for key in [("ab", "c"), ("a", "bc"), ("abc",), ()])


def test_the_oldest_claim_makes_room() -> None:
    """When there are too many, the one that was claimed the longest ago is forgotten."""
    seen = Seen(kept=10, most=2)
    assert seen.claim("first", at=0)
    assert seen.claim("second", at=1)
    assert seen.claim("first", at=10)
    assert seen.claim("third", at=10)
    assert not seen.claim("first", at=10)
    assert not seen.claim("third", at=10)
    assert seen.claim("second", at=10)


@pytest.mark.parametrize(("kept", "most"), [(0, 1), (-1, 1), (1, 0)])
def test_a_memory_that_holds_nothing_is_refused(kept: float, most: int) -> None:
    """A memory of no time or no size would answer everything twice."""
    with pytest.raises(ValueError, match="out of range"):
        Seen(kept=kept, most=most)


CLAIMS = st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 4)), max_size=60)


@given(CLAIMS)
def test_no_key_is_claimed_twice_while_it_is_kept(claims: list[tuple[str, int]]) -> None:
    """With room for all, a claim holds exactly when none has held within the time before it."""
    seen, held, now = Seen(kept=5, most=6), dict[str, int](), 0
    for key, passed in claims:
        now += passed
        first = key not in held or now - held[key] >= 5
        assert seen.claim(key, at=now) == first
        if first:
            held[key] = now


@given(CLAIMS, st.integers(1, 4))
def test_memory_is_bounded(claims: list[tuple[str, int]], most: int) -> None:
    """However many keys are claimed, no more are remembered than allowed."""
    seen, now = Seen(kept=5, most=most), 0
    for key, passed in claims:
        now += passed
        seen.claim(key, at=now)
        assert len(seen._claimed) <= most
