"""The turns of English by which a message asks, seeks, tells, or is about work in hand.

All of it is matched against lower case with straight apostrophes. Patterns of English only:
nothing here knows a subject or a catalogue.
"""

import re

# A sentence asks to be taught if it has one of these forms ...
ASKS = re.compile(
    r"""
    \b(?:
      how \s (?:do|does|did|can|could|would|should|to|is|are|exactly)
    | how \s (?:\w+\s){1,4} (?:works?|worked|behaves?|communicates?)
    | (?:anyone|anybody|someone|somebody|you) \s know \s how
    | (?:on|about|shows?|explains?|understand|knowing|wonder(?:ing)?) \s how
    | what (?:\s(?:is|are|was|were|does|do|did|makes?|happens|exactly)|'?s|'?re)
    | what \s (?:kind|type|sort)s? \s of
    | what \s (?:would|can) \s you \s (?:\w+\s)? (?:recommend|suggest)
    | what \s (?:\w+\s){1,8} means?
    | (?:which|what) \s (?:\w+\s){0,2} (?:explains?|shows?|covers?|teach(?:es)?|describes?)
    | why \s (?:do|does|did|is|are|was|were|can'?t|couldn'?t|would|not|should|use)
    | when \s (?:should|would|do|to)
    | where \s (?:do|can|could|should|would) \s (?:i|we|one|you)
        \s (?:look\sup|see|read|find|watch)
    | where \s (?:can|could|do|does|should|would|to) \b [^.?!]{0,40} \b (?:start|begin)
    | where (?:'?s|\sis|\sare) \b [^.?!]{0,60}
        \b (?:documented|described|explained|specified|written|listed)
    | to \s (?:see|know|learn|understand) \s (?:what|how|why|where)
    | (?:difference|relation|relationship)s? \s between
    | (?:anything|something|stuff|material|reading|background|more|read\sup) \s (?:on|about|for)
    | (?:learn|read|study|understand)(?:ing)? \s (?:more\s)? (?:about|up\son)
    | (?:stupid|dumb|silly|noob|newbie|beginner|basic|naive) \s question
    | explain(?:s|ed|ing)? | enlighten \s (?:me|us) | eli5
    | (?:new|newcomer|beginner|newbie) \s (?:to|in|with)
    | get(?:ting)? \s (?:started|going|into)
    | best \s (?:way|place) \s to \s (?:learn|start|understand|read|get)
    )\b
    """,
    re.VERBOSE,
)
# ... or if it seeks, and then names what one learns from, or that one learns ...
SEEKS = re.compile(
    r"""
    \b(?:
      where | what | which | how | (?:any|some)(?:one|body|thing)? | (?:is|are) \s there
    | (?:do|does) \s (?:we|you|they|the\steam) \s have
    | who \s (?:knows|has) | (?:has|have) \s (?:anyone|anybody|someone|somebody|you\sall)
    | looking | searching | search | seek(?:ing)? | hunting | keen | interested | trying | curious
    | point | direct | send | show | give | share | link | recommend | suggest(?:ion)?
    | (?:good|gentle|decent|great|nice|short) \b (?=.*\?) | glad | teach \s me
    | need | want | wanna | like | love | try | hope | after | got
    )\b
    """,
    re.VERBOSE,
)
TO_LEARN = re.compile(
    r"""
    \b(?:
      (?: advice | article | blog | book | cheat\s?sheet | course | deck | description | docs?
        | document | documentation | example | explainer | explanation | guide | handbook | hint
        | instruction | intro | introduction | lecture | lesson | link | list | manual | material
        | overview | paper | path | piece | pointer | post | primer | reading | recording
        | reference | resource | rule | sample | slide | spec | specification | standard | talk
        | text | tip | training | tutorial | video | walk-?through | wiki | workshop | write-?up
      )s?
    | (?:something|anything|one|bit) \s (?:\w+\s){0,3}
        (?:on|about|explaining|covering|that\s(?:explains|shows|covers|describes))
    | learn(?:ed|t|ing)? | study | teach(?:es)? | explain(?:s|ed)? | understanding | knowing
    | documented | described | specified | defined | written\s(?:down|up)
    | to \s understand | (?:wrap|get) \s my \s head
    | find | reads? | (?:read(?:ing)?|brush) \s up | recommend(?:ed|ation)?
    | (?:can|could|should|would|do|to|did|i|we|you\sall|one|people) \s (?:\w+\s)?
        (?:read|watch|look\sat|begin|start|work\sthrough|recommend)
    )\b
    """,
    re.VERBOSE,
)
# ... but not in one of these, with which people greet, and ask each other.
ASKS_NOTHING = re.compile(
    r"""
    \b(?:
      what'?s \s (?:up|new|happening|wrong|going\son|next|left|missing|blocking|remaining)
    | what \s is \s (?:this|that|it|up|wrong|going\son) \W* $ | what'?s \s (?:this|that|it) \W* $
    | what \s (?:time|day|date)
    | what \s (?:are|were|is) \s (?:you|we|they) \b
    | what \s (?:did|do) \s (?:you|we|they|i) \s (?:think|want|mean|say|see)
    | how \s (?:are|r) \s (?:you|things|we) | how'?s \s it | how \s is \s (?:it|the|your|everyone)
    | how \s (?:much|many|long|old|late) \b | how \s about | how \s come | why \s not \W* $
    | whose \b
    | i \s (?:just\s)? (?:learned|learnt) \b
    )
    """,
    re.VERBOSE,
)
# Work in hand: things that broke, belong to somebody, or are to be done by somebody.
WORK = re.compile(
    r"""
    \b(?:
      (?:is|are|was|were|been|be|got|gets|keeps?|being|still|went|again) \s+ (?:\w+\s+)?
        (?: broken|down|failing|failed|flaky|red|stuck|slow|merged|blocked|crashing|hanging
          | deployed|late|cancelled|canceled|missing|dead|released|done|gone|empty|wrong|off )
    | (?: broke|crashe[sd]|failed|failing|crash(?:ing)?|regressed|flak(?:y|es?)|merged|rebased?
        | reverted?|deployed|landed|pushed|deadline|stand-?up|segfault\w*|panic(?:s|ked)|hangs
        | hung|timeouts?|times?\sout )
    | (?:my|our|your|his|her|their|this|that|the) \s+ (?:\w+[\s-]){0,3}
        (?: prs?|mr|cl|patch(?:es)?|branch|builds?|tickets?|pipeline|job|deploy|deployment|review
          | commit|issue|bug|migration|rollout|release|laptop|machine|changes?|meeting|desk
          | staging|on-?call|rollback|diff )
    | (?:can|could|would|will) \s+ (?:you|someone|somebody|anyone|anybody|u) \s+
        (?:please\s+|pls\s+)?
        (?: review|restart|merge|approve|take|check|look|fix|rebase|retry|rerun|assign|deploy|ack
          | bump|update|add|remove|handle|join|test|run|push|confirm|reboot|grant )
    | (?<!\w\s)whos? \s+ (?!knows\s(?:a|an|any|some|of)\b) (?:\w+\s+)?
        (?: owns?|broke|wants?|has|can|knows?|is\s(?:on|looking|working|reviewing|the)|did|made
          | wrote|added|merged|maintains?|will|took|left|moved|runs?|keeps?|touched|changed )
    | who \s (?:is|are) \s+ \w+ing
    | whose
    | (?<!why\s)did \s+ (?:you|we|they|he|she|someone|somebody|anyone|anybody|the)
        (?!\s+(?:\w+\s+){0,2}(?:learn|read|study|watch|use\s+to\s+learn|understand)\b)
    | (?:has|have) \s+ (?:you|we|they|he|she) | ^\W*(?:has|have) \s+ the
    | today|tonight|tomorrow|yesterday|monday|tuesday|wednesday|thursday|friday|saturday|sunday
    | this\s(?:morning|afternoon|week|evening) | last\s(?:week|night) | next\sweek
    | at \s+ \d{1,2} (?::\d\d)? \s* (?:am|pm)? | \d{1,2} \s? (?:am|pm)
    | (?:errors?|exceptions?) \s* :
    | (?: this|these|an?|the|following|get|gets|getting|got|see|seeing|throws?|throwing|with
        | same ) \s+ (?:\w+\s+)? (?:errors?|exceptions?)
        (?!\s+(?:handling|messages?|codes?|correction|budgets?|bars?))
    | stack\s?traces? | tracebacks?
    | why \s+ (?:is|are) \s+ (?:the|our|my|this|that|these) \s+ (?:[\w-]+\s+){1,4}
        (?:\w{3,}ing|red|slow)
    | why \s+ (?:\w+\s+){1,2} (?:even|all\smy|my|our|me|us)
    | (?<!should\s)(?:i|we|he|she|they|you) \s+
        (?:just|already|finally|think|guess|believe|hope|thought)
    )\b
    """,
    re.VERBOSE,
)
# Whoever speaks to the bot wants something, if not in the forms above; the rest of it is talk.
REQUESTS = re.compile(
    r"""
    \? \W* $
    | ^\W* (?: (?:and|but|so|or|now|anyway|next|ok|well|then|also) \W+ ){0,2}
      (?: how | what | where | which | who | why | when | any(?:one|body|thing)?
        | some(?:thing|one)? | is \s there | are \s there | can | could | would | do | does
        | show | give | tell | find | please | pls | need | looking | searching )\b
    | \b(?: i | we | i'?d | we'?d | i'?m | we'?re ) \s (?:\w+\s){0,2}
      (?: need | want | wanna | look | looking | search | searching | seek | like \s to | must
        | have \s to | wish | hope | require )\b
    | \b(?:please|pls)\b
    """,
    re.VERBOSE,
)

