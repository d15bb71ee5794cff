"""Adding a cube up, cutting it, and topping it up with newer periods."""

from datetime import date

import numpy as np
import pytest

from core.calendar.grain import Grain, Period
from core.cube.cube import Cube
from core.errors import Problem
from core.labels import Labels, Matcher, all_match
from core.metrics.metric import How
from tests.shop import JUNE_18, a_cube

NAN = np.nan


def two_by_two(how: How = How.SUM) -> Cube:
    slices = tuple(
        Labels.of({"channel": channel, "region": region})
        for channel, region in (("wechat", "east"), ("wechat", "west"), ("douyin", "east"))
    )
    days = range(JUNE_18.index - 1, JUNE_18.index + 1)
    spend = np.array([[1.0, NAN], [2.0, NAN], [NAN, 5.0]])
    return Cube(("channel", "region"), slices, Grain.DAY, days, {"spend": spend}, {"spend": how})


def test_rolling_up_adds_slices_and_knows_nothing_from_nothing() -> None:
    rolled = two_by_two().roll_up(["channel"])
    assert rolled.slices == (Labels.of({"channel": "wechat"}), Labels.of({"channel": "douyin"}))
    np.testing.assert_array_equal(rolled.measures["spend"], [[3.0, NAN], [NAN, 5.0]])
    whole = rolled.roll_up([])
    assert whole.slices == (Labels(),)
    np.testing.assert_array_equal(whole.measures["spend"], [[3.0, 5.0]])


def test_a_cube_rolled_up_to_its_own_dimensions_is_itself() -> None:
    cube = two_by_two(How.DISTINCT)
    assert cube.roll_up(["region", "channel", "other"]) is cube


@pytest.mark.parametrize("add", [lambda c: c.roll_up([]), lambda c: c.total(), lambda c: c.coarser(Grain.WEEK)])
def test_a_distinct_count_is_never_added_up(add) -> None:
    with pytest.raises(Problem) as caught:
        add(two_by_two(How.DISTINCT))
    assert (caught.value.code, caught.value.facts) == ("cube-distinct-added", {"measure": "spend"})


def test_days_are_added_up_to_weeks() -> None:
    monday = Period.holding(date(2026, 6, 15), Grain.DAY)
    cube = a_cube({"spend": [1, 2, None, 4, None, None, None, 7, 8]}, last=monday.shift(8))
    weeks = cube.coarser(Grain.WEEK)
    first = Period.holding(date(2026, 6, 15), Grain.WEEK).index
    assert (weeks.grain, weeks.periods) == (Grain.WEEK, range(first, first + 2))
    np.testing.assert_array_equal(weeks.measures["spend"], [[7.0, 15.0]])
    assert cube.coarser(Grain.DAY) is cube


def test_a_level_is_the_last_one_over_time_and_the_sum_over_slices() -> None:
    cube = a_cube({"followers": {"a": [10, 11, None], "b": [5, 6, 7]}}, hows={"followers": How.LAST})
    total = cube.total()
    assert (total.grain, total.periods) == (None, range(1))
    np.testing.assert_array_equal(total.measures["followers"], [[11.0], [7.0]])
    np.testing.assert_array_equal(total.roll_up([]).measures["followers"], [[18.0]])
    assert total.total() is total


@pytest.mark.parametrize("held", [two_by_two(), two_by_two().total()])
def test_nothing_is_made_finer_than_it_came(held: Cube) -> None:
    with pytest.raises(Problem) as caught:
        held.coarser(Grain.HOUR)
    assert caught.value.code == "cube-grain-too-fine"


def test_periods_outside_of_a_cube_have_no_value() -> None:
    cube = a_cube({"spend": [1, 2, 3]})
    wider = cube.at(range(JUNE_18.index - 1, JUNE_18.index + 2))
    np.testing.assert_array_equal(wider.measures["spend"], [[2.0, 3.0, NAN]])
    inside = cube.at(range(JUNE_18.index - 1, JUNE_18.index + 1))
    np.testing.assert_array_equal(inside.measures["spend"], [[2.0, 3.0]])
    assert cube.at(range(5, 5)).measures["spend"].shape == (1, 0)


def test_only_the_slices_that_match_are_kept() -> None:
    cube = two_by_two().where([Matcher("channel", ("we*",)), Matcher("region", ("east",), negated=True)])
    assert cube.slices == (Labels.of({"channel": "wechat", "region": "west"}),)
    assert cube.slice_index == {cube.slices[0]: 0}
    np.testing.assert_array_equal(cube.measures["spend"], [[2.0, NAN]])


def test_an_empty_cube_adds_up_to_nothing() -> None:
    empty = Cube((), (), Grain.DAY, range(0), {"spend": np.empty((0, 0))}, {"spend": How.SUM})
    assert empty.coarser(Grain.WEEK).periods == range(0)
    assert empty.total().measures["spend"].shape == (0, 1)


@pytest.mark.parametrize("negated", [False, True])
@pytest.mark.parametrize("values", [("wechat",), ("we*",), ("wechat", "douyin"), ("nobody",), ("*", "nobody"), ()])
@pytest.mark.parametrize("dimension", ["channel", "region", "shop"])
def test_slices_match_as_each_of_them_does(dimension: str, values: tuple[str, ...], *, negated: bool) -> None:
    cube, matchers = two_by_two(), (Matcher(dimension, values, negated), Matcher("region", ("east",)))
    for asked in (matchers, matchers[:1]):
        assert cube.matching(asked).tolist() == [all_match(asked, labels) for labels in cube.slices]
