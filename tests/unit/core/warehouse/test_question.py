"""The SQL of every dialect, kept as somebody last found it good: `GOLDEN=write` takes a new look."""

import os
from datetime import date, datetime
from pathlib import Path

import pytest
import sqlglot

from core.calendar.grain import Grain, Period, Window
from core.errors import Missing
from core.metrics.metric import How
from core.metrics.source import Filter, Measure, Source
from core.warehouse.connect import Alchemy, dialect_of, read_url
from core.warehouse.question import DIALECTS, Questions, period_at, session_zone

GOLDEN = Path(__file__).parents[3] / "golden" / "sql"
SOURCE = Source(
    "leads",
    (),
    Grain.DAY,
    "day",
    {"channel": "渠道", "region": "region"},
    {
        "spend": Measure(How.SUM, "cost"),
        "leads": Measure(How.COUNT),
        "bad": Measure(How.COUNT, None, (Filter("score", "below", ("60",)), Filter("status", "not", ("won",)))),
        "won": Measure(How.COUNT, None, (Filter("won_at", "within", ("30",)),)),
        "uv": Measure(How.DISTINCT, "visitor", (Filter("status", "is", ("it's", "50%")),)),
        "followers": Measure(How.LAST, "followers"),
    },
    engine="${SHOP}",
    table="mart.leads",
)
WINDOW = Window.days(date(2026, 6, 1), date(2026, 6, 10))


def all_said(dialect: str) -> str:
    of = Questions(SOURCE, dialect, {"channel": {"微信": "wechat", "公众号": "wechat"}})
    sums = ("spend", "leads", "bad", "won", "uv")
    asked = {
        "zone": session_zone(dialect, "Asia/Shanghai"),
        "values": of.values("channel"),
        "slices": of.slices(),
        "marks": of.marks(date(2026, 5, 1)),
        "by channel and day": of.aggregate(sums, ("channel",), Grain.DAY, WINDOW),
        "by week": of.aggregate(("spend",), (), Grain.WEEK, WINDOW),
        "by hour": of.aggregate(("leads",), ("region",), Grain.HOUR, WINDOW),
        "in all": of.aggregate(("spend",), (), None, WINDOW),
        "a level by month": of.level("followers", ("channel",), Grain.MONTH, WINDOW),
    }
    return "".join(f"-- {title}\n{_laid_out(said, dialect)};\n\n" for title, said in asked.items())


def _laid_out(said: str, dialect: str) -> str:
    if not said.startswith("SELECT"):
        return said
    return sqlglot.parse_one(said, read=dialect).sql(dialect, pretty=True, identify=True)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_a_dialect_is_asked_is_as_it_was(dialect):
    golden = GOLDEN / f"{dialect}.sql"
    said = all_said(dialect)
    if os.environ.get("GOLDEN") == "write":
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(said, "utf-8")
    assert golden.read_text("utf-8") == said


@pytest.mark.parametrize(
    ("url", "dialect"),
    [
        ("postgresql://a@b/c", "postgres"),
        ("postgresql+psycopg://a@b/c", "postgres"),
        ("mysql+pymysql://a@b/c", "mysql"),
        ("starrocks://a@b/c", "starrocks"),
        ("doris+pymysql://a@b/c", "doris"),
        ("clickhouse+native://a@b/c", "clickhouse"),
        ("trino://a@b/c", "trino"),
        ("bigquery://project", "bigquery"),
        ("snowflake://a@b/c", "snowflake"),
        ("databricks://a@b/c", "spark"),
    ],
)
def test_an_address_tells_the_dialect(url, dialect):
    assert dialect_of(read_url(url)) == dialect


def test_a_setting_holds_what_must_not_lie_in_a_file(monkeypatch):
    monkeypatch.setenv("SHOP", "postgresql://reader:secret@host/shop")
    assert read_url("${SHOP}").password == "secret"
    monkeypatch.delenv("SHOP")
    with pytest.raises(Missing) as caught:
        read_url("${SHOP}")
    assert caught.value.code == "engine-no-setting"


@pytest.mark.parametrize(("address", "code"), [("shop", "engine-no-url"), ("oracle://a@b/c", "engine-unknown")])
def test_an_address_that_leads_nowhere_says_so(address, code):
    with pytest.raises(Missing) as caught:
        dialect_of(read_url(address))
    assert caught.value.code == code


async def test_an_engine_without_its_driver_says_what_to_install():
    link = Alchemy("trino://a@b/c", "UTC")
    with pytest.raises(Missing) as caught:
        await link.run(lambda ask: ask("SELECT 1"))
    assert caught.value.code == "engine-no-driver"
    await link.aclose()


@pytest.mark.parametrize("day", [date(2026, 6, 1), datetime(2026, 6, 1), "2026-06-01", "2026-06-01 00:00:00"])  # noqa: DTZ001
def test_a_period_is_known_in_whatever_type_it_comes(day):
    assert period_at([day], Grain.DAY) == Period.holding(date(2026, 6, 1), Grain.DAY).index
    assert period_at([day, 5], Grain.HOUR) == period_at([day], Grain.DAY) * 24 + 5
    assert period_at([2945], Grain.WEEK) == 2945
