"""What people type, in both tongues, and what we take it for."""

from __future__ import annotations

import pytest

from bot.commands.command import (
    Ack,
    Alerts,
    Ask,
    Assign,
    Board,
    Close,
    Define,
    Digest,
    Done,
    Drivers,
    Escalate,
    Funnel,
    HandOff,
    Help,
    Judge,
    Lines,
    Metrics,
    Mine,
    Promise,
    Promises,
    Reopen,
    Show,
    Snooze,
    Stamp,
    Why,
)
from bot.commands.lexicon import Lexicon
from bot.commands.parse import parse
from core.alerts.alert import Feedback, Reason
from core.calendar.grain import Grain
from core.errors import Missing, Problem
from core.labels import Matcher
from core.metrics.dimension import Dimension, Value
from core.metrics.metric import Direction, Metric
from core.people.person import Person
from core.quantity import Unit
from core.routing.digests import Every
from core.text import Text


def a_metric(code: str, en: str, zh: str, *aliases: str) -> Metric:
    return Metric(code, Text(en, zh), Unit.COUNT, Direction.UP, "any", aliases=aliases)


def a_value(code: str, en: str, zh: str, *aliases: str) -> Value:
    return Value(code, Text(en, zh), aliases)


CHANNEL = Dimension(
    "channel",
    Text("channel", "渠道"),
    ("来源",),
    {
        "wechat": a_value("wechat", "WeChat", "微信", "公众号"),
        "moments": a_value("moments", "WeChat Moments", "微信朋友圈"),
        "douyin": a_value("douyin", "Douyin", "抖音"),
    },
)
REGION = Dimension("region", Text("region", "地区"), ("大区",), {"east": a_value("east", "East", "华东")})
CAMPAIGN = Dimension("campaign", Text("campaign", "活动"))

LEXICON = Lexicon.of(
    [
        a_metric("roi", "ROI", "投产比", "ROAS"),
        a_metric("cvr", "conversion rate", "转化率"),
        a_metric("ctr", "click-through rate", "点击率"),
        a_metric("spend", "spend", "花费", "消耗", "广告费"),
        a_metric("uv", "unique visitors", "访客数", "UV"),
        a_metric("ack_rate", "ack rate", "确认率"),
        a_metric("lead_cvr", "lead→deal rate", "线索转化率"),
        a_metric("impressions", "impressions", "曝光量", "曝光"),
    ],
    [CHANNEL, REGION, CAMPAIGN],
    [
        Person("liwei", Text("Li Wei", "李伟"), chats={"slack": "U01", "telegram": "123"}),
        Person("bob", Text("Bob", "鲍勃"), chats={"slack": "U02"}),
    ],
)


def wechat(*more: str) -> Matcher:
    return Matcher("channel", ("wechat", *more))


K = Stamp("7f3k")
K12 = Stamp("7f3k", 12)

