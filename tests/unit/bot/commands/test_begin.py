"""A first workspace written from a real file loads without a mistake, whatever tongue its columns speak."""

import csv
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

from bot.commands.begin import described, look, write
from core.errors import Problem
from core.ingest.table import read
from core.workspace import Workspace, load_workspace

ZH = ("日期", "渠道", "曝光量", "点击量", "花费(元)", "归因成交额", "转化数", "访客数", "投产比", "备注")
EN = ("Date", "Channel", "Impressions", "Clicks", "Cost", "Revenue", "Conversions", "UV", "ROAS", "remarks")
MEASURES = {"impressions", "clicks", "spend", "revenue", "conversions"}


def rows(header: tuple[str, ...]) -> list[tuple[object, ...]]:
    days = [date(2026, 5, 1) + timedelta(days=day) for day in range(10)]
    said = [(day.isoformat(), channel) for day in days for channel in ("微信", "抖音")]
    return [header, *((*one, 1000, 100, "1,234.5", 2000, 5, 50, 1.6, "ok") for one in said)]


def as_csv(path: Path, header: tuple[str, ...], encoding: str) -> Path:
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows(rows(header))
    return path


def as_xlsx(path: Path) -> Path:
    book = openpyxl.Workbook()
    for row in rows(ZH):
        book.active.append(row)
    book.save(path)
    return path


def begun(folder: Path, file: Path) -> Workspace:
    write(look(folder, file, read), folder, file)
    return load_workspace(folder)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_chinese_csv_becomes_a_workspace(tmp_path, encoding):
    workspace = begun(tmp_path / "shop", as_csv(tmp_path / "ads.csv", ZH, encoding))
    source = workspace.catalog.sources["facts"]
    assert set(source.measures) == MEASURES
    assert source.dimensions == {"channel": "渠道"}
    assert "渠道ROI<1" in [rule.said for rule in workspace.rules]
    assert (tmp_path / "shop" / source.files[0]).exists()


def test_an_english_csv_becomes_one_in_english(tmp_path):
    workspace = begun(tmp_path / "shop", as_csv(tmp_path / "ads.csv", EN, "utf-8"))
    assert workspace.tongue == "en"
    assert set(workspace.catalog.sources["facts"].measures) == MEASURES


def test_a_workbook_becomes_one_as_well(tmp_path):
    workspace = begun(tmp_path / "shop", as_xlsx(tmp_path / "ads.xlsx"))
    assert set(workspace.catalog.sources["facts"].measures) == MEASURES


def test_a_file_that_lies_in_the_folder_is_not_copied(tmp_path):
    workspace = begun(tmp_path, as_csv(tmp_path / "ads.csv", ZH, "utf-8"))
    assert workspace.catalog.sources["facts"].files == ("ads.csv",)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("tongue", "words"), [("zh", ("备注", "投产比", "访客数")), ("en", ("备注", "投产比", "访客数"))]
)
def test_what_was_left_out_is_named_with_its_reason(tmp_path, tongue, words):
    lines = described(look(tmp_path / "shop", as_csv(tmp_path / "ads.csv", ZH, "utf-8"), read), tongue).splitlines()
    for word in words:
        (line,) = [line for line in lines if line.startswith(word) or f"“{word}”" in line or f"{word}:" in line]
        assert len(line) > len(word) + 5


def test_a_workspace_that_is_there_is_not_written_over(tmp_path):
    file = as_csv(tmp_path / "ads.csv", ZH, "utf-8")
    begun(tmp_path / "shop", file)
    with pytest.raises(Problem) as refused:
        look(tmp_path / "shop", file, read)
    assert refused.value.code == "init-exists"
