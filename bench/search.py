"""Speed, memory and recall beside what people would use instead, in one run, on this machine.

`python -m bench.search` makes catalogues of 1,000 to 1,000,000 entries (`--sizes` chooses; the
last takes minutes, and gigabytes for some rivals), looks for known items by two or three words of
their titles, once as written and once with a slip, and prints for each engine: time to build, the
most memory that took, memory in use after the questions, median and 99th percentile of a query,
the median as a multiple of ours, and how often the known item was among the first five.

Each engine has a process of its own, so that its memory is its own; all read the same entries
from a file, one by one, and are asked the same. Entries come from `--titles FILE` (one title a
line, and after a tab its summary, if there is one), else they are generated: word frequencies
follow Zipf's law over English words and made-up technical terms, more of them the more entries
there are, as in real titles.
"""

import argparse
import gc
import random
import re
import resource
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import accumulate, islice, repeat
from multiprocessing import get_context
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bot import indexfile
from bot.model import Catalogue, Resource, Topic
from bot.search import Index, english

SIZES = (1_000, 10_000, 100_000, 1_000_000)
QUERIES = 400
TOP = 5
# A scan of all titles takes long enough to be measured on fewer questions.
SLOWEST_TOTAL_SECONDS = 6.0
MIB = 1 << 20
_WORD = re.compile(r"[^\W_]+")

