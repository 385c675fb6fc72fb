"""Questions in vain: which words are kept of them, and how they are put together."""

import datetime as dt
import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.gaps import agreement, labelled_misses, ours
from bot.gaps import MOST_WORDS, Gap, Gaps, content_words, grouped
from bot.model import Term
from bot.records import Miss
from tests.search.samples import own_index
from tests.test_private import PRIVATE

THEN = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)


def kept(message: str) -> tuple[str, ...]:
    """Return the words kept of a question to the catalogue we ship."""
    return content_words(own_index("crosvm").search(message))


def missed(*questions: str, person: str = "") -> list[Miss]:
    """Return questions in vain, an hour apart, each by another person or all by this one."""
    return [
        Miss(
            key=str(number),
            at=THEN + dt.timedelta(hours=number),
            words=tuple(words.split()),
            person=person or f"p{number}",
        )
        for number, words in enumerate(questions)
    ]


def together(*questions: str, glossary: Sequence[Term] = ()) -> bool:
    """Return whether questions are one gap."""
    return len(grouped(missed(*questions), people=1, glossary=glossary).shown) == 1


# The words of a question


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("how does nested virtualisaton work?", "nested virtualisaton"),
        ("Where can I find a video on Zorkmid, please", "video zorkmid"),
        ("zorkmid and Zorkmid and ZORKMIDS", "zorkmid"),
        ("on-call handbook, node.js, C++ and I/O", "on-call handbook node.js c++ io"),
        ("docker/podman", "docker podman"),
        ("How do I learn Go?", "go"),
        ("I'm Alrik of Vlorb, hi! Where can I learn about zorkmid?", "zorkmid"),
        ("> quoted frobnicator\nwhere can I learn about zorkmid?", "zorkmid"),
        ("where do I learn zorkmid ```secret frobnicator```", "zorkmid"),
        ("<@U012AB3CD|bob> what is zorkmid in <#C0123ABCD|vlorb>?", "zorkmid"),
        ("ticket 4711, 47112 and 4711234 on zorkmid", "ticket 4711 zorkmid"),
        ("where do I start?", ""),
        ("", ""),
        ("\U0001f44b thanks!", ""),
    ],
)  # fmt: skip
def test_a_question_is_kept_as_words(message: str, words: str) -> None:
    """Its subject and kinds, as written, in order, each once; no frame, no story, nothing shown."""
    assert kept(message) == tuple(words.split())


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(PRIVATE), min_size=1, max_size=3), st.booleans())
def test_no_secret_is_kept(secrets: list[str], first: bool) -> None:  # noqa: FBT001
    """Whatever is private in a question, no word of it is kept, and its subject is."""
    told = ", ".join(secrets)
    message = f"{told}: where do I learn zorkmid?" if first else f"where do I learn zorkmid, {told}"
    assert kept(message) == ("zorkmid",)


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=300) | st.lists(st.sampled_from("abcdefghij"), max_size=90).map(" ".join))
def test_little_is_kept_of_any_text(message: str) -> None:
    """At most twelve words, each once, none long, of which each stands in what was written."""
    words = kept(message)
    assert len(words) <= MOST_WORDS
    assert len(set(words)) == len(words)
    assert all(word == word.lower() and len(word) <= 40 for word in words)
    assert not re.search(r"\s", "".join(words))


def test_of_many_words_the_weightiest_are_kept() -> None:
    """Of more than twelve words those that say most are kept, in their order."""
    strange = [letter * 4 for letter in "abcdefghijklm"]
    assert kept(" ".join(["water", *strange[:9], "money", *strange[9:12]])) == tuple(strange[:12])


# What belongs together


@pytest.mark.parametrize(
    "questions",
    [
        ("nested virtualization", "nested virtualisation setup", "nest virtualisaton"),
        ("nested virtualization", "virtualization nested amd docs"),
        ("devicetree overlays", "device tree overlay", "device-tree overlays"),
        ("oncall handbook", "on-call handbook"),
        ("virtio intro", "virtio video", "virtio"),
        ("kubernetes network", "kubernets networking"),
        ("colour grading", "color grading"),
    ],
    ids=" | ".join,
)
def test_the_same_in_other_words_is_one_gap(questions: tuple[str, ...]) -> None:
    """Stems, slips, spellings, kinds and compounds do not keep questions apart."""
    assert together(*questions)


