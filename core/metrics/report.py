"""The address of a metric's report in another tool (FineBI, Tableau, …), with holes for the slice and the period.

    https://bi.example.cn/roi?channel={channel:zh}&from={from}&to={to}

A hole is filled with what a slice is, written so that it stays one word of the address. So no value can lead to
another site, or add a parameter: holes begin only behind the site's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from core.document import Scalar, inside, suggesting
from core.errors import Mistake

if TYPE_CHECKING:
    from collections.abc import Collection

    from core.calendar.grain import Period
    from core.labels import Labels
    from core.metrics.dimension import Dimension

OURS = ("metric", "period", "from", "to")  # holes that every metric has; any other is a dimension
TONGUES = (":zh", ":en")  # a value's title, where its code is not what the report goes by
_SITE = re.compile(r"https?://[\w.-]+(?::\d{1,5})?(?=[/?#])", re.IGNORECASE | re.ASCII)
_HOLE = re.compile(r"\{([^{}]*)\}")
_NEVER = re.compile(r"[\s\"'<>|\\^`{}]")  # in no address; elsewhere they would end ours
_DAY = timedelta(days=1)


def mistakes_in(written: Scalar, dimensions: Collection[str]) -> Iterator[Mistake]:
    """Yield what keeps a template from being one, each with its place."""
    text = written.text
    site = _SITE.match(text)
    if site is None:
        width = min(len(text.partition("://")[0]) or 1, len(text))
        yield Mistake("report-site", {"url": text}, inside(written, 0, width))
        return
    holes = {*OURS, *dimensions, *(f"{code}{tongue}" for code in dimensions for tongue in TONGUES)}
    for found in _HOLE.finditer(text):
        if found[1] not in holes:
            facts = suggesting(found[1], sorted(holes), name=found[1], options=", ".join((*OURS, *sorted(dimensions))))
            yield Mistake("report-hole", facts, inside(written, found.start(), len(found[0])))
    bare = _HOLE.sub(lambda found: "." * len(found[0]), text)
    if sign := _NEVER.search(bare):
        yield Mistake("report-sign", {"sign": sign[0]}, inside(written, sign.start(), 1))


def report_url(
    template: str, metric: str, labels: Labels, first: Period, last: Period, dimensions: Mapping[str, Dimension]
) -> str:
    """Return the address for this slice and these periods; a dimension that the slice does not name is left empty."""
    days = {"from": first.start.date().isoformat(), "to": (last.end - _DAY).date().isoformat()}
    period = str(last) if first == last else f"{days['from']}..{days['to']}"
    fixed = {"metric": metric, "period": period, **days}
    return _HOLE.sub(lambda found: quote(_filled(found[1], fixed, labels, dimensions), safe=""), template)


def _filled(hole: str, fixed: Mapping[str, str], labels: Labels, dimensions: Mapping[str, Dimension]) -> str:
    if hole in fixed:
        return fixed[hole]
    code, _, tongue = hole.partition(":")
    value = labels.get(code) or ""
    known = dimensions[code].values.get(value) if code in dimensions else None
    return known.title.to("zh" if tongue == "zh" else "en") if known and tongue else value
