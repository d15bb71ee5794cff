"""How a source's rows become facts: each column and measure as SQL over the staged tables.

`own` is the source's file and `lookup0`, `lookup1`, … what its keys lead to, with columns c0, c1, … in the order of
`own` and `taken`. A column that a lookup takes is the lookup's, any other the file's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from core.calendar.grain import Grain
from core.metrics.metric import How
from core.metrics.source import Filter, Lookup, Measure, Source
from core.warehouse.sql import literal

Kind = Literal["text", "number", "time"]
Asked = tuple[str, Kind]

_SIGNS = {"above": ">", "below": "<", "at_least": ">=", "at_most": "<="}
_KINDS: Mapping[str, Kind] = {"is": "text", "not": "text", "present": "text", "within": "time"}


@dataclass(frozen=True, slots=True)
class Recipe:
    source: Source

    @property
    def hows(self) -> Mapping[str, How]:
        return {code: measure.how for code, measure in self.source.measures.items()}

    @property
    def own(self) -> tuple[Asked, ...]:
        """Return the columns asked of the source's own files."""
        taken = {column for each in self.source.lookups for column in each.take}
        keys: list[Asked] = [(each.key, "text") for each in self.source.lookups]
        return tuple(dict.fromkeys([*(each for each in self._asked() if each[0] not in taken), *keys]))

    def taken(self, lookup: Lookup) -> tuple[Asked, ...]:
        """Return the columns asked of a lookup's files; its key comes first."""
        return ((lookup.key, "text"), *dict.fromkeys(each for each in self._asked() if each[0] in lookup.take))

    @property
    def tables(self) -> str:
        """Return what follows FROM: each own row once, with what its keys lead to beside it."""
        joins = (
            f" LEFT JOIN lookup{i} ON own.c{self.own.index((each.key, 'text'))} = lookup{i}.c0"
            for i, each in enumerate(self.source.lookups)
        )
        return "staged AS own" + "".join(joins)

    @property
    def time(self) -> str:
        return self.cell(self.source.time, "time")

    def cell(self, column: str, kind: Kind) -> str:
        """Return where a column of that kind stands."""
        for i, lookup in enumerate(self.source.lookups):
            if column in lookup.take:
                return f"lookup{i}.c{self.taken(lookup).index((column, kind))}"
        return f"own.c{self.own.index((column, kind))}"

    def value(self, measure: Measure) -> str:
        """Return what one row gives to a measure."""
        column = measure.column
        match measure.how:
            case How.COUNT:
                value = "1" if column is None else f"CAST({self.cell(column, 'text')} IS NOT NULL AS INTEGER)"
            case How.DISTINCT:
                value = self.cell(column or "", "text")
            case _:
                value = self.cell(column or "", "number")
        if not measure.where:
            return value
        kept = " AND ".join(f"({self._condition(each)})" for each in measure.where)
        # A row came, though it does not count: that is zero. Only where no row came there is nothing.
        otherwise = "0" if measure.how.is_additive else "NULL"
        return f"CASE WHEN coalesce({kept}, false) THEN {value} ELSE {otherwise} END"

    def _condition(self, condition: Filter) -> str:
        cell = self.cell(condition.column, _KINDS.get(condition.op, "number"))
        words = ", ".join(literal(each) for each in condition.values)
        match condition.op:
            case "is":
                return f"{cell} IN ({words})"
            case "not":
                return f"coalesce({cell} NOT IN ({words}), true)"
            case "present":
                return f"{cell} IS NOT NULL"
            case "within":
                return self._is_within(cell, condition.values[0])
            case "above" | "below" | "at_least" | "at_most":
                return f"{cell} {_SIGNS[condition.op]} {float(condition.values[0])!r}"

    def _is_within(self, later: str, days: str) -> str:
        span = float(days)
        if span.is_integer() and self.source.grain is not Grain.HOUR:
            # Days as a calendar counts them: the 30th day of a cohort does not end at the hour its row was written.
            return f"date_diff('day', CAST({self.time} AS DATE), CAST({later} AS DATE)) <= {span:.0f}"
        return f"{later} <= {self.time} + to_seconds({span * 86_400:.0f})"

    def _asked(self) -> Iterator[Asked]:
        yield self.source.time, "time"
        for column in self.source.dimensions.values():
            yield column, "text"
        for measure in self.source.measures.values():
            if measure.column is not None:
                yield measure.column, "text" if measure.how in (How.COUNT, How.DISTINCT) else "number"
            for condition in measure.where:
                yield condition.column, _KINDS.get(condition.op, "number")
