"""What somebody asks of the numbers, and the answer: one value for each metric and slice, over the whole period.

The value is asked of the source for the whole window at once and never added up from the chart's points: a ratio is
Σ/Σ and a distinct count is exact. The series beside it is for the chart alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.calendar.grain import Grain, Period, Window
    from core.labels import Labels, Matcher
    from core.quantity import Unit


@dataclass(frozen=True, slots=True)
class Question:
    """`metrics` are codes, asked for the slices that `where` names, one each for every value of `by`.

    Several values of one dimension ask for each of them, not for their sum. `compare` is another window to hold the
    answer against; None asks for no comparison.
    """

    metrics: tuple[str, ...]
    window: Window
    where: tuple[Matcher, ...] = ()
    by: str | None = None
    compare: Window | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One metric on one slice. `value` is None where no fact came, or where a ratio has nothing to divide by.

    `change` is relative to `compared_to` (0.1 is a tenth more). `series` runs over consecutive periods of `first`'s
    grain from `first` on, for the chart.
    """

    metric: str
    labels: Labels
    unit: Unit
    value: float | None
    compared_to: float | None = None
    change: float | None = None
    first: Period | None = None
    series: tuple[float | None, ...] = ()

    @property
    def grain(self) -> Grain | None:
        return self.first.grain if self.first else None


@dataclass(frozen=True, slots=True)
class Answer:
    """`values` come metric by metric, in the order asked; slices with the largest first metric stand first.

    `fresh` is the last period with any fact in it. Where the window reaches beyond it the numbers stop early, and
    the reader must be told.
    """

    question: Question
    values: tuple[Asked, ...]
    fresh: Period | None = None

    def of(self, metric: str) -> tuple[Asked, ...]:
        """Return this metric's values, slice by slice."""
        return tuple(value for value in self.values if value.metric == metric)

    @property
    def stops_early(self) -> bool:
        """Whether the window reaches beyond the last fact."""
        return self.fresh is not None and self.fresh.end < self.question.window.end

    @property
    def is_empty(self) -> bool:
        return all(value.value is None for value in self.values)
