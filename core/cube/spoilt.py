"""Days that train nothing, for some slices: what people wrote down as an incident is no part of what is usual.

An incident of everything would be an event of its own kind; these are an event of that kind for the slices and the
metrics they name, and for no others. What a mean lacks by it, older ordinary days make up for, as after 618.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from core.calendar.events import Event
from core.labels import Labels
from core.text import Text

if TYPE_CHECKING:
    from core.metrics.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Spoilt:
    """The days from `first` through `last` of the slices within `labels`; a `metric` of None is every metric."""

    id: str
    first: date
    last: date
    labels: Labels = field(default_factory=Labels)
    metric: str | None = None

    def holds(self, labels: Labels) -> bool:
        """Return whether a slice lies within; a total of which it is a part is not spoilt by it."""
        return set(self.labels.pairs) <= set(labels.pairs)

    def concerns(self, metric: str, catalog: Catalog) -> bool:
        """Return whether a metric rests on anything that the named one rests on."""
        if self.metric is None or self.metric not in catalog.metrics:
            return self.metric is None
        return bool(set(catalog.bases(self.metric)) & set(catalog.bases(metric)))

    @property
    def event(self) -> Event:
        """Return the same as an event: its days, year by year, of a kind that never is ordinary."""
        years = range(self.first.year, self.last.year + 1)
        days = {year: (max(self.first, date(year, 1, 1)), min(self.last, date(year, 12, 31))) for year in years}
        return Event(f"incident:{self.id}", Text.same(self.id), days=days, kind="incident")


def among(events: Mapping[str, Event], spoilt: Iterable[Spoilt]) -> dict[str, Event]:
    """Return the events, and these days among them."""
    return {**events, **{each.event.code: each.event for each in spoilt}}


def apart(spoilt: Sequence[Spoilt], slices: Sequence[Labels]) -> dict[tuple[Spoilt, ...], list[int]]:
    """Return the rows that any of these days concern, put together where they are the same days."""
    found: dict[tuple[Spoilt, ...], list[int]] = {}
    for row, labels in enumerate(slices) if spoilt else ():
        if mine := tuple(each for each in spoilt if each.holds(labels)):
            found.setdefault(mine, []).append(row)
    return found
