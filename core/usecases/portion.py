"""How much of the whole each slice holds: 渠道贡献度, a campaign's share of the spend.

The part and the whole are two questions like any other, so the whole is what the source says it is, and no sum of the
slices that happen to be shown. Only what may be added up over slices has parts.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from core.metrics.metric import Additivity
from core.quantity import Unit
from core.usecases.ask import Absent, Answer, Asked, Question, Shares, ask

if TYPE_CHECKING:
    from core.metrics.catalog import Catalog
    from core.ports import World
    from core.workspace import Workspace


def has_parts(metric: str, catalog: Catalog) -> bool:
    """Return whether slices of it add up to the whole: a rate, a head count and a month to date do not."""
    return catalog.additivity(metric) is Additivity.SUM


async def portion(question: Question, dimension: str, workspace: Workspace, world: World) -> Answer:
    """Answer with each slice's part of what all slices of this dimension have together, from 0 to 1."""
    where = tuple(matcher for matcher in question.where if matcher.dimension != dimension)
    undivided = replace(question, where=where, by=None if question.by == dimension else question.by)
    parts, whole = await asyncio.gather(ask(question, workspace, world), ask(undivided, workspace, world))
    wholes = {(one.metric, one.labels): one for one in whole.values}
    values = tuple(_part(one, wholes.get((one.metric, one.labels.only(undivided.dimensions)))) for one in parts.values)
    return replace(parts, values=values, shares=Shares(dimension, whole.values))


def _part(one: Asked, whole: Asked | None) -> Asked:
    value = _over(one.value, whole.value if whole else None)
    before = _over(one.compared_to, whole.compared_to if whole else None)
    absent = one.absent if one.value is None else Absent.DIVISOR
    return replace(
        one,
        unit=Unit.PERCENT,
        value=value,
        compared_to=before,
        change=None if value is None or not before else (value - before) / before,
        series=tuple(_over(*pair) for pair in zip(one.series, whole.series, strict=False)) if whole else (),
        absent=absent if value is None else None,
    )


def _over(part: float | None, whole: float | None) -> float | None:
    return None if part is None or not whole else part / whole