ASKED = [
    ("roi", Ask(("roi",))),
    ("/kpi roi", Ask(("roi",))),
    ("kpi roi", Ask(("roi",))),
    ("/kpi@BeaconBot roi", Ask(("roi",))),
    ("@beacon roi", Ask(("roi",))),
    ("<@U0BEACON> roi", Ask(("roi",))),
    ("  ROI  ", Ask(("roi",))),
    ("roas", Ask(("roi",))),
    ("投产比", Ask(("roi",))),
    ("ack_rate", Ask(("ack_rate",))),
    ("ack rate last 7 days", Ask(("ack_rate",), period="last 7 days")),
    ("确认率", Ask(("ack_rate",))),
    ("线索转化率", Ask(("lead_cvr",))),
    ("conversion   rate", Ask(("cvr",))),
    ("roi channel=wechat last 7 days", Ask(("roi",), (wechat(),), period="last 7 days")),
    ("投产比 渠道=微信 最近7天", Ask(("roi",), (wechat(),), period="最近7天")),
    ("投产比渠道=微信最近7天", Ask(("roi",), (wechat(),), period="最近7天")),
    ("最近7天微信渠道的ROI", Ask(("roi",), (wechat(),), period="最近7天")),
    ("roi channel=公众号", Ask(("roi",), (wechat(),))),
    ("roi channel:wechat", Ask(("roi",), (wechat(),))),
    ("roi channel = wechat", Ask(("roi",), (wechat(),))),
    ("roi 渠道＝微信", Ask(("roi",), (wechat(),))),
    ("roi 渠道：微信", Ask(("roi",), (wechat(),))),
    ("渠道是微信的花费", Ask(("spend",), (wechat(),))),
    ("roi channel=wechat,douyin", Ask(("roi",), (wechat("douyin"),))),
    ("roi channel=wechat, douyin", Ask(("roi",), (wechat("douyin"),))),
    ("roi 渠道=微信，抖音", Ask(("roi",), (wechat("douyin"),))),
    ("roi 渠道=微信、抖音 上周", Ask(("roi",), (wechat("douyin"),), period="上周")),
    ("channel=wechat, roi", Ask(("roi",), (wechat(),))),
    ("channel=wechat,roi", Ask(("roi",), (wechat(),))),
    ("roi channel=wechat moments", Ask(("roi",), (Matcher("channel", ("moments",)),))),
    ("roi 渠道=微信朋友圈", Ask(("roi",), (Matcher("channel", ("moments",)),))),
    ("roi channel!=douyin", Ask(("roi",), (Matcher("channel", ("douyin",), negated=True),))),
    ("roi 渠道不是抖音", Ask(("roi",), (Matcher("channel", ("douyin",), negated=True),))),
    ('spend campaign="Summer Sale" june', Ask(("spend",), (Matcher("campaign", ("Summer Sale",)),), period="june")),
    ("spend 活动=“夏日 特惠”", Ask(("spend",), (Matcher("campaign", ("夏日 特惠",)),))),
    ("spend campaign=A1,B2", Ask(("spend",), (Matcher("campaign", ("A1", "B2")),))),
    ("spend channel=wechat channel=wechat", Ask(("spend",), (wechat(),))),
    (
        "roi channel=wechat region=east",
        Ask(("roi",), (wechat(), Matcher("region", ("east",)))),
    ),
    ("微信 roi", Ask(("roi",), (wechat(),))),
    ("roi wechat douyin", Ask(("roi",), (wechat("douyin"),))),
    ("roi by channel", Ask(("roi",), by="channel")),
    ("roi per channel", Ask(("roi",), by="channel")),
    ("roi split by channel this month", Ask(("roi",), by="channel", period="this month")),
    ("投产比 按渠道", Ask(("roi",), by="channel")),
    ("投产比按渠道看", Ask(("roi",), by="channel")),
    ("投产比 分渠道 本月", Ask(("roi",), by="channel", period="本月")),
    ("各渠道投产比", Ask(("roi",), by="channel")),
    ("渠道ROI", Ask(("roi",), by="channel")),
    ("按地区 微信 花费", Ask(("spend",), (wechat(),), by="region")),
    ("roi by day last week", Ask(("roi",), grain=Grain.DAY, period="last week")),
    ("投产比 按周 最近90天", Ask(("roi",), grain=Grain.WEEK, period="最近90天")),
    ("roi ctr", Ask(("roi", "ctr"))),
    ("roi, ctr and spend last week", Ask(("roi", "ctr", "spend"), period="last week")),
    ("投产比、点击率和花费 上周", Ask(("roi", "ctr", "spend"), period="上周")),
    ("roi roi", Ask(("roi",))),
    ('"conversion rate" yesterday', Ask(("cvr",), period="yesterday")),
    ("roi 2026-06-01..2026-06-18", Ask(("roi",), period="2026-06-01..2026-06-18")),
    ("roi 2026-06-01 to 2026-06-18", Ask(("roi",), period="2026-06-01 to 2026-06-18")),
    ("roi 6月1日到6月18日", Ask(("roi",), period="6月1日到6月18日")),
    ("roi 618", Ask(("roi",), period="618")),
    ("投产比 昨天", Ask(("roi",), period="昨天")),
    ("last roi 7 days", Ask(("roi",), period="last 7 days")),
    ("last 7 days, roi", Ask(("roi",), period="last 7 days")),
    ("what is the roi?", Define("roi")),
    ("what's the roi for Douyin yesterday?", Ask(("roi",), (Matcher("channel", ("douyin",)),), period="yesterday")),
    ("抖音最近30天ROI趋势", Ask(("roi",), (Matcher("channel", ("douyin",)),), period="最近30天")),
    ("what is roi last week?", Ask(("roi",), period="last week")),
    ("show me the roi of wechat", Ask(("roi",), (wechat(),))),
    ("how much spend yesterday?", Ask(("spend",), period="yesterday")),
    ("查一下昨天的花费是多少", Ask(("spend",), period="昨天")),
    ("请查询 本月 曝光量", Ask(("impressions",), period="本月")),
    ("roi this week vs last week", Ask(("roi",), period="this week", versus="last week")),
    ("roi compared with last month", Ask(("roi",), versus="last month")),
    ("投产比 本周 对比 上周", Ask(("roi",), period="本周", versus="上周")),
    ("本周比上周投产比", Ask(("roi",), period="本周", versus="上周")),
    ("roi vs. last year by channel", Ask(("roi",), by="channel", versus="last year")),
    ("花费 本月 同比", Ask(("spend",), period="本月", versus="同比")),
    ("uv", Ask(("uv",))),
    ("roii channel=wechat", Ask((), (wechat(),), period="roii")),
    ("最近7天", Ask((), period="最近7天")),
    ("分析 roi", Ask(("roi",), period="分析")),
    ("main roi", Ask(("roi",), period="main")),
]

