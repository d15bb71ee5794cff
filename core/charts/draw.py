"""A figure as a PNG.

Matplotlib draws only the marks: places are worked out here, in pixels from the lower left, because its own layout
takes three times as long and clips Chinese labels. The last value, the bound and the band are named at the right
end of what they name, so that nobody has to look up a legend. Good and bad differ in colour that the colour-blind
tell apart, and in shape: ▼ below, ▲ above.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

from core.calendar.grain import EPOCH
from core.charts.axis import mark_labels, period_labels, span
from core.charts.figure import Figure, Line
from core.charts.numerals import day, number
from core.metrics.metric import Direction
from core.quantity import Unit

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties

MOST_LINES = 6
FIRST_HANZI = 0x2E80  # and all that is as wide
_PAD = 16.0  # around everything
_NARROW = 480  # below it, a phone held upright
_ELLIPSIS = "…"
_LEVEL = 4  # of the PNG's compression: a third smaller than 1 and hardly slower
_ONE_AT_A_TIME = Lock()  # a font of FreeType's breaks in the hands of two threads, and each adapter draws in its own
_FALLBACKS = ("Noto Sans CJK SC", "Noto Sans CJK JP", "DejaVu Sans")  # for a hanzi that the subset lacks


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


LIGHT = Palette(
    "#ffffff", "#1c2430", "#667080", "#e9ecf0", "#2360c5", "#c8460a", "#0b7a75",
    ("#0b7a75", "#8a4fbe", "#a9780f", "#5c6b80", "#3f9bd1"),
)  # fmt: skip
DARK = Palette(
    "#15181d", "#e8ebef", "#98a2b0", "#292e36", "#78aefc", "#ff8f5e", "#4fd0bf",
    ("#4fd0bf", "#c49bf0", "#e0b454", "#98a6ba", "#7fd0f5"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Tag:
    """Words at the right end of a line, wanted at height `y`."""

    text: str
    y: float
    colour: str
    weight: Literal["plain", "quiet"] = "plain"


def draw(figure: Figure, *, width: int = 720, height: int = 380, dark: bool = False, scale: float = 2) -> bytes:
    """Return the figure as a PNG of `width` by `height` points, each `scale` pixels wide."""
    with _ONE_AT_A_TIME:
        return _png(_sheet(figure, width, height, DARK if dark else LIGHT, scale))


def _png(sheet: Any) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    canvas: Any = FigureCanvasAgg(sheet)
    canvas.draw()
    png = io.BytesIO()
    image = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba())
    image.convert("RGB").save(png, "png", compress_level=_LEVEL)
    return png.getvalue()


def _sheet(figure: Figure, width: int, height: int, palette: Palette, scale: float) -> Any:
    """Return Matplotlib's figure with all of our marks on it, ready to be drawn."""
    from matplotlib.figure import Figure as Sheet

    sheet = Sheet(figsize=(width / 72, height / 72), dpi=72 * scale, facecolor=palette.ground)
    pen = _Pen(sheet, palette, scale)
    lines = figure.lines[:MOST_LINES]
    small = 11.0 if width < _NARROW else 12.0

    top = _heading(pen, figure, width, height)
    bottom = _PAD + small + 12
    low, high, marks = span(_all_values(figure, lines), whole=figure.unit is Unit.COUNT)
    labels = mark_labels(marks, figure.unit, figure.tongue, figure.currency)
    left = _PAD + max((_width(label, small) for label in labels), default=0) + 8
    tags = _tags(figure, lines, palette)
    most = width * (0.34 if len(lines) > 1 else 0.3)
    tags = [_Tag(_cut(tag.text, small, most), tag.y, tag.colour, tag.weight) for tag in tags]
    right = width - _PAD - max((_width(tag.text, small) for tag in tags), default=0) - (10 if tags else 0)

    count = max((len(line.values) for line in lines), default=0)
    plot = _Plot(left, right, bottom, top - 10, low, high, count)
    for mark, label in zip(marks, labels, strict=True):
        y = plot.y(mark)
        pen.line([left, right], [y, y], palette.grid, 1)
        pen.text(left - 8, y, label, small, palette.muted, across="right")
    _time_axis(pen, plot, figure, small, width)
    _band(pen, plot, figure, len(lines))
    if figure.bound is not None:
        y = plot.y(figure.bound)
        pen.line([left, right], [y, y], palette.bad, 1.3, dashes=(5, 4))
    for place, line in reversed(list(enumerate(lines))):
        _line(pen, plot, line, _colour(place, palette), is_first=place == 0, is_alone=len(lines) == 1)
    _breaches(pen, plot, figure, small)
    for tag, y in _stacked(tags, plot, small + 4):
        pen.text(right + 10, y, tag.text, small, palette.muted if tag.weight == "quiet" else tag.colour)
    return sheet


