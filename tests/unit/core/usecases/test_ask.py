"""One value for each metric and slice, over the whole period, and never a sum of what may not be summed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import numpy as np
import pytest

from core.calendar.grain import Grain, Period, Window
from core.cube.cube import Cube
from core.cube.query import Query
from core.errors import Missing
from core.labels import Labels, Matcher
from core.metrics.catalog import Catalog
from core.metrics.dimension import Dimension
from core.metrics.metric import Direction, How, Metric, Op, Ref, ToDate
from core.metrics.source import Measure, Source
from core.ports import World
from core.quantity import Unit
from core.text import Text
from core.usecases.ask import Absent, Question, ask


def a_metric(code: str, unit: Unit = Unit.COUNT, **more) -> Metric:
    more = more if "formula" in more else {"how": How.SUM} | more
    return Metric(code, Text.same(code), unit, Direction.UP, "any", **more)


def ratio(code: str, over: str, by: str, **more) -> Metric:
    return a_metric(code, Unit.PERCENT, formula=Op("/", Ref(over), Ref(by)), **more)


def a_catalog(grain: Grain = Grain.DAY) -> Catalog:
    metrics = [
        a_metric("revenue", Unit.MONEY),
        a_metric("spend", Unit.MONEY),
        a_metric("budget", Unit.MONEY),
        a_metric("clicks"),
        a_metric("orders"),
        a_metric("visitors", how=How.DISTINCT),
        a_metric("signups"),
        ratio("roi", "revenue", "spend"),
        ratio("cvr", "orders", "clicks", min_sample=100),
        a_metric(
            "budget_use",
            Unit.PERCENT,
            formula=Op("/", ToDate(Ref("spend"), Grain.MONTH), ToDate(Ref("budget"), Grain.MONTH)),
        ),
    ]
    columns = {"channel": "渠道", "region": "地区"}
    ads = {code: Measure(How.SUM, code) for code in ("revenue", "spend", "budget", "clicks", "orders")}
    ads["visitors"] = Measure(How.DISTINCT, "visitor")
    return Catalog(
        metrics={each.code: each for each in metrics},
        dimensions={code: Dimension(code, Text.same(code)) for code in columns},
        sources={
            "ads": Source("ads", ("ads.csv",), grain, "day", columns, ads),
            "crm": Source("crm", ("crm.csv",), Grain.DAY, "day", {}, {"signups": Measure(How.SUM, "n")}),
        },
    )


@dataclass
class FakeWarehouse:
    """Adds up rows of (moment, labels, numbers), and counts the visitors of a query's own cells once each."""

    rows: list[tuple[datetime, dict[str, str], dict[str, object]]]
    queries: list[Query] = field(default_factory=list)

    async def fetch(self, query: Query) -> Cube:
        self.queries.append(query)
        periods = query.window.periods(query.grain) if query.grain else range(1)
        rows = [row for row in self.rows if query.window.start <= row[0] < query.window.end]
        slices = sorted({Labels.of(labels).only(query.dimensions) for _, labels, _ in rows})
        cells: dict[str, dict[tuple[int, int], list]] = {code: {} for code in query.measures}
        for moment, labels, numbers in rows:
            column = Period.holding(moment, query.grain).index - periods.start if query.grain else 0
            key = slices.index(Labels.of(labels).only(query.dimensions)), column
            for code in query.measures:
                if code in numbers:
                    cells[code].setdefault(key, []).append(numbers[code])
        measures = {}
        for code, found in cells.items():
            measures[code] = np.full((len(slices), len(periods)), np.nan)
            for key, values in found.items():
                measures[code][key] = len(set().union(*values)) if code == "visitors" else sum(values)
        hows = {code: How.DISTINCT if code == "visitors" else How.SUM for code in query.measures}
        return Cube(query.dimensions, tuple(slices), query.grain, periods, measures, hows)


class Clock:
    def now(self) -> datetime:
        return datetime(2026, 6, 19, 2, tzinfo=UTC)


def june(day: int) -> datetime:
    return datetime(2026, 6, day)  # noqa: DTZ001 - wall clock


def days(first: int, last: int) -> Window:
    return Window.days(date(2026, 6, first), date(2026, 6, last))


