"""The board in chat, and the links by which others look at it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.app import open_world
from bot.chat.card import Buttons, Picture, Prose, Table, Ways
from bot.chat.links import Links
from bot.chat.request import Request
from bot.commands.dispatch import answer
from bot.demo import SHOP
from core.audit import Wanted
from core.charts.draw import draw
from core.charts.letters import missing_letters
from core.errors import Forbidden
from core.notices.notice import Place
from core.usecases.audit import audit
from core.usecases.replay import HandClock
from core.usecases.share import opened
from core.workspace import load_workspace

WORKSPACE = load_workspace(SHOP)
NOW = datetime(2026, 6, 12, 18, 20, tzinfo=UTC)  # the night after Baidu's bidding ran away


class Pages:
    def __init__(self, clock):
        self.links = Links("https://kpi.cn", b"secret", clock.now)

    def board(self, place):
        return f"https://kpi.cn/board?for={place.platform}"

    def shared(self, share):
        return self.links.shared(share.code, share.until)


@pytest.fixture
async def house():
    clock = HandClock(NOW)
    async with open_world(WORKSPACE, clock) as world:
        object.__setattr__(world, "pages", Pages(clock))
        yield clock, world


async def said(world, text, who="wangfang", platform="slack", tongue="en"):
    person = WORKSPACE.people.get(who) if who else None
    return await answer(Request(text, Place(platform, "C1"), "U1", tongue, person), WORKSPACE, world)


def of(card, kind):
    return [block for block in card.blocks if isinstance(block, kind)]


@pytest.mark.parametrize(("text", "tongue"), [("board", "en"), ("看板", "zh"), ("看板 按渠道", "zh")])
async def test_the_board_is_a_picture_and_words_and_a_way_to_it(house, text, tongue):
    _, world = house
    (card,) = (await said(world, text, platform="telegram", tongue=tongue)).cards
    (picture,) = of(card, Picture)
    (ways,) = of(card, Ways)
    assert ways.ways[0].url == "https://kpi.cn/board?for=telegram"
    words = "\n".join(block.text for block in of(card, Prose))
    assert ("百度 花费" if tongue == "zh" else "Baidu Spend") in words
    figure = picture.figure
    cells = [cell for row in figure.rows for cell in (*row.cells, row) if cell]
    letters = "".join(f"{each.value}{each.change}{each.sign}" for each in cells)
    names = "".join((*figure.columns, *(row.label for row in figure.rows), *(word for _, _, word in figure.legend)))
    assert missing_letters(f"{letters}{names}{figure.title}{figure.subtitle}{figure.whole}") == ""
    for width in (720, 520, 340):
        assert draw(figure, width=width, scale=1).startswith(b"\x89PNG")


async def test_a_link_is_made_in_ones_own_name_listed_and_ended_and_all_of_it_is_audited(house):
    clock, world = house
    made = await said(world, "share board 3d")
    assert made.is_private
    (card,) = made.cards
    url = of(card, Ways)[0].ways[0].url
    code = world.pages.links.read_shared(url.removeprefix("https://kpi.cn/s/").strip("/"))
    share = await opened(code, world)
    assert (share.by, share.until) == ("wangfang", NOW + timedelta(days=3))
    (table,) = of((await said(world, "shared")).cards[0], Table)
    assert table.rows[0][0] == code
    press = of(card, Buttons)[0].buttons[0].command
    assert press == f"unshare {code}"
    assert code in (await said(world, press)).cards[0].title
    with pytest.raises(Forbidden) as ended:
        await opened(code, world)
    assert ended.value.code == "share-ended"
    lines = await audit(Wanted(), world)
    assert [line.deed for line in lines] == ["unshared", "shared"]
    assert clock.now() == NOW


@pytest.mark.parametrize(
    ("text", "lasts"),
    [
        ("分享 看板 7天", 7),
        ("分享看板", 7),
        ("share board for 2 weeks", 14),
        ("share the board", 7),
        ("share 24 hours", 1),
    ],
)
async def test_how_long_is_said_in_both_tongues(house, text, lasts):
    _, world = house
    await said(world, text)
    async with world.store.begin() as tx:
        (share,) = await tx.shares()
    assert share.until - share.at == timedelta(days=lasts)


@pytest.mark.parametrize("text", ["share board 400d", "share board 0d", "share board tomorrow", "unshare nothing1"])
async def test_what_cannot_be_shared_says_so(house, text):
    _, world = house
    assert (await said(world, text)).is_refusal
    async with world.store.begin() as tx:
        assert await tx.shares() == []


@pytest.mark.parametrize("who", ["liwei", "zhoulin", None])
async def test_only_who_may_shares(house, who):
    _, world = house
    refused = await said(world, "share board", who=who)
    assert refused.is_refusal
    async with world.store.begin() as tx:
        assert await tx.shares() == []


async def test_a_link_that_is_over_or_forged_opens_nothing(house):
    clock, world = house
    await said(world, "share board 1h")
    async with world.store.begin() as tx:
        (share,) = await tx.shares()
    token = world.pages.shared(share).removeprefix("https://kpi.cn/s/").strip("/")
    for wrong in (token[:-1], f"x{token}", token.replace(".", ""), ""):
        with pytest.raises(Forbidden, match="link-forged"):
            world.pages.links.read_shared(wrong)
    card_link = world.pages.links.to(Place("mail", "x"), "board").rpartition("/")[2]
    with pytest.raises(Forbidden, match="link-forged"):
        world.pages.links.read_shared(card_link)
    clock.moment = NOW + timedelta(hours=1)
    with pytest.raises(Forbidden, match="share-over"):
        world.pages.links.read_shared(token)
    with pytest.raises(Forbidden, match="share-over"):
        await opened(share.code, world)


async def test_the_metric_of_passing_on_is_still_asked_by_its_name(house):
    _, world = house
    (card,) = (await said(world, "转发量 最近7天", tongue="zh")).cards
    assert "转发量" in card.title
    (card,) = (await said(world, "分享 最近7天", tongue="zh")).cards
    assert "转发量" in card.title
