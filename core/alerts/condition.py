"""Whether an alert's number is bad: ok, pending, firing, clearing, unknown.

Only the evaluator moves this side. `observe` is handed the clock's answer, never the clock, so that a year of alerts
can be replayed in a test. Its one surprise: an alert that people closed is still watched. While its number stays bad
it keeps quiet for a day, and only a number that got well and then bad again, or worse, opens it before that.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

from core.alerts.alert import (
    REOPEN_WINDOW,
    Alert,
    Condition,
    Escalation,
    Handling,
    Phase,
    Reason,
    Stage,
)
from core.alerts.escalation import paused, resumed
from core.alerts.event import BEACON, Change, Event, Happening, moved
from core.calendar.grain import Grain
from core.rules.finding import Finding, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from core.calendar.grain import Period
    from core.errors import Fact
    from core.rules.rule import Fingerprint, Rule, Severity

CORRECTED = 0.01  # by how much a number must have changed to be called corrected
FLAPS, FLAPS_WITHIN = 4, 10  # so many turns in so many periods, and it is called flapping
STABLE = 5  # periods without a turn, after which it no longer is
GOOD_IN_A_ROW = 2  # of hours; a day's number is settled by one, and a second would come a day late

# Letters that nobody takes for another in any font: no 0 o, no 1 l i.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_HANDLE_LENGTH = 4


class Seen(Protocol):
    """What the evaluator says of one period: which slices are bad, and how any one of them stands."""

    @property
    def rules(self) -> tuple[Rule, ...]: ...

    @property
    def period(self) -> Period: ...

    def breached(self) -> Iterator[Finding]: ...

    def of(self, fingerprint: Fingerprint) -> Finding | None: ...


def observe(
    alerts: Mapping[Fingerprint, Alert],
    seen: Seen,
    now: datetime,
    *,
    new_id: Callable[[], str] = lambda: uuid4().hex,
) -> tuple[Change, ...]:
    """Return what these verdicts change. `alerts` holds the newest episode of each fingerprint, closed ones too."""
    rules = {rule.id: rule for rule in seen.rules}
    changes: list[Change | None] = []
    bad: set[Fingerprint] = set()
    for finding in seen.breached():
        bad.add(finding.fingerprint)
        rule, alert = rules[finding.fingerprint.rule], alerts.get(finding.fingerprint)
        changes.append(
            _begin(new_id(), finding, rule, now)
            if alert is None or (_is_over(alert, now) and not _is_cooling(alert, finding, rule, now))
            else _judge(alert, finding, rule, now)
        )
    for fingerprint, alert in alerts.items():
        if fingerprint.rule in rules and fingerprint not in bad:
            changes.append(_judge(alert, seen.of(fingerprint), rules[fingerprint.rule], now))
    return tuple(change for change in changes if change)


def ripen(alert: Alert, now: datetime) -> Change | None:
    """Fire a pending alert that has held long enough although no newer period was judged: the last verdict stands."""
    ripe_at = alert.condition.ripe_at
    if alert.condition.phase is not Phase.PENDING or ripe_at is None or now < ripe_at:
        return None
    return _fire(alert, alert.finding, alert.severity, now)


def has_fired(change: Change) -> bool:
    """Return whether this is the change with which an alert began to fire."""
    before = change.before.condition.phase if change.before else Phase.OK
    begins = before not in (Phase.FIRING, Phase.CLEARING, Phase.UNKNOWN)
    return begins and change.after.condition.phase is Phase.FIRING


def handle_of(id: str, attempt: int = 0, length: int = _HANDLE_LENGTH) -> str:
    """Return a short name for chat; another `attempt` is another name, for when one is taken.

    Letters and digits are mixed, so that no word, and no number, of a sentence is ever taken for one.
    """
    seed = f"{id}/{attempt}"
    while True:
        number = int.from_bytes(blake2b(seed.encode(), digest_size=8).digest())
        letters = []
        for _ in range(length):
            number, rest = divmod(number, len(_ALPHABET))
            letters.append(_ALPHABET[rest])
        handle = "".join(letters)
        if not (handle.isalpha() or handle.isdigit()):
            return handle
        seed += "/"


def numbers(finding: Finding) -> dict[str, Fact]:
    """Return the headline's numbers, as facts of an event."""
    term = finding.headline
    found: dict[str, Fact | None] = {"period": str(finding.period)}
    if term:
        found |= {
            "metric": term.metric,
            "unit": str(term.unit),
            "value": term.value,
            "baseline": term.baseline,
            "change": term.change,
            "bound": term.bound,
        }
    return {name: fact for name, fact in found.items() if fact is not None}


