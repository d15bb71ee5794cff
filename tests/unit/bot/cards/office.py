"""A small team with a few alerts, for the cards: read from YAML as a real one is.

`check` holds a card against the text that somebody last looked at, `tests/golden/cards/NAME.TONGUE.txt`.
`GOLDEN=write pytest tests/unit/bot/cards` takes a new look: read the difference before you commit it.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.chat.card import Card
from bot.chat.plain import plain
from core.alerts.alert import Alert, Condition, Escalation, Handling, Phase, Stage, Step
from core.calendar.grain import Grain, Period
from core.labels import Labels
from core.quantity import Unit
from core.rules.finding import Finding, State, Term
from core.rules.rule import Fingerprint, Severity
from core.rules.tree import Against, Lag
from core.usecases.history import History
from core.workspace import Workspace, load_workspace

GOLDEN = Path(__file__).parents[3] / "golden" / "cards"
NOW = datetime(2026, 6, 19, 1, 30, tzinfo=UTC)  # 09:30 in Shanghai
JUNE_18 = Period.holding(date(2026, 6, 18), Grain.DAY)
WECHAT = Labels.of({"channel": "wechat"})
FILES = {
    "workspace.yaml": "{name: {en: The shop, zh: 小店}, zone: Asia/Shanghai, currency: CNY, tongue: zh}",
    "metrics.yaml": """
- dimension: channel
  title: {en: channel, zh: 渠道}
  values: {wechat: {en: WeChat, zh: 微信}, douyin: {en: Douyin, zh: 抖音}}
""",
    "sources.yaml": """
- source: ads
  files: ads.csv
  grain: day
  time: day
  dimensions: {channel: channel}
  measures: {impressions: i, clicks: c, conversions: o, spend: s, revenue: r, budget: b}
""",
    "people.yaml": """
- person: liwei
  name: {en: Li Wei, zh: 李伟}
  duties: [{role: channel_lead}]
  chats: {web: liwei}
  lead: wangfang
- person: wangfang
  name: {en: Wang Fang, zh: 王芳}
  duties: [{role: director}]
  chats: {web: wangfang}
  may: manage
""",
    "rules.yaml": """
- rule: cvr_drop
  title: {en: Conversion rate drops, zh: 转化率骤降}
  when: 各渠道：转化率日环比下降超过 30%
  owner: channel_lead
  severity: critical
  objective: {en: A conversion rate of 3%, zh: 转化率保持 3%}
  sop:
    - {en: Open the landing page on a phone, zh: 用手机打开落地页看看}
    - {en: Look at what changed since yesterday, zh: 查昨天以来改过什么}
- rule: roi_low
  title: {en: ROI below 1 while overspent, zh: 投产比低于 1 且超支}
  when: 渠道ROI<1且预算超支
  owner: channel_lead
  severity: warning
- rule: either
  title: {en: ROI or conversion rate, zh: 投产比或转化率}
  when: 各渠道：ROI < 1 或 转化率日环比下降超过 10%
  owner: channel_lead
- rule: points
  title: {en: Down by half a point, zh: 下降半个百分点}
  when: 各渠道：转化率日环比下降超过 0.5pp
  owner: channel_lead
""",
    "routes.yaml": "- {route: everything, chats: [web:board], owner: person:wangfang}",
}


@cache
def workspace() -> Workspace:
    with TemporaryDirectory() as folder:
        for name, text in FILES.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        return replace(load_workspace(Path(folder)), folder=Path("shop"))


def a_term(
    metric: str = "cvr",
    value: float | None = 0.0187,
    *,
    baseline: float | None = None,
    bound: float | None = None,
    against: Against | None = None,
    sample: float | None = None,
) -> Term:
    change = (value - baseline) / baseline if value is not None and baseline else None
    unit = workspace().catalog.metrics[metric].unit
    return Term(metric, unit, value, against, baseline, change, bound, sample)


def fell(value: float = 0.0187, baseline: float = 0.0313, bound: float = -0.3) -> Term:
    return a_term(value=value, baseline=baseline, bound=bound, against=Lag(Grain.DAY), sample=12_345)


def an_alert(*terms: Term, rule: str = "cvr_drop", **changes: object) -> Alert:
    alert = Alert(
        id="a1",
        handle="7f3k",
        fingerprint=Fingerprint(rule, WECHAT),
        severity=Severity.CRITICAL,
        condition=Condition(Phase.FIRING, NOW - timedelta(minutes=20)),
        handling=Handling(Stage.OPEN),
        escalation=Escalation((Step(timedelta(minutes=30), "lead"),), 0, NOW + timedelta(minutes=10)),
        finding=Finding(Fingerprint(rule, WECHAT), JUNE_18, State.BREACHED, terms or (fell(),)),
        opened_at=NOW - timedelta(minutes=20),
        owner="liwei",
        version=12,
        fired_at=NOW - timedelta(minutes=20),
    )
    return replace(alert, **changes)


def a_history(*, unit: Unit = Unit.PERCENT) -> History:
    values = [0.030 + 0.002 * ((day * 5) % 7 - 3) / 3 for day in range(34)]
    return History("cvr", JUNE_18.shift(-34), (*values[:9], None, *values[10:], 0.0187))


def check(name: str, card: Card) -> None:
    """Hold the card's words against those that somebody has read and found good."""
    text = f"{plain(card)}\n\n[{card.tone}] {card.summary}\n"
    file = GOLDEN / f"{name}.{card.tongue}.txt"
    if os.environ.get("GOLDEN") == "write":
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")
