"""The marks that every chart is made of, in points from the lower left, and the colours they have.

Good and bad differ in colour that the colour-blind tell apart, and charts give them different shapes too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from core.charts.letters import font, wrapped

PAD = 16.0  # around everything
NARROW = 480  # below it, a phone held upright


@dataclass(frozen=True, slots=True)
class Palette:
    ground: str
    ink: str
    muted: str
    grid: str
    accent: str
    bad: str
    good: str
    others: tuple[str, ...]  # lines after the first
    warning: str


LIGHT = Palette(
    "#ffffff", "#1c2430", "#667080", "#e9ecf0", "#2360c5", "#c8460a", "#0b7a75",
    ("#0b7a75", "#8a4fbe", "#a9780f", "#5c6b80", "#3f9bd1"), "#85600a",
)  # fmt: skip
DARK = Palette(
    "#15181d", "#e8ebef", "#98a2b0", "#292e36", "#78aefc", "#ff8f5e", "#4fd0bf",
    ("#4fd0bf", "#c49bf0", "#e0b454", "#98a6ba", "#7fd0f5"), "#e0b454",
)  # fmt: skip


class Pen:
    """Puts marks on the sheet, in points from its lower left."""

    def __init__(self, sheet: Any, palette: Palette, scale: float) -> None:
        from matplotlib.transforms import Affine2D

        self.sheet = sheet
        self.palette = palette
        self.place = Affine2D().scale(scale)

    def line(
        self,
        xs: Sequence[float],
        ys: Sequence[float],
        colour: str,
        width: float,
        *,
        dashes: tuple[float, float] | None = None,
        alpha: float | None = None,
    ) -> None:
        from matplotlib.lines import Line2D

        mark = Line2D(
            xs, ys, color=colour, linewidth=width, alpha=alpha, solid_joinstyle="round", solid_capstyle="round"
        )
        if dashes:
            mark.set_linestyle((0, tuple(dash / width for dash in dashes)))
        self._put(mark)

    def dots(self, xs: Sequence[float], ys: Sequence[float], shape: str, colour: str, size: float) -> None:
        from matplotlib.lines import Line2D

        edge = self.palette.ground  # a rim, so that a mark is seen on its own line
        mark = Line2D(xs, ys, linestyle="", marker=shape, markersize=size, color=colour)
        mark.set_markeredgecolor(edge)
        mark.set_markeredgewidth(1.2)
        self._put(mark)

    def area(self, xs: Iterable[float], low: Sequence[float], high: Sequence[float], colour: str, alpha: float) -> None:
        from matplotlib.patches import Polygon

        there = list(xs)
        corners = [*zip(there, high, strict=True), *zip(reversed(there), reversed(low), strict=True)]
        self._put(Polygon(corners, closed=True, facecolor=colour, alpha=alpha, linewidth=0))

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float,
        colour: str,
        *,
        across: Literal["left", "center", "right"] = "left",
        halo: bool = False,
    ) -> None:
        from matplotlib.text import Text

        # The font's middle dot is a hanzi wide: it brings its own spaces.
        words = words.replace(" · ", "·")
        mark = Text(x, y, words, color=colour, fontproperties=font(), horizontalalignment=across, parse_math=False)
        mark.set_fontsize(size)
        mark.set_verticalalignment("center_baseline")
        if halo:
            from matplotlib.patheffects import withStroke

            mark.set_path_effects([withStroke(linewidth=3, foreground=self.palette.ground)])
        self._put(mark)

    def _put(self, mark: Any) -> None:
        mark.set_transform(self.place)
        mark.set_zorder(len(self.sheet.get_children()))  # what is drawn later lies above
        self.sheet.add_artist(mark, clip=False)


def heading(pen: Pen, title: str, subtitle: str, width: int, height: int) -> float:
    """Write title and subtitle, and return where they end."""
    size = 15.0 if width < NARROW else 17.0
    room = width - 2 * PAD
    y = height - PAD
    for line in wrapped(title, size, room, most=2):
        pen.text(PAD, y - size / 2, line, size, pen.palette.ink)
        y -= size + 6
    if subtitle:
        small = 12.0 if width < NARROW else 13.0
        for line in wrapped(subtitle, small, room, most=2):
            pen.text(PAD, y - small / 2, line, small, pen.palette.muted)
            y -= small + 5
    return y - 4
