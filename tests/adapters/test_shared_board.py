"""The board behind a link: it shows numbers, names nobody, does nothing, and ends when it is ended."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from starlette.applications import Starlette

from bot.adapters.web.shared import LOOKS, STATIC, SharedBoard
from bot.chat.links import Links
from core.people.share import Share
from tests.adapters.web_house import NOW, FakeStore, FakeWorld, a_house, some_alerts


class Store(FakeStore):
    shares: dict[str, Share]

    async def share(self, code):
        return self.shares.get(code)


@pytest.fixture
async def held():
    world = FakeWorld(store=Store(some_alerts()))
    world.store.shares = {"k3m9x2pq": Share("k3m9x2pq", "wangfang", NOW, NOW + timedelta(days=7))}
    links = Links("http://x", b"secret", world.clock.now)
    app = Starlette(routes=SharedBoard(links, a_house(), world).routes())
    way = links.shared("k3m9x2pq", NOW + timedelta(days=7)).removeprefix("http://x")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        yield client, way, world


async def test_whoever_holds_it_sees_the_numbers_and_nobodys_name_and_no_button(held):
    client, way, _ = held
    page = await client.get(way, headers={"accept-language": "zh"})
    assert page.status_code == 200
    assert "6月10日" in page.text  # until when
    assert "<button" not in page.text
    assert "unsafe" not in page.headers["content-security-policy"]
    answer = await client.get(f"{way}board.json", params={"tongue": "zh"})
    board = answer.json()
    assert board["rows"][0]["title"] == "投产比"
    assert board["alerts"][0]["why"] == "6月2日 周二：投产比 0.79×，低于 1×。"
    for secret in ("李伟", "王芳", "liwei", "wangfang", "7f3k", "ack ", "buttons", "k3m9x2pq"):
        assert secret not in answer.text, secret


@pytest.mark.parametrize(("tongue", "words"), [("zh", "已在 6月3日 14:00 停止"), ("en", "was ended on Jun 3, 14:00")])
async def test_an_ended_link_says_so_in_the_readers_tongue_and_shows_nothing(held, tongue, words):
    client, way, world = held
    (share,) = world.store.shares.values()
    world.store.shares = {share.code: Share(share.code, share.by, share.at, share.until, NOW, "wangfang")}
    for path in (way, f"{way}board.json"):
        refused = await client.get(path, headers={"accept-language": tongue})
        assert refused.status_code == 403
        assert words in refused.text
        assert "0.79" not in refused.text


async def test_a_link_that_is_over_says_since_when(held):
    client, way, world = held
    world.clock.at = NOW + timedelta(days=8)
    refused = await client.get(way, headers={"accept-language": "en-GB"})
    assert refused.status_code == 403
    assert "This link ended on Jun 10, 14:00" in refused.text


@pytest.mark.parametrize("path", ["/s/x/", "/s/x/board.json", "/s/eA.eA/"])
async def test_a_made_up_link_opens_nothing(held, path):
    client, _, _ = held
    assert (await client.get(path)).status_code == 403


async def test_only_what_the_page_is_made_of_is_served(held):
    client, _, _ = held
    for name in LOOKS:
        assert (STATIC / name).is_file()
        assert (await client.get(f"/s/look/{name}")).status_code == 200
    for name in ("console.js", "index.html", "..%2Fapp.py"):
        assert (await client.get(f"/s/look/{name}")).status_code == 404
    assert (await client.post("/s/look/dom.js")).status_code == 405
