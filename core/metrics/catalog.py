"""Everything a team can ask about, found by any of its names: code, title or alias, in either tongue.

A catalog that exists is sound: formulas name only metrics that are there, none goes round in a circle, and no
distinct count is added up. Width, case, spaces and `_` do not count in a name: `Bounce Rate` is `bounce_rate`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.calendar.grain import Grain
from core.document import fold, suggesting
from core.errors import Invalid, Missing
from core.metrics import additivity
from core.metrics.dimension import Dimension, Value
from core.metrics.formula import refs
from core.metrics.metric import Additivity, Formula, How, Metric, Ref
from core.metrics.source import Source
from core.metrics.target import Planned


@dataclass(frozen=True, slots=True)
class Catalog:
    """Raises Invalid when its definitions contradict each other. Where two metrics share a name, the later has it."""

    metrics: Mapping[str, Metric]
    dimensions: Mapping[str, Dimension] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    planned: tuple[Planned, ...] = ()
    _metric_codes: Mapping[str, str] = field(init=False, repr=False, compare=False)
    _dimension_codes: Mapping[str, str] = field(init=False, repr=False, compare=False)
    _value_codes: Mapping[tuple[str, str], str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if wrong := additivity.faults(self.metrics, self.how):
            raise Invalid(wrong)
        values = {
            (dimension.code, fold(name)): value.code
            for dimension in self.dimensions.values()
            for value in dimension.values.values()
            for name in names_of(value)
        }
        metrics = {fold(name): code for name, code in self.names().items()}
        # However others call themselves, a metric's code is its own.
        object.__setattr__(self, "_metric_codes", metrics | {fold(code): code for code in self.metrics})
        object.__setattr__(self, "_dimension_codes", {fold(n): code for n, code in self.dimension_names().items()})
        object.__setattr__(self, "_value_codes", values)

    # --- by name

    def metric(self, name: str) -> Metric:
        """Return the metric of that name in any spelling, or raise Missing with the nearest."""
        if (code := self._metric_codes.get(fold(name))) is None:
            raise Missing("unknown-metric", **suggesting(name, self.names(), name=name))
        return self.metrics[code]

    def dimension(self, name: str) -> Dimension:
        if (code := self._dimension_codes.get(fold(name))) is None:
            raise Missing("unknown-dimension", **suggesting(name, self.dimension_names(), name=name))
        return self.dimensions[code]

    def value(self, dimension: str, name: str) -> str:
        """Return the code of a dimension's value; one the dictionary has never heard of is its own code.

        A team's files hold more campaigns than anybody lists, so an unknown value is not an error here.
        """
        return self._value_codes.get((dimension, fold(name)), name.strip())

    def names(self) -> Mapping[str, str]:
        """Return every name of every metric, as it is written, with its code: the words of the rule language."""
        named = {name: metric.code for metric in self.metrics.values() for name in names_of(metric)}
        return named | {code: code for code in self.metrics}

    def dimension_names(self) -> Mapping[str, str]:
        return {name: one.code for one in self.dimensions.values() for name in names_of(one)}

    def value_names(self) -> Mapping[str, str]:
        """Return every name of a value that a dimension is known to have, with the dimension's code."""
        return {
            name: one.code
            for one in self.dimensions.values()
            for value in one.values.values()
            for name in names_of(value)
        }

    # --- what a metric is made of

    def bases(self, code: str) -> tuple[str, ...]:
        """Return the base metrics that must be asked of a warehouse, each once."""
        return refs(self.expanded(code))

    def expanded(self, code: str) -> Formula:
        """Return the metric as arithmetic over base metrics; a base metric is itself."""
        return additivity.expanded(Ref(code), self.metrics)

    def how(self, code: str) -> How:
        """Return how a base metric is counted; distinct as soon as one source counts it so."""
        measured = [source.measures[code].how for source in self.sources.values() if code in source.measures]
        return How.DISTINCT if How.DISTINCT in measured else self.metrics[code].how or How.SUM

    def additivity(self, code: str) -> Additivity:
        return additivity.additivity(self.expanded(code), self.how)

    def split(self, code: str) -> tuple[Formula, Formula] | None:
        """Return a ratio's numerator and denominator over base metrics, or None for what is not one ratio."""
        found = additivity.quotient(self.expanded(code))
        return None if found is None or found[1] is None else (found[0], found[1])

    def require_additive(self, code: str) -> None:
        """Raise Invalid unless the metric may be summed over slices and periods."""
        if (letter := self.additivity(code)) is not Additivity.SUM:
            raise Invalid([additivity.not_additive(code, letter)])

    # --- where it comes from

    def source_for(self, bases: Iterable[str], dimensions: Iterable[str] = (), grain: Grain | None = None) -> Source:
        """Return the first source that has all of these together, at that grain or a finer one."""
        wanted, by = tuple(bases), tuple(dimensions)
        lacks = {name: _lacks(source, wanted, by, grain) for name, source in self.sources.items()}
        nearest = min(lacks, key=lambda name: len(lacks[name]), default=None)
        if nearest is None or lacks[nearest]:
            missing = lacks[nearest] if nearest is not None else (*wanted, *by)
            facts = {"metrics": ", ".join(wanted), "dimensions": ", ".join(by), "lacks": ", ".join(missing)}
            raise Missing("no-source-for", **facts | ({"source": nearest} if nearest is not None else {}))
        return self.sources[nearest]

    def is_available(self, code: str) -> bool:
        """Return whether one source holds all that the metric is made of."""
        return any(not _lacks(source, self.bases(code), (), None) for source in self.sources.values())

    def is_told(self, code: str) -> bool:
        """Return whether all that the metric is made of is somewhere, be it in several sources."""
        held = {measure for source in self.sources.values() for measure in source.measures}
        return held.issuperset(self.bases(code))

    def available(self) -> tuple[Metric, ...]:
        return tuple(metric for code, metric in self.metrics.items() if self.is_available(code))


def names_of(one: Metric | Dimension | Value) -> tuple[str, ...]:
    """Return every name it goes by, as written."""
    return tuple(dict.fromkeys((one.code, one.title.en, one.title.zh, *one.aliases)))


def _lacks(source: Source, bases: Iterable[str], dimensions: Iterable[str], grain: Grain | None) -> tuple[str, ...]:
    coarser = grain is not None and source.grain.rank > grain.rank
    return (
        *(code for code in bases if code not in source.measures),
        *(code for code in dimensions if code not in source.dimensions),
        *([str(grain)] if coarser else []),
    )
