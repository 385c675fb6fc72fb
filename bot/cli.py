"""The command `onboard`: reads arguments, calls the pure middle, prints.

Imports that take long wait inside the commands that need them, so that `--help` is immediate.
"""

import gc
import json
import os
import re
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing, suppress
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from time import perf_counter
from typing import IO, TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

from bot.errors import (
    BotError,
    CatalogueError,
    CatalogueUnreadableError,
    ModelError,
    StoreError,
)
from bot.files import reason as _reason
from bot.files import replacing as _replacing
from bot.files import write as _write
from bot.model import SURFACES, Answer, Catalogue, Problem, Surface
from bot.records import Status

if TYPE_CHECKING:
    import datetime as dt
    from contextlib import AbstractContextManager

    from bot.catalogue.markdown import Report
    from bot.digest import Digest
    from bot.evaluate import Evaluation, Retrieval
    from bot.evaluation_report import Run
    from bot.labelled import Set
    from bot.meaning.vectors import Progress
    from bot.merging import Merged
    from bot.records import Decision, Edition, Miss, Subscription, Suggestion, Thumbs
    from bot.search import Index
    from bot.store import Store

_T = TypeVar("_T")

FINE, FOUND_FAULT, COULD_NOT_RUN = 0, 1, 2

DEFAULT_CATALOGUE = Path("resources.yaml")
_LONGEST_LINE = 1_000_000
_LARGEST_PAGE = 16 * 2**20
_MOST_HOLDERS = 10_000
_MOST_EDITIONS = 10_000
_BY_HAND_SECONDS = 30.0
"""Whoever looks after the store by hand may wait longer than somebody in Slack."""
_YEARS = range(1970, 9999)
_CHANNEL = re.compile("[CDG][A-Z0-9]+")
_USER = re.compile("[UW][A-Z0-9]{2,}")

