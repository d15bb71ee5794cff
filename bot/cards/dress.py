"""Codes as their reader says them: a metric's title, a slice, a person, a moment, and the facts of an event.

Core hands out ids, ISO times and plain floats; every card dresses them here, and none by itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.phrases import say
from bot.phrases.numbers import moment, sign_of
from bot.phrases.phrases import has_phrase
from core.alerts.alert import Feedback, Reason
from core.alerts.event import BEACON
from core.calendar.grain import Grain, Period
from core.charts import numerals
from core.errors import Fact
from core.labels import Labels
from core.quantity import Unit
from core.rules.rule import Rule, Severity
from core.text import Tongue

if TYPE_CHECKING:
    from core.alerts.work import Loss
    from core.workspace import Workspace

_SEVERITIES = {one.name.lower() for one in Severity}
_PEOPLE = ("by", "to", "was", "owner", "actor", "person", "backup", "name", "approve", "who", "instead")
_TIMES = ("until", "due", "at")
_LENGTHS = ("lasted", "after")
_VALUES = ("value", "baseline", "bound", "was", "beyond", "loss")


def metric_title(code: str, workspace: Workspace, tongue: Tongue) -> str:
    metric = workspace.catalog.metrics.get(code)
    return metric.title.to(tongue) if metric else code


def slice_words(labels: Labels, workspace: Workspace, tongue: Tongue) -> str:
    """Return `微信 · 华东`: values by their titles, where the dictionary has one."""
    return " · ".join(value_title(dimension, code, workspace, tongue) for dimension, code in labels)


def value_title(dimension: str, code: str, workspace: Workspace, tongue: Tongue) -> str:
    known = workspace.catalog.dimensions.get(dimension)
    value = known.values.get(code) if known else None
    return value.title.to(tongue) if value else code


def dimension_title(code: str, workspace: Workspace, tongue: Tongue) -> str:
    known = workspace.catalog.dimensions.get(code)
    return known.title.to(tongue) if known else code


def beside(what: str, note: object, tongue: Tongue) -> str:
    """Return a thing and a note of it in brackets, which Chinese writes wider."""
    return say("beside", tongue, what=what, note=str(note))


def person_name(who: str | None, workspace: Workspace, tongue: Tongue) -> str:
    """Return the name behind a person's id, or behind a route's `lead`, `role:NAME` and `person:ID`."""
    if not who:
        return say("nobody", tongue)
    if who == BEACON:
        return say("beacon", tongue)
    if who == "lead":
        return say("lead-of", tongue)
    kind, _, name = who.rpartition(":")
    if kind == "role":
        return say("role-of", tongue, role=name)
    person = workspace.people.get(name if kind == "person" else who)
    return person.name.to(tongue) if person else who


def number(value: float | None, unit: Unit, workspace: Workspace, tongue: Tongue) -> str:
    return numerals.number(value, unit, tongue, currency=sign_of(workspace.currency))


def usual_words(kind: str, said: str, tongue: Tongue) -> str:
    """Return a cause or an action in words: one of ours by its name, any other as somebody typed it."""
    return say(f"{kind}-{said}", tongue) if has_phrase(f"{kind}-{said}", tongue) else said


def loss_words(loss: Loss, workspace: Workspace, tongue: Tongue) -> str:
    """Return `约 1.2 万元 收入`: how much of what was not lost."""
    much = number(loss.amount, loss.unit, workspace, tongue)
    return f"{much} {metric_title(loss.metric, workspace, tongue)}".strip() if loss.metric else much


def period_words(period: Period, tongue: Tongue, now: datetime | None = None) -> str:
    """Return the period, a day with its weekday, and the year only if it is not that of `now`."""
    year = now is not None and period.start.year != now.year
    return numerals.period(period, tongue, year=year, weekday=True)


def ago(then: datetime, now: datetime, tongue: Tongue) -> str:
    if now - then < timedelta(minutes=1):
        return say("just-now", tongue)
    return say("ago", tongue, duration=numerals.duration(now - then, tongue))


def severity_words(severity: Severity, tongue: Tongue) -> str:
    return say(f"severity-{severity.name.lower()}", tongue)


def rule_of(rule: str, workspace: Workspace) -> Rule | None:
    return next((one for one in workspace.rules if one.id == rule), None)


def dressed(
    facts: Mapping[str, Fact], workspace: Workspace, tongue: Tongue, now: datetime | None = None
) -> dict[str, Fact]:
    """Return the facts of an event or a problem as words; what is not ours to dress stays as it is."""
    unit = Unit(str(facts["unit"])) if "unit" in facts else None
    return {name: _dressed(name, fact, unit, workspace, tongue, now) for name, fact in facts.items()}


def _dressed(
    name: str, fact: Fact, unit: Unit | None, workspace: Workspace, tongue: Tongue, now: datetime | None
) -> Fact:
    if isinstance(fact, str):
        return _worded(name, fact, workspace, tongue, now)
    if name in _LENGTHS:
        return numerals.duration(timedelta(seconds=fact), tongue)
    if name == "change":
        return numerals.change(fact)
    if unit is not None and name in _VALUES:
        return number(fact, unit, workspace, tongue)
    return fact


def _worded(name: str, fact: str, workspace: Workspace, tongue: Tongue, now: datetime | None) -> str:
    if fact in _SEVERITIES and name in ("was", "severity"):
        return say(f"severity-{fact}", tongue)
    if name == "reason" and fact in set(Reason):
        return say(f"reason-{fact}", tongue)
    if name == "what":  # an event's kind, of which a stale button is told
        return say(f"kind-{fact}", tongue) if fact in ("worse", "reopened", "assigned") else fact
    if name in ("cause", "action"):
        return usual_words(name, fact, tongue)
    if name == "verdict" and fact in set(Feedback):
        return say(f"feedback-{fact}", tongue)
    if name == "metric":
        return metric_title(fact, workspace, tongue)
    if name in _TIMES:
        when = _moment(fact)
        if when:
            return moment(when, workspace.zone, tongue, now)
        bare = _period(fact)  # a day by itself, such as the end of a leave
        return numerals.period(bare, tongue) if bare else fact
    if name == "period":
        period = _period(fact)
        return period_words(period, tongue, now) if period else fact
    if name in _PEOPLE and (fact in workspace.people or fact in ("lead", BEACON) or _is_somebody(fact)):
        return person_name(fact, workspace, tongue)
    return fact


def _is_somebody(fact: str) -> bool:
    return fact.startswith(("role:", "person:"))


def _moment(written: str) -> datetime | None:
    try:
        when = datetime.fromisoformat(written)
    except ValueError:
        return None
    return when if when.tzinfo else None


def _period(written: str) -> Period | None:
    """Read what `str(Period)` writes.

    >>> _period("2026-W25") == Period.holding(date(2026, 6, 18), Grain.WEEK)
    True
    """
    if found := re.fullmatch(r"(\d{4})-W(\d\d)", written):
        return Period.holding(date.fromisocalendar(int(found[1]), int(found[2]), 1), Grain.WEEK)
    if found := re.fullmatch(r"(\d{4})-(\d\d)", written):
        return Period.holding(date(int(found[1]), int(found[2]), 1), Grain.MONTH)
    try:
        if "T" in written:
            return Period.holding(datetime.strptime(written, "%Y-%m-%dT%H"), Grain.HOUR)  # noqa: DTZ007 - wall clock
        return Period.holding(date.fromisoformat(written), Grain.DAY)
    except ValueError:
        return None
