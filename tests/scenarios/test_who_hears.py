"""Who hears of what, on the whole road: tables of owners, budgets, and why somebody was not told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.app import open_world
from bot.cards.coverage import uncovered
from bot.chat.plain import plain
from core.notices.notice import Kind
from core.routing.digests import Level, Plan
from core.usecases.deliver import deliver
from core.usecases.digest import digest
from core.usecases.evaluate import evaluate_due
from core.usecases.post_digests import post_digests
from core.usecases.replay import HandClock
from core.workspace import load_workspace
from tests.fakes import FakeMessenger
from tests.scenarios.test_chat import Chat

HERS = Plan("alice", Level.OPERATOR)
CHANNELS = ("微信", "抖音", "快手", "小红书", "微博")
FILES = {
    "workspace.yaml": "{name: {en: Shop, zh: 小店}, zone: Asia/Shanghai, tongue: zh}",
    "sources.yaml": """
- source: ads
  files: ads.csv
  grain: day
  time: 日期
  dimensions: {channel: 渠道}
  measures: {revenue: 成交额, spend: 花费}
""",
    "rules.yaml": """
- {rule: roi_low, title: {en: ROI below 1, zh: 投产比低于 1}, when: 渠道ROI<1, owner: channel_lead, gate: off}
- {rule: spend_seen, title: {en: Spend, zh: 花费}, when: 渠道花费>1, owner: channel_lead, severity: info, gate: off}
""",
    "people.yaml": """
- person: alice
  name: {en: Alice, zh: 艾丽丝}
  duties: channel_lead
  chats: {web: alice}
  tongue: en
  budget: 2
- person: bob
  name: {en: Bob, zh: 鲍勃}
  chats: {web: bob}
  tongue: zh
  may: manage
- person: eve
  name: {en: Eve, zh: 伊芙}
  chats: {web: eve}
  leave: {from: 2026-06-10, to: 2026-06-14}
