"""Labelled questions, the plain lists people keep, and retrieval collections, read from files.

A file of questions holds one JSON object a line: `text`, `relevant`, and perhaps `id`, `surface`
and `style`. All its faults are told together.
"""

import json
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

from bot.catalogue.urls import normalise_url
from bot.catalogue.wording import did_you_mean, either, quoted
from bot.errors import CatalogueError, LabelsError
from bot.model import SURFACES, Catalogue, Problem, Resource, Surface, Topic

MOST_TOLD = 20
"""More faults than this are counted instead of told."""

_LONGEST_LINE = 1_000_000
_LARGEST_LIST = 32 * 2**20
_LONGEST_SUMMARY = 4_000
_LONGEST_TITLE = 80
_LONGEST_SHOWN = 60
_GRADES = (1, 2)
_EXAMPLE = '{"text": "how does it work", "surface": "mention", "style": "plain", "relevant": {}}'

# Of a topic that nobody named, so that no question can match it.
_NO_WORD = "-"

CORPUS, QUERIES, QRELS = "corpus.jsonl", "queries.jsonl", "qrels.tsv"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question with the resources that answer it."""

    text: str
    surface: Surface
    style: str
    """What kind of question it is, such as "typo"; figures are told for each."""
    relevant: Mapping[int, int]
    """Number of a resource to its grade: 2 exactly this, 1 also useful. Empty: show nothing."""
    id: str = ""
    """As the file names it, or the number of its line."""


@dataclass(frozen=True, slots=True)
class Set:
    """Questions on one catalogue."""

    name: str
    catalogue: Catalogue
    questions: tuple[Labelled, ...]


def read_questions(path: Path, catalogue: Catalogue) -> tuple[Labelled, ...]:
    """The questions of a file; raises LabelsError with every fault, by line."""
    faults = _Faults(str(path))
    return _questions(_lines(path, faults), catalogue, faults)


def parse_questions(text: str, catalogue: Catalogue, file: str) -> tuple[Labelled, ...]:
    """The questions in a text; raises like `read_questions`. `file` is what the faults call it."""
    return _questions(enumerate(text.split("\n"), 1), catalogue, _Faults(file))


def read_list(path: Path) -> Catalogue:
    """A JSON list of plain entries as a catalogue; the section of each is its home topic.

    The rules of the YAML catalogue do not bind it. Raises CatalogueError with every fault.
    """
    faults = _Faults(str(path))
    given = _json_of(path, faults)
    if not isinstance(given, list) or not given:
        faults.add(0, "This is not a list of entries.", 'Write [{"id": ..., "title": ...}, ...].')
        raise CatalogueError(faults.told())
    resources = [_resource(number, entry, faults) for number, entry in enumerate(given, 1)]
    first: dict[str, int] = {}
    for number, resource in enumerate(resources, 1):
        if resource.id and first.setdefault(resource.id, number) != number:
            faults.add(
                0,
                f"Entry {number} has the id {quoted(resource.id)} of entry {first[resource.id]}.",
                "Give each entry an id of its own.",
            )
    if faults:
        raise CatalogueError(faults.told())
    return _catalogue(resources)


def read_collection(folder: Path) -> Set:
    """A retrieval collection laid out much as BEIR does (Thakur et al. 2021): its own catalogue.

    Only queries with a relevant document are asked; their grades are those of `qrels.tsv`.
    Raises LabelsError with every fault of the first file that has any.
    """
    resources = [
        Resource(
            id=name,
            title=title.strip() or text.strip()[:_LONGEST_TITLE],
            url="",
            summary=text[:_LONGEST_SUMMARY],
            topics=(_NO_WORD,),
        )
        for name, title, text in _records(folder / CORPUS, titled=True)
    ]
    queries = {name: text for name, _, text in _records(folder / QUERIES, titled=False)}
    numbers = {resource.id: at for at, resource in enumerate(resources)}
    grades = _judgements(folder / QRELS, queries, numbers)
    questions = tuple(
        Labelled(text, "mention", "query", grades[name], name)
        for name, text in queries.items()
        if name in grades
    )
    return Set(folder.resolve().name, _catalogue(resources), questions)


class _Faults:
    """The faults of one file, in order."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._found: list[Problem] = []

    def __len__(self) -> int:
        return len(self._found)

    def add(self, line: int, message: str, remedy: str, column: int = 1) -> None:
        """Note a fault; line 0 is the file as a whole."""
        self._found.append(Problem(self._file, line, column if line else 0, message, remedy))

    def told(self) -> list[Problem]:
        """The first of them, and how many more there are."""
        if len(self._found) <= MOST_TOLD:
            return self._found
        more = f"… and {len(self._found) - MOST_TOLD:,} more."
        return [*self._found[:MOST_TOLD], Problem(self._file, 0, 0, more, "Mend these first.")]

    def stop(self, message: str, remedy: str, line: int = 0, column: int = 1) -> LabelsError:
        """The failure to raise for a fault after which nothing more can be read."""
        self.add(line, message, remedy, column)
        return LabelsError(self.told())


# Files


