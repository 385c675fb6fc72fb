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
from bot.printing import printable

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

# What of them differs most between styles; those of confidence need lines of both kinds.
_TOLD_BY_STYLE = ("first_right", "ndcg", "answered", "false_share", "auroc")
_ALONE = {"false_share": "share of false answers"}
"""What a figure is called where another does not stand above it."""


@dataclass(frozen=True, slots=True)
class Run:
    """What was asked of a catalogue, what came of it, and what is known of each word."""

    catalogue: Catalogue
    asked: Sequence[Labelled]
    answers: Sequence[Answer]
    result: Evaluation
    holders: Callable[[str], Collection[str]]
    """Ids of the resources that a word alone leads to."""
    model: str | None = None
    """The sentence model that had a say, by its name."""


def figures(given: Evaluation, model: str | None = None) -> Iterator[RenderableType]:
    """What was compared; tables by style and by surface; how far the confidence can be trusted."""
    yield Text(_compared_by(model))
    yield Text()
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
    """Figures before and now, and the lines that got better and worse."""
    yield from _side_by_side(before, after, "before", "now", ("first_right",))
    compared = evaluate.compare(before, after)
    yield Text()
    yield Text(_both(compared))
    yield from _changed(compared, None)


def beside_words(
    words: Evaluation, meaning: Evaluation, most: int | None = MOST_TOLD
) -> Iterator[RenderableType]:
    """Figures by words alone and with the model, all in all and by style; and which lines it made
    better and worse, at most so many of each.
    """
    yield from _side_by_side(words, meaning, "words", "with meaning", _TOLD_BY_STYLE)
    compared = evaluate.compare(words, meaning)
    yield Text()
    yield Text(
        f"With the model {len(compared.better)} of {compared.lines} lines went better than by "
        f"words alone, and {len(compared.worse)} worse."
    )
    yield from _changed(compared, most)


def _side_by_side(
    one: Evaluation, other: Evaluation, called: str, other_called: str, by_style: Collection[str]
) -> Iterator[RenderableType]:
    """Tables of two runs: all figures, and some of them by style."""
    table = _table("figure", called, other_called, "difference")
    for name, *values in evaluate.differences(one.overall, other.overall):
        if values[:2] != [None, None]:
            table.add_row(_NAMES[name], *_beside(*values))
    yield Text()
    yield table
    for figure in by_style:
        styles = _table(_ALONE.get(figure, _NAMES[figure]), called, other_called, "difference")
        for name in [style for style in other.by_style if style in one.by_style]:
            rows = evaluate.differences(one.by_style[name], other.by_style[name])
            _, *values = next(row for row in rows if row[0] == figure)
            if values[-1] is not None:
                styles.add_row(Text(printable(name)), *_beside(*values))
        if styles.row_count:
            yield Text()
            yield styles


def _changed(compared: Comparison, most: int | None) -> Iterator[RenderableType]:
    """The lines that got better and worse, at most so many of each; nothing at all of none."""
    if most == 0:
        return
    for what, pairs in (("Better", compared.better), ("Worse", compared.worse)):
        if pairs:
            yield Text()
            yield Text(f"{what} ({len(pairs)})", style="bold")
        for old_line, new_line in pairs[:most]:
            yield Text(f"{_named(new_line)}: was {_came(old_line)}, is {_came(new_line)}")
        if len(pairs[:most]) < len(pairs):
            yield Text(f"… and {len(pairs[most:])} more. To see them all: --all", style="dim")


def collections(
    given: Sequence[Retrieval], model: str | None = None, words: Sequence[Retrieval] = ()
) -> Iterator[RenderableType]:
    """What was compared, and the figures of retrieval collections, a row each.

    Those by words alone, where there are any, stand beside them with the difference.
    """
    yield Text(_compared_by(model))
    yield Text()
    measures = ("nDCG@10", "recall@10")
    more = [f"{name} {part}" for name in measures for part in ("by words", "added")]
    table = _table("collection", "queries", "documents", *measures, *(more if words else ()))
    for at, one in enumerate(given):
        alone = words[at : at + 1]
        table.add_row(
            Text(printable(one.name)),
            f"{one.queries:,}",
            f"{one.documents:,}",
            f"{one.ndcg:.3f}",
            f"{one.recall:.3f}",
            *(cell for other in alone for cell in _retrieved(one, other)),
        )
    yield table


def _retrieved(one: Retrieval, words: Retrieval) -> Iterator[str]:
    for value, alone in ((one.ndcg, words.ndcg), (one.recall, words.recall)):
        yield f"{alone:.3f}"
        yield f"{value - alone:+.3f}"


def _compared_by(model: str | None) -> str:
    how = f"by words and by meaning ({model})" if model else "by words alone"
    return printable(f"Compared {how}.")


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
