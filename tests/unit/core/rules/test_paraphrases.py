"""What marketers write for the article's rules, in their own words, and what each is read as."""

import pytest

from core.errors import Invalid
from core.metrics.catalog import Catalog
from core.metrics.load import builtin
from core.rules.check import settled
from core.rules.parse import parse, understand
from core.rules.say import say
from tests.shop import a_catalog

CATALOG = a_catalog()
CTR, MEAN = "click-through rate", "vs historical mean"
ZH = [
    ("各渠道曝光量贡献度环比下降超过10个百分点", "各渠道：曝光量占总体环比下降超过 10 个百分点"),
    ("渠道花费占比比上周提高5个百分点", "各渠道：花费占总体周环比上升至少 5 个百分点"),
    ("渠道花费集中度较历史均值上升超过20%", "各渠道：花费集中度较历史均值上升超过 20%"),
    ("渠道花费占比低于历史均值", "各渠道：花费占总体较历史均值变化 < 0%"),
    ("转化率低于2%自动报警", "转化率 < 2%"),
    ("转化率跌到2%以下", "转化率 <= 2%"),
    ("转化率掉到2%以下", "转化率 <= 2%"),
    ("转化率降到2%以下时提醒我", "转化率 <= 2%"),
    ("转化率不到2%", "转化率 < 2%"),
    ("转化率不足百分之二", "转化率 < 2%"),
    ("转化率小于百分之二", "转化率 < 2%"),
    ("当转化率 < 2% 时报警", "转化率 < 2%"),
    ("转化率低于 2 %", "转化率 < 2%"),
    ("曝光量环比降幅超过20%", "曝光量环比下降超过 20%"),
    ("曝光量日环比下滑>20%", "曝光量日环比下降超过 20%"),
    ("曝光量比昨天少了20%以上", "曝光量日环比下降至少 20%"),
    ("曝光量较昨日减少两成", "曝光量日环比下降至少 20%"),
    ("曝光量比昨天下降了五分之一", "曝光量日环比下降至少 20%"),
    ("曝光量较前一天跌超20%", "曝光量日环比下降超过 20%"),
    ("曝光量日环比跌超20%", "曝光量日环比下降超过 20%"),
    ("曝光量比前一天低20%以上", "曝光量日环比下降至少 20%"),
    ("曝光量比昨天低20%", "曝光量日环比下降至少 20%"),
    ("渠道ROI<1且预算超支", "各渠道：投产比 < 1 且 预算执行率 > 100%"),
    ("渠道ROI小于1，同时预算超支", "各渠道：投产比 < 1 且 预算执行率 > 100%"),
    ("各渠道ROI低于1并且花费超过预算", "各渠道：投产比 < 1 且 花费 > 预算"),
    ("渠道投产比跌破1且超预算", "各渠道：投产比 < 1 且 预算执行率 > 100%"),
    ("ROI 低于 1 且 花费 > 预算", "投产比 < 1 且 花费 > 预算"),
    ("用户跳出率突然飙升", "跳出率突然上升"),
    ("跳出率突然升高", "跳出率突然上升"),
    ("跳出率异常升高", "跳出率突然上升"),
    ("跳出率暴涨", "跳出率突然上升"),
    ("跳出率突增", "跳出率突然上升"),
    ("跳出率陡增", "跳出率突然上升"),
    ("ROI<1/转化率骤降>10%", "投产比 < 1 或 转化率环比下降超过 10%"),
    ("ROI<1或转化率骤降超过10%", "投产比 < 1 或 转化率环比下降超过 10%"),
    ("转化率骤降10%以上", "转化率环比下降至少 10%"),
    ("转化率陡降10%", "转化率环比下降至少 10%"),
    ("评论负面占比>30%", "评论负面占比 > 30%"),
    ("评论负面占比超三成", "评论负面占比 > 30%"),
    ("评论负面占比高于三成", "评论负面占比 > 30%"),
    ("下单率低于历史均值10%", "下单率较历史均值下降超过 10%"),
    ("下单率比历史均值低10%", "下单率较历史均值下降至少 10%"),
    ("下单率比历史平均低10%以上", "下单率较历史均值下降至少 10%"),
    ("下单率较历史均值下降10%", "下单率较历史均值下降至少 10%"),
    ("下单率低于平均水平10%", "下单率较历史均值下降超过 10%"),
    ("下单率低于近四周均值10%", "下单率较近4周均值下降超过 10%"),
    ("下单率比过去28天平均值低10%", "下单率较近28天均值下降至少 10%"),
    ("线索数量比平时少30%", "线索数量较历史同星期均值下降至少 30%"),
    ("线索数量比往常少三成", "线索数量较历史同星期均值下降至少 30%"),
    ("线索数量低于平时", "线索数量 < 历史同星期均值"),
    ("低质量线索占比>20%", "低质量线索占比 > 20%"),
    ("低质量线索占比超过两成", "低质量线索占比 > 20%"),
    ("转化率低于目标值", "转化率 < 目标值"),
    ("转化率没有达到目标", "转化率 < 目标值"),
    ("转化率未达标", "转化率 < 目标值"),
    ("转化率不达标", "转化率 < 目标值"),
    ("转化率低于目标10%", "转化率较目标值下降超过 10%"),
    ("转化率达不到目标", "转化率 < 目标值"),
    ("负反馈率升高", "负反馈率较历史均值上升至少 20% 或 负反馈率连续3期上升"),
    ("负反馈率连续三天上升", "负反馈率连续3天上升"),
    ("负反馈率连涨三天", "负反馈率连续3天上升"),
    ("负反馈率三连涨", "负反馈率连续3期上升"),
    ("负反馈率比均值高20%以上", "负反馈率较历史均值上升至少 20%"),
    ("转化率突然掉到低谷", "转化率突然下降"),
    ("转化率突然跌到谷底", "转化率突然下降"),
    ("转化率断崖式下跌", "转化率突然下降"),
    ("转化率骤降", "转化率突然下降"),
    ("转化率腰斩", "转化率环比下降至少 50%"),
    ("转化率下降一半", "转化率环比下降至少 50%"),
    ("曝光量翻倍", "曝光量环比上升至少 100%"),
    ("曝光量翻番", "曝光量环比上升至少 100%"),
    ("花费超过预算", "花费 > 预算"),
    ("花费超过预算10%", "预算执行率 > 110%"),
    ("预算超支10%", "预算执行率 > 110%"),
    ("预算执行率超过110%", "预算执行率 > 110%"),
    ("访问量暴跌", "访问量突然下降"),
    ("曝光量截至当前低于昨日", "曝光量截至当前较昨日变化 < 0%"),
    ("曝光量截至当前低于昨日同期20%", "曝光量截至当前较昨日下降超过 20%"),
    ("曝光量截至目前比昨天同期少20%以上", "曝光量截至当前较昨日下降至少 20%"),
    ("曝光量今天到现在比昨天同时段低20%", "曝光量截至当前较昨日下降至少 20%"),
    ("花费连续3天超过预算", "连续3天（花费 > 预算）"),
    ("转化率近7天有3天低于2%", "近7天中3天（转化率 < 2%）"),
    ("转化率最近7天至少3天低于2%", "近7天中3天（转化率 < 2%）"),
    ("ROI连续两周低于1", "连续2周（投产比 < 1）"),
    ("任一渠道转化率低于2%", "各渠道：转化率 < 2%"),
    ("任何渠道的ROI低于1", "各渠道：投产比 < 1"),
    ("某个渠道ROI骤降", "各渠道：投产比突然下降"),
    ("有渠道ROI小于1", "各渠道：投产比 < 1"),
    ("前三渠道花费集中度超过80%", "各渠道：花费前3集中度 > 80%"),
    ("转化率在1%到3%之外", "转化率 < 1% 或 转化率 > 3%"),
    ("转化率不在1%到3%之间", "转化率 < 1% 或 转化率 > 3%"),
    ("转化率超出1%~3%", "转化率 < 1% 或 转化率 > 3%"),
    ("转化率介于1%和3%之间", "转化率 >= 1% 且 转化率 <= 3%"),
    ("曝光量无数据", "曝光量无数据"),
    ("曝光量连续3天无数据", "连续3天（曝光量无数据）"),
    ("曝光量为0", "曝光量 = 0"),
    ("曝光量等于零", "曝光量 = 0"),
    ("花费为零", "花费 = 0"),
    ("花费归零", "花费 = 0"),
    ("转化率周同比下滑超10%", "转化率周同比下降超过 10%"),
    ("转化率比上周同期低10%", "转化率周同比下降至少 10%"),
    ("转化率同比下降10%", "转化率同比下降至少 10%"),
    ("曝光量比去年618同期低30%", "曝光量较上次618同期下降至少 30%"),
    ("曝光量较上次618同期下滑30%", "曝光量较上次618同期下降至少 30%"),
    ("转化率下降超过0.5个百分点", "转化率环比下降超过 0.5 个百分点"),
    ("转化率下降超过0.5pp", "转化率环比下降超过 0.5 个百分点"),
    ("转化率下降0.5个点", "转化率环比下降至少 0.5 个百分点"),
    ("转化率跌了两个百分点", "转化率环比下降至少 2 个百分点"),
    ("CTR高但转化率低", "点击率 >= 历史均值 且 转化率 <= 历史均值"),
    ("点击率高但转化率突然下降", "点击率 >= 历史均值 且 转化率突然下降"),
    ("花费比预算多10%", "预算执行率 >= 110%"),
    ("花费比预算高出超过10%", "预算执行率 > 110%"),
    ("花费比预算少10%以上", "预算执行率 <= 90%"),
    ("曝光量是昨天的两倍以上", "曝光量日环比上升至少 100%"),
    ("曝光量是昨天的两倍以下", "曝光量日环比变化 <= 100%"),
    ("曝光量是昨天的两倍", "曝光量日环比上升至少 100%"),
    ("曝光量超过昨天的两倍", "曝光量日环比上升超过 100%"),
    ("曝光量达到上周同期的1.5倍", "曝光量周同比上升至少 50%"),
    ("曝光量不到昨天的0.8倍", "曝光量日环比下降超过 20%"),
    ("转化率是2%以下", "转化率 <= 2%"),
    ("花费激增但转化数没有增加", "花费突然上升 且 转化数 <= 上期"),
    ("花费上升但转化数没有上升", "花费突然上升 且 转化数 <= 上期"),
    ("花费上涨20%以上但转化数下降", "花费环比上升至少 20% 且 转化数突然下降"),
]
EN = [
    (
        "share of spend by channel down 10pp vs last week",
        "by channel: share of spend down at least 10pp week over week",
    ),
    (
        "top 3 share of spend by channel up more than 20% vs historical mean",
        "by channel: top 3 share of spend up more than 20% vs historical mean",
    ),
    ("share of spend by channel below 28-day mean", "by channel: share of spend change vs 28-day mean < 0%"),
    ("conversion rate below 2%", "conversion rate < 2%"),
    ("conversion rate drops below 2%", "conversion rate < 2%"),
    ("conversion rate falls under 2 percent", "conversion rate < 2%"),
    ("CVR < 2%", "conversion rate < 2%"),
    ("alert me when conversion rate is under 2%", "conversion rate < 2%"),
    ("if the conversion rate goes below 2%, alert", "conversion rate < 2%"),
    ("conversion rate less than two percent", "conversion rate < 2%"),
    (
        "conversion rate down 40% week over week by channel",
        "by channel: conversion rate down at least 40% week over week",
    ),
    ("roi by channel < 1 and budget overspent", "by channel: ROI < 1 and budget pacing > 100%"),
    ("channel ROI under 1 and spend over budget", "by channel: ROI < 1 and budget pacing > 100%"),
    ("ROI below 1 for any channel while over budget", "by channel: ROI < 1 and budget pacing > 100%"),
    ("bounce rate suddenly spikes", "bounce rate suddenly rises"),
    ("bounce rate spikes suddenly", "bounce rate suddenly rises"),
    ("sudden spike in bounce rate", "bounce rate suddenly rises"),
    ("bounce rate jumps", "bounce rate suddenly rises"),
    ("a sudden drop in conversion rate", "conversion rate suddenly drops"),
    ("impressions down more than 20% day over day", "impressions down more than 20% day over day"),
    ("impressions fell by more than 20% since yesterday", "impressions down more than 20% day over day"),
    ("impressions drop 20% or more from yesterday", "impressions down at least 20% day over day"),
    ("impressions dropped by a fifth from yesterday", "impressions down at least 20% day over day"),
    ("impressions 20% lower than yesterday", "impressions down more than 20% day over day"),
    ("impressions at least 20% below yesterday", "impressions down at least 20% day over day"),
    ("impressions are more than 20% below yesterday", "impressions down more than 20% day over day"),
    (
        "ROI < 1 or conversion rate drops by more than 10%",
        "ROI < 1 or conversion rate down more than 10% period over period",
    ),
    ("negative comment share above 30%", "negative comment share > 30%"),
    ("order rate 10% below historical mean", "order rate down more than 10% vs historical mean"),
    ("order rate 10% below its historical average", "order rate down more than 10% vs historical mean"),
    ("order rate below the 28-day average by 10%", "order rate down more than 10% vs 28-day mean"),
    ("order rate is 10% lower than usual", "order rate down more than 10% vs historical mean"),
    ("order rate lower than usual", "order rate < historical mean"),
    ("new leads 30% below average", "new leads down more than 30% vs historical same-weekday mean"),
    (
        "new leads at least 30% below the same weekday average",
        "new leads down at least 30% vs historical same-weekday mean",
    ),
    ("new leads down 30% vs same weekday last week", "new leads down at least 30% vs same weekday last week"),
    ("low-quality share over 20%", "low-quality share > 20%"),
    ("conversion rate below target", "conversion rate < target"),
    ("conversion rate misses target", "conversion rate < target"),
    ("conversion rate 10% below target", "conversion rate down more than 10% vs target"),
    ("conversion rate under plan by 10%", "conversion rate down more than 10% vs target"),
    (
        "negative feedback rate rising",
        "negative feedback rate up at least 20% vs historical mean or negative feedback rate up 3 periods in a row",
    ),
    (
        "negative feedback rate is rising",
        "negative feedback rate up at least 20% vs historical mean or negative feedback rate up 3 periods in a row",
    ),
    ("negative feedback rate rises three days in a row", "negative feedback rate up 3 days in a row"),
    ("negative feedback rate up 3 days in a row", "negative feedback rate up 3 days in a row"),
    (
        "click-through rate is normal but conversion rate suddenly drops",
        f"({CTR} change {MEAN} >= -20% and {CTR} change {MEAN} <= 20%) and conversion rate suddenly drops",
    ),
    ("conversion rate plummets", "conversion rate suddenly drops"),
    ("conversion rate halves", "conversion rate down at least 50% period over period"),
    ("impressions double", "impressions up at least 100% period over period"),
    ("impressions doubled vs yesterday", "impressions up at least 100% day over day"),
    ("spend exceeds budget", "spend > budget"),
    ("spend over budget by 10%", "budget pacing > 110%"),
    ("visits so far today below yesterday", "visits change so far vs yesterday < 0%"),
    ("impressions so far today 20% below yesterday", "impressions down more than 20% so far vs yesterday"),
    ("visits collapse", "visits suddenly drops"),
    ("conversion rate below 2% for 3 days", "(conversion rate < 2%) 3 days in a row"),
    ("conversion rate below 2% three days in a row", "(conversion rate < 2%) 3 days in a row"),
    ("conversion rate below 2% on 3 of the last 7 days", "(conversion rate < 2%) in 3 of 7 days"),
    ("roi under 1 for two weeks", "(ROI < 1) 2 weeks in a row"),
    ("conversion rate outside 1% to 3%", "conversion rate < 1% or conversion rate > 3%"),
    ("conversion rate not between 1% and 3%", "conversion rate < 1% or conversion rate > 3%"),
    ("conversion rate between 1% and 3%", "conversion rate >= 1% and conversion rate <= 3%"),
    ("impressions no data for 3 days", "(impressions has no data) 3 days in a row"),
    ("no data for impressions", "impressions has no data"),
    ("impressions is zero", "impressions = 0"),
    ("spend is 0", "spend = 0"),
    ("conversion rate down 0.5 percentage points", "conversion rate down at least 0.5pp period over period"),
    ("conversion rate down by more than 0.5pp vs yesterday", "conversion rate down more than 0.5pp day over day"),
    ("channel share of spend above 50%", "by channel: share of spend > 50%"),
    ("share of spend by channel above 50%", "by channel: share of spend > 50%"),
    ("top 3 channels' share of spend above 80%", "by channel: top 3 share of spend > 80%"),
    ("spend 10% more than budget", "budget pacing > 110%"),
    ("spend at least 10% over budget", "budget pacing >= 110%"),
    ("impressions at least twice yesterday's", "impressions up at least 100% day over day"),
    ("impressions are more than 3 times yesterday's", "impressions up more than 200% day over day"),
    ("impressions more than double yesterday", "impressions up more than 100% day over day"),
    ("more than 2% conversion rate", "conversion rate > 2%"),
    ("impressions 30% below last 618", "impressions down more than 30% vs same day of the last 618"),
    ("impressions vs same day of last 618 down 30%", "impressions down at least 30% vs same day of the last 618"),
]


