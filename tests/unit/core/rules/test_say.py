"""Every unit and shape, said plainly."""

from decimal import Decimal

import pytest

from core.calendar.grain import Grain
from core.quantity import Quantity, Unit
from core.rules.parse import parse
from core.rules.say import against, number, say
from core.rules.tree import (
    All,
    Any,
    Baseline,
    Bound,
    Change,
    Compare,
    Comparison,
    Lag,
    Not,
    Reading,
    Sentence,
    Streak,
    Sudden,
    Target,
    Usual,
    YearAgo,
)
from tests.shop import a_catalog, a_metric

CATALOG = a_catalog()


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        ("0.0250", Unit.PERCENT, "2.5%", "2.5%"),
        ("-0.005", Unit.POINTS, "-0.5 个百分点", "-0.5pp"),
        ("-1200", Unit.MONEY, "-¥1200", "-¥1200"),
        ("1.2E+4", Unit.TIMES, "12000 倍", "12000x"),
        ("30", Unit.SECONDS, "30 秒", "30 s"),
        ("60", Unit.SCORE, "60 分", "60 pts"),
        ("-0.00", Unit.BARE, "0", "0"),
        ("0.000000000001", Unit.COUNT, "0.000000000001", "0.000000000001"),
    ],
)
def test_a_number_is_said_exactly_as_it_is_kept(value: str, unit: Unit, zh: str, en: str) -> None:
    quantity = Quantity(Decimal(value), unit)
    assert (number(quantity, "zh"), number(quantity, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("held", "zh", "en"),
    [
        (Lag(Grain.DAY), "昨日", "yesterday"),
        (Lag(Grain.DAY, 7), "上周同日", "same weekday last week"),
        (Lag(Grain.HOUR, 3), "3小时前", "3 hours ago"),
        (Lag(None, 2), "2期前", "2 periods ago"),
        (YearAgo(), "去年同期", "same time last year"),
        (Target(), "目标值", "target"),
        (Usual(), "历史均值", "historical mean"),
        (Usual(8, "median", same_weekday=True, grain=Grain.WEEK), "近8周同星期中位数", "8-week same-weekday median"),
    ],
)
def test_what_a_number_is_held_against_has_a_name(held, zh: str, en: str) -> None:
    assert (against(held, "zh"), against(held, "en")) == (zh, en)


def test_a_nested_sentence_keeps_its_brackets() -> None:
    one = Compare(Reading("cvr"), Comparison.LESS, Bound(Quantity.percent(2)))
    tree = Sentence(All((Any((one, Not(one))), Sudden("cvr", "up"), Streak("roi", "down", 3))), ("channel", "region"))
    assert say(tree, "zh", CATALOG) == (
        "各渠道、各地区：（转化率 < 2% 或 非（转化率 < 2%）） 且 转化率突然上升 且 投产比连续3期下降"
    )
    assert say(tree, "en", CATALOG) == (
        "by channel, region: (conversion rate < 2% or not (conversion rate < 2%))"
        " and conversion rate suddenly rises and ROI down 3 periods in a row"
    )


def test_a_move_that_no_verb_fits_is_said_as_a_change() -> None:
    rising = Compare(Change("cvr", Lag(Grain.DAY, 3)), Comparison.LESS, Bound(Quantity.percent(5)))
    assert say(Sentence(rising), "zh", CATALOG) == "转化率较3天前变化 < 5%"
    assert say(Sentence(rising), "en", CATALOG) == "conversion rate change vs 3 days ago < 5%"
    unsaid = Compare(Change("cvr", Lag(None)), Comparison.LESS, Bound(None))
    assert say(Sentence(unsaid), "zh", CATALOG) == "转化率环比变化 < 阈值"
    assert say(Sentence(unsaid), "en", CATALOG) == "conversion rate change period over period < the threshold"


def test_the_baseline_of_another_metric_names_it() -> None:
    other = Compare(Reading("cvr"), Comparison.LESS, Baseline("ctr", Usual()))
    assert say(Sentence(other), "zh", CATALOG) == "转化率 < 点击率历史均值"


def test_a_title_that_means_something_else_gives_way_to_the_code() -> None:
    catalog = a_catalog(a_metric("aim", "目标", "target"), a_metric("cvr_2", "转化率", "conversion rate"))
    for code in ("aim", "cvr"):
        tree = Sentence(Compare(Reading(code), Comparison.LESS, Bound(Quantity.bare(5))))
        assert say(tree, "zh", catalog) == f"{code} < 5"
        assert say(tree, "en", catalog) == f"{code} < 5"


def test_a_title_with_signs_in_it_is_still_one_name() -> None:
    catalog = a_catalog(a_metric("odd", "怪(指标", "odd < metric"))
    tree = Sentence(Compare(Reading("odd"), Comparison.LESS, Bound(Quantity.bare(5))))
    assert say(tree, "en", catalog) == "odd < metric < 5"
    assert parse("odd < metric < 5", catalog) == tree


def test_a_change_on_the_right_has_no_sentence() -> None:
    wrong = Compare(Reading("cvr"), Comparison.LESS, Change("cvr", Lag(None)))
    with pytest.raises(ValueError, match="left"):
        say(Sentence(wrong), "en", CATALOG)
