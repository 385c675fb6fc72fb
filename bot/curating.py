"""What the commands for curators do: check, explain, why-not, add, edit."""

import datetime as dt
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import typer

from bot import adding, contract, explaining, files, printing, terminal
from bot.adding import Given
from bot.catalogue import parse_with_places
from bot.catalogue.document import Document
from bot.catalogue.insertion import inserted
from bot.catalogue.wording import did_you_mean, quoted
from bot.checks import report, rules
from bot.checks.finding import Watched
from bot.checks.rules import Examined
from bot.commands.options import CheckFormat
from bot.errors import BotError, CatalogueError, CatalogueUnreadableError
from bot.merging import contents, text_of
from bot.model import KINDS, Catalogue, Kind, Surface
from bot.printing import counted
from bot.search import Index, Knowing


def check(path: Path, form: CheckFormat, watched: Watched, *, strict: bool) -> bool:
    """Tell all that there is to mend in a catalogue, and return whether it is fine.

    Raises CatalogueUnreadableError.
    """
    examined = rules.examine(contents(path), str(path), watched)
    findings, file = examined.findings, str(path)
    if form == "json":
        printing.print_json(contract.findings_json(findings, file))
    elif form == "sarif":
        printing.print_json(report.sarif(findings, file))
    elif form == "github":
        for told in report.annotations(findings, file):
            _print(told)
    else:
        for finding in findings:
            _print(report.line(finding, file))
        _print(f"{path}: {_summary(examined)}")
    worst = {finding.severity for finding in findings}
    return "error" not in worst and not (strict and "warning" in worst)


def _summary(examined: Examined) -> str:
    severities = [finding.severity for finding in examined.findings]
    errors, warnings, hints = (
        severities.count("error"),
        severities.count("warning"),
        severities.count("hint"),
    )
    advice = [
        counted(number, noun) for number, noun in ((warnings, "warning"), (hints, "hint")) if number
    ]
    if errors:
        return f"{', '.join((counted(errors, 'problem'), *advice))} to mend."
    found = examined.catalogue
    if found is None:
        return "it could not be read."
    asks = sum(len(resource.asks) for resource in found.resources)
    held = (
        f"{counted(len(found.resources), 'resource')}, {counted(len(found.topics), 'topic')}, "
        f"{counted(len(found.glossary), 'term')}; "
        + (f"each of {asks} asks finds its resource." if asks else "no asks yet.")
    )
    return f"sound, with {' and '.join(advice)}. {held}" if advice else f"all is well. {held}"


def explain_code(code: str) -> None:
    """Tell what a rule looks for and why, or all of them; raises BotError if there is none."""
    chosen = [rule for rule in rules.RULES if code in (rule.code, "all")]
    if not chosen:
        remedy = did_you_mean(
            code, list(rules.BY_CODE), "To see them all: onboard check --explain all"
        )
        raise BotError(f"There is no check {quoted(code)}. {remedy}")
    terminal.show(terminal.rules((r.code, r.severity, r.name, r.explanation) for r in chosen))


def fix(path: Path, form: CheckFormat, agreed: Callable[[str], bool]) -> None:
    """Mend in the file what a program can mend, all else as it is; asks before it writes. One
    that is not sound stays as it is, and a check tells why.

    Raises CatalogueUnreadableError, and BotError if it cannot be written.
    """
    try:
        before = text_of(path)
        after, count = rules.fixed(before, str(path))
    except CatalogueUnreadableError:
        raise
    except CatalogueError:
        printing.tell(f"{path}: --fix changes nothing before the catalogue is sound.")
        return
    if not count:
        printing.tell(f"{path}: there is nothing that --fix can mend.")
        return
    # What other programs read is not mixed with it.
    terminal.show(terminal.diff(files.difference(before, after, path)), stderr=form != "text")
    if not agreed(f"Write {counted(count, 'change')} into {path}?"):
        raise BotError(f"Nothing was changed in {path}.")
    files.rewrite(path, before.encode(), after.encode())
    printing.tell(f"{path}: {counted(count, 'change')} written.")


def explain(path: Path, asked: str, surface: Surface, knowing: Knowing, *, as_json: bool) -> None:
    """Tell why a question finds what it finds; raises CatalogueError."""
    found = explaining.explain(text_of(path), str(path), asked, surface=surface, knowing=knowing)
    if as_json:
        printing.print_json(contract.explained_json(found))
        return
    for sentence in explaining.sentences(found):
        _print(sentence)


