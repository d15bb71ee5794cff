"""The words that compare, in both tongues: held how, and against what.

With `verbs`, `particles`, `figures`, `patterns` and the sentences of `say` this is all that knows words; to teach the
language a new one, add it to its list. Its parts may be spelled with spaces, hyphens or underscores between them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from core.calendar.grain import Grain
from core.rules.tree import Against, Comparison, Lag, Target, YearAgo

GRAINS: Mapping[str, Grain | None] = {
    **dict.fromkeys(("小时", "个小时", "hour", "hours"), Grain.HOUR),
    **dict.fromkeys(("天", "日", "day", "days"), Grain.DAY),
    **dict.fromkeys(("周", "个星期", "星期", "week", "weeks"), Grain.WEEK),
    **dict.fromkeys(("个月", "月", "month", "months"), Grain.MONTH),
    **dict.fromkeys(("期", "次", "period", "periods", "time", "times"), None),
}


def _against(*bases: str) -> tuple[str, ...]:
    """Return what a number is held against with whatever is said before it: 比昨天, 较昨天."""
    return tuple(
        before + base for base in bases for before in ("", "较", "比", "较之", "相比", "相较", "对比", "与", "跟")
    )


AGAINST: Mapping[Against, tuple[str, ...]] = {
    Lag(Grain.DAY, 1): (
        "日环比",
        *_against("昨日", "昨天", "前一日", "前一天", "前日", "昨日同期", "昨天同期", "前一天同期"),
        *("day over day", "dod", "d/d", "vs yesterday", "than yesterday", "from yesterday", "yesterday"),
        *("since yesterday", "than the day before", "yesterday's", "this time yesterday"),
        *("vs the day before", "the day before", "compared with yesterday", "compared to yesterday", "day on day"),
    ),
    Lag(Grain.WEEK, 1): (
        *("周环比", *_against("上周", "上一周", "上星期", "上个星期")),
        *("week over week", "wow", "w/w", "vs last week", "than last week", "from last week", "last week"),
        *("last week's", "week on week", "the week before", "compared with last week", "compared to last week"),
    ),
    Lag(Grain.MONTH, 1): (
        *("月环比", *_against("上月", "上个月", "上一个月")),
        *("month over month", "mom", "m/m", "vs last month", "than last month", "from last month", "last month"),
        *("last month's", "month on month", "the month before"),
    ),
    Lag(Grain.HOUR, 1): (
        *("小时环比", "时环比", "较上一小时", "比上一小时", "上一小时", "上小时"),
        *("hour over hour", "hoh", "vs the previous hour", "the previous hour", "last hour"),
    ),
    Lag(None, 1): (
        *("环比", "较上期", "比上期", "上期", "较上一期", "上一期"),
        *("period over period", "pop", "vs the previous period", "vs previous period", "the previous period"),
        "previous period",
    ),
    Lag(Grain.DAY, 7): (
        *("周同比", *_against("上周同日", "上周同期", "上周同一天", "上周今天", "上周的今天", "上周这一天")),
        *("vs same weekday last week", "vs the same weekday last week", "same weekday last week"),
        *("vs same day last week", "the same day last week", "same day last week", "the same weekday last week"),
        *("same time last week", "the same time last week", "than the same day last week", "this day last week"),
        *("a week ago", "than a week ago", "vs a week ago"),
    ),
    YearAgo(): (
        *("同比", "年同比", "月同比", "较去年", "比去年"),
        *_against("去年同期", "上年同期", "去年同日", "去年同一天", "去年同月", "去年今日"),
        *("year over year", "yoy", "y/y", "vs last year", "than last year", "from last year", "last year"),
        *("same time last year", "the same time last year", "vs same time last year", "year on year"),
        *("this time last year", "last year's", "than a year ago", "a year ago"),
    ),
    Target(): (
        *_against("目标值", "目标", "计划值", "计划"),
        *("the target", "target", "its target", "vs target", "plan", "the plan", "vs plan"),
    ),
}
COMPARISONS: Mapping[Comparison, tuple[str, ...]] = {
    Comparison.LESS: (
        *(
            "<",
            "低于",
            "小于",
            "少于",
            "不足",
            "不到",
            "不及",
            "未达到",
            "未达",
            "跌破",
            "没有达到",
            "没达到",
            "达不到",
            "低过",
        ),
        *("below", "under", "less than", "lower than", "fewer than", "smaller than", "short of", "shorter than"),
        *("behind", "beneath", "lower by"),
    ),
    Comparison.AT_MOST: (
        *(
            "<=",
            "≤",
            "=<",
            "不超过",
            "不高于",
            "不大于",
            "不多于",
            "至多",
            "最多",
            "小于等于",
            "小于或等于",
            "低于等于",
            *(f"{no}{verb}" for no in ("没有", "没", "未", "并未") for verb in ("超过", "高于", "大于")),
            *(f"{verb}到" for verb in ("跌", "降", "掉", "下降", "下跌", "下滑", "回落", "滑落")),
        ),
        *("falls to", "drops to", "fell to", "dropped to", "down to", "goes down to"),
        *("at most", "no more than", "not more than", "no higher than", "not above", "not over", "up to"),
        *("less than or equal to", "no greater than", "not greater than", "not exceeding"),
    ),
    Comparison.MORE: (
        *(">", "超过", "大于", "高于", "多于", "超出", "突破", "逾", "超", "高过", "升破", "涨破"),
        *("above", "over", "more than", "greater than", "higher than", "larger than", "exceeds", "exceed", "beyond"),
        *("exceeding", "exceeded", "longer than", "ahead of"),
    ),
    Comparison.AT_LEAST: (
        *(
            ">=",
            "≥",
            "=>",
            "不低于",
            "不小于",
            "不少于",
            "至少",
            "最少",
            "大于等于",
            "大于或等于",
            "高于等于",
            *("达到", "达", "达到了", "用掉", "已用掉", "已用", "用了", "花掉", "消耗了", "已消耗", "已经用了"),
            *(f"{no}{verb}" for no in ("没有", "没", "未", "并未") for verb in ("低于", "小于", "少于")),
            *(f"{verb}到" for verb in ("涨", "升", "上升", "上涨", "增长", "增加")),
        ),
        *("at least", "no less than", "not less than", "no lower than", "not below", "not under", "no fewer than"),
        *(
            "greater than or equal to",
            "not lower than",
            *("reaches", "reach", "reached", "hits", "hit"),
            "rises to",
            "rose to",
            "climbs to",
            "up to at least",
        ),
    ),
    Comparison.EQUAL: ("=", "==", "等于", "equals", "equal to", "is equal to", "exactly"),
    Comparison.UNEQUAL: ("!=", "≠", "<>", "不等于", "not equal to", "is not equal to", "differs from"),
}
PARTS: Mapping[Literal["share", "concentration"], tuple[str, ...]] = {
    "share": (
        *("占", "占比", "占总体", "占总体比例", "份额", "贡献度", "贡献率", "贡献占比"),
        *("share of", "share of total", "share of all", "percent of total", "contribution of", "contribution"),
    ),
    "concentration": ("集中度", "concentration of", "concentration", "hhi of", "hhi", "赫芬达尔指数"),
}
SUFFIXES: Mapping[Comparison, tuple[str, ...]] = {
    # By Chinese usage, and by law, 以上 and 以下 hold the number itself.
    Comparison.AT_LEAST: ("以上", "及以上", "或以上", "or more", "and more", "or above", "and above"),
    Comparison.AT_MOST: ("以下", "及以下", "或以下", "or less", "or fewer", "or below", "and below"),
}
