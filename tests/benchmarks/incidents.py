"""Incidents made up, each with the slices that caused it: what `beacon why` is held to.

Six classes after the descriptions that the papers on this problem give of their own data: two synthetic ones of
RiskLoc's (leaves of a Weibull law, forecasts with relative noise, causes at any depth or all in single leaves), one
after Squeeze's (heavy-tailed leaves, one magnitude within an incident, 1-3 slices in cuboids of 1-3 dimensions), money
over money with few conversions, the same with budgets that moved for no harm, and a rate that is overdispersed, of
sparse leaves and dimensions that go together. Even seeds were looked at while choosing; odd ones never.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

Slice = frozenset  # of (dimension, value)


@dataclass(frozen=True)
class Incident:
    kind: str
    dimensions: dict[str, np.ndarray]  # the value's number, row by row
    measures: dict[str, np.ndarray]
    causes: frozenset  # of slices
    facts: dict = field(default_factory=dict)


def grid(cards):
    names = "abcdefghij"[: len(cards)]
    codes = np.indices(cards).reshape(len(cards), -1)
    return {name: codes[at] for at, name in enumerate(names)}


def rows_of(dimensions, one):
    return np.logical_and.reduce([dimensions[name] == value for name, value in one])


def placed(rng, cards, depths, elements, *, live=None, fresh_cuboid=True):
    """Return groups of slices, one group for each of `depths`; groups share no value of a dimension, cuboids differ."""
    names = "abcdefghij"[: len(cards)]
    dimensions = grid(cards)
    while True:
        groups, used = [], []
        for depth, many in zip(depths, elements, strict=True):
            dims = tuple(sorted(rng.choice(len(cards), depth, replace=False).tolist()))
            if fresh_cuboid and dims in [one for one, _ in groups] and depth < len(cards):
                break
            free = [
                [v for v in range(cards[d]) if all(v != s[o.index(d)] for o, some in groups if d in o for s in some)]
                for d in dims
            ]
            if not all(free):
                break
            some = {tuple(int(rng.choice(values)) for values in free) for _ in range(many)}
            if len(some) < many:
                break
            groups.append((dims, sorted(some)))
            used.append(dims)
        if len(groups) < len(depths):
            continue
        slices = [
            [Slice((names[d], v) for d, v in zip(dims, one, strict=True)) for one in some] for dims, some in groups
        ]
        if live is None or all(live[rows_of(dimensions, one)].any() for group in slices for one in group):
            return slices


# --- sums --------------------------------------------------------------------------------------------------------


def weibull_noisy(rng, cards=(10, 12, 10, 8, 5), *, noise=0.25, severity=(0.2, 1.0), spread=0.1, most=3, leaf=False):
    """Return RiskLoc's synthetic kind: one direction, each cause with its own severity."""
    dimensions = grid(cards)
    count = len(dimensions["a"])
    level, empty = rng.uniform(0, noise), rng.uniform(0, 0.25)
    one = rng.weibull(rng.uniform(0.5, 1.0), count) * 100 * (rng.random(count) > empty)
    other = np.maximum(one * (1 + rng.normal(0, level, count)), 0)
    turn = rng.random(count) < 0.5
    actual, expected = np.where(turn, one, other), np.where(turn, other, one)
    groups = int(rng.integers(1, (5 if leaf else 3), endpoint=True))
    depths = [len(cards) if leaf else int(rng.integers(1, len(cards), endpoint=True)) for _ in range(groups)]
    elements = [1 if leaf else int(rng.integers(1, most, endpoint=True)) for _ in range(groups)]
    live = (actual > 0) & (expected > 0)
    found = placed(rng, cards, depths, elements, live=live)
    down = actual.sum() <= expected.sum()
    for group in found:
        hurt, wide = rng.uniform(*severity) + level, rng.uniform(0, spread) if spread else 0.0
        where = np.logical_or.reduce([rows_of(dimensions, one) for one in group])
        scale = np.maximum(1 - rng.normal(hurt, wide, where.sum()), 0)
        if down:
            actual[where] = expected[where] * scale
        else:
            expected[where] = actual[where] * scale
    causes = frozenset(one for group in found for one in group)
    return Incident("sum", dimensions, {"actual": actual, "expected": expected}, causes, {"noise": level})


def weibull_leaves(rng):
    return weibull_noisy(rng, (10, 24, 10, 15), noise=0.1, severity=(0.5, 1.0), spread=0.0, leaf=True)


SHAPES = ((10, 36, 12, 5), (15, 36, 8, 5), (10, 12, 10, 18), (12, 10, 9, 20))