@pytest.mark.parametrize(
    "questions",
    [
        ("virtualization", "nested virtualization"),
        ("postgres backup", "postgres tuning"),
        ("annual leave policy", "parental leave policy"),
        ("go generics", "rust generics"),
        ("go generics", "generics"),
        ("virtio video", "pci video"),
        ("ghost", "vhost"),
        ("kernel panics", "kernel picnics"),
    ],
    ids=" | ".join,
)
def test_what_differs_stays_apart(questions: tuple[str, ...]) -> None:
    """One word in common is not enough, nor words that only look alike."""
    assert not together(*questions)


def test_neighbours_make_no_chain() -> None:
    """Of a row of questions, each like the next, the ends are not one gap."""
    row = ["alpha bravo", "bravo charlie", "charlie delta", "delta echo", "echo foxtrot"]
    found = grouped(missed(*row, "alpha bravo", "echo foxtrot"), people=1)
    of = {key: gap for gap in found.shown for key in gap.keys}
    assert of["0"] != of["4"]


def test_what_many_write_is_no_slip() -> None:
    """A spelling that three people chose is a word of its own; of one person it is a slip."""
    assert len(grouped(missed(*["mysql"] * 5, *["mssql"] * 3), people=1).shown) == 2
    assert len(grouped(missed(*["mysql"] * 5, "mssql"), people=1).shown) == 1


def test_a_glossary_makes_one_of_its_names() -> None:
    """Names of a term are the same word, abbreviations and names of several words too."""
    glossary = [Term(term="IOMMU", aliases=("device remapping", "VT-d")), Term(term="the")]
    questions = "iommu groups", "device remapping groups", "vt-d group"
    assert together(*questions, glossary=glossary)
    assert not together(*questions)
    (gap,) = grouped(missed(*questions[1:], "device remapping groups"), glossary=glossary).shown
    assert gap.words == ("device remapping", "groups")


@pytest.mark.parametrize(
    ("name", "precision", "recall"), [("tuned", 0.99, 0.85), ("held-out", 0.99, 0.95)]
)
def test_labelled_questions_are_put_together(name: str, precision: float, recall: float) -> None:
    """Nearly all pairs that belong together are found, and hardly any other."""
    misses, wanted = labelled_misses(name, own_index("crosvm"))
    found = agreement(wanted, ours(misses))
    assert found[0] >= precision
    assert found[1] >= recall


# What a gap says


def test_a_gap_counts_questions_people_and_who_waits() -> None:
    """A gap is named as most write it, and tells how often, by whom, when, and who waits."""
    first, second, third = missed(
        "nested virtualisation", "nested virtualization", "setup nested virtualization"
    )
    waiting = Miss(
        key="z", at=THEN + dt.timedelta(days=3), words=first.words, person="p0", waiting=("U1",)
    )
    also = Miss(key="y", at=THEN, words=second.words, person="p2", waiting=("U1", "U2"))
    (gap,) = grouped([first, second, third, waiting, also]).shown
    assert gap == Gap(
        words=("nested", "virtualization"),
        times=5,
        people=3,
        first=THEN,
        last=waiting.at,
        keys=("z", "2", "1", "y", "0"),
        waiting=2,
    )


def test_a_name_has_words_that_several_people_said() -> None:
    """What half of the questions say, but one person alone, is not part of the name."""
    (gap,) = grouped(missed("acme nested virtualization", "nested virtualization")).shown
    assert gap.words == ("nested", "virtualization")


def test_a_name_is_no_longer_than_a_question() -> None:
    """However many words the questions have, the name has twelve of them at most."""
    long = " ".join("abcdefghijklmnop"[at] * 4 for at in range(16))
    (gap,) = grouped(missed(long, long)).shown
    assert len(gap.words) == MOST_WORDS


