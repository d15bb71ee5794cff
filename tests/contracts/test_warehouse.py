# ruff: noqa: DTZ001 - wall-clock times, as facts have them
"""What every warehouse must do: over files, on DuckDB in memory and in a file, and over the tables of larger engines.

What a test says of files is held to the first two (`opened`), all that is asked of numbers to every one (`everywhere`).
"""

import asyncio
import os
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.calendar.grain import Grain, Period, Window
from core.cube.query import Query
from core.errors import Invalid, Missing, Problem, Unavailable
from core.ingest.table import stage
from core.labels import Labels
from core.metrics.catalog import Catalog
from core.metrics.dimension import Dimension, Value
from core.metrics.metric import How
from core.metrics.source import Filter, Lookup, Measure, Source
from core.text import Text
from core.warehouse.connect import Alchemy
from core.warehouse.duckdb import DuckdbWarehouse
from core.warehouse.intake import NONE
from core.warehouse.remote import RemoteWarehouse
from tests.engines import Duck, Facts, Postgres, laid, running_postgres

CHANNEL = Dimension(
    "channel",
    Text("channel", "渠道"),
    values={
        "wechat": Value("wechat", Text("WeChat", "微信"), ("公众号",)),
        "douyin": Value("douyin", Text("Douyin", "抖音")),
    },
)
CATALOG = Catalog({}, {"channel": CHANNEL})
SUM, COUNT, DISTINCT, LAST = (partial(Measure, how) for how in (How.SUM, How.COUNT, How.DISTINCT, How.LAST))
ROWS = COUNT(None)
OVER_FILES = ("duckdb memory", "duckdb file")
OVER_TABLES = ("duckdb by sql", "postgresql")


def a_source(grain=Grain.DAY, files=("ads*.csv",), dimensions=(("channel", "渠道"),), lookups=(), **measures):
    return Source(
        "ads", tuple(files), grain, "日期", dict(dimensions), measures or {"spend": SUM("消耗")}, tuple(lookups)
    )


@pytest.fixture(params=OVER_FILES)
def opened(request, tmp_path):
    """Open a warehouse over the files of `tmp_path`; in a file, the same one each time."""
    return partial(_open_files, request.param, tmp_path)


@pytest.fixture(params=OVER_FILES + OVER_TABLES)
def everywhere(request, tmp_path):
    """Open a warehouse over the files of `tmp_path`, or over a table that holds what they hold."""
    if request.param in OVER_FILES:
        return partial(_open_files, request.param, tmp_path)
    url = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    return partial(_open_table, url, tmp_path)


@pytest.fixture(scope="session")
def postgres():
    with running_postgres() as url:
        yield url


@asynccontextmanager
async def _open_files(engine, folder, *sources, **options):
    path = folder / "state" / "facts.duckdb" if engine == "duckdb file" else None
    by_name = {source.name: source for source in sources}
    warehouse = DuckdbWarehouse(path, by_name, CATALOG, folder, stage=stage, **options)
    try:
        yield warehouse
    finally:
        await warehouse.aclose()


@asynccontextmanager
async def _open_table(url, folder, source, zone="UTC"):
    warehouse = Facts(Duck(zone) if url is None else Postgres(url, zone), source, CATALOG, folder)
    try:
        yield warehouse
    finally:
        await warehouse.aclose()


def write(path: Path, text: str) -> None:
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text)
    if path.stat().st_mtime_ns <= before:
        os.utime(path, ns=(before + 1, before + 1))


def days(first, last):
    return Window.days(date.fromisoformat(first), date.fromisoformat(last))


def ask(*measures, window, grain=Grain.DAY, by=("channel",)):
    return Query("ads", grain, by, measures, window)


def told(cube, code):
    """Return an answer as {slice: [values]}, NaN as None."""
    rows = zip(cube.slices, cube.measures[code], strict=True)
    return {str(labels): [None if np.isnan(x) else float(x) for x in row] for labels, row in rows}


async def answered(warehouse, query, code):
    return told(await warehouse.fetch(query), code)


ADS = """日期,渠道,消耗,访客,粉丝,状态,分数
2026-06-01,微信,100,a,10,open,50
2026-06-01,微信,0.1,b,12,new,70
2026-06-02,公众号,0.2,a,--,closed,60
2026-06-02,抖音,50,c,7,,90
2026-06-04,抖音,--,c,9,open,10
"""
WEEK = days("2026-06-01", "2026-06-04")


async def test_what_is_asked_aside_is_answered_alike_and_keeps_nothing_that_lies_between(everywhere, tmp_path):
    rows = [f"2026-{month:02}-{day:02},微信,{month * 100 + day},,,," for month in (1, 2, 6) for day in range(1, 29)]
    write(tmp_path / "ads.csv", ADS.splitlines()[0] + "\n" + "\n".join(rows) + "\n")
    async with everywhere(a_source()) as warehouse:
        for first, last in (("06-27", "06-28"), ("01-10", "01-11"), ("01-11", "01-12"), ("02-03", "02-04")):
            query = ask("spend", window=days(f"2026-{first}", f"2026-{last}"))
            expected = [int(each[:2]) * 100 + int(each[3:]) for each in (first, last)]
            for one in (query, replace(query, aside=True), replace(query, aside=True)):
                assert await answered(warehouse, one, "spend") == {"channel=wechat": expected}


