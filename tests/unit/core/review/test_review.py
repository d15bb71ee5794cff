"""What a month of alerts says of its rules: who cries wolf, who is not needed, and which number would be better."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from core.alerts.alert import Feedback, Handling, Reason, Stage
from core.alerts.event import BEACON
from core.alerts.event import Event as Happened
from core.alerts.loss import Loss
from core.calendar.events import Event
from core.calendar.grain import Grain, Period
from core.cube.cube import Cube
from core.labels import Labels
from core.metrics.metric import How
from core.quantity import Quantity, Unit
from core.review.advice import Because, Course, advise
from core.review.backtest import Past, backtest
from core.review.record import Record, record
from core.review.score import Incident, Tally, by_rule, missed
from core.review.tuning import Candidate
from core.rules.finding import State
from core.rules.rule import During, Fingerprint, Severity
from core.rules.tree import Bound, Held
from core.text import Text
from tests.builders import NOW, WECHAT, YESTERDAY, a_finding, an_alert
from tests.shop import JUNE_18, a_catalog, a_rule_saying

CATALOG = a_catalog()
TODAY = date(2026, 6, 19)


def moment(period: Period) -> datetime:
    return period.end.replace(tzinfo=UTC)


def events(*happened: tuple[str, int, str], **facts: object) -> list[Happened]:
    """Return events of so many minutes after the period was over, in order."""
    over = moment(YESTERDAY)
    known = {"period": str(YESTERDAY)} | facts
    return [
        Happened("a1", version, over + timedelta(minutes=minutes), kind, actor, None, known)
        for version, (kind, minutes, actor) in enumerate(happened, 1)
    ]


# --- one alert ----------------------------------------------------------------------------------------------


def test_a_record_tells_when_each_thing_happened() -> None:
    over = moment(YESTERDAY)
    alert = an_alert(told_at=over + timedelta(minutes=6), recovered_at=over + timedelta(hours=5))
    history = events(
        ("fired", 5, BEACON), ("routed", 5, BEACON), ("escalated", 30, BEACON), ("acked", 40, "alice"),
        ("ticked", 50, "alice"), ("recovered", 300, BEACON), ("reopened", 400, BEACON),
    )  # fmt: skip
    told = record(alert, reversed(history), moment)
    assert told is not None
    assert (told.began, told.known) == (YESTERDAY, over)
    assert told.to_detect == timedelta(minutes=6)
    assert told.to_take == timedelta(minutes=34)
    assert told.to_resolve == timedelta(minutes=295)
    assert told.looked == told.taken == over + timedelta(minutes=40)
    assert told.acted == over + timedelta(minutes=50)
    assert (told.calls, told.times) == (1, 2)


def test_what_was_known_counts_from_when_it_was_first_bad_not_from_when_it_fired() -> None:
    first, second = events(("pending", 5, BEACON), ("fired", 3_000, BEACON))
    second = replace(second, facts={"period": str(YESTERDAY.shift(2))})
    told = record(an_alert(), (first, second), moment)
    assert told is not None
    assert told.began == YESTERDAY


def test_an_alert_that_never_fired_is_no_record() -> None:
    assert record(an_alert(), events(("pending", 5, BEACON), ("calmed", 9, BEACON)), moment) is None


def test_one_that_is_open_is_not_over_and_one_that_was_closed_is() -> None:
    fired, closing = events(("fired", 5, BEACON), ("closed", 60, "alice"))
    history = [fired, replace(closing, facts={"reason": "real-acted"})]
    closed = an_alert(handling=Handling(Stage.CLOSED, "alice", NOW, reason=Reason.REAL_ACTED))
    told = record(closed, history, moment)
    assert told is not None
    assert told.over == told.acted == history[1].at
    still = record(an_alert(), history[:1], moment)
    assert still is not None
    assert still.over is None
    assert still.to_resolve is None


# --- a rule's month -------------------------------------------------------------------------------------------


def a_record(verdict: Feedback | None = None, *, rule: str = "r", labels: Labels = WECHAT, **more: object) -> Record:
    began = more.pop("began", YESTERDAY)
    last = more.pop("last", began)
    assert isinstance(began, Period)
    assert isinstance(last, Period)
    moments = {name: more.pop(name, None) for name in ("looked", "taken", "acted", "over")}
    times = more.pop("times", 1)
    alert = an_alert(
        f"{rule}-{began}-{labels}", fingerprint=Fingerprint(rule, labels), verdict=verdict,
        finding=a_finding(period=last, labels=labels, rule=rule), **more,
    )  # fmt: skip
    return Record(alert, began, moment(began), moment(began) + timedelta(minutes=5), times=times, **moments)  # type: ignore[arg-type]


def test_precision_is_of_those_that_were_judged_useful_or_noise() -> None:
    tally = Tally((
        a_record(Feedback.USEFUL), a_record(Feedback.USEFUL), a_record(Feedback.FALSE_ALARM),
        a_record(Feedback.NEW_NORMAL), a_record(Feedback.EXPECTED), a_record(None),
        a_record(None, handling=Handling(Stage.CLOSED, "alice", NOW, reason=Reason.NOT_ACTIONABLE)),
    ))  # fmt: skip
    assert (tally.alerts, tally.useful, tally.noise, tally.unjudged) == (7, 2, 3, 1)
    assert tally.precision == pytest.approx(2 / 5)
    assert Tally((a_record(Feedback.EXPECTED),)).precision is None


def test_rates_are_of_those_that_were_told_and_times_are_medians() -> None:
    at = moment(YESTERDAY)
    told = at + timedelta(minutes=10)
    tally = Tally((
        a_record(told_at=told, looked=at, taken=told + timedelta(minutes=4)),
        a_record(told_at=told, looked=at, taken=told + timedelta(minutes=8)),
        a_record(told_at=told),
        a_record(told_at=None),
    ))  # fmt: skip
    assert tally.looked == pytest.approx(2 / 3)
    assert tally.taken == pytest.approx(2 / 3)
    assert tally.acted == 0
    assert tally.to_take == timedelta(minutes=6)
    assert tally.to_detect == timedelta(minutes=10)
    assert tally.to_resolve is None
    assert Tally(()).looked is None


def test_what_was_saved_is_added_up_by_unit_and_never_across() -> None:
    tally = Tally((
        a_record(loss=Loss(100.0, Unit.MONEY, "revenue")), a_record(loss=Loss(50.0, Unit.MONEY, "gmv")),
        a_record(loss=Loss(7.0, Unit.COUNT, "leads")), a_record(),
    ))  # fmt: skip
    assert tally.saved == {("", Unit.MONEY): 150.0, ("leads", Unit.COUNT): 7.0}


def test_causes_come_most_frequent_first_and_repeats_are_counted() -> None:
    closed = [Handling(Stage.CLOSED, "alice", NOW, cause=cause) for cause in ("copy", "form", "form", "")]
    tally = Tally(tuple(a_record(handling=each, times=2) for each in closed))
    assert tally.causes == [("form", 2), ("copy", 1)]
    assert tally.repeats == 4


def test_alerts_are_told_apart_by_their_rule() -> None:
    tallies = by_rule([a_record(rule="r1"), a_record(rule="r2"), a_record(rule="r1")])
    assert {rule: tally.alerts for rule, tally in tallies.items()} == {"r1": 2, "r2": 1}


@pytest.mark.parametrize(
    ("metric", "labels", "days", "seen"),
    [
        ("roi", {"channel": "wechat"}, 0, True),
        (None, {}, 0, True),
        ("roi", {"region": "east"}, 0, True),
        ("roi", {"channel": "douyin"}, 0, False),
        ("cvr", {"channel": "wechat"}, 0, False),
        ("roi", {}, -2, True),
        ("roi", {}, -3, False),
        ("roi", {}, 1, False),
    ],
)
def test_an_incident_that_no_alert_told_of_was_missed(metric, labels, days, seen) -> None:
    day = YESTERDAY.start.date() + timedelta(days=days)
    incident = Incident("i1", day, day, metric, Labels.of(labels), "the form was broken", "bob")
    over = moment(YESTERDAY) - timedelta(seconds=1)
    assert (not missed([incident], [a_record(over=over)], UTC)) is seen
    assert missed([incident], [], UTC) == (incident,)


# --- what to do with it ---------------------------------------------------------------------------------------


def a_candidate(said: str, values: dict[int, float], *, days: int = 120, **more: object) -> Candidate:
    """Return a rule and its past: a thousand impressions a day, but on some days before the 18th of June."""
    numbers = np.full((1, days), 1000.0) + np.arange(days) % 2
    for back, value in values.items():
        numbers[0, days - 1 - back] = value
    periods = range(JUNE_18.index - days + 1, JUNE_18.index + 1)
    cube = Cube(("channel",), (WECHAT,), Grain.DAY, periods, {"impressions": numbers}, {"impressions": How.SUM})
    past = Past(cube, CATALOG, periods, moment)
    (told,) = backtest([a_rule_saying(said, **more)], past)
    known = told.outcome.state != State.UNKNOWN
    return Candidate(told.rule, past.sides(), known, moment, told.episodes)


def judged(candidate: Candidate, *verdicts: Feedback | None, **more: object) -> Tally:
    """Return what people said of each alert, in the order in which they fired."""
    assert len(candidate.told) == len(verdicts)
    rule = candidate.rule.id
    return Tally(
        tuple(
            a_record(verdict, rule=rule, began=one.finding.period, last=one.last, **more)
            for one, verdict in zip(candidate.told, verdicts, strict=True)
        )
    )


FALSE, USEFUL = Feedback.FALSE_ALARM, Feedback.USEFUL
SAID = "渠道曝光量<950"


def test_a_number_just_beyond_what_was_false_is_proposed_when_nothing_useful_goes_with_it() -> None:
    candidate = a_candidate(SAID, {60: 940, 40: 500, 20: 930, 10: 945, 5: 920})
    advice = advise(candidate.rule, judged(candidate, FALSE, USEFUL, FALSE, FALSE, FALSE), TODAY, candidate)
    assert (advice.course, advice.because) == (Course.ADJUST, Because.NOISY)
    assert advice.proposed is not None
    assert advice.proposed.sentence.condition.right == Bound(Quantity(Decimal(920), Unit.BARE))  # type: ignore[union-attr]
    trial = advice.trial
    assert trial is not None
    assert (trial.before, trial.after, trial.noise_gone, trial.useful_kept, trial.useful_gone) == (5, 1, 4, 1, 0)


def test_dips_of_a_day_are_left_out_by_asking_for_two_where_the_number_cannot_tell() -> None:
    candidate = a_candidate(SAID, {60: 100, 40: 700, 39: 700, 38: 700, 20: 120, 10: 110})
    advice = advise(candidate.rule, judged(candidate, FALSE, USEFUL, FALSE, FALSE), TODAY, candidate)
    assert (advice.course, advice.because) == (Course.ADJUST, Because.SHORT_LIVED)
    assert advice.proposed is not None
    assert advice.proposed.sentence.condition == Held(candidate.rule.sentence.condition, 2, 3)
    assert advice.trial is not None
    assert (advice.trial.noise_gone, advice.trial.useful_gone) == (3, 0)


def test_a_rule_whose_useful_alerts_look_like_its_false_ones_is_kept_and_said_to() -> None:
    candidate = a_candidate(SAID, {60: 900, 40: 900, 20: 900})
    advice = advise(candidate.rule, judged(candidate, FALSE, USEFUL, FALSE), TODAY, candidate)
    assert (advice.course, advice.because, advice.changes) == (Course.KEEP, Because.INSEPARABLE, False)


def test_a_rule_that_was_never_once_useful_and_cannot_be_mended_goes() -> None:
    candidate = a_candidate("渠道曝光量<950", {60: 100, 59: 100, 20: 100, 19: 100}, hold=timedelta(hours=1))
    tally = judged(candidate, FALSE, FALSE)
    advice = advise(candidate.rule, tally, TODAY, None)
    assert (advice.course, advice.because, advice.proposed) == (Course.DELETE, Because.USELESS, None)


def test_one_false_alarm_is_an_accident() -> None:
    candidate = a_candidate(SAID, {60: 940})
    advice = advise(candidate.rule, judged(candidate, FALSE), TODAY, candidate)
    assert (advice.course, advice.because) == (Course.KEEP, Because.UNPROVEN)


def test_a_useful_rule_stays() -> None:
    candidate = a_candidate(SAID, {60: 940, 20: 900, 10: 300})
    advice = advise(candidate.rule, judged(candidate, FALSE, USEFUL, USEFUL), TODAY, candidate)
    assert (advice.course, advice.because) == (Course.KEEP, Because.USEFUL)


def test_what_nobody_ever_looked_at_goes_and_what_nobody_took_on_stays() -> None:
    candidate = a_candidate(SAID, dict.fromkeys((60, 50, 40, 30, 20), 900))
    nothing = (None,) * 5
    ignored = advise(candidate.rule, judged(candidate, *nothing), TODAY, candidate)
    assert (ignored.course, ignored.because) == (Course.DELETE, Because.IGNORED)
    looked = advise(candidate.rule, judged(candidate, *nothing, looked=NOW), TODAY, candidate)
    assert (looked.course, looked.because) == (Course.KEEP, Because.UNANSWERED)


def test_a_rule_past_its_last_day_goes_and_one_whose_review_is_due_gets_the_next() -> None:
    rule = a_rule_saying(SAID)
    over = advise(replace(rule, until=date(2026, 6, 1)), Tally(()), TODAY, None)
    assert (over.course, over.because) == (Course.DELETE, Because.EXPIRED)
    due = advise(replace(rule, review=TODAY), Tally(()), TODAY, None)
    assert (due.course, due.because) == (Course.ADJUST, Because.REVIEW_DUE)
    assert due.proposed is not None
    assert due.proposed.review == date(2026, 9, 17)


EXPECTED = Feedback.EXPECTED
SALE = Event("sale", Text.same("sale"), days={2026: (date(2026, 6, 1), date(2026, 6, 18))})


def in_sale(candidate: Candidate) -> Candidate:
    return replace(candidate, sides=replace(candidate.sides, events={"sale": SALE}))


def test_what_was_expected_of_one_event_moves_the_bound_on_its_days_alone() -> None:
    candidate = in_sale(a_candidate(SAID, {60: 400, 40: 500, 10: 930, 8: 945, 5: 920, 2: 300}))
    advice = advise(
        candidate.rule, judged(candidate, USEFUL, USEFUL, EXPECTED, EXPECTED, EXPECTED, USEFUL), TODAY, candidate
    )
    assert (advice.course, advice.because, advice.expected) == (Course.ADJUST, Because.EXPECTED, 3)
    assert advice.proposed is not None
    assert advice.proposed.sentence == candidate.rule.sentence
    (during,) = advice.proposed.during
    assert (during.event, during.severity) == ("sale", None)
    assert during.sentence.condition.right == Bound(Quantity(Decimal(920), Unit.BARE))  # type: ignore[union-attr]
    trial = advice.trial
    assert trial is not None
    assert (trial.before, trial.after, trial.noise_gone, trial.useful_kept, trial.useful_gone) == (6, 3, 3, 3, 0)


def test_where_a_bound_would_take_what_was_useful_as_well_the_event_is_only_less_grave() -> None:
    candidate = in_sale(a_candidate(SAID, {10: 930, 8: 945, 5: 700, 2: 900}))
    advice = advise(candidate.rule, judged(candidate, EXPECTED, EXPECTED, EXPECTED, USEFUL), TODAY, candidate)
    assert advice.because is Because.EXPECTED
    assert advice.proposed is not None
    assert advice.proposed.during == (During("sale", severity=Severity(candidate.rule.severity - 1)),)
    assert advice.trial is None


@pytest.mark.parametrize(
    ("values", "verdicts", "during"),
    [
        ({10: 930, 8: 945}, (EXPECTED,) * 2, ()),  # two are no habit
        ({60: 930, 50: 930, 40: 945}, (EXPECTED,) * 3, ()),  # on no days of its own
        ({10: 930, 8: 945, 5: 900}, (EXPECTED,) * 3, (During("sale", severity=Severity.INFO),)),  # said already
        ({10: 930, 8: 945, 5: 900}, (EXPECTED, EXPECTED, None), ()),
    ],
)
def test_nothing_is_proposed_of_an_event_that_is_none_or_has_its_own_word(values, verdicts, during) -> None:
    candidate = in_sale(a_candidate(SAID, values, during=during))
    assert not advise(candidate.rule, judged(candidate, *verdicts), TODAY, candidate).changes


def test_a_rule_that_never_spoke_in_a_quarter_is_said_to_be_silent() -> None:
    silent = a_candidate("渠道曝光量<5", {})
    assert advise(silent.rule, Tally(()), TODAY, silent).because is Because.SILENT
    young = a_candidate("渠道曝光量<5", {}, days=30)
    assert advise(young.rule, Tally(()), TODAY, young).because is Because.QUIET
