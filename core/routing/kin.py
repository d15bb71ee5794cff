"""Of a parent slice and its children only the one that explains is told; the others wait for it.

The whole fell because one channel did: the channel is told, and the whole waits. All channels fell alike: the whole is
told, and they wait. Where a child fell much further than its parent and yet is not most of it, both are news. Two
alerts are kin when they are of one metric and time, and the one's slice holds the other's; what has no baseline
has no change to compare.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.alerts.alert import Alert
    from core.rules.finding import Term

MOST = 0.6  # of its parent's change, for a child to explain it
ALIKE = 1.5  # times its parent's relative change; a child that fell no further went along


def explained(alerts: Iterable[Alert]) -> Mapping[str, Alert]:
    """Return by its id, for each alert that its kin explains, the alert that does."""
    bad = [one for one in alerts if one.is_open and one.condition.is_bad and _term(one) is not None]
    found: dict[str, Alert] = {}
    for parent in bad:
        children = [one for one in bad if _holds(parent, one)]
        if not children:
            continue
        main = max(children, key=lambda child: _part(child, parent))
        if _part(main, parent) >= MOST:
            found.setdefault(parent.id, main)
            continue
        for child in children:
            if _part(child, parent) > 0 and _relative(child) <= ALIKE * _relative(parent):
                found.setdefault(child.id, parent)
    # Whoever waits cannot be what another waits for: they wait for what that one waits for.
    return {id: _last(cause, found) for id, cause in found.items()}


def _holds(parent: Alert, child: Alert) -> bool:
    mine, theirs = dict(parent.fingerprint.labels), dict(child.fingerprint.labels)
    one, other = _term(parent), _term(child)
    is_kin = one is not None and other is not None and one.metric == other.metric
    return is_kin and _are_of_one_time(parent, child) and mine.items() < theirs.items()


def _are_of_one_time(one: Alert, other: Alert) -> bool:
    """Whether they are of one period or of neighbours: rules of two questions are not judged at the same moment."""
    here, there = one.finding.period, other.finding.period
    return here.grain is there.grain and abs(here.index - there.index) <= 1


def _part(child: Alert, parent: Alert) -> float:
    """Return which share of its parent's change is a child's: of a ratio, as its weight has it."""
    own, whole = _term(child), _term(parent)
    if own is None or whole is None or not _change(whole):
        return 0.0
    weight = own.sample / whole.sample if own.sample is not None and whole.sample else 1.0
    return weight * _change(own) / _change(whole)


def _relative(alert: Alert) -> float:
    term = _term(alert)
    return abs(_change(term) / term.baseline) if term is not None and term.baseline else 0.0


def _change(term: Term) -> float:
    return term.value - term.baseline if term.value is not None and term.baseline is not None else 0.0


def _term(alert: Alert) -> Term | None:
    term = alert.finding.headline
    return term if term is not None and term.value is not None and term.baseline is not None else None


def _last(cause: Alert, found: Mapping[str, Alert]) -> Alert:
    seen = {cause.id}
    while (next_one := found.get(cause.id)) is not None and next_one.id not in seen:
        cause = next_one
        seen.add(cause.id)
    return cause