async def test_sums_are_added_by_slice_and_period_and_a_missing_day_has_no_value(everywhere, tmp_path):
    write(tmp_path / "ads.csv", ADS)
    async with everywhere(a_source()) as warehouse:
        assert await answered(warehouse, ask("spend", window=WEEK), "spend") == {
            "channel=wechat": [100.1, 0.2, None, None],
            "channel=douyin": [None, 50, None, None],
        }


async def test_every_name_of_a_value_is_one_slice(opened, tmp_path):
    write(tmp_path / "ads.csv", ADS)
    async with opened(a_source()) as warehouse:
        cube = await warehouse.fetch(ask("spend", window=WEEK))
        assert cube.slices == (Labels.of({"channel": "wechat"}), Labels.of({"channel": "douyin"}))


async def test_sums_of_written_decimals_are_exact(everywhere, tmp_path):
    write(tmp_path / "ads.csv", "日期,渠道,消耗\n" + "2026-06-01,微信,0.1\n" * 3)
    async with everywhere(a_source()) as warehouse:
        assert await answered(warehouse, ask("spend", window=days("2026-06-01", "2026-06-01")), "spend") == {
            "channel=wechat": [0.3]
        }


async def test_rows_and_cells_are_counted(everywhere, tmp_path):
    write(tmp_path / "ads.csv", ADS)
    async with everywhere(a_source(rows=ROWS, known=COUNT("粉丝"))) as warehouse:
        cube = await warehouse.fetch(ask("rows", "known", window=WEEK))
        assert told(cube, "rows") == {"channel=wechat": [2, 1, None, None], "channel=douyin": [None, 1, None, 1]}
        assert told(cube, "known")["channel=wechat"] == [2, 0, None, None]


async def test_a_distinct_count_is_exact_at_every_grain_and_by_every_dimension(everywhere, tmp_path):
    write(tmp_path / "ads.csv", ADS)
    async with everywhere(a_source(uv=DISTINCT("访客"))) as warehouse:
        assert (await answered(warehouse, ask("uv", window=WEEK), "uv"))["channel=wechat"] == [2, 1, None, None]
        assert await answered(warehouse, ask("uv", window=WEEK, by=()), "uv") == {"": [2, 2, None, 1]}
        assert await answered(warehouse, ask("uv", window=WEEK, grain=Grain.WEEK, by=()), "uv") == {"": [3]}
        assert await answered(warehouse, ask("uv", window=days("2026-06-01", "2026-06-01"), grain=None), "uv") == {
            "channel=wechat": [2],
            "channel=douyin": [None],
        }


async def test_a_level_is_the_last_one_known_of_each_slice_added_over_slices(everywhere, tmp_path):
    write(tmp_path / "ads.csv", ADS)
    async with everywhere(a_source(followers=LAST("粉丝"))) as warehouse:
        assert await answered(warehouse, ask("followers", window=WEEK), "followers") == {
            "channel=wechat": [12, None, None, None],
            "channel=douyin": [None, 7, None, 9],
        }
        week = ask("followers", window=WEEK, grain=Grain.WEEK, by=())
        assert await answered(warehouse, week, "followers") == {"": [12 + 9]}


async def test_levels_sums_and_distinct_counts_come_in_one_answer(everywhere, tmp_path):
    write(tmp_path / "ads.csv", ADS)
    source = a_source(spend=SUM("消耗"), uv=DISTINCT("访客"), followers=LAST("粉丝"))
    async with everywhere(source) as warehouse:
        cube = await warehouse.fetch(ask("spend", "uv", "followers", window=WEEK, grain=None, by=()))
        assert {code: told(cube, code)[""] for code in cube.measures} == {
            "spend": [150.3],
            "uv": [3],
            "followers": [21],
        }
        assert cube.hows == {"spend": How.SUM, "uv": How.DISTINCT, "followers": How.LAST}
        assert (cube.grain, cube.periods) == (None, range(1))


async def test_weeks_and_months_are_those_of_the_calendar(everywhere, tmp_path):
    write(
        tmp_path / "ads.csv",
        "日期,渠道,消耗\n2026-05-31,a,1\n2026-06-01,a,2\n2026-06-07,a,4\n2026-06-08,a,8\n2025-12-31,a,16\n",
    )
    async with everywhere(a_source()) as warehouse:
        window = days("2026-05-31", "2026-06-08")
        assert (await answered(warehouse, ask("spend", window=window, grain=Grain.WEEK), "spend"))["channel=a"] == [
            1,
            6,
            8,
        ]
        assert (await answered(warehouse, ask("spend", window=window, grain=Grain.MONTH), "spend"))["channel=a"] == [
            1,
            14,
        ]
        cube = await warehouse.fetch(ask("spend", window=days("2025-12-31", "2026-01-01"), grain=Grain.MONTH))
        assert [str(Period(Grain.MONTH, each)) for each in cube.periods] == ["2025-12", "2026-01"]
        assert told(cube, "spend")["channel=a"] == [16, None]


