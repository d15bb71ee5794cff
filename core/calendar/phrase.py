"""`last 7 days`, 最近7天, 上周, 第三季度, 618: a phrase in either tongue as a window of whole days (or hours).

Our own small grammar is tried first; dateparser sees only what it leaves, and its reading is marked, so that whoever
answers says what was understood. Two conventions: so many *last* days end yesterday, for today is not over; and a
month, a day or a promotion without a year is the most recent one that has begun.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from core.calendar.events import Event, by_name
from core.calendar.grain import Window
from core.calendar.wording import (
    COUNT,
    MONTH,
    MONTHS,
    WEEKDAY_EN,
    WEEKDAY_ZH,
    WEEKDAYS,
    begun,
    count,
    is_year,
    month_later,
    plain,
)
from core.document import fold
from core.errors import Problem

MOST_LETTERS = 80
MOST_DAYS = 3660

Days = tuple[date, date]  # the first and the last, both included


@dataclass(frozen=True, slots=True)
class Reading:
    """`guessed`: dateparser read it, and may have read it wrongly; so it must be echoed."""

    window: Window
    guessed: bool = False
    event: str | None = None

    @property
    def echo(self) -> str:
        """Return the window as a phrase that reads back the same: `2026-06-12..2026-06-18`, or with hours."""
        window = self.window
        if window.start.time() == window.end.time() == time():
            first, last = window.first_day.isoformat(), window.last_day.isoformat()
            return first if first == last else f"{first}..{last}"
        return f"{window.start:%Y-%m-%dT%H:%M}..{window.end:%Y-%m-%dT%H:%M}"


def read_period(phrase: str, now: datetime, events: Mapping[str, Event], *, fiscal_starts: int = 1) -> Reading:
    """Return the window that is meant, or raise a Problem that says what can be said instead.

    `now` is the wall clock of the business, without a zone; `fiscal_starts` the month its fiscal year begins with.
    """
    text = _without_fluff(plain(phrase))
    if 0 < len(text) <= MOST_LETTERS:
        if found := _Reader(now, events, fiscal_starts).whole(text):
            return found
        # A day of our own shapes that does not exist, dateparser would turn about until it fits.
        ours = any(pattern.fullmatch(text) for pattern, _ in _DATED)
        if not ours and (day := _dateparser(text, now)) is not None:
            return Reading(Window.days(day, day), guessed=True)
    example = f"{now.date() - timedelta(days=7)}..{now.date() - timedelta(days=1)}"
    raise Problem("unknown-period", said=phrase.strip(), example=example)


@dataclass(frozen=True, slots=True)
class Yearly:
    """Something that comes every year: a month, a day, a promotion. `span` raises ValueError for a year without it."""

    span: Callable[[int], Days]
    event: Event | None = None

    def last(self, by: date) -> Days:
        """Return the most recent one that has begun by then."""
        if self.event is not None:
            return _days_of(self.event.latest(by)[1])
        # The 29th of February may be eight years back; week 1 may begin the year before.
        return next(
            days for year in range(by.year + 1, by.year - 9, -1) if (days := self.within(year)) and days[0] <= by
        )

    def within(self, year: int) -> Days | None:
        try:
            return self.span(year)
        except ValueError:
            return None


def yearly(text: str, names: Mapping[str, Event]) -> Yearly | None:
    """Return what a phrase without a year names: `618`, `q3`, `6月`, `june 18`, 第25周. `text` is plain."""
    if event := names.get(fold(text)):
        return Yearly(lambda year: _days_of(event.window(year)), event)
    if match := _QUARTER.fullmatch(text):
        quarter = int(match[1] or match[2])
        return Yearly(lambda year: (date(year, quarter * 3 - 2, 1), _month(year, quarter * 3)[1]))
    if text in _HALVES:
        half = _HALVES[text]
        return Yearly(lambda year: (date(year, half * 6 - 5, 1), _month(year, half * 6)[1]))
    if match := _MONTH.fullmatch(text):
        month = MONTHS[match[2]] if match[2] else int(match[1])
        return Yearly(lambda year: _month(year, month)) if 1 <= month <= 12 else None  # noqa: PLR2004 - months
    if match := _WEEK.fullmatch(text):
        week = int(match[1] or match[2])
        return Yearly(lambda year: _week(year, week)) if 1 <= week <= 53 else None  # noqa: PLR2004 - weeks
    if match := _MONTH_DAY.fullmatch(text):
        month, day = (int(match[1]), int(match[2]))
    elif match := _DAY_EN.fullmatch(text):
        month, day = MONTHS[match[1] or match[4]], int(match[2] or match[3])
    else:
        return None
    try:
        date(2000, month, day)  # a leap year: the 29th of February is a day, the 31st of April none
    except ValueError:
        return None
    return Yearly(lambda year: _day(year, month, day))


def dated(text: str) -> Days | None:
    """Return what carries its year in figures: 2026-06-18, 20260618, 2026年6月, 2026-W25, 2026. `text` is plain."""
    for pattern, span in _DATED:
        if match := pattern.fullmatch(text):
            return _or_none(span, *(int(part) for part in match.groups()))
    return None


# --- the grammar -------------------------------------------------------------------------------------------


class _Reader:
    def __init__(self, now: datetime, events: Mapping[str, Event], fiscal_starts: int) -> None:
        self.now = now
        self.today = now.date()
        self.events = events
        self.fiscal_starts = fiscal_starts

    @cached_property
    def names(self) -> Mapping[str, Event]:
        return by_name(self.events)  # most phrases name no promotion

    def whole(self, text: str) -> Reading | None:
        if hours := self.hours(text):
            return Reading(hours)
        if days := self.relative(text) or dated(text):
            return Reading(Window.days(*days))
        if found := self.named(text):
            year, one = found
            days = one.last(self.today) if year is None else one.within(year)
            return Reading(Window.days(*days), event=one.event.code if one.event else None) if days else None
        days = self.since(text) or self.between(text)
        return Reading(Window.days(*days)) if days else None

    # --- counted from now

    def hours(self, text: str) -> Window | None:
        if match := _HOURS.fullmatch(text):
            number = count(match[1] or match[2] or "1")
            end = self.now.replace(minute=0, second=0, microsecond=0)
            return Window(end - timedelta(hours=number), end) if 0 < number <= MOST_DAYS else None
        if match := _STAMPS.fullmatch(text):
            try:
                start, end = datetime.fromisoformat(match[1]), datetime.fromisoformat(match[2])
            except ValueError:
                return None
            return Window(start, end) if start < end else None
        return None

    def relative(self, text: str) -> Days | None:
        if text in _NAMED:
            return self.unit(*_NAMED[text])
        for pattern in _ROLLING:
            if match := pattern.fullmatch(text):
                return self.rolling(count(match["n"]), _UNITS[match["unit"]])
        if match := _AGO.fullmatch(text):
            number, unit = count(match["n"]), _UNITS[match["unit"]]
            return self.unit(unit, number) if number * _LENGTH[unit] <= MOST_DAYS else None
        if match := _WEEKDAY_ZH.fullmatch(text):
            monday = self.today - timedelta(days=self.today.weekday())
            day = monday + timedelta(days=WEEKDAYS[match[2][-1]])
            weeks = (match[1] or "").count("上")
            back = timedelta(days=7 * (weeks or (not match[1] and day > self.today)))  # a bare 周五 is the last one
            return day - back, day - back
        if match := _WEEKDAY_EN.fullmatch(text):
            return self.weekday((match[1] or "").strip(), WEEKDAYS[match[2]])
        return None

    def unit(self, unit: str, back: int) -> Days:
        """Return the day, week … so many before this one; this one itself runs up to today."""
        match unit:
            case "day":
                first = last = self.today - timedelta(days=back)
            case "week":
                first = self.today - timedelta(days=self.today.weekday() + 7 * back)
                last = first + timedelta(days=6)
            case "weekend":
                first = self.today - timedelta(days=self.today.weekday() + 7 * back - 5)
                return first, first + timedelta(days=1)
            case _:
                months = _MONTHS_OF[unit]
                starts = self.fiscal_starts if unit.startswith("fiscal") else 1
                first = month_later(begun(self.today, months, starts), -months * back)
                last = month_later(first, months) - timedelta(days=1)
        return first, min(last, self.today)

    def rolling(self, number: int, unit: str) -> Days | None:
        if not 0 < number * _LENGTH[unit] <= MOST_DAYS:
            return None
        yesterday = self.today - timedelta(days=1)
        if unit in _MONTHS_OF:
            return month_later(self.today, -number * _MONTHS_OF[unit]), yesterday
        return self.today - timedelta(days=number * _LENGTH[unit]), yesterday

    def weekday(self, which: str, weekday: int) -> Days:
        """`last friday` is the one before today, a bare one may be today, `this friday` is of this week."""
        ahead = weekday - self.today.weekday()
        if which != "this":
            ahead = -(-ahead % 7)
            ahead -= 7 if which and not ahead else 0
        day = self.today + timedelta(days=ahead)
        return day, day

    # --- with a name

    def named(self, text: str) -> tuple[int | None, Yearly] | None:
        """Return (year or None, what) of a phrase such as 去年618, `june 2026`, `last q3`."""
        for year, rest in _years(text, self.today):
            if (one := yearly(rest, self.names)) and (year is None or is_year(year)):
                return year, one
        return None

    # --- from … to …

    def since(self, text: str) -> Days | None:
        if match := _SINCE.fullmatch(text):
            begun = self.side(match[1] or match[2] or match[3], self.today)
            return (begun[0], self.today) if begun and begun[0] <= self.today else None
        return None

    def between(self, text: str) -> Days | None:
        text = _DOTTED.sub(r"\1/\2", _FROM.sub("", text))
        for separator in _SEPARATORS:
            for match in separator.finditer(text):
                left, right = text[: match.start()].strip(), text[match.end() :].strip()
                if days := self.ends(left, right):
                    if days[0] > days[1]:
                        raise Problem("period-reversed", first=str(days[0]), last=str(days[1]))
                    return days
        return None

    def ends(self, left: str, right: str) -> Days | None:
        """Return from the first day of the left to the last of the right; what lacks a year follows the other."""
        by = self.side(right, self.today) if dated(right) or ((named := self.named(right)) and named[0]) else None
        begun = self.side(left, by[1] if by else self.today)
        if begun is None:
            return None
        if right in _NOW:
            return begun[0], self.today
        if (found := self.named(right)) and found[0] is None:
            years = (found[1].within(begun[0].year), found[1].within(begun[0].year + 1))
            # The end is the first that does not lie before the beginning: 12月25日到1月5日.
            ended = next((days for days in years if days and days[1] >= begun[0]), None)
        elif match := _DAY_ALONE.fullmatch(right):
            ended = _or_none(_day, begun[0].year, begun[0].month, int(match[1]))
        else:
            ended = by or self.side(right, self.today)
        return (begun[0], ended[1]) if ended else None

    def side(self, text: str, by: date) -> Days | None:
        if days := self.relative(text) or dated(text):
            return days
        if (found := self.named(text)) is None:
            return None
        year, one = found
        return one.last(by) if year is None else one.within(year)


# --- within ------------------------------------------------------------------------------------------------

_UNITS = {
    **dict.fromkeys(("天", "日", "day", "days", "d"), "day"),
    **dict.fromkeys(("周", "个周", "星期", "个星期", "礼拜", "个礼拜", "week", "weeks", "wk", "wks", "w"), "week"),
    **dict.fromkeys(("月", "个月", "month", "months", "mo", "mos"), "month"),
    **dict.fromkeys(("季", "季度", "个季度", "quarter", "quarters"), "quarter"),
    **dict.fromkeys(("年", "year", "years", "yr", "yrs", "y"), "year"),
}
_LENGTH = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}
_MONTHS_OF = {"month": 1, "quarter": 3, "year": 12, "fiscal quarter": 3, "fiscal year": 12}
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_ROLLING = (
    re.compile(rf"(?:最近|近|过去|前|这)的? ?(?P<n>\d{{1,4}}) ?(?P<unit>{_UNIT})(?:内|里|以来|来)?"),
    re.compile(rf"(?:last|past|previous|prior|trailing|recent) ?(?P<n>{COUNT}) ?(?P<unit>{_UNIT})"),
    re.compile(rf"(?P<n>)(?:past|trailing) (?P<unit>{_UNIT})"),
    # 6月 and 3季度 are names, not lengths.
    re.compile(rf"(?P<n>\d{{1,4}}) ?(?!(?:月|日|季|年))(?P<unit>{_UNIT})内?"),
)
_AGO = re.compile(rf"(?P<n>{COUNT}) ?(?P<unit>{_UNIT}) ?(?:ago|之前|以前|前)")
_HOURS = re.compile(
    rf"(?:last|past|previous) ?({COUNT})? ?(?:hours?|hrs?|h)"
    r"|(?:最近|近|过去|前|上)? ?(\d{1,4}) ?(?:hours?|hrs?|h|个?小时|个?钟头)(?:内|里)?"
)
_STAMPS = re.compile(r"(\d{4}-\d\d-\d\dt\d\d:\d\d)\.\.(\d{4}-\d\d-\d\dt\d\d:\d\d)")
_NAMED: dict[str, tuple[str, int]] = {
    plain(phrase): (unit, back)
    for unit, back, phrases in (
        ("day", 0, "today|今天|今日|当日|当天"),
        ("day", 1, "yesterday|昨天|昨日|上一天|前一日"),
        ("day", 2, "day before yesterday|前天|前日"),
        ("day", 3, "大前天"),
        ("week", 0, "this week|current week|week to date|wtd|本周|这周|这个星期|这星期|本星期|这个周|这一周|本周至今"),
        ("week", 1, "last week|previous week|prior week|上周|上星期|上个星期|上一周|上个周|上礼拜|上个礼拜"),
        ("week", 2, "week before last|上上周|上上星期|上上个星期|上上个周"),
        ("weekend", 0, "this weekend|本周末|这周末|这个周末"),
        ("weekend", 1, "last weekend|weekend|上周末|上个周末|周末"),
        ("month", 0, "this month|current month|month to date|mtd|本月|这个月|这月|当月|本月至今|月初至今|本月以来"),
        ("month", 1, "last month|previous month|prior month|上月|上个月|上一个月"),
        ("month", 2, "month before last|上上月|上上个月"),
        ("quarter", 0, "this quarter|current quarter|quarter to date|qtd|本季度|本季|这个季度|这季度|当季|本季度至今"),
        ("quarter", 1, "last quarter|previous quarter|上季度|上季|上个季度|上一季度|上一个季度"),
        ("quarter", 2, "quarter before last|上上季度|上上个季度"),
        ("year", 0, "this year|current year|year to date|ytd|今年|本年|本年度|今年以来|年初至今|今年至今|年初以来"),
        ("year", 1, "last year|previous year|去年|上年|上一年|去年全年|上年度"),
        ("year", 2, "year before last|前年"),
        ("fiscal quarter", 0, "this fiscal quarter|current fiscal quarter|fiscal quarter to date|本财季|本财务季度"),
        ("fiscal quarter", 1, "last fiscal quarter|previous fiscal quarter|上财季|上个财季|上一财季|上财务季度"),
        ("fiscal year", 0, "this fiscal year|current fiscal year|fiscal year to date|fytd|本财年|本财年至今|这个财年"),
        ("fiscal year", 1, "last fiscal year|previous fiscal year|上财年|上个财年|上一财年"),
    )
    for phrase in phrases.split("|")
}
_WEEKDAY_ZH = re.compile(rf"(上上个?|上个?|本|这个?)?({WEEKDAY_ZH})")
_WEEKDAY_EN = re.compile(rf"(last |past |previous |this )?({WEEKDAY_EN})")
_QUARTER = re.compile(r"(?:q|quarter )([1-4])|第?([1-4])(?:个?季度|季)")
_HALVES = {"上半年": 1, "h1": 1, "first half": 1, "下半年": 2, "h2": 2, "second half": 2}
_MONTH = re.compile(rf"(\d{{1,2}})月份?|({MONTH})\.?")
_WEEK = re.compile(r"第(\d{1,2})周|(?:w|week ?)(\d{1,2})")
_MONTH_DAY = re.compile(r"(\d{1,2})(?:月|[/.-])(\d{1,2})[日号]?")
_DAY_EN = re.compile(
    rf"({MONTH})\.? (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?|(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?({MONTH})\.?"
)
_DAY_ALONE = re.compile(r"(\d{1,2})(?:日|号|st|nd|rd|th)?")
_YEARS_BACK = {"今年": 0, "本年": 0, "this year": 0, "去年": 1, "上年": 1, "last year": 1, "前年": 2}
_YEAR_WORD = "|".join(_YEARS_BACK)
_YEAR_FIRST = re.compile(rf"(?:(\d{{4}})年?|({_YEAR_WORD})(?:'s)?)的?[ -]?(\S.*)")
_YEAR_LAST = re.compile(
    rf"(.*?[^\s,\d])(?:(\d{{4}})年?|({_YEAR_WORD}))|(.*?\S),? (?:of |in )?(?:(\d{{4}})年?|({_YEAR_WORD}))"
)
_LAST_ONE = re.compile(r"(?:(?:last|latest|the last) |上1?次的?|最近1次的?)(\S.*)")
_SINCE = re.compile(r"自?从?(.+?)(?:以来|至今|到现在|到今天|开始|起)|since (.+)|(.+) onwards?")
_FROM = re.compile(r"^(?:from |between |自|从)")
_DOTTED = re.compile(r"(?<!\d)(?<!\d\.)(\d{1,2})\.(\d{1,2})(?!\d|\.\d)")  # in 6.1-6.18 it is no promotion
_NOW = ("今", "now", "today", "今天", "现在", "目前")
_SEPARATORS = (
    re.compile(r"\.{2,3}"),
    re.compile(r"[~～—–]+|到|至"),
    re.compile(r" (?:to|through|thru|until|till|and) "),
    re.compile(r" - "),
    re.compile(r"-"),
)
_FLUFF = re.compile(r"^(?:(?:(?:in|on|for|during|over|within|of|the)\s)+|在)(?=\S)|(?:期间)?(?:的数据|的)?$")


def _without_fluff(text: str) -> str:
    """Return the phrase without the small words that a sentence puts around it."""
    return _FLUFF.sub("", text).strip()


def _years(text: str, today: date) -> Iterator[tuple[int | None, str]]:
    """Yield the ways to take a phrase apart into a year and the rest."""
    yield None, text
    if match := _LAST_ONE.fullmatch(text):
        yield None, match[1]
    if match := _YEAR_FIRST.fullmatch(text):
        yield (int(match[1]) if match[1] else today.year - _YEARS_BACK[match[2]]), match[3]
    if match := _YEAR_LAST.fullmatch(text):
        figures, word = match[2] or match[5], match[3] or match[6]
        yield (int(figures) if figures else today.year - _YEARS_BACK[word]), match[1] or match[4]


def _days_of(window: Window) -> Days:
    return window.first_day, window.last_day


def _day(year: int, month: int, day: int) -> Days:
    found = date(year, month, day)
    return found, found


def _month(year: int, month: int) -> Days:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _week(year: int, week: int) -> Days:
    monday = date.fromisocalendar(year, week, 1)
    return monday, monday + timedelta(days=6)


def _year(year: int) -> Days:
    return date(year, 1, 1), date(year, 12, 31)


def _or_none(span: Callable[..., Days], year: int, *parts: int) -> Days | None:
    try:
        return span(year, *parts) if is_year(year) else None
    except ValueError:
        return None


_DATED: tuple[tuple[re.Pattern[str], Callable[..., Days]], ...] = (
    *((re.compile(rf"(\d{{4}}){sign}(\d{{1,2}}){sign}(\d{{1,2}})"), _day) for sign in ("-", "/", r"\.")),
    (re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]?"), _day),
    (re.compile(r"(\d{4})(\d{2})(\d{2})"), _day),
    (re.compile(r"(\d{4})[-/.年](\d{1,2})月?份?"), _month),
    (re.compile(r"(\d{4})-?w(\d{1,2})"), _week),
    (re.compile(r"(\d{4})年?(?:全年)?"), _year),
)


def _dateparser(text: str, now: datetime) -> date | None:
    """Return the one day that dateparser reads; a year it would have to guess, it does not get to."""
    import dateparser

    found = dateparser.parse(
        text,
        languages=["zh", "en"],
        settings={
            "RELATIVE_BASE": now,
            "REQUIRE_PARTS": ["day", "month", "year"],
            "PARSERS": ["absolute-time"],  # what is counted from today our own grammar reads, or nobody
        },
    )
    return found.date() if found and is_year(found.year) else None
