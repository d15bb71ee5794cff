"""`tomorrow 9am`, 明天下午3点, `2h`, 下周一, `until friday`: a point in time that lies ahead, in somebody's own zone.

For snoozing and for a due date. A weekday or a day without a year is the next one; an hour without a day is today's
if it is still to come. A day without an hour begins with the workday, or ends with it where a due date is meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.calendar.calendar import WEEKDAYS_WORKED, Calendar
from core.calendar.phrase import Yearly, dated, yearly
from core.calendar.wording import COUNT, WEEKDAY_EN, WEEKDAY_ZH, WEEKDAYS, count, is_year, month_later, plain
from core.errors import Problem

MOST_LETTERS = 80
MOST_DAYS = 366

Workday = tuple[time, time]
NINE_TO_SIX: Workday = (time(9), time(18))


@dataclass(frozen=True, slots=True)
class Moment:
    """`guessed`: dateparser read it, and may have read it wrongly; so it must be echoed."""

    at: datetime
    guessed: bool = False


def read_moment(
    phrase: str,
    now: datetime,
    zone: ZoneInfo,
    workday: Workday = NINE_TO_SIX,
    *,
    ends: bool = False,
    calendar: Calendar = WEEKDAYS_WORKED,
    guess: bool = True,
) -> Moment:
    """Return the moment that is meant, aware and in `zone`, or raise a Problem. `now` is aware.

    With `ends`, a day without an hour means its workday's end: done *by* Friday. `calendar` says which day is worked.
    Without `guess` only what is surely a moment is read: for finding one among other words.
    """
    local = now.astimezone(zone)
    text = _FLUFF.sub("", plain(phrase)).strip()
    found, guessed = None, False
    if 0 < len(text) <= MOST_LETTERS:
        if length := _length(text):
            return Moment((now.astimezone(UTC) + length).astimezone(zone))
        found = _Reader(local.replace(tzinfo=None), workday, calendar, ends=ends).read(text)
        if found is None and guess and (found := _dateparser(text, local)):
            guessed = True
    if found is None:
        raise Problem("unknown-moment", said=phrase.strip(), example=f"{local + timedelta(days=1):%Y-%m-%d} 09:00")
    at = found.replace(tzinfo=zone)
    if at <= now:
        raise Problem("moment-past", said=phrase.strip(), at=f"{at:%Y-%m-%d %H:%M}")
    return Moment(at, guessed)


class _Reader:
    def __init__(self, now: datetime, workday: Workday, calendar: Calendar, *, ends: bool) -> None:
        self.now = now
        self.today = now.date()
        self.begin, self.end = workday
        self.calendar = calendar
        self.default = self.end if ends else self.begin

    def read(self, text: str) -> datetime | None:
        if match := _ISO.fullmatch(text):
            days, clock = dated(match[1]), _clock(match[2])
            return datetime.combine(days[0], clock) if days and clock else None
        if text in _PARTS_OF_TODAY:
            return self.part_of_today(text)
        if day := self.day(text):
            return datetime.combine(day, self.default)
        if clock := self.clock(text):
            day = self.today if clock > self.now.time() else self.today + timedelta(days=1)
            return datetime.combine(day, clock)
        for at in range(1, len(text)):  # 明天下午3点 and `tomorrow at 9am`, or `9am tomorrow`: the longest day wins
            cut = len(text) - at
            before, after = text[:cut].strip(), _AT.sub("", text[cut:]).strip()
            if (day := self.day(before)) and (clock := self.clock(after)):
                return datetime.combine(day, clock)
            if (clock := self.clock(before)) and (day := self.day(_AT.sub("", after))):
                return datetime.combine(day, clock)
        return None

    def part_of_today(self, text: str) -> datetime:
        if _PARTS_OF_TODAY[text] == "end":
            # After hours, the end of the day is tomorrow's.
            late = self.now.time() >= self.end
            return datetime.combine(self.today + timedelta(days=late), self.end)
        return datetime.combine(self.today, time(20))

    def day(self, text: str) -> date | None:
        if text in _DAYS:
            return self.today + timedelta(days=_DAYS[text])
        if text in _WORKDAYS:
            return self.calendar.next_workday(self.today)
        if text in _BEGINNINGS:
            return self.beginning(_BEGINNINGS[text])
        if match := _WEEKDAY_ZH.fullmatch(text):
            return self.weekday((match[1] or "").rstrip("个"), WEEKDAYS[match[2][-1]])
        if match := _WEEKDAY_EN.fullmatch(text):
            return self.weekday((match[1] or "").strip(), WEEKDAYS[match[2]])
        if (days := dated(text)) and days[0] == days[1]:
            return days[0]
        if (one := yearly(text, {})) is not None:
            return self.following(one)
        return None

    def weekday(self, which: str, weekday: int) -> date:
        monday = self.today - timedelta(days=self.today.weekday())
        match which:
            case "下" | "next":
                return monday + timedelta(days=7 + weekday)
            case "下下":
                return monday + timedelta(days=14 + weekday)
            case "本" | "这" | "this":
                return monday + timedelta(days=weekday)
            case _:
                return self.today + timedelta(days=(weekday - self.today.weekday() - 1) % 7 + 1)

    def beginning(self, unit: str) -> date:
        match unit:
            case "week":
                return self.weekday("next", 0)
            case "workweek's end":
                friday = self.weekday("this", 4)
                return friday if friday >= self.today else friday + timedelta(days=7)
            case "month":
                return month_later(self.today.replace(day=1), 1)
            case _:
                return month_later(self.today.replace(day=1), 1) - timedelta(days=1)

    def following(self, one: Yearly) -> date | None:
        """Return the day's next occurrence; today itself is one."""
        years = range(self.today.year, self.today.year + 9)  # the 29th of February may be eight years ahead
        first, last = next(days for year in years if (days := one.within(year)) and days[0] >= self.today)
        return first if first == last else None

    def clock(self, text: str) -> time | None:
        if text in _CLOCKS:
            found = _CLOCKS[text]
            return {"begin": self.begin, "end": self.end}[found] if isinstance(found, str) else found
        return _clock(text)


