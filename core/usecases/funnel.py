"""The whole funnel then and now, and the three lines that a director asks after: which step, which line broke.

A workspace has some of the stages that the dictionary knows; of each stage the first that has data is taken. The
split over steps is exact (`core/attribution/funnel`), so that the step that broke has a share of the loss, and not
only the largest percentage.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

from core.attribution.funnel import Step, funnel
from core.errors import Missing
from core.metrics.metric import Direction
from core.usecases.ask import Asked, Question, ask

if TYPE_CHECKING:
    from core.calendar.grain import Window
    from core.labels import Matcher
    from core.ports import World
    from core.workspace import Workspace

# Exposure, click, landing, lead or order, pay: names of counts, the plainest first.
STAGES = (
    ("impressions", "content_imp"),
    ("clicks",),
    ("landed_visits", "lp_visits", "visits"),
    ("form_submits", "leads", "orders_placed", "conversions"),
    ("orders", "won"),
)
LEAST_STAGES = 2
BROKE = 0.05  # of its rate, for a step to be called broken


class Line(StrEnum):
    """Exposure, conversion of leads, retention: 曝光, 线索转化, 留存."""

    EXPOSURE = "exposure"
    CONVERSION = "conversion"
    RETENTION = "retention"


LINES: dict[Line, tuple[str, ...]] = {
    Line.EXPOSURE: ("impressions", "content_imp", "visits", "uv"),
    Line.CONVERSION: ("lead_cvr", "lp_cvr", "cvr", "order_rate", "signup_rate", "lead_valid_rate"),
    Line.RETENTION: ("retention", "repurchase_rate", "churn", "channel_churn", "active_users"),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage's count on both sides, and the step that led to it: its rate, and its part of the last stage's change."""

    metric: str
    before: float
    now: float
    step: Step


@dataclass(frozen=True, slots=True)
class WholeFunnel:
    """`broke` is the position of the stage whose step lost most, None where none did."""

    window: Window
    compare: Window
    where: tuple[Matcher, ...]
    stages: tuple[Stage, ...]
    broke: int | None


@dataclass(frozen=True, slots=True)
class Health:
    """One of the three lines; `asked` is None where the workspace has no number for it."""

    line: Line
    asked: Asked | None
    is_broken: bool = False


async def whole_funnel(
    window: Window, compare: Window, where: tuple[Matcher, ...], workspace: Workspace, world: World
) -> WholeFunnel:
    """Return the funnel of a slice; Missing when fewer than two of its stages have data."""
    found: list[Asked] = []
    for names in STAGES:
        one = await _first(names, window, compare, where, workspace, world)
        if one is not None and one.value is not None and one.compared_to is not None:
            found.append(one)
    if len(found) < LEAST_STAGES:
        raise Missing("funnel-too-few", stages=", ".join(name for names in STAGES for name in names[:1]))
    counts = [(one.compared_to or 0.0, one.value or 0.0) for one in found]
    before, now = ([side[place] for side in counts] for place in (0, 1))
    steps = funnel(_rates(before), _rates(now))
    stages = tuple(
        Stage(one.metric, then, late, step) for one, then, late, step in zip(found, before, now, steps, strict=True)
    )
    return WholeFunnel(window, compare, where, stages, _broken(steps))


async def three_lines(window: Window, compare: Window, workspace: Workspace, world: World) -> tuple[Health, ...]:
    """Return the three lines; the one that fell most is broken, if any fell by a twentieth."""
    found = [Health(line, await _first(names, window, compare, (), workspace, world)) for line, names in LINES.items()]
    worst = max(found, key=lambda one: _loss(one, workspace))
    if _loss(worst, workspace) < BROKE:
        return tuple(found)
    return tuple(replace(one, is_broken=one is worst) for one in found)


async def _first(
    names: tuple[str, ...],
    window: Window,
    compare: Window,
    where: tuple[Matcher, ...],
    workspace: Workspace,
    world: World,
) -> Asked | None:
    """Return the first of these metrics that has a value on both sides, else on one, or None."""
    partly: Asked | None = None
    for code in names:
        if code not in workspace.catalog.metrics or not workspace.catalog.is_available(code):
            continue
        try:
            answer = await ask(Question((code,), window, where, None, compare), workspace, world)
        except Missing:  # its source is not sliced like this
            continue
        one = next(iter(answer.values), None)
        if one is not None and one.value is not None:
            if one.compared_to is not None:
                return one
            partly = partly or one
    return partly


def _rates(counts: list[float]) -> list[float]:
    """Return the first count, and of each later one its part of the one before."""
    return [counts[0], *(late / early if early else 0.0 for early, late in pairwise(counts))]


def _broken(steps: tuple[Step, ...]) -> int | None:
    worst = min(range(len(steps)), key=lambda place: steps[place].change)
    step = steps[worst]
    return worst if step.change < 0 and step.now < step.before * (1 - BROKE) else None


def _loss(one: Health, workspace: Workspace) -> float:
    """Return by how much a line got worse, below zero where it got better."""
    if one.asked is None or one.asked.change is None:
        return 0.0
    is_down_good = workspace.catalog.metrics[one.asked.metric].direction is Direction.DOWN
    return one.asked.change if is_down_good else -one.asked.change