Search = Callable[[str], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Ready:
    """An engine that can be asked."""

    search: Search
    misspelt: Search
    """How it is asked when slips are to be expected."""
    said: str = ""
    """What else there is to tell of building it."""
    peak: float | None = None
    """The most memory it took, if it was built by a process of its own."""


@dataclass(frozen=True, slots=True)
class Query:
    """Words of a title, and the number of the resource that has it."""

    text: str
    wanted: int


@dataclass(frozen=True, slots=True)
class Task:
    """What an engine is given: a file of entries and a folder of its own, and the questions."""

    entries: Path
    folder: Path
    queries: tuple[Query, ...]
    misspelt: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """What one engine did at one size; times in seconds, memory in MiB."""

    build: float
    peak: float
    resident: float
    mapped: float
    """Of the resident memory, pages of files: shared, and given up when there is need."""
    times: list[float]
    times_misspelt: list[float]
    found: float
    found_misspelt: float
    said: str


def main() -> None:
    """Print one table for each size."""
    parser = argparse.ArgumentParser(description="Measure search beside the alternatives.")
    parser.add_argument("--titles", type=Path, help="a file with one title a line")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    out = Console(width=120)
    try:
        most = sum(1 for _ in _lines(given.titles)) if given.titles else max(given.sizes)
    except (OSError, UnicodeDecodeError) as error:
        parser.error(f"--titles: {given.titles} cannot be read: {error}")
    if not most or min(given.sizes) < 1:
        parser.error("--titles needs a file with a title on a line, --sizes numbers above 0")
    if most < max(given.sizes):
        out.print(f"{given.titles} has {most:,} titles, so no size is larger.")
    for size in dict.fromkeys(min(size, most) for size in given.sizes):
        with (
            TemporaryDirectory() as folder,
            Progress(console=out, transient=True, disable=not out.is_terminal) as progress,
        ):
            doing = progress.add_task(f"{size:,} entries", total=len(given.engines) + 1)
            task = _task(given.titles, size, random.Random(given.seed), Path(folder))
            progress.advance(doing)
            figures = {}
            for name in given.engines:
                progress.update(doing, description=f"{size:,} entries: {name}")
                # A new process, which has nothing of what was done here before.
                with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
                    figures[name] = alone.submit(_measured, name, task).result()
                progress.advance(doing)
        out.print(_table(size, figures))
        for name, one in figures.items():
            if one.said:
                out.print(f"{name}: {one.said}")


def _measured(name: str, task: Task) -> Figures:
    """What an engine does; run in a process of its own."""
    started = perf_counter()
    ready = ENGINES[name](task)
    # What is made on first use (a word list, a typo index) belongs to the build.
    ready.search(task.misspelt[0].text)
    ready.misspelt(task.misspelt[0].text)
    build = perf_counter() - started
    peak = ready.peak or _peak()
    gc.collect()
    gc.freeze()
    found, times = _asked(ready.search, task.queries)
    found_misspelt, times_misspelt = _asked(ready.misspelt, task.misspelt)
    resident, mapped = _memory()
    return Figures(
        build, peak, resident, mapped, times, times_misspelt, found, found_misspelt, ready.said
    )


def _asked(search: Search, queries: Sequence[Query]) -> tuple[float, list[float]]:
    """How often the known item was found, and the time of each query."""
    hits = 0
    times: list[float] = []
    stop = perf_counter() + SLOWEST_TOTAL_SECONDS
    for query in queries:
        started = perf_counter()
        ranking = search(query.text)
        ended = perf_counter()
        times.append(ended - started)
        hits += query.wanted in ranking[:TOP]
        if ended > stop and len(times) > 1:
            break
    return hits / len(times), times


def _peak() -> float:
    """The most memory that this process has had in use."""
    # In kilobytes on Linux.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _memory() -> tuple[float, float]:
    """Memory in use, and how much of it is pages of files."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    known = dict(line.split(":", 1) for line in lines)
    resident, mapped = (int(known[name].split()[0]) / 1024 for name in ("VmRSS", "RssFile"))
    return resident, mapped


def _table(size: int, figures: dict[str, Figures]) -> Table:
    table = Table(title=f"{size:,} entries", title_justify="left")
    columns = (
        "engine", "build s", "peak MiB", "resident (files)", "median ms", "p99 ms", "x ours",
        "found", "with a slip", "p99 ms slip", "queries",
    )  # fmt: skip
    for column in columns:
        table.add_column(column, justify="left" if column == "engine" else "right")
    ours = median(next(iter(figures.values())).times)
    for name, one in figures.items():
        typical = median(one.times)
        table.add_row(
            name,
            f"{one.build:.2f}",
            f"{one.peak:.0f}",
            f"{one.resident:.0f} ({one.mapped:.0f})",
            f"{typical * 1e3:.2f}",
            f"{_nearly_all(one.times) * 1e3:.2f}",
            f"{typical / ours:.1f}",
            f"{one.found:.3f}",
            f"{one.found_misspelt:.3f}",
            f"{_nearly_all(one.times_misspelt) * 1e3:.2f}",
            f"{len(one.times)}",
        )
    return table


def _nearly_all(times: list[float]) -> float:
    return quantiles(times, n=100, method="inclusive")[98]


# Entries and questions


def _task(file: Path | None, size: int, chance: random.Random, folder: Path) -> Task:
    """Writes the entries down, one a line, and asks for some of them."""
    entries = folder / "entries"
    wanted = set(chance.sample(range(size), min(QUERIES, size)))
    titles: list[str] = []
    queries = []
    with entries.open("w", encoding="utf-8") as out:
        for number, given in enumerate(_titles(file, size, chance)):
            title, _, summary = given.partition("\t")
            titles.append(title)
            near = " ".join(chance.choice(titles) for _ in range(2))
            out.write(f"{title}\t{summary or f'{title}: {near}'}\n")
            if number in wanted:
                queries.append(_query(title, number, chance))
    misspelt = [Query(_misspell(q.text, chance), q.wanted) for q in queries]
    return Task(entries, folder, tuple(queries), tuple(misspelt))


def _titles(file: Path | None, size: int, chance: random.Random) -> Iterator[str]:
    if file is not None:
        yield from islice(_lines(file), size)
        return
    # Half a million terms at a million entries: real vocabularies never stop growing.
    terms = dict.fromkeys(_term(chance) for _ in range(20_000 + size // 2))
    words = [*english.common_words(20_000), *terms]
    chance.shuffle(words)
    weights = list(accumulate(1 / (rank + 20) for rank in range(len(words))))
    for _ in range(size):
        yield " ".join(chance.choices(words, cum_weights=weights, k=chance.randint(3, 7)))


def _lines(file: Path) -> Iterator[str]:
    """The lines of a file with a word before the first tab."""
    with file.open(encoding="utf-8") as lines:
        yield from (line.strip() for line in lines if _WORD.search(line.partition("\t")[0]))


def _term(chance: random.Random) -> str:
    syllables = chance.randint(2, 4)
    return "".join(
        chance.choice("bcdfghklmnprstvz") + chance.choice("aeiou") for _ in range(syllables)
    )


def _resources(entries: Path) -> Iterator[Resource]:
    with entries.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            title, summary = line[:-1].split("\t", 1)
            yield Resource(
                id=f"r{number}",
                title=title,
                url=f"https://example.org/{number}",
                summary=summary,
                topics=_HOMES[number % len(_HOMES)],
                tags=tuple(title.split(None, 2)[:2]),
            )


TOPICS = tuple(Topic(id=f"t{n}", name=f"Topic {n}") for n in range(50))
_HOMES = [(topic.id,) for topic in TOPICS]


def _query(title: str, number: int, chance: random.Random) -> Query:
    """Two or three words of a title, its rarest among them, as people remember titles."""
    words = sorted(_WORD.findall(title.lower()), key=english.rarity, reverse=True)
    kept = words[: chance.randint(2, 3)]
    chance.shuffle(kept)
    return Query(" ".join(kept), number)


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


def _onboard(task: Task) -> Ready:
    """Written to a file entry by entry, by a process that ends; then opened, as a bot would."""
    path = task.folder / "index"
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        seconds, making, peak = alone.submit(_written, task, path).result()
    started = perf_counter()
    index = indexfile.open_index(path)
    opened = perf_counter() - started
    told = (
        f"written in {seconds:.2f} s, {making:.2f} s of them to make the entries, "
        f"opened in {opened * 1e3:.1f} ms"
    )
    return _ready(index, f"{told}, {path.stat().st_size / MIB:.1f} MiB on the disk", peak)


def _written(task: Task, path: Path) -> tuple[float, float, float]:
    """How long it takes to write an index, and to make the entries alone, and the most memory."""
    started = perf_counter()
    indexfile.write(path, TOPICS, (), _resources(task.entries))
    written = perf_counter()
    deque(_resources(task.entries), maxlen=0)
    return written - started, perf_counter() - written, _peak()


def _onboard_in_memory(task: Task) -> Ready:
    """Built of resources that are all in memory; saved as well, to tell how long that takes."""
    resources = tuple(_resources(task.entries))
    started = perf_counter()
    index = Index.build(Catalogue(version=1, topics=TOPICS, resources=resources))
    built = perf_counter()
    indexfile.save(index, task.folder / "saved")
    saved = perf_counter()
    return _ready(index, f"built in {built - started:.2f} s, saved in {saved - built:.2f} s")


def _ready(index: Index, said: str, peak: float | None = None) -> Ready:
    def search(text: str) -> list[int]:
        return [int(c.resource.id[1:]) for c in index.search(text, limit=TOP).candidates]

    return Ready(search, search, said, peak)


def _wratio(task: Task) -> Ready:
    from rapidfuzz import fuzz, process, utils

    names = [utils.default_process(" ".join((r.title, *r.tags))) for r in _resources(task.entries)]

    def search(text: str) -> list[int]:
        found = process.extract(utils.default_process(text), names, scorer=fuzz.WRatio, limit=TOP)
        return [at for _, _, at in found]

    return Ready(search, search)


def _bm25s(task: Task) -> Ready:
    import bm25s
    import Stemmer

    stemmer = Stemmer.Stemmer("english")
    texts = [f"{r.title} {' '.join(r.tags)} {r.summary}" for r in _resources(task.entries)]
    retriever = bm25s.BM25()
    retriever.index(
        bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False),
        show_progress=False,
    )

    def search(text: str) -> list[int]:
        tokens = bm25s.tokenize([text], stopwords="en", stemmer=stemmer, show_progress=False)
        found, _ = retriever.retrieve(tokens, k=TOP, show_progress=False)
        return [int(doc) for doc in found[0]]

    return Ready(search, search)


def _fts5(task: Task) -> Ready:
    table = sqlite3.connect(task.folder / "fts5")
    table.execute("CREATE VIRTUAL TABLE r USING fts5(title, tags, summary, tokenize='porter')")
    table.executemany(
        "INSERT INTO r VALUES (?, ?, ?)",
        ((r.title, " ".join(r.tags), r.summary) for r in _resources(task.entries)),
    )
    table.commit()

    def search(text: str) -> list[int]:
        wanted = " OR ".join(f'"{word}"' for word in text.split())
        rows = table.execute(
            "SELECT rowid - 1 FROM r WHERE r MATCH ? ORDER BY bm25(r, 3, 2, 1) LIMIT ?",
            (wanted, TOP),
        )
        return [number for (number,) in rows]

    return Ready(search, search)


def _tantivy(task: Task) -> Ready:
    """Its own forgiving query, of up to one slip in a word, for what is misspelt."""
    import tantivy

    weights = {"title": 3.0, "tags": 2.0, "summary": 1.0}
    schema = tantivy.SchemaBuilder().add_unsigned_field("number", stored=True)
    for name in weights:
        schema = schema.add_text_field(name, tokenizer_name="en_stem")
    folder = task.folder / "tantivy"
    folder.mkdir()
    index = tantivy.Index(schema.build(), path=str(folder))
    writer = index.writer(num_threads=1)
    for number, one in enumerate(_resources(task.entries)):
        writer.add_document(
            tantivy.Document(
                number=number, title=one.title, tags=" ".join(one.tags), summary=one.summary
            )
        )
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    slips = dict(zip(weights, repeat((False, 1, True)), strict=False))

    def ranked(text: str, forgiven: dict[str, tuple[bool, int, bool]]) -> list[int]:
        asked = index.parse_query(text, list(weights), field_boosts=weights, fuzzy_fields=forgiven)
        hits = searcher.search(asked, TOP).hits
        return [int(searcher.doc(address)["number"][0]) for _, address in hits]

    return Ready(lambda text: ranked(text, {}), lambda text: ranked(text, slips))


ENGINES: dict[str, Callable[[Task], Ready]] = {
    "onboard": _onboard,
    "onboard in memory": _onboard_in_memory,
    "rapidfuzz WRatio": _wratio,
    "bm25s": _bm25s,
    "SQLite FTS5": _fts5,
    "tantivy": _tantivy,
}

if __name__ == "__main__":
    main()
