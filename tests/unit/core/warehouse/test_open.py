"""Files and tables behind one door."""

from dataclasses import replace
from datetime import date

import pytest

from core.calendar.grain import Grain, Period, Window
from core.cube.query import Query
from core.errors import Missing, Problem
from core.ingest.table import stage
from core.metrics.catalog import Catalog
from core.metrics.metric import How
from core.metrics.source import Measure, Source
from core.ports import Arrival
from core.warehouse.open import ManyWarehouses, open_warehouse

ADS = Source("ads", ("ads.csv",), Grain.DAY, "day", {}, {"spend": Measure(How.SUM, "cost")})
TABLE = replace(ADS, name="shop", files=(), engine="${NOWHERE}", table="shop")
JUNE_1 = Period.holding(date(2026, 6, 1), Grain.DAY)


def ask(source):
    return Query(source, Grain.DAY, (), ("spend",), Window.of(JUNE_1, JUNE_1))


async def test_without_an_engine_files_are_all_there_is(tmp_path):
    (tmp_path / "ads.csv").write_text("day,cost\n2026-06-01,5\n")
    warehouse = open_warehouse(None, Catalog({}, {}, {"ads": ADS}), tmp_path, stage=stage, zone="UTC")
    assert (await warehouse.fetch(ask("ads"))).measures["spend"].tolist() == [[5]]
    await warehouse.aclose()


def test_an_engine_whose_address_is_no_setting_is_told_at_once(tmp_path):
    with pytest.raises(Missing):
        open_warehouse(None, Catalog({}, {}, {"ads": ADS, "shop": TABLE}), tmp_path, stage=stage, zone="UTC")


async def test_an_engine_that_fails_holds_back_no_file(tmp_path, monkeypatch):
    monkeypatch.setenv("NOWHERE", "postgresql://127.0.0.1:9/shop")
    (tmp_path / "ads.csv").write_text("day,cost\n2026-06-01,5\n")
    warehouse = open_warehouse(None, Catalog({}, {}, {"ads": ADS, "shop": TABLE}), tmp_path, stage=stage, zone="UTC")
    with pytest.raises(Problem):
        await warehouse.refresh()
    assert (await warehouse.fetch(ask("ads"))).measures["spend"].tolist() == [[5]]
    with pytest.raises(Problem):
        await warehouse.fetch(ask("shop"))
    with pytest.raises(Missing):
        await warehouse.fetch(ask("other"))
    await warehouse.aclose()


class Stub:
    def __init__(self, *answers):
        self.answers = list(answers)

    async def refresh(self):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_what_arrived_beside_a_trouble_is_told_by_the_next_look():
    arrival = Arrival("ads", JUNE_1, JUNE_1)
    both = ManyWarehouses(Stub((arrival,), ()), {"shop": Stub(Missing("unknown-source", name="x"), ())})
    with pytest.raises(Missing):
        await both.refresh()
    assert await both.refresh() == (arrival,)


async def test_a_bug_in_one_is_not_swallowed():
    both = ManyWarehouses(Stub(()), {"shop": Stub(ZeroDivisionError())})
    with pytest.raises(ZeroDivisionError):
        await both.refresh()
