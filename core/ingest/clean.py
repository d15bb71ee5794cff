"""What a cell means, as SQL: `1.2万` is 12000, `(300)` is -300, `--` is nothing, `2025年6月18日` is a day.

It is SQL so that DuckDB cleans a million rows without a Python loop. Each function takes the SQL of a text and
returns the SQL of a value that is NULL when the cell cannot be read: whatever is not surely a number is not one
(`1.234,56` and `1,2345` are refused, never guessed).
"""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["text", "number", "time"]
Order = Literal["day first", "month first"]

SUMMARY_WORDS = ("合计", "总计", "汇总", "小计", "total", "grand total", "subtotal", "sum")
SUMMARY_ENDS = ("合计", "总计", "小计")  # 微信小计, 6月合计

_BLANKS = ("", "-", "--", "---", "/", "—", "——", "－", "n/a", "#n/a", "null", "nan", "none")
MOST = "1e100"  # what is larger counts nothing in this world, and its square is no float
_WIDE = "０１２３４５６７８９．，％－＋￥：／　−（）"
_NARROW = "0123456789.,%-+¥:/ -()"
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
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000  # Excel's 1954 to 2119: the numbers that are days in a date column


def text(cell: str) -> str:
    """Return the words without the space around them, NULL for what stands for nothing."""
    words = _trimmed(cell)
    return f"CASE WHEN lower({words}) NOT IN ({_quoted(_BLANKS)}) THEN {words} END"


def is_blank(cell: str) -> str:
    return f"coalesce(lower({_trimmed(cell)}) IN ({_quoted(_BLANKS)}), true)"


def is_summary(cell: str) -> str:
    """Return whether the cell opens a row of totals, which would be counted twice."""
    words = f"rtrim({_trimmed(cell)}, ' :：')"
    ends = " OR ".join(f"suffix({words}, '{end}')" for end in SUMMARY_ENDS)
    # Few cells may be one at all, and only those pay for being looked at.
    may_be = " OR ".join(f"contains(lower({cell}), '{part}')" for part in ("计", "汇", "total", "sum"))
    return f"CASE WHEN {may_be} THEN lower({words}) IN ({_quoted(SUMMARY_WORDS)}) OR {ends} ELSE false END"


def scale_of(header: str) -> str:
    """Return the exponent that a column's header gives to its plain numbers: `e4` for 花费(万元), else nothing.

    >>> scale_of("花费（单位：万元）"), scale_of("花费(元)")
    ('e4', '')
    """
    found = _HEADED.search(header)
    return _EXPONENTS[found[1].replace("％", "%")] if found else ""


def number(cell: str, scale: str = "") -> str:
    """Return the number. A cell with a unit of its own, such as 1.2万, does not take its header's `scale` besides."""
    # CASE, since DuckDB asks coalesce's later parts of every row: plain cells must not pay for the pattern.
    plain = f"TRY_CAST({cell} AS DOUBLE)"
    scaled = plain if not scale else f"TRY_CAST(trim({cell}) || '{scale}' AS DOUBLE)"
    return (
        f"CASE WHEN abs({plain}) < {MOST} AND NOT contains({cell}, '_') THEN {scaled} "
        f"ELSE {_written_number(_narrow(cell), scale)} END"
    )


def order_of(cell: str) -> str:
    """Return, over a column, which of day and month comes first in 18/05/2026; NULL where no cell tells."""
    # A day that begins with its year says nothing of this; a wide sign is longer in bytes. CASE, since a FILTER is
    # asked after what it filters.
    signs = "('/', '.', '-')"
    may_be = f"(trim({cell})[2:2] IN {signs} OR trim({cell})[3:3] IN {signs} OR strlen({cell}) <> length({cell}))"
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


