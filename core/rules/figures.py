"""Numbers as people write them: 1.2万, 三成, 百分之二, ¥3,000, two percent.

What they mean is exact: a tenth is a tenth, and a unit shifts the point instead of multiplying.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from core.quantity import Quantity, Unit

NUMERALS = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_ENGLISH = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen"),
)
ENGLISH = {word: number for number, word in enumerate(_ENGLISH, 1)} | {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90
}  # fmt: skip
FRACTIONS: Mapping[str, Decimal] = {
    **dict.fromkeys(("一半", "半数", "half", "a half"), Decimal("0.5")),
    **dict.fromkeys(("四分之一", "a quarter", "one quarter"), Decimal("0.25")),
    **dict.fromkeys(("四分之三", "three quarters"), Decimal("0.75")),
    **dict.fromkeys(("五分之一", "a fifth", "one fifth"), Decimal("0.2")),
    **dict.fromkeys(("十分之一", "a tenth", "one tenth"), Decimal("0.1")),
}
MULTIPLES: Mapping[str, Decimal] = {"twice": Decimal(2), "thrice": Decimal(3)}
UNITS: Mapping[str, tuple[int, Unit]] = {
    **dict.fromkeys(("%", "percent", "pct"), (-2, Unit.PERCENT)),
    **dict.fromkeys(
        ("个百分点", "百分点", "个点", "pp", "percentage points", "percentage point", "pct points"), (-2, Unit.POINTS)
    ),
    **dict.fromkeys(("倍", "x", "×", "times"), (0, Unit.TIMES)),
    **dict.fromkeys(("元", "块钱", "块", "yuan", "rmb", "cny"), (0, Unit.MONEY)),
    **dict.fromkeys(("秒钟", "秒", "seconds", "second", "sec", "s"), (0, Unit.SECONDS)),
    **dict.fromkeys(("分", "pts"), (0, Unit.SCORE)),
    **dict.fromkeys(("个", "次", "人", "单", "条", "件", "份", "名"), (0, Unit.BARE)),
}
MANY: Mapping[str, int] = {"亿": 8, "万": 4, "千": 3, "百": 2, "w": 4, "k": 3, "m": 6, "million": 6, "thousand": 3}


def figure_at(text: str, at: int) -> tuple[Quantity, int] | None:
    """Return the number that stands at a place, the longer reading of two, and where it ends."""
    plain, spelled = _NUMBER.match(text, at), _SPELLED.match(text, at)
    if spelled and (plain is None or spelled.end() > plain.end()):
        return _spelled(spelled), spelled.end()
    return (_quantity(plain), plain.end()) if plain else None


def count_of(said: str) -> int:
    if said in ENGLISH:
        return ENGLISH[said]
    return int(said) if said.isdigit() else _hanzi(said)


def _hanzi(said: str) -> int:
    """Return a number below a hundred.

    >>> _hanzi("十"), _hanzi("三十五"), _hanzi("两")
    (10, 35, 2)
    """
    tens, ten, ones = said.rpartition("十")
    if not ten:
        return NUMERALS[ones[-1]]
    return (NUMERALS[tens[-1]] if tens else 1) * 10 + (NUMERALS[ones[-1]] if ones else 0)


def _among(spellings: Iterable[str]) -> str:
    longest_first = sorted(spellings, key=len, reverse=True)
    return "|".join(re.escape(each) + (r"(?![a-z0-9])" if re.search(r"[a-z]$", each) else "") for each in longest_first)


_HANZI = rf"[{''.join(NUMERALS)}]{{1,3}}"
_NUMBER = re.compile(
    r"(?P<sign>[-+])?\s*(?P<money>[¥￥$])?\s*(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    rf"(?:\s*(?P<many>{_among(MANY)}))?(?:\s*(?P<unit>{_among(UNITS)}))?"
)


# 百分之二, 两成, 两个百分点, 三成五; two percent.
_SPELLED = re.compile(
    rf"百分之(?P<percent>\d{{1,3}}(?:\.\d+)?|{_HANZI})|(?P<tenths>\d|{_HANZI})成(?P<half>[半一二三四五六七八九])?|"
    rf"(?P<points>{_HANZI})个?百分点|(?P<times>{_HANZI})倍|"
    rf"(?<![a-z0-9])(?P<en>{'|'.join(ENGLISH)}) (?:percent|pct)(?![a-z])"
)


def _quantity(match: re.Match[str]) -> Quantity:
    value = Decimal(match["digits"].replace(",", "")).scaleb(MANY.get(match["many"] or "", 0))
    shift, unit = UNITS.get(match["unit"] or "", (0, Unit.MONEY if match["money"] else Unit.BARE))
    value = value.scaleb(shift)
    return Quantity(-value if match["sign"] == "-" else value, unit)


def _spelled(match: re.Match[str]) -> Quantity:
    if said := match["percent"]:
        number = Decimal(said) if said[0].isascii() else Decimal(_hanzi(said))
        return Quantity(number.scaleb(-2), Unit.PERCENT)
    if said := match["tenths"]:
        half = match["half"]
        more = Decimal(5 if half == "半" else NUMERALS[half]) if half else Decimal(0)
        return Quantity((Decimal(count_of(said)) * 10 + more).scaleb(-2), Unit.PERCENT)
    if said := match["points"]:
        return Quantity(Decimal(_hanzi(said)).scaleb(-2), Unit.POINTS)
    if said := match["times"]:
        return Quantity(Decimal(_hanzi(said)), Unit.TIMES)
    return Quantity(Decimal(ENGLISH[match["en"]]).scaleb(-2), Unit.PERCENT)
