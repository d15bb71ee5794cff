"""The numbers of a verdict as sentences, whatever they are held against."""

from dataclasses import replace
from datetime import date

import pytest

from bot.cards.dress import dressed, period_words, person_name, slice_words
from bot.cards.terms import Told, against_words, is_favourable, moved, sentence, threshold, told
from core.calendar.grain import Grain, Period
from core.labels import Labels
from core.rules.finding import Finding, Lender, Lent, State
from core.rules.parse import parse
from core.rules.rule import Fingerprint, Rule
from core.rules.tree import Lag, Target, Usual, YearAgo
from core.text import Text
from tests.unit.bot.cards.office import JUNE_18, NOW, WECHAT, a_term, fell, workspace

CATALOG = workspace().catalog


def a_rule(said):
    return Rule("r", Text.same("r"), parse(said, CATALOG), said, "channel_lead")


def a_finding(*terms):
    return Finding(Fingerprint("r", WECHAT), JUNE_18, State.BREACHED, terms)


def said(term, rule=None, tongue="en"):
    one = told(a_finding(term), a_rule(rule) if rule else None)[0]
    return sentence(one, workspace(), tongue, Grain.DAY)


def test_a_value_held_against_a_mean_is_told_with_the_mean():
    term = a_term(value=0.02, baseline=0.03, against=Usual())
    assert said(term, "转化率低于历史均值") == "Conversion rate 2.00%, under the historical mean (3.00%)"
    over = a_term(value=0.04, baseline=0.03, against=Target())
    assert said(over, tongue="zh") == "转化率 4.00%，高于目标值（3.00%）"


def test_a_rise_is_told_as_one():
    term = a_term(value=0.06, baseline=0.03, bound=0.5, against=Lag(Grain.DAY))
    assert said(term) == "Conversion rate 6.00%, up 100% from the day before (3.00%)"


@pytest.mark.parametrize(
    ("lent", "en", "zh"),
    [
        (Lent(Lender.LAST_TIME, "618", 3, 2025), "day 3 of 618 in 2025", "2025 年618第 3 天"),
        (Lent(Lender.SIBLINGS_THEN, "618", 3, 2025), "its siblings on day 3 of 618 in 2025", "2025 年618第 3 天的走势"),
        (Lent(Lender.LAST_TIME, "our own", None, 2025), "our own in 2025", "2025 年our own前后"),
        (Lent(Lender.SIBLINGS), "its siblings", "同级切片"),
        (Lent(Lender.PLAN), "the plan", "计划"),
    ],
)
def test_a_young_series_says_by_whom_it_was_judged(lent, en, zh):
    term = replace(a_term("spend", 5.0, baseline=20.0), lent=lent)
    told_en, told_zh = (said(term, "花费异常下滑", tongue) for tongue in ("en", "zh"))
    assert told_en == f"Spend ¥5, where ¥20 was to be expected (too young to know by itself: judged by {en})"
    assert zh in told_zh
    assert told_zh.endswith("判断）")


def test_a_value_above_its_line_and_one_against_nothing():
    assert said(a_term("budget_use", 1.0001, bound=1.0)) == "Budget pacing 100.01%, above 100%"
    assert said(a_term("spend", 5.0)) == "Spend ¥5"
    assert said(a_term("spend", 5.0, bound=-0.2, against=Lag(Grain.DAY))) == "Spend ¥5"


def test_a_move_of_money_is_told_in_money():
    rule = "花费日环比上升超过 ¥1000"
    one = told(a_finding(a_term("spend", 5000.0, baseline=3000.0, bound=1000.0, against=Lag(Grain.DAY))), a_rule(rule))[
        0
    ]
    assert one.is_points
    assert moved(one, workspace(), "en") == "+¥2,000"
    assert threshold(one, workspace(), "en") == "a rise of ¥1,000"


def test_without_a_baseline_there_is_no_move():
    assert moved(Told(a_term()), workspace(), "en") == "–"
    assert threshold(Told(a_term(baseline=0.03, against=Usual())), workspace(), "en") is None
    assert not Told(a_term(value=None)).is_down


