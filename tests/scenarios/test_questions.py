"""What marketers type, in both tongues, at a shop with numbers: what each is taken for, and what every answer shows."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import pytest_asyncio

from bot.app import open_world
from bot.cards.sheet import sheet
from bot.chat.card import Facts, Picture, Prose, Table
from bot.chat.request import Request
from bot.commands.dispatch import answer, lexicon_of
from bot.commands.follow import about
from bot.commands.parse import parse
from bot.phrases import say
from core.calendar.grain import Window
from core.labels import Labels, Matcher
from core.notices.notice import Place
from core.quantity import Unit
from core.usecases.ask import Answer, Asked, Question
from core.usecases.replay import HandClock
from core.workspace import load_workspace
from tests.adapters.web_house import an_alert
from tests.builders import NOW

SHOP = load_workspace(Path(__file__).parents[2] / "examples/shop")
CLOCK = HandClock(NOW.replace(year=2026, month=6, day=19, hour=4))
LEXICON = lexicon_of(SHOP)
WECHAT, DOUYIN = {"channel": ("wechat",)}, {"channel": ("douyin",)}

# phrase, metrics, slices, by, top, form
PHRASES = [
    ("roi", "roi", {}, None, None, ""),
    ("ROI last week", "roi", {}, None, None, ""),
    ("what was roi yesterday?", "roi", {}, None, None, ""),
    ("show me roi for wechat", "roi", WECHAT, None, None, ""),
    ("how much did we spend last 7 days", None, {}, None, None, ""),
    ("roas by channel", "roi", {}, "channel", None, ""),
    ("roi per channel this month", "roi", {}, "channel", None, ""),
    ("roi, spend and revenue by channel", "roi spend revenue", {}, "channel", None, ""),
    ("roi vs spend", None, {}, None, None, ""),
    ("roi last 7 days vs previous", "roi", {}, None, None, ""),
    ("roi this month vs last month", "roi", {}, None, None, ""),
    ("spend june 1 to june 10", "spend", {}, None, None, ""),
    ("spend 2026-06-01..2026-06-10", "spend", {}, None, None, ""),
    ("roi top 5", "roi", {}, "channel", 5, ""),
    ("top 5 channels by roi", "roi", {}, "channel", 5, ""),
    ("top 3 roi by channel last week", "roi", {}, "channel", 3, ""),
    ("best 3 channels by spend", "spend", {}, "channel", 3, ""),
    ("worst 3 channels by roi", "roi", {}, "channel", -3, ""),
    ("bottom 2 roi", "roi", {}, "channel", -2, ""),
    ("roi chart", "roi", {}, None, None, "chart"),
    ("roi by channel as a chart", "roi", {}, "channel", None, "chart"),
    ("plot roi last 30 days", "roi", {}, None, None, "chart"),
    ("roi table", "roi", {}, None, None, "table"),
    ("roi by channel as table last week", "roi", {}, "channel", None, "table"),
    ("roi by channel excel", "roi", {}, "channel", None, "excel"),
    ("roi, spend last 30 days in excel", "roi spend", {}, None, None, "excel"),
    ("export roi", None, {}, None, None, ""),
    ("roi channel=wechat", "roi", WECHAT, None, None, ""),
    ("roi channel = douyin last 7 days", "roi", DOUYIN, None, None, ""),
    ("wechat roi yesterday", "roi", WECHAT, None, None, ""),
    ("roi wechat, douyin", "roi", {"channel": ("wechat", "douyin")}, None, None, ""),
    ("conversion rate by channel", "cvr", {}, "channel", None, ""),
    ("投产比", "roi", {}, None, None, ""),
    ("上周投产比", "roi", {}, None, None, ""),
    ("昨天的投产比是多少", "roi", {}, None, None, ""),
    ("微信昨天花费多少", "spend", WECHAT, None, None, ""),
    ("最近7天各渠道投产比", "roi", {}, "channel", None, ""),
    ("按渠道看花费", "spend", {}, "channel", None, ""),
    ("本月抖音投产比", "roi", DOUYIN, None, None, ""),
    ("本月投产比对比上月", "roi", {}, None, None, ""),
    ("投产比 环比", "roi", {}, None, None, ""),
    ("投产比 同比", "roi", {}, None, None, ""),
    ("投产比、花费和转化率 上周", "roi spend cvr", {}, None, None, ""),
    ("投产比前5的渠道", "roi", {}, "channel", 5, ""),
    ("前5个渠道的投产比", "roi", {}, "channel", 5, ""),
    ("投产比最高的3个渠道", "roi", {}, "channel", 3, ""),
    ("投产比最低的3个渠道", "roi", {}, "channel", -3, ""),
    ("上周花费前3名", "spend", {}, "channel", 3, ""),
    ("倒数2个渠道的投产比", "roi", {}, "channel", -2, ""),
    ("前7天投产比", "roi", {}, None, None, ""),
    ("投产比图表", "roi", {}, None, None, "chart"),
    ("画个图 投产比 最近30天", "roi", {}, None, None, "chart"),
    ("投产比曲线图", "roi", {}, None, None, "chart"),
    ("投产比表格 最近7天", "roi", {}, None, None, "table"),
    ("各渠道投产比列表", "roi", {}, "channel", None, "table"),
    ("各渠道投产比导出excel", "roi", {}, "channel", None, "excel"),
    ("导出投产比", "roi", {}, None, None, "excel"),
    ("投产比 渠道=微信", "roi", WECHAT, None, None, ""),
    ("投产比 渠道：微信，抖音", "roi", {"channel": ("wechat", "douyin")}, None, None, ""),
    ("渠道不是抖音的投产比", "roi", None, None, None, ""),
    ("微信和抖音的投产比", "roi", {"channel": ("wechat", "douyin")}, None, None, ""),
    ("618投产比", "roi", {}, None, None, ""),
    ("6月1日到6月10日花费", "spend", {}, None, None, ""),
    ("看看这个月的转化率", "cvr", {}, None, None, ""),
    ("/kpi@BeaconBot 投产比 按渠道 上周", "roi", {}, "channel", None, ""),
    ("請問", None, {}, None, None, ""),
    ("昨日roi多少？", "roi", {}, None, None, ""),
    ("上周 vs 上上周 投产比", "roi", {}, None, None, ""),
    ("本月花费同比", "spend_to_date", {}, None, None, ""),
    ("这个月抖音花了多少钱", "spend", DOUYIN, None, None, ""),
    ("618期间投产比", "roi", {}, None, None, ""),
    ("618大促期间各渠道花费", "spend", {}, "channel", None, ""),
    ("投产比 618 vs 去年618", "roi", {}, None, None, ""),
    ("上季度转化率", "cvr", {}, None, None, ""),
    ("今年以来花费", "spend", {}, None, None, ""),
    ("最近30天投产比走势图", "roi", {}, None, None, "chart"),
    ("转化率昨天对比前天", "cvr", {}, None, None, ""),
    ("微信和抖音上周投产比对比", "roi", {"channel": ("wechat", "douyin")}, None, None, ""),
    ("哪个渠道投产比最高", "roi", {}, "channel", 3, ""),
    ("投产比最差的渠道", "roi", {}, "channel", -3, ""),
    ("花费最多的3个渠道", "spend", {}, "channel", 3, ""),
    ("本周花费 top 3", "spend", {}, "channel", 3, ""),
    ("各渠道 花费 投产比 转化率 表格", "spend roi cvr", {}, "channel", None, "table"),
    ("上周花费按天", "spend", {}, None, None, ""),
    ("投产比按周 最近3个月", "roi", {}, None, None, ""),
    ("抖音投产比上周怎么样", "roi", DOUYIN, None, None, ""),
    ("抖音的花费、投产比、转化率，上周对比上上周", "spend roi cvr", DOUYIN, None, None, ""),
    ("曝光 点击 转化 上周", "impressions clicks conversions", {}, None, None, ""),
    ("ROI 微信 6/1-6/7", "roi", WECHAT, None, None, ""),
    ("6月1号至6月7号抖音花费", "spend", DOUYIN, None, None, ""),
    ("上周末投产比", "roi", {}, None, None, ""),
    ("周末花费", "spend", {}, None, None, ""),
    ("上半年花费", "spend", {}, None, None, ""),
    ("帮我看下昨天的投产比", "roi", {}, None, None, ""),
    ("麻烦查一下上周抖音的花费，谢谢", "spend", DOUYIN, None, None, ""),
    ("昨天投产比怎么这么低", "roi", {}, None, None, ""),
    ("渠道贡献度", "", {}, "channel", None, ""),
    ("6月各渠道花费占比", "spend", {}, "channel", None, ""),
    ("抖音占了多少花费", "spend", DOUYIN, None, None, ""),
    ("各渠道投产比占比", "roi", {}, "channel", None, ""),
    ("total spend this month", "spend", {}, None, None, ""),
    ("how much did wechat spend yesterday", "spend", WECHAT, None, None, ""),
    ("which channel spent the most last week", "spend", {}, "channel", 3, ""),
    ("which channel has the best roi", "roi", {}, "channel", 3, ""),
    ("best channel by roi", "roi", {}, "channel", 3, ""),
    ("roas yesterday vs the day before", "roi", {}, None, None, ""),
    ("compare wechat and douyin roi last week", "roi", {"channel": ("wechat", "douyin")}, None, None, ""),
    ("roi mtd", "roi", {}, None, None, ""),
    ("roi yoy", "roi", {}, None, None, ""),
    ("spend week over week", "spend", {}, None, None, ""),
    ("roi during 618", "roi", {}, None, None, ""),
    ("spend by day last week", "spend", {}, None, None, ""),
    ("ctr cvr cpc by channel last month", "ctr cvr cpc", {}, "channel", None, ""),
    ("roi, by channel, last 7 days, top 5, table", "roi", {}, "channel", 5, "table"),
    ("roi yesteday", "roi", {}, None, None, ""),
    ("roi last wek", "roi", {}, None, None, ""),
    ("channel_share last week", "", {}, "channel", None, ""),
    ("what is wechat's share of spend", "spend", WECHAT, None, None, ""),
    ("share of revenue by channel in excel", "revenue", {}, "channel", None, "excel"),
]

# What cannot be answered, and the nearest thing that is said instead.
NEAREST = [
    ("投产律 上周", "投产比"),
    ("花废 昨天", "花费"),
    ("spnd last week", "spend"),
    ("converson rate last week", "conversion rate"),
    ("roi by channell", "channel"),
    ("how did wechat do last week", "For example"),
    ("cpl by channel", "Leads"),
    ("投产比 上个月最后一周", "本月"),
    ("双11投产比", "有数据"),
    ("今天到现在的花费", "有数据"),
    ("spend 11.11", "There are facts for"),
    ("各渠道投产比占比", "不能按切片相加"),
    ("roi by campaign", "No source tells this by"),
    ("roi last wek", "is read as"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world():
    async with open_world(SHOP, CLOCK) as one:
        yield one


in_one_world = pytest.mark.asyncio(loop_scope="module")


async def asked(world, text, *, tongue="en", actor="liwei", thread=None, alert=None):
    place = Place("telegram", "c1", thread)
    return await answer(Request(text, place, actor, tongue, None, alert=alert), SHOP, world)


def words(card):
    return [block.text for block in card.blocks if isinstance(block, Prose)]


@pytest.mark.parametrize(
    ("said", "metrics", "where", "by", "top", "form"), [one for one in PHRASES if one[1] is not None]
)
@in_one_world
async def test_what_people_type_is_taken_for_what_they_mean(world, said, metrics, where, by, top, form):
    found = parse(said, LEXICON)
    named = {matcher.dimension: matcher.values for matcher in found.where}
    assert list(found.metrics) == metrics.split()
    assert where is None or named == where
    assert (found.top, found.form) == (top, form)
    assert by is None or found.by == by or top
    reply = await asked(world, said, tongue="zh" if not said.isascii() else "en", actor=said)
    card = reply.cards[0]
    told = words(card)
    tongue = card.tongue
    assert told, card.title
    assert any(str(year) in told[0] for year in (2025, 2026)), told  # the period, and what it is held against
    assert any(say("answer-defined", tongue, names="§").partition("§")[0] in line for line in told), told
    assert any(word in told[0] for word in ("against", "对比")), told
    assert any(word in line for line in told for word in ("through", "reach", "截至", "已到期末")), told  # how fresh
    assert any(isinstance(block, (Facts, Table, Picture)) for block in card.blocks)
    assert bool(reply.files) == (form == "excel")


def test_enough_phrases_are_held_to():
    assert len([one for one in PHRASES if one[1] is not None]) >= 60


@in_one_world
async def test_top_five_are_the_five_with_most(world):
    whole = (await asked(world, "roi by channel")).cards[0]
    top = (await asked(world, "roi top 3")).cards[0]
    least = (await asked(world, "worst 2 channels by roi")).cards[0]
    rows, best, worst = (
        next(block for block in card.blocks if isinstance(block, Table)).rows for card in (whole, top, least)
    )
    assert len(rows) == 10
    assert len(best) == 3
    ranked = sorted((float(row[1].rstrip("×")) for row in rows), reverse=True)
    assert [float(row[1].rstrip("×")) for row in best] == ranked[:3]
    assert [float(row[1].rstrip("×")) for row in worst] == ranked[:-3:-1]


@in_one_world
async def test_a_thread_keeps_what_was_asked(world):
    async def titles(*said):
        return [(await asked(world, one, tongue="zh", thread="t1")).cards[0].title for one in said]

    assert await titles("微信投产比", "上周呢?", "那抖音呢", "按渠道呢?", "花费呢") == [
        "投产比 · 微信",
        "投产比 · 微信",
        "投产比 · 抖音",
        "投产比，按渠道",
        "花费，按渠道",
    ]
    last = (await asked(world, "by channel?", thread="t1")).cards[0]
    assert "Jun 8" in words(last)[0]  # last week still


@in_one_world
async def test_in_a_chat_each_person_has_a_thought_of_their_own(world):
    await asked(world, "roi wechat", actor="alice")
    await asked(world, "spend douyin", actor="bob")
    assert (await asked(world, "by channel?", actor="alice")).cards[0].title == "ROI by Channel"
    assert (await asked(world, "by channel?", actor="bob")).cards[0].title == "Spend by Channel"


@in_one_world
async def test_what_was_asked_half_an_hour_ago_is_no_context(world):
    await asked(world, "roi wechat", actor="carol")
    late = replace(world, clock=HandClock(CLOCK.now().replace(hour=5)))
    reply = await answer(Request("by channel?", Place("telegram", "c1"), "carol", "en"), SHOP, late)
    assert "metric" in " ".join(words(reply.cards[0])).lower() or reply.is_private


@in_one_world
async def test_what_no_source_tells_is_answered_without(world):
    named = SHOP.catalog.dimensions
    held = {code for source in SHOP.catalog.sources.values() for code in source.dimensions}
    lacking = next(code for code in named if code not in held)
    card = (await asked(world, f"roi by {lacking}")).cards[0]
    assert card.title == "ROI"
    assert any(line.startswith("No source tells this by") for line in words(card))


@in_one_world
async def test_a_slip_is_told_with_what_was_meant(world):
    card = (await asked(world, "rio last week", actor="dave")).cards[0]
    assert "roi" in " ".join([card.title, *words(card)])


@in_one_world
async def test_a_workbook_holds_the_numbers_and_no_formula(world):
    reply = await asked(world, "roi spend by channel excel last 7 days")
    [file] = reply.files
    assert file.name == "roi-spend-2026-06-12-2026-06-18.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(file.content))
    page = book["Answer"]
    rows = list(page.iter_rows(values_only=True))
    assert rows[0] == ("Channel", "Metric", "Value", "Before", "Change")
    assert len(rows) == 1 + 20
    assert all(isinstance(row[2], float | int) for row in rows[1:])
    days = list(book["Periods"].iter_rows(values_only=True))
    assert len(days) == 1 + 20 * 7
    assert days[1][0] == "2026-06-12"
    assert any("By the definition of roi, spend" in str(row[0]) for row in book["About"].iter_rows(values_only=True))


def test_a_name_that_would_be_a_formula_stays_a_name():
    evil = '=HYPERLINK("http://evil.example","x")'
    question = Question(("roi",), Window.days(date(2026, 6, 12), date(2026, 6, 18)), by="campaign")
    values = tuple(
        Asked("roi", Labels.of({"campaign": name}), Unit.TIMES, 1.0) for name in (evil, "@SUM(A1)", "+1", "-1", "618")
    )
    book = openpyxl.load_workbook(io.BytesIO(sheet(Answer(question, values), SHOP, "zh", ["=1+1"]).content))
    for page in book:
        for row in page.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert not str(cell.value or "").startswith(("=", "+", "@"))


def test_an_alerts_thread_is_about_its_number():
    question = about(an_alert())
    assert question.metrics == ("roi",)
    assert question.where == (Matcher("channel", ("wechat",)),)
