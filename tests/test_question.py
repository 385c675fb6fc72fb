"""What a message asks, and whether it asks to learn."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import question
from bot.question import Question, parse, plain

ASKS = [
    "Where can I learn about interrupt remapping?",
    "where do i find docs on the boot protocol",
    "Where should a beginner start with memory ballooning?",
    "What is a balloon device?",
    "what's a doorbell register",
    "What are good books on operating systems?",
    "How does live migration work?",
    "how do I write a vhost backend?",
    "How a page fault works inside a guest?",
    "Which tutorial explains page tables best?",
    "Why do guests need a bootloader?",
    "difference between a vCPU and a thread?",
    "Is there a talk about nested paging?",
    "Are there any slides on the IOMMU?",
    "Do we have documentation for the wire protocol?",
    "anything on memory hotplug?",
    "any good reading about schedulers?",
    "Can someone recommend a book on Rust?",
    "Could anybody explain posted interrupts to me?",
    "I'm looking for an introduction to ACPI",
    "Please point me to a guide on sandboxing",
    "I'd love to understand copy on write",
    "I want to learn Rust",
    "trying to wrap my head around lifetimes",
    "new to virtio, and a bit lost",
    "best way to learn assembly?",
    "how to get started with fuzzing",
    "Explain the borrow checker",
    "eli5 page tables",
    # Polite, and poor, English.
    "pls any link for learn rust",
    "me want understand interrupt where is documentation?",
    "somebody know good video for virtual memory?",
    "i am newbie in linux, what book you recommend",
    # With capitals, and with typographic quotes.
    "WHERE CAN I LEARN ABOUT DMA",
    "what\u2019s a shadow page table?",
]

ASKS_NOTHING = [
    "",
    "hi",
    "Good morning everyone!",
    "hello \U0001f44b",
    "thanks, that helped a lot",
    "lol",
    "ok",
    "+1",
    "virtio specs",  # a bare phrase
    "PCI enumeration",
    "What's up?",
    "How are you?",
    "how's it going",
    "what do you think?",
    "How much does the parking cost?",
    "how long is the queue at the canteen",
    "what time is it",
    # Trouble.
    "The build is broken again",
    "my laptop keeps crashing",
    "CI is red, anyone knows why?",
    "I get a segfault when I start the guest",
    "why is the pipeline failing",
    "the deploy failed with a timeout",
    "I see this error: no such device",
    # Work in hand.
    "Can someone review my PR?",
    "could you merge my change please",
    "I pushed a fix for the balloon device",
    "rebased and landed, thanks for the review",
    "is the patch merged?",
    "can you restart the staging server?",
    "the migration is done",
    "standup at 10:30",
    "the demo is tomorrow",
    # Who owns what.
    "who owns the scheduler?",
    "who broke main",
    "who is on call",
    "whose turn is it to bring cake?",
    "did anyone see my mug",
]


def words_of(text: str) -> list[str]:
    """Return every word of a text, sorted."""
    return sorted(re.findall(r"[^\W_]+", text))


@pytest.mark.parametrize("message", ASKS)
def test_what_asks(message: str) -> None:
    """Whoever wants to be taught, or led to something to learn from, asks."""
    assert parse(message) == Question(message, "", asks=True)


@pytest.mark.parametrize("message", ASKS_NOTHING)
def test_what_asks_nothing(message: str) -> None:
    """Greetings, trouble, work in hand and bare phrases do not ask to learn."""
    found = parse(message)
    assert (found.asks, found.context) == (False, "")


@pytest.mark.parametrize("text", ["virtio specs", "PCI enumeration", "rust"])
def test_a_bare_phrase_is_kept(text: str) -> None:
    """A phrase without a question is what was asked for, where the bot was asked."""
    assert parse(text) == Question(text, "", asks=False)


@pytest.mark.parametrize(
    ("message", "text", "context"),
    [
        (
            "Hi all! I joined on the graphics side. Lovely weather here. Where can I learn virtio?",
            "Where can I learn virtio?",
            "Hi all!\nI joined on the graphics side.\nLovely weather here.",
        ),
        (
            "How does paging work? What is a TLB? Thanks!",
            "How does paging work?\nWhat is a TLB?",
            "Thanks!",
        ),
        (
            "What is virtio 1.1 about? I use v2.0 of it.",
            "What is virtio 1.1 about?",
            "I use v2.0 of it.",
        ),
        ("The guest hangs. What is a watchdog?", "What is a watchdog?", "The guest hangs."),
        ("What is DMA \u2013 I always forget", "What is DMA", "I always forget"),
        ("hello\nwhat is seccomp\n\n\nbye", "what is seccomp", "hello\nbye"),
    ],
)
def test_the_question_and_what_is_told_around_it(message: str, text: str, context: str) -> None:
    """The sentences that ask carry the question; the others are what was told around it."""
    assert parse(message) == Question(text, context, asks=True)


CLAUSES = {
    "a story before": [
        ("My driver is slow, so where can I read about DMA?", "so where can I read about DMA?"),
        ("I joined the graphics side, where can I learn shaders?", "where can I learn shaders?"),
        ("I know C but how do I learn Rust?", "but how do I learn Rust?"),
        ("As a designer, where do I start with CSS?", "where do I start with CSS?"),
        ("me want understand interrupt, where is documentation?", "where is documentation?"),
        ("hello dear sir, please share a tutorial on DMA", "please share a tutorial on DMA"),
    ],
    "a story after": [
        ("What should I read on DMA, my driver is slow?", "What should I read on DMA,"),
        ("Where can I learn about DMA because my driver is slow?", "Where can I learn about DMA"),
        ("How do I learn Rust but I know C", "How do I learn Rust"),
        ("How do I learn Go while I am on the train?", "How do I learn Go"),
        ("Where do I start with CSS if I am a designer?", "Where do I start with CSS"),
        ("Where can I learn DMA\u2026 I keep failing", "Where can I learn DMA\u2026"),
        ("What is DMA, it\u2019s everywhere", "What is DMA,"),
    ],
    "whom it is for": [
        ("What is a good book on Rust for total beginners?", "What is a good book on Rust"),
        ("Is there a course on Kubernetes for our interns", "Is there a course on Kubernetes"),
        ("is there a talk on DMA for someone who knows C", "is there a talk on DMA"),
    ],
    "what it is not": [
        ("when should I use vhost instead of virtio?", "when should I use vhost"),
    ],
}


@pytest.mark.parametrize(
    ("message", "text"),
    [
        pytest.param(*row, id=f"{kind}: {row[0][:40]}")
        for kind, rows in CLAUSES.items()
        for row in rows
    ],
)
def test_what_a_sentence_tells_beside_its_question(message: str, text: str) -> None:
    """Of a sentence that asks, the clauses that tell of people and their work are set apart."""
    found = parse(message)
    assert (found.text, found.asks) == (text, True)
    assert words_of(f"{found.text} {found.context}") == words_of(message)


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("Anything on Kubernetes that isn't a video?", "Anything on Kubernetes?"),
        ("I want a tutorial on Rust, not the reference", "I want a tutorial on Rust,"),
        ("where can I read about Rust other than the book", "where can I read about Rust"),
        ("anything on virtio except for the spec? Thanks", "anything on virtio?"),
        ("Is there a talk on paging, but not a long one, for a train ride?",
         "Is there a talk on paging,,"),
        ("virtio but not the spec", "virtio"),
        ("besides the book", "besides the book"),
        ("why not the scheduler?", "why not the scheduler?"),
    ],
)  # fmt: skip
def test_what_somebody_does_not_want_is_not_searched_for(message: str, text: str) -> None:
    """What is excluded is neither asked for nor told; a message of nothing else stays."""
    found = parse(message)
    assert found.text == text
    assert not {"book", "spec", "long"} & set(words_of(found.context))


@pytest.mark.parametrize(
    "message",
    [
        "How do interrupts, exceptions and traps work?",
        "what is the difference between KVM, Xen and QEMU?",
        "what is virtio: a protocol?",
        "where can I learn Rust for embedded?",
        "How do I write a driver for a network card?",
        "what is a page table for?",
        "How does virtio work and what is a virtqueue?",
        "How does virtio work, and what is a virtqueue?",
        "where can I learn virtio, and is there a talk on DMA?",
    ],
)
def test_what_belongs_to_the_question(message: str) -> None:
    """Lists of subjects, what a subject is for, and a second question stay in the question."""
    assert parse(message) == Question(message, "", asks=True)


def test_each_clause_is_told_apart() -> None:
    """Several clauses that tell are kept, in their order, each on a line."""
    message = "Hi, I use it, is there a guide to seccomp for new engineers, ideally short"
    found = parse(message)
    assert found.text == "is there a guide to seccomp"
    assert found.context == "Hi,\nI use it,\nfor new engineers,\nideally short"


def test_between_two_questions() -> None:
    """What is told between two clauses that ask is set apart; both of them are asked."""
    message = "I'm new to virtio, my team uses it, where do I begin?"
    assert parse(message) == Question(
        "I'm new to virtio, where do I begin?", "my team uses it,", asks=True
    )


@pytest.mark.parametrize(
    ("message", "text", "context"),
    [
        ("I need DMA. My driver is slow.", "I need DMA.", "My driver is slow."),
        ("My driver is slow. DMA please.", "DMA please.", "My driver is slow."),
        ("hello there. the scheduler?", "the scheduler?", "hello there."),
        # Nothing is requested: all of it is what there is.
        ("virtio specs. My driver is slow.", "virtio specs.\nMy driver is slow.", ""),
    ],
)
def test_what_is_requested(message: str, text: str, context: str) -> None:
    """Where nothing asks to learn, what requests something comes before what tells."""
    assert parse(message) == Question(text, context, asks=False)


@pytest.mark.parametrize(
    ("message", "text", "context", "asks"),
    [
        ("How does it work? ```let ring = 1;```", "How does it work?", "let ring = 1", True),
        ("what is a ring?\n> it is full", "what is a ring?", "it is full", True),
        ("what is a ring?\n&gt; it is full", "what is a ring?", "it is full", True),
        ("hi ```what is KVM```", "hi", "what is KVM", False),
        ("hi\n> what is KVM", "hi", "what is KVM", False),
        ("I use it. What is DMA?\n```x```", "What is DMA?", "I use it x", True),
        ("what is a ring? ```...```", "what is a ring?", "", True),
        (
            "what is it for?\n> see <https://e.org|the page>",
            "what is it for?",
            "see the page",
            True,
        ),
    ],
)
def test_what_is_shown_is_told(message: str, text: str, context: str, *, asks: bool) -> None:
    """Code blocks and quoted lines never ask; they tell what the question is about."""
    found = parse(message)
    assert (found.text, found.asks) == (text, asks)
    assert words_of(found.context) == words_of(context)


@pytest.mark.parametrize("size", [1, 299, 300, 301, 3_000])
def test_of_what_is_shown_the_beginning_is_kept(size: int) -> None:
    """Of each block of code and each quoted line, 300 characters are looked at."""
    shown = "x" * size
    assert parse(f"what is this?\n> {shown}").context.count("x") in (min(size, 298), min(size, 300))
    assert parse(f"what is this? ```{shown}```").context.count("x") <= min(size, 300)
    assert parse(f"what is this? ```{shown}``` ```{shown}```").context.count("\n") == 1


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("<@U123ABC> what is KVM?", "what is KVM?"),
        ("<!here> <!subteam^S1|@team> what is KVM?", "what is KVM?"),
        ("ask in <#C1|general> about KVM", "ask in general about KVM"),
        ("ask in <#C1> about KVM", "ask in about KVM"),
        ("read <https://e.org/x?a=1|the KVM page> first", "read the KVM page first"),
        ("read <https://e.org/kvm> first", "read first"),
        ("read https://e.org/kvm?x=1 first", "read first"),
        ("read www.e.org/kvm first", "read first"),
        ("write <mailto:me@e.org|me@e.org> now", "write me@e.org now"),
        (":wave: what is KVM? :thumbsup::skin-tone-2:", "what is KVM?"),
        ("at 10:30:45 sharp", "at 10:30:45 sharp"),
        ("std::vec::Vec", "std::vec::Vec"),
        ("what is `kvm_run`?", "what is kvm_run ?"),
        ("what is this ```fn main() { what }``` in KVM?", "what is this in KVM?"),
        ("what is KVM? ```never closed", "what is KVM?"),
        ("> what is Xen?\nwhat is KVM?", "what is KVM?"),
        ("&gt; what is Xen?\nwhat is KVM?", "what is KVM?"),
        ("what is a > b", "what is a > b"),
        ("", ""),
    ],
)
def test_markup(message: str, expected: str) -> None:
    """Of Slack's markup the labels and the inline code stay; the rest is dropped."""
    assert " ".join(plain(message).split()) == expected