async def test_hours_are_kept_and_added_up_to_days_and_weeks(everywhere, tmp_path):
    write(tmp_path / "ads.csv", "日期,渠道,消耗\n2026-06-01 00:59,a,1\n2026-06-01 23:00,a,2\n2026-06-02 00:00,a,4\n")
    async with everywhere(a_source(Grain.HOUR, spend=SUM("消耗"), uv=DISTINCT("消耗"))) as warehouse:
        first = Window(datetime(2026, 6, 1), datetime(2026, 6, 1, 2))
        assert await answered(warehouse, ask("spend", window=first, grain=Grain.HOUR), "spend") == {
            "channel=a": [1, None]
        }
        two = days("2026-06-01", "2026-06-02")
        cube = await warehouse.fetch(ask("spend", "uv", window=two))
        assert (told(cube, "spend"), told(cube, "uv")) == ({"channel=a": [3, 4]}, {"channel=a": [2, 1]})
        assert await answered(warehouse, ask("uv", window=two, grain=Grain.MONTH), "uv") == {"channel=a": [3]}
        assert await answered(warehouse, ask("uv", window=two, grain=Grain.WEEK), "uv") == {"channel=a": [3]}


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        (Filter("状态", "is", ("open", "new")), [1, 1, 0, 0, 1]),
        (Filter("状态", "not", ("open",)), [0, 1, 1, 1, 0]),
        (Filter("状态", "present"), [1, 1, 1, 0, 1]),
        (Filter("分数", "below", ("60",)), [1, 0, 0, 0, 1]),
        (Filter("分数", "at_most", ("60",)), [1, 0, 1, 0, 1]),
        (Filter("分数", "above", ("70",)), [0, 0, 0, 1, 0]),
        (Filter("分数", "at_least", ("70",)), [0, 1, 0, 1, 0]),
    ],
)
async def test_a_filter_leaves_out_rows_and_a_day_of_none_but_those_is_zero(everywhere, tmp_path, condition, kept):
    write(tmp_path / "ads.csv", ADS)
    async with everywhere(a_source(n=COUNT(None, (condition,)))) as warehouse:
        by_day = [kept[0] + kept[1], kept[2] + kept[3], None, kept[4]]
        assert await answered(warehouse, ask("n", window=WEEK, by=()), "n") == {"": by_day}


async def test_a_filtered_level_and_distinct_count_leave_rows_out(everywhere, tmp_path):
    write(tmp_path / "ads.csv", ADS)
    only_open = (Filter("状态", "is", ("open",)),)
    async with everywhere(a_source(uv=DISTINCT("访客", only_open), followers=LAST("粉丝", only_open))) as warehouse:
        cube = await warehouse.fetch(ask("uv", "followers", window=WEEK, by=()))
        assert told(cube, "uv") == {"": [1, 0, None, 1]}
        assert told(cube, "followers") == {"": [10, None, None, 9]}


LEADS = "编号,日期,来源\n1,2026-06-01,organic\n2,2026-06-01,\n3,2026-06-01,unknown\n4,2026-06-02,organic\n"
DEALS = "编号,成交\n1,2026-07-01 18:00:00\n2,2026-07-02\n4,2026-08-01\n4,2026-06-03\n9,2026-06-03\n"


def leads_source():
    within = Filter("成交", "within", ("30",))
    return Source(
        "ads",
        ("leads.csv",),
        Grain.DAY,
        "日期",
        {"origin": "来源"},
        {"leads": ROWS, "won": COUNT(None, (within,), timedelta(days=30))},
        (Lookup(("deals.csv",), "编号", ("成交",)),),
    )


async def test_a_cohort_counts_what_its_rows_became_within_so_many_days(opened, tmp_path):
    """The 30th day counts to its end, the 31st does not; of two deals of a lead the one told later counts."""
    write(tmp_path / "leads.csv", LEADS)
    write(tmp_path / "deals.csv", DEALS)
    async with opened(leads_source()) as warehouse:
        cube = await warehouse.fetch(ask("leads", "won", window=days("2026-06-01", "2026-06-02"), by=("origin",)))
        assert told(cube, "leads") == {
            "origin=organic": [1, 1],
            f"origin={NONE}": [1, None],
            "origin=unknown": [1, None],
        }
        assert told(cube, "won") == {"origin=organic": [1, 1], f"origin={NONE}": [0, None], "origin=unknown": [0, None]}


