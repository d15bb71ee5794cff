"""The answer to one query: for each base metric an array of slices by periods.

A cube is immutable and knows no metric but base ones: what a ratio is, `reading` says, after everything has been
added up. NaN means that no row came for that slice and period.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.calendar.grain import Grain
    from core.labels import Labels
    from core.metrics.metric import How

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Cube:
    """`measures[code]` has the shape (len(slices), len(periods)); `periods` holds indices of `grain`.

    A `grain` of None is one single period, the whole window asked for.
    """

    dimensions: tuple[str, ...]
    slices: tuple[Labels, ...]
    grain: Grain | None
    periods: range
    measures: Mapping[str, Array]
    hows: Mapping[str, How]