def why_not(
    path: Path, name: str, asked: str, surface: Surface, knowing: Knowing, *, as_json: bool
) -> None:
    """Tell why a resource is not what a question finds, and what line would change it.

    Raises CatalogueError, and BotError for a resource that is not there.
    """
    text = text_of(path)
    catalogue, _ = parse_with_places(text, str(path))
    ids = [resource.id for resource in catalogue.resources]
    if name not in ids:
        raise _no_entry(name, ids, path)
    found = explaining.why_not(
        text, str(path), ids.index(name), asked, surface=surface, knowing=knowing
    )
    if as_json:
        printing.print_json(contract.why_not_json(found))
        return
    for sentence in explaining.sentences_why_not(found):
        _print(sentence)


def _no_entry(name: str, ids: list[str], path: Path) -> BotError:
    remedy = did_you_mean(name, ids, "The ids are in the file, one for each entry.")
    return BotError(f"There is no {quoted(name)} in {path}. {remedy}")


# A new entry


def add(
    path: Path, given: Given, agreed: Callable[[str], bool], watched: Watched, *, dry_run: bool
) -> None:
    """Add an entry to the file, asking for what is missing; all else stays as it is.

    Raises CatalogueError if the catalogue is not sound, and BotError for what cannot be added.
    """
    text = text_of(path)
    catalogue, document = parse_with_places(text, str(path))
    given = replace(given, url=given.url.strip())
    _refuse(adding.faults(catalogue, given))
    if holder := adding.present(catalogue, document, given.url):
        name, line = holder
        raise BotError(
            f"That page is in {path} already: {quoted(name)}, line {line}. "
            f"To change it, run onboard edit {name}."
        )
    if not catalogue.topics:
        raise BotError(f'{path} has no topics, and an entry needs one. Add one to "topics" first.')
    whole = _completed(catalogue, given)
    _refuse(adding.faults(catalogue, whole))
    today = dt.datetime.now(dt.UTC).date()
    entry = replace(adding.resource_of(catalogue, whole), added=today)
    after = inserted(text, [entry], str(path))
    terminal.show(terminal.diff(files.difference(text, after, path)))
    if dry_run:
        printing.tell(f"{path} is as it was.")
        return
    if not agreed(f"Write this into {path}?"):
        raise BotError(f"Nothing was changed in {path}.")
    files.rewrite(path, text.encode(), after.encode())
    number = len(catalogue.resources)
    line = parse_with_places(after, str(path))[1].place(("resources", number)).line
    printing.tell(f"{path}:{line}: {quoted(entry.id)} is added.")
    for finding in rules.examine(after, str(path), watched).findings:
        if finding.path[:2] == ("resources", number):
            printing.tell(report.line(finding, str(path)))


def _refuse(found: dict[str, str]) -> None:
    if found:
        told = "\n".join(f"{key}: {fault}" for key, fault in found.items())
        raise BotError(told)


def _completed(catalogue: Catalogue, given: Given) -> Given:
    """What was given, with what was missing: asked for on a terminal."""
    missing = [key for key in ("title", "summary", "topics") if not getattr(given, key)]
    if not missing:
        return replace(given, kind=given.kind or adding.kind_of(given.url))
    title = adding.title_of(given.url)
    if not printing.is_terminal():
        options = ", ".join(f"--{key.removesuffix('s')}" for key in missing)
        near = _near(catalogue, given, title) if "topics" in missing else ()
        hint = f" Topics that would fit: {', '.join(near)}." if near else ""
        raise BotError(f"An entry needs more: add {options}.{hint}")
    if not given.title:
        given = _asked(catalogue, given, "title", "Title", title)
    if not given.summary:
        given = _asked(catalogue, given, "summary", "What does a newcomer learn from it?", "")
    if not given.topics:
        near = _near(catalogue, given, title)
        names = {topic.id: topic.name for topic in catalogue.topics}
        for name in near:
            printing.tell(f"  {name}: {names[name]}")
        given = _asked(catalogue, given, "topics", "Topics, its home first", ", ".join(near[:1]))
    return _asked_for_more(catalogue, given)


def _near(catalogue: Catalogue, given: Given, title: str) -> tuple[str, ...]:
    words = f"{given.title or title} {given.summary or ''}"
    return adding.topics_for(catalogue, Index.build(catalogue), words)


def _asked_for_more(catalogue: Catalogue, given: Given) -> Given:
    """What was given, with what may be left out: kind, tags, questions."""
    if given.kind is None:
        given = replace(given, kind=_asked_kind(given))
    near = adding.tags_for(catalogue, f"{given.title} {given.summary}")
    if near and not given.tags:
        said = "Tags that others have (- for none)"
        given = _asked(catalogue, given, "tags", said, ", ".join(near))
    while ask := _prompt("A question it answers (empty: no more)", "").strip():
        more = replace(given, asks=(*given.asks, ask))
        if fault := adding.faults(catalogue, more).get("asks"):
            printing.tell(fault)
        else:
            given = more
    return given


