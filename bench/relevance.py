"""How often the right resource comes first, and how often the bot speaks when it should not.

`python -m bench.relevance` measures on the project's own labelled questions, beside what people
would use instead: rapidfuzz `WRatio` over titles, aliases and tags, and BM25 with stemming
(bm25s) over all text. `--catalogue FILE --questions FILE` measures on others.

The own sets also fitted the weights (bench/calibrate.py prints the figures with each subject left
out), so trust the comparison more than the height.
"""

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import bm25s
import Stemmer
from rapidfuzz import fuzz, process, utils
from rich.console import Console
from rich.table import Table

from bench.labelled import Labelled, Set, own_sets, read_set
from bot.model import Answer, Resource
from bot.search import Index

First = Callable[[str], int | None]
ENGINES = ("onboard", "bm25s", "WRatio")


@dataclass(frozen=True, slots=True)
class Trial:
    """A labelled question, our answer, and whose first result was right."""

    subject: str
    asked: Labelled
    answer: Answer
    right: dict[str, bool]


def main() -> None:
    """Print one table for each set of questions."""
    parser = argparse.ArgumentParser(description="Measure relevance and silence.")
    parser.add_argument("--catalogue", type=Path, help="a catalogue file")
    parser.add_argument("--questions", type=Path, help="labelled questions on it, JSON lines")
    parser.add_argument("--misses", action="store_true", help="list what went wrong")
    given = parser.parse_args()
    if bool(given.catalogue) != bool(given.questions):
        parser.error("--catalogue and --questions belong together")
    named = given.questions
    sets = [read_set(named.stem, given.catalogue, named)] if named else list(own_sets())
    out = Console(width=110)
    trials = [trial for one in sets for trial in _trials(one)]
    for one in sets:
        _show(one.name, [trial for trial in trials if trial.subject == one.name], out)
    if len(sets) > 1:
        _show("all together", trials, out)
    if given.misses:
        _list_misses(trials, out)


def _trials(one: Set) -> Iterator[Trial]:
    index = Index.build(one.catalogue)
    numbers = {resource.id: at for at, resource in enumerate(one.catalogue.resources)}
    rivals = {"bm25s": _bm25(one.catalogue.resources), "WRatio": _wratio(one.catalogue.resources)}
    for asked in one.questions:
        answer = index.search(asked.text, asked.surface)
        firsts = {"onboard": _first(answer, numbers)}
        firsts |= {name: rival(asked.text) for name, rival in rivals.items()}
        right = {name: first in asked.relevant for name, first in firsts.items()}
        yield Trial(one.name, asked, answer, right)


def _show(name: str, trials: Sequence[Trial], out: Console) -> None:
    styles: dict[str, list[Trial]] = defaultdict(list)
    for answerable in (True, False):
        whole = "all to answer" if answerable else "all to refuse"
        for trial in trials:
            if bool(trial.asked.relevant) == answerable:
                styles[trial.asked.style].append(trial)
                styles[whole].append(trial)
    table = Table(title=f"{name}: first result right, and answered", title_justify="left")
    for column in ("style", "lines", *ENGINES, "answered"):
        table.add_column(column, justify="left" if column == "style" else "right")
    for style, some in styles.items():
        right = (
            f"{sum(trial.right[engine] for trial in some) / len(some):.3f}"
            if some[0].asked.relevant
            else ""
            for engine in ENGINES
        )
        answered = sum(trial.answer.reply for trial in some)
        table.add_row(style, str(len(some)), *right, f"{answered / len(some):.3f} ({answered})")
    out.print(table)


def _list_misses(trials: Sequence[Trial], out: Console) -> None:
    for trial in trials:
        text, answer = trial.asked.text, trial.answer
        shown = answer.candidates[0].resource.id if answer.candidates else "nothing"
        if trial.asked.relevant and not trial.right["onboard"]:
            out.print(f"{trial.subject}: {shown} came first: {text}", markup=False)
        elif not trial.asked.relevant and answer.reply:
            out.print(
                f"{trial.subject}: answered with {shown} ({answer.confidence:.2f}): {text}",
                markup=False,
            )


def _first(answer: Answer, numbers: dict[str, int]) -> int | None:
    return numbers[answer.candidates[0].resource.id] if answer.candidates else None


def _wratio(resources: Sequence[Resource]) -> First:
    names = [" ".join((r.title, *r.aliases, *r.tags)) for r in resources]

    def first(text: str) -> int | None:
        found = process.extract(
            text, names, scorer=fuzz.WRatio, processor=utils.default_process, limit=1
        )
        return found[0][2] if found else None

    return first


def _bm25(resources: Sequence[Resource]) -> First:
    texts = [
        " ".join((r.title, *r.aliases, *r.tags, r.summary, r.note or "", *r.asks))
        for r in resources
    ]
    stemmer = Stemmer.Stemmer("english")
    retriever = bm25s.BM25()
    retriever.index(
        bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False),
        show_progress=False,
    )

    def first(text: str) -> int | None:
        tokens = bm25s.tokenize([text], stopwords="en", stemmer=stemmer, show_progress=False)
        found, scores = retriever.retrieve(tokens, k=1, show_progress=False)
        return int(found[0, 0]) if scores[0, 0] > 0 else None

    return first


if __name__ == "__main__":
    main()
