"""The verbs of the rule language: which way a number moves, how, and how far where the verb itself says so.

腰斩 is a fall by half and 突增 is sudden, though no number and no 突然 stand beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal


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
        *("减幅", "缩减", "萎缩", "下探", "走弱", "fewer", "less"),
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
        "more",
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
        *("大幅下降", "大幅下跌", "崩盘", "突降", "突跌", "猛跌", "狂跌", "猛降", "骤然下降", "急跌", "急降", "雪崩"),
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
        *("slumps", "slump", "slumped", "tanks", "tank", "tanked", "nosedive", "craters", "tumbles", "tumble"),
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
        *("暴增", "猛涨", "狂涨", "疯涨", "突涨", "急增", "井喷", "爆增"),
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
            *(
                "shrinks",
                "shrink",
                "loses",
                "lost",
                "dips",
                "dip",
                "dipped",
                "slides",
                "slide",
                "slid",
                "slips",
                "slip",
            ),
            *("fallen", "eroding"),
        ),
    ),
    Move("up", "drift"): (
        *("升高", "走高", "变高", "变多"),
        *("up", "rises", "rise", "rose", "rising", "risen", "increases", "increase", "increased", "increasing"),
        *("grows", "grow", "grew", "growing", "goes up", "going up", "climbs", "climb", "gains"),
    ),
    Move("up", "normal"): (
        *(
            "正常",
            "持平",
            "平稳",
            "稳定",
            "没有变化",
            "没变化",
            "不变",
            "normal",
            "is normal",
            "as usual",
            "flat",
            "is flat",
        ),
        *("unchanged", "steady", "stable", "stays flat"),
    ),
    Move("down", "level"): ("低", "偏低", "较低", "low", "is low"),
    Move("up", "level"): ("高", "偏高", "较高", "high", "is high"),
}
# A move that says its size: 腰斩 is a fall by half.
SIZED: Mapping[tuple[Literal["up", "down"], Decimal], tuple[str, ...]] = {
    ("down", Decimal("0.5")): (
        *("腰斩", "减半", "折半", "跌去一半", "halves", "halved", "falls by half", "drops by half", "cut in half"),
        *("halve", "对折"),
    ),
    ("up", Decimal(2)): ("triples", "tripled", "triple"),
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
        *("not increasing", "not growing", "is not growing", "不涨", "不升", "不增长", "不见涨"),
    ),
    "down": (
        *(
            f"{no}{verb}"
            for no in ("没有", "没", "未", "并未", "并没有")
            for verb in ("下降", "下滑", "减少", "下跌", "降低", "跌")
        ),
        *("does not fall", "do not fall", "did not fall", "not falling", "is not falling", "not down", "is not down"),
        *("not decreasing", "not declining", "does not drop", "did not drop", "不降", "不跌", "不见跌"),
    ),
}
