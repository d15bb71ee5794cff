"""What a rule would have done so far, in one sentence: how often, how often by luck alone, and what it would catch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.phrases import say
from core.charts.numerals import change as moved

if TYPE_CHECKING:
    from core.errors import Fact
    from core.text import Tongue
    from core.usecases.backtest import Tried


def history_words(one: Tried, tongue: Tongue) -> str:
    """Return one sentence: how often it would have fired, how often by luck alone, and what it would catch."""
    past = one.backtest
    if not past.judged:
        return say("trial-no-history", tongue)
    luck = one.luck()
    facts: dict[str, Fact] = {
        "weeks": round(past.weeks, 1),
        "fired": len(past.episodes),
        "per_week": short(past.per_week),
        "by_luck": short(luck.begins * past.judged / past.weeks),
        "side": "none" if luck.catches is None else "fall" if luck.catches < 0 else "rise",
        "move": moved(abs(luck.catches or 0.0)).lstrip("+"),
    }
    told = say("trial-history", tongue, **facts)
    kept = int(one.kept_back.sum())
    return f"{told} {say('trial-kept-back', tongue, count=kept)}" if kept else told


def short(number_of: float) -> float:
    """Return a rate with the digits that mean something: 12, 1.3, 0.04."""
    return round(number_of, 0 if number_of >= 10 else 1 if number_of >= 1 else 2)  # noqa: PLR2004 - digits
