"""Money at risk is money per hour, ranks what is open, and is not claimed where it cannot be said."""

from dataclasses import replace
from decimal import Decimal

import pytest

from core.alerts.alert import Handling, Stage
from core.alerts.risk import at_risk, lacking
from core.metrics.catalog import Catalog
from core.metrics.load import builtin
from core.quantity import Unit
from core.rules.finding import Term
from tests.builders import a_finding, an_alert

CATALOG = Catalog(builtin().metrics, builtin().dimensions)


def alert(term, **more):
    return an_alert(finding=replace(a_finding(), terms=(term,)), **more)


@pytest.mark.parametrize(
    ("term", "hourly"),
    [
        # 2,400 spent in a day at 0.8, where 1 was the bound: 480 a day are not earned
        (Term("roi", Unit.TIMES, 0.8, bound=1.0, sample=2400), 20),
        (Term("gmv", Unit.MONEY, 7600, baseline=10_000), 100),
        (Term("cpa", Unit.MONEY, 60.0, baseline=36.0, sample=100), 100),  # dearer than it was, a hundred times
        (Term("gmv", Unit.MONEY, 12_400, baseline=10_000), None),
        (
            Term("cvr", Unit.PERCENT, 0.02, baseline=0.04, sample=1000),
            None,
        ),  # in orders, and nobody said what one is worth
        (Term("roi", Unit.TIMES, None, bound=1.0, sample=2400), None),
        (Term("roi", Unit.TIMES, 0.8, bound=1.0), None),
    ],
)
def test_what_an_hour_costs(term, hourly):
    assert at_risk(alert(term), CATALOG) == (None if hourly is None else pytest.approx(hourly))


def test_what_is_closed_costs_nothing_more():
    closed = alert(Term("roi", Unit.TIMES, 0.8, bound=1.0, sample=2400), handling=Handling(Stage.CLOSED))
    assert at_risk(closed, CATALOG) is None


def test_orders_are_money_where_somebody_said_what_one_is_worth():
    term = Term("cvr", Unit.PERCENT, 0.02, baseline=0.04, sample=1200)
    assert lacking("cvr", CATALOG) == "conversions"
    assert lacking("roi", CATALOG) is None, "it is money already"
    assert lacking("ctr", CATALOG) is None, "nobody can say what one click is worth"
    sold = {**CATALOG.metrics, "conversions": replace(CATALOG.metrics["conversions"], worth=Decimal(50))}
    priced = Catalog(sold, CATALOG.dimensions)
    assert at_risk(alert(term), priced) == pytest.approx(0.02 * 1200 * 50 / 24)
    assert lacking("cvr", priced) is None
