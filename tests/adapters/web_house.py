"""A shop of ten channels for the console's tests: real dictionary, real cards, numbers that somebody could believe."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from bot.chat.card import Button, Buttons, Card, Fact, Facts, Picture, Prose, Table, Tone
from bot.chat.reply import Reply
from bot.chat.request import Request
from core.alerts.alert import Alert, Condition, Escalation, Handling, Phase, Stage
from core.calendar.grain import Grain, Period
from core.charts.figure import Line, Lines
from core.cube.cube import Cube
from core.cube.query import Query
from core.errors import Unavailable
from core.labels import Labels
from core.metrics.catalog import Catalog
from core.metrics.load import builtin
from core.metrics.metric import Direction, How
from core.metrics.source import Measure, Source
from core.people.person import Person
from core.quantity import Quantity, Unit
from core.rules.finding import Finding, State, Term
from core.rules.rule import Fingerprint, Rule, Severity
from core.rules.tree import All, Bound, Compare, Comparison, Lag, Reading, Sentence
from core.text import Text, Tongue
from core.workspace import Workspace

NOW = datetime(2026, 6, 3, 6, 0, tzinfo=UTC)  # two in the afternoon in Shanghai
YESTERDAY = Period.holding(datetime(2026, 6, 2), Grain.DAY)  # noqa: DTZ001 - wall clock
BASES = {
    "revenue": 182_000,
    "spend": 141_000,
    "impressions": 4_120_000,
    "clicks": 68_500,
    "conversions": 1_730,
    "visits": 51_200,
    "pv": 163_000,
    "uv": 44_800,
    "orders": 1_610,
    "buyers": 1_480,
    "gmv": 402_000,
    "budget": 150_000,
    "leads": 920,
    "refunds": 9_800,
}
CHANNELS = {
    "douyin": 0.24, "wechat": 0.2, "kuaishou": 0.13, "xiaohongshu": 0.11, "tmall": 0.09, "jd": 0.08, "weibo": 0.06,
    "bilibili": 0.04, "baidu": 0.03, "site": 0.02,
}  # fmt: skip


@dataclass
class FakeClock:
    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


@dataclass
class FakeWarehouse:
    """Numbers with a weekly swing; the last day's revenue falls."""

    is_up: bool = True
    asked: list[Query] = field(default_factory=list)

    async def refresh(self) -> tuple[()]:
        return ()

    async def fetch(self, query: Query) -> Cube:
        self.asked.append(query)
        if not self.is_up:
            raise Unavailable("warehouse-away")
        periods = query.window.periods(Grain.DAY)
        days = np.array(list(periods), dtype=float)
        measures = {}
        for place, code in enumerate(query.measures):
            swing = 1 + 0.11 * np.sin(days * math.tau / 7 + place) + 0.01 * np.sin(days * 1.7 + 3 * place)
            rows = BASES[code] * swing * np.array(list(CHANNELS.values())).reshape(-1, 1)
            if code == "revenue":
                rows[list(CHANNELS).index("wechat"), days == YESTERDAY.index] *= 0.4
            measures[code] = rows if query.dimensions else rows.sum(axis=0, keepdims=True)
        slices = tuple(Labels.of({"channel": code}) for code in CHANNELS) if query.dimensions else (Labels(),)
        return Cube(query.dimensions, slices, Grain.DAY, periods, measures, dict.fromkeys(query.measures, How.SUM))

    async def aclose(self) -> None: ...


@dataclass
class FakeStore:
    alerts: list[Alert] = field(default_factory=list)
    kept: list[Any] = field(default_factory=list)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[FakeStore]:
        yield self

    async def open(self) -> Sequence[Alert]:
        return [alert for alert in self.alerts if alert.is_open]

    async def latest(self, rules: Iterable[str]) -> Mapping[Fingerprint, Alert]:
        wanted = set(rules)
        return {alert.fingerprint: alert for alert in self.alerts if alert.fingerprint.rule in wanted}

    async def holds(self, alert: str | None = None) -> Sequence[Any]:
        return [hold for hold in self.kept if alert in (None, hold.alert)]

    async def aclose(self) -> None: ...


@dataclass
class FakeWorld:
    clock: FakeClock = field(default_factory=FakeClock)
    warehouse: FakeWarehouse = field(default_factory=FakeWarehouse)
    store: FakeStore = field(default_factory=FakeStore)
    messenger: Any = None
    pages: Any = None


