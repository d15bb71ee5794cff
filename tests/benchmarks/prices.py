"""Prices of advertising with labelled incidents, written from descriptions: cost per click and per mille, long series.

Smooth ones are averages of many auctions, rough ones of few, whose tails are long and whose small spikes nobody
calls an incident. As in `series.py` half of the families were held out while choosing. A label is a window around the
incident, and the score is that of `streaming.py`: the earlier in a window, the better.
"""

from __future__ import annotations

import numpy as np

from tests.benchmarks.series import Labelled, Maker, day, wander
from tests.benchmarks.streaming import probation

LABELLED = 0.1  # of a series lies in the windows of its incidents


def _clock(dice, length, per_day, depth, weekend):
    """Return the price of each point around 1: the day's shape at some depth, and another weekend."""
    hours = np.arange(length) * 24 / per_day
    shape = np.interp(hours % 24, np.arange(25), np.resize(1 + depth * (day(dice, 0.6) - 1), 25))
    return shape * np.where(hours // 24 % 7 >= 5, dice.uniform(*weekend), 1.0)


def _struck(dice, mean, per_day, *, spikes=(1.8, 5.0), falls=(0.2, 0.6), shift=(1.5, 2.5)):
    """Return the mean with two to four incidents in it, and their windows."""
    length, number = len(mean), int(dice.integers(2, 5))
    lived, truth = mean.copy(), np.zeros(length, dtype=bool)
    width = int(LABELLED * length / number)
    first = probation(length) + width
    room = (length - width - first) // number
    for turn in range(number):
        at = first + turn * room + int(dice.integers(0, max(room - width, 1)))
        at = min(at, length - 2 * per_day - 1)
        kind = dice.choice(["spike", "spike", "fall", "shift", "climb", "stuck"])
        if kind == "stuck":  # a feed or a bidder that stands still
            lived[at : at + per_day] = lived[at]
        else:
            lived[at : at + 2 * per_day] *= _factor(dice, kind, per_day, spikes, falls, shift)
        truth[max(at - width // 2, 0) : at + width // 2] = True
    return lived, truth


def _factor(dice, kind, per_day, spikes, falls, shift):
    """Return what an incident makes of two days' prices; auctions heat up by and by as often as at once."""
    factor = np.ones(2 * per_day)
    if kind == "climb":
        long = int(per_day * dice.uniform(0.25, 1))
        factor[:long] = np.linspace(1, dice.uniform(*spikes) * 0.7 + 0.3, long)
        factor[long : long + long // 2] = np.linspace(factor[long - 1], 1, long // 2)
    elif kind == "shift":
        factor[: int(per_day * dice.uniform(0.5, 2))] = dice.uniform(*shift)
    elif kind == "fall":
        factor[: int(max(2, per_day * dice.uniform(0.1, 0.5)))] = dice.uniform(*falls)
    else:
        factor[: int(dice.integers(1, 4))] = dice.uniform(*spikes)
    return factor


def smooth_mille_five_minutes(dice, length=4032):
    mean = dice.uniform(1, 8) * _clock(dice, length, 288, 0.4, (0.85, 1.1)) * wander(dice, length, 0.08, 0.995)
    lived, truth = _struck(dice, mean, 288, spikes=(1.4, 3.0), falls=(0.3, 0.75), shift=(1.2, 1.6))
    return Labelled(lived * dice.lognormal(0, 0.04, length), truth)


def smooth_click_hourly(dice, length=1600):
    mean = dice.uniform(0.2, 3) * _clock(dice, length, 24, 0.3, (0.85, 1.1)) * wander(dice, length, 0.08, 0.97)
    lived, truth = _struck(dice, mean, 24, spikes=(1.5, 4.0))
    return Labelled(lived * dice.gamma(300, 1 / 300, length), truth)


def rough_mille_hourly(dice, length=1600):
    mean = dice.uniform(0.2, 2) * _clock(dice, length, 24, 0.3, (0.8, 1.2)) * wander(dice, length, 0.15, 0.95)
    lived, truth = _struck(dice, mean, 24, spikes=(3.0, 9.0), falls=(0.1, 0.35), shift=(1.8, 3.0))
    return Labelled(lived * np.exp(0.12 * dice.standard_t(3, length)), truth)


def spiky_click_hourly(dice, length=1600):
    """Return what few clicks cost where bids go astray: dear hours come singly all the time, and nobody labels them.

    How far this and the next one wander, and how long their tails are, is told by what public prices do; by their
    values alone, never by their labels.
    """
    mean = dice.uniform(0.05, 0.3) * _clock(dice, length, 24, 0.3, (0.85, 1.15)) * wander(dice, length, 0.25, 0.97)
    lived, truth = _struck(dice, mean, 24, spikes=(6.0, 25.0), falls=(0.1, 0.35), shift=(2.0, 3.0))
    return Labelled(lived * dice.lognormal(0, 0.12, length) * _bursts(dice, length, dice.uniform(0.002, 0.01)), truth)


def drifting_mille_hourly(dice, length=1600):
    mean = dice.uniform(0.3, 1) * _clock(dice, length, 24, 0.6, (0.8, 1.1)) * wander(dice, length, 0.3, 0.985)
    lived, truth = _struck(dice, mean, 24, spikes=(2.0, 6.0), falls=(0.15, 0.4), shift=(1.8, 2.5))
    return Labelled(lived * dice.lognormal(0, 0.12, length) * _bursts(dice, length, 0.002), truth)


def _bursts(dice, length, often):
    factor = np.ones(length)
    for at in np.flatnonzero(dice.random(length) < often):
        here = factor[at : at + int(dice.integers(1, 4))]
        here *= np.exp(0.5 + dice.exponential(0.5, len(here)))
    return factor


# --- never looked at while choosing --------------------------------------------------------------------------------


def smooth_click_five_minutes(dice, length=4032):
    mean = dice.uniform(0.3, 5) * _clock(dice, length, 288, 0.2, (0.9, 1.1)) * wander(dice, length, 0.1, 0.998)
    lived, truth = _struck(dice, mean, 288, spikes=(1.5, 4.0), falls=(0.3, 0.7), shift=(1.3, 2.0))
    return Labelled(np.round(lived * dice.gamma(200, 1 / 200, length), 3), truth)


def smooth_mille_half_hourly(dice, length=2400):
    mean = dice.uniform(1, 8) * _clock(dice, length, 48, 0.6, (0.7, 1.0)) * wander(dice, length, 0.06, 0.98)
    lived, truth = _struck(dice, mean, 48, spikes=(1.5, 3.5), falls=(0.3, 0.65))
    return Labelled(lived * dice.lognormal(0, 0.06, length), truth)


def rough_click_hourly(dice, length=1600):
    """Return what few clicks cost: now and then an hour of one dear click."""
    mean = dice.uniform(0.05, 0.5) * _clock(dice, length, 24, 0.2, (0.9, 1.1)) * wander(dice, length, 0.12, 0.97)
    lived, truth = _struck(dice, mean, 24, spikes=(3.0, 10.0), falls=(0.1, 0.35), shift=(1.8, 3.0))
    dear = np.where(dice.random(length) < 0.01, dice.uniform(1.3, 2.2, length), 1.0)
    return Labelled(lived * dice.gamma(12, 1 / 12, length) * dear, truth)


CHOSEN_ON: tuple[Maker, ...] = (
    *(smooth_mille_five_minutes, smooth_click_hourly, rough_mille_hourly),
    *(spiky_click_hourly, drifting_mille_hourly),
)
HELD_OUT: tuple[Maker, ...] = (smooth_click_five_minutes, smooth_mille_half_hourly, rough_click_hourly)


def season_of(name: str) -> int:
    return 288 if name.endswith("five_minutes") else 48 if name.endswith("half_hourly") else 24
