"""A shop's dictionary, its rules and its numbers, for tests: two dimensions, two sources, ratios that share halves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from core.calendar.grain import Grain, Period
from core.cube.cube import Cube
from core.labels import Labels
from core.metrics import formula
from core.metrics.catalog import Catalog
from core.metrics.dimension import Dimension, Value
from core.metrics.metric import Direction, How, Metric
from core.metrics.source import Measure, Source
from core.metrics.target import Planned
from core.quantity import Unit
from core.rules.parse import parse
from core.rules.rule import Gating, Rule
from core.rules.tree import Sentence, in_context
from core.text import Text

JUNE_18 = Period.holding(date(2026, 6, 18), Grain.DAY)
SUMS = {
    "impressions": ("曝光量", "impressions", Unit.COUNT),
    "clicks": ("点击量", "clicks", Unit.COUNT),
    "conversions": ("转化数", "conversions", Unit.COUNT),
    "visits": ("访问量", "visits", Unit.COUNT),
    "single_page_visits": ("单页访问", "single-page visits", Unit.COUNT),
    "orders_placed": ("下单数", "orders placed", Unit.COUNT),
    "comments": ("评论数", "comments", Unit.COUNT),
    "negative_comments": ("负面评论数", "negative comments", Unit.COUNT),
    "feedbacks": ("反馈数", "feedbacks", Unit.COUNT),
    "negative_feedbacks": ("负反馈数", "negative feedbacks", Unit.COUNT),
    "scored_leads": ("已评分线索", "scored leads", Unit.COUNT),
    "low_quality_leads": ("低质量线索", "low-quality leads", Unit.COUNT),
    "leads": ("线索数量", "new leads", Unit.COUNT),
    "won": ("成交线索", "won", Unit.COUNT),
    "revenue": ("成交额", "revenue", Unit.MONEY),
    "gross_profit": ("毛利", "gross profit", Unit.MONEY),
    "spend": ("花费", "spend", Unit.MONEY),
    "budget": ("预算", "budget", Unit.MONEY),
}
RATIOS = {
    "roi": ("投产比", "ROI", Unit.TIMES, "revenue / spend"),
    "roi_profit": ("利润ROI", "profit ROI", Unit.PERCENT, "(gross_profit - spend) / spend"),
    "cvr": ("转化率", "conversion rate", Unit.PERCENT, "conversions / clicks"),
    "ctr": ("点击率", "click-through rate", Unit.PERCENT, "clicks / impressions"),
    "bounce_rate": ("跳出率", "bounce rate", Unit.PERCENT, "single_page_visits / visits"),
    "order_rate": ("下单率", "order rate", Unit.PERCENT, "orders_placed / visits"),
    "neg_comment_rate": ("评论负面占比", "negative comment share", Unit.PERCENT, "negative_comments / comments"),
    "neg_feedback_rate": ("负反馈率", "negative feedback rate", Unit.PERCENT, "negative_feedbacks / feedbacks"),
    "low_quality_rate": ("低质量线索占比", "low-quality share", Unit.PERCENT, "low_quality_leads / scored_leads"),
    "budget_use": ("预算执行率", "budget pacing", Unit.PERCENT, "to_date(spend) / to_date(budget)"),
    "lead_cvr": ("线索转化率", "lead conversion rate", Unit.PERCENT, "won / leads"),
}
ALIASES = {"roi": ("ROI",), "cvr": ("CVR",), "leads": ("线索量",), "budget_use": ("预算超支",)}
SOURCES = {
    "ads": Source(
        *("ads", ("ads.csv",), Grain.DAY, "day"),
        dimensions={"channel": "channel", "region": "region"},
        measures={code: Measure(How.SUM, code) for code in SUMS if code not in ("leads", "won")},
        delay=timedelta(hours=1),
    ),
    "crm": Source(
        *("crm", ("crm.csv",), Grain.DAY, "day"),
        dimensions={"channel": "channel"},
        measures={"leads": Measure(How.COUNT), "won": Measure(How.COUNT, matures=timedelta(days=30))},
    ),
}
DIMENSIONS = {
    "channel": Dimension(
        *("channel", Text(en="channel", zh="渠道")),
        values={"wechat": Value("wechat", Text(en="WeChat", zh="微信")), "douyin": Value("douyin", Text.same("抖音"))},
    ),
    "region": Dimension("region", Text(en="region", zh="地区")),
}


def a_metric(code: str, zh: str, en: str, unit: Unit = Unit.COUNT, **more: Any) -> Metric:
    """Return a metric that is summed, unless it has a formula."""
    how = None if "formula" in more else How.SUM
    return Metric(*(code, Text(en=en, zh=zh), unit, Direction.UP, "test"), **({"how": how} | more))


def a_catalog(*extra: Metric, planned: Sequence[Planned] = (), min_sample: Mapping[str, int] | None = None) -> Catalog:
    base = [a_metric(code, *each, aliases=ALIASES.get(code, ())) for code, each in SUMS.items()]
    ratios = [
        a_metric(
            *(code, zh, en, unit),
            formula=formula.parse(written),
            aliases=ALIASES.get(code, ()),
            min_sample=(min_sample or {}).get(code, 0),
        )
        for code, (zh, en, unit, written) in RATIOS.items()
    ]
    return Catalog({each.code: each for each in (*base, *ratios, *extra)}, DIMENSIONS, SOURCES, tuple(planned))


def a_sentence(said: str, metric: str | None = None, catalog: Catalog | None = None) -> Sentence:
    sentence = parse(said, catalog or a_catalog())
    return sentence if metric is None else in_context(sentence, metric)


def a_rule_saying(said: str, *, catalog: Catalog | None = None, **changes: Any) -> Rule:
    """Return a rule that is judged by its bound alone, however small the numbers."""
    rule = {
        "id": "r",
        "gate": Gating.OFF,
        "title": Text.same("r"),
        "said": said,
        "owner": "ads_team",
        "sentence": a_sentence(said, catalog=catalog),
    }
    return Rule(**(rule | changes))


Row = Sequence[float | None]


def a_cube(
    measures: Mapping[str, Row | Mapping[str, Row]], *, last: Period = JUNE_18, hows: Mapping[str, How] | None = None
) -> Cube:
    """Return a cube that ends with `last`, by channel where rows are named. None is no row."""
    names = list(dict.fromkeys(name for each in measures.values() if isinstance(each, Mapping) for name in each))
    rows = {
        code: [each[name] for name in names] if isinstance(each, Mapping) else [each] for code, each in measures.items()
    }
    arrays = {code: np.array(each, dtype=np.float64) for code, each in rows.items()}
    length = next(iter(arrays.values())).shape[1]
    return Cube(
        dimensions=("channel",) if names else (),
        slices=tuple(Labels.of({"channel": name}) for name in names) or (Labels(),),
        grain=last.grain,
        periods=range(last.index - length + 1, last.index + 1),
        measures=arrays,
        hows=dict.fromkeys(measures, How.SUM) | dict(hows or {}),
    )