DONE = [
    ("", Help()),
    ("/kpi", Help()),
    ("?", Help()),
    ("help", Help()),
    ("帮助", Help()),
    ("/start", Help()),
    ("metrics", Metrics()),
    ("指标", Metrics()),
    ("metrics rate", Metrics("rate")),
    ("define roi", Define("roi")),
    ("定义 投产比", Define("roi")),
    ("定义投产比", Define("roi")),
    ("define roii", Define("roii")),
    ("什么是转化率？", Define("cvr")),
    ("alerts", Alerts()),
    ("告警", Alerts()),
    ("alerts mine", Alerts(is_mine=True)),
    ("告警 我的", Alerts(is_mine=True)),
    ("alerts channel=wechat", Alerts((wechat(),))),
    ("告警 微信", Alerts((wechat(),))),
    ("alert 7f3k", Show(K)),
    ("#7f3k", Show(K)),
    ("7f3k", Show(K)),
    ("7F3K", Show(K)),
    ("board", Board()),
    ("看板", Board()),
    ("digest", Digest()),
    ("日报", Digest(every=Every.DAY)),
    ("例会材料", Digest(pack=True)),
    ("ack 7f3k@12", Ack(K12)),
    ("ack #7f3k", Ack(K)),
    ("ack abcd", Ack(Stamp("abcd"))),
    ("确认 #7f3k", Ack(K)),
    ("确认7f3k", Ack(K)),
    ("认领 7f3k", Ack(K)),
    ("7f3k ack", Ack(K)),
    ("#7f3k 认领", Ack(K)),
    ("assign 7f3k", Assign(K)),
    ("assign 7f3k@12 liwei", Assign(K12, "liwei")),
    ("assign 7f3k @liwei tomorrow 5pm", Assign(K, "liwei", "tomorrow 5pm")),
    ("assign 7f3k Li Wei tomorrow", Assign(K, "liwei", "tomorrow")),
    ("assign 7f3k to Bob by friday", Assign(K, "bob", "by friday")),
    ("assign 7f3k @charlie", Assign(K, "charlie")),
    ("转给 7f3k 给", Assign(K)),
    ("指派 7f3k 李伟", Assign(K, "liwei")),
    ("转给 7f3k @李伟 明天上午9点", Assign(K, "liwei", "明天上午9点")),
    ("把7f3k转给李伟明天", Assign(K, "liwei", "明天")),
    ("escalate 7f3k@3", Escalate(Stamp("7f3k", 3))),
    ("升级 #7f3k", Escalate(K)),
    ("snooze 7f3k", Snooze(K)),
    ("snooze 7f3k@12 2h", Snooze(K12, "2h")),
    ("snooze 7f3k until tomorrow 9am", Snooze(K, "until tomorrow 9am")),
    ("静音 7f3k 明天上午9点", Snooze(K, "明天上午9点")),
    ("稍后 #7f3k", Snooze(K)),
    ("close 7f3k", Close(K)),
    ("close 7f3k@12 false-alarm", Close(K12, Reason.FALSE_ALARM)),
    ("close 7f3k false alarm", Close(K, Reason.FALSE_ALARM)),
    ("close 7f3k fixed the landing page", Close(K, Reason.REAL_ACTED, "", "the landing page")),
    ("关闭 7f3k 误报", Close(K, Reason.FALSE_ALARM)),
    ("关闭7f3k 已处理：更换内容", Close(K, Reason.REAL_ACTED, "", "更换内容")),
    ("close 7f3k acted copy went stale; replaced it", Close(K, Reason.REAL_ACTED, "copy went stale", "replaced it")),
    ("关闭7f3k 已处理 原因：推广文案失效，动作：更换内容", Close(K, Reason.REAL_ACTED, "推广文案失效", "更换内容")),
    ("close 7f3k@12 real-acted cause:copy action:fix", Close(K12, Reason.REAL_ACTED, "copy", "fix")),
    ("close 7f3k noise too few visits", Close(K, Reason.FALSE_ALARM, "too few visits")),
    ("done 7f3k 2", Done(K, "2")),
    ("完成 7f3k 第2步", Done(K, "2")),
    ("done 7f3k@12 p1", Done(K12, "p1")),
    ("handoff 7f3k role:finance over budget", HandOff(K, "finance", "over budget")),
    ("移交给 7f3k finance 原因不明", HandOff(K, "finance", "原因不明")),
    ("7f3k 移交 finance", HandOff(K, "finance")),
    ("promise 7f3k replace the copy by friday", Promise(K, "replace the copy by friday")),
    ("跟进 7f3k 明天下午3点 换文案", Promise(K, "明天下午3点 换文案")),
    ("judge 7f3k new normal", Judge(K, Feedback.NEW_NORMAL)),
    ("评价 7f3k 误报", Judge(K, Feedback.FALSE_ALARM)),
    ("mine", Mine()),
    ("我的待办", Mine()),
    ("promises", Promises()),
    ("close 7f3k because", Close(K, None, "because")),
    ("reopen 7f3k", Reopen(K)),
    ("重新打开 7f3k", Reopen(K)),
    ("why #7f3k", Why(K)),
    ("为什么 7f3k", Why(K)),
    ("原因#7f3k", Why(K)),
    ("why roi last week", Drivers(Ask(("roi",), period="last week"))),
    ("why did roi drop yesterday?", Drivers(Ask(("roi",), period="yesterday"))),
    ("为什么转化率下降 渠道=微信 昨天", Drivers(Ask(("cvr",), (wechat(),), period="昨天"))),
    ("what moved spend last week", Drivers(Ask(("spend",), period="last week"))),
    ("drivers 7f3k@12", Drivers(alert=K12)),
    ("拆解 7f3k", Drivers(alert=K)),
    ("funnel channel=wechat last week", Funnel(Ask(where=(wechat(),), period="last week"))),
    ("漏斗 昨天", Funnel(Ask(period="昨天"))),
    ("三条线 上周", Lines(Ask(period="上周"))),
]

