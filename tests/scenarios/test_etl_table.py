"""A table that an ETL tool has loaded, asked where it lies.

The tables are laid here by hand, column for column as dlt 1.31.0 lays them in PostgreSQL (its own run against this
source gave the same answer; as a dependency of the tests it would bring eighteen packages): `_dlt_load_id` and
`_dlt_id` in each row, days as texts, a table of loads beside it, lists in tables of their own, and a column that came
later.
"""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import create_engine, text

from core.calendar.grain import Grain, Window
from core.cube.query import Query
from core.metrics.catalog import Catalog
from core.metrics.load import builtin
from core.metrics.metric import How
from core.metrics.source import Measure, Source
from core.warehouse.connect import Alchemy, read_url
from core.warehouse.remote import RemoteWarehouse
from tests.engines import running_postgres

LAID = """
CREATE SCHEMA marketing;
CREATE TABLE marketing._dlt_loads (load_id varchar, schema_name varchar, status bigint, inserted_at timestamptz,
    schema_version_hash varchar);
CREATE TABLE marketing.ads (day varchar, channel varchar, cost double precision, clicks bigint,
    _dlt_load_id varchar NOT NULL, _dlt_id varchar UNIQUE NOT NULL, note varchar);
CREATE TABLE marketing.ads__tags (value varchar, _dlt_parent_id varchar NOT NULL, _dlt_list_idx bigint NOT NULL,
    _dlt_id varchar UNIQUE NOT NULL);
INSERT INTO marketing._dlt_loads VALUES ('1795000000.1', 'shop', 0, now(), 'x');
INSERT INTO marketing.ads VALUES ('2026-06-01', '微信', 100.5, 10, '1795000000.1', 'a', NULL),
    ('2026-06-01', '抖音', 20, 3, '1795000000.1', 'b', NULL),
    ('2026-06-02', '公众号', 1.5, 2, '1795000000.2', 'c', 'late');
INSERT INTO marketing.ads__tags VALUES ('x', 'a', 0, 'd'), ('y', 'a', 1, 'e');
"""


@pytest.fixture(scope="module")
def engine():
    with running_postgres() as url:
        made = create_engine(read_url(url))
        with made.begin() as connection:
            connection.execute(text(LAID))
        made.dispose()
        yield url


async def test_a_table_that_dlt_laid_is_a_source_as_it_is(engine):
    measures = {"spend": Measure(How.SUM, "cost"), "clicks": Measure(How.SUM, "clicks")}
    source = Source("ads", (), Grain.DAY, "day", {"channel": "channel"}, measures, engine=engine, table="marketing.ads")
    dictionary = builtin()
    catalog = Catalog(dictionary.metrics, dictionary.dimensions)
    warehouse = RemoteWarehouse(Alchemy(engine, "UTC"), {"ads": source}, catalog)
    try:
        await warehouse.refresh()
        june = Window.days(date(2026, 6, 1), date(2026, 6, 2))
        cube = await warehouse.fetch(Query("ads", Grain.DAY, ("channel",), ("spend", "clicks"), june))
    finally:
        await warehouse.aclose()
    spent = {str(one): row for one, row in zip(cube.slices, cube.measures["spend"].tolist(), strict=True)}
    assert spent["channel=wechat"] == [100.5, 1.5]
    assert spent["channel=douyin"][0] == 20
