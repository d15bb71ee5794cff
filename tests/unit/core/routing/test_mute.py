"""What a mute hides, whom it concerns, and what becomes of it when its alert is worse than what was muted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.alerts.event import moved
from core.alerts.holds import HoldKind
from core.labels import Matcher
from core.people.person import Duty
from core.routing.affected import affected
from core.routing.mute import Mute, hidden, hush
from core.rules.rule import Severity
from tests.builders import BOARD, NOW, WAR_ROOM, a_person, a_rule, a_team, an_alert, some_routes

WECHAT = Matcher("channel", ("wechat",))
RULES = (a_rule(),)


def a_mute(*match, **more):
    times = {"start": NOW, "until": NOW + timedelta(days=1), "made_at": NOW, "agreed_at": NOW, "begun_at": NOW}
    return Mute("abc234", "bob", "a fair", match or (WECHAT,), **(times | more))


def hushed(mute, *alerts, holds=(), changes=(), now=NOW):
    return hush(changes, alerts, [mute], RULES, holds, now)


def test_what_fits_has_a_hold_of_its_own_and_its_escalation_waits():
    (change,), (hold,) = hushed(a_mute(), an_alert())
    assert (hold.id, hold.kind, hold.by, hold.until) == ("abc234:a1", HoldKind.MUTED, "bob", NOW + timedelta(days=1))
    assert [event.kind for event in change.events] == ["muted"]
    assert hushed(a_mute(), change.after, holds=[hold]) == ((), ()), "once"


@pytest.mark.parametrize(
    "match",
    [
        Matcher("channel", ("douyin",)),
        Matcher("channel", ("wechat",), negated=True),
        Matcher("severity", ("warning",)),
        Matcher("rule", ("other",)),
        Matcher("owner", ("seo",)),
    ],
)
def test_what_does_not_fit_is_as_loud_as_before(match):
    assert hushed(a_mute(match), an_alert()) == ((), ())
    assert hidden([match], [an_alert()], {"roi_drop": "channel_lead"}) == ()


@pytest.mark.parametrize(
    "more",
    [
        {"agreed_at": None},
        {"start": NOW + timedelta(hours=1)},
        {"until": NOW},
        {"ended_at": NOW},
    ],
)
def test_a_draft_a_plan_and_what_is_over_keep_nothing_quiet(more):
    assert hushed(a_mute(**more), an_alert()) == ((), ())


def test_when_it_is_lifted_its_holds_end_and_escalation_goes_on():
    (change,), (hold,) = hushed(a_mute(), an_alert())
    (later,), (over,) = hushed(a_mute(ended_at=NOW), change.after, holds=[hold])
    assert over.ended == NOW
    assert later.events[0].facts["firing"] == 1


def test_what_became_worse_than_what_was_muted_is_no_longer_hidden():
    mute = a_mute(Matcher("severity", ("warning",)))
    mild = an_alert(severity=Severity.WARNING)
    (change,), (hold,) = hushed(mute, mild)
    worse = moved(change.after, NOW, [("worse", {})], severity=Severity.CRITICAL)
    (kept,), (over,) = hushed(mute, holds=[hold], changes=[worse])
    assert over.ended == NOW
    assert [event.kind for event in kept.events] == ["worse"], "that it is worse is enough to say"


def test_it_concerns_the_chats_and_owners_of_what_it_would_hide():
    rules, routes, team = RULES, some_routes(), a_team()
    assert affected([WECHAT], (), rules, routes, team, NOW) == (WAR_ROOM, "alice")
    assert affected([Matcher("channel", ("douyin",))], (), rules, routes, team, NOW) == (WAR_ROOM, "bob")
    mild = (a_rule(severity=Severity.WARNING),)
    assert affected([WECHAT], (), mild, routes, team, NOW) == (BOARD, "alice")
    assert affected([Matcher("region", ("east",))], (), rules, routes, team, NOW) == (), "no rule is split by it"
    assert affected([Matcher("rule", ("other",))], (), rules, routes, team, NOW) == ()


def test_it_concerns_the_owners_of_what_it_hides_now():
    given = replace(an_alert(), owner="dan")
    team = a_team() | {"dan": a_person("dan", duties=(Duty("x"),))}
    assert "dan" in affected([WECHAT], [given], RULES, some_routes(), team, NOW)


def test_it_wakes_for_its_beginning_then_its_warning_then_its_end():
    planned = a_mute(start=NOW + timedelta(hours=5), begun_at=None)
    assert planned.wakes_at(None) == NOW + timedelta(hours=5)
    assert a_mute().wakes_at(None) == NOW + timedelta(hours=23)
    assert a_mute(warned_at=NOW).wakes_at(None) == NOW + timedelta(days=1)
    assert a_mute().wakes_at(NOW + timedelta(hours=2)) == NOW + timedelta(hours=2)
    short = a_mute(until=NOW + timedelta(minutes=90))
    assert short.wakes_at(None) == NOW + timedelta(minutes=90), "who mutes for so short a time knows when it ends"
