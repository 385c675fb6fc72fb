"""How often the right resource comes first, and how often the bot speaks when it should not.

`python -m bench.relevance` measures on the project's own labelled questions, beside what people
would use instead: rapidfuzz `WRatio` over titles, aliases and tags, and BM25 with stemming
(bm25s) over all text. `--catalogue FILE --questions FILE` measures on others.

The own sets also fitted the weights (bench/fit.py prints the figures with each subject left out),
so trust the comparison more than the height.
"""

import argparse
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import bm25s
import Stemmer
from rapidfuzz import fuzz, process, utils
from rich.console import Console
from rich.table import Table

from bench.labelled import Labelled, Set, labelled, own_sets
from bot.catalogue import load
from bot.model import Answer, Resource
from bot.search import Index

First = Callable[[str], int | None]


def main() -> None:
    """Print one table for each set of questions."""
    parser = argparse.ArgumentParser(description="Measure relevance and silence.")
    parser.add_argument("--catalogue", type=Path, help="a catalogue file")
    parser.add_argument("--questions", type=Path, help="labelled questions on it, JSON lines")
    parser.add_argument("--misses", action="store_true", help="list what went wrong")
    given = parser.parse_args()
    if bool(given.catalogue) != bool(given.questions):
        parser.error("--catalogue and --questions belong together")
    sets = [_read(given.catalogue, given.questions)] if given.catalogue else list(own_sets())
    out = Console(width=110)
    for one in sets:
        _measure(one, out, misses=given.misses)


def _read(catalogue: Path, questions: Path) -> Set:
    loaded = load(catalogue)
    lines = questions.read_text(encoding="utf-8").splitlines()
    return Set(questions.stem, loaded, tuple(labelled(loaded, line) for line in lines))


def _measure(one: Set, out: Console, *, misses: bool) -> None:
    index = Index.build(one.catalogue)
    numbers = {resource.id: at for at, resource in enumerate(one.catalogue.resources)}
    answers = [(q, index.search(q.text, q.surface)) for q in one.questions]
    ours = {q.text: _first(a, numbers) for q, a in answers}
    rivals: dict[str, First] = {
        "onboard": lambda text: ours[text],
        "bm25s": _bm25(one.catalogue.resources),
        "WRatio": _wratio(one.catalogue.resources),
    }
    by_style: dict[str, list[tuple[Labelled, Answer]]] = defaultdict(list)
    for q, a in answers:
        by_style[q.style].append((q, a))
        by_style["all to answer" if q.relevant else "all to refuse"].append((q, a))
    table = Table(title=f"{one.name}: first result right, and answered", title_justify="left")
    for column in ("style", "lines", *rivals, "answered"):
        table.add_column(column, justify="left" if column == "style" else "right")
    for style, pairs in sorted(by_style.items(), key=lambda pair: not pair[1][0][0].relevant):
        right = (
            f"{sum(first(q.text) in q.relevant for q, _ in pairs) / len(pairs):.3f}"
            if pairs[0][0].relevant
            else ""
            for first in rivals.values()
        )
        answered = sum(a.reply for _, a in pairs)
        table.add_row(style, str(len(pairs)), *right, f"{answered / len(pairs):.3f} ({answered})")
    out.print(table)
    if misses:
        for q, a in answers:
            shown = a.candidates[0].resource.id if a.candidates else "-"
            if q.relevant and ours[q.text] not in q.relevant:
                out.print(f"  {shown} came first: {q.text}", markup=False)
            elif not q.relevant and a.reply:
                out.print(f"  answered ({a.confidence:.2f}) with {shown}: {q.text}", markup=False)


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