def a_rule(name: str, title: Text, *metrics: str) -> Rule:
    below_one = tuple(Compare(Reading(code), Comparison.LESS, Bound(Quantity.bare(1))) for code in metrics)
    return Rule(name, title, Sentence(All(below_one), ("channel",)), said="", owner="channel_lead")


def a_house(**changed: Any) -> Workspace:
    dictionary = builtin()
    measures = {code: Measure(How.SUM, code) for code in BASES}
    ads = Source("ads", ("ads.csv",), Grain.DAY, "日期", {"channel": "渠道"}, measures, delay=timedelta(hours=1))
    house = Workspace(
        folder=Path(),
        name=Text(en="Lantern Tea · 618", zh="灯笼茶铺 · 618"),
        zone=ZoneInfo("Asia/Shanghai"),
        currency="CNY",
        tongue="zh",
        today=None,
        catalog=Catalog(dictionary.metrics, dictionary.dimensions, {"ads": ads}),
        rules=(
            a_rule("roi_drop", Text(en="ROI below 1 while overspent", zh="投产比低于 1 且超支"), "roi", "budget_use"),
            a_rule(
                "cvr_drop", Text(en="Conversion rate down by a fifth in a week", zh="转化率周环比下降超过两成"), "cvr"
            ),
            a_rule("refunds_up", Text(en="Refunds above 12,000 a day", zh="单日退款超过 1.2 万"), "refunds"),
        ),
        people={
            "liwei": Person("liwei", Text(en="Li Wei", zh="李伟"), chats={"web": "liwei"}),
            "wangfang": Person("wangfang", Text(en="Wang Fang", zh="王芳"), chats={"web": "wf"}, tongue="en"),
        },
    )
    return replace(house, **changed)


def an_alert(name: str = "7f3k", **changed: Any) -> Alert:
    fingerprint = Fingerprint("roi_drop", Labels.of({"channel": "wechat"}))
    term = Term("roi", Unit.TIMES, 0.79, baseline=1.31, change=-0.397, bound=1.0)
    alert = Alert(
        id=f"alert-{name}",
        handle=name,
        fingerprint=fingerprint,
        severity=Severity.CRITICAL,
        condition=Condition(Phase.FIRING, NOW - timedelta(hours=3, minutes=10)),
        handling=Handling(Stage.OPEN),
        escalation=Escalation(),
        finding=Finding(fingerprint, YESTERDAY, State.BREACHED, (term,)),
        opened_at=NOW - timedelta(hours=3, minutes=10),
        fired_at=NOW - timedelta(hours=3, minutes=10),
        owner="liwei",
        version=12,
    )
    return replace(alert, **changed)


def some_alerts() -> list[Alert]:
    cvr = Fingerprint("cvr_drop", Labels.of({"channel": "douyin", "region": "east"}))
    refunds = Fingerprint("refunds_up", Labels())
    rate = Term("cvr", Unit.PERCENT, 0.0212, Lag(Grain.DAY, 7), 0.0268, change=-0.209, bound=-0.2)
    money = Term("refunds", Unit.MONEY, 14_300.0, bound=12_000.0)
    return [
        an_alert(
            "b2xq",
            fingerprint=refunds,
            severity=Severity.WARNING,
            finding=Finding(refunds, YESTERDAY, State.BREACHED, (money,)),
            opened_at=NOW - timedelta(days=1, hours=2),
            fired_at=NOW - timedelta(days=1, hours=2),
            owner=None,
            version=2,
        ),
        an_alert(),
        an_alert(
            "m81c",
            fingerprint=cvr,
            severity=Severity.WARNING,
            handling=Handling(Stage.ACKED, by="wangfang", at=NOW),
            finding=Finding(cvr, YESTERDAY, State.BREACHED, (rate,)),
            opened_at=NOW - timedelta(minutes=48),
            fired_at=NOW - timedelta(minutes=48),
            owner="wangfang",
            version=4,
        ),
    ]


def a_figure(tongue: Tongue = "zh") -> Lines:
    days = np.arange(28)
    values = 1.28 + 0.09 * np.sin(days * math.tau / 7) + 0.03 * np.sin(days * 1.7)
    values[-2:] = (0.98, 0.79)
    usual = 1.28 + 0.09 * np.sin(days * math.tau / 7)
    return Lines(
        title="投产比 · 微信" if tongue == "zh" else "ROI · WeChat",
        tongue=tongue,
        unit=Unit.TIMES,
        direction=Direction.UP,
        grain=Grain.DAY,
        first=YESTERDAY.index - 27,
        lines=(Line("投产比" if tongue == "zh" else "ROI", tuple(float(value) for value in values)),),
        band=(tuple(float(one) for one in usual - 0.15), tuple(float(one) for one in usual + 0.15)),
        band_label="平常" if tongue == "zh" else "usual",
        bound=1.0,
        bound_label="低于 1 预警" if tongue == "zh" else "alert below 1",
        breaches=(26, 27),
    )