IN_A_THREAD = [
    ("", Show(K)),
    ("ack", Ack(K)),
    ("认领", Ack(K)),
    ("why", Why(K)),
    ("为什么？", Why(K)),
    ("escalate", Escalate(K)),
    ("snooze 30min", Snooze(K, "30min")),
    ("snooze 2h", Snooze(K, "2h")),
    ("snooze for 2h", Snooze(K, "2h")),
    ("静音2小时", Snooze(K, "2小时")),
    ("稍后 明天上午9点", Snooze(K, "明天上午9点")),
    ("close", Close(K)),
    ("close false-alarm", Close(K, Reason.FALSE_ALARM)),
    ("关闭 误报", Close(K, Reason.FALSE_ALARM)),
    ("assign", Assign(K)),
    ("assign bob", Assign(K, "bob")),
    ("assign <@U01>", Assign(K, "liwei")),
    ("assign <@U09|carol> friday", Assign(K, "U09", "friday")),
    ("转给李伟", Assign(K, "liwei")),
    ("ack 9z2m", Ack(Stamp("9z2m"))),
    ("roi", Ask(("roi",))),
]


@pytest.mark.parametrize(("text", "command"), ASKED + DONE, ids=lambda each: each if isinstance(each, str) else "")
def test_what_is_typed_is_understood(text, command):
    assert parse(text, LEXICON) == command


@pytest.mark.parametrize(("text", "command"), IN_A_THREAD, ids=lambda each: each if isinstance(each, str) else "")
def test_in_an_alerts_thread_its_handle_may_be_left_out(text, command):
    assert parse(text, LEXICON, thread="7f3k", platform="slack") == command


@pytest.mark.parametrize("text", ["ack", "认领", "why", "close", "关闭", "snooze"])
def test_outside_a_thread_the_alert_must_be_named(text):
    with pytest.raises(Missing) as raised:
        parse(text, LEXICON)
    assert raised.value.code == "command-which-alert"


@pytest.mark.parametrize(
    ("text", "said", "suggestion"),
    [
        ("roi chanel=wechat", "chanel", "channel"),
        ("roi by chanel", "chanel", "channel"),
        ("roi by regoin last week", "regoin", "region"),
    ],
)
def test_an_unknown_dimension_is_named_with_the_nearest(text, said, suggestion):
    with pytest.raises(Missing) as raised:
        parse(text, LEXICON)
    assert raised.value.code == "unknown-dimension"
    assert raised.value.facts["name"] == said
    assert suggestion in str(raised.value.facts["suggestion"])


def test_a_dimension_without_a_value_names_some():
    with pytest.raises(Missing) as raised:
        parse("roi channel=", LEXICON)
    assert raised.value.code == "ask-no-value"
    assert "wechat" in str(raised.value.facts["known"])


def test_two_ways_to_split_at_once_are_refused():
    with pytest.raises(Problem) as raised:
        parse("roi by channel by region", LEXICON)
    assert raised.value.code == "ask-one-by"


def test_an_empty_lexicon_still_hears_verbs():
    assert parse("ack 7f3k", Lexicon.of([], [])) == Ack(K)


def test_letters_that_nobody_sees_are_not_part_of_what_is_asked():
    assert parse("\u202eroi\u200b last\u2060 7 days\ufeff", LEXICON) == parse("roi last 7 days", LEXICON)
