"""Business series with labelled incidents, written from descriptions and from no real data.

Each family is a kind of metric as marketing and its shops have them; within one, every series draws its own level,
season, trend and noise. The families that detectors were chosen on, and those that were never looked at, are two
lists: whoever tunes on HELD_OUT has nothing left to measure with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

HOURS = 24 * 42


@dataclass(frozen=True, slots=True)
class Labelled:
    """One series; `truth` is set in the points of an incident."""

    values: np.ndarray
    truth: np.ndarray


Maker = Callable[[np.random.Generator], Labelled]


def day(dice, sharpness=1.0):
    """Return a day's profile, mean 1: a deep night, one or two peaks."""
    hour = np.arange(24)
    shape = np.exp(sharpness * np.cos((hour - dice.uniform(13, 21)) / 24 * 2 * np.pi))
    shape += dice.uniform(0, 0.6) * np.exp(-(((hour - dice.uniform(9, 13)) / 2) ** 2))
    return shape / shape.mean()


def usual(dice, level, *, sharpness=(0.1, 0.9), weekend=(0.7, 1.2), trend=0.3, length=HOURS):
    """Return the expected value of each hour: level, day, weekend and a slow trend."""
    week = np.ones(7)
    week[5:] = dice.uniform(*weekend)
    at = np.arange(length)
    slope = 1 + dice.uniform(-trend, trend) * at / length
    return level * day(dice, dice.uniform(*sharpness))[at % 24] * week[at // 24 % 7] * slope


def wander(dice, length, share, memory=0.8):
    """Return a factor around 1 that remembers."""
    steps = dice.normal(0, share * np.sqrt(1 - memory**2), length)
    walk = np.zeros(length)
    for at in range(1, length):
        walk[at] = memory * walk[at - 1] + steps[at]
    return np.exp(walk)


def incidents(dice, mean, signs, sizes, *, level=None, every=170):
    """Return the mean with incidents in it and their labels: stretches of 1 to 12 hours, some sharp, some sloped.

    People label what they see on a chart: a fall to a share of what the hour should bring, by day, and a rise that
    stands out beside the whole day.
    """
    length, level = len(mean), mean.mean() if level is None else level
    lived, truth = mean.copy(), np.zeros(length, dtype=bool)
    at = int(dice.integers(96, 96 + every))
    while at < length - 13:
        long = int(min(12, dice.geometric(0.3)))
        down = dice.random() < signs
        strength = np.full(long, dice.uniform(*sizes[0 if down else 1]))
        if long > 3 and dice.random() < 0.3:
            strength[0] *= 0.5
        here = slice(at, at + long)
        if not (down and mean[here].mean() < 0.5 * level):
            lived[here] = mean[here] * (1 - strength) if down else mean[here] + strength * level
            truth[here] = True
        at += long + int(dice.integers(every // 2, every * 3 // 2))
    return lived, truth


def holes(dice, values, truth):
    """Take out a stretch or two, as a broken pipeline does; what is not there cannot be labelled."""
    for _ in range(int(dice.integers(0, 3))):
        at = int(dice.integers(60, len(values) - 40))
        values[at : at + int(dice.integers(1, 30))] = np.nan
    return Labelled(values, truth & ~np.isnan(values))


FALLS, RISES = (0.45, 1.0), (0.8, 3.0)


def purchases(dice):
    mean = usual(dice, dice.uniform(20, 300)) * wander(dice, HOURS, 0.05)
    lived, truth = incidents(dice, mean, 0.6, (FALLS, RISES))
    return holes(dice, dice.poisson(lived).astype(float), truth)


def requests(dice):
    mean = usual(dice, dice.uniform(2_000, 50_000)) * wander(dice, HOURS, 0.08)
    lived, truth = incidents(dice, mean, 0.5, ((0.3, 1.0), (0.5, 2.5)))
    return holes(dice, np.round(lived * dice.lognormal(0, 0.06, HOURS)), truth)


def crash_rate(dice):
    trials = np.maximum(dice.poisson(usual(dice, dice.uniform(3_000, 30_000))), 1)
    mean = dice.uniform(0.002, 0.01) * wander(dice, HOURS, 0.15)
    lived, truth = incidents(dice, mean, 0.0, (FALLS, (1.0, 6.0)))
    return holes(dice, dice.binomial(trials, np.minimum(lived, 1)) / trials, truth)


def latency(dice):
    mean = dice.uniform(80, 400) * np.tile(1 + 0.25 * (day(dice) - 1), HOURS // 24) * wander(dice, HOURS, 0.08, 0.9)
    lived, truth = incidents(dice, mean, 0.0, (FALLS, (0.6, 4.0)))
    return holes(dice, lived * np.exp(dice.standard_t(3, HOURS) * 0.06), truth)


def steps(dice):
    """Return requests whose level moves for good; only the first hours of a move are anybody's incident."""
    mean = usual(dice, dice.uniform(500, 5_000), weekend=(0.9, 1.1), trend=0.1)
    at = int(dice.integers(HOURS // 3, HOURS * 2 // 3))
    mean[at:] *= dice.choice([0.5, 0.6, 1.6, 2.0])
    lived, truth = incidents(dice, mean, 0.5, ((0.4, 1.0), (0.7, 2.5)))
    truth[at : at + 12] = True
    return holes(dice, lived * dice.lognormal(0, 0.08, HOURS), truth)


# --- harsher: tails, drifts, moves, labels that are missing; the second three never looked at while choosing -------


def heavy_tails(dice):
    """Return requests in which bursts that nobody labels come by themselves."""
    mean = usual(dice, dice.uniform(500, 20_000)) * wander(dice, HOURS, 0.08)
    lived, truth = incidents(dice, mean, 0.5, ((0.4, 1.0), (0.8, 3.0)))
    return holes(dice, lived * np.exp(dice.standard_t(2.5, HOURS) * 0.06), truth)


def drifts(dice):
    """Return takings that double or halve within weeks, and wander on the way."""
    mean = usual(dice, dice.uniform(200, 5_000), trend=0.9) * wander(dice, HOURS, 0.3, 0.995)
    lived, truth = incidents(dice, mean, 0.5, ((0.4, 1.0), (0.8, 2.5)))
    return holes(dice, lived * dice.lognormal(0, 0.07, HOURS), truth)


def sparse_counts(dice):
    """Return orders of which an hour brings one or none."""
    mean = usual(dice, dice.uniform(0.3, 2), sharpness=(0.3, 1.0))
    lived, truth = incidents(dice, mean, 0.0, (FALLS, (5.0, 15.0)))
    return holes(dice, dice.poisson(lived).astype(float), truth)


def half_labelled(dice):
    """Return purchases whose incidents were written down two times of three; the others count as false alarms."""
    one = purchases(dice)
    edges = np.flatnonzero(np.diff(np.r_[0, one.truth.astype(int), 0]))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        one.truth[start:end] = dice.random() < 2 / 3
    return one


def several_moves(dice):
    """Return requests whose level moves two or three times, with labels on the first half day of each."""
    mean = usual(dice, dice.uniform(500, 5_000), weekend=(0.8, 1.1), trend=0.1)
    moved = np.sort(dice.choice(np.arange(200, HOURS - 100, 100), int(dice.integers(2, 4)), replace=False))
    truth = np.zeros(HOURS, dtype=bool)
    for at in moved:
        mean[at:] *= dice.choice([0.5, 0.6, 1.6, 2.0])
        truth[at : at + 12] = True
    return holes(dice, mean * dice.lognormal(0, 0.1, HOURS), truth)


# --- never looked at while choosing --------------------------------------------------------------------------------


def signups(dice):
    """Return few of them, at night none."""
    mean = usual(dice, dice.uniform(1.5, 8), sharpness=(0.8, 1.8))
    lived, truth = incidents(dice, mean, 0.3, ((0.8, 1.0), (2.0, 6.0)))
    return holes(dice, dice.poisson(lived).astype(float), truth)


def takings(dice):
    """Return money: a count of orders, each of its own size, with now and then a large one."""
    mean = usual(dice, dice.uniform(30, 400), weekend=(0.8, 1.5)) * wander(dice, HOURS, 0.07)
    lived, truth = incidents(dice, mean, 0.6, (FALLS, RISES))
    money = np.array([dice.lognormal(4.5, 0.8, n).sum() for n in dice.poisson(lived)])
    return holes(dice, np.round(money, 2), truth)


def spend(dice):
    """Return spend that a daily budget ends: smooth, and nearly nothing late at night."""
    profile = day(dice, 0.7)
    profile[int(dice.integers(21, 24)) :] *= 0.1
    mean = np.tile(profile, HOURS // 24) * dice.uniform(50, 800) * wander(dice, HOURS, 0.1, 0.97)
    lived, truth = incidents(dice, mean, 0.6, ((0.5, 1.0), (0.6, 2.5)))
    return holes(dice, lived * dice.lognormal(0, 0.05, HOURS), truth)


def cost_per_click(dice):
    """Return a price: no day to speak of, drift, and a tail upwards."""
    mean = dice.uniform(0.3, 6) * wander(dice, HOURS, 0.15, 0.98) * np.tile(1 + 0.1 * (day(dice) - 1), HOURS // 24)
    lived, truth = incidents(dice, mean, 0.3, ((0.4, 0.8), (0.7, 3.0)))
    return holes(dice, lived * dice.gamma(60, 1 / 60, HOURS), truth)


def conversion(dice):
    trials = dice.poisson(usual(dice, dice.uniform(800, 6_000)))
    mean = dice.uniform(0.02, 0.06) * np.tile(1 + 0.15 * (day(dice) - 1), HOURS // 24) * wander(dice, HOURS, 0.04)
    lived, truth = incidents(dice, mean, 0.8, ((0.4, 1.0), (0.6, 1.5)))
    won = dice.binomial(trials, np.minimum(lived, 1))
    return holes(dice, np.where(trials > 0, won / np.maximum(trials, 1), np.nan), truth)


CHOSEN_ON: tuple[Maker, ...] = (purchases, requests, crash_rate, latency, steps)
HELD_OUT: tuple[Maker, ...] = (signups, takings, spend, cost_per_click, conversion)
HARSH_CHOSEN_ON: tuple[Maker, ...] = (heavy_tails, drifts)
HARSH_HELD_OUT: tuple[Maker, ...] = (sparse_counts, half_labelled, several_moves)


def series_of(makers: tuple[Maker, ...], each: int = 10, seed: int = 20261123) -> dict[str, list[Labelled]]:
    return {
        maker.__name__: [maker(np.random.default_rng((seed, place, number))) for number in range(each)]
        for place, maker in enumerate(makers)
    }
