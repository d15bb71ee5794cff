"""What nobody would answer for, found before it happens: now, and on the days on which somebody is away."""

from datetime import date

from core.labels import Labels, Matcher
from core.people.person import Duty
from core.people.roster import Owned, Roster
from core.routing.coverage import Gap, gaps
from core.routing.route import Route
from tests.builders import NOW, a_person, a_rule, a_team, on_leave, some_routes

TODAY = date(2026, 6, 18)
VALUES = {"channel": ("wechat", "douyin")}
WECHAT, DOUYIN = (Labels.of({"channel": name}) for name in VALUES["channel"])


def found(people, routes=None, rules=None):
    return gaps(rules or (a_rule(),), routes or some_routes(), people, VALUES, NOW)


def test_a_team_that_answers_for_all_has_no_gap():
    assert found(a_team()) == ()


def test_a_rule_that_nobody_answers_for_is_named_with_its_slices():
    alone = {"alice": a_person("alice", duties=(Duty("channel_lead", (Matcher("channel", ("wechat",)),)),))}
    assert found(alone, (Route("all"),)) == (Gap("roi_drop", TODAY, (DOUYIN,)),)


def test_a_leave_that_is_known_leaves_a_gap_on_its_first_day():
    first, last = date(2026, 7, 1), date(2026, 7, 5)
    team = a_team() | {"bob": a_person("bob")}
    team["alice"] = a_person("alice", duties=(Duty("channel_lead"),), leave=on_leave(first, last))
    assert found(team) == (Gap("roi_drop", first, (WECHAT, DOUYIN), "charlie"),)
    team["alice"] = a_person("alice", duties=(Duty("channel_lead"),), leave=on_leave(first, last, "bob"))
    assert found(team) == (), "a backup answers"


def test_what_falls_to_the_catch_all_every_day_is_no_news():
    assert found({"charlie": a_team()["charlie"]}) == ()


def test_two_leaves_that_only_together_leave_nobody_are_found():
    lead = (Duty("channel_lead"),)
    people = {
        "ann": a_person("ann", duties=lead, leave=on_leave(date(2026, 7, 1), date(2026, 7, 9))),
        "ben": a_person("ben", duties=lead, leave=on_leave(date(2026, 7, 3), date(2026, 7, 4))),
    }
    assert found(people, (Route("all"),)) == (Gap("roi_drop", date(2026, 7, 3), (WECHAT, DOUYIN)),)


def test_slices_that_only_the_owners_table_names_are_asked_about_too():
    rows = (Owned((Matcher("channel", ("kuaishou*",)),), "person:gone"),)
    (gap,) = found(Roster({"gone": a_person("gone", chats={})}, rows), (Route("all"),))
    assert Labels.of({"channel": "kuaishou"}) in gap.slices
