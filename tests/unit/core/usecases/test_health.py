"""How Beacon is, as any of its processes can tell for all of them; and that no alert is forgotten."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.cards.health import health_card
from bot.chat.plain import plain
from core.alerts.alert import Escalation, Handling, Stage, Step
from core.notices.notice import Kind, Notice
from core.notices.outbox import Dead
from core.ports import Pulse
from core.usecases.health import Vitals, as_json, health
from core.usecases.rounds import forgotten
from tests.builders import NOW, WAR_ROOM, a_workspace, an_alert
from tests.fakes import a_world


@pytest.fixture
async def world():
    async with a_world() as world:
        yield world


async def beat(world, *pulses):
    async with world.store.begin() as tx:
        await tx.beat(pulses, world.clock.now())


async def test_all_is_well_while_somebody_lives_and_nothing_waits(world):
    vitals = Vitals("p1")
    vitals.mark("alive", NOW, "deliver evaluate")
    vitals.mark("send slack", NOW - timedelta(seconds=9))
    await beat(world, *vitals.pulses)
    found = await health(world.store, world.clock)
    assert found.is_well
    assert found.processes[0].does == ("deliver", "evaluate")
    assert found.last == {"send slack": NOW - timedelta(seconds=9)}
    world.clock.tick(minutes=2)
    assert not (await health(world.store, world.clock)).is_well, "nobody lives"


async def test_who_answers_lives(world):
    vitals = Vitals()
    vitals.mark("alive", NOW, "deliver")
    await beat(world, *vitals.pulses)
    world.clock.tick(hours=2)
    assert (await health(world.store, world.clock)).is_well


@pytest.mark.parametrize("tongue", ["en", "zh"])
async def test_what_reached_nobody_and_who_was_forgotten_is_said(world, tongue):
    await beat(world, Pulse("p1", "alive", NOW), Pulse("p1", "rounds", NOW, "7f3k"), Pulse("p1", "fetch", NOW))
    async with world.store.begin() as tx:
        await tx.keep((), [Notice("n", Kind.FIRST, "a1", WAR_ROOM)], now=NOW)
        (letter,) = await tx.claim(NOW, 1)
        await tx.settle(letter, WAR_ROOM, Dead("is_archived"), NOW)
    found = await health(world.store, world.clock)
    assert not found.is_well
    told = plain(health_card(found, a_workspace(), tongue))
    assert "is_archived" in told
    assert "#7f3k" in told
    assert as_json(found)["dead_letters"][0]["why"] == "is_archived"
    assert as_json(found)["forgotten"] == ["7f3k"]


async def test_a_queue_that_does_not_empty_is_no_health(world):
    await beat(world, Pulse("p1", "alive", NOW + timedelta(minutes=6)))
    async with world.store.begin() as tx:
        await tx.keep((), [Notice("n", Kind.FIRST, "a1", WAR_ROOM)], now=NOW)
    world.clock.tick(minutes=6)
    found = await health(world.store, world.clock)
    assert found.queue_age == timedelta(minutes=6)
    assert not found.is_well


def test_an_alert_that_burns_and_has_no_next_step_is_forgotten():
    steps = (Step(timedelta(minutes=30), "lead"),)
    lost = an_alert(escalation=Escalation(steps))
    assert forgotten([lost], (), NOW) == ("7f3k",)
    assert forgotten([lost], {"a1"}, NOW) == (), "it is held"
    for well in (
        replace(lost, escalation=Escalation(steps, next_at=NOW + timedelta(minutes=5))),
        replace(lost, escalation=Escalation(steps, level=1)),
        replace(lost, handling=Handling(Stage.ACKED, "alice", NOW)),
    ):
        assert forgotten([well], (), NOW) == ()
    overdue = replace(lost, escalation=Escalation(steps, next_at=NOW - timedelta(minutes=11)))
    assert forgotten([overdue], (), NOW) == ("7f3k",)
