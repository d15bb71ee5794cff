"""What a cell means, as SQL: `1.2万` is 12000, `(300)` is -300, `--` is nothing, `2025年6月18日` is a day.

It is SQL so that DuckDB cleans a million rows without a Python loop. Each function takes the SQL of a text and
returns the SQL of a value that is NULL when the cell cannot be read: whatever is not surely a number is not one
(`1.234,56` and `1,2345` are refused, never guessed).

The surprise is what costs: `translate` and a `trim` of several signs take ten times as long as a regular expression
that finds there is nothing to do. And DuckDB works a part of an expression out as often as it is written, so whoever
cleans a whole column lays `odd` and `parts` down beside it first.
"""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["text", "number", "time"]
Order = Literal["day first", "month first"]

SUMMARY_WORDS = ("合计", "总计", "汇总", "小计", "total", "grand total", "subtotal", "sum")
SUMMARY_ENDS = ("合计", "总计", "小计")  # 微信小计, 6月合计

_SPACES = " \t\r\n\u3000\u00a0\ufeff"
_SPACE = " \\t\\r\\n\\x{3000}\\x{a0}\\x{feff}"  # as a regular expression has it
_BLANK = f"(?i)[{_SPACE}]*(|-{{1,3}}|/|—{{1,2}}|－|#?n/a|null|nan|none)[{_SPACE}]*"
_SUMMARY = f"(?i)[{_SPACE}]*({'|'.join(SUMMARY_WORDS)}|.*({'|'.join(SUMMARY_ENDS)}))[{_SPACE}:：]*"
MOST = "1e100"  # what is larger counts nothing in this world, and its square is no float
_WIDE = "０１２３４５６７８９．，％－＋￥：／　−（）"
_NARROW = "0123456789.,%-+¥:/ -()"
_PARTS = ("opened", "sign", "late", "digits", "unit", "closed")
# Groups: an accountant's bracket, the sign (before the currency or behind it), the digits, the unit.
_NUMBER = (
    r"^(\(?)([+-]?)(?:[¥$€£]|(?i:cny|rmb|usd|hkd|eur|us\$))?\s*([+-]?)((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)\s*"
    r"(千万|百万|十万|亿|万|千|[wWkKM]|%|‰)?\s*(?:元|次|人|单|条|个|件|(?i:cny|rmb|usd))?(\)?)$"
)
# A shifted exponent is exact where a product is not: 1.13 * 10000 is 11299.999999999998.
_EXPONENTS = {
    "亿": "e8", "千万": "e7", "百万": "e6", "十万": "e5", "万": "e4", "千": "e3",
    "w": "e4", "W": "e4", "k": "e3", "K": "e3", "M": "e6", "%": "e-2", "‰": "e-3",
}  # fmt: skip
_HEADED = re.compile(r"[(（\[【]\s*(?:单位\s*[:：]\s*)?(亿|千万|百万|十万|万|千|%|％|‰)元?\s*[)）\]】]\s*$")
_YEAR_LAST = r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})"
_MAY_BE_YEAR_LAST = f"^[{_SPACE}]*[0-9０-９]{{1,2}}[/.／．−－-]"
_YEAR_FIRST = r"^([0-9]{4})[/.年]([0-9]{1,2})[/.月]([0-9]{1,2})日?"
_PLAIN_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?)?"
_SERIAL = "[0-9]{5}(\\.[0-9]+)?"
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000  # Excel's 1954 to 2119: the numbers that are days in a date column


def odd(cell: str, kind: Kind) -> str:
    """Return a cell that must be looked at in narrow letters, without the space around it; NULL for a plain one."""
    match kind:
        case "text":
            return "NULL"
        case "number":
            return f"CASE WHEN NOT ({_is_plain_number(cell)}) THEN {_narrow(cell)} END"
        case "time":
            return f"CASE WHEN NOT regexp_full_match({cell}, '{_PLAIN_TIME}') THEN {_narrow(cell)} END"


def parts(narrow: str) -> str:
    """Return what a written number is made of, as a struct; each part is empty where it is none."""
    return f"regexp_extract({narrow}, '{_NUMBER}', [{_quoted(_PARTS)}])"


