"""A series of a few days, told by what it borrows: the last campaign, its siblings, the plan."""

from datetime import date, timedelta

import numpy as np
import pytest

from core.calendar.events import Event
from core.calendar.grain import Grain
from core.cube.cube import Cube
from core.labels import Labels
from core.metrics.metric import How
from core.metrics.target import Planned
from core.rules.detect import LINE
from core.rules.finding import Lender, Lent
from core.rules.sides import Sides
from core.rules.sudden import lent, scores
from core.text import Text
from tests.shop import JUNE_18, a_catalog

LENGTH = 426
TODAY = JUNE_18.start.date()
FIRST = date(2026, 6, 16)  # of this campaign, whose third day is today
SUMMER = Event(
    "summer",
    Text.same("summer"),
    days={2025: (date(2025, 6, 16), date(2025, 6, 30)), 2026: (FIRST, FIRST + timedelta(14))},
)
RAMP = [2000, 4100, 8000, 7800, 7900, 8200, 8100, 7700, 8000, 8050, 7950, 8100, 7900, 8000, 7900]


def told(rows, *, days=(SUMMER,), planned=(), at=-1):
    """Return what is expected of each slice's last day, and how strange that day is."""
    _, found = walked(rows, days, planned)
    return found.expected[:, at], found.score[:, at]


def by_whom(rows, *, days=(SUMMER,), planned=()):
    """Return by whom each slice's last day was judged."""
    sides, _ = walked(rows, days, planned)
    return [lent("visits", sides, row, -1 % LENGTH) for row in range(len(rows))]


def walked(rows, days, planned):
    values = np.full((len(rows), LENGTH), np.nan)
    for row, each in enumerate(rows):
        for day, value in each.items():
            values[row, LENGTH - 1 - (TODAY - day).days] = value
    labels = tuple(Labels.of({"channel": f"c{row}"}) for row in range(len(rows)))
    periods = range(JUNE_18.index - LENGTH + 1, JUNE_18.index + 1)
    cube = Cube(("channel",), labels, Grain.DAY, periods, {"visits": values}, {"visits": How.SUM})
    sides = Sides.of(cube, a_catalog(planned=planned), periods, {each.code: each for each in days})
    return sides, scores("visits", sides)


def run(first, values):
    return {first + timedelta(place): value for place, value in enumerate(values)}


def steady(level, days=LENGTH):
    dice = np.random.default_rng(7)
    return {TODAY - timedelta(back): round(level * (1 + 0.03 * dice.standard_normal())) for back in range(days)}


LAST = run(date(2025, 6, 16), RAMP)


def test_day_3_is_held_against_day_3_of_the_last_campaign_at_the_level_of_this_one():
    (expected,), (score,) = told([LAST | run(FIRST, [1000, 2040, 4100])])
    assert expected == pytest.approx(4000, rel=0.02)
    assert score < LINE


def test_a_channel_that_fails_on_day_3_is_told_with_nobody_beside_it():
    (expected,), (score,) = told([LAST | run(FIRST, [1000, 2040, 1200])])
    assert (expected, score > LINE) == (pytest.approx(4000, rel=0.02), True)


def test_a_ramp_that_the_last_campaign_had_too_is_none_although_siblings_stand_still():
    elders = [steady(5000), steady(9000)]
    _, score = told([*elders, LAST | run(FIRST, [1000, 2040, 4100])])
    assert score[-1] < LINE
    _, without_last = told([*elders, run(FIRST, [1000, 2040, 4100])], days=())
    assert without_last[-1] > LINE
    _, failed = told([*elders, LAST | run(FIRST, [1000, 2040, 1200])])
    assert failed[-1] > LINE


def test_a_small_channel_is_not_sudden_by_luck_alone():
    _, (score,) = told([run(date(2025, 6, 16), [each // 500 for each in RAMP]) | run(FIRST, [4, 9, 8])])
    assert score < LINE


@pytest.mark.parametrize(
    "ours",
    [
        run(FIRST, [1000, 2040, 1200]),  # its first campaign
        run(date(2025, 6, 16), [2000, 4100, 8000]) | run(FIRST, [1000, 2040, 1200]),  # too short to know its noise by
        LAST | run(FIRST + timedelta(1), [2040, 1200]),  # the second day
    ],
)
def test_who_has_nothing_to_borrow_waits(ours):
    assert np.isnan(told([ours])[1]).all()


WERE = [run(date(2025, 6, 16), [value * size for value in RAMP]) for size in (1, 2, 5)]


@pytest.mark.parametrize(("third", "is_sudden"), [(4100, False), (1200, True)])
def test_a_channel_that_only_its_siblings_were_in_the_last_campaign_is_held_against_how_it_went_for_them(
    third, is_sudden
):
    new = run(FIRST, [1000, 2040, third])
    *_, expected = told([*WERE, new])[0]
    *_, score = told([*WERE, new])[1]
    assert expected == pytest.approx(4000, rel=0.02)
    assert (score > LINE) == is_sudden
    assert by_whom([*WERE, new])[-1] == Lent(Lender.SIBLINGS_THEN, "summer", 3, 2025)
    assert np.isnan(told([*WERE[:2], new])[1][-1])  # two are no kind


def test_it_is_said_by_whom_a_young_series_was_judged():
    assert by_whom([LAST | run(FIRST, [1000, 2040, 4100])]) == [Lent(Lender.LAST_TIME, "summer", 3, 2025)]
    assert by_whom([steady(5000), run(FIRST, [1000, 2040, 4100])], days=()) == [None, Lent(Lender.SIBLINGS)]
    plan = planned_days(2500, 5000, 10_000)
    assert by_whom(FOUR, days=(), planned=plan) == [Lent(Lender.PLAN)] * 3


def planned_days(*values):
    return [
        Planned("visits", Labels(), value, FIRST + timedelta(place), FIRST + timedelta(place))
        for place, value in enumerate(values)
    ]


FOUR = [run(FIRST, [1000 * size, 2000 * size + 13 * size, 4010 * size]) for size in (1, 2, 3)]


def test_channels_that_are_all_new_are_held_against_their_plan():
    plan = planned_days(2500, 5000, 10_000)
    expected, score = told([*FOUR, run(FIRST, [4000, 8100, 2000])], days=(), planned=plan)
    assert expected == pytest.approx([4000, 8000, 12_000, 16_000], rel=0.03)
    assert list(score > LINE) == [False, False, False, True]
    assert np.isnan(told([*FOUR, run(FIRST, [4000, 8100, 2000])], days=())[1]).all()


def test_a_plan_that_nobody_follows_says_nothing_sudden():
    _, score = told([*FOUR, run(FIRST, [4000, 8100, 16_100])], days=(), planned=planned_days(5000, 5000, 5000))
    assert (score < LINE).all()


def test_what_was_told_on_the_day_is_told_by_a_longer_look_back():
    """A backtest sees the days after, in which the channel has long come to know itself."""
    rows = [steady(5000), steady(9000), run(TODAY - timedelta(19), [900, 910, 300, *[900] * 17])]
    then = TODAY - timedelta(17)
    on_the_day = [{day: value for day, value in each.items() if day <= then} for each in rows]
    _, late = told(rows, days=(), at=-18)
    _, early = told(on_the_day, days=(), at=-18)
    assert late[-1] == pytest.approx(early[-1])
    assert late[-1] > LINE