# --- within ------------------------------------------------------------------------------------------------

_FLUFF = re.compile(
    r"^(?:(?:in|for|until|till|til|by|before|on|at|to) |直到|等到|推迟到|延到|到|在|于)+"
    r"|(?<=[\d日天号点分一二三四五六])(?:之?前|以前)$"
)
_AT = re.compile(r"^(?:at|by|@|on|的|,)\s*")
_ISO = re.compile(r"(\d{4}[-/]\d{1,2}[-/]\d{1,2})[t ](\d{1,2}:\d{2})(?::\d{2})?")
_LENGTH = re.compile(
    rf"(?P<n>\d{{1,3}}\.5|{COUNT}) ?"
    r"(?P<unit>minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w|分钟?|个?小时|个?钟头|天|周|个?星期|个月|months?)"
    r"(?: later| from now|之?后|以后)?"
)
_UNIT_MINUTES = {"m": 1, "分": 1, "h": 60, "小": 60, "钟": 60, "d": 1440, "天": 1440}
_UNIT_MINUTES |= {"w": 10080, "周": 10080, "星": 10080, "月": 43200}
_DAYS = {
    **dict.fromkeys(("today", "今天", "今日"), 0),
    **dict.fromkeys(("tomorrow", "tmr", "tmrw", "明天", "明日", "明儿", "明"), 1),
    **dict.fromkeys(("the day after tomorrow", "day after tomorrow", "后天", "后日"), 2),
    "大后天": 3,
}
_WORKDAYS = {
    *("next working day", "next workday", "next business day", "the next working day"),
    *("下个工作日", "下1个工作日", "下工作日", "下一个工作日"),
}
_BEGINNINGS = {
    **dict.fromkeys(("next week", "下周", "下个星期", "下星期", "下礼拜"), "week"),
    **dict.fromkeys(
        ("end of week", "end of the week", "eow", "this week", "本周内", "周末前", "本周"), "workweek's end"
    ),
    **dict.fromkeys(("next month", "下个月", "下月"), "month"),
    **dict.fromkeys(("end of month", "end of the month", "eom", "month end", "月底", "本月底", "月末"), "month's end"),
}
_PARTS_OF_TODAY = {
    **dict.fromkeys(
        ("end of day", "end of the day", "eod", "close of business", "cob", "下班", "下班前", "今天下班前"), "end"
    ),
    **dict.fromkeys(("tonight", "this evening", "今晚", "今天晚上"), "evening"),
}
_WEEKDAY_ZH = re.compile(rf"(下下个?|下个?|本|这个?)?({WEEKDAY_ZH})")
_WEEKDAY_EN = re.compile(rf"(next |this |coming )?({WEEKDAY_EN})")
_CLOCKS: dict[str, time | str] = {
    **dict.fromkeys(("morning", "in the morning", "早上", "上午", "早晨", "一早", "上班", "上班时"), "begin"),
    **dict.fromkeys(("noon", "midday", "中午", "正午"), time(12)),
    **dict.fromkeys(("afternoon", "in the afternoon", "下午"), time(14)),
    **dict.fromkeys(("evening", "in the evening", "night", "晚上", "晚"), time(20)),
    **dict.fromkeys(("end of day", "eod", "close of business", "下班", "下班前"), "end"),
}
_CLOCK_EN = re.compile(r"(\d{1,2})(?:[:.](\d{2}))? ?(am|pm|a\.m|p\.m)?(?: ?o'clock)?")
_CLOCK_ZH = re.compile(
    r"(凌晨|早上|早晨|上午|早|中午|下午|傍晚|晚上|晚|夜里)? ?"
    r"(?:(\d{1,2}):(\d{2})|(\d{1,2})[点时](?:整|钟)?(?:(半)|(\d)刻|(\d{1,2})分?)?)"
)
_NOON = 12