# --- what goes where ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Plot:
    """The frame of the axes, and where a value lies in it."""

    left: float
    right: float
    bottom: float
    top: float
    low: float
    high: float
    count: int

    def x(self, position: float) -> float:
        inset = 6.0
        if self.count < 2:  # noqa: PLR2004 - a single point stands in the middle
            return (self.left + self.right) / 2
        return self.left + inset + (self.right - self.left - 2 * inset) * position / (self.count - 1)

    def y(self, value: float) -> float:
        return self.bottom + (self.top - self.bottom) * (value - self.low) / (self.high - self.low)


def _heading(pen: _Pen, figure: Figure, width: int, height: int) -> float:
    """Write title and subtitle, and return where they end."""
    size = 15.0 if width < _NARROW else 17.0
    room = width - 2 * _PAD
    y = height - _PAD
    for line in _wrapped(figure.title, size, room, most=2):
        pen.text(_PAD, y - size / 2, line, size, pen.palette.ink)
        y -= size + 6
    if figure.subtitle:
        small = 12.0 if width < _NARROW else 13.0
        for line in _wrapped(figure.subtitle, small, room, most=2):
            pen.text(_PAD, y - small / 2, line, small, pen.palette.muted)
            y -= small + 5
    return y - 4


def _time_axis(pen: _Pen, plot: _Plot, figure: Figure, small: float, width: float) -> None:
    pen.line([plot.left, plot.right], [plot.bottom, plot.bottom], pen.palette.muted, 1, alpha=0.6)
    widest = _width(day(EPOCH, figure.tongue), small)
    room = int((plot.right - plot.left) / (widest + 24))
    labels = period_labels(figure.first, plot.count, figure.grain, figure.tongue, room)
    end = width - _PAD / 2
    for position, label in reversed(labels):
        half = _width(label, small) / 2
        x = max(min(plot.x(position), width - _PAD / 2 - half), _PAD + half)
        if x + half > end:  # January and midnight have longer names than their neighbours
            continue
        end = x - half - 6
        pen.line([plot.x(position)] * 2, [plot.bottom, plot.bottom - 4], pen.palette.muted, 1, alpha=0.6)
        pen.text(x, plot.bottom - 8 - small / 2, label, small, pen.palette.muted, across="center")


def _band(pen: _Pen, plot: _Plot, figure: Figure, lines: int) -> None:
    """Tint what was usual, in pieces where it is not known throughout."""
    if figure.band is None:
        return
    colour = pen.palette.accent if lines == 1 else pen.palette.muted
    lower, upper = figure.band
    for piece in _pieces(
        [None if low is None or high is None else low for low, high in zip(lower, upper, strict=True)]
    ):
        ends = [0.0, 0.0] if len(piece) > 1 else [-0.4, 0.4]
        xs = [plot.x(piece[0] + ends[0]), *(plot.x(at) for at in piece[1:-1]), plot.x(piece[-1] + ends[1])]
        at = piece if len(piece) > 1 else piece * 2
        low = [plot.y(_known(lower[position])) for position in at]
        high = [plot.y(_known(upper[position])) for position in at]
        pen.area(xs, low, high, colour, 0.13)


def _line(pen: _Pen, plot: _Plot, line: Line, colour: str, *, is_first: bool, is_alone: bool) -> None:
    for piece in _pieces(line.values):
        xs = [plot.x(at) for at in piece]
        ys = [plot.y(_known(line.values[at])) for at in piece]
        if is_alone and plot.low == 0 and len(piece) > 1:
            pen.area(xs, [plot.bottom] * len(xs), ys, colour, 0.05)
        if len(piece) == 1:  # no neighbour to draw a line to
            pen.dots(xs, ys, "o", colour, 4.5)
        else:
            pen.line(xs, ys, colour, 2.4 if is_first else 1.8)
    if (last := _last(line.values)) is not None:
        pen.dots([plot.x(last)], [plot.y(_known(line.values[last]))], "o", colour, 7 if is_first else 5)


