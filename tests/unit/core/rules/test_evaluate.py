"""What a rule says of a slice and a period, at the edges where others were wrong."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from core.calendar.events import Event, builtin_events
from core.calendar.grain import Grain, Period
from core.errors import Problem
from core.labels import Labels, Matcher
from core.metrics.target import Planned
from core.quality.trust import judge
from core.quantity import Unit
from core.rules.evaluate import evaluate, findings
from core.rules.finding import State, Term
from core.rules.rule import Fingerprint
from core.rules.sides import Sides
from core.rules.tree import Lag, Target, Usual, in_context
from core.text import Text
from tests.shop import JUNE_18, a_catalog, a_cube, a_rule_saying

CALM, BREACHED, UNKNOWN = State.CALM, State.BREACHED, State.UNKNOWN


def said(sentence: str, measures, *, catalog=None, metric: str | None = None, last: Period = JUNE_18) -> State:
    """Return what a sentence says of a cube's one slice and last period."""
    catalog = catalog or a_catalog()
    rule = a_rule_saying(sentence, catalog=catalog)
    if metric is not None:
        rule = a_rule_saying(sentence, catalog=catalog, sentence=in_context(rule.sentence, metric))
    sides = Sides.of(a_cube(measures, last=last), catalog, range(last.index, last.index + 1))
    return State(int(evaluate(rule, sides).state[0, 0]))


@pytest.mark.parametrize(
    ("yesterday", "today", "state"),
    [
        (3, 2.4, CALM),
        (3, 2.3997, BREACHED),
        (1000, 800, CALM),
        (10000, 7999, BREACHED),
        (0.3, 0.24, CALM),
        (1.1, 0.88, CALM),
        (4.35, 3.48, CALM),
        (123456789.01, 98765431.208, CALM),
        (123456789.01, 98765431.2, BREACHED),
    ],
)
def test_a_fall_by_exactly_twenty_percent_is_not_more_than_twenty(yesterday, today, state: State) -> None:
    assert said("花费日环比下滑>20%", {"spend": [yesterday, today]}) is state


@pytest.mark.parametrize(("sentence", "state"), [("花费日环比下滑20%", BREACHED), ("花费日环比下滑>=20%", BREACHED)])
def test_a_fall_by_exactly_twenty_percent_is_at_least_twenty(sentence: str, state: State) -> None:
    assert said(sentence, {"spend": [0.3, 0.24]}) is state


@pytest.mark.parametrize(
    ("sentence", "state"),
    [
        ("投产比低于1", CALM),
        ("投产比不超过1", BREACHED),
        ("投产比高于1", CALM),
        ("投产比不低于1", BREACHED),
        ("投产比=1", BREACHED),
        ("投产比!=1", CALM),
        ("投产比=2", CALM),
        ("投产比!=2", BREACHED),
    ],
)
def test_a_number_on_its_bound_is_on_neither_side_of_it(sentence: str, state: State) -> None:
    assert said(sentence, {"revenue": [0.3], "spend": [0.3]}) is state


def test_a_sum_of_cents_is_read_as_the_decimal_it_was() -> None:
    assert said("花费>0.3", {"spend": [0.1 + 0.2]}) is CALM
    assert said("花费=0.3", {"spend": [0.1 + 0.2]}) is BREACHED


def test_of_nothing_yesterday_nothing_can_be_said() -> None:
    assert said("花费日环比下滑>20%", {"spend": [0, 5]}) is UNKNOWN
    assert said("花费日环比下滑>20%", {"spend": [0, 0]}) is UNKNOWN
    assert said("花费日环比下降超过5元", {"spend": [0, 5]}) is CALM


def test_a_fall_below_nothing_is_still_a_fall() -> None:
    assert said("花费日环比下滑>20%", {"spend": [-10, -15]}) is BREACHED
    assert said("花费日环比下滑>20%", {"spend": [-10, -5]}) is CALM


@pytest.mark.parametrize("days", [[None, 5], [5, None], [5]])
def test_a_missing_day_is_unknown(days) -> None:
    assert said("花费日环比下滑>20%", {"spend": days}) is UNKNOWN