# --- one alert and one verdict -------------------------------------------------------------------------


def _is_over(alert: Alert, now: datetime) -> bool:
    last = max(filter(None, (alert.handling.at, alert.recovered_at)), default=alert.opened_at)
    return not alert.is_open and now - last >= REOPEN_WINDOW


def _begin(id: str, finding: Finding, rule: Rule, now: datetime) -> Change:
    pending = bool(rule.hold)
    alert = Alert(
        id=id,
        handle=handle_of(id),
        fingerprint=finding.fingerprint,
        severity=_severity(finding, rule),
        condition=Condition(Phase.PENDING, now, ripe_at=now + rule.hold) if pending else Condition(Phase.FIRING, now),
        handling=Handling(Stage.OPEN),
        escalation=Escalation(),
        finding=finding,
        opened_at=now,
        rule_revision=rule.revision,
        fired_at=None if pending else now,
    )
    kind = "pending" if pending else "fired"
    facts = numbers(finding) | ({"until": (now + rule.hold).isoformat()} if pending else {})
    return Change(None, alert, (Event(id, alert.version, now, kind, BEACON, None, facts),))


def _judge(alert: Alert, finding: Finding | None, rule: Rule, now: datetime) -> Change | None:
    if finding is None or finding.state is State.UNKNOWN:
        return _freeze(alert, finding, rule, now)
    last = alert.finding.period
    if finding.period.grain is last.grain and finding.period < last:
        return None  # an old period came late; what a newer one said stands
    if alert.condition.phase is Phase.UNKNOWN:
        thawed = _thawed(alert.condition, now)
        going_on = resumed(replace(alert, condition=thawed), now) if alert.finding.is_frozen else alert.escalation
        known = moved(alert, now, [("known", {})], condition=thawed, escalation=going_on)
        later = _verdict(known.after, finding, rule, now)
        return known.then(later) if later else known
    return _verdict(alert, finding, rule, now)


def _verdict(alert: Alert, finding: Finding, rule: Rule, now: datetime) -> Change | None:
    calm = finding.state is State.CALM
    change = _calm(alert, finding, now) if calm else _breach(alert, finding, rule, now)
    return change and _flipped(change, alert, finding, now)


def _flipped(change: Change, alert: Alert, finding: Finding, now: datetime) -> Change:
    """Remember that the number turned from bad to good or back, and say when it does little else."""
    last, period = alert.finding, finding.period
    if finding.state is last.state or period == last.period:
        return change  # a period that is judged anew is no turn
    recent = [index for index in alert.flips if 0 <= period.index - index < FLAPS_WITHIN]
    flips = (*recent, period.index)
    after = replace(change.after, flips=flips)
    if len(flips) < FLAPS:
        return replace(change, after=after)
    until = now + (period.shift(STABLE).end - period.end)
    facts: dict[str, Fact] = {"count": len(flips), "within": FLAPS_WITHIN, "until": until.isoformat()}
    event = Event(alert.id, after.version, now, "flapping", BEACON, None, facts)
    return Change(change.before, after, (*change.events, event))


def _freeze(alert: Alert, finding: Finding | None, rule: Rule, now: datetime) -> Change | None:
    """Nothing is known: no firing, no clearing, whatever it was.

    Its numbers stay the newest that were known; beside them stands what is wrong with the facts. While those who mend
    them work on it, nobody else is called.
    """
    if alert.condition.phase in (Phase.OK, Phase.UNKNOWN):
        return None
    frozen = replace(alert.condition, phase=Phase.UNKNOWN, since=now, resume=alert.condition.phase)
    faults = finding.faults if finding else ()
    facts: dict[str, Fact] = {"check": str(faults[0].check)} if faults else {}
    known = replace(alert.finding, faults=faults)
    waiting = paused(alert.escalation) if known.is_frozen else alert.escalation
    happening: Happening = ("unknown", facts)
    if finding is not None and rule.until is not None and rule.is_over(finding.period.start.date()):
        # Its rule is over, and its number may be as bad as ever: it stays until somebody closes it.
        happening = ("expired", {"last": rule.until.isoformat()})
    return moved(alert, now, [happening], condition=frozen, finding=known, escalation=waiting)


