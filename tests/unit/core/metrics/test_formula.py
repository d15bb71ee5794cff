"""Formulas as people write them, and where a broken one breaks."""

from decimal import Decimal

import pytest

from core.calendar.grain import Grain
from core.errors import Invalid
from core.metrics.formula import MAX_BRACKETS, MAX_LENGTH, parse, show
from core.metrics.metric import Const, Op, Ref, ToDate


def test_a_quotient_of_two_metrics():
    assert parse("revenue / spend") == Op("/", Ref("revenue"), Ref("spend"))


def test_division_goes_from_left_to_right_and_before_subtraction():
    assert parse("1 - a / b / c") == Op("-", Const(Decimal(1)), Op("/", Op("/", Ref("a"), Ref("b")), Ref("c")))


def test_to_date_gathers_over_the_month_unless_told_the_week():
    assert parse("to_date(spend) / to_date(budget, week)") == Op(
        "/", ToDate(Ref("spend"), Grain.MONTH), ToDate(Ref("budget"), Grain.WEEK)
    )


def test_chinese_names_and_full_width_signs_are_read():
    assert parse("（成交额－退款）÷ 花费 × 100") == parse("(成交额 - 退款) / 花费 * 100")


@pytest.mark.parametrize("written", ["a - (b - c)", "a / (b * c)", "(a + b) / c", "a - b + c", "a * 1.50"])
def test_brackets_are_kept_where_they_matter_and_only_there(written):
    assert show(parse(written)) == written


@pytest.mark.parametrize(
    ("written", "code", "column"),
    [
        ("revenue /", "formula-ends", 10),
        ("", "formula-ends", 1),
        ("revenue spend", "formula-unexpected", 9),
        ("a / (b", "formula-ends", 7),
        ("a % b", "formula-unexpected", 3),
        ("- a", "formula-unexpected", 1),
        ("a / 2x", "formula-unexpected", 5),
        ("to_date(a, year)", "formula-unexpected", 12),
        ("to_date(a,)", "formula-unexpected", 11),
        ("to_date a", "formula-unexpected", 9),
        ("a + " * MAX_LENGTH, "formula-too-long", 1),
        ("(" * (MAX_BRACKETS + 1), "formula-too-long", 1),
    ],
)
def test_a_broken_formula_is_refused_at_its_place(written, code, column):
    with pytest.raises(Invalid) as refused:
        parse(written)
    (mistake,) = refused.value.mistakes
    assert mistake.code == code
    assert mistake.where is not None
    assert mistake.where.column == column


def test_the_highest_tower_of_brackets_does_not_topple():
    assert parse("(" * MAX_BRACKETS + "a" + ")" * MAX_BRACKETS) == Ref("a")


def test_a_long_chain_is_read_and_printed():
    chain = " + ".join("a" * (MAX_LENGTH // 4))
    assert show(parse(chain)) == chain
