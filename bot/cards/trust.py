"""Whether facts may be believed, in words: what a check found, on the data's own alert and beside a business number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.cards.dress import metric_title, number, slice_words
from bot.phrases import say
from core.alerts.alert import Alert
from core.alerts.event import Event
from core.charts import numerals
from core.notices.notice import Notice
from core.quality.fault import Check, Fault
from core.quantity import Unit
from core.text import Tongue

if TYPE_CHECKING:
    from core.workspace import Workspace

MOST = 3  # faults that are named; of the others, how many


def fault_words(fault: Fault, workspace: Workspace, tongue: Tongue) -> str:
    """Return `抖音：今天没有数据`: where, and what is wrong there."""
    metrics = workspace.catalog.metrics
    unit = metrics[fault.measure].unit if fault.measure and fault.measure in metrics else Unit.COUNT
    facts = {
        "metric": metric_title(fault.measure, workspace, tongue) if fault.measure else "",
        "other": metric_title(fault.other, workspace, tongue) if fault.other else "",
        "value": number(fault.value, unit, workspace, tongue),
        "usual": number(fault.usual, unit, workspace, tongue),
        "times": numerals.number(fault.value, Unit.COUNT, tongue) if fault.value is not None else "",
        "detail": fault.detail,
    }
    said = say(f"fault-{fault.check}", tongue, **facts)
    where = slice_words(fault.labels, workspace, tongue)
    return say("fault-where", tongue, where=where, fault=said) if where else said


def faults_words(faults: Sequence[Fault], workspace: Workspace, tongue: Tongue) -> str:
    """Return the worst few in one line; channels that are missing together are named together."""
    missing = [fault for fault in faults if fault.check is Check.COMPLETE]
    others = [fault for fault in faults if fault.check is not Check.COMPLETE]
    lines = []
    if missing:
        places = [slice_words(fault.labels, workspace, tongue) for fault in missing]
        named = say("list-comma", tongue).join(places[:MOST])
        if len(places) > MOST:
            named = say("faults-more", tongue, faults=named, count=len(places) - MOST)
        lines.append(say("fault-where", tongue, where=named, fault=say("fault-complete", tongue)))
    lines += [fault_words(fault, workspace, tongue) for fault in others]
    said = say("faults-joint", tongue).join(lines[:MOST])
    return said if len(lines) <= MOST else say("faults-more", tongue, faults=said, count=len(lines) - MOST)


def data_headline(alert: Alert, source: str, tongue: Tongue) -> str:
    return say("data-headline", tongue, source=source, verdict=f"{alert.finding.verdict.name.lower()}")


def data_why(alert: Alert, period: str, workspace: Workspace, tongue: Tongue) -> str:
    """Return what is wrong with the facts, and what that keeps from being decided."""
    if not alert.finding.faults:
        return say("data-well", tongue, period=period)
    return say("data-why", tongue, period=period, faults=faults_words(alert.finding.faults, workspace, tongue))


def correction(notice: Notice | Event, workspace: Workspace, tongue: Tongue) -> str:
    """Return `更正：投产比 0.8 → 1.3`: what a number was said to be, and what it is now that its facts are restated."""
    facts = notice.facts
    unit = Unit(str(facts.get("unit", Unit.COUNT)))
    now = facts.get("baseline") if facts.get("of") == "baseline" else facts.get("value")
    was, value = (
        number(float(each), unit, workspace, tongue) if isinstance(each, int | float) else numerals.NOTHING
        for each in (facts.get("was"), now)
    )
    metric = metric_title(str(facts.get("metric", "")), workspace, tongue)
    code = "correction-baseline" if facts.get("of") == "baseline" else "correction"
    return say(code, tongue, metric=metric, was=was, value=value)
