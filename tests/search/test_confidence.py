"""From evidence to a probability, and from a probability to a verdict."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import SURFACES, Surface, Verdict
from bot.search import Index, confidence
from bot.search.build import ASK, CURATED, NAMES
from bot.search.confidence import BANDS, COEFFICIENTS, INTERCEPT, SIGNS
from bot.search.lexicon import Slot
from bot.search.rank import FEATURES, Evidence
from bot.search.words import key
from tests.search.samples import VIRTUALIZATION, catalogue, own_index, resource

INDEX = Index.build(VIRTUALIZATION)
# Signs that speak against a candidate; all others speak for it.
AGAINST = {"one word", "name lost", "half lost"}
TITLE = NAMES & ~CURATED
SUMMARY = 1 << 7

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


def test_every_sign_is_worth_something() -> None:
    """Each sign has a coefficient, and it is on the side on which the sign speaks."""
    assert len(COEFFICIENTS) == len(SIGNS)
    against = {name for name, each in zip(SIGNS, COEFFICIENTS, strict=True) if each < 0}
    assert against == AGAINST
    assert np.all(COEFFICIENTS != 0)


@pytest.mark.parametrize("surface", SURFACES)
def test_bands(surface: Surface) -> None:
    """From the bounds of the bands on, and not a hair before, there is an answer, or a hint."""

    def verdict(chance: float) -> Verdict:
        return confidence.verdict(chance, surface)

    band = BANDS[surface]
    assert [verdict(1.0), verdict(band.answer)] == ["answer", "answer"]
    assert verdict(band.answer - 1e-9) == ("nothing" if surface == "channel" else "unsure")
    assert verdict(band.unsure) == ("answer" if surface == "channel" else "unsure")
    assert [verdict(band.unsure - 1e-9), verdict(0.0)] == ["nothing", "nothing"]


def test_a_channel_is_the_strictest() -> None:
    """Where nobody asked the bot it has to be surer than where somebody did."""
    others = [band for surface, band in BANDS.items() if surface != "channel"]
    assert all(BANDS["channel"].answer > band.answer for band in others)


@given(st.floats(0, 1), st.floats(0, 1), st.sampled_from(SURFACES))
def test_surer_never_says_less(one: float, other: float, surface: Surface) -> None:
    """A higher chance never leads to a lower verdict."""
    low, high = (
        RANKS.index(confidence.verdict(chance, surface)) for chance in sorted([one, other])
    )
    assert low <= high


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word of a question as one candidate holds it."""

    fit: float = 1.0
    fields: int = TITLE
    weight: float = 0.5
    rarity: float = 0.5
    is_asked: bool = True
    is_name: bool = False
    belongs: bool = False
    """Whether it comes right after the word before."""

    def lost(self) -> "Word":
        """The same word where the candidate does not hold it."""
        return replace(self, fit=0.0, fields=0)


def signs(*words: Word, ask: float = 0.0) -> dict[str, float]:
    """Return the signs for a candidate that holds these words and comes so near an ask."""
    spelt = [f"w{at}" for at in range(len(words))]
    slots = [
        Slot(name, name, 1, (), is_name=word.is_name, after=key(before) if word.belongs else "")
        for before, name, word in zip(["", *spelt], spelt, words, strict=False)
    ]
    features = np.zeros((1, len(FEATURES)))
    features[0, FEATURES.index("ask closeness")] = ask
    evidence = Evidence(
        docs=np.zeros(1, np.int32),
        features=features,
        scores=np.ones(1),
        asked_impacts=np.zeros(1),
        fits=np.array([[word.fit for word in words]]),
        readings=np.zeros((1, len(words)), np.int64),
        fields=np.array([[word.fields for word in words]], np.uint16),
        nearest=np.zeros(1, np.int64),
    )
    row = confidence.signs(
        evidence,
        slots,
        np.array([word.weight for word in words]),
        np.array([word.rarity for word in words]),
        np.array([word.is_asked for word in words], np.bool_),
    )
    return dict(zip(SIGNS, row[0].tolist(), strict=True))


def chance(*words: Word, ask: float = 0.0) -> float:
    """Return how sure these words make."""
    row = np.array([list(signs(*words, ask=ask).values())])
    return float(confidence.probability(row)[0])


def not_less(one: float, other: float) -> bool:
    """Return whether a chance is no lower than another, as far as numbers can tell."""
    return one >= other - 1e-12


held = st.builds(
    Word,
    fit=st.sampled_from([0.6, 0.9, 1.0]),
    fields=st.sampled_from([TITLE, CURATED, SUMMARY, ASK, ASK | TITLE]),
    weight=st.floats(0.01, 1),
    rarity=st.floats(0.08, 1),
    is_asked=st.booleans(),
    is_name=st.booleans(),
)
known = st.lists(held | held.map(Word.lost), max_size=4)


