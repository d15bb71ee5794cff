"""The dictionary that comes with the house: whole, sound, and with no two things of one name."""

from collections import defaultdict

import pytest

from core.document import fold
from core.metrics.catalog import Catalog, names_of
from core.metrics.load import builtin
from core.metrics.metric import Additivity, Direction, Tier
from core.quantity import Unit

CATALOG = Catalog(builtin().metrics, builtin().dimensions)
LETTERS = {
    Additivity.SUM: (
        "impressions clicks visits pv orders gmv net_revenue spend feedbacks content_imp comments shares leads "
        "conversions"
    ),
    Additivity.RATIO: (
        "ctr new_visitor_rate time_on_page pv_per_visit bounce_rate lp_arrival_rate signup_rate lp_cvr cvr atc_rate "
        "order_rate pay_rate cart_abandon aov arpu_buyer uv_value refund_rate roi roi_profit campaign_roi cpm cpc cpa "
        "cac channel_churn fee_ratio repurchase_rate retention churn clv loyalty csat neg_feedback_rate "
        "engagement_rate neg_comment_rate completion_rate lead_score_avg lead_valid_rate low_quality_rate mql_rate "
        "sql_rate lead_cvr win_rate cpl webinar_show"
    ),
    Additivity.DISTINCT: "uv active_users",
    Additivity.SNAPSHOT: "contacts followers",
    Additivity.DERIVED: "budget_to_date budget_use spend_to_date",
}
TRADE = """
网站访问量 页面停留时间 独立访客数 UV 注册率 下单率 付费率 复购率 渠道流失率 CLV 活跃度 忠诚度 内容曝光量 互动率
转发量 曝光量 点击率 转化率 活动ROI 客户生命周期价值 跳出率 预算执行率 ROI 评论数 评论负面占比 线索数量 线索量
质量评分 线索有效率 低质量线索占比 反馈数 负反馈率 落地页转化率 客户留存率 客户流失率 客户满意度 线索转化率
成交率 展现量 消耗 花费 GMV 成交额 投产比 DAU 加购率 客单价 笔单价 session 投放费用 有效率 注册数 预算 PV 粉丝数
"""
SMALL_IS_GOOD = "bounce_rate cpa refund_rate churn neg_comment_rate neg_feedback_rate low_quality_rate"
NOT_BUILT = {
    "channel_share": "needs a total over all slices, which a formula over one slice cannot name",
    "stickiness": "divides a day's distinct users by a month's: two grains in one formula",
    "response_time": "is a median, and no base metric is one yet",
    "alert_precision": "is counted from alerts, not from a source",
    "loss_avoided": "is told by people when they close an alert, not by a source",
}


@pytest.mark.parametrize(("letter", "codes"), LETTERS.items())
def test_each_metric_adds_up_as_its_letter_says(letter, codes):
    for code in codes.split():
        assert CATALOG.additivity(code) is letter, code


@pytest.mark.parametrize("name", TRADE.split())
def test_the_names_of_the_trade_are_known(name):
    assert CATALOG.metric(name).definition


@pytest.mark.parametrize("code", NOT_BUILT)
def test_what_cannot_be_said_honestly_yet_is_absent_not_pretended(code):
    assert code not in CATALOG.metrics


@pytest.mark.parametrize("things", [CATALOG.metrics, CATALOG.dimensions], ids=["metrics", "dimensions"])
def test_no_two_things_share_a_name(things):
    owners = defaultdict(set)
    for code, thing in things.items():
        for name in names_of(thing):
            owners[fold(name)].add(code)
    assert {name: codes for name, codes in owners.items() if len(codes) > 1} == {}


def test_no_two_values_of_a_dimension_share_a_name():
    for dimension in CATALOG.dimensions.values():
        owners = defaultdict(set)
        for value in dimension.values.values():
            for name in names_of(value):
                owners[fold(name)].add(value.code)
        assert {name: codes for name, codes in owners.items() if len(codes) > 1} == {}


def test_every_metric_can_be_explained_in_both_tongues():
    for metric in CATALOG.metrics.values():
        assert metric.definition
        assert metric.definition.zh.endswith("。")
        assert metric.definition.en.endswith(".")
        assert metric.title.zh != metric.title.en or metric.title.en.isupper()


def test_rates_are_percentages_and_what_they_cost_is_money():
    for code, metric in CATALOG.metrics.items():
        if code.endswith("_rate") or code in ("ctr", "cvr", "retention", "churn"):
            assert metric.unit is Unit.PERCENT, code
    assert {CATALOG.metrics[code].unit for code in ("cpm", "cpc", "cpa", "cac", "cpl")} == {Unit.MONEY}
    assert CATALOG.metrics["roi"].unit is Unit.TIMES


@pytest.mark.parametrize("code", SMALL_IS_GOOD.split())
def test_what_should_be_small_is_good_when_it_falls(code):
    assert CATALOG.metrics[code].direction is Direction.DOWN


def test_the_few_that_matter_most_are_core():
    core = {code for code, metric in CATALOG.metrics.items() if metric.tier is Tier.CORE}
    assert {"roi", "cvr", "spend", "gmv", "leads", "impressions"} <= core
    assert len(core) < len(CATALOG.metrics) / 4
