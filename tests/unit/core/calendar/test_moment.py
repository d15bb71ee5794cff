"""Points in time ahead. It is Friday the 19th of June 2026, 14:35 in Shanghai, unless said otherwise."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.calendar.calendar import Calendar
from core.calendar.events import builtin_events
from core.calendar.moment import read_moment
from core.errors import Problem

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 6, 19, 14, 35, tzinfo=SHANGHAI)

MOMENTS = {
    "2h": "06-19 16:35",
    "in 2 hours": "06-19 16:35",
    "for two hours": "06-19 16:35",
    "30m": "06-19 15:05",
    "30 min": "06-19 15:05",
    "30分钟": "06-19 15:05",
    "30分钟后": "06-19 15:05",
    "半小时": "06-19 15:05",
    "half an hour": "06-19 15:05",
    "两个小时后": "06-19 16:35",
    "1.5h": "06-19 16:05",
    "1d12h": "06-21 02:35",
    "1 day, 2 hours": "06-20 16:35",
    "3天": "06-22 14:35",
    "一周": "06-26 14:35",
    "a week": "06-26 14:35",
    "tomorrow": "06-20 09:00",
    "明天": "06-20 09:00",
    "tomorrow 9am": "06-20 09:00",
    "tomorrow at 9:30": "06-20 09:30",
    "9am tomorrow": "06-20 09:00",
    "tomorrow morning": "06-20 09:00",
    "tomorrow afternoon": "06-20 14:00",
    "until tomorrow noon": "06-20 12:00",
    "明天下午3点": "06-20 15:00",
    "明天下午三点": "06-20 15:00",
    "明天下午3点半": "06-20 15:30",
    "明早9点": "06-20 09:00",
    "明晚": "06-20 20:00",
    "明天早上": "06-20 09:00",
    "明天上午10点一刻": "06-20 10:15",
    "明天晚上8点20分": "06-20 20:20",
    "明天中午1点": "06-20 13:00",
    "后天15:00": "06-21 15:00",
    "大后天": "06-22 09:00",
    "下周一": "06-22 09:00",
    "下周一下午2点": "06-22 14:00",
    "下下周三": "07-01 09:00",
    "next monday": "06-22 09:00",
    "monday": "06-22 09:00",
    "monday 10am": "06-22 10:00",
    "friday": "06-26 09:00",
    "until friday": "06-26 09:00",
    "周五前": "06-26 09:00",
    "周日": "06-21 09:00",
    "本周日": "06-21 09:00",
    "next week": "06-22 09:00",
    "下周": "06-22 09:00",
    "next working day": "06-22 09:00",
    "下个工作日": "06-22 09:00",
    "next month": "07-01 09:00",
    "月底": "06-30 09:00",
    "eod": "06-19 18:00",
    "下班前": "06-19 18:00",
    "tonight": "06-19 20:00",
    "今晚": "06-19 20:00",
    "3pm": "06-19 15:00",
    "9am": "06-20 09:00",
    "12am": "06-20 00:00",
    "12:30pm": "06-20 12:30",
    "15:00": "06-19 15:00",
    "下午5点": "06-19 17:00",
    "晚上8点": "06-19 20:00",
    "2026-06-20": "06-20 09:00",
    "2026-06-20 15:00": "06-20 15:00",
    "2026-06-20T15:00": "06-20 15:00",
    "6月20日": "06-20 09:00",
    "6月20日下午3点": "06-20 15:00",
    "june 22 at 10am": "06-22 10:00",
    "6/22": "06-22 09:00",
}


def read(phrase: str, **known):
    return read_moment(phrase, NOW, SHANGHAI, **known)


@pytest.mark.parametrize(("phrase", "meant"), MOMENTS.items())
def test_a_moment_ahead_is_read_in_the_persons_own_zone(phrase, meant):
    moment = read(phrase)
    assert f"{moment.at:%m-%d %H:%M}" == meant
    assert moment.at.tzinfo == SHANGHAI
    assert not moment.guessed


@pytest.mark.parametrize(
    ("phrase", "meant"), [("周五前", "06-26 18:00"), ("tomorrow", "06-20 18:00"), ("end of week", "06-19 18:00")]
)
def test_what_is_due_by_a_day_is_due_at_the_end_of_its_work(phrase, meant):
    assert f"{read(phrase, ends=True).at:%m-%d %H:%M}" == meant


def test_a_day_begins_when_its_persons_work_does():
    assert read("tomorrow", workday=(time(10, 30), time(19))).at.time() == time(10, 30)


def test_the_end_of_a_day_that_is_over_is_tomorrows():
    late = NOW.replace(hour=19)
    assert read_moment("eod", late, SHANGHAI).at == late.replace(day=20, hour=18, minute=0)


def test_nine_oclock_is_nine_where_the_person_is():
    paris = ZoneInfo("Europe/Paris")
    assert read_moment("9am", NOW, paris).at == datetime(2026, 6, 19, 9, tzinfo=paris)


def test_a_year_later_a_day_of_this_year_is_the_next_one():
    assert read("6月1日").at.year == 2027
    assert read("feb 29").at.year == 2028


@pytest.mark.parametrize("phrase", ["2026-06-01", "today 9am", "本周三", "tonight"])
def test_a_moment_that_is_past_says_so(phrase):
    with pytest.raises(Problem) as refused:
        read_moment(phrase, NOW.replace(hour=21), SHANGHAI)
    assert refused.value.code == "moment-past"


@pytest.mark.parametrize(
    "phrase",
    ["", "whenever", "at 9", "25:00", "13pm", "明天25点", "6月", "0h", "h", "9999d", "2026-02-30", "x" * 200, "2h x"],
)
def test_what_is_no_moment_is_asked_back_with_an_example(phrase):
    with pytest.raises(Problem) as asked:
        read(phrase)
    assert asked.value.code == "unknown-moment"
    assert asked.value.facts["example"] == "2026-06-20 09:00"


def test_dateparsers_reading_is_marked_as_a_guess():
    moment = read("22 Jun 26 10:00")
    assert moment.guessed
    assert moment.at == NOW.replace(day=22, hour=10, minute=0)


def test_a_length_is_counted_in_real_hours_over_a_change_of_the_clock():
    berlin = ZoneInfo("Europe/Berlin")
    before = datetime(2026, 3, 28, 22, tzinfo=berlin)
    assert read_moment("12h", before, berlin).at - before.astimezone(ZoneInfo("UTC")) == timedelta(hours=12)


@pytest.mark.parametrize(
    ("now", "monday"),
    [
        ("2026-06-18T10:00+08:00", "2026-06-22"),  # the Friday is 端午
        ("2026-02-13T10:00+08:00", "2026-02-14"),  # a Saturday worked for the Spring Festival
        ("2031-10-01T10:00+08:00", "2031-10-02"),  # a year nobody has written down goes by its weekdays
    ],
)
def test_the_next_working_day_goes_by_the_calendar(now, monday):
    china = Calendar(builtin_events(), keeps_holidays=True)
    found = read_moment("下个工作日", datetime.fromisoformat(now), SHANGHAI, calendar=china)
    assert found.at.date() == date.fromisoformat(monday)
