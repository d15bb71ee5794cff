"""So many in a while, and not one more; then exactly as long as it takes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.chat.pace import Pace, Rate


def test_a_pace_lets_so_many_through_and_says_when_the_next_may_come():
    now = [0.0]
    pace = Pace((Rate(2, 60),), lambda: now[0])
    assert [pace.take(), pace.take(), pace.take()] == [0, 0, 60]
    now[0] = 59
    assert pace.take() == 1
    now[0] = 60
    assert pace.take() == 0


def test_two_rates_hold_at_once():
    now = [0.0]
    pace = Pace((Rate(3, 60), Rate(1, 1)), lambda: now[0])
    assert pace.take() == 0
    assert pace.take() == 1
    for second in (1, 2):
        now[0] = second
        assert pace.take() == 0
    now[0] = 3
    assert pace.take() == 57


@given(st.lists(st.floats(0, 30), max_size=60))
def test_no_minute_ever_holds_more_than_twenty(steps):
    now, said = [0.0], []
    pace = Pace((Rate(20, 60),), lambda: now[0])
    for step in steps:
        now[0] += step
        if pace.take() == 0:
            said.append(now[0])
    assert all(sum(at - 60 < other <= at for other in said) <= 20 for at in said)
