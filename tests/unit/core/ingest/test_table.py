# ruff: noqa: DTZ001 - wall-clock times, as files hold them
import zipfile
from datetime import date, datetime

import duckdb
import numpy as np
import openpyxl
import pytest

from core.errors import Invalid, Missing, Problem
from core.ingest import files
from core.ingest.table import read, stage


def written(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


ADS = "日期, 渠道 ,消耗\n2026-06-01,微信,1.2万\n2026/6/2,抖音,--\n合计,,12000\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_a_chinese_export_is_read_in_any_of_its_encodings(tmp_path, encoding):
    table = read(written(tmp_path / "ads.csv", ADS, encoding))
    assert table.names == ("日期", "渠道", "消耗")
    assert [column.kind for column in table.columns] == ["time", "text", "number"]
    assert table["日期"].values[1] == np.datetime64("2026-06-02")
    assert list(table["渠道"].values) == ["微信", "抖音"]
    np.testing.assert_array_equal(table["消耗"].values, [12_000, np.nan])
    assert table.height == 2
    assert table.rejected == {"summary": 1}


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_sign_between_cells_is_found_in_the_header(tmp_path, delimiter):
    table = read(written(tmp_path / "a.txt", '"a,b"|c\n1|2\n'.replace("|", delimiter)))
    assert table.names == ("a,b", "c")


def test_quotes_and_windows_line_ends_are_kept_to_the_cell(tmp_path):
    table = read(written(tmp_path / "a.csv", 'a,b\r\n"x, ""y""\r\nz",1\r\n'))
    assert table["a"].values[0] == 'x, "y"\r\nz'
    assert table["b"].values[0] == 1


def test_a_line_with_a_cell_too_few_or_too_many_is_set_aside_and_counted(tmp_path):
    table = read(written(tmp_path / "a.csv", "a,b\n1,2\n3\n4,5,6\n\n7,8\n"))
    assert list(table["a"].values) == [1, 7]
    assert table.rejected == {"cells": 2}


def test_a_column_is_numbers_only_when_all_of_it_is(tmp_path):
    table = read(written(tmp_path / "a.csv", "id,n,none\n1,1\n2,x\n".replace("\n1,1", "\n1,1,").replace("x", "x,")))
    assert [column.kind for column in table.columns] == ["number", "text", "empty"]


def test_a_stray_note_does_not_make_words_of_a_long_column(tmp_path):
    days = "".join(f"2026-06-{day:02},{day}\n" for day in range(1, 31))
    table = read(written(tmp_path / "a.csv", f"日期,消耗\n{days}注：6月数据未结算,\n"))
    assert [column.kind for column in table.columns] == ["time", "number"]


TITLED = (
    "投放日报,,,\n导出时间：2026-06-19,账户 1,,\n\n日期,渠道,消耗,点击量\n"
    "2026-06-01,微信,12,1\n2026-06-02,抖音\n2026-06-03,抖音,3,1\n"
)


@pytest.mark.parametrize("text", [TITLED, TITLED.replace(",,", "").replace("报,", "报")])
def test_a_title_above_the_header_is_passed_over(tmp_path, connection, text):
    path = written(tmp_path / "a.csv", text, "gb18030")
    assert read(path).names == ("日期", "渠道", "消耗", "点击量")
    stage(connection, path, "s", [("日期", "time"), ("消耗", "number")], "UTC")
    assert connection.sql("SELECT row, c1 FROM s ORDER BY row").fetchall() == [(1, 12), (3, 3)]
    assert connection.sql("SELECT row, reason, raw FROM s_rejected").fetchall() == [(2, "cells", "2026-06-02,抖音")]


def test_a_title_above_the_header_of_a_sheet_is_passed_over(tmp_path):
    book = openpyxl.Workbook()
    for row in (
        ["2026年6月 投放报表"],
        [],
        ["日期", "渠道", "消耗"],
        [date(2026, 6, 1), "微信", 12],
        ["合计", None, 12],
    ):
        book.active.append(row)
    book.save(tmp_path / "ads.xlsx")
    table = read(tmp_path / "ads.xlsx")
    assert [column.kind for column in table.columns] == ["time", "text", "number"]
    assert (table.height, table.rejected) == (1, {"summary": 1})


def test_a_header_that_comes_again_is_no_row(tmp_path):
    table = read(written(tmp_path / "a.csv", "日期,消耗\n2026-06-01,1\n日期,消耗\n2026-06-02,2\n"))
    assert [column.kind for column in table.columns] == ["time", "number"]
    assert (table.height, table.rejected) == (2, {})


def test_commas_in_numbers_and_in_a_title_are_no_columns(tmp_path):
    text = "Report, all, of, it\nDate;Spend;Clicks\n2026-06-01;1,5;3\n2026-06-02;2,5;4\n"
    assert read(written(tmp_path / "a.csv", text)).names == ("Date", "Spend", "Clicks")


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        (("18/5/2026", "1/5/2026"), "2026-05-18"),
        (("5/18/2026", "5/1/2026"), "2026-05-18"),
        (("5/18/2026 1:00 PM", "5/1/2026 9:00 AM"), "2026-05-18T13:00"),
        (("1.5.2026", "02.05.2026"), "2026-05-01"),
    ],
)
def test_days_with_the_year_last_are_read_where_the_column_tells_which_way(tmp_path, connection, cells, first):
    path = written(tmp_path / "a.csv", "date,n\n" + "".join(f"{cell},1\n" for cell in cells))
    table = read(path)
    assert (table["date"].kind, table["date"].values[0]) == ("time", np.datetime64(first))
    stage(connection, path, "s", [("date", "time")], "UTC")
    assert connection.sql("SELECT count(c0) FROM s").fetchall() == [(2,)]


