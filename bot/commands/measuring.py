"""The command eval: how well a catalogue answers labelled questions."""

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.opening import load
from bot.commands.options import DEFAULT_CATALOGUE, AsJson, CataloguePath
from bot.commands.progress import computing, tracked
from bot.errors import BotError
from bot.files import reason, write
from bot.model import Answer
from bot.printing import complain, print_json, tell

if TYPE_CHECKING:
    from bot.evaluate import Evaluation, Retrieval
    from bot.evaluation_report import Run
    from bot.labelled import Set
    from bot.search import Index

_MOST_HOLDERS = 10_000


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
        print_json(_evaluation_json(run, before, words))
    else:
        _show_evaluation(run, before, words, most=None if show_all else evaluation_report.MOST_TOLD)
    if picture:
        write(picture, plot.png(run.result))
        tell(f"The picture is in {picture}.")


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

    loaded = labelled.read_list(path) if path.suffix == ".json" else load(path)
    asked = [one for file in files for one in labelled.read_questions(file, loaded)]
    numbers = {resource.id: at for at, resource in enumerate(loaded.resources)}

    def answered(index: "Index", said: str) -> "tuple[list[Answer], Evaluation]":
        answers = [
            index.search(one.text, one.surface, evaluate.DEPTH)
            for one in tracked(asked, said, quiet=quiet)
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
    with computing(quiet=quiet) as progress:
        model = encoder(setting, catalogue, progress=progress, warn=complain)
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
        print_json(plain)
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
        for asked in tracked(given.questions, said, quiet=quiet)
    ]
    return evaluate.retrieval(given.name, ranked, len(numbers))


def _evaluation_in(path: Path) -> "Evaluation":
    """What `onboard eval --json` printed into a file."""
    from bot.contract import read_evaluation

    try:
        return read_evaluation(json.loads(path.read_bytes()))
    except OSError as error:
        raise BotError(f"{path} cannot be read: {reason(error)}.") from error
    except json.JSONDecodeError as error:
        why = f"it is not JSON (line {error.lineno})"
    except UnicodeDecodeError:
        why = "it is not UTF-8 text"
    except RecursionError:
        why = "it is nested too deeply"
    except ValueError as error:
        why = str(error)
    raise BotError(
        f"{path} is not what onboard eval --json prints: {why}. "
        "Put the output of onboard eval --json into a file, and name that one."
    )
