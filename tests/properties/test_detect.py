"""The detector knows no future, whatever it is fed."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.rules import detect as detecting
from core.rules.detect import Borrowed, detect, detect_and_lend
from core.rules.second_opinion import both_opinions

CELLS = st.one_of(st.floats(-1e9, 1e9), st.integers(0, 9).map(float), st.just(float("nan")))
SERIES = arrays(np.float64, st.tuples(st.integers(1, 3), st.integers(20, 50)), elements=CELLS)


@given(SERIES, SERIES, st.integers(1, 5), st.integers(0, 50), st.booleans())
@settings(deadline=None)
def test_another_future_never_changes_a_past_score(past, future, season, cut, is_lent):
    cut = min(cut, past.shape[1])
    other = past.copy()
    rest = min(past.shape[1] - cut, future.shape[1])
    other[:, cut : cut + rest] = future[:1, :rest]
    borrowed = Borrowed(np.full(len(past), 0.1), np.zeros((len(past), season))) if is_lent else None
    one, two = (detect(values, season, borrowed=borrowed) for values in (past, other))
    for name in ("expected", "low", "high", "score", "shift"):
        np.testing.assert_array_equal(getattr(one, name)[:, :cut], getattr(two, name)[:, :cut])


@given(SERIES, st.integers(1, 5), st.integers(1, 3))
@settings(deadline=None)
def test_whatever_is_said_is_a_number_or_unknown(values, season, every):
    events = np.where(np.arange(values.shape[1]) % 9 < every, np.arange(values.shape[1]) % 9 + 1, 0)
    lent = detect_and_lend(values, season, {values.shape[1] - 1})[1][values.shape[1] - 1]
    scores = detect(values, season, events=events, borrowed=lent)
    for array in (scores.expected, scores.low, scores.high, scores.score):
        assert not np.isinf(array).any()
    known = ~np.isnan(scores.score)
    assert (scores.score[known] >= 0).all()
    assert (scores.score[known] <= detecting.HIGHEST).all()
    assert (scores.low[known] <= scores.high[known]).all()
    assert np.isnan(scores.score[np.isnan(values)]).all()


@given(st.integers(0, 2**32 - 1), st.integers(24, 48), st.integers(1, 600), st.sampled_from((0.0, 0.05, 1.0)))
@settings(deadline=None, max_examples=40)
def test_a_second_opinion_knows_no_future_and_not_even_whether_there_is_one(seed, season, cut, holes):
    dice = np.random.default_rng(seed)
    past, other = np.exp(np.cumsum(dice.standard_t(3, (2, 600)) * 0.1, axis=1))
    past[dice.random(600) < holes] = np.nan
    other[:cut] = past[:cut]
    whole = opinions(past, season)
    np.testing.assert_array_equal(whole[:cut], opinions(other, season)[:cut])
    np.testing.assert_array_equal(whole[:cut], opinions(past[:cut], season))
    known = ~np.isnan(whole)
    assert ((whole[known] >= 0) & (whole[known] <= detecting.HIGHEST)).all()
    assert not known[np.isnan(past)].any()


def opinions(values, season):
    return both_opinions(values, season, detect(values[None], season).score[0])
