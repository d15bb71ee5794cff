"""Promotions and holidays, ours and a team's own."""

from datetime import date
from itertools import pairwise

import pytest

from core import document
from core.calendar.events import Event, builtin_events, by_name, day_number, load_events, matching_day
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
        assert set(event.days) >= {2024, 2025, 2026, 2027}, event.code
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
        ("- {event: x, days: {2026: 2026-06-01}, peak: {2026: [2026-06-01, 2026-06-02]}}", "wanted-date"),
        ("- {event: x, days: {2026: 2026-06-01}, phases: {eve: {day: 2026-06-01}}}", "missing-key"),
        ("- {event: x, days: {2026: 2026-06-01}, makeup: 2026-06-01}", "wanted-mapping"),
        ("- {event: x, days: {2026: 2026-06-01}, leave: perhaps}", "wanted-flag"),
        ("- {event: x, days: {2026: 2026-06-01}}\n- {event: x, days: {2027: 2027-06-01}}", "defined-twice"),
    ],
)
def test_a_wrong_event_is_pointed_at(text, code):
    mistake = loaded(text)[1][0]
    assert mistake.code == code


def test_an_event_without_any_day_says_that_none_is_known():
    with pytest.raises(Missing) as missing:
        Event("x", Text.same("x")).latest(date(2026, 1, 1))
    assert missing.value.facts == {"event": "x", "year": 2026, "known": "—"}


@pytest.mark.parametrize("code", ["618", "double_11"])
def test_the_phases_of_a_promotion_fill_its_run_without_a_gap(code):
    event = builtin_events()[code]
    for year, (first, last) in event.days.items():
        days = sorted(phase.days[year] for phase in event.phases if year in phase.days)
        assert (days[0][0], days[-1][1]) == (first, last)
        assert all((after[0] - before[1]).days == 1 for before, after in pairwise(days))


@pytest.mark.parametrize("code", ["lantern", "dragon_boat", "qixi", "mid_autumn", "spring_festival"])
def test_lunar_days_are_known_through_2030(code):
    event = builtin_events()[code]
    assert set(event.days) == set(range(2024, 2031))
    assert all(event.days[year][0] <= peak <= event.days[year][1] for year, peak in event.peak.items())


@pytest.mark.parametrize(
    ("code", "day", "match"),
    [
        ("618", "2026-06-18", "2025-06-18"),
        ("618", "2026-05-20", "2025-05-13"),  # the presale's first day, though it began a week earlier then
        ("618", "2025-05-30", None),  # a longer presale than the one before: its last days have no match
        ("618", "2026-06-19", "2025-06-19"),
        ("618", "2026-07-01", None),
        ("618", "2024-06-18", None),  # nobody wrote down 2023
        ("618", "2031-06-18", None),
        ("double_11", "2025-11-12", None),  # there was no return in 2024
        ("double_11", "2026-11-11", "2025-11-11"),
        ("99", "2026-09-07", "2025-09-07"),
        ("spring_festival", "2026-02-17", "2025-01-29"),
        ("spring_festival", "2026-02-03", "2025-01-15"),  # T-14
        ("spring_festival", "2026-03-03", "2025-02-12"),  # T+14, the Lantern Festival in both
        ("spring_festival", "2026-05-03", None),
        ("dragon_boat", "2026-06-19", "2025-05-31"),
    ],
)
def test_a_day_is_matched_with_the_same_of_the_last_occurrence(code, day, match):
    found = matching_day(builtin_events()[code], date.fromisoformat(day))
    assert found == (match and date.fromisoformat(match))


def test_a_day_can_lie_in_two_events_and_each_has_its_own_match():
    events, day = builtin_events(), date(2026, 6, 19)  # 端午 falls into the 618 of 2026, and in 2025 it did not
    assert matching_day(events["618"], day) == date(2025, 6, 19)
    assert matching_day(events["dragon_boat"], day) == date(2025, 5, 31)


def test_the_days_of_an_event_are_counted_from_its_first():
    event = builtin_events()["99"]
    assert [day_number(event, date(2026, 9, day)) for day in (5, 6, 9, 10)] == [None, 1, 4, None]


def test_a_day_before_the_spring_festival_is_near_it_but_no_day_of_it():
    event = builtin_events()["spring_festival"]
    assert (event.year_of(date(2026, 2, 3)), day_number(event, date(2026, 2, 3))) == (2026, None)


def test_a_phase_goes_by_the_name_of_its_event_and_its_own():
    assert by_name(builtin_events())[fold("618开门红")].window(2026) == Window.days(date(2026, 5, 31), date(2026, 6, 3))


def test_a_team_corrects_a_phase_and_adds_its_own_without_repeating_the_rest():
    events, mistakes = loaded(
        """
- event: '618'
  phases:
    presale: {days: {2026: [2026-05-13, 2026-05-30]}}
    vip: {days: {2026: 2026-06-12}}
- event: anniversary
  days: {2025: [2025-04-01, 2025-04-07], 2026: [2026-04-08, 2026-04-15]}
  peak: {2025: 2025-04-05, 2026: 2026-04-12}
  phases:
    eve: {title: {en: eve, zh: 前夜}, days: {2026: 2026-04-08}}
"""
    )
    assert mistakes == []
    presale, *_, vip = events["618"].phases
    assert presale.title.zh == "预售"
    assert presale.days[2026] == (date(2026, 5, 13), date(2026, 5, 30))
    assert presale.days[2025] == (date(2025, 5, 13), date(2025, 5, 30))
    assert (vip.code, vip.title) == ("618/vip", Text.same("vip"))
    assert matching_day(events["anniversary"], date(2026, 4, 12)) == date(2025, 4, 5)
    assert fold("anniversary前夜") in by_name(events)
