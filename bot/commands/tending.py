"""Commands of those who look after a catalogue, from check to schema."""

import datetime as dt
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.opening import knowing, with_store
from bot.commands.options import (
    DEFAULT_CATALOGUE,
    FINE,
    FOUND_FAULT,
    AsJson,
    AskedWhere,
    CataloguePath,
    CheckFormat,
    Database,
)
from bot.commands.progress import watched
from bot.errors import BotError
from bot.files import write
from bot.model import KINDS, LEVELS, Kind, Level
from bot.printing import asking, is_terminal, print_json, printable, tell

if TYPE_CHECKING:
    from bot.catalogue.drafts import Import, Report
    from bot.catalogue.resync import Resync


def check(
    *,
    catalogue: CataloguePath = DEFAULT_CATALOGUE,
    form: Annotated[
        CheckFormat,
        typer.Option("--format", help="How to tell it; github marks lines in a workflow."),
    ] = "text",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings, too.")] = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="Mend first what a program can mend, after asking.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --fix: do not ask.")] = False,
    code: Annotated[
        str | None,
        typer.Option("--explain", metavar="CODE", help="Say why there is a check, or all of them."),
    ] = None,
) -> None:
    """Check the catalogue: faults, what people will not find, and what is written badly.

    Exit code 0: all is well, or there are but warnings and hints; 1: there are faults; 2: the file
    cannot be read. A comment "# onboard: allow CODE" at the end of a line, or above it, silences
    a check there.
    """
    from bot import curating

    if code is not None:
        curating.explain_code(code)
        return
    form = "json" if as_json else form
    if fix:
        curating.fix(catalogue, form, asking(yes=yes))
    is_fine = curating.check(catalogue, form, watched(quiet=form != "text"), strict=strict)
    raise typer.Exit(FINE if is_fine else FOUND_FAULT)


def explain(
    text: Annotated[list[str], typer.Argument(help="The question, in your own words.")],
    *,
    catalogue: CataloguePath = DEFAULT_CATALOGUE,
    surface: AskedWhere = "mention",
    as_json: AsJson = False,
) -> None:
    """Say in sentences, with lines of the file, why a question finds what it finds."""
    from bot import curating

    with knowing(catalogue, quiet=as_json) as model:
        curating.explain(catalogue, _asked(text), surface, model, as_json=as_json)


def why_not(
    name: Annotated[str, typer.Argument(metavar="ID", help="The id of a resource.")],
    text: Annotated[list[str], typer.Argument(help="The question that should have found it.")],
    *,
    catalogue: CataloguePath = DEFAULT_CATALOGUE,
    surface: AskedWhere = "mention",
    as_json: AsJson = False,
) -> None:
    """Say why a question does not find a resource, and which one line of the file changes that.

    The line is tried before it is told; nothing is written.
    """
    from bot import curating

    with knowing(catalogue, quiet=as_json) as model:
        curating.why_not(catalogue, name, _asked(text), surface, model, as_json=as_json)


def add(
    url: Annotated[str, typer.Argument(help="The address of the page.")],
    *,
    catalogue: CataloguePath = DEFAULT_CATALOGUE,
    title: Annotated[str | None, typer.Option(help="Its title.")] = None,
    summary: Annotated[str | None, typer.Option(help="What a newcomer learns from it.")] = None,
    topics: Annotated[
        list[str] | None,
        typer.Option("--topic", metavar="ID", help="A topic; several times, its home first."),
    ] = None,
    kind: Annotated[
        Kind | None,
        typer.Option(metavar="KIND", help=f"What it is: {', '.join(KINDS)}."),
    ] = None,
    level: Annotated[
        Level | None,
        typer.Option(metavar="LEVEL", help=f"Whom it is for: {', '.join(LEVELS)}."),
    ] = None,
    tags: Annotated[
        list[str] | None, typer.Option("--tag", help="A subject of it; several times.")
    ] = None,
    asks: Annotated[
        list[str] | None, typer.Option("--ask", help="A question it answers; several times.")
    ] = None,
    name: Annotated[
        str | None, typer.Option("--id", help="Its id; without it, made of the title.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before writing.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the entry, and change nothing.")
    ] = False,
) -> None:
    """Add a page to the catalogue; on a terminal, what is missing is asked for, with suggestions.

    Exit code 2: it cannot be added, or is there already.
    """
    from bot import curating
    from bot.adding import Given

    given = Given(
        url=url,
        id=name,
        title=title,
        summary=summary,
        topics=tuple(topics) if topics else None,
        kind=kind,
        level=level,
        tags=tuple(tags or ()),
        asks=tuple(asks or ()),
    )
    agreed = asking(yes=yes)
    curating.add(catalogue, given, agreed, watched(quiet=False), dry_run=dry_run)


