"""Promotions and holidays: 618, 双11, 春节. Their days are data, year by year, because platforms move them.

A year that nobody has written down is a Problem that says so, or no match at all where a verdict can do without one.
It is never worked out from another year.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Literal

from core import document
from core.calendar.grain import Window
from core.document import Fields, Mapped, Mistakes, Node, Read, fold
from core.errors import Invalid, Missing, Mistake
from core.text import Text

Kind = Literal["promotion", "season", "incident"]
KINDS: dict[str, Kind] = {"promotion": "promotion", "season": "season", "incident": "incident"}


@dataclass(frozen=True, slots=True)
class Event:
    """`days` holds the first and the last day of each year's run.

    `peak` is the day on which years are laid over each other, such as the lunar new year's; so many days `around` the
    run count by it too. A `season` is ordinary in its time; an `incident` never is. `phases` are parts of the run,
    events themselves: presale, opening, climax, return. A year that `makeup` does not name has not been announced
    yet; one that needs no such day is named without any.
    """

    code: str
    title: Text
    aliases: tuple[str, ...] = ()
    days: Mapping[int, tuple[date, date]] = field(default_factory=dict)
    peak: Mapping[int, date] = field(default_factory=dict)
    around: int = 0
    phases: tuple[Event, ...] = ()
    kind: Kind = "promotion"
    is_leave: bool = False  # by law, for all who keep Chinese holidays
    makeup: Mapping[int, tuple[date, ...]] = field(default_factory=dict)  # weekend days worked in return (调休)

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

    def year_of(self, day: date) -> int | None:
        """Return the year whose run a day belongs to, the days around it included; None where it is an ordinary day."""
        reach = timedelta(days=self.around)
        return next((year for year, (first, last) in self.days.items() if first - reach <= day <= last + reach), None)

    def phase_of(self, day: date) -> Event | None:
        year = self.year_of(day)
        return next((each for each in self.phases if year is not None and each.year_of(day) == year), None)


def day_number(event: Event, day: date) -> int | None:
    """Return the 3 of `the third day of 618`, or None where the event is not on."""
    year = event.year_of(day)
    if year is None or not event.days[year][0] <= day <= event.days[year][1]:
        return None
    return (day - event.days[year][0]).days + 1


def matching_day(event: Event, day: date) -> date | None:
    """Return the day of the event's last occurrence that is fair to compare a day with.

    The same day of the same phase, where there are phases; the same distance from the peak, where one is known (春节
    T±n); else the same day-N. None on an ordinary day, where last year is not written down, and where this year's run
    or phase is longer than the last one was.
    """
    year = event.year_of(day)
    if year is None or year - 1 not in event.days:
        return None
    first, last = event.days[year - 1]
    if phase := event.phase_of(day):
        return matching_day(replace(phase, around=0), day)
    if year in event.peak and year - 1 in event.peak:
        return event.peak[year - 1] + (day - event.peak[year])
    found = first + (day - event.days[year][0])
    return found if found <= last + timedelta(days=event.around) else None


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
    """Return the events, and their phases as 618开门红, by every name they go by, folded."""
    phases = {
        fold(name + part): phase
        for event in events.values()
        for phase in event.phases
        for name in event.names
        for part in (phase.title.en, phase.title.zh)
    }
    return phases | {fold(name): event for event in events.values() for name in event.names}


def coded(events: Mapping[str, Event], code: str) -> Event | None:
    """Return the event, or the phase, of that code."""
    event = events.get(code.partition("/")[0])
    return event if event is None or event.code == code else next((p for p in event.phases if p.code == code), None)


# --- within ------------------------------------------------------------------------------------------------


def _event(fields: Fields, under: Mapping[str, Event]) -> Event:
    code = fields.need("event", document.words, "")
    known = under.get(code)
    was = known or Event(code, Text.same(code))
    # Who corrects a phase of 618 need not repeat its days.
    days = fields.take("days", _by_year(_run), {}) if known else fields.need("days", _by_year(_run), {})
    event = replace(
        was,
        title=fields.take("title", document.text, was.title),
        aliases=tuple(dict.fromkeys((*was.aliases, *fields.take("aliases", document.listing(document.words), ())))),
        days={**was.days, **days},
        peak={**was.peak, **fields.take("peak", _by_year(document.day), {})},
        kind=fields.take("kind", document.choice(KINDS), was.kind),
        around=fields.take("around", document.whole, was.around),
        is_leave=fields.take("leave", document.flag, was.is_leave),
        makeup={**was.makeup, **fields.take("makeup", _by_year(document.listing(document.day)), {})},
        phases=_phases(was, fields.take("phases", document.mapping(_phase), {})),
    )
    fields.close()
    return event


def _phases(was: Event, own: Mapping[str, Event]) -> tuple[Event, ...]:
    phases = {phase.code.removeprefix(f"{was.code}/"): phase for phase in was.phases}
    for name, phase in own.items():
        under = phases.get(name)
        named = replace(phase, code=f"{was.code}/{name}", title=phase.title if phase.title.en else Text.same(name))
        phases[name] = (
            named
            if under is None
            else replace(under, title=phase.title if phase.title.en else under.title, days={**under.days, **phase.days})
        )
    return tuple(phases.values())


def _phase(node: Node, mistakes: Mistakes) -> Event | None:
    """Read one phase; its code and, where none is written, its title are for the event that holds it to give."""
    return document.record(
        lambda fields: Event(
            "", fields.take("title", document.text, Text.same("")), (), fields.need("days", _by_year(_run), {})
        )
    )(node, mistakes)


def _by_year(read: Read[document.T]) -> Read[dict[int, document.T]]:
    """Read a mapping whose keys are years."""

    def read_all(node: Node, mistakes: Mistakes) -> dict[int, document.T] | None:
        if not isinstance(node, Mapped):
            mistakes.append(Mistake("wanted-mapping", {"value": ""}, node.where))
            return None
        found = {}
        for key, place in node.keys.items():
            year, value = document.whole(place, mistakes), read(node.entries[key], mistakes)
            if year is not None and value is not None:
                found[year] = value
        return found

    return read_all


def _run(node: Node, mistakes: Mistakes) -> tuple[date, date] | None:
    """Read one day, or a first and a last."""
    days = document.listing(document.day)(node, mistakes)
    match days:
        case (first, last) if first <= last:
            return first, last
        case (day,):
            return day, day
        case None:
            return None
        case _:
            mistakes.append(Mistake("wanted-days", {}, node.where))
            return None


def _years(days: Mapping[int, object]) -> str:
    return f"{min(days)}–{max(days)}" if days else "—"
