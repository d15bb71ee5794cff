"""What a period is held against."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from core.calendar.events import Event, builtin_events
from core.calendar.grain import Window
from core.errors import Problem
from core.text import Text
from core.usecases.compare import as_far, comparison

NOW = datetime(2026, 6, 19, 10)  # noqa: DTZ001 - wall clock; a Friday
SALE = Event(
    "618",
    Text.same("618"),
    days={2025: (date(2025, 5, 13), date(2025, 6, 20)), 2026: (date(2026, 5, 13), date(2026, 6, 18))},
)


def days(first: str, last: str) -> Window:
    return Window.days(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("window", "said", "against"),
    [
        # the last 7 days, a day, any days: as many just before
        (days("2026-06-12", "2026-06-18"), "", days("2026-06-05", "2026-06-11")),
        (days("2026-06-18", "2026-06-18"), "", days("2026-06-17", "2026-06-17")),
        (days("2026-06-19", "2026-06-19"), "", days("2026-06-18", "2026-06-18")),
        (days("2026-06-10", "2026-06-19"), "", days("2026-05-31", "2026-06-09")),
        # so far this week, month, quarter, year
        (days("2026-06-15", "2026-06-19"), "", days("2026-06-08", "2026-06-12")),
        (days("2026-06-01", "2026-06-19"), "", days("2026-05-01", "2026-05-19")),
        (days("2026-04-01", "2026-06-19"), "", days("2026-01-01", "2026-03-19")),
        (days("2026-01-01", "2026-06-19"), "", days("2025-01-01", "2025-06-19")),
        # seven days that happen to begin a month are seven days
        (days("2026-06-01", "2026-06-07"), "", days("2026-05-25", "2026-05-31")),
        # whole months stay whole
        (days("2026-05-01", "2026-05-31"), "", days("2026-04-01", "2026-04-30")),
        (days("2026-03-01", "2026-03-31"), "", days("2026-02-01", "2026-02-28")),
        (days("2026-01-01", "2026-03-31"), "", days("2025-10-01", "2025-12-31")),
        # in a word
        (days("2026-06-12", "2026-06-18"), "环比", days("2026-06-05", "2026-06-11")),
        (days("2026-06-12", "2026-06-18"), "previous period", days("2026-06-05", "2026-06-11")),
        (days("2026-06-12", "2026-06-18"), "同比", days("2025-06-12", "2025-06-18")),
        (days("2026-06-12", "2026-06-18"), "Last Year", days("2025-06-12", "2025-06-18")),
        (days("2026-02-01", "2026-02-28"), "yoy", days("2025-02-01", "2025-02-28")),
        (days("2026-06-18", "2026-06-18"), "周同比", days("2026-06-11", "2026-06-11")),
        (days("2026-05-10", "2026-05-31"), "上月同期", days("2026-04-10", "2026-04-30")),
        # in full
        (days("2026-06-15", "2026-06-19"), "上周", days("2026-06-08", "2026-06-12")),
        (days("2026-06-01", "2026-06-19"), "last month", days("2026-05-01", "2026-05-19")),
        (days("2026-06-12", "2026-06-18"), "last month", days("2026-05-01", "2026-05-31")),
        (days("2026-06-15", "2026-06-19"), "2026-06-01..2026-06-03", days("2026-06-01", "2026-06-03")),
    ],
)
def test_a_window_is_held_against_its_like(window, said, against):
    assert comparison(window, said, NOW, {}) == against


def test_a_month_to_date_is_clipped_at_the_end_of_a_shorter_one():
    now = datetime(2026, 3, 31, 9)  # noqa: DTZ001 - wall clock
    running = days("2026-03-01", "2026-03-30")
    assert comparison(Window(running.start, running.end), "", datetime(2026, 3, 30, 9), {}) == days(  # noqa: DTZ001
        "2026-02-01", "2026-02-28"
    )
    assert comparison(days("2026-03-01", "2026-03-31"), "", now, {}) == days("2026-02-01", "2026-02-28")


def test_a_promotion_is_held_against_its_last_run():
    window = SALE.window(2026)
    assert comparison(window, "", NOW, {"618": SALE}, event="618") == SALE.window(2025)
    assert comparison(SALE.window(2025), "", NOW, {"618": SALE}, event="618") == SALE.window(2025).previous()


def test_a_phase_is_held_against_the_same_phase_of_the_promotion_before():
    (opening,) = (phase for phase in builtin_events()["618"].phases if phase.code == "618/opening")
    found = comparison(opening.window(2026), "", NOW, builtin_events(), event="618/opening")
    assert found == opening.window(2025)


def test_words_that_are_no_period_are_a_problem():
    with pytest.raises(Problem):
        comparison(days("2026-06-12", "2026-06-18"), "blue moon", NOW, {})


def test_a_comparison_goes_no_further_than_the_facts():
    window, before = days("2026-06-15", "2026-06-19"), days("2026-06-08", "2026-06-14")
    reached = datetime(2026, 6, 18)  # noqa: DTZ001 - wall clock
    assert as_far(before, window, reached) == days("2026-06-08", "2026-06-10")
    assert as_far(before, window, window.end) == before
    assert as_far(before, window, window.start) == before
    assert as_far(days("2026-05-01", "2026-05-31"), window, reached) == days("2026-05-01", "2026-05-31")
