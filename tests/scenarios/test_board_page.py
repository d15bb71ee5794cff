"""The board in a real browser, on the shop as it is the night Baidu's bidding ran away: seen, walked down, shared.

`BEACON_PHOTOS=DIR` keeps the photographs, to be looked at: 1280 and 390 px, light and dark, zh and en.
"""

from __future__ import annotations

import asyncio
import os
import re
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import async_playwright, expect

from bot.adapters.web.adapter import WebAdapter
from bot.adapters.web.app import build_app
from bot.adapters.web.shared import SharedBoard
from bot.app import open_world
from bot.chat.links import Links
from bot.commands.dispatch import answer
from bot.demo import SHOP
from core.usecases.replay import HandClock, replay
from core.usecases.share import end, share
from core.workspace import load_workspace
from tests.scenarios.test_web_page import CHROMIUM, DESK, HAND, QUIETLY, look
from tests.scenarios.test_web_page import pytestmark as browser_marks

pytestmark = browser_marks
FIRST, LAST = date(2026, 6, 9), date(2026, 6, 12)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house():
    """The shop's last days lived through, and a browser before its console."""
    workspace = load_workspace(SHOP)
    clock = HandClock(datetime.combine(FIRST, datetime.min.time(), workspace.zone))
    async with open_world(workspace, clock) as world, async_playwright() as playwright:
        async for _ in replay(workspace, world, clock, FIRST, LAST):
            pass
        web = WebAdapter(clock.now, [person.id for person in workspace.people.values()])
        links = Links("", b"secret", clock.now)

        async def hear(request):
            return await answer(request, workspace, world)

        pages = SharedBoard(links, workspace, world).routes()
        app = build_app(web, hear, workspace=workspace, world=world, readiness=dict, pages=pages)
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off"))
        serving, running = asyncio.create_task(server.serve()), asyncio.create_task(web.run(hear))
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event to wait for
            await asyncio.sleep(0.02)
        address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIETLY)

        @asynccontextmanager
        async def open_page(path="/", size=DESK, *, dark=False, tongue="zh"):
            context = await browser.new_context(
                viewport={"width": size[0], "height": size[1]},
                color_scheme="dark" if dark else "light",
                device_scale_factor=2 if size == HAND else 1,
                has_touch=size == HAND,
                locale="zh-CN" if tongue == "zh" else "en-GB",
            )
            page = await context.new_page()
            page.set_default_timeout(20_000)
            await page.goto(address + path)
            yield page
            await context.close()

        yield open_page, workspace, world, links, web
        await browser.close()
        running.cancel()
        server.should_exit = True
        await serving


