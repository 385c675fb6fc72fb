"""How the words of a question are read against a catalogue."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Catalogue
from bot.search import Index
from bot.search.lexicon import Lexicon, Slot
from bot.search.words import key
from tests.search.samples import VIRTUALIZATION, catalogue, resource


def lexicon(given: Catalogue) -> Lexicon:
    """Return the lexicon of a catalogue."""
    return Index.build(given)._lexicon


def titled(*titles: str, glossary: Sequence[Sequence[str]] = ()) -> Lexicon:
    """Return the lexicon of resources that say nothing beyond their titles."""
    return lexicon(catalogue(*map(resource, titles), glossary=glossary))


def read(reader: Lexicon, question: str) -> dict[str, dict[str, float]]:
    """Return for each word of a question the words it may be, with how well each fits."""
    return {
        slot.word: {reader._words.shown[way.term]: way.weight for way in slot.alternatives}
        for slot in reader.read(question)
    }


def reasons(reader: Lexicon, question: str) -> set[str]:
    """Return why words were read otherwise than written."""
    return {w.how for s in reader.read(question) for w in s.alternatives if w.how}


READER = lexicon(VIRTUALIZATION)


def test_words_as_they_stand() -> None:
    """A word of the catalogue in any inflection is read exactly; a stop word is not read."""
    assert read(titled("Sandboxed devices"), "What is the sandboxing of a device?") == {
        "what": {},
        "is": {},
        "sandboxing": {"sandboxed": 1.0},
        "device": {"devices": 1.0},
    }


def test_a_word_said_twice_is_one_slot() -> None:
    """Inflections of a word are one slot, in the place of the first."""
    assert list(read(titled("Rings"), "queue rings, queues, a ring")) == ["queue", "rings"]


def test_an_unknown_word_is_a_slot_without_reading() -> None:
    """A word that the catalogue does not have is kept, so that its loss can be weighed."""
    assert read(titled("Rings"), "kubernetes rings") == {"kubernetes": {}, "rings": {"rings": 1.0}}


@pytest.mark.parametrize("held", ["vhost-user", "vhost user", "vhostuser"])
@pytest.mark.parametrize("asked", ["vhost-user", "vhost user", "vhostuser", "VHOST_USER"])
def test_joined_and_split(held: str, asked: str) -> None:
    """However a compound is written, in the catalogue or in the question, it is found."""
    found = read(titled(held, "seccomp"), asked)
    assert found
    assert all(max(ways.values(), default=0.0) >= 0.9 for ways in found.values())


def test_joining_and_splitting_are_told() -> None:
    """A word read in two parts, or two as one, comes with the reason."""
    assert reasons(titled("vhost user"), "vhostuser") == {"“vhostuser” read as “vhost user”"}
    assert reasons(titled("vhostuser"), "vhost user") == {"“vhost user” read as “vhostuser”"}


@pytest.mark.parametrize(
    ("asked", "meant", "weight"),
    [
        ("enumration", "enumeration", 0.9),
        ("enumeraton", "enumeration", 0.9),
        ("enmuration", "enumeration", 0.75),
        ("vritio", "virtio", 0.9),
        ("secomp", "seccomp", 0.9),
    ],
)
def test_slips_are_repaired(asked: str, meant: str, weight: float) -> None:
    """A slip is read as the word it was meant to be, and two slips count less than one."""
    reader = titled("PCI enumeration", "virtio", "seccomp")
    assert read(reader, asked) == {asked: {meant: weight}}
    assert reasons(reader, asked) == {f"“{asked}” read as “{meant}”"}


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        ("form", "fork"),
        ("house", "mouse"),
        ("quest", "guest"),
        ("lattice", "lettice"),
        ("server", "sever"),
        ("bin", "ring"),
    ],
)
def test_good_english_is_never_repaired(asked: str, held: str) -> None:
    """A common word is taken for itself, however near a word of the catalogue is."""
    assert read(titled(held), asked) == {asked: {}}


@pytest.mark.parametrize(("asked", "held"), [("kvn", "kvms"), ("pcj", "pcie"), ("vn", "vms")])
def test_short_words_are_never_repaired(asked: str, held: str) -> None:
    """A word of three letters or fewer could be too many others."""
    assert read(titled(held), asked) == {asked: {}}


def test_a_slip_nearer_to_plain_english_is_not_bent_to_the_catalogue() -> None:
    """A misspelt plain word is not read as a rarer word of the catalogue further away."""
    assert read(titled("Mondeos"), "mondey") == {"mondey": {}}


@pytest.mark.parametrize(
    ("title", "asked"),
    [
        ("simulate", "simulaton"),
        ("configured", "configurtion"),
        ("schedulers", "scheduilng"),
    ],
)
def test_a_misspelt_form_finds_another_form(title: str, asked: str) -> None:
    """English knows forms of a word that the catalogue does not have, and their misspellings."""
    (ways,) = read(titled(title), asked).values()
    assert ways.keys() == {title}


def test_digits_are_never_repaired() -> None:
    """Names with digits differ in them on purpose."""
    assert read(titled("armv8 kernel64"), "armv7 kernel65") == {"armv7": {}, "kernel65": {}}


def test_beginnings() -> None:
    """An abbreviation is read as the words that begin with it, and counts less than a slip."""
    reader = titled("configuration", "seccomp")
    assert read(reader, "config") == {"config": {"configuration": 0.6}}
    assert reasons(reader, "config") == {
        "“config” taken for the beginning of “configuration”",
    }
    assert read(reader, "co") == {"co": {}}


@pytest.mark.parametrize(
    ("held", "asked"),
    [
        ("passthrough", "device assignment"),
        ("device assignment", "passthrough"),
        ("passthrough", "devices assignment"),
        ("VMM", "virtual machine monitor"),
        ("virtual machine monitor", "vmm"),
    ],
)
def test_synonyms_go_both_ways(held: str, asked: str) -> None:
    """A name of the glossary finds its other names, of one word or several, both ways."""
    glossary = [("device assignment", "passthrough"), ("VMM", "virtual machine monitor")]
    reader = titled(held, "seccomp", glossary=glossary)
    found = read(reader, asked)
    assert found
    assert all(0.9 in ways.values() for ways in found.values())
    assert any(f"means the same as “{held}”" in reason for reason in reasons(reader, asked))


def test_a_misspelt_synonym_counts_less() -> None:
    """A synonym of a repaired word fits as well as the repair lets it."""
    reader = titled("passthrough", "assignment", glossary=[("assignment", "passthrough")])
    assert read(reader, "asignment")["asignment"] == {
        "assignment": 0.9,
        "passthrough": pytest.approx(0.81),
    }


def test_half_a_name_is_no_synonym() -> None:
    """Of a name of several words all have to be there, in their order."""
    reader = titled("passthrough", glossary=[("device assignment", "passthrough")])
    assert read(reader, "assignment device") == {"assignment": {}, "device": {}}


def test_initials() -> None:
    """Words whose initials the catalogue holds are read as these."""
    reader = titled("CI", "IoT")
    assert read(reader, "continuous integration") == {
        "continuous": {"ci": 0.7},
        "integration": {"ci": 0.7},
    }
    assert read(reader, "internet of things")["internet"] == {"iot": 0.7}
    assert reasons(reader, "continuous integration") == {
        "“continuous integration” shortened to “ci”"
    }


@pytest.mark.parametrize(
    ("held", "asked", "glossary"),
    [
        ("it", "interrupt table", ()),
        ("go", "guest output", ()),
        ("vm", "virtual memory", ("VM", "virtual machine")),
        ("ci", "the integration", ()),
        ("ci", "configuration of", ()),
        ("x", "continuous integration", ()),
    ],
)
def test_what_are_no_initials(held: str, asked: str, glossary: tuple[str, ...]) -> None:
    """Initials count for nothing if they are English, spoken for, or a stop word's."""
    reader = titled(held, glossary=[glossary] if glossary else [])
    assert all(ways == {} for ways in read(reader, asked).values())


