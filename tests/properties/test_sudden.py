"""What is sudden, told for all slices at once, against one series walked through by itself (`plain_detector`)."""

from datetime import date, timedelta
from math import hypot, sqrt
from statistics import fmean, median
from typing import Literal

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.calendar.events import Event
from core.calendar.grain import Grain
from core.cube.cube import Cube
from core.labels import Labels
from core.metrics.metric import How
from core.rules.detect import BORROWED_AFTER, LINE
from core.rules.evaluate import evaluate
from core.rules.finding import State
from core.rules.rule import Gating, Rule
from core.rules.sides import Sides
from core.rules.sudden import scores
from core.rules.tree import Sentence, Sudden
from core.text import Text
from tests.properties.plain_detector import Detector, is_whole
from tests.shop import JUNE_18, a_catalog

CATALOG = a_catalog()
SLICES = tuple(Labels.of({"channel": name}) for name in "abc")
DAYS, SEASON = 70, 7
FIRST = JUNE_18.index - DAYS + 1
MAY, JUNE = date(2026, 5, 20), date(2026, 6, 10)
SALE = Event("sale", Text.same("sale"), days={2025: (MAY, MAY + timedelta(3)), 2026: (JUNE, JUNE + timedelta(3))})
# The days of May's sale are met again in June's, the first one by the first one.
MET = {(day - JUNE_18.start.date()).days + DAYS - 1: place % 4 + 1 for place, day in enumerate(
    [MAY + timedelta(each) for each in range(4)] + [JUNE + timedelta(each) for each in range(4)]
)}  # fmt: skip

Series = list[float | None]


@st.composite
def families(draw: st.DrawFn) -> list[Series]:
    """Draw three siblings with a week, gaps, and a few leaps; the last one may be young, or be there for sales only."""
    dice = np.random.default_rng(draw(st.integers(0, 10**6)))
    level, gaps = draw(st.sampled_from([3.0, 40.0, 900.0])), draw(st.sampled_from([0.0, 0.1]))
    week = 1 + draw(st.sampled_from([0.0, 0.4])) * np.sin(np.arange(DAYS) * 2 * np.pi / SEASON)
    found = []
    for begins in (0, 0, draw(st.sampled_from([0, DAYS - 9, DAYS - 3]))):
        values = dice.poisson(level * week).astype(float)
        for at in draw(st.lists(st.integers(40, DAYS - 1), max_size=3)):
            values[at:] *= draw(st.sampled_from([0.2, 3.0]))
        found.append([None if at < begins or dice.random() < gaps else float(each) for at, each in enumerate(values)])
    if draw(st.booleans()):
        found[-1] = [each if at in MET or at >= DAYS - 4 else None for at, each in enumerate(found[-1])]
    return found


@given(families(), st.sampled_from([(), (SALE,)]), st.sampled_from(["up", "down"]))
def test_what_is_sudden_is_what_one_series_by_itself_would_say(
    family: list[Series], sales: tuple[Event, ...], direction: Literal["up", "down"]
) -> None:
    numbers = np.array([[np.nan if each is None else each for each in one] for one in family])
    periods = range(FIRST, JUNE_18.index + 1)
    cube = Cube(("channel",), SLICES, Grain.DAY, periods, {"visits": numbers}, {"visits": How.SUM})
    sides = Sides.of(cube, CATALOG, periods, {each.code: each for each in sales})
    told, seen = by_itself(family, met_by(family) if sales else [0] * DAYS), scores("visits", sides)
    rule = Rule("r", Text.same("r"), Sentence(Sudden("visits", direction), ("channel",)), "", "ads", gate=Gating.OFF)
    state = evaluate(rule, sides).state
    for row, series in enumerate(told):
        for at, (expected, score) in enumerate(series):
            # A difference that is no more than rounding leaves a trace in its cube root.
            assert seen.score[row, at] == (pytest.approx(score, rel=1e-6, abs=1e-3) if score is not None else ANY_NAN)
            value = family[row][at]
            if score is None or value is None or expected is None:
                assert state[row, at] == State.UNKNOWN
                continue
            assume(abs(score - LINE) > 1e-3)
            is_that_way = value > expected if direction == "up" else value < expected
            assert state[row, at] == (score >= LINE and is_that_way)


