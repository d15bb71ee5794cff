"""The page behind a link, on a phone: what its reader sees and presses, in zh and en, light and dark.

`BEACON_PHOTOS=DIR` keeps the photographs, to be looked at.
"""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright
from starlette.applications import Starlette

from bot.adapters.web.page import LinkedPage
from bot.adapters.web.pictures import Pictures
from bot.cards.choose import reason_card
from bot.chat.links import Links
from bot.chat.reply import Reply
from core.notices.notice import Place
from tests.adapters.web_house import NOW, a_house, alert_card, an_alert
from tests.scenarios.test_web_page import CHROMIUM, HAND, QUIETLY, look
from tests.scenarios.test_web_page import pytestmark as browser_marks
from tests.standins.hosting import hosted

pytestmark = browser_marks
MAIL, GROUP = Place("mail", "li@x.cn"), Place("wecom", "ops")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser():
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIETLY)
        yield launched
        await launched.close()


@asynccontextmanager
async def a_page(browser, tongue, place, *, dark=False):
    house, heard = a_house(), []
    reader = "liwei" if tongue == "zh" else "wangfang"

    async def answer(request):
        heard.append((request.text, request.person and request.person.id, request.place.platform, request.only))
        if request.text.startswith("ack"):
            return Reply((alert_card(request.tongue, taken_by=request.person.name.to(request.tongue)),))
        if request.text.startswith("snooze"):
            return Reply((reason_card(an_alert(), house, request.tongue),))
        return Reply((alert_card(request.tongue),))

    links = Links("", b"secret", lambda: NOW, lambda at: reader if at == MAIL else None)
    app = Starlette(routes=LinkedPage(links, answer, house, Pictures()).routes())
    async with hosted(app) as address:
        scheme = "dark" if dark else "light"
        context = await browser.new_context(
            viewport={"width": HAND[0], "height": HAND[1]},
            color_scheme=scheme,
            device_scale_factor=2,
            has_touch=True,
            locale="zh-CN" if tongue == "zh" else "en-GB",
        )
        page = await context.new_page()
        page.set_default_timeout(15_000)
        await page.goto(address + links.to(place, "#7f3k"))
        await page.locator("img").evaluate("(one) => one.decode()")
        yield page, heard
        await context.close()


@pytest.mark.parametrize("tongue", ["zh", "en"])
@pytest.mark.parametrize("dark", [False, True])
async def test_a_page_is_read_and_pressed_with_one_thumb(tmp_path, browser, tongue, dark):
    photos = Path(os.environ.get("BEACON_PHOTOS") or tmp_path)
    async with a_page(browser, tongue, MAIL, dark=dark) as (page, heard):
        await look(page)
        await page.screenshot(path=photos / f"link-{tongue}-{'dark' if dark else 'light'}.png", full_page=True)
        async with page.expect_navigation():
            await page.locator("button.primary").first.tap()
        await look(page)
        reader = "liwei" if tongue == "zh" else "wangfang"
        assert ("ack 7f3k@12", reader, "mail", "#7f3k") in heard


@pytest.mark.parametrize("tongue", ["zh", "en"])
async def test_a_question_is_answered_with_the_next_press(tmp_path, browser, tongue):
    photos = Path(os.environ.get("BEACON_PHOTOS") or tmp_path)
    async with a_page(browser, tongue, MAIL) as (page, heard):
        async with page.expect_navigation():
            await page.locator("button[value^=snooze]").tap()
        await look(page)
        await page.screenshot(path=photos / f"link-asked-{tongue}.png", full_page=True)
        async with page.expect_navigation():
            await page.locator("button[value^=close]").first.tap()
        assert heard[-2][0].startswith("close 7f3k@12 ")


async def test_in_a_group_one_says_who_one_is(tmp_path, browser):
    photos = Path(os.environ.get("BEACON_PHOTOS") or tmp_path)
    async with a_page(browser, "zh", GROUP) as (page, heard):
        await look(page)
        await page.screenshot(path=photos / "link-group-zh.png", full_page=True)
        assert await page.locator("form").count() == 0
        async with page.expect_navigation():
            await page.get_by_text("李伟").last.tap()
        async with page.expect_navigation():
            await page.locator("button.primary").first.tap()
        assert heard[-2][:3] == ("ack 7f3k@12", "liwei", "wecom")
