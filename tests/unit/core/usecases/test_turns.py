"""What one process alone should do: done once, whoever dies, and never by two."""

import asyncio
from datetime import timedelta

import pytest
from apscheduler.triggers.cron import CronTrigger

from bot.loops import Loops, latest
from core.ports import Conflict
from core.usecases.turns import alone, occurrence, turn
from tests.builders import NOW, a_workspace
from tests.fakes import a_world


@pytest.fixture
async def world():
    async with a_world() as world:
        yield world


async def test_of_two_who_want_a_turn_one_has_it(world):
    async with turn("digest", world) as mine, turn("digest", world) as theirs:
        assert mine is not None
        assert theirs is None
    async with turn("digest", world) as again:
        assert again is not None, "it was given back"


async def test_what_was_due_is_done_once_however_many_come(world):
    done = []

    async def come():
        async with occurrence("digest", NOW, world) as is_ours:
            if is_ours:
                await asyncio.sleep(0)
                done.append(NOW)

    await asyncio.gather(*(come() for _ in range(5)))
    await come()
    assert done == [NOW]
    async with occurrence("digest", NOW + timedelta(days=1), world) as is_ours:
        assert is_ours


async def test_what_was_not_finished_is_left_to_the_next(world):
    async def fail():
        async with occurrence("digest", NOW, world):
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    async with occurrence("digest", NOW, world) as is_ours:
        assert is_ours


async def test_who_lost_its_turn_stops(world, monkeypatch):
    monkeypatch.setattr("core.usecases.turns.SIGN_OF_LIFE", 0.01)
    running, stopped = asyncio.Event(), asyncio.Event()

    async def work():
        running.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    listening = asyncio.create_task(alone("listen", world, work))
    await asyncio.wait_for(running.wait(), 5)
    world.clock.tick(minutes=1)  # frozen, as far as the store can tell
    async with world.store.begin() as tx:
        taken = await tx.take_turn("listen", world.clock.now())
    if taken is not None:  # it may have shown a sign of life just then
        await asyncio.wait_for(stopped.wait(), 5)
    monkeypatch.setattr("core.usecases.turns.SIGN_OF_LIFE", 60)
    for _ in range(5):  # let what it is asking the store come to its end: a connection that is cut off makes a noise
        async with world.store.begin():
            await asyncio.sleep(0.02)
    listening.cancel()
    await asyncio.wait([listening])


async def test_a_frozen_evaluation_writes_nothing(world):
    async with turn("evaluate", world) as mine:
        world.clock.tick(minutes=1)
        async with world.store.begin() as tx:
            assert await tx.take_turn("evaluate", world.clock.now())
        with pytest.raises(Conflict):
            async with world.store.begin() as tx:
                await tx.keep_turn(mine, world.clock.now())


@pytest.mark.parametrize("line", ["* * * * *", "0 9 * * *", "30 8 1 * *", "0 0 29 2 *"])
def test_every_process_names_the_same_moment_however_late_it_is(line):
    trigger = CronTrigger.from_crontab(line, timezone="Asia/Shanghai")
    fired = trigger.get_next_fire_time(None, NOW)
    moments = {latest(trigger, fired + timedelta(seconds=late)) for late in (0, 0.5, 7, 59)}
    assert moments == {fired}


async def test_two_processes_make_one_round(world):
    went = []

    def a_process():
        loops = Loops(a_workspace(rules=()), world, world.clock, asyncio.Event())

        async def work():
            went.append(loops)

        return loops._once("digest", "0 9 * * *", work)

    await asyncio.gather(a_process(), a_process(), a_process())
    assert len(went) == 1
