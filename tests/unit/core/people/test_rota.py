"""Who is on duty: turns by day and by week, over handovers, swaps, and nights on which the clocks change."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from core.people.rota import Override, Rota, Turn
from core.text import Text

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 6, 1)


def a_rota(**more):
    facts = {"people": ("ann", "ben", "cho"), "first": MONDAY, "zone": SHANGHAI} | more
    return Rota("r", Text.same("r"), **facts)


def at(written, zone=SHANGHAI):
    return datetime.fromisoformat(written).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "line"),
    [
        ("2026-06-01T08:59", ("cho", "ann", "ben")),
        ("2026-06-01T09:00", ("ann", "ben", "cho")),
        ("2026-06-08T08:59", ("ann", "ben", "cho")),
        ("2026-06-08T09:00", ("ben", "cho", "ann")),
        ("2026-06-22T12:00", ("ann", "ben", "cho")),
    ],
)
def test_a_week_is_handed_over_at_the_hour_of_the_handover(moment, line):
    assert a_rota().line(at(moment)) == line


def test_a_turn_of_days_goes_round_every_day():
    rota = a_rota(turn=Turn.DAY, handover=time(0))
    assert [rota.on(date(2026, 6, day)) for day in (1, 2, 3, 4)] == ["ann", "ben", "cho", "ann"]


def test_a_rota_of_weekends_is_off_in_the_week_and_skips_nobody_over_it():
    rota = a_rota(turn=Turn.DAY, days=(5, 6), first=date(2026, 6, 6), handover=time(0))
    assert rota.line(at("2026-06-05T12:00")) == ()
    weekends = [date(2026, 6, day) for day in (6, 7, 13, 14)]
    assert [rota.on(day) for day in weekends] == ["ann", "ben", "cho", "ann"]


@pytest.mark.parametrize(("clock", "is_on"), [("20:59", False), ("21:00", True), ("03:00", True), ("09:00", False)])
def test_a_rota_of_nights_is_on_over_midnight(clock, is_on):
    rota = a_rota(hours=(time(21), time(9)), handover=time(21))
    assert rota.is_on(at(f"2026-06-03T{clock}")) is is_on


def test_an_override_is_somebody_elses_shift_and_the_last_one_written_counts():
    day = date(2026, 6, 3)
    rota = a_rota(overrides=(Override(day, day, "ben"), Override(day, day, "dan")))
    assert rota.line(at("2026-06-03T12:00")) == ("dan", "ann", "ben", "cho")
    assert rota.line(at("2026-06-04T08:00"))[0] == "dan", "until the handover it is still that day's shift"
    assert rota.line(at("2026-06-04T09:00"))[0] == "ann"


def test_two_days_that_are_swapped_change_their_people():
    one, other = date(2026, 6, 1), date(2026, 6, 2)
    rota = a_rota(turn=Turn.DAY, swaps=((one, other),))
    assert (rota.on(one), rota.on(other), rota.on(date(2026, 6, 3))) == ("ben", "ann", "cho")


@pytest.mark.parametrize("night", ["2026-03-29", "2026-10-25"])  # one of 23 hours, one of 25
def test_the_clocks_change_and_the_handover_stays_at_nine(night):
    rota = a_rota(turn=Turn.DAY, zone=BERLIN, first=date.fromisoformat(night))
    assert rota.line(at(f"{night}T08:59", BERLIN))[0] == "cho"
    assert rota.line(at(f"{night}T09:00", BERLIN))[0] == "ann"


def test_it_says_until_when_somebody_has_it():
    assert a_rota().until(at("2026-06-03T12:00")) == datetime(2026, 6, 8, 9, tzinfo=SHANGHAI)
    assert a_rota(people=("ann",)).until(at("2026-06-03T12:00")).date() == date(2026, 7, 1), "alone, it goes on"
