"""Cells as people write them. What the product must clean, line by line, and the test that holds the original mess:

| the mess | where |
|---|---|
| UTF-8 with a BOM, GBK, GB18030, UTF-16 | test_table: a_chinese_export_is_read_in_any_of_its_encodings |
| `1.2万`, `3.4亿`, thousands, full-width, `¥` | here: a_number_is_read_as_people_write_it |
| `2.35%` and 0.0235; a header in % or 万 | here, and a_unit_in_the_header_counts_for_every_cell_without_one |
| `--`, `-`, `/`, nothing: not 0 | here: a_blank_is_nothing_and_not_zero |
| spaces around, no-break and wide ones | here (`" 12 "`, `"　"`); test_table: two_columns_of_one_name… |
| 2025/6/18, 2025年6月18日, 20250618, Excel's serials | here: a_day_is_read_as_people_write_it |
| a day only in the file's name | test_table: a_day_that_stands_only_in_the_name_of_its_file… |
| 合计, 总计, 汇总 | here: a_row_of_totals_is_known_by_its_word |
| 消耗 for 花费, 展现 for 曝光 | test_table: a_renamed_column_is_found_by_its_other_names |
| 公众号, 微信, wechat | unit/core/metrics/test_catalog; scenarios/test_newcomer: a whole file of them |
| a day and channel told twice: the latest | contracts/test_warehouse: of_exports_that_overlap_the_newest_counts… |
| a branch that is missing | scenarios/test_trust: …_on_half_of_its_channels |
| rejected rows kept, with reasons, and shown | adapters/test_api: what_was_set_aside…; adapters/test_imports_page |
| the same batch again | adapters/test_api: a_batch_sent_again_is_taken_once; test_merge: a_key_is_known… |
"""

# ruff: noqa: DTZ001 - wall-clock times, as files hold them
from datetime import datetime

import duckdb
import pytest

from core.ingest import clean


@pytest.fixture(scope="module")
def ask():
    with duckdb.connect(":memory:") as connection:
        yield lambda sql, cell: connection.execute(f"SELECT {sql}", [cell]).fetchall()[0][0]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("12", 12),
        (" 12 ", 12),
        ("-5", -5),
        ("0.1", 0.1),
        (".5", 0.5),
        ("1e5", 100_000),
        ("1.2万", 12_000),
        ("1.13万", 11_300),
        ("1.2w", 12_000),
        ("3.4亿", 340_000_000),
        ("1,234,567.8", 1_234_567.8),
        ("1，234", 1234),
        ("１，２３４", 1234),
        ("¥1,200.50", 1200.5),
        ("￥３", 3),
        ("-¥3", -3),
        ("12元", 12),
        ("1.2万元", 12_000),
        ("2.35%", 0.0235),
        ("２.３５％", 0.0235),
        ("5‰", 0.005),
        ("(1,234.50)", -1234.5),
        ("（300）", -300),
        ("(¥12)", -12),
        ("−7", -7),
        ("¥-3", -3),
        ("CNY 1,200", 1200),
        ("RMB300", 300),
        ("US$ 5", 5),
        ("99.9 USD", 99.9),
        ("3千万", 30_000_000),
        ("1.5百万", 1_500_000),
        ("12.5k", 12_500),
        ("1.2M", 1_200_000),
    ],
)
def test_a_number_is_read_as_people_write_it(ask, written, meant):
    assert ask(clean.number("?1"), written) == meant


@pytest.mark.parametrize(
    "written", ["abc", "1.234,56", "1,2345", "(3", "3)", "(-3)", "-¥-3", "1_000", "inf", "0x10", "1 2", "12岁"]
)
def test_what_is_not_surely_a_number_is_none(ask, written):
    assert ask(clean.number("?1"), written) is None
    assert not ask(clean.is_blank("?1"), written)


@pytest.mark.parametrize("written", ["", " ", "　", "--", "-", "/", "—", "N/A", "null", "NaN", None])
def test_a_blank_is_nothing_and_not_zero(ask, written):
    assert ask(clean.number("?1"), written) is None
    assert ask(clean.text("?1"), written) is None
    assert ask(clean.is_blank("?1"), written)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2025-06-18", datetime(2025, 6, 18)),
        ("2025/6/18", datetime(2025, 6, 18)),
        ("2025.6.18", datetime(2025, 6, 18)),
        ("2025年6月18日", datetime(2025, 6, 18)),
        ("20250618", datetime(2025, 6, 18)),
        ("2025061814", datetime(2025, 6, 18, 14)),
        ("45826", datetime(2025, 6, 18)),
        ("45826.5833333333", datetime(2025, 6, 18, 14)),
        ("2025-06-18 9", datetime(2025, 6, 18, 9)),
        ("2025年6月18日 14时", datetime(2025, 6, 18, 14)),
        ("2025/6/18 9:05", datetime(2025, 6, 18, 9, 5)),
        ("2025-06-18T10:00:00", datetime(2025, 6, 18, 10)),
        ("2025-06-18T10:00:00Z", datetime(2025, 6, 18, 18)),
        ("2025-06-18 02:00:00+00:00", datetime(2025, 6, 18, 10)),
        ("２０２５/６/１８", datetime(2025, 6, 18)),
    ],
)
def test_a_day_is_read_as_people_write_it(ask, written, meant):
    assert ask(clean.moment("?1", "Asia/Shanghai"), written) == meant


@pytest.mark.parametrize("written", ["6/18/2025", "18.06.2025", "2025-13-01", "20251301", "2025", "昨天", "1234567"])
def test_a_day_that_could_be_another_is_not_guessed(ask, written):
    assert ask(clean.moment("?1", "Asia/Shanghai"), written) is None


def test_an_excel_serial_alone_makes_no_column_of_days(ask):
    assert ask(clean.is_serial("?1"), "45826")
    assert not ask(clean.is_serial("?1"), "2025/6/18")


@pytest.mark.parametrize(
    "written", ["合计", " 总计：", "汇总", "小计", "微信小计", "6月合计：", "Total", "Grand Total"]
)
def test_a_row_of_totals_is_known_by_its_word(ask, written):
    assert ask(clean.is_summary("?1"), written)


def test_a_title_that_only_contains_the_word_is_no_total(ask):
    assert not ask(clean.is_summary("?1"), "合计单")
    assert not ask(clean.is_summary("?1"), None)


@pytest.mark.parametrize(
    ("header", "written", "meant"),
    [
        ("花费(万元)", "1.23", 12_300),
        ("花费（单位：万元）", "1.1万", 11_000),
        ("花费(万)", "¥2,000", 20_000_000),
        ("点击率(%)", "2.35", 0.0235),
        ("点击率(%)", "2.35%", 0.0235),
        ("花费(元)", "5", 5),
        ("万科", "5", 5),
    ],
)
def test_a_unit_in_the_header_counts_for_every_cell_without_one(ask, header, written, meant):
    assert ask(clean.number("?1", clean.scale_of(header)), written) == pytest.approx(meant, rel=1e-15)