def test_too_small_a_sample_is_unknown_today_and_yesterday() -> None:
    catalog = a_catalog(min_sample={"cvr": 300})
    enough, few = {"conversions": [30, 3], "clicks": [300, 300]}, {"conversions": [30, 3], "clicks": [300, 299]}
    assert said("转化率低于2%", enough, catalog=catalog) is BREACHED
    assert said("转化率低于2%", few, catalog=catalog) is UNKNOWN
    little_before = {"conversions": [30, 3], "clicks": [299, 300]}
    assert said("转化率环比下滑超过10%", little_before, catalog=catalog) is UNKNOWN
    history = {"conversions": [*[1] * 8, 3], "clicks": [*[30] * 8, 300]}
    assert said("转化率低于历史均值10%", history, catalog=catalog) is UNKNOWN  # 240 in all
    assert said("转化率低于历史均值10%", history | {"clicks": [*[40] * 8, 300]}, catalog=catalog) is BREACHED


@pytest.mark.parametrize(
    ("sentence", "state"),
    [
        ("投产比<1 且 花费>0", UNKNOWN),
        ("投产比<1 且 花费<0", CALM),
        ("投产比<1 或 花费>0", BREACHED),
        ("投产比<1 或 花费<0", UNKNOWN),
        ("非（投产比<1）", UNKNOWN),
        ("非（花费<0）", BREACHED),
    ],
)
def test_an_unknown_beside_a_known_is_decided_only_where_it_cannot_matter(sentence: str, state: State) -> None:
    assert said(sentence, {"revenue": [None], "spend": [1]}) is state


def test_below_the_mean_by_a_tenth_is_not_below_a_tenth_of_it() -> None:
    assert said("该指标低于历史均值10%", {"spend": [*[100] * 8, 90]}, metric="spend") is CALM
    assert said("该指标低于历史均值10%", {"spend": [*[100] * 8, 89]}, metric="spend") is BREACHED


def test_saturdays_are_quiet_against_saturdays() -> None:
    week = [100, 100, 100, 100, 100, 45, 40]
    saturday = Period.holding(JUNE_18.shift(2).start, Grain.DAY)
    saturdays = {"leads": [week[(each + 5 - 28) % 7] for each in range(29)]}
    assert said("线索数量日环比下滑>20%", saturdays, last=saturday) is BREACHED
    assert said("线索数量周同比下滑>20%", saturdays, last=saturday) is CALM
    assert said("线索数量低于历史均值30%", saturdays, last=saturday) is BREACHED
    assert said("线索数量低于同星期均值30%", saturdays, last=saturday) is CALM


def test_a_target_is_compared_exactly_and_its_absence_is_unknown() -> None:
    catalog = a_catalog(planned=[Planned("cvr", Labels(), Decimal("0.1"))])
    assert said("转化率低于目标值", {"conversions": [1], "clicks": [10]}, catalog=catalog) is CALM
    assert said("转化率不超过目标值", {"conversions": [1], "clicks": [10]}, catalog=catalog) is BREACHED
    assert said("投产比低于目标值", {"revenue": [1], "spend": [10]}, catalog=catalog) is UNKNOWN


def test_last_year_is_held_against_the_same_date() -> None:
    spend = [None] * 366
    spend[0], spend[365] = 100, 70
    assert said("花费同比下降超过20%", {"spend": spend}) is BREACHED
    assert said("花费同比下降超过30%", {"spend": spend}) is CALM  # exactly 30 %


def test_days_of_a_sentence_are_hours_of_an_hourly_rule() -> None:
    hour = Period(Grain.HOUR, JUNE_18.index * 24 + 9)
    spend = [100, *[1] * 23, 50]
    assert said("花费日环比下降超过40%", {"spend": spend}, last=hour) is BREACHED
    assert said("花费低于近1天均值", {"spend": [*[60] * 24, 50]}, last=hour) is BREACHED


