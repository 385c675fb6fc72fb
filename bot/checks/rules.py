"""Every rule there is, by its code, and all of them together on one catalogue."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.catalogue import parse_with_places
from bot.catalogue.comments import Allowance, allowances
from bot.catalogue.document import Document, Path
from bot.catalogue.splicing import edited
from bot.catalogue.wording import did_you_mean, quoted
from bot.checks import addresses, findability, names, slack, texts
from bot.checks.finding import Finding, Found, Rule, Seen, Watched, unwatched
from bot.errors import BotError, CatalogueError
from bot.model import Catalogue, Problem

_MOST_ROUNDS = 10

ALLOWANCE = "unused-allowance"

RULES: tuple[Rule, ...] = (
    # What the reader finds: with any of these the catalogue cannot be used.
    Rule(
        code="file",
        severity="error",
        name="The file as a whole",
        explanation="The file is not there, may not be read, is too large, or has more faults than "
        "anybody would want to read at once.",
    ),
    Rule(
        code="yaml",
        severity="error",
        name="No YAML",
        explanation="The text cannot be followed: a quote or bracket is not closed, a line is not "
        "indented like its neighbours, a key stands twice. Nothing after such a place is judged.",
    ),
    Rule(
        code="key",
        severity="error",
        name="Unknown or missing keys",
        explanation="An entry has a key that no entry can have, or lacks one that it needs. The "
        "output of onboard schema names them all, and by it editors complete them.",
    ),
    Rule(
        code="value",
        severity="error",
        name="Unfit values",
        explanation="A value is of another kind than its key wants (a text, a list, a number, a "
        "day), too long, too short, or none of those to choose from.",
    ),
    Rule(
        code="hidden-character",
        severity="error",
        name="Characters that nobody sees",
        explanation="A text holds a character that is not shown, or turns around what is, or a "
        "line break where there is one line. Such text is not what it seems.",
    ),
    Rule(
        code="id",
        severity="error",
        name="Unfit or repeated ids",
        explanation="Ids are lower-case letters, digits and single hyphens, and each stands once: "
        "links from elsewhere, thumbs and suggestions refer to them for years.",
    ),
    Rule(
        code="claimed-name",
        severity="error",
        name="One name for two entries",
        explanation="Two entries claim the same name, alias, question or term. Of whoever asks by "
        "that name nobody could say which of them is meant.",
    ),
    Rule(
        code="address",
        severity="error",
        name="Unfit or repeated addresses",
        explanation="An address is not one that can be offered as a link (http or https, with a "
        "host, without a password), or two entries lead to the same page.",
    ),
    Rule(
        code="no-such-topic",
        severity="error",
        name="Topics that are not there",
        explanation="An entry names a topic that the catalogue does not have, or a topic names "
        "itself.",
    ),
    Rule(
        code="circle",
        severity="error",
        name="A learning order in a circle",
        explanation="Topics come after each other in a circle, so there is none to begin with.",
    ),
    Rule(
        code="day",
        severity="error",
        name="Days that are none",
        explanation="A day is not written as YYYY-MM-DD. A number would be taken for seconds since "
        "1970, which is not what anybody means.",
    ),
    # What a sound catalogue is asked.
    Rule(
        code="lost-ask",
        severity="error",
        name="Asks that do not find their resource",
        explanation="An ask is a promise: whoever asks it gets this resource. This one brings the "
        "resource late or not at all. Word it so that it says what sets the resource apart, or "
        "move it to the resource that it does find.",
        look=findability.lost_asks,
    ),
    Rule(
        code="unfindable",
        severity="warning",
        name="Resources that nothing finds",
        explanation="Neither its title, nor its topic with its kind, nor its other names, nor the "
        "rarest words of its summary bring this resource among the first three. People will not "
        "find it either. A better summary, or one ask in their words, changes that.",
        look=findability.unfindable,
    ),
    Rule(
        code="colliding-asks",
        severity="warning",
        name="Asks that say the same",
        explanation="Two resources have asks that differ in nothing but everyday words and in the "
        "form of words, so that it is chance which of them comes first.",
        look=findability.colliding_asks,
    ),
    Rule(
        code="common-alias",
        severity="warning",
        name="Other names that any question holds",
        explanation="An alias weighs more than any other word of a resource. One that is a word of "
        "everyday English leads everybody to it who says that word of something else; one that "
        "is a word like 'can' is not searched for at all. Add the word that sets it apart. Names "
        "written with a capital are taken to be meant.",
        look=names.common_names,
    ),
    Rule(
        code="tag-spelling",
        severity="warning",
        name="Tags that are spelt apart",
        explanation="Two tags differ by a letter, a hyphen, capitals or the form of a word. What "
        "belongs together stands apart.",
        look=names.tags_spelt_apart,
    ),
    Rule(
        code="tag-once",
        severity="hint",
        name="Tags that others should have",
        explanation="A tag that only one resource has is fine as a word to find it by. But here "
        "another resource has the same words in its title, so the tag would bring them together.",
        look=names.tags_left_out,
    ),
    Rule(
        code="empty-summary",
        severity="warning",
        name="Summaries that repeat the title",
        explanation="The summary has no word of its own. It is what people read before they open a "
        "link, and what questions in other words are compared with.",
        look=texts.empty_summaries,
    ),
    Rule(
        code="same-title",
        severity="warning",
        name="Two resources that look alike",
        explanation="Two resources have the same title, and the same summary, kind, level, length "
        "and year: in an answer nobody can tell them apart.",
        look=texts.same_titles,
    ),
    Rule(
        code="useless-title",
        severity="warning",
        name="Titles that say nothing",
        explanation="A title such as 'here' or 'link' made sense in the sentence that it was taken "
        "from. Alone it says nothing, and finds nothing. Nor does the name of a site tell of one "
        "of its pages.",
        look=texts.useless_titles,
    ),
    Rule(
        code="title-markup",
        severity="warning",
        name="Markup in titles",
        explanation="A title is shown as it is written, in Slack and in the terminal: brackets, "
        "stars, tags and addresses in it are shown as such. What is plain Markdown or HTML is "
        "taken out by --fix.",
        look=texts.marked_titles,
        mends=True,
    ),
    Rule(
        code="trailing-mark",
        severity="warning",
        name="A dot at the end of a name",
        explanation="Titles, names and tags are no sentences; a dot, comma, colon or semicolon at "
        "the end comes from a list that they were copied from. --fix takes it away.",
        look=texts.marks_at_the_end,
        mends=True,
    ),
    Rule(
        code="tracking",
        severity="warning",
        name="Links that follow their readers",
        explanation="Parameters such as utm_source or fbclid tell a site by which link somebody "
        "came. They are no part of the page's address. --fix takes them out.",
        look=addresses.tracked,
        mends=True,
    ),
    Rule(
        code="shortener",
        severity="warning",
        name="Short links",
        explanation="A short link does not show where it leads, may lead elsewhere tomorrow, and "
        "is dead when its service ends. Open it, and write down where it ends.",
        look=addresses.shortened,
    ),
    Rule(
        code="http",
        severity="hint",
        name="Links without encryption",
        explanation="What comes from an http address anybody on the way can read and change. "
        "Most such sites answer to https, too; whether this one does, only a look can tell: "
        "onboard links finds those that lead there, and its --fix writes them.",
        look=addresses.unencrypted,
    ),
    Rule(
        code="slack-limit",
        severity="warning",
        name="Texts that Slack would cut",
        explanation="Slack bounds what a message holds, and counts `&`, `<` and `>` several times. "
        "What is longer is cut there, or left out.",
        look=slack.cut,
    ),
    Rule(
        code=ALLOWANCE,
        severity="hint",
        name="Allowances that allow nothing",
        explanation="A comment `# onboard: allow CODE` is about its own line, or alone on a line "
        "about the one below; on the first line of an entry it is about the whole entry. This one "
        "silences nothing: it names no code that there is, or what it allowed is mended. Delete "
        "it, so that it does not hide the next fault. Faults that make a catalogue unusable "
        "cannot be allowed.",
    ),
)
BY_CODE: Mapping[str, Rule] = {rule.code: rule for rule in RULES}


@dataclass(frozen=True, slots=True)
class Examined:
    """What a check found in a text, by line."""

    findings: tuple[Finding, ...]
    catalogue: Catalogue | None
    """What the text says; None if it is not sound."""


def examine(text: bytes | str, file: str, watched: Watched = unwatched) -> Examined:
    """Look at the text of a catalogue by every rule; `file` is what it is called.

    Of one that is not sound only the faults come back: the rest is judged when they are mended.
    """
    try:
        catalogue, document = parse_with_places(text, file)
    except CatalogueError as error:
        return Examined(tuple(map(of_problem, error.problems)), None)
    seen = Seen(catalogue, document, watched)
    found = [
        _finding(rule, one, document) for rule in RULES if rule.look for one in rule.look(seen)
    ]
    written = text.decode("utf-8-sig") if isinstance(text, bytes) else text
    return Examined(tuple(sorted(_allowed(found, written, document), key=_order)), catalogue)


def of_problem(problem: Problem) -> Finding:
    """What the reader found, as a finding."""
    return Finding(
        code=problem.code,
        severity="error",
        line=problem.line,
        column=problem.column,
        path=(),
        reason=problem.message,
        remedy=problem.remedy,
    )


def fixed(text: str, file: str) -> tuple[str, int]:
    """Return the text of a sound catalogue with all mended that a program can mend, and how much
    that was; every other byte stays. A second time nothing is left to mend.

    Raises CatalogueError if the catalogue is not sound.
    """
    count = 0
    given_up: set[tuple[Path, str]] = set()
    for _ in range(_MOST_ROUNDS):
        fixes = {
            path: fix for path, fix in _fixes(text, file).items() if (path, fix) not in given_up
        }
        if not fixes:
            break
        mended = _mended(text, fixes, file)
        if mended is not None:
            text, count = mended, count + len(fixes)
            continue
        for path, fix in fixes.items():
            # Two that are mended may meet: then one of them stays as it is.
            mended = _mended(text, {path: fix}, file)
            if mended is None:
                given_up.add((path, fix))
            else:
                text, count = mended, count + 1
    return text, count


def _mended(text: str, fixes: Mapping[Path, str], file: str) -> str | None:
    try:
        return edited(text, fixes, file)
    except BotError:
        return None


def _fixes(text: str, file: str) -> dict[Path, str]:
    catalogue, document = parse_with_places(text, file)
    seen = Seen(catalogue, document)
    found = [
        _finding(rule, one, document)
        for rule in RULES
        if rule.look and rule.mends
        for one in rule.look(seen)
    ]
    fixes: dict[Path, str] = {}
    for one in _allowed(found, text, document):
        if one.fix is not None:
            # What else is wrong with the same text is mended in the next round.
            fixes.setdefault(one.path, one.fix)
    return fixes


def _finding(rule: Rule, found: Found, document: Document) -> Finding:
    line, column, _ = document.place(found.path)
    return Finding(
        code=rule.code,
        severity=rule.severity,
        line=line,
        column=column,
        path=found.path,
        reason=found.reason,
        remedy=found.remedy,
        fix=found.fix,
    )


def _order(finding: Finding) -> tuple[int, int, str, str]:
    return finding.line, finding.column, finding.code, finding.reason


def _allowed(found: Iterable[Finding], text: str, document: Document) -> Iterator[Finding]:
    """What no comment allows, and the comments that allow nothing."""
    given = allowances(text)
    about: dict[tuple[int, str], int] = {
        (one.about, code): at for at, one in enumerate(given) for code in one.codes
    }
    used: set[tuple[int, str]] = set()
    for finding in found:
        keys = {(line, finding.code) for line in _lines(finding, document)} & about.keys()
        used |= {(about[key], finding.code) for key in keys}
        if not keys:
            yield finding
    for at, one in enumerate(given):
        for code in one.codes or ("",):
            if (at, code) not in used:
                yield _unused(one, code)


def _lines(finding: Finding, document: Document) -> Iterator[int]:
    """The lines on which a comment may allow a finding: its own, and those of what holds it, up to
    its entry.
    """
    yield finding.line
    for size in range(2, len(finding.path) + 1):
        path = finding.path[:size]
        yield document.place(path).line
        if path in document.keys:
            yield document.keys[path].line


def _unused(given: Allowance, code: str) -> Finding:
    rule = BY_CODE.get(code)
    if not code:
        reason, remedy = "This comment allows no code.", "Name the code: # onboard: allow CODE."
    elif rule is None:
        reason = f"This comment allows {quoted(code)}, and there is no such code."
        remedy = did_you_mean(code, list(BY_CODE), "To see them all: onboard check --explain all")
    elif rule.look is None:
        reason = f"This comment allows {quoted(code)}, which cannot be allowed."
        remedy = "Delete it."
    else:
        reason = f"This comment allows {quoted(code)}, and there is nothing of it here."
        remedy = "Delete it."
    return Finding(
        code=ALLOWANCE,
        severity=BY_CODE[ALLOWANCE].severity,
        line=given.line,
        column=given.column,
        path=(),
        reason=reason,
        remedy=remedy,
    )
