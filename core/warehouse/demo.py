"""A shop during 618, made up from a seed: ten channels, ninety-one days, five days on which something breaks.

What breaks is planted here and told in `examples/shop/story.yaml`; what is said of it, the rules beside that must find
out. Volumes are large and the noise is that of a grown shop, so that no rule fires by luck.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

FIRST, LAST = date(2026, 3, 20), date(2026, 6, 18)
ADS = ("日期", "渠道", "曝光量", "点击量", "消耗", "归因成交额", "转化数", "访问量", "下单数", "预算")
CONTENT = ("日期", "渠道", "内容曝光量", "评论数", "负面评论数", "转发量", "点赞数", "收藏数")

_SEED = 618
_WEEK = (1.0, 0.99, 1.0, 1.02, 1.04, 1.07, 1.06)  # Monday first: a shop is busier at weekends
# How far above an ordinary day: presale, the opening, a plateau, the run-up to the night of the 18th.
_CAMPAIGN = {
    date(2026, 5, 19): 1.0,
    date(2026, 5, 24): 1.2,
    date(2026, 5, 31): 1.3,
    date(2026, 6, 1): 1.72,
    date(2026, 6, 4): 1.55,
    date(2026, 6, 8): 1.45,
    date(2026, 6, 13): 1.55,
    date(2026, 6, 16): 1.95,
    date(2026, 6, 18): 2.6,
}


@dataclass(frozen=True, slots=True)
class Channel:
    """An ordinary day of one channel. `comments` is zero where it has no content."""

    name: str
    impressions: int
    ctr: float
    cvr: float
    price: float  # of a click
    basket: float  # what one conversion brings
    order_rate: float
    comments: int = 0
    negative: float = 0.0
    in_content: str = ""  # the name another export gives it


@dataclass(frozen=True, slots=True)
class Incident:
    """What breaks: each number is multiplied by its factor on those days."""

    channel: str
    first: date
    days: int
    factors: Mapping[str, float] = field(default_factory=dict)


CHANNELS = (
    Channel("微信", 4_200_000, 0.022, 0.052, 1.90, 52.0, 0.046, 2600, 0.11, "公众号"),
    Channel("抖音", 9_500_000, 0.018, 0.038, 1.20, 68.0, 0.035, 5200, 0.13, "抖音"),
    Channel("小红书", 3_100_000, 0.027, 0.034, 1.50, 88.0, 0.031, 3900, 0.09, "小红书"),
    Channel("微博", 2_800_000, 0.016, 0.029, 0.95, 69.0, 0.026, 3100, 0.15, "微博"),
    Channel("百度", 1_900_000, 0.041, 0.061, 2.60, 84.0, 0.055),
    Channel("快手", 5_400_000, 0.019, 0.036, 0.90, 51.0, 0.033, 2900, 0.12, "快手"),
    Channel("天猫", 3_600_000, 0.033, 0.072, 1.70, 96.0, 0.066, 4400, 0.07, "天猫"),
    Channel("京东", 3_000_000, 0.031, 0.069, 1.75, 94.0, 0.064, 3500, 0.08, "京东"),
    Channel("B站", 2_200_000, 0.021, 0.031, 1.05, 74.0, 0.028, 2400, 0.10, "哔哩哔哩"),
    Channel("官网", 1_700_000, 0.036, 0.058, 1.10, 82.0, 0.054),
)
INCIDENTS = (
    # Day 3 of the campaign: an account of 抖音 loses its reach for two days.
    Incident("抖音", date(2026, 6, 3), 2, {"impressions": 0.6}),
    # New copy that nobody believes: people click as before, and do not buy.
    Incident("微信", date(2026, 6, 8), 2, {"cvr": 0.59, "order_rate": 0.7}),
    # A complaint goes round.
    Incident("微博", date(2026, 6, 10), 2, {"negative": 2.8, "comments": 1.5}),
    # Bidding runs away for a day: the same clicks at two and a half times the price.
    Incident("百度", date(2026, 6, 12), 1, {"price": 2.7}),
    # The order form fails on some phones.
    Incident("官网", date(2026, 6, 15), 3, {"order_rate": 0.72, "cvr": 0.85}),
)


def write_shop(folder: Path) -> None:
    """Write the shop's files, the same ones each time."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "ads.csv", ADS, ads())
    _write(folder / "content.csv", CONTENT, content())


def ads() -> Iterator[tuple[str, ...]]:
    """Yield what the ads did, by day and channel."""
    dice = Random(_SEED)
    for day in _days():
        for channel in CHANNELS:
            today, usual = _on(channel, day), channel.impressions * _traffic(day)
            keen = 1 + 0.12 * (_campaign(day) - 1)  # who comes for the prices buys more often
            impressions = today.impressions * _traffic(day) * _about(dice, 0.025)
            clicks = impressions * today.ctr * _about(dice, 0.012)
            conversions = clicks * today.cvr * keen * _about(dice, 0.012)
            spend = clicks * today.price * _about(dice, 0.012)
            revenue = conversions * today.basket * _about(dice, 0.012)
            visits = clicks * 0.86 * _about(dice, 0.012)
            orders = visits * today.order_rate * keen * _about(dice, 0.012)
            budget = usual * channel.ctr * channel.price * 1.06
            yield (
                day.isoformat(),
                channel.name,
                *(f"{number:.0f}" for number in (impressions, clicks)),
                *(f"{number:.2f}" for number in (spend, revenue)),
                *(f"{number:.0f}" for number in (conversions, visits, orders, round(budget, -2))),
            )


def content() -> Iterator[tuple[str, ...]]:
    """Yield what people did with the shop's content, by day and channel."""
    dice = Random(_SEED + 1)
    for day in _days():
        for channel in CHANNELS:
            if not channel.in_content:
                continue
            today, liveliness = _on(channel, day), _traffic(day) ** 0.7
            comments = today.comments * liveliness * _about(dice, 0.04)
            numbers = (
                comments * 210 * _about(dice, 0.03),
                comments,
                comments * today.negative * _about(dice, 0.03),
                comments * 0.62 * _about(dice, 0.04),
                comments * 7.5 * _about(dice, 0.03),
                comments * 1.9 * _about(dice, 0.04),
            )
            yield (day.isoformat(), channel.in_content, *(f"{number:.0f}" for number in numbers))


def _days() -> Iterator[date]:
    return (FIRST + timedelta(days=passed) for passed in range((LAST - FIRST).days + 1))


def _on(channel: Channel, day: date) -> Channel:
    """Return the channel as it was on that day, with what broke."""
    broken = {
        name: getattr(channel, name) * factor
        for incident in INCIDENTS
        if incident.channel == channel.name and 0 <= (day - incident.first).days < incident.days
        for name, factor in incident.factors.items()
    }
    return replace(channel, **broken)


def _traffic(day: date) -> float:
    return _WEEK[day.weekday()] * _campaign(day)


def _campaign(day: date) -> float:
    """Return how far above an ordinary day it is, in straight lines between the days of `_CAMPAIGN`."""
    before = [each for each in _CAMPAIGN if each <= day]
    after = [each for each in _CAMPAIGN if each > day]
    if not before or not after:
        return _CAMPAIGN[before[-1]] if before else 1.0
    share = (day - before[-1]) / (after[0] - before[-1])
    return _CAMPAIGN[before[-1]] * (1 - share) + _CAMPAIGN[after[0]] * share


def _about(dice: Random, spread: float) -> float:
    """Return a factor near one, and never further off than three spreads."""
    return 1 + max(-3.0, min(3.0, dice.gauss(0, 1))) * spread


def _write(path: Path, header: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