def text(cell: str) -> str:
    """Return the words without the space around them, NULL for what stands for nothing."""
    return f"CASE WHEN NOT regexp_full_match({cell}, '{_BLANK}') THEN {_trimmed(cell)} END"


def is_blank(cell: str) -> str:
    return f"coalesce(regexp_full_match({cell}, '{_BLANK}'), true)"


def is_summary(cell: str) -> str:
    """Return whether the cell opens a row of totals, which would be counted twice."""
    return f"coalesce(regexp_full_match({cell}, '{_SUMMARY}'), false)"


def scale_of(header: str) -> str:
    """Return the exponent that a column's header gives to its plain numbers: `e4` for 花费(万元), else nothing.

    >>> scale_of("花费（单位：万元）"), scale_of("花费(元)")
    ('e4', '')
    """
    found = _HEADED.search(header)
    return _EXPONENTS[found[1].replace("％", "%")] if found else ""


def number(cell: str, scale: str = "", made: str = "") -> str:
    """Return the number. A cell with a unit of its own, such as 1.2万, does not take its header's `scale` besides.

    `made` is where the `parts` of the odd cells lie, when they are laid down already.
    """
    # CASE, since DuckDB asks coalesce's later parts of every row: plain cells must not pay for the pattern.
    scaled = f"TRY_CAST({cell} AS DOUBLE)" if not scale else f"TRY_CAST(trim({cell}) || '{scale}' AS DOUBLE)"
    is_plain = f"{made} IS NULL" if made else _is_plain_number(cell)
    return f"CASE WHEN {is_plain} THEN {scaled} ELSE {_written_number(made or parts(_narrow(cell)), scale)} END"


def order_of(cell: str) -> str:
    """Return, over a column, which of day and month comes first in 18/05/2026; NULL where no cell tells."""
    # A day that begins with its year says nothing of this. CASE, since a FILTER is asked after what it filters.
    may_be = f"regexp_matches({cell}, '{_MAY_BE_YEAR_LAST}')"
    first, second = (
        f"max(CASE WHEN {may_be} THEN TRY_CAST(regexp_extract({_narrow(cell)}, '{_YEAR_LAST}', {i}) AS INTEGER) END)"
        for i in (1, 2)
    )
    is_year_last = f"CASE WHEN {may_be} THEN regexp_matches({_narrow(cell)}, '{_YEAR_LAST}') ELSE false END"
    return (
        f"CASE WHEN {first} > 12 AND {second} > 12 THEN NULL WHEN {first} > 12 THEN 'day first' "
        f"WHEN {second} > 12 THEN 'month first' "
        # With dots nobody puts the month first.
        f"WHEN bool_and(CASE WHEN {is_year_last} THEN contains({cell}, '.') END) THEN 'day first' END"
    )