def alert_card(tongue: Tongue = "zh", *, taken_by: str = "") -> Card:
    is_zh = tongue == "zh"
    facts = (
        Fact("投产比" if is_zh else "ROI", "0.79×", Tone.BAD),
        Fact("平常" if is_zh else "usually", "1.31× （−39.7%）" if is_zh else "1.31× (−39.7%)"),
        Fact("预算" if is_zh else "budget", "已用 112%" if is_zh else "112% used", Tone.WARNING),
        Fact("负责人" if is_zh else "owner", "李伟" if is_zh else "Li Wei"),
    )
    did = (taken_by + " 已接手" if is_zh else taken_by + " has it") if taken_by else ""
    return Card(
        title="微信投产比 0.79，低于 1 且超支" if is_zh else "WeChat ROI is 0.79, below 1 while overspent",
        tongue=tongue,
        tone=Tone.WARNING if taken_by else Tone.BAD,
        blocks=(
            Prose(
                did or ("从昨天起，投入比产出多。" if is_zh else "Since yesterday it costs more than it earns."),
                "plain",
            ),
            Facts(facts),
            Picture(
                a_figure(tongue),
                "投产比 28 天走势，昨天跌到 0.79" if is_zh else "ROI over 28 days; down to 0.79 yesterday",
            ),
            Buttons(
                (
                    Button("我来处理" if is_zh else "I have it", "ack 7f3k@12", "primary"),
                    Button("暂缓" if is_zh else "Snooze", "snooze 7f3k@12"),
                    Button("为什么" if is_zh else "Why?", "why 7f3k@12"),
                )
            ),
        ),
        summary="微信投产比 0.79" if is_zh else "WeChat ROI 0.79",
    )


def answer_card(tongue: Tongue = "zh") -> Card:
    is_zh = tongue == "zh"
    channels = ("微信", "抖音", "小红书", "百度搜索") if is_zh else ("WeChat", "Douyin", "Xiaohongshu", "Baidu Search")
    head = (
        ("渠道", "投产比", "前 7 天", "变化", "消耗")
        if is_zh
        else ("channel", "ROI", "7 days before", "change", "spend")
    )
    numbers = (
        ("0.79×", "1.31×", "▼ 39.7%"),
        ("1.62×", "1.55×", "▲ 4.52%"),
        ("1.18×", "1.20×", "▼ 1.67%"),
        ("2.04×", "1.98×", "▲ 3.03%"),
    )
    spend = ("¥21.4万", "¥18.9万", "¥7.62万", "¥5.10万") if is_zh else ("¥214K", "¥189K", "¥76.2K", "¥51.0K")
    rows = tuple((name, *three, cost) for name, three, cost in zip(channels, numbers, spend, strict=True))
    return Card(
        title="投产比，按渠道，最近 7 天" if is_zh else "ROI by channel, last 7 days",
        tongue=tongue,
        blocks=(
            Prose(
                "全部渠道 1.36×，比前 7 天 −8.1%" if is_zh else "All channels 1.36×, −8.1% on the 7 days before",
                "strong",
            ),
            Table(head, rows, (1, 2, 3, 4)),
            Prose(
                "5月27日–6月2日 · 广告数据截至今天 01:00" if is_zh else "May 27 – Jun 2 · ads as of 01:00 today",
                "quiet",
            ),
        ),
    )


async def answer(request: Request) -> Reply:
    """Answer as the house would, as far as the page can tell."""
    is_zh = request.tongue == "zh"
    name = request.person.name.to(request.tongue) if request.person else ""
    if request.text.startswith("ack"):
        words = f"{name} 已接手 7f3k" if is_zh else f"{name} has 7f3k now"
        return Reply((Card(words, request.tongue, Tone.GOOD, summary=words),))
    if request.text.startswith("why"):
        return Reply(
            (
                Card(
                    "为什么是你" if is_zh else "Why you", request.tongue, blocks=(Prose(f"role:channel_lead → {name}"),)
                ),
            )
        )
    return Reply((answer_card(request.tongue),))
