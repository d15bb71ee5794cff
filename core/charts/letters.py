"""How wide words are, before anybody draws them, in the package's own Chinese font.

What a subset lacks, another font on the machine draws: a hanzi is taken to be as wide as it is high.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties

FIRST_HANZI = 0x2E80  # and all that is as wide
_ELLIPSIS = "…"
_FALLBACKS = ("Noto Sans CJK SC", "Noto Sans CJK JP", "DejaVu Sans")  # for a hanzi that the subset lacks


@lru_cache(maxsize=1)
def font() -> FontProperties:
    """Return the package's own Chinese font, and behind it what the machine has for rarer letters."""
    from matplotlib.font_manager import FontProperties, fontManager

    with as_file(files("core.charts") / "fonts" / "NotoSansSC-Subset.otf") as path:
        fontManager.addfont(path)
    own = fontManager.ttflist[-1].name
    known = {entry.name for entry in fontManager.ttflist}
    return FontProperties(family=[own, *(name for name in _FALLBACKS if name in known)])


@lru_cache(maxsize=1)
def _letters() -> Any:
    from matplotlib.font_manager import findfont
    from matplotlib.ft2font import FT2Font

    return FT2Font(findfont(font()))


def missing_letters(text: str) -> str:
    """Return those of these letters that our own font cannot draw."""
    return "".join(letter for letter in text if not _letters().get_char_index(ord(letter)))


@lru_cache(maxsize=4096)
def _advance(letter: str) -> float:
    """Return how wide a letter is, as a part of its height."""
    from matplotlib.ft2font import LoadFlags

    font = _letters()
    if not font.get_char_index(ord(letter)):  # another font draws it: a hanzi as wide as it is high, or a letter
        return 1.0 if ord(letter) > FIRST_HANZI else 0.6
    font.set_size(64, 72)
    return float(font.load_char(ord(letter), flags=LoadFlags.NO_HINTING).linearHoriAdvance) / 65536 / 64


def width_of(text: str, size: float) -> float:
    return size * sum(_advance(letter) for letter in text)


def cut(text: str, size: float, room: float) -> str:
    if width_of(text, size) <= room:
        return text
    while text and width_of(text + _ELLIPSIS, size) > room:
        text = text[:-1]
    return text.rstrip() + _ELLIPSIS


def wrapped(text: str, size: float, room: float, *, most: int) -> list[str]:
    """Return the text in at most so many lines; a line ends at a space if it has one, Chinese anywhere."""
    lines: list[str] = []
    while width_of(text, size) > room and len(lines) < most - 1:
        fit = 1
        while fit < len(text) and width_of(text[: fit + 1], size) <= room:
            fit += 1
        end = fit
        while end > fit // 2 and not (text[end - 1].isspace() or ord(text[end - 1]) > FIRST_HANZI):
            end -= 1
        end = end if end > fit // 2 else fit
        lines.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*lines, cut(text, size, room)]
