"""Many small batches become few files, and no fact, no row and no key changes by it."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from core.calendar.grain import Grain, Window
from core.cube.query import Query
from core.errors import Problem
from core.ingest import merge as merging
from core.ingest.inbox import FileInbox
from core.ingest.journal import NAME, Journal, Line
from core.ingest.table import stage
from core.metrics.batch import BATCH, BY, span_of, standing
from core.metrics.catalog import Catalog
from core.metrics.load import builtin
from core.metrics.metric import How
from core.metrics.source import Measure, Source
from core.warehouse.duckdb import DuckdbWarehouse
from core.warehouse.intake import wanted

ADS = {"spend": Measure(How.SUM, "spend"), "clicks": Measure(How.SUM, "clicks")}
LEADS = {"leads": Measure(How.COUNT)}
DAYS = Window.days(datetime(2026, 6, 1).date(), datetime(2026, 6, 9).date())  # noqa: DTZ001 - a day on the wall


def a_source(measures):
    files = ("inbox/ads/*", "data/*.csv")
    return Source("ads", files, Grain.DAY, "day", {"channel": "channel"}, measures, push=True)


def an_inbox(folder, source):
    dictionary = builtin()
    catalog = Catalog(dictionary.metrics, dictionary.dimensions, {"ads": source})
    return FileInbox(folder, catalog, "UTC", lambda one: wanted(one, catalog))


async def cells(folder, source):
    """Return every fact, by channel and day, as a house that opens now finds it."""
    warehouse = DuckdbWarehouse(
        None, {"ads": source}, Catalog({}, builtin().dimensions, {"ads": source}), folder, stage=stage
    )
    await warehouse.refresh()
    cube = await warehouse.fetch(Query("ads", Grain.DAY, ("channel",), tuple(source.measures), DAYS))
    intakes = await warehouse.intakes()
    await warehouse.aclose()
    found = {
        (str(labels), code): [None if value != value else value for value in cube.measures[code][place].tolist()]  # noqa: PLR0124
        for place, labels in enumerate(cube.slices)
        for code in source.measures
    }
    return found, intakes


async def push(inbox, count, chance, first=0):
    """Bring batches that overlap: of ten channels and nine days, told again and again, some of it not readable."""
    for number in range(first, first + count):
        rows = [
            {
                "day": f"2026-06-{chance.randrange(1, 10):02}",
                "channel": name,
                "spend": "oops" if chance.random() < 0.1 else f"{chance.randrange(100) / 10}万",
                "clicks": chance.randrange(100),
            }
            for name in chance.sample(["wechat", "公众号", "douyin", "c3", "c4"], 2)
        ]
        await inbox.receive("ads", json.dumps([*rows, rows[0] | {"channel": "sure", "spend": 1}]).encode(), "json",
                            f"key {number}", by="etl")  # fmt: skip


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(merging, "MOST_LOOSE", 12)
    monkeypatch.setattr(merging, "STAY_LOOSE", 4)


def loose(folder):
    return [path for path in standing(folder.glob("inbox/ads/[!.]*")) if span_of(path.name) is None]


@pytest.mark.parametrize("measures", [ADS, LEADS], ids=["sums", "rows-counted"])
async def test_facts_are_the_same_before_and_after_batches_are_merged(tmp_path, monkeypatch, measures):
    source = a_source(measures)
    inbox = an_inbox(tmp_path, source)
    await push(inbox, 30, Random(7))
    before, _ = await cells(tmp_path, source)
    monkeypatch.setattr(merging, "MOST_LOOSE", 12)
    monkeypatch.setattr(merging, "STAY_LOOSE", 4)
    await inbox.receive("ads", b"day,channel,spend,clicks\n2026-06-01,other,5,5\n", "file")
    after, intakes = await cells(tmp_path, source)
    assert len(intakes) < 10
    assert {key: values for key, values in after.items() if "other" not in key[0]} == before


async def test_an_inbox_is_bounded_however_often_it_is_pushed_to(tmp_path, few):
    inbox = an_inbox(tmp_path, a_source(ADS))
    await push(inbox, 100, Random(3))
    files = [path for path in (tmp_path / "inbox/ads").iterdir() if not path.name.startswith(".")]
    assert len(loose(tmp_path)) <= merging.MOST_LOOSE
    assert len(files) <= 2 * merging.MOST_LOOSE + 1
    (merged,) = (path for path in standing(files) if span_of(path.name))
    with merged.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    told = {row[BATCH] for row in rows}
    assert len(told) + len(loose(tmp_path)) == 100
    assert {row[BY] for row in rows} == {"etl"}


async def test_a_key_is_known_when_its_batch_is_long_merged(tmp_path, few):
    inbox = an_inbox(tmp_path, a_source(ADS))
    body = json.dumps([{"day": "2026-06-01", "channel": "c", "spend": 1, "clicks": 1}]).encode()
    await inbox.receive("ads", body, "json", "first", by="etl")
    await push(inbox, 30, Random(1))
    again = await inbox.receive("ads", body, "json", "first")
    assert again.is_repeat
    with pytest.raises(Problem) as problem:
        await inbox.receive("ads", body.replace(b"1}", b"2}"), "json", "first")
    assert problem.value.code == "push-key-reused"
    assert await inbox.bringer("ads", f"{again.batch}.csv") == "etl"
    assert (await an_inbox(tmp_path, a_source(ADS)).receive("ads", body, "json", "first")).is_repeat


async def test_a_batch_whose_file_was_taken_away_may_come_again(tmp_path):
    inbox = an_inbox(tmp_path, a_source(ADS))
    body = json.dumps([{"day": "2026-06-01", "channel": "c", "spend": 1, "clicks": 1}]).encode()
    first = await inbox.receive("ads", body, "json", "first")
    (tmp_path / "inbox/ads" / f"{first.batch}.csv").unlink()
    again = await inbox.receive("ads", body, "json", "first")
    assert not again.is_repeat
    assert len(loose(tmp_path)) == 1


async def test_nothing_is_counted_twice_where_somebody_died_before_the_old_files_were_removed(tmp_path, few):
    source = a_source(LEADS)
    inbox = an_inbox(tmp_path, source)
    await push(inbox, 13, Random(5))  # merged, and the old files still there
    held = set(merging.left_over(tmp_path / "inbox/ads"))
    assert len(held) == 9
    found, _ = await cells(tmp_path, source)
    assert sum(value or 0 for values in found.values() for value in values) == 39
    await push(inbox, 1, Random(6), first=13)
    assert merging.left_over(tmp_path / "inbox/ads") == ()


async def test_a_batch_that_would_read_otherwise_among_others_stays_a_file(tmp_path, few):
    inbox = an_inbox(tmp_path, a_source(ADS))
    head = "day,channel,spend,clicks\n"
    odd = [
        head + "05/06/2026,turned,1,1\n18/06/2026,turned,1,1\n",  # which is the day, only this column tells
        head + "2026-06-01,long,1,1,1\n2026-06-01,right,1,1\n",
        "投放日报,,,\n" + head + "2026-06-01,titled,1,1\n",
        "day,channel,spend(万),clicks\n2026-06-01,unit,1,1\n",
    ]
    await push(inbox, 8, Random(2))
    batches = {(await inbox.receive("ads", each.encode(), "file")).batch for each in odd}
    await push(inbox, 12, Random(2), first=8)
    assert {path.stem for path in loose(tmp_path)} >= batches
    assert any(span_of(path.name) for path in (tmp_path / "inbox/ads").iterdir())


async def test_what_came_before_another_file_is_not_merged_with_what_came_after_it(tmp_path, few):
    source = a_source(ADS)
    inbox = an_inbox(tmp_path, source)
    row = {"day": "2026-06-01", "channel": "c3", "spend": 1, "clicks": 1}
    await inbox.receive("ads", json.dumps([row]).encode(), "json")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "export.csv").write_text("day,channel,spend,clicks\n2026-06-01,c3,77,7\n")
    for number in range(20):
        body = json.dumps([row | {"channel": "douyin", "spend": number}]).encode()
        await inbox.receive("ads", body, "json")
    found, _ = await cells(tmp_path, source)
    assert found["channel=c3", "spend"][0] == 77


def test_a_journal_outlives_a_line_that_was_cut_off_and_another_process(tmp_path):
    mine, theirs = Journal(tmp_path), Journal(tmp_path)
    mine.add(Line("a", "2026-06-01", "etl", "1"))
    assert set(theirs.known()) == {"a"}
    with (tmp_path / NAME).open("a") as file:
        file.write('{"batch": "b", "at": "20')
    assert set(mine.known()) == {"a"}
    theirs.add(Line("c", datetime.now(UTC).isoformat(), "etl", "1"))
    assert set(mine.known()) == {"a", "c"}
    theirs.forget(datetime.now(UTC) - timedelta(days=1))
    assert set(mine.known()) == {"c"}
