"""Draws every card, to be looked at: `python -m tests.house.cards OUT_DIR`, as the console draws it, on sheets.

A card is met where it is made: the tests are run with `Gathering` beside them, and whatever they had a function of
`bot` make is kept, a few looks of each. So a card that some test makes is on the sheets, and no list names them.
"""

from __future__ import annotations

import asyncio
import pickle
import re
import subprocess
import sys
from collections import defaultdict
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bot.chat.card import Card
from bot.chat.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from PIL.Image import Image

Cards = dict[tuple[str, str], list[Card]]  # by who makes it, and the tongue
ROOT = Path(__file__).parents[2]
GOLDEN = ("tests/unit/bot/cards",)
EVERYWHERE = (*GOLDEN, "tests/unit/bot", "tests/adapters", "tests/scenarios")
LOOKS = 3  # of one card in one tongue: the fourth alert shows nothing new
HIGH, GAP = 1500, 24
TALL = 3000  # of a page on which the longest card stands whole
PAPER = {False: "#ffffff", True: "#15181d"}


class Gathering:
    """A plugin of pytest that keeps the cards of bot's own making."""

    def __init__(self, file: Path, looks: int) -> None:
        self.file, self.looks, self.cards = file, looks, defaultdict[tuple[str, str], dict[str, Card]](dict)

    def pytest_sessionstart(self) -> None:
        make = Card.__init__

        def made(card: Card, *facts: Any, **named: Any) -> None:
            make(card, *facts, **named)
            if maker := _maker():
                looks = self.cards[maker, card.tongue]
                # Alike but for a number is alike.
                alike = re.sub(r"\d", "0", card.title + " ".join(type(block).__name__ for block in card.blocks))
                if len(looks) < self.looks:
                    looks.setdefault(alike, card)

        Card.__init__ = made  # type: ignore[method-assign]

    def pytest_sessionfinish(self) -> None:
        self.file.write_bytes(pickle.dumps({key: list(looks.values()) for key, looks in self.cards.items()}))


def gathered(tests: Iterable[str], looks: int = LOOKS) -> Cards:
    """Return the cards that these tests make. They run in a process of their own: each test has its own world."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "cards"
        run = (sys.executable, "-m", "tests.house.cards", "--gather", str(file), str(looks), *tests)
        subprocess.run(run, cwd=ROOT, check=False, capture_output=True)  # a test that fails has made its cards, too
        return pickle.loads(file.read_bytes())  # type: ignore[no-any-return]  # noqa: S301 - our own, just written


def _maker() -> str:
    frame = sys._getframe(2)
    while frame:
        path = Path(frame.f_code.co_filename)
        if "bot" in path.parts and "tests" not in path.parts and path.is_relative_to(ROOT / "bot"):
            return f"{path.stem}.{frame.f_code.co_name}"
        if path.is_relative_to(ROOT / "tests"):
            return ""
        frame = frame.f_back
    return ""


def sheets(pictures: Iterable[Image], *, is_dark: bool, columns: int) -> Iterator[Image]:
    """Lay pictures in columns, onto as many sheets as they need."""
    from PIL import Image as Images

    pictures = list(pictures)
    wide = max(picture.width for picture in pictures) + GAP
    sheet, column, down = None, 0, 0
    for picture in pictures:
        if down and down + picture.height > HIGH:
            column, down = column + 1, 0
        if sheet is None or column == columns:
            if sheet:
                yield sheet
            sheet, column, down = Images.new("RGB", (wide * columns, HIGH), PAPER[is_dark]), 0, 0
        sheet.paste(picture, (column * wide, down))
        down += picture.height + GAP
    if sheet:
        yield sheet


async def write(folder: Path, cards: Cards) -> None:
    from PIL import Image as Images
    from playwright.async_api import async_playwright

    from tests.scenarios.test_web_page import CHROMIUM, DESK, HAND, QUIETLY, a_console

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIETLY)
        for tongue in ("zh", "en"):
            shown = [card for (_, its), looks in sorted(cards.items()) if its == tongue for card in looks]
            (folder / f"{tongue}.txt").write_text("\n\n-----\n\n".join(map(plain, shown)), "utf-8")
            async with a_console(folder, browser) as console:
                for size, columns in ((DESK, 4), (HAND, 4)):
                    for is_dark in (False, True):
                        async with console.cards(shown, size, dark=is_dark, tongue=tongue) as page:
                            await page.set_viewport_size({"width": size[0], "height": TALL})
                            drawn = await page.locator("#log > .card").all()
                            photos = [await card.screenshot(scale="css", animations="disabled") for card in drawn]
                        pictures = (Images.open(BytesIO(photo)) for photo in photos)
                        for number, sheet in enumerate(sheets(pictures, is_dark=is_dark, columns=columns), 1):
                            name = f"{tongue}-{'dark' if is_dark else 'light'}-{size[0]}-{number:02}.png"
                            sheet.save(folder / name)
        await browser.close()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--gather", file, looks, *tests]:
            import pytest

            gathering = Gathering(Path(file), int(looks))
            sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "-p", "no:xdist", *tests], [gathering]))
        case [folder, *tests]:
            (sheet_folder := Path(folder)).mkdir(parents=True, exist_ok=True)
            asyncio.run(write(sheet_folder, gathered(tests or EVERYWHERE)))