def moment(cell: str, zone: str, order: Order | None = None, narrow: str = "") -> str:
    """Return the wall-clock time of the business; a time that names its own offset is moved into `zone`.

    Without an `order`, a day such as 5/6/2026 is not read: it could be two. `narrow` is where the odd cells lie, when
    they are laid down already.
    """
    is_plain = f"{narrow} IS NULL" if narrow else f"regexp_full_match({cell}, '{_PLAIN_TIME}')"
    narrow = narrow or _narrow(cell)
    cases = [
        (
            "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+ ?(Z|[+-][0-9]{2}:?[0-9]{2})",
            f"TRY_CAST({narrow} AS TIMESTAMPTZ) AT TIME ZONE '{zone}'",
        ),
        (
            "[0-9]{4}(-[0-9]{1,2}-|[/.年][0-9]{1,2}[/.月])[0-9]{1,2}日? [0-9]{1,2}[时点]?",
            f"try_strptime({_dashed(narrow)}, ['%Y-%m-%d %H', '%Y-%m-%d %H时', '%Y-%m-%d %H点'])",
        ),
        (
            "[0-9]{4}(-[0-9]{1,2}-[0-9]{1,2}|[/.年][0-9]{1,2}[/.月][0-9]{1,2}日?)([T ].*)?",
            f"TRY_CAST({_dashed(narrow)} AS TIMESTAMP)",
        ),
        (
            "(19|20)[0-9]{6}.*",
            f"try_strptime({narrow}, ['%Y%m%d', '%Y%m%d%H', '%Y%m%d %H:%M', '%Y%m%d %H:%M:%S'])",
        ),
        (_SERIAL, _serial(narrow)),
    ]
    if order:
        groups = "\\3-\\2-\\1" if order == "day first" else "\\3-\\1-\\2"
        iso = f"regexp_replace({narrow}, '{_YEAR_LAST}', '{groups}')"
        by_half_days = f"try_strptime({iso}, ['%Y-%m-%d %I:%M %p', '%Y-%m-%d %I:%M:%S %p'])"
        # A cast takes 1:00 PM for one at night.
        turned = f"CASE WHEN {narrow} ILIKE '%m' THEN {by_half_days} ELSE TRY_CAST({iso} AS TIMESTAMP) END"
        cases.append((f"{_YEAR_LAST}.*", turned))
    whens = " ".join(f"WHEN regexp_full_match({narrow}, '{written}') THEN {value}" for written, value in cases)
    return f"CASE WHEN {is_plain} THEN TRY_CAST({cell} AS TIMESTAMP) {whens} END"


def clean(cell: str, kind: Kind, zone: str, order: Order | None, scale: str, narrow: str, made: str) -> str:
    """Return the cell read as its kind; NULL when it is blank, and when it cannot be read."""
    match kind:
        case "text":
            return text(cell)
        case "number":
            return number(cell, scale, made)
        case "time":
            return moment(cell, zone, order, narrow)


def is_serial(narrow: str) -> str:
    """Return whether it may be Excel's way to write a day: 45826 alone is no day unless one was asked for."""
    return f"regexp_full_match({narrow}, '{_SERIAL}')"


def _is_plain_number(cell: str) -> str:
    plain = f"TRY_CAST({cell} AS DOUBLE)"
    return f"coalesce(abs({plain}) < {MOST}, false) AND NOT contains({cell}, '_')"


def _trimmed(cell: str) -> str:
    has_space = f"regexp_matches({cell}, '^[{_SPACE}]|[{_SPACE}]$')"
    return f"CASE WHEN {has_space} THEN trim({cell}, '{_SPACES}') ELSE {cell} END"


def _narrow(cell: str) -> str:
    return (
        f"CASE WHEN regexp_matches({cell}, '[{_WIDE}]') "
        f"THEN trim(translate(trim({cell}, '{_SPACES}'), '{_WIDE}', '{_NARROW}')) ELSE {_trimmed(cell)} END"
    )


def _dashed(narrow: str) -> str:
    return f"regexp_replace({narrow}, '{_YEAR_FIRST}', '\\1-\\2-\\3')"


def _written_number(made: str, scale: str) -> str:
    exponents = " ".join(f"WHEN '{written}' THEN '{exponent}'" for written, exponent in _EXPONENTS.items())
    # In brackets is negative, as accountants write it; half a bracket, or two signs, is no number: `x` cannot be cast.
    first = (
        f"CASE concat({made}.opened, {made}.closed, {made}.sign, {made}.late) WHEN '' THEN '' WHEN '()' THEN '-' "
        f"WHEN '-' THEN '-' WHEN '+' THEN '' ELSE 'x' END"
    )
    unit = f"CASE {made}.unit {exponents} ELSE '{scale}' END"
    return f"TRY_CAST(concat({first}, replace({made}.digits, ',', ''), {unit}) AS DOUBLE)"


def _serial(cell: str) -> str:
    days = f"TRY_CAST({cell} AS DOUBLE)"
    # Rounded to the second: Excel keeps a time as a fraction of a day, and 14:00 comes out a hair off.
    return (
        f"CASE WHEN {days} BETWEEN {_FIRST_SERIAL} AND {_LAST_SERIAL} "
        f"THEN TIMESTAMP '1899-12-30' + to_seconds(round({days} * 86400)) END"
    )


def _quoted(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)
