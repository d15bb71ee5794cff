"""A figure as a PNG.

Matplotlib draws only the marks: places are worked out here, in pixels from the lower left, because its own layout
takes three times as long and clips Chinese labels. Each kind of figure lies in a file of its own.
"""

from __future__ import annotations

import io
from threading import Lock
from typing import Any, assert_never

from core.charts.bars import lay_bars
from core.charts.figure import Bars, Figure, Funnel, Grid, HeatMap, Lines, Waterfall
from core.charts.funnel import lay_funnel
from core.charts.grid import height_of, lay_grid
from core.charts.heat import lay_heat
from core.charts.lines import lay_lines
from core.charts.pen import DARK, LIGHT, Palette, Pen
from core.charts.waterfall import lay_waterfall

_LEVEL = 4  # of the PNG's compression: a third smaller than 1 and hardly slower
_ONE_AT_A_TIME = Lock()  # a font of FreeType's breaks in the hands of two threads, and each adapter draws in its own


def draw(figure: Figure, *, width: int = 720, height: int = 380, dark: bool = False, scale: float = 2) -> bytes:
    """Return a PNG of `width` by `height` points, each `scale` pixels wide; a board has a height of its own."""
    height = height_of(figure, width) if isinstance(figure, Grid) else height
    with _ONE_AT_A_TIME:
        return _png(sheet_of(figure, width, height, DARK if dark else LIGHT, scale))


def sheet_of(figure: Figure, width: int, height: int, palette: Palette, scale: float) -> Any:
    """Return Matplotlib's figure with all of our marks on it, ready to be drawn."""
    from matplotlib.figure import Figure as Sheet

    sheet = Sheet(figsize=(width / 72, height / 72), dpi=72 * scale, facecolor=palette.ground)
    pen = Pen(sheet, palette, scale)
    match figure:
        case Lines():
            lay_lines(pen, figure, width, height)
        case Waterfall():
            lay_waterfall(pen, figure, width, height)
        case HeatMap():
            lay_heat(pen, figure, width, height)
        case Funnel():
            lay_funnel(pen, figure, width, height)
        case Bars():
            lay_bars(pen, figure, width, height)
        case Grid():
            lay_grid(pen, figure, width, height)
        case _:
            assert_never(figure)
    return sheet


def _png(sheet: Any) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    canvas: Any = FigureCanvasAgg(sheet)
    canvas.draw()
    png = io.BytesIO()
    image = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba())
    image.convert("RGB").save(png, "png", compress_level=_LEVEL)
    return png.getvalue()
