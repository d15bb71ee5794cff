"""A metric's report in another tool: what may be written, and what is filled in."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.calendar.grain import Grain, Period
from core.labels import Labels
from core.metrics.load import builtin
from core.metrics.report import report_url
from tests.unit.core.metrics.test_load import loaded

DAY = Period.holding(date(2026, 6, 18), Grain.DAY)
DIMENSIONS = builtin().dimensions


def url(template, labels=None, first=DAY, last=DAY):
    return report_url(template, "roi", Labels.of(labels or {}), first, last, DIMENSIONS)


def test_slice_and_period_fill_the_holes():
    template = "https://bi.cn/v/{metric}?c={channel}&zh={channel:zh}&en={channel:en}&d={period}&f={from}&t={to}"
    filled = url(template, {"channel": "wechat"})
    assert filled == (
        "https://bi.cn/v/roi?c=wechat&zh=%E5%BE%AE%E4%BF%A1&en=WeChat&d=2026-06-18&f=2026-06-18&t=2026-06-18"
    )


def test_a_week_is_named_as_a_week_and_ends_with_its_sunday():
    week = Period.holding(date(2026, 6, 18), Grain.WEEK)
    assert url("https://bi.cn/?w={period}&f={from}&t={to}", first=week, last=week) == (
        "https://bi.cn/?w=2026-W25&f=2026-06-15&t=2026-06-21"
    )


def test_what_the_slice_does_not_name_is_left_empty():
    assert url("https://bi.cn/?c={channel}&zh={channel:zh}") == "https://bi.cn/?c=&zh="


@given(some.text(min_size=1, max_size=30))
def test_no_value_can_leave_its_hole(value):
    filled = url("https://bi.cn/roi?c={channel}&d={period}", {"channel": value.encode(errors="replace").decode()})
    parts = urlsplit(filled)
    assert parts.netloc == "bi.cn"
    assert parts.fragment == ""
    assert parse_qs(parts.query, keep_blank_values=True).keys() == {"c", "d"}
    assert not set(filled) & set(" \"'<>|()")


@pytest.mark.parametrize(
    ("template", "code", "column", "width"),
    [
        ("ftp://bi.cn/{period}", "report-site", 11, 3),
        ("javascript:alert(1)", "report-site", 11, 19),
        ("https://{channel}.cn/", "report-site", 11, 5),
        ("https://bi.cn", "report-site", 11, 5),
        ("https://bi.cn/?c={chanel}", "report-hole", 28, 8),
        ("https://bi.cn/?c={channel:fr}", "report-hole", 28, 12),
        ("https://bi.cn/?c={}", "report-hole", 28, 2),
        ("https://bi.cn/?c={channel", "report-sign", 28, 1),
        ("https://bi.cn/?a=<b>", "report-sign", 28, 1),
    ],
)
def test_what_is_wrong_with_an_address_is_pointed_at(template, code, column, width):
    _, mistakes = loaded(f"- metric: roi\n  report: {template}")
    (mistake,) = mistakes
    assert (mistake.code, mistake.where.line, mistake.where.column, mistake.where.width) == (code, 2, column, width)


def test_a_hole_of_a_teams_own_dimension_is_known_and_a_mistyped_one_is_told_the_nearest():
    own, fine = loaded("- dimension: shop_city\n- metric: roi\n  report: https://bi.cn/?s={shop_city}")
    assert fine == []
    assert own.metrics["roi"].report == "https://bi.cn/?s={shop_city}"
    assert own.metrics["roi"].formula == builtin().metrics["roi"].formula
    _, (mistake,) = loaded("- metric: roi\n  report: https://bi.cn/?s={chanel}")
    assert mistake.facts["suggestion"] == "channel"


def test_several_days_are_one_period_too():
    assert url("https://bi.cn/?p={period}&f={from}", first=DAY.shift(-6)) == (
        "https://bi.cn/?p=2026-06-12..2026-06-18&f=2026-06-12"
    )
