"""Charts: every letter has its glyph, every label its place, and bad is told from good without colour.

What is drawn is held by its marks, not by its pixels: a new version of Matplotlib may shade an edge otherwise.
"""

import io
import itertools
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.text import Text
from PIL import Image

from bot.phrases.phrases import source
from core import charts
from core.calendar.grain import Grain, Period
from core.charts.draw import draw, sheet_of
from core.charts.figure import Line, Lines
from core.charts.letters import width_of, wrapped
from core.charts.pen import DARK, LIGHT
from core.metrics.load import builtin
from core.metrics.metric import Direction
from core.quantity import Unit
from core.text import TONGUES

FIRST = Period.holding(date(2026, 5, 22), Grain.DAY).index
CALM = tuple(0.03 + 0.001 * (day % 7) for day in range(27))
FIGURE = Lines(
    title="转化率 · 微信",
    tongue="zh",
    unit=Unit.PERCENT,
    direction=Direction.UP,
    grain=Grain.DAY,
    first=FIRST,
    lines=(Line("转化率", (*CALM[:9], None, *CALM[10:], 0.0187)),),
    subtitle="最近 28 天",
    band=((0.029,) * 28, (0.037,) * 28),
    band_label="通常范围",
    bound=0.02,
    bound_label="预警线 2%",
    breaches=(27,),
)
NAMES = ("微信", "抖音", "小红书", "百度搜索", "快手", "应用商店")
MANY = replace(
    FIGURE,
    lines=tuple(Line(name, tuple(value + place / 1000 for value in CALM)) for place, name in enumerate(NAMES)),
    band=None,
    bound=None,
    breaches=(),
)
SIZES = ((720, 380), (390, 280))


def marks(figure, width=720, height=380):
    """Return the texts and the lines of a figure, in points from its lower left."""
    sheet = sheet_of(figure, width, height, LIGHT, 1)
    texts = {mark.get_text(): mark for mark in sheet.artists if isinstance(mark, Text)}
    return texts, [mark for mark in sheet.artists if isinstance(mark, Line2D)]


def areas(figure):
    return [mark for mark in sheet_of(figure, 720, 380, LIGHT, 1).artists if isinstance(mark, Polygon)]


def markers(figure):
    return [
        (line.get_marker(), line.get_color(), list(line.get_xdata()), list(line.get_ydata()))
        for line in marks(figure)[1]
        if line.get_marker() not in ("", "None", None)
    ]