def test_only_markup_asks_nothing() -> None:
    """A message of mentions, addresses, quotes and code holds no question, and tells nothing."""
    message = "<@U1> https://e.org/what-is-kvm :wave:\n> what is KVM?\n```what is KVM?```"
    assert parse(message) == Question("", "", asks=False)


fragments = st.sampled_from(
    [
        *"any what is there how does learn who my pr; where".split(),
        *"<@ <https://x| > ``` :a: ? . \u2013".split(),
        "\n",
    ]
)
messages = st.text() | st.lists(fragments | st.text(max_size=3)).map(" ".join)


@settings(deadline=None, max_examples=300)
@given(messages)
def test_any_message(message: str) -> None:
    """Whatever is written is parsed; what asks has a question, and nothing is told without one."""
    found = parse(message)
    assert found.text or not (found.asks or found.context)
    assert parse(message) == found
    assert found.context == found.context.strip()
    for line in found.text.split("\n"):
        assert line == line.strip()


EXCLUDING = {"not", "isn", "except", "besides", "other", "apart", "aside", "without", "but"}

turns = st.sampled_from(
    [
        *", : ( ) ... because but my for not the that isn't instead of beginners you".split(),
        *("i know", "what is virtio", "how does it work", "where can I learn Rust"),
    ]
)