def _breaches(pen: _Pen, plot: _Plot, figure: Figure, small: float) -> None:
    points = _breached(figure)
    for at in points:
        values = figure.lines[0].values
        is_below = _is_below(figure, at)
        colour = pen.palette.good if _is_good(figure, is_below=is_below) else pen.palette.bad
        x, y = plot.x(at), plot.y(_known(values[at]))
        pen.dots([x], [y], "v" if is_below else "^", colour, 11 if at == points[-1] else 9)
        if at == points[-1] and at != _last(values):  # the last value has its words at the right already
            text = number(values[at], figure.unit, figure.tongue, currency=figure.currency)
            down = is_below and y - small - 14 > plot.bottom
            half = _width(text, small) / 2
            x = min(max(x, plot.left + half), plot.right - half)
            pen.text(
                x, y - 12 - small / 2 if down else y + 12 + small / 2, text, small, colour, across="center", halo=True
            )


def _tags(figure: Figure, lines: Sequence[Line], palette: Palette) -> list[_Tag]:
    """Return what is said at the right ends, the most important first."""
    tags = []
    for place, line in enumerate(lines):
        last = _last(line.values)
        if last is None:
            continue
        value = _known(line.values[last])
        text = number(value, figure.unit, figure.tongue, currency=figure.currency)
        colour = _colour(place, palette)
        if place == 0 and last in figure.breaches:
            is_below = _is_below(figure, last)
            colour = palette.good if _is_good(figure, is_below=is_below) else palette.bad
            text = f"{'▼' if is_below else '▲'} {text}"
        tags.append(_Tag(f"{line.label} {text}" if len(lines) > 1 else text, value, colour))
    if figure.bound is not None and figure.bound_label:
        tags.append(_Tag(figure.bound_label, figure.bound, palette.bad))
    if figure.band is not None and figure.band_label:
        lower, upper = figure.band
        at = _last(_where_both(lower, upper))
        if at is not None:
            tags.append(_Tag(figure.band_label, (_known(lower[at]) + _known(upper[at])) / 2, palette.muted, "quiet"))
    return tags


def _stacked(tags: Sequence[_Tag], plot: _Plot, step: float) -> list[tuple[_Tag, float]]:
    """Return each tag with a height near the one it wants, `step` from the next.

    Tags that would overlap form a block, which stands where its members want to be on the whole.
    """
    blocks: list[tuple[float, list[_Tag]]] = []  # the middle, and the members from below
    least, most = plot.bottom + step / 2, plot.top + step / 2
    for tag in sorted(tags, key=lambda tag: tag.y):
        members, middle = [tag], plot.y(tag.y)
        while True:
            reach = step * (len(members) - 1) / 2
            middle = max(min(middle, most - reach), least + reach)
            if not blocks or blocks[-1][0] + step * len(blocks[-1][1]) / 2 <= middle - reach - step / 2 + 1e-6:
                break
            _, before = blocks.pop()
            members = before + members
            offsets = [plot.y(one.y) - step * place for place, one in enumerate(members)]
            middle = sum(offsets) / len(offsets) + step * (len(members) - 1) / 2
        blocks.append((middle, members))
    return [
        (tag, middle + step * (place - (len(members) - 1) / 2))
        for middle, members in blocks
        for place, tag in enumerate(members)
    ]


# --- good and bad ------------------------------------------------------------------------------------------------


def _is_below(figure: Figure, at: int) -> bool:
    """Return whether a breach lies below what it left: the band, else the bound, else the point before."""
    values = figure.lines[0].values
    value = _known(values[at])
    low, high = (edge[at] for edge in figure.band) if figure.band is not None else (None, None)
    if low is not None and high is not None and not low <= value <= high:
        return value < low
    if figure.bound is not None:
        return value <= figure.bound
    before = [known for known in values[:at] if known is not None]
    return bool(before) and value < before[-1]


def _is_good(figure: Figure, *, is_below: bool) -> bool:
    match figure.direction:
        case Direction.UP:
            return not is_below
        case Direction.DOWN:
            return is_below
        case Direction.BAND | Direction.NONE:
            return False


# --- values ------------------------------------------------------------------------------------------------------


