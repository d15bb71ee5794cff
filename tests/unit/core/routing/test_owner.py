"""From a slice to a person: who is asked first, who is passed over, and why."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from core.labels import Labels, Matcher
from core.people.person import Duty
from core.people.roster import Owned, Roster, Team
from core.people.rota import Rota
from core.routing.owner import find_next, find_owner, stand_in
from core.routing.route import Route, labels_of, matching
from core.rules.rule import Severity
from core.text import Text
from tests.builders import NOW, WECHAT, a_person, a_team, on_leave, some_routes

DOUYIN = Labels.of({"channel": "douyin"})
TODAY = date(2026, 6, 18)


def owner(people, labels=WECHAT, role="channel_lead", routes=None):
    routes = some_routes() if routes is None else routes
    found = find_owner(role, labels, routes[:1], routes, people, NOW)
    return found.person, [(line.code, *line.facts.values()) for line in found.lines]


def test_the_narrowest_duty_goes_first():
    assert Roster.of(a_team()).holders("channel_lead", WECHAT) == ["alice", "bob"]
    assert owner(a_team()) == ("alice", [("found", "alice", "duty", "role:channel_lead")])
    assert owner(a_team(), DOUYIN)[0] == "bob"


def test_of_two_equal_duties_the_one_over_fewer_values_is_narrower():
    both = Duty("lead", (Matcher("channel", ("wechat", "douyin")),))
    one = Duty("lead", (Matcher("channel", ("wechat",)),))
    people = {"a": a_person("a", duties=(both,)), "b": a_person("b", duties=(one,))}
    assert Roster.of(people).holders("lead", WECHAT) == ["b", "a"]


def test_somebody_on_leave_is_stood_in_for_by_their_backup():
    team = a_team()
    team["alice"] = a_person("alice", duties=team["alice"].duties, leave=on_leave(TODAY, TODAY, "charlie"))
    assert owner(team) == (
        "charlie",
        [("skipped", "alice", "away", "2026-06-18", "charlie"), ("found", "charlie", "duty", "role:channel_lead")],
    )


def test_without_a_backup_the_next_who_holds_the_role_answers():
    team = a_team()
    team["alice"] = a_person("alice", duties=team["alice"].duties, leave=on_leave(TODAY, TODAY))
    assert owner(team)[0] == "bob"


def test_backups_who_name_each_other_end_the_chain():
    team = a_team()
    team["alice"] = a_person("alice", duties=team["alice"].duties, leave=on_leave(TODAY, TODAY, "bob"))
    team["bob"] = a_person("bob", duties=team["bob"].duties, leave=on_leave(TODAY, TODAY, "alice"))
    assert owner(team)[0] == "charlie"


def test_a_day_of_leave_is_a_day_where_that_person_lives():
    team = a_team()
    team["alice"] = a_person("alice", duties=team["alice"].duties, leave=on_leave(TODAY, TODAY, "bob"))
    late = datetime(2026, 6, 18, 17, tzinfo=UTC)  # the 19th in Shanghai
    assert find_owner("channel_lead", WECHAT, (), (), team, late).person == "alice"


def test_somebody_without_a_chat_is_passed_over():
    team = a_team()
    team["alice"] = a_person("alice", duties=team["alice"].duties, chats={})
    person, lines = owner(team)
    assert person == "bob"
    assert lines[0] == ("skipped", "alice", "unreachable")


def test_nobody_in_the_role_leaves_it_to_the_routes():
    assert owner(a_team(), role="seo") == (
        "charlie",
        [("nobody-holds", "role:seo", "duty"), ("found", "charlie", "catch-all", "person:charlie")],
    )
    own = (Route("own", owner="role:director"), *some_routes())
    assert owner(a_team(), role="seo", routes=own)[0] == "bob"


def test_when_all_else_fails_a_manager_answers():
    team = a_team()
    person, lines = owner({"charlie": team["charlie"]}, routes=(Route("all", owner="person:ghost"),))
    assert person == "charlie"
    assert lines[-1] == ("found", "charlie", "manager", "person:charlie")


def test_nobody_at_all_is_said():
    person, lines = owner({"a": a_person("a")})
    assert person is None
    assert lines[-1] == ("orphan",)


def test_a_rule_may_name_a_person():
    assert owner(a_team(), role="person:bob")[0] == "bob"


@pytest.mark.parametrize(
    ("to", "who"),
    [("lead", "bob"), ("role:director", "bob"), ("person:charlie", "charlie"), ("role:ghost", "charlie")],
)
def test_a_step_reaches_whom_it_names_or_who_answers_for_all(to, who):
    assert find_next(to, "alice", WECHAT, some_routes(), a_team(), NOW).person == who


def test_who_has_no_lead_is_followed_by_who_answers_for_all():
    assert find_next("lead", "charlie", WECHAT, some_routes(), a_team(), NOW).person == "charlie"
    assert find_next("lead", None, WECHAT, some_routes(), a_team(), NOW).person == "charlie"


def test_a_stand_in_for_somebody_unknown_is_nobody():
    found = stand_in("ghost", a_team(), NOW)
    assert found.person is None
    assert found.lines[0].facts == {"person": "ghost", "why": "unknown"}


def test_the_first_route_that_matches_is_taken_unless_it_says_to_go_on():
    critical, everything = some_routes()
    labels = labels_of("roi_drop", "channel_lead", Severity.CRITICAL, WECHAT)
    assert labels.get("severity") == "critical"
    assert matching((critical, everything), labels) == (critical,)
    onward = Route("onward", (Matcher("channel", ("we*",)),), follows=True)
    assert matching((onward, critical, everything), labels) == (onward, critical)
    calm = labels_of("roi_drop", "channel_lead", Severity.INFO, DOUYIN)
    assert matching((onward, critical, everything), calm) == (everything,)
    assert matching((critical,), calm) == ()


# --- tables, teams, rotas ------------------------------------------------------------------------------------------


def a_roster(people=None, *, rota=("alice", "bob"), owned=(), teams=()):
    rotas = {"house": Rota("house", Text.same("house"), rota, TODAY, ZoneInfo("Asia/Shanghai"))} if rota else {}
    return Roster(people or a_team(), tuple(owned), {team.id: team for team in teams}, rotas)


def test_the_owners_table_goes_before_the_rules_role():
    row = Owned((Matcher("channel", ("we*",)),), "person:charlie")
    assert owner(a_roster(owned=[row])) == ("charlie", [("found", "charlie", "slice", "person:charlie")])
    assert owner(a_roster(owned=[row]), DOUYIN)[0] == "bob"


def test_the_backup_of_a_row_answers_for_an_owner_without_a_chat():
    team = a_team() | {"alice": a_person("alice", chats={})}
    row = Owned((Matcher("channel", ("wechat",)),), "person:alice", "charlie")
    person, lines = owner(a_roster(team, owned=[row]))
    assert person == "charlie"
    assert lines[0] == ("skipped", "alice", "unreachable")


def test_when_the_holders_cannot_be_told_their_team_answers():
    team = {
        "alice": a_person("alice", duties=(Duty("seo"),), chats={}),
        "dan": a_person("dan"),
        "bob": a_person("bob"),
    }
    growth = Team("growth", Text.same("growth"), ("alice", "dan"), "bob")
    roster = a_roster(team, rota=(), teams=[growth, Team("other", Text.same("other"), ("dan",))])
    person, lines = owner(roster, role="seo")
    assert person == "bob", "its lead first"
    assert lines == [("skipped", "alice", "unreachable"), ("found", "bob", "team", "team:growth")]


def test_a_team_may_answer_for_a_role_that_nobody_holds_and_its_rota_goes_first():
    growth = Team("growth", Text.same("growth"), ("alice",), "bob", ("seo",), "house")
    assert owner(a_roster(teams=[growth]), role="seo")[0] == "alice"


def test_whoever_is_on_duty_answers_before_the_catch_all():
    assert owner(a_roster(), role="seo")[0] == "alice"
    team = a_team()
    team["alice"] = a_person("alice", leave=on_leave(TODAY, TODAY))
    person, lines = owner(a_roster(team), role="seo")
    assert person == "bob", "the next in turn"
    assert ("skipped", "alice", "away", "2026-06-18", "") in lines


@pytest.mark.parametrize(
    ("to", "who"),
    [("role:duty", "alice"), ("rota:house", "alice"), ("team:growth", "bob"), ("rota:ghost", "charlie")],
)
def test_a_step_reaches_a_rota_and_a_team(to, who):
    growth = Team("growth", Text.same("growth"), ("alice",), "bob")
    assert find_next(to, "alice", WECHAT, some_routes(), a_roster(teams=[growth]), NOW).person == who


def test_a_rota_that_is_off_answers_nobody():
    roster = a_roster()
    off = replace(roster.rotas["house"], days=(6,))
    assert (
        find_next("role:duty", None, WECHAT, some_routes(), replace(roster, rotas={"house": off}), NOW).person
        == "charlie"
    )
