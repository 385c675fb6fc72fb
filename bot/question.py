"""What a message asks: the sentences that carry the question, and whether it asks to learn.

Pure patterns of English; nothing here knows a subject or a catalogue.
"""

import re
from dataclasses import dataclass
from html import unescape

# A message longer than this is somebody's log file; Slack itself cuts at 40,000.
LONGEST = 4_000

_CODE_BLOCK = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_LABELLED = re.compile(r"<(?:https?|mailto|tel):[^<>|]*\|([^<>]*)>|<#[^<>|]*\|([^<>]*)>")
_REFERENCE = re.compile(r"<[@#!][^<>]*>|<?(?:https?|mailto|ftp)[:]/*[^\s<>|]+>?|\bwww\.\S+")
_EMOJI = re.compile(r"(?<![\w:]):[a-z0-9_+'-]{1,50}:(?::skin-tone-\d:)?(?![\w:])")
_QUOTED_LINE = re.compile(r"^(?:>|&gt;).*$", re.MULTILINE)
# Not after the full stop of an abbreviation: "vs.", "e.g.", "etc.".
_SENTENCE_END = re.compile(
    r"(?<=[?!])\s+|(?<=[^\W\d_]{2}\.)(?<!\bvs\.)(?<!\betc\.)(?<!\.[a-z]\.)(?<!\b[a-z]\.)\s+"
    r"|(?<=\)\.)\s+|\n+|;\s|\s[-\u2013\u2014]{1,2}\s"
)
_LETTER = re.compile(r"[^\W_]")

