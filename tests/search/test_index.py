"""The laws of a search, from the message to the answer."""

import os
import subprocess
import sys
from itertools import islice, product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.labelled import ROOT
from bot import question
from bot.model import SURFACES, Answer, Surface
from bot.search import Index, english
from bot.search.answer import MOST_SHOWN
from bot.search.kinds import KIND_WORDS
from tests.search.samples import (
    VIRTUALIZATION,
    catalogue,
    first,
    labelled_sets,
    own_index,
    reordered,
    resource,
)

INDEX = Index.build(VIRTUALIZATION)
SUBJECTS = sorted(labelled_sets())

surfaces = st.sampled_from(SURFACES)
words = st.lists(
    st.sampled_from(
        [
            *sorted(english.FRAME_WORDS),
            *" ".join(KIND_WORDS.values()).split(),
            *"virtio kvm pci guest vm passthrough enumration".split(),
            *"device-tree lunch how does is ?".split(),
        ]
    ),
    max_size=8,
).map(" ".join)
strange = st.text(
    st.characters(categories=("L", "M", "N", "P", "S", "Z", "C")), max_size=60
) | st.text("\U0001f389\u200d\u202e\x00\x1b\ud800\u0301 ", max_size=60)
messages = words | strange


def check(index: Index, answer: Answer, limit: int) -> None:
    """Assert what is true of every answer."""
    assert 0 <= answer.confidence <= 1
    assert answer.reply == (answer.verdict == "answer")
    assert len(answer.candidates) <= limit
    assert len(answer.results) <= min(limit, MOST_SHOWN)
    shown = [one.resource.id for one in answer.results]
    ranked = [one.resource.id for one in answer.candidates]
    assert shown[:1] == ranked[: len(shown[:1])]
    assert len(set(shown)) == len(shown)
    # A resource for another topic of the question may come second; the rest is in order.
    other = [at for at, one in enumerate(shown) if one not in ranked[: len(shown)]]
    assert other in ([], [1])
    rest = [one for at, one in enumerate(shown) if at not in other]
    assert rest == ranked[: len(rest)]
    assert all(one.resource in index.catalogue.resources for one in answer.candidates)
    confidences = [one.confidence for one in answer.results]
    assert confidences == sorted(confidences, reverse=True)
    assert all(0 <= one <= answer.confidence for one in confidences)
    assert all(one.weight >= 0 for one in answer.reading)
    assert {one.id for one in answer.topics} <= {one.id for one in index.catalogue.topics}
    if answer.verdict == "nothing":
        assert answer.results == ()
    if answer.verdict == "answer":
        assert answer.results


@settings(deadline=None, max_examples=300)
@given(messages, surfaces, st.integers(1, 9))
@example("article documentation chapter", "mention", 2)
def test_every_answer(message: str, surface: Surface, limit: int) -> None:
    """Whatever is said, the answer keeps its limits and shows the head of its own ranking.

    Only for another topic of the question a resource from further down may come second.
    """
    answer = INDEX.search(message, surface, limit)
    assert (answer.question, answer.surface) == (message, surface)
    check(INDEX, answer, limit)


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(SUBJECTS), words)
def test_every_result_has_a_reason(subject: str, message: str) -> None:
    """Whatever is shown comes with at least one reason, and none is said twice."""
    for one in own_index(subject).search(message, "dm").results:
        assert one.why
        assert len(set(one.why)) == len(one.why)


@pytest.mark.parametrize("frame", ["basically", "help basically help", "gets needed talking"])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_frame_of_a_question_is_no_question(subject: str, frame: str) -> None:
    """Words that only frame a question are not answered, whatever they look like."""
    assert not own_index(subject).search(frame, "dm").reply


@settings(deadline=None)
@given(messages, surfaces)
def test_the_same_question_has_the_same_answer(message: str, surface: Surface) -> None:
    """Asked again, or of an index built anew, a question has the same answer."""
    answer = INDEX.search(message, surface)
    assert INDEX.search(message, surface) == answer
    assert Index.build(VIRTUALIZATION).search(message, surface) == answer


EXPLAINED = """
import json
from bot.contract import answer_json
from tests.search.samples import labelled_sets, own_index

for name in ("crosvm", "frontend-web"):
    for asked in labelled_sets()[name].questions[::3]:
        answer = own_index(name).search(asked.text, asked.surface)
        print(json.dumps(answer_json(answer, explain=True)))
        print(answer.confidence, [one.score for one in answer.candidates])
"""


