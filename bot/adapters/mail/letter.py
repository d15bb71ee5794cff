"""A card as a letter: plain words for any reader, HTML for most, the chart inside it and not at the end of a link.

Styles stand on each element, since half of all mail programs throw a stylesheet away; the ground stays the reader's
own, so that a dark inbox stays dark.
"""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from html import escape
from typing import TYPE_CHECKING, assert_never

from bot.chat.card import Block, Buttons, Card, Fact, Facts, Picture, Prose, Table, Tone, Ways
from bot.chat.plain import plain
from bot.phrases import say

if TYPE_CHECKING:
    from datetime import datetime

CHART = "chart@beacon"  # the picture's name inside the letter
MAX_SUBJECT = 150  # letters
WIDTH = 76  # columns of the plain form
_COLOURS = {Tone.BAD: "#c0392b", Tone.WARNING: "#b9770e", Tone.GOOD: "#1e8449", Tone.PLAIN: "#5d6d7e"}
_SIGNS = {Tone.BAD: "🔴 ", Tone.WARNING: "🟠 ", Tone.GOOD: "🟢 ", Tone.PLAIN: ""}
_FONT = "font:15px/1.6 -apple-system,'PingFang SC','Microsoft YaHei','Segoe UI',sans-serif"
_QUIET = "opacity:.7;font-size:13px"
_CELL = "padding:4px 10px 4px 0;border-bottom:1px solid #8884;white-space:nowrap"


def compose(
    card: Card, sender: str, to: str, at: datetime, *, link: str = "", png: bytes | None = None
) -> EmailMessage:
    """Return the letter, ready to be sent."""
    letter = EmailMessage()
    letter["Subject"] = _subject(card)
    letter["From"], letter["To"] = sender, to
    letter["Date"] = format_datetime(at)
    letter["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].strip("> ") or "beacon")
    letter["Auto-Submitted"] = "auto-generated"  # https://www.rfc-editor.org/rfc/rfc3834: no absence note may answer
    letter.set_content(_words(card, link))
    letter.add_alternative(_html(card, link, has_chart=png is not None), subtype="html")
    if png is not None and (html := letter.get_body(("html",))) is not None:
        html.add_related(png, "image", "png", cid=f"<{CHART}>", filename="chart.png", disposition="inline")
    return letter


def _subject(card: Card) -> str:
    title = _SIGNS[card.tone] + " ".join(card.title.split())  # a line break would begin another header
    return title if len(title) <= MAX_SUBJECT else title[: MAX_SUBJECT - 1] + "…"


def _words(card: Card, link: str) -> str:
    shown = Card(card.title, card.tongue, card.tone, tuple(b for b in card.blocks if not isinstance(b, Buttons)))
    parts = [plain(shown, WIDTH)]
    if link:
        parts.append(f"{say('open-page', card.tongue)}\n{link}")
    return "\n\n".join(parts) + "\n"


def _html(card: Card, link: str, *, has_chart: bool) -> str:
    colour = _COLOURS[card.tone]
    parts = [
        f'<h1 style="font-size:19px;line-height:1.35;margin:0 0 12px">{_SIGNS[card.tone]}{escape(card.title)}</h1>'
    ]
    parts += [_block(block, has_chart=has_chart) for block in card.blocks]
    if link:
        style = f"display:inline-block;padding:12px 20px;border-radius:8px;background:{colour};color:#fff"
        parts.append(f'<p><a href="{escape(link)}" style="{style}">{escape(say("open-page", card.tongue))}</a></p>')
    lang = "zh-CN" if card.tongue == "zh" else "en"
    body = "\n".join(filter(None, parts))
    frame = f"max-width:600px;{_FONT};border-left:4px solid {colour};padding:4px 0 4px 16px"
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head><meta charset="utf-8"><meta name="color-scheme" '
        f'content="light dark"><title>{escape(card.title)}</title></head>\n'
        f'<body>\n<div style="{frame}">\n{body}\n</div>\n</body>\n</html>\n'
    )


def _block(block: Block, *, has_chart: bool) -> str:
    match block:
        case Prose(text, role):
            style = {"plain": "", "quiet": _QUIET, "strong": "font-weight:600"}[role]
            return f'<p style="margin:0 0 12px;{style}">{"<br>".join(map(escape, text.strip().splitlines()))}</p>'
        case Facts(facts):
            rows = "".join(_fact(fact) for fact in facts)
            return f'<table style="border-collapse:collapse;margin:0 0 12px">{rows}</table>'
        case Table():
            return _table(block)
        case Picture(_, alt):
            if not has_chart:
                return f'<p style="margin:0 0 12px;{_QUIET}">{escape(alt)}</p>'
            style = "width:100%;max-width:560px;height:auto;border-radius:6px"
            return f'<p style="margin:0 0 12px"><img src="cid:{CHART}" alt="{escape(alt)}" style="{style}"></p>'
        case Buttons():
            return ""  # what can be done, the page behind the link offers
        case Ways(ways):
            links = (f'<a href="{escape(way.url)}">{escape(way.label)}</a>' for way in ways)
            return f'<p style="margin:0 0 12px">{"<br>".join(links)}</p>'
        case _:
            assert_never(block)


def _fact(fact: Fact) -> str:
    colour = "inherit" if fact.tone is Tone.PLAIN else _COLOURS[fact.tone]
    label = f'<td style="{_CELL};{_QUIET}">{escape(fact.label)}</td>'
    return f'<tr>{label}<td style="{_CELL};font-weight:600;color:{colour}">{escape(fact.value)}</td></tr>'


def _table(table: Table) -> str:
    def cells(row: tuple[str, ...], tag: str) -> str:
        return "".join(
            f'<{tag} style="{_CELL};text-align:{"right" if at in table.numeric else "left"}">{escape(cell)}</{tag}>'
            for at, cell in enumerate(row)
        )

    rows = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in table.rows)
    return (
        f'<table style="border-collapse:collapse;margin:0 0 12px;font-variant-numeric:tabular-nums">'
        f"<tr>{cells(table.columns, 'th')}</tr>{rows}</table>"
    )
