from __future__ import annotations

import pytest
from apscheduler.triggers.cron import CronTrigger

from core.calendar.schedule import plain


@pytest.mark.parametrize(
    ("line", "days"),
    [
        ("0 9 * * 0", "sun"),
        ("0 9 * * 7", "sun"),
        ("0 9 * * 1-5", "mon,tue,wed,thu,fri"),
        ("0 9 * * 0-4", "sun,mon,tue,wed,thu"),
        ("0 9 * * fri-mon", "sun,mon,fri,sat"),
        ("0 9 * * 5-7", "sun,fri,sat"),
        ("0 9 * * MON,3", "mon,wed"),
        ("0 9 * * */2", "sun,tue,thu,sat"),
        ("*/15 8-18 1,15 jan-mar *", "*"),
        ("0 9 * * 0-6", "*"),
    ],
)
def test_weekdays_are_counted_from_sunday_and_any_scheduler_takes_the_line(line, days):
    said = plain(line)

    assert said is not None
    assert said.rpartition(" ")[2] == days
    CronTrigger.from_crontab(said)


@pytest.mark.parametrize(
    "line",
    [
        *("nonsense", "0 9 * *", "0 25 * * *", "60 9 * * *", "0 9 32 * *", "0 9 * 13 *", "0 9 * * 8", "0 9 * * */0"),
        *("0 9 * * a", "18-8 9 * * *", "0 9 * * 1-", "0 9 * * ,", "0 9 0 * *", "0 9 * * * *", "0 ９ * * *", ""),
    ],
)
def test_what_no_scheduler_could_keep_is_no_schedule(line):
    assert plain(line) is None