def _asked(catalogue: Catalogue, given: Given, key: str, said: str, default: str) -> Given:
    """What was given and one more, asked for until it is sound."""
    while True:
        answer = _prompt(said, default).strip()
        if not answer:
            continue
        names = tuple(name.strip() for name in answer.split(",") if name.strip(" -"))
        match key:
            case "topics":
                more = replace(given, topics=names)
            case "tags":
                more = replace(given, tags=names)
            case "title":
                more = replace(given, title=answer)
            case _:
                more = replace(given, summary=answer)
        if fault := adding.faults(catalogue, more).get(key):
            printing.tell(fault)
        else:
            return more


def _asked_kind(given: Given) -> Kind | None:
    default = adding.kind_of(given.url)
    while True:
        answer = _prompt(f"Kind ({', '.join(KINDS)}; - for none)", default or "-").strip()
        if answer == "-":
            return None
        found = next((kind for kind in KINDS if kind == answer.casefold()), None)
        if found:
            return found
        printing.tell(did_you_mean(answer, KINDS, "It has to be one of these."))


def _prompt(said: str, default: str) -> str:
    return str(typer.prompt(said, default=default, show_default=bool(default), err=True))


# The editor


def edit(path: Path, name: str, watched: Watched) -> bool:
    """Open the editor at an entry, then check the file; return whether it is fine.

    Raises CatalogueError where the file cannot be read, and BotError for an entry that is not
    there, or an editor.
    """
    line = _line_of(path, name)
    command = _editor(path, line)
    try:
        ended = subprocess.run(command, check=False).returncode  # noqa: S603
    except OSError as error:
        raise BotError(
            f"The editor {quoted(command[0])} cannot be started: {files.reason(error)}. "
            "Name another one in the environment variable EDITOR."
        ) from error
    if ended:
        printing.tell(f"The editor ended with code {ended}.")
    return check(path, "text", watched, strict=False)


def _line_of(path: Path, name: str) -> int:
    """The line in which an entry starts; of a file that is not sound, the one that has its id."""
    held = contents(path)
    try:
        catalogue, document = parse_with_places(held, str(path))
    except CatalogueError:
        lines = held.decode("utf-8", "replace").splitlines()
        own = re.compile(rf"\s*(?:-\s+)?id:\s*(['\"]?){re.escape(name)}\1\s*(?:#.*)?")
        found = [number for number, line in enumerate(lines, 1) if own.fullmatch(line)]
        if found:
            return found[-1]
        raise
    return _entry_line(catalogue, document, name, path)


def _entry_line(catalogue: Catalogue, document: Document, name: str, path: Path) -> int:
    entries = {topic.id: ("topics", at) for at, topic in enumerate(catalogue.topics)}
    entries |= {one.id: ("resources", at) for at, one in enumerate(catalogue.resources)}
    if name not in entries:
        raise _no_entry(name, list(entries), path)
    return document.place(entries[name]).line


_BY_COLON = frozenset(("hx", "helix", "subl", "sublime_text", "zed"))
_BY_GOTO = frozenset(("code", "code-insiders", "codium", "cursor", "vscodium"))
_BY_PLUS = frozenset(
    """
    ee emacs emacsclient gedit gvim jed joe jove kak kwrite mcedit mg micro mvim nano ne nvim pico
    vi view vim zile
    """.split()
)
_WAITING = frozenset(("code", "code-insiders", "codium", "cursor", "subl", "vscodium", "zed"))


def _editor(path: Path, line: int) -> list[str]:
    """The command that opens a file at a line in the editor that is set."""
    setting = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    try:
        words = shlex.split(setting)
    except ValueError:
        words = []
    if not words:
        if setting.strip():
            raise BotError("The environment variable VISUAL or EDITOR has a quote too many.")
        there = (name for name in ("nano", "vim", "vi") if shutil.which(name))
        words = [next(there, "")]
        if not words[0]:
            raise BotError(
                f"There is no editor. Name one in the environment variable EDITOR, or open {path} "
                f"at line {line} yourself."
            )
    program = Path(words[0]).name.removesuffix(".exe")
    if program in _WAITING and not {"--wait", "-w"} & set(words):
        # Others would come back at once, before anything is edited.
        words.append("--wait")
    if program in _BY_GOTO:
        return [*words, "--goto", f"{path}:{line}"]
    if program in _BY_COLON:
        return [*words, f"{path}:{line}"]
    if program in _BY_PLUS:
        return [*words, f"+{line}", str(path)]
    printing.tell(f"Line {line} of {path}.")
    return [*words, str(path)]


def _print(line: str) -> None:
    typer.echo(printing.printable(line))
