"""Crowds of notices made one, and nothing of them lost."""

from dataclasses import replace
from datetime import timedelta

from core.alerts.holds import HoldKind
from core.labels import Labels
from core.notices.group import PREFIX, Gathered, Group
from core.notices.notice import EVERYWHERE, Kind, Notice
from core.routing.storm import MOST_IN_A_CHAT, STORM_LASTS, gather, shared
from core.rules.rule import Fingerprint
from tests.builders import NOW, WAR_ROOM, an_alert


def crowd(count, to=WAR_ROOM, kind=Kind.FIRST, severity="warning", first=0):
    return [
        Notice(f"a{place}:{kind}:1:{to}", kind, f"a{place}", to, {"severity": severity, "why": "route"})
        for place in range(first, first + count)
    ]


def settle(notices, groups=(), recent=None, now=NOW):
    alerts = {notice.alert: an_alert(notice.alert) for notice in notices if notice.alert}
    return gather(notices, alerts, groups, recent or {}, now)


def a_group(to, *alerts, joined=NOW):
    return Group(f"{PREFIX}g1", to, NOW, joined, alerts)


def test_ten_alerts_in_a_chat_are_told_one_by_one():
    notices = crowd(MOST_IN_A_CHAT)
    gathered = settle(notices)
    assert gathered.notices == tuple(notices)
    assert gathered.groups == gathered.holds == ()


def test_the_eleventh_alert_makes_one_card_of_all():
    gathered = settle(crowd(MOST_IN_A_CHAT + 1))
    (notice,), (group,) = gathered.notices, gathered.groups
    assert group.alerts == tuple(f"a{place}" for place in range(MOST_IN_A_CHAT + 1))
    assert (notice.kind, notice.alert, notice.to) == (Kind.FIRST, group.id, WAR_ROOM)
    assert notice.facts["count"] == MOST_IN_A_CHAT + 1
    assert group.id.startswith(PREFIX)


def test_each_alert_of_a_storm_has_a_hold_that_says_so_and_ends():
    holds = settle(crowd(12)).holds
    assert [hold.alert for hold in holds] == [f"a{place}" for place in range(12)]
    assert {(hold.kind, hold.until) for hold in holds} == {(HoldKind.STORM, NOW + STORM_LASTS)}
    assert not holds[0].kind.is_quiet, "it keeps nobody from being called"


def test_what_a_chat_was_told_within_the_minute_counts_towards_the_storm():
    gathered = settle(crowd(3, first=8), recent={WAR_ROOM: [f"a{place}" for place in range(8)]})
    (notice,), (group,) = gathered.notices, gathered.groups
    assert group.alerts == tuple(f"a{place}" for place in range(11))
    assert notice.alert == group.id


def test_what_comes_to_a_fresh_storm_is_shown_on_its_card_and_calls_nobody():
    joined = settle(crowd(2, first=5), [a_group(WAR_ROOM, "a1")])
    (notice,), (group,) = joined.notices, joined.groups
    assert (notice.kind, notice.alert, notice.to) == (Kind.STATE, f"{PREFIX}g1", EVERYWHERE)
    assert group.alerts == ("a1", "a5", "a6")


def test_a_storm_that_nobody_joined_for_a_minute_is_over():
    stale = settle(crowd(1, first=5), [a_group(WAR_ROOM, "a1")], now=NOW + timedelta(seconds=60))
    assert [notice.alert for notice in stale.notices] == ["a5"]


def test_a_person_hears_of_one_evaluation_once():
    gathered = settle(crowd(2, to="alice"))
    assert [notice.alert for notice in gathered.notices] == [gathered.groups[0].id]
    assert gathered.holds == (), "only a chat has storms"
    assert [notice.alert for notice in settle(crowd(1, to="alice")).notices] == ["a0"]


def test_a_person_is_called_again_when_something_critical_joins():
    group = a_group("alice", "a1")
    milder = settle(crowd(1, to="alice", first=2), [group])
    assert [notice.kind for notice in milder.notices] == [Kind.STATE]
    critical = settle(crowd(1, to="alice", severity="critical", first=2), [group])
    assert [(notice.kind, notice.alert) for notice in critical.notices] == [(Kind.FIRST, group.id)]


def test_a_critical_owner_stands_first_in_the_queue():
    gathered = settle([*crowd(12), *crowd(3, to="bob"), *crowd(2, to="alice", severity="critical")])
    assert [notice.to for notice in gathered.notices] == ["alice", WAR_ROOM, "bob"]
    assert [notice.rank for notice in gathered.notices] == [-1, 0, 0]


def test_what_a_reader_knows_from_a_group_recovers_there():
    group = a_group(WAR_ROOM, "a0", "a1")
    recovered = settle(crowd(2, kind=Kind.RECOVERED), [group])
    assert [(notice.kind, notice.alert) for notice in recovered.notices] == [(Kind.STATE, group.id)]
    elsewhere = settle(crowd(1, to="bob", kind=Kind.RECOVERED), [group])
    assert [(notice.kind, notice.to) for notice in elsewhere.notices] == [(Kind.RECOVERED, "bob")]


def test_many_escalations_to_one_person_are_one():
    gathered = settle(crowd(40, to="bob", kind=Kind.ESCALATION))
    (notice,) = gathered.notices
    assert (notice.kind, notice.facts["count"]) == (Kind.ESCALATION, 40)
    assert len(gathered.groups[0].alerts) == 40


def test_an_edit_everywhere_passes_as_it_is():
    notice = Notice("a1:state:2", Kind.STATE, "a1", EVERYWHERE)
    assert settle([notice]).notices == (notice,)


def test_nothing_is_lost_whatever_the_crowd():
    for count in (1, 2, 10, 11, 200):
        gathered = settle([*crowd(count), *crowd(count, to="alice")])
        members = {group.id: group.alerts for group in gathered.groups}
        for to in (WAR_ROOM, "alice"):
            heard = [notice.alert for notice in gathered.notices if notice.to == to]
            assert {one for id in heard for one in members.get(id, (id,))} == {f"a{place}" for place in range(count)}


def sliced(id, **labels):
    return an_alert(id, fingerprint=Fingerprint("roi_drop", Labels.of(labels)))


def test_what_most_alerts_share_is_named_with_all_that_goes_with_it():
    alerts = [sliced(f"a{place}", channel="wechat", source="ads_api", region=str(place)) for place in range(34)]
    alerts += [sliced(f"b{place}", channel="douyin", source="crm") for place in range(3)]
    found = shared(alerts)
    assert found.pairs == (("channel", "wechat"), ("source", "ads_api"))
    assert len(found.alerts) == 34


def test_alerts_that_share_too_little_share_nothing():
    assert shared([sliced("a", channel="x"), sliced("b", channel="y")]) is None
    assert shared([sliced("a", channel="x")]) is None
    assert shared([sliced("a"), sliced("b")]) is None
    assert shared([]) is None


def test_a_group_s_version_grows_with_each_of_its_alerts():
    one, two = an_alert("a1", version=3), an_alert("a2", version=4)
    gathered = Gathered(a_group(WAR_ROOM, "a1", "a2"), (one, two))
    assert (gathered.version, gathered.stamp, gathered.id) == (7, "g1@2.7", f"{PREFIX}g1")
    later = replace(gathered, alerts=(one, replace(two, version=5)))
    assert later.version > gathered.version