# Settings by which numpy computes as on an older processor: other kernels, other last bits.
OLDER = {
    "OPENBLAS_CORETYPE": "Prescott",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL",
}


def test_the_same_question_has_the_same_answer_everywhere() -> None:
    """Answers and their explanations are the same to the byte, however a process hashes text and
    whatever its processor can do.
    """
    said = [
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", EXPLAINED],
            env=os.environ | machine | {"PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            check=True,
            capture_output=True,
            timeout=50,
        ).stdout
        for machine in ({"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "2718", **OLDER})
    ]
    assert said[0].count(b"\n") > 50
    assert said[0] == said[1]


@settings(deadline=None)
@given(words, st.permutations(range(len(VIRTUALIZATION.resources))))
def test_the_order_of_the_file_does_not_matter(message: str, order: list[int]) -> None:
    """Each resource scores the same wherever it stands in the file; order only settles ties."""
    one = INDEX.search(message, "dm", 64)
    other = Index.build(reordered(VIRTUALIZATION, order)).search(message, "dm", 64)
    expected = {c.resource.id: c.score for c in one.candidates}
    assert {c.resource.id: c.score for c in other.candidates} == pytest.approx(expected)


def test_the_order_of_a_large_file_does_not_matter() -> None:
    """Our own catalogue read backwards scores every resource the same."""
    given = labelled_sets()["crosvm"]
    backwards = reordered(given.catalogue, range(len(given.catalogue.resources))[::-1])
    there, back = own_index("crosvm"), Index.build(backwards)
    for asked in given.questions:
        expected = {c.resource.id: c.score for c in there.search(asked.text, limit=64).candidates}
        found = {c.resource.id: c.score for c in back.search(asked.text, limit=64).candidates}
        assert found == pytest.approx(expected), asked.text


@settings(deadline=None, max_examples=200)
@given(messages)
def test_a_channel_hears_only_questions(message: str) -> None:
    """Where nobody asked the bot it says nothing unless somebody asks to learn something."""
    answer = INDEX.search(message, "channel")
    assert answer.verdict in ("answer", "nothing")
    if not question.parse(message).asks:
        assert (answer.verdict, answer.results) == ("nothing", ())


@pytest.mark.parametrize(
    "message",
    ["PCI enumeration", "virtio virtqueue rings", "I merged the virtqueue patch", "virtio!!"],
)
def test_a_subject_is_no_question_in_a_channel(message: str) -> None:
    """To name a subject, however well it is known, asks nothing of a channel."""
    assert INDEX.search(message, "channel").verdict == "nothing"


def test_a_question_in_a_channel_is_answered() -> None:
    """A question that the catalogue answers plainly is answered even unasked."""
    answer = INDEX.search("where can I learn how PCI enumeration works?", "channel")
    assert (answer.verdict, answer.reply) == ("answer", True)
    assert answer.results[0].resource.title == "PCI enumeration"


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_title_is_answered(subject: str) -> None:
    """Asked directly, the title of a resource is answered with it, if it names a subject.

    Of a title such as "Introduction to A*" no word is left that does, and it comes first all the
    same.
    """
    index = own_index(subject)
    for one in index.catalogue.resources:
        answer = index.search(one.title, "slash")
        assert answer.results[0].resource.id == one.id
        assert answer.verdict == "answer" or not answer.subject


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("kvm talk", "KVM from the ground up"),
        ("is there a video on kvm", "KVM from the ground up"),
        ("kvm article", "KVM internals"),
        ("a blog post about kvm", "KVM internals"),
        ("pci enumration", "PCI enumeration"),
        ("devicetree", "Device trees explained"),
        ("device tree", "Device trees explained"),
        ("descriptors", "Life of a virtqueue"),
        ("lunch", None),
    ],
)
def test_what_is_found(asked: str, title: str | None) -> None:
    """Subject, kind, slips and compounds lead to the one resource meant."""
    assert first(INDEX, asked) == title


def reasons(index: Index, asked: str) -> str:
    """Return the reasons of the first result in one text."""
    return " / ".join(index.search(asked, "dm").results[0].why)


def test_reasons_name_what_matched() -> None:
    """The reasons say which words matched where, and how those that were not there were read."""
    assert "“pci” and “enumeration” in the title" in reasons(INDEX, "PCI enumeration")
    assert "“enumration” read as “enumeration”" in reasons(INDEX, "pci enumration")
    assert "it is of the kind asked for: talk" in reasons(INDEX, "kvm video")
    assert "close to “how does virtio move data”" in reasons(INDEX, "how does virtio move data")
    assert "“vm” means the same as “guest”" in reasons(INDEX, "kernel runs a vm")
    assert "“rings” among the tags" in reasons(INDEX, "rings")


