"""The clock and the people: what each changes, and who hears of it."""

from datetime import date, timedelta

import pytest

from core.alerts.alert import Condition, Phase, Reason, Stage
from core.alerts.condition import observe
from core.errors import Missing, Problem
from core.notices.notice import Kind
from core.ports import Conflict
from core.routing.decide import decide
from core.rules.finding import State
from core.usecases import respond
from core.usecases.deliver import deliver
from core.usecases.watch import next_due, watch
from tests.builders import NOW, TODAY, a_finding, a_person, a_rule, a_team, a_workspace, on_leave, verdicts
from tests.fakes import a_world


@pytest.fixture
async def world():
    async with a_world() as world:
        yield world


@pytest.fixture
def workspace():
    return a_workspace()


async def evaluate(world, workspace, *findings):
    """Walk findings down the road as an evaluation does."""
    now = world.clock.now()
    async with world.store.begin() as tx:
        seen = verdicts(*findings, rules=workspace.rules)
        changes = observe(await tx.latest(rule.id for rule in workspace.rules), seen, now)
        decision = decide(changes, workspace.rules, workspace.routes, await tx.holds(), workspace.people, now)
        await tx.keep(decision.changes, decision.notices, decision.holds, now=now)


async def say(world, workspace):
    """Deliver all there is, and return what was heard since the last time, edits apart."""
    world.messenger.said.clear()
    while await deliver(workspace, world):
        pass
    return world.messenger.heard()


async def present(world):
    async with world.store.begin() as tx:
        (alert,) = (await tx.latest(["roi_drop"])).values()
        return alert


@pytest.fixture
async def alert(world, workspace):
    await evaluate(world, workspace, a_finding())
    await say(world, workspace)
    return await present(world)


def alice(workspace):
    return workspace.people["alice"]


async def test_nobody_answers_and_those_who_are_next_hear_of_it(world, workspace, alert):
    assert await next_due(world) == NOW + timedelta(minutes=30)
    assert await watch(workspace, world) == ()
    world.clock.tick(minutes=30)
    assert len(await watch(workspace, world)) == 1
    assert await say(world, workspace) == [(Kind.ESCALATION, "bob")]
    assert await next_due(world) == NOW + timedelta(minutes=90)
    world.clock.tick(hours=1)
    await watch(workspace, world)
    assert await say(world, workspace) == [(Kind.ESCALATION, "bob")]
    assert await next_due(world) == NOW + timedelta(minutes=90, days=1), "and nobody is left alone with it"
    world.clock.tick(days=2)
    await watch(workspace, world)
    assert await say(world, workspace) == [(Kind.REMINDER, "alice"), (Kind.REMINDER, "bob")]


async def test_an_ack_stops_the_escalation_and_is_shown_everywhere(world, workspace, alert):
    change = await respond.ack(alert.handle, alert.version, alice(workspace), "slack", world, workspace)
    assert change.after.handling.by == "alice"
    assert change.events[0].via == "slack"
    assert await say(world, workspace) == []
    assert {(str(said.place), said.stage) for said in world.messenger.said} == {
        ("slack:C123", "acked"),
        ("chat:alice", "acked"),
    }
    world.clock.tick(minutes=60)
    assert await watch(workspace, world) == ()


async def test_an_ack_that_nobody_renews_ends_and_the_escalation_goes_on(world, workspace, alert):
    await respond.ack(alert.handle, alert.version, alice(workspace), None, world, workspace)
    await say(world, workspace)
    world.clock.tick(hours=2)
    await watch(workspace, world)
    assert await say(world, workspace) == [(Kind.REMINDER, "alice")]
    world.clock.tick(minutes=30)
    await watch(workspace, world)
    assert await say(world, workspace) == [(Kind.REMINDER, "alice"), (Kind.REMINDER, "slack:C123")]
    assert (await present(world)).handling.stage is Stage.OPEN
    world.clock.tick(minutes=30)
    await watch(workspace, world)
    assert await say(world, workspace) == [(Kind.ESCALATION, "bob")]


async def test_a_snooze_keeps_quiet_and_its_end_says_one_thing(world, workspace, alert):
    until = NOW + timedelta(hours=3)
    await respond.snooze(alert.handle, alert.version, until, alice(workspace), None, world, workspace)
    await say(world, workspace)
    assert await next_due(world) == until
    world.clock.tick(hours=1)
    assert await watch(workspace, world) == ()
    await evaluate(world, workspace, a_finding(0.5, period=TODAY))
    assert await say(world, workspace) == []
    world.clock.tick(hours=2)
    (change,) = await watch(workspace, world)
    facts = next(event.facts for event in change.events if event.kind == "hold-ended")
    assert (facts["was"], facts["value"]) == (0.8, 0.5)
    assert await say(world, workspace) == [(Kind.HOLD_ENDED, "alice"), (Kind.HOLD_ENDED, "slack:C123")]
    assert await watch(workspace, world) == ()
    assert await next_due(world) == until + timedelta(minutes=30)


async def test_a_later_snooze_replaces_an_earlier_one(world, workspace, alert):
    for hours in (1, 5):
        until = NOW + timedelta(hours=hours)
        await respond.snooze(alert.handle, None, until, alice(workspace), None, world, workspace)
    async with world.store.begin() as tx:
        assert [hold.until for hold in await tx.holds()] == [NOW + timedelta(hours=5)]