def test_a_grain_that_does_not_fit_is_said_so() -> None:
    week = Period.holding(JUNE_18.start, Grain.WEEK)
    with pytest.raises(Problem) as caught:
        said("花费日环比下降超过40%", {"spend": [1, 2]}, last=week)
    assert caught.value.code == "rule-grain"


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("花费低于阈值", "rule-needs-threshold"),
        ("低于2", "rule-needs-metric"),
    ],
)
def test_what_cannot_be_judged_is_said_so_and_not_guessed(sentence: str, code: str) -> None:
    with pytest.raises(Problem) as caught:
        said(sentence, {"spend": [1, 2], "single_page_visits": [1, 2], "visits": [2, 3]})
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("days", "state"),
    [
        ([1, 2, 3, 4], BREACHED),
        ([1, 2, 2, 3], CALM),
        ([5, 1, 2, 3, 4], BREACHED),
        ([2, 3, 4], UNKNOWN),
        ([1, None, 3, 4], UNKNOWN),
        ([None, 5, 3, 4], CALM),
        ([0.1, 0.2, 0.1 + 0.2, 0.30000000000000004], CALM),
    ],
)
def test_three_rises_in_a_row_need_four_days(days, state: State) -> None:
    assert said("花费连续3天上升", {"spend": days}) is state


@pytest.mark.parametrize(
    ("days", "state"),
    [
        ([9, 1, 9, 1, 1], BREACHED),
        ([9, 1, 9, 9, 1], CALM),
        ([None, 1, 1, None, 1], BREACHED),
        ([None, 9, 1, 9, 1], UNKNOWN),
        ([1, 1, 1], BREACHED),
        ([1, 1, 9], UNKNOWN),
    ],
)
def test_three_of_five_days_are_enough(days, state: State) -> None:
    assert said("近5天中3天花费<5", {"spend": days}) is state


def test_a_rise_that_nobody_sized_is_a_fifth_on_the_mean_or_three_in_a_row() -> None:
    fifth = {"negative_feedbacks": [*[10] * 8, 12], "feedbacks": [100] * 9}
    assert said("负反馈率升高", fifth) is BREACHED
    assert said("负反馈率升高", fifth | {"negative_feedbacks": [*[10] * 8, 11.9]}) is CALM
    crept = {"negative_feedbacks": [*[10] * 8, 10.1, 10.2, 10.3], "feedbacks": [100] * 11}
    assert said("负反馈率升高", crept) is BREACHED


THREE = {"spend": {"wechat": [60], "douyin": [30], "kol": [10]}}


def states(sentence: str, measures, *, doubtful: bool = False, **changes) -> dict[str, State]:
    """Return what a sentence says of each channel on the last day."""
    cube = a_cube(measures)
    sides = Sides.of(cube, a_catalog(), range(JUNE_18.index, JUNE_18.index + 1))
    outcome = evaluate(a_rule_saying(sentence, **changes), sides, judge(cube, JUNE_18) if doubtful else None)
    return {one.get("channel"): State(int(each)) for one, each in zip(cube.slices, outcome.state[:, 0], strict=True)}


def test_a_share_is_a_part_of_all_channels() -> None:
    assert states("渠道花费占比>=60%", THREE) == {"wechat": BREACHED, "douyin": CALM, "kol": CALM}
    assert states("渠道花费占比>60%", THREE) == {"wechat": CALM, "douyin": CALM, "kol": CALM}
    confined = (Matcher("channel", ("douyin", "kol")),)
    assert states("渠道花费占比<=10%", THREE, where=confined)["kol"] is BREACHED
    assert states("渠道花费占比>1%", {"spend": {"a": [0], "b": [None]}}) == {"a": UNKNOWN, "b": UNKNOWN}


def test_of_few_hands_only_the_largest_speaks() -> None:
    assert states("渠道花费前2集中度>=90%", THREE) == {"wechat": BREACHED, "douyin": CALM, "kol": CALM}
    assert states("渠道花费前2集中度>90%", THREE)["wechat"] is CALM
    assert states("渠道花费集中度>=0.46", THREE)["wechat"] is BREACHED
    assert states("渠道花费集中度>0.46", THREE)["wechat"] is CALM
    assert states("非（渠道花费集中度>0.46）", THREE) == {"wechat": BREACHED, "douyin": CALM, "kol": CALM}
    assert set(states("渠道花费前1集中度>5%", {"spend": {"a": [None], "b": [None]}}).values()) == {UNKNOWN}


