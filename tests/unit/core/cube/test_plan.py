"""What was planned for some days: so much a day of a month, the rate itself, the narrower slice before the wider."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core.calendar.grain import Grain, Window
from core.cube.plan import plan_of
from core.labels import Labels
from core.metrics.target import Planned
from tests.shop import a_catalog

ALL = Labels()
WECHAT = Labels.of({"channel": "wechat"})
JUNE = {"first": date(2026, 6, 1), "last": date(2026, 6, 30)}
PLANNED = (
    Planned("spend", Labels(), Decimal(3000), **JUNE, per=Grain.MONTH),
    Planned("spend", WECHAT, Decimal(60), **JUNE, per=Grain.DAY),
    Planned("clicks", Labels(), Decimal(50)),
    Planned("cvr", Labels(), Decimal("0.02"), **JUNE),
    Planned("cvr", WECHAT, Decimal("0.03"), **JUNE),
)


def planned(metric, first, last, labels=ALL):
    return plan_of(metric, labels, Window.days(date(*first), date(*last)), a_catalog(planned=PLANNED))


@pytest.mark.parametrize(
    ("metric", "first", "last", "labels", "plan"),
    [
        ("spend", (2026, 6, 1), (2026, 6, 30), Labels(), 3000),
        ("spend", (2026, 6, 1), (2026, 6, 18), Labels(), 1800),  # a month that is still running
        ("spend", (2026, 6, 18), (2026, 6, 18), Labels(), 100),
        ("spend", (2026, 6, 18), (2026, 6, 19), WECHAT, 120),
        ("spend", (2026, 6, 30), (2026, 7, 1), Labels(), None),  # July has none
        ("clicks", (2026, 6, 18), (2026, 6, 18), Labels(), 50),
        ("clicks", (2026, 6, 17), (2026, 6, 18), Labels(), None),  # nobody says for how long it is
        ("cvr", (2026, 6, 1), (2026, 6, 18), Labels(), 0.02),
        ("cvr", (2026, 6, 18), (2026, 6, 18), WECHAT, 0.03),
        ("cvr", (2026, 6, 18), (2026, 7, 1), WECHAT, None),
        ("impressions", (2026, 6, 18), (2026, 6, 18), Labels(), None),
    ],
)
def test_a_plan_is_as_much_as_falls_on_the_days(metric, first, last, labels, plan):
    assert planned(metric, first, last, labels) == (plan if plan is None else pytest.approx(plan))
