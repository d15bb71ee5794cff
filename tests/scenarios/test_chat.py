"""Alice is on call, Bob leads, Charlie may only read, and Dave is nobody we know. One alert, and all they may say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.app import open_world
from bot.chat.card import Buttons, Card, Picture
from bot.chat.plain import plain
from bot.chat.request import Request
from bot.commands.command import Board
from bot.commands.dispatch import REGISTER, answer
from core.alerts.alert import Reason, Stage
from core.notices.notice import Place
from core.people.person import Right
from core.usecases.evaluate import evaluate_due
from core.usecases.replay import HandClock
from core.workspace import load_workspace

WORKSPACE = {
    "workspace.yaml": "{name: {en: Shop, zh: 小店}, zone: Asia/Shanghai, currency: CNY, tongue: zh}",
    "sources.yaml": """
- source: ads
  files: data/ads.csv
  grain: day
  time: 日期
  dimensions: {channel: 渠道}
  measures: {revenue: 成交额, spend: 花费, impressions: 曝光量}
""",
    "rules.yaml": """
- rule: roi_drop
  title: {en: ROI below 1, zh: 投产比低于 1}
  when: 渠道ROI<1
  owner: channel_lead
  severity: critical
""",
    "people.yaml": """
- person: alice
  name: {en: Alice, zh: 艾丽丝}
  duties: [{role: channel_lead, over: {channel: [wechat]}}]
  chats: {web: alice, slack: U0A}
  tongue: en
  may: act
  lead: bob
- person: bob
  name: {en: Bob, zh: 鲍勃}
  duties: [{role: director}]
  chats: {web: bob, slack: U0B}
  tongue: zh
  may: manage
- person: charlie
  name: {en: Charlie, zh: 查理}
  duties: [{role: intern}]
  chats: {web: charlie}
  tongue: en
  may: read
""",
    "routes.yaml": """
- route: everything
  chats: [web:board]
  escalate: [{after: 30m, to: lead}]
  owner: person:bob
