"""A process that has done nothing before: it gets ready as a bot does, then answers questions.

`python -m bench.meaning_process KIND CATALOGUE QUESTIONS BEGAN` is run by `bench.meaning`, which
says by its own clock when it began. What it measures goes to its standard output, as JSON.
"""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from time import perf_counter, thread_time

from bot.catalogue import load
from bot.meaning.encoder import Encoder
from bot.meaning.model import Model, Source, find
from bot.meaning.vectors import place
from bot.search import Index
from bot.search.arrays import Floats

WARM_UP = 30
# A scan of all titles takes long enough to be measured on fewer questions.
MOST_SCANNED = 100


@dataclass(slots=True)
class Measured:
    """What one process took."""

    steps: dict[str, float] = field(default_factory=dict)
    """Seconds of each step of the start, by its name."""
    resident: float = 0.0
    """MiB in use after the questions."""
    peak: float = 0.0
    """The most MiB in use until then."""
    threads: int = 0
    """How many it has."""
    times: dict[str, list[float]] = field(default_factory=dict)
    """Seconds of each question, by what was done with it."""
    used: dict[str, list[float]] = field(default_factory=dict)
    """The same, but only those in which the processor did it, and nothing else."""

    @classmethod
    def read(cls, text: str) -> "Measured":
        """What a process has printed."""
        return cls(**json.loads(text))


def main() -> None:
    """Get ready, answer, and print what that took."""
    parser = argparse.ArgumentParser(description="Start anew, and answer questions.")
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("catalogue", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("began", type=float)
    given = parser.parse_args()
    measured = Measured()
    questions: list[str] = json.loads(given.questions.read_text(encoding="utf-8"))
    KINDS[given.kind](measured, given.catalogue, questions, Steps(measured, given.began))
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="ascii").splitlines()
        told = dict(line.split(":", 1) for line in lines)
        measured.resident, measured.peak = (int(told[name].split()[0]) / 1024 for name in MEMORY)
        measured.threads = int(told["Threads"])
    print(json.dumps(asdict(measured)))


MEMORY = ("VmRSS", "VmHWM")


class Steps:
    """What is done one after the other, and how long each takes."""

    def __init__(self, measured: Measured, began: float) -> None:
        self._steps = measured.steps
        self._last = began
        self.done("interpreter and imports")

    def done(self, name: str) -> None:
        """All since the last step was this one."""
        now = perf_counter()
        self._steps[name] = now - self._last
        self._last = now


Both = tuple[float, float]
"""Seconds by the clock, and those of the processor."""


def _now() -> Both:
    return perf_counter(), thread_time()


def _since(began: Both) -> Both:
    now = _now()
    return now[0] - began[0], now[1] - began[1]


def _timed(doing: Callable[[str], object], text: str) -> Both:
    began = _now()
    doing(text)
    return _since(began)


def _note(measured: Measured, name: str, times: Sequence[Both]) -> None:
    """Take down what each question took, but for those that warmed everything up."""
    measured.times[name], measured.used[name] = (
        list(each) for each in zip(*times[WARM_UP:], strict=True)
    )


def _words(measured: Measured, catalogue: Path, questions: list[str], steps: Steps) -> None:
    """By words alone."""
    index = _index(catalogue, steps)
    _note(measured, "words alone", [_timed(index.search, text) for text in questions])


def _model(measured: Measured, catalogue: Path, questions: list[str], steps: Steps) -> None:
    """With the model, the vectors of the catalogue in the cache."""
    source = find("")
    if source is None:
        raise SystemExit("The extra semantic is not installed.")
    model = Model(source)
    model.load()
    steps.done("model compared, rewritten, loaded")
    words = _index(catalogue, steps)
    index = Encoder(model, place(catalogue))(words)
    steps.done("vectors from the cache")
    meaning = index.meaning
    if meaning is None:
        raise SystemExit("The catalogue is too large to be compared by meaning.")
    embedding = 0.0, 0.0

    def embed(text: str) -> Floats | None:
        nonlocal embedding
        began = _now()
        row = meaning.embed(text)
        embedding = _since(began)
        return row

    index = index.knowing(replace(meaning, embed=embed))
    whole, embedded, rest, again = [], [], [], []
    for text in questions:
        # What says nothing is not embedded.
        embedding = 0.0, 0.0
        took = _timed(index.search, text)
        whole.append(took)
        embedded.append(embedding)
        rest.append((took[0] - embedding[0], took[1] - embedding[1]))
        again.append(_timed(index.search, text))
    _note(measured, "with the model", whole)
    _note(measured, "of it embedding", embedded)
    _note(measured, "of it the rest", rest)
    _note(measured, "the same question again", again)


def _shipped(measured: Measured, _: Path, questions: list[str], steps: Steps) -> None:
    """Embedding alone, by the model as its package has it."""
    source = find("")
    if source is None:
        raise SystemExit("The extra semantic is not installed.")
    # As the files of anybody else: neither compared nor rewritten.
    model = Model(Source(model=source.model, tokenizer=source.tokenizer))
    model.load()
    steps.done("model loaded")
    times = [_timed(model.vector, text) for text in questions]
    _note(measured, "embedding, graph as shipped", times)


def _scan(measured: Measured, catalogue: Path, questions: list[str], steps: Steps) -> None:
    """What people would use: each title compared by its letters."""
    from rapidfuzz import fuzz, process, utils

    titles = [utils.default_process(resource.title) for resource in load(catalogue).resources]
    steps.done("catalogue read")

    def scan(text: str) -> object:
        asked = utils.default_process(text)
        return process.extract(asked, titles, scorer=fuzz.WRatio, limit=5)

    times = [_timed(scan, text) for text in questions[: WARM_UP + MOST_SCANNED]]
    _note(measured, "rapidfuzz WRatio over titles", times)


def _index(catalogue: Path, steps: Steps) -> Index:
    read = load(catalogue)
    steps.done("catalogue read")
    index = Index.build(read)
    index.search("wher is an exmaple")
    steps.done("index built")
    return index


KINDS: Mapping[str, Callable[[Measured, Path, list[str], Steps], None]] = {
    "words": _words,
    "model": _model,
    "shipped": _shipped,
    "scan": _scan,
}

if __name__ == "__main__":
    main()
