"""How an evaluation looks to people: tables, and the lines that went wrong."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot import evaluate
from bot.evaluate import Comparison, Evaluation, FaultKind, Figures, Outcome, Retrieval
from bot.labelled import Labelled
from bot.model import Answer, Catalogue, Verdict
from bot.terminal import printable

MOST_TOLD = 20

_LONGEST_TEXT = 200
_LONGEST_TITLE = 60
_HEADINGS: dict[FaultKind, str] = {
    "wrong answer": "Answered with the wrong resource",
    "false answer": "Answered, though there is nothing to show",
    "wrong first": "Not answered, and what came first is not right",
    "not answered": "Right, but not answered",
}
_VERDICTS: dict[Verdict, str] = {
    "answer": "answered",
    "unsure": "not sure",
    "nothing": "nothing shown",
}
_NAMES = {
    "answerable": "lines to answer",
    "first_right": "first right",
    "ndcg": "nDCG@5",
    "recall": "recall@3",
    "answered": "answered",
    "wrong_answers": "wrong answers",
    "to_refuse": "lines to refuse",
    "false_answers": "false answers",
    "false_share": "... as a share",
    "auroc": "AUROC of confidence",
    "calibration_error": "calibration error",
    "channel_noise": "channel noise",
}


@dataclass(frozen=True, slots=True)
class Run:
    """What was asked of a catalogue, what came of it, and what is known of each word."""

    catalogue: Catalogue
    asked: Sequence[Labelled]
    answers: Sequence[Answer]
    result: Evaluation
    holders: Callable[[str], Collection[str]]
    """Ids of the resources that a word alone leads to."""


def figures(given: Evaluation) -> Iterator[RenderableType]:
    """Tables by style and by surface, and how far the confidence can be trusted."""
    for title, groups in (("style", given.by_style), ("surface", given.by_surface)):
        answerable = _table(title, "to answer", "first right", "nDCG@5", "recall@3", "answered")
        answerable.add_column("wrong answers", justify="right")
        others = _table(title, "to refuse", "false answers", "share")
        for name, some in (*groups.items(), ("all", given.overall)):
            if some.answerable:
                shares = (some.first_right, some.ndcg, some.recall, some.answered)
                cells = (f"{share or 0.0:.2f}" for share in shares)
                answerable.add_row(
                    _label(name), str(some.answerable), *cells, str(some.wrong_answers)
                )
            if some.to_refuse:
                counts = (str(some.to_refuse), str(some.false_answers))
                others.add_row(_label(name), *counts, f"{some.false_share or 0.0:.2f}")
        for table in (answerable, others):
            if table.row_count:
                yield table
                yield Text()
    yield Text(_trust(given.overall))


def faults(run: Run, most: int | None = MOST_TOLD) -> Iterator[RenderableType]:
    """The lines that went wrong, worst first, and why."""
    found = evaluate.faults(run.result.lines, most)
    for kind, (count, places) in found.items():
        yield Text()
        yield Text(f"{_HEADINGS[kind]} ({count})", style="bold")
        for at in places:
            yield from _fault(run, at)
    left = sum(count - len(places) for count, places in found.values())
    if left:
        yield Text()
        yield Text(f"… and {left} more. To see them all: --all", style="dim")
    if not found:
        yield Text()
        yield Text("Every line went well.", style="bold")


def comparison(before: Evaluation, after: Evaluation) -> Iterator[RenderableType]:
    """Figures side by side, and the lines that got better and worse."""
    compared = evaluate.compare(before, after)
    table = _table("figure", "before", "now", "difference")
    for name, *values in evaluate.differences(before.overall, after.overall):
        if values[:2] != [None, None]:
            table.add_row(_NAMES[name], *_beside(*values))
    yield Text()
    yield table
    styles = _table("first right", "before", "now", "difference")
    for name in [style for style in after.by_style if style in before.by_style]:
        rows = evaluate.differences(before.by_style[name], after.by_style[name])
        _, *values = next(row for row in rows if row[0] == "first_right")
        if values[-1] is not None:
            styles.add_row(Text(printable(name)), *_beside(*values))
    if styles.row_count:
        yield Text()
        yield styles
    yield Text()
    yield Text(_both(compared))
    for what, pairs in (("Better", compared.better), ("Worse", compared.worse)):
        if pairs:
            yield Text()
            yield Text(f"{what} ({len(pairs)})", style="bold")
        for old_line, new_line in pairs:
            yield Text(f"{_named(new_line)}: was {_came(old_line)}, is {_came(new_line)}")


def collections(given: Sequence[Retrieval]) -> Iterator[RenderableType]:
    """The figures of retrieval collections, a row each."""
    table = _table("collection", "queries", "documents", "nDCG@10", "recall@10")
    for one in given:
        table.add_row(
            Text(printable(one.name)),
            f"{one.queries:,}",
            f"{one.documents:,}",
            f"{one.ndcg:.3f}",
            f"{one.recall:.3f}",
        )
    yield table


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column(first, no_wrap=True)
    for column in others:
        # A heading of two words may take two lines; a number is never cut.
        table.add_column(column, justify="right", no_wrap=" " not in column)
    return table


def _label(name: str) -> Text:
    return Text(printable(name), style="bold" if name == "all" else "")


def _exact(value: float | None) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def _beside(before: float | None, after: float | None, added: float | None) -> tuple[str, str, str]:
    """The cells of a figure, its change with a sign, or "=" if there is none."""
    sign = "+" if (added or 0) > 0 else ""
    same = "=" if added == 0 else ""
    return _exact(before), _exact(after), same or sign + _exact(added)


def _trust(given: Figures) -> str:
    """The figures on confidence, in sentences."""
    said = []
    if given.auroc is not None:
        said.append(f"AUROC of the confidence, answerable against not: {given.auroc:.3f}.")
    if given.calibration_error is not None:
        said.append(f"Expected calibration error: {given.calibration_error:.3f}.")
    if given.channel_noise is not None:
        said.append(
            f"Channel noise, the share of lines to leave alone that were answered: "
            f"{given.channel_noise:.3f}."
        )
    return " ".join(said)


def _fault(run: Run, at: int) -> Iterator[RenderableType]:
    asked, answer, line = run.asked[at], run.answers[at], run.result.lines[at]
    aim = evaluate.wanted(asked, answer, run.catalogue)
    titles = {resource.id: resource.title for resource in run.catalogue.resources}
    yield Text(_named(line))
    told = [f"{line.surface}, {line.style}: {_VERDICTS[line.verdict]} at {line.confidence:.2f}"]
    if line.first is not None:
        told.append(f"first: {_resource(line.first, titles)}")
    if aim is not None and aim != line.first:
        place = f" (in place {line.place})" if line.place else ""
        told.append(f"wanted: {_resource(aim, titles)}{place}")
    told.append(f"why: {'; '.join(evaluate.reasons(asked, answer, run.catalogue, run.holders))}")
    for part in told:
        yield Padding(Text(printable(part), style="dim" if part == told[0] else ""), (0, 0, 0, 3))


def _resource(name: str, titles: dict[str, str]) -> str:
    return f"{name}: {_short(titles[name], _LONGEST_TITLE)}"


def _named(line: Outcome) -> str:
    return printable(f"{line.id}  “{_short(line.text, _LONGEST_TEXT)}”")


def _came(line: Outcome) -> str:
    if line.answerable:
        first = "right" if line.right else f"wrong ({line.first})" if line.first else "empty"
        return f"{first} and {'answered' if line.verdict == 'answer' else 'not answered'}"
    return "answered" if line.verdict == "answer" else "refused"


def _both(given: Comparison) -> str:
    only = [
        f"{count} only {where}"
        for count, where in ((given.only_before, "before"), (given.only_after, "now"))
        if count
    ]
    said = f"{given.lines} lines are in both" + "".join(f", {part}" for part in only) + ". "
    return said + f"{len(given.better)} got better, {len(given.worse)} worse."


def _short(text: str, most: int) -> str:
    words = " ".join(text.split())
    return words if len(words) <= most else words[: most - 1] + "…"
