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
