"""The numbers of a digest as its reader sees them: what moved and why, a table, one line, and what is not said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from bot.cards.dress import number
from bot.cards.drivers import likely_line
from bot.cards.figures import alt
from bot.cards.trust import faults_words
from bot.cards.why import LITTLE
from bot.chat.card import Block, Picture, Prose, Table
from bot.phrases import say
from bot.phrases.numbers import sign_of
from core.calendar.grain import Grain, Period
from core.charts import numerals
from core.charts.figure import Line, Lines
from core.metrics.metric import Additivity
from core.routing.digests import Every
from core.text import Tongue

if TYPE_CHECKING:
    from core.calendar.grain import Window
    from core.usecases.digest import Digest, Moved
    from core.usecases.numbers import Number, Trend
    from core.usecases.why import Why
    from core.workspace import Workspace


def moved_words(moved: Moved, workspace: Workspace, tongue: Tongue) -> str:
    """Return one sentence: what moved, from what to what, against which days, and what is behind most of it."""
    one = moved.number
    facts = {
        "metric": one.metric.title.to(tongue),
        "change": numerals.change(abs(one.change or 0.0)).removeprefix("+"),
        "now": number(one.value, one.metric.unit, workspace, tongue),
        "before": number(one.before, one.metric.unit, workspace, tongue),
        "compare": days_words(one.compare, tongue) if one.compare else "",
    }
    head = say("digest-fell" if (one.change or 0) < 0 else "digest-rose", tongue, **facts)
    mark = {True: "▲", False: "▼", None: "•"}[one.is_good]
    why = likely_line(moved.why, workspace, tongue) or _everywhere(moved.why, tongue) if moved.why else ""
    joint = "" if tongue == "zh" else " "  # a Chinese full stop brings its own room
    return f"{mark} {joint.join(filter(None, (head, why)))}"


def _everywhere(why: Why, tongue: Tongue) -> str:
    """Return that it moved alike wherever one looks, which is an answer, too."""
    much = why.found.everywhere
    return say("why-everywhere", tongue, change=numerals.change(much)) if abs(much) > LITTLE else ""


def numbers_blocks(digest: Digest, shown: Sequence[Number], workspace: Workspace, tongue: Tongue) -> Iterator[Block]:
    """Yield the table, and below it what of it is not said, is older, or has nothing alike to be held against."""
    if shown:
        yield Prose(_window_line(digest, shown, tongue), "quiet")
        yield _table(shown, workspace, tongue)
        yield from _so_far(shown, digest.plan.every, workspace, tongue)
    yield from late_lines(digest.numbers, workspace, tongue)
    for window, some in _by_window(shown, digest.edition.window).items():
        named = _named(some, tongue)
        yield Prose(say("digest-earlier", tongue, metrics=named, window=days_words(window, tongue)), "quiet")
    if events := [one for one in shown if one.before is not None and not one.is_alike]:
        titles = (workspace.events[code].title.to(tongue) for code in events[0].events if code in workspace.events)
        yield Prose(say("digest-unlike", tongue, events=say("list-comma", tongue).join(titles)), "quiet")
    if doubted := [one for one in shown if one.is_suspect]:
        yield Prose(say("digest-doubtful", tongue, metrics=_named(doubted, tongue)), "strong")


def late_lines(numbers: Iterable[Number], workspace: Workspace, tongue: Tongue) -> Iterator[Block]:
    """Yield which source is late, how, and which numbers are therefore not said."""
    by_source: dict[str, list[Number]] = defaultdict(list)
    for one in numbers:
        if one.is_late:
            by_source[one.source].append(one)
    for source, some in by_source.items():
        faults = tuple(dict.fromkeys(fault for one in some for fault in one.faults if fault.verdict.freezes))
        facts = {"source": source, "metrics": _named(some, tongue), "faults": faults_words(faults, workspace, tongue)}
        window = days_words(some[0].window, tongue)
        verdict = max(fault.verdict for fault in faults).name.lower()
        yield Prose(say("digest-source-late", tongue, window=window, verdict=verdict, **facts), "strong")


def days_words(window: Window, tongue: Tongue) -> str:
    """Return the days of a window; a single one with its weekday."""
    first, last = window.first_day, window.last_day
    return numerals.day(first, tongue, weekday=True) if first == last else numerals.days(first, last, tongue)


def picture(digest: Digest, workspace: Workspace, tongue: Tongue) -> Iterator[Block]:
    """Yield the one picture: the number that moved most, or the first."""
    if digest.trend is not None:
        figure = trend_figure(digest.trend, workspace, tongue)
        yield Picture(figure, alt(figure, workspace, tongue))


def trend_figure(trend: Trend, workspace: Workspace, tongue: Tongue) -> Lines:
    metric, number_ = trend.number.metric, trend.number
    last = trend.first.shift(len(trend.values) - 1)
    bound = _bound(trend, workspace)
    label = "" if bound is None else number(bound, metric.unit, workspace, tongue)
    days = numerals.days(trend.first.start.date(), Period.holding(last.start, Grain.DAY).start.date(), tongue)
    is_bad = number_.is_news and number_.is_good is False and trend.values[-1] is not None
    return Lines(
        title=metric.title.to(tongue),
        subtitle=say("chart-subtitle", tongue, window=days, grain=say(f"grain-{trend.first.grain}", tongue)),
        tongue=tongue,
        unit=metric.unit,
        direction=metric.direction,
        grain=trend.first.grain,
        first=trend.first.index,
        lines=(Line(metric.title.to(tongue), trend.values),),
        bound=bound,
        bound_label="" if bound is None else say("digest-plan-line", tongue, plan=label),
        breaches=(len(trend.values) - 1,) if is_bad else (),
        currency=sign_of(workspace.currency),
    )


def _bound(trend: Trend, workspace: Workspace) -> float | None:
    """Return the plan for one of the line's own periods; a day's digest may tell of three."""
    one = trend.number
    if one.plan is None:
        return None
    if workspace.catalog.additivity(one.metric.code) is not Additivity.SUM or trend.first.grain is not Grain.DAY:
        return one.plan
    return one.plan / max((one.window.end - one.window.start).days, 1)


def _table(shown: Sequence[Number], workspace: Workspace, tongue: Tongue) -> Table:
    """Return each number beside its like; a column of plans only where there are any. It fits a phone."""
    has_plan = any(one.plan is not None for one in shown)
    columns = ["column-metric", "column-value", "digest-against", *(["digest-plan"] if has_plan else [])]
    rows = []
    for one in shown:
        row = [
            one.metric.title.to(tongue),
            say("digest-unsaid", tongue) if one.is_late else number(one.value, one.metric.unit, workspace, tongue),
            numerals.change(one.change, arrow=True),
        ]
        rows.append((*row, _plan_words(one.value, one.plan, one, workspace, tongue)) if has_plan else tuple(row))
    return Table(tuple(say(code, tongue) for code in columns), tuple(rows), tuple(range(1, len(columns))))


def _so_far(shown: Sequence[Number], every: Every, workspace: Workspace, tongue: Tongue) -> Iterator[Block]:
    """Yield how far the month has come of its plan, or of a month the fiscal year."""
    parts = []
    for one in shown:
        if one.so_far is not None:
            value = number(one.so_far.value, one.metric.unit, workspace, tongue)
            plan = _plan_words(one.so_far.value, one.so_far.plan, one, workspace, tongue)
            parts.append(say("digest-gathered", tongue, metric=one.metric.title.to(tongue), value=value, plan=plan))
    if parts:
        code = f"digest-so-far-{'year' if every is Every.MONTH else 'month'}"
        yield Prose(say(code, tongue, parts=say("digest-joint", tongue).join(parts)))


def _plan_words(value: float | None, plan: float | None, one: Number, workspace: Workspace, tongue: Tongue) -> str:
    if plan is None:
        return numerals.NOTHING
    said = number(plan, one.metric.unit, workspace, tongue)
    if value is None or not plan:
        return say("digest-plan-alone", tongue, plan=said)
    return say("digest-of-plan", tongue, plan=said, share=f"{round(100 * value / plan)}%")


def _window_line(digest: Digest, shown: Sequence[Number], tongue: Tongue) -> str:
    window = days_words(digest.edition.window, tongue)
    compare = next((one.compare for one in shown if one.compare and one.window == digest.edition.window), None)
    if compare is None:
        return say("answer-period", tongue, window=window)
    return say("answer-compared", tongue, window=window, compared=days_words(compare, tongue))


def _by_window(shown: Iterable[Number], own: Window) -> dict[Window, list[Number]]:
    found: dict[Window, list[Number]] = defaultdict(list)
    for one in shown:
        if one.window != own and one.value is not None:
            found[one.window].append(one)
    return found


def _named(some: Iterable[Number], tongue: Tongue) -> str:
    return say("list-comma", tongue).join(one.metric.title.to(tongue) for one in some)
