"""The one aggregate as SQL for any engine: written as a tree by sqlglot, and spelled in twenty dialects from there.

What dialects disagree on is not asked of them. A week is a stretch of dates with a number, so nobody's week begins on
Sunday; a time is only ever cut to its date and its hour, in a session that speaks in the business's zone; nothing is
divided; what is blank is NULL before it is grouped or counted; and words are compared letter by letter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from core.calendar.grain import EPOCH, Grain, Period, Window
from core.metrics.metric import How
from core.metrics.source import Filter, Measure, Source
from core.warehouse.intake import NONE

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.expressions import Expression

Translations = Mapping[str, Mapping[str, str]]  # of each dimension: what is written, and the code that is meant

# How a session is told its zone. All cuts of a time that carries one are then cuts of the wall clock.
ZONES = {
    "bigquery": "SET @@time_zone = {zone}",
    "clickhouse": "SET session_timezone = {zone}",
    "doris": "SET time_zone = {zone}",
    "duckdb": "SET TimeZone = {zone}",
    "mysql": "SET time_zone = {zone}",
    "postgres": "SET TIME ZONE {zone}",
    "snowflake": "ALTER SESSION SET TIMEZONE = {zone}",
    "spark": "SET TIME ZONE {zone}",
    "starrocks": "SET time_zone = {zone}",
    "trino": "SET TIME ZONE {zone}",
}
DIALECTS = tuple(ZONES)
_LOOSE = ("mysql", "starrocks", "doris")  # by default A is a there
_SIGNS = {"above": "GT", "below": "LT", "at_least": "GTE", "at_most": "LTE"}


def session_zone(dialect: str, zone: str) -> str:
    return ZONES[dialect].format(zone="'" + zone.replace("'", "''") + "'")


@dataclass(frozen=True, slots=True)
class Questions:
    """What may be asked about one source's table, in one dialect."""

    source: Source
    dialect: str
    translations: Translations

    def values(self, dimension: str) -> str:
        """Ask what is written for a dimension."""
        from sqlglot import exp

        written = _as(self._text(self.source.dimensions[dimension]), "value")
        return self._said(exp.select(written).distinct().from_(self._table))

    def slices(self) -> str:
        """Ask which combinations of values there are."""
        from sqlglot import exp

        return self._said(exp.select(*self._slice(tuple(self.source.dimensions))).distinct().from_(self._table))

    def marks(self, since: date | None) -> str:
        """Ask, for each period, for numbers that are others when its facts are: rows, and all sums."""
        from sqlglot import exp

        sums = [
            _as(self._number(measure.column), f"v{i}")
            for i, measure in enumerate(self.source.measures.values())
            if measure.how in (How.SUM, How.LAST) and measure.column
        ]
        periods = self._periods(self.source.grain, None)
        rows = exp.select(*periods, *sums).from_(self._table)
        if since is not None:
            rows = rows.where(exp.GTE(this=self._date, expression=_day(since)))
        numbers = [_as(exp.Sum(this=exp.column(each.alias)), each.alias) for each in sums]
        return self._said(_grouped(rows, periods, [_as(exp.Count(this=exp.Star()), "n"), *numbers]))

    def aggregate(self, codes: Sequence[str], by: tuple[str, ...], grain: Grain | None, window: Window) -> str:
        """Ask for sums, counts and distinct counts: the slice's values, then the period, then a number each."""
        from sqlglot import exp

        keys = [*self._slice(by), *self._periods(grain, window)]
        measures = [self.source.measures[code] for code in codes]
        values = [_as(self._value(measure), f"v{i}") for i, measure in enumerate(measures)]
        rows = exp.select(*keys, *values).from_(self._table).where(*self._within(window))
        numbers = [
            _as(_added(measure.how, exp.column(each.alias)), f"m{i}")
            for i, (measure, each) in enumerate(zip(measures, values, strict=True))
        ]
        return self._said(_grouped(rows, keys, numbers))

    def level(self, code: str, by: tuple[str, ...], grain: Grain | None, window: Window) -> str:
        """Ask for the last value known of each slice in a period, added over slices.

        Of two rows of one moment the larger counts, since a table has no order that could tell which came later.
        """
        from sqlglot import exp

        value = self._value(self.source.measures[code])
        finest, periods = self._slice(tuple(self.source.dimensions)), self._periods(grain, window)
        latest = exp.Window(
            this=exp.RowNumber(),
            partition_by=[each.this for each in (*finest, *periods)],
            order=exp.Order(
                expressions=[
                    exp.Ordered(this=each, desc=True, nulls_first=False)
                    for each in (exp.column(self.source.time), value.copy())
                ]
            ),
        )
        known = exp.Not(this=exp.Is(this=value.copy(), expression=exp.null()))
        inner = exp.select(*finest, *periods, _as(value, "level"), _as(latest, "place")).from_(self._table)
        inner = inner.where(*self._within(window), known)
        chosen = {f"d{place}" for place, each in enumerate(self.source.dimensions) if each in by}
        keys = [each for each in finest if each.alias in chosen] + periods
        query = _grouped(inner, keys, [_as(exp.Sum(this=exp.column("level")), "m0")])
        return self._said(query.where(exp.EQ(this=exp.column("place"), expression=_whole(1))))

    # --- parts

    def _said(self, query: Expression) -> str:
        from sqlglot import ErrorLevel

        return query.sql(self.dialect, identify=True, unsupported_level=ErrorLevel.RAISE)

    @property
    def _table(self) -> exp.Table:
        from sqlglot import exp

        return exp.to_table(self.source.table)

    @property
    def _date(self) -> Expression:
        from sqlglot import exp

        return exp.cast(exp.column(self.source.time), exp.DataType.Type.DATE)

    def _slice(self, by: tuple[str, ...]) -> list[exp.Alias]:
        """Return the values of these dimensions as codes, each under the name d0, d1, … of its place in the source."""
        from sqlglot import exp

        found = []
        for place, (dimension, column) in enumerate(self.source.dimensions.items()):
            if dimension not in by:
                continue
            text = self._text(column)
            cases = exp.Case()
            for code, written in _by_code(self.translations.get(dimension, {})):
                cases = cases.when(exp.In(this=text.copy(), expressions=[*map(_word, written)]), _word(code))
            blank = exp.Coalesce(this=text, expressions=[_word(NONE)])
            found.append(_as(cases.else_(blank) if cases.args.get("ifs") else blank, f"d{place}"))
        return found

    def _periods(self, grain: Grain | None, window: Window | None) -> list[exp.Alias]:
        """Return what tells periods apart: a date, with its hour, or the number of a stretch of dates."""
        from sqlglot import exp

        if grain is None:
            return []
        if grain is Grain.HOUR:
            hour = exp.Extract(this=exp.var("HOUR"), expression=exp.column(self.source.time))
            return [_as(self._date, "day"), _as(hour, "hour")]
        if grain is Grain.DAY or window is None:
            return [_as(self._date, "day")]
        cases = exp.Case()
        for index in window.periods(grain):
            before = exp.LT(this=self._date, expression=_day(Period(grain, index).end.date()))
            cases = cases.when(before, _whole(index))
        return [_as(cases, "period")]

    def _within(self, window: Window) -> Iterator[Expression]:
        """Yield the conditions of a window of whole days."""
        from sqlglot import exp

        yield exp.GTE(this=self._date, expression=_day(window.first_day))
        yield exp.LTE(this=self._date, expression=_day(window.last_day))

    def _text(self, column: str) -> Expression:
        from sqlglot import exp

        text: Expression = exp.Trim(this=exp.cast(exp.column(column), exp.DataType.Type.TEXT))
        if self.dialect in _LOOSE:
            text = exp.Collate(this=text, expression=exp.var("utf8mb4_bin"))
        return exp.Nullif(this=text, expression=exp.Literal.string(""))

    def _number(self, column: str | None) -> Expression:
        from sqlglot import exp

        return exp.column(column or "")

    def _value(self, measure: Measure) -> Expression:
        """Return what one row gives; one that a filter leaves out gives zero to what is added up."""
        from sqlglot import exp

        match measure.how:
            case How.COUNT if measure.column is None:
                value: Expression = _whole(1)
            case How.COUNT:
                is_there = exp.Not(this=exp.Is(this=self._text(measure.column or ""), expression=exp.null()))
                value = exp.Case().when(is_there, _whole(1)).else_(_whole(0))
            case How.DISTINCT:
                value = self._text(measure.column or "")
            case _:
                value = self._number(measure.column)
        if not measure.where:
            return value
        kept = exp.and_(*(self._condition(each) for each in measure.where))
        return exp.Case().when(kept, value).else_(_whole(0) if measure.how.is_additive else exp.null())

    def _condition(self, condition: Filter) -> Expression:
        from sqlglot import exp

        text = self._text(condition.column)
        words = [exp.Literal.string(each) for each in condition.values]
        match condition.op:
            case "is":
                return exp.In(this=text, expressions=words)
            case "not":
                is_blank = exp.Is(this=text.copy(), expression=exp.null())
                return exp.Or(this=exp.Not(this=exp.In(this=text, expressions=words)), expression=is_blank)
            case "present":
                return exp.Not(this=exp.Is(this=text, expression=exp.null()))
            case "within":
                return self._is_within(exp.column(condition.column), float(condition.values[0]))
            case "above" | "below" | "at_least" | "at_most":
                sign: Any = getattr(exp, _SIGNS[condition.op])
                found: Expression = sign(
                    this=self._number(condition.column), expression=exp.Literal.number(condition.values[0])
                )
                return found

    def _is_within(self, later: Expression, days: float) -> Expression:
        from sqlglot import exp

        if days.is_integer() and self.source.grain is not Grain.HOUR:
            last: Expression = exp.DateAdd(this=self._date, expression=_whole(int(days)), unit=exp.var("DAY"))
            return exp.LTE(this=exp.cast(later, exp.DataType.Type.DATE), expression=exp.cast(last, "date"))
        span = exp.Interval(this=exp.Literal.string(f"{days * 86_400:.0f}"), unit=exp.var("SECOND"))
        return exp.LTE(this=later, expression=exp.Add(this=exp.column(self.source.time), expression=span))


