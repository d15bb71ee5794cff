"""The brief's four cases as they were lived, and its two rules that find every Saturday.

A campaign whose channel fails on its third day; a channel of 618 that stops selling, or is visited by fewer people;
a summer promotion whose copy no longer works; a landing page whose form is broken while the ads do well.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

import pytest

from core.notices.notice import Kind
from core.rules.check import doubts, settled
from core.rules.parse import understand
from core.rules.say import say
from tests.daily import Edit, Team, at, at_desk, at_work, hourly, noisy, on, since, steady, weekly

FOUR = ("wechat", "douyin", "kuaishou", "baidu")
LEADS = {"liwei": FOUR[:2], "chenjie": FOUR[2:]}
DAY = (4, 2, 1, 1, 1, 2, 4, 7, 10, 12, 13, 13, 14, 13, 12, 12, 12, 13, 14, 16, 18, 17, 13, 8)  # visits of each hour

# --- M1: found out at the end of the month, although it began on the third day ---------------------------------

FLOW = Team({"flow": ("渠道流量暴跌", "channel_lead")}, more={"flow": ", grain: hour"}, leads=LEADS, grain="hour")
THIRD = date(2026, 7, 3)
FAILED = datetime.combine(THIRD, time(14))


def by_hour(facts) -> None:
    for (when, _), row in facts.items():
        row.update({name: number * DAY[when.hour] for name, number in row.items()})


@pytest.mark.parametrize(("left", "fires"), [(0.3, True), (0.9, False)])
async def test_a_channel_that_fails_on_the_third_day_of_a_campaign_is_told_on_the_third_day(
    tmp_path: Path, left, fires
):
    facts = hourly(THIRD - timedelta(days=2), FAILED + timedelta(hours=4), FOUR, {"visits": 60})
    for edit in (by_hour, noisy(0.04, "visits"), at(FAILED, "kuaishou", visits=left)):
        edit(facts)
    async with at_work(FLOW, tmp_path, facts) as desk:
        await desk.look(FAILED - timedelta(hours=2))
        assert await desk.look(FAILED + timedelta(minutes=55)) == []  # that hour is not over

        fired = await desk.look(FAILED + timedelta(hours=1, minutes=1))

        assert [who for who, _ in fired] == (["flow{channel=kuaishou}"] if fires else [])
        assert desk.heard == ([f"{Kind.FIRST} chenjie"] if fires else [])
        assert await desk.look(FAILED + timedelta(hours=3)) == []


@pytest.mark.parametrize(("visits", "fires"), [(3000, True), (9300, False)])
async def test_a_channel_that_opened_three_days_ago_is_held_against_its_siblings(tmp_path: Path, visits, fires):
    facts = steady(THIRD, 36, FOUR, {"visits": 10_000})
    for edit in (noisy(0.04, "visits"), on(THIRD, "kuaishou", visits=visits)):
        edit(facts)
    new = {
        (when, who): row for (when, who), row in facts.items() if who != "kuaishou" or when.date() > date(2026, 6, 30)
    }
    async with at_work(Team({"flow": ("渠道流量暴跌", "channel_lead")}, {}, LEADS), tmp_path, new) as desk:
        assert await desk.look(datetime.combine(THIRD, time(23))) == []

        fired = await desk.look(datetime.combine(THIRD + timedelta(days=1), time(9)))

        assert fired == ([("flow{channel=kuaishou}", str(THIRD))] if fires else [])


PROMOTED = date(2026, 6, 8)  # within the theme days of both years


@pytest.mark.parametrize(("visits", "fires"), [(3000, True), (9300, False)])
async def test_a_channel_of_618_alone_is_held_against_the_last_618_on_its_third_day(tmp_path: Path, visits, fires):
    """Nobody is beside it, and the campaign begins with a ramp: as it did last year, at twice the numbers."""
    ramp = (2_000, 5_000, 9_000, 8_800, 9_100, 9_000, 8_900, 9_200, 9_050, 8_950, 9_000, 9_100, 8_900, 9_000)
    today = PROMOTED + timedelta(days=2)
    last = PROMOTED.replace(year=PROMOTED.year - 1)
    facts = steady(today, 400, FOUR[:1], {"visits": 1})
    for place, number in enumerate(ramp):
        on(last + timedelta(days=place), "wechat", visits=2 * number)(facts)
    for place, number in enumerate((*ramp[:2], visits)):
        on(PROMOTED + timedelta(days=place), "wechat", visits=number)(facts)
    new = {(when, who): row for (when, who), row in facts.items() if row["visits"] > 1}
    async with at_work(Team({"flow": ("渠道流量暴跌", "channel_lead")}, {}, LEADS), tmp_path, new) as desk:
        assert await desk.look(datetime.combine(today, time(9))) == []

        fired = await desk.look(datetime.combine(today + timedelta(days=1), time(9)))

        assert fired == ([("flow{channel=wechat}", str(today))] if fires else [])


# --- T7: 618, by channel, people and what they do --------------------------------------------------------------

IN_618 = date(2026, 6, 10)
SALE = Team({"uv": ("渠道UV骤降", "ads_team"), "cvr": ("渠道转化率突然下滑", "channel_lead")}, {}, LEADS)


@pytest.mark.parametrize(
    ("people", "buyers", "expected"),
    [
        (400, 12, [("cvr{channel=douyin}", "liwei")]),
        (400, 38, []),
        (160, 40, [("uv{channel=douyin}", "ads_team")]),  # as many clicks, by fewer people
        (390, 40, []),
    ],
)
async def test_the_channel_of_618_that_stops_selling_or_is_visited_by_fewer(tmp_path: Path, people, buyers, expected):
    chance, lines = Random(7), ["day,channel,visitor,ordered"]
    for back in range(22):
        day = IN_618 - timedelta(days=back)
        for channel in FOUR:
            is_it = (day, channel) == (IN_618, "douyin")
            visitors, bought = (people, buyers) if is_it else (chance.randint(390, 400), chance.randint(38, 42))
            lines += [f"{day},{channel},{channel}{back}-{each % visitors},{int(each < bought)}" for each in range(400)]
    SALE.write(tmp_path, [])
    (tmp_path / "sources.yaml").write_text(
        "- {source: clicks, files: clicks.csv, grain: day, time: day, dimensions: {channel: channel}, measures: "
        "{uv: {distinct: visitor}, clicks: {count: rows}, conversions: {count: rows, where: {ordered: ['1']}}}}\n",
        encoding="utf-8",
    )
    (tmp_path / "clicks.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    async with at_desk(tmp_path) as desk:
        assert await desk.look(datetime.combine(IN_618, time(23))) == []

        fired = await desk.look(datetime.combine(IN_618 + timedelta(days=1), time(9)))

        assert fired == [(who, str(IN_618)) for who, _ in expected]
        assert desk.heard == [f"{Kind.FIRST} {person}" for _, person in expected]


# --- R-E: the summer promotion, under control the same day -----------------------------------------------------

SUMMER = Team({"copy": ("渠道转化率环比下滑40%", "ops_team")}, more={"copy": ", grain: hour"}, leads={}, grain="hour")
TWO = datetime.combine(date(2026, 7, 22), time(14))


@pytest.mark.parametrize(("clicks", "left", "fires"), [(1000, 0.6, True), (1000, 0.62, False), (299, 0, False)])
async def test_copy_that_no_longer_works_is_told_to_operations_within_the_hour(tmp_path: Path, clicks, left, fires):
    facts = hourly(TWO.date() - timedelta(days=1), TWO + timedelta(hours=3), FOUR, {"clicks": 1000, "conversions": 50})
    at(TWO, "douyin", conversions=left, clicks=clicks / 1000)(facts)
    async with at_work(SUMMER, tmp_path, facts) as desk:
        assert await desk.look(TWO + timedelta(minutes=59)) == []

        fired = await desk.look(TWO + timedelta(hours=1, minutes=1))

        assert [who for who, _ in fired] == (["copy{channel=douyin}"] if fires else [])
        assert desk.heard == ([f"{Kind.FIRST} ops_team"] if fires else [])


# --- Q3: the ads do well, the landing page does not ------------------------------------------------------------

HIGH = "点击率高但落地页转化率骤降"
NORMAL = "落地页转化率骤降且非点击率低于历史均值10%"  # the same where the ads do no better than ever
SAAS_ROW = {"impressions": 100_000, "clicks": 2000, "lp_visits": 1500, "form_submits": 150}
LAST = date(2026, 7, 15)


@pytest.mark.parametrize(
    ("said", "edits", "fires"),
    [
        (HIGH, [on(LAST, clicks=2200, form_submits=30)], True),
        (HIGH, [on(LAST, form_submits=30)], False),  # as many clicks as ever are not high
        (HIGH, [on(LAST, clicks=2200, form_submits=144)], False),
        (HIGH, [on(LAST, clicks=2200, form_submits=400)], False),
        (HIGH, [on(LAST, clicks=2200, lp_visits=74, form_submits=0)], False),  # 296 visits tell no rate
        (NORMAL, [on(LAST, clicks=1800, form_submits=30)], True),
        (NORMAL, [on(LAST, clicks=1800, form_submits=30), on(LAST, "baidu", clicks=1700)], False),  # it may be the ads
    ],
)
async def test_a_broken_form_is_told_to_the_technicians_and_so_is_its_recovery(
    tmp_path: Path, said, edits: list[Edit], fires
):
    next_day = LAST + timedelta(days=1)
    facts = steady(next_day, 36, FOUR, SAAS_ROW)
    for edit in (noisy(0.04, "form_submits"), *edits):
        edit(facts)
    async with at_work(Team({"form": (said, "tech")}, {}, {}), tmp_path, facts) as desk:
        assert await desk.look(datetime.combine(LAST, time(23))) == []

        fired = await desk.look(datetime.combine(next_day, time(9)))
        assert fired == ([("form{}", str(LAST))] if fires else [])

        assert await desk.look(datetime.combine(next_day + timedelta(days=1), time(9))) == []
        assert desk.heard == ([f"{Kind.FIRST} tech", f"{Kind.RECOVERED} tech"] if fires else [])


# --- A7: words that find every Saturday ------------------------------------------------------------------------

WEEK = (1.0, 1.02, 1.01, 0.99, 1.0, 0.45, 0.40)
SATURDAY = date(2026, 7, 18)


@pytest.mark.parametrize(
    ("said", "metric", "holds", "breaks"),
    [
        ("环比下滑超过30%", "impressions", 0.70, 0.699),
        ("曝光量日环比下滑>20%", "impressions", 0.80, 0.799),
    ],
)
async def test_the_reading_offered_instead_is_silent_on_an_ordinary_saturday(
    tmp_path: Path, said, metric, holds, breaks
):
    def team(other: str) -> Team:
        context = f", metric: {metric}"
        rules = {"said": (said, "ads_team"), "offered": (other, "analyst")}
        return Team(rules, {"said": context, "offered": context}, {})

    facts = steady(SATURDAY, 42, ("site",), {metric: 100_000})
    weekly(WEEK, metric)(facts)
    team(said).write(tmp_path, [metric])
    async with at_work(team(said), tmp_path, facts) as desk:
        catalog = desk.workspace.catalog
        (doubt,) = [each for each in doubts(understand(said, catalog), catalog) if each.code == "doubt-weekly-season"]
        other = say(doubt.readings[1], "zh", catalog)
    for factor, fires in ((1.0, ["said{}"]), (holds, ["said{}"]), (breaks, ["offered{}", "said{}"])):
        folder = tmp_path / str(factor)
        folder.mkdir()
        since(SATURDAY, **{metric: round(45_000 * factor)})(facts)
        async with at_work(team(other), folder, facts) as desk:
            fired = await desk.look(datetime.combine(SATURDAY + timedelta(days=1), time(9)))
            assert sorted(who for who, _ in fired) == fires


async def test_a_mean_of_what_is_added_up_is_silent_on_an_ordinary_saturday_and_the_other_reading_is_not(
    tmp_path: Path,
):
    """B1: 日增量低于均值30% is held against the same weekday; whoever wants all days is shown how to say so."""

    def team(other: str) -> Team:
        said = {"said": ("日增量低于均值30%", "marketing_team"), "offered": (other, "analyst")}
        return Team(said, dict.fromkeys(said, ", metric: leads"), {})

    facts = steady(SATURDAY, 42, ("site",), {"leads": 100_000})
    weekly(WEEK, "leads")(facts)
    team("日增量低于均值30%").write(tmp_path, ["leads"])
    async with at_work(team("日增量低于均值30%"), tmp_path, facts) as desk:
        catalog = desk.workspace.catalog
        parsed = settled(understand("线索数量低于均值30%", catalog), catalog)
        (doubt,) = [each for each in doubts(parsed, catalog) if each.code == "doubt-same-weekday"]
        taken, other = (say(reading, "zh", catalog) for reading in doubt.readings)
        assert taken == "线索数量较历史同星期均值下降超过 30%"
        assert other == "线索数量较近28天均值下降超过 30%"
    for factor, fires in ((1.0, ["offered{}"]), (0.70, ["offered{}"]), (0.699, ["offered{}", "said{}"])):
        folder = tmp_path / str(factor)
        folder.mkdir()
        since(SATURDAY, leads=round(45_000 * factor))(facts)
        async with at_work(team(other), folder, facts) as desk:
            fired = await desk.look(datetime.combine(SATURDAY + timedelta(days=1), time(9)))
            assert sorted(who for who, _ in fired) == fires
