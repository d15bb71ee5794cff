"""A ratio's change, split exactly into rate and mix: slices that got worse, and weight that went to worse slices.

With w a slice's share of the denominator and r its own ratio, taken symmetrically over before and now,

    rate = (w0 + w1)/2 · (r1 − r0)        mix = (w1 − w0) · ((r0 + r1)/2 − (R0 + R1)/2)

and both together are ΔR to the last digit. A slice that had no denominator on one side had no ratio there: its coming
or going is mix. What it counted all the same (revenue without spend) is rate, so that nothing is lost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """`rate` and `mix` slice by slice; their sums are the change from `before` to `now`."""

    before: float
    now: float
    rate: Array
    mix: Array

    @property
    def change(self) -> float:
        return self.now - self.before

    @property
    def is_mix(self) -> bool:
        """Whether the answer is that the mix shifted, rather than that a slice broke."""
        return bool(abs(self.mix.sum()) > abs(self.rate.sum()))


def split(base_num: Array, base_den: Array, num: Array, den: Array) -> Split | None:
    """Return the split of ΣN/ΣD over slices; None where either side has nothing to divide by.

    >>> told = split(*(np.array(each, float) for each in ([500, 20], [10000, 2000], [204, 132], [4000, 12000])))
    >>> [round(float(part), 6) for part in (*told.rate, *told.mix, told.change)]
    [0.000542, 0.000458, -0.010694, -0.012639, -0.022333]
    """
    whole0, whole1 = float(base_den.sum()), float(den.sum())
    if whole0 == 0 or whole1 == 0:
        return None
    before, now = float(base_num.sum()) / whole0, float(num.sum()) / whole1
    weight0, weight1 = base_den / whole0, den / whole1
    ratio0, ratio1 = _divided(base_num, base_den), _divided(num, den)
    known0, known1 = np.where(base_den != 0, ratio0, ratio1), np.where(den != 0, ratio1, ratio0)
    middle = (before + now) / 2
    mix = (weight1 - weight0) * ((known0 + known1) / 2 - middle)
    gone = (base_den == 0) & (den == 0)
    mix = np.where(gone, 0.0, mix)
    rate = num / whole1 - base_num / whole0 - (weight1 - weight0) * middle - mix
    return Split(before, now, rate, mix)


def _divided(above: Array, below: Array) -> Array:
    return np.divide(above, below, out=np.zeros(len(above)), where=below != 0)
