"""Facts made up from a seed and a page of YAML: what an ordinary day of each slice is, and what breaks when.

Columns hang on one another as in life: clicks are a share of impressions, and cost so much each. So a break in one is
felt below it, and nowhere else; what is to be told of it, the rules beside must find out.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

import yaml

_MOST_SPREADS = 3.0  # how far noise may go, so that no rule of a pack fires by luck


@dataclass(frozen=True, slots=True)
class Column:
    """`of` names the column it is a share of; without one it is an amount of its own. A plan knows of no break."""

    name: str
    of: str | None = None
    rate: float = 1.0
    noise: float = 0.0
    is_money: bool = False
    is_plan: bool = False


@dataclass(frozen=True, slots=True)
class Break:
    """What goes wrong: from then until then, columns are multiplied by their factors on slices that hold `where`."""

    where: tuple[str, ...]
    first: datetime
    last: datetime
    factors: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Plan:
    """One table. `hours` are shares of a day; `days` are heights above an ordinary one, in straight lines between."""

    file: str
    time: str
    split: tuple[str, ...]
    slices: Mapping[tuple[str, ...], Mapping[str, float]]
    columns: tuple[Column, ...]
    week: Sequence[float] = (1.0,) * 7
    hours: Sequence[float] = ()
    days: Mapping[date, float] = field(default_factory=dict)


def write_data(described: Path, folder: Path) -> None:
    """Write the tables of a `data.yaml`; a KeyError in it is a bug of ours, not a user's mistake."""
    text = yaml.safe_load(described.read_text(encoding="utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    breaks = tuple(_break(one) for one in text.get("breaks", ()))
    for number, one in enumerate(text["tables"]):
        plan = _plan(one)
        with (folder / plan.file).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow((plan.time, *plan.split, *(column.name for column in plan.columns)))
            writer.writerows(_rows(plan, breaks, text["from"], text["to"], Random(text["seed"] + number)))


def _rows(plan: Plan, breaks: Sequence[Break], first: date, last: date, dice: Random) -> Iterator[tuple[str, ...]]:
    for passed in range((last - first).days + 1):
        day = first + timedelta(days=passed)
        height = plan.week[day.weekday()] * _height(plan.days, day)
        for hour, share in enumerate(plan.hours) if plan.hours else [(None, 1.0)]:
            moment = datetime.combine(day, time(hour or 0))
            written = day.isoformat() if hour is None else f"{moment:%Y-%m-%d %H:00}"
            for names, usual in plan.slices.items():
                values: dict[str, float] = {}
                for column in plan.columns:
                    amount = usual.get(column.name, column.rate)
                    under = height * share if column.of is None or column.is_plan else values[column.of]
                    broken = 1.0 if column.is_plan else _factor(breaks, names, column.name, moment)
                    values[column.name] = under * amount * broken * _about(dice, column.noise)
                yield (written, *names, *(_cell(values[column.name], column) for column in plan.columns))


def _factor(breaks: Sequence[Break], names: tuple[str, ...], column: str, moment: datetime) -> float:
    factor = 1.0
    for one in breaks:
        if column in one.factors and one.first <= moment < one.last and set(one.where) <= set(names):
            factor *= one.factors[column]
    return factor


def _height(days: Mapping[date, float], day: date) -> float:
    before, after = [each for each in days if each <= day], [each for each in days if each > day]
    if not before or not after:
        return days[before[-1]] if before else 1.0
    share = (day - before[-1]) / (after[0] - before[-1])
    return days[before[-1]] * (1 - share) + days[after[0]] * share


def _about(dice: Random, spread: float) -> float:
    return 1 + max(-_MOST_SPREADS, min(_MOST_SPREADS, dice.gauss(0, 1))) * spread


def _cell(value: float, column: Column) -> str:
    return f"{value:.2f}" if column.is_money else f"{value:.0f}"


def _plan(one: Mapping[str, Any]) -> Plan:
    columns = tuple(
        Column(name, told.get("of"), told.get("rate", 1.0), told.get("noise", 0.0), told.get("money", False),
               told.get("plan", False))
        for name, told in one["columns"].items()
    )  # fmt: skip
    slices = {_names(name): usual for name, usual in one["slices"].items()}
    hours = [share / sum(one["hours"]) for share in one["hours"]] if "hours" in one else ()
    return Plan(
        one["file"], one["time"], tuple(one["split"]), slices, columns, one.get("week", (1.0,) * 7), hours,
        one.get("days", {}),
    )  # fmt: skip


def _break(one: Mapping[str, Any]) -> Break:
    return Break(_names(one.get("where", "")), _moment(one["from"]), _moment(one["to"]), one["factors"])


def _names(said: str) -> tuple[str, ...]:
    """Read `抖音 / 名师直播`; what is not split at all has no name."""
    return tuple(said.split(" / ")) if said else ()


def _moment(said: date | datetime) -> datetime:
    return said if isinstance(said, datetime) else datetime.combine(said, time())
