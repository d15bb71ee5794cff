"""Promotions and holidays: 618, 双11, 春节. Their days are data, year by year, because platforms move them.

A year that nobody has written down is a Problem that says so. It is never worked out from another year.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from importlib import resources

from core import document
from core.calendar.grain import Window
from core.document import Fields, Mapped, Mistakes, Node, fold
from core.errors import Invalid, Missing, Mistake
from core.text import Text


@dataclass(frozen=True, slots=True)
class Event:
    """`days` holds the first and the last day of each year's run."""

    code: str
    title: Text
    aliases: tuple[str, ...] = ()
    days: Mapping[int, tuple[date, date]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.code, self.title.en, self.title.zh, *self.aliases)))

    def window(self, year: int) -> Window:
        if year not in self.days:
            raise Missing("event-year-unknown", event=self.code, year=year, known=_years(self.days))
        return Window.days(*self.days[year])

    def latest(self, today: date) -> tuple[int, Window]:
        """Return the last run that has begun, with its year; Missing if the next one's days are not known either."""
        begun = [year for year, (first, _) in self.days.items() if first <= today]
        # Next year's run may have begun in a year nobody wrote down: then the last one known would be a guess.
        if not begun or max(begun) < today.year - 1 or (max(begun) < today.year and today.year not in self.days):
            raise Missing("event-year-unknown", event=self.code, year=today.year, known=_years(self.days))
        return max(begun), self.window(max(begun))


@cache
def builtin_events() -> dict[str, Event]:
    mistakes: Mistakes = []
    file = resources.files("core.calendar").joinpath("events.yaml")
    events = load_events([document.parse(file.read_text(encoding="utf-8"), "events.yaml", mistakes)], mistakes, {})
    if mistakes:
        raise Invalid(mistakes)
    return events


def load_events(nodes: Iterable[Node | None], mistakes: Mistakes, under: Mapping[str, Event]) -> dict[str, Event]:
    """Return `under` with a team's own campaigns, or its own days for 618, over it."""
    own: dict[str, Event] = {}
    for node in nodes:
        for _, fields in document.items(node, ["event"], mistakes):
            event = _event(fields, under)
            if event.code in own:
                fields.note("defined-twice", "event", kind="event", name=event.code)
            own[event.code] = event
    return {**under, **own}


def by_name(events: Mapping[str, Event]) -> dict[str, Event]:
    """Return the events by every name they go by, folded."""
    return {fold(name): event for event in events.values() for name in event.names}


# --- within ------------------------------------------------------------------------------------------------


def _event(fields: Fields, under: Mapping[str, Event]) -> Event:
    code = fields.need("event", document.words, "")
    was = under.get(code) or Event(code, Text.same(code))
    event = replace(
        was,
        title=fields.take("title", document.text, was.title),
        aliases=tuple(dict.fromkeys((*was.aliases, *fields.take("aliases", document.listing(document.words), ())))),
        days={**was.days, **fields.need("days", _years_of_days, {})},
    )
    fields.close()
    return event


def _years_of_days(node: Node, mistakes: Mistakes) -> dict[int, tuple[date, date]] | None:
    """Read `{2026: 2026-06-19, 2027: [2027-05-20, 2027-06-20]}`."""
    if not isinstance(node, Mapped):
        mistakes.append(Mistake("wanted-mapping", {"value": ""}, node.where))
        return None
    found = {}
    for key, place in node.keys.items():
        year = document.whole(place, mistakes)
        days = document.listing(document.day)(node.entries[key], mistakes)
        match days:
            case (first, last) if first <= last:
                pass
            case (first,):
                last = first
            case None:
                continue
            case _:
                mistakes.append(Mistake("wanted-days", {}, node.entries[key].where))
                continue
        if year is not None:
            found[year] = (first, last)
    return found


def _years(days: Mapping[int, object]) -> str:
    return f"{min(days)}–{max(days)}" if days else "—"
