"""The plain detectors that others ship, each as `values[series, point] -> score[series, point]`, past only.

None of them has a line of its own: the benchmark gives each the best one for the series that detectors were chosen
on, which ours does not get.
"""

from __future__ import annotations

import warnings

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

WEEK, FORTNIGHT = 168, 14
NORMAL = 1.4826


def mean_and_deviation(values):
    """Return how many standard deviations from the mean of all that came before."""
    known = ~np.isnan(values)
    number = np.cumsum(known, axis=1) - known
    filled = np.where(known, values, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (np.cumsum(filled, axis=1) - filled) / number
        square = (np.cumsum(filled**2, axis=1) - filled**2) / number
    return _judged(values, mean, np.sqrt(np.maximum(square - mean**2, 0)))


def ewma(values, gain=0.1):
    mean, variance = values[:, 0].copy(), np.zeros(len(values))
    score = np.full(values.shape, np.nan)
    mean[np.isnan(mean)] = np.nanmean(values[:, :48])
    for t in range(values.shape[1]):
        off = values[:, t] - mean
        score[:, t] = np.abs(off) / np.maximum(np.sqrt(variance), 1e-9)
        off = np.nan_to_num(off)
        mean += gain * off
        variance = (1 - gain) * (variance + gain * off**2)
    return _after(score)


def median_and_mad(values, window=WEEK):
    return _windowed(values, values, window, 1)


def same_hour_median(values):
    return _windowed(values, values, FORTNIGHT * 24, 24)


def absolute_difference(values):
    leap = np.abs(np.diff(values, axis=1, prepend=np.nan))
    past = sliding_window_view(np.pad(leap, ((0, 0), (WEEK, 0)), constant_values=np.nan)[:, :-1], WEEK, axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return _after(leap / np.maximum(np.nanmean(past, axis=2), 1e-9))


def windowed_gaussian(values, window=WEEK):
    past = sliding_window_view(np.pad(values, ((0, 0), (window, 0)), constant_values=np.nan)[:, :-1], window, axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return _judged(values, np.nanmean(past, axis=2), np.nanstd(past, axis=2))


def as_published(values, season=24, after=12):
    """Return the formula that ours grew out of, to the letter, with its line of 5: level, season, scale, three ways to
    be strange, each as much as the others.
    """
    a, g, slow, shifted = 0.1, 0.1, 0.02, 0.5
    first = values[:, : 2 * season]
    level = np.nan_to_num(np.nanmedian(first, axis=1))
    folded = (first - level[:, None]).reshape(len(values), 2, season)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        seas = np.nan_to_num(np.nanmean(folded, axis=1)).T
        sig = np.nan_to_num(NORMAL * np.nanmedian(np.abs(folded - seas.T[:, None]), axis=(1, 2))) ** 2
        plain_sig = np.nan_to_num(np.nanstd(first, axis=1)) ** 2
    plain, run = level.copy(), np.zeros(len(values))
    counts = np.all(np.isnan(values) | (values == np.floor(values)), axis=1)
    leap = np.abs(np.diff(values, axis=1, prepend=np.nan))
    score = np.full(values.shape, np.nan)
    for t in range(2 * season, values.shape[1]):
        past = leap[:, max(t - WEEK, 1) : t]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            leap_scale = np.maximum(NORMAL * np.nan_to_num(np.nanmedian(past, axis=1)), 1e-9)
        value, phase = values[:, t], t % season
        mean = level + seas[phase]
        scale = np.maximum(np.sqrt(sig), np.maximum(0.02 * np.abs(mean), 1e-9))
        scale = np.where(counts, np.maximum(scale, np.sqrt(np.maximum(mean, 1))), scale)
        plain_scale = np.maximum(np.sqrt(plain_sig), np.maximum(0.02 * np.abs(plain), 1e-9))
        z, z_plain = (value - mean) / scale, (value - plain) / plain_scale
        score[:, t] = (np.abs(z) * np.abs(z_plain) * leap[:, t] / leap_scale) ** (1 / 3)
        side = np.where(np.abs(z) > 2, np.sign(z), 0)
        run = np.where(side * run > 0, run + side, side)
        moved, known = np.abs(run) >= after, ~np.isnan(value)
        off = np.where(known, np.where(moved, value - mean, np.clip(z, -2, 2) * scale), 0.0)
        level = level + np.where(moved, shifted, a) * off
        seas[phase] += np.where(moved, 0, g * (1 - a) * off)
        sig = np.where(known, slow * 1.25 * np.minimum(z**2, 4) * scale**2 + (1 - slow) * sig, sig)
        plain = plain + np.where(known, a * np.clip(z_plain, -2, 2) * plain_scale, 0.0)
        fresh = slow * 1.25 * np.minimum(z_plain**2, 4) * plain_scale**2 + (1 - slow) * plain_sig
        plain_sig = np.where(known, fresh, plain_sig)
    return score


def robust_z(values, season=7, times=8):
    """Return the robust z over the same weekdays, the fastest there is: what speed is measured against."""
    score = np.full(values.shape, np.nan)
    for t in range(season * 2, values.shape[1]):
        past = values[:, max(t % season, t - season * times) : t : season]
        middle = np.median(past, axis=1)
        spread = NORMAL * np.median(np.abs(past - middle[:, None]), axis=1)
        score[:, t] = np.abs(values[:, t] - middle) / np.maximum(spread, 1e-9)
    return score


PEERS = {
    "mean ± k sd": mean_and_deviation,
    "EWMA": ewma,
    "median/MAD": median_and_mad,
    "same-hour median": same_hour_median,
    "absolute difference": absolute_difference,
    "windowed Gaussian": windowed_gaussian,
}


def _windowed(values, source, window, stride):
    past = sliding_window_view(np.pad(source, ((0, 0), (window, 0)), constant_values=np.nan)[:, :-1], window, axis=1)
    past = past[:, :, ::stride]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        middle = np.nanmedian(past, axis=2)
        return _judged(values, middle, NORMAL * np.nanmedian(np.abs(past - middle[:, :, None]), axis=2))


def _judged(values, middle, spread):
    return _after(np.abs(values - middle) / np.maximum(spread, 1e-9))


def _after(score, warm=48):
    """Take back what was said before two days had passed; ours says nothing then either."""
    score[:, :warm] = np.nan
    return score
