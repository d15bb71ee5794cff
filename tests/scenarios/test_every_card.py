"""Each card of the goldens as the console draws it: zh and en, light and dark, beside the board and in one hand."""

from __future__ import annotations

import re

import pytest

from bot.chat.plain import plain
from tests.house.cards import GOLDEN, gathered
from tests.scenarios.test_web_page import DESK, HAND, browser, console, look, pytestmark

__all__ = ["browser", "console", "pytestmark"]
ALL = 100  # looks of one card: more than there are
# What no reader may meet: the place of a fact that did not come, or the name of a phrase in the place of its words.
UNSAID = re.compile(
    r"\{ ?\$|\?\?\?|\bNone\b|\b(?:alert|answer|button|digest|event|grid|kind|phase|state|trace)(?:-[a-z]+)+\b"
)
# A table that is too wide rolls.
CUT_OFF = """() => [...document.querySelectorAll('#log .card')].flatMap((card) => {
  const edge = card.getBoundingClientRect().right + 1;
  return [...card.querySelectorAll('h3, p, dt, dd, button')]
    .filter((el) => el.getBoundingClientRect().right > edge || el.scrollWidth > el.clientWidth + 1)
    .map((el) => `${card.querySelector('h3').textContent}: ${el.textContent.slice(0, 80)}`);
})"""


@pytest.fixture(scope="module")
def cards():
    return gathered(GOLDEN, looks=ALL)


def told(cards, tongue):
    return [card for (_, its), looks in sorted(cards.items()) if its == tongue for card in looks]


@pytest.mark.parametrize("tongue", ["zh", "en"])
async def test_each_card_has_its_words_and_they_can_be_read(console, cards, tongue):
    shown = told(cards, tongue)
    assert len(shown) > 40  # a gathering that gathers nothing would find nothing
    assert [found for card in shown if (found := UNSAID.search(plain(card) + card.summary))] == []
    async with console.cards(shown, HAND, tongue=tongue) as page:
        for size in (HAND, DESK):
            await page.set_viewport_size({"width": size[0], "height": size[1]})
            for scheme in ("light", "dark"):
                await page.emulate_media(color_scheme=scheme)
                await look(page)
                assert await page.evaluate(CUT_OFF) == []
