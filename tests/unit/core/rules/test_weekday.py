"""Which mean is meant by 均值."""

import pytest

from core.calendar.grain import Grain
from core.rules.check import doubts, settled
from core.rules.parse import parse, understand
from core.rules.say import say
from core.rules.weekday import by_weekday
from tests.shop import a_catalog

CATALOG = a_catalog()


def settled_as(said, grain=None):
    return say(settled(understand(said, CATALOG), CATALOG, grain).sentence, "zh", CATALOG)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("线索数量低于均值30%", "线索数量较历史同星期均值下降超过 30%"),
        ("线索数量低于历史均值", "线索数量 < 历史同星期均值"),
        ("clicks below average", "点击量 < 历史同星期均值"),
        ("线索数量低于历史中位数30%", "线索数量较历史同星期中位数下降超过 30%"),
        (
            "曝光量低于均值30% 且 转化率低于均值10%",
            "曝光量较历史同星期均值下降超过 30% 且 转化率较历史均值下降超过 10%",
        ),
    ],
)
def test_what_is_added_up_is_held_against_the_same_weekday_and_a_rate_against_all_days(said, meant):
    assert settled_as(said) == meant


@pytest.mark.parametrize(
    "said", ["下单率低于历史均值10%", "线索数量低于近28天均值30%", "线索数量低于同星期均值30%", "线索数量低于近7天均值"]
)
def test_who_says_which_days_is_taken_at_their_word(said):
    parsed = understand(said, CATALOG)
    assert settled(parsed, CATALOG) is parsed


def test_weeks_have_no_weekday():
    sentence = parse("线索数量低于均值30%", CATALOG)
    assert by_weekday(sentence, CATALOG, Grain.WEEK) == sentence
    assert by_weekday(sentence, CATALOG, Grain.HOUR) != sentence


def test_without_a_metric_nothing_is_chosen_yet():
    parsed = understand("日增量低于均值30%", CATALOG)
    assert settled(parsed, CATALOG) is parsed


def test_the_mean_of_all_days_is_offered_and_no_other_weekday_is_asked_about():
    found = {each.code: each for each in doubts(settled(understand("线索数量低于均值", CATALOG), CATALOG), CATALOG)}
    assert [say(each, "en", CATALOG) for each in found["doubt-same-weekday"].readings] == [
        "new leads < historical same-weekday mean",
        "new leads < 28-day mean",
    ]
    assert "doubt-weekly-season" not in found