def test_a_synonym_is_told() -> None:
    """A resource found by another name of its subject says which."""
    index = Index.build(
        catalogue(
            resource("Device assignment in practice"),
            resource("Rings"),
            glossary=[("device assignment", "passthrough")],
        )
    )
    assert first(index, "passthrough") == "Device assignment in practice"
    assert "“passthrough” means the same as “device assignment”" in reasons(index, "passthrough")


def test_unknown_words_are_told() -> None:
    """Words of the subject that the catalogue lacks are named; those of the frame are not."""
    answer = INDEX.search("where can I learn kubernetes and virtio", "dm")
    assert answer.unknown == ("kubernetes",)
    assert answer.subject == ("kubernetes", "virtio")
    read = [one.word for one in answer.reading]
    assert read == ["where", "can", "learn", "kubernetes", "virtio"]


def test_context_counts_less_than_the_question() -> None:
    """What is told around a question helps, and does not take its place."""
    told = "We test our boards with seccomp filters. Where can I learn about PCI enumeration?"
    assert first(INDEX, told) == "PCI enumeration"
    assert first(INDEX, "I keep hearing of seccomp. Where do I start?") == "Sandboxing with seccomp"
    within = "I test boards with seccomp filters, where can I learn about PCI enumeration?"
    assert first(INDEX, within) == "PCI enumeration"
    assert first(INDEX, "What should I read on KVM? We need a talk.") == "KVM from the ground up"


@pytest.mark.parametrize(
    "message",
    [
        "where do I begin? ```seccomp_load(filter);```",
        "> the seccomp filter says no\nwhere do I begin?",
        "My filter uses seccomp, where do I begin?",
    ],
)
def test_a_question_without_a_subject_is_about_what_is_told(message: str) -> None:
    """Code, quotes and stories give a question its subject where it names none itself."""
    answer = INDEX.search(message, "dm")
    assert (answer.verdict, answer.results[0].resource.title) == (
        "answer",
        "Sandboxing with seccomp",
    )


def test_a_word_counts_in_full_where_it_is_asked() -> None:
    """A word weighs a third where it is only told, and as ever where it is asked and told."""

    def weight(message: str) -> float:
        reading = INDEX.search(message, "dm").reading
        return next(one.weight for one in reading if one.word == "seccomp")

    asked = weight("What is seccomp?")
    assert weight("What is virtio? My filter is seccomp.") == pytest.approx(0.35 * asked)
    assert weight("What is seccomp? My filter is seccomp.") == pytest.approx(asked)
    assert weight("Where do I begin? My filter is seccomp.") == pytest.approx(asked)


def test_a_name_is_no_frame() -> None:
    """A language that is called like a plain word is found by its name, and only by that."""
    index = Index.build(catalogue(resource("A tour of Go", tags=("go",)), resource("Rings")))
    named, plain = (index.search(f"where do I learn {word}?", "dm") for word in ("Go", "go"))
    assert (named.subject, plain.subject) == (("go",), ())
    assert named.results[0].resource.title == "A tour of Go"
    assert named.confidence > plain.confidence
    assert index.search("where do I go?", "dm").verdict == "nothing"


def test_topics_are_offered() -> None:
    """Without an answer, a topic that sounds like a word of the question is offered first."""
    assert INDEX.search("virtio", "dm").topics == ()
    assert INDEX.search("kubernetes virtio", "dm").topics[0].id == "virtio"
    assert INDEX.search("securty kubernetes", "dm").topics[0].id == "security"


def test_an_empty_catalogue() -> None:
    """A catalogue of nothing answers nothing, and says what it does not know."""
    answer = Index.build(catalogue()).search("where can I learn virtio?", "dm")
    assert (answer.verdict, answer.confidence, answer.candidates) == ("nothing", 0.0, ())
    assert (answer.evidence, answer.topics, answer.unknown) == ((), (), ("virtio",))


def test_a_catalogue_of_one() -> None:
    """A single resource is found by its subject, and not by any other."""
    index = Index.build(catalogue(resource("Life of a virtqueue")))
    answer = index.search("how does a virtqueue work", "dm")
    check(index, answer, 5)
    assert [one.resource.title for one in answer.candidates] == ["Life of a virtqueue"]
    assert index.search("how does kubernetes work", "dm").verdict == "nothing"