@pytest.mark.parametrize(("said", "read"), ZH)
def test_chinese_is_read_as_it_is_meant(said, read):
    assert say(settled(understand(said, CATALOG), CATALOG).sentence, "zh", CATALOG) == read


@pytest.mark.parametrize(("said", "read"), EN)
def test_english_is_read_as_it_is_meant(said, read):
    assert say(settled(understand(said, CATALOG), CATALOG).sentence, "en", CATALOG) == read


@pytest.mark.parametrize(
    ("said", "code", "fact"),
    [
        ("微信渠道转化率低于2%", "rule-value-named", ("value", "微信")),
        ("渠道为抖音时转化率低于2%", "rule-value-named", ("dimension", "channel")),
        ("负面评论占比超过30%", "rule-unknown-word", ("suggestion", "评论负面占比")),
        ("线索日增量低于均值30%", "rule-unknown-word", ("suggestion", "线索量")),
        ("花费超过预算10元", "rule-other-by", ("found", "预算")),
        ("曝光量超过花费10%", "rule-other-by", ("found", "花费")),
        ("曝光量比花费多10%", "rule-other-by", ("found", "花费")),
        ("花费比预算多10元", "rule-other-by", ("found", "预算")),
        ("spend at least ¥10 over budget", "rule-overspent-by", ("found", "over budget")),
        ("impressions at most double yesterday", "rule-move-comparison", ("found", "at most")),
        ("曝光量是昨天20%", "rule-expected-comparison", ("found", "20%")),
        ("转化率超过2%曝光量", "rule-expected-end", ("found", "曝光量")),
        ("预算超支1000元", "rule-overspent-by", ("found", "预算超支")),
        ("转化率低于2%以上", "rule-expected-end", ("found", "以上")),
        ("转化率低于1%~3%", "rule-expected-end", ("found", "~")),
        ("渠道花费占比突然下降", "rule-part-shape", ("found", "占比")),
        ("渠道花费占比无数据", "rule-part-shape", ("found", "占比")),
    ],
)
def test_what_cannot_be_read_says_what_to_write_instead(said, code, fact):
    with pytest.raises(Invalid) as caught:
        parse(said, CATALOG)
    found = caught.value.mistakes[0]
    assert (found.code, found.facts[fact[0]]) == (code, fact[1])


@pytest.mark.parametrize(("said", "choice"), [("点击率正常", "default-normal"), ("转化率腰斩", "inclusive")])
def test_what_was_chosen_for_the_author_is_noted(said, choice):
    assert choice in understand(said, CATALOG).choices


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("more than 30% of comments are negative", "评论负面占比 > 30%"),
        ("over 30% of comments negative", "评论负面占比 > 30%"),
        ("超过三成的评论是负面的", "评论负面占比 > 30%"),
        ("at least 20% of leads are low quality", "低质量线索占比 >= 20%"),
    ],
)
def test_a_part_of_something_may_be_said_number_first(said, read):
    dictionary = builtin()
    catalog = Catalog(dictionary.metrics, dictionary.dimensions)
    assert say(settled(understand(said, catalog), catalog).sentence, "zh", catalog) == read
