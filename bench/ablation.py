"""What each part of the search gives: the figures without it.

`python -m bench.ablation` asks all labelled questions of the project again and again, each time
with one feature of the ranking, or one sign of the confidence, taken out of its sum: of the
catalogues as they are, and as they were imported, with a title, an address, a summary and one topic
to each resource. The weights are those in place; the others are not fitted anew, so that a part
that repeats another seems to give nothing. With the sentence model, if ONBOARD_MODEL gives one; how
it does beside the words alone, style by style, comes last.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench.labelled import QUESTIONS, own_sets, uncurated
from bot import evaluate
from bot.evaluate import Evaluation, Outcome
from bot.evaluation_report import beside_words
from bot.labelled import Set
from bot.meaning.encoder import Encoder, encoder, why_none
from bot.meaning.vectors import place
from bot.search import Index, confidence, meaning, rank
from bot.settings import read_search_settings

DESCRIBED = "concept"
"""The style of questions that describe something without its name."""

# The first result is compared with others, so that no score may be zero.
_NEXT_TO_NOTHING = 1e-6

Taken = Callable[[], AbstractContextManager[None]]
"""Takes a part out of the search for a while."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One set of questions with its index."""

    given: Set
    index: Index
    numbers: dict[str, int]


def main() -> None:
    """Print a table for the catalogues as they are and as imported, and both by style."""
    parser = argparse.ArgumentParser(description="Measure what each part of the search gives.")
    parser.parse_args()
    out = Console(width=110)
    setting = read_search_settings().model
    model = encoder(setting, QUESTIONS)
    if model is None:
        out.print(f"By words alone: {why_none(setting)}.")
    sets = list(own_sets())
    bare = [replace(one, catalogue=uncurated(one.catalogue)) for one in sets]
    for title, some in (("as they are", sets), ("as imported", bare)):
        words = [_asked(one) for one in some]
        with Progress(console=Console(stderr=True), transient=True) as bar:
            both = (
                [
                    _knowing(one, model, title)
                    for one in bar.track(words, description="Computing vectors")
                ]
                if model
                else words
            )
            table = _table(f"Catalogues {title}", bar, both, words if model else None)
            out.print(table)
            if model:
                out.print(_by_subject(words, both))
                for part in beside_words(_ask(words), _ask(both), 0):
                    out.print(part)


def _table(
    title: str, bar: Progress, both: Sequence[Asked], words: Sequence[Asked] | None
) -> Table:
    columns = ("first right", DESCRIBED, "nDCG@5", "answered", "false", "AUROC")
    table = Table(title=title, title_justify="left")
    table.add_column("without")
    for column in columns:
        table.add_column(column, justify="right")
    whole = _ask(both)
    table.add_row("nothing", *_cells(whole))
    if words:
        table.add_row("the model", *_cells(_ask(words), whole))
    parts = list(_parts(with_model=words is not None))
    for name, taken, is_sign in bar.track(parts, description=title):
        with taken():
            # What it takes to be sure was fitted with all signs, so that only the order of the
            # confidences says something without one.
            table.add_row(name, *_cells(_ask(both), whole, only_order=is_sign))
    return table


def _by_subject(words: Sequence[Asked], both: Sequence[Asked]) -> Table:
    table = Table(title="By words, and by words and meaning", title_justify="left")
    for column in ("subject", "first right", "", "answered", "", "false", "", "AUROC", ""):
        table.add_column(column, justify="left" if column == "subject" else "right")
    for alone, with_meaning in zip(words, both, strict=True):
        pair = [_ask([one]).overall for one in (alone, with_meaning)]
        table.add_row(
            alone.given.name,
            *(f"{one.first_right or 0.0:.3f}" for one in pair),
            *(f"{one.answered or 0.0:.3f}" for one in pair),
            *(str(one.false_answers) for one in pair),
            *(f"{one.auroc or 0.0:.3f}" for one in pair),
        )
    return table


def _parts(*, with_model: bool) -> Iterator[tuple[str, Taken, bool]]:
    """What can be taken out: its name, how, and whether it is a sign of the confidence."""
    for at, name in enumerate(rank.FEATURES):
        yield name, _taken((rank.WEIGHTS, at)), False
    if with_model:
        yield f"{meaning.MEANING} in the ranking", _unweighed, False
    for at, name in enumerate(confidence.MEANT if with_model else confidence.SIGNS):
        sums = [(confidence.MEANT_COEFFICIENTS, at)]
        if at < len(confidence.SIGNS):
            sums.append((confidence.COEFFICIENTS, at))
        yield f"sign: {name}", _taken(*sums), True


def _taken(*weights: tuple[npt.NDArray[np.float64], int]) -> Taken:
    @contextmanager
    def taken() -> Iterator[None]:
        kept = [(some, at, float(some[at])) for some, at in weights]
        try:
            for some, at in weights:
                some[at] *= _NEXT_TO_NOTHING
            yield
        finally:
            for some, at, weight in kept:
                some[at] = weight

    return taken


@contextmanager
def _unweighed() -> Iterator[None]:
    kept = meaning.WEIGHT
    try:
        meaning.WEIGHT = kept * _NEXT_TO_NOTHING
        yield
    finally:
        meaning.WEIGHT = kept


def _cells(
    given: Evaluation, whole: Evaluation | None = None, *, only_order: bool = False
) -> Iterator[str]:
    """The figures, with what taking it out has changed."""
    for now, before, is_of_order in zip(
        _figures(given), _figures(whole or given), (False, False, False, False, False, True),
        strict=True,
    ):  # fmt: skip
        shown = str(now) if isinstance(now, int) else f"{now:.3f}"
        if only_order and not is_of_order:
            shown = ""
        elif whole is not None:
            changed = now - before
            shown += f" {changed:+d}" if isinstance(now, int) else f" {changed:+.3f}"
        yield shown


def _figures(given: Evaluation) -> tuple[float, ...]:
    overall, described = given.overall, given.by_style[DESCRIBED]
    shares = (overall.first_right, described.first_right, overall.ndcg, overall.answered)
    return (
        *(share or 0.0 for share in shares),
        overall.false_answers,
        overall.auroc or 0.0,
    )


def _ask(some: Sequence[Asked]) -> Evaluation:
    return evaluate.evaluation([line for one in some for line in _lines(one)])


def _lines(one: Asked) -> Iterator[Outcome]:
    for asked in one.given.questions:
        answer = one.index.search(asked.text, asked.surface, evaluate.DEPTH)
        yield evaluate.judge(asked, answer, one.numbers)


def _asked(given: Set) -> Asked:
    numbers = {one.id: at for at, one in enumerate(given.catalogue.resources)}
    return Asked(given, Index.build(given.catalogue), numbers)


def _knowing(one: Asked, model: Encoder, title: str) -> Asked:
    """The same with the model, which embeds no question twice."""
    vectors = Encoder(model.model, place(QUESTIONS / one.given.name / title), threads=2)
    known = vectors(one.index).meaning
    if known is None:
        return one
    return replace(one, index=one.index.knowing(replace(known, embed=cache(known.embed))))


if __name__ == "__main__":
    main()