async def test_an_hourly_source_counts_within_to_the_second(everywhere, tmp_path):
    write(
        tmp_path / "ads.csv",
        "日期,渠道,付款\n2026-06-01 10:00,a,2026-06-01 12:00\n2026-06-01 10:00,a,2026-06-01 12:00:01\n",
    )
    source = a_source(Grain.HOUR, paid=COUNT(None, (Filter("付款", "within", ("0.0833333",)),)))
    async with everywhere(source) as warehouse:
        assert await answered(warehouse, ask("paid", window=days("2026-06-01", "2026-06-01")), "paid") == {
            "channel=a": [1]
        }


async def test_an_empty_value_and_one_called_unknown_are_two_slices(everywhere, tmp_path):
    write(tmp_path / "ads.csv", "日期,渠道,消耗\n2026-06-01,,1\n2026-06-01,unknown,2\n")
    async with everywhere(a_source()) as warehouse:
        found = await answered(warehouse, ask("spend", window=days("2026-06-01", "2026-06-01")), "spend")
        assert found == {"channel=(none)": [1], "channel=unknown": [2]}


async def test_a_dimension_and_the_time_may_come_from_a_lookup(opened, tmp_path):
    write(tmp_path / "leads.csv", LEADS)
    write(tmp_path / "deals.csv", DEALS)
    lookup = Lookup(("leads.csv",), "编号", ("来源", "日期"))
    source = Source("ads", ("deals.csv",), Grain.DAY, "日期", {"origin": "来源"}, {"deals": ROWS}, (lookup,))
    async with opened(source) as warehouse:
        found = await answered(
            warehouse, ask("deals", window=days("2026-06-01", "2026-06-02"), by=("origin",)), "deals"
        )
        assert found == {"origin=organic": [1, 2], "origin=(none)": [1, None]}
        (intake,) = await warehouse.intakes()
        assert (intake.rows, intake.rejected) == (4, {"no-time": 1})  # lead 9 was never told


async def test_a_changed_lookup_changes_the_facts(opened, tmp_path):
    write(tmp_path / "leads.csv", LEADS)
    write(tmp_path / "deals.csv", DEALS)
    async with opened(leads_source()) as warehouse:
        await warehouse.refresh()
        write(tmp_path / "deals.csv", DEALS + "3,2026-06-05\n")
        (arrival,) = await warehouse.refresh()
        assert (str(arrival.first), str(arrival.last)) == ("2026-06-01", "2026-06-01")
        found = await answered(warehouse, ask("won", window=days("2026-06-01", "2026-06-02"), by=()), "won")
        assert found == {"": [2, 1]}


# --- what comes later


async def test_what_arrived_is_told_once(everywhere, tmp_path):
    write(tmp_path / "ads.csv", ADS)
    async with everywhere(a_source()) as warehouse:
        (arrival,) = await warehouse.refresh()
        assert (arrival.source, str(arrival.first), str(arrival.last)) == ("ads", "2026-06-01", "2026-06-04")
        assert await warehouse.refresh() == ()


async def test_a_restated_file_replaces_what_it_said(everywhere, tmp_path):
    write(tmp_path / "ads.csv", ADS)
    async with everywhere(a_source(spend=SUM("消耗"), uv=DISTINCT("访客"))) as warehouse:
        await warehouse.refresh()
        before = await warehouse.fetch(ask("spend", "uv", window=WEEK))
        write(tmp_path / "ads.csv", ADS.replace("抖音,50", "抖音,60"))
        (arrival,) = await warehouse.refresh()
        assert (str(arrival.first), str(arrival.last)) == ("2026-06-02", "2026-06-02")
        after = await warehouse.fetch(ask("spend", "uv", window=WEEK))
        assert told(after, "spend")["channel=douyin"] == [None, 60, None, None]
        assert told(after, "uv") == told(before, "uv")
        assert told(before, "spend")["channel=douyin"] == [None, 50, None, None]  # what was handed out stays


async def test_a_new_file_is_added_and_a_removed_one_is_taken_back(everywhere, tmp_path):
    write(tmp_path / "ads.csv", ADS)
    async with everywhere(a_source()) as warehouse:
        await warehouse.refresh()
        await warehouse.fetch(ask("spend", window=WEEK))
        write(tmp_path / "ads-2.csv", "日期,渠道,消耗\n2026-06-03,快手,5\n")
        (arrival,) = await warehouse.refresh()
        assert str(arrival.first) == str(arrival.last) == "2026-06-03"
        assert (await answered(warehouse, ask("spend", window=WEEK), "spend"))["channel=快手"] == [None, None, 5, None]
        (tmp_path / "ads-2.csv").unlink()
        assert len(await warehouse.refresh()) == 1
        assert "channel=快手" not in await answered(warehouse, ask("spend", window=WEEK), "spend")


async def test_a_file_that_was_only_touched_brings_nothing(opened, tmp_path):
    write(tmp_path / "ads.csv", ADS)
    async with opened(a_source()) as warehouse:
        await warehouse.refresh()
        os.utime(tmp_path / "ads.csv", (1, 1))
        assert await warehouse.refresh() == ()
        assert await warehouse.refresh() == ()


