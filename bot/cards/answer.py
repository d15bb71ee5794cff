"""What somebody asked for: the number, what it was before, and its line.

One slice of one metric is a few facts; anything more is a table, the largest first. What has no value says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from bot.cards.dress import dimension_title, metric_title, number, slice_words
from bot.cards.figures import alt, answer_figure
from bot.cards.ways import answer_ways
from bot.chat.card import Block, Button, Buttons, Card, Fact, Facts, Picture, Prose, Table, Tone
from bot.phrases import say
from core.calendar.grain import Window
from core.charts import numerals
from core.metrics.metric import Direction
from core.text import Tongue

if TYPE_CHECKING:
    from core.usecases.ask import Answer, Asked
    from core.workspace import Workspace

Form = Literal["", "chart", "table", "excel"]
MOST_ROWS = 20
_STILL = 0.005  # a change smaller than half a percent is neither good nor bad


def answer_card(answer: Answer, workspace: Workspace, tongue: Tongue, *, reading: str = "", form: Form = "") -> Card:
    """Return the answer; `reading` says how it was understood, where that was in doubt, `form` how it is wanted."""
    question = answer.question
    title = _title(answer, workspace, tongue)
    window = window_words(question.window, tongue)
    blocks: list[Block] = [Prose(_period_line(answer, tongue), "quiet")]
    if reading:
        blocks.append(Prose(reading, "quiet"))
    if answer.is_empty and all(one.absent is None or one.absent == "facts" for one in answer.values):
        blocks.append(Prose(say("answer-empty", tongue, window=window), "strong"))
    elif form == "table" and len(answer.values) == 1:
        blocks.append(_days(answer.values[0], answer, workspace, tongue))
    elif form == "chart" and len(answer.values) > 1:
        pass  # the lines are named where they end
    elif len(answer.values) == 1:
        blocks.append(Facts(tuple(_single(answer.values[0], answer, workspace, tongue))))
    else:
        blocks.extend(_tables(answer, workspace, tongue))
    if question.compare and not answer.is_empty and all(one.compared_to is None for one in answer.values):
        before = window_words(question.compare, tongue)
        blocks.append(Prose(say("answer-nothing-before", tongue, window=before), "quiet"))
    if answer.stops_early and answer.fresh is not None:
        day = numerals.period(answer.fresh, tongue)
        blocks.append(Prose(say("answer-stops-early", tongue, day=day), "quiet"))
    blocks.extend(Prose(line, "quiet") for line in _made_of(answer, workspace, tongue))
    blocks.append(Prose(_defined(answer, tongue), "quiet"))
    figure = None if form == "table" else answer_figure(answer, workspace, tongue, title)
    if figure is not None:
        blocks.append(Picture(figure, alt(figure, workspace, tongue)))
    blocks.extend(answer_ways(answer, workspace, tongue))
    if buttons := tuple(_buttons(answer, workspace, tongue)):
        blocks.append(Buttons(buttons))
    first = answer.values[0] if answer.values else None
    value = value_words(first, workspace, tongue) if first else say("answer-absent-facts", tongue)
    if first and len(answer.values) > 1 and (where := slice_words(first.labels, workspace, tongue)):
        value = f"{where} {value}"
    summary = say("answer-alt", tongue, title=title, window=window, value=value)
    return Card(title, tongue, Tone.PLAIN, tuple(blocks), summary)


def _defined(answer: Answer, tongue: Tongue) -> str:
    """Return by which definitions it was reckoned, and how far the facts go."""
    names = ("、" if tongue == "zh" else ", ").join(answer.question.metrics)
    if answer.fresh is None:
        return say("answer-defined", tongue, names=names)
    if not answer.stops_early:
        return say("answer-defined-whole", tongue, names=names)
    return say("answer-defined-fresh", tongue, names=names, day=numerals.period(answer.fresh, tongue))


def _made_of(answer: Answer, workspace: Workspace, tongue: Tongue) -> Iterator[str]:
    """Yield what the parts are parts of, and which sources a number was put together of, with how far each goes."""
    joint = say("list-comma", tongue)
    if answer.shares:
        wholes = (
            f"{metric_title(one.metric, workspace, tongue)} {value_words(one, workspace, tongue)}"
            for one in answer.shares.wholes
        )
        yield say("answer-share-whole", tongue, wholes=joint.join(wholes))
    if answer.joined:
        sources = (
            say("answer-joined-source", tongue, source=name, day=numerals.period(last, tongue))
            if last
            else say("answer-joined-none", tongue, source=name)
            for name, last in answer.joined
        )
        yield say("answer-joined", tongue, sources=joint.join(sources))


def named(code: str, answer: Answer, workspace: Workspace, tongue: Tongue) -> str:
    """Return a metric's title, said as its part of the whole where that is asked."""
    title = metric_title(code, workspace, tongue)
    return say("answer-share", tongue, metric=title) if answer.shares else title


