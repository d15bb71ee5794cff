"""Stacked bars: as long as what they count, and every word in its place."""

import itertools

import pytest
from matplotlib.patches import Polygon

from core.charts.draw import sheet_of
from core.charts.figure import Bars, Kind
from core.charts.pen import LIGHT
from tests.unit.core.charts.test_draw import SIZES, boxes

FIGURE = Bars(
    "2026 年 5 月：预警都值得吗",
    "zh",
    (Kind("有用", "good"), Kind("误报", "bad"), Kind("没有评价", "muted")),
    (("渠道曝光量日环比下滑超过 20%", (2, 9, 4)), ("跳出率突然飙升", (1, 0, 0)), ("线索量低于阈值", (0, 0, 0))),
    "21 条预警",
)


def test_a_bar_is_as_long_as_what_it_counts_and_nothing_is_drawn_of_nothing():
    sheet = sheet_of(FIGURE, 720, 380, LIGHT, 1)
    areas = [mark.get_xy() for mark in sheet.artists if isinstance(mark, Polygon)][len(FIGURE.kinds) :]
    lengths = [float(area[:, 0].max() - area[:, 0].min()) for area in areas]
    one = lengths[-1]
    assert lengths == pytest.approx([2 * one, 9 * one, 4 * one, one])


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_no_word_is_clipped_and_none_lies_on_another(width, height):
    found = boxes(FIGURE, width, height)
    assert "21 条预警" in found
    for box in found.values():
        assert box.x0 >= 0
        assert box.x1 <= width
        assert box.y0 >= 0
    for one, other in itertools.combinations(found.values(), 2):
        assert not one.overlaps(other)
