"""The brief's own tables, row by row: each sentence as it stands there, on numbers that break it or nearly do.

All rules of a table watch the same files, so that each row shows as well that no other speaks. A number is broken by
one unit across its bound. The evening before, while the day is not over, nothing may be said of it.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from core.notices.notice import Kind
from tests.daily import Edit, Team, at_desk, at_work, noisy, on, since, steady

TEN = ("wechat", "douyin", "kuaishou", "xiaohongshu", "weibo", "bilibili", "baidu", "tmall", "jd", "site")
LEADS = {"liwei": TEN[:3], "chenjie": TEN[3:]}
DAYS = 36


Case = tuple[list[Edit], list[str]]  # what is other than steady, and `RULE{SLICE} → PERSON` for all that fires


def breaking(cases: list[Case]) -> list[Case]:
    return [(edits, expected) for edits, expected in cases if expected]


def nearly(cases: list[Case]) -> list[list[Edit]]:
    return [edits for edits, expected in cases if not expected]


async def check(
    team: Team, folder: Path, row: dict[str, float], edits: list[Edit], last: date, expected: list[str]
) -> None:
    """Hold what fires for the last day, and who hears of it, against what is expected and nothing beside it."""
    facts = steady(last, DAYS, TEN, row)
    for edit in edits:
        edit(facts)
    async with at_work(team, folder, facts) as desk:
        if expected:  # not before the day is over
            assert await desk.look(datetime.combine(last, time(23, 55))) == []
        fired = await desk.look(datetime.combine(last + timedelta(days=1), time(9)))
        assert fired == [(one.partition(" → ")[0], str(last)) for one in expected]
        assert desk.heard == [f"{Kind.FIRST} {one.partition(' → ')[2]}" for one in expected]


# --- A 1.5: four kinds of rules --------------------------------------------------------------------------------

WEDNESDAY = date(2026, 7, 15)
BEFORE = WEDNESDAY - timedelta(days=1)
KINDS = Team(
    rules={
        "static": ("转化率低于2%自动报警", "analyst"),
        "trend": ("环比下滑超过30%报警", "ads_team"),
        "composite": ("渠道ROI<1且预算超支", "channel_lead"),
        "behaviour": ("用户跳出率突然飙升", "cs_team"),
    },
    more={"trend": ", metric: impressions"},
    leads=LEADS,
)
KINDS_ROW = {
    "impressions": 200_000,
    "clicks": 10_000,
    "conversions": 300,
    "spend": 1000,
    "budget": 1000,
    "revenue": 2000,
    "visits": 5000,
    "single_page_visits": 2000,
}
A_BOUNCE = noisy(0.05, "single_page_visits")


KINDS_CASES: list[Case] = [
    # R1: exactly 2 % of 100,000 clicks, and one conversion less
    ([on(WEDNESDAY, conversions=200)], []),
    ([on(WEDNESDAY, conversions=200), on(WEDNESDAY, "weibo", conversions=199)], ["static{} → analyst"]),
    ([on(WEDNESDAY, "weibo", conversions=0)], []),  # one channel of ten
    ([on(WEDNESDAY, clicks=29, conversions=0)], []),  # 290 clicks; the least that tell a rate are 300
    ([on(WEDNESDAY, clicks=30, conversions=0)], ["static{} → analyst"]),
    # R2: exactly −30 %, and one impression less
    ([on(WEDNESDAY, impressions=140_000)], []),
    ([on(WEDNESDAY, impressions=140_000), on(WEDNESDAY, "jd", impressions=139_999)], ["trend{} → ads_team"]),
    ([on(WEDNESDAY, "jd", impressions=10_000)], []),
    # R3: both on one slice, or nothing
    ([on(WEDNESDAY, "wechat", spend=1001, revenue=1000)], ["composite{channel=wechat} → liwei"]),
    ([on(WEDNESDAY, "weibo", spend=1001, revenue=1000)], ["composite{channel=weibo} → chenjie"]),
    ([on(WEDNESDAY, "wechat", spend=1001, revenue=1001)], []),  # overspent, at a ROI of exactly 1
    ([on(WEDNESDAY, "wechat", revenue=999)], []),  # below 1, with exactly the budget spent
    ([on(WEDNESDAY, "wechat", revenue=999), on(WEDNESDAY, "weibo", spend=1001)], []),
    # R4: of every visit in five twice as many leave at once; noise, and what one channel does, is not sudden
    ([on(WEDNESDAY, single_page_visits=4000)], ["behaviour{} → cs_team"]),
    ([on(WEDNESDAY, single_page_visits=2060)], []),
    ([on(WEDNESDAY, single_page_visits=400)], []),  # a fall is no rise
    ([on(WEDNESDAY, "weibo", single_page_visits=2400)], []),
]


@pytest.mark.parametrize(("edits", "expected"), breaking(KINDS_CASES))
async def test_each_kind_of_rule_fires_beyond_its_bound_and_nothing_else_does(tmp_path: Path, edits, expected):
    await check(KINDS, tmp_path, KINDS_ROW, [A_BOUNCE, *edits], WEDNESDAY, expected)


# R1 with two bounds: what lies on either is still inside, in both tongues.
BOUNDS = Team(
    rules={
        "outside": ("转化率不在2%到4%之间", "analyst"),
        "between": ("spend between 10010 and 10020", "ads_team"),
    },
    more={},
    leads=LEADS,
)
BOUNDS_CASES: list[Case] = [
    ([on(WEDNESDAY, conversions=200)], []),  # exactly 2 %
    ([on(WEDNESDAY, conversions=200), on(WEDNESDAY, "weibo", conversions=199)], ["outside{} → analyst"]),
    ([on(WEDNESDAY, conversions=400)], []),  # exactly 4 %
    ([on(WEDNESDAY, conversions=400), on(WEDNESDAY, "weibo", conversions=401)], ["outside{} → analyst"]),
    ([on(WEDNESDAY, "weibo", spend=1009)], []),
    ([on(WEDNESDAY, "weibo", spend=1010)], ["between{} → ads_team"]),
    ([on(WEDNESDAY, "weibo", spend=1020)], ["between{} → ads_team"]),
    ([on(WEDNESDAY, "weibo", spend=1021)], []),
]


@pytest.mark.parametrize(("edits", "expected"), BOUNDS_CASES)
async def test_of_two_bounds_each_is_one_and_what_lies_on_it_is_inside(tmp_path: Path, edits, expected):
    await check(BOUNDS, tmp_path, KINDS_ROW, edits, WEDNESDAY, expected)


# --- A 1.7: 618 ------------------------------------------------------------------------------------------------

IN_618 = date(2026, 6, 10)
SHOP = Team(
    rules={
        "delivery": ("曝光量日环比下滑>20%", "ads_team"),
        "channels": ("渠道ROI<1/转化率骤降>10%", "channel_lead"),
        "content": ("评论负面占比>30%", "content_team"),
        "customers": ("下单率低于历史均值10%", "cs_team"),
    },
    more={},
    leads=LEADS,
)
SHOP_ROW = {
    "impressions": 20_000_000,
    "clicks": 1_000_000,
    "conversions": 30_000,
    "spend": 1000,
    "revenue": 2000,
    "comments": 100,
    "negative_comments": 10,
    "visits": 10_000,
    "orders_placed": 500,
}
SMALL = since(date.min, "weibo", clicks=2000, conversions=60)


SHOP_CASES: list[Case] = [
    # EC1: exactly −20 %, and one impression less of two hundred million
    ([on(IN_618, impressions=16_000_000)], []),
    (
        [on(IN_618, impressions=16_000_000), on(IN_618, "jd", impressions=15_999_999)],
        ["delivery{} → ads_team"],
    ),
    ([on(IN_618, "jd", impressions=1_000_000)], []),
    # EC2: either is enough, for one channel of ten and its own lead
    ([on(IN_618, "douyin", revenue=1000)], []),
    ([on(IN_618, "douyin", revenue=999)], ["channels{channel=douyin} → liwei"]),
    ([on(IN_618, "jd", revenue=999)], ["channels{channel=jd} → chenjie"]),
    ([on(IN_618, "jd", conversions=27_000)], []),
    ([on(IN_618, "jd", conversions=26_999)], ["channels{channel=jd} → chenjie"]),
    ([SMALL, on(IN_618, "weibo", conversions=50)], []),  # −17 % of sixty may well be luck
    ([SMALL, on(IN_618, "weibo", conversions=30)], ["channels{channel=weibo} → chenjie"]),
    ([SMALL, on(IN_618, "weibo", clicks=299, conversions=0)], []),
    ([SMALL, on(IN_618, "weibo", clicks=300, conversions=0)], ["channels{channel=weibo} → chenjie"]),
    # EC3: exactly 30 %, one comment more, and a sample of 29
    ([on(IN_618, negative_comments=30)], []),
    ([on(IN_618, negative_comments=30), on(IN_618, "site", negative_comments=31)], ["content{} → content_team"]),
    ([on(IN_618, "site", negative_comments=100)], []),
    ([on(IN_618, comments=3, negative_comments=3), on(IN_618, "site", comments=2, negative_comments=2)], []),
    ([on(IN_618, comments=3, negative_comments=3)], ["content{} → content_team"]),
    # EC4: exactly a tenth below its mean, and one order less
    ([on(IN_618, orders_placed=450)], []),
    ([on(IN_618, orders_placed=450), on(IN_618, "site", orders_placed=449)], ["customers{} → cs_team"]),
    ([on(IN_618, visits=29, orders_placed=0)], []),
    ([on(IN_618, visits=30, orders_placed=0)], ["customers{} → cs_team"]),
]


@pytest.mark.parametrize(("edits", "expected"), breaking(SHOP_CASES))
async def test_each_row_of_618_is_told_to_its_team_alone(tmp_path: Path, edits, expected):
    await check(SHOP, tmp_path, SHOP_ROW, edits, IN_618, expected)


# --- A 1.8: leads ----------------------------------------------------------------------------------------------

B2B = Team(
    rules={
        "leads": ("日增量低于均值30%", "marketing_team"),
        "quality": ("低质量线索占比>20%", "content_team"),
        "conversion": ("转化率低于目标值", "sales_team"),
        "feedback": ("负反馈率升高", "cs_team"),
    },
    more={"leads": ", metric: leads"},
    leads={},
    targets="- {target: cvr, from: 2026-07-01, to: 2026-07-31, value: 3%}\n",
)
B2B_ROW = {
    "leads": 100,
    "scored_leads": 90,
    "low_quality_leads": 9,
    "clicks": 10_000,
    "conversions": 300,
    "feedbacks": 50_000,
    "negative_feedbacks": 5000,
}


def rising(*feedbacks: int) -> list[Edit]:
    """Write the complaints of the last days, the newest last."""
    return [
        on(WEDNESDAY - timedelta(days=back), "site", negative_feedbacks=number)
        for back, number in enumerate(reversed(feedbacks))
    ]


B2B_CASES: list[Case] = [
    # B1: exactly 30 % below the mean, and one lead less
    ([on(WEDNESDAY, leads=70, scored_leads=50, low_quality_leads=5)], []),
    (
        [
            on(WEDNESDAY, leads=70, scored_leads=50, low_quality_leads=5),
            on(WEDNESDAY, "site", leads=69),
        ],
        ["leads{} → marketing_team"],
    ),
    ([on(WEDNESDAY, "site", leads=0, scored_leads=0, low_quality_leads=0)], []),
    # B2: exactly a fifth, one lead more, and a sample of 19
    ([on(WEDNESDAY, low_quality_leads=18)], []),
    (
        [on(WEDNESDAY, low_quality_leads=18), on(WEDNESDAY, "site", low_quality_leads=19)],
        ["quality{} → content_team"],
    ),
    (
        [
            on(WEDNESDAY, scored_leads=2, low_quality_leads=2),
            on(WEDNESDAY, "site", scored_leads=1, low_quality_leads=1),
        ],
        [],
    ),
    ([on(WEDNESDAY, scored_leads=2, low_quality_leads=2)], ["quality{} → content_team"]),
    # B3: the target itself, and one conversion less
    ([on(WEDNESDAY, conversions=300)], []),
    ([on(WEDNESDAY, "site", conversions=299)], ["conversion{} → sales_team"]),
    # B4: a fifth above the mean fires, one complaint less does not; so do three rises that are no luck
    ([on(WEDNESDAY, negative_feedbacks=6000)], ["feedback{} → cs_team"]),
    ([on(WEDNESDAY, negative_feedbacks=6000), on(WEDNESDAY, "site", negative_feedbacks=5999)], []),
    (rising(5400, 5800, 6200), ["feedback{} → cs_team"]),
    (rising(5800, 5800, 6200), []),
    (rising(5001, 5002, 5003), []),
    (
        [
            on(WEDNESDAY, feedbacks=3, negative_feedbacks=3),
            on(WEDNESDAY, "site", feedbacks=2, negative_feedbacks=2),
        ],
        [],
    ),
    ([on(WEDNESDAY, feedbacks=3, negative_feedbacks=3)], ["feedback{} → cs_team"]),
]


@pytest.mark.parametrize(("edits", "expected"), breaking(B2B_CASES))
async def test_each_row_of_the_leads_is_told_to_its_team_alone(tmp_path: Path, edits, expected):
    await check(B2B, tmp_path, B2B_ROW, edits, WEDNESDAY, expected)


async def test_without_a_target_for_the_month_there_is_nothing_to_miss(tmp_path: Path):
    last = date(2026, 8, 12)

    await check(B2B, tmp_path, B2B_ROW, [on(last, conversions=1)], last, [])


@pytest.mark.parametrize(("scores", "fires"), [((59.9, 59.9), True), ((59.9, 60), False)])
async def test_a_lead_is_of_low_quality_below_the_cutoff_and_not_at_it(tmp_path: Path, scores, fires):
    rows = [("2026-07-14", 80)] * 100 + [("2026-07-15", score) for score in (*[10] * 19, *scores, *[80] * 79)]
    B2B.write(tmp_path, ["leads"])
    (tmp_path / "sources.yaml").write_text(
        "- {source: crm, files: leads.csv, grain: day, time: day, measures: {leads: {count: rows}, "
        "scored_leads: {count: score}, low_quality_leads: {count: rows, where: {score: {below: 60}}}}}\n",
        encoding="utf-8",
    )
    (tmp_path / "rules.yaml").write_text(
        "- {rule: quality, when: 低质量线索占比>20%, owner: content_team}\n", encoding="utf-8"
    )
    (tmp_path / "leads.csv").write_text("day,score\n" + "".join(f"{d},{s}\n" for d, s in rows), encoding="utf-8")
    async with at_desk(tmp_path) as desk:
        fired = await desk.look(datetime.combine(date(2026, 7, 16), time(9)))

        assert fired == ([("quality{}", "2026-07-15")] if fires else [])
        assert desk.heard == ([f"{Kind.FIRST} content_team"] if fires else [])


# --- and weeks in which nothing happens ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("team", "row", "last", "base", "cases"),
    [
        (KINDS, KINDS_ROW, WEDNESDAY, [A_BOUNCE], KINDS_CASES),
        (SHOP, SHOP_ROW, IN_618, [], SHOP_CASES),
        (B2B, B2B_ROW, WEDNESDAY, [], B2B_CASES),
    ],
)
async def test_what_lies_just_within_the_bounds_of_a_table_is_silent(tmp_path: Path, team, row, last, base, cases):
    next_day = datetime.combine(last + timedelta(days=1), time(9))
    facts = steady(last, DAYS, TEN, row)
    async with at_work(team, tmp_path, facts) as desk:
        # One after another, as if restated; at last one that breaks, so that this silence is not that of the deaf.
        for number, edits in enumerate([*nearly(cases), breaking(cases)[0][0]]):
            facts = steady(last, DAYS, TEN, row)
            for edit in (*base, *edits):
                edit(facts)
            desk.write(facts)
            fired = await desk.look(next_day + timedelta(minutes=number))
            assert bool(fired) == (number == len(nearly(cases))), number
        assert len(desk.heard) == 1


@pytest.mark.parametrize(
    ("team", "row", "strays", "last"),
    [
        (KINDS, KINDS_ROW, ("impressions", "conversions", "revenue", "single_page_visits"), WEDNESDAY),
        (SHOP, SHOP_ROW, ("impressions", "conversions", "revenue", "negative_comments", "orders_placed"), IN_618),
        (B2B, B2B_ROW | {"conversions": 320}, ("leads", "low_quality_leads", "conversions"), WEDNESDAY),
    ],
)
async def test_a_week_of_mere_noise_is_silent(tmp_path: Path, team, row, strays, last):
    facts = steady(last, DAYS, TEN, row | ({"leads": 120} if "leads" in row else {}))
    noisy(0.05, *strays)(facts)
    async with at_work(team, tmp_path, facts) as desk:
        await desk.look(datetime.combine(last - timedelta(days=6), time(9)))

        assert await desk.look(datetime.combine(last + timedelta(days=1), time(9))) == []
        assert desk.heard == []
