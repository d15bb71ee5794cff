"""Whatever a rule says, it is read back from its canonical sentence, in both tongues, to the last digit."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from core.calendar.grain import Grain
from core.errors import Invalid
from core.metrics.catalog import Catalog
from core.quantity import Quantity, Unit
from core.rules.check import check, doubts
from core.rules.parse import parse, understand
from core.rules.say import say
from core.rules.tree import (
    All,
    Any,
    Baseline,
    Bound,
    Change,
    Compare,
    Comparison,
    Concentration,
    FixedBase,
    Held,
    Lag,
    LastTime,
    NoData,
    Not,
    Reading,
    Sentence,
    Share,
    SoFar,
    Streak,
    Sudden,
    Target,
    Usual,
    YearAgo,
)
from core.text import TONGUES
from tests.shop import a_catalog

CATALOG: Catalog = a_catalog()

numbers = st.decimals(min_value=-(10**9), max_value=10**9, places=4).map(lambda each: each + Decimal(0))
units = st.sampled_from([unit for unit in Unit if unit is not Unit.COUNT])  # a count's bound is a bare number
metrics = st.none() | st.sampled_from(sorted(CATALOG.metrics))
directions = st.sampled_from(["up", "down"])
comparisons = st.sampled_from(Comparison)
counts = st.integers(1, 99)
grains = st.none() | st.sampled_from(Grain)


@st.composite
def usuals(draw: st.DrawFn) -> Usual:
    periods = draw(st.none() | counts)
    grain = draw(grains) if periods else None
    return Usual(periods, draw(st.sampled_from(["mean", "median"])), draw(st.booleans()), grain)


occasions = st.builds(LastTime, st.sampled_from([None, "618", "spring_festival", "520", "周年庆"]))
bases = st.builds(FixedBase, st.dates(min_value=date(1990, 1, 1), max_value=date(2099, 12, 31)))
so_fars = st.builds(SoFar, st.builds(Lag, st.sampled_from([Grain.DAY, Grain.WEEK]), counts) | occasions)
againsts = occasions | bases | st.builds(Lag, grains, counts) | st.just(YearAgo()) | st.just(Target()) | usuals()


@st.composite
def compares(draw: st.DrawFn) -> Compare:
    metric, comparison, against = draw(metrics), draw(comparisons), draw(againsts)
    quantity = Quantity(draw(numbers), draw(units))
    match draw(st.integers(0, 5)):
        case 5:
            part = draw(st.builds(Share, metrics) | st.builds(Concentration, metrics, st.none() | counts))
            return Compare(part, comparison, Bound(quantity))
        case 0:
            return Compare(Reading(metric), comparison, Bound(draw(st.none() | st.just(quantity))))
        case 1:
            return Compare(Reading(metric), comparison, Reading(draw(metrics.filter(bool))))
        case 2:
            return Compare(Reading(metric), comparison, Baseline(metric, against))
        case 3:
            other = draw(metrics.filter(bool))
            return Compare(Reading(metric), comparison, Baseline(other, against))
    change = Change(metric, draw(so_fars | st.just(against)), relative=quantity.unit is Unit.PERCENT)
    if draw(st.integers(0, 3)) == 0:
        change = replace(
            change, part=draw(st.just(Share(None)) | st.builds(Concentration, st.none(), st.none() | counts))
        )
    return Compare(change, comparison, Bound(quantity))


leaves = compares() | st.builds(Sudden, metrics, directions) | st.builds(Streak, metrics, directions, counts, grains)
leaves |= st.builds(NoData, metrics)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Any(tuple(parts))),
        inner.map(Not),
        st.builds(Held, inner, counts, counts, grains),
    ),
    max_leaves=5,
)
sentences = st.builds(
    Sentence, conditions, st.lists(st.sampled_from(["channel", "region"]), unique=True, max_size=2).map(tuple)
)


@given(sentences)
def test_a_rule_is_read_back_from_what_is_said_of_it(sentence: Sentence) -> None:
    for tongue in TONGUES:
        said = say(sentence, tongue, CATALOG)
        assert parse(said, CATALOG) == sentence, said


PIECES = [
    *(
        "渠道",
        "转化率",
        "ROI",
        "it",
        "增量",
        "<",
        "低于",
        "不超过",
        "至少",
        "2%",
        "0.5pp",
        "¥5",
        "-3",
        "阈值",
        "下滑",
        "上升",
    ),
    *(
        "突然",
        "飙升",
        "连续3天",
        "近5天中3天",
        "占比",
        "前3",
        "集中度",
        "无数据",
        "in 2 of 3 days",
        "日环比",
        "上次618同期",
        "截至当前",
        "较2026-01-01",
        "同比",
        "历史均值",
        "近7天中位数",
        "目标值",
        "昨日",
        "且",
        "/",
        "非",
        "（",
        "）",
        "各",
    ),
    *(
        "介于",
        "到",
        "之间",
        "，",
        "：",
        "以上",
        "变化",
        "预算超支",
        "by",
        "drops",
        "up",
        "and",
        "报警",
        "x",
        "五",
        "½",
        "'",
    ),
]


@given(st.lists(st.sampled_from(PIECES), max_size=9).map(" ".join) | st.text(max_size=20))
def test_whatever_is_typed_is_read_or_refused_with_a_place(said: str) -> None:
    try:
        parsed = understand(said, CATALOG)
    except Invalid as invalid:
        places = [each.where for each in invalid.mistakes]
    else:
        places = []
        for tongue in TONGUES:
            assert parse(say(parsed.sentence, tongue, CATALOG), CATALOG) == parsed.sentence
        for doubt in doubts(parsed, CATALOG):
            assert all(parse(say(each, "zh", CATALOG), CATALOG) == each for each in doubt.readings)
        assert isinstance(check(parsed.sentence, CATALOG), list)
    assert all(place and 1 <= place.column <= len(said) + 1 for place in places)