def export(folder, name, spent, touched, rows=range(1, 8)):
    path = folder / f"ads-{name}.csv"
    path.write_text("日期,渠道,消耗\n" + "".join(f"2026-06-{day:02},微信,{spent}\n" for day in rows))
    os.utime(path, (touched, touched))
    return path


async def test_of_exports_that_overlap_the_newest_counts_and_the_older_again_when_it_goes(opened, tmp_path):
    export(tmp_path, "b", 1, 1000)
    newest = export(tmp_path, "a", 2, 2000, range(5, 10))
    june = days("2026-06-01", "2026-06-09")
    async with opened(a_source()) as warehouse:
        await warehouse.refresh()
        assert await answered(warehouse, ask("spend", window=june), "spend") == {"channel=wechat": [1] * 4 + [2] * 5}
        assert {one.path.name: dict(one.rejected) for one in await warehouse.intakes()} == {
            "ads-a.csv": {},
            "ads-b.csv": {"outdone": 3},
        }
        assert (await warehouse.provenance("ads", june)).repeats == ()
        export(tmp_path, "b", 3, 3000)
        assert await warehouse.refresh()
        assert await answered(warehouse, ask("spend", window=june), "spend") == {"channel=wechat": [3] * 7 + [2] * 2}
        newest.unlink()
        assert await warehouse.refresh()
        assert await answered(warehouse, ask("spend", window=june), "spend") == {"channel=wechat": [3] * 7 + [None] * 2}
        assert [dict(one.rejected) for one in await warehouse.intakes()] == [{}]


async def test_a_row_that_is_there_twice_word_for_word_counts_once(opened, tmp_path):
    path = export(tmp_path, "a", 1, 1000, range(1, 31))
    path.write_text(path.read_text() + "2026-06-30,微信,1\n")
    async with opened(a_source()) as warehouse:
        cube = await warehouse.fetch(ask("spend", window=days("2026-06-30", "2026-06-30")))
        assert told(cube, "spend") == {"channel=wechat": [1]}


async def test_two_leads_alike_are_two_leads_and_a_day_told_again_is_told_to_whoever_mends_it(opened, tmp_path):
    lead = "日期,渠道,消耗\n" + "2026-06-01,微信,1\n" * 3 + "2026-06-02,微信,1\n"
    write(tmp_path / "ads-a.csv", lead)
    write(tmp_path / "ads-b.csv", lead)
    both = days("2026-06-01", "2026-06-02")
    async with opened(a_source(n=ROWS)) as warehouse:
        cube = await warehouse.fetch(ask("n", window=both))
        assert told(cube, "n") == {"channel=wechat": [6, 2]}
        assert len((await warehouse.provenance("ads", both)).repeats) == 1


async def test_a_source_that_is_fed_has_nothing_yet_and_no_trouble(opened, tmp_path):
    source = replace(a_source(files=("inbox/ads/*",)), push=True)
    async with opened(source) as warehouse:
        assert await warehouse.refresh() == ()
        assert (await warehouse.fetch(ask("spend", window=WEEK))).slices == ()
        (tmp_path / "inbox" / "ads").mkdir(parents=True)
        write(tmp_path / "inbox" / "ads" / ".half.csv", "日期,渠")
        write(tmp_path / "inbox" / "ads" / "a.csv", ADS)
        assert len(await warehouse.refresh()) == 1
        assert told(await warehouse.fetch(ask("spend", window=WEEK)), "spend")["channel=douyin"] == [
            None,
            50,
            None,
            None,
        ]


async def test_a_column_is_found_by_the_dictionarys_names_for_it(opened, tmp_path):
    write(tmp_path / "ads.csv", "统计日期,channel,消耗（万元）\n2026-06-01,公众号,1.2\n")
    async with opened(a_source()) as warehouse:
        assert await answered(warehouse, ask("spend", window=days("2026-06-01", "2026-06-01")), "spend") == {
            "channel=wechat": [12_000]
        }


async def test_another_definition_takes_all_in_anew(opened, tmp_path):
    write(tmp_path / "ads.csv", ADS)
    async with opened(a_source()) as warehouse:
        await warehouse.refresh()
    async with opened(a_source(cost=SUM("分数"))) as warehouse:
        assert await answered(warehouse, ask("cost", window=WEEK, by=()), "cost") == {"": [120, 150, None, 10]}


async def test_a_window_that_moves_on_and_one_that_reaches_back_are_answered_alike(everywhere, tmp_path):
    write(tmp_path / "ads.csv", ADS)
    async with everywhere(a_source()) as warehouse:
        for first, last, expected in [
            ("2026-06-02", "2026-06-03", [50, None]),
            ("2026-06-03", "2026-06-05", [None, None, None]),
            ("2026-05-30", "2026-06-02", [None, None, None, 50]),
            ("2026-06-08", "2026-06-08", [None]),
            ("2026-06-01", "2026-06-02", [None, 50]),
        ]:
            found = await answered(warehouse, ask("spend", window=days(first, last)), "spend")
            assert found["channel=douyin"] == expected


