"""Which questions rules ask of the warehouse, and when they may be asked."""

from datetime import date, datetime, timedelta

import pytest

from core.calendar.events import Event, builtin_events
from core.calendar.grain import Grain, Period, Window
from core.cube.query import Query
from core.errors import Problem
from core.labels import Matcher
from core.rules.needs import batches, history_of
from core.text import Text
from tests.shop import JUNE_18, a_catalog, a_metric, a_rule_saying

CATALOG = a_catalog()
ON_19_JUNE = JUNE_18.end  # midnight on the wall clock


def test_rules_over_one_source_grain_and_dimensions_share_a_question() -> None:
    rules = [
        a_rule_saying("渠道ROI<1且预算超支", id="one"),
        a_rule_saying("渠道转化率低于2%", id="two"),
        a_rule_saying("转化率低于2%", id="three"),
        a_rule_saying("渠道ROI<1", id="four", grain=Grain.WEEK),
        a_rule_saying("转化率低于2%", id="five", where=(Matcher("channel", ("wechat",)),)),
    ]
    found = {tuple(rule.id for rule in batch.rules): batch for batch in batches(rules, CATALOG)}
    assert set(found) == {("one", "two", "five"), ("three",), ("four",)}
    shared = found["one", "two", "five"]
    assert shared.measures == ("budget", "clicks", "conversions", "revenue", "spend")
    assert (shared.source, shared.dimensions, shared.delay) == ("ads", ("channel",), timedelta(hours=1))
    assert shared.key == "ads/day/channel/3600"


def test_the_quick_do_not_wait_for_the_slow() -> None:
    quick, slow = batches([a_rule_saying("线索量<5", id="q"), a_rule_saying("线索转化率<5%", id="s")], CATALOG)
    assert (quick.measures, quick.delay) == (("leads",), timedelta(0))
    assert (slow.measures, slow.delay) == (("leads", "won"), timedelta(days=30))


@pytest.mark.parametrize(
    ("said", "history"),
    [
        ("花费>5", 28),
        ("花费日环比下降20%", 28),
        ("花费较40天前下降20%", 40),
        ("花费环比下降20%", 28),
        ("花费同比下降20%", 366),
        ("花费较上次618同期下降20%", 426),
        ("花费较2026-01-01下降20%", 28),
        ("花费骤降", 426),
        ("花费日环比下降20% 且 花费周环比下降20%", 28),
        ("花费日环比下降20% 且 花费月环比下降20%", 93),
        ("花费低于历史均值", 90),
        ("花费低于近8周均值", 56),
        ("花费低于近90期均值", 90),
        ("花费低于目标值", 28),
        ("预算超支", 31),
        ("花费连续40天上升", 40),
        ("连续20天（花费低于近28天均值）", 47),
        ("非（花费连续40天上升 或 花费>5）", 40),
        ("预算超支 且 连续5天预算超支", 35),
        ("预算执行率低于近28天均值", 59),
    ],
)
def test_a_question_reaches_back_as_far_as_its_rules_look(said: str, history: int) -> None:
    assert history_of(a_rule_saying(said), CATALOG) == history


def test_an_hourly_rule_counts_hours() -> None:
    assert history_of(a_rule_saying("花费日环比下降20%", grain=Grain.HOUR), CATALOG) == 28
    assert history_of(a_rule_saying("花费低于历史均值", grain=Grain.HOUR), CATALOG) == 672 + 62 * 24


def test_a_day_so_far_needs_the_hours_of_the_other_day_from_its_beginning() -> None:
    assert history_of(a_rule_saying("花费截至当前较上周同日下降20%", grain=Grain.HOUR), CATALOG) == 168 + 24
    assert history_of(a_rule_saying("花费截至当前较上次618同期下降20%", grain=Grain.HOUR), CATALOG) == 426 * 24 + 24


def test_a_question_reaches_back_to_a_fixed_base_however_long_ago_that_was() -> None:
    rules = [a_rule_saying("花费较2026-01-01下降20%", id="a"), a_rule_saying("花费较2025-07-01下降20%", id="b")]
    (batch,) = batches(rules, CATALOG)
    assert batch.query(JUNE_18).window == Window.days(date(2025, 7, 1), date(2026, 6, 18))
    earlier = Period.holding(date(2025, 6, 1), Grain.DAY)
    assert batch.query(earlier).window.first_day == date(2025, 5, 4)


def test_a_question_holds_its_history_and_its_last_period() -> None:
    (batch,) = batches([a_rule_saying("渠道ROI<1")], CATALOG)
    window = Window.days(date(2026, 5, 21), date(2026, 6, 18))
    assert batch.query(JUNE_18) == Query("ads", Grain.DAY, ("channel",), ("revenue", "spend"), window)
    longer = Window.days(date(2026, 5, 21), date(2026, 6, 20))
    assert batch.query(JUNE_18, JUNE_18.shift(2)).window == longer