def _days(one: Asked, answer: Answer, workspace: Workspace, tongue: Tongue) -> Table:
    """Return one line's periods as rows, the newest first."""
    first = one.first
    rows = [
        (numerals.period(first.shift(at), tongue), number(value, one.unit, workspace, tongue))
        for at, value in enumerate(one.series)
        if first is not None and value is not None
    ]
    columns = (say("sheet-period", tongue), named(one.metric, answer, workspace, tongue))
    return Table(columns, tuple(rows[::-1][:MOST_ROWS]), (1,))


def value_words(one: Asked, workspace: Workspace, tongue: Tongue) -> str:
    """Return the value, or why there is none."""
    if one.value is None:
        return say(f"answer-absent-{one.absent or 'facts'}", tongue)
    return number(one.value, one.unit, workspace, tongue)


def window_words(window: Window, tongue: Tongue) -> str:
    """Return the days of a window, or its hours when it is no whole days."""
    if window.start.time() == window.end.time() == window.start.min.time():
        return numerals.days(window.first_day, window.last_day, tongue, year=True)
    first = f"{numerals.day(window.start.date(), tongue, year=True)} {numerals.clock(window.start)}"
    is_one_day = window.start.date() == window.last_day
    last = numerals.clock(window.end)
    return f"{first}–{last}" if is_one_day else f"{first} – {numerals.day(window.end.date(), tongue)} {last}"


def _title(answer: Answer, workspace: Workspace, tongue: Tongue) -> str:
    question = answer.question
    joint = "、" if tongue == "zh" else ", "
    title = joint.join(metric_title(code, workspace, tongue) for code in question.metrics)
    if answer.shares:
        title = say("answer-share-title", tongue, metric=title)
    if question.by:
        title = say("answer-title-by", tongue, metric=title, dimension=dimension_title(question.by, workspace, tongue))
    slices = {one.labels for one in answer.values}
    if len(slices) == 1 and (where := slice_words(next(iter(slices)), workspace, tongue)):
        title = f"{title} · {where}"
    return title


def _period_line(answer: Answer, tongue: Tongue) -> str:
    window = window_words(answer.question.window, tongue)
    if answer.question.compare is None:
        return say("answer-period", tongue, window=window)
    compared = window_words(answer.question.compare, tongue)
    return say("answer-compared", tongue, window=window, compared=compared)


def _single(one: Asked, answer: Answer, workspace: Workspace, tongue: Tongue) -> Iterator[Fact]:
    yield Fact(named(one.metric, answer, workspace, tongue), value_words(one, workspace, tongue))
    if one.compared_to is not None:
        before = number(one.compared_to, one.unit, workspace, tongue)
        yield Fact(say("answer-compared-to", tongue), before)
        change = numerals.change(one.change, arrow=True)
        yield Fact(say("fact-change", tongue), change, _tone(one, workspace))


