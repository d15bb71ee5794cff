"""What comes first, which day is whole, and which change is for the better."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from core.alerts.alert import Condition, Handling, Phase, Stage
from core.calendar.grain import Grain, Period
from core.metrics.metric import Direction, How
from core.metrics.source import Measure, Source
from core.rules.rule import Severity
from core.usecases.overview import FLAT, change, foremost, is_good, is_shown, last_complete, worst_first
from tests.adapters.web_house import NOW, a_house, an_alert, some_alerts


def test_pending_and_closed_alerts_are_nobodys_business_yet_or_any_more():
    pending = an_alert("p", condition=Condition(Phase.PENDING, NOW))
    closed = an_alert("c", handling=Handling(Stage.CLOSED))
    assert [is_shown(alert) for alert in (an_alert(), pending, closed)] == [True, False, False]


def test_the_worst_alert_stands_first_and_one_that_somebody_has_stands_behind_its_likes():
    shown = worst_first([an_alert("info", severity=Severity.INFO), *some_alerts()], a_house())
    assert [alert.handle for alert in shown] == ["7f3k", "b2xq", "m81c", "info"]


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