async def test_what_was_asked_before_is_answered_without_the_engine_until_facts_change(opened, tmp_path, monkeypatch):
    write(tmp_path / "ads.csv", ADS)
    async with opened(a_source()) as warehouse:
        await warehouse.refresh()
        queries = [ask("spend", window=WEEK), ask("spend", window=WEEK, grain=None)]
        first = [told(await warehouse.fetch(query), "spend") for query in queries]
        asked = []
        run = warehouse._budget.run
        monkeypatch.setattr(warehouse._budget, "run", lambda work, **how: asked.append(work) or run(work, **how))
        assert [told(await warehouse.fetch(query), "spend") for query in queries] == first
        assert asked == []
        write(tmp_path / "ads.csv", ADS.replace("抖音,50", "抖音,60"))
        await warehouse.refresh()
        changed = [told(await warehouse.fetch(query), "spend")["channel=douyin"] for query in queries]
        assert changed == [[None, 60, None, None], [60]]


async def test_many_rows_are_grouped_by_the_engine_with_the_same_answer(opened, tmp_path, monkeypatch):
    write(tmp_path / "ads.csv", ADS)
    query = ask("spend", window=WEEK, grain=Grain.WEEK)
    async with opened(a_source()) as warehouse:
        scanned = await answered(warehouse, query, "spend")
    monkeypatch.setattr("core.warehouse.duckdb.MOST_ROWS_SCANNED", 1)
    async with opened(a_source()) as warehouse:
        assert await answered(warehouse, query, "spend") == scanned


async def test_cubes_that_are_not_used_make_room(opened, tmp_path):
    write(tmp_path / "ads.csv", ADS)
    async with opened(a_source(), most_kept=1) as warehouse:
        for _ in range(2):
            for by in ((), ("channel",)):
                await warehouse.fetch(ask("spend", window=WEEK, by=by))
        assert len(warehouse._kept) == 1


# --- what is wrong


async def test_a_row_that_cannot_be_believed_is_set_aside_and_counted(opened, tmp_path):
    write(tmp_path / "ads.csv", "日期,渠道,消耗\n2026-06-01,a,1\n昨天,a,2\n2026-06-01,a,abc\n,a,3\n合计,,6\n")
    async with opened(a_source()) as warehouse:
        await warehouse.refresh()
        (intake,) = await warehouse.intakes()
        assert intake.path == tmp_path / "ads.csv"
        assert (intake.rows, intake.rejected) == (1, {"no-time": 1, "number": 1, "summary": 1, "time": 1})


async def test_a_source_without_files_is_missing_and_the_others_come_in(opened, tmp_path):
    write(tmp_path / "ads.csv", ADS)
    lost = Source("content", ("content.csv",), Grain.DAY, "日期", {}, {"n": ROWS})
    async with opened(lost, a_source()) as warehouse:
        with pytest.raises(Missing) as caught:
            await warehouse.refresh()
        assert (caught.value.code, caught.value.facts["files"]) == ("source-no-files", "content.csv")
        assert [arrival.source for arrival in await warehouse.refresh()] == ["ads"]
        assert (await warehouse.fetch(ask("spend", window=WEEK))).slices
        with pytest.raises(Missing):
            await warehouse.fetch(Query("content", Grain.DAY, (), ("n",), WEEK))
        write(tmp_path / "content.csv", "日期\n2026-06-01\n")
        assert [arrival.source for arrival in await warehouse.refresh()] == ["content"]


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "file-empty"), ("日期,渠道,消耗\n", "source-no-rows"), ("日期,渠道\n2026-06-01,a\n", "file-column-missing")],
)
async def test_a_file_that_gives_no_facts_says_what_to_mend(opened, tmp_path, text, code):
    write(tmp_path / "ads.csv", text)
    async with opened(a_source()) as warehouse:
        with pytest.raises(Problem) as caught:
            await warehouse.refresh()
        assert caught.value.code == code


