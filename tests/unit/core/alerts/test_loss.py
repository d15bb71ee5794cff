"""What was probably not lost: gap × volume × the days until the weekly meeting, in the unit of what is counted."""

from datetime import timedelta

import pytest

from core.alerts.loss import avoided
from core.alerts.work import Loss
from core.calendar.grain import Grain, Period
from core.quantity import Unit
from core.rules.finding import Finding, State, Term
from core.rules.rule import Fingerprint
from tests.builders import NOW, WECHAT, YESTERDAY, an_alert
from tests.shop import a_catalog

CATALOG = a_catalog()
A_DAY = timedelta(days=1)


def of(term, period=YESTERDAY, **more):
    finding = Finding(Fingerprint("r", WECHAT), period, State.BREACHED, (term,))
    return an_alert(finding=finding, **more)


def test_a_rate_that_fell_lost_what_it_counts():
    fell = Term("cvr", Unit.PERCENT, 0.018, baseline=0.03, change=-0.4, bound=0.3, sample=10_000)
    # 1.2 points of 10,000 clicks are 120 conversions a day, and six days were left.
    assert avoided(of(fell), CATALOG, NOW + A_DAY) == Loss(pytest.approx(720), Unit.COUNT, "conversions")


def test_an_roi_below_its_bound_lost_money():
    low = Term("roi", Unit.TIMES, 0.8, bound=1.0, sample=50_000)
    assert avoided(of(low), CATALOG, NOW) == Loss(pytest.approx(70_000), Unit.MONEY, "revenue")


def test_a_sum_is_its_own_volume():
    fewer = Term("leads", Unit.COUNT, 70, baseline=100, change=-0.3)
    assert avoided(of(fewer), CATALOG, NOW).amount == pytest.approx(210)
    an_hour = Period.holding(NOW.replace(tzinfo=None), Grain.HOUR)
    assert avoided(of(fewer, an_hour), CATALOG, NOW).amount == pytest.approx(210 * 24)


def test_what_has_been_lost_was_not_avoided():
    fewer = Term("leads", Unit.COUNT, 70, baseline=100)
    assert avoided(of(fewer), CATALOG, NOW + 7 * A_DAY) is None
    well = of(fewer, recovered_at=NOW + 2 * A_DAY)
    assert avoided(well, CATALOG, NOW + 30 * A_DAY).amount == pytest.approx(150)


@pytest.mark.parametrize(
    "term",
    [
        Term("leads", Unit.COUNT, None, baseline=100),
        Term("leads", Unit.COUNT, 70),
        Term("cvr", Unit.PERCENT, 0.01, baseline=0.03),
        Term("roi_profit", Unit.PERCENT, 0.1, bound=0.2, sample=1000),
        Term("gone", Unit.COUNT, 1, baseline=2),
    ],
)
def test_where_nothing_simple_can_be_said_nothing_is_made_up(term):
    assert avoided(of(term), CATALOG, NOW) is None
