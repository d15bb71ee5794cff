"""A change of an alert as a line of the audit: what it was and what it became, without the numbers of each evening."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.alerts.event import BEACON
from core.audit import Entry, Origin, Realm, differing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.alerts.alert import Alert
    from core.alerts.event import Change
    from core.errors import Fact

_TOLD = ("until", "beyond", "note", "role", "hold", "rule")  # facts of an event that no side of the alert holds


def entries(change: Change) -> Iterator[Entry]:
    """Yield the line of a change; none where Beacon only took in newer numbers."""
    before, after = differing(_state(change.before), _state(change.after))
    acted = next((event for event in change.events if event.actor != BEACON), None)
    event = acted or next(iter(change.events), None)
    if event is None or not (acted or before or after):
        return
    told = {name: event.facts[name] for name in _TOLD if event.facts.get(name)}
    yield Entry(
        event.at,
        Realm.ALERT,
        change.after.handle,
        event.actor,
        event.kind,
        Origin.read(event.via),
        before,
        after | told,
        change.after.fingerprint.rule,
    )


def _state(alert: Alert | None) -> dict[str, Fact]:
    """Return what anybody may be asked about later."""
    if alert is None:
        return {}
    handling, work = alert.handling, alert.work
    state: dict[str, Fact | None] = {
        "phase": str(alert.condition.phase),
        "severity": alert.severity.name.lower(),
        "stage": str(handling.stage),
        "by": handling.by,
        "reason": handling.reason and str(handling.reason),
        "cause": handling.cause or work.cause,
        "action": handling.action,
        "owner": alert.owner,
        "offered_by": alert.offered_by,
        "level": alert.escalation.level,
        "verdict": alert.verdict and str(alert.verdict),
        "loss": alert.loss.amount if alert.loss else None,
        "steps": " ".join(str(tick.step) for tick in work.ticks),
        "promises": " ".join(f"p{one.number}:{one.fate}" for one in work.promises),
        "consequence": str(work.proposal.answer) if work.proposal else None,
    }
    return {name: fact for name, fact in state.items() if fact not in (None, "")}