def period_at(key: Sequence[Any], grain: Grain | None) -> int:
    """Return the index of the period that an engine answered with, in whatever type it came."""
    if grain is None:
        return 0
    if grain in (Grain.WEEK, Grain.MONTH):
        return int(key[0])
    day = key[0]
    if isinstance(day, datetime):
        day = day.date()
    days = ((day if isinstance(day, date) else date.fromisoformat(str(day)[:10])) - EPOCH).days
    return days * 24 + int(key[1]) if grain is Grain.HOUR else days


def _by_code(translations: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    for code in sorted(set(translations.values())):
        yield code, sorted(written for written, meant in translations.items() if meant == code)


def _as(value: Expression, name: str) -> exp.Alias:
    from sqlglot import exp

    return exp.Alias(this=value, alias=exp.to_identifier(name))


def _added(how: How, value: Expression) -> Expression:
    from sqlglot import exp

    return exp.Count(this=exp.Distinct(expressions=[value])) if how is How.DISTINCT else exp.Sum(this=value)


def _grouped(rows: exp.Select, keys: Sequence[exp.Alias], numbers: Sequence[exp.Alias]) -> exp.Select:
    """Return those numbers of rows that agree in their keys; a key is worked out once, and named ever after."""
    from sqlglot import exp

    names = [exp.column(each.alias) for each in keys]
    query = exp.select(*names, *numbers).from_(rows.subquery("r"))
    return query.group_by(*names) if names else query


def _day(day: date) -> Expression:
    from sqlglot import exp

    return exp.cast(exp.Literal.string(day.isoformat()), exp.DataType.Type.DATE)


def _word(text: str) -> Expression:
    from sqlglot import exp

    return exp.Literal.string(text)


def _whole(number: int) -> Expression:
    from sqlglot import exp

    return exp.Literal.number(number)