def test_a_part_is_told_as_a_percentage() -> None:
    share = seen_of(a_rule_saying("渠道花费占比>10%")).of(Fingerprint("r", labels("wechat")))
    assert share.headline == Term("spend", Unit.PERCENT, 0.5, bound=0.1)
    hhi = seen_of(a_rule_saying("渠道花费集中度>0.1")).of(Fingerprint("r", labels("wechat")))
    assert (hhi.headline.unit, hhi.headline.value) == (Unit.BARE, 0.5)


def test_nobodys_part_grows_because_another_is_late() -> None:
    late = {"spend": {"wechat": [60] * 29, "douyin": [*[30] * 28, None], "kol": [10] * 29}}
    assert states("渠道花费占比>60%", late)["wechat"] is BREACHED
    assert set(states("渠道花费占比>60%", late, doubtful=True).values()) == {UNKNOWN}


def test_no_data_is_said_of_what_fell_silent_and_of_nothing_else() -> None:
    late = {"spend": {"wechat": [60] * 29, "douyin": [*[30] * 28, None]}}
    assert states("渠道花费无数据", late, doubtful=True) == {"wechat": CALM, "douyin": BREACHED}
    both = states("渠道花费无数据 或 花费<50", late, doubtful=True)
    assert both == {"wechat": CALM, "douyin": BREACHED}
    assert states("渠道花费无数据 且 花费<50", late, doubtful=True) == {"wechat": CALM, "douyin": UNKNOWN}
    assert states("非（渠道花费无数据）", late, doubtful=True) == {"wechat": BREACHED, "douyin": CALM}
    assert states("渠道花费2天无数据", late, doubtful=True) == {"wechat": CALM, "douyin": CALM}
    nothing = {"spend": {"wechat": [60, None, None], "douyin": [None, None, None]}}
    assert states("渠道花费2天无数据", nothing, doubtful=True) == {"wechat": BREACHED, "douyin": BREACHED}
    assert states("渠道花费9天无数据", nothing) == {"wechat": CALM, "douyin": UNKNOWN}


def test_no_data_has_a_term_without_a_value() -> None:
    finding = seen_of(a_rule_saying("渠道花费无数据")).of(Fingerprint("r", labels("kol")))
    assert (finding.state, finding.terms) == (BREACHED, (Term("spend", Unit.MONEY, None),))


def a_year_of(day: date, then: date, *numbers: float) -> dict[str, list[float | None]]:
    """Return spend that is known on two days only: `then`, and the last, `day`."""
    spend: list[float | None] = [None] * ((day - then).days + 1)
    spend[0], spend[-1] = numbers
    return {"spend": spend}


@pytest.mark.parametrize(
    ("sentence", "day", "then"),
    [
        ("花费较上次618同期下降超过20%", date(2026, 6, 18), date(2025, 6, 18)),
        ("花费较上次618同期下降超过20%", date(2026, 5, 21), date(2025, 5, 14)),
        ("花费活动同期下降超过20%", date(2026, 6, 17), date(2025, 6, 17)),
        ("花费春节对齐下降超过20%", date(2026, 2, 17), date(2025, 1, 29)),
        ("花费春节对齐下降超过20%", date(2026, 2, 10), date(2025, 1, 22)),
        ("花费较2026-01-05下降超过20%", date(2026, 6, 18), date(2026, 1, 5)),
    ],
)
def test_a_day_is_held_against_the_same_day_of_the_last_occurrence(sentence: str, day: date, then: date) -> None:
    last = Period.holding(day, Grain.DAY)
    assert said(sentence, a_year_of(day, then, 100, 79), last=last) is BREACHED
    assert said(sentence, a_year_of(day, then, 100, 80), last=last) is CALM


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("花费较上次618同期下降超过20%", date(2026, 4, 1)),
        ("花费较上次618同期下降超过20%", date(2024, 6, 18)),
        ("花费较上次周年庆同期下降超过20%", date(2026, 6, 18)),
        ("花费活动同期下降超过20%", date(2026, 4, 20)),
    ],
)
def test_an_ordinary_day_has_no_occurrence_to_be_held_against(sentence: str, day: date) -> None:
    assert said(sentence, {"spend": [100] * 400}, last=Period.holding(day, Grain.DAY)) is UNKNOWN


