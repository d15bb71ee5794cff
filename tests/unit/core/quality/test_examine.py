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
from core.metrics.source import Checks, Measure, Source
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


# --- more than one dimension -----------------------------------------------------------------------------------

DIMENSIONS = ("channel", "device", "region")
PLACES = tuple(
    Labels.of({"channel": channel, "device": device, "region": region})
    for channel in ("wechat", "douyin")
    for device in ("phone", "desktop")
    for region in ("north", "south")
)


def missing_of(numbers: np.ndarray, complete: tuple[str, ...] | None = DIMENSIONS) -> list[str]:
    periods = range(TODAY.index - numbers.shape[1] + 1, TODAY.index + 1)
    cube = Cube(DIMENSIONS, PLACES, Grain.DAY, periods, {"spend": numbers}, {"spend": How.SUM})
    source = Source(
        *("ads", ("ads.csv",), Grain.DAY, "day", {each: each for each in DIMENSIONS}),
        measures={"spend": Measure(How.SUM, "cost")},
        checks=Checks(complete=complete),
    )
    dictionary = builtin()
    catalog = Catalog(dictionary.metrics, dictionary.dimensions, {"ads": source})
    found = examine(cube, source, catalog, TODAY, Provenance())
    return [str(fault.labels) for fault in found if fault.check is Check.COMPLETE]


def usual_numbers(**gone: str) -> np.ndarray:
    """Return four weeks of all eight places, of which those that agree with `gone` have not come today."""
    numbers = np.full((8, 29), 100.0)
    for row, labels in enumerate(PLACES):
        if gone and set(gone.items()) <= set(labels):
            numbers[row, -1] = np.nan
    return numbers


@pytest.mark.parametrize(
    ("gone", "told"),
    [
        ({}, []),
        ({"region": "north"}, ["region=north"]),  # and not each of its channels, too
        ({"channel": "wechat", "region": "north"}, ["channel=wechat, region=north"]),
        ({"channel": "wechat", "device": "phone", "region": "south"}, ["channel=wechat, device=phone, region=south"]),
    ],
)
def test_a_place_that_is_missing_is_named_by_as_few_words_as_tell_it(gone, told):
    assert missing_of(usual_numbers(**gone)) == told


def test_two_places_that_are_missing_are_two():
    numbers = usual_numbers(channel="wechat", region="north")
    numbers[7, -1] = np.nan
    assert missing_of(numbers) == ["channel=wechat, region=north", "channel=douyin, device=desktop, region=south"]


def test_a_channel_in_one_region_that_sells_every_other_day_is_not_missing():
    numbers = usual_numbers(channel="wechat", device="phone", region="north")
    numbers[0, 1:-1:3] = np.nan  # two days of three
    assert missing_of(numbers) == []


def test_one_that_rests_on_its_usual_weekday_is_not_missing_and_on_another_it_is():
    numbers = usual_numbers(channel="wechat", device="phone", region="north")
    numbers[0, -8::-7] = np.nan
    assert missing_of(numbers) == []
    numbers = usual_numbers(channel="wechat", device="phone", region="north")
    numbers[0, -6::-7] = np.nan
    assert missing_of(numbers) == [str(PLACES[0])]


def test_only_what_must_be_complete_is_looked_into():
    numbers = usual_numbers(channel="wechat", region="north")
    assert missing_of(numbers, ("channel", "device")) == []
    assert missing_of(numbers, ()) == []