@pytest.mark.parametrize("size", [DESK, HAND], ids=["1280", "390"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("tongue", ["zh", "en"])
async def test_the_board_shows_at_once_what_is_abnormal(house, tmp_path, tongue, dark, size):
    open_page = house[0]
    photos = Path(os.environ.get("BEACON_PHOTOS") or tmp_path)
    async with open_page("/", size, dark=dark, tongue=tongue) as page:
        await expect(page.locator(".grid .row:not(.names)")).to_have_count(10)
        baidu = page.locator(
            ".cell.st-alert", has=page.get_by_label("百度，投产比" if tongue == "zh" else "Baidu, ROI")
        )
        await expect(baidu).to_be_visible()
        await expect(baidu).to_contain_text("!")
        await expect(baidu).to_contain_text("▼")
        await expect(page.locator(".fresh")).to_contain_text("ads")
        await page.screenshot(path=photos / f"board-{size[0]}-{tongue}-{'dark' if dark else 'light'}.png")
        await look(page)
        assert await page.locator("#board").evaluate("(one) => one.scrollWidth - one.clientWidth") <= 0


async def test_one_walks_from_a_metric_to_its_review_and_each_step_can_be_reloaded_and_gone_back_from(house):
    async with house[0]("/board") as page:
        await page.get_by_role("link", name="投产比", exact=True).first.click()
        await expect(page).to_have_url(re.compile("/board/metric/roi"))
        await expect(page.locator(".rows h3").first).to_have_text("渠道")
        await expect(page.locator(".rows tbody tr").first).to_contain_text("百度")
        await look(page)
        await page.get_by_role("link", name="百度").click()
        await expect(page).to_have_url(re.compile("/board/alert/"))
        await expect(page.locator("#page .card h3").first).to_contain_text("投产比 · 百度 0.76×")
        await page.reload()
        await expect(page.locator("#page .card h3").first).to_contain_text("投产比 · 百度 0.76×")
        await look(page)
        await page.get_by_role("link", name="投产比低于 1 且超支").click()
        await expect(page).to_have_url(re.compile("/board/rule/overspent_at_a_loss$"))
        await expect(page.locator("#page")).to_contain_text("各渠道：投产比 < 1 且 预算执行率 > 100%")
        await page.get_by_role("link", name="准确率与建议").click()
        await expect(page).to_have_url(re.compile("/review$"))
        await expect(page.locator("#page")).to_contain_text("准确率")
        await look(page)
        await page.go_back()
        await page.go_back()
        await expect(page).to_have_url(re.compile("/board/alert/"))
        await expect(page.locator("#page .card h3").first).to_contain_text("百度")
        await page.keyboard.press("Escape")
        await expect(page.locator(".grid")).to_be_visible()


async def test_a_page_below_the_board_changes_by_itself_when_somebody_acts(house):
    open_page, _, world, _, web = house
    async with world.store.begin() as tx:
        (alert,) = [one for one in await tx.open() if one.fingerprint.rule == "overspent_at_a_loss"]
    async with open_page(f"/board/alert/{alert.handle}", HAND) as page:
        await expect(page.locator("#page")).to_contain_text("待认领")
        await look(page)
        async with open_page("/board") as other:
            await other.wait_for_selector("body[data-ready=yes]")
            await other.fill("#say", f"ack {alert.handle}")
            await other.keyboard.press("Enter")
        web.touch()
        await expect(page.locator("#page")).not_to_contain_text("待认领")


async def test_the_grid_is_one_stop_of_tab_and_arrows_go_through_it(house):
    async with house[0]("/board") as page:
        start = page.locator(".grid [tabindex='0']")
        await expect(start).to_have_count(1)
        assert "st-alert" in await start.evaluate("(one) => one.parentElement.className")
        await start.focus()
        before = await page.evaluate("document.activeElement.ariaLabel")
        await page.keyboard.press("ArrowRight")
        after = await page.evaluate("document.activeElement.ariaLabel")
        assert before != after
        await page.keyboard.press("ArrowLeft")
        assert await page.evaluate("document.activeElement.ariaLabel") == before
        width = await page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert float(width.removesuffix("px")) >= 2
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(re.compile("/board/metric/"))


async def test_who_hears_the_page_is_told_what_who_sees_it_sees(house):
    async with house[0]("/board") as page:
        grid = page.get_by_role("grid")
        await expect(grid).to_have_attribute("aria-label", "6月12日 周五 · 按渠道，与平常相比 · 5 处异常")
        await expect(grid.get_by_role("columnheader")).to_have_count(12)
        await expect(grid.get_by_role("rowheader")).to_have_count(10)
        nameless = await page.evaluate(
            """() => [...document.querySelectorAll('a[href], button')].filter((one) => one.checkVisibility()
            && !(one.textContent.trim() || one.ariaLabel)).length"""
        )
        assert nameless == 0
        said = await grid.locator(".st-alert a").first.get_attribute("aria-label")
        assert said.endswith("预警")
        await expect(page.locator("#page")).to_have_attribute("aria-live", "polite")
        await page.goto(page.url.replace("/board", "/board/metric/roi"))
        alt = await page.locator("#page .chart img").get_attribute("alt")
        assert "投产比" in alt


@pytest.mark.parametrize("size", [DESK, HAND], ids=["1280", "390"])
async def test_a_shared_board_is_looked_at_and_nothing_else_and_ends_at_once(house, tmp_path, size):
    open_page, workspace, world, links, _ = house
    photos = Path(os.environ.get("BEACON_PHOTOS") or tmp_path)
    person = workspace.people["wangfang"]
    made = await share(timedelta(days=1), person, "web", world)
    async with open_page(links.shared(made.code, made.until), size) as page:
        await expect(page.locator(".grid .row:not(.names)")).to_have_count(10)
        assert await page.locator("button, form, input, a[href]").count() == 0
        assert "王芳" not in await page.locator("body").inner_text()
        await page.screenshot(path=photos / f"shared-{size[0]}.png")
        await look(page)
        await end(made.code, person, "web", world)
        await page.reload()
        await expect(page.locator("h1")).to_contain_text("停止")
        await expect(page.locator(".grid")).to_have_count(0)
