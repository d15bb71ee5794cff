"""Sentences that read well and are wrong, and those that could mean something else."""

from decimal import Decimal

import pytest

from core.calendar.grain import Grain
from core.labels import Labels
from core.metrics.metric import How
from core.metrics.target import Planned
from core.quantity import Quantity, Unit
from core.rules.check import check, doubts, grain_of
from core.rules.parse import parse, understand
from core.rules.say import say
from core.rules.tree import All, Bound, Change, Compare, Comparison, Lag, Reading, Sentence, Usual
from tests.shop import a_catalog, a_metric, a_sentence

CATALOG = a_catalog()


def wrongs(said: str, metric: str | None = None, grain: Grain | None = None) -> list[tuple[str, object]]:
    found = check(a_sentence(said, metric), CATALOG, grain)
    return [(each.code, each.facts.get("suggestion")) for each in found]


@pytest.mark.parametrize(
    "said",
    [
        "转化率低于2%",
        "转化率低于0",
        "投产比<1",
        "投产比<1.5倍",
        "花费>¥5000",
        "花费>5000",
        "转化率环比下降超过20%",
        "转化率环比下降超过0.5pp",
        "花费环比下降超过1000元",
        "投产比低于昨日",
        "转化率<点击率",
        "转化率低于目标值",
        "跳出率突然飙升",
        "渠道花费占比>60%",
        "渠道花费前3集中度>60%",
        "渠道花费集中度>0.25",
        "花费无数据",
    ],
)
def test_bounds_in_the_unit_of_their_metric_are_right(said: str) -> None:
    assert wrongs(said) == []


@pytest.mark.parametrize(
    ("said", "code", "suggestion"),
    [
        ("转化率低于2", "rule-percent-lost", "2%"),
        ("转化率低于0.02", "rule-percent-lost", "2%"),
        ("转化率低于2倍", "rule-unit", None),
        ("转化率低于2pp", "rule-points-of-value", None),
        ("投产比低于80%", "rule-unit", "0.8x"),
        ("花费>5%", "rule-unit", None),
        ("曝光量>¥5", "rule-unit", None),
        ("转化率环比下降超过20", "rule-move-unit", "20% / 20pp"),
        ("投产比环比下降超过2pp", "rule-points-need-percent", None),
        ("曝光量环比下降超过2倍", "rule-unit", None),
        ("投产比<转化率", "rule-units-differ", None),
        ("转化率<花费的历史均值", "rule-units-differ", None),
        ("线索量低于阈值", "rule-needs-threshold", None),
        ("跳出率近3天中5天上升", "rule-often", None),
        ("跳出率连续0天上升", "rule-often", None),
        ("环比下滑超过30%", "rule-needs-metric", None),
        ("花费占比>60%", "rule-part-of-what", None),
        ("渠道花费占比>60", "rule-part-percent", "60%"),
        ("渠道花费占比>0.6", "rule-part-percent", "60%"),
        ("渠道转化率占比>60%", "rule-part-of-sum", None),
        ("渠道花费集中度>2500", "rule-concentration-scale", None),
        ("渠道花费集中度>25%", "rule-concentration-scale", None),
        ("渠道花费前0集中度>25%", "rule-concentration-scale", None),
    ],
)
def test_a_wrong_unit_is_named_with_what_was_perhaps_meant(said: str, code: str, suggestion: str | None) -> None:
    assert wrongs(said) == [(code, suggestion)]


def test_shapes_that_only_a_program_could_build_are_refused() -> None:
    percent = Bound(Quantity.percent(5))
    wrong = Compare(Change("cvr", Lag(None), relative=False), Comparison.LESS, percent)
    assert [each.code for each in check(Sentence(wrong), CATALOG)] == ["rule-change-unit"]
    backwards = Compare(percent, Comparison.LESS, Reading("cvr"))
    assert [each.code for each in check(Sentence(backwards), CATALOG)] == ["rule-comparison-shape"]


@pytest.mark.parametrize(
    ("said", "stated", "grain"),
    [
        ("花费周环比下降20%", None, Grain.WEEK),
        ("花费月环比下降20%", None, Grain.MONTH),
        ("花费周环比下降20% 或 花费月环比下降20%", None, Grain.DAY),
        ("花费日环比下降20% 且 花费月环比下降20%", None, Grain.DAY),
        ("花费小时环比下降20% 且 花费周环比下降20%", None, Grain.HOUR),
        ("投产比<1 且 花费周环比下降20%", None, Grain.WEEK),
        ("投产比<1 且 花费周环比下降20%", Grain.DAY, Grain.DAY),
        ("花费小时环比下降20%", None, Grain.HOUR),
        ("花费周同比下降20%", None, Grain.DAY),
        ("花费连续3小时上升", None, Grain.HOUR),
        ("花费截至当前下降20%", None, Grain.HOUR),
        ("花费较上次618同期下降20%", None, Grain.DAY),
        ("花费连续3周<5", None, Grain.WEEK),
        ("花费>5", None, Grain.DAY),
        ("花费>5", Grain.HOUR, Grain.HOUR),
    ],
)
def test_a_sentence_about_weeks_is_judged_by_the_week(said: str, stated: Grain | None, grain: Grain) -> None:
    assert grain_of(a_sentence(said), stated) is grain