def test_a_campaign_of_ones_own_goes_by_any_of_its_names() -> None:
    days = {2025: (date(2025, 3, 1), date(2025, 3, 9)), 2026: (date(2026, 6, 10), date(2026, 6, 20))}
    events = {"birthday": Event("birthday", Text(en="birthday", zh="周年庆"), (), days)}
    cube = a_cube(a_year_of(date(2026, 6, 18), date(2025, 3, 9), 100, 79))
    for named in ("周年庆", "birthday"):
        rule = a_rule_saying(f"花费较上次{named}同期下降超过20%")
        seen = findings([rule], cube, a_catalog(), judge(cube, JUNE_18), JUNE_18, events)
        assert [each.headline.baseline for each in seen.breached()] == [100.0]


@pytest.mark.parametrize(("nine", "state"), [(10, BREACHED), (11, CALM)])
def test_the_day_so_far_is_held_against_the_same_hours_of_yesterday(nine: float, state: State) -> None:
    """The whole of yesterday is not asked for."""
    last = Period(Grain.HOUR, JUNE_18.index * 24 + 3)
    spend = [10, 20, 20, 10, *[500] * 20, 10, 10, 18, nine]  # 60 until three, and today 48 or 49
    assert said("花费截至当前下降>=20%", {"spend": spend}, last=last) is state
    term = findings(
        [a_rule_saying("花费截至当前下降>=20%", grain=Grain.HOUR)],
        cube := a_cube({"spend": spend}, last=last),
        a_catalog(),
        judge(cube, last),
        last,
    ).of(Fingerprint("r", Labels()))
    assert (term.headline.value, term.headline.baseline) == (sum(spend[-4:]), 60.0)


def test_a_rate_so_far_needs_its_sample_so_far() -> None:
    catalog = a_catalog(min_sample={"cvr": 100})
    last = Period(Grain.HOUR, JUNE_18.index * 24 + 1)
    clicks = [50, 50, *[0] * 22, 60, 40]
    measures = {"conversions": [5, 5, *[0] * 22, 4, 3], "clicks": clicks}
    assert said("转化率截至当前下降超过20%", measures, catalog=catalog, last=last) is BREACHED
    few = measures | {"clicks": [*clicks[:-1], 39]}
    assert said("转化率截至当前下降超过20%", few, catalog=catalog, last=last) is UNKNOWN


def test_a_fixed_base_is_the_same_hour_of_its_day() -> None:
    last = Period(Grain.HOUR, JUNE_18.index * 24 + 9)
    spend = [100, *[1] * 47, 79]
    assert said("花费较2026-06-16下降超过20%", {"spend": spend}, last=last) is BREACHED


def eight_weeks(last: float | None, seed: int = 1) -> list[float | None]:
    """Return visits with quiet weekends and a little noise, and then `last`."""
    dice = np.random.default_rng(seed)
    week = [1000, 1020, 990, 1010, 980, 450, 400]
    return [*(float(week[day % 7] * (1 + 0.03 * dice.standard_normal())) for day in range(55)), last]


@pytest.mark.parametrize(
    ("sentence", "last", "state"),
    [
        ("访问量突然飙升", 900.0, BREACHED),
        ("访问量突然飙升", 420.0, CALM),
        ("访问量突然飙升", 100.0, CALM),
        ("访问量骤降", 100.0, BREACHED),
        ("访问量骤降", 900.0, CALM),
        ("访问量骤降", None, UNKNOWN),
    ],
)
def test_a_saturday_like_a_monday_is_sudden_and_a_saturday_is_not(sentence: str, last, state: State) -> None:
    assert said(sentence, {"visits": eight_weeks(last)}) is state


def test_what_is_sudden_is_not_known_of_a_young_series_unless_it_has_siblings() -> None:
    young = {"visits": [1000.0, 1010.0, 100.0]}
    assert said("访问量骤降", young) is UNKNOWN
    started = {name: eight_weeks(990.0 if name != "new" else None, seed) for seed, name in enumerate(("a", "b", "c"))}
    measures = {"visits": started | {"new": [*[None] * 52, 1000.0, 1010.0, 400.0, 100.0]}}
    assert states("渠道访问量骤降", measures)["new"] is BREACHED


