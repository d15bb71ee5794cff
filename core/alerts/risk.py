"""How much money an open alert costs while it goes on: what ranks one above another of its severity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.alerts.loss import PERIODS_A_DAY, counted
from core.metrics.metric import Direction
from core.quantity import Unit

if TYPE_CHECKING:
    from core.alerts.alert import Alert
    from core.metrics.catalog import Catalog

SOLD = ("conversion", "leads")  # categories of what has a price: nobody can say what one impression is worth


def at_risk(alert: Alert, catalog: Catalog) -> float | None:
    """Return money at risk in units of the workspace's currency per hour; None where it cannot be said in money.

    gap × volume × periods an hour: the gap of the headline to where it should be (its baseline, else its bound), times
    what its ratio is divided by (spend for ROI), or the gap itself where the metric is money. Of one that is better
    low (a cost per order), the gap times the orders is money spent too much. Orders are money where the dictionary says
    what one of them is worth.
    """
    term = alert.finding.headline
    if term is None or term.value is None or term.metric not in catalog.metrics or not alert.is_open:
        return None
    usual = term.baseline if term.baseline is not None else term.bound
    if usual is None:
        return None
    metric = catalog.metrics[term.metric]
    of = counted(term.metric, term.unit, catalog)
    worth = _worth(of, catalog)
    if of is None or worth is None:
        return None
    volume = 1.0 if of == (term.metric, term.unit) else term.sample
    gap = term.value - usual if metric.direction is Direction.DOWN else usual - term.value
    if metric.direction is Direction.BAND:
        gap = abs(gap)
    if volume is None or gap <= 0:
        return None
    return gap * volume * worth * PERIODS_A_DAY[alert.finding.period.grain] / 24


def lacking(metric: str, catalog: Catalog) -> str | None:
    """Return what somebody would have to put a worth on, so that alerts about a metric can be told in money."""
    if metric not in catalog.metrics or catalog.metrics[metric].direction is Direction.DOWN:
        return None  # what is better low, such as bad leads, is not sold
    of = counted(metric, catalog.metrics[metric].unit, catalog)
    if of is None or _worth(of, catalog) is not None or catalog.metrics[of[0]].category not in SOLD:
        return None
    return of[0]


def _worth(of: tuple[str, Unit] | None, catalog: Catalog) -> float | None:
    if of is None or of[1] is Unit.MONEY:
        return None if of is None else 1.0
    worth = catalog.metrics[of[0]].worth
    return None if worth is None else float(worth)
