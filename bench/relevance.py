"""How often the right resource comes first, and how often the bot speaks when it should not.

`python -m bench.relevance` measures on the project's own labelled questions, beside what people
would use instead: rapidfuzz `WRatio` over titles, aliases and tags, BM25 with stemming (bm25s) over
all text, and the sentence model by itself, which compares the question with title and summary.
`--imported` measures on the catalogues as they were before anybody curated them, `--catalogue FILE
--questions FILE` on others, `--collection FOLDER` the nDCG@10 of a retrieval collection.

The own sets also fitted the weights (bench/calibrate.py prints the figures with each subject left
out), so trust the comparison more than the height.
"""

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import bm25s
import numpy as np
import Stemmer
from rapidfuzz import fuzz, process, utils
from rich.console import Console
from rich.table import Table

from bench.labelled import Labelled, Set, own_sets, read_set, uncurated
from bot.errors import BotError
from bot.evaluate import COLLECTION_AT, retrieval
from bot.labelled import read_collection
from bot.meaning.encoder import Encoder
from bot.meaning.model import Model, find
from bot.model import Answer, Resource
from bot.search import Index
from bot.search.meaning import Meaning
from bot.settings import read_search_settings

Ranker = Callable[[str], Sequence[int]]
"""A question to the numbers of at most `MOST` resources, best first."""
ENGINES = ("onboard", "words alone", "model alone", "bm25s", "WRatio")
MOST = COLLECTION_AT


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
    parser.add_argument("--imported", action="store_true", help="without what curators added")
    parser.add_argument(
        "--collection", type=Path, action="append", default=[], help="a retrieval collection"
    )
    given = parser.parse_args()
    if bool(given.catalogue) != bool(given.questions):
        parser.error("--catalogue and --questions belong together")
    out = Console(width=110)
    try:
        source = find(read_search_settings().model)
        model = Model(source) if source else None
        if given.collection:
            _show_collections([read_collection(folder) for folder in given.collection], model, out)
            return
        named = given.questions
        sets = [read_set(named.stem, given.catalogue, named)] if named else list(own_sets())
    except BotError as error:
        parser.error(str(error))
    if given.imported:
        sets = [replace(one, catalogue=uncurated(one.catalogue)) for one in sets]
    trials = [trial for one in sets for trial in _trials(one, model)]
    for one in sets:
        _show(one.name, [trial for trial in trials if trial.subject == one.name], out)
    if len(sets) > 1:
        _show("all together", trials, out)
    if given.misses:
        _list_misses(trials, out)


def _trials(one: Set, model: Model | None) -> Iterator[Trial]:
    words, index = _indexes(one, model)
    rankers = _rankers(one, words, index)
    for asked in one.questions:
        right = {
            name: any(first in asked.relevant for first in rank(asked.text)[:1])
            for name, rank in rankers.items()
        }
        yield Trial(one.name, asked, index.search(asked.text, asked.surface), right)


def _indexes(one: Set, model: Model | None) -> tuple[Index, Index]:
    """The words alone, and what is to be asked."""
    words = Index.build(one.catalogue)
    return words, Encoder(model, None)(words) if model else words


def _rankers(one: Set, words: Index, index: Index) -> dict[str, Ranker]:
    resources = one.catalogue.resources
    rankers = {"onboard": _ours(one, index), "words alone": _ours(one, words)}
    if index.meaning is not None:
        rankers["model alone"] = _meaning(index.meaning)
    return rankers | {"bm25s": _bm25(resources), "WRatio": _wratio(resources)}


def _show_collections(sets: Sequence[Set], model: Model | None, out: Console) -> None:
    table = Table(title="nDCG@10", title_justify="left")
    for column in ("collection", "queries", "documents", *ENGINES):
        table.add_column(column, justify="left" if column == "collection" else "right")
    for one in sets:
        rankers = _rankers(one, *_indexes(one, model))
        size = len(one.catalogue.resources)
        figures = {
            name: retrieval(one.name, [(asked, rank(asked.text)) for asked in one.questions], size)
            for name, rank in rankers.items()
        }
        shown = (f"{figures[name].ndcg:.3f}" if name in figures else "" for name in ENGINES)
        table.add_row(one.name, f"{len(one.questions):,}", f"{size:,}", *shown)
    out.print(table)


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
            if some[0].asked.relevant and engine in some[0].right
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


def _ours(one: Set, index: Index) -> Ranker:
    numbers = {resource.id: at for at, resource in enumerate(one.catalogue.resources)}
    return lambda text: [
        numbers[found.resource.id] for found in index.search(text, limit=MOST).candidates
    ]


def _meaning(meaning: Meaning) -> Ranker:
    def rank(text: str) -> Sequence[int]:
        vector = meaning.embed(text)
        return [] if vector is None else np.argsort(-(meaning.rows @ vector))[:MOST].tolist()

    return rank


def _wratio(resources: Sequence[Resource]) -> Ranker:
    names = [" ".join((r.title, *r.aliases, *r.tags)) for r in resources]

    def rank(text: str) -> Sequence[int]:
        found = process.extract(
            text, names, scorer=fuzz.WRatio, processor=utils.default_process, limit=MOST
        )
        return [number for _, _, number in found]

    return rank


def _bm25(resources: Sequence[Resource]) -> Ranker:
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

    def rank(text: str) -> Sequence[int]:
        tokens = bm25s.tokenize([text], stopwords="en", stemmer=stemmer, show_progress=False)
        found, scores = retriever.retrieve(tokens, k=min(MOST, len(texts)), show_progress=False)
        ranked: list[int] = found[0][scores[0] > 0].tolist()
        return ranked

    return rank


if __name__ == "__main__":
    main()
