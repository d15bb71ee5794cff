"""Words for time in both tongues, as the grammars of periods and of moments share them.

A phrase is first made plain: one width, small letters, Chinese numerals as digits. 两周 becomes 2周, 第三季度 第3季度.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import date

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            *("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul"),
            *("august aug", "september sept sep", "october oct", "november nov", "december dec"),
        ),
        start=1,
    )
    for name in names.split()
}
MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            *("monday mon 一 1", "tuesday tues tue 二 2", "wednesday wed 三 3", "thursday thurs thur thu 四 4"),
            *("friday fri 五 5", "saturday sat 六 6", "sunday sun 日 天 7"),
        )
    )
    for name in names.split()
}
WEEKDAY_ZH = r"(?:周|星期|礼拜)(?:[一二三四五六日天1-7])"
WEEKDAY_EN = "|".join(sorted((name for name in WEEKDAYS if name.isascii() and name.isalpha()), key=len, reverse=True))
COUNT_EN = {
    word: count
    for count, words in enumerate(
        ("a an one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
        start=1,
    )
    for word in words.split()
}
COUNT = r"\d{1,4}|" + "|".join(sorted(COUNT_EN, key=len, reverse=True))
# Years beyond these are a slip of the finger, and would run off the ends of what a date can be.
FIRST_YEAR, LAST_YEAR = 1990, 2099

_DIGITS = {numeral: digit for digit, numeral in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
# 周一 is a weekday and 五一, 十一 are holidays: numerals count only before a unit, and 日 of 周日 is none.
_NUMERAL = re.compile(
    r"(?<!周)(?<!星期)(?<!礼拜)([零〇一二两三四五六七八九十]{1,3})(?=个|天|日|号|周|星期|礼拜|月|季|年|小时|钟头|分|刻|点)"
)
_HALF = (
    (re.compile(r"(?<![上下])半年"), "6个月"),
    (re.compile(r"半个?月"), "15天"),
    (re.compile(r"(?<!\d)(?:半个?小时|半个?钟头|half an? hour)"), "30分钟"),
)


def plain(phrase: str) -> str:
    """Return the phrase in one width, small letters, single spaces, and digits for Chinese numerals.

    >>> plain("过去 两周")
    '过去 2周'
    """
    narrow = unicodedata.normalize("NFKC", phrase).casefold().replace("’", "'")
    digits = _NUMERAL.sub(lambda found: str(_value(found[1])), narrow)
    for half, whole in _HALF:
        digits = half.sub(whole, digits)
    return re.sub(r"\s+", " ", digits).strip(" ,，。.、!?")


def count(word: str) -> int:
    """Return the number that digits or an English word say; no word is one (`past week`)."""
    return int(word) if word.isdecimal() else COUNT_EN.get(word, 1)


def is_year(year: int) -> bool:
    return FIRST_YEAR <= year <= LAST_YEAR


def month_later(day: date, months: int) -> date:
    """Return the same day so many months later, or that month's last where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def begun(day: date, months: int, starts: int = 1) -> date:
    """Return the first day of the span of so many months in which a day lies, counted from the month `starts`."""
    return month_later(day.replace(day=1), -((day.month - starts) % months))


def _value(numeral: str) -> int:
    """Return 12 for 十二 and 25 for 二十五; a numeral without 十 is read digit by digit."""
    if "十" not in numeral:
        return int("".join(str(_DIGITS[one]) for one in numeral))
    tens, ones = numeral.split("十", 1)
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