@pytest.mark.parametrize("cells", [("5/1/2026", "5/2/2026"), ("18/5/2026", "5/18/2026")])
def test_days_with_the_year_last_are_not_guessed(tmp_path, cells):
    assert (
        read(written(tmp_path / "a.csv", "date,n\n" + "".join(f"{cell},1\n" for cell in cells)))["date"].kind == "text"
    )


def test_two_columns_of_one_name_and_one_without_a_name_stay_apart(tmp_path):
    assert read(written(tmp_path / "a.csv", "a,a,,a\n1,2,3,4\n")).names == ("a", "a (2)", "#3", "a (3)")


def test_a_workbook_is_read_as_its_sheet_shows(tmp_path):
    book = openpyxl.Workbook()
    book.active.append([])  # an empty first sheet is passed over
    sheet = book.create_sheet("投放")
    for row in (["日期", "时刻", "消耗", "编号"], [date(2026, 6, 1), datetime(2026, 6, 1, 9), 0.5, 20250618]):
        sheet.append(row)
    sheet.append([None, None, None, None])
    sheet.append([46175, datetime(2026, 6, 2, 10), "1,200", 20250619])
    book.save(tmp_path / "ads.xlsx")
    table = read(tmp_path / "ads.xlsx")
    assert list(table["日期"].values) == [np.datetime64("2026-06-01"), np.datetime64("2026-06-02")]
    assert table["时刻"].values[1] == np.datetime64("2026-06-02T10:00")
    assert list(table["消耗"].values) == [0.5, 1200]
    assert table["编号"].kind == "time"


def test_a_parquet_file_is_read_with_its_own_types(tmp_path):
    path = tmp_path / "ads.parquet"
    duckdb.sql("SELECT DATE '2026-06-01' AS day, 'wechat' AS channel, 1.5::DOUBLE AS spend").write_parquet(str(path))
    table = read(path)
    assert [column.kind for column in table.columns] == ["time", "text", "number"]


def problem(path):
    with pytest.raises(Problem) as caught:
        read(path)
    return caught.value


def test_a_file_that_is_not_there_is_missing(tmp_path):
    assert isinstance(problem(tmp_path / "no.csv"), Missing)


def test_a_folder_cannot_be_read(tmp_path):
    assert problem(tmp_path).code == "file-unreadable"


