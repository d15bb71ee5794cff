"""The words of the rule language, in both tongues.

This file, the patterns of `scan` and the sentences of `say` are the only places that know words; to teach the language
a new one, add it here. A word of several letters may be spelled with spaces, hyphens or underscores between its parts.
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
    return tuple(before + base for base in bases for before in ("", "较", "比", "较之", "相比", "相较", "对比"))


AGAINST: Mapping[Against, tuple[str, ...]] = {
    Lag(Grain.DAY, 1): (
        "日环比",
        *_against("昨日", "昨天", "前一日", "前一天", "前日", "昨日同期", "昨天同期", "前一天同期"),
        *("day over day", "dod", "d/d", "vs yesterday", "than yesterday", "from yesterday", "yesterday"),
        *("since yesterday", "than the day before", "yesterday's", "this time yesterday"),
        *("vs the day before", "the day before", "compared with yesterday", "compared to yesterday"),
    ),
    Lag(Grain.WEEK, 1): (
        *("周环比", "较上周", "比上周", "上周"),
        *("week over week", "wow", "w/w", "vs last week", "than last week", "from last week", "last week"),
    ),
    Lag(Grain.MONTH, 1): (
        *("月环比", "较上月", "比上月", "较上个月", "比上个月", "上月", "上个月"),
        *("month over month", "mom", "m/m", "vs last month", "than last month", "from last month", "last month"),
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
        *("周同比", "较上周同日", "比上周同日", "上周同日", "较上周同期", "比上周同期", "上周同期"),
        *("vs same weekday last week", "vs the same weekday last week", "same weekday last week"),
        *("vs same day last week", "the same day last week", "same day last week", "the same weekday last week"),
    ),
    YearAgo(): (
        *("同比", "年同比", "月同比", "较去年同期", "比去年同期", "去年同期", "较去年", "比去年"),
        *("year over year", "yoy", "y/y", "vs last year", "than last year", "from last year", "last year"),
        *("same time last year", "the same time last year", "vs same time last year"),
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
        *("below", "under", "less than", "lower than", "fewer than", "smaller than", "short of"),
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
            *(f"{verb}到" for verb in ("跌", "降", "掉", "下降", "下跌", "下滑", "回落", "滑落")),
        ),
        *("falls to", "drops to", "fell to", "dropped to", "down to", "goes down to"),
        *("at most", "no more than", "not more than", "no higher than", "not above", "not over", "up to"),
        *("less than or equal to", "no greater than", "not greater than", "not exceeding"),
    ),
    Comparison.MORE: (
        *(">", "超过", "大于", "高于", "多于", "超出", "突破", "逾", "超", "高过", "升破", "涨破"),
        *("above", "over", "more than", "greater than", "higher than", "larger than", "exceeds", "exceed", "beyond"),
        "exceeding",
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
            "达到",
            "达",
            *(f"{verb}到" for verb in ("涨", "升", "上升", "上涨", "增长", "增加")),
        ),
        *("at least", "no less than", "not less than", "no lower than", "not below", "not under", "no fewer than"),
        *(
            "greater than or equal to",
            "not lower than",
            "reaches",
            "rises to",
            "rose to",
            "climbs to",
            "up to at least",
        ),
    ),
    Comparison.EQUAL: ("=", "==", "等于", "equals", "equal to", "is equal to", "exactly"),
    Comparison.UNEQUAL: ("!=", "≠", "<>", "不等于", "not equal to", "is not equal to", "differs from"),
}
OTHERS: Mapping[str, tuple[str, ...]] = {
    "AND": (
        *(
            "且",
            "并且",
            "和",
            "与",
            "而且",
            "同时",
            "及",
            "以及",
            "但",
            "但是",
            "却",
            "and",
            "&",
            "&&",
            "as well as",
            "but",
        ),
        *("while", "yet", "although"),
    ),
    "COMMA": (",", "，", "、", ";", "；"),
    "OR": ("或", "或者", "/", "or", "|", "||", "要么"),
    "NOT": ("非", "不是", "并非", "not", "!"),
    "OPEN": ("(",),
    "CLOSE": (")",),
    "COLON": (":",),
    "EACH": (
        "各",
        "分",
        "按",
        "每个",
        "各个",
        "任一",
        "任意",
        *("任何", "某个", "某", "有", "每一个", "所有", "for any", "for each of the", "all"),
        "by",
        "per",
        "for each",
        "for every",
        "each",
        "every",
        "any",
    ),
    "CHANGE": ("变化", "变动", "变化率", "变化幅度", "change", "changes", "changed"),
    "SUDDENLY": (
        "突然",
        "骤然",
        "猛然",
        "异常",
        "急剧",
        "suddenly",
        "sudden",
        "sharply",
        "sharp",
        "abruptly",
        "unusually",
        "abnormally",
    ),
    "BETWEEN": ("介于", "在", "between", "is between", "within"),
    "OUTSIDE": ("不在", "不介于", "outside", "not between", "is outside", "out of"),
    "OUTER": ("之外", "以外", "范围外"),
    "ZERO": (
        *(
            "归零",
            "清零",
            "为零",
            "为0",
            "是零",
            "等于零",
            "是0",
            "跌到零",
            "is zero",
            "are zero",
            "zero",
            "is 0",
            "are 0",
        ),
        *("falls to zero", "drops to zero", "hits zero", "equals zero"),
    ),
    "MISSED": (
        *("未达标", "不达标", "没达标", "没有达标", "未完成目标", "没完成目标", "未达成目标", "没达成目标"),
        *(
            "misses target",
            "misses its target",
            "missed target",
            "missed its target",
            "misses the target",
            "off target",
        ),
    ),
    "SOFAR": (
        *(
            f"截{a}{b}{c}"
            for a in "至止"
            for b in ("当前", "目前", "现在", "此刻", "此时")
            for c in ("", "同期", "的同期")
        ),
        *(
            f"{day}{till}"
            for day in ("", "今天", "今日")
            for till in ("到现在", "至今", "到目前", "到目前为止", "截至目前")
        ),
        *("同时段", "同一时段", "此时", "so far", "so far today", "to this hour", "up to this hour", "same hours"),
    ),
    "NODATA": (
        *("无数据", "没有数据", "没数据", "没有任何数据", "数据缺失", "缺数据", "数据中断"),
        *("no data", "has no data", "had no data", "without data", "without any data", "no rows", "data missing"),
    ),
    "INNER": ("之间", "以内", "之内"),
    "TO": ("到", "至", "~", "–", "—", "to"),
    "THAN": ("比",),
    "UNSAID": ("阈值", "门槛", "临界值", "警戒线", "threshold", "the threshold", "a threshold", "the limit", "limit"),
    "OVERSPENT": (
        *("预算超支", "超支", "超预算", "预算失控", "budget overspent", "budget is overspent", "overspent"),
        *("超出预算", "超过预算了", "预算超了"),
        *("over budget", "budget overrun", "budget is overrun", "overspend", "budget exceeded"),
    ),
    "IT": (
        "该指标",
        "日增量",
        "增量",
        "the metric",
        "this metric",
        "daily increase",
        "daily gain",
        "daily increment",
        "it",
    ),
}
PARTS: Mapping[Literal["share", "concentration"], tuple[str, ...]] = {
    "share": (
        *("占比", "占总体", "占总体比例", "份额", "贡献度", "贡献率", "贡献占比"),
        *("share of", "share of total", "share of all", "percent of total", "contribution of", "contribution"),
    ),
    "concentration": ("集中度", "concentration of", "concentration", "hhi of", "hhi", "赫芬达尔指数"),
}
SUFFIXES: Mapping[Comparison, tuple[str, ...]] = {
    # By Chinese usage, and by law, 以上 and 以下 hold the number itself.
    Comparison.AT_LEAST: ("以上", "及以上", "或以上", "or more", "and more", "or above", "and above"),
    Comparison.AT_MOST: ("以下", "及以下", "或以下", "or less", "or fewer", "or below", "and below"),
}
NOISE = (
    *(
        "自动报警",
        "自动预警",
        "自动告警",
        "就报警",
        "就预警",
        "则报警",
        "报警",
        "预警",
        "告警",
        "提醒我",
        "提醒",
        "通知",
    ),
    *("相比", "相对", "出现", "发生", "请", "这个"),
    *("的", "是", "了", "时", "则", "就", "当", "如果", "若", "用户", "值", "幅度", "幅", "。", "!", "！", ";", "水平"),
    *("is", "are", "was", "were", "has", "have", "the", "a", "an", "when", "if", "than", "then", "its", "alert me"),
    *(
        "alert",
        "alerts",
        "alarm",
        "notify me",
        "notify",
        "automatically",
        "that",
        "gets",
        "of",
        "by",
        ".",
        "in",
        "for",
        "it's",
        "goes",
        "went",
    ),
)