@pytest.mark.parametrize(
    ("word", "subject", "kind", "frame"),
    [
        ("virtio", True, False, False),
        ("video", False, True, False),
        ("specs", False, True, False),
        ("beginners", False, True, False),
        ("learn", False, False, True),
        ("understand", False, False, True),
        ("basically", False, False, True),
        ("talking", False, False, True),
    ],
)
def test_what_a_word_does_in_a_question(
    word: str, *, subject: bool, kind: bool, frame: bool
) -> None:
    """A word names the subject, or the kind of resource, or frames the question: one of them."""
    slot = Slot(word, word, 1, ())
    assert (slot.is_subject, slot.is_kind, slot.is_frame) == (subject, kind, frame)


def slots(question: str) -> dict[str, Slot]:
    """Return the slots of a question by their words."""
    return {slot.word: slot for slot in READER.read(question)}


@pytest.mark.parametrize(
    ("question", "word", "is_name"),
    [
        ("how do I learn Go?", "go", True),
        ("how do I go on from here", "go", False),
        ("an introduction to REST", "rest", True),
        ("the rest of the rings", "rest", False),
        ("is there a book on Make", "make", True),
        ("how do guests make a hypercall", "make", False),
        ("can we talk on Monday", "monday", False),
        ("a course in English, please", "english", False),
    ],
)
def test_a_name_is_what_a_question_is_about(question: str, word: str, *, is_name: bool) -> None:
    """A frame word written as a name is a subject; days and months have a capital anyway."""
    slot = slots(question)[word]
    assert slot.is_name == is_name
    assert not (is_name and slot.is_frame)
    assert is_name <= slot.is_subject


