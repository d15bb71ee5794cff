"""Time as data: clocks that change, leap days, holidays and Sundays that pay for them, other zones, a clock that jumps.

Each case is a moment on somebody's wall and what must come of it, on the same wall.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from bot.loops import _cron
from core.alerts import handling, promises
from core.alerts.alert import Stage
from core.alerts.event import Change as Moved
from core.calendar.calendar import Calendar
from core.calendar.events import Event, builtin_events
from core.calendar.grain import Grain, Period
from core.calendar.moment import read_moment
from core.cube.cube import Cube
from core.labels import Labels
from core.metrics.metric import How
from core.notices.notice import Kind
from core.people.person import Right
from core.quantity import Quantity
from core.routing.hours import is_working, next_start
from core.routing.pace import WorkingTime
from core.rules.evaluate import evaluate
from core.rules.finding import State
from core.rules.rule import Severity
from core.rules.sides import Sides
from core.rules.tree import (
    Against,
    Bound,
    Change,
    Compare,
    Comparison,
    Condition,
    Lag,
    LastTime,
    NoData,
    Sentence,
    SoFar,
    YearAgo,
)
from core.text import Text
from core.usecases import follow_up, respond
from core.usecases.post_digests import post_digests
from core.usecases.watch import next_due, watch
from tests.builders import a_person, a_team, a_workspace, an_alert
from tests.fakes import a_world
from tests.shop import a_catalog, a_rule_saying

SHANGHAI, LONDON, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
CHINA = Calendar(builtin_events(), keeps_holidays=True)
WEEKDAYS = Calendar()
# Fridays before the clocks go forward and back, and how many hours lie between one 15:00 and Monday's.
CHANGES = [
    (NEW_YORK, date(2026, 3, 6), 71),
    (NEW_YORK, date(2026, 10, 30), 73),
    (LONDON, date(2026, 3, 27), 71),
    (LONDON, date(2026, 10, 23), 73),
]
each_change = pytest.mark.parametrize(("zone", "friday", "hours"), CHANGES)


def on(zone: ZoneInfo, year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=zone)


def at(zone: ZoneInfo, day: date, hour: int, minute: int = 0) -> datetime:
    return on(zone, day.year, day.month, day.day, hour, minute)


def pace(zone: ZoneInfo, calendar: Calendar = WEEKDAYS, **more: object) -> WorkingTime:
    return WorkingTime({"alice": a_person("alice", zone=zone, **more)}, calendar)


def wall(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%a %m-%d %H:%M}"


# --- the clocks change ---


@each_change
def test_an_ack_of_friday_lasts_until_the_same_hour_of_monday(zone, friday, hours):
    now = at(zone, friday, 15).astimezone(UTC)
    alert = an_alert(severity=Severity.WARNING)
    until = handling.ack(alert, "alice", None, now, pace=pace(zone)).after.handling.until
    assert wall(until, zone) == f"{friday + timedelta(days=3):%a %m-%d} 15:00"
    assert until - now == timedelta(hours=hours)


@each_change
def test_a_critical_ack_lasts_two_hours_whatever_the_wall_says(zone, friday, hours):
    now = at(zone, friday + timedelta(days=2), 0, 30).astimezone(UTC)  # the very night
    until = handling.ack(an_alert(), "alice", None, now, pace=pace(zone)).after.handling.until
    assert until - now == timedelta(hours=2)
    # 00:30 and two hours are 03:30, 02:30 or, where an hour came twice, 01:30.
    assert wall(until, zone)[-5:] in {"03:30", "02:30", "01:30"}
    assert hours in (71, 73)


@each_change
def test_a_snooze_until_tomorrow_morning_is_that_morning(zone, friday, hours):
    saturday = at(zone, friday + timedelta(days=1), 20)
    read = read_moment("tomorrow 9:00", saturday, zone).at
    assert wall(read, zone) == f"{friday + timedelta(days=2):%a %m-%d} 09:00"
    assert read.astimezone(UTC) - saturday.astimezone(UTC) == timedelta(hours=13 + (hours - 72))


@each_change
def test_quiet_hours_end_when_the_working_day_begins_on_the_wall(zone, friday, hours):
    person = a_person("alice", zone=zone)
    night = at(zone, friday, 23).astimezone(UTC)
    start = next_start(person, night, WEEKDAYS)
    assert wall(start, zone) == f"{friday + timedelta(days=3):%a %m-%d} 09:00"
    assert start - night == timedelta(hours=58 + (hours - 72))
    assert is_working(person, start, WEEKDAYS)
    assert not is_working(person, start - timedelta(seconds=1), WEEKDAYS)


@each_change
def test_a_promise_for_monday_is_asked_for_a_working_day_before(zone, friday, hours):
    now = at(zone, friday, 10).astimezone(UTC)
    due = at(zone, friday + timedelta(days=3), 15).astimezone(UTC)
    change = promises.promise(an_alert(), "alice", "alice", "call them", due, now, pace=pace(zone))
    (promise,) = change.after.work.promises
    assert wall(promise.remind_at, zone) == f"{friday:%a %m-%d} 15:00"
    assert due - promise.remind_at == timedelta(hours=hours)


def test_an_hour_that_is_not_there_is_the_one_after_it():
    saturday = on(NEW_YORK, 2026, 3, 7, 20)
    read = read_moment("tomorrow 2:30am", saturday, NEW_YORK).at.astimezone(UTC)
    assert wall(read, NEW_YORK) == "Sun 03-08 03:30"


def test_an_hour_that_comes_twice_is_the_first_of_them():
    saturday = on(NEW_YORK, 2026, 10, 31, 20)
    read = read_moment("tomorrow 1:30am", saturday, NEW_YORK).at.astimezone(UTC)
    assert (read.hour, read.minute) == (5, 30)


@each_change
def test_a_schedule_of_nine_is_kept_once_a_day(zone, friday, hours):
    trigger = _cron("0 9 * * *", a_workspace_in(zone))
    last, seen = at(zone, friday, 12), []
    for _ in range(4):
        last = trigger.get_next_fire_time(last, last + timedelta(seconds=1))
        seen.append(last.astimezone(zone))
    assert [moment.date() for moment in seen] == [friday + timedelta(days=days) for days in range(1, 5)]
    assert {moment.hour for moment in seen} == {9}
    assert hours in (71, 73)


def a_workspace_in(zone: ZoneInfo, **more: object):
    return replace(a_workspace(**more), zone=zone)


@each_change
async def test_a_digest_is_one_a_day(zone, friday, hours):
    workspace = a_workspace_in(zone)
    async with a_world() as world:
        posted = set()
        for hour in range(24 * 4):
            world.clock.moment = at(zone, friday, 9).astimezone(UTC) + timedelta(hours=hour)
            posted |= {notice.key for notice in await post_digests(workspace, world)}
        days = {key.split(":")[1] for key in posted}
        async with world.store.begin() as tx:
            rows = [one for one in await tx.claim(world.clock.now(), 1000) if one.notice.kind is Kind.DIGEST]
    # From Friday 9:00 to Tuesday at 8:00 or, where an hour is leapt over, at 9:00; none on the weekend.
    assert len(days) == (3 if hours == 71 else 2)
    assert len({one.notice.key for one in rows}) == len(rows) <= len(posted)
    assert hours in (71, 73)


# --- hours of the day, where the clock skips one or has it twice ---

RUN = {2025: (date(2025, 3, 9),) * 2, 2026: (date(2026, 3, 8),) * 2}  # a promotion, both times when the clock springs
HELD = [Lag(Grain.DAY), Lag(Grain.DAY, 7), YearAgo(), LastTime("sale")]


def hours_of(zone: ZoneInfo | None, last: date, *, of: ZoneInfo = NEW_YORK, since: datetime | None = None) -> Cube:
    """Return 400 days of 100 an hour, as a clock of `of` counts them; 60 an hour from a moment on, if one is named."""
    end = Period.holding(last, Grain.HOUR).index + 24
    periods = range(end - 400 * 24, end)
    walls = [Period(Grain.HOUR, each).start.replace(tzinfo=of) for each in (*periods, end)]
    lengths = np.diff([wall.timestamp() / 3600 for wall in walls])
    falls = np.array([since is not None and wall.replace(tzinfo=None) >= since for wall in walls[:-1]])
    brought = np.where(lengths > 0, np.where(falls, 60.0, 100.0) * lengths, np.nan)[None]
    return Cube((), (Labels(),), Grain.HOUR, periods, {"revenue": brought}, {"revenue": How.SUM}, zone=zone)


def states_of(cube: Cube, day: date, condition: Condition) -> list[State]:
    """Return what is said at each hour of a day."""
    first = Period.holding(day, Grain.HOUR).index
    events = {"sale": Event("sale", Text.same("sale"), days=RUN)}
    sides = Sides.of(cube, a_catalog(), range(first, first + 24), events)
    rule = replace(a_rule_saying("revenue > 1", grain=Grain.HOUR), sentence=Sentence(condition))
    return [State(int(each)) for each in evaluate(rule, sides).state[0]]


def moved(held: Against, comparison: Comparison, percent: int, *, by_hour: bool = False) -> Compare:
    against = held if by_hour else SoFar(held)
    return Compare(Change("revenue", against, True), comparison, Bound(Quantity.percent(percent)))


@pytest.mark.parametrize("held", HELD, ids=str)
@pytest.mark.parametrize("by_hour", [False, True], ids=["so far", "the hour"])
@pytest.mark.parametrize("after", [0, 1, 7])
@pytest.mark.parametrize("change", [date(2026, 3, 8), date(2026, 11, 1)])
def test_a_clock_that_changes_moves_no_number_of_the_day_so_far(held, by_hour, change, after):
    day = change + timedelta(days=after)
    cube = hours_of(NEW_YORK, day)
    for comparison, percent in ((Comparison.LESS, -1), (Comparison.MORE, 1)):
        said = states_of(cube, day, moved(held, comparison, percent, by_hour=by_hour))
        assert State.BREACHED not in said


@pytest.mark.parametrize(("day", "comparison", "percent"), [(date(2026, 3, 8), "<", -20), (date(2026, 11, 1), ">", 20)])
def test_it_would_by_a_clock_that_never_changes(day, comparison, percent):
    """Three hours against four in spring, and four against three in autumn: that is what the zone is asked for."""
    rule = moved(Lag(Grain.DAY), Comparison(comparison), percent)
    assert State.BREACHED in states_of(hours_of(None, day), day, rule)
    assert State.BREACHED not in states_of(hours_of(NEW_YORK, day), day, rule)
    assert states_of(hours_of(SHANGHAI, day, of=SHANGHAI), day, rule) == [State.CALM] * 24


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1)])
def test_a_fall_is_seen_on_the_day_on_which_the_clock_changes(day):
    falling = hours_of(NEW_YORK, day, since=datetime.combine(day, time(3)))
    said = states_of(falling, day, moved(Lag(Grain.DAY), Comparison.LESS, -10))
    assert said == [State.CALM] * 3 + [State.BREACHED] * 21


def test_an_hour_that_never_came_is_no_missing_data():
    day = date(2026, 3, 8)
    said = states_of(hours_of(NEW_YORK, day), day, NoData("revenue"))
    assert [hour for hour, each in enumerate(said) if each is not State.CALM] == [2]
    assert said[2] is State.UNKNOWN
    assert states_of(hours_of(None, day), day, NoData("revenue"))[2] is State.BREACHED


# --- leap days, holidays, and the days that pay for them ---


def test_the_29th_of_february_is_a_day_like_any_other():
    monday = on(SHANGHAI, 2028, 2, 28, 15)
    assert wall(read_moment("明天", monday, SHANGHAI).at, SHANGHAI) == "Tue 02-29 09:00"
    assert wall(read_moment("next working day", monday, SHANGHAI).at, SHANGHAI) == "Tue 02-29 09:00"
    assert wall(read_moment("2月29日下午3点", monday, SHANGHAI).at, SHANGHAI) == "Tue 02-29 15:00"
    assert wall(pace(SHANGHAI).a_day_after("alice", monday), SHANGHAI) == "Tue 02-29 15:00"
    assert wall(pace(SHANGHAI).a_day_before("alice", on(SHANGHAI, 2028, 3, 1, 15)), SHANGHAI) == "Tue 02-29 15:00"
    in_2026 = read_moment("2月29日", on(SHANGHAI, 2026, 6, 1), SHANGHAI).at
    assert (in_2026.year, in_2026.month, in_2026.day) == (2028, 2, 29)


def test_a_holiday_on_a_weekday_is_no_working_day():
    eve = on(SHANGHAI, 2026, 9, 30, 15)  # the National Day's leave is Thursday through Wednesday
    assert wall(pace(SHANGHAI, CHINA).a_day_after("alice", eve), SHANGHAI) == "Thu 10-08 15:00"
    assert wall(read_moment("下个工作日", eve, SHANGHAI, calendar=CHINA).at, SHANGHAI) == "Thu 10-08 09:00"
    assert wall(next_start(a_person("alice"), eve + timedelta(hours=9), CHINA), SHANGHAI) == "Thu 10-08 09:00"
    assert wall(pace(SHANGHAI).a_day_after("alice", eve), SHANGHAI) == "Thu 10-01 15:00", "elsewhere it is a Thursday"


def test_a_sunday_that_pays_for_a_holiday_is_worked():
    sunday = on(SHANGHAI, 2026, 9, 20, 10)
    assert is_working(a_person("alice"), sunday, CHINA)
    assert not is_working(a_person("alice"), sunday, WEEKDAYS)
    due = on(SHANGHAI, 2026, 9, 21, 10)
    assert wall(pace(SHANGHAI, CHINA).a_day_before("alice", due), SHANGHAI) == "Sun 09-20 10:00"
    assert wall(pace(SHANGHAI).a_day_before("alice", due), SHANGHAI) == "Fri 09-18 10:00"
    saturday = on(SHANGHAI, 2026, 9, 19, 12)
    assert wall(next_start(a_person("alice"), saturday, CHINA), SHANGHAI) == "Sun 09-20 09:00"


def test_leave_counts_as_no_working_day():
    from core.people.person import Leave

    away = (Leave(date(2026, 6, 19), date(2026, 6, 23), "bob"),)
    thursday = on(SHANGHAI, 2026, 6, 18, 15)
    assert wall(pace(SHANGHAI, leave=away).a_day_after("alice", thursday), SHANGHAI) == "Wed 06-24 15:00"


# --- somebody in another zone ---


async def test_an_answer_is_waited_for_in_the_hours_of_whoever_is_asked():
    people = a_team() | {"lena": a_person("lena", zone=NEW_YORK)}
    workspace = a_workspace(people=people)
    morning = on(SHANGHAI, 2026, 6, 18, 10).astimezone(UTC)  # it is 22:00 of Wednesday in New York
    async with a_world() as world:
        world.clock.moment = morning
        async with world.store.begin() as tx:
            await tx.keep([Moved(None, an_alert(severity=Severity.WARNING))], now=morning)
        change = await respond.assign("7f3k", None, "lena", people["alice"], None, world, workspace)
    assert wall(change.after.answer_by, NEW_YORK) == "Thu 06-18 09:30"


async def test_still_on_it_is_waited_for_in_working_time():
    people = {"alice": a_person("alice", zone=LONDON, lead="bob"), "bob": a_person("bob", right=Right.MANAGE)}
    workspace = a_workspace(people=people)
    async with a_world() as world:
        friday = on(LONDON, 2026, 6, 19, 17, 45).astimezone(UTC)
        world.clock.moment = friday - timedelta(days=1)
        async with world.store.begin() as tx:
            alert = an_alert(severity=Severity.WARNING, opened_at=world.clock.now(), fired_at=world.clock.now())
            await tx.keep([Moved(None, alert)], now=world.clock.now())
        await respond.ack("7f3k", None, people["alice"], None, world, workspace)
        assert await next_due(world) == friday
        world.clock.moment = friday
        (asked,) = await watch(workspace, world)
        assert asked.events[0].kind == "ack-asked"
        # A quarter of an hour of Friday is left, and the other is Monday's.
        assert wall(asked.after.handling.until, LONDON) == "Mon 06-22 09:15"
        world.clock.moment = asked.after.handling.until
        (ended,) = await watch(workspace, world)
        assert ended.events[0].kind == "ack-ended"
        assert ended.after.handling.stage is Stage.OPEN


def test_a_due_is_its_speaker_s_own_evening():
    now = on(SHANGHAI, 2026, 6, 18, 20)
    assert wall(read_moment("today", now, NEW_YORK, ends=True).at, NEW_YORK) == "Thu 06-18 18:00"
    assert wall(read_moment("明天下午3点", now, SHANGHAI, ends=True).at, SHANGHAI) == "Fri 06-19 15:00"
    assert wall(read_moment("next friday", now, SHANGHAI, ends=True).at, SHANGHAI) == "Fri 06-26 18:00"


# --- a clock that jumps ---


@pytest.fixture
async def promised():
    """An alert that Alice has, with a promise of tomorrow afternoon and a snooze until tomorrow morning."""
    workspace = a_workspace()
    async with a_world() as world:
        start = on(SHANGHAI, 2026, 6, 18, 10).astimezone(UTC)
        world.clock.moment = start
        async with world.store.begin() as tx:
            alert = an_alert(severity=Severity.WARNING, opened_at=start, fired_at=start)
            await tx.keep([Moved(None, alert)], now=start)
        alice = workspace.people["alice"]
        await respond.ack("7f3k", None, alice, None, world, workspace)
        await follow_up.promise("7f3k", "call", start + timedelta(hours=29), alice, None, world, workspace)
        await respond.snooze("7f3k", None, start + timedelta(hours=23), alice, None, world, workspace)
        yield world, workspace


async def everything_due(world, workspace):
    kinds = []
    for _ in range(5):
        kinds += [event.kind for change in await watch(workspace, world) for event in change.events]
        due = await next_due(world)
        if due is None or due > world.clock.now():
            return kinds
    raise AssertionError("the clock finds no rest")


async def test_a_clock_that_jumps_forward_asks_once_for_each_thing(promised):
    world, workspace = promised
    world.clock.tick(days=12)
    kinds = await everything_due(world, workspace)
    for once in ("hold-ended", "ack-asked", "due"):
        assert kinds.count(once) == 1, kinds
    assert "overdue" not in kinds, "nobody could have answered meanwhile"
    assert await next_due(world) > world.clock.now()


async def test_a_clock_that_jumps_back_does_nothing_twice_and_nothing_early(promised):
    world, workspace = promised
    world.clock.tick(hours=23)
    assert "hold-ended" in await everything_due(world, workspace)
    world.clock.tick(hours=-22)
    assert await everything_due(world, workspace) == []
    async with world.store.begin() as tx:
        assert await tx.holds() == [], "the snooze is over and stays so"
    bob = workspace.people["bob"]
    refusal = await _refused(respond.ack("7f3k", None, bob, None, world, workspace))
    assert refusal.facts["minutes"] >= 0
    world.clock.tick(hours=24 * 3)
    assert "due" in await everything_due(world, workspace)


async def _refused(deed):
    from core.errors import Problem

    with pytest.raises(Problem) as caught:
        await deed
    return caught.value