@pytest.mark.parametrize(
    ("said", "grain", "code"),
    [
        ("花费周环比下降20%", Grain.DAY, "rule-grain"),
        ("花费日环比下降20%", Grain.WEEK, "rule-grain"),
        ("花费周环比下降20% 或 花费日环比下降20%", Grain.MONTH, "rule-grain"),
        ("花费低于近3个月均值", None, "rule-grain"),
        ("花费低于同星期均值", Grain.WEEK, "rule-weekday-grain"),
        ("花费连续3天上升", Grain.HOUR, "rule-grain"),
        ("花费截至当前下降20%", Grain.DAY, "rule-grain"),
        ("花费较上次618同期下降20%", Grain.WEEK, "rule-grain"),
        ("花费连续3小时<5 或 花费日环比下降20% 且 花费连续3天上升", None, "rule-grain"),
    ],
)
def test_a_grain_that_the_sentence_does_not_fit_is_a_mistake(said: str, grain: Grain | None, code: str) -> None:
    assert [each for each, _ in wrongs(said, grain=grain)] == [code]


def test_hours_do_not_add_up_to_heads() -> None:
    catalog = a_catalog(a_metric("uv", "访客数", "visitors", how=How.DISTINCT))
    found = check(a_sentence("访客数截至当前下降20%", catalog=catalog), catalog)
    assert [each.code for each in found] == ["rule-so-far-distinct"]
    found = check(a_sentence("访客数周环比下降20% 且 花费日环比下降20%", catalog=catalog), catalog)
    assert [each.code for each in found] == ["rule-coarser-distinct"]
    assert check(a_sentence("访客数周环比下降20%", catalog=catalog), catalog) == []


def doubted(said: str) -> dict[str, tuple[str, ...]]:
    """Return each doubt with its other readings, said in Chinese."""
    found = doubts(understand(said, CATALOG), CATALOG)
    return {each.code: tuple(say(one, "zh", CATALOG) for one in each.readings[1:]) for each in found}


def test_percent_may_mean_points() -> None:
    assert doubted("转化率骤降>10%") == {
        "doubt-percent-or-points": ("转化率环比下降超过 10 个百分点",),
        "doubt-weekly-season": ("转化率周同比下降超过 10%",),
    }


def test_a_slash_may_mean_and() -> None:
    found = doubts(understand("ROI<1/转化率骤降>10%", CATALOG), CATALOG)
    slash = next(each for each in found if each.code == "doubt-slash")
    assert isinstance(slash.readings[1].condition, All)


def test_roi_may_mean_profit() -> None:
    assert doubted("渠道ROI<1")["doubt-roi"] == ("各渠道：利润ROI < 0%",)
    assert "doubt-roi" in doubted("ROI较上周同日下降超过20%")
    assert "doubt-roi" not in doubted("转化率<2%")


def test_below_the_mean_by_may_mean_below_a_part_of_it() -> None:
    assert doubted("下单率低于历史均值10%")["doubt-below-by"] == ("下单率较历史均值下降超过 90%",)


def test_a_number_without_more_than_counts_itself() -> None:
    assert doubted("渠道转化率环比下滑40%")["doubt-inclusive"] == ("各渠道：转化率环比下降超过 40%",)
    assert "doubt-inclusive" not in doubted("渠道转化率环比下滑超过40%")


def test_days_against_all_days_may_fire_every_saturday() -> None:
    assert doubted("曝光量日环比下滑>20%") == {"doubt-weekly-season": ("曝光量周同比下降超过 20%",)}
    assert doubted("线索量低于均值30%")["doubt-weekly-season"] == ("线索数量较历史同星期均值下降超过 30%",)
    assert doubted("曝光量周同比下滑>20%") == {}
    assert doubted("曝光量周环比下滑>20%") == {}
    assert doubted("转化率低于2%") == {}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("环比下滑超过30%", "doubt-context-metric"),
        ("线索量低于阈值", "doubt-threshold"),
        ("负反馈率升高", "doubt-default-rise"),
        ("点击率高但转化率骤降", "doubt-default-level"),
        ("转化率偏低", "doubt-default-level"),
        ("花费低于历史均值", "doubt-ordinary-days"),
        ("转化率低于目标值", "doubt-no-target"),
    ],
)
def test_what_has_to_be_said_or_edited_is_asked(said: str, code: str) -> None:
    assert code in doubted(said)


def test_a_window_that_is_said_is_taken_as_it_is() -> None:
    assert "doubt-ordinary-days" not in doubted("花费低于近28天均值")


def test_a_default_shows_itself_for_editing() -> None:
    found = doubts(understand("负反馈率升高", CATALOG), CATALOG)
    default = next(each for each in found if each.code == "doubt-default-rise")
    assert default.readings == (parse("负反馈率升高", CATALOG),)


def test_every_other_reading_is_a_sentence_of_its_own() -> None:
    for said in ("转化率骤降>10%", "ROI<1/转化率骤降>10%", "下单率低于历史均值10%", "渠道转化率环比下滑40%"):
        for doubt in doubts(understand(said, CATALOG), CATALOG):
            for reading in doubt.readings:
                assert parse(say(reading, "en", CATALOG), CATALOG) == reading


def test_an_unread_usual_is_kept_when_only_its_weekday_changes() -> None:
    (doubt,) = (
        each
        for each in doubts(understand("花费低于近28天中位数20%", CATALOG), CATALOG)
        if each.code == "doubt-weekly-season"
    )
    change = doubt.readings[1].condition.left
    assert change.against == Usual(28, "median", same_weekday=True, grain=Grain.DAY)
    assert doubt.readings[1].condition.right.quantity.unit is Unit.PERCENT


def test_above_the_mean_by_a_part_has_only_one_reading() -> None:
    assert "doubt-below-by" not in doubted("花费高于均值30%")


def test_a_target_that_is_planned_raises_no_doubt() -> None:
    catalog = a_catalog(planned=[Planned("cvr", Labels(), Decimal("0.02"))])
    assert doubts(understand("转化率低于目标值", catalog), catalog) == ()