def _tables(answer: Answer, workspace: Workspace, tongue: Tongue) -> Iterator[Block]:
    """One table with a column for each metric; a change has a column where something is compared."""
    metrics = answer.question.metrics
    rows = [list(some) for _, some in groupby(sorted(answer.values, key=_place(answer)), key=lambda one: one.labels)]
    has_change = answer.question.compare is not None
    has_slices = any(row[0].labels for row in rows)
    columns = [_slice_column(answer, workspace, tongue)] if has_slices else []
    for code in metrics:
        columns.append(named(code, answer, workspace, tongue))
        columns += [say("fact-change", tongue)] if has_change else []
    cells = []
    for row in rows[:MOST_ROWS]:
        line = [slice_words(row[0].labels, workspace, tongue) or say("answer-whole", tongue)] if has_slices else []
        for one in row:
            line.append(value_words(one, workspace, tongue))
            line += [numerals.change(one.change, arrow=True)] if has_change else []
        cells.append(tuple(line))
    yield Table(tuple(columns), tuple(cells), tuple(range(int(has_slices), len(columns))))
    if len(rows) > MOST_ROWS:
        by = answer.question.by or answer.question.dimensions[0]
        dimension = dimension_title(by, workspace, tongue)
        yield Prose(say("answer-more", tongue, count=len(rows) - MOST_ROWS, dimension=dimension), "quiet")


def _place(answer: Answer) -> Callable[[Asked], tuple[int, int]]:
    order = {labels: at for at, labels in enumerate(dict.fromkeys(one.labels for one in answer.values))}
    metrics = answer.question.metrics
    return lambda one: (order[one.labels], metrics.index(one.metric))


def _slice_column(answer: Answer, workspace: Workspace, tongue: Tongue) -> str:
    return " · ".join(dimension_title(code, workspace, tongue) for code in answer.question.dimensions)


def _buttons(answer: Answer, workspace: Workspace, tongue: Tongue) -> Iterator[Button]:
    """The two next questions that most people have: split it, and look further back."""
    question = answer.question
    metric, part = question.metrics[0], "share of " if answer.shares else ""
    where = "".join(f" {matcher.dimension}={','.join(matcher.values)}" for matcher in question.where)
    if any(matcher.negated for matcher in question.where):
        return
    days = f"{question.window.first_day}..{question.window.last_day}"
    if question.by is None and (by := _split(metric, answer, workspace)) is not None:
        label = say("button-by", tongue, dimension=dimension_title(by, workspace, tongue))
        yield from _button(label, f"{part}{metric}{where} by {by} {days}")
    for code, said, span in (("button-week", "last 7 days", 7), ("button-month", "last 30 days", 30)):
        if (question.window.end - question.window.start).days != span:
            by = f" by {question.by}" if question.by else ""
            yield from _button(say(code, tongue), f"{part}{metric}{where}{by} {said}")


def _button(label: str, command: str) -> Iterator[Button]:
    try:
        yield Button(label, command)
    except ValueError:  # too long, or a value in Chinese: it can still be typed
        return


def _split(metric: str, answer: Answer, workspace: Workspace) -> str | None:
    bases = set(workspace.catalog.bases(metric))
    named = set(answer.question.dimensions)
    for source in workspace.catalog.sources.values():
        if bases <= set(source.measures):
            return next((code for code in source.dimensions if code not in named), None)
    return None


def _tone(one: Asked, workspace: Workspace) -> Tone:
    metric = workspace.catalog.metrics.get(one.metric)
    if metric is None or one.change is None or abs(one.change) < _STILL:
        return Tone.PLAIN
    match metric.direction:
        case Direction.UP:
            return Tone.GOOD if one.change > 0 else Tone.BAD
        case Direction.DOWN:
            return Tone.BAD if one.change > 0 else Tone.GOOD
        case Direction.BAND | Direction.NONE:
            return Tone.PLAIN