def _length(text: str) -> timedelta | None:
    """Return the length of `2h`, `1d12h`, `in 30 minutes` or 两个小时后."""
    minutes = 0.0
    at = 0
    while at < len(text):
        match = _LENGTH.match(text, at)
        if match is None:
            return None
        number = float(match["n"]) if "." in match["n"] else count(match["n"])
        unit = match["unit"].removeprefix("个").replace("month", "月")
        minutes += number * _UNIT_MINUTES[unit[0]]
        at = match.end()
        while at < len(text) and text[at] in " ,":
            at += 1
    return timedelta(minutes=minutes) if 0 < minutes <= MOST_DAYS * 1440 else None


def _clock(text: str) -> time | None:
    """Return the time of `9am`, `15:30`, 下午3点半 or 晚上8点. A bare number is no time."""
    if match := _CLOCK_ZH.fullmatch(text):
        hour = int(match[2] or match[4])
        minute = 30 if match[5] else int(match[6]) * 15 if match[6] else int(match[3] or match[7] or 0)
        part = match[1] or ""
        if hour < _NOON and (part in ("下午", "傍晚", "晚上", "晚", "夜里") or (part == "中午" and hour <= 2)):  # noqa: PLR2004 - 中午1点
            hour += _NOON
    elif (match := _CLOCK_EN.fullmatch(text)) and (match[2] or match[3]):
        hour, minute = int(match[1]), int(match[2] or 0)
        if match[3]:
            if not 1 <= hour <= _NOON:
                return None
            hour = hour % _NOON + (_NOON if match[3].startswith("p") else 0)
    else:
        return None
    try:
        return time(hour, minute)
    except ValueError:
        return None


def _dateparser(text: str, now: datetime) -> datetime | None:
    """Return the moment that dateparser reads; a year it would have to guess, it does not get to."""
    import dateparser

    found = dateparser.parse(
        text,
        languages=["zh", "en"],
        settings={
            "RELATIVE_BASE": now.replace(tzinfo=None),
            "REQUIRE_PARTS": ["day", "month", "year"],
            "PARSERS": ["absolute-time"],
        },
    )
    return found.replace(tzinfo=None) if found and is_year(found.year) else None
