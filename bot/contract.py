"""The JSON that other programs read: field names here are a promise."""

from typing import Any

from bot.model import Answer, Contribution, Problem


def answer_json(answer: Answer, *, explain: bool = False) -> dict[str, Any]:
    """One answer as plain data; with `explain`, also how it was reached."""
    plain: dict[str, Any] = {
        "question": answer.question,
        "verdict": answer.verdict,
        "confidence": round(answer.confidence, 4),
        "reply": answer.reply,
        "results": [
            {
                "id": result.resource.id,
                "title": result.resource.title,
                "url": result.resource.url,
                "confidence": round(result.confidence, 4),
                "why": list(result.why),
            }
            for result in answer.results
        ],
        "candidates": [
            {
                "id": candidate.resource.id,
                "url": candidate.resource.url,
                "score": round(candidate.score, 4),
            }
            for candidate in answer.candidates
        ],
    }
    if explain:
        plain["explain"] = {
            "reading": [
                {"word": read.word, "weight": round(read.weight, 4), "terms": list(read.terms)}
                for read in answer.reading
            ],
            "features": {
                candidate.resource.id: _sum_json(candidate.features)
                for candidate in answer.candidates
            },
            "confidence": _sum_json(answer.evidence),
        }
    return plain


def problems_json(problems: tuple[Problem, ...]) -> list[dict[str, Any]]:
    """Problems as plain data, in file order."""
    return [
        {
            "file": problem.file,
            "line": problem.line,
            "column": problem.column,
            "message": problem.message,
            "remedy": problem.remedy,
        }
        for problem in problems
    ]


def _sum_json(lines: tuple[Contribution, ...]) -> dict[str, dict[str, float]]:
    return {
        line.name: {"value": round(line.value, 4), "adds": round(line.adds, 4)} for line in lines
    }
