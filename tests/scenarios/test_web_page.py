"""The console's page in a real browser: what somebody sees, on a desk and in one hand, in zh and en, light and dark.

Each test leaves its photographs in a temporary folder; `BEACON_PHOTOS=DIR` keeps them, to be looked at.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from bot.adapters.web.adapter import WebAdapter
from bot.adapters.web.app import build_app
from bot.chat.card import Button, Buttons, Card, Fact, Facts, Prose, Table, Tone
from core.notices.notice import Place
from core.notices.outbox import Sent
from core.text import Text
from tests.adapters.web_house import FakeWorld, a_house, alert_card, answer, answer_card, some_alerts

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium here; .ci/run installs it"),
    # Playwright's own pipes are closed by its process, after pytest has looked.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
QUIETLY = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESK, HAND = (1280, 800), (390, 844)
BOARD, OWN = Place("web", "board"), Place("web", "liwei")
TOUCH = 44
READABLE = 4.5  # contrast of text, WCAG 2.2 AA

LOOK = (Path(__file__).parent / "look.js").read_text(encoding="utf-8")

# A glyph that the fonts lack is drawn as a box, the same for every one of them.
IS_TOFU = """(text) => {
  const paint = (glyph) => { const canvas = document.createElement('canvas'); canvas.width = canvas.height = 40;
    const pen = canvas.getContext('2d'); pen.font = `32px ${getComputedStyle(document.body).fontFamily}`;
    pen.fillText(glyph, 2, 32); return canvas.toDataURL(); };
  const box = paint('\\u{10FFFD}'), blank = paint(' ');
  return [...text].filter((glyph) => [box, blank].includes(paint(glyph)));
}"""


@dataclass
class Story:
    """A demo whose clock does as it is told."""

    world: FakeWorld
    pace: float = 3600.0
    is_paused: bool = False
    is_over: bool = False
    jumped: list[str] = field(default_factory=list)

    async def jump(self, to: str) -> None:
        from datetime import timedelta

        self.jumped.append(to)
        self.world.clock.at += timedelta(days=1)

    async def set_pace(self, pace: float) -> None:
        self.pace = pace

    async def pause(self, *, is_paused: bool) -> None:
        self.is_paused = is_paused


@dataclass
class Console:
    web: WebAdapter
    world: FakeWorld
    story: Story
    address: str
    browser: Browser
    photos: Path
    heard: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def page(self, size=DESK, *, dark=False, tongue="zh", **options: Any) -> AsyncIterator[Page]:
        context: BrowserContext = await self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            device_scale_factor=2 if size == HAND else 1,
            has_touch=size == HAND,
            **options,
        )
        page = await context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda said: self.wrong.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        await page.add_init_script(f"localStorage['beacon.tongue'] ??= '{tongue}'")
        await page.goto(self.address)
        await page.wait_for_selector("body[data-ready=yes]")
        await page.wait_for_selector(".grid .row >> nth=7")
        yield page
        await context.close()

    @asynccontextmanager
    async def cards(self, cards: Sequence[Card], size=DESK, **options: Any) -> AsyncIterator[Page]:
        """Open the chat on these cards and no others, all of them drawn."""
        for number, card in enumerate(cards):
            await self.web.post(OWN, card, f"card{number}")
        async with self.page(size, **options) as page:
            if size == HAND:
                await page.tap("[data-tab=chat]")
            await expect(page.locator("#log > .card")).to_have_count(len(cards))
            await charts_are_there(page)
            yield page


Open = Callable[..., Any]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIETLY)
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="module")
async def console(tmp_path, browser) -> AsyncIterator[Console]:
    async with a_console(tmp_path, browser) as opened:
        yield opened
        assert opened.wrong == []


@asynccontextmanager
async def a_console(photos: Path, browser: Browser, **changed: Any) -> AsyncIterator[Console]:
    world = FakeWorld()
    world.store.alerts = some_alerts()
    story = Story(world)
    web = WebAdapter(world.clock.now, {"liwei", "wf"})
    heard: list[str] = []

    async def listen(request):
        heard.append(request.text)
        return await answer(request)

    house = replace(a_house(), **changed)
    app = build_app(web, listen, workspace=house, world=world, readiness=dict, demo=story)
    config = uvicorn.Config(app, port=0, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    running = asyncio.create_task(web.run(listen))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event to wait for
        await asyncio.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    kept = Path(os.environ.get("BEACON_PHOTOS") or photos)
    yield Console(web, world, story, f"http://127.0.0.1:{port}/", browser, kept, heard)
    running.cancel()
    server.should_exit = True
    await serving


async def look(page: Page) -> None:
    """Assert what must hold of every view: nothing too wide, clipped, overlapping or too pale to read."""
    await page.evaluate("document.fonts.ready")
    found = await page.evaluate(LOOK)
    assert found["across"] <= 0
    assert found["wide"] == []
    assert found["clipped"] == []
    assert found["overlapping"] == []
    assert [each for each in found["contrasts"] if each[1] < READABLE] == []
    if page.viewport_size and page.viewport_size["width"] == HAND[0]:
        assert [each for each in found["heights"] if each[1] < TOUCH] == []
    words = await page.evaluate("document.body.innerText")
    assert await page.evaluate(IS_TOFU, "".join(sorted(set(words) - set(" \n\t\u00a0\u00ad")))) == []
    assert "web-" not in words
    assert "undefined" not in words


async def charts_are_there(page: Page) -> None:
    for image in await page.locator(".chart img").all():
        await image.scroll_into_view_if_needed()
        await image.evaluate("(one) => one.decode()")


async def is_in_view(page: Page, selector: str) -> bool:
    box = await page.locator(selector).bounding_box()
    size = page.viewport_size
    return (
        box is not None
        and size is not None
        and box["x"] >= 0
        and box["y"] >= 0
        and box["x"] + box["width"] <= size["width"]
        and box["y"] + box["height"] <= size["height"]
    )


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("tongue", ["zh", "en"])
async def test_on_a_desk_the_chat_stands_beside_the_board(console, tongue, dark):
    await console.web.post(BOARD, alert_card(tongue), "k1")
    await console.web.post(OWN, answer_card(tongue), "k2")
    async with console.page(DESK, dark=dark, tongue=tongue) as page:
        await charts_are_there(page)
        await page.screenshot(path=console.photos / f"desk-{tongue}-{'dark' if dark else 'light'}.png")
        await look(page)
        board, chat = [await page.locator(part).bounding_box() for part in ("#board", "#chat")]
        assert board["x"] + board["width"] <= chat["x"] + 1
        assert 0.65 < board["width"] / DESK[0] < 0.75
        assert await is_in_view(page, "#say")
        assert not await page.locator(".tabs").is_visible()
        picture = await page.locator(".chart img").evaluate("(one) => one.currentSrc")
        assert "size=narrow" in picture  # the chat has the width of a phone, and a wide one's words would be tiny
        assert ("dark=true" in picture) is dark


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("tongue", ["zh", "en"])
async def test_in_one_hand_the_board_and_the_chat_are_a_thumb_apart(console, tongue, dark):
    await console.web.post(OWN, answer_card(tongue), "k1")
    await console.web.post(OWN, alert_card(tongue), "k2")
    name = f"{tongue}-{'dark' if dark else 'light'}"
    async with console.page(HAND, dark=dark, tongue=tongue) as page:
        await page.screenshot(path=console.photos / f"hand-board-{name}.png")
        await look(page)
        assert not await page.locator("#chat").is_visible()
        await page.locator("#alerts").scroll_into_view_if_needed()
        await page.locator(".alert").first.scroll_into_view_if_needed()
        await page.screenshot(path=console.photos / f"hand-alerts-{name}.png")
        await look(page)
        await page.tap("[data-tab=chat]")
        await charts_are_there(page)
        await page.wait_for_timeout(400)  # until it has rolled to the end
        await page.screenshot(path=console.photos / f"hand-chat-{name}.png")
        await look(page)
        assert await is_in_view(page, "#say")
        assert await is_in_view(page, ".card >> nth=1 >> .buttons")
        field_ = await page.locator("#say").bounding_box()
        assert field_["y"] > HAND[1] * 0.75  # where a thumb is
        assert "size=narrow" in await page.locator(".chart img").evaluate("(one) => one.currentSrc")


async def test_an_unreadable_width_is_still_usable(console):
    async with console.page((320, 640)) as page:
        assert (await page.evaluate(LOOK))["across"] <= 0
        assert await page.locator("#as").is_visible()


async def test_a_question_is_answered_and_a_chip_asks_its_own(console):
    async with console.page() as page:
        await expect(page.locator(".welcome")).to_be_visible()
        await page.fill("#say", "/kpi 投产比 最近7天")
        await page.keyboard.press("Enter")
        await expect(page.locator(".said-by p")).to_have_text("/kpi 投产比 最近7天")
        await expect(page.locator(".card h3")).to_have_text("投产比，按渠道，最近 7 天")
        await expect(page.locator("#say")).to_have_value("")
        await page.locator(".chips button", has_text="按渠道").click()
        await expect(page.locator(".said-by p").nth(1)).to_have_text("/kpi 投产比 按渠道")
        await page.locator(".chips button", has_text="预警").click()
        await expect(page.locator(".said-by")).to_have_count(3)
        assert console.heard == ["投产比 最近7天", "投产比 按渠道", "预警"]


async def test_a_message_comes_by_itself_and_changes_in_place(console):
    async with console.page() as page:
        posted = await console.web.post(BOARD, alert_card(), "k")
        assert isinstance(posted, Sent)
        card = page.locator(f"#m-{posted.receipt}")
        await expect(card.locator("h3")).to_contain_text("微信投产比 0.79")
        await expect(card.locator(".tone")).to_have_text("严重")
        await console.web.edit(BOARD, posted.receipt, alert_card(taken_by="王芳"))
        await expect(card.locator(".prose")).to_have_text("王芳 已接手")
        await expect(page.locator(".log > .card")).to_have_count(1)


async def test_who_reads_the_newest_message_is_led_to_the_head_of_the_next_and_nobody_else_is_moved(console):
    async with console.page() as page:
        for number in range(4):
            await console.web.post(BOARD, replace(alert_card(), title=f"第 {number} 条"), f"k{number}")
            await expect(page.locator(".card h3", has_text=f"第 {number} 条")).to_be_in_viewport()
        await page.locator("#log").evaluate("(log) => log.scrollTo({ top: 0, behavior: 'instant' })")
        await console.web.post(BOARD, replace(alert_card(), title="后来的"), "later")
        await expect(page.locator("#newer")).to_be_visible()
        await expect(page.locator(".card h3", has_text="后来的")).not_to_be_in_viewport()
        await page.click("#newer")
        await expect(page.locator(".card h3", has_text="后来的")).to_be_in_viewport()
        await expect(page.locator("#newer")).to_be_hidden()


async def test_a_pressed_button_is_answered_where_it_was_pressed(console):
    await console.web.post(BOARD, alert_card(), "k")
    async with console.page() as page:
        await page.locator(".card button", has_text="我来处理").click()
        await expect(page.locator(".card .replies h3")).to_contain_text("李伟 已接手 7f3k")
        assert console.heard == ["ack 7f3k@12"]
        await expect(page.locator(".card button", has_text="我来处理")).to_be_enabled()
        await expect(page.locator(".said-by")).to_have_count(0)


async def test_an_alert_is_taken_on_the_board(console):
    async with console.page() as page:
        row = page.locator(".alert").first
        await row.locator("button", has_text="我来处理").click()
        await expect(row.locator(".said")).to_have_text("李伟 已接手 7f3k")
        await row.locator("button", has_text="为什么").click()
        await expect(page.locator(".card h3", has_text="为什么是你")).to_be_visible()
        assert console.heard == ["ack 7f3k@12", "why 7f3k"]


async def test_one_alert_told_to_the_room_and_to_its_owner_is_one_card_to_its_owner(console):
    await console.web.post(BOARD, alert_card(), "room")
    await console.web.post(OWN, alert_card(), "own")
    async with console.page() as page:
        await expect(page.locator(".log > .card")).to_have_count(1)
        await page.select_option("#as", "wangfang")
        await expect(page.locator(".log > .card")).to_have_count(1)
        await page.reload()
        await page.wait_for_selector("body[data-ready=yes]")
        await expect(page.locator("#as")).to_have_value("wangfang")


async def test_in_hand_a_badge_counts_what_was_said_meanwhile(console):
    async with console.page(HAND) as page:
        badge = page.locator("#chat-badge")
        await expect(badge).to_be_hidden()
        await console.web.post(BOARD, answer_card(), "a")
        await console.web.post(BOARD, alert_card(), "b")
        await expect(badge).to_have_text("2")
        await page.tap("[data-tab=chat]")
        await expect(badge).to_be_hidden()
        await expect(page.locator("#board-badge")).to_have_text("2")


async def test_the_page_speaks_the_readers_tongue_and_remembers_it(console):
    async with console.page() as page:
        await page.click("#tongue")
        await expect(page.locator("#board-title")).to_have_text("Board")
        assert await page.evaluate("document.documentElement.lang") == "en"
        await page.reload()
        await page.wait_for_selector("body[data-ready=yes]")
        await expect(page.locator("#board-title")).to_have_text("Board")
        await expect(page.locator(".metric").first).to_contain_text("ROI")


async def test_the_demos_clock_stands_still_and_jumps_when_asked(console):
    async with console.page() as page:
        await expect(page.locator("#clock")).to_have_text("6月3日 周三 14:00")
        await expect(page.locator("#pace")).to_have_text("1 秒 = 1小时")
        await page.click("#pause")
        await expect(page.locator("#pause")).to_have_text("继续")
        await page.click("[data-jump=day]")
        await expect(page.locator("#clock")).to_have_text("6月4日 周四 14:00")
        await page.click("[data-jump=alert]")
        await expect(page.locator("#clock")).to_have_text("6月5日 周五 14:00")
        assert console.story.jumped == ["day", "alert"]
        assert console.story.is_paused


async def test_a_page_that_was_away_catches_up(console):
    async with console.page() as page:
        for viewer in tuple(console.web._viewers):
            console.web._let_go(viewer)
        await expect(page.locator("#offline")).to_be_visible()
        await console.web.post(BOARD, alert_card(), "meanwhile")
        await expect(page.locator(".card h3")).to_contain_text("微信投产比 0.79")
        await expect(page.locator("#offline")).to_be_hidden()


async def test_names_and_files_cannot_put_markup_into_the_page(tmp_path, browser):
    evil = '<img src=x onerror="document.title=1"><script>document.title=1</script>&amp;'
    card = Card(
        evil,
        "zh",
        Tone.BAD,
        (
            Prose(evil),
            Facts((Fact(evil, evil),)),
            Table((evil,), ((evil,),)),
            Buttons((Button(evil, "help"),)),
        ),
        evil,
    )
    people = {"x": replace(a_house().people["liwei"], id="x", name=Text.same(evil))}
    async with a_console(tmp_path, browser, name=Text.same(evil), people=people) as console:
        await console.web.post(BOARD, card, "k")
        console.web.say("liwei", (), text=evil, by="x", under=None)
        async with console.page() as page:
            await expect(page.locator(".card h3")).to_contain_text(evil)
            await expect(page.locator("#workspace")).to_have_text(evil)
            await expect(page.locator(".said-by p")).to_have_text(evil)
            assert await page.locator("main img, main script, header img:not([src='/static/beacon.svg'])").count() == 0
            assert await page.title() != "1"
        assert console.wrong == []


async def test_everything_can_be_reached_by_keyboard_and_is_named(console):
    await console.web.post(BOARD, alert_card(), "k")
    async with console.page() as page:
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.className") == "skip"
        nameless = await page.evaluate(
            """() => [...document.querySelectorAll('button, select, input')].filter((el) => el.checkVisibility()
              && el.getAttribute('aria-hidden') !== 'true'
              && !(el.textContent.trim() || el.getAttribute('aria-label') || el.labels?.[0]?.textContent.trim()))
              .map((el) => el.outerHTML)"""
        )
        assert nameless == []
        log = page.locator("#log")
        assert await log.get_attribute("aria-live") == "polite"
        stops = set()
        for _ in range(40):
            await page.keyboard.press("Tab")
            stops.add(await page.evaluate("document.activeElement.id || document.activeElement.className"))
        assert {"as", "tongue", "pause", "say", "log", "primary"} <= stops
        assert await page.locator(".grid [tabindex='0']").count() == 1


async def test_nothing_moves_for_who_wants_no_motion(console):
    async with console.page(reduced_motion="reduce") as page:
        moving = await page.evaluate(
            """() => [...document.querySelectorAll('*')].map((el) => getComputedStyle(el)).filter((style) =>
              style.animationName !== 'none' || parseFloat(style.transitionDuration) > 0
              || style.scrollBehavior === 'smooth').length"""
        )
        assert moving == 0


@pytest.mark.parametrize(
    ("locale", "lang"), [("en-US", "en"), ("zh-HK", "zh-CN"), ("de-DE", "zh-CN")], ids=["english", "chinese", "neither"]
)
async def test_the_page_first_speaks_as_its_browser_does(console, locale, lang):
    context = await console.browser.new_context(locale=locale)
    page = await context.new_page()
    await page.goto(console.address)
    await page.wait_for_selector("#tongue:not(:empty)")

    assert await page.evaluate("document.documentElement.lang") == lang
    await context.close()