async def test_what_recovers_is_told_and_closed_a_day_later(world, workspace, alert):
    world.clock.tick(hours=16)
    await evaluate(world, workspace, a_finding(1.4, State.CALM, TODAY))
    assert await say(world, workspace) == [(Kind.RECOVERED, "alice"), (Kind.RECOVERED, "slack:C123")]
    world.clock.tick(hours=24)
    await watch(workspace, world)
    assert (await present(world)).handling.reason is Reason.RECOVERED
    assert await next_due(world) is None


async def test_a_pending_alert_fires_when_it_is_ripe(world):
    workspace = a_workspace(rules=(a_rule(hold=timedelta(hours=2)),))
    await evaluate(world, workspace, a_finding())
    assert await say(world, workspace) == []
    assert await next_due(world) == NOW + timedelta(hours=2)
    world.clock.tick(hours=2)
    await watch(workspace, world)
    assert await say(world, workspace) == [(Kind.FIRST, "alice"), (Kind.FIRST, "slack:C123")]


async def test_a_new_owner_hears_of_it_and_is_reminded(world, workspace, alert):
    due = NOW + timedelta(days=1)
    await respond.assign(alert.handle, alert.version, "bob", alice(workspace), None, world, workspace, due=due)
    assert await say(world, workspace) == [(Kind.ASSIGNED, "bob")]
    await respond.ack(alert.handle, None, workspace.people["bob"], None, world, workspace)
    world.clock.tick(days=1)
    await watch(workspace, world)
    assert (Kind.REMINDER, "bob") in await say(world, workspace)


@pytest.mark.parametrize(
    ("to", "code"), [("ghost", "unknown-person"), ("mute", "person-unreachable"), ("away", "person-away")]
)
async def test_nothing_is_given_to_somebody_who_is_not_here(world, alert, to, code):
    people = a_team() | {
        "mute": a_person("mute", chats={}),
        "away": a_person("away", leave=on_leave(date(2026, 6, 1), date(2026, 6, 30), "bob")),
    }
    workspace = a_workspace(people=people)
    with pytest.raises(Problem) as caught:
        await respond.assign(alert.handle, None, to, alice(workspace), None, world, workspace)
    assert caught.value.code == code


async def test_escalating_by_hand_tells_the_next_at_once(world, workspace, alert):
    await respond.escalate(alert.handle, alert.version, alice(workspace), None, world, workspace)
    assert await say(world, workspace) == [(Kind.ESCALATION, "bob")]
    with pytest.raises(Problem) as caught:
        await respond.escalate(alert.handle, alert.version, alice(workspace), None, world, workspace)
    assert caught.value.code == "already-at-level"


async def test_closing_ends_its_holds_and_reopening_takes_it_back(world, workspace, alert):
    until = NOW + timedelta(hours=3)
    await respond.snooze(alert.handle, None, until, alice(workspace), None, world, workspace)
    change = await respond.close(
        alert.handle, None, Reason.FALSE_ALARM, alice(workspace), None, world, workspace, cause="test"
    )
    assert change.after.handling.cause == "test"
    async with world.store.begin() as tx:
        assert await tx.holds() == []
    assert await next_due(world) is None
    opened = await respond.reopen(alert.handle, alice(workspace), None, world, workspace)
    assert opened.after.is_open


async def test_what_came_back_as_another_alert_is_not_opened_twice(world, workspace, alert):
    await respond.close(alert.handle, None, Reason.DUPLICATE, alice(workspace), None, world, workspace)
    world.clock.tick(days=2)
    await evaluate(world, workspace, a_finding(0.5, period=TODAY))
    with pytest.raises(Problem) as caught:
        await respond.reopen(alert.id, alice(workspace), None, world, workspace)
    assert (caught.value.code, caught.value.facts) == ("newer-episode", {"handle": (await present(world)).handle})


async def test_an_alert_that_nobody_knows_is_missing(world, workspace):
    with pytest.raises(Missing) as caught:
        await respond.ack("zzzz", None, alice(workspace), None, world, workspace)
    assert (caught.value.code, caught.value.facts) == ("unknown-alert", {"handle": "zzzz"})


def losing(world, monkeypatch, times):
    """Let somebody else be first, so many times."""
    from core.store.sql import SqlTransaction

    keep, lost = SqlTransaction.keep, iter(range(times))

    async def keep_unless_lost(self, *args, **more):
        if next(lost, None) is not None:
            raise Conflict
        await keep(self, *args, **more)

    monkeypatch.setattr(SqlTransaction, "keep", keep_unless_lost)


async def test_a_lost_race_is_run_again(world, workspace, alert, monkeypatch):
    losing(world, monkeypatch, 2)
    await respond.ack(alert.handle, alert.version, alice(workspace), None, world, workspace)
    assert (await present(world)).handling.stage is Stage.ACKED


async def test_a_race_lost_three_times_is_said(world, workspace, alert, monkeypatch):
    losing(world, monkeypatch, 3)
    with pytest.raises(Problem) as caught:
        await respond.ack(alert.handle, alert.version, alice(workspace), None, world, workspace)
    assert caught.value.code == "too-busy"


async def test_the_clock_loses_races_as_well_and_comes_back(world, workspace, alert, monkeypatch):
    world.clock.tick(minutes=30)
    losing(world, monkeypatch, 4)
    assert await watch(workspace, world) == ()
    assert len(await watch(workspace, world)) == 1


async def test_whatever_is_due_is_done_once(world, workspace, alert):
    """After a watch nothing is due: a clock that finds the same work again and again would never rest."""
    for _ in range(60):
        due = await next_due(world)
        if due is None:
            break
        world.clock.moment = max(due, world.clock.moment)
        await watch(workspace, world)
        again = await next_due(world)
        assert again is None or again > world.clock.now()
    assert (await present(world)).condition == Condition(Phase.FIRING, NOW)
