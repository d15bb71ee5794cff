"""The checks themselves: plain functions over a cube, each of one thing that is wrong with facts.

What comes back are flags of slices by periods. They say nothing of why, and nothing of what to do about it; a check
that cannot be made for want of history finds nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.calendar.grain import Grain
from core.quantity import Unit

if TYPE_CHECKING:
    from core.cube.cube import Array, Cube
    from core.metrics.catalog import Catalog

LOOK_BACK = 28
SPIKE = 20.0  # times the usual
MISSED = 0.05  # of what was due, at most, where the next miss is no luck
FEWEST = 7  # values that a usual is made of
SEASON = {Grain.HOUR: 24, Grain.DAY: 7}
_WELL_ABOVE = 4.0  # times the mean: below it, no value is twenty times a median, unless a worse spike was there before
# What is counted among something else, and so is never more than it.
PARTS = (
    ("clicks", "impressions"),
    ("conversions", "clicks"),
    ("single_page_visits", "visits"),
    ("new_visits", "visits"),
    ("signups", "new_visits"),
    ("form_submits", "lp_visits"),
    ("landed_visits", "clicks"),
    ("cart_users", "visitors"),
    ("negative_comments", "comments"),
    ("negative_feedbacks", "feedbacks"),
    ("low_quality_leads", "scored_leads"),
    ("scored_leads", "leads"),
    ("valid_leads", "processed_leads"),
    ("repeat_buyers", "buyers"),
    ("retained_users", "cohort_users"),
    ("lost_customers", "start_customers"),
)
# Money that is never negative; revenue net of refunds and profit may be.
_NEVER_NEGATIVE = ("spend", "budget", "acquisition_cost")

Flags = NDArray[np.bool_]


def came(cube: Cube) -> Flags:
    """Return where at least one measure has a value."""
    found = np.zeros((len(cube.slices), len(cube.periods)), dtype=np.bool_)
    for array in cube.measures.values():
        found |= ~np.isnan(array)
    return found


def is_expected(before: Flags, grain: Grain | None) -> Flags:
    """Return for each slice whether facts are due, by where they came in the periods before, the newest last.

    Due where they came at least half of the time, and at least half of the time in this hour or on this weekday: a
    shop that rests on Sundays is not late on one.
    """
    usually: Flags = before.sum(axis=1) * 2 >= before.shape[1]
    season = SEASON.get(grain) if grain else None
    if season is None or before.shape[1] < season:
        return usually
    alike = before[:, ::-1][:, season - 1 :: season]
    due: Flags = usually & (alike.sum(axis=1) * 2 >= alike.shape[1])
    return due


def is_unfailing(before: Flags, grain: Grain | None) -> bool:
    """Return whether facts that are due hardly ever fail to come: `before` is of one place, the newest last.

    A channel in one region that sells every other day is not missing today.
    """
    season = SEASON.get(grain, 1) if grain else 1
    newest_first = before[0, ::-1]
    missed = due = 0
    for phase in range(min(season, len(newest_first))):
        alike = newest_first[phase::season]
        if alike.sum() * 2 >= len(alike):
            missed, due = missed + int((~alike).sum()), due + len(alike)
    return due > 0 and missed <= due * MISSED


def is_quiet(before: Flags, grain: Grain | None) -> bool:
    """Return whether no facts at all are what one expects of this hour or weekday. `before` is of the whole source."""
    season = SEASON.get(grain) if grain else None
    if season is None or before.shape[1] < season:
        return False
    alike = before[:, ::-1][:, season - 1 :: season]
    return not alike.any() and bool(before[:, -season:].any())


def bounds(code: str, catalog: Catalog, *, is_finest: bool) -> tuple[float, float] | None:
    """Return the least and the greatest that a base metric can be by its nature; only the finest slice of a percentage
    is no sum of others.
    """
    unit = catalog.metrics[code].unit if code in catalog.metrics else None
    if unit is Unit.PERCENT:
        return 0.0, 1.0 if is_finest else np.inf
    if unit is Unit.COUNT or code in _NEVER_NEGATIVE:
        return 0.0, np.inf
    return None


def out_of_range(array: Array, low: float, high: float) -> Flags:
    found: Flags = (array < low) | (array > high)  # what is not there is neither
    return found


def beyond_whole(part: Array, whole: Array) -> Flags:
    found: Flags = part > whole
    return found


def usual(before: Array) -> Array:
    """Return each row's median; NaN where there are too few values, or nothing to be compared with."""
    known = ~np.isnan(before)
    found = np.full(len(before), np.nan)
    enough = known.sum(axis=1) >= FEWEST
    if enough.any():
        found[enough] = np.nanmedian(before[enough], axis=1)
    found[~(found > 0)] = np.nan
    return found


def spikes(before: Array, now: Array, times: float = SPIKE) -> Flags:
    """Return which values are more than so many times the usual; the median is asked only of what is well above."""
    known = ~np.isnan(before)
    count = known.sum(axis=1)
    mean = np.where(known, before, 0.0).sum(axis=1) / np.maximum(count, 1)
    found: Flags = (count >= FEWEST) & (now > np.minimum(_WELL_ABOVE, times) * mean) & (now > 0)
    rows = np.flatnonzero(found)
    if len(rows):
        found[rows] = now[rows] > times * usual(before[rows])
    return found