Told = list[tuple[float | None, float | None]]


def by_itself(family: list[Series], codes: list[int]) -> list[Told]:
    found = []
    for one in family:
        told = Detector(SEASON).walk(one, codes)
        borrowed = [*by_siblings(one, family, codes)]
        last = by_last_time(one, family, codes)
        for at in range(DAYS):
            ordinary = [each for each, code in zip(one[:at], codes, strict=False) if code == 0 and each is not None]
            if len(ordinary) < 2 * SEASON:
                told[at] = last.get(at) or borrowed[at]
        found.append(told)
    return found


def lenders(family: list[Series], codes: list[int], before: int) -> list[tuple[float, list[float]]]:
    """Return what all that know themselves have to lend before a point."""
    every = []
    for one in family:
        detector = Detector(SEASON)
        detector.walk([*one[:before], None], [*codes[:before], 0])
        if detector.ours is not None:
            every.append(detector.lent())
    return every


def by_siblings(one: Series, family: list[Series], codes: list[int]) -> Told:
    """Return what a series that borrows from its first day on, or from when somebody has to lend, says of each."""
    start = next((at for at, each in enumerate(one) if each is not None), DAYS)
    asks = max(start, 2 * SEASON)
    lent = lenders(family, codes, asks)
    if not lent:
        return [(None, None)] * DAYS
    shape = [median(shape[phase] for _, shape in lent) for phase in range(SEASON)]
    told = Detector(SEASON, median(noise for noise, _ in lent), shape).walk(one, codes)
    return [each if at >= asks else (None, None) for at, each in enumerate(told)]


def by_last_time(one: Series, family: list[Series], codes: list[int]) -> dict[int, tuple[float | None, float | None]]:
    """Return what the share of the last campaign says of each day of this one."""
    days = [at for at, code in enumerate(codes) if code and code in codes[:at]]
    if not days:
        return {}
    then = [codes.index(codes[at]) for at in days]
    lent = [noise for noise, _ in lenders(family, codes, days[0])]
    if not lent:
        return {}  # a family has always somebody who knows itself by then
    both = [(one[at], one[before]) for at, before in zip(days, then, strict=True)]
    shares = [now / like if now is not None and like else None for now, like in both]
    first = [pair for pair, share in zip(both, shares, strict=True) if share is not None][:BORROWED_AFTER]
    if not first:
        return {}
    now, like = (max(fmean(each[side] for each in first), 1.0) for side in (0, 1))
    luck = sqrt(1 / now + 1 / like) if is_whole([each for each, _ in first]) else 0.0
    noise = hypot(sqrt(2) * median(lent), luck)
    told = Detector(1, noise, [0.0], is_share=True).walk(shares, [0] * len(days))
    return {
        at: (expected * like, score)
        for at, (_, like), (expected, score) in zip(days, both, told, strict=True)
        if expected is not None and like is not None
    }


def met_by(family: list[Series]) -> list[int]:
    """Return the codes of the days that both sales have; a day on which nobody had facts in May meets nothing."""
    days: dict[int, list[int]] = {}
    for at, code in MET.items():
        days.setdefault(code, []).append(at)
    found = [0] * DAYS
    for code, (before, after) in days.items():
        if any(one[before] is not None for one in family):
            found[before] = found[after] = code
    return found


class _Nan:
    def __eq__(self, other: object) -> bool:
        return isinstance(other, float) and np.isnan(other)

    __hash__ = None  # type: ignore[assignment]


ANY_NAN = _Nan()
