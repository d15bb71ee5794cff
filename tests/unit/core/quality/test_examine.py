"""Which places of a source are missing: those whose silence cannot be luck."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from core.calendar.grain import Grain, Period
from core.cube.cube import Cube
from core.labels import Labels
from core.metrics.catalog import Catalog
from core.metrics.load import builtin
from core.metrics.metric import How
from core.metrics.source import Measure, Source
from core.quality.examine import examine
from core.quality.fault import Check
from core.quality.provenance import Provenance

TODAY = Period.holding(date(2026, 6, 18), Grain.DAY)
CHANNELS = tuple(Labels.of({"channel": name}) for name in ("wechat", "douyin"))


@pytest.mark.parametrize(
    ("how", "usual", "missing"),
    [
        (How.COUNT, 2.0, []),  # one day in seven brings none of two leads a day
        (How.COUNT, 6.9, []),
        (How.COUNT, 7.0, ["douyin"]),  # one day in a thousand
        (How.SUM, 2.0, ["douyin"]),  # a row a day is told of each: its absence is no small number
    ],
)
def test_few_counted_rows_may_be_none_without_a_broken_feed(how, usual, missing):
    days = 29
    numbers = np.vstack([np.full(days, 50.0), np.append(np.full(days - 1, usual), np.nan)])
    periods = range(TODAY.index - days + 1, TODAY.index + 1)
    cube = Cube(("channel",), CHANNELS, Grain.DAY, periods, {"leads": numbers}, {"leads": how})
    source = Source("crm", ("leads.csv",), Grain.DAY, "day", {"channel": "channel"}, {"leads": Measure(how, "n")})
    dictionary = builtin()
    catalog = Catalog(dictionary.metrics, dictionary.dimensions, {"crm": source})

    found = examine(cube, source, catalog, TODAY, Provenance())

    assert [fault.labels.get("channel") for fault in found if fault.check is Check.COMPLETE] == missing
