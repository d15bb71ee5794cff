"""Why a number moved, asked in chat over real files: a slice that broke, a shift of the mix, a landing page."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from bot.app import open_world
from bot.chat.card import Picture, Prose, Table
from bot.commands.once import once
from core.charts.draw import draw
from core.charts.figure import Funnel, HeatMap, Waterfall
from core.usecases.replay import HandClock
from core.workspace import load_workspace

FIRST, DAYS = date(2026, 6, 1), 14
WEEK = "2026-06-08..2026-06-14 vs 2026-06-01..2026-06-07"


def a_workspace(
    tmp_path, rows, dimensions="{channel: channel, region: region}", measures=(), now="2026-06-15T12:00", grain="day"
):
    names = "\n".join(f"    {name}: {name}" for name in measures)
    (tmp_path / "workspace.yaml").write_text("name: Shop\nzone: Asia/Shanghai\ntongue: zh\n")
    (tmp_path / "people.yaml").write_text("- person: alice\n  name: Alice\n  chats: {web: alice}\n  may: manage\n")
    (tmp_path / "routes.yaml").write_text("- route: all\n  owner: person:alice\n")
    source = f"- source: ads\n  files: ads.csv\n  grain: {grain}\n  time: day\n  dimensions: {dimensions}\n"
    (tmp_path / "sources.yaml").write_text(f"{source}  measures:\n{names}\n")
    (tmp_path / "ads.csv").write_text("\n".join(rows))
    return load_workspace(tmp_path), HandClock(datetime.fromisoformat(now).replace(tzinfo=UTC))


async def said(text, workspace, clock):
    async with open_world(workspace, clock) as world:
        return (await once(text, None, workspace, world)).cards[0]


def words(card):
    return "\n".join(block.text for block in card.blocks if isinstance(block, Prose))


def picture(card):
    return next(block.figure for block in card.blocks if isinstance(block, Picture))


def conversions(seed=0):
    """Return rows in which WeChat in the east converts a third of what it did, from the second week on."""
    dice = Random(seed)
    rows = ["day,channel,region,clicks,conversions"]
    for step in range(DAYS):
        for channel in ("wechat", "douyin", "email", "sem", "kol"):
            for region in ("east", "west", "north", "south"):
                clicks = dice.randint(4000, 6000)
                rate = 0.03 * (0.33 if step >= 7 and (channel, region) == ("wechat", "east") else 1)
                sold = round(dice.gauss(clicks * rate, (clicks * rate) ** 0.5))
                rows.append(f"{FIRST + timedelta(days=step)},{channel},{region},{clicks},{sold}")
    return rows


async def test_the_slice_that_broke_is_named_across_two_dimensions_and_drawn(tmp_path):
    workspace, clock = a_workspace(tmp_path, conversions(), measures=("clicks", "conversions"))
    card = await said(f"why cvr {WEEK}", workspace, clock)
    assert "What moved it: WeChat · East China (−6" in words(card)
    table = next(block for block in card.blocks if isinstance(block, Table))
    assert len(table.rows) == 3  # one cause, the mix, the rest
    figure = picture(card)
    assert isinstance(figure, Waterfall)
    total = figure.before[1] + sum(part.change for part in figure.parts)
    assert total == pytest.approx(figure.now[1], abs=1e-12)
    assert draw(figure, width=390, height=300).startswith(b"\x89PNG")


async def test_chinese_asks_the_same_and_beacon_says_that_it_guesses(tmp_path):
    workspace, clock = a_workspace(tmp_path, conversions(), measures=("clicks", "conversions"))
    card = await said("为什么转化率下降 2026-06-08..2026-06-14", workspace, clock)
    assert "原因在" in words(card)
    assert "烽火的推测" in words(card)


async def test_a_day_still_running_is_left_out_and_so_is_its_like(tmp_path):
    rows = conversions()
    workspace, clock = a_workspace(tmp_path, rows, measures=("clicks", "conversions"), now="2026-06-14T04:00")
    card = await said(f"为什么转化率 {WEEK}", workspace, clock)
    assert "6月8日–6月13日" in words(card).replace("2026年", "")
    assert "6月1日–6月6日" in words(card).replace("2026年", "")
    assert "最后 1 天没有算进来" in words(card)


async def test_a_mere_shift_of_the_mix_is_told_as_one(tmp_path):
    rows = ["day,channel,region,clicks,conversions"]
    for step in range(DAYS):
        late = step >= 7
        for channel, clicks, rate in (
            ("wechat", 4000 if late else 10_000, 0.05),
            ("douyin", 12_000 if late else 2_000, 0.01),
        ):
            rows.append(f"{FIRST + timedelta(days=step)},{channel},east,{clicks},{round(clicks * rate)}")
    workspace, clock = a_workspace(tmp_path, rows, measures=("clicks", "conversions"))
    card = await said(f"为什么转化率 {WEEK}", workspace, clock)
    assert "是结构变了，不是某个切片坏了" in words(card)
    assert not any(isinstance(block, Table) for block in card.blocks)


LANDING = {"impressions": 1_000_000, "clicks": 20_000, "lp_visits": 18_000, "form_submits": 540, "won": 54}


async def test_the_landing_page_that_broke_is_the_step_that_broke(tmp_path):
    names = tuple(LANDING)
    rows = ["day,channel," + ",".join(names)]
    for step in range(DAYS):
        late = step >= 7
        numbers = dict(LANDING) | (
            {"clicks": 21_000, "lp_visits": 18_900, "form_submits": 340, "won": 34} if late else {}
        )
        rows.append(f"{FIRST + timedelta(days=step)},wechat," + ",".join(str(numbers[name]) for name in names))
    workspace, clock = a_workspace(tmp_path, rows, "{channel: channel}", names)
    card = await said(f"漏斗 {WEEK}", workspace, clock)
    figure = picture(card)
    assert isinstance(figure, Funnel)
    assert figure.stages[figure.broke].label == "表单提交数"
    assert "断在落地页转化率，从 3.00% 到 1.80%" in words(card)
    assert draw(figure, width=390, height=300).startswith(b"\x89PNG")
    lines = await said("三条线 2026-06-08..2026-06-14", workspace, clock)
    assert "掉链子的是线索转化：落地页转化率" in words(lines)
    assert "这里没有数据" in str(next(block for block in lines.blocks if isinstance(block, Table)).rows)


async def test_where_facts_are_kept_by_the_hour_it_is_drawn_when_it_moved(tmp_path):
    dice = Random(3)
    rows = ["day,channel,region,clicks,conversions"]
    for step in range(DAYS):
        for hour in range(24):
            for channel in ("wechat", "douyin", "email"):
                is_broken = step >= 7 and channel == "douyin" and 14 <= hour < 18
                clicks = dice.randint(900, 1100)
                sold = round(clicks * 0.05 * (0.2 if is_broken else 1) * dice.uniform(0.97, 1.03))
                day = FIRST + timedelta(days=step)
                rows.append(f"{day} {hour:02}:00,{channel},east,{clicks},{sold}")
    workspace, clock = a_workspace(tmp_path, rows, measures=("clicks", "conversions"), grain="hour")
    card = await said(f"为什么转化率 {WEEK}", workspace, clock)
    drawn = [block.figure for block in card.blocks if isinstance(block, Picture)]
    heat = next(figure for figure in drawn if isinstance(figure, HeatMap))
    assert "渠道 × 小时" in heat.title
    douyin = heat.cells[heat.rows.index("抖音")]
    assert all(change < -0.7 for change in douyin[14:18])
    assert all(abs(change) < 0.1 for change in douyin[:14])
    assert draw(heat, width=390, height=320).startswith(b"\x89PNG")