def test_the_most_wanted_comes_first() -> None:
    """More people before more questions before the latest."""
    by_many = missed("alpha", "alpha", "alpha")
    often = missed(*["bravo"] * 5, person="p1") + missed("bravo", person="p2")
    twice = missed("charlie", "delta", "charlie", "delta")
    found = grouped([*twice, *often, *by_many])
    assert [gap.words[0] for gap in found.shown] == ["alpha", "bravo", "delta", "charlie"]


def test_what_too_few_ask_for_is_hidden_and_counted() -> None:
    """One person asking ten times is one person; how many gaps are hidden is told."""
    misses = [*missed(*["alpha"] * 10, person="p1"), *missed("bravo"), *missed("delta", "delta")]
    found = grouped(misses)
    assert ([gap.words for gap in found.shown], found.hidden) == ([("delta",)], 2)
    assert len(grouped(misses, people=1).shown) == 3
    assert grouped(misses, people=9) == Gaps((), 3)


def test_without_questions_there_are_no_gaps() -> None:
    """No question, and questions that name nothing, are no gap."""
    assert grouped([]) == Gaps()
    assert grouped(missed("", ""), people=1) == Gaps()


# Laws

OVERLAPPING = st.lists(
    st.sampled_from(["alfalfa", "burdock", "chervil", "dogwood", "elderberry"]), min_size=2
)
WORDS = st.sampled_from(
    "nested nest virtualization virtualisation virtualizaton setup amd device tree devicetree"
    " device-tree overlays overlay on-call oncall kafka kafak video the of mysql mssql acme".split()
)
MISSES = st.lists(
    st.tuples(st.lists(WORDS, max_size=5) | OVERLAPPING, st.integers(0, 5)), max_size=14
).map(
    lambda drawn: [
        Miss(
            key=str(number),
            at=THEN + dt.timedelta(hours=number // 2),
            words=tuple(words),
            person=f"p{person}",
        )
        for number, (words, person) in enumerate(drawn)
    ]
)
GLOSSARY = [Term(term="VM setup", aliases=("nested virtualization", "of"))]


def all_of(found: Gaps) -> list[str]:
    """Return the keys of all the gaps shown."""
    return [key for gap in found.shown for key in gap.keys]


@given(MISSES, st.integers(1, 3), st.sampled_from([(), GLOSSARY]), st.data())
def test_the_order_of_questions_changes_nothing(
    misses: list[Miss], people: int, glossary: Sequence[Term], data: st.DataObject
) -> None:
    """In whatever order questions come, the gaps are the same, and so is their order."""
    other = data.draw(st.permutations(misses))
    assert grouped(other, people=people, glossary=glossary) == grouped(
        misses, people=people, glossary=glossary
    )


@given(MISSES, st.sampled_from([(), GLOSSARY]))
def test_each_question_is_in_one_gap(misses: list[Miss], glossary: Sequence[Term]) -> None:
    """No question with words is lost, none is counted twice, and equal ones are never parted."""
    found = grouped(misses, people=1, glossary=glossary)
    assert sorted(all_of(found)) == sorted(miss.key for miss in misses if miss.words)
    assert found.hidden == 0
    gap_of = {key: at for at, gap in enumerate(found.shown) for key in gap.keys}
    assert all(
        gap_of[a.key] == gap_of[b.key] for a in misses for b in misses if a.words == b.words != ()
    )


@given(MISSES, st.integers(1, 4))
def test_hiding_only_hides(misses: list[Miss], people: int) -> None:
    """What is shown to more careful curators is a part of what is shown to others, as it was."""
    every, some = grouped(misses, people=1), grouped(misses, people=people)
    assert [gap.keys for gap in every.shown if gap.people >= people] == [
        gap.keys for gap in some.shown
    ]
    assert len(some.shown) + some.hidden == len(every.shown)


@given(MISSES)
def test_nobody_is_known_by_a_word_of_theirs(misses: list[Miss]) -> None:
    """A word that one person alone says is in no name of a gap that several people asked for."""
    people = {miss.person for miss in misses if "acme" in miss.words}
    for gap in grouped(misses).shown:
        assert gap.words
        assert "acme" not in gap.words or len(people) > 1