def edit(
    name: Annotated[str, typer.Argument(metavar="ID", help="The id of a resource or topic.")],
    *,
    catalogue: CataloguePath = DEFAULT_CATALOGUE,
) -> None:
    """Open the catalogue at an entry in your editor (VISUAL or EDITOR), then check it.

    Exit codes as of onboard check.
    """
    from bot import curating

    is_fine = curating.edit(catalogue, name, watched(quiet=False))
    raise typer.Exit(FINE if is_fine else FOUND_FAULT)


def links(
    *,
    catalogue: CataloguePath = DEFAULT_CATALOGUE,
    database: Database = None,
    fix: Annotated[
        bool,
        typer.Option("--fix", help="Write what has moved for good into the file, after asking."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --fix: do not ask.")] = False,
    private: Annotated[
        bool,
        typer.Option("--allow-private", help="Go to private networks and to any port, too."),
    ] = False,
    timeout: Annotated[
        float, typer.Option(min=1, max=300, help="Seconds to wait for each answer.")
    ] = 20.0,
    as_json: AsJson = False,
) -> None:
    """Look at every link: which have moved, which are gone, which could not be looked at.

    It asks one page of a site at a time, with a pause after each. What refuses a program (403, 429)
    is not dead; what fails on three days is, which the store counts. Exit code 1: something is
    gone or has moved for good.
    """
    from bot import terminal
    from bot.catalogue import load_with_places
    from bot.links import report as link_report
    from bot.links.checker import Manners
    from bot.links.guard import ANYWHERE, PUBLIC
    from bot.links.judging import addresses
    from bot.settings import read_links_settings

    # Before anything is looked at, which takes long.
    if fix and not yes and (as_json or not is_terminal()):
        raise BotError("Add --yes: there is nobody to ask whether to write the new addresses.")
    loaded, places = load_with_places(catalogue)
    manners = Manners(
        timeout=timeout,
        guard=ANYWHERE if private else PUBLIC,
        contact=read_links_settings().contact,
    )
    with terminal.counting("Looking at every link", len(addresses(loaded))) as count:
        _, (found, health, remarks) = with_store(
            database,
            lambda it: link_report.look(
                it,
                loaded,
                manners,
                named=database is not None,
                count=count,
                clock=lambda: dt.datetime.now(dt.UTC),
            ),
        )
    lines = link_report.lines(loaded, places, found, health)
    if as_json:
        print_json(link_report.plain(lines))
    else:
        terminal.show(link_report.table(printable(str(catalogue)), lines))
    tell(*remarks)
    moves = link_report.moves(lines)
    done = _moved(catalogue, moves, asking(yes=yes), quiet=as_json) if fix else set[str]()
    bad = any(line.is_bad and line.url not in done for line in lines)
    raise typer.Exit(FOUND_FAULT if bad else FINE)


def import_page(
    source: Annotated[
        str,
        typer.Argument(
            metavar="PAGE",
            help="A page of links: a file, a folder of YAML or JSON, or an http(s) address.",
        ),
    ],
    *,
    into: Annotated[
        Path | None,
        typer.Option(readable=False, help="Bring this catalogue up to the page, after asking."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --into: show what would change, only.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --into: do not ask.")] = False,
    address: Annotated[
        str | None,
        typer.Option("--page", help="What to call the page in each entry: its address or name."),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Where relative links start, if not at the page."),
    ] = None,
    named: Annotated[
        str,
        typer.Option("--map", metavar="url=link,...", help="What a table or data calls things."),
    ] = "",
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Read from private networks and any port, too.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write here instead of to standard output."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the output file if it exists.")
    ] = False,
) -> None:
    """Draft a catalogue from a page of links: Markdown, HTML, bookmarks, CSV, YAML or JSON.

    The catalogue goes to standard output, what became of each link to standard error. With --into
    it is compared with a catalogue instead: entries that came from this page follow it, what was
    changed by hand stays, and what the page lists no longer is marked.
    """
    from bot import importing
    from bot.catalogue.listed import mapping
    from bot.catalogue.urls import url_fault
    from bot.catalogue.writer import dump

    for what, given in (("page", address), ("base", base)):
        # A page may go by the name of its file.
        is_name = what == "page" and given and "://" not in given
        if given is not None and not is_name and (fault := url_fault(given)):
            raise BotError(
                f"The address of the {what} {fault}. Write one like https://example.org/page."
            )
    if into is not None and (output is not None or force):
        raise BotError("Give --into or --output, not both: --into changes the file it names.")
    if into is None and (dry_run or yes):
        raise BotError("Give --dry-run and --yes with --into resources.yaml only.")
    if output is not None and os.path.lexists(output) and not force:
        raise BotError(f"{output} exists already. Name another file, or add --force.")
    wanted = importing.Wanted(page=address, base=base, named=mapping(named))
    fetch = None
    if importing.is_address(source):
        # It takes a while to load, and a file does not need it.
        from bot import fetching
        from bot.links.guard import ANYWHERE, PUBLIC

        fetch = partial(fetching.fetch, guard=ANYWHERE if allow_private else PUBLIC)
    drafts, page = importing.drafted(source, wanted, fetch)
    if into is not None:
        _report(drafts.report, brief=True)
        _resync(into, drafts, page, dry_run=dry_run, yes=yes)
        return
    text = dump(drafts.catalogue)
    if output is None:
        typer.echo(text, nl=False)
    else:
        write(output, text.encode())
    _report(drafts.report)


def schema() -> None:
    """Print the JSON Schema of the catalogue, by which an editor completes and checks it."""
    from bot.catalogue.schema import json_schema

    print_json(json_schema())


def _moved(
    path: Path, moves: dict[str, str], agreed: Callable[[str], bool], *, quiet: bool
) -> set[str]:
    """Write new addresses into a file, once somebody agrees; those that were replaced."""
    from bot import terminal
    from bot.merging import move

    planned = move(path, moves, dry_run=True)
    if not quiet:
        terminal.show(terminal.diff(planned.diff))
    for old, why in planned.left:
        tell(f"left as it is: {old}: {why}")
    if not planned.done:
        tell(f"{path} is as it was: there was nothing to write.")
        return set()
    if not agreed(f"Write this into {path}?"):
        tell(f"{path} is as it was.")
        return set()
    done = move(path, moves, dry_run=False).done
    tell(f"{path} has {len(done)} new address{'es' if len(done) > 1 else ''}.")
    return {old for old, _ in done}


def _resync(path: Path, drafts: "Import", page: str, *, dry_run: bool, yes: bool) -> None:
    """Bring a catalogue up to a page, once somebody agrees to the changes shown."""
    from bot import files, importing, terminal

    today = dt.datetime.now(tz=dt.UTC).date()
    before, result = importing.synced(path, drafts, page, today)
    for change in result.changes:
        typer.echo(printable(f"{change.what}: {change.id}: {change.words}"))
    tell(*_elsewhere(result, path, page))
    if result.text == before:
        tell(f"{path} is as {page} has it: nothing to change.")
        return
    if dry_run:
        terminal.show(terminal.diff(files.difference(before, result.text, path)))
        tell(f"{path} is as it was: this was a dry run.")
        return
    if not asking(yes=yes)(f"Write this into {path}?"):
        raise BotError(f"Nothing was changed in {path}.")
    files.rewrite(path, before.encode(), result.text.encode())
    tell(f"{path} is up to date. Entries of it that follow {page}: {result.followed}.")


def _elsewhere(result: "Resync", path: Path, page: str) -> list[str]:
    """Return what is told of links that a catalogue had, but not from this page."""
    if not result.elsewhere:
        return []
    known = ", ".join(
        f"{count} from {name}" if name else f"{count} written by hand"
        for name, count in result.elsewhere
    )
    told = [f"In {path} already, and left as they are: {known}."]
    name = next((name for name, _ in result.elsewhere if name), None)
    if name and result.followed == sum(change.what == "added" for change in result.changes):
        told.append(f'No entry followed {page} so far. If it is that page, add --page "{name}".')
    return told


def _report(report: "Report", *, brief: bool = False) -> None:
    """Tell what became of the links of a page; if `brief`, only how many."""
    if not brief:
        for what, remarks in (("merged: ", report.merged), ("skipped: ", report.skipped)):
            tell(*(f"line {r.line}: {what}{r.words}: {r.reason}" for r in remarks))
        tell(*report.remarks)
    tell(
        f"{_seen(report)}: {report.imported} imported, {len(report.merged)} merged, "
        f"{len(report.skipped)} skipped."
    )
    if brief and (report.merged or report.skipped):
        tell("Without --into, it says of each one merged or skipped on which line, and why.")
    if report.unsummarised and not brief:
        tell(
            "Without words of their own on the page, so that their summaries only say where they "
            f"were listed: {len(report.unsummarised)}. Write better ones: "
            f"{', '.join(report.unsummarised)}"
        )


def _seen(report: "Report") -> str:
    """How many links there are, as any reader of Markdown counts them; then the others."""
    ways = dict(report.ways)
    html, bare = (ways.get(way, 0) if len(ways) > 1 else 0 for way in ("HTML", "bare"))
    links = report.seen - html - bare
    told = [f"{links} link{'s' if links != 1 else ''} seen"]
    told += [f"{html} more in HTML"] if html else []
    told += [f"{bare} bare address{'es' if bare > 1 else ''}"] if bare else []
    return ", ".join(told[:-1]) + (" and " if told[1:] else "") + told[-1]


def _asked(text: Sequence[str]) -> str:
    """The question that was typed, as one text; raises BotError if there is none."""
    asked = " ".join(text)
    if not asked.strip():
        raise BotError("What is the question? Put it behind the command, in your own words.")
    return asked