@pytest.mark.parametrize(
    ("rule", "terms", "shown"),
    [
        ("ROI < 1 或 花费 > 100", (a_term("roi", 1.5, bound=1.0), a_term("spend", 120.0, bound=100.0)), ["spend"]),
        ("ROI >= 1 或 花费 > 100", (a_term("roi", 1.0, bound=1.0), a_term("spend", 99.0, bound=100.0)), ["roi"]),
        ("花费 = 0 或 ROI < 1", (a_term("spend", 0.0, bound=0.0), a_term("roi", None, bound=1.0)), ["spend"]),
        ("花费 != 0 或 ROI < 1", (a_term("spend", 0.0, bound=0.0), a_term("roi", 0.5, bound=1.0)), ["roi"]),
        (
            "花费 > 预算 或 ROI < 1",
            (a_term("spend", 9.0), a_term("budget", 5.0), a_term("roi", 2.0, bound=1.0)),
            ["spend", "budget"],
        ),
        (
            "转化率低于历史均值 或 ROI < 1",
            (a_term(value=0.04, baseline=0.03, against=Usual()), a_term("roi", 0.5, bound=1.0)),
            ["roi"],
        ),
        ("非（ROI > 1）", (a_term("roi", 0.5, bound=1.0),), ["roi"]),
    ],
)
def test_only_the_terms_that_hold_are_told(rule, terms, shown):
    assert [one.term.metric for one in told(a_finding(*terms), a_rule(rule))] == shown


def test_a_finding_that_no_longer_fits_its_rule_is_told_whole():
    assert len(told(a_finding(a_term("roi"), a_term("spend")), a_rule("ROI < 1"))) == 2


@pytest.mark.parametrize(
    ("against", "en", "zh"),
    [
        (Lag(Grain.DAY, 7), "the same weekday a week before", "上周同日"),
        (Lag(Grain.WEEK), "the week before", "前一周"),
        (Lag(Grain.DAY, 3), "3 periods before", "3 期前"),
        (YearAgo(), "the same time last year", "去年同期"),
        (Target(), "the target", "目标值"),
        (Usual(same_weekday=True), "the usual for this weekday", "同星期均值"),
        (Usual(7, "median"), "the median of the last 7 days", "近 7 天中位数"),
        (Usual(4, grain=Grain.WEEK), "the mean of the last 4 weeks", "近 4 周均值"),
    ],
)
def test_what_a_number_is_held_against_has_its_words(against, en, zh):
    assert (against_words(against, "en", Grain.DAY), against_words(against, "zh", Grain.DAY)) == (en, zh)


def test_what_is_good_depends_on_the_metric():
    assert not is_favourable(Told(fell()), workspace())
    assert is_favourable(Told(replace(fell(), metric="cpc")), workspace())
    assert not is_favourable(Told(replace(fell(), metric="gone")), workspace())
    assert not is_favourable(Told(a_term("budget_use", 1.2, bound=1.0)), workspace())


def test_names_that_nobody_knows_stay_as_they_are():
    assert slice_words(Labels.of({"city": "x"}), workspace(), "en") == "x"
    assert person_name("stranger", workspace(), "en") == "stranger"
    assert person_name("role:director", workspace(), "zh") == "director"
    assert person_name("person:liwei", workspace(), "zh") == "李伟"
    assert person_name(None, workspace(), "zh") == "暂无"


@pytest.mark.parametrize(
    ("name", "fact", "words"),
    [
        ("period", "2026-W25", "Jun 15 – Jun 21"),
        ("period", "2026-06", "Jun 2026"),
        ("period", "2026-06-18T09", "Jun 18, 09:00–10:00"),
        ("period", "2026-06-18", "Thu, Jun 18"),
        ("period", "whenever", "whenever"),
        ("until", "soon", "soon"),
        ("until", "2026-06-18T10:00:00+00:00", "Jun 18, 18:00"),
        ("was", "critical", "critical"),
        ("was", "", ""),
        ("what", "worse", "worse"),
        ("what", "acked", "acked"),
        ("after", 1800, "30 min"),
        ("change", -0.5, "−50.0%"),
        ("level", 2, 2),
        ("metric", "cvr", "Conversion rate"),
        ("metric", "gone", "gone"),
    ],
)
def test_a_fact_is_dressed_by_its_name(name, fact, words):
    assert dressed({name: fact}, workspace(), "en") == {name: words}


def test_a_number_is_dressed_by_the_unit_beside_it():
    facts = {"unit": "percent", "value": 0.0187, "was": 0.02}
    assert dressed(facts, workspace(), "zh", NOW) == {"unit": "percent", "value": "1.87%", "was": "2.00%"}


def test_a_period_of_another_year_says_so():
    assert period_words(Period.holding(date(2018, 3, 1), Grain.DAY), "zh", NOW) == "2018年3月1日 周四"
