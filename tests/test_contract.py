"""The JSON for other programs, made from values by hand."""

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import pytest

from bot.checks.finding import Finding
from bot.contract import (
    answer_json,
    collections_json,
    comparison_json,
    evaluation_json,
    findings_json,
    gaps_json,
    read_evaluation,
)
from bot.evaluate import Comparison, Evaluation, Figures, Outcome, Retrieval
from bot.gaps import Gap, Gaps
from bot.model import (
    Answer,
    Candidate,
    Contribution,
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


def test_what_is_gone_says_so() -> None:
    """A result whose link was found dead has the day of that, and no other has the name."""
    dead = replace(FIRST, gone=dt.date(2026, 3, 2))
    results = [Result(resource=one, confidence=0.5, why=()) for one in (dead, SECOND)]
    first, second = answer_json(an_answer(results=tuple(results)))["results"]
    assert first["gone"] == "2026-03-02"
    assert "gone" not in second


def test_an_explanation_is_written_letter_for_letter() -> None:
    """The explanation comes last, and holds the words, the sums by name, and the model."""
    plain = answer_json(an_answer())
    full = answer_json(an_answer(), explain=True, model="MiniLM")
    assert list(full) == [*plain, "explain"]
    line = '{"impact": {"value": 0.1235, "adds": 0.6543}, "gap": {"value": 1, "adds": -2}}'
    assert json.dumps(full["explain"]) == (
        '{"reading": [{"word": "work", "weight": 0.3333, "terms": ["works", "worked"]}], '
        f'"features": {{"first": {line}, "second": {{}}}}, "confidence": {line}, '
        '"model": "MiniLM"}'
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


def test_findings_are_written_in_parts() -> None:
    """A finding is told part by part; what has to be mended stands apart from advice."""
    common: dict[str, Any] = {"line": 3, "column": 5, "reason": "Wrong.", "remedy": "Mend."}
    wrong = Finding(code="id", severity="error", path=(), **common)
    better = Finding(code="http", severity="hint", path=("resources", 0, "url"), **common)
    given = findings_json([better, wrong], "c.yaml")
    assert json.dumps(given) == (
        '{"ok": false, '
        '"problems": [{"file": "c.yaml", "line": 3, "column": 5, "message": "Wrong.", '
        '"remedy": "Mend.", "code": "id", "severity": "error", "path": [], "fix": null}], '
        '"advice": [{"file": "c.yaml", "line": 3, "column": 5, "message": "Wrong.", '
        '"remedy": "Mend.", "code": "http", "severity": "hint", "path": ["resources", 0, "url"], '
        '"fix": null}]}'
    )
    assert findings_json([better], "c.yaml")["ok"] is True
    assert findings_json([], "c.yaml") == {"ok": True, "problems": [], "advice": []}


def test_gaps_are_written_letter_for_letter() -> None:
    """A gap is its words and figures; the questions behind it are not named."""
    then = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
    gap = Gap(
        words=("nested", "vm"), times=3, people=2, first=then, last=then, keys=("k",), waiting=1
    )
    assert json.dumps(gaps_json(Gaps((gap,), 4))) == (
        '{"gaps": [{"words": ["nested", "vm"], "times": 3, "people": 2, '
        '"first": "2026-01-05T12:00:00+00:00", "last": "2026-01-05T12:00:00+00:00", '
        '"waiting": 1}], "hidden": 4}'
    )
    assert gaps_json(Gaps()) == {"gaps": [], "hidden": 0}


# Evaluations

FIGURES = Figures(
    answerable=1,
    first_right=0.987654321,
    ndcg=0.5,
    recall=1.0,
    answered=0.0,
    wrong_answers=0,
    to_refuse=0,
    false_answers=0,
    false_share=None,
    auroc=None,
    calibration_error=0.123456,
    channel_noise=None,
)
LINE = Outcome(
    id="q1",
    text="how 🐢",
    surface="dm",
    style="plain",
    answerable=True,
    verdict="unsure",
    confidence=0.123456,
    first=None,
    right=False,
    place=None,
    ndcg=0.0,
    recall=0.0,
)
RUN = Evaluation(
    overall=FIGURES, by_style={"plain": FIGURES}, by_surface={"dm": FIGURES}, lines=(LINE,)
)


def test_an_evaluation_is_written_letter_for_letter() -> None:
    """Names, their order and four decimals are a promise; the version comes first."""
    figures = (
        '{"answerable": 1, "first_right": 0.9877, "ndcg": 0.5, "recall": 1.0, "answered": 0.0, '
        '"wrong_answers": 0, "to_refuse": 0, "false_answers": 0, "false_share": null, '
        '"auroc": null, "calibration_error": 0.1235, "channel_noise": null}'
    )
    assert json.dumps(evaluation_json(RUN), ensure_ascii=False) == (
        f'{{"version": 1, "overall": {figures}, "by_style": {{"plain": {figures}}}, '
        f'"by_surface": {{"dm": {figures}}}, "lines": [{{"id": "q1", "text": "how 🐢", '
        '"surface": "dm", "style": "plain", "answerable": true, "verdict": "unsure", '
        '"confidence": 0.1235, "first": null, "right": false, "place": null, "ndcg": 0.0, '
        '"recall": 0.0}]}'
    )


def test_an_evaluation_can_be_read_again() -> None:
    """What was written is read as it was, to four decimals; names it does not know are nothing."""
    plain = json.loads(json.dumps(evaluation_json(RUN)))
    assert evaluation_json(read_evaluation(plain)) == plain
    plain["lines"][0]["later"] = plain["compared"] = 1
    assert read_evaluation(plain).lines[0].id == "q1"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ([], [], "it is not an object"),
        (["version"], 2, 'it has no "version": 1'),
        (["lines"], {}, 'it has no list "lines"'),
        (["lines", 0], 1, "line 1 is not an object"),
        (["lines", 0, "surface"], "mail", 'line 1 has no fitting "surface"'),
        (["lines", 0, "surface"], [], 'line 1 has no fitting "surface"'),
        (["lines", 0, "right"], 1, 'line 1 has no fitting "right"'),
        (["lines", 0, "place"], "1", 'line 1 has no fitting "place"'),
        (["overall", "wrong_answers"], True, '"overall" has no fitting "wrong_answers"'),
        (["overall", "ndcg"], True, '"overall" has no fitting "ndcg"'),
        (["overall"], None, '"overall" is not an object'),
        (["by_style"], [], '"by_style" is not an object'),
        (["by_surface", "dm", "answerable"], 1.5, '"by_surface", "dm" has no fitting "answerable"'),
    ],
)
def test_what_is_no_evaluation_is_told(path: list[Any], value: object, said: str) -> None:
    """A value that is not as it was written is named."""
    plain: Any = {"": json.loads(json.dumps(evaluation_json(RUN)))}
    inside = plain
    for step in ["", *path][:-1]:
        inside = inside[step]
    inside[["", *path][-1]] = value
    with pytest.raises(ValueError, match=f"^{said}$"):
        read_evaluation(plain[""])


def test_comparisons_and_collections_are_written_letter_for_letter() -> None:
    """A comparison names the lines that changed, a collection its four figures."""
    assert json.dumps(comparison_json(Comparison(3, 1, 0, ((LINE, LINE),), ()))) == (
        '{"lines": 3, "only_before": 1, "only_after": 0, '
        '"better": [{"id": "q1", "text": "how \\ud83d\\udc22"}], "worse": []}'
    )
    assert json.dumps(collections_json([Retrieval("c", 0.123456, 1.0, 2, 3)])) == (
        '{"version": 1, "collections": [{"name": "c", "ndcg": 0.1235, "recall": 1.0, '
        '"queries": 2, "documents": 3}]}'
    )