@pytest.mark.parametrize("text", ["", " \n\n"])
def test_an_empty_file_says_so(tmp_path, text):
    assert problem(written(tmp_path / "a.csv", text)).code == "file-empty"


def test_an_empty_workbook_says_so(tmp_path):
    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    assert problem(tmp_path / "a.xlsx").code == "file-empty"


def test_a_header_alone_teaches_nothing(tmp_path):
    assert problem(written(tmp_path / "a.csv", "日期,消耗\n")).code == "file-no-rows"


@pytest.mark.parametrize(
    ("start", "kind"),
    [(b"\x89PNG\r\n", "PNG"), (b"\xff\xd8\xff\xe0", "JPEG"), (b"%PDF-1.7", "PDF"), (b"a\x00b", "binary")],
)
def test_a_picture_named_csv_is_told_for_what_it_is(tmp_path, start, kind):
    path = tmp_path / "ads.csv"
    path.write_bytes(start + b"rest")
    found = problem(path)
    assert (found.code, found.facts["kind"]) == ("file-wrong-kind", kind)


def test_bytes_of_no_known_encoding_are_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("日期,消耗\n".encode() + b"\xff\xff,1\n")
    assert problem(path).code == "file-encoding"


@pytest.mark.parametrize("cut", [b"\xff\xfe\x00", "日期,消耗\n".encode("utf-16")[:-1]])
def test_a_file_that_is_still_being_written_in_utf_16_is_refused_and_is_no_bug(tmp_path, cut):
    path = tmp_path / "a.csv"
    path.write_bytes(cut)
    assert problem(path).code == "file-encoding"


def test_a_zip_that_is_no_workbook_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert problem(tmp_path / "a.xlsx").facts["kind"] == "ZIP"


def test_half_a_workbook_cannot_be_read(tmp_path):
    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    path = tmp_path / "half.xlsx"
    path.write_bytes((tmp_path / "a.xlsx").read_bytes()[:2000])
    assert problem(path).code == "file-unreadable"


def test_an_old_workbook_that_calamine_cannot_open_is_unreadable(tmp_path):
    path = tmp_path / "a.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100)
    assert problem(path).code == "file-unreadable"