def _lines(path: Path, faults: _Faults) -> Iterator[tuple[int, str]]:
    """Numbered lines of a text file, blank ones too; raises LabelsError if it cannot be read."""
    try:
        # Looked at before it is opened: opening a pipe would wait for its writer.
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            what = "a folder" if stat.S_ISDIR(mode) else "a device or a pipe"
            raise faults.stop(f"This is {what}, not a file.", "Name a regular file.")
        with path.open("rb") as stream:
            for number, line in enumerate(iter(lambda: stream.readline(_LONGEST_LINE + 1), b""), 1):
                yield number, _decoded(number, line, faults)
    except FileNotFoundError:
        remedy = (
            f"A retrieval collection holds {CORPUS}, {QUERIES} and {QRELS}."
            if path.name in (CORPUS, QUERIES, QRELS)
            else did_you_mean(path.name, _beside(path), "Check the path.")
        )
        raise faults.stop("There is no such file.", remedy) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise faults.stop(f"The file cannot be read: {reason}.", "Check the path.") from error


def _decoded(number: int, line: bytes, faults: _Faults) -> str:
    if len(line) > _LONGEST_LINE:
        remedy = f"At most {_LONGEST_LINE:,} bytes are read: put each object on a line of its own."
        raise faults.stop("This line is too long.", remedy, number)
    try:
        return line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        remedy = "Save the file as UTF-8."
        raise faults.stop(
            f"This is not UTF-8 text (byte {error.start + 1} of the line).", remedy, number
        ) from None


def _beside(path: Path) -> list[str]:
    try:
        return sorted(beside.name for beside in path.parent.iterdir())
    except OSError:
        return []


def _json_of(path: Path, faults: _Faults) -> object:
    try:
        text = "".join(line for _, line in _lines(path, faults))
        return json.loads(text)
    except LabelsError as error:
        raise CatalogueError(error.problems) from error
    except json.JSONDecodeError as error:
        faults.add(error.lineno, f"This is not JSON: {error.msg}.", "Mend it here.", error.colno)
    except (ValueError, RecursionError):
        faults.add(0, "This is not JSON that can be read.", "Write a list of plain entries.")
    raise CatalogueError(faults.told())


def _object(number: int, line: str, faults: _Faults, example: str) -> dict[str, object] | None:
    """The JSON object of a line, or None and a fault."""
    remedy = f"Write one object a line, such as {example}."
    try:
        given = json.loads(line)
    except json.JSONDecodeError as error:
        faults.add(number, f"This is not JSON: {error.msg}.", remedy, error.colno)
    except (ValueError, RecursionError):
        faults.add(number, "This is not JSON that can be read.", remedy)
    else:
        if isinstance(given, dict):
            return given
        faults.add(number, "This is not a JSON object.", remedy)
    return None


# Questions


def _questions(
    lines: Iterable[tuple[int, str]], catalogue: Catalogue, faults: _Faults
) -> tuple[Labelled, ...]:
    names = _names(catalogue)
    found, empty = [], True
    for number, line in lines:
        if not line.strip():
            continue
        empty = False
        if (given := _object(number, line, faults, _EXAMPLE)) is not None:
            found.append(_question(number, line, given, names, faults))
    if empty:
        raise faults.stop("There are no questions in this file.", f"Write a line {_EXAMPLE}.")
    if faults:
        raise LabelsError(faults.told())
    return tuple(found)


def _names(catalogue: Catalogue) -> dict[str, int]:
    """The number of each resource by its id and by its address, as it stands and normalised."""
    names: dict[str, int] = {}
    for at, resource in enumerate(catalogue.resources):
        for name in (resource.url, normalise_url(resource.url)):
            if name:
                names.setdefault(name, at)
    return names | {resource.id: at for at, resource in enumerate(catalogue.resources)}


def _question(
    number: int, line: str, given: Mapping[str, object], names: Mapping[str, int], faults: _Faults
) -> Labelled:
    text = given.get("text")
    if not isinstance(text, str) or not text.strip():
        faults.add(number, 'The line has no question as its "text".', "Write it in quotes.")
    surface = given.get("surface", "mention")
    if surface not in get_args(Surface):
        said = quoted(str(surface))
        faults.add(
            number,
            f'The "surface" cannot be {said}.',
            did_you_mean(str(surface), SURFACES, f"It can be {either(SURFACES)}."),
            _column(line, said),
        )
    style = given.get("style", _NO_WORD)
    if not isinstance(style, str) or not style.strip():
        faults.add(number, 'The "style" is not a text.', 'Write it as "style": "typo".')
    name = given.get("id", number)
    if not isinstance(name, str | int) or isinstance(name, bool):
        faults.add(number, 'The "id" is neither a text nor a whole number.', "Write it in quotes.")
    relevant: dict[int, int] = {}
    labels = given.get("relevant")
    if not isinstance(labels, dict):
        faults.add(
            number,
            'The line has no "relevant" with the resources that answer it.',
            'Write "relevant": {"id-or-url": 2}, or {} if nothing should be shown.',
        )
        labels = {}
    for label, grade in labels.items():
        at = names.get(label, names.get(normalise_url(label)))
        if at is None:
            message = f"There is no resource {quoted(label)} in the catalogue."
            remedy = "Name a resource by its id or its url."
            # Only of those that will be told: guessing what was meant takes time.
            if len(faults) < MOST_TOLD:
                known = [name for name in names if not name.startswith("//")]
                remedy = did_you_mean(label, known, remedy)
            faults.add(number, message, remedy, _column(line, json.dumps(label)))
        elif type(grade) is not int or grade not in _GRADES:
            message = f"The grade of {quoted(label)} is {_shown(grade)}."
            remedy = "It can be 2 for exactly this, or 1 for also useful."
            faults.add(number, message, remedy, _column(line, json.dumps(label)))
        else:
            relevant[at] = max(grade, relevant.get(at, 0))
    return Labelled(str(text), cast("Surface", surface), str(style), relevant, str(name))