""",
    "owners.csv": "渠道,负责人,备份\n微信,伊芙,bob\n",
    "routes.yaml": "- {route: all, owner: person:bob}\n",
}


@pytest.fixture
async def chat(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    rows = ["日期,渠道,成交额,花费"]
    for step in range(20):
        day = date(2026, 5, 22) + timedelta(days=step)
        rows += [f"{day},{channel},{80 if step == 19 else 200},100" for channel in CHANNELS]
    (tmp_path / "ads.csv").write_text("\n".join(rows), encoding="utf-8")
    workspace, clock, messenger = (
        load_workspace(tmp_path),
        HandClock(datetime(2026, 6, 11, 2, tzinfo=UTC)),
        FakeMessenger(),
    )
    async with open_world(workspace, clock, speak=lambda *_: messenger) as world:
        await evaluate_due(workspace, world)
        yield Chat(workspace, world, clock)


async def heard(chat):
    chat.world.messenger.said.clear()
    while await deliver(chat.workspace, chat.world):
        pass
    return [(str(one.kind), str(one.to)) for one in chat.world.messenger.said if one.kind is not Kind.STATE]


async def alerts(chat, rule="roi_low"):
    async with chat.world.store.begin() as tx:
        return {one.fingerprint.labels.get("channel"): one for one in (await tx.latest([rule])).values()}


async def late_and_told(chat):
    async with chat.world.store.begin() as tx:
        calls = await tx.calls(["alice"], chat.clock.now() - timedelta(days=1))
        every = {one.id: one for one in await tx.open()}
    late = [every[call.alert] for call in calls if call.is_put_off]
    return late, [every[call.alert] for call in calls if not call.is_put_off]


async def test_the_table_names_the_owner_and_its_backup_answers_while_they_are_away(chat):
    alert = (await alerts(chat))["wechat"]
    assert alert.owner == "bob"
    english = plain(await chat.says("alice", f"why {alert.handle}"))
    assert "Eve passed over: away until" in english
    assert "Bob answers for it" in english
    chinese = plain(await chat.says("bob", "路由 投产比 渠道=微信"))
    assert "伊芙" in chinese
    assert "鲍勃" in chinese


async def test_beyond_a_budget_the_rest_waits_for_the_digest_openly(chat):
    said = await heard(chat)
    assert said.count(("first", "alice")) == 1, "two alerts are one card"
    assert ("news", "alice") in said
    late, told = await late_and_told(chat)
    assert (len(late), len(told)) == (2, 2)
    assert "beyond the budget of 2 a day" in plain(await chat.says("alice", f"why {late[0].handle} not me"))
    assert "超过每天 2 条的限额" in plain(await chat.says("bob", f"为什么没通知艾丽丝 {late[0].handle}"))
    assert "Told Alice" in plain(await chat.says("alice", f"why was I told {told[0].handle}"))
    card = plain(await chat.says("alice", "digest"))
    assert "Beyond a budget, so nobody was called (2)" in card
    assert "超过限额，没有呼叫 (2)" not in plain(await chat.says("bob", "日报")), "it is hers"


async def test_her_digest_comes_to_her_once_and_not_again_the_day_after(chat):
    await heard(chat)
    await post_digests(chat.workspace, chat.world)
    assert ("digest", "alice") in await heard(chat)
    assert len((await digest(HERS, chat.workspace, chat.world)).put_off) == 2
    chat.clock.moment += timedelta(days=1)
    await post_digests(chat.workspace, chat.world)
    assert ("digest", "alice") not in await heard(chat)
    assert (await digest(HERS, chat.workspace, chat.world)).put_off == ()


async def test_the_dry_run_knows_that_her_budget_is_used_up(chat):
    card = plain(await chat.says("bob", "route roi channel=douyin"))
    assert "没有呼叫艾丽丝：已超过每天 2 条的限额" in card


async def test_what_is_for_information_calls_nobody_and_stands_in_the_digest(chat):
    seen = await alerts(chat, "spend_seen")
    assert len(seen) == len(CHANNELS)
    assert all(one.told_at is None and one.escalation.next_at is None for one in seen.values())
    assert "stands in the digest" in plain(await chat.says("alice", f"why {seen['weibo'].handle}"))
    assert len((await digest(Plan("bob"), chat.workspace, chat.world)).informed) == len(CHANNELS)
    assert "仅供参考（5）" in plain(await chat.says("bob", "日报"))


@pytest.mark.parametrize(
    ("who", "said", "answer"),
    [
        ("bob", "why {douyin} not me", "没有哪一环指向鲍勃"),
        ("alice", "why {wechat} eve", "Eve passed over: away until"),
        ("alice", "why was eve not told {douyin}", "Nothing made it Eve’s: Alice answers"),
        ("alice", "why {wechat} not me", "Alice holds the role channel_lead, but Bob stands nearer"),
        ("alice", "why {wechat} zoe", "zoe"),
    ],
)
async def test_each_may_ask_why_they_or_another_were_not_told(chat, who, said, answer):
    handles = {name: one.handle for name, one in (await alerts(chat)).items()}
    assert answer in plain(await chat.says(who, said.format(**handles)))


async def test_a_check_warns_of_what_a_known_leave_will_leave_open(chat):
    people = FILES["people.yaml"].replace("  budget: 2\n", "  leave: {from: 2026-07-01, to: 2026-07-03}\n")
    (chat.workspace.folder / "people.yaml").write_text(people, encoding="utf-8")
    workspace = load_workspace(chat.workspace.folder)
    lines = list(uncovered(workspace, chat.clock.now(), "en"))
    assert lines[0].startswith("roi_low: from 2026-07-01 only Bob would answer for")
    assert "请指定代理人" in next(uncovered(workspace, chat.clock.now(), "zh"))


async def test_anybody_may_ask_who_is_on_duty(chat):
    assert "There is no rota" in plain(await chat.says("alice", "duty"))
    rota = "- {rota: house, title: {en: House, zh: 总值班}, people: [eve, alice], from: 2026-06-08}"
    (chat.workspace.folder / "rota.yaml").write_text(rota, encoding="utf-8")
    on_duty = Chat(load_workspace(chat.workspace.folder), chat.world, chat.clock)
    english = plain(await on_duty.says("alice", "who is on duty"))
    assert "Alice, for Eve" in english, "Eve is away"
    assert "Jun 15, 09:00" in english
    assert "艾丽丝（代伊芙）" in plain(await on_duty.says("bob", "谁值班"))
