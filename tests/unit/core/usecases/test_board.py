"""What stands on the board: every core metric, each cell held to what is usual, and how fresh it all is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.calendar.grain import Grain
from core.metrics.metric import Tier
from core.usecases.board import MOST_SLICES, Board, board, core_metrics
from core.usecases.board import _slices as slices_of
from tests.adapters.web_house import CHANNELS, YESTERDAY, FakeWorld, a_house, some_alerts


async def seen(**changed) -> Board:
    world = FakeWorld()
    world.store.alerts = some_alerts()
    return await board(a_house(**changed), world)


async def test_every_core_metric_and_all_that_rules_watch_are_on_it():
    house = a_house()
    found = await seen()
    codes = [row.metric.code for row in found.rows]
    assert codes == [metric.code for metric in core_metrics(house)]
    assert {"roi", "budget_use", "cvr", "refunds"} <= set(codes)
    missing = {one.code for one in house.catalog.available() if one.tier is Tier.CORE} - set(codes)
    assert missing == set()


async def test_what_fell_is_sudden_and_what_swings_with_the_week_is_not():
    found = await seen()
    roi = next(row for row in found.rows if row.metric.code == "roi")
    cells = dict(zip(found.slices, roi.cells, strict=True))
    assert cells["wechat"].is_sudden
    assert cells["wechat"].change == pytest.approx(-0.6, abs=0.05)
    assert [value for value, cell in cells.items() if cell.is_sudden] == ["wechat"]
    others = [cell for row in found.rows if row.metric.code in ("ctr", "impressions") for cell in row.cells]
    assert not any(cell.is_sudden for cell in others)


async def test_slices_come_the_largest_first_and_the_day_is_the_last_complete_one():
    found = await seen()
    assert found.slices == tuple(CHANNELS)
    assert found.dimension == "channel"
    assert {row.period for row in found.rows} == {YESTERDAY}
    assert all(row.series[-1] == row.whole.value for row in found.rows)


async def test_two_questions_a_source_are_enough_for_all_of_it():
    world = FakeWorld()
    await board(a_house(), world)
    assert [query.dimensions for query in world.warehouse.asked] == [(), ("channel",)]


async def test_facts_that_have_not_come_are_late():
    world = FakeWorld()
    house = a_house()
    ads = replace(house.catalog.sources["ads"], delay=timedelta(0))
    assert [one.is_late for one in (await board(house, world)).fresh] == [False]
    hollow = FakeWorld()
    fetch = hollow.warehouse.fetch

    async def early(query):
        cube = await fetch(query)
        for array in cube.measures.values():
            array[:, -1] = float("nan")
        return cube

    hollow.warehouse.fetch = early
    (fresh,) = (await board(replace(house, catalog=replace(house.catalog, sources={"ads": ads})), hollow)).fresh
    assert fresh.is_late
    assert fresh.last == YESTERDAY.shift(-1)


async def test_a_source_of_weeks_is_shown_by_its_weeks():
    house = a_house()
    weekly = replace(house.catalog.sources["ads"], grain=Grain.WEEK, dimensions={})
    catalog = replace(house.catalog, sources={"ads": weekly})
    world = FakeWorld()

    async def empty(query):
        assert query.grain is Grain.WEEK
        cube = await FakeWorld().warehouse.fetch(query)
        weeks = query.window.periods(Grain.WEEK)
        return replace(
            cube, grain=Grain.WEEK, periods=weeks, measures={k: v[:, : len(weeks)] for k, v in cube.measures.items()}
        )

    world.warehouse.fetch = empty
    found = await board(replace(house, catalog=catalog), world)
    assert found.dimension is None
    assert found.slices == ()
    assert {row.period.grain for row in found.rows} == {Grain.WEEK}


async def test_a_house_without_facts_has_an_empty_board():
    house = a_house()
    found = await board(replace(house, catalog=replace(house.catalog, sources={})), FakeWorld())
    assert found == Board(None, (), (), 0, (), ())


def test_a_slice_that_somebody_was_alerted_about_is_never_left_to_the_rest():
    shares = {f"c{at:02}": 1 / (at + 1) for at in range(MOST_SLICES + 5)}
    smallest = f"c{MOST_SLICES + 4:02}"
    kept = slices_of([shares], {smallest})[:MOST_SLICES]
    assert smallest in kept
    assert kept[0] == "c00"
    assert f"c{MOST_SLICES - 1:02}" not in kept
