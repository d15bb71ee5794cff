"""`beacon detect` on files never seen before."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta

import numpy as np
import pytest

from bot import cli

FIELDS = {"time", "value", "expected", "low", "high", "score"}


@pytest.fixture
def beacon(monkeypatch, capsys):
    def run(*words: object, lang: str = "en_US.UTF-8") -> tuple[int, str, str]:
        monkeypatch.setenv("LC_ALL", lang)
        monkeypatch.setattr(sys, "argv", ["beacon", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            cli.main()
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out, said.err

    return run


def rows(number=24 * 21, step=timedelta(hours=1)) -> list[tuple[str, str]]:
    """Return three weeks of hourly purchases, with four times as many at the 300th."""
    dice = np.random.default_rng(7)
    counts = dice.poisson(100 * (1 + 0.5 * np.sin(np.arange(number) / 24 * 2 * np.pi)))
    counts[300:301] *= 4
    return [(str(datetime(2026, 1, 5) + step * at), str(count)) for at, count in enumerate(counts)]  # noqa: DTZ001


@pytest.fixture
def points(beacon, tmp_path):
    def judged(lines, header="time,value"):
        file = tmp_path / "rows.csv"
        file.write_text("\n".join([header, *(",".join(line) for line in lines)]), encoding="utf-8")
        code, out, err = beacon("detect", file, "--json")
        assert (code, err) == (0, "")
        said = json.loads(out)
        assert set(said) == {"points"}
        assert all(set(point) == FIELDS for point in said["points"])
        assert [point["time"] for point in said["points"]] == [line[0] for line in lines]
        return said["points"]

    return judged


def alarms(said):
    return [at for at, point in enumerate(said) if (point["score"] or 0) >= 5]


def test_each_row_is_answered_in_its_order(points):
    said = points(rows())
    assert alarms(said) == [300]
    assert said[0]["value"] == float(rows()[0][1])
    assert {said[47][name] for name in ("expected", "low", "high", "score")} == {None}
    assert said[300]["low"] < said[300]["expected"] < said[300]["high"] < said[300]["value"]


def test_chinese_names_and_numbers_are_read(points):
    chinese = [(time, f"{float(count) / 1e4}万") for time, count in rows()]
    assert alarms(points(chinese, "时间,值")) == [300]


def test_unsorted_rows_are_judged_in_the_order_of_time(points):
    mixed = np.random.default_rng(1).permutation(len(rows())).tolist()
    said = points([rows()[at] for at in mixed])
    assert [mixed[at] for at in alarms(said)] == [300]
    straight = points(rows())
    assert [point["score"] for point in said] == [straight[at]["score"] for at in mixed]


def test_what_comes_later_changes_nothing(points):
    assert points(rows()[:330])[:320] == points(rows())[:320]


def test_gaps_blanks_and_twins_are_lived_with(points):
    gappy = [line for at, line in enumerate(rows()) if not 100 <= at < 130]
    gappy[50] = (gappy[50][0], "")
    gappy[60] = (gappy[60][0], "NaN")
    gappy[70] = ("at noon", "5")
    gappy.insert(80, gappy[80])
    said = points(gappy)
    assert [gappy[at][0] for at in alarms(said)] == [rows()[300][0]]
    assert said[50]["value"] is said[50]["score"] is None
    assert said[50]["expected"] is not None
    assert {said[70][name] for name in ("expected", "low", "high", "score")} == {None}


@pytest.mark.parametrize("step", [timedelta(minutes=5), timedelta(days=1), timedelta(weeks=1)])
def test_any_grain_is_found(points, step):
    lines = [(time, "100") for time, _ in rows(700, step)]
    lines[650] = (lines[650][0], "900")
    assert alarms(points(lines)) == [650]


def test_a_line_that_never_moves_and_a_single_point(points):
    assert alarms(points([(time, "7") for time, _ in rows()])) == []
    assert points(rows()[:1])[0]["score"] is None


def test_without_json_a_person_is_told(beacon, tmp_path):
    file = tmp_path / "rows.csv"
    file.write_text("\n".join(["time,value", *(",".join(line) for line in rows())]), encoding="utf-8")
    code, out, _ = beacon("detect", file)
    assert code == 0
    assert out.splitlines()[0] == "504 rows, 456 of them judged, 1 sudden."
    assert "2026-01-17 12:00:00" in out
    assert "suddenly high" in out
    assert "突变 1 处" in beacon("detect", file, lang="zh_CN.UTF-8")[1]


def test_of_many_the_worst_are_shown(beacon, tmp_path):
    lines = [(time, "100") for time, _ in rows(24 * 60)]
    for at in range(100, 24 * 60, 50):
        lines[at] = (lines[at][0], "1")
    file = tmp_path / "rows.csv"
    file.write_text("\n".join(["time,value", *(",".join(line) for line in lines)]), encoding="utf-8")
    out = beacon("detect", file)[1]
    assert len(out.splitlines()) == 22
    assert "suddenly low" in out
    assert out.splitlines()[-1].startswith("… and ")


@pytest.mark.parametrize(
    ("text", "word"), [("", "empty"), ("a,b\nx,y\n", "times"), ("time,value\n", "no rows"), (None, "no file")]
)
def test_a_bad_file_is_refused_with_what_to_do(beacon, tmp_path, text, word):
    file = tmp_path / "rows.csv"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    code, out, err = beacon("detect", file, "--json")
    assert (code, out) == (1, "")
    assert word in err
