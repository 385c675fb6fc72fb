"""From evidence to a probability, and from a probability to a verdict."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import SURFACES, Surface, Verdict
from bot.search import Index, confidence
from bot.search.confidence import BANDS, COEFFICIENTS, INTERCEPT, SIGNS
from tests.search.samples import VIRTUALIZATION, own_index

INDEX = Index.build(VIRTUALIZATION)
# Signs that speak against a candidate; all others speak for it.
AGAINST = {"asked only", "rarest lost"}

shares = st.floats(0, 1)
rows = st.tuples(*(shares for _ in SIGNS)).map(np.array)
RANKS: list[Verdict] = ["nothing", "unsure", "answer"]


@given(rows)
def test_a_probability(row: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    """Whatever the signs, the chance is between 0 and 1."""
    (chance,) = confidence.probability(row[None, :]).tolist()
    assert 0 < chance < 1


@given(rows, st.sampled_from(range(len(SIGNS))), st.floats(0, 1))
def test_more_evidence_makes_surer(
    row: np.ndarray[tuple[int], np.dtype[np.float64]], at: int, more: float
) -> None:
    """A sign that speaks for a candidate never lowers its chance, one against never raises it."""
    raised = row.copy()
    raised[at] += more
    before, after = confidence.probability(np.stack([row, raised])).tolist()
    assert after <= before if SIGNS[at] in AGAINST else after >= before


def test_no_evidence_is_no_answer() -> None:
    """Without any sign the chance is below every band."""
    (chance,) = confidence.probability(np.zeros((1, len(SIGNS)))).tolist()
    assert all(chance < band.unsure <= band.answer for band in BANDS.values())


@pytest.mark.parametrize("surface", SURFACES)
def test_bands(surface: Surface) -> None:
    """From the bounds of the bands on, and not a hair before, there is an answer, or a hint."""

    def verdict(chance: float) -> Verdict:
        return confidence.verdict(chance, surface, well_founded=True)

    band = BANDS[surface]
    assert [verdict(1.0), verdict(band.answer)] == ["answer", "answer"]
    assert verdict(band.answer - 1e-9) == ("nothing" if surface == "channel" else "unsure")
    assert verdict(band.unsure) == ("answer" if surface == "channel" else "unsure")
    assert [verdict(band.unsure - 1e-9), verdict(0.0)] == ["nothing", "nothing"]


def test_a_channel_is_the_strictest() -> None:
    """Where nobody asked the bot it has to be surer than where somebody did."""
    others = [band for surface, band in BANDS.items() if surface != "channel"]
    assert all(BANDS["channel"].answer > band.answer for band in others)


@given(st.floats(0, 1), st.sampled_from(SURFACES))
def test_without_the_key_word_there_is_no_answer(chance: float, surface: Surface) -> None:
    """However sure the rest is, a question whose rarest word is missing is not answered."""
    assert confidence.verdict(chance, surface, well_founded=False) != "answer"


@given(st.floats(0, 1), st.floats(0, 1), st.sampled_from(SURFACES), st.booleans())
def test_surer_never_says_less(one: float, other: float, surface: Surface, found: bool) -> None:  # noqa: FBT001
    """A higher chance never leads to a lower verdict."""
    low, high = (
        RANKS.index(confidence.verdict(chance, surface, well_founded=found))
        for chance in sorted([one, other])
    )
    assert low <= high


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("how does virtio work", True),
        ("virtio descriptors", True),
        ("virtio kubernetes", False),  # neither is known to English, so neither is rarer
        ("device kubernetes", False),
        ("guest sourdough", False),
    ],
)
def test_the_key_word(question: str, *, expected: bool) -> None:
    """The key word of a question is its rarest in English; in a tie a word not found decides."""
    answer = INDEX.search(question, "dm")
    by_name = {line.name: line.value for line in answer.evidence}
    row = np.array([by_name[name] for name in SIGNS])
    assert confidence.has_key_word(row) == expected
    assert expected or answer.verdict != "answer"


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize(
    "question", ["", "?", "how do I get started", "where can I learn", "what is it", "thanks!"]
)
def test_without_content_there_is_nothing(question: str, surface: Surface) -> None:
    """A question that names neither a subject nor a kind gets no answer anywhere."""
    answer = INDEX.search(question, surface)
    assert (answer.verdict, answer.results, answer.reply) == ("nothing", (), False)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from("virtio kvm rings pci enumration lunch how guest".split())))
def test_the_evidence_adds_up(words: list[str]) -> None:
    """The lines shown as evidence sum to the confidence, before the logistic function."""
    answer = INDEX.search(" ".join(words), "dm")
    if not answer.candidates:
        assert (answer.evidence, answer.confidence) == ((), 0.0)
        return
    total = sum(line.adds for line in answer.evidence)
    assert answer.confidence == pytest.approx(1 / (1 + np.exp(-total)))
    assert [line.name for line in answer.evidence] == [*SIGNS, "intercept"]
    assert [line.adds for line in answer.evidence] == pytest.approx(
        [
            *(line.value * each for line, each in zip(answer.evidence, COEFFICIENTS, strict=False)),
            INTERCEPT,
        ]
    )


def gap(question: str) -> float:
    """Return the lead of the first candidate over the best one of another home."""
    return next(line.value for line in INDEX.search(question, "dm").evidence if line.name == "gap")


def test_the_gap() -> None:
    """The lead is over other topics: alone it is whole, among its own kind it does not shrink."""
    assert gap("seccomp") == 1.0
    assert gap("kvm") == 1.0  # two resources, at home in one topic
    assert 0 <= gap("kvm seccomp") < 0.9


def test_the_gap_of_equals() -> None:
    """The lead over an equal match elsewhere is none."""
    rows = confidence._gaps(np.array([2.0, 2.0, 1.0, 0.5]), ["a", "b", "a", "c"])
    assert rows.tolist() == [0.0, 0.0, -1.0, -1.0]
    rows = confidence._gaps(np.array([4.0, 3.0]), ["a", "b"])
    assert rows.tolist() == pytest.approx([1 / 4, -1 / 3])
    assert confidence._gaps(np.array([]), []).tolist() == []


def test_a_word_of_some_ask_is_no_answer() -> None:
    """A question that shares only a word with asks it does not come near is never an answer."""
    index = own_index("crosvm")
    for chance_word in ("where is the menu", "is the wifi down", "thank you, that helped"):
        assert index.search(chance_word, "mention").verdict != "answer"


def test_a_word_of_the_glossary_is_not_repaired() -> None:
    """A word the glossary knows is no misspelling of another, though no resource has it."""
    answer = own_index("crosvm").search("what does minijail do", "mention")
    assert (answer.verdict, answer.unknown) == ("nothing", ("minijail",))
