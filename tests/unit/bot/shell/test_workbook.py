"""Excel both ways: out, changed by hand as people do, shown as a difference, and back into YAML with its comments."""

import shutil
from pathlib import Path

import openpyxl
import pytest

from bot.app import open_workbook, save_workbook
from bot.shell.workbook import _now, take, told
from core.errors import Invalid, Problem
from core.usecases.workbook import SHEETS, edits
from core.workspace import load_workspace

SHOP = Path(__file__).parents[4] / "examples" / "shop"


@pytest.fixture
def shop(tmp_path):
    folder = tmp_path / "shop"
    shutil.copytree(SHOP, folder)
    return folder


@pytest.fixture
def sheet(shop, tmp_path):
    """The workbook as it goes out, opened in a spreadsheet."""
    path = tmp_path / "shop.xlsx"
    save_workbook(path, _now(load_workspace(shop)), "zh")
    return path, openpyxl.load_workbook(path)


def difference(shop, sheet):
    path, book = sheet
    book.save(path)
    return edits(_now(load_workspace(shop)), open_workbook(path, SHEETS))


def cell(book, page, row, key):
    """Return the cell of a row, by its first cell, and of a column, by its key."""
    keys = [one.value for one in book[page][1]]
    line = next(one for one in book[page].iter_rows(min_row=3) if one[0].value == row)
    return line[keys.index(key)]


def test_what_goes_out_and_comes_back_unchanged_changes_nothing(shop, sheet):
    assert difference(shop, sheet) == ((), ())


def test_both_tongues_stand_above_and_options_can_be_chosen(sheet):
    _, book = sheet
    assert book["rules"]["A2"].value == "代码"
    offered = [one.formula1 for one in book["rules"].data_validations.dataValidation]
    assert '"info,warning,critical"' in offered


def test_changes_are_shown_and_written_where_they_belong_with_the_comments_kept(shop, sheet):
    _, book = sheet
    cell(book, "rules", "impressions_drop", "when").value = "渠道曝光量日环比下滑>25%"
    cell(book, "rules", "impressions_drop", "title.zh").value = "曝光骤降"
    cell(book, "metrics", "engagement_rate", "min_sample").value = 800
    cell(book, "metrics", "roi", "aliases").value = "投产比, 广告ROI"
    book["targets"]["E3"].value = "5.5%"
    book["rules"].append(["roi_low", "ROI low", "投产比过低", "渠道ROI<0.9", "channel_lead", "warning"])
    changed, gone = difference(shop, sheet)
    said = told(changed, gone, "en")
    assert "~ rules impressions_drop when: 渠道曝光量日环比下滑>20% → 渠道曝光量日环比下滑>25%" in said
    assert "+ rules roi_low when: 渠道ROI<0.9" in said
    assert gone == ()
    take(shop, changed)
    text = (shop / "rules.yaml").read_text("utf-8")
    assert text.startswith("# The first five are the brief's own sentences.")
    assert "渠道曝光量日环比下滑>25%" in text
    after = load_workspace(shop)
    assert after.rules[0].title.zh == "曝光骤降"
    assert [rule.said for rule in after.rules if rule.id == "roi_low"] == ["渠道ROI<0.9"]
    assert after.catalog.metrics["engagement_rate"].min_sample == 800
    assert "广告ROI" in after.catalog.metrics["roi"].aliases
    assert str(after.catalog.planned[0].value) == "0.055"
    assert len((shop / "rules.yaml").read_text("utf-8").splitlines()) < len(text.splitlines()) + 5
    assert edits(_now(after), open_workbook(sheet[0], SHEETS))[0] == ()


def test_a_mistake_in_one_cell_leaves_every_file_as_it_was(shop, sheet):
    _, book = sheet
    cell(book, "rules", "impressions_drop", "when").value = "渠道曝光量飞了"
    cell(book, "rules", "impressions_drop", "title.zh").value = "别的"
    before = {path.name: path.read_bytes() for path in shop.glob("*.yaml")}
    changed, _ = difference(shop, sheet)
    with pytest.raises(Invalid):
        take(shop, changed)
    assert {path.name: path.read_bytes() for path in shop.glob("*.yaml")} == before


def test_a_row_that_is_gone_is_told_and_not_deleted(shop, sheet):
    _, book = sheet
    book["rules"].delete_rows(3)
    changed, gone = difference(shop, sheet)
    assert (changed, gone) == ((), ("rules: impressions_drop",))
    assert "impressions_drop" in told(changed, gone, "en")


def test_nothing_that_goes_out_is_a_formula(shop, tmp_path):
    rules = shop / "rules.yaml"
    rules.write_text(rules.read_text("utf-8").replace("zh: 曝光量骤降", "zh: '=cmd|calc'"), encoding="utf-8")
    save_workbook(tmp_path / "a.xlsx", _now(load_workspace(shop)), "en")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    found = [one for page in book for row in page.iter_rows() for one in row if one.data_type == "f"]
    assert found == []
    assert cell(book, "rules", "impressions_drop", "title.zh").value == "=cmd|calc"


def test_a_workbook_that_is_none_of_ours_says_so(tmp_path):
    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    with pytest.raises(Problem) as caught:
        open_workbook(tmp_path / "a.xlsx", SHEETS)
    assert caught.value.code == "workbook-none-of-ours"
