"""A file of times and values, as people's exports are."""

from __future__ import annotations

import math

import pytest

from bot.series import read_series
from core.errors import Missing, Problem


@pytest.fixture
def written(tmp_path):
    def write(text, encoding="utf-8"):
        file = tmp_path / "rows.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return file

    return write


@pytest.mark.parametrize(
    ("cell", "time"),
    [
        ("2026-06-18", "2026-06-18T00:00:00"),
        ("2026-06-18 08:30", "2026-06-18T08:30:00"),
        ("2026-06-18T08:30:15Z", "2026-06-18T08:30:15"),
        ("2026-06-18T08:30:15+08:00", "2026-06-18T00:30:15"),
        ("2026/6/18 8:05", "2026-06-18T08:05:00"),
        ("2026.6.18", "2026-06-18T00:00:00"),
        ("2026年6月18日 8时", "2026-06-18T08:00:00"),
        ("２０２６－０６－１８", "2026-06-18T00:00:00"),
        ("20260618", "2026-06-18T00:00:00"),
        ("20260618 0830", "2026-06-18T08:30:00"),
        ("2026-06", "2026-06-01T00:00:00"),
        ("2026年6月", "2026-06-01T00:00:00"),
        ("2026-W25", "2026-06-15T00:00:00"),
        ("6/18/2026 8:30", "2026-06-18T08:30:00"),
        ("18/6/2026", "2026-06-18T00:00:00"),
        ("1781771400", "2026-06-18T08:30:00"),
        ("1781771400000", "2026-06-18T08:30:00"),
        ("yesterday", "NaT"),
        ("2026-13-45", "NaT"),
        ("12345", "NaT"),
    ],
)
def test_a_time_is_read_in_the_shapes_it_comes_in(written, cell, time):
    series = read_series(written(f"time,value\n{cell},5\n2026-01-01,6\n"))
    assert str(series.times[0]) == time
    assert series.said == (cell, "2026-01-01")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12", 12.0), ("-1.5", -1.5), ("1e3", 1000.0), ("1.2万", 12_000.0), ("2.35%", 0.0235), ("3亿", 3e8),
        ("¥1,234.50", 1234.5), ("１２", 12.0), ("5 次", 5.0), ("1.5w", 15_000.0), ("3‰", 0.003), (".5", 0.5),
        ("", None), ("NaN", None), ("inf", None), ("--", None), ("many", None), ("1_000", None), ("1,2345", None),
    ],
)  # fmt: skip
def test_a_value_is_read_as_people_write_it_or_is_unknown(written, cell, value):
    read = read_series(written(f'time,value\n2026-01-01,"{cell}"\n2026-01-02,6\n')).values[0]
    assert math.isnan(read) if value is None else read == pytest.approx(value)


@pytest.mark.parametrize(
    "text",
    [
        "time,value\n2026-01-01,5\n2026-01-02,6\n",
        "时间,值\n2026-01-01,5\n2026-01-02,6\n",
        "\ufeff日期;数值\n2026-01-01;5\n2026-01-02;6\n",
        "value\ttime\n5\t2026-01-01\n6\t2026-01-02\n",
        "2026-01-01,5\n2026-01-02,6\n",
        "when,how much\n2026-01-01,5\n2026-01-02,6\n",
        "shop,when,how much\nWest,2026-01-01,5\nWest,2026-01-02,6\n",
        "time,other,Value\n2026-01-01,9,5\n2026-01-02,9,6\n",
        "\ntime,value\n\n2026-01-01,5\n2026-01-02,6\n,\n",
    ],
)
def test_columns_are_known_by_name_or_by_what_is_in_them(written, text):
    series = read_series(written(text))
    assert series.values.tolist() == [5.0, 6.0]
    assert [str(time)[:10] for time in series.times] == ["2026-01-01", "2026-01-02"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_the_encodings_of_chinese_exports_are_read(written, encoding):
    assert read_series(written("时间,值\n2026-01-01,5\n", encoding)).values.tolist() == [5.0]


def test_a_short_row_keeps_its_place(written):
    series = read_series(written("time,value\n2026-01-01,5\n2026-01-02\n2026-01-03,7,8\n"))
    assert series.said == ("2026-01-01", "2026-01-02", "2026-01-03")
    assert math.isnan(series.values[1])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "file-empty"),
        (" \n\n", "file-empty"),
        (",,\n,,\n", "file-empty"),
        ("time,value\n", "file-no-rows"),
        ("name,value\nLi,5\nWang,6\n", "detect-no-time"),
        ("time,value\nsoon,5\nlater,6\n", "detect-no-time"),
        ("time,name\n2026-01-01,Li\n", "detect-no-value"),
        ("time,value\n2026-01-01,x\n", "detect-no-value"),
        ("time,spend,orders\n2026-01-01,5,6\n", "detect-which-value"),
        ("time,value\n" + "2026-01-01,5\n" * 9, "detect-many-per-time"),
        (b"\x89PNG\x00\x01", "file-wrong-kind"),
        (b"time,value\n\xff\xff,5\n", "file-encoding"),
        ("time,value\n2026-01-01," + "5" * 200_000, "file-unreadable"),
    ],
)
def test_a_file_that_cannot_be_judged_is_refused_with_its_reason(written, text, code):
    with pytest.raises(Problem) as refused:
        read_series(written(text))
    assert refused.value.code == code


def test_a_file_that_is_not_there_is_missing(tmp_path):
    with pytest.raises(Missing, match="file-missing"):
        read_series(tmp_path / "none.csv")
    with pytest.raises(Problem, match="file-unreadable"):
        read_series(tmp_path)
