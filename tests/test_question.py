"""What a message asks, and whether it asks to learn."""

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
    "when should I use vhost instead of virtio?",
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
    "hello dear sir, please kindly share tutorial for beginner of kernel",
    "pls any link for learn rust",
    "me want understand interrupt, where is documentation?",
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
    """A message of mentions, addresses and code holds no question."""
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
    assert bool(found.text) or not found.asks
    assert found.asks or not found.context
    assert parse(message) == found
    for line in f"{found.text}\n{found.context}".split("\n"):
        assert line == line.strip()


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
    ],
)
def test_repetition_is_no_trap(piece: str, end: str) -> None:
    """A hundred thousand characters made to lead a pattern astray are parsed like any message."""
    message = piece * (100_000 // len(piece)) + end
    found = parse(message)
    assert len(found.text) + len(found.context) <= question.LONGEST
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
