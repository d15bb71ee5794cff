"""Sources read from YAML: which column of which file is which base metric.

A short `impressions: 曝光量` adds the column up, or takes its last value for a level such as followers. Whatever
would add up distinct people is refused here, because nothing later could tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from core import document
from core.calendar.grain import Grain
from core.document import Fields, Mapped, Mistakes, Node, Read, Scalar
from core.errors import Mistake, Where
from core.metrics.catalog import Catalog
from core.metrics.load import code, dimension_code, metric_code, unique
from core.metrics.metric import How, Metric
from core.metrics.source import Checks, Filter, Lookup, Measure, Pull, Source

ROWS = "rows"
LEAST_EVERY = timedelta(minutes=1)
GRAINS = {grain.value: grain for grain in (Grain.HOUR, Grain.DAY)}
BOUNDS: tuple[Literal["below", "above", "at_least", "at_most"], ...] = ("below", "above", "at_least", "at_most")


def load_sources(nodes: Iterable[Node | None], mistakes: Mistakes, catalog: Catalog) -> dict[str, Source]:
    """Return the sources by name. `catalog` needs to know metrics and dimensions only."""
    sources: dict[str, Source] = {}
    for node in nodes:
        for _, fields in document.items(node, ["source"], mistakes):
            source = _source(fields, catalog)
            if unique(fields, "source", source.name, sources):
                sources[source.name] = source
    return sources


def _source(fields: Fields, catalog: Catalog) -> Source:
    engine = fields.take("engine", document.words, "")  # a table of an engine has no files, and is joined where it lies
    name = fields.need("source", code, "")
    pull = None if engine else _pull(fields)
    push = not engine and fields.take("push", document.flag, default=False)
    fed = (f"inbox/{name}/*",) if push or pull else ()
    take_files = fields.take if engine or fed else fields.need
    source = Source(
        name=name,
        files=() if engine else (*take_files("files", document.listing(document.words), ()), *fed),
        grain=fields.need("grain", document.choice(GRAINS), Grain.DAY),
        time=fields.need("time", document.words, ""),
        dimensions=fields.take("dimensions", _named(dimension_code(catalog), document.words), {}),
        measures=fields.need("measures", _measures(catalog), {}),
        lookups=() if engine else fields.take("lookups", document.listing(document.record(_lookup)), ()),
        delay=fields.take("delay", document.duration, timedelta()),
        engine=engine,
        table=fields.need("table", document.words, "") if engine else "",
        owner=fields.take("owner", document.words, None),
        checks=fields.take("checks", document.record(_checks(catalog)), Checks()),
        push=push,
        pull=pull,
    )
    if lacking := [each for each in source.checks.complete or () if each not in source.dimensions]:
        fields.note("check-no-dimension", "checks", dimension=lacking[0], options=", ".join(source.dimensions))
    named = (*source.checks.ranges, *source.checks.wholes, *source.checks.wholes.values())
    if lacking := [each for each in named if each not in source.measures]:
        fields.note("check-no-measure", "checks", measure=lacking[0], options=", ".join(source.measures))
    fields.close()
    return source


def _pull(fields: Fields) -> Pull | None:
    """Read `url`, with `path`, `every`, `headers`, `next` and `page` beside it."""
    url = fields.take("url", document.words, "")
    if not url:
        return None
    if not url.startswith(("https://", "http://")):
        fields.note("pull-no-url", "url", value=url)
    every = fields.take("every", document.duration, timedelta(hours=1))
    if every < LEAST_EVERY:
        fields.note("pull-too-often", "every")
    return Pull(
        url=url,
        every=every,
        path=fields.take("path", document.words, ""),
        headers=fields.take("headers", document.mapping(document.words), {}),
        next=fields.take("next", document.words, ""),
        page=fields.take("page", document.words, ""),
    )


def _checks(catalog: Catalog) -> Callable[[Fields], Checks]:
    """Read which checks are off, and what the others are told; a check that is not named is on."""

    def read(fields: Fields) -> Checks:
        default = Checks()
        limited: Read[dict[str, tuple[float, float]] | bool] = _or_flag(_named(metric_code(catalog), _bounds))
        listed: Read[tuple[str, ...] | bool] = _or_flag(document.listing(dimension_code(catalog)))
        parted: Read[dict[str, str] | bool] = _or_flag(_named(metric_code(catalog), metric_code(catalog)))
        ranges, parts = fields.take("range", limited, None), fields.take("parts", parted, None)
        complete = fields.take("complete", listed, None)
        return Checks(
            fresh=fields.take("fresh", document.flag, default=True),
            complete=complete if isinstance(complete, tuple) else () if complete is False else default.complete,
            duplicates=fields.take("duplicates", document.flag, default=True),
            range=ranges is not False,
            ranges=ranges if isinstance(ranges, dict) else default.ranges,
            spike=fields.take("spike", _spike, default.spike),
            parts=parts is not False,
            wholes=parts if isinstance(parts, dict) else default.wholes,
        )

    return read


def _or_flag(read: Read[document.T]) -> Read[document.T | bool]:
    """Read `true` or `false`, or else what a check is told."""

    def read_either(node: Node, mistakes: Mistakes) -> document.T | bool | None:
        if isinstance(node, Scalar) and node.text.strip() in ("true", "false"):
            return document.flag(node, mistakes)
        return read(node, mistakes)

    return read_either


def _spike(node: Node, mistakes: Mistakes) -> float | None:
    """Read how many times the usual is a spike; `false` is 0, which no check asks."""
    if isinstance(node, Scalar) and node.text.strip() in ("true", "false"):
        return Checks().spike if node.text.strip() == "true" else 0.0
    found = document.number(node, mistakes)
    if found is None or found > 1:
        return None if found is None else float(found)
    mistakes.append(Mistake("wanted-times", {"value": str(found)}, node.where))
    return None


def _bounds(node: Node, mistakes: Mistakes) -> tuple[float, float] | None:
    """Read `[0, 50000]`."""
    found = document.listing(document.number)(node, mistakes)
    match found:
        case None:
            return None
        case (low, high) if low <= high:
            return float(low), float(high)
        case _:
            mistakes.append(Mistake("wanted-bounds", {}, node.where))
            return None


def _measures(catalog: Catalog) -> Read[dict[str, Measure]]:
    """Read `{metric: how it is made}`, and hold each against what the dictionary says of it."""

    def read(node: Node, mistakes: Mistakes) -> dict[str, Measure] | None:
        found = _named(metric_code(catalog), _placed)(node, mistakes)
        if found is None:
            return None
        measures = {}
        for name, (measure, where) in found.items():
            metric = catalog.metrics[name]
            # A short form says `last` by itself where the metric is a level.
            short = metric.how is How.LAST and measure == Measure(How.SUM, measure.column)
            made = replace(measure, how=How.LAST) if short else measure
            if wrong := _misfit(metric, made):
                mistakes.append(Mistake(wrong, {"metric": name, "column": made.column or ROWS}, where))
            else:
                measures[name] = made
        return measures

    return read


def _placed(node: Node, mistakes: Mistakes) -> tuple[Measure, Where] | None:
    measure = _measure(node, mistakes)
    return None if measure is None else (measure, node.where)


def _misfit(metric: Metric, measure: Measure) -> str | None:
    """Return what is wrong with counting a metric so, or None."""
    if metric.formula is not None:
        return "measure-of-formula"
    if metric.how is How.DISTINCT and measure.how is not How.DISTINCT:
        return "measure-sums-distinct"
    if (metric.how is How.LAST) is not (measure.how is How.LAST):
        return "measure-how-differs"
    return None


def _measure(node: Node, mistakes: Mistakes) -> Measure | None:
    if not isinstance(node, Mapped):
        column = document.words(node, mistakes)
        return None if column is None else Measure(How.SUM, column)
    return document.record(_written_out)(node, mistakes)


def _written_out(fields: Fields) -> Measure | None:
    found = {how: column for how in How if (column := fields.take(how.value, document.words, None)) is not None}
    where = fields.take("where", _filters, ())
    matures = fields.take("matures", document.duration, timedelta())
    if len(found) != 1:
        if not any(fields.has(how.value) for how in How) or len(found) > 1:
            fields.note("measure-how", options=", ".join(How))
        return None
    ((how, column),) = found.items()
    return Measure(how, None if how is How.COUNT and column == ROWS else column, where, matures)


def _filters(node: Node, mistakes: Mistakes) -> tuple[Filter, ...] | None:
    if not isinstance(node, Mapped):
        mistakes.append(Mistake("wanted-mapping", {"value": ""}, node.where))
        return None
    found = [_conditions(column, one, mistakes) for column, one in node.entries.items()]
    kept = [one for one in found if one is not None]
    return tuple(filter_ for several in kept for filter_ in several) if len(kept) == len(found) else None


def _conditions(column: str, node: Node, mistakes: Mistakes) -> list[Filter] | None:
    if isinstance(node, Scalar) and node.text == "present" and not node.quoted:
        return [Filter(column, "present")]
    if not isinstance(node, Mapped):
        values = document.listing(document.words)(node, mistakes)
        return None if values is None else [Filter(column, "is", values)]
    fields = Fields(node, mistakes)
    filters = []
    if denied := fields.take("not", document.listing(document.words), ()):
        filters.append(Filter(column, "not", denied))
    bounds = [(op, fields.take(op, document.number, None)) for op in BOUNDS]
    filters += [Filter(column, op, (f"{bound:f}",)) for op, bound in bounds if bound is not None]
    if (length := fields.take("within", document.duration, None)) is not None:
        filters.append(Filter(column, "within", (f"{length / timedelta(days=1):g}",)))
    return filters if fields.close() else None


def _lookup(fields: Fields) -> Lookup:
    return Lookup(
        files=fields.need("files", document.listing(document.words), ()),
        key=fields.need("key", document.words, ""),
        take=fields.need("take", document.listing(document.words), ()),
    )


def _named(name: Read[str], read: Read[document.T]) -> Read[dict[str, document.T]]:
    """Read a mapping whose keys are names of ours, in any spelling."""

    def read_all(node: Node, mistakes: Mistakes) -> dict[str, document.T] | None:
        if not isinstance(node, Mapped):
            mistakes.append(Mistake("wanted-mapping", {"value": ""}, node.where))
            return None
        found: dict[str, document.T] = {}
        for key, place in node.keys.items():
            known = name(place, mistakes)
            value = read(node.entries[key], mistakes)
            if known is not None and known in found:
                mistakes.append(Mistake("defined-twice", {"kind": "measure", "name": known}, place.where))
            elif known is not None and value is not None:
                found[known] = value
        return found

    return read_all
