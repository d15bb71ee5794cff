"""Digests and the meeting's pack in a real browser: in one hand and at a desk, both tongues, light and dark."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from bot.cards.digest import digest_card
from bot.cards.digest_settings import settings_card
from bot.cards.meeting import meeting_card
from core.routing.digests import Every, Level, Plan
from tests.scenarios.test_web_page import DESK, HAND, OWN, browser, console, look, pytestmark
from tests.unit.bot.cards.office import workspace
from tests.unit.bot.cards.test_digests import EMPTY, a_digest, a_meeting

__all__ = ["browser", "console", "pytestmark"]


def told(tongue):
    here = workspace()
    return [
        digest_card(a_digest(Level.EXECUTIVE), here, tongue),
        digest_card(a_digest(Level.MANAGER, Every.WEEK), here, tongue),
        digest_card(a_digest(Level.OPERATOR), here, tongue),
        digest_card(a_digest(**EMPTY), here, tongue),
        settings_card((Plan("liwei", Level.OPERATOR),), "liwei", here, tongue),
        meeting_card(a_meeting(), here, tongue),
    ]


@pytest.mark.parametrize(("size", "dark", "tongue"), [(HAND, False, "zh"), (HAND, True, "en"), (DESK, True, "zh")])
async def test_every_digest_can_be_read_and_pressed(console, size, dark, tongue):
    for number, card in enumerate(told(tongue)):
        await console.web.post(OWN, card, f"card{number}")
    async with console.page(size, dark=dark, tongue=tongue) as page:
        if size == HAND:
            await page.tap("[data-tab=chat]")
        shown = page.locator("#log .card")
        await expect(shown).to_have_count(len(told(tongue)))
        for number, card in enumerate(await shown.all()):
            await card.scroll_into_view_if_needed()
            await card.screenshot(path=console.photos / f"digest-{number}-{tongue}-{size[0]}.png")
        await look(page)
