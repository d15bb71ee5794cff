"""The detector for one series, a number at a time: what `core/rules/detect` does for thousands at once.

The formula is the same, which is the point: what is told apart here is whether rows, phases, gaps, events and young
series keep out of each other's way once all of them walk together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from math import exp, floor, hypot, inf, log, nan, sqrt
from statistics import mean, median, pstdev

from core.rules.detect import BORROWED_AFTER, HIGHEST, SHIFT_AFTER
from core.rules.season import (
    CLIP,
    CLIPPED,
    EVEN,
    LEVEL_GAIN,
    RELATIVE_FLOOR,
    SCALE_GAIN,
    SEASON_GAIN,
    SHIFT_GAIN,
    UNEVEN_GAIN,
    WILDEST,
    YOUNG,
)

TINY, NORMAL = 1e-9, 1.4826
Number = float | None


def clip(number: float, most: float) -> float:
    return max(-most, min(most, number))


def sure(numbers: list[Number]) -> list[float]:
    return [each for each in numbers if each is not None]


def scale_of(off: list[Number]) -> float:
    sizes = [abs(each) for each in sure(off)]
    return max(NORMAL * median(sizes), sum(sizes) / len(sizes)) if sizes else 0.0


def taken(variance: float, off: float, stray: float) -> float:
    return variance + SCALE_GAIN * (CLIPPED * min(off * off, (CLIP * stray) ** 2) - variance)


@dataclass
class Usually:
    """Level, season and spread of one series; with one phase only, of any hour."""

    phases: int
    level: float = nan
    variance: float = 0.0
    freedom: float = 1.0
    season: list[float] = field(default_factory=list)
    visits: list[float] = field(default_factory=list)
    uneven: list[float] = field(default_factory=list)

    def begin(self, history: list[Number], phases: list[int]) -> None:
        size = self.phases if self.phases > 1 else len(history)
        stray: list[Number] = [None] * len(history)
        for end in range(len(history), 0, -size):
            block = range(max(end - size, 0), end)
            known = sure([history[at] for at in block])
            for at in block:
                if history[at] is not None:
                    stray[at] = history[at] - median(known)
        mine = [
            sure([one for one, its in zip(stray, phases, strict=True) if its == each]) for each in range(self.phases)
        ]
        season = [sum(each) / max(len(each), 1) for each in mine]
        self.visits = [float(len(each)) for each in mine]
        off = [None if one is None else one - season[its] for one, its in zip(stray, phases, strict=True)]
        self.season = [each - mean(season) for each in season]
        rest = [None if one is None else one - self.season[its] for one, its in zip(history, phases, strict=True)]
        newest = sure(rest[-self.phases :]) if self.phases > 1 else []
        self.level = median(newest or sure(rest))
        times = max(mean(self.visits), 2)
        self.variance = scale_of(off) ** 2 * times / (times - 1)
        self.uneven = [1.0] * self.phases
        if self.phases > 1:
            most = max(self.variance, TINY)
            for each in range(self.phases):
                squares = [one * one * times / (times - 1) for one in sure([
                    one for one, its in zip(off, phases, strict=True) if its == each
                ])]  # fmt: skip
                shares = [min(one, most * WILDEST) / most for one in squares]
                self.uneven[each] = (EVEN + sum(shares)) / (EVEN + len(shares))
        self.freedom = max(len(sure(history)) - self.phases, 1)

    def borrow(self, level: float, noise: float, shape: list[float]) -> None:
        self.level, self.season, self.visits = level, [each * abs(level) for each in shape], [2.0] * self.phases
        self.variance, self.freedom, self.uneven = (noise * abs(level)) ** 2, inf, [1.0] * self.phases

    def expected(self, phase: int) -> float:
        return self.level + self.season[phase]

    def scale(self, phase: int, least: float) -> float:
        return max(sqrt(self.variance * self.uneven[phase]), least)

    def learn(self, phase: int, off: float, stray: float, *, moved: bool) -> None:
        part, gain = (off, SHIFT_GAIN) if moved else (clip(off, CLIP * stray), LEVEL_GAIN)
        self.level += gain * part
        if self.phases > 1:
            self.season[phase] += 0.0 if moved else max(SEASON_GAIN, 1 / (self.visits[phase] + 1)) * (1 - gain) * part
            share = min(off * off / max(self.variance, TINY**2), WILDEST)
            slow = max(UNEVEN_GAIN, 1 / (EVEN + self.visits[phase] + 1))
            self.uneven[phase] += slow * (share - self.uneven[phase])
            self.visits[phase] += 1
        self.freedom += 1
        self.variance = taken(self.variance, off, stray)


@dataclass
class Detector:
    """One series, point by point; `expected` and `score` are None while nothing is known."""

    season: int
    noise: float | None = None  # what it borrows while it is young
    shape: list[float] = field(default_factory=list)
    is_share: bool = False  # which may happen to be whole, and counts nothing
    ours: Usually | None = None

    def walk(self, values: list[Number], events: list[int]) -> list[tuple[Number, Number]]:
        phases = [at % self.season for at in range(len(values))]
        taught = [None if code else value for value, code in zip(values, events, strict=True)]
        enough = 2 * self.season if self.noise is None else BORROWED_AFTER
        met: dict[int, list[float]] = {}
        found: list[tuple[Number, Number]] = []
        for at, (value, code) in enumerate(zip(values, events, strict=True)):
            before, counts = taught[:at], not self.is_share and is_whole(values[: at + 1])
            if self.ours is None and len(sure(before)) >= enough and len(sure(before[:-1])) < enough:
                self.start(before, phases[:at])
            if self.ours is None:
                found.append((None, None))
            elif code:
                found.append(self.meet(value, phases[at], met.setdefault(code, []), counts=counts))
            else:
                found.append(self.judge(value, phases[at], counts=counts))
        return found

    def start(self, before: list[Number], phases: list[int]) -> None:
        self.ours, self.plain, self.run = Usually(self.season), Usually(1), 0.0
        if self.noise is None:
            self.ours.begin(before, phases)
            self.plain.begin(before, [0] * len(before))
        else:
            level = mean(
                one / max(1 + self.shape[its], 0.1) for one, its in zip(before, phases, strict=True) if one is not None
            )
            self.ours.borrow(level, self.noise, self.shape)
            self.plain.borrow(level, hypot(self.noise, pstdev(self.shape)), [0.0])
        plain = [None if one is None else one - self.ours.season[its] for one, its in zip(before, phases, strict=True)]
        steps = [b - a if a is not None and b is not None else None for a, b in pairwise(plain)]
        self.leaps = scale_of(steps) ** 2 if self.noise is None else 2 * self.ours.variance
        self.last = self.tamed = sure(plain)[-1]

    def floor(self, expected: float, *, counts: bool) -> float:
        least = max(RELATIVE_FLOOR * abs(expected), TINY)
        return max(least, sqrt(max(expected, 1.0))) if counts else least

    def judge(self, value: Number, phase: int, *, counts: bool) -> tuple[Number, Number]:
        ours, plain = self.ours, self.plain
        expected, usual = ours.expected(phase), plain.expected(0)
        if value is None:
            return expected, None
        least = self.floor(expected, counts=counts)
        stray, stray_any = ours.scale(phase, least), plain.scale(0, self.floor(usual, counts=counts))
        off, off_any, level = value - expected, value - usual, value - ours.season[phase]
        leap = min(level - self.last, level - self.tamed, key=abs)
        stray_leap = max(sqrt(self.leaps), least)
        doubt = stray * sqrt(1 + 1 / max(ours.visits[phase], 1)) * (1 + YOUNG / ours.freedom)
        weight = min((stray / stray_any) ** 2, 1.0)
        if off and leap and off_any:
            told = log(abs(off * leap) / (doubt * stray_leap)) + weight * log(abs(off_any) / stray_any)
            score = exp(told / (2 + weight))
        else:
            score = 0.0
        self.tamed, self.last = ours.level + clip(off, CLIP * stray), level
        side = 0.0 if abs(off) <= CLIP * stray else 1.0 if off > 0 else -1.0
        self.run = (self.run if side * self.run > 0 else 0.0) + side
        after = max(self.season // 2, SHIFT_AFTER)
        moved = abs(self.run) >= after
        ours.learn(phase, off, stray, moved=moved)
        plain.learn(0, off_any, stray_any, moved=moved)
        self.leaps = taken(self.leaps, leap, stray_leap)
        return expected, 0.0 if abs(self.run) > after else min(score, HIGHEST)

    def meet(self, value: Number, phase: int, earlier: list[float], *, counts: bool) -> tuple[Number, Number]:
        """Hold a day of 618 against the same day of every 618 before, each as a share of what was to be expected."""
        expected = self.ours.expected(phase)
        size = abs(expected)
        found: tuple[Number, Number] = (None, None)
        if earlier:
            usual = mean(earlier)
            lifted = expected + usual * size
            stray = self.ours.scale(phase, self.floor(lifted, counts=counts)) * max(1 + usual, 1)
            stray *= sqrt(1 + 1 / len(earlier))
            found = (lifted, None if value is None else min(abs(value - lifted) / stray, HIGHEST))
        if value is not None and size > 0:
            earlier.append((value - expected) / size)
        return found

    def lent(self) -> tuple[float, list[float]]:
        """Return what a younger sibling may borrow: the noise and the shape of the season, as shares of the level."""
        size = abs(self.ours.level)
        return sqrt(self.ours.variance) / size, [each / size for each in self.ours.season]


def is_whole(values: list[Number]) -> bool:
    return all(each >= 0 and each == floor(each) for each in sure(values))