@settings(deadline=None)
@given(known, held, shares)
def test_a_word_found_makes_surer(others: list[Word], word: Word, ask: float) -> None:
    """To find one more word never makes less sure than to lose it."""
    assert not_less(chance(*others, word, ask=ask), chance(*others, word.lost(), ask=ask))


@settings(deadline=None)
@given(known, held, shares)
def test_a_lost_name_makes_less_sure(others: list[Word], word: Word, ask: float) -> None:
    """To lose a word written as a name makes less sure than to lose it in lower case."""
    plain, name = replace(word, is_name=False), replace(word, is_name=True, is_asked=True)
    assert not_less(chance(*others, plain.lost(), ask=ask), chance(*others, name.lost(), ask=ask))
    assert chance(*others, name, ask=ask) == chance(*others, replace(plain, is_asked=True), ask=ask)


@pytest.mark.parametrize(
    ("modifier_found", "head_found", "half"),
    [(False, True, 1.0), (True, True, 0.0), (False, False, 0.0), (True, False, 0.0)],
)
def test_a_lost_modifier(*, modifier_found: bool, head_found: bool, half: float) -> None:
    """Of two words that belong together, the second without the first is half of something else."""
    modifier, head = (Word() if found else Word().lost() for found in (modifier_found, head_found))
    together = replace(head, belongs=True)
    assert signs(modifier, together)["half lost"] == half
    assert signs(modifier, head)["half lost"] == 0.0
    assert (chance(modifier, together) < chance(modifier, head)) == bool(half)


@settings(deadline=None)
@given(known, held.map(Word.lost), shares)
def test_what_is_told_forbids_nothing(others: list[Word], word: Word, ask: float) -> None:
    """A word that is lost makes no less sure told around the question than asked in it."""
    told = replace(word, is_asked=False)
    asked = replace(word, is_asked=True)
    assert not_less(chance(*others, told, ask=ask), chance(*others, asked, ask=ask))
    found = signs(*others, told, ask=ask)
    before = signs(*others, ask=ask)
    assert all(found[name] == before[name] for name in ("rarity lead", "name lost", "half lost"))


@settings(deadline=None)
@given(st.lists(held, min_size=1, max_size=4), shares, shares)
def test_words_of_asks_count_by_the_nearest(
    words: Sequence[Word], one: float, other: float
) -> None:
    """Words that stand in asks alone are worth more the nearer an ask comes to the question."""
    scattered = [replace(word, fields=ASK) for word in words]
    low, high = sorted([one, other])
    assert not_less(chance(*scattered, ask=high), chance(*scattered, ask=low))


def test_a_near_ask_counts_in_full() -> None:
    """Words of an ask that comes near count like those of a title; far from any, less."""
    words = [Word(fields=ASK), Word(fields=ASK)]
    titled = [replace(word, fields=TITLE) for word in words]
    assert chance(*words, ask=0.8) == chance(*words, ask=1.0) == chance(*titled)
    assert chance(*words, ask=0.0) < chance(*words, ask=0.3) < chance(*words, ask=0.6)
    assert chance(*words, ask=0.6) < chance(*titled, ask=0.6) == chance(*titled)
    in_both = [replace(word, fields=ASK | TITLE) for word in words]
    assert chance(*in_both, ask=0.0) == chance(*titled)


@pytest.mark.parametrize(
    ("surer", "less"),
    [
        # The rarer the word that is lost, and the commoner the one found, the less sure.
        ([Word(rarity=0.8), Word(rarity=0.3).lost()], [Word(rarity=0.3), Word(rarity=0.8).lost()]),
        ([Word(), Word(rarity=0.2).lost()], [Word(), Word(rarity=0.9).lost()]),
        # What a resource is filed under says more than what it mentions.
        ([Word(fields=CURATED)], [Word(fields=SUMMARY)]),
        # Two words of the subject are surer than one, were it as heavy as both.
        ([Word(weight=0.3), Word(weight=0.3)], [Word(weight=0.6)]),
        # Much of a long question is surer than as large a share of a short one.
        (
            [Word(), Word(), Word().lost()],
            [Word(weight=0.1), Word(weight=0.1), Word(weight=0.1).lost()],
        ),
        # A slip is less sure than the word itself.
        ([Word()], [Word(fit=0.75)]),
        ([Word(fit=0.75)], [Word().lost()]),
    ],
    ids=["lead", "rarer lost", "curated", "two words", "evidence", "slip", "worse slip"],
)
def test_what_is_surer(surer: list[Word], less: list[Word]) -> None:
    """Each sign tells two candidates apart that are equal but for it."""
    assert chance(*surer) > chance(*less)


