"""What was probably not lost, because somebody acted: an offer to whoever closes an alert, theirs to keep or to change.

The estimate is simple on purpose, so that it can be said in one line:

    gap × volume × days it would have gone on

*Gap* is how far the number was from where it should have been (its baseline, or the bound of its rule), *volume* what
a ratio is divided by that day (clicks, spend), so that gap × volume is in the unit of what the ratio counts: money for
ROI, orders for a conversion rate. *Days*: without an alert it would have been found in the weekly meeting, seven days
after it began; those that it was open for were lost, the rest was not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.alerts.work import Loss
from core.calendar.grain import Grain
from core.metrics.metric import Ref
from core.quantity import Unit

if TYPE_CHECKING:
    from datetime import datetime

    from core.alerts.alert import Alert
    from core.metrics.catalog import Catalog

FOUND_AFTER = 7  # days: from one weekly meeting to the next
PERIODS_A_DAY = {Grain.HOUR: 24.0, Grain.DAY: 1.0, Grain.WEEK: 1 / 7, Grain.MONTH: 1 / 30}
_ADDS_UP = (Unit.COUNT, Unit.MONEY)  # of these so much a day is so much a week


def avoided(alert: Alert, catalog: Catalog, now: datetime) -> Loss | None:
    """Return the estimate for an alert that was acted on by now, None where nothing simple can be said."""
    term = alert.finding.headline
    if term is None or term.value is None or term.metric not in catalog.metrics or alert.fired_at is None:
        return None
    usual = term.baseline if term.baseline is not None else term.bound
    if usual is None:
        return None
    of = counted(term.metric, term.unit, catalog)
    volume = 1.0 if of == (term.metric, term.unit) else term.sample
    days = FOUND_AFTER - ((alert.recovered_at or now) - alert.fired_at).total_seconds() / 86_400
    if of is None or volume is None or days <= 0:
        return None
    metric, unit = of
    amount = abs(usual - term.value) * volume * PERIODS_A_DAY[alert.finding.period.grain] * days
    return Loss(amount, unit, metric) if amount > 0 else None


def counted(metric: str, unit: Unit, catalog: Catalog) -> tuple[str, Unit] | None:
    """Return what is lost and in which unit: the metric itself where it adds up, else what its ratio counts."""
    split = catalog.split(metric)
    if split is None:
        return (metric, unit) if unit in _ADDS_UP else None
    above, _ = split
    if not isinstance(above, Ref):
        return None
    of = catalog.metrics[above.code].unit
    return (above.code, of) if of in _ADDS_UP else None
