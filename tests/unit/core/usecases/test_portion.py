"""Parts of a whole that add up to one, and numbers put together of two sources, as far as the facts of both go."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from core.calendar.grain import Grain, Period
from core.errors import Missing
from core.labels import Labels, Matcher
from core.metrics.metric import How
from core.metrics.source import Measure, Source
from core.ports import World
from core.quantity import Unit
from core.usecases.ask import Absent, Question, ask
from core.usecases.gather import parts_of
from core.usecases.portion import has_parts, portion
from tests.unit.core.usecases.test_ask import ROWS, Clock, FakeWarehouse, a_catalog, a_metric, days, june, ratio

WECHAT, DOUYIN = Labels.of({"channel": "wechat"}), Labels.of({"channel": "douyin"})


class TwoSources(FakeWarehouse):
    """Each source has the rows of its own, as two systems do."""

    async def fetch(self, query):
        own = {"crm": {"leads"}}.get(query.source, {"spend", "revenue"})
        rows = [row for row in self.rows if own & set(row[2])]
        return await FakeWarehouse(rows).fetch(query)


def two_sources(grain: Grain = Grain.DAY):
    catalog = a_catalog()
    leads, cpl = a_metric("leads"), ratio("cpl", "spend", "leads")
    crm = Source("crm", ("crm.csv",), grain, "day", {"channel": "c"}, {"leads": Measure(How.COUNT)})
    return replace(
        catalog, metrics=catalog.metrics | {"leads": leads, "cpl": cpl}, sources=catalog.sources | {"crm": crm}
    )


SPEND = [(june(day), {"channel": name, "region": "east"}, {"spend": 60}) for day in range(1, 15) for name in "ab"]
LEADS = [(june(day), {"channel": "a"}, {"leads": 3}) for day in range(1, 13)]
A, B = Labels.of({"channel": "a"}), Labels.of({"channel": "b"})


async def joined(question, catalog=None, rows=(*SPEND, *LEADS)):
    world = World(Clock(), TwoSources(list(rows)), None, None)
    return await ask(question, SimpleNamespace(catalog=catalog or two_sources()), world)


async def shared(question, dimension="channel"):
    world = World(Clock(), FakeWarehouse(ROWS), None, None)
    return await portion(question, dimension, SimpleNamespace(catalog=a_catalog()), world)


async def test_parts_add_up_to_one_and_the_whole_is_the_sources_own():
    answer = await shared(Question(("revenue",), days(8, 9), by="channel"))
    found = {one.labels: one.value for one in answer.values}
    assert found == pytest.approx({WECHAT: 310 / 410, DOUYIN: 100 / 410})
    assert sum(found.values()) == pytest.approx(1)
    assert {one.unit for one in answer.values} == {Unit.PERCENT}
    assert [one.value for one in answer.shares.wholes] == [410]
    first = next(one for one in answer.values if one.labels == WECHAT)
    assert first.series == pytest.approx((10 / 60, 300 / 350))


async def test_a_named_slice_is_a_part_of_all_slices_of_its_dimension_and_of_no_others():
    where = (Matcher("channel", ("wechat",)), Matcher("region", ("east",)))
    [one] = (await shared(Question(("revenue",), days(8, 9), where))).values
    assert one.value == pytest.approx(310 / 410)


async def test_a_part_moves_against_the_part_it_was():
    answer = await shared(Question(("revenue",), days(9, 9), by="channel", compare=days(8, 8)))
    one = next(one for one in answer.values if one.labels == DOUYIN)
    assert (one.value, one.compared_to) == pytest.approx((50 / 350, 50 / 60))
    assert one.change == pytest.approx((50 / 350) / (50 / 60) - 1)


async def test_nothing_is_no_part_of_nothing():
    answer = await shared(Question(("budget",), days(8, 8), (Matcher("channel", ("douyin",)),)))
    assert [(one.value, one.absent) for one in answer.values] == [(None, Absent.FACTS)]


def test_only_what_adds_up_has_parts():
    catalog = a_catalog()
    assert [has_parts(code, catalog) for code in ("spend", "roi", "visitors", "budget_use")] == [
        True, False, False, False
    ]  # fmt: skip


async def test_a_ratio_of_two_sources_is_told_as_far_as_both_go_and_says_how_far_that_is():
    answer = await joined(Question(("cpl",), days(8, 14), compare=days(1, 7)))
    [one] = answer.values
    # Spend of five days over the leads of five: two more days of spend have no leads yet.
    assert one.value == pytest.approx(5 * 120 / (5 * 3))
    assert one.compared_to == pytest.approx(120 / 3)
    assert answer.question.compare == days(1, 5)
    assert len(one.series) == 5
    assert dict(answer.joined) == {
        "ads": Period.holding(date(2026, 6, 14), Grain.DAY),
        "crm": Period.holding(date(2026, 6, 12), Grain.DAY),
    }
    assert answer.stops_early
    assert answer.fresh == Period.holding(date(2026, 6, 12), Grain.DAY)


async def test_two_sources_are_joined_slice_by_slice_and_what_one_of_them_lacks_is_unknown():
    answer = await joined(Question(("cpl", "spend"), days(8, 12), by="channel"))
    found = {(one.metric, one.labels): one.value for one in answer.values}
    assert found == {("cpl", A): 20, ("cpl", B): None, ("spend", A): 300, ("spend", B): 300}


async def test_by_what_one_half_does_not_know_there_is_no_ratio():
    with pytest.raises(Missing) as raised:
        await joined(Question(("cpl",), days(8, 12), by="region"))
    assert raised.value.code == "no-source-for"


async def test_a_half_told_by_the_week_makes_the_ratio_one_of_whole_weeks():
    weekly = [(june(day), {"channel": "a"}, {"leads": 21}) for day in (1, 8)]
    catalog = two_sources(Grain.WEEK)
    answer = await joined(Question(("cpl",), days(3, 9), compare=days(1, 2)), catalog, (*SPEND, *weekly))
    assert answer.question.window == days(1, 14)
    assert answer.question.compare.end == answer.question.window.start
    [one] = answer.values
    assert one.value == pytest.approx(14 * 120 / 42)
    assert {one.first.grain} == {Grain.WEEK}


async def test_one_source_that_holds_both_halves_is_asked_alone():
    parts = parts_of(("revenue", "spend"), ("channel",), a_catalog())
    assert not parts.is_joined
    answer = await joined(Question(("roi",), days(8, 9)))
    assert answer.joined == ()


async def test_with_no_facts_in_one_of_them_there_is_no_ratio_and_no_crash():
    answer = await joined(Question(("cpl",), days(8, 12)), rows=SPEND)
    assert [one.value for one in answer.values] == [None]
    assert dict(answer.joined)["crm"] is None
    assert days(8, 12).end - days(8, 12).start == timedelta(days=5)