def one_magnitude(rng, depth=None, elements=None):
    """Return Squeeze's kind: within an incident every cause moves its leaves by one magnitude, up or down.

    The forecast is what went before, off by a little; leaves are log-normal along each dimension, so that a few hold
    most of the traffic, and some are nothing.
    """
    cards = SHAPES[rng.integers(len(SHAPES))]
    dimensions = grid(cards)
    count = len(dimensions["a"])
    weights = [rng.lognormal(0, rng.uniform(0.5, 1.2), card) for card in cards]
    size = np.prod([weights[at][dimensions[name]] for at, name in enumerate(dimensions)], axis=0)
    size *= rng.lognormal(0, 0.5, count) * rng.uniform(20, 200)
    expected = np.round(size, 2 if rng.random() < 0.5 else 0) * (rng.random(count) > rng.uniform(0, 0.3))
    level = rng.choice([0.008, 0.016, 0.032, 0.064])
    error = rng.normal(0, level, count) * (1 + 2 / np.sqrt(np.maximum(expected, 1)))
    depth = depth or int(rng.integers(1, 3, endpoint=True))
    elements = elements or int(rng.integers(1, 3, endpoint=True))
    share = expected / expected.sum()
    while True:  # causes that nobody could see are no incident
        if rng.random() < 0.5:
            found = placed(rng, cards, [depth], [elements])
        else:
            found = placed(rng, cards, [depth] * elements, [1] * elements, fresh_cuboid=False)
        slices = [one for group in found for one in group]
        where = [rows_of(dimensions, one) for one in slices]
        if min(share[rows].sum() for rows in where) > 0.001 and len(set(slices)) == elements:
            break
    magnitude = rng.choice([-1, 1]) * rng.uniform(0.15, 0.95)  # (f - v) / (f + v)
    hit = np.logical_or.reduce(where)
    error[hit] = magnitude + rng.normal(0, level, hit.sum())
    error = np.clip(error, -0.98, 1)
    actual = expected * (1 - error) / (1 + error)
    return Incident(
        "sum",
        dimensions,
        {"actual": actual, "expected": expected},
        frozenset(slices),
        {"depth": depth, "elements": elements, "noise": level},
    )


# --- money over money --------------------------------------------------------------------------------------------


def roi(rng, *, shifts=False):
    """Return revenue over spend of 2,650 leaves with few conversions; budgets may move without any harm."""
    cards = [(5, 10, 53), (10, 53, 5), (53, 5, 10)][rng.integers(3)]
    dimensions = grid(cards)
    count = len(dimensions["a"])
    weights = [rng.lognormal(0, 0.7, card) for card in cards]
    spend = np.prod([weights[at][dimensions[name]] for at, name in enumerate(dimensions)], axis=0)
    spend *= rng.lognormal(0, 0.4, count) * rng.uniform(100, 400) / spend.mean()
    yields = [rng.lognormal(0, 0.2, card) for card in cards]
    rate = np.prod([yields[at][dimensions[name]] for at, name in enumerate(dimensions)], axis=0)
    rate *= rng.uniform(2, 4) / (rate * spend).sum() * spend.sum()
    basket, wide = rng.uniform(60, 200), rng.uniform(0.4, 0.9)
    base_days = rng.choice([1, 7, 14])
    now = spend * rng.lognormal(0, 0.15, count)
    groups = int(rng.integers(1, 3, endpoint=True))
    depths = [int(rng.choice([1, 2], p=[0.6, 0.4])) for _ in range(groups)]
    sign = rng.choice([-1, 1], p=[0.8, 0.2])
    while True:  # causes that nobody could see are no incident
        found = placed(rng, cards, depths, [1] * groups)
        slices = [one for group in found for one in group]
        where = [rows_of(dimensions, one) for one in slices]
        times = [1 - rng.uniform(0.4, 0.9) if sign < 0 else 1 + rng.uniform(0.6, 1.5) for _ in where]
        orders = [(rate * now)[rows].sum() / basket for rows in where]
        seen = [
            abs(factor - 1) * np.sqrt(many / (factor + 1 / base_days) / np.exp(wide**2))
            for factor, many in zip(times, orders, strict=True)
        ]
        if min(seen) >= 6.5:
            break
    rate_now = rate.copy()
    for rows, factor in zip(where, times, strict=True):
        rate_now[rows] *= factor
    if shifts:
        for _ in range(int(rng.integers(1, 4))):
            depth = int(rng.integers(1, 3))
            (moved,) = placed(rng, cards, [depth], [1])
            now[rows_of(dimensions, moved[0])] *= rng.choice([0.2, 0.4, 2.5, 5])

    def earned(money, rates, times=1.0):
        orders = rng.poisson(money * rates * times / basket)
        low = np.log(basket) - wide**2 / 2
        return np.array([rng.lognormal(low, wide, each).sum() for each in orders])

    measures = {
        "num": earned(now, rate_now),
        "den": now,
        "base_num": earned(spend, rate, base_days),
        "base_den": spend * base_days,
    }
    return Incident("ratio", dimensions, measures, frozenset(slices), {"groups": groups})


