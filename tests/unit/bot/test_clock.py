from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.clock import PacedClock, SystemClock

START = datetime(2026, 6, 1, tzinfo=UTC)


class Ticks:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_a_paced_clock_lives_an_hour_in_a_second():
    ticks = Ticks()
    clock = PacedClock(START, 3600.0, ticks)

    ticks.seconds += 2

    assert clock.now() == START + timedelta(hours=2)
    assert clock.seconds_until(START + timedelta(hours=5)) == 3.0


def test_a_moment_that_has_passed_is_no_seconds_away():
    clock = PacedClock(START, 60.0, Ticks())

    assert clock.seconds_until(START - timedelta(days=1)) == 0.0


def test_a_paced_clock_keeps_its_time_when_its_pace_changes():
    ticks = Ticks()
    clock = PacedClock(START, 3600.0, ticks)
    ticks.seconds += 1

    clock.set_pace(0.0)
    ticks.seconds += 50

    assert clock.now() == START + timedelta(hours=1)
    assert clock.seconds_until(START + timedelta(hours=2)) == 3600.0


def test_a_paced_clock_jumps_forward_and_never_back():
    clock = PacedClock(START, 1.0, Ticks())

    clock.jump(START + timedelta(days=2))
    clock.jump(START)

    assert clock.now() == START + timedelta(days=2)


def test_the_system_clock_is_aware_and_counts_down():
    clock = SystemClock()

    assert clock.now().tzinfo is UTC
    assert 9.0 < clock.seconds_until(clock.now() + timedelta(seconds=10)) <= 10.0