def test_a_day_of_a_promotion_is_held_against_the_last_one() -> None:
    dice = np.random.default_rng(3)
    visits = [float(1000 * (1 + 0.03 * dice.standard_normal())) for _ in range(426)]
    for day in range(426):
        when = JUNE_18.shift(day - 425).start.date()
        if when.month == 6 and 15 <= when.day <= 18:
            visits[day] *= 3
    assert said("访问量突然飙升", {"visits": visits}) is CALM
    assert said("访问量骤降", {"visits": [*visits[:-1], 1000.0]}) is BREACHED


def test_what_is_sudden_is_told_with_what_was_expected() -> None:
    finding = seen_of(a_rule_saying("visits骤降"), measures={"visits": {"wechat": eight_weeks(100.0)}})
    (breach,) = finding.breached()
    term = breach.headline
    assert (term.value, term.against, term.bound) == (100.0, None, None)
    assert 350 < term.baseline < 1100
    assert term.change == pytest.approx((100 - term.baseline) / term.baseline)


def july(last: float, *, promotion: float = 5.0) -> dict[str, list[float | None]]:
    """Return spend from April until the second of July, of which 618 took so much more."""
    first, day = date(2026, 4, 3), date(2026, 7, 2)
    days = [date.fromordinal(each) for each in range(first.toordinal(), day.toordinal() + 1)]
    run = builtin_events()["618"].days[2026]
    return {"spend": [*(100.0 * promotion if run[0] <= each <= run[1] else 100.0 for each in days[:-1]), last]}


@pytest.mark.parametrize("statistic", ["均值", "中位数"])
def test_after_618_a_day_is_held_against_ordinary_days(statistic: str) -> None:
    last = Period.holding(date(2026, 7, 2), Grain.DAY)
    assert said(f"花费低于历史{statistic}10%", july(90), last=last) is CALM
    assert said(f"花费低于历史{statistic}10%", july(89), last=last) is BREACHED
    assert said(f"花费低于近28天{statistic}10%", july(90), last=last) is BREACHED  # as it says: 618 and all
    assert said(f"花费低于历史同星期{statistic}10%", july(90), last=last) is CALM


def test_within_618_its_own_days_count() -> None:
    assert said("花费低于历史均值10%", {"spend": [*[100.0] * 60, *[500.0] * 29, 449.0]}) is BREACHED


def test_an_incident_never_trains_what_it_broke_and_a_season_does() -> None:
    days = {2026: (date(2026, 6, 1), date(2026, 6, 18))}
    measures = {"spend": [*[100.0] * 72, *[10.0] * 17, 50.0]}
    cube = a_cube(measures)

    def state(kind: str) -> State:
        events = {"outage": Event("outage", Text.same("outage"), days=days, kind=kind)}
        seen = findings(
            [a_rule_saying("花费低于历史均值10%")], cube, a_catalog(), judge(cube, JUNE_18), JUNE_18, events
        )
        return seen.of(Fingerprint("r", Labels())).state

    assert state("incident") is BREACHED
    assert state("season") is CALM
    assert state("promotion") is CALM


def test_hours_are_held_against_hours_of_ordinary_days() -> None:
    last = Period(Grain.HOUR, Period.holding(date(2026, 7, 2), Grain.DAY).index * 24 + 5)
    hours = [each for each in july(100)["spend"][:-1] for _ in range(24)]
    for sentence in ("花费低于历史均值10%", "花费低于历史同星期均值10%"):
        assert said(sentence, {"spend": [*hours, *[100.0] * 5, 90.0]}, last=last) is CALM
        assert said(sentence, {"spend": [*hours, *[100.0] * 5, 89.0]}, last=last) is BREACHED


def test_each_term_is_judged_at_its_own_grain_by_its_last_complete_period() -> None:
    """The 18th of June is a Thursday: its last complete week ended on the 14th, its last month was May."""
    weeks = [*[10.0] * 21, *[100.0] * 7, *[79.0] * 7, 999.0, 999.0, 100.0, 50.0]
    assert said("花费日环比下降超过20% 且 花费周环比下降超过20%", {"spend": weeks}) is BREACHED
    assert said("花费日环比下降超过20% 且 花费周环比下降超过21%", {"spend": weeks}) is CALM
    assert said("花费日环比下降超过20% 且 花费周环比下降超过20%", {"spend": weeks[22:]}) is UNKNOWN
    months = [*[100.0] * 30, *[70.0] * 31, *[500.0] * 17, 100.0]
    assert said("花费日环比下降超过20% 且 花费月环比下降超过20%", {"spend": months}) is BREACHED
    assert said("花费日环比下降超过20% 且 花费月环比下降超过28%", {"spend": months}) is CALM  # 2170 of 3000


