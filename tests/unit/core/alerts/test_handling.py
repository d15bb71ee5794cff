"""What people may do about an alert, and what a stale button is told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.alerts import escalation, handling, holds
from core.alerts.alert import Condition, Escalation, Handling, Phase, Reason, Stage, Step
from core.alerts.event import Event
from core.alerts.wake import wake
from core.errors import Problem
from core.rules.rule import Severity
from tests.builders import NOW, a_promise, an_alert

STEPS = (Step(timedelta(minutes=30), "lead"), Step(timedelta(hours=1), "role:director"))
LATER = NOW + timedelta(minutes=10)
ACKED = Handling(Stage.ACKED, "alice", NOW, NOW + timedelta(hours=2), Severity.CRITICAL)


def firing(**more):
    return an_alert(escalation=escalation.start(STEPS, NOW), **more)


def event(kind, version, **facts):
    return Event("a1", version, NOW, kind, facts=facts)


def refused(act, *args, **more):
    with pytest.raises(Problem) as caught:
        act(*args, **more)
    return caught.value


# --- ack ---


@pytest.mark.parametrize(("severity", "hours"), [(Severity.CRITICAL, 2), (Severity.WARNING, 24), (Severity.INFO, 24)])
def test_an_ack_stops_the_escalation_and_lasts_as_its_severity_says(severity, hours):
    change = handling.ack(firing(severity=severity), "bob", 1, LATER, via="slack")
    until = LATER + timedelta(hours=hours)
    gap = pytest.approx(0.2)  # 0.8 where 1 would be well
    assert change.after.handling == Handling(Stage.ACKED, "bob", LATER, until, severity, gap=gap)
    assert change.after.escalation.next_at is None
    assert change.after.owner == "alice", "an ack gives nobody's alert away"
    assert (change.events[0].actor, change.events[0].via) == ("bob", "slack")


def test_who_acks_what_nobody_owns_owns_it():
    assert handling.ack(firing(owner=None), "bob", None, LATER).after.owner == "bob"


def test_a_second_ack_is_told_who_has_it_and_since_when():
    problem = refused(handling.ack, firing(handling=ACKED), "bob", 1, LATER)
    assert (problem.code, problem.facts) == ("already-acked", {"by": "alice", "minutes": 10})


def test_the_same_person_renews_an_ack():
    change = handling.ack(firing(handling=ACKED), "alice", 1, LATER)
    assert change.events[0].kind == "ack-renewed"
    assert change.after.handling.until == LATER + timedelta(hours=2)


def test_anybody_may_take_over_when_the_ack_is_in_question():
    asked = replace(ACKED, asked=NOW)
    assert handling.ack(firing(handling=asked), "bob", 1, LATER).after.handling.by == "bob"


def test_a_closed_alert_says_who_closed_it():
    closed = firing(handling=Handling(Stage.CLOSED, "bob", NOW, reason=Reason.FALSE_ALARM))
    problem = refused(handling.ack, closed, "alice", 1, LATER)
    assert problem.code == "already-closed"
    assert problem.facts == {"handle": "7f3k", "reason": "false-alarm", "by": "bob"}


def test_what_has_not_fired_cannot_be_acked():
    pending = firing(condition=Condition(Phase.PENDING, NOW), fired_at=None)
    assert refused(handling.ack, pending, "alice", 1, LATER).code == "not-fired"


@pytest.mark.parametrize("news", ["worse", "reopened"])
@pytest.mark.parametrize(
    "act",
    [
        lambda alert, seen, history: handling.ack(alert, "bob", seen, LATER, history=history),
        lambda alert, seen, history: handling.assign(alert, "bob", "bob", seen, LATER, history=history),
        lambda alert, seen, history: handling.close(alert, "bob", Reason.DUPLICATE, seen, LATER, history=history),
        lambda alert, seen, history: holds.snooze(
            alert, "bob", LATER + timedelta(hours=1), seen, LATER, history=history
        ),
    ],
)
def test_a_stale_button_does_nothing_when_its_reader_missed_something(act, news):
    alert = firing(version=5)
    problem = refused(act, alert, 3, [event("measured", 4), event(news, 5)])
    assert problem.code == "stale-version"
    assert problem.facts["what"] == news
    assert act(alert, 3, [event("measured", 5)]), "a newer number does not make a button stale"
    assert act(alert, 5, [event(news, 5)]), "it has been seen"
    assert act(alert, None, [event(news, 5)]), "typed by hand, it speaks of what is"


# --- assign, close, reopen ---


def test_an_assignment_names_both_owners():
    change = handling.assign(firing(), "bob", "alice", 1, LATER)
    assert change.after.owner == "bob"
    assert change.events[0].facts == {"to": "bob", "was": "alice"}
    assert change.after.escalation == firing().escalation, "nobody has acked it yet"


def test_what_its_owner_has_cannot_be_given_to_them_again():
    assert refused(handling.assign, firing(), "alice", "bob", 1, LATER).code == "already-owner"


def test_a_due_day_is_asked_about():
    due = LATER + timedelta(days=1)
    change = handling.assign(firing(), "alice", "bob", 1, LATER, due=due)
    (promise,) = change.after.work.promises
    assert (change.after.due, promise.owner, promise.remind_at) == (due, "alice", due)
    assert refused(handling.assign, firing(), "bob", "bob", 1, LATER, due=NOW).code == "due-past"


def test_giving_it_away_ends_the_ack_of_who_had_it():
    change = handling.assign(firing(handling=ACKED), "bob", "alice", 1, LATER)
    assert change.after.handling == Handling(Stage.OPEN)
    assert change.after.escalation.next_at == LATER + timedelta(minutes=30)
    kept = handling.assign(firing(handling=ACKED, owner="bob"), "alice", "bob", 1, LATER)
    assert kept.after.handling == ACKED


def test_two_people_cannot_give_it_away_at_once():
    problem = refused(handling.assign, firing(version=4), "bob", "alice", 3, LATER, history=[event("assigned", 4)])
    assert problem.facts["what"] == "assigned"


def test_a_closing_keeps_its_reason_and_stops_all_clocks():
    change = handling.close(firing(), "bob", Reason.FALSE_ALARM, 1, LATER, cause="test order")
    assert change.after.handling == Handling(Stage.CLOSED, "bob", LATER, reason=Reason.FALSE_ALARM, cause="test order")
    assert change.after.wakes_at is None
    assert change.after.condition == firing().condition


def test_a_closing_can_be_taken_back():
    closed = handling.close(firing(), "bob", Reason.FALSE_ALARM, 1, LATER, cause="luck").after
    opened = handling.reopen(closed, "bob", LATER)
    assert opened.after.is_open
    assert opened.after.escalation.next_at == LATER + timedelta(minutes=30)
    assert refused(handling.reopen, opened.after, "bob", LATER).code == "not-closed"


# --- escalation ---


def test_escalation_takes_its_steps_one_by_one():
    alert = firing()
    assert not escalation.is_due(alert, NOW + timedelta(minutes=29))
    at = NOW + timedelta(minutes=30)
    assert escalation.is_due(alert, at)
    first = escalation.advance(alert, at)
    assert first.events[0].facts == {"level": 1, "to": "lead", "after": 1800}
    second = escalation.advance(first.after, first.after.escalation.next_at)
    a_day_on = first.after.escalation.next_at + timedelta(days=1)
    assert second.after.escalation == Escalation(STEPS, 2, a_day_on)
    asked = escalation.advance(second.after, a_day_on)
    assert (asked.events[0].kind, asked.after.escalation) == (
        "unanswered",
        Escalation(STEPS, 2, a_day_on + timedelta(days=1)),
    )


def test_a_person_in_a_hurry_takes_the_next_step_now():
    change = escalation.escalate(firing(), "alice", 1, LATER)
    assert change.after.escalation.level == 1
    assert change.events[0].actor == "alice"


def test_nobody_escalates_twice_from_one_message():
    once = escalation.escalate(firing(), "alice", 1, LATER)
    problem = refused(escalation.escalate, once.after, "bob", 1, LATER, history=once.events)
    assert (problem.code, problem.facts) == ("already-at-level", {"level": 1, "to": "lead"})
    assert escalation.escalate(once.after, "bob", 2, LATER, history=once.events).after.escalation.level == 2


def test_the_last_step_has_none_after_it():
    top = firing()
    top = replace(top, escalation=replace(top.escalation, level=2))
    assert refused(escalation.escalate, top, "alice", 1, LATER).code == "no-further-level"
    assert escalation.start((), NOW) == Escalation(next_at=NOW + timedelta(days=1)), "its owner is asked each day"


def test_escalating_what_is_acked_starts_no_clock():
    change = escalation.escalate(firing(handling=ACKED), "alice", 1, LATER)
    assert change.after.escalation.next_at is None


# --- holds ---


def test_a_snooze_keeps_the_owner_and_pauses_the_escalation():
    until = LATER + timedelta(hours=1)
    change, hold = holds.snooze(firing(), "alice", until, 1, LATER, id="h")
    assert (hold.start, hold.until, hold.value) == (LATER, until, 0.8)
    assert change.after.owner == "alice"
    assert change.after.handling == firing().handling
    assert change.after.escalation.next_at is None


@pytest.mark.parametrize(("until", "code"), [(NOW, "snooze-past"), (NOW + timedelta(days=60), "snooze-long")])
def test_a_snooze_ends_some_day_and_not_yesterday(until, code):
    assert refused(holds.snooze, firing(), "alice", until, 1, LATER).code == code


def test_the_end_of_a_snooze_compares_and_goes_on_escalating():
    change, hold = holds.snooze(firing(), "alice", LATER, 1, NOW, id="h")
    over, ended = holds.end(change.after, hold, [hold], LATER)
    assert ended.ended == LATER
    assert (over.events[0].facts["was"], over.events[0].facts["firing"], over.events[0].facts["others"]) == (0.8, 1, 0)
    assert over.after.escalation.next_at == LATER + timedelta(minutes=30)


def test_a_hold_that_ends_under_another_lets_nothing_go_on():
    change, hold = holds.snooze(firing(), "alice", LATER, 1, NOW, id="h")
    other = replace(hold, id="other", until=LATER + timedelta(hours=1), value=None)
    over, _ = holds.end(change.after, hold, [hold, other], LATER)
    assert over.events[0].facts["others"] == 1
    assert over.after.escalation.next_at is None
    assert "was" not in holds.end(change.after, other, [], LATER)[0].events[0].facts


# --- the clock ---


def woken(alert, now, *present):
    change, ended = wake(alert, present, now)
    return [event.kind for event in change.events] if change else [], ended


def test_the_clock_asks_and_then_lets_go_of_an_ack():
    acked = firing(handling=ACKED)
    assert acked.wakes_at == ACKED.until
    change, _ = wake(acked, (), ACKED.until)
    assert [event.kind for event in change.events] == ["ack-asked"]
    assert change.after.handling.stage is Stage.ACKED
    assert change.after.wakes_at == ACKED.until + timedelta(minutes=30)
    gone, _ = wake(change.after, (), change.after.wakes_at)
    assert [event.kind for event in gone.events] == ["ack-ended"]
    assert gone.after.handling == Handling(Stage.OPEN)
    assert gone.after.escalation.next_at == change.after.wakes_at + timedelta(minutes=30)


def test_a_recovered_alert_asks_nobody_about_their_ack():
    well = firing(handling=ACKED, condition=Condition(Phase.OK, NOW), recovered_at=NOW)
    assert well.wakes_at is None
    assert woken(well, NOW + timedelta(days=3)) == ([], ())


def test_what_recovered_and_nobody_took_is_closed_after_a_day():
    well = an_alert(condition=Condition(Phase.OK, NOW), recovered_at=NOW)
    assert well.wakes_at == NOW + timedelta(days=1)
    assert woken(well, NOW + timedelta(hours=23)) == ([], ())
    change, _ = wake(well, (), well.wakes_at)
    assert change.after.handling.reason is Reason.RECOVERED
    assert change.after.handling.by is None
    kept = replace(well, work=a_promise(NOW + timedelta(days=9)))
    assert kept.wakes_at == NOW + timedelta(days=9)
    assert woken(kept, NOW + timedelta(days=3)) == ([], ())


def test_an_escalation_waits_while_something_holds_the_alert():
    _, hold = holds.snooze(firing(), "alice", NOW + timedelta(hours=3), 1, NOW, id="h")
    kinds, ended = woken(firing(), NOW + timedelta(minutes=30), hold)
    assert (kinds, ended) == (["escalation-waits"], ())
    assert woken(firing(), NOW + timedelta(minutes=30))[0] == ["escalated"]


def test_two_holds_may_end_at_once():
    change, hold = holds.snooze(firing(), "alice", LATER, 1, NOW, id="h")
    kinds, ended = woken(change.after, LATER, hold, replace(hold, id="other"))
    assert kinds == ["hold-ended", "hold-ended"]
    assert len(ended) == 2


def test_what_is_overdue_is_asked_about_each_day():
    alert = an_alert(work=a_promise(NOW), escalation=Escalation())
    change, _ = wake(alert, (), NOW)
    assert change.after.wakes_at == NOW + timedelta(days=1)
    assert change.events[0].kind == "due"
    late = wake(change.after, (), change.after.wakes_at)[0].events[0]
    assert (late.kind, late.facts["count"]) == ("overdue", 1)


def test_everything_that_is_due_happens_in_one_change():
    pending = an_alert(condition=Condition(Phase.PENDING, NOW, ripe_at=LATER), work=a_promise(LATER), fired_at=None)
    change, _ = wake(pending, (), LATER)
    assert [event.kind for event in change.events] == ["fired", "due"]
    assert change.before == pending


def test_a_stamp_names_the_alert_and_the_version_its_reader_saw():
    assert an_alert(version=12).stamp == "7f3k@12"


def test_a_snooze_that_ends_on_an_acked_alert_wakes_no_escalation():
    change, hold = holds.snooze(firing(handling=ACKED), "alice", LATER, 1, NOW, id="h")
    assert holds.end(change.after, hold, [hold], LATER)[0].after.escalation.next_at is None
