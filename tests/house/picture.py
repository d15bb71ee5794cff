"""Draws the picture of the first screen: `python -m tests.house.picture`. One alert of the shop, in three places.

The words are what each adapter renders; only the frames around them are drawn here. It needs Debian's chromium.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from base64 import b64encode
from datetime import UTC, date, datetime, time
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from bot.adapters.slack import render as slack
from bot.adapters.telegram import render as telegram
from bot.app import open_world
from bot.cards.alert import alert_card
from bot.cards.drivers import likely_line
from bot.cards.figures import alert_figure
from bot.chat.card import Block, Buttons, Card, Facts, Picture, Prose, Ways
from core.charts.draw import draw
from core.usecases.history import history
from core.usecases.replay import HandClock, has_fired, replay
from core.usecases.why import why_alert
from core.workspace import load_workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.charts.figure import Figure
    from core.text import Tongue

ROOT = Path(__file__).parents[2]
PLACE = ROOT / "docs" / "images" / "alert.png"
RULE, DAYS = "overspent_at_a_loss", (date(2026, 6, 11), date(2026, 6, 13))
STYLE = """
body { margin: 0; padding: 28px; width: 1544px; background: #f4f3f0; color: #1c2026;
  font: 16px/1.4 'Noto Sans SC', 'Noto Sans CJK SC', sans-serif;
  display: grid; grid-template-columns: repeat(3, 1fr); gap: 28px; align-items: start }
[lang=en] { font-family: 'Noto Sans CJK KR', sans-serif } /* the only one whose apostrophe is no wider than a letter */
h2 { font-size: 16px; color: #666a73; margin: 0 0 10px 2px }
h3 { margin: 0 0 8px; font-size: 19px }
p { margin: 0 0 8px; white-space: pre-line }
img { width: 100%; display: block; margin: 8px 0 }
i { color: #666a73 }
.card { background: white; border: 1px solid #e2e0da; border-radius: 10px; padding: 16px 18px }
.facts { display: grid; grid-template-columns: 1fr 1fr; gap: 6px 12px; margin-bottom: 8px }
.rows { grid-template-columns: 88px 1fr }
.quiet { color: #666a73; font-size: 14px }
.strong { font-weight: 700 }
.dot { display: inline-block; width: 11px; height: 11px; border-radius: 50%; background: #cf2e2e; margin-right: 4px }
.row { display: flex; gap: 8px; flex-wrap: wrap; margin-top: 8px }
.row b { border: 1px solid #cfcdc6; border-radius: 6px; padding: 4px 11px; font-weight: 400; font-size: 15px;
  text-align: center; background: white }
.row b.primary { background: #1f5fc4; color: white; border-color: #1f5fc4 }
.tg .row b { flex: 1 }
.web { border-left: 4px solid #bf3b0b }
.bad { color: #bf3b0b; font-weight: 700 }
"""


async def cards() -> dict[Tongue, Card]:
    shop = load_workspace(ROOT / "examples" / "shop")
    clock = HandClock(datetime.combine(DAYS[0], time(), shop.zone).astimezone(UTC))
    async with open_world(shop, clock) as world:
        async for change in replay(shop, world, clock, *DAYS):
            alert = change.after
            if has_fired(change) and alert.fingerprint.rule == RULE:
                series = await history(alert, shop, world.warehouse)
                why = await why_alert(alert, shop, world.warehouse)
                return {
                    tongue: alert_card(
                        alert, shop, tongue, alert.opened_at,
                        figure=alert_figure(alert, series, shop, tongue) if series else None,
                        likely=likely_line(why, shop, tongue) if why else "",
                    )
                    for tongue in ("en", "zh")
                }  # fmt: skip
    raise LookupError(RULE)


def page(en: Card, zh: Card) -> str:
    places = {"Slack": in_slack(en), "Telegram": in_telegram(en), "Browser · 浏览器": in_browser(zh)}
    tongues = (en.tongue, en.tongue, zh.tongue)
    columns = "".join(
        f"<div lang={tongue}><h2>{name}</h2>{drawn}</div>"
        for tongue, (name, drawn) in zip(tongues, places.items(), strict=True)
    )
    return f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>{columns}"


def in_slack(card: Card) -> str:
    charts = {str(number): one.figure for number, one in enumerate(slack.pictures(card), 1)}
    drawn = "".join(_slack_block(block, charts) for block in slack.render(card, tuple(charts)).blocks)
    return f"<div class=card>{drawn}</div>"


def in_telegram(card: Card) -> str:
    shown, photo = telegram.render(card, telegram.MAX_CAPTION, is_caption=True), telegram.picture(card)
    rows = "".join(_row((button.label, "") for button in row) for row in shown.keyboard)
    picture = _image(photo.figure) if photo else ""
    return f"<div class=tg><div class=card>{picture}<p>{_dots(shown.html)}</p></div>{rows}</div>"


def in_browser(card: Card) -> str:
    drawn = f"<h3>{escape(card.title)}</h3>" + "".join(map(_web_block, card.blocks))
    return f"<div class='card web'>{drawn}</div>"


def _web_block(block: Block) -> str:
    match block:
        case Prose(text, role):
            return f"<p class={role}>{escape(text)}</p>"
        case Facts(facts):
            cells = (
                f"<span class=quiet>{escape(fact.label)}</span><span class={fact.tone}>{escape(fact.value)}</span>"
                for fact in facts
            )
            return f"<div class='facts rows'>{''.join(cells)}</div>"
        case Picture(figure):
            return _image(figure)
        case Buttons(buttons):
            return _row((button.label, button.style) for button in buttons)
        case Ways(ways):
            return "".join(f"<p class=quiet>{escape(way.label)} ↗</p>" for way in ways)
    raise TypeError(block)


def _slack_block(block: slack.Json, charts: Mapping[str, Figure]) -> str:
    match block:
        case {"type": "image", "slack_file": {"id": name}}:
            return _image(charts[name])
        case {"type": "header", "text": {"text": text}}:
            return f"<h3>{_dots(escape(text))}</h3>"
        case {"type": "context", "elements": [{"text": text}]}:
            return f"<p class=quiet>{_dots(text)}</p>"
        case {"type": "actions", "elements": elements}:
            return _row((one["text"]["text"], one.get("style", "")) for one in elements)
        case {"fields": fields}:
            return f"<div class=facts>{''.join('<span>' + _marked(one['text']) + '</span>' for one in fields)}</div>"
        case {"text": {"text": text}}:
            return f"<p>{_marked(text)}</p>"
    raise TypeError(block)


def _row(buttons: Iterable[tuple[str, str]]) -> str:
    return f"<div class=row>{''.join(f'<b class={style!r}>{escape(label)}</b>' for label, style in buttons)}</div>"


def _marked(text: str) -> str:
    return _dots(re.sub(r"\*(.+?)\*", r"<b>\1</b>", text).replace("\n", "<br>"))


def _dots(text: str) -> str:
    return text.replace("🔴 ", "<span class=dot></span>").replace("📈 ", "")


def _image(figure: Figure) -> str:
    return f'<img src="data:image/png;base64,{b64encode(draw(figure, width=480, height=270)).decode()}">'


async def write() -> None:
    from playwright.async_api import async_playwright

    shown = await cards()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        sheet = await browser.new_page(viewport={"width": 1600, "height": 400})
        await sheet.set_content(page(shown["en"], shown["zh"]))
        await sheet.screenshot(path=PLACE, full_page=True)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(write())
