"""How a rule, or all of them, did over some weeks: whether its alerts were worth it, and what people made of them.

Precision is the share of useful ones among those that somebody judged useful, false or out of date: what was expected
(a campaign, a holiday) was true, and tells nothing about the rule. Recall can only be guessed at, by incidents that
people wrote down and no rule saw.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING

from core.alerts.alert import Feedback, Reason
from core.quantity import Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date, tzinfo

    from core.labels import Labels
    from core.review.record import Record

SEEN_WITHIN = timedelta(days=2)  # an alert so long after an incident still saw it


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that went wrong and somebody wrote down, whether or not a rule saw it."""

    id: str
    first: date
    last: date
    metric: str | None
    labels: Labels
    text: str
    by: str
    dropped_by: str | None = None  # who let its days count again as usual ones


@dataclass(frozen=True, slots=True)
class Tally:
    records: tuple[Record, ...]

    def count(self, verdict: Feedback) -> int:
        return sum(record.verdict is verdict for record in self.records)

    @property
    def alerts(self) -> int:
        return len(self.records)

    @property
    def useful(self) -> int:
        return self.count(Feedback.USEFUL)

    @property
    def noise(self) -> int:
        """Return how many were false, called for nothing that anybody could do, or told of what is normal by now."""
        return sum(is_noise(record) for record in self.records)

    @property
    def unjudged(self) -> int:
        return sum(record.verdict is None and not is_noise(record) for record in self.records)

    @property
    def precision(self) -> float | None:
        """Return useful / (useful + noise), None where nobody judged."""
        judged = self.useful + self.noise
        return self.useful / judged if judged else None

    @property
    def looked(self) -> float | None:
        return self._share(lambda record: record.looked)

    @property
    def taken(self) -> float | None:
        return self._share(lambda record: record.taken)

    @property
    def acted(self) -> float | None:
        return self._share(lambda record: record.acted)

    @property
    def to_detect(self) -> timedelta | None:
        """Return the median time from when its period was over to when somebody was told."""
        return _median(record.to_detect for record in self.records)

    @property
    def to_take(self) -> timedelta | None:
        return _median(record.to_take for record in self.records)

    @property
    def to_resolve(self) -> timedelta | None:
        return _median(record.to_resolve for record in self.records)

    @property
    def firings(self) -> int:
        return sum(record.times for record in self.records)

    @property
    def repeats(self) -> int:
        """Return how often an alert came back before it was over and done with."""
        return self.firings - self.alerts

    @property
    def saved(self) -> Mapping[tuple[str, Unit], float]:
        """Return what was not lost, by metric and unit, as those who closed the alerts put it; never added across."""
        found: Counter[tuple[str, Unit]] = Counter()
        for record in self.records:
            if loss := record.alert.loss:
                found["" if loss.unit is Unit.MONEY else loss.metric, loss.unit] += loss.amount  # type: ignore[assignment]
        return found

    @property
    def causes(self) -> Sequence[tuple[str, int]]:
        """Return the causes that people gave, the most frequent first."""
        return Counter(
            record.alert.handling.cause for record in self.records if record.alert.handling.cause
        ).most_common()

    def _share(self, moment: Callable[[Record], object]) -> float | None:
        told = [record for record in self.records if record.told]
        return sum(moment(record) is not None for record in told) / len(told) if told else None


def is_noise(record: Record) -> bool:
    """Return whether it would better not have been told."""
    return record.verdict in (Feedback.FALSE_ALARM, Feedback.NEW_NORMAL) or (
        record.verdict is None and record.alert.handling.reason is Reason.NOT_ACTIONABLE
    )


def by_rule(records: Iterable[Record]) -> Mapping[str, Tally]:
    """Return what each rule's alerts came to."""
    found: dict[str, list[Record]] = {}
    for one in records:
        found.setdefault(one.rule, []).append(one)
    return {rule: Tally(tuple(some)) for rule, some in found.items()}


def missed(incidents: Iterable[Incident], records: Iterable[Record], zone: tzinfo) -> tuple[Incident, ...]:
    """Return the incidents that no alert told of: none of its metric, on a slice that meets its own, in its days."""
    known = tuple(records)
    return tuple(one for one in incidents if not any(_saw(record, one, zone) for record in known))


def _saw(record: Record, incident: Incident, zone: tzinfo) -> bool:
    named = {term.metric for term in record.alert.finding.terms}
    # A period is over at the first moment of the next one.
    first = (record.known.astimezone(zone) - timedelta(microseconds=1)).date()
    last = (record.over or record.fired).astimezone(zone).date()
    return (
        (incident.metric is None or incident.metric in named)
        and record.alert.fingerprint.labels.meets(incident.labels)
        and first <= incident.last + SEEN_WITHIN
        and incident.first <= last
    )


def _median(durations: Iterable[timedelta | None]) -> timedelta | None:
    known = [duration.total_seconds() for duration in durations if duration is not None]
    return timedelta(seconds=median(known)) if known else None
