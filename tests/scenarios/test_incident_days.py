"""What people call an incident trains nothing: not the days they wrote down, nor those of an alert that was true.

WeChat's order rate lay at a fifth of itself for eight days; what is a fall afterwards is told by the days before them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from core.alerts.alert import Reason
from core.errors import Missing
from core.labels import Labels
from core.review.score import Incident
from core.usecases import incidents, respond
from core.usecases.backtest import tried
from tests.daily import Desk, Team, at_work, on, since, steady
from tests.scenarios.test_review import say

LAST = date(2026, 7, 15)
BEGAN, SECOND, ENDED = date(2026, 7, 1), date(2026, 7, 2), date(2026, 7, 8)
DOUYIN = "orders{channel=douyin}"  # whose fall is lost in a spread that WeChat's incident has widened
WECHAT = Labels.of({"channel": "wechat"})
TEAM = Team(
    rules={"orders": ("渠道下单率低于历史均值10%", "channel_lead")},
    more={},
    leads={"liwei": ("wechat",), "chenjie": ("douyin",)},
)
ROW = {"visits": 20_000, "orders_placed": 1000}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Five weeks, eight days of which went wrong in WeChat; then both channels lie 12 % below what they always were."""
    facts = steady(LAST, 40, ("wechat", "douyin"), ROW)
    since(BEGAN, "wechat", until=ENDED, orders_placed=200)(facts)
    on(LAST, orders_placed=880)(facts)
    async with at_work(TEAM, tmp_path, facts) as made:
        yield made


async def look(desk: Desk) -> list[str]:
    return sorted(rule for rule, _ in await desk.look(datetime.combine(LAST + timedelta(days=1), time(9))))


async def write(desk: Desk, **more: object) -> Incident:
    facts: dict[str, object] = {"metric": None, "labels": WECHAT, "text": "the form was broken", "by": "liwei"}
    return await incidents.write(Incident("abc123" + "0" * 26, BEGAN, ENDED, **facts | more), desk.world)


async def test_bad_weeks_hide_a_fall_from_a_mean_that_has_learnt_them(desk: Desk):
    assert await look(desk) == []


async def test_a_mean_leaves_out_what_was_written_down_and_only_where_it_was(desk: Desk):
    await write(desk)
    assert await look(desk) == [DOUYIN, "orders{channel=wechat}"]


@pytest.mark.parametrize(
    ("more", "is_left_out"),
    [
        ({"labels": Labels()}, True),
        ({"metric": "order_rate"}, True),
        ({"metric": "orders_placed"}, True),  # which the rate is made of
        ({"metric": "bounce_rate"}, True),  # it shares its visits
        ({"metric": "spend"}, False),
        ({"labels": Labels.of({"channel": "wechat", "region": "east"})}, False),  # a part: the whole goes on learning
    ],
)
async def test_it_is_left_out_of_what_it_touches(desk: Desk, more, is_left_out):
    await write(desk, **more)
    assert ("orders{channel=wechat}" in await look(desk)) is is_left_out


async def test_days_that_are_let_count_again_count(desk: Desk):
    await write(desk)
    person = desk.workspace.people["liwei"]
    desk.clock.moment = datetime(2026, 7, 15, 12, tzinfo=UTC)
    dropped = await incidents.drop("abc123", person, desk.world)
    assert dropped.dropped_by == "liwei"
    assert await look(desk) == []
    with pytest.raises(Missing, match="incident-unknown"):
        await incidents.drop("abc123", person, desk.world)


async def test_a_backtest_leaves_them_out_as_well(desk: Desk):
    await look(desk)
    (before,) = await tried(desk.workspace.rules, desk.workspace, desk.world, LAST, LAST)
    await write(desk)
    (after,) = await tried(desk.workspace.rules, desk.workspace, desk.world, LAST, LAST)
    assert [len(one.backtest.firings) for one in (before, after)] == [0, 2]


async def test_the_days_of_an_alert_closed_as_true_are_an_incident_until_it_is_reopened(desk: Desk):
    fired = [rule for rule, _ in await desk.look(datetime.combine(BEGAN + timedelta(days=1), time(9)))]
    assert fired == ["orders{channel=wechat}"]
    await desk.look(datetime.combine(BEGAN + timedelta(days=2), time(9)))
    async with desk.world.store.begin() as tx:
        (alert,) = (await tx.latest(["orders"])).values()
    person = desk.workspace.people["liwei"]
    more = (person, "web", desk.world, desk.workspace)
    closed = await respond.close(alert.handle, None, Reason.REAL_ACTED, *more, cause="表单坏了", action="fixed")
    (incident,) = await incidents.listed(desk.world)
    assert (incident.first, incident.last, incident.metric, incident.labels) == (BEGAN, SECOND, "order_rate", WECHAT)
    assert incident.text == "表单坏了"

    await respond.reopen(closed.after.handle, *more)
    (incident,) = await incidents.listed(desk.world)
    assert incident.dropped_by == "liwei"


