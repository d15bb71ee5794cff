"""Who hears of a change, and the reason for each who does not."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from core.alerts import escalation, handling, holds, promises
from core.alerts.alert import Condition, Handling, Phase, Reason, Stage, Step
from core.alerts.condition import observe
from core.alerts.event import moved
from core.alerts.holds import Hold, HoldKind
from core.alerts.pace import PLAIN
from core.alerts.wake import wake
from core.labels import Labels, Matcher
from core.notices.notice import EVERYWHERE, Kind
from core.routing.decide import decide
from core.routing.route import Route
from core.routing.trace import lines_of
from core.rules.finding import State
from core.rules.rule import Severity
from tests.builders import (
    BOARD,
    NOW,
    TODAY,
    WAR_ROOM,
    a_finding,
    a_person,
    a_promise,
    a_rule,
    a_team,
    an_alert,
    on_leave,
    some_routes,
    verdicts,
)

HOLD = Hold("h", "a1", HoldKind.SNOOZE, "alice", NOW, NOW + timedelta(hours=1))


def settle(*changes, present=(), routes=None, people=None, rules=None):
    routes = some_routes() if routes is None else routes
    return decide(changes, rules or [a_rule()], routes, present, people or a_team(), NOW)


def fire(alert=None, finding=None, rules=()):
    alerts = {alert.fingerprint: alert} if alert else {}
    return observe(alerts, verdicts(finding or a_finding(), rules=rules), NOW, new_id=lambda: "a1")[0]


def heard(decision):
    return [(notice.kind, notice.to) for notice in decision.notices]


def trace(decision):
    return [(line.code, *line.facts.values()) for event in decision.changes[0].events for line in lines_of(event)]


def test_a_firing_alert_is_told_to_its_owner_and_its_chats():
    decision = settle(fire())
    assert heard(decision) == [(Kind.FIRST, "alice"), (Kind.FIRST, WAR_ROOM)]
    alert = decision.changes[0].after
    assert (alert.owner, alert.route, alert.told_at) == ("alice", "critical", NOW)
    assert alert.escalation.next_at == NOW + timedelta(minutes=30)
    assert alert.version == 1, "what is decided belongs to the change that was made"
    assert trace(decision) == [
        ("matched", "critical"),
        ("found", "alice", "duty", "role:channel_lead"),
        ("escalates", "lead", (NOW + timedelta(minutes=30)).isoformat()),
        ("told", "first", "alice", "owner"),
        ("told", "first", "slack:C123", "route"),
    ]
    notice = decision.notices[0]
    assert (notice.key, notice.alert, notice.facts["value"]) == ("a1:first:1:alice", "a1", 0.8)


def test_two_routes_that_share_a_chat_tell_it_once():
    routes = (Route("one", (), (WAR_ROOM,), follows=True), Route("all", (), (WAR_ROOM, BOARD)))
    assert heard(settle(fire(), routes=routes)) == [(Kind.FIRST, "alice"), (Kind.FIRST, WAR_ROOM), (Kind.FIRST, BOARD)]


def test_a_pending_alert_is_told_to_nobody_and_says_so():
    decision = settle(fire(rules=[a_rule(hold=timedelta(hours=2))]))
    assert heard(decision) == []
    assert trace(decision) == [("silent", "not-fired", "pending")]


def test_an_alert_that_nobody_answers_for_still_reaches_its_chats():
    decision = settle(fire(), people={"x": a_person("x")}, routes=(Route("all", (), (BOARD,)),))
    assert heard(decision) == [(Kind.FIRST, BOARD)]
    assert [event.kind for event in decision.changes[0].events] == ["fired", "orphan", "routed"]
    assert decision.changes[0].after.owner is None


def test_without_any_route_the_owner_is_told_all_the_same():
    decision = settle(fire(), routes=())
    assert heard(decision) == [(Kind.FIRST, "alice")]
    assert trace(decision)[0] == ("matched-none",)
    assert decision.changes[0].after.escalation.next_at == NOW + timedelta(days=1), "and asked again"


def test_a_held_alert_is_kept_back_with_the_reason():
    decision = settle(fire(), present=[HOLD])
    assert heard(decision) == []
    assert trace(decision)[-1][:5] == ("silent", "held", "first", "snooze", "alice")
    after = decision.changes[0].after
    assert after.told_at is None
    assert after.escalation.next_at is None
    assert after.owner == "alice"
    over, _ = holds.end(after, HOLD, [HOLD], HOLD.until)
    ended = settle(over)
    assert heard(ended) == [(Kind.HOLD_ENDED, "alice"), (Kind.HOLD_ENDED, WAR_ROOM), (Kind.STATE, EVERYWHERE)]
    assert ended.changes[0].after.told_at == NOW


def test_a_hold_that_is_over_keeps_nothing_back():
    assert heard(settle(fire(), present=[replace(HOLD, ended=NOW), replace(HOLD, until=NOW)]))


def recovery(**more):
    return fire(an_alert(**more), a_finding(1.4, State.CALM, TODAY))


def calm(alert):
    return observe({alert.fingerprint: alert}, verdicts(a_finding(1.4, State.CALM, TODAY)), NOW)[0]


def test_a_recovery_goes_through_every_hold():
    decision = settle(calm(an_alert()), present=[HOLD])
    assert heard(decision) == [(Kind.RECOVERED, "alice"), (Kind.RECOVERED, WAR_ROOM), (Kind.STATE, EVERYWHERE)]


def test_a_recovery_that_nobody_had_heard_of_is_told_to_nobody():
    decision = settle(calm(an_alert(told_at=None)))
    assert heard(decision) == []
    assert trace(decision) == [("silent", "never-told", "recovered")]


def test_what_people_closed_recovers_without_a_call():
    closed = Handling(Stage.CLOSED, "alice", NOW, reason=Reason.REAL_ACTED)
    decision = settle(calm(an_alert(handling=closed)))
    assert heard(decision) == [(Kind.STATE, EVERYWHERE)]
    assert trace(decision) == [("silent", "closed", "recovered")]


def test_a_worse_severity_breaks_a_snooze():
    change = fire(an_alert(severity=Severity.WARNING), a_finding(0.2, period=TODAY))
    decision = settle(change, present=[HOLD])
    assert heard(decision) == [(Kind.WORSE, "alice"), (Kind.WORSE, WAR_ROOM), (Kind.STATE, EVERYWHERE)]
    assert decision.holds == (replace(HOLD, ended=NOW),)
    assert ("hold-voided", "snooze", "alice") in trace(decision)
    assert decision.changes[0].after.escalation.next_at == NOW + timedelta(minutes=30)


def test_a_worse_severity_leaves_the_business_its_own_holds():
    change = fire(an_alert(severity=Severity.WARNING), a_finding(0.2, period=TODAY))
    late = replace(HOLD, kind=HoldKind.DATA_LATE)
    assert settle(change, present=[late]).holds == ()


def test_a_reopened_alert_keeps_its_owner_or_finds_who_stands_in():
    well = an_alert(condition=Condition(Phase.OK, NOW), recovered_at=NOW, owner="bob")
    change = fire(well, a_finding(0.5, period=TODAY))
    assert settle(change).changes[0].after.owner == "bob"
    away = a_team()
    away["bob"] = a_person("bob", leave=on_leave(date(2026, 6, 18), date(2026, 6, 18)))
    decision = settle(change, people=away)
    assert decision.changes[0].after.owner == "alice"
    assert ("skipped", "bob", "away", "2026-06-18", "") in trace(decision)
    assert heard(decision)[0] == (Kind.REOPENED, "alice")


def test_a_reopening_under_an_ack_starts_no_escalation():
    acked = Handling(Stage.ACKED, "alice", NOW, NOW + timedelta(hours=2), Severity.CRITICAL)
    well = an_alert(condition=Condition(Phase.OK, NOW), recovered_at=NOW, handling=acked)
    decision = settle(fire(well, a_finding(0.5, period=TODAY)))
    assert decision.changes[0].after.escalation.next_at is None
    assert ("escalation-waits", "alice") in trace(decision)


def escalated(to, **more):
    alert = an_alert(escalation=escalation.start((Step(timedelta(minutes=5), to),), NOW), **more)
    return escalation.advance(alert, NOW)


def test_an_escalation_finds_its_person_when_it_is_due():
    assert heard(settle(escalated("lead"))) == [(Kind.ESCALATION, "bob"), (Kind.STATE, EVERYWHERE)]


def test_a_hold_keeps_back_the_clock_and_not_a_person_in_a_hurry():
    assert heard(settle(escalated("lead"), present=[HOLD])) == [(Kind.STATE, EVERYWHERE)]
    alert = an_alert(escalation=escalation.start((Step(timedelta(minutes=5), "lead"),), NOW))
    asked = escalation.escalate(alert, "alice", 1, NOW)
    assert heard(settle(asked, present=[HOLD])) == [(Kind.ESCALATION, "bob"), (Kind.STATE, EVERYWHERE)]


def test_an_escalation_that_reaches_nobody_is_said_in_the_chats():
    decision = settle(escalated("lead"), people={"x": a_person("x")}, routes=(Route("all", (), (BOARD,)),))
    assert heard(decision) == [(Kind.ESCALATION, BOARD), (Kind.STATE, EVERYWHERE)]


def test_a_new_owner_is_told_unless_they_took_it_themselves():
    given = handling.assign(an_alert(), "bob", "alice", 1, NOW)
    assert heard(settle(given)) == [(Kind.ASSIGNED, "bob"), (Kind.STATE, EVERYWHERE)]
    assert settle(given).notices[0].facts["actor"] == "alice"
    taken = handling.assign(an_alert(), "bob", "bob", 1, NOW)
    assert heard(settle(taken)) == [(Kind.STATE, EVERYWHERE)]
    assert trace(settle(taken)) == [("silent", "own-doing", "assigned", "bob")]


def test_an_ack_only_changes_what_is_shown():
    assert heard(settle(handling.ack(an_alert(), "alice", 1, NOW))) == [(Kind.STATE, EVERYWHERE)]


def test_a_change_of_what_nobody_was_told_of_is_shown_nowhere_and_says_so():
    decision = settle(handling.ack(an_alert(told_at=None), "alice", 1, NOW))
    assert heard(decision) == []
    assert trace(decision) == [("silent", "never-told", "state")]


def test_the_end_of_a_hold_pings_nobody_when_it_is_calm_or_still_held():
    well = an_alert(condition=Condition(Phase.OK, NOW))
    over, _ = holds.end(well, HOLD, [], NOW)
    assert trace(settle(over)) == [("silent", "calm-meanwhile", "hold-ended")]
    over, _ = holds.end(an_alert(), HOLD, [replace(HOLD, id="other")], NOW)
    assert trace(settle(over)) == [("silent", "held-still", "hold-ended", 1)]
    assert heard(settle(over)) == [(Kind.STATE, EVERYWHERE)]


def test_an_ack_in_question_asks_who_gave_it():
    acked = Handling(Stage.ACKED, "bob", NOW, NOW, Severity.CRITICAL)
    asked = handling.expire(an_alert(handling=acked), NOW)
    assert heard(settle(asked)) == [(Kind.REMINDER, "bob"), (Kind.STATE, EVERYWHERE)]
    ended = settle(handling.expire(asked.after, NOW))
    assert heard(ended) == [
        (Kind.REMINDER, "bob"),
        (Kind.REMINDER, "alice"),
        (Kind.REMINDER, WAR_ROOM),
        (Kind.STATE, EVERYWHERE),
    ]


@pytest.mark.parametrize(("asked", "told"), [(1, ["alice"]), (2, ["alice", "bob"])])
def test_what_is_overdue_twice_is_told_to_the_lead_as_well(asked, told):
    alert = an_alert(work=a_promise(NOW - timedelta(days=asked), remind_at=NOW, asked=asked))
    decision = settle(promises.ask(alert, NOW, PLAIN))
    assert [to for kind, to in heard(decision) if kind is Kind.REMINDER] == told


def test_what_happens_at_once_is_all_said():
    alert = an_alert(escalation=escalation.start((Step(timedelta(0), "lead"),), NOW), work=a_promise(NOW))
    change, _ = wake(alert, (), NOW)
    assert [kind for kind, _ in heard(settle(change))] == [Kind.ESCALATION, Kind.REMINDER, Kind.STATE]


def test_an_alert_of_a_rule_that_is_gone_is_still_told():
    change = fire()
    decision = decide([change], [], some_routes(), [], a_team(), NOW)
    assert heard(decision) == [(Kind.FIRST, "charlie"), (Kind.FIRST, WAR_ROOM)]


def test_many_alerts_of_one_run_are_decided_together():
    findings = [a_finding(labels=Labels.of({"channel": str(number)})) for number in range(500)]
    changes = observe({}, verdicts(*findings), NOW)
    decision = settle(*changes)
    assert len(decision.changes) == 500
    assert len({notice.key for notice in decision.notices}) == len(decision.notices) == 1000


def test_only_routed_events_hold_lines():
    change = moved(an_alert(), NOW, [("measured", {})])
    assert lines_of(change.events[0]) == ()


def test_a_route_may_match_the_rule_and_its_owner():
    routes = (Route("mine", (Matcher("rule", ("roi_*",)), Matcher("owner", ("channel_lead",))), (BOARD,)),)
    assert heard(settle(fire(), routes=routes))[-1] == (Kind.FIRST, BOARD)


def test_the_end_of_a_snooze_is_told_to_who_answers_for_it_by_now():
    team = a_team()
    team["alice"] = replace(team["alice"], leave=on_leave(date(2026, 6, 18), date(2026, 6, 19)))
    change, _ = holds.end(an_alert(), replace(HOLD, until=NOW), [], NOW)
    decision = settle(change, people=team)
    told = [notice for notice in decision.notices if notice.kind is Kind.HOLD_ENDED]
    assert [notice.to for notice in told] == ["bob", WAR_ROOM]
    assert decision.changes[0].after.owner == "bob"
    assert "away" in str(told[0].facts["lines"]), "and the card says why it is theirs"
