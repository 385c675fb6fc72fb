"""The JSON that other programs read: field names here are a promise."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from bot import schedule
from bot.checks.finding import Finding
from bot.digest import Digest
from bot.errors import ScheduleError
from bot.evaluate import Comparison, Evaluation, Figures, Outcome, Retrieval
from bot.explaining import Explained, Standing, WhyNot
from bot.gaps import Gaps
from bot.model import Answer, Contribution
from bot.records import Decision, Edition, Subscription, Suggestion, Thumbs

EVALUATION_VERSION = 1


def answer_json(
    answer: Answer, *, explain: bool = False, model: str | None = None
) -> dict[str, Any]:
    """One answer as plain data; with `explain`, also how it was reached, and by which sentence
    model beside the words, if any.
    """
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
            # Nothing is there unless its link was found dead: most programs never meet it.
            | ({"gone": str(result.resource.gone)} if result.resource.gone else {})
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
            "model": model,
        }
    return plain


def findings_json(findings: Sequence[Finding], file: str) -> dict[str, Any]:
    """What a check found, as plain data: `problems` have to be mended, `advice` is the rest."""
    told = [
        {
            "file": file,
            "line": finding.line,
            "column": finding.column,
            "message": finding.reason,
            "remedy": finding.remedy,
            "code": finding.code,
            "severity": finding.severity,
            "path": list(finding.path),
            "fix": finding.fix,
        }
        for finding in findings
    ]
    problems = [one for one in told if one["severity"] == "error"]
    advice = [one for one in told if one["severity"] != "error"]
    return {"ok": not problems, "problems": problems, "advice": advice}


def explained_json(given: Explained) -> dict[str, Any]:
    """Why a question found what it found, as plain data."""
    return {
        "question": given.answer.question,
        "surface": given.answer.surface,
        "verdict": given.answer.verdict,
        "confidence": round(given.answer.confidence, 4),
        "needed": given.needed,
        "read_as": given.read_as or given.answer.question,
        "beside": given.beside,
        "subject": list(given.subject),
        "unknown": list(given.unknown),
        "ignored": list(given.ignored),
        "readings": list(given.readings),
        "standings": [_standing_json(one) for one in given.standings],
    }


def why_not_json(given: WhyNot) -> dict[str, Any]:
    """Why a resource was not what a question found, and what changes it, as plain data."""
    remedy = given.remedy
    return {
        "id": given.resource.id,
        "line": given.line,
        "shown": given.is_shown,
        "standing": _standing_json(given.standing) if given.standing else None,
        "because": list(given.because),
        "remedy": remedy
        and {
            "key": remedy.key,
            "value": remedy.value,
            "line": remedy.line.number,
            "text": remedy.line.text,
            "new_line": remedy.line.is_new,
            "place": remedy.place,
            "verdict": remedy.verdict,
            "confidence": round(remedy.confidence, 4),
            "costs": list(remedy.costs),
        },
        "hindrance": given.hindrance,
        "explained": explained_json(given.explained),
    }


def _standing_json(given: Standing) -> dict[str, Any]:
    return {
        "id": given.resource.id,
        "title": given.resource.title,
        "line": given.line,
        "place": given.place,
        "chance": round(given.chance, 4),
        "why": list(given.why),
    }


def gaps_json(found: Gaps) -> dict[str, Any]:
    """Gaps as plain data, most wanted first; their questions are counted, and not named."""
    return {
        "gaps": [
            {
                "words": list(gap.words),
                "times": gap.times,
                "people": gap.people,
                "first": gap.first.isoformat(),
                "last": gap.last.isoformat(),
                "waiting": gap.waiting,
            }
            for gap in found.shown
        ],
        "hidden": found.hidden,
    }


def unhelpful_json(found: Sequence[tuple[str, Thumbs]]) -> list[dict[str, Any]]:
    """Resources that did not help somebody, by their id, as plain data, the worst first."""
    return [{"resource": name, "up": each.up, "down": each.down} for name, each in found]


def subscription_json(
    given: Subscription, editions: Sequence[Edition], moment: dt.datetime
) -> dict[str, Any]:
    """A subscription as plain data, with the digest before and the one after a moment."""
    own = [one for one in editions if one.channel == given.channel]
    is_on = given.state == "on"
    return {
        "channel": given.channel,
        "state": given.state,
        "reason": given.reason,
        "schedule": schedule.spoken(given.weekly),
        "topics": list(given.topics),
        "always": given.always,
        "next": _next(given, own, moment) if is_on else None,
        "last": {"at": own[0].at.isoformat(), "outcome": own[0].outcome} if own else None,
    }


def _next(given: Subscription, own: Sequence[Edition], moment: dt.datetime) -> str | None:
    taken = {one.slot for one in own}
    try:
        return schedule.upcoming(given.weekly, max(moment, given.since), taken).at.isoformat()
    except ScheduleError:
        # The time zone is not known any more, so there is none.
        return None


def digest_json(given: Digest) -> dict[str, Any]:
    """A digest as plain data; resources and topics by their ids."""
    return {
        "since": given.since.isoformat(),
        "until": given.until.isoformat(),
        "first": given.is_first,
        "empty": given.is_empty,
        "size": given.size,
        "topics": [topic.id for topic in given.topics],
        "lost_topics": list(given.lost_topics),
        "new": [one.id for one in given.new],
        "new_count": given.new_count,
        "more": {topic.id: count for topic, count in given.more},
        "changed": [one.id for one in given.changed],
        "changed_count": given.changed_count,
        "asked": [
            {
                "topic": one.topic.id,
                "people": one.people,
                "times": one.times,
                "resource": one.resource.id if one.resource else None,
            }
            for one in given.asked
        ],
        "best": {
            "resource": given.best.resource.id,
            "up": given.best.thumbs.up,
            "down": given.best.thumbs.down,
        }
        if given.best
        else None,
        "gap": {"words": list(given.gap.words), "times": given.gap.times} if given.gap else None,
        "look": given.look.id if given.look else None,
        "gone": [one.id for one in given.gone],
        "gone_count": given.gone_count,
    }


def suggestion_json(given: Suggestion) -> dict[str, Any]:
    """A suggestion as plain data; people by their Slack IDs, null once they are forgotten."""
    return {
        "number": given.id,
        "status": given.status,
        "title": given.draft.title,
        "url": given.draft.url,
        "summary": given.draft.summary,
        "topics": list(given.draft.topics),
        "ask": given.draft.ask,
        "by": given.by,
        "at": given.at.isoformat(),
        "resource": given.resource,
        "decided_by": given.decided_by,
        "decided_at": given.decided_at.isoformat() if given.decided_at else None,
        "reason": given.reason,
    }


def decision_json(given: Decision) -> dict[str, Any]:
    """One step in what became of a suggestion, as plain data; `by` is empty if none of Slack."""
    return {
        "action": given.action,
        "by": given.by,
        "at": given.at.isoformat(),
        "reason": given.reason,
    }


def evaluation_json(given: Evaluation, *, model: str | None = None) -> dict[str, Any]:
    """An evaluation as plain data, with the sentence model that had a say, if any.

    `read_evaluation` reads it again.
    """
    return {
        "version": EVALUATION_VERSION,
        "overall": _rounded(given.overall),
        "by_style": {name: _rounded(some) for name, some in given.by_style.items()},
        "by_surface": {name: _rounded(some) for name, some in given.by_surface.items()},
        "lines": [_rounded(line) for line in given.lines],
        **({"model": model} if model else {}),
    }


def comparison_json(given: Comparison) -> dict[str, Any]:
    """Which lines got better and worse since another run, as plain data."""
    return {
        "lines": given.lines,
        "only_before": given.only_before,
        "only_after": given.only_after,
        "better": [{"id": after.id, "text": after.text} for _, after in given.better],
        "worse": [{"id": after.id, "text": after.text} for _, after in given.worse],
    }


def collections_json(given: Sequence[Retrieval], *, model: str | None = None) -> dict[str, Any]:
    """The figures of retrieval collections as plain data, with the model that had a say, if any."""
    return {
        "version": EVALUATION_VERSION,
        "collections": [_rounded(one) for one in given],
        **({"model": model} if model else {}),
    }


def read_evaluation(plain: object) -> Evaluation:
    """What `evaluation_json` gave; raises ValueError with what is wrong, as part of a sentence."""
    given = _block(plain, "it")
    if given.get("version") != EVALUATION_VERSION:
        raise _unfit(f'it has no "version": {EVALUATION_VERSION}')
    lines = given.get("lines")
    if not isinstance(lines, list):
        raise _unfit('it has no list "lines"')
    return Evaluation(
        overall=Figures(**_typed(Figures, given.get("overall"), '"overall"')),
        by_style=_groups(given, "by_style"),
        by_surface=_groups(given, "by_surface"),
        lines=tuple(
            Outcome(**_typed(Outcome, line, f"line {number}"))
            for number, line in enumerate(lines, 1)
        ),
    )


def _groups(given: Mapping[str, object], key: str) -> dict[str, Figures]:
    groups = _block(given.get(key), f'"{key}"')
    return {
        name: Figures(**_typed(Figures, some, f'"{key}", "{name}"'))
        for name, some in groups.items()
    }


def _unfit(reason: str) -> ValueError:
    return ValueError(reason)


def _block(plain: object, where: str) -> dict[str, Any]:
    if not isinstance(plain, dict):
        raise _unfit(f"{where} is not an object")
    return plain


def _typed(of: type, plain: object, where: str) -> dict[str, Any]:
    """The fields of a dataclass, each of its type; others are left out."""
    given, hints = _block(plain, where), get_type_hints(of)
    for field in fields(of):
        if field.name not in given or not _is(given[field.name], hints[field.name]):
            raise _unfit(f'{where} has no fitting "{field.name}"')
    return {field.name: given[field.name] for field in fields(of)}


def _is(value: object, hint: Any) -> bool:
    if get_origin(hint) in (Union, UnionType):
        return any(_is(value, choice) for choice in get_args(hint))
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if hint is float:
        return type(value) in (int, float)
    return type(value) is hint


def _rounded(given: Figures | Outcome | Retrieval) -> dict[str, Any]:
    return {
        name: round(value, 4) if isinstance(value, float) else value
        for name, value in asdict(given).items()
    }


def _sum_json(lines: tuple[Contribution, ...]) -> dict[str, dict[str, float]]:
    return {
        line.name: {"value": round(line.value, 4), "adds": round(line.adds, 4)} for line in lines
    }
