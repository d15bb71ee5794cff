"""Whatever the data, the parts add up to the change, and a search accounts for all of it."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.attribution.attribute import MEASURES, Kind, attribute
from core.attribution.funnel import funnel
from core.attribution.leaves import Leaves
from core.attribution.ratio import split

amounts = st.one_of(st.just(0.0), st.floats(1e-3, 1e6), st.integers(0, 1000).map(float))


@given(st.lists(st.tuples(amounts, amounts, amounts, amounts), min_size=1, max_size=12))
def test_rate_and_mix_add_up_to_the_change_with_any_side_missing(rows):
    parts = split(*np.array(rows).T)
    if parts is None:
        assert not any(row[1] for row in rows) or not any(row[3] for row in rows)
        return
    total = float((parts.rate + parts.mix).sum())
    size = float((abs(parts.rate) + abs(parts.mix)).sum()) + abs(parts.before) + abs(parts.now)
    assert abs(total - parts.change) <= 1e-9 * max(size, 1e-9)


@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=6))
def test_the_steps_of_a_funnel_add_up_to_its_change(factors):
    before, now = zip(*factors, strict=True)
    steps = funnel(before, now)
    change = math.prod(now) - math.prod(before)
    assert math.isclose(math.fsum(step.change for step in steps), change, rel_tol=1e-6, abs_tol=1e-6)


@settings(max_examples=60)
@given(
    st.sampled_from(list(Kind)),
    st.integers(2, 6),
    st.integers(2, 5),
    st.booleans(),
    st.integers(0, 2**32),
)
def test_causes_the_mix_and_what_is_unexplained_are_the_whole_change(kind, first, second, is_compressed, seed):
    rng = np.random.default_rng(seed)
    codes = np.indices((first, second)).reshape(2, -1)
    count = codes.shape[1]
    measures = {
        name: rng.integers(0, 200, count) * (rng.random(count) > 0.2) * rng.choice([1.0, 0.1])
        for name in MEASURES[kind]
    }
    names = [[str(at) for at in range(card)] for card in (first, second)]
    most = 1 if is_compressed else 4_000_000
    leaves = Leaves.of(["a", "b"], names, list(codes), measures, most_cells=most)
    found = attribute(leaves, kind)
    for cause in found.causes:
        assert 0 <= cause.purity <= 1
        assert abs(cause.delta) <= 2 + 1e-9
    if found.change and found.unexplained is not None and abs(found.change) > 1e-6:
        mix = (found.mix or 0.0) / found.change
        told = math.fsum(cause.contribution for cause in found.causes)
        assert math.isclose(told + mix + found.unexplained, 1, rel_tol=1e-9, abs_tol=1e-9)


@settings(max_examples=30)
@given(st.integers(0, 2**32))
def test_dense_and_compressed_tables_tell_the_same(seed):
    rng = np.random.default_rng(seed)
    cards = rng.integers(2, 7, 3)
    codes = np.indices(tuple(cards)).reshape(3, -1)
    expected = rng.uniform(10, 100, codes.shape[1])
    actual = expected * np.where(codes[0] == 1, 0.4, 1) * rng.normal(1, 0.02, codes.shape[1])
    names = [[str(at) for at in range(card)] for card in cards]
    measures = {"actual": actual, "expected": expected}
    found = [
        attribute(Leaves.of("abc", names, list(codes), measures, most_cells=most), Kind.SUM).causes
        for most in (1, 4_000_000)
    ]
    assert [cause.slice for cause in found[0]] == [cause.slice for cause in found[1]]