def _thawed(condition: Condition, now: datetime) -> Condition:
    return replace(condition, phase=condition.resume or Phase.OK, since=now, resume=None)


def _calm(alert: Alert, finding: Finding, now: datetime) -> Change | None:
    condition = alert.condition
    again = finding.period == alert.finding.period
    match condition.phase:
        case Phase.OK | Phase.UNKNOWN:
            return None
        case Phase.PENDING if alert.fired_at is None:
            # Nobody has heard of it, so there is nobody to close it.
            closed = Handling(Stage.CLOSED, at=now, reason=Reason.RECOVERED)
            ok = Condition(Phase.OK, now)
            return moved(alert, now, [("calmed", numbers(finding))], condition=ok, handling=closed, finding=finding)
        case Phase.PENDING:
            ok = Condition(Phase.OK, now)
            return moved(alert, now, [("calmed", numbers(finding))], condition=ok, finding=finding)
        case Phase.FIRING | Phase.CLEARING if finding.lingers:
            return None  # no longer bad, and not yet well
        case Phase.CLEARING if again:
            return None  # the same period again is no second opinion
        case Phase.FIRING | Phase.CLEARING:
            pass
    calm = condition.calm + 1
    if not again and finding.period.grain is Grain.HOUR and calm < GOOD_IN_A_ROW:
        clearing = Condition(Phase.CLEARING, now, calm=calm)
        return moved(alert, now, [("clearing", numbers(finding))], condition=clearing, finding=finding)
    lasted = int((now - (alert.fired_at or alert.opened_at)).total_seconds())
    restated = _restated(alert.finding, finding)
    facts = numbers(finding) | {"lasted": lasted, "restated": int(restated is not None)} | (restated or {})
    fields: dict[str, Any] = {}
    if restated is not None and alert.is_open:
        # It was never so: there is nothing for anybody to answer for.
        facts["reason"] = str(Reason.DATA_ISSUE)
        handling = Handling(Stage.CLOSED, at=now, reason=Reason.DATA_ISSUE)
        fields = {"handling": handling, "work": alert.work.over, "offered_by": None, "answer_by": None}
    return moved(
        alert,
        now,
        [("recovered", facts)],
        condition=Condition(Phase.OK, now),
        finding=finding,
        recovered_at=now,
        escalation=paused(alert.escalation),
        **fields,
    )


def _restated(before: Finding, after: Finding) -> dict[str, Fact] | None:
    """Return what one period was said to be before its facts were corrected; None where they were not.

    What only trickled in is no correction, and neither is a rule that asks something else of the same numbers.
    """
    if before.period != after.period:
        return None
    for was, term in zip(before.terms, after.terms, strict=False):
        if was.metric != term.metric:
            return None
        what: dict[str, Fact] = {"metric": term.metric, "unit": str(term.unit)}
        if _differ(was.value, term.value):
            return what | {"was": was.value or 0.0, "value": term.value or 0.0}
        if _differ(was.baseline, term.baseline):
            return what | {"was": was.baseline or 0.0, "baseline": term.baseline or 0.0, "of": "baseline"}
    return None