app = typer.Typer(
    help='Answers "where do I learn X?" from a catalogue of resources.',
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

store = typer.Typer(
    help="Look after the store, which keeps what people did.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
digest = typer.Typer(
    help="Look at the weekly digests of channels.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
suggestions = typer.Typer(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

CataloguePath = Annotated[
    Path,
    typer.Option(
        "--catalogue",
        "-c",
        envvar="ONBOARD_CATALOGUE",
        readable=False,  # the reader says it better
        help="The catalogue to use.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for other programs.")]


People = Annotated[
    int | None,
    typer.Option(
        "--people",
        min=1,
        help="So many must have asked, if not as many as ONBOARD_GAP_PEOPLE says.",
        show_default=False,
    ),
]
Database = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", help="The store to use, if not the one in settings."),
]
Number = Annotated[int, typer.Argument(metavar="N", help="The number of a suggestion.")]


def main() -> NoReturn:
    """Run the command line; every foreseen failure ends in a sentence and exit code 2."""
    # A command lives half a second and makes next to no garbage; looking for it takes a tenth.
    gc.set_threshold(200_000)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal that cannot show a character shows a question mark for it.
            stream.reconfigure(errors="replace")
    try:
        _run()
    except CatalogueError as error:
        _complain(*error.problems)
    except BotError as error:
        _complain(*str(error).splitlines())
    except KeyboardInterrupt:
        _complain("Interrupted.")
    except OSError as error:
        # Commands word the failures of the files they are given; what is left is the output.
        _complain(f"The output cannot be written: {error.strerror}.")
        # The interpreter would try once more, and say so, when it closes standard output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(COULD_NOT_RUN)


def _run() -> NoReturn:
    try:
        app()
    except SystemExit:
        if sys.stdout is not None:
            sys.stdout.flush()
        raise
    sys.exit(FINE)


@app.command()
def ask(
    text: Annotated[
        list[str] | None, typer.Argument(help="The question, in your own words.")
    ] = None,
    *,
    catalogue: CataloguePath = DEFAULT_CATALOGUE,
    surface: Annotated[
        Surface,
        typer.Option(help="Where it is asked; a channel is answered only when it is sure."),
    ] = "mention",
    limit: Annotated[int, typer.Option(min=1, max=100, help="Most candidates to list.")] = 5,
    explain: Annotated[bool, typer.Option(help="Show the whole sum behind the answer.")] = False,
    as_json: AsJson = False,
    jsonl: Annotated[
        bool,
        typer.Option(
            "--jsonl",
            help='Read lines {"text": ..., "surface": ...}; write one answer a line, in order.',
        ),
    ] = False,
) -> None:
    """Ask where to learn something."""
    question = " ".join(text or ())
    if jsonl == bool(question.strip()):
        raise BotError(
            "With --jsonl the questions come from standard input: leave the text out."
            if jsonl
            else 'What is the question? For example: onboard ask "how does PCI enumeration work"'
        )
    from bot import contract
    from bot.meaning.encoder import encoder, why_none
    from bot.settings import read_search_settings

    setting = read_search_settings().model
    started = perf_counter()
    loaded, index = _index(catalogue)
    with _computing(quiet=as_json or jsonl) as progress:
        model = encoder(setting, catalogue, progress=progress, warn=_complain)
        index = model(index) if model else index
    if jsonl:
        for line_text, line_surface in _questions(surface):
            answer = index.search(line_text, line_surface, limit)
            used = model.used_in(answer) if model else None
            _print_json(contract.answer_json(answer, explain=explain, model=used), indent=None)
        return
    built = perf_counter()
    answer = index.search(question, surface, limit)
    searched = perf_counter()
    used = model.used_in(answer) if model else None
    if as_json:
        _print_json(contract.answer_json(answer, explain=explain, model=used))
        return
    from bot import terminal

    terminal.show(terminal.answer(answer, loaded))
    if explain:
        without = "the model had no say in this" if model else why_none(setting)
        terminal.show(terminal.explanation(answer, used, without))
        typer.echo(
            f"Read and indexed {len(loaded.resources)} resources in "
            f"{(built - started) * 1e3:.0f} ms, searched in {(searched - built) * 1e3:.1f} ms."
        )


@app.command()
def topics(*, catalogue: CataloguePath = DEFAULT_CATALOGUE, as_json: AsJson = False) -> None:
    """List the topics, in the order in which to learn them."""
    from bot import path

    loaded = _load(catalogue)
    ordered = path.topics_in_order(loaded)
    if as_json:
        _print_json(
            [
                {
                    "id": topic.id,
                    "name": topic.name,
                    "summary": topic.summary,
                    "after": list(topic.after),
                    "resources": [r.id for r in path.resources_in_order(loaded, topic)],
                }
                for topic in ordered
            ]
        )
        return
    from bot import terminal

    terminal.show(terminal.topics(loaded, ordered))


@app.command()
def topic(
    name: Annotated[list[str], typer.Argument(help="The name of a topic, or another word for it.")],
    *,
    catalogue: CataloguePath = DEFAULT_CATALOGUE,
    as_json: AsJson = False,
) -> None:
    """Show what there is on a topic, in learning order, and what you can answer afterwards."""
    from bot import path

    loaded = _load(catalogue)
    wanted = " ".join(name)
    found = path.topics_named(loaded, wanted)
    if not found:
        near = [topic.name for topic in path.topics_like(loaded, wanted)]
        meant = f"Did you mean {' or '.join(near)}? " if near else ""
        _complain(f"There is no topic {wanted!r}. {meant}To see them all: onboard topics")
        raise typer.Exit(FOUND_FAULT)
    shown = found[0]
    known = {topic.id: topic for topic in loaded.topics}
    resources = path.resources_in_order(loaded, shown)
    if as_json:
        _print_json(
            {
                "id": shown.id,
                "name": shown.name,
                "summary": shown.summary,
                "after": list(shown.after),
                "related": list(shown.related),
                "resources": [
                    {"id": r.id, "title": r.title, "url": r.url, "summary": r.summary}
                    for r in resources
                ],
                "questions": list(shown.questions),
            }
        )
        return
    from bot import terminal

    before = [known[name] for name in shown.after]
    beside = [known[name] for name in shown.related]
    terminal.show(terminal.topic(shown, resources, before, beside))


@app.command()
def check(*, catalogue: CataloguePath = DEFAULT_CATALOGUE, as_json: AsJson = False) -> None:
    """Check the catalogue: every fault with its line, and whether every ask finds its resource.

    Exit code 0: all is well; 1: there are faults; 2: the file cannot be read.
    """
    from bot import contract

    try:
        summary, problems = _examined(catalogue, quiet=as_json)
    except CatalogueUnreadableError:
        raise
    except CatalogueError as error:
        summary, problems = "", error.problems
    if as_json:
        _print_json({"ok": not problems, "problems": contract.problems_json(problems)})
    else:
        for problem in problems:
            typer.echo(problem)
        count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
        typer.echo(f"{catalogue}: {count} to mend." if problems else f"{catalogue}: {summary}")
    raise typer.Exit(FOUND_FAULT if problems else FINE)


@app.command("eval")
def evaluate_it(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="QUESTIONS.jsonl",
            readable=False,
            help="Labelled questions, or folders with retrieval collections.",
        ),
    ],
    *,
    catalogue: CataloguePath = DEFAULT_CATALOGUE,
    show_all: Annotated[
        bool, typer.Option("--all", help="Tell of every line that went wrong.")
    ] = False,
    other: Annotated[
        Path | None,
        typer.Option("--compare", readable=False, help="Compare with what --json printed before."),
    ] = None,
    beside: Annotated[
        bool,
        typer.Option(
            "--beside-words",
            help="Search without the sentence model as well, and show both side by side.",
        ),
    ] = False,
    picture: Annotated[
        Path | None, typer.Option("--plot", help="Draw a picture into this PNG file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure how well the catalogue answers labelled questions.

    A line of a file is a question with the resources that answer it:

    {"text": "how does it work", "surface": "mention", "style": "plain",
    "relevant": {"id-or-url": 2}, "id": "q1"}

    2 means exactly this, 1 also useful, and {} that nothing should be shown.
    The catalogue may also be a .json file with a list of entries. A folder
    with corpus.jsonl, queries.jsonl and qrels.tsv is a catalogue of its own.
    """
    from bot import evaluation_report, plot

    folders = [path for path in files if path.is_dir()]
    if folders:
        if len(folders) < len(files) or other or picture:
            raise BotError(
                f"{folders[0]} is a folder, so it is taken for a retrieval collection. "
                "Give folders only, without --compare and --plot, or name files of questions."
            )
        _evaluate_collections(folders, beside=beside, as_json=as_json)
        return
    if beside and other:
        raise BotError(
            "--beside-words compares with a search without the model, and --compare with what is "
            "in a file. Leave one of the two out."
        )
    before = _evaluation_in(other) if other else None
    if picture:
        plot.need_matplotlib()
    run, words = _evaluated(files, catalogue, beside=beside, quiet=as_json)
    if as_json:
        _print_json(_evaluation_json(run, before, words))
    else:
        _show_evaluation(run, before, words, most=None if show_all else evaluation_report.MOST_TOLD)
    if picture:
        _write(picture, plot.png(run.result))
        _tell(f"The picture is in {picture}.")


@app.command("import")
def import_page(
    page: Annotated[Path, typer.Argument(readable=False, help="A Markdown page of links.")],
    *,
    address: Annotated[
        str | None,
        typer.Option("--page", help="The page's web address, noted as the source of each entry."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write here instead of to standard output."),
    ] = None,
    force: Annotated[bool, typer.Option(help="Replace the output file if it exists.")] = False,
) -> None:
    """Draft a catalogue from a Markdown page of links.

    The catalogue goes to standard output, what became of each link to standard error.
    """
    from bot import terminal
    from bot.catalogue.markdown import import_page as drafts_of
    from bot.catalogue.urls import url_fault
    from bot.catalogue.writer import dump

    if address is not None and (fault := url_fault(address)):
        raise BotError(f"The address of the page {fault}. Write one like https://example.org/page.")
    if output is not None and os.path.lexists(output) and not force:
        raise BotError(f"{output} exists already. Name another file, or add --force.")
    drafts = drafts_of(_page_text(page), address or terminal.printable(page.name))
    text = dump(drafts.catalogue)
    if output is None:
        typer.echo(text, nl=False)
    else:
        _write(output, text.encode())
    _report(drafts.report)


@app.command()
def schema() -> None:
    """Print the JSON Schema of the catalogue, by which an editor completes and checks it."""
    from bot.catalogue.schema import json_schema

    _print_json(json_schema())


@app.command("try")
def try_it(
    *,
    catalogue: CataloguePath = DEFAULT_CATALOGUE,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Where the page is; 0 takes a free port.")
    ] = 4040,
    database: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="The store to use; without it, what is done there is forgotten at the end.",
        ),
    ] = None,
    patience: Annotated[
        float,
        typer.Option(
            min=0.1,
            max=3600,
            metavar="SECONDS",
            help="How long the bot has for each act: in Slack it is 3; longer under a debugger.",
        ),
    ] = 3.0,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the bot's log.")] = False,
) -> None:
    """Talk to the bot in a Slack-like workspace on this machine; no account, nothing leaves it."""
    import asyncio

    from bot import trial
    from bot.settings import read_search_settings, read_store_settings

    if database is not None:
        read_store_settings({"ONBOARD_DATABASE_URL": database}, None)
    model = read_search_settings().model
    with _computing() as progress:
        asyncio.run(
            trial.run(
                catalogue,
                port=port,
                patience=patience,
                database=database,
                model=model,
                browser=browser,
                log="info" if verbose else "warning",
                say=_tell,
                progress=progress,
            )
        )
    _tell("Ended.")


@app.command()
def serve() -> None:
    """Run the bot in Slack. Settings come from the environment and the file .env; see README.md."""
    import asyncio

    from bot import logs
    from bot import serve as serving
    from bot.settings import SettingsError, read_settings

    try:
        settings = read_settings()
    except SettingsError as error:
        # Whoever mends the settings hears of the catalogue and the model in the same run.
        path = Path(os.environ.get("ONBOARD_CATALOGUE") or DEFAULT_CATALOGUE)
        faults = [*error.problems, *_faults_of_model(path), *_faults_of(path)]
        raise SettingsError(faults, error.warnings) from None
    logs.set_up(settings.log, settings.log_format)
    asyncio.run(serving.serve(settings))


def _faults_of(catalogue: Path) -> list[str]:
    try:
        _load(catalogue)
    except CatalogueError as error:
        return [str(problem) for problem in error.problems]
    return []


def _faults_of_model(catalogue: Path) -> list[str]:
    from bot.meaning.encoder import encoder
    from bot.settings import SettingsError, read_search_settings

    # What is wrong with the setting itself is among the faults of the settings.
    with suppress(SettingsError):
        try:
            encoder(read_search_settings().model, catalogue)
        except ModelError as error:
            return [str(error)]
    return []


@app.command()
def manifest(
    *,
    url: Annotated[
        str | None,
        typer.Option(
            help="The public https address of the bot, for HTTP mode; without it, Socket Mode."
        ),
    ] = None,
    listening: Annotated[bool, typer.Option(help="Allow channels to be listened to.")] = False,
    agent: Annotated[bool, typer.Option(help="Show the bot as an agent, with a pane.")] = True,
    curators: Annotated[
        bool, typer.Option(help="The curators have a channel (ONBOARD_CURATORS_CHANNEL).")
    ] = False,
    digest: Annotated[bool, typer.Option(help="Channels can have a weekly digest.")] = True,
    explain: Annotated[bool, typer.Option(help="Say what each permission is for.")] = False,
) -> None:
    """Print the app manifest, to be pasted where Slack creates or changes an app."""
    from bot.catalogue.urls import url_fault
    from bot.settings import Features
    from bot.slack import manifest as manifests

    if url is not None and (url_fault(url) or not url.startswith("https://")):
        raise BotError("Slack calls https addresses only. Write one like https://bot.example.org.")
    features = Features(listening=listening, agent=agent, curators=curators, digest=digest)
    typer.echo(manifests.to_yaml(manifests.manifest(features, url=url)), nl=False)
    if explain:
        _tell(*(f"{scope}: {manifests.REASONS[scope]}" for scope in manifests.scopes(features)))


@app.command()
def gallery(
    name: Annotated[
        str | None, typer.Argument(help="One of them; without it, all of them by name.")
    ] = None,
    *,
    catalogue: CataloguePath = DEFAULT_CATALOGUE,
    question: Annotated[str, typer.Option(help="What the answers are to.")] = "",
) -> None:
    """Print what the bot says in Slack as JSON; each can be pasted into Block Kit Builder."""
    from bot.library import Library
    from bot.slack.gallery import gallery as shown_by

    shown = shown_by(Library.open(catalogue).current, question)
    if name is None:
        _print_json(shown)
        return
    if name not in shown:
        raise BotError(f"There is no {name!r} in the gallery. There is: {', '.join(shown)}.")
    _print_json(shown[name])


app.add_typer(store, name="store")


@store.command("check")
def store_check(*, database: Database = None) -> None:
    """Say what the store holds, and whether it is sound. Exit code 1: it is not."""
    from bot import terminal

    name, report = _with_store(database, lambda it: it.check())
    terminal.show(terminal.store_report(name, report))
    raise typer.Exit(FOUND_FAULT if report.faults else FINE)


@store.command("migrate")
def store_migrate(*, database: Database = None) -> None:
    """Make the tables, or bring them up to date; `onboard serve` does it by itself."""
    name, _ = _with_store(database, lambda it: it.migrate())
    _tell(f"The store {name} is up to date.")


@store.command("export")
def store_export(
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write here instead of to standard output."),
    ] = None,
    database: Database = None,
) -> None:
    """Print every row as a line of JSON; people appear under pseudonyms."""
    if output is None:
        name, rows = _with_store(database, lambda it: _export(it, sys.stdout.buffer))
    else:
        with _replacing(output) as file:
            name, rows = _with_store(database, lambda it: _export(it, file))
    _tell(f"{rows:,} rows of {name}.")


async def _export(source: "Store", file: IO[bytes]) -> int:
    from bot import terminal

    rows = 0
    total = sum((await source.check()).rows.values())
    with terminal.counting("Exporting", total) as count:
        async with aclosing(source.export()) as exported:
            async for row in exported:
                file.write(json.dumps(row).encode() + b"\n")
                rows += 1
                count()
    file.flush()
    return rows


@store.command("forget")
def store_forget(
    user: Annotated[str, typer.Argument(help="The Slack ID of a person, such as U012AB3CD.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before.")] = False,
    database: Database = None,
) -> None:
    """Erase what a person did, and their ID wherever it stands."""
    if not _USER.fullmatch(user):
        raise BotError(
            "A person is named by the ID that Slack gave them; it begins with U or W. In Slack, "
            'open their profile, and under the three dots press "Copy member ID".'
        )
    if not yes:
        if not sys.stdin or not sys.stdin.isatty():
            raise BotError("Add --yes: there is nobody to ask whether this is meant.")
        typer.confirm(f"Erase what {user} did? It cannot be undone", abort=True, err=True)
    name, rows = _with_store(database, lambda it: _forget(it, user))
    _tell(
        f"{rows:,} rows of {name} were erased or lost the name."
        if rows
        else f"{name} holds nothing of {user}."
    )


async def _forget(whose: "Store", user: str) -> int:
    await whose.need()
    return await whose.forget(user)


@app.command()
def gaps(
    *,
    catalogue: CataloguePath = DEFAULT_CATALOGUE,
    people: People = None,
    show_all: Annotated[
        bool, typer.Option("--all", help="Show also what a single person asked for.")
    ] = False,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Show what people asked for in vain, put together by meaning, and what did not help them."""
    import datetime as dt

    from bot import contract, terminal
    from bot.gaps import grouped, unhelpful
    from bot.overlay import applied
    from bot.settings import read_store_settings

    if show_all and people is not None:
        raise BotError("--all is --people 1. Leave one of the two out.")
    least = 1 if show_all else people or read_store_settings().gap_people
    loaded = _load(catalogue)
    _, (misses, approved, thumbs) = _with_store(database, _asked_in_vain)
    found = grouped(misses, people=least, glossary=loaded.glossary)
    unhelped = unhelpful(thumbs)
    if as_json:
        _print_json(contract.gaps_json(found) | {"unhelpful": contract.unhelpful_json(unhelped)})
        return
    terminal.show(terminal.gaps(found, dt.datetime.now(dt.UTC), people=least))
    terminal.show(terminal.unhelpful(unhelped, applied(loaded, approved).catalogue))


async def _asked_in_vain(
    source: "Store",
) -> "tuple[list[Miss], list[Suggestion], dict[str, Thumbs]]":
    await source.need()
    return await source.misses(), await source.suggestions("approved"), await source.thumbs()


@app.command("map")
def map_it(
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The file to write; one that is there goes.")
    ],
    catalogue: CataloguePath = DEFAULT_CATALOGUE,
    days: Annotated[
        int, typer.Option(min=1, max=3650, help="Show what was asked in vain in so many days.")
    ] = 30,
    people: People = None,
    database: Database = None,
) -> None:
    """Draw the catalogue by meaning, with what people asked for in vain, as one HTML page.

    What is near in meaning lies near. It takes a sentence model.
    """
    from bot import map_page, terminal
    from bot.gaps import grouped
    from bot.meaning.encoder import encoder, remedy, why_none
    from bot.overlay import applied
    from bot.plane import placed, plane
    from bot.search import Index
    from bot.settings import read_search_settings, read_store_settings

    setting, least = read_search_settings().model, people or read_store_settings().gap_people
    loaded = _load(catalogue)
    if output.resolve() == catalogue.resolve():
        raise BotError(f"{output} is the catalogue itself. Name another file, such as map.html.")
    with _computing() as progress:
        model = encoder(setting, catalogue, progress=progress, warn=_complain)
        if model is None:
            raise BotError(
                f"A map needs a sentence model, and {why_none(setting)}. {remedy(setting)}"
            )
        misses, approved = _missed(database, days)
        shown = applied(loaded, approved).catalogue
        meaning = model(Index.build(shown)).meaning
    if meaning is None:
        raise BotError(f"There is no map of {catalogue}: its resources could not be compared.")
    gaps = grouped(misses, people=least, glossary=shown.glossary).shown
    with terminal.measuring("Drawing the map") as progress:
        places = plane(meaning.rows, progress=progress)
    asked = model.model.embed([" ".join(gap.words) for gap in gaps])
    spots = placed(meaning.rows, places, asked)
    page = map_page.page(shown, places.tolist(), gaps, spots.tolist(), days=days)
    _write(output, page.encode())
    typer.echo(terminal.printable(f"{output}: {map_page.told(shown, gaps, days)}."))


def _missed(database: str | None, days: int) -> "tuple[list[Miss], list[Suggestion]]":
    """What was asked in vain in so many days, and what was approved; nothing without a store."""
    import datetime as dt

    since = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)

    async def read(source: "Store") -> "tuple[list[Miss], list[Suggestion]] | None":
        # Whoever names a store means one that is there.
        if database is None and not source.is_there:
            return None
        await source.need()
        return await source.misses(since=since), await source.suggestions("approved")

    name, found = _with_store(database, read)
    if found is None:
        _tell(f"There is no store {name} yet, so nothing is known of what was asked in vain.")
    return found or ([], [])


app.add_typer(digest, name="digest")


@digest.command("list")
def digest_list(*, database: Database = None, as_json: AsJson = False) -> None:
    """List the channels that have a weekly digest: when it comes, and what became of the last."""
    import datetime as dt

    from bot import contract, terminal

    _, (subscriptions, editions) = _with_store(database, _subscribed)
    now = dt.datetime.now(dt.UTC)
    if as_json:
        _print_json([contract.subscription_json(one, editions, now) for one in subscriptions])
    else:
        terminal.show(terminal.subscriptions(subscriptions, editions, now))


async def _subscribed(source: "Store") -> "tuple[list[Subscription], list[Edition]]":
    await source.need()
    return await source.subscriptions(), await source.editions(limit=_MOST_EDITIONS)


@digest.command("preview")
def digest_preview(
    *,
    channel: Annotated[str, typer.Option(metavar="ID", help="The channel, as C0123456789.")],
    at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="The moment, as 2026-11-30T09:00 by the clocks of the channel; if none, now.",
        ),
    ] = None,
    catalogue: CataloguePath = DEFAULT_CATALOGUE,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Show what a channel would be told, and post nothing."""
    import datetime as dt

    from bot import contract, terminal
    from bot.gathering import previewed
    from bot.records import Subscription, Weekly
    from bot.settings import read_store_settings

    settings, loaded = read_store_settings(), _load(catalogue)
    now = dt.datetime.now(dt.UTC)
    if not _CHANNEL.fullmatch(channel):
        raise BotError(f"{channel!r} is not the ID of a channel. It begins with C, D or G.")

    async def make(source: "Store") -> "tuple[Digest, Subscription]":
        await source.need()
        found = await source.subscription(channel) or Subscription(
            channel=channel,
            weekly=Weekly(weekday=0, hour=9, minute=0, zone=settings.timezone),
            state="stopped",
            since=now,
        )
        until = _moment(at, found.weekly.zone) if at else now
        made = await previewed(
            source, loaded, found, until=until, seen=now, people=settings.gap_people
        )
        return made, found

    _, (made, subscription) = _with_store(database, make)
    if as_json:
        _print_json(contract.digest_json(made))
    else:
        terminal.show(terminal.digest(made, subscription))


def _moment(given: str, zone: str) -> "dt.datetime":
    """A moment as it was typed, by the clocks of a time zone unless it names an offset."""
    import datetime as dt

    from bot import schedule

    try:
        moment = dt.datetime.fromisoformat(given)
    except ValueError:
        moment = None
    # At either end of the calendar there is no week before, or no other time zone.
    if moment is None or moment.year not in _YEARS:
        raise BotError(
            f"{given!r} is not a moment. Write the day and the time, as 2026-11-30T09:00."
        )
    return (moment if moment.tzinfo else schedule.placed(moment, zone)).astimezone(dt.UTC)


app.add_typer(suggestions, name="suggestions")


@suggestions.callback()
def suggestions_listed(
    context: typer.Context,
    *,
    status: Annotated[Status | None, typer.Option(help="Only those that stand so.")] = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """List what people suggested, and what became of it.

    Whether something is approved is decided in Slack, by the curators.
    """
    from bot import contract, terminal
    from bot.records import STATUSES

    if context.invoked_subcommand:
        if status or database or as_json:
            raise BotError(
                f"Put the options after {context.invoked_subcommand!r}, to which they belong."
            )
        return
    _, found = _with_store(database, lambda it: _suggested(it, [status] if status else STATUSES))
    if as_json:
        _print_json([contract.suggestion_json(one) for one in found])
    else:
        terminal.show(terminal.suggestions(found))


async def _suggested(source: "Store", statuses: Sequence[Status]) -> "list[Suggestion]":
    await source.need()
    return await source.suggestions(*statuses)


@suggestions.command("show")
def suggestions_show(number: Number, *, database: Database = None, as_json: AsJson = False) -> None:
    """Show one suggestion whole, and step by step what became of it."""
    from bot import contract, terminal

    _, (found, steps) = _with_store(database, lambda it: _history(it, number))
    if as_json:
        decisions = [contract.decision_json(step) for step in steps]
        _print_json(contract.suggestion_json(found) | {"decisions": decisions})
    else:
        terminal.show(terminal.suggestion(found, steps))


async def _history(source: "Store", number: int) -> "tuple[Suggestion, list[Decision]]":
    return await _the(source, number), await source.decisions(number)


async def _the(source: "Store", number: int) -> "Suggestion":
    await source.need()
    found = await source.suggestion(number)
    if found is None:
        raise BotError(
            f"There is no suggestion {number} in {source.name}. To see them all: "
            "onboard suggestions."
        )
    return found


@suggestions.command("merge")
def suggestions_merge(
    catalogue: Annotated[
        Path,
        typer.Argument(
            metavar="RESOURCES.yaml",
            envvar="ONBOARD_CATALOGUE",
            readable=False,
            help="The catalogue to write them into.",
        ),
    ] = DEFAULT_CATALOGUE,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")
    ] = False,
    database: Database = None,
) -> None:
    """Write the approved suggestions into the file of the catalogue, and show the change.

    The change goes to standard output, what became of each suggestion to standard error. Exit
    code 1: some of them cannot be written.
    """
    from bot import terminal

    _, merged = _with_store(database, lambda it: _merge(it, catalogue, dry_run=dry_run))
    terminal.show(terminal.diff(merged.diff))
    for one in merged.added:
        _tell(f"{'would be added' if dry_run else 'added'}: {_called(one)}")
    for one in merged.present:
        _tell(f"is in the file already: {_called(one)}")
    for one, why in merged.skipped:
        _tell(f"skipped: {_called(one)}: {why}")
    if not merged.added:
        _tell(f"{catalogue} is as it was: there was nothing to add.")
    raise typer.Exit(FOUND_FAULT if merged.skipped else FINE)


async def _merge(source: "Store", path: Path, *, dry_run: bool) -> "Merged":
    import datetime as dt

    from bot.merging import merge

    await source.need()
    merged = merge(path, await source.suggestions("approved"), dry_run=dry_run)
    if not dry_run:
        done = [one.id for one in (*merged.added, *merged.present)]
        try:
            await source.merged(done, now=dt.datetime.now(dt.UTC))
        except StoreError as error:
            raise BotError(
                f"{path} has them now, but that could not be noted: {error} "
                "Run it again; nothing comes in twice."
            ) from error
    return merged


def _called(one: "Suggestion") -> str:
    return f"suggestion {one.id}, {one.draft.title}"


@suggestions.command("undo")
def suggestions_undo(number: Number, *, database: Database = None) -> None:
    """Let an approved or declined suggestion wait for a decision again."""
    _, undone = _with_store(database, lambda it: _undo(it, number))
    _tell(f"{_called(undone)}, waits for a decision again.")


async def _undo(source: "Store", number: int) -> "Suggestion":
    import datetime as dt

    await source.need()
    undone = await source.undo(number, "", now=dt.datetime.now(dt.UTC))
    if undone is None:
        found = await _the(source, number)
        raise BotError(
            f"Suggestion {number} is in the catalogue's file; take it out there."
            if found.status == "merged"
            else f"Suggestion {number} is waiting for a decision already."
        )
    return undone


def _with_store(url: str | None, work: "Callable[[Store], Awaitable[_T]]") -> tuple[str, _T]:
    """The name of the store, and what was done with it."""
    import asyncio

    from bot import logs
    from bot.settings import read_store_settings
    from bot.store import Store

    logs.set_up("error", "auto")
    opened = Store(
        url or read_store_settings().database_url.get_secret_value(), patience=_BY_HAND_SECONDS
    )

    async def run() -> _T:
        try:
            return await work(opened)
        finally:
            await opened.close()

    return opened.name, asyncio.run(run())


def _examined(path: Path, *, quiet: bool) -> tuple[str, tuple[Problem, ...]]:
    """What a sound catalogue holds, in a sentence, and the asks that miss their resource."""
    from bot import findable
    from bot.catalogue import load_with_places
    from bot.search import Index

    loaded, places = load_with_places(path)
    index = Index.build(loaded)
    every = [(n, at) for n, r in enumerate(loaded.resources) for at in range(len(r.asks))]
    shown = _progress(every, "Trying every ask", quiet=quiet)
    lost = [found for n, at in shown if (found := findable.lost_ask(loaded, index, n, at))]
    problems = tuple(
        places.problem(
            ("resources", ask.resource, "asks", ask.ask), *findable.sentences(loaded, ask)
        )
        for ask in lost
    )
    summary = (
        f"all is well. {len(loaded.resources)} resources, {len(loaded.topics)} topics, "
        f"{len(loaded.glossary)} terms; "
        + (f"each of {len(every)} asks finds its resource." if every else "no asks yet.")
    )
    return summary, problems


def _evaluation_json(
    run: "Run", before: "Evaluation | None", words: "Evaluation | None"
) -> dict[str, object]:
    from bot import contract
    from bot.evaluate import compare

    plain = contract.evaluation_json(run.result, model=run.model)
    if words:
        plain["words"] = contract.evaluation_json(words)
    if against := before or words:
        plain["compared"] = contract.comparison_json(compare(against, run.result))
    return plain


def _show_evaluation(
    run: "Run", before: "Evaluation | None", words: "Evaluation | None", *, most: int | None
) -> None:
    from bot import evaluation_report, terminal

    terminal.show(evaluation_report.figures(run.result, run.model))
    if before:
        terminal.show(evaluation_report.comparison(before, run.result))
    if words:
        terminal.show(evaluation_report.beside_words(words, run.result, most))
    terminal.show(evaluation_report.faults(run, most))


def _evaluated(
    files: list[Path], path: Path, *, beside: bool, quiet: bool
) -> "tuple[Run, Evaluation | None]":
    """The questions of some files, asked of a catalogue; `beside`, also without the model."""
    from bot import evaluate, labelled
    from bot.evaluation_report import Run
    from bot.search import Index

    loaded = labelled.read_list(path) if path.suffix == ".json" else _load(path)
    asked = [one for file in files for one in labelled.read_questions(file, loaded)]
    numbers = {resource.id: at for at, resource in enumerate(loaded.resources)}

    def answered(index: "Index", said: str) -> "tuple[list[Answer], Evaluation]":
        answers = [
            index.search(one.text, one.surface, evaluate.DEPTH)
            for one in _progress(asked, said, quiet=quiet)
        ]
        lines = [evaluate.judge(*pair, numbers) for pair in zip(asked, answers, strict=True)]
        return answers, evaluate.evaluation(lines)

    words = Index.build(loaded)
    index, model = _with_model(words, path, need=beside, quiet=quiet)
    answers, result = answered(index, "Asking every question")
    run = Run(loaded, asked, answers, result, partial(_holders, words), model)
    return run, answered(words, "Asking by words alone")[1] if beside else None


def _with_model(
    index: "Index", catalogue: Path, *, need: bool, quiet: bool
) -> "tuple[Index, str | None]":
    """The index with the sentence model that is set, and its name, if there is one.

    If there is need of one, raises BotError without.
    """
    from bot.meaning.encoder import encoder, remedy, why_none
    from bot.settings import read_search_settings

    setting = read_search_settings().model
    with _computing(quiet=quiet) as progress:
        model = encoder(setting, catalogue, progress=progress, warn=_complain)
        if model:
            index = model(index)
    if need and index.meaning is None:
        why = "it cannot be used." if model else f"{why_none(setting)}. {remedy(setting)}"
        raise BotError(f"--beside-words compares with the sentence model, but {why}")
    return index, model.model.name if model and index.meaning else None


def _holders(index: "Index", word: str) -> frozenset[str]:
    """Ids of the resources that a word alone leads to."""
    return frozenset(
        found.resource.id for found in index.search(word, "dm", _MOST_HOLDERS).candidates
    )


def _evaluate_collections(folders: list[Path], *, beside: bool, as_json: bool) -> None:
    from bot import contract, evaluation_report, labelled, terminal
    from bot.search import Index

    found, words, model = [], [], None
    for folder in folders:
        given = labelled.read_collection(folder)
        built = Index.build(given.catalogue)
        index, model = _with_model(built, folder, need=beside, quiet=as_json)
        found.append(_searched(given, index, f"Searching {given.name}", quiet=as_json))
        if beside:
            said = f"Searching {given.name} by words alone"
            words.append(_searched(given, built, said, quiet=as_json))
    if as_json:
        plain = contract.collections_json(found, model=model)
        if beside:
            plain["words"] = contract.collections_json(words)["collections"]
        _print_json(plain)
    else:
        terminal.show(evaluation_report.collections(found, model, words))


def _searched(given: "Set", index: "Index", said: str, *, quiet: bool) -> "Retrieval":
    """How well the queries of a collection find what they should."""
    from bot import evaluate

    numbers = {one.id: at for at, one in enumerate(given.catalogue.resources)}
    ranked = [
        (
            asked,
            [
                numbers[candidate.resource.id]
                for candidate in index.search(
                    asked.text, asked.surface, evaluate.COLLECTION_AT
                ).candidates
            ],
        )
        for asked in _progress(given.questions, said, quiet=quiet)
    ]
    return evaluate.retrieval(given.name, ranked, len(numbers))


def _evaluation_in(path: Path) -> "Evaluation":
    """What `onboard eval --json` printed into a file."""
    from bot.contract import read_evaluation

    try:
        return read_evaluation(json.loads(path.read_bytes()))
    except OSError as error:
        raise BotError(f"{path} cannot be read: {_reason(error)}.") from error
    except json.JSONDecodeError as error:
        reason = f"it is not JSON (line {error.lineno})"
    except UnicodeDecodeError:
        reason = "it is not UTF-8 text"
    except RecursionError:
        reason = "it is nested too deeply"
    except ValueError as error:
        reason = str(error)
    raise BotError(
        f"{path} is not what onboard eval --json prints: {reason}. "
        "Put the output of onboard eval --json into a file, and name that one."
    )


def _progress(some: Sequence[_T], said: str, *, quiet: bool) -> Iterable[_T]:
    """These one by one, with a bar on a terminal that says how far it is."""
    from rich.progress import track

    from bot import terminal

    return track(
        some,
        description=said,
        console=terminal.console(stderr=True),
        transient=True,
        disable=quiet or not sys.stderr.isatty(),
    )


def _computing(*, quiet: bool = False) -> "AbstractContextManager[Progress]":
    """A bar on a terminal, as soon as there are vectors to be computed."""
    from bot import terminal

    return terminal.measuring("Computing what the catalogue means, once", quiet=quiet)


def _load(path: Path) -> Catalogue:
    from bot.catalogue import load

    return load(path)


def _index(path: Path) -> "tuple[Catalogue, Index]":
    from bot.search import Index

    loaded = _load(path)
    return loaded, Index.build(loaded)


def _questions(default: Surface) -> Iterator[tuple[str, Surface]]:
    """Questions from standard input, each with its surface; stops with a sentence at a bad line."""
    if sys.stdin and sys.stdin.isatty():
        _complain('Reading lines such as {"text": "how does PCI work"}; end with Ctrl-D.')
    if sys.stdin is None:
        raise BotError("Standard input is closed; --jsonl reads the questions from it.")
    lines = iter(lambda: sys.stdin.buffer.readline(_LONGEST_LINE + 1), b"")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        given = _json_object(line, number)
        text, surface = given.get("text"), given.get("surface", default)
        if not isinstance(text, str):
            raise BotError(f'Line {number} has no "text": give the question as a string.')
        if surface not in SURFACES:
            raise BotError(f"Line {number}: the surface has to be one of {', '.join(SURFACES)}.")
        yield text, surface


def _json_object(line: bytes, number: int) -> dict[str, object]:
    try:
        given = json.loads(line) if len(line) <= _LONGEST_LINE else None
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise BotError(
            f'Line {number} is not a JSON object such as {{"text": "how does it work"}}.'
        )
    return given


def _page_text(page: Path) -> str:
    try:
        with page.open("rb") as file:
            data = file.read(_LARGEST_PAGE + 1)
    except (OSError, ValueError) as error:
        raise BotError(f"{page} cannot be read: {_reason(error)}.") from error
    if len(data) > _LARGEST_PAGE:
        raise BotError(f"{page} is larger than {_LARGEST_PAGE // 2**20} MB; split it.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BotError(f"{page} is not UTF-8 text (byte {error.start + 1:,}).") from error


def _report(report: "Report") -> None:
    for what, remarks in (("merged: ", report.merged), ("skipped: ", report.skipped)):
        _tell(*(f"line {r.line}: {what}{r.words}: {r.reason}" for r in remarks))
    _tell(*report.remarks)
    _tell(
        f"{report.seen} links seen: {report.imported} imported, {len(report.merged)} merged, "
        f"{len(report.skipped)} skipped."
    )
    if report.unsummarised:
        _tell(
            f"{len(report.unsummarised)} have no words of their own on the page; their summaries "
            f"say where they were listed. Write better ones: {', '.join(report.unsummarised)}"
        )


def _print_json(data: object, indent: int | None = 2) -> None:
    """Print JSON in ASCII: whatever stands in a question, no terminal or pipe can trip over it."""
    typer.echo(json.dumps(data, indent=indent).replace("\x7f", "\\u007f"))


def _complain(*sentences: object) -> None:
    _tell(*(f"onboard: {sentence}" for sentence in sentences))


def _tell(*sentences: object) -> None:
    """Print to standard error, a line each."""
    from bot.terminal import printable

    for sentence in sentences:
        typer.echo(printable(str(sentence)), err=True)
