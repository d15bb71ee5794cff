"""The fourteen sentences of the brief, in both tongues, and the trees they mean."""

import pytest

from core.calendar.grain import Grain
from core.quantity import Quantity, Unit
from core.rules.parse import parse, understand
from core.rules.say import say
from core.rules.tree import (
    All,
    Any,
    Baseline,
    Bound,
    Change,
    Compare,
    Comparison,
    Condition,
    Lag,
    Reading,
    Sentence,
    Streak,
    Sudden,
    Target,
    Usual,
)
from tests.shop import a_catalog

CATALOG = a_catalog()
LESS, AT_MOST, MORE, AT_LEAST = Comparison.LESS, Comparison.AT_MOST, Comparison.MORE, Comparison.AT_LEAST
BEFORE, YESTERDAY = Lag(None, 1), Lag(Grain.DAY, 1)


def percent(hundredths: int) -> Bound:
    return Bound(Quantity.percent(hundredths))


def moved(metric: str | None, against: object, comparison: Comparison, hundredths: int) -> Condition:
    return Compare(Change(metric, against), comparison, percent(hundredths))


ROI_BELOW_ONE = Compare(Reading("roi"), LESS, Bound(Quantity.bare(1)))
OVERSPENT = Compare(Reading("budget_use"), MORE, percent(100))
RISES = Any((moved("neg_feedback_rate", Usual(), AT_LEAST, 20), Streak("neg_feedback_rate", "up", 3)))

GOLDEN = [
    ("转化率低于2%", "cvr below 2%", Sentence(Compare(Reading("cvr"), LESS, percent(2)))),
    ("环比下滑超过30%", "down more than 30% vs the previous period", Sentence(moved(None, BEFORE, LESS, -30))),
    (
        "渠道ROI<1且预算超支",
        "roi by channel < 1 and budget overspent",
        Sentence(All((ROI_BELOW_ONE, OVERSPENT)), ("channel",)),
    ),
    ("跳出率突然飙升", "bounce rate suddenly rises", Sentence(Sudden("bounce_rate", "up"))),
    (
        "曝光量日环比下滑>20%",
        "impressions down more than 20% day over day",
        Sentence(moved("impressions", YESTERDAY, LESS, -20)),
    ),
    (
        "ROI<1/转化率骤降>10%",
        "roi < 1 or cvr drops more than 10%",
        Sentence(Any((ROI_BELOW_ONE, moved("cvr", BEFORE, LESS, -10)))),
    ),
    (
        "评论负面占比>30%",
        "negative comment share > 30%",
        Sentence(Compare(Reading("neg_comment_rate"), MORE, percent(30))),
    ),
    (
        "下单率低于历史均值10%",
        "order rate below historical mean by 10%",
        Sentence(moved("order_rate", Usual(), LESS, -10)),
    ),
    ("日增量低于均值30%", "daily increase below mean by 30%", Sentence(moved(None, Usual(), LESS, -30))),
    (
        "低质量线索占比>20%",
        "low-quality share > 20%",
        Sentence(Compare(Reading("low_quality_rate"), MORE, percent(20))),
    ),
    (
        "转化率低于目标值",
        "cvr below target",
        Sentence(Compare(Reading("cvr"), LESS, Baseline("cvr", Target()))),
    ),
    ("负反馈率升高", "negative feedback rate rises", Sentence(RISES)),
    ("渠道转化率环比下滑40%", "cvr by channel drops 40%", Sentence(moved("cvr", BEFORE, AT_MOST, -40), ("channel",))),
    (
        "点击率高但转化率骤降",
        "ctr high but cvr plunges",
        Sentence(All((Compare(Reading("ctr"), AT_LEAST, Baseline("ctr", Usual())), Sudden("cvr", "down")))),
    ),
    ("线索量低于阈值", "new leads below the threshold", Sentence(Compare(Reading("leads"), LESS, Bound(None)))),
]


@pytest.mark.parametrize(("zh", "en", "tree"), GOLDEN, ids=[zh for zh, _, _ in GOLDEN])
def test_a_golden_sentence_means_one_tree_in_both_tongues(zh: str, en: str, tree: Sentence) -> None:
    assert parse(zh, CATALOG) == tree
    assert parse(en, CATALOG) == tree


