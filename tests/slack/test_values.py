"""What a button carries, there and back."""

import json
from dataclasses import fields

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot import question
from bot.model import SURFACES
from bot.search import Index
from bot.slack.values import Carried, StaleButtonError, packed, searchable, unpacked
from tests.search.samples import VIRTUALIZATION, labelled_sets, own_index
from tests.slack.samples import HOSTILE

INDEX = Index.build(VIRTUALIZATION)
LONGEST_MESSAGE = 40_000

messages = (
    st.text()
    | st.text(st.sampled_from('<>&"\\\n\x01`:é\U0001f389 ax?.'), max_size=400)
    | st.lists(st.sampled_from([*HOSTILE, "where can I learn virtio?"])).map(" ".join)
)
long_messages = st.builds(
    lambda text, asks: ((text or " ") * LONGEST_MESSAGE)[: LONGEST_MESSAGE - len(asks)] + asks,
    messages,
    st.sampled_from(["", "? where can I learn virtio?"]),
)
ids = st.text(min_size=80, max_size=80, alphabet="abc-")


def carries(question: str) -> st.SearchStrategy[Carried]:
    """Return what a button under the answer to this question may hold."""
    return st.builds(
        Carried,
        question=st.just(question),
        surface=st.sampled_from(SURFACES),
        resource=ids | st.just(""),
        topic=ids | st.just(""),
        channel=st.sampled_from(["", "C0123456789A"]),
        thread=st.sampled_from(["", "1700000000.123456"]),
        start=st.integers(0, 2**40),
        useful=st.sampled_from([None, True, False]),
    )


@settings(deadline=None)
@given((messages | long_messages).flatmap(lambda text: carries(searchable(text))))
def test_a_button_carries_the_question(carried: Carried) -> None:
    """Whatever was asked fits into the value of a button, comes back whole, and is no markup."""
    value = packed(carried)
    assert len(value) <= 2000
    assert not set(value) & set("<>&")
    assert "\n" not in value
    assert unpacked(value) == carried


@pytest.mark.parametrize(
    "letter", ["a", "&", "<", '"', "\\", "\x01", "\n", "é", "\U0001f389", "\u202e", "a "]
)
@pytest.mark.parametrize("asks", ["", "how does virtio work? "])
def test_the_longest_message_fits(letter: str, asks: str) -> None:
    """A message as long as Slack takes, of characters of any cost, fits beside all else."""
    message = (asks + letter * LONGEST_MESSAGE)[:LONGEST_MESSAGE]
    carried = Carried(
        question=searchable(message), surface="mention", resource="r" * 80, topic="t" * 80,
        channel="C0123456789A", thread="1700000000.123456", start=8, useful=False,
        asking="f" * 24,
    )  # fmt: skip
    assert len(packed(carried)) <= 2000
    assert unpacked(packed(carried)) == carried


def test_only_what_is_told_is_carried() -> None:
    """What is as it always is takes no room."""
    assert packed(Carried()) == "{}"
    assert unpacked("{}") == Carried()
    assert packed(Carried(question="a & b", useful=False)) == (
        '{"question":"a \\u0026 b","useful":false}'
    )


JUNK: list[object] = [
    None, "", " ", "{", "[]", "null", "true", "1", '""', "NaN", "x" * 3000, "on", "pci",
    '{"query":"x"}', '{"question":"x","more":1}', '{"question":1}', '{"question":null}',
    '{"surface":"fax"}', '{"start":"1"}', '{"start":1.5}', '{"start":true}', '{"useful":"yes"}',
    '{"useful":1}', '{"question":"\ud800"}', '{"question":"\\ud800"}', "\ud800", "[" * 100_000,
    '{"question":' * 10_000, '{"start":' + "9" * 10_000 + "}", b"{}", 7, [], {"question": "x"},
]  # fmt: skip


@pytest.mark.parametrize("value", JUNK, ids=lambda value: repr(value)[:30])
def test_junk_is_a_stale_button(value: object) -> None:
    """Whatever else a button holds, it is said to be from another version, and nothing else."""
    with pytest.raises(StaleButtonError, match="Please ask again"):
        unpacked(value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(deadline=None)
@given(
    st.text()
    | st.binary()
    | json_values.map(json.dumps)
    | st.dictionaries(st.sampled_from([f.name for f in fields(Carried)]), json_values).map(
        json.dumps
    )
)
@example('{"start":1e400}')
def test_any_value_is_read_or_stale(value: object) -> None:
    """A value of any shape is either read as what it says, or is a stale button."""
    try:
        carried = unpacked(value)
    except StaleButtonError:
        return
    assert json.loads(packed(carried)).items() <= json.loads(str(value)).items()


def test_ordinary_messages_are_searched_whole() -> None:
    """An ordinary question is carried as it is, so that it is searched in the same words."""
    for held in labelled_sets().values():
        for one in held.questions:
            assert searchable(one.text) == question.essence(one.text)


@pytest.mark.parametrize("subject", sorted(labelled_sets()))
def test_what_is_carried_has_the_same_answer(subject: str) -> None:
    """Searching what the buttons carry gives the answer to the message itself."""
    index = own_index(subject)
    for one in labelled_sets()[subject].questions[::4]:
        asked = index.search(f"<@U0000000001> {one.text} :wave: <https://e.org/a|x>", "mention")
        carried = index.search(searchable(asked.question), "mention")
        assert (carried.verdict, carried.results) == (asked.verdict, asked.results), one.text


@pytest.mark.parametrize(
    "message",
    [
        "what does &lt;!DOCTYPE html&gt; mean?",
        "how do I fold a &lt;#region&gt;?",
        "what is &lt;@component&gt; &amp; co?",
        "&gt; &lt;!here&gt; is quoted\nwhat is that?",
    ],
)
def test_what_looks_like_markup_is_carried_as_text(message: str) -> None:
    """Angle brackets that a person typed are text, in the message and in what a button carries."""
    told, carried = question.parse(message), question.parse(searchable(message))
    assert carried.text.replace("< ", "<").split() == told.text.split()
    assert carried.context.replace("< ", "<").split() == told.context.split()


LONG = "We moved the build to another machine and it took a while to settle. "


@pytest.mark.parametrize(
    "message",
    [
        LONG * 40 + "Where can I learn how PCI enumeration works?",
        "Where can I learn how PCI enumeration works? " + LONG * 40,
        LONG * 20 + "Where can I learn how PCI enumeration works? " + LONG * 20,
    ],
    ids=["last", "first", "between"],
)
def test_of_a_long_message_the_question_is_kept(message: str) -> None:
    """Of a message that does not fit, the sentences that ask are carried, wherever they stand."""
    carried = searchable(message)
    assert carried == "Where can I learn how PCI enumeration works?"
    assert INDEX.search(carried, "dm").verdict == "answer"


def test_the_beginning_of_a_long_phrase_is_kept() -> None:
    """Of a long message that asks nothing, its beginning is carried."""
    carried = searchable("virtio queues " * 300)
    assert carried
    assert ("virtio queues " * 300).startswith(carried)
