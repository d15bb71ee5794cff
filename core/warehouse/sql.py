# ruff: noqa: S608 - every name is quoted here, in one place, and every value is a whole number
"""The text of the questions: one pushed-down aggregate for a whole cube.

These are asked of DuckDB over facts that we took in ourselves, with whole-numbered periods and slices. What is asked of
a larger engine over its own tables is written in `question`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.calendar.grain import Grain
from core.metrics.metric import How

_SEQUENCE = 1 << 40  # rows of one period that a level may be told apart by; hours since 1970 take 20 bits above


def quoted(name: str) -> str:
    """Return a name as an identifier, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def facts(source: str) -> str:
    return quoted(f"facts_{source}")


def slices(source: str) -> str:
    return quoted(f"slices_{source}")


def codes(source: str, measure: str) -> str:
    """Return the table that gives each value of a distinct count a number."""
    return quoted(f"codes_{source}_{measure}")


def slices_in_order(source: str) -> str:
    return f"FROM {slices(source)} ORDER BY id"


def live_slices(source: str) -> str:
    return f"SELECT DISTINCT slice FROM {facts(source)}"


def period_of(moment: str, grain: Grain) -> str:
    """Return the index of the period that holds a time, as `Period.holding` counts."""
    if grain is Grain.HOUR:
        return f"CAST(date_diff('hour', TIMESTAMP '1970-01-01', {moment}) AS INTEGER)"
    return coarser(f"date_diff('day', DATE '1970-01-01', CAST({moment} AS DATE))", Grain.DAY, grain)


def coarser(period: str, own: Grain, grain: Grain | None) -> str:
    """Return a period's index at a coarser grain; without a grain all periods are one."""
    if grain is None:
        return "0"
    if own is grain:
        return f"CAST({period} AS INTEGER)"
    day = f"floor({period} / 24)" if own is Grain.HOUR else period
    match grain:
        case Grain.WEEK:
            return f"CAST(floor(({day} + 3) / 7) AS INTEGER)"
        case Grain.MONTH:
            date = f"DATE '1970-01-01' + CAST({day} AS INTEGER)"
            return f"CAST(date_diff('month', DATE '1970-01-01', {date}) AS INTEGER)"
        case _:
            return f"CAST({day} AS INTEGER)"


def count_rows(source: str, periods: range | None = None) -> str:
    return f"SELECT count(*) FROM {facts(source)}" + (f" WHERE {_within(periods)}" if periods else "")


def scan(source: str, measures: Mapping[str, How], periods: range) -> str:
    """Return the rows themselves: for sums, adding them up in numpy is four times as fast as grouping here."""
    columns = "".join(f", {quoted(code)}" for code in measures)
    return f"SELECT period, slice{columns} FROM {facts(source)} WHERE {_within(periods)}"


def aggregate(source: str, measures: Mapping[str, How], own: Grain, grain: Grain | None, periods: range) -> str:
    """Return sums, counts and distinct counts by `slot` (from the table `groups`) and coarser period."""
    columns = "".join(
        f", count(DISTINCT {quoted(code)}) AS {quoted(code)}"
        if how is How.DISTINCT
        else f", sum({quoted(code)}) AS {quoted(code)}"
        for code, how in measures.items()
    )
    return (
        f"SELECT groups.slot AS slot, {coarser('period', own, grain)} AS period{columns} "
        f"FROM {facts(source)} AS facts JOIN groups ON facts.slice = groups.slice "
        f"WHERE {_within(periods)} GROUP BY 1, 2"
    )


def levels(source: str, measures: Mapping[str, How], own: Grain, grain: Grain | None, periods: range) -> str:
    """Return levels: the last one known of each slice in the period, then added over slices."""
    latest = "".join(
        f", arg_max({quoted(code)}, CAST(period AS BIGINT) * {_SEQUENCE} + seq) AS {quoted(code)}" for code in measures
    )
    added = "".join(f", sum({quoted(code)}) AS {quoted(code)}" for code in measures)
    return (
        f"SELECT groups.slot AS slot, latest.period AS period{added} FROM ("
        f"SELECT slice, {coarser('period', own, grain)} AS period{latest} FROM {facts(source)} "
        f"WHERE {_within(periods)} GROUP BY 1, 2) AS latest "
        f"JOIN groups ON latest.slice = groups.slice GROUP BY 1, 2"
    )


def marks(source: str, measures: Mapping[str, How], files: Sequence[int]) -> str:
    """Ask, of the rows that files gave, a number for each period: another one when any of them is."""
    row = ", ".join(["slice", *map(quoted, measures)])
    chosen = ", ".join(["-1", *map(str, files)])
    return f"SELECT period, sum(hash({row})) AS mark FROM {facts(source)} WHERE file IN ({chosen}) GROUP BY period"


def are_decimal(source: str, codes: Sequence[str], places: int) -> str:
    """Ask of each measure whether it has fractions, and all of them of so few places."""
    flags = ", ".join(
        f"bool_and({code} = round({code}, {places})) AND NOT bool_and({code} = trunc({code}))"
        for code in map(quoted, codes)
    )
    return f"SELECT {flags} FROM {facts(source)}"


def _within(periods: range) -> str:
    return f"period BETWEEN {periods.start} AND {periods.stop - 1}"
