"""A first workspace from the columns of one file."""

from __future__ import annotations

from datetime import datetime

import pytest
import yaml

from core.calendar.grain import Grain
from core.errors import Missing
from core.metrics.catalog import Catalog
from core.metrics.load import builtin
from core.rules.parse import parse
from core.usecases.begin import _SAFE, LeftOut, Looked, propose, wanting

CATALOG = Catalog(builtin().metrics, builtin().dimensions)


def at(*hours: str) -> tuple[datetime, ...]:
    return tuple(datetime.fromisoformat(f"2026-06-18T{hour}") for hour in hours)


DAY = Looked("日期", "time", at("00:00"))


def proposed(*columns: Looked):
    return propose(columns, "data/ads.csv", "shop", CATALOG)


def numbers(*names: str) -> tuple[Looked, ...]:
    return tuple(Looked(name, "number") for name in names)


def test_chinese_columns_become_a_source_and_rules_in_chinese():
    found = proposed(DAY, Looked("渠道", "text"), *numbers("曝光量", "点击量", "花费(元)", "归因成交额"))
    source = yaml.safe_load(found.files["sources.yaml"])[0]
    assert source == {
        "source": "facts",
        "files": "data/ads.csv",
        "grain": "day",
        "time": "日期",
        "dimensions": {"channel": "渠道"},
        "measures": {"impressions": "曝光量", "clicks": "点击量", "spend": "花费(元)", "revenue": "归因成交额"},
    }
    assert found.rules == ("渠道ROI<1", "曝光量周同比下滑>30%")
    assert yaml.safe_load(found.files["workspace.yaml"])["tongue"] == "zh"


def test_a_column_goes_by_the_name_that_was_said_and_one_that_is_not_wanted_is_left_out():
    columns = (DAY, Looked("下单日", "time", at("00:00")), *numbers("钱花了", "归因成交额", "曝光量"))
    meant = {"钱花了": "花费", "曝光量": "-", "下单日": "日期"}
    found = propose(columns, "data/ads.csv", "shop", CATALOG, meant)
    assert found.time == "下单日"
    assert found.measures == {"spend": "钱花了", "revenue": "归因成交额"}
    assert LeftOut("曝光量", "unwanted") in found.left_out
    assert "渠道ROI<1" not in found.rules
    assert found.rules == ("ROI<1",)
    assert wanting(found, "zh")["曝光量比上周同日大幅下滑"] == ("impressions",)


def test_english_columns_speak_english():
    found = proposed(Looked("Date", "time", at("00:00")), Looked("Channel", "text"), *numbers("Cost [USD]", "Revenue"))
    assert found.tongue == "en"
    assert found.rules == ("by channel roi < 1",)


def test_what_cannot_be_right_is_left_out_with_its_reason():
    found = proposed(
        DAY, *numbers("花费", "ROI", "UV", "消耗", "胡言"), Looked("点击量", "text"), Looked("备注", "empty")
    )
    assert found.left_out == (
        LeftOut("ROI", "ratio", "roi"),
        LeftOut("UV", "distinct", "uv"),
        LeftOut("消耗", "twice", "spend"),
        LeftOut("胡言", "unknown"),
        LeftOut("点击量", "not-numbers", "clicks"),
        LeftOut("备注", "empty"),
    )


def test_ids_of_people_are_counted_once_each_and_levels_are_not_added_over_time():
    found = proposed(DAY, Looked("UV", "text"), *numbers("粉丝数"))
    measures = yaml.safe_load(found.files["sources.yaml"])[0]["measures"]
    assert measures == {"uv": {"distinct": "UV"}, "followers": {"last": "粉丝数"}}


def test_a_file_with_one_lead_in_each_row_counts_its_rows():
    found = proposed(
        Looked("first_contact_date", "time", at("00:00")), Looked("mql_id", "text", (), True), Looked("origin", "text")
    )
    source = yaml.safe_load(found.files["sources.yaml"])[0]
    assert source["measures"] == {"leads": {"count": "rows"}}
    assert source["dimensions"] == {"origin": "origin"}
    assert found.rules == ("leads 30% below the historical mean",)


@pytest.mark.parametrize(
    ("hours", "grain"),
    [(("00:00", "09:00"), Grain.HOUR), (("00:00",), Grain.DAY), (("09:12", "10:00"), Grain.DAY)],
)
def test_whole_hours_are_facts_by_the_hour(hours, grain):
    assert proposed(Looked("时间", "time", at(*hours)), *numbers("花费")).grain is grain


def test_a_column_named_like_a_date_goes_before_another_time():
    found = proposed(Looked("更新时刻", "time"), DAY, *numbers("花费"))
    assert found.time == "日期"
    assert found.left_out == (LeftOut("更新时刻", "unknown"),)


def test_without_dates_or_without_a_known_metric_there_is_no_workspace():
    with pytest.raises(Missing) as raised:
        proposed(*numbers("花费"))
    assert raised.value.code == "init-no-time"
    with pytest.raises(Missing) as raised:
        proposed(DAY, *numbers("胡言"))
    assert raised.value.code == "init-no-metric"


@pytest.mark.parametrize("said", [said for rule in _SAFE for said in rule[2].values()])
def test_every_rule_we_propose_can_be_read(said):
    assert parse(said, CATALOG)
