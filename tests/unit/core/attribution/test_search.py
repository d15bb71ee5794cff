"""What the search names, and what it keeps silent about."""

from __future__ import annotations

import numpy as np
import pytest

from core.attribution.attribute import Kind, attribute
from core.attribution.leaves import Leaves

CARDS = (6, 8, 5)


def table(actual, expected, cards=CARDS):
    codes = np.indices(cards).reshape(len(cards), -1)
    names = [[str(at) for at in range(card)] for card in cards]
    return Leaves.of("abc"[: len(cards)], names, list(codes), {"actual": actual, "expected": expected})


def noisy(cards=CARDS, seed=0, level=0.05):
    rng = np.random.default_rng(seed)
    codes = np.indices(cards).reshape(len(cards), -1)
    expected = rng.lognormal(4, 1, codes.shape[1])
    return codes, expected * np.clip(rng.normal(1, level, len(expected)), 0, None), expected


def slices(found):
    return [dict(cause.slice) for cause in found.causes]


def test_a_slice_is_named_at_the_depth_at_which_it_broke():
    codes, actual, expected = noisy()
    actual[(codes[0] == 2) & (codes[1] == 5)] *= 0.3
    found = attribute(table(actual, expected), Kind.SUM)
    assert slices(found) == [{"a": "2", "b": "5"}]
    (cause,) = found.causes
    assert cause.delta == pytest.approx(2 * (0.3 - 1) / (0.3 + 1), abs=0.1)
    assert cause.purity > 0.95
    assert cause.now < 0.4 * cause.before


def test_a_parent_is_named_when_it_broke_as_a_whole():
    codes, actual, expected = noisy(seed=1)
    actual[codes[1] == 3] *= 0.6
    assert slices(attribute(table(actual, expected), Kind.SUM)) == [{"b": "3"}]


def test_three_of_five_children_are_named_and_not_their_parent():
    codes, actual, expected = noisy(seed=2)
    for child in (0, 1, 4):
        actual[(codes[0] == 1) & (codes[2] == child)] *= 0.4
    found = slices(attribute(table(actual, expected), Kind.SUM))
    assert sorted(found, key=str) == [{"a": "1", "c": str(child)} for child in (0, 1, 4)]


def test_causes_of_both_signs_are_told_the_way_of_the_whole_first():
    codes, actual, expected = noisy(seed=3)
    actual[codes[0] == 1] *= 0.4
    actual[codes[1] == 2] *= 1.5
    found = attribute(table(actual, expected), Kind.SUM)
    down, up = {"a": "1"}, {"b": "2"}
    assert slices(found) == ([down, up] if found.change < 0 else [up, down])


def test_noise_alone_names_nobody():
    for seed in range(20):
        _, actual, expected = noisy(seed=seed, level=0.3)
        assert attribute(table(actual, expected), Kind.SUM).causes == ()


def test_heavy_tails_make_less_than_one_cause_a_table():
    codes = np.indices(CARDS).reshape(3, -1)
    named = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        expected = rng.lognormal(4, 1, codes.shape[1])
        actual = expected * np.exp(0.1 * rng.standard_t(3, len(expected)))
        named += len(attribute(table(actual, expected), Kind.SUM).causes)
    assert named < 40


def test_what_fell_everywhere_is_no_slices_fault():
    _, actual, expected = noisy(seed=6)
    found = attribute(table(actual * 0.8, expected), Kind.SUM)
    assert found.causes == ()
    assert found.everywhere == pytest.approx(-0.2, abs=0.03)


def test_a_slice_that_fell_further_than_all_is_still_named():
    codes, actual, expected = noisy(seed=7)
    actual *= 0.8
    actual[codes[0] == 4] *= 0.3
    assert slices(attribute(table(actual, expected), Kind.SUM)) == [{"a": "4"}]


