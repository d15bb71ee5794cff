"""What counts as overdue, whom an alert concerns at each level, and what is queued for whom."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.alerts.alert import Condition, Escalation, Handling, Phase, Stage
from core.labels import Labels, Matcher
from core.notices.notice import Kind, Notice, Place
from core.people.person import Duty
from core.routing.digests import Every, Level, Plan
from core.routing.route import Route
from core.rules.rule import Fingerprint
from core.usecases.digest import concern_of, digest, is_overdue, led_by
from core.usecases.post_digests import plan_of, post_digests
from tests.builders import BOARD, NOW, a_person, a_promise, a_team, a_workspace, an_alert
from tests.fakes import a_world

ACKED = Handling(Stage.ACKED, "alice", NOW)
DOUYIN = Fingerprint("roi_drop", Labels.of({"channel": "douyin"}))


@pytest.mark.parametrize(
    ("facts", "after", "overdue"),
    [
        ({}, timedelta(hours=24), False),
        ({}, timedelta(hours=24, minutes=1), True),
        ({"escalation": Escalation(level=1)}, timedelta(minutes=5), True),
        ({"handling": ACKED, "escalation": Escalation(level=1)}, timedelta(days=3), False),
        ({"handling": ACKED, "work": a_promise(NOW + timedelta(hours=1))}, timedelta(hours=1), True),
        ({"handling": ACKED, "work": a_promise(NOW + timedelta(hours=2))}, timedelta(hours=1), False),
        ({"condition": Condition(Phase.OK, NOW)}, timedelta(days=3), False),
        ({"fired_at": None}, timedelta(days=3), True),
    ],
)
def test_an_alert_is_overdue_when_somebody_should_have_answered(facts, after, overdue):
    assert is_overdue(an_alert(**facts), NOW + after) is overdue


def concerned(level, who, **facts):
    team = a_team() | {"eve": a_person("eve", lead="alice", duties=(Duty("ads_team"),))}
    workspace = a_workspace(people=team)
    return concern_of(Plan(who, level), team[who], workspace)(an_alert(**facts))


@pytest.mark.parametrize(
    ("level", "who", "facts", "theirs"),
    [
        (Level.OPERATOR, "alice", {}, True),
        (Level.OPERATOR, "alice", {"owner": None}, True),  # of her slice
        (Level.OPERATOR, "alice", {"owner": None, "fingerprint": DOUYIN}, False),
        (Level.OPERATOR, "alice", {"owner": "alice", "fingerprint": DOUYIN}, True),  # given to her
        (Level.OPERATOR, "eve", {}, False),
        (Level.MANAGER, "alice", {"owner": "eve", "fingerprint": DOUYIN}, True),  # she leads eve
        (Level.MANAGER, "alice", {"owner": "charlie"}, False),
        (Level.MANAGER, "alice", {"owner": None, "fingerprint": DOUYIN}, True),  # nobody has it
        (Level.MANAGER, "bob", {"owner": "eve"}, True),  # however far below
        (Level.MANAGER, "charlie", {"owner": "eve"}, True),  # who leads nobody sees all
        (Level.EXECUTIVE, "alice", {"owner": "charlie"}, True),
    ],
)
def test_an_alert_concerns_who_has_it_whose_slice_it_is_or_who_leads_them(level, who, facts, theirs):
    assert concerned(level, who, **facts) is theirs


def test_a_digest_of_some_slices_has_no_others():
    over = (Matcher("channel", ("wechat",)),)
    concerns = concern_of(Plan(BOARD, over=over), None, a_workspace())
    assert concerns(an_alert())
    assert not concerns(an_alert(fingerprint=DOUYIN))


def test_circles_of_leads_end():
    people = [a_person("a", lead="b"), a_person("b", lead="a"), a_person("c", lead="b")]
    assert led_by(people[0], people) == {"b", "c"}


async def test_the_digest_goes_to_the_chats_of_the_route_that_matches_everything_once_a_day():
    async with a_world() as world:
        workspace = a_workspace(routes=(Route("all", (), (BOARD, Place("slack", "C1"))),))
        first = await post_digests(workspace, world)
        assert [(notice.kind, notice.to) for notice in first] == [
            (Kind.DIGEST, BOARD),
            (Kind.DIGEST, Place("slack", "C1")),
        ]
        assert await post_digests(workspace, world) == ()
        async with world.store.begin() as tx:
            assert sum((await tx.waiting()).values()) == 2


@pytest.mark.parametrize(
    ("routes", "readers"),
    [
        ((), []),
        ((Route("all", (), (), owner="person:charlie"),), ["charlie"]),
        ((Route("all", (), (), owner="role:director"),), []),
        ((Route("all"),), []),
    ],
)
async def test_where_it_names_no_chat_its_person_is_told(routes, readers):
    async with a_world() as world:
        assert [notice.to for notice in await post_digests(a_workspace(routes=routes), world)] == readers


async def test_the_digest_of_a_house_without_facts_is_empty_and_says_so():
    async with a_world() as world:
        found = await digest(Plan(BOARD), a_workspace(), world)
        assert found.edition.day == world.clock.now().astimezone(a_workspace().zone).date()
        assert (found.numbers, found.alerts, found.overdue) == ((), (), ())
        assert found.is_empty


def test_a_notice_whose_plan_is_gone_is_told_as_it_was():
    notice = Notice("k", Kind.DIGEST, None, "alice", {"every": "weekly", "level": "executive"})
    assert plan_of(notice, (), a_workspace()).level is Level.EXECUTIVE
    now = Plan("alice", Level.MANAGER, Every.WEEK)
    assert plan_of(notice, (Plan("alice"), now), a_workspace()) is now