@pytest.mark.parametrize(("zh", "en", "tree"), GOLDEN, ids=[zh for zh, _, _ in GOLDEN])
def test_a_golden_sentence_is_read_back_from_its_canonical_form(zh: str, en: str, tree: Sentence) -> None:
    assert parse(say(tree, "zh", CATALOG), CATALOG) == tree
    assert parse(say(tree, "en", CATALOG), CATALOG) == tree


@pytest.mark.parametrize(
    ("said", "zh", "en"),
    [
        (
            "渠道ROI<1且预算超支",
            "各渠道：投产比 < 1 且 预算执行率 > 100%",
            "by channel: ROI < 1 and budget pacing > 100%",
        ),
        ("曝光量日环比下滑>20%", "曝光量日环比下降超过 20%", "impressions down more than 20% day over day"),
        ("日增量低于均值30%", "该指标较历史均值下降超过 30%", "the metric down more than 30% vs historical mean"),
        ("线索量低于阈值", "线索数量 < 阈值", "new leads < the threshold"),
    ],
)
def test_the_canonical_sentence_reads_plainly(said: str, zh: str, en: str) -> None:
    tree = parse(said, CATALOG)
    assert say(tree, "zh", CATALOG) == zh
    assert say(tree, "en", CATALOG) == en


SAME = [
    ("转化率低于2%自动报警", "ＣＶＲ＜２％", "cvr < 2 percent", "Conversion Rate under 2%"),
    ("环比下滑超过30%报警", "该指标环比下降 > 30%", "the metric falls by more than 30% period over period"),
    ("用户跳出率突然飙升", "跳出率飙升", "bounce rate surges", "bounce rate rises suddenly"),
    ("各渠道ROI低于1，且超支", "按渠道：roi<1 并且 预算超支", "by channel: roi under 1 && over budget"),
    (
        "转化率在1~3%之间",
        "转化率介于1%到3%之间",
        "转化率不低于1%且转化率不超过3%",
        "cvr between 1% and 3%",
        "cvr>=1% and cvr at most 3%",
    ),
    ("转化率环比下滑20%以上", "转化率环比下降至少20%", "cvr drops at least 20%", "cvr down 20% or more"),
    ("转化率2%以下", "转化率不高于2%", "cvr 2% or less", "cvr no more than 2%"),
    (
        "曝光量低于近7天均值",
        "曝光量<最近7天平均值",
        "impressions below 7-day mean",
        "impressions below the mean of the last 7 days",
    ),
    (
        "曝光量低于同星期均值30%",
        "impressions below same-weekday mean by 30%",
        "impressions 30% below same-weekday mean",
    ),
    ("转化率较去年同期下降超过0.5个百分点", "转化率同比下降超过0.5pp", "cvr down more than 0.5pp year over year"),
    ("曝光量周同比下降超过20%", "impressions down more than 20% vs same weekday last week"),
    ("花费≥1.2万元", "spend at least ¥12,000", "spend >= 12k yuan", "花费不低于 12000 元"),
    ("转化率连续3天上升", "转化率连续三天上涨", "cvr up 3 days in a row", "cvr rises for 3 consecutive days"),
    ("转化率连续3期上升", "连续三期转化率上涨", "cvr up 3 periods in a row", "cvr rises 3 times in a row"),
    (
        "转化率连续3天低于2%",
        "连续3天转化率低于2%",
        "连续三天（转化率<2%）",
        "cvr below 2% for 3 days",
        "(cvr < 2%) 3 days in a row",
    ),
    (
        "近5天中3天转化率低于2%",
        "转化率最近5天有3天低于2%",
        "转化率5天内至少3天低于2%",
        "cvr below 2% in 3 of 5 days",
        "cvr below 2% at least 3 of the last 5 days",
    ),
    ("连续3天预算超支", "budget overspent 3 days in a row"),
    (
        "曝光量较上次618同期下滑超过20%",
        "曝光量较去年618同期下滑超过20%",
        "曝光量较618大促同期下降超过20%",
        "impressions down more than 20% vs same day of last 618",
        "impressions down more than 20% vs last 618",
    ),
    (
        "花费春节对齐下滑超过10%",
        "花费较上次春节同期下滑超过10%",
        "spend down more than 10% vs the same day of the last spring festival",
    ),
    (
        "曝光量活动同期下滑>20%",
        "曝光量低于活动同期20%",
        "impressions down more than 20% vs same day of the last promotion",
    ),
    ("花费较上次周年庆同期下降20%", '花费 down 20% vs same day of the last "周年庆"'),
    (
        "曝光量截至当前同期下滑>20%",
        "曝光量截至当前较昨日下滑超过20%",
        "impressions so far down more than 20%",
        "impressions down more than 20% so far vs yesterday",
    ),
    ("花费较2026-01-01上升超过50%", "花费定基比2026年1月1日上升超过50%", "spend up more than 50% vs 2026-01-01"),
    (
        "渠道花费占比>60%",
        "各渠道花费份额>60%",
        "share of spend by channel > 60%",
        "spend share of total by channel > 60%",
    ),
    ("渠道花费前3集中度>80%", "前3大渠道花费集中度>80%", "top 3 share of spend by channel > 80%"),
    ("渠道花费集中度>0.25", "hhi of spend by channel > 0.25", "concentration of spend by channel > 0.25"),
    ("花费无数据", "花费没有数据", "spend has no data"),
    ("花费3天无数据", "连续三天花费没有数据", "spend has no data for 3 days"),
    ("转化率近5天中3天上升", "近5天中3天（转化率>上期）", "cvr rises in 3 of 5 days"),
    ("非（ROI<1）或花费>预算", "not (roi < 1) or spend > budget", "不是(ROI<1) 或者 花费高于预算"),
    (
        "各渠道各地区ROI<1",
        "各渠道和地区ROI<1",
        "渠道、地区：ROI<1",
        "by channel and by region roi < 1",
        "roi by channel and region < 1",
        "by channel, region: roi < 1",
        "roi < 1 per channel per region",
    ),
    ("曝光量低于昨日20%", "曝光量较昨日下降超过20%", "impressions below yesterday by 20%"),
    ("花费较3天前上涨超过10%", "spend up more than 10% vs 3 days ago"),
    ("曝光量低于近28天中位数", "impressions below the 28-day median"),
    ("曝光量日环比 > -5%", "曝光量日环比变化 > -5%", "impressions change vs yesterday > -5%"),
    ("转化率不等于2%", "cvr != 2%"),
    ("投产比<2倍", "roi < 2x"),
    ("预算超支>120%", "预算执行率>120%", "budget overspent > 120%"),
    ("下单率低于历史均值超过10%", "order rate below historical mean by more than 10%"),
    ("转化率低于点击率的历史均值", "cvr < ctr historical mean"),
    ("转化率骤降", "转化率突然下降", "cvr plunges", "cvr suddenly drops"),
    ("转化率降低", "cvr drops"),
]


@pytest.mark.parametrize("spellings", SAME, ids=[each[0] for each in SAME])
def test_different_spellings_are_the_same_tree(spellings: tuple[str, ...]) -> None:
    assert {parse(each, CATALOG) for each in spellings} == {parse(spellings[0], CATALOG)}


def test_a_bound_is_strict_or_not_just_as_it_is_said() -> None:
    strict, inclusive = moved("cvr", BEFORE, LESS, -40), moved("cvr", BEFORE, AT_MOST, -40)
    assert parse("转化率环比下滑超过40%", CATALOG).condition == strict
    assert parse("转化率环比下滑>=40%", CATALOG).condition == inclusive
    assert parse("转化率环比下滑40%", CATALOG).condition == inclusive
    assert understand("转化率环比下滑40%", CATALOG).choices == {"inclusive"}
    assert understand("转化率环比下滑至少40%", CATALOG).choices == frozenset()


def test_points_are_not_percent() -> None:
    tree = parse("转化率环比下降超过0.5pp", CATALOG)
    bound = Bound(Quantity(Quantity.percent("-0.5").value, Unit.POINTS))
    assert tree.condition == Compare(Change("cvr", BEFORE, relative=False), LESS, bound)
