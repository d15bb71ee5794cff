"""What numbers are held against, and what a formula is over days that have gone."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from core.calendar.grain import Grain, Period
from core.cube import baseline
from core.cube.reading import Reader
from core.labels import Labels
from core.metrics import formula
from core.metrics.metric import How
from core.metrics.target import Planned
from core.quantity import Unit
from tests.shop import a_catalog, a_cube, a_metric

NAN = np.nan
CATALOG = a_catalog(min_sample={"cvr": 300})


def columns(*wanted: int) -> np.ndarray:
    return np.array(wanted, dtype=np.int64)


def day(year: int, month: int, of: int) -> int:
    return Period.holding(date(year, month, of), Grain.DAY).index


def test_a_ratio_divided_by_zero_has_no_value() -> None:
    reader = Reader(a_cube({"revenue": [5, 0, None, 8], "spend": [0, 0, 1, 2]}), CATALOG)
    np.testing.assert_array_equal(reader.value("roi", columns(0, 1, 2, 3)), [[NAN, NAN, NAN, 4.0]])


def test_a_rate_of_too_few_is_unknown_not_small() -> None:
    reader = Reader(a_cube({"conversions": [3, 3], "clicks": [299, 300]}), CATALOG)
    np.testing.assert_array_equal(reader.value("cvr", columns(0, 1)), [[NAN, 0.01]])
    np.testing.assert_array_equal(reader.sample("cvr", columns(0, 1)), [[299, 300]])
    assert reader.sample("clicks", columns(0)) is None


def test_no_row_means_none_only_where_the_file_has_come() -> None:
    catalog = a_catalog(a_metric("refunds", "退款", "refunds", no_data="zero"))
    cube = a_cube({"refunds": {"a": [1, None, None], "b": [None, None, 2]}})
    value = Reader(cube, catalog).value("refunds", columns(0, 1, 2))
    np.testing.assert_array_equal(value, [[1, NAN, 0], [0, NAN, 2]])


def test_what_gathers_begins_anew_with_the_month_and_is_unknown_before_its_first_day() -> None:
    last = Period(Grain.DAY, day(2026, 6, 3))
    cube = a_cube({"spend": [9, 9, 1, None, 3], "budget": [9, 9, 2, 2, 2]}, last=last)
    value = Reader(cube, CATALOG).value("budget_use", columns(0, 1, 2, 3, 4))
    np.testing.assert_allclose(value, [[NAN, NAN, 0.5, 0.25, 4 / 6]])


def test_what_gathers_from_the_first_day_held_is_known() -> None:
    cube = a_cube({"spend": [1, 3], "budget": [2, 2]}, last=Period(Grain.DAY, day(2026, 6, 2)))
    np.testing.assert_array_equal(Reader(cube, CATALOG).value("budget_use", columns(0, 1)), [[0.5, 1.0]])


def test_a_level_does_not_gather() -> None:
    level = a_metric("level", "存量", "level", how=How.LAST)
    ever = a_metric("ever", "累计", "ever", formula=formula.parse("to_date(level)"))
    catalog = a_catalog(level)
    reader = Reader(a_cube({"level": [4, 5]}, hows={"level": How.LAST}), catalog)
    np.testing.assert_array_equal(reader.formula(ever.formula, columns(0, 1)), [[4, 5]])


@pytest.mark.parametrize(("sign", "result"), [("+", 9), ("-", 3), ("*", 18), ("/", 2)])
def test_formulas_are_worked_out_after_adding_up(sign: str, result: float) -> None:
    made = a_metric("made", "合成", "made", Unit.BARE, formula=formula.parse(f"revenue {sign} spend"))
    reader = Reader(a_cube({"revenue": [6], "spend": [3]}), a_catalog(made))
    np.testing.assert_array_equal(reader.value("made", columns(0)), [[result]])


def test_the_usual_ratio_is_the_ratio_of_the_sums() -> None:
    cube = a_cube({"revenue": [100, *[1] * 6, 9], "spend": [10, *[1] * 6, 1]})
    usual = baseline.usual(Reader(cube, CATALOG), "roi", columns(7), 28, 1, "mean")
    np.testing.assert_allclose(usual, [[106 / 16]])  # and not the mean of 10, 1, 1, 1, 1, 1, 1


def test_a_day_without_its_costs_does_not_make_the_usual_look_rich() -> None:
    cube = a_cube({"revenue": [1000, *[2] * 7, 9], "spend": [None, *[1] * 7, 1]})
    np.testing.assert_allclose(baseline.usual(Reader(cube, CATALOG), "roi", columns(8), 28, 1, "mean"), [[2.0]])


def test_today_is_no_part_of_what_was_usual() -> None:
    cube = a_cube({"spend": [*[2] * 7, 1000]})
    np.testing.assert_allclose(baseline.usual(Reader(cube, CATALOG), "spend", columns(7), 28, 1, "mean"), [[2.0]])


@pytest.mark.parametrize(("known", "stride", "expected"), [(6, 1, NAN), (7, 1, 3.0), (2, 7, NAN), (3, 7, 3.0)])
def test_too_few_days_make_no_mean(known: int, stride: int, expected: float) -> None:
    history = [None] * 28
    for each in range(known):
        history[27 - (each + 1) * stride + 1] = 3
    cube = a_cube({"spend": [*history, 9]})
    for statistic in ("mean", "median"):
        usual = baseline.usual(Reader(cube, CATALOG), "spend", columns(28), 28, stride, statistic)
        np.testing.assert_array_equal(usual, [[expected]])


def test_the_same_weekdays_are_a_week_apart() -> None:
    cube = a_cube({"spend": [100.0 if each % 7 == 0 else 1.0 for each in range(29)]})
    reader = Reader(cube, CATALOG)
    np.testing.assert_allclose(baseline.usual(reader, "spend", columns(28), 28, 7, "mean"), [[100.0]])
    np.testing.assert_allclose(baseline.usual(reader, "spend", columns(27, 28), 28, 7, "mean")[0, 1], 100.0)


@pytest.mark.parametrize("count", [4, 5])
def test_the_median_of_an_even_number_lies_between_the_middle_two(count: int) -> None:
    values = [1.0, 5.0, 2.0, 90.0, 4.0][:count]
    cube = a_cube({"spend": [*values, 9]})
    usual = baseline.usual(Reader(cube, CATALOG), "spend", columns(count), count, 1, "median")
    np.testing.assert_array_equal(usual, [[np.median(values)]])


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ((2026, 6, 18), (2025, 6, 18)),
        ((2024, 2, 29), (2023, 2, 28)),
        ((2025, 2, 28), (2024, 2, 28)),
        ((2025, 3, 1), (2024, 3, 1)),
        ((2024, 12, 31), (2023, 12, 31)),
    ],
)
def test_a_year_ago_is_the_same_date(now: tuple[int, int, int], then: tuple[int, int, int]) -> None:
    assert baseline.a_year_before([day(*now)], Grain.DAY).tolist() == [day(*then)]
    assert baseline.a_year_before([day(*now) * 24 + 9], Grain.HOUR).tolist() == [day(*then) * 24 + 9]


def test_a_year_ago_of_a_month_and_of_a_week() -> None:
    assert baseline.a_year_before([677], Grain.MONTH).tolist() == [665]
    assert baseline.a_year_before([2946], Grain.WEEK).tolist() == [2894]


def test_of_several_plans_the_narrower_holds_and_then_the_later() -> None:
    wechat = Labels.of({"channel": "wechat"})
    june = {"first": date(2026, 6, 1), "last": date(2026, 6, 30)}
    planned = (
        Planned("cvr", wechat, Decimal("0.03"), **june),
        Planned("cvr", Labels(), Decimal("0.01")),
        Planned("cvr", Labels(), Decimal("0.02")),
        Planned("roi", Labels(), Decimal(9)),
    )
    slices = (wechat, Labels.of({"channel": "douyin"}))
    found = baseline.target(planned, "cvr", slices, Grain.DAY, [day(2026, 6, 30), day(2026, 7, 1)])
    np.testing.assert_array_equal(found, [[0.03, 0.02], [0.02, 0.02]])


def test_a_plan_for_part_of_a_month_is_none_for_the_month() -> None:
    half = (Planned("spend", Labels(), Decimal(5), date(2026, 6, 1), date(2026, 6, 15)),)
    june = Period.holding(date(2026, 6, 1), Grain.MONTH).index
    assert np.isnan(baseline.target(half, "spend", (Labels(),), Grain.MONTH, [june])).all()
    assert baseline.target(half, "spend", (Labels(),), Grain.DAY, [day(2026, 6, 15)]).tolist() == [[5.0]]


def test_a_plan_for_a_month_is_none_for_a_day_that_a_rule_looks_at() -> None:
    month = (Planned("spend", Labels(), Decimal(3000), per=Grain.MONTH),)
    june = Period.holding(date(2026, 6, 1), Grain.MONTH).index
    assert baseline.target(month, "spend", (Labels(),), Grain.MONTH, [june]).tolist() == [[3000.0]]
    assert np.isnan(baseline.target(month, "spend", (Labels(),), Grain.DAY, [day(2026, 6, 15)])).all()


@pytest.mark.parametrize(
    ("span", "grain", "number"),
    [
        (Grain.DAY, Grain.HOUR, 24),
        (Grain.WEEK, Grain.DAY, 7),
        (Grain.MONTH, Grain.MONTH, 1),
        (Grain.MONTH, Grain.DAY, None),
        (Grain.HOUR, Grain.DAY, None),
        (Grain.DAY, Grain.MONTH, None),
    ],
)
def test_only_whole_numbers_of_periods_are_steps(span: Grain, grain: Grain, number: int | None) -> None:
    assert baseline.steps(span, grain) == number