@settings(deadline=None, max_examples=300)
@given(st.lists(fragments | turns | st.text(max_size=3)).map(" ".join))
def test_no_word_is_lost(message: str) -> None:
    """Each word that a person says is either asked or told, once; what is shown is told besides.

    Only what somebody does not want is lost, and nothing is heard that was not said.
    """
    said = words_of(plain(message))
    found = parse(message)
    heard = words_of(f"{found.text} {found.context}")
    if EXCLUDING & {word.lower() for word in said}:
        assert set(heard) <= set(words_of(message))
        return
    if "```" not in message and ">" not in message and "&gt;" not in message:
        assert heard == said
    assert len(heard) >= len(said)


@settings(deadline=None)
@given(st.lists(turns | st.sampled_from("rings virtio where what is learn how".split())))
def test_what_asks_without_its_story_asks_with_it(words: list[str]) -> None:
    """A question put by itself is heard behind any story that ends where it begins."""
    story = " ".join(words)
    found = parse(f"{story}.\nHow does virtio work?")
    assert found.asks
    assert found.text.split("\n")[-1] == "How does virtio work?"


@settings(deadline=None)
@given(st.text(min_size=1, max_size=40))
def test_only_the_beginning_is_read(piece: str) -> None:
    """Of a message as long as a log file, only the beginning is read."""
    long = piece * (100_000 // len(piece))
    assert parse(long) == parse(long[: question.LONGEST])


@pytest.mark.parametrize("end", ["", "x", "?"])
@pytest.mark.parametrize(
    "piece",
    [
        *("any ", "any any what ", "what ", "is there ", "how ", "how a b ", "where is ", "which "),
        *("give ", "want ", "some", "what i we ", "my ", "the a-a-", "can you ", "who ", "is a "),
        *(
            "is  ",
            "looking for ",
            "<",
            "<@",
            "<https://x",
            "<http:x|",
            ":a",
            "```",
            "`",
            ">\n",
            "- ",
        ),
        *("a.", ") .", "\n", " ", "http://", "&gt;", "a-", "\t\n "),
        *(", ", "what is a,", "how does a, my b ", "( ", "... ", "because ", "and i ", "not the "),
        *(
            "for ",
            "for a a a a ",
            "that is ",
            "that isn't ",
            "which ",
            "i need ",
            "```a``` ",
            "> a\n",
        ),
    ],
)
def test_repetition_is_no_trap(piece: str, end: str) -> None:
    """A hundred thousand characters made to lead a pattern astray are parsed like any message."""
    message = piece * (100_000 // len(piece)) + end
    found = parse(message)
    # Where clauses are parted there may be a space that was not there.
    assert len(found.text) + len(found.context) <= 2 * question.LONGEST
    assert parse(message[-question.LONGEST :]).asks in (True, False)


def test_what_slack_escapes_is_read_as_it_was_written() -> None:
    """Slack sends "&" as an entity, and an entity is no end of a sentence."""
    assert parse("How do virtio &amp; vfio work?").text == "How do virtio & vfio work?"


@pytest.mark.parametrize(
    "text", ["what is virtio vs. vfio?", "how does ACPI, e.g. the DSDT, work?"]
)
def test_an_abbreviation_ends_no_sentence(text: str) -> None:
    """The full stop of "vs." or "e.g." does not part a question in two."""
    assert parse(text).text == text
