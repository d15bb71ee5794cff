"""Numbers as people write them: 1.2万, 三成, 百分之二点五, 五十条, ¥3,000, two percent, a third.

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
    # A third has no last digit. Cut off, it is read back as what it counts as, and a fall by just a third is one.
    **dict.fromkeys(("三分之一", "a third", "one third"), Decimal("0.3333")),
    **dict.fromkeys(("三分之二", "two thirds"), Decimal("0.6666")),
    **dict.fromkeys(("五分之二", "two fifths"), Decimal("0.4")),
    **dict.fromkeys(("五分之三", "three fifths"), Decimal("0.6")),
    **dict.fromkeys(("五分之四", "four fifths"), Decimal("0.8")),
}
MULTIPLES: Mapping[str, Decimal] = {"twice": Decimal(2), "thrice": Decimal(3)}
LONGER: Mapping[str, int] = {  # in seconds
    **dict.fromkeys(("分钟", "minutes", "minute", "mins", "min"), 60),
    **dict.fromkeys(("小时", "个小时", "hours", "hour", "hrs"), 3600),
}
UNITS: Mapping[str, tuple[int, Unit]] = {
    **dict.fromkeys(("%", "percent", "pct"), (-2, Unit.PERCENT)),
    **dict.fromkeys(
        ("个百分点", "百分点", "个点", "pp", "ppt", "percentage points", "percentage point", "pct points", "% points"),
        (-2, Unit.POINTS),
    ),
    **dict.fromkeys(("倍", "x", "×", "times"), (0, Unit.TIMES)),
    **dict.fromkeys(("元", "块钱", "块", "yuan", "rmb", "cny"), (0, Unit.MONEY)),
    **dict.fromkeys(("秒钟", "秒", "seconds", "second", "sec", "s"), (0, Unit.SECONDS)),
    **dict.fromkeys(("分", "pts", "points"), (0, Unit.SCORE)),
    **dict.fromkeys(("个", "次", "人", "单", "条", "件", "份", "名", "位", "笔"), (0, Unit.BARE)),
    **dict.fromkeys(LONGER, (0, Unit.SECONDS)),
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
    """Return a number below ten thousand.

    >>> _hanzi("十"), _hanzi("三十五"), _hanzi("两"), _hanzi("三百零五"), _hanzi("两千")
    (10, 35, 2, 305, 2000)
    """
    found, digit = 0, 0
    for letter in said:
        if letter in _PLACES:
            found, digit = found + (digit or 1) * _PLACES[letter], 0
        else:
            digit = NUMERALS[letter]
    return found + digit


def _decimal(said: str) -> Decimal:
    """Return a number with its fraction, and the thousands, millions it is of.

    >>> str(_decimal("一点五")), str(_decimal("五十")), f"{_decimal('三点二万'):f}"
    ('1.5', '50', '32000')
    """
    many = MANY[said[-1]] if said[-1] in "万亿" else 0
    whole, _, rest = said.rstrip("万亿").partition("点")
    return Decimal(f"{_hanzi(whole)}.{''.join(str(NUMERALS[each]) for each in rest)}".rstrip(".")).scaleb(many)


def _among(spellings: Iterable[str]) -> str:
    longest_first = sorted(spellings, key=len, reverse=True)
    return "|".join(re.escape(each) + (r"(?![a-z0-9])" if re.search(r"[a-z]$", each) else "") for each in longest_first)


_PLACES = {"十": 10, "百": 100, "千": 1000}
_DIGIT = "零一二两三四五六七八九"
_WHOLE = rf"[{_DIGIT}十](?:[{_DIGIT}十百千]{{0,6}})"
_HANZI = rf"{_WHOLE}(?:点[{_DIGIT}]{{1,4}})?"
_NUMBER = re.compile(
    r"(?P<sign>[-+])?\s*(?P<money>[¥￥$])?\s*(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    rf"(?:\s*(?P<many>{_among(MANY)}))?(?:\s*(?P<unit>{_among(UNITS)}))?"
)


# 百分之二, 两成, 两个百分点, 三成五; two percent.
_SPELLED = re.compile(
    rf"百分之(?P<percent>\d{{1,3}}(?:\.\d+)?|{_HANZI})|(?P<tenths>\d|[{_DIGIT}十])成(?P<half>[半{_DIGIT[1:]}])?|"
    rf"(?P<points>{_HANZI})个?百?分?点(?![{_DIGIT}])|(?P<times>{_HANZI})倍|"
    rf"(?P<plain>{_HANZI}[万亿]?)(?P<unit>{_among(each for each in UNITS if not each.isascii())})?|"
    rf"(?<![a-z0-9])(?P<en>{'|'.join(ENGLISH)}) (?:percent|pct)(?![a-z])"
)


def _quantity(match: re.Match[str]) -> Quantity:
    value = Decimal(match["digits"].replace(",", "")).scaleb(MANY.get(match["many"] or "", 0))
    shift, unit = UNITS.get(match["unit"] or "", (0, Unit.MONEY if match["money"] else Unit.BARE))
    value = value.scaleb(shift) * LONGER.get(match["unit"] or "", 1)
    return Quantity(-value if match["sign"] == "-" else value, unit)


def _spelled(match: re.Match[str]) -> Quantity:
    if said := match["percent"]:
        number = Decimal(said) if said[0].isascii() else _decimal(said)
        return Quantity(number.scaleb(-2), Unit.PERCENT)
    if said := match["tenths"]:
        half = match["half"]
        more = Decimal(5 if half == "半" else NUMERALS[half]) if half else Decimal(0)
        return Quantity((Decimal(count_of(said)) * 10 + more).scaleb(-2), Unit.PERCENT)
    if said := match["points"]:
        return Quantity(_decimal(said).scaleb(-2), Unit.POINTS)
    if said := match["times"]:
        return Quantity(_decimal(said), Unit.TIMES)
    if said := match["plain"]:
        shift, unit = UNITS.get(match["unit"] or "", (0, Unit.BARE))
        return Quantity(_decimal(said).scaleb(shift) * LONGER.get(match["unit"] or "", 1), unit)
    return Quantity(Decimal(ENGLISH[match["en"]]).scaleb(-2), Unit.PERCENT)