WECHAT, DOUYIN = {"channel": "wechat", "region": "east"}, {"channel": "douyin", "region": "east"}
ROWS = [
    (june(1), WECHAT, {"revenue": 100, "spend": 100, "budget": 50, "visitors": {"a"}}),
    (june(8), WECHAT, {"revenue": 10, "spend": 10, "clicks": 50, "orders": 5, "visitors": {"a", "b"}}),
    (june(9), WECHAT, {"revenue": 300, "spend": 90, "clicks": 60, "orders": 5, "budget": 50, "visitors": {"b"}}),
    (june(8), DOUYIN, {"revenue": 50, "spend": 100, "clicks": 50, "orders": 1, "visitors": {"b", "c"}}),
    (june(9), DOUYIN, {"revenue": 50, "spend": 0, "clicks": 10, "orders": 1, "visitors": {"c"}}),
]


async def answer(question: Question, rows=ROWS, grain: Grain = Grain.DAY):
    world = World(Clock(), FakeWarehouse(rows), None, None)
    return await ask(question, SimpleNamespace(catalog=a_catalog(grain)), world)


CHANNEL = Matcher("channel", ("wechat",))


async def test_a_ratio_over_days_is_the_sums_ratio_and_not_the_mean_of_days():
    found = await answer(Question(("roi",), days(8, 9), (CHANNEL,)))
    (value,) = found.values
    assert value.value == pytest.approx(310 / 100)
    assert value.series == pytest.approx((1.0, 300 / 90))
    assert (value.first, value.grain) == (Period.holding(date(2026, 6, 8), Grain.DAY), Grain.DAY)
    assert value.unit is Unit.PERCENT


async def test_distinct_visitors_are_counted_once_over_the_whole_period():
    (value,) = (await answer(Question(("visitors",), days(8, 9)))).values
    assert value.value == 3
    assert value.series == (3, 2)


async def test_without_slices_the_whole_business_answers():
    (value,) = (await answer(Question(("spend",), days(8, 9)))).values
    assert (value.labels, value.value) == (Labels(), 200)


async def test_by_a_dimension_the_largest_slice_stands_first():
    found = await answer(Question(("revenue", "roi"), days(8, 9), by="channel"))
    assert [(each.metric, str(each.labels)) for each in found.values] == [
        ("revenue", "channel=wechat"),
        ("revenue", "channel=douyin"),
        ("roi", "channel=wechat"),
        ("roi", "channel=douyin"),
    ]
    assert [each.value for each in found.of("roi")] == pytest.approx([3.1, 1.0])


async def test_several_values_of_a_dimension_are_answered_one_by_one():
    found = await answer(Question(("spend",), days(8, 9), (Matcher("channel", ("wechat", "douyin", "weibo")),)))
    assert [(each.labels.get("channel"), each.value) for each in found.values] == [
        ("wechat", 100),
        ("douyin", 100),
        ("weibo", None),
    ]


async def test_a_slice_left_out_leaves_the_others():
    found = await answer(Question(("spend",), days(8, 9), (Matcher("channel", ("douyin",), negated=True),)))
    assert [each.labels.get("channel") for each in found.values] == ["wechat"]


async def test_a_slice_and_a_split_go_together():
    found = await answer(Question(("spend",), days(8, 9), (Matcher("region", ("east",)),), by="channel"))
    assert {str(each.labels) for each in found.values} == {"channel=wechat, region=east", "channel=douyin, region=east"}


async def test_the_change_is_relative_to_the_window_compared_with():
    (value,) = (await answer(Question(("spend",), days(8, 9), compare=days(1, 7)))).values
    assert (value.compared_to, value.change) == (100, 1.0)


async def test_nothing_to_compare_with_is_no_change():
    (value,) = (await answer(Question(("spend",), days(8, 9), compare=days(2, 7)))).values
    assert (value.compared_to, value.change) == (None, None)


async def test_a_slice_that_was_there_before_is_answered_too():
    found = await answer(Question(("spend",), days(1, 7), by="channel", compare=days(8, 9)))
    assert [(each.labels.get("channel"), each.value, each.compared_to) for each in found.values] == [
        ("wechat", 100, 100),
        ("douyin", None, 100),
    ]


async def test_missing_facts_are_said_to_be_missing():
    found = await answer(Question(("spend",), days(10, 18), (CHANNEL,)))
    (value,) = found.values
    assert (value.value, value.absent, value.series) == (None, Absent.FACTS, ())
    assert found.is_empty
    assert found.stops_early
    assert found.fresh == Period.holding(date(2026, 6, 9), Grain.DAY)


