"""How well labelled questions are answered: figures, and reasons for what went wrong.

Pure: from questions and their answers. All shares are 0 to 1.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import zip_longest
from math import log2
from typing import Literal, get_args

from bot import question
from bot.labelled import Labelled
from bot.model import SURFACES, Answer, Candidate, Catalogue, Surface, Verdict
from bot.search.confidence import BANDS

DEPTH = 20
"""How many candidates to ask for, so that a resource that came late can be told of."""

NDCG_AT, RECALL_AT = 5, 3
COLLECTION_AT = 10
BINS = 10

FaultKind = Literal["wrong answer", "false answer", "wrong first", "not answered"]
FAULT_KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
"""Worst first."""

# Words that weigh less than this share of the heaviest are no reason.
_TELLING = 0.15
# A feature ahead by less than this in the score is no reason.
_AHEAD = 0.05
_MOST_FEATURES = 2
# What the lines of an answer's sum are called where they put one resource before another.
_PLAINLY = {
    "impact": "words that tell more",
    "coverage": "more of the question",
    "title closeness": "a title or other name nearer to it",
    "ask closeness": "an ask nearer to it",
    "second ask": "a second ask near to it",
    "verbatim": "an ask, title or other name in these words",
    "meaning": "what it means",
    "feedback": "the thumbs it has",
}
_MOST_WORDS = 4
WHERE: dict[Surface, str] = {
    "mention": "a mention",
    "dm": "a direct message",
    "slash": "the command",
    "channel": "a channel",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one labelled question."""

    id: str
    text: str
    surface: Surface
    style: str
    answerable: bool
    """Whether any resource is labelled for it; if not, nothing should be shown."""
    verdict: Verdict
    confidence: float
    first: str | None
    """Id of the first candidate, whatever the verdict."""
    right: bool
    """The first candidate is labelled; of a line to refuse: it was not answered."""
    place: int | None
    """Place of the first labelled resource, from 1; None if it is not among the candidates."""
    ndcg: float | None
    recall: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a group of lines comes to; None where no line bears on it."""

    answerable: int
    first_right: float | None
    ndcg: float | None
    """nDCG@5."""
    recall: float | None
    """Share of the labelled resources among the first three candidates."""
    answered: float | None
    wrong_answers: int
    """Answerable lines answered with another resource first."""
    to_refuse: int
    false_answers: int
    false_share: float | None
    auroc: float | None
    """Chance that an answerable line is held surer than one to refuse; channels left out."""
    calibration_error: float | None
    """Expected calibration error of the confidence; channels left out."""
    channel_noise: float | None
    """Share of the lines to refuse in channels that were answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """All figures of a run, and its lines in order."""

    overall: Figures
    by_style: Mapping[str, Figures]
    by_surface: Mapping[str, Figures]
    lines: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Bin:
    """Lines of about the same confidence."""

    lines: int
    confidence: float
    """Their mean."""
    right: float
    """Share of them whose first candidate is right."""


@dataclass(frozen=True, slots=True)
class Point:
    """What a threshold of confidence would let through."""

    threshold: float
    answered: float
    """Share of the answerable lines."""
    noise: float
    """Share of the lines to refuse."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs side by side."""

    lines: int
    """Lines that are in both."""
    only_before: int
    only_after: int
    better: tuple[tuple[Outcome, Outcome], ...]
    """Lines before and after."""
    worse: tuple[tuple[Outcome, Outcome], ...]


@dataclass(frozen=True, slots=True)
class Retrieval:
    """How well a retrieval collection is searched."""

    name: str
    ndcg: float
    """nDCG@10, the mean over the queries."""
    recall: float
    """Recall@10, the mean over the queries."""
    queries: int
    documents: int


# One line


def judge(asked: Labelled, answer: Answer, numbers: Mapping[str, int]) -> Outcome:
    """What became of a question; `numbers` are those of the resources by id."""
    grades = asked.relevant
    ranking = [numbers[candidate.resource.id] for candidate in answer.candidates]
    gains = [grades.get(number, 0) for number in ranking]
    places = [place for place, gain in enumerate(gains, 1) if gain]
    answered = answer.verdict == "answer"
    return Outcome(
        id=asked.id,
        text=asked.text,
        surface=asked.surface,
        style=asked.style,
        answerable=bool(grades),
        verdict=answer.verdict,
        confidence=answer.confidence,
        first=answer.candidates[0].resource.id if ranking else None,
        right=bool(places) and places[0] == 1 if grades else not answered,
        place=places[0] if places else None,
        ndcg=ndcg(gains, list(grades.values()), NDCG_AT) if grades else None,
        recall=recall(gains, len(grades), RECALL_AT) if grades else None,
    )