@pytest.fixture
async def burning(tmp_path: Path) -> AsyncIterator[Desk]:
    """WeChat's order rate falls by a fifth and stays there."""
    facts = steady(date(2026, 8, 10), 75, ("wechat", "douyin"), ROW)
    since(BEGAN, "wechat", orders_placed=800)(facts)
    async with at_work(TEAM, tmp_path, facts) as made:
        yield made


async def held_against(desk: Desk, day: date) -> float:
    """Return what the alert of a day says is usual."""
    await desk.look(datetime.combine(day + timedelta(days=1), time(9)))
    async with desk.world.store.begin() as tx:
        (alert,) = (await tx.latest(["orders"])).values()
    assert alert.finding.period.start.date() == day
    return alert.finding.headline.baseline


async def test_an_alert_that_burns_does_not_teach_its_own_mean(burning: Desk):
    usual = [await held_against(burning, BEGAN + timedelta(days=each)) for each in (0, 3, 6, 9)]
    assert usual == pytest.approx([0.05] * 4)


async def test_once_people_call_it_expected_its_days_are_as_usual_as_any(burning: Desk):
    for each in (0, 3, 6):
        await held_against(burning, BEGAN + timedelta(days=each))
    async with burning.world.store.begin() as tx:
        (alert,) = (await tx.latest(["orders"])).values()
    person = burning.workspace.people["liwei"]
    more = (person, "web", burning.world, burning.workspace)
    await respond.close(alert.handle, None, Reason.REAL_EXPECTED, *more, cause="x", action="y")
    # Of four weeks, 618 and its days are no ordinary ones: nine of before, and the seven since.
    assert await held_against(burning, BEGAN + timedelta(days=7)) == pytest.approx((9 * 0.05 + 7 * 0.04) / 16)


async def test_what_is_bad_for_four_weeks_and_nobody_closes_is_usual_in_the_end(burning: Desk):
    usual = [await held_against(burning, BEGAN + timedelta(days=each)) for each in range(0, 29, 4)]
    assert usual == pytest.approx([0.05] * 8)
    await burning.look(datetime.combine(BEGAN + timedelta(days=30), time(9)))
    async with burning.world.store.begin() as tx:
        (alert,) = (await tx.latest(["orders"])).values()
    assert not alert.condition.is_bad


@pytest.mark.parametrize("reason", [Reason.REAL_EXPECTED, Reason.FALSE_ALARM])
async def test_an_alert_that_was_expected_or_false_is_no_incident(desk: Desk, reason: Reason):
    await desk.look(datetime.combine(BEGAN + timedelta(days=1), time(9)))
    async with desk.world.store.begin() as tx:
        (alert,) = (await tx.latest(["orders"])).values()
    person = desk.workspace.people["liwei"]
    await respond.close(alert.handle, None, reason, person, "web", desk.world, desk.workspace, cause="x", action="y")
    assert await incidents.listed(desk.world) == ()


@pytest.mark.parametrize(
    ("tongue", "written", "listed", "dropped"),
    [
        ("zh", "从现在起，这几天不再算作平常", "近三个月的事故：1 条", "这几天重新算作平常日子"),
        ("en", "no part of what is usual", "1 incident in three months", "count as usual ones again"),
    ],
)
async def test_in_chat_it_is_written_seen_and_taken_back(desk: Desk, tongue, written, listed, dropped):
    desk.clock.moment = datetime(2026, 7, 16, 2, tzinfo=UTC)
    kept = await say(desk, "incident wechat 2026-07-01..2026-07-08: the form was broken", tongue=tongue)
    assert written in kept
    (incident,) = await incidents.listed(desk.world)
    assert (incident.first, incident.last, incident.labels) == (BEGAN, ENDED, WECHAT)
    assert "orders{channel=wechat}" in await look(desk)

    button = f"incident drop {incidents.mark_of(incident)}"
    seen = await say(desk, "incident list", tongue=tongue)
    assert listed in seen
    assert "the form was broken" in seen
    assert button in kept
    assert button in seen

    assert dropped in await say(desk, button, tongue=tongue)
    assert button not in await say(desk, "incident list", tongue=tongue)
    assert incidents.mark_of(incident) in await say(desk, button, tongue=tongue)  # there is none any more
