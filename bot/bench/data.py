# ruff: noqa: S608 - every name and number in the SQL is made here
"""What is measured on: facts made from a seed, and rules of four kinds, each as our sentence and as one SQL query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from core.workspace import Workspace, load_workspace

LAST = date(2026, 7, 31)  # the newest day there from the start; no promotion lies in the weeks before it
MEASURES = ("impressions", "clicks", "spend", "revenue", "budget")
HISTORY = 28  # days of the mean; 均值 without a number would be one over the same weekdays
_LEAST = 7  # days with a value that a mean needs


@dataclass(frozen=True, slots=True)
class Asked:
    """One rule: the sentence we read, and the numbers that its SQL needs."""

    kind: Literal["static", "change", "ratio", "usual"]
    number: float

    @property
    def sentence(self) -> str:
        match self.kind:
            case "static":
                return f"按渠道和活动，曝光量<{self.number}"
            case "change":
                return f"按渠道和活动，点击量日环比下滑>{self.number}%"
            case "ratio":
                return f"按渠道和活动，ROI<{self.number}且消耗>预算"
            case "usual":
                return f"by channel and campaign, impressions {self.number}% below {HISTORY}-day mean"

    def sql(self, day: int) -> str:
        """Return the question as a dashboard would ask it: grouped by the columns that the rule names."""
        by = "channel, campaign"
        match self.kind:
            case "static":
                return f"SELECT {by} FROM facts WHERE day = {day} GROUP BY {by} HAVING sum(impressions) < {self.number}"
            case "change":
                now, then = (f"sum(clicks) FILTER (day = {each})" for each in (day, day - 1))
                return (
                    f"SELECT {by} FROM facts WHERE day IN ({day}, {day - 1}) "
                    f"GROUP BY {by} HAVING {now} - {then} < -{self.number / 100!r} * {then} AND {then} > 0"
                )
            case "ratio":
                return (
                    f"SELECT {by} FROM facts WHERE day = {day} GROUP BY {by} "
                    f"HAVING sum(revenue) / nullif(sum(spend), 0) < {self.number} AND sum(spend) > sum(budget)"
                )
            case "usual":
                usual = f"sum(impressions) FILTER (day < {day}) / nullif(count(DISTINCT day) FILTER (day < {day}), 0)"
                return (
                    f"SELECT {by} FROM facts WHERE day BETWEEN {day - HISTORY} AND {day} GROUP BY {by} "
                    f"HAVING sum(impressions) FILTER (day = {day}) < {1 - self.number / 100!r} * {usual} "
                    f"AND count(DISTINCT day) FILTER (day < {day}) >= {_LEAST}"
                )


def asked(rules: int) -> tuple[Asked, ...]:
    """Return so many rules of the four kinds in turn, no two alike, and none that a number meets exactly."""
    kinds: tuple[tuple[Literal["static", "change", "ratio", "usual"], float, float], ...] = (
        ("static", 1200, 2400),
        ("change", 30, 30),
        ("ratio", 0.4, 0.5),
        ("usual", 30, 30),
    )
    found = []
    for place in range(rules):
        kind, least, span = kinds[place % 4]
        found.append(Asked(kind, round(least + span * (place // 4) / max(1, rules // 4) + 0.00137, 5)))
    return tuple(found)


def write_data(file: Path, slices: int, days: range) -> None:
    """Write those days as Parquet: numbers with a spread, one in a hundred of them broken, a few rows missing.

    All of it follows from the slice and the day, so that a day written later is the day it would have been.
    """
    import duckdb

    def dice(salt: int) -> str:
        return f"((hash(s, d, {salt}) % 100000) / 100000.0)"

    with duckdb.connect(":memory:") as connection:
        connection.execute(f"""
            COPY (
                SELECT DATE '1970-01-01' + CAST(d AS INTEGER) AS day,
                    'channel' || s % 10 AS channel, 'c' || s AS campaign,
                    CAST(base * (0.8 + 0.4 * {dice(1)}) * broken AS BIGINT) AS impressions,
                    CAST(base * 0.02 * (0.8 + 0.4 * {dice(2)}) * broken AS BIGINT) AS clicks,
                    round(base * 0.03 * (0.8 + 0.4 * {dice(3)}), 2) AS spend,
                    round(base * 0.06 * (0.8 + 0.4 * {dice(4)}) * broken, 2) AS revenue,
                    round(base * 0.035, 0) AS budget
                FROM (
                    SELECT s, d, 2000 + (hash(s) % 100000) AS base,
                        CASE WHEN {dice(5)} < 0.01 THEN 0.1 + 0.5 * {dice(6)} ELSE 1 END AS broken
                    FROM range({slices}) AS _(s), range({days.start}, {days.stop}) AS _(d)
                    WHERE {dice(7)} >= 0.002
                )
                ORDER BY d, s
            ) TO '{str(file).replace("'", "''")}' (FORMAT parquet)""")


def write_workspace(folder: Path, questions: Sequence[Asked]) -> Workspace:
    import yaml

    rules = [{"rule": f"r{place}", "when": each.sentence, "owner": "team"} for place, each in enumerate(questions)]
    source = {
        "source": "ads",
        "files": "facts-*.parquet",
        "grain": "day",
        "time": "day",
        "dimensions": {"channel": "channel", "campaign": "campaign"},
        "measures": {code: code for code in MEASURES},
    }
    for name, content in (
        ("workspace", {"name": "bench", "zone": "UTC"}),
        ("sources", [source]),
        ("rules", rules),
        ("people", [{"person": "all", "name": "All", "duties": ["team"]}]),
        ("routes", [{"route": "all", "chats": ["web:board"], "owner": "person:all"}]),
    ):
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return load_workspace(folder)
