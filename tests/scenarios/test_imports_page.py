"""The page of imports in a real browser, on a phone: a file is chosen, looked at, taken in by one tap; zh and en."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright

from bot.adapters.web.app import build_app
from bot.app import console, open_world
from bot.commands.dispatch import answer
from core.usecases.replay import HandClock
from core.workspace import load_workspace
from tests.adapters.test_imports_page import HEAD, MESSY, NOW, SOURCES
from tests.scenarios.test_web_page import CHROMIUM, HAND, QUIETLY, look
from tests.scenarios.test_web_page import pytestmark as browser_marks
from tests.standins.hosting import hosted

pytestmark = browser_marks
NAMES = {"zh": "我", "en": "Me"}
TAKE = {"zh": "确认导入", "en": "Take it in"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser():
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIETLY)
        yield launched
        await launched.close()


@asynccontextmanager
async def a_page(browser, folder, tongue):
    (folder / "workspace.yaml").write_text(f"{{name: t, tongue: {tongue}}}\n")
    (folder / "sources.yaml").write_text(SOURCES)
    people = f"- {{person: me, name: {{en: Me, zh: 我}}, chats: {{web: me}}, may: manage, tongue: {tongue}}}\n"
    (folder / "people.yaml").write_text(people)
    (folder / "routes.yaml").write_text("- {route: all, chats: [web:board], owner: person:me}\n")
    (folder / "data").mkdir()
    (folder / "data" / "日报.csv").write_text(MESSY, "utf-8")
    workspace, clock = load_workspace(folder), HandClock(NOW)
    async with open_world(workspace, clock) as world:

        async def hear(request):
            return await answer(request, workspace, world)

        app = build_app(console(workspace, clock), hear, workspace=workspace, world=world, readiness=dict)
        async with hosted(app) as address:
            context = await browser.new_context(
                viewport={"width": HAND[0], "height": HAND[1]},
                device_scale_factor=2,
                has_touch=True,
                locale="zh-CN" if tongue == "zh" else "en-GB",
            )
            page = await context.new_page()
            page.set_default_timeout(15_000)
            await page.goto(f"{address}/imports")
            yield page, world
            await context.close()


@pytest.mark.parametrize("tongue", ["zh", "en"])
async def test_a_file_is_looked_at_and_taken_in_with_one_thumb(tmp_path, browser, tongue):
    photos = Path(os.environ.get("BEACON_PHOTOS") or tmp_path)
    (tmp_path / "shop").mkdir()
    async with a_page(browser, tmp_path / "shop", tongue) as (page, world):
        async with page.expect_navigation():
            await page.get_by_role("link", name=NAMES[tongue]).tap()
        await look(page)
        await page.screenshot(path=photos / f"imports-{tongue}.png", full_page=True)
        body = (HEAD + "2026-06-18,快手,7,\n2026-06-18,小红书,x,\n").encode("gb18030")
        await page.locator("#file").set_input_files({"name": "六月.csv", "mimeType": "text/csv", "buffer": body})
        await page.get_by_role("button", name=TAKE[tongue]).wait_for()
        await look(page)
        await page.screenshot(path=photos / f"imports-look-{tongue}.png", full_page=True)
        await page.get_by_role("button", name=TAKE[tongue]).tap()
        await page.get_by_role("button", name=TAKE[tongue]).wait_for(state="detached")
        await world.warehouse.refresh()
        assert [one.rows for one in await world.warehouse.intakes()] == [1, 1]
