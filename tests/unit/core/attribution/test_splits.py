"""The exact splits: what each slice, the mix and each step of a funnel gave to a change."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from core.attribution.funnel import funnel
from core.attribution.ratio import split


def arrays(*columns):
    return [np.array(column, dtype=float) for column in columns]


def test_both_channels_rose_and_the_whole_fell_since_the_mix_shifted():
    parts = split(*arrays([500, 20], [10_000, 2_000], [204, 132], [4_000, 12_000]))
    exact = np.array([[13 / 24000, 11 / 24000], [-77 / 7200, -91 / 7200]])
    assert np.allclose([parts.rate, parts.mix], exact, rtol=0, atol=1e-9)
    assert parts.before == pytest.approx(520 / 12_000, abs=1e-12)
    assert parts.now == pytest.approx(0.021, abs=1e-12)
    assert parts.rate.sum() + parts.mix.sum() == pytest.approx(parts.change, abs=1e-12)
    assert (parts.rate > 0).all()
    assert parts.is_mix


def test_a_slice_that_came_or_went_is_mix_and_loses_nothing():
    parts = split(*arrays([50, 10, 0], [1000, 100, 0], [60, 0, 30], [1000, 0, 200]))
    assert parts.rate[1] == pytest.approx(0, abs=1e-15)
    assert parts.rate[2] == pytest.approx(0, abs=1e-15)
    assert (parts.rate + parts.mix).sum() == pytest.approx(parts.change, abs=1e-15)


def test_revenue_without_any_spend_is_counted_all_the_same():
    parts = split(*arrays([50, 10], [100, 0], [50, 30], [100, 0]))
    assert parts.change == pytest.approx(0.2)
    assert parts.rate.sum() == pytest.approx(0.2)
    assert parts.mix.sum() == 0


def test_nothing_to_divide_by_is_no_ratio():
    assert split(*arrays([1], [0], [1], [2])) is None
    assert split(*arrays([1], [2], [1], [0])) is None


def test_the_landing_page_is_what_broke():
    steps = funnel([1_000_000, 0.02, 0.03, 200], [950_000, 0.021, 0.018, 205])
    before, now = Decimal(120_000), Decimal("73615.5")
    mean = (now - before) / (now.ln() - before.ln())
    pairs = (("1000000", "950000"), ("0.02", "0.021"), ("0.03", "0.018"), ("200", "205"))
    exact = [float(mean * (Decimal(new) / Decimal(old)).ln()) for old, new in pairs]
    assert [round(part, 2) for part in exact] == [-4869.09, 4631.48, -48490.87, 2343.98]
    assert [step.change for step in steps] == pytest.approx(exact, abs=1e-9)
    assert sum(step.change for step in steps) == pytest.approx(-46_384.5, abs=1e-8)
    assert steps[2].share == pytest.approx(1.0454, abs=1e-4)


def test_a_step_that_fell_to_nothing_takes_the_whole_loss():
    steps = funnel([1000, 0.1, 0.5], [900, 0.1, 0.0])
    assert [step.change for step in steps] == [0.0, 0.0, -50.0]
    assert [step.change for step in funnel([10, 0.0], [20, 0.0])] == [0.0, 0.0]
    assert [step.share for step in funnel([10, 0.5], [10, 0.5])] == [None, None]


def test_a_factor_below_zero_is_refused():
    with pytest.raises(ValueError, match="below zero"):
        funnel([1, -2], [1, 2])
