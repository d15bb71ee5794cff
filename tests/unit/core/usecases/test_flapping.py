"""A number that turns bad and good by turns calls people once, until it has made up its mind."""

from datetime import timedelta

import pytest

from core.alerts.condition import observe
from core.alerts.holds import HoldKind
from core.labels import Labels
from core.notices.notice import Kind
from core.routing.decide import decide
from core.rules.finding import State
from core.usecases.deliver import deliver
from core.usecases.tell import tell
from core.usecases.watch import watch
from tests.builders import TODAY, a_finding, a_workspace, verdicts
from tests.fakes import a_world

BAD, GOOD = State.BREACHED, State.CALM


@pytest.fixture
async def world():
    async with a_world() as world:
        yield world


async def live(world, *states, start=0):
    """Judge one day after another, and return what Alice heard on each."""
    workspace, heard = a_workspace(), []
    for day, state in enumerate(states, start):
        world.clock.tick(days=1)
        await watch(workspace, world)
        finding = a_finding(0.8, state, TODAY.shift(day), Labels.of({"channel": "wechat"}))
        now = world.clock.now()
        async with world.store.begin() as tx:
            changes = observe(await tx.latest(["roi_drop"]), verdicts(finding), now)
            holds = await tx.holds()
            await tell(tx, decide(changes, workspace.rules, workspace.routes, holds, workspace.people, now), now)
        world.messenger.said.clear()
        while await deliver(workspace, world):
            pass
        heard.append([kind for kind, to in world.messenger.heard() if to == "alice" and kind != Kind.ESCALATION])
    return heard


async def hold(world):
    async with world.store.begin() as tx:
        return next((one for one in await tx.holds() if one.kind is HoldKind.FLAPPING), None)


async def test_the_fourth_turn_within_ten_is_said_and_no_other_after_it(world):
    heard = await live(world, BAD, GOOD, BAD, GOOD, BAD, GOOD, BAD)
    assert heard[0] == [Kind.FIRST]
    assert heard[4] == [Kind.REMINDER], "that it flaps is all that is said of the fourth turn"
    assert heard[5:] == [[], []], "neither that it is back nor that it is well"


async def test_each_turn_makes_it_longer(world):
    await live(world, BAD, GOOD, BAD, GOOD, BAD)
    first = await hold(world)
    assert first.until == world.clock.now() + timedelta(days=5)
    await live(world, GOOD, start=5)
    second = await hold(world)
    assert (second.id, second.until) == (first.id, first.until + timedelta(days=1))


async def test_five_stable_periods_end_it_with_one_message_if_it_is_bad(world):
    await live(world, BAD, GOOD, BAD, GOOD, BAD)
    heard = await live(world, BAD, BAD, BAD, BAD, BAD, start=5)
    assert [kinds for kinds in heard[:4] if kinds] == []
    assert heard[4] == [Kind.HOLD_ENDED]
    assert await hold(world) is None


async def test_turns_that_lie_far_apart_are_no_flapping(world):
    await live(world, BAD, *[GOOD] * 4, *[BAD] * 4, *[GOOD] * 4, BAD)
    assert await hold(world) is None


async def test_a_day_that_is_judged_anew_is_no_turn(world):
    await live(world, BAD)
    for state in (GOOD, BAD, GOOD, BAD, GOOD):
        await live(world, state, start=0)
    assert await hold(world) is None
