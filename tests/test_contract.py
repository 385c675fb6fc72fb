"""The JSON for other programs, made from values by hand."""

import json
from typing import Any

from bot.contract import answer_json, problems_json
from bot.model import (
    Answer,
    Candidate,
    Contribution,
    Problem,
    Reading,
    Resource,
    Result,
)

FIRST, SECOND = (
    Resource(id=name, title=name.title(), url=f"https://e.org/{name}", summary="S", topics=("t",))
    for name in ("first", "second")
)
SUM = (Contribution("impact", 0.123456, 0.654321), Contribution("gap", 1, -2))


def an_answer(**changes: Any) -> Answer:
    """Return an answer with those fields changed."""
    fields: dict[str, Any] = {
        "question": "“how” does it work 🐢",
        "surface": "mention",
        "verdict": "answer",
        "confidence": 0.987654321,
        "reply": True,
        "results": (Result(resource=FIRST, confidence=0.987654321, why=("a", "b")),),
        "candidates": (
            Candidate(resource=FIRST, score=2.000049, features=SUM),
            Candidate(resource=SECOND, score=-1.5, features=()),
        ),
        "topics": (),
        "reading": (Reading(word="work", weight=0.33333, terms=("works", "worked")),),
        "unknown": ("zorkmid",),
        "subject": ("work",),
        "evidence": SUM,
    }
    return Answer(**(fields | changes))


def test_an_answer_is_written_letter_for_letter() -> None:
    """Names, their order and four decimals are a promise; nothing else gets out."""
    assert json.dumps(answer_json(an_answer()), ensure_ascii=False) == (
        '{"question": "“how” does it work 🐢", "verdict": "answer", "confidence": 0.9877, '
        '"reply": true, "results": [{"id": "first", "title": "First", '
        '"url": "https://e.org/first", "confidence": 0.9877, "why": ["a", "b"]}], '
        '"candidates": [{"id": "first", "url": "https://e.org/first", "score": 2.0}, '
        '{"id": "second", "url": "https://e.org/second", "score": -1.5}]}'
    )


def test_an_explanation_is_written_letter_for_letter() -> None:
    """The explanation comes last, and holds the words and the sums by name."""
    plain = answer_json(an_answer())
    full = answer_json(an_answer(), explain=True)
    assert list(full) == [*plain, "explain"]
    line = '{"impact": {"value": 0.1235, "adds": 0.6543}, "gap": {"value": 1, "adds": -2}}'
    assert json.dumps(full["explain"]) == (
        '{"reading": [{"word": "work", "weight": 0.3333, "terms": ["works", "worked"]}], '
        f'"features": {{"first": {line}, "second": {{}}}}, "confidence": {line}}}'
    )


def test_every_list_is_there_when_empty() -> None:
    """Nothing found is empty lists, not missing names."""
    nothing = an_answer(
        verdict="nothing", confidence=0.0, reply=False, results=(), candidates=(), evidence=()
    )
    given = answer_json(nothing, explain=True)
    assert list(given) == list(answer_json(an_answer(), explain=True))
    assert (given["results"], given["candidates"], given["reply"]) == ([], [], False)
    assert given["explain"]["features"] == given["explain"]["confidence"] == {}


def test_problems_are_written_in_parts() -> None:
    """A problem is told by file, line, column, message and remedy, in the order given."""
    problems = (Problem("c.yaml", 3, 5, "Wrong.", "Mend."), Problem("c.yaml", 0, 0, "All.", "Go."))
    assert json.dumps(problems_json(problems)) == (
        '[{"file": "c.yaml", "line": 3, "column": 5, "message": "Wrong.", "remedy": "Mend."}, '
        '{"file": "c.yaml", "line": 0, "column": 0, "message": "All.", "remedy": "Go."}]'
    )
    assert problems_json(()) == []