def roi_with_shifts(rng):
    return roi(rng, shifts=True)


# --- rates -------------------------------------------------------------------------------------------------------


def messy_rate(rng):
    """Return failures of trials as an incident in the wild has them.

    Most leaves have a handful of trials, failures come in bursts, values of one dimension go with those of another (an
    app's version with its platform), rates differ from slice to slice, and the base is a few times what is judged.
    """
    cards = tuple(int(rng.integers(2, high)) for high in rng.choice([4, 6, 9, 13, 25, 40], int(rng.integers(4, 7))))
    names = "abcdefghij"[: len(cards)]
    rows = int(rng.integers(400, 4000))
    first = rng.choice(cards[0], rows, p=_zipf(rng, cards[0]))
    columns = [first]
    for card in cards[1:]:
        column = rng.choice(card, rows, p=_zipf(rng, card))
        if rng.random() < 0.4:  # goes together with the first dimension
            tied = rng.random(rows) < 0.7
            column = np.where(tied, (first * 3) % card, column)
        columns.append(column)
    _, keep = np.unique(np.stack(columns), axis=1, return_index=True)
    columns = [column[keep] for column in columns]
    dimensions = dict(zip(names, columns, strict=True))
    count = len(keep)
    trials = np.round(rng.lognormal(rng.uniform(1.5, 3.5), rng.uniform(1, 1.8), count)) + 1
    logit = rng.uniform(-5, -2.5) + sum(
        rng.normal(0, 0.25, card)[dimensions[name]] for card, name in zip(cards, names, strict=True)
    )
    normal = 1 / (1 + np.exp(-(logit + rng.normal(0, 0.3, count))))
    times = rng.choice([1, 5, 20])
    rho = 10 ** rng.uniform(-4, -2.3)
    base_den = np.maximum(np.round(trials * times * rng.lognormal(0, 0.2, count)), 0)
    base_num = _bursts(rng, base_den, normal, rho)
    den = np.round(trials * rng.lognormal(0, 0.25, count))
    while True:
        depth = int(rng.choice([1, 2, 3], p=[0.45, 0.4, 0.15]))
        many = int(rng.choice([1, 2], p=[0.85, 0.15]))
        row = rng.integers(count, size=many)
        dims = [sorted(rng.choice(len(cards), depth, replace=False).tolist()) for _ in range(many)]
        slices = sorted(
            {Slice((names[d], int(columns[d][at])) for d in some) for at, some in zip(row, dims, strict=True)},
            key=sorted,
        )
        where = [rows_of(dimensions, one) for one in slices]
        big = all(0.01 * den.sum() < den[rows].sum() < 0.6 * den.sum() and rows.sum() > 2 for rows in where)
        apart = len(where) < 2 or not (where[0] & where[1]).any()
        if big and apart and len(slices) == many:
            break
    rate = normal * rng.lognormal(0, 0.05)
    for rows in where:
        lift = rng.uniform(0.05, 0.4)
        needed = 6 * np.sqrt(den[rows].sum() * normal[rows].mean() * (1 + 30 * rho)) / den[rows].sum()
        rate[rows] = np.clip(rate[rows] + max(lift, needed) * rng.lognormal(0, 0.4, rows.sum()), 0, 0.98)
    num = _bursts(rng, den, rate, rho)
    measures = {"num": num, "den": den, "base_num": base_num, "base_den": base_den}
    return Incident("rate", dimensions, measures, frozenset(slices), {"depth": depth, "many": many})


def _zipf(rng, card):
    share = 1 / np.arange(1, card + 1) ** rng.uniform(0.3, 1.2)
    return rng.permutation(share / share.sum())


def _bursts(rng, trials, rate, rho):
    rate = np.clip(rate, 1e-6, 1 - 1e-6)
    each = rng.beta(rate * (1 / rho - 1), (1 - rate) * (1 / rho - 1))
    return rng.binomial(trials.astype(int), each).astype(float)


CLASSES: dict[str, Callable[[np.random.Generator], Incident]] = {
    "5 dimensions, 48,000 leaves, noisy": weibull_noisy,
    "4 dimensions, 36,000 leaves": weibull_leaves,
    "4 dimensions, 21,600 leaves": one_magnitude,
    "a rate, as in the wild": messy_rate,
    "ROI of few conversions, 2,650 leaves": roi,
    "the same with budgets that moved": roi_with_shifts,
}
BARS = dict(zip(CLASSES, (0.947, 0.98, 0.957, 0.745, 0.866, 0.96), strict=True))


def cases(name, each, *, held_out):
    """Return so many incidents of a class: of even seeds, which choosing looked at, or of odd ones."""
    maker = CLASSES[name]
    number = list(CLASSES).index(name)
    return [maker(np.random.default_rng([number, 2 * at + held_out])) for at in range(each)]