@pytest.mark.parametrize("word", ["go", "make", "plus", "learn", "virtio"])
def test_a_name_is_never_a_frame_word(word: str) -> None:
    """Whatever frames a question in lower case does not if it is a name."""
    assert Slot(word, word, 1, (), is_name=True).is_subject


@pytest.mark.parametrize(
    ("question", "after"),
    [
        ("coffee machine", {"coffee": "", "machine": "coffe"}),
        ("state-machine", {"state": "", "machine": "state"}),
        ("big state machine", {"big": "", "state": "big", "machine": "state"}),
        ("machine of coffee", {"machine": "", "coffee": ""}),
        ("coffee and machine", {"coffee": "", "machine": ""}),
        ("coffee or a machine", {"coffee": "", "machine": ""}),
        ("video machine", {"video": "", "machine": ""}),
        ("learn machine", {"learn": "", "machine": ""}),
        ("coffee works machine", {"coffee": "", "works": "coffe", "machine": ""}),
        ("machine, coffee machine", {"machine": "", "coffee": ""}),
    ],
)
def test_what_a_word_comes_after(question: str, after: dict[str, str]) -> None:
    """A word belongs to the subject word right before it, and to no stop word, kind or frame.

    A word said twice belongs where it was said first.
    """
    assert {word: slot.after for word, slot in slots(question).items()} == after


@pytest.mark.parametrize("question", ["kvm, seccomp", "what of kvm? seccomp", "kvm / seccomp"])
def test_a_mark_parts_two_words(question: str) -> None:
    """A word does not belong to one that a comma or the end of a sentence parts from it."""
    assert slots(question)["seccomp"].after == ""


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("virtio rings", [0, 0]),
        ("virtio and kvm", [0, 1]),
        ("virtio plus kvm", [0, 1, 1]),
        ("virtio, also kvm", [0, 1]),
        ("virtio rings and kvm guests and seccomp", [0, 0, 1, 1, 2]),
        ("virtio or kvm", [0, 0]),
        ("virtio and virtio", [0]),
    ],
)
def test_parts_of_a_question(question: str, parts: list[int]) -> None:
    """What follows "and", "plus" or "also" is another part; a word belongs where it came first."""
    assert [slot.part for slot in READER.read(question)] == parts


@settings(deadline=None)
@given(st.lists(st.sampled_from("virtio kvm coffee and plus of the video learn Go".split())))
def test_after_and_part_keep_order(words: list[str]) -> None:
    """Parts only go up, and a word comes after a subject word that the question holds before."""
    read = READER.read(" ".join(words))
    parts = [slot.part for slot in read]
    assert parts == sorted(parts)
    subjects = {key(slot.meant) for slot in read if slot.is_subject}
    assert {slot.after for slot in read} <= subjects | {""}
    assert not read or read[0].after == ""


@settings(deadline=None, max_examples=200)
@given(
    st.text()
    | st.lists(
        st.sampled_from("device assignment vmm virtul kvmm config ci devicetree".split())
    ).map(" ".join)
)
def test_readings_are_in_order(question: str) -> None:
    """Readings come best first, each term once, and all but exact ones with their reason."""
    slots = READER.read(question)
    assert len(slots) <= 48
    for slot in slots:
        weights = [way.weight for way in slot.alternatives]
        assert weights == sorted(weights, reverse=True)
        assert len({way.term for way in slot.alternatives}) == len(weights)
        assert all(0 < way.weight <= 1 for way in slot.alternatives)
        assert all(bool(way.how) == (way.weight < 1) for way in slot.alternatives)


def test_a_very_long_question_is_read_in_part() -> None:
    """Of a question of thousands of words, the first 48 are read."""
    words = [f"w{number}" for number in range(20_000)]
    assert [slot.word for slot in READER.read(" ".join(words))] == words[:48]
