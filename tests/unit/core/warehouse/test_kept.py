"""Cubes that are kept: what is held, what moves along, and what was handed out stays."""

import numpy as np

from core.labels import Labels
from core.warehouse.kept import Kept

SLICES = (Labels.of({"channel": "a"}), Labels.of({"channel": "b"}))


def asked(kept: Kept, periods: range) -> dict[str, object]:
    """Ask as the warehouse does; each period's value is its number."""
    for lacking in kept.lacking(periods):
        rows = kept.opened(lacking)["spend"]
        rows[:] = np.array(lacking, float)[:, None]
    return kept.show(periods)


def test_a_house_that_runs_for_years_keeps_what_its_rules_look_back_on():
    kept = Kept(SLICES, ["spend"])
    for day in range(28, 1000):
        shown = asked(kept, range(day - 28, day + 1))
        assert shown["spend"][0].tolist() == list(range(day - 28, day + 1))
    assert len(kept.held) <= 45
    assert kept.size <= 60 * 8 * len(SLICES)


def test_two_questions_that_take_turns_both_keep_their_periods():
    kept = Kept(SLICES, ["spend"])
    for day in range(100, 130):
        asked(kept, range(day - 90, day + 1))
        for lacking in kept.lacking(range(day - 5, day + 1)):
            raise AssertionError(lacking)
        assert not list(kept.lacking(range(day - 90, day + 1)))


def test_what_was_handed_out_stays_when_its_period_is_told_anew():
    kept = Kept(SLICES, ["spend"])
    shown = asked(kept, range(10))["spend"]
    kept.mark(range(3, 4))
    assert list(kept.lacking(range(10))) == [range(3, 4)]
    kept.opened(range(3, 4))["spend"][:] = 99
    assert shown[0].tolist() == list(range(10))
    assert kept.show(range(10))["spend"][0].tolist() == [0, 1, 2, 99, 4, 5, 6, 7, 8, 9]


def test_a_stale_period_that_nobody_asks_for_any_more_is_forgotten_with_it():
    kept = Kept(SLICES, ["spend"])
    asked(kept, range(10))
    kept.mark(range(1))
    for day in range(10, 40):
        asked(kept, range(day - 5, day + 1))
    assert kept.held.start > 0
    assert asked(kept, range(3))["spend"][0].tolist() == [0, 1, 2]