def test_a_coarser_term_is_told_by_its_own_numbers() -> None:
    weeks = [*[10.0] * 21, *[100.0] * 7, *[79.0] * 7, 999.0, 999.0, 100.0, 50.0]
    rule = a_rule_saying("花费日环比下降超过20% 且 花费周环比下降超过20%")
    (breach,) = seen_of(rule, measures={"spend": {"wechat": weeks}}).breached()
    assert [(each.value, each.baseline) for each in breach.terms] == [(50.0, 100.0), (553.0, 700.0)]


def test_a_streak_tells_what_it_last_moved_from() -> None:
    finding = seen_of(a_rule_saying("revenue连续1天下降")).of(Fingerprint("r", labels("wechat")))
    assert finding.terms == (Term("revenue", Unit.MONEY, 50.0, Lag(None), 90.0, pytest.approx(-4 / 9)),)


# --- a batch at one period -------------------------------------------------------------------------------------

FOUR = {
    "revenue": {"wechat": [90, 50], "douyin": [90, 90], "kol": [90, None]},
    "spend": {"wechat": [80, 80], "douyin": [80, 80], "kol": [80, None]},
}


def seen_of(*rules, measures=FOUR, catalog=None):
    cube = a_cube(measures)
    catalog = catalog or a_catalog()
    return findings(rules, cube, catalog, judge(cube, JUNE_18), JUNE_18)


def labels(channel: str) -> Labels:
    return Labels.of({"channel": channel})


def test_only_breaches_are_listed_and_everything_can_be_asked_for() -> None:
    seen = seen_of(a_rule_saying("投产比<1", id="roi"), a_rule_saying("花费>1000", id="spend"))
    (breach,) = seen.breached()
    assert (breach.fingerprint, breach.period) == (Fingerprint("roi", labels("wechat")), JUNE_18)
    assert breach.headline == Term("roi", Unit.TIMES, 0.625, bound=1.0, sample=80.0)
    assert seen.of(Fingerprint("roi", labels("douyin"))).state is CALM
    unknown = seen.of(Fingerprint("roi", labels("kol")))
    assert (unknown.state, unknown.headline.value) == (UNKNOWN, None)
    assert seen.of(Fingerprint("roi", labels("nobody"))) is None
    assert seen.of(Fingerprint("nothing", labels("wechat"))) is None
    assert [rule.id for rule in seen.rules] == ["roi", "spend"]


def test_a_rule_speaks_only_of_the_slices_it_is_for() -> None:
    rule = a_rule_saying("投产比<10", where=(Matcher("channel", ("douyin",)),))
    seen = seen_of(rule)
    assert [each.fingerprint.labels for each in seen.breached()] == [labels("douyin")]
    assert seen.of(Fingerprint("r", labels("wechat"))) is None


def test_the_terms_carry_what_the_verdict_rests_on() -> None:
    catalog = a_catalog(planned=[Planned("roi", Labels(), Decimal(2))])
    rule = a_rule_saying("投产比环比下降超过20% 且 投产比<目标值 且 花费<revenue", catalog=catalog)
    finding = seen_of(rule, catalog=catalog).of(Fingerprint("r", labels("wechat")))
    change, target, spend, revenue = finding.terms
    assert change == Term("roi", Unit.TIMES, 0.625, Lag(None), 1.125, pytest.approx(-4 / 9), -0.2, 80.0)
    assert target == Term("roi", Unit.TIMES, 0.625, Target(), 2.0, -0.6875, None, 80.0)
    assert (spend.metric, spend.value, revenue.metric, revenue.value) == ("spend", 80.0, "revenue", 50.0)


def test_a_term_of_an_unknown_baseline_has_no_change() -> None:
    finding = seen_of(a_rule_saying("投产比低于历史均值10%")).of(Fingerprint("r", labels("wechat")))
    assert finding.headline == Term("roi", Unit.TIMES, 0.625, Usual(), None, None, -0.1, 80.0)


