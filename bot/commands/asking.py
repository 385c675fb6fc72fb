"""Commands that answer: ask, topics, topic."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.opening import load
from bot.commands.options import DEFAULT_CATALOGUE, FOUND_FAULT, AsJson, AskedWhere, CataloguePath
from bot.commands.progress import computing
from bot.errors import BotError
from bot.model import SURFACES, Catalogue, Surface
from bot.printing import complain, print_json

if TYPE_CHECKING:
    from bot.search import Index

_LONGEST_LINE = 1_000_000


def ask(
    text: Annotated[
        list[str] | None, typer.Argument(help="The question, in your own words.")
    ] = None,
    *,
    catalogue: CataloguePath = DEFAULT_CATALOGUE,
    surface: AskedWhere = "mention",
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
    with computing(quiet=as_json or jsonl) as progress:
        model = encoder(setting, catalogue, progress=progress, warn=complain)
        index = model(index) if model else index
    if jsonl:
        for line_text, line_surface in _questions(surface):
            answer = index.search(line_text, line_surface, limit)
            used = model.used_in(answer) if model else None
            print_json(contract.answer_json(answer, explain=explain, model=used), indent=None)
        return
    built = perf_counter()
    answer = index.search(question, surface, limit)
    searched = perf_counter()
    used = model.used_in(answer) if model else None
    if as_json:
        print_json(contract.answer_json(answer, explain=explain, model=used))
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


def topics(*, catalogue: CataloguePath = DEFAULT_CATALOGUE, as_json: AsJson = False) -> None:
    """List the topics, in the order in which to learn them."""
    from bot import path

    loaded = load(catalogue)
    ordered = path.topics_in_order(loaded)
    if as_json:
        print_json(
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


def topic(
    name: Annotated[list[str], typer.Argument(help="The name of a topic, or another word for it.")],
    *,
    catalogue: CataloguePath = DEFAULT_CATALOGUE,
    as_json: AsJson = False,
) -> None:
    """Show what there is on a topic, in learning order, and what you can answer afterwards."""
    from bot import path

    loaded = load(catalogue)
    wanted = " ".join(name)
    found = path.topics_named(loaded, wanted)
    if not found:
        near = [topic.name for topic in path.topics_like(loaded, wanted)]
        meant = f"Did you mean {' or '.join(near)}? " if near else ""
        complain(f"There is no topic {wanted!r}. {meant}To see them all: onboard topics")
        raise typer.Exit(FOUND_FAULT)
    shown = found[0]
    known = {topic.id: topic for topic in loaded.topics}
    resources = path.resources_in_order(loaded, shown)
    if as_json:
        print_json(
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


def _index(path: Path) -> "tuple[Catalogue, Index]":
    from bot.search import Index

    loaded = load(path)
    return loaded, Index.build(loaded)


def _questions(default: Surface) -> Iterator[tuple[str, Surface]]:
    """Questions from standard input, each with its surface; stops with a sentence at a bad line."""
    if sys.stdin and sys.stdin.isatty():
        complain('Reading lines such as {"text": "how does PCI work"}; end with Ctrl-D.')
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
