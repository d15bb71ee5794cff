"""Moments in a reader's zone, and the signs of money. How a number is written, `core/charts/numerals` says."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from core.charts.numerals import clock, day
from core.text import Tongue

_SIGNS = {
    "CNY": "¥",
    "JPY": "¥",
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "KRW": "₩",
    "BRL": "R$",
    "HKD": "HK$",
    "TWD": "NT$",
}


def sign_of(currency: str) -> str:
    """Return what stands before an amount; a rare currency is named by its three letters."""
    return _SIGNS.get(currency, f"{currency} ")


def moment(when: datetime, zone: ZoneInfo, tongue: Tongue, now: datetime | None = None) -> str:
    """Return a moment on the wall of `zone`: the clock alone if it is on the day of `now`, the year if it is another.

    >>> from datetime import timezone
    >>> moment(datetime(2026, 6, 18, 6, 5, tzinfo=timezone.utc), ZoneInfo("Asia/Shanghai"), "en")
    'Jun 18, 14:05'
    """
    wall = when.astimezone(zone)
    today = now.astimezone(zone).date() if now else None
    if wall.date() == today:
        return clock(wall)
    written = day(wall.date(), tongue, year=today is not None and wall.year != today.year)
    return f"{written}{' ' if tongue == 'zh' else ', '}{clock(wall)}"
