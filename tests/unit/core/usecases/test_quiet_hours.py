"""Nights: what may wait until its owner begins to work, and what they hear then."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.cards.storm import storm_card
from bot.chat.plain import plain
from core.alerts.alert import Step
from core.alerts.condition import observe
from core.alerts.holds import HoldKind
from core.labels import Labels
from core.notices.notice import Kind
from core.routing.decide import decide
from core.routing.route import Route
from core.routing.trace import lines_of
from core.rules.finding import State
from core.rules.rule import Severity
from core.usecases import respond
from core.usecases.deliver import deliver
from core.usecases.tell import tell
from core.usecases.watch import next_due, watch
from tests.builders import (
    TODAY,
    WAR_ROOM,
    YESTERDAY,
    a_finding,
    a_person,
    a_rule,
    a_team,
    a_workspace,
    on_leave,
    verdicts,
)
from tests.fakes import a_world

NIGHT = datetime(2026, 6, 18, 2, 0, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)
MORNING = datetime(2026, 6, 18, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


@pytest.fixture
async def world():
    async with a_world() as world:
        world.clock.moment = NIGHT
        yield world


def a_house(severity=Severity.WARNING, chats=(), **more):
    steps = (Step(timedelta(minutes=30), "lead"),)
    route = Route("all", (), chats, steps, owner="person:charlie", passes=Severity.CRITICAL)
    facts = {"rules": (a_rule(severity=severity),), "routes": (route,)} | more
    return a_workspace(**facts)


def slices(count, state=State.BREACHED, period=YESTERDAY, first=0):
    return [
        a_finding(0.8, state, period, Labels.of({"channel": "wechat", "campaign": str(place)}))
        for place in range(first, first + count)
    ]


async def evaluate(world, workspace, *findings):
    now = world.clock.now()
    async with world.store.begin() as tx:
        changes = observe(await tx.latest(["roi_drop"]), verdicts(*findings, rules=workspace.rules), now)
        holds = await tx.holds()
        decision = decide(changes, workspace.rules, workspace.routes, holds, workspace.people, now, workspace.calendar)
        await tell(tx, decision, now)
    return decision.changes


async def say(world, workspace):
    world.messenger.said.clear()
    while await deliver(workspace, world):
        pass
    return world.messenger.heard()


async def until(world, workspace, moment):
    while (due := await next_due(world)) is not None and due <= moment:
        world.clock.moment = due
        await watch(workspace, world)
    world.clock.moment = moment


async def test_a_critical_alert_wakes_its_owner_and_a_warning_waits(world):
    await evaluate(world, a_house(Severity.CRITICAL), *slices(1))
    assert await say(world, a_house()) == [(Kind.FIRST, "alice")]


async def test_a_warning_waits_for_the_morning_with_its_reason(world):
    workspace = a_house()
    (change,) = await evaluate(world, workspace, *slices(1))
    assert await say(world, workspace) == []
    (line,) = [line for event in change.events for line in lines_of(event) if line.code == "silent"]
    assert (line.facts["hold"], line.facts["by"], line.facts["until"]) == ("quiet-hours", "alice", MORNING.isoformat())
    assert change.after.told_at is None
    await until(world, workspace, MORNING)
    assert await say(world, workspace) == [(Kind.HOLD_ENDED, "alice")]


async def test_the_chat_hears_at_night_what_its_owner_does_not(world):
    workspace = a_house(chats=(WAR_ROOM,))
    await evaluate(world, workspace, *slices(1))
    assert await say(world, workspace) == [(Kind.FIRST, "slack:C123")]


async def test_the_morning_is_one_card_of_what_is_still_so_and_a_count_of_the_rest(world):
    workspace = a_house()
    await evaluate(world, workspace, *slices(7))
    world.clock.tick(hours=3)
    await evaluate(world, workspace, *slices(3, State.CALM, TODAY), *slices(4, State.BREACHED, TODAY, first=3))
    assert await say(world, workspace) == [], "what nobody heard of recovers unheard"
    await until(world, workspace, MORNING)
    assert await say(world, workspace) == [(Kind.HOLD_ENDED, "alice")]
    async with world.store.begin() as tx:
        opened = [alert for alert in await tx.open() if alert.condition.is_bad]
        (group,) = await tx.groups([alert.id for alert in opened], [], world.clock.now())
        morning = await tx.gathered(group.id)
        notice = next(one.notice for one in await tx.deliveries(opened[0].id))
    assert {alert.id for alert in morning.alerts} == {alert.id for alert in opened}
    card = plain(storm_card(morning, workspace, "en", world.clock.now(), notice=notice))
    assert "Outside your hours these came in; 3 more have recovered meanwhile." in card
    assert "4 still bad" in card


async def test_a_night_of_which_nothing_is_left_calls_nobody(world):
    workspace = a_house()
    await evaluate(world, workspace, *slices(2))
    world.clock.tick(hours=3)
    await evaluate(world, workspace, *slices(2, State.CALM, TODAY))
    await until(world, workspace, MORNING)
    assert await say(world, workspace) == []
    async with world.store.begin() as tx:
        for alert in await tx.open():
            lines = [line for event in await tx.events(alert.id) for line in lines_of(event)]
            assert lines[-1].facts["why"] == "calm-meanwhile"
        assert await tx.holds() == []


async def test_an_escalation_runs_on_the_working_time_of_whom_it_reaches(world):
    early = a_team() | {"bob": a_person("bob", zone=ZoneInfo("Europe/London"))}
    workspace = a_house(people=early)
    (change,) = await evaluate(world, workspace, *slices(1))
    london = datetime(2026, 6, 18, 9, 30, tzinfo=ZoneInfo("Europe/London"))
    assert change.after.escalation.next_at == london.astimezone(UTC)
    loud = replace(a_house(Severity.CRITICAL), people=early)
    change = next(one for one in await evaluate(world, loud, *slices(1, first=9)) if one.before is None)
    assert change.after.escalation.next_at == NIGHT + timedelta(minutes=30)


async def test_what_a_person_asks_for_at_night_they_get(world):
    workspace = a_house()
    (change,) = await evaluate(world, workspace, *slices(1))
    bob, alert = workspace.people["bob"], change.after
    await respond.assign(alert.handle, alert.version, "bob", workspace.people["charlie"], None, world, workspace)
    assert await say(world, workspace) == [(Kind.ASSIGNED, bob.id)]


async def test_one_hold_a_person_however_often_it_would_have_called(world):
    workspace = a_house()
    await evaluate(world, workspace, *slices(1))
    world.clock.tick(hours=1)
    await evaluate(world, workspace, *slices(1, State.CALM, TODAY))
    await evaluate(world, workspace, *slices(1, State.BREACHED, TODAY.shift(1)))
    async with world.store.begin() as tx:
        assert [(hold.kind, hold.by) for hold in await tx.holds()] == [(HoldKind.QUIET_HOURS, "alice")]


async def test_whose_leave_begins_in_the_morning_is_stood_in_for_that_evening_already(world):
    workspace = a_house()
    days = on_leave(TODAY.start.date(), TODAY.end.date(), "bob")
    away = replace(a_team()["alice"], leave=days)
    world.clock.moment = MORNING - timedelta(hours=10)  # the evening before, when she still counts as here
    (change,) = await evaluate(world, replace(workspace, people=a_team() | {"alice": away}), *slices(1))
    assert change.after.owner == "bob"
    codes = [line.code for event in change.events for line in lines_of(event)]
    assert "skipped" in codes
    critical = replace(a_house(Severity.CRITICAL), people=a_team() | {"alice": away})
    (loud,) = [one for one in await evaluate(world, critical, *slices(1, first=5)) if one.before is None]
    assert loud.after.owner == "alice", "what calls at night calls who is here tonight"


async def test_who_is_away_by_the_morning_is_stood_in_for(world):
    workspace = a_house()
    await evaluate(world, workspace, *slices(1))
    away = replace(a_team()["alice"], leave=on_leave(TODAY.start.date(), TODAY.end.date(), "bob"))
    later = replace(workspace, people=a_team() | {"alice": away})  # she fell ill in the night
    await until(world, later, MORNING)
    assert await say(world, later) == [(Kind.HOLD_ENDED, "bob")]
    async with world.store.begin() as tx:
        (alert,) = await tx.open()
    assert alert.owner == "bob"
