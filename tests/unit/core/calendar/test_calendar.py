"""Which days are worked, where fiscal years begin, and what is said of a year that nobody has announced."""

from datetime import date, timedelta

import pytest

from core.calendar.calendar import WEEKDAYS_WORKED, Calendar
from core.calendar.events import builtin_events
from core.calendar.grain import Window

CHINA = Calendar(builtin_events(), keeps_holidays=True)
# As the State Council announced them: leave on weekdays, and work on weekends.
LEAVE = {
    2024: "01-01 02-12 02-13 02-14 02-15 02-16 04-04 04-05 05-01 05-02 05-03 06-10 09-16 09-17 10-01 10-02 10-03 10-04 "
    "10-07",
    2025: "01-01 01-28 01-29 01-30 01-31 02-03 02-04 04-04 05-01 05-02 05-05 06-02 10-01 10-02 10-03 10-06 10-07 10-08",
    2026: "01-01 01-02 02-16 02-17 02-18 02-19 02-20 02-23 04-06 05-01 05-04 05-05 06-19 09-25 10-01 10-02 10-05 10-06 "
    "10-07",
}
WORK = {
    2024: "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    2025: "01-26 02-08 04-27 09-28 10-11",
    2026: "01-04 02-14 02-28 05-09 09-20 10-10",
}


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_every_day_of_an_announced_year_is_worked_or_free_as_announced(year):
    days = [date(year, 1, 1) + timedelta(days=each) for each in range(365)]
    free = [f"{day:%m-%d}" for day in days if day.weekday() < 5 and not CHINA.is_workday(day)]
    worked = [f"{day:%m-%d}" for day in days if day.weekday() >= 5 and CHINA.is_workday(day)]
    assert free == LEAVE[year].split()
    assert worked == WORK[year].split()
    assert CHINA.missing(date(year, 7, 1)) is None


@pytest.mark.parametrize(
    ("day", "following"),
    [
        ("2026-02-13", "2026-02-14"),  # a Friday, and the Saturday after it is worked
        ("2026-02-14", "2026-02-24"),
        ("2026-06-18", "2026-06-22"),  # 端午
        ("2026-06-22", "2026-06-23"),
        ("2025-09-30", "2025-10-09"),
    ],
)
def test_the_next_working_day_skips_leave_and_honours_what_is_worked_for_it(day, following):
    assert CHINA.next_workday(date.fromisoformat(day)) == date.fromisoformat(following)


def test_a_year_not_yet_announced_keeps_its_leave_and_says_what_is_missing():
    assert not CHINA.is_workday(date(2027, 10, 1))
    assert CHINA.is_workday(date(2027, 10, 8))
    missing = CHINA.missing(date(2027, 10, 8))
    assert missing is not None
    assert (missing.code, missing.facts["year"], missing.facts["known"]) == ("workdays-year-unknown", 2027, "2024–2026")
    assert "national_day" in str(missing.facts["events"])


def test_a_year_beyond_all_data_goes_by_its_weekdays_and_says_so():
    assert [CHINA.is_workday(date(2031, 10, day)) for day in (3, 4, 5)] == [True, False, False]
    assert CHINA.missing(date(2031, 1, 1)) is not None
    assert CHINA.next_workday(date(2031, 10, 3)) == date(2031, 10, 6)
    assert CHINA.matching("618", date(2031, 6, 18)) is None
    assert CHINA.on(date(2031, 6, 18)) == ()


def test_where_no_chinese_leave_is_kept_every_weekday_is_worked_and_nothing_is_missing():
    elsewhere = Calendar(builtin_events())
    assert elsewhere.is_workday(date(2026, 10, 1))
    assert not elsewhere.is_workday(date(2026, 10, 10))
    assert elsewhere.missing(date(2031, 1, 1)) is None
    assert WEEKDAYS_WORKED.next_workday(date(2026, 10, 2)) == date(2026, 10, 5)


def test_a_calendar_without_any_leave_written_down_misses_nothing_it_could_name():
    assert Calendar({}, keeps_holidays=True).missing(date(2026, 1, 1)) is None


def test_a_day_on_which_events_collide_is_of_them_all():
    assert {event.code for event in CHINA.on(date(2026, 6, 19))} == {"618", "dragon_boat", "graduation", "summer"}
    assert CHINA.matching("dragon_boat", date(2026, 6, 19)) == date(2025, 5, 31)
    assert CHINA.matching("nothing", date(2026, 6, 19)) is None


@pytest.mark.parametrize(
    ("starts", "day", "year"),
    [
        (4, "2026-06-19", ("2026-04-01", "2027-03-31")),
        (4, "2026-03-31", ("2025-04-01", "2026-03-31")),
        (2, "2026-01-31", ("2025-02-01", "2026-01-31")),
        (1, "2024-02-29", ("2024-01-01", "2024-12-31")),
    ],
)
def test_a_fiscal_year_begins_with_the_month_named(starts, day, year):
    calendar, on = Calendar(fiscal_starts=starts), date.fromisoformat(day)
    assert calendar.fiscal_year(on) == Window.days(*map(date.fromisoformat, year))