def _column(line: str, part: str) -> int:
    """Where a part of a line begins, from 1; 1 too if it is written in another way."""
    return max(line.find(part), 0) + 1


def _shown(value: object) -> str:
    written = json.dumps(value)
    return written if len(written) <= _LONGEST_SHOWN else written[:_LONGEST_SHOWN] + "..."


# Plain lists


def _resource(number: int, entry: object, faults: _Faults) -> Resource:
    """An entry as a resource; of a faulty one what there is."""
    given = entry if isinstance(entry, dict) else {}
    if given is not entry:
        faults.add(0, f"Entry {number} is not an object.", 'Write {"id": ..., "title": ...}.')
        return Resource(id="", title="", url="", summary="", topics=(_NO_WORD,))
    texts = {}
    for key in ("id", "title", "url", "section", "summary"):
        value = given.get(key)
        needed = key in {"id", "title"}
        if (needed and not value) or not isinstance(value, str | None):
            faults.add(0, f'Entry {number} has no text as its "{key}".', f'Write "{key}": "...".')
            value = None
        texts[key] = value or ""
    lists: dict[str, tuple[str, ...]] = {}
    for key in ("tags", "aliases"):
        value = given.get(key) or []
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            faults.add(
                0,
                f'The "{key}" of entry {number} are not a list of texts.',
                f'Write "{key}": ["...", "..."].',
            )
            value = []
        lists[key] = tuple(value)
    return Resource(
        id=texts["id"],
        title=texts["title"],
        url=texts["url"],
        summary=texts["summary"],
        topics=(texts["section"] or _NO_WORD,),
        tags=lists["tags"],
        aliases=lists["aliases"],
    )


def _catalogue(resources: Sequence[Resource]) -> Catalogue:
    """A catalogue of resources, with a topic for each home."""
    homes = dict.fromkeys(resource.topics[0] for resource in resources)
    topics = tuple(Topic(id=home, name=home) for home in homes)
    return Catalogue(version=1, topics=topics, resources=tuple(resources))


# Collections


def _records(path: Path, *, titled: bool) -> Iterator[tuple[str, str, str]]:
    """Id, title and text of each record of a collection, the title empty unless asked for."""
    faults = _Faults(str(path))
    keys = ("_id", "title", "text") if titled else ("_id", "text")
    example = "{" + ", ".join(f'"{key}": "..."' for key in keys) + "}"
    seen: set[str] = set()
    for number, line in _lines(path, faults):
        if not line.strip() or (given := _object(number, line, faults, example)) is None:
            continue
        name, text = given.get("_id"), given.get("text")
        title = given.get("title") or "" if titled else ""
        if not (isinstance(name, str) and isinstance(text, str) and isinstance(title, str)):
            faults.add(number, "The record is not complete.", f"Write {example}.")
        elif name in seen:
            faults.add(number, f"The id {quoted(name)} is taken.", "Give each record its own.")
        else:
            seen.add(name)
            yield name, title, text
    if faults:
        raise LabelsError(faults.told())
    if not seen:
        raise faults.stop("There are no records in this file.", f"Write a line {example}.")


def _judgements(
    path: Path, queries: Mapping[str, str], documents: Mapping[str, int]
) -> dict[str, dict[int, int]]:
    """The grades above 0 of documents, by query."""
    faults = _Faults(str(path))
    grades: dict[str, dict[int, int]] = {}
    for number, line in _lines(path, faults):
        parts = line.split("\t")
        if not line.strip() or (number == 1 and not parts[-1].strip().isdecimal()):
            continue  # The first line may name the columns.
        try:
            query, document, grade = parts[0], parts[1], int(parts[2])
        except (IndexError, ValueError):
            message = "This is not a query, a document and a whole number."
            faults.add(number, message, "Write the three with a tab between them.")
            continue
        if query not in queries:
            remedy = f"Compare it with {QUERIES}."
            faults.add(number, f"There is no query {quoted(query)}.", remedy)
        if document not in documents:
            remedy = f"Compare it with {CORPUS}."
            faults.add(number, f"There is no document {quoted(document)}.", remedy)
        if query in queries and document in documents and grade > 0:
            grades.setdefault(query, {})[documents[document]] = grade
    if faults:
        raise LabelsError(faults.told())
    if not grades:
        raise faults.stop("No query has a relevant document.", "Give one a score of 1.")
    return grades
