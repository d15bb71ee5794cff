"""Where no verdict may be given, because the facts have not come."""

from core.quality.trust import LOOK_BACK, judge, judge_all
from tests.shop import JUNE_18, a_cube


def test_a_day_without_any_fact_is_late() -> None:
    cube = a_cube({"spend": {"a": [1, 2, None], "b": [1, None, None]}, "clicks": {"a": [1, 2, None], "b": [None] * 3}})
    trust = judge(cube, JUNE_18)
    assert trust.is_late(JUNE_18)
    assert trust.is_doubtful
    assert trust.unknown.tolist() == [[True], [True]]
    before = judge(cube, JUNE_18.shift(-1))
    assert not before.is_late(JUNE_18.shift(-1))
    assert not before.is_doubtful


def test_a_period_beyond_the_cube_is_late() -> None:
    assert judge(a_cube({"spend": [1]}), JUNE_18.shift(1)).is_late(JUNE_18.shift(1))


def test_a_slice_that_usually_has_facts_and_has_none_is_silent() -> None:
    half, less = [None] * 14 + [1] * 14, [None] * 15 + [1] * 13
    cube = a_cube({"spend": {"half": [*half, None], "less": [*less, None], "all": [1] * 29}})
    assert judge(cube, JUNE_18).silent.tolist() == [[True], [False], [False]]


def test_every_day_is_judged_in_the_light_of_those_before_it() -> None:
    silent = [1] * LOOK_BACK + [None] * 20
    cube = a_cube({"spend": {"a": silent, "b": [1] * 48}})
    asked = range(JUNE_18.index - 19, JUNE_18.index + 1)
    trust = judge_all(cube, asked)
    # After fourteen silent days silence is what is usual.
    assert trust.silent[0].tolist() == [True] * 15 + [False] * 5
    for column, index in enumerate(asked):
        alone = judge(cube, JUNE_18.shift(index - JUNE_18.index))
        assert alone.unknown[:, 0].tolist() == trust.unknown[:, column].tolist()