def ndcg(gains: Sequence[int], labels: Sequence[int], depth: int) -> float:
    """Normalised discounted cumulative gain of the first `depth` places, 0 to 1.

    The gain is the grade itself, as in trec_eval, over log2(place + 1); the ideal is made of
    all labels, which must not be empty (Järvelin and Kekäläinen 2002).
    """
    return _gained(gains[:depth]) / _gained(sorted(labels, reverse=True)[:depth])


def _gained(gains: Sequence[int]) -> float:
    return sum(gain / log2(place + 1) for place, gain in enumerate(gains, 1))


def recall(gains: Sequence[int], labels: int, depth: int) -> float:
    """The share of all labelled resources that is among the first `depth` places."""
    return sum(gain > 0 for gain in gains[:depth]) / labels


# Many lines


def evaluation(lines: Sequence[Outcome]) -> Evaluation:
    """All figures; styles in the order in which they first come, surfaces in their usual one."""
    styles: dict[str, list[Outcome]] = defaultdict(list)
    for line in lines:
        styles[line.style].append(line)
    surfaces = {name: [line for line in lines if line.surface == name] for name in SURFACES}
    return Evaluation(
        overall=figures(lines),
        by_style={name: figures(some) for name, some in styles.items()},
        by_surface={name: figures(some) for name, some in surfaces.items() if some},
        lines=tuple(lines),
    )


