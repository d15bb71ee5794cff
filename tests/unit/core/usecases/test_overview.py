"""What stands on the board: which numbers, of which day, and how they moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from core.alerts.alert import Condition, Handling, Phase, Stage
from core.calendar.grain import Grain, Period
from core.metrics.metric import Direction, How
from core.metrics.source import Measure, Source
from core.rules.rule import Severity
from core.usecases.overview import DAYS, FLAT, change, foremost, is_good, is_shown, last_complete, overview
from tests.adapters.web_house import NOW, YESTERDAY, FakeWorld, a_house, an_alert, some_alerts


async def test_each_tile_ends_with_the_last_complete_day():
    world = FakeWorld()
    world.store.alerts = some_alerts()
    seen = await overview(a_house(), world)
    assert len(seen.tiles) == 8
    roi = seen.tiles[0]
    assert roi.metric.code == "roi"
    assert roi.period == YESTERDAY
    assert len(roi.series) == DAYS
    assert roi.value == roi.series[-1]
    assert roi.alerts == 1
    assert roi.day_change == pytest.approx(roi.series[-1] / roi.series[-2] - 1)
    assert roi.week_change == pytest.approx(roi.series[-1] / roi.series[-8] - 1)


async def test_one_source_is_asked_once_for_all_its_tiles_from_a_months_first_day_on():
    world = FakeWorld()
    await overview(a_house(), world)
    (query,) = world.warehouse.asked
    assert query.dimensions == ()
    assert query.window.start.day == 1
    assert query.window.end == YESTERDAY.end


async def test_before_the_data_of_yesterday_is_due_the_day_before_is_shown():
    world = FakeWorld()
    world.clock.at = NOW - timedelta(hours=13, minutes=30)  # half past midnight; the source is an hour late
    seen = await overview(a_house(), world)
    assert seen.tiles[0].period == YESTERDAY.shift(-1)


async def test_a_source_coarser_than_a_day_has_no_tile():
    house = a_house()
    monthly = replace(house.catalog.sources["ads"], grain=Grain.MONTH)
    seen = await overview(replace(house, catalog=replace(house.catalog, sources={"ads": monthly})), FakeWorld())
    assert seen.tiles == ()


async def test_pending_and_closed_alerts_are_nobodys_business_yet_or_any_more():
    pending = an_alert("p", condition=Condition(Phase.PENDING, NOW))
    closed = an_alert("c", handling=Handling(Stage.CLOSED))
    assert [is_shown(alert) for alert in (an_alert(), pending, closed)] == [True, False, False]


async def test_the_worst_alert_stands_first_and_one_that_somebody_has_stands_behind_its_likes():
    world = FakeWorld()
    info = an_alert("info", severity=Severity.INFO)
    world.store.alerts = [info, *some_alerts()]
    assert [alert.handle for alert in (await overview(a_house(), world)).alerts] == ["7f3k", "b2xq", "m81c", "info"]


def test_what_the_team_watches_comes_first_and_then_the_core_of_the_dictionary():
    house = a_house()
    assert [metric.code for metric in foremost(house)[:4]] == ["roi", "budget_use", "cvr", "refunds"]
    unwatched = [metric.tier for metric in foremost(replace(house, rules=()))]
    assert unwatched == sorted(unwatched)


def test_a_rate_is_complete_only_when_its_deals_have_come_in():
    matures = Measure(How.COUNT, where=(), matures=timedelta(days=30))
    source = Source("crm", (), Grain.DAY, "at", measures={"leads": Measure(How.COUNT), "won": matures})
    wall = datetime(2026, 6, 19, 9)  # noqa: DTZ001 - wall clock
    assert last_complete(source, ("leads",), wall) == Period.holding(datetime(2026, 6, 18), Grain.DAY)  # noqa: DTZ001
    assert last_complete(source, ("leads", "won"), wall) == Period.holding(datetime(2026, 5, 19), Grain.DAY)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("direction", "moved", "good"),
    [
        (Direction.UP, 0.2, True),
        (Direction.UP, -0.2, False),
        (Direction.DOWN, 0.2, False),
        (Direction.DOWN, -0.2, True),
        (Direction.UP, FLAT, True),
        (Direction.UP, FLAT * 0.99, None),
        (Direction.BAND, 0.2, None),
        (Direction.NONE, 0.2, None),
        (Direction.UP, None, None),
    ],
)
def test_good_is_a_matter_of_the_metrics_direction(direction, moved, good):
    assert is_good(direction, moved) is good


def test_from_nothing_there_is_no_change():
    assert change(5.0, 0.0) is None
    assert change(None, 1.0) is None
    assert change(1.0, None) is None
    assert change(-1.0, -2.0) == pytest.approx(0.5)
