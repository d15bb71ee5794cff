"""Finding things by any of their names, and the source that holds what is asked."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.calendar.grain import Grain
from core.errors import Missing
from core.metrics.catalog import Catalog
from core.metrics.load import builtin
from core.metrics.metric import How
from core.metrics.source import Measure, Source

METRICS, DIMENSIONS = builtin().metrics, builtin().dimensions


def source(name: str, measures: str, dimensions: str = "", grain: Grain = Grain.DAY) -> Source:
    return Source(
        name,
        (f"{name}.csv",),
        grain,
        "day",
        dimensions={code: code for code in dimensions.split()},
        measures={code: Measure(How.SUM, code) for code in measures.split()},
        delay=timedelta(hours=1),
    )


CATALOG = Catalog(
    METRICS,
    DIMENSIONS,
    {
        one.name: one
        for one in (
            source("ads", "spend revenue clicks", "channel"),
            source("hourly", "spend clicks", "channel device", Grain.HOUR),
            source("shop", "visits orders", "region"),
        )
    },
)


@pytest.mark.parametrize(
    "name",
    ["roi", "ROI", "ＲＯＩ", "投产比", " 投产比 ", "投入产出比", "ROAS", "return on ad spend", "Return_On_Ad_Spend"],
)
def test_a_metric_is_found_by_any_name_in_any_width_and_case(name):
    assert CATALOG.metric(name).code == "roi"


@pytest.mark.parametrize(
    ("name", "nearest"), [("roii", "roi"), ("线索数亮", "线索数量"), ("impresions", "impressions")]
)
def test_an_unknown_metric_comes_with_the_nearest_name(name, nearest):
    with pytest.raises(Missing) as missing:
        CATALOG.metric(name)
    assert missing.value.code == "unknown-metric"
    assert CATALOG.metric(str(missing.value.facts["suggestion"])) == CATALOG.metric(nearest)


def test_a_name_like_no_other_gets_no_suggestion():
    with pytest.raises(Missing) as missing:
        CATALOG.metric("zzzzzz")
    assert missing.value.facts == {"name": "zzzzzz"}


@pytest.mark.parametrize("name", ["channel", "渠道", "投放渠道", "Channels"])
def test_a_dimension_is_found_by_any_name(name):
    assert CATALOG.dimension(name).code == "channel"


def test_an_unknown_dimension_says_so():
    with pytest.raises(Missing) as missing:
        CATALOG.dimension("chanel")
    assert (missing.value.code, missing.value.facts["suggestion"]) == ("unknown-dimension", "channel")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("微信", "wechat"),
        ("公众号", "wechat"),
        ("WeChat", "wechat"),
        ("RED", "xiaohongshu"),
        ("b 站", "bilibili"),
        ("自有站", "site"),
    ],
)
def test_a_value_is_found_by_any_name(said, code):
    assert CATALOG.value("channel", said) == code


def test_a_value_nobody_has_listed_is_its_own_code():
    assert CATALOG.value("campaign", " 夏日限定 ") == "夏日限定"
    assert CATALOG.value("region", "wechat") == "wechat"


def test_a_metrics_code_is_never_taken_by_anothers_alias():
    shadow = replace(METRICS["campaign_roi"], code="my_roi", aliases=("roi", "投产比"))
    catalog = Catalog({**METRICS, "my_roi": shadow}, DIMENSIONS)
    assert catalog.metric("ROI").code == catalog.names()["roi"] == "roi"
    assert catalog.metric("投产比").code == catalog.names()["投产比"] == "my_roi"


def test_the_words_of_the_rule_language_are_all_names_with_their_codes():
    names = CATALOG.names()
    assert names["渠道流失率"] == "channel_churn"
    assert names["Impressions"] == names["曝光"] == names["impressions"] == "impressions"
    assert CATALOG.dimension_names()["地区"] == "region"


def test_the_first_source_that_holds_all_of_it_together_answers():
    assert CATALOG.source_for(("spend", "revenue"), ("channel",)).name == "ads"
    assert CATALOG.source_for(("spend",), ("channel", "device")).name == "hourly"
    assert CATALOG.source_for(CATALOG.bases("cpc"), (), Grain.HOUR).name == "hourly"
    assert CATALOG.source_for(("spend",), (), Grain.WEEK).name == "ads"


@pytest.mark.parametrize(
    ("bases", "dimensions", "grain", "lacks", "nearest"),
    [
        (("revenue",), ("channel", "device"), None, "device", "ads"),
        (("spend", "orders"), (), None, "orders", "ads"),
        (("visits",), (), Grain.HOUR, "visits", "hourly"),
        (("visits", "orders"), (), Grain.HOUR, "hour", "shop"),
        (("gmv",), (), None, "gmv", "ads"),
    ],
)
def test_what_no_source_holds_together_says_what_the_nearest_lacks(bases, dimensions, grain, lacks, nearest):
    with pytest.raises(Missing) as missing:
        CATALOG.source_for(bases, dimensions, grain)
    assert missing.value.code == "no-source-for"
    assert (missing.value.facts["lacks"], missing.value.facts["source"]) == (lacks, nearest)


def test_without_any_source_everything_is_lacking():
    with pytest.raises(Missing) as missing:
        Catalog(METRICS).source_for(("spend",), ("channel",))
    assert missing.value.facts == {"metrics": "spend", "dimensions": "channel", "lacks": "spend, channel"}


def test_a_metric_is_available_when_one_source_holds_all_its_parts():
    assert CATALOG.is_available("roi")
    assert not CATALOG.is_available("cvr")
    assert {metric.code for metric in CATALOG.available()} == {
        *("spend", "spend_to_date", "revenue", "clicks", "roi", "campaign_roi", "cpc", "visits", "orders"),
    }


def test_a_base_metric_is_made_of_itself():
    assert CATALOG.bases("spend") == ("spend",)
    assert CATALOG.how("spend") is How.SUM
    assert CATALOG.split("spend") is None
