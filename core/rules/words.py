"""The words of the rule language, in both tongues.

This file, the patterns of `scan` and the sentences of `say` are the only places that know words; to teach the language
a new one, add it here. A word of several letters may be spelled with spaces, hyphens or underscores between its parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
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


@dataclass(frozen=True, slots=True)
class Move:
    """A verb. A plunge is sudden by itself; a drift (升高) without a number takes the house's default, and a level (高)
    is held against what is usual.
    """

    direction: Literal["up", "down"]
    manner: Literal["plain", "plunge", "drift", "level", "normal"] = "plain"


MOVES: Mapping[Move, tuple[str, ...]] = {
    Move("down"): (
        *(
            "下滑",
            "下降",
            "下跌",
            "跌",
            "减少",
            "回落",
            "缩水",
            "少了",
            "降了",
            "降",
            "掉",
            "掉了",
            "少",
            "下行",
            "降幅",
            "跌幅",
        ),
        *("减幅", "缩减", "萎缩"),
    ),
    Move("up"): (
        *(
            "上升",
            "上涨",
            "增长",
            "增加",
            "涨",
            "提升",
            "涨了",
            "提高",
            "升",
            "升了",
            "多",
            "多了",
            "多出",
            "高出",
            "上行",
            "涨幅",
            "增幅",
            "升幅",
        ),
    ),
    Move("down", "plunge"): (
        *(
            "骤降",
            "暴跌",
            "骤减",
            "锐减",
            "骤跌",
            "大跌",
            "断崖式下跌",
            "断崖式下滑",
            "断崖下跌",
            "陡降",
            "跳水",
            "大幅下滑",
        ),
        *("大幅下降", "大幅下跌", "崩盘"),
        *(f"{verb}{to}{depth}" for verb in "跌掉降" for to in "到入至" for depth in ("低谷", "谷底", "冰点")),
        *(
            "plunges",
            "plunge",
            "plunged",
            "crashes",
            "crash",
            "collapses",
            "collapse",
            "plummets",
            "plummet",
            "nosedives",
        ),
    ),
    Move("up", "plunge"): (
        *(
            "飙升",
            "暴涨",
            "激增",
            "骤升",
            "猛增",
            "骤增",
            "大涨",
            "飙涨",
            "突增",
            "陡增",
            "陡升",
            "大幅上升",
            "大幅上涨",
            "大幅增加",
        ),
        *("surges", "surge", "surged", "spikes", "spike", "spiked", "soars", "soar", "jumps", "jump", "skyrockets"),
    ),
    Move("down", "drift"): (
        *("降低", "走低", "变低", "变少"),
        *("down", "drops", "drop", "dropped", "dropping", "falls", "fall", "fell", "falling", "declines", "decline"),
        *(
            "declined",
            "decreases",
            "decrease",
            "decreased",
            "decreasing",
            "goes down",
            "going down",
            "shrinks",
            "loses",
        ),
    ),
    Move("up", "drift"): (
        *("升高", "走高", "变高", "变多"),
        *("up", "rises", "rise", "rose", "rising", "risen", "increases", "increase", "increased", "increasing"),
        *("grows", "grow", "grew", "growing", "goes up", "going up", "climbs", "climb", "gains"),
    ),
    Move("up", "normal"): ("正常", "normal", "is normal", "as usual"),
    Move("down", "level"): ("低", "偏低", "较低", "low", "is low"),
    Move("up", "level"): ("高", "偏高", "较高", "high", "is high"),
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
# A move that says its size: 腰斩 is a fall by half.
SIZED: Mapping[tuple[Literal["up", "down"], Decimal], tuple[str, ...]] = {
    ("down", Decimal("0.5")): (
        *("腰斩", "减半", "折半", "跌去一半", "halves", "halved", "falls by half", "drops by half", "cut in half"),
    ),
    ("up", Decimal(1)): ("翻倍", "翻番", "翻一番", "翻了一番", "doubles", "doubled", "double"),
}
# A move that did not come: spend is up but 转化数没有增加.
STILL: Mapping[Literal["up", "down"], tuple[str, ...]] = {
    "up": (
        *(
            f"{no}{verb}"
            for no in ("没有", "没", "未", "并未", "并没有")
            for verb in ("上升", "上涨", "增长", "增加", "提升", "变多", "涨")
        ),
        *("does not rise", "do not rise", "did not rise", "not rising", "is not rising", "not up", "is not up"),
        *("does not grow", "do not grow", "did not grow", "does not increase", "do not increase", "did not increase"),
    ),
    "down": (
        *(
            f"{no}{verb}"
            for no in ("没有", "没", "未", "并未", "并没有")
            for verb in ("下降", "下滑", "减少", "下跌", "降低", "跌")
        ),
        *("does not fall", "do not fall", "did not fall", "not falling", "is not falling", "not down", "is not down"),
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