def _all_values(figure: Figure, lines: Sequence[Line]) -> list[float]:
    """Return all that the axis must hold, and room beyond the newest breach for its words."""
    found: list[float | None] = [value for line in lines for value in line.values]
    found.append(figure.bound)
    for edge in figure.band or ():
        found.extend(edge)
    known = [value for value in found if value is not None and math.isfinite(value)]
    points = _breached(figure)
    if points and points[-1] != _last(figure.lines[0].values):
        room = 0.12 * (max(known) - min(known))
        known.append(_known(figure.lines[0].values[points[-1]]) + (-room if _is_below(figure, points[-1]) else room))
    return known


def _breached(figure: Figure) -> list[int]:
    """Return the breaches that have a value to stand at."""
    pieces = _pieces(figure.lines[0].values) if figure.lines else []
    known = {at for piece in pieces for at in piece}
    return sorted(known.intersection(figure.breaches))


def _pieces(values: Sequence[float | None]) -> list[list[int]]:
    """Return the stretches of positions that have a value."""
    pieces: list[list[int]] = []
    for at, value in enumerate(values):
        if value is None or not math.isfinite(value):
            continue
        if pieces and pieces[-1][-1] == at - 1:
            pieces[-1].append(at)
        else:
            pieces.append([at])
    return pieces


def _where_both(lower: Sequence[float | None], upper: Sequence[float | None]) -> list[float | None]:
    return [None if high is None else low for low, high in zip(lower, upper, strict=True)]


def _last(values: Sequence[float | None]) -> int | None:
    pieces = _pieces(values)
    return pieces[-1][-1] if pieces else None


def _known(value: float | None) -> float:
    assert value is not None  # noqa: S101 - its place came from _pieces
    return value


def _colour(place: int, palette: Palette) -> str:
    return palette.accent if place == 0 else palette.others[place - 1]


# --- words -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _font() -> FontProperties:
    """Return the package's own Chinese font, and behind it what the machine has for rarer letters."""
    from matplotlib.font_manager import FontProperties, fontManager

    with as_file(files("core.charts") / "fonts" / "NotoSansSC-Subset.otf") as path:
        fontManager.addfont(path)
    own = fontManager.ttflist[-1].name
    known = {entry.name for entry in fontManager.ttflist}
    return FontProperties(family=[own, *(name for name in _FALLBACKS if name in known)])


@lru_cache(maxsize=1)
def _letters() -> Any:
    from matplotlib.font_manager import findfont
    from matplotlib.ft2font import FT2Font

    return FT2Font(findfont(_font()))


@lru_cache(maxsize=4096)
def _advance(letter: str) -> float:
    """Return how wide a letter is, as a part of its height."""
    from matplotlib.ft2font import LoadFlags

    font = _letters()
    if not font.get_char_index(ord(letter)):  # another font draws it: a hanzi as wide as it is high, or a letter
        return 1.0 if ord(letter) > FIRST_HANZI else 0.6
    font.set_size(64, 72)
    return float(font.load_char(ord(letter), flags=LoadFlags.NO_HINTING).linearHoriAdvance) / 65536 / 64


def _width(text: str, size: float) -> float:
    return size * sum(_advance(letter) for letter in text)


def _cut(text: str, size: float, room: float) -> str:
    if _width(text, size) <= room:
        return text
    while text and _width(text + _ELLIPSIS, size) > room:
        text = text[:-1]
    return text.rstrip() + _ELLIPSIS


def _wrapped(text: str, size: float, room: float, *, most: int) -> list[str]:
    """Return the text in at most so many lines; a line ends at a space if it has one, Chinese anywhere."""
    lines: list[str] = []
    while _width(text, size) > room and len(lines) < most - 1:
        fit = 1
        while fit < len(text) and _width(text[: fit + 1], size) <= room:
            fit += 1
        cut = fit
        while cut > fit // 2 and not (text[cut - 1].isspace() or ord(text[cut - 1]) > FIRST_HANZI):
            cut -= 1
        cut = cut if cut > fit // 2 else fit
        lines.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*lines, _cut(text, size, room)]


# --- Matplotlib --------------------------------------------------------------------------------------------------


class _Pen:
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
        mark = Text(x, y, words, color=colour, fontproperties=_font(), horizontalalignment=across, parse_math=False)
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