def boxes(figure, width, height):
    """Return where each text stands once drawn."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    sheet = sheet_of(figure, width, height, LIGHT, 1)
    canvas = FigureCanvasAgg(sheet)
    canvas.draw()
    words = [mark for mark in sheet.artists if isinstance(mark, Text)]
    return {mark.get_text(): mark.get_window_extent(canvas.get_renderer()) for mark in words}


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_chart_is_a_png_of_the_size_asked_for(width, height, dark):
    image = Image.open(io.BytesIO(draw(FIGURE, width=width, height=height, dark=dark)))
    assert image.size == (width * 2, height * 2)
    ground = DARK.ground if dark else LIGHT.ground
    assert "#{:02x}{:02x}{:02x}".format(*image.getpixel((0, 0))) == ground


def test_no_letter_of_the_phrases_and_of_the_dictionary_is_without_its_glyph():
    dictionary = builtin()
    words = [text for metric in dictionary.metrics.values() for text in (metric.title.zh, metric.title.en)]
    words += [value.title.zh for one in dictionary.dimensions.values() for value in one.values.values()]
    letters = sorted({letter for text in (*map(source, TONGUES), *words) for letter in text if letter.isprintable()})
    assert len(letters) > 700
    own = TTFont(Path(charts.__file__).parent / "fonts" / "NotoSansSC-Subset.otf").getBestCmap()
    assert [letter for letter in letters if ord(letter) not in own] == []
    for at in range(0, len(letters), 60):  # Matplotlib warns of a missing glyph, and here a warning is an error
        draw(replace(FIGURE, title="".join(letters[at : at + 60])), width=1600, height=200, scale=1)


@pytest.mark.filterwarnings("ignore:Glyph")
def test_a_rarer_hanzi_never_stops_a_chart():
    assert draw(replace(FIGURE, title="犇骉"), scale=1)


@pytest.mark.parametrize("figure", [FIGURE, MANY], ids=["one", "many"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_no_label_is_clipped_and_none_lies_on_another(figure, width, height):
    found = boxes(figure, width, height)
    assert len(found) > 8
    for text, box in found.items():
        assert box.x0 >= 0, text
        assert box.x1 <= width, text
        assert box.y0 >= 0, text
        assert box.y1 <= height, text
    for (one, a), (other, b) in itertools.combinations(found.items(), 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        along = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across <= 1 or along <= 2, (one, other)


def test_each_line_is_named_at_its_end_with_its_last_value():
    texts, _ = marks(MANY)
    assert [
        name for name in NAMES if any(text.startswith(f"{name} ") and text.endswith("%") for text in texts)
    ] == list(NAMES)


def test_of_more_lines_than_can_be_told_apart_six_are_drawn():
    texts, _ = marks(replace(MANY, lines=MANY.lines * 2))
    assert sum("%" in text and any(name in text for name in NAMES) for text in texts) == 6


def test_bad_is_a_falling_triangle_in_the_bad_colour():
    assert [mark[:2] for mark in markers(FIGURE)] == [("o", LIGHT.accent), ("v", LIGHT.bad)]
    assert "▼ 1.87%" in marks(FIGURE)[0]


def test_a_fall_of_what_should_fall_is_good_and_still_a_falling_triangle():
    assert markers(replace(FIGURE, direction=Direction.DOWN))[-1][:2] == ("v", LIGHT.good)


def test_a_rise_above_a_bound_is_a_rising_triangle():
    high = replace(FIGURE, direction=Direction.DOWN, bound=0.0186, band=None)
    assert markers(high)[-1][:2] == ("^", LIGHT.bad)


def test_without_band_or_bound_a_breach_is_held_against_the_point_before():
    bare = replace(FIGURE, band=None, bound=None)
    assert markers(bare)[-1][:2] == ("v", LIGHT.bad)
    assert markers(replace(bare, direction=Direction.BAND))[-1][:2] == ("v", LIGHT.bad)
    first = replace(bare, breaches=(0,))
    assert markers(first)[-1][:2] == ("^", LIGHT.good)


def test_the_newest_breach_has_its_value_where_it_is_not_the_last_point():
    values = list(FIGURE.lines[0].values)
    values[20] = 0.015
    older = replace(FIGURE, lines=(Line("转化率", tuple(values)),), breaches=(20, 27, 99))
    assert "1.50%" not in marks(older)[0]
    assert "1.50%" in marks(replace(older, breaches=(20,)))[0]
    high = replace(older, breaches=(5,), band=None)
    assert "3.50%" in marks(high)[0]


def test_missing_values_leave_a_gap_and_a_lone_point_is_a_dot():
    lone = replace(FIGURE, lines=(Line("x", (0.03, None, 0.031, None, 0.03, 0.032)),), band=None, breaches=())
    drawn = [line for line in marks(lone)[1] if line.get_linewidth() == 2.4 and line.get_marker() == "None"]
    assert len(drawn) == 1
    assert len([mark for mark in markers(lone) if mark[0] == "o"]) == 3


def test_the_band_is_tinted_only_where_it_is_known():
    half = replace(FIGURE, band=((None,) * 14 + (0.029,) * 14, (None,) * 13 + (0.037,) * 15))
    assert len(areas(half)) == 1
    point = replace(FIGURE, band=((None,) * 27 + (0.029,), (None,) * 27 + (0.037,)))
    assert len(areas(point)) == 1
    assert "通常范围" not in marks(replace(FIGURE, band=((None,) * 28, (0.1,) * 28)))[0]


def test_a_chart_of_nothing_has_its_title_and_its_days():
    nothing = replace(FIGURE, lines=(Line("x", (None,) * 7),), band=None, bound=None, breaches=(6,))
    texts, _ = marks(nothing)
    assert "转化率·微信" in texts
    assert "5月28日" in texts
    assert draw(replace(FIGURE, lines=(), band=None, bound=None))


def test_a_single_point_stands_in_the_middle():
    one = replace(FIGURE, lines=(Line("x", (0.03,)),), band=None, bound=None, breaches=())
    assert "3.00%" in marks(one)[0]
    assert "5月22日" in marks(one)[0]


def test_a_long_title_is_broken_and_then_cut():
    title = "落地页转化率（表单提交 ÷ 落地页访问）在小红书信息流与抖音信息流两个渠道，华东与华南两个地区，移动端"
    lines = wrapped(title, 15, 350, most=2)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert all(width_of(line, 15) <= 350 for line in lines)
    assert wrapped("Conversion rate of everything that was ever sold", 15, 200, most=2)[0] == "Conversion rate of"
    assert wrapped("x" * 100, 15, 200, most=2)[0] == "x" * 26 or len(wrapped("x" * 100, 15, 200, most=2)) == 2


def test_a_line_that_touches_nothing_is_filled_to_it():
    low = replace(FIGURE, lines=(Line("x", (1.0, 10.0, 5.0)),), unit=Unit.COUNT, band=None, bound=None, breaches=())
    assert len(areas(low)) == 1


def test_a_chart_takes_no_pyplot():
    # In a process of its own: another test may have asked for pyplot.
    asked = "import sys; from core.charts import letters; letters.font(); sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


def test_a_year_beside_a_month_pushes_no_neighbour_aside():
    first = Period.holding(date(2025, 2, 1), Grain.MONTH).index
    months = replace(FIGURE, grain=Grain.MONTH, first=first, lines=(Line("x", CALM[:14]),), band=None, breaches=())
    for width in range(240, 420, 20):
        found = [box for text, box in boxes(months, width, 280).items() if text.endswith("月")]
        assert all(a.x1 < b.x0 or b.x1 < a.x0 for a, b in itertools.combinations(found, 2))
