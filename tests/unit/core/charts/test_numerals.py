"""Numbers and days as they are read, in both tongues, and never rounded onto their bound."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendar.grain import Grain, Period
from core.charts.numerals import NOTHING, apart, change, clock, day, days, duration, month, number, period
from core.quantity import Unit

JUNE_18 = date(2026, 6, 18)


@pytest.mark.parametrize(
    ("value", "unit", "en", "zh"),
    [
        (0.12345, Unit.PERCENT, "12.3%", "12.3%"),
        (0.0187, Unit.PERCENT, "1.87%", "1.87%"),
        (0.0056, Unit.PERCENT, "0.56%", "0.56%"),
        (0.000123, Unit.PERCENT, "0.012%", "0.012%"),
        (1.5, Unit.PERCENT, "150%", "150%"),
        (0.0, Unit.PERCENT, "0%", "0%"),
        (0.021, Unit.POINTS, "+2.10 pp", "+2.10 pp"),
        (-0.005, Unit.POINTS, "−0.50 pp", "−0.50 pp"),
        (1.85, Unit.TIMES, "1.85×", "1.85×"),
        (4.31, Unit.SCORE, "4.31", "4.31"),
        (1234, Unit.COUNT, "1,234", "1,234"),
        (12.5, Unit.COUNT, "12.5", "12.5"),
        (12_345, Unit.COUNT, "12.3K", "1.23万"),
        (999_600, Unit.COUNT, "1.00M", "100万"),
        (1_234_567, Unit.COUNT, "1.23M", "123万"),
        (123_456_789, Unit.COUNT, "123M", "1.23亿"),
        (1_200_000_000, Unit.BARE, "1.20B", "12.0亿"),
        (1234, Unit.MONEY, "¥1,234", "¥1,234"),
        (123_000, Unit.MONEY, "¥123K", "¥12.3万"),
        (-12.345, Unit.MONEY, "−¥12.3", "−¥12.3"),
        (48.23, Unit.SECONDS, "48.2 s", "48.2秒"),
        (185, Unit.SECONDS, "3 min 5 s", "3分5秒"),
        (120, Unit.SECONDS, "2 min", "2分钟"),
    ],
)
def test_a_number_reads_as_people_say_it(value, unit, en, zh):
    assert (number(value, unit, "en"), number(value, unit, "zh")) == (en, zh)


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_no_number_is_a_dash(value):
    assert number(value, Unit.COUNT, "en") == NOTHING
    assert change(value) == NOTHING


def test_money_takes_the_sign_of_its_currency():
    assert number(5, Unit.MONEY, "en", currency="R$") == "R$5"


def test_a_bound_is_written_whole_and_without_idle_zeros():
    assert number(0.025, Unit.PERCENT, "en", exact=True) == "2.5%"
    assert number(1.0, Unit.TIMES, "en", exact=True) == "1×"
    assert number(120_000, Unit.MONEY, "zh", exact=True) == "¥12万"
    assert number(12_345, Unit.COUNT, "zh", exact=True) == "12,345"


@pytest.mark.parametrize(
    ("value", "bound", "unit", "said"),
    [
        (0.9999, 1.0, Unit.PERCENT, ("99.99%", "100%")),
        (-0.2001, -0.2, Unit.PERCENT, ("−20.01%", "−20%")),
        (-0.2, -0.2, Unit.PERCENT, ("−20.0%", "−20%")),
        (0.999, 1.0, Unit.TIMES, ("0.999×", "1×")),
        (12_346, 12_300, Unit.COUNT, ("12,346", "12.3K")),
        (179.9, 180, Unit.SECONDS, ("179.9 s", "3 min")),
        (0.018, 0.02, Unit.PERCENT, ("1.80%", "2%")),
    ],
)
def test_a_value_is_told_apart_from_its_bound(value, bound, unit, said):
    assert apart(value, bound, unit, "en") == said


@given(
    bound=st.decimals("0.001", "10", places=3).map(float),
    off=st.sampled_from([1e-2, 1e-3, 1e-4, 1e-5, -1e-3, -1e-5]),
    unit=st.sampled_from([Unit.PERCENT, Unit.TIMES, Unit.SCORE, Unit.MONEY]),
)
def test_what_differs_never_reads_the_same(bound, off, unit):
    said, held = apart(bound * (1 + off), bound, unit, "zh")
    assert said.replace("0", "") != held.replace("0", "") or said != held
    assert said != held


@pytest.mark.parametrize(
    ("moved", "signed", "arrow"),
    [
        (-0.402, "−40.2%", "↓ 40.2%"),
        (0.05, "+5.00%", "↑ 5.00%"),
        (12.3, "+1,230%", "↑ 1,230%"),
        (0.0, "±0%", "→ 0%"),
    ],
)
def test_a_change_has_its_sign_or_its_arrow(moved, signed, arrow):
    assert (change(moved), change(moved, arrow=True)) == (signed, arrow)


@pytest.mark.parametrize(
    ("length", "en", "zh"),
    [
        (timedelta(seconds=5), "5 s", "5秒"),
        (timedelta(0), "0 s", "0秒"),
        (timedelta(minutes=3), "3 min", "3分钟"),
        (timedelta(hours=3, minutes=10), "3 h 10 min", "3小时10分"),
        (timedelta(hours=2), "2 h", "2小时"),
        (timedelta(days=1, hours=2, minutes=50), "1 d 2 h", "1天2小时"),
        (timedelta(days=2, minutes=5), "2 d", "2天"),
        (timedelta(minutes=59, seconds=59.7), "1 h", "1小时"),
    ],
)
def test_a_length_of_time_has_its_two_largest_parts(length, en, zh):
    assert (duration(length, "en"), duration(length, "zh")) == (en, zh)


def test_days_read_as_people_write_them():
    assert day(JUNE_18, "zh", year=True, weekday=True) == "2026年6月18日 周四"
    assert day(JUNE_18, "en", year=True, weekday=True) == "Thu, Jun 18, 2026"
    assert month(JUNE_18, "zh") == "6月"
    assert month(JUNE_18, "en", year=True) == "Jun 2026"
    assert clock(datetime(2026, 6, 18, 9, 5)) == "09:05"  # noqa: DTZ001 - wall clock


@pytest.mark.parametrize(
    ("first", "last", "en", "zh"),
    [
        (JUNE_18, JUNE_18, "Jun 18", "6月18日"),
        (JUNE_18, date(2026, 6, 24), "Jun 18 – Jun 24", "6月18日–6月24日"),
        (date(2026, 6, 1), date(2026, 6, 30), "Jun 2026", "2026年6月"),
        (date(2025, 12, 30), date(2026, 1, 2), "Dec 30, 2025 – Jan 2, 2026", "2025年12月30日–2026年1月2日"),
    ],
)
def test_a_stretch_of_days_is_as_short_as_it_can_be(first, last, en, zh):
    assert (days(first, last, "en"), days(first, last, "zh")) == (en, zh)


def test_a_stretch_with_its_year_says_it_once():
    assert days(JUNE_18, date(2026, 6, 24), "en", year=True) == "Jun 18 – Jun 24, 2026"
    assert days(JUNE_18, date(2026, 6, 24), "zh", year=True) == "2026年6月18日–6月24日"


@pytest.mark.parametrize(
    ("grain", "en", "zh"),
    [
        (Grain.HOUR, "Jun 18, 14:00–15:00", "6月18日 14:00–15:00"),
        (Grain.DAY, "Jun 18", "6月18日"),
        (Grain.WEEK, "Jun 15 – Jun 21", "6月15日–6月21日"),
        (Grain.MONTH, "Jun 2026", "2026年6月"),
    ],
)
def test_a_period_reads_by_its_grain(grain, en, zh):
    held = Period.holding(datetime(2026, 6, 18, 14, 30), grain)  # noqa: DTZ001 - wall clock
    assert (period(held, "en"), period(held, "zh")) == (en, zh)