""",
}


def write_workspace(folder: Path) -> None:
    (folder / "data").mkdir()
    for name, text in WORKSPACE.items():
        (folder / name).write_text(text, encoding="utf-8")
    rows = ["日期,渠道,成交额,花费,曝光量"]
    for step in range(20):
        day = date(2026, 5, 22) + timedelta(days=step)
        rows += [f"{day},微信,{80 if step == 19 else 200},100,1000", f"{day},抖音,300,100,2000"]
    (folder / "data" / "ads.csv").write_text("\n".join(rows), encoding="utf-8")


class Chat:
    """One workspace on the morning after its ROI fell, and somebody to talk to it."""

    def __init__(self, workspace, world, clock) -> None:
        self.workspace, self.world, self.clock = workspace, world, clock

    async def says(self, name: str, text: str, **more) -> Card:
        return (await self.reply(name, text, **more)).cards[0]

    async def reply(self, name: str, text: str, **more):
        person = self.workspace.people.get(name)
        tongue = person.tongue if person else "en"
        request = Request(text, Place("web", "board"), name, tongue, person, **more)
        return await answer(request, self.workspace, self.world)

    async def alert(self):
        async with self.world.store.begin() as tx:
            return (await tx.latest(["roi_drop"])).popitem()[1]


@pytest.fixture
async def chat(tmp_path):
    write_workspace(tmp_path)
    workspace = load_workspace(tmp_path)
    clock = HandClock(datetime(2026, 6, 11, 2, tzinfo=UTC))
    async with open_world(workspace, clock) as world:
        await evaluate_due(workspace, world)
        yield Chat(workspace, world, clock)


def buttons(card: Card) -> list[str]:
    return [button.command for block in card.blocks if isinstance(block, Buttons) for button in block.buttons]


async def test_alice_asks_and_sees_a_number_and_its_chart(chat):
    card = await chat.says("alice", "/kpi roi channel=wechat last 7 days")
    assert "1.83×" in plain(card)
    assert any(isinstance(block, Picture) for block in card.blocks)


async def test_both_tongues_get_the_same_numbers(chat):
    english = await chat.says("alice", "roi channel=wechat last 7 days")
    chinese = await chat.says("bob", "投产比 渠道=微信 最近7天")
    assert "1.83×" in plain(english)
    assert "1.83×" in plain(chinese)
    assert "投产比" in chinese.title


async def test_without_a_period_the_last_seven_days_are_meant_and_said(chat):
    card = await chat.says("alice", "impressions by channel")
    assert "Jun 4 – Jun 10, 2026" in plain(card)
    assert "14.0K" in plain(card)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("roii channel=wechat", "ROI"),
        ("roi, imppressions last 7 days", "impressions"),
        ("roi chanel=wechat", "channel"),
        ("roi channel=wechta", "wechat"),
        ("last 7 days", "For example"),
        ("roi in the age of steam", "last 7 days"),
        ("flurb", "flurb"),
        ("rio last week", "“rio”. did you mean “roi”"),
        ("flurb last week", "“flurb”."),
        ("最近7天 投产笔", "投产比"),
        ("uv last week", "no data"),
        ("ctr", "Clicks"),
    ],
)
async def test_what_is_not_understood_is_answered_with_what_may_be_meant(chat, text, hint):
    reply = await chat.reply("alice", text)
    assert reply.is_private
    assert hint.lower() in plain(reply.cards[0]).lower()


@pytest.mark.parametrize("text", ["help", "metrics", "metrics roi", "define roi", "alerts", "board", "digest"])
async def test_everybody_may_read(chat, text):
    for name in ("alice", "charlie", "dave"):
        assert (await chat.says(name, text)).blocks


async def test_the_alert_is_listed_shown_and_explained(chat):
    alert = await chat.alert()
    assert alert.handle in plain(await chat.says("charlie", "alerts"))
    assert alert.handle in plain(await chat.says("alice", "alerts mine channel=wechat"))
    assert alert.handle not in plain(await chat.says("bob", "告警 我的"))
    assert alert.handle not in plain(await chat.says("alice", "alerts channel=douyin"))
    assert f"ack {alert.stamp}" in buttons(await chat.says("alice", f"#{alert.handle}"))
    assert "Fired" in plain(await chat.says("charlie", f"why #{alert.handle}"))


@pytest.mark.parametrize("text", ["ack", "escalate", "snooze 2h", "close false-alarm", "assign bob", "reopen"])
async def test_charlie_and_a_stranger_may_not_act_and_are_told_who_may(chat, text):
    before = await chat.alert()
    for name in ("charlie", "dave"):
        reply = await chat.reply(name, text, alert=before.handle)
        assert reply.is_private
        assert "Alice" in plain(reply.cards[0])
    assert await chat.alert() == before


async def test_alice_acks_and_everybody_sees_that_she_has_it(chat):
    alert = await chat.alert()
    await chat.says("alice", f"ack {alert.stamp}")
    acked = await chat.alert()
    assert (acked.handling.stage, acked.handling.by) == (Stage.ACKED, "alice")
    assert "Alice" in plain(await chat.says("charlie", f"#{alert.handle}"))


async def test_in_its_thread_an_alert_needs_no_name(chat):
    alert = await chat.alert()
    await chat.says("alice", "ack", alert=alert.handle)
    assert (await chat.alert()).handling.stage is Stage.ACKED


async def test_assigning_without_a_name_offers_people(chat):
    alert = await chat.alert()
    card = await chat.says("alice", f"assign {alert.handle}")
    assert buttons(card) == [f"assign {alert.stamp} bob"]
    await chat.says("alice", buttons(card)[0])
    assert (await chat.alert()).owner == "bob"


async def test_bob_takes_it_himself_by_the_end_of_friday(chat):
    alert = await chat.alert()
    await chat.says("bob", f"转给 {alert.handle} 我 周五")
    taken = await chat.alert()
    assert taken.owner == "bob"
    assert taken.due == datetime(2026, 6, 12, 10, tzinfo=UTC)  # 18:00 in Shanghai


async def test_a_day_by_which_it_is_to_be_done_is_said_back_as_it_was_read(chat):
    alert = await chat.alert()
    card = await chat.says("alice", f"assign {alert.handle} @bob 2026-06-20 15:00")
    assert "Jun 20" in card.title
    assert "15:00" in card.title


async def test_assigning_to_nobody_we_know_says_so(chat):
    alert = await chat.alert()
    assert "alic" in plain(await chat.says("bob", f"assign {alert.handle} alic")).lower()
    assert (await chat.alert()).owner == alert.owner


async def test_snoozing_without_a_time_offers_some(chat):
    alert = await chat.alert()
    offered = buttons(await chat.says("alice", f"snooze {alert.handle}"))
    times = {"2h": "2026-06-11T04", "tomorrow 9:00": "2026-06-12T01", "next monday 9:00": "2026-06-15T01"}
    assert {f"snooze {alert.stamp} {until}" for until in times} < set(offered)
    for said, until in times.items():
        button = f"snooze {alert.stamp} {said}"
        await chat.says("alice", button)
        async with chat.world.store.begin() as tx:
            (hold,) = await tx.holds(alert.id)
        assert f"{hold.until:%Y-%m-%dT%H}" == until


async def test_a_time_that_cannot_be_read_is_asked_again(chat):
    alert = await chat.alert()
    assert "when pigs fly" in plain(await chat.says("alice", f"snooze {alert.handle} when pigs fly"))


async def test_closing_without_a_reason_offers_each_and_closes_with_the_one_pressed(chat):
    alert = await chat.alert()
    offered = buttons(await chat.says("alice", f"close {alert.handle}"))
    assert offered == [f"close {alert.stamp} {reason}" for reason in Reason if reason is not Reason.RECOVERED]
    asked = buttons(await chat.says("alice", f"close {alert.stamp} real-acted new landing page"))
    assert f"close {alert.stamp} real-acted cause:copy" in asked
    asked = buttons(await chat.says("alice", f"close {alert.stamp} real-acted cause:copy"))
    assert f"close {alert.stamp} real-acted cause:copy action:content" in asked
    said = plain(await chat.says("alice", f"close {alert.stamp} real-acted cause:copy action:new landing page"))
    closed = await chat.alert()
    assert (closed.handling.stage, closed.handling.reason) == (Stage.CLOSED, Reason.REAL_ACTED)
    assert (closed.handling.cause, closed.handling.action) == ("copy", "new landing page")
    assert "landing" in said
    await chat.says("bob", f"重新打开 {alert.handle}")
    assert (await chat.alert()).handling.stage is Stage.OPEN


async def test_escalating_tells_the_next(chat):
    alert = await chat.alert()
    await chat.says("alice", f"escalate {alert.stamp}")
    assert (await chat.alert()).escalation.level == 1


async def test_a_second_ack_is_told_who_has_it(chat):
    alert = await chat.alert()
    await chat.says("alice", f"ack {alert.stamp}")
    assert "艾丽丝" in plain(await chat.says("bob", f"ack {alert.stamp}"))


async def test_an_alert_that_is_not_there_is_named(chat):
    for text in ("why #zzzz", "ack zzzz", "close zzzz", "#zzz9"):
        assert "zzz" in plain(await chat.says("alice", text))


async def test_each_event_is_answered_once(chat):
    assert (await chat.reply("alice", "help", event="e1")).cards
    assert not (await chat.reply("alice", "help", event="e1")).cards
    assert (await chat.reply("alice", "help", event="e2")).cards


async def test_a_mistake_of_ours_is_a_calm_card_with_a_reference(chat, monkeypatch):
    async def broken(command, call):
        raise RuntimeError(command)

    monkeypatch.setitem(REGISTER, Board, (Right.READ, broken))
    with capture_logs() as logs:
        card = await chat.says("alice", "board")
    assert "RuntimeError" not in plain(card)
    (line,) = logs
    assert (line["text"], line["exc_info"]) == ("board", True)
    assert line["reference"] in plain(card)


async def test_where_there_is_nothing_to_compare_with_the_card_says_so(chat):
    card = await chat.says("alice", "roi last 7 days vs last year")
    assert "not enough data for Jun 4 – Jun 10, 2025" in plain(card)