async def test_a_file_that_breaks_leaves_its_facts_as_they_were(opened, tmp_path):
    write(tmp_path / "ads.csv", ADS)
    async with opened(a_source()) as warehouse:
        await warehouse.refresh()
        before = await answered(warehouse, ask("spend", window=WEEK), "spend")
        write(tmp_path / "ads.csv", "日期,消耗\n2026-06-01,1\n")
        with pytest.raises(Invalid):
            await warehouse.refresh()
        assert await answered(warehouse, ask("spend", window=WEEK), "spend") == before
        write(tmp_path / "ads.csv", ADS)
        assert await warehouse.refresh() == ()


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (Query("add", Grain.DAY, (), (), WEEK), "unknown-source"),
        (ask("roi", window=WEEK), "source-no-measure"),
        (ask("spend", window=WEEK, by=("region",)), "source-no-dimension"),
        (ask("spend", window=WEEK, grain=Grain.HOUR), "source-grain-too-fine"),
        (ask("spend", window=days("0001-01-01", "9998-01-01")), "question-too-large"),
    ],
)
async def test_a_question_that_cannot_be_answered_says_why(everywhere, tmp_path, monkeypatch, query, code):
    monkeypatch.setattr("core.warehouse.duckdb.MOST_CELLS", 1_000_000)
    monkeypatch.setattr("core.warehouse.remote.MOST_CELLS", 1_000_000)
    write(tmp_path / "ads.csv", ADS)
    async with everywhere(a_source()) as warehouse:
        with pytest.raises(Problem) as caught:
            await warehouse.fetch(query)
        assert caught.value.code == code


async def test_questions_asked_at_once_do_not_disturb_each_other(everywhere, tmp_path):
    write(tmp_path / "ads.csv", ADS)
    async with everywhere(a_source()) as warehouse:
        queries = [
            ask("spend", window=WEEK, grain=grain, by=by)
            for grain in (None, *list(Grain)[1:])
            for by in ((), ("channel",))
        ]
        cubes = await asyncio.gather(*(warehouse.fetch(query) for query in queries * 3), warehouse.refresh())
        totals = {round(float(np.nansum(cube.measures["spend"])), 6) for cube in cubes[:-1]}
        assert totals == {150.3}


# --- what dialects disagree on


@pytest.fixture(params=OVER_TABLES)
def table(request, tmp_path):
    """Open a warehouse over one table of a larger engine."""
    url = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    return partial(_open_table, url, tmp_path)


async def test_whole_numbers_are_added_and_never_divided_as_such(table, tmp_path):
    write(tmp_path / "ads.csv", "日期,渠道,消耗\n2026-06-01,a,1\n2026-06-01,b,2\n")
    async with table(a_source()) as warehouse:
        cube = await warehouse.fetch(ask("spend", window=days("2026-06-01", "2026-06-01")))
        assert cube.measures["spend"].dtype == np.float64
        a, b = (cube.measures["spend"][cube.slice_index[Labels.of({"channel": each})], 0] for each in "ab")
        assert a / b == 0.5


async def test_a_sum_over_nothing_known_has_no_value_and_one_unknown_takes_nothing_away(table, tmp_path):
    write(tmp_path / "ads.csv", "日期,渠道,消耗\n2026-06-01,a,\n2026-06-01,b,\n2026-06-01,b,3\n")
    async with table(a_source()) as warehouse:
        found = await answered(warehouse, ask("spend", window=days("2026-06-01", "2026-06-01")), "spend")
        assert found == {"channel=a": [None], "channel=b": [3]}


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "UTC"])
async def test_a_moment_is_counted_on_the_wall_clock_of_the_business(table, tmp_path, monkeypatch, zone):
    moments = [datetime(2026, 3, 8, hour, 30, tzinfo=UTC) for hour in (4, 6, 7, 15, 16, 20)]
    rows = "".join(f"{moment.isoformat()},a,{2**i}\n" for i, moment in enumerate(moments))
    write(tmp_path / "ads.csv", "日期,渠道,消耗\n" + rows)
    monkeypatch.setattr("tests.engines.laid", partial(laid, times="TIMESTAMP WITH TIME ZONE"))
    walls = [moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for moment in moments]
    async with table(a_source(Grain.HOUR), zone=zone) as warehouse:
        for grain in (Grain.HOUR, Grain.DAY, Grain.WEEK, Grain.MONTH):
            expected = {}
            for i, wall in enumerate(walls):
                index = Period.holding(wall, grain).index
                expected[index] = expected.get(index, 0) + 2**i
            cube = await warehouse.fetch(ask("spend", window=days("2026-03-07", "2026-03-09"), grain=grain))
            values = zip(cube.periods, cube.measures["spend"][0], strict=True)
            assert {index: value for index, value in values if value == value} == expected  # noqa: PLR0124 - NaN


async def test_words_are_compared_letter_by_letter_and_a_blank_is_no_word(table, tmp_path):
    write(
        tmp_path / "ads.csv",
        "日期,渠道,状态\n" + "".join(f"2026-06-01,a,{x}\n" for x in ("Open", "open", " ", "é", "e")),
    )
    a_day = days("2026-06-01", "2026-06-01")
    of = {"one": "is", "none": "not"}
    source = a_source(
        **{name: COUNT(None, (Filter("状态", op, ("open", "e")),)) for name, op in of.items()},
        known=COUNT("状态"),
        kinds=DISTINCT("状态"),
    )
    async with table(source) as warehouse:
        cube = await warehouse.fetch(ask("one", "none", "known", "kinds", window=a_day, by=()))
        assert {code: told(cube, code)[""] for code in cube.measures} == {
            "one": [2],
            "none": [3],
            "known": [4],
            "kinds": [4],
        }