# What somebody does not want, to the end of the clause: "anything on virtio but the spec".
EXCLUDED = re.compile(
    r"""
    (?<!\bwhy)\s
    (?: but \s (?:not|the|a) | except (?:\sfor)? | besides | other \s than | (?:apart|aside) \s from
      | (?:that|which) \s (?:is|are|do|does|wo) (?:n['\u2019]?t|\snot) | not \s (?:a|an|the)
      | without \s (?:reading|watching)
    )\b [^,;:.?!()\n]*
    """,
    re.VERBOSE | re.IGNORECASE,
)

# A clause may end at a comma, a colon, a bracket ...
PAUSE = re.compile(r"[,:()\[\]\u2026]+\s*|\s?\.{2,}\s*")
# ... or before the words with which people turn from their question to themselves, to those it is
# for, or to what they have already.
TURN = re.compile(
    r"""
    \s(?=(?:
      because | cause | cuz | bc | but | although | though | so \s (?:that|i|we)
    | since \s (?:i|we|my|our)
    | (?:and|as|if|when|while|before|after|until|now\sthat|given\sthat) \s
        (?:i|i'm|i've|im|ive|we|we're|we've|my|our|he|she|they|someone|somebody|people)
    | not \s (?:just|only|for) | (?:instead\sof|rather\sthan)
    | for \s (?: someone | somebody | anyone | people | folks | those | us | me
          | (?:\w+\s){0,4}
            (?: beginner | colleague | designer | developer | dev | dummie | engineer | folk | hire
              | intern | joiner | junior | lawyer | manager | newbie | newcomer | noob | people
              | person | programmer | starter | student | teammate )s? )
    )\b)
    """,
    re.VERBOSE,
)
# So begins a clause that tells of people and what they do, rather than names one more subject.
TELLS = re.compile(
    r"""
    (?:and\s|or\s|so\s|also\s)?
    (?: i | i'\w+ | im | ive | id | we | we'\w+ | weve | my | our | he | she | they | they're | you
      | it | it's | its | this | that | that's | thats | people | some(?:one|body)
      | because | cause | cuz | bc | so | but | although | though | since | as | if | when | while
      | before | after | until | given | now | not | instead | rather | other | apart | aside
      | preferably | ideally | maybe | otherwise | just | coming | having | being | for
      | please | pls | thanks | thx | cheers | hi | hello | hey | sorry
      | any | all | nothing | everything | something
      | (?:which|that) \s (?:isn|aren|don|doesn|is|are|do)
    )\b
    """,
    re.VERBOSE,
)