async def test_numbers_that_stop_before_the_window_say_so():
    found = await answer(Question(("spend",), days(8, 18)))
    assert found.fresh == Period.holding(date(2026, 6, 9), Grain.DAY)
    assert found.stops_early
    assert not (await answer(Question(("spend",), days(8, 9)))).stops_early


async def test_where_no_fact_ever_came_nothing_is_fresh():
    found = await answer(Question(("spend",), days(8, 9)), rows=[])
    assert (found.fresh, found.stops_early, found.is_empty) == (None, False, True)


async def test_too_small_a_sample_is_told_from_missing_facts():
    wechat, douyin = (await answer(Question(("cvr",), days(8, 9), by="channel"))).values
    assert wechat.value == pytest.approx(10 / 110)
    assert (douyin.value, douyin.absent) == (None, Absent.SAMPLE)


async def test_nothing_to_divide_by_is_told_from_missing_facts():
    (value,) = (await answer(Question(("roi",), days(9, 9), (Matcher("channel", ("douyin",)),)))).values
    assert (value.value, value.absent) == (None, Absent.DIVISOR)


async def test_what_gathers_to_date_is_gathered_since_the_month_began():
    (value,) = (await answer(Question(("budget_use",), days(8, 9), (CHANNEL,)))).values
    assert value.value == pytest.approx(200 / 100)
    assert value.series == pytest.approx((110 / 50, 200 / 100))


async def test_metrics_of_two_sources_are_asked_of_each():
    rows = [*ROWS, (june(8), {}, {"signups": 7})]
    found = await answer(Question(("signups", "spend"), days(8, 9)), rows=rows)
    assert [(each.metric, each.value) for each in found.values] == [("signups", 7), ("spend", 200)]


async def test_a_dimension_that_the_source_lacks_is_named():
    with pytest.raises(Missing) as raised:
        await answer(Question(("signups",), days(8, 9), by="channel"))
    assert raised.value.code == "no-source-for"


@pytest.mark.parametrize(
    ("first", "last", "source", "grain"),
    [
        (9, 9, Grain.HOUR, Grain.HOUR),
        (9, 9, Grain.DAY, Grain.DAY),
        (8, 9, Grain.HOUR, Grain.DAY),
    ],
)
async def test_the_chart_goes_by_hour_for_a_single_day_only(first, last, source, grain):
    (value,) = (await answer(Question(("spend",), days(first, last)), grain=source)).values
    assert value.grain is grain


async def test_a_long_window_is_drawn_by_whole_weeks_and_a_very_long_one_by_months():
    end = june(9) + timedelta(days=1)
    rows = [*ROWS, (june(1) - timedelta(days=90), WECHAT, {"spend": 1})]
    (weeks,) = (await answer(Question(("spend",), Window(end - timedelta(days=120), end)), rows)).values
    assert weeks.grain is Grain.WEEK
    assert weeks.first is not None
    assert weeks.first.shift(len(weeks.series) - 1).end <= end
    (months,) = (await answer(Question(("spend",), Window(end - timedelta(days=600), end)), rows)).values
    assert months.grain is Grain.MONTH


async def test_a_grain_asked_for_is_the_charts_unless_the_source_is_coarser():
    (week,) = (await answer(Question(("spend",), days(1, 9), grain=Grain.WEEK))).values
    assert week.grain is Grain.WEEK
    (day,) = (await answer(Question(("spend",), days(1, 9), grain=Grain.HOUR))).values
    assert day.grain is Grain.DAY


async def test_facts_are_fresh_even_where_the_chart_goes_by_week():
    found = await answer(Question(("spend",), days(1, 14), grain=Grain.WEEK))
    assert found.fresh == Period.holding(date(2026, 6, 9), Grain.DAY)


async def test_a_running_period_is_compared_as_far_as_its_facts_go():
    found = await answer(Question(("spend",), days(9, 16), compare=days(1, 8)))
    assert found.question.compare == days(1, 1)
    assert found.values[0].compared_to == 100


async def test_what_gathers_to_date_is_not_drawn_beyond_its_last_fact():
    (value,) = (await answer(Question(("budget_use",), days(8, 16), (CHANNEL,)))).values
    assert len(value.series) == 2


async def test_a_comparison_whose_facts_begin_late_is_none_at_all():
    found = await answer(Question(("spend",), days(8, 9), compare=Window.days(date(2026, 5, 1), date(2026, 6, 7))))
    assert (found.values[0].value, found.values[0].compared_to) == (200, None)