def moment(cell: str, zone: str, order: Order | None = None) -> str:
    """Return the wall-clock time of the business; a time that names its own offset is moved into `zone`.

    Without an `order`, a day such as 5/6/2026 is not read: it could be two.
    """
    narrow = _narrow(cell)
    turned = "NULL"
    if order:
        groups = "\\3-\\2-\\1" if order == "day first" else "\\3-\\1-\\2"
        iso = f"regexp_replace({narrow}, '{_YEAR_LAST}', '{groups}')"
        turned = (
            # A cast takes 1:00 PM for one at night.
            f"CASE WHEN regexp_matches({narrow}, '{_YEAR_LAST}') THEN CASE WHEN {narrow} ILIKE '%m' "
            f"THEN try_strptime({iso}, ['%Y-%m-%d %I:%M %p', '%Y-%m-%d %I:%M:%S %p']) "
            f"ELSE TRY_CAST({iso} AS TIMESTAMP) END END"
        )
    dashed = f"regexp_replace({narrow}, '^([0-9]{{4}})[/.年]([0-9]{{1,2}})[/.月]([0-9]{{1,2}})日?', '\\1-\\2-\\3')"
    shifted = "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+ ?(Z|[+-][0-9]{2}:?[0-9]{2})"
    plain = "[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?)?"
    return f"""CASE WHEN {cell} SIMILAR TO '{plain}' THEN TRY_CAST({cell} AS TIMESTAMP) ELSE coalesce(
        CASE WHEN {narrow} SIMILAR TO '{shifted}' THEN TRY_CAST({narrow} AS TIMESTAMPTZ) AT TIME ZONE '{zone}' END,
        CASE WHEN {dashed} SIMILAR TO '[0-9]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}}([T ].*)?' THEN coalesce(
            TRY_CAST({dashed} AS TIMESTAMP), try_strptime({dashed}, ['%Y-%m-%d %H', '%Y-%m-%d %H时', '%Y-%m-%d %H点'])
        ) END,
        CASE WHEN {narrow} SIMILAR TO '(19|20)[0-9]{{6}}.*' THEN
            try_strptime({narrow}, ['%Y%m%d', '%Y%m%d%H', '%Y%m%d %H:%M', '%Y%m%d %H:%M:%S']) END,
        {_serial(narrow)},
        {turned}
    ) END"""


def dated(cell: str, zone: str, order: Order | None = None) -> str:
    """Return the time as `moment` does, but not of an Excel serial: 45826 alone is no day unless one was asked for."""
    is_serial = f"regexp_full_match({_narrow(cell)}, '[0-9]{{5}}(\\.[0-9]+)?')"
    return f"CASE WHEN NOT {is_serial} THEN {moment(cell, zone, order)} END"


def clean(cell: str, kind: Kind, zone: str, order: Order | None = None, scale: str = "") -> str:
    """Return the cell read as its kind; NULL when it is blank, and when it cannot be read."""
    match kind:
        case "text":
            return text(cell)
        case "number":
            return number(cell, scale)
        case "time":
            return moment(cell, zone, order)


def _trimmed(cell: str) -> str:
    return f"trim({cell}, ' \t\r\n\u3000\u00a0\ufeff')"


def _narrow(cell: str) -> str:
    return f"trim(translate({_trimmed(cell)}, '{_WIDE}', '{_NARROW}'))"


def _written_number(cell: str, scale: str) -> str:
    opened, sign, late, digits, unit, closed = (f"regexp_extract({cell}, '{_NUMBER}', {i})" for i in range(1, 7))
    exponents = " ".join(f"WHEN '{written}' THEN '{exponent}'" for written, exponent in _EXPONENTS.items())
    # In brackets is negative, as accountants write it; half a bracket, or two signs, is no number: `x` cannot be cast.
    first = (
        f"CASE {opened} || {closed} || {sign} || {late} WHEN '' THEN '' WHEN '()' THEN '-' "
        f"WHEN '-' THEN '-' WHEN '+' THEN '' ELSE 'x' END"
    )
    return f"TRY_CAST({first} || replace({digits}, ',', '') || CASE {unit} {exponents} ELSE '{scale}' END AS DOUBLE)"


def _serial(cell: str) -> str:
    days = f"TRY_CAST({cell} AS DOUBLE)"
    # Rounded to the second: Excel keeps a time as a fraction of a day, and 14:00 comes out a hair off.
    return (
        f"CASE WHEN regexp_full_match({cell}, '[0-9]{{5}}(\\.[0-9]+)?') "
        f"AND {days} BETWEEN {_FIRST_SERIAL} AND {_LAST_SERIAL} "
        f"THEN TIMESTAMP '1899-12-30' + to_seconds(round({days} * 86400)) END"
    )


def _quoted(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)
