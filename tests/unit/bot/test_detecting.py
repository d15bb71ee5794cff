"""`beacon detect`, from a file to one entry for each of its rows."""

import json
from datetime import datetime, timedelta

import numpy as np
import pytest

from bot.detecting import look, points_json
from core.rules.detect import LINE

START = datetime(2026, 1, 5)  # noqa: DTZ001 - a wall clock
STRANGE = 300


def rows(number=400, step=timedelta(hours=1)):
    dice = np.random.default_rng(3)
    values = 100 + 20 * np.sin(np.arange(number) / 24 * 2 * np.pi) + dice.normal(0, 3, number)
    values[min(STRANGE, number - 1)] *= 4
    return [f"{START + step * at},{value:.4f}" for at, value in enumerate(values.tolist())]


@pytest.fixture
def judged(tmp_path):
    def judge(lines, head="time,value", encoding="utf-8"):
        file = tmp_path / "rows.csv"
        file.write_text("\n".join((head, *lines)) + "\n", encoding=encoding)
        points = points_json(look(file))["points"]
        json.dumps(points, allow_nan=False)
        assert [point["time"] for point in points] == [line.replace(";", ",").partition(",")[0] for line in lines]
        return points

    return judge


def sudden(points):
    return [at for at, point in enumerate(points) if (point["score"] or 0) >= LINE]


def test_what_comes_later_changes_nothing_that_was_said(judged):
    whole = judged(rows())
    for cut in (1, 47, 49, 150, 220, 301, 399):
        assert judged(rows()[:cut]) == whole[:cut]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lines: [*lines[350:], *lines[:350]],
        lambda lines: lines[::-1],
        lambda lines: [*lines, *lines[100:120]],
        lambda lines: [*lines[:40], *lines[70:]],
        lambda lines: [line.partition(",")[0] + ",NaN" if at % 9 == 0 and at != STRANGE else line
                       for at, line in enumerate(lines)],
        lambda lines: [line + "万" for line in lines],
        lambda lines: [line + "%" for line in lines],
        lambda lines: [line + "e80" for line in lines],
        lambda lines: [line.replace(",", ",-") for line in lines],
        lambda lines: [line.replace("2026", "2999") for line in lines],
        lambda lines: [*lines[:50], "soon,1", *lines[51:]],
    ],
    ids=["turned", "backwards", "twice", "gap", "NaN", "万", "%", "huge", "negative", "future", "no time"],
)  # fmt: skip
def test_one_strange_hour_is_found_however_the_file_was_treated(judged, spoil):
    lines = spoil(rows())
    (at,) = sudden(judged(lines))
    assert lines[at].partition(",")[0].endswith("01-17 12:00:00")


@pytest.mark.parametrize(("head", "sign", "encoding"), [("时间;数值", ";", "utf-8-sig"), ("时间,数值", ",", "gb18030")])
def test_exports_of_other_programs_are_judged_alike(judged, head, sign, encoding):
    lines = [line.replace(",", sign) for line in rows()]
    assert sudden(judged(lines, head, encoding)) == [STRANGE]


@pytest.mark.parametrize("step", [timedelta(minutes=5), timedelta(days=1), timedelta(weeks=1), timedelta(days=31)])
def test_each_grain_is_judged(judged, step):
    points = judged(rows(1000 if step < timedelta(hours=1) else 80, step))
    assert any(point["score"] is not None for point in points)


@pytest.mark.parametrize("lines", [rows(1), rows(2), [line.partition(",")[0] + ",5" for line in rows()]])
def test_where_nothing_moves_nothing_is_sudden(judged, lines):
    assert not sudden(judged(lines))
