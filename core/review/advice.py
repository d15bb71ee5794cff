"""What to do with a rule after a month: keep it, adjust it, or do without it, as a careful analyst would say.

An adjustment is a rule, not a hint: it has been tried on the same history as the rule it replaces, and is proposed
only if false alarms go and nothing that was useful goes with them. Nobody's silence counts as praise or blame of a
number: where alerts were told and nobody took them on, it is the owner who is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import TYPE_CHECKING

from core.calendar.grain import Grain
from core.review.backtest import Episode, episodes
from core.review.bounds import bound_of, bounded, movable, rounded, side_of
from core.review.score import Tally, is_noise
from core.review.seasonal import LEAST_EXPECTED, is_expected, occasion_of, quieter
from core.rules.tree import Held

if TYPE_CHECKING:
    from core.calendar.events import Event
    from core.review.record import Record
    from core.review.tuning import Candidate
    from core.rules.rule import Rule

LEAST_NOISE = 2  # one false alarm is an accident
ENOUGH = 0.5  # of the judged ones useful: below it a rule cries wolf
IGNORED = 5  # firings that nobody did anything about, before it is the rule that nobody needs
SILENT_FOR = 90  # days of history without one alert
NEXT_REVIEW = timedelta(days=90)


class Course(StrEnum):
    KEEP = "keep"
    ADJUST = "adjust"
    DELETE = "delete"


class Because(StrEnum):
    """Why, as a phrase key: `advice-` and this."""

    USEFUL = "useful"
    NOISY = "noisy"  # and the numbers of what was false lie apart from those of what was not
    EXPECTED = "expected"  # true and foreseen, again and again, while one event was on
    SHORT_LIVED = "short-lived"  # what was false was over in the next period
    USELESS = "useless"  # judged, and never once useful
    INSEPARABLE = "inseparable"  # false and useful have the same numbers: the rule asks the wrong thing
    IGNORED = "ignored"
    UNANSWERED = "unanswered"  # told, and nobody took it on
    SILENT = "silent"
    EXPIRED = "expired"
    REVIEW_DUE = "review-due"
    QUIET = "quiet"  # it had no reason to speak
    UNPROVEN = "unproven"  # too little said of it


@dataclass(frozen=True, slots=True)
class Trial:
    """The same history judged by a rule and by what is proposed instead."""

    before: int  # alerts told of
    after: int
    noise_gone: int  # of those that people called false or out of date, or expected, whichever is to go
    useful_kept: int
    useful_gone: int


@dataclass(frozen=True, slots=True)
class Advice:
    """`rule` is as it stands, `proposed` what it should become: itself when kept, None when deleted."""

    rule: Rule
    course: Course
    because: Because
    tally: Tally
    proposed: Rule | None
    trial: Trial | None = None
    event: Event | None = None  # on whose days alone it changes
    expected: int = 0  # alerts of those days that people called so

    @property
    def changes(self) -> bool:
        return self.proposed != self.rule

    @property
    def mark(self) -> str:
        """Return a short name for just this change: another number is another proposal."""
        return blake2b(f"{self.rule}→{self.proposed}".encode(), digest_size=4).hexdigest()


def advise(rule: Rule, tally: Tally, today: date, candidate: Candidate | None) -> Advice:
    """Return what to do with one rule. `candidate` is the history to try it on, None where there is none."""

    def keep(because: Because) -> Advice:
        return Advice(rule, Course.KEEP, because, tally, rule)

    if rule.is_over(today):
        return Advice(rule, Course.DELETE, Because.EXPIRED, tally, None)
    if tally.noise >= LEAST_NOISE and (tally.precision or 0.0) < ENOUGH:
        better = _better(rule, tally, candidate)
        if better is not None:
            return better
        if tally.useful:
            return keep(Because.INSEPARABLE)
        return Advice(rule, Course.DELETE, Because.USELESS, tally, None)
    if candidate is not None and (seasonal := _seasonal(candidate, tally)) is not None:
        return seasonal
    if tally.firings >= IGNORED and not tally.looked and not tally.useful:
        return Advice(rule, Course.DELETE, Because.IGNORED, tally, None)
    if tally.alerts > 1 and not tally.taken and not tally.useful:
        return keep(Because.UNANSWERED)
    if rule.review is not None and rule.review <= today:
        renewed = replace(rule, review=today + NEXT_REVIEW)
        return Advice(rule, Course.ADJUST, Because.REVIEW_DUE, tally, renewed)
    if not tally.alerts:
        never = candidate and not candidate.told and candidate.weeks * 7 >= SILENT_FOR
        return keep(Because.SILENT if never else Because.QUIET)
    return keep(Because.USEFUL if tally.useful else Because.UNPROVEN)


def _better(rule: Rule, tally: Tally, candidate: Candidate | None) -> Advice | None:
    """Return the least change that takes most of the noise away and nothing useful, or None if there is none."""
    if candidate is None:
        return None
    told = _judged(candidate.told, tally.records)
    tries = (
        (because, other, _trial(candidate, other, tally.records, told)) for because, other in _tries(candidate, told)
    )
    fit = [
        (b, other, trial) for b, other, trial in tries if not trial.useful_gone and 2 * trial.noise_gone > _noise(told)
    ]
    if not fit:
        return None
    # As much noise as possible; of what is equal, what changes least comes first.
    because, other, trial = max(fit, key=lambda each: each[2].noise_gone)
    return Advice(rule, Course.ADJUST, because, tally, other, trial)


def _seasonal(candidate: Candidate, tally: Tally) -> Advice | None:
    """Return the rule as it should be while an event is on whose alerts were expected; None if nothing says so."""
    found = occasion_of(candidate, tally.records)
    if found is None:
        return None
    event, expected = found
    told = _judged(candidate.told, tally.records)
    for other, by_bound in quieter(candidate, event, told):
        trial = _trial(candidate, other, tally.records, told, is_expected)
        if not by_bound or (not trial.useful_gone and trial.noise_gone >= LEAST_EXPECTED):
            kept = trial if by_bound else None
            return Advice(
                candidate.rule, Course.ADJUST, Because.EXPECTED, tally, other, kept, event, expected=len(expected)
            )
    return None


Judged = Sequence[tuple[Episode, "Record | None"]]


def _tries(candidate: Candidate, told: Judged) -> Iterator[tuple[Because, Rule]]:
    """Yield rules that ask for more: each number just beyond one that was false, and two bad periods out of three."""
    rule = candidate.rule
    leaf = movable(rule)
    if leaf is not None:
        side, bound = side_of(leaf), bound_of(leaf)
        values = candidate.sides.operand(leaf.left)
        for number in sorted({side * float(values[candidate.place(one)]) for one, of in told if of and is_noise(of)}):
            beyond = rounded(side * number, side, bound)
            if side * (beyond.value - bound.value) > 0:
                yield Because.NOISY, bounded(rule, leaf, beyond)
    condition = rule.sentence.condition
    if not isinstance(condition, Held) and rule.grain is not Grain.MONTH and not rule.hold:
        yield Because.SHORT_LIVED, replace(rule, sentence=replace(rule.sentence, condition=Held(condition, 2, 3)))


def _trial(
    candidate: Candidate,
    other: Rule,
    records: Sequence[Record],
    told: Judged,
    unwanted: Callable[[Record], bool] = is_noise,
) -> Trial:
    after = _judged(episodes(candidate.judged(other), candidate.moment), records)
    still = {record.alert.id for _, record in after if record}
    gone = [record for _, record in told if record and record.alert.id not in still]
    useful = [
        record
        for _, record in told
        if record and not is_noise(record) and not unwanted(record) and record.verdict is not None
    ]
    return Trial(
        before=len(told),
        after=len(after),
        noise_gone=sum(unwanted(record) for record in gone),
        useful_kept=sum(record.alert.id in still for record in useful),
        useful_gone=sum(record.alert.id not in still for record in useful),
    )


def _judged(told: Sequence[Episode], records: Sequence[Record]) -> Judged:
    """Return each episode of a history with the alert that it was, where it was told of in fact."""
    return [(one, _nearest(one, [record for record in records if _is(one, record)])) for one in told]


def _is(episode: Episode, record: Record) -> bool:
    return (
        record.alert.fingerprint.labels == episode.fingerprint.labels
        and record.began.grain is episode.last.grain
        and record.began <= episode.last
        and episode.finding.period <= record.alert.finding.period
    )


def _nearest(episode: Episode, records: Sequence[Record]) -> Record | None:
    first = episode.finding.period.index
    return min(records, key=lambda record: abs(record.began.index - first), default=None)


def _noise(told: Judged) -> int:
    return sum(record is not None and is_noise(record) for _, record in told)
