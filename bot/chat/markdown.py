"""Any card as the little markdown that group robots read: bold, quotes, lines. Sizes are bytes, as robots count.

What a file or a person named can hold no markup here: its signs are made wide, which looks the same and says nothing.
"""

from __future__ import annotations

from typing import assert_never

from bot.chat.card import Block, Buttons, Card, Facts, Picture, Prose, Table, Tone, Ways

MORE = "…"
MAX_TITLE = 120  # letters: a line or two, on any phone
SIGNS = {Tone.BAD: "🔴", Tone.WARNING: "🟠", Tone.GOOD: "🟢", Tone.PLAIN: ""}
_WIDE = str.maketrans("<>[]*_`#|~", "＜＞［］＊＿＇＃｜～")


def markdown(card: Card, most: int) -> str:
    """Return the card's words in at most so many bytes, whole lines of them."""
    paragraphs = [f"**{title_of(card)}**", *(_block(block) for block in card.blocks)]
    return fitted("\n\n".join(filter(None, paragraphs)), most)


def title_of(card: Card) -> str:
    title = safe(" ".join(filter(None, (SIGNS[card.tone], *card.title.split()))))
    return title if len(title) <= MAX_TITLE else title[: MAX_TITLE - 1] + MORE


def safe(text: str) -> str:
    """Return a text that no robot reads as markup.

    >>> safe("A&B <@all> [win](http://x)")
    'A&B ＜@all＞ ［win］(http://x)'
    """
    return text.translate(_WIDE)


def fitted(text: str, most: int) -> str:
    r"""Return as many whole lines as fit into so many bytes; one that is too long itself is cut between letters.

    >>> fitted("烽火\n点燃", 10)
    '烽火\n…'
    """
    if len(text.encode()) <= most:
        return text
    room = most - len(f"\n{MORE}".encode())
    head = text.encode()[: max(0, room)].decode(errors="ignore")
    lines, _, _ = head.rpartition("\n")
    return f"{lines.rstrip() or head}\n{MORE}" if room > 0 else ""


def _block(block: Block) -> str:
    match block:
        case Prose(text, role):
            words = "\n".join(safe(line) for line in text.strip().split("\n"))
            return f"**{words}**" if role == "strong" and words and "\n" not in words else words
        case Facts(facts):
            return "\n".join(_fact(fact.label, fact.value, fact.tone) for fact in facts)
        case Table(columns, rows):
            return "\n".join(_row(columns, row) for row in rows)
        case Picture(_, alt):
            return f"📈 {safe(alt.strip())}" if alt.strip() else ""
        case Buttons():
            return ""  # a robot hears nothing: what can be done, the page behind the link offers
        case Ways(ways):
            return "\n".join(f"[{safe(way.label)}]({_closed(way.url)})" for way in ways)
        case _:
            assert_never(block)


def _closed(url: str) -> str:
    """Return an address that holds no bracket, so that it ends where its link does."""
    return url.replace("(", "%28").replace(")", "%29")


def _fact(label: str, value: str, tone: Tone) -> str:
    colon = ": " if label.isascii() else "："
    return f"> {safe(label)}{colon}**{' '.join(filter(None, (SIGNS[tone], safe(value))))}**"


def _row(columns: tuple[str, ...], row: tuple[str, ...]) -> str:
    """Return a row as a line by itself: robots draw no tables, and a phone is narrow."""
    others = "".join(f"  {safe(name)} {safe(cell)}" for name, cell in zip(columns[1:], row[1:], strict=True))
    return f"> **{safe(row[0])}**{others}"
