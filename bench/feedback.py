"""How many first results the thumbs of people would move, on the project's own labelled questions.

`python -m bench.feedback` lets people vote on the first result of every question that shows one:
honestly (five votes each; a right one gets an up with a chance of 0.8, a wrong one a down with 0.7)
or out of spite. It prints how many first results then change, to a right and to a wrong one, and
stops if a verdict does.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.labelled import Labelled, own_sets
from bot.model import Answer
from bot.records import Thumbs
from bot.search import Index
from bot.search.prior import priors

SEEDS = 5
VOTES = 5
UP_IF_RIGHT, UP_IF_WRONG = 0.8, 0.3
SPAM = 20

Half = Callable[[int], bool]


@dataclass(frozen=True, slots=True)
class Case:
    """A labelled question, the index it is asked of, and the answer without feedback."""

    index: Index
    asked: Labelled
    answer: Answer
    right: frozenset[str]


def main() -> None:
    """Print one row for each way to vote."""
    subjects = [list(_cases(index, questions)) for index, questions in _indexes()]
    table = Table(title="First results moved by feedback", title_justify="left")
    for column in ("votes", "to right", "to wrong", "right to right"):
        table.add_column(column, justify="left" if column == "votes" else "right")
    for said, voters, others in (
        ("honest, on the same questions", _all, _all),
        ("honest, on every other question", _even, _odd),
    ):
        moved: Counter[str] = Counter()
        for seed in range(SEEDS):
            for number, cases in enumerate(subjects):
                chance = np.random.default_rng([seed, number])
                liked = priors(_honest(_some(cases, voters), chance))
                for case in _some(cases, others):
                    moved[_move(case, liked)] += 1
        _row(table, said, moved, SEEDS)
    for downs in (1, SPAM):
        spiteful = Counter(
            _move(case, priors(dict.fromkeys(case.right, Thumbs(0, downs))))
            for cases in subjects
            for case in cases
        )
        _row(table, f"{downs} against what is right, question by question", spiteful, 1)
    most = Counter(
        _move(case, _against(case, cases)) for cases in subjects for case in cases if case.right
    )
    _row(table, "as many as there can be, and all for the others", most, 1)
    together: Counter[str] = Counter()
    for cases in subjects:
        right = {one for case in cases for one in case.right}
        spam = priors(dict.fromkeys(right, Thumbs(0, SPAM)))
        together.update(_move(case, spam) for case in cases)
    _row(table, f"{SPAM} against all that is right for any question", together, 1)
    Console(width=100).print(table)


def _indexes() -> Iterator[tuple[Index, tuple[Labelled, ...]]]:
    for one in own_sets():
        yield Index.build(one.catalogue), one.questions


def _cases(index: Index, questions: tuple[Labelled, ...]) -> Iterator[Case]:
    resources = index.built.resources
    for asked in questions:
        right = frozenset(resources[number].id for number in asked.relevant)
        yield Case(index, asked, index.search(asked.text, asked.surface), right)


def _honest(cases: list[Case], chance: np.random.Generator) -> dict[str, Thumbs]:
    ups: Counter[str] = Counter()
    votes: Counter[str] = Counter()
    for case in cases:
        if case.answer.results:
            first = _first(case.answer)
            likely = UP_IF_RIGHT if first in case.right else UP_IF_WRONG
            ups[first] += int((chance.random(VOTES) < likely).sum())
            votes[first] += VOTES
    return {one: Thumbs(ups[one], votes[one] - ups[one]) for one in votes}


def _against(case: Case, cases: list[Case]) -> dict[str, float]:
    """The worst there can be for a question: what is right at the bottom, all else at the top."""
    every = {one for other in cases for one in other.right}
    every |= {one.resource.id for one in case.answer.candidates}
    return {one: -1.0 if one in case.right else 1.0 for one in every}


def _move(case: Case, liked: dict[str, float]) -> str:
    """What became of the first result."""
    after = case.index.preferring(liked).search(case.asked.text, case.asked.surface)
    if after.verdict != case.answer.verdict:
        raise SystemExit(f"The verdict changed: {case.asked.text}")
    first, other = _first(case.answer), _first(after)
    if first == other or not case.right:
        return "stays"
    was, now = first in case.right, other in case.right
    if was != now:
        return "to right" if now else "to wrong"
    return "right to right" if now else "wrong to wrong"


def _first(answer: Answer) -> str:
    return answer.candidates[0].resource.id if answer.candidates else ""


def _row(table: Table, said: str, moved: Counter[str], times: int) -> None:
    columns = ("to right", "to wrong", "right to right")
    table.add_row(said, *(f"{moved[column] / times:.1f}" for column in columns))


def _some(cases: list[Case], half: Half) -> list[Case]:
    return [case for number, case in enumerate(cases) if half(number)]


def _all(_: int) -> bool:
    return True


def _even(number: int) -> bool:
    return number % 2 == 0


def _odd(number: int) -> bool:
    return number % 2 == 1


if __name__ == "__main__":
    main()
