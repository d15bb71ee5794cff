"""Promotions and holidays, ours and a team's own."""

from datetime import date

import pytest

from core import document
from core.calendar.events import Event, builtin_events, by_name, load_events
from core.calendar.grain import Window
from core.document import Mistakes, fold
from core.errors import Missing
from core.text import Text

PROMOTIONS = """
元旦 年货节 春节 情人节 元宵 女神节 清明 五一 520 母亲节 618 端午 毕业季 暑期推广 七夕 99大促 开学季 中秋 国庆
双11 黑五 双12 圣诞 跨年
"""


def loaded(text: str) -> tuple[dict[str, Event], Mistakes]:
    mistakes: Mistakes = []
    return load_events([document.parse(text, "events.yaml", mistakes)], mistakes, builtin_events()), mistakes


@pytest.mark.parametrize("name", PROMOTIONS.split())
def test_the_promotions_of_the_trade_are_known(name):
    assert fold(name) in by_name(builtin_events())


def test_each_is_known_for_four_years_and_runs_forward():
    for event in builtin_events().values():
        assert set(event.days) == {2024, 2025, 2026, 2027}, event.code
        for year, (first, last) in event.days.items():
            assert first <= last
            assert year - 1 <= first.year <= year


def test_no_two_promotions_share_a_name():
    names = [fold(name) for event in builtin_events().values() for name in {fold(one) for one in event.names}]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("code", "year", "day"),
    [
        ("spring_festival", 2026, date(2026, 2, 17)),
        ("mid_autumn", 2026, date(2026, 9, 25)),
        ("qixi", 2027, date(2027, 8, 8)),
    ],
)
def test_a_lunar_day_lies_within_its_window(code, year, day):
    window = builtin_events()[code].window(year)
    assert window.first_day <= day <= window.last_day


def test_a_team_moves_our_days_and_adds_its_own():
    events, mistakes = loaded(
        """
- event: '618'
  aliases: [年中狂欢]
  days: {2026: [2026-06-01, 2026-06-18]}
- event: anniversary
  title: {en: Anniversary, zh: 店庆}
  days: {2026: 2026-04-08}
"""
    )
    assert mistakes == []
    assert events["618"].window(2026) == Window.days(date(2026, 6, 1), date(2026, 6, 18))
    assert events["618"].window(2025) == builtin_events()["618"].window(2025)
    assert by_name(events)[fold("店庆")].latest(date(2026, 5, 1)) == (
        2026,
        Window.days(date(2026, 4, 8), date(2026, 4, 8)),
    )
    assert events["anniversary"].title == Text("Anniversary", "店庆")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("- {event: x}", "missing-key"),
        ("- {event: x, days: 2026-06-01}", "wanted-mapping"),
        ("- {event: x, days: {2026: soon}}", "wanted-date"),
        ("- {event: x, days: {next: 2026-06-01}}", "wanted-whole"),
        ("- {event: x, days: {2026: [2026-06-02, 2026-06-01]}}", "wanted-days"),
        ("- {event: x, days: {2026: []}}", "wanted-days"),
        ("- {event: x, days: {2026: 2026-06-01}}\n- {event: x, days: {2027: 2027-06-01}}", "defined-twice"),
    ],
)
def test_a_wrong_event_is_pointed_at(text, code):
    (mistake,) = loaded(text)[1]
    assert mistake.code == code


def test_an_event_without_any_day_says_that_none_is_known():
    with pytest.raises(Missing) as missing:
        Event("x", Text.same("x")).latest(date(2026, 1, 1))
    assert missing.value.facts == {"event": "x", "year": 2026, "known": "—"}
