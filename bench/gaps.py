"""How well questions that nothing answers are put together by what they ask for, and how fast;
and whether the words that are kept of a question find what all of it finds.

`python -m bench.gaps` takes labelled questions, which are not answered by the catalogue we ship,
reads their words as the bot does, and compares what is put together with what belongs together,
pair by pair: of the pairs put together so many belong together (precision), of those that belong
together so many are (recall). Beside it stand what one would write at first: the very same words,
and rapidfuzz `token_set_ratio` of 80 or more, each pair of which is put together.

The threshold was chosen on the first set and the last; trust the one held out.
"""

import datetime as dt
import random
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from time import process_time

from rapidfuzz import fuzz
from rich.console import Console
from rich.table import Table

from bench.labelled import ROOT, own_sets
from bot.catalogue import load
from bot.gaps import content_words, grouped
from bot.model import Answer
from bot.records import Miss
from bot.search import Index

QUESTIONS = ROOT / "tests" / "gaps"
SETS = ("tuned", "held-out")
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
LIKE = 80
MANY = 10_000

Grouper = Callable[[Sequence[Miss]], Sequence[Sequence[str]]]
"""From questions to groups of their keys."""


Pairs = set[frozenset[str]]


def labelled_misses(name: str, index: Index) -> tuple[list[Miss], Pairs]:
    """The questions of a file, each by another person, and the pairs that belong together."""
    lines = (QUESTIONS / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    misses: list[Miss] = []
    labels: list[str] = []
    for label, asked in (line.split("\t") for line in lines):
        misses.append(_miss(str(len(misses)), index.search(asked)))
        labels.append(label)
    return misses, {
        frozenset((a.key, b.key))
        for (a, of_a), (b, of_b) in combinations(zip(misses, labels, strict=True), 2)
        if of_a == of_b
    }


def answerable() -> tuple[list[Miss], Pairs]:
    """The questions on twelve subjects that have an answer, as if they had none; those belong
    together that have the same best resource. They differ far more in their words.
    """
    misses: list[Miss] = []
    best: dict[str, set[tuple[str, int]]] = {}
    for one in own_sets():
        index = Index.build(one.catalogue)
        for asked in one.questions:
            if asked.relevant:
                miss = _miss(f"{one.name}{len(misses)}", index.search(asked.text))
                misses.append(miss)
                top = max(asked.relevant.values())
                best[miss.key] = {
                    (one.name, number) for number, gain in asked.relevant.items() if gain == top
                }
    return misses, {
        frozenset(pair) for pair in combinations(best, 2) if best[pair[0]] & best[pair[1]]
    }


def _miss(key: str, answer: Answer) -> Miss:
    return Miss(key=key, at=START, words=content_words(answer), person=key)


def agreement(wanted: Pairs, groups: Sequence[Sequence[str]]) -> tuple[float, float]:
    """Precision and recall over all pairs of questions."""
    found = {frozenset(pair) for group in groups for pair in combinations(group, 2)}
    both = len(wanted & found)
    return both / max(1, len(found)), both / len(wanted)


def ours(misses: Sequence[Miss]) -> list[tuple[str, ...]]:
    """The gaps, however few asked for them."""
    return [gap.keys for gap in grouped(misses, people=1).shown]


def same_words(misses: Sequence[Miss]) -> list[list[str]]:
    """Questions of the very same words, in whatever order."""
    found: dict[frozenset[str], list[str]] = {}
    for miss in misses:
        found.setdefault(frozenset(miss.words), []).append(miss.key)
    found.pop(frozenset(), None)
    return list(found.values())


def like_strings(misses: Sequence[Miss]) -> list[list[str]]:
    """Every two questions whose words look alike."""
    return [
        [a.key, b.key]
        for a, b in combinations(misses, 2)
        if fuzz.token_set_ratio(" ".join(a.words), " ".join(b.words)) >= LIKE
    ]


GROUPERS: dict[str, Grouper] = {
    "onboard": ours,
    "same words": same_words,
    "token_set_ratio": like_strings,
}


def many(count: int) -> list[Miss]:
    """Questions as varied as our labelled ones, with a slip in every fifth word."""
    drawn = random.Random(7)
    words = [text.split() for one in own_sets() for text in (q.text for q in one.questions)]
    pool = sorted({word.strip("?,.!").lower() for some in words for word in some if word.isalpha()})
    made = []
    for number in range(count):
        # Of common words more than of rare ones, as in Zipf's law.
        said = [pool[int(len(pool) ** drawn.random()) - 1] for _ in range(drawn.randint(1, 6))]
        said = [_slipped(word, drawn) if drawn.random() < 0.2 else word for word in said]
        at = START + dt.timedelta(minutes=number)
        made.append(
            Miss(key=str(number), at=at, words=tuple(said), person=str(drawn.randrange(500)))
        )
    return made


def _slipped(word: str, drawn: random.Random) -> str:
    at = drawn.randrange(len(word))
    return word[:at] + word[at + 1 :] if len(word) > 1 else word


def kept() -> Iterator[tuple[str, str]]:
    """What the words of a question find, beside what all of it does, in shares of questions."""
    same = right = right_before = verdicts = lost = words = 0
    asked = [(one, line) for one in own_sets() for line in one.questions if line.relevant]
    indices = {one.name: Index.build(one.catalogue) for one in own_sets()}
    for one, line in asked:
        numbers = {resource.id: at for at, resource in enumerate(one.catalogue.resources)}
        whole = indices[one.name].search(line.text)
        said = content_words(whole)
        found = indices[one.name].search(" ".join(said))
        first, before = (
            numbers.get(next((c.resource.id for c in answer.candidates), ""))
            for answer in (found, whole)
        )
        same += first == before
        right += first in line.relevant
        right_before += before in line.relevant
        verdicts += found.verdict == whole.verdict
        lost += (whole.verdict, found.verdict) == ("answer", "nothing")
        words += len(said)
    total = len(asked)
    yield "questions to answer", f"{total:,}"
    yield "words kept of each", f"{words / total:.2f}"
    yield "same first result", f"{same / total:.3f}"
    yield (
        "first result right",
        f"{right / total:.3f} (all of the question: {right_before / total:.3f})",
    )
    yield "same verdict", f"{verdicts / total:.3f} (nothing instead of an answer: {lost})"


def main() -> None:
    """Print both tables."""
    out = Console(width=100)
    table = Table("the words of a question", "", title="Words kept", title_justify="left")
    for row in kept():
        table.add_row(*row)
    out.print(table)
    index = Index.build(load(ROOT / "resources.yaml"))
    table = Table(title="Questions put together, by pairs", title_justify="left")
    for column in ("set", "by", "precision", "recall", "F1"):
        table.add_column(column, justify="left" if column in ("set", "by") else "right")
    sets = {name: labelled_misses(name, index) for name in SETS} | {"answerable": answerable()}
    for name, (misses, wanted) in sets.items():
        for by, grouper in GROUPERS.items():
            precision, recall = agreement(wanted, grouper(misses))
            f1 = 2 * precision * recall / max(precision + recall, 1e-9)
            table.add_row(name, by, f"{precision:.3f}", f"{recall:.3f}", f"{f1:.3f}")
    out.print(table)
    made = many(MANY)
    began = process_time()
    found = grouped(made)
    took = process_time() - began
    out.print(
        f"{MANY:,} questions, {len({miss.words for miss in made}):,} of them different, in"
        f" {took:.2f} s of one core:"
        f" {len(found.shown):,} gaps shown, {found.hidden:,} hidden."
    )


if __name__ == "__main__":
    main()