# A sentence asks to be taught if it has one of these forms ...
_ASKS = re.compile(
    r"""
    \b(?:
      how \s (?:do|does|did|can|could|would|should|to|is|are|exactly)
    | how \s (?:\w+\s){1,4} (?:works?|worked|behaves?|communicates?)
    | who \s (?:is|are|was|were)
    | what (?:\s(?:is|are|was|were|does|do|did|makes?|happens|exactly)|'?s|'?re)
    | what \s (?:kind|type|sort)s? \s of
    | what \s (?:would|can) \s you \s (?:\w+\s)? (?:recommend|suggest)
    | why \s (?:do|does|did|is|are|was|were|can'?t|couldn'?t|would|not|should|use)
    | when \s (?:should|would|do|to)
    | (?:difference|relation|relationship)s? \s between
    | (?:anything|something|stuff|material|reading|background|more|read\sup) \s (?:on|about|for)
    | (?:learn|read|study|understand)(?:ing)? \s (?:more\s)? (?:about|up\son)
    | explain(?:s|ed|ing)?
    | eli5
    | (?:new|newcomer|beginner|newbie) \s (?:to|in|with)
    | get(?:ting)? \s (?:started|going|into)
    | where \s (?:can|could|do|does|should|would|to) \b [^.?!]{0,40} \b (?:start|begin)
    | best \s (?:way|place) \s to \s (?:learn|start|understand|read|get)
    )\b
    """,
    re.VERBOSE,
)
# ... or seeks, and then names what one learns from or that one learns.
_SEEKS = re.compile(
    r"""
    \b(?:
      where | what | which | how | (?:any|some)(?:one|body|thing)? | (?:is|are) \s there
    | (?:do|does) \s (?:we|you|they|the\steam) \s have
    | (?:looking|searching|hunting|keen|interested|trying|curious)
    | point | direct | send | show | give | share | link | recommend | suggest(?:ion)?
    | good | gentle | decent | great | nice | teach \s me
    | need | want | wanna | like | love | try | hope | after | got
    )\b
    """,
    re.VERBOSE,
)
_TO_LEARN = re.compile(
    r"""
    \b(?:
      (?: tutorial | intro | introduction | guide | docs? | document | documentation | resource
        | article | book | talk | video | slide | deck | course | lecture | reading | primer
        | reference | cheat\s?sheet | spec | specification | explainer | explanation | overview
        | walk-?through | write-?up | post | blog | paper | material | link | pointer | recording
        | example | lesson | workshop | handbook | manual | wiki | standard | sample )s?
    | learn(?:ed|t|ing)? | study | teach | teaches | explain | explains | explained | understanding
    | documented | described | specified | defined
    | to \s understand | wrap \s my \s head | get \s my \s head
    | find | reads? | recommend(?:ed|ation)?
    | (?:can|could|should|would|do|to|did|i|we|you\sall|one|people) \s (?:\w+\s)?
        (?:read|watch|look\sat|begin|start|work\sthrough|recommend)
    )\b
    """,
    re.VERBOSE,
)
_ASKS_NOTHING = re.compile(
    r"""
    \b(?:
      what'?s \s (?:up|new|happening|wrong|going\son|next)
    | what \s is \s (?:this|that|it|up|wrong|going\son) \W* $ | what'?s \s (?:this|that|it) \W* $
    | how \s (?:are|r) \s (?:you|things|we) | how'?s \s it | how \s (?:much|many|long|old|late) \b
    | how \s about | how \s come | why \s not \W* $ | how \s is \s (?:it|the|your|everyone)
    | what \s (?:time|day|date) | whose \b
    | what \s (?:are|were|is) \s (?:you|we|they) \b
    | what \s (?:did|do) \s (?:you|we|they|i) \s (?:think|want|mean|say|see)
    )
    """,
    re.VERBOSE,
)
# Work in hand: things that broke, belong to somebody, or are to be done by somebody.
_WORK = re.compile(
    r"""
    \b(?:
      (?:is|are|was|were|been|be|got|gets|keeps?|being|still|went|again)\s+(?:\w+\s+)?
        (?:broken|down|failing|failed|flaky|red|stuck|slow|merged|blocked|crashing|hanging|
           deployed|late|cancelled|canceled|missing|dead|released|done|gone|empty|wrong|off)
    | (?:broke|crashe[sd]|fails|failed|failing|crash(?:ing)?|regress\w*|flak(?:y|es?)|merged|
         rebased?|reverted?|deployed|landed|pushed|deadline|standup|stand-up|stacktrace|segfault\w*|
         panic(?:s|ked)|hangs|hung|timeouts?|times?\sout)
    | (?:my|our|your|his|her|their|this|that|the)\s+(?:\w+[\s-]){0,3}
        (?:pr|prs|mr|cl|patch|patches|branch|build|builds|ticket|tickets|pipeline|job|deploy|
           deployment|review|commit|issue|bug|migration|rollout|release|laptop|machine|change|
           changes|meeting|desk|staging|oncall|on-call|rollback|diff)
    | (?:can|could|would|will)\s+(?:you|someone|somebody|anyone|anybody|u)\s+(?:please\s+|pls\s+)?
        (?:review|restart|merge|approve|take|check|look|fix|rebase|retry|rerun|assign|deploy|ack|
           bump|update|add|remove|handle|join|test|run|push|confirm|reboot|grant)
    | (?<!\w\s)whos?\s+(?:\w+\s+)?(?:owns?|broke|wants?|has|can|knows?|
        is\s(?:on|looking|working|reviewing|the)|did|made|wrote|added|merged|maintains?|will|took|
        left|moved|runs?|keeps?|touched|changed)
    | whose
    | (?<!why\s)did\s+(?:you|we|they|he|she|someone|somebody|anyone|anybody|the)
    | (?:has|have)\s+(?:you|we|they|he|she|the)
    | (?:today|tonight|tomorrow|yesterday|monday|tuesday|wednesday|thursday|friday|saturday|
         sunday|this\s(?:morning|afternoon|week|evening)|last\s(?:week|night)|next\sweek)
    | at\s+\d{1,2}(?::\d\d)?\s*(?:am|pm)? | \d{1,2}\s?(?:am|pm)
    | (?:error|exception|stack\s?trace|traceback)
    | (?:i|we|he|she|they|you)\s+(?:just|already|finally|think|guess|believe|hope|thought)
    )\b
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Question:
    """A message reduced to what it asks."""

    text: str
    """The sentences that carry the question, without markup; empty if there are none."""
    context: str
    """The other sentences: what the person tells about themselves or their work."""
    asks: bool
    """Whether it asks to learn something, as a stranger would read it."""


def parse(message: str) -> Question:
    """What a message asks. A bare phrase ("virtio specs") carries a question but does not ask."""
    sentences = [
        sentence.strip()
        for sentence in _SENTENCE_END.split(plain(message[:LONGEST]))
        if _LETTER.search(sentence)
    ]
    asking = [sentence for sentence in sentences if _is_learning(sentence)]
    if not asking:
        return Question("\n".join(sentences), "", asks=False)
    told = [sentence for sentence in sentences if sentence not in asking]
    return Question("\n".join(asking), "\n".join(told), asks=True)


def plain(message: str) -> str:
    """A Slack message without code blocks, quotes, mentions, addresses and emoji codes."""
    # Slack escapes "&", "<" and ">" in what people write, after its own markup.
    text = _QUOTED_LINE.sub(" ", _CODE_BLOCK.sub(" ", message))
    text = _LABELLED.sub(lambda m: f" {m[1] or m[2] or ''} ", text)
    return unescape(_EMOJI.sub(" ", _REFERENCE.sub(" ", text))).replace("`", " ")


def _is_learning(sentence: str) -> bool:
    lowered = sentence.lower().replace("\u2019", "'")
    if _ASKS_NOTHING.search(lowered) or _WORK.search(lowered):
        return False
    if _ASKS.search(lowered):
        return True
    seeks = _SEEKS.search(lowered)
    return seeks is not None and _TO_LEARN.search(lowered, seeks.end()) is not None
