"""The first run: a team of three goes from a CSV to its first alert on the board, in a browser, without a line of YAML.

Beacon is the real process on an empty folder; what it prints is where the page is.
"""

from __future__ import annotations

import asyncio
import csv
import io
import os
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright, expect

from core.workspace import load_workspace
from tests.scenarios.test_process import beacon
from tests.scenarios.test_web_page import CHROMIUM, DESK, HAND, QUIETLY, look
from tests.scenarios.test_web_page import pytestmark as browser_marks

pytestmark = browser_marks

WORDS = {
    "zh": {
        "yes": "确认，下一步",
        "rules": "只用这些规则",
        "write": "写入并开始",
        "send": "发送",
        "opens": "会立即产生",
    },
    "en": {
        "yes": "Yes, go on",
        "rules": "Only these rules",
        "write": "Write it and begin",
        "send": "Send",
        "opens": "open",
    },
}
TONGUES = {"zh": "中文", "en": "English"}


def exported() -> bytes:
    """Return the last 35 days of two channels; yesterday WeChat earned less than it cost."""
    yesterday = datetime.now(ZoneInfo("Asia/Shanghai")).date() - timedelta(days=1)
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["日期", "渠道", "曝光量", "点击量", "钱花了", "归因成交额", "备注"])
    for back in reversed(range(35)):
        day = yesterday - timedelta(days=back)
        table.writerow([day, "微信", 400_000, 9_000, 10_000, 6_000 if back == 0 else 21_000, ""])
        table.writerow([day, "抖音", 900_000, 16_000, 20_000, 44_000, ""])
    return out.getvalue().encode()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser():
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIETLY)
        yield launched
        await launched.close()


class Asked:
    """The page, as somebody answers it; each question is looked at before it is answered."""

    def __init__(self, page: Page, tongue: str, photos: Path) -> None:
        self.page, self.tongue, self.photos, self.number = page, tongue, photos, 0

    async def is_at(self, number: int) -> None:
        start = f"{number}/10" if self.tongue == "zh" else f"{number} of 10"
        await expect(self.page.locator("#answer")).to_contain_text(start)
        await look(self.page)
        self.number += 1
        await self.page.screenshot(path=self.photos / f"setup-{self.tongue}-{self.number:02}.png", full_page=True)

    async def presses(self, label: str) -> None:
        """Press it as somebody does who has no mouse."""
        button = self.page.get_by_role("button", name=label, exact=True)
        await button.focus()
        await self.page.keyboard.press("Enter")

    async def says(self, words: str) -> None:
        await self.page.locator("#answer-in-words").fill(words)
        await self.page.keyboard.press("Enter")


@pytest.mark.parametrize(("tongue", "size"), [("zh", HAND), ("en", DESK)], ids=["zh-phone", "en-desk"])
async def test_a_team_of_three_goes_from_a_csv_to_its_first_alert_on_the_board(tmp_path, browser, tongue, size):
    words, photos = WORDS[tongue], Path(os.environ.get("BEACON_PHOTOS") or tmp_path)
    store = f"sqlite:///{tmp_path}/b.db"
    with beacon("run", "team", folder=tmp_path, BEACON_STORE_URL=store) as (process, address):
        context = await browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="zh-CN" if tongue == "zh" else "en-GB"
        )
        page = await context.new_page()
        page.set_default_timeout(20_000)
        await page.add_init_script(f"localStorage['beacon.tongue'] ??= '{tongue}'")
        asked = Asked(page, tongue, photos)
        await page.goto(address)
        await asked.is_at(1)
        await page.locator("#file").set_input_files(
            {"name": "广告 日报.csv", "mimeType": "text/csv", "buffer": exported()}
        )
        await asked.is_at(2)
        await asked.says("钱花啦=花费; 备注=没有的")  # two mistakes, told at once
        await expect(page.locator("section.warning")).to_contain_text("钱花啦")
        await expect(page.locator("section.warning")).to_contain_text("没有的")
        await asked.says("钱花了=花费; 备注=-")
        await asked.is_at(3)
        await expect(page.locator("main")).to_contain_text("ROI")
        await asked.presses(words["rules"])
        await asked.is_at(4)
        await asked.says("灯笼茶铺")
        await asked.is_at(5)
        await asked.presses(TONGUES[tongue])
        await asked.is_at(6)
        await asked.presses(words["yes"])
        await asked.is_at(7)
        await asked.says("李伟")
        await asked.is_at(8)
        await asked.presses(words["yes"])
        await asked.is_at(9)
        await asked.says("王芳 slack:U02, Bob (marketing_team) telegram:102")
        await asked.is_at(10)
        await expect(page.locator("main")).to_contain_text(words["opens"])
        await expect(page.locator("section").first).to_contain_text("0.60")
        assert sorted(path.name for path in (tmp_path / "team").iterdir()) == [".setup"]
        await asked.presses(words["write"])
        await page.wait_for_url("**/")
        await page.wait_for_selector("body[data-ready=yes]")
        await expect(page.locator("body")).to_contain_text("灯笼茶铺")
        await page.wait_for_function(
            "async () => (await (await fetch('/api/alerts')).json()).some((one) => one.rule === 'roi_low')"
        )
        await page.goto(f"{address}board")
        await page.wait_for_selector("body[data-ready=yes]")
        await page.screenshot(path=photos / f"setup-{tongue}-board.png", full_page=True)
        await context.close()
        process.terminate()
        assert await asyncio.to_thread(process.wait, 30) == 0
    team = load_workspace(tmp_path / "team")
    assert [one.name.to("zh") for one in team.people.values()] == ["李伟", "王芳", "Bob"]
    assert dict(team.people["mate_2"].chats)["telegram"] == "102"
    assert not (tmp_path / "team" / ".setup").exists()
