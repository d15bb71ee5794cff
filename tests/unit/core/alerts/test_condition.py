"""The evaluator's side of an alert, one transition after another."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.alerts.alert import Condition, Handling, Phase, Reason, Stage
from core.alerts.condition import handle_of, observe, ripen
from core.alerts.handling import ack
from core.calendar.grain import Grain, Period
from core.rules.finding import Finding, State
from core.rules.rule import Severity
from tests.builders import NOW, TODAY, YESTERDAY, a_finding, a_rule, an_alert, verdicts

HOUR = Period(Grain.HOUR, 500_000)
CALM = State.CALM
UNKNOWN = State.UNKNOWN


def judge(alert, *findings, now=NOW, rules=()):
    """Return what one alert became, or None if nothing did."""
    seen = verdicts(*findings, rules=rules)
    changes = observe({alert.fingerprint: alert} if alert else {}, seen, now, new_id=lambda: "new")
    return changes[0] if changes else None


def kinds(change):
    return [event.kind for event in change.events]


def hourly(offset, state=State.BREACHED, value=0.8):
    return a_finding(value, state, HOUR.shift(offset))


def test_a_new_breach_fires_at_once_without_a_hold():
    change = judge(None, a_finding())
    assert change.before is None
    assert change.after.condition == Condition(Phase.FIRING, NOW)
    assert change.after.fired_at == NOW
    assert change.after.severity is Severity.CRITICAL
    assert kinds(change) == ["fired"]
    assert change.events[0].facts["value"] == 0.8


def test_a_calm_slice_without_an_alert_makes_none():
    assert judge(None, a_finding(1.5, CALM)) is None


def test_a_pending_alert_fires_once_it_has_held_for_two_hours():
    rule = a_rule(hold=timedelta(hours=2))
    begun = judge(None, a_finding(), rules=[rule])
    assert kinds(begun) == ["pending"]
    assert begun.after.fired_at is None
    almost = NOW + timedelta(hours=2, seconds=-1)
    assert judge(begun.after, a_finding(), now=almost, rules=[rule]) is None
    assert ripen(begun.after, almost) is None
    fired = judge(begun.after, a_finding(), now=NOW + timedelta(hours=2), rules=[rule])
    assert kinds(fired) == ["fired"]
    assert fired.after.condition.phase is Phase.FIRING


def test_a_pending_alert_ripens_without_a_newer_period():
    pending = judge(None, a_finding(), rules=[a_rule(hold=timedelta(hours=2))]).after
    ripe = ripen(pending, NOW + timedelta(hours=2))
    assert kinds(ripe) == ["fired"]
    assert ripen(ripe.after, NOW + timedelta(hours=3)) is None


def test_a_pending_alert_shows_its_newest_number():
    rule = a_rule(hold=timedelta(hours=2))
    pending = judge(None, a_finding(), rules=[rule]).after
    change = judge(pending, a_finding(0.5), now=NOW + timedelta(hours=1), rules=[rule])
    assert kinds(change) == ["measured"]
    assert change.after.condition == pending.condition


def test_a_pending_alert_that_calms_down_is_closed_since_nobody_heard_of_it():
    pending = judge(None, a_finding(), rules=[a_rule(hold=timedelta(hours=2))]).after
    change = judge(pending, a_finding(1.2, CALM, TODAY), rules=[a_rule(hold=timedelta(hours=2))])
    assert kinds(change) == ["calmed"]
    assert change.after.condition.phase is Phase.OK
    assert change.after.handling.reason is Reason.RECOVERED


def test_a_breach_after_such_a_calm_goes_on_with_the_same_alert_as_its_first_firing():
    rule = a_rule(hold=timedelta(hours=2))
    pending = judge(None, a_finding(), rules=[rule]).after
    calmed = judge(pending, a_finding(1.2, CALM, TODAY), rules=[rule]).after
    again = judge(calmed, a_finding(0.7, period=TODAY.shift(1)), now=NOW + timedelta(hours=5), rules=[rule])
    assert kinds(again) == ["pending"]
    fired = ripen(again.after, NOW + timedelta(hours=7))
    assert kinds(fired) == ["fired"]
    assert fired.after.is_open
    assert fired.after.occurrence == 1


def test_the_same_verdict_again_changes_nothing():
    assert judge(an_alert(), a_finding()) is None


def test_a_breach_that_goes_on_updates_the_number_and_nothing_else():
    alert = an_alert(handling=Handling(Stage.ACKED, "alice", NOW, NOW + timedelta(hours=2), Severity.CRITICAL))
    change = judge(alert, a_finding(0.6, period=TODAY))
    assert kinds(change) == ["measured"]
    assert change.after == replace(alert, finding=a_finding(0.6, period=TODAY), version=2)


def test_one_good_day_recovers():
    change = judge(an_alert(), a_finding(1.3, CALM, TODAY), now=NOW + timedelta(hours=3))
    assert kinds(change) == ["recovered"]
    assert change.after.condition.phase is Phase.OK
    assert change.after.recovered_at == NOW + timedelta(hours=3)
    assert change.events[0].facts["lasted"] == 3 * 3600
    assert change.after.handling == an_alert().handling, "people close it, or the clock a day later"


def test_an_hourly_alert_needs_two_good_hours():
    alert = an_alert(finding=hourly(0))
    first = judge(alert, hourly(1, CALM, 1.2))
    assert kinds(first) == ["clearing"]
    assert judge(first.after, hourly(1, CALM, 1.2)) is None, "the same hour again is no second opinion"
    second = judge(first.after, hourly(2, CALM, 1.2))
    assert kinds(second) == ["recovered"]


def test_a_bad_hour_between_two_good_ones_begins_the_count_anew():
    clearing = judge(an_alert(finding=hourly(0)), hourly(1, CALM, 1.2)).after
    back = judge(clearing, hourly(2))
    assert kinds(back) == ["breached-again"]
    assert back.after.condition == Condition(Phase.FIRING, NOW)


def test_a_restated_period_clears_at_once():
    change = judge(an_alert(finding=hourly(0)), hourly(0, CALM, 1.1))
    assert kinds(change) == ["recovered"]
    assert change.events[0].facts["restated"] == 1


def test_an_old_period_that_comes_late_says_nothing_new():
    assert judge(an_alert(), a_finding(2.0, CALM, YESTERDAY.shift(-3))) is None


@pytest.mark.parametrize("finding", [a_finding(None, UNKNOWN, TODAY), None])
def test_missing_data_freezes_an_alert(finding):
    change = judge(an_alert(), *([finding] if finding else []))
    assert kinds(change) == ["unknown"]
    assert change.after.condition == Condition(Phase.UNKNOWN, NOW, resume=Phase.FIRING)
    assert change.after.finding == a_finding(), "the newest that was known"
    assert judge(change.after, *([finding] if finding else [])) is None


def test_an_unknown_alert_goes_on_where_it_stopped():
    frozen = judge(an_alert(), a_finding(None, UNKNOWN, TODAY)).after
    same = judge(frozen, a_finding())
    assert kinds(same) == ["known"]
    assert same.after.condition.phase is Phase.FIRING
    bad = judge(frozen, a_finding(0.5, period=TODAY))
    assert kinds(bad) == ["known", "measured"]
    assert [event.version for event in bad.events] == [3, 4]
    good = judge(frozen, a_finding(1.5, CALM, TODAY))
    assert kinds(good) == ["known", "recovered"]


def test_what_is_well_does_not_freeze():
    assert judge(an_alert(condition=Condition(Phase.OK, NOW)), a_finding(None, UNKNOWN, TODAY)) is None
    assert judge(an_alert(condition=Condition(Phase.OK, NOW)), a_finding(2.0, CALM, TODAY)) is None


def recovered(**more):
    return an_alert(condition=Condition(Phase.OK, NOW), recovered_at=NOW, finding=a_finding(1.4, CALM, TODAY), **more)


def test_a_breach_after_recovery_reopens_the_same_episode():
    change = judge(recovered(), a_finding(0.7, period=TODAY.shift(1)), now=NOW + timedelta(hours=23))
    assert kinds(change) == ["reopened"]
    assert change.after.id == "a1"
    assert change.after.occurrence == 2
    assert change.after.recovered_at is None


def test_a_reopening_waits_for_its_hold_as_well():
    rule = a_rule(hold=timedelta(hours=2))
    pending = judge(recovered(), a_finding(0.7, period=TODAY.shift(1)), rules=[rule])
    assert kinds(pending) == ["pending"]
    assert pending.after.handling == recovered().handling
    calmed = judge(pending.after, a_finding(1.4, CALM, TODAY.shift(2)), rules=[rule])
    assert kinds(calmed) == ["calmed"]
    assert calmed.after.is_open, "somebody has heard of it, so people close it"
    assert kinds(ripen(pending.after, NOW + timedelta(hours=2))) == ["reopened"]


@pytest.mark.parametrize(
    ("until", "seen", "stage"),
    [
        (timedelta(hours=2), Severity.CRITICAL, Stage.ACKED),
        (timedelta(hours=1), Severity.CRITICAL, Stage.OPEN),
        (timedelta(hours=2), Severity.WARNING, Stage.OPEN),
    ],
)
def test_an_ack_outlives_a_reopening_only_while_it_covers_it(until, seen, stage):
    acked = recovered(handling=Handling(Stage.ACKED, "alice", NOW, NOW + until, seen))
    change = judge(acked, a_finding(0.7, period=TODAY.shift(1)), now=NOW + timedelta(hours=1))
    assert change.after.handling.stage is stage


def closed(phase=Phase.FIRING, **more):
    return an_alert(
        condition=Condition(phase, NOW),
        handling=Handling(Stage.CLOSED, "alice", NOW, reason=Reason.REAL_EXPECTED),
        **more,
    )


def test_what_people_closed_stays_quiet_while_it_stays_as_bad():
    assert judge(closed(), a_finding(0.6, period=TODAY), now=NOW + timedelta(hours=20)) is None


def test_a_day_after_its_closing_it_is_news_again():
    change = judge(closed(), a_finding(0.6, period=TODAY), now=NOW + timedelta(hours=24))
    assert change.before is None
    assert change.after.id == "new"
    assert kinds(change) == ["fired"]


def test_what_was_closed_and_got_well_and_bad_again_reopens():
    well = judge(closed(), a_finding(1.4, CALM, TODAY), now=NOW + timedelta(hours=1))
    assert not well.after.is_open
    change = judge(well.after, a_finding(0.6, period=TODAY.shift(1)), now=NOW + timedelta(hours=2))
    assert kinds(change) == ["reopened"]
    assert change.after.is_open


def test_a_worse_severity_drops_an_ack_and_opens_what_was_closed():
    alert = an_alert(
        severity=Severity.WARNING, handling=Handling(Stage.ACKED, "alice", NOW, NOW + timedelta(1), Severity.WARNING)
    )
    change = judge(alert, a_finding(0.6, period=TODAY))
    assert kinds(change) == ["worse"]
    assert change.after.handling == Handling(Stage.OPEN)
    assert change.events[0].facts["was"] == "warning"
    assert judge(closed(severity=Severity.INFO), a_finding(0.6, period=TODAY)).after.is_open


@pytest.mark.parametrize(
    ("seen", "then", "is_news"),
    [(0.8, 0.7, False), (0.8, 0.61, False), (0.8, 0.59, True), (0.98, 0.93, False), (0.98, 0.85, True)],
    ids=[
        "a little worse",
        "not yet twice as far",
        "twice as far",
        "wavering about its line",
        "near once, and no longer",
    ],
)
def test_an_ack_covers_the_size_that_was_seen(seen, then, is_news):
    rule = a_rule(severity=Severity.WARNING)
    fired = judge(None, a_finding(seen), rules=[rule]).after
    taken = ack(fired, "alice", None, NOW).after
    change = judge(taken, a_finding(then, period=TODAY), rules=[rule])
    assert kinds(change) == ["worse" if is_news else "measured"]
    assert (change.after.handling.stage is Stage.OPEN) == is_news


def test_what_fires_again_far_worse_is_covered_by_no_ack():
    taken = ack(judge(None, a_finding(0.9)).after, "alice", None, NOW).after
    well = judge(taken, a_finding(1.5, CALM, TODAY)).after
    again = judge(well, a_finding(0.9, period=TODAY.shift(1)), now=NOW + timedelta(minutes=30)).after
    worse = judge(well, a_finding(0.5, period=TODAY.shift(1)), now=NOW + timedelta(minutes=30)).after
    assert again.handling.stage is Stage.ACKED
    assert worse.handling.stage is Stage.OPEN


def test_a_milder_severity_keeps_the_ack():
    alert = an_alert(handling=Handling(Stage.ACKED, "alice", NOW, NOW + timedelta(1), Severity.CRITICAL))
    change = judge(alert, a_finding(0.6, period=TODAY), rules=[a_rule(severity=Severity.WARNING)])
    assert kinds(change) == ["milder"]
    assert change.after.handling == alert.handling


def test_alerts_of_rules_that_were_not_judged_are_left_alone():
    alert = an_alert()
    assert observe({alert.fingerprint: alert}, verdicts(rules=[a_rule("another")]), NOW) == ()


def test_two_alerts_have_ids_and_handles_of_their_own():
    one, other = (observe({}, verdicts(finding), NOW)[0].after for finding in (a_finding(), a_finding()))
    assert one.id != other.id
    assert len(one.handle) == 4
    assert not set("0o1li") & set("".join(handle_of(str(number), number % 3) for number in range(500)))
    assert handle_of("a", 0) != handle_of("a", 1)
    assert not [name for name in (handle_of(str(number)) for number in range(500)) if name.isalpha() or name.isdigit()]


def test_a_finding_without_terms_still_makes_an_alert():
    bare = Finding(a_finding().fingerprint, YESTERDAY, State.BREACHED)
    assert judge(None, bare).events[0].facts == {"period": str(YESTERDAY)}


def test_after_recovery_it_keeps_quiet_for_its_cooldown_unless_it_is_worse():
    rule = a_rule(cooldown=timedelta(days=3), severity=Severity.WARNING)
    well = an_alert(
        condition=Condition(Phase.OK, NOW),
        handling=Handling(Stage.CLOSED, at=NOW, reason=Reason.RECOVERED),
        recovered_at=NOW,
        severity=Severity.WARNING,
    )
    for hours in (1, 30, 71):
        assert judge(well, a_finding(period=TODAY), now=NOW + timedelta(hours=hours), rules=[rule]) is None
    again = judge(well, a_finding(period=TODAY), now=NOW + timedelta(hours=72), rules=[rule])
    assert again.after.condition.phase is Phase.FIRING
    worse = replace(a_finding(period=TODAY), severity=Severity.CRITICAL)
    assert judge(well, worse, now=NOW + timedelta(hours=1), rules=[rule]).after.severity is Severity.CRITICAL


def test_an_alert_is_as_severe_as_its_finding_says():
    rule = a_rule(severity=Severity.WARNING)
    begun = judge(None, replace(a_finding(), severity=Severity.CRITICAL), rules=[rule]).after
    assert begun.severity is Severity.CRITICAL
    milder = judge(begun, replace(a_finding(0.9, period=TODAY), severity=Severity.WARNING), rules=[rule])
    assert kinds(milder) == ["milder"]
    worse = judge(milder.after, replace(a_finding(0.5, period=TODAY), severity=Severity.CRITICAL), rules=[rule])
    assert kinds(worse) == ["worse"]


def test_what_lingers_does_not_clear():
    firing = an_alert()
    assert judge(firing, replace(a_finding(1.1, CALM, TODAY), lingers=True)) is None
    assert kinds(judge(firing, a_finding(1.5, CALM, TODAY))) == ["recovered"]
