"""A number said in chat ends as a fact like any other, and a second word on it corrects the first."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from bot.app import open_world
from bot.chat.plain import plain
from bot.chat.request import Request
from bot.commands.command import Put
from bot.commands.dispatch import answer, lexicon_of
from bot.commands.parse import parse
from core.calendar.grain import Grain, Window
from core.cube.query import Query
from core.labels import Matcher
from core.notices.notice import Place
from core.usecases.replay import HandClock
from core.workspace import load_workspace

NOW = datetime(2026, 6, 19, 4, tzinfo=UTC)
SOURCES = """
- source: signals
  push: true
  grain: day
  time: 日期
  dimensions: {product: 商品}
  measures: {competitor_price: 价格, share_of_voice: 声量}
"""


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "workspace.yaml").write_text("name: t\ntongue: en\n")
    (tmp_path / "sources.yaml").write_text(SOURCES)
    (tmp_path / "people.yaml").write_text("- {person: me, chats: {web: me}}\n- {person: guest, may: read}\n")
    (tmp_path / "routes.yaml").write_text("- {route: all, chats: [web:board], owner: person:me}\n")
    return load_workspace(tmp_path)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("put competitor_price 199 product=X", Put("competitor_price", "199", (Matcher("product", ("X",)),))),
        (
            "填报竞品价格1.2万 商品=大米 昨天",
            Put("competitor_price", "1.2万", (Matcher("product", ("大米",)),), "昨天"),
        ),
        (
            "put SOV 23.5% product=X 2026-06-01",
            Put("share_of_voice", "23.5%", (Matcher("product", ("X",)),), "2026-06-01"),
        ),
        ("录入 竞品价格 ¥1,299 商品=X", Put("competitor_price", "¥1,299", (Matcher("product", ("X",)),))),
        ("put compettor 5", Put("compettor", "5")),
    ],
)
def test_a_typed_number_is_read_in_both_tongues(workspace, said, meant):
    assert parse(said, lexicon_of(workspace)) == meant


async def said(workspace, *texts, who="me"):
    """Return what is answered to each, and the signals as they are then."""
    request = Request("", Place("web", who), who, "en", person=workspace.people[who])
    async with open_world(workspace, HandClock(NOW)) as world:
        answers = []
        for text in texts:
            reply = await answer(replace(request, text=text), workspace, world)
            answers.append("\n".join(plain(card) for card in reply.cards))
        await world.warehouse.refresh()
        window = Window.days(date(2026, 6, 18), date(2026, 6, 19))
        query = Query("signals", Grain.DAY, ("product",), ("competitor_price", "share_of_voice"), window)
        cube = await world.warehouse.fetch(query)
    prices = np.nan_to_num(cube.measures["competitor_price"]).tolist()
    return answers, {str(one): row for one, row in zip(cube.slices, prices, strict=True)}


def test_what_was_typed_is_a_fact_and_said_again_it_corrects(workspace):
    answers, facts = asyncio.run(
        said(
            workspace,
            "put competitor_price 199 product=X",
            "put share_of_voice 20% product=X",
            "put competitor_price 189 product=X",
            "put competitor_price 1.2万 product=Y 昨天",
        )
    )
    assert answers[0].startswith("Noted: Competitor price X is 199 on Fri, Jun 19.")
    assert facts == {"product=Y": [12_000, 0], "product=X": [0, 189]}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("put", "Say the metric, the number"),
        ("put competitor_price", "Say the metric, the number"),
        ("put compettor_price 5", "competitor_price"),
        ("put competitor_price 5", "Of which Product?"),
        ("put competitor_price 5 channel=wechat", "not split by"),
        ("put roi 5 channel=wechat", "No source takes typed numbers"),
        ("put competitor_price 1.2.3 product=X", "is no number"),
        ("put competitor_price 5 product=X 2026-06-25", "still to come"),
    ],
)
def test_what_cannot_be_noted_says_why(workspace, text, told):
    (answered,), _ = asyncio.run(said(workspace, text))
    assert told in answered


def test_who_may_only_read_may_not_write(workspace):
    (answered,), facts = asyncio.run(said(workspace, "put competitor_price 5 product=X", who="guest"))
    assert "Noted" not in answered
    assert facts == {}