async def test_any_word_may_be_a_value(table, tmp_path):
    words = ["50%", "%s", "it's", 'say "hi"', "a:b", "{x}", "\\n", "微信"]
    quoted = ('"' + word.replace('"', '""') + '"' for word in words)
    write(
        tmp_path / "ads.csv", "日期,渠道,消耗\n" + "".join(f"2026-06-01,{word},{i}\n" for i, word in enumerate(quoted))
    )
    async with table(a_source()) as warehouse:
        cube = await warehouse.fetch(ask("spend", window=days("2026-06-01", "2026-06-01")))
        held = {
            dict(labels)["channel"]: value
            for labels, value in zip(cube.slices, cube.measures["spend"][:, 0], strict=True)
        }
        assert held == {word if word != "微信" else "wechat": float(i) for i, word in enumerate(words)}


async def test_a_table_is_looked_at_again_only_after_a_pause(tmp_path):
    clock = [0.0]
    link = Duck()
    for statement in laid([_written(tmp_path / "ads.csv", ADS)]):
        await link.run(lambda tell, statement=statement: tell(statement))
    source = replace(a_source(), engine="tests", table="facts", files=())
    warehouse = RemoteWarehouse(link, {"ads": source}, CATALOG, pause=60, clock=lambda: clock[0])
    assert [str(each.last) for each in await warehouse.refresh()] == ["2026-06-04"]
    await link.run(lambda tell: tell("UPDATE facts SET 消耗 = 7 WHERE 消耗 = 50"))
    assert await warehouse.refresh() == ()
    clock[0] = 61
    assert [str(each.last) for each in await warehouse.refresh()] == ["2026-06-02"]
    await warehouse.aclose()


def _written(path, text):
    write(path, text)
    return path


async def test_an_engine_that_is_not_there_is_unavailable_and_names_no_secret():
    source = replace(a_source(), engine="tests", table="facts", files=())
    link = Alchemy("postgresql://reader:hunter2@127.0.0.1:9/shop", "UTC")
    warehouse = RemoteWarehouse(link, {"ads": source}, CATALOG)
    with pytest.raises(Unavailable) as caught:
        await warehouse.refresh()
    assert "hunter2" not in str(caught.value)
    await warehouse.aclose()


async def test_a_question_that_takes_too_long_is_given_up(postgres):
    link = Alchemy(postgres, "UTC", seconds=0.2)
    with pytest.raises(Unavailable) as caught:
        await link.run(lambda ask: ask("SELECT pg_sleep(30)"))
    assert caught.value.code == "warehouse-slow"
    await link.aclose()  # and does not wait for the thirty seconds


# --- topping up is asking anew

FACT = st.tuples(st.integers(1, 9), st.sampled_from("ab"), st.sampled_from(["", "x", "y"]), st.integers(0, 99))
FILES = st.dictionaries(st.sampled_from(["ads1.csv", "ads2.csv"]), st.lists(FACT, min_size=1, max_size=8), min_size=1)
WINDOWS = st.tuples(st.integers(1, 12), st.integers(0, 8))


def rows_of(facts):
    return "日期,渠道,人,消耗\n" + "".join(f"2026-06-{day:02},{one},{who},{spent}\n" for day, one, who, spent in facts)


@settings(max_examples=20)
@given(st.lists(st.tuples(FILES, WINDOWS, st.sampled_from([Grain.DAY, Grain.WEEK])), min_size=2, max_size=3))
def test_a_cube_that_was_topped_up_equals_one_asked_for_anew(steps):
    source = a_source(spend=SUM("消耗"), uv=DISTINCT("人"), level=LAST("消耗"))

    async def walk(folder):
        kept = DuckdbWarehouse(None, {"ads": source}, CATALOG, folder, stage=stage)
        for files, (first, length), grain in steps:
            for path in folder.glob("ads*.csv"):
                path.unlink()
            for name, facts in files.items():
                # One row a slice and day, since of two files that tell one day's level the later told counts.
                once = {(day, one): fact for fact in facts for day, one, *_ in [fact]}
                write(
                    folder / name,
                    rows_of(sorted(once.values()))
                    if name == "ads1.csv"
                    else rows_of(sorted((day + 10, one, who, spent) for (day, one, who, spent) in once.values())),
                )
            await kept.refresh()
            window = Window.days(date(2026, 6, first), date(2026, 6, first) + timedelta(days=length))
            fresh = DuckdbWarehouse(None, {"ads": source}, CATALOG, folder, stage=stage)
            query = ask("spend", "uv", "level", window=window, grain=grain)
            topped_up, anew = await kept.fetch(query), await fresh.fetch(query)
            await fresh.aclose()
            assert topped_up.periods == anew.periods
            for code in query.measures:
                assert told(topped_up, code) == told(anew, code)
        await kept.aclose()

    with TemporaryDirectory() as folder:
        asyncio.run(walk(Path(folder)))