def test_a_backtest_yields_every_breach_period_by_period() -> None:
    cube = a_cube(FOUR)
    outcome = evaluate(a_rule_saying("投产比<2"), Sides.of(cube, a_catalog(), cube.periods))
    found = [(each.period.index - JUNE_18.index, each.fingerprint.labels.get("channel")) for each in outcome.breached()]
    assert found == [(-1, "wechat"), (-1, "douyin"), (-1, "kol"), (0, "wechat"), (0, "douyin")]


def test_no_rule_speaks_of_a_slice_that_fell_silent() -> None:
    catalog = a_catalog()
    cube = a_cube({"spend": {"a": [1] * 29, "b": [*[1] * 28, None]}, "clicks": {"a": [1] * 29, "b": [None] * 29}})
    seen = findings([a_rule_saying("非（花费>5）")], cube, catalog, judge(cube, JUNE_18), JUNE_18)
    assert [each.fingerprint.labels.get("channel") for each in seen.breached()] == ["a"]
    assert seen.of(Fingerprint("r", labels("b"))).state is UNKNOWN


def test_a_total_is_not_judged() -> None:
    sides = Sides.of(a_cube(FOUR).total(), a_catalog(), range(1))
    with pytest.raises(ValueError, match="period by period"):
        evaluate(a_rule_saying("投产比<2"), sides)


# --- exact where floats cannot tell ----------------------------------------------------------------------------

TENTHS = [0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8]  # seven days, 3.1 in all


@pytest.mark.parametrize(("today", "state"), [(3.1 / 7, CALM), (0.44, BREACHED)])
def test_a_number_equal_to_the_mean_is_not_below_it(today: float, state: State) -> None:
    sums = {"spend": [each * 7 for each in TENTHS] + [round(today * 7, 9)]}
    assert said("花费低于近7天均值", sums) is state


def test_a_ratio_equal_to_the_usual_one_is_not_below_it() -> None:
    measures = {"revenue": [*[0.1, 0.2] * 4, 0.3], "spend": [*[0.3, 0.6] * 4, 0.9]}
    assert said("投产比低于历史均值", measures) is CALM
    assert said("投产比不超过历史均值", measures) is BREACHED
    assert said("投产比低于历史中位数", measures) is CALM
    assert said("投产比不超过历史中位数", measures) is BREACHED
    gap = {"revenue": [*[0.1, 0.2, None] * 4, 0.3], "spend": [*[0.3, 0.6, 7] * 4, 0.9]}
    assert said("投产比不超过历史均值", gap) is BREACHED
    assert said("投产比不超过历史中位数", gap) is BREACHED


def test_exactly_a_tenth_below_the_median_of_those_large_enough() -> None:
    catalog = a_catalog(min_sample={"cvr": 300})
    measures = {"conversions": [*[30] * 8, 299, 27], "clicks": [*[300] * 8, 299, 300]}
    assert said("转化率低于历史中位数10%", measures, catalog=catalog) is CALM
    assert said("转化率较历史中位数下降至少10%", measures, catalog=catalog) is BREACHED


def test_a_budget_used_to_the_last_cent_is_not_overspent() -> None:
    days = JUNE_18.start.day
    measures = {"spend": [0.1] * days, "budget": [*[0.0] * (days - 1), 1.8]}
    assert said("预算超支", measures) is CALM
    assert said("预算执行率>=100%", measures) is BREACHED
    assert said("预算超支", measures | {"spend": [*[0.1] * (days - 1), 0.1001]}) is BREACHED
    assert said("预算超支", {"spend": [None] * days, "budget": [1.0] * days}) is UNKNOWN


def test_differences_are_worked_out_exactly() -> None:
    measures = {"gross_profit": [0.3], "spend": [0.1]}
    assert said("利润ROI>200%", measures) is CALM
    assert said("利润ROI>=200%", measures) is BREACHED


@pytest.mark.parametrize(("today", "state"), [(80, CALM), (79.99, BREACHED)])
def test_a_year_ago_is_exact_as_well(today: float, state: State) -> None:
    assert said("花费同比下降超过20%", {"spend": [100, *[None] * 364, today]}) is state