@settings(deadline=None)
@given(st.lists(held.map(Word.lost), max_size=5))
def test_no_evidence_is_no_answer(words: list[Word]) -> None:
    """Where nothing of a question is found the chance is below every band."""
    assert all(chance(*words) < band.unsure <= band.answer for band in BANDS.values())


def sure(index: Index, asked: str) -> float:
    """Return how sure an index is of its answer."""
    return index.search(asked, "dm").confidence


MACHINES = Index.build(
    catalogue(
        resource("State machine basics", tags=("state-machine",), topics=("programming",)),
        resource("Git branches", tags=("git", "branching"), topics=("git",)),
        resource("Rings"),
        glossary=[("finite automaton", "FSM")],
    )
)


@pytest.mark.parametrize(
    ("index", "surer", "less"),
    [
        (INDEX, "virtio rings", "virtio kubernetes"),
        (INDEX, "virtio and kubernetes", "virtio and Kubernetes"),
        (INDEX, "what are descriptors for", "what are data for"),
        (MACHINES, "state machine", "coffee machine"),
        (MACHINES, "machine", "coffee machine"),
        (MACHINES, "a machine of coffee", "a coffee machine"),
        (MACHINES, "git branches", "git trees"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_surer_of_one_question_than_of_another(index: Index, surer: str, less: str) -> None:
    """What is lost, how it is written and what it belongs to tell in the whole search as well."""
    assert sure(index, surer) > sure(index, less)


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        ("how does a state machine work", "answer"),
        ("how does the coffee machine work", "nothing"),
        ("who cleans the coffee machine", "nothing"),
        ("is the printer machine on", "nothing"),
    ],
)
def test_a_state_machine_is_no_coffee_machine(question: str, verdict: Verdict) -> None:
    """Half of what a question is about is not what it is about."""
    assert MACHINES.search(question, "mention").verdict == verdict


@pytest.mark.parametrize(
    "question", ["device kubernetes", "guest sourdough", "a Sourdough device", "Kubernetes virtio"]
)
@pytest.mark.parametrize("surface", SURFACES)
def test_half_a_question_is_no_answer(question: str, surface: Surface) -> None:
    """Where the rarest word, a name or what a word belongs to is lost, there is no answer."""
    assert INDEX.search(question, surface).verdict != "answer"


@settings(deadline=None)
@given(
    st.sampled_from(["PCI enumeration", "virtio rings", "seccomp", "KVM internals"]),
    st.lists(
        st.sampled_from("sourdough Kubernetes oven harbour Lisbon".split()),
        min_size=1,
        max_size=4,
        unique=True,
    ),
)
def test_a_story_makes_less_unsure_than_a_question(subject: str, words: list[str]) -> None:
    """What no resource holds makes no less sure told after a question than asked with it."""
    strange = " ".join(words)
    asked = sure(INDEX, f"Where can I learn about {subject} {strange}?")
    told = sure(INDEX, f"Where can I learn about {subject}? We have {strange}.")
    alone = sure(INDEX, f"Where can I learn about {subject}?")
    assert asked <= told <= alone


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize(
    "question", ["", "?", "how do I get started", "where can I learn", "what is it", "thanks!"]
)
def test_without_content_there_is_nothing(question: str, surface: Surface) -> None:
    """A question that names neither a subject nor a kind gets no answer anywhere."""
    answer = INDEX.search(question, surface)
    assert (answer.verdict, answer.results, answer.reply) == ("nothing", (), False)


@pytest.mark.parametrize("surface", SURFACES)
def test_a_verdict_is_the_same_on_all_surfaces_or_it_is_not(surface: Surface) -> None:
    """Probabilities on two sides of any threshold of any surface do not mean the same."""
    band = BANDS[surface]
    for edge in (band.answer, band.unsure):
        assert not confidence.same_verdict(edge, edge - 1e-9)
        assert not confidence.same_verdict(edge - 1e-9, edge)
        assert confidence.same_verdict(edge, edge + 1e-9)
    assert confidence.same_verdict(0.99, 1.0)
    assert confidence.same_verdict(0.0, 0.01)


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


@pytest.mark.parametrize(
    "asked",
    [
        "where is the menu",
        "thank you, that helped",
        "is the wifi down",
    ],
)
def test_a_word_of_some_ask_is_no_answer(asked: str) -> None:
    """A question that shares only a word with asks it does not come near is never an answer."""
    assert own_index("crosvm").search(asked, "mention").verdict != "answer"


def test_a_word_of_the_glossary_is_not_repaired() -> None:
    """A word the glossary knows is no misspelling of another, though no resource has it."""
    answer = own_index("crosvm").search("what does minijail do", "mention")
    assert (answer.verdict, answer.unknown) == ("nothing", ("minijail",))
