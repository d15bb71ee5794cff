"""Charts by address: a card's picture is drawn when a browser asks for it, off the event loop, and kept a while.

An address is a digest of what the chart shows, so that it never changes its meaning and a browser may keep it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from core.charts.figure import Figure

KEPT_FIGURES = 2000  # a few kilobytes each, and never fewer than the timeline shows
KEPT_DRAWN = 64
SCALE = 2.0  # for screens of two dots to the pixel


@dataclass(frozen=True, slots=True)
class Size:
    width: int
    height: int


SIZES = {"wide": Size(520, 260), "narrow": Size(340, 220)}


class Draw(Protocol):
    def __call__(self, figure: Figure, *, width: int, height: int, dark: bool, scale: float) -> bytes: ...


class Pictures:
    def __init__(self, draw: Draw | None = None, *, kept: int = KEPT_FIGURES, drawn: int = KEPT_DRAWN) -> None:
        self._draw = draw
        self._kept, self._most = kept, drawn
        self._figures: OrderedDict[str, Figure] = OrderedDict()
        self._drawn: OrderedDict[tuple[str, str, bool], bytes] = OrderedDict()
        self._pen = asyncio.Lock()  # one at a time: drawing is the dearest thing a page asks for

    def keep(self, figure: Figure) -> str:
        """Return the name under which a chart can be asked for."""
        name = blake2b(repr(figure).encode(), digest_size=10).hexdigest()
        self._figures[name] = figure
        self._figures.move_to_end(name)
        if len(self._figures) > self._kept:
            self._figures.popitem(last=False)
        return name

    async def png(self, name: str, size: str, *, dark: bool) -> bytes | None:
        """Return the drawn chart, or None when nobody knows it."""
        figure = self._figures.get(name)
        if figure is None or size not in SIZES:
            return None
        key = (name, size, dark)
        async with self._pen:
            if (known := self._drawn.get(key)) is not None:
                self._drawn.move_to_end(key)
                return known
            picture = await asyncio.to_thread(self._to_png, figure, SIZES[size], dark=dark)
            self._drawn[key] = picture
            if len(self._drawn) > self._most:
                self._drawn.popitem(last=False)
            return picture

    def _to_png(self, figure: Figure, size: Size, *, dark: bool) -> bytes:
        draw = self._draw or _matplotlib()
        return draw(figure, width=size.width, height=size.height, dark=dark, scale=SCALE)


def _matplotlib() -> Draw:
    from core.charts.draw import draw

    return draw
