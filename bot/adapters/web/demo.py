"""The demo's clock, as the console shows and moves it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal, Protocol

from bot.phrases import say
from core.charts import numerals

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from bot.adapters.web.render import Json
    from core.text import Tongue

Jump = Literal["day", "alert"]


class DemoControl(Protocol):
    """`pace` is seconds of the story in a second of ours; it stays what it was while the clock is paused."""

    @property
    def pace(self) -> float: ...

    @property
    def is_paused(self) -> bool: ...

    @property
    def is_over(self) -> bool:
        """Whether the story has come to its end, so that there is nowhere to jump to."""
        ...

    async def jump(self, to: Jump) -> None:
        """Go on to the next morning, or to the moment at which the next alert fires; all on the way happens."""
        ...

    async def set_pace(self, pace: float) -> None: ...

    async def pause(self, *, is_paused: bool) -> None: ...


def clock_json(demo: DemoControl, now: datetime, zone: ZoneInfo, tongue: Tongue) -> Json:
    wall = now.astimezone(zone)
    return {
        "day": numerals.day(wall.date(), tongue, weekday=True),
        "time": numerals.clock(wall),
        "pace": say("web-pace", tongue, duration=numerals.duration(timedelta(seconds=demo.pace), tongue)),
        "paused": demo.is_paused,
        "over": demo.is_over,
    }
