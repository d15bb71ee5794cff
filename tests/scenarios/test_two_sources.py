"""A cost per lead whose spend lies in the ads and whose leads lie in the CRM, asked in chat of real files."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.app import open_world
from bot.chat.card import Table
from bot.chat.plain import plain
from bot.chat.request import Request
from bot.commands.dispatch import answer
from core.notices.notice import Place
from core.usecases.replay import HandClock
from core.workspace import load_workspace

NOW = datetime(2026, 6, 19, 4, tzinfo=UTC)
FILES = {
    "workspace.yaml": "{name: Shop, zone: Asia/Shanghai, currency: CNY, tongue: en}",
    "sources.yaml": """
- source: ads
  files: ads.csv
  grain: day
  time: day
  dimensions: {channel: channel, campaign: campaign}
  measures: {spend: spend}
- source: crm
  files: crm.csv
  grain: day
  time: day
  dimensions: {channel: channel}
  measures: {leads: leads}
""",
}


@pytest.fixture
def folder(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    days = [date(2026, 6, 1) + timedelta(days=ago) for ago in range(18)]
    ads = [f"{day},{channel},{name},300" for day in days for channel in ("wechat", "douyin") for name in ("a", "b")]
    # The CRM is a day behind, and has never heard of Douyin.
    crm = [f"{day},wechat,30" for day in days[:-1]]
    (tmp_path / "ads.csv").write_text("\n".join(["day,channel,campaign,spend", *ads]), encoding="utf-8")
    (tmp_path / "crm.csv").write_text("\n".join(["day,channel,leads", *crm]), encoding="utf-8")
    return tmp_path


async def said(folder, text, tongue="en"):
    workspace = load_workspace(folder)
    async with open_world(workspace, HandClock(NOW)) as world:
        reply = await answer(Request(text, Place("telegram", "1"), "x", tongue, None), workspace, world)
    return reply.cards[0]


async def test_it_is_told_by_the_dimension_that_both_know_as_far_as_both_go(folder):
    card = await said(folder, "cpl by channel last 7 days")
    [table] = [block for block in card.blocks if isinstance(block, Table)]
    rows = {row[0]: row[1] for row in table.rows}
    assert rows == {"WeChat": "¥20", "Douyin": "no data"}
    shown = " ".join(plain(card).split())
    assert "Put together of ads (facts through Jun 18), crm (facts through Jun 17)" in shown
    assert "The data ends on Jun 17" in shown
    assert "By the definition of cpl" in shown


async def test_by_what_one_of_them_does_not_know_it_is_told_without_and_says_so(folder):
    shown = plain(await said(folder, "各计划线索成本", "zh")).replace("\n", "")
    assert "没有数据源能按" in shown
    assert "由ads（数据截至 6月18日）、crm（数据截至 6月17日）合成" in shown
    assert "¥40" in shown


async def test_beside_a_metric_of_one_source_each_is_asked_where_it_lies(folder):
    shown = plain(await said(folder, "spend, leads and cpl yesterday"))
    assert "¥1,200" in shown
