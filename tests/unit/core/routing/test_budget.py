"""A budget: what is beyond it is the least useful, and says so; what is critical always calls."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from core.alerts.alert import Escalation, Reason, Step
from core.alerts.event import Change, Event
from core.notices.notice import Kind, Notice
from core.routing.budget import Call, Record, Spent, budget, day_of
from core.routing.trace import ROUTED, Line, lines_of, packed
from core.rules.rule import Fingerprint, Severity
from tests.builders import NOW, WAR_ROOM, WECHAT, a_person, an_alert

ALICE = {"alice": a_person("alice", budget=2), "bob": a_person("bob")}


def fired(id, severity=Severity.WARNING, rule="roi_drop", to="alice", kind=Kind.FIRST):
    steps = Escalation((Step(timedelta(minutes=30), "lead"),), 0, NOW + timedelta(minutes=30))
    alert = an_alert(id, severity=severity, fingerprint=Fingerprint(rule, WECHAT), escalation=steps)
    event = Event(id, 1, NOW, ROUTED, facts=packed([Line("told", {"kind": str(kind), "to": to, "why": "owner"})]))
    notice = Notice(f"{id}:{kind}:{to}", kind, id, to, {"severity": severity.name.lower()})
    return Change(None, alert, (event,)), notice


def within(*pairs, spent=(), records=None, people=ALICE, more=()):
    changes, notices = zip(*pairs, strict=True)
    return budget(changes, (*notices, *more), Spent(tuple(spent), records or {}), people, NOW)


def called(found):
    return [notice.alert for notice in found.notices if notice.kind in (Kind.FIRST, Kind.REOPENED)]


def test_within_a_budget_everything_calls_and_is_counted():
    found = within(fired("a"), fired("b"))
    assert called(found) == ["a", "b"]
    assert found.calls == (Call("a", "alice", NOW), Call("b", "alice", NOW))


def test_beyond_it_the_least_useful_waits_for_the_digest_and_its_reader_is_told_once_a_day():
    found = within(fired("a"), fired("b"), fired("c"), records={"roi_drop": Record()})
    assert called(found) == ["a", "b"]
    news = [notice for notice in found.notices if notice.kind is Kind.NEWS]
    assert [(one.key, one.facts["count"]) for one in news] == [("budget:alice:2026-06-18", 1)]
    late = next(change for change in found.changes if change.after.id == "c")
    assert [line.code for event in late.events for line in lines_of(event)] == ["throttled"]
    assert late.after.told_at is None, "so nobody hears of its recovery either"
    assert late.after.escalation.next_at == NOW + timedelta(days=1, minutes=30), (
        "nobody is called over its owner's head"
    )


def test_what_counts_is_severity_then_what_people_said_of_the_rule_then_what_is_new():
    wolf, good = Record(noise=9), Record(useful=9)
    spent = [Call("again", "alice", NOW)]
    pairs = [fired("wolf", rule="wolf"), fired("good", rule="good"), fired("again", rule="good")]
    assert called(within(*pairs, spent=spent, records={"wolf": wolf, "good": good})) == ["good"]


@pytest.mark.parametrize("count", [1, 3])
def test_what_is_critical_always_calls_and_uses_the_budget_up(count):
    grave = [fired(f"g{place}", Severity.CRITICAL) for place in range(count)]
    assert called(within(*grave, fired("mild"))) == [f"g{place}" for place in range(count)] + ["mild"] * (count < 2)


def test_what_was_called_before_today_in_the_persons_own_zone_is_not_counted():
    early = day_of(ALICE["alice"], NOW)
    assert early == NOW.replace(day=17, hour=16)
    spent = [Call(f"o{place}", "alice", early - timedelta(minutes=place + 1)) for place in range(5)]
    assert called(within(fired("a"), spent=spent)) == ["a"]
    berlin = {"alice": a_person("alice", budget=2, zone=ZoneInfo("Europe/Berlin"))}
    assert day_of(berlin["alice"], NOW) == NOW.replace(day=17, hour=22)


def test_what_was_put_off_is_not_counted_and_its_recovery_is_not_said():
    spent = [Call("x", "alice", NOW - timedelta(hours=1), is_put_off=True)] * 5
    assert called(within(fired("a"), spent=spent)) == ["a"]
    assert within(fired("x", kind=Kind.RECOVERED), spent=spent).notices == ()
    assert within(fired("y", kind=Kind.RECOVERED), spent=spent).notices != ()


def test_chats_and_people_without_a_budget_are_as_before():
    room = Notice("k", Kind.FIRST, "c", WAR_ROOM, {"severity": "warning"})
    found = within(fired("a"), fired("b"), fired("c"), more=[room])
    assert room in found.notices
    assert next(change.after for change in found.changes if change.after.id == "c").told_at is not None
    others = [fired(f"o{place}", to="bob") for place in range(30)]
    assert len(called(within(*others))) == 30
    assert within(*others).calls == ()


def test_a_record_of_nothing_stands_in_the_middle():
    assert Record().precision == 0.5
    assert Record().with_reason(Reason.FALSE_ALARM).precision < 0.5 < Record().with_reason(Reason.REAL_ACTED).precision
