"""The tree as one plain sentence, in either tongue: what a rule means, however its author put it.

Each tree has one such sentence, and reading it again gives the same tree, exactly. So an alert, a form and an export
may all show sentences and lose nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from core.calendar.events import builtin_events
from core.calendar.grain import Grain
from core.quantity import Quantity, Unit
from core.rules.scan import is_clear
from core.rules.tree import (
    Against,
    All,
    Any,
    Baseline,
    Bound,
    Change,
    Compare,
    Comparison,
    Concentration,
    Condition,
    FixedBase,
    Held,
    Lag,
    LastTime,
    NoData,
    Not,
    Operand,
    Reading,
    Sentence,
    Share,
    SoFar,
    Streak,
    Sudden,
    Target,
    Usual,
    YearAgo,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.metrics.dimension import Dimension
    from core.metrics.metric import Metric
    from core.text import Tongue


class Titles(Protocol):
    """What is needed of the catalog here."""

    def metric(self, name: str) -> Metric: ...
    def dimension(self, name: str) -> Dimension: ...
    def names(self) -> Mapping[str, str]: ...
    def dimension_names(self) -> Mapping[str, str]: ...


def say(sentence: Sentence, tongue: Tongue, titles: Titles) -> str:
    """Return the one canonical sentence.

    A title that would be read as something else (two metrics of one name, a word of the language) gives way to
    the code.
    """

    def metric(code: str) -> str:
        title = titles.metric(code).title.to(tongue)
        return title if is_clear(title, "METRIC", code, titles) else code

    def place(code: str) -> str:
        title = titles.dimension(code).title.to(tongue)
        return title if is_clear(title, "DIMENSION", code, titles) else code

    said = _condition(sentence.condition, tongue, metric, outer=None)
    if not sentence.by:
        return said
    if tongue == "zh":
        return f"{'、'.join(f'各{place(code)}' for code in sentence.by)}：{said}"
    return f"by {', '.join(place(code) for code in sentence.by)}: {said}"


def number(quantity: Quantity, tongue: Tongue) -> str:
    """Return a bound exactly as it is kept: no digit is rounded away."""
    value = quantity.value
    match quantity.unit:
        case Unit.PERCENT:
            return f"{_plain(value.scaleb(2))}%"
        case Unit.POINTS:
            return f"{_plain(value.scaleb(2))}{' 个百分点' if tongue == 'zh' else 'pp'}"
        case Unit.MONEY:
            return f"{'-' if value < 0 else ''}¥{_plain(abs(value))}"
        case Unit.TIMES:
            return f"{_plain(value)}{' 倍' if tongue == 'zh' else 'x'}"
        case Unit.SECONDS:
            return f"{_plain(value)}{' 秒' if tongue == 'zh' else ' s'}"
        case Unit.SCORE:
            return f"{_plain(value)}{' 分' if tongue == 'zh' else ' pts'}"
        case Unit.COUNT | Unit.BARE:
            return _plain(value)


def against(held: Against, tongue: Tongue) -> str:
    """Return what a number is held against, in words."""
    zh = tongue == "zh"
    match held:
        case Lag(grain, periods) if (grain, periods) in _LAGS:
            return _LAGS[grain, periods][0 if zh else 1]
        case Lag(grain, periods):
            return f"{periods}{_GRAINS[grain][0]}前" if zh else f"{_counted(periods, grain)} ago"
        case YearAgo():
            return "去年同期" if zh else "same time last year"
        case Target():
            return "目标值" if zh else "target"
        case LastTime(None):
            return "活动同期" if zh else "same day of the last promotion"
        case LastTime(event):
            title = _event(event or "", tongue)
            return f"上次{title}同期" if zh else f"same day of the last {title}"
        case FixedBase(day):
            return day.isoformat()
        case SoFar(inner):
            return f"截至当前较{against(inner, tongue)}" if zh else f"so far vs {against(inner, tongue)}"
        case Usual(periods, statistic, same_weekday, grain):
            if zh:
                span = "历史" if periods is None else f"近{periods}{_GRAINS[grain][0]}"
                return span + ("同星期" if same_weekday else "") + ("均值" if statistic == "mean" else "中位数")
            span = "historical" if periods is None else f"{periods}-{_GRAINS[grain][1]}"
            return f"{span} {'same-weekday ' if same_weekday else ''}{statistic}"


# --- within ----------------------------------------------------------------------------------------------------

Title = Callable[[str], str]
_GRAINS: dict[Grain | None, tuple[str, str]] = {
    Grain.HOUR: ("小时", "hour"),
    Grain.DAY: ("天", "day"),
    Grain.WEEK: ("周", "week"),
    Grain.MONTH: ("个月", "month"),
    None: ("期", "period"),
}
_LAGS: dict[tuple[Grain | None, int], tuple[str, str]] = {
    (Grain.HOUR, 1): ("上一小时", "the previous hour"),
    (Grain.DAY, 1): ("昨日", "yesterday"),
    (Grain.DAY, 7): ("上周同日", "same weekday last week"),
    (Grain.WEEK, 1): ("上周", "last week"),
    (Grain.MONTH, 1): ("上月", "last month"),
    (None, 1): ("上期", "the previous period"),
}
_RATES: dict[Against, tuple[str, str]] = {
    Lag(Grain.HOUR, 1): ("小时环比", "hour over hour"),
    Lag(Grain.DAY, 1): ("日环比", "day over day"),
    Lag(Grain.WEEK, 1): ("周环比", "week over week"),
    Lag(Grain.MONTH, 1): ("月环比", "month over month"),
    Lag(Grain.DAY, 7): ("周同比", "vs same weekday last week"),
    Lag(None, 1): ("环比", "period over period"),
    YearAgo(): ("同比", "year over year"),
}
_FALLS = {Comparison.LESS: ("超过", "more than"), Comparison.AT_MOST: ("至少", "at least")}
_RISES = {Comparison.MORE: ("超过", "more than"), Comparison.AT_LEAST: ("至少", "at least")}
_DIRECTIONS = {"up": ("上升", "up"), "down": ("下降", "down")}
_JOINS = {All: (" 且 ", " and "), Any: (" 或 ", " or ")}


def _condition(condition: Condition, tongue: Tongue, metric: Title, outer: type | None) -> str:
    zh = tongue == "zh"
    match condition:
        case All(parts) | Any(parts):
            kind = type(condition)
            said = _JOINS[kind][0 if zh else 1].join(_condition(part, tongue, metric, kind) for part in parts)
            if outer is None:
                return said
            return f"（{said}）" if zh else f"({said})"
        case Not(part):
            said = _condition(part, tongue, metric, None)
            return f"非（{said}）" if zh else f"not ({said})"
        case Sudden(code, direction):
            verb = _DIRECTIONS[direction][0] if zh else {"up": "rises", "down": "drops"}[direction]
            return _joined(_subject(code, tongue, metric), f"突然{verb}" if zh else f"suddenly {verb}", tongue)
        case Streak(code, direction, times, grain):
            verb = _DIRECTIONS[direction][0 if zh else 1]
            often = _often(times, times, grain, tongue)
            said = f"{often}{verb}" if zh else f"{verb} {often}"
            return _joined(_subject(code, tongue, metric), said, tongue)
        case Held(part, times, of, grain):
            said = _condition(part, tongue, metric, None)
            often = _often(times, of, grain, tongue)
            return f"{often}（{said}）" if zh else f"({said}) {often}"
        case Compare(Change() as change, comparison, right):
            whole = change.of_whole
            subject = _part(whole, tongue, metric) if whole else _subject(change.metric, tongue, metric)
            return _joined(subject, _moved(change, comparison, right, tongue), tongue)
        case NoData(code):
            return _joined(_subject(code, tongue, metric), "无数据" if zh else "has no data", tongue)
        case Compare((Share() | Concentration()) as part, comparison, right):
            return f"{_part(part, tongue, metric)} {comparison} {_right(right, None, tongue, metric)}"
        case Compare(left, comparison, right):
            code = None if isinstance(left, Bound) else left.metric
            said = f"{comparison} {_right(right, code, tongue, metric)}"
            return f"{_subject(code, tongue, metric)} {said}".strip()


def _part(part: Share | Concentration, tongue: Tongue, metric: Title) -> str:
    of, zh = _subject(part.metric, tongue, metric), tongue == "zh"
    match part:
        case Share():
            return _joined(of, "占总体", tongue) if zh else f"share of {of}"
        case Concentration(_, None):
            return _joined(of, "集中度", tongue) if zh else f"concentration of {of}"
        case Concentration(_, top):
            return _joined(of, f"前{top}集中度", tongue) if zh else f"top {top} share of {of}"


def _often(times: int, of: int, grain: Grain | None, tongue: Tongue) -> str:
    unit = _GRAINS[grain][0]
    if times == of:
        return f"连续{times}{unit}" if tongue == "zh" else f"{_counted(times, grain)} in a row"
    return f"近{of}{unit}中{times}{unit}" if tongue == "zh" else f"in {times} of {_counted(of, grain)}"


def _moved(change: Change, comparison: Comparison, right: Operand, tongue: Tongue) -> str:
    zh = tongue == "zh"
    if change.against in _RATES:
        held = _RATES[change.against][0 if zh else 1]
    elif isinstance(change.against, SoFar):
        held = against(change.against, tongue)
    else:
        held = f"较{against(change.against, tongue)}" if zh else f"vs {against(change.against, tongue)}"
    quantity = right.quantity if isinstance(right, Bound) else None
    if quantity is None:
        return f"{held}变化 {comparison} 阈值" if zh else f"change {held} {comparison} the threshold"
    way = None
    if quantity.value < 0 and comparison in _FALLS:
        way = ("下降", "down", _FALLS[comparison])
    elif quantity.value >= 0 and comparison in _RISES:
        way = ("上升", "up", _RISES[comparison])
    if way is None:
        said = number(quantity, tongue)
        return f"{held}变化 {comparison} {said}" if zh else f"change {held} {comparison} {said}"
    said = number(Quantity(abs(quantity.value), quantity.unit), tongue)
    return f"{held}{way[0]}{way[2][0]} {said}" if zh else f"{way[1]} {way[2][1]} {said} {held}"


def _right(right: Operand, left: str | None, tongue: Tongue, metric: Title) -> str:
    match right:
        case Bound(None):
            return "阈值" if tongue == "zh" else "the threshold"
        case Bound(quantity) if quantity is not None:
            return number(quantity, tongue)
        case Baseline(code, held) if code == left:
            return against(held, tongue)
        case Baseline(code, held):
            return _joined(_subject(code, tongue, metric), against(held, tongue), tongue)
        case Reading(code):
            return _subject(code, tongue, metric)
        case _:
            raise ValueError("a change stands on the left of its comparison")


def _subject(code: str | None, tongue: Tongue, metric: Title) -> str:
    if code is not None:
        return metric(code)
    return "该指标" if tongue == "zh" else "the metric"


def _joined(subject: str, predicate: str, tongue: Tongue) -> str:
    """Chinese needs a space only where Latin letters meet; English always."""
    return f"{subject} {predicate}" if tongue == "en" or subject[-1:].isascii() else f"{subject}{predicate}"


def _counted(number_of: int, grain: Grain | None) -> str:
    return f"{number_of} {_GRAINS[grain][1]}{'' if number_of == 1 else 's'}"


def _event(code: str, tongue: Tongue) -> str:
    """Return the title of an event that every team has; a team's own goes by the name its author gave."""
    event = builtin_events().get(code)
    if event is None:
        return code if tongue == "zh" else f'"{code}"'
    return event.title.to(tongue)


def _plain(value: Decimal) -> str:
    """Return a decimal without an exponent and without idle zeros.

    >>> _plain(Decimal("1.20E+4")), _plain(Decimal("-0.50"))
    ('12000', '-0.5')
    """
    said = f"{value:f}"
    if "." in said:
        said = said.rstrip("0").rstrip(".")
    return "0" if said == "-0" else said
