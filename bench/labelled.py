"""The labelled questions of this project."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bot.catalogue import load
from bot.labelled import Labelled, Set, parse_questions, read_questions
from bot.model import Catalogue

__all__ = ["ROOT", "Labelled", "Set", "labelled", "own_sets", "read_set", "uncurated"]

ROOT = Path(__file__).parents[1]
QUESTIONS = ROOT / "tests" / "questions"


def own_sets() -> Iterator[Set]:
    """The labelled questions of this project: twelve subjects, ours among them."""
    for folder in sorted(QUESTIONS.iterdir()):
        own = folder / "catalogue.yaml"
        catalogue = own if own.exists() else ROOT / "resources.yaml"
        yield read_set(folder.name, catalogue, folder / "questions.jsonl")


def read_set(name: str, catalogue: Path, questions: Path) -> Set:
    """The questions of a file, on the catalogue of another."""
    loaded = load(catalogue)
    return Set(name, loaded, read_questions(questions, loaded))


def labelled(catalogue: Catalogue, line: str) -> Labelled:
    """One line of a question file; `relevant` names resources by id or by address."""
    return parse_questions(line, catalogue, "the line")[0]


def uncurated(catalogue: Catalogue) -> Catalogue:
    """The catalogue as it might have been imported: addresses, titles, summaries, home topics."""
    return replace(
        catalogue,
        topics=tuple(
            replace(topic, aliases=(), questions=(), summary=None) for topic in catalogue.topics
        ),
        glossary=(),
        resources=tuple(
            replace(one, aliases=(), asks=(), tags=(), note=None, topics=one.topics[:1])
            for one in catalogue.resources
        ),
    )
