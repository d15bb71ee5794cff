"""An alert that nobody answers for is an alarm, and is given to somebody as soon as anybody can be told."""

from dataclasses import replace
from datetime import date

import pytest

from bot.cards.alert import alert_card
from bot.chat.plain import plain
from core.alerts.alert import Reason, Stage
from core.alerts.condition import observe
from core.alerts.handling import close
from core.notices.notice import Kind
from core.people.person import Duty, Right
from core.routing.decide import decide
from core.routing.route import Route
from core.rules.finding import State
from core.rules.rule import Severity
from core.usecases import respond
from core.usecases.deliver import deliver
from core.usecases.orphans import tend_orphans
from core.usecases.tell import tell
from tests.builders import (
    BOARD,
    TODAY,
    WAR_ROOM,
    YESTERDAY,
    a_finding,
    a_person,
    a_rule,
    a_workspace,
    on_leave,
    verdicts,
)
from tests.fakes import a_world


@pytest.fixture
async def world():
    async with a_world() as world:
        yield world


def a_lonely_workspace(**more):
    """Alice holds the role and has no chat; Dan could act and has no part in it."""
    people = {
        "alice": a_person("alice", duties=(Duty("channel_lead"),), chats={}),
        "dan": a_person("dan", right=Right.ACT),
    }
    rooms = (Route("room", (), (WAR_ROOM,), follows=True), Route("all"))
    return a_workspace(**({"people": people, "routes": rooms} | more))


async def fall(world, workspace, state=State.BREACHED, period=YESTERDAY):
    now = world.clock.now()
    seen = verdicts(a_finding(0.8, state, period), rules=workspace.rules)
    async with world.store.begin() as tx:
        changes = observe(await tx.latest(["roi_drop"]), seen, now)
        decision = decide(changes, workspace.rules, workspace.routes, (), workspace.people, now)
        await tell(tx, decision, now)
    await tend_orphans(workspace, world)


async def heard(world, workspace):
    world.messenger.said.clear()
    while await deliver(workspace, world):
        pass
    return [(str(one.kind), str(one.to)) for one in world.messenger.said if one.kind is not Kind.STATE]


async def the(world, rule):
    async with world.store.begin() as tx:
        return next(iter((await tx.latest([rule])).values()), None)


async def test_it_is_told_to_the_chats_and_to_whoever_is_left(world):
    workspace = a_lonely_workspace()
    await fall(world, workspace)
    alarm = await the(world, "orphan:roi_drop")
    assert (alarm.owner, alarm.severity) == ("dan", Severity.CRITICAL)
    said = await heard(world, workspace)
    assert said.count(("first", str(WAR_ROOM))) == 2, "it, and that it is nobody's: the last route has no chat"
    assert ("first", "dan") in said
    for tongue, word in (("en", "Nobody answers for"), ("zh", "无人负责")):
        assert word in plain(alert_card(alarm, workspace, tongue, world.clock.now()))


async def test_it_is_raised_once(world):
    workspace = a_lonely_workspace()
    await fall(world, workspace)
    first = await the(world, "orphan:roi_drop")
    assert await tend_orphans(workspace, world) == ()
    assert await the(world, "orphan:roi_drop") == first


async def test_the_last_routes_own_chats_go_before_all_others(world):
    routes = (Route("room", (), (WAR_ROOM,), follows=True), Route("all", (), (BOARD,)))
    workspace = a_lonely_workspace(routes=routes)
    await fall(world, workspace)
    assert (await heard(world, workspace)).count(("first", str(WAR_ROOM))) == 1


async def test_who_comes_back_is_given_it_and_the_alarm_ends(world):
    workspace = a_lonely_workspace()
    await fall(world, workspace)
    await heard(world, workspace)
    back = dict(workspace.people) | {"alice": a_person("alice", duties=(Duty("channel_lead"),))}
    await tend_orphans(replace(workspace, people=back), world)
    assert (await the(world, "roi_drop")).owner == "alice"
    alarm = await the(world, "orphan:roi_drop")
    assert (alarm.handling.stage, alarm.handling.reason) == (Stage.CLOSED, Reason.RECOVERED)
    said = await heard(world, replace(workspace, people=back))
    assert ("assigned", "alice") in said
    assert ("recovered", "dan") in said


async def test_it_ends_when_somebody_takes_the_alert_or_it_recovers(world):
    workspace = a_lonely_workspace()
    await fall(world, workspace)
    alert = await the(world, "roi_drop")
    await respond.ack(alert.handle, alert.version, workspace.people["dan"], "web", world, workspace)
    await tend_orphans(workspace, world)
    assert (await the(world, "orphan:roi_drop")).handling.stage is Stage.CLOSED
    world.clock.tick(days=2)
    await fall(world, workspace, State.CALM, TODAY)
    assert (await the(world, "orphan:roi_drop")).handling.stage is Stage.CLOSED


async def test_an_alarm_that_somebody_closed_is_raised_again_after_a_day(world):
    workspace = a_lonely_workspace()
    await fall(world, workspace)
    alarm = await the(world, "orphan:roi_drop")
    change = close(alarm, "dan", Reason.NOT_ACTIONABLE, None, world.clock.now(), cause="on purpose", action="none")
    async with world.store.begin() as tx:
        await tx.keep([change], now=world.clock.now())
    assert await tend_orphans(workspace, world) == ()
    world.clock.tick(hours=25)
    await tend_orphans(workspace, world)
    again = await the(world, "orphan:roi_drop")
    assert again.id != alarm.id
    assert again.is_open


async def test_without_anybody_at_all_the_chats_still_hear(world):
    workspace = a_lonely_workspace()
    nobody = replace(workspace, people={"alice": workspace.people["alice"]})
    await fall(world, nobody)
    assert (await the(world, "orphan:roi_drop")).owner is None
    assert (await heard(world, nobody)).count(("first", str(WAR_ROOM))) == 2


async def test_who_is_on_leave_today_with_a_backup_is_no_orphan(world):
    workspace = a_lonely_workspace()
    day = date(2026, 6, 18)
    away = a_person("alice", duties=(Duty("channel_lead"),), leave=on_leave(day, day, "dan"))
    covered = replace(workspace, people=dict(workspace.people) | {"alice": away})
    await fall(world, covered)
    assert (await the(world, "roi_drop")).owner == "dan"
    assert await the(world, "orphan:roi_drop") is None


async def test_what_is_only_for_information_raises_no_alarm(world):
    workspace = a_lonely_workspace(rules=(a_rule(severity=Severity.INFO),))
    await fall(world, workspace)
    assert await the(world, "orphan:roi_drop") is None
    assert await heard(world, workspace) == []