def test_a_historical_mean_reaches_back_only_to_the_last_ordinary_day_that_it_needs() -> None:
    (batch,) = batches([a_rule_saying("渠道ROI低于历史均值20%")], CATALOG)
    events = builtin_events()

    def back(day: date) -> int:
        judged = Period.holding(day, Grain.DAY)
        return judged.index - batch.query(judged, events=events).window.periods(Grain.DAY).start

    assert back(date(2026, 6, 18)) == 28  # a day of 618 is held against its own days
    # One after it is held against four ordinary Thursdays, the first one in April; the weeks between are not asked for.
    assert back(date(2026, 7, 2)) == 28
    older = batch.older(Period.holding(date(2026, 7, 2), Grain.DAY), events)
    assert older is not None
    assert older.aside
    assert (older.window.first_day, older.window.last_day) == (date(2026, 4, 26), date(2026, 5, 19))
    assert batch.older(Period.holding(date(2026, 6, 18), Grain.DAY), events) is None
    assert batch.older(Period.holding(date(2026, 8, 10), Grain.DAY), events) is None
    assert back(date(2026, 7, 31)) == 28
    outage = Event("outage", Text.same("outage"), days={2026: (date(2026, 7, 3), date(2026, 7, 3))}, kind="incident")
    events["outage"] = outage
    assert back(date(2026, 7, 31)) == 35
    assert back(date(2026, 8, 1)) == 28
    assert batch.query(Period.holding(date(2026, 8, 1), Grain.DAY)).window.first_day == date(2026, 5, 3)


def test_what_gathers_since_the_month_began_asks_for_the_weeks_between_as_well() -> None:
    (batch,) = batches([a_rule_saying("预算执行率高于历史均值20%")], CATALOG)
    day = Period.holding(date(2026, 7, 2), Grain.DAY)
    assert batch.older(day, builtin_events()) is None
    assert len(batch.query(day, events=builtin_events()).window.periods(Grain.DAY)) > 67


def test_each_day_of_a_row_looks_back_to_its_own_ordinary_days() -> None:
    (batch,) = batches([a_rule_saying("连续5天（渠道ROI低于历史均值20%）")], CATALOG)
    outage = Event("outage", Text.same("outage"), days={2026: (date(2026, 7, 3), date(2026, 7, 3))}, kind="incident")
    judged = Period.holding(date(2026, 8, 3), Grain.DAY)  # the row begins on the 30th of July, a Thursday
    window = batch.query(judged, events={"outage": outage}).window
    assert window.first_day == date(2026, 6, 25)


@pytest.mark.parametrize(
    ("wall", "last"),
    [
        (ON_19_JUNE.replace(minute=59), JUNE_18.shift(-1)),
        (ON_19_JUNE.replace(hour=1), JUNE_18),
        (ON_19_JUNE.replace(hour=23), JUNE_18),
    ],
)
def test_a_day_is_judged_only_when_it_is_over_and_its_facts_are_there(wall: datetime, last: Period) -> None:
    (batch,) = batches([a_rule_saying("渠道ROI<1")], CATALOG)
    assert batch.last_complete(wall) == last


def test_a_rule_over_two_sources_names_itself() -> None:
    with pytest.raises(Problem) as caught:
        batches([a_rule_saying("花费>5 且 线索量<5", id="mixed")], CATALOG)
    assert caught.value.code == "rule-two-sources"
    assert caught.value.facts == {"rule": "mixed", "metrics": "spend, leads"}


def test_a_rule_whose_numbers_nobody_has_names_them() -> None:
    catalog = a_catalog(a_metric("shares", "转发量", "shares"))
    with pytest.raises(Problem) as caught:
        batches([a_rule_saying("转发量<5 且 花费>5", id="r9", catalog=catalog)], catalog)
    assert caught.value.code == "rule-no-source"
    assert (caught.value.facts["rule"], caught.value.facts["metrics"]) == ("r9", "shares")


def test_a_rule_by_a_dimension_that_its_source_lacks_names_itself() -> None:
    with pytest.raises(Problem) as caught:
        batches([a_rule_saying("各地区线索量<5", id="r9")], CATALOG)
    assert (caught.value.code, caught.value.facts["lacks"]) == ("rule-no-source", "region")


def test_a_rule_by_the_hour_over_daily_facts_names_its_grain() -> None:
    with pytest.raises(Problem) as caught:
        batches([a_rule_saying("花费>5", grain=Grain.HOUR)], CATALOG)
    assert (caught.value.code, caught.value.facts["lacks"]) == ("rule-no-source", "hour")
