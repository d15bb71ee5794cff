"""A question for numbers, read from left to right, the longest known name first.

What nothing claims is left over, as a phrase of time: `roi last 7 days by channel` leaves `last 7 days`. A word that
was mistyped is left over too, and is told from time by whoever reads the time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.commands.command import Ask, Form
from bot.commands.lexicon import Lexicon
from core.calendar.grain import Grain
from core.document import suggesting
from core.errors import Missing, Problem
from core.labels import Matcher

_SIGN = re.compile(r"\s*(!=|=|≠|不是|不等于)\s*|\s*(:|是|为)\s*")
_UNKNOWN_KEY = re.compile(r"([^\s=!\"',:]+?)\s*!?=\s*\S")
_BY = re.compile(r"(?:(?:split|broken down|breakdown|grouped?)\s+)?(?:by|per)\s+|按照?|分(?!钟)|各个?|每个")
_BY_TAIL = re.compile(r"\s*(?:来?看|统计|拆分|拆解|细分|分组)")
_UNKNOWN_BY = re.compile(r"([a-z_]+)|([^\s,;=]+)")
_VERSUS = re.compile(
    r"(?:vs\.?|versus|compared?\s+(?:to|with)|against)(?![a-z])|对比|相比于?|比较|较|比|(?=同比|环比|周同比|月同比"
    r"|(?:yoy|wow|mom|(?:year|week|month) (?:over|on) (?:year|week|month))(?![a-z]))"
)
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_VALUE = re.compile(r"[^\s,、;|\"]+")
_COMMA = re.compile(r"\s*[,、|]\s*")
_FILLER = re.compile(
    r"(?:(?:what|how) about|show|give|get|me|please|tell|of|for|and|in|the|"
    r"what|is|was|are|were|how|much|many|my|our|with|on|trend|did|does|do|we|us|i|total|overall|compare|has|have|which|who|"
    r"can you|could you|thanks|thank you|want|need|the most|during)(?![\w-])"
    r"|[,、;?&]|帮我|帮忙|麻烦|谢谢|我想|想?知道|给我|[看查]一?下|哪个|哪些|总共|一共|整体|期间的?|(?:到现在|到目前)(?:为止)?|截至目前|"
    r"(?:怎么|为什么|为何)(?:这么|那么|会)?[高低多少好差]了?|是多少|多少|怎么样|如何|数据|情况|趋势|走势|看看|查询|查看|一下|请问|我要|显示|那么|换成|'s(?!\w)|[对那的和与跟及在看查吗呢了]"
)
_SPAN_AFTER = r"(?!\s*(?:个?(?:小时|天|日|周|星期|月|季|年)|hours?|days?|weeks?|months?|quarters?|years?))"
_TOP = re.compile(
    rf"(?:(?P<most>top|best|highest|前|最[高好多大]的?)|(?P<least>bottom|worst|lowest|后|倒数|最[低差少小]的?))\s*"
    rf"(?P<count>\d{{1,3}}){_SPAN_AFTER}(?:\s*[个名位大])?"
)
_SHARE = re.compile(
    r"(?:(?:percentage|proportion|percent|%)\s+of|(?:shares?|contributions?)(?:\s+(?:of|to))?)(?![\w-])"
    r"|对?(?:贡献(?:度|率|占比)?|占比|占了?多少|占(?:了?(?:总体|整体|全部|大盘))?的?(?:比例|比重|百分比)|份额|比重)"
)
_CHANNEL_SHARE = "channel_share"  # as the dictionaries of many teams have it
_BEST = re.compile(
    r"(?:the\s+)?(?:(?P<most>(?:best|highest|most|largest|biggest|top)(?![\w-])|最[高好多大]的?)"
    r"|(?P<least>(?:worst|lowest|least|smallest)(?![\w-])|最[低差少小]的?))"
)
FIRST_FEW = 3  # that are shown where the best is asked for
_SPENT = re.compile(r"(?<![a-z])spent(?![a-z])|花了?(?:多少钱?|了)|用了多少钱")
SPEND = "spend"
_FORMS: dict[Form, str] = {
    "excel": r"(?:in|as|to)\s+excel|excel|xlsx|spreadsheet|(?:导出|下载)(?:成|为|到)?(?:excel|xlsx|表格)?|电子表格",
    "chart": r"(?:as\s+(?:a\s+)?)?(?:chart|graph|plot)|画个?图|图表|曲线图?|(?:走势|趋势|折线|柱状?)图|出图",
    "table": r"(?:as\s+(?:a\s+)?)?table|表格|列表|列个表",
}
_FORM = re.compile("|".join(f"(?P<{form}>{words})" for form, words in _FORMS.items()))
_SPACES = re.compile(r"\s*")
_WORD = re.compile(r"[a-z0-9_.:+%/~#@-]+|\S")
MOST_NAMED = 6
_GRAINS = {
    Grain.HOUR: ("hour", "小时", "时"),
    Grain.DAY: ("day", "天", "日"),
    Grain.WEEK: ("week", "周"),
    Grain.MONTH: ("month", "月"),
}
_GRAIN = re.compile(
    "|".join(
        f"(?P<{grain.value}>{'|'.join(name + ('(?![a-z])' if name.isascii() else '') for name in names)})"
        for grain, names in _GRAINS.items()
    )
)


def read_question(said: str, lowered: str, lexicon: Lexicon) -> Ask:
    reader = _Reader(said, lowered, lexicon)
    while reader.position < len(said):
        reader.step()
    return reader.ask()


@dataclass(slots=True)
class _Reader:
    """Walks over a sentence once and keeps what it found."""

    said: str
    lowered: str
    lexicon: Lexicon
    position: int = 0
    metrics: list[str] = field(default_factory=list)
    where: dict[tuple[str, bool], list[str]] = field(default_factory=dict)
    by: str | None = None
    bare: str | None = None  # a dimension named without `by`: 渠道ROI
    grain: Grain | None = None
    top: int | None = None
    form: Form = ""
    is_share: bool = False
    left: list[list[str]] = field(default_factory=lambda: [[]])  # of the period, then of what it is held against

    def step(self) -> None:
        steps = (
            *(self._space, self._share, self._slice, self._metric, self._most, self._split),
            *(self._value, self._versus, self._shown, self._filler),
        )
        if not any(step() for step in steps):
            self._word()

    def ask(self) -> Ask:
        sliced = {dimension for dimension, negated in self.where if not negated}
        return Ask(
            metrics=tuple(dict.fromkeys(self.metrics)),
            where=tuple(Matcher(code, tuple(values), negated) for (code, negated), values in self.where.items()),
            by=self.by or (self.bare if self.bare not in sliced else None),
            grain=self.grain,
            period=" ".join("".join(self.left[0]).split()),
            versus=" ".join("".join(self.left[1]).split()) if len(self.left) > 1 else "",
            top=self.top,
            form=self.form,
            is_share=self.is_share,
        )

    # --- each returns whether it claimed something here --------------------------------------------------------

    def _space(self) -> bool:
        if not self.said[self.position].isspace():
            return False
        self._leave(" ", 1)
        return True

    def _slice(self) -> bool:
        """`channel=wechat`, `渠道=微信,抖音`, `campaign="summer sale"`, `channel!=douyin`."""
        known = self.lexicon.dimensions.at(self.lowered, self.position)
        sign = _SIGN.match(self.lowered, known[1]) if known else None
        if known and sign:
            self._values(known[0], sign.end(), negated=(sign.group(1) or "=") != "=")
            return True
        unknown = _UNKNOWN_KEY.match(self.said, self.position)
        if unknown and not self._metric_at():
            raise self._no_dimension(unknown.group(1))
        if known and not self._metric_at(beyond=known[1]):
            self.bare, self.position = known
            return True
        return False

    def _metric(self) -> bool:
        found = self._metric_at()
        if found is None and (spent := _SPENT.match(self.lowered, self.position)):
            found = (SPEND, spent.end()) if self.lexicon.metrics.exactly(SPEND) else None
        if found is None:
            return False
        self.metrics.append(found[0])
        self._leave(" ", found[1] - self.position)
        return True

    def _share(self) -> bool:
        """`share of spend`, `花费占比`, `渠道贡献度`; a metric that is called so is not one."""
        if self.lowered.startswith(_CHANNEL_SHARE, self.position) and not self._metric_at():
            self.bare, width = "channel", len(_CHANNEL_SHARE)
        else:
            marker = _SHARE.match(self.lowered, self.position)
            if marker is None or self._is_inside_word() or self._metric_at(beyond=marker.end() - 1):
                return False
            width = len(marker.group())
        self.is_share = True
        self._leave(" ", width)
        return True

    def _split(self) -> bool:
        """`by channel`, `按渠道`, `各渠道`, and `by week` for the chart's grain."""
        marker = _BY.match(self.lowered, self.position)
        if marker is None or self._is_inside_word():
            return False
        if found := self.lexicon.dimensions.at(self.lowered, marker.end()):
            if self.by not in (None, found[0]):
                raise Problem("ask-one-by", first=str(self.by), second=found[0])
            self.by = found[0]
            self._claim(found[1])
        elif grain := _GRAIN.match(self.lowered, marker.end()):
            self.grain = Grain(str(grain.lastgroup))
            self._claim(grain.end())
        elif self.top and self.lexicon.metrics.at(self.lowered, marker.end()):
            self._leave(" ", len(marker.group()))  # `top 5 channels by roi`
        elif marker.group().strip() in {"by", "按", "按照"} and (unknown := _UNKNOWN_BY.match(self.said, marker.end())):
            raise self._no_dimension(unknown.group())
        else:
            return False
        return True

    def _most(self) -> bool:
        """`top 5`, `前5个渠道`, `worst 3 channels`, `哪个渠道最高`; but `前7天` is a time."""
        found = _TOP.match(self.lowered, self.position) or _BEST.match(self.lowered, self.position)
        if found is None or self._is_inside_word():
            return False
        count = found["count"] if "count" in found.groupdict() else FIRST_FEW
        self.top = int(count) * (1 if found["most"] else -1)
        named = self.lexicon.dimensions.at(self.lowered, _SPACES.match(self.lowered, found.end()).end())  # type: ignore[union-attr]
        if named and not _SIGN.match(self.lowered, named[1]):
            self.by = self.by or named[0]
        self._leave(" ", (named[1] if named else found.end()) - self.position)
        return True

    def _shown(self) -> bool:
        """`chart`, `表格`, `excel`: how the answer is wanted."""
        found = _FORM.match(self.lowered, self.position)
        ends_word = found is not None and not re.match(r"[a-z0-9_]", self.lowered[found.end() : found.end() + 1])
        if found is None or self._is_inside_word() or not (ends_word or not found.group()[-1].isascii()):
            return False
        self.form = next(form for form in _FORMS if found[form])
        self._leave(" ", len(found.group()))
        return True

    def _value(self) -> bool:
        """`微信 ROI`: a value that says by itself which dimension it is of."""
        found = self.lexicon.bare_values.at(self.lowered, self.position)
        if found is None:
            return False
        dimension, _, value = found[0].partition("=")
        self._keep(dimension, value, negated=False)
        self._leave(" ", found[1] - self.position)
        return True

    def _versus(self) -> bool:
        marker = _VERSUS.match(self.lowered, self.position)
        if marker is None or len(self.left) > 1 or self._is_inside_word():
            return False
        self.left.append([])
        self.position = marker.end()
        return True

    def _filler(self) -> bool:
        marker = _FILLER.match(self.lowered, self.position)
        if marker is None or self._is_inside_word():
            return False
        self._leave(" ", len(marker.group()))
        return True

    def _word(self) -> None:
        quoted = _QUOTED.match(self.said, self.position)
        if quoted and (name := self.lexicon.metrics.exactly(quoted.group(1) or quoted.group(2) or "")):
            self.metrics.append(name)
            self.position = quoted.end()
            return
        word = _WORD.match(self.lowered, self.position)
        width = len(word.group()) if word else 1
        self._leave(self.said[self.position : self.position + width], width)

    # --- what they share ---------------------------------------------------------------------------------------

    def _metric_at(self, beyond: int = 0) -> tuple[str, int] | None:
        """Return the metric named here, unless something else named here is longer."""
        found = self.lexicon.metrics.at(self.lowered, self.position)
        return found if found and found[1] > beyond else None

    def _values(self, dimension: str, start: int, *, negated: bool) -> None:
        self.position = start
        while True:
            self._keep(dimension, self._one_value(dimension), negated=negated)
            comma = _COMMA.match(self.said, self.position)
            if comma is None or not self._goes_on(dimension, comma):
                break
            self.position = comma.end()
        tail = _BY_TAIL.match(self.said, self.position)
        self.position = tail.end() if tail else self.position
        self.left[-1].append(" ")

    def _goes_on(self, dimension: str, comma: re.Match[str]) -> bool:
        """Whether another value follows a comma, and not another metric."""
        if self.lexicon.values[dimension].at(self.lowered, comma.end()):
            return True
        is_loose = comma.group() != comma.group().strip()
        return not is_loose and not self.lexicon.metrics.at(self.lowered, comma.end()) and comma.end() < len(self.said)

    def _one_value(self, dimension: str) -> str:
        names = self.lexicon.values[dimension]
        if quoted := _QUOTED.match(self.said, self.position):
            self.position = quoted.end()
            value = quoted.group(1) or quoted.group(2) or ""
            return names.exactly(value) or value
        if known := names.at(self.lowered, self.position):
            self.position = known[1]
            return known[0]
        word = _VALUE.match(self.said, self.position)
        value = word.group() if word else ""
        self.position += len(value)
        if not value:
            raise Missing("ask-no-value", dimension=dimension, known=", ".join(list(names.codes)[:MOST_NAMED]))
        return value  # a file may hold values that nobody has named; an empty answer says what is near

    def _keep(self, dimension: str, value: str, *, negated: bool) -> None:
        values = self.where.setdefault((dimension, negated), [])
        if value not in values:
            values.append(value)

    def _claim(self, end: int) -> None:
        tail = _BY_TAIL.match(self.said, end)
        self._leave(" ", (tail.end() if tail else end) - self.position)

    def _leave(self, what: str, width: int) -> None:
        self.left[-1].append(what)
        self.position += width

    def _is_inside_word(self) -> bool:
        """Whether a Latin word goes on here: the `in` of `main` is no word of its own."""
        here, before = self.lowered[self.position], self.lowered[self.position - 1 : self.position]
        return here.isascii() and here.isalnum() and bool(before) and before.isascii() and before.isalnum()

    def _no_dimension(self, said: str) -> Missing:
        return Missing("unknown-dimension", **suggesting(said, self.lexicon.dimensions.codes, name=said))
