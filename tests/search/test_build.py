"""What is read of a catalogue."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Catalogue, Topic
from bot.search import gather
from bot.search.build import FIELD_NAMES, Built, rarity, read_catalogue
from bot.search.english import STOP_WORDS
from tests.search.samples import VIRTUALIZATION, catalogue, own_index, reordered, resource

BUILT = read_catalogue(VIRTUALIZATION)


def fields(built: Built, word: str, doc: int = 0) -> set[str]:
    """Return the fields of a resource in which a word stands."""
    has, at = built.postings.find(built.words.surfaces[word], np.array([doc], np.int32))
    bits = int(built.postings.fields[at[0]]) if has[0] else 0
    return {name for place, name in enumerate(FIELD_NAMES) if bits >> place & 1}


def test_fields_have_one_order() -> None:
    """What is weighed and what is read are the same fields, by the same numbers."""
    assert FIELD_NAMES == gather.FIELD_NAMES


def test_every_field_is_searched() -> None:
    """Each part of a resource is read under its own name."""
    built = read_catalogue(
        catalogue(
            resource(
                "atitle",
                aliases=("analias",),
                asks=("anask",),
                tags=("atag",),
                topics=("one", "two"),
                kind="wiki",
                level="intro",
                summary="asummary",
                note="anote",
                authors=("anauthor",),
                url="https://www.apublisher.org/apath",
            ),
            topics=[
                Topic(id="one", name="atopic", aliases=("itsalias",)),
                Topic(id="two", name="another"),
            ],
        )
    )
    expected = {
        "atitle": "title",
        "analias": "alias",
        "anask": "ask",
        "atag": "tag",
        "atopic": "topic",
        "itsalias": "topic",
        "another": "other topic",
        "wiki": "kind",
        "overview": "kind",
        "asummary": "summary",
        "anote": "note",
        "anauthor": "people",
        "apublisher": "people",
    }
    assert {word: fields(built, word) for word in expected} == {
        word: {name} for word, name in expected.items()
    }
    assert "apath" not in built.words.surfaces
    assert "www" not in built.words.surfaces


def test_a_word_in_two_fields_is_in_both() -> None:
    """A word that stands in several fields of a resource is known to stand in each."""
    assert fields(BUILT, "pci", 0) == {"title", "tag", "topic"}
    assert fields(BUILT, "pci", 1) == set()


def test_stop_words_are_not_searched() -> None:
    """A stop word finds no resource, even one that holds it."""
    stops = [BUILT.words.ids[word] for word in STOP_WORDS if word in BUILT.words.ids]
    assert stops
    assert [BUILT.words.shown[term] for term in stops if BUILT.postings.frequency(term)] == []


def test_impacts_are_bounded() -> None:
    """An impact is above 0 and below 1, and no entry exceeds what its term is said to add."""
    held = BUILT.postings
    for term in range(len(held.starts) - 1):
        impacts = held.impacts[held.row(term)]
        assert ((impacts > 0) & (impacts < 1)).all()
        assert float(held.highest[term]) == max(impacts.tolist(), default=0.0)
        assert (np.diff(held.docs[held.row(term)]) > 0).all()


def test_a_strong_field_counts_more() -> None:
    """A word in a title is worth more than the same word in a summary of the same length."""
    built = read_catalogue(catalogue(resource("seccomp"), resource("x", summary="seccomp")))
    row = built.postings.row(built.words.surfaces["seccomp"])
    one, other = built.postings.impacts[row].tolist()
    assert one > other


def test_a_short_text_counts_more() -> None:
    """A word in a short summary is worth more than in a long one."""
    built = read_catalogue(
        catalogue(
            resource("x", summary="seccomp"), resource("y", summary="seccomp " + "words " * 50)
        )
    )
    row = built.postings.row(built.words.surfaces["seccomp"])
    one, other = built.postings.impacts[row].tolist()
    assert one > other


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_rarity_is_bounded(one: int, other: int) -> None:
    """A word tells apart between not at all and wholly, and less the more resources hold it."""
    low, high = sorted([one, other])
    assert 0 < rarity(high, 10_000) <= rarity(low, 10_000) <= 1
    assert rarity(high, 10_000) < rarity(low, 10_000) or low == high


@pytest.mark.parametrize("size", [0, 1, 500, 100_000])
def test_the_unseen_is_the_rarest(size: int) -> None:
    """A word that no resource holds tells all that a word can, however large the catalogue."""
    assert rarity(0, size) == pytest.approx(1.0)


def test_a_short_text_weighs_its_words_by_english_too() -> None:
    """Of two words that one resource holds each, the one rarer in English weighs more."""
    built = read_catalogue(catalogue(resource("virtio"), resource("network")))
    weights = [float(built.term_weights[built.words.surfaces[w]]) for w in ("virtio", "network")]
    assert weights[0] > weights[1] > 0


def test_term_weights_do_not_depend_on_order() -> None:
    """What a word weighs is the same wherever in the file its resource stands."""

    def weights(built: Built) -> dict[str, float]:
        return {
            stem: float(built.term_weights[number])
            for stem, number in built.words.ids.items()
            if " " not in stem
        }

    given = own_index("crosvm").catalogue
    backwards = reordered(given, range(len(given.resources))[::-1])
    assert weights(read_catalogue(given)) == weights(read_catalogue(backwards))


@pytest.mark.parametrize(
    "given",
    [
        catalogue(),
        catalogue(glossary=[("a", "b")], topics=[Topic(id="t", name="topic")]),
        catalogue(resource("...", summary="!", topics=("?",), url="https://example.org/")),
        catalogue(resource("the", summary="of the")),
    ],
    ids=["empty", "names alone", "punctuation", "stop words"],
)
def test_catalogues_of_nothing(given: Catalogue) -> None:
    """A catalogue without words is read like any other."""
    built = read_catalogue(given)
    assert built.postings.size == len(given.resources)
    assert len(built.postings.starts) == len(built.words.shown) + 1 == len(built.term_weights) + 1


strange = st.text(min_size=1, max_size=30)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(strange, strange, st.lists(strange, max_size=3)), max_size=5))
def test_any_text_is_read(rows: list[tuple[str, str, list[str]]]) -> None:
    """Whatever is written in a catalogue, it is read, and each short text is kept once."""
    built = read_catalogue(
        catalogue(
            *(
                resource(title, summary=summary, asks=tuple(asks), id=str(at), url="https://e.org/")
                for at, (title, summary, asks) in enumerate(rows)
            )
        )
    )
    texts = built.texts
    assert np.diff(texts.of_doc).tolist() == [1 + len(asks) for _, _, asks in rows]
    assert len(texts.is_ask) == len(texts.number) == len(texts.full) == texts.of_doc[-1]
    assert texts.owner.tolist() == np.repeat(np.arange(len(rows)), np.diff(texts.of_doc)).tolist()
    assert len(texts.starts) - 1 == len(built.words.shown)
    assert texts.starts[-1] == len(texts.holders)