def test_a_sheet_with_two_cells_in_far_corners_does_not_take_the_process_down(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "a", 1
    book.save(tmp_path / "a.xlsx")
    assert problem(tmp_path / "a.xlsx").code == "file-too-large"


def test_a_bomb_is_refused_by_what_it_announces(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MOST_UNPACKED", 100)
    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    assert problem(tmp_path / "a.xlsx").code == "file-too-large"


@pytest.fixture
def connection():
    with duckdb.connect(":memory:") as connection:
        yield connection


def test_only_the_columns_asked_for_are_staged_and_bad_rows_are_named(tmp_path, connection):
    path = written(
        tmp_path / "ads.csv", "x,日期,渠道,消耗\n,2026-06-01,微信,1\n,昨天,微信,2\n,2026-06-02,抖音,abc\n,,总计,3\n"
    )
    stage(connection, path, "ads", [("日期", "time"), ("渠道", "text"), ("消耗", "number")], "UTC")
    assert connection.execute("SELECT row, c0, c1, c2 FROM ads").fetchall() == [(1, datetime(2026, 6, 1), "微信", 1.0)]
    assert connection.execute("FROM ads_rejected ORDER BY row").fetchall() == [
        (2, "time", "日期", "昨天"),
        (3, "number", "消耗", "abc"),
        (4, "summary", None, None),
    ]


def test_a_file_can_be_staged_again_under_the_same_name(tmp_path, connection):
    path = written(tmp_path / "ads.csv", "a\n1\n")
    for _ in range(2):
        stage(connection, path, "ads", [("a", "number")], "UTC")
    assert connection.execute("SELECT count(*) FROM ads").fetchall() == [(1,)]


def test_a_column_that_is_not_there_is_named_with_the_nearest(tmp_path, connection):
    path = written(tmp_path / "ads.csv", "日期,消耗金额\n2026-06-01,1\n")
    with pytest.raises(Invalid) as caught:
        stage(connection, path, "ads", [("消耗", "number")], "UTC")
    assert caught.value.facts["suggestion"] == "消耗金额"
    with pytest.raises(Invalid) as caught:
        stage(connection, path, "ads", [("清单", "number")], "UTC")
    assert "suggestion" not in caught.value.facts


# --- the cleaning list, each line with its mess -------------------------------------------------------------------


def workbook(path, rows, merged=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    book.save(path)
    return path


def test_a_heading_merged_over_its_columns_and_the_line_below_are_one_header(tmp_path, connection):
    rows = [
        ["日期", "渠道", "投放", None, None, "转化"],
        [None, None, "曝光量", "点击量", "花费", "订单数"],
        [date(2026, 6, 1), "微信", 100, 10, 5, 1],
    ]
    path = workbook(tmp_path / "a.xlsx", rows, ["A1:A2", "B1:B2", "C1:E1"])
    assert read(path).names == ("日期", "渠道", "曝光量", "点击量", "花费", "订单数")
    stage(connection, path, "s", [("日期", "time"), ("花费", "number")], "UTC")
    assert connection.sql("SELECT row, c1 FROM s").fetchall() == [(1, 5)]


def test_two_headers_that_name_a_column_once_for_each_group_keep_the_groups_apart(tmp_path):
    text = "日期,微信,,抖音,\n,曝光量,花费,曝光量,花费\n2026-06-01,1,2,3,4\n"
    assert read(written(tmp_path / "a.csv", text, "gbk")).names == (
        "日期",
        "微信 曝光量",
        "微信 花费",
        "抖音 曝光量",
        "抖音 花费",
    )


def test_a_first_row_with_gaps_is_not_taken_for_half_a_header(tmp_path):
    table = read(written(tmp_path / "a.csv", "渠道,,备注\n微信,12,\n抖音,--,好\n"))
    assert (table.names, table.height) == (("渠道", "#2", "备注"), 2)


def test_a_channel_merged_beside_its_days_is_that_of_each_day(tmp_path):
    rows = [["渠道", "日期", "花费"], ["微信", "2026-06-01", 1], [None, "2026-06-02", 2], ["抖音", "2026-06-01", 3]]
    path = workbook(tmp_path / "a.xlsx", rows, ["A2:A3"])
    assert list(read(path)["渠道"].values) == ["微信", "微信", "抖音"]


def test_an_empty_margin_left_of_a_sheet_is_no_column(tmp_path):
    rows = [[None, None], [None, "日期", "花费"], [None, "2026-06-01", 1]]
    assert read(workbook(tmp_path / "a.xlsx", rows)).names == ("日期", "花费")


def test_a_renamed_column_is_found_by_its_other_names(tmp_path, connection):
    path = written(tmp_path / "a.csv", "统计日期,消耗（元）,展现量\n2026-06-01,1.5万,3亿\n", "gb18030")
    names = {"日期": ("统计日期",), "花费": ("消耗", "cost"), "曝光量": ("展现量",)}
    stage(connection, path, "s", [("日期", "time"), ("花费", "number"), ("曝光量", "number")], "UTC", names)
    assert connection.sql("SELECT c1, c2 FROM s").fetchall() == [(15_000, 300_000_000)]


def test_of_two_columns_by_the_same_name_none_is_chosen(tmp_path, connection):
    path = written(tmp_path / "a.csv", "日期,消耗,cost\n2026-06-01,1,2\n")
    with pytest.raises(Invalid) as caught:
        stage(connection, path, "s", [("花费", "number")], "UTC", {"花费": ("消耗", "cost")})
    assert (caught.value.code, caught.value.facts["columns"]) == ("file-column-twice", "消耗, cost")


def test_a_header_in_ten_thousands_counts_in_ones(tmp_path, connection):
    path = written(tmp_path / "a.csv", "日期,花费(万元)\n2026-06-01,1.5\n2026-06-02,2亿\n")
    stage(connection, path, "s", [("花费", "number")], "UTC")
    assert connection.sql("SELECT c0 FROM s ORDER BY row").fetchall() == [(15_000,), (200_000_000,)]
    assert list(read(path)["花费(万元)"].values) == [15_000, 200_000_000]


def test_notes_under_the_table_and_subtotals_within_are_set_aside_with_their_reasons(tmp_path, connection):
    text = (
        "日期,渠道,花费\n2026-06-01,微信,1\n2026-06-01,微信小计,1\n2026/6/2,抖音,(2)\n2026年6月3日,抖音,３，０００\n"
        "合计,,3001\n注：以上数据未经审计\n数据来源：后台导出,,\n"
    )
    path = written(tmp_path / "a.csv", text, "gbk")
    stage(connection, path, "s", [("日期", "time"), ("渠道", "text"), ("花费", "number")], "UTC")
    assert connection.sql("SELECT row, c2 FROM s ORDER BY row").fetchall() == [(1, 1), (3, -2), (4, 3000)]
    assert connection.sql("SELECT row, reason, raw FROM s_rejected ORDER BY ALL").fetchall() == [
        (2, "summary", None),
        (5, "summary", None),
        (6, "cells", "注：以上数据未经审计"),
        (7, "time", "数据来源：后台导出"),
    ]


def test_mixed_days_in_one_column_are_one_kind_of_day(tmp_path):
    cells = ("2026-06-01", "2026/6/2", "2026年6月3日", "20260604", "2026.6.5", "46179", "2026-06-07 00:00:00")
    table = read(written(tmp_path / "a.csv", "日期,n\n" + "".join(f"{cell},1\n" for cell in cells)))
    assert list(table["日期"].values) == [np.datetime64(f"2026-06-0{day}") for day in range(1, 8)]


def test_three_hundred_columns_are_read_and_only_those_asked_for_are_taken(tmp_path, connection):
    names = [f"x{i}" for i in range(300)]
    path = written(tmp_path / "a.csv", ",".join(names) + "\n" + ",".join("1" for _ in names) + "\n")
    assert len(read(path).names) == 300
    stage(connection, path, "s", [("x299", "number")], "UTC")
    assert connection.sql("FROM s").fetchall() == [(1, False, 1.0)]


def test_a_formula_in_a_text_cell_stays_the_words_it_is(tmp_path):
    table = read(written(tmp_path / "a.csv", '渠道,n\n"=HYPERLINK(""http://x"",""y"")",1\n+cmd|calc,2\n'))
    assert list(table["渠道"].values) == ['=HYPERLINK("http://x","y")', "+cmd|calc"]


def test_a_sheet_that_announces_two_gigabytes_is_refused_unopened(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(20):
                sheet.write(b"\0" * (1 << 20))
        archive.writestr("xl/workbook.xml", "")
    claimed = bytearray(path.read_bytes())
    at = claimed.rindex(b"PK\x01\x02", 0, claimed.rindex(b"xl/worksheets/sheet1.xml"))
    claimed[at + 24 : at + 28] = (2_100_000_000).to_bytes(4, "little")
    path.write_bytes(claimed)
    assert problem(path).code == "file-too-large"


def test_a_workbook_behind_a_password_says_so(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
    )
    assert problem(path).code == "file-locked"


def test_a_day_that_stands_only_in_the_name_of_its_file_is_that_of_every_row(tmp_path, connection):
    path = written(tmp_path / "投放日报_20260618.csv", "渠道,花费\n微信,1\n抖音,2\n")
    stage(connection, path, "s", [("日期", "time"), ("渠道", "text"), ("花费", "number")], "UTC")
    assert connection.sql("SELECT c0, c1, c2 FROM s ORDER BY row").fetchall() == [
        (datetime(2026, 6, 18), "微信", 1),
        (datetime(2026, 6, 18), "抖音", 2),
    ]
    span = written(tmp_path / "20260601-20260618.csv", "渠道,花费\n微信,1\n")
    with pytest.raises(Invalid) as invalid:  # of which day each row is, nobody knows
        stage(connection, span, "s", [("日期", "time")], "UTC")
    assert invalid.value.mistakes[0].code == "file-column-missing"
