"""The last weeks of the number that an alert is about, for its chart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.alerts.alert import Alert
from core.calendar.grain import Grain, Period, Window
from core.cube.query import Query
from core.cube.reading import Reader
from core.labels import Matcher
from core.ports import Warehouse
from core.workspace import Workspace

SHOWN = 35  # periods: five weeks of days, so that the same weekday is seen five times


@dataclass(frozen=True, slots=True)
class History:
    """A metric on one slice over consecutive periods, as a rule up to the alert; None where it has none."""

    metric: str
    first: Period
    values: tuple[float | None, ...]


async def history(
    alert: Alert, workspace: Workspace, warehouse: Warehouse, last: Period | None = None
) -> History | None:
    """Return how the alert's headline came to where it is, or None when it has no number, or none known any more.

    With `last` it ends there, be it long after the alert.
    """
    headline, labels = alert.finding.headline, alert.fingerprint.labels
    last = last or alert.finding.period
    catalog = workspace.catalog
    if headline is None or headline.metric not in catalog.metrics:
        return None
    bases = catalog.bases(headline.metric)
    dimensions = tuple(dimension for dimension, _ in labels)
    first = last.shift(1 - SHOWN)
    source = catalog.source_for(bases, dimensions, last.grain)
    # From a month's beginning, so that what gathers over a month is whole.
    start = Period.holding(Period.holding(first.start, Grain.MONTH).start, last.grain)
    cube = await warehouse.fetch(Query(source.name, last.grain, dimensions, bases, Window.of(start, last)))
    here = cube.where([Matcher(dimension, (value,)) for dimension, value in labels])
    if not here.slices:
        return None
    row = Reader(here, catalog).value(headline.metric, np.arange(SHOWN) + here.column(first.index))[0]
    values = tuple(None if np.isnan(value) else float(value) for value in row)
    return History(headline.metric, first, values)
