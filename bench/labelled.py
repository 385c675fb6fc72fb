"""Labelled questions: which resources answer them, or that none does."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.catalogue import load
from bot.model import Catalogue, Surface

ROOT = Path(__file__).parents[1]
QUESTIONS = ROOT / "tests" / "questions"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question with the numbers of the resources that answer it; empty: show nothing."""

    text: str
    surface: Surface
    style: str
    relevant: frozenset[int]


@dataclass(frozen=True, slots=True)
class Set:
    """Questions on one catalogue."""

    name: str
    catalogue: Catalogue
    questions: tuple[Labelled, ...]


def own_sets() -> Iterator[Set]:
    """The labelled questions of this project: nine subjects, ours among them."""
    for folder in sorted(QUESTIONS.iterdir()):
        own = folder / "catalogue.yaml"
        yield read_set(folder.name, own if own.exists() else ROOT / "resources.yaml", folder)


def read_set(name: str, catalogue: Path, folder: Path) -> Set:
    """The questions of a folder, on the catalogue of a file."""
    loaded = load(catalogue)
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return Set(name, loaded, tuple(labelled(loaded, line) for line in lines))


def labelled(catalogue: Catalogue, line: str) -> Labelled:
    """One line of a question file; `relevant` names resources by id or by address."""
    given = json.loads(line)
    numbers = {resource.id: at for at, resource in enumerate(catalogue.resources)}
    numbers |= {resource.url: at for at, resource in enumerate(catalogue.resources)}
    return Labelled(
        given["text"],
        given["surface"],
        given["style"],
        frozenset(numbers[name] for name in given["relevant"]),
    )