def test_the_same_leaves_under_two_names_are_told_so():
    codes, actual, expected = noisy(seed=8)
    only = (codes[0] == 2) == (codes[2] == 4)  # a=2 sells c=4 alone, and nobody else does
    actual, expected = actual * only, expected * only
    actual[codes[0] == 2] *= 0.3
    (cause,) = attribute(table(actual, expected), Kind.SUM).causes
    names = [dict(cause.slice), *map(dict, cause.equivalent_to)]
    assert {"a": "2"} in names
    assert {"c": "4"} in names


def test_a_slice_that_is_new_or_gone_is_named():
    codes, actual, expected = noisy(seed=9)
    actual[codes[1] == 7] = 0.0
    assert slices(attribute(table(actual, expected), Kind.SUM)) == [{"b": "7"}]
    expected[codes[1] == 7] = 0.0
    actual[codes[1] == 7] = 500.0
    assert slices(attribute(table(actual, expected), Kind.SUM)) == [{"b": "7"}]


def test_what_may_be_below_zero_is_split_and_not_searched():
    found = attribute(table(np.array([-5.0, 1.0]), np.array([5.0, 1.0]), (2,)), Kind.SUM)
    assert found.causes == ()
    assert found.unexplained == 1


def rates(num, den, base_num, base_den, cards):
    codes = np.indices(cards).reshape(len(cards), -1)
    names = [[str(at) for at in range(card)] for card in cards]
    measures = {"num": num, "den": den, "base_num": base_num, "base_den": base_den}
    return Leaves.of("abc"[: len(cards)], names, list(codes), {k: np.asarray(v, float) for k, v in measures.items()})


@pytest.mark.parametrize("kind", [Kind.RATIO, Kind.RATE])
def test_a_shift_of_the_mix_breaks_no_slice(kind):
    found = attribute(rates([204, 132], [4000, 12_000], [500, 20], [10_000, 2_000], (2,)), kind)
    assert found.causes == ()
    assert found.is_mix
    assert found.shift.against
    assert dict(found.shift.slice) == {"a": "1"}
    assert found.mix + found.rate == pytest.approx(found.change)


def test_a_bounce_rate_that_jumped_in_one_slice_is_found_among_small_ones():
    rng = np.random.default_rng(11)
    codes = np.indices(CARDS).reshape(3, -1)
    den = rng.integers(20, 400, codes.shape[1])
    usual = np.full(len(den), 0.1)
    now = np.where((codes[0] == 3) & (codes[2] == 1), 0.35, usual)
    base_num, num = rng.binomial(den * 7, usual), rng.binomial(den, now)
    found = attribute(rates(num, den, base_num, den * 7, CARDS), Kind.RATE)
    assert slices(found) == [{"a": "3", "c": "1"}]
    assert found.causes[0].now == pytest.approx(0.35, abs=0.06)


def test_a_rate_that_rose_everywhere_alike_is_no_slices_fault():
    rng = np.random.default_rng(12)
    den = np.full(int(np.prod(CARDS)), 400)
    found = attribute(rates(rng.binomial(den, 0.15), den, rng.binomial(den, 0.1), den, CARDS), Kind.RATE)
    assert found.causes == ()
    assert found.everywhere == pytest.approx(0.5, abs=0.1)


def test_a_budget_that_grew_harms_no_return():
    rng = np.random.default_rng(13)
    codes = np.indices(CARDS).reshape(3, -1)
    spend = rng.lognormal(5, 0.5, codes.shape[1])
    now = spend * np.where(codes[0] == 1, 5, 1)
    noise = rng.normal(1, 0.05, (2, len(spend)))
    found = attribute(rates(3 * now * noise[0], now, 3 * spend * noise[1], spend, CARDS), Kind.RATIO)
    assert found.causes == ()


def test_nothing_to_divide_by_is_told_as_nothing():
    found = attribute(rates([1, 2], [0, 0], [1, 1], [5, 5], (2,)), Kind.RATIO)
    assert found.before is None
    assert found.causes == ()
