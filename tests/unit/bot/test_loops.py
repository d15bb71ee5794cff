"""When the loops do what they do: by the workspace's clock and zone, whatever the wall says."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger

from bot.clock import PacedClock
from bot.loops import Loops, _ClockTrigger, _cron
from core.errors import Unavailable
from tests.builders import a_rule, a_workspace
from tests.fakes import FakeClock, a_world

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 6, 1, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai, a Monday


def test_a_trigger_answers_in_our_seconds_for_a_moment_of_the_story():
    clock = PacedClock(NOW, 3600.0, lambda: 0.0)
    nine = CronTrigger(hour=9, timezone=SHANGHAI)

    assert _ClockTrigger(nine, clock).get_next_fire_time(None, NOW) == NOW + timedelta(seconds=1)


def test_a_trigger_that_has_fired_looks_for_the_next_time_and_not_the_same():
    clock = PacedClock(NOW + timedelta(hours=1), 3600.0, lambda: 0.0)
    nine = CronTrigger(hour=9, timezone=SHANGHAI)

    again = _ClockTrigger(nine, clock).get_next_fire_time(NOW, NOW)

    assert again == NOW + timedelta(seconds=24)


def test_a_single_moment_fires_once():
    clock = PacedClock(NOW, 1.0, lambda: 0.0)
    trigger = _ClockTrigger(DateTrigger(NOW + timedelta(seconds=5)), clock)

    assert trigger.get_next_fire_time(None, NOW) == NOW + timedelta(seconds=5)
    assert trigger.get_next_fire_time(NOW, NOW) is None


@pytest.mark.parametrize(
    ("line", "day"),
    [("0 9 * * 0", "Sunday"), ("0 9 * * 7", "Sunday"), ("0 9 * * 1", "Monday"), ("0 9 * * fri", "Friday")],
)
def test_weekdays_in_cron_lines_count_from_sunday(line, day):
    trigger = _cron(line, a_workspace())

    fires = trigger.get_next_fire_time(None, datetime(2026, 6, 3, tzinfo=SHANGHAI))

    assert f"{fires:%A %H:%M}" == f"{day} 09:00"
    assert fires.utcoffset() == timedelta(hours=8)


async def test_a_loop_that_fails_is_put_off_and_goes_on():
    async with a_world() as world:
        loops = Loops(a_workspace(rules=()), world, FakeClock(), asyncio.Event())
        seen: list[int] = []
        loops.heard = lambda changes: seen.append(len(changes))

        async def broken() -> None:
            raise Unavailable("warehouse-slow")

        world.warehouse.refresh = broken
        await loops.evaluate()
        del world.warehouse.refresh
        await loops.evaluate()

    assert seen == [0]


async def test_a_rule_that_is_given_a_time_while_we_run_is_judged_at_it_and_no_longer_when_it_is_taken_away():
    rule = a_rule(schedule="5 0 * * *")
    workspace = a_workspace()
    async with a_world() as world:
        loops = Loops(workspace, world, PacedClock(NOW, 1.0, lambda: 0.0), asyncio.Event())
        lines = lambda: [job.id for job in loops._scheduler.get_jobs()]  # noqa: E731
        loops.plan_rules()
        assert lines() == []
        workspace.become(replace(workspace, rules=(rule,)))
        loops.plan_rules()
        loops.plan_rules()
        assert lines() == ["cron 5 0 * * *"]
        workspace.become(replace(workspace, rules=(replace(rule, schedule="0 9 * * 1"),)))
        loops.plan_rules()
        assert lines() == ["cron 0 9 * * 1"]


async def test_a_digest_is_planned_for_its_hour_and_one_that_is_due_is_not_put_off():
    async with a_world() as world:
        world.clock.moment = NOW
        loops = Loops(a_workspace(), world, PacedClock(NOW, 1.0, lambda: 0.0), asyncio.Event())
        await loops._plan_digest()
        nine = NOW + timedelta(hours=1)
        assert loops._digest_at == nine
        planned = loops._scheduler.get_job("digest").trigger

        loops.clock, world.clock.moment = PacedClock(nine, 1.0, lambda: 0.0), nine + timedelta(seconds=1)
        await loops._plan_digest()
        assert loops._scheduler.get_job("digest").trigger is planned, "it is about to run"

        loops._scheduler.remove_job("digest")  # it ran
        await loops._plan_digest()
        assert loops._digest_at == nine + timedelta(days=1)