def figures(lines: Sequence[Outcome]) -> Figures:
    """What these lines come to."""
    answerable = [line for line in lines if line.answerable]
    others = [line for line in lines if not line.answerable]
    addressed = [line for line in lines if line.surface != "channel"]
    return Figures(
        answerable=len(answerable),
        first_right=_mean([line.right for line in answerable]),
        ndcg=_mean([line.ndcg or 0.0 for line in answerable]),
        recall=_mean([line.recall or 0.0 for line in answerable]),
        answered=_mean([line.verdict == "answer" for line in answerable]),
        wrong_answers=sum(fault(line) == "wrong answer" for line in lines),
        to_refuse=len(others),
        false_answers=sum(fault(line) == "false answer" for line in lines),
        false_share=_mean([not line.right for line in others]),
        auroc=auroc(
            [line.confidence for line in addressed if line.answerable],
            [line.confidence for line in addressed if not line.answerable],
        ),
        calibration_error=calibration_error(bins(lines)),
        channel_noise=_mean([not line.right for line in others if line.surface == "channel"]),
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """The chance that one of the first is above one of the second, equal ones counting half.

    That is the Mann-Whitney U over the number of pairs (Hanley and McNeil 1982); None without
    pairs.
    """
    if not positive or not negative:
        return None
    below = sorted(negative)
    won = sum(bisect_left(below, value) + bisect_right(below, value) for value in positive)
    return won / 2 / len(positive) / len(negative)


def bins(lines: Sequence[Outcome]) -> tuple[Bin, ...]:
    """Lines where the bot was addressed in ten bins of confidence of equal width, lowest first.

    Right is what shows a labelled resource first, so a line to refuse never is.
    """
    some: list[list[Outcome]] = [[] for _ in range(BINS)]
    for line in lines:
        if line.surface != "channel":
            some[min(int(line.confidence * BINS), BINS - 1)].append(line)
    return tuple(
        Bin(
            len(one),
            _mean([line.confidence for line in one]) or 0.0,
            _mean([line.answerable and line.right for line in one]) or 0.0,
        )
        for one in some
    )


def calibration_error(given: Sequence[Bin]) -> float | None:
    """Expected calibration error: the mean distance of confidence and share right over the bins,
    weighted by their lines (Guo et al. 2017); None without lines.
    """
    total = sum(one.lines for one in given)
    if not total:
        return None
    return sum(one.lines * abs(one.confidence - one.right) for one in given) / total


def trade_off(lines: Sequence[Outcome], at: Sequence[float] = ()) -> tuple[Point, ...]:
    """What each threshold would let through by confidence alone, highest threshold first.

    The thresholds are the confidences that occur, or those given. A line of a channel that does
    not ask to learn is never let through. Empty without lines of both kinds.
    """
    passing = [
        line for line in lines if line.surface != "channel" or question.parse(line.text).asks
    ]
    sure = sorted(line.confidence for line in passing if line.answerable)
    stray = sorted(line.confidence for line in passing if not line.answerable)
    answerable = sum(line.answerable for line in lines)
    others = len(lines) - answerable
    if not answerable or not others:
        return ()
    return tuple(
        Point(
            threshold,
            (len(sure) - bisect_left(sure, threshold)) / answerable,
            (len(stray) - bisect_left(stray, threshold)) / others,
        )
        for threshold in sorted({*(at or (*sure, *stray))}, reverse=True)
    )


# Two runs


def compare(before: Evaluation, after: Evaluation) -> Comparison:
    """Which lines got better and worse. Lines are matched by id and text, and those left over by
    text alone: a line without an id is named by its place, which changes when others come or go.
    """
    pairs: list[tuple[int, int]] = []
    old = dict(enumerate(before.lines))
    new = dict(enumerate(after.lines))
    for named in (True, False):
        known: dict[tuple[str, str], list[int]] = defaultdict(list)
        for at, line in old.items():
            known[line.id if named else "", line.text].append(at)
        for at, line in list(new.items()):
            if places := known[line.id if named else "", line.text]:
                pairs.append((places.pop(0), at))
                del old[pairs[-1][0]], new[at]
    both = [(before.lines[a], after.lines[b]) for a, b in sorted(pairs, key=lambda pair: pair[1])]
    return Comparison(
        lines=len(both),
        only_before=len(old),
        only_after=len(new),
        better=tuple(pair for pair in both if _standing(pair[1]) > _standing(pair[0])),
        worse=tuple(pair for pair in both if _standing(pair[1]) < _standing(pair[0])),
    )


def differences(
    before: Figures, after: Figures
) -> Iterator[tuple[str, float | None, float | None, float | None]]:
    """Each figure by name: before, after, and what was added; to four digits, as they are kept."""
    for field in fields(Figures):
        old, new = (_rounded(getattr(one, field.name)) for one in (before, after))
        yield (
            field.name,
            old,
            new,
            round(new - old, 4) if old is not None and new is not None else None,
        )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _standing(line: Outcome) -> int:
    """How well a line went, to be compared with itself in another run."""
    kind = fault(line)
    return len(FAULT_KINDS) if kind is None else FAULT_KINDS.index(kind)


# What went wrong


def fault(line: Outcome) -> FaultKind | None:
    """What went wrong with a line; None if it went well."""
    answered = line.verdict == "answer"
    if not line.answerable:
        return "false answer" if answered else None
    if not line.right:
        return "wrong answer" if answered else "wrong first"
    return None if answered else "not answered"


def faults(
    lines: Sequence[Outcome], most: int | None = None
) -> dict[FaultKind, tuple[int, list[int]]]:
    """By kind, worst first: how many lines went wrong so, and the places of those to tell of.

    Of at most `most` lines each kind gets its share, so that many of one hide none of another.
    """
    by_kind: dict[FaultKind, list[int]] = {kind: [] for kind in FAULT_KINDS}
    for at, line in enumerate(lines):
        if kind := fault(line):
            by_kind[kind].append(at)
    in_turn = [kind for turn in zip_longest(*_kinds(by_kind)) for kind in turn if kind]
    shares = Counter(in_turn[:most])
    return {kind: (len(ats), ats[: shares[kind]]) for kind, ats in by_kind.items() if ats}


def _kinds(by_kind: Mapping[FaultKind, list[int]]) -> Iterator[list[FaultKind]]:
    for kind, ats in by_kind.items():
        yield [kind] * len(ats)


def wanted(asked: Labelled, answer: Answer, catalogue: Catalogue) -> str | None:
    """Id of the labelled resource that came first, or of the best one; None if none is labelled."""
    if not asked.relevant:
        return None
    ids = {catalogue.resources[number].id: grade for number, grade in asked.relevant.items()}
    ranked = (candidate.resource.id for candidate in answer.candidates)
    return next((name for name in ranked if name in ids), max(ids, key=lambda name: ids[name]))


def reasons(
    asked: Labelled,
    answer: Answer,
    catalogue: Catalogue,
    holders: Callable[[str], Collection[str]],
) -> Iterator[str]:
    """Why a line went wrong, as phrases for a curator.

    `holders` gives the ids of the resources that a word alone leads to.
    """
    aim = wanted(asked, answer, catalogue)
    if not answer.candidates:
        yield "no resource holds any of its words"
    elif aim is None:
        shown = answer.results[0].why if answer.results else ()
        yield "; ".join(shown) or "no word speaks for it alone"
    elif answer.candidates[0].resource.id != aim:
        yield from _why_another(answer, aim, holders)
    else:
        yield from _why_silent(answer, holders)
    if answer.unknown and aim is not None:
        yield f"the catalogue does not know {_listed(answer.unknown)}"


def _why_another(
    answer: Answer, aim: str, holders: Callable[[str], Collection[str]]
) -> Iterator[str]:
    winner = answer.candidates[0]
    heaviest = max((read.weight for read in answer.reading), default=0.0)
    words = [
        (read.word, holders(read.word))
        for read in sorted(answer.reading, key=lambda read: -read.weight)
        if read.terms and read.weight >= _TELLING * heaviest
    ]
    theirs = [word for word, ids in words if winner.resource.id in ids and aim not in ids]
    if theirs:
        yield f"{_listed(theirs)} {_leads(theirs)} to the first, not to the wanted one"
    own = [word for word, ids in words if aim in ids]
    beaten = next((one for one in answer.candidates if one.resource.id == aim), None)
    if beaten is None:
        said = f"{_listed(own)} {_leads(own)} to it" if own else "no telling word leads to it"
        count = len(answer.candidates)
        late = f"is not among the first {count}" if count >= DEPTH else "does not come up at all"
        yield f"the wanted one {late}: {said}"
    else:
        yield from _ahead(winner, beaten)


def _ahead(winner: Candidate, beaten: Candidate) -> Iterator[str]:
    """Which features put one candidate before another, the strongest first."""
    leads = sorted(
        (
            (won.adds - lost.adds, won.name, won.value, lost.value)
            for won, lost in zip(winner.features, beaten.features, strict=True)
        ),
        reverse=True,
    )
    said = [
        f"{_PLAINLY.get(name, name)} ({high:.2f} against {low:.2f})"
        for lead, name, high, low in leads[:_MOST_FEATURES]
        if lead >= _AHEAD
    ]
    yield f"ahead by {' and '.join(said)}" if said else "the two are all but equal"


def _why_silent(answer: Answer, holders: Callable[[str], Collection[str]]) -> Iterator[str]:
    surface, needed = answer.surface, BANDS[answer.surface].answer
    if surface == "channel" and not question.parse(answer.question).asks:
        yield "it does not read as a question to learn from, so it is silence in a channel"
        return
    if answer.verdict == "nothing" and not answer.subject:
        yield "it names nothing to learn about"
        return
    first = answer.candidates[0].resource.id
    missing = [
        word for word in answer.subject if word not in answer.unknown and first not in holders(word)
    ]
    yield f"below the {needed:.2f} that {WHERE[surface]} needs"
    if missing:
        yield f"the first holds nothing for {_listed(missing)}"
    elif not answer.unknown:
        yield "the first holds every word, but they tell little"


def _leads(words: Sequence[str]) -> str:
    return "leads" if len(words) == 1 else "lead"


def _listed(words: Sequence[str]) -> str:
    shown = [f"“{word}”" for word in words[:_MOST_WORDS]]
    return " and ".join(part for part in (", ".join(shown[:-1]), shown[-1]) if part)


# Collections


def retrieval(
    name: str, found: Sequence[tuple[Labelled, Sequence[int]]], documents: int
) -> Retrieval:
    """The figures of a collection, from each query with the numbers of what was found for it."""
    gains = [([asked.relevant.get(number, 0) for number in ids], asked) for asked, ids in found]
    return Retrieval(
        name,
        _mean([ndcg(one, [*asked.relevant.values()], COLLECTION_AT) for one, asked in gains]) or 0,
        _mean([recall(one, len(asked.relevant), COLLECTION_AT) for one, asked in gains]) or 0,
        len(found),
        documents,
    )
