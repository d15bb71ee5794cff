"""Over which periods a number is asked and drawn: a chart's grain, its whole periods, how far back a gathering goes."""

from __future__ import annotations

from datetime import timedelta

from core.calendar.grain import Grain, Period, Window

DAYS_BY_HOUR = 1  # the longest windows whose charts go by hour, by day and by week
DAYS_BY_DAY = 92
DAYS_BY_WEEK = 400


def grain_for(window: Window, own: Grain) -> Grain:
    days = (window.end - window.start) / timedelta(days=1)
    if days <= DAYS_BY_HOUR and own is Grain.HOUR:
        return Grain.HOUR
    return Grain.DAY if days <= DAYS_BY_DAY else Grain.WEEK if days <= DAYS_BY_WEEK else Grain.MONTH


def shown(window: Window, grain: Grain, own: Grain) -> list[Period]:
    """Return the chart's periods: whole ones only, as half a week beside whole ones looks like a fall."""
    grain = max(grain, own, key=lambda each: each.rank)
    periods = [Period(grain, index) for index in window.periods(grain)]
    is_whole = len(periods) == 1 or periods[-1].end <= window.end
    return periods if is_whole or grain in (Grain.HOUR, Grain.DAY) else periods[:-1]


def gathering(window: Window, span: Grain | None) -> Window:
    """Return the window itself, or, for what gathers to date, all that has gathered by its end."""
    return window if span is None else Window(Period.holding(window.last_day, span).start, window.end)


def opening(window: Window, span: Grain | None) -> Window:
    """Return the window, from as early on as what gathers needs to be right at its first period."""
    return window if span is None else Window(Period.holding(window.first_day, span).start, window.end)
