"""Nothing is lost on its way to fewer calls, and a table's index finds what reading every row would."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from core.alerts.event import Change, Event
from core.labels import Labels, Matcher, all_match
from core.notices.notice import Kind, Notice
from core.people.roster import Owned, Roster
from core.people.rota import Override, Rota, Turn
from core.routing.budget import Call, Record, Spent, budget
from core.routing.trace import ROUTED, Line, lines_of, packed
from core.rules.rule import Fingerprint, Severity
from core.text import Text
from tests.builders import NOW, WECHAT, a_person, an_alert

VALUES = st.sampled_from(["a", "b", "618-a", "618-b"])
PATTERNS = st.one_of(VALUES, st.sampled_from(["618-*", "*", "?"]))
DIMENSIONS = st.sampled_from(["channel", "campaign", "region"])
MATCHERS = st.builds(Matcher, DIMENSIONS, st.lists(PATTERNS, min_size=1, max_size=3).map(tuple), st.booleans())
ROWS = st.lists(
    st.builds(Owned, st.lists(MATCHERS, min_size=1, max_size=3).map(tuple), st.just("person:x")), max_size=8
)
PEOPLE = ("ann", "ben", "cho")
FIRST = date(2026, 3, 2)


@given(ROWS, st.dictionaries(DIMENSIONS, VALUES).map(Labels.of))
def test_the_index_of_a_table_finds_what_reading_it_all_finds(rows, labels):
    found = Roster({}, tuple(rows)).rows_of(labels)
    fitting = [row for row in rows if all_match(row.match, labels)]
    assert sorted(map(repr, found)) == sorted(map(repr, fitting))
    assert [len(row.match) for row in found] == sorted((len(row.match) for row in fitting), reverse=True)


CALLS = st.lists(
    st.tuples(st.sampled_from(["alice", "bob"]), st.sampled_from(Severity), st.sampled_from("rst")), max_size=12
)


@given(CALLS, st.integers(0, 6), st.integers(0, 6), st.dictionaries(st.sampled_from("rst"), st.builds(Record)))
def test_each_call_is_said_or_waits_for_the_digest_with_a_reason(wanted, most, already, records):
    people = {"alice": a_person("alice", budget=most), "bob": a_person("bob")}
    changes, notices = [], []
    for place, (to, severity, rule) in enumerate(wanted):
        id = f"a{place}"
        alert = an_alert(id, severity=severity, fingerprint=Fingerprint(rule, WECHAT))
        line = Line("told", {"kind": "first", "to": to, "why": "owner"})
        changes.append(Change(None, alert, (Event(id, 1, NOW, ROUTED, facts=packed([line])),)))
        notices.append(Notice(id, Kind.FIRST, id, to, {"severity": severity.name.lower()}))
    spent = Spent(tuple(Call(f"o{place}", "alice", NOW - timedelta(minutes=1)) for place in range(already)), records)
    found = budget(changes, notices, spent, people, NOW)

    said = {notice.alert for notice in found.notices if notice.kind is Kind.FIRST}
    put_off = {call.alert for call in found.calls if call.is_put_off}
    assert said.isdisjoint(put_off)
    assert said | put_off == {notice.alert for notice in notices}
    for change in found.changes:
        codes = [line.code for event in change.events for line in lines_of(event)]
        assert codes == ["throttled" if change.after.id in put_off else "told"]
        assert change.after.id not in put_off or change.after.severity is not Severity.CRITICAL
    called = [call for call in found.calls if not call.is_put_off]
    critical = sum(to == "alice" and severity is Severity.CRITICAL for to, severity, _ in wanted)
    assert len(called) <= max(most - already, critical)
    least = min(
        (change.after.severity for change in found.changes if change.after.id in {one.alert for one in called}),
        default=None,
    )
    worst = max((change.after.severity for change in found.changes if change.after.id in put_off), default=None)
    assert least is None or worst is None or worst <= least, "nothing worse waits than what calls"
    assert any(notice.kind is Kind.NEWS for notice in found.notices) is bool(put_off)


@given(
    st.sampled_from(Turn),
    st.integers(0, 400),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo"]),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 5)), max_size=3),
)
def test_there_is_always_somebody_on_duty_and_turns_are_fair(turn, start, zone, overrides):
    days = tuple(
        Override(FIRST + timedelta(days=at), FIRST + timedelta(days=at + length), "dan") for at, length in overrides
    )
    rota = Rota("r", Text.same("r"), PEOPLE, FIRST, ZoneInfo(zone), turn, overrides=days)
    plain = Rota("r", Text.same("r"), PEOPLE, FIRST, ZoneInfo(zone), turn)
    span = [FIRST + timedelta(days=start + ahead) for ahead in range(21)]
    assert all(
        rota.on(day) == ("dan" if any(one.first <= day <= one.last for one in days) else plain.on(day)) for day in span
    )
    assert {plain.on(day) for day in span} == set(PEOPLE)
    assert len({sum(plain.on(day) == who for day in span) for who in PEOPLE}) == 1, "three weeks are three even shares"
