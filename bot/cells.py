"""What stands in the cells of a file that somebody saved: bytes as text, and text as numbers.

Excel in China writes GB18030, Windows a mark before UTF-8; people write 1.2万, 2.35% and １２.
What is no number is NaN.
"""

from __future__ import annotations

import math
import re
from pathlib import Path

from core.errors import Missing, Problem

WIDE = str.maketrans("０１２３４５６７８９．，％－＋￥：／　", "0123456789.,%-+¥:/ ")
_NUMBER = re.compile(
    r"([+-]?)[¥$€£]?\s*((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)\s*(亿|万|千|[wW]|%|‰)?\s*(?:元|次|人|单|条|个|件)?"
)
_EXPONENTS = {"亿": "e8", "万": "e4", "w": "e4", "W": "e4", "千": "e3", "%": "e-2", "‰": "e-3"}


def text_of(file: Path) -> str:
    """Return a file's text; a Problem says what to mend."""
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        raise Missing("file-missing", file=str(file)) from None
    except OSError as error:
        raise Problem("file-unreadable", file=str(file), detail=error.strerror or "") from None
    if not raw.strip():
        raise Problem("file-empty", file=str(file))
    return _decoded(raw, file)


def delimiter_of(text: str) -> str:
    """Return what parts the cells of the first line."""
    first = text.lstrip().partition("\n")[0]
    return max(",\t;|", key=lambda sign: "".join(first.split('"')[::2]).count(sign))


def number(cell: str) -> float:
    """Return what a cell says, such as 1.2万 or 2.35%; NaN when it is no number."""
    try:
        found = float(cell)
    except ValueError:
        narrow = cell.translate(WIDE).strip()
        match = _NUMBER.fullmatch(narrow)
        if not match:
            return math.nan
        sign, digits, unit = match.groups()
        found = float(sign + digits.replace(",", "") + _EXPONENTS.get(unit or "", ""))
    return found if math.isfinite(found) and "_" not in cell else math.nan


def _decoded(raw: bytes, file: Path) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    if b"\x00" in raw:
        raise Problem("file-wrong-kind", file=str(file), kind="binary")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Problem("file-encoding", file=str(file))