def _differ(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return False
    return abs(one - other) > CORRECTED * max(abs(one), abs(other))


def _breach(alert: Alert, finding: Finding, rule: Rule, now: datetime) -> Change | None:
    condition, facts = alert.condition, numbers(finding)
    match condition.phase:
        case Phase.OK if _is_cooling(alert, finding, rule, now):
            return None
        case Phase.OK if rule.hold:
            pending = Condition(Phase.PENDING, now, ripe_at=now + rule.hold)
            until = {"until": (now + rule.hold).isoformat()}
            return moved(alert, now, [("pending", facts | until)], condition=pending, finding=finding)
        case Phase.OK:
            return _fire(alert, finding, _severity(finding, rule), now)
        case Phase.PENDING if condition.ripe_at is None or now >= condition.ripe_at:
            return _fire(alert, finding, _severity(finding, rule), now)
        case Phase.PENDING:
            return None if finding == alert.finding else moved(alert, now, [("measured", facts)], finding=finding)
        case Phase.FIRING | Phase.CLEARING | Phase.UNKNOWN:
            return _go_on(alert, finding, rule, now)


def _go_on(alert: Alert, finding: Finding, rule: Rule, now: datetime) -> Change | None:
    """Still bad: the numbers move on, and what is worse voids the ack that had not seen it."""
    happenings: list[Happening] = []
    restated = _restated(alert.finding, finding)
    if finding.period == alert.finding.period:
        # A period is corrected once; what trickles in after that is shown, and nobody is called for it.
        finding = replace(finding, is_corrected=alert.finding.is_corrected or restated is not None)
    severity = _severity(finding, rule)
    fields: dict[str, Any] = {"finding": finding, "severity": severity, "rule_revision": rule.revision}
    if severity > alert.severity:
        facts = numbers(finding) | {"was": alert.severity.name.lower(), "severity": severity.name.lower()}
        happenings.append(("worse", facts))
        fields["handling"] = Handling(Stage.OPEN)
    elif alert.handling.stage is Stage.ACKED and _outgrew(alert.handling, finding):
        happenings.append(("worse", numbers(finding) | {"by": alert.handling.by or ""}))
        fields["handling"] = Handling(Stage.OPEN)
    elif not alert.is_open and alert.condition.phase is Phase.FIRING:
        return None  # its owner knows; the day after its closing it is news again
    elif severity < alert.severity:
        happenings.append(("milder", {"was": alert.severity.name.lower(), "severity": severity.name.lower()}))
    if alert.condition.phase is Phase.CLEARING:
        happenings.append(("breached-again", numbers(finding)))
        fields["condition"] = Condition(Phase.FIRING, now)
    if finding != alert.finding and not happenings:
        is_news = restated is not None and not alert.finding.is_corrected
        happenings.append(("restated" if is_news else "measured", numbers(finding) | (restated or {})))
    return moved(alert, now, happenings, **fields) if happenings else None


def _is_cooling(alert: Alert, finding: Finding, rule: Rule, now: datetime) -> bool:
    """Return whether it has been told of so lately that only something worse is news."""
    since = alert.recovered_at
    return since is not None and now - since < rule.cooldown and _severity(finding, rule) <= alert.severity


def _severity(finding: Finding, rule: Rule) -> Severity:
    """Return how bad it is: by its size where the rule says so."""
    return finding.severity or rule.severity


def _fire(alert: Alert, finding: Finding, severity: Severity, now: datetime) -> Change:
    """Fire for the first time, or once more: then it is the same alert, in the same thread, opened anew."""
    facts = numbers(finding) | {"severity": severity.name.lower()}
    fields: dict[str, Any] = {
        "condition": Condition(Phase.FIRING, now),
        "finding": finding,
        "severity": severity,
        "fired_at": now,
        "recovered_at": None,
    }
    if alert.fired_at is None:
        fields["handling"] = alert.handling if alert.is_open else Handling(Stage.OPEN)
        return moved(alert, now, [("fired", facts)], **fields)
    handling = alert.handling
    if not _covers(handling, finding, severity, now):
        handling = Handling(Stage.OPEN)
    occurrence = alert.occurrence + 1
    happening = ("reopened", facts | {"occurrence": occurrence})
    return moved(alert, now, [happening], **fields, occurrence=occurrence, handling=handling)


def _covers(handling: Handling, finding: Finding, severity: Severity, now: datetime) -> bool:
    """Whether somebody's ack still holds for an alert that fires again."""
    return (
        handling.stage is Stage.ACKED
        and (handling.until is None or now < handling.until)
        and severity <= (handling.seen or severity)
        and not _outgrew(handling, finding)
    )


def _outgrew(handling: Handling, finding: Finding) -> bool:
    """Return whether a number is so much further from well than its ack's giver saw that it is another matter.

    Twice as far; of what lay near, a tenth more, for a number that wavers about its line is no news each day.
    """
    if handling.gap is None or finding.gap is None:
        return False
    return finding.gap > max(2 * handling.gap, handling.gap + 0.1)