STRANGE = catalogue(
    resource("...", id="dots", summary="!!!", tags=("?", "#")),
    resource("\U0001f389\U0001f389", id="party", summary="\U0001f980", aliases=("\U0001f389",)),
    resource(
        "\u202etxt\x00", id="control", summary="\x1b[31m", asks=("\u200b", "\n", "``` \\ %s {0}")
    ),
    resource("the of and", id="stops", summary="it is"),
    resource("\u6df1\u5165\u7406\u89e3 \u0627\u0644\u0646\u0648\u0627\u0629", id="scripts"),
    resource("a" * 160, id="long", topics=("...",), url="https://[::1]/", tags=("c++", "c#")),
    glossary=[("...", "\U0001f389"), ("c++", "cpp", "c plus plus"), ("the", "of and")],
)


@settings(deadline=None, max_examples=200)
@given(messages | st.sampled_from([one.title for one in STRANGE.resources]), surfaces)
def test_strange_catalogues(message: str, surface: Surface) -> None:
    """A catalogue of punctuation, emoji, control characters and stop words is searched as any."""
    index = Index.build(STRANGE)
    check(index, index.search(message, surface), 5)


def test_what_can_be_found_among_the_strange() -> None:
    """Among strange resources those with words are found by them, the others by nothing."""
    index = Index.build(STRANGE)
    assert first(index, "cpp") == "a" * 160
    assert first(index, "C++") == "a" * 160
    assert first(index, "\u6df1\u5165\u7406\u89e3") == STRANGE.resources[4].title
    assert first(index, "...") is None


distinct = ["".join(letters) for letters in islice(product("virtoqse", repeat=5), 20_000)]


@pytest.mark.parametrize(
    "message",
    [
        "x" * 100_000,
        "virtio" * 20_000,
        "virtio " * 20_000,
        "a-" * 50_000,
        "\U0001f389" * 100_000,
        "\0" * 100_000,
        "\ufdfa" * 100_000,
        "a" + "\u0301" * 100_000,
        "how does " + " ".join(distinct),
        " ".join(f"w{number}" for number in range(20_000)),
    ],
    ids=[
        "letter",
        "word",
        "words",
        "dashes",
        "emoji",
        "nul",
        "ligature",
        "accents",
        "ask",
        "distinct",
    ],
)
@pytest.mark.parametrize("surface", ["dm", "channel"])
def test_huge_messages(message: str, surface: Surface) -> None:
    """A message of a hundred thousand characters, or of twenty thousand words, is read in part."""
    index = own_index("crosvm")
    answer = index.search(message, surface)
    check(index, answer, 5)
    assert len(answer.reading) <= 96


@given(messages)
@settings(deadline=None)
def test_the_ranking_is_that_of_the_answer(message: str) -> None:
    """The numbers of the ranking are the candidates of the answer, in order."""
    ranking = INDEX.ranking(question.parse(message))
    candidates = INDEX.search(message, limit=64).candidates
    assert [VIRTUALIZATION.resources[at].id for at in ranking] == [
        c.resource.id for c in candidates
    ]


TOLD = (
    "My team ships embedded firmware for printers, scanners and cameras. "
    "We had an outage with the billing database and the customers complained loudly. "
)


@pytest.mark.parametrize(
    "asked",
    ["what is KVM?", "How do interrupts work?", "where can I learn Rust?", "what is VFIO for?"],
)
@pytest.mark.parametrize("surface", ["mention", "channel"])
def test_a_story_forbids_nothing(asked: str, surface: Surface) -> None:
    """Whatever is told before a question, it is answered as it would be alone."""
    index = own_index("crosvm")
    assert index.search(asked, surface).verdict == "answer"
    told = index.search(TOLD + asked, surface)
    assert told.verdict == "answer"
    assert set(told.subject) == set(index.search(asked, surface).subject)


@pytest.mark.parametrize(
    ("plain", "loud"),
    [
        ("learn rust", "LEARN RUST"),
        ("how to learn rust", "How To Learn Rust"),
        ("any good rust resources?", "Any Good Rust Resources?"),
        ("please explain virtio", "Please Explain Virtio"),
        ("i need help with virtio", "I need HELP with virtio!!!"),
    ],
)
def test_capitals_change_nothing_of_the_frame(plain: str, loud: str) -> None:
    """Headlines, shouting and emphasis are answered like the quiet question."""
    index = own_index("crosvm")
    quiet, said = index.search(plain), index.search(loud)
    assert (quiet.verdict, quiet.results) == (said.verdict, said.results)
    assert quiet.verdict == "answer"
