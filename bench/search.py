"""Speed and recall beside what people would use instead, in one run, on this machine.

`python -m bench.search` makes catalogues of 1,000, 10,000 and 100,000 entries, looks for known
items by two or three words of their titles, once as written and once with a slip, and prints for
each engine: time to build, median and 99th percentile of a query, the median as a multiple of
ours, and how often the known item was among the first five.

Titles come from `--titles FILE` (one a line), else they are generated: word frequencies follow
Zipf's law over English words and made-up technical terms, as they do in real titles.
"""

import argparse
import gc
import random
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

import bm25s
import Stemmer
from rapidfuzz import fuzz, process, utils
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bot.model import Catalogue, Resource, Topic
from bot.search import Index, english

SIZES = (1_000, 10_000, 100_000)
QUERIES = 400
TOP = 5
# A scan of 100,000 titles takes long enough to be measured on fewer questions.
SLOWEST_TOTAL_SECONDS = 20.0

Search = Callable[[str], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Engine:
    """A way to search: its name, and how it is built for some resources."""

    name: str
    build: Callable[[Sequence[Resource]], Search]


@dataclass(frozen=True, slots=True)
class Query:
    """Words of a title, and the number of the resource that has it."""

    text: str
    wanted: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What one engine did at one size; times in seconds."""

    build: float
    times: list[float]
    found: float
    found_misspelt: float


def main() -> None:
    """Print one table for each size."""
    parser = argparse.ArgumentParser(description="Measure search beside the alternatives.")
    parser.add_argument("--titles", type=Path, help="a file with one title a line")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    out = Console(width=100)
    for size in given.sizes:
        chance = random.Random(given.seed)
        resources = _resources(_titles(given.titles, size, chance), chance)
        queries = [_query(resources, chance) for _ in range(QUERIES)]
        misspelt = [Query(_misspell(q.text, chance), q.wanted) for q in queries]
        with Progress(console=out, transient=True, disable=not out.is_terminal) as progress:
            task = progress.add_task(f"{size:,} entries", total=len(ENGINES))
            figures = {}
            for engine in ENGINES:
                figures[engine.name] = _measure(engine, resources, queries, misspelt)
                progress.advance(task)
        out.print(_table(size, figures))


def _measure(
    engine: Engine, resources: Sequence[Resource], queries: list[Query], misspelt: list[Query]
) -> Figures:
    gc.collect()
    started = perf_counter()
    search = engine.build(resources)
    build = perf_counter() - started
    # What is made on first use (a word list, a typo index) belongs to the build.
    first_use = perf_counter()
    search(misspelt[0].text)
    build += perf_counter() - first_use
    times: list[float] = []
    found = _found(search, queries, times)
    return Figures(build, times, found, _found(search, misspelt, times))


def _found(search: Search, queries: list[Query], times: list[float]) -> float:
    hits = asked = 0
    stop = perf_counter() + SLOWEST_TOTAL_SECONDS
    for query in queries:
        started = perf_counter()
        ranking = search(query.text)
        ended = perf_counter()
        times.append(ended - started)
        hits += query.wanted in ranking[:TOP]
        asked += 1
        if ended > stop:
            break
    return hits / asked


def _table(size: int, figures: dict[str, Figures]) -> Table:
    table = Table(title=f"{size:,} entries", title_justify="left")
    for column in ("engine", "build s", "median ms", "p99 ms", "x ours", "found", "with a slip"):
        table.add_column(column, justify="left" if column == "engine" else "right")
    ours = median(next(iter(figures.values())).times)
    for name, one in figures.items():
        typical = median(one.times)
        table.add_row(
            name,
            f"{one.build:.2f}",
            f"{typical * 1e3:.2f}",
            f"{quantiles(one.times, n=100)[98] * 1e3:.2f}",
            f"{typical / ours:.1f}",
            f"{one.found:.3f}",
            f"{one.found_misspelt:.3f}",
        )
    return table


# Catalogues


def _titles(file: Path | None, size: int, chance: random.Random) -> list[str]:
    if file is not None:
        return file.read_text(encoding="utf-8").splitlines()[:size]
    words = [*english.common_words(20_000), *(_term(chance) for _ in range(20_000))]
    chance.shuffle(words)
    weights = list(accumulate(1 / (rank + 20) for rank in range(len(words))))
    return [
        " ".join(chance.choices(words, cum_weights=weights, k=chance.randint(3, 7)))
        for _ in range(size)
    ]


def _term(chance: random.Random) -> str:
    syllables = chance.randint(2, 4)
    return "".join(
        chance.choice("bcdfghklmnprstvz") + chance.choice("aeiou") for _ in range(syllables)
    )


def _resources(titles: Sequence[str], chance: random.Random) -> list[Resource]:
    resources = []
    for number, title in enumerate(titles):
        near = " ".join(chance.choice(titles) for _ in range(2))
        resources.append(
            Resource(
                id=f"r{number}",
                title=title,
                url=f"https://example.org/{number}",
                summary=f"{title}: {near}",
                topics=(f"t{number % 50}",),
                tags=tuple(title.split()[:2]),
            )
        )
    return resources


def _query(resources: Sequence[Resource], chance: random.Random) -> Query:
    """Two or three words of a title, its rarest among them, as people remember titles."""
    wanted = chance.randrange(len(resources))
    words = sorted(resources[wanted].title.split(), key=english.rarity, reverse=True)
    kept = words[: chance.randint(2, 3)]
    chance.shuffle(kept)
    return Query(" ".join(kept), wanted)


def _misspell(text: str, chance: random.Random) -> str:
    """One slip in the longest word: a letter swapped, left out, doubled or wrong."""
    words = text.split()
    at = max(range(len(words)), key=lambda n: len(words[n]))
    word = words[at]
    place = chance.randrange(1, max(2, len(word) - 1))
    words[at] = chance.choice(
        (
            word[:place] + word[place : place + 2][::-1] + word[place + 2 :],
            word[:place] + word[place + 1 :],
            word[:place] + word[place - 1] + word[place:],
            word[:place] + chance.choice("abcdefghijklmnopqrstuvwxyz") + word[place + 1 :],
        )
    )
    return " ".join(words)


# Engines


def _onboard(resources: Sequence[Resource]) -> Search:
    topics = tuple(Topic(id=f"t{n}", name=f"Topic {n}") for n in range(50))
    index = Index.build(Catalogue(version=1, topics=topics, resources=tuple(resources)))
    return lambda text: [int(c.resource.id[1:]) for c in index.search(text, limit=TOP).candidates]


def _wratio(resources: Sequence[Resource]) -> Search:
    names = [utils.default_process(" ".join((r.title, *r.tags))) for r in resources]

    def search(text: str) -> list[int]:
        found = process.extract(utils.default_process(text), names, scorer=fuzz.WRatio, limit=TOP)
        return [at for _, _, at in found]

    return search


def _bm25s(resources: Sequence[Resource]) -> Search:
    stemmer = Stemmer.Stemmer("english")
    texts = [f"{r.title} {' '.join(r.tags)} {r.summary}" for r in resources]
    retriever = bm25s.BM25()
    retriever.index(
        bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False),
        show_progress=False,
    )

    def search(text: str) -> list[int]:
        tokens = bm25s.tokenize([text], stopwords="en", stemmer=stemmer, show_progress=False)
        found, _ = retriever.retrieve(tokens, k=TOP, show_progress=False)
        return [int(doc) for doc in found[0]]

    return search


def _fts5(resources: Sequence[Resource]) -> Search:
    table = sqlite3.connect(":memory:")
    table.execute("CREATE VIRTUAL TABLE r USING fts5(title, tags, summary, tokenize='porter')")
    table.executemany(
        "INSERT INTO r VALUES (?, ?, ?)",
        ((r.title, " ".join(r.tags), r.summary) for r in resources),
    )

    def search(text: str) -> list[int]:
        wanted = " OR ".join(f'"{word}"' for word in text.split())
        rows = table.execute(
            "SELECT rowid - 1 FROM r WHERE r MATCH ? ORDER BY bm25(r, 3, 2, 1) LIMIT ?",
            (wanted, TOP),
        )
        return [number for (number,) in rows]

    return search


ENGINES = (
    Engine("onboard", _onboard),
    Engine("rapidfuzz WRatio", _wratio),
    Engine("bm25s", _bm25s),
    Engine("SQLite FTS5", _fts5),
)

if __name__ == "__main__":
    main()
